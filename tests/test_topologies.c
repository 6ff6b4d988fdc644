/* Networks of chip files that are no plain grid: trees, lists of links, table and up*-down* routes, systems of chips. The planes none and
 * cycle give the same time to a packet alone; ways and trees go where they should; what cannot work is refused with the reason. */
#include <string.h>

#include "base/mem.h"
#include "chip.h"
#include "chipfile_fixture.h"
#include "kit.h"
#include "noc/cycle.h"
#include "noc/noc.h"
#include "noc/timing.h"

#define RING "[{from: 0, to: 1}, {from: 1, to: 2, delay: 3 cycles}, {from: 2, to: 3, width: 8 bit}, {from: 3, to: 4, both: false}, {from: 4, to: 3, both: " \
             "false, flit_time: 2 cycles}, {from: 4, to: 0}]"
#define UPDOWN "noc.routing={kind: updown, multicast: tree}"
#define TABLE "noc.routing={kind: table, multicast: none}"
#define PORTS "io.in.router=0", "io.out.router=2"
#define LINK_CHIP "energy.router.link_chip={value: 64 pJ, source: guess}"
#define CHIPS(n, more) "system={chips: " n ", link: {width: 8 bit, delay: 10 cycles}" more "}", "noc.packets.spike.chip=2 bit", \
                       LINK_CHIP

struct variant { const char *name, *set[SETS_MAX]; };
static const struct variant variants[] = {
    {"mesh", {"noc.size=4x3"}},
    {"torus", {"noc.size=4x3", "noc.topology=torus"}},
    {"concentrated mesh", {"noc.size=3x2", "noc.cores_per_tile=3", "noc.router.inputs=7"}},
    {"tree", {"noc.topology=tree", "noc.tree={levels: 3, arity: 3}", "noc.link.delay={up: 2 cycles, down: 3 cycles}", UPDOWN, PORTS}},
    {"tree by table", {"noc.topology=tree", "noc.tree={levels: 2, arity: 4}", TABLE, "io.in.router=3", "io.out.router=0"}},
    {"ring, up*-down*", {"noc.topology=custom", "noc.routers=5", "noc.links=" RING, UPDOWN, PORTS}},
    {"ring by table", {"noc.topology=custom", "noc.routers=5", "noc.cores_at=[0, 2..4]", "noc.links=" RING, TABLE, PORTS}},
    {"mesh, up*-down*", {"noc.size=3x3", UPDOWN}},
    {"torus by table", {"noc.size=4x3", "noc.topology=torus", TABLE}},
    {"two chips", {"noc.size=2x3", CHIPS("2x1", "")}},
    {"two chips, host on the second", {"noc.size=3x2", "noc.link.width=20 bit", "io.out.chip=1", CHIPS("1x2", "")}},
    {"three tori in a line, yx", {"noc.size=3x3", "noc.topology=torus", "noc.routing.kind=yx", CHIPS("3", "")}},
    {"four chips in a ring, up*-down*", {"noc.size=2x2", UPDOWN, CHIPS("2x2", "")}},
    {"two trees", {"noc.topology=tree", "noc.tree={levels: 2, arity: 3}", UPDOWN, "io.in.router=0", "io.out.router=1",
                   CHIPS("2", ", links: [{from: [0, 0], to: [1, 2], width: 4 bit, delay: 7 cycles}]")}}};
enum { VARIANTS = sizeof variants / sizeof *variants };

