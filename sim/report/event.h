/* event.h: what the report says of a run on a chip without steps: that its spikes hang on times, how late they came, what was cut off. */
#ifndef VOLLEY_REPORT_EVENT_H
#define VOLLEY_REPORT_EVENT_H
#include "report/facts.h"
#include "report/json.h"
#ifdef __cplusplus
extern "C" {
#endif

/* summary.c: an object of mean, p50, p95 and max, with the unit behind each name. */
void facts_write_spread(struct json *, const char *key, const char *unit, const struct facts_spread *);

int event_is(const struct run *);                       /* 1: its chip has no steps; else nothing below says anything */
void event_lines(struct report *);                      /* into facts */
void event_time_text(FILE *, const struct report *);    /* a line of the text's block `time`, after a newline */
void event_time_json(struct json *, const struct report *);

#ifdef __cplusplus
}
#endif
#endif
