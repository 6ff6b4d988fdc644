/* Where each core lies: along a Hilbert curve from the host's port (elsewhere by number; chip after chip), then swaps of two cores (or moves
 * to a free place) as long as they lower rate x energy of the routes. The energy of a route is a sum over columns and over rows, so what a core would cost at
 * any place is kept as two short rows of sums, and a swap is judged by a few additions. On a graph (chip_noc.c) the one row is over all
 * routers, with a table of what each way costs. Whole numbers throughout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "counters.h"
#include "mapping_place.h"
#include "noc/noc.h"

static const uint64_t WORK = 400000000;         /* swaps that may be judged */
enum { APART_MAX = 2048, HOP = 1000, CHIP_LEAST = 10 * HOP, CHIP_MOST = 1000 * HOP };   /* routers that ways are tabulated for; costs of a link */

/* ---- the mesh ---- */

static double price(const struct chipfile *chip, enum counter counter)
{
    const struct energy_term *term = chipfile_price(chip, (int)counter);
    return term && term->cost.stated && term->cost.value > 0 ? term->cost.value : 0;
}

/* Energy of one hop along x and along y, as whole numbers whose smaller one is about 1000. */
static void hop_costs(const struct chipfile *chip, int64_t *x, int64_t *y)
{
    const struct chip_noc *noc = &chip->noc;
    double flits = noc->link_bits ? ceil((double)noc->packet_bits / noc->link_bits) : 1;
    double both = price(chip, COUNT_HOPS) + price(chip, COUNT_ROUTES) + (1 + flits) * price(chip, COUNT_ARBITRATIONS) +
                  flits * (price(chip, COUNT_LINK) + price(chip, COUNT_CROSSBAR) + price(chip, COUNT_BUFFER_WRITES) + price(chip, COUNT_BUFFER_READS));
    double hop_x = both + price(chip, COUNT_HOPS_X), hop_y = both + price(chip, COUNT_HOPS_Y), least = hop_x < hop_y ? hop_x : hop_y;
    *x = least > 0 && hop_x / least < 1000 ? llround(1000 * hop_x / least) : 1000;
    *y = least > 0 && hop_y / least < 1000 ? llround(1000 * hop_y / least) : 1000;
}

uint32_t place_along(uint32_t a, uint32_t b, uint32_t size, int torus)
{
    uint32_t d = a > b ? a - b : b - a;
    return torus && size - d < d ? size - d : d;
}

/* Energy of a link between chips as a multiple of a hop; where little or nothing is stated it is dear all the same, because it is narrow. */
static uint32_t chip_cost(const struct chipfile *chip)
{
    const struct chip_noc *noc = &chip->noc;
    double flits = noc->link_bits ? ceil((double)noc->packet_bits / noc->link_bits) : 1;
    double hop = price(chip, COUNT_HOPS) + flits * price(chip, COUNT_LINK), more = price(chip, COUNT_HOPS_CHIP) + flits * price(chip, COUNT_LINK_CHIP);
    double cost = hop > 0 ? HOP * (1 + more / hop) : CHIP_LEAST;
    return cost < CHIP_LEAST ? CHIP_LEAST : cost > CHIP_MOST ? CHIP_MOST : (uint32_t)cost;
}

