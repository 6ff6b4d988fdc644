/* Kind stdp against tables worked out by hand: weights and traces step by step, limits, held populations, accesses and cycles; without learning it is
 * kind lif. Axon 0 is plastic onto neuron 0 (weight 10) and not onto neuron 1, which does not learn; axon 1 makes neuron 0 fire a step later. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core_fixture.h"
#include "kit.h"

enum { ROW = 16, WEIGHT = 3, PRE = 1, POST = 2 };       /* units of 8 bytes between rows; variables of the kind */

struct bench {
    struct core_fixture f;      /* only its places for counts and emissions */
    struct image image;
    struct image_group group[2];
    uint64_t rows[2 * ROW];
    uint32_t axon_row[2];
    int32_t threshold[2], bias[2], reset_value[2], decay[2];
    uint64_t fan_in[2], action[2 * N_ACTIONS];
    struct memory_count memory[2 * IMAGE_TABLES];
    struct core_counts counts;
    uint64_t step;
};

static uint64_t *put_segment(uint64_t *to, uint32_t neuron, int8_t weight, int fixed, int last)
{
    struct segment s = {.count = 1, .base = neuron, .words = 1, .spots = 1, .group = (uint16_t)neuron, .form = ROW_DENSE8, .fixed = (uint8_t)fixed,
                        .last = (uint8_t)last};
    memcpy(to, &s, sizeof s);
    memcpy(to + sizeof s / 8, &weight, 1);
    return to + sizeof s / 8 + 1;
}

/* What the tables below are computed with. */
static void make(struct bench *b)
{
    memset(b, 0, sizeof *b);
    for (uint32_t i = 0; i < 2; i++) {
        b->group[i] = (struct image_group){.first = i, .count = 1, .close = UINT64_MAX, .compartments = 1, .ports = 1, .fires = 1,
                                           .reset = IMAGE_RESET_VALUE, .decay_bits = 8, .learns = i == 0};
        b->threshold[i] = 50;
        b->decay[i] = 256;      /* nothing remains: only axon 1 makes neuron 0 fire */
        b->fan_in[i] = 1000;
        b->axon_row[i] = i * ROW;
    }
    put_segment(put_segment(b->rows, 0, 10, 0, 0), 1, 7, 0, 1);
    put_segment(b->rows + ROW, 0, 100, 1, 1);
    b->image = (struct image){
        .neurons = 2, .groups = 2, .group = b->group, .rows = b->rows, .axons = 2, .axon_row = b->axon_row, .delay_slots = 1, .threshold = b->threshold,
        .bias = b->bias, .reset_value = b->reset_value, .decay_v = b->decay, .decay_u = b->decay, .membrane_low = -32768, .membrane_high = 32767,
        .current_low = -32768, .current_high = 32767, .fan_in_sum = b->fan_in,
        .words = {.axon = 1, .state_per = 1, .accumulator_per = 1, .parameter_per = 1, .state_each = 1, .accumulator_each = 1, .parameter_each = 1,
                  .pre_per = 1, .pre_each = 1, .post_per = 1, .post_each = 1},
        .time = {.packet = 3, .spot = 1, .step = 2, .spike = 1, .state_word = 1, .learn = 2, .learn_pre_word = 1, .learn_row = 3, .learn_row_word = 1},
        .learning = {.on = 1, .trace_bits = 8, .pre_add = 100, .post_add = 80, .pre_keep = 128, .post_keep = 64, .potentiate = 8, .depress = 4, .shift = 4,
                     .weight_low = -5, .weight_high = 30},
    };
}

static void open_core(struct bench *b, const char *kind)
{
    struct err err = {0};
    b->f.kind = kind_named(kind);
    b->counts = (struct core_counts){b->action, b->memory};
    b->f.out = (struct emissions){b->f.emission, 0, 4};
    b->f.core = b->f.kind->create(NULL, 0, &err);
    CU_ASSERT_FATAL(!b->f.kind->load(b->f.core, &b->image, &err));
    b->f.kind->reset(b->f.core);
    b->step = 0;
}

static void close_core(struct bench *b)
{
    b->f.kind->destroy(b->f.core);
}

static int64_t peek(const struct bench *b, uint32_t variable, uint64_t index)
{
    struct err err = {0};
    int64_t value = INT64_MIN;
    CU_ASSERT(!b->f.kind->peek(b->f.core, variable, index, &value, &err));
    return value;
}

