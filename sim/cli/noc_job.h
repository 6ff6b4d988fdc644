/* noc_job.h: what the files of `volley noc` share: the network, what was asked of it, the files it writes. */
#ifndef VOLLEY_CLI_NOC_JOB_H
#define VOLLEY_CLI_NOC_JOB_H
#include "base/whole.h"
#include "chipfile.h"
#include "cli/cli.h"
#include "cli/noc_network.h"
#include "noc/traffic.h"
#include "report/noc.h"
#ifdef __cplusplus
extern "C" {
#endif

struct noc_job {
    struct chipfile *chip;
    struct noc_network network;
    struct traffic_config pattern;
    struct noc_asked asked;             /* points into this job */
    struct whole csv, links;            /* file NULL: not asked for */
};
int noc_replay(struct noc_job *, const struct cli *, struct err *);        /* noc_replay.c: --traffic with the packets of a run */
/* Fills the figure's links from the ports' counts of its cycles. The caller frees figure.use. */
void noc_job_use(const struct noc_job *, const struct mesh_counts *port, struct noc_figure *);
void noc_job_keep(struct noc_job *, struct noc_figure *);                   /* its rows in the files that were asked for */

#ifdef __cplusplus
}
#endif
#endif
