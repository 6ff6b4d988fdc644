/* run.h: `volley verify` as a call: which stimuli, in which modes; what became of each; a failure shrunk, saved and recorded. */
#ifndef VOLLEY_VERIFY_RUN_H
#define VOLLEY_VERIFY_RUN_H
#include <stdio.h>

#include "base/err.h"
#include "verify/coverage.h"
#include "verify/drive.h"
#ifdef __cplusplus
extern "C" {
#endif

struct verify_options {
    const struct verify_target *target;
    const char *typed;          /* what the user calls it */
    uint32_t modes;             /* 1 << enum verify_mode; all of them allowed by the target */
    const char *profiles;       /* names with commas; NULL: all that fit the target */
    uint64_t seed;
    uint32_t seeds;             /* of each size and profile */
    uint64_t events;            /* packets of each size, about; 0: EVENTS_USUAL per stimulus */
    uint64_t budget_ps;         /* no new seed is begun after this time; 0: no limit */
    uint32_t jobs;              /* threads; nothing depends on it */
    const char *stim;           /* only this file, or NULL */
    const char *baseline;       /* NULL: none */
    int update;                 /* the baseline is written, not compared */
    int coverage;
    const char *junit;          /* NULL: none */
    const char *out;            /* folder: OUT/CORE/ holds the failures, which are replayed first */
    int quiet;
};
enum { EVENTS_USUAL = 500, SEEDS_USUAL = 12 };

/* One stimulus in all its modes. */
struct verify_case {
    const struct verify_size *size;
    const char *profile;        /* or NULL: read from path */
    uint64_t seed;
    char *path;                 /* owned; a regression file, or that of --stim */
    int regression;             /* of the folder of failures */
    int ran, status;            /* status: of drive */
    struct finding finding;
    struct err err;
    struct drive_totals totals;
};
struct verify_run {
    const struct verify_options *options;
    const struct verify_target *device;         /* whose device is driven: the target, or the same one instrumented */
    struct coverage *coverage;                  /* NULL: not asked for; owned */
    struct verify_case *at;
    uint32_t n, done;           /* done: cases before the first that failed, and that one; without a failure n, or fewer where the time was up */
    uint32_t seeds;             /* begun */
    char *saved, *wave;         /* of the failure, or NULL; owned */
    char *shrunk;               /* what shrinking did, a line; or NULL */
    int timed_out;
};

/* 0: no difference; 1: there is one; -1 and err. The report goes to `to` unless quiet; failures are named in any case. */
int verify(const struct verify_options *, FILE *to, struct err *);
uint32_t verify_modes_of(const struct verify_target *, const char *names, struct err *);    /* 0: err. names NULL: all that are allowed */
extern const char *const verify_mode_names[VERIFY_MODES];

/* cases.c */
int cases_make(struct verify_run *, struct err *);
void cases_free(struct verify_run *);
void cases_run(struct verify_run *);
struct stim *case_stim(const struct verify_run *, const struct verify_case *, struct err *);
char *verify_folder(const struct verify_options *);     /* OUT/CORE; caller frees */
uint32_t events_each(const struct verify_options *);    /* packets of one stimulus */

/* failure.c: shrinks, saves, records; fills run->saved, wave, shrunk. 0 or -1. */
int failure(struct verify_run *, struct verify_case *, struct err *);

/* verify_report.c */
void report_head(const struct verify_run *, FILE *);
void report_tail(const struct verify_run *, FILE *);
int report_junit(const struct verify_run *, const char *path, struct err *);
void case_name(const struct verify_case *, char *to, size_t size);

/* baseline.c and trace.c: 0 equal or written; 1 and a line on `to`; -1 and err */
int baseline(const struct verify_run *, FILE *to, struct err *);
int trace(const struct verify_run *, FILE *to, struct err *);

#ifdef __cplusplus
}
#endif
#endif
