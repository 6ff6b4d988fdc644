/* rtl:lif_core against kind lif, the same image and the same packets: spikes with their offsets, membranes, accesses of every memory, cycles of every
 * packet and update. Images are random: sizes, formats, rules, windows, rows dense and in lists; every number comes from the seed, which a
 * failure prints. The service times given to kind lif are those that the RTL claims: 3 + accumulator words, 2 + state words + spikes. */
#include "base/err.h"
#include "core_fixture.h"
#include "cores/accumulate.h"
#include "cores/clocked.h"
#include "cores/image.h"
#include "kit.h"

enum { NEURONS = 1024, GROUPS = 8, AXONS = 64, STEPS = 24, ROW_UNITS = 1200, SETS = 4 };
enum { REPEATS = 16, PACKETS = AXONS * REPEATS };       /* packets of a step per axon, and in all, at most */

/* What a verilated core was built with; the image asks for exactly this. */
struct set {
    uint32_t neurons, lanes, weight_bits, membrane_bits, current_bits, sum_bits, bias_bits, rest_bits, decay_bits;
};
static const struct set sets[SETS] = {
    {256, 4, 8, 16, 24, 24, 16, 4, 8}, {1024, 8, 8, 20, 16, 24, 20, 4, 12}, {512, 2, 4, 12, 12, 16, 12, 4, 0}, {256, 1, 8, 16, 24, 24, 16, 8, 8},
};

struct bench {
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
    uint32_t cycles[PACKETS], update;
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
            .decay_bits = s->decay_bits ? next(b, s->decay_bits + 1) : next(b, 13),
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
    int32_t high = (1 << (s->weight_bits - 1)) - 1, list = next(b, 3) == 0;
    struct segment seg = {.group = (uint16_t)g, .last = (uint8_t)last};
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
        weight[seg.count++] = (int8_t)(next(b, 8) ? between(b, -high - 1, high) : next(b, 2) ? high : -high - 1);
        seg.spots += i / s->lanes != touched;
        touched = i / s->lanes;
    }
    seg.words = seg.spots;
    memcpy(to, &seg, sizeof seg);
    if (list)
        memcpy(body, id, seg.count * sizeof *id);
    memcpy(body + (list ? seg.count * sizeof *id : 0), weight, seg.count);
    for (uint32_t k = 0; k < seg.count; k++)
        b->fan_in[seg.base + id[k]] += (uint64_t)(weight[k] < 0 ? -weight[k] : weight[k]) * REPEATS;
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
    memset(b, 0, sizeof *b);
    b->set = s;
    b->random = seed;
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
    b->image.time = (struct image_time){.packet = 3, .spot = 1, .step = 2, .spike = 1, .state_word = 1};
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
        if (x.writes != y.writes)
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
    return n;
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
    const char *what = update_differs(b, c, rtl, at);
    return what ? what : counts_differ(b, c, rtl, at);
}

enum { CYCLES_MOST = 1 << 20 };

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
        rtl->kind->clock(rtl->core, &pins);
        for (uint32_t m = 0; m < IMAGE_TABLES; m++) {
            rtl->memory[m].reads += pins.reads >> m & 1;
            rtl->memory[m].writes += pins.writes >> m & 1;
        }
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
    for (uint32_t i = 0; i < rtl->out.count; i++)
        rtl->emission[i].offset = c->emission[i].offset;        /* when is another test's subject */
    rtl->update = c->update;
    for (int t = 0; t < IMAGE_TABLES && !what; t++) {
        struct memory_count x = all_groups(c, b->image.groups, t), y = all_groups(rtl, b->image.groups, t);
        *at = (uint64_t)t;
        if (x.reads != y.reads || x.writes != y.writes)
            what = "accesses of memory";
    }
    return what ? what : update_differs(b, c, rtl, at);
}

/* ---- the adapters of cores/clocked.c ---- */

static const uint32_t queues[SETS] = {16, 2, 4, 2};     /* in and out, of the verilated sets */
static struct clocked *behind;          /* the C core behind pins */

/* Pins that differ, or NULL; strobes are the RTL's alone. */
static const char *pins_differ(const struct core_ports *c, const struct core_ports *rtl)
{
    if (c->packet_ready != rtl->packet_ready || c->step_ready != rtl->step_ready || c->step_done != rtl->step_done || c->idle != rtl->idle)
        return "a handshake";
    if (c->updating != rtl->updating || c->stopped != rtl->stopped || c->serving != rtl->serving || c->taken != rtl->taken || c->queued != rtl->queued)
        return "what the cycle is";
    if (c->spike_valid != rtl->spike_valid || (c->spike_valid && c->neuron != rtl->neuron) || (c->queued && c->queued_neuron != rtl->queued_neuron))
        return "a spike";
    return NULL;
}

