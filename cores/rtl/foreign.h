/* foreign.h: what passes between volley and a core that is not its own: events in, spikes out, the words of its memories, and the two tables
 * that its shared object exports. Plain C, so that neither compiler nor volley's inside is part of the contract. Adapters are written
 * against adapter.h, which makes the first table; the C reference fills the second with VOLLEY_MODEL.
 * Strings and arrays belong to who hands them over and live as long as the call, unless said otherwise. */
#ifndef VOLLEY_CORES_RTL_FOREIGN_H
#define VOLLEY_CORES_RTL_FOREIGN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define FOREIGN_CONTRACT 1u     /* changes with anything in this file; part of every build's hash */
enum { FOREIGN_MEMORIES = 8, FOREIGN_EVENTS = 8, FOREIGN_REGISTERS = 16 };

struct foreign_event {
    uint64_t code;              /* the bits of its address, made from `code` of the manifest */
    uint32_t kind;              /* its number in the manifest's `events`, from 0 in order of the file */
    uint32_t axon, neuron;      /* what it is about; 0 where the event has none */
    int32_t weight;             /* of an event that carries one */
};
struct foreign_spike {
    uint32_t neuron;
    int32_t payload;            /* 1, unless the core's spikes have a value */
    uint64_t clock;             /* clocks since reset, of the handshake's beginning */
};
struct foreign_memory {
    const char *name;
    uint32_t words, bits;       /* of a word: 1 to 64 */
    uint64_t *word;             /* [words] */
};
struct foreign_register {
    const char *name;
    uint64_t value;
};
/* What a core holds. As an image to be loaded it is only read; as the state of a C reference, words change. */
struct foreign_state {
    uint32_t neurons, axons;
    uint32_t n_memories, n_registers;
    struct foreign_memory memory[FOREIGN_MEMORIES];             /* in the manifest's order */
    struct foreign_register reg[FOREIGN_REGISTERS];
};
/* What the last clock did. */
struct foreign_strobes {
    uint64_t clock;             /* clocks since reset, this one counted: the time of spikes in foreign_spike.clock */
    uint32_t reads, writes;     /* a bit per memory */
    int wrote;                  /* the memory named in `observe` was written: */
    uint32_t word;
    uint64_t before, after;     /* the whole word */
    int spike;                  /* and the neuron fired; -1: it cannot be seen */
};

/* The first table, exported as `volley_adapter`. One instance is called by one thread at a time. */
struct foreign_core;
struct foreign_adapter {
    uint32_t contract;          /* FOREIGN_CONTRACT */
    const char *name;
    struct foreign_core *(*create)(void);
    void (*destroy)(struct foreign_core *);
    void (*reset)(struct foreign_core *, uint64_t seed);        /* the reset pin; what has no reset value starts at random */
    uint64_t (*identity)(struct foreign_core *);                /* what the hardware says of itself; 0: nothing */
    int (*program)(struct foreign_core *, const struct foreign_state *, int front_door);        /* 0, or -1: refusal says why */
    const char *(*refusal)(struct foreign_core *);
    int (*send)(struct foreign_core *, const struct foreign_event *);       /* 1: on its way, not idle until served; 0: port busy, clock and ask again */
    void (*clock)(struct foreign_core *);
    int (*receive)(struct foreign_core *, struct foreign_spike *);          /* 1: the next spike that has left, in order */
    int (*idle)(struct foreign_core *);         /* nothing under way, neither inside nor at the ports */
    int (*busy)(struct foreign_core *);         /* the last clock counts as work */
    uint64_t (*peek)(struct foreign_core *, uint32_t memory, uint32_t word);
    void (*poke)(struct foreign_core *, uint32_t memory, uint32_t word, uint64_t value);
    const char *(*where)(struct foreign_core *);                /* one line on the state of the port; valid until the next call */
    void (*strobes)(struct foreign_core *, struct foreign_strobes *);
    /* In an object built with waveforms and coverage, else -1. wave: every clock from now on into an FST file; NULL ends it. coverage: what was
     * reached so far, in Verilator's form. */
    int (*wave)(struct foreign_core *, const char *path);
    int (*coverage)(struct foreign_core *, const char *path);
    void (*gaps)(struct foreign_core *, uint64_t seed, uint32_t longest);   /* random waits of up to so many clocks in both handshakes; 0: none */
};

/* The second, exported as `volley_model`: what is right. event serves one event on the words and registers of state and writes the spikes,
 * in the order in which they leave the core, to out (room for state->neurons); returns how many. Clocks and accesses are not its
 * business: the manifest declares them. It keeps nothing between calls. */
struct foreign_model {
    uint32_t contract;
    const char *name;
    uint32_t (*event)(struct foreign_state *, const struct foreign_event *, struct foreign_spike *out);
};
#define VOLLEY_MODEL(name, event)                                       \
    extern __attribute__((visibility("default"))) const struct foreign_model volley_model; \
    const struct foreign_model volley_model = {FOREIGN_CONTRACT, name, event}

#ifdef __cplusplus
}
#endif
#endif
