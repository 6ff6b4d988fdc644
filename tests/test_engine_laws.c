/* What the counters of a run must obey, recounted from the spikes, the network's matrices and the mapping: nothing is lost, and
 * every view of the counts is a sum of the same numbers. */
#include "engine_fixture.h"

#include "kit.h"

enum { NETWORKS = 16, STEPS = 7, SAMPLES = 2 };

/* ---- an independent count ---- */

struct law { uint64_t sops, late, packets, leaves, host_in, host_out, hops_x, hops_y, tile, routes; };

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static uint32_t tile_of(const struct loaded *l, uint32_t core)
{
    return core == UINT32_MAX ? l->chip->out.row * l->chip->noc.columns + l->chip->out.column : l->mapping->core[core].core / l->chip->noc.cores_per_tile;
}

/* Directed links of the XY paths from one router to several, each once: bit 0..3 of a router are its links east, west, north, south. */
static void tree_hops(struct law *law, const struct loaded *l, uint32_t from, const uint8_t *reached, int host_out)
{
    uint32_t columns = l->chip->noc.columns;
    uint8_t *link = mem_new((size_t)columns * l->chip->noc.rows, 1);
    for (uint32_t c = 0; c <= l->mapping->n_cores; c++) {
        if (c == l->mapping->n_cores ? !host_out : !reached[c])
            continue;
        uint32_t to = tile_of(l, c == l->mapping->n_cores ? UINT32_MAX : c), x = from % columns, y = from / columns;
        while (x != to % columns) {
            link[y * columns + x] |= x < to % columns ? 1 : 2;
            x += x < to % columns ? 1 : UINT32_MAX;
        }
        while (y != to / columns) {
            link[y * columns + x] |= y < to / columns ? 4 : 8;
            y += y < to / columns ? 1 : UINT32_MAX;
        }
    }
    law->routes++;
    for (uint32_t r = 0; r < columns * l->chip->noc.rows; r++) {
        uint32_t x = (link[r] & 1) + (link[r] >> 1 & 1), y = (link[r] >> 2 & 1) + (link[r] >> 3);
        law->hops_x += x;
        law->hops_y += y;
        law->routes += x + y;
    }
    free(link);
}

static void unicast_hops(struct law *law, const struct loaded *l, uint32_t from, uint32_t to)
{
    uint32_t columns = l->chip->noc.columns, x = distance(from % columns, to % columns), y = distance(from / columns, to / columns);
    law->hops_x += x;
    law->hops_y += y;
    law->routes += 1 + x + y;
}

static void count_packets(struct law *law, const struct loaded *l, uint32_t pop, uint32_t pre, const uint8_t *reached)
{
    int out = pop && l->net->population[pop].output;
    uint32_t host = l->chip->in.row * l->chip->noc.columns + l->chip->in.column;
    uint32_t from = pop ? tile_of(l, l->mapping->core_of[l->mapping->first[pop] + pre]) : host, deliveries = (uint32_t)out;
    for (uint32_t c = 0; c < l->mapping->n_cores; c++) {
        deliveries += reached[c];
        law->leaves += reached[c];
        law->tile += reached[c] && tile_of(l, c) == from;
        if (reached[c] && !l->chip->noc.multicast)
            unicast_hops(law, l, from, tile_of(l, c));
    }
    law->host_out += (uint64_t)out;
    law->tile += out && tile_of(l, UINT32_MAX) == from;
    if (out && !l->chip->noc.multicast)
        unicast_hops(law, l, from, tile_of(l, UINT32_MAX));
    if (deliveries && l->chip->noc.multicast)
        tree_hops(law, l, from, reached, out);
    uint64_t packets = l->chip->noc.multicast ? deliveries > 0 : deliveries;
    law->packets += packets;
    law->host_in += pop ? 0 : packets;
}

