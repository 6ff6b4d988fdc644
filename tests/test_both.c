/* Two kinds in lockstep: a kind and itself agree and count once; every way in which the second can differ is found where it happens, and
 * named: core, neuron or axon, what each said. The faulty kinds are kind lif with one planted fault each. */
#include "core_fixture.h"
#include "cores/both.h"
#include "cores/params.h"
#include "kit.h"

extern const struct core_kind core_lif;
enum { CORE = 9, STEPS = 6, FIRST_SPIKE = 2 };

/* ---- lif with a fault from the second step on ---- */

static int silent_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    int failed = core_lif.update(core, at, out, cycles, counts, err);
    out->count = 0;
    return failed;
}

static int late_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    int failed = core_lif.update(core, at, out, cycles, counts, err);
    for (uint32_t i = 0; i < out->count; i++)
        out->at[i].offset++;
    return failed;
}

static int long_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    int failed = core_lif.update(core, at, out, cycles, counts, err);
    *cycles += at->step == 1;
    return failed;
}

static int greedy_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    counts->memory[IMAGE_STATE].reads += at->step == 1;
    return core_lif.update(core, at, out, cycles, counts, err);
}

static int wrong_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    counts->action[ACT_UPDATE_IDLE] += at->step == 1;
    return core_lif.update(core, at, out, cycles, counts, err);
}

static int drifting_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    int64_t v;
    if (core_lif.update(core, at, out, cycles, counts, err) || core_lif.peek(core, 0, 0, &v, err))
        return -1;
    return at->step == 1 ? core_lif.poke(core, 0, 0, v - 1, err) : 0;
}

static int slow_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                       struct emissions *out, struct core_counts *counts, struct err *err)
{
    int failed = core_lif.accept(core, at, p, n, ahead, cycles, out, counts, err);
    cycles[0] += at->step == 1;
    return failed;
}

static void dear_cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    core_lif.cost(core, p, n, cycles);
    cycles[0]++;
}

static int failing_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                          struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)core, (void)at, (void)p, (void)n, (void)ahead, (void)cycles, (void)out, (void)counts;
    return err_answer(err, "no more");
}

static int blind_load(struct core *core, const struct image *image, struct err *err)
{
    (void)core, (void)image;
    return err_answer(err, "none fits");
}

/* ---- a pair on the fixture's image ---- */

struct pair {
    struct core_fixture f;
    struct core_kind *kind;
};

static struct core_kind faulty(void)
{
    struct core_kind kind = core_lif;
    kind.name = "faulty";
    return kind;
}

/* A neuron that gains 1 per step and fires at 3; times so that every part of a service and an update counts. */
static int open_pair(struct pair *p, const struct core_kind *second, struct err *err)
{
    memset(p, 0, sizeof *p);
    p->f.threshold = FIRST_SPIKE;
    p->f.image.membrane_high = p->f.image.current_high = INT32_MAX;
    p->f.image.membrane_low = p->f.image.current_low = INT32_MIN;
    p->f.image.delay_slots = 1;
    p->f.image.words = (struct image_words){.axon = 1, .state_per = 1, .state_each = 1};
    p->f.image.time = (struct image_time){.packet = 3, .spot = 1, .step = 2, .spike = 1};
    CU_ASSERT_EQUAL_FATAL(fixture_open(&p->f, "lif", err), 0);
    core_lif.destroy(p->f.core);
    p->kind = both_new(&core_lif, second);
    struct params params = {.kind = p->kind};
    p->f.kind = p->kind;
    p->f.core = p->kind->create(&params, CORE, err);
    return p->kind->load(p->f.core, &p->f.image, err);
}

static void close_pair(struct pair *p)
{
    fixture_close(&p->f);
    both_free(p->kind);
}

/* A packet and an update per step. Returns the step that failed; STEPS: none. */
static int run_pair(struct pair *p, struct err *err)
{
    uint32_t cycles;
    struct packet packet = {.payload = 1, .axon = 5};
    p->kind->reset(p->f.core);
    for (int t = 0; t < STEPS; t++, p->f.at.step++)
        if (p->kind->update(p->f.core, &p->f.at, &p->f.out, &cycles, &p->f.counts, err) ||
            p->kind->accept(p->f.core, &p->f.at, &packet, 1, 0, NULL, NULL, &p->f.counts, err))
            return t;
    return STEPS;
}

