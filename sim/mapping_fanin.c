/* The fan-in of every neuron, kept once for all neurons that share it: a conv layer of 64 channels has one set of sources per
 * output position, a dense layer one in all. What a set holds is asked of projection_row alone, so that pooling, borders and
 * padding are resolved in one place of the project. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_parts.h"

enum { DELAYS = 1 << 16 };      /* a segment's delay has 16 bits; larger ones were refused */

const struct core_type *fanin_type(const struct fanin *f, uint32_t population)
{
    return &f->chip->type[f->quantised->population[population].type];
}

const char *fanin_name(const struct fanin *f, uint32_t population)
{
    const char *name = f->network->population[population].name;
    return name && *name ? name : population == HOST_POPULATION ? "(input)" : "(unnamed)";
}

uint32_t fanin_class(const struct fanin_part *part, uint32_t post)
{
    if (part->shared)
        return 0;
    if (part->block)
        return post / part->block;
    if (!part->positions)
        return post;
    return post / part->positions / part->channels * part->positions + post % part->positions;
}

uint64_t fanin_synapses(const struct fanin *f, uint32_t neuron)
{
    uint32_t p = f->population[neuron];
    uint64_t n = 0;
    for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1]; k++) {
        const struct fanin_part *part = &f->part[f->into[k]];
        uint32_t class = fanin_class(part, (uint32_t)(neuron - f->first[p]));
        n += part->first[class + 1] - part->first[class];
    }
    return n;
}

static void number_neurons(struct fanin *f)
{
    const struct network *net = f->network;
    f->host = net->population[HOST_POPULATION].neurons;
    f->first = mem_new(net->n_populations + 1, sizeof *f->first);
    for (uint32_t p = 1; p < net->n_populations; p++)
        f->first[p + 1] = f->first[p] + net->population[p].neurons;
    f->neurons = f->first[net->n_populations];
    f->sources = f->host + f->neurons;
    f->population = mem_new(f->neurons, sizeof *f->population);
    for (uint32_t p = 1; p < net->n_populations; p++)
        for (uint64_t i = f->first[p]; i < f->first[p + 1]; i++)
            f->population[i] = p;
}

static void index_parts(struct fanin *f)
{
    const struct network *net = f->network;
    f->into_first = mem_new(net->n_populations + 2, sizeof *f->into_first);
    f->into = mem_new(net->n_projections, sizeof *f->into);
    for (uint32_t p = 0; p < net->n_projections; p++)
        f->into_first[net->projection[p].to + 2]++;
    for (uint32_t p = 2; p < net->n_populations + 2; p++)
        f->into_first[p] += f->into_first[p - 1];
    for (uint32_t p = 0; p < net->n_projections; p++)
        f->into[f->into_first[net->projection[p].to + 1]++] = p;
}

static void shape_part(struct fanin *f, uint32_t p)
{
    const struct projection *projection = &f->network->projection[p];
    const struct core_type *type = fanin_type(f, projection->to);
    struct fanin_part *part = &f->part[p];
    int spatial = projection->form == FORM_CONV || projection->form == FORM_POOL;
    int memory = type->table[TABLE_ROWS].memory;
    part->kind = mapping_row_kind(projection, type);
    part->entry_bits = mapping_row_bits(part->kind, type, f->quantised->projection[p].bits);
    part->width = memory == NO_INDEX ? 0 : type->memory[memory].width;
    part->shared = projection->form == FORM_DENSE;
    part->block = projection->form == FORM_RANDOM ? projection->random.block : 0;
    part->fan_out = part->block ? projection->random.fan_out : 0;
    part->classes = part->shared ? 1 : f->network->population[projection->to].neurons / (part->block ? part->block : 1);
    part->first_class = f->n_classes;
    if (spatial) {
        const struct conv *c = &projection->conv;
        uint32_t groups = c->groups ? c->groups : 1;
        part->positions = c->out[0] * c->out[1];
        part->channels = c->channels_out / groups;
        part->classes = part->positions * groups;
        part->kernel = part->kind == ROW_KIND_CONV;
        part->kernel_size = c->kernel[0] * c->kernel[1];
        part->inputs = c->channels_in / groups;
        part->first_channel = f->n_channels;
        f->n_channels += c->channels_out;
    }
    f->n_classes += part->classes;
    part->first = mem_new(part->classes + 2, sizeof *part->first);
}

