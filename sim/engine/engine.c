/* The run: builds the chip, then sample after sample, step after step. The engine is what moves time: cores, network and memories only
 * say what they did and how long it takes. All that a run answers with is kept in struct run, which outlives the engine. */
#include "engine/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "engine/async.h"

/* One line per engine. */
const struct engine_kind *const engine_kinds[] = {
    &engine_c,
#ifdef VOLLEY_SYSTEMC
    &engine_systemc,
#endif
    NULL,
};

/* The seam for further planes: a line in timing_planes is all they need here. A network that takes no time cannot be loaded, and the
 * flit-level one would give each part of it a cycle: there `none` is the exact answer. */
static const struct timing_plane *plane_by_name(const char *name, const struct noc *noc)
{
    if (!strcmp(name, "cycle") && noc_is_free(noc))
        name = "none";
    for (int p = 0; timing_planes[p]; p++)
        if (!strcmp(timing_planes[p]->name, name))
            return timing_planes[p];
    return NULL;
}

/* NULL: the C engine. systemc is a known name even where it is not built in, so that the message can say what to install. */
static int choose_engine(struct engine *e, const char *name, struct err *err)
{
    name = name ? name : "c";
    for (int k = 0; engine_kinds[k]; k++)
        if (!strcmp(engine_kinds[k]->name, name))
            e->kind = engine_kinds[k];
    if (!e->kind && !strcmp(name, "systemc"))
        return err_input(err, "--engine systemc: this volley was built without SystemC; install Debian's libsystemc-dev and build again (./setup.sh)");
    if (!e->kind)
        return err_input(err, "--engine %s: engines are c and systemc", name);
    if (e->kind->plane && strcmp(e->kind->plane, e->run->options.timing))
        return err_input(err, "--engine %s: it runs with --timing %s only, not %s", name, e->kind->plane, e->run->options.timing);
    return 0;
}

/* ---- views of the run: what every count is kept by ---- */

/* Memories of all core types in one list, in file order; used and whole capacity are those of the cores in use. */
static void list_memories(struct engine *e)
{
    struct run *run = e->run;
    const struct chipfile *f = run->chip;
    e->memory_first = mem_new(f->n_types, sizeof *e->memory_first);
    for (uint32_t t = 0; t < f->n_types; t++) {
        e->memory_first[t] = run->n_memories;
        run->n_memories += f->type[t].n_memories;
    }
    run->memory_of = mem_new(run->n_memories, sizeof *run->memory_of);
    run->memory = mem_new(run->n_memories, sizeof *run->memory);
    run->memory_used_bits = mem_new(run->n_memories, sizeof *run->memory_used_bits);
    run->memory_capacity_bits = mem_new(run->n_memories, sizeof *run->memory_capacity_bits);
    for (uint32_t t = 0; t < f->n_types; t++)
        for (uint32_t m = 0; m < f->type[t].n_memories; m++) {
            run->memory_of[e->memory_first[t] + m].type = t;
            run->memory_of[e->memory_first[t] + m].memory = m;
        }
    for (uint32_t c = 0; c < run->n_cores; c++) {
        const struct map_core *core = &run->mapping->core[c];
        const struct core_type *type = &f->type[core->type];
        for (uint32_t m = 0; m < type->n_memories; m++) {
            run->memory_used_bits[e->memory_first[core->type] + m] += core->memory_bits ? core->memory_bits[m] : 0;
            run->memory_capacity_bits[e->memory_first[core->type] + m] += type->memory[m].size_bits;
        }
    }
}

/* The first population marked as output; 0, the host, where there is none. */
static int output_population(const struct network *net)
{
    for (uint32_t p = 1; p < net->n_populations; p++)
        if (net->population[p].output)
            return (int)p;
    return 0;
}

/* Groups are the populations and two that stand for the rest, so that the parts of every count add to its total. */
struct run *engine_new_run(const struct chipfile *chip, const struct network *network, const struct quantised *quantised, const struct mapping *mapping,
                           const struct events *input, const struct run_options *options)
{
    struct run *run = mem_new(1, sizeof *run);
    run->network = network;
    run->chip = chip;
    run->quantised = quantised;
    run->mapping = mapping;
    run->input = input;
    run->options = *options;
    run->n_groups = network->n_populations + 2;
    run->n_cores = mapping->n_cores;
    run->group = mem_new(run->n_groups, sizeof *run->group);
    run->core = mem_new(run->n_cores, sizeof *run->core);
    run->steps = input->steps;
    run->chip_steps = run->steps + network->depth_max;  /* the input's last step reaches the deepest layer in the last one */
    return run;
}

/* --samples, and the arrays that grow with them. Counts per step are for the timeline and the figures per step; a run so long that they
 * would fill the memory does without. */
