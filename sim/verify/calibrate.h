/* calibrate.h: what a core's work costs, measured: it is run over stimuli, and the cycles and accesses of each packet and update are fitted to
 * what a chip file can count. */
#ifndef VOLLEY_VERIFY_CALIBRATE_H
#define VOLLEY_VERIFY_CALIBRATE_H
#include <stdio.h>

#include "verify/target.h"
#ifdef __cplusplus
extern "C" {
#endif

struct calibrate_options {
    const struct verify_target *target;
    const char *typed;          /* the command, as it is written into the section */
    uint64_t seed;              /* of the first stimulus of each size and profile */
    uint32_t seeds, events;     /* stimuli; packets of each, about */
};

/* Tells `people` what was fitted and what differs from what is declared, and writes a section of a chip file into `section`. 0; -1 and err where the
 * core or its reference gives up (ERR_ANSWER: what is declared is not what was measured; the section is written all the same). */
int calibrate(const struct calibrate_options *, FILE *people, FILE *section, struct err *);

#ifdef __cplusplus
}
#endif
#endif
