/* Values of an input as whole numbers: as v * k packets, or as a payload v * 2^e. Either way what reaches a neuron is a whole multiple
 * of a weight, so sums stay exact. */
#include "import/values.h"

#include <math.h>

/* 1: every value is the float32 nearest to some n / k. 254/255 in float32 times 255 is not whole, but it is what 254/255 became, and
 * 1e-6 is not 0: nearness to a whole number, relative or absolute, would get one of the two wrong. */
static int whole_at(const struct events *events, uint32_t k)
{
    for (uint64_t i = 0; i < events->count; i++)
        if ((float)(nearbyint((double)events->value[i] * k) / k) != events->value[i])
            return 0;
    return 1;
}

/* The smallest k: each packet is paid for, so no more than needed. 0: none up to the limit. */
uint32_t values_repeat(const struct events *events)
{
    if (!events->value)
        return 1;
    for (uint32_t k = 1; k <= VALUES_REPEAT_MAX; k++)
        if (whole_at(events, k))
            return k;
    return 0;
}

double values_repeat_error(const struct events *events, uint32_t k)
{
    double most = 0;
    for (uint64_t i = 0; events->value && i < events->count; i++) {
        double sent = nearbyint((double)events->value[i] * k) / k;
        if ((float)sent != events->value[i])
            most = fmax(most, fabs(sent - (double)events->value[i]));
    }
    return most;
}

struct values_step values_busiest(const struct events *events, uint32_t k)
{
    struct values_step most = {0, 0, 0}, here = {0, 0, 0};
    for (uint32_t s = 0; s < events->samples; s++)
        for (uint64_t i = events->first[s]; i < events->first[s + 1]; i++) {
            if (i == events->first[s] || events->event[i].step != here.step)    /* sorted by step: a new one begins */
                here = (struct values_step){s, events->event[i].step, 0};
            here.packets += events->value ? nearbyint(fabs((double)events->value[i]) * k) : 1;
            most = here.packets > most.packets ? here : most;
        }
    return most;
}

/* Bits after the binary point that x needs: 0 for a whole number. x is finite and was a float32, so at most 149. */
static int fraction_bits(double x)
{
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(fabs(frexp(x, &exponent)), 53);
    if (!mantissa)
        return 0;
    int low = exponent - 53 + __builtin_ctzll(mantissa);
    return low < 0 ? -low : 0;
}

/* A payload has 31 bits beside its sign (one is kept free): the largest value takes `top` of them, the fraction what is left. */
int values_exponent(const struct events *events, int *exact)
{
    int wanted = 0, room = 30, top;
    double most = events->value_max > -events->value_min ? events->value_max : -events->value_min;
    for (uint64_t i = 0; events->value && i < events->count; i++) {
        int bits = fraction_bits((double)events->value[i]);
        wanted = bits > wanted ? bits : wanted;
    }
    frexp(most, &top);      /* most < 2^top */
    room -= top;
    room = room < 0 ? 0 : room;
    *exact = wanted <= room;        /* else the caller says that values are rounded */
    return *exact ? wanted : room;
}
