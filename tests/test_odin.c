/* Kind odin alone: what each event takes in cycles and words, SDSP and bistability against tables worked out by hand, the order within an event. */
#include "core_fixture.h"
#include "cores/odin_sdsp.h"
#include "kit.h"

enum { NEURONS = 3, AXONS = 2, MOST_NEURONS = 256 };

/* Two input lines onto three neurons: 3, 0, 7 and -2, -7, -1. */
struct crossbar {
    struct core *core;
    const struct core_kind *kind;
    struct image image;
    struct image_group group;
    uint64_t rows[32];
    uint32_t axon_row[AXONS];
    int32_t threshold[NEURONS], none[NEURONS];
    uint64_t fan_in[NEURONS];
    uint64_t action[N_ACTIONS];
    struct memory_count memory[IMAGE_TABLES];
    struct emission at[64];
    struct emissions out;
    struct err err;
};

static const int32_t weights[AXONS][NEURONS] = {{3, 0, 7}, {-2, -7, -1}};

static struct crossbar *crossbar_new(void)
{
    struct crossbar *c = calloc(1, sizeof *c);
    for (uint32_t a = 0; a < AXONS; a++) {
        struct segment s = {.count = NEURONS, .form = ROW_DENSE32, .last = 1};
        c->axon_row[a] = 16 * a;
        memcpy(c->rows + c->axon_row[a], &s, sizeof s);
        memcpy((char *)(c->rows + c->axon_row[a]) + sizeof s, weights[a], sizeof weights[a]);
    }
    c->group = (struct image_group){.count = NEURONS, .close = UINT64_MAX, .compartments = 1, .ports = 1, .fires = 1, .reset = IMAGE_RESET_VALUE,
                                    .at_least = 1, .learns = 1};
    c->image = (struct image){.neurons = NEURONS, .groups = 1, .group = &c->group, .rows = c->rows, .axons = AXONS, .axon_row = c->axon_row,
                              .threshold = c->threshold, .bias = c->none, .reset_value = c->none, .decay_v = c->none, .decay_u = c->none,
                              .membrane_high = 255, .fan_in_sum = c->fan_in, .time = {.packet = 513, .step = 512}};
    for (uint32_t i = 0; i < NEURONS; i++)
        c->threshold[i] = 20;
    return c;
}

static int crossbar_open(struct crossbar *c)
{
    c->kind = kind_named("odin");
    c->core = c->kind->create(NULL, 0, &c->err);
    return c->kind->load(c->core, &c->image, &c->err);
}

static void crossbar_free(struct crossbar *c)
{
    if (c->core)
        c->kind->destroy(c->core);
    free(c);
}

/* Serves one packet; counts and spikes are of this one alone. Returns its cycles. */
static uint32_t serve(struct crossbar *c, enum packet_kind kind, uint32_t axon, int32_t payload)
{
    const struct packet p = {.axon = axon, .payload = payload, .kind = (uint16_t)kind};
    const struct core_step at = {0};
    struct core_counts counts = {c->action, c->memory};
    uint32_t cycles = 0;
    memset(c->action, 0, sizeof c->action);
    memset(c->memory, 0, sizeof c->memory);
    c->out = (struct emissions){c->at, 0, 64};
    CU_ASSERT(!c->kind->accept(c->core, &at, &p, 1, 0, &cycles, &c->out, &counts, &c->err));
    return cycles;
}

static int counts(const struct crossbar *c, uint64_t synapse_words, uint64_t neuron_words, uint64_t sops)
{
    const struct memory_count *rows = &c->memory[IMAGE_ROWS], *state = &c->memory[IMAGE_STATE];
    return rows->reads == synapse_words && rows->writes == synapse_words && state->reads == neuron_words && state->writes == neuron_words &&
           c->action[ACT_SOPS] == sops && c->action[ACT_LEAVES] == 1;
}

static void an_event_takes_the_published_cycles_and_the_accesses_of_its_visits(void)
{
    struct crossbar *c = crossbar_new();
    CU_ASSERT_FATAL(!crossbar_open(c));
    CU_ASSERT(serve(c, PACKET_SPIKE, 0, 1) == 2 * 256 + 1 && counts(c, 32, 256, 256));
    CU_ASSERT(serve(c, PACKET_SYNAPSE, 0, 2) == 2 && counts(c, 1, 1, 1));
    CU_ASSERT(serve(c, PACKET_VIRTUAL, 1, -3) == 2 + 1 && counts(c, 0, 1, 1));
    CU_ASSERT(serve(c, PACKET_TIME_REFERENCE, NO_PACKET, 1) == 512 && counts(c, 0, 256, 0));
    CU_ASSERT(c->action[ACT_UPDATE_ACTIVE] == NEURONS && c->action[ACT_UPDATE_IDLE] == MOST_NEURONS - NEURONS);
    CU_ASSERT(serve(c, PACKET_TIME_REFERENCE, 1, 1) == 2 && counts(c, 0, 1, 0));
    CU_ASSERT(serve(c, PACKET_BISTABILITY, NO_PACKET, 1) == 256 * 64 && counts(c, 8192, 0, 0));
    CU_ASSERT(serve(c, PACKET_BISTABILITY, 1, 1) == 64 && counts(c, 32, 0, 0));
    crossbar_free(c);
}

