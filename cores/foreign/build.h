/* build.h: a manifest's core as a shared object: verilated, compiled with its adapter and its C reference, against the headers of the volley
 * that runs. Kept under $VOLLEY_CACHE, else $XDG_CACHE_HOME/volley, else ~/.cache/volley, by a hash of every input, of the tools' versions and
 * of the contract; made again only when one of them changes. Finished objects appear by rename, so that two builds at once do no harm. */
#ifndef VOLLEY_CORES_FOREIGN_BUILD_H
#define VOLLEY_CORES_FOREIGN_BUILD_H
#include "cores/foreign/manifest.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The path of the shared object, made first where it is not there; caller frees. NULL and ERR_INPUT: one line with the first error of
 * what failed, its file and line, and where the whole log is. instrumented: with waveforms and coverage counters, ten times slower. */
char *foreign_build(const struct manifest *, int instrumented, struct err *);

#ifdef __cplusplus
}
#endif
#endif
