/* Tests of the router graph: ports, routes and trees of grids, tori, trees of routers and lists of links. */
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "noc/topology.h"

static const struct topology_hop HOP = {1, 1, 0};

static struct topology *grid(uint32_t columns, uint32_t rows, uint32_t concentration, uint32_t torus, enum topology_routing routing)
{
    struct err err;
    struct topology_grid g = {.columns = columns, .rows = rows, .concentration = concentration, .torus = torus, .routing = routing,
                              .hop = {HOP, HOP, HOP, HOP}, .inject = 1, .eject = 1, .flit_time = 1};
    return topology_new_grid(&g, &err);
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A connected random graph: a random tree with links both ways, and some more pairs. */
static struct topology *random_graph(uint32_t routers, uint32_t more, enum topology_routing routing, uint64_t seed)
{
    uint32_t links = 2 * (routers - 1 + more), n = 0;
    struct topology_link *link = mem_new(links, sizeof *link);
    struct topology_endpoint *endpoint = mem_new(routers, sizeof *endpoint);
    for (uint32_t i = 0; n < links; i++) {
        uint32_t a = i + 1 < routers ? i + 1 : (uint32_t)(next_random(&seed) % routers);
        uint32_t b = i + 1 < routers ? (uint32_t)(next_random(&seed) % (i + 1)) : (uint32_t)(next_random(&seed) % routers);
        if (a == b)
            continue;
        link[n++] = (struct topology_link){.from = a, .to = b, .hop = HOP};
        link[n++] = (struct topology_link){.from = b, .to = a, .hop = HOP};
    }
    for (uint32_t e = 0; e < routers; e++)
        endpoint[e] = (struct topology_endpoint){e, 0, 1, 1, 1};
    struct topology_plan plan = {routers, links, routers, link, endpoint, routing};
    struct err err;
    struct topology *t = topology_new_custom(&plan, &err);
    if (!t)
        printf("    %s\n", err.text);
    free(link);
    free(endpoint);
    return t;
}

static uint32_t apart(uint32_t a, uint32_t b, uint32_t size, uint32_t torus)
{
    uint32_t d = a > b ? a - b : b - a;
    return torus && size - d < d ? size - d : d;
}

static uint32_t wrong_ways(struct topology *t, uint32_t concentration)
{
    uint32_t wrong = 0;
    for (uint32_t a = 0; a < t->endpoints; a++)
        for (uint32_t b = 0; b < t->endpoints; b++) {
            uint32_t from = a / concentration, to = b / concentration;
            uint32_t far = apart(from % t->columns, to % t->columns, t->columns, t->torus) + apart(from / t->columns, to / t->columns, t->rows, t->torus);
            for (uint32_t ways = 0; ways < 4; ways++)
                wrong += topology_routers_on_way(t, a, b, ways) != far + 1;
        }
    topology_free(t);
    return wrong;
}

static void ways_over_grids_are_minimal(void)
{
    CU_ASSERT_EQUAL(wrong_ways(grid(5, 4, 1, 0, ROUTE_XY), 1), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(4, 6, 1, 0, ROUTE_YX), 1), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(6, 5, 1, 1, ROUTE_XY), 1), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(8, 2, 1, 1, ROUTE_YX), 1), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(3, 3, 4, 0, ROUTE_XY), 4), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(4, 4, 2, 1, ROUTE_TABLE), 2), 0);
    CU_ASSERT_EQUAL(wrong_ways(grid(1, 7, 1, 0, ROUTE_XY), 1), 0);
}

