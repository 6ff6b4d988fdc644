/* lif_fields.h: the numbers that stimuli of lif_core and its like may set, for the tables of their targets. Names are those of image.h. */
#ifndef VOLLEY_VERIFY_LIF_FIELDS_H
#define VOLLEY_VERIFY_LIF_FIELDS_H
#include "verify/target.h"

/* Signed numbers of b bits. */
#define LIF_LOW(b) (-((int64_t)1 << ((b) - 1)))
#define LIF_HIGH(b) (((int64_t)1 << ((b) - 1)) - 1)

#define LIF_GROUPS(rest, decay_bits_most)                                                                                                              \
    {"rounding", VERIFY_PER_CORE, ROLE_OTHER, 0, 2, 0, "of the decay: 0 toward zero, 1 down, 2 to nearest"},                                       \
    {"active", VERIFY_PER_CORE, ROLE_OTHER, 0, 3, 0, "which updates count as active: always, input, nonzero, either"},                             \
    {"open", VERIFY_PER_GROUP, ROLE_OPEN, 0, 1 << 20, 0, "first step of its window"},                                                              \
    {"close", VERIFY_PER_GROUP, ROLE_CLOSE, 0, 1 << 20, 1 << 20, "first step behind its window"},                                                  \
    {"fires", VERIFY_PER_GROUP, ROLE_OTHER, 0, 1, 1, "0: it never does"},                                                                          \
    {"reset", VERIFY_PER_GROUP, ROLE_OTHER, 0, 2, 1, "0 none, 1 to a value, 2 by subtraction"},                                                    \
    {"point", VERIFY_PER_GROUP, ROLE_OTHER, 0, 2, 0, "0 now, 1 next step before the decay, 2 next step after the input"},                          \
    {"at_least", VERIFY_PER_GROUP, ROLE_OTHER, 0, 1, 0, "1: fires at >= instead of >"},                                                            \
    {"refractory", VERIFY_PER_GROUP, ROLE_REFRACTORY, 0, (1 << (rest)) - 1, 0, "steps of rest after a spike"},                                     \
    {"shift", VERIFY_PER_GROUP, ROLE_SHIFT, 0, 7, 0, "of the sum on its way into the membrane"},                                                   \
    {"decay_bits", VERIFY_PER_GROUP, ROLE_DECAY_BITS, 0, decay_bits_most, decay_bits_most, "decays of the group are out of 2 to the power of this"}
#define LIF_NEURONS(membrane, bias)                                                                                                                    \
    {"threshold", VERIFY_PER_NEURON, ROLE_THRESHOLD, -0x40000000, 0x40000000, LIF_HIGH(membrane), "of the membrane"},                                  \
    {"bias", VERIFY_PER_NEURON, ROLE_BIAS, LIF_LOW(bias), LIF_HIGH(bias), 0, "added in each step"},                                                        \
    {"reset_value", VERIFY_PER_NEURON, ROLE_RESET, LIF_LOW((membrane) + 1), LIF_HIGH((membrane) + 1), 0, "the membrane becomes, or what is taken away"}

#endif
