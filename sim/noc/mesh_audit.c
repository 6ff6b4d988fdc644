/* Conservation: what every credit, flit and leaf must add up to at the end of any cycle. Slow; for tests and the end of a run. */
#include <stdlib.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

/* Flits and credits on the wires, per (side, channel). */
static uint32_t *on_wires(const struct mesh *m)
{
    const struct topology *t = m->topology;
    uint32_t wires = m->sides * m->vcs, *n = mem_new((size_t)wires + 1, sizeof *n);
    for (uint64_t b = 0; b <= m->ring_mask; b++) {
        for (uint32_t i = 0; i < m->ring[b].flits; i++) {
            uint32_t to = (uint32_t)(m->ring[b].flit[i] >> 32), port = to >> VC_BITS;
            const struct topology_endpoint *e = port < t->ports ? NULL : &t->endpoint[port - t->ports];
            uint32_t side = e ? t->first_port[e->router] + e->port : m->in[port].side;
            n[side * m->vcs + to % MESH_MOST_VCS]++;
        }
        for (uint32_t i = 0; i < m->ring[b].credits; i++)
            if (m->ring[b].credit[i] < wires)
                n[m->ring[b].credit[i]]++;
    }
    return n;
}

/* For each channel beyond each side: credits + flits on the wire + flits in its buffer + credits on the way back = depth. */
static int audit_credits(const struct mesh *m, struct err *err)
{
    uint32_t *wire = on_wires(m), failed = 0;
    for (uint32_t s = 0; s < m->sides && !failed; s++) {
        const struct out_side *out = &m->out[s];
        if (out->target == NOBODY && out->endpoint == TOPOLOGY_NONE)
            continue;
        for (uint32_t vc = 0; vc < m->vcs && !failed; vc++) {
            uint32_t i = s * m->vcs + vc, flying = wire[s * m->vcs + vc], there = out->target == NOBODY ? 0 : m->channel[out->target * m->vcs + vc].count;
            if (m->credit[i] + flying + there != m->depth)
                failed = 1, err_bug(err, "side %u, channel %u: %u credits, %u flits and credits on the wire, %u flits in the buffer; they should add to %u",
                                    s, vc, m->credit[i], flying, there, m->depth);
        }
    }
    free(wire);
    return failed ? -1 : 0;
}

/* Every record stands for some leaves: a packet for all of its own until its copies take theirs along. */
int mesh_audit(const struct mesh *m, struct err *err)
{
    uint64_t leaves = 0, flits = 0;
    for (uint32_t r = 0; r < m->records; r++)
        leaves += m->record[r].flits ? m->record[r].leaves : 0;
    if (m->totals.leaves != m->totals.delivered + m->totals.dropped + leaves)
        return err_bug(err, "%llu leaves were injected; %llu delivered, %llu dropped and %llu in flight do not add up to that",
                       (unsigned long long)m->totals.leaves, (unsigned long long)m->totals.delivered, (unsigned long long)m->totals.dropped,
                       (unsigned long long)leaves);
    for (uint32_t i = 0; i < m->topology->ports * m->vcs; i++)
        flits += m->channel[i].count;
    for (uint64_t b = 0; b <= m->ring_mask; b++)
        flits += m->ring[b].flits;
    if (flits != m->totals.flits_in_flight)
        return err_bug(err, "%llu flits are in buffers and on wires, %llu are counted in flight", (unsigned long long)flits,
                       (unsigned long long)m->totals.flits_in_flight);
    return audit_credits(m, err);
}
