/* The engine systemc as the library's caller sees it. A kernel elaborates once, so each case runs in a process of its own. */
#include <sys/wait.h>
#include <unistd.h>

#include "engine_fixture.h"

#include "kit.h"

enum { SKIPPED = 77 };

/* A small network on mesh28, run by the named engine; NULL and the reason in *err. */
static struct run *run_by(const char *engine, struct err *err)
{
    struct loaded l;
    uint64_t seed = 3;
    struct network *net = random_network(seed);
    static const char *const set[] = {"noc.size=16x16", "core_types.lif28.capacity.neurons=24", "core_types.lif28.capacity.axons_in=4096",
                                      "core_types.lif28.memories.axon.size=64 KiB"};
    for (uint32_t p = 0; p < net->n_projections; p++)
        dress_projection(&net->projection[p], &seed);
    struct events *in = random_events(&seed, 2, 5, net->population[HOST_POPULATION].neurons, 3);
    struct run *run = NULL;
    if (!load(&l, net, "configs/chips/mesh28.yaml", set, sizeof set / sizeof *set, "fill")) {
        struct run_options options = usual_options("cycle", 1);
        options.engine = engine;
        run = run_make(l.net, l.chip, l.quantised, l.mapping, in, NULL, &options, err);
        unload(&l);
    }
    events_free(in);
    network_free(net);
    return run;
}

/* The child's answer: 0 where it held. */
static int apart(int (*what)(void))
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(what());
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    if (WEXITSTATUS(status) == SKIPPED)
        printf("SKIPPED: built without SystemC ");
    return WEXITSTATUS(status) == SKIPPED ? 0 : WEXITSTATUS(status);
}

static int has_systemc(void)
{
#ifdef VOLLEY_SYSTEMC
    return 1;
#else
    return 0;
#endif
}

static int second_is_refused(void)
{
    struct err err = {0};
    struct run *first = has_systemc() ? run_by("systemc", &err) : NULL, *second = first ? run_by("systemc", &err) : NULL;
    int held = first && !second && err.kind == ERR_ANSWER && strstr(err.text, "elaborates once") && strstr(err.text, "--engine c");
    struct run *third = held ? run_by("c", &err) : NULL;        /* the C engine goes on working */
    held &= third && third->total_ps == first->total_ps;
    run_free(first);
    run_free(second);
    run_free(third);
    return !has_systemc() ? SKIPPED : !held;
}

static int not_built_in_is_said(void)
{
    struct err err = {0};
    struct run *run = has_systemc() ? NULL : run_by("systemc", &err);
    int held = !run && err.kind == ERR_INPUT && strstr(err.text, "libsystemc-dev");
    run_free(run);
    return has_systemc() ? 0 : !held;
}

static int unknown_is_refused(void)
{
    struct err err = {0};
    struct run *run = run_by("verilog", &err);
    int held = !run && err.kind == ERR_INPUT && strstr(err.text, "c and systemc");
    run_free(run);
    return !held;
}

static void a_second_run_in_a_process_is_refused(void)
{
    CU_ASSERT_EQUAL(apart(second_is_refused), 0);
}

static void without_systemc_the_message_names_the_package(void)
{
    CU_ASSERT_EQUAL(apart(not_built_in_is_said), 0);
}

static void an_engine_that_there_is_not_is_refused(void)
{
    CU_ASSERT_EQUAL(apart(unknown_is_refused), 0);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("engine systemc", NULL, NULL);
    CU_add_test(s, "a second run in a process is refused, and the C engine runs on", a_second_run_in_a_process_is_refused);
    CU_add_test(s, "without SystemC the message names the package", without_systemc_the_message_names_the_package);
    CU_add_test(s, "an engine that there is not is refused", an_engine_that_there_is_not_is_refused);
    return check_run();
}
