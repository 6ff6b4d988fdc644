/* Counts x prices. dynamic = sum over priced counters and memory words; static = power x time. Every view (run, population,
 * sample, step) is the same sum over its own counts, in the order of the counter list and of the memories. */
#include "energy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- prices ---- */

/* Every priced count has one number here, so that a run, a population, a sample and a step are priced by one and the same sum. */
struct prices {                 /* J per count; 0 where nothing is charged */
    double counter[N_COUNTERS];
    double *read, *write;       /* [n_memories] per word */
};

/* Two counters have no key of their own: a synapse that comes too late for its target's window is processed all the same, and a neuron
 * that is held is still visited by hardware that visits every neuron. The hardware does the work, so the work has its price. */
const struct cost *energy_price(const struct chipfile *f, enum counter counter)
{
    int priced_as = counter == COUNT_SOPS_LATE ? COUNT_SOPS : counter == COUNT_UPDATE_HELD ? COUNT_UPDATE_IDLE : (int)counter;
    if (counters[counter].class_ != COUNTER_WORK)
        return NULL;
    /* NULL: the chip file has no such key, which its reader has found to be allowed. */
    const struct energy_term *term = chipfile_price(f, priced_as);
    return term && (term->cost.stated || term->cost.free) ? &term->cost : NULL;
}

/* The part of the chip that a price stands under in the chip file; the parts add up to the total in by_component. */
static const char *component_of(const struct chipfile *f, enum counter counter)
{
    int priced_as = counter == COUNT_SOPS_LATE ? COUNT_SOPS : counter == COUNT_UPDATE_HELD ? COUNT_UPDATE_IDLE : (int)counter;
    const struct energy_term *term = chipfile_price(f, priced_as);
    return term && term->component ? term->component : "core";
}

/* Tiles with a used core; a tile that packets only pass through is not used. */
static uint32_t tiles_used(const struct run *run)
{
    uint32_t n = 0, per = run->chip->noc.cores_per_tile ? run->chip->noc.cores_per_tile : 1;
    for (uint32_t c = 0; c < run->n_cores; c++)     /* cores stand in rising order, so a tile's cores stand together */
        n += !c || run->mapping->core[c].core / per != run->mapping->core[c - 1].core / per;
    return n;
}

/* One count may be charged several times: a barrier per core, tile or chip. */
static uint32_t times_charged(const struct run *run, enum counter counter)
{
    const char *per = run->chip->barrier_per;
    if (counter != COUNT_BARRIERS)
        return 1;
    if (!per || !strcmp(per, "chip"))
        return chipfile_chips(&run->chip->noc);
    return !strcmp(per, "core") ? run->n_cores : tiles_used(run);
}

/* NULL: a word of this memory costs nothing of its own, because the actions' prices were measured from outside and contain it. */
static const struct cost *word_price(const struct run *run, uint32_t memory, int write)
{
    const struct chip_memory *m = &run->chip->type[run->memory_of[memory].type].memory[run->memory_of[memory].memory];
    const struct cost *cost = write ? &m->write : &m->read;
    return !run->chip->includes_memory && (cost->stated || cost->free) ? cost : NULL;
}

/* What is unknown is counted as free; that it is so stands in the report, never in a sum. */
static double charged(const struct cost *cost)
{
    return cost && !cost->free ? cost->value : 0;
}

/* Made once per run. A barrier that is charged per core costs as many times its price as cores are used, in every step alike. */
static struct prices prices_of(const struct run *run)
{
    struct prices p = {.read = mem_new(run->n_memories, sizeof *p.read), .write = mem_new(run->n_memories, sizeof *p.write)};
    for (int c = 0; c < N_COUNTERS; c++)
        p.counter[c] = charged(energy_price(run->chip, (enum counter)c)) * times_charged(run, (enum counter)c);
    for (uint32_t m = 0; m < run->n_memories; m++) {
        p.read[m] = charged(word_price(run, m, 0));
        p.write[m] = charged(word_price(run, m, 1));
    }
    return p;
}

