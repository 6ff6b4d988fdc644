/* A core that is clocked through its pins needs nothing of its kind but clock(): in the engine systemc its cost, update, accept and learn are
 * replaced by ones that fail, the prices of all routes are spoilt, and the run is that of the engine c, step for step. A kind without pins notices. */
#include <sys/wait.h>
#include <unistd.h>

#include "cores/clocked.h"
#include "engine/engine.h"
#include "engine_fixture.h"
#include "kit.h"

enum { SAMPLES = 2, STEPS = 6, SPOILT = 12345, SKIPPED = 77 };
#define SRAM "ports: 1R1W, model: sram, source: sram, leak_source: leak"
/* A chip, and what makes it narrow; the last setting is the kind. */
struct narrow { const char *chip, *set[7]; uint32_t n; };
static const struct narrow inference = {"configs/chips/mesh28.yaml", {
    "core_types.lif28.service.accept={packet: 3 cycles, accumulator.write_word: 1 cycle, source: rtl}",
    "core_types.lif28.memories.synapse={size: 80 KiB, width: 40 bit, " SRAM ", holds: {rows: {dense: [weight, pad 2 bit]}}}",
    "core_types.lif28.offers.forms=[dense]", "noc.router.virtual_channels=1", "core_types.lif28.capacity.neurons=32",
    "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 4 cycles}"}, 6};
static const struct narrow learning = {"configs/chips/learn28.yaml", {
    "noc.router.virtual_channels=1", "core_types.stdp28.capacity.neurons=32",
    "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 4 cycles}"}, 3};

static int poisoned_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)core, (void)at, (void)out, (void)cycles, (void)counts;
    return err_bug(err, "update was called");
}

static int poisoned_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                           struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)core, (void)at, (void)p, (void)n, (void)ahead, (void)cycles, (void)out, (void)counts;
    return err_bug(err, "accept was called");
}

static int poisoned_learn(struct core *core, const struct core_step *at, enum learn_phase phase, int64_t third_factor, uint32_t *cycles,
                          struct core_counts *counts, struct err *err)
{
    (void)core, (void)at, (void)phase, (void)third_factor, (void)cycles, (void)counts;
    return err_bug(err, "learn was called");
}

static void poisoned_cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    (void)core, (void)p;
    for (uint32_t i = 0; i < n; i++)
        cycles[i] = SPOILT;
}

static const struct core_kind *whole;    /* the kind whose clock is looked through */

/* A core that never says that its step is done. */
static void endless_clock(struct core *core, struct core_ports *pins)
{
    whole->clock(core, pins);
    pins->step_done = 0;
}

/* Two dense layers over several cores, the second feeding the first, so that cores send while they are sent to. */
static struct network *two_layers(void)
{
    struct err err;
    struct network *net = input_of((struct shape){1, {12}});
    uint32_t a = add_dense(net, "a", HOST_POPULATION, 100, 1), b = add_dense(net, "b", a, 60, 1);
    net->population[b].output = 1;
    CU_ASSERT_EQUAL_FATAL(network_finish(net, 1, &err), 0);
    uint64_t seed = 5;
    for (uint32_t p = 0; p < net->n_projections; p++)
        dress_projection(&net->projection[p], &seed);
    return net;
}

static void poison(struct engine *e, struct core_kind *kind, int endless)
{
    for (uint64_t r = 0; r < e->chip->n_routes; r++)
        if (e->chip->route[r].core != CHIP_HOST)
            e->chip->route[r].service = SPOILT;
    *kind = *e->chip->core[0].kind;
    kind->update = poisoned_update;
    kind->accept = poisoned_accept;
    kind->cost = poisoned_cost;
    kind->learn = poisoned_learn;
    whole = e->chip->core[0].kind;
    if (endless)
        kind->clock = endless_clock;
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        e->chip->core[c].kind = kind;
}

/* All samples of a run, as run_make does them. */
static int run_poisoned(struct engine *e, struct core_kind *kind, int endless, struct err *err)
{
    if (engine_open(e, err))
        return -1;
    poison(e, kind, endless);
    for (uint32_t sample = 0; sample < SAMPLES; sample++) {
        engine_begin_sample(e, sample);
        e->kind->wait(e, e->reset_ps);
        for (uint32_t s = 0; s < e->run->chip_steps; s++) {
            e->at.step = s;
            if (e->kind->step(e, err))
                return -1;
        }
        engine_finish_sample(e, -1);
    }
    return 0;
}

