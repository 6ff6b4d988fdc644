/* finished.h: a finished run folder, read back. Paths into summary.json are dotted: "energy.dynamic_j". */
#ifndef VOLLEY_REPORT_FINISHED_H
#define VOLLEY_REPORT_FINISHED_H
#include <stddef.h>

#include "base/err.h"
#include "config/doc.h"
#ifdef __cplusplus
extern "C" {
#endif

struct finished { const char *folder; struct doc *doc; };       /* folder: the caller's */

int finished_open(struct finished *, const char *folder, struct err *); /* ERR_INPUT: no folder, or no run's folder; finished_close frees */
void finished_close(struct finished *);
const struct doc_node *finished_node(const struct finished *, const char *path);        /* NULL: not there */
double finished_number(const struct finished *, const char *path);      /* NAN: not there, or null */
const char *finished_text(const struct finished *, const char *path);   /* "": not there, or null */
double finished_value(const struct doc_node *);                         /* of one node; NAN likewise */
/* Numbers of the CSV file `name` of the folder, row after row; the first line, its header, must be as given. The caller frees *value;
 * an empty field is NAN. */
int finished_table(const struct finished *, const char *name, const char *header, double **value, size_t *rows, size_t *columns, struct err *);

#ifdef __cplusplus
}
#endif
#endif
