/* Kind both:A,B. What the two say is compared where it is said: after each packet, each update, each learning. State is read after each update
 * and each learning, through peek, so a pair is as slow as reading the state of its slower half. Counts are compared as sums over
 * the populations of the core: hardware does not know which population an access was for. */
#include "cores/both.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/accumulate.h"
#include "cores/image.h"
#include "cores/params.h"

enum { MEMORY_COUNTS = 6 };     /* fields of struct memory_count */
static const char *const memory_words[MEMORY_COUNTS] = {"reads", "writes", "row reads", "row writes", "column reads", "column writes"};

struct both {
    struct core_kind kind;      /* first: a pointer to it is one to the whole */
    const struct core_kind *part[2];
    struct field *field;        /* those of A, then those that B alone has */
    char *name, *about;
};
struct core {
    const struct both *both;
    struct core *part[2];
    const struct image *image;
    uint32_t id;
    struct core_counts counts[2];       /* of the call in hand */
    struct emissions out;               /* B's */
};

/* Ends the run: where, on what, and the two values. */
__attribute__((format(printf, 5, 6))) static int differ(const struct core *core, struct err *err, int64_t a, int64_t b, const char *what, ...)
{
    char text[300];
    va_list list;
    va_start(list, what);
    vsnprintf(text, sizeof text, what, list);
    va_end(list);
    return err_answer(err, "core %u, in lockstep: %s: %s says %lld, %s says %lld", core->id, text, core->both->part[0]->name, (long long)a,
                      core->both->part[1]->name, (long long)b);
}

/* The error of one half, with its name. */
static int half_failed(const struct core *core, int half, struct err *err)
{
    return err_context(err, "core %u, in lockstep: %s", core->id, core->both->part[half]->name);
}

/* Where b has what a calls by this name; -1: nowhere. */
static int index_of(const struct named *list, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].name, name))
            return (int)i;
    return -1;
}

/* ---- counts of one call ---- */

static void clear_counts(struct core *core)
{
    for (int h = 0; h < 2; h++) {
        memset(core->counts[h].action, 0, (size_t)core->image->groups * core->both->part[h]->n_actions * sizeof(uint64_t));
        memset(core->counts[h].memory, 0, (size_t)core->image->groups * core->both->part[h]->n_memories * sizeof(struct memory_count));
    }
}

static uint64_t action_sum(const struct core *core, int half, uint32_t action)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < core->image->groups; g++)
        sum += core->counts[half].action[(size_t)g * core->both->part[half]->n_actions + action];
    return sum;
}

static void memory_sum(const struct core *core, int half, uint32_t memory, uint64_t sum[MEMORY_COUNTS])
{
    memset(sum, 0, MEMORY_COUNTS * sizeof *sum);
    for (uint32_t g = 0; g < core->image->groups; g++) {
        const struct memory_count *m = &core->counts[half].memory[(size_t)g * core->both->part[half]->n_memories + memory];
        const uint64_t count[MEMORY_COUNTS] = {m->reads, m->writes, m->row_reads, m->row_writes, m->column_reads, m->column_writes};
        for (int k = 0; k < MEMORY_COUNTS; k++)
            sum[k] += count[k];
    }
}

/* A table that the chip file puts into no memory is counted by nobody, whatever hardware does with its own. */
static int described(const struct core *core, uint32_t memory)
{
    const struct image_words *w = &core->image->words;
    const uint32_t per[IMAGE_TABLES] = {w->axon, 1, w->state_per, w->accumulator_per, w->parameter_per, w->pre_per, w->post_per};
    return core->both->kind.memories != core_tables || per[memory];
}

static int compare_counts(const struct core *core, const char *where, struct err *err)
{
    const struct core_kind *a = core->both->part[0], *b = core->both->part[1];
    for (uint32_t i = 0; i < a->n_actions; i++) {
        int j = index_of(b->actions, b->n_actions, a->actions[i].name);
        uint64_t x = action_sum(core, 0, i), y = j < 0 ? x : action_sum(core, 1, (uint32_t)j);
        if (x != y)
            return differ(core, err, (int64_t)x, (int64_t)y, "%s: count of %s", where, a->actions[i].name);
    }
    for (uint32_t i = 0; i < a->n_memories; i++) {
        int j = index_of(b->memories, b->n_memories, a->memories[i].name);
        uint64_t x[MEMORY_COUNTS], y[MEMORY_COUNTS];
        if (j < 0 || !described(core, i))
            continue;
        memory_sum(core, 0, i, x);
        memory_sum(core, 1, (uint32_t)j, y);
        for (int k = 0; k < MEMORY_COUNTS; k++)
            if (x[k] != y[k])
                return differ(core, err, (int64_t)x[k], (int64_t)y[k], "%s: %s of memory %s", where, memory_words[k], a->memories[i].name);
    }
    return 0;
}

