/* lif_verify.h: what verification asks of kind rtl:lif_core beyond the calls of every kind. `volley verify` reaches them through its target
 * (sim/verify/target_lif.c). Only there where volley is built with Verilator. */
#ifndef VOLLEY_CORES_RTL_LIF_VERIFY_H
#define VOLLEY_CORES_RTL_LIF_VERIFY_H
#include <stddef.h>

#include "cores/core.h"
#include "cores/retire.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Every change on the retire port is told from now on, in the call that makes it; NULL ends it. */
void rtl_lif_watch(struct core *, retire_watch *, void *to);
/* After load, before the first packet: every word that the load wrote is read back; identity words and places that do not exist take no
 * writes; every bit of state and accumulators can be written and read, and is 0 after a clear; the reset pin ends whatever is under way. The core
 * is left as after load and reset. 0, or -1: the first that is not so. */
int rtl_lif_readback(struct core *, struct err *);
void rtl_lif_where(const struct core *, char *to, size_t size);     /* levels of the pins, one line */
/* Of a build with waveforms and coverage (rtl/probe); another says that it has none. */
int rtl_lif_wave(struct core *, const char *path, struct err *);        /* NULL ends it */
int rtl_lif_coverage(struct core *, const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