/* energy = sum of count x price over counters, in the list's order, then over memories. The order is the same for every view, so that
 * equal counts give equal energies to the last bit, on any machine. */
static double priced(const struct prices *p, const struct run_counts *counts, const struct run_memory *memory, uint32_t n_memories)
{
    double sum = 0;
    for (int c = 0; c < N_COUNTERS; c++)
        sum += (double)counts->action[c] * p->counter[c];
    for (uint32_t m = 0; m < n_memories; m++)
        sum += (double)memory[m].reads * p->read[m] + (double)memory[m].writes * p->write[m];
    return sum;
}

/* ---- ranges ---- */

/* One sum of widths per group: errors of one source go together (if one of its figures is too low, all are), so within a group widths
 * add up; groups know nothing of each other, so across groups they add in quadrature: w = sqrt(sum over groups of w(g)^2). */
struct spread { double *low, *high; };          /* widths below and above a value, per source group */
struct groups { uint32_t *of, n; };             /* [n_sources + 1] group of a source; the last: no source */

/* Two sources may share a group: the same tool used twice is wrong twice in the same direction. */
static const char *group_name(const struct chip_source *s)
{
    return s->group && *s->group ? s->group : s->name;
}

/* A group is known by the first source that has its name. Costs without a source (an override on the command line) share one of their own. */
static struct groups groups_of(const struct chipfile *f)
{
    struct groups g = {.of = mem_new((size_t)f->n_sources + 1, sizeof *g.of), .n = f->n_sources + 1};
    for (uint32_t i = 0; i < f->n_sources; i++) {
        uint32_t first = 0;
        while (first < i && strcmp(group_name(&f->source[first]), group_name(&f->source[i])))
            first++;
        g.of[i] = first;
    }
    g.of[f->n_sources] = f->n_sources;
    return g;
}

static uint32_t group_of(const struct groups *g, const struct cost *cost)
{
    return g->of[cost->source >= 0 && (uint32_t)cost->source + 1 < g->n ? (uint32_t)cost->source : g->n - 1];
}

static struct spread spread_new(const struct groups *g)
{
    return (struct spread){mem_new(g->n, sizeof(double)), mem_new(g->n, sizeof(double))};
}

/* Widths belong to energy_make alone; the energy it returns holds plain sums. */
static void spread_free(struct spread *s)
{
    free(s->low);
    free(s->high);
}

/* sqrt of the sum of squares: what independent widths make together. */
static double quadrature(const double *width, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += width[i] * width[i];
    return sqrt(sum);
}

/* Widths that add up may be larger than the value they belong to; less than no energy is no answer. */
static double at_least_zero(double x)
{
    return x > 0 ? x : 0;
}

/* ---- lines ---- */

struct book {                   /* energy_make at work */
    struct run *run;
    struct energy *e;
    struct prices prices;
    struct groups groups;
    struct spread dynamic, static_, time;
    struct moves moves;
    double seconds;
    size_t capacity;
};

/* factor: 1 for actions and words; seconds for static power, whose price is in W. The line's own low and high are those of its price:
 * the group's sums are what the total's range is made of. */
static struct energy_line *add_line(struct book *b, const struct energy_line *line, struct spread *spread, double factor)
{
    struct energy *e = b->e;
    e->line = mem_room(e->line, e->n_lines, &b->capacity, sizeof *e->line);
    struct energy_line *l = &e->line[e->n_lines++];
    *l = *line;
    double count = (double)l->count * factor;
    /* Unknown: a line with its count, without energy and without a range. */
    l->energy_j = count * charged(&l->each);
    l->low_j = l->each.free ? 0 : count * l->each.low;
    l->high_j = l->each.free ? 0 : count * l->each.high;
    /* Within a group widths add up, line by line. */
    uint32_t g = group_of(&b->groups, &l->each);
    spread->low[g] += l->energy_j - l->low_j;
    spread->high[g] += l->high_j - l->energy_j;
    moves_energy(&b->moves, &l->each, l->energy_j - l->low_j, l->high_j - l->energy_j);
    return l;
}

