/* bench_planes: how far the planes none and slots are from the plane cycle. Time of each step of trained networks, the shipped ones and those of
 * the reference material (VOLLEY_KIT, or ../shared/kit beside the repository; skipped where it is absent), as mapped by default and spread
 * over many cores; then bursts on an 8x8 mesh, every node sending its packets as fast as it can. Figures of docs/noc.md; nothing is
 * asserted. `bench_planes 20` runs 20 samples of each network (8 where nothing is given). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile.h"
#include "engine/run.h"
#include "import/events.h"
#include "import/import.h"
#include "import/values.h"
#include "mapping.h"
#include "noc/noc.h"
#include "noc/timing.h"
#include "noc/traffic.h"
#include "quantise.h"

enum { PLANES = 3, CYCLE = 2, MESH = 8, PATTERNS = 5, ROUTERS = 3 };
static const char *const plane_names[PLANES] = {"none", "slots", "cycle"};

struct error { double sum, worst; uint64_t n, within_1, within_5, beyond; };    /* of time relative to the plane cycle's */

static void note(struct error *e, double time, double reference)
{
    double off = reference > 0 ? time / reference - 1 : 0;
    e->sum += off;
    e->n++;
    e->within_1 += fabs(off) <= 0.01;
    e->within_5 += fabs(off) <= 0.05;
    if (fabs(off) > fabs(e->worst))
        e->worst = off;
}

/* ---- networks ---- */

struct job { struct chipfile *chip; struct network *net; struct events *input; struct quantised *numbers; struct mapping *map; };

/* Values travel as equal packets where packets carry none. */
static int load_numbers(struct job *j, struct err *err)
{
    struct quant_options q = {.rule = QUANT_DEFAULT, .repeat = 1, .valued_input = j->input->value != NULL};
    if (j->input->value) {
        q.values = VALUES_REPEAT;
        q.repeat = values_repeat(j->input);
        q.value_min = j->input->value_min;
        q.value_max = fmax(fabs(j->input->value_min), fabs(j->input->value_max));
    }
    j->numbers = quantise(j->net, j->chip, &q, err);
    return j->numbers ? 0 : -1;
}

static int load(struct job *j, const char *chip, const char *folder, const char *name, uint32_t cores, struct err *err)
{
    static const char *const cuba[] = {"placement={cuba28: all}"};
    char path[2][600];
    snprintf(path[0], sizeof path[0], "%s/%s.nir", folder, name);
    snprintf(path[1], sizeof path[1], "%s/%s_input.spk", folder, name);
    struct import_options open = {.reset = -1, .reset_time = -1};
    struct map_options m = {.method = cores ? "balance" : NULL, .cores = cores};
    j->chip = chipfile_read(chip, cuba, !strcmp(chip, "mesh28") && !strncmp(name, "cuba", 4), err);
    j->net = j->chip ? import_network(path[0], &open, err) : NULL;
    if (!j->net)
        return -1;
    struct event_options events = {.network_steps = j->net->steps, .shape = j->net->population[HOST_POPULATION].shape, .dt = j->net->dt};
    j->input = events_read(path[1], &events, err);
    if (!j->input || load_numbers(j, err))
        return -1;
    j->map = mapping_make(j->net, j->numbers, j->chip, &m, err);
    return j->map ? 0 : -1;
}

static void unload(struct job *j)
{
    mapping_free(j->map);
    quantised_free(j->numbers);
    events_free(j->input);
    network_free(j->net);
    chipfile_free(j->chip);
}

static void print_error(const char *plane, const struct error *e)
{
    double n = e->n ? (double)e->n : 1;
    printf("   %-5s mean %+6.2f %%  worst %+6.1f %%  within 1 %%: %3.0f %%  5 %%: %3.0f %%", plane, 100 * e->sum / n, 100 * e->worst,
           100 * (double)e->within_1 / n, 100 * (double)e->within_5 / n);
}

