/* Counts x prices. dynamic = sum over priced counters and memory words; static = power x time. Every view (run, population,
 * sample, step) is the same sum over its own counts, in the order of the counter list and of the memories. */
#include "energy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "energy_parts.h"

/* ---- prices ---- */

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
uint32_t energy_tiles_used(const struct run *run)
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
    return !strcmp(per, "core") ? run->n_cores : energy_tiles_used(run);
}

/* NULL: a word of this memory costs nothing of its own, because the actions' prices were measured from outside and contain it. */
static const struct cost *word_price(const struct run *run, uint32_t memory, int write)
{
    const struct chip_memory *m = &run->chip->type[run->memory_of[memory].type].memory[run->memory_of[memory].memory];
    const struct cost *cost = write ? &m->write : &m->read;
    return !run->chip->includes_memory && (cost->stated || cost->free) ? cost : NULL;
}

/* What is unknown is counted as free; that it is so stands in the report, never in a sum. */
double energy_charged(const struct cost *cost)
{
    return cost && !cost->free ? cost->value : 0;
}

/* Made once per run. A barrier that is charged per core costs as many times its price as cores are used, in every step alike. */
static struct prices prices_of(const struct run *run)
{
    struct prices p = {.read = mem_new(run->n_memories, sizeof *p.read), .write = mem_new(run->n_memories, sizeof *p.write)};
    for (int c = 0; c < N_COUNTERS; c++)
        p.counter[c] = energy_charged(energy_price(run->chip, (enum counter)c)) * times_charged(run, (enum counter)c);
    for (uint32_t m = 0; m < run->n_memories; m++) {
        p.read[m] = energy_charged(word_price(run, m, 0));
        p.write[m] = energy_charged(word_price(run, m, 1));
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

/* ---- lines ---- */

/* factor: 1 for actions and words; seconds for static power, whose price is in W. The line's own low and high are those of its price:
 * the group's sums are what the total's range is made of. */
struct energy_line *energy_add_line(struct book *b, const struct energy_line *line, struct spread *spread, double factor)
{
    struct energy *e = b->e;
    e->line = mem_room(e->line, e->n_lines, &b->capacity, sizeof *e->line);
    struct energy_line *l = &e->line[e->n_lines++];
    *l = *line;
    double count = (double)l->count * factor;
    /* Unknown: a line with its count, without energy and without a range. */
    l->energy_j = count * energy_charged(&l->each);
    l->low_j = l->each.free ? 0 : count * l->each.low;
    l->high_j = l->each.free ? 0 : count * l->each.high;
    /* Within a group widths add up, line by line. */
    uint32_t g = ranges_group_of(&b->groups, &l->each);
    spread->low[g] += l->energy_j - l->low_j;
    spread->high[g] += l->high_j - l->energy_j;
    moves_energy(&b->moves, &l->each, l->energy_j - l->low_j, l->high_j - l->energy_j);
    return l;
}

/* Groups, not cores: they contain what happened outside cores, too. */
uint64_t energy_total_count(const struct run *run, enum counter counter)
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
        uint64_t count = energy_total_count(b->run, (enum counter)c);
        if (!cost || !count)
            continue;
        struct energy_line line = {.name = mem_text(counters[c].name), .component = component_of(b->run->chip, (enum counter)c), .counter = c,
                                   .memory = NO_INDEX, .count = count * times_charged(b->run, (enum counter)c), .each = *cost};
        find_second(b->run, &line);
        energy_add_line(b, &line, &b->dynamic, 1);
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
            energy_add_line(b, &line, &b->dynamic, 1);
        }
}

/* Times are whole picoseconds until here. */
double energy_seconds(uint64_t ps)
{
    return (double)ps / 1e12;
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
    e->dynamic_low_j = ranges_at_least_zero(e->dynamic_j - ranges_quadrature(b->dynamic.low, b->groups.n));
    e->dynamic_high_j = e->dynamic_j + ranges_quadrature(b->dynamic.high, b->groups.n);
}

/* The total's range: in each group the widths of dynamic and static energy, and of the time that static power lasts, add up. */
static void sum_total(struct book *b)
{
    struct energy *e = b->e;
    struct spread all = ranges_spread_new(&b->groups);
    for (uint32_t g = 0; g < b->groups.n; g++) {
        /* d(power x time) = time x d(power) + power x d(time); the product of both is of second order and left out. */
        all.low[g] = b->dynamic.low[g] + b->static_.low[g] + e->static_w * b->time.low[g];
        all.high[g] = b->dynamic.high[g] + b->static_.high[g] + e->static_w * b->time.high[g];
    }
    e->total_j = e->dynamic_j + e->static_j;
    e->static_high_j = e->static_j + ranges_quadrature(b->static_.high, b->groups.n);
    e->low_j = ranges_at_least_zero(e->total_j - ranges_quadrature(all.low, b->groups.n));
    e->high_j = e->total_j + ranges_quadrature(all.high, b->groups.n);
    ranges_spread_free(&all);
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
    /* A run that was read from its folder has no counts of a sample. */
    for (uint32_t i = 0; run->sample && i < run->samples_done; i++)
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
        if (energy_charged(word_price(run, m, 0)) > 0 || energy_charged(word_price(run, m, 1)) > 0)
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
    struct book b = {.run = run, .e = mem_new(1, sizeof *b.e), .prices = prices_of(run), .groups = ranges_groups(run->chip), .moves = moves_new(run->chip),
                     .seconds = energy_seconds(run->total_ps)};
    /* Three sets of widths over the same groups: what is of one source moves together in all three. */
    b.dynamic = ranges_spread_new(&b.groups);
    b.static_ = ranges_spread_new(&b.groups);
    b.time = ranges_spread_new(&b.groups);
    /* The order of what follows is that of the lines: actions, memories, static parts. */
    b.e->priced = any_price(run);
    add_counters(&b);
    add_memories(&b);
    sum_dynamic(&b);
    energy_add_static(&b);
    energy_time_range(&b);
    sum_total(&b);
    find_lever(b.e);
    b.e->n_moves = moves_rank(&b.moves, b.e->static_w, b.e->move);
    price_views(&b);
    price_loading(&b);
    int bad = check_sums(&b, err);
    ranges_spread_free(&b.dynamic);
    ranges_spread_free(&b.static_);
    ranges_spread_free(&b.time);
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
