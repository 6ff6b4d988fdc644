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
