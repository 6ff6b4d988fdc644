#include <stdlib.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

void arbiters_open(struct arbiters *a, enum mesh_arbiter kind, uint32_t rows, uint32_t wide)
{
    a->kind = kind;
    a->wide = wide;
    if (kind == ARBITER_MATRIX)
        a->served = mem_new((size_t)rows * wide, sizeof *a->served);
    else
        a->turn = mem_new(rows, sizeof *a->turn);
}

void arbiters_close(struct arbiters *a)
{
    free(a->turn);
    free(a->served);
}

/* Of the inputs in mask: round robin the first from `from` on, matrix the one served longest ago (at equal: the lowest). */
uint32_t arbiter_pick(const struct arbiters *a, uint32_t row, uint64_t mask, uint32_t from)
{
    if (a->kind == ARBITER_ROUND_ROBIN)
        return first_from(mask, from);
    const uint32_t *served = &a->served[(size_t)row * a->wide];
    uint32_t best = lowest(mask);
    for (uint64_t rest = mask & (mask - 1); rest; rest &= rest - 1)
        if (served[lowest(rest)] < served[best])
            best = lowest(rest);
    return best;
}

void arbiter_won(struct arbiters *a, uint32_t row, uint32_t input, uint32_t inputs)
{
    if (a->kind == ARBITER_ROUND_ROBIN)
        a->turn[row] = input + 1 == inputs ? 0 : input + 1;
    else
        a->served[(size_t)row * a->wide + input] = ++a->clock;
}
