/* libhdf5 believes a file: a dataset that claims 2^60 elements makes it ask for them. So every size is held against what the file can hold at most,
 * and against the budget of the whole read, before any memory is taken. Deflate packs 1032:1 at best; SLACK is for
 * datasets whose storage size says nothing (never written, so all fill value). */
#include "import/nir_data.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { PACKED_MAX = 1032, SLACK = 1 << 16, FIXED_TEXT_MAX = 1 << 16 };      /* deflate packs at most 1032:1 */

struct extent { int rank; uint64_t dim[NIR_RANK_MAX]; uint64_t n; };

static int too_large(struct err *err)
{
    return err_input(err, "claims more data than the file holds: the file is damaged; export it again");
}

static int unreadable(struct err *err)
{
    return err_input(err, "cannot be read: the file is damaged, or packed with a filter that this libhdf5 lacks; export it again, with gzip or unpacked");
}

/* ---- what the file claims against what it can hold ---- */

/* A scalar has rank 0 and 1 element; a null dataspace none. The product may not pass 2^64. */
static int read_extent(hid_t dataset, struct extent *e, struct err *err)
{
    hsize_t dim[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (rank > NIR_RANK_MAX || (rank >= 0 && H5Sget_simple_extent_dims(space, dim, NULL) < 0))
        rank = -1;
    int empty = space >= 0 && H5Sget_simple_extent_type(space) == H5S_NULL;
    if (space >= 0)
        H5Sclose(space);
    if (rank < 0)
        return err_input(err, "has no readable shape of at most %d dimensions", NIR_RANK_MAX);
    *e = (struct extent){.rank = rank, .n = empty ? 0 : 1};
    for (int i = 0; i < rank; i++) {
        e->dim[i] = dim[i];
        if (dim[i] && e->n > UINT64_MAX / dim[i])
            return too_large(err);
        e->n *= dim[i];
    }
    return 0;
}

/* Elements of one chunk; 0 where the data are not chunked; -1: raw data in another file. */
static int read_layout(hid_t dataset, uint64_t *chunk, struct err *err)
{
    hsize_t dim[H5S_MAX_RANK];
    hid_t plist = H5Dget_create_plist(dataset);
    H5D_layout_t layout = plist < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(plist);
    int outside = layout == H5D_LAYOUT_ERROR || layout == H5D_VIRTUAL || (layout == H5D_CONTIGUOUS && H5Pget_external_count(plist) > 0);
    *chunk = 0;
    if (layout == H5D_CHUNKED) {
        int rank = H5Pget_chunk(plist, H5S_MAX_RANK, dim);
        *chunk = 1;
        for (int i = 0; i < rank && *chunk < UINT32_MAX; i++)
            *chunk = dim[i] > UINT32_MAX ? UINT32_MAX : *chunk * dim[i];
        outside = rank < 1;
    }
    if (plist >= 0)
        H5Pclose(plist);
    return outside ? err_input(err, "keeps its data in another file: only data inside the NIR file are read") : 0;
}

/* size: bytes of an element in the file. */
/* A chunk is held to the same measure: libhdf5 takes memory for a whole one, however few of its elements are used. */
static int plausible(hid_t dataset, const struct extent *e, size_t size, const struct nir_budget *budget, struct err *err)
{
    uint64_t chunk, stored = H5Dget_storage_size(dataset);
    if (read_layout(dataset, &chunk, err))
        return -1;
    if (!size || stored > budget->file_size)
        return too_large(err);
    uint64_t most = (stored * PACKED_MAX + SLACK) / size;
    return e->n > most || chunk > most ? too_large(err) : 0;
}

/* One budget for all datasets: a forest of hard links to one array would pass every single check. */
static int spend(struct nir_budget *budget, uint64_t n, size_t size, struct err *err)
{
    if (n > budget->left / size)
        return too_large(err);
    budget->left -= n * size;
    return 0;
}

/* ---- numbers ---- */

/* Whatever the file's type and byte order; exact but for integers beyond 2^53. */
static int read_numbers(hid_t dataset, const struct extent *e, struct nir_budget *budget, struct nir_field *field, struct err *err)
{
    if (spend(budget, e->n, sizeof *field->value, err))
        return -1;
    field->value = mem_new(e->n, sizeof *field->value);
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, field->value) >= 0)
        return 0;
    free(field->value);
    field->value = NULL;
    return unreadable(err);
}

