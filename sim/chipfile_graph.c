/* Networks that are no plain grid: trees of routers (`noc.tree`) and lists of links (`noc.links`); and what any network of a chip file
 * consists of, for those who count routers and links or name cores. Routers, tiles and cores are numbered chip after chip; a tile is
 * a router that has cores. In a tree router 0 is the root, the children of router r are arity x r + 1 and following, and the tiles are
 * the routers of the last level. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { LEVELS_MAX = 16, ARITY_MAX = 64, ROUTERS_MAX = 8192, CORES_PER_MAX = 1024 };

struct tree_text { uint32_t levels, arity; };
static const struct field tree_fields[] = {
    {"levels", FIELD_NUMBER, offsetof(struct tree_text, levels), 0, 1, LEVELS_MAX, NULL, NULL, "3", "of routers, the root's included; cores are at the last"},
    {"arity", FIELD_NUMBER, offsetof(struct tree_text, arity), 0, 1, ARITY_MAX, NULL, NULL, "4", "children of each router"}};
const struct field_table chipfile_table_tree = {"noc.tree", "Topology tree: router 0 is the root; the children of router r are arity x r + 1 and following.",
                                                tree_fields, 2};

struct edge_text { uint32_t from, to, width; const struct doc_node *delay, *flit_time; int both, between_chips; };
#define OF(member) offsetof(struct edge_text, member)
static const struct field edge_fields[] = {
    {"from", FIELD_NUMBER, OF(from), 0, 0, 0, NULL, NULL, "0", "router"},
    {"to", FIELD_NUMBER, OF(to), 0, 0, 0, NULL, NULL, "1", "router"},
    {"both", FIELD_FLAG, OF(both), 0, 0, 0, NULL, "true", "true",
     "there and back; false: one way. A way back listed next, with times of its own, shares its ports"},
    {"delay", FIELD_COST, OF(delay), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "2 cycles",
     "of a flit; noc.link.delay where absent"},
    {"flit_time", FIELD_COST, OF(flit_time), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "1 cycle",
     "how long a flit occupies it; noc.link.flit_time where absent"},
    {"width", FIELD_NUMBER, OF(width), UNIT_BITS, 0, 65536, NULL, "0 bit", "8 bit",
     "bits at a time, in place of flit_time: a flit takes ceil(noc.link.width / width) x noc.link.flit_time"},
    {"between_chips", FIELD_FLAG, OF(between_chips), 0, 0, 0, NULL, "false", "false",
     "true: counted and priced as a link between chips (hop_chip, link_chip)"}};
#undef OF
const struct field_table chipfile_table_edge = {"noc.links", "Topology custom: a list of links, each with these keys.", edge_fields,
                                                sizeof edge_fields / sizeof *edge_fields};

/* ---- reading ---- */

/* A key of another topology. On the command line nothing can be removed from a file, so there it is left out silently. */
int chipfile_foreign(const struct reading *r, const struct doc_node *map, const char *key, const char *belongs, struct err *err)
{
    const struct doc_node *node = doc_get(map, key), *topology = doc_get(r->at.noc, "topology");
    if (!node || (topology && topology->set && !node->set))
        return 0;
    return doc_error(node, err, "noc.%s belongs to topology: %s; remove it", key, belongs);
}

static int read_tree(struct reading *r, const struct doc_node *node, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    struct tree_text tree = {0};
    if (!node)
        return doc_error(r->at.noc, err, "a tree needs its levels; write for example tree: {levels: 3, arity: 4}");
    if (fields_read(&chipfile_table_tree, node, node, &tree, err))
        return -1;
    uint64_t level = 1, routers = 1;
    for (uint32_t l = 1; l < tree.levels && routers <= ROUTERS_MAX; l++) {
        level *= tree.arity;
        routers += level;
    }
    if (routers > ROUTERS_MAX)
        return doc_error(node, err, "noc.tree: %u levels of %u children each are more than %d routers", tree.levels, tree.arity, ROUTERS_MAX);
    n->levels = tree.levels;
    n->arity = tree.arity;
    n->routers = (uint32_t)routers;
    n->tiles = (uint32_t)level;
    return 0;
}

