/* The reference of a foreign core by the name of a kind of volley's own: it gets the image that the core itself is loaded from, and the same events.
 * Clocks and accesses are still those of the manifest's formulae, so what it counts itself is thrown away. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/foreign/kind.h"
#include "cores/image.h"

int foreign_shipped_load(struct core *core, const struct image *image, struct err *err)
{
    const struct core_kind *kind = core->m->shipped;
    if (core->has_words)
        return err_bug(err, "%s: reference %s is loaded from words", core->m->name, kind->name);
    core->fired = (struct emissions){mem_new(image->neurons + 1, sizeof *core->fired.at), 0, image->neurons + 1};
    core->unheard.action = mem_new((size_t)image->groups * kind->n_actions + 1, sizeof *core->unheard.action);
    core->unheard.memory = mem_new((size_t)image->groups * kind->n_memories + 1, sizeof *core->unheard.memory);
    core->inner = kind->create(NULL, 0, err);
    if (!core->inner || kind->load(core->inner, image, err))
        return err_context(err, "%s, its reference", core->m->name);
    kind->reset(core->inner);
    return 0;
}

void foreign_shipped_free(struct core *core)
{
    if (core->inner)
        core->m->shipped->destroy(core->inner);
    free(core->fired.at);
    free(core->unheard.action);
    free(core->unheard.memory);
}

/* The end of the step is its update; any other event is a packet. */
int foreign_shipped_serve(struct core *core, const struct foreign_event *e, struct served *s, struct err *err)
{
    const struct core_kind *kind = core->m->shipped;
    struct packet packet = {.row = e->axon < core->image->axons ? core->image->axon_row[e->axon] : 0, .axon = e->axon, .payload = 1};
    uint32_t cycles;
    if ((int)e->kind != core->m->step_event)
        return kind->accept(core->inner, &core->at, &packet, 1, 0, NULL, NULL, &core->unheard, err);
    core->fired.count = 0;
    if (kind->update(core->inner, &core->at, &core->fired, &cycles, &core->unheard, err))
        return -1;
    for (s->spikes = 0; s->spikes < core->fired.count; s->spikes++)
        core->spike[s->spikes] = (struct foreign_spike){.neuron = core->fired.at[s->spikes].neuron, .payload = 1};
    return 0;
}

/* What was added for neurons that are held is dropped there, as the core drops it. */
int foreign_shipped_skip(struct core *core, const struct core_step *at, struct err *err)
{
    uint32_t cycles;
    core->fired.count = 0;
    return core->m->shipped->update(core->inner, at, &core->fired, &cycles, &core->unheard, err);
}
