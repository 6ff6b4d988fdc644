/* rtl_fixture.h: a core in RTL against its C kind, the same image and the same packets: spikes with their offsets, membranes, and where the kinds learn
 * weights and traces; accesses of every memory, cycles of every packet, update and learning program. Images are random: sizes, formats, rules, windows, rows
 * dense and in lists, learning at its extremes; every number comes from the seed, which a failure prints. The service times given to the C kind are those
 * that the RTL claims: 3 + accumulator words, 2 + state words + spikes, 2 + trace words + (3 + synapse words) per row swept. */
#ifndef VOLLEY_TESTS_RTL_FIXTURE_H
#define VOLLEY_TESTS_RTL_FIXTURE_H
#include "base/err.h"
#include "core_fixture.h"
#include "cores/accumulate.h"
#include "cores/clocked.h"
#include "cores/image.h"
#include "kit.h"

enum { NEURONS = 1024, GROUPS = 8, AXONS = 64, STEPS = 24, ROW_UNITS = 1200 };
enum { REPEATS = 16, PACKETS = AXONS * REPEATS };       /* packets of a step per axon, and in all, at most */

/* What a verilated core was built with; the image asks for exactly this. */
struct set {
    uint32_t neurons, lanes, weight_bits, membrane_bits, current_bits, sum_bits, bias_bits, rest_bits, decay_bits, trace_bits, rate_bits;
    uint32_t queue;             /* packets, in and out */
};
/* The C core behind pins (cores/clocked.c), for steps that look at pins. */
static struct clocked *behind;


struct bench {
    uint64_t events, swept, adjusted;   /* packets; rows swept, plastic synapses adjusted, so far */
    const struct set *set;
    uint64_t random;
    struct image image;
    struct image_group group[GROUPS];
    uint64_t rows[AXONS * ROW_UNITS];
    uint32_t axon_row[AXONS];
    int32_t threshold[NEURONS], bias[NEURONS], reset_value[NEURONS], decay_v[NEURONS];
    uint64_t fan_in[NEURONS];
};
/* One of the two cores, and what it said last. */
struct side {
    const struct core_kind *kind;
    struct core *core;
    uint64_t action[GROUPS * N_ACTIONS];
    struct memory_count memory[GROUPS * IMAGE_TABLES];
    struct core_counts counts;
    struct emission emission[NEURONS];
    struct emissions out;
    uint32_t cycles[PACKETS], update, learn;
};

/* splitmix64: the same numbers on every machine. */
static uint32_t next(struct bench *b, uint32_t below)
{
    uint64_t z = b->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 11) % below;
}

static int32_t between(struct bench *b, int32_t low, int32_t high)
{
    return low + (int32_t)next(b, (uint32_t)(high - low) + 1);
}

/* A value of so many bits: often one of the ends, or near them. */
static uint32_t extreme(struct bench *b, uint32_t bits)
{
    uint32_t top = ((uint32_t)1 << bits) - 1;
    switch (next(b, 8)) {
    case 0: return 0;
    case 1: return top;
    case 2: return 1;
    default: return next(b, top + 1);
    }
}

/* Off in one image of eight, where the core is to equal kind lif. Limits anywhere in the weights' range, one value alone among them. */
static void make_learning(struct bench *b)
{
    const struct set *s = b->set;
    int32_t high = (1 << (s->weight_bits - 1)) - 1, one = between(b, -high - 1, high), other = between(b, -high - 1, high);
    if (!s->trace_bits || !next(b, 8))
        return;
    if (next(b, 2)) {
        one = -high - 1;
        other = high;
    }
    b->image.learning = (struct image_learning){
        .on = 1, .trace_bits = s->trace_bits, .pre_add = extreme(b, s->trace_bits), .post_add = extreme(b, s->trace_bits), .pre_keep = extreme(b, 8),
        .post_keep = extreme(b, 8), .potentiate = extreme(b, s->rate_bits), .depress = extreme(b, s->rate_bits),
        .shift = next(b, 4) ? 2 + next(b, 8) : next(b, 16),
        .weight_low = one < other ? one : other, .weight_high = one < other ? other : one,
    };
}

