/* What a chip asks of an ODIN core, and its rows as lines of the crossbar. The hardware has one way to compute, so whatever the chip file says of it
 * otherwise is refused here, in a line. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/odin.h"

static int check_group(const struct image_group *g, struct err *err)
{
    const char *what = NULL;
    if (g->current)
        what = "has no synaptic current";
    else if (g->compartments > 1 || g->refractory || g->shift)
        what = "has no compartments, no refractory time and no weight shift";
    else if (!g->fires)
        what = "fires at its threshold, always: a population that never fires has no place";
    else if (g->reset != IMAGE_RESET_VALUE || g->point != IMAGE_NOW)
        what = "resets to 0 when it fires (offers: {reset: [zero], reset_time: [now]})";
    else if (!g->at_least)
        what = "fires from the threshold on (offers.compare: [at_least])";
    return what ? err_answer(err, "odin %s", what) : 0;
}

/* Its times are its own; a chip file that says otherwise would be believed by its readers. */
static int check_times(const struct image_time *t, struct err *err)
{
    uint64_t spike = ODIN_SCHEDULED + ODIN_VISIT * ODIN_NEURONS, reference = ODIN_VISIT * ODIN_NEURONS;
    if (t->packet == spike && t->step == reference && !t->sop && !t->row_word && !t->state_word && !t->spike && !t->active && !t->idle)
        return 0;
    return err_answer(err, "odin: a neuron spike event takes %u cycles and a time reference to all neurons %u, whatever is in them: write service: "
                           "{accept: {packet: %u cycles}, update: {step: %u cycles}}", (unsigned)spike, (unsigned)reference, (unsigned)spike,
                      (unsigned)reference);
}

static int check(const struct image *image, struct err *err)
{
    if (image->odin.izhikevich)
        return err_answer(err, "odin: offers.neurons: izhikevich: the chip's phenomenological Izhikevich neurons are not modelled, only its leaky "
                               "integrate-and-fire ones; write lif");
    if (image->neurons > ODIN_NEURONS)
        return err_answer(err, "odin has %d neurons; %u are on the core: capacity.neurons: %d", ODIN_NEURONS, image->neurons, ODIN_NEURONS);
    if (image->membrane_low != 0 || image->membrane_high != ODIN_MEMBRANE_MOST)
        return err_answer(err, "odin: a membrane holds 0 to %d: write formats.membrane: 8 bit", ODIN_MEMBRANE_MOST);
    for (uint32_t g = 0; g < image->groups; g++)
        if (check_group(&image->group[g], err))
            return -1;
    return check_times(&image->time, err);
}

static int load_neurons(struct core *core, struct err *err)
{
    const struct image *image = core->image;
    for (uint32_t i = 0; i < ODIN_NEURONS; i++)      /* unused ones are visited and stay silent: no weight reaches them */
        core->fresh[i] = (struct odin_neuron){.threshold = ODIN_MEMBRANE_MOST};
    for (uint32_t g = 0; g < image->groups; g++)
        for (uint32_t i = image->group[g].first; i < image->group[g].first + image->group[g].count; i++) {
            int32_t threshold = image->threshold[i];
            if (threshold < 1 || threshold > ODIN_MEMBRANE_MOST || image->bias[i] || image->decay_v[i])
                return err_answer(err, "odin: neuron %u has threshold %d, bias %d and decay %d; a threshold is 1 to %d, and there is neither a bias nor a "
                                       "decay by a factor (it leaks by offers.leak)", i, threshold, image->bias[i], image->decay_v[i], ODIN_MEMBRANE_MOST);
            core->fresh[i].threshold = (uint8_t)threshold;
            core->fresh[i].learns = (uint8_t)(image->learning.on && image->group[g].learns);
            core->group[i] = g;
        }
    return 0;
}

/* ---- rows */

