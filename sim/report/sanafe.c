/* The folder of a run of SANA-FE's files: volley's own tables (steps count from 0, as everywhere here), and those of that tool with its
 * columns and its digits (steps from 1), so that two runs can be compared by diff:
 *     perf.csv            always
 *     sanafe_spikes.csv   neurons with log_spikes       potentials.csv  neurons with log_potential      neurons.csv  with log_u
 *     messages.csv        with --trace packets */
#include "report/sanafe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/files.h"
#include "report/form.h"

#define NEVER "-inf"            /* how that tool prints a time that does not exist */

/* By its number in the file, which is what traces keep. */
static const struct sanafe_neuron *neuron_of(const struct sanafe_run *run, uint32_t neuron)
{
    return &run->chip->net->neuron[neuron];
}

/* "g.i", as that tool writes it. */
static void write_neuron(FILE *to, const struct sanafe_run *run, uint32_t neuron)
{
    fprintf(to, "%s.%u", run->chip->net->group[neuron_of(run, neuron)->group].name, sanafe_neuron_number(run->chip->net, neuron));
}

/* ---- volley's tables ---- */

/* One run is one sample; there is nothing to predict. */
static void csv_sanafe_samples(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_step *sum = &r->run->sum;
    fputs("sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets\n", to);
    fprintf(to, "0,,,%u,%.15g,%.15g,%zu,%" PRIu64 ",%" PRIu64 "\n", r->run->steps, sum->time, sum->total, r->run->n_fires, sum->spikes, sum->packets);
}

/* Groups are the layers of that tool's networks. */
static void csv_sanafe_layers(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_network *net = r->run->chip->net;
    fputs("population,neurons,spikes,rate,sops,updates,energy_j\n", to);
    for (size_t g = 0; g < net->n_groups; g++) {
        const struct sanafe_group_sums *sum = &r->run->group[g];
        double chances = (double)net->group[g].n * r->run->steps;
        csv_text(to, net->group[g].name);
        fprintf(to, ",%u,%" PRIu64 ",%.15g,%" PRIu64 ",%" PRIu64 ",%.15g\n", net->group[g].n, sum->spikes, chances > 0 ? (double)sum->spikes / chances : 0,
                sum->sops, sum->updates, sum->energy);
    }
}

/* Links carry nothing in that tool's model, so none has a use. */
static void csv_sanafe_steps(FILE *to, const struct sanafe_report *r)
{
    fputs("sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use\n", to);
    for (uint32_t t = 0; t < r->run->steps; t++) {
        const struct sanafe_step *s = &r->run->step[t];
        fprintf(to, "0,%u,%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.15g,\n", t, s->time, s->fired, s->spikes, s->packets, s->total);
    }
}

/* By unit in use: its core is chip.tile.core. */
static void csv_sanafe_counters(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    const struct sanafe_chip *chip = run->chip;
    size_t n;
    struct sanafe_line *line = sanafe_lines(run, &n);
    fputs("scope,name,counter,value\n", to);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "total,,%s,%" PRIu64 "\n", line[i].name, line[i].count);
    free(line);
    for (size_t g = 0; g < chip->net->n_groups; g++) {
        const struct { const char *name; uint64_t value; } counts[] = {{"spikes", run->group[g].spikes}, {"sops", run->group[g].sops},
                                                                       {"update_active", run->group[g].updates}, {"packets", run->group[g].packets}};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            fputs("population,", to);
            csv_text(to, chip->net->group[g].name);
            fprintf(to, ",%s,%" PRIu64 "\n", counts[i].name, counts[i].value);
        }
    }
    for (uint32_t i = 0; i < chip->n_parts; i++) {
        const struct sanafe_core *core = &chip->arch->core[chip->core[chip->part[i].core].core];
        fprintf(to, "core,0.%u.%u,", core->tile, core->offset);
        csv_text(to, chip->part[i].unit->name);
        fprintf(to, ",%" PRIu64 "\n", run->part_calls[i]);
    }
}

/* With --trace spikes every neuron, else those that the file asks to be logged. */
static void csv_sanafe_spikes(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    fputs("sample,step,population,neuron\n", to);
    for (size_t i = 0; i < run->n_fires; i++) {
        const struct sanafe_neuron *n = neuron_of(run, run->fire[i].neuron);
        if (!(r->traces & TRACE_SPIKES) && !n->log_spikes)
            continue;
        fprintf(to, "0,%u,", run->fire[i].step - 1);
        csv_text(to, run->chip->net->group[n->group].name);
        fprintf(to, ",%u\n", sanafe_neuron_number(run->chip->net, run->fire[i].neuron));
    }
}

