/* A chip that drops packets. What a step has lost is known once it is timed: those packets are taken out of what the cores will accept, the
 * counts of their way are cut back to what they did, and the host decodes the output spikes that reached it. All in order of the sends, by one
 * thread, so a run is the same with any number of threads. */
#include "base/mem.h"
#include "engine/engine.h"

/* Only there is it kept which spike a packet carries. */
void loss_open(struct engine *e)
{
    if (e->run->chip->noc.drops)
        e->sender = mem_new(1, sizeof *e->sender);      /* grows with the sends */
}

/* The host counts what it sees: an output spike inside its population's window that arrived. */
static void decode(struct engine *e, const struct spike_source *source)
{
    uint64_t depth = e->run->network->population[source->population].depth;
    if (source->population == e->output && e->at.step >= depth && e->at.step < depth + e->run->steps)
        decode_spike(e, source->neuron, (uint32_t)(e->at.step - depth));
}

void loss_settle(struct engine *e)
{
    for (uint64_t i = 0; e->sender && i < e->n_send; i++) {
        const struct send *send = &e->send[i];
        uint32_t lost = 0;
        for (uint32_t l = send->first_leaf; l < send->first_leaf + send->leaves; l++) {
            uint32_t core = e->packet_core[l];
            lost += e->leaf[l].lost != 0;
            if (core == CHIP_HOST && !e->leaf[l].lost) {
                decode(e, e->sender[i]);
            } else if (core != CHIP_HOST && e->leaf[l].lost) {
                e->packet_core[l] = CHIP_HOST;  /* no core's */
                e->bucket[core]--;
            }
        }
        if (lost)
            account_lost(e, e->sender[i], send);
    }
}