/* What was compared and found equal is the core's. */
static void add_counts(const struct core *core, struct core_counts *to)
{
    const struct core_kind *a = core->both->part[0];
    for (size_t i = 0; i < (size_t)core->image->groups * a->n_actions; i++)
        to->action[i] += core->counts[0].action[i];
    for (size_t i = 0; i < (size_t)core->image->groups * a->n_memories; i++) {
        const struct memory_count *m = &core->counts[0].memory[i];
        struct memory_count *sum = &to->memory[i];
        *sum = (struct memory_count){sum->reads + m->reads, sum->writes + m->writes, sum->row_reads + m->row_reads, sum->row_writes + m->row_writes,
                                     sum->column_reads + m->column_reads, sum->column_writes + m->column_writes};
    }
}

/* ---- spikes and state ---- */

/* Who fires in one half alone: of two lists that rise, the lower number where they part; at most one of the two has ended. */
static int one_fires(const struct core *core, const struct emission *a, const struct emission *b, struct err *err)
{
    int half = !b || (a && a->neuron < b->neuron) ? 0 : 1;
    const struct emission *e = half ? b : a;
    assert(e);
    return err_answer(err, "core %u, in lockstep: neuron %u: %s fires at cycle %u, %s does not fire", core->id, e->neuron, core->both->part[half]->name,
                      e->offset, core->both->part[!half]->name);
}

static int compare_spikes(const struct core *core, const struct emissions *a, const struct emissions *b, struct err *err)
{
    uint32_t n = a->count > b->count ? a->count : b->count;
    for (uint32_t i = 0; i < n; i++) {
        const struct emission *x = i < a->count ? &a->at[i] : NULL, *y = i < b->count ? &b->at[i] : NULL;
        if (!x || !y || x->neuron != y->neuron)
            return one_fires(core, x, y, err);
        if (x->offset != y->offset)
            return differ(core, err, x->offset, y->offset, "neuron %u: cycle of its spike", x->neuron);
        if (x->payload != y->payload)
            return differ(core, err, x->payload, y->payload, "neuron %u: value of its spike", x->neuron);
        if (x->cause != y->cause)
            return differ(core, err, x->cause, y->cause, "neuron %u: packet that made it fire", x->neuron);
    }
    return 0;
}

/* Synapses of an axon's row: a weight's index is axon * 2^32 + its place there. */
static uint64_t synapses_of(const struct image *image, uint32_t axon)
{
    uint64_t n = 0;
    for (const struct segment *s = (const struct segment *)(image->rows + image->axon_row[axon]);; s = segment_next(s)) {
        n += s->count;
        if (s->last)
            return n;
    }
}

/* The place of a variable after *index; 0: there is none. Most are one per neuron; traces of axons and weights are there where a core learns. */
static int next_place(const struct image *image, const char *variable, uint64_t *index)
{
    uint32_t axon = (uint32_t)(*index >> 32);
    ++*index;
    if (!strcmp(variable, "pre_trace"))
        return image->learning.on && *index < image->axons;
    if (strcmp(variable, "weight"))
        return *index < image->neurons && (strcmp(variable, "post_trace") || image->learning.on);
    for (axon = *index ? axon : 0; image->learning.on && axon < image->axons; *index = (uint64_t)++axon << 32)
        if ((*index & UINT32_MAX) < synapses_of(image, axon))
            return 1;
    return 0;
}