/* Ways as packets go; a way that differs there and back counts half each. NULL where there are too many routers: cores stay in order then. */
static uint32_t *tabulate(const struct place_mesh *m, const struct chipfile *chip, const struct noc *noc)
{
    const uint32_t cost[] = {[WIRE_X] = (uint32_t)m->hop_x, [WIRE_Y] = (uint32_t)m->hop_y, [WIRE_LINK] = HOP, [WIRE_CHIP] = chip_cost(chip)};
    uint32_t routers = noc->routers, *link = mem_new(noc->longest_path, sizeof *link), *apart = mem_new((size_t)routers * routers, sizeof *apart);
    uint32_t tiles = chipfile_tiles(&chip->noc);
    uint8_t *ends = mem_new(routers, 1);                /* only routers that have endpoints are ends of ways */
    for (uint32_t t = 0; t < tiles; t++)
        ends[chipfile_tile_router(&chip->noc, t)] = 1;
    ends[m->host_in[0]] = ends[m->host_out[0]] = 1;
    for (uint32_t a = 0; a < routers; a++)
        for (uint32_t b = 0; b < routers; b++) {
            if (a == b || !ends[a] || !ends[b])
                continue;
            uint32_t hops = noc_path(noc, a, b, link), sum = 0;
            for (uint32_t h = 0; h < hops; h++)
                sum += cost[noc_wire(noc, link[h])];
            apart[(size_t)a * routers + b] += sum / 2;
            apart[(size_t)b * routers + a] += sum / 2;
        }
    free(link);
    free(ends);
    return apart;
}

static void make_graph(struct place_mesh *m, const struct chipfile *chip, const struct noc *noc)
{
    m->columns = noc->routers;
    m->rows = 1;
    m->host_in[0] = noc->router_of[noc->host_in];
    m->host_out[0] = noc->router_of[noc->host_out];
    m->host_in[1] = m->host_out[1] = 0;
    if (noc->routers <= APART_MAX)
        m->apart = tabulate(m, chip, noc);
}

static void make_mesh(struct place_mesh *m, const struct chipfile *chip, const struct noc *graph)
{
    const struct chip_noc *noc = &chip->noc;
    *m = (struct place_mesh){.columns = noc->columns, .rows = noc->rows, .per_tile = noc->cores_per_tile ? noc->cores_per_tile : 1,
                             .torus = noc->topology == TOPOLOGY_TORUS, .yx = noc->routing == ROUTING_YX, .noc = graph ? noc : NULL};
    hop_costs(chip, &m->hop_x, &m->hop_y);
    m->host_in[0] = chip->in.column;
    m->host_in[1] = chip->in.row;
    m->host_out[0] = chip->out.column;
    m->host_out[1] = chip->out.row;
    if (graph)
        make_graph(m, chip, graph);
}

static uint32_t column_of(const struct place_mesh *m, uint32_t core)
{
    return m->noc ? chipfile_tile_router(m->noc, core / m->per_tile) : core / m->per_tile % m->columns;
}

static uint32_t row_of(const struct place_mesh *m, uint32_t core)
{
    return m->noc ? 0 : core / m->per_tile / m->columns;
}

static int64_t along_x(const struct place_mesh *m, uint32_t a, uint32_t b)
{
    return m->apart ? m->apart[(size_t)a * m->columns + b] : m->hop_x * place_along(a, b, m->columns, m->torus);
}

/* ---- the start ---- */

/* The n-th point of the Hilbert curve over side x side points. */
static void hilbert(uint32_t side, uint64_t n, uint32_t *x, uint32_t *y)
{
    *x = *y = 0;
    for (uint32_t s = 1; s < side; s *= 2, n /= 4) {
        uint32_t right = (uint32_t)(n / 2) & 1, up = (uint32_t)(n ^ right) & 1;
        if (!up) {
            uint32_t swap = *x;
            *x = right ? s - 1 - *y : *y;
            *y = right ? s - 1 - swap : swap;
        }
        *x += s * right;
        *y += s * up;
    }
}

