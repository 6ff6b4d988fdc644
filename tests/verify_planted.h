/* verify_planted.h: kind lif with a bug in it, as a core under test, so that the harness can be seen to find, shrink, save and replay: after an
 * update that leaves a membrane at PLANTED_AT it is one more. */
#ifndef VOLLEY_TESTS_VERIFY_PLANTED_H
#define VOLLEY_TESTS_VERIFY_PLANTED_H
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "verify/run.h"

extern const struct core_kind core_lif;
extern const struct verify_target verify_rtl_lif_core;

enum { PLANTED_AT = 17 };

struct core {
    struct core *inner;         /* of kind lif */
    uint32_t neurons;
};

static struct core *planted_create(const struct params *params, uint32_t id, struct err *err)
{
    struct core *core = malloc(sizeof *core);
    core->inner = core_lif.create(params, id, err);
    return core;
}

static void planted_destroy(struct core *core)
{
    core_lif.destroy(core->inner);
    free(core);
}

static int planted_load(struct core *core, const struct image *image, struct err *err)
{
    core->neurons = image->neurons;
    return core_lif.load(core->inner, image, err);
}

static void planted_reset(struct core *core)
{
    core_lif.reset(core->inner);
}

static int planted_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                          struct emissions *out, struct core_counts *counts, struct err *err)
{
    return core_lif.accept(core->inner, at, p, n, ahead, cycles, out, counts, err);
}

static int planted_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    int status = core_lif.update(core->inner, at, out, cycles, counts, err);
    for (uint32_t i = 0; !status && i < core->neurons; i++) {
        int64_t v;
        if (!core_lif.peek(core->inner, 0, i, &v, err) && v == PLANTED_AT)
            core_lif.poke(core->inner, 0, i, v + 1, err);
    }
    return status;
}

static int planted_peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    return core_lif.peek(core->inner, variable, index, value, err);
}

/* Both are filled by the caller, who also says whether there is a bug at all. */
static inline struct verify_target planted_target(struct core_kind *kind, int bug)
{
    *kind = core_lif;
    if (bug) {
        kind->name = "planted";
        kind->create = planted_create;
        kind->destroy = planted_destroy;
        kind->load = planted_load;
        kind->reset = planted_reset;
        kind->accept = planted_accept;
        kind->update = planted_update;
        kind->peek = planted_peek;
        kind->cost = NULL;
    }
    struct verify_target target = verify_rtl_lif_core;
    target.device = kind;
    target.modes = 1u << VERIFY_TRANSACTION | 1u << VERIFY_COUNTS;
    target.why_not[VERIFY_LOCKSTEP] = "it has no retire port";
    target.watch = NULL;
    target.readback = NULL;
    target.where = NULL;
    target.instrumented = NULL;
    return target;
}

#endif
