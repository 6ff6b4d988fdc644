/* router.hpp: spike_router, verilated, as its tests hold it: reset, driven and read port by port, and random numbers that are the same on every machine.
 * The RTL's own assertions are on; one that fails is told when the router goes. */
#ifndef VOLLEY_TESTS_ROUTER_HPP
#define VOLLEY_TESTS_ROUTER_HPP
#include <Vspike_router.h>
#include <cstdint>
#include <string>
#include <verilated.h>
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

#include "kit.h"

namespace
{

enum : uint32_t { LOCAL, EAST, WEST, NORTH, SOUTH, PORTS };
enum : uint32_t { FLIT = 25, TREES = 16 };      /* a flit: payload of 16 bits, x and y of 4, multicast */

/* splitmix64: the same numbers on every machine. */
struct Random {
    uint64_t state;
    uint32_t below(uint32_t n)
    {
        uint64_t z = state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return (uint32_t)((z ^ z >> 31) >> 11) % n;
    }
};

class Router {
  public:
    Router(uint32_t x, uint32_t y) : top(&context, "spike_router")
    {
        context.fatalOnError(false);
        context.randReset(2);
        top.x_i = (CData)x;
        top.y_i = (CData)y;
        top.valid_i = top.ready_i = top.tree_write_i = 0;
        top.rst_ni = 1;
        settle();
        top.rst_ni = 0;
        settle();
        edge();
        top.rst_ni = 1;
    }
    ~Router()
    {
        CU_ASSERT_FALSE(context.gotError());    /* an assertion of the RTL */
        top.final();
#if VM_COVERAGE         /* router_coverage.py: a file of each router that ever was */
        static unsigned number = 0;
        context.coveragep()->write(("router" + std::to_string(number++) + ".dat").c_str());
#endif
    }
    void settle()
    {
        top.clk_i = 0;
        top.eval();
    }
    void edge()
    {
        top.clk_i = 1;
        top.eval();
    }
    void write_tree(uint32_t tree, uint32_t mask)
    {
        top.tree_write_i = 1;
        top.tree_i = (CData)tree;
        top.tree_mask_i = (CData)mask;
        settle();
        edge();
        top.tree_write_i = 0;
        settle();
        CU_ASSERT_EQUAL(top.tree_mask_o, mask);
        edge();
    }
    void drive(uint32_t port, uint32_t flit)
    {
        for (uint32_t b = 0; b < FLIT; b++) {
            uint32_t at = port * FLIT + b, mask = 1u << (at % 32);
            top.flit_i[at / 32] = flit >> b & 1 ? top.flit_i[at / 32] | mask : top.flit_i[at / 32] & ~mask;
        }
    }
    uint32_t seen(uint32_t port) const
    {
        uint32_t flit = 0;
        for (uint32_t b = 0; b < FLIT; b++)
            flit |= (top.flit_o[(port * FLIT + b) / 32] >> ((port * FLIT + b) % 32) & 1) << b;
        return flit;
    }

    VerilatedContext context;
    Vspike_router top;
};

} // namespace

#endif
