/* summary.json: the whole result in SI units; counts are integers, what is not known is null. Nothing in it depends on the computer, the
 * number of threads or the folder's name, so that two runs of the same input can be compared byte by byte; what differs between computers
 * is host.json's. Energies are of all samples together: divided by `samples` they are of one inference. Objects keep the order in which the
 * report tells them; lists keep that of the network, the chip file or the counter list. docs/formats.md names every key, and a test holds
 * the two against each other.
 * Sums a reader can hold it to: by_action = by_population = dynamic_j; by_component = total_j; bound_s + reset_s = total_s; by_basis = 1. */
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "report/event.h"
#include "report/files.h"
#include "report/json.h"
#include "report/neurobench.h"
#include "report/ports.h"
#include "report/price.h"

/* In the order of their enums. */
static const char *const reset_words[] = {"none", "zero", "subtract", "value"};
static const char *const decode_words[] = {"rate", "latency", "population", "membrane"};
static const char *const mode_words[] = {"barrier", "tick", "event"};
static const char *const bound_words[N_BOUNDS] = {"compute", "memory", "noc", "queue", "barrier", "pace"};

/* A path says where a file lay on one computer; its name and its hash say what it was. */
static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* What the answer was made from: with these files and overrides the same version gives the same bytes again. */
static void write_inputs(struct json *j, const struct report *r)
{
    json_list(j, "inputs");
    for (uint32_t i = 0; i < r->options->n_inputs; i++) {
        json_object(j, NULL);
        json_text(j, "name", r->options->input[i].name);
        /* The name without its folder: the folder is this computer's matter. */
        json_text(j, "file", base_name(r->options->input[i].path));
        json_text(j, "sha256", r->options->input[i].sha256);
        json_close(j);
    }
    json_close(j);
    json_list(j, "set");
    for (uint32_t i = 0; i < r->options->n_set; i++)
        json_text(j, NULL, r->options->set[i]);
    json_close(j);
}

/* ---- network and chip ---- */

/* compartments above 1: the chip emulates what the neuron asks, at this price. reset: the network's rule, not the chip's. */
static void write_population(struct json *j, const struct report *r, uint32_t p)
{
    const struct population *pop = &r->run->network->population[p];
    json_object(j, NULL);
    json_text(j, "name", pop->name);
    json_text(j, "type", pop->type);
    json_list(j, "shape");
    for (int d = 0; d < pop->shape.rank; d++)
        json_count(j, NULL, pop->shape.dim[d]);
    json_close(j);
    json_count(j, "neurons", pop->neurons);
    /* Chip steps after the input's: its window begins there. */
    json_count(j, "depth", pop->depth);
    /* One population at most is decoded. */
    json_flag(j, "output", pop->output);
    /* The host's input is no layer on the chip: no core type, no rule. */
    if (p != HOST_POPULATION) {
        const struct quant_population *q = &r->run->quantised->population[p];
        json_text(j, "core_type", r->run->chip->type[q->type].name);
        json_count(j, "compartments", q->compartments);
        json_text(j, "reset", reset_words[pop->rule.reset]);
        json_count(j, "spikes", r->run->group[p].action[COUNT_SPIKES]);
    }
    json_close(j);
}

/* Synapses are counted as connections, weights by how far the chip's numbers are off: the root mean square and the largest error, each
 * as a share of the projection's largest weight. */
