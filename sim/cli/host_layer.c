/* --values host: the first layer takes the input's values on the host, in float32, and sends its spikes to the chip: what is done where a
 * chip takes no values. The network that goes on the chip begins behind that layer, and its input is a recording of the layer's spikes.
 * The host's own energy and time are outside the model, and a fidelity line says so. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"

/* The population that the host runs: the only one fed by the input, and fed by nothing else but itself. 0 and err where there is none. */
static uint32_t first_layer(const struct network *net, struct err *err)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        /* Only what the input feeds directly can be the first layer. */
        if (p->from != HOST_POPULATION)
            continue;
        if (first && first != p->to) {
            err_answer(err, "--values host: the input feeds %s and %s; the host can run one first layer only: --values repeat sends equal packets instead",
                       net->population[first].name, net->population[p->to].name);
            return 0;
        }
        /* Several projections may lead to it, from the input alone. */
        first = p->to;
    }
    for (uint32_t i = 0; first && i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        if (p->to == first && p->from != HOST_POPULATION && p->from != first) {
            err_answer(err, "--values host: %s also takes spikes of %s, which is on the chip: --values repeat sends equal packets instead",
                       net->population[first].name, net->population[p->from].name);
            return 0;
        }
    }
    /* A first layer that never spikes has nothing to send. */
    if (!first || !net->population[first].rule.fires || net->population[first].output) {
        err_answer(err, "--values host: %s", !first ? "the input feeds no layer" : "the first layer is the output: nothing would be left for the chip");
        return 0;
    }
    return first;
}

/* On the chip `ideal`, as it was trained, with its spikes recorded. Steps and samples are those of the run to come. */
static struct run *run_host(const struct job *p, const struct cli *cli, struct err *err)
{
    struct cli plain = {.command = "run", .reset = -1, .reset_time = -1};
    struct job host = {.network = p->network, .input = p->input, .valued = p->valued};
    struct run_options o = {.first_sample = cli->first_sample, .last_sample = cli->last_sample, .timing = "none", .threads = cli->threads, .seed = cli->seed,
                            .traces = TRACE_SPIKES, .hold = 1};
    struct run *run = NULL;
    if (!job_ideal(&host, err) && !job_quantise(&host, &plain, err) && !job_map(&host, &plain, err))
        run = run_make(host.network, host.chip, host.quantised, host.mapping, host.input, NULL, &o, err);
    /* Borrowed from p, which frees them. */
    host.network = NULL;
    host.input = NULL;
    job_free(&host);
    if (!run)
        err_context(err, "--values host");
    return run;
}

/* The spikes of one population as an input; a run's spikes are in order of sample, step, population, neuron. */
static struct events *spikes_of(const struct run *run, const struct events *like, uint32_t population)
{
    struct events *e = mem_new(1, sizeof *e);
    e->samples = like->samples;
    e->steps = like->steps;
    e->neurons = run->network->population[population].neurons;
    /* Spikes, whatever the values were. */
    e->value_min = e->value_max = 1;
    e->first = mem_new((size_t)e->samples + 1, sizeof *e->first);
    e->event = mem_new(run->n_spikes, sizeof *e->event);
    for (uint64_t i = 0; i < run->n_spikes; i++)
        if (run->spike[i].population == population) {
            e->event[e->count++] = (struct event){run->spike[i].step, run->spike[i].neuron};
            e->first[run->spike[i].sample + 1]++;
        }
    /* Counts become positions: the events of sample s are first[s] to first[s + 1]. */
    for (uint32_t s = 0; s < e->samples; s++)
        e->first[s + 1] += e->first[s];
    e->how = mem_format("%s; %s runs on the host", like->how, run->network->population[population].name);
    return e;
}

/* The network loses its first layer and gains an input of that layer's shape; fidelity lines of the old input stay. */
int job_host_layer(struct job *p, const struct cli *cli, struct err *err)
{
    if (cli->values != VALUES_HOST || !p->valued)
        return 0;
    /* 0 and a message where the network has no such layer. */
    uint32_t first = first_layer(p->network, err);
    struct run *run = first ? run_host(p, cli, err) : NULL;
    if (!run)
        return -1;
    struct events *spikes = spikes_of(run, p->input, first);
    run_free(run);
    for (size_t i = 0; i < p->input->fidelity.count; i++)
        fidelity_add(&spikes->fidelity, p->input->fidelity.line[i].kind, p->input->fidelity.line[i].node, "%s", p->input->fidelity.line[i].text);
    fidelity_add(&p->extra, FIDELITY_NOTE, p->network->population[first].name,
                 "runs on the host in float32 (--values host); its energy and time are not in the figures");
    /* The valued input has been used up. */
    events_free(p->input);
    p->input = spikes;
    p->valued = 0;
    p->host_layer = 1;
    return network_cut(p->network, first, cli->allow_shift, err);
}
