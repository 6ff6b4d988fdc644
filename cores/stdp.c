/* stdp: kind lif with plastic synapses. Pair STDP with a trace per axon (x) and per neuron (y), additive, in integers that never round up:
 *     a packet on axon a, in step s:   sum += w, then, if plastic,  w = max(low, w - (depress * y >> shift))     y: of the update before s
 *     update s, neurons that learn:    y = min(top, (y * post_keep >> 8) + (fired ? post_add : 0))                held neurons: 0
 *     learn, at the end of step s, for each axon with x > 0, if any neuron that learns fired in update s:
 *                                      w = min(high, w + (potentiate * x >> shift))                               of neurons that fired
 *     then for each axon with a plastic synapse:  x = min(top, (x * pre_keep >> 8) + (packets in step s ? pre_add : 0))
 * So a pair of spikes t = t_post - t_pre steps apart potentiates for t > 0, depresses for t < 0, and does nothing for t = 0. What a packet does
 * hangs on no other axon's packet, nor on how far the update has come: results do not depend on the order or the time of packets.
 * Pair rule: S. Song, K. D. Miller, L. F. Abbott, Nature Neuroscience 3 (2000); by traces: A. Morrison, M. Diesmann, W. Gerstner, Biological
 * Cybernetics 98 (2008). Without learning the kind is lif, accesses and cycles included. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/integer.h"
#include "cores/plastic.h"

enum { TRACE_BITS_MAX = 16, KEEP_BITS = 8 };
enum variable { VARIABLE_MEMBRANE, VARIABLE_PRE, VARIABLE_POST, VARIABLE_WEIGHT, N_VARIABLES };

struct stdp {
    struct core core;           /* first: calls of the integer kinds are given it */
    struct image image;         /* the caller's, over rows of our own */
    struct plastic plastic;
    uint16_t *pre;              /* [axons] x */
    uint8_t *arrived;           /* [axons] a packet came since the last learn */
    uint16_t *post[2];          /* [neurons] y after the last update, and before it; `now` says which is after */
    uint8_t *fired;             /* [neurons] that learn, in the last update */
    int now, any_fired;
};

static struct stdp *stdp_of(const struct core *core)
{
    return (struct stdp *)(uintptr_t)core;
}

/* The image says all that a core needs. */
static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct stdp));
}

static void destroy(struct core *core)
{
    struct stdp *s = stdp_of(core);
    if (!core)
        return;
    plastic_close(&s->plastic);
    free(s->pre);
    free(s->arrived);
    free(s->post[0]);
    free(s->post[1]);
    free(s->fired);
    integer_destroy(core);
}

/* What the hardware cannot do; the sum of a neuron is bounded by the caller with weights at their limits (image.fan_in_sum). */
static int check(const struct image *image, struct err *err)
{
    const struct image_words *w = &image->words;
    if (image->axons && !image->axon_row)
        return err_bug(err, "stdp: the image lists no rows by axon");
    if (!image->learning.on)
        return 0;
    if (image->delay_slots > 1)
        return err_answer(err, "stdp: delays of up to %u steps: while it learns, a synapse acts in the step after its packet", image->delay_slots);
    if (image->skip_idle)
        return err_answer(err, "stdp: skip_idle: traces decay in every step, so every neuron is visited");
    if (w->post_per && (w->post_per != w->accumulator_per || w->post_each != w->accumulator_each))
        return err_answer(err, "stdp: post_traces have %u entries per word, accumulators %u: the two are read side by side, so make the widths fit",
                          w->post_per, w->accumulator_per);
    if (!image->learning.trace_bits || image->learning.trace_bits > TRACE_BITS_MAX)
        return err_bug(err, "stdp: traces of %u bits", image->learning.trace_bits);
    return 0;
}