static void write_network(struct json *j, const struct report *r)
{
    const struct network *net = r->run->network;
    json_object(j, "network");
    json_text(j, "name", net->name);
    json_count(j, "neurons", network_neurons(net));
    json_count(j, "synapses", network_synapses(net));
    json_list(j, "populations");
    for (uint32_t p = 0; p < net->n_populations; p++)
        write_population(j, r, p);
    json_close(j);
    /* Connections as the network has them, before they were cut over cores. */
    json_list(j, "projections");
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        json_object(j, NULL);
        json_text(j, "name", p->name);
        json_text(j, "from", net->population[p->from].name);
        json_text(j, "to", net->population[p->to].name);
        json_count(j, "synapses", projection_synapses(p, net));
        /* In steps of the chip, at least 1; the network's own delay and the depths make it. */
        json_count(j, "chip_delay", p->chip_delay);
        json_count(j, "weight_bits", r->run->quantised->projection[i].bits);
        json_real(j, "weight_error_rms", r->run->quantised->projection[i].error_rms);
        /* Of the largest weight of this projection, 0..1. */
        json_real(j, "weight_error_max", r->run->quantised->projection[i].error_max);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

/* What the counts of each core type depend on, so that they can be told from those of a chip whose counts mean another thing. */
static void write_types(struct json *j, const struct chipfile *f)
{
    json_list(j, "core_types");
    for (uint32_t t = 0; t < f->n_types; t++) {
        char *updates = price_updates(&f->type[t]), *tables = price_tables(&f->type[t]), *service = price_service(&f->type[t]);
        json_object(j, NULL);
        json_text(j, "name", f->type[t].name);
        json_text(j, "kind", f->type[t].kind);
        json_text(j, "updates", updates);
        json_text(j, "tables", tables);
        json_text(j, "service", service);
        json_close(j);
        free(service);
        free(updates);
        free(tables);
    }
    json_close(j);
}

/* An area of 0 is none that anybody knows. */
static void area_or_null(struct json *j, const char *key, double m2)
{
    if (m2 > 0)
        json_real(j, key, m2);
    else
        json_null(j, key);
}

/* One number per core type, in the file's order. */
static void write_of_core(struct json *j, const char *key, const struct chipfile *f, int logic)
{
    json_object(j, key);
    for (uint32_t t = 0; t < f->n_types; t++)
        area_or_null(j, f->type[t].name, area_of_memories(&f->type[t]) + (logic ? area_of_logic(&f->type[t]) : 0));
    json_close(j);
}

/* What is known of the chip's area, and in words what is not. null where no part has one. */
void summary_area(struct json *j, const struct run *run)
{
    const struct chipfile *f = run->chip;
    struct area a = area_of(f);
    double used = 0;
    for (uint32_t c = 0; c < run->n_cores; c++)
        used += area_of_memories(&f->type[run->mapping->core[c].type]);
    if (!a.known) {
        json_null(j, "area");
        return;
    }
    json_object(j, "area");
    json_real(j, "total_m2", a.total_m2);
    json_real(j, "low_m2", a.low_m2);
    json_real(j, "high_m2", a.high_m2);
    /* Of the cores that hold neurons, with the routers of their tiles. */
    area_or_null(j, "used_m2", area_used(run));
    json_object(j, "by_component");
    area_or_null(j, "memories", a.memories_m2);
    area_or_null(j, "core_logic", a.logic_m2);
    area_or_null(j, "routers", a.routers_m2);
    area_or_null(j, "rest", a.rest_m2);
    json_close(j);
    json_text(j, "unknown", a.unknown);
    area_or_null(j, "memories_m2", a.memories_m2);
    area_or_null(j, "memories_used_m2", used);
    write_of_core(j, "memories_of_core_m2", f, 0);
    write_of_core(j, "core_m2", f, 1);
    json_close(j);
}

/* cores_used and tiles_used are what static_used_j and barriers hang on. */
static void write_chip(struct json *j, const struct report *r)
{
    const struct chipfile *f = r->run->chip;
    json_object(j, "chip");
    json_text(j, "name", f->name);
    json_text(j, "about", f->about);
    json_text(j, "technology", f->technology);
    json_text(j, "voltage", f->voltage);
    /* What stands behind the chip file: an estimate, a yardstick, a measurement. */
    json_text(j, "status", f->status);
    json_text(j, "time_mode", mode_words[f->mode]);
    json_count(j, "cores", f->cores);
    json_count(j, "cores_used", r->run->n_cores);
    json_count(j, "tiles_used", r->facts.tiles_used);
    summary_area(j, r->run);
    price_network(j, f);
    write_types(j, f);
    json_close(j);
    json_object(j, "mapping");
    /* pack, fill, balance, or the map file's own word. */
    json_text(j, "method", r->run->mapping->method);
    /* As the mapper counts them, every source spiking once; what this run sent is in counts. */
    json_real(j, "packets_per_spike", r->run->mapping->packets_per_spike);
    json_real(j, "hops_per_spike", r->run->mapping->hops_per_spike);
    json_close(j);
}

/* ---- answers ---- */

/* kind is one of exact, rounded, rewritten, emulated, approximated, note. */
static void write_lines(struct json *j, const char *key, const struct fidelity *list)
{
    json_list(j, key);
    for (size_t i = 0; i < list->count; i++) {
        json_object(j, NULL);
        json_text(j, "kind", fidelity_word(list->line[i].kind));
        json_text(j, "node", list->line[i].node);
        json_text(j, "text", list->line[i].text);
        json_close(j);
    }
    json_close(j);
}

/* Plain texts: a script that only wants to know whether there are any looks at the list's length. */
static void write_warnings(struct json *j, const struct fidelity *list)
{
    char text[1200];
    json_list(j, "warnings");
    for (size_t i = 0; i < list->count; i++) {
        /* "layer: what is the matter". */
        snprintf(text, sizeof text, "%.300s%s%s", list->line[i].node, *list->line[i].node ? ": " : "", list->line[i].text);
        json_text(j, NULL, text);
    }
    json_close(j);
}

/* null, not 0, where there are no labels or nothing was decoded: an unknown accuracy is no bad one. */
static void write_accuracy(struct json *j, const struct report *r)
{
    const struct run *run = r->run;
    json_text(j, "decode", decode_words[run->options.decode]);
    if (r->facts.labelled && run->samples_done && run->outputs)
        json_real(j, "accuracy", (double)r->facts.correct / run->samples_done);
    else
        json_null(j, "accuracy");
    if (run->has_float && r->facts.labelled && run->samples_done)
        json_real(j, "float_accuracy", (double)run->float_correct / run->samples_done);
    else
        json_null(j, "float_accuracy");
    if (run->has_float)
        json_count(j, "float_differ", run->float_differ);
}

/* ---- counts ---- */

/* Work and time apart: the first is the same for every plane and any number of threads, and the only class that is priced. */
static void write_counts(struct json *j, const struct run *run, const char *key, const uint64_t *count, enum counter_class class_)
{
    json_object(j, key);
    for (int c = 0; c < N_COUNTERS; c++)
        /* All of the class, zero or not: a script need not ask whether a key is there. Links between chips only where there are some. */
        if (counters[c].class_ == class_ && chipfile_counts(run->chip, c))
            json_count(j, counters[c].name, count[c]);
    json_close(j);
}

/* Accesses in words and in bits, of all used cores; capacity and use of the same cores, in bits. */
static void write_memories(struct json *j, const struct run *run)
{
    char name[200];
    json_object(j, "memories");
    for (uint32_t m = 0; m < run->n_memories; m++) {
        const struct chip_memory *memory = &run->chip->type[run->memory_of[m].type].memory[run->memory_of[m].memory];
        json_object(j, energy_memory_name(run, m, name, sizeof name));
        /* Bits of a word; the counts below are words, then bits. */
        json_count(j, "width", memory->width);
        json_count(j, "reads", run->memory[m].reads);
        json_count(j, "writes", run->memory[m].writes);
        json_count(j, "read_bits", run->memory[m].reads * memory->width);
        json_count(j, "write_bits", run->memory[m].writes * memory->width);
        json_count(j, "capacity_bits", run->memory_capacity_bits[m]);
        json_count(j, "used_bits", run->memory_used_bits[m]);
        json_close(j);
    }
    json_close(j);
}

/* ---- energy ---- */

/* key_unit names, such as mean_j: a figure without its unit is no figure. */
void facts_write_spread(struct json *j, const char *key, const char *unit, const struct facts_spread *f)
{
    const struct { const char *name; double value; } part[] = {{"mean", f->mean}, {"p50", f->p50}, {"p95", f->p95}, {"max", f->max}};
    char name[24];
    json_object(j, key);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        snprintf(name, sizeof name, "%s_%s", part[i].name, unit);
        json_real(j, name, part[i].value);
    }
    json_close(j);
}

