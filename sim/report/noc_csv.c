/* The figures of `volley noc` as tables for other programs: SI units only where a column says so (_s), else cycles, flits and shares. A field
 * that means nothing in its row is empty. Numbers keep every digit: the same run is the same bytes. */
#include <inttypes.h>

#include "chipfile.h"
#include "noc/topology.h"
#include "noc/traffic.h"
#include "report/files.h"
#include "report/noc.h"

static void spread_names(FILE *to, const char *name)
{
    fprintf(to, ",%s_mean,%s_p50,%s_p95,%s_p99,%s_max", name, name, name, name, name);
}

static void spread_fields(FILE *to, const struct drive_spread *s, int known)
{
    if (known)
        fprintf(to, ",%.15g,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, s->mean, s->p50, s->p95, s->p99, s->most);
    else
        fputs(",,,,,", to);
}

void noc_csv_heading(FILE *to)
{
    fputs("chip,traffic,seed,flits,sample,step,burst,load,offered,accepted,saturated,packets,late,lost,makespan,makespan_s,recorded,alone", to);
    spread_names(to, "tail");
    fputs(",tail_ci95", to);
    spread_names(to, "head");
    spread_names(to, "source");
    spread_names(to, "network");
    fputs(",routers,link_use_mean,link_use_max,busiest,buffer_mean,buffer_max", to);
    for (int k = 0; k < MESH_STALLS; k++)
        fprintf(to, ",stall_%s", mesh_stall_names[k]);
    fputs(",cycles,period_s\n", to);
}

/* "": no such figure. */
static void real(FILE *to, double value, int known)
{
    fputc(',', to);
    if (known)
        fprintf(to, "%.15g", value);
}

static void whole(FILE *to, uint64_t value, int known)
{
    fputc(',', to);
    if (known)
        fprintf(to, "%" PRIu64, value);
}

static void link_fields(FILE *to, const struct noc_asked *a, const struct noc_figure *f)
{
    char place[100];
    int known = f->use != NULL;
    real(to, f->sums.mean_use, known);
    real(to, f->sums.most_use, known);
    fputc(',', to);
    if (known)
        csv_text(to, noc_place(place, sizeof place, a, &f->use[f->sums.busiest]));
    real(to, f->sums.mean_occupancy, known);
    real(to, f->sums.most_occupancy, known);
    for (int k = 0; k < MESH_STALLS; k++)
        whole(to, f->sums.stall[k], known);
}

void noc_csv_row(FILE *to, const struct noc_asked *a, const struct noc_figure *f)
{
    const struct drive_result *r = &f->result;
    int trace = !a->pattern, steady = !trace && !f->burst, arrived = r->tail.mean > 0;
    double period = (double)a->period_ps / 1e12;
    csv_text(to, a->chip->name);
    fputc(',', to);
    csv_text(to, a->traffic);
    whole(to, a->seed, !trace);
    whole(to, a->flits, 1);
    whole(to, f->sample, trace);
    whole(to, f->step, trace);
    whole(to, f->burst, f->burst > 0);
    real(to, f->load, f->load > 0);
    real(to, r->offered, steady);
    real(to, r->accepted, !trace);
    whole(to, r->saturated, steady);
    whole(to, r->packets, 1);
    whole(to, r->late, steady);
    whole(to, r->lost, 1);
    whole(to, f->cycles, !steady);
    real(to, (double)f->cycles * period, !steady);
    whole(to, f->recorded, f->recorded > 0);
    real(to, r->alone, r->alone > 0);
    spread_fields(to, &r->tail, arrived);
    real(to, r->half_width, steady && arrived);
    spread_fields(to, &r->head, arrived);
    spread_fields(to, &r->source, arrived);
    spread_fields(to, &r->network, arrived);
    real(to, r->routers, arrived);
    link_fields(to, a, f);
    whole(to, f->cycles, 1);
    fprintf(to, ",%.15g\n", period);
}

/* ---- one row per link */

void noc_links_heading(FILE *to)
{
    fputs("load,burst,kind,from,to,place,flits,use,buffer", to);
    for (int k = 0; k < MESH_STALLS; k++)
        fprintf(to, ",%s", mesh_stall_names[k]);
    fputs(",drops,cycles\n", to);
}

/* An endpoint as chip.tile.core, a router as chip.router. */
static void end_field(FILE *to, const struct noc_asked *a, uint32_t number, int endpoint)
{
    uint32_t per = a->topology->routers / chipfile_chips(&a->chip->noc);
    char name[32];
    if (!endpoint)
        fprintf(to, ",%u.%u", number / per, number % per);
    else if (number >= a->cores)
        fputs(",(host)", to);
    else
        fprintf(to, ",%s", chipfile_core_name(a->chip, number, name, sizeof name));
}

/* The host's ways are rows only where they carried something: patterns send between cores. */
void noc_links_rows(FILE *to, const struct noc_asked *a, const struct noc_figure *f)
{
    static const char *const kind[] = {"link", "inject", "eject"};
    char place[100];
    for (uint32_t i = 0; i < f->uses; i++) {
        const struct link_use *u = &f->use[i];
        uint32_t endpoint = u->kind == LINK_INJECT ? u->from : u->to;
        if (u->kind != LINK_BETWEEN && endpoint >= a->cores && !u->flits)
            continue;
        if (f->load > 0)
            fprintf(to, "%.15g", f->load);
        whole(to, f->burst, f->burst > 0);
        fprintf(to, ",%s", kind[u->kind]);
        end_field(to, a, u->from, u->kind == LINK_INJECT);
        end_field(to, a, u->to, u->kind == LINK_EJECT);
        fputc(',', to);
        csv_text(to, noc_place(place, sizeof place, a, u));
        fprintf(to, ",%" PRIu64 ",%.15g", u->flits, u->use);
        real(to, u->occupancy, u->kind != LINK_EJECT);
        for (int k = 0; k < MESH_STALLS; k++)
            whole(to, u->stall[k], u->kind != LINK_EJECT);
        whole(to, u->drops, u->kind != LINK_EJECT);
        fprintf(to, ",%" PRIu64 "\n", f->cycles);
    }
}