/* A whole step with so many packets on each axon. Returns the cycles of learning; spikes are in f.out. */
static uint32_t step(struct bench *b, uint32_t on_axon_0, uint32_t on_axon_1)
{
    struct core_step at = {.step = b->step++};
    struct err err = {0};
    uint32_t cycles, learn = 0, n = on_axon_0 + on_axon_1;
    struct packet p[8];
    for (uint32_t i = 0; i < n; i++)
        p[i] = (struct packet){.axon = i >= on_axon_0, .payload = 1};
    CU_ASSERT(!b->f.kind->update(b->f.core, &at, &b->f.out, &cycles, &b->counts, &err));
    CU_ASSERT(!b->f.kind->accept(b->f.core, &at, p, n, 0, NULL, NULL, &b->counts, &err));
    if (b->f.kind->learn)
        CU_ASSERT(!b->f.kind->learn(b->f.core, &at, LEARN_STEP, 0, &learn, &b->counts, &err));
    return learn;
}

/* Packets on the axons in a step; what weight, traces and the time of learning (2 + 2 trace words + 3 + 2 words per row) must be at its end. */
struct row { uint32_t axon_0, axon_1; int64_t weight, pre, post; uint32_t spikes, learn; };

static void follow(struct bench *b, const struct row *row, size_t rows)
{
    for (size_t s = 0; s < rows; s++) {
        uint32_t learn = step(b, row[s].axon_0, row[s].axon_1);
        CU_ASSERT_EQUAL(peek(b, WEIGHT, 0), row[s].weight);
        CU_ASSERT_EQUAL(peek(b, PRE, 0), row[s].pre);
        CU_ASSERT_EQUAL(peek(b, POST, 0), row[s].post);
        CU_ASSERT_EQUAL(b->f.out.count, row[s].spikes);
        CU_ASSERT_EQUAL(learn, row[s].learn);
        if (peek(b, WEIGHT, 0) != row[s].weight || peek(b, PRE, 0) != row[s].pre || peek(b, POST, 0) != row[s].post)
            printf("\n    step %zu: weight %lld, traces %lld and %lld ", s, (long long)peek(b, WEIGHT, 0), (long long)peek(b, PRE, 0),
                   (long long)peek(b, POST, 0));
    }
}

/* Rates: a spike after a packet adds 8 x >> 4, a packet after a spike takes 4 y >> 4. x halves per step, y is quartered. */
static void a_pair_of_spikes_changes_the_weight_as_worked_out_by_hand(void)
{
    static const struct row table[] = {
        {1, 0, 10, 100, 0, 0, 4},       /* a packet: only its trace */
        {0, 1, 10, 50, 0, 0, 4},        /* the teacher: neuron 0 fires in the next step */
        {1, 0, 30, 125, 80, 1, 9},      /* fires: 10 + (8 * 50 >> 4) = 35, no more than 30; the packet of this step: no pair */
        {2, 0, -5, 162, 20, 0, 4},      /* 30 - (4 * 80 >> 4) = 10, then 10 - 20, no less than -5 */
        {1, 1, -5, 181, 5, 0, 4},       /* y before the update was 20: -5 - 5, no less than -5 */
        {0, 0, 30, 90, 81, 1, 9},       /* fires (100 - 5 = 95): -5 + (8 * 181 >> 4) = 85, 30; 5 * 64 >> 8 = 1, and 80 */
        {1, 0, 10, 145, 20, 0, 4},      /* 30 - (4 * 81 >> 4) = 10; 81 * 64 >> 8 = 20 */
        {0, 0, 10, 72, 5, 0, 4},
        {1, 0, 9, 136, 1, 0, 4},        /* y = 5: 4 * 5 >> 4 = 1 */
        {1, 0, 9, 168, 0, 0, 4},        /* y = 1: 4 >> 4 = 0, rounded down */
    };
    static struct bench b;
    make(&b);
    open_core(&b, "stdp");
    follow(&b, table, sizeof table / sizeof *table);
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 1), 7);                            /* onto neuron 1, which does not learn */
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, (uint64_t)1 << 32), 100);          /* of a fixed segment, onto one that does */
    CU_ASSERT_EQUAL(peek(&b, PRE, 1), 0);                               /* no synapse of axon 1 learns: it keeps no trace */
    close_core(&b);
}

/* What a spike adds is counted with the trace before the step's decay and packets: twice x >> 4. */
static void potentiation_sees_the_trace_as_the_step_found_it(void)
{
    static const struct row table[] = {
        {1, 0, 10, 100, 0, 0, 4}, {0, 1, 10, 50, 0, 0, 4}, {1, 1, 16, 125, 80, 1, 9},     /* 10 + (2 * 50 >> 4) */
        {0, 1, 30, 62, 100, 1, 9},      /* 16 + (2 * 125 >> 4) = 31: 30; 80 * 64 >> 8 = 20, and 80 */
        {0, 0, 30, 31, 105, 1, 9}, {0, 0, 30, 15, 26, 0, 4},    /* nobody fires: no row is swept */
    };
    static struct bench b;
    make(&b);
    b.image.learning.potentiate = 2;
    open_core(&b, "stdp");
    follow(&b, table, sizeof table / sizeof *table);
    close_core(&b);
}