static void xy_turns_once_and_a_torus_splits_its_ties(void)
{
    struct topology *t = grid(8, 8, 1, 0, ROUTE_XY);
    CU_ASSERT_EQUAL(topology_next(t, 0, TOPOLOGY_NONE, 0, 9, 0).port, 0);
    CU_ASSERT_EQUAL(topology_next(t, 1, 1, 0, 9, 0).port, 2);
    CU_ASSERT_EQUAL(topology_next(t, 9, 3, 0, 9, 0).port, 4);
    topology_free(t);
    t = grid(8, 8, 1, 1, ROUTE_XY);
    CU_ASSERT_EQUAL(t->vc_classes, 2);
    CU_ASSERT_EQUAL(topology_next(t, 0, TOPOLOGY_NONE, 0, 4, 0).port, 0);      /* four either way */
    CU_ASSERT_EQUAL(topology_next(t, 0, TOPOLOGY_NONE, 0, 4, 1).port, 1);
    CU_ASSERT_EQUAL(topology_next(t, 0, TOPOLOGY_NONE, 0, 4, 0).vc_class, 0);
    CU_ASSERT_EQUAL(topology_next(t, 0, TOPOLOGY_NONE, 0, 4, 1).vc_class, 0);
    CU_ASSERT_EQUAL(topology_next(t, 4, TOPOLOGY_NONE, 0, 0, 0).vc_class, 1);  /* the target lies below, whichever way */
    CU_ASSERT_EQUAL(topology_next(t, 4, TOPOLOGY_NONE, 0, 0, 1).vc_class, 1);
    CU_ASSERT_EQUAL(topology_next(t, 7, 1, 0, 1, 0).port, 0);                  /* 6 -> 7 -> 0 -> 1 goes on as it came */
    CU_ASSERT_EQUAL(topology_next(t, 0, 1, 0, 1, 0).vc_class, 0);              /* and stays in its half after the dateline */
    topology_free(t);
}

/* Of the links of a ring in one direction those that ways in channels of one class use, as a mask. */
static uint32_t links_used(const struct topology *t, uint32_t down, uint32_t vc_class)
{
    uint32_t used = 0;
    for (uint32_t way = 0; way < 2 * t->columns * t->columns; way++) {
        uint32_t ways = way & 1, router = way / 2 / t->columns, to = way / 2 % t->columns, in_port = TOPOLOGY_NONE;
        struct topology_turn turn = {0, 0};
        while (router != to) {
            turn = topology_next(t, router, in_port, turn.vc_class, to, ways);
            used |= (uint32_t)(turn.port == down && turn.vc_class == vc_class) << router;
            const struct topology_link *link = &t->link[t->port[t->first_port[router] + turn.port].out_link];
            router = link->to;
            in_port = link->to_port;
        }
    }
    return used;
}

/* Else packets could wait for one another all round it. */
static void no_class_of_channels_uses_a_whole_ring(void)
{
    for (uint32_t k = 3; k < 11; k++) {
        struct topology *t = grid(k, 1, 1, 1, ROUTE_XY);
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t used = links_used(t, i & 1, i >> 1);
            CU_ASSERT(used && used != (1u << k) - 1);
        }
        topology_free(t);
    }
}

/* From each router a tree to all others: where it goes over the link between the last router and the first, and on the way there, it is in
 * the channels of those ways that do. */
static void a_tree_in_a_ring_is_in_the_class_that_passes_the_dateline(void)
{
    enum { K = 8 };
    struct topology *t = grid(K, 1, 1, 1, ROUTE_XY);
    struct err err;
    uint32_t passing = 0, wrong = 0;
    for (uint32_t from = 0; from < K; from++) {
        uint32_t leaf[K - 1], n = 0;
        for (uint32_t to = 0; to < K; to++)
            if (to != from)
                leaf[n++] = to;
        int64_t number = topology_add_tree(t, from, leaf, n, &err);
        CU_ASSERT_FATAL(number >= 0);
        const struct topology_tree *tree = &t->tree[number];
        for (uint32_t i = tree->first_node; i < tree->first_node + tree->nodes; i++)
            for (const struct topology_branch *b = &t->branch[t->node[i].first_branch]; b < &t->branch[t->node[i].first_branch + t->node[i].branches]; b++) {
                if (b->port > 1)
                    continue;
                uint32_t passes = b->port ? from < K / 2 - 1 : from >= K / 2;       /* four routers above are reached upwards, three downwards */
                passing += passes;
                wrong += b->vc_class != (b->port ? !passes : passes);
            }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(passing, 4 * 4 + 3 * 3);
    topology_free(t);
}

/* All distances by Floyd and Warshall, over every link or over legal up*-down* ways only. */
static uint32_t longer_than_needed(const struct topology *t)
{
    uint32_t n = t->routers, wrong = 0, *d = mem_new((size_t)n * n, sizeof *d);
    for (uint32_t i = 0; i < n * n; i++)
        d[i] = i / n == i % n ? 0 : 10000;
    for (uint32_t l = 0; l < t->links; l++)
        d[t->link[l].from * n + t->link[l].to] = 1;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < n * n; i++)
            if (d[i / n * n + k] + d[k * n + i % n] < d[i])
                d[i] = d[i / n * n + k] + d[k * n + i % n];
    for (uint32_t i = 0; i < n * n; i++)
        wrong += topology_routers_on_way(t, i / n, i % n, 0) != d[i] + 1;
    free(d);
    return wrong;
}

