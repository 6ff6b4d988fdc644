/* The rest of section `time`: what happens between steps (barrier), at a layer's first step, and between samples. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { POINTS_MAX = 1000 };
#define BASIS_WORDS "measured|simulated|estimated|assumed"

struct barrier_text { const struct doc_node *base, *per_hop, *at; const char *clock, *source, *why; int hops, over, basis; };
#define OF(member) offsetof(struct barrier_text, member)
static const struct field barrier_fields[] = {
    {"base", FIELD_COST, OF(base), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "10 cycles", "with per_hop: time = base + per_hop x hops"},
    {"per_hop", FIELD_COST, OF(per_hop), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "4 cycles", "see base"},
    {"hops", FIELD_WORD, OF(hops), 0, 0, 0, "2 x diameter", "2 x diameter", "2 x diameter", "gathered from and released to the farthest tile"},
    {"at", FIELD_NODE, OF(at), 0, 0, 0, NULL, "", "{1: 113 ns, 32: 465 ns}",
     "in place of base: times over tiles in use, a straight line between (an assumption), the ends held outside"},
    {"over", FIELD_WORD, OF(over), 0, 0, 0, "tiles", "tiles", "tiles", "what `at` counts"},
    {"clock", FIELD_TEXT, OF(clock), 0, 0, 0, NULL, "", "noc", "its clock domain; that of the noc where absent"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "guess", "of its times"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "assumed", "of its times"},
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, "", "a gather and release tree", "reasoning"}};
#undef OF
const struct field_table chipfile_table_barrier = {"time.barrier",
                                                   "The time between the last work of a step and the start of the next; its energy is energy.barrier.",
                                                   barrier_fields, sizeof barrier_fields / sizeof *barrier_fields};

struct start_text { int kind, basis; const struct doc_node *time, *energy; const char *source, *why; };
#define OF(member) offsetof(struct start_text, member)
static const struct field start_fields[] = {
    {"kind", FIELD_WORD, OF(kind), 0, 0, 0, "gated|bias_input|free", NULL, "gated",
     "a register write per core starts a layer; its bias is a synapse from a host axon; or layers cannot be held"},
    {"time", FIELD_COST, OF(time), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "0 cycles", "gated: of one start, in cycles of the noc"},
    {"energy", FIELD_COST, OF(energy), UNIT_ENERGY, 0, 0, NULL, "", "0 pJ", "gated: of one layer's part on one core"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "guess", "of both"}, {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "assumed", "of both"},
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, "", "one write per core", "reasoning"}};
#undef OF
const struct field_table chipfile_table_layer_start = {"time.layer_start", "How the chip holds a layer's neurons until the layer's first step.", start_fields,
                                                       sizeof start_fields / sizeof *start_fields};

struct reset_text { const struct doc_node *time, *energy; const char *clock, *source, *why; int basis; };
#define OF(member) offsetof(struct reset_text, member)
static const struct field reset_fields[] = {
    {"time", FIELD_COST, OF(time), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, NULL, "1026 cycles",
     "all cores at once; or from_memories: one cycle per word of the larger of accumulators and neuron_state"},
    {"energy", FIELD_COST, OF(energy), UNIT_ENERGY, 0, 0, NULL, NULL, "from_memories",
     "of one core; from_memories: one write of each word that holds accumulators or neuron_state"},
    {"clock", FIELD_TEXT, OF(clock), 0, 0, 0, NULL, "", "core", "its clock domain; that of the first core type where absent"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "guess", "of both"}, {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "assumed", "of both"},
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, "", "one write sweep", "reasoning"}};
#undef OF
const struct field_table chipfile_table_sample_reset = {"time.sample_reset", "The reset of all used cores before each sample.", reset_fields,
                                                        sizeof reset_fields / sizeof *reset_fields};

/* ---- barrier ---- */

static void scale_standing(struct cost *to, const struct cost *part, double times)
{
    to->value += part->value * times;
    to->low += part->low * times;
    to->high += part->high * times;
    to->stated = 1;
    if (to->source == NO_INDEX) {
        to->source = part->source;
        to->basis = part->basis;
    }
}