/* ---- texts ---- */

/* Texts of variable length are handed out by libhdf5; here they come from blocks of ours, so that a file whose texts repeat one
 * large object stays within the budget and nothing is lost when a read fails half-way. */
struct blocks {
    void **block;
    size_t n, capacity;
    uint64_t left;
};

/* Called by libhdf5 for each text; NULL makes the read fail. */
static void *take_block(size_t size, void *info)
{
    struct blocks *b = info;
    if (size > b->left)
        return NULL;
    b->left -= size;
    b->block = mem_room(b->block, b->n, &b->capacity, sizeof *b->block);
    return b->block[b->n++] = mem_new(size, 1);
}

/* libhdf5 gives back what it has when a read fails; the blocks are freed together instead (free_blocks). */
static void keep_block(void *block, void *info)
{
    (void)block, (void)info;
}

static void free_blocks(struct blocks *b)
{
    for (size_t i = 0; i < b->n; i++)
        free(b->block[i]);
    free(b->block);
}

/* libhdf5 takes as much memory as a text says it is long, before it asks us: so its length, 4 bytes at the start of each element on
 * disk, must be one that the file can hold. Where the elements lie packed, libhdf5 alone knows them. */
static int check_lengths(hid_t dataset, uint64_t n, const struct nir_budget *budget, struct err *err)
{
    unsigned char block[1 << 12], length[4];
    haddr_t start = H5Dget_offset(dataset);
    uint64_t size = H5Dget_storage_size(dataset) / n, per_block = sizeof block / (size ? size : 1);
    if (start == HADDR_UNDEF || size < sizeof length || !per_block)
        return 0;
    for (uint64_t i = 0; i < n; i++) {
        size_t at = (size_t)(i % per_block * size);
        uint64_t now = n - i < per_block ? n - i : per_block;
        if (!at && pread(budget->file, block, (size_t)(now * size), (off_t)(start + i * size)) != (ssize_t)(now * size))
            return too_large(err);
        memcpy(length, block + at, sizeof length);
        if ((length[0] | (uint64_t)length[1] << 8 | (uint64_t)length[2] << 16 | (uint64_t)length[3] << 24) > budget->file_size)
            return too_large(err);
    }
    return 0;
}

/* n pointers first, as libhdf5 hands them out, then copies of our own. A NULL is an empty text. */
static int read_varied(hid_t dataset, hid_t type, uint64_t n, struct nir_budget *budget, char **text, struct err *err)
{
    struct blocks blocks = {.left = budget->left};
    if (check_lengths(dataset, n, budget, err))
        return -1;
    char **raw = mem_new(n, sizeof *raw);
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_vlen_mem_manager(transfer, take_block, &blocks, keep_block, &blocks);
    int bad = H5Dread(dataset, type, H5S_ALL, H5S_ALL, transfer, raw) < 0;
    H5Pclose(transfer);
    for (uint64_t i = 0; i < n && !bad; i++)
        text[i] = mem_text(raw[i] ? raw[i] : "");
    budget->left = blocks.left;
    free_blocks(&blocks);
    free(raw);
    return bad ? unreadable(err) : 0;
}

/* Ends at the first NUL; spaces at the end are padding where the type says so. */
static char *unpadded(const char *raw, size_t size, int spaces)
{
    char *text = mem_new(size + 1, 1);
    memcpy(text, raw, size);
    size_t n = strlen(text);
    while (spaces && n && text[n - 1] == ' ')
        text[--n] = 0;
    return text;
}

