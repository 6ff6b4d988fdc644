/* summary.json of a run of SANA-FE's files: the keys of every run (docs/formats.md) as far as that tool's model has them, and under `sanafe`
 * the totals in its own words. Its files give no source for any price, so all of the energy rests on assumption here. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/json.h"
#include "report/sanafe.h"

const char *sanafe_energy_word(enum sanafe_part_of_energy part)
{
    static const char *const word[SANAFE_E_PARTS] = {"synapse", "dendrite", "soma", "network"};
    return word[part];
}

const char *sanafe_timing_word(enum sanafe_timing timing)
{
    return timing == SANAFE_DETAILED ? "sanafe-detailed" : "sanafe-simple";
}

/* ---- the energy, action by action ---- */

/* The line of this name, made where it is not there yet. */
static struct sanafe_line *line_of(struct sanafe_line **line, size_t *n, size_t *capacity, enum sanafe_part_of_energy part, const char *unit,
                                   const char *action)
{
    char name[SANAFE_LINE_NAME];
    /* Units of one range count together: "input[3]" is an "input". */
    snprintf(name, sizeof name, "%.*s.%s", (int)(strcspn(unit, "[") < 60 ? strcspn(unit, "[") : 60), unit, action);
    for (size_t i = 0; i < *n; i++)
        if ((*line)[i].part == part && !strcmp((*line)[i].name, name))
            return &(*line)[i];
    *line = mem_room(*line, *n, capacity, sizeof **line);
    (*line)[*n] = (struct sanafe_line){.part = part};
    memcpy((*line)[*n].name, name, sizeof name);
    return &(*line)[(*n)++];
}

/* Of the whole run: counts are exact, and a price is multiplied once. */
static void add(struct sanafe_line *line, uint64_t count, double each)
{
    line->count += count;
    line->energy += (double)count * each;
}

/* Parts of all cores with one name and action make one line; the network's come last. */
struct sanafe_line *sanafe_lines(const struct sanafe_run *run, size_t *n)
{
    static const char *const directions[SANAFE_DIRECTIONS] = {"north", "east", "south", "west"};
    struct sanafe_line *line = NULL;
    size_t capacity = 0;
    *n = 0;
    for (uint32_t i = 0; i < run->chip->n_parts; i++) {
        const struct sanafe_unit *u = run->chip->part[i].unit;
        const struct sanafe_price *p = u->price;
        if (u->section == SANAFE_SYNAPSE)
            add(line_of(&line, n, &capacity, SANAFE_E_SYNAPSE, u->name, "process_spike"), run->part_calls[i], p[0].energy);
        else if (u->section == SANAFE_DENDRITE)
            add(line_of(&line, n, &capacity, SANAFE_E_DENDRITE, u->name, "update"), run->part_calls[i], p[0].energy);
        else {
            add(line_of(&line, n, &capacity, SANAFE_E_SOMA, u->name, "access"), run->part_calls[i], p[SANAFE_ACCESS].energy);
            add(line_of(&line, n, &capacity, SANAFE_E_SOMA, u->name, "update"), run->part_updated[i], p[SANAFE_UPDATE].energy);
            add(line_of(&line, n, &capacity, SANAFE_E_SOMA, u->name, "spike_out"), run->part_fired[i], p[SANAFE_SPIKE].energy);
        }
    }
    for (int d = 0; d < SANAFE_DIRECTIONS; d++) {
        struct sanafe_line *l = line_of(&line, n, &capacity, SANAFE_E_NETWORK, "hop", directions[d]);
        l->count = run->hops[d];
        l->energy = run->hop_energy[d];
    }
    struct sanafe_line *in = line_of(&line, n, &capacity, SANAFE_E_NETWORK, "axon_in", "message_in");
    in->count = run->sum.packets;
    in->energy = run->axon_in_energy;
    struct sanafe_line *out = line_of(&line, n, &capacity, SANAFE_E_NETWORK, "axon_out", "message_out");
    out->count = run->sum.packets;
    out->energy = run->axon_out_energy;
    return line;
}

/* ---- sections ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Names and hashes, no folders: the same on every computer. */
static void write_inputs(struct json *j, const struct report_options *o)
{
    json_list(j, "inputs");
    for (uint32_t i = 0; i < o->n_inputs; i++) {
        json_object(j, NULL);
        json_text(j, "name", o->input[i].name);
        json_text(j, "file", base_name(o->input[i].path));
        json_text(j, "sha256", o->input[i].sha256);
        json_close(j);
    }
    json_close(j);
    json_list(j, "set");
    json_close(j);
}

