/* reference: float32, snnTorch's equations to the bit. Sums arrive exact (int64 counts of 2^-exponent per port) and are rounded
 * to float32 once per port; then, every operation rounded to nearest even (no fused multiply-add), with R = stored m > threshold:
 *     s = alpha*s;  s = s + I;  [s = s + J]          (with a current; else I, J go into m below)
 *     m = beta*m;   m = m + (s | I, then J)
 *     reset next, after input:  m = m - amount, or m = reset value      reset next, before decay: the same, but first
 *     spike = m > threshold;    reset now: m = m - amount, or m = reset value      (amount: the threshold, as a rule)
 * A refractory neuron rests at its membrane after the reset; s goes on.
 *
 * The equations are snnTorch's Leaky, RLeaky, Synaptic and RSynaptic (J. K. Eshraghian et al., Training spiking neural networks
 * using lessons from deep learning, Proceedings of the IEEE 111(9), 2023), in the order in which its code evaluates them: float32
 * addition does not associate, so another order gives other bits and, at a threshold, other spikes. The file is compiled with
 * -ffp-contract=off, because a fused multiply-add rounds once where snnTorch rounds twice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/batch.h"
#include "cores/params.h"

struct core {
    struct batch batch;
    float *membrane, *current;      /* m and s as they stand after the last update, in units in which the input has gain 1 */
};

/* Parameters are in the image. */
static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct core));
}

static void destroy(struct core *core)
{
    if (!core)
        return;
    batch_close(&core->batch);
    free(core->membrane);
    free(core->current);
    free(core);
}

/* snnTorch begins with m = s = 0, whatever the reset value is. */
static void reset(struct core *core)
{
    uint32_t n = core->batch.image->neurons;
    batch_reset(&core->batch);
    memset(core->membrane, 0, n * sizeof(float));
    memset(core->current, 0, n * sizeof(float));
}

/* Both ports: snnTorch adds the recurrent input in a rounding of its own. */
static int load(struct core *core, const struct image *image, struct err *err)
{
    if (batch_open(&core->batch, image, IMAGE_PORTS, err))
        return -1;
    core->membrane = mem_new(image->neurons, sizeof(float));
    core->current = mem_new(image->neurons, sizeof(float));
    return 0;
}

/* As of every batch kind: the row and the times of the chip file say it. */
static void cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++)
        cycles[i] = accumulators_cost(core->batch.image, &p[i]);
}

static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead,
                  uint32_t *cycles, struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)out, (void)err;
    accumulators_accept(&core->batch.sums, at, p, n, ahead, cycles, counts);
    return 0;
}

/* The sum of one port as float32: one rounding, then an exact scaling by a power of two. */
static float port_value(const struct core *core, uint32_t port, uint32_t i, uint32_t k, int exponent)
{
    const int64_t *bias = core->batch.image->bias_acc[port];
    return ldexpf((float)(core->batch.port[port][k] + (bias ? bias[i] : 0)), -exponent);
}

/* x + I, then + J: the two roundings of the recurrent classes. */
static float input_added(const struct core *core, const struct image_group *g, uint32_t i, uint32_t k, float x)
{
    x = x + port_value(core, 0, i, k, g->exponent[0]);
    if (g->ports > 1)
        x = x + port_value(core, 1, i, k, g->exponent[1]);
    return x;
}

/* Strictly greater in snnTorch; at least the threshold in others. A read-out never fires. */
static int over(const struct image_group *g, float m, float threshold)
{
    return g->fires && (g->at_least ? m >= threshold : m > threshold);
}

/* The reset itself, whenever it is due. reset_f: the amount where it subtracts, else the value. */
static float reset_of(const struct image_group *g, const struct image *image, uint32_t i, float m)
{
    float value = image->reset_f ? image->reset_f[i] : 0.0f;
    if (g->reset == IMAGE_RESET_SUBTRACT)
        return m - value;
    return g->reset == IMAGE_RESET_VALUE ? value : m;
}

