/* What a person reads of a network alone. One load, burst or trace: what was asked, what came of it, latencies with their parts, where the
 * load lies. Several loads: a line each, and where the network saturates. */
#include <math.h>
#include <string.h>

#include "chip.h"
#include "chipfile.h"
#include "noc/alone.h"
#include "noc/topology.h"
#include "noc/traffic.h"
#include "report/form.h"
#include "report/noc.h"

static const char *const pattern_words[TRAFFIC_PATTERNS] = {
    [TRAFFIC_UNIFORM] = "to any core, itself included",
    [TRAFFIC_TRANSPOSE] = "core [x, y] to core [y, x]",
    [TRAFFIC_BITCOMP] = "to the number whose bits are all the other way",
    [TRAFFIC_BITREV] = "to the number with the bits in reverse order",
    [TRAFFIC_SHUFFLE] = "to the number with the bits rotated by one",
    [TRAFFIC_TORNADO] = "just short of half way round each axis",
    [TRAFFIC_NEIGHBOUR] = "one core further along each axis",
    [TRAFFIC_HOTSPOT] = "to any core, but",
    [TRAFFIC_PERMUTATION] = "each core to one of its own, drawn by the seed, no two to the same",
};
static const char *const stall_words[MESH_STALLS] = {"no free channel beyond", "a channel went to another", "buffer beyond full", "switch went to another",
                                                     "link busy with a flit before", "queue of the core full"};

static double seconds(const struct noc_asked *a, double cycles)
{
    return cycles * (double)a->period_ps / 1e12;
}

/* "1,234 cycles (3.09 us)" */
static char *span(char to[2 * FORM_TEXT], const struct noc_asked *a, double cycles)
{
    char count[FORM_TEXT], time[FORM_TEXT];
    snprintf(to, 2 * FORM_TEXT, "%.40s cycle%s (%.40s)", form_count(count, cycles), form_plural(cycles), form_si(time, seconds(a, cycles), "s"));
    return to;
}

char *noc_place(char *to, size_t size, const struct noc_asked *a, const struct link_use *u)
{
    char from[48], at[48];
    if (u->kind == LINK_INJECT)
        chip_endpoint_name(a->chip, u->from, from, sizeof from);
    else
        chip_router_name(a->chip, a->topology, u->from, from, sizeof from);
    if (u->kind == LINK_EJECT)
        chip_endpoint_name(a->chip, u->to, at, sizeof at);
    else
        chip_router_name(a->chip, a->topology, u->to, at, sizeof at);
    snprintf(to, size, "%s -> %s", from, at);
    return to;
}

/* ---- what was asked ---- */

static void head_title(FILE *to, size_t width, const struct noc_asked *a)
{
    struct form_sheet s;
    const char *about = a->chip->about && *a->chip->about ? a->chip->about : "";
    form_begin(&s, to, width, "volley");
    fprintf(s.line, "%s   %s%s%s on %s%s%s\tthe network alone", VOLLEY_VERSION, a->pattern ? "" : "packets of ", a->traffic, a->pattern ? " traffic" : "",
            a->chip->name, *about ? ": " : "", about);
    form_end(&s);
}

static void write_graph(FILE *to, const struct noc_asked *a)
{
    static const char *const routes[] = {[ROUTE_XY] = "XY", [ROUTE_YX] = "YX", [ROUTE_TABLE] = "shortest, by table", [ROUTE_UPDOWN] = "up*/down*"};
    const struct topology *t = a->topology;
    char cores[FORM_TEXT], text[120];
    fprintf(to, "%s, routes %s\t%s core%s", chipfile_network_text(&a->chip->noc, text, sizeof text), routes[t->routing], form_count(cores, a->cores),
            form_plural(a->cores));
    if (a->chip->noc.cores_per_tile > 1)
        fprintf(to, ", %u per tile", a->chip->noc.cores_per_tile);
    if (a->pattern && (a->columns != t->columns || a->rows != t->rows))
        fprintf(to, ", for patterns %u x %u", a->columns, a->rows);
}

