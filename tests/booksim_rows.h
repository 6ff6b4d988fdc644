/* booksim_rows.h: rows of the tables of kit/noc, made with BookSim2, and the network that a row was made on. A table's first seven columns
 * say topology, routers per side, pipeline, virtual channels, flits of buffer per channel, flits per packet, pattern. */
#ifndef VOLLEY_TESTS_BOOKSIM_ROWS_H
#define VOLLEY_TESTS_BOOKSIM_ROWS_H
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#ifdef __cplusplus
extern "C" {
#endif

struct row {
    char topology[16], pipe[8], pattern[24];
    uint32_t k, vcs, depth, flits;
};

static inline struct topology *topology_of(const struct row *r)
{
    struct err err;
    struct topology_hop hop = {1, 1, 0};
    struct topology_grid g = {.columns = r->k, .rows = r->k, .concentration = 1, .torus = !strcmp(r->topology, "torus"), .routing = ROUTE_XY,
                              .hop = {hop, hop, hop, hop}, .inject = 2, .eject = 1, .flit_time = 1};
    return topology_new_grid(&g, &err);
}

static inline struct mesh_config config_of(const struct row *r)
{
    struct mesh_config c = {.vcs = r->vcs, .depth = r->depth, .vc_alloc = 1, .sw_alloc = 1, .final = 1, .credit = 1, .watchdog = 100000};
    c.route = !strcmp(r->pipe, "P4");
    c.speculative = !strcmp(r->pipe, "P2s");
    return c;
}

static inline uint32_t cycles_per_hop(const char *pipe)
{
    return !strcmp(pipe, "P4") ? 5 : !strcmp(pipe, "P2s") ? 3 : 4;
}

static inline void name(const struct row *r)
{
    printf("    %s %ux%u %s %u VC x %u, %u flits, %s", r->topology, r->k, r->k, r->pipe, r->vcs, r->depth, r->flits, r->pattern);
}

static inline int same_series(const struct row *a, const struct row *b)
{
    return !strcmp(a->topology, b->topology) && !strcmp(a->pipe, b->pipe) && !strcmp(a->pattern, b->pattern) && a->k == b->k && a->vcs == b->vcs &&
           a->depth == b->depth && a->flits == b->flits;
}

/* rest: the columns after the seven. 0: not a row. */
static inline int read_row(const char *line, struct row *r, const char **rest)
{
    int used = 0;
    if (sscanf(line, "%15[^,],%u,%7[^,],%u,%u,%u,%23[^,],%n", r->topology, &r->k, r->pipe, &r->vcs, &r->depth, &r->flits, r->pattern, &used) != 7 || !used)
        return 0;
    *rest = line + used;
    return 1;
}

/* A comma separated field as a number; -1 where it is empty. */
static inline double field(const char *rest, int number)
{
    for (; number > 0 && rest; number--) {
        rest = strchr(rest, ',');
        rest = rest ? rest + 1 : NULL;
    }
    return rest && *rest && *rest != ',' && *rest != '\n' ? strtod(rest, NULL) : -1;
}

/* Opens a table and skips its heading; NULL where it is not there, which has been said. */
static inline FILE *table(const char *file_name)
{
    char path[4096], line[512];
    FILE *file = check_kit_open(file_name, path, sizeof path);
    if (file && !fgets(line, sizeof line, file))
        CU_FAIL("empty table");
    return file;
}

#ifdef __cplusplus
}
#endif
#endif