/* Whole words per group, so that no accumulator word belongs to two populations: kind lif counts such a word twice, the RTL once. */
static void make_groups(struct bench *b)
{
    const struct set *s = b->set;
    uint32_t words = s->neurons / s->lanes, groups = 1 + next(b, 4), at = 0;
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t left = words - at / s->lanes - (groups - g - 1), n = 1 + next(b, left > 1 ? left : 1), open = next(b, 4);
        b->group[g] = (struct image_group){
            .first = at, .count = n * s->lanes - (g + 1 == groups ? next(b, s->lanes) : 0), .open = open, .close = open + 4 + next(b, STEPS), .compartments = 1,
            .ports = 1, .fires = next(b, 8) != 0, .reset = (enum image_reset)next(b, 3), .point = (enum image_point)next(b, 3), .at_least = (int)next(b, 2),
            .refractory = next(b, 2) ? 0 : next(b, 4) ? 1 + next(b, 3) : ((uint32_t)1 << s->rest_bits) - 1, .shift = next(b, 2) ? 0 : next(b, 8),
            .decay_bits = s->decay_bits ? next(b, s->decay_bits + 1) : next(b, 13), .learns = b->image.learning.on && next(b, 4) != 0,
        };
        at += n * s->lanes;
    }
    b->image.groups = groups;
    b->image.group = b->group;
    b->image.neurons = b->group[groups - 1].first + b->group[groups - 1].count;
}

/* Mostly near the sums that arrive, sometimes at the ends of the range or beyond it. */
static int32_t level(struct bench *b, uint32_t bits)
{
    int32_t high = (int32_t)(((uint32_t)1 << (bits - 1)) - 1);
    switch (next(b, 8)) {
    case 0: return high;
    case 1: return -high - 1;
    case 2: return between(b, -high - 1, high);
    case 3: return 0;
    default: return between(b, -200, 500);
    }
}

static void make_neurons(struct bench *b)
{
    const struct set *s = b->set;
    for (uint32_t g = 0; g < b->image.groups; g++)
        for (uint32_t i = b->group[g].first; i < b->group[g].first + b->group[g].count; i++) {
            uint32_t bits = b->group[g].decay_bits, k = next(b, bits + 1);
            b->threshold[i] = next(b, 20) ? level(b, s->membrane_bits) : (int32_t)(next(b, 2) ? 0x40000000 : -0x40000000);
            b->bias[i] = next(b, 2) ? 0 : next(b, 6) ? between(b, -20, 20) : level(b, s->bias_bits);
            b->reset_value[i] = next(b, 3) ? level(b, s->membrane_bits + 1) : b->threshold[i] & 0xff;
            b->decay_v[i] = s->decay_bits ? between(b, 0, 1 << bits) : next(b, 4) ? 1 << (bits - k) : 0;
        }
}

/* One segment: dense over a run of whole words, or a list; with ids of one or two bytes. Returns its size in units of 8 bytes. */
static size_t make_segment(struct bench *b, uint64_t *to, uint32_t g, int last)
{
    const struct set *s = b->set;
    const struct image_group *group = &b->group[g];
    int32_t high = (1 << (s->weight_bits - 1)) - 1, low = -high - 1, list = next(b, 3) == 0;
    struct segment seg = {.group = (uint16_t)g, .last = (uint8_t)last, .fixed = next(b, 5) == 0};
    int plastic = group->learns && !seg.fixed;
    if (plastic) {
        low = b->image.learning.weight_low;
        high = b->image.learning.weight_high;
    }
    uint64_t most = (uint64_t)(-low > high ? -low : high < 0 ? -high : high);     /* of a plastic weight, now or later */
    unsigned char *body = (unsigned char *)to + sizeof seg;
    uint32_t words = (group->count + s->lanes - 1) / s->lanes, first = next(b, words), n = 1 + next(b, words - first);
    seg.base = group->first + first * s->lanes;
    seg.form = list ? ROW_ID16_W8 : ROW_DENSE8;
    uint16_t id[NEURONS];
    uint32_t end = (first + n) * s->lanes < group->count ? n * s->lanes : group->count - first * s->lanes, touched = UINT32_MAX;
    int8_t weight[NEURONS];
    for (uint32_t i = 0; i < end; i++) {
        if (list && next(b, 4))
            continue;
        id[seg.count] = (uint16_t)i;
        weight[seg.count++] = (int8_t)(next(b, 8) ? between(b, low, high) : next(b, 2) ? high : low);
        seg.spots += i / s->lanes != touched;
        touched = i / s->lanes;
    }
    seg.words = seg.spots;
    memcpy(to, &seg, sizeof seg);
    if (list)
        memcpy(body, id, seg.count * sizeof *id);
    memcpy(body + (list ? seg.count * sizeof *id : 0), weight, seg.count);
    for (uint32_t k = 0; k < seg.count; k++)
        b->fan_in[seg.base + id[k]] += (plastic ? most : (uint64_t)(weight[k] < 0 ? -weight[k] : weight[k])) * REPEATS;
    return (size_t)((const uint64_t *)segment_next((const struct segment *)to) - to);
}

