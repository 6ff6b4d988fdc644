/* Steady traffic is a Bernoulli process per node; drawing the gap to its next packet instead of a coin per cycle makes idle time free.
 * With q = 1 - p the gap g has P(gap >= g) = q^g: the largest g with q^g > u, u uniform, found bit by bit from the powers q^(2^k).
 * Only products of doubles are used, no logarithm, so the gaps are the same on every machine. */
#include "noc/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { GAP_BITS = 40 };
enum use { USE_GAP, USE_TARGET, USE_WAYS, USE_PERMUTATION };
const char *const traffic_names[TRAFFIC_PATTERNS] = {"uniform", "transpose", "bitcomp", "bitrev", "shuffle", "tornado", "neighbour", "hotspot", "permutation"};

struct due { uint64_t cycle; uint32_t node; };
struct traffic {
    struct traffic_config config;
    uint32_t nodes, bits;           /* bits: of a node's number, where nodes is a power of two; else 0 */
    double power[GAP_BITS];         /* q^(2^k), for k below `powers`; the others are less than any draw */
    int powers;
    struct due *heap;               /* [nodes] each node's next packet, the earliest on top */
    uint32_t *sent;                 /* [nodes] packets so far */
    uint32_t *target;               /* [nodes] permutation */
    uint64_t left;                  /* burst: packets still to come */
};

int traffic_find(const char *name)
{
    for (int i = 0; i < TRAFFIC_PATTERNS; i++)
        if (!strcmp(name, traffic_names[i]))
            return i;
    return -1;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Counter based: no state, so the n-th packet of a node is the same whatever others do. */
static uint64_t draw(const struct traffic *t, uint32_t node, uint32_t packet, enum use use)
{
    uint64_t z = mix(t->config.seed * 4 + use + 0x9e3779b97f4a7c15u);
    return mix(z + ((uint64_t)node << 32 | packet) * 0x9e3779b97f4a7c15u);
}

static uint32_t below(uint64_t random, uint32_t n)
{
    return (uint32_t)((random >> 32) * n >> 32);
}

/* u in (0, 1], 53 bits. */
static uint64_t gap(const struct traffic *t, uint32_t node, uint32_t packet)
{
    double u = (double)((draw(t, node, packet, USE_GAP) >> 11) + 1) / 9007199254740992.0, reached = 1;
    uint64_t g = 0;
    for (int k = t->powers - 1; k >= 0; k--)
        if (reached * t->power[k] > u) {
            reached *= t->power[k];
            g += (uint64_t)1 << k;
        }
    return g;
}

static int earlier(struct due a, struct due b)
{
    return a.cycle != b.cycle ? a.cycle < b.cycle : a.node < b.node;
}

/* A binary heap, earliest (cycle, node) on top. */
static void sink(struct due *heap, uint32_t n, uint32_t i)
{
    struct due moved = heap[i];
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && earlier(heap[child + 1], heap[child]))
            child++;
        if (!earlier(heap[child], moved))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moved;
}

/* bitcomp: all bits turned; shuffle: rotated left by one; bitrev: in reverse order. */
static uint32_t by_bits(const struct traffic *t, uint32_t node)
{
    uint32_t bits = t->bits, mask = t->nodes - 1, reversed = 0;
    if (t->config.pattern == TRAFFIC_BITCOMP)
        return ~node & mask;
    if (t->config.pattern == TRAFFIC_SHUFFLE)
        return (node << 1 | node >> (bits - 1)) & mask;
    for (uint32_t b = 0; b < bits; b++)
        reversed |= (node >> b & 1) << (bits - 1 - b);
    return reversed;
}

/* Tornado: just short of half way round each axis. */
static uint32_t by_place(const struct traffic *t, uint32_t node)
{
    uint32_t columns = t->config.columns, rows = t->config.rows, x = node % columns, y = node / columns;
    switch (t->config.pattern) {
    case TRAFFIC_TRANSPOSE: return x * columns + y;
    case TRAFFIC_NEIGHBOUR: return (y + 1) % rows * columns + (x + 1) % columns;
    default: return (y + (rows + 1) / 2 - 1) % rows * columns + (x + (columns + 1) / 2 - 1) % columns;
    }
}

/* The hot node stands for hot_weight - 1 more numbers after the last node. */
static uint32_t hot_target(const struct traffic *t, uint64_t random)
{
    double at = (double)(random >> 11) / 9007199254740992.0 * (t->nodes - 1 + t->config.hot_weight);
    return at < t->nodes ? (uint32_t)at : t->config.hot_node;
}

static uint32_t target(const struct traffic *t, uint32_t node, uint32_t packet)
{
    switch (t->config.pattern) {
    case TRAFFIC_UNIFORM: return below(draw(t, node, packet, USE_TARGET), t->nodes);
    case TRAFFIC_HOTSPOT: return hot_target(t, draw(t, node, packet, USE_TARGET));
    case TRAFFIC_PERMUTATION: return t->target[node];
    case TRAFFIC_BITCOMP:
    case TRAFFIC_BITREV:
    case TRAFFIC_SHUFFLE: return by_bits(t, node);
    default: return by_place(t, node);
    }
}

