/* Each call of the core is one observation: its cycles, and its accesses of each memory, against what the call did as a chip file counts it: packets,
 * synapses, words of its memories; programs, spikes, words, neurons. Declared is what the reference says of the same call. */
#include "verify/calibrate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "verify/fit.h"
#include "verify/profile.h"

enum program { ACCEPT, UPDATE, LEARN, PROGRAMS };
enum { MEMORIES = 16, OWN = 3 };                /* memories of a core; counts of a program that are no accesses, at most */
enum access { READS, WRITES, ACCESSES };

/* What a chip file may count, the preferred first. */
struct count { const char *key, *action[OWN]; const char *memory; enum access access; };
static const struct count counts[PROGRAMS][FIT_COUNTS] = {
    [ACCEPT] = {{.key = "packet"}, {.key = "accumulator.write_word", .memory = "accumulator", .access = WRITES},
                {.key = "post.read_word", .memory = "post_trace", .access = READS}, {.key = "pre.read_word", .memory = "pre_trace", .access = READS},
                {.key = "synapse.read_word", .memory = "rows", .access = READS}, {.key = "sop", .action = {"sops", "sops_late"}},
                {.key = "axon.read_word", .memory = "axon", .access = READS}},
    [UPDATE] = {{.key = "step"}, {.key = "state.read_word", .memory = "state", .access = READS}, {.key = "spike", .action = {"spikes"}},
                {.key = "update_active", .action = {"update_active"}}, {.key = "update_idle", .action = {"update_idle", "update_held"}},
                {.key = "accumulator.read_word", .memory = "accumulator", .access = READS},
                {.key = "parameter.read_word", .memory = "parameter", .access = READS}},
    [LEARN] = {{.key = "learn", .action = {"learn_steps"}}, {.key = "pre.read_word", .memory = "pre_trace", .access = READS},
               {.key = "learn_row", .action = {"learn_rows"}}, {.key = "synapse.read_word", .memory = "rows", .access = READS},
               {.key = "axon.read_word", .memory = "axon", .access = READS}},
};
/* How many of the first of them accesses are fitted to: what the work was, not what another memory did. Of a packet's row that learns, and of a swept one,
 * no other count says how many words it has. */
static const uint32_t counts_of_access[PROGRAMS] = {[ACCEPT] = 4, [UPDATE] = 3, [LEARN] = 4};
static const char *const program_names[PROGRAMS] = {"packet", "update", "learning"};

struct side {                   /* the core, or its reference */
    const struct core_kind *kind;
    struct core *core;
    struct core_counts counts;
    struct emissions out;
    uint32_t groups, cycles;
};
struct tally {                  /* of one program, over all stimuli */
    struct fit cycles, access[MEMORIES][ACCESSES];
    uint64_t calls, differ;     /* in cycles, from what is declared */
    uint32_t measured, declared;        /* of the first call that does */
    uint64_t access_differ;     /* calls whose accesses are not those that are declared */
};
struct work {
    const struct calibrate_options *options;
    struct side device, reference;
    struct verify_build build;
    struct tally tally[PROGRAMS];
};

/* ---- a stimulus through both ---- */

static int open_side(struct side *side, const struct core_kind *kind, const struct verify_build *build, struct err *err)
{
    *side = (struct side){.kind = kind, .groups = build->image.groups};
    side->counts.action = mem_new((size_t)side->groups * kind->n_actions, sizeof *side->counts.action);
    side->counts.memory = mem_new((size_t)side->groups * kind->n_memories, sizeof *side->counts.memory);
    side->out = (struct emissions){mem_new(build->image.neurons, sizeof *side->out.at), 0, build->image.neurons};
    if (!(side->core = kind->create(build->params, 0, err)) || kind->load(side->core, &build->image, err))
        return err_context(err, "%s", kind->name);
    kind->reset(side->core);
    return 0;
}

static void close_side(struct side *side)
{
    if (side->core)
        side->kind->destroy(side->core);
    free(side->counts.action);
    free(side->counts.memory);
    free(side->out.at);
    *side = (struct side){0};
}

/* packet: of ACCEPT, else NULL. */
static int call(struct side *side, enum program program, const struct core_step *at, const struct packet *packet, struct err *err)
{
    memset(side->counts.action, 0, (size_t)side->groups * side->kind->n_actions * sizeof *side->counts.action);
    memset(side->counts.memory, 0, (size_t)side->groups * side->kind->n_memories * sizeof *side->counts.memory);
    side->out.count = 0;
    if (program == LEARN)
        return side->kind->learn(side->core, at, LEARN_STEP, 0, &side->cycles, &side->counts, err);
    if (program == UPDATE)
        return side->kind->update(side->core, at, &side->out, &side->cycles, &side->counts, err);
    struct emissions *out = side->kind->flags & CORE_EMITS_ON_ACCEPT ? &side->out : NULL;
    return side->kind->accept(side->core, at, packet, 1, 0, &side->cycles, out, &side->counts, err);
}