/* Latency and flit time of the links between routers, from the shortest to the longest. */
static void write_links(FILE *to, const struct noc_asked *a)
{
    const struct topology *t = a->topology;
    uint32_t low = UINT32_MAX, high = 0, fast = UINT32_MAX, slow = 1;
    for (uint32_t l = 0; l < t->links; l++) {
        const struct topology_hop *hop = &t->link[l].hop;
        low = hop->latency < low ? hop->latency : low;
        high = hop->latency > high ? hop->latency : high;
        fast = hop->flit_time < fast ? hop->flit_time : fast;
        slow = hop->flit_time > slow ? hop->flit_time : slow;
    }
    fputs("\tlinks", to);
    if (a->chip->noc.link_bits)
        fprintf(to, " of %u bit,", a->chip->noc.link_bits);
    if (!t->links)
        fputs(" none", to);
    else if (low == high)
        fprintf(to, " %u cycle%s", low, low == 1 ? "" : "s");
    else
        fprintf(to, " %u to %u cycles", low, high);
    if (slow > 1 && fast == slow)
        fprintf(to, ", a flit each %u", slow);
    else if (slow > 1)
        fprintf(to, ", a flit each %u to %u", fast, slow);
}

static void head_network(FILE *to, size_t width, const struct noc_asked *a)
{
    const struct mesh_config *c = a->config;
    struct form_sheet s;
    char period[FORM_TEXT];
    form_begin(&s, to, width, "network");
    write_graph(s.line, a);
    write_links(s.line, a);
    fprintf(s.line, "\tcycle %s", form_si(period, (double)a->period_ps / 1e12, "s"));
    uint32_t cycles = alone_router(c);
    fprintf(s.line, "\trouter %u cycle%s: route %u, channel %u, switch %u%s, traversal %u", cycles, cycles == 1 ? "" : "s", c->route, c->vc_alloc, c->sw_alloc,
            c->speculative ? " at the same time" : "", c->final);
    fprintf(s.line, "\t%u virtual channel%s of %u flit%s per port", c->vcs, c->vcs == 1 ? "" : "s", c->depth, c->depth == 1 ? "" : "s");
    form_end(&s);
}

static void head_traffic(FILE *to, size_t width, const struct noc_asked *a)
{
    struct form_sheet s;
    char name[40];
    if (!a->pattern)
        return;
    form_begin(&s, to, width, "traffic");
    fprintf(s.line, "%s: %s", a->traffic, pattern_words[a->pattern->pattern]);
    if (a->pattern->pattern == TRAFFIC_HOTSPOT)
        fprintf(s.line, " %s %g times as often", chip_endpoint_name(a->chip, a->hot, name, sizeof name), a->pattern->hot_weight);
    fprintf(s.line, "\tpackets of %u flit%s\tseed %llu", a->flits, a->flits == 1 ? "" : "s", (unsigned long long)a->seed);
    form_end(&s);
}

void noc_text_head(FILE *to, size_t width, const struct noc_asked *a)
{
    head_title(to, width, a);
    head_network(to, width, a);
    head_traffic(to, width, a);
}

/* ---- one figure ---- */

/* Slow chips send less than a packet per second, which is no "400 m packets". */
static const char *rate(char to[FORM_TEXT], double per_second)
{
    if (per_second >= 1000)
        return form_si(to, per_second, "");
    snprintf(to, FORM_TEXT, "%.3g", per_second);
    return to;
}

