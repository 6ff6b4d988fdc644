/* Synapse rows and routes: for every source, in order of (source, core): one row per core it reaches, a list of segments, one
 * per (projection, delay). Storage is the cheapest that holds the weights; what is counted is the described hardware's. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chip.h"
#include "mapping_rows.h"

struct target { uint32_t core, projection, delay, local; int64_t weight; };     /* one synapse of the source in hand */

enum { BIAS = UINT32_MAX };     /* target.projection of a bias that travels as a synapse */

struct builder {
    struct chip *chip;
    const struct chip_options *options;
    struct target *target, *sorted;     /* of the source in hand: as collected; in order of the rows */
    size_t n_targets, capacity, sorted_capacity;
    struct target *typed;       /* scratch: of a core's targets those whose weight needs one type of axon */
    size_t typed_capacity;
    size_t *type_capacity;      /* [n_cores] of its axon_type */
    struct target *expanded;    /* scratch: a row in the form that it is expanded to */
    size_t expanded_capacity;
    uint32_t *per_core;         /* [n_cores] scratch, zero between sources */
    uint32_t *touched;          /* [n_cores] scratch: cores that the source reaches */
    struct synapse *row;
    size_t row_capacity;
    uint32_t *axons;            /* [n_cores] axons given so far */
    uint32_t *endpoint;         /* scratch: endpoints of the source's routes */
    uint64_t route_capacity;
    uint32_t *first_projection, *by_source;     /* projections of each source population */
};

/* Projections by their source population, in the order of the network: the order of segments in a row. */
static void index_projections(struct builder *b)
{
    const struct network *net = b->chip->network;
    b->first_projection = mem_new(net->n_populations + 1, sizeof *b->first_projection);
    b->by_source = mem_new(net->n_projections, sizeof *b->by_source);
    for (uint32_t p = 0; p < net->n_projections; p++)
        b->first_projection[net->projection[p].from + 1]++;
    for (uint32_t p = 0; p < net->n_populations; p++)
        b->first_projection[p + 1] += b->first_projection[p];
    uint32_t *at = mem_new(net->n_populations, sizeof *at);
    for (uint32_t p = 0; p < net->n_projections; p++) {
        uint32_t from = net->projection[p].from;
        b->by_source[b->first_projection[from] + at[from]++] = p;
    }
    free(at);
}

/* All synapses of one source neuron, with the core and local number of each target. */
static void collect(struct builder *b, uint32_t population, uint32_t pre)
{
    const struct chip *chip = b->chip;
    const struct network *net = chip->network;
    b->n_targets = 0;
    for (uint32_t k = b->first_projection[population]; k < b->first_projection[population + 1]; k++) {
        uint32_t p = b->by_source[k];
        const struct projection *projection = &net->projection[p];
        const int64_t *weight = chip->quantised->projection[p].weight;
        uint32_t c = mapping_chip_delay(projection, chip->file) + (projection->pre_delay ? projection->pre_delay[pre] : 0);
        uint32_t n = projection_row(projection, net, pre, &b->row, &b->row_capacity);
        uint64_t first = chip->mapping->first[projection->to];
        for (uint32_t i = 0; i < n; i++) {
            uint64_t global = first + b->row[i].post;
            b->target = mem_room(b->target, b->n_targets, &b->capacity, sizeof *b->target);
            b->target[b->n_targets++] = (struct target){chip->mapping->core_of[global], p, c - 1 + b->row[i].delay, chip->mapping->local_of[global],
                                                        weight[b->row[i].weight]};
        }
    }
}

/* A population's bias as synapses of one host axon (time.layer_start bias_input). */
static void collect_bias(struct builder *b, uint32_t population)
{
    const struct mapping *m = b->chip->mapping;
    const int64_t *weight = b->chip->quantised->population[population].bias_weight;
    b->n_targets = 0;
    for (uint32_t i = 0; i < b->chip->network->population[population].neurons; i++) {
        uint64_t global = m->first[population] + i;
        b->target = mem_room(b->target, b->n_targets, &b->capacity, sizeof *b->target);
        b->target[b->n_targets++] = (struct target){m->core_of[global], BIAS, 0, m->local_of[global], weight[i]};
    }
}

