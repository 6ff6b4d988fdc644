/* Chips whose cores hold one whole layer each (core_types.NAME.layer): is every layer a convolution that such a core takes, and which type of
 * core gets which layer. Memories differ from type to type, so that is a matching: layers on one side, cores on the other, an edge where a
 * layer's entries fit. Entries as the address of an entry is made (SynSense, sinabs: docs/speck/overview.md), with up() the next power of two:
 *     kernel: input channels x up(side x side) x up(output channels)      neuron: output channels x up(height) x up(width)
 * A dense layer is a convolution whose kernel is as large as its input map, with one output position. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quantise_parts.h"

/* One layer as the convolution that a core computes. */
struct layer_shape { uint32_t inputs, outputs, side, stride, padding, in[2], out[2]; };

static uint64_t up(uint64_t n)
{
    uint64_t power = 1;
    while (power < n)
        power *= 2;
    return power;
}

#define REFUSE(...) err_answer(err, "does not fit: layer " __VA_ARGS__)

/* Side of a map of that shape, as channels, height, width. */
static void map_of(const struct projection *p, const struct population *from, uint32_t *channels, uint32_t *map)
{
    const struct shape *s = &from->shape;
    *channels = p->pooled ? p->pool_in[0] : s->rank > 1 ? s->dim[0] : from->neurons;
    map[0] = p->pooled ? p->pool_out[0] : s->rank > 2 ? s->dim[1] : 1;
    map[1] = p->pooled ? p->pool_out[1] : s->rank > 2 ? s->dim[2] : s->rank == 2 ? s->dim[1] : 1;
}

static int check_pool(const struct projection *p, const char *layer, const struct core_type *type, struct err *err)
{
    const struct pool *q = &p->pool;
    uint32_t side = q->kernel[0];
    if (!p->pooled)
        return 0;
    if (side != q->kernel[1] || side > type->layer.pool || side & (side - 1))
        return REFUSE("%s: %s pools %ux%u; core type %s pools by powers of two up to %ux%u: another pool, or two in two layers", layer,
                      p->name, q->kernel[0], q->kernel[1], type->name, type->layer.pool, type->layer.pool);
    if (q->stride[0] != side || q->stride[1] != side || q->padding[0] || q->padding[1])
        return REFUSE("%s: %s pools %ux%u with a stride of %ux%u and a padding of %ux%u; core type %s pools side by side: a stride of %u, no padding", layer,
                      p->name, side, side, q->stride[0], q->stride[1], q->padding[0], q->padding[1], type->name, side);
    return 0;
}

/* A projection's part of the convolution. */
static int shape_of(const struct network *net, const struct projection *p, const struct core_type *type, struct layer_shape *s, struct err *err)
{
    const struct population *to = &net->population[p->to];
    const struct conv *c = &p->conv;
    if (check_pool(p, to->name, type, err))
        return -1;
    if (p->form == FORM_DENSE) {
        *s = (struct layer_shape){.outputs = to->neurons, .stride = 1, .out = {1, 1}};
        map_of(p, &net->population[p->from], &s->inputs, s->in);
        s->side = s->in[0] > s->in[1] ? s->in[0] : s->in[1];
        return 0;
    }
    if (p->form != FORM_CONV)
        return REFUSE("%s: %s is %s; a core of type %s computes a convolution or a dense layer: give it as one", to->name, p->name,
                      p->form == FORM_POOL ? "a pooling without weights" : p->form == FORM_LIST ? "a list of synapses" : "one-to-one", type->name);
    if (c->groups != 1 || c->kernel[0] != c->kernel[1] || c->stride[0] != c->stride[1] || c->padding[0] != c->padding[1] || c->dilation[0] != 1 ||
        c->dilation[1] != 1)
        return REFUSE("%s: %s has a kernel of %ux%u, stride %ux%u, padding %ux%u, dilation %ux%u, groups %u; a core of type %s takes square ones, without "
                      "dilation and groups: embed the kernel in such a one, with zeros", to->name, p->name, c->kernel[0], c->kernel[1], c->stride[0],
                      c->stride[1], c->padding[0], c->padding[1], c->dilation[0], c->dilation[1], c->groups, type->name);
    *s = (struct layer_shape){c->channels_in, c->channels_out, c->kernel[0], c->stride[0], c->padding[0], {c->in[0], c->in[1]}, {c->out[0], c->out[1]}};
    return 0;
}