/* Their groups are our populations. */
static void write_network(struct json *j, const struct sanafe_run *run)
{
    const struct sanafe_network *net = run->chip->net;
    json_object(j, "network");
    json_text(j, "name", base_name(net->name));
    json_count(j, "neurons", net->n_neurons);
    json_count(j, "synapses", net->n_edges);
    json_list(j, "populations");
    for (size_t g = 0; g < net->n_groups; g++) {
        json_object(j, NULL);
        json_text(j, "name", net->group[g].name);
        json_text(j, "type", "SANA-FE");
        json_count(j, "neurons", net->group[g].n);
        json_count(j, "spikes", run->group[g].spikes);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

/* What that format does not say is null, not left out. */
static void write_chip(struct json *j, const struct sanafe_chip *chip)
{
    json_object(j, "chip");
    json_text(j, "name", chip->arch->name);
    json_text(j, "about", "an architecture file of SANA-FE");
    json_text(j, "technology", NULL);
    json_text(j, "voltage", NULL);
    json_text(j, "status", "ESTIMATE, not a measurement");
    json_text(j, "time_mode", "barrier");
    json_count(j, "cores", chip->arch->n_cores);
    json_count(j, "cores_used", chip->n_cores);
    json_count(j, "tiles_used", chip->tiles_used);
    json_close(j);
    json_object(j, "mapping");
    json_text(j, "method", "as in the file");
    json_close(j);
}

/* Notes of the readers, of the chip and of the run, in this order; warnings apart. */
static void write_lines(struct json *j, const char *key, const struct fidelity *const *lists, size_t n, int warnings)
{
    json_list(j, key);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < lists[k]->count; i++) {
            const struct fidelity_line *l = &lists[k]->line[i];
            if ((l->kind == FIDELITY_WARNING) != warnings)
                continue;
            if (warnings) {
                char *text = mem_format("%s%s%s", l->node, *l->node ? ": " : "", l->text);
                json_text(j, NULL, text);
                free(text);
                continue;
            }
            json_object(j, NULL);
            json_text(j, "kind", fidelity_word(l->kind));
            json_text(j, "node", l->node);
            json_text(j, "text", l->text);
            json_close(j);
        }
    json_close(j);
}

/* In our words; a neuron that was visited without being updated is idle. */
static void write_counts(struct json *j, const struct sanafe_run *run)
{
    uint64_t calls = 0;
    for (uint32_t i = 0; i < run->chip->n_parts; i++)
        calls += run->chip->part[i].unit->section == SANAFE_SOMA ? run->part_calls[i] : 0;
    json_object(j, "counts");
    json_count(j, "spikes", run->n_fires);
    json_count(j, "sops", run->sum.spikes);
    json_count(j, "sops_late", 0);
    json_count(j, "packets", run->sum.packets);
    json_count(j, "hops", run->sum.hops);
    json_count(j, "update_active", run->sum.updated);
    json_count(j, "update_idle", calls - run->sum.updated);
    json_count(j, "update_held", 0);
    json_close(j);
}

/* Low and high are the value itself: the format has no ranges. */
static void write_energy_lines(struct json *j, const struct sanafe_run *run)
{
    size_t n;
    struct sanafe_line *line = sanafe_lines(run, &n);
    json_object(j, "by_action");
    for (size_t i = 0; i < n; i++)
        json_real(j, line[i].name, line[i].energy);
    json_close(j);
    json_list(j, "lines");
    for (size_t i = 0; i < n; i++) {
        json_object(j, NULL);
        json_text(j, "name", line[i].name);
        json_text(j, "component", sanafe_energy_word(line[i].part));
        json_count(j, "count", line[i].count);
        json_real(j, "each_j", line[i].count ? line[i].energy / (double)line[i].count : 0);
        json_real(j, "energy_j", line[i].energy);
        json_real(j, "low_j", line[i].energy);
        json_real(j, "high_j", line[i].energy);
        json_text(j, "basis", "assumed");
        json_text(j, "source", NULL);
        json_close(j);
    }
    json_close(j);
    free(line);
}

/* No static power anywhere in that format: the three headline figures are one. */
static void write_energy(struct json *j, const struct sanafe_run *run)
{
    static const char *const same[] = {"total_j", "dynamic_j", "total_used_j", "low_j", "high_j", "dynamic_low_j", "dynamic_high_j"};
    json_object(j, "energy");
    json_flag(j, "priced", 1);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_real(j, same[i], run->sum.total);
    json_real(j, "static_j", 0);
    json_real(j, "static_used_j", 0);
    json_real(j, "static_w", 0);
    json_real(j, "assumed_share", 1);
    json_object(j, "by_population");
    for (size_t g = 0; g < run->chip->net->n_groups; g++)
        json_real(j, run->chip->net->group[g].name, run->group[g].energy);
    json_close(j);
    json_object(j, "by_component");
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        json_real(j, sanafe_energy_word((enum sanafe_part_of_energy)e), run->sum.energy[e]);
    json_close(j);
    json_object(j, "by_basis");
    json_real(j, "assumed", 1);
    json_close(j);
    write_energy_lines(j, run);
    json_close(j);
}

/* compute is the busiest core's, noc what the network model adds to it. */
static void write_time(struct json *j, const struct sanafe_run *run)
{
    /* Rounding may leave the rest a hair below nothing. */
    double barrier = run->chip->sync * run->steps, noc = run->sum.time - run->sum.busiest - barrier, all = run->sum.time;
    const struct { const char *name; double s; } bound[] = {{"compute", run->sum.busiest}, {"memory", 0}, {"noc", noc > 1e-9 * all ? noc : 0}, {"queue", 0},
                                                            {"barrier", barrier}};
    json_object(j, "time");
    json_real(j, "total_s", all);
    json_real(j, "low_s", all);
    json_real(j, "high_s", all);
    json_object(j, "per_sample");
    json_real(j, "mean_s", all);
    json_real(j, "p50_s", all);
    json_real(j, "p95_s", all);
    json_real(j, "max_s", all);
    json_close(j);
    json_real(j, "barrier_s", barrier);
    json_real(j, "reset_s", 0);
    json_object(j, "bound");
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        json_real(j, bound[i].name, all > 0 ? bound[i].s / all : 0);
    json_close(j);
    json_object(j, "bound_s");
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        json_real(j, bound[i].name, bound[i].s);
    json_close(j);
    json_count(j, "overruns", 0);
    json_real(j, "peak_link_use", 0);
    json_close(j);
}

/* As in that tool's run_summary. */
static void write_own(struct json *j, const struct sanafe_run *run)
{
    json_object(j, "sanafe");
    json_count(j, "timesteps_executed", run->steps);
    json_count(j, "total_spikes", run->sum.spikes);
    json_count(j, "total_messages_sent", run->sum.packets);
    json_count(j, "total_neurons_updated", run->sum.updated);
    json_count(j, "total_neurons_fired", run->sum.fired);
    json_real(j, "sim_time", run->sum.time);
    json_object(j, "energy");
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        json_real(j, sanafe_energy_word((enum sanafe_part_of_energy)e), run->sum.energy[e]);
    json_real(j, "total", run->sum.total);
    json_close(j);
    json_close(j);
}

void sanafe_summary(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    const struct fidelity *const lists[] = {&run->chip->arch->notes, &run->chip->net->notes, &run->chip->notes, &run->notes, r->options->extra};
    struct json j;
    json_start(&j, to);
    json_text(&j, "format", "volley run 1");
    json_count(&j, "seed", run->options.seed);
    write_inputs(&j, r->options);
    write_network(&j, run);
    write_chip(&j, run->chip);
    json_count(&j, "samples", 1);
    json_count(&j, "samples_asked", 1);
    json_flag(&j, "partial", r->partial);
    json_count(&j, "steps", run->steps);
    json_count(&j, "chip_steps", run->steps);
    json_text(&j, "plane", sanafe_timing_word(run->options.timing));
    json_text(&j, "engine", "sanafe");
    json_flag(&j, "assume_native", 0);
    write_lines(&j, "fidelity", lists, sizeof lists / sizeof *lists, 0);
    write_lines(&j, "warnings", lists, sizeof lists / sizeof *lists, 1);
    json_null(&j, "accuracy");
    json_null(&j, "float_accuracy");
    write_counts(&j, run);
    write_energy(&j, run);
    write_time(&j, run);
    write_own(&j, run);
    json_finish(&j);
}