/* Groups, not cores: they contain what happened outside cores, too. */
static uint64_t total_count(const struct run *run, enum counter counter)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < run->n_groups; g++)
        sum += run->group[g].action[counter];
    return sum;
}

/* Where a reset is emulated by several compartments per neuron, all but one of a neuron's updates stand on that statement. */
static void find_second(const struct run *run, struct energy_line *line)
{
    if (line->counter != COUNT_UPDATE_ACTIVE && line->counter != COUNT_UPDATE_IDLE && line->counter != COUNT_UPDATE_HELD)
        return;
    for (uint32_t p = 1; p < run->network->n_populations; p++) {
        const struct quant_population *q = &run->quantised->population[p];
        uint64_t n = run->group[p].action[line->counter];
        if (q->compartments < 2 || !n)
            continue;
        /* One compartment of each neuron would be there without the emulation. */
        line->second += n - n / q->compartments;
        line->second_basis = run->chip->type[q->type].emulate_standing.basis;
    }
}

/* One line for each action that happened and has a price or is declared unknown; what did not happen has no line. */
static void add_counters(struct book *b)
{
    for (int c = 0; c < N_COUNTERS; c++) {
        const struct cost *cost = energy_price(b->run->chip, (enum counter)c);
        uint64_t count = total_count(b->run, (enum counter)c);
        if (!cost || !count)
            continue;
        struct energy_line line = {.name = mem_text(counters[c].name), .component = component_of(b->run->chip, (enum counter)c), .counter = c,
                                   .memory = NO_INDEX, .count = count * times_charged(b->run, (enum counter)c), .each = *cost};
        find_second(b->run, &line);
        add_line(b, &line, &b->dynamic, 1);
    }
}

/* Two core types may both have a memory `synapse`; then each is told apart by its type's name. */
char *energy_memory_name(const struct run *run, uint32_t memory, char *to, size_t size)
{
    const struct core_type *type = &run->chip->type[run->memory_of[memory].type];
    const char *name = type->memory[run->memory_of[memory].memory].name;
    int twice = 0;
    for (uint32_t m = 0; m < run->n_memories; m++)
        twice += !strcmp(run->chip->type[run->memory_of[m].type].memory[run->memory_of[m].memory].name, name);
    snprintf(to, size, "%s%s%s", twice > 1 ? type->name : "", twice > 1 ? "." : "", name);
    return to;
}

/* Reads and writes are priced apart: in a small memory a write costs two to three times a read. */
static void add_memories(struct book *b)
{
    char name[200];
    for (uint32_t m = 0; m < b->run->n_memories; m++)
        for (int write = 0; write < 2; write++) {
            const struct cost *cost = word_price(b->run, m, write);
            uint64_t count = write ? b->run->memory[m].writes : b->run->memory[m].reads;
            if (!cost || !count)
                continue;
            struct energy_line line = {.name = mem_format("%s.%s_word", energy_memory_name(b->run, m, name, sizeof name), write ? "write" : "read"),
                                       .component = "memory", .counter = NO_INDEX, .memory = (int)m, .write = write, .count = count, .each = *cost};
            add_line(b, &line, &b->dynamic, 1);
        }
}

/* ---- static power ---- */

/* How many of a thing the chip has, and how many of them this run used. */
struct units { uint64_t used, all; };

/* Static power of a core type is paid by the cores of that type alone. */
static struct units cores_of_type(const struct run *run, uint32_t type)
{
    struct units u = {0, 0};
    for (uint32_t c = 0; c < run->chip->cores; c++)
        u.all += run->chip->core_type_of[c] == type;
    for (uint32_t c = 0; c < run->n_cores; c++)
        u.used += run->mapping->core[c].type == type;
    return u;
}

/* A router is used where one of its cores is. [routers], the caller frees. */
static uint8_t *used_routers(const struct run *run)
{
    const struct chip_noc *noc = &run->chip->noc;
    uint32_t per = noc->cores_per_tile ? noc->cores_per_tile : 1;
    uint8_t *used = mem_new((size_t)chipfile_routers(noc) + 1, 1);
    for (uint32_t c = 0; c < run->n_cores; c++)
        used[chipfile_tile_router(noc, run->mapping->core[c].core / per)] = 1;
    return used;
}

