/* report_fixture.h: a small run filled in by hand: 64 inputs -> lif1 (subtraction emulated) -> lif2, on one core of an 8-core chip
 * with two memories, two samples of three chip steps. Numbers are small enough to add up on paper. */
#ifndef VOLLEY_TESTS_REPORT_FIXTURE_H
#define VOLLEY_TESTS_REPORT_FIXTURE_H
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "energy.h"

enum { FIX_POPULATIONS = 3, FIX_GROUPS = 5, FIX_MEMORIES = 2, FIX_SAMPLES = 2, FIX_STEPS = 6, FIX_OUTPUTS = 2, FIX_SOURCES = 4, FIX_PRICES = 6 };

struct fixture {
    struct network network;
    struct population population[FIX_POPULATIONS];
    struct projection projection[2];
    struct chipfile chip;
    struct chip_source source[FIX_SOURCES];
    struct clock_domain clock[1];
    struct core_type type[1];
    uint32_t type_of[8];
    struct format format[1];
    struct chip_memory memory[FIX_MEMORIES];
    struct energy_term energy[FIX_PRICES];
    struct chip_static static_[1], core_static[1];
    struct service_term accept[1], update[1];
    struct quantised quantised;
    struct quant_population quant_population[FIX_POPULATIONS];
    struct quant_projection quant_projection[2];
    struct mapping mapping;
    struct map_core map_core[1];
    uint64_t memory_bits[FIX_MEMORIES];
    struct events input;
    struct run run;
    struct run_counts group[FIX_GROUPS], core[1];
    struct run_memory group_memory[FIX_GROUPS * FIX_MEMORIES], total_memory[FIX_MEMORIES], sample_memory[FIX_SAMPLES * FIX_MEMORIES];
    uint64_t used_bits[FIX_MEMORIES], capacity_bits[FIX_MEMORIES], output_counts[FIX_SAMPLES * FIX_OUTPUTS];
    struct run_sample sample[FIX_SAMPLES];
    struct run_step step[FIX_STEPS];
    struct run_spike spike[2];
    struct run_membrane membrane[2];
    struct run_packet packet[2];
    struct run_update updates[1];
};

static inline struct cost fix_cost(double value, double low, double high, int source, enum basis basis)
{
    return (struct cost){.stated = 1, .value = value, .low = low, .high = high, .source = source, .basis = basis};
}

static inline void fix_network(struct fixture *f)
{
    const struct {
        const char *name, *type;
        uint32_t neurons, depth;
        int output;
    } p[] = {{"in", "Input", 64, 0, 0}, {"lif1", "LIF", 100, 1, 0}, {"lif2", "LIF", 2, 2, 1}};
    for (int i = 0; i < FIX_POPULATIONS; i++) {
        f->population[i] = (struct population){.name = (char *)p[i].name,
                                               .type = (char *)p[i].type,
                                               .shape = {1, {p[i].neurons}},
                                               .neurons = p[i].neurons,
                                               .ports = 1,
                                               .output = p[i].output,
                                               .depth = p[i].depth,
                                               .rule = {.fires = 1, .reset = RESET_SUBTRACT}};
    }
    f->projection[0] = (struct projection){.name = (char *)"fc1", .from = 0, .to = 1, .n_weights = 6400, .chip_delay = 1, .scale = 1, .form = FORM_DENSE};
    f->projection[1] = (struct projection){.name = (char *)"fc2", .from = 1, .to = 2, .n_weights = 200, .chip_delay = 1, .scale = 1, .form = FORM_DENSE};
    f->network = (struct network){.name = (char *)"small.nir",
                                  .source = (char *)"somewhere/small.nir",
                                  .n_populations = FIX_POPULATIONS,
                                  .n_projections = 2,
                                  .population = f->population,
                                  .projection = f->projection,
                                  .steps = 1,
                                  .depth_max = 2};
    fidelity_add(&f->network.fidelity, FIDELITY_EXACT, "", "graph, decay rule, order of spikes");
}

