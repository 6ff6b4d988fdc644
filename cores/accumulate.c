/* How a packet becomes sums: its row is walked segment by segment, and each synapse adds weight x payload to the accumulator of
 * its target in the slot that the segment's delay names:
 *     sum[(now + delay) mod slots][port][base + id] += weight * payload
 * Sums are whole numbers that load has proved to fit, so packets may come in any order and on any thread with the same result.
 * Rows are stored for speed; what is counted are the words of the described hardware, which each segment carries. */
#include "cores/accumulate.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* Measured: with random rows the memory answers best when 12 of them are under way; the first lines hold the segment and, in a short
 * row, all of its synapses. */
enum { ROWS_AHEAD = 12, LINES_AHEAD = 2 };      /* rows prefetched, cache lines of each */

/* What the batch kinds count, in the order of enum core_action; docs/counters.md is written from the engine's list, which names
 * these again. Units: things, never joules. */
const struct named core_actions[N_ACTIONS] = {
    [ACT_SPIKES] = {"spikes", "spikes", "neurons that fired"},
    [ACT_SOPS] = {"sops", "synapses", "synapses processed and accumulated"},
    [ACT_SOPS_LATE] = {"sops_late", "synapses", "synapses processed for a step outside the target's window"},
    [ACT_LEAVES] = {"leaves", "packets", "packets served"},
    [ACT_CORE_STEPS] = {"core_steps", "updates", "update programs"},
    [ACT_UPDATE_ACTIVE] = {"update_active", "updates", "active compartments updated"},
    [ACT_UPDATE_IDLE] = {"update_idle", "updates", "idle compartments updated"},
    [ACT_UPDATE_HELD] = {"update_held", "updates", "compartments visited outside their window"},
    [ACT_BUSY_CYCLES] = {"busy_cycles", "cycles", "cycles of work as if nothing stalled"},
    [ACT_LEARN_STEPS] = {"learn_steps", "programs", "learning programs, at the end of a step"},
    [ACT_LEARN_ROWS] = {"learn_rows", "rows", "rows swept by them, for potentiation"},
    [ACT_LEARN_SOPS] = {"learn_sops", "synapses", "plastic synapses adjusted, by a packet or by a row's sweep, changed or not"},
};
/* Tables that a core keeps. Which memory of the chip holds which one, and in words of what width, the engine knows. */
const struct named core_tables[IMAGE_TABLES] = {
    [IMAGE_AXON] = {"axon", "words", "where an axon's row begins"},
    [IMAGE_ROWS] = {"rows", "words", "synapses"},
    [IMAGE_STATE] = {"state", "words", "membrane, current, refractory count"},
    [IMAGE_ACCUMULATOR] = {"accumulator", "words", "sums of the step being filled and of the delays"},
    [IMAGE_PARAMETER] = {"parameter", "words", "threshold, bias, decay"},
    [IMAGE_PRE_TRACE] = {"pre_trace", "words", "traces of the axons' spikes, for learning"},
    [IMAGE_POST_TRACE] = {"post_trace", "words", "traces of the neurons' spikes, before and after the step's update"},
};

/* No sum can leave its word: fan_in_sum bounds what all synapses of a neuron, the bias among them, add up to if all are used in one
 * step with the largest payload. 32 bits where that is enough everywhere: half the bytes to move. */
static int prove(struct accumulators *a, struct err *err)
{
    const struct image *image = a->image;
    uint64_t most = 0;
    for (uint32_t i = 0; i < image->neurons; i++) {
        if (image->fan_in_sum[i] >> 62)
            return err_answer(err, "neuron %u of the core: the sum of its synapses may not fit in 62 bits: fewer weight bits would help", i);
        if (image->fan_in_sum[i] > most)
            most = image->fan_in_sum[i];
    }
    a->wide = most > INT32_MAX;
    return 0;
}

/* Bytes of one slot: all ports of all neurons, for one future step. */
static size_t slot_bytes(const struct accumulators *a)
{
    return (size_t)a->ports * a->image->neurons * (a->wide ? sizeof(int64_t) : sizeof(int32_t));
}

