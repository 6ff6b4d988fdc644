/* The equations, per neuron and step; x is the sum of what arrives, d the drive of a time constant (below):
 *
 *     LIF, LI          v = beta v + (1 - beta) v_leak + r d(tau) x
 *     IF, I            v = v + r x
 *     CubaLIF, CubaLI  i = alpha i + w_in d(tau_syn) x
 *                      v = beta v + (1 - beta) v_leak + r d(tau_mem) i
 *     Threshold        v = x
 *
 *     Euler            beta = 1 - dt/tau       d = dt/tau
 *     exponential      beta = exp(-dt/tau)     d = dt/tau, or 1 - exp(-dt/tau) where the tool normalises
 *
 * The kinds of cores know one gain only, 1. So the membrane is counted in units of the gain g (r d, and w_in d before it): m = (v - shift) / g,
 * and threshold and reset value with it. A spike fires at the same step in both units; membrane_unit turns m back for the report.
 * What beta, alpha, threshold and reset value are in the end is float32, because the trained network computed in it. */
#include "import/nir_neuron.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_linear.h"
#include "import/nir_values.h"

#define NEAR_ONE 1e-5           /* snnTorch writes r = 1/(1-beta), tau = dt/(1-beta) in float32: r dt/tau is 1 but for rounding */

struct neuron {                 /* one node's numbers, per neuron */
    const struct nir_rules *rules;
    const struct flat_node *node, *threshold;
    struct population *p;
    uint64_t n;
    double *gain;               /* g */
    double *leak, *volts;       /* v_leak; threshold in volts; NULL where the type has none */
    double *shift;              /* m = (v - shift) / g; NULL: 0 */
    struct nir_reset reset;
    int stored;                 /* decays are those of the metadata */
};

/* Two states: a synaptic current i before the membrane v. */
static int is_cuba(enum nir_kind kind)
{
    return kind == NIR_CUBA_LI || kind == NIR_CUBA_LIF;
}

/* Has a time constant of the membrane, and a potential that it leaks to. */
static int leaks(enum nir_kind kind)
{
    return kind == NIR_LI || kind == NIR_LIF || is_cuba(kind);
}

/* The caller frees. */
static double *filled(uint64_t n, double value)
{
    double *array = mem_new(n, sizeof *array);
    for (uint64_t i = 0; i < n; i++)
        array[i] = value;
    return array;
}

/* A dataset of node spread over the population; NULL and err where it is missing or does not fit. */
static double *spread(const struct neuron *c, const struct flat_node *node, const char *name, struct err *err)
{
    const struct nir_field *field = nir_need(node, name, err);
    double *out = field ? mem_new(c->n, sizeof *out) : NULL;
    if (!field || !nir_spread(field, &c->p->shape, out))
        return out;
    free(out);
    err_input(err, "node '%s' (%s): '%s' does not fit its %llu neurons", node->name, node->node->type, name, (unsigned long long)c->n);
    return NULL;
}

/* The same, finite. */
static double *spread_finite(const struct neuron *c, const struct flat_node *node, const char *name, struct err *err)
{
    double *out = spread(c, node, name, err);
    for (uint64_t i = 0; out && i < c->n; i++)
        if (!isfinite(out[i])) {
            err_input(err, "node '%s' (%s): '%s' holds %s (neuron %llu)", node->name, node->node->type, name, isnan(out[i]) ? "NaN" : "infinity",
                      (unsigned long long)i);
            free(out);
            return NULL;
        }
    return out;
}

/* ---- decays and gains ---- */

/* The decay that the metadata holds, if it is for this time step. */
static const struct nir_field *stored_decay(const struct neuron *c, const char *name)
{
    const struct nir_field *field = nir_field(&c->node->node->metadata, name), *dt = nir_metadata(c->node, "dt");
    double ours = c->rules->options->dt;
    if (!field || !field->value || (ours > 0 && dt && dt->value && fabs(ours - dt->value[0]) > 1e-6 * ours))
        return NULL;
    return field;
}

/* beta and d of one tau in seconds. Euler with dt > tau has a negative decay: the membrane would swing around its leak potential, which no
 * trained network means. dt = tau, up to the rounding of a float32, is a membrane without memory. expm1 keeps the digits of a small dt/tau. */
