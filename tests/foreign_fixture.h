/* foreign_fixture.h: the foreign-style core of tests/foreign as tests open it: built once, by whoever comes first. */
#ifndef VOLLEY_TESTS_FOREIGN_FIXTURE_H
#define VOLLEY_TESTS_FOREIGN_FIXTURE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AERLIF "tests/foreign/aerlif"

/* VOLLEY_CACHE is set to a folder beside the builds: it is the same core for all of them. */
static inline void foreign_cache(void)
{
    const char *build = getenv("VOLLEY_BUILD");
    char path[1000];
    snprintf(path, sizeof path, "%s/../foreign", build ? build : "build/release");
    setenv("VOLLEY_CACHE", path, 1);
}

/* A whole file with every `from` in it replaced by `to`; NULL: from is not in it. Caller frees. */
static inline char *foreign_edited(const char *path, const char *from, const char *to)
{
    FILE *file = fopen(path, "r");
    char *text = file ? calloc(1, 1 << 16) : NULL, *out = text ? calloc(1, 1 << 17) : NULL;
    if (text && !fread(text, 1, (1 << 16) - 1, file))
        *text = 0;
    if (file)
        fclose(file);
    int found = 0;
    for (char *at = text; at && out; ) {
        char *next = *from ? strstr(at, from) : NULL;
        if (!next) {
            strcat(out, at);
            break;
        }
        strncat(out, at, (size_t)(next - at));
        strcat(out, to);
        at = next + strlen(from);
        found = 1;
    }
    free(text);
    if (!found && *from) {
        free(out);
        return NULL;
    }
    return out;
}
#endif