/* Cores of one grid, whose first core is `first`, in the curve's order, beginning in the corner nearest to the host's input. */
static uint32_t along_curve(const struct chipfile *chip, uint32_t first, uint32_t *order)
{
    uint32_t columns = chip->noc.columns, rows = chip->noc.rows, per_tile = chip->noc.cores_per_tile ? chip->noc.cores_per_tile : 1;
    uint32_t side = 1, n = 0, x, y;
    int flip_x = 2 * chip->in.column >= columns && columns > 1, flip_y = 2 * chip->in.row >= rows && rows > 1;
    while (side < columns || side < rows)
        side *= 2;
    for (uint64_t i = 0; i < (uint64_t)side * side; i++) {
        hilbert(side, i, &x, &y);
        if (x >= columns || y >= rows)
            continue;
        uint32_t tile = (flip_y ? rows - 1 - y : y) * columns + (flip_x ? columns - 1 - x : x);
        for (uint32_t k = 0; k < per_tile; k++)
            if (first + tile * per_tile + k < chip->cores)
                order[n++] = first + tile * per_tile + k;
    }
    return n;
}

/* Chip cores in the order in which they are filled: chip after chip. */
static uint32_t *curve(const struct chipfile *chip)
{
    uint32_t n = 0, *order = mem_new(chip->cores, sizeof *order), chips = chipfile_chips(&chip->noc);
    for (uint32_t c = 0; c < chips && chipfile_is_grid(&chip->noc); c++)
        n += along_curve(chip, c * (chip->cores / chips), order + n);
    for (; n < chip->cores && !chipfile_is_grid(&chip->noc); n++)
        order[n] = n;
    return order;
}

static void start(struct placer *p)
{
    const struct place_problem *problem = p->problem;
    const struct chipfile *chip = problem->fanin->chip;
    uint32_t *order = curve(chip);
    for (uint32_t t = 0; t < chip->n_types; t++)
        for (uint32_t c = 0, next = 0; c < problem->n_cores; c++) {
            if (problem->type_of[c] != t)
                continue;
            while (chip->core_type_of[order[next]] != t)
                next++;
            p->holder[order[next]] = c;
            p->at[c] = order[next++];
        }
    free(order);
}

/* ---- traffic ---- */

static uint32_t source_core(const struct place_problem *problem, uint32_t source)
{
    return source < problem->fanin->host ? PLACE_NONE : problem->core_of[source - problem->fanin->host];
}

/* Spikes from each core, and from the host, to core c; every source spikes once. */
static void count_into(const struct place_problem *problem, uint32_t c, uint64_t *from, uint64_t *host)
{
    *host = 0;
    for (uint64_t i = problem->axon_first[c]; i < problem->axon_first[c + 1]; i++) {
        uint32_t core = source_core(problem, problem->axon[i]);
        if (core == PLACE_NONE)
            ++*host;
        else
            from[core]++;
    }
}

/* Both directions of a pair are two entries of each core's list: a route costs the same either way. */
static void count_traffic(struct placer *p)
{
    const struct place_problem *problem = p->problem;
    uint32_t n = problem->n_cores;
    uint64_t *from = mem_new(n, sizeof *from);
    p->first = mem_new((size_t)n + 2, sizeof *p->first);
    for (int fill = 0; fill < 2; fill++) {
        for (uint32_t c = 0; c < n; c++) {
            memset(from, 0, n * sizeof *from);
            count_into(problem, c, from, &p->host_in[c]);
            for (uint32_t a = 0; a < n; a++) {
                if (!from[a] || a == c)
                    continue;
                if (fill) {
                    p->flow[p->first[c + 1]++] = (struct place_flow){a, from[a]};
                    p->flow[p->first[a + 1]++] = (struct place_flow){c, from[a]};
                } else {
                    p->first[c + 2]++;
                    p->first[a + 2]++;
                }
            }
        }
        for (uint32_t c = 2; c < n + 2 && !fill; c++)
            p->first[c] += p->first[c - 1];
        if (!fill)
            p->flow = mem_new(p->first[n + 1], sizeof *p->flow);
    }
    free(from);
    const struct fanin *f = problem->fanin;
    for (uint32_t i = 0; i < f->neurons; i++)
        p->host_out[problem->core_of[i]] += f->network->population[f->population[i]].output != 0;
}

/* ---- what a core costs at any column and row ---- */