/* The step with its barrier, as a user sees it. noc: the share of the plane cycle's time that is the network's. */
static int compare_runs(const struct job *j, uint32_t samples, struct err *err)
{
    struct run *run[PLANES] = {NULL};
    struct error error[PLANES] = {{0}};
    int bad = 0;
    for (int p = 0; p < PLANES && !bad; p++) {
        struct run_options o = {.last_sample = samples < j->input->samples ? samples - 1 : UINT32_MAX, .timing = plane_names[p], .threads = 1, .hold = 1};
        bad = !(run[p] = run_make(j->net, j->chip, j->numbers, j->map, j->input, NULL, &o, err));
    }
    for (int p = 0; p < CYCLE && !bad; p++) {
        for (uint64_t i = 0; i < run[p]->n_steps; i++)
            note(&error[p], (double)run[p]->step[i].time_ps, (double)run[CYCLE]->step[i].time_ps);
        print_error(plane_names[p], &error[p]);
        if (p == 1)
            printf("  beyond %3.0f %%", 100 * (double)run[p]->steps_beyond / (double)run[p]->n_steps);
    }
    if (!bad)
        printf("   noc %.0f %%\n", 100 * (double)run[CYCLE]->bound_ps[BOUND_NOC] / (double)(run[CYCLE]->total_ps - run[CYCLE]->reset_ps));
    for (int p = 0; p < PLANES; p++)
        run_free(run[p]);
    return bad ? -1 : 0;
}

/* What does not fit or needs what the chip has not is named and left out. */
static void bench_network(const char *folder, const char *name, uint32_t samples)
{
    static const struct { const char *chip; uint32_t cores; } way[] = {{"loihi", 0}, {"loihi", 128}, {"mesh28", 0}, {"mesh28", 64}};
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct job job = {0};
        struct err err = {ERR_NONE, ""};
        int bad = load(&job, way[i].chip, folder, name, way[i].cores, &err);
        if (!bad)
            printf("%-12s %-6s %3u cores", name, way[i].chip, job.map->n_cores);
        if (bad || compare_runs(&job, samples, &err))
            printf("%-12s %-6s left out: %s\n", name, way[i].chip, err.text);
        unload(&job);
    }
}

static void bench_networks(uint32_t samples)
{
    static const char *const kit[] = {"rnn_rows", "cuba_latency", "cuba_direct"};       /* the other two are the shipped ones */
    const char *set = getenv("VOLLEY_KIT");
    char folder[500], probe[600];
    snprintf(folder, sizeof folder, "%s/snn", set && *set ? set : "../shared/kit");
    snprintf(probe, sizeof probe, "%s/rnn_rows.nir", folder);
    printf("Time of a step against the plane cycle, %u samples each; beyond: steps that slots itself marks as beyond its range\n", samples);
    bench_network("traces/mlp_rate", "mlp_rate", samples);
    bench_network("traces/conv_rate", "conv_rate", samples);
    FILE *there = fopen(probe, "r");
    if (!there)
        printf("SKIPPED: no reference networks in %s\n", folder);
    for (size_t i = 0; there && i < sizeof kit / sizeof *kit; i++)
        bench_network(folder, kit[i], samples);
    if (there)
        fclose(there);
}

/* ---- bursts ---- */

