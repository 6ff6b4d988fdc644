/* generate.h: what a manifest becomes for the compilers: waivers for Verilator, and the header volley_core.hpp that an adapter includes: the
 * core's own names, which make class volley::Core with clock, reset, memories and strobes (cores/rtl/verilated.h).
 * Pins and signals are held against what Verilator made of the core, so that a wrong name in the manifest is told at its place there. */
#ifndef VOLLEY_CORES_FOREIGN_GENERATE_H
#define VOLLEY_CORES_FOREIGN_GENERATE_H
#include "cores/foreign/manifest.h"
#ifdef __cplusplus
extern "C" {
#endif

int generate_waivers(const struct manifest *, const char *path, struct err *);
/* folder: of the verilated core, where the header is written to, too. */
int generate_header(const struct manifest *, const char *folder, struct err *);

#ifdef __cplusplus
}
#endif
#endif