/* ---- that tool's tables ---- */

/* %e, as there: seven digits, so that two files can be compared by diff. */
static void csv_perf(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    fputs("timestep,fired,updated,packets,hops,spikes,sim_time,synapse_energy,dendrite_energy,soma_energy,network_energy,total_energy", to);
    for (uint32_t i = 0; i < run->n_logs; i++) {
        char *name = sanafe_log_name(run->chip, i);
        fputc(',', to);
        csv_text(to, name);
        free(name);
    }
    fputc('\n', to);
    for (uint32_t t = 0; t < run->steps; t++) {
        const struct sanafe_step *s = &run->step[t];
        fprintf(to, "%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%e,%e,%e,%e,%e,%e", t + 1, s->fired, s->updated, s->packets, s->hops,
                s->spikes, s->time, s->energy[SANAFE_E_SYNAPSE], s->energy[SANAFE_E_DENDRITE], s->energy[SANAFE_E_SOMA], s->energy[SANAFE_E_NETWORK], s->total);
        for (uint32_t i = 0; i < run->n_logs; i++)
            fprintf(to, ",%e", run->log[(size_t)t * run->n_logs + i]);
        fputc('\n', to);
    }
}

/* As there: only neurons that ask for it. */
static void csv_fires(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    fputs("neuron,timestep\n", to);
    for (size_t i = 0; i < run->n_fires; i++) {
        if (!neuron_of(run, run->fire[i].neuron)->log_spikes)
            continue;
        write_neuron(to, run, run->fire[i].neuron);
        fprintf(to, ",%u\n", run->fire[i].step);
    }
}

/* A column per neuron, a row per step. */
static void csv_values(FILE *to, const struct sanafe_run *run, const uint32_t *place, uint32_t n, const double *value, const char *what)
{
    fputs("timestep", to);
    for (uint32_t i = 0; i < n; i++) {
        fputs(",neuron ", to);
        write_neuron(to, run, run->chip->place[place[i]].neuron);
        fputs(what, to);
    }
    for (uint32_t t = 0; t < run->steps; t++) {
        fprintf(to, "\n%u", t + 1);
        for (uint32_t i = 0; i < n; i++)
            fprintf(to, ",%.15g", value[(size_t)t * n + i]);
    }
    fputc('\n', to);
}

static void csv_potentials(FILE *to, const struct sanafe_report *r)
{
    csv_values(to, r->run, r->run->logged, r->run->n_logged, r->run->potential, "");
}

static void csv_currents(FILE *to, const struct sanafe_report *r)
{
    csv_values(to, r->run, r->run->currents, r->run->n_currents, r->run->current, "/u");
}

/* tile.core, as mappings have it. */
static void write_core(FILE *to, const struct sanafe_chip *chip, uint32_t core)
{
    fprintf(to, ",%u.%u", chip->arch->core[chip->core[core].core].tile, chip->arch->core[chip->core[core].core].offset);
}

/* Work behind a core's last message has its line, too, without a destination. */
static void csv_messages(FILE *to, const struct sanafe_report *r)
{
    const struct sanafe_run *run = r->run;
    int timed = run->options.timing == SANAFE_DETAILED;
    int64_t number = 0;
    fputs("timestep,mid,src_neuron,src_hw,dest_hw,hops,spikes,send_timestamp,received_timestamp,processed_timestamp,generation_delay,processing_delay,"
          "network_delay,blocking_delay,min_hop_delay,messages_along_route\n", to);
    for (size_t i = 0; i < run->n_messages; i++) {
        const struct sanafe_message *m = &run->message[i];
        fprintf(to, "%u,%" PRId64 ",", run->message_step[i], m->axon ? number++ : -1);
        write_neuron(to, run, run->chip->place[m->place].neuron);
        write_core(to, run->chip, m->from);
        if (m->axon)
            write_core(to, run->chip, m->axon->to);
        else
            fputs(",x.x", to);
        fprintf(to, ",%u,%u,", m->axon ? m->axon->hops : 0, m->axon ? m->axon->n : 0);
        fprintf(to, timed ? "%e," : NEVER ",", m->sent);
        if (timed && m->axon)
            fprintf(to, "%e,%e,", m->received, m->processed);
        else
            fputs(NEVER "," NEVER ",", to);
        fprintf(to, "%e,%e,%e,%e,%e,%e\n", m->generation, m->processing, m->network, m->blocked, m->axon ? m->axon->min_delay : 0, m->density);
    }
}