/* The order of a row: core, projection, delay, local neuron. Weight last, so that two synapses of a pair have one order too. */
static int compare_targets(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    if (x->projection != y->projection)
        return x->projection < y->projection ? -1 : 1;
    if (x->delay != y->delay)
        return x->delay < y->delay ? -1 : 1;
    if (x->local != y->local)
        return x->local < y->local ? -1 : 1;
    return x->weight < y->weight ? -1 : x->weight > y->weight;
}

static int in_order(const struct target *t, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_targets(&t[i - 1], &t[i]) > 0)
            return 0;
    return 1;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Into order of core by counting; a core's few are then mostly in order by themselves. */
static void sort_targets(struct builder *b)
{
    uint32_t touched = 0;
    size_t at = 0;
    if (b->n_targets > b->sorted_capacity) {
        b->sorted_capacity = b->capacity;
        b->sorted = mem_grow(b->sorted, b->sorted_capacity, sizeof *b->sorted);
    }
    for (size_t i = 0; i < b->n_targets; i++)
        if (!b->per_core[b->target[i].core]++)
            b->touched[touched++] = b->target[i].core;
    qsort(b->touched, touched, sizeof *b->touched, compare_numbers);
    for (uint32_t k = 0; k < touched; k++) {
        uint32_t count = b->per_core[b->touched[k]];
        b->per_core[b->touched[k]] = (uint32_t)at;
        at += count;
    }
    for (size_t i = 0; i < b->n_targets; i++)
        b->sorted[b->per_core[b->target[i].core]++] = b->target[i];
    for (uint32_t k = 0; k < touched; k++) {
        size_t first = k ? b->per_core[b->touched[k - 1]] : 0, n = b->per_core[b->touched[k]] - first;
        if (!in_order(b->sorted + first, n))
            qsort(b->sorted + first, n, sizeof *b->sorted, compare_targets);
    }
    for (uint32_t k = 0; k < touched; k++)
        b->per_core[b->touched[k]] = 0;
}

/* Cores have few groups: the search ends at once. */
static uint32_t group_at(const struct chip_core *core, uint32_t local)
{
    uint32_t g = core->image.groups - 1;
    while (core->group[g].first > local)
        g--;
    return g;
}

/* Bytes per weight that hold all of them: 1, 2, 4 or 8. */
static uint32_t weight_bytes(const struct target *t, uint32_t n)
{
    uint32_t bytes = 1;
    for (uint32_t i = 0; i < n; i++) {
        while (bytes < 8 && (t[i].weight < -((int64_t)1 << (8 * bytes - 1)) || t[i].weight >= (int64_t)1 << (8 * bytes - 1)))
            bytes *= 2;
    }
    return bytes;
}

/* 1: local numbers without gaps, so that no ids need be stored. */
static int side_by_side(const struct target *t, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (t[i].local != t[i - 1].local + 1)
            return 0;
    return 1;
}

/* Two synapses of a pair lie side by side. */
static int all_differ(const struct target *t, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (t[i].local == t[i - 1].local)
            return 0;
    return 1;
}

/* Of a row of a few: FEW_SYNAPSES neurons from here on exist, so that there is a place for those that it does not name. */
static uint32_t few_base(const struct target *t, uint32_t neurons)
{
    return t[0].local < neurons - FEW_SYNAPSES ? t[0].local : neurons - FEW_SYNAPSES;
}

/* Storage only: what is counted is the described hardware's (words, spots), whatever form is taken here. */
static enum row_form choose_form(const struct target *t, uint32_t n, uint32_t neurons)
{
    uint32_t bytes = weight_bytes(t, n), span = t[n - 1].local - t[0].local;
    if (n <= FEW_SYNAPSES && bytes == 1 && neurons >= FEW_SYNAPSES && t[n - 1].local - few_base(t, neurons) <= UINT8_MAX && all_differ(t, n))
        return ROW_FEW8;
    if (side_by_side(t, n))
        return bytes == 1 ? ROW_DENSE8 : bytes == 2 ? ROW_DENSE16 : bytes == 4 ? ROW_DENSE32 : ROW_DENSE64;
    if (bytes == 8)
        return ROW_ID32_W64;
    if (bytes == 4 || span > UINT16_MAX)
        return ROW_ID32_W32;
    if (bytes == 2)
        return ROW_ID16_W16;
    return span > UINT8_MAX ? ROW_ID16_W8 : ROW_ID8_W8;
}

