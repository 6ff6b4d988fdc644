/* One chip step, in order: update every core, emit its spikes as packets, time them, accept them at their cores, let these learn, account.
 * How long a core learns hangs on what it accepted, so the plane that times the step calls back for both before it says when the step ends.
 *
 * Updates read the sums that earlier steps filled, acceptance fills those of later ones, so neither can see the other, and between
 * the two passes over the cores everything is known that the timing plane needs. Timing changes no sum: spikes are the same in every
 * plane. All traffic of a step lies in plain arrays in canonical order: source core, neuron, route; the host last. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/async.h"

enum { CACHE_LINE = 64, PREFETCH_MOST = 512 << 10, PREFETCH_ROWS = 16 << 10 };     /* bytes: per step; rows of one spike */

/* A core whose update would change nothing may say so; skip counts it and says its length as update would have. Called by any thread. */
void step_update(struct engine *e, uint32_t c)
{
    const struct chip_core *core = &e->chip->core[c];
    struct live *live = &e->live[c];
    if (core->kind->idle && core->kind->idle(core->core, &e->at)) {
        live->out.count = 0;
        core->kind->skip(core->core, &e->at, &live->cycles, &live->counts);
        return;
    }
    live->failed = core->kind->update(core->core, &e->at, &live->out, &live->cycles, &live->counts, &live->err);
}

static void update_core(void *arg, uint32_t c)
{
    step_update(arg, c);
}

/* For one more spike: at most one send and one delivery per route. Arrays keep their size from step to step. */
static void room(struct engine *e, uint64_t routes)
{
    if (e->n_send + routes > e->send_capacity) {
        e->send_capacity = 2 * (e->n_send + routes) + 256;
        e->send = mem_grow(e->send, e->send_capacity, sizeof *e->send);
        if (e->sender)
            e->sender = mem_grow(e->sender, e->send_capacity, sizeof *e->sender);
    }
    if (e->n_leaf + routes > e->leaf_capacity) {
        e->leaf_capacity = 2 * (e->n_leaf + routes) + 256;
        e->leaf = mem_grow(e->leaf, e->leaf_capacity, sizeof *e->leaf);
        e->packet = mem_grow(e->packet, e->leaf_capacity, sizeof *e->packet);
        e->sorted = mem_grow(e->sorted, e->leaf_capacity, sizeof *e->sorted);
        e->packet_core = mem_grow(e->packet_core, e->leaf_capacity, sizeof *e->packet_core);
    }
}

/* One packet to `leaves` of the source's routes, from number r on: its deliveries, and beside each the packet that its core will serve. */
static void send_packet(struct engine *e, const struct spike_source *source, uint32_t r, uint32_t leaves, uint64_t offset, int32_t payload)
{
    const struct chip *chip = e->chip;
    const struct spike_route *route = chip->route + source->first_route + r;
    struct leaf *leaf = e->leaf + e->n_leaf;
    struct packet *packet = e->packet + e->n_leaf;
    uint32_t number = (uint32_t)e->n_send;
    const char *ahead = e->ahead;
    if (e->sender)
        e->sender[number] = source;
    e->send[e->n_send++] = (struct send){source->endpoint, source->tree, offset, (uint32_t)e->n_leaf, leaves, chip->flits, 0};
    for (uint32_t l = 0; l < leaves; l++) {
        uint32_t core = route[l].core;
        if (ahead < e->ahead_end) {     /* one request per delivery: a burst of them would stand in its own way */
            __builtin_prefetch(ahead);
            ahead += CACHE_LINE;
        }
        leaf[l].send = number;
        leaf[l].service = route[l].service;     /* 0 at the host's port */
        leaf[l].memory = route[l].memory;
        leaf[l].endpoint = core == CHIP_HOST ? chip->noc->host_out : chip->core[core].endpoint;
        e->packet_core[e->n_leaf + l] = core;
        packet[l] = (struct packet){route[l].row, route[l].axon, payload, 0, PACKET_SPIKE};
        if (core == CHIP_HOST)  /* no core's input line: whose spike it is */
            packet[l].axon = (uint32_t)(source - chip->source);
        else
            e->bucket[core]++;
    }
    e->n_leaf += leaves;
    e->ahead = ahead;
}

/* A tree takes one packet to all of its leaves; without one, each route takes a packet of its own. */
uint32_t step_packets(const struct spike_source *source)
{
    return source->tree == UNICAST ? source->routes : 1;
}

/* Deliveries of each of these packets. */
static uint32_t leaves_of(const struct spike_source *source)
{
    return source->tree == UNICAST ? 1 : source->routes;
}

/* The packets of one spike follow each other by a cycle of their core's clock. Offsets reach the network at its next edge; the
 * registers that start layers are written before the program begins. */
