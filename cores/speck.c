/* speck: the asynchronous convolution core of Speck and DYNAP-CNN. There are no steps: an event adds the kernel to the neurons of its
 * footprint, in all output channels, and a neuron that reaches its threshold fires at once, at most once per synapse:
 *     v = clip(v + weight)       spike = v >= threshold       v = v - threshold, or 0
 * so that a membrane may stay above its threshold until the next event touches it. It leaks by a constant only: each tick of a slow clock, here
 * a time reference, adds the neuron's bias,
 *     v = clip(v + bias)         spike and reset as above
 * and a layer without biases has its leak off. clip: to the membrane's word, from below also to the layer's lower bound.
 *
 * From the chips' public documentation (SynSense, sinabs: docs/speck/overview.md and docs/speck/faqs/tips_for_training.md; samna: the
 * configuration of a CNN layer) and O. Richter et al., Speck, arXiv:2304.06793, 2023. That a spike of the slow clock is treated like one of
 * an event, and that a footprint is walked by rising number of its neurons, is our reading: neither is documented. Sum pooling belongs to
 * the destination's address, so it is in the rows: each source's row is the footprint of its pooled position. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/accumulate.h"
#include "cores/params.h"
#include "cores/sweep.h"

struct core {
    const struct image *image;
    int32_t *membrane, *low;    /* [neurons] state; what it is clipped to from below */
    uint8_t *fired, *active;    /* scratch of a time reference */
    int32_t *before;            /* scratch: state before packets whose spikes may not fit */
    uint8_t *leaks;             /* [groups] 1: some neuron has a bias */
    int any_leak;
};

static const struct named variables[] = {{"membrane", "integer", "v"}};

static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct core));
}

/* NULL is allowed, and a core whose load failed. */
static void destroy(struct core *core)
{
    if (!core)
        return;
    void *const owned[] = {core->membrane, core->low, core->fired, core->active, core->before, core->leaks};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(core);
}

static void reset(struct core *core)
{
    memset(core->membrane, 0, core->image->neurons * sizeof *core->membrane);
}

/* A chip file may offer what this kind has not; a group that took it would be computed wrongly without a word. */
static int check_group(const struct image *image, const struct image_group *g, struct err *err)
{
    if (g->point != IMAGE_NOW || g->refractory)
        return err_answer(err, "kind speck resets in the event of the spike and its neurons do not rest: write offers: {reset_time: [now]}, no refractory");
    if (g->shift)
        return err_bug(err, "speck: the weights of neurons %u..%u are shifted", g->first, g->first + g->count - 1);
    for (uint32_t i = g->first; i < g->first + g->count; i++)
        if (image->decay_v[i])
            return err_bug(err, "speck: neuron %u decays by a factor", i);
    return 0;
}

/* Invariant: low <= 0, so that a neuron at rest is never clipped. */
static int load(struct core *core, const struct image *image, struct err *err)
{
    uint32_t n = image->neurons;
    core->image = image;
    if (sweep_longest(image) >= UINT32_MAX)
        return err_answer(err, "a time reference of %u neurons can take more than 2^32 cycles: shorter service times would help", n);
    core->membrane = mem_new(n, sizeof *core->membrane);
    core->before = mem_new(n, sizeof *core->before);
    core->low = mem_new(n, sizeof *core->low);
    core->fired = mem_new(n, 1);
    core->active = mem_new(n, 1);
    core->leaks = mem_new(image->groups, 1);
    memset(core->active, 1, n);
    for (uint32_t g = 0; g < image->groups; g++) {
        if (check_group(image, &image->group[g], err))
            return -1;
        for (uint32_t i = image->group[g].first; i < image->group[g].first + image->group[g].count; i++) {
            int64_t least = image->floor_at_threshold && image->group[g].fires ? -(int64_t)image->threshold[i] : image->membrane_low;
            core->low[i] = (int32_t)(least > 0 ? 0 : least > image->membrane_low ? least : image->membrane_low);
            core->leaks[g] |= image->bias[i] != 0;
        }
        core->any_leak |= core->leaks[g];
    }
    return 0;
}

