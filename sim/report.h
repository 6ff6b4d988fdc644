/* report.h: what a person reads on the terminal, and the run folder (docs/formats.md). Text is written once, to one FILE *.
 * Every write is checked: a full disk or a closed pipe is an ERR_INPUT that names the place. Figures do not depend on the locale. */
#ifndef VOLLEY_REPORT_H
#define VOLLEY_REPORT_H
#include <stdio.h>

#include "energy.h"
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct report_input { const char *name, *path; char sha256[65]; };
struct report_options {
    const char *command;        /* as typed, for host.json */
    const struct report_input *input;
    uint32_t n_inputs;
    const char *out;            /* folder, or NULL */
    int time_chip;              /* --time chip: spikes.csv in chip steps */
    const struct fidelity *extra;       /* lines of the command line itself (warnings about labels ...) */
    int assume_native;          /* --assume-native: the first line of the report says so */
    const char *const *set;     /* --set KEY=VALUE, for summary.json */
    uint32_t n_set;
    const struct report_balance *balance;       /* what report_balance found; NULL: nobody tried */
};
/* What --map balance is predicted to take where one core's compute is most of the time and cores are idle. */
struct report_balance { uint32_t cores; double seconds; };      /* cores 0: nothing to gain; seconds of the whole run */
/* Maps a network of up to some 250,000 synapses anew, on so many cores as a first order suggests, and sums what each core would do
 * with the spikes of this run; a larger one has the first order alone. Takes about as long as mapping it with --map balance. */
struct report_balance report_balance(const struct run *);
int report_text(FILE *, const struct run *, const struct energy *, const struct report_options *, struct err *);
/* Writes every file to OUT/.writing-PID first and moves them only when all are whole: nothing half-written is left behind, and a
 * run that fails leaves the folder as it was. Files of an earlier run that this one does not write are removed; others stay. */
int report_folder(const struct run *, const struct energy *, const struct report_options *, struct err *);
/* Creates (with its parents) and checks the folder before a long run: an unwritable one is found at once, and so is one that
 * holds files of ours names that no run of volley wrote: they would be lost. */
int report_check_folder(const char *out, struct err *);

/* Of finished folders. ERR_INPUT where one is not. */
int report_again(FILE *, const char *folder, struct err *);             /* prints report.txt and what host.json adds */
int report_html(const char *folder, struct err *);                      /* writes FOLDER/report.html, which needs nothing beside it */
/* The run's counts with another chip's prices, as the report says it; out: NULL, or a file for the same as JSON. ERR_ANSWER where the counts mean
 * another thing on that chip. */
int report_price(FILE *, const char *folder, const struct chipfile *, const char *out, struct err *);
int report_compare(FILE *, const char *const *folders, uint32_t n, struct err *);       /* main figures, and their ratios to the first */

#ifdef __cplusplus
}
#endif
#endif