static inline void fix_type(struct fixture *f)
{
    f->memory[0] = (struct chip_memory){.name = (char *)"synapse",
                                        .size_bits = 65536,
                                        .width = 64,
                                        .ports = (char *)"1R1W",
                                        .read = fix_cost(2e-12, 1e-12, 4e-12, 1, BASIS_ESTIMATED),
                                        .write = fix_cost(3e-12, 3e-12, 3e-12, 1, BASIS_ESTIMATED),
                                        .leakage = fix_cost(1e-5, 1e-5, 2e-5, 1, BASIS_ESTIMATED)};
    f->memory[1] = (struct chip_memory){.name = (char *)"state",
                                        .size_bits = 8192,
                                        .width = 32,
                                        .ports = (char *)"1R1W",
                                        .read = fix_cost(1e-12, 1e-12, 1e-12, 1, BASIS_ESTIMATED),
                                        .write = fix_cost(1e-12, 1e-12, 1e-12, 1, BASIS_ESTIMATED)};
    f->accept[0] = (struct service_term){.counter = COUNT_SOPS, .memory = NO_INDEX, .time = {fix_cost(4e-9, 3e-9, 4e-9, 0, BASIS_SIMULATED), 4, 0}};
    f->accept[0].time.cost.bound = -1;
    f->update[0] = (struct service_term){.counter = COUNT_UPDATE_ACTIVE, .memory = NO_INDEX, .time = {fix_cost(8e-9, 8e-9, 8e-9, 0, BASIS_SIMULATED), 8, 0}};
    f->core_static[0] = (struct chip_static){(char *)"core", (char *)"any", fix_cost(1e-4, 1e-4, 1e-4, 3, BASIS_ASSUMED)};
    struct core_type *t = &f->type[0];
    *t = (struct core_type){.name = (char *)"small",
                            .kind = (char *)"lif",
                            .neurons = 256,
                            .axons_in = 1024,
                            .axons_out = UINT32_MAX,
                            .delay_max = 15,
                            .reset_zero = 1,
                            .emulate_subtract = 2,
                            .memory = f->memory,
                            .n_memories = FIX_MEMORIES,
                            .accept = f->accept,
                            .update = f->update,
                            .n_accept = 1,
                            .n_update = 1,
                            .static_ = f->core_static,
                            .n_static = 1};
    t->emulate_standing = fix_cost(2, 2, 2, 3, BASIS_ASSUMED);
    for (int i = 0; i < N_TABLES; i++)
        t->table[i].memory = NO_INDEX;
    t->table[TABLE_ROWS].memory = 0;
    t->table[TABLE_STATE].memory = 1;
}

static inline void fix_chip(struct fixture *f)
{
    f->source[0] = (struct chip_source){(char *)"paper", (char *)"paper", (char *)"A paper, Table 2", BASIS_SIMULATED, 1, 1};
    f->source[1] = (struct chip_source){(char *)"sram", (char *)"memory", (char *)"a model", BASIS_ESTIMATED, 0.5, 2};
    f->source[2] = (struct chip_source){(char *)"sram2", (char *)"memory", (char *)"the same model", BASIS_ESTIMATED, 0.5, 2};
    f->source[3] = (struct chip_source){(char *)"guess", (char *)"guess", (char *)"no figure", BASIS_ASSUMED, 0.3, 3};
    f->energy[0] = (struct energy_term){COUNT_SOPS, fix_cost(20e-12, 20e-12, 30e-12, 0, BASIS_SIMULATED), SCOPE_PER_TERM, (char *)"core"};
    f->energy[0].cost.bound = 1;
    f->energy[1] = (struct energy_term){COUNT_UPDATE_ACTIVE, fix_cost(80e-12, 80e-12, 80e-12, 0, BASIS_SIMULATED), SCOPE_PER_TERM, (char *)"core"};
    f->energy[2] = (struct energy_term){COUNT_UPDATE_IDLE, fix_cost(50e-12, 50e-12, 50e-12, 0, BASIS_SIMULATED), SCOPE_PER_TERM, (char *)"core"};
    f->energy[3] = (struct energy_term){COUNT_PACKETS_TILE, fix_cost(1.7e-12, 1.7e-12, 1.7e-12, 0, BASIS_SIMULATED), SCOPE_PER_TERM, (char *)"noc"};
    f->energy[4] =
        (struct energy_term){COUNT_BARRIERS, {.stated = 1, .free = 1, .source = NO_INDEX, .basis = BASIS_ASSUMED}, SCOPE_PER_TERM, (char *)"barrier"};
    f->energy[5] = (struct energy_term){COUNT_HOST_IN, fix_cost(64e-12, 19.2e-12, 192e-12, 3, BASIS_ASSUMED), SCOPE_PER_TERM, (char *)"io"};
    f->clock[0] = (struct clock_domain){(char *)"core", 1000, 1e-9, 0};
    f->static_[0] = (struct chip_static){(char *)"chip", (char *)"any", fix_cost(8e-3, 8e-3, 8e-3, 0, BASIS_SIMULATED)};
    f->chip = (struct chipfile){.name = (char *)"demo",
                                .about = (char *)"a chip for tests",
                                .path = (char *)"demo.yaml",
                                .status = (char *)"ESTIMATE, not a measurement",
                                .source = f->source,
                                .n_sources = FIX_SOURCES,
                                .clock = f->clock,
                                .n_clocks = 1,
                                .barrier_base = 100,
                                .barrier_standing = fix_cost(100e-9, 100e-9, 100e-9, 0, BASIS_SIMULATED),
                                .type = f->type,
                                .n_types = 1,
                                .core_type_of = f->type_of,
                                .cores = 8,
                                .energy = f->energy,
                                .n_energy = FIX_PRICES,
                                .static_ = f->static_,
                                .n_static = 1,
                                .barrier_per = (char *)"chip"};
    f->chip.noc =
        (struct chip_noc){.columns = 2, .rows = 2, .cores_per_tile = 2, .link_bits = 32, .packet_bits = 32, .link_x = 1, .link_y = 1, .flit_x = 1, .flit_y = 1};
    fix_type(f);
}

