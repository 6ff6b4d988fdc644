/* What the network's ports did: noc.csv, the busiest link and router, and what was dropped where. Only planes that move flits have ports;
 * a run on another says nothing here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "noc/noc.h"
#include "noc/ports.h"
#include "report/files.h"
#include "report/form.h"
#include "report/ports.h"

static const char *const direction_words[DIRECTIONS] = {"east", "west", "north", "south"};
/* In a sentence: it was dropped waiting for ... */
static const char *const cause_texts[MESH_STALLS] = {"a free channel of the next buffer", "a channel that others got", "a place in the next buffer",
                                                     "its turn at the switch", "the link", "a place in the core's input queue"};

/* Cycles that something lasts for, as a share of the steps. */
static double share(const struct run *run, double cycles)
{
    return run->noc_cycles ? cycles / (double)run->noc_cycles : 0;
}

static double use(const struct run *run, const struct noc_port *p)
{
    return share(run, (double)p->counts.sw_grants * p->flit_time);
}

static char *router_name(const struct run *run, uint32_t router, char *to, size_t size)
{
    uint32_t per = chipfile_routers(&run->chip->noc) / chipfile_chips(&run->chip->noc);
    snprintf(to, size, "%u.%u", router / per, router % per);
    return to;
}

/* "east", "to 0.7", "core 0.5.1", "host in", "host in 2" (a further flit per cycle), "host out". */
static char *port_name(const struct run *run, const struct noc_port *p, char *to, size_t size)
{
    char name[FORM_TEXT];
    if (p->kind == PORT_CORE)
        snprintf(to, size, "core %s", facts_core_name(run, p->to, name, sizeof name));
    else if (p->kind == PORT_HOST_OUT)
        snprintf(to, size, "host out");
    else if (p->kind == PORT_HOST_IN && p->to)
        snprintf(to, size, "host in %u", p->to);
    else if (p->kind == PORT_HOST_IN)
        snprintf(to, size, "host in");
    else if (p->direction < DIRECTIONS)
        snprintf(to, size, "%s", direction_words[p->direction]);
    else
        snprintf(to, size, "to %s", router_name(run, p->to, name, sizeof name));
    return to;
}

/* ---- noc.csv ---- */

static void write_head(FILE *to)
{
    fputs("router,x,y,port,buffer_writes,buffer_reads,routes,vc_grants,switch_grants,crossbar,link,lost_grants,flit_cycles,occupancy,use,blocked_cycles", to);
    for (int cause = 0; cause < MESH_STALLS; cause++)
        fprintf(to, ",stall_%s", mesh_stall_names[cause]);
    for (int cause = 0; cause < MESH_STALLS; cause++)
        fprintf(to, ",dropped_%s", mesh_stall_names[cause]);
    fputc('\n', to);
}

/* Of a grid; elsewhere a router has a number only. */
static void write_place(FILE *to, const struct run *run, uint32_t router)
{
    char name[FORM_TEXT];
    uint32_t columns = run->chip->noc.columns, rows = run->chip->noc.rows;
    fprintf(to, "%s,", router_name(run, router, name, sizeof name));
    if (columns)
        fprintf(to, "%u,%u,", router % columns, router / columns % rows);
    else
        fputs(",,", to);
}

/* Writes to look-ups, stalls and drops are of the port's buffer, grants to use of the way out. What was written has been read: buffers are
 * empty between steps. */
static void write_port(FILE *to, const struct run *run, const struct noc_port *p)
{
    const struct mesh_counts *n = &p->counts;
    char name[2 * FORM_TEXT];
    write_place(to, run, p->router);
    fprintf(to, "%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.6g,%.6g,%" PRIu64,
            port_name(run, p, name, sizeof name), n->buffer_writes, n->buffer_writes, n->routes, n->vc_grants, n->sw_grants, n->sw_grants,
            p->kind == PORT_LINK ? n->sw_grants : 0, n->lost_grants, n->flit_cycles, share(run, (double)n->flit_cycles), use(run, p), n->blocked);
    for (int cause = 0; cause < MESH_STALLS; cause++)
        fprintf(to, ",%" PRIu64, n->stall[cause]);
    for (int cause = 0; cause < MESH_STALLS; cause++)
        fprintf(to, ",%" PRIu64, p->lost[cause]);
    fputc('\n', to);
}

void csv_noc(FILE *to, const struct report *r)
{
    write_head(to);
    for (uint32_t i = 0; i < r->run->n_ports; i++)
        write_port(to, r->run, &r->run->port[i]);
}

