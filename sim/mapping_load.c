/* One core while it is filled: every capacity counted to the word, after each neuron, in any order. The last neuron can be taken
 * off again, so that "does it fit" is answered by adding it.
 * Counts are kept, not sums over neurons: a source's axon is there while its count is above 0, and goes when the last neuron that
 * needs it goes. So the cost of adding a neuron is its fan-in, shared sets (dense layers, kernel positions) once for all neurons.
 * Invariant: load_clear leaves every count at 0 in time proportional to what was on the core, not to the network. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "counters.h"
#include "mapping_parts.h"

void load_open(struct load *l, const struct fanin *f)
{
    *l = (struct load){.fanin = f, .work_max = UINT64_MAX};
    l->on_core = mem_new(f->n_segments, sizeof *l->on_core);
    l->segment = mem_new(f->n_segments, sizeof *l->segment);
    l->source = mem_new(f->sources, sizeof *l->source);
    l->touched = mem_new(f->sources, sizeof *l->touched);
    l->class_count = mem_new(f->n_classes, sizeof *l->class_count);
    l->channel = mem_new(f->n_channels, sizeof *l->channel);
    l->group_channels = mem_new(f->n_channels, sizeof *l->group_channels);
    l->in_population = mem_new(f->network->n_populations, sizeof *l->in_population);
    l->part_segments = mem_new(f->network->n_projections, sizeof *l->part_segments);
    l->member = mem_new(f->neurons, sizeof *l->member);
}

void load_close(struct load *l)
{
    void *const owned[] = {l->on_core, l->segment, l->source, l->touched, l->class_count, l->channel, l->group_channels, l->in_population,
                           l->part_segments, l->member};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *l = (struct load){0};
}

/* ---- time ---- */

/* What accept and update cost per event and per word, from the type's `service`: as the cores charge it (chip_image.c). */
static struct load_time times_of(const struct core_type *t)
{
    return (struct load_time){
        .packet = service_count_time(t->accept, t->n_accept, COUNT_LEAVES), .sop = service_count_time(t->accept, t->n_accept, COUNT_SOPS),
        .axon_word = service_word_time(t, t->accept, t->n_accept, TABLE_AXON, 0), .row_word = service_word_time(t, t->accept, t->n_accept, TABLE_ROWS, 0),
        .spot = service_word_time(t, t->accept, t->n_accept, TABLE_ACCUMULATOR, 1), .step = service_count_time(t->update, t->n_update, COUNT_CORE_STEPS),
        .spike = service_count_time(t->update, t->n_update, COUNT_SPIKES), .active = service_count_time(t->update, t->n_update, COUNT_UPDATE_ACTIVE),
        .state_word = service_word_time(t, t->update, t->n_update, TABLE_STATE, 1),
        .accumulator_word = service_word_time(t, t->update, t->n_update, TABLE_ACCUMULATOR, 1),
        .parameter_word = service_word_time(t, t->update, t->n_update, TABLE_PARAMETER, 0),
    };
}

/* Accumulator words that all sources together touch. Synapses that lie side by side share words; the others need one each, or
 * several where an accumulator is wider than a word. */
static uint64_t spots(const struct load *l)
{
    const struct chip_table *sums = &l->type->table[TABLE_ACCUMULATOR];
    if (sums->memory == NO_INDEX || !sums->entry_bits)
        return 0;
    uint64_t per = l->type->memory[sums->memory].width / sums->entry_bits, each = mapping_table_words(l->type, TABLE_ACCUMULATOR, 1);
    return (l->synapses - l->side_by_side + l->side_by_side / (per ? per : 1)) * each;
}

/* Cycles of accept when every source spikes once. */
static uint64_t accept_work(const struct load *l)
{
    const struct load_time *t = &l->time;
    int rows = l->type->table[TABLE_ROWS].memory;
    uint64_t width = rows == NO_INDEX ? 0 : l->type->memory[rows].width, words = width ? (l->read_bits + width - 1) / width : 0;
    if (width && words < l->segments)
        words = l->segments;
    return l->axons_in * t->packet + mapping_table_words(l->type, TABLE_AXON, l->axons_in) * t->axon_word + words * t->row_word +
           l->synapses * t->sop + spots(l) * t->spot;
}

