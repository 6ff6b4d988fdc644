/* What a core of an event chip, and the host's input, do in a cycle. A service begins when the core is free and something waits: packets and time
 * references in the order in which they came, a reference before a packet of the same cycle. The kind serves it at once and says how long the
 * hardware takes and when in that time its spikes leave; a spike that finds the output queue full stops the service, as it stops an update
 * program in a chip with steps. The host sends the input of a network step as such a program of packets. */
#include "engine/async.h"

uint32_t async_endpoint(const struct engine *e, uint32_t who)
{
    return who < e->chip->n_cores ? e->chip->core[who].endpoint : e->chip->noc->host_in;
}

static int keeps_packets(const struct engine *e)
{
    return (e->run->options.traces & (TRACE_PACKETS | TRACE_TIMELINE)) != 0;
}

/* While nothing is on its way the arrays may begin anew: a sample of any length takes the memory of what travels at once. */
static void recycle(struct engine *e)
{
    if (!e->async->on_the_way && !keeps_packets(e))
        e->n_send = e->n_leaf = 0;
}

/* ---- arrival */

/* The host counts what it sees, when it sees it. */
static void output_came(struct engine *e, const struct packet *packet, uint64_t cycle)
{
    const struct spike_source *source = &e->chip->source[packet->axon];
    struct run_sample *sample = &e->run->sample[e->run->samples_done];
    uint64_t ps = cycle * e->chip->noc_period_ps;
    if (source->population == e->output) {
        if (e->first_spike[source->neuron] == UINT32_MAX)
            e->first_spike[source->neuron] = (uint32_t)cycle;
        e->count[source->neuron]++;
    }
    sample->first_output_ps = sample->first_output_ps == UINT64_MAX ? ps : sample->first_output_ps;
    sample->last_output_ps = ps;
}

/* Also of what is thrown away after the sample was cut off: it frees its place at once. */
void async_arrive(struct engine *e, uint32_t number, uint64_t cycle)
{
    struct async *a = e->async;
    struct leaf *l = &e->leaf[number];
    uint32_t core = e->packet_core[number];
    async_mark(e, cycle);
    a->progress = cycle;
    l->arrive = l->start = l->end = (uint32_t)cycle;
    l->after = NO_LEAF;
    if (core == CHIP_HOST) {
        e->plane->serve(e->timing, l->endpoint, cycle);
        output_came(e, &e->packet[number], cycle);
        a->on_the_way--;
        return;
    }
    struct async_core *c = &a->core[core];
    if (c->first == NO_LEAF)
        c->first = number;
    else
        e->leaf[c->tail].after = number;
    c->tail = number;
    c->waiting++;
    e->run->queue_most = c->waiting > e->run->queue_most ? c->waiting : e->run->queue_most;
}

/* ---- a service */

/* When the next time reference that the core has not served reaches it: those of one period come in the same cycle, one behind the other. */
static uint64_t reference_at(const struct engine *e, uint32_t who, uint64_t *neuron)
{
    const struct async *a = e->async;
    const struct async_core *c = &a->core[who];
    if (who == e->chip->n_cores || !e->run->chip->reference_ps)
        return UINT64_MAX;
    uint64_t per = a->per_reference ? a->per_reference : e->chip->core[who].image.neurons, k = c->references / per + 1;
    *neuron = a->per_reference ? NO_PACKET : c->references % per;
    return k > a->references ? UINT64_MAX : async_cycle_of(e, k * e->run->chip->reference_ps);
}

/* The kind computes it, and its spikes become packets; offsets count from this cycle. */
static int serve(struct engine *e, uint32_t who, const struct packet *packet, uint64_t cycle, struct err *err)
{
    struct async_core *c = &e->async->core[who];
    const struct chip_core *core = &e->chip->core[who];
    struct live *live = &e->live[who];
    uint32_t cycles = 0;
    live->out.count = 0;
    if (core->kind->accept(core->core, &e->at, packet, 1, 0, &cycles, &live->out, &live->counts, err))
        return -1;
    recycle(e);
    live->start = cycle;
    c->next = e->n_send;
    uint64_t leaves = e->n_leaf;
    step_emit_core(e, who);
    c->end = e->n_send;
    e->async->on_the_way += e->n_leaf - leaves;
    step_show_traffic(e);
    c->busy = 1;
    c->started = cycle;
    c->length = chip_noc_cycles(e->chip, core, cycles);
    c->stalled = 0;
    e->async->working++;
    return 0;
}

static int serve_reference(struct engine *e, uint32_t who, uint64_t neuron, uint64_t cycle, struct err *err)
{
    const struct packet packet = {.axon = (uint32_t)neuron, .payload = 1, .kind = PACKET_TIME_REFERENCE};
    async_mark(e, cycle);
    e->async->core[who].in_hand = NO_LEAF;
    e->async->core[who].references++;
    account_reference(e);
    e->async->updating++;
    return serve(e, who, &packet, cycle, err);
}

static void take_leaf(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports)
{
    struct async_core *c = &e->async->core[who];
    struct leaf *l = &e->leaf[c->first];
    l->start = (uint32_t)cycle;
    e->noc_counts.queued += cycle - l->arrive;
    c->in_hand = c->first;
    c->first = l->after;
    c->waiting--;
    e->async->on_the_way--;
    ports->taken(ports->arg, async_endpoint(e, who), cycle);
}

static int serve_leaf(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports, struct err *err)
{
    async_mark(e, cycle);
    take_leaf(e, who, cycle, ports);
    const struct packet packet = e->packet[e->async->core[who].in_hand];       /* a copy: its place may be taken by what it sets off */
    return serve(e, who, &packet, cycle, err);
}

