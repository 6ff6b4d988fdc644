/* A cost as a chip file writes it: "23.6 pJ", or {value, source, basis, scope, range, bound, why}, or {unknown: free}.
 * Its range, in this order: the one that is stated; the value times its source's factors; a bound moves one end to the value.
 * An overridden value stands on the command line, and keeps nothing of what was said about the old one.
 * Times are converted here and nowhere else: whole ps, then whole cycles, half up. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

#define OF(member) offsetof(struct cost_text, member)
#define STANDING_FIELDS                                                                                                                                     \
    {"value", FIELD_NODE, OF(value), 0, 0, 0, NULL, "", "23.6 pJ", "the quantity with its unit"},                                                           \
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "davies",                                                                                         \
     "a name from `sources`; the section's where absent; any text where `basis` stands beside it"},                                                         \
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", "", "simulated", "what the value is; the source's where absent"},     \
    {"scope", FIELD_WORD, OF(scope), 0, 0, 0, "per_term|marginal|all_in", "", "per_term",                                                                   \
     "what the value contains: one action; a measured slope; everything at some operating point (then nothing may be added)"},                              \
    {"range", FIELD_NODE, OF(range), 0, 0, 0, NULL, "", "[20 pJ, 36 pJ]", "lowest and highest value; where absent, value x the source's range"},            \
    {"bound", FIELD_WORD, OF(bound), 0, 0, 0, "at_least|at_most", "", "at_least",                                                                           \
     "the value was published as a bound: it is one end, `range` or the source's range gives the other"},                                                   \
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, "", "no published figure", "reasoning; stands in for `source` where `basis` is given"},                     \
    {"unknown", FIELD_WORD, OF(unknown), 0, 0, 0, "free", "", "free", "no figure exists: counted, charged as 0, and said so in every report"}

static const struct field cost_fields[] = {STANDING_FIELDS};
static const struct field barrier_cost_fields[] = {
    STANDING_FIELDS,
    {"per", FIELD_WORD, OF(per), 0, 0, 0, "core|tile|chip", "", "core",
     "what one barrier is charged for: each used core, each used tile, or once (chip, the default)"}};
static const struct field static_fields[] = {
    STANDING_FIELDS,
    {"what", FIELD_WORD, OF(what), 0, 0, 0, "chip|tile|core|router|link|memory", "", "chip", "one of which the power is"},
    {"state", FIELD_WORD, OF(state), 0, 0, 0, "any|used|unused|gated", "", "any", "when it is paid (any is the default); gated needs energy.gating"},
    {"power", FIELD_NODE, OF(power), 0, 0, 0, NULL, "", "104 mW", "another name for `value`"}};
const struct field_table chipfile_table_cost = {"COST",
                                                "Wherever the type is *cost*: a quantity alone (then the section's `source` stands for it), or this map.",
                                                cost_fields, sizeof cost_fields / sizeof *cost_fields};
const struct field_table chipfile_table_barrier_cost = {"energy.barrier", "Energy of one barrier: a cost with one more key.", barrier_cost_fields,
                                                        sizeof barrier_cost_fields / sizeof *barrier_cost_fields};
const struct field_table chipfile_table_static = {"energy.static, core_types.NAME.static", "Static power: a cost, or a list of costs with these keys.",
                                                  static_fields, sizeof static_fields / sizeof *static_fields};

/* An inner section: a source of its own replaces source and basis together, a basis alone only the basis. */
struct standing chipfile_standing(const struct standing *outer, const char *key, const char *source, int basis)
{
    struct standing inner = *outer;
    size_t n = strlen(inner.key);
    snprintf(inner.key + n, sizeof inner.key - n, "%s%s", n ? "." : "", key);
    if (source) {
        inner.source = source;
        inner.basis = basis;
    } else if (basis != NO_INDEX) {
        inner.basis = basis;
    }
    return inner;
}

/* `--set KEY=...` replaces the whole cost, `--set KEY.value=...` its value: either way the figure is no longer the file's. */
int chipfile_is_set(const struct doc_node *node)
{
    if (!node)
        return 0;
    const struct doc_node *value = doc_get(node, "value"), *power = doc_get(node, "power");
    return node->set || (value && value->set) || (power && power->set);
}

/* A scalar is its own value. Words keep NO_INDEX where the file does not give them, so that a section can stand in. */
int chipfile_cost_words(const struct field_table *table, const struct doc_node *node, struct cost_text *text, struct err *err)
{
    *text = (struct cost_text){
        .basis = NO_INDEX, .scope = NO_INDEX, .bound = NO_INDEX, .unknown = NO_INDEX, .per = NO_INDEX, .what = NO_INDEX, .state = NO_INDEX, .node = node};
    text->set = chipfile_is_set(node);
    if (node->kind == DOC_SCALAR) {
        text->value = node;
        return 0;
    }
    return fields_read(table, node, node, text, err);
}