static int choose_samples(struct run *run, struct err *err)
{
    struct run_options *o = &run->options;
    if (o->last_sample == UINT32_MAX)
        o->last_sample = run->input->samples ? run->input->samples - 1 : 0;
    if (!run->input->samples || o->first_sample > o->last_sample || o->last_sample >= run->input->samples)
        return err_input(err, "--samples %u..%u: the input holds %u samples, numbered from 0", o->first_sample, o->last_sample, run->input->samples);
    run->samples_asked = o->last_sample - o->first_sample + 1;
    run->sample = mem_new(run->samples_asked, sizeof *run->sample);
    run->sample_memory = mem_new((size_t)run->samples_asked * (run->n_memories ? run->n_memories : 1), sizeof *run->sample_memory);
    run->group_memory = mem_new((size_t)run->n_groups * (run->n_memories ? run->n_memories : 1), sizeof *run->group_memory);
    run->neuron_spikes = mem_new(run->mapping->neurons, sizeof *run->neuron_spikes);
    run->neuron_spikes_last = mem_new(run->mapping->neurons, sizeof *run->neuron_spikes_last);
    run->output_counts = mem_new((size_t)run->samples_asked * (run->outputs ? run->outputs : 1), sizeof *run->output_counts);
    return 0;
}

/* ---- the engine's own arrays: gone with it ---- */

/* A core kind's tables by the names that it gives them. */
static int table_of_name(const char *name)
{
    /* routing tables belong to the network's part of a core: the engine counts them itself, per spike */
    static const struct { const char *name; enum table table; } known[] = {
        {"axon", TABLE_AXON}, {"rows", TABLE_ROWS}, {"state", TABLE_STATE}, {"accumulator", TABLE_ACCUMULATOR}, {"parameter", TABLE_PARAMETER},
        {"pre_trace", TABLE_PRE_TRACE}, {"post_trace", TABLE_POST_TRACE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, name))
            return (int)known[i].table;
    return NO_INDEX;
}

/* How a core kind's own lists join the run's: actions by counter name, tables by the memory that holds them. */
static void join_type(struct engine *e, uint32_t type, const struct core_kind *kind)
{
    const struct core_type *t = &e->run->chip->type[type];
    e->counter_of[type] = mem_new(kind->n_actions, sizeof **e->counter_of);
    e->memory_of[type] = mem_new(kind->n_memories, sizeof **e->memory_of);
    for (uint32_t a = 0; a < kind->n_actions; a++)
        e->counter_of[type][a] = counter_by_name(kind->actions[a].name);
    for (uint32_t m = 0; m < kind->n_memories; m++) {
        /* a table that the chip file puts into no memory is not counted */
        int table = table_of_name(kind->memories[m].name);
        int memory = table == NO_INDEX ? NO_INDEX : t->table[table].memory;
        e->memory_of[type][m] = memory == NO_INDEX ? NO_INDEX : (int)e->memory_first[type] + memory;
    }
}

/* What a core needs during the run. Counts are its own, so that threads never write the same place; they are flushed after each step. */
static void open_cores(struct engine *e)
{
    const struct chip *chip = e->chip;
    uint32_t types = e->run->chip->n_types;
    e->counter_of = mem_new(types, sizeof *e->counter_of);
    e->memory_of = mem_new(types, sizeof *e->memory_of);
    e->live = mem_new(chip->n_cores, sizeof *e->live);
    e->bucket = mem_new(chip->n_cores, sizeof *e->bucket);
    e->core_of_endpoint = mem_new(chip->noc->endpoints, sizeof *e->core_of_endpoint);
    memset(e->core_of_endpoint, 0xff, chip->noc->endpoints * sizeof *e->core_of_endpoint);      /* UINT32_MAX: no core in use */
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct chip_core *core = &chip->core[c];
        struct live *live = &e->live[c];
        uint32_t type = chip->mapping->core[c].type;
        if (!e->counter_of[type])
            join_type(e, type, core->kind);
        live->n_actions = core->kind->n_actions;
        live->n_memories = core->kind->n_memories;
        live->counter_of = e->counter_of[type];
        live->memory_of = e->memory_of[type];
        /* a row per group: the parts of several populations on one core are counted apart */
        live->counts.action = mem_new((size_t)core->image.groups * live->n_actions, sizeof *live->counts.action);
        live->counts.memory = mem_new((size_t)core->image.groups * live->n_memories, sizeof *live->counts.memory);
        live->out.capacity = core->image.neurons;       /* no neuron fires twice in an update */
        live->out.at = mem_new(core->image.neurons, sizeof *live->out.at);
        e->core_of_endpoint[core->endpoint] = c;
    }
}

