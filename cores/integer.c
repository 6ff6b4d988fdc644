#include "cores/integer.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

const struct named integer_variables[2] = {{"membrane", "integer", "v"}, {"current", "integer", "u"}};

struct core *integer_create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct core));
}

void integer_destroy(struct core *core)
{
    if (!core)
        return;
    batch_close(&core->batch);
    free(core->membrane);
    free(core->current);
    free(core);
}

void integer_reset(struct core *core)
{
    uint32_t n = core->batch.image->neurons;
    batch_reset(&core->batch);
    memset(core->membrane, 0, n * sizeof *core->membrane);
    memset(core->current, 0, n * sizeof *core->current);
}

int integer_load(struct core *core, const struct image *image, struct err *err)
{
    if (batch_open(&core->batch, image, 1, err))
        return -1;
    core->membrane = mem_new(image->neurons, sizeof *core->membrane);
    core->current = mem_new(image->neurons, sizeof *core->current);
    return 0;
}

void integer_cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++)
        cycles[i] = accumulators_cost(core->batch.image, &p[i]);
}

int integer_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead,
                   uint32_t *cycles, struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)out, (void)err;
    accumulators_accept(&core->batch.sums, at, p, n, ahead, cycles, counts);
    return 0;
}

static int32_t *variable_of(const struct core *core, uint32_t variable, uint64_t index, struct err *err)
{
    if (variable > 1 || index >= core->batch.image->neurons) {
        err_bug(err, "integer core: no variable %u of neuron %llu", variable, (unsigned long long)index);
        return NULL;
    }
    return (variable ? core->current : core->membrane) + index;
}

int integer_peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    const int32_t *v = variable_of(core, variable, index, err);
    if (!v)
        return -1;
    *value = *v;
    return 0;
}

int integer_poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    int32_t *v = variable_of(core, variable, index, err);
    if (!v)
        return -1;
    *v = (int32_t)value;
    return 0;
}
