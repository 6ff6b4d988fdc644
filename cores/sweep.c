#include "cores/sweep.h"

#include <string.h>

#include "cores/accumulate.h"

int sweep_open(const struct image_group *g, uint64_t step)
{
    return step >= g->open && step < g->close;
}

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

/* Words of one table newly entered when `more` compartments follow `before`: words are read once each, in order. */
static uint64_t words_entered(uint64_t before, uint64_t more, uint32_t per)
{
    return per ? (before + more + per - 1) / per - (before + per - 1) / per : 0;
}

/* n compartments visited: their words, and the cycles of those words. */
static void visit(struct sweep *s, uint32_t n, struct memory_count *memory)
{
    const struct image_words *w = &s->image->words;
    const struct image_time *t = &s->image->time;
    uint64_t state = words_entered(s->visited, n, w->state_per), sums = words_entered(s->visited, n, w->accumulator_per);
    uint64_t parameters = words_entered(s->visited, n, w->parameter_per);
    memory[IMAGE_STATE].reads += state;
    memory[IMAGE_STATE].writes += state;
    memory[IMAGE_ACCUMULATOR].reads += sums;
    memory[IMAGE_ACCUMULATOR].writes += sums;
    memory[IMAGE_PARAMETER].reads += parameters;
    s->cycles += state * t->state_word + sums * t->accumulator_word + parameters * t->parameter_word;
    s->visited += n;
}

static uint32_t count_set(const uint8_t *flag, uint32_t n)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; i++)
        set += flag[i];
    return set;
}

/* n neurons in a row: counted, and their time added. Only a spike needs its exact place, so runs end at spikes. */
static void run_of(struct sweep *s, uint32_t group, const uint8_t *active, uint32_t n)
{
    const struct image_group *g = &s->image->group[group];
    uint64_t *action = s->counts->action + (size_t)group * N_ACTIONS;
    uint32_t busy = count_set(active, n) * g->compartments, idle = s->image->skip_idle ? 0 : n * g->compartments - busy;
    action[ACT_UPDATE_ACTIVE] += busy;
    action[ACT_UPDATE_IDLE] += idle;
    s->cycles += s->image->time.active * busy + s->image->time.idle * idle;
    visit(s, busy + idle, s->counts->memory + (size_t)group * IMAGE_TABLES);
}

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

void sweep_held(struct sweep *s, uint32_t group)
{
    const struct image_group *g = &s->image->group[group];
    if (s->image->skip_idle)
        return;
    uint64_t *action = s->counts->action + (size_t)group * N_ACTIONS, begin = s->cycles;
    uint32_t n = g->count * g->compartments;
    action[ACT_UPDATE_HELD] += n;
    s->cycles += s->image->time.idle * n;
    visit(s, n, s->counts->memory + (size_t)group * IMAGE_TABLES);
    action[ACT_BUSY_CYCLES] += s->cycles - begin;
}

void sweep_end(struct sweep *s, uint32_t *cycles)
{
    uint64_t *first = s->counts->action;    /* the program itself belongs to the core's first group */
    first[ACT_CORE_STEPS]++;
    first[ACT_BUSY_CYCLES] += s->image->time.step;
    *cycles = (uint32_t)s->cycles;
}