/* ---- the sets ---- */

struct gather {
    struct fanin *fanin;
    uint32_t p, base;           /* the projection; global number of its source population's first source */
    int fill;                   /* first pass counts, the second writes */
    struct synapse *row;
    size_t capacity;
    uint32_t *segment_of;       /* [DELAYS] segment + 1 of the source in hand at each delay */
    uint32_t *delay;            /* delays in use, to be cleared */
    uint64_t segments;
};

static uint32_t segment_at(struct gather *g, uint32_t delay, uint32_t source, uint32_t *delays)
{
    struct fanin *f = g->fanin;
    uint32_t *at = &g->segment_of[delay % DELAYS];
    if (!*at) {
        if (g->fill)
            f->segment_source[g->segments] = source;
        g->delay[(*delays)++] = delay % DELAYS;
        *at = (uint32_t)++g->segments;
    }
    return *at - 1;
}

/* Of neurons that share a class, the first stands for all. */
static int stands(const struct fanin_part *part, uint32_t post)
{
    if (part->shared)
        return post == 0;
    return !part->positions || post / part->positions % part->channels == 0;
}

static void gather_source(struct gather *g, uint32_t pre)
{
    struct fanin *f = g->fanin;
    struct fanin_part *part = &f->part[g->p];
    uint32_t n = projection_row(&f->network->projection[g->p], f->network, pre, &g->row, &g->capacity), delays = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct synapse *s = &g->row[i];
        uint32_t segment = segment_at(g, s->delay, g->base + pre, &delays);
        if (!stands(part, s->post))
            continue;
        uint32_t class = fanin_class(part, s->post);
        if (g->fill)
            part->entry[part->first[class + 1]++] = segment;
        else
            part->first[class + 2]++;
    }
    f->sends[g->base + pre] |= n > 0;
    for (uint32_t d = 0; d < delays; d++)
        g->segment_of[g->delay[d]] = 0;
}

/* A dense projection without pooling needs no look at its rows. */
static void gather_all(struct gather *g, uint32_t n)
{
    struct fanin_part *part = &g->fanin->part[g->p];
    for (uint32_t pre = 0; pre < n; pre++, g->segments++) {
        g->fanin->sends[g->base + pre] = 1;
        if (!g->fill)
            continue;
        g->fanin->segment_source[g->segments] = g->base + pre;
        part->entry[part->first[1]++] = (uint32_t)g->segments;
    }
    if (!g->fill)
        part->first[2] = n;
}

/* Drawn synapses need not be drawn: to every neuron of its block a source is as near as to those that it reaches. */
static void gather_blocks(struct gather *g, uint32_t n)
{
    struct fanin *f = g->fanin;
    struct fanin_part *part = &f->part[g->p];
    for (uint32_t pre = 0; pre < n; pre++, g->segments++) {
        uint32_t class = network_random_block(&f->network->projection[g->p], f->network, pre);
        f->sends[g->base + pre] = 1;
        if (g->fill) {
            f->segment_source[g->segments] = g->base + pre;
            part->entry[part->first[class + 1]++] = (uint32_t)g->segments;
        } else {
            part->first[class + 2]++;
        }
    }
}