/* base + per_hop x 2 x diameter: gathered from the farthest tile and released to it. The standing scales with the sum. */
static int read_formula(struct reading *r, const struct standing *from, const struct doc_node *node, const struct barrier_text *text, struct err *err)
{
    struct chipfile *f = r->file;
    struct duration base = {.cost = {.source = NO_INDEX}}, per_hop = base;
    uint32_t hops = 2 * chipfile_diameter(&f->noc);
    if (!text->base || !text->per_hop)
        return doc_error(node, err, "time.barrier needs base and per_hop, or at; write for example {base: 10 cycles, per_hop: 4 cycles, source: guess}");
    int bad = chipfile_duration(r, from, "base", text->base, &base, err) || chipfile_duration(r, from, "per_hop", text->per_hop, &per_hop, err);
    f->barrier_base = base.cycles;
    f->barrier_per_hop = per_hop.cycles;
    scale_standing(&f->barrier_standing, &base.cost, 1);
    scale_standing(&f->barrier_standing, &per_hop.cost, hops);
    free(base.cost.why);
    free(per_hop.cost.why);
    return bad ? -1 : 0;
}

/* Numbers of tiles rise, so that the interpolation needs no sorting. The standing is that of the last point. */
static int read_point(struct reading *r, const struct standing *from, const struct doc_node *key, const struct doc_node *value, struct err *err)
{
    struct chipfile *f = r->file;
    uint32_t n = f->n_barrier_at;
    struct duration d = {.cost = {.source = NO_INDEX}};
    double tiles;
    if (chipfile_number(key->text, &tiles) || tiles < 1 || tiles > 1e7 || (n && tiles <= f->barrier_at[n - 1].tiles))
        return doc_error(key, err, "time.barrier.at: '%s' is no rising number of tiles; write for example at: {1: 113 ns, 32: 465 ns}", key->text);
    int bad = chipfile_duration(r, from, key->text, value, &d, err);
    f->barrier_at[n].tiles = tiles;
    f->barrier_at[n].cycles = d.cycles;
    f->n_barrier_at++;
    f->barrier_standing = (struct cost){.source = NO_INDEX};
    scale_standing(&f->barrier_standing, &d.cost, 1);
    free(d.cost.why);
    return bad ? -1 : 0;
}

static int read_points(struct reading *r, const struct standing *outer, const struct barrier_text *text, struct err *err)
{
    const struct doc_node *map = text->at;
    struct standing from = chipfile_standing(outer, "at", NULL, NO_INDEX);
    if (text->base || text->per_hop)
        return doc_error(map, err, "time.barrier has both base and at; keep one");
    if (map->kind != DOC_MAP || map->count < 1 || map->count > POINTS_MAX)
        return doc_error(map, err, "time.barrier.at is a map of tiles in use to times, for example {1: 113 ns, 32: 465 ns}");
    r->file->barrier_at = mem_new(map->count, sizeof *r->file->barrier_at);
    for (uint32_t i = 0; i < map->count; i++)
        if (read_point(r, &from, map->key[i], map->item[i], err))
            return -1;
    if (map->count > 1)
        fidelity_add(&r->file->notes, FIDELITY_NOTE, "", "time.barrier: between the stated numbers of tiles a straight line is assumed");
    return 0;
}

static int read_barrier(struct reading *r, const struct standing *outer, const struct doc_node *node, struct err *err)
{
    struct chipfile *f = r->file;
    struct barrier_text text = {.basis = NO_INDEX};
    f->barrier_clock = f->noc.clock;
    f->barrier_standing.source = NO_INDEX;
    if (f->mode != TIME_BARRIER)
        return node ? doc_error(node, err, "time.barrier belongs to mode: barrier; remove it") : 0;
    if (!node)
        return doc_error(r->at.time, err,
                         "time.barrier is missing: what a barrier takes; write for example barrier: {base: 10 cycles, per_hop: 4 cycles, source: guess}");
    if (fields_read(&chipfile_table_barrier, node, node, &text, err))
        return -1;
    if (text.clock && chipfile_clock(f, doc_get(node, "clock"), text.clock, "noc", &f->barrier_clock, err))
        return -1;
    struct standing from = chipfile_standing(outer, "barrier", text.source, text.basis);
    from.why = text.why;
    from.clock = f->barrier_clock;
    return text.at ? read_points(r, &from, &text, err) : read_formula(r, &from, node, &text, err);
}