static int by_sender(const void *a, const void *b)
{
    const struct traffic_packet *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Every node's packets in the order in which it makes them, one per cycle from 0 on: order of (endpoint, offset). */
static uint32_t make_burst(enum traffic_pattern pattern, uint32_t packets, struct send **send, struct leaf **leaf, struct err *err)
{
    struct traffic_config config = {.pattern = pattern, .columns = MESH, .rows = MESH, .flits = 1, .burst = packets, .seed = 1};
    struct traffic *traffic = traffic_new(&config, err);
    uint32_t n = 0, most = MESH * MESH * packets;
    struct traffic_packet *list = mem_new((size_t)most + 1, sizeof *list);
    for (struct traffic_packet p; traffic && n < most && (p = traffic_next(traffic)).cycle != UINT64_MAX; n++)
        list[n] = p;
    traffic_free(traffic);
    qsort(list, n, sizeof *list, by_sender);
    *send = mem_new((size_t)n + 1, sizeof **send);
    *leaf = mem_new((size_t)n + 1, sizeof **leaf);
    for (uint32_t i = 0, first = 0; i < n; i++) {
        first = i && list[i].from == list[i - 1].from ? first : i;
        (*send)[i] = (struct send){.endpoint = list[i].from, .route = UNICAST, .offset = i - first, .first_leaf = i, .leaves = 1, .flits = 1};
        (*leaf)[i] = (struct leaf){.endpoint = list[i].to, .send = i};
    }
    free(list);
    return n;
}

/* Cycles until the last packet has arrived. Cores serve in no time, so that the network alone is seen. */
static uint64_t makespan(const struct noc *noc, const struct timing_plane *plane, enum traffic_pattern pattern, uint32_t packets, struct err *err)
{
    struct endpoint_step *endpoint = mem_new(noc->endpoints, sizeof *endpoint);
    struct step_time step = {.endpoint = endpoint, .n_endpoint = noc->endpoints};
    struct noc_counts counts = {0};
    step.n_send = step.n_leaf = make_burst(pattern, packets, &step.send, &step.leaf, err);
    for (uint64_t i = 0; i < step.n_send; i++)          /* an update is over after its last packet */
        if (endpoint[step.send[i].endpoint].update < step.send[i].offset)
            endpoint[step.send[i].endpoint].update = step.send[i].offset;
    for (uint32_t e = 0; e < noc->cores; e++)
        noc->overlap_full[e] = 1;
    void *open = plane->open(noc, 100000, err);
    uint64_t end = open && !plane->step(open, &step, &counts, err) ? step.end : 0;
    plane->close(open);
    free(step.send);
    free(step.leaf);
    free(endpoint);
    return end;
}

static void bench_bursts(void)
{
    static const enum traffic_pattern pattern[PATTERNS] = {TRAFFIC_UNIFORM, TRAFFIC_TRANSPOSE, TRAFFIC_BITCOMP, TRAFFIC_TORNADO, TRAFFIC_HOTSPOT};
    static const struct { uint32_t vcs, depth; } router[ROUTERS] = {{4, 16}, {4, 4}, {1, 4}};
    static const struct noc_shape shape = {.columns = MESH, .rows = MESH, .cores_per_tile = 1, .router = 3, .link_x = 1, .link_y = 1, .flit_x = 1, .flit_y = 1,
                                           .flit_local = 1, .inject = 1, .eject = 2};
    printf("\nBursts of single flits, 8x8 mesh, stages 0/1/1/1: makespan of the plane cycle, and how far none and slots are from it\n");
    printf("%-10s %5s", "", "each");
    for (int r = 0; r < ROUTERS; r++)
        printf("   %u VC x %-2u   none    slots", router[r].vcs, router[r].depth);
    for (int k = 0; k < PATTERNS; k++)
        for (uint32_t packets = 4; packets <= 400; packets *= 10) {
            printf("\n%-10s %5u", traffic_names[pattern[k]], packets);
            for (int r = 0; r < ROUTERS; r++) {
                struct err err = {ERR_NONE, ""};
                struct noc *noc = noc_new(&shape);
                noc->router.vcs = router[r].vcs;
                noc->router.depth = router[r].depth;
                uint64_t end[PLANES];
                for (int p = 0; p < PLANES; p++)
                    end[p] = makespan(noc, timing_planes[p], pattern[k], packets, &err);
                printf("   %8llu %+6.1f %% %+6.1f %%", (unsigned long long)end[CYCLE], 100 * ((double)end[0] / (double)end[CYCLE] - 1),
                       100 * ((double)end[1] / (double)end[CYCLE] - 1));
                noc_free(noc);
                if (err.kind)
                    printf(" %s", err.text);
            }
        }
    printf("\n");
}

int main(int argc, char **argv)
{
    int samples = argc > 1 ? atoi(argv[1]) : 8;
    if (samples < 1) {
        fprintf(stderr, "usage: bench_planes [samples of each network]\n");
        return 2;
    }
    bench_networks((uint32_t)samples);
    bench_bursts();
    return 0;
}
