/* What is drawn, and how often. The numbers of a core come from its own field table, so a core with other numbers needs no code here; a
 * field's role says what a profile may aim at with it. */
#include "verify/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verify/dice.h"

enum { ANY, ALL, ENDS };                                /* neurons, axons */
enum { W_ANY, W_HIGH, W_LOW, W_ZERO, W_HOT, W_SMALL };
enum { T_ANY, T_EDGE, T_NEVER, T_ALWAYS, T_OFTEN };
enum { B_ANY, B_HIGH, B_LOW };
enum { R_ANY, R_ALL };
enum { STEPS_LEAST = 6, STEPS_MOST = 24, AXONS_USUAL = 64 };

/* in the order of struct profile: neurons, axons, fill, weights, thresholds, biases, rests, fields, learn, twice, per_step, sink */
const struct profile profiles[] = {
    {"dense", "full rows of any weights, all neurons", ALL, ANY, 100, W_ANY, T_ANY, B_ANY, R_ANY, 0, 0, 0, 0, 0},
    {"sparse", "short rows, few packets", ANY, ANY, 4, W_ANY, T_ANY, B_ANY, R_ANY, 0, 0, 0, 8, 0},
    {"saturate_up", "largest weights and biases: sums and membranes at their upper ends", ANY, ANY, 80, W_HIGH, T_NEVER, B_HIGH, R_ANY, 0, 0, 0, 0, 0},
    {"saturate_down", "smallest weights and biases: their lower ends", ANY, ANY, 80, W_LOW, T_ANY, B_LOW, R_ANY, 0, 0, 0, 0, 0},
    {"threshold_edge", "thresholds that membranes reach, miss by one, and pass by one", ANY, ANY, 60, W_ANY, T_EDGE, B_ANY, R_ANY, 0, 0, 0, 0, 0},
    {"refractory_edge", "neurons that always fire, with every refractory time", ANY, ANY, 30, W_SMALL, T_ALWAYS, B_ANY, R_ALL, 0, 0, 0, 0, 0},
    {"burst", "more packets at once than the input queue holds", ANY, ANY, 8, W_ANY, T_ANY, B_ANY, R_ANY, 0, 0, 0, 120, 1},
    {"slow_sink", "all neurons fire into a slow sink while packets arrive", ANY, ANY, 20, W_SMALL, T_ALWAYS, B_ANY, R_ANY, 0, 0, 0, 40, 24},
    {"zero_weights", "synapses of weight 0: work that changes nothing", ANY, ANY, 50, W_ZERO, T_ANY, B_ANY, R_ANY, 0, 0, 0, 0, 0},
    {"one_hot", "every row reaches one neuron", ANY, ANY, 0, W_HOT, T_ANY, B_ANY, R_ANY, 0, 0, 0, 0, 0},
    {"corners", "sizes and every number at an end of its range", ENDS, ENDS, 0, W_ANY, T_ANY, B_ANY, R_ALL, 1, 1, 1, 0, 0},
    {"full", "every axon and the whole synapse memory", ALL, ALL, 100, W_ANY, T_ANY, B_ANY, R_ANY, 0, 0, 1, 0, 0},
    {"learning", "learning on, its numbers at their ends", ANY, ANY, 30, W_ANY, T_OFTEN, B_ANY, R_ANY, 0, 1, 0, 12, 0},
    {.name = NULL},
};

const struct profile *profile_named(const char *name)
{
    for (const struct profile *p = profiles; p->name; p++)
        if (!strcmp(p->name, name))
            return p;
    return NULL;
}

int profile_fits(const struct profile *p, const struct verify_target *target)
{
    char word[STIM_NAME];
    snprintf(word, sizeof word, "%s ", p->name);
    if (!strcmp(p->name, "learning") && !(target->device->flags & CORE_LEARNS))
        return 0;
    return !target->profiles || strstr(target->profiles, word) != NULL;
}

/* What a stimulus is being made from. */
struct maker {
    const struct profile *p;
    const struct verify_size *size;
    struct stim *s;
    uint64_t dice;
    uint32_t fill, events, hot;
    int twice;                  /* rows in which neurons stand several times; a learning core's do not */
    uint64_t *load;             /* [neuron] sum of |weight| x |payload| in the step under way */
};

static uint32_t below(struct maker *m, uint32_t n)
{
    return dice_below(&m->dice, n);
}

/* 1 in n. */
static int chance(struct maker *m, uint32_t n)
{
    return below(m, n) == 0;
}