/* A row reaches some of the groups, in order; an empty row is a segment without synapses. */
static void make_rows(struct bench *b)
{
    memset(b->fan_in, 0, sizeof b->fan_in);
    for (uint32_t a = 0; a < b->image.axons; a++) {
        uint64_t *to = b->rows + (size_t)a * ROW_UNITS;
        uint32_t first = next(b, b->image.groups), end = first + 1 + next(b, b->image.groups - first);
        b->axon_row[a] = a * ROW_UNITS;
        if (next(b, 10) == 0) {
            struct segment empty = {.group = (uint16_t)first, .last = 1};
            memcpy(to, &empty, sizeof empty);
            continue;
        }
        for (uint32_t g = first; g < end; g++)
            to += make_segment(b, to, g, g + 1 == end);
    }
}

static void make_bench(struct bench *b, const struct set *s, uint64_t seed)
{
    uint64_t events = b->events, swept = b->swept, adjusted = b->adjusted;
    memset(b, 0, sizeof *b);
    b->events = events;
    b->swept = swept;
    b->adjusted = adjusted;
    b->set = s;
    b->random = seed;
    make_learning(b);
    make_groups(b);
    make_neurons(b);
    b->image.axons = 1 + next(b, AXONS);
    make_rows(b);
    b->image.rows = b->rows;
    b->image.axon_row = b->axon_row;
    b->image.delay_slots = 1;
    b->image.threshold = b->threshold;
    b->image.bias = b->bias;
    b->image.reset_value = b->reset_value;
    b->image.decay_v = b->image.decay_u = b->decay_v;
    b->image.fan_in_sum = b->fan_in;
    b->image.membrane_high = ((int64_t)1 << (s->membrane_bits - 1)) - 1;
    b->image.membrane_low = -b->image.membrane_high - 1;
    b->image.current_high = ((int64_t)1 << (s->current_bits - 1)) - 1;
    b->image.current_low = -b->image.current_high - 1;
    b->image.rounding = (enum image_rounding)next(b, 3);
    b->image.active = (enum image_active)next(b, 4);
    b->image.words = (struct image_words){.axon = 1, .state_per = s->lanes, .accumulator_per = s->lanes, .parameter_per = s->lanes, .state_each = 1,
                                          .accumulator_each = 1, .parameter_each = 1};
    b->image.time = (struct image_time){.packet = 3, .spot = 1, .step = 2, .spike = 1, .state_word = 1, .learn = 2, .learn_pre_word = 1, .learn_row = 3,
                                        .learn_row_word = 1};
    if (b->image.learning.on) {
        b->image.words.pre_per = b->image.words.post_per = s->lanes;
        b->image.words.pre_each = b->image.words.post_each = 1;
    }
}

static int side_open(struct side *side, const char *kind, const struct bench *b, struct err *err)
{
    memset(side, 0, sizeof *side);
    side->kind = kind_named(kind);
    side->counts = (struct core_counts){side->action, side->memory};
    side->out = (struct emissions){side->emission, 0, NEURONS};
    if (!(side->core = side->kind->create(NULL, 0, err)) || side->kind->load(side->core, &b->image, err))
        return -1;
    side->kind->reset(side->core);
    return 0;
}

static struct memory_count all_groups(const struct side *side, uint32_t groups, int table)
{
    struct memory_count sum = {0};
    for (uint32_t g = 0; g < groups; g++) {
        sum.reads += side->memory[g * IMAGE_TABLES + (uint32_t)table].reads;
        sum.writes += side->memory[g * IMAGE_TABLES + (uint32_t)table].writes;
        sum.row_reads += side->memory[g * IMAGE_TABLES + (uint32_t)table].row_reads;
        sum.row_writes += side->memory[g * IMAGE_TABLES + (uint32_t)table].row_writes;
    }
    return sum;
}

