/* What a population asks for against what a core type offers. Arithmetic that is equal is rewritten, a lack that the chip file
 * prices is emulated, the rest is approximated only when asked to, pretended with --assume-native, else refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cores/foreign/foreign.h"
#include "quantise_parts.h"

#define BETA_LEAST (1.0 / 64)       /* below, threshold / beta leaves no room for a membrane */

struct asking {                     /* one population on trial at one core type */
    const struct quant_job *job;
    const struct population *population;
    const struct core_type *type;
    struct quant_plan *plan;
    struct fidelity *lines;
    struct err *err;
    int point_settled;              /* the reset's point of time went with its kind: approximated or pretended */
};

static const char *const reset_words[] = {
    [RESET_NONE] = "does not reset", [RESET_ZERO] = "resets to zero", [RESET_SUBTRACT] = "resets by subtraction", [RESET_VALUE] = "resets to a value"};
static const char *const point_words[] = {
    [RESET_NOW] = "in the step of the spike", [RESET_NEXT_BEFORE_DECAY] = "in the next step, before the decay",
    [RESET_NEXT_AFTER_INPUT] = "in the next step, after the input"};

/* Kinds whose neurons are leaky integrate-and-fire. */
static int is_leaky(const struct core_type *type)
{
    static const char *const leaky[] = {"reference", "lif", "cuba", "stdp", "if_binary", "odin", "speck", "rtl:lif_core", "rtl:stdp_core"};
    for (size_t i = 0; i < sizeof leaky / sizeof *leaky; i++)
        if (core_type_is(type, leaky[i]))
            return 1;
    return foreign_named(type->kind);
}

static int offers_kind(const struct core_type *t, enum reset_kind kind)
{
    switch (kind) {
    case RESET_ZERO: return t->reset_zero || t->reset_value;
    case RESET_VALUE: return t->reset_value;
    case RESET_SUBTRACT: case RESET_NONE: break;
    }
    return t->reset_subtract;       /* no reset: 0 is subtracted */
}

static int offers_point(const struct core_type *t, enum reset_point point)
{
    return point == RESET_NOW ? t->reset_now || !t->reset_next : t->reset_next;
}

/* "reset [zero, value]", as the chip file writes a list. */
static void add_list(char *to, size_t size, const char *key, const char *const *word, const int *offered, size_t n)
{
    size_t used = strlen(to);
    const char *between = "";
    used += (size_t)snprintf(to + used, size - used, "%s%s [", used ? ", " : "", key);
    for (size_t i = 0; i < n; i++)
        if (offered[i]) {
            used += (size_t)snprintf(to + used, size - used, "%s%s", between, word[i]);
            between = ", ";
        }
    snprintf(to + used, size - used, "]");
}

/* size: room for all the words. */
static void offered_resets(const struct core_type *t, char *to, size_t size)
{
    static const char *const reset[] = {"zero", "subtract", "value"}, *const time[] = {"now", "next"};
    const int resets[] = {t->reset_zero, t->reset_subtract, t->reset_value}, times[] = {offers_point(t, RESET_NOW), t->reset_next};
    to[0] = '\0';
    add_list(to, size, "reset", reset, resets, 3);
    add_list(to, size, "reset_time", time, times, 2);
}

static int refuse(const struct asking *a, const char *asked, const char *offered, const char *help)
{
    return err_answer(a->err, "%s: %s; core type %s of chip %s offers %s: %s", a->population->name, asked, a->type->name, a->job->file->name, offered, help);
}

static void pretend(const struct asking *a, const char *what)
{
    fidelity_add(a->lines, FIDELITY_WARNING, a->population->name, "--assume-native: %s, which core type %s does not offer and is taken to do", what,
                 a->type->name);
}

#define LINE(a, kind, ...) fidelity_add((a)->lines, kind, (a)->population->name, __VA_ARGS__)

static int fires_at(const struct population *p, double membrane, uint32_t i)
{
    return p->rule.compare == COMPARE_AT_LEAST ? membrane >= p->threshold[i] : membrane > p->threshold[i];
}

/* 1: some neuron is over its threshold where it starts, so a reset of the next step would act before any spike. */
static int starts_over(const struct population *p)
{
    for (uint32_t i = 0; i < p->neurons; i++)
        if (fires_at(p, 0, i))
            return 1;
    return 0;
}

/* 1: some neuron is over its threshold at its reset value. */
static int rests_over(const struct population *p, enum reset_kind kind)
{
    for (uint32_t i = 0; i < p->neurons; i++)
        if (fires_at(p, kind == RESET_VALUE && p->reset_value ? p->reset_value[i] : 0, i))
            return 1;
    return 0;
}

