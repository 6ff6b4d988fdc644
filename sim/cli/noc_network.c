/* Cores of one tile are neighbours in the rectangle: 4 per tile make a tile 2 x 2 nodes, 2 per tile 2 x 1, so that patterns which speak of
 * neighbours, rows and columns mean places on the chip. */
#include "cli/noc_network.h"

#include <stdlib.h>

#include "base/mem.h"
#include "chip.h"
#include "noc/cycle.h"
#include "noc/topology.h"

/* The largest divisor whose square is at most n: the height of the flattest rectangle that is no flatter than need be. */
static uint32_t height_of(uint32_t n)
{
    uint32_t height = 1;
    for (uint32_t d = 2; (uint64_t)d * d <= n; d++)
        height = n % d ? height : d;
    return height;
}

/* Chips of a system lie one above the other. A network that is no grid has no places: its cores are the flattest rectangle in order. */
static void place_nodes(struct noc_network *n, const struct topology *t, uint32_t chips)
{
    uint32_t columns = t->columns ? t->columns : 1, rows = t->columns ? t->rows * chips : 1, per_tile = n->cores / (columns * rows);
    uint32_t high = height_of(per_tile), wide = per_tile / high;
    n->columns = columns * wide;
    n->rows = rows * high;
    n->endpoint = mem_new((size_t)n->columns * n->rows, sizeof *n->endpoint);
    for (uint32_t y = 0; y < n->rows; y++)
        for (uint32_t x = 0; x < n->columns; x++)
            n->endpoint[y * n->columns + x] = (y / high * columns + x / wide) * per_tile + y % high * wide + x % wide;
}

/* Patterns leave the host out, so its rate cannot be too high for them. That trees must fit a buffer is asked where one is made. */
int noc_network_open(struct noc_network *n, const struct chipfile *f, int with_host, struct err *err)
{
    struct noc *noc = chip_make_noc(f, err);
    if (!noc)
        return -1;
    if (noc_is_free(noc)) {
        noc_free(noc);
        return err_answer(err, "the network of chip %s takes no time: there is nothing in which packets could meet; choose another chip (volley chips lists "
                               "them)", f->name);
    }
    if (!with_host)
        noc->shape.host_rate = 1;
    *n = (struct noc_network){.topology = cycle_build(noc, err), .config = noc->router, .cores = noc->cores, .host_in = noc->host_in, .host_out = noc->host_out,
                              .flits = chip_flits(&f->noc), .period_ps = f->clock[f->noc.clock].period_ps};
    n->lanes = n->topology ? n->topology->endpoints - noc->endpoints + 1 : 0;
    n->config.watchdog = f->noc.watchdog;
    n->config.longest_tree = 0;
    if (n->topology)
        place_nodes(n, n->topology, chipfile_chips(&f->noc));
    noc_free(noc);
    return n->topology ? 0 : chipfile_noc_context(f, err);
}

uint32_t noc_network_host_lane(const struct noc_network *n, uint32_t packet)
{
    uint32_t lane = packet % n->lanes;
    return lane ? n->host_out + lane : n->host_in;
}

void noc_network_close(struct noc_network *n)
{
    topology_free(n->topology);
    free(n->endpoint);
    *n = (struct noc_network){.topology = NULL};
}