static struct chipfile *read_variant(const struct variant *v)
{
    struct err err = {0};
    uint32_t n = 0;
    while (n < SETS_MAX && v->set[n])
        n++;
    struct chipfile *f = chipfile_read("mesh28", v->set, n, &err);
    if (!f)
        printf("\n    %s: %s\n", v->name, err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    return f;
}

static struct noc *make(const struct variant *v)
{
    struct err err = {0};
    struct chipfile *f = read_variant(v);
    struct noc *noc = chip_make_noc(f, &err);
    if (!noc)
        printf("\n    %s: %s\n", v->name, err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(noc);
    CU_ASSERT_EQUAL(noc->cores, f->cores);
    chipfile_free(f);
    return noc;
}

/* ---- ways ---- */

/* 1: each link begins where the one before ended, and the last one at the target. */
static int path_is_a_way(const struct noc *noc, uint32_t from, uint32_t to, uint32_t *link)
{
    uint32_t hops = noc_path(noc, from, to, link), at = from;
    for (uint32_t h = 0; h < hops; h++) {
        uint32_t begins = noc->graph ? noc->graph->link[link[h]].from : link[h] / DIRECTIONS;
        if (begins != at)
            return 0;
        at = noc_far_end(noc, link[h]);
    }
    return at == to && hops <= noc->longest_path;
}

static void every_core_reaches_every_other(void)
{
    for (int v = 0; v < VARIANTS; v++) {
        struct noc *noc = make(&variants[v]);
        uint32_t *link = mem_new((size_t)noc->longest_path + 1, sizeof *link), wrong = 0;
        for (uint32_t a = 0; a < noc->endpoints; a++)
            for (uint32_t b = 0; b < noc->endpoints; b++)
                wrong += !path_is_a_way(noc, noc->router_of[a], noc->router_of[b], link);
        CU_ASSERT_EQUAL(wrong, 0);
        free(link);
        noc_free(noc);
    }
}

/* ---- planes ---- */

struct step {                   /* one packet of one source */
    struct send send;
    struct leaf leaf[64];
    struct endpoint_step endpoint[80];
    struct step_time time;
};

static void set_up(struct step *s, const struct noc *noc, uint32_t from, uint32_t route, const uint32_t *to, uint32_t n, uint32_t flits)
{
    memset(s, 0, sizeof *s);
    s->send = (struct send){.endpoint = from, .route = route, .offset = 5, .leaves = n, .flits = flits};
    for (uint32_t l = 0; l < n; l++)
        s->leaf[l] = (struct leaf){.endpoint = to[l], .service = 1};
    s->endpoint[from].update = from < noc->cores ? 6 : 0;
    s->time = (struct step_time){.send = &s->send, .leaf = s->leaf, .endpoint = s->endpoint, .n_send = 1, .n_leaf = n, .n_endpoint = noc->endpoints};
}

/* The same packet in both planes; of none the leaves stay in *s. 1: every time is the same. */
static int planes_agree(void *const plane[2], struct step *s)
{
    static struct step other;
    struct noc_counts counts = {0};
    struct err err = {0};
    other = *s;
    other.time.send = &other.send, other.time.leaf = other.leaf, other.time.endpoint = other.endpoint;
    if (timing_planes[0]->step(plane[0], &s->time, &counts, &err) || timing_cycle.step(plane[1], &other.time, &counts, &err)) {
        printf("\n    %s\n", err.text);
        return 0;
    }
    int same = s->time.end == other.time.end;
    for (uint64_t l = 0; l < s->time.n_leaf; l++)
        same &= s->leaf[l].arrive == other.leaf[l].arrive;
    return same;
}

static void open_planes(const struct noc *noc, void *plane[2])
{
    struct err err = {0};
    struct mesh_config config = noc->router;
    config.watchdog = 10000;
    plane[0] = timing_planes[0]->open(noc, 0, &err);
    plane[1] = cycle_open(noc, &config, &err);
    if (!plane[1])
        printf("\n    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plane[1]);
}

static void close_planes(void *const plane[2])
{
    timing_planes[0]->close(plane[0]);
    timing_cycle.close(plane[1]);
}

static void a_packet_alone_takes_the_stated_time_in_both_planes(void)
{
    static struct step s;
    for (int v = 0; v < VARIANTS; v++) {
        struct noc *noc = make(&variants[v]);
        void *plane[2];
        uint32_t wrong = 0;
        open_planes(noc, plane);
        for (uint32_t a = 0; a < noc->endpoints; a++)
            for (uint32_t b = 0; b < noc->cores; b++)
                for (uint32_t flits = 1; flits <= 3 && a != noc->host_out; flits += 2) {
                    set_up(&s, noc, a, UNICAST, &b, 1, flits);
                    wrong += !planes_agree(plane, &s) || s.leaf[0].arrive != 5 + noc_zero_load(noc, a, b, flits);
                }
        CU_ASSERT_EQUAL(wrong, 0);
        if (wrong)
            printf("\n    %s: %u wrong\n", variants[v].name, wrong);
        close_planes(plane);
        noc_free(noc);
    }
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Distinct cores, and the host's output at times. */
static uint32_t choose(const struct noc *noc, uint32_t from, uint64_t *seed, uint32_t *to)
{
    uint32_t n = 0;
    for (uint32_t e = 0; e < noc->endpoints && n < 60; e++)
        if (e != noc->host_in && (e != from || n % 2) && next_random(seed) % 3 == 0)
            to[n++] = e;
    if (!n)
        to[n++] = 0;
    return n;
}

/* 1: a parent stands before its children and ends where they begin; a link is there once; leaves lie at their routers. */
static int tree_is_right(const struct noc *noc, const struct tree *t, uint32_t from, const uint32_t *to)
{
    const struct tree_branch *branch = noc->branch + t->first_branch;
    uint32_t *at = mem_new((size_t)t->branches + 1, sizeof *at);
    uint8_t *used = mem_new((size_t)noc->links + 1, 1);
    int good = 1;
    at[0] = noc->router_of[from];
    for (uint32_t b = 0; b < t->branches; b++) {
        uint32_t begins = noc->graph ? noc->graph->link[branch[b].link].from : branch[b].link / DIRECTIONS;
        good &= branch[b].parent <= b && begins == at[branch[b].parent] && !used[branch[b].link]++;
        at[b + 1] = noc_far_end(noc, branch[b].link);
    }
    for (uint32_t l = 0; l < t->leaves; l++)
        good &= at[noc->leaf_at[t->first_leaf + l]] == noc->router_of[to[l]];
    free(at);
    free(used);
    return good;
}

static void a_multicast_packet_alone_takes_the_same_time_in_both_planes(void)
{
    static struct step s;
    uint32_t to[64], made = 0;
    for (int v = 0; v < VARIANTS; v++) {
        struct noc *noc = make(&variants[v]);
        void *plane[2];
        uint64_t seed = 7;
        uint32_t wrong = 0;
        open_planes(noc, plane);
        for (uint32_t from = 0; from < noc->endpoints && noc->router.longest_tree; from++) {
            if (from == noc->host_out)
                continue;
            uint32_t n = choose(noc, from, &seed, to), tree = noc_tree(noc, from, to, n);
            set_up(&s, noc, from, tree, to, n, 1 + from % 3);
            wrong += !tree_is_right(noc, &noc->tree[tree], from, to) || !planes_agree(plane, &s);
            made++;
        }
        CU_ASSERT_EQUAL(wrong, 0);
        close_planes(plane);
        noc_free(noc);
    }
    CU_ASSERT(made > 100);
}

/* By hand: the tree's way up takes 2 cycles a link, down 3, a router 3; inject 1, eject 2. From tile 0 to tile 8 two up and two down. */
static void links_differ_by_direction(void)
{
    struct noc *noc = make(&variants[3]);
    struct path_counts c;
    uint32_t last = 8;
    CU_ASSERT_EQUAL(noc_zero_load(noc, 0, 8, 1), 1 + 2 * (3 + 2) + 2 * (3 + 3) + 3 + 2);
    noc_path_counts(noc, 0, &last, 1, UNICAST, &c);
    CU_ASSERT(c.hops == 4 && !c.hops_x && !c.hops_y && !c.hops_chip && c.routers == 5);
    noc_free(noc);
}

/* Two chips of 2x3: from [0, 0] of the first to [1, 2] of the second over [1, 1] and [0, 1]. In 8 bits at a time a flit of 32 takes 4 cycles; behind the
 * bridge the others catch up a cycle per router, for which they need 2 cycles and a head 3: there are three. */
static void a_bridge_is_serial_and_counted_apart(void)
{
    struct noc *noc = make(&variants[9]);
    struct path_counts c;
    uint32_t to = 6 + 5;
    noc_path_counts(noc, 0, &to, 1, UNICAST, &c);
    CU_ASSERT(c.hops == 5 && c.hops_x == 2 && c.hops_y == 2 && c.hops_chip == 1 && c.routers == 6);
    CU_ASSERT_EQUAL(noc_zero_load(noc, 0, to, 1), 1 + 4 * (3 + 1) + (3 + 10) + 3 + 2);
    CU_ASSERT_EQUAL(noc_zero_load(noc, 0, to, 3), 1 + 4 * (3 + 1) + (3 + 10) + 3 + 2 + 2 * 4 - 3);
    noc_free(noc);
}

/* ---- what a chip file says of its whole network ---- */

static void routers_links_and_names_are_those_of_the_graph(void)
{
    for (int v = 0; v < VARIANTS; v++) {
        struct err err = {0};
        struct chipfile *f = read_variant(&variants[v]);
        struct noc *noc = chip_make_noc(f, &err);
        uint32_t n, links = 0;
        free(chipfile_links(&f->noc, &n));
        CU_ASSERT_EQUAL(chipfile_routers(&f->noc), noc->routers);
        struct topology *t = cycle_build(noc, &err);
        links = t->links;
        CU_ASSERT_EQUAL(n, links);
        for (uint32_t c = 0; c < f->cores; c++)
            CU_ASSERT_EQUAL(chipfile_tile_router(&f->noc, c / f->noc.cores_per_tile), noc->router_of[c]);
        topology_free(t);
        noc_free(noc);
        chipfile_free(f);
    }
    struct chipfile *f = read_variant(&variants[11]);
    char name[40];
    CU_ASSERT_STRING_EQUAL(chipfile_core_name(f, 20, name, sizeof name), "2.2.0");
    CU_ASSERT_STRING_EQUAL(chipfile_network_text(&f->noc, name, sizeof name), "3 chips, each a 3x3 torus");
    /* On a ring of three the farthest column is a step away, so is the row: 1 + 1 to the bridge [2, 1], over, 1 to [2, 1], over, 1 + 1. */
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 1), f->barrier_base + f->barrier_per_hop * 2 * (2 + 1 + 1 + 1 + 2));
    chipfile_free(f);
}

/* ---- refusals ---- */

static void refuses(const char *chip, const char *why, const char *const *set, uint32_t n)
{
    struct err err = {0};
    struct chipfile *f = chipfile_read(chip, set, n, &err);
    struct noc *noc = f ? chip_make_noc(f, &err) : NULL;
    CU_ASSERT_PTR_NULL(noc);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    if (noc || !strstr(err.text, why))
        printf("\n    wanted: %s\n    says:   %s\n", why, noc ? "nothing" : err.text);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, why));
    noc_free(noc);
    chipfile_free(f);
}
#define REFUSES(chip, why, ...) refuses(chip, why, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define TREE "noc.topology=tree", UPDOWN, "io.in.router=0", "io.out.router=0"
#define CUSTOM "noc.topology=custom", UPDOWN, "io.in.router=0", "io.out.router=0", "noc.routers=3"

