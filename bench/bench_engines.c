/* What the SystemC kernel costs: CPU time of the same run by the engines c and systemc, plane `cycle`, C cores.
 *     bench_engines [ROUNDS] [SAMPLES]
 * Each run is a process of its own (a kernel elaborates once), engines in turn, medians over the rounds; loading is not counted. Networks:
 * the trained ones of the reference kit (VOLLEY_KIT or ../shared/kit), else those in traces/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chipfile.h"
#include "engine/run.h"
#include "import/events.h"
#include "import/import.h"
#include "mapping.h"
#include "quantise.h"

enum { MOST_ROUNDS = 99 };

static double cpu_s(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec + 1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

struct job { struct chipfile *chip; struct network *network; struct events *input; struct quantised *quantised; struct mapping *mapping; };

static int load(struct job *j, const char *chip, const char *path, const char *events, struct err *err)
{
    struct import_options import = {.reset = -1, .reset_time = -1};
    struct quant_options quant = {.rule = QUANT_DEFAULT, .repeat = 1};
    struct map_options map = {0};
    if (!(j->chip = chipfile_read(chip, NULL, 0, err)) || !(j->network = import_network(path, &import, err)))
        return -1;
    struct event_options options = {.network_steps = j->network->steps, .shape = j->network->population[HOST_POPULATION].shape};
    if (!(j->input = events_read(events, &options, err)) || !(j->quantised = quantise(j->network, j->chip, &quant, err)))
        return -1;
    return (j->mapping = mapping_make(j->network, j->quantised, j->chip, &map, err)) ? 0 : -1;
}

struct answer { double cpu_s; uint64_t total_ps, packets; };

/* One run in a child: what it took comes back through a pipe. */
static struct answer measure(const struct job *j, const char *engine, uint32_t samples)
{
    int ends[2];
    struct answer a = {0};
    if (pipe(ends))
        exit(1);
    fflush(stdout);
    if (!fork()) {
        struct err err;
        struct run_options o = {.last_sample = samples - 1, .timing = "cycle", .engine = engine, .threads = 1, .hold = 1};
        double begin = cpu_s();
        struct run *run = run_make(j->network, j->chip, j->quantised, j->mapping, j->input, NULL, &o, &err);
        if (!run) {
            fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
        a = (struct answer){cpu_s() - begin, run->total_ps, run->network_counts.action[COUNT_PACKETS]};
        _exit(write(ends[1], &a, sizeof a) != sizeof a);
    }
    close(ends[1]);
    if (read(ends[0], &a, sizeof a) != sizeof a)
        exit(1);
    close(ends[0]);
    wait(NULL);
    return a;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *at, int n)
{
    qsort(at, (size_t)n, sizeof *at, compare);
    return at[n / 2];
}

static int bench(const char *chip, const char *folder, const char *name, int rounds, uint32_t samples)
{
    struct job j = {0};
    struct err err;
    char network[512], events[512];
    double cpu[2][MOST_ROUNDS], ratio[MOST_ROUNDS];
    struct answer a[2];
    snprintf(network, sizeof network, "%s/%s.nir", folder, name);
    snprintf(events, sizeof events, "%s/%s_input.spk", folder, name);
    if (access(network, R_OK))
        return 0;
    if (load(&j, chip, network, events, &err))
        return printf("%-8s %-14s %s\n", chip, name, err.text);
    if (samples > j.input->samples)
        samples = j.input->samples;
    for (int r = 0; r < rounds; r++) {
        for (int s = 0; s < 2; s++) {
            a[s] = measure(&j, s ? "systemc" : "c", samples);
            cpu[s][r] = a[s].cpu_s;
        }
        ratio[r] = cpu[1][r] / cpu[0][r];
    }
    double c = median(cpu[0], rounds), systemc = median(cpu[1], rounds);
    printf("%-8s %-14s %8.1f ms c, %8.1f ms systemc, ratio %.2f (of medians %.2f), %5.0f ns per packet, %s\n", chip, name, 1e3 * c, 1e3 * systemc,
           median(ratio, rounds), systemc / c, 1e9 * systemc / (double)a[1].packets, a[0].total_ps == a[1].total_ps ? "same time" : "TIMES DIFFER");
    return 1;
}

int main(int n, char **argv)
{
    static const char *const kit[] = {"mlp_rate", "conv_rate", "rnn_rows", "cuba_latency"}, *const chips[] = {"loihi", "mesh28"};
    int rounds = n > 1 ? atoi(argv[1]) : 9, found = 0;
    uint32_t samples = n > 2 ? (uint32_t)atoi(argv[2]) : 50;
    const char *at = getenv("VOLLEY_KIT") ? getenv("VOLLEY_KIT") : "../shared/kit";
    char folder[512];
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    for (int c = 0; c < 2; c++)
        for (size_t k = 0; k < sizeof kit / sizeof *kit; k++) {
            snprintf(folder, sizeof folder, "%s/snn", at);
            int here = bench(chips[c], folder, kit[k], rounds, samples);
            snprintf(folder, sizeof folder, "traces/%s", kit[k]);
            found += here ? here : bench(chips[c], folder, kit[k], rounds, samples);
        }
    if (!found)
        printf("no network found: run it in the repository's folder\n");
    return !found;
}
