/* Fuzzer of the NIR reader: the bytes become a file, which is read as if each of some tools had written it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct import_options options[] = {
        {.reset = -1, .reset_time = -1},
        {.from = "snntorch", .reset = -1, .reset_time = -1},
        {.from = "nengo", .dt = 1e-4, .reset = RESET_SUBTRACT, .reset_time = 1, .allow_shift = 1},
    };
    char path[] = "/tmp/volley-fuzz-nir-XXXXXX";
    struct err err;
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        network_free(import_network(path, &options[i], &err));
    unlink(path);
    return 0;
}
