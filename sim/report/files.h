/* files.h: the files of a run folder: one list, one writer each. A writer only writes; failures stay in the FILE for folder.c. */
#ifndef VOLLEY_REPORT_FILES_H
#define VOLLEY_REPORT_FILES_H
#include <stdio.h>

#include "report/facts.h"
#ifdef __cplusplus
extern "C" {
#endif

struct file_kind {
    const char *name;
    void (*write)(FILE *, const struct report *);       /* NULL: known, but not written by a run */
    uint32_t traces;            /* enum trace_bit that asks for it; 0: always */
    int shown;                  /* named in the report's last line */
    int of_ports;               /* 1: only where the run's plane has ports */
};
int file_wanted(const struct file_kind *, const struct report *);       /* asked for in this run: always, or by one of the words of --trace */
extern const struct file_kind file_kinds[];             /* ends with a NULL name; summary.json is last, so that a folder with one is whole */

void summary_write(FILE *, const struct report *);      /* summary.c */
void host_write(FILE *, const struct report *);         /* host.c */
void csv_counters(FILE *, const struct report *);       /* csv.c */
void csv_layers(FILE *, const struct report *);
void csv_samples(FILE *, const struct report *);
void csv_steps(FILE *, const struct report *);
void csv_noc(FILE *, const struct report *);            /* ports.c */
void csv_text(FILE *, const char *);                    /* a field, quoted where it must be */
void traces_spikes(FILE *, const struct report *);      /* traces.c */
void traces_membranes(FILE *, const struct report *);
void traces_packets(FILE *, const struct report *);
void timeline_write(FILE *, const struct report *);     /* timeline.c */

#ifdef __cplusplus
}
#endif
#endif
