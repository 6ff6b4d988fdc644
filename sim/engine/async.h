/* async.h: an event chip in a run: no steps. A core serves one packet at a time and may fire while it does; the rules are those of docs/time.md,
 * "Chips without steps". async_core.c says what a core or the host does in a cycle, async_time.c what a moment counts as, and both are called by
 * whoever moves time: the C engine's loop (async.c) or processes under the SystemC kernel. Times are NoC cycles from the start of the sample. */
#ifndef VOLLEY_ENGINE_ASYNC_H
#define VOLLEY_ENGINE_ASYNC_H
#include "engine/engine.h"
#include "noc/endpoint.h"
#ifdef __cplusplus
extern "C" {
#endif

struct async_core {             /* a core of the chip, or the host's input */
    uint32_t first, tail;       /* leaves that wait, a list through leaf.after; NO_LEAF for none */
    uint32_t in_hand;           /* the leaf that is served; NO_LEAF: a time reference */
    uint32_t waiting;           /* leaves in that list */
    uint32_t busy, full;        /* a service is in hand; it stands still, because the output queue was full when it last asked */
    uint64_t next, end;         /* what the service sends and has not offered yet: send[next .. end) */
    uint64_t started, length;   /* of the service, as if nothing stalled */
    uint64_t stalled;           /* cycles that it has stood still */
    uint64_t references;        /* time-reference packets served so far */
};
struct async {
    struct async_core *core;    /* [chip.n_cores], then the host */
    uint64_t steps_end;         /* T steps of input are over */
    uint64_t cut;               /* from here on no service begins and what arrives is thrown away; UINT64_MAX: never */
    uint64_t references;        /* packets of each core in a sample */
    uint64_t per_reference;     /* packets of one of its time references: 1, or 0: as many as the core has neurons */
    uint64_t marked;            /* up to here every cycle has been told what it was */
    uint64_t progress;          /* when a packet last got anywhere */
    uint64_t on_the_way;        /* deliveries sent whose service has not begun */
    uint32_t working, stopped;  /* cores that serve, and of these, that stand still */
    uint32_t updating;          /* cores that serve a time reference and do not stand still */
    uint32_t input_step;        /* whose input is sent next */
    int cut_off;                /* something was thrown away */
    uint64_t bound[N_BOUNDS];   /* ps of the network step in hand */
    uint64_t update_ps;         /* of its compute: none but time references were served */
    uint64_t step_begun;        /* its first cycle */
    uint64_t traced;            /* of the run's packets, those of the samples before */
    struct calendar *calendar;  /* of the C engine */
};

/* async.c. 0, or -1 and err: the chip or the plane cannot run without steps. async_close: NULL is allowed. */
int async_open(struct engine *, struct err *);
void async_close(struct async *);
int async_sample(struct engine *, struct err *);        /* the C engine's: engine_kind.sample */

/* async_core.c: who: index into async.core, the host last. The tail of a leaf (its number) came, or an output spike reached the host. */
void async_arrive(struct engine *, uint32_t number, uint64_t cycle);
struct async_ports {            /* what a core does to its surroundings */
    void *arg;
    int (*offer)(void *arg, uint64_t send, uint64_t cycle, struct err *);       /* 1 taken, 0 output queue full, -1 err */
    void (*taken)(void *arg, uint32_t endpoint, uint64_t cycle);                /* the head of its input queue: its place is free */
};
/* All that it can do in this cycle; asking twice, or where nothing is due, does no harm. *next: when something is due again; UINT64_MAX: not
 * before a packet comes, or, where core.full is set, a place in its output queue. 0; -1 and err. */
int async_act(struct engine *, uint32_t who, uint64_t cycle, const struct async_ports *, uint64_t *next, struct err *);
uint32_t async_endpoint(const struct engine *, uint32_t who);

/* async_time.c */
uint64_t async_cycle_of(const struct engine *, uint64_t ps);   /* the first edge of the network's clock at or after it */
void async_begin(struct engine *);      /* a sample, after engine_begin_sample */
void async_mark(struct engine *, uint64_t cycle);       /* before anything changes in this cycle */
/* Nothing is due any more: the sample is accounted for, and *cycles how long it took. -1: something waits that nothing will end. */
int async_end(struct engine *, uint64_t *cycles, struct err *);
/* Nothing has got anywhere for so long that nothing will: -1 and err with who waits for what. Asked in cycles with work. */
int async_stuck(const struct engine *, uint64_t cycle, struct err *);
uint32_t async_step_at(const struct engine *, uint64_t cycle); /* the network step that a moment falls into; the last one has what comes after it */

#ifdef __cplusplus
}
#endif
#endif
