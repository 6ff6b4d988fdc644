/* spike_router, verilated: each flit arrives at every output that its destination or its tree names, once, in order per input and output, whatever
 * pauses; a lone flit takes two cycles; five inputs that want one output get it in turn; strobes count what happened. Random traffic comes from fixed
 * seeds. The RTL's own assertions are on. */
#include <deque>

#include "kit.h"
#include "router.hpp"

namespace
{

enum : uint32_t { CYCLES = 4000 };
struct Place { uint32_t x, y; };
const Place places[] = {{5, 6}, {10, 9}};       /* of the router: each bit of a coordinate 0 and 1 */

uint32_t flit_of(bool multicast, uint32_t x_or_tree, uint32_t y, uint32_t payload)
{
    return (uint32_t)multicast << 24 | y << 20 | x_or_tree << 16 | payload;
}

/* Outputs of a flit, by hand: x before y, or the tree's without the way back. */
uint32_t outputs_of(uint32_t flit, uint32_t input, Place here, const uint32_t mask[TREES])
{
    uint32_t x = flit >> 16 & 15, y = flit >> 20 & 15;
    if (flit >> 24)
        return mask[x] & ~(1u << input);
    if (x != here.x)
        return 1u << (x > here.x ? EAST : WEST);
    return 1u << (y == here.y ? LOCAL : y > here.y ? NORTH : SOUTH);
}

/* What may come in at an input: from north and south only what has finished its way along x. */
uint32_t random_flit(Random &random, uint32_t input, Place here, uint32_t payload)
{
    if (random.below(4) == 0)
        return flit_of(true, random.below(TREES), 0, payload);
    return flit_of(false, input >= NORTH ? here.x : random.below(16), random.below(16), payload);
}

void traffic(uint64_t seed, uint32_t load, uint32_t sink)
{
    Place here = places[seed % 2];
    Router router(here.x, here.y);
    Random random = {seed};
    uint32_t mask[TREES], offered[PORTS] = {0}, sent = 0, arrived = 0, expected = 0, writes = 0, reads = 0, hops = 0, wrong = 0;
    std::deque<uint32_t> due[PORTS][PORTS];     /* [input][output], in order */
    for (uint32_t t = 0; t < TREES; t++)
        router.write_tree(t, mask[t] = random.below(32));
    for (uint32_t c = 0; c < CYCLES + 1000; c++) {
        for (uint32_t i = 0; i < PORTS; i++) {
            if (!(router.top.valid_i >> i & 1) && c < CYCLES && random.below(100) < load) {
                offered[i] = random_flit(random, i, here, i << 13 | (++sent & 0x1fff));
                router.drive(i, offered[i]);
                router.top.valid_i = (CData)(router.top.valid_i | 1u << i);
            }
        }
        router.top.ready_i = 0;
        for (uint32_t o = 0; o < PORTS; o++)
            router.top.ready_i = (CData)(router.top.ready_i | (c >= CYCLES || random.below(sink) == 0) << o);
        router.settle();
        uint32_t taken = router.top.valid_i & router.top.ready_o, out = router.top.valid_o & router.top.ready_i;
        writes += (uint32_t)__builtin_popcount(router.top.buffer_write_o);
        reads += (uint32_t)__builtin_popcount(router.top.buffer_read_o);
        hops += (uint32_t)__builtin_popcount(router.top.hop_o);
        for (uint32_t o = 0; o < PORTS; o++) {
            if (!(out >> o & 1))
                continue;
            uint32_t flit = router.seen(o), input = flit >> 13 & 7;
            arrived++;
            if (input >= PORTS || due[input][o].empty() || due[input][o].front() != flit)
                wrong++;
            else
                due[input][o].pop_front();
        }
        for (uint32_t i = 0; i < PORTS; i++)
            for (uint32_t o = 0; taken >> i & 1 && o < PORTS; o++)
                if (outputs_of(offered[i], i, here, mask) >> o & 1)
                    due[i][o].push_back(offered[i]), expected++;
        router.edge();
        router.top.valid_i = (CData)(router.top.valid_i & ~taken);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(arrived, expected);
    CU_ASSERT_EQUAL(hops, expected);
    CU_ASSERT_EQUAL(writes, sent);
    CU_ASSERT_EQUAL(reads, sent);
    CU_ASSERT_TRUE(arrived > 1000);
}

void every_flit_arrives_once_and_in_order(void)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        traffic(seed, 10, 1);
        traffic(seed, 100, 1);
        traffic(seed, 60, 3);
    }
}

void a_lone_flit_takes_two_cycles(void)
{
    Router router(places[0].x, places[0].y);
    router.top.ready_i = 31;
    router.drive(WEST, flit_of(false, 9, 2, 7));
    router.top.valid_i = 1u << WEST;
    for (uint32_t c = 0; c < 3; c++) {
        router.settle();
        CU_ASSERT_EQUAL(router.top.valid_o, c == 2 ? 1u << EAST : 0);
        router.edge();
        router.top.valid_i = 0;
    }
}

/* All inputs but the output's own ask for it at once, by a tree: they get it in the order of their numbers, round and round. */
void inputs_that_want_one_output_get_it_in_turn(void)
{
    for (uint32_t o = 0; o < PORTS; o++) {
        Router router(places[0].x, places[0].y);
        uint32_t last = PORTS, all = 0, wrong = 0;
        router.write_tree(3, 1u << o);
        router.top.ready_i = 31;
        router.top.valid_i = (CData)(31 & ~(1u << o));
        for (uint32_t i = 0; i < PORTS; i++)
            router.drive(i, flit_of(true, 3, 0, i));
        for (uint32_t c = 0; c < 500; c++) {
            router.settle();
            if (router.top.valid_o >> o & 1) {
                uint32_t i = router.seen(o) & 7, next = (last + 1) % PORTS == o ? (last + 2) % PORTS : (last + 1) % PORTS;
                wrong += last < PORTS && i != next;
                last = i;
                all++;
            }
            router.edge();
        }
        CU_ASSERT_EQUAL(all, 498);              /* a flit per cycle after the first two */
        CU_ASSERT_EQUAL(wrong, 0);
    }
}

} // namespace

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("spike router", NULL, NULL);
    CU_add_test(suite, "every flit arrives at each of its outputs once and in order", every_flit_arrives_once_and_in_order);
    CU_add_test(suite, "a lone flit takes two cycles", a_lone_flit_takes_two_cycles);
    CU_add_test(suite, "inputs that want one output get it in turn, a flit per cycle", inputs_that_want_one_output_get_it_in_turn);
    return check_run();
}
