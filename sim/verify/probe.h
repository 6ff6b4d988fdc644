/* probe.h: cores under test that come out of a shared object: volley's own with waveforms and coverage, which are built when first asked for
 * (rtl/probe), or a changed one that somebody brings as a file. */
#ifndef VOLLEY_VERIFY_PROBE_H
#define VOLLEY_VERIFY_PROBE_H
#include "verify/target.h"
#ifdef __cplusplus
extern "C" {
#endif

#define PROBE_CONTRACT 4u       /* changes with target.h, core.h, image.h */
#define PROBE_ENTRY "volley_verify_target"
/* What the object exports under PROBE_ENTRY: the target of this name, NULL: its first one. NULL: another contract, or no such target. */
typedef const struct verify_target *probe_entry(uint32_t contract, const char *name);
const struct verify_target *volley_verify_target(uint32_t contract, const char *name);

/* The target of `name` in the object at path; it stays loaded. NULL and err: one line that says why not. */
const struct verify_target *probe_load(const char *path, const char *name, struct err *);
/* verify_target.instrumented of volley's own cores: builds the object if it is older than its sources, and loads it. $VOLLEY_PROBE names
 * another folder to build in. */
const struct verify_target *probe_target(const struct verify_target *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
