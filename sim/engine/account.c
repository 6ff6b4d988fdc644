/* What a step, a sample and the run add up to. Cores count in their own arrays; here they join the run's views. Nothing here multiplies by
 * a price: models count, energy comes after the run. Work counters follow from spikes, mapping and routes alone and are the same in every
 * plane; only time counters and picoseconds come from the plane. */
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "noc/loss.h"
#include "noc/ports.h"

/* What no population did: static power, barriers, resets, and the time counters of the whole network. */
static uint32_t chip_group(const struct run *run)
{
    return run->network->n_populations;
}

/* What the host's input and output cost. */
static uint32_t host_group(const struct run *run)
{
    return run->network->n_populations + 1;
}

/* A count outside the cores joins three views at once: its population's, the network's and the step's. */
static void add(struct engine *e, uint32_t group, enum counter counter, uint64_t n)
{
    e->run->group[group].action[counter] += n;
    e->run->network_counts.action[counter] += n;
    e->step.action[counter] += n;
}

/* Counts may be taken back in the step in which they were added: sums of uint64 come back from below 0. */
static uint64_t signed_count(uint64_t n, int sign)
{
    return sign < 0 ? 0 - n : n;
}

/* The network's work along a way: with R routers entered, H links crossed and D deliveries,
 *     buffer writes = reads = R x flits, look-ups = R, crossbar = (H + D) x flits, links = H x flits,
 *     arbitrations = a virtual channel for each copy + the switch for each of its flits = (H + D) x (1 + flits).
 * sign -1: it was not done after all. */
static void add_path(struct engine *e, uint32_t group, const struct path_counts *path, int sign)
{
    uint64_t flits = e->chip->flits, hops = path->hops, copies = hops + path->leaves;
    add(e, group, COUNT_PACKETS_TILE, signed_count(path->leaves_tile, sign));
    add(e, group, COUNT_HOPS, signed_count(hops, sign));
    add(e, group, COUNT_HOPS_X, signed_count(path->hops_x, sign));
    add(e, group, COUNT_HOPS_Y, signed_count(path->hops_y, sign));
    add(e, group, COUNT_HOPS_CHIP, signed_count(path->hops_chip, sign));
    add(e, group, COUNT_BUFFER_WRITES, signed_count(path->routers * flits, sign));
    add(e, group, COUNT_BUFFER_READS, signed_count(path->routers * flits, sign));
    add(e, group, COUNT_ROUTES, signed_count(path->routers, sign));
    add(e, group, COUNT_ARBITRATIONS, signed_count(copies + copies * flits, sign));
    add(e, group, COUNT_CROSSBAR, signed_count(copies * flits, sign));
    add(e, group, COUNT_LINK, signed_count(hops * flits, sign));
    add(e, group, COUNT_LINK_CHIP, signed_count(path->hops_chip * flits, sign));
}

/* Whoever sends pays for the way. */
static uint32_t sender_group(const struct engine *e, const struct spike_source *source)
{
    return source->population == HOST_POPULATION ? host_group(e->run) : source->population;
}

/* The core looks a spike's routes up: an entry per target core, each on words of its own. */
static void account_route_table(struct engine *e, const struct spike_source *source)
{
    uint32_t group = source->population, type = e->run->quantised->population[source->population].type;
    const struct core_type *t = &e->run->chip->type[type];
    const struct chip_table *routing = &t->table[TABLE_ROUTING];
    if (routing->memory == NO_INDEX || !routing->entry_bits)
        return;
    uint32_t width = t->memory[routing->memory].width, index = e->memory_first[type] + (uint32_t)routing->memory;
    uint64_t words = (uint64_t)source->routes * ((routing->entry_bits + width - 1) / width);
    e->run->group_memory[group * e->run->n_memories + index].reads += words;
    e->run->memory[index].reads += words;
    e->step_memory[index].reads += words;
}

/* The work for one spike: all its packets and their copies. Belongs to the population that fired. It follows from the route alone and is
 * therefore known when the spike is sent, in every plane. */
void account_spike(struct engine *e, const struct spike_source *source)
{
    uint32_t group = sender_group(e, source);
    uint64_t packets = source->tree == UNICAST ? source->routes : 1;
    if (!source->routes)        /* a neuron that nobody listens to sends nothing */
        return;
    e->leaves_sent += source->path.leaves;
    add(e, group, COUNT_PACKETS, packets);
    add(e, group, COUNT_FLITS, packets * e->chip->flits);
    add_path(e, group, &source->path, 1);
    if (source->population == HOST_POPULATION) {
        add(e, group, COUNT_HOST_IN, packets);
        return;
    }
    if (e->run->network->population[source->population].output)     /* one of its deliveries is the host's */
        add(e, host_group(e->run), COUNT_HOST_OUT, 1);
    account_route_table(e, source);
}

