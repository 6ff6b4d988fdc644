/* bench_rtl: core cycles per second of CPU of verilated lif_core (256 neurons, 4 lanes) on one thread: whole calls (packets with dense rows,
 * an update every 16 packets), and clocked through its pins; then 64 cores in one process, each with its own memories, working in turn;
 * then the same with only one of the 64 at work: the others are not evaluated. Medians of several runs; "per" is the time of one core cycle
 * against that of a core alone. The bar of this core is 10 M cycles/s. Usage: bench_rtl [runs] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "cores/accumulate.h"
#include "cores/clocked.h"
#include "cores/image.h"

enum { NEURONS = 256, AXONS = 64, LANES = 4, PACKETS = 16, CORES = 64, CYCLES = 1000000, MOST_RUNS = 99 };
enum { ROW = 3 + NEURONS / 8 };         /* units of 8 bytes: a segment and its weights */
static const double BAR = 10e6;

struct load {
    struct image image;
    struct image_group group;
    uint64_t rows[AXONS * ROW], fan_in[NEURONS];
    uint32_t axon_row[AXONS];
    int32_t zero[NEURONS], threshold[NEURONS], decay[NEURONS];
};
struct one {
    struct core *core;
    uint64_t action[N_ACTIONS];
    struct memory_count memory[IMAGE_TABLES];
    struct emission emission[NEURONS];
    uint32_t next;              /* axon */
    uint64_t step;
};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Weights of mixed sign, so that sums and membranes move and about one neuron in ten fires. */
static void fill(struct load *l)
{
    memset(l, 0, sizeof *l);
    for (uint32_t a = 0; a < AXONS; a++) {
        struct segment s = {.count = NEURONS, .words = NEURONS / LANES, .spots = NEURONS / LANES, .form = ROW_DENSE8, .last = 1};
        int8_t weight[NEURONS];
        for (uint32_t i = 0; i < NEURONS; i++)
            weight[i] = (int8_t)(a * 37 + i * 101 + a * i);
        l->axon_row[a] = a * ROW;
        memcpy(l->rows + a * ROW, &s, sizeof s);
        memcpy((char *)(l->rows + a * ROW) + sizeof s, weight, sizeof weight);
    }
    for (uint32_t i = 0; i < NEURONS; i++) {
        l->threshold[i] = 600;
        l->decay[i] = 32;
        l->fan_in[i] = 128 * AXONS;
    }
    l->group = (struct image_group){.count = NEURONS, .close = UINT64_MAX, .compartments = 1, .ports = 1, .fires = 1, .reset = IMAGE_RESET_SUBTRACT,
                                    .decay_bits = 8};
    l->image = (struct image){.neurons = NEURONS, .groups = 1, .group = &l->group, .rows = l->rows, .axons = AXONS, .axon_row = l->axon_row, .delay_slots = 1,
                              .threshold = l->threshold, .bias = l->zero, .reset_value = l->threshold, .decay_v = l->decay, .decay_u = l->decay,
                              .fan_in_sum = l->fan_in, .membrane_low = -32768, .membrane_high = 32767, .current_low = -(1 << 23),
                              .current_high = (1 << 23) - 1, .words = {.axon = 1, .state_per = LANES, .accumulator_per = LANES, .parameter_per = LANES}};
}

static const struct core_kind *rtl(void)
{
    static const struct core_kind *found;
    for (int k = 0; !found; k++)
        if (!strcmp(core_kinds[k]->name, "rtl:lif_core"))
            found = core_kinds[k];
    return found;
}

static struct one *open_one(const struct load *l, struct err *err)
{
    struct one *o = calloc(1, sizeof *o);
    o->core = rtl()->create(NULL, 0, err);
    if (o->core && !rtl()->load(o->core, &l->image, err)) {
        rtl()->reset(o->core);
        return o;
    }
    printf("%s\n", err->text);
    exit(1);
}

static struct packet next_packet(struct one *o, const struct load *l)
{
    uint32_t axon = o->next++ % AXONS;
    return (struct packet){.row = l->axon_row[axon], .axon = axon, .payload = 1};
}

