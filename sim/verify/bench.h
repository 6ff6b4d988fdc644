/* bench.h: the two cores of a drive and what stands between them; for drive.c, lockstep.c, counts.c and overlap.c alone. */
#ifndef VOLLEY_VERIFY_BENCH_H
#define VOLLEY_VERIFY_BENCH_H
#include "verify/drive.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_NONE = UINT32_MAX };

struct side {
    const struct core_kind *kind;
    struct core *core;
    uint64_t *action;                   /* [group][kind->n_actions] */
    struct memory_count *memory;        /* [group][kind->n_memories] */
    struct core_counts counts;
    struct emissions out;
    uint32_t cycles;                    /* of the last call */
};

struct pending { uint32_t first, last; };       /* synapses of one neuron in a row, as links; NONE: none */

/* What the retire port should say of the call under way. */
struct lockstep {
    uint64_t order;                     /* of the next word */
    int in_word;                        /* more lanes of word order - 1 may come */
    uint32_t next_neuron;               /* of an update: the lowest that may come next */
    int64_t *state;                     /* [neuron] variable 0 of the reference before the call */
    int64_t *after;                     /* [neuron] and after it */
    uint8_t *fired;                     /* [neuron] in this call */
    int64_t *sum;                       /* [neuron] accumulators that the next update reads */
    int64_t *used;                      /* [neuron] and that the last one read */
    int32_t *weight;                    /* [start of the axon + place in its row], where weights are learned; else NULL */
    uint32_t *start;                    /* [axon] */
    uint32_t *place, placed;            /* [neuron] place in the row of axon `placed`, BENCH_NONE: it has none */
    struct pending *pending;            /* [neuron] */
    uint32_t *link;                     /* [synapse of the row] the next one of the same neuron */
    uint8_t *seen;                      /* [neuron] told in this update */
    uint32_t row_room;
};

struct bench {
    const struct stim *s;
    const struct verify_target *target;
    uint32_t modes;
    struct verify_build build;
    struct side device, reference;
    struct lockstep lock;
    int same_memory[DRIVE_MEMORIES], same_action[64];   /* of a device's list: the reference's index of the same name, or -1 */
    uint32_t step;                      /* index */
    int64_t event;
    enum learn_phase phase;             /* of a CALL_LEARN */
    struct core_step at;
    struct finding *finding;
    int found;
};

/* 0, 1: a finding already (readback), -1. Close in any case. */
int bench_open(struct bench *, const struct stim *, const struct drive *, struct finding *, struct err *);
void bench_close(struct bench *);
void bench_restart(struct bench *);                     /* both from reset */
int bench_on(const struct bench *, enum verify_mode);
void side_clear(struct side *, uint32_t groups);        /* counts of the last call */
struct memory_count side_memory(const struct side *, uint32_t groups, uint32_t memory);
uint64_t side_action(const struct side *, uint32_t groups, uint32_t action);
uint32_t kind_variable(const struct core_kind *, const char *name);     /* BENCH_NONE: it has none */
struct packet bench_packet(const struct bench *, const struct stim_event *);

/* Keeps the first; returns 1. check: without numbers. */
int bench_find(struct bench *, enum verify_mode, const char *check, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The device's own error is a finding like any other. */
int bench_failed(struct bench *, enum verify_mode, const char *call, const struct err *);
/* Variables that are due at this time: 0, or 1. */
int bench_compare(struct bench *, enum verify_mode, enum verify_when);
int bench_compare_row(struct bench *, enum verify_mode, uint32_t axon);     /* variables per synapse, of this axon's; where weights change: 0, or 1 */
uint64_t bench_digest(struct bench *);                  /* of all variables of the device */

/* lockstep.c */
void lockstep_open(struct bench *);
void lockstep_close(struct bench *);
void lockstep_restart(struct bench *);
void lockstep_before(struct bench *, enum drive_call, const struct stim_event *);   /* before the reference's call */
void lockstep_expect(struct bench *, enum drive_call);                              /* after it, before the device's */
int lockstep_end(struct bench *, enum drive_call, const struct stim_event *);       /* after the device's: nothing may be missing */

/* counts.c: cycles, offsets and accesses of the call. declared: from the reference, or from the target's own formulae. */
void counts_declare(struct bench *, const struct packet *, struct verify_cost *declared, int *known);
int counts_compare(struct bench *, const char *call, const struct packet *, const struct verify_cost *declared, int known);

int overlap(struct bench *, const struct drive *);      /* overlap.c: the whole stimulus; 0 or 1 */

#ifdef __cplusplus
}
#endif
#endif
