/* Sums over what is placed. The widths of a constant that many cores share add up, as they are one figure that may be wrong; constants of one source go
 * together, and sources are independent, exactly as for energies. */
#include "area.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "energy_ranges.h"

/* `unknown: free` says that no figure exists. */
static int has(const struct cost *cost)
{
    return cost->stated && !cost->free;
}

static double value_of(const struct cost *cost)
{
    return has(cost) ? cost->value : 0;
}

double area_of_memories(const struct core_type *type)
{
    double sum = 0;
    for (uint32_t m = 0; m < type->n_memories; m++)
        sum += value_of(&type->memory[m].area);
    return sum;
}

double area_of_logic(const struct core_type *type)
{
    return value_of(&type->area);
}

/* ---- of a chip ---- */

struct tally { struct area *area; struct groups groups; struct spread spread; };

/* count times one figure; returns its area. */
static double count_in(struct tally *t, const struct cost *cost, double count)
{
    if (!has(cost))
        return 0;
    uint32_t g = ranges_group_of(&t->groups, cost);
    t->spread.low[g] += count * (cost->value - cost->low);
    t->spread.high[g] += count * (cost->high - cost->value);
    return count * cost->value;
}

static void name_unknown(struct area *a, const char *what, const char *of, const char *whose)
{
    size_t n = strlen(a->unknown);
    snprintf(a->unknown + n, sizeof a->unknown - n, "%s%s%s%s", n ? ", " : "", what, of, whose);
}

/* Memories without an area are named one by one: a chip file may derive some and say nothing of others. */
static void count_type(struct tally *t, const struct core_type *type, double cores)
{
    for (uint32_t m = 0; m < type->n_memories; m++) {
        t->area->memories_m2 += count_in(t, &type->memory[m].area, cores);
        if (!has(&type->memory[m].area))
            name_unknown(t->area, "memory ", type->memory[m].name, "");
    }
    t->area->logic_m2 += count_in(t, &type->area, cores);
    if (!has(&type->area))
        name_unknown(t->area, "core logic", " of ", type->name);
}

/* A published die is measured; what parts add up to says only how much of it they explain. */
static void find_total(struct tally *t, const struct chipfile *f)
{
    struct area *a = t->area;
    double parts = a->memories_m2 + a->logic_m2 + a->routers_m2;
    a->total_m2 = parts;
    if (has(&f->die)) {
        ranges_spread_free(&t->spread);
        t->spread = ranges_spread_new(&t->groups);
        a->total_m2 = count_in(t, &f->die, chipfile_chips(&f->noc));
        a->rest_m2 = ranges_at_least_zero(a->total_m2 - parts);
    }
    a->known = a->total_m2 > 0;
    a->low_m2 = ranges_at_least_zero(a->total_m2 - ranges_quadrature(t->spread.low, t->groups.n));
    a->high_m2 = a->total_m2 + ranges_quadrature(t->spread.high, t->groups.n);
}

struct area area_of(const struct chipfile *f)
{
    struct area a = {.known = 0};
    struct tally t = {.area = &a, .groups = ranges_groups(f)};
    t.spread = ranges_spread_new(&t.groups);
    for (uint32_t i = 0; i < f->n_types; i++) {
        double cores = 0;
        for (uint32_t c = 0; c < f->cores; c++)
            cores += f->core_type_of[c] == i;
        if (cores > 0)
            count_type(&t, &f->type[i], cores);
    }
    a.routers_m2 = count_in(&t, &f->noc.router_area, chipfile_routers(&f->noc));
    if (!has(&f->noc.router_area))
        name_unknown(&a, "routers", "", "");
    find_total(&t, f);
    ranges_spread_free(&t.spread);
    free(t.groups.of);
    return a;
}

/* ---- of a run ---- */

double area_used(const struct run *run)
{
    const struct chipfile *f = run->chip;
    double sum = 0;
    uint32_t per = f->noc.cores_per_tile ? f->noc.cores_per_tile : 1;
    for (uint32_t c = 0; c < run->n_cores; c++) {
        const struct core_type *type = &f->type[run->mapping->core[c].type];
        /* Cores stand in rising order, so a tile's cores stand together. */
        int first = !c || run->mapping->core[c].core / per != run->mapping->core[c - 1].core / per;
        sum += area_of_memories(type) + area_of_logic(type) + (first ? value_of(&f->noc.router_area) : 0);
    }
    return sum;
}