static int decay_of_tau(const struct neuron *c, const char *name, double tau, double *decay, double *drive, struct err *err)
{
    const struct nir_rules *r = c->rules;
    double x = r->dt / tau;
    if (!(tau > 0))
        return err_input(err, "node '%s' (%s): %s %.9g is not a time above 0", c->node->name, c->node->node->type, name, tau);
    if (!r->tool->exponential && x > 1 + 1e-6)
        return err_input(err, "node '%s' (%s): a time step of %.9g s is longer than its %s of %.9g s: Euler would swing; give --dt at most %.9g",
                         c->node->name, c->node->node->type, r->dt, name, tau, tau);
    *decay = r->tool->exponential ? exp(-x) : fmax(0, 1 - x);
    *drive = r->tool->normalised ? -expm1(-x) : x;
    return 0;
}

/* decay and d of one time constant. decay is float32-exact. */
static int decays(struct neuron *c, const char *tau_name, const char *stored_name, double *decay, double *drive, struct err *err)
{
    const struct nir_field *stored = stored_decay(c, stored_name);
    double *tau = spread(c, c->node, tau_name, err);
    int bad = !tau;
    if (!bad && !stored && c->rules->dt <= 0)
        bad = nir_no_dt(c->rules, c->node, err);
    for (uint64_t i = 0; i < c->n && !bad && c->rules->dt > 0; i++)
        bad = decay_of_tau(c, tau_name, tau[i], &decay[i], &drive[i], err);
    free(tau);
    if (!bad && stored && nir_spread(stored, &c->p->shape, decay))
        bad = err_input(err, "node '%s': metadata %s does not fit its %llu neurons", c->node->name, stored_name, (unsigned long long)c->n);
    for (uint64_t i = 0; i < c->n && !bad; i++) {
        if (stored && isnan(decay[i]))
            return err_input(err, "node '%s': metadata %s holds NaN (neuron %llu)", c->node->name, stored_name, (unsigned long long)i);
        decay[i] = linear_single(fmin(1, fmax(0, decay[i])));
        if (c->rules->dt <= 0)
            drive[i] = 1 - decay[i];
    }
    c->stored = stored != NULL;
    return bad;
}

/* gain *= factor * drive, which is 1 where a tool wrote it to be 1 up to rounding. */
static int multiply_gain(struct neuron *c, const char *name, const double *drive, struct err *err)
{
    int snaps = c->stored || c->rules->tool->unit == UNIT_INPUT;
    double *factor = spread(c, c->node, name, err);
    int bad = !factor;
    for (uint64_t i = 0; i < c->n && !bad; i++) {
        double g = factor[i] * (drive ? drive[i] : 1);
        if (drive && snaps && (!isfinite(g) || fabs(g - 1) < NEAR_ONE))
            g = 1;
        if (!(g > 0) || !isfinite(g))
            bad = err_input(err, "node '%s' (%s): its '%s' of %.9g gives an input gain of %.9g; it must be above 0", c->node->name, c->node->node->type,
                            name, factor[i], g);
        c->gain[i] *= g;
    }
    free(factor);
    return bad;
}

/* w_in may be absent: 1. */
static int multiply_w_in(struct neuron *c, const double *drive, struct err *err)
{
    int snaps = c->stored || c->rules->tool->unit == UNIT_INPUT;
    if (nir_field(&c->node->node->data, "w_in"))
        return multiply_gain(c, "w_in", drive, err);
    for (uint64_t i = 0; i < c->n; i++)
        c->gain[i] *= snaps && fabs(drive[i] - 1) < NEAR_ONE ? 1 : drive[i];
    return 0;
}

/* Threshold alone has no memory (beta 0), IF and I forget nothing (beta 1). The gain collects r and w_in with their drives, in that order
 * of the equations above. */
static int fill_decays(struct neuron *c, struct err *err)
{
    struct population *p = c->p;
    enum nir_kind kind = c->node->kind;
    double *drive = mem_new(c->n, sizeof *drive);
    int bad = 0;
    p->beta = filled(c->n, kind == NIR_THRESHOLD ? 0 : 1);
    if (is_cuba(kind)) {
        p->alpha = mem_new(c->n, sizeof *p->alpha);
        bad = decays(c, "tau_syn", "alpha", p->alpha, drive, err) || multiply_w_in(c, drive, err);
    }
    if (!bad && leaks(kind))
        bad = decays(c, is_cuba(kind) ? "tau_mem" : "tau", "beta", p->beta, drive, err);
    if (!bad && kind != NIR_THRESHOLD)
        bad = multiply_gain(c, "r", leaks(kind) ? drive : NULL, err);
    free(drive);
    return bad;
}

