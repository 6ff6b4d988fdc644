/* A stimulus as a core's image: the same arrays that a chip lays out at load, here for one core alone. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "verify/stim.h"

/* What an image points at. */
struct own {
    struct image_group *group;
    int32_t *threshold, *bias, *reset_value, *decay;
    uint64_t *fan_in, *rows;
    uint32_t *axon_row;
};

static int64_t value(const struct stim *s, const char *name, uint32_t index, int64_t absent)
{
    const int64_t *values = stim_values(s, name);
    return values ? values[index] : absent;
}

static void make_groups(const struct stim *s, struct own *own)
{
    own->group = mem_new(s->groups, sizeof *own->group);
    for (uint32_t g = 0; g < s->groups; g++)
        own->group[g] = (struct image_group){
            .first = s->group[g].first, .count = s->group[g].count, .compartments = 1, .ports = 1,
            .open = (uint64_t)value(s, "open", g, 0), .close = (uint64_t)value(s, "close", g, INT64_MAX),
            .current = (int)value(s, "current", g, 0), .fires = (int)value(s, "fires", g, 1),
            .reset = (enum image_reset)value(s, "reset", g, IMAGE_RESET_VALUE), .point = (enum image_point)value(s, "point", g, IMAGE_NOW),
            .at_least = (int)value(s, "at_least", g, 0), .refractory = (uint32_t)value(s, "refractory", g, 0),
            .shift = (uint32_t)value(s, "shift", g, 0), .decay_bits = (uint32_t)value(s, "decay_bits", g, 12),
            .learns = value(s, "learning", 0, 0) && value(s, "learns", g, 0),
        };
}

/* decay is out of 2^decay_bits of the neuron's group. decay_shift k: v - v / 2^(k - 1); leak k: v - v / 2^k; 0: none. */
static int32_t decay_of(const struct stim *s, const struct image_group *group, uint32_t i)
{
    int64_t decay = value(s, "decay", i, 0), k = value(s, "decay_shift", i, 0), leak = value(s, "leak", i, 0), one = (int64_t)1 << group->decay_bits;
    if (leak)
        return (int32_t)(leak > group->decay_bits ? 0 : one >> leak);
    if (k)
        return (int32_t)(k - 1 > group->decay_bits ? 0 : one >> (k - 1));
    return (int32_t)(decay < one ? decay : one);
}

static void make_neurons(const struct stim *s, struct own *own)
{
    uint32_t n = s->neurons;
    own->threshold = mem_new(n, sizeof *own->threshold);
    own->bias = mem_new(n, sizeof *own->bias);
    own->reset_value = mem_new(n, sizeof *own->reset_value);
    own->decay = mem_new(n, sizeof *own->decay);
    for (uint32_t g = 0; g < s->groups; g++)
        for (uint32_t i = s->group[g].first; i < s->group[g].first + s->group[g].count; i++) {
            own->threshold[i] = (int32_t)value(s, "threshold", i, 0);
            own->bias[i] = (int32_t)value(s, "bias", i, 0);
            own->reset_value[i] = (int32_t)value(s, "reset_value", i, 0);
            own->decay[i] = decay_of(s, &own->group[g], i);
        }
}

/* The sum that no step passes, whatever its order: of |weights| x |payload|, or of the largest weight where weights are learned. */
static void make_fan_in(const struct stim *s, struct own *own)
{
    int64_t most = s->size->weight_high > -s->size->weight_low ? s->size->weight_high : -s->size->weight_low;
    int learns = (s->target->reference->flags & CORE_LEARNS) != 0;
    uint64_t *sum = mem_new(s->neurons, sizeof *sum);
    own->fan_in = mem_new(s->neurons, sizeof *own->fan_in);
    for (uint32_t t = 0; t < s->steps; t++) {
        memset(sum, 0, s->neurons * sizeof *sum);
        for (uint32_t e = 0; e < s->step[t].count; e++) {
            const struct stim_event *event = &s->step[t].event[e];
            for (uint32_t k = 0; event->axon < s->axons && k < s->row[event->axon].count; k++) {
                const struct stim_synapse *x = &s->row[event->axon].synapse[k];
                sum[x->neuron] += (uint64_t)(learns ? most : llabs(x->weight)) * (uint64_t)llabs(event->payload);
            }
        }
        for (uint32_t i = 0; i < s->neurons; i++)
            if (sum[i] > own->fan_in[i])
                own->fan_in[i] = sum[i];
    }
    free(sum);
}

/* ---- rows ---- */

static uint32_t group_of(const struct stim *s, uint32_t neuron)
{
    uint32_t g = s->groups - 1;
    while (s->group[g].first > neuron)
        g--;
    return g;
}

/* Hardware words that a row touches, one accumulator word each. A word in the making has a place per lane; a second synapse of the same neuron
 * needs another one, and between two of the same accumulator word stands one of another, because a read and a write may not meet. */
struct words { uint32_t word, used, count; };

static void add_word(struct words *w, const struct stim_synapse *x, uint32_t lanes)
{
    uint32_t word = x->neuron / lanes, lane = 1u << (x->neuron % lanes);
    int same = w->count && w->word == word;
    if (same && !(w->used & lane)) {
        w->used |= lane;
        return;
    }
    w->count += same ? 2 : 1;
    w->word = word;
    w->used = lane;
}