/* Links leave a router; those that leave a router of a used tile count as used. A torus closes each row and column, so no router lacks one. */
static struct units links(const struct run *run)
{
    uint32_t n;
    struct chip_link *link = chipfile_links(&run->chip->noc, &n);
    uint8_t *used = used_routers(run);
    struct units u = {0, n};
    for (uint32_t l = 0; l < n; l++)
        u.used += used[link[l].from];
    free(link);
    free(used);
    return u;
}

static struct units units_of(const struct run *run, const char *what)
{
    if (!strcmp(what, "link"))
        return links(run);
    if (!strcmp(what, "tile") || !strcmp(what, "router"))
        return (struct units){tiles_used(run), !strcmp(what, "tile") ? chipfile_tiles(&run->chip->noc) : chipfile_routers(&run->chip->noc)};
    return (struct units){run->n_cores, run->chip->cores};      /* core, memory; a chip's power is shared among its cores */
}

/* Whether the list knows a thing in that state as well: gated parts do not pay what unused ones would. */
static int has_state(const struct chip_static *list, uint32_t n, const char *what, const char *state)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].what, what) && list[i].state && !strcmp(list[i].state, state))
            return 1;
    return 0;
}

/* energy = units x share x power x time of the whole run. share: the part of a chip's one power that its used cores answer for. */
static void add_static_line(struct book *b, const char *what, const struct cost *power, uint64_t units, double share, int unused)
{
    /* A part that the chip does not have, or whose power the file does not state, has no line. */
    if (!units || !(power->stated || power->free))
        return;
    struct energy_line line = {.name = mem_format("static %s %s", what, unused ? "unused" : "used"), .component = "static", .counter = NO_INDEX,
                               .memory = NO_INDEX, .count = units, .each = *power, .static_ = 1, .unused = unused};
    struct energy_line *l = add_line(b, &line, &b->static_, b->seconds * share);
    b->e->static_w += (double)units * share * charged(power);
    b->e->static_j += l->energy_j;
    b->e->static_used_j += unused ? 0 : l->energy_j;
}

/* state any: all units; used; unused: those that are not used, unless `gated` is stated, which then takes its place. */
static void add_static(struct book *b, const struct chip_static *list, uint32_t n, uint32_t i, struct units u)
{
    const char *state = list[i].state ? list[i].state : "any", *what = list[i].what;
    int used = !strcmp(state, "any") || !strcmp(state, "used");
    int unused = !strcmp(state, "any") || !strcmp(state, "gated") || (!strcmp(state, "unused") && !has_state(list, n, what, "gated"));
    if (!strcmp(what, "chip")) {
        /* A chip's one power is one unit; its used cores answer for their share of it, and so in a system of several. */
        double share = u.all ? (double)u.used / (double)u.all : 1;
        uint32_t chips = chipfile_chips(&b->run->chip->noc);
        if (!used)
            return;             /* a chip that runs is in use */
        add_static_line(b, what, &list[i].power, chips, share, 0);
        if (share < 1)
            add_static_line(b, what, &list[i].power, chips, 1 - share, 1);
        return;
    }
    if (used)
        add_static_line(b, what, &list[i].power, u.used, 1, 0);
    if (unused)
        add_static_line(b, what, &list[i].power, u.all - u.used, 1, 1);
}