/* One addition to one neuron: 1 if it fires, and then it has been reset. */
static inline int receive(struct core *core, const struct image_group *g, uint32_t i, int64_t add)
{
    const struct image *image = core->image;
    int64_t v = core->membrane[i] + add, low = core->low[i];
    v = v < low ? low : v > image->membrane_high ? image->membrane_high : v;
    int fires = g->fires && v >= image->threshold[i] + (int64_t)!g->at_least;
    if (fires && g->reset == IMAGE_RESET_SUBTRACT)
        v -= image->reset_value[i];
    else if (fires && g->reset == IMAGE_RESET_VALUE)
        v = image->reset_value[i];
    core->membrane[i] = (int32_t)(v < low ? low : v);
    return fires;
}

/* ---- an event ---- */

/* One packet in service. Time goes on evenly over a segment's synapses: a spike leaves when its own has been processed. */
struct service {
    struct core *core;
    struct emissions *out;
    struct core_counts *counts;
    uint32_t cause;
    int32_t payload;
    uint64_t cycles;            /* before the segment in hand */
    int full;                   /* a spike found no room */
};

static uint64_t segment_cycles(const struct image_time *t, const struct segment *s)
{
    return t->sop * s->count + t->row_word * s->words;
}

static uint64_t head_cycles(const struct image *image)
{
    return image->time.packet + image->time.axon_word * image->words.axon;
}

static void fire(struct service *p, const struct segment *s, uint32_t synapse, uint32_t neuron)
{
    uint64_t offset = p->cycles + segment_cycles(&p->core->image->time, s) * (synapse + 1) / s->count;
    if (p->out->count == p->out->capacity) {
        p->full = 1;
        return;
    }
    p->out->at[p->out->count++] = (struct emission){neuron, 1, offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX, p->cause};
}

/* The storage forms of 8 bit weights, which are the hardware's; wider ones (--bits) take the slow way. */
#define WALK(target_of)                                                                        \
    for (uint32_t i = 0; i < s->count; i++) {                                                  \
        uint32_t target = s->base + (target_of);                                               \
        if (receive(p->core, g, target, (int64_t)weight[i] * p->payload))                      \
            fire(p, s, i, target);                                                             \
    }

static void walk_any(struct service *p, const struct image_group *g, const struct segment *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t target;
        int64_t weight;
        segment_synapse(s, i, &target, &weight);
        if (receive(p->core, g, target, weight * p->payload))
            fire(p, s, i, target);
    }
}

static void walk(struct service *p, const struct image_group *g, const struct segment *s)
{
    const unsigned char *body = (const unsigned char *)(s + 1);
    const int8_t *weight = (const int8_t *)(body + segment_weights_at(s));
    if (s->form == ROW_DENSE8)
        WALK(i)
    else if (s->form == ROW_ID8_W8 || s->form == ROW_FEW8)
        WALK(body[i])
    else if (s->form == ROW_ID16_W8)
        WALK(((const uint16_t *)(const void *)body)[i])
    else
        walk_any(p, g, s);
}

/* Each synapse reads a kernel word and reads and writes a neuron's word. */
static void count_segment(const struct service *p, const struct segment *s, uint64_t spikes)
{
    const struct image *image = p->core->image;
    uint64_t *action = p->counts->action + (size_t)s->group * N_ACTIONS, state = (uint64_t)s->count * image->words.state_each;
    struct memory_count *memory = p->counts->memory + (size_t)s->group * IMAGE_TABLES;
    action[ACT_SOPS] += s->count;
    action[ACT_SPIKES] += spikes;
    action[ACT_BUSY_CYCLES] += segment_cycles(&image->time, s);
    memory[IMAGE_ROWS].reads += s->words;
    memory[IMAGE_ROWS].row_reads += s->words;
    memory[IMAGE_STATE].reads += state;
    memory[IMAGE_STATE].writes += state;
}

static void count_head(const struct service *p, uint32_t group)
{
    const struct image *image = p->core->image;
    p->counts->action[(size_t)group * N_ACTIONS + ACT_LEAVES]++;
    p->counts->action[(size_t)group * N_ACTIONS + ACT_BUSY_CYCLES] += head_cycles(image);
    p->counts->memory[(size_t)group * IMAGE_TABLES + IMAGE_AXON].reads += image->words.axon;
}

/* Returns the cycles of the packet's service. counts NULL: none are taken. */
static uint64_t serve(struct service *p, const struct segment *s)
{
    const struct image *image = p->core->image;
    p->cycles = head_cycles(image);
    if (p->counts)
        count_head(p, s->group);
    for (;; s = segment_next(s)) {
        uint32_t before = p->out->count;
        walk(p, &image->group[s->group], s);
        if (p->counts)
            count_segment(p, s, p->out->count - before);
        p->cycles += segment_cycles(&image->time, s);
        if (s->last)
            return p->cycles;
    }
}

