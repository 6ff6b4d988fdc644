/* Section `system`: several equal chips, each as the file describes it, joined by links of their own width, clock and delay. A link is
 * serial: a flit of the chips crosses it `width` bits at a time, so it occupies the link for ceil(noc.link.width / width) of its cycles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { CHIPS_MAX = 1024, SYSTEM_CORES_MAX = 1 << 20 };
#define BASIS_WORDS "measured|simulated|estimated|assumed"

struct system_text { const struct doc_node *chips, *link, *links; const char *source; int basis; };
#define OF(member) offsetof(struct system_text, member)
static const struct field system_fields[] = {
    {"chips", FIELD_NODE, OF(chips), 0, 0, 0, NULL, NULL, "2x1", "how many; columns x rows of chips, or a number. Chip 0 comes first, row by row"},
    {"link", FIELD_NODE, OF(link), 0, 0, 0, NULL, NULL, "{width: 8 bit, delay: 20 ns}", "a link between two chips"},
    {"links", FIELD_NODE, OF(links), 0, 0, 0, NULL, "", "[{from: [0, 7, 3], to: [1, 0, 3]}]",
     "which routers they join; where absent, on a mesh or torus, the middle of each side and the one that faces it on the neighbour"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "davies", "of the times below that give none; a time in cycles is a choice and needs none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "simulated", "of the times below that give none"}};
#undef OF
const struct field_table chipfile_table_system = {"system",
    "Several chips, each as this file describes it. Cores are named chip.tile.core; `placement` is that of each chip. The host joins the chip that `io` says.",
    system_fields, sizeof system_fields / sizeof *system_fields};

struct bridge_text { uint32_t width; const char *clock; const struct doc_node *delay; };
#define OF(member) offsetof(struct bridge_text, member)
static const struct field bridge_fields[] = {
    {"width", FIELD_NUMBER, OF(width), UNIT_BITS, 1, 65536, NULL, NULL, "8 bit", "bits in a cycle; a flit takes ceil(noc.link.width / width) cycles"},
    {"clock", FIELD_TEXT, OF(clock), 0, 0, 0, NULL, "", "serdes", "its clock domain; the network's where absent"},
    {"delay", FIELD_COST, OF(delay), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, NULL, "20 ns", "of a flit, from router to router"}};
#undef OF
const struct field_table chipfile_table_bridge = {"system.link", "A serial link between two chips. Its energy: energy.noc.hop_chip or energy.router.link_chip.",
                                                  bridge_fields, sizeof bridge_fields / sizeof *bridge_fields};

struct join_text { const struct doc_node *from, *to, *delay; uint32_t width; int both; };
#define OF(member) offsetof(struct join_text, member)
static const struct field join_fields[] = {
    {"from", FIELD_NODE, OF(from), 0, 0, 0, NULL, NULL, "[0, 7, 3]", "[chip, column, row], or [chip, router]"},
    {"to", FIELD_NODE, OF(to), 0, 0, 0, NULL, NULL, "[1, 0, 3]", "the same"},
    {"both", FIELD_FLAG, OF(both), 0, 0, 0, NULL, "true", "true", "there and back; false: one way"},
    {"width", FIELD_NUMBER, OF(width), UNIT_BITS, 0, 65536, NULL, "0 bit", "4 bit", "that of system.link where absent"},
    {"delay", FIELD_COST, OF(delay), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "40 ns", "that of system.link where absent"}};
#undef OF
const struct field_table chipfile_table_join = {"system.links", "A list of links between chips, each with these keys.", join_fields,
                                                sizeof join_fields / sizeof *join_fields};

struct bridges {                /* the section in the making */
    struct reading *reading;
    uint32_t columns, rows;     /* of chips */
    uint32_t width, clock;
    uint32_t delay;             /* NoC cycles */
};

/* ---- times ---- */

/* Times of the link's domain, seen from the network's: from its next edge on. 0: longer than the network can count. */
static uint32_t in_noc_cycles(const struct bridges *b, uint64_t cycles)
{
    const struct chipfile *f = b->reading->file;
    uint64_t noc = f->clock[f->noc.clock].period_ps, ps = cycles * f->clock[b->clock].period_ps, n = (ps + noc - 1) / noc;
    return n > CYCLES_MAX ? 0 : n ? (uint32_t)n : 1;
}

