/* price.h: a finished run folder priced with another chip file: counts do not depend on prices, so no step is run again. */
#ifndef VOLLEY_REPORT_PRICE_H
#define VOLLEY_REPORT_PRICE_H
#include "engine/run.h"
#include "report/facts.h"
#include "report/finished.h"
#include "report/json.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A run without steps and samples of its own: counts, times and names from the folder's files, the chip from another file. */
struct counted_run {
    struct run run;
    struct network network;
    struct quantised quantised;
    struct mapping mapping;
    uint64_t total[N_COUNTERS]; /* as the file says; the populations must add up to it */
};
/* price_read.c. 0, or -1 and err (the folder's files are damaged, or the chip lacks what they name). Either way counted_free frees. */
int counted_read(struct counted_run *, const struct finished *, const struct chipfile *, struct err *);
void counted_free(struct counted_run *);
/* price_fits.c. 0 where the counts mean on this chip what they meant on the run's; else -1 and err (ERR_ANSWER) that says which do not. Only what
 * the chip file charges for is looked at. */
int price_fits(const struct counted_run *, const struct finished *, struct err *);
/* What the counts of a core type depend on, as summary.json keeps it beside the run: which updates count as active; what its memories hold. The
 * caller frees. */
char *price_updates(const struct core_type *);
char *price_tables(const struct core_type *);
char *price_service(const struct core_type *);           /* cycles of its programs: what busy_cycles are made of */
void price_network(struct json *, const struct chipfile *);     /* the same of the network, as keys of summary.json's chip */

#ifdef __cplusplus
}
#endif
#endif