static int64_t seen(struct crossbar *c, uint32_t variable, uint64_t index)
{
    int64_t value = -1;
    CU_ASSERT(!c->kind->peek(c->core, variable, index, &value, &c->err));
    return value;
}

/* Of three spikes of weight 7 the third brings neuron 2 to 21, over its threshold of 20. */
static void a_neuron_fires_at_its_threshold_in_its_own_visit(void)
{
    struct crossbar *c = crossbar_new();
    CU_ASSERT_FATAL(!crossbar_open(c));
    serve(c, PACKET_SPIKE, 0, 1);
    serve(c, PACKET_SPIKE, 0, 1);
    CU_ASSERT(c->out.count == 0 && seen(c, 0, 0) == 6 && seen(c, 0, 1) == 0 && seen(c, 0, 2) == 14);
    serve(c, PACKET_SPIKE, 0, 1);
    CU_ASSERT(c->out.count == 1 && c->at[0].neuron == 2 && c->at[0].offset == 1 + 2 * 2 + 1 && seen(c, 0, 2) == 0 && c->action[ACT_SPIKES] == 1);
    serve(c, PACKET_SPIKE, 1, 1);
    CU_ASSERT(seen(c, 0, 0) == 7 && seen(c, 0, 1) == 0 && seen(c, 0, 2) == 0);  /* 9 - 2; at 0 it stays there */
    serve(c, PACKET_VIRTUAL, 0, 7);
    serve(c, PACKET_VIRTUAL, 0, 6);
    CU_ASSERT(c->out.count == 1 && c->at[0].neuron == 0 && c->at[0].offset == 2 && seen(c, 0, 0) == 0);
    crossbar_free(c);
}

/* ---- learning */

static const struct image_sdsp rule = {.theta_mem = 100, .theta1 = 2, .theta2 = 4, .theta3 = 6};

/* Flags by (v >= theta_mem, calcium), for theta1 2, theta2 4, theta3 6: up while high from 2 below 6, down while low from 2 below 4. */
static const char flags[2][8] = {
    {'-', '-', 'd', 'd', '-', '-', '-', '-'},
    {'-', '-', 'u', 'u', 'u', 'u', '-', '-'}};
static const uint8_t potentiated[8] = {1, 2, 3, 4, 5, 6, 7, 7}, depressed[8] = {0, 0, 1, 2, 3, 4, 5, 6}, bistable[8] = {0, 0, 1, 2, 5, 6, 7, 7};

static void sdsp_in_every_region_is_the_table(void)
{
    static const uint8_t below[] = {0, 57, 99}, above[] = {100, 101, 254};
    for (int high = 0; high < 2; high++)
        for (uint8_t ca = 0; ca < 8; ca++)
            for (int k = 0; k < 3; k++) {
                struct odin_neuron n = {.membrane = high ? above[k] : below[k], .threshold = 255, .calcium = ca, .learns = 1};
                CU_ASSERT(!odin_stimulate(&n, &rule, 0));
                CU_ASSERT(n.up == (flags[high][ca] == 'u') && n.down == (flags[high][ca] == 'd') && n.calcium == ca);
                n.learns = 0;
                odin_stimulate(&n, &rule, 0);
                CU_ASSERT(!n.up && !n.down);
            }
    for (uint32_t w = 0; w < 8; w++) {
        CU_ASSERT(odin_weight(w, 1, 0) == potentiated[w] && odin_weight(w, 0, 1) == depressed[w] && odin_weight(w, 0, 0) == w);
        CU_ASSERT(odin_bistable(w) == bistable[w]);
    }
}

static void calcium_counts_spikes_up_and_time_references_down(void)
{
    struct image_sdsp slow = rule;
    struct odin_neuron n = {.threshold = 5, .learns = 1};
    slow.ca_leak = 3;
    for (int k = 1; k <= 9; k++) {
        CU_ASSERT(odin_stimulate(&n, &slow, 7));
        CU_ASSERT(n.calcium == (k < 7 ? k : 7) && n.membrane == 0);
    }
    for (int k = 1; k <= 30; k++) {
        CU_ASSERT(!odin_reference(&n, &slow, 4));
        CU_ASSERT(n.calcium == (k / 3 < 7 ? 7 - k / 3 : 0));
    }
    n.membrane = 4;
    odin_reference(&n, &slow, 3);
    CU_ASSERT(n.membrane == 1);
    odin_reference(&n, &slow, 3);
    CU_ASSERT(n.membrane == 0);
}