/* One router, or a span of them. */
static int mark_tiles(const struct doc_node *node, uint32_t routers, uint8_t *has, struct err *err)
{
    static const struct field span = {"noc.cores_at", FIELD_SPAN, 0, 0, 0, 0, NULL, NULL, "[0..3, 5]", ""};
    struct span s;
    if (fields_value(&span, node, &s, err))
        return -1;
    for (uint32_t router = s.low; router <= s.high; router++) {
        if (router >= routers)
            return doc_error(node, err, "noc.cores_at: router %u of %u; routers are numbered from 0", router, routers);
        if (has[router]++)
            return doc_error(node, err, "noc.cores_at names router %u twice; its cores are counted by cores_per_tile", router);
    }
    return 0;
}

/* Routers with cores, by rising number; all where the file does not say. */
static int read_tiles(struct chip_noc *n, const struct doc_node *node, struct err *err)
{
    uint8_t *has = mem_new(n->routers, 1);
    int bad = 0;
    for (uint32_t i = 0; node && !bad && i < (node->kind == DOC_LIST ? node->count : 1); i++)
        bad = mark_tiles(node->kind == DOC_LIST ? node->item[i] : node, n->routers, has, err);
    n->tile_router = mem_new(n->routers, sizeof *n->tile_router);
    for (uint32_t router = 0; router < n->routers; router++)
        if (!node || has[router])
            n->tile_router[n->tiles++] = router;
    free(has);
    return bad || n->tiles ? bad : doc_error(node, err, "noc.cores_at names no router; write for example [0..%u], or leave it out", n->routers - 1);
}

static void add_link(struct chip_noc *n, struct chip_link link)
{
    n->link = mem_grow(n->link, (size_t)n->n_links + 1, sizeof *n->link);
    n->link[n->n_links++] = link;
}

static int read_edge(struct reading *r, const struct standing *outer, const struct doc_node *node, uint32_t number, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    struct edge_text text = {0};
    char name[40];
    struct duration delay = {.cost = {.source = NO_INDEX}}, flit = {.cost = {.source = NO_INDEX}};
    if (fields_read(&chipfile_table_edge, node, node, &text, err))
        return -1;
    snprintf(name, sizeof name, "links.%u", number);
    if (text.from >= n->routers || text.to >= n->routers)
        return doc_error(node, err, "noc.%s joins router %u and router %u; there are %u, numbered from 0", name, text.from, text.to, n->routers);
    if (text.from == text.to)
        return doc_error(node, err, "noc.%s goes from router %u to itself; a link joins two routers", name, text.from);
    if (text.width && text.flit_time)
        return doc_error(node, err, "noc.%s: width and flit_time both say how long a flit takes; keep one", name);
    struct standing from = chipfile_standing(outer, name, NULL, NO_INDEX);
    struct chip_link link = {text.from, text.to, n->link_x, n->flit_x, text.between_chips};
    int bad = (text.delay && chipfile_noc_time(r, &from, "delay", text.delay, 1, &delay, &link.delay, err)) ||
              (text.flit_time && chipfile_noc_time(r, &from, "flit_time", text.flit_time, 1, &flit, &link.flit_time, err));
    free(delay.cost.why);
    free(flit.cost.why);
    if (bad)
        return -1;
    if (!link.delay || !link.flit_time)
        return doc_error(node, err, "noc.%s: a link of a list takes 1 cycle or more, and so does a flit on it", name);
    uint64_t occupied = (uint64_t)link.flit_time * (text.width ? (n->link_bits + (uint64_t)text.width - 1) / text.width : 1);
    if (occupied > CYCLES_MAX)
        return doc_error(node, err, "noc.%s: a flit of %u bit takes %llu cycles over %u bit, more than %d; make the link wider or noc.link.flit_time shorter",
                         name, n->link_bits, (unsigned long long)occupied, text.width, CYCLES_MAX);
    link.flit_time = (uint32_t)occupied;
    add_link(n, link);
    if (text.both)
        add_link(n, (struct chip_link){link.to, link.from, link.delay, link.flit_time, link.between_chips});
    return 0;
}