static void a_tree_that_cannot_be_is_refused(void)
{
    REFUSES("mesh28", "a tree needs its levels; write for example tree: {levels: 3, arity: 4}", TREE);
    REFUSES("mesh28", "noc.tree: 9 levels of 8 children each are more than 8192 routers", "noc.tree={levels: 9, arity: 8}", TREE);
    REFUSES("mesh28", "noc.routing.kind: xy needs columns and rows, and a tree has none; write kind: updown", "noc.tree={levels: 3, arity: 4}",
            "noc.topology=tree");
    REFUSES("mesh28", "router: there are no columns and rows; write the number of a router, 0 to 20", "noc.tree={levels: 3, arity: 4}", "noc.topology=tree",
            UPDOWN);
    REFUSES("mesh28", "router 21 of 21", "noc.tree={levels: 3, arity: 4}", "noc.topology=tree", UPDOWN, "io.in.router=21");
    REFUSES("mesh28", "noc.link.delay gives up only; add down", "noc.tree={levels: 3, arity: 4}", "noc.link.delay={up: 1 cycle}", TREE);
    REFUSES("mesh28", "unknown key 'x' in delay", "noc.tree={levels: 3, arity: 4}", "noc.link.delay={x: 1 cycle, up: 1 cycle, down: 1 cycle}", TREE);
    REFUSES("mesh28", "tile: 4 bit number 16 tiles, the chip has 64; write tile: 6 bit", "noc.tree={levels: 4, arity: 4}",
            "noc.packets.spike={tile: 4 bit, axon: 12 bit}", TREE);
    REFUSES("mesh28", "has 65 ports", "noc.tree={levels: 2, arity: 63}", "io.in.router=0", "io.out.router=0", "noc.topology=tree", UPDOWN);
    REFUSES("loihi", "hop_x and hop_y price links along rows and columns, and this network has none; write hop", "noc.tree={levels: 3, arity: 4}",
            "noc.link={width: 32 bit, delay: 5 ns}", TREE);
    REFUSES("ideal", "a link takes 1 cycle or more", "noc.tree={levels: 3, arity: 4}", TREE);
}