/* Cycles of an update in which one neuron in MAP_RARITY spikes, times MAP_RARITY; without the program's start. */
static uint64_t update_work(const struct load *l)
{
    const struct load_time *t = &l->time;
    uint64_t sweep = l->compartments * t->active + mapping_table_words(l->type, TABLE_STATE, l->compartments) * t->state_word +
                     mapping_table_words(l->type, TABLE_ACCUMULATOR, l->compartments) * t->accumulator_word +
                     mapping_table_words(l->type, TABLE_PARAMETER, l->compartments) * t->parameter_word;
    return sweep * MAP_RARITY + l->neurons * t->spike;
}

/* Times MAP_RARITY, so that nothing is lost in a division. A core type that states no times: synapses + updates. */
static uint64_t work_in_parts(const struct load *l)
{
    uint64_t accept = accept_work(l), update = update_work(l);
    return accept + update ? accept + update + l->time.step * MAP_RARITY : l->synapses + l->compartments * MAP_RARITY;
}

uint64_t load_work(const struct load *l)
{
    return (work_in_parts(l) + MAP_RARITY - 1) / MAP_RARITY;
}

uint64_t load_work_ps(const struct load *l)
{
    uint64_t period = l->type->clock < l->fanin->chip->n_clocks ? l->fanin->chip->clock[l->type->clock].period_ps : 1;
    return work_in_parts(l) * (period ? period : 1) / MAP_RARITY;
}

/* ---- an empty core ---- */

void load_clear(struct load *l, const struct core_type *type)
{
    const struct fanin *f = l->fanin;
    for (uint32_t i = 0; i < l->n_segment; i++)
        l->on_core[l->segment[i]] = 0;
    for (uint32_t i = 0; i < l->n_touched; i++)
        l->source[l->touched[i]] = 0;
    for (uint32_t i = 0; i < l->neurons; i++) {
        uint32_t p = f->population[l->member[i]], post = (uint32_t)(l->member[i] - f->first[p]);
        for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1]; k++) {
            const struct fanin_part *part = &f->part[f->into[k]];
            if (part->block)
                l->class_count[part->first_class + fanin_class(part, post)] = 0;
            if (!part->kernel)
                continue;
            l->class_count[part->first_class + fanin_class(part, post)] = 0;
            l->channel[part->first_channel + post / part->positions] = 0;
            l->group_channels[part->first_channel + post / part->positions / part->channels] = 0;
        }
        l->in_population[p] = 0;
    }
    memset(l->part_segments, 0, f->network->n_projections * sizeof *l->part_segments);
    l->n_segment = l->n_touched = l->neurons = 0;
    l->compartments = l->axons_in = l->axons_out = l->synapses = l->side_by_side = l->accumulators = l->row_words = l->read_bits = l->segments = 0;
    if (l->type != type)
        l->time = times_of(type);
    l->type = type;
}

/* ---- adding and taking off ---- */

/* Each segment of a row begins on a word. 0: the row memory is not described. */
static uint64_t words(const struct fanin_part *part, uint64_t entries)
{
    return part->width ? (entries * part->entry_bits + part->width - 1) / part->width : 0;
}

/* One more synapse of a segment; the first one brings the segment, and the first segment of a source its axon. */
static void mark(struct load *l, uint32_t p, uint32_t segment)
{
    if (l->on_core[segment]++)
        return;
    uint32_t source = l->fanin->segment_source[segment];
    l->segment[l->n_segment++] = segment;
    l->part_segments[p]++;
    l->segments++;
    if (!l->source[source]++) {
        l->touched[l->n_touched++] = source;
        l->axons_in += l->fanin->sends[source];
    }
}

/* The exact reverse. touched and segment keep their entries: load_add cuts them back, load_clear uses them up. */
static void unmark(struct load *l, uint32_t p, uint32_t segment)
{
    if (--l->on_core[segment])
        return;
    l->part_segments[p]--;
    l->segments--;
    uint32_t source = l->fanin->segment_source[segment];
    if (!--l->source[source])
        l->axons_in -= l->fanin->sends[source];
}

/* All segments of a set of sources, once per synapse of one target neuron. */
static void mark_class(struct load *l, uint32_t p, uint32_t class, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    for (uint64_t i = part->first[class]; i < part->first[class + 1]; i++)
        if (add)
            mark(l, p, part->entry[i]);
        else
            unmark(l, p, part->entry[i]);
}

/* All rows of a dense layer when n of its neurons are on the core. */
static uint64_t shared_words(const struct fanin_part *part, uint64_t n)
{
    uint64_t all = 0;
    for (uint32_t t = 0; t < part->n_taps; t++)
        all += part->tap[t].segments * words(part, n * part->tap[t].synapses);
    return all;
}