/* The default times of links have been read by then. */
int chipfile_links_of(struct reading *r, const struct standing *from, const struct doc_node *links, struct err *err)
{
    if (r->file->noc.topology != TOPOLOGY_CUSTOM)
        return chipfile_foreign(r, r->at.noc, "links", "custom", err);
    if (!links || links->kind != DOC_LIST)
        return doc_error(links ? links : r->at.noc, err, "noc.links is a list; write for example links: [{from: 0, to: 1}, {from: 1, to: 2}]");
    for (uint32_t i = 0; i < links->count; i++)
        if (read_edge(r, from, links->item[i], i, err))
            return -1;
    return 0;
}

int chipfile_routers_of(struct reading *r, uint32_t routers, const struct doc_node *tree, const struct doc_node *cores_at, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    if (n->topology != TOPOLOGY_TREE && chipfile_foreign(r, r->at.noc, "tree", "tree", err))
        return -1;
    if (n->topology != TOPOLOGY_CUSTOM &&
        (chipfile_foreign(r, r->at.noc, "routers", "custom", err) || chipfile_foreign(r, r->at.noc, "cores_at", "custom", err)))
        return -1;
    if (!chipfile_is_grid(n) && chipfile_foreign(r, r->at.noc, "size", "mesh and torus", err))
        return -1;
    if (chipfile_is_grid(n))
        return n->columns ? 0 : doc_error(r->at.noc, err, "noc: 'size' is missing; write for example size: 8x8 (columns x rows of tiles)");
    n->columns = n->rows = 0;
    if (n->topology == TOPOLOGY_TREE)
        return read_tree(r, tree, err);
    n->routers = routers;
    if (!routers)
        return doc_error(r->at.noc, err, "topology custom needs the number of its routers; write for example routers: 6");
    return read_tiles(n, cores_at, err);
}

/* ---- what a network consists of ---- */

int chipfile_is_grid(const struct chip_noc *n)
{
    return n->topology == TOPOLOGY_MESH || n->topology == TOPOLOGY_TORUS;
}

uint32_t chipfile_chips(const struct chip_noc *n)
{
    return n->chips ? n->chips : 1;
}

static uint32_t routers_per_chip(const struct chip_noc *n)
{
    return chipfile_is_grid(n) ? n->columns * n->rows : n->routers;
}

static uint32_t tiles_per_chip(const struct chip_noc *n)
{
    return chipfile_is_grid(n) ? n->columns * n->rows : n->tiles;
}

uint32_t chipfile_routers(const struct chip_noc *n)
{
    return chipfile_chips(n) * routers_per_chip(n);
}

uint32_t chipfile_tiles(const struct chip_noc *n)
{
    return chipfile_chips(n) * tiles_per_chip(n);
}

uint32_t chipfile_tile_router(const struct chip_noc *n, uint32_t tile)
{
    uint32_t per = tiles_per_chip(n);
    assert(per);    /* whoever asks for a tile has one */
    uint32_t chip = tile / per, own = tile % per;
    if (n->topology == TOPOLOGY_TREE)
        own += n->routers - n->tiles;
    if (n->topology == TOPOLOGY_CUSTOM)
        own = n->tile_router[own];
    return chip * routers_per_chip(n) + own;
}

