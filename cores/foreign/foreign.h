/* foreign.h: cores that are not volley's own, as core kinds. A core is a folder with a manifest; it is built when it is first named and stays
 * loaded until the program ends. Kinds are named rtl:PATH (the verilated core) and model:PATH (its C reference). */
#ifndef VOLLEY_CORES_FOREIGN_FOREIGN_H
#define VOLLEY_CORES_FOREIGN_FOREIGN_H
#include "cores/core.h"
#include "cores/foreign/manifest.h"
#include "cores/params.h"
#include "cores/retire.h"
#include "cores/rtl/foreign.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How a core is used: by itself, where an event core answers each packet (its update is one time-reference event); or as a chip with steps
 * uses it, by `time.step` of its manifest. */
enum foreign_use { FOREIGN_DEVICE, FOREIGN_MODEL, FOREIGN_STEP_DEVICE, FOREIGN_STEP_MODEL, FOREIGN_USES };

struct foreign {                /* one opened core; the process's, never freed */
    int instrumented;           /* built with waveforms and coverage */
    char *path, *typed;         /* its real path, and how it was named first */
    struct manifest *manifest;
    char *object;               /* the shared object */
    void *library;
    const struct foreign_adapter *adapter;
    const struct foreign_model *model;                  /* NULL: manifest.shipped stands for it */
    const struct core_kind *kind[FOREIGN_USES];         /* NULL: it cannot be used so; manifest.why_no_step */
};

/* Reads, builds and loads it, or finds it where it was opened before: one call at a time. NULL and ERR_INPUT, one line. */
const struct foreign *foreign_open(const char *path, struct err *);
/* The same core built with waveforms and coverage counters. */
const struct foreign *foreign_instrumented(const struct foreign *, struct err *);
/* 1: a name of this form: rtl: or model:, and a path (it has a / or a dot, or is there); or a pair
 * in lockstep whose first half is. */
int foreign_named(const char *name);
/* "rtl:PATH" or "model:PATH", for a chip with steps, or one of events: NULL with err->kind 0 where name is neither, so that other names can
 * be tried. */
const struct core_kind *foreign_chip_kind(const char *name, int by_event, struct err *);
/* The line to be printed first, about sources that changed since they were pinned; NULL: none, or no such kind. */
const char *foreign_warning(const struct core_kind *);

/* What a core is loaded with where no chip stands behind it: given to create in place of a core type's params, with kind NULL. words: the memories' and
 * registers', the caller's, until create returns; NULL: an image says them, as in a chip. */
struct foreign_params {
    struct params params;       /* not used; it makes this a struct params */
    const struct foreign_state *words;
    uint32_t longest_gap;       /* random waits of up to so many clocks in the handshakes; 0: none */
    uint64_t seed;              /* of the waits */
};

/* The calls of every kind. */
struct core *foreign_create(const struct foreign *, enum foreign_use, const struct params *, uint32_t id, struct err *);
extern const struct core_kind foreign_calls;    /* all but name, flags and create */

/* For `volley verify`: what the kinds' own table has no place for. */
void foreign_watch(struct core *device, retire_watch *, void *to);
/* What packet (NULL: the update) costs by the manifest's formulae, for a model as it stands: how many will fire is tried on a copy of it.
 * memory: [IMAGE_TABLES], added to. -1: a formula has no result. */
int foreign_declared(const struct core *model, const struct packet *, uint32_t *cycles, struct memory_count *memory, struct err *);
int foreign_readback(struct core *device, struct err *);
int foreign_wave(struct core *device, const char *path, struct err *);          /* of an instrumented core; NULL ends it */
int foreign_coverage(struct core *device, const char *path, struct err *);
void foreign_where(const struct core *device, char *to, size_t size);

/* words.c: memories and registers of a state, as the manifest sizes them, all 0; the caller frees with foreign_words_free. */
void foreign_words_new(const struct manifest *, struct foreign_state *);
void foreign_words_copy(const struct foreign_state *from, struct foreign_state *to);
void foreign_words_free(struct foreign_state *);
/* A field's value, sign and all; out of its format's range: -1 and ERR_ANSWER. axon is not looked at where the field has none. */
int foreign_put(const struct manifest *, struct foreign_state *, const char *field, uint32_t neuron, uint32_t axon, int64_t value, struct err *);
int foreign_get(const struct manifest *, const struct foreign_state *, const char *field, uint32_t neuron, uint32_t axon, int64_t *value, struct err *);
/* Where it lies: word and lowest bit. */
int foreign_place(const struct manifest *, const struct manifest_field *, uint32_t neuron, uint32_t axon, uint32_t *word, uint32_t *bit, struct err *);
int64_t foreign_decode(const struct manifest_field *, uint64_t word, uint32_t bit);     /* the value within its word */
void foreign_range(const struct manifest_field *, int64_t *low, int64_t *high);
/* load.c: the image of a core in a chip as words, where the core can hold and compute it exactly as the chip file says; else ERR_ANSWER. */
struct image;
int foreign_load_chip(const struct manifest *, const struct image *, int in_steps, struct foreign_state *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
