/* What is on the wires: flits and credits in flight, in a ring of buckets, one per cycle. A delay is at least one cycle and less
 * than the ring is long, so a bucket never holds two cycles, and whatever a router does in a cycle is seen in a later one. */
#include <stdlib.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

void ring_open(struct mesh *m, uint32_t longest_delay)
{
    uint64_t size = 64;
    while (size <= longest_delay)
        size *= 2;
    m->ring = mem_new(size, sizeof *m->ring);
    m->full = mem_new(size / 64, sizeof *m->full);
    m->ring_mask = size - 1;
}

void ring_close(struct mesh *m)
{
    for (uint64_t i = 0; m->ring && i <= m->ring_mask; i++) {
        free(m->ring[i].flit);
        free(m->ring[i].credit);
    }
    free(m->ring);
    free(m->full);
}

/* Room for more in whichever list is full. */
void ring_widen(struct bucket *b)
{
    if (b->flits == b->flit_room) {
        b->flit_room = 2 * b->flit_room + 16;
        b->flit = mem_grow(b->flit, b->flit_room, sizeof *b->flit);
    }
    if (b->credits == b->credit_room) {
        b->credit_room = 2 * b->credit_room + 16;
        b->credit = mem_grow(b->credit, b->credit_room, sizeof *b->credit);
    }
}

/* The first cycle after now in which something arrives.
 * The bitmap is searched from the bit after now round to it, a word at a time. */
uint64_t ring_next(const struct mesh *m)
{
    uint64_t words = (m->ring_mask + 1) / 64, first = (m->now + 1) & m->ring_mask;
    for (uint64_t i = 0; i <= words; i++) {
        uint64_t word = (first / 64 + i) % words, mask = m->full[word];
        if (!i)
            mask = mask >> first % 64 << first % 64;
        else if (i == words)
            mask &= ((uint64_t)1 << first % 64) - 1;
        if (mask)
            return m->now + 1 + ((word * 64 + lowest(mask) - first) & m->ring_mask);
    }
    return UINT64_MAX;
}

/* Places first, then credits and flits: none of them sees another. */
void ring_deliver(struct mesh *m, uint64_t cycle)
{
    struct bucket *b = &m->ring[cycle & m->ring_mask];
    if (!b->flits && !b->credits)
        return;
    uint32_t wires = m->sides * m->vcs;
    for (uint32_t i = 0; i < b->credits; i++) {
        if (b->credit[i] < wires) {
            m->credit[b->credit[i]]++;
        } else {
            const struct topology_endpoint *e = &m->topology->endpoint[b->credit[i] - wires];
            m->out[m->topology->first_port[e->router] + e->port].place++;
        }
    }
    for (uint32_t i = 0; i < b->flits; i++)
        flit_arrives(m, (uint32_t)(b->flit[i] >> 32), (uint32_t)b->flit[i], cycle);
    b->flits = b->credits = 0;
    clear_bit(m->full, (uint32_t)(cycle & m->ring_mask));
}
