/* if_binary: TrueNorth's core: binary synapses between axons and neurons, an axon of one of four types, a neuron with one weight per type.
 * A. S. Cassidy et al., "Cognitive computing building block: A versatile and efficient digital neuron model for neurosynaptic cores",
 * IJCNN 2013. With s the weight of the axon's type, lambda the leak, alpha the threshold, beta the floor, R the reset value, rho and eta
 * random, and F(x) = 1 where |x| >= rho, else 0:
 *     V += sum over the axons that spiked and have a synapse here of          s,  or F(s) sgn(s)
 *     V += Omega lambda, or Omega F(lambda) sgn(lambda)                       Omega = 1, or sgn(V) with leak reversal
 *     V >= alpha + eta:   spike; V = R, or V - (alpha + eta), or V
 *     V < -(beta + eta):  V = -R, or V + (beta + eta), or V;      or, where it saturates,  V < -beta: V = -beta
 * Ours, because what we read does not say: rho is 1 .. 256, so that F(x) is 1 with probability |x| / 256; eta is threshold_bits random bits;
 * V saturates at its width (20 bit) after the sum, after the leak and after a reset, not after each synapse, so that the order of spikes
 * does not matter. A random number is a function of (seed, core, sample, step, what for) and of the neuron or synapse. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "cores/integer.h"

enum { USE_SYNAPSE, USE_LEAK, USE_THRESHOLD, USES };    /* what a random number is for */
enum { ONE_BITS = 8 };          /* a probability of 1 is 2^ONE_BITS */
enum { SAVED = 0x69666231 };    /* "ifb1": what save wrote */

struct saved { uint32_t what, neurons, slots, now; };   /* then membranes, then the sums of each slot */

/* Behind struct core of the integer kinds, so that their plumbing serves this one. */
struct binary {
    struct core core;
    uint32_t id;
    int stochastic;             /* some group's synapses are */
    uint64_t key[USES];         /* of the update in hand */
    uint64_t synapse_key;       /* of the packets in hand */
};

static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)err;
    struct binary *b = mem_new(1, sizeof *b);
    b->id = id;
    return &b->core;
}

static uint64_t key_of(const struct binary *b, const struct core_step *at, uint64_t use)
{
    return random_key(random_key(random_key(random_key(at->seed, b->id), at->sample), at->step), use);
}

/* ---- load ---- */

/* weight: [neurons * types], NONE where no axon of that type has a synapse there. */
enum { NONE = INT32_MAX };

static int check_row(const struct image *image, uint32_t axon, int32_t *weight, struct err *err)
{
    uint32_t type = image->axon_type ? image->axon_type[axon] : 0;
    const struct segment *s = (const struct segment *)(image->rows + image->axon_row[axon]);
    for (;; s = segment_next(s)) {
        for (uint32_t i = 0; i < s->count; i++) {
            uint32_t neuron;
            int64_t w;
            segment_synapse(s, i, &neuron, &w);
            int32_t *known = &weight[(size_t)neuron * IMAGE_AXON_TYPES + type];
            if (w < -256 || w > 255)
                return err_answer(err, "neuron %u of the core: a weight of %lld; kind if_binary has weights of 9 bit, -256 to 255", neuron, (long long)w);
            if (*known != NONE && *known != w)
                return err_answer(err, "neuron %u of the core: weights %d and %lld from axons of type %u; kind if_binary has one weight per neuron and type",
                                  neuron, *known, (long long)w, type);
            *known = (int32_t)w;
        }
        if (s->last)
            return 0;
    }
}

/* One weight per neuron and type of axon is what the crossbar can hold: anything else is no image of this core. */
static int check_crossbar(const struct image *image, struct err *err)
{
    size_t n = (size_t)image->neurons * IMAGE_AXON_TYPES;
    int32_t *weight = mem_new(n, sizeof *weight);
    int bad = 0;
    for (size_t i = 0; i < n; i++)
        weight[i] = NONE;
    for (uint32_t a = 0; a < image->axons && !bad; a++)
        if (image->axon_type && image->axon_type[a] >= IMAGE_AXON_TYPES)
            bad = err_answer(err, "axon %u of the core has type %u; kind if_binary has types 0 to %d", a, image->axon_type[a], IMAGE_AXON_TYPES - 1);
        else
            bad = check_row(image, a, weight, err);
    free(weight);
    return bad;
}