static void send_spike(struct engine *e, const struct fired *f)
{
    const struct chip_core *core = &e->chip->core[f->core];
    room(e, f->source->routes);
    for (uint32_t p = 0; p < step_packets(f->source); p++)
        send_packet(e, f->source, p, leaves_of(f->source), e->live[f->core].start + chip_noc_cycles(e->chip, core, (uint64_t)f->offset + p), f->payload);
    account_spike(e, f->source);
}

/* A spike counts for decoding and traces inside its population's window only. */
static void note_spike(struct engine *e, const struct spike_source *source)
{
    struct run *run = e->run;
    uint32_t depth = e->async ? 0 : run->network->population[source->population].depth;        /* without steps no layer waits for its first */
    if (e->at.step < depth || e->at.step >= depth + run->steps)
        return;
    /* network step t of a population at depth d is chip step t + d */
    uint32_t step = (uint32_t)e->at.step - depth;
    uint64_t neuron = run->mapping->first[source->population] + source->neuron;
    run->neuron_spikes[neuron]++;
    run->neuron_spikes_last[neuron] += step + 1 == run->steps;
    if (source->population == e->output && !e->sender && !e->async)     /* with losses, and where times count: once it has arrived */
        decode_spike(e, source->neuron, step);
    if (!(run->options.traces & TRACE_SPIKES))
        return;
    run->spike = mem_room(run->spike, run->n_spikes, &e->spike_capacity, sizeof *run->spike);
    run->spike[run->n_spikes++] = (struct run_spike){(uint32_t)e->at.sample, step, source->population, source->neuron};
}

/* One request per cache line; it may come too late, never wrong. */
static void prefetch(const void *from, size_t bytes)
{
    for (size_t b = 0; b < bytes; b += CACHE_LINE)
        __builtin_prefetch((const char *)from + b);
}

/* A source's tree and rows, for the walk and for delivery, while all of them fit the second-level cache. */
static void prefetch_routes(struct engine *e, const struct spike_source *source)
{
    const struct chip *chip = e->chip;
    const struct spike_route *first = chip->route + source->first_route, *last = first + source->routes - 1;
    if (!source->routes || first->core == CHIP_HOST || e->prefetched > PREFETCH_MOST)
        return;
    if (last->core == CHIP_HOST)        /* the host's route has no row and comes last */
        last--;
    /* a source's rows lie one behind the other in the arena, as they were built; the last one's length is guessed */
    size_t rows = last->row > first->row ? (size_t)(last->row - first->row) * sizeof *chip->rows + CACHE_LINE : CACHE_LINE;
    if (rows > PREFETCH_ROWS)
        return;
    for (; e->ahead < e->ahead_end; e->ahead += CACHE_LINE)     /* what the spike before left */
        __builtin_prefetch(e->ahead);
    e->ahead = (const char *)(chip->rows + first->row);
    e->ahead_end = e->ahead + rows;
    e->prefetched += rows;
    if (source->tree == UNICAST)
        return;
    const struct tree *t = &chip->noc->tree[source->tree];
    prefetch(chip->noc->branch + t->first_branch, t->branches * sizeof *chip->noc->branch);
    prefetch(chip->noc->leaf_at + t->first_leaf, t->leaves * sizeof *chip->noc->leaf_at);
}

/* Which neurons fire is chance, so what belongs to a spike is seldom in the cache: it is asked for a few spikes ahead, each part
 * once the part that leads to it has come. */
static void prefetch_spikes(struct engine *e, uint64_t i)
{
    if (i + 6 < e->n_fired)
        prefetch(e->fired[i + 6].source, sizeof *e->fired->source);
    if (i + 4 < e->n_fired) {
        const struct spike_source *source = e->fired[i + 4].source;
        prefetch(e->chip->route + source->first_route, source->routes * sizeof *e->chip->route);
        if (source->tree != UNICAST)
            prefetch(&e->chip->noc->tree[source->tree], sizeof *e->chip->noc->tree);
    }
    if (i + 1 < e->n_fired)
        prefetch_routes(e, e->fired[i + 1].source);
}

/* All spikes of the step in canonical order: by core, then neuron. */
static void list_spikes(struct engine *e)
{
    const struct chip *chip = e->chip;
    e->ahead = e->ahead_end = NULL;
    e->n_fired = e->prefetched = 0;     /* within an update, emissions rise by local number */
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct live *live = &e->live[c];
        const uint32_t *neuron = chip->mapping->core[c].neuron;
        for (uint32_t i = 0; i < live->out.count; i++) {
            const struct emission *spike = &live->out.at[i];
            e->fired = mem_room(e->fired, e->n_fired, &e->fired_capacity, sizeof *e->fired);
            e->fired[e->n_fired++] =
                (struct fired){&chip->source[chip->host_neurons + neuron[spike->neuron]], c, spike->offset, spike->payload};
        }
    }
}

