/* Tables of a finished run, one header line each; the headers are fixed, because people's scripts depend on them. Numbers are SI and
 * printed with 15 digits, so that a sum over a table is the figure of the summary; what is not known is left empty. Rows stand in the
 * run's order: samples, then steps; populations as in the network. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/files.h"

/* RFC 4180: quotes around what holds a comma, a quote or a line's end, and quotes inside doubled. */
void csv_text(FILE *to, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, to);
    fputc('"', to);
}

/* ---- counters.csv: scope total, population, core, memory ---- */

/* One count, in the long form: scope, whose, what, how many. New counters add rows, never columns. */
static void counter_row(FILE *to, const char *scope, const char *name, const char *counter, uint64_t value)
{
    fprintf(to, "%s,", scope);
    csv_text(to, name);
    fputc(',', to);
    csv_text(to, counter);
    fprintf(to, ",%" PRIu64 "\n", value);
}

/* Everything in the total, zero or not; of a part only what it did. */
static void counter_rows(FILE *to, const struct run *run, const char *scope, const char *name, const uint64_t *action, int all)
{
    for (int c = 0; c < N_COUNTERS; c++)
        if ((all && chipfile_counts(run->chip, c)) || action[c])
            counter_row(to, scope, name, counters[c].name, action[c]);
}

/* Under the same names as the prices' keys: synapse.read_word. */
static void memory_rows(FILE *to, const struct run *run, const char *scope, const char *name, const struct run_memory *memory, int all)
{
    char text[200], full[240];
    for (uint32_t m = 0; m < run->n_memories; m++) {
        energy_memory_name(run, m, text, sizeof text);
        for (int write = 0; write < 2; write++) {
            uint64_t n = write ? memory[m].writes : memory[m].reads;
            snprintf(full, sizeof full, "%s.%s_word", text, write ? "write" : "read");
            if (all || n)
                counter_row(to, scope, name, full, n);
        }
    }
}

/* core and network make the total, and so do the populations: two ways to the same sums, which a test holds against each other. */
void csv_counters(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    char name[64];
    fputs("scope,name,counter,value\n", to);
    counter_rows(to, run, "total", "", r->facts.total, 1);
    memory_rows(to, run, "total", "", run->memory, 1);
    /* Group 0 is the host's part as a population; what belongs to it is told under (host). */
    for (uint32_t g = 1; g < run->n_groups; g++) {
        counter_rows(to, run, "population", facts_group_name(run, g), run->group[g].action, 0);
        memory_rows(to, run, "population", facts_group_name(run, g), run->group_memory + (size_t)g * run->n_memories, 0);
    }
    for (uint32_t c = 0; c < run->n_cores; c++)
        counter_rows(to, run, "core", facts_core_name(run, run->mapping->core[c].core, name, sizeof name), run->core[c].action, 0);
    counter_rows(to, run, "network", "", run->network_counts.action, 0);
}

/* ---- layers.csv, samples.csv, steps.csv ---- */

/* rate is spikes per neuron and network step, over all finished samples. Groups without neurons, (chip) and (host), have their energy. */
void csv_layers(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    fputs("population,neurons,spikes,rate,sops,updates,energy_j\n", to);
    for (uint32_t g = 1; g < run->n_groups; g++) {
        const uint64_t *n = run->group[g].action;
        uint32_t neurons = g < run->network->n_populations ? run->network->population[g].neurons : 0;
        /* Times that a neuron of the layer could have fired. */
        double chances = (double)neurons * run->samples_done * run->steps;
        csv_text(to, facts_group_name(run, g));
        fprintf(to, ",%u,%" PRIu64 ",%.15g,%" PRIu64 ",%" PRIu64 ",%.15g\n", neurons, n[COUNT_SPIKES], chances > 0 ? (double)n[COUNT_SPIKES] / chances : 0,
                n[COUNT_SOPS], n[COUNT_UPDATE_ACTIVE] + n[COUNT_UPDATE_IDLE], r->energy->group_j[g]);
    }
}

/* Without labels, or where nothing is decoded, the field is empty: -1 would be taken for a class. */
static void class_field(FILE *to, int64_t class_)
{
    if (class_ >= 0)
        fprintf(to, "%" PRId64, class_);
    fputc(',', to);
}

/* energy_j is dynamic; time_s contains the reset before the sample. */
void csv_samples(FILE *to, const struct report *r)
{
    fputs("sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets\n", to);
    for (uint32_t i = 0; i < r->run->samples_done; i++) {
        const struct run_sample *s = &r->run->sample[i];
        const uint64_t *n = s->counts.action;
        fprintf(to, "%u,", s->sample);
        class_field(to, s->label);
        class_field(to, s->prediction);
        fprintf(to, "%u,%.15g,%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", s->steps, (double)s->time_ps / 1e12, s->energy_j, n[COUNT_SPIKES], n[COUNT_SOPS],
                n[COUNT_PACKETS]);
    }
}

/* The step is the chip's; overrun_s is what its work took beyond the pace or tick, where there is one.
 * A run too long for counts of every step has no energy_j in them. */
void csv_steps(FILE *to, const struct report *r)
{
    uint64_t pace = r->run->options.pace_ps;
    fprintf(to, "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use%s\n", pace ? ",overrun_s" : "");
    for (uint64_t i = 0; i < r->run->n_steps; i++) {
        const struct run_step *s = &r->run->step[i];
        fprintf(to, "%u,%u,%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", s->sample, s->step, (double)s->time_ps / 1e12, s->spikes, s->sops, s->packets);
        /* NAN where the run kept no counts per step. */
        if (isfinite(s->energy_j))
            fprintf(to, "%.15g", s->energy_j);
        fprintf(to, ",%.15g", s->peak_link_use);
        uint64_t work = s->time_ps - s->wait_ps;
        if (pace)
            fprintf(to, ",%.15g", work > pace ? (double)(work - pace) / 1e12 : 0);
        fputc('\n', to);
    }
}