static int index_of(const struct named *list, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].name, name))
            return (int)i;
    return -1;
}

static uint64_t accesses(const struct side *side, uint32_t memory, enum access access)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < side->groups; g++) {
        const struct memory_count *m = &side->counts.memory[(size_t)g * side->kind->n_memories + memory];
        sum += access == READS ? m->reads : m->writes;
    }
    return sum;
}

/* A count of the last call; 1 for packet and step. Learning that is switched off is no program. */
static uint64_t counted(const struct side *side, const struct count *c)
{
    uint64_t sum = 0;
    if (c->memory) {
        int m = index_of(side->kind->memories, side->kind->n_memories, c->memory);
        return m < 0 ? 0 : accesses(side, (uint32_t)m, c->access);
    }
    if (!c->action[0])
        return 1;
    for (int k = 0; k < OWN && c->action[k]; k++) {
        int a = index_of(side->kind->actions, side->kind->n_actions, c->action[k]);
        for (uint32_t g = 0; a >= 0 && g < side->groups; g++)
            sum += side->counts.action[(size_t)g * side->kind->n_actions + (uint32_t)a];
    }
    return sum;
}

/* Memories that both name. */
static int accesses_differ(const struct work *w)
{
    const struct core_kind *d = w->device.kind, *r = w->reference.kind;
    for (uint32_t m = 0; m < d->n_memories && m < MEMORIES; m++) {
        int same = index_of(r->memories, r->n_memories, d->memories[m].name);
        for (int a = 0; same >= 0 && a < ACCESSES; a++)
            if (accesses(&w->device, m, (enum access)a) != accesses(&w->reference, (uint32_t)same, (enum access)a))
                return 1;
    }
    return 0;
}

static void observe(struct work *w, enum program program)
{
    struct tally *t = &w->tally[program];
    const struct side *device = &w->device;
    uint64_t x[FIT_COUNTS];
    uint32_t n = 0;
    for (; n < FIT_COUNTS && counts[program][n].key; n++)
        x[n] = counted(device, &counts[program][n]);
    t->cycles.counts = n;
    fit_add(&t->cycles, x, device->cycles);
    for (uint32_t m = 0; m < device->kind->n_memories && m < MEMORIES; m++)
        for (int a = 0; a < ACCESSES; a++) {
            t->access[m][a].counts = counts_of_access[program];
            fit_add(&t->access[m][a], x, accesses(device, m, (enum access)a));
        }
    if (device->cycles != w->reference.cycles && !t->differ++) {
        t->measured = device->cycles;
        t->declared = w->reference.cycles;
    }
    t->access_differ += (uint64_t)accesses_differ(w);
    t->calls++;
}

static int both(struct work *w, enum program program, const struct core_step *at, const struct packet *packet, struct err *err)
{
    if (call(&w->reference, program, at, packet, err) || call(&w->device, program, at, packet, err))
        return -1;
    observe(w, program);
    return 0;
}

static int run_steps(struct work *w, const struct stim *s, struct err *err)
{
    struct core_step at = {0};
    for (uint32_t i = 0; i < s->steps; i++, at.step++) {
        const struct stim_step *step = &s->step[i];
        if (step->restart) {
            w->device.kind->reset(w->device.core);
            w->reference.kind->reset(w->reference.core);
            at.step = 0;
        }
        if (both(w, UPDATE, &at, NULL, err))
            return -1;
        for (uint32_t e = 0; e < step->count; e++) {
            const struct stim_event *event = &step->event[e];
            struct packet packet = {.axon = event->axon, .payload = event->payload, .kind = s->size->events[event->type].kind};
            packet.row = event->axon < w->build.image.axons ? w->build.image.axon_row[event->axon] : 0;
            if (both(w, ACCEPT, &at, &packet, err))
                return -1;
        }
        if (w->device.kind->learn && both(w, LEARN, &at, NULL, err))
            return -1;
    }
    return 0;
}

static int run_stim(struct work *w, const struct stim *s, struct err *err)
{
    const struct verify_target *t = w->options->target;
    if (t->build(t, s->size, s, &w->build, err))
        return -1;
    int failed = open_side(&w->reference, t->reference, &w->build, err) || open_side(&w->device, t->device, &w->build, err) || run_steps(w, s, err);
    close_side(&w->device);
    close_side(&w->reference);
    t->release(&w->build);
    return failed ? -1 : 0;
}