static int read_delay(const struct bridges *b, const struct standing *from, const struct doc_node *node, struct duration *d, uint32_t *delay, struct err *err)
{
    struct standing own = *from;
    uint32_t cycles;
    own.clock = b->clock;
    if (chipfile_noc_time(b->reading, &own, "delay", node, 1, d, &cycles, err))
        return -1;
    *delay = in_noc_cycles(b, cycles);
    return *delay ? 0 : doc_error(node, err, "system.links: a delay of more than %u cycles of the network", (unsigned)CYCLES_MAX);
}

/* ---- which routers ---- */

static void add_bridge(const struct bridges *b, uint32_t from, uint32_t to, uint32_t width, uint32_t delay)
{
    struct chip_noc *n = &b->reading->file->noc;
    uint32_t flit = in_noc_cycles(b, (n->link_bits + (uint64_t)width - 1) / width);
    n->bridge = mem_grow(n->bridge, (size_t)n->n_bridges + 1, sizeof *n->bridge);
    n->bridge[n->n_bridges++] = (struct chip_link){from, to, delay, flit ? flit : CYCLES_MAX, 1};
}

/* [chip, column, row], or [chip, router]; gives the router's number among all chips. */
static int read_router(const struct bridges *b, const char *key, const struct doc_node *node, uint32_t *router, struct err *err)
{
    static const struct field number = {"system.links", FIELD_NUMBER, 0, 0, 0, 0, NULL, NULL, "[0, 7, 3]", ""};
    const struct chip_noc *n = &b->reading->file->noc;
    uint32_t part[3], per = chipfile_routers(n) / n->chips;
    int grid = chipfile_is_grid(n), bad = node->kind != DOC_LIST || node->count < 2 || node->count > (grid ? 3u : 2u);
    for (uint32_t i = 0; !bad && i < node->count; i++)
        if (node->item[i]->kind != DOC_SCALAR || fields_value(&number, node->item[i], &part[i], err))
            bad = 1;
    if (bad)
        return doc_error(node, err, "system.links: %s names a router as %s", key, grid ? "[chip, column, row] or [chip, router]" : "[chip, router]");
    if (part[0] >= n->chips)
        return doc_error(node, err, "system.links: %s names chip %u of %u; chips are numbered from 0", key, part[0], n->chips);
    if (node->count == 3 ? part[1] >= n->columns || part[2] >= n->rows : part[1] >= per)
        return doc_error(node, err, "system.links: %s names a router that a chip does not have: it has %u, numbered from 0", key, per);
    *router = part[0] * per + (node->count == 3 ? part[2] * n->columns + part[1] : part[1]);
    return 0;
}

static int read_join(const struct bridges *b, const struct standing *outer, const struct doc_node *node, uint32_t number, struct err *err)
{
    struct join_text text = {0};
    const struct chip_noc *n = &b->reading->file->noc;
    struct duration own = {.cost = {.source = NO_INDEX}};
    uint32_t from, to, delay = b->delay, per = chipfile_routers(n) / n->chips;
    char name[40];
    snprintf(name, sizeof name, "links.%u", number);
    struct standing standing = chipfile_standing(outer, name, NULL, NO_INDEX);
    if (fields_read(&chipfile_table_join, node, node, &text, err) || read_router(b, "from", text.from, &from, err) || read_router(b, "to", text.to, &to, err))
        return -1;
    if (from / per == to / per)
        return doc_error(node, err, "system.links: from and to are both on chip %u; a link between chips joins two", from / per);
    int bad = text.delay && read_delay(b, &standing, text.delay, &own, &delay, err);
    free(own.cost.why);
    if (bad)
        return -1;
    add_bridge(b, from, to, text.width ? text.width : b->width, delay);
    if (text.both)
        add_bridge(b, to, from, text.width ? text.width : b->width, delay);
    return 0;
}