/* A spike finds the flags that earlier events left: neuron 0 is brought up by virtual events, and only then do spikes potentiate. */
static void a_spike_learns_by_what_the_neuron_was_before_it(void)
{
    struct crossbar *c = crossbar_new();
    c->image.learning = (struct image_learning){.on = 1, .by_packet = 1, .sdsp = {.theta_mem = 3, .theta3 = 7, .theta2 = 0}};
    CU_ASSERT_FATAL(!crossbar_open(c));
    serve(c, PACKET_SPIKE, 0, 1);       /* flags of a neuron that nothing has visited: neither */
    CU_ASSERT(seen(c, 2, 0) == 3 && seen(c, 2, 1) == 0 && seen(c, 2, 2) == 7 && seen(c, 0, 0) == 3);
    serve(c, PACKET_SPIKE, 0, 1);       /* 3 is at theta_mem: up; 7 is at the end; neuron 1 is at 0 and below */
    CU_ASSERT(seen(c, 2, 0) == 4 && seen(c, 2, 1) == 0 && seen(c, 2, 2) == 7 && seen(c, 0, 0) == 6);
    CU_ASSERT(c->action[ACT_LEARN_SOPS] == NEURONS);
    serve(c, PACKET_SPIKE, 1, 1);       /* an inhibitory weight grows as any: it inhibits more; it acts as it was */
    CU_ASSERT(seen(c, 2, UINT64_C(1) << 32) == -3 && seen(c, 0, 0) == 4);
    serve(c, PACKET_SYNAPSE, 0, 0);
    CU_ASSERT(seen(c, 2, 0) == 5 && seen(c, 0, 0) == 8);
    serve(c, PACKET_BISTABILITY, NO_PACKET, 1);
    CU_ASSERT(seen(c, 2, 0) == 6 && seen(c, 2, UINT64_C(1) << 32) == -2 && seen(c, 2, 2) == 7);
    c->kind->reset(c->core);            /* weights stay */
    CU_ASSERT(seen(c, 2, 0) == 6 && seen(c, 0, 0) == 0);
    crossbar_free(c);
}

/* ---- what it cannot do */

static int refused(struct crossbar *c, const char *text)
{
    int holds = crossbar_open(c) && c->err.kind == ERR_ANSWER && strstr(c->err.text, text);
    if (!holds)
        printf("\n  not '%s' but '%s'\n", text, c->err.text);
    crossbar_free(c);
    return holds;
}

static void what_the_hardware_has_not_is_refused(void)
{
    struct crossbar *c = crossbar_new();
    c->image.time.packet = 3;
    CU_ASSERT(refused(c, "takes 513 cycles"));
    c = crossbar_new();
    c->threshold[1] = 256;
    CU_ASSERT(refused(c, "neuron 1 has threshold 256"));
    c = crossbar_new();
    c->group.at_least = 0;
    CU_ASSERT(refused(c, "from the threshold on"));
    c = crossbar_new();
    c->group.reset = IMAGE_RESET_SUBTRACT;
    CU_ASSERT(refused(c, "resets to 0"));
    c = crossbar_new();
    memcpy((char *)c->rows + sizeof(struct segment), (int32_t[]){3, -1, 7}, 3 * sizeof(int32_t));
    CU_ASSERT(refused(c, "axon 0 has weights of both signs"));
    c = crossbar_new();
    memcpy((char *)c->rows + sizeof(struct segment), (int32_t[]){3, 8, 7}, 3 * sizeof(int32_t));
    CU_ASSERT(refused(c, "a weight of 8 onto neuron 1"));
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("odin", NULL, NULL);
    CU_add_test(suite, "an event takes the published cycles, and the accesses of its visits",
                an_event_takes_the_published_cycles_and_the_accesses_of_its_visits);
    CU_add_test(suite, "a neuron fires at its threshold, in its own visit", a_neuron_fires_at_its_threshold_in_its_own_visit);
    CU_add_test(suite, "SDSP in every region, and bistability, are the tables", sdsp_in_every_region_is_the_table);
    CU_add_test(suite, "calcium counts spikes up and time references down", calcium_counts_spikes_up_and_time_references_down);
    CU_add_test(suite, "a spike learns by what the neuron was before it", a_spike_learns_by_what_the_neuron_was_before_it);
    CU_add_test(suite, "what the hardware has not is refused", what_the_hardware_has_not_is_refused);
    return check_run();
}