static void say_load(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f)
{
    const struct drive_result *r = &f->result;
    struct form_sheet s;
    char each[FORM_TEXT], some[FORM_TEXT], all[FORM_TEXT];
    form_begin(&s, to, width, "load");
    fprintf(s.line, "%.4g flits per core and cycle: %s", f->load, rate(each, f->load / a->flits / seconds(a, 1)));
    fprintf(s.line, " packets/s per core\toffered %.4g\taccepted %.4g", r->offered, r->accepted);
    form_end(&s);
    if (r->saturated) {
        form_begin(&s, to, width, "SATURATED");
        fprintf(s.line, "the network accepts %.4g of %.4g flits per core and cycle: queues at the sources grow for as long as it lasts, and so do the "
                "latencies below, which are of the %s of %s packets that arrived", r->accepted, r->offered,
                form_count(some, (double)(r->packets - r->late - r->lost)), form_count(all, (double)r->packets));
        form_end(&s);
    }
    form_begin(&s, to, width, "measured");
    fprintf(s.line, "%s packet%s, created in %s", form_count(all, (double)r->packets), form_plural((double)r->packets), form_count(some, (double)f->window));
    fprintf(s.line, " cycles after %s of warm-up", form_count(some, (double)f->warmup));
    if (!r->saturated)
        fprintf(s.line, "; %s drained %s cycles later", r->lost ? "the rest" : "all", form_count(each, (double)(r->cycles - f->warmup - f->window)));
    form_end(&s);
}

static void say_burst(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f)
{
    struct form_sheet s;
    char count[FORM_TEXT], each[FORM_TEXT], time[2 * FORM_TEXT];
    form_begin(&s, to, width, "burst");
    fprintf(s.line, "%s packet%s per core, ", form_count(each, f->burst), form_plural(f->burst));
    if (f->load > 0)
        fprintf(s.line, "at %.4g flits per core and cycle: ", f->load);
    else
        fputs("back to back: ", s.line);
    fprintf(s.line, "%s packets", form_count(count, (double)f->result.packets));
    form_end(&s);
    form_begin(&s, to, width, "makespan");
    fprintf(s.line, "%s, to the end of the cycle in which the last tail arrives\t%.4g flits per core and cycle", span(time, a, (double)f->cycles),
            f->result.accepted);
    form_end(&s);
}

/* The longest step is where a chip's time is decided; what the run itself took stands beside it. */
static void say_steps(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f, const struct noc_steps *t)
{
    struct form_sheet s;
    char x[FORM_TEXT], y[FORM_TEXT], z[FORM_TEXT], time[2 * FORM_TEXT];
    form_begin(&s, to, width, "replayed");
    fprintf(s.line, "%s packet%s with %s deliver%s", form_count(x, (double)t->packets), form_plural((double)t->packets),
            form_count(y, (double)f->result.packets), f->result.packets == 1 ? "y" : "ies");
    fprintf(s.line, "\t%s step%s of %s sample%s", form_count(x, (double)t->steps), form_plural((double)t->steps), form_count(y, (double)t->samples),
            form_plural((double)t->samples));
    fprintf(s.line, "\tpackets of %u flit%s", a->flits, a->flits == 1 ? "" : "s");
    form_end(&s);
    form_item(to, width, "assumes", "each packet is sent at its recorded cycle of the step, whatever the network does: no update is held up. Cores take at "
              "once what arrives. Every step begins with an empty network.");
    form_begin(&s, to, width, "makespan");
    fprintf(s.line, "%s of all steps, to the last arrival in each", span(time, a, (double)f->cycles));
    fprintf(s.line, "\tper step mean %s", form_count(x, t->makespan.mean));
    fprintf(s.line, ", median %s, 95 %% within %s", form_count(x, (double)t->makespan.p50), form_count(y, (double)t->makespan.p95));
    fprintf(s.line, ", longest %s (sample %u, step %u)", form_count(z, (double)t->makespan.most), t->sample, t->step);
    if (t->recorded_steps)
        fprintf(s.line, "\tin the run itself %s%s", form_count(x, t->recorded), t->recorded > 1.02 * t->sum ? ": there packets also waited for cores"
                : t->sum > 1.02 * t->recorded ? ": its timing saw less of the waiting" : "");
    form_end(&s);
}

