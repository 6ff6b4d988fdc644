/* energy.h: counts x prices, after the run, in this one file (docs/energy.md). Ranges: correlated within a source's group,
 * independent across groups (their widths add in quadrature). Nothing here changes a count. docs/energy.md has the rules. */
#ifndef VOLLEY_ENERGY_H
#define VOLLEY_ENERGY_H
#include "energy_moves.h"
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct energy_line {            /* one priced action, one memory's reads or writes, or a static part */
    char *name;                 /* counter's name, "synapse.read_word", "static core used" */
    const char *component;      /* core, router, noc, barrier, io ... as the chip file says; memory; static */
    int counter;                /* enum counter, or NO_INDEX */
    int memory, write;          /* index into run.memory, or NO_INDEX; write: 1 words written */
    uint64_t count;             /* actions (barriers: times what one is charged per); words; static: units that pay */
    uint64_t second;            /* of these, updates of compartments that only emulate a reset */
    enum basis second_basis;    /* what their being needed rests on */
    struct cost each;           /* J per count; static: W per unit */
    double energy_j, low_j, high_j;
    int static_;                /* 1: power x time */
    int unused;                 /* static part of what the run did not use */
};
struct energy {
    struct energy_line *line;   /* dynamic lines by counter, then by memory; then static ones */
    uint32_t n_lines;
    int priced;                 /* 0: the chip file states no energy at all */
    double dynamic_j, dynamic_low_j, dynamic_high_j;
    double static_j, static_used_j, static_high_j;      /* static_used_j: the part of the used cores alone, without dynamic_j */
    double static_w;            /* power of the whole chip */
    double total_j;             /* dynamic + static of the whole chip */
    double low_j, high_j;       /* of total */
    double by_basis[N_BASES];   /* share of dynamic energy resting on each basis, 0..1 */
    double assumed_share;
    double *group_j;            /* [run.n_groups]: dynamic energy by population, (chip), (host); adds up to dynamic_j */
    double load_j;              /* writing weights and tables once; in no other figure */
    uint64_t load_bits;
    double time_low_s, time_high_s;     /* of the whole run */
    int time_bound;             /* -1: most of the time rests on times published as "at most"; +1 "at least"; 0 neither */
    struct energy_move move[ENERGY_MOVES];      /* the constants whose ranges move total_j most, widest first */
    uint32_t n_moves;           /* 0: nothing has a range */
    uint32_t lever;             /* dynamic line whose range is widest; n_lines where none has a range */
};
/* Fills run->sample[].energy_j and run->step[].energy_j (NAN where the run kept no counts per step) too. NULL and err: our bug. */
struct energy *energy_make(struct run *, struct err *);
void energy_free(struct energy *);      /* NULL is allowed */
/* "synapse", or "TYPE.synapse" where two core types name one alike. Returns to. */
char *energy_memory_name(const struct run *, uint32_t memory, char *to, size_t size);
/* The price of a counter: sops_late as sop, update_held as update_idle; NULL: not priced. */
const struct cost *energy_price(const struct chipfile *, enum counter);

#ifdef __cplusplus
}
#endif
#endif