static int64_t between(struct maker *m, int64_t low, int64_t high)
{
    return dice_between(&m->dice, low, high);
}

static int64_t clamp(int64_t x, const struct verify_field *f)
{
    return x < f->low ? f->low : x > f->high ? f->high : x;
}

static uint32_t how_many(struct maker *m, uint8_t how, uint32_t most, uint32_t usual)
{
    if (how == ALL)
        return most;
    if (how == ENDS)
        return chance(m, 2) ? most : 1 + below(m, most < 3 ? most : 3);
    return 1 + below(m, chance(m, 6) || usual > most ? most : usual);
}

/* ---- groups and numbers ---- */

static void make_groups(struct maker *m)
{
    struct stim *s = m->s;
    uint32_t lanes = m->size->lanes, words = (s->neurons + lanes - 1) / lanes, at = 0;
    for (uint32_t g = 0; g < s->groups; g++) {
        uint32_t left = words - at - (s->groups - g - 1), n = g + 1 == s->groups ? left : 1 + below(m, left);
        uint32_t first = at * lanes, end = (at + n) * lanes;
        s->group[g] = (struct stim_group){first, (end < s->neurons ? end : s->neurons) - first};
        at += n;
    }
}

/* A membrane's value: mostly near the sums that arrive, sometimes at the ends of the range or anywhere. */
static int64_t level(struct maker *m)
{
    int64_t high = ((int64_t)1 << (m->size->membrane_bits - 1)) - 1;
    switch (below(m, 10)) {
    case 0: return high;
    case 1: return -high - 1;
    case 2: return between(m, -high - 1, high);
    case 3: return between(m, -2, 2);
    default: return between(m, -200 < -high ? -high : -200, 500 > high ? high : 500);
    }
}

static int64_t threshold(struct maker *m, const struct verify_field *f)
{
    int64_t high = ((int64_t)1 << (m->size->membrane_bits - 1)) - 1;
    if (chance(m, 24))
        return chance(m, 2) ? f->high : f->low;
    switch (m->p->thresholds) {
    case T_NEVER: return chance(m, 4) ? level(m) : high - below(m, 2);
    case T_OFTEN: return chance(m, 4) ? level(m) : between(m, -40, 60);
    case T_ALWAYS: return chance(m, 6) ? level(m) : between(m, -high / 4, 4);
    default: return level(m);
    }
}

static int64_t bias(struct maker *m, const struct verify_field *f)
{
    if (m->p->biases == B_ANY || chance(m, 4))
        return chance(m, 2) ? 0 : chance(m, 6) ? between(m, f->low, f->high) : between(m, -20, 20);
    return m->p->biases == B_HIGH ? f->high - below(m, 3) : f->low + below(m, 3);
}

static int64_t other(struct maker *m, const struct verify_field *f)
{
    uint32_t x = below(m, 8);
    return x < 3 ? f->usual : x == 3 ? f->low : x == 4 ? f->high : between(m, f->low, f->high);
}

static int64_t draw(struct maker *m, const struct verify_field *f)
{
    if (m->p->fields && f->role != ROLE_OPEN && f->role != ROLE_CLOSE && f->role != ROLE_THRESHOLD && f->role != ROLE_LEARN && !chance(m, 4))
        return chance(m, 2) ? f->low : f->high;
    switch (f->role) {
    case ROLE_THRESHOLD: return threshold(m, f);
    case ROLE_BIAS: return bias(m, f);
    case ROLE_RESET: return chance(m, 16) ? between(m, f->low, f->high) : level(m);
    case ROLE_DECAY: return chance(m, 4) ? f->low : chance(m, 4) ? f->high : between(m, f->low, f->high);
    case ROLE_REFRACTORY: return m->p->rests == R_ANY && chance(m, 2) ? f->low : chance(m, 4) ? f->high : between(m, f->low, f->high < 4 ? f->high : 4);
    case ROLE_SHIFT: return chance(m, 2) ? f->low : between(m, f->low, f->high);
    case ROLE_DECAY_BITS: return chance(m, 2) ? f->usual : between(m, f->low, f->high);
    case ROLE_OPEN: return chance(m, 3) ? below(m, 4) : f->low;
    case ROLE_CLOSE: return chance(m, 3) ? 3 + below(m, STEPS_MOST) : f->usual;
    case ROLE_LEARN: return m->p->learn || chance(m, 2) ? between(m, f->low + 1, f->high) : 0;
    case ROLE_RATE: return chance(m, m->p->learn ? 16 : 8) ? f->low : chance(m, 5) ? f->high : between(m, f->low, f->high);
    case ROLE_PLASTIC: return !chance(m, 4);
    case ROLE_WEIGHT_LOW: case ROLE_WEIGHT_HIGH: return chance(m, 2) ? f->usual : between(m, f->low, f->high);
    default: return other(m, f);
    }
}

