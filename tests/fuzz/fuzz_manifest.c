/* Fuzzer of the manifests of others' cores: the bytes become a manifest.yaml beside files of the names that the corpus uses. What is read is then used:
 * formulae are worked out, values put where fields say, addresses made. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cores/foreign/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MOST = 1 << 20 };

static const char *const beside[] = {"a.v", "b.v", "a.vlt", "a.cpp", "a.c"};

static void write_file(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size)
        abort();
    fclose(file);
}

static void remove_all(const char *folder)
{
    char path[200];
    for (size_t i = 0; i <= sizeof beside / sizeof *beside; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, i < sizeof beside / sizeof *beside ? beside[i] : "manifest.yaml");
        unlink(path);
    }
    rmdir(folder);
}

/* Every field of the last neuron and axon: in range what the manifest says is in range. */
static void use_fields(const struct manifest *m)
{
    struct foreign_state words;
    struct err err;
    uint64_t all = 0;
    for (uint32_t i = 0; i < m->n_memories; i++)
        all += m->memory[i].words;
    if (all > WORDS_MOST)
        return;
    foreign_words_new(m, &words);
    for (uint32_t i = 0; i < m->n_memories; i++)
        for (uint32_t k = 0; k < m->memory[i].n_fields; k++) {
            int64_t low, high, value = 0;
            foreign_range(&m->memory[i].field[k], &low, &high);
            if (!foreign_put(m, &words, m->memory[i].field[k].name, m->neurons - 1, m->axons - 1, low, &err) &&
                (foreign_get(m, &words, m->memory[i].field[k].name, m->neurons - 1, m->axons - 1, &value, &err) || value != low))
                abort();
        }
    foreign_words_free(&words);
}

static void use_events(const struct manifest *m)
{
    int64_t value[MANIFEST_NAMES] = {0}, result;
    struct err err;
    for (uint32_t i = 0; i < m->n_events; i++) {
        (void)manifest_code(&m->event[i], UINT32_MAX, 7, -1);
        (void)expr_value(&m->event[i].cycles, value, &result, &err);
        (void)expr_value(&m->event[i].offset, value, &result, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/volley-fuzz-manifest-XXXXXX";
    struct err err;
    if (!mkdtemp(folder))
        abort();
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        write_file(folder, beside[i], data, 0);
    write_file(folder, "manifest.yaml", data, size);
    struct manifest *m = manifest_read(folder, &err);
    if (m) {
        use_fields(m);
        use_events(m);
        if (manifest_pin(m, &err) && !*err.text)
            abort();
    }
    manifest_free(m);
    remove_all(folder);
    return 0;
}