/* The same pins driven, cycle by cycle, with pauses on all sides: both show the same in every cycle. */
static const char *same_pins_step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct packet p[PACKETS];
    struct core_ports x = {.step = number, .step_valid = 1, .counts = &c->counts, .err = err}, y;
    uint32_t n = make_packets(b, p), sent = 0, sink = 1 + next(b, 2) * next(b, 12), started = 0, seen = 0;
    c->update = rtl->update = c->out.count = rtl->out.count = 0;
    for (uint64_t done = 0; *at = c->update, c->update < CYCLES_MOST; c->update++) {
        x.packet_valid = started && sent < n && (x.packet_valid || next(b, 3));
        x.axon = sent < n ? p[sent].axon : 0;
        x.spike_ready = next(b, sink) == 0;
        y = x;
        y.counts = &rtl->counts;
        clocked_clock(behind, &x);
        rtl->kind->clock(rtl->core, &y);
        const char *what = pins_differ(&x, &y);
        if (what || x.failed || y.failed)
            return what ? what : "an error";
        sent += x.packet_valid && x.packet_ready;
        x.packet_valid &= !x.packet_ready;
        started |= x.step_valid & x.step_ready;
        x.step_valid = !started;
        seen += x.queued;
        done += x.step_done;
        if (done && sent == n && x.idle)
            break;
    }
    rtl->update = c->update;
    const char *what = update_differs(b, c, rtl, at);
    c->out.count = seen;                        /* and compared, one by one */
    return what ? what : counts_differ(b, c, rtl, at);
}

/* The RTL through its pins, driven until it is done, against its own batch calls' reference. */
static const char *driven_step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct core_step now = {.step = number};
    struct packet p[PACKETS];
    uint32_t n = make_packets(b, p);
    if (c->kind->update(c->core, &now, &c->out, &c->update, &c->counts, err) || c->kind->accept(c->core, &now, p, n, 0, c->cycles, NULL, &c->counts, err) ||
        clocked_update(rtl->kind, rtl->core, &now, &rtl->out, &rtl->update, CYCLES_MOST, &rtl->counts, err) ||
        clocked_accept(rtl->kind, rtl->core, &now, p, n, rtl->cycles, CYCLES_MOST, &rtl->counts, err))
        return "an error";
    for (uint32_t i = 0; i < n; i++) {
        *at = p[i].axon;
        if (c->cycles[i] != rtl->cycles[i])
            return "cycles of a packet on axon";
    }
    const char *what = update_differs(b, c, rtl, at);
    return what ? what : counts_differ(b, c, rtl, at);
}

typedef const char *step_of(struct bench *, struct side *, struct side *, uint64_t, uint64_t *, struct err *);

/* Two samples, the second from reset. Returns the number of differences: 0 or 1. */
static int compare(struct bench *b, step_of *step_both, uint32_t set, uint64_t seed, uint64_t *spikes)
{
    static struct side c, rtl;
    struct err err = {0};
    uint64_t at = 0;
    const char *what = NULL;
    make_bench(b, &sets[set], seed);
    if (side_open(&c, "lif", b, &err) || side_open(&rtl, "rtl:lif_core", b, &err))
        what = "an error";
    behind = clocked_new(c.kind, c.core, &b->image, queues[set], queues[set]);
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
    if (what && !rtl.core)
        printf("\n    set %u seed %llu: %s", set, (unsigned long long)seed, err.text);
    clocked_free(behind);
    c.kind->destroy(c.core);
    if (rtl.core)
        rtl.kind->destroy(rtl.core);
    return what != NULL;
}

/* The RTL is absent where volley was built without Verilator. */
static int is_built(void)
{
    struct err err;
    struct core *core = kind_named("rtl:lif_core")->create(NULL, 0, &err);
    if (core)
        kind_named("rtl:lif_core")->destroy(core);
    else
        printf("SKIPPED: %s ", err.text);
    return core != NULL;
}

static uint64_t seeds = 6;

static void all_sets(step_of *step_both)
{
    static struct bench bench;
    uint64_t spikes = 0;
    int differences = 0;
    if (!is_built())
        return;
    for (uint32_t set = 0; set < SETS; set++)
        for (uint64_t seed = 1; seed <= seeds && differences < 4; seed++)
            differences += compare(&bench, step_both, set, seed, &spikes);
    printf("%llu seeds of %d parameter sets, %llu spikes ", (unsigned long long)seeds, SETS, (unsigned long long)spikes);
    CU_ASSERT_EQUAL(differences, 0);
    CU_ASSERT_TRUE(spikes > 1000);
}

static void rtl_equals_the_c_kind_in_spikes_state_accesses_and_cycles(void)
{
    all_sets(step);
}

static void packets_during_the_update_and_a_slow_sink_change_nothing(void)
{
    all_sets(overlapped_step);
}

static void a_c_core_behind_pins_shows_what_the_rtl_shows(void)
{
    all_sets(same_pins_step);
}

static void the_rtl_behind_whole_calls_equals_the_c_kind(void)
{
    all_sets(driven_step);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        seeds = (uint64_t)atoi(argv[1]);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("rtl lif", NULL, NULL);
    CU_add_test(suite, "the RTL equals the C kind in spikes, state, accesses and cycles", rtl_equals_the_c_kind_in_spikes_state_accesses_and_cycles);
    CU_add_test(suite, "packets that come during the update, pauses and a slow sink change nothing", packets_during_the_update_and_a_slow_sink_change_nothing);
    CU_add_test(suite, "a C core behind pins shows in every cycle what the RTL shows", a_c_core_behind_pins_shows_what_the_rtl_shows);
    CU_add_test(suite, "the RTL driven through its pins until it is done equals the C kind", the_rtl_behind_whole_calls_equals_the_c_kind);
    return check_run();
}
