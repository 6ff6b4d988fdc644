/* Multicast trees: the union of the ways from one source. On a grid that is the union of its XY (or YX) paths; elsewhere all ways
 * keep to the spanning tree, up to the common router and down: so every router is entered over one link, and copies never meet. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/topology.h"
#include "noc/topology_parts.h"

struct limb { uint32_t node, port, to, vc_class; };     /* a branch while the tree grows; node and to: numbers within the tree */
struct growth {
    uint32_t *router, *head, *next;     /* of each node; its limbs as a list: head, then next[limb], last first */
    struct limb *limb;
    size_t nodes, limbs, node_room, limb_room;
};

/* Growth happens in plain arrays of numbers; pointers into them do not outlive the next call. */
static uint32_t new_node(struct growth *g, uint32_t router)
{
    if (g->nodes == g->node_room) {
        g->node_room = 2 * g->node_room + 8;
        g->router = mem_grow(g->router, g->node_room, sizeof *g->router);
        g->head = mem_grow(g->head, g->node_room, sizeof *g->head);
    }
    g->router[g->nodes] = router;
    g->head[g->nodes] = TOPOLOGY_NONE;
    return (uint32_t)g->nodes++;
}

static struct limb *new_limb(struct growth *g, struct limb limb)
{
    if (g->limbs == g->limb_room) {
        g->limb_room = 2 * g->limb_room + 8;
        g->limb = mem_grow(g->limb, g->limb_room, sizeof *g->limb);
        g->next = mem_grow(g->next, g->limb_room, sizeof *g->next);
    }
    g->next[g->limbs] = g->head[limb.node];
    g->head[limb.node] = (uint32_t)g->limbs;
    g->limb[g->limbs] = limb;
    return &g->limb[g->limbs++];
}

/* A router has few branches: a list is searched as fast as anything. */
static struct limb *find_limb(const struct growth *g, uint32_t node, uint32_t port)
{
    for (uint32_t l = g->head[node]; l != TOPOLOGY_NONE; l = g->next[l])
        if (g->limb[l].port == port)
            return &g->limb[l];
    return NULL;
}

/* 1 if the spanning tree leads from router down to the target; *link is then the first link of the way. */
static int below(const struct topology *t, uint32_t router, uint32_t target, uint32_t *link)
{
    while (target != router && t->from_parent[target] != TOPOLOGY_NONE) {
        *link = t->from_parent[target];
        target = t->link[*link].from;
    }
    return target == router;
}

static struct topology_turn turn_of_tree(const struct topology *t, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t endpoint)
{
    if (t->routing != ROUTE_UPDOWN || t->endpoint[endpoint].router == router)
        return topology_next(t, router, in_port, vc_class, endpoint, 0);
    uint32_t link = TOPOLOGY_NONE;
    if (!below(t, router, t->endpoint[endpoint].router, &link))
        link = t->to_parent[router];
    return (struct topology_turn){link == TOPOLOGY_NONE ? TOPOLOGY_NONE : t->link[link].from_port, 0};
}

/* In a ring the copy for several leaves uses the channels of those that pass the dateline, between the last router and the first: class 1
 * upwards (even ports), class 0 downwards. The way of one that passes it starts with the ways of all that do not. */
static uint32_t class_for_both(uint32_t port, uint32_t a, uint32_t b)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    return port % 2 ? low : high;
}

/* Walks to one leaf, adding what is not there. */
static int grow_to(const struct topology *t, struct growth *g, uint32_t endpoint, uint32_t leaf, struct err *err)
{
    uint32_t node = 0, router = g->router[0], in_port = TOPOLOGY_NONE;
    struct topology_turn turn = {0, 0};
    for (;;) {
        turn = turn_of_tree(t, router, in_port, turn.vc_class, endpoint);
        if (turn.port == TOPOLOGY_NONE)
            return err_input(err, "router %u has no link back to the router nearer to router 0: a multicast tree needs links both ways", router);
        struct limb *limb = find_limb(g, node, turn.port);
        if (turn.vc_class == TOPOLOGY_ANY_CLASS) {
            if (limb)
                return err_input(err, "a multicast tree names endpoint %u twice; once is enough", endpoint);
            new_limb(g, (struct limb){node, turn.port, leaf, turn.vc_class});
            return 0;
        }
        const struct topology_link *link = &t->link[port_of(t, router, turn.port)->out_link];
        if (!limb)
            limb = new_limb(g, (struct limb){node, turn.port, new_node(g, link->to), turn.vc_class});
        limb->vc_class = class_for_both(turn.port, limb->vc_class, turn.vc_class);
        node = limb->to;
        router = link->to;
        in_port = link->to_port;
    }
}