/* 2 size + 1: the raw array and the copies. */
static int read_fixed(hid_t dataset, hid_t type, uint64_t n, struct nir_budget *budget, char **text, struct err *err)
{
    size_t size = H5Tget_size(type);
    int spaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
    if (size > FIXED_TEXT_MAX)
        return err_input(err, "holds texts of more than %d bytes", FIXED_TEXT_MAX);
    if (spend(budget, n, 2 * size + 1, err))
        return -1;
    char *raw = mem_new(n, size);
    int bad = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0;
    for (uint64_t i = 0; i < n && !bad; i++)
        text[i] = unpadded(raw + i * size, size, spaces);
    free(raw);
    return bad ? unreadable(err) : 0;
}

/* text: n of them, the caller's; what was read before a failure is freed. */
static int read_texts(hid_t dataset, hid_t type, uint64_t n, struct nir_budget *budget, char **text, struct err *err)
{
    int varied = H5Tis_variable_str(type) > 0;
    return varied ? read_varied(dataset, type, n, budget, text, err) : read_fixed(dataset, type, n, budget, text, err);
}

/* A node's type or a word of metadata is a scalar or an array of one; of more, the first counts. */
static int first_text(hid_t dataset, hid_t type, const struct extent *e, struct nir_budget *budget, struct nir_field *field, struct err *err)
{
    if (spend(budget, e->n, sizeof(char *), err))
        return -1;
    char **text = mem_new(e->n, sizeof *text);
    int bad = read_texts(dataset, type, e->n, budget, text, err);
    field->text = text[0];
    for (uint64_t i = 1; i < e->n; i++)
        free(text[i]);
    free(text);
    return bad;
}

/* ---- datasets ---- */

int nir_data_field(int64_t dataset, struct nir_budget *budget, struct nir_field *field, int *present, struct err *err)
{
    struct extent e;
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    int numbers = class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_ENUM;
    int bad = read_extent(dataset, &e, err);
    *present = !bad && e.n && (numbers || class == H5T_STRING);
    if (*present) {
        field->rank = e.rank;
        field->n = e.n;
        memcpy(field->dim, e.dim, sizeof e.dim);
        bad = plausible(dataset, &e, H5Tget_size(type), budget, err);
        if (!bad)
            bad = numbers ? read_numbers(dataset, &e, budget, field, err) : first_text(dataset, type, &e, budget, field, err);
    }
    if (type >= 0)
        H5Tclose(type);
    return bad;
}

/* Names alone, resolved later: (edges, 2), source and target. */
static int edges_of(hid_t dataset, hid_t type, const struct extent *e, struct nir_budget *budget, struct nir_graph *graph, struct err *err)
{
    if (H5Tget_class(type) != H5T_STRING || e->rank != 2 || e->dim[1] != 2)
        return err_input(err, "is not a list of pairs of node names");
    if (plausible(dataset, e, H5Tget_size(type), budget, err) || spend(budget, e->n, 2 * sizeof(char *), err))
        return -1;
    char **text = mem_new(e->n, sizeof *text);
    int bad = read_texts(dataset, type, e->n, budget, text, err);
    graph->edge = mem_new(e->dim[0], sizeof *graph->edge);
    for (uint64_t i = 0; i < e->dim[0] && !bad; i++)
        graph->edge[graph->n_edges++] = (struct nir_edge){text[2 * i], text[2 * i + 1]};
    free(text);
    return bad;
}

int nir_data_edges(int64_t dataset, struct nir_budget *budget, struct nir_graph *graph, struct err *err)
{
    struct extent e;
    if (read_extent(dataset, &e, err))
        return -1;
    if (!e.n)
        return 0;
    hid_t type = H5Dget_type(dataset);
    if (type < 0)
        return unreadable(err);
    int bad = edges_of(dataset, type, &e, budget, graph, err);
    H5Tclose(type);
    return bad;
}