static int too_large(const struct layer_shape *s, const struct population *to, const struct core_type *type, struct err *err)
{
    const struct chip_layer *l = &type->layer;
    if (s->side > l->kernel)
        return REFUSE("%s: a kernel of %ux%u; core type %s has kernels up to %ux%u%s", to->name, s->side, s->side, type->name, l->kernel, l->kernel,
                      s->out[0] == 1 && s->side == s->in[0] ? ", and a dense layer's is as large as its input map: pool before it" : "");
    if (s->stride > l->stride || s->stride & (s->stride - 1) || s->padding > l->padding)
        return REFUSE("%s: a stride of %u and a padding of %u; core type %s has strides that are powers of two up to %u, and paddings up to %u", to->name,
                      s->stride, s->padding, type->name, l->stride, l->padding);
    if (s->in[0] > l->input[0] || s->in[1] > l->input[1] || s->out[0] > l->output[0] || s->out[1] > l->output[1])
        return REFUSE("%s: maps of %ux%u to %ux%u; core type %s takes up to %ux%u to %ux%u: pool, or a larger stride, before it", to->name, s->in[0], s->in[1],
                      s->out[0], s->out[1], type->name, l->input[0], l->input[1], l->output[0], l->output[1]);
    if (s->inputs > l->channels || s->outputs > l->channels)
        return REFUSE("%s: %u input and %u output channels; core type %s takes up to %u of each", to->name, s->inputs, s->outputs, type->name, l->channels);
    return 0;
}

/* All projections of a layer are one convolution over all their channels: several sources may reach a core, which has one kernel shape. */
static int whole_shape(const struct network *net, uint32_t population, const struct core_type *type, struct layer_shape *s, struct err *err)
{
    int first = 1;
    uint32_t last = UINT32_MAX;         /* projections stand in order of their source */
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        struct layer_shape part;
        if (p->to != population)
            continue;
        if (p->from == last)
            return REFUSE("%s: %s is a second way from %s; a core of type %s has one kernel for what comes from there: add them up into one",
                          net->population[population].name, p->name, net->population[p->from].name, type->name);
        last = p->from;
        if (shape_of(net, p, type, &part, err))
            return -1;
        if (!first && (part.side != s->side || part.stride != s->stride || part.padding != s->padding || part.outputs != s->outputs))
            return REFUSE("%s: %s has another kernel (%ux%u) than what else arrives there (%ux%u); a core of type %s holds one convolution",
                          net->population[population].name, p->name, part.side, part.side, s->side, s->side, type->name);
        part.inputs += first ? 0 : s->inputs;
        *s = part;
        first = 0;
    }
    if (first)
        return REFUSE("%s: nothing arrives there, and a core of type %s holds a convolution", net->population[population].name, type->name);
    return too_large(s, &net->population[population], type, err);
}

static uint64_t needed(const struct layer_shape *s, enum table table, int powers)
{
    uint64_t area = (uint64_t)s->side * s->side, outputs = s->outputs;
    if (table == TABLE_ROWS)
        return s->inputs * (powers ? up(area) * up(outputs) : area * outputs);
    if (table == TABLE_PARAMETER)
        return outputs;
    return outputs * (powers ? up(s->out[0]) * up(s->out[1]) : (uint64_t)s->out[0] * s->out[1]);
}

static uint32_t entry_bits(const struct core_type *type, enum table table)
{
    const struct chip_table *t = &type->table[table];
    return table != TABLE_ROWS ? t->entry_bits : t->conv_bits ? t->conv_bits : t->dense_bits;
}