/* Dynamic and static energy by component; the parts add up to the total. */
static void write_components(struct json *j, const struct energy *e)
{
    json_object(j, "by_component");
    for (uint32_t i = 0; i < e->n_lines; i++) {
        /* A component's lines need not stand together: it is summed where it is first met. */
        double sum = 0;
        int seen = 0;
        for (uint32_t k = 0; k < e->n_lines; k++) {
            if (strcmp(e->line[k].component, e->line[i].component))
                continue;
            seen |= k < i;
            sum += e->line[k].energy_j;
        }
        if (!seen)
            json_real(j, e->line[i].component, sum);
    }
    json_close(j);
}

/* One product of the energy, with all that its price's standing is: whoever has the lines can work the energy out again. */
static void write_line(struct json *j, const struct chipfile *f, const struct energy_line *l)
{
    json_object(j, NULL);
    json_text(j, "name", l->name);
    json_text(j, "component", l->component);
    json_count(j, "count", l->count);
    /* The key tells the kind of line: J per action, or W per unit. */
    json_real(j, l->static_ ? "each_w" : "each_j", l->each.free ? 0 : l->each.value);
    json_real(j, "energy_j", l->energy_j);
    json_real(j, "low_j", l->low_j);
    json_real(j, "high_j", l->high_j);
    json_text(j, "basis", l->each.free ? "unknown: free" : basis_word(l->each.basis));
    json_text(j, "source", l->each.source >= 0 && (uint32_t)l->each.source < f->n_sources ? f->source[l->each.source].name : NULL);
    if (l->each.why)
        json_text(j, "why", l->each.why);
    if (l->each.bound)
        json_text(j, "bound", l->each.bound > 0 ? "at_least" : "at_most");
    /* How many of the updates only emulate a reset, and on what it rests that they are needed. */
    if (l->second) {
        json_count(j, "emulating", l->second);
        json_text(j, "emulating_basis", basis_word(l->second_basis));
    }
    json_close(j);
}