static void gather_part(struct gather *g, uint32_t p)
{
    struct fanin *f = g->fanin;
    const struct projection *projection = &f->network->projection[p];
    struct fanin_part *part = &f->part[p];
    uint32_t n = f->network->population[projection->from].neurons;
    g->p = p;
    g->base = projection->from == HOST_POPULATION ? 0 : (uint32_t)(f->host + f->first[projection->from]);
    if (projection->form == FORM_DENSE && !projection->pooled)
        gather_all(g, n);
    else if (part->block)
        gather_blocks(g, n);
    else
        for (uint32_t pre = 0; pre < n; pre++)
            gather_source(g, pre);
    if (!g->fill) {
        for (uint32_t c = 2; c < part->classes + 2; c++)
            part->first[c] += part->first[c - 1];
        part->entry = mem_new(part->first[part->classes + 1], sizeof *part->entry);
    }
}

static int gather(struct fanin *f, struct err *err)
{
    struct gather g = {.fanin = f};
    g.segment_of = mem_new(DELAYS, sizeof *g.segment_of);
    g.delay = mem_new(DELAYS, sizeof *g.delay);
    int bad = 0;
    for (g.fill = 0; g.fill < 2 && !bad; g.fill++) {
        g.segments = 0;
        for (uint32_t p = 0; p < f->network->n_projections && !bad; p++) {
            gather_part(&g, p);
            if (g.segments >= UINT32_MAX)
                bad = err_answer(err, "the network has more than %u rows of synapses: one run is limited to that", UINT32_MAX - 1);
        }
        if (!g.fill && !bad)
            f->segment_source = mem_new(g.segments, sizeof *f->segment_source);
    }
    f->n_segments = (uint32_t)g.segments;
    free(g.row);
    free(g.segment_of);
    free(g.delay);
    return bad;
}

/* What a shared class holds, as a histogram: rows of a dense layer all have the same length but for overlapping pooling windows. */
static void sum_up(struct fanin_part *part)
{
    size_t capacity = 0;
    for (uint64_t i = 0, end; i < part->first[1]; i = end) {
        for (end = i + 1; end < part->first[1] && part->entry[end] == part->entry[i];)
            end++;
        uint32_t t = 0, synapses = (uint32_t)(end - i);
        while (t < part->n_taps && part->tap[t].synapses != synapses)
            t++;
        if (t == part->n_taps) {
            part->tap = mem_room(part->tap, part->n_taps, &capacity, sizeof *part->tap);
            part->tap[part->n_taps++] = (struct fanin_tap){synapses, 0};
        }
        part->tap[t].segments++;
    }
}

/* ---- units ---- */

/* Counting sort, stable: from[] in order of key[from[i]] < keys goes to to[]. */
static void sort_by(const uint32_t *key, uint32_t keys, const uint32_t *from, uint32_t *to, uint32_t n)
{
    uint32_t *at = mem_new((size_t)keys + 1, sizeof *at);
    for (uint32_t i = 0; i < n; i++)
        at[key[i] + 1]++;
    for (uint32_t k = 0; k < keys; k++)
        at[k + 1] += at[k];
    for (uint32_t i = 0; i < n; i++)
        to[at[key[from[i]]]++] = from[i];
    free(at);
}

/* One more projection's classes split the units so far: (unit, class) pairs, numbered anew in sorted order. */
static uint32_t split_units(const struct fanin_part *part, uint32_t *unit, uint32_t n)
{
    uint32_t *class = mem_new(n, sizeof *class), *order = mem_new(n, sizeof *order), *next = mem_new(n, sizeof *next);
    uint32_t units = 0, was_unit = 0, was_class = 0;
    for (uint32_t i = 0; i < n; i++) {
        class[i] = fanin_class(part, i);
        order[i] = i;
    }
    sort_by(class, part->classes, order, next, n);      /* two stable sorts: by class, then by unit */
    sort_by(unit, n, next, order, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = order[i];
        units += !i || unit[at] != was_unit || class[at] != was_class;
        was_unit = unit[at];
        was_class = class[at];
        unit[at] = units - 1;
    }
    free(class);
    free(order);
    free(next);
    return units;
}

