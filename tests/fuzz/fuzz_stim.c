/* Fuzzer of the stimulus reader: what it takes must be written, read again as the same, and built. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "verify/stim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct stim *s, size_t *size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, size);
    stim_write(s, file);
    fclose(file);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct verify_build build;
    size_t first, second;
    struct stim *s = stim_parse("input", (const char *)data, size, NULL, &err), *again;
    if (!s)
        return 0;
    char *text = written(s, &first);
    if (s->target->build(s->target, s->size, s, &build, &err) && err.kind != ERR_INPUT)
        abort();
    s->target->release(&build);
    stim_free(s);
    again = stim_parse("written", text, first, NULL, &err);
    if (!again)
        abort();
    char *same = written(again, &second);
    if (first != second || memcmp(text, same, first))
        abort();
    free(text);
    free(same);
    stim_free(again);
    return 0;
}
