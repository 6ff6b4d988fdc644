/* Section `noc`: topology, links, routers, packets. The router's stages are summed into one delay, which is all that the planes need;
 * a flit occupies its link for at least one cycle, or a link would carry without limit. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { SIDE_MAX = 1024, CORES_MAX = 1 << 20, TILE_MAX = 1024, ROUTERS_MAX = 8192 };
#define BASIS_WORDS "measured|simulated|estimated|assumed"

struct noc_text {
    int topology, full, basis;
    uint32_t watchdog;
    uint32_t size[2], cores_per_tile, routers;
    const char *clock, *source;
    const struct doc_node *tree, *cores_at, *links, *link, *local, *routing, *router, *packets, *drop_wait;
};
#define OF(member) offsetof(struct noc_text, member)
static const struct field noc_fields[] = {
    {"topology", FIELD_WORD, OF(topology), 0, 0, 0, "mesh|torus|tree|custom", NULL, "mesh", "how routers are joined; a tile is a router with its cores"},
    {"size", FIELD_PAIR, OF(size), 0, 1, SIDE_MAX, NULL, "", "8x8", "mesh, torus: columns x rows of tiles; tile [0, 0] is south-west"},
    {"cores_per_tile", FIELD_NUMBER, OF(cores_per_tile), 0, 1, TILE_MAX, NULL, "1", "4",
     "core number = tile x cores_per_tile + k; on a grid, tile = row x columns + column. More than 1 on a mesh: a concentrated mesh"},
    {"tree", FIELD_NODE, OF(tree), 0, 0, 0, NULL, "", "{levels: 3, arity: 4}", "tree: its shape; tiles are the routers of the last level"},
    {"routers", FIELD_NUMBER, OF(routers), 0, 1, ROUTERS_MAX, NULL, "", "6", "custom: how many; numbered from 0"},
    {"cores_at", FIELD_NODE, OF(cores_at), 0, 0, 0, NULL, "", "[0..3, 5]", "custom: routers that have cores, tile 0 being the first; all where absent"},
    {"links", FIELD_NODE, OF(links), 0, 0, 0, NULL, "", "[{from: 0, to: 1}, {from: 1, to: 2, delay: 3 cycles}]", "custom: which routers are joined"},
    {"clock", FIELD_TEXT, OF(clock), 0, 0, 0, NULL, "", "noc", "its clock domain; the one named `noc`, or the only one, where absent"},
    {"link", FIELD_NODE, OF(link), 0, 0, 0, NULL, NULL, "{width: 32 bit, length: 1 mm, delay: 1 cycle}", "between routers"},
    {"local", FIELD_NODE, OF(local), 0, 0, 0, NULL, "", "{inject: 1 cycle, eject: 2 cycles}", "between a router and its cores"},
    {"routing", FIELD_NODE, OF(routing), 0, 0, 0, NULL, NULL, "{kind: xy, multicast: tree}", "which way packets go"},
    {"router", FIELD_NODE, OF(router), 0, 0, 0, NULL, NULL, "{virtual_channels: 2, buffer: 4 flits, traversal: 1 cycle}", "its stages and buffers"},
    {"packets", FIELD_NODE, OF(packets), 0, 0, 0, NULL, NULL, "{spike: {x: 4 bit, y: 4 bit, axon: 12 bit}}", "fields of each type of packet"},
    {"full", FIELD_WORD, OF(full), 0, 0, 0, "push_back|drop", "push_back", "push_back",
     "what a full buffer does: hold up who sends, or, after drop_wait, lose the packet that waits for it; then spikes depend on timing"},
    {"drop_wait", FIELD_COST, OF(drop_wait), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "240 cycles",
     "with full: drop, how long a packet's head may wait at a router"},
    {"watchdog", FIELD_NUMBER, OF(watchdog), UNIT_CYCLES, 1, 1000000000, NULL, "100000 cycles", "100000 cycles",
     "with flits under way and none moved for so long, the run ends if they wait in a ring"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "davies", "of the times below that give none; a time in cycles is a choice and needs none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "simulated", "of the times below that give none"}};
#undef OF
const struct field_table chipfile_table_noc = {
    "noc", "The network on chip. The tail of a packet needs inject + hops x (router + link) + router + eject + flits - 1, without contention.", noc_fields,
    sizeof noc_fields / sizeof *noc_fields};

struct link_text { uint32_t width; double length; const struct doc_node *delay, *flit_time; };
#define OF(member) offsetof(struct link_text, member)
static const struct field link_fields[] = {
    {"width", FIELD_NUMBER, OF(width), UNIT_BITS, 1, 65536, NULL, NULL, "32 bit", "bits of a flit; a packet has ceil(bits / width) of them"},
    {"length", FIELD_QUANTITY, OF(length), UNIT_LENGTH, 0, 0, NULL, "", "1 mm", "of the wire that energy.router.link is stated for; not used in a sum"},
    {"delay", FIELD_COST, OF(delay), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, NULL, "1 cycle",
     "of a flit; a map {x: 4.1 ns, y: 6.5 ns} where they differ, {up:, down:} of a tree"},
    {"flit_time", FIELD_COST, OF(flit_time), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "1 cycle",
     "how long a flit occupies the link, 1 cycle where absent; a map {x:, y:} where they differ, {up:, down:} of a tree"}};
#undef OF
const struct field_table chipfile_table_link = {"noc.link", "A link between two routers.", link_fields, sizeof link_fields / sizeof *link_fields};

struct local_text { const struct doc_node *inject, *eject, *flit_time; };
#define OF(member) offsetof(struct local_text, member)
static const struct field local_fields[] = {
    {"inject", FIELD_COST, OF(inject), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "1 cycle", "from a core into its router; 1 cycle where absent"},
    {"eject", FIELD_COST, OF(eject), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "2 cycles", "from the router's switch into a core; 2 cycles where absent"},
    {"flit_time", FIELD_COST, OF(flit_time), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "1 cycle", "how long a flit occupies this way; 1 cycle where absent"}};
#undef OF
const struct field_table chipfile_table_local = {"noc.local", "The way between a router and a core.", local_fields, sizeof local_fields / sizeof *local_fields};

struct routing_text { int kind, multicast; };
static const struct field routing_fields[] = {
    {"kind", FIELD_WORD, offsetof(struct routing_text, kind), 0, 0, 0, "xy|yx|table|updown", NULL, "xy",
     "xy, yx: along rows or columns first, on a mesh or torus; table: the shortest way, by the lowest port, which may lock up where links form rings; "
     "updown: never towards router 0 again after away from it, on any network, free of lock-ups"},
    {"multicast", FIELD_WORD, offsetof(struct routing_text, multicast), 0, 0, 0, "none|tree", "none", "tree",
     "one packet per core, or one packet that forks; not over table routes"}};
const struct field_table chipfile_table_routing = {"noc.routing", "Which way packets go.", routing_fields, 2};

struct router_text {
    uint32_t inputs, virtual_channels, buffer, iterations, credit;
    const struct doc_node *stage[4], *area;
    int arbiter, allocator, speculative, atomic;
};
#define OF(member) offsetof(struct router_text, member)
#define STAGE(i, key, example, fallback, help) {key, FIELD_COST, OF(stage[i]), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, fallback, example, help}
static const struct field router_fields[] = {
    {"inputs", FIELD_NUMBER, OF(inputs), 0, 0, 0, NULL, "0", "5", "checked: four links and one per core"},
    {"virtual_channels", FIELD_NUMBER, OF(virtual_channels), 0, 1, 32, NULL, "1", "2", "per input"},
    {"buffer", FIELD_NUMBER, OF(buffer), UNIT_FLITS, 1, 65535, NULL, "4 flits", "4 flits", "per virtual channel"},
    STAGE(0, "route", "0 cycles", "", "looking up the route; 0 where absent"), STAGE(1, "vc_allocation", "1 cycle", "",
          "a channel of the next buffer; 0 where absent"),
    STAGE(2, "switch_allocation", "1 cycle", "", "0 where absent"), STAGE(3, "traversal", "1 cycle", NULL, "through the switch"),
    {"speculative", FIELD_FLAG, OF(speculative), 0, 0, 0, NULL, "false", "false",
     "true: a head asks for the switch in the last cycle of its channel's allocation, which saves that cycle where both are granted"},
    {"credit", FIELD_NUMBER, OF(credit), UNIT_CYCLES, 0, 1000000, NULL, "1 cycle", "1 cycle", "until a credit may be used, after its way back over the link"},
    {"atomic", FIELD_FLAG, OF(atomic), 0, 0, 0, NULL, "false", "false",
     "true: a channel takes a packet only when it is empty; false: once the last one has left it"},
    {"arbiter", FIELD_WORD, OF(arbiter), 0, 0, 0, "round_robin|matrix", "round_robin", "round_robin", "who goes first; matrix: whoever was served longest ago"},
    {"allocator", FIELD_WORD, OF(allocator), 0, 0, 0, "islip|input_first", "islip", "islip", "of channels and of the switch; input_first: separable"},
    {"area", FIELD_COST, OF(area), UNIT_AREA, 0, 0, NULL, "", "{value: 0.007 mm2, source: guess}", "of one router"},
    {"iterations", FIELD_NUMBER, OF(iterations), 0, 1, 64, NULL, "1", "1", "of islip"}};
#undef STAGE
#undef OF
const struct field_table chipfile_table_router = {"noc.router",
    "An input-queued router; its time is the sum of its stages, less the cycle that speculation saves.", router_fields,
    sizeof router_fields / sizeof *router_fields};

struct spike_text { uint32_t chip, x, y, tile, core, axon, slot, type, payload, other; };
#define BITS(name, help) {#name, FIELD_NUMBER, offsetof(struct spike_text, name), UNIT_BITS, 0, 1024, NULL, "0 bit", "4 bit", help}
static const struct field spike_fields[] = {
    BITS(chip, "target chip; must number all of a system"), BITS(x, "target column; must number all columns"), BITS(y, "target row; must number all rows"),
    BITS(tile, "target tile by number; with x and y it must number all tiles of a tree or a list of links"), BITS(core, "core of the tile; must number all"),
    BITS(axon, "input line of the core; must number capacity.axons_in"), BITS(slot, "delay slot; must number delay_slots"), BITS(type, "type of packet"),
    BITS(payload, "value of a graded spike"), BITS(other, "anything else")};
#undef BITS
const struct field_table chipfile_table_spike = {"noc.packets.spike", "Fields of a spike packet; their sum is its width. A field of 0 bit is not checked.",
                                                 spike_fields, sizeof spike_fields / sizeof *spike_fields};

/* ---- times ---- */