/* ---- the folder ---- */

static void write_host(FILE *to, const struct sanafe_report *r)
{
    const struct host_facts h = {.wall_s = r->run->wall_s, .threads = 1};
    host_json(to, r->options, &h);
}

static void write_text(FILE *to, const struct sanafe_report *r)
{
    sanafe_text(to, r, FORM_WIDTH);
}

/* One line per file of the folder; the order is that of file_kinds. */
static const struct { const char *name; void (*write)(FILE *, const struct sanafe_report *); } files[] = {
    {"report.txt", write_text},       {"samples.csv", csv_sanafe_samples}, {"layers.csv", csv_sanafe_layers}, {"steps.csv", csv_sanafe_steps},
    {"counters.csv", csv_sanafe_counters}, {"spikes.csv", csv_sanafe_spikes}, {"perf.csv", csv_perf},         {"sanafe_spikes.csv", csv_fires},
    {"potentials.csv", csv_potentials}, {"neurons.csv", csv_currents},     {"messages.csv", csv_messages},    {"host.json", write_host},
    {"summary.json", sanafe_summary},
};

/* A network that asks for a log asks for the file. */
static int any_logged(const struct sanafe_run *run)
{
    for (size_t i = 0; i < run->chip->net->n_neurons; i++)
        if (run->chip->net->neuron[i].log_spikes)
            return 1;
    return 0;
}

/* A trace is written where the file or --trace asks for it. */
static int wanted(const struct file_kind *kind, const void *report)
{
    const struct sanafe_report *r = report;
    if (!strcmp(kind->name, "spikes.csv"))
        return r->traces & TRACE_SPIKES || any_logged(r->run);
    if (!strcmp(kind->name, "sanafe_spikes.csv"))
        return any_logged(r->run);
    if (!strcmp(kind->name, "potentials.csv"))
        return r->run->n_logged > 0;
    if (!strcmp(kind->name, "neurons.csv"))
        return r->run->n_currents > 0;
    if (!strcmp(kind->name, "messages.csv"))
        return r->run->options.messages;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!strcmp(files[i].name, kind->name))
            return 1;
    return 0;
}

static void write_kind(FILE *to, const struct file_kind *kind, const void *report)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!strcmp(files[i].name, kind->name))
            files[i].write(to, report);
}

/* All files or none, as with every run. */
int sanafe_report_folder(const struct sanafe_report *r, struct err *err)
{
    const struct folder_writer w = {r->options->out, r, wanted, write_kind};
    return folder_write(&w, err);
}

/* What differs between computers, as write_last of text.c. */
static void write_last(FILE *to, const struct sanafe_report *r, size_t width)
{
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    const char *out = r->options->out;
    form_begin(&s, to, width, "ran");
    fprintf(s.line, "%s on this computer, %s of memory at most", form_si(a, r->run->wall_s, "s"), form_bytes(b, (double)mem_peak()));
    form_end(&s);
    form_begin(&s, to, width, "wrote");
    fprintf(s.line, "%s%s:", out, *out && out[strlen(out) - 1] == '/' ? "" : "/");
    for (int i = 0; file_kinds[i].name; i++)
        if (wanted(&file_kinds[i], r) && strcmp(file_kinds[i].name, "report.txt") != 0 && strcmp(file_kinds[i].name, "host.json") != 0)
            fprintf(s.line, " %s", file_kinds[i].name);
    fprintf(s.line, "\tnext: volley report %s", out);
    form_end(&s);
}

/* The folder's report.txt has a fixed width, a terminal its own. */
int sanafe_report_text(FILE *to, const struct sanafe_report *r, struct err *err)
{
    struct form_locale locale = form_neutral();
    size_t width = form_columns(to);
    sanafe_text(to, r, width);
    write_last(to, r, width);
    form_restore(locale);
    errno = 0;
    if (fflush(to) || ferror(to))
        return err_input(err, "cannot write the report: %s; is the disk full or the reader gone?", errno ? strerror(errno) : "output error");
    return 0;
}