/* A pair from the middle of one side to the side that faces it: to the chip in the east, to the one in the north. */
static void join_sides(const struct bridges *b)
{
    const struct chip_noc *n = &b->reading->file->noc;
    uint32_t per = n->columns * n->rows, y = n->rows / 2, x = n->columns / 2, first = 0;
    for (uint32_t row = 0; row < b->rows; row++)
        for (uint32_t column = 0; column < b->columns; column++, first += per) {
            uint32_t north = first + b->columns * per;
            if (column + 1 < b->columns) {
                add_bridge(b, first + y * n->columns + n->columns - 1, first + per + y * n->columns, b->width, b->delay);
                add_bridge(b, first + per + y * n->columns, first + y * n->columns + n->columns - 1, b->width, b->delay);
            }
            if (row + 1 < b->rows) {
                add_bridge(b, first + (n->rows - 1) * n->columns + x, north + x, b->width, b->delay);
                add_bridge(b, north + x, first + (n->rows - 1) * n->columns + x, b->width, b->delay);
            }
        }
}

/* ---- the section ---- */

/* "2x1", [2, 1], or a number: so many in a row. */
static int read_chips(struct bridges *b, const struct doc_node *node, struct err *err)
{
    static const struct field pair = {"system.chips", FIELD_PAIR, 0, 0, 1, CHIPS_MAX, NULL, NULL, "2x1", ""},
                              number = {"system.chips", FIELD_NUMBER, 0, 0, 1, CHIPS_MAX, NULL, NULL, "2", ""};
    uint32_t size[2] = {1, 1};
    int plain = node->kind == DOC_SCALAR && !strchr(node->text, 'x');
    if (plain ? fields_value(&number, node, size, err) : fields_value(&pair, node, size, err))
        return -1;
    if ((uint64_t)size[0] * size[1] > CHIPS_MAX)
        return doc_error(node, err, "system.chips: %ux%u are more than %d chips", size[0], size[1], CHIPS_MAX);
    b->columns = size[0];
    b->rows = size[1];
    return 0;
}

static int read_links(const struct bridges *b, const struct standing *from, const struct doc_node *links, struct err *err)
{
    const struct chip_noc *n = &b->reading->file->noc;
    if (!links && chipfile_is_grid(n))
        join_sides(b);
    else if (!links || links->kind != DOC_LIST)
        return doc_error(links ? links : b->reading->at.system, err,
                         "system.links is a list of the routers that are joined; write for example links: [{from: [0, 0], to: [1, 0]}]");
    for (uint32_t i = 0; links && i < links->count; i++)
        if (read_join(b, from, links->item[i], i, err))
            return -1;
    return 0;
}

/* Cores so far are those of one chip. */
int chipfile_system(struct reading *r, struct err *err)
{
    struct system_text text = {.basis = NO_INDEX};
    struct bridge_text link = {0};
    struct chip_noc *n = &r->file->noc;
    struct bridges b = {.reading = r};
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX, .choice = 1};
    if (!r->at.system)
        return 0;
    if (fields_read(&chipfile_table_system, r->at.system, r->at.system, &text, err) || fields_read(&chipfile_table_bridge, text.link, text.link, &link, err) ||
        read_chips(&b, text.chips, err))
        return -1;
    b.width = link.width;
    b.clock = n->clock;
    if (link.clock && chipfile_clock(r->file, doc_get(text.link, "clock"), link.clock, "noc", &b.clock, err))
        return -1;
    struct standing from = chipfile_standing(&none, "system", text.source, text.basis), at_link = chipfile_standing(&from, "link", NULL, NO_INDEX);
    if (read_delay(&b, &at_link, link.delay, &n->d_bridge, &b.delay, err))
        return -1;
    n->chips = b.columns * b.rows;
    if ((uint64_t)r->file->cores * n->chips > SYSTEM_CORES_MAX)
        return doc_error(r->at.system, err, "system: %u chips of %u cores are more than %d cores", n->chips, r->file->cores, SYSTEM_CORES_MAX);
    r->file->cores *= n->chips;
    if (n->link_bits == 0)
        return doc_error(r->at.system, err, "system: noc.link.width is needed to say how long a flit takes on a link between chips");
    return n->chips > 1 ? read_links(&b, &from, text.links, err) : 0;
}
