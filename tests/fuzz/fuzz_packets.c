/* Fuzzer of the reader of recorded packets: whatever it takes is whole, in order, and within the chip. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "import/packets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct packet_trace *t, const struct packet_cores *cores)
{
    uint64_t rows = 0;
    uint32_t all = cores->chips * cores->tiles * cores->per_tile;
    for (uint64_t k = 0; k < t->steps; k++) {
        const struct packet_step *s = &t->step[k];
        if (s->first != rows || !s->rows)
            abort();
        rows += s->rows;
        for (uint64_t i = s->first; i < rows; i++)
            if ((t->row[i].from >= all && t->row[i].from != PACKETS_HOST) || (t->row[i].to >= all && t->row[i].to != PACKETS_HOST) ||
                (i > s->first && t->row[i].packet < t->row[i - 1].packet))
                abort();
    }
    if (rows != t->rows || !rows)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/volley-fuzz-packets-XXXXXX";
    struct err err = {ERR_NONE, ""};
    struct packet_cores cores = {2, 6, 4};
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    struct packet_trace *t = packets_read(path, &cores, &err);
    if (t)
        check(t, &cores);
    else if (err.kind != ERR_INPUT)
        abort();
    packets_free(t);
    unlink(path);
    return 0;
}
