/* Chips whose cores hold one whole layer each: the plan is the layers themselves, whatever method is asked for, because a layer cannot be cut and
 * two cannot share a core. Which type of core a layer gets, the quantiser has matched already (quantise_layers.c). */
#include <string.h>

#include "mapping_parts.h"

void layers_plan(struct load *l, uint32_t type, struct plan *plan)
{
    const struct fanin *f = l->fanin;
    plan_new(plan, (uint32_t)f->neurons);
    for (uint32_t p = 1; p < f->network->n_populations; p++) {
        if (f->quantised->population[p].type != type)
            continue;
        load_clear(l, &f->chip->type[type]);
        for (uint64_t i = f->first[p]; i < f->first[p + 1]; i++) {
            load_force(l, (uint32_t)i);
            plan->neuron[plan->n++] = (uint32_t)i;
        }
        plan_close_core(plan, l);
    }
}

/* A core of a map file holds one layer, all of it. member: its neurons. */
int layers_refuse(const struct fanin *f, const uint32_t *member, uint32_t members, struct err *err)
{
    uint32_t p = f->population[member[0]];
    const struct core_type *type = fanin_type(f, p);
    for (uint32_t i = 1; i < members; i++)
        if (f->population[member[i]] != p)
            return err_answer(err, "does not fit: layers %s and %s share a core; one of type %s holds one layer: give each its own", fanin_name(f, p),
                              fanin_name(f, f->population[member[i]]), type->name);
    if (members != f->first[p + 1] - f->first[p])
        return err_answer(err, "does not fit: layer %s: %u of its %u neurons are on this core; one of type %s holds a whole layer: [0..%u]", fanin_name(f, p),
                          members, (uint32_t)(f->first[p + 1] - f->first[p]), type->name, (uint32_t)(f->first[p + 1] - f->first[p]) - 1);
    return 0;
}
