/* report.h: what a person reads on the terminal, and the run folder of DESIGN.md 13. Text is written once, to one FILE *. */
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
};
int report_text(FILE *, const struct run *, const struct energy *, const struct report_options *, struct err *);
/* Writes to out.tmp-PID beside it and renames: nothing half-written is left behind. */
int report_folder(const struct run *, const struct energy *, const struct report_options *, struct err *);
/* Creates and checks the folder before a long run: an unwritable one is found at once. */
int report_check_folder(const char *out, struct err *);

#ifdef __cplusplus
}
#endif
#endif