/* The chip's own list, then each core type's, then leakage and refresh of memories that were derived or state them: one memory per core. */
static void add_all_static(struct book *b)
{
    const struct chipfile *f = b->run->chip;
    char name[200];
    for (uint32_t i = 0; i < f->n_static; i++)
        add_static(b, f->static_, f->n_static, i, units_of(b->run, f->static_[i].what));
    for (uint32_t t = 0; t < f->n_types; t++) {
        struct units u = cores_of_type(b->run, t);
        for (uint32_t i = 0; i < f->type[t].n_static; i++)
            add_static(b, f->type[t].static_, f->type[t].n_static, i, u);
    }
    for (uint32_t m = 0; m < b->run->n_memories; m++) {
        uint32_t t = b->run->memory_of[m].type;
        struct units u = cores_of_type(b->run, t);
        const struct chip_memory *memory = &f->type[t].memory[b->run->memory_of[m].memory];
        int gated = has_state(f->type[t].static_, f->type[t].n_static, "memory", "gated");
        energy_memory_name(b->run, m, name, sizeof name);
        add_static_line(b, name, &memory->leakage, u.used, 1, 0);
        if (!gated)
            add_static_line(b, name, &memory->leakage, u.all - u.used, 1, 1);
        /* A dynamic memory is refreshed whether it is read or not; what sleeps is not. */
        snprintf(name + strlen(name), sizeof name - strlen(name), " refresh");
        add_static_line(b, name, &memory->refresh, u.used, 1, 0);
        if (!gated)
            add_static_line(b, name, &memory->refresh, u.all - u.used, 1, 1);
    }
}

/* ---- range of the time ---- */

/* A cost that a stretch of time hangs on, and how much of it: seconds that this run's counts of it take. */
struct part { double weight; const struct cost *cost; };        /* weight: seconds that hang on this cost, up to a factor */
enum { PARTS = 64 };
struct parts { struct part part[PARTS]; uint32_t n; };

/* What takes no time, was stated as 0 or is unknown moves no range. */
static void add_part(struct parts *p, double weight, const struct cost *cost)
{
    if (weight > 0 && cost->value > 0 && p->n < PARTS)
        p->part[p->n++] = (struct part){weight, cost};
}

/* How often a term of a service time happened in this run: an action's counter, or accesses to a memory in words. */
static uint64_t term_count(const struct run *run, uint32_t type, const struct service_term *term)
{
    uint64_t n = 0;
    for (uint32_t m = 0; term->counter == NO_INDEX && m < run->n_memories; m++)
        if (run->memory_of[m].type == type && (int)run->memory_of[m].memory == term->memory)
            n += term->write ? run->memory[m].writes : run->memory[m].reads;
    for (uint32_t c = 0; term->counter != NO_INDEX && c < run->n_cores; c++)
        if (run->mapping->core[c].type == type)
            n += run->core[c].action[term->counter];
    return n;
}

/* Of the converted value, whole cycles: it is what the run used. */
static double duration_s(const struct chipfile *f, const struct duration *d)
{
    return d->clock < f->n_clocks ? (double)d->cycles * (double)f->clock[d->clock].period_ps / 1e12 : 0;
}

/* The weight of a term: its count in this run x its time. A sum over all cores, where the critical path has one: first order. */
static void add_terms(struct parts *p, const struct run *run, uint32_t type, const struct service_term *term, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        add_part(p, (double)term_count(run, type, &term[i]) * duration_s(run->chip, &term[i].time), &term[i].time.cost);
}

/* A packet's way is links crossed, routers passed, entry and exit; flits behind the first are part of the service they wait for. */
static void add_noc(struct parts *p, const struct run *run)
{
    const struct chip_noc *noc = &run->chip->noc;
    const struct { enum counter counter; const struct duration *d; } part[] = {
        {COUNT_HOPS_X, &noc->d_link_x}, {COUNT_HOPS_Y, &noc->d_link_y}, {COUNT_HOPS_CHIP, &noc->d_bridge}, {COUNT_ROUTES, &noc->d_router},
        {COUNT_PACKETS, &noc->d_inject}, {COUNT_LEAVES, &noc->d_eject}};
    /* Of a tree half goes up and half down; of a list of links both are the default. */
    uint64_t others = total_count(run, COUNT_HOPS) - total_count(run, COUNT_HOPS_X) - total_count(run, COUNT_HOPS_Y) - total_count(run, COUNT_HOPS_CHIP);
    add_part(p, 0.5 * (double)others * duration_s(run->chip, &noc->d_link_x), &noc->d_link_x.cost);
    add_part(p, 0.5 * (double)others * duration_s(run->chip, &noc->d_link_y), &noc->d_link_y.cost);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        add_part(p, (double)total_count(run, part[i].counter) * duration_s(run->chip, part[i].d), &part[i].d->cost);
}

