/* cli.h: the command line: one table of commands, one table of options for all of them, and what a run needs in order.
 * Only main turns an err into an exit status. */
#ifndef VOLLEY_CLI_CLI_H
#define VOLLEY_CLI_CLI_H
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "chipfile.h"
#include "engine/run.h"
#include "import/events.h"
#include "import/expect.h"
#include "import/import.h"
#include "mapping.h"
#include "network.h"
#include "quantise.h"
#include "report.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { CLI_SETS = 256, CLI_FILES = 256, CLI_LOADS = 1000 };

struct cli_loads { double first, last, step; uint32_t n; };     /* the i-th is first + i * step; n 0: not given */

struct cli {                    /* what was typed; texts belong to argv */
    const char *command;        /* "run" */
    char *typed;                /* the whole line, for host.json; owned */
    const char *file[CLI_FILES + 1];    /* one more than any command takes: it is named in the message */
    uint32_t n_files;
    const char *input, *labels, *from, *layout, *quant, *map, *timing, *engine, *decode, *expect, *time, *trace, *out, *traffic, *hot, *links, *chip;
    char *set[CLI_SETS];        /* "KEY=VALUE"; owned */
    const char *core[CLI_SETS]; /* "NAME=KIND" of --core; each is in set, too */
    uint32_t n_sets, n_cores_named;
    uint32_t first_sample, last_sample;         /* inclusive; last UINT32_MAX: all */
    uint32_t steps, bits, cores, threads, classes, burst, flits, warmup, window;
    struct cli_loads load;
    enum values_mode values;
    uint32_t repeat;            /* K of --values repeat:K; 0: the smallest that is exact */
    uint64_t seed, pace_ps;
    const char *mode, *profile, *stim, *baseline, *junit;      /* of verify */
    uint64_t events, budget_ps;
    uint32_t seeds, jobs;
    int seed_random, update, coverage, pin;
    double dt;                  /* seconds; 0 not given */
    int reset, reset_time;      /* as struct import_options: -1 not given */
    uint64_t given, twice;      /* a bit per option of the table in options.c: it was there, it was there again with a value */
    int against_float, approximate, assume_native, allow_shift, quiet, help, explain, doc;
};

struct cli_command {
    const char *name, *arguments, *help;
    const char *options;        /* names of the options it takes, each followed by a space */
    const char *out;            /* --out where it is not given, or NULL */
    uint32_t files_min, files_max;
    int (*run)(const struct cli *, struct err *);
};
extern const struct cli_command cli_commands[];         /* ends with a NULL name */
const struct cli_command *cli_command_by_name(const char *);

/* options.c. 0, or -1: ERR_INPUT with what to write instead. cli_free frees what it owns. */
int cli_read(struct cli *, const struct cli_command *, int argc, char **argv, struct err *);
/* The same from elsewhere than a command line: defaults, then option by option (a flag's value is true or false), then what cli_read
 * looks at in the end. Values and files are the caller's and live as long as the struct; cli_free frees the rest. */
void cli_begin(struct cli *, const struct cli_command *);
int cli_give(struct cli *, const struct cli_command *, const char *name, const char *value, struct err *);
int cli_complete(const struct cli *, const struct cli_command *, struct err *);
void cli_free(struct cli *);
void cli_notes(const struct cli *, struct fidelity *);  /* lines on options that change nothing, or were given twice */
int cli_gave(const struct cli *, const char *name);   /* whether it was on the command line */
const char *cli_gave_beyond(const struct cli *, const char *allowed);   /* the first option given that is not in a list like cli_command.options */
void cli_help(FILE *, const struct cli_command *);      /* one command's page */
void cli_overview(FILE *);
char *cli_quoted(const char *word);                     /* as a shell reads it back; caller frees */

