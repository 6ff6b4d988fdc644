/* Arrays as events. An array says its dimensions but not what they are: every reading that fits the network's input layer is
 * tried, and steps, labels and options decide between those that fit; where they cannot, the message says what could be meant. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/events_parts.h"

enum reading {
    READ_STEPS,         /* (sample, step, layer) */
    READ_TIME_FIRST,    /* (step, sample, layer) */
    READ_STATIC,        /* (sample, layer), the same in each step */
    READ_SAMPLE,        /* (step, layer), one sample */
    READ_IMAGE          /* (layer), one sample, the same in each step */
};
enum fit { FIT_NONE, FIT_SQUEEZED, FIT_FLAT, FIT_EXACT };

struct array {
    const struct npy *npy;
    const char *name;
    const struct event_options *options;
    enum reading reading;
    uint64_t samples, steps, neurons;   /* steps: of the array; 1 for a static one */
    uint64_t step_stride, sample_stride;        /* elements */
    char axes[160];
};

/* ---- which reading ---- */

static uint64_t size_from(const struct npy *a, int from)
{
    uint64_t size = 1;
    for (int i = from; i < a->rank; i++)
        size *= a->dim[i];
    return size;
}

/* Are the dimensions the same once those of 1 are left out? */
static int same_but_ones(const struct npy *a, int from, const struct shape *s)
{
    int k = 0;
    for (int i = from; i < a->rank; i++) {
        if (a->dim[i] == 1)
            continue;
        while (k < s->rank && s->dim[k] == 1)
            k++;
        if (k == s->rank || s->dim[k++] != a->dim[i])
            return 0;
    }
    while (k < s->rank && s->dim[k] == 1)
        k++;
    return k == s->rank;
}

/* How the dimensions from `from` on fit the layer. A flat layer takes an array of any shape and its size, and the other way round. */
static enum fit fit(const struct npy *a, int from, const struct shape *s)
{
    int rank = a->rank - from, equal = rank == s->rank;
    if (rank < 0 || (!rank && a->rank != 2) || size_from(a, from) != shape_size(s))
        return FIT_NONE;
    for (int i = 0; equal && i < rank; i++)
        equal = s->dim[i] == a->dim[from + i];
    if (equal)
        return FIT_EXACT;
    return rank == 1 || s->rank == 1 ? FIT_FLAT : same_but_ones(a, from, s) ? FIT_SQUEEZED : FIT_NONE;
}

/* Names what would fit and, where the dimensions give it away, what the array seems to be. */
static int refuse_shape(const struct array *a, struct err *err)
{
    const struct shape *s = &a->options->shape;
    char text[180], layer[80] = "", hint[120] = "";
    uint64_t size = shape_size(s);
    size_t used = 0;
    for (int i = 0; i < s->rank; i++)
        used += (size_t)snprintf(layer + used, sizeof layer - used, "%s%u", i ? ", " : "", s->dim[i]);
    if (a->npy->rank == 3 && a->npy->dim[1] == size)
        snprintf(hint, sizeof hint, "; axis 1 seems to be the neurons: array.transpose(0, 2, 1)");
    else if (a->npy->rank >= 4 && s->rank == 3 && size_from(a->npy, a->npy->rank - 3) == size)
        snprintf(hint, sizeof hint, "; are the channels last? the layer is (channel, y, x)");
    return err_input(err, "%s: shape %s does not fit the input layer (%s) of %llu neurons: (samples, steps, %s), flattened or not, is wanted, "
                     "or (samples, %s) with --steps%s", a->name, npy_shape_text(a->npy, text), layer, (unsigned long long)size, layer, layer, hint);
}

/* Steps that are known apart from the array: --steps, else the network's. */
static uint32_t known_steps(const struct event_options *o)
{
    return o->steps ? o->steps : o->network_steps;
}

