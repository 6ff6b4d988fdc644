/* tools.h: what a foreign core is built with: Verilator and its runtime, the compilers ($CXX and $CC, else g++ and gcc), volley's headers, and the
 * folder where everything built is kept. */
#ifndef VOLLEY_CORES_FOREIGN_TOOLS_H
#define VOLLEY_CORES_FOREIGN_TOOLS_H
#include "base/err.h"
#include "cores/foreign/command.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { TOOLS_RUNTIME = 5 };
struct tools {
    char *cache, *include;      /* include: holds cores/rtl/adapter.h */
    char verilator[200], cxx_version[200], cc_version[200];
    char root[1000];            /* of Verilator: include/verilated.cpp */
    const char *cxx, *cc;
    char *runtime[TOOLS_RUNTIME];       /* objects in the cache; after tools_runtime. NULL: one less */
};

/* -1 and ERR_INPUT: a tool is not here, or the cache cannot be made. tools_close in any case. */
int tools_open(struct tools *, struct err *);
void tools_close(struct tools *);
/* Compiler and options that every C++ file gets; instrumented: for waveforms and coverage. */
void tools_cxx(const struct tools *, int instrumented, struct command *);
void tools_cc(const struct tools *, struct command *);
/* Verilator's own runtime as objects, compiled once per version of the tools. */
int tools_runtime(struct tools *, int instrumented, const char *log, struct err *);

#ifdef __cplusplus
}
#endif
#endif
