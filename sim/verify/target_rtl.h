/* target_rtl.h: what the targets of volley's own RTL cores have in common; for target_lif.c and target_stdp.c alone. Their words are as wide as there are
 * lanes, their times those of rtl/README.md: 3 + accumulator words per packet, 2 + neuron words + spikes per update. */
#ifndef VOLLEY_VERIFY_TARGET_RTL_H
#define VOLLEY_VERIFY_TARGET_RTL_H
#include "cores/rtl/lif_verify.h"
#include "verify/lif_fields.h"
#include "verify/target.h"
#ifdef __cplusplus
extern "C" {
#endif

/* verify_target.build of a core that does not learn; released by verify_image_free. */
int verify_rtl_build(const struct verify_target *, const struct verify_size *, const struct stim *, struct verify_build *, struct err *);
/* verify_target.instrumented: the core as rtl/probe builds it; there, itself. */
const struct verify_target *verify_rtl_instrumented(const struct verify_target *, struct err *);
extern const struct verify_event verify_rtl_events[];   /* spikes of value 1 */

/* Members of a verify_target that are the same for both. Without Verilator there is nothing to ask the core for. */
#ifdef VOLLEY_RTL
#define VERIFY_RTL_ASK                                                                                                                            \
    .watch = rtl_lif_watch, .readback = rtl_lif_readback, .where = rtl_lif_where, .instrumented = verify_rtl_instrumented, .wave = rtl_lif_wave, \
    .coverage = rtl_lif_coverage,
#else
#define VERIFY_RTL_ASK
#endif
#ifdef VOLLEY_RTL_PROBE_SOURCES
#define VERIFY_RTL_WAIVERS .waivers = VOLLEY_RTL_PROBE_SOURCES "/../coverage.waivers",
#else
#define VERIFY_RTL_WAIVERS
#endif
#define VERIFY_RTL                                                                                                                           \
    .modes = 1u << VERIFY_TRANSACTION | 1u << VERIFY_LOCKSTEP | 1u << VERIFY_COUNTS | 1u << VERIFY_OVERLAP, .release = verify_image_free,    \
    .cycle_exact = 1, VERIFY_RTL_ASK VERIFY_RTL_WAIVERS

#ifdef __cplusplus
}
#endif
#endif