/* The arena grows by doubling and moves: a place in it is a number of 8-byte units, never a pointer. */
static unsigned char *reserve(struct chip *chip, size_t bytes)
{
    uint64_t units = (bytes + 7) / 8;
    if (chip->row_units + units > chip->row_capacity) {
        chip->row_capacity = 2 * (chip->row_units + units) + 1024;
        chip->rows = mem_grow(chip->rows, chip->row_capacity, sizeof *chip->rows);
    }
    unsigned char *at = (unsigned char *)(chip->rows + chip->row_units);
    memset(at, 0, units * 8);
    chip->row_units += units;
    return at;
}

#define PUT(type, index, value) do { type v_ = (type)(value); memcpy(to + (index) * sizeof v_, &v_, sizeof v_); } while (0)

static void put_numbers(unsigned char *to, uint32_t bytes, const struct target *t, uint32_t n, uint32_t base, int ids)
{
    for (uint32_t i = 0; i < n; i++) {
        int64_t value = ids ? (int64_t)(t[i].local - base) : t[i].weight;
        switch (bytes) {
        case 1: PUT(uint8_t, i, value); break;
        case 2: PUT(uint16_t, i, value); break;
        case 4: PUT(uint32_t, i, value); break;
        default: PUT(uint64_t, i, value); break;
        }
    }
}

/* Places of a row of a few that name no synapse: neurons that none of it names. Their weights are 0 as reserved. */
static void put_rest(unsigned char *id, uint32_t n)
{
    for (uint8_t other = 0; n < FEW_SYNAPSES; other++)
        if (!memchr(id, other, n))
            id[n++] = other;
}

/* Accumulator words touched: those that a run of neurons lies in; a list touches one per synapse. */
static uint32_t spots_of(const struct chip_core *core, enum row_kind kind, const struct target *t, uint32_t n)
{
    uint32_t per = core->image.words.accumulator_per, each = core->image.words.accumulator_each;
    if (!per)
        return 0;
    return (kind != ROW_KIND_LIST && side_by_side(t, n) ? t[n - 1].local / per - t[0].local / per + 1 : n) * each;
}

/* Ids, then weights, each aligned to its own size: segment_next finds the end from count and form alone. */
static void write_segment(struct chip *chip, const struct target *t, struct segment s)
{
    unsigned char *to = reserve(chip, sizeof s + segment_bytes(&s));
    memcpy(to, &s, sizeof s);
    if (segment_id_bytes(s.form))
        put_numbers(to + sizeof s, segment_id_bytes(s.form), t, s.count, s.base, 1);
    if (s.form == ROW_FEW8)
        put_rest(to + sizeof s, s.count);
    put_numbers(to + sizeof s + segment_weights_at(&s), segment_weight_bytes(s.form), t, s.count, s.base, 0);
}

/* A row of a form that the core type lacks, as the dense row it becomes there: a weight for every neuron of the group, zeros
 * between, processed and counted like the others. */
static uint32_t expand(struct builder *b, const struct image_group *group, const struct target *t, uint32_t n)
{
    if (group->count > b->expanded_capacity) {
        b->expanded_capacity = group->count;
        b->expanded = mem_grow(b->expanded, b->expanded_capacity, sizeof *b->expanded);
    }
    for (uint32_t i = 0; i < group->count; i++) {
        b->expanded[i] = *t;
        b->expanded[i].local = group->first + i;
        b->expanded[i].weight = 0;
    }
    for (uint32_t i = 0; i < n; i++)
        b->expanded[t[i].local - group->first].weight += t[i].weight;
    return group->count;
}