static int all_within(const double *x, uint32_t n, double low, double high)
{
    for (uint32_t i = 0; x && i < n; i++)
        if (!(x[i] >= low && x[i] <= high))
            return 0;
    return 1;
}

static const char *asked_reset(const struct asking *a, char *to, size_t size)
{
    const struct neuron_rule *r = &a->population->rule;
    snprintf(to, size, "%s%s%s", reset_words[r->reset], r->reset == RESET_NONE ? "" : " ", r->reset == RESET_NONE ? "" : point_words[r->point]);
    return to;
}

static int refuse_reset(const struct asking *a, const char *help)
{
    char asked[160], offered[160];
    offered_resets(a->type, offered, sizeof offered);
    return refuse(a, asked_reset(a, asked, sizeof asked), offered, help);
}

/* The reset exactly as asked for, whatever the type offers. */
static int pretend_reset(struct asking *a)
{
    char asked[160];
    a->plan->rule.reset = a->population->rule.reset;
    a->plan->rule.point = a->population->rule.point;
    a->point_settled = 1;
    pretend(a, asked_reset(a, asked, sizeof asked));
    return 0;
}

static int approximate_kind(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    enum reset_kind other = r->reset != RESET_ZERO && offers_kind(a->type, RESET_ZERO) ? RESET_ZERO : RESET_SUBTRACT;
    if (!offers_kind(a->type, other))
        return refuse_reset(a, "a core type with that reset, or --assume-native, which pretends that it has");
    LINE(a, FIDELITY_APPROXIMATED, "%s, %s does not: %s instead", reset_words[r->reset], a->type->name, reset_words[other]);
    r->reset = other;
    r->point = offers_point(a->type, RESET_NOW) ? RESET_NOW : RESET_NEXT_BEFORE_DECAY;
    a->point_settled = 1;
    return 0;
}

/* 1: the kind computes what its hardware does and nothing else, so that nothing can be pretended. */
static int fixed(const struct core_type *t)
{
    return core_type_is(t, "odin");
}

/* What the reset does. */
static int plan_kind(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    const struct core_type *t = a->type;
    if (r->reset == RESET_VALUE && all_within(a->population->reset_value, a->population->neurons, 0, 0))
        r->reset = RESET_ZERO;
    if (offers_kind(t, r->reset))
        return 0;
    if (a->job->options->assume_native)
        return pretend_reset(a);
    if (a->job->options->approximate)
        return approximate_kind(a);
    if (r->reset == RESET_SUBTRACT && t->emulate_subtract) {
        LINE(a, FIDELITY_EMULATED, "subtracts on reset, %s sets to %s: %u compartments per neuron (cost %s)", t->name, t->reset_zero ? "0" : "a value",
             t->emulate_subtract, basis_word(t->emulate_standing.basis));
        a->plan->compartments = t->emulate_subtract;
        return 0;
    }
    return refuse_reset(a, fixed(t) ? "--approximate takes the nearest reset that it has"
                                    : "--approximate takes the nearest reset that it has, --assume-native pretends that it has this one");
}

/* A subtraction after the input of the next step, on a chip that subtracts in the step of the spike. */
static int subtract_earlier(struct asking *a)
{
    if (core_type_is(a->type, "if_binary")) {           /* subtracts what it compared with, nothing else */
        if (!all_within(a->population->beta, a->population->neurons, 1, 1))
            return -1;
        LINE(a, FIDELITY_REWRITTEN, "subtracts in the step of the spike: equals the subtraction after the input of the next");
        return 0;
    }
    if (!all_within(a->population->beta, a->population->neurons, BETA_LEAST, HUGE_VAL))
        return -1;
    if (!a->type->decay_multiply && !a->type->decay_shift) {
        LINE(a, FIDELITY_REWRITTEN, "subtracts its threshold in the step of the spike: without a leak that equals the next step");
        return 0;
    }
    a->plan->amount = AMOUNT_OVER_BETA;
    LINE(a, FIDELITY_REWRITTEN, "subtracts threshold / beta in the step of the spike: equals threshold after the input of the next%s",
         core_type_is(a->type, "reference") ? " but for float32 rounding" : "");
    return 0;
}

/* A reset after the input of the next step, on a chip that resets in the step of the spike: the membrane rests there for a step. */
static int rest_one_step(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    if (!a->type->refractory_max || rests_over(a->population, r->reset))
        return -1;
    r->refractory = 1;
    LINE(a, FIDELITY_REWRITTEN, "%s in the step of the spike and rests there for one step: equals the reset after the next step's input",
         reset_words[r->reset]);
    return 0;
}