/* An update and its packets by whole calls. Returns core cycles. */
static uint64_t by_calls(struct one *o, const struct load *l, struct err *err)
{
    struct core_counts counts = {o->action, o->memory};
    struct emissions out = {o->emission, 0, NEURONS};
    struct core_step at = {.step = o->step++};
    struct packet p[PACKETS];
    uint32_t took[PACKETS], update;
    for (int i = 0; i < PACKETS; i++)
        p[i] = next_packet(o, l);
    if (rtl()->update(o->core, &at, &out, &update, &counts, err) || rtl()->accept(o->core, &at, p, PACKETS, 0, took, NULL, &counts, err)) {
        printf("%s\n", err->text);
        exit(1);
    }
    uint64_t cycles = update;
    for (int i = 0; i < PACKETS; i++)
        cycles += took[i];
    return cycles;
}

/* The same through the pins: a packet is offered in every cycle, spikes are taken at once. */
static uint64_t by_pins(struct one *o, const struct load *l, struct err *err)
{
    struct core_counts counts = {o->action, o->memory};
    struct core_ports p = {.step = o->step++, .step_valid = 1, .spike_ready = 1, .counts = &counts, .err = err};
    uint64_t cycles = 0;
    for (int sent = 0, done = 0; sent < PACKETS || !done || !p.idle; cycles++) {
        if (!p.packet_valid && done && sent < PACKETS)
            p.axon = next_packet(o, l).axon;
        p.packet_valid = done && sent < PACKETS;
        rtl()->clock(o->core, &p);
        p.step_valid &= !p.step_ready;
        done |= p.step_done;
        sent += p.packet_valid && p.packet_ready;
        p.packet_valid &= !p.packet_ready;
    }
    return cycles;
}

/* Nanoseconds per core cycle with `active` of the cores taking turns. */
static double once(struct one *const *o, int active, uint64_t (*work)(struct one *, const struct load *, struct err *), const struct load *l, uint64_t cycles)
{
    struct err err = {0};
    uint64_t done = 0;
    double start = cpu_seconds();
    while (done < cycles)
        for (int i = 0; i < active; i++)
            done += work(o[i], l, &err);
    return (cpu_seconds() - start) * 1e9 / (double)done;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static struct load load;
    static struct one *core[CORES];
    struct err err = {0};
    double ns[4][MOST_RUNS];
    int runs = argc > 1 ? atoi(argv[1]) : 9;
    runs = runs < 1 ? 1 : runs > MOST_RUNS ? MOST_RUNS : runs;
    fill(&load);
    struct one *alone = open_one(&load, &err);
    for (int i = 0; i < CORES; i++)
        core[i] = open_one(&load, &err);
    for (int k = 0; k < runs; k++) {            /* in turn, so that all see the same machine */
        ns[0][k] = once(&alone, 1, by_calls, &load, CYCLES);
        ns[1][k] = once(&alone, 1, by_pins, &load, CYCLES);
        ns[2][k] = once(core, CORES, by_calls, &load, 4 * (uint64_t)CYCLES);
        ns[3][k] = once(core, 1, by_calls, &load, CYCLES);
    }
    static const char *const what[] = {"one core, whole calls", "one core, through its pins", "64 cores, all at work", "64 cores, one at work"};
    for (int w = 0; w < 4; w++)
        qsort(ns[w], (size_t)runs, sizeof ns[w][0], by_size);
    printf("%-28s %28s %10s %8s\n", "", "M cycles/s (low-high)", "x bar", "per");
    for (int w = 0; w < 4; w++)
        printf("%-28s %12.2f (%6.2f-%6.2f) %10.2f %8.2f\n", what[w], 1e3 / ns[w][runs / 2], 1e3 / ns[w][runs - 1], 1e3 / ns[w][0],
               1e9 / ns[w][runs / 2] / BAR, ns[w][runs / 2] / ns[0][runs / 2]);
    return 0;
}
