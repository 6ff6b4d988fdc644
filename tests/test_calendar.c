/* The calendar of event chips against a plain search: random calls near and far, earlier ones that replace later ones, calls for the cycle in hand. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/calendar.h"
#include "kit.h"

enum { MEMBERS = 40, ROUNDS = 20000 };

static uint64_t dice(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

/* A call holds unless the member has an earlier one. */
static void call(struct calendar *c, uint64_t *due, uint64_t cycle, uint32_t member)
{
    calendar_call(c, cycle, member);
    if (cycle < due[member])
        due[member] = cycle;
}

static uint64_t earliest(const uint64_t *due)
{
    uint64_t first = UINT64_MAX;
    for (uint32_t m = 0; m < MEMBERS; m++)
        first = due[m] < first ? due[m] : first;
    return first;
}

static uint32_t lowest(const uint64_t *due, uint64_t cycle)
{
    for (uint32_t m = 0; m < MEMBERS; m++)
        if (due[m] == cycle)
            return m;
    return UINT32_MAX;
}

/* Gaps of 0 to 3, to 3,000 and to 3 million cycles: within a day, beyond the ring, far beyond it. */
static uint64_t gap(uint64_t *seed)
{
    static const uint64_t most[] = {4, 4, 40, 3000, 3000000};
    return dice(seed, most[dice(seed, 5)]);
}

static void calls_come_in_order_of_cycle_then_member(void)
{
    struct calendar *c = calendar_open(MEMBERS);
    uint64_t due[MEMBERS], now = 0, wrong = 0, taken = 0, seed = 5;
    memset(due, 0xff, sizeof due);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t n = dice(&seed, 4); n; n--)
            call(c, due, now + gap(&seed), (uint32_t)dice(&seed, MEMBERS));
        if (calendar_next(c) != earliest(due)) {
            wrong++;
            break;
        }
        if (earliest(due) == UINT64_MAX)
            continue;
        now = earliest(due);
        for (uint32_t who; (who = calendar_take(c, now)) != UINT32_MAX; taken++) {
            wrong += who != lowest(due, now);
            due[who] = UINT64_MAX;
            if (!dice(&seed, 3))            /* it, or one behind it, has something more to do in this cycle or soon */
                call(c, due, now + dice(&seed, 2), (uint32_t)(who + dice(&seed, MEMBERS - who)));
        }
        wrong += lowest(due, now) != UINT32_MAX;
    }
    CU_ASSERT(!wrong);
    CU_ASSERT(taken > ROUNDS / 2);
    calendar_clear(c);
    CU_ASSERT(calendar_next(c) == UINT64_MAX);
    calendar_call(c, 7, 1);
    CU_ASSERT(calendar_next(c) == 7 && calendar_take(c, 7) == 1 && calendar_take(c, 7) == UINT32_MAX && calendar_next(c) == UINT64_MAX);
    calendar_close(c);
    calendar_close(NULL);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("calendar", NULL, NULL);
    CU_add_test(suite, "calls come in order of cycle, then member", calls_come_in_order_of_cycle_then_member);
    return check_run();
}