/* 0, or what differs first; *at: where. */
static const char *counts_differ(const struct bench *b, const struct side *c, const struct side *rtl, uint64_t *at)
{
    for (int t = 0; t < IMAGE_TABLES; t++) {
        struct memory_count x = all_groups(c, b->image.groups, t), y = all_groups(rtl, b->image.groups, t);
        *at = (uint64_t)t;
        if (x.reads != y.reads || x.row_reads != y.row_reads)
            return "reads of memory";
        if (x.writes != y.writes || x.row_writes != y.row_writes)
            return "writes of memory";
    }
    for (uint32_t a = 0; a < b->image.groups * N_ACTIONS; a++) {
        *at = a;
        if (a % N_ACTIONS != ACT_BUSY_CYCLES && c->action[a] != rtl->action[a])
            return "action";
    }
    return NULL;
}

static const char *update_differs(const struct bench *b, const struct side *c, const struct side *rtl, uint64_t *at)
{
    struct err err;
    *at = 0;
    if (c->update != rtl->update)
        return "cycles of the update";
    if (c->out.count != rtl->out.count)
        return "number of spikes";
    for (uint32_t i = 0; i < c->out.count; i++) {
        *at = c->emission[i].neuron;
        if (c->emission[i].neuron != rtl->emission[i].neuron)
            return "spike of neuron";
        if (c->emission[i].offset != rtl->emission[i].offset)
            return "offset of the spike of neuron";
    }
    for (uint32_t i = 0; i < b->image.neurons; i++) {
        int64_t x, y;
        c->kind->peek(c->core, 0, i, &x, &err);
        *at = i;
        if (rtl->kind->peek(rtl->core, 0, i, &y, &err) || x != y)
            return "membrane of neuron";
    }
    return NULL;
}

/* The packets of one step: few or many, no axon more often than fan_in counts on. Returns their number. */
static uint32_t make_packets(struct bench *b, struct packet p[PACKETS])
{
    uint32_t n = 0, tries = next(b, 3) ? next(b, AXONS / 4) : next(b, PACKETS + 1), times[AXONS] = {0};
    while (tries--) {
        uint32_t a = next(b, b->image.axons);
        if (times[a]++ < REPEATS)
            p[n++] = (struct packet){.row = b->axon_row[a], .axon = a, .payload = 1};
    }
    b->events += n;
    return n;
}

enum variable { VARIABLE_MEMBRANE, VARIABLE_PRE, VARIABLE_POST, VARIABLE_WEIGHT };

/* A variable of both at a place. */
static int variable_differs(const struct side *c, const struct side *rtl, uint32_t variable, uint64_t index)
{
    struct err err;
    int64_t x, y;
    return c->kind->peek(c->core, variable, index, &x, &err) || rtl->kind->peek(rtl->core, variable, index, &y, &err) || x != y;
}

/* The weights of an axon's row: an index names the axon, and the place in its row. */
static const char *row_differs(const struct bench *b, const struct side *c, const struct side *rtl, uint32_t axon, uint64_t *at)
{
    uint32_t k = 0;
    for (const struct segment *s = (const struct segment *)(b->rows + b->axon_row[axon]);; s = segment_next(s)) {
        for (uint32_t i = 0; i < s->count; i++, k++) {
            *at = (uint64_t)axon << 32 | k;
            if (variable_differs(c, rtl, VARIABLE_WEIGHT, *at))
                return "weight (axon * 2^32 + place)";
        }
        if (s->last)
            return NULL;
    }
}

/* Traces, and weights: of all rows, or of a few by chance, because reading them through the configuration port takes longer than the step. */
static const char *learnt_differs(struct bench *b, const struct side *c, const struct side *rtl, int all, uint64_t *at)
{
    if (!b->image.learning.on)
        return NULL;
    for (*at = 0; *at < b->image.axons; ++*at)
        if (variable_differs(c, rtl, VARIABLE_PRE, *at))
            return "trace of axon";
    for (*at = 0; *at < b->image.neurons; ++*at)
        if (variable_differs(c, rtl, VARIABLE_POST, *at))
            return "trace of neuron";
    const char *what = NULL;
    for (uint32_t a = 0; a < b->image.axons && !what; a++)
        if (all || !next(b, b->image.axons))
            what = row_differs(b, c, rtl, a, at);
    return what;
}