static inline void fix_placed(struct fixture *f)
{
    f->quant_population[1] = (struct quant_population){.compartments = 2, .integer = 1, .rule = {.fires = 1, .reset = RESET_ZERO}};
    f->quant_population[2] = (struct quant_population){.compartments = 1, .integer = 0, .rule = {.fires = 1, .reset = RESET_ZERO}};
    f->quant_projection[0] = (struct quant_projection){.bits = 8, .error_rms = 0.001, .error_max = 0.003};
    f->quant_projection[1] = (struct quant_projection){.bits = 8, .error_rms = 0.002, .error_max = 0.004};
    f->quantised = (struct quantised){.network = &f->network, .population = f->quant_population, .projection = f->quant_projection, .repeat = 1};
    fidelity_add(&f->quantised.fidelity, FIDELITY_ROUNDED, "fc1", "weights to 8 bit: off by 0.1 %% rms");
    fidelity_add(&f->quantised.fidelity, FIDELITY_ROUNDED, "fc2", "weights to 8 bit: off by 0.2 %% rms");
    fidelity_add(&f->quantised.fidelity, FIDELITY_EMULATED, "lif1", "subtracts on reset, the chip sets to 0: two compartments per neuron (cost assumed)");
    f->memory_bits[0] = 52800;
    f->memory_bits[1] = 6464;
    f->map_core[0] = (struct map_core){.core = 5, .neurons = 102, .compartments = 202, .axons_in = 164, .memory_bits = f->memory_bits, .synapses = 6600};
    f->mapping = (struct mapping){.n_cores = 1, .core = f->map_core, .neurons = 102, .packets_per_spike = 1, .method = (char *)"pack"};
}

/* Sample 1 does three times as much of everything as sample 0; counts below are those of sample 0. */
static inline void fix_counts(struct fixture *f)
{
    static const struct {
        int group;
        enum counter counter;
        uint64_t n;
    } each[] = {{1, COUNT_SOPS, 1000},       {1, COUNT_SOPS_LATE, 100}, {2, COUNT_SOPS, 20},         {1, COUNT_UPDATE_ACTIVE, 200}, {1, COUNT_UPDATE_HELD, 400},
                {2, COUNT_UPDATE_ACTIVE, 2}, {2, COUNT_UPDATE_HELD, 4}, {1, COUNT_SPIKES, 10},       {2, COUNT_SPIKES, 1},          {1, COUNT_PACKETS, 10},
                {1, COUNT_PACKETS_TILE, 10}, {4, COUNT_PACKETS, 10},    {4, COUNT_PACKETS_TILE, 10}, {4, COUNT_HOST_IN, 10},        {3, COUNT_BARRIERS, 3}};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        f->group[each[i].group].action[each[i].counter] += 4 * each[i].n;
        for (uint64_t s = 0; s < FIX_SAMPLES; s++)
            f->sample[s].counts.action[each[i].counter] += (s ? 3 : 1) * each[i].n;
        if (each[i].counter < COUNT_PACKETS)
            f->core[0].action[each[i].counter] += 4 * each[i].n;
        else
            f->run.network_counts.action[each[i].counter] += 4 * each[i].n;
    }
    f->group_memory[1 * FIX_MEMORIES] = (struct run_memory){400, 0};
    f->group_memory[1 * FIX_MEMORIES + 1] = (struct run_memory){80, 80};
    f->group_memory[2 * FIX_MEMORIES + 1] = (struct run_memory){8, 8};
    f->total_memory[0] = (struct run_memory){400, 0};
    f->total_memory[1] = (struct run_memory){88, 88};
    f->sample_memory[0] = (struct run_memory){100, 0};
    f->sample_memory[1] = (struct run_memory){22, 22};
    f->sample_memory[2] = (struct run_memory){300, 0};
    f->sample_memory[3] = (struct run_memory){66, 66};
}