static uint32_t goes_up_after_down(const struct topology *t)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < t->routers * t->routers; i++) {
        uint32_t r = i / t->routers, to = i % t->routers, in_port = TOPOLOGY_NONE, down = 0, hops = 0;
        while (r != to && hops++ < 2 * t->routers) {
            uint32_t l = t->port[t->first_port[r] + topology_next(t, r, in_port, 0, to, 0).port].out_link;
            wrong += down && !t->down[l];
            down |= t->down[l];
            r = t->link[l].to;
            in_port = t->link[l].to_port;
        }
        wrong += r != to;
    }
    return wrong;
}

static void table_routes_are_shortest_and_updown_never_turns_up(void)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct topology *t = random_graph((uint32_t)(4 + seed * 2), (uint32_t)seed, ROUTE_TABLE, seed);
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        CU_ASSERT_EQUAL(longer_than_needed(t), 0);
        topology_free(t);
        t = random_graph((uint32_t)(4 + seed * 2), (uint32_t)seed, ROUTE_UPDOWN, seed);
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        CU_ASSERT_EQUAL(goes_up_after_down(t), 0);
        topology_free(t);
        t = random_graph((uint32_t)(4 + seed * 2), 0, ROUTE_UPDOWN, seed);     /* a tree: the shortest way */
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        CU_ASSERT_EQUAL(longer_than_needed(t), 0);
        topology_free(t);
    }
}

static void a_tree_of_routers_has_its_endpoints_at_the_leaves(void)
{
    struct err err;
    struct topology_levels d = {.levels = 3, .arity = 4, .concentration = 2, .up = HOP, .down = HOP, .inject = 1, .eject = 1, .flit_time = 1};
    struct topology *t = topology_new_levels(&d, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    CU_ASSERT_EQUAL(t->routers, 21);
    CU_ASSERT_EQUAL(t->endpoints, 32);
    CU_ASSERT_EQUAL(topology_routers_on_way(t, 0, 1, 0), 1);
    CU_ASSERT_EQUAL(topology_routers_on_way(t, 0, 2, 0), 3);
    CU_ASSERT_EQUAL(topology_routers_on_way(t, 0, 31, 0), 5);
    topology_free(t);
}

/* Every leaf is reached once, at the distance a packet of its own would take, and no router is entered twice. */
static uint32_t tree_faults(const struct topology *t, uint32_t tree, uint32_t from)
{
    const struct topology_tree *tr = &t->tree[tree];
    uint32_t wrong = 0, *depth = mem_new(t->n_nodes, sizeof *depth), *seen = mem_new(tr->leaves, sizeof *seen), *entered = mem_new(t->routers, sizeof *entered);
    depth[tr->first_node] = 1;
    for (uint32_t n = tr->first_node; n < tr->first_node + tr->nodes; n++) {
        const struct topology_node *node = &t->node[n];
        wrong += entered[node->router]++;
        for (uint32_t b = node->first_branch; b < node->first_branch + node->branches; b++) {
            const struct topology_branch *branch = &t->branch[b];
            const struct topology_port *port = &t->port[t->first_port[node->router] + branch->port];
            if (port->endpoint != TOPOLOGY_NONE) {
                wrong += seen[branch->to]++ || t->leaf[tr->first_leaf + branch->to] != port->endpoint;
                wrong += t->routing != ROUTE_UPDOWN && depth[n] != topology_routers_on_way(t, from, port->endpoint, 0);
            } else {
                wrong += t->link[port->out_link].to != t->node[branch->to].router;
                depth[branch->to] = depth[n] + 1;
            }
        }
    }
    for (uint32_t l = 0; l < tr->leaves; l++)
        wrong += seen[l] != 1;
    free(depth);
    free(seen);
    free(entered);
    return wrong;
}

static void trees_reach_every_leaf_once(void)
{
    struct topology *all[] = {grid(6, 5, 1, 0, ROUTE_XY), grid(4, 4, 3, 0, ROUTE_YX), grid(8, 8, 1, 1, ROUTE_XY), random_graph(30, 12, ROUTE_UPDOWN, 3)};
    uint64_t seed = 5;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct topology *t = all[i];
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        for (uint32_t k = 0; k < 40; k++) {
            uint32_t from = (uint32_t)(next_random(&seed) % t->endpoints), n = 0, *leaf = mem_new(t->endpoints, sizeof *leaf);
            for (uint32_t e = 0; e < t->endpoints; e++)
                if (next_random(&seed) % 4 == 0)
                    leaf[n++] = e;
            struct err err;
            int64_t tree = topology_add_tree(t, from, leaf, n, &err);
            CU_ASSERT(tree >= 0);
            CU_ASSERT_EQUAL(tree_faults(t, (uint32_t)tree, from), 0);
            free(leaf);
        }
        topology_free(t);
    }
}