/* ---- values ---- */

/* Cycles become seconds through the clock of the section; everything else is in SI already. */
static double seconds_of(const struct chipfile *file, const struct standing *from, const struct quantity *q)
{
    return q->unit == UNIT_CYCLES ? q->value * (double)file->clock[from->clock].period_ps * 1e-12 : q->value;
}

static int read_value(const struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, unsigned units, struct quantity *q,
                      double *si, struct err *err)
{
    struct err what = {ERR_NONE, ""};
    if (node->kind != DOC_SCALAR)
        return doc_error(node, err, "%s.%s is one quantity, not a %s; write for example %s", from->key, key, node->kind == DOC_MAP ? "map" : "list",
                         unit_example(units));
    if (unit_read(node->text, units, q, &what))
        return doc_error(node, err, "%s.%s: %s", from->key, key, what.text);
    *si = seconds_of(r->file, from, q);
    return 0;
}

static int read_range(const struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, unsigned units, struct cost *cost,
                      struct err *err)
{
    struct quantity q;
    if (node->kind != DOC_LIST || node->count != 2)
        return doc_error(node, err, "%s.%s: range is a list of two quantities; write for example range: [%s, %s]", from->key, key, unit_example(units),
                         unit_example(units));
    if (read_value(r, from, key, node->item[0], units, &q, &cost->low, err) || read_value(r, from, key, node->item[1], units, &q, &cost->high, err))
        return -1;
    return 0;
}

/* A bound is one end of the range; the other end must come from somewhere. */
static int apply_bound(const struct standing *from, const char *key, const struct cost_text *text, struct cost *cost, struct err *err)
{
    int at_least = text->bound == 0;
    cost->bound = at_least ? 1 : -1;
    if (!text->range && (at_least ? cost->high <= cost->value : cost->low >= cost->value) && cost->value > 0)
        return doc_error(text->node, err, "%s.%s: bound: %s says only one end; add range: [low, high], or a range to its source", from->key, key,
                         at_least ? "at_least" : "at_most");
    if (text->range && (at_least ? cost->low < cost->value : cost->high > cost->value))
        return doc_error(text->range, err, "%s.%s: the range goes %s %s, but bound: %s says that the value is its %s end", from->key, key,
                         at_least ? "below" : "above", text->value->text, at_least ? "at_least" : "at_most", at_least ? "low" : "high");
    if (at_least)
        cost->low = cost->value;
    else
        cost->high = cost->value;
    return 0;
}

/* low <= value <= high holds for every cost that leaves here. */
static int set_range(const struct reading *r, const struct standing *from, const char *key, const struct cost_text *text, unsigned units, struct cost *cost,
                     struct err *err)
{
    const struct chip_source *source = cost->source == NO_INDEX ? NULL : &r->file->source[cost->source];
    cost->low = cost->value * (source ? source->low : 1);
    cost->high = cost->value * (source ? source->high : 1);
    if (text->set && !(text->range && text->range->set))
        return 0;               /* an overridden value: the old range and bound said something about the old one */
    if (text->range && read_range(r, from, key, text->range, units, cost, err))
        return -1;
    if (text->bound != NO_INDEX && apply_bound(from, key, text, cost, err))
        return -1;
    if (cost->low > cost->value || cost->high < cost->value)
        return doc_error(text->range, err, "%s.%s: the range does not contain the value %s; write it as [low, high] around the value", from->key, key,
                         text->value->text);
    return 0;
}

/* A copy for `volley info` and the tests, which must see every figure of the file, whatever struct it ended in; the cost learns which it is. */
void chipfile_figure(struct reading *r, const struct standing *from, const char *key, struct cost *cost, unsigned unit, const struct duration *duration)
{
    struct chipfile *f = r->file;
    size_t n = f->n_figures;
    f->figure = mem_room(f->figure, n, &r->figure_capacity, sizeof *f->figure);
    struct chip_figure *figure = &f->figure[f->n_figures++];
    cost->figure = f->n_figures;        /* so that whoever uses the cost can name the constant */
    *figure = (struct chip_figure){.cost = *cost, .unit = unit};
    figure->key = mem_format("%s%s%s", from->key, *from->key ? "." : "", key);
    figure->cost.why = cost->why ? mem_text(cost->why) : NULL;
    if (duration) {
        figure->is_time = 1;
        figure->cycles = duration->cycles;
        figure->clock = duration->clock;
    }
}