/* Per neuron either all alike, or each its own. A decay is out of its group's power of two. */
static void make_fields(struct maker *m)
{
    struct stim *s = m->s;
    for (uint32_t f = 0; m->size->fields[f].name; f++) {
        const struct verify_field *field = &m->size->fields[f];
        int alike = field->scope >= VERIFY_PER_NEURON && chance(m, 6);
        int64_t one = draw(m, field);
        for (uint32_t i = 0; i < stim_count(s, field->scope); i++)
            s->value[f][i] = clamp(alike ? one : draw(m, field), field);
    }
    const int64_t *bits = stim_values(s, "decay_bits");
    int decay = stim_field(m->size, "decay");
    for (uint32_t g = 0; bits && decay >= 0 && g < s->groups; g++)
        for (uint32_t i = s->group[g].first; i < s->group[g].first + s->group[g].count; i++)
            if (s->value[decay][i] > (int64_t)1 << bits[g])
                s->value[decay][i] = between(m, 0, (int64_t)1 << bits[g]);
}

/* ---- rows ---- */

static int32_t weight(struct maker *m)
{
    int32_t low = m->size->weight_low, high = m->size->weight_high;
    switch (m->p->weights) {
    case W_HIGH: return chance(m, 10) ? (int32_t)between(m, low, high) : high;
    case W_LOW: return chance(m, 10) ? (int32_t)between(m, low, high) : low;
    case W_ZERO: return chance(m, 50) ? 1 : 0;
    case W_SMALL: return (int32_t)between(m, low < -3 ? -3 : low, high > 4 ? 4 : high);
    default: return chance(m, 8) ? (chance(m, 2) ? high : low) : (int32_t)between(m, low, high);
    }
}

/* Neurons first .. end - 1, each with the chance of the fill; in falling order now and then, and twice where the profile wants it. */
static void add_run(struct maker *m, struct stim_row *row, uint32_t first, uint32_t end)
{
    int falling = chance(m, 12);
    for (uint32_t i = first; i < end; i++) {
        uint32_t neuron = falling ? end - 1 - (i - first) : i;
        if (m->fill < 100 && below(m, 100) >= m->fill)
            continue;
        stim_add_synapse(row, neuron, weight(m));
        if (m->twice && chance(m, 40))
            stim_add_synapse(row, neuron, weight(m));
    }
}

static int field_of(const struct verify_size *size, enum verify_role role)
{
    for (int f = 0; size->fields[f].name; f++)
        if (size->fields[f].role == role)
            return f;
    return -1;
}

/* Plastic weights begin within their limits. */
static void keep_limits(struct maker *m)
{
    struct stim *s = m->s;
    int on = field_of(m->size, ROLE_LEARN), low = field_of(m->size, ROLE_WEIGHT_LOW), high = field_of(m->size, ROLE_WEIGHT_HIGH);
    int plastic = field_of(m->size, ROLE_PLASTIC);
    if (on < 0 || low < 0 || high < 0 || plastic < 0)
        return;
    int64_t *least = &s->value[low][0], *most = &s->value[high][0];
    if (*least > *most) {
        int64_t swap = *least;
        *least = *most;
        *most = swap;
    }
    for (uint32_t a = 0; s->value[on][0] && a < s->axons; a++)
        for (uint32_t k = 0; k < s->row[a].count; k++) {
            struct stim_synapse *x = &s->row[a].synapse[k];
            uint32_t g = s->groups - 1;
            while (s->group[g].first > x->neuron)
                g--;
            if (s->value[plastic][g])
                x->weight = x->weight < *least ? (int32_t)*least : x->weight > *most ? (int32_t)*most : x->weight;
        }
}

/* Hardware words of lanes weights that a row may take at most. */
static uint32_t words_at_most(const struct maker *m, const struct stim_row *row)
{
    uint32_t words = 0, last = UINT32_MAX, used = 0;
    for (uint32_t k = 0; k < row->count; k++) {
        uint32_t word = row->synapse[k].neuron / m->size->lanes, lane = 1u << (row->synapse[k].neuron % m->size->lanes);
        if (word == last && !(used & lane)) {
            used |= lane;
            continue;
        }
        words += word == last ? 2 : 1;
        last = word;
        used = lane;
    }
    return words;
}

