/* drive.h: one stimulus through a core under test and its reference, side by side, in one mode or several; it ends at the first difference.
 * Transaction, lockstep and counts look at the same pass, call by call; overlap is a second pass, from reset, on the pins. */
#ifndef VOLLEY_VERIFY_DRIVE_H
#define VOLLEY_VERIFY_DRIVE_H
#include "verify/stim.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { DRIVE_MEMORIES = 16, DRIVE_TYPES = 10 };      /* memories of a device, kinds of call: update, learn, events; at most */
enum drive_call { CALL_UPDATE, CALL_LEARN, CALL_EVENT };    /* CALL_EVENT + index of verify_size.events */

struct finding {
    enum verify_mode mode;
    uint32_t step;              /* index in the stimulus */
    int64_t event;              /* index in the step; -1: its update, its learning, or its end */
    char check[64];             /* what differed, without numbers: shrinking keeps to this */
    char text[600];             /* a line for people */
};

struct drive_total {            /* of one kind of call, as the device took it */
    uint64_t calls, cycles;
    uint32_t least, most;       /* cycles of a call */
    struct memory_count memory[DRIVE_MEMORIES];
};
struct drive_totals {
    uint64_t events, updates, spikes, cycles, changes;      /* changes: records of the retire port that were compared */
    struct drive_total call[DRIVE_TYPES];
};

struct drive_seen {             /* one step, as the device did it */
    uint32_t step;
    const struct emission *spike;
    uint32_t spikes;
    uint64_t digest;            /* of all variables after the step */
    uint32_t update, learn;     /* cycles */
    uint64_t served;            /* cycles of its events */
    uint32_t events;
    const struct memory_count *memory;  /* [memories] */
};

struct drive {
    const struct verify_target *target; /* whose device is driven; NULL: the stimulus' own */
    uint32_t modes;                     /* 1 << enum verify_mode */
    struct drive_totals *totals;        /* added to; or NULL */
    void (*seen)(void *to, const struct drive_seen *);  /* after each step; or NULL */
    void *to;
    const char *wave;                   /* file; the device is an instrumented one. NULL: none */
    uint32_t wave_from;                 /* index of the first step recorded */
    const char *coverage;               /* file, likewise */
};

/* 0: no difference; 1: finding says which; -1 and err: the stimulus cannot be loaded. */
int drive(const struct stim *, const struct drive *, struct finding *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
