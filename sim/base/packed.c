/* 7 bits a byte, the low ones first, the top bit set while more follow. A number above 0 never begins with a byte 0, so a byte 0
 * marks a run of zeros, and its length follows as a number. */
#include "base/packed.h"

#include <string.h>

#include "base/mem.h"

enum { MORE = 0x80, LOW = 0x7f, BYTES_MOST = 10 };      /* 64 bits in sevens */

static void put(struct packed *p, uint64_t value)
{
    for (; value > LOW; value >>= 7)
        p->at[p->n++] = (unsigned char)(value & LOW) | MORE;
    p->at[p->n++] = (unsigned char)value;
}

static uint64_t take(const struct packed *p, size_t *from)
{
    uint64_t value = 0;
    unsigned shift = 0;
    for (; p->at[*from] & MORE; shift += 7)
        value |= (uint64_t)(p->at[(*from)++] & LOW) << shift;
    return value | (uint64_t)p->at[(*from)++] << shift;
}

/* Room for the worst of all: no number below 2^63. */
static void room(struct packed *p, size_t bytes)
{
    if (p->n + bytes <= p->capacity)
        return;
    p->capacity = 2 * (p->n + bytes);
    p->at = mem_grow(p->at, p->capacity, 1);
}

void packed_add(struct packed *p, const uint64_t *value, size_t n)
{
    room(p, (n + 1) * BYTES_MOST);
    for (size_t i = 0, zeros; i < n; i += zeros) {
        for (zeros = 0; i + zeros < n && !value[i + zeros];)
            zeros++;
        if (zeros) {
            p->at[p->n++] = 0;
            put(p, zeros);
        } else {
            put(p, value[i]);
            zeros = 1;
        }
    }
}

size_t packed_read(const struct packed *p, size_t from, uint64_t *value, size_t n)
{
    memset(value, 0, n * sizeof *value);
    for (size_t i = 0; i < n;) {
        uint64_t one = take(p, &from);
        if (one)
            value[i++] = one;
        else
            i += take(p, &from);
    }
    return from;
}