/* Synapses first .. end of a row, all of one group, as a segment; returns its units of 8 bytes. */
static size_t make_segment(const struct stim *s, const struct stim_row *row, uint32_t first, uint32_t end, struct words *words, uint64_t *to)
{
    int wide = s->size->weight_high > INT8_MAX || s->size->weight_low < INT8_MIN;
    uint32_t n = end - first, before = words->count;
    for (uint32_t k = first; k < end; k++)
        add_word(words, &row->synapse[k], s->size->lanes);
    struct segment seg = {.count = n, .group = (uint16_t)(n ? group_of(s, row->synapse[first].neuron) : 0), .last = end == row->count,
                          .form = wide ? ROW_ID32_W32 : ROW_ID16_W8, .words = words->count - before, .spots = words->count - before};
    memcpy(to, &seg, sizeof seg);
    unsigned char *body = (unsigned char *)to + sizeof seg;
    for (uint32_t k = 0; k < n; k++) {
        const struct stim_synapse *x = &row->synapse[first + k];
        if (wide) {
            memcpy(body + 4 * k, &x->neuron, 4);
            memcpy(body + 4 * n + 4 * k, &x->weight, 4);
        } else {
            uint16_t id = (uint16_t)x->neuron;
            int8_t weight = (int8_t)x->weight;
            memcpy(body + 2 * k, &id, 2);
            memcpy(body + 2 * n + k, &weight, 1);
        }
    }
    return (size_t)((const uint64_t *)segment_next((const struct segment *)to) - to);
}

/* A segment for each run of one group; an empty row is a segment without synapses. Returns units of 8 bytes. */
static size_t make_row(const struct stim *s, const struct stim_row *row, uint32_t *row_words, uint64_t *to)
{
    struct words words = {0, 0, 0};
    size_t units = 0;
    uint32_t first = 0;
    do {
        uint32_t end = first, g = row->count ? group_of(s, row->synapse[first].neuron) : 0;
        while (end < row->count && group_of(s, row->synapse[end].neuron) == g)
            end++;
        units += make_segment(s, row, first, end, &words, to + units);
        first = end;
    } while (first < row->count);
    *row_words = words.count;
    return units;
}

static int make_rows(const struct stim *s, struct own *own, struct err *err)
{
    /* At worst a segment per synapse: its head of 3 units, and a list of one in one unit more. */
    size_t most = 4 * (size_t)(stim_synapses(s) + s->axons), at = 0;
    uint64_t words = 0;
    own->rows = mem_new(most, sizeof *own->rows);
    own->axon_row = mem_new(s->axons, sizeof *own->axon_row);
    for (uint32_t a = 0; a < s->axons; a++) {
        uint32_t row_words;
        own->axon_row[a] = (uint32_t)at;
        at += make_row(s, &s->row[a], &row_words, own->rows + at);
        words += row_words;
    }
    if (words <= s->size->synapse_words)
        return 0;
    return err_input(err, "the rows need %llu synapse words, size %s has %u", (unsigned long long)words, s->size->name, s->size->synapse_words);
}

/* Widths are the target's. */
static struct image_learning learning_of(const struct stim *s)
{
    return (struct image_learning){
        .on = (int)value(s, "learning", 0, 0), .pre_add = (uint32_t)value(s, "pre_add", 0, 0), .post_add = (uint32_t)value(s, "post_add", 0, 0),
        .pre_keep = (uint32_t)value(s, "pre_keep", 0, 0), .post_keep = (uint32_t)value(s, "post_keep", 0, 0),
        .potentiate = (uint32_t)value(s, "potentiate", 0, 0), .depress = (uint32_t)value(s, "depress", 0, 0), .shift = (uint32_t)value(s, "learn_shift", 0, 0),
        .weight_low = (int32_t)value(s, "plastic_low", 0, 0), .weight_high = (int32_t)value(s, "plastic_high", 0, 0),
    };
}

int verify_image(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *build, struct err *err)
{
    (void)target;
    struct own *own = mem_new(1, sizeof *own);
    *build = (struct verify_build){.own = own};
    make_groups(s, own);
    make_neurons(s, own);
    make_fan_in(s, own);
    if (make_rows(s, own, err))
        return -1;
    int64_t membrane = ((int64_t)1 << (size->membrane_bits - 1)) - 1, current = ((int64_t)1 << (size->current_bits - 1)) - 1;
    build->image = (struct image){
        .neurons = s->neurons, .groups = s->groups, .group = own->group, .rows = own->rows, .axons = s->axons, .axon_row = own->axon_row, .delay_slots = 1,
        .threshold = own->threshold, .bias = own->bias, .reset_value = own->reset_value, .decay_v = own->decay, .decay_u = own->decay,
        .membrane_low = -membrane - 1, .membrane_high = membrane, .current_low = -current - 1, .current_high = current,
        .rounding = (enum image_rounding)value(s, "rounding", 0, 0), .active = (enum image_active)value(s, "active", 0, 0), .fan_in_sum = own->fan_in,
        .learning = learning_of(s),
    };
    return 0;
}

void verify_image_free(struct verify_build *build)
{
    struct own *own = build->own;
    if (!own)
        return;
    free(own->group);
    free(own->threshold);
    free(own->bias);
    free(own->reset_value);
    free(own->decay);
    free(own->fan_in);
    free(own->rows);
    free(own->axon_row);
    free(own);
    build->own = NULL;
}
