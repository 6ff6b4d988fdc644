/* endpoint.h: the rules of a step (docs/time.md) for one core, whoever moves time: what its update program offers in a cycle, when it
 * stands still, when a packet's service begins. The plane `cycle` and the core modules of the SystemC engine both call it, so they cannot
 * differ. Times are NoC cycles from the start of the step. */
#ifndef VOLLEY_NOC_ENDPOINT_H
#define VOLLEY_NOC_ENDPOINT_H
#include <stdint.h>

#include "base/err.h"
#include "noc/timing.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NO_LEAF = UINT32_MAX };

struct chain {                  /* unbroken work of a core that ends now: where it began, what it is made of */
    uint32_t first_leaf;        /* NO_LEAF: the core's own update */
    uint64_t service, memory;
};
struct endpoint {               /* a core, or the host's input, in the step in hand */
    uint64_t next, end;         /* sends not offered yet: send[next .. end) */
    uint64_t stalled;           /* cycles the update program has stood still so far */
    uint64_t free_at;           /* end of the service in hand */
    uint64_t last;              /* end of the last service */
    uint32_t first, tail;       /* leaves that wait, a list through leaf.after; first: NO_LEAF for none */
    uint32_t stopped, full;     /* the program stands still; since the output queue was full when it last asked */
    uint32_t ended, overlap;    /* the program is over; a service need not wait for that */
    struct chain chain;
};
struct endpoint_ports {         /* what a core does to its surroundings */
    void *arg;
    int (*offer)(void *arg, uint64_t send, uint64_t cycle, struct err *);       /* 1 taken, 0 output queue full, -1 err */
    int (*serve)(void *arg, uint32_t leaf, uint64_t cycle, struct err *);       /* its service begins, its place is free; 0 or -1 */
};

struct endpoint endpoint_new(int overlap);      /* at the start of a step; next and end are the caller's to set */
/* A packet's tail came. Returns the cycle in which the core must act for it; UINT64_MAX: it acts before that anyway. */
uint64_t endpoint_arrive(struct endpoint *, struct step_time *, uint32_t leaf, uint64_t cycle);
/* All that the core can do in this cycle; asking twice in a cycle, or in one where nothing is due, does no harm. *next: when it has
 * something due again; UINT64_MAX: not before a packet comes. Where `full` is set it is due, too, when its output queue has a place. 0; -1 and err. */
int endpoint_act(struct endpoint *, struct step_time *, uint32_t number, uint64_t cycle, const struct endpoint_ports *, struct noc_counts *,
                 uint64_t *next, struct err *);
/* The step is over: ends of all cores, the step's end, and the path back from it. endpoint: [step.n_endpoint]; host_in: its input's number. */
void endpoints_end(const struct endpoint *, struct step_time *, uint32_t host_in, struct noc_counts *);

#ifdef __cplusplus
}
#endif
#endif