/* A stretch of the run's time, divided among the costs it hangs on; gives the seconds under "at most" and "at least". */
static void spread_time(struct book *b, double seconds, const struct parts *p, double bound[2])
{
    double all = 0;
    for (uint32_t i = 0; i < p->n; i++)
        all += p->part[i].weight;
    for (uint32_t i = 0; i < p->n && seconds > 0; i++) {
        const struct cost *c = p->part[i].cost;
        /* This cost's part of the stretch scales as the cost does: with its low value it takes low / value of the time. */
        double s = seconds * p->part[i].weight / all;
        uint32_t g = group_of(&b->groups, c);
        b->time.low[g] += s * (1 - c->low / c->value);
        b->time.high[g] += s * (c->high / c->value - 1);
        moves_time(&b->moves, c, s * (1 - c->low / c->value), s * (c->high / c->value - 1));
        if (c->bound)
            bound[c->bound > 0] += s;
    }
}

/* Times are whole picoseconds until here. */
static double seconds_of(uint64_t ps)
{
    return (double)ps / 1e12;
}

/* Seconds of the run when the work of every step is `factor` times what it was, and its wait for the pace or tick as long as that leaves it. */
static double paced_time(const struct run *run, double factor)
{
    double seconds = seconds_of(run->reset_ps);
    for (uint64_t i = 0; i < run->n_steps; i++)
        seconds += seconds_of(run_step_ps(run, (uint64_t)llround(factor * (double)(run->step[i].time_ps - run->step[i].wait_ps))));
    return seconds;
}

/* The widths of all groups, so that together they come to `wanted` seconds instead of `now`. */
static void rescale(double *width, uint32_t n, double wanted, double now)
{
    for (uint32_t g = 0; g < n && now > 0; g++)
        width[g] *= wanted / now;
}

/* With --pace or a tick a wait takes up what a step's work may be off: a step that waits even where all times are at the end of their ranges
 * lasts exactly the pace. The work of each step is off by the same factor, the one that the whole run's work is off by. */
static void keep_pace(struct book *b)
{
    const struct run *run = b->run;
    double work = b->seconds - seconds_of(run->bound_ps[BOUND_PACE] + run->reset_ps);
    double low = quadrature(b->time.low, b->groups.n), high = quadrature(b->time.high, b->groups.n);
    if (!run->options.pace_ps || work <= 0)
        return;
    double exact = paced_time(run, 1);
    double paced_low = exact - paced_time(run, at_least_zero(1 - low / work)), paced_high = paced_time(run, 1 + high / work) - exact;
    rescale(b->time.low, b->groups.n, paced_low, low);
    rescale(b->time.high, b->groups.n, paced_high, high);
    moves_rescale(&b->moves, low > 0 ? paced_low / low : 1, high > 0 ? paced_high / high : 1);
}

/* First order: each stretch of the critical path scales with the costs of the actions that make it up, weighted by their counts
 * over all cores; waiting in a queue scales as the services waited for. */
