/* nir_heap.h: a look at the heaps of an HDF5 file before libhdf5 reads them. Up to version 1.10 it never returns from a global heap
 * (texts of variable length) whose chain of objects is damaged, and crashes on a local heap (names in a group) at no address. */
#ifndef VOLLEY_IMPORT_NIR_HEAP_H
#define VOLLEY_IMPORT_NIR_HEAP_H
#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

/* 0, or -1 and ERR_INPUT without the path: unreadable, or a heap damaged in one of these ways. */
int nir_heap_check(const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
