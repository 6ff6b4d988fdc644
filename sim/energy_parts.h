/* energy_parts.h: energy_make at work, shared by its parts: energy.c (prices and sums), energy_static.c (power x time) and energy_time.c (the range of the
 * time). Private to energy*.c. */
#ifndef VOLLEY_ENERGY_PARTS_H
#define VOLLEY_ENERGY_PARTS_H
#include "energy.h"
#include "energy_moves.h"
#include "energy_ranges.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Every priced count has one number here, so that a run, a population, a sample and a step are priced by one and the same sum. */
struct prices {                 /* J per count; 0 where nothing is charged */
    double counter[N_COUNTERS];
    double *read, *write;       /* [n_memories] per word */
};

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

/* energy.c. Adds a line, and its widths to spread; factor: 1 for actions and words, seconds for static power, whose price is in W. */
struct energy_line *energy_add_line(struct book *, const struct energy_line *, struct spread *, double factor);
uint64_t energy_total_count(const struct run *, enum counter);  /* of all populations, (chip) and (host) */
double energy_charged(const struct cost *);             /* 0 where unknown, or NULL */
uint32_t energy_tiles_used(const struct run *);
double energy_seconds(uint64_t ps);

void energy_add_static(struct book *);  /* energy_static.c: a line for every part that draws power */
void energy_time_range(struct book *);  /* energy_time.c: fills book.time, energy.time_low_s, time_high_s, time_bound */

#ifdef __cplusplus
}
#endif
#endif
