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
/* What fills a folder: which of file_kinds' entries are wanted, and how each is written. All of them, or the folder stays as it was. */
struct folder_writer {
    const char *out;
    const void *run;            /* handed to both */
    int (*wanted)(const struct file_kind *, const void *run);
    void (*write)(FILE *, const struct file_kind *, const void *run);
};
int folder_write(const struct folder_writer *, struct err *);
extern const struct file_kind file_kinds[];             /* ends with a NULL name; summary.json is last, so that a folder with one is whole */

void summary_write(FILE *, const struct report *);      /* summary.c */
struct json;
void summary_energy(struct json *, const struct report *);      /* its object `energy` alone */
void summary_area(struct json *, const struct run *);           /* its object `area`, of `chip` */
void host_write(FILE *, const struct report *);         /* host.c */
struct host_facts { double wall_s; uint32_t threads; int has_chip; const char *chip; };        /* chip: the path where its file was found */
void host_json(FILE *, const struct report_options *, const struct host_facts *);
void csv_counters(FILE *, const struct report *);       /* csv.c */
void csv_layers(FILE *, const struct report *);
void csv_samples(FILE *, const struct report *);
void csv_steps(FILE *, const struct report *);
void csv_noc(FILE *, const struct report *);            /* ports.c */
void csv_text(FILE *, const char *);                    /* a field, quoted where it must be */
void traces_spikes(FILE *, const struct report *);      /* traces.c */
void traces_membranes(FILE *, const struct report *);
void traces_packets(FILE *, const struct report *);
void traces_weights(FILE *, const struct report *);
void timeline_write(FILE *, const struct report *);     /* timeline.c */

#ifdef __cplusplus
}
#endif
#endif