/* A dense layer: the first neuron brings all axons, each further one only lengthens the rows. */
static void put_shared(struct load *l, uint32_t p, uint32_t n, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    if (n == (add ? 0 : 1))
        mark_class(l, p, 0, add);
    uint64_t more = shared_words(part, add ? n + 1 : n) - shared_words(part, add ? n : n - 1);
    l->row_words += add ? more : -more;
}

/* The kernel slice of the output channels that are on the core, once: each input channel's part begins on a word. */
static void put_kernel(struct load *l, uint32_t p, uint32_t post, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    uint32_t class = fanin_class(part, post), channel = post / part->positions;
    uint32_t *count = &l->class_count[part->first_class + class], *here = &l->channel[part->first_channel + channel];
    uint32_t *channels = &l->group_channels[part->first_channel + channel / part->channels];
    if (*count == (add ? 0 : 1))
        mark_class(l, p, class, add);
    if (*here == (add ? 0 : 1)) {
        uint64_t before = part->inputs * words(part, (uint64_t)*channels * part->kernel_size);
        *channels += add ? 1 : UINT32_MAX;
        l->row_words += part->inputs * words(part, (uint64_t)*channels * part->kernel_size) - before;
    }
    *count += add ? 1 : UINT32_MAX;
    *here += add ? 1 : UINT32_MAX;
}

/* Drawn synapses: the first neuron of a block brings all its sources. A row is taken to be as long as the block's part here is large. */
static void put_block(struct load *l, uint32_t p, uint32_t class, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    uint32_t *count = &l->class_count[part->first_class + class];
    uint64_t rows = part->first[class + 1] - part->first[class];
    if (*count == (add ? 0 : 1))
        mark_class(l, p, class, add);
    l->row_words -= rows * words(part, *count);
    *count += add ? 1 : UINT32_MAX;
    l->row_words += rows * words(part, *count);
}

/* A row of a list is as long as the synapses that the source has here. */
static void put_list(struct load *l, uint32_t p, uint32_t class, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    for (uint64_t i = part->first[class]; i < part->first[class + 1]; i++) {
        uint32_t segment = part->entry[i];
        l->row_words -= words(part, l->on_core[segment]);
        if (add)
            mark(l, p, segment);
        else
            unmark(l, p, segment);
        l->row_words += words(part, l->on_core[segment]);
    }
}

/* A list or kernel in dense rows: an entry for each neuron of the population, in each row that any of them needs. */
static void put_crossbar(struct load *l, uint32_t p, uint32_t class, uint32_t n, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    l->row_words -= l->part_segments[p] * words(part, n);
    mark_class(l, p, class, add);
    l->row_words += l->part_segments[p] * words(part, add ? n + 1 : n - 1);
}

/* One projection's synapses into the neuron. post: its number in the population; n: neurons of that population here already. */
static void put_part(struct load *l, uint32_t p, uint32_t post, uint32_t n, int add)
{
    const struct fanin_part *part = &l->fanin->part[p];
    uint32_t class = fanin_class(part, post);
    uint64_t synapses = part->first[class + 1] - part->first[class], entries = synapses;
    if (part->block)            /* on average */
        entries = synapses = synapses * part->fan_out / part->block;
    if (part->block)
        put_block(l, p, class, add);
    else if (part->shared)
        put_shared(l, p, n, add);
    else if (part->kernel)
        put_kernel(l, p, post, add);
    else if (part->kind == ROW_KIND_DENSE)
        put_crossbar(l, p, class, n, add);
    else
        put_list(l, p, class, add);
    l->synapses += add ? synapses : -synapses;
    if (part->shared)
        l->side_by_side += add ? synapses : -synapses;
    l->read_bits += add ? entries * part->entry_bits : -(entries * part->entry_bits);
}

/* One axon of the host per population that has its bias as synapses. */
static void put_bias(struct load *l, const struct quant_population *q, uint32_t n, int add)
{
    uint32_t bits = q->bias_bits;
    uint64_t axons = q->n_types ? q->n_types : 1;       /* behind a binary crossbar, one per type */
    enum row_kind kind = mapping_bias_kind(l->type);
    uint32_t more = mapping_row_words(kind, l->type, bits, add ? n + 1 : n - 1);
    l->axons_in += n == (add ? 0u : 1u) ? (add ? axons : 0 - axons) : 0;
    l->segments += n == (add ? 0u : 1u) ? (add ? 1 : UINT64_MAX) : 0;
    l->row_words += more;
    l->row_words -= mapping_row_words(kind, l->type, bits, n);
    l->synapses += add ? 1 : UINT64_MAX;
}