static const struct segment *row_of(const struct core *core, const struct packet *p)
{
    return (const struct segment *)(core->image->rows + p->row);
}

/* ---- the slow clock ---- */

/* All neurons of a group that leaks; fired says which. Returns how many. */
static uint32_t tick_group(struct core *core, const struct image_group *g)
{
    uint32_t spikes = 0;
    for (uint32_t k = 0; k < g->count; k++) {
        core->fired[k] = (uint8_t)receive(core, g, g->first + k, core->image->bias[g->first + k]);
        spikes += core->fired[k];
    }
    return spikes;
}

/* One tick for all: a sweep over the layers that leak; the others are not visited. Spikes go to `out` from its place 0 on. */
static uint32_t tick_all(struct core *core, struct emissions *out, struct core_counts *counts)
{
    const struct image *image = core->image;
    struct sweep sweep;
    uint32_t cycles = 0;
    out->count = 0;
    if (!core->any_leak)
        return 0;
    sweep_begin(&sweep, image, out, counts);
    for (uint32_t g = 0; g < image->groups; g++) {
        const struct image_group *group = &image->group[g];
        if (!core->leaks[g]) {
            sweep.place += (uint64_t)group->count * group->compartments;
            continue;
        }
        tick_group(core, group);
        sweep_group(&sweep, g, core->fired, core->active);
    }
    sweep_end(&sweep, &cycles);
    return cycles;
}

static uint32_t group_of(const struct image *image, uint32_t neuron)
{
    uint32_t g = 0;
    while (neuron >= image->group[g].first + image->group[g].count)
        g++;
    return g;
}

/* One tick for one neuron (time.reference with target: neurons). */
static uint32_t tick_one(struct core *core, uint32_t neuron, struct emissions *out, struct core_counts *counts)
{
    const struct image *image = core->image;
    const struct image_words *w = &image->words;
    uint32_t g = group_of(image, neuron);
    uint64_t *action = counts->action + (size_t)g * N_ACTIONS;
    struct memory_count *memory = counts->memory + (size_t)g * IMAGE_TABLES;
    if (!core->leaks[g])
        return 0;
    uint64_t cycles = image->time.step + image->time.active + image->time.state_word * w->state_each + image->time.parameter_word * w->parameter_each;
    if (receive(core, &image->group[g], neuron, image->bias[neuron])) {
        out->at[out->count++] = (struct emission){neuron, 1, (uint32_t)cycles, NO_PACKET};
        action[ACT_SPIKES]++;
    }
    action[ACT_UPDATE_ACTIVE]++;
    action[ACT_CORE_STEPS]++;
    action[ACT_BUSY_CYCLES] += cycles;
    memory[IMAGE_STATE].reads += w->state_each;
    memory[IMAGE_STATE].writes += w->state_each;
    memory[IMAGE_PARAMETER].reads += w->parameter_each;
    return (uint32_t)cycles;
}

/* A time reference as a packet, number `cause` of its call. */
static uint32_t tick(struct core *core, const struct packet *p, uint32_t cause, struct emissions *out, struct core_counts *counts)
{
    struct emissions own = {out->at + out->count, 0, out->capacity - out->count};
    counts->action[ACT_LEAVES]++;
    uint32_t cycles = p->axon == NO_PACKET ? tick_all(core, &own, counts) : tick_one(core, p->axon, &own, counts);
    for (uint32_t i = 0; i < own.count; i++)
        own.at[i].cause = cause;
    out->count += own.count;
    return cycles;
}

/* The same neurons without counting: spikes. */
static uint32_t try_tick(struct core *core, const struct packet *p)
{
    const struct image *image = core->image;
    uint32_t spikes = 0;
    if (p->axon != NO_PACKET)
        return (uint32_t)receive(core, &image->group[group_of(image, p->axon)], p->axon, image->bias[p->axon]);
    for (uint32_t g = 0; g < image->groups; g++)
        spikes += core->leaks[g] ? tick_group(core, &image->group[g]) : 0;
    return spikes;
}

/* Driven alone, a core's update is a tick. */
static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)at, (void)err;
    *cycles = tick_all(core, out, counts);
    return 0;
}

/* ---- packets ---- */

