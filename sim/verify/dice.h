/* dice.h: random numbers of a stimulus: splitmix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014), the same on every machine. The state is one number; whoever owns it decides what comes next. */
#ifndef VOLLEY_VERIFY_DICE_H
#define VOLLEY_VERIFY_DICE_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t dice_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. below - 1; 0 where below is 0. */
static inline uint32_t dice_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)(((dice_next(state) >> 32) * below) >> 32);
}

/* low .. high, both included. */
static inline int64_t dice_between(uint64_t *state, int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)low + 1;
    return (int64_t)((uint64_t)low + (span ? dice_next(state) % span : dice_next(state)));
}

/* A state for one use of a seed, so that one more number here changes none there. */
static inline uint64_t dice_seed(uint64_t seed, uint64_t use)
{
    uint64_t state = seed * UINT64_C(0xd1342543de82ef95) + use;
    dice_next(&state);
    return dice_next(&state);
}

#ifdef __cplusplus
}
#endif
#endif
