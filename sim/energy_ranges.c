#include "energy_ranges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Two sources may share a group: the same tool used twice is wrong twice in the same direction. */
static const char *group_name(const struct chip_source *s)
{
    return s->group && *s->group ? s->group : s->name;
}

/* A group is known by the first source that has its name. Costs without a source (an override on the command line) share one of their own. */
struct groups ranges_groups(const struct chipfile *f)
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

uint32_t ranges_group_of(const struct groups *g, const struct cost *cost)
{
    return g->of[cost->source >= 0 && (uint32_t)cost->source + 1 < g->n ? (uint32_t)cost->source : g->n - 1];
}

struct spread ranges_spread_new(const struct groups *g)
{
    return (struct spread){mem_new(g->n, sizeof(double)), mem_new(g->n, sizeof(double))};
}

/* Widths belong to energy_make alone; the energy it returns holds plain sums. */
void ranges_spread_free(struct spread *s)
{
    free(s->low);
    free(s->high);
}

/* sqrt of the sum of squares: what independent widths make together. */
double ranges_quadrature(const double *width, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += width[i] * width[i];
    return sqrt(sum);
}

/* Widths that add up may be larger than the value they belong to; less than no energy is no answer. */
double ranges_at_least_zero(double x)
{
    return x > 0 ? x : 0;
}
