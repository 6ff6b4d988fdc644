/* A stimulus in memory: plain arrays, copied whole. Copies are what shrinking tries things on, so they are cheap enough: a few
 * hundred kilobytes at most. */
#include "verify/stim.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint32_t stim_neurons_least(const struct verify_size *size)
{
    for (const struct verify_event *e = size->events; e->name; e++)
        if (e->any_neuron)
            return size->neurons;
    return 1;
}

uint32_t stim_field_count(const struct verify_size *size)
{
    uint32_t n = 0;
    while (size->fields[n].name)
        n++;
    return n;
}

int stim_field(const struct verify_size *size, const char *name)
{
    for (int f = 0; size->fields[f].name; f++)
        if (!strcmp(size->fields[f].name, name))
            return f;
    return -1;
}

uint32_t stim_count(const struct stim *s, enum verify_scope scope)
{
    switch (scope) {
    case VERIFY_PER_GROUP: return s->groups;
    case VERIFY_PER_NEURON: return s->neurons;
    case VERIFY_PER_AXON: return s->axons;
    default: return 1;
    }
}

const int64_t *stim_values(const struct stim *s, const char *name)
{
    int f = stim_field(s->size, name);
    return f < 0 ? NULL : s->value[f];
}

/* Arrays are never of no bytes, so that NULL means "no such field" alone. */
static void *array(uint32_t n, size_t size)
{
    return mem_new(n ? n : 1, size);
}

struct stim *stim_new(const struct verify_target *target, const struct verify_size *size, uint32_t neurons, uint32_t axons, uint32_t groups)
{
    struct stim *s = mem_new(1, sizeof *s);
    s->target = target;
    s->size = size;
    s->neurons = neurons;
    s->axons = axons;
    s->groups = groups;
    s->group = array(groups, sizeof *s->group);
    s->group[0] = (struct stim_group){0, neurons};
    for (uint32_t f = 0; f < stim_field_count(size); f++) {
        uint32_t n = stim_count(s, size->fields[f].scope);
        s->value[f] = array(n, sizeof *s->value[f]);
        for (uint32_t i = 0; i < n; i++)
            s->value[f][i] = size->fields[f].usual;
    }
    s->row = array(axons, sizeof *s->row);
    return s;
}

/* With the room that an array of n has where it grew by itself: to the next power of two. */
static void *copied(const void *from, uint32_t n, size_t size)
{
    uint32_t most = 1;
    while (most < n)
        most *= 2;
    void *to = array(most, size);
    if (n)
        memcpy(to, from, n * size);
    return to;
}

struct stim *stim_copy(const struct stim *from)
{
    struct stim *s = copied(from, 1, sizeof *s);
    s->group = copied(from->group, from->groups, sizeof *s->group);
    for (uint32_t f = 0; f < stim_field_count(s->size); f++)
        s->value[f] = copied(from->value[f], stim_count(from, s->size->fields[f].scope), sizeof *s->value[f]);
    s->row = copied(from->row, from->axons, sizeof *s->row);
    for (uint32_t a = 0; a < s->axons; a++)
        s->row[a].synapse = s->row[a].count ? copied(from->row[a].synapse, s->row[a].count, sizeof *s->row[a].synapse) : NULL;
    s->step = copied(from->step, from->steps, sizeof *s->step);
    for (uint32_t t = 0; t < s->steps; t++)
        s->step[t].event = s->step[t].count ? copied(from->step[t].event, s->step[t].count, sizeof *s->step[t].event) : NULL;
    return s;
}

void stim_free(struct stim *s)
{
    if (!s)
        return;
    for (uint32_t a = 0; a < s->axons; a++)
        free(s->row[a].synapse);
    for (uint32_t t = 0; t < s->steps; t++)
        free(s->step[t].event);
    for (uint32_t f = 0; f < STIM_FIELDS; f++)
        free(s->value[f]);
    free(s->group);
    free(s->row);
    free(s->step);
    free(s);
}

/* Room doubles: count is a power of two, or 0, where the array is full. */
static void *room(void *at, uint32_t count, size_t size)
{
    return count & (count - 1) ? at : mem_grow(at, count ? (size_t)count * 2 : 1, size);
}

void stim_add_synapse(struct stim_row *row, uint32_t neuron, int32_t weight)
{
    row->synapse = room(row->synapse, row->count, sizeof *row->synapse);
    row->synapse[row->count++] = (struct stim_synapse){neuron, weight};
}

void stim_add_event(struct stim_step *step, uint16_t type, uint32_t axon, int32_t payload)
{
    step->event = room(step->event, step->count, sizeof *step->event);
    step->event[step->count++] = (struct stim_event){type, axon, payload};
}

struct stim_step *stim_add_step(struct stim *s)
{
    s->step = room(s->step, s->steps, sizeof *s->step);
    struct stim_step *step = &s->step[s->steps++];
    *step = (struct stim_step){.source = 1, .sink = 1};
    return step;
}

uint64_t stim_events(const struct stim *s)
{
    uint64_t n = 0;
    for (uint32_t t = 0; t < s->steps; t++)
        n += s->step[t].count;
    return n;
}

uint64_t stim_synapses(const struct stim *s)
{
    uint64_t n = 0;
    for (uint32_t a = 0; a < s->axons; a++)
        n += s->row[a].count;
    return n;
}