static void two_that_agree_count_once(void)
{
    struct pair p;
    struct core_fixture alone = {.threshold = FIRST_SPIKE};
    struct err err = {0};
    CU_ASSERT_EQUAL(open_pair(&p, &core_lif, &err), 0);
    CU_ASSERT_STRING_EQUAL(p.kind->name, "both:lif,lif");
    CU_ASSERT_EQUAL(run_pair(&p, &err), STEPS);
    alone.image = p.f.image;
    CU_ASSERT_EQUAL_FATAL(fixture_open(&alone, "lif", &err), 0);
    for (int t = 0; t < STEPS; t++)
        fixture_step(&alone, 1);
    CU_ASSERT_EQUAL(memcmp(alone.action, p.f.action, sizeof alone.action), 0);
    CU_ASSERT_EQUAL(memcmp(alone.memory, p.f.memory, sizeof alone.memory), 0);
    CU_ASSERT_EQUAL(fixture_peek(&alone, 0), fixture_peek(&p.f, 0));
    CU_ASSERT_TRUE(p.f.action[ACT_SPIKES] > 0 && p.f.action[ACT_BUSY_CYCLES] > 0);
    fixture_close(&alone);
    close_pair(&p);
}

/* fault: at which step it shows, and what the message must say. */
static void expect(const struct core_kind *second, int step, const char *const *said)
{
    struct pair p;
    struct err err = {0};
    CU_ASSERT_EQUAL(open_pair(&p, second, &err), 0);
    CU_ASSERT_EQUAL(run_pair(&p, &err), step);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    for (; *said; said++)
        if (!strstr(err.text, *said)) {
            CU_FAIL("the message does not say it");
            printf("\n    \"%s\" lacks \"%s\"", err.text, *said);
        }
    close_pair(&p);
}

#define SAYS(...) ((const char *const[]){"core 9", __VA_ARGS__, NULL})

static void each_way_to_differ_is_found_and_named(void)
{
    struct core_kind k = faulty();
    k.update = silent_update;
    expect(&k, 3, SAYS("neuron 0: lif fires at cycle", "faulty does not fire"));
    k.update = late_update;
    expect(&k, 3, SAYS("neuron 0: cycle of its spike", "lif says 2, faulty says 3"));
    k.update = long_update;
    expect(&k, 1, SAYS("the update: its cycles", "lif says 2, faulty says 3"));
    k.update = greedy_update;
    expect(&k, 1, SAYS("reads of memory state", "lif says 1, faulty says 2"));
    k.update = wrong_update;
    expect(&k, 1, SAYS("count of update_idle", "faulty says"));
    k.update = drifting_update;
    expect(&k, 1, SAYS("neuron 0: its membrane", "lif says 1, faulty says 0"));
    k = faulty();
    k.accept = slow_accept;
    expect(&k, 1, SAYS("a packet on axon 5: cycles of its service", "lif says 3, faulty says 4"));
    k = faulty();
    k.cost = dear_cost;
    expect(&k, 0, SAYS("axon 5, which took 3 cycles: declared cycles", "faulty says 4"));
    k = faulty();
    k.accept = failing_accept;
    expect(&k, 0, SAYS("faulty: no more"));
}

static void a_half_that_does_not_load_is_named(void)
{
    struct core_kind k = faulty();
    struct pair p;
    struct err err = {0};
    k.load = blind_load;
    CU_ASSERT_EQUAL(open_pair(&p, &k, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "faulty: none fits"));
    close_pair(&p);
}

/* A table that the chip does not describe: the first counts nothing, hardware its own accesses. */
static void tables_that_are_not_described_are_not_compared(void)
{
    struct core_kind k = faulty();
    struct pair p;
    struct err err = {0};
    k.update = greedy_update;
    CU_ASSERT_EQUAL(open_pair(&p, &k, &err), 0);
    p.f.image.words.state_per = 0;
    CU_ASSERT_EQUAL(run_pair(&p, &err), STEPS);
    close_pair(&p);
}

static void keys_of_both_halves_are_read(void)
{
    extern const struct core_kind core_cuba;
    struct core_kind *pair = both_new(&core_lif, &core_cuba);
    size_t lif = 0, current = 0, twice = 0;
    for (const struct field *f = core_lif.fields; f->key; f++)
        lif++;
    for (const struct field *f = pair->fields; f->key; f++) {
        current += !strcmp(f->key, "offers.current");
        for (const struct field *g = f + 1; g->key; g++)
            twice += !strcmp(f->key, g->key);
    }
    CU_ASSERT_EQUAL(current, 1);
    CU_ASSERT_EQUAL(twice, 0);
    CU_ASSERT_STRING_EQUAL(pair->fields[lif - 1].key, core_lif.fields[lif - 1].key);
    both_free(pair);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("both", NULL, NULL);
    CU_add_test(s, "two that agree count once", two_that_agree_count_once);
    CU_add_test(s, "each way to differ is found and named", each_way_to_differ_is_found_and_named);
    CU_add_test(s, "a half that does not load is named", a_half_that_does_not_load_is_named);
    CU_add_test(s, "tables that are not described are not compared", tables_that_are_not_described_are_not_compared);
    CU_add_test(s, "keys of both halves are read", keys_of_both_halves_are_read);
    return check_run();
}