static void add_costs(struct placer *p, uint32_t core, uint32_t x, uint32_t y, int64_t weight)
{
    const struct place_mesh *m = &p->mesh;
    int64_t *at_x = p->cost_x + (size_t)core * m->columns, *at_y = p->cost_y + (size_t)core * m->rows;
    for (uint32_t i = 0; i < m->columns; i++)
        at_x[i] += weight * along_x(m, i, x);
    for (uint32_t i = 0; i < m->rows; i++)
        at_y[i] += weight * m->hop_y * place_along(i, y, m->rows, m->torus);
}

static void sum_costs(struct placer *p)
{
    const struct place_mesh *m = &p->mesh;
    for (uint32_t c = 0; c < p->problem->n_cores; c++) {
        add_costs(p, c, m->host_in[0], m->host_in[1], (int64_t)p->host_in[c]);
        add_costs(p, c, m->host_out[0], m->host_out[1], (int64_t)p->host_out[c]);
        for (uint64_t i = p->first[c]; i < p->first[c + 1]; i++)
            add_costs(p, c, column_of(m, p->at[p->flow[i].core]), row_of(m, p->at[p->flow[i].core]), (int64_t)p->flow[i].spikes);
    }
}

static int64_t cost_at(const struct placer *p, uint32_t core, uint32_t place)
{
    const struct place_mesh *m = &p->mesh;
    return p->cost_x[(size_t)core * m->columns + column_of(m, place)] + p->cost_y[(size_t)core * m->rows + row_of(m, place)];
}

static int64_t route_cost(const struct place_mesh *m, uint32_t a, uint32_t b)
{
    return along_x(m, column_of(m, a), column_of(m, b)) +
           m->hop_y * place_along(row_of(m, a), row_of(m, b), m->rows, m->torus);
}

/* All costs after core went from one place to another. */
static void moved(struct placer *p, uint32_t core, uint32_t from, uint32_t to)
{
    const struct place_mesh *m = &p->mesh;
    for (uint64_t i = p->first[core]; i < p->first[core + 1]; i++) {
        add_costs(p, p->flow[i].core, column_of(m, from), row_of(m, from), -(int64_t)p->flow[i].spikes);
        add_costs(p, p->flow[i].core, column_of(m, to), row_of(m, to), (int64_t)p->flow[i].spikes);
    }
}

void place_swap(struct placer *p, uint32_t core, uint32_t place)
{
    uint32_t from = p->at[core], other = p->holder[place];
    p->at[core] = place;
    p->holder[place] = core;
    p->holder[from] = other;
    moved(p, core, from, place);
    if (other != PLACE_NONE) {
        p->at[other] = from;
        moved(p, other, place, from);
    }
}

int place_allowed(const struct placer *p, uint32_t core, uint32_t place)
{
    const struct chipfile *chip = p->problem->fanin->chip;
    return chip->core_type_of[place] == p->problem->type_of[core] && place / p->mesh.per_tile != p->at[core] / p->mesh.per_tile;
}

/* What the energy would change by. p->between[b]: spikes between core and b, both ways. */
int64_t place_gain(const struct placer *p, uint32_t core, uint32_t place)
{
    uint32_t from = p->at[core], other = p->holder[place];
    int64_t change = cost_at(p, core, place) - cost_at(p, core, from);
    if (other == PLACE_NONE)
        return change;
    return change + cost_at(p, other, from) - cost_at(p, other, place) + 2 * (int64_t)p->between[other] * route_cost(&p->mesh, from, place);
}

void place_look(struct placer *p, uint32_t core, int on)
{
    for (uint64_t i = p->first[core]; i < p->first[core + 1]; i++)
        p->between[p->flow[i].core] = on ? p->between[p->flow[i].core] + p->flow[i].spikes : 0;
}