/* A packet of which a delivery was lost: the whole way was counted when it was sent; what it came to takes its place. A copy that was given
 * up after it had got its channel was granted that. */
void account_lost(struct engine *e, const struct spike_source *source, const struct send *send)
{
    const struct noc *noc = e->chip->noc;
    const struct leaf *leaf = &e->leaf[send->first_leaf];
    uint32_t group = sender_group(e, source), endpoint = leaf->endpoint;
    struct path_counts whole = source->path, done;
    if (send->route == UNICAST)
        noc_path_counts(noc, send->endpoint, &endpoint, 1, UNICAST, &whole);
    add(e, group, COUNT_ARBITRATIONS, noc_path_done(noc, send, leaf, &done));
    add_path(e, group, &whole, -1);
    add_path(e, group, &done, 1);
    add(e, group, COUNT_DROPPED, send->leaves - done.leaves);
    for (uint32_t l = 0; l < send->leaves; l++)
        if (leaf[l].lost && leaf[l].endpoint == noc->host_out)
            add(e, host_group(e->run), COUNT_HOST_OUT, signed_count(1, -1));
}

/* A gated chip writes a register for each part of the layer that opens: an action, and time before that core's update. */
void account_layer_start(struct engine *e, uint32_t population)
{
    if (e->run->chip->layer_start != LAYER_GATED)
        return;
    uint64_t parts = 0;
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        for (uint32_t g = 0; g < e->chip->core[c].image.groups; g++)
            if (e->chip->core[c].population[g] == population) {
                parts++;
                e->live[c].start += e->run->chip->layer_start_time.cycles;
            }
    add(e, population, COUNT_LAYER_STARTS, parts);
}

/* One population's part of one core: its actions and accesses of this step into the views of population, core, memory and step. */
static void flush_group(struct engine *e, uint32_t c, uint32_t g)
{
    struct run *run = e->run;
    struct live *live = &e->live[c];
    uint32_t population = e->chip->core[c].population[g];
    uint64_t *action = live->counts.action + (size_t)g * live->n_actions;
    struct memory_count *memory = live->counts.memory + (size_t)g * live->n_memories;
    for (uint32_t a = 0; a < live->n_actions; a++) {
        int counter = live->counter_of[a];
        run->group[population].action[counter] += action[a];
        run->core[c].action[counter] += action[a];
        e->step.action[counter] += action[a];
    }
    for (uint32_t m = 0; m < live->n_memories; m++) {
        if (live->memory_of[m] == NO_INDEX)     /* a table that the chip file does not describe */
            continue;
        uint32_t index = (uint32_t)live->memory_of[m];
        struct run_memory *const views[] = {&run->group_memory[population * run->n_memories + index], &run->memory[index], &e->step_memory[index]};
        for (int v = 0; v < 3; v++) {
            views[v]->reads += memory[m].reads;
            views[v]->writes += memory[m].writes;
        }
    }
}

/* In the order of cores, by one thread: sums are integers, but the order of adding is fixed all the same. */
static void flush_core(struct engine *e, uint32_t c)
{
    struct live *live = &e->live[c];
    uint32_t groups = e->chip->core[c].image.groups;
    for (uint32_t g = 0; g < groups; g++)
        flush_group(e, c, g);
    memset(live->counts.action, 0, (size_t)groups * live->n_actions * sizeof *live->counts.action);
    memset(live->counts.memory, 0, (size_t)groups * live->n_memories * sizeof *live->counts.memory);
}

/* A stretch of the critical path: its cycles, in ps, under the name of what bound it. */
static uint64_t share(struct engine *e, enum bound bound, uint64_t cycles)
{
    uint64_t ps = cycles * e->chip->noc_period_ps;
    e->run->bound_ps[bound] += ps;
    return ps;
}

/* What the step's time was: walked back from its last event by the plane; the barrier is paid by all. The parts are whole cycles and add to
 * the step, so the shares of a run add to its time exactly. A core is charged with what the path spent on it: the last one with its
 * services, the one that sent the first packet of them with its update. Returns the step's length. */
