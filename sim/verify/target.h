/* target.h: what `volley verify` knows of a core under test: the kind that drives it, the kind that says what is right, the sizes it was
 * built in, the numbers that a stimulus may set and their ranges, and what it can be asked for. One const struct per core: volley's own
 * stand in targets.c, one of somebody else's comes from its manifest or out of a shared object. A target owns what it points at; it
 * outlives every stimulus and every core made from it. */
#ifndef VOLLEY_VERIFY_TARGET_H
#define VOLLEY_VERIFY_TARGET_H
#include <stdint.h>

#include "cores/core.h"
#include "cores/image.h"
#include "cores/retire.h"
#ifdef __cplusplus
extern "C" {
#endif

struct stim; /* verify/stim.h */
struct verify_target;

enum verify_mode { VERIFY_TRANSACTION, VERIFY_LOCKSTEP, VERIFY_COUNTS, VERIFY_OVERLAP, VERIFY_MODES };

/* ---- the numbers of a stimulus: one table per size reads and writes the text, generates, and shrinks ---- */

enum verify_scope { VERIFY_PER_CORE, VERIFY_PER_GROUP, VERIFY_PER_NEURON, VERIFY_PER_AXON, VERIFY_PER_SYNAPSE /* variables alone */ };
/* What a number does, for profiles that aim at it; OTHER: any value of its range, its ends more often. */
enum verify_role {
    ROLE_OTHER, ROLE_THRESHOLD, ROLE_BIAS, ROLE_RESET, ROLE_DECAY, ROLE_REFRACTORY, ROLE_SHIFT, ROLE_OPEN, ROLE_CLOSE,
    ROLE_DECAY_BITS,        /* a decay of the group is at most 1 << this */
    ROLE_LEARN,             /* 0 switches learning off */
    ROLE_RATE,              /* a number of learning: 0, as it usually is, hides all that follows from it */
    ROLE_PLASTIC,           /* 1: synapses onto the group learn, and their weights lie within the next two */
    ROLE_WEIGHT_LOW, ROLE_WEIGHT_HIGH
};
struct verify_field {       /* ends with a name of NULL */
    const char *name;       /* as it stands in the text: "threshold" */
    enum verify_scope scope;
    enum verify_role role;
    int64_t low, high;      /* both included; outside: the text is refused */
    int64_t usual;          /* where the text says nothing; what a shrunk stimulus goes to */
    const char *help;
};
struct verify_event {       /* what a step may send, beside its update; ends with a name of NULL */
    const char *name;       /* "spike" */
    uint16_t kind;          /* packet.kind: enum packet_kind, or a number that both kinds of the target know */
    uint32_t axons;         /* packet.axon is below this; 0: below the stimulus' own axons, and the axon has a row */
    int32_t low, high;      /* packet.payload */
    int has_but;            /* 1: every payload from low to high but this one */
    int32_t but;
    int any_neuron;         /* 1: it may name any neuron of the core, so a stimulus has all of them */
};
struct verify_size {        /* one set of hardware parameters; ends with a name of NULL */
    const char *name;
    uint32_t neurons, axons, groups;    /* at most */
    uint32_t lanes;         /* neurons per word: groups begin at whole words */
    uint32_t synapse_words; /* of `lanes` weights, at most in all rows together */
    int32_t weight_low, weight_high;
    uint64_t sum_high;      /* largest sum of |weights| x payload that a neuron may collect in a step; UINT64_MAX: none */
    uint32_t queue_in, queue_out;
    uint32_t membrane_bits, current_bits;   /* signed; what image.h calls membrane_low .. high and current_low .. high */
    const struct verify_field *fields;
    const struct verify_event *events;
};

/* ---- a stimulus as a core ---- */

struct verify_build {       /* what a core is made and loaded from */
    const struct params *params;        /* or NULL */
    struct image image;
    void *own;              /* what release frees */
};
/* image.c: a target's build for kinds that read struct image alone. Fields of the stimulus go where image.h has the same name (decay: decay_v;
 * decay_shift: the same as a power of two), rows become lists; words and time are left to the target's own build, which may call this. */
int verify_image(const struct verify_target *, const struct verify_size *, const struct stim *, struct verify_build *, struct err *);
void verify_image_free(struct verify_build *);

/* A variable that both kinds have, compared by peek. */
enum verify_when { VERIFY_AFTER_EVENT, VERIFY_AFTER_STEP, VERIFY_AT_END };
struct verify_variable {    /* ends with a name of NULL */
    const char *name;       /* of both kinds' lists of variables */
    enum verify_scope per;  /* index: neuron; axon; PER_SYNAPSE: axon << 32 | place in its row */
    enum verify_when when;
};

/* What one call is declared to cost; memories in the order of the device's list. */
struct verify_cost {
    uint32_t cycles;
    struct memory_count memory[16];
};

struct verify_target {
    const char *name;                   /* as it is typed: "rtl:lif_core" */
    const struct core_kind *device;     /* under test */
    const struct core_kind *reference;  /* a C kind: same image, same packets */
    const struct verify_size *sizes;    /* the first is the default budget's largest share */
    const struct verify_variable *variables;
    uint32_t modes;                     /* a bit 1 << enum verify_mode each */
    const char *why_not[VERIFY_MODES];  /* one line for each mode without a bit */
    const char *profiles;               /* names, each followed by a blank; NULL: all */
    const char *const *quirks;          /* lines that are printed first: what is kept out of the stimulus, what the reference models; NULL-ended, or NULL */

    /* 0, or -1 with ERR_INPUT where the stimulus asks what no core of this size can do. release: of what build made. */
    int (*build)(const struct verify_target *, const struct verify_size *, const struct stim *, struct verify_build *, struct err *);
    void (*release)(struct verify_build *);

    /* 1: its pins show in every cycle what cores/clocked.h makes of the reference, so that overlap compares them cycle by cycle; 0: it compares
     * spikes, states and accesses alone. */
    int cycle_exact;

    /* Optional from here on: NULL where the core cannot. */

    /* What packet (NULL: the update of this step) costs, from the core's documentation. NULL: the reference's own cycles and counts say it.
     * before: the reference as it is when the call comes. */
    int (*declared)(const struct core *before, const struct core_step *, const struct packet *, struct verify_cost *, struct err *);
    /* From now on every retired change is told; NULL ends it. Without it there is no lockstep. */
    void (*watch)(struct core *device, retire_watch *, void *to);
    int one_place;          /* 1: a weight has one place per axon and neuron, so a row names a neuron once */
    int updates_alone;      /* 1: watch tells of updates, and not of the weights that are added up for them */
    /* Every word of every memory and register is read back and held against what load wrote. -1: the first that differs. */
    int (*readback)(struct core *device, struct err *);
    /* One line on the state of the port, for a core that never answers. */
    void (*where)(const struct core *device, char *to, size_t size);

    /* The same target built with waveforms and coverage counters, made when first asked for; NULL and err: how to get it. */
    const struct verify_target *(*instrumented)(const struct verify_target *, struct err *);
    /* Of an instrumented device. wave: records every clock from now on into an FST file; NULL ends it.
     * coverage: writes what was counted so far, as Verilator's coverage data. */
    int (*wave)(struct core *device, const char *path, struct err *);
    int (*coverage)(struct core *device, const char *path, struct err *);
    const char *waivers;    /* file: what coverage need not reach, and why (verify/coverage.h) */
};

/* targets.c: NULL and ERR_INPUT with the nearest name. A core whose step is an event (CORE_EMITS_ON_ACCEPT) takes its packets in order and
 * answers with spikes at once; its update is one time reference. Others collect a step's packets, in any order. */
extern const struct verify_target *const verify_targets[];     /* NULL-ended */
const struct verify_target *verify_target_named(const char *, struct err *);
const struct verify_size *verify_size_named(const struct verify_target *, const char *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