/* ---- leak potential ---- */

/* One number for the whole layer, as most tools write it. */
static int all_equal(const double *x, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return 0;
    return 1;
}

/* As a constant input: (1 - beta) v_leak per step. */
static void leak_as_bias(struct neuron *c)
{
    if (!c->p->bias[0])
        c->p->bias[0] = mem_new(c->n, sizeof *c->p->bias[0]);
    for (uint64_t i = 0; i < c->n; i++)
        c->p->bias[0][i] += linear_single((1 - c->p->beta[i]) * c->leak[i] / c->gain[i]);
    fidelity_add(c->rules->fidelity, FIDELITY_REWRITTEN, c->p->name, "v_leak becomes a constant input of (1 - beta) v_leak; the membrane starts at 0");
}

/* v_leak is 0 in nearly every trained network. Where it is not, two ways are exact in real numbers. As a constant input, for a membrane that
 * starts at 0; or the membrane is counted from v_leak (shift), for one that starts there (norse) and for CubaLIF, where a constant input would
 * have to pass the synaptic current first. What a reset subtracts is the threshold in volts, not its distance from v_leak: it excludes a shift. */
static int fill_leak(struct neuron *c, struct err *err)
{
    int fires = c->p->rule.fires, by_shift = is_cuba(c->node->kind) || (c->rules->tool->starts_at_leak && fires);
    if (!leaks(c->node->kind))
        return 0;
    c->leak = spread_finite(c, c->node, "v_leak", err);
    if (!c->leak)
        return -1;
    if (c->leak[0] == 0 && all_equal(c->leak, c->n))
        return 0;
    if (!by_shift || (c->reset.kind == RESET_SUBTRACT && !is_cuba(c->node->kind))) {
        leak_as_bias(c);
        return 0;
    }
    if (c->reset.kind == RESET_SUBTRACT)
        return err_input(err, "node '%s' (%s): a v_leak other than 0 with a reset by subtraction cannot be run: give --reset zero, or train with v_leak 0",
                         c->node->name, c->node->node->type);
    c->shift = c->leak;
    fidelity_add(c->rules->fidelity, FIDELITY_REWRITTEN, c->p->name, "the membrane is counted from v_leak, where it starts; threshold and reset with it");
    if (!fires && !all_equal(c->leak, c->n))
        fidelity_add(c->rules->fidelity, FIDELITY_WARNING, c->p->name, "its neurons have different v_leak: membranes are compared without it");
    return 0;
}

/* ---- threshold and reset ---- */

/* Volts of the file in units of the gain, as float32. */
static double scaled(const struct neuron *c, double volts, uint64_t i)
{
    return linear_single((volts - (c->shift ? c->shift[i] : 0)) / c->gain[i]);
}

/* Of the node itself, or of the Threshold that reads its membrane. A population that never fires keeps zeros: nobody compares with them. */
static int fill_threshold(struct neuron *c, struct err *err)
{
    const struct flat_node *node = c->threshold ? c->threshold : c->node;
    struct population *p = c->p;
    p->threshold = mem_new(c->n, sizeof *p->threshold);
    if (!p->rule.fires)
        return 0;
    c->volts = spread_finite(c, node, node->kind == NIR_THRESHOLD ? "threshold" : "v_threshold", err);
    for (uint64_t i = 0; c->volts && i < c->n; i++)
        p->threshold[i] = scaled(c, c->volts[i], i);
    return c->volts ? 0 : -1;
}

/* Reset to 0 V of a membrane that is counted from v_leak is a reset to the value -v_leak/g. When the reset acts follows from kind, tool and
 * recurrence in one table (rule_point). */
static int fill_reset(struct neuron *c, int recurrent, struct err *err)
{
    struct population *p = c->p;
    p->rule.reset = c->reset.kind;
    p->rule.point = rule_point(c->reset.kind, c->reset.next, p->rule.current, recurrent);
    if (c->reset.kind == RESET_ZERO && c->shift)
        p->rule.reset = RESET_VALUE;
    if (p->rule.reset != RESET_VALUE)
        return 0;
    p->reset_value = c->reset.to_v_reset ? spread_finite(c, c->node, "v_reset", err) : mem_new(c->n, sizeof *p->reset_value);
    for (uint64_t i = 0; p->reset_value && i < c->n; i++)
        p->reset_value[i] = scaled(c, p->reset_value[i], i);
    return p->reset_value ? 0 : -1;
}

/* ---- lines ---- */