static int run_size(struct work *w, const struct verify_size *size, struct err *err)
{
    const struct calibrate_options *o = w->options;
    for (const struct profile *p = profiles; p->name; p++)
        for (uint64_t seed = o->seed; profile_fits(p, o->target) && seed < o->seed + o->seeds; seed++) {
            struct profile learning = *p;
            learning.learn = 1;         /* a core that learns is measured as one: switched off, it is another core */
            struct stim *s = profile_make(o->target, size, &learning, seed, o->events);
            int failed = run_stim(w, s, err);
            stim_free(s);
            if (failed)
                return err_context(err, "%s, profile %s, seed %" PRIu64, size->name, p->name, seed);
        }
    return 0;
}

/* ---- what it comes to ---- */

static void write_sum(FILE *out, const struct fitted *f, enum program program, int units)
{
    for (uint32_t i = 0; i < f->terms; i++)
        fprintf(out, "%s%s: %" PRId64 "%s", i ? ", " : "", counts[program][f->count[i]].key, f->times[i],
                !units ? "" : f->times[i] == 1 ? " cycle" : " cycles");
    if (!f->terms)
        fprintf(out, "none");
}

static void tell(const struct work *w, const struct fitted best[PROGRAMS], FILE *people)
{
    for (int p = 0; p < PROGRAMS && w->tally[p].calls; p++) {
        const struct tally *t = &w->tally[p];
        fprintf(people, "%s: cycles = {", program_names[p]);
        write_sum(people, &best[p], (enum program)p, 0);
        fprintf(people, best[p].exact ? "}, exact over %" PRIu64 " of them\n" : "} over %" PRIu64 " of them, off by %.3f cycles (root of the mean square)\n",
                t->calls, best[p].error);
        for (uint32_t m = 0; m < w->options->target->device->n_memories && m < MEMORIES; m++)
            for (int a = 0; a < ACCESSES; a++) {
                struct fitted f = fit_best(&t->access[m][a]);
                if (!f.terms)
                    continue;
                fprintf(people, "    %s %s = {", w->options->target->device->memories[m].name, a == READS ? "reads" : "writes");
                write_sum(people, &f, (enum program)p, 0);
                fprintf(people, f.exact ? "}\n" : "}, off by %.3f\n", f.error);
            }
        fprintf(people, "    declared: %" PRIu64 " of %" PRIu64 " differ in cycles, %" PRIu64 " in accesses", t->differ, t->calls, t->access_differ);
        if (t->differ)
            fprintf(people, ", the first: %u cycles, declared %u", t->measured, t->declared);
        fprintf(people, "\n");
    }
}

/* Keys of a chip file whose memories are named synapse, axon, state, accumulator, parameter, and pre where it learns. */
static void write_section(const struct work *w, const struct fitted best[PROGRAMS], FILE *section)
{
    static const char *const keys[PROGRAMS] = {"accept", "update", "learn"};
    fprintf(section, "# Into `sources:` and into a core type; memories by the names that they have in mesh28 and learn28.\nsources:\n"
                     "  calibrated: {basis: measured, text: \"%s: %" PRIu64 " packets, %" PRIu64 " updates\"}\nservice:\n", w->options->typed,
            w->tally[ACCEPT].calls, w->tally[UPDATE].calls);
    for (int p = 0; p < PROGRAMS && w->tally[p].calls; p++) {
        fprintf(section, "  %s: {", keys[p]);
        write_sum(section, &best[p], (enum program)p, 1);
        fprintf(section, ", source: calibrated}%s\n", best[p].exact ? "" : "     # the closest sum of whole cycles");
    }
}

int calibrate(const struct calibrate_options *options, FILE *people, FILE *section, struct err *err)
{
    struct work *w = mem_new(1, sizeof *w);
    struct fitted best[PROGRAMS];
    int failed = 0;
    w->options = options;
    for (const struct verify_size *size = options->target->sizes; size->name && !failed; size++)
        failed = run_size(w, size, err);
    for (int p = 0; p < PROGRAMS && !failed; p++)
        best[p] = fit_best(&w->tally[p].cycles);
    if (!failed) {
        tell(w, best, people);
        write_section(w, best, section);
    }
    uint64_t differ = 0, access = 0;
    for (int p = 0; p < PROGRAMS; p++) {
        differ += w->tally[p].differ;
        access += w->tally[p].access_differ;
    }
    free(w);
    if (!failed && differ + access)
        return err_answer(err, "%s: %" PRIu64 " calls did not take the cycles that are declared, %" PRIu64 " not the accesses", options->target->name, differ,
                          access);
    return failed ? -1 : 0;
}
