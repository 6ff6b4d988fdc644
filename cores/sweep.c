/* The update as the described hardware walks it: compartments in order of local number, each word of state, sums and parameters read once
 * and, where it holds state, written once. From that follow the counts of the update, its length and the offset of every spike:
 *     cycles = step + active * updates + idle * updates + words * their times + spike * spikes        (core clock)
 * Offsets are as if nothing stalled; what an output queue adds is the timing plane's affair. */
#include "cores/sweep.h"

#include <string.h>

#include "cores/accumulate.h"

/* In its window: open <= step < close. Outside it a population is held. */
int sweep_open(const struct image_group *g, uint64_t step)
{
    return step >= g->open && step < g->close;
}

/* What counts as active is the chip's `active_when`: it decides between two prices, and with skip_idle whether there is a visit at all. */
int sweep_active(enum image_active when, int has_input, int nonzero)
{
    switch (when) {
    case IMAGE_ACTIVE_INPUT: return has_input;
    case IMAGE_ACTIVE_NONZERO: return nonzero;
    case IMAGE_ACTIVE_INPUT_OR_NONZERO: return has_input || nonzero;
    case IMAGE_ACTIVE_ALWAYS: break;
    }
    return 1;
}

/* The same as flags that a loop without branches can use: active = always | input & has_input | nonzero & is_nonzero. */
struct sweep_rule sweep_rule_of(enum image_active when)
{
    return (struct sweep_rule){
        .always = when == IMAGE_ACTIVE_ALWAYS, .input = when == IMAGE_ACTIVE_INPUT || when == IMAGE_ACTIVE_INPUT_OR_NONZERO,
        .nonzero = when == IMAGE_ACTIVE_NONZERO || when == IMAGE_ACTIVE_INPUT_OR_NONZERO,
    };
}

void sweep_begin(struct sweep *s, const struct image *image, struct emissions *out, struct core_counts *counts)
{
    *s = (struct sweep){.image = image, .out = out, .counts = counts, .cycles = image->time.step};
    out->count = 0;
}

/* Words of one table that hold compartments from .. from + n - 1 and were not read before. A sweep reads each word once, in order;
 * an entry wider than a word takes several. */
static uint64_t words_entered(uint64_t *next, uint64_t from, uint64_t n, uint32_t per, uint32_t each)
{
    if (!per || !n)
        return 0;
    uint64_t first = from / per, end = (from + n - 1) / per + 1;
    if (first < *next)
        first = *next;
    *next = end > *next ? end : *next;
    return end > first ? (end - first) * each : 0;
}

/* n compartments visited: their words, and the cycles of those words. */
static void visit(struct sweep *s, uint64_t from, uint64_t n, struct memory_count *memory)
{
    const struct image_words *w = &s->image->words;
    const struct image_time *t = &s->image->time;
    uint64_t state = words_entered(&s->state, from, n, w->state_per, w->state_each);
    uint64_t sums = words_entered(&s->sums, from, n, w->accumulator_per, w->accumulator_each);
    uint64_t parameters = words_entered(&s->parameters, from, n, w->parameter_per, w->parameter_each);
    memory[IMAGE_STATE].reads += state;
    memory[IMAGE_STATE].writes += state;
    memory[IMAGE_ACCUMULATOR].reads += sums;
    memory[IMAGE_ACCUMULATOR].writes += sums;
    memory[IMAGE_PARAMETER].reads += parameters;
    uint64_t post = words_entered(&s->post, from, n, w->post_per, w->post_each);        /* beside the sums: no time of their own */
    memory[IMAGE_POST_TRACE].reads += post;
    memory[IMAGE_POST_TRACE].writes += post;
    s->cycles += state * t->state_word + sums * t->accumulator_word + parameters * t->parameter_word;
}

/* Flags are 0 or 1, so their sum is their number. */
static uint32_t count_set(const uint8_t *flag, uint32_t n)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; i++)
        set += flag[i];
    return set;
}

/* n neurons in a row: counted, and their time added. Only a spike needs its exact place, so runs end at spikes. Where the hardware
 * skips idle neurons, only the words that hold an active one are read. */
