/* ports.h: what reports say of the network's ports (noc/ports.h). Each writes nothing where the run's plane has none. */
#ifndef VOLLEY_REPORT_PORTS_H
#define VOLLEY_REPORT_PORTS_H
#include <stdio.h>

#include "report/facts.h"
#include "report/json.h"
#ifdef __cplusplus
extern "C" {
#endif

void ports_busiest(FILE *, const struct run *);         /* " (busiest: link ...; router ...)" */
void ports_summary(struct json *, const struct run *);  /* object "noc" */
void ports_loss(struct report *);                       /* a fidelity line where the chip drops packets, a warning where it did */

#ifdef __cplusplus
}
#endif
#endif
