/* What must be true of every finished run, whatever the chip: nothing that was sent is missing, and what routes say was done to flits is what
 * the network's ports have counted. A run that breaks one of these is not shown. */
#include <inttypes.h>

#include "engine/engine.h"
#include "noc/ports.h"

/* Deliveries sent = served at cores + taken by the host + dropped: nothing is in flight between steps. On an event chip cores serve time
 * references, too, and a sample's end may throw packets away. */
static int conserve_leaves(const struct engine *e, struct err *err)
{
    const uint64_t *network = e->run->network_counts.action;
    uint64_t served = e->leaves_own;
    for (uint32_t c = 0; c < e->run->n_cores; c++)
        served += e->run->core[c].action[COUNT_LEAVES];
    uint64_t gone = network[COUNT_DROPPED] + e->leaves_discarded, came = e->leaves_sent + e->references;
    if (came == served + network[COUNT_HOST_OUT] + gone)
        return 0;
    return err_bug(err, "%" PRIu64 " deliveries were sent; %" PRIu64 " served at cores, %" PRIu64 " taken by the host and %" PRIu64
                        " dropped do not add up to that", came, served, network[COUNT_HOST_OUT], gone);
}

/* The same work counted twice: from routes when a spike is sent, and port by port as flits move. */
static int conserve_flits(const struct engine *e, struct err *err)
{
    static const enum counter compared[] = {COUNT_BUFFER_WRITES, COUNT_ROUTES, COUNT_ARBITRATIONS, COUNT_CROSSBAR, COUNT_LINK, COUNT_DROPPED};
    enum { COMPARED = sizeof compared / sizeof *compared };
    uint64_t sum[COMPARED] = {0};
    for (uint32_t i = 0; i < e->run->n_ports; i++) {
        const struct noc_port *p = &e->run->port[i];
        sum[0] += p->counts.buffer_writes;
        sum[1] += p->counts.routes;
        sum[2] += p->counts.vc_grants + p->counts.sw_grants;
        sum[3] += p->counts.sw_grants;
        sum[4] += p->kind == PORT_LINK ? p->counts.sw_grants : 0;
        for (int cause = 0; cause < MESH_STALLS; cause++)
            sum[5] += p->lost[cause];
    }
    for (int k = 0; e->run->port && k < COMPARED; k++)
        if (sum[k] != e->run->network_counts.action[compared[k]])
            return err_bug(err, "%s: routes say %" PRIu64 ", the network's ports %" PRIu64, counters[compared[k]].name,
                           e->run->network_counts.action[compared[k]], sum[k]);
    return 0;
}

int conserve_run(const struct engine *e, struct err *err)
{
    if (e->plane->audit && e->plane->audit(e->timing, err))
        return -1;
    return conserve_leaves(e, err) || conserve_flits(e, err) ? -1 : 0;
}