/* Spikes become packets. A spike outside its window can only come from a chip that cannot hold layers: it travels and costs, and is
 * neither decoded nor traced. */
static void emit_cores(struct engine *e)
{
    list_spikes(e);
    for (uint64_t i = 0; i < e->n_fired; i++) {
        const struct fired *f = &e->fired[i];
        prefetch_spikes(e, i);
        note_spike(e, f->source);
        send_spike(e, f);
    }
}

void step_emit_core(struct engine *e, uint32_t c)
{
    const struct live *live = &e->live[c];
    const uint32_t *neuron = e->chip->mapping->core[c].neuron;
    for (uint32_t i = 0; i < live->out.count; i++) {
        const struct emission *spike = &live->out.at[i];
        struct fired f = {&e->chip->source[e->chip->host_neurons + neuron[spike->neuron]], c, spike->offset, spike->payload};
        note_spike(e, f.source);
        send_spike(e, &f);
    }
}

/* The spike is noted and paid for with its first packet. */
uint64_t step_send(struct engine *e, uint32_t c, uint32_t neuron, uint32_t packet, uint64_t offset, int32_t payload)
{
    const struct spike_source *source = &e->chip->source[e->chip->host_neurons + e->chip->mapping->core[c].neuron[neuron]];
    if (!packet) {
        note_spike(e, source);
        account_spike(e, source);
    }
    if (packet >= step_packets(source))
        return UINT64_MAX;
    room(e, source->routes);
    send_packet(e, source, packet, leaves_of(source), offset, payload);
    return e->n_send - 1;
}

/* Host packets of one input event: one with the value, or as many as the value says. `--values repeat` makes |value| x k packets of one each,
 * against weights divided by k; with a payload the value is an integer in units of 2^-value_exponent, and 0 is not sent. */
static uint32_t host_packets(const struct engine *e, uint64_t event, int32_t *payload)
{
    const struct events *in = e->run->input;
    const struct quantised *q = e->run->quantised;
    double value = in->value ? (double)in->value[event] : 1.0;
    *payload = 1;
    if (!in->value)
        return 1;
    if (q->values == VALUES_REPEAT)
        return (uint32_t)llround(value * q->repeat);    /* quantise refused negative values */
    *payload = (int32_t)llround(ldexp(value, q->value_exponent));
    return *payload != 0;
}

/* The port takes `rate` flits in a cycle, so a packet is offered in the cycle in which all flits before it have gone. Returns the
 * flits that have gone after this event. */
static uint64_t send_host(struct engine *e, const struct spike_source *source, uint64_t flits, int32_t payload)
{
    uint32_t rate = e->chip->noc->shape.host_rate ? e->chip->noc->shape.host_rate : 1;
    room(e, source->routes);
    for (uint32_t p = 0; p < step_packets(source); p++, flits += e->chip->flits)
        send_packet(e, source, p, leaves_of(source), flits / rate, payload);
    account_spike(e, source);
    return flits;
}

/* Biases that travel as synapses arrive for every step of their population's window. Returns the flits sent. */
static uint64_t emit_biases(struct engine *e)
{
    const struct network *net = e->run->network;
    uint64_t flits = 0, reads = e->at.step + 1;
    for (uint32_t p = 1; p < net->n_populations; p++) {
        uint32_t s = e->chip->bias_source[p], depth = net->population[p].depth;
        /* sent now, read by the update of the next chip step: the window is that of the reader */
        if (s == NO_SOURCE || reads < depth || reads >= depth + e->run->steps)
            continue;
        for (uint32_t k = 0; k < e->run->quantised->population[p].bias_packets; k++)
            flits = send_host(e, &e->chip->source[s], flits, 1);
    }
    return flits;
}

/* Host input of network step t is sent in chip step t, at the port's rate, after the cores in canonical order. */
void step_emit_host(struct engine *e)
{
    const struct events *in = e->run->input;
    uint64_t end = in->first[e->at.sample + 1], flits = emit_biases(e);
    for (; e->next_event < end && in->event[e->next_event].step == e->at.step; e->next_event++) {
        if (e->at.step >= e->run->steps)        /* input beyond --steps; only the run's last layers still work */
            continue;
        int32_t payload;
        uint32_t n = host_packets(e, e->next_event, &payload);
        for (uint32_t k = 0; k < n; k++)
            flits = send_host(e, &e->chip->source[in->event[e->next_event].neuron], flits, payload);
    }
}