static int load(struct core *core, const struct image *image, struct err *err)
{
    struct binary *b = (struct binary *)core;
    if (check_crossbar(image, err) || integer_load(core, image, err))
        return -1;
    for (uint32_t g = 0; g < image->groups; g++)
        b->stochastic |= image->group[g].binary.synapse_stochastic;
    return 0;
}

/* ---- accept ---- */

static int64_t sign(int64_t x)
{
    return (x > 0) - (x < 0);
}

/* F(x) sgn(x) */
static int64_t drawn(uint64_t random, int64_t x)
{
    int64_t size = x < 0 ? -x : x;
    return size > (int64_t)(random >> (64 - ONE_BITS)) ? sign(x) : 0;
}

/* Every weight was added whole; of a stochastic synapse all but what it drew is taken back. */
static void take_back(struct binary *b, const struct segment *s, const struct packet *p)
{
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t neuron;
        int64_t w;
        segment_synapse(s, i, &neuron, &w);
        uint64_t random = random_at(b->synapse_key, (uint64_t)p->axon << 32 | neuron);
        accumulators_add(&b->core.batch.sums, s->delay, neuron, (drawn(random, w) - w) * p->payload);
    }
}

static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                  struct emissions *out, struct core_counts *counts, struct err *err)
{
    struct binary *b = (struct binary *)core;
    (void)out, (void)err;
    accumulators_accept(&core->batch.sums, at, p, n, ahead, cycles, counts);
    b->synapse_key = key_of(b, at, USE_SYNAPSE);
    for (uint32_t i = 0; i < n && b->stochastic; i++)
        for (const struct segment *s = (const struct segment *)(core->batch.image->rows + p[i].row);; s = segment_next(s)) {
            const struct image_group *g = &core->batch.image->group[s->group];
            if (g->binary.synapse_stochastic && sweep_open(g, at->step + 1 + s->delay))
                take_back(b, s, &p[i]);
            if (s->last)
                break;
        }
    return 0;
}

/* ---- update ---- */

/* What a spike leaves of the membrane; at: what it was compared with. */
static int64_t after_spike(const struct image_group *g, int64_t v, int64_t value, int64_t at)
{
    return g->reset == IMAGE_RESET_VALUE ? value : g->reset == IMAGE_RESET_SUBTRACT ? v - at : v;
}

/* The mirror image of it, below the floor. */
static int64_t at_floor(const struct image_group *g, int64_t v, int64_t value, int64_t eta)
{
    const struct image_binary *rule = &g->binary;
    if (rule->floor_saturates)
        return v < -rule->floor ? -rule->floor : v;
    if (v >= -(rule->floor + eta))
        return v;
    return g->reset == IMAGE_RESET_VALUE ? -value : g->reset == IMAGE_RESET_SUBTRACT ? v + rule->floor + eta : v;
}

/* One neuron, its number on the core i. Returns 1 if it fires. */
static int update_neuron(struct binary *b, const struct image_group *g, uint32_t i, int64_t sum)
{
    const struct image *image = b->core.batch.image;
    const struct image_binary *rule = &g->binary;
    int64_t low = image->membrane_low, high = image->membrane_high, leak = image->bias[i], value = image->reset_value[i];
    int64_t v = integer_clip(b->core.membrane[i] + sum, low, high);
    if (rule->leak_stochastic)
        leak = drawn(random_at(b->key[USE_LEAK], i), leak);
    v = integer_clip(v + (rule->leak_reversal ? sign(v) * leak : leak), low, high);
    int64_t eta = rule->threshold_bits ? (int64_t)(random_at(b->key[USE_THRESHOLD], i) >> (64 - rule->threshold_bits)) : 0;
    int64_t at = image->threshold[i] + eta;
    int fires = g->fires && v >= at;
    v = fires ? after_spike(g, v, value, at) : at_floor(g, v, value, eta);
    b->core.membrane[i] = (int32_t)integer_clip(v, low, high);
    return fires;
}

