/* nir_heap.h: a look at the heaps of an HDF5 file, where texts of variable length lie, before libhdf5 reads them: up to version
 * 1.10 it never returns from a heap whose chain of objects is damaged. */
#ifndef VOLLEY_IMPORT_NIR_HEAP_H
#define VOLLEY_IMPORT_NIR_HEAP_H
#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

/* 0, or -1 and ERR_INPUT without the path: unreadable, or a heap whose objects do not fill it. */
int nir_heap_check(const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