char *chipfile_core_name(const struct chipfile *f, uint32_t core, char *to, size_t size)
{
    uint32_t per = f->noc.cores_per_tile ? f->noc.cores_per_tile : 1, tiles = tiles_per_chip(&f->noc), tile = core / per;
    snprintf(to, size, "%u.%u.%u", tiles ? tile / tiles : 0, tiles ? tile % tiles : tile, core % per);
    return to;
}

int chipfile_noc_context(const struct chipfile *f, struct err *err)
{
    if (!f->noc.line)
        return err_context(err, "%s: noc", f->path ? f->path : "the chip");
    return err_context(err, "%s:%u:%u: noc", f->path ? f->path : "the chip", f->noc.line, f->noc.column);
}

char *chipfile_network_text(const struct chip_noc *n, char *to, size_t size)
{
    char chips[40] = "";
    if (chipfile_chips(n) > 1)
        snprintf(chips, sizeof chips, "%u chips, each a ", n->chips);
    if (n->topology == TOPOLOGY_TREE)
        snprintf(to, size, "%stree of %u level%s, %u child%s each", chips, n->levels, n->levels == 1 ? "" : "s", n->arity, n->arity == 1 ? "" : "ren");
    else if (n->topology == TOPOLOGY_CUSTOM)
        snprintf(to, size, "%slist of links between %u router%s", chips, n->routers, n->routers == 1 ? "" : "s");
    else
        snprintf(to, size, "%s%ux%u %s", chips, n->columns, n->rows, n->topology == TOPOLOGY_TORUS ? "torus" : "mesh");
    return to;
}

int chipfile_counts(const struct chipfile *f, int counter)
{
    const struct chip_noc *n = &f->noc;
    int between = n->n_bridges > 0, learns = 0;
    for (uint32_t t = 0; t < f->n_types; t++)
        learns |= f->type[t].learning.on;
    if (counter == COUNT_LEARN_STEPS || counter == COUNT_LEARN_ROWS || counter == COUNT_LEARN_SOPS)
        return learns;
    if (counter == COUNT_REFERENCES)
        return f->reference_ps > 0;
    if (counter == COUNT_BARRIERS)
        return f->mode != TIME_EVENT;
    for (uint32_t l = 0; l < n->n_links; l++)
        between |= n->link[l].between_chips;
    return between || (counter != COUNT_HOPS_CHIP && counter != COUNT_LINK_CHIP);
}

/* Both ways along one axis, as the network has them: on a torus of two routers two pairs. */
static uint32_t add_axis(const struct chip_noc *n, uint32_t router, uint32_t at, uint32_t size, uint32_t stride, struct chip_link *link)
{
    int closes = at + 1 == size;
    if (size < 2 || (closes && n->topology != TOPOLOGY_TORUS))
        return 0;
    uint32_t next = closes ? router - at * stride : router + stride, delay = stride == 1 ? n->link_x : n->link_y;
    uint32_t flit = stride == 1 ? n->flit_x : n->flit_y;
    link[0] = (struct chip_link){router, next, delay, flit, 0};
    link[1] = (struct chip_link){next, router, delay, flit, 0};
    return 2;
}

/* The links of one chip whose routers begin at `first`. */
static uint32_t links_of_chip(const struct chip_noc *n, uint32_t first, struct chip_link *link)
{
    uint32_t k = 0;
    for (uint32_t r = 0; chipfile_is_grid(n) && r < n->columns * n->rows; r++) {
        uint32_t x = r % n->columns, y = r / n->columns, stride = n->columns;
        k += add_axis(n, first + r, x, n->columns, 1, link + k);
        if (stride > 1)
            k += add_axis(n, first + r, y, n->rows, stride, link + k);
        else if (y + 1 < n->rows || (n->topology == TOPOLOGY_TORUS && n->rows > 1)) {     /* one column: its links go along y */
            uint32_t next = first + (y + 1 < n->rows ? r + 1 : 0);
            link[k++] = (struct chip_link){first + r, next, n->link_y, n->flit_y, 0};
            link[k++] = (struct chip_link){next, first + r, n->link_y, n->flit_y, 0};
        }
    }
    for (uint32_t r = 1; n->topology == TOPOLOGY_TREE && r < n->routers; r++) {
        uint32_t parent = first + (r - 1) / n->arity;
        link[k++] = (struct chip_link){parent, first + r, n->link_y, n->flit_y, 0};
        link[k++] = (struct chip_link){first + r, parent, n->link_x, n->flit_x, 0};
    }
    for (uint32_t l = 0; n->topology == TOPOLOGY_CUSTOM && l < n->n_links; l++) {
        link[k] = n->link[l];
        link[k].from += first;
        link[k++].to += first;
    }
    return k;
}