uint64_t layer_bits(const struct network *net, uint32_t population, const struct core_type *type, enum table table)
{
    struct layer_shape s;
    struct err ignored = {ERR_NONE, ""};
    if (whole_shape(net, population, type, &s, &ignored))
        return 0;
    return needed(&s, table, type->layer.powers) * entry_bits(type, table);
}

/* ---- what is one per layer, or per channel ---- */

static int all_equal(const double *x, uint32_t n)
{
    for (uint32_t i = 1; x && i < n; i++)
        if (x[i] != x[0])
            return 0;
    return 1;
}

static int check_population(const struct population *p, const struct layer_shape *s, const struct core_type *type, struct err *err)
{
    uint32_t each = s->outputs ? p->neurons / s->outputs : p->neurons;
    if (p->rule.fires && !all_equal(p->threshold, p->neurons))
        return REFUSE("%s: its thresholds differ from neuron to neuron; a core of type %s has one per layer", p->name, type->name);
    for (int port = 0; port < PORTS_MAX; port++)
        for (uint32_t c = 0; p->bias[port] && c < s->outputs; c++)
            if (!all_equal(p->bias[port] + (size_t)c * each, each))
                return REFUSE("%s: its biases differ within output channel %u; a core of type %s has one per channel", p->name, c, type->name);
    return 0;
}

/* Whoever sends: a layer, or the host's input. */
static int check_destinations(const struct network *net, const struct core_type *type, struct err *err)
{
    for (uint32_t from = 0; from < net->n_populations; from++) {
        uint32_t reached = 0;
        for (uint32_t to = 1; to < net->n_populations; to++) {
            int is = 0;
            for (uint32_t k = 0; k < net->n_projections; k++)
                is |= net->projection[k].from == from && net->projection[k].to == to;
            reached += (uint32_t)is;
        }
        if (reached > type->layer.destinations)
            return REFUSE("%s sends to %u layers; core type %s has %u destinations: a layer between that passes it on, or fewer branches",
                          net->population[from].name, reached, type->name, type->layer.destinations);
    }
    return 0;
}

/* ---- which core ---- */

struct matching {
    const struct quant_job *job;
    uint32_t populations, cores;
    uint8_t *fits;              /* [population * types + type] */
    uint32_t *layer_of;         /* [cores] population; 0: free */
    uint8_t *seen;              /* [cores] */
};

static int fits(const struct core_type *type, const struct layer_shape *s, enum table *limit)
{
    static const enum table tables[] = {TABLE_ROWS, TABLE_STATE, TABLE_PARAMETER};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int memory = type->table[tables[i]].memory;
        if (memory != NO_INDEX && needed(s, tables[i], type->layer.powers) * entry_bits(type, tables[i]) > type->memory[memory].size_bits) {
            *limit = tables[i];
            return 0;
        }
    }
    return 1;
}

/* No type holds it: said of the largest memory of the kind that is too small, or that no type has both. */
static int refuse_layer(const struct quant_job *job, uint32_t population, const struct layer_shape *s, struct err *err)
{
    const struct chipfile *file = job->file;
    static const enum table tables[] = {TABLE_ROWS, TABLE_STATE, TABLE_PARAMETER};
    static const char *const what[] = {"kernels", "neurons", "biases"};
    char both[400] = "";
    size_t used = 0;
    const char *name = job->network->population[population].name;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct core_type *most = NULL;
        for (uint32_t t = 0; t < file->n_types; t++)
            if (file->type[t].table[tables[i]].memory != NO_INDEX &&
                (!most || file->type[t].memory[file->type[t].table[tables[i]].memory].size_bits > most->memory[most->table[tables[i]].memory].size_bits))
                most = &file->type[t];
        if (!most)
            continue;
        const struct chip_memory *memory = &most->memory[most->table[tables[i]].memory];
        uint64_t bits = needed(s, tables[i], most->layer.powers) * entry_bits(most, tables[i]);
        if (bits > memory->size_bits)
            return REFUSE("%s: its %s need %" PRIu64 " bits of memory %s%s, the largest core (type %s) has %" PRIu64
                          "; what would help: fewer channels, %s, or --set 'core_types.%s.memories.%s.size=%" PRIu64 " B'", name, what[i], bits, memory->name,
                          most->layer.powers ? " (addresses are powers of two)" : "", most->name, memory->size_bits,
                          i ? "a larger stride or pool" : "a smaller kernel", most->name, memory->name, (bits + 7) / 8);
        int n = snprintf(both + used, sizeof both - used, "%s%" PRIu64 " bits of %s", used ? ", " : "", bits, memory->name);
        used += n > 0 && used + (size_t)n < sizeof both ? (size_t)n : 0;
    }
    return REFUSE("%s: it needs %s, and no core has all of them; what would help: fewer channels, a smaller kernel, a larger stride or pool", name, both);
}

