/* Fuzzer of the chip file reader: the bytes become a file, which is read as it is and with an override taken from its last line. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chipfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OVERRIDE_MAX = 400 };

/* The bytes after the last "#set " as KEY=VALUE; "" where there is none. */
static void find_override(const uint8_t *data, size_t size, char *set)
{
    size_t n = 0;
    *set = '\0';
    for (size_t i = 0; i + 5 <= size; i++)
        if (!memcmp(data + i, "#set ", 5)) {
            for (n = 0; i + 5 + n < size && n < OVERRIDE_MAX - 1 && data[i + 5 + n] != '\n' && data[i + 5 + n]; n++)
                set[n] = (char)data[i + 5 + n];
            set[n] = '\0';
        }
}

/* What a caller looks at, so that a half-filled chip file is found out. */
static uint64_t look(const struct chipfile *f)
{
    uint64_t sum = chipfile_barrier_cycles(f, 1) + chipfile_barrier_cycles(f, UINT32_MAX) + f->cores;
    for (uint32_t c = 0; c < f->cores; c++)
        sum += f->type[f->core_type_of[c]].clock;
    for (uint32_t i = 0; i < f->n_figures; i++)
        sum += strlen(f->figure[i].key) + (f->figure[i].cost.source >= (int)f->n_sources);
    for (uint32_t i = 0; i < f->n_energy; i++)
        sum += (uint64_t)f->energy[i].counter + strlen(f->energy[i].component);
    for (uint32_t s = 0; s < f->n_sources; s++)
        sum += strlen(f->source[s].group);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/volley-fuzz-chipfile-XXXXXX", text[OVERRIDE_MAX];
    const char *set = text;
    struct err err;
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    find_override(data, size, text);
    for (uint32_t n = 0; n <= (*text ? 1u : 0u); n++) {
        struct chipfile *f = chipfile_read(path, &set, n, &err);
        if (f && !look(f))
            abort();
        chipfile_free(f);
    }
    unlink(path);
    return 0;
}