static void latency_line(FILE *to, const struct noc_asked *a, const char *name, const struct drive_spread *s, const char *words)
{
    char p50[FORM_TEXT], p95[FORM_TEXT], p99[FORM_TEXT], most[FORM_TEXT], mean_s[FORM_TEXT], p99_s[FORM_TEXT];
    fprintf(to, "  %-13s %9.2f %7s %7s %7s %9s %10s %10s   %s\n", name, s->mean, form_count(p50, (double)s->p50), form_count(p95, (double)s->p95),
            form_count(p99, (double)s->p99), form_count(most, (double)s->most), form_si(mean_s, seconds(a, s->mean), "s"),
            form_si(p99_s, seconds(a, (double)s->p99), "s"), words);
}

static void say_latency(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f)
{
    const struct drive_result *r = &f->result;
    struct form_sheet s;
    fprintf(to, "\n%-15s %9s %7s %7s %7s %9s %10s %10s\n", "latency, cycles", "mean", "p50", "p95", "p99", "most", "mean", "p99");
    latency_line(to, a, "tail", &r->tail, "creation to the last flit's arrival");
    latency_line(to, a, "head", &r->head, "creation to the first flit's arrival");
    latency_line(to, a, "source queue", &r->source, "of it, waiting to enter the network");
    latency_line(to, a, "network", &r->network, "of the tail's, the rest");
    fputc('\n', to);
    form_begin(&s, to, width, "mean");
    if (a->pattern && !f->burst && !r->saturated)
        fprintf(s.line, "tail %.2f +- %.2f at 95 %% confidence\t", r->tail.mean, r->half_width);
    if (r->alone > 0)
        fprintf(s.line, "a packet alone %.2f", r->alone);
    if (r->alone > 0)
        fprintf(s.line, r->saturated ? "\t" : ": waiting adds %.2f\t", r->tail.mean - r->alone);
    fprintf(s.line, "%.2f routers visited", r->routers);
    form_end(&s);
}

static void say_links(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f)
{
    const struct link_sums *u = &f->sums;
    struct form_sheet s;
    char mean[FORM_TEXT], most[FORM_TEXT], place[100];
    form_begin(&s, to, width, "links");
    fprintf(s.line, "busiest %s in %s of the cycles\tlinks between routers %s in the mean", noc_place(place, sizeof place, a, &f->use[u->busiest]),
            form_percent(most, u->most_use), form_percent(mean, u->mean_use));
    if (a->pattern && !f->burst && !f->result.saturated && u->most_use > 0)
        fprintf(s.line, "\tthe busiest would be full at load %.3g", f->result.accepted / u->most_use);
    form_end(&s);
    form_begin(&s, to, width, "buffers");
    fprintf(s.line, "%.2f of %u flits at a link's end in the mean\tfullest %.2f, of %s", u->mean_occupancy, a->config->vcs * a->config->depth,
            u->most_occupancy, noc_place(place, sizeof place, a, &f->use[u->fullest]));
    form_end(&s);
}

/* Cycles at the front of a buffer, per packet that left the network in the span. */
static void say_waits(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f)
{
    struct form_sheet s;
    char lost[FORM_TEXT];
    double packets = 0, all = 0, told = 0;
    for (uint32_t i = 0; i < f->uses; i++)
        packets += f->use[i].kind == LINK_EJECT ? (double)f->use[i].flits / a->flits : 0;
    for (int k = 0; k < MESH_STALLS; k++)
        all += (double)f->sums.stall[k];
    form_begin(&s, to, width, "waits");
    int none = packets <= 0;        /* then there is nothing to divide by: all of them together */
    fprintf(s.line, "%.*f cycles %s at the front of a buffer", none ? 0 : 2, none ? all : all / packets, none ? "of packets none of which left" : "per packet");
    for (int k = 0; k < MESH_STALLS; told += (double)f->sums.stall[k++])
        if (f->sums.stall[k])
            fprintf(s.line, "%s %s %.*f", told > 0 ? "," : ":", stall_words[k], none ? 0 : 2, (double)f->sums.stall[k] / (none ? 1 : packets));
    form_end(&s);
    if (!f->result.lost)
        return;
    form_begin(&s, to, width, "dropped");
    fprintf(s.line, "%s (%.2g %%): waited longer than the chip's routers allow", form_count(lost, (double)f->result.lost),
            100 * (double)f->result.lost / (double)f->result.packets);
    form_end(&s);
}

