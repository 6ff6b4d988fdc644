/* Fuzzer of the .npy reader: what is read is asked for every element and written again; both arrays must then be the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const char *path, const struct npy *a)
{
    struct npy b;
    struct err err;
    if (npy_write(path, a->kind, a->size, a->rank, a->dim, a->data, &err) || npy_read(path, &b, &err))
        abort();
    if (a->rank != b.rank || memcmp(a->dim, b.dim, sizeof b.dim) || a->kind != b.kind || a->size != b.size || a->count != b.count)
        abort();
    if (a->count && memcmp(a->data, b.data, a->count * a->size))
        abort();
    npy_free(&b);
}

static void use(const char *path)
{
    struct npy a;
    struct err err;
    char type[8], shape[180];
    if (!npy_read(path, &a, &err)) {
        double *all = npy_numbers(&a);
        int64_t whole = 0;
        for (uint64_t i = 0; i < a.count; i++)
            if (!npy_integer(&a, i, &whole) && (double)whole != all[i])
                abort();
        free(all);
        npy_type_text(&a, type);
        npy_shape_text(&a, shape);
        write_again(path, &a);
    }
    npy_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/volley-fuzz-npy-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    use(path);
    unlink(path);
    return 0;
}
