/* target_foreign.h: cores of others as targets of `volley verify PATH` (docs/your-core.md). */
#ifndef VOLLEY_VERIFY_TARGET_FOREIGN_H
#define VOLLEY_VERIFY_TARGET_FOREIGN_H
#include "verify/target.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The core of a manifest, or of the folder that holds one, built where it is not yet. NULL and ERR_INPUT, one line; the process's. */
const struct verify_target *verify_target_foreign(const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