void noc_text_figure(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f, const struct noc_steps *steps)
{
    if (steps)
        say_steps(to, width, a, f, steps);
    else if (f->burst)
        say_burst(to, width, a, f);
    else
        say_load(to, width, a, f);
    if (f->result.tail.mean > 0)
        say_latency(to, width, a, f);
    say_links(to, width, a, f);
    say_waits(to, width, a, f);
}

/* ---- a curve ---- */

void noc_text_columns(FILE *to)
{
    fprintf(to, "\n%7s %9s %9s %7s %6s %6s %6s %7s %9s %9s   %s\n", "", "", "tail", "95 %", "", "", "", "", "head", "source", "busiest");
    fprintf(to, "%7s %9s %9s %7s %6s %6s %6s %7s %9s %9s   %s\n", "load", "accepted", "mean", "+-", "p50", "p95", "p99", "most", "mean", "queue", "link");
}

void noc_text_line(FILE *to, const struct noc_asked *a, const struct noc_figure *f)
{
    const struct drive_result *r = &f->result;
    char p50[FORM_TEXT], p95[FORM_TEXT], p99[FORM_TEXT], most[FORM_TEXT], use[FORM_TEXT], place[100];
    fprintf(to, "%7.4g %9.4f ", f->load, r->accepted);
    if (r->saturated)
        fprintf(to, "%-66s", "SATURATED: queues at the sources grow without end");
    else
        fprintf(to, "%9.2f %7.2f %6s %6s %6s %7s %9.2f %9.2f", r->tail.mean, r->half_width, form_count(p50, (double)r->tail.p50),
                form_count(p95, (double)r->tail.p95), form_count(p99, (double)r->tail.p99), form_count(most, (double)r->tail.most), r->head.mean,
                r->source.mean);
    fprintf(to, "   %5s  %s\n", form_percent(use, f->sums.most_use), noc_place(place, sizeof place, a, &f->use[f->sums.busiest]));
}

/* Three times the latency alone is where most authors say that a network saturates: it is named beside the hard fact. */
void noc_text_curve(FILE *to, size_t width, const struct noc_asked *a, const struct noc_figure *f, uint32_t n)
{
    struct form_sheet s;
    char one[FORM_TEXT];
    uint32_t full = n, tripled = n;
    double most = 0;
    for (uint32_t i = n; i-- > 0;) {
        full = f[i].result.saturated ? i : full;
        tripled = f[i].result.saturated || f[i].result.tail.mean > 3 * f[i].result.alone ? i : tripled;
        most = f[i].result.accepted > most ? f[i].result.accepted : most;
    }
    fputc('\n', to);
    form_begin(&s, to, width, "saturates");
    if (full == n)
        fprintf(s.line, "not up to load %.4g", f[n - 1].load);
    else if (!full)
        fprintf(s.line, "already at load %.4g", f[0].load);
    else
        fprintf(s.line, "between load %.4g and %.4g", f[full - 1].load, f[full].load);
    fprintf(s.line, "\tat most %.4g flits per core and cycle accepted", most);
    if (tripled && tripled < n)
        fprintf(s.line, "\tthe mean passes 3 x that of a packet alone between %.4g and %.4g", f[tripled - 1].load, f[tripled].load);
    form_end(&s);
    form_begin(&s, to, width, "latency");
    fprintf(s.line, "in cycles of %s, from creation", form_si(one, seconds(a, 1), "s"));
    fprintf(s.line, "\tof the packets created in %s cycles", form_count(one, (double)f[n - 1].window));
    if (f[0].window != f[n - 1].window)
        fprintf(s.line, " (%s at the lowest load)", form_count(one, (double)f[0].window));
    fprintf(s.line, " after %s of warm-up", form_count(one, (double)f[n - 1].warmup));
    if (f[0].result.alone > 0)
        fprintf(s.line, "\ta packet that meets no other: %.2f in the mean", f[0].result.alone);
    form_end(&s);
}