/* Room for some more: always a power of two, so that an array that is long already rarely moves. */
static void *room(void *array, uint64_t used, uint64_t more, size_t size)
{
    size_t capacity = 16;
    while (capacity < used + more)
        capacity *= 2;
    return mem_grow(array, capacity, size);
}

uint32_t topology_leaves_below(const struct topology *t, uint32_t node)
{
    uint32_t leaves = 0;
    for (uint32_t b = t->node[node].first_branch; b < t->node[node].first_branch + t->node[node].branches; b++)
        leaves += t->branch[b].leaves;
    return leaves;
}

/* Appends the grown tree: nodes in the order in which they were found, each one's branches together, lowest port first. */
static void append(struct topology *t, const struct growth *g, const uint32_t *endpoint, uint32_t n)
{
    struct topology_tree tree = {(uint32_t)t->n_nodes, (uint32_t)g->nodes, (uint32_t)t->n_leaves, n};
    t->tree = room(t->tree, t->n_trees, 1, sizeof *t->tree);
    t->node = room(t->node, t->n_nodes, g->nodes, sizeof *t->node);
    t->branch = room(t->branch, t->n_branches, g->limbs, sizeof *t->branch);
    t->leaf = room(t->leaf, t->n_leaves, n, sizeof *t->leaf);
    for (uint32_t i = 0; i < g->nodes; i++) {
        struct topology_node *node = &t->node[t->n_nodes++];
        *node = (struct topology_node){g->router[i], (uint32_t)t->n_branches, 0};
        for (uint32_t port = 0; port < TOPOLOGY_MOST_PORTS; port++) {
            const struct limb *limb = find_limb(g, i, port);
            if (!limb)
                continue;
            uint32_t to = limb->vc_class == TOPOLOGY_ANY_CLASS ? limb->to : tree.first_node + limb->to;
            t->branch[t->n_branches++] = (struct topology_branch){port, to, limb->vc_class, limb->vc_class == TOPOLOGY_ANY_CLASS};
            node->branches++;
        }
    }
    for (uint32_t i = (uint32_t)t->n_nodes; i-- > tree.first_node;)        /* a node's number is above its parent's */
        for (uint32_t b = t->node[i].first_branch; b < t->node[i].first_branch + t->node[i].branches; b++)
            if (t->branch[b].vc_class != TOPOLOGY_ANY_CLASS)
                t->branch[b].leaves = topology_leaves_below(t, t->branch[b].to);
    for (uint32_t i = 0; i < n; i++)
        t->leaf[t->n_leaves++] = endpoint[i];
    t->tree[t->n_trees++] = tree;
}

/* Over table routes two ways of a tree may part and meet again, and no order of links keeps copies from waiting in a ring. */
int topology_check_trees(const struct topology *t, struct err *err)
{
    if (t->routing == ROUTE_TABLE)
        return err_input(err, "multicast trees need xy, yx or updown routing: over table routes copies could wait for each other for ever");
    for (uint32_t r = 0; t->routing == ROUTE_UPDOWN && r < t->routers; r++)
        if (t->from_parent[r] != TOPOLOGY_NONE && t->to_parent[r] == TOPOLOGY_NONE)
            return err_input(err, "router %u has no link back to router %u, which is nearer to router 0: a multicast tree needs links both ways; add it, or "
                                  "route unicast", r, t->link[t->from_parent[r]].from);
    return 0;
}

/* All or nothing: a refused tree leaves the topology as it was. */
int64_t topology_add_tree(struct topology *t, uint32_t from, const uint32_t *endpoint, uint32_t n, struct err *err)
{
    if (t->routing == ROUTE_TABLE)
        return topology_check_trees(t, err);
    struct growth g = {0};
    new_node(&g, t->endpoint[from].router);
    int failed = 0;
    for (uint32_t i = 0; i < n && !failed; i++)
        failed = grow_to(t, &g, endpoint[i], i, err);
    if (!failed)
        append(t, &g, endpoint, n);
    free(g.router);
    free(g.head);
    free(g.next);
    free(g.limb);
    return failed ? -1 : (int64_t)t->n_trees - 1;
}