int accumulators_open(struct accumulators *a, const struct image *image, uint32_t ports, struct err *err)
{
    *a = (struct accumulators){.image = image, .ports = ports, .slots = image->delay_slots ? image->delay_slots : 1};
    if (prove(a, err))
        return -1;
    /* Not mem_new: a long delay on a large core can ask for more than the machine has, and that is the answer no, not a crash. */
    a->sum = calloc(a->slots, slot_bytes(a) ? slot_bytes(a) : 1);
    a->filled = mem_new(a->slots, sizeof *a->filled);
    if (a->sum)
        return 0;
    return err_answer(err, "no memory for %u delay slots of %u neurons (%.1f GiB): shorter delays would help", a->slots, image->neurons,
                      (double)a->slots * (double)slot_bytes(a) / (double)(1 << 30));
}

void accumulators_close(struct accumulators *a)
{
    free(a->sum);
    free(a->filled);
    a->sum = NULL;
    a->filled = NULL;
}

/* A new sample. Only slots that were written since they were last empty cost a memset: most samples end with few of them filled. */
void accumulators_reset(struct accumulators *a)
{
    for (uint32_t slot = 0; slot < a->slots; slot++)
        if (a->filled[slot])
            memset((char *)a->sum + slot * slot_bytes(a), 0, slot_bytes(a));
    memset(a->filled, 0, a->slots * sizeof *a->filled);
    a->now = 0;
}

/* One loop per storage of a row: ids are added to the segment's base, weights multiplied by the payload, which is 1 for nearly every
 * packet of nearly every chip. The count is read once: sums are written in the loop, and the compiler cannot know that no sum is it. */
#define SCATTER(sum_t, id_t, w_t)                                                                      \
    do {                                                                                               \
        const uint32_t n = s->count;                                                                   \
        const id_t *id = (const id_t *)body;                                                           \
        const w_t *w = (const w_t *)(body + (((size_t)n * sizeof(id_t) + sizeof(w_t) - 1) & ~(sizeof(w_t) - 1))); \
        sum_t *to = (sum_t *)sum + s->base;                                                            \
        if (payload == 1)                                                                              \
            for (uint32_t i = 0; i < n; i++)                                                           \
                to[id[i]] = (sum_t)(to[id[i]] + (sum_t)w[i]);                                          \
        else                                                                                           \
            for (uint32_t i = 0; i < n; i++)                                                           \
                to[id[i]] = (sum_t)(to[id[i]] + (sum_t)w[i] * payload);                                \
    } while (0)
/* A few: the same four additions for any number of them. How many there are is chance, and a loop's end that nobody can foresee costs more.
 * Their targets differ, so none waits for another. */
#define ADD_FEW(sum_t)                                                                                 \
    do {                                                                                               \
        const int8_t *w = (const int8_t *)(body + FEW_SYNAPSES);                                                \
        sum_t *to = (sum_t *)sum + s->base;                                                            \
        sum_t *a = to + body[0], *b = to + body[1], *c = to + body[2], *d = to + body[3];              \
        sum_t of_a = (sum_t)(*a + (sum_t)w[0] * payload), of_b = (sum_t)(*b + (sum_t)w[1] * payload);  \
        sum_t of_c = (sum_t)(*c + (sum_t)w[2] * payload), of_d = (sum_t)(*d + (sum_t)w[3] * payload);  \
        *a = of_a, *b = of_b, *c = of_c, *d = of_d;                                                    \
    } while (0)
#define DENSE(sum_t, w_t)                                                                              \
    do {                                                                                               \
        const w_t *w = (const w_t *)body;                                                              \
        sum_t *to = (sum_t *)sum + s->base;                                                            \
        if (payload == 1)                                                                              \
            for (uint32_t i = 0; i < s->count; i++)                                                    \
                to[i] = (sum_t)(to[i] + (sum_t)w[i]);                                                  \
        else                                                                                           \
            for (uint32_t i = 0; i < s->count; i++)                                                    \
                to[i] = (sum_t)(to[i] + (sum_t)w[i] * payload);                                        \
    } while (0)

/* Only whole runs gain from wide instructions. */
__attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3")))
static void add_dense32(int32_t *sum, const struct segment *s, const unsigned char *body, int32_t payload)
{
    if (s->form == ROW_DENSE8)
        DENSE(int32_t, int8_t);
    else if (s->form == ROW_DENSE16)
        DENSE(int32_t, int16_t);
    else
        DENSE(int32_t, int32_t);
}

