/* nir_data.h: one HDF5 dataset into memory; for nir_file.c only (handles are libhdf5's hid_t, which has 64 bits). A size that the
 * file cannot hold, even compressed, is an error before memory is taken. Errors are ERR_INPUT without the path. */
#ifndef VOLLEY_IMPORT_NIR_DATA_H
#define VOLLEY_IMPORT_NIR_DATA_H
#include <stdint.h>

#include "import/nir_file.h"
#ifdef __cplusplus
extern "C" {
#endif

struct nir_budget {
    int file;                   /* open for reading, beside libhdf5's own */
    uint64_t file_size;         /* bytes */
    uint64_t left;              /* bytes of memory that the rest of the file may still take */
};

/* Numbers or the first text of a dataset. *present: 0 for an empty one, or one that holds neither. Fills all but the name. */
int nir_data_field(int64_t dataset, struct nir_budget *, struct nir_field *, int *present, struct err *);
/* Two columns of text. An array without elements is no edges, of whatever type. */
int nir_data_edges(int64_t dataset, struct nir_budget *, struct nir_graph *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