/* Straight between points, held outside, half up. */
uint64_t chipfile_barrier_cycles(const struct chipfile *f, uint32_t tiles_in_use)
{
    uint32_t n = f->n_barrier_at, i = 0;
    if (!n)
        return f->barrier_base + f->barrier_per_hop * 2 * chipfile_diameter(&f->noc);
    while (i < n && f->barrier_at[i].tiles < tiles_in_use)
        i++;
    if (i == 0 || i == n)
        return f->barrier_at[i ? n - 1 : 0].cycles;
    double low = (double)f->barrier_at[i - 1].cycles, high = (double)f->barrier_at[i].cycles;
    double t = (tiles_in_use - f->barrier_at[i - 1].tiles) / (f->barrier_at[i].tiles - f->barrier_at[i - 1].tiles);
    return (uint64_t)floor(low + t * (high - low) + 0.5);
}

/* ---- layer start ---- */

/* Only a gated start is an action of the chip; the other kinds cost through synapses, or do nothing. */
static int read_layer_start(struct reading *r, const struct standing *outer, const struct doc_node *node, struct err *err)
{
    struct chipfile *f = r->file;
    struct start_text text = {.basis = NO_INDEX};
    struct cost energy = {.source = NO_INDEX};
    if (fields_read(&chipfile_table_layer_start, node, node, &text, err))
        return -1;
    struct standing from = chipfile_standing(outer, "layer_start", text.source, text.basis);
    from.why = text.why;
    from.clock = f->noc.clock;
    f->layer_start = (enum layer_start)text.kind;
    if (f->mode == TIME_EVENT && f->layer_start != LAYER_FREE)
        return doc_error(doc_get(node, "kind"), err, "time.layer_start: a chip of mode event has no steps that a layer could begin with; write {kind: free}");
    f->layer_start_time = (struct duration){.cost = {.source = NO_INDEX}, .clock = from.clock};
    if (f->layer_start != LAYER_GATED && (text.time || text.energy))
        return doc_error(node, err, "time.layer_start: only kind: gated has a time and an energy of its own; remove them");
    if (f->layer_start == LAYER_GATED && (!text.time || !text.energy))
        return doc_error(node, err, "time.layer_start.%s is not stated; a gated start needs it: write for example %s, or {unknown: free}",
                         text.time ? "energy" : "time", text.time ? "energy: 0 pJ" : "time: 0 cycles");
    if (chipfile_duration(r, &from, "time", text.time, &f->layer_start_time, err) ||
        chipfile_cost(r, &from, "energy", text.energy, UNIT_ENERGY, &energy, err)) {
        free(energy.why);
        return -1;
    }
    if (energy.stated)
        chipfile_add_price(r, COUNT_LAYER_STARTS, &energy, SCOPE_PER_TERM, "time");
    return 0;
}

/* ---- sample reset ---- */

static int from_memories(const struct doc_node *node)
{
    return node->kind == DOC_SCALAR && !strcmp(node->text, "from_memories");
}

/* What one write sweep over the reset tables of a type costs and how many words its longest memory has. -1: not described. */
static int sweep_type(const struct core_type *type, struct cost *energy, uint64_t *words)
{
    static const enum table swept[] = {TABLE_ACCUMULATOR, TABLE_STATE, TABLE_PRE_TRACE, TABLE_POST_TRACE};
    int last = NO_INDEX;
    *energy = (struct cost){.stated = 1, .source = NO_INDEX};
    *words = 0;
    for (size_t i = 0; i < sizeof swept / sizeof *swept; i++) {
        int memory = type->table[swept[i]].memory;
        if (memory == NO_INDEX && i < 2)        /* traces may be left out, as any table that is not counted */
            return -1;
        if (memory == NO_INDEX || (i >= 2 && !type->learning.on))
            continue;
        const struct chip_memory *m = &type->memory[memory];
        uint64_t n = m->size_bits / m->width;
        if (memory != last)
            scale_standing(energy, &m->write, (double)n);
        energy->free |= m->write.free;
        energy->stated &= m->write.stated;
        *words = n > *words ? n : *words;
        last = memory;
    }
    return 0;
}

/* The dearest and the longest of all types: one count stands for the reset of a core of any type. */
static int sweep_memories(const struct reading *r, const struct standing *from, const struct doc_node *node, struct cost *energy, uint64_t *words,
                          struct err *err)
{
    *words = 0;
    *energy = (struct cost){.source = NO_INDEX};
    for (uint32_t t = 0; t < r->file->n_types; t++) {
        struct cost of_type;
        uint64_t n;
        if (sweep_type(&r->file->type[t], &of_type, &n))
            return doc_error(node, err, "%s: from_memories needs the memories that hold accumulators and neuron_state; core type %s describes none", from->key,
                             r->file->type[t].name);
        if (!t || of_type.value > energy->value)
            *energy = of_type;
        *words = n > *words ? n : *words;
    }
    return 0;
}