struct chip_link *chipfile_links(const struct chip_noc *n, uint32_t *count)
{
    uint32_t per = routers_per_chip(n), chips = chipfile_chips(n);
    struct chip_link *link = mem_new((size_t)chips * (4 * (size_t)per + n->n_links) + n->n_bridges + 1, sizeof *link);
    *count = 0;
    for (uint32_t c = 0; c < chips; c++)
        *count += links_of_chip(n, c * per, link + *count);
    for (uint32_t l = 0; l < n->n_bridges; l++)
        link[(*count)++] = n->bridge[l];
    return link;
}

/* ---- the diameter ---- */

/* The most links from one router to any tile, over links[first[r] ..] of each router r. */
static uint32_t farthest(const struct chip_noc *n, uint32_t from, const struct chip_link *const *link, const uint32_t *first, uint32_t *distance,
                         uint32_t *queue)
{
    uint32_t count = 1, most = 0, routers = chipfile_routers(n);
    memset(distance, 0xff, routers * sizeof *distance);
    distance[from] = 0;
    queue[0] = from;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t l = first[queue[i]]; l < first[queue[i] + 1]; l++) {
            if (distance[link[l]->to] != UINT32_MAX)
                continue;
            distance[link[l]->to] = distance[queue[i]] + 1;
            queue[count++] = link[l]->to;
        }
    for (uint32_t t = 0; t < chipfile_tiles(n); t++) {
        uint32_t d = distance[chipfile_tile_router(n, t)];
        most = d != UINT32_MAX && d > most ? d : most;
    }
    return most;
}

static uint32_t diameter_of_links(const struct chip_noc *n)
{
    uint32_t routers = chipfile_routers(n), links, most = 0;
    struct chip_link *all = chipfile_links(n, &links);
    uint32_t *first = mem_new((size_t)routers + 2, sizeof *first), *distance = mem_new(routers, sizeof *distance), *queue = mem_new(routers, sizeof *queue);
    const struct chip_link **by_router = mem_new((size_t)links + 1, sizeof *by_router);
    for (uint32_t l = 0; l < links; l++)
        first[all[l].from + 2]++;
    for (uint32_t r = 2; r < routers + 2; r++)
        first[r] += first[r - 1];
    for (uint32_t l = 0; l < links; l++)
        by_router[first[all[l].from + 1]++] = &all[l];
    for (uint32_t t = 0; t < chipfile_tiles(n); t++) {
        uint32_t d = farthest(n, chipfile_tile_router(n, t), by_router, first, distance, queue);
        most = d > most ? d : most;
    }
    free(all);
    free(first);
    free(distance);
    free(queue);
    free((void *)by_router);
    return most;
}

/* Links between the two tiles that are farthest apart. */
uint32_t chipfile_diameter(const struct chip_noc *n)
{
    if (n->diameter)
        return n->diameter;
    if (chipfile_chips(n) > 1 || n->topology == TOPOLOGY_CUSTOM)
        return diameter_of_links(n);
    if (n->topology == TOPOLOGY_TREE)
        return n->tiles > 1 ? 2 * (n->levels - 1) : 0;
    return n->topology == TOPOLOGY_TORUS ? n->columns / 2 + n->rows / 2 : n->columns - 1 + n->rows - 1;
}
