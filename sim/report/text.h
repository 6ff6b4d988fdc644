/* text.h: the parts of the report a person reads, in the order in which they stand. Each writes its lines or nothing. */
#ifndef VOLLEY_REPORT_TEXT_H
#define VOLLEY_REPORT_TEXT_H
#include <stdio.h>

#include "report/facts.h"
#ifdef __cplusplus
extern "C" {
#endif

void text_body(FILE *, const struct report *);          /* all but what differs between computers: report.txt */
/* head.c */
void head_title(FILE *, const struct report *);         /* what, on which chip */
void head_network(FILE *, const struct report *);
void head_placed(FILE *, const struct report *);
void head_input(FILE *, const struct report *);
/* cost.c */
void cost_accuracy(FILE *, const struct report *);
void cost_energy(FILE *, const struct report *);
void cost_area(FILE *, const struct report *);       /* nothing where no part has one */
void cost_time(FILE *, const struct report *);
void cost_bound(FILE *, const struct report *);
/* table.c */
void table_actions(FILE *, const struct report *);
void table_layers(FILE *, const struct report *);
void table_memories(FILE *, const struct report *);
const char *table_label(int counter);                   /* "synaptic operations" */
/* footing.c */
void footing_fidelity(FILE *, const struct report *);
void footing_warnings(FILE *, const struct report *);
void footing_rests(FILE *, const struct report *);
void footing_moves(FILE *, const struct report *);

#ifdef __cplusplus
}
#endif
#endif
