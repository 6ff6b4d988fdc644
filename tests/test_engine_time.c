/* Where the time of a run goes: shares that add up, planes and clocks in their order, the barrier, the pace. */
#include "engine_fixture.h"

#include "kit.h"

enum { STEPS = 6, SAMPLES = 3 };

static struct run *timed(uint64_t seed, const char *const *set, uint32_t n_set, const char *plane, uint64_t pace_ps, uint32_t *tiles)
{
    struct loaded l;
    struct network *net = random_network(seed);
    struct run *run = NULL;
    for (uint32_t p = 0; net && p < net->n_projections; p++)
        dress_projection(&net->projection[p], &seed);
    struct events *in = net ? random_events(&seed, SAMPLES, STEPS, net->population[HOST_POPULATION].neurons, 3) : NULL;
    if (net && !load(&l, net, "configs/chips/mesh28.yaml", set, n_set, "fill")) {
        struct run_options options = usual_options(plane, 1);
        options.pace_ps = pace_ps;
        options.traces |= TRACE_PACKETS;
        run = run_with(&l, in, &options);
        *tiles = l.mapping->n_cores;            /* one core per tile */
        unload(&l);
    }
    if (in)
        events_free(in);
    network_free(net);
    return run;
}

static const char *const usual[] = {"noc.size=16x16", "core_types.lif28.capacity.neurons=24", "core_types.lif28.capacity.axons_in=4096",
                                    "core_types.lif28.memories.axon.size=64 KiB", NULL, NULL};
enum { USUAL = 4 };

/* With up to two settings more. */
static struct run *timed_with(uint64_t seed, const char *plane, const char *one, const char *two)
{
    const char *set[USUAL + 2];
    uint32_t tiles;
    memcpy(set, usual, USUAL * sizeof *set);
    set[USUAL] = one;
    set[USUAL + 1] = two;
    return timed(seed, set, USUAL + (one ? 1u : 0u) + (two ? 1u : 0u), plane, 0, &tiles);
}

static void shares_add_up(void)
{
    uint64_t wrong = 0, named = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct run *run = timed_with(seed, seed & 1 ? "slots" : "none", "time.sample_reset.time=100 cycles", NULL);
        CU_ASSERT_FATAL(run != NULL);
        uint64_t shares = 0, samples = 0, steps = 0;
        for (int b = 0; b < N_BOUNDS; b++)
            shares += run->bound_ps[b];
        for (uint32_t s = 0; s < run->samples_done; s++)
            samples += run->sample[s].time_ps;
        for (uint64_t s = 0; s < run->n_steps; s++)
            steps += run->step[s].time_ps;
        wrong += shares != run->total_ps - run->reset_ps || samples != run->total_ps || steps != shares;
        wrong += run->reset_ps != (uint64_t)SAMPLES * 100 * 2500;
        wrong += run->service_ps + run->update_ps != run->bound_ps[BOUND_COMPUTE];
        wrong += run->bound_ps[BOUND_BARRIER] != run->barrier_ps || run->bound_core >= run->n_cores || run->bound_core_ps > shares;
        wrong += run->core_busy_ps_max > run->core_busy_ps_sum;
        named += run->bound_ps[BOUND_COMPUTE] > 0 || run->bound_ps[BOUND_MEMORY] > 0;
        run_free(run);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(named, 8);
}

static void no_contention_is_never_slower(void)
{
    uint64_t wrong = 0, slower = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct run *none = timed_with(seed, "none", NULL, NULL), *slots = timed_with(seed, "slots", NULL, NULL);
        CU_ASSERT_FATAL(none && slots && none->n_steps == slots->n_steps && none->n_packets == slots->n_packets);
        for (uint64_t p = 0; p < none->n_packets; p++) {
            wrong += none->packet[p].arrive > slots->packet[p].arrive || none->packet[p].start < none->packet[p].arrive;
            slower += none->packet[p].arrive < slots->packet[p].arrive;
        }
        wrong += none->total_ps > slots->total_ps || none->network_counts.action[COUNT_LINK_BUSY] != 0;
        run_free(none);
        run_free(slots);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(slower > 0);
}

static void clocks_change_time_and_nothing_else(void)
{
    for (uint64_t seed = 2; seed < 5; seed++) {
        struct run *fast = timed_with(seed, "slots", NULL, NULL), *core = timed_with(seed, "slots", "time.clocks.core=200 MHz", NULL),
                   *both = timed_with(seed, "slots", "time.clocks.core=200 MHz", "time.clocks.noc=200 MHz");
        CU_ASSERT_FATAL(fast && core && both);
        CU_ASSERT(core->total_ps > fast->total_ps && core->total_ps < 2 * fast->total_ps);
        CU_ASSERT_EQUAL(both->total_ps, 2 * fast->total_ps);
        CU_ASSERT_EQUAL(core->barrier_ps, fast->barrier_ps);
        CU_ASSERT_EQUAL(both->barrier_ps, 2 * fast->barrier_ps);
        CU_ASSERT(same_spikes(fast, core) && same_spikes(fast, both));
        run_free(fast);
        run_free(core);
        run_free(both);
    }
}