static uint64_t attribute(struct engine *e)
{
    const struct step_path *path = &e->time.path;
    struct run *run = e->run;
    uint64_t service = share(e, BOUND_COMPUTE, path->service), memory = share(e, BOUND_MEMORY, path->memory);
    uint64_t update = share(e, BOUND_COMPUTE, path->update);
    uint64_t rest = share(e, BOUND_NOC, path->noc) + share(e, BOUND_QUEUE, path->queue);
    run->service_ps += service;
    run->update_ps += update;
    run->bound_ps[BOUND_BARRIER] += e->barrier_ps;
    run->barrier_ps += e->barrier_ps;
    uint32_t served = e->core_of_endpoint[path->endpoint], updated = e->core_of_endpoint[path->source];
    if (served != UINT32_MAX)
        e->live[served].bound_ps += service + memory;
    if (updated != UINT32_MAX)
        e->live[updated].bound_ps += update;
    return service + memory + update + rest + e->barrier_ps;
}

/* For the timeline: every core's update program begins with the step. */
static void trace_updates(struct engine *e)
{
    struct run *run = e->run;
    for (uint32_t c = 0; c < e->chip->n_cores; c++) {
        uint64_t end = e->endpoint[e->chip->core[c].endpoint].update_end * e->chip->noc_period_ps;
        run->update = mem_room(run->update, run->n_updates, &e->update_capacity, sizeof *run->update);
        run->update[run->n_updates++] = (struct run_update){(uint32_t)e->at.sample, (uint32_t)e->at.step, c, end};
    }
}

/* Every delivery with its times in NoC cycles from the start of the step, in canonical order. */
void account_packets(struct engine *e)
{
    struct run *run = e->run;
    if (!(run->options.traces & (TRACE_PACKETS | TRACE_TIMELINE)))
        return;
    for (uint64_t i = 0; i < e->n_leaf; i++) {
        const struct leaf *l = &e->leaf[i];
        const struct send *s = &e->send[l->send];
        run->packet = mem_room(run->packet, run->n_packets, &e->packet_capacity, sizeof *run->packet);
        run->packet[run->n_packets++] =
            (struct run_packet){(uint32_t)e->at.sample, (uint32_t)e->at.step, s->endpoint, l->endpoint, s->offset, l->arrive, l->start, l->end,
                                l->send, l->lost};
    }
}

/* step_counts and step_memory grow together with step; they are NULL in runs of very many steps. */
static void keep_step(struct engine *e, const struct run_step *step)
{
    struct run *run = e->run;
    uint64_t n = run->n_steps++;
    run->step = mem_room(run->step, n, &e->step_capacity, sizeof *run->step);
    run->step[n] = *step;
    packed_add(&run->step_counts, e->step.action, N_COUNTERS);
    packed_add(&run->step_counts, &e->step_memory->reads, 2u * run->n_memories);
}

size_t run_step_counts(const struct run *run, size_t from, struct run_counts *counts, struct run_memory *memory)
{
    from = packed_read(&run->step_counts, from, counts->action, N_COUNTERS);
    return packed_read(&run->step_counts, from, &memory->reads, 2u * run->n_memories);
}

/* The sample in hand is the one after those that are done. */
static void add_to_sample(struct engine *e, uint64_t ps)
{
    struct run *run = e->run;
    struct run_sample *sample = &run->sample[run->samples_done];
    struct run_memory *memory = run->sample_memory + (size_t)run->samples_done * run->n_memories;
    for (int i = 0; i < N_COUNTERS; i++)
        sample->counts.action[i] += e->step.action[i];
    for (uint32_t m = 0; m < run->n_memories; m++) {
        memory[m].reads += e->step_memory[m].reads;
        memory[m].writes += e->step_memory[m].writes;
    }
    sample->time_ps += ps;
    run->total_ps += ps;
}

/* For the next step; what it held is in the run by now. */
static void clear_step(struct engine *e)
{
    e->step = (struct run_counts){0};
    memset(e->step_memory, 0, e->run->n_memories * sizeof *e->step_memory);
}

/* After the packets have been accepted: the step is over, and all that it counted and took is known. */
void account_step(struct engine *e)
{
    struct run *run = e->run;
    for (uint32_t c = 0; c < e->chip->n_cores; c++)     /* first: the step's record holds what the cores counted */
        flush_core(e, c);
    if (run->chip->mode == TIME_BARRIER)
        add(e, chip_group(run), COUNT_BARRIERS, 1);
    uint64_t work = attribute(e), wait = pace_wait(e, work), ps = work + wait;
    struct run_step step = {.sample = (uint32_t)e->at.sample, .step = (uint32_t)e->at.step, .time_ps = ps, .wait_ps = wait,
                            .spikes = e->step.action[COUNT_SPIKES], .sops = e->step.action[COUNT_SOPS], .packets = e->step.action[COUNT_PACKETS],
                            .peak_link_use = e->time.peak_link_use, .beyond = (int)e->time.beyond};
    keep_step(e, &step);
    e->step_ps = ps;
    add_to_sample(e, ps);
    run->steps_beyond += e->time.beyond;
    run->noc_cycles += e->time.end;
    if (e->time.peak_link_use > run->peak_link_use)
        run->peak_link_use = e->time.peak_link_use;
    account_packets(e);
    if (run->options.traces & TRACE_TIMELINE)
        trace_updates(e);
    clear_step(e);
}

