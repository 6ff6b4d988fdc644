/* A mesh of verilated spike_routers against the flit-level network of sim/noc, in lockstep: the same flits are offered in the same cycles, and in every
 * cycle the same outputs of the same routers pass a flit and the same flits arrive; unicast and multicast, from light load to more than the mesh bears.
 *
 * What the two share: one virtual channel, one-flit packets, x before y, round robin, two cycles per hop, no stage of its own for anything. The RTL's
 * input queue of D words with the sender's output register before it is a channel of D + 1 flits whose credits come back in the next cycle, for D of 2
 * or more. An output is granted only where the flit can go, which in sim/noc is the rule for packets of a tree: so every packet here is one, of
 * one leaf or more. Turns begin at another input; a lone flit through each output before the traffic sets both alike. */
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "kit.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "router.hpp"

namespace
{

enum : uint32_t { COLUMNS = 3, ROWS = 3, NODES = COLUMNS * ROWS, DEPTH = 4, CYCLES = 3000, DRAIN = 2000, IDS = 1 << 16 };

/* ---- the mesh in RTL ---- */

using Arrivals = std::set<std::pair<uint32_t, uint32_t>>;      /* endpoint, number of the packet */

class RtlMesh {
  public:
    RtlMesh()
    {
        for (uint32_t n = 0; n < NODES; n++)
            router.emplace_back(new Router(n % COLUMNS, n / COLUMNS));
    }
    /* The router beyond an output, and the input that it leads to; NODES: none. */
    static uint32_t beyond(uint32_t n, uint32_t port, uint32_t *input)
    {
        uint32_t x = n % COLUMNS, y = n / COLUMNS;
        *input = port == EAST ? WEST : port == WEST ? EAST : port == NORTH ? SOUTH : NORTH;
        if (port == EAST)
            return x + 1 < COLUMNS ? n + 1 : NODES;
        if (port == WEST)
            return x ? n - 1 : NODES;
        return port == NORTH ? (y + 1 < ROWS ? n + COLUMNS : NODES) : y ? n - COLUMNS : NODES;
    }
    void offer(uint32_t n, uint32_t flit)
    {
        source[n].push_back(flit);
    }
    /* Wires as the registers drive them; endpoints take what comes. */
    void connect()
    {
        for (uint32_t n = 0; n < NODES; n++) {
            router[n]->top.ready_i = 1u << LOCAL;
            router[n]->top.valid_i = (CData)!source[n].empty();
            if (!source[n].empty())
                router[n]->drive(LOCAL, source[n].front());
        }
        for (uint32_t n = 0; n < NODES; n++)
            for (uint32_t o = EAST; o < PORTS; o++) {
                uint32_t input, to = beyond(n, o, &input);
                if (to == NODES)
                    continue;
                Vspike_router &a = router[n]->top, &b = router[to]->top;
                a.ready_i = (CData)(a.ready_i | (b.ready_o >> input & 1) << o);
                b.valid_i = (CData)(b.valid_i | (a.valid_o >> o & 1) << input);
                if (a.valid_o >> o & 1)
                    router[to]->drive(input, router[n]->seen(o));
            }
    }
    /* One cycle: who passed which output, who arrived. */
    void cycle(uint32_t hops[NODES][PORTS], Arrivals &arrived)
    {
        connect();
        for (uint32_t n = 0; n < NODES; n++) {
            Router &r = *router[n];
            r.settle();
            for (uint32_t o = 0; o < PORTS; o++)
                hops[n][o] += r.top.hop_o >> o & 1;
            if (r.top.valid_o & 1)
                arrived.insert({n, r.seen(LOCAL) & 0xffff});
            if (r.top.valid_i & r.top.ready_o & 1)
                source[n].pop_front();
        }
        for (auto &r : router)
            r->edge();
        for (auto &r : router)
            r->settle();
    }
    std::vector<std::unique_ptr<Router>> router;
    std::deque<uint32_t> source[NODES];
};

/* ---- the mesh in C ---- */

class CMesh {
  public:
    CMesh()
    {
        struct topology_hop hop = {1, 1, WIRE_LINK};
        struct topology_grid grid = {};
        grid.columns = COLUMNS;
        grid.rows = ROWS;
        grid.concentration = 1;
        grid.routing = ROUTE_XY;
        for (auto &h : grid.hop)
            h = hop;
        grid.inject = 1;
        grid.flit_time = 1;
        struct err err = {};
        topology = topology_new_grid(&grid, &err);
        struct mesh_config config = {};
        config.vcs = 1;
        config.depth = DEPTH + 1;
        config.final = 1;
        config.iterations = 1;
        config.longest_tree = 1;
        config.watchdog = 10000;
        mesh = topology ? mesh_new(topology, &config, &err) : nullptr;
        CU_ASSERT_PTR_NOT_NULL_FATAL(mesh);
    }
    ~CMesh()
    {
        mesh_free(mesh);
        topology_free(topology);
    }
    uint32_t tree(uint32_t from, const std::vector<uint32_t> &to)
    {
        struct err err = {};
        int64_t n = topology_add_tree(topology, from, to.data(), (uint32_t)to.size(), &err);
        CU_ASSERT_TRUE_FATAL(n >= 0);
        return (uint32_t)n;
    }
    void offer(uint32_t from, uint32_t tree, uint32_t id, uint64_t cycle)
    {
        struct mesh_packet p = {};
        p.from = from;
        p.to = tree;
        p.multicast = 1;
        p.flits = 1;
        p.tag = id;
        CU_ASSERT_EQUAL(mesh_inject(mesh, &p, cycle), 1);
    }
    void cycle(uint64_t cycle, Arrivals &arrived)
    {
        struct err err = {};
        uint32_t n;
        CU_ASSERT_EQUAL_FATAL(mesh_step(mesh, cycle, &err), 0);
        const struct mesh_arrival *a = mesh_arrivals(mesh, &n);
        for (uint32_t i = 0; i < n; i++)
            arrived.insert({a[i].endpoint, a[i].tag & 0xffff});
    }
    /* Local ports of a grid are east, west, north, south, then the endpoint. */
    uint64_t hops(uint32_t router, uint32_t port) const
    {
        return mesh_port_counts(mesh, topology->first_port[router] + (port == LOCAL ? 4 : port - 1)).sw_grants;
    }
    struct topology *topology;
    struct mesh *mesh;
};

/* ---- both ---- */

struct Pair {
    RtlMesh rtl;
    CMesh c;
    uint64_t now = 0;
    uint32_t id = 0, hops[NODES][PORTS] = {}, different = 0;
    uint64_t arrived = 0;
    uint32_t to_one[NODES][NODES], many[TREES];         /* trees of sim/noc: of one leaf; the RTL's multicast trees */
    uint32_t root[TREES];

