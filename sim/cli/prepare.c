/* Loading, in the order of the way of a spike: chip file, network, input, quantise, map. Each step takes what the one before made and
 * adds its own fidelity lines; the first that fails ends the job with a message that names its file. What is wrong with the user's files
 * is found here, before anything is run, and in an order in which the earlier message is the more useful one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "import/values.h"

/* Readers look at a file's size and at its first bytes, and then read it again: only a file on disk can be read so. One that is
 * missing is not this function's business: a chip may be named without its path. */
static int check_file(const char *path, const char *option, struct err *err)
{
    struct stat about;
    /* Folders pass here: some commands take them, and the readers say what they wanted. */
    if (!path || stat(path, &about) || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))
        return 0;
    return err_input(err, "%s%s%s: is not a regular file (a pipe or a device): write it to disk first", option, *option ? " " : "", path);
}

/* Named before anything is opened, so that a pipe is not half read. */
int job_files(const struct cli *cli, struct err *err)
{
    const struct { const char *path, *option; } named[] = {{cli->input, "--input"}, {cli->labels, "--labels"}, {cli->map, "--map"}, {cli->expect, "--expect"}};
    for (uint32_t i = 0; i < cli->n_files; i++)
        if (check_file(cli->file[i], "", err))
            return -1;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (check_file(named[i].path, named[i].option, err))
            return -1;
    return 0;
}

/* --core NAME=KIND: whether the chip has such a core type is seen before the override could be read as a new one. */
static int check_core(const struct chipfile *chip, const char *text, struct err *err)
{
    const char **name = mem_new(chip->n_types, sizeof *name);
    size_t n = strcspn(text, "=");
    int known = 0;
    for (uint32_t t = 0; t < chip->n_types; t++) {
        name[t] = chip->type[t].name;
        known |= strlen(name[t]) == n && !strncmp(name[t], text, n);
    }
    char *typed = mem_format("%.*s", (int)n, text);
    const char *nearest = doc_nearest(typed, name, chip->n_types);
    if (!known)
        err_input(err, "--core %s: chip %s has no core type '%s'; %s '%s'", text, chip->name, typed, nearest ? "did you mean" : "one that it has is",
                  nearest ? nearest : chip->type[0].name);
    free(typed);
    free(name);
    return known ? 0 : -1;
}

/* The chip is read once without overrides to know its core types; only where --core was given. */
static int check_cores(const struct cli *cli, const char *path, struct err *err)
{
    struct chipfile *chip = cli->n_cores_named ? chipfile_read(path, NULL, 0, err) : NULL;
    int bad = cli->n_cores_named && !chip;
    for (uint32_t i = 0; chip && !bad && i < cli->n_cores_named; i++)
        bad = !chipfile_is_place(cli->core[i]) && check_core(chip, cli->core[i], err);
    chipfile_free(chip);
    return bad;
}

/* With --set applied before checking: an override is checked like the file's own text. */
int job_chip(struct job *p, const struct cli *cli, const char *chip, struct err *err)
{
    /* A wrong --core is told in its own words, before it is one override among others. */
    if (check_cores(cli, chip, err))
        return -1;
    p->chip = chipfile_read(chip, (const char *const *)cli->set, cli->n_sets, err);
    for (uint32_t i = 0; p->chip && i < cli->n_cores_named; i++)
        if (chipfile_is_place(cli->core[i]) && chipfile_own_kind(p->chip, cli->core[i], (const char *const *)cli->set, cli->n_sets, err))
            return -1;
    return p->chip ? 0 : -1;
}

/* Found beside the shipped chips, never in the current folder: --against-float must not change with where it is called. */
int job_ideal(struct job *p, struct err *err)
{
    uint32_t n;
    struct chip_place *place = chipfile_places(&n);
    /* The first of that name is the one that a name finds. */
    for (uint32_t i = 0; i < n && !p->chip; i++)
        if (!strcmp(place[i].name, "ideal"))
            p->chip = chipfile_read(place[i].path, NULL, 0, err);
    int found = p->chip || err->kind;
    chipfile_places_free(place, n);
    if (!found)
        err_input(err, "no chip 'ideal' beside the others; set VOLLEY_CHIPS to the folder that holds ideal.yaml");
    return p->chip ? 0 : -1;
}

/* --from and its overrides say what the file leaves open; the file's own metadata goes first. */
int job_network(struct job *p, const struct cli *cli, const char *network, struct err *err)
{
    /* -1 and 0 stand for "not said"; import knows both. */
    struct import_options options = {.from = cli->from, .dt = cli->dt, .reset = cli->reset, .reset_time = cli->reset_time, .allow_shift = cli->allow_shift};
    p->network = import_network(network, &options, err);
    return p->network ? 0 : -1;
}