static int holds(const struct matching *m, uint32_t core, uint32_t population)
{
    const struct chipfile *file = m->job->file;
    return m->fits[(size_t)population * file->n_types + file->core_type_of[core]];
}

/* One layer finds a core: the first free one, else one whose layer finds another (an augmenting path). */
static int place_layer(struct matching *m, uint32_t population)
{
    uint32_t c = 0;
    while (c < m->cores && (m->layer_of[c] || !holds(m, c, population)))
        c++;
    for (uint32_t other = 0; c == m->cores && other < m->cores; other++) {
        if (m->seen[other] || !holds(m, other, population))
            continue;
        m->seen[other] = 1;
        if (place_layer(m, m->layer_of[other]))
            c = other;
    }
    if (c < m->cores)
        m->layer_of[c] = population;
    return c < m->cores;
}

/* The types that would hold it are taken: by whom. */
static int refuse_taken(const struct matching *m, uint32_t population, struct err *err)
{
    char taken[400] = "";
    size_t used = 0;
    uint32_t able = 0;
    for (uint32_t c = 0; c < m->cores; c++) {
        if (!holds(m, c, population))
            continue;
        able++;
        int n = snprintf(taken + used, sizeof taken - used, "%s%s", used ? ", " : "", m->job->network->population[m->layer_of[c]].name);
        used += n > 0 && used + (size_t)n < sizeof taken ? (size_t)n : 0;
    }
    return REFUSE("%s: a layer takes a core, and the %u of %u cores whose memories hold this one are taken by %s; what would help: fewer or smaller layers",
                  m->job->network->population[population].name, able, m->cores, taken);
}

static int match(struct matching *m, uint32_t *type, struct err *err)
{
    const struct chipfile *file = m->job->file;
    for (uint32_t p = 1; p < m->populations; p++) {
        struct layer_shape s;
        enum table limit;
        int any = 0;
        if (whole_shape(m->job->network, p, &file->type[0], &s, err) || check_population(&m->job->network->population[p], &s, &file->type[0], err))
            return -1;
        for (uint32_t t = 0; t < file->n_types; t++)
            any |= m->fits[(size_t)p * file->n_types + t] = (uint8_t)fits(&file->type[t], &s, &limit);
        if (!any)
            return refuse_layer(m->job, p, &s, err);
    }
    for (uint32_t p = 1; p < m->populations; p++) {
        memset(m->seen, 0, m->cores);
        if (!place_layer(m, p))
            return refuse_taken(m, p, err);
    }
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->layer_of[c])
            type[m->layer_of[c]] = file->core_type_of[c];
    return 0;
}

int quant_layers(const struct quant_job *job, uint32_t *type, struct err *err)
{
    const struct chipfile *file = job->file;
    struct matching m = {.job = job, .populations = job->network->n_populations, .cores = file->cores};
    if (check_destinations(job->network, &file->type[0], err))
        return -1;
    m.fits = mem_new((size_t)m.populations * file->n_types, 1);
    m.layer_of = mem_new(m.cores, sizeof *m.layer_of);
    m.seen = mem_new(m.cores, 1);
    int bad = match(&m, type, err);
    free(m.fits);
    free(m.layer_of);
    free(m.seen);
    return bad;
}