static void what_cannot_be_built_is_refused_with_its_reason(void)
{
    struct err err;
    struct topology_endpoint ends[2] = {{0, 0, 1, 1, 1}, {1, 0, 1, 1, 1}};
    struct topology_link one = {.from = 0, .to = 1, .hop = {1, 1, 0}}, far = {.from = 0, .to = 7, .hop = {1, 1, 0}}, still = {.from = 0, .to = 1};
    struct topology_plan plan = {2, 1, 2, &one, ends, ROUTE_TABLE};
    CU_ASSERT_PTR_NULL(topology_new_custom(&plan, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no way from router 1 to router 0"));
    plan.link = &far;
    CU_ASSERT_PTR_NULL(topology_new_custom(&plan, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "link 0 names router 7"));
    plan.link = &still;
    CU_ASSERT_PTR_NULL(topology_new_custom(&plan, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "flit time 0"));
    plan.routing = ROUTE_XY;
    CU_ASSERT_PTR_NULL(topology_new_custom(&plan, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "table or updown"));
    CU_ASSERT_PTR_NULL(grid(3, 3, 61, 0, ROUTE_XY));
    CU_ASSERT_PTR_NULL(grid(0, 3, 1, 0, ROUTE_XY));
    struct topology *t = grid(3, 3, 1, 0, ROUTE_TABLE);
    uint32_t twice[2] = {4, 4};
    CU_ASSERT_EQUAL(topology_add_tree(t, 0, twice, 2, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "need xy, yx or updown"));
    topology_free(t);
    t = grid(3, 3, 1, 0, ROUTE_XY);
    CU_ASSERT_EQUAL(topology_add_tree(t, 0, twice, 2, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "endpoint 4 twice"));
    topology_free(t);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("topology", NULL, NULL);
    CU_add_test(suite, "ways over grids and tori are minimal for every pair", ways_over_grids_are_minimal);
    CU_add_test(suite, "XY turns once, and a torus splits its ties and its channels", xy_turns_once_and_a_torus_splits_its_ties);
    CU_add_test(suite, "no class of channels uses a whole ring of a torus", no_class_of_channels_uses_a_whole_ring);
    CU_add_test(suite, "a multicast tree in a ring is in the class that passes the dateline", a_tree_in_a_ring_is_in_the_class_that_passes_the_dateline);
    CU_add_test(suite, "table routes are shortest and up*-down* never goes up after down", table_routes_are_shortest_and_updown_never_turns_up);
    CU_add_test(suite, "a tree of routers has its endpoints at the leaves", a_tree_of_routers_has_its_endpoints_at_the_leaves);
    CU_add_test(suite, "a multicast tree reaches every leaf once and enters no router twice", trees_reach_every_leaf_once);
    CU_add_test(suite, "what cannot be built is refused with its reason", what_cannot_be_built_is_refused_with_its_reason);
    return check_run();
}