static void keys_of_another_topology_are_refused(void)
{
    struct err err = {0};
    struct chipfile *f = chip_edited("mesh28", "topology: mesh", "topology: tree\n  tree: {levels: 3, arity: 4}", &err);
    CU_ASSERT_PTR_NULL(f);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "needs columns and rows"));
    f = chip_edited("mesh28", "topology: mesh", "topology: mesh\n  tree: {levels: 3, arity: 4}", &err);
    CU_ASSERT_PTR_NULL(f);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "noc.tree belongs to topology: tree; remove it"));
    REFUSES("mesh28", "noc.links belongs to topology: custom; remove it", "noc.links=[{from: 0, to: 1}]");
    REFUSES("mesh28", "noc.routers belongs to topology: custom; remove it", "noc.routers=4");
    REFUSES("mesh28", "noc.cores_at belongs to topology: custom; remove it", "noc.cores_at=[0]");
    REFUSES("mesh28", "noc.size belongs to topology: mesh and torus; remove it", "noc.size=3x3", "noc.tree={levels: 3, arity: 4}", TREE);
}

static void a_list_of_links_that_cannot_be_is_refused(void)
{
    REFUSES("mesh28", "topology custom needs the number of its routers", "noc.topology=custom", UPDOWN);
    REFUSES("mesh28", "noc.links is a list; write for example", CUSTOM);
    REFUSES("mesh28", "noc.links.0 joins router 0 and router 3; there are 3, numbered from 0", "noc.links=[{from: 0, to: 3}]", CUSTOM);
    REFUSES("mesh28", "noc.links.0 goes from router 1 to itself", "noc.links=[{from: 1, to: 1}]", CUSTOM);
    REFUSES("mesh28", "noc.links.0: width and flit_time both say", "noc.links=[{from: 0, to: 1, width: 8 bit, flit_time: 2 cycles}]", CUSTOM);
    REFUSES("mesh28", "noc.links.0: a link of a list takes 1 cycle or more", "noc.links=[{from: 0, to: 1, delay: 0 cycles}]", CUSTOM);
    REFUSES("mesh28", "unknown key 'dely' in noc.links; did you mean 'delay'?", "noc.links=[{from: 0, to: 1, dely: 1 cycle}]", CUSTOM);
    REFUSES("mesh28", "noc.cores_at: router 3 of 3", "noc.links=[{from: 0, to: 1}]", "noc.cores_at=[0..3]", CUSTOM);
    REFUSES("mesh28", "noc.cores_at names router 1 twice", "noc.links=[{from: 0, to: 1}]", "noc.cores_at=[0..1, 1]", CUSTOM);
    REFUSES("mesh28", "there is no way from router 2 to router 0", "noc.links=[{from: 0, to: 1}]", CUSTOM);
    REFUSES("mesh28", "a list of links has no x and y", "noc.links=[{from: 0, to: 1}]", "noc.link.delay={x: 1 cycle, y: 2 cycles}", CUSTOM);
    REFUSES("mesh28", "router 2 has no link back to router 1, which is nearer to router 0: a multicast tree needs links both ways",
            "noc.links=[{from: 0, to: 1}, {from: 1, to: 2, both: false}, {from: 2, to: 3}, {from: 3, to: 0}, {from: 0, to: 3}]", CUSTOM, "noc.routers=4");
    REFUSES("mesh28", "there is no way from router 1 to router 0 that goes up, then down: add a link",
            "noc.links=[{from: 0, to: 1, both: false}, {from: 1, to: 2, both: false}, {from: 2, to: 0, both: false}]", CUSTOM);
    REFUSES("mesh28", "energy.router.link_chip is not stated", "noc.links=[{from: 0, to: 1}, {from: 1, to: 2, between_chips: true}]", CUSTOM);
    REFUSES("mesh28", "over table routes the copies of a packet could wait for each other", "noc.routing={kind: table, multicast: tree}");
}