static void make_rows(struct maker *m)
{
    struct stim *s = m->s;
    uint32_t left = m->size->synapse_words;
    m->hot = below(m, s->neurons);
    for (uint32_t a = 0; a < s->axons; a++) {
        struct stim_row *row = &s->row[a];
        uint32_t first = chance(m, 3) ? below(m, s->neurons) : 0, end = chance(m, 3) ? first + 1 + below(m, s->neurons - first) : s->neurons;
        if (m->p->weights == W_HOT)
            stim_add_synapse(row, m->hot, weight(m));
        else if (!chance(m, 16))
            add_run(m, row, first, end);
        /* A second time over the whole row: longer than the core has words. */
        if (m->twice && chance(m, 8) && m->p->weights != W_HOT)
            add_run(m, row, first, end);
        uint32_t words = words_at_most(m, row);
        if (words > left)
            row->count = 0;
        else
            left -= words;
    }
}

/* ---- steps ---- */

/* 1: the packet fits the sums of this step. */
static int load_packet(struct maker *m, uint32_t axon, int32_t payload)
{
    const struct stim_row *row = &m->s->row[axon];
    int64_t most = m->size->weight_high > -m->size->weight_low ? m->size->weight_high : -m->size->weight_low;
    int learns = (m->s->target->reference->flags & CORE_LEARNS) != 0;
    if (m->size->sum_high == UINT64_MAX)
        return 1;
    for (uint32_t k = 0; k < row->count; k++) {
        uint64_t *load = &m->load[row->synapse[k].neuron];
        *load += (uint64_t)(learns ? most : llabs(row->synapse[k].weight)) * (uint64_t)llabs(payload);
        if (*load <= m->size->sum_high)
            continue;
        /* Taken back, this synapse included. */
        for (;; k--) {
            m->load[row->synapse[k].neuron] -= (uint64_t)(learns ? most : llabs(row->synapse[k].weight)) * (uint64_t)llabs(payload);
            if (!k)
                return 0;
        }
    }
    return 1;
}

static uint16_t event_types(const struct verify_size *size)
{
    uint16_t n = 0;
    while (size->events[n].name)
        n++;
    return n;
}

/* Mostly the first type, the spike; its axon from all, or again and again from a few. */
static void add_packet(struct maker *m, struct stim_step *step, uint32_t few)
{
    const struct verify_size *size = m->size;
    uint16_t types = event_types(size), type = (uint16_t)(types > 1 && chance(m, 4) ? below(m, types) : 0);
    const struct verify_event *event = &size->events[type];
    uint32_t axons = event->axons ? event->axons : m->s->axons, axon = below(m, few && few < axons ? few : axons);
    int32_t payload = chance(m, 3) ? (chance(m, 2) ? event->low : event->high) : (int32_t)between(m, event->low, event->high);
    if (!payload && !event->axons)          /* a synapse that adds nothing shows nothing */
        payload = event->high;
    if (event->has_but && payload == event->but)
        payload = payload == event->high ? event->low : event->high;
    if (event->axons || load_packet(m, axon, payload))
        stim_add_event(step, type, axon, payload);
}

static void make_step(struct maker *m, uint32_t packets)
{
    struct stim_step *step = stim_add_step(m->s);
    uint32_t sink = m->p->sink ? m->p->sink : chance(m, 2) ? 1 : 12;
    step->restart = m->s->steps > 1 && chance(m, 16) ? 1 : 0;
    step->settle = (uint8_t)chance(m, 4);
    step->source = chance(m, 2) ? 1 : 1 + below(m, 6);
    step->sink = 1 + below(m, sink);
    step->pauses = below(m, 1 << 20);
    memset(m->load, 0, m->s->neurons * sizeof *m->load);
    uint32_t few = chance(m, 4) ? 1 + below(m, 4) : 0;
    for (uint32_t i = 0; i < packets; i++)
        add_packet(m, step, few);
}

/* Packets of each step: as the profile says, else few or many, until the budget is used. */
static void make_steps(struct maker *m)
{
    uint32_t steps = STEPS_LEAST + below(m, STEPS_MOST - STEPS_LEAST + 1), left = m->events;
    for (uint32_t t = 0; t < steps; t++) {
        uint32_t share = 2 * left / (steps - t) + 1, n = m->p->per_step ? below(m, 2 * m->p->per_step) : chance(m, 4) ? below(m, 4) : below(m, share);
        n = n < left ? n : left;
        left -= n;
        make_step(m, n);
    }
}

