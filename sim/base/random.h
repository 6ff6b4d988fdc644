/* random.h: random numbers without a state: each is a function of a key and its own number, so nothing depends on who asks first. */
#ifndef VOLLEY_BASE_RANDOM_H
#define VOLLEY_BASE_RANDOM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* The finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): every bit of the input moves
 * every bit of the output, and no two inputs have the same output. */
static inline uint64_t random_mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A key of more than one part: random_key(random_key(seed, core), step) ... The order of the parts counts. */
static inline uint64_t random_key(uint64_t key, uint64_t part)
{
    return random_mix(key + 0x9e3779b97f4a7c15u * (part + 1));
}

/* Number i of the key's sequence, 64 bits. */
static inline uint64_t random_at(uint64_t key, uint64_t i)
{
    return random_mix(key + 0x9e3779b97f4a7c15u * i);
}

/* 0 .. n - 1, from the upper half of a random number. */
static inline uint32_t random_below(uint64_t random, uint32_t n)
{
    return (uint32_t)((random >> 32) * n >> 32);
}

#ifdef __cplusplus
}
#endif
#endif
