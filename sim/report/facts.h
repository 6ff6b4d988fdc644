/* facts.h: what several parts of the report say, found once: spread over samples, sums, fidelity lines, warnings. */
#ifndef VOLLEY_REPORT_FACTS_H
#define VOLLEY_REPORT_FACTS_H
#include "report.h"
#ifdef __cplusplus
extern "C" {
#endif

struct facts_spread { double mean, p50, p95, max; };    /* p: the smallest value that so many percent of samples do not exceed */

struct report {                 /* one report at work; everything but facts is the caller's */
    const struct run *run;
    const struct energy *energy;
    const struct report_options *options;
    size_t width;               /* columns of the text's lines */
    struct facts {
        struct facts_spread energy_j, time_s;
        uint64_t total[N_COUNTERS];     /* over all groups */
        int labelled;
        uint32_t correct;
        uint32_t tiles_used;
        int assume_native;
        struct fidelity fidelity, warnings;     /* of all parts, in the order of loading; equal lines once */
    } facts;
};

/* Sorts value [n]; mean: total / n. */
struct facts_spread facts_spread_of(double *value, uint32_t n, double total);
void facts_make(struct report *);
void facts_free(struct report *);
double facts_per_sample(const struct report *, double total);   /* 0 where no sample was finished */
const char *facts_group_name(const struct run *, uint32_t group);       /* population, "(chip)", "(host)" */
char *facts_core_name(const struct run *, uint32_t chip_core, char *to, size_t size);    /* "0.tile.core" */
uint32_t facts_output(const struct network *);          /* the decoded population; 0: none */

/* balance.c: 1 where --map balance is worth a word; and what it would take by the first order alone. */
int balance_asked(const struct run *);
struct report_balance balance_first(const struct run *);
/* Seconds that this run would take on the mapping that --map balance makes of at most n cores; 0: it does not fit. */
double balance_mapped(const struct run *, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
