/* kind.h: one foreign core, and what it took to serve one event. Private to cores/foreign. */
#ifndef VOLLEY_CORES_FOREIGN_KIND_H
#define VOLLEY_CORES_FOREIGN_KIND_H
#include "cores/foreign/foreign.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FOREIGN_HISTORY = 16 };          /* clocks that an adapter may take to see a request */

struct foreign_spot { uint32_t word, bit; };

struct core {
    const struct foreign *f;
    const struct manifest *m;
    const struct image *image;
    int is_model, in_steps, has_words;
    struct foreign_core *port;          /* of the adapter; a model has none */
    struct foreign_state loaded;        /* as it was programmed, */
    struct foreign_state state;         /* and a model's own */
    struct foreign_spike *spike;        /* [neurons] of the last event */
    uint64_t now;                       /* clock of the adapter, and how much of the event's work was done after it and those before */
    uint32_t done[FOREIGN_HISTORY];     /* [clock % FOREIGN_HISTORY] */
    uint32_t *synapses;                 /* [axons] */
    struct foreign_spot *spot;          /* [neurons] where each membrane lies, in memory `membranes` */
    uint32_t membranes;
    uint32_t longest_gap;
    uint64_t seed;
    struct core *inner;                 /* of a model that manifest.shipped computes; then membranes are its */
    struct core_step at;                /* of the call under way */
    struct emissions fired;             /* of inner, and where what it counts goes: the manifest's formulae say it */
    struct core_counts unheard;
    retire_watch *watch;
    void *watcher;
    uint64_t retired;                   /* words so far */
};

struct served {
    uint32_t cycles, spikes;            /* clocks of work; core->spike[].clock: how many of them before the spike was offered */
    uint64_t reads[FOREIGN_MEMORIES], writes[FOREIGN_MEMORIES];
};

/* shipped.c: a model that is a kind of volley's own. load: of a core without inner. serve: as its event would. */
int foreign_shipped_load(struct core *, const struct image *, struct err *);
void foreign_shipped_free(struct core *);
int foreign_shipped_serve(struct core *, const struct foreign_event *, struct served *, struct err *);
int foreign_shipped_skip(struct core *, const struct core_step *, struct err *);       /* an update outside the window */

/* drive.c: hands the event to the port and clocks it until the core is idle. ERR_ANSWER with the state of the port where it never is. */
int foreign_drive(struct core *, const struct foreign_event *, struct served *, struct err *);
extern const struct field foreign_fields[];      /* fields.c */
uint64_t foreign_word(const struct core *, uint32_t memory, uint32_t word);

#ifdef __cplusplus
}
#endif
#endif