/* The table gives 100 cycles for 1 tile and 1100 for 101, so 100 + 10 (n - 1) for n tiles in use. */
static void the_barrier_follows_the_tiles_in_use(void)
{
    const char *set[USUAL + 1];
    uint32_t before = 0, different = 0, tiles;
    memcpy(set, usual, USUAL * sizeof *set);
    set[USUAL] = "time.barrier={at: {1: 100 cycles, 101: 1100 cycles}, over: tiles, clock: noc, source: guess, why: a test}";
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct run *run = timed(seed, set, USUAL + 1, "none", 0, &tiles);
        CU_ASSERT_FATAL(run != NULL);
        CU_ASSERT(tiles < 101);
        CU_ASSERT_EQUAL(run->barrier_ps, run->n_steps * (100 + 10 * ((uint64_t)tiles - 1)) * 2500);
        different += tiles != before;
        before = tiles;
        run_free(run);
    }
    CU_ASSERT(different > 2);
}

static void a_pace_is_kept_or_overrun(void)
{
    uint32_t tiles;
    struct run *free_run = timed(3, usual, USUAL, "slots", 0, &tiles);
    CU_ASSERT_FATAL(free_run != NULL);
    uint64_t longest = 0, shortest = UINT64_MAX;
    for (uint64_t s = 0; s < free_run->n_steps; s++) {
        longest = free_run->step[s].time_ps > longest ? free_run->step[s].time_ps : longest;
        shortest = free_run->step[s].time_ps < shortest ? free_run->step[s].time_ps : shortest;
    }
    CU_ASSERT_FATAL(shortest < longest);
    uint64_t pace = (shortest + longest) / 2, over = 0, want = 0, shares = 0;
    for (uint64_t s = 0; s < free_run->n_steps; s++) {
        over += free_run->step[s].time_ps > pace;
        want += free_run->step[s].time_ps > pace ? free_run->step[s].time_ps : pace;
    }
    struct run *paced = timed(3, usual, USUAL, "slots", pace, &tiles), *slow = timed(3, usual, USUAL, "slots", 2 * longest, &tiles);
    CU_ASSERT_FATAL(paced && slow);
    CU_ASSERT_EQUAL(paced->overruns, over);
    CU_ASSERT_EQUAL(paced->overrun_ps_max, longest - pace);
    CU_ASSERT_EQUAL(paced->total_ps - paced->reset_ps, want);
    for (int b = 0; b < N_BOUNDS; b++)
        shares += paced->bound_ps[b];
    CU_ASSERT_EQUAL(shares, want);
    uint64_t waited = 0, wrong = 0;
    for (uint64_t s = 0; s < paced->n_steps; s++) {
        waited += paced->step[s].wait_ps;
        wrong += paced->step[s].time_ps - paced->step[s].wait_ps != free_run->step[s].time_ps;
    }
    CU_ASSERT(waited > 0 && !wrong);
    CU_ASSERT_EQUAL(paced->bound_ps[BOUND_PACE], waited);
    CU_ASSERT_EQUAL(paced->bound_ps[BOUND_BARRIER], paced->barrier_ps);
    CU_ASSERT_EQUAL(free_run->bound_ps[BOUND_PACE], 0);
    CU_ASSERT_EQUAL(slow->overruns, 0);
    CU_ASSERT_EQUAL(slow->total_ps - slow->reset_ps, slow->n_steps * 2 * longest);
    run_free(free_run);
    run_free(paced);
    run_free(slow);
}

/* Twenty neurons with long updates on one core, one neuron on another: each step ends with the service at the second core of a packet that the
 * first one's long update sent. The update's time belongs to the core that it ran on. */
static void an_update_counts_for_the_core_it_ran_on(void)
{
    static const char *const set[] = {"core_types.lif28.capacity.neurons=20", "core_types.lif28.service.update.update_active=1000 cycles",
                                      "core_types.lif28.service.update.update_idle=1000 cycles"};
    uint64_t seed = 4;
    struct loaded l;
    struct network *net = dense_network(3, 20, 1);
    CU_ASSERT_FATAL(net && !load(&l, net, "configs/chips/mesh28.yaml", set, 3, "fill"));
    CU_ASSERT_FATAL(l.mapping->n_cores == 2 && l.mapping->core[0].neurons == 20);
    struct events *in = random_events(&seed, SAMPLES, 12, 3, 1);
    struct run *run = run_plane(&l, in, "none", 1);
    CU_ASSERT_FATAL(run && run->n_spikes > 60);
    CU_ASSERT_EQUAL(run->bound_core, 0);
    CU_ASSERT(run->bound_core_ps >= run->update_ps && run->update_ps > run->n_steps * 19 * 1000 * 2500);
    run_free(run);
    events_free(in);
    unload(&l);
    network_free(net);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("engine time", NULL, NULL);
    CU_add_test(suite, "the shares of the time add up to the run less its resets, as do steps and samples", shares_add_up);
    CU_add_test(suite, "no packet arrives earlier in plane slots than in plane none", no_contention_is_never_slower);
    CU_add_test(suite, "a slower core clock lengthens a run, both clocks at half speed double it, spikes stay", clocks_change_time_and_nothing_else);
    CU_add_test(suite, "the barrier is interpolated over the tiles in use", the_barrier_follows_the_tiles_in_use);
    CU_add_test(suite, "a step waits for its pace, and one that is longer is an overrun", a_pace_is_kept_or_overrun);
    CU_add_test(suite, "an update counts for the core that it ran on, wherever the step ended", an_update_counts_for_the_core_it_ran_on);
    return check_run();
}
