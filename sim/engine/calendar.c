/* A bucket holds the calls of one cycle, because the ring is as long as the cycles it stands for; a bitmap says which hold any. What lies beyond
 * the ring waits in a binary heap and moves into its bucket when the ring has come so far. R. Brown, "Calendar queues", CACM 31 (1988), with
 * days of one cycle and no resizing: services and hops are bounded, and only the host and time references call from afar. */
#include "engine/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { DAYS = 1024, WORD = 64 };

struct call { uint64_t cycle; uint32_t member; };
struct day { uint32_t *member; size_t n, room; int sorted; };   /* the last comes first; a call is void where the member's `due` is another cycle */
struct calendar {
    uint64_t now;               /* cycles now .. now + DAYS - 1 have a day each in the ring */
    uint64_t busy[DAYS / WORD]; /* days with calls */
    struct day day[DAYS];
    struct call *far;
    size_t n_far, far_room;
    uint64_t *due;              /* [members] its earliest call; UINT64_MAX: none */
    uint32_t members;
};

struct calendar *calendar_open(uint32_t members)
{
    struct calendar *c = mem_new(1, sizeof *c);
    c->members = members;
    c->due = mem_new(members, sizeof *c->due);
    calendar_clear(c);
    return c;
}

void calendar_close(struct calendar *c)
{
    if (!c)
        return;
    for (int d = 0; d < DAYS; d++)
        free(c->day[d].member);
    free(c->far);
    free(c->due);
    free(c);
}

void calendar_clear(struct calendar *c)
{
    for (int d = 0; d < DAYS; d++)
        c->day[d].n = 0;
    memset(c->busy, 0, sizeof c->busy);
    memset(c->due, 0xff, c->members * sizeof *c->due);
    c->n_far = 0;
    c->now = 0;
}

static void put_near(struct calendar *c, uint64_t cycle, uint32_t member)
{
    struct day *day = &c->day[cycle % DAYS];
    day->member = mem_room(day->member, day->n, &day->room, sizeof *day->member);
    day->member[day->n++] = member;
    day->sorted = 0;
    c->busy[cycle % DAYS / WORD] |= UINT64_C(1) << cycle % WORD;
}

static void put_far(struct calendar *c, struct call call)
{
    c->far = mem_room(c->far, c->n_far, &c->far_room, sizeof *c->far);
    size_t i = c->n_far++;
    for (; i && call.cycle < c->far[(i - 1) / 2].cycle; i = (i - 1) / 2)
        c->far[i] = c->far[(i - 1) / 2];
    c->far[i] = call;
}

static struct call take_far(struct calendar *c)
{
    struct call top = c->far[0], moved = c->far[--c->n_far];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->n_far; i = child) {
        if (child + 1 < c->n_far && c->far[child + 1].cycle < c->far[child].cycle)
            child++;
        if (moved.cycle <= c->far[child].cycle)
            break;
        c->far[i] = c->far[child];
    }
    c->far[i] = moved;
    return top;
}

void calendar_call(struct calendar *c, uint64_t cycle, uint32_t member)
{
    if (cycle >= c->due[member])
        return;
    c->due[member] = cycle;
    if (cycle - c->now < DAYS)
        put_near(c, cycle, member);
    else
        put_far(c, (struct call){cycle, member});
}

/* Void calls go as they are met: at the far heap's top, and in a day of which none is left. */
static void drop_void(struct calendar *c, uint64_t cycle)
{
    struct day *day = &c->day[cycle % DAYS];
    size_t kept = 0;
    for (size_t i = 0; i < day->n; i++)
        if (c->due[day->member[i]] == cycle)
            day->member[kept++] = day->member[i];
    day->n = kept;
    if (!kept)
        c->busy[cycle % DAYS / WORD] &= ~(UINT64_C(1) << cycle % WORD);
}

/* The first day with calls from `now` on, round the ring. */
static uint64_t first_near(const struct calendar *c)
{
    for (uint64_t step = 0; step < DAYS;) {
        uint64_t at = c->now + step, word = c->busy[at % DAYS / WORD] >> at % WORD;
        if (word)
            return at + (uint64_t)__builtin_ctzll(word);
        step += WORD - at % WORD;
    }
    return UINT64_MAX;
}

uint64_t calendar_next(struct calendar *c)
{
    for (uint64_t near; (near = first_near(c)) != UINT64_MAX;) {
        drop_void(c, near);
        if (c->day[near % DAYS].n)
            return near;
    }
    while (c->n_far && c->due[c->far[0].member] != c->far[0].cycle)
        take_far(c);
    return c->n_far ? c->far[0].cycle : UINT64_MAX;
}

/* The ring begins with this cycle from now on. */
static void turn(struct calendar *c, uint64_t cycle)
{
    c->now = cycle;
    while (c->n_far && c->far[0].cycle - cycle < DAYS) {
        struct call call = take_far(c);
        if (c->due[call.member] == call.cycle)
            put_near(c, call.cycle, call.member);
    }
}

static int later_member(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x < y) - (x > y);
}

uint32_t calendar_take(struct calendar *c, uint64_t cycle)
{
    if (cycle != c->now)
        turn(c, cycle);
    struct day *day = &c->day[cycle % DAYS];
    if (!day->sorted && day->n > 1)
        qsort(day->member, day->n, sizeof *day->member, later_member);
    day->sorted = 1;
    while (day->n) {
        uint32_t member = day->member[--day->n];
        if (c->due[member] != cycle)
            continue;
        c->due[member] = UINT64_MAX;    /* its other calls of this day are void */
        return member;
    }
    c->busy[cycle % DAYS / WORD] &= ~(UINT64_C(1) << cycle % WORD);
    return UINT32_MAX;
}