static void run_of(struct sweep *s, uint32_t group, const uint8_t *active, uint32_t n)
{
    const struct image_group *g = &s->image->group[group];
    uint64_t *action = s->counts->action + (size_t)group * N_ACTIONS, all = (uint64_t)n * g->compartments;
    uint64_t busy = (uint64_t)count_set(active, n) * g->compartments, idle = s->image->skip_idle ? 0 : all - busy;
    struct memory_count *memory = s->counts->memory + (size_t)group * IMAGE_TABLES;
    action[ACT_UPDATE_ACTIVE] += busy;
    action[ACT_UPDATE_IDLE] += idle;
    /* a neuron that is emulated by several compartments is updated, and paid for, as often */
    s->cycles += s->image->time.active * busy + s->image->time.idle * idle;
    if (!s->image->skip_idle)
        visit(s, s->place, all, memory);
    for (uint32_t i = 0; s->image->skip_idle && i < n; i++)
        if (active[i])          /* words between two active ones stay unread */
            visit(s, s->place + (uint64_t)i * g->compartments, g->compartments, memory);
    s->place += all;
}

/* Spikes leave in order of local number, each behind the work of all compartments up to its own. */
void sweep_group(struct sweep *s, uint32_t group, const uint8_t *fired, const uint8_t *active)
{
    const struct image_group *g = &s->image->group[group];
    uint64_t *action = s->counts->action + (size_t)group * N_ACTIONS, begin = s->cycles;
    for (uint32_t i = 0; i < g->count;) {
        const uint8_t *next = memchr(fired + i, 1, g->count - i);
        uint32_t end = next ? (uint32_t)(next - fired) + 1 : g->count;
        run_of(s, group, active + i, end - i);
        i = end;
        if (!next)
            break;
        s->out->at[s->out->count++] = (struct emission){g->first + end - 1, 1, (uint32_t)s->cycles, NO_PACKET};
        s->cycles += s->image->time.spike;
        action[ACT_SPIKES]++;
    }
    action[ACT_BUSY_CYCLES] += s->cycles - begin;
}

/* A population outside its window costs as idle where every compartment is visited, and nothing where idle ones are skipped. */
void sweep_held(struct sweep *s, uint32_t group)
{
    const struct image_group *g = &s->image->group[group];
    uint64_t *action = s->counts->action + (size_t)group * N_ACTIONS, begin = s->cycles, n = (uint64_t)g->count * g->compartments;
    s->place += n;
    if (s->image->skip_idle)
        return;
    action[ACT_UPDATE_HELD] += n;
    s->cycles += s->image->time.idle * n;
    visit(s, s->place - n, n, s->counts->memory + (size_t)group * IMAGE_TABLES);
    action[ACT_BUSY_CYCLES] += s->cycles - begin;
}

void sweep_end(struct sweep *s, uint32_t *cycles)
{
    uint64_t *first = s->counts->action;    /* the program itself belongs to the core's first group */
    first[ACT_CORE_STEPS]++;
    first[ACT_BUSY_CYCLES] += s->image->time.step;
    *cycles = (uint32_t)s->cycles;          /* sweep_longest bounds it */
}

/* a * b, or UINT64_MAX where that does not fit. */
static uint64_t times(uint64_t a, uint64_t b)
{
    return a && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

/* a + b, likewise. */
static uint64_t plus(uint64_t a, uint64_t b)
{
    return a + b < a ? UINT64_MAX : a + b;
}

/* Cycles of one table's words in a sweep over all compartments; per 0: the table is not described. */
static uint64_t table_cycles(uint64_t compartments, uint32_t per, uint32_t each, uint64_t cycles)
{
    return per ? times((compartments + per - 1) / per * each, cycles) : 0;
}

/* Upper bound of one update: everything active, every neuron firing. UINT64_MAX where it does not fit. */
uint64_t sweep_longest(const struct image *image)
{
    const struct image_time *t = &image->time;
    const struct image_words *w = &image->words;
    uint64_t compartments = 0;
    for (uint32_t g = 0; g < image->groups; g++)
        compartments += (uint64_t)image->group[g].count * image->group[g].compartments;
    uint64_t all = plus(t->step, times(compartments, t->active > t->idle ? t->active : t->idle));
    all = plus(all, times(image->neurons, t->spike));
    all = plus(all, table_cycles(compartments, w->state_per, w->state_each, t->state_word));
    all = plus(all, table_cycles(compartments, w->accumulator_per, w->accumulator_each, t->accumulator_word));
    return plus(all, table_cycles(compartments, w->parameter_per, w->parameter_each, t->parameter_word));
}
