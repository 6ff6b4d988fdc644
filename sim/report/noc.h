/* noc.h: what `volley noc` says of a network alone: as text, as a row of CSV per load, burst or step, as a row of CSV per link. */
#ifndef VOLLEY_REPORT_NOC_H
#define VOLLEY_REPORT_NOC_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "noc/drive.h"
#include "noc/link_use.h"
#ifdef __cplusplus
extern "C" {
#endif
struct chipfile;
struct topology;
struct traffic_config;

struct noc_asked {                      /* the same for every figure; all of it the caller's */
    const struct chipfile *chip;
    const struct topology *topology;
    const struct mesh_config *config;
    const char *traffic;                /* the pattern's name, or the path of the trace */
    const struct traffic_config *pattern;       /* NULL: a trace */
    uint32_t cores, columns, rows, flits, hot;            /* hot: endpoint of the pattern's hot core */
    uint64_t seed, period_ps;
};
struct noc_figure {                     /* one load, one burst, one recorded step or all of them */
    double load;                        /* as asked; 0: a burst without pace, a trace */
    uint32_t burst;                     /* packets per core; 0: no burst */
    uint32_t sample, step;              /* of a trace */
    uint64_t warmup, window;            /* steady */
    uint64_t cycles;                    /* that the ports were counted in; of a burst and a step the makespan */
    uint64_t recorded;                  /* makespan of the step in the run that was recorded; 0: not known */
    struct drive_result result;
    const struct link_use *use;         /* [uses], or NULL: not counted apart */
    uint32_t uses;
    struct link_sums sums;
};
struct noc_steps {                      /* a trace as a whole */
    uint64_t packets, samples, steps, recorded_steps;
    struct drive_spread makespan;       /* of the steps that have packets */
    uint32_t sample, step;              /* the longest */
    double sum, recorded;               /* cycles of the steps of which the file says how long they took: here, and in the run */
};

void noc_text_head(FILE *, size_t width, const struct noc_asked *);
/* Everything of one figure; steps: of a trace, else NULL. */
void noc_text_figure(FILE *, size_t width, const struct noc_asked *, const struct noc_figure *, const struct noc_steps *);
/* A line per load: the heading, a line, and what the lines show together (only numbers of the figures are read). */
void noc_text_columns(FILE *);
void noc_text_line(FILE *, const struct noc_asked *, const struct noc_figure *);
void noc_text_curve(FILE *, size_t width, const struct noc_asked *, const struct noc_figure *, uint32_t n);
char *noc_place(char *to, size_t size, const struct noc_asked *, const struct link_use *);     /* "[3, 3] east"; returns to */

void noc_csv_heading(FILE *);
void noc_csv_row(FILE *, const struct noc_asked *, const struct noc_figure *);
void noc_links_heading(FILE *);
void noc_links_rows(FILE *, const struct noc_asked *, const struct noc_figure *);

#ifdef __cplusplus
}
#endif
#endif