/* Samples first, unless the dimensions speak against it. */
static int check_order(const struct array *a, struct err *err)
{
    const struct event_options *o = a->options;
    uint64_t first = a->npy->dim[0], second = a->npy->dim[1];
    uint32_t steps = known_steps(o);
    char text[180];
    if (o->time_first < 0 || (o->labels && first == o->labels))
        return 0;
    npy_shape_text(a->npy, text);
    if (o->labels && second == o->labels)
        return err_input(err, "%s: shape %s with %u labels looks like time first, (steps, samples, ...): --layout TN reads it so; --layout NT insists on "
                         "samples first", a->name, text, o->labels);
    if (steps && first == steps && second != steps)
        return err_input(err, "%s: shape %s with %u steps (%s) looks like time first, (steps, samples, ...): --layout TN reads it so; --layout NT insists "
                         "on %llu samples of %llu steps", a->name, text, steps, o->steps ? "--steps" : "the network's", (unsigned long long)first,
                         (unsigned long long)second);
    if (second == 1 && steps > 1)
        return err_input(err, "%s: shape %s has one step, and %u are wanted; for the same values in each step save it without that axis; --layout NT reads "
                         "one step", a->name, text, steps);
    return 0;
}

/* (samples, layer) or (steps, layer): the same dimensions. */
static int pick_two(const struct array *a, enum reading *reading, struct err *err)
{
    const struct event_options *o = a->options;
    uint64_t first = a->npy->dim[0];
    char text[180];
    int samples = o->labels && o->labels == first, one = o->labels == 1 && first > 1;
    if (o->time_first > 0 || one || (!samples && !o->steps && o->network_steps == first)) {
        *reading = READ_SAMPLE;
        return 0;
    }
    if (o->steps || (samples && o->network_steps && first != o->network_steps)) {
        *reading = READ_STATIC;
        return 0;
    }
    return err_input(err, "%s: shape %s can be read in two ways: %llu samples whose values are the same in each step: say how many steps, --steps N; or one "
                     "sample of %llu steps: save it as array[None], with a first axis of 1", a->name, npy_shape_text(a->npy, text),
                     (unsigned long long)first, (unsigned long long)first);
}

/* Without a network: three dimensions and more begin with sample and step; two need --steps. */
static int pick_alone(const struct array *a, enum reading *reading, struct err *err)
{
    char text[180];
    *reading = a->options->time_first > 0 ? READ_TIME_FIRST : READ_STEPS;
    if (a->npy->rank >= 3 && (a->npy->rank == 3 || !a->options->steps || a->options->steps <= a->npy->dim[*reading == READ_STEPS]))
        return 0;
    if (a->npy->rank == 2)
        return pick_two(a, reading, err);
    return err_input(err, "%s: shape %s does not say by itself what is sample, step and neuron; (samples, steps, neurons) does", a->name,
                     npy_shape_text(a->npy, text));
}

/* The reading whose layer fits best: dimension by dimension before flattened, flattened before dimensions of 1 left out. */
static int pick(const struct array *a, enum reading *reading, struct err *err)
{
    const struct event_options *o = a->options;
    char text[180];
    if (!o->shape.rank)
        return pick_alone(a, reading, err);
    enum fit two = fit(a->npy, 2, &o->shape), one = fit(a->npy, 1, &o->shape), none = a->npy->rank ? fit(a->npy, 0, &o->shape) : FIT_NONE;
    if (two && two >= one && two >= none) {
        *reading = o->time_first > 0 ? READ_TIME_FIRST : READ_STEPS;
        return o->time_first > 0 ? 0 : check_order(a, err);
    }
    if (one && one >= none)
        return pick_two(a, reading, err);
    *reading = READ_IMAGE;
    if (none && known_steps(o))
        return 0;
    if (none)
        return err_input(err, "%s: shape %s is one sample without steps; say how many steps it lasts: --steps N", a->name, npy_shape_text(a->npy, text));
    return refuse_shape(a, err);
}

/* ---- the values ---- */

/* Readings without a step axis: one set of values for all steps. */
static int lasting(const struct array *a)
{
    return a->reading == READ_STATIC || a->reading == READ_IMAGE;
}