/* After the cut every packet leaves its queue unserved. */
static void throw_away(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports)
{
    struct async *a = e->async;
    while (a->core[who].first != NO_LEAF) {
        async_mark(e, cycle);
        take_leaf(e, who, cycle, ports);
        a->progress = cycle;
        a->cut_off = 1;
        e->leaves_discarded++;
        e->run->discarded++;
    }
}

/* Of what waits the earliest. 1: a service has begun; 0: nothing waits, and *next is when a time reference comes; -1: err */
static int begin(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports, uint64_t *next, struct err *err)
{
    struct async_core *c = &e->async->core[who];
    uint64_t neuron = 0, reference = reference_at(e, who, &neuron);
    if (cycle >= e->async->cut) {
        throw_away(e, who, cycle, ports);
        return 0;
    }
    if (reference <= cycle && (c->first == NO_LEAF || reference <= e->leaf[c->first].arrive))
        return serve_reference(e, who, neuron, cycle, err) ? -1 : 1;
    if (c->first != NO_LEAF)
        return serve_leaf(e, who, cycle, ports, err) ? -1 : 1;
    *next = reference;
    return 0;
}

/* ---- the program of a service */

static void stop(struct engine *e, struct async_core *c, uint64_t cycle)
{
    if (c->full)
        return;
    async_mark(e, cycle);
    c->full = 1;
    e->async->stopped++;
    e->async->updating -= c->in_hand == NO_LEAF;
}

static void go_on(struct engine *e, struct async_core *c, uint64_t cycle, uint64_t due)
{
    if (c->full) {
        async_mark(e, cycle);
        c->full = 0;
        e->async->stopped--;
        e->async->updating += c->in_hand == NO_LEAF;
    }
    e->send[c->next].stalled = (uint32_t)(cycle - due);
    e->noc_counts.stalled += cycle - due;
    c->stalled += cycle - due;
    c->next++;
    e->async->progress = cycle;
}

static void finish(struct engine *e, uint32_t who, uint64_t cycle)
{
    struct async_core *c = &e->async->core[who];
    async_mark(e, cycle);
    c->busy = 0;
    e->async->progress = cycle;
    if (who == e->chip->n_cores)        /* the host is no core of the chip: it does not compute */
        return;
    e->async->working--;
    e->async->updating -= c->in_hand == NO_LEAF;
    e->live[who].bound_ps += (cycle - c->started - c->stalled) * e->chip->noc_period_ps;
    if (c->in_hand != NO_LEAF && keeps_packets(e))
        e->leaf[c->in_hand].end = (uint32_t)cycle;
}

/* 1: the service is over; 0: it goes on at *next, or when its output queue has a place; -1: err */
static int run_program(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports, uint64_t *next, struct err *err)
{
    struct async_core *c = &e->async->core[who];
    while (c->next < c->end) {
        uint64_t due = e->send[c->next].offset + c->stalled;
        if (due > cycle) {
            *next = due;
            return 0;
        }
        int taken = ports->offer(ports->arg, c->next, cycle, err);
        if (taken < 0)
            return -1;
        if (!taken) {
            stop(e, c, cycle);
            return 0;
        }
        go_on(e, c, cycle, due);
    }
    uint64_t end = c->started + c->length + c->stalled;
    if (end > cycle) {
        *next = end;
        return 0;
    }
    finish(e, who, cycle);
    return 1;
}

/* Steps whose input begins late, and the shortest pace at which none would. */
static void account_input(struct run *run, uint64_t late_ps, uint64_t length_ps)
{
    run->overruns += late_ps > 0;
    run->overrun_ps_sum += late_ps;
    run->overrun_ps_max = late_ps > run->overrun_ps_max ? late_ps : run->overrun_ps_max;
    run->work_ps_max = length_ps > run->work_ps_max ? length_ps : run->work_ps_max;
}

/* The input of a network step, at the port's rate; where the step before is not sent yet, it is late. 0: *next is when it is due */
static int begin_input(struct engine *e, uint64_t cycle, uint64_t *next)
{
    struct async *a = e->async;
    struct async_core *host = &a->core[e->chip->n_cores];
    if (a->input_step >= e->run->steps)
        return 0;
    uint64_t due = async_cycle_of(e, a->input_step * e->run->options.pace_ps);
    if (due > cycle) {
        *next = due;
        return 0;
    }
    async_mark(e, cycle);
    recycle(e);
    uint64_t now = e->at.step;
    e->at.step = a->input_step++;       /* whose input is looked up */
    host->next = e->n_send;
    uint64_t leaves = e->n_leaf, period = e->chip->noc_period_ps;
    step_emit_host(e);
    e->at.step = now;
    host->end = e->n_send;
    a->on_the_way += e->n_leaf - leaves;
    for (uint64_t s = host->next; s < host->end; s++)
        e->send[s].offset += cycle;
    step_show_traffic(e);
    host->busy = 1;
    host->started = cycle;
    host->length = host->end > host->next ? e->send[host->end - 1].offset + 1 - cycle : 0;
    host->stalled = 0;
    account_input(e->run, (cycle - due) * period, host->length * period);
    if (host->end > host->next)
        e->run->sample[e->run->samples_done].input_ps = e->send[host->end - 1].offset * period;
    return 1;
}

int async_act(struct engine *e, uint32_t who, uint64_t cycle, const struct async_ports *ports, uint64_t *next, struct err *err)
{
    struct async_core *c = &e->async->core[who];
    *next = UINT64_MAX;
    for (;;) {
        int over = c->busy ? run_program(e, who, cycle, ports, next, err) : 1;
        if (over <= 0)
            return over;
        int begun = who == e->chip->n_cores ? begin_input(e, cycle, next) : begin(e, who, cycle, ports, next, err);
        if (begun <= 0)
            return begun;
    }
}