/* All of a sample's counts fall into its first step; times of the steps differ. */
static inline void fix_steps(struct fixture *f)
{
    static const struct run_counts no_counts;
    static const struct run_memory no_memory[FIX_MEMORIES];
    for (uint32_t i = 0; i < FIX_STEPS; i++) {
        uint32_t s = i / 3;
        const struct run_counts *counts = i % 3 ? &no_counts : &f->sample[s].counts;
        packed_add(&f->run.step_counts, counts->action, N_COUNTERS);
        packed_add(&f->run.step_counts, &(i % 3 ? no_memory : f->sample_memory + s * FIX_MEMORIES)->reads, 2 * FIX_MEMORIES);
        f->step[i] = (struct run_step){.sample = s, .step = i % 3, .time_ps = 1000000u * (1 + i % 3) * (s ? 2 : 1), .peak_link_use = 0.1};
        f->step[i].spikes = counts->action[COUNT_SPIKES];
        f->step[i].sops = counts->action[COUNT_SOPS];
        f->step[i].packets = counts->action[COUNT_PACKETS];
    }
    for (uint32_t s = 0; s < FIX_SAMPLES; s++) {
        f->sample[s].sample = s;
        f->sample[s].label = s;
        f->sample[s].prediction = 1;
        f->sample[s].steps = 1;
        f->sample[s].time_ps = s ? 12000000 : 6000000;
    }
}

static inline void fix_times(struct run *r)
{
    r->total_ps = 18000000;
    r->barrier_ps = 600000;
    r->bound_ps[BOUND_COMPUTE] = 17000000;
    r->bound_ps[BOUND_NOC] = 400000;
    r->bound_ps[BOUND_BARRIER] = 600000;
    r->service_ps = 15000000;
    r->update_ps = 2000000;
    r->bound_core_ps = 17000000;
    r->core_busy_ps_max = r->core_busy_ps_sum = 17000000;
    r->peak_link_use = 0.1;
}

static inline void fix_run(struct fixture *f)
{
    struct run *r = &f->run;
    f->input = (struct events){
        .samples = FIX_SAMPLES, .steps = 1, .neurons = 64, .count = 40, .how = (char *)"(sample, step, neuron), 0/1", .value_min = 1, .value_max = 1};
    *r = (struct run){.network = &f->network,
                      .chip = &f->chip,
                      .quantised = &f->quantised,
                      .mapping = &f->mapping,
                      .input = &f->input,
                      .n_groups = FIX_GROUPS,
                      .group = f->group,
                      .group_memory = f->group_memory,
                      .n_cores = 1,
                      .core = f->core,
                      .n_memories = FIX_MEMORIES,
                      .memory = f->total_memory,
                      .memory_used_bits = f->used_bits,
                      .memory_capacity_bits = f->capacity_bits,
                      .samples_done = FIX_SAMPLES,
                      .samples_asked = FIX_SAMPLES,
                      .sample = f->sample,
                      .sample_memory = f->sample_memory,
                      .step = f->step,
                      .n_steps = FIX_STEPS,
                      .steps = 1,
                      .chip_steps = 3,
                      .output_counts = f->output_counts,
                      .outputs = FIX_OUTPUTS,
                      .spike = f->spike,
                      .n_spikes = 2,
                      .membrane = f->membrane,
                      .n_membranes = 2,
                      .packet = f->packet,
                      .n_packets = 2,
                      .update = f->updates,
                      .n_updates = 1,
                      .wall_s = 0.5};
    r->options = (struct run_options){.timing = "slots", .threads = 1, .seed = 7, .hold = 1};
    r->memory_of = mem_new(FIX_MEMORIES, sizeof *r->memory_of);
    r->memory_of[1].memory = 1;
    f->used_bits[0] = 52800;
    f->used_bits[1] = 6464;
    f->capacity_bits[0] = 65536;
    f->capacity_bits[1] = 8192;
    f->output_counts[1] = 3;
    f->output_counts[3] = 1;
    f->spike[0] = (struct run_spike){0, 0, 1, 17};
    f->spike[1] = (struct run_spike){1, 0, 2, 1};
    f->membrane[0] = (struct run_membrane){0, 0, 1, 3, -70, -0.546875};
    f->membrane[1] = (struct run_membrane){0, 0, 2, 0, 0x3f800000, 1};
    f->packet[0] = (struct run_packet){0, 0, 8, 5, 1, 4, 4, 20, 0, 0};
    f->packet[1] = (struct run_packet){1, 1, 5, 9, 2, 6, 6, 6, 3, 0};
    f->updates[0] = (struct run_update){0, 0, 0, 800000};
}

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = mem_new(1, sizeof *f);
    fix_network(f);
    fix_chip(f);
    fix_placed(f);
    fix_run(f);
    fix_counts(f);
    fix_steps(f);
    fix_times(&f->run);
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    fidelity_clear(&f->network.fidelity);
    fidelity_clear(&f->quantised.fidelity);
    free(f->run.memory_of);
    free(f->run.step_counts.at);
    free(f);
}

#endif
