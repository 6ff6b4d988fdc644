/* Loading, in the order of the way of a spike: chip file, network, input, quantise, map. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "import/values.h"

int job_chip(struct job *p, const struct cli *cli, const char *chip, struct err *err)
{
    p->chip = chipfile_read(chip, (const char *const *)cli->set, cli->n_sets, err);
    return p->chip ? 0 : -1;
}

int job_network(struct job *p, const struct cli *cli, const char *network, struct err *err)
{
    struct import_options options = {.from = cli->from, .dt = cli->dt, .reset = cli->reset, .reset_time = cli->reset_time, .allow_shift = cli->allow_shift};
    p->network = import_network(network, &options, err);
    return p->network ? 0 : -1;
}

int time_first_of(const struct cli *cli)
{
    return !cli->layout ? 0 : !strcmp(cli->layout, "TN") ? 1 : -1;
}

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
    uint32_t steps = cli->steps ? cli->steps : p->network->steps;
    if (!cli->steps) {
        err_input(err, "--input is missing: --input EVENTS gives the spikes, or --steps T runs T steps without input");
        return NULL;
    }
    struct events *e = mem_new(1, sizeof *e);
    e->samples = 1;
    e->steps = steps;
    e->neurons = p->network->population[HOST_POPULATION].neurons;
    e->first = mem_new(2, sizeof *e->first);
    e->value_min = e->value_max = 1;
    e->how = mem_text("no input: one sample of silence");
    return e;
}

static uint32_t outputs(const struct network *net)
{
    for (uint32_t i = 1; i < net->n_populations; i++)
        if (net->population[i].output)
            return net->population[i].neurons;
    return 0;
}

static uint32_t classes_of(const struct job *p, const struct cli *cli)
{
    return cli->classes ? cli->classes : outputs(p->network);
}

/* How many labels there are helps to tell samples from steps; whether they fit is checked once the samples are known. */
static int count_labels(const struct cli *cli, uint32_t *count, struct err *err)
{
    *count = 0;
    if (!cli->labels)
        return 0;
    int64_t *labels = labels_read(cli->labels, 0, 0, count, err);
    free(labels);
    return labels ? 0 : -1;
}

static int read_labels(struct job *p, const struct cli *cli, struct err *err)
{
    uint32_t asked = cli->last_sample == UINT32_MAX ? p->input->samples : cli->last_sample + 1;
    if (asked > p->input->samples)
        asked = p->input->samples;
    if (!cli->labels)
        return 0;
    p->labels = labels_read(cli->labels, asked, classes_of(p, cli), &p->n_labels, err);
    if (!p->labels)
        return -1;
    if (p->n_labels > p->input->samples)
        fidelity_add(&p->extra, FIDELITY_WARNING, "", "%s holds %u labels for %u samples: the first %u are used", cli->labels, p->n_labels, p->input->samples,
                     p->input->samples);
    return 0;
}

int job_input(struct job *p, const struct cli *cli, struct err *err)
{
    struct event_options options = event_options_of(p, cli);
    if (count_labels(cli, &options.labels, err))
        return -1;
    p->input = cli->input ? events_read(cli->input, &options, err) : silence(p, cli, err);
    if (!p->input)
        return -1;
    p->valued = p->input->value != NULL;
    return read_labels(p, cli, err);
}

/* --values repeat or repeat:K. */
static int repeat_of(const struct job *p, const char *text, uint32_t *k, struct err *err)
{
    const char *colon = strchr(text, ':');
    if (colon) {
        char *end;
        unsigned long typed = strtoul(colon + 1, &end, 10);
        if (!colon[1] || *end || !typed || typed > VALUES_REPEAT_MAX)
            return err_input(err, "--values %s: K is a whole number from 1 to %d", text, VALUES_REPEAT_MAX);
        *k = (uint32_t)typed;
        return 0;
    }
    *k = p->input ? values_repeat(p->input) : 1;
    if (!*k)
        return err_input(err, "--values repeat: no K up to %d makes every value times K whole; --values repeat:K rounds them to multiples of 1/K", VALUES_REPEAT_MAX);
    return 0;
}

static int values_of(struct job *p, const char *text, struct quant_options *o, struct err *err)
{
    int exact = 1;
    o->values = VALUES_DEFAULT;
    o->repeat = 1;
    o->valued_input = p->valued;
    if (p->input && p->valued)
        o->value_exponent = values_exponent(p->input, &exact);
    if (!exact)
        fidelity_add(&p->extra, FIDELITY_ROUNDED, "", "input values to multiples of 2^-%d", o->value_exponent);
    if (!text || (p->input && !p->valued))
        return 0;
    if (!strncmp(text, "repeat", 6) && (!text[6] || text[6] == ':')) {
        o->values = VALUES_REPEAT;
        return repeat_of(p, text, &o->repeat, err);
    }
    o->values = !strcmp(text, "payload") ? VALUES_PAYLOAD : !strcmp(text, "host") ? VALUES_HOST : VALUES_DEFAULT;
    return o->values ? 0 : err_input(err, "--values %s: it is one of payload, repeat, repeat:K, host", text);
}

int job_quantise(struct job *p, const struct cli *cli, struct err *err)
{
    struct quant_options o = {
        .bits = cli->bits, .approximate = cli->approximate, .assume_native = cli->assume_native,
        .rule = !cli->quant ? QUANT_DEFAULT : !strcmp(cli->quant, "pow2") ? QUANT_POW2 : QUANT_ABSMAX,
    };
    if (values_of(p, cli->values, &o, err))
        return -1;
    p->quantised = quantise(p->network, p->chip, &o, err);
    return p->quantised ? 0 : -1;
}

int job_map(struct job *p, const struct cli *cli, struct err *err)
{
    struct map_options o = {.method = cli->map, .cores = cli->cores};
    p->mapping = mapping_make(p->network, p->quantised, p->chip, &o, err);
    return p->mapping ? 0 : -1;
}

void job_free(struct job *p)
{
    mapping_free(p->mapping);
    quantised_free(p->quantised);
    events_free(p->input);
    network_free(p->network);
    chipfile_free(p->chip);
    free(p->labels);
    fidelity_clear(&p->extra);
}