static void traces_saturate_at_their_format(void)
{
    static struct bench b;
    make(&b);
    b.image.learning.pre_add = 200;
    b.image.learning.post_add = 250;
    b.image.learning.post_keep = 255;
    b.image.learning.potentiate = 2;            /* 10 + (2 * 200 >> 4) = 35: 30; 30 - (4 * 250 >> 4) = -32: -5; -5 + (2 * 255 >> 4) = 26 */
    open_core(&b, "stdp");
    CU_ASSERT_EQUAL(step(&b, 1, 1), 4);
    CU_ASSERT_EQUAL(peek(&b, PRE, 0), 200);
    CU_ASSERT_EQUAL(step(&b, 1, 1), 9);
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 0), 30);
    CU_ASSERT_EQUAL(peek(&b, PRE, 0), 255);     /* 100 + 200 */
    CU_ASSERT_EQUAL(peek(&b, POST, 0), 250);
    CU_ASSERT_EQUAL(step(&b, 1, 0), 9);
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 0), 26);
    CU_ASSERT_EQUAL(peek(&b, POST, 0), 255);    /* 249 + 250 */
    close_core(&b);
}

/* Per step with a packet on axon 0: row 2 words; then a sweep reads and writes them once more. */
static void accesses_and_counts_are_those_of_the_described_hardware(void)
{
    static struct bench b;
    make(&b);
    open_core(&b, "stdp");
    step(&b, 1, 1);
    step(&b, 0, 0);             /* neuron 0 fires, axon 0 has a trace: one sweep */
    uint64_t read[IMAGE_TABLES], written[IMAGE_TABLES];
    for (int m = 0; m < IMAGE_TABLES; m++) {
        read[m] = b.memory[m].reads + b.memory[IMAGE_TABLES + m].reads;
        written[m] = b.memory[m].writes + b.memory[IMAGE_TABLES + m].writes;
    }
    CU_ASSERT(read[IMAGE_AXON] == 2 + 1 && written[IMAGE_AXON] == 0);
    CU_ASSERT(read[IMAGE_ROWS] == 2 + 1 + 2 && written[IMAGE_ROWS] == 2 + 2);           /* axon 1's row has nothing to learn: it is only read */
    CU_ASSERT(read[IMAGE_PRE_TRACE] == 1 + 2 * 2 && written[IMAGE_PRE_TRACE] == 1 + 2 * 2);     /* a packet's own; both axons at each end of step */
    CU_ASSERT(read[IMAGE_POST_TRACE] == 2 * 2 + 2 + 2 && written[IMAGE_POST_TRACE] == 2 * 2);  /* updates; the packet; the sweep */
    CU_ASSERT(read[IMAGE_ACCUMULATOR] == 3 + 2 * 2 && written[IMAGE_ACCUMULATOR] == 3 + 2 * 2);
    CU_ASSERT_EQUAL(b.action[ACT_LEARN_STEPS], 2);
    CU_ASSERT_EQUAL(b.action[ACT_LEARN_ROWS], 1);
    CU_ASSERT_EQUAL(b.action[ACT_LEARN_SOPS], 2);       /* one synapse, once by its packet and once by the sweep */
    CU_ASSERT_EQUAL(b.action[N_ACTIONS + ACT_LEARN_SOPS], 0);
    CU_ASSERT_EQUAL(b.action[ACT_BUSY_CYCLES] + b.action[N_ACTIONS + ACT_BUSY_CYCLES], 2 * 4 + 1 + 5 + 4 + 4 + 9);
    close_core(&b);
}

/* State and traces as after reset outside the window; a packet then finds no trace from the step after its end on. */
static void a_held_population_has_no_trace(void)
{
    static struct bench b;
    make(&b);
    b.group[0].open = 1;
    b.group[0].close = 3;
    open_core(&b, "stdp");
    step(&b, 0, 1);
    step(&b, 0, 1);             /* fires */
    CU_ASSERT_EQUAL(peek(&b, POST, 0), 80);
    step(&b, 0, 1);             /* fires again: 20 + 80 */
    CU_ASSERT_EQUAL(peek(&b, POST, 0), 100);
    step(&b, 0, 0);             /* held */
    CU_ASSERT_EQUAL(peek(&b, POST, 0), 0);
    step(&b, 1, 0);
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 0), 10);
    close_core(&b);
}