/* One neuron; returns 1 if it fires. */
static int neuron(struct core *core, const struct image_group *g, uint32_t i, uint32_t k)
{
    const struct image *image = core->batch.image;
    float m = core->membrane[i];
    uint32_t *rest = &core->batch.refractory[i];        /* steps of rest left */
    if (g->current)         /* the current goes on while the membrane rests */
        core->current[i] = input_added(core, g, i, k, image->alpha[i] * core->current[i]);
    if (*rest) {
        if (g->point != IMAGE_NOW && *rest == g->refractory)        /* the first step of rest: a reset of "the next step" is due */
            core->membrane[i] = reset_of(g, image, i, m);
        --*rest;
        return 0;
    }
    /* R of the equations: the spike of the last step, seen again in the stored membrane. With a refractory time the rest has done it. */
    int before = g->point != IMAGE_NOW && !g->refractory && over(g, m, image->threshold_f[i]);
    if (before && g->point == IMAGE_NEXT_BEFORE_DECAY)
        m = reset_of(g, image, i, m);
    m = image->beta[i] * m;
    m = g->current ? m + core->current[i] : input_added(core, g, i, k, m);
    if (before && g->point == IMAGE_NEXT_AFTER_INPUT)
        m = reset_of(g, image, i, m);
    int fires = over(g, m, image->threshold_f[i]);
    if (fires)
        *rest = g->refractory;
    if (fires && g->point == IMAGE_NOW)
        m = reset_of(g, image, i, m);
    core->membrane[i] = m;
    return fires;
}

/* active is asked before the neuron moves: what the hardware can see at the start of its visit. */
static void group(struct core *core, const struct image_group *g)
{
    struct batch *b = &core->batch;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        int input = b->port[0][k] != 0 || b->port[1][k] != 0;
        int nonzero = core->membrane[i] != 0.0f || core->current[i] != 0.0f;
        b->active[k] = (uint8_t)sweep_active(b->image->active, input, nonzero);
        b->fired[k] = (uint8_t)neuron(core, g, i, k);
    }
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)err;
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

enum { VAR_MEMBRANE, VAR_CURRENT, N_VARIABLES };
static const struct named variables[N_VARIABLES] = {{"membrane", "float32", "m"}, {"current", "float32", "s"}};

/* A place in the state; NULL and err for one that is not there, which is a defect of the caller. */
static float *variable_of(const struct core *core, uint32_t variable, uint64_t index, struct err *err)
{
    if (variable >= N_VARIABLES || index >= core->batch.image->neurons) {
        err_bug(err, "reference: no variable %u of neuron %llu", variable, (unsigned long long)index);
        return NULL;
    }
    return (variable == VAR_MEMBRANE ? core->membrane : core->current) + index;
}

/* The value travels as its 32 bits, so that a trace can be compared bit by bit. */
static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    const float *v = variable_of(core, variable, index, err);
    uint32_t bits;
    if (!v)
        return -1;
    memcpy(&bits, v, sizeof bits);
    *value = bits;
    return 0;
}

static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    float *v = variable_of(core, variable, index, err);
    uint32_t bits = (uint32_t)value;
    if (!v)
        return -1;
    memcpy(v, &bits, sizeof bits);
    return 0;
}

/* It computes in float32 whatever the formats say; they count where a memory's entries name them. */
#define STORED(key, member, example, help) PARAMS_FORMAT(key, member, "", example, help " as memories hold it; computed in float32")
static const struct field fields[] = {
    STORED("weight", weight, "8 bit signed", "a synapse's weight"), STORED("membrane", membrane, "16 bit signed", "the membrane"),
    STORED("current", current, "24 bit signed", "the current, or a sum of weights,"), STORED("threshold", threshold, "16 bit", "the threshold"),
    STORED("reset", reset_value, "16 bit signed", "value that a reset sets,"), STORED("bias", bias, "16 bit signed", "the bias"),
    STORED("decay", decay, "8 bit", "a decay"), PARAMS_FORMAT("refractory", refractory, "", "4 bit", "steps of rest left"),
    PARAMS_FORMAT("target", target, "", "8 bit", "local number of a target neuron in a list row"),
    PARAMS_SPIKE, PARAMS_LEAK, PARAMS_CURRENT,
    {.key = NULL},
};
#undef STORED

extern const struct core_kind core_reference;
const struct core_kind core_reference = {
    .name = "reference", .about = "float32, snnTorch's Leaky and Synaptic equations to the bit",
    .abi = CORE_ABI, .fields = fields, .memories = core_tables, .actions = core_actions, .variables = variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = N_VARIABLES,
    .create = create, .load = load, .destroy = destroy, .reset = reset, .cost = cost, .accept = accept, .update = update,
    .peek = peek, .poke = poke,
};