/* Spikes that n packets cannot exceed: one per synapse, one per neuron of a tick. */
static uint64_t most_spikes(const struct core *core, const struct packet *p, uint32_t n)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].kind == PACKET_TIME_REFERENCE) {
            most += core->any_leak ? core->image->neurons : 0;
            continue;
        }
        const struct segment *s = row_of(core, &p[i]);
        most += s->count;
        while (!s->last) {
            s = segment_next(s);
            most += s->count;
        }
    }
    return most;
}

/* Where there might be too little room, the packets are tried without counting, and taken back. 1: the spikes fit after all. */
static int spikes_fit(struct core *core, const struct packet *p, uint32_t n, struct emissions *out)
{
    uint64_t spikes = 0;
    memcpy(core->before, core->membrane, core->image->neurons * sizeof *core->before);
    for (uint32_t i = 0; i < n && spikes <= out->capacity; i++) {
        struct service service = {.core = core, .out = out, .payload = p[i].payload};
        out->count = 0;
        if (p[i].kind == PACKET_TIME_REFERENCE)
            spikes += try_tick(core, &p[i]);
        else
            serve(&service, row_of(core, &p[i]));
        spikes += (uint64_t)out->count + (uint64_t)service.full;
    }
    memcpy(core->membrane, core->before, core->image->neurons * sizeof *core->before);
    out->count = 0;
    return spikes <= out->capacity;
}

/* In the order given, which is the order of service. */
static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                  struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)at, (void)ahead;
    if (!out)
        return err_bug(err, "speck: accept without room for spikes");
    if (out->capacity < most_spikes(core, p, n) && !spikes_fit(core, p, n, out))
        return err_bug(err, "speck: %u packets make more spikes than the %u there is room for", n, out->capacity);
    out->count = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct service service = {.core = core, .out = out, .counts = counts, .cause = i, .payload = p[i].payload};
        uint64_t taken = p[i].kind == PACKET_TIME_REFERENCE ? tick(core, &p[i], i, out, counts) : serve(&service, row_of(core, &p[i]));
        if (cycles)
            cycles[i] = taken < UINT32_MAX ? (uint32_t)taken : UINT32_MAX;
    }
    return 0;
}

static void cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++) {              /* of events */
        const struct segment *s = row_of(core, &p[i]);
        uint64_t all = head_cycles(core->image) + segment_cycles(&core->image->time, s);
        while (!s->last) {
            s = segment_next(s);
            all += segment_cycles(&core->image->time, s);
        }
        cycles[i] = all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
    }
}

static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    if (variable || index >= core->image->neurons)
        return err_bug(err, "speck: no variable %u of neuron %llu", variable, (unsigned long long)index);
    *value = core->membrane[index];
    return 0;
}

/* Not clipped, so that a test can go beyond the word. */
static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    if (variable || index >= core->image->neurons)
        return err_bug(err, "speck: no variable %u of neuron %llu", variable, (unsigned long long)index);
    core->membrane[index] = (int32_t)value;
    return 0;
}

/* Its reset is always in the event of the spike; a decay by a factor, a current and a rest it does not have. */
static const struct field fields[] = {
    PARAMS_FORMAT("weight", weight, NULL, "8 bit signed", "a synapse's weight, in the kernel memory"),
    PARAMS_FORMAT("membrane", membrane, NULL, "16 bit signed", "a neuron's state, in the neuron memory"),
    PARAMS_FORMAT("threshold", threshold, NULL, "16 bit signed", "of a layer"),
    PARAMS_FORMAT("bias", bias, "", "16 bit signed", "what each tick of the slow clock adds; needed where a bias is offered"),
    PARAMS_SPIKE,
    {"offers.bias", FIELD_WORD, PARAMS_OF(has_bias), 0, 0, 0, "none|per_neuron", "none", "per_neuron", "a constant leak, by a time reference"},
    {"offers.lower_bound", FIELD_WORD, PARAMS_OF(lower_bound), 0, 0, 0, "format|threshold", "format", "threshold",
     "where membranes stop falling: at the end of their word, or at minus the layer's threshold"},
    {.key = NULL},
};

extern const struct core_kind core_speck;
const struct core_kind core_speck = {
    .name = "speck", .about = "asynchronous convolution core of Speck: integrates and fires per event, leaks by a slow clock",
    .abi = CORE_ABI, .flags = CORE_EMITS_ON_ACCEPT | CORE_ORDERED, .fields = fields, .memories = core_tables, .actions = core_actions,
    .variables = variables, .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 1,
    .create = create, .load = load, .destroy = destroy, .reset = reset, .cost = cost, .accept = accept, .update = update,
    .peek = peek, .poke = poke,
};