static int load(struct core *core, const struct image *image, struct err *err)
{
    struct stdp *s = stdp_of(core);
    if (check(image, err) || plastic_open(&s->plastic, image, err))
        return -1;
    s->image = *image;
    s->image.rows = s->plastic.rows;
    s->pre = mem_new(image->axons, sizeof *s->pre);
    s->arrived = mem_new(image->axons, sizeof *s->arrived);
    s->post[0] = mem_new(image->neurons, sizeof **s->post);
    s->post[1] = mem_new(image->neurons, sizeof **s->post);
    s->fired = mem_new(image->neurons, sizeof *s->fired);
    return integer_load(core, &s->image, err);
}

/* Traces start at 0 in each sample; weights stay. */
static void reset(struct core *core)
{
    struct stdp *s = stdp_of(core);
    size_t n = s->image.neurons;
    integer_reset(core);
    memset(s->pre, 0, s->image.axons * sizeof *s->pre);
    memset(s->arrived, 0, s->image.axons);
    memset(s->post[0], 0, n * sizeof **s->post);
    memset(s->post[1], 0, n * sizeof **s->post);
    memset(s->fired, 0, n);
    s->any_fired = 0;
}

/* The packet as our own rows know it: its axon says all. */
static struct packet of_own_row(const struct stdp *s, const struct packet *p)
{
    struct packet own = *p;
    own.row = s->plastic.row[p->axon];
    return own;
}

static void cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    const struct stdp *s = stdp_of(core);
    for (uint32_t i = 0; i < n; i++) {
        struct packet own = of_own_row(s, &p[i]);
        cycles[i] = accumulators_cost(&s->image, &own);
    }
}

static uint32_t next_trace(uint32_t trace, uint32_t keep, uint32_t add, uint32_t bits)
{
    uint32_t top = ((uint32_t)1 << bits) - 1, next = (trace * keep >> KEEP_BITS) + add;
    return next < top ? next : top;
}

/* ---- depression: as a packet is served ---- */

static void depress(const struct stdp *s, struct segment *g)
{
    const struct image_learning *l = &s->image.learning;
    const uint16_t *y = s->post[!s->now] + g->base;
    const uint32_t *id = plastic_ids(g);
    int32_t *w = plastic_weights(g);
    for (uint32_t i = 0; i < g->count; i++) {
        int64_t lower = (int64_t)w[i] - (int64_t)((uint64_t)l->depress * y[id ? id[i] : i] >> l->shift);
        w[i] = (int32_t)(lower > l->weight_low ? lower : l->weight_low);
    }
}

/* A row with plastic synapses is written back whole, word by word behind the accumulators; beside them the post traces are read. */
static void serve_plastic(struct stdp *s, uint32_t axon, struct core_counts *counts)
{
    const struct image_words *words = &s->image.words;
    struct segment *g = plastic_row(&s->plastic, axon);
    struct memory_count *first = counts->memory + (size_t)g->group * IMAGE_TABLES;
    first[IMAGE_PRE_TRACE].reads += words->pre_each;
    first[IMAGE_PRE_TRACE].writes += words->pre_each;
    s->arrived[axon] = 1;
    for (;; g = (struct segment *)segment_next(g)) {
        struct memory_count *memory = counts->memory + (size_t)g->group * IMAGE_TABLES;
        memory[IMAGE_ROWS].writes += g->words;
        memory[IMAGE_ROWS].row_writes += g->words;
        memory[IMAGE_POST_TRACE].reads += words->post_per ? g->spots : 0;
        if (!g->fixed) {
            depress(s, g);
            counts->action[(size_t)g->group * N_ACTIONS + ACT_LEARN_SOPS] += g->count;
        }
        if (g->last)
            return;
    }
}

/* One by one: a second packet on an axon finds the weights that the first left. */
static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                  struct emissions *out, struct core_counts *counts, struct err *err)
{
    struct stdp *s = stdp_of(core);
    (void)ahead, (void)out;
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].axon >= s->image.axons)
            return err_bug(err, "stdp: axon %u of %u", p[i].axon, s->image.axons);
        struct packet own = of_own_row(s, &p[i]);
        accumulators_accept(&core->batch.sums, at, &own, 1, 0, cycles ? cycles + i : NULL, counts);
        if (s->image.learning.on && s->plastic.learns[p[i].axon])
            serve_plastic(s, p[i].axon, counts);
    }
    return 0;
}