/* 1: TN; -1: NT, said by the user; 0: not said, and told by the numbers where they allow only one. */
int time_first_of(const struct cli *cli)
{
    return !cli->layout ? 0 : !strcmp(cli->layout, "TN") ? 1 : -1;
}

/* What the network knows of its input: shape, steps and the step's length. The reader checks the file against them. */
static struct event_options event_options_of(const struct job *p, const struct cli *cli)
{
    return (struct event_options){
        .steps = cli->steps, .network_steps = p->network->steps, .time_first = time_first_of(cli),
        .shape = p->network->population[HOST_POPULATION].shape, .dt = cli->dt > 0 ? cli->dt : p->network->dt,
    };
}

/* No --input: one sample of silence; biases alone drive the network. */
static struct events *silence(const struct job *p, const struct cli *cli, struct err *err)
{
    if (!cli->steps) {
        err_input(err, "--input is missing: --input EVENTS gives the spikes, or --steps T runs T steps without input");
        return NULL;
    }
    struct events *e = mem_new(1, sizeof *e);
    e->samples = 1;
    e->steps = cli->steps;
    e->neurons = p->network->population[HOST_POPULATION].neurons;
    e->first = mem_new(2, sizeof *e->first);
    e->value_min = e->value_max = 1;
    /* Read from nothing, so there is nothing to say of how. */
    e->how = mem_text("");
    fidelity_add(&e->fidelity, FIDELITY_NOTE, "", "no --input: one sample of silence, which biases alone can break");
    return e;
}

/* Only one population can be connected to Output; 0 where none is. */
uint32_t job_outputs(const struct network *net)
{
    for (uint32_t i = 1; i < net->n_populations; i++)
        if (net->population[i].output)
            return net->population[i].neurons;
    return 0;
}

/* With --decode population several neurons make one class. */
static uint32_t classes_of(const struct job *p, const struct cli *cli)
{
    return cli->classes ? cli->classes : job_outputs(p->network);
}

/* How many labels there are helps to tell samples from steps; whether they fit is checked once the samples are known. */
static int count_labels(const struct cli *cli, uint32_t *count, struct err *err)
{
    /* 0: nothing said. */
    *count = 0;
    if (!cli->labels)
        return 0;
    int64_t *labels = labels_read(cli->labels, 0, 0, count, err);
    free(labels);
    return labels ? 0 : -1;
}

/* As many as samples are asked for; labels for samples that do not exist are a warning, because a longer file is a usual thing. */
static int read_labels(struct job *p, const struct cli *cli, struct err *err)
{
    if (!cli->labels)
        return 0;
    /* Labels are needed up to the last sample that is run. */
    uint32_t asked = cli->last_sample < p->input->samples ? cli->last_sample + 1 : p->input->samples;
    p->labels = labels_read(cli->labels, asked, classes_of(p, cli), &p->n_labels, err);
    if (!p->labels)
        return -1;
    if (p->n_labels > p->input->samples)
        fidelity_add(&p->extra, FIDELITY_WARNING, "", "%s holds %u labels for %u samples: the first %u are used", cli->labels, p->n_labels, p->input->samples,
                     p->input->samples);
    return 0;
}

/* Only an array can have its axes in another order; HDF5 may hold one. */
static void note_layout(struct job *p, const struct cli *cli)
{
    struct err ignored = {ERR_NONE, ""};
    const char *format = cli->layout && cli->input ? events_format(cli->input, &ignored) : NULL;
    if (format && (!strcmp(format, "spk") || !strcmp(format, "csv")))
        fidelity_add(&p->extra, FIDELITY_NOTE, "", "--layout %s: %s is no array, its events say sample and step by themselves: it changes nothing", cli->layout,
                     cli->input);
}

/* Values other than 0 and 1 make a valued input, which a chip of binary spikes does not take as it is. */
int job_input(struct job *p, const struct cli *cli, struct err *err)
{
    struct event_options options = event_options_of(p, cli);
    if (count_labels(cli, &options.labels, err))
        return -1;
    /* Without --input biases alone drive the network. */
    p->input = cli->input ? events_read(cli->input, &options, err) : silence(p, cli, err);
    if (!p->input)
        return -1;
    p->valued = p->input->value != NULL;
    note_layout(p, cli);
    return read_labels(p, cli, err);
}