/* ---- thresholds at the edge ---- */

/* Every step sends what the first one does, and nothing leaks: after k steps a membrane that did not fire is k times what one step adds. */
static void repeat_first(struct maker *m)
{
    struct stim *s = m->s;
    uint32_t best = 0;
    for (uint32_t t = 0; t < s->steps; t++)
        best = s->step[t].count > s->step[best].count ? t : best;
    for (uint32_t t = 0; t < s->steps; t++) {
        if (t == best)
            continue;
        s->step[t].count = 0;
        for (uint32_t e = 0; e < s->step[best].count; e++)
            stim_add_event(&s->step[t], s->step[best].event[e].type, s->step[best].event[e].axon, s->step[best].event[e].payload);
    }
}

/* What a step adds to a neuron's membrane. */
static int64_t drive_of(const struct stim *s, uint32_t group, uint32_t neuron, int64_t sum)
{
    const int64_t *shift = stim_values(s, "shift"), *bias_of = stim_values(s, "bias");
    int64_t high = ((int64_t)1 << (s->size->current_bits - 1)) - 1;
    sum = sum > high ? high : sum < -high - 1 ? -high - 1 : sum;
    return sum * ((int64_t)1 << (shift ? shift[group] : 0)) + (bias_of ? bias_of[neuron] : 0);
}

static void aim_thresholds(struct maker *m)
{
    struct stim *s = m->s;
    int aim = stim_field(m->size, "threshold"), leak = stim_field(m->size, "decay");
    int64_t *sum = mem_new(s->neurons, sizeof *sum);
    repeat_first(m);
    for (uint32_t e = 0; s->steps && e < s->step[0].count; e++) {
        const struct stim_event *event = &s->step[0].event[e];
        for (uint32_t k = 0; event->axon < s->axons && k < s->row[event->axon].count; k++)
            sum[s->row[event->axon].synapse[k].neuron] += (int64_t)s->row[event->axon].synapse[k].weight * event->payload;
    }
    for (uint32_t g = 0; aim >= 0 && g < s->groups; g++)
        for (uint32_t i = s->group[g].first; i < s->group[g].first + s->group[g].count; i++) {
            int64_t k = 1 + below(m, 4), edge = k * drive_of(s, g, i, sum[i]) + between(m, -1, 1);
            s->value[aim][i] = clamp(edge, &m->size->fields[aim]);
            if (leak >= 0 && !chance(m, 4))
                s->value[leak][i] = 0;
        }
    free(sum);
}

struct stim *profile_make(const struct verify_target *target, const struct verify_size *size, const struct profile *p, uint64_t seed, uint32_t events)
{
    /* At the edge one step is repeated in all others: it gets a step's share. */
    struct maker m = {.p = p, .size = size, .events = p->thresholds == T_EDGE ? events / STEPS_LEAST : events};
    uint64_t use = 0;
    for (const char *at = p->name; *at; at++)
        use = use * 131 + (unsigned char)*at;
    for (const char *at = size->name; *at; at++)
        use = use * 137 + (unsigned char)*at;
    m.dice = dice_seed(seed, use);
    uint32_t neurons = how_many(&m, p->neurons, size->neurons, size->neurons), axons = how_many(&m, p->axons, size->axons, AXONS_USUAL);
    if (neurons < stim_neurons_least(size))
        neurons = size->neurons;
    uint32_t words = (neurons + size->lanes - 1) / size->lanes, groups = size->groups;
    if (!p->fields && p->axons != ALL)
        groups = 1 + below(&m, groups < 4 ? groups : 4);
    m.s = stim_new(target, size, neurons, axons, groups < words ? groups : words);
    m.s->seed = seed;
    snprintf(m.s->profile, sizeof m.s->profile, "%s", p->name);
    m.s->readback = p->fields || p->axons == ALL || chance(&m, 8);
    m.fill = p->fill ? p->fill : 5 + below(&m, 96);
    m.load = mem_new(neurons, sizeof *m.load);
    m.twice = p->twice && !target->one_place && !(target->reference->flags & CORE_LEARNS);
    make_groups(&m);
    make_fields(&m);
    make_rows(&m);
    keep_limits(&m);
    make_steps(&m);
    if (p->thresholds == T_EDGE)
        aim_thresholds(&m);
    free(m.load);
    return m.s;
}