/* Members of each unit by rising number; units in order of their number, which rises with their first class. */
static void list_units(struct fanin *f, uint32_t population, const uint32_t *unit, uint32_t units)
{
    uint32_t n = f->network->population[population].neurons, first = (uint32_t)f->first[population];
    uint64_t *at = f->unit_first + f->n_units;
    for (uint32_t i = 0; i < n; i++)
        at[unit[i] + 1]++;
    at[0] = first;
    for (uint32_t u = 0; u < units; u++)
        at[u + 1] += at[u];
    uint64_t *next = mem_new(units, sizeof *next);
    memcpy(next, at, units * sizeof *next);
    for (uint32_t i = 0; i < n; i++)
        f->unit_neuron[next[unit[i]]++] = first + i;
    free(next);
    f->n_units += units;
}

static void make_units(struct fanin *f)
{
    f->unit_first = mem_new(f->neurons + 1, sizeof *f->unit_first);
    f->unit_neuron = mem_new(f->neurons, sizeof *f->unit_neuron);
    for (uint32_t p = 1; p < f->network->n_populations; p++) {
        uint32_t n = f->network->population[p].neurons, units = n > 0;
        uint32_t *unit = mem_new(n, sizeof *unit);
        for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1] && n; k++)
            if (!f->part[f->into[k]].shared)
                units = split_units(&f->part[f->into[k]], unit, n);
        if (n)
            list_units(f, p, unit, units);
        free(unit);
    }
}

/* Behind a binary crossbar a source takes an axon for each type that its weights need, on every core that it reaches. */
static void count_axons(struct fanin *f)
{
    uint8_t *types = mem_new(f->sources, 1);
    struct synapse *row = NULL;
    size_t capacity = 0;
    int any = 0;
    for (uint32_t p = 0; p < f->network->n_projections; p++) {
        const struct projection *from = &f->network->projection[p];
        const struct quant_population *q = &f->quantised->population[from->to];
        uint64_t base = from->from == HOST_POPULATION ? 0 : f->host + f->first[from->from];
        for (uint32_t pre = 0; q->n_types && pre < f->network->population[from->from].neurons; pre++) {
            uint32_t n = from->form == FORM_RANDOM ? 0 : projection_row(from, f->network, pre, &row, &capacity);
            if (from->form == FORM_RANDOM)
                types[base + pre] |= (uint8_t)quant_types(q, f->quantised->projection[p].weight[pre % from->n_weights]);
            for (uint32_t i = 0; i < n; i++)
                types[base + pre] |= (uint8_t)quant_types(q, f->quantised->projection[p].weight[row[i].weight]);
            any = 1;
        }
    }
    for (uint64_t s = 0; any && s < f->sources; s++)
        if (f->sends[s] && types[s])
            f->sends[s] = (uint8_t)__builtin_popcount(types[s]);
    free(types);
    free(row);
}

int fanin_open(struct fanin *f, const struct network *net, const struct quantised *quantised, const struct chipfile *chip, struct err *err)
{
    *f = (struct fanin){.network = net, .quantised = quantised, .chip = chip};
    number_neurons(f);
    index_parts(f);
    f->part = mem_new(net->n_projections, sizeof *f->part);
    f->sends = mem_new(f->sources, 1);
    for (uint32_t p = 0; p < net->n_projections; p++)
        shape_part(f, p);
    if (gather(f, err))
        return -1;
    for (uint32_t p = 0; p < net->n_projections; p++)
        if (f->part[p].shared)
            sum_up(&f->part[p]);
    count_axons(f);
    make_units(f);
    return 0;
}

void fanin_close(struct fanin *f)
{
    for (uint32_t p = 0; f->part && p < f->network->n_projections; p++) {
        free(f->part[p].first);
        free(f->part[p].entry);
        free(f->part[p].tap);
    }
    void *const owned[] = {f->first, f->population, f->part, f->into_first, f->into, f->segment_source, f->sends, f->unit_first, f->unit_neuron};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *f = (struct fanin){0};
}
