/* stim.h: a stimulus: what a core is loaded with and what is sent to it, as data. It is made from (size, profile, seed) by profile.h, or read from
 * text; it is changed by shrink.h. The text is a line per thing, made to be read and diffed (docs/verify.md):
 *
 *     volley stimulus 1
 *     core rtl:lif_core size lif_core_l2
 *     profile threshold_edge seed 7           where it came from; nothing depends on it
 *     neurons 12 axons 3
 *     set rounding 1
 *     group 0 8 refractory 2                  first neuron, count, numbers that are not as usual; groups lie side by side
 *     group 8 4
 *     neuron 0..3 threshold 17 bias -1
 *     row 0  0: 3 -2  9: 1                    axon, then runs: first neuron and the weights from there on
 *     step                                    an update, then what is sent
 *     spike 0 0 2
 *     step restart settle source 3 sink 12 pauses 991
 *     end
 *
 * A value that a line does not give is the field's usual one. A # begins a comment.
 * Owner: the caller of stim_new, stim_copy, stim_read or stim_parse; stim_free frees all. */
#ifndef VOLLEY_VERIFY_STIM_H
#define VOLLEY_VERIFY_STIM_H
#include <stdio.h>

#include "verify/target.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { STIM_FIELDS = 40, STIM_NAME = 48, STIM_EVENTS = 1 << 24 /* of a stimulus, at most */ };

struct stim_synapse { uint32_t neuron; int32_t weight; };
struct stim_row { struct stim_synapse *synapse; uint32_t count; };
struct stim_group { uint32_t first, count; };
struct stim_event { uint16_t type; uint32_t axon; int32_t payload; };       /* type: index of verify_size.events */
struct stim_step {
    struct stim_event *event;
    uint32_t count;
    uint8_t restart;            /* first the core's reset; steps then count from 0 again */
    uint8_t settle;             /* overlap: the next step waits until the core is idle, and states are compared */
    uint32_t source, sink;      /* overlap: in a cycle a side is ready with a chance of 1 in so many; 1: always */
    uint32_t pauses;            /* seed of those chances */
};

struct stim {
    const struct verify_target *target;
    const struct verify_size *size;
    char profile[STIM_NAME];
    uint64_t seed;
    uint32_t neurons, axons, groups, steps;
    int readback;               /* every word is read back after the load */
    struct stim_group *group;
    int64_t *value[STIM_FIELDS];        /* [field][core 0, group, neuron or axon] */
    struct stim_row *row;
    struct stim_step *step;
};

/* All values usual, one group of all neurons, empty rows, no steps. */
struct stim *stim_new(const struct verify_target *, const struct verify_size *, uint32_t neurons, uint32_t axons, uint32_t groups);
struct stim *stim_copy(const struct stim *);
void stim_free(struct stim *);                                  /* NULL is allowed */
uint32_t stim_neurons_least(const struct verify_size *);        /* a stimulus of this size has so many neurons or more */
uint32_t stim_field_count(const struct verify_size *);
int stim_field(const struct verify_size *, const char *name);   /* index, or -1 */
uint32_t stim_count(const struct stim *, enum verify_scope);    /* how many values a field of this scope has */
/* The values of a field, NULL where the size has no such field. */
const int64_t *stim_values(const struct stim *, const char *name);
void stim_add_synapse(struct stim_row *, uint32_t neuron, int32_t weight);
void stim_add_event(struct stim_step *, uint16_t type, uint32_t axon, int32_t payload);
struct stim_step *stim_add_step(struct stim *);
uint64_t stim_events(const struct stim *);                      /* packets of all steps */
uint64_t stim_synapses(const struct stim *);

/* target NULL: the text's own line says it. ERR_INPUT with file:line:column: what was found, what to write. */
struct stim *stim_parse(const char *name, const char *text, size_t size, const struct verify_target *, struct err *);
struct stim *stim_read(const char *path, const struct verify_target *, struct err *);
void stim_write(const struct stim *, FILE *);
int stim_save(const struct stim *, const char *path, const char *comment, struct err *);    /* comment: lines that follow the first, or NULL */

#ifdef __cplusplus
}
#endif
#endif