/* What turns m back into the number that the tool shows: its input's gain (snnTorch: 1), volts, or parts of the threshold (Nengo). NULL
 * stands for 1 everywhere, so that a network from snnTorch carries no array for it. */
static void fill_unit(struct neuron *c)
{
    struct population *p = c->p;
    enum rule_unit unit = c->rules->tool->unit;
    double *to = mem_new(c->n, sizeof *to);
    for (uint64_t i = 0; i < c->n; i++)
        to[i] = unit == UNIT_INPUT ? 1 : unit == UNIT_THRESHOLD && p->rule.fires && c->volts[i] > 0 ? c->gain[i] / c->volts[i] : c->gain[i];
    if (to[0] != 1 || !all_equal(to, c->n))
        p->membrane_unit = to;
    else
        free(to);
}

/* For the fidelity lines; every combination that rule_point can give. */
static const char *reset_words(const struct neuron_rule *rule)
{
    if (!rule->fires)
        return "never fires: read by its membrane";
    if (rule->reset == RESET_NONE)
        return "no reset";
    if (rule->reset == RESET_SUBTRACT)
        return rule->point == RESET_NOW ? "reset by subtraction in the step of the spike" : "reset by subtraction in the next step";
    if (rule->point == RESET_NOW)
        return rule->reset == RESET_ZERO ? "reset to zero in the step of the spike" : "reset to v_reset in the step of the spike";
    if (rule->point == RESET_NEXT_BEFORE_DECAY)
        return "reset to zero at the start of the next step, before its input";
    return "reset to zero in the next step, whose input is lost";
}

/* Exact: nothing was computed on the way. Rounded: a decay was computed from tau. Rewritten: the units are others. */
static void add_lines(const struct neuron *c)
{
    const struct nir_rules *r = c->rules;
    const struct population *p = c->p;
    const char *words = reset_words(&p->rule);
    if (!leaks(c->node->kind))
        fidelity_add(r->fidelity, FIDELITY_EXACT, p->name, "%s, %s", p->type, words);
    else if (c->stored)
        fidelity_add(r->fidelity, FIDELITY_EXACT, p->name, "%s with the decay stored in its metadata, %s", p->type, words);
    else
        fidelity_add(r->fidelity, FIDELITY_ROUNDED, p->name, "%s with decay %s in float32, %s", p->type,
                     r->tool->exponential ? "exp(-dt/tau)" : "1 - dt/tau", words);
    if (c->gain[0] != 1 || !all_equal(c->gain, c->n))
        fidelity_add(r->fidelity, FIDELITY_REWRITTEN, p->name, "membrane%s divided by the input's gain (%.6g%s)", p->rule.fires ? " and threshold" : "",
                     c->gain[0], all_equal(c->gain, c->n) ? "" : " for neuron 0");
    if (p->rule.reset == RESET_SUBTRACT && p->rule.point == RESET_NOW && nir_metadata(c->node, "reset_delay"))
        fidelity_add(r->fidelity, FIDELITY_NOTE, p->name, "equal to snnTorch's reset_delay=False while no membrane passes twice its threshold");
}

/* The order matters: the reset decides how v_leak is taken, the gain comes from the decays, and threshold and reset value need gain and shift.
 * A Threshold, alone or behind a membrane, never resets. */
static int fill(struct neuron *c, int recurrent, struct err *err)
{
    struct neuron_rule *rule = &c->p->rule;
    *rule = (struct neuron_rule){.current = is_cuba(c->node->kind), .fires = c->threshold || nir_fires(c->node->kind), .compare = c->rules->tool->compare};
    int resets = rule->fires && !c->threshold && c->node->kind != NIR_THRESHOLD;
    if ((resets && nir_reset_of(c->rules, c->node, &c->reset, err)) || fill_decays(c, err) || fill_leak(c, err))
        return -1;
    if (fill_threshold(c, err) || fill_reset(c, recurrent, err))
        return -1;
    fill_unit(c);
    add_lines(c);
    return 0;
}

int nir_neuron_fill(const struct nir_rules *rules, const struct flat_node *node, const struct flat_node *threshold, int recurrent,
                    struct population *p, struct err *err)
{
    struct neuron c = {.rules = rules, .node = node, .threshold = threshold, .p = p, .n = p->neurons, .gain = filled(p->neurons, 1)};
    int bad = fill(&c, recurrent, err);
    free(c.gain);
    free(c.leak);
    free(c.volts);
    return bad;
}
