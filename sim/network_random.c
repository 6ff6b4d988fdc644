/* Synapses that nobody lists: each source reaches fan_out neurons of one block of the target population, drawn from a seed. A row is made
 * again whenever it is asked for, so 134 million synapses take no memory here.
 *     place = permutation(source)     block = place mod blocks     so that every block hears equally many sources, give or take one
 *     of the block's neurons, in order: neuron j is taken with probability (still wanted) / (neurons left)
 * The second is selection sampling (Fan, Muller and Rezucha 1962; Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S): exactly
 * fan_out neurons, each set of them as likely as any other, already in order. */
#include "base/random.h"
#include "network.h"
#include "network_parts.h"

enum { ROUNDS = 4 };            /* of the permutation: what a Feistel network needs to look random (Luby and Rackoff 1988) */

/* A permutation of 0 .. n - 1: a Feistel network over the next even number of bits, walked on until it comes back below n. */
static uint32_t permuted(uint64_t key, uint32_t n, uint32_t x)
{
    uint32_t half = 1;
    while ((uint64_t)1 << 2 * half < n)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1, at = x;
    do {
        uint64_t left = at >> half, right = at & mask;
        for (uint64_t round = 0; round < ROUNDS; round++) {
            uint64_t next = left ^ (random_at(random_key(key, round), right) & mask);
            left = right;
            right = next;
        }
        at = left << half | right;
    } while (at >= n);
    return (uint32_t)at;
}

uint32_t network_random_block(const struct projection *p, const struct network *net, uint32_t pre)
{
    uint32_t blocks = net->population[p->to].neurons / p->random.block;
    return permuted(random_key(p->random.seed, 0), net->population[p->from].neurons, pre) % blocks;
}

uint32_t network_random_row(const struct projection *p, const struct network *net, uint32_t pre, struct synapse *to)
{
    const struct random_form *r = &p->random;
    uint64_t key = random_key(random_key(r->seed, 1), pre);
    uint32_t first = network_random_block(p, net, pre) * r->block, n = 0;
    uint32_t weight = (uint32_t)(pre % p->n_weights);
    for (uint32_t j = 0; j < r->block && n < r->fan_out; j++) {
        to[n] = (struct synapse){first + j, weight, 0};         /* written in any case: whether it stays is a coin, which no branch could foresee */
        n += random_below(random_at(key, j), r->block - j) < r->fan_out - n;
    }
    return n;
}
