/* reference_random.h: the random numbers with which the tables of kit/noc were made, so that a test can send the very same packets: Knuth's
 * lagged Fibonacci generators (The Art of Computer Programming 2, 3.6), of each 1,009 numbers the first 100. Integers: x(n) = x(n - 100) -
 * x(n - 37) mod 2^30. Fractions: x(n) = x(n - 100) + x(n - 37) mod 1, all multiples of 2^-52, which are kept as whole numbers here.
 * The start takes the seed as the exponent of a polynomial modulo z^100 + z^37 + 1. */
#ifndef VOLLEY_TESTS_REFERENCE_RANDOM_H
#define VOLLEY_TESTS_REFERENCE_RANDOM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { FAR_LAG = 100, NEAR_LAG = 37, BLOCK = 1009, SEED_ROUNDS = 69, WARM_UP = 1990, SEED_MASK = (1 << 30) - 1 };
static const uint64_t WHOLE_MODULUS = (uint64_t)1 << 30, FRACTION_MODULUS = (uint64_t)1 << 52;

/* x: the numbers that come next, a ring from at on; modulus: a power of two; fractions add, integers subtract. */
struct reference_random { uint64_t x[FAR_LAG], modulus; uint32_t at, taken; };

static inline uint64_t reference_join(uint64_t modulus, uint64_t far, uint64_t near)
{
    return (modulus == FRACTION_MODULUS ? far + near : far - near) & (modulus - 1);
}

static inline uint64_t reference_step(struct reference_random *r)
{
    uint64_t now = r->x[r->at];
    r->x[r->at] = reference_join(r->modulus, now, r->x[(r->at + FAR_LAG - NEAR_LAG) % FAR_LAG]);
    r->at = (r->at + 1) % FAR_LAG;
    return now;
}

static inline uint64_t reference_draw(struct reference_random *r)
{
    if (r->taken == FAR_LAG) {
        for (int i = FAR_LAG; i < BLOCK; i++)
            reference_step(r);
        r->taken = 0;
    }
    r->taken++;
    return reference_step(r);
}

/* Of a generator of integers: below 2^30. */
static inline uint32_t reference_next(struct reference_random *r)
{
    return (uint32_t)reference_draw(r);
}

/* Of a generator of fractions: in [0, 1). */
static inline double reference_fraction(struct reference_random *r)
{
    return (double)reference_draw(r) / (double)FRACTION_MODULUS;
}

/* The square of a polynomial of degree 99, modulo 2 where it is squared: coefficients move apart, and those of degree 100 and more come back. */
static inline void reference_square(uint64_t *p, uint64_t modulus)
{
    for (int j = FAR_LAG - 1; j > 0; j--) {
        p[2 * j] = p[j];
        p[2 * j - 1] = 0;
    }
    for (int j = 2 * FAR_LAG - 2; j >= FAR_LAG; j--) {
        p[j - (FAR_LAG - NEAR_LAG)] = reference_join(modulus, p[j - (FAR_LAG - NEAR_LAG)], p[j]);
        p[j - FAR_LAG] = reference_join(modulus, p[j - FAR_LAG], p[j]);
    }
}

static inline void reference_times_z(uint64_t *p, uint64_t modulus)
{
    for (int j = FAR_LAG; j > 0; j--)
        p[j] = p[j - 1];
    p[0] = p[FAR_LAG];
    p[NEAR_LAG] = reference_join(modulus, p[NEAR_LAG], p[FAR_LAG]);
}

/* The first word is even, and so are all but one after it: what is modulo 2 in the squares is the lowest bit. */
static inline struct reference_random reference_begin(uint32_t seed, uint64_t modulus, uint64_t word)
{
    struct reference_random r = {.modulus = modulus};
    uint64_t p[2 * FAR_LAG] = {0};
    uint32_t bits = seed & SEED_MASK;
    for (int j = 0; j < FAR_LAG; j++) {
        p[j] = word;
        word = word << 1 >= modulus ? (word << 1) - (modulus - 2) : word << 1;
    }
    p[1]++;
    for (int rounds = SEED_ROUNDS; rounds; ) {
        reference_square(p, modulus);
        if (bits & 1)
            reference_times_z(p, modulus);
        rounds -= !bits;
        bits >>= 1;
    }
    for (int j = 0; j < FAR_LAG; j++)
        r.x[(j + FAR_LAG - NEAR_LAG) % FAR_LAG] = p[j];
    for (int i = 0; i < WARM_UP; i++)
        reference_step(&r);
    return r;
}

static inline struct reference_random reference_start(uint32_t seed)
{
    return reference_begin(seed, WHOLE_MODULUS, (seed + 2) & (SEED_MASK - 1));
}

static inline struct reference_random reference_start_fractions(uint32_t seed)
{
    return reference_begin(seed, FRACTION_MODULUS, 2 * ((uint64_t)(seed & SEED_MASK) + 2));
}

#ifdef __cplusplus
}
#endif
#endif