/* A neuron with all it needs comes (add 1) or goes (0). */
static void put(struct load *l, uint32_t neuron, int add)
{
    const struct fanin *f = l->fanin;
    uint32_t p = f->population[neuron], post = (uint32_t)(neuron - f->first[p]), n = l->in_population[p];
    const struct quant_population *q = &f->quantised->population[p];
    uint64_t compartments = q->compartments ? q->compartments : 1, ports = q->integer || !f->network->population[p].ports ? 1 : f->network->population[p].ports;
    for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1]; k++)
        put_part(l, f->into[k], post, n, add);
    if (q->bias_weight)
        put_bias(l, q, n, add);
    l->compartments += add ? compartments : -compartments;
    l->accumulators += add ? compartments * ports : -(compartments * ports);
    l->axons_out += add ? l->routes[neuron] : -(uint64_t)l->routes[neuron];
    l->in_population[p] += add ? 1 : UINT32_MAX;
    if (add)
        l->member[l->neurons++] = neuron;
    else
        l->neurons--;
}

/* ---- limits ---- */

/* Whole words: a table begins on a word of its memory, and accumulators exist once per delay slot. */
uint64_t load_table_bits(const struct load *l, enum table table)
{
    const struct chip_table *t = &l->type->table[table];
    if (t->memory == NO_INDEX)
        return 0;
    uint64_t width = l->type->memory[t->memory].width;
    if (l->type->layer.on && l->neurons && (table == TABLE_ROWS || table == TABLE_STATE || table == TABLE_PARAMETER))
        return layer_bits(l->fanin->network, l->fanin->population[l->member[0]], l->type, table);
    switch (table) {
    case TABLE_ROWS: return l->row_words * width;
    case TABLE_AXON: return mapping_table_words(l->type, table, l->axons_in) * width;
    case TABLE_ROUTING: return mapping_table_words(l->type, table, l->axons_out) * width;
    case TABLE_ACCUMULATOR: return mapping_table_words(l->type, table, l->accumulators * (t->delay_slots ? t->delay_slots : 1)) * width;
    case TABLE_PRE_TRACE: return mapping_table_words(l->type, table, l->axons_in) * width;
    case TABLE_POST_TRACE: return mapping_table_words(l->type, table, 2 * l->compartments) * width;
    case TABLE_STATE: case TABLE_PARAMETER: return mapping_table_words(l->type, table, l->compartments) * width;
    case N_TABLES: break;
    }
    return 0;
}

void load_memory(const struct load *l, uint64_t *bits)
{
    memset(bits, 0, l->type->n_memories * sizeof *bits);
    for (int t = 0; t < N_TABLES; t++)
        if (l->type->table[t].memory != NO_INDEX)
            bits[l->type->table[t].memory] += load_table_bits(l, (enum table)t);
}

/* Tables that share a memory share its size. The order is the one in which limits are named to the user. */
int load_limit(const struct load *l)
{
    const struct core_type *type = l->type;
    if (l->compartments > type->neurons)
        return LIMIT_NEURONS;
    if (l->axons_in > type->axons_in)
        return LIMIT_AXONS_IN;
    if (l->axons_out > type->axons_out)
        return LIMIT_AXONS_OUT;
    uint64_t bits[N_TABLES];            /* of the memories that hold tables, by their first table */
    for (int t = 0; t < N_TABLES; t++) {
        int memory = type->table[t].memory, first = 0;
        bits[t] = 0;
        if (memory == NO_INDEX)
            continue;
        while (type->table[first].memory != memory)
            first++;
        bits[first] += load_table_bits(l, (enum table)t);
        if (bits[first] > type->memory[memory].size_bits)
            return LIMIT_MEMORY + (memory < LIMITS_MAX - LIMIT_MEMORY ? memory : LIMITS_MAX - LIMIT_MEMORY - 1);
    }
    return l->work_max != UINT64_MAX && load_work_ps(l) > l->work_max ? LIMIT_WORK : LIMIT_NONE;
}

void load_force(struct load *l, uint32_t neuron)
{
    put(l, neuron, 1);
}

int load_add(struct load *l, uint32_t neuron)
{
    uint32_t touched = l->n_touched, segments = l->n_segment;
    put(l, neuron, 1);
    int limit = load_limit(l);
    if (limit) {
        put(l, neuron, 0);
        l->n_touched = touched;
        l->n_segment = segments;
    }
    return limit;
}
