/* reference_random.h: the random numbers with which the tables of kit/noc were made, so that a test can send the very same packets: Knuth's
 * subtractive lagged Fibonacci generator (The Art of Computer Programming 2, 3.6): x(n) = x(n - 100) - x(n - 37) mod 2^30, of each 1,009
 * numbers the first 100. Its start takes the seed as the exponent of a polynomial modulo z^100 + z^37 + 1. */
#ifndef VOLLEY_TESTS_REFERENCE_RANDOM_H
#define VOLLEY_TESTS_REFERENCE_RANDOM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { FAR_LAG = 100, NEAR_LAG = 37, BLOCK = 1009, SEED_ROUNDS = 69, WARM_UP = 1990, MODULUS = 1 << 30, MASK = MODULUS - 1 };

struct reference_random { uint32_t x[FAR_LAG], at, taken; };    /* x: the numbers that come next, a ring from at on */

static inline uint32_t reference_step(struct reference_random *r)
{
    uint32_t now = r->x[r->at];
    r->x[r->at] = (now - r->x[(r->at + FAR_LAG - NEAR_LAG) % FAR_LAG]) & MASK;
    r->at = (r->at + 1) % FAR_LAG;
    return now;
}

static inline uint32_t reference_next(struct reference_random *r)
{
    if (r->taken == FAR_LAG) {
        for (int i = FAR_LAG; i < BLOCK; i++)
            reference_step(r);
        r->taken = 0;
    }
    r->taken++;
    return reference_step(r);
}

/* The square of a polynomial of degree 99, modulo 2 where it is squared: coefficients move apart, and those of degree 100 and more come back. */
static inline void reference_square(uint32_t *p)
{
    for (int j = FAR_LAG - 1; j > 0; j--) {
        p[2 * j] = p[j];
        p[2 * j - 1] = 0;
    }
    for (int j = 2 * FAR_LAG - 2; j >= FAR_LAG; j--) {
        p[j - (FAR_LAG - NEAR_LAG)] = (p[j - (FAR_LAG - NEAR_LAG)] - p[j]) & MASK;
        p[j - FAR_LAG] = (p[j - FAR_LAG] - p[j]) & MASK;
    }
}

static inline void reference_times_z(uint32_t *p)
{
    for (int j = FAR_LAG; j > 0; j--)
        p[j] = p[j - 1];
    p[0] = p[FAR_LAG];
    p[NEAR_LAG] = (p[NEAR_LAG] - p[FAR_LAG]) & MASK;
}

static inline struct reference_random reference_start(uint32_t seed)
{
    struct reference_random r = {.at = 0};
    uint32_t p[2 * FAR_LAG] = {0}, word = (seed + 2) & (MODULUS - 2), bits = seed & MASK;
    for (int j = 0; j < FAR_LAG; j++) {
        p[j] = word;
        word = word << 1 >= MODULUS ? (word << 1) - (MODULUS - 2) : word << 1;
    }
    p[1]++;
    for (int rounds = SEED_ROUNDS; rounds; ) {
        reference_square(p);
        if (bits & 1)
            reference_times_z(p);
        rounds -= !bits;
        bits >>= 1;
    }
    for (int j = 0; j < FAR_LAG; j++)
        r.x[(j + FAR_LAG - NEAR_LAG) % FAR_LAG] = p[j];
    for (int i = 0; i < WARM_UP; i++)
        reference_step(&r);
    return r;
}

#ifdef __cplusplus
}
#endif
#endif