/* One step of both: update, then the same packets. Returns what differs, or NULL. */
static const char *step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct core_step now = {.step = number};
    struct packet p[PACKETS];
    uint32_t n = make_packets(b, p);
    if (c->kind->update(c->core, &now, &c->out, &c->update, &c->counts, err) || rtl->kind->update(rtl->core, &now, &rtl->out, &rtl->update, &rtl->counts, err))
        return "an error";
    if (c->kind->accept(c->core, &now, p, n, 0, c->cycles, NULL, &c->counts, err) ||
        rtl->kind->accept(rtl->core, &now, p, n, 0, rtl->cycles, NULL, &rtl->counts, err))
        return "an error";
    for (uint32_t i = 0; i < n; i++) {
        uint32_t cost;
        rtl->kind->cost(rtl->core, &p[i], 1, &cost);
        *at = p[i].axon;
        if (c->cycles[i] != rtl->cycles[i] || cost != rtl->cycles[i])
            return "cycles of a packet on axon";
    }
    *at = 0;
    if (b->image.learning.on && (c->kind->learn(c->core, &now, LEARN_STEP, 0, &c->learn, &c->counts, err) ||
                                 rtl->kind->learn(rtl->core, &now, LEARN_STEP, 0, &rtl->learn, &rtl->counts, err)))
        return "an error";
    if (c->learn != rtl->learn)
        return "cycles of learning";
    const char *what = update_differs(b, c, rtl, at);
    what = what ? what : learnt_differs(b, c, rtl, number + 1 == STEPS, at);
    return what ? what : counts_differ(b, c, rtl, at);
}

enum { CYCLES_MOST = 1 << 20 };

/* One cycle of the RTL's pins, its accesses counted where its batch calls count them. */
static void tick(struct side *rtl, struct core_ports *pins)
{
    rtl->kind->clock(rtl->core, pins);
    for (uint32_t m = 0; m < IMAGE_TABLES; m++) {
        rtl->memory[m].reads += pins->reads >> m & 1;
        rtl->memory[m].writes += pins->writes >> m & 1;
    }
}

/* The learning program through the pins. */
static const char *drive_learning(struct side *rtl, uint64_t number)
{
    struct core_ports pins = {.step = number, .learn_valid = 1};
    rtl->learn = 0;
    for (uint32_t c = 0; c < CYCLES_MOST; c++) {
        tick(rtl, &pins);
        if (c == 0 && !pins.learn_ready)
            return "learn_ready of an idle core";
        pins.learn_valid = 0;
        if (pins.learn_done) {
            rtl->learn = c;
            return NULL;
        }
    }
    return "never done learning";
}

/* Drives the pins until the step is done, all packets are in, and the core idles: packets come while the update runs, each side pauses by chance.
 * sink: 1 in so many cycles takes a spike. The RTL's spikes and accesses go where its batch calls put them. */
static const char *drive_step(struct bench *b, struct side *rtl, uint64_t number, const struct packet *p, uint32_t n, uint32_t sink)
{
    struct core_ports pins = {.step = number, .step_valid = 1};
    uint32_t sent = 0, done = 0, started = 0;
    rtl->out.count = 0;
    for (uint32_t c = 0; c < CYCLES_MOST; c++) {
        pins.packet_valid = started && sent < n && (pins.packet_valid || next(b, 3));
        pins.axon = sent < n ? p[sent].axon : 0;
        pins.spike_ready = next(b, sink) == 0;
        tick(rtl, &pins);
        if (pins.spike_valid && pins.spike_ready && rtl->out.count < NEURONS)
            rtl->emission[rtl->out.count++].neuron = pins.neuron;
        if (pins.packet_valid && pins.packet_ready)
            sent++, pins.packet_valid = 0;
        started |= pins.step_valid & pins.step_ready;
        pins.step_valid = !started;
        done += pins.step_done;
        if (done && sent == n && pins.idle)
            return done == 1 ? NULL : "number of step_done";
    }
    return "never idle";
}

/* The same step through the pins of the RTL: nothing waits for anything. Spikes, membranes and accesses are as without overlap. */
static const char *overlapped_step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct core_step now = {.step = number};
    struct packet p[PACKETS];
    uint32_t n = make_packets(b, p);
    if (c->kind->update(c->core, &now, &c->out, &c->update, &c->counts, err) || c->kind->accept(c->core, &now, p, n, 0, c->cycles, NULL, &c->counts, err))
        return "an error";
    const char *what = drive_step(b, rtl, number, p, n, 1 + next(b, 2) * next(b, 12));
    if (b->image.learning.on && !what)
        what = c->kind->learn(c->core, &now, LEARN_STEP, 0, &c->learn, &c->counts, err) ? "an error" : drive_learning(rtl, number);
    if (!what && c->learn != rtl->learn)
        what = "cycles of learning";
    for (uint32_t i = 0; i < rtl->out.count; i++)
        rtl->emission[i].offset = c->emission[i].offset;        /* when is another test's subject */
    rtl->update = c->update;
    for (int t = 0; t < IMAGE_TABLES && !what; t++) {
        struct memory_count x = all_groups(c, b->image.groups, t), y = all_groups(rtl, b->image.groups, t);
        *at = (uint64_t)t;
        if (x.reads != y.reads || x.writes != y.writes)
            what = "accesses of memory";
    }
    what = what ? what : update_differs(b, c, rtl, at);
    return what ? what : learnt_differs(b, c, rtl, number + 1 == STEPS, at);
}