static void find_time_range(struct book *b)
{
    const struct run *run = b->run;
    const struct chipfile *f = run->chip;
    struct parts accept = {.n = 0}, update = {.n = 0}, noc = {.n = 0}, barrier = {.n = 0}, reset = {.n = 0};
    double bound[2] = {0, 0};
    for (uint32_t t = 0; t < f->n_types; t++) {
        add_terms(&accept, run, t, f->type[t].accept, f->type[t].n_accept);
        add_terms(&update, run, t, f->type[t].update, f->type[t].n_update);
    }
    add_noc(&noc, run);
    add_part(&barrier, 1, &f->barrier_standing);
    add_part(&reset, 1, &f->sample_reset_time.cost);
    spread_time(b, seconds_of(run->service_ps + run->bound_ps[BOUND_MEMORY] + run->bound_ps[BOUND_QUEUE]), &accept, bound);
    spread_time(b, seconds_of(run->update_ps), &update, bound);
    spread_time(b, seconds_of(run->bound_ps[BOUND_NOC]), &noc, bound);
    spread_time(b, seconds_of(run->bound_ps[BOUND_BARRIER]), &barrier, bound);
    keep_pace(b);
    spread_time(b, seconds_of(run->reset_ps), &reset, bound);
    b->e->time_low_s = at_least_zero(b->seconds - quadrature(b->time.low, b->groups.n));
    b->e->time_high_s = b->seconds + quadrature(b->time.high, b->groups.n);
    if (run->options.pace_ps && b->e->time_low_s >= b->seconds && b->e->time_high_s <= b->seconds)
        return;                 /* every step is as long as its pace, however long its work is published to be */
    b->e->time_bound = 2 * bound[0] > b->seconds && bound[1] <= 0 ? -1 : 2 * bound[1] > b->seconds && bound[0] <= 0 ? 1 : 0;
}

/* ---- sums ---- */

/* Shares by basis: a line rests on its price's basis, but for the updates of compartments that only emulate a reset. That these are
 * needed at all is the chip file's statement, so they rest on what that statement rests on. */
static void sum_dynamic(struct book *b)
{
    struct energy *e = b->e;
    double basis[N_BASES] = {0};
    for (uint32_t i = 0; i < e->n_lines; i++) {
        const struct energy_line *l = &e->line[i];
        /* Of this line's energy the part that compartments which only emulate a reset have used. */
        double second = l->count ? l->energy_j * ((double)l->second / (double)l->count) : 0;
        e->dynamic_j += l->energy_j;
        basis[l->each.basis] += l->energy_j - second;
        basis[l->second_basis] += second;
    }
    for (int i = 0; i < N_BASES; i++)
        e->by_basis[i] = e->dynamic_j > 0 ? basis[i] / e->dynamic_j : 0;
    e->assumed_share = e->by_basis[BASIS_ASSUMED];
    e->dynamic_low_j = at_least_zero(e->dynamic_j - quadrature(b->dynamic.low, b->groups.n));
    e->dynamic_high_j = e->dynamic_j + quadrature(b->dynamic.high, b->groups.n);
}

/* The total's range: in each group the widths of dynamic and static energy, and of the time that static power lasts, add up. */
static void sum_total(struct book *b)
{
    struct energy *e = b->e;
    struct spread all = spread_new(&b->groups);
    for (uint32_t g = 0; g < b->groups.n; g++) {
        /* d(power x time) = time x d(power) + power x d(time); the product of both is of second order and left out. */
        all.low[g] = b->dynamic.low[g] + b->static_.low[g] + e->static_w * b->time.low[g];
        all.high[g] = b->dynamic.high[g] + b->static_.high[g] + e->static_w * b->time.high[g];
    }
    e->total_j = e->dynamic_j + e->static_j;
    e->static_high_j = e->static_j + quadrature(b->static_.high, b->groups.n);
    e->low_j = at_least_zero(e->total_j - quadrature(all.low, b->groups.n));
    e->high_j = e->total_j + quadrature(all.high, b->groups.n);
    spread_free(&all);
}

/* The line whose own range is widest, not the largest one: what is worth measuring is what is not known. */
static void find_lever(struct energy *e)
{
    double widest = 0;
    e->lever = e->n_lines;
    for (uint32_t i = 0; i < e->n_lines; i++)
        if (!e->line[i].static_ && e->line[i].high_j - e->line[i].low_j > widest) {
            widest = e->line[i].high_j - e->line[i].low_j;
            e->lever = i;
        }
}