/* One segment into 32-bit sums. Lists stay out of the wide clone: a scattered add gains nothing from it. */
static inline void add32(int32_t *sum, const struct segment *s, const unsigned char *body, int32_t payload)
{
    switch ((enum row_form)s->form) {
    case ROW_FEW8: ADD_FEW(int32_t); break;
    case ROW_ID8_W8: SCATTER(int32_t, uint8_t, int8_t); break;
    case ROW_ID16_W8: SCATTER(int32_t, uint16_t, int8_t); break;
    case ROW_ID16_W16: SCATTER(int32_t, uint16_t, int16_t); break;
    case ROW_ID32_W32: SCATTER(int32_t, uint32_t, int32_t); break;
    case ROW_DENSE64: case ROW_ID32_W64: case ROW_FORMS: break;         /* such weights are never summed in 32 bits */
    default: add_dense32(sum, s, body, payload); break;
    }
}

/* The same into 64-bit sums, where every width of weight can occur: kind reference counts in 2^-exponent and needs the room. */
static void add64(int64_t *sum, const struct segment *s, const unsigned char *body, int64_t payload)
{
    switch ((enum row_form)s->form) {
    case ROW_DENSE8: DENSE(int64_t, int8_t); break;
    case ROW_DENSE16: DENSE(int64_t, int16_t); break;
    case ROW_DENSE32: DENSE(int64_t, int32_t); break;
    case ROW_DENSE64: DENSE(int64_t, int64_t); break;
    case ROW_ID8_W8: SCATTER(int64_t, uint8_t, int8_t); break;
    case ROW_ID16_W8: SCATTER(int64_t, uint16_t, int8_t); break;
    case ROW_ID16_W16: SCATTER(int64_t, uint16_t, int16_t); break;
    case ROW_ID32_W32: SCATTER(int64_t, uint32_t, int32_t); break;
    case ROW_ID32_W64: SCATTER(int64_t, uint32_t, int64_t); break;
    case ROW_FEW8: ADD_FEW(int64_t); break;
    case ROW_FORMS: break;
    }
}

/* cycles = packet + axon words + per segment: synapses, row words and accumulator words, each times its time in the chip file. The
 * formula uses what the row says and nothing of the state, so the timing plane may ask before, after or beside the accept. */
uint32_t accumulators_cost(const struct image *image, const struct packet *p)
{
    const struct image_time *t = &image->time;
    uint64_t cycles = t->packet + t->axon_word * image->words.axon;
    const struct segment *s = (const struct segment *)(image->rows + p->row);
    for (;; s = segment_next(s)) {
        cycles += t->sop * s->count + t->row_word * s->words + t->spot * s->spots;
        if (s->last)
            return cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
    }
}

/* What was processed for one group since it was last written to the counts. */
struct tally {
    uint32_t group;
    int open_now;               /* its window is open in the step after this one, which reads what arrives without delay */
    uint64_t leaves, sops, late, words, spots;
};

/* By value: the tally's address stays in one function, so that its counts stay in registers. */
static void tally_write(const struct image *image, const struct tally of, struct core_counts *counts)
{
    const struct tally *t = &of;
    uint64_t *action = counts->action + (size_t)t->group * N_ACTIONS, axons = t->leaves * image->words.axon;
    struct memory_count *memory = counts->memory + (size_t)t->group * IMAGE_TABLES;
    const struct image_time *each = &image->time;
    action[ACT_LEAVES] += t->leaves;
    action[ACT_SOPS] += t->sops;
    action[ACT_SOPS_LATE] += t->late;
    action[ACT_BUSY_CYCLES] +=
        each->packet * t->leaves + each->axon_word * axons + each->sop * (t->sops + t->late) + each->row_word * t->words + each->spot * t->spots;
    memory[IMAGE_AXON].reads += axons;
    memory[IMAGE_ROWS].reads += t->words;
    memory[IMAGE_ROWS].row_reads += t->words;       /* inference reads rows only; columns are for learning */
    memory[IMAGE_ACCUMULATOR].reads += t->spots;
    memory[IMAGE_ACCUMULATOR].writes += t->spots;
}

/* Chip steps open .. close - 1 are the population's window. */
static int is_open(const struct image_group *g, uint64_t step)
{
    return step >= g->open && step < g->close;
}

/* An empty tally of a group; next: the chip step whose update reads what arrives now without delay. */
static struct tally tally_of(const struct image *image, uint32_t group, uint64_t next)
{
    return (struct tally){.group = group, .open_now = is_open(&image->group[group], next)};
}

