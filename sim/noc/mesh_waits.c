/* The watchdog's search for a ring of waits. A copy without a channel beyond waits for any of those it may use; one with a channel but
 * without credit waits for the packet at the front of that channel. What can go on is found first, and from it whatever waits only for
 * that; what is left waits for itself, and one ring of it is told. Waiting for an endpoint's place, a link or an arbiter is no deadlock. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

enum { NAME = 48 };
struct wait { uint32_t channel, beyond; };      /* the channel that a copy waits for: beyond = its number, or NOBODY */

/* Only ever asked when nothing moves: a search is good enough. */
static uint32_t holder_of(const struct mesh *m, uint32_t side, uint32_t vc)
{
    const struct router *r = &m->router[m->in[side].router];
    for (uint32_t number = r->first_port * m->vcs; number < (r->first_port + r->ports) * m->vcs; number++)
        if (m->channel[number].holding >> (side - r->first_port) & 1 && copy_of(m, number, side - r->first_port)->vc == vc)
            return number;
    return NOBODY;
}

/* 1 if the copy to port o must wait for stuck channels only; *wait is then one of them. */
static int copy_is_stuck(const struct mesh *m, const uint8_t *stuck, uint32_t number, uint32_t o, struct wait *wait)
{
    const struct channel *c = &m->channel[number];
    const struct copy *copy = copy_of(m, number, o);
    uint32_t side = m->router[m->in[number / m->vcs].router].first_port + o;
    const struct out_side *out = &m->out[side];
    *wait = (struct wait){NOBODY, NOBODY};
    if (c->holding >> o & 1) {
        if (m->credit[side * m->vcs + copy->vc] || out->target == NOBODY)
            return 0;
        *wait = (struct wait){out->target * m->vcs + copy->vc, out->target * m->vcs + copy->vc};
        return stuck[wait->channel];
    }
    for (uint32_t rest = copy->allowed; rest; rest &= rest - 1) {
        uint32_t vc = lowest(rest), by = out->free >> vc & 1 ? NOBODY : holder_of(m, side, vc);
        if (by == NOBODY && out->target != NOBODY && m->credit[side * m->vcs + vc] < m->depth)
            by = out->target * m->vcs + vc;     /* free, but without the room that this packet needs */
        if (by == NOBODY || !stuck[by])
            return 0;
        *wait = (struct wait){by, out->target == NOBODY ? NOBODY : out->target * m->vcs + vc};
    }
    return 1;
}

/* A channel is stuck if any of its copies is: the others alone do not free its buffer. */
static int is_stuck(const struct mesh *m, const uint8_t *stuck, uint32_t number, struct wait *wait)
{
    const struct channel *c = &m->channel[number];
    for (uint64_t rest = c->length ? c->asking | c->holding : 0; rest; rest &= rest - 1)
        if (copy_is_stuck(m, stuck, number, lowest(rest), wait))
            return 1;
    return 0;
}

static const char *endpoint_name(const struct mesh *m, uint32_t endpoint, char *text, size_t size)
{
    if (m->config.names)
        m->config.names->endpoint(m->config.named, endpoint, text, size);
    else
        snprintf(text, size, "endpoint %u", endpoint);
    return text;
}

static const char *router_name(const struct mesh *m, uint32_t router, char *text, size_t size)
{
    if (m->config.names)
        m->config.names->router(m->config.named, m->topology, router, text, size);
    else
        snprintf(text, size, "router %u", router);
    return text;
}

static const char *port_name(const struct mesh *m, uint32_t port, char *text, size_t size)
{
    static const char *const names[] = {"east", "west", "north", "south"};
    const struct topology *t = m->topology;
    uint32_t local = m->in[port].local;
    if (t->port[port].endpoint != TOPOLOGY_NONE)
        endpoint_name(m, t->port[port].endpoint, text, size);
    else if (t->columns && local < 4)
        snprintf(text, size, "%s", names[local]);
    else
        snprintf(text, size, "port %u", local);
    return text;
}

static size_t tell(const struct mesh *m, uint32_t number, char *text, size_t size)
{
    uint32_t port = number / m->vcs;
    const struct record *r = &m->record[m->channel[number].packet];
    char from[NAME], at[NAME], in[NAME];
    int n = snprintf(text, size, "packet %u from %s at %s, input %s, channel %u", r->tag, endpoint_name(m, r->from, from, sizeof from),
                     router_name(m, m->in[port].router, at, sizeof at), port_name(m, port, in, sizeof in), number % m->vcs);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size;
}

/* Follows the waits until a channel comes up again, then tells the ring from there. */
static int tell_ring(const struct mesh *m, const uint8_t *stuck, uint32_t start, uint64_t cycle, struct err *err)
{
    uint32_t *seen = mem_new((size_t)m->topology->ports * m->vcs, sizeof *seen), at = start, length = 0, untold = 0;
    struct wait wait;
    while (!seen[at]++) {
        is_stuck(m, stuck, at, &wait);
        at = wait.channel;
    }
    char text[1000] = "";
    size_t used = 0;
    uint32_t first = at;
    do {
        if (used + 140 < sizeof text) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", length ? ", which waits for " : "");
            used += tell(m, at, text + used, sizeof text - used);
        } else
            untold++;
        is_stuck(m, stuck, at, &wait);
        at = wait.channel;
        length++;
    } while (at != first);
    free(seen);
    if (untold)
        snprintf(text + used, sizeof text - used, ", which waits for %u more in a row, the last of", untold);
    return err_answer(err, "deadlock in the network at cycle %llu: no flit has moved for %llu cycles and %u virtual channels wait for each other in a "
                           "ring: %s, which waits for the first; more virtual channels (a torus needs 2), updown routing or smaller packets would help",
                      (unsigned long long)cycle, (unsigned long long)(cycle - m->last_move), length, text);
}

/* The largest set of channels that wait only for channels of the set: start with all that have a packet, take out what can go on, until
 * nothing changes. */
int find_deadlock(const struct mesh *m, uint64_t cycle, struct err *err)
{
    uint32_t channels = m->topology->ports * m->vcs, left = 0, changed = 1;
    uint8_t *stuck = mem_new((size_t)channels + 1, 1);
    struct wait wait;
    for (uint32_t i = 0; i < channels; i++)
        stuck[i] = m->channel[i].length != 0;
    while (changed) {
        changed = 0;
        for (uint32_t i = 0; i < channels; i++)
            if (stuck[i] && !is_stuck(m, stuck, i, &wait)) {
                stuck[i] = 0;
                changed = 1;
            }
    }
    while (left < channels && !stuck[left])
        left++;
    int found = left < channels ? tell_ring(m, stuck, left, cycle, err) : 0;
    free(stuck);
    return found;
}