/* One segment: targets of one core, projection and delay, in local order. */
static void put_segment(struct builder *b, const struct target *t, uint32_t n, int last)
{
    struct chip *chip = b->chip;
    struct chip_core *core = &chip->core[t->core];
    const struct projection *projection = t->projection == BIAS ? NULL : &chip->network->projection[t->projection];
    enum row_kind kind = projection ? mapping_row_kind(projection, core->type) : mapping_bias_kind(core->type);
    uint32_t group = group_at(core, t->local);
    uint32_t bits = projection ? chip->quantised->projection[t->projection].bits : chip->quantised->population[core->population[group]].bias_bits;
    uint32_t entries = projection ? mapping_row_entries(kind, projection, n, core->group[group].count) : n;
    if (entries != n) {
        n = expand(b, &core->group[group], t, n);
        t = b->expanded;
    }
    struct segment s = {
        .count = n, .base = t->local, .form = (uint8_t)choose_form(t, n, core->image.neurons),
        .port = (uint8_t)(projection ? projection->port : 0), .last = (uint8_t)last, .fixed = !projection,
        .delay = (uint16_t)t->delay, .group = (uint16_t)group,
        .spots = spots_of(core, kind, t, n), .words = mapping_row_words(kind, core->type, bits, entries),
    };
    if (s.form == ROW_FEW8)
        s.base = few_base(t, core->image.neurons);
    write_segment(chip, t, s);
    if (core->delay_slots < t->delay + 1)
        core->delay_slots = t->delay + 1;
}

/* What a synapse may come to add: a plastic one may reach either of its limits. */
static uint64_t largest_weight(const struct chip_core *core, const struct target *t)
{
    const struct image_learning *l = &core->type->learning;
    uint64_t w = (uint64_t)(t->weight < 0 ? -t->weight : t->weight);
    if (!l->on || !core->group[group_at(core, t->local)].learns)
        return w;
    uint64_t low = (uint64_t)(l->weight_low < 0 ? -(int64_t)l->weight_low : l->weight_low);
    uint64_t high = (uint64_t)(l->weight_high < 0 ? -(int64_t)l->weight_high : l->weight_high), limit = low > high ? low : high;
    return w > limit ? w : limit;
}

/* Sum over all synapses of |weight| x largest payload, for the proof that no accumulator overflows; it saturates at 2^63. */
static void add_fan_in(struct builder *b, const struct target *t, size_t n, uint64_t payload)
{
    for (size_t i = 0; i < n; i++) {
        const struct chip_core *core = &b->chip->core[t[i].core];
        uint64_t *sum = &core->fan_in_sum[t[i].local], w = largest_weight(core, &t[i]);
        uint64_t add = payload && w > ((uint64_t)1 << 62) / payload ? (uint64_t)1 << 62 : w * payload;
        *sum = *sum + add < (uint64_t)1 << 63 ? *sum + add : (uint64_t)1 << 63;
    }
}

/* Plastic synapses must be stored one by one: a kernel's weights are shared, and the zeros of an expanded row would grow. */
static int check_plastic(const struct chip *chip, struct err *err)
{
    const struct network *net = chip->network;
    for (uint32_t c = 0; c < chip->n_cores; c++)
        for (uint32_t g = 0; g < chip->core[c].image.groups; g++)
            for (uint32_t p = 0; p < net->n_projections && chip->core[c].group[g].learns; p++) {
                const struct projection *in = &net->projection[p];
                const struct core_type *type = chip->core[c].type;
                if (in->to != chip->core[c].population[g] || (!mapping_row_expanded(in, type) && mapping_row_kind(in, type) != ROW_KIND_CONV))
                    continue;
                return err_answer(err, "layer %s learns, but cores of type %s do not store each synapse of its input from %s by itself: it is a convolution, "
                                       "or is stored in another form; leave it out of core_types.%s.learning.populations, or offer its form",
                                  net->population[in->to].name, type->name, net->population[in->from].name, type->name);
            }
    return 0;
}

/* A source may take several axons of a core behind a binary crossbar, each with a packet of its own: a tree reaches a place once. */
static int check_typed(const struct chip *chip, struct err *err)
{
    for (uint32_t c = 0; c < chip->n_cores; c++)
        if (chip->core[c].type->axon_types && chip->file->noc.multicast)
            return err_input(err, "%s: noc.routing.multicast: tree: cores of type %s take a packet for each type of axon that a spike needs, so trees do not "
                             "serve them; write multicast: none", chip->file->path, chip->core[c].type->name);
    return 0;
}