int chipfile_noc_time(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, uint32_t fallback, struct duration *d,
                      uint32_t *cycles, struct err *err)
{
    *d = (struct duration){.cost = {.stated = 1, .source = NO_INDEX, .basis = BASIS_ASSUMED}, .cycles = fallback, .clock = from->clock};
    d->cost.value = d->cost.low = d->cost.high = (double)fallback * (double)r->file->clock[from->clock].period_ps * 1e-12;
    if (chipfile_duration(r, from, key, node, d, err))
        return -1;
    *cycles = (uint32_t)d->cycles;
    return 0;
}

/* One time for both directions, or {x: ..., y: ...}, of a tree {up: ..., down: ...}; x has the one upwards. */
static int noc_times(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, struct duration *x, struct duration *y,
                     uint32_t *cycles_x, uint32_t *cycles_y, struct err *err)
{
    static const char *const axes[] = {"x", "y"}, *const ways[] = {"up", "down"};
    const char *const *known = r->file->noc.topology == TOPOLOGY_TREE ? ways : axes;
    const struct doc_node *at_x = doc_get(node, known[0]), *at_y = doc_get(node, known[1]);
    if (!at_x && !at_y) {
        if (chipfile_noc_time(r, from, key, node, 1, x, cycles_x, err))
            return -1;
        *y = *x;
        y->cost.why = x->cost.why ? mem_text(x->cost.why) : NULL;
        *cycles_y = *cycles_x;
        return 0;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (strcmp(node->key[i]->text, known[0]) && strcmp(node->key[i]->text, known[1]))
            return fields_unknown(node->key[i], key, known, 2, err);
    if (!at_x || !at_y)
        return doc_error(node, err, "%s.%s gives %s only; add %s", from->key, key, at_x ? known[0] : known[1], at_x ? known[1] : known[0]);
    if (r->file->noc.topology == TOPOLOGY_CUSTOM)
        return doc_error(node, err, "%s.%s: a list of links has no x and y; write one time here, and others at noc.links", from->key, key);
    struct standing inner = chipfile_standing(from, key, NULL, NO_INDEX);
    return chipfile_noc_time(r, &inner, known[0], at_x, 1, x, cycles_x, err) || chipfile_noc_time(r, &inner, known[1], at_y, 1, y, cycles_y, err) ? -1 : 0;
}

static int occupied(const struct doc_node *node, const char *key, uint32_t cycles, struct err *err)
{
    if (cycles)
        return 0;
    return doc_error(node, err, "%s: a flit occupies its link for at least 1 cycle", key);
}

static int read_link(struct reading *r, const struct standing *outer, const struct noc_text *text, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    struct link_text link = {0};
    struct local_text local = {0};
    struct standing from = chipfile_standing(outer, "link", NULL, NO_INDEX), at_core = chipfile_standing(outer, "local", NULL, NO_INDEX);
    if (fields_read(&chipfile_table_link, text->link, text->link, &link, err) || fields_read(&chipfile_table_local, text->local, text->link, &local, err))
        return -1;
    n->link_bits = link.width;
    n->link_length = link.length;
    if (noc_times(r, &from, "delay", link.delay, &n->d_link_x, &n->d_link_y, &n->link_x, &n->link_y, err) ||
        noc_times(r, &from, "flit_time", link.flit_time, &n->d_flit_x, &n->d_flit_y, &n->flit_x, &n->flit_y, err))
        return -1;
    if (chipfile_noc_time(r, &at_core, "inject", local.inject, 1, &n->d_inject, &n->inject, err) ||
        chipfile_noc_time(r, &at_core, "eject", local.eject, 2, &n->d_eject, &n->eject, err) ||
        chipfile_noc_time(r, &at_core, "flit_time", local.flit_time, 1, &n->d_flit_local, &n->flit_local, err))
        return -1;
    return occupied(link.flit_time, "noc.link.flit_time", n->flit_x, err) || occupied(link.flit_time, "noc.link.flit_time", n->flit_y, err) ||
           occupied(local.flit_time, "noc.local.flit_time", n->flit_local, err) ? -1 : 0;
}

/* ---- router ---- */

/* The sum stands on the last part that names a source. */
static void add_cost(struct cost *sum, const struct cost *part)
{
    sum->value += part->value;
    sum->low += part->low;
    sum->high += part->high;
    if (part->source != NO_INDEX) {
        sum->source = part->source;
        sum->basis = part->basis;
    }
}

/* Each stage is rounded to cycles by itself, as the hardware is clocked. */
static int read_router(struct reading *r, const struct standing *outer, const struct noc_text *text, struct err *err)
{
    static const char *const stage[] = {"route", "vc_allocation", "switch_allocation", "traversal"};
    struct chip_noc *n = &r->file->noc;
    struct router_text router = {0};
    struct standing from = chipfile_standing(outer, "router", NULL, NO_INDEX);
    if (fields_read(&chipfile_table_router, text->router, text->router, &router, err))
        return -1;
    if (!chipfile_is_grid(n) && chipfile_foreign(r, text->router, "inputs", "mesh and torus", err))
        return -1;
    if (chipfile_is_grid(n) && router.inputs && router.inputs != 4 + n->cores_per_tile)
        return doc_error(doc_get(text->router, "inputs"), err,
                         "noc.router.inputs: %u; a router has four links and %u core%s: write inputs: %u, or leave it out", router.inputs, n->cores_per_tile,
                         n->cores_per_tile == 1 ? "" : "s", 4 + n->cores_per_tile);
    n->virtual_channels = router.virtual_channels;
    n->buffer_flits = router.buffer;
    n->credit = router.credit;
    n->matrix = router.arbiter;
    n->input_first = router.allocator;
    n->iterations = router.iterations;
    n->speculative = router.speculative;
    n->atomic = router.atomic;
    n->d_router = (struct duration){.cost = {.stated = 1, .source = NO_INDEX, .basis = BASIS_ASSUMED}, .clock = n->clock};
    for (int i = 0; i < 4; i++) {
        struct duration part;
        uint32_t cycles;
        int bad = chipfile_noc_time(r, &from, stage[i], router.stage[i], 0, &part, &cycles, err);
        add_cost(&n->d_router.cost, &part.cost);
        free(part.cost.why);
        if (bad)
            return -1;
        n->router += cycles;
        n->stage[i] = cycles;
    }
    n->router -= n->speculative && n->stage[STAGE_VC];
    n->d_router.cycles = n->router;
    return 0;
}

/* Only spikes so far; a key of another type is refused, not skipped. */
static int read_packets(struct reading *r, const struct doc_node *map, struct err *err)
{
    static const char *const known[] = {"spike"};
    struct chip_noc *n = &r->file->noc;
    struct spike_text s = {0};
    const struct doc_node *spike = doc_get(map, "spike");
    for (uint32_t i = 0; map->kind == DOC_MAP && i < map->count; i++)
        if (strcmp(map->key[i]->text, known[0]))
            return fields_unknown(map->key[i], "noc.packets", known, 1, err);
    if (!spike)
        return doc_error(map, err, "noc.packets gives no spike; write for example {spike: {x: 4 bit, y: 4 bit, axon: 12 bit}}");
    if (fields_read(&chipfile_table_spike, spike, spike, &s, err))
        return -1;
    n->packet_bits = s.chip + s.x + s.y + s.tile + s.core + s.axon + s.slot + s.type + s.payload + s.other;
    n->payload_bits = s.payload;
    n->chip_bits = s.chip;
    n->tile_bits = s.tile;
    n->x_bits = s.x;
    n->y_bits = s.y;
    n->core_bits = s.core;
    n->axon_bits = s.axon;
    n->slot_bits = s.slot;
    return n->packet_bits ? 0 : doc_error(spike, err, "noc.packets.spike has no bits; write for example {x: 4 bit, y: 4 bit, axon: 12 bit}");
}

/* ---- routes ---- */

/* Which routes a network allows: the ways of xy and yx are made of rows and columns. */
static int check_routing(const struct reading *r, const struct doc_node *routing, struct err *err)
{
    static const char *const word[] = {"xy", "yx", "table", "updown"};
    const struct chip_noc *n = &r->file->noc;
    if (!chipfile_is_grid(n) && n->routing <= ROUTING_YX)
        return doc_error(doc_get(routing, "kind"), err,
                         "noc.routing.kind: %s needs columns and rows, and a %s has none; write kind: updown%s",
                         word[n->routing],
                         n->topology == TOPOLOGY_TREE ? "tree" : "list of links", n->topology == TOPOLOGY_TREE ? "" : ", or table");
    if (n->multicast && n->routing == ROUTING_TABLE)
        return doc_error(doc_get(routing, "multicast"), err, "noc.routing.multicast: over table routes the copies of a packet could wait for each other for "
                                                             "ever; write kind: updown, or xy, or multicast: none");
    return 0;
}

/* What is looked up router by router stands on a graph, whose links take time. */
static int check_link_times(const struct reading *r, const struct doc_node *link, struct err *err)
{
    const struct chip_noc *n = &r->file->noc;
    if ((chipfile_is_grid(n) && n->routing <= ROUTING_YX && !r->at.system) || (n->link_x && n->link_y))
        return 0;
    return doc_error(doc_get(link, "delay"), err,
                     "noc.link.delay: of a tree, a list of links, a system of chips, and with table or updown routes, a link takes 1 cycle or more");
}

static int read_drops(struct reading *r, const struct standing *from, const struct noc_text *text, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    n->drops = text->full;
    if (n->drops && !text->drop_wait)
        return doc_error(doc_get(r->at.noc, "full"), err,
                         "noc.full: drop says not how long a packet waits before it is lost; add for example drop_wait: 240 cycles");
    if (!n->drops && text->drop_wait)
        return doc_error(text->drop_wait, err, "noc.drop_wait: nothing is dropped; write full: drop, or remove it");
    return n->drops ? chipfile_noc_time(r, from, "drop_wait", text->drop_wait, 0, &n->d_drop_wait, &n->drop_wait, err) : 0;
}

int chipfile_noc(struct reading *r, struct err *err)
{
    struct chip_noc *n = &r->file->noc;
    struct noc_text text = {.basis = NO_INDEX};
    struct routing_text routing;
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX, .choice = 1};
    if (fields_read(&chipfile_table_noc, r->at.noc, doc_root(r->doc), &text, err))
        return -1;
    const struct doc_node *clock = doc_get(r->at.noc, "clock");
    if (fields_read(&chipfile_table_routing, text.routing, text.routing, &routing, err) ||
        chipfile_clock(r->file, clock ? clock : r->at.noc, text.clock, "noc", &n->clock, err))
        return -1;
    struct standing from = chipfile_standing(&none, "noc", text.source, text.basis);
    from.clock = n->clock;
    n->topology = (enum chip_topology)text.topology;
    n->line = r->at.noc ? r->at.noc->line : 0;
    n->column = r->at.noc ? r->at.noc->column : 0;
    n->columns = text.size[0];
    n->rows = text.size[1];
    n->cores_per_tile = text.cores_per_tile;
    n->watchdog = text.watchdog;
    n->routing = (enum chip_routing)routing.kind;
    n->multicast = routing.multicast;
    if (check_routing(r, text.routing, err) || chipfile_routers_of(r, text.routers, text.tree, text.cores_at, err))
        return -1;
    if ((uint64_t)chipfile_tiles(n) * n->cores_per_tile > CORES_MAX)
        return doc_error(r->at.noc, err, "noc: %u tiles of %u cores are more than %d cores", chipfile_tiles(n), n->cores_per_tile, CORES_MAX);
    r->file->cores = chipfile_tiles(n) * n->cores_per_tile;
    return read_link(r, &from, &text, err) || check_link_times(r, text.link, err) || chipfile_links_of(r, &from, text.links, err) ||
           read_router(r, &from, &text, err) || read_packets(r, text.packets, err) || read_drops(r, &from, &text, err) ? -1 : 0;
}
