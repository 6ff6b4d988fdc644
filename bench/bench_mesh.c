/* bench_mesh: flit-hops per second of CPU of the flit-level network on one thread, uniform traffic of single flits, 4 channels of 4
 * flits, 4 cycles per hop; and cycles per second where it is nearly idle. A flit-hop is a flit through a router (buffer, switch, link),
 * as the recorded peers count it; "links" counts only links between routers. Median of several runs. The last column is the ratio to
 * BookSim2 on the same work, as it was measured on a machine of this kind: 0.5, 0.6 and 0.4 M flit-hops/s. Usage: bench_mesh [runs] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "noc/drive.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "noc/traffic.h"

struct point { uint32_t side; double load; uint64_t cycles; double peer; };        /* peer: M flit-hops/s of BookSim2; 0: not measured */
struct speed { double hops, links, cycles; };

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct speed run_once(const struct point *p)
{
    struct err err;
    struct topology_hop hop = {1, 1, 0};
    struct topology_grid g = {.columns = p->side, .rows = p->side, .concentration = 1, .routing = ROUTE_XY, .hop = {hop, hop, hop, hop}, .inject = 2,
                              .eject = 1, .flit_time = 1};
    struct topology *t = topology_new_grid(&g, &err);
    struct mesh_config c = {.vcs = 4, .depth = 4, .vc_alloc = 1, .sw_alloc = 1, .final = 1, .credit = 1, .watchdog = 100000};
    struct mesh *m = mesh_new(t, &c, &err);
    struct traffic_config tc = {.pattern = TRAFFIC_UNIFORM, .columns = p->side, .rows = p->side, .flits = 1, .load = p->load, .seed = 1};
    struct traffic *traffic = traffic_new(&tc, &err);
    struct drive_plan plan = {.warmup = p->cycles / 10, .window = p->cycles, .drain = 100000, .nodes = p->side * p->side, .flits = 1};
    struct drive_result r;
    double start = cpu_seconds();
    if (drive_steady(m, traffic, &plan, &r, &err))
        printf("%s\n", err.text);
    double took = cpu_seconds() - start, hops = 0;
    for (uint32_t port = 0; port < t->ports; port++)
        hops += (double)mesh_port_counts(m, port).sw_grants;
    struct speed s = {hops / took, (double)mesh_totals(m).flit_hops / took, (double)r.cycles / took};
    traffic_free(traffic);
    mesh_free(m);
    topology_free(t);
    return s;
}

static int by_hops(const void *a, const void *b)
{
    const struct speed *x = a, *y = b;
    return x->hops < y->hops ? -1 : x->hops > y->hops;
}

int main(int argc, char **argv)
{
    static const struct point point[] = {{8, 0.1, 20000, 0.5}, {8, 0.3, 20000, 0.6}, {16, 0.1, 8000, 0.4}, {16, 0.001, 400000, 0}, {16, 0.00001, 20000000, 0}};
    enum { MOST = 99 };
    struct speed speed[MOST];
    int runs = argc > 1 ? atoi(argv[1]) : 5;
    runs = runs < 1 ? 1 : runs > MOST ? MOST : runs;
    printf("%-7s %-8s %26s %11s %12s %12s\n", "mesh", "load", "M flit-hops/s (low-high)", "M links/s", "M cycles/s", "x BookSim2");
    for (size_t i = 0; i < sizeof point / sizeof *point; i++) {
        for (int k = 0; k < runs; k++)
            speed[k] = run_once(&point[i]);
        qsort(speed, (size_t)runs, sizeof *speed, by_hops);
        printf("%2ux%-4u %-8g %10.2f (%6.2f-%6.2f) %11.2f %12.3f", point[i].side, point[i].side, point[i].load, speed[runs / 2].hops / 1e6, speed[0].hops / 1e6,
               speed[runs - 1].hops / 1e6, speed[runs / 2].links / 1e6, speed[runs / 2].cycles / 1e6);
        if (point[i].peer > 0)
            printf(" %12.1f", speed[runs / 2].hops / 1e6 / point[i].peer);
        printf("\n");
    }
    return 0;
}