static struct spike_route *add_route(struct builder *b)
{
    struct chip *chip = b->chip;
    if (chip->n_routes == b->route_capacity) {
        b->route_capacity = b->route_capacity ? 2 * b->route_capacity : 1024;
        chip->route = mem_grow(chip->route, b->route_capacity, sizeof *chip->route);
    }
    chip->route[chip->n_routes] = (struct spike_route){0};
    return &chip->route[chip->n_routes++];
}

/* One row, of n targets on one core in order, and the route to it. Returns -1 when the arena's u32 places run out. */
static int put_row(struct builder *b, struct spike_source *source, const struct target *t, size_t n, struct err *err)
{
    struct chip *chip = b->chip;
    if (chip->row_units > UINT32_MAX)
        return err_answer(err, "the network's synapses need more than 32 GiB: fewer or smaller layers would help");
    *add_route(b) = (struct spike_route){.core = t->core, .row = (uint32_t)chip->row_units, .axon = b->axons[t->core]++};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && t[end].projection == t[i].projection && t[end].delay == t[i].delay;)
            end++;
        put_segment(b, &t[i], (uint32_t)(end - i), end == n);
    }
    source->routes++;
    return 0;
}

/* The part of targets that need an axon of this type, with the type's weight, into b->typed; *all: the types that any of them needs.
 * Neighbours mostly have one weight. */
static size_t pick_typed(struct builder *b, const struct target *t, size_t n, uint32_t type, uint32_t *all)
{
    const struct chip_core *core = &b->chip->core[t->core];
    const struct quant_population *q = NULL, *before = NULL;
    uint32_t types = 0;
    size_t typed = 0;
    for (size_t i = 0; i < n; i++) {
        q = &b->chip->quantised->population[core->population[group_at(core, t[i].local)]];
        if (q != before || t[i].weight != t[i - 1].weight)
            types = quant_types(q, t[i].weight);
        before = q;
        *all |= types;
        if (!(types >> type & 1))
            continue;
        b->typed[typed] = t[i];
        b->typed[typed++].weight = q->type_weight[type];
    }
    return typed;
}

/* Behind a binary crossbar: an axon per type, and on it the targets whose weight needs that one. */
static int put_typed_rows(struct builder *b, struct spike_source *source, const struct target *t, size_t n, struct err *err)
{
    struct chip_core *core = &b->chip->core[t->core];
    if (n > b->typed_capacity) {
        b->typed_capacity = 2 * n;
        b->typed = mem_grow(b->typed, b->typed_capacity, sizeof *b->typed);
    }
    uint32_t needed = 1;        /* known once they have been looked through for the first */
    for (uint32_t type = 0; type < core->type->axon_types; type++) {
        size_t typed = needed >> type & 1 ? pick_typed(b, t, n, type, &needed) : 0;
        if (!typed)
            continue;
        core->axon_type = mem_room(core->axon_type, b->axons[t->core], &b->type_capacity[t->core], 1);
        core->axon_type[b->axons[t->core]] = (uint8_t)type;
        if (put_row(b, source, b->typed, typed, err))
            return -1;
    }
    return 0;
}

/* The rows of the source in hand, core after core. */
static int put_rows(struct builder *b, struct spike_source *source, struct err *err)
{
    for (size_t i = 0, end; i < b->n_targets; i = end) {
        uint32_t core = b->sorted[i].core;
        for (end = i + 1; end < b->n_targets && b->sorted[end].core == core;)
            end++;
        int typed = b->chip->core[core].type->axon_types != 0;
        if (typed ? put_typed_rows(b, source, b->sorted + i, end - i, err) : put_row(b, source, b->sorted + i, end - i, err))
            return -1;
    }
    return 0;
}

/* The host comes last among the routes of a neuron that is read out; trees only where more than one place is reached. */
static void finish_source(struct builder *b, struct spike_source *source, int output)
{
    struct chip *chip = b->chip;
    if (output) {
        *add_route(b) = (struct spike_route){.core = CHIP_HOST};
        source->routes++;
    }
    for (uint32_t r = 0; r < source->routes; r++) {
        uint32_t core = chip->route[source->first_route + r].core;
        b->endpoint[r] = core == CHIP_HOST ? chip->noc->host_out : chip->core[core].endpoint;
    }
    source->tree = UNICAST;
    if (chip->file->noc.multicast && source->routes > 1)
        source->tree = noc_tree(chip->noc, source->endpoint, b->endpoint, source->routes);
    noc_path_counts(chip->noc, source->endpoint, b->endpoint, source->routes, source->tree, &source->path);
}

