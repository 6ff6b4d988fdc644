/* A core in a step: its update program offers packets at their offsets, and its input queue is served one packet at a time. What may
 * happen in a cycle hangs on the cycle and this state only, never on who called first: so one set of rules serves a loop over cycles and
 * processes of a simulation kernel. */
#include "noc/endpoint.h"

struct endpoint endpoint_new(int overlap)
{
    return (struct endpoint){.first = NO_LEAF, .overlap = (uint32_t)overlap, .chain = {.first_leaf = NO_LEAF}};
}

/* A packet waits in the order of its tail's arrival; one tail per cycle and endpoint, so there are no ties. */
uint64_t endpoint_arrive(struct endpoint *p, struct step_time *step, uint32_t leaf, uint64_t cycle)
{
    struct leaf *l = &step->leaf[leaf];
    l->arrive = l->start = l->end = (uint32_t)cycle;
    l->after = NO_LEAF;
    if (p->first == NO_LEAF)
        p->first = leaf;
    else
        step->leaf[p->tail].after = leaf;
    p->tail = leaf;
    if (p->free_at > cycle)
        cycle = p->free_at;
    if (p->ended || p->stopped || p->overlap)
        return cycle;
    if (p->next < p->end)       /* the program's next packet is due first */
        return UINT64_MAX;
    uint64_t end = step->endpoint[l->endpoint].update + p->stalled;
    return end > cycle ? end : cycle;
}

/* The update program as far as it comes: it goes on where it stood as soon as there is a place and no service in hand.
 * A packet is due at its offset + what the program has stood still so far (rule 1). In a core without overlap a service in hand must end
 * first (rule 3). *due: when the program goes on. */
static int update(struct endpoint *p, struct step_time *step, uint32_t number, uint64_t cycle, const struct endpoint_ports *ports, uint64_t *due,
                  struct err *err)
{
    p->stopped = p->full = 0;
    for (; p->next < p->end; p->next++) {
        *due = step->send[p->next].offset + p->stalled;
        if (*due > cycle)
            return 0;
        int serving = cycle < p->free_at && !p->overlap, taken = serving ? 0 : ports->offer(ports->arg, p->next, cycle, err);
        if (taken < 0)
            return -1;
        p->stopped = !taken;
        p->full = !taken && !serving;
        if (!taken)
            return 0;
        step->send[p->next].stalled = (uint32_t)(cycle - *due);
        p->stalled += cycle - *due;
    }
    *due = step->endpoint[number].update + p->stalled;
    p->ended = cycle >= *due;
    if (p->ended && !p->overlap)
        p->chain = (struct chain){.first_leaf = NO_LEAF};
    return 0;
}

/* A chain is work without a gap: it begins anew where the core had been idle before this packet came. */
static int serve(struct endpoint *p, struct step_time *step, uint32_t number, uint64_t cycle, const struct endpoint_ports *ports,
                 struct noc_counts *counts, struct err *err)
{
    uint32_t l = p->first;
    struct leaf *leaf = &step->leaf[l];
    uint64_t free_since = p->overlap ? 0 : step->endpoint[number].update + p->stalled;
    if (leaf->arrive > (p->last > free_since ? p->last : free_since))
        p->chain = (struct chain){.first_leaf = l};
    p->free_at = p->last = cycle + leaf->service;
    if (p->last >> 32)
        return timing_too_long(err);
    leaf->start = (uint32_t)cycle;
    leaf->end = (uint32_t)p->last;
    *(leaf->memory ? &p->chain.memory : &p->chain.service) += leaf->service;
    counts->queued += leaf->start - leaf->arrive;
    p->first = leaf->after;
    return ports->serve(ports->arg, l, cycle, err);
}