static int approximate_point(struct asking *a)
{
    const struct neuron_rule *r = &a->plan->rule;
    if (a->job->options->assume_native)
        return pretend_reset(a);
    if (!a->job->options->approximate)
        return refuse_reset(a, "--approximate resets in the step of the spike, --assume-native pretends that it can wait");
    LINE(a, FIDELITY_APPROXIMATED, "%s in the step of the spike instead of the next, so that the input of the next step is %s", reset_words[r->reset],
         r->reset == RESET_SUBTRACT ? "added to a membrane that has decayed" : "kept");
    return 0;
}

/* From the next step to the step of the spike. */
static int plan_earlier(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    int after = r->point == RESET_NEXT_AFTER_INPUT, differs = 0;
    r->point = RESET_NOW;
    if (starts_over(a->population))
        differs = -1;
    else if (r->refractory || !after)
        LINE(a, FIDELITY_REWRITTEN, "%s in the step of the spike: equals the start of the next step (membranes are shown after the reset)",
             reset_words[r->reset]);
    else
        differs = r->reset == RESET_SUBTRACT ? subtract_earlier(a) : rest_one_step(a);
    return differs ? approximate_point(a) : 0;
}

/* When the reset acts. */
static int plan_point(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    if (r->reset == RESET_NONE)
        r->point = RESET_NOW;
    if (a->point_settled || offers_point(a->type, r->point))
        return 0;
    if (r->point != RESET_NOW)
        return plan_earlier(a);
    if (starts_over(a->population))
        return a->job->options->assume_native ? pretend_reset(a) : refuse_reset(a, "a core type with reset_time now, or --assume-native");
    r->point = RESET_NEXT_BEFORE_DECAY;
    LINE(a, FIDELITY_REWRITTEN, "%s before the decay of the next step: equals the step of the spike (membranes are shown before the reset)",
         reset_words[r->reset]);
    return 0;
}

static int plan_reset(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    if (r->fires)
        return plan_kind(a) || plan_point(a) ? -1 : 0;
    r->reset = RESET_NONE;
    r->point = RESET_NOW;
    r->refractory = 0;
    return 0;
}

static int plan_compare(struct asking *a)
{
    const struct core_type *t = a->type;
    struct neuron_rule *r = &a->plan->rule;
    int at_least = r->compare == COMPARE_AT_LEAST;
    if (!r->fires || (at_least ? t->compare_at_least : t->compare_greater) || !(t->compare_greater || t->compare_at_least))
        return 0;
    if (a->job->options->assume_native) {
        pretend(a, at_least ? "fires at its threshold" : "fires above its threshold");
        return 0;
    }
    r->compare = at_least ? COMPARE_GREATER : COMPARE_AT_LEAST;
    if (t->weight_shift_max && !core_type_is(t, "reference")) {
        LINE(a, FIDELITY_ROUNDED, "fires %s its threshold: %s, whose thresholds count in shifted weights, has no other comparison",
             at_least ? "above, not at," : "at, not only above,", t->name);
        return 0;
    }
    a->plan->compare_step = at_least ? -1 : 1;
    if (core_type_is(t, "if_binary") && r->reset == RESET_SUBTRACT) {
        LINE(a, FIDELITY_ROUNDED, "> threshold as >= the number after it, and its reset subtracts that one");
        return 0;
    }
    LINE(a, FIDELITY_REWRITTEN, at_least ? ">= threshold as > the number before it" : "> threshold as >= the number after it");
    return 0;
}

static int plan_refractory(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    char asked[80], offered[80];
    if (r->refractory <= a->type->refractory_max)
        return 0;
    snprintf(asked, sizeof asked, "rests for %u steps after a spike", r->refractory);
    if (a->job->options->assume_native) {
        pretend(a, asked);
        return 0;
    }
    snprintf(offered, sizeof offered, "at most %u", a->type->refractory_max);
    if (!a->job->options->approximate)
        return refuse(a, asked, offered, "--approximate rests as long as it can, --assume-native pretends that it can rest longer");
    LINE(a, FIDELITY_APPROXIMATED, "%s, %s at most %u", asked, a->type->name, a->type->refractory_max);
    r->refractory = a->type->refractory_max;
    return 0;
}