/* The words of the report: which axis was taken for what. */
static void describe(struct array *a, int from)
{
    static const char *const order[] = {"sample, step, ", "step, sample, ", "sample, ", "step, ", ""};
    size_t used = (size_t)snprintf(a->axes, sizeof a->axes, "(%s", order[a->reading]);
    if (a->npy->rank - from <= 1)
        used += (size_t)snprintf(a->axes + used, sizeof a->axes - used, "neuron");
    for (int i = from; a->npy->rank - from > 1 && i < a->npy->rank; i++)
        used += (size_t)snprintf(a->axes + used, sizeof a->axes - used, "%s%llu", i > from ? "x" : "", (unsigned long long)a->npy->dim[i]);
    snprintf(a->axes + used, sizeof a->axes - used, ")%s", a->reading == READ_SAMPLE ? ", one sample" : lasting(a) ? ", the same in each step" : "");
}

/* Turns the reading into strides, so that one loop serves time first and samples first. */
static int lay_out(struct array *a, struct err *err)
{
    const uint64_t *dim = a->npy->dim;
    int from = a->reading <= READ_TIME_FIRST ? 2 : a->reading == READ_IMAGE ? 0 : 1, time_first = a->reading == READ_TIME_FIRST;
    char text[180];
    if (!a->npy->count)
        return err_input(err, "%s: shape %s: the array is empty", a->name, npy_shape_text(a->npy, text));
    a->neurons = size_from(a->npy, from);
    a->samples = a->reading == READ_STATIC ? dim[0] : from < 2 ? 1 : dim[time_first];
    a->steps = a->reading == READ_SAMPLE ? dim[0] : from < 2 ? 1 : dim[!time_first];
    a->step_stride = time_first ? a->samples * a->neurons : a->neurons;
    a->sample_stride = time_first ? a->neurons : a->steps * a->neurons;
    if (a->samples >= UINT32_MAX || a->neurons >= UINT32_MAX || a->steps > EVENTS_STEPS_MAX)
        return err_input(err, "%s: shape %s: %llu samples, %llu steps, %llu neurons; at most %d steps are run", a->name, npy_shape_text(a->npy, text),
                         (unsigned long long)a->samples, (unsigned long long)a->steps, (unsigned long long)a->neurons, EVENTS_STEPS_MAX);
    describe(a, from);
    return 0;
}

static int refuse_value(const struct array *a, uint64_t sample, uint64_t step, uint64_t neuron, double value, struct err *err)
{
    char when[40] = "";
    if (!lasting(a))
        snprintf(when, sizeof when, "step %llu, ", (unsigned long long)step);
    return err_input(err, "%s: sample %llu, %sneuron %llu is %s; every value must be a number", a->name, (unsigned long long)sample, when,
                     (unsigned long long)neuron, isnan(value) ? "NaN" : isinf(value) ? "infinite" : "beyond float32");
}

/* How many values of the first `steps` steps are not 0; refuses what is no number, beyond them too. */
static int count_values(const struct array *a, uint64_t steps, uint64_t *count, struct err *err)
{
    *count = 0;
    for (uint64_t s = 0; s < a->samples; s++)
        for (uint64_t t = 0; t < a->steps; t++) {
            uint64_t base = s * a->sample_stride + t * a->step_stride;
            for (uint64_t k = 0; k < a->neurons; k++) {
                double value = npy_number(a->npy, base + k);
                if (!(fabs(value) <= 3.4028234663852886e38))
                    return refuse_value(a, s, t, k, value, err);
                *count += t < steps && (float)value != 0;
            }
        }
    return 0;
}

/* The events of one sample and step of the array, written as those of step `as`. */
static uint64_t take_step(const struct array *a, uint64_t base, uint32_t as, struct events *e, uint64_t at)
{
    for (uint64_t k = 0; k < a->neurons; k++) {
        float value = (float)npy_number(a->npy, base + k);
        if (value == 0)
            continue;
        e->event[at] = (struct event){as, (uint32_t)k};
        e->value[at++] = value;
    }
    return at;
}

