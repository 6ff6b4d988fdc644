/* Random numbers as published: constants of MT19937 from Matsumoto and Nishimura, ACM TOMACS 8(1), 1998; the additive feedback generator with
 * its seed by the "minimal standard" x -> 16807 x mod 2^31 - 1 of Park and Miller, and its first 310 numbers thrown away. */
#include "sanafe/random.h"

enum { MT_MIDDLE = 397, DISCARDED = 310 };

void sanafe_mt_seed(struct sanafe_mt *r, uint32_t seed)
{
    /* The published initialisation by one number, which the standard library's generator has too. */
    r->x[0] = seed;
    /* Knuth's linear generator fills the state from one word. */
    for (uint32_t i = 1; i < MT_SIZE; i++)
        r->x[i] = UINT32_C(1812433253) * (r->x[i - 1] ^ (r->x[i - 1] >> 30)) + i;
    r->at = MT_SIZE;
}

/* All 624 words anew: the upper bit of one and the lower bits of the next, twisted. */
static void twist(struct sanafe_mt *r)
{
    for (uint32_t i = 0; i < MT_SIZE; i++) {
        uint32_t y = (r->x[i] & UINT32_C(0x80000000)) | (r->x[(i + 1) % MT_SIZE] & UINT32_C(0x7fffffff));
        r->x[i] = r->x[(i + MT_MIDDLE) % MT_SIZE] ^ (y >> 1) ^ (y & 1 ? UINT32_C(0x9908b0df) : 0);
    }
    r->at = 0;
}

uint32_t sanafe_mt_next(struct sanafe_mt *r)
{
    if (r->at == MT_SIZE)
        twist(r);
    /* Tempering: bits of the state are not equally good, sums of them are. */
    uint32_t y = r->x[r->at++];
    y ^= y >> 11;
    y ^= (y << 7) & UINT32_C(0x9d2c5680);
    y ^= (y << 15) & UINT32_C(0xefc60000);
    return y ^ (y >> 18);
}

double sanafe_mt_uniform(struct sanafe_mt *r)
{
    /* 64 bits, of which a double keeps 53; a draw that rounds up to 1 is taken back below it. */
    double low = sanafe_mt_next(r), high = sanafe_mt_next(r), value = (low + high * 0x1p32) * 0x1p-64;
    return value < 1 ? value : 0x1.fffffffffffffp-1;
}

void sanafe_feedback_seed(struct sanafe_feedback *r, uint32_t seed)
{
    int64_t x = (int32_t)(seed ? seed : 1);
    for (int i = 0; i < FEEDBACK_SIZE; i++) {
        r->x[i] = (uint32_t)x;
        /* The C remainder of a negative number is negative; the generator's is not. */
        x = x * 16807 % INT32_MAX;
        x += x < 0 ? INT32_MAX : 0;
    }
    r->at = 3;
    /* The first numbers still show the seed. */
    for (int i = 0; i < DISCARDED; i++)
        sanafe_feedback_next(r);
}

/* The ring holds the last 31; at is the oldest. The seed's own order makes its fourth number the first that grows. */
uint32_t sanafe_feedback_next(struct sanafe_feedback *r)
{
    uint32_t *oldest = &r->x[r->at], three_back = r->x[(r->at + FEEDBACK_SIZE - 3) % FEEDBACK_SIZE];
    *oldest += three_back;
    r->at = (r->at + 1) % FEEDBACK_SIZE;
    return *oldest >> 1;
}