static void a_system_that_cannot_be_is_refused(void)
{
    REFUSES("mesh28", "'link' is missing", "system={chips: 2}");
    REFUSES("mesh28", "noc.packets.spike says which tile and not which of 2 chips; add chip: 1 bit", "system={chips: 2, link: {width: 8 bit, delay: 9 ns}}",
            LINK_CHIP);
    REFUSES("mesh28", "chip: 1 bit number 2 chips, the chip has 4; write chip: 2 bit", "system={chips: 4, link: {width: 8 bit, delay: 9 ns}}",
            "noc.packets.spike.chip=1 bit", LINK_CHIP);
    REFUSES("mesh28", "energy.router.link_chip is not stated", "system={chips: 2, link: {width: 8 bit, delay: 9 ns}}", "noc.packets.spike.chip=1 bit");
    REFUSES("loihi", "energy.noc.hop_chip is not stated", "system={chips: 2, link: {width: 8 bit, delay: 9 ns}}");
    REFUSES("mesh28", "the links between chips give more than one way from a chip to another", "noc.size=2x2", CHIPS("2x2", ""));
    REFUSES("mesh28", "the links between chips give more than one way", CHIPS("2", ", links: [{from: [0, 0, 0], to: [1, 0, 0]}, {from: [0, 1], to: [1, 1]}]"));
    REFUSES("mesh28", "there is no way from chip 0 to every other chip", CHIPS("3", ", links: [{from: [0, 0, 0], to: [1, 0, 0]}]"));
    REFUSES("mesh28", "more than one way", CHIPS("2", ", links: [{from: [0, 0], to: [1, 0], both: false}, {from: [1, 1], to: [0, 1], both: false}]"));
    REFUSES("mesh28", "from and to are both on chip 1", CHIPS("2", ", links: [{from: [1, 0, 0], to: [1, 0, 1]}]"));
    REFUSES("mesh28", "to names chip 2 of 2", CHIPS("2", ", links: [{from: [1, 0, 0], to: [2, 0, 1]}]"));
    REFUSES("mesh28", "from names a router that a chip does not have: it has 64", CHIPS("2", ", links: [{from: [1, 8, 0], to: [0, 0, 1]}]"));
    REFUSES("mesh28", "names a router as [chip, column, row] or [chip, router]", CHIPS("2", ", links: [{from: 1, to: [0, 0, 1]}]"));
    REFUSES("mesh28", "chip 2 of 2; chips are numbered from 0", "io.in.chip=2", CHIPS("2", ""));
    REFUSES("mesh28", "no clock 'serdes' in time.clocks", "system={chips: 2, link: {width: 8 bit, delay: 9 ns, clock: serdes}}");
    REFUSES("mesh28", "system.links is a list of the routers that are joined", "noc.topology=tree", "noc.tree={levels: 2, arity: 4}", UPDOWN, CHIPS("2", ""));
    REFUSES("ideal", "a link takes 1 cycle or more", "system={chips: 2, link: {width: 8 bit, delay: 9 ns}}");
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("topologies of chip files", NULL, NULL);
    CU_add_test(suite, "every core reaches every other", every_core_reaches_every_other);
    CU_add_test(suite, "a packet alone takes the stated time in both planes", a_packet_alone_takes_the_stated_time_in_both_planes);
    CU_add_test(suite, "a multicast packet alone takes the same time in both planes", a_multicast_packet_alone_takes_the_same_time_in_both_planes);
    CU_add_test(suite, "links differ by direction", links_differ_by_direction);
    CU_add_test(suite, "a bridge is serial and counted apart", a_bridge_is_serial_and_counted_apart);
    CU_add_test(suite, "routers, links and names are those of the graph", routers_links_and_names_are_those_of_the_graph);
    CU_add_test(suite, "a tree that cannot be is refused", a_tree_that_cannot_be_is_refused);
    CU_add_test(suite, "keys of another topology are refused", keys_of_another_topology_are_refused);
    CU_add_test(suite, "a list of links that cannot be is refused", a_list_of_links_that_cannot_be_is_refused);
    CU_add_test(suite, "a system that cannot be is refused", a_system_that_cannot_be_is_refused);
    return check_run();
}