/* ---- the busiest ---- */

/* NULL: no flit crossed a link. Of equal ones the first. */
static const struct noc_port *busiest_link(const struct run *run)
{
    const struct noc_port *best = NULL;
    for (uint32_t i = 0; i < run->n_ports; i++) {
        const struct noc_port *p = &run->port[i];
        if (p->kind == PORT_LINK && p->counts.sw_grants && (!best || use(run, p) > use(run, best)))
            best = p;
    }
    return best;
}

/* Flits through the switch of the router that has most; ports of a router stand together. */
static uint64_t busiest_router(const struct run *run, uint32_t *router)
{
    uint64_t most = 0;
    *router = 0;
    for (uint32_t i = 0; i < run->n_ports;) {
        uint64_t flits = 0;
        uint32_t at = run->port[i].router;
        for (; i < run->n_ports && run->port[i].router == at; i++)
            flits += run->port[i].counts.sw_grants;
        if (flits > most) {
            most = flits;
            *router = at;
        }
    }
    return most;
}

void ports_busiest(FILE *to, const struct run *run)
{
    const struct noc_port *link = busiest_link(run);
    char name[2 * FORM_TEXT], tile[FORM_TEXT], percent[FORM_TEXT], flits[FORM_TEXT];
    uint32_t router;
    uint64_t crossed = busiest_router(run, &router);
    if (!crossed || !run->noc_cycles)
        return;
    fputs(" (busiest: ", to);
    if (link)
        fprintf(to, "link %s %s, used in %s of the cycles; ", router_name(run, link->router, tile, sizeof tile), port_name(run, link, name, sizeof name),
                form_percent(percent, use(run, link)));
    fprintf(to, "router %s, %s flits per cycle)", router_name(run, router, tile, sizeof tile), form_digits(flits, share(run, (double)crossed)));
}

void ports_summary(struct json *j, const struct run *run)
{
    const struct noc_port *link = busiest_link(run);
    char name[2 * FORM_TEXT];
    uint32_t router;
    uint64_t crossed = busiest_router(run, &router);
    if (!run->n_ports)
        return;
    json_object(j, "noc");
    json_count(j, "cycles", run->noc_cycles);
    if (link) {
        json_object(j, "busiest_link");
        json_text(j, "router", router_name(run, link->router, name, sizeof name));
        json_text(j, "port", port_name(run, link, name, sizeof name));
        json_real(j, "use", use(run, link));
        json_close(j);
    }
    if (crossed) {
        json_object(j, "busiest_router");
        json_text(j, "router", router_name(run, router, name, sizeof name));
        json_real(j, "flits_per_cycle", share(run, (double)crossed));
        json_close(j);
    }
    json_close(j);
}

/* ---- loss ---- */

/* The port and the cause that lost most. */
static const struct noc_port *worst_port(const struct run *run, int *cause)
{
    const struct noc_port *worst = NULL;
    uint64_t most = 0;
    for (uint32_t i = 0; i < run->n_ports; i++)
        for (int k = 0; k < MESH_STALLS; k++)
            if (run->port[i].lost[k] > most) {
                most = run->port[i].lost[k];
                worst = &run->port[i];
                *cause = k;
            }
    return worst;
}

void ports_loss(struct report *r)
{
    const struct run *run = r->run;
    const uint64_t *n = r->facts.total;
    char lost[FORM_TEXT], all[FORM_TEXT], percent[FORM_TEXT], wait[FORM_TEXT], name[2 * FORM_TEXT], tile[FORM_TEXT];
    int cause = 0;
    const struct noc_port *p = worst_port(run, &cause);
    if (!run->chip->noc.drops)
        return;
    fidelity_add(&r->facts.fidelity, FIDELITY_NOTE, "", "packets that wait longer than %s at a router are dropped: timing feeds back into function",
                 form_si(wait, run->chip->noc.d_drop_wait.cost.value, "s"));
    if (!p)
        return;
    uint64_t sent = n[COUNT_LEAVES] + n[COUNT_HOST_OUT] + n[COUNT_DROPPED];
    fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "",
                 "%s of %s deliveries (%s) were dropped, most at router %s, port %s, waiting for %s: spikes depend on timing (noc.csv has every place)",
                 form_count(lost, (double)n[COUNT_DROPPED]), form_count(all, (double)sent), form_percent(percent, (double)n[COUNT_DROPPED] / (double)sent),
                 router_name(run, p->router, tile, sizeof tile), port_name(run, p, name, sizeof name), cause_texts[cause]);
}
