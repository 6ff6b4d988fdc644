/* Routes: shortest, connected and of the stated order on meshes and tori; trees that reach every leaf over each link once. */
#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "kit.h"
#include "noc/noc.h"
#include "noc/timing.h"

static uint32_t next_random(uint64_t *state, uint32_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) % below);
}

static struct noc *network(uint32_t columns, uint32_t rows, int torus, int yx)
{
    struct noc_shape shape = {.columns = columns, .rows = rows, .cores_per_tile = 2, .torus = torus, .yx = yx, .router = 3, .link_x = 2, .link_y = 5,
                              .flit_x = 2, .flit_y = 3, .flit_local = 1, .inject = 1, .eject = 2, .host_in = {0, rows - 1}, .host_out = {columns - 1, 0},
                              .host_rate = 1};
    return noc_new(&shape);
}

/* The router at the far end of a link, or UINT32_MAX where the mesh has no such link. */
static uint32_t far_end(const struct noc *noc, uint32_t link)
{
    static const int dx[] = {[EAST] = 1, [WEST] = -1}, dy[] = {[NORTH] = 1, [SOUTH] = -1, 0};
    int columns = (int)noc->shape.columns, rows = (int)noc->shape.rows, d = (int)(link % DIRECTIONS);
    int x = (int)(link / DIRECTIONS) % columns + (d <= WEST ? dx[d] : 0), y = (int)(link / DIRECTIONS) / columns + (d >= NORTH ? dy[d] : 0);
    if (!noc->shape.torus && (x < 0 || y < 0 || x >= columns || y >= rows))
        return UINT32_MAX;
    return (uint32_t)((y + rows) % rows * columns + (x + columns) % columns);
}

/* Distances from one router by breadth-first search over the links. */
static void search(const struct noc *noc, uint32_t from, uint32_t *hops)
{
    memset(hops, 0xff, noc->routers * sizeof *hops);
    hops[from] = 0;
    for (uint32_t d = 0, found = 1; found; d++) {
        found = 0;
        for (uint32_t link = 0; link < noc->links; link++) {
            uint32_t to = hops[link / DIRECTIONS] == d ? far_end(noc, link) : UINT32_MAX;
            if (to != UINT32_MAX && hops[to] == UINT32_MAX) {
                hops[to] = d + 1;
                found = 1;
            }
        }
    }
}

static int along_x(uint32_t link)
{
    return link % DIRECTIONS == EAST || link % DIRECTIONS == WEST;
}

/* 1: the path ends where it should, one axis wholly before the other, in `hops` links. */
static int path_is_right(const struct noc *noc, uint32_t from, uint32_t to, uint32_t hops)
{
    uint32_t link[64], n = noc_path(noc, from, to, link), at = from;
    for (uint32_t h = 0; h < n; h++) {
        if (link[h] / DIRECTIONS != at || (h && along_x(link[h - 1]) == noc->shape.yx && along_x(link[h]) != noc->shape.yx))
            return 0;
        at = far_end(noc, link[h]);
    }
    return at == to && n == hops;
}

enum { SHAPES = 7 };
static const uint32_t shapes[SHAPES][2] = {{1, 1}, {1, 7}, {8, 1}, {2, 2}, {5, 4}, {4, 6}, {7, 3}};