/* Where the sums of a slot and port begin; counted in elements. Something is about to be added there. */
static size_t sums_at(struct accumulators *a, uint32_t delay, uint32_t port)
{
    uint32_t slot = a->now + delay;
    if (slot >= a->slots)
        slot -= a->slots;
    a->filled[slot] = 1;
    return ((size_t)slot * a->ports + (a->ports > 1 ? port : 0)) * a->image->neurons;
}

/* One segment: counted always; accumulated when its target's window is open in the step that will read it.
 * first: where the sums without delay of port 0 begin. */
static inline void serve_segment(struct accumulators *a, size_t first, uint64_t next, const struct segment *s, int32_t payload, struct tally *t)
{
    const unsigned char *body = (const unsigned char *)(s + 1);
    t->words += s->words;
    t->spots += s->spots;
    if (s->delay ? !is_open(&a->image->group[s->group], next + s->delay) : !t->open_now) {
        t->late += s->count;
        return;
    }
    t->sops += s->count;
    if (s->delay || (s->port && a->ports > 1))
        first = sums_at(a, s->delay, s->port);
    if (a->wide)
        add64((int64_t *)a->sum + first, s, body, payload);
    else
        add32((int32_t *)a->sum + first, s, body, payload);
}

void accumulators_add(struct accumulators *a, uint32_t delay, uint32_t neuron, int64_t amount)
{
    size_t at = sums_at(a, delay, 0) + neuron;
    if (a->wide)
        ((int64_t *)a->sum)[at] += amount;
    else
        ((int32_t *)a->sum)[at] += (int32_t)amount;
}

size_t accumulators_bytes(const struct accumulators *a)
{
    return a->slots * slot_bytes(a);
}

/* Only a hint: the row of a packet that is served later, perhaps by another core. */
static void prefetch(const struct image *image, const struct packet *p)
{
    const char *row = (const char *)(image->rows + p->row);
    for (int line = 0; line < LINES_AHEAD; line++)
        __builtin_prefetch(row + 64 * line);
}

/* The counts of consecutive segments of one group are kept in registers and written when the group changes: neighbouring packets of a
 * core mostly reach the same populations. */
void accumulators_accept(struct accumulators *a, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead,
                         uint32_t *cycles, struct core_counts *counts)
{
    const struct image *image = a->image;
    size_t first = sums_at(a, 0, 0);        /* looked up once: nearly every segment adds there */
    uint64_t next = at->step + 1, known = (uint64_t)n + ahead;
    struct tally tally = tally_of(image, 0, next);
    for (uint32_t i = 0; i < n; i++) {
        if ((uint64_t)i + ROWS_AHEAD < known)
            prefetch(image, &p[i + ROWS_AHEAD]);
        const struct segment *s = (const struct segment *)(image->rows + p[i].row);
        int leaf = 1;           /* the packet itself belongs to its first segment's population */
        do {
            if (s->group != tally.group) {
                tally_write(image, tally, counts);
                tally = tally_of(image, s->group, next);
            }
            tally.leaves += (uint64_t)leaf;
            leaf = 0;
            serve_segment(a, first, next, s, p[i].payload, &tally);
        } while (!s->last && (s = segment_next(s)));
        if (cycles)
            cycles[i] = accumulators_cost(image, &p[i]);
    }
    tally_write(image, tally, counts);
}

/* Reading clears, as the hardware does in the cycle in which the update fetches a sum: the slot comes round again empty. */
void accumulators_take(struct accumulators *a, uint32_t port, uint32_t first, uint32_t count, int64_t *sum)
{
    size_t at = ((size_t)a->now * a->ports + port) * a->image->neurons + first;
    if (a->wide) {      /* the kinds see int64 either way */
        int64_t *from = (int64_t *)a->sum + at;
        memcpy(sum, from, count * sizeof *sum);
        memset(from, 0, count * sizeof *from);
        return;
    }
    int32_t *from = (int32_t *)a->sum + at;
    for (uint32_t i = 0; i < count; i++)
        sum[i] = from[i];
    memset(from, 0, count * sizeof *from);
}

/* Every sum of the slot is 0 now: groups in their window were taken, and nothing is ever added for a group outside it. */
void accumulators_turn(struct accumulators *a)
{
    a->filled[a->now] = 0;
    a->now = a->now + 1 == a->slots ? 0 : a->now + 1;
}