static void group(struct core *core, const struct image_group *g)
{
    struct binary *b = (struct binary *)core;
    struct batch *batch = &core->batch;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        int64_t sum = batch->port[0][k];
        batch->active[k] = (uint8_t)sweep_active(batch->image->active, sum != 0, core->membrane[i] != 0);
        batch->fired[k] = (uint8_t)update_neuron(b, g, i, sum);
    }
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    struct binary *b = (struct binary *)core;
    (void)err;
    b->key[USE_LEAK] = key_of(b, at, USE_LEAK);
    b->key[USE_THRESHOLD] = key_of(b, at, USE_THRESHOLD);
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

/* ---- what a sample's state is: membranes, and sums on their way ---- */

static struct saved header(const struct core *core)
{
    const struct accumulators *a = &core->batch.sums;
    return (struct saved){SAVED, core->batch.image->neurons, a->slots, a->now};
}

static size_t save(const struct core *core, void *to, size_t size)
{
    const struct saved h = header(core);
    size_t membranes = h.neurons * sizeof *core->membrane, need = sizeof h + membranes + h.slots + accumulators_bytes(&core->batch.sums);
    unsigned char *at = to;
    if (size < need)
        return need;
    memcpy(at, &h, sizeof h);
    memcpy(at + sizeof h, core->membrane, membranes);
    memcpy(at + sizeof h + membranes, core->batch.sums.filled, h.slots);
    memcpy(at + sizeof h + membranes + h.slots, core->batch.sums.sum, accumulators_bytes(&core->batch.sums));
    return need;
}

static int restore(struct core *core, const void *from, size_t size, struct err *err)
{
    const unsigned char *at = from;
    struct saved mine = header(core), h;
    size_t membranes = mine.neurons * sizeof *core->membrane;
    if (size < sizeof h || size != save(core, NULL, 0))
        return err_input(err, "saved state of %zu bytes; this core of kind if_binary has %zu", size, save(core, NULL, 0));
    memcpy(&h, at, sizeof h);
    if (h.what != SAVED || h.neurons != mine.neurons || h.slots != mine.slots || h.now >= h.slots)
        return err_input(err, "the saved state is not one of a core of kind if_binary with %u neurons and %u delay slots", mine.neurons, mine.slots);
    memcpy(core->membrane, at + sizeof h, membranes);
    memcpy(core->batch.sums.filled, at + sizeof h + membranes, h.slots);
    memcpy(core->batch.sums.sum, at + sizeof h + membranes + h.slots, accumulators_bytes(&core->batch.sums));
    core->batch.sums.now = h.now;
    return 0;
}

/* A leak is what other kinds call a bias; the weights are those of the axon types. */
static const struct field fields[] = {
    PARAMS_FORMAT("weight", weight, NULL, "9 bit signed", "a neuron's weight for one type of axon"),
    PARAMS_FORMAT("membrane", membrane, NULL, "20 bit signed", "the membrane"),
    PARAMS_FORMAT("threshold", threshold, NULL, "18 bit", "threshold, in units of the weights"),
    PARAMS_FORMAT("reset", reset_value, "", "20 bit signed", "value that a reset sets"),
    PARAMS_FORMAT("bias", bias, NULL, "9 bit signed", "the leak"),
    {"offers.axon_types", FIELD_NUMBER, PARAMS_OF(axon_types), 0, 1, IMAGE_AXON_TYPES, NULL, "4", "4", "types of axons; a neuron has a weight for each"},
    PARAMS_SPIKE,
    {.key = NULL},
};

extern const struct core_kind core_if_binary;
const struct core_kind core_if_binary = {
    .name = "if_binary", .about = "TrueNorth's neuron behind a binary crossbar: four types of axons, stochastic options, two thresholds",
    .abi = CORE_ABI, .flags = CORE_SAVES, .fields = fields, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 1,
    .create = create, .load = load, .destroy = integer_destroy, .reset = integer_reset, .cost = integer_cost,
    .accept = accept, .update = update, .peek = integer_peek, .poke = integer_poke, .save = save, .restore = restore,
};