/* On failure the caller still owns cost->why. */
int chipfile_cost_of(struct reading *r, const struct standing *from, const char *key, struct cost_text *text, unsigned units, struct cost *cost,
                     struct err *err)
{
    *cost = (struct cost){.stated = 1, .source = NO_INDEX, .basis = BASIS_ASSUMED};
    const char *why = text->why ? text->why : from->why;
    cost->why = why ? mem_text(why) : NULL;
    if (text->unknown != NO_INDEX && text->value)
        return doc_error(text->node, err, "%s.%s has both a value and unknown: free; keep one", from->key, key);
    if (text->unknown != NO_INDEX) {
        cost->free = 1;
        return 0;
    }
    if (!text->value)
        return doc_error(text->node, err, "%s.%s has no value; write {value: %s, source: NAME}, or {unknown: free} where no figure exists", from->key, key,
                         unit_example(units));
    if (read_value(r, from, key, text->value, units, &text->stated, &cost->value, err) || chipfile_stand(r, from, key, text, cost, err))
        return -1;
    return set_range(r, from, key, text, units, cost, err);
}

int chipfile_cost(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, unsigned units, struct cost *cost,
                  struct err *err)
{
    struct cost_text text;
    if (!node)
        return 0;
    if (chipfile_cost_words(&chipfile_table_cost, node, &text, err) || chipfile_cost_of(r, from, key, &text, units, cost, err))
        return -1;
    chipfile_figure(r, from, key, cost, units, NULL);
    return 0;
}

/* ---- times ---- */

uint64_t chipfile_cycles(const struct chipfile *file, uint32_t clock, double seconds)
{
    if (seconds <= 0)
        return 0;
    uint64_t period = file->clock[clock].period_ps, ps = (uint64_t)floor(seconds * 1e12 + 0.5);
    uint64_t cycles = (2 * ps + period) / (2 * period);
    return cycles ? cycles : 1;
}

/* A time in cycles is a whole number of them already, or is rounded as any other. */
static uint64_t whole_cycles(const struct chipfile *file, uint32_t clock, const struct quantity *stated)
{
    if (stated->unit != UNIT_CYCLES)
        return chipfile_cycles(file, clock, stated->value);
    uint64_t cycles = (uint64_t)floor(stated->value + 0.5);
    return cycles || stated->value == 0 ? cycles : 1;
}

/* A billionth is the noise of a double; anything larger changes the result and is told. */
static void note_rounding(struct reading *r, const struct standing *from, const char *key, const struct duration *d)
{
    uint64_t period = r->file->clock[d->clock].period_ps;
    double used = (double)(d->cycles * period) * 1e-12, stated = d->cost.value;
    char a[40], b[40], c[40];
    if (stated <= 0 || fabs(used / stated - 1) < 1e-9)
        return;
    fidelity_add(&r->file->notes, FIDELITY_ROUNDED, "", "%s.%s: %s stated, %s used (%llu x %s, %+.1f %%)", from->key, key,
                 unit_write(a, sizeof a, stated, UNIT_TIME), unit_write(b, sizeof b, used, UNIT_TIME), (unsigned long long)d->cycles,
                 unit_write(c, sizeof c, (double)period * 1e-12, UNIT_TIME), 100 * (used / stated - 1));
}

/* `unknown: free` takes no time. The limit keeps sums of counts x cycles far from the end of 64 bits. */
int chipfile_duration(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, struct duration *duration, struct err *err)
{
    struct cost_text text;
    const struct chipfile *file = r->file;
    if (!node)
        return 0;
    duration->clock = from->clock;
    duration->cycles = 0;
    if (chipfile_cost_words(&chipfile_table_cost, node, &text, err) || chipfile_cost_of(r, from, key, &text, UNIT_TIME | UNIT_CYCLES, &duration->cost, err))
        return -1;
    if (!duration->cost.free) {
        if (duration->cost.value / ((double)file->clock[from->clock].period_ps * 1e-12) > CYCLES_MAX)
            return doc_error(text.value, err, "%s.%s: '%s' is longer than %d cycles of clock %s", from->key, key, text.value->text, CYCLES_MAX,
                             file->clock[from->clock].name);
        duration->cycles = whole_cycles(file, from->clock, &text.stated);
        note_rounding(r, from, key, duration);
    }
    chipfile_figure(r, from, key, &duration->cost, UNIT_TIME, duration);
    return 0;
}
