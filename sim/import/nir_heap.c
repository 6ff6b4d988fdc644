/* A global heap collection: "GCOL", version 1, 3 zeros, size (8 bytes, little-endian, heading included); then objects, each with index and
 * reference count (2 bytes each), 4 zeros, size (8), data padded to 8. Index 0 is the free rest: its size includes the heading.
 * A local heap: "HEAP", version 0, 3 zeros, size (8), head of the free list (8), address of the names (8). */
#include "import/nir_heap.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK = 1 << 20, HEADING = 16, SIGNATURE = 8 };

struct scan {
    FILE *file;
    uint64_t size;              /* of the file */
};

/* A little-endian number of n bytes. */
static uint64_t little(const unsigned char *bytes, int n)
{
    uint64_t value = 0;
    while (n--)
        value = value << 8 | bytes[n];
    return value;
}

/* -1: not within the file. */
static int read_at(const struct scan *s, uint64_t at, unsigned char *to, size_t n)
{
    return at > s->size || n > s->size - at || fseeko(s->file, (off_t)at, SEEK_SET) || fread(to, 1, n, s->file) != n ? -1 : 0;
}

/* The chain of objects must end where the collection does. */
static int sound(const struct scan *s, uint64_t at)
{
    unsigned char head[HEADING];
    if (read_at(s, at, head, sizeof head))
        return 0;
    uint64_t size = little(head + 8, 8), object = HEADING;
    if (size < HEADING || size > s->size - at)
        return 0;
    while (size - object >= HEADING) {
        if (read_at(s, at + object, head, sizeof head))
            return 0;
        uint64_t bytes = little(head + 8, 8), index = little(head, 2), left = size - object;
        if (bytes > left || (index == 0 && bytes < HEADING))
            return 0;
        uint64_t need = index ? HEADING + (bytes + 7) / 8 * 8 : bytes;
        if (need > left)
            return 0;
        object += need;
    }
    return 1;
}

/* Only the address that means none is wrong beyond doubt: a node that is called HEAP looks like a heap, too. */
static int placed(const struct scan *s, uint64_t at)
{
    unsigned char address[8];
    return read_at(s, at + 24, address, sizeof address) || little(address, 8) != UINT64_MAX;
}

/* found++: an overlapping second signature is one, too. */
static int scan_for(const struct scan *s, const char *signature, int (*good)(const struct scan *, uint64_t), const unsigned char *block, size_t n, uint64_t at)
{
    const unsigned char *found = block, *end = block + n;
    while ((found = memmem(found, (size_t)(end - found), signature, SIGNATURE)) != NULL) {
        if (!good(s, at + (uint64_t)(found - block)))
            return -1;
        found++;
    }
    return 0;
}

/* Heaps begin anywhere. */
static int scan_block(const struct scan *s, const unsigned char *block, size_t n, uint64_t at)
{
    return scan_for(s, "GCOL\1\0\0", sound, block, n, at) || scan_for(s, "HEAP\0\0\0", placed, block, n, at);
}

int nir_heap_check(const char *path, struct err *err)
{
    struct scan s = {.file = fopen(path, "rb")};
    if (!s.file || fseeko(s.file, 0, SEEK_END) || (s.size = (uint64_t)ftello(s.file)) >> 62) {
        if (s.file)
            fclose(s.file);
        return err_input(err, "%s", strerror(errno));
    }
    unsigned char *block = mem_new(BLOCK, 1);
    int bad = 0;
    for (uint64_t at = 0; at < s.size && !bad; at += BLOCK - SIGNATURE + 1) {
        size_t n = s.size - at < BLOCK ? (size_t)(s.size - at) : BLOCK;
        bad = read_at(&s, at, block, n) || scan_block(&s, block, n, at);
    }
    free(block);
    fclose(s.file);
    return bad ? err_input(err, "its texts or names are damaged: export the network again") : 0;
}