/* K of --values repeat: as typed, else the smallest that makes every value times K whole. */
static int repeat_of(struct job *p, const struct cli *cli, uint32_t *k, struct err *err)
{
    *k = cli->repeat ? cli->repeat : p->input ? values_repeat(p->input) : 1;
    double off = cli->repeat && p->input ? values_repeat_error(p->input, *k) : 0;
    if (off > 0)
        fidelity_add(&p->extra, FIDELITY_ROUNDED, "", "input values to multiples of 1/%u: off by at most %.2g", *k, off);
    struct values_step most = p->input && *k ? values_busiest(p->input, *k) : (struct values_step){0, 0, 0};
    if (most.packets > VALUES_PACKETS_MAX)
        return err_input(err, "--values repeat: sample %u, step %u would take %.0f packets, v x %u for each value; at most %d are sent in a step: scale the "
                         "values down, or give a smaller K as --values repeat:K", most.sample, most.step, most.packets, *k, VALUES_PACKETS_MAX);
    if (!*k)
        return err_input(err, "--values repeat: no K up to %d makes every value times K whole; --values repeat:K rounds them to multiples of 1/K",
                         VALUES_REPEAT_MAX);
    return 0;
}

/* How values reach the chip, and in which steps of 2^-n they are held there. */
static int values_of(struct job *p, const struct cli *cli, struct quant_options *o, struct err *err)
{
    int exact = 1;
    /* Left to the chip: payloads where it has them. */
    o->values = VALUES_DEFAULT;
    o->repeat = 1;
    o->valued_input = p->valued;
    /* The smallest and largest value decide what a packet must hold. */
    if (p->input && p->valued) {
        o->value_exponent = values_exponent(p->input, &exact);
        o->value_min = p->input->value_min;
        o->value_rounded = !exact;
        o->value_max = fmax(fabs(p->input->value_min), fabs(p->input->value_max));
    }
    if (cli->values && p->input && !p->valued && !p->host_layer)
        fidelity_add(&p->extra, FIDELITY_NOTE, "", "--values: the input is 0/1, so it changes nothing");
    if (!cli->values || (p->input && !p->valued))
        return 0;
    o->values = cli->values;
    return o->values == VALUES_REPEAT ? repeat_of(p, cli, &o->repeat, err) : 0;
}

/* The weights' width and rule are options; all other widths are the chip file's. */
int job_quantise(struct job *p, const struct cli *cli, struct err *err)
{
    struct quant_options o = {
        .bits = cli->bits, .approximate = cli->approximate, .assume_native = cli->assume_native,
        .rule = !cli->quant ? QUANT_DEFAULT : !strcmp(cli->quant, "pow2") ? QUANT_POW2 : QUANT_ABSMAX,
    };
    if (values_of(p, cli, &o, err))
        return -1;
    p->quantised = quantise(p->network, p->chip, &o, err);
    return p->quantised ? 0 : -1;
}

/* A method, or the file that volley map wrote. */
int job_map(struct job *p, const struct cli *cli, struct err *err)
{
    struct map_options o = {.method = cli->map, .cores = cli->cores};
    if (cli->cores > p->chip->cores)
        return err_input(err, "--cores %u: chip %s has %u cores; write a number from 1 to %u, or all", cli->cores, p->chip->name, p->chip->cores,
                         p->chip->cores);
    p->mapping = mapping_make(p->network, p->quantised, p->chip, &o, err);
    return p->mapping ? 0 : -1;
}

/* 1: --map names a file, not a method. */
static int is_map_file(const char *map)
{
    return map && strcmp(map, "pack") && strcmp(map, "fill") && strcmp(map, "balance");
}

/* SHA-256 of every file that the answer was made from, for summary.json. Read again at the end of loading: a file that was changed in
 * the meantime is the user's own race. */
int job_sums(struct job *p, const struct cli *cli, struct err *err)
{
    const struct report_input all[JOB_FILES] = {{"chip", p->chip->path, ""},
                                                {"network", cli->file[1], ""},
                                                {"input", cli->input, ""},
                                                {"labels", cli->labels, ""},
                                                {"map", is_map_file(cli->map) ? cli->map : NULL, ""}};
    /* May be called again for another run. */
    p->n_read = 0;
    for (size_t i = 0; i < JOB_FILES; i++) {
        if (!all[i].path)
            continue;
        p->read[p->n_read] = all[i];
        if (sha256_file(all[i].path, p->read[p->n_read++].sha256, err))
            return -1;
    }
    return 0;
}

/* In the reverse order: later parts point into earlier ones. */
void job_free(struct job *p)
{
    expect_free(p->expect);
    mapping_free(p->mapping);
    quantised_free(p->quantised);
    events_free(p->input);
    network_free(p->network);
    chipfile_free(p->chip);
    free(p->labels);
    fidelity_clear(&p->extra);
}