static int plan_current(struct asking *a)
{
    struct neuron_rule *r = &a->plan->rule;
    const struct core_type *t = a->type;
    int able = core_type_is(t, "cuba") || core_type_is(t, "reference");
    if (!r->current || (able && t->has_current))
        return 0;
    if (all_within(a->population->alpha, a->population->neurons, 0, 0)) {
        r->current = 0;
        LINE(a, FIDELITY_REWRITTEN, "its current forgets at once: no second state");
        return 0;
    }
    if (able && a->job->options->assume_native) {
        pretend(a, "has a current of its own");
        return 0;
    }
    char cure[300] = "a chip with cores of kind cuba";
    const char *also = a->job->file->unplaced;
    if (also)
        snprintf(cure, sizeof cure, "a chip with cores of kind cuba; this file also describes %.80s, placed by --set 'placement={%.80s: all}'", also,
                 strchr(also, ',') ? "NAME" : also);
    return refuse(a, "has a synaptic current beside its membrane", "one state per neuron", cure);
}

static int any_bias(const struct population *p)
{
    for (int port = 0; port < PORTS_MAX; port++)
        if (!all_within(p->bias[port], p->neurons, 0, 0))
            return 1;
    return 0;
}

/* What would help where a type has no bias: only a chip with steps can send it as spikes, one in each. */
static const char *bias_cure(const struct asking *a)
{
    if (fixed(a->type))
        return "train it without biases, or on a further input that always spikes and whose weights are the biases";
    return a->job->file->mode == TIME_EVENT ? "--assume-native pretends that it has them"
                                            : "time.layer_start: bias_input sends biases as spikes of the host, --assume-native pretends that it has them";
}

static int plan_bias(struct asking *a)
{
    struct quant_plan *plan = a->plan;
    const struct core_type *t = a->type;
    if (a->population->binary)          /* its leak */
        return 0;
    plan->has_bias = any_bias(a->population);
    if (!plan->has_bias)
        return 0;
    int integer = !core_type_is(t, "reference"), behind = integer && plan->rule.current;
    plan->bias_axon = integer && (a->job->file->layer_start == LAYER_BIAS_INPUT || behind);
    if (behind)
        LINE(a, FIDELITY_REWRITTEN, "its bias arrives through a host axon, so that it passes the current (%s adds its own bias behind it)", t->name);
    else if (plan->bias_axon)
        LINE(a, FIDELITY_REWRITTEN, "its bias arrives through a host axon that is active in its window");
    if (plan->bias_axon || t->has_bias)
        return 0;
    if (a->job->options->assume_native) {
        pretend(a, "adds a bias in every step");
        return 0;
    }
    return refuse(a, "adds a bias in every step", "none", bias_cure(a));
}

static int shift_of(double beta)
{
    double lost = 1 - beta;
    return lost <= 0 ? -1 : (int)fmin(62, fmax(0, rint(-log2(lost))));
}

double quant_decay(const struct core_type *t, double beta)
{
    if (!t->decay_multiply && !t->decay_shift)
        return 1;                       /* asked for all the same: it was approximated away */
    if (t->decay_multiply || beta >= 1 || beta <= 0)
        return beta;
    return 1 - ldexp(1, -shift_of(beta));
}

/* Integer cores keep a decay as a fraction of 1: a factor outside would be another neuron. */
static int plan_decay_range(struct asking *a, const double *beta, const char *what)
{
    for (uint32_t i = 0; beta && i < a->population->neurons; i++) {
        if (beta[i] >= 0 && beta[i] <= 1)
            continue;
        char asked[100];
        snprintf(asked, sizeof asked, "its %s decays by a factor of %.6g (neuron %u)", what, beta[i], i);
        if (!a->job->options->approximate)
            return refuse(a, asked, "factors from 0 to 1", "--approximate takes the nearest (snnTorch clamps beta and alpha to 0..1 when it computes: export "
                                                           "what it computes with)");
        LINE(a, FIDELITY_APPROXIMATED, "%s: decay factors outside 0 to 1 become the nearest of the two", what);
        return 0;
    }
    return 0;
}

/* A membrane may be left without its leak when asked; a current that never ends is another neuron. */
static int drop_decay(struct asking *a, const double *beta)
{
    int may = beta == a->population->beta && !core_type_is(a->type, "reference");
    if (!may)
        return refuse(a, "decays", "no decay", "a core type whose offers have decay: [multiply] or [shift]");
    if (!a->job->options->approximate)
        return refuse(a, "decays", "no decay",
                      "a core type whose offers have decay: [multiply] or [shift], or --approximate, which leaves a membrane's leak away");
    LINE(a, FIDELITY_APPROXIMATED, "its leak is left away: membranes of %s do not decay", a->type->name);
    return 0;
}