    Pair(Random &random)
    {
        for (uint32_t a = 0; a < NODES; a++)
            for (uint32_t b = 0; b < NODES; b++)
                to_one[a][b] = c.tree(a, {b});
        for (uint32_t t = 0; t < TREES; t++)
            make_tree(random, t);
    }
    /* The same tree in both: the masks of the RTL's tables are the branches of sim/noc's nodes. */
    void make_tree(Random &random, uint32_t t)
    {
        std::vector<uint32_t> to;
        root[t] = random.below(NODES);
        for (uint32_t n = 0; n < NODES; n++)
            if (n != root[t] && random.below(2))
                to.push_back(n);
        if (to.empty())
            to.push_back((root[t] + 1) % NODES);
        many[t] = c.tree(root[t], to);
        const struct topology_tree *tree = &c.topology->tree[many[t]];
        for (uint32_t k = 0; k < tree->nodes; k++) {
            const struct topology_node *node = &c.topology->node[tree->first_node + k];
            uint32_t mask = 0;
            for (uint32_t b = 0; b < node->branches; b++) {
                uint32_t port = c.topology->branch[node->first_branch + b].port;
                mask |= 1u << (port < 4 ? port + 1 : uint32_t{LOCAL});
            }
            rtl.router[node->router]->write_tree(t, mask);
        }
    }
    void send_one(uint32_t from, uint32_t to)
    {
        rtl.offer(from, to / COLUMNS << 20 | to % COLUMNS << 16 | (id & 0xffff));
        c.offer(from, to_one[from][to], id++, now);
    }
    void send_many(uint32_t t)
    {
        rtl.offer(root[t], 1u << 24 | t << 16 | (id & 0xffff));
        c.offer(root[t], many[t], id++, now);
    }
    void cycle()
    {
        Arrivals x, y;
        rtl.cycle(hops, x);
        c.cycle(now, y);
        different += x != y;
        for (uint32_t n = 0; n < NODES; n++)
            for (uint32_t o = 0; o < PORTS; o++)
                different += hops[n][o] != c.hops(n, o);
        arrived += x.size();
        now++;
    }
    /* A lone flit for each pair, so that the turn of every output is behind the same input in both. */
    void warm_up()
    {
        for (uint32_t a = 0; a < NODES; a++)
            for (uint32_t b = 0; b < NODES; b++) {
                if (a == b)
                    continue;
                send_one(a, b);
                for (uint32_t i = 0; i < 2 * (COLUMNS + ROWS) + 4; i++)
                    cycle();
            }
    }
};

/* load: per cent of the cycles in which a node sends; trees: of its packets, so many per cent are multicast. */
void traffic(uint64_t seed, uint32_t load, uint32_t trees)
{
    Random random = {seed};
    Pair p(random);
    p.warm_up();
    CU_ASSERT_EQUAL(p.different, 0);
    for (uint32_t c = 0; c < CYCLES + DRAIN && !p.different; c++) {
        for (uint32_t n = 0; n < NODES && c < CYCLES; n++) {
            if (random.below(100) >= load || p.rtl.source[n].size() > 50)
                continue;
            uint32_t t = random.below(TREES), to = random.below(NODES - 1);
            if (random.below(100) < trees && p.root[t] == n)
                p.send_many(t);
            else
                p.send_one(n, to >= n ? to + 1 : to);
        }
        p.cycle();
    }
    if (p.different)
        printf("\n    seed %llu load %u trees %u: they differ in cycle %llu", (unsigned long long)seed, load, trees, (unsigned long long)p.now - 1);
    CU_ASSERT_EQUAL(p.different, 0);
    CU_ASSERT_EQUAL(mesh_totals(p.c.mesh).delivered, p.arrived);
    CU_ASSERT_EQUAL(mesh_totals(p.c.mesh).flits_in_flight, 0);
    printf("%llu ", (unsigned long long)p.arrived);
}

void a_mesh_passes_the_same_flits_in_the_same_cycles(void)
{
    traffic(1, 5, 0);
    traffic(2, 30, 0);
    traffic(3, 100, 0);
}

void and_so_with_multicast(void)
{
    traffic(4, 5, 100);
    traffic(5, 30, 50);
    traffic(6, 100, 100);
}

} // namespace

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("spike_router and sim/noc in lockstep", NULL, NULL);
    CU_add_test(suite, "a mesh passes the same flits in the same cycles", a_mesh_passes_the_same_flits_in_the_same_cycles);
    CU_add_test(suite, "and so with multicast", and_so_with_multicast);
    return check_run();
}
