/* energy.h: counts x prices, after the run, in this one file (DESIGN.md 6). Ranges: correlated within a source's group,
 * independent across groups (their widths add in quadrature). Nothing here changes a count. */
#ifndef VOLLEY_ENERGY_H
#define VOLLEY_ENERGY_H
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct energy_line {            /* one priced action, or one memory's reads or writes, or a static part */
    char *name;                 /* counter's name, "synapse.read_word", "static core used" */
    const char *component;      /* core, memory, router, noc, barrier, io, static */
    uint64_t count;
    struct cost each;
    double energy_j, low_j, high_j;
    int static_;                /* 1: power x time */
    int unused;                 /* static part of what the run did not use */
};
struct energy {
    struct energy_line *line;
    uint32_t n_lines;
    double dynamic_j, dynamic_low_j, dynamic_high_j;
    double static_j, static_used_j, static_high_j;
    double total_j;             /* dynamic + static of the whole chip */
    double low_j, high_j;       /* of total */
    double by_basis[N_BASES];   /* share of dynamic energy resting on each basis, 0..1 */
    double assumed_share;
    double *group_j;            /* [run.n_groups]: dynamic energy by population, (chip), (host); adds up to dynamic_j */
    double time_low_s, time_high_s;     /* of the whole run */
    uint32_t lever;             /* line whose range moves the total most */
};
struct energy *energy_make(struct run *, struct err *);     /* fills sample[].energy_j and step[].energy_j too */
void energy_free(struct energy *);

#ifdef __cplusplus
}
#endif
#endif