/* All cores reset at once: the time is that of the longest sweep, not the sum. */
static int reset_time(struct reading *r, const struct standing *from, const struct doc_node *node, struct err *err)
{
    struct duration *d = &r->file->sample_reset_time;
    struct cost energy;
    *d = (struct duration){.cost = {.source = NO_INDEX}, .clock = from->clock};
    if (!from_memories(node))
        return chipfile_duration(r, from, "time", node, d, err);
    struct cost_text words = {.node = node, .basis = NO_INDEX};
    if (sweep_memories(r, from, node, &energy, &d->cycles, err) || chipfile_stand(r, from, "time", &words, &d->cost, err))
        return -1;
    d->cost.stated = 1;
    d->cost.value = (double)(d->cycles * r->file->clock[d->clock].period_ps) * 1e-12;
    const struct chip_source *source = &r->file->source[d->cost.source];
    d->cost.low = d->cost.value * source->low;
    d->cost.high = d->cost.value * source->high;
    chipfile_figure(r, from, "time", &d->cost, UNIT_TIME, d);
    return 0;
}

static int reset_energy(struct reading *r, const struct standing *from, const struct doc_node *node, struct err *err)
{
    struct cost energy = {.source = NO_INDEX};
    uint64_t words;
    int derived = from_memories(node);
    int bad = derived ? sweep_memories(r, from, node, &energy, &words, err) : chipfile_cost(r, from, "energy", node, UNIT_ENERGY, &energy, err);
    if (!bad && !energy.stated)
        bad = doc_error(node, err, "%s.energy: from_memories needs the energy of a write to accumulators and neuron_state; state it in the memories, or here",
                        from->key);
    if (bad) {
        free(energy.why);
        return -1;
    }
    if (derived)
        chipfile_figure(r, from, "energy", &energy, UNIT_ENERGY, NULL);
    chipfile_add_price(r, COUNT_SAMPLE_RESETS, &energy, SCOPE_PER_TERM, "time");
    return 0;
}

static int read_sample_reset(struct reading *r, const struct standing *outer, const struct doc_node *node, struct err *err)
{
    struct reset_text text = {.basis = NO_INDEX};
    if (fields_read(&chipfile_table_sample_reset, node, node, &text, err))
        return -1;
    struct standing from = chipfile_standing(outer, "sample_reset", text.source, text.basis);
    from.why = text.why;
    from.clock = r->file->type[0].clock;
    if (text.clock && chipfile_clock(r->file, doc_get(node, "clock"), text.clock, "core", &from.clock, err))
        return -1;
    return reset_time(r, &from, text.time, err) || reset_energy(r, &from, text.energy, err) ? -1 : 0;
}

/* ---- tick ---- */

/* Cores see a tick at an edge of the network's clock, at which every step begins. */
static int read_tick(struct reading *r, const struct standing *outer, struct err *err)
{
    struct chipfile *f = r->file;
    const struct doc_node *node = doc_get(r->at.time, "tick");
    struct duration tick = {.cost = {.source = NO_INDEX}};
    struct standing from = *outer;
    from.clock = f->noc.clock;
    if (f->mode != TIME_TICK)
        return 0;
    int bad = chipfile_duration(r, &from, "tick", node, &tick, err);
    f->tick_ps = tick.cycles * f->clock[from.clock].period_ps;
    free(tick.cost.why);
    return bad || f->tick_ps ? bad : doc_error(node, err, "time.tick: a step of no time is none; write for example tick: 1 ms");
}

int chipfile_steps(struct reading *r, struct err *err)
{
    const struct doc_node *time = r->at.time;
    const struct standing from = {.key = "time", .source = r->time_source, .basis = r->time_basis, .scope = NO_INDEX};
    if (read_barrier(r, &from, doc_get(time, "barrier"), err) || read_tick(r, &from, err) || read_layer_start(r, &from, doc_get(time, "layer_start"), err))
        return -1;
    return read_sample_reset(r, &from, doc_get(time, "sample_reset"), err);
}