/* ---- the update ---- */

static void group(struct core *core, const struct image_group *g)
{
    struct stdp *s = stdp_of(core);
    const struct image_learning *l = &s->image.learning;
    integer_lif_group(core, g);
    if (!l->on || !g->learns)
        return;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        s->fired[i] = core->batch.fired[k];
        s->any_fired |= s->fired[i];
        s->post[s->now][i] = (uint16_t)next_trace(s->post[!s->now][i], l->post_keep, s->fired[i] ? l->post_add : 0, l->trace_bits);
    }
}

/* Traces are kept twice, like accumulators: packets of this step see those before the update. Groups that are held, or do not learn, have none. */
static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    struct stdp *s = stdp_of(core);
    (void)err;
    if (s->image.learning.on) {
        s->now = !s->now;
        s->any_fired = 0;
        memset(s->post[s->now], 0, s->image.neurons * sizeof **s->post);
        memset(s->fired, 0, s->image.neurons);
    }
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

/* ---- potentiation: at the end of the step ---- */

static void potentiate(const struct stdp *s, struct segment *g, uint32_t change)
{
    const struct image_learning *l = &s->image.learning;
    const uint8_t *fired = s->fired + g->base;
    const uint32_t *id = plastic_ids(g);
    int32_t *w = plastic_weights(g);
    for (uint32_t i = 0; i < g->count; i++) {
        if (!fired[id ? id[i] : i])
            continue;
        int64_t higher = (int64_t)w[i] + change;
        w[i] = (int32_t)(higher < l->weight_high ? higher : l->weight_high);
    }
}

/* A row's sweep: read and written whole, whoever of its targets fired. Returns its cycles. */
static uint64_t sweep_row(const struct stdp *s, uint32_t axon, struct core_counts *counts)
{
    const struct image_time *t = &s->image.time;
    const struct image_learning *l = &s->image.learning;
    struct segment *g = plastic_row(&s->plastic, axon);
    uint32_t first = g->group, change = (uint32_t)((uint64_t)l->potentiate * s->pre[axon] >> l->shift);
    uint64_t cycles = t->learn_row + t->learn_axon_word * s->image.words.axon;
    counts->action[(size_t)first * N_ACTIONS + ACT_LEARN_ROWS]++;
    counts->memory[(size_t)first * IMAGE_TABLES + IMAGE_AXON].reads += s->image.words.axon;
    for (;; g = (struct segment *)segment_next(g)) {
        struct memory_count *memory = counts->memory + (size_t)g->group * IMAGE_TABLES;
        memory[IMAGE_ROWS].reads += g->words;
        memory[IMAGE_ROWS].writes += g->words;
        memory[IMAGE_ROWS].row_reads += g->words;
        memory[IMAGE_ROWS].row_writes += g->words;
        memory[IMAGE_POST_TRACE].reads += s->image.words.post_per ? g->spots : 0;
        cycles += t->learn_row_word * g->words;
        if (!g->fixed) {
            potentiate(s, g, change);
            counts->action[(size_t)g->group * N_ACTIONS + ACT_LEARN_SOPS] += g->count;
        }
        if (g->last)
            break;
    }
    counts->action[(size_t)first * N_ACTIONS + ACT_BUSY_CYCLES] += cycles;
    return cycles;
}

/* Words of the pre traces of all axons in use; the program looks at one at least. */
static uint64_t pre_words(const struct image *image)
{
    const struct image_words *w = &image->words;
    uint64_t words = w->pre_per ? ((uint64_t)image->axons + w->pre_per - 1) / w->pre_per : 0;
    return w->pre_per && !words ? w->pre_each : words * w->pre_each;
}