/* A step begins at an edge of the network's clock, so what precedes it in another clock domain lasts until the next one. */
static uint64_t to_noc_edge(const struct engine *e, uint64_t ps)
{
    uint64_t period = e->chip->noc_period_ps;
    return (ps + period - 1) / period * period;
}

/* An event chip has no steps to run (async.c). */
static int open_engine(struct engine *e, struct err *err)
{
    const struct chipfile *f = e->run->chip;
    const struct run_options *o = &e->run->options;
    if (choose_engine(e, o->engine, err) || pace_open(e, err))
        return -1;
    if (!(e->plane = plane_by_name(o->timing, e->chip->noc)))
        return err_input(err, "--timing %s: planes are none, slots and cycle", o->timing);
    if (async_open(e, err))
        return -1;
    if (e->kind->plane && !e->plane->feeds_back)
        return err_answer(err, "%s: no part of its network takes time, so there is nothing that --engine %s could time: use --engine c", f->path,
                          e->kind->name);
    if (f->noc.drops && !e->plane->drops)
        return err_answer(err, "%s: noc.full: drop: what is lost hangs on how packets meet, which --timing %s does not know: use --timing cycle%s", f->path,
                          e->plane->name, noc_is_free(e->chip->noc) ? ", on a network whose parts take time" : "");
    e->run->options.timing = e->plane->name;    /* what the report names */
    if (!(e->timing = e->plane->open(e->chip->noc, f->noc.watchdog, err)))
        return chipfile_noc_context(f, err);
    open_cores(e);
    loss_open(e);
    e->pool = pool_open(o->threads);
    e->endpoint = mem_new(e->chip->noc->endpoints, sizeof *e->endpoint);
    e->step_memory = mem_new(e->run->n_memories, sizeof *e->step_memory);
    e->count = mem_new(e->run->outputs, sizeof *e->count);
    e->first_spike = mem_new(e->run->outputs, sizeof *e->first_spike);
    e->highest = mem_new(e->run->outputs, sizeof *e->highest);
    /* neither depends on what a step does: once is enough */
    e->barrier_ps = to_noc_edge(e, chipfile_barrier_cycles(f, e->chip->tiles_used) * f->clock[f->barrier_clock].period_ps);
    e->reset_ps = pace_reset(e, to_noc_edge(e, f->sample_reset_time.cycles * f->clock[f->sample_reset_time.clock].period_ps));
    return e->kind->open ? e->kind->open(e, err) : 0;
}

/* Also after an error in the middle of make(): what was not reached is NULL. The run itself stays. */
void engine_close(struct engine *e)
{
    if (e->kind && e->kind->close)
        e->kind->close(e);
    for (uint32_t c = 0; e->live && c < e->chip->n_cores; c++) {
        free(e->live[c].counts.action);
        free(e->live[c].counts.memory);
        free(e->live[c].out.at);
    }
    for (uint32_t t = 0; e->counter_of && t < e->run->chip->n_types; t++) {
        free(e->counter_of[t]);
        free(e->memory_of[t]);
    }
    if (e->plane && e->timing)
        e->plane->close(e->timing);
    pool_close(e->pool);
    async_close(e->async);
    void *const owned[] = {e->live, e->counter_of, e->memory_of, e->memory_first, e->fired, e->send, e->leaf, e->packet, e->sorted, e->packet_core, e->bucket,
                           e->endpoint, e->sender, e->core_of_endpoint, e->step_memory, e->count, e->first_spike, e->highest};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    chip_free(e->chip);
}

/* ---- the loop ---- */

/* Every sample begins from reset, so samples do not depend on each other, nor on which of them are run; but for weights that learn, which stay. */
void engine_begin_sample(struct engine *e, uint32_t sample)
{
    for (uint32_t c = 0; c < e->chip->n_cores; c++)
        e->chip->core[c].kind->reset(e->chip->core[c].core);
    /* seed, sample, step and core are all that a random number may depend on */
    e->at = (struct core_step){.seed = e->run->options.seed, .sample = sample};
    e->next_event = e->run->input->first[sample];
    e->first_spike_traced = e->run->n_spikes;
    decode_begin(e);
    account_sample_start(e);    /* the reset itself, before the first step */
}

/* One inference: T network steps in T + D chip steps, D the largest depth, so that the deepest layer sees all of them. */
static int run_sample(struct engine *e, uint32_t sample, struct err *err)
{
    engine_begin_sample(e, sample);
    if (e->kind->wait)
        e->kind->wait(e, e->reset_ps);
    if (e->async)
        return e->kind->sample(e, err) ? err_context(err, "sample %u", sample) : 0;
    for (uint32_t s = 0; s < e->run->chip_steps; s++) {
        e->at.step = s;
        if (e->kind->step(e, err))
            return err_context(err, "sample %u, chip step %u", sample, s);      /* a core's error says where, this says when */
    }
    return 0;
}

