/* drive.h: runs a network under synthetic traffic and measures it. Latencies are NoC cycles from a packet's creation to its tail's
 * arrival (tail) or its head's (head), and of that the wait in the source queue. */
#ifndef VOLLEY_NOC_DRIVE_H
#define VOLLEY_NOC_DRIVE_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif
struct mesh;
struct traffic;

struct drive_spread { double mean; uint64_t p50, p95, p99, most; };     /* pNN: the least value that so many percent do not exceed */
struct drive_result {
    struct drive_spread tail, head, source;
    double routers;                 /* mean visited by a measured packet */
    double half_width;              /* of the 95 % confidence interval of tail.mean, from the means of ten parts of the window */
    double accepted;                /* flits that reached their endpoint in the window, per node and cycle */
    uint64_t packets, lost;         /* measured: created in the window */
    uint64_t cycles;                /* to the end of the drain, or of the burst */
    uint32_t saturated;             /* 1: the packets of the window did not drain in time, or stood in the sources */
};
struct drive_plan { uint64_t warmup, window, drain; uint32_t nodes, flits; };   /* cycles; drain: at most so many after the window */

/* Steady load. 0; -1 and err: deadlock. */
int drive_steady(struct mesh *, struct traffic *, const struct drive_plan *, struct drive_result *, struct err *);
/* A burst until its last packet has arrived: result.cycles is the makespan. */
int drive_burst(struct mesh *, struct traffic *, uint32_t flits, struct drive_result *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