/* An event chip's: its cores work while packets travel and input comes, so nothing is walked back; what there was at each moment is told. */
void account_span(struct engine *e, const uint64_t bound[N_BOUNDS], uint64_t update_ps, uint64_t cycles)
{
    struct run *run = e->run;
    uint64_t ps = 0;
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        flush_core(e, c);
    for (int b = 0; b < N_BOUNDS; b++) {
        run->bound_ps[b] += bound[b];
        ps += bound[b];
    }
    run->service_ps += bound[BOUND_COMPUTE] - update_ps;
    run->update_ps += update_ps;
    struct run_step step = {.sample = (uint32_t)e->at.sample, .step = (uint32_t)e->at.step, .time_ps = ps, .wait_ps = bound[BOUND_PACE],
                            .spikes = e->step.action[COUNT_SPIKES], .sops = e->step.action[COUNT_SOPS], .packets = e->step.action[COUNT_PACKETS],
                            .peak_link_use = e->time.peak_link_use};
    keep_step(e, &step);
    add_to_sample(e, ps);
    run->noc_cycles += cycles;
    if (e->time.peak_link_use > run->peak_link_use)
        run->peak_link_use = e->time.peak_link_use;
    clear_step(e);
}

void account_reference(struct engine *e)
{
    e->references++;
    add(e, chip_group(e->run), COUNT_REFERENCES, 1);
}

/* The reset before each sample: every used core, all at the same time. It belongs to the sample but to no step, so the steps' counts and
 * times add to the run less its resets. */
void account_sample_start(struct engine *e)
{
    clear_step(e);
    add(e, chip_group(e->run), COUNT_SAMPLE_RESETS, e->chip->n_cores);
    add_to_sample(e, e->reset_ps);
    e->run->reset_ps += e->reset_ps;
    clear_step(e);
}

/* The network's own counts, and the sums of its ports: a packet's copy that waits is a stall of the port where it stands. */
void account_time(const struct engine *e, const struct noc_port *port, uint32_t ports, struct run_counts *sum)
{
    static const enum counter stall[MESH_STALLS] = {COUNT_STALL_NO_VC, COUNT_STALL_LOST_VC, COUNT_STALL_NO_CREDIT,
                                                    COUNT_STALL_LOST_SWITCH, COUNT_STALL_LINK_BUSY, COUNT_STALL_NO_PLACE};
    sum->action[COUNT_STALLED] += e->noc_counts.stalled;
    sum->action[COUNT_BLOCKED] += e->noc_counts.blocked;
    sum->action[COUNT_QUEUED] += e->noc_counts.queued;
    sum->action[COUNT_LINK_BUSY] += e->noc_counts.link_busy;
    for (uint32_t p = 0; p < ports; p++) {
        const struct mesh_counts *n = &port[p].counts;
        sum->action[COUNT_BUFFERED] += n->flit_cycles;
        sum->action[COUNT_LOST_GRANTS] += n->lost_grants;
        for (int cause = 0; cause < MESH_STALLS; cause++)
            sum->action[stall[cause]] += n->stall[cause];
    }
}

/* Time counters of the whole run. They are never priced; (chip) has them, so that the groups add to the total. */
void account_finish(struct engine *e)
{
    struct run *run = e->run;
    if (e->plane->ports)
        run->port = e->plane->ports(e->timing, &run->n_ports);
    account_time(e, run->port, run->n_ports, &run->network_counts);
    for (int i = 0; i < N_COUNTERS; i++)
        if (counters[i].class_ == COUNTER_TIME)
            run->group[chip_group(run)].action[i] = run->network_counts.action[i];
    for (uint32_t c = 0; c < run->n_cores; c++) {
        /* busy: cycles of work as if nothing stalled; bound: what of it was on the critical path */
        uint64_t busy = run->core[c].action[COUNT_BUSY_CYCLES] * e->chip->core[c].period_ps;
        run->core_busy_ps_sum += busy;
        if (busy > run->core_busy_ps_max)
            run->core_busy_ps_max = busy;
        if (e->live[c].bound_ps > run->bound_core_ps) {
            run->bound_core_ps = e->live[c].bound_ps;
            run->bound_core = c;
        }
    }
}