/* Patterns on bits or on a square say so rather than send out of range. */
static int check(const struct traffic_config *c, uint32_t bits, struct err *err)
{
    const char *name = traffic_names[c->pattern];
    uint64_t nodes = (uint64_t)c->columns * c->rows;
    if (!nodes || nodes > UINT32_MAX || !c->flits)
        return err_input(err, "%u x %u nodes with packets of %u flits; each is 1 or more", c->columns, c->rows, c->flits);
    if ((!c->burst || c->load != 0) && !(c->load > 0 && c->load <= 1))
        return err_input(err, "a load of %g flits per node and cycle; above 0, at most 1", c->load);
    if (c->pattern == TRAFFIC_TRANSPOSE && c->columns != c->rows)
        return err_input(err, "pattern transpose needs as many rows as columns; here are %u columns and %u rows", c->columns, c->rows);
    if ((c->pattern == TRAFFIC_BITCOMP || c->pattern == TRAFFIC_BITREV || c->pattern == TRAFFIC_SHUFFLE) && !bits)
        return err_input(err, "pattern %s works on the bits of a node's number and needs 2, 4, 8 ... nodes; here are %llu", name, (unsigned long long)nodes);
    if (c->pattern == TRAFFIC_HOTSPOT && (c->hot_weight < 0 || c->hot_node >= nodes))
        return err_input(err, "pattern hotspot: node %u with weight %g; the nodes are 0 to %llu and a weight is 0 or more", c->hot_node, c->hot_weight,
                         (unsigned long long)nodes - 1);
    return 0;
}

static void shuffle_targets(struct traffic *t)
{
    t->target = mem_new(t->nodes, sizeof *t->target);
    for (uint32_t i = 0; i < t->nodes; i++) {       /* Fisher and Yates, from the inside out */
        uint32_t j = below(draw(t, i, 0, USE_PERMUTATION), i + 1);
        t->target[i] = t->target[j];
        t->target[j] = i;
    }
}

struct traffic *traffic_new(const struct traffic_config *config, struct err *err)
{
    uint32_t nodes = config->columns * config->rows, bits = 0;
    while (nodes > 1 && !(nodes & (nodes - 1)) && 1u << bits < nodes)
        bits++;
    if (check(config, bits, err))
        return NULL;
    struct traffic *t = mem_new(1, sizeof *t);
    t->config = *config;
    t->nodes = nodes;
    t->bits = bits;
    if (config->pattern == TRAFFIC_HOTSPOT && config->hot_weight <= 0) {
        t->config.hot_node = (config->rows / 2 - (config->rows > 1)) * config->columns + config->columns / 2 - (config->columns > 1);
        t->config.hot_weight = nodes / 4.0;
    }
    if (config->pattern == TRAFFIC_PERMUTATION)
        shuffle_targets(t);
    t->heap = mem_new(nodes, sizeof *t->heap);
    t->sent = mem_new(nodes, sizeof *t->sent);
    t->power[0] = 1 - config->load / config->flits;
    for (t->powers = 1; t->powers < GAP_BITS && t->power[t->powers - 1] > 1e-9; t->powers++)
        t->power[t->powers] = t->power[t->powers - 1] * t->power[t->powers - 1];
    for (uint32_t i = 0; i < nodes; i++)
        t->heap[i] = (struct due){config->load > 0 ? gap(t, i, 0) : 0, i};
    for (uint32_t i = nodes / 2; i-- > 0;)
        sink(t->heap, nodes, i);
    t->left = (uint64_t)nodes * config->burst;
    return t;
}

const struct traffic_config *traffic_config(const struct traffic *t)
{
    return &t->config;
}

void traffic_free(struct traffic *t)
{
    if (!t)
        return;
    free(t->heap);
    free(t->sent);
    free(t->target);
    free(t);
}

/* The gap counts the cycles without a packet, so the next is gap + 1 later: at most one packet per node and cycle. */
struct traffic_packet traffic_next(struct traffic *t)
{
    if (t->config.burst && !t->left)
        return (struct traffic_packet){.cycle = UINT64_MAX};
    struct due *top = t->heap;
    uint32_t node = top->node, packet = t->sent[node]++;
    struct traffic_packet p = {top->cycle, node, target(t, node, packet), (uint32_t)draw(t, node, packet, USE_WAYS) & 3};
    t->left -= t->config.burst != 0;
    if (t->config.burst && t->sent[node] == t->config.burst)
        top->cycle = UINT64_MAX;
    else if (t->config.load > 0)
        top->cycle += 1 + gap(t, node, packet + 1);
    sink(t->heap, t->nodes, 0);
    return p;
}