/* The value of both, where both have it. */
static int compare_place(const struct core *core, uint32_t i, uint32_t j, uint64_t n, struct err *err)
{
    const struct core_kind *a = core->both->part[0], *b = core->both->part[1];
    int64_t x, y;
    if (a->peek(core->part[0], i, n, &x, err))
        return half_failed(core, 0, err);
    if (b->peek(core->part[1], j, n, &y, err))
        return half_failed(core, 1, err);
    if (x == y)
        return 0;
    const char *name = a->variables[i].name;
    if (!strcmp(name, "weight"))
        return differ(core, err, x, y, "axon %u, synapse %u of its row: its weight", (uint32_t)(n >> 32), (uint32_t)n);
    return differ(core, err, x, y, "%s %llu: its %s", strcmp(name, "pre_trace") ? "neuron" : "axon", (unsigned long long)n, name);
}

static int compare_state(const struct core *core, struct err *err)
{
    const struct core_kind *a = core->both->part[0], *b = core->both->part[1];
    for (uint32_t i = 0; i < a->n_variables; i++) {
        int j = index_of(b->variables, b->n_variables, a->variables[i].name);
        uint64_t n = UINT64_MAX;        /* before the first */
        while (j >= 0 && next_place(core->image, a->variables[i].name, &n))
            if (compare_place(core, i, (uint32_t)j, n, err))
                return -1;
    }
    return 0;
}

/* ---- the calls of a kind ---- */

static void destroy(struct core *core)
{
    if (!core)
        return;
    for (int h = 0; h < 2; h++) {
        if (core->part[h])
            core->both->part[h]->destroy(core->part[h]);
        free(core->counts[h].action);
        free(core->counts[h].memory);
    }
    free(core->out.at);
    free(core);
}

static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    if (!params || !params->kind) {
        err_bug(err, "a pair in lockstep is made without its kind");
        return NULL;
    }
    struct core *core = mem_new(1, sizeof *core);
    core->both = (const struct both *)params->kind;
    core->id = id;
    for (int h = 0; h < 2; h++) {
        struct params own = *params;
        own.kind = core->both->part[h];
        if (!(core->part[h] = own.kind->create(&own, id, err))) {
            destroy(core);
            return NULL;
        }
    }
    return core;
}

static int load(struct core *core, const struct image *image, struct err *err)
{
    core->image = image;
    for (int h = 0; h < 2; h++) {
        const struct core_kind *kind = core->both->part[h];
        if (kind->load(core->part[h], image, err))
            return half_failed(core, h, err);
        core->counts[h].action = mem_new((size_t)image->groups * kind->n_actions, sizeof(uint64_t));
        core->counts[h].memory = mem_new((size_t)image->groups * kind->n_memories, sizeof(struct memory_count));
    }
    core->out.capacity = image->neurons;
    core->out.at = mem_new(image->neurons, sizeof *core->out.at);
    return 0;
}

static void reset(struct core *core)
{
    for (int h = 0; h < 2; h++)
        core->both->part[h]->reset(core->part[h]);
}

static void cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    core->both->part[0]->cost(core->part[0], p, n, cycles);
}

/* What each says it takes, and took. */
static int compare_service(const struct core *core, const struct packet *p, const uint32_t took[2], struct err *err)
{
    uint32_t said[2];
    for (int h = 0; h < 2; h++)
        core->both->part[h]->cost(core->part[h], p, 1, &said[h]);
    if (took[0] != took[1])
        return differ(core, err, took[0], took[1], "a packet on axon %u: cycles of its service", p->axon);
    if (said[0] != said[1] || said[1] != took[1])
        return differ(core, err, said[0], said[1], "a packet on axon %u, which took %u cycles: declared cycles of its service", p->axon, took[0]);
    return 0;
}

/* Fires on arrival: appended to what the packets before it made fire. */
static int compare_arrival(struct core *core, uint32_t packet, struct emissions *out, const struct emissions *own, struct err *err)
{
    if (compare_spikes(core, own, &core->out, err))
        return -1;
    for (uint32_t i = 0; i < own->count; i++)
        own->at[i].cause = packet;
    out->count += own->count;
    return 0;
}