static int same_steps(const struct run *a, const struct run *b)
{
    if (a->n_steps != b->n_steps || a->total_ps != b->total_ps)
        return 0;
    for (uint64_t s = 0; s < a->n_steps; s++)
        if (a->step[s].time_ps != b->step[s].time_ps || a->step[s].spikes != b->step[s].spikes || a->step[s].sops != b->step[s].sops)
            return 0;
    return same_spikes(a, b);
}

/* 0: equal; 1: not; 2: the poison was tasted; 3: a core never ended, and that was said; SKIPPED. */
static int poisoned_run(const struct narrow *narrow, const char *set_kind, int endless)
{
    struct loaded l;
    struct network *net = two_layers();
    uint64_t seed = 11;
    struct events *in = random_events(&seed, SAMPLES, STEPS, net->population[HOST_POPULATION].neurons, 2);
    const char *set[sizeof narrow->set / sizeof *narrow->set];
    memcpy(set, narrow->set, sizeof set);
    set[narrow->n] = set_kind;
    if (load(&l, net, narrow->chip, set, narrow->n + 1, "balance"))
        return 1;
    struct run_options options = usual_options("cycle", 1);
    struct run *plain = run_make(l.net, l.chip, l.quantised, l.mapping, in, NULL, &options, &l.err);
    if (!plain)
        return strstr(l.err.text, "built without") ? SKIPPED : (printf("\n  %s", l.err.text), 1);
    options.engine = "systemc";
    struct engine e = {.run = engine_new_run(l.chip, l.net, l.quantised, l.mapping, in, &options)};
    struct run *pins = e.run;
    struct core_kind kind;      /* until the engine is closed */
    int failed = run_poisoned(&e, &kind, endless, &l.err), answer = failed ? 1 : !same_steps(plain, pins);
    if (failed)
        answer = strstr(l.err.text, "built without") ? SKIPPED : strstr(l.err.text, "was called") ? 2 : strstr(l.err.text, "step_done=0 idle=") ? 3 : 1;
    if (answer == 1)
        printf("\n  %s; %llu steps in %llu ps, %llu in %llu", l.err.text, (unsigned long long)plain->n_steps, (unsigned long long)plain->total_ps,
               (unsigned long long)pins->n_steps, (unsigned long long)pins->total_ps);
    engine_close(&e);
    run_free(pins);
    run_free(plain);
    unload(&l);
    events_free(in);
    network_free(net);
    return answer;
}

/* A kernel elaborates once: each run in a process of its own. */
static int apart(const struct narrow *narrow, const char *set_kind, int endless)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        int answer = poisoned_run(narrow, set_kind, endless);
        fflush(stdout);
        _exit(answer);
    }
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    if (WEXITSTATUS(status) == SKIPPED)
        printf("SKIPPED: built without SystemC or Verilator ");
    return WEXITSTATUS(status);
}

static void through_the_pins_nothing_else_is_asked(void)
{
    int answer = apart(&inference, "core_types.lif28.kind=rtl:lif_core", 0);
    CU_ASSERT_TRUE(answer == 0 || answer == SKIPPED);
}

static void through_the_pins_it_learns_too(void)
{
    int answer = apart(&learning, "core_types.stdp28.kind=rtl:stdp_core", 0);
    CU_ASSERT_TRUE(answer == 0 || answer == SKIPPED);
}

static void a_kind_without_pins_is_asked(void)
{
    int answer = apart(&inference, "core_types.lif28.kind=lif", 0);
    CU_ASSERT_TRUE(answer == 2 || answer == SKIPPED);
}

static void a_core_that_never_says_done_is_named_with_its_pins(void)
{
    int answer = apart(&inference, "core_types.lif28.kind=rtl:lif_core", 1);
    CU_ASSERT_TRUE(answer == 3 || answer == SKIPPED);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("clocked, poisoned", NULL, NULL);
    CU_add_test(s, "through its pins a core is asked for nothing else", through_the_pins_nothing_else_is_asked);
    CU_add_test(s, "through its pins it learns too", through_the_pins_it_learns_too);
    CU_add_test(s, "a kind without pins is asked: the poison works", a_kind_without_pins_is_asked);
    CU_add_test(s, "a core that never says done is named, with the state of its pins", a_core_that_never_says_done_is_named_with_its_pins);
    return check_run();
}