/* Unused endpoints have no update and end at 0. */
void step_clear_time(struct engine *e)
{
    const struct chip *chip = e->chip;
    memset(e->endpoint, 0, chip->noc->endpoints * sizeof *e->endpoint);
    e->time = (struct step_time){.endpoint = e->endpoint, .n_endpoint = chip->noc->endpoints};
}

/* Where the traffic lies now; arrays move as they grow. */
void step_show_traffic(struct engine *e)
{
    e->time.send = e->send;
    e->time.leaf = e->leaf;
    e->time.n_send = e->n_send;
    e->time.n_leaf = e->n_leaf;
}

void step_time_update(struct engine *e, uint32_t c)
{
    const struct chip_core *core = &e->chip->core[c];
    e->endpoint[core->endpoint].update = e->live[c].start + chip_noc_cycles(e->chip, core, e->live[c].cycles);
}

/* Packets into buckets by core, in canonical order: a stable counting sort. Before, bucket[c] counts the core's packets; after, it is where they
 * end, and where the next core's begin. */
static void sort_packets(struct engine *e)
{
    uint32_t at = 0, *bucket = e->bucket;
    for (uint32_t c = 0; c < e->chip->n_cores; c++) {
        uint32_t count = bucket[c];
        bucket[c] = at;
        at += count;
    }
    e->n_packet = at;
    for (uint64_t i = 0; i < e->n_leaf; i++)
        if (e->packet_core[i] != CHIP_HOST)
            e->sorted[bucket[e->packet_core[i]]++] = e->packet[i];
}

/* What a core learns from a step is known once it has accepted the last packet. Called by any thread. */
int step_learn(struct engine *e, uint32_t c)
{
    const struct chip_core *core = &e->chip->core[c];
    struct live *live = &e->live[c];
    uint32_t cycles = 0;
    if (core->kind->flags & CORE_LEARNS)
        live->failed = core->kind->learn(core->core, &e->at, LEARN_STEP, 0, &cycles, &live->counts, &live->err);
    e->endpoint[core->endpoint].learn = chip_noc_cycles(e->chip, core, cycles);
    return live->failed;
}

/* A core's packets, and behind them those of the cores after it, whose rows it may ask for ahead. Called by any thread. */
static void accept_core(void *arg, uint32_t c)
{
    struct engine *e = arg;
    const struct chip_core *core = &e->chip->core[c];
    struct live *live = &e->live[c];
    uint32_t first = c ? e->bucket[c - 1] : 0, end = e->bucket[c];
    uint32_t ahead = (uint32_t)e->n_packet - end;
    if (end > first)
        live->failed = core->kind->accept(core->core, &e->at, e->sorted + first, end - first, ahead, NULL, NULL, &live->counts, &live->err);
    if (!live->failed)
        step_learn(e, c);
}

/* The lowest core's error, whichever thread came first. */
int step_failure(const struct engine *e, struct err *err)
{
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        if (e->live[c].failed) {
            *err = e->live[c].err;
            return -1;
        }
    return 0;
}

/* Layers whose window opens in this step: on a gated chip a register of each of their cores is written first. */
void step_begin(struct engine *e)
{
    const struct network *net = e->run->network;
    e->n_send = e->n_leaf = e->n_packet = 0;
    memset(e->bucket, 0, e->chip->n_cores * sizeof *e->bucket);
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        e->live[c].start = 0;
    for (uint32_t p = 1; e->run->options.hold && p < net->n_populations; p++)
        if (net->population[p].depth == e->at.step)
            account_layer_start(e, p);
}

/* Called by the plane: what was lost is known, so the rest is accepted, and the cores learn. */
static int settle(void *arg, struct err *err)
{
    struct engine *e = arg;
    loss_settle(e);
    sort_packets(e);
    pool_run(e->pool, accept_core, e, e->chip->n_cores);
    return step_failure(e, err);
}

/* The updates' lengths and all traffic to the plane; it fills in when. */
static int time_step(struct engine *e, struct err *err)
{
    step_clear_time(e);
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        step_time_update(e, c);
    step_show_traffic(e);
    e->time.settle = settle;
    e->time.settle_arg = e;
    return e->plane->step(e->timing, &e->time, &e->noc_counts, err);
}

/* Membranes are read after the update and before anything else can touch them. */
static int step_c(struct engine *e, struct err *err)
{
    step_begin(e);
    pool_run(e->pool, update_core, e, e->chip->n_cores);
    if (step_failure(e, err))
        return -1;
    emit_cores(e);
    step_emit_host(e);
    if (decode_membranes(e, err) || time_step(e, err))
        return -1;
    account_step(e);
    return 0;
}

const struct engine_kind engine_c = {.name = "c", .step = step_c, .sample = async_sample};