static void paths_are_shortest(void)
{
    uint32_t wrong = 0;
    for (uint32_t s = 0; s < SHAPES * 4; s++) {
        struct noc *noc = network(shapes[s / 4][0], shapes[s / 4][1], s & 1, s >> 1 & 1);
        uint32_t *hops = mem_new(noc->routers, sizeof *hops);
        for (uint32_t from = 0; from < noc->routers; from++) {
            search(noc, from, hops);
            for (uint32_t to = 0; to < noc->routers; to++)
                wrong += !path_is_right(noc, from, to, hops[to]);
        }
        free(hops);
        noc_free(noc);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* ---- trees ---- */

/* 1: each branch leaves from where its parent ends, each link is there once, each leaf lies at its endpoint's router. */
static int tree_is_right(const struct noc *noc, uint32_t number, uint32_t from, const uint32_t *endpoint, uint32_t n)
{
    const struct tree *t = &noc->tree[number];
    const struct tree_branch *branch = noc->branch + t->first_branch;
    uint32_t *at = mem_new(t->branches + 1, sizeof *at);
    uint8_t *used = mem_new(noc->links, 1), *needed = mem_new(noc->links, 1);
    int good = t->leaves == n;
    at[0] = noc->router_of[from];
    for (uint32_t b = 0; b < t->branches; b++) {
        good &= branch[b].parent <= b && branch[b].link / DIRECTIONS == at[branch[b].parent] && !used[branch[b].link];
        used[branch[b].link] = 1;
        at[b + 1] = far_end(noc, branch[b].link);
    }
    for (uint32_t l = 0; l < n; l++) {
        uint32_t link[64], hops = noc_path(noc, noc->router_of[from], noc->router_of[endpoint[l]], link);
        good &= noc->leaf_at[t->first_leaf + l] <= t->branches && at[noc->leaf_at[t->first_leaf + l]] == noc->router_of[endpoint[l]];
        for (uint32_t h = 0; h < hops; h++)
            needed[link[h]] = 1;
    }
    good &= !memcmp(used, needed, noc->links);
    free(at);
    free(used);
    free(needed);
    return good;
}

static uint32_t random_leaves(uint64_t *seed, uint32_t endpoints, uint32_t *endpoint)
{
    uint32_t n = 0;
    for (uint32_t e = 0; e < endpoints; e++)
        if (!next_random(seed, 4))
            endpoint[n++] = e;
    return n;
}

static void trees_reach_every_leaf_over_each_link_once(void)
{
    uint64_t seed = 11;
    uint32_t wrong = 0, made = 0;
    for (uint32_t s = 0; s < SHAPES * 4; s++) {
        struct noc *noc = network(shapes[s / 4][0], shapes[s / 4][1], s & 1, s >> 1 & 1);
        struct { uint32_t tree, from, n, *endpoint; } kept[12];
        for (int k = 0; k < 12; k++) {
            kept[k].endpoint = mem_new(noc->endpoints, sizeof *kept[k].endpoint);
            kept[k].from = next_random(&seed, noc->endpoints);
            kept[k].n = random_leaves(&seed, noc->endpoints, kept[k].endpoint);
            kept[k].tree = noc_tree(noc, kept[k].from, kept[k].endpoint, kept[k].n);
        }
        noc_settle(noc);
        for (int k = 0; k < 12; k++, made++) {
            struct path_counts counts;
            wrong += !tree_is_right(noc, kept[k].tree, kept[k].from, kept[k].endpoint, kept[k].n);
            noc_path_counts(noc, kept[k].from, kept[k].endpoint, kept[k].n, kept[k].tree, &counts);
            wrong += counts.hops_x + counts.hops_y != noc->tree[kept[k].tree].branches || counts.routers != 1 + noc->tree[kept[k].tree].branches;
            wrong += counts.leaves != kept[k].n;
            free(kept[k].endpoint);
        }
        noc_free(noc);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(made, SHAPES * 4 * 12);
}

/* ---- a packet alone ---- */

static uint64_t alone(const struct timing_plane *plane, const struct noc *noc, uint32_t from, uint32_t to, uint32_t flits, uint32_t route)
{
    struct err err;
    struct noc_counts counts = {0};
    struct send send = {.endpoint = from, .route = route, .offset = 9, .leaves = 1, .flits = flits};
    struct leaf leaf = {.endpoint = to, .service = 4};
    struct endpoint_step *endpoint = mem_new(noc->endpoints, sizeof *endpoint);
    void *open = plane->open(noc, 0, &err);
    struct step_time step = {.send = &send, .leaf = &leaf, .endpoint = endpoint, .n_send = 1, .n_leaf = 1, .n_endpoint = noc->endpoints};
    CU_ASSERT_EQUAL(plane->step(open, &step, &counts, &err), 0);
    CU_ASSERT(leaf.start == leaf.arrive && leaf.end == leaf.start + 4 && step.end == leaf.end && leaf.lost == 0);
    plane->close(open);
    free(endpoint);
    return leaf.arrive - 9;
}

/* Flit by flit, by hand: into the first router one per cycle; then per router and way on, none before the flit ahead of it has been gone for
 * the way's flit time. A head needs 3 cycles in a router, the others, for which the channel is found already, 2. */
static uint64_t by_hand(const struct noc *noc, uint32_t from, uint32_t to, uint32_t flits)
{
    uint32_t link[64], hops = noc_path(noc, noc->router_of[from], noc->router_of[to], link);
    uint64_t at[16];
    for (uint32_t k = 0; k < flits; k++)
        at[k] = 1 + k;
    for (uint32_t h = 0; h <= hops; h++) {
        uint64_t pace = h == hops ? 1 : along_x(link[h]) ? 2 : 3, wire = h == hops ? 2 : along_x(link[h]) ? 2 : 5;
        for (uint32_t k = 0; k < flits; k++) {
            uint64_t ready = at[k] + (k ? 2 : 3), ahead = k ? at[k - 1] - wire + pace : 0;
            at[k] = (ready > ahead ? ready : ahead) + wire;
        }
    }
    return at[flits - 1];
}

static void a_packet_alone_takes_the_zero_load_time(void)
{
    uint64_t seed = 5;
    uint32_t wrong = 0, compared = 0;
    struct noc *noc = network(5, 4, 0, 0);
    for (int k = 0; k < 400; k++) {
        uint32_t from = next_random(&seed, noc->endpoints), to = next_random(&seed, noc->endpoints), flits = 1 + next_random(&seed, 5);
        uint32_t tree = noc_tree(noc, from, &to, 1);
        uint64_t cycles = by_hand(noc, from, to, flits);
        wrong += noc_zero_load(noc, from, to, flits) != cycles;
        for (int p = 0; p < 2; p++, compared++)
            wrong += alone(timing_planes[p], noc, from, to, flits, UNICAST) != cycles || alone(timing_planes[p], noc, from, to, flits, tree) != cycles;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(compared, 800);
    noc_free(noc);
}

/* ---- several deliveries in a step ---- */

/* Runs one step of these sends, whose leaves stand one behind the other; the leaves' times are the answer. */
static void run_step(const struct timing_plane *plane, const struct noc *noc, struct send *send, uint32_t n_send, struct leaf *leaf, uint32_t n_leaf)
{
    struct err err;
    struct noc_counts counts = {0};
    struct endpoint_step *endpoint = mem_new(noc->endpoints, sizeof *endpoint);
    struct step_time step = {.send = send, .leaf = leaf, .endpoint = endpoint, .n_send = n_send, .n_leaf = n_leaf, .n_endpoint = noc->endpoints};
    void *open = plane->open(noc, 0, &err);
    CU_ASSERT_EQUAL(plane->step(open, &step, &counts, &err), 0);
    plane->close(open);
    free(endpoint);
}

/* A tree alone in the network: each branch has the pace of its own way, whatever the others meet. */
static void every_leaf_of_a_tree_alone_takes_its_own_zero_load_time(void)
{
    uint64_t seed = 17;
    uint32_t wrong = 0, compared = 0, slow = 0;
    for (uint32_t s = 0; s < SHAPES * 4; s++) {
        struct noc *noc = network(shapes[s / 4][0], shapes[s / 4][1], s & 1, s >> 1 & 1);
        uint32_t *endpoint = mem_new(noc->endpoints, sizeof *endpoint), from = next_random(&seed, noc->endpoints), flits = 1 + next_random(&seed, 6);
        uint32_t n = random_leaves(&seed, noc->endpoints, endpoint);
        struct send send = {.endpoint = from, .route = noc_tree(noc, from, endpoint, n), .offset = 3, .leaves = n, .flits = flits};
        struct leaf *leaf = mem_new(n, sizeof *leaf);
        for (int p = 0; p < 2; p++) {
            for (uint32_t l = 0; l < n; l++)
                leaf[l] = (struct leaf){.endpoint = endpoint[l]};
            run_step(timing_planes[p], noc, &send, 1, leaf, n);
            for (uint32_t l = 0; l < n; l++, compared++) {
                uint64_t cycles = by_hand(noc, from, endpoint[l], flits);
                wrong += leaf[l].arrive != 3 + cycles;
                slow += cycles - (flits - 1) != by_hand(noc, from, endpoint[l], 1);
            }
        }
        free(leaf);
        free(endpoint);
        noc_free(noc);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(compared > 200 && slow > 100);
}

/* On a row of three tiles, two cores each, links of 2 cycles per flit: packets A and B of four flits leave cores 0 and 1 for cores 4 and 2. Both
 * enter the first link, A at 1 + 3 = 4 until 12; B's head waits from 4 to 12. Its flits have come by then, so they follow at 2 cycles each and
 * the last, 12 + 6, is 2 + 2 + 2 later in the queue: in a router a flit that is no head takes 2 cycles. */
static void a_tail_catches_up_while_its_head_waits(void)
{
    struct noc *noc = network(3, 1, 0, 0);
    noc->shape.flit_local = 5;
    struct send send[] = {{.endpoint = 0, .route = UNICAST, .first_leaf = 0, .leaves = 1, .flits = 4},
                          {.endpoint = 1, .route = UNICAST, .first_leaf = 1, .leaves = 1, .flits = 4}};
    struct leaf leaf[] = {{.endpoint = 4}, {.endpoint = 2, .send = 1}};
    run_step(timing_planes[1], noc, send, 2, leaf, 2);
    /* In and out at 5 cycles a flit: A's head is out at 1 + 3 x 3 + 2 x 2 + 2, its tail 15 later. */
    CU_ASSERT_EQUAL(leaf[0].arrive, 31);
    /* B's head passes at 12, its tail, here at 16, at 18, not at 12 + 15; out at 5 cycles a flit from 12 + 2 + 3 on: 17 + 15 + 2. */
    CU_ASSERT_EQUAL(leaf[1].arrive, 34);
    noc->shape.flit_local = 1;
    run_step(timing_planes[1], noc, send, 2, leaf, 2);
    /* A's tail leaves the second link's router at 9 + 6; then 2, 2 and 2. */
    CU_ASSERT_EQUAL(leaf[0].arrive, 15 + 2 + 2 + 2);
    CU_ASSERT_EQUAL(leaf[1].arrive, 12 + 3 * 2 + 2 + 2 + 2);
    noc_free(noc);
}

/* ---- trees that come late ---- */

/* More branches and leaves than a page of 2 MiB holds, so that settling moves them to where there is less room; then as many trees again. */
static void trees_may_follow_after_the_network_has_settled(void)
{
    struct noc *noc = network(32, 16, 0, 0);
    uint32_t *endpoint = mem_new(noc->endpoints, sizeof *endpoint), wrong = 0, trees = 0;
    for (uint32_t e = 0; e < noc->endpoints; e++)
        endpoint[e] = e;
    for (int round = 0; round < 2; round++) {
        while (noc->n_branches < (round ? 1100000u : 600000u))
            trees = noc_tree(noc, trees % noc->endpoints, endpoint, noc->endpoints) + 1;
        noc_settle(noc);
    }
    for (uint32_t t = 0; t < trees; t += t + 5 < trees ? 5 : 1)
        wrong += !tree_is_right(noc, t, t % noc->endpoints, endpoint, noc->endpoints);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(noc->n_trees, trees);
    free(endpoint);
    noc_free(noc);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("noc", NULL, NULL);
    CU_add_test(suite, "paths are shortest, connected, one axis after the other, on meshes and tori", paths_are_shortest);
    CU_add_test(suite, "a tree is the union of its paths, each link once, each leaf at its router", trees_reach_every_leaf_over_each_link_once);
    CU_add_test(suite, "a packet alone takes the zero-load time in both planes, by path and by tree, with several flits",
                a_packet_alone_takes_the_zero_load_time);
    CU_add_test(suite, "every leaf of a tree alone takes its own zero-load time, with several flits and links of different pace",
                every_leaf_of_a_tree_alone_takes_its_own_zero_load_time);
    CU_add_test(suite, "a tail catches up while its head waits for a link", a_tail_catches_up_while_its_head_waits);
    CU_add_test(suite, "trees may follow after the network has settled", trees_may_follow_after_the_network_has_settled);
    return check_run();
}