/* The events of one step, n of them before at, again for step `as`. */
static uint64_t repeat_step(struct events *e, uint64_t at, uint64_t n, uint32_t as)
{
    for (uint64_t i = 0; i < n; i++, at++) {
        e->event[at] = (struct event){as, e->event[at - n].neuron};
        e->value[at] = e->value[at - n];
    }
    return at;
}

/* Loops in the order of the events, so nothing is sorted; a lasting step is taken once and repeated. */
static void fill(const struct array *a, struct events *e)
{
    uint64_t at = 0;
    for (uint64_t s = 0; s < a->samples; s++) {
        uint64_t base = s * a->sample_stride;
        e->first[s] = at;
        for (uint32_t t = 0; t < e->steps && t < a->steps; t++)
            at = take_step(a, base + t * a->step_stride, t, e, at);
        for (uint32_t t = 1; lasting(a) && t < e->steps; t++)
            at = repeat_step(e, at, (at - e->first[s]) / t, t);
    }
    e->first[a->samples] = at;
}

static int is_binary(const struct events *e)
{
    return e->value == NULL;
}

/* Nothing but its shape says what such an array is: no labels, no network and no option that would know the steps. Many more steps than
 * samples are then as likely many samples of an array that is time first. */
static void warn_order(const struct array *a, struct events *e)
{
    enum { FAR = 5, FEWEST = 4 };       /* times as many; steps that a network is run for at least */
    if (a->reading != READ_STEPS || a->options->time_first || a->options->labels || known_steps(a->options) || a->samples < FEWEST ||
        a->steps < FAR * a->samples)
        return;
    fidelity_add(&e->fidelity, FIDELITY_WARNING, "",
                 "read as %llu samples of %llu steps, as nothing says how many of either there are: is it time first? --layout TN reads %llu samples of %llu "
                 "steps, --layout NT says that it is right so", (unsigned long long)a->samples, (unsigned long long)a->steps, (unsigned long long)a->steps,
                 (unsigned long long)a->samples);
}

/* Where --steps made an array static that could as well be one train of spikes. */
static void warn_reading(const struct array *a, struct events *e)
{
    char text[180];
    if (a->reading == READ_STATIC && a->samples == e->steps && is_binary(e) && a->options->labels != a->samples)
        fidelity_add(&e->fidelity, FIDELITY_WARNING, "", "%s was read as %llu samples that last %u steps each; one sample of %u steps is saved as array[None]",
                     npy_shape_text(a->npy, text), (unsigned long long)a->samples, e->steps, e->steps);
    if (a->reading == READ_STEPS && a->samples == a->steps && a->samples > 1 && !a->options->time_first && a->options->labels != a->samples)
        fidelity_add(&e->fidelity, FIDELITY_NOTE, "", "as many samples as steps: read as samples first (--layout TN: time first)");
    warn_order(a, e);
}

struct events *events_from_array(const struct npy *npy, const char *name, const struct event_options *options, struct err *err)
{
    struct array a = {.npy = npy, .name = name, .options = options};
    struct fidelity notes = {0};
    uint64_t count;
    if (pick(&a, &a.reading, err) || lay_out(&a, err))
        return NULL;
    uint32_t steps = lasting(&a) ? known_steps(options) : events_steps(options, (uint32_t)a.steps, &notes);
    if (count_values(&a, steps, &count, err)) {
        fidelity_clear(&notes);
        return NULL;
    }
    count *= lasting(&a) ? steps : 1;
    if (count > EVENTS_MAX) {
        err_input(err, "%s: %llu events; at most %llu are run at once: give fewer samples or steps", name, (unsigned long long)count,
                  (unsigned long long)EVENTS_MAX);
        fidelity_clear(&notes);
        return NULL;
    }
    struct events *e = events_new((uint32_t)a.samples, steps, (uint32_t)a.neurons, count);
    e->fidelity = notes;
    fill(&a, e);
    events_complete(e, a.axes);
    warn_reading(&a, e);
    return e;
}

struct events *events_read_npy(const char *path, const struct event_options *options, struct err *err)
{
    struct npy array;
    if (npy_read(path, &array, err))
        return NULL;
    struct events *e = events_from_array(&array, path, options, err);
    npy_free(&array);
    return e;
}