/* The same prices over other counts. A step's energy lacks the reset before its sample, which is in no step. */
static void price_views(struct book *b)
{
    struct run *run = b->run;
    uint32_t n = run->n_memories;
    b->e->group_j = mem_new(run->n_groups, sizeof *b->e->group_j);
    for (uint32_t g = 0; g < run->n_groups; g++)
        b->e->group_j[g] = priced(&b->prices, &run->group[g], run->group_memory + (size_t)g * n, n);
    for (uint32_t i = 0; i < run->samples_done; i++)
        run->sample[i].energy_j = priced(&b->prices, &run->sample[i].counts, run->sample_memory + (size_t)i * n, n);
    struct run_counts counts;
    struct run_memory *memory = mem_new(n, sizeof *memory);
    size_t from = 0;
    for (uint64_t i = 0; i < run->n_steps; i++) {
        from = run_step_counts(run, from, &counts, memory);
        run->step[i].energy_j = priced(&b->prices, &counts, memory, n);
    }
    free(memory);
}

/* Writing weights and tables once: a word holds what fits, so the last word of a memory counts whole. Told apart, in no other figure. */
static void price_loading(struct book *b)
{
    const struct run *run = b->run;
    for (uint32_t m = 0; m < run->n_memories; m++) {
        const struct chip_memory *memory = &run->chip->type[run->memory_of[m].type].memory[run->memory_of[m].memory];
        /* Of the used cores together, as the mapping filled them. */
        uint64_t bits = run->memory_used_bits[m], width = memory->width ? memory->width : 1;
        b->e->load_bits += bits;
        b->e->load_j += (double)((bits + width - 1) / width) * b->prices.write[m];
    }
}

/* A chip without a price list still counts; its report has no energies rather than zeros. */
static int any_price(const struct run *run)
{
    for (uint32_t i = 0; i < run->chip->n_energy; i++)
        if (run->chip->energy[i].cost.stated && !run->chip->energy[i].cost.free)
            return 1;
    for (uint32_t m = 0; m < run->n_memories; m++)
        if (charged(word_price(run, m, 0)) > 0 || charged(word_price(run, m, 1)) > 0)
            return 1;
    return 0;
}

/* The populations' parts must make the whole: a count that belongs to nobody would be ours to find, not the user's. */
static int check_sums(const struct book *b, struct err *err)
{
    double groups = 0;
    for (uint32_t g = 0; g < b->run->n_groups; g++)
        groups += b->e->group_j[g];
    if (fabs(groups - b->e->dynamic_j) > 1e-12 * b->e->dynamic_j)
        return err_bug(err, "energy: the populations' parts add up to %.15g J, all actions to %.15g J", groups, b->e->dynamic_j);
    return 0;
}

/* The order matters: lines fill the groups' widths, the time's range is needed by the total's, and the views need nothing but prices.
 * Nothing here can fail but the check of the sums, and that only by a defect of ours. */
struct energy *energy_make(struct run *run, struct err *err)
{
    struct book b = {.run = run, .e = mem_new(1, sizeof *b.e), .prices = prices_of(run), .groups = groups_of(run->chip), .moves = moves_new(run->chip),
                     .seconds = seconds_of(run->total_ps)};
    /* Three sets of widths over the same groups: what is of one source moves together in all three. */
    b.dynamic = spread_new(&b.groups);
    b.static_ = spread_new(&b.groups);
    b.time = spread_new(&b.groups);
    /* The order of what follows is that of the lines: actions, memories, static parts. */
    b.e->priced = any_price(run);
    add_counters(&b);
    add_memories(&b);
    sum_dynamic(&b);
    add_all_static(&b);
    find_time_range(&b);
    sum_total(&b);
    find_lever(b.e);
    b.e->n_moves = moves_rank(&b.moves, b.e->static_w, b.e->move);
    price_views(&b);
    price_loading(&b);
    int bad = check_sums(&b, err);
    spread_free(&b.dynamic);
    spread_free(&b.static_);
    spread_free(&b.time);
    moves_free(&b.moves);
    free(b.groups.of);
    free(b.prices.read);
    free(b.prices.write);
    if (!bad)
        return b.e;
    energy_free(b.e);
    return NULL;
}

void energy_free(struct energy *e)
{
    if (!e)
        return;
    for (uint32_t i = 0; i < e->n_lines; i++)
        free(e->line[i].name);
    free(e->line);
    free(e->group_j);
    free(e);
}
