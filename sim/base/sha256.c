/* The checksum by which a run folder names its inputs. The algorithm is nettle's; here is the reading of the file. */
#include "base/sha256.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 16 };

/* In chunks: an input may be larger than memory. */
static int add_file(struct sha256_ctx *sum, FILE *file)
{
    uint8_t chunk[CHUNK];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        sha256_update(sum, n, chunk);
    return ferror(file) ? -1 : 0;
}

static void write_digest(struct sha256_ctx *sum, char hex[65])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(sum, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        sprintf(hex + 2 * i, "%02x", digest[i]);
}

void sha256_bytes(const void *bytes, size_t size, char hex[65])
{
    struct sha256_ctx sum;
    sha256_init(&sum);
    sha256_update(&sum, size, bytes);
    write_digest(&sum, hex);
}

int sha256_file(const char *path, char hex[65], struct err *err)
{
    struct sha256_ctx sum;
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_input(err, "%s: %s", path, strerror(errno));
    sha256_init(&sum);
    /* fopen opens a folder for reading, and only the first fread fails, with a less useful message */
    int folder = !fstat(fileno(file), &about) && S_ISDIR(about.st_mode), bad = !folder && add_file(&sum, file);
    fclose(file);
    if (folder)
        return err_input(err, "%s: is a folder; give the path of a file", path);
    if (bad)
        return err_input(err, "%s: cannot be read to its end", path);
    write_digest(&sum, hex);
    return 0;
}
