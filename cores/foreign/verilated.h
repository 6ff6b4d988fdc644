/* verilated.h: which pins, signals and arrays a verilated core has, read from the headers that Verilator wrote (the only place where it says
 * so). Names are as in Verilog, below the top module: "neuron_0.SRAM". */
#ifndef VOLLEY_CORES_FOREIGN_VERILATED_H
#define VOLLEY_CORES_FOREIGN_VERILATED_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VERILATED_NAMES = 4096 };
struct verilated {
    char *pin[VERILATED_NAMES], *signal[VERILATED_NAMES], *array[VERILATED_NAMES];
    uint8_t input[VERILATED_NAMES];     /* of each pin: it is driven from outside, and 64 bits wide at most */
    uint32_t n_pins, n_signals, n_arrays;       /* an array is a signal, too */
    uint32_t words[VERILATED_NAMES], bits[VERILATED_NAMES];     /* of the arrays */
    char *member[VERILATED_NAMES];      /* of each signal, in C++ */
};

/* -1 and ERR_INPUT where the headers are not there; verilated_free in any case. */
int verilated_read(struct verilated *, const char *name, const char *top, const char *folder, struct err *);
void verilated_free(struct verilated *);
int verilated_pin(const struct verilated *, const char *pin);           /* 1: there is one */
const char *verilated_signal(const struct verilated *, const char *path);     /* its member, or NULL */
int verilated_array(const struct verilated *, const char *path, uint32_t *words, uint32_t *bits);     /* 1: there is one */

#ifdef __cplusplus
}
#endif
#endif