/* prepare.c: everything that a run, a map or an info needs, loaded in order; job_free frees all. */
enum { JOB_FILES = 5 };
struct job {
    struct chipfile *chip;
    struct network *network;
    struct events *input;
    int64_t *labels;
    uint32_t n_labels;
    struct expect *expect;      /* --expect, or NULL */
    struct quantised *quantised;
    struct mapping *mapping;
    struct fidelity extra;      /* lines of the command line itself */
    int valued;                 /* the input has values other than 0 and 1 */
    int host_layer;             /* --values host took the first layer off: the input is what it fired */
    struct report_input read[JOB_FILES];        /* what the run was made from; paths belong to argv and the chip file */
    uint32_t n_read;
};
int job_files(const struct cli *, struct err *);        /* what is named is no folder where a file is wanted, no pipe, no device */
int job_chip(struct job *, const struct cli *, const char *chip, struct err *);
int job_ideal(struct job *, struct err *);              /* the chip `ideal` that comes with volley, whatever lies in the current folder */
int job_network(struct job *, const struct cli *, const char *network, struct err *);
uint32_t job_outputs(const struct network *);           /* neurons that the answer is read from */
int time_first_of(const struct cli *);            /* --layout for struct event_options */
int job_input(struct job *, const struct cli *, struct err *);        /* events and labels; without --input: --steps of silence */
/* --values host: the first layer runs on the host in float32; its spikes become the input. Else nothing happens. */
int job_host_layer(struct job *, const struct cli *, struct err *);
int job_quantise(struct job *, const struct cli *, struct err *);
int job_map(struct job *, const struct cli *, struct err *);
int job_sums(struct job *, const struct cli *, struct err *);         /* fills read[] with every file's SHA-256 */
void job_free(struct job *);

/* One function per command, in a file of its name. */
int cli_run(const struct cli *, struct err *);
int cli_info(const struct cli *, struct err *);
int info_chip(const char *path, const struct cli *, struct err *);         /* info_chip.c and info_network.c: its longest parts */
int info_network(const char *path, const struct cli *, struct err *);
int cli_map(const struct cli *, struct err *);
int cli_noc(const struct cli *, struct err *);
int cli_verify(const struct cli *, struct err *);
int cli_calibrate(const struct cli *, struct err *);
int cli_convert(const struct cli *, struct err *);
int cli_compare(const struct cli *, struct err *);
int cli_price(const struct cli *, struct err *);
int cli_report(const struct cli *, struct err *);
int cli_sweep(const struct cli *, struct err *);
int cli_chips(const struct cli *, struct err *);
int chips_explain(const struct chipfile *, const char *key, struct err *);       /* chips_explain.c: key NULL: every constant */
void chips_page(const struct chipfile *);                                   /* chips_page.c: the Markdown page of a chip */
int chips_placed(const struct chipfile *, const struct chip_figure *);        /* 0: of a core type that no core has */
struct chips_basis { uint32_t of[N_BASES], stated, unknown; };             /* how many constants rest on each basis */
struct chips_basis chips_count(const struct chipfile *);
double chips_neurons(const struct chipfile *, double *synapse_bits);       /* of the whole system; INFINITY: no limit */
int cli_keys(const struct cli *, struct err *);
int cli_counters(const struct cli *, struct err *);
int cli_kinds(const struct cli *, struct err *);

/* run.c: all that a run needs, loaded in order but for the sums of its files; then the run itself, NULL and err. An interrupt leaves it partial. */
int job_load(struct job *, const struct cli *, struct err *);
struct run *job_run(struct job *, const struct cli *, struct err *);
/* What a run of any kind needs. From cli_stop on an interrupt sets the flag it returns; a second one ends the program. */
const volatile int *cli_stop(void);
void cli_show(void *progress, uint32_t done, uint32_t all);            /* a struct progress */
int cli_traces(const char *list, uint32_t *bits, struct err *);         /* --trace as enum trace_bit */

/* sanafe.c: SANA-FE's own files. 1: these are such files, and cli_sanafe_run runs them; 0: none of them is; -1 and err: one without the other. */
int cli_is_sanafe(const struct cli *, struct err *);
int cli_sanafe_run(const struct cli *, struct err *);
int cli_sanafe_convert(const struct cli *, struct err *);               /* ARCH NETWORK -o FILE.yaml --steps N */
int info_sanafe(const char *path, struct err *);
/* Of commands that have nothing to do with that tool's files: refused where one of the command's files is such, naming what does it. */
int cli_refuse_sanafe(const struct cli *, const char *command, struct err *);

/* check_expect.c: --expect, read before the run and held against it after: 0 where all is as the user expects, 1 at a difference,
 * -1 and err. Where all is equal one line says so, unless it is to be quiet. */
int job_expect(struct job *, const struct cli *, struct err *);
int cli_expect(const struct cli *, const struct job *, const struct run *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