/* Spikes are noted core by core; a trace lists them by network step, population and neuron, whatever the mapping was. */
static int compare_spikes(const void *a, const void *b)
{
    const struct run_spike *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->population != y->population)
        return x->population < y->population ? -1 : 1;
    return x->neuron < y->neuron ? -1 : x->neuron > y->neuron;
}

/* From here on the sample counts as done; an interruption keeps it. */
void engine_finish_sample(struct engine *e, int64_t label)
{
    struct run *run = e->run;
    uint64_t first_spike = e->first_spike_traced;
    struct run_sample *s = &run->sample[run->samples_done];
    s->sample = (uint32_t)e->at.sample;
    s->label = label;
    s->steps = run->steps;
    s->prediction = decode_end(e);
    for (uint32_t i = 0; i < run->outputs; i++)
        run->output_counts[(size_t)run->samples_done * run->outputs + i] = e->count[i];
    if (run->n_spikes > first_spike)    /* only this sample's: those before are in order */
        qsort(run->spike + first_spike, run->n_spikes - first_spike, sizeof *run->spike, compare_spikes);
    run->samples_done++;
}

/* Ctrl-C is looked at between samples: what is finished is whole. */
static int run_samples(struct engine *e, const int64_t *labels, struct err *err)
{
    struct run *run = e->run;
    const struct run_options *o = &run->options;
    for (uint32_t i = 0; i < run->samples_asked; i++) {
        uint32_t sample = o->first_sample + i;
        if (o->stop && *o->stop) {
            run->partial = 1;
            break;
        }
        if (run_sample(e, sample, err))
            return -1;
        engine_finish_sample(e, labels ? labels[sample] : -1);
        if (o->progress)
            o->progress(o->progress_arg, run->samples_done, run->samples_asked);
    }
    return 0;
}

/* Largest |payload| of a host event times its packets: what one input neuron can add to a sum in one step. */
static int64_t host_payload_max(const struct quantised *q, const struct events *in)
{
    double most = in->value_max > -in->value_min ? in->value_max : -in->value_min;
    if (!in->value)
        return 1;
    double scaled = q->values == VALUES_REPEAT ? most * q->repeat : ldexp(most, q->value_exponent);
    return (int64_t)scaled + 1;
}

/* Wall time, for the speed that is reported; no answer depends on it. */
static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The order matters: memories and outputs size the arrays, the chip needs the largest payload for its proof that no sum overflows. */
int engine_open(struct engine *e, struct err *err)
{
    struct run *run = e->run;
    struct chip_options options = {.steps = run->steps, .hold = run->options.hold && run->chip->mode != TIME_EVENT,
                                   .host_payload_max = host_payload_max(run->quantised, run->input)};
    list_memories(e);
    e->output = (uint32_t)output_population(run->network);
    run->outputs = e->output ? run->network->population[e->output].neurons : 0;
    if (choose_samples(run, err))
        return -1;
    e->chip = chip_new(run->chip, run->network, run->quantised, run->mapping, &options, err);
    return !e->chip || open_engine(e, err) ? -1 : 0;
}

static int make(struct engine *e, const int64_t *labels, struct err *err)
{
    double begin = now_s();
    if (engine_open(e, err) || run_samples(e, labels, err))
        return -1;
    account_finish(e);
    if (conserve_run(e, err) || (e->run->options.traces & TRACE_WEIGHTS && weights_trace(e, err)))
        return -1;
    e->run->wall_s = now_s() - begin;
    return 0;
}

/* The engine lives on this function's stack and is gone when the run is made. */
struct run *run_make(const struct network *network, const struct chipfile *chip, const struct quantised *quantised, const struct mapping *mapping,
                     const struct events *input, const int64_t *labels, const struct run_options *options, struct err *err)
{
    struct engine e = {.run = engine_new_run(chip, network, quantised, mapping, input, options)};
    struct run *run = e.run;
    if (make(&e, labels, err)) {
        engine_close(&e);
        run_free(run);
        return NULL;
    }
    engine_close(&e);
    return run;
}

void run_free(struct run *run)
{
    if (!run)
        return;
    void *const owned[] = {run->group, run->group_memory, run->core, run->memory_of, run->memory, run->memory_used_bits, run->memory_capacity_bits,
                           run->sample, run->sample_memory, run->step, run->step_counts.at, run->output_counts, run->spike, run->neuron_spikes,
                           run->neuron_spikes_last, run->membrane, run->packet, run->update, run->weight, run->port};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(run);
}
