/* Windows, samples and interruption: what a run does with time and parts of the input. */
#include "engine_fixture.h"

#include "kit.h"

/* ---- windows: two neurons in a row, no input; the second has a bias that reaches its threshold in four steps ---- */

static struct network *biased_pair(void)
{
    struct err err;
    struct network *net = input_of((struct shape){1, {1}});
    uint32_t a = add_dense(net, "a", HOST_POPULATION, 1, 1), b = add_dense(net, "b", a, 1, 1);
    net->population[b].bias[0] = same_numbers(1, 20.0 / 64);
    net->population[b].beta[0] = 1;
    net->population[b].output = 1;
    if (!network_finish(net, 0, &err))
        return net;
    network_free(net);
    return NULL;
}

static struct run *run_of(struct network *net, const char *chip, const char *const *set, uint32_t n_set, const struct events *in)
{
    struct loaded l;
    if (load(&l, net, chip, set, n_set, "fill"))
        return NULL;
    struct run_options options = usual_options("slots", 1);
    options.hold = l.chip->layer_start != LAYER_FREE;
    struct run *run = run_with(&l, in, &options);
    unload(&l);
    return run;
}

/* Membrane .3125 more in each step: above 1 in the fourth update from rest, then .25 left, so again three later. */
static void a_layer_is_held_until_its_window(void)
{
    static const char *const free_start[] = {"time.layer_start={kind: free}"};
    uint64_t seed = 1;
    struct network *net = biased_pair();
    struct events *silent = random_events(&seed, 1, 6, 1, 1000000);
    struct run *held = run_of(net, "configs/chips/ideal.yaml", NULL, 0, silent), *released = run_of(net, "configs/chips/ideal.yaml", free_start, 1, silent);
    CU_ASSERT_FATAL(silent->count == 0 && held && released);
    CU_ASSERT_EQUAL(net->population[2].depth, 2);
    CU_ASSERT_EQUAL_FATAL(held->n_spikes, 1);
    CU_ASSERT_EQUAL(held->spike[0].step, 3);
    CU_ASSERT_EQUAL_FATAL(released->n_spikes, 2);       /* chip steps 3 and 6, seen as network steps 1 and 4 */
    CU_ASSERT_EQUAL(released->spike[0].step, 1);
    CU_ASSERT_EQUAL(released->spike[1].step, 4);
    CU_ASSERT_EQUAL(held->output_counts[0], 1);
    CU_ASSERT_EQUAL(released->output_counts[0], 2);
    CU_ASSERT_EQUAL(held->network_counts.action[COUNT_LAYER_STARTS], 2);
    CU_ASSERT_EQUAL(released->network_counts.action[COUNT_LAYER_STARTS], 0);
    run_free(held);
    run_free(released);
    free(silent->first);
    free(silent);
    network_free(net);
}

