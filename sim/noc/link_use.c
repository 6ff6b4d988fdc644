/* Flits of a link are the switch grants of the port it leaves; its buffer belongs to the port it enters. */
#include "noc/link_use.h"

#include <string.h>

#include "noc/topology.h"

uint32_t link_use_count(const struct topology *t)
{
    return t->links + 2 * t->endpoints;
}

/* The in side of a port: what waits there. */
static void fill_buffer(struct link_use *u, const struct mesh_counts *in, double cycles)
{
    u->occupancy = cycles > 0 ? (double)in->flit_cycles / cycles : 0;
    u->drops = in->drops;
    memcpy(u->stall, in->stall, sizeof u->stall);
}

static double share(uint64_t flits, uint32_t flit_time, double cycles)
{
    double use = cycles > 0 ? (double)flits * flit_time / cycles : 0;
    return use < 1 ? use : 1;       /* a flit begun in the last cycle counts whole */
}

void link_use_fill(const struct topology *t, const struct mesh_counts *port, uint64_t span, struct link_use *use)
{
    double cycles = (double)span;
    for (uint32_t l = 0; l < t->links; l++) {
        const struct topology_link *k = &t->link[l];
        const struct mesh_counts *out = &port[t->first_port[k->from] + k->from_port];
        use[l] = (struct link_use){.kind = LINK_BETWEEN, .from = k->from, .to = k->to, .port = k->from_port, .flits = out->sw_grants};
        use[l].use = share(out->sw_grants, k->hop.flit_time, cycles);
        fill_buffer(&use[l], &port[t->first_port[k->to] + k->to_port], cycles);
    }
    for (uint32_t e = 0; e < t->endpoints; e++) {
        const struct topology_endpoint *at = &t->endpoint[e];
        const struct mesh_counts *both = &port[t->first_port[at->router] + at->port];
        struct link_use *in = &use[t->links + e], *out = &use[t->links + t->endpoints + e];
        *in = (struct link_use){.kind = LINK_INJECT, .from = e, .to = at->router, .port = at->port, .flits = both->buffer_writes};
        in->use = share(both->buffer_writes, at->flit_time, cycles);
        fill_buffer(in, both, cycles);
        *out = (struct link_use){.kind = LINK_EJECT, .from = at->router, .to = e, .port = at->port, .flits = both->sw_grants, .blocked = both->blocked};
        out->use = share(both->sw_grants, at->flit_time, cycles);
    }
}

struct link_sums link_use_sums(const struct link_use *use, uint32_t n)
{
    struct link_sums s = {0};
    double links = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct link_use *u = &use[i];
        links += u->kind == LINK_BETWEEN;
        s.mean_use += u->kind == LINK_BETWEEN ? u->use : 0;
        s.mean_occupancy += u->kind == LINK_BETWEEN ? u->occupancy : 0;
        s.busiest = u->use > use[s.busiest].use ? i : s.busiest;
        s.fullest = u->occupancy > use[s.fullest].occupancy ? i : s.fullest;
        s.blocked += u->blocked;
        s.drops += u->drops;
        for (int k = 0; k < MESH_STALLS; k++)
            s.stall[k] += u->stall[k];
    }
    s.mean_use = links > 0 ? s.mean_use / links : 0;
    s.mean_occupancy = links > 0 ? s.mean_occupancy / links : 0;
    s.most_use = n ? use[s.busiest].use : 0;
    s.most_occupancy = n ? use[s.fullest].occupancy : 0;
    return s;
}