/* What one spike of neuron `pre` in network step t costs. */
static void count_spike(struct law *law, const struct loaded *l, const struct plain *s, uint32_t pop, uint32_t pre, uint32_t t)
{
    uint8_t *reached = mem_new(l->mapping->n_cores, 1);
    for (uint32_t k = 0; k < s->n; k++) {
        const struct plain_matrix *m = &s->matrix[k];
        uint32_t pres = l->net->population[m->from].neurons;
        for (uint32_t post = 0; m->from == pop && post < l->net->population[m->to].neurons; post++) {
            uint32_t n = m->n[(uint64_t)post * pres + pre];
            *(t + m->delay < s->steps ? &law->sops : &law->late) += n;
            if (n)
                reached[l->mapping->core_of[l->mapping->first[m->to] + post]] = 1;
        }
    }
    count_packets(law, l, pop, pre, reached);
    free(reached);
}

static struct law recount_run(const struct loaded *l, const struct plain *s, const struct events *in, const struct run *run)
{
    struct law law = {0};
    for (uint64_t i = 0; i < in->count; i++)
        count_spike(&law, l, s, HOST_POPULATION, in->event[i].neuron, in->event[i].step);
    for (uint64_t i = 0; i < run->n_spikes; i++)
        count_spike(&law, l, s, run->spike[i].population, run->spike[i].neuron, run->spike[i].step);
    return law;
}

static uint64_t total(const struct run *run, enum counter counter)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < run->n_groups; g++)
        sum += run->group[g].action[counter];
    return sum;
}

/* ---- laws ---- */

static uint64_t differ(const char *what, uint64_t got, uint64_t want)
{
    if (got != want)
        printf("\n  %s: counted %llu, must be %llu", what, (unsigned long long)got, (unsigned long long)want);
    return got != want;
}

static uint64_t spikes_law(const struct loaded *l, const struct plain *s, const struct events *in, const struct run *run)
{
    struct law law = recount_run(l, s, in, run);
    uint64_t flits = (l->chip->noc.packet_bits + l->chip->noc.link_bits - 1) / l->chip->noc.link_bits, hops = law.hops_x + law.hops_y;
    const struct { const char *what; enum counter counter; uint64_t want; } each[] = {{"spikes", COUNT_SPIKES, run->n_spikes},
                {"sops", COUNT_SOPS, law.sops},
                {"sops_late", COUNT_SOPS_LATE, law.late},
                {"packets", COUNT_PACKETS, law.packets},
                {"leaves", COUNT_LEAVES, law.leaves},
                {"host in", COUNT_HOST_IN, law.host_in},
                {"host out", COUNT_HOST_OUT, law.host_out},
                {"hops", COUNT_HOPS, hops},
                {"hops_x", COUNT_HOPS_X, law.hops_x},
                {"hops_y", COUNT_HOPS_Y, law.hops_y},
                {"same tile", COUNT_PACKETS_TILE, law.tile},
                {"flits", COUNT_FLITS, law.packets * flits},
                {"link", COUNT_LINK, hops * flits},
                {"routes", COUNT_ROUTES, law.routes},
                {"buffer writes", COUNT_BUFFER_WRITES, law.routes * flits},
                {"buffer reads", COUNT_BUFFER_READS, law.routes * flits},
                {"crossbar", COUNT_CROSSBAR, (hops + law.leaves + law.host_out) * flits},
                {"arbitrations", COUNT_ARBITRATIONS, (hops + law.leaves + law.host_out) * (1 + flits)}};
    uint64_t wrong = differ("traced deliveries", run->n_packets, law.leaves + law.host_out);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        wrong += differ(each[i].what, total(run, each[i].counter), each[i].want);
    return wrong;
}

