#include "quantise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quantise_parts.h"

enum { BITS_LEAST = 2, BITS_MOST = 31, REPEAT_MOST = 1 << 20, EXPONENT_MOST = 180 };

static int check_options(const struct quant_options *o, struct err *err)
{
    if (o->bits && (o->bits < BITS_LEAST || o->bits > BITS_MOST))
        return err_input(err, "--bits %u: a signed weight has %d to %d bit", o->bits, BITS_LEAST, BITS_MOST);
    if (o->valued_input && (o->value_exponent < 0 || o->value_exponent > EXPONENT_MOST))
        return err_bug(err, "quantise: value exponent %d is outside 0 .. %d", o->value_exponent, EXPONENT_MOST);
    return 0;
}

static int refuse_values(const struct chipfile *file, struct err *err)
{
    return err_answer(err,
                      "the input has values other than 0 and 1, and chip %s takes binary packets (io.in has values: none): --values repeat sends a value v as "
                      "v x k equal packets and divides weights by k, --values host computes the first layer outside the chip",
                      file->name);
}

static int choose_payload(struct quantised *q, const struct chipfile *file, const struct quant_options *o, struct err *err)
{
    uint32_t bits = file->in.payload_bits;
    double most = ldexp(o->value_max > 0 ? o->value_max : 1, o->value_exponent);
    int sign = o->value_min < 0, magnitude = (int)bits - sign;
    if (!bits)
        return refuse_values(file, err);
    if (most >= ldexp(1, magnitude < 31 ? magnitude : 31))
        return err_answer(err,
                          "the input's values reach %g, %.0f as a payload in steps of 2^-%d; chip %s has payloads of %u bit%s: scale them%s",
                          o->value_max, most, o->value_exponent, file->name, bits, sign ? ", one of them the sign" : "",
                          sign ? ", or --values host" : ", or --values repeat");
    q->values = VALUES_PAYLOAD;
    q->value_exponent = o->value_exponent;
    fidelity_add(&q->fidelity, o->value_rounded ? FIDELITY_ROUNDED : FIDELITY_EXACT, q->network->population[HOST_POPULATION].name,
                 "values as payloads %s 2^-%d", o->value_rounded ? "rounded to multiples of" : "in steps of", o->value_exponent);
    return 0;
}

static int choose_repeat(struct quantised *q, const struct quant_options *o, struct err *err)
{
    if (!o->repeat || o->repeat > REPEAT_MOST)
        return err_input(err, "--values repeat: %u packets for a value of 1; there can be 1 to %d", o->repeat, REPEAT_MOST);
    q->values = VALUES_REPEAT;
    q->repeat = o->repeat;
    fidelity_add(&q->fidelity, FIDELITY_REWRITTEN, q->network->population[HOST_POPULATION].name,
                 "a value v is sent as v x %u equal packets, weights are divided by %u", o->repeat, o->repeat);
    return 0;
}

/* A packet of a binary chip adds the weight of its synapse: there is none that takes away. */
static int refuse_negative(const struct quant_options *o, const struct chipfile *file, struct err *err)
{
    return err_answer(err,
                      "the input has values down to %g; --values repeat sends equal packets of 1, and on chip %s none of them can count negatively: "
                      "--values host computes the first layer outside the chip", o->value_min, file->name);
}

/* How valued input travels; binary input needs nothing. */
static int choose_values(struct quantised *q, const struct chipfile *file, const struct quant_options *o, struct err *err)
{
    q->repeat = 1;
    q->values = VALUES_PAYLOAD;
    if (!o->valued_input)
        return 0;
    switch (o->values) {
    case VALUES_REPEAT: return o->value_min < 0 ? refuse_negative(o, file, err) : choose_repeat(q, o, err);
    case VALUES_HOST: return err_bug(err, "quantise: --values host, but the first layer was not taken off the chip (quantise_host)");
    case VALUES_DEFAULT: case VALUES_PAYLOAD: break;
    }
    return choose_payload(q, file, o, err);
}

/* Windows: what the chip does about layers that must wait. */
static void window_line(struct quantised *q, const struct chipfile *file)
{
    if (file->mode != TIME_EVENT && file->layer_start == LAYER_FREE)
        fidelity_add(&q->fidelity, FIDELITY_APPROXIMATED, "", "%s cannot hold a layer before its first step: biases fill the deeper layers early", file->name);
}

static int quantise_population(const struct quant_job *job, uint32_t population, struct err *err)
{
    struct quant_population *q = &job->out->population[population];
    struct quant_plan plan;
    if (quant_plan(job, population, &plan, err))
        return -1;
    q->type = plan.type;
    q->rule = plan.rule;
    q->compartments = plan.compartments;
    if (!strcmp(job->file->type[plan.type].kind, "reference"))
        return quant_float(job, population, &plan, err);
    return quant_integer(job, population, &plan, err);
}

/* --bits beyond the words of a type that is used. */
static void width_lines(const struct quant_job *job)
{
    for (uint32_t t = 0; job->options->bits && t < job->file->n_types; t++) {
        const struct format *f = core_type_format(&job->file->type[t], "weight");
        if (f && job->options->bits > f->bits)
            fidelity_add(&job->out->fidelity, FIDELITY_NOTE, "", "--bits %u is wider than the %u bit weights of %s: as if it had them", job->options->bits,
                         f->bits, job->file->type[t].name);
    }
}

struct quantised *quantise(const struct network *network, const struct chipfile *file, const struct quant_options *options, struct err *err)
{
    struct quantised *q = mem_new(1, sizeof *q);
    struct quant_job job = {network, file, options, q, NULL};
    uint32_t *layer_type = NULL;
    q->network = network;
    q->population = mem_new(network->n_populations, sizeof *q->population);
    q->projection = mem_new(network->n_projections, sizeof *q->projection);
    int bad = check_options(options, err) || choose_values(q, file, options, err);
    if (!bad && file->type[0].layer.on) {
        job.layer_type = layer_type = mem_new(network->n_populations, sizeof *layer_type);
        bad = quant_layers(&job, layer_type, err);
    }
    for (uint32_t p = 1; p < network->n_populations && !bad; p++)
        bad = quantise_population(&job, p, err);
    free(layer_type);
    if (bad) {
        quantised_free(q);
        return NULL;
    }
    window_line(q, file);
    width_lines(&job);
    return q;
}

static void free_population(struct quant_population *p)
{
    void *const owned[] = {p->threshold, p->bias, p->reset_value, p->decay_v, p->decay_u, p->bias_weight, p->alpha, p->beta, p->thr, p->reset_f,
                           p->bias_acc[0], p->bias_acc[1]};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void quantised_free(struct quantised *q)
{
    if (!q)
        return;
    for (uint32_t p = 0; p < q->network->n_populations; p++)
        free_population(&q->population[p]);
    for (uint32_t p = 0; p < q->network->n_projections; p++)
        free(q->projection[p].weight);
    free(q->population);
    free(q->projection);
    fidelity_clear(&q->fidelity);
    free(q);
}