/* Weights of an axon by neuron: two synapses onto one neuron have one place, their sum. */
static int sum_row(const struct core *core, uint32_t axon, int32_t *sum, uint8_t *there, struct err *err)
{
    for (const struct segment *s = (const struct segment *)(const void *)(core->image->rows + core->image->axon_row[axon]);; s = segment_next(s)) {
        if (s->delay)
            return err_answer(err, "odin has no delays; the network needs %u more steps on a synapse", s->delay);
        for (uint32_t i = 0; i < s->count; i++) {
            uint32_t target;
            int64_t weight;
            segment_synapse(s, i, &target, &weight);
            int64_t all = sum[target] + weight;
            if (all < -ODIN_WEIGHT_MOST || all > ODIN_WEIGHT_MOST)
                return err_answer(err, "odin: axon %u has a weight of %lld onto neuron %u; 3 bits and a sign hold -7 to 7 (formats.weight: 4 bit signed, "
                                       "--quant absmax)", axon, (long long)all, target);
            sum[target] = (int32_t)all;
            there[target] = 1;
        }
        if (s->last)
            return 0;
    }
}

/* The next free line of the crossbar, with the weights of one sign. A neuron whose synapse has the other sign has none here; weights of 0 may grow
 * where they learn, and lie on the first line that the source has. */
static int take_line(struct core *core, const int32_t *sum, const uint8_t *there, int inhibits, int zeros, int16_t *line, struct err *err)
{
    if (core->lines == ODIN_LINES)
        return err_answer(err, "odin has %d input lines, and the core needs more: an input with weights of both signs takes two of them (offers.signs: "
                               "two_rows); fewer inputs, or weights of one sign per source, would help", ODIN_LINES);
    uint32_t l = core->lines++;
    core->inhibits[l] = (uint8_t)inhibits;
    for (uint32_t i = 0; i < ODIN_NEURONS; i++) {
        int here = there[i] && (sum[i] ? inhibits == (sum[i] < 0) : zeros);
        core->synapse[l][i] = (uint8_t)(here ? (inhibits ? -sum[i] : sum[i]) | (core->fresh[i].learns ? ODIN_MAPPED : 0) : 0);
    }
    *line = (int16_t)l;
    return 0;
}

static int load_row(struct core *core, uint32_t axon, struct err *err)
{
    int32_t sum[ODIN_NEURONS] = {0};
    uint8_t there[ODIN_NEURONS] = {0};
    int plus = 0, minus = 0;
    struct lines *lines = &core->axon[axon];
    *lines = (struct lines){ODIN_NO_LINE, ODIN_NO_LINE};
    if (sum_row(core, axon, sum, there, err))
        return -1;
    for (uint32_t i = 0; i < ODIN_NEURONS; i++) {
        plus |= sum[i] > 0;
        minus |= sum[i] < 0;
    }
    if (plus && minus && !core->image->odin.two_rows)
        return err_answer(err, "odin: axon %u has weights of both signs, and a source's synapses have one sign; write offers.signs: two_rows to give such a "
                               "source two input lines, or train with one sign per source", axon);
    if ((plus || !minus) && take_line(core, sum, there, 0, 1, &lines->excites, err))
        return -1;
    return minus ? take_line(core, sum, there, 1, !plus, &lines->inhibits, err) : 0;
}

void odin_reset(struct core *core)
{
    memcpy(core->neuron, core->fresh, sizeof core->neuron);
    core->references = 0;
}

int odin_load(struct core *core, const struct image *image, struct err *err)
{
    core->image = image;
    core->sdsp = image->learning.sdsp;
    core->leak = image->odin.leak;
    core->axon = mem_new(image->axons, sizeof *core->axon);
    if (image->axons && !image->axon_row)
        return err_bug(err, "odin: the image lists no rows by axon");
    if (check(image, err) || load_neurons(core, err))
        return -1;
    for (uint32_t a = 0; a < image->axons; a++)
        if (load_row(core, a, err))
            return -1;
    odin_reset(core);
    return 0;
}
