/* The run against a plain simulator: random networks, every form of projection, any number of threads, both planes. */
#include "engine_fixture.h"

#include "kit.h"

enum { NETWORKS = 24, STEPS = 9, SAMPLES = 2 };

/* Spikes of the run that the plain simulator has not, or has and the run has not, of one sample. */
static uint64_t differences(struct plain *s, const struct events *in, const struct run *run, uint32_t sample, uint64_t *seen)
{
    uint64_t wrong = 0, fired = 0, matched = 0;
    plain_run(s, in, sample);
    for (uint32_t p = 1; p < s->net->n_populations; p++)
        for (size_t i = 0; i < (size_t)s->steps * s->net->population[p].neurons; i++)
            fired += s->fired[p][i];
    for (uint64_t k = 0; k < run->n_spikes; k++) {
        const struct run_spike *r = &run->spike[k];
        if (r->sample != sample)
            continue;
        int there = s->fired[r->population][(size_t)r->step * s->net->population[r->population].neurons + r->neuron];
        matched += (uint64_t)there;
        wrong += !there;
    }
    *seen += fired;
    return wrong + (fired - matched);
}

static uint64_t compare(struct plain *s, const struct events *in, const struct run *run, uint64_t *seen)
{
    uint64_t wrong = run ? 0 : 1;
    for (uint32_t sample = 0; run && sample < in->samples; sample++)
        wrong += differences(s, in, run, sample, seen);
    return wrong;
}

/* A random network on small cores of the chip ideal, against the plain simulator and itself. Returns what went wrong. */
static uint64_t check_network(uint64_t seed, uint64_t *seen, uint32_t *cores)
{
    char neurons[64];
    const char *const set[] = {neurons};
    struct network *net = exact_network(seed);
    if (!net)
        return 1;
    struct events *in = random_events(&seed, SAMPLES, STEPS, net->population[HOST_POPULATION].neurons, 3);
    struct plain plain = plain_new(net, STEPS);
    struct run *before = NULL;
    uint64_t wrong = 0;
    for (uint32_t way = 0; way < 4; way++) {
        struct loaded l;
        snprintf(neurons, sizeof neurons, "core_types.ideal.capacity.neurons=%u", 5 + 9 * way + next_random(&seed, 20));
        if (load(&l, net, "configs/chips/ideal.yaml", set, 1, way & 1 ? "balance" : "fill")) {
            wrong++;
            continue;
        }
        struct run *run = run_plane(&l, in, way & 2 ? "slots" : "none", 1 + way % 3);
        uint64_t none = 0;
        wrong += compare(&plain, in, run, way ? &none : seen) + (before && !same_spikes(before, run));
        *cores += l.mapping->n_cores > 1;
        run_free(before);
        before = run;
        unload(&l);
    }
    run_free(before);
    plain_free(&plain);
    events_free(in);
    network_free(net);
    return wrong;
}

static void is_what_the_equations_say(void)
{
    uint64_t seen = 0, wrong = 0;
    uint32_t cores = 0;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        uint64_t here = check_network(seed, &seen, &cores);
        if (here)
            printf("\n  network %u: %u differences", (unsigned)seed, (unsigned)here);
        wrong += here;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(seen > 1000);
    CU_ASSERT(cores > NETWORKS * 3);
    printf("%u spikes compared ", (unsigned)seen);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("engine", NULL, NULL);
    CU_add_test(suite, "the spikes of random networks are those of a plain simulator, on any cores, threads and plane", is_what_the_equations_say);
    return check_run();
}