/* The update goes first; then, if it has ended or stands still, services (rules 2 and 3). */
int endpoint_act(struct endpoint *p, struct step_time *step, uint32_t number, uint64_t cycle, const struct endpoint_ports *ports, struct noc_counts *counts,
                 uint64_t *next, struct err *err)
{
    uint64_t due = UINT64_MAX;
    if (!p->ended && update(p, step, number, cycle, ports, &due, err))
        return -1;
    while (p->first != NO_LEAF && p->free_at <= cycle && (p->ended || p->stopped || p->overlap))
        if (serve(p, step, number, cycle, ports, counts, err))
            return -1;
    if (p->ended || (p->next == p->end && p->first == NO_LEAF))         /* nobody waits for the end of the program */
        due = UINT64_MAX;
    else if (p->stopped)        /* by a full queue: the caller knows when there is a place; by a service in hand: at its end */
        due = p->free_at > cycle && !p->overlap ? p->free_at : UINT64_MAX;
    if (p->first != NO_LEAF && p->free_at < due && (p->ended || p->stopped || p->overlap))
        due = p->free_at;
    *next = due;
    return 0;
}

/* When a packet was taken: its offset and all that its program stood still until then. Sends of a source are in order, but others may lie
 * between them: a core that is clocked says what it sends when it does. */
static uint64_t offered_at(const struct step_time *step, const struct endpoint *core, uint32_t number)
{
    const struct send *send = &step->send[number];
    uint64_t at = send->offset;
    for (uint64_t i = 0; core->stalled && i <= number; i++)
        if (step->send[i].endpoint == send->endpoint)
            at += step->send[i].stalled;
    return at;
}

struct served { uint64_t computing, memory; };

/* What a core served before its program came so far. Without overlap that is only while the program stands still, and the program
 * does not go on before such a service has ended. */
static struct served served_before(const struct step_time *step, const struct endpoint *core, uint32_t number, uint64_t until)
{
    struct served s = {0, 0};
    if (!core->stalled || core->overlap)
        return s;
    for (uint64_t l = 0; l < step->n_leaf; l++)
        if (step->leaf[l].endpoint == number && !step->leaf[l].lost && step->leaf[l].start < until)
            *(step->leaf[l].memory ? &s.memory : &s.computing) += step->leaf[l].service;
    return s;
}

/* Back from the step's last event: unbroken service, then the first packet's travel, then its source's update. Of the time that a program
 * stood still at a full output queue, what the core served meanwhile is service; the rest is the network's. */
static void trace_back(const struct endpoint *endpoint, struct step_time *step, uint32_t host_in)
{
    uint32_t last = 0;
    while (last + 1 < step->n_endpoint && step->endpoint[last].end != step->end)
        last++;
    const struct endpoint_step *core = &step->endpoint[last];
    const struct chain *chain = &endpoint[last].chain;
    struct step_path *path = &step->path;
    *path = (struct step_path){.endpoint = last, .source = last, .service = core->learn};
    if (core->update_end + core->learn < core->end) {
        path->service += chain->service;
        path->memory = chain->memory;
    }
    if (chain->first_leaf == NO_LEAF || core->update_end + core->learn == core->end) {
        struct served s = served_before(step, &endpoint[last], last, core->update_end);
        path->service += s.computing;
        path->memory += s.memory;
        path->noc = core->stalled - s.computing - s.memory;
        path->update = step->end - path->service - path->memory - path->noc;
        return;
    }
    const struct leaf *leaf = &step->leaf[chain->first_leaf];
    const struct send *send = &step->send[leaf->send];
    struct served s = served_before(step, &endpoint[send->endpoint], send->endpoint, offered_at(step, &endpoint[send->endpoint], leaf->send));
    path->source = send->endpoint;      /* what it served between two packets is counted with its update, to the same core */
    path->update = (send->endpoint == host_in ? 0 : send->offset) + s.computing;
    path->memory += s.memory;
    path->noc = leaf->arrive - (send->endpoint == host_in ? 0 : send->offset) - s.computing - s.memory;
}

void endpoints_end(const struct endpoint *endpoint, struct step_time *step, uint32_t host_in, struct noc_counts *counts)
{
    step->end = 0;
    for (uint32_t e = 0; e < step->n_endpoint; e++) {
        struct endpoint_step *core = &step->endpoint[e];
        core->stalled = endpoint[e].stalled;
        core->update_end = core->update + core->stalled;
        core->end = (endpoint[e].last > core->update_end ? endpoint[e].last : core->update_end) + core->learn;
        counts->stalled += core->stalled;
        if (core->end > step->end)
            step->end = core->end;
    }
    trace_back(endpoint, step, host_in);
}