/* The targets collected become the source's rows and routes. */
static int build_source(struct builder *b, struct spike_source *source, uint64_t payload, int output, struct err *err)
{
    struct chip *chip = b->chip;
    sort_targets(b);
    add_fan_in(b, b->sorted, b->n_targets, payload);
    source->first_route = chip->n_routes;
    if (put_rows(b, source, err))
        return -1;
    finish_source(b, source, output);
    return 0;
}

/* Sources by rising number: host input, then neurons as the mapping numbers them. A neuron's packet carries payload 1. */
static int build_neurons(struct builder *b, struct err *err)
{
    struct chip *chip = b->chip;
    const struct network *net = chip->network;
    uint64_t s = 0;
    for (uint32_t p = 0; p < net->n_populations; p++)
        for (uint32_t i = 0; i < net->population[p].neurons; i++, s++) {
            int host = p == HOST_POPULATION;
            uint32_t endpoint = host ? chip->noc->host_in : chip->core[chip->mapping->core_of[s - chip->host_neurons]].endpoint;
            chip->source[s] = (struct spike_source){.population = p, .neuron = i, .endpoint = endpoint};
            collect(b, p, i);
            if (build_source(b, &chip->source[s], host ? (uint64_t)b->options->host_payload_max : 1, !host && net->population[p].output, err))
                return -1;
        }
    return 0;
}

/* Biases that travel as synapses are sources of the host, after all neurons, one per population that has one. */
static int build_biases(struct builder *b, struct err *err)
{
    struct chip *chip = b->chip;
    uint64_t s = chip->host_neurons + chip->mapping->neurons;
    for (uint32_t p = 0; p < chip->network->n_populations; p++) {
        chip->bias_source[p] = NO_SOURCE;
        if (p == HOST_POPULATION || !chip->quantised->population[p].bias_weight)
            continue;
        chip->source[s] = (struct spike_source){.population = HOST_POPULATION, .endpoint = chip->noc->host_in};
        collect_bias(b, p);
        if (build_source(b, &chip->source[s], chip->quantised->population[p].bias_packets, 0, err))
            return -1;
        chip->bias_source[p] = (uint32_t)s++;
    }
    chip->n_sources = s;
    return 0;
}

int chip_rows(struct chip *chip, const struct chip_options *options, struct err *err)
{
    const struct network *net = chip->network;
    struct builder b = {.chip = chip, .options = options};
    if (check_plastic(chip, err) || check_typed(chip, err))
        return -1;
    b.axons = mem_new(chip->n_cores, sizeof *b.axons);
    b.endpoint = mem_new((size_t)chip->n_cores * IMAGE_AXON_TYPES + 1, sizeof *b.endpoint);
    b.type_capacity = mem_new(chip->n_cores, sizeof *b.type_capacity);
    b.per_core = mem_new(chip->n_cores, sizeof *b.per_core);
    b.touched = mem_new(chip->n_cores, sizeof *b.touched);
    index_projections(&b);
    chip->host_neurons = net->population[HOST_POPULATION].neurons;
    chip->source = mem_new(chip->host_neurons + chip->mapping->neurons + net->n_populations, sizeof *chip->source);
    chip->bias_source = mem_new(net->n_populations, sizeof *chip->bias_source);
    int bad = build_neurons(&b, err) || build_biases(&b, err);
    chip->rows = mem_settle(chip->rows, chip->row_units * sizeof *chip->rows);
    chip->route = mem_settle(chip->route, chip->n_routes * sizeof *chip->route);
    noc_settle(chip->noc);
    free(b.target);
    free(b.sorted);
    free(b.typed);
    free(b.type_capacity);
    free(b.expanded);
    free(b.per_core);
    free(b.touched);
    free(b.row);
    free(b.axons);
    free(b.endpoint);
    free(b.first_projection);
    free(b.by_source);
    return bad ? -1 : 0;
}