/* Packet by packet, so that the first one on which they part is the one that is named. */
static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles, struct emissions *out,
                  struct core_counts *counts, struct err *err)
{
    (void)ahead;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t took[2];
        char where[40];
        struct emissions own = out ? (struct emissions){out->at + out->count, 0, out->capacity - out->count} : (struct emissions){0};
        clear_counts(core);
        for (int h = 0; h < 2; h++)
            if (core->both->part[h]->accept(core->part[h], at, p + i, 1, 0, &took[h], !out ? NULL : h ? &core->out : &own, &core->counts[h], err))
                return half_failed(core, h, err);
        snprintf(where, sizeof where, "a packet on axon %u", p[i].axon);
        if ((out && compare_arrival(core, i, out, &own, err)) || compare_service(core, p + i, took, err) || compare_counts(core, where, err))
            return -1;
        if (cycles)
            cycles[i] = took[0];
        add_counts(core, counts);
    }
    return 0;
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    uint32_t took[2];
    clear_counts(core);
    for (int h = 0; h < 2; h++)
        if (core->both->part[h]->update(core->part[h], at, h ? &core->out : out, &took[h], &core->counts[h], err))
            return half_failed(core, h, err);
    if (compare_spikes(core, out, &core->out, err))
        return -1;
    if (took[0] != took[1])
        return differ(core, err, took[0], took[1], "the update: its cycles");
    if (compare_counts(core, "the update", err) || compare_state(core, err))
        return -1;
    *cycles = took[0];
    add_counts(core, counts);
    return 0;
}

static int learn(struct core *core, const struct core_step *at, enum learn_phase phase, int64_t third_factor, uint32_t *cycles, struct core_counts *counts,
                 struct err *err)
{
    uint32_t took[2];
    clear_counts(core);
    for (int h = 0; h < 2; h++)
        if (core->both->part[h]->learn(core->part[h], at, phase, third_factor, &took[h], &core->counts[h], err))
            return half_failed(core, h, err);
    if (took[0] != took[1])
        return differ(core, err, took[0], took[1], "learning: its cycles");
    if (compare_counts(core, "learning", err) || compare_state(core, err))
        return -1;
    *cycles = took[0];
    add_counts(core, counts);
    return 0;
}

/* State is compared after every update, so A's stands for both. */
static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    return core->both->part[0]->peek(core->part[0], variable, index, value, err);
}

static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    const struct core_kind *a = core->both->part[0], *b = core->both->part[1];
    int other = variable < a->n_variables ? index_of(b->variables, b->n_variables, a->variables[variable].name) : -1;
    if (a->poke(core->part[0], variable, index, value, err))
        return -1;
    return other < 0 ? 0 : b->poke(core->part[1], (uint32_t)other, index, value, err);
}

/* ---- the kind itself ---- */

static struct field *join_fields(const struct core_kind *a, const struct core_kind *b)
{
    size_t n = 0, room = 1;
    const struct core_kind *part[] = {a, b};
    for (int h = 0; h < 2; h++)
        for (const struct field *f = part[h]->fields; f && f->key; f++)
            room++;
    struct field *field = mem_new(room, sizeof *field);
    for (int h = 0; h < 2; h++)
        for (const struct field *f = part[h]->fields; f && f->key; f++) {
            size_t i = 0;
            while (i < n && strcmp(field[i].key, f->key))
                i++;
            if (i == n)
                field[n++] = *f;
        }
    return field;
}

struct core_kind *both_new(const struct core_kind *a, const struct core_kind *b)
{
    struct both *both = mem_new(1, sizeof *both);
    uint32_t able = a->flags & b->flags & (CORE_LEARNS | CORE_EMITS_ON_ACCEPT), strict = (a->flags | b->flags) & CORE_ORDERED;
    both->part[0] = a;
    both->part[1] = b;
    both->field = join_fields(a, b);
    both->name = mem_format("both:%s,%s", a->name, b->name);
    both->about = mem_format("%s, and %s in lockstep", a->name, b->name);
    both->kind = (struct core_kind){
        .name = both->name, .about = both->about, .abi = CORE_ABI, .flags = able | strict, .fields = both->field,
        .memories = a->memories, .actions = a->actions, .variables = a->variables,
        .n_memories = a->n_memories, .n_actions = a->n_actions, .n_variables = a->n_variables,
        .create = create, .load = load, .destroy = destroy, .reset = reset, .cost = cost, .accept = accept, .update = update,
        .learn = able & CORE_LEARNS ? learn : NULL, .peek = peek, .poke = poke,
    };
    return &both->kind;
}

void both_free(struct core_kind *kind)
{
    struct both *both = (struct both *)kind;
    if (!both)
        return;
    free(both->field);
    free(both->name);
    free(both->about);
    free(both);
}
