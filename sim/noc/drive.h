/* drive.h: runs a network alone, under synthetic traffic or recorded packets, and measures it. Latencies are NoC cycles from a packet's
 * creation to its tail's arrival (tail) or its head's (head); of the tail's, the wait in the source queue and the rest in the network. */
#ifndef VOLLEY_NOC_DRIVE_H
#define VOLLEY_NOC_DRIVE_H
#include <stdint.h>

#include "base/err.h"
#include "noc/mesh.h"
#ifdef __cplusplus
extern "C" {
#endif
struct topology;
struct traffic;

struct drive_spread { double mean; uint64_t p50, p95, p99, most; };     /* pNN: the least value that so many percent do not exceed */
struct drive_result {
    struct drive_spread tail, head, source, network;
    double routers;                 /* mean visited by a measured packet */
    double alone;                   /* mean tail latency that the measured packets would have without other traffic; 0: not asked for */
    double half_width;              /* of the 95 % confidence interval of tail.mean, from the means of ten parts of the window */
    double offered, accepted;       /* flits created, and flits that reached their endpoint, in the window, per node and cycle */
    uint64_t packets, lost;         /* measured: created in the window. Of recorded packets: their leaves */
    uint64_t late;                  /* of those, not arrived when the drain ended */
    uint64_t cycles;                /* to the end of the drain; of a burst or a recorded step: to its last arrival */
    uint32_t saturated;             /* 1: the window's packets did not drain in time, or more came than left and latency rose to its end */
};
struct drive_plan {
    uint64_t warmup, window, drain; /* cycles; drain: at most so many after the window. A burst reads none of them */
    uint32_t nodes, flits;
    const uint32_t *endpoint;       /* [nodes] where each node of the traffic is; NULL: at the endpoint of its number */
    const struct topology *topology;    /* with config: asks for result.alone; or NULL */
    const struct mesh_config *config;
    struct mesh_counts *port;       /* [ports] out: the counts of the window, of a burst all; or NULL */
    uint32_t ports;
};

/* Steady load. 0; -1 and err: deadlock. Where the load is saturated there is no drain: latencies are of the packets that arrived, and the rest
 * is only looked at for a ring of waits. */
int drive_steady(struct mesh *, struct traffic *, const struct drive_plan *, struct drive_result *, struct err *);
/* A burst until its last packet has arrived: result.cycles is the cycle of that arrival. */
int drive_burst(struct mesh *, struct traffic *, const struct drive_plan *, struct drive_result *, struct err *);

/* Recorded packets, step after step over a network at rest; `cycle` counts from the start of the step, in rising order. */
struct drive_due { uint64_t cycle; struct mesh_packet packet; uint32_t leaves; };
struct drive_replay;
struct drive_replay *drive_replay_new(struct mesh *);           /* the mesh outlives it; the caller frees */
void drive_replay_free(struct drive_replay *);                  /* NULL is allowed */
int drive_replay_step(struct drive_replay *, const struct drive_due *, uint64_t n, struct drive_result *, struct err *);
struct drive_result drive_replay_whole(const struct drive_replay *);    /* of all steps; cycles: the steps' one after another */

#ifdef __cplusplus
}
#endif
#endif
