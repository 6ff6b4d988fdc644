/* run_corpus.c: a main() for a fuzzer, so that its corpus runs as a plain test: every file of the folders named on the command
 * line, whole, and cut short at CUTS places. A reader may refuse what it gets; it must not crash, hang or trip a sanitizer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 12, PATH_SIZE = 4096, SIZE_MAX_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(SIZE_MAX_BYTES);
    if (!file || !data) {
        free(data);
        if (file)
            fclose(file);
        return NULL;
    }
    *size = fread(data, 1, SIZE_MAX_BYTES, file);
    fclose(file);
    return data;
}

/* A copy of exactly this size, so that a read past the end is seen. */
static void run_bytes(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    if (size)
        memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int run_file(const char *path)
{
    size_t size;
    uint8_t *data = read_whole(path, &size);
    if (!data) {
        printf("cannot read %s\n", path);
        return 1;
    }
    printf("%s: %zu bytes\n", path, size);
    fflush(stdout);     /* names the file before a sanitizer ends the program */
    run_bytes(data, size);
    for (size_t cut = 0; cut < CUTS; cut++)
        run_bytes(data, size * cut / CUTS);
    free(data);
    return 0;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    int failures = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **entry;
        int n = scandir(argv[i], &entry, visible, alphasort);
        for (int k = 0; k < n; k++) {
            char path[PATH_SIZE];
            snprintf(path, sizeof path, "%s/%s", argv[i], entry[k]->d_name);
            failures += run_file(path);
            files++;
            free(entry[k]);
        }
        if (n >= 0)
            free(entry);
    }
    printf("%d files\n", files);
    return failures || !files;
}