/* Names that lines refer to. */
static void write_sources(struct json *j, const struct chipfile *f)
{
    json_list(j, "sources");
    for (uint32_t i = 0; i < f->n_sources; i++) {
        json_object(j, NULL);
        json_text(j, "name", f->source[i].name);
        json_text(j, "basis", basis_word(f->source[i].basis));
        json_text(j, "text", f->source[i].text);
        json_close(j);
    }
    json_close(j);
}

/* Four views of the same energy: by action and by population they make dynamic_j, by component total_j, by basis 1. */
static void write_energy_parts(struct json *j, const struct report *r)
{
    const struct energy *e = r->energy;
    json_object(j, "by_action");
    for (uint32_t i = 0; i < e->n_lines; i++)
        if (!e->line[i].static_)
            json_real(j, e->line[i].name, e->line[i].energy_j);
    json_close(j);
    json_object(j, "by_population");
    for (uint32_t g = 1; g < r->run->n_groups; g++)
        json_real(j, facts_group_name(r->run, g), e->group_j[g]);
    json_close(j);
    write_components(j, e);
    json_object(j, "by_basis");
    for (int b = 0; b < N_BASES; b++)
        json_real(j, basis_word((enum basis)b), e->by_basis[b]);
    json_close(j);
    json_list(j, "lines");
    for (uint32_t i = 0; i < e->n_lines; i++)
        write_line(j, r->run->chip, &e->line[i]);
    json_close(j);
}

/* The constants that move the total most when each alone goes to the ends of its range: total_j less low_j, plus high_j. */
static void write_sensitivity(struct json *j, const struct report *r)
{
    const struct energy *e = r->energy;
    json_list(j, "sensitivity");
    for (uint32_t i = 0; i < e->n_moves; i++) {
        const struct chip_figure *f = &r->run->chip->figure[e->move[i].figure];
        json_object(j, NULL);
        json_text(j, "constant", f->key);
        /* In SI units of the constant: J, W or s. */
        json_real(j, "value", f->cost.value);
        json_real(j, "low", f->cost.low);
        json_real(j, "high", f->cost.high);
        json_text(j, "basis", basis_word(f->cost.basis));
        json_real(j, "total_low_j", e->total_j - e->move[i].low_j);
        json_real(j, "total_high_j", e->total_j + e->move[i].high_j);
        json_close(j);
    }
    json_close(j);
}

/* Of all samples together, in joules; low_j to high_j is the range of total_j. load_j stands apart and is in no sum. */
void summary_energy(struct json *j, const struct report *r)
{
    const struct energy *e = r->energy;
    json_object(j, "energy");
    /* false: every energy below is 0 because none was stated. */
    json_flag(j, "priced", e->priced);
    json_real(j, "total_j", e->total_j);
    json_real(j, "dynamic_j", e->dynamic_j);
    json_real(j, "static_j", e->static_j);
    json_real(j, "static_used_j", e->static_used_j);
    /* The third headline figure: with the static power of the used cores alone. */
    json_real(j, "total_used_j", e->dynamic_j + e->static_used_j);
    json_real(j, "low_j", e->low_j);
    json_real(j, "high_j", e->high_j);
    json_real(j, "dynamic_low_j", e->dynamic_low_j);
    json_real(j, "dynamic_high_j", e->dynamic_high_j);
    /* Of the whole chip; static_j is this times the run's time. */
    json_real(j, "static_w", e->static_w);
    json_real(j, "assumed_share", e->assumed_share);
    /* The name of the line whose range is widest; null: no price has a range. */
    json_text(j, "lever", e->lever < e->n_lines ? e->line[e->lever].name : NULL);
    /* Writing weights and tables once, beside every sum. */
    json_real(j, "load_j", e->load_j);
    json_count(j, "load_bits", e->load_bits);
    facts_write_spread(j, "per_sample", "j", &r->facts.energy_j);
    write_energy_parts(j, r);
    write_sensitivity(j, r);
    json_close(j);
}

/* ---- time ---- */