static void reset_clears_traces_and_keeps_weights(void)
{
    static struct bench b;
    make(&b);
    open_core(&b, "stdp");
    step(&b, 1, 1);
    step(&b, 1, 0);
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 0), 30);
    b.f.kind->reset(b.f.core);
    CU_ASSERT(peek(&b, WEIGHT, 0) == 30 && peek(&b, PRE, 0) == 0 && peek(&b, POST, 0) == 0 && peek(&b, 0, 0) == 0);
    step(&b, 1, 0);             /* neither the spike nor the packet before the reset is remembered */
    CU_ASSERT(peek(&b, WEIGHT, 0) == 30 && peek(&b, PRE, 0) == 100);
    close_core(&b);
}

static void without_learning_it_is_kind_lif(void)
{
    static struct bench b, plain;
    make(&b);
    make(&plain);
    b.image.learning.on = plain.image.learning.on = 0;
    b.image.words.pre_per = b.image.words.post_per = plain.image.words.post_per = 0;    /* as the chip builder leaves them */
    open_core(&b, "stdp");
    open_core(&plain, "lif");
    for (uint32_t s = 0; s < 20; s++) {
        struct core_step at = {.step = s};
        struct packet p[2] = {{.row = 0, .axon = 0, .payload = 1}, {.row = ROW, .axon = 1, .payload = 1}};
        struct bench *both[2] = {&b, &plain};
        for (int k = 0; k < 2; k++) {
            uint32_t cycles, learn = 0;
            struct err err = {0};
            const struct core_kind *kind = both[k]->f.kind;
            CU_ASSERT(!kind->update(both[k]->f.core, &at, &both[k]->f.out, &cycles, &both[k]->counts, &err));
            CU_ASSERT(!kind->accept(both[k]->f.core, &at, p + s % 2, 1 + s % 3 / 2 * (1 - s % 2), 0, NULL, NULL, &both[k]->counts, &err));
            CU_ASSERT(!kind->learn || (!kind->learn(both[k]->f.core, &at, LEARN_STEP, 0, &learn, &both[k]->counts, &err) && learn == 0));
        }
        CU_ASSERT(b.f.out.count == plain.f.out.count && peek(&b, 0, 0) == peek(&plain, 0, 0));
    }
    CU_ASSERT(!memcmp(b.action, plain.action, sizeof b.action) && !memcmp(b.memory, plain.memory, sizeof b.memory));
    CU_ASSERT_EQUAL(peek(&b, WEIGHT, 0), 10);
    close_core(&b);
    close_core(&plain);
}

static void refused(const struct image *image, const char *says)
{
    const struct core_kind *kind = kind_named("stdp");
    struct err err = {0};
    struct core *core = kind->create(NULL, 0, &err);
    CU_ASSERT(kind->load(core, image, &err) && err.kind == ERR_ANSWER && strstr(err.text, says));
    kind->destroy(core);
}

static void what_it_cannot_do_is_refused_at_load(void)
{
    static struct bench b;
    make(&b);
    b.image.delay_slots = 2;
    refused(&b.image, "delays of up to 2 steps");
    make(&b);
    b.image.skip_idle = 1;
    refused(&b.image, "skip_idle");
    make(&b);
    b.image.words.post_per = 2;
    refused(&b.image, "post_traces have 2 entries per word, accumulators 1");
    make(&b);
    b.image.learning.weight_high = 9;
    refused(&b.image, "axon 0: a weight of 10 lies outside learning.weight_min -5 .. weight_max 9");
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("stdp", NULL, NULL);
    CU_add_test(suite, "a pair of spikes changes the weight as worked out by hand", a_pair_of_spikes_changes_the_weight_as_worked_out_by_hand);
    CU_add_test(suite, "potentiation sees the trace as the step found it", potentiation_sees_the_trace_as_the_step_found_it);
    CU_add_test(suite, "traces saturate at their format", traces_saturate_at_their_format);
    CU_add_test(suite, "accesses and counts are those of the described hardware", accesses_and_counts_are_those_of_the_described_hardware);
    CU_add_test(suite, "a held population has no trace", a_held_population_has_no_trace);
    CU_add_test(suite, "reset clears traces and keeps weights", reset_clears_traces_and_keeps_weights);
    CU_add_test(suite, "without learning it is kind lif", without_learning_it_is_kind_lif);
    CU_add_test(suite, "what it cannot do is refused at load", what_it_cannot_do_is_refused_at_load);
    return check_run();
}