static uint64_t steps_law(const struct loaded *l, const struct run *run)
{
    uint64_t parts = 0, chip_steps = (uint64_t)run->samples_done * run->chip_steps, visits = l->mapping->neurons * chip_steps;
    uint64_t held = l->mapping->neurons * l->net->depth_max * run->samples_done;
    for (uint32_t c = 0; c < l->mapping->n_cores; c++)
        for (uint32_t p = 1; p < l->net->n_populations; p++)
            for (uint32_t i = 0, here = 0; i < l->mapping->core[c].neurons && !here; i++) {
                here = l->mapping->core[c].neuron[i] >= l->mapping->first[p] && l->mapping->core[c].neuron[i] < l->mapping->first[p + 1];
                parts += here;
            }
    return differ("core steps", total(run, COUNT_CORE_STEPS), chip_steps * l->mapping->n_cores) + differ("barriers", total(run, COUNT_BARRIERS), chip_steps) +
           differ("held updates", total(run, COUNT_UPDATE_HELD), held) +
           differ("updates", total(run, COUNT_UPDATE_ACTIVE) + total(run, COUNT_UPDATE_IDLE), visits - held) +
           differ("layer starts", total(run, COUNT_LAYER_STARTS), parts * run->samples_done) +
           differ("sample resets", total(run, COUNT_SAMPLE_RESETS), (uint64_t)l->mapping->n_cores * run->samples_done) +
           differ("chip steps", run->chip_steps, STEPS + l->net->depth_max) + differ("steps kept", run->n_steps, chip_steps);
}

/* The counts of all steps together. */
static void add_steps(const struct run *run, struct run_counts *counts, struct run_memory *memory)
{
    struct run_counts one;
    struct run_memory *words = mem_new(run->n_memories, sizeof *words);
    size_t from = 0;
    for (uint64_t s = 0; s < run->n_steps; s++) {
        from = run_step_counts(run, from, &one, words);
        for (int k = 0; k < N_COUNTERS; k++)
            counts->action[k] += one.action[k];
        for (uint32_t m = 0; m < run->n_memories; m++) {
            memory[m].reads += words[m].reads;
            memory[m].writes += words[m].writes;
        }
    }
    free(words);
}

static uint64_t views_law(const struct run *run)
{
    uint64_t wrong = 0;
    struct run_counts all_steps = {0};
    struct run_memory *memory = mem_new(run->n_memories, sizeof *memory);
    add_steps(run, &all_steps, memory);
    free(memory);
    for (int k = 0; k < N_COUNTERS; k++) {
        uint64_t cores = run->network_counts.action[k], samples = 0, steps = k == COUNT_SAMPLE_RESETS ? total(run, COUNT_SAMPLE_RESETS) : 0;
        for (uint32_t c = 0; c < run->n_cores; c++)
            cores += run->core[c].action[k];
        for (uint32_t s = 0; s < run->samples_done; s++)
            samples += run->sample[s].counts.action[k];
        steps += all_steps.action[k];
        wrong += differ(counters[k].name, cores, total(run, (enum counter)k));
        if (counters[k].class_ == COUNTER_WORK)
            wrong += differ(counters[k].name, samples, cores) + differ(counters[k].name, steps, cores);
    }
    return wrong;
}

static uint64_t memory_law(const struct run *run, uint64_t *words)
{
    uint64_t wrong = 0;
    struct run_counts counts = {0};
    struct run_memory *steps = mem_new(run->n_memories, sizeof *steps);
    add_steps(run, &counts, steps);
    for (uint32_t m = 0; m < run->n_memories; m++) {
        struct run_memory group = {0}, sample = {0}, step = steps[m];
        for (uint32_t g = 0; g < run->n_groups; g++) {
            group.reads += run->group_memory[g * run->n_memories + m].reads;
            group.writes += run->group_memory[g * run->n_memories + m].writes;
        }
        for (uint32_t s = 0; s < run->samples_done; s++) {
            sample.reads += run->sample_memory[s * run->n_memories + m].reads;
            sample.writes += run->sample_memory[s * run->n_memories + m].writes;
        }
        const struct run_memory *all = &run->memory[m];
        wrong += differ("reads by population", group.reads, all->reads) + differ("reads by sample", sample.reads, all->reads) +
                 differ("reads by step", step.reads, all->reads);
        wrong += differ("writes by population", group.writes, all->writes) + differ("writes by sample", sample.writes, all->writes) +
                 differ("writes by step", step.writes, all->writes);
        *words += all->reads + all->writes;
    }
    free(steps);
    return wrong;
}