/* Whole picoseconds as seconds: exact to 15 digits. */
static double seconds(uint64_t ps)
{
    return (double)ps / 1e12;
}

/* bound are shares of the steps' time and add up to 1; bound_s are the same in seconds and with reset_s make total_s. */
static void write_time(struct json *j, const struct report *r)
{
    const struct run *run = r->run;
    int bounds = run->options.pace_ps ? N_BOUNDS : BOUND_PACE;          /* without a pace nothing waits for one */
    uint64_t all = run->total_ps - run->reset_ps;
    json_object(j, "time");
    json_real(j, "total_s", seconds(run->total_ps));
    json_real(j, "low_s", r->energy->time_low_s);
    json_real(j, "high_s", r->energy->time_high_s);
    facts_write_spread(j, "per_sample", "s", &r->facts.time_s);
    event_time_json(j, r);
    /* Of all steps; part of the total, like reset_s. */
    json_real(j, "barrier_s", seconds(run->barrier_ps));
    json_real(j, "reset_s", seconds(run->reset_ps));
    if (run->options.pace_ps)
        json_real(j, run->chip->mode == TIME_TICK ? "tick_s" : "pace_s", seconds(run->options.pace_ps));
    json_object(j, "bound");
    for (int b = 0; b < bounds; b++)
        json_real(j, bound_words[b], all ? (double)run->bound_ps[b] / (double)all : 0);
    json_close(j);
    json_object(j, "bound_s");
    for (int b = 0; b < bounds; b++)
        json_real(j, bound_words[b], seconds(run->bound_ps[b]));
    json_close(j);
    json_object(j, "compute_s");                /* with it: what bound_s.compute is made of */
    json_real(j, "synapses", seconds(run->service_ps));
    json_real(j, "updates", seconds(run->update_ps));
    json_close(j);
    /* Steps longer than --pace or the tick; 0 without one. */
    json_count(j, "overruns", run->overruns);
    if (run->options.pace_ps) {
        json_real(j, "overrun_max_s", seconds(run->overrun_ps_max));
        json_real(j, "overrun_sum_s", seconds(run->overrun_ps_sum));
        json_real(j, "least_s", seconds(run->work_ps_max));     /* the smallest pace or tick that no step overruns */
    }
    json_real(j, "peak_link_use", run->peak_link_use);
    json_count(j, "steps_beyond", run->steps_beyond);
    json_close(j);
}

/* The metrics of NeuroBench by their names, beside ours; null where the run has no spikes per neuron. */
static void write_neurobench(struct json *j, const struct run *run)
{
    struct neurobench n;
    if (neurobench_make(run, &n)) {
        json_null(j, "neurobench");
        return;
    }
    json_object(j, "neurobench");
    json_real(j, "footprint", n.footprint);
    json_real(j, "connection_sparsity", n.connection_sparsity);
    json_real(j, "activation_sparsity", n.activation_sparsity);
    /* Per sample, which is one execution of the model. */
    json_object(j, "synaptic_operations");
    json_real(j, "Dense", n.dense);
    json_real(j, "Effective_MACs", n.effective_macs);
    json_real(j, "Effective_ACs", n.effective_acs);
    json_close(j);
    json_real(j, "membrane_updates", n.membrane_updates);
    json_close(j);
}

/* Keys are only ever added: scripts depend on these names. */
void summary_write(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct json j;
    json_start(&j, to);
    /* First, so that the file is known by its first bytes. */
    json_text(&j, "format", "volley run 1");
    json_count(&j, "seed", run->options.seed);
    write_inputs(&j, r);
    write_network(&j, r);
    write_chip(&j, r);
    json_count(&j, "samples", run->samples_done);
    json_count(&j, "samples_asked", run->samples_asked);
    json_flag(&j, "partial", run->partial);
    json_count(&j, "steps", run->steps);
    json_count(&j, "chip_steps", run->chip_steps);
    json_text(&j, "plane", run->options.timing);
    json_text(&j, "engine", run->options.engine ? run->options.engine : "c");
    json_flag(&j, "assume_native", r->facts.assume_native);
    write_lines(&j, "fidelity", &r->facts.fidelity);
    write_warnings(&j, &r->facts.warnings);
    write_accuracy(&j, r);
    write_counts(&j, r->run, "counts", r->facts.total, COUNTER_WORK);
    write_counts(&j, r->run, "time_counts", r->facts.total, COUNTER_TIME);
    write_memories(&j, run);
    write_neurobench(&j, run);
    summary_energy(&j, r);
    write_time(&j, r);
    ports_summary(&j, run);
    write_sources(&j, run->chip);
    json_finish(&j);
}