/* Every pre trace is read, used and written back decayed, in order of axons. Other phases than the end of a step change nothing. */
static int learn(struct core *core, const struct core_step *at, enum learn_phase phase, int64_t third_factor, uint32_t *cycles,
                 struct core_counts *counts, struct err *err)
{
    struct stdp *s = stdp_of(core);
    const struct image_learning *l = &s->image.learning;
    (void)at, (void)third_factor;
    *cycles = 0;
    if (!l->on || phase != LEARN_STEP)
        return 0;
    uint64_t words = pre_words(&s->image), program = s->image.time.learn + words * s->image.time.learn_pre_word, rows = 0;
    counts->action[ACT_LEARN_STEPS]++;          /* the program belongs to the first group, as that of the update does */
    counts->action[ACT_BUSY_CYCLES] += program;
    counts->memory[IMAGE_PRE_TRACE].reads += words;
    counts->memory[IMAGE_PRE_TRACE].writes += words;
    for (uint32_t a = 0; a < s->image.axons; a++) {
        if (s->pre[a] && s->any_fired)
            rows += sweep_row(s, a, counts);
        s->pre[a] = (uint16_t)next_trace(s->pre[a], l->pre_keep, s->arrived[a] ? l->pre_add : 0, l->trace_bits);
    }
    memset(s->arrived, 0, s->image.axons);
    if (program + rows >= UINT32_MAX)
        return err_answer(err, "stdp: learning takes more than 2^32 cycles in one step: shorter times in service.learn would help");
    *cycles = (uint32_t)(program + rows);
    return 0;
}

/* ---- variables ---- */

/* Index of a weight: axon * 2^32 + place in its row. A bug of the caller where there is no such place. */
static int no_variable(uint32_t variable, uint64_t index, struct err *err)
{
    return err_bug(err, "stdp: no variable %u at %llu", variable, (unsigned long long)index);
}

static uint16_t *trace_at(const struct stdp *s, uint32_t variable, uint64_t index)
{
    if (variable == VARIABLE_PRE && index < s->image.axons)
        return s->pre + index;
    return variable == VARIABLE_POST && index < s->image.neurons ? s->post[s->now] + index : NULL;
}

static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    const struct stdp *s = stdp_of(core);
    if (variable == VARIABLE_MEMBRANE)
        return integer_peek(core, 0, index, value, err);
    const uint16_t *trace = trace_at(s, variable, index);
    const int32_t *weight = variable == VARIABLE_WEIGHT ? plastic_weight(&s->plastic, (uint32_t)(index >> 32), (uint32_t)index) : NULL;
    if (!trace && !weight)
        return no_variable(variable, index, err);
    *value = trace ? *trace : *weight;
    return 0;
}

static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    const struct stdp *s = stdp_of(core);
    if (variable == VARIABLE_MEMBRANE)
        return integer_poke(core, 0, index, value, err);
    uint16_t *trace = trace_at(s, variable, index);
    int32_t *weight = variable == VARIABLE_WEIGHT ? plastic_weight(&s->plastic, (uint32_t)(index >> 32), (uint32_t)index) : NULL;
    if (trace)
        *trace = (uint16_t)value;
    else if (weight)
        *weight = (int32_t)value;
    else
        return no_variable(variable, index, err);
    return 0;
}

const struct named stdp_variables[N_VARIABLES] = {{"membrane", "integer", "v"},
                                                  {"pre_trace", "integer", "x, by axon"},
                                                  {"post_trace", "integer", "y after the last update"},
                                                  {"weight", "integer", "w; index: axon * 2^32 + place in its row"}};
static const struct field fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, NULL, "24 bit signed", "sum of a step's weights, which saturates on its way into the membrane"),
    PARAMS_LEARNING,
    {.key = NULL},
};

extern const struct core_kind core_stdp;
const struct core_kind core_stdp = {
    .name = "stdp", .about = "kind lif that learns: pair STDP by traces of axons and neurons, in integers", .abi = CORE_ABI, .flags = CORE_LEARNS,
    .fields = fields, .memories = core_tables, .actions = core_actions, .variables = stdp_variables, .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS,
    .n_variables = N_VARIABLES, .create = create, .load = load, .destroy = destroy, .reset = reset, .cost = cost, .accept = accept, .update = update,
    .learn = learn, .peek = peek, .poke = poke,
};