typedef const char *step_of(struct bench *, struct side *, struct side *, uint64_t, uint64_t *, struct err *);

/* What is compared: a kind in RTL with the C kind that it is to equal, or with `lif` where an image has nothing to learn. */
struct pair {
    const char *c, *rtl;
    const struct set *set;
    uint32_t sets;
};

/* Two samples, the second from reset. Returns the number of differences: 0 or 1. */
static int compare(struct bench *b, step_of *step_both, const struct pair *pair, uint32_t set, uint64_t seed, uint64_t *spikes)
{
    static struct side c, rtl;
    struct err err = {0};
    uint64_t at = 0;
    const char *what = NULL;
    make_bench(b, &pair->set[set], seed);
    if (side_open(&c, b->image.learning.on ? pair->c : "lif", b, &err) || side_open(&rtl, pair->rtl, b, &err))
        what = "an error";
    behind = clocked_new(c.kind, c.core, &b->image, b->set->queue, b->set->queue);
    for (int sample = 0; sample < 2 && !what; sample++) {
        for (uint64_t t = 0; t < STEPS && !what; t++) {
            what = step_both(b, &c, &rtl, t, &at, &err);
            *spikes += c.out.count;
            if (what)
                printf("\n    set %u seed %llu sample %d step %llu: %s %llu differs %s", set, (unsigned long long)seed, sample, (unsigned long long)t, what,
                       (unsigned long long)at, err.text);
        }
        if (!what) {
            c.kind->reset(c.core);
            rtl.kind->reset(rtl.core);
        }
    }
    for (uint32_t g = 0; g < b->image.groups; g++) {
        b->swept += c.action[g * N_ACTIONS + ACT_LEARN_ROWS];
        b->adjusted += c.action[g * N_ACTIONS + ACT_LEARN_SOPS];
    }
    if (what && !rtl.core)
        printf("\n    set %u seed %llu: %s", set, (unsigned long long)seed, err.text);
    clocked_free(behind);
    c.kind->destroy(c.core);
    if (rtl.core)
        rtl.kind->destroy(rtl.core);
    return what != NULL;
}

/* The RTL is absent where volley was built without Verilator. */
static int is_built(const char *kind)
{
    struct err err;
    struct core *core = kind_named(kind)->create(NULL, 0, &err);
    if (core)
        kind_named(kind)->destroy(core);
    else
        printf("SKIPPED: %s ", err.text);
    return core != NULL;
}

/* So many seeds of every set; events_least: packets that there must have been. */
static void all_sets(const struct pair *pair, step_of *step_both, uint64_t seeds, uint64_t events_least)
{
    static struct bench bench;
    uint64_t spikes = 0;
    int differences = 0;
    if (!is_built(pair->rtl))
        return;
    bench.events = bench.swept = bench.adjusted = 0;
    for (uint32_t set = 0; set < pair->sets; set++)
        for (uint64_t seed = 1; seed <= seeds && differences < 4; seed++)
            differences += compare(&bench, step_both, pair, set, seed, &spikes);
    printf("%llu seeds of %u parameter sets, %llu packets, %llu spikes ", (unsigned long long)seeds, pair->sets, (unsigned long long)bench.events,
           (unsigned long long)spikes);
    if (pair->set->trace_bits) {
        printf("%llu rows swept, %llu synapses adjusted ", (unsigned long long)bench.swept, (unsigned long long)bench.adjusted);
        CU_ASSERT_TRUE(bench.swept > 100 * seeds && bench.adjusted > 10000 * seeds);
    }
    CU_ASSERT_EQUAL(differences, 0);
    CU_ASSERT_TRUE(spikes > 1000 && bench.events >= events_least);
}

#endif
