/* Fuzzer of what `volley price` reads of a run folder: the bytes are its summary.json, a line "=== counters.csv", and its counters.csv. They are priced with
 * the chips that the corpus was made on, one with static power of links, one that charges per tile. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chipfile.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHIPS = 3 };
#define BETWEEN "=== counters.csv\n"

/* Read once: thousands of inputs are priced with them. */
static const struct chipfile *chip(int i)
{
    static const char *const name[CHIPS] = {"configs/chips/mesh28.yaml", "configs/chips/loihi.yaml", "configs/chips/ideal.yaml"};
    static const char *const links = "energy.static=[{what: link, power: 1 uW, source: guess}, {what: tile, power: 1 uW, source: guess}]";
    static struct chipfile *read[CHIPS];
    struct err err = {ERR_NONE, ""};
    if (!read[i])
        read[i] = chipfile_read(name[i], &links, i == 0, &err);
    if (!read[i]) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return read[i];
}

static void write_part(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        abort();
}

static void remove_part(const char *folder, const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* A folder may be refused, as damaged or as of another chip; it is never our bug. */
static void price(FILE *to, const char *folder)
{
    for (int i = 0; i < CHIPS; i++) {
        struct err err = {ERR_NONE, ""};
        if (report_price(to, folder, chip(i), NULL, &err) && err.kind != ERR_INPUT && err.kind != ERR_ANSWER) {
            fprintf(stderr, "%s\n", err.text);
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/volley-fuzz-price-XXXXXX";
    size_t n = strlen(BETWEEN), end = size;
    for (size_t i = 0; i + n <= size && end == size; i++)
        if (!memcmp(data + i, BETWEEN, n))
            end = i;
    FILE *nowhere = fopen("/dev/null", "w");
    if (!nowhere || !mkdtemp(folder))
        abort();
    write_part(folder, "summary.json", data, end);
    if (end < size)
        write_part(folder, "counters.csv", data + end + n, size - end - n);
    price(nowhere, folder);
    fclose(nowhere);
    remove_part(folder, "summary.json");
    remove_part(folder, "counters.csv");
    rmdir(folder);
    return 0;
}
