/* npy.h: one numpy array file (.npy, versions 1 to 3): any integer, boolean or float type of 1 to 8 bytes, either byte order,
 * C or Fortran order. In memory an array is always in C order and the machine's byte order, in its own type: npy_number and
 * npy_integer give its elements. The shape is checked against the size of the file before memory is taken.
 * Refused, with what to do instead: object, structured, complex, text and time arrays, .npz archives, pickles.
 * Errors are ERR_INPUT and begin with the path. Owner of the data: the caller, npy_free (also after a failed read). */
#ifndef VOLLEY_IMPORT_NPY_H
#define VOLLEY_IMPORT_NPY_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NPY_RANK_MAX = 8 };

struct npy {
    int rank;                       /* 0: a single number */
    uint64_t dim[NPY_RANK_MAX];
    uint64_t count;                 /* product of dim; 1 for rank 0; may be 0 */
    char kind;                      /* 'b' boolean, 'i' signed, 'u' unsigned, 'f' float */
    uint32_t size;                  /* bytes of an element: 1, 2, 4 or 8 */
    void *data;                     /* elements, C order, native byte order, aligned for their type */
};

int npy_read(const char *path, struct npy *, struct err *);
void npy_free(struct npy *);

double npy_number(const struct npy *, uint64_t i);              /* exact but for integers beyond 2^53 (rounded to nearest) */
int npy_integer(const struct npy *, uint64_t i, int64_t *);     /* 0: exactly this integer; -1: a fraction, NaN, or too large */
double *npy_numbers(const struct npy *);                        /* all of them; caller frees */
/* "float32"; to: at least 8 bytes. "(3, 4)"; to: at least 180 bytes. Both return to. */
char *npy_type_text(const struct npy *, char *to);
char *npy_shape_text(const struct npy *, char *to);

/* Writes version 1, little-endian, C order; appears whole or not at all. data: count elements of the kind and size, native. */
int npy_write(const char *path, char kind, uint32_t size, int rank, const uint64_t *dim, const void *data, struct err *);
/* As float32 where that keeps every value (the sign of zero too), else as float64. */
int npy_write_numbers(const char *path, int rank, const uint64_t *dim, const double *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