/* A leak is a constant: of a decay it can have the size at one membrane, for which half the threshold is taken, and the direction. */
static int plan_leak(struct asking *a)
{
    if (all_within(a->population->beta, a->population->neurons, 1, 1))
        return 0;
    if (!a->job->options->approximate)
        return refuse(a, "its membrane decays by a factor", "a constant leak per step", "--approximate leaks by what the decay loses at half the threshold");
    a->plan->leak = 1;
    LINE(a, FIDELITY_APPROXIMATED, "its decay becomes a constant leak toward 0, as much as the decay loses at half the threshold");
    return 0;
}

static int plan_decay(struct asking *a, const double *beta, const char *what)
{
    const struct core_type *t = a->type;
    uint32_t n = a->population->neurons, other = 0;
    if (core_type_is(t, "if_binary"))
        return beta ? plan_leak(a) : 0;
    if (!core_type_is(t, "reference") && plan_decay_range(a, beta, what))
        return -1;
    if (t->decay_multiply || !beta || all_within(beta, n, 1, 1))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        other += !t->decay_shift || fabs(quant_decay(t, beta[i]) - beta[i]) > 1e-6;
    if (!other)
        return 0;
    char asked[100];
    snprintf(asked, sizeof asked, "its %s decays by a factor that is not 1 - 2^-k", what);
    if (!t->decay_shift)
        return drop_decay(a, beta);
    if (!a->job->options->approximate)
        return refuse(a, asked, "decay: [shift]", "--approximate takes the nearest k");
    LINE(a, FIDELITY_APPROXIMATED, "%s of %u neurons decays by the nearest 1 - 2^-k", what, other);
    return 0;
}

/* Values of the host's packets: only populations that the host feeds. */
static int plan_payload(struct asking *a, uint32_t population)
{
    const struct quant_job *job = a->job;
    int repeated = core_type_is(a->type, "if_binary") && job->out->values == VALUES_REPEAT;
    for (uint32_t p = 0; job->options->valued_input && repeated && p < job->network->n_projections; p++)
        if (job->network->projection[p].from == HOST_POPULATION && job->network->projection[p].to == population)
            return refuse(a, "receives values as equal packets", "axons that take one spike in a step",
                          "--values host computes the first layer outside the chip");
    if (!job->options->valued_input || job->out->values != VALUES_PAYLOAD || a->type->payload_bits)
        return 0;
    for (uint32_t p = 0; p < job->network->n_projections; p++)
        if (job->network->projection[p].from == HOST_POPULATION && job->network->projection[p].to == population)
            return refuse(a, "receives values", "binary packets", "--values repeat sends a value v as v x k equal packets");
    return 0;
}

static int try_type(struct asking *a, uint32_t population)
{
    const struct population *p = a->population;
    *a->plan = (struct quant_plan){.type = a->plan->type, .rule = p->rule, .compartments = 1};
    if (p->binary && !core_type_is(a->type, "if_binary"))
        return refuse(a, "is a TrueNorth neuron", "neurons of another kind", "a chip with cores of kind if_binary, for example truenorth");
    if (!is_leaky(a->type))
        return refuse(a, "is a leaky neuron", "neurons of another kind", "a core type of kind reference, lif, cuba or stdp");
    if (plan_current(a) || plan_payload(a, population) || plan_decay(a, p->beta, "membrane") ||
        plan_decay(a, a->plan->rule.current ? p->alpha : NULL, "current"))
        return -1;
    return plan_reset(a) || plan_compare(a) || plan_refractory(a) || plan_bias(a) ? -1 : 0;
}

/* 1: the chip has a core of that type. */
static int placed(const struct chipfile *file, uint32_t type)
{
    for (uint32_t c = 0; file->core_type_of && c < file->cores; c++)
        if (file->core_type_of[c] == type)
            return 1;
    return !file->core_type_of;
}

int quant_plan(const struct quant_job *job, uint32_t population, struct quant_plan *plan, struct err *err)
{
    struct err first = {0}, other;
    for (uint32_t type = 0; type < job->file->n_types; type++) {
        struct fidelity lines = {0};
        struct asking a = {.job = job, .population = &job->network->population[population], .type = &job->file->type[type], .plan = plan, .lines = &lines,
                           .err = first.kind ? &other : &first};
        plan->type = type;
        if (job->layer_type && job->layer_type[population] != type)
            continue;
        int bad = !placed(job->file, type) || try_type(&a, population);
        for (size_t i = 0; !bad && i < lines.count; i++)
            fidelity_add(&job->out->fidelity, lines.line[i].kind, lines.line[i].node, "%s", lines.line[i].text);
        fidelity_clear(&lines);
        if (!bad)
            return 0;
    }
    if (!first.kind)
        return err_answer(err, "chip %s has no core of any type", job->file->name);
    *err = first;
    return -1;
}