static uint64_t small_views(const struct run *run)
{
    uint64_t spikes = 0, sops = 0, packets = 0;
    for (uint64_t s = 0; s < run->n_steps; s++) {
        spikes += run->step[s].spikes;
        sops += run->step[s].sops;
        packets += run->step[s].packets;
    }
    return differ("spikes of the steps", spikes, run->n_spikes) + differ("sops of the steps", sops, total(run, COUNT_SOPS)) +
           differ("packets of the steps", packets, total(run, COUNT_PACKETS));
}

/* ---- networks ---- */

static uint64_t work_differs(const struct run *a, const struct run *b)
{
    uint64_t wrong = 0;
    for (int k = 0; k < N_COUNTERS; k++)
        if (counters[k].class_ == COUNTER_WORK)
            wrong += differ(counters[k].name, total(b, (enum counter)k), total(a, (enum counter)k));
    for (uint32_t m = 0; m < a->n_memories; m++)
        wrong += differ("reads in the other plane", b->memory[m].reads, a->memory[m].reads) +
                 differ("writes in the other plane", b->memory[m].writes, a->memory[m].writes);
    return wrong;
}

static uint64_t check_laws(struct network *net, uint64_t seed, const char *chip, const char *const *set, uint32_t n_set, uint64_t *words)
{
    struct events *in = random_events(&seed, SAMPLES, STEPS, net->population[HOST_POPULATION].neurons, 3);
    struct plain plain = plain_new(net, STEPS);
    struct loaded l;
    uint64_t wrong = 1;
    if (!load(&l, net, chip, set, n_set, seed & 1 ? "balance" : "fill")) {
        struct run_options options = usual_options("slots", 1 + (uint32_t)(seed % 3));
        options.traces |= TRACE_PACKETS;
        struct run *run = run_with(&l, in, &options), *none = run_plane(&l, in, "none", 1);
        if (run && none)
            wrong = spikes_law(&l, &plain, in, run) + steps_law(&l, run) + views_law(run) + memory_law(run, words) + small_views(run) + work_differs(run, none);
        run_free(run);
        run_free(none);
        unload(&l);
    }
    plain_free(&plain);
    events_free(in);
    return wrong;
}

static void hold_for_a_packet_per_core(void)
{
    char neurons[64];
    const char *const set[] = {neurons, "noc.link.width=24 bit"};      /* several flits per packet */
    uint64_t wrong = 0, words = 0;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        struct network *net = exact_network(seed);
        snprintf(neurons, sizeof neurons, "core_types.ideal.capacity.neurons=%u", 8 + (unsigned)seed);
        wrong += net ? check_laws(net, seed, "configs/chips/ideal.yaml", set, 2, &words) : 1;
        network_free(net);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void hold_for_multicast_trees_and_memories(void)
{
    char neurons[64];
    const char *const set[] = {neurons, "noc.size=16x16", "noc.packets.spike.x=4 bit", "core_types.lif28.capacity.axons_in=4096",
                               "core_types.lif28.memories.axon.size=64 KiB",
                               "io.in.router=[3, 0]", "io.out.router=[0, 5]"};
    uint64_t wrong = 0, words = 0;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        struct network *net = random_network(seed);
        uint64_t dress = seed;
        for (uint32_t p = 0; net && p < net->n_projections; p++)
            dress_projection(&net->projection[p], &dress);
        snprintf(neurons, sizeof neurons, "core_types.lif28.capacity.neurons=%u", 20 + (unsigned)seed);
        wrong += net ? check_laws(net, seed, "configs/chips/mesh28.yaml", set, sizeof set / sizeof *set, &words) : 1;
        network_free(net);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(words > 100000);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("engine laws", NULL, NULL);
    CU_add_test(suite, "synapses, packets, deliveries and hops are those of the spikes, with a packet per core", hold_for_a_packet_per_core);
    CU_add_test(suite, "and with multicast trees, and every view of counts and memories adds to the same", hold_for_multicast_trees_and_memories);
    return check_run();
}