/* Integer neurons with biases from the host's axons in the window, against biases of their own behind a gate. */
static void a_bias_as_a_synapse_gives_the_same_spikes(void)
{
    static const char *const gated[] = {"noc.size=16x16"}, *const as_input[] = {"noc.size=16x16", "time.layer_start={kind: bias_input}"};
    uint64_t spikes = 0, wrong = 0;
    for (uint64_t seed = 40; seed < 52; seed++) {
        uint64_t state = seed;
        struct network *net = dense_network(20, 30 + (uint32_t)seed, 12);
        for (uint32_t p = 1; p < net->n_populations; p++) {
            struct population *pop = &net->population[p];
            pop->bias[0] = mem_new(pop->neurons, sizeof *pop->bias[0]);
            for (uint32_t i = 0; i < pop->neurons; i++)
                pop->bias[0][i] = next_random(&state, 20) / 64.0;
        }
        for (uint32_t p = 0; p < net->n_projections; p++)
            dress_projection(&net->projection[p], &state);
        struct events *in = random_events(&state, 2, 8, 20, 4);
        struct run *own = run_of(net, "configs/chips/mesh28.yaml", gated, 1, in), *sent = run_of(net, "configs/chips/mesh28.yaml", as_input, 2, in);
        wrong += !same_spikes(own, sent);
        if (own && sent) {
            spikes += own->n_spikes;
            wrong += sent->network_counts.action[COUNT_HOST_IN] <= own->network_counts.action[COUNT_HOST_IN];
            wrong += sent->network_counts.action[COUNT_LAYER_STARTS] != 0;
        }
        run_free(own);
        run_free(sent);
        events_free(in);
        network_free(net);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(spikes > 500);
}

/* ---- samples ---- */

struct bench { struct network *net; struct events *in; struct loaded l; };

static int open_bench(struct bench *b, uint64_t seed)
{
    static const char *const set[] = {"core_types.ideal.capacity.neurons=20"};
    *b = (struct bench){.net = exact_network(seed)};
    if (!b->net)
        return -1;
    b->in = random_events(&seed, 6, 7, b->net->population[HOST_POPULATION].neurons, 3);
    return load(&b->l, b->net, "configs/chips/ideal.yaml", set, 1, "balance");
}

static void close_bench(struct bench *b)
{
    unload(&b->l);
    events_free(b->in);
    network_free(b->net);
}

/* Samples `first` and so on of one run equal those of another: counts, times, answers, and the spikes. */
static uint64_t parts_differ(const struct run *all, const struct run *part, uint32_t first)
{
    uint64_t wrong = 0, skip = 0;
    for (uint32_t s = 0; s < part->samples_done; s++) {
        const struct run_sample *a = &all->sample[first + s], *b = &part->sample[s];
        wrong += a->sample != b->sample || a->prediction != b->prediction || a->time_ps != b->time_ps || a->steps != b->steps;
        wrong += memcmp(&a->counts, &b->counts, sizeof a->counts) != 0;
        wrong += memcmp(all->output_counts + (size_t)(first + s) * all->outputs, part->output_counts + (size_t)s * part->outputs, part->outputs * 8) != 0;
    }
    while (skip < all->n_spikes && all->spike[skip].sample < first)
        skip++;
    return wrong + (part->n_spikes > all->n_spikes - skip || memcmp(all->spike + skip, part->spike, part->n_spikes * sizeof *part->spike));
}

static void a_part_of_the_samples_is_a_part_of_the_run(void)
{
    struct bench b;
    uint64_t wrong = 0, spikes = 0;
    for (uint64_t seed = 5; seed < 9; seed++) {
        CU_ASSERT_EQUAL_FATAL(open_bench(&b, seed), 0);
        struct run_options options = usual_options("slots", 2);
        struct run *all = run_with(&b.l, b.in, &options), *again = run_with(&b.l, b.in, &options);
        options.first_sample = 2;
        options.last_sample = 4;
        struct run *part = run_with(&b.l, b.in, &options);
        CU_ASSERT_FATAL(all && again && part);
        CU_ASSERT(all->samples_done == 6 && part->samples_done == 3 && part->samples_asked == 3 && !part->partial);
        wrong += parts_differ(all, part, 2) + parts_differ(all, again, 0) + (all->total_ps != again->total_ps) + (all->n_spikes != again->n_spikes);
        wrong += part->n_spikes == 0 || part->spike[0].sample < 2 || part->spike[part->n_spikes - 1].sample > 4;
        spikes += part->n_spikes;
        run_free(all);
        run_free(again);
        run_free(part);
        close_bench(&b);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(spikes > 100);
}

static void samples_that_are_not_there_are_refused(void)
{
    struct bench b;
    CU_ASSERT_EQUAL_FATAL(open_bench(&b, 5), 0);
    const struct {
        uint32_t first, last;
        const char *timing;
    } bad[] = {{4, 2, "none"}, {6, 6, "none"}, {0, 6, "none"}, {6, UINT32_MAX, "none"}, {0, 0, "exact"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct run_options options = usual_options(bad[i].timing, 1);
        options.first_sample = bad[i].first;
        options.last_sample = bad[i].last;
        struct run *run = run_make(b.l.net, b.l.chip, b.l.quantised, b.l.mapping, b.in, NULL, &options, &b.l.err);
        CU_ASSERT_PTR_NULL(run);
        CU_ASSERT_EQUAL(b.l.err.kind, ERR_INPUT);
        run_free(run);
    }
    close_bench(&b);
}

/* ---- interruption ---- */

static volatile int stop_now;

static void stop_after_three(void *arg, uint32_t done, uint32_t all)
{
    uint32_t *calls = arg;
    ++*calls;
    CU_ASSERT_EQUAL(done, *calls);
    CU_ASSERT_EQUAL(all, 6);
    stop_now = done == 3;
}

static void a_stopped_run_keeps_what_it_finished(void)
{
    struct bench b;
    uint32_t calls = 0;
    CU_ASSERT_EQUAL_FATAL(open_bench(&b, 6), 0);
    struct run_options options = usual_options("slots", 1);
    struct run *all = run_with(&b.l, b.in, &options);
    options.progress = stop_after_three;
    options.progress_arg = &calls;
    options.stop = &stop_now;
    stop_now = 0;
    struct run *part = run_with(&b.l, b.in, &options);
    CU_ASSERT_FATAL(all && part);
    CU_ASSERT_EQUAL(calls, 3);
    CU_ASSERT_EQUAL(part->samples_done, 3);
    CU_ASSERT_EQUAL(part->samples_asked, 6);
    CU_ASSERT_EQUAL(part->partial, 1);
    CU_ASSERT_EQUAL(all->partial, 0);
    CU_ASSERT_EQUAL(parts_differ(all, part, 0), 0);
    CU_ASSERT_EQUAL(part->n_steps, 3 * part->chip_steps);
    CU_ASSERT_EQUAL(part->total_ps, part->sample[0].time_ps + part->sample[1].time_ps + part->sample[2].time_ps);
    run_free(all);
    run_free(part);
    close_bench(&b);
}

static void a_stop_before_the_first_sample_keeps_none(void)
{
    struct bench b;
    CU_ASSERT_EQUAL_FATAL(open_bench(&b, 6), 0);
    struct run_options options = usual_options("none", 1);
    options.first_sample = 3;
    options.stop = &stop_now;
    stop_now = 1;
    struct run *none = run_with(&b.l, b.in, &options);
    CU_ASSERT_FATAL(none != NULL);
    CU_ASSERT(none->partial == 1 && none->samples_done == 0 && none->n_spikes == 0 && none->total_ps == 0);
    stop_now = 0;
    struct run *all = run_with(&b.l, b.in, &options);
    CU_ASSERT(all && all->partial == 0 && all->samples_done == 3);
    run_free(none);
    run_free(all);
    close_bench(&b);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("engine runs", NULL, NULL);
    CU_add_test(suite, "a layer with a bias is held until its window; set free, it fires early", a_layer_is_held_until_its_window);
    CU_add_test(suite, "a bias as a synapse of the host gives the spikes of a bias behind a gate", a_bias_as_a_synapse_gives_the_same_spikes);
    CU_add_test(suite, "samples A..B are those of the whole run, and a run repeats itself", a_part_of_the_samples_is_a_part_of_the_run);
    CU_add_test(suite, "samples that are not there and unknown planes are refused", samples_that_are_not_there_are_refused);
    CU_add_test(suite, "a run stopped in sample 3 keeps three samples and says partial", a_stopped_run_keeps_what_it_finished);
    CU_add_test(suite, "a stop before the first sample keeps none", a_stop_before_the_first_sample_keeps_none);
    return check_run();
}
