/* What each core's memories hold beside synapses: groups with their windows, neuron parameters, words and times of the hardware.
 * A group is one population's part of a core: neurons side by side in local order, with one rule and one window of chip steps
 *     open = depth <= step < depth + T = close
 * outside which they are held. A layer that runs free (time.layer_start: free) has the whole run as its window. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chip.h"
#include "mapping_rows.h"

enum { GROUPS_MOST = UINT16_MAX };      /* what a segment has bits for */

static uint32_t population_of(const struct mapping *m, uint32_t n_populations, uint32_t global)
{
    uint32_t low = 1, high = n_populations;         /* first[low] <= global < first[high] */
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (m->first[middle] <= global)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Neurons of a core lie population after population, so a group ends where the population changes. */
static uint32_t count_groups(const struct chip *chip, const struct map_core *m)
{
    uint32_t groups = 0, last = 0;
    for (uint32_t i = 0; i < m->neurons; i++) {
        uint32_t p = population_of(chip->mapping, chip->network->n_populations, m->neuron[i]);
        groups += p != last;
        last = p;
    }
    return groups;
}

static const enum image_reset reset_of[] = {
    [RESET_NONE] = IMAGE_RESET_NONE, [RESET_ZERO] = IMAGE_RESET_VALUE, [RESET_SUBTRACT] = IMAGE_RESET_SUBTRACT, [RESET_VALUE] = IMAGE_RESET_VALUE};
static const enum image_point point_of[] = {
    [RESET_NOW] = IMAGE_NOW, [RESET_NEXT_BEFORE_DECAY] = IMAGE_NEXT_BEFORE_DECAY, [RESET_NEXT_AFTER_INPUT] = IMAGE_NEXT_AFTER_INPUT};

/* 1: synapses onto the population are plastic on such a core. */
static int learns(const struct core_type *type, const struct population *p)
{
    for (uint32_t i = 0; i < type->n_plastic; i++)
        if (!strcmp(type->plastic[i], p->name))
            return 1;
    return type->learning.on && !type->plastic;
}

/* The rule is the rewritten one of the quantiser: what this core type really does. */
static struct image_group group_of(const struct chip *chip, const struct core_type *type, uint32_t population, const struct chip_options *options)
{
    const struct population *p = &chip->network->population[population];
    const struct quant_population *q = &chip->quantised->population[population];
    uint32_t all = options->steps + chip->network->depth_max;
    struct image_group g = {
        .open = options->hold ? p->depth : 0, .close = options->hold ? p->depth + options->steps : all,
        .compartments = q->compartments ? q->compartments : 1, .ports = p->ports, .current = q->rule.current, .fires = q->rule.fires,
        .reset = reset_of[q->rule.reset], .point = point_of[q->rule.point], .at_least = q->rule.compare == COMPARE_AT_LEAST,
        .refractory = q->rule.refractory, .shift = q->shift, .decay_bits = q->decay_bits, .learns = learns(type, p),
    };
    for (int port = 0; port < IMAGE_PORTS; port++)
        g.exponent[port] = q->exponent[port];
    g.binary = (struct image_binary){.leak_reversal = q->binary.leak_reversal, .leak_stochastic = q->binary.leak_stochastic,
                                     .synapse_stochastic = q->binary.synapse_stochastic, .floor_saturates = q->binary.floor_saturates,
                                     .threshold_bits = q->binary.threshold_bits, .floor = q->binary.floor};
    return g;
}

/* Invariant: the groups cover the core's neurons in order, without gaps. */
static void make_groups(const struct chip *chip, struct chip_core *core, const struct map_core *m, const struct chip_options *options)
{
    uint32_t groups = count_groups(chip, m), last = 0, g = 0;
    core->group = mem_new(groups, sizeof *core->group);
    core->population = mem_new(groups, sizeof *core->population);
    for (uint32_t i = 0; i < m->neurons; i++) {
        uint32_t p = population_of(chip->mapping, chip->network->n_populations, m->neuron[i]);
        if (p != last) {
            core->group[g] = group_of(chip, core->type, p, options);
            core->group[g].first = i;
            core->population[g++] = p;
        }
        core->group[g - 1].count++;
        last = p;
    }
    core->image.groups = groups;
    core->image.group = core->group;
    core->image.neurons = m->neurons;
}

/* Arrays of both arithmetics, n neurons each: zero where the kind has no use for one. */
static void new_parameters(struct chip_core *core, uint32_t n)
{
    core->threshold = mem_new(n, sizeof *core->threshold);
    core->bias = mem_new(n, sizeof *core->bias);
    core->reset_value = mem_new(n, sizeof *core->reset_value);
    core->decay_v = mem_new(n, sizeof *core->decay_v);
    core->decay_u = mem_new(n, sizeof *core->decay_u);
    core->alpha = mem_new(n, sizeof *core->alpha);
    core->beta = mem_new(n, sizeof *core->beta);
    core->threshold_f = mem_new(n, sizeof *core->threshold_f);
    core->reset_f = mem_new(n, sizeof *core->reset_f);
    for (int port = 0; port < IMAGE_PORTS; port++)
        core->bias_acc[port] = mem_new(n, sizeof *core->bias_acc[port]);
    core->fan_in_sum = mem_new(n, sizeof *core->fan_in_sum);
}

/* Neuron j of population q becomes the core's neuron i. */
static void copy_neuron(struct chip_core *core, const struct quant_population *q, uint32_t i, uint64_t j)
{
    if (q->integer) {
        core->threshold[i] = q->threshold ? q->threshold[j] : 0;
        core->bias[i] = q->bias ? q->bias[j] : 0;
        core->reset_value[i] = q->reset_value ? q->reset_value[j] : 0;
        core->decay_v[i] = q->decay_v ? q->decay_v[j] : 0;
        core->decay_u[i] = q->decay_u ? q->decay_u[j] : (int32_t)1 << q->decay_bits;
        return;
    }
    core->alpha[i] = q->alpha ? q->alpha[j] : 0;
    core->beta[i] = q->beta ? q->beta[j] : 0;
    core->threshold_f[i] = q->thr ? q->thr[j] : 0;
    core->reset_f[i] = q->reset_f ? q->reset_f[j] : 0;
    for (int port = 0; port < IMAGE_PORTS; port++) {
        core->bias_acc[port][i] = q->bias_acc[port] ? q->bias_acc[port][j] : 0;
        int64_t bias = core->bias_acc[port][i];
        core->fan_in_sum[i] += (uint64_t)(bias < 0 ? -bias : bias);
    }
}

static void point_image(struct chip_core *core)
{
    struct image *image = &core->image;
    image->threshold = core->threshold;
    image->bias = core->bias;
    image->reset_value = core->reset_value;
    image->decay_v = core->decay_v;
    image->decay_u = core->decay_u;
    image->alpha = core->alpha;
    image->beta = core->beta;
    image->threshold_f = core->threshold_f;
    image->reset_f = core->reset_f;
    for (int port = 0; port < IMAGE_PORTS; port++)
        image->bias_acc[port] = core->bias_acc[port];
    image->fan_in_sum = core->fan_in_sum;
}

/* Entries of a table that share a word, or words that an entry takes. per 0: the table is not described. */
static void per_word(const struct core_type *type, enum table table, uint32_t *per, uint32_t *each)
{
    const struct chip_table *t = &type->table[table];
    *per = *each = 0;
    if (t->memory == NO_INDEX || !t->entry_bits)
        return;
    *per = type->memory[t->memory].width / t->entry_bits;
    *per = *per ? *per : 1;
    *each = (uint32_t)mapping_table_words(type, table, 1);
}

/* An axon entry is read once per packet; tables of neurons are read by sweeps. */
static void set_words(struct image *image, const struct core_type *type)
{
    struct image_words *w = &image->words;
    w->axon = (uint32_t)mapping_table_words(type, TABLE_AXON, 1);
    per_word(type, TABLE_STATE, &w->state_per, &w->state_each);
    per_word(type, TABLE_ACCUMULATOR, &w->accumulator_per, &w->accumulator_each);
    per_word(type, TABLE_PARAMETER, &w->parameter_per, &w->parameter_each);
    if (!type->learning.on)
        return;
    per_word(type, TABLE_PRE_TRACE, &w->pre_per, &w->pre_each);
    per_word(type, TABLE_POST_TRACE, &w->post_per, &w->post_each);
}

/* Cycles of the core's clock per event, from `service`: the same counts that energy is priced by. */
static void set_times(struct image_time *t, const struct core_type *type)
{
    t->packet = service_count_time(type->accept, type->n_accept, COUNT_LEAVES);
    t->sop = service_count_time(type->accept, type->n_accept, COUNT_SOPS);
    t->row_word = service_word_time(type, type->accept, type->n_accept, TABLE_ROWS, 0);
    t->axon_word = service_word_time(type, type->accept, type->n_accept, TABLE_AXON, 0);
    t->spot = service_word_time(type, type->accept, type->n_accept, TABLE_ACCUMULATOR, 1);
    t->step = service_count_time(type->update, type->n_update, COUNT_CORE_STEPS);
    t->spike = service_count_time(type->update, type->n_update, COUNT_SPIKES);
    t->active = service_count_time(type->update, type->n_update, COUNT_UPDATE_ACTIVE);
    t->idle = service_count_time(type->update, type->n_update, COUNT_UPDATE_IDLE);
    t->state_word = service_word_time(type, type->update, type->n_update, TABLE_STATE, 1);
    t->accumulator_word = service_word_time(type, type->update, type->n_update, TABLE_ACCUMULATOR, 1);
    t->parameter_word = service_word_time(type, type->update, type->n_update, TABLE_PARAMETER, 0);
    t->learn = service_count_time(type->learn, type->n_learn, COUNT_LEARN_STEPS);
    t->learn_row = service_count_time(type->learn, type->n_learn, COUNT_LEARN_ROWS);
    t->learn_pre_word = service_word_time(type, type->learn, type->n_learn, TABLE_PRE_TRACE, 1);
    t->learn_axon_word = service_word_time(type, type->learn, type->n_learn, TABLE_AXON, 0);
    t->learn_row_word = service_word_time(type, type->learn, type->n_learn, TABLE_ROWS, 1);
}

/* Widths as limits. A format that is not stated does not bind; the cores' state is int32 all the same. */
static void set_ranges(struct image *image, const struct core_type *type)
{
    const struct format *membrane = core_type_format(type, "membrane"), *current = core_type_format(type, "current");
    int loihi = core_type_is(type, "cuba");    /* that kind clips the membrane symmetrically, and its current may wrap */
    image->membrane_high = membrane ? membrane->high : INT32_MAX;
    image->membrane_low = loihi ? -image->membrane_high : membrane ? membrane->low : INT32_MIN;
    image->current_high = current ? current->high : INT32_MAX;
    image->current_low = current ? current->low : INT32_MIN;
    image->current_wraps = loihi && !type->current_saturates;
    image->floor_at_threshold = type->floor_at_threshold;
    image->rounding = type->decay_rounding == ROUND_ZERO ? IMAGE_ROUND_ZERO : type->decay_rounding == ROUND_DOWN ? IMAGE_ROUND_DOWN : IMAGE_ROUND_NEAREST;
    image->active = type->active_when == ACTIVE_ALWAYS ? IMAGE_ACTIVE_ALWAYS : type->active_when == ACTIVE_INPUT ? IMAGE_ACTIVE_INPUT
                  : type->active_when == ACTIVE_NONZERO ? IMAGE_ACTIVE_NONZERO : IMAGE_ACTIVE_INPUT_OR_NONZERO;
    image->skip_idle = type->skip_idle;
    image->overlaps = type->overlap == OVERLAP_FULL;
    image->queue_in = type->queue_in;
    image->queue_out = type->queue_out;
    image->learning = type->learning;
    image->odin = type->odin;
}

/* A name that no population has would teach nothing, silently. */
static int check_names(const struct chip *chip, const struct core_type *type, struct err *err)
{
    const struct network *net = chip->network;
    for (uint32_t i = 0; i < type->n_plastic; i++) {
        uint32_t p = 1;
        while (p < net->n_populations && strcmp(type->plastic[i], net->population[p].name))
            p++;
        if (p == net->n_populations)
            return err_input(err, "%s: core_types.%s.learning.populations: the network has no population '%s'; `volley info` of the network lists them",
                             chip->file->path, type->name, type->plastic[i]);
    }
    return 0;
}

int chip_images(struct chip *chip, const struct chip_options *options, struct err *err)
{
    for (uint32_t t = 0; t < chip->file->n_types; t++)
        if (check_names(chip, &chip->file->type[t], err))
            return -1;
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        struct chip_core *core = &chip->core[c];
        const struct map_core *m = &chip->mapping->core[c];
        make_groups(chip, core, m, options);
        if (core->image.groups > GROUPS_MOST)
            return err_answer(err, "core %u: parts of %u layers on one core; %d is the most: --map balance --cores N spreads them", m->core, core->image.groups,
                              GROUPS_MOST);
        new_parameters(core, m->neurons);
        for (uint32_t g = 0; g < core->image.groups; g++)
            for (uint32_t k = 0; k < core->group[g].count; k++) {
                uint32_t i = core->group[g].first + k, p = core->population[g];
                copy_neuron(core, &chip->quantised->population[p], i, m->neuron[i] - chip->mapping->first[p]);
            }
        point_image(core);
        set_words(&core->image, core->type);
        set_times(&core->image.time, core->type);
        set_ranges(&core->image, core->type);
    }
    return 0;
}
