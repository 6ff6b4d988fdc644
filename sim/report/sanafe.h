/* sanafe.h: what a run of SANA-FE's files writes: the run folder in volley's form, that tool's own tables beside it, and the text. */
#ifndef VOLLEY_REPORT_SANAFE_H
#define VOLLEY_REPORT_SANAFE_H
#include <stdio.h>

#include "report.h"
#include "sanafe/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct sanafe_report {
    const struct sanafe_run *run;
    const struct report_options *options;       /* command, inputs, out, extra */
    uint32_t traces;            /* enum trace_bit: spikes, membrane (every neuron's potential), packets */
    int partial;                /* the run was interrupted */
};
int sanafe_report_folder(const struct sanafe_report *, struct err *);
int sanafe_report_text(FILE *, const struct sanafe_report *, struct err *);

/* The energy of a run, action by action; what the report's table and the summary's lines are made of. */
enum { SANAFE_LINE_NAME = 96 };
struct sanafe_line {
    char name[SANAFE_LINE_NAME];                /* "loihi_lif.update", "hop.north" */
    enum sanafe_part_of_energy part;
    uint64_t count;
    double energy;              /* joules, of the whole run */
};
struct sanafe_line *sanafe_lines(const struct sanafe_run *, size_t *n);         /* the caller frees */
const char *sanafe_energy_word(enum sanafe_part_of_energy);     /* "synapse" ... */
const char *sanafe_timing_word(enum sanafe_timing);     /* "sanafe-simple" */

/* sanafe_summary.c and sanafe_text.c */
void sanafe_summary(FILE *, const struct sanafe_report *);
void sanafe_text(FILE *, const struct sanafe_report *, size_t width);

#ifdef __cplusplus
}
#endif
#endif