/* The best swap of each core in turn; returns how many there were. */
static uint32_t sweep(struct placer *p, uint64_t *judged)
{
    uint32_t swaps = 0, cores = p->problem->fanin->chip->cores;
    for (uint32_t c = 0; c < p->problem->n_cores; c++) {
        int64_t best = 0;
        uint32_t where = PLACE_NONE;
        place_look(p, c, 1);
        for (uint32_t place = 0; place < cores; place++) {
            int64_t change = place_allowed(p, c, place) ? place_gain(p, c, place) : 0;
            if (change < best) {
                best = change;
                where = place;
            }
        }
        place_look(p, c, 0);
        *judged += cores;
        if (where == PLACE_NONE)
            continue;
        place_swap(p, c, where);
        swaps++;
    }
    return swaps;
}

static void open_placer(struct placer *p, const struct place_problem *problem)
{
    const struct chipfile *chip = problem->fanin->chip;
    uint32_t n = problem->n_cores;
    *p = (struct placer){.problem = problem};
    make_mesh(&p->mesh, chip, problem->noc);
    p->at = mem_new(n, sizeof *p->at);
    p->holder = mem_new(chip->cores, sizeof *p->holder);
    for (uint32_t k = 0; k < chip->cores; k++)
        p->holder[k] = PLACE_NONE;
    p->host_in = mem_new(n, sizeof *p->host_in);
    p->host_out = mem_new(n, sizeof *p->host_out);
    p->between = mem_new(n, sizeof *p->between);
    p->cost_x = mem_new((size_t)n * p->mesh.columns, sizeof *p->cost_x);
    p->cost_y = mem_new((size_t)n * p->mesh.rows, sizeof *p->cost_y);
}

static void close_placer(struct placer *p)
{
    void *const owned[] = {p->at, p->holder, p->host_in, p->host_out, p->between, p->cost_x, p->cost_y, p->first, p->flow, p->mesh.apart};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void place(const struct place_problem *problem, uint32_t *chip_core)
{
    struct placer p;
    uint64_t judged = 0;
    open_placer(&p, problem);
    start(&p);
    if (!problem->noc || p.mesh.apart) {
        count_traffic(&p);
        sum_costs(&p);
        while (judged < WORK && sweep(&p, &judged))
            continue;
    }
    if (problem->fanin->chip->noc.multicast && !problem->noc)
        place_trees(&p);
    memcpy(chip_core, p.at, problem->n_cores * sizeof *chip_core);
    close_placer(&p);
}

static uint64_t graph_hops(const struct place_problem *problem, const uint32_t *chip_core)
{
    const struct noc *noc = problem->noc;
    uint32_t *link = mem_new(noc->longest_path, sizeof *link);
    uint64_t hops = 0;
    for (uint32_t c = 0; c < problem->n_cores; c++)
        for (uint64_t i = problem->axon_first[c]; i < problem->axon_first[c + 1]; i++) {
            uint32_t from = source_core(problem, problem->axon[i]);
            hops += noc_path(noc, noc->router_of[from == PLACE_NONE ? noc->host_in : chip_core[from]], noc->router_of[chip_core[c]], link);
        }
    free(link);
    return hops;
}

uint64_t place_hops(const struct place_problem *problem, const uint32_t *chip_core)
{
    struct place_mesh m;
    uint64_t hops = 0;
    if (problem->noc)
        return graph_hops(problem, chip_core);
    make_mesh(&m, problem->fanin->chip, NULL);
    for (uint32_t c = 0; c < problem->n_cores; c++)
        for (uint64_t i = problem->axon_first[c]; i < problem->axon_first[c + 1]; i++) {
            uint32_t from = source_core(problem, problem->axon[i]), x = m.host_in[0], y = m.host_in[1];
            if (from != PLACE_NONE) {
                x = column_of(&m, chip_core[from]);
                y = row_of(&m, chip_core[from]);
            }
            hops += place_along(x, column_of(&m, chip_core[c]), m.columns, m.torus) + place_along(y, row_of(&m, chip_core[c]), m.rows, m.torus);
        }
    return hops;
}
