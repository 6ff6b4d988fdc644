/* Lists of whole numbers in few bytes: what goes in comes out. */
#include <stdlib.h>
#include <string.h>

#include "base/packed.h"
#include "kit.h"

enum { N = 40, LISTS = 2000 };

/* Mostly zeros, some small, a few of any size. */
static void make(uint64_t *value, uint64_t *state)
{
    for (int i = 0; i < N; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        uint64_t r = *state >> 11;
        value[i] = r % 4 ? 0 : r % 64 ? r / 64 % 5000 : *state;
    }
}

static void lists_come_back(void)
{
    struct packed p = {0};
    uint64_t value[N], back[N], state = 1;
    for (int k = 0; k < LISTS; k++) {
        make(value, &state);
        packed_add(&p, value, N);
    }
    state = 1;
    size_t from = 0;
    for (int k = 0; k < LISTS; k++) {
        make(value, &state);
        from = packed_read(&p, from, back, N);
        CU_ASSERT(!memcmp(value, back, sizeof value));
    }
    CU_ASSERT_EQUAL(from, p.n);
    CU_ASSERT(p.n < LISTS * N * 2);
    free(p.at);
}

static void the_ends_of_the_range_come_back(void)
{
    static const uint64_t edge[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX, 0, 0};
    enum { EDGES = sizeof edge / sizeof *edge };
    uint64_t back[EDGES];
    struct packed p = {0};
    packed_add(&p, edge, EDGES);
    packed_add(&p, edge, 0);
    packed_add(&p, edge + EDGES - 2, 2);
    size_t from = packed_read(&p, 0, back, EDGES);
    CU_ASSERT(!memcmp(edge, back, sizeof edge));
    from = packed_read(&p, from, back, 0);
    CU_ASSERT_EQUAL(p.n - from, 2);
    CU_ASSERT_EQUAL(packed_read(&p, from, back, 2), p.n);
    CU_ASSERT(!back[0] && !back[1]);
    free(p.at);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("packed", NULL, NULL);
    CU_add_test(suite, "lists of mostly zeros come back, in a fraction of the bytes", lists_come_back);
    CU_add_test(suite, "0, the steps of 7 bits and the largest number come back", the_ends_of_the_range_come_back);
    return check_run();
}
