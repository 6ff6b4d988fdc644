/* chipfile_fixture.h: chip files for tests: a shipped one with overrides, or its text with one passage replaced. */
#ifndef VOLLEY_TESTS_CHIPFILE_FIXTURE_H
#define VOLLEY_TESTS_CHIPFILE_FIXTURE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chipfile.h"
#include "kit.h"

enum { SETS_MAX = 8, CHIP_TEXT_MAX = 1 << 16 };

/* A shipped chip with overrides (NULL ends the list); NULL and err where it is refused. */
static inline struct chipfile *chip_with(const char *name, struct err *err, ...)
{
    const char *set[SETS_MAX];
    uint32_t n = 0;
    __builtin_va_list args;
    __builtin_va_start(args, err);
    while ((set[n] = __builtin_va_arg(args, const char *)))
        n++;
    __builtin_va_end(args);
    *err = (struct err){ERR_NONE, ""};
    return chipfile_read(name, set, n, err);
}

/* The text of a shipped chip with the first `from` replaced by `to`, written to path; from NULL: to is the whole text. */
static inline int chip_write(const char *path, const char *name, const char *from, const char *to)
{
    static char text[CHIP_TEXT_MAX];
    char source[256];
    snprintf(source, sizeof source, "configs/chips/%s.yaml", name);
    FILE *in = fopen(source, "r"), *out = fopen(path, "w");
    size_t n = in ? fread(text, 1, sizeof text - 1, in) : 0;
    text[n] = '\0';
    char *at = from ? strstr(text, from) : NULL;
    if (in)
        fclose(in);
    if (!out || (from && !at))
        return -1;
    if (from)
        fprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    else
        fputs(to, out);
    return fclose(out);
}

/* That text as a chip file in a scratch folder, removed again. */
static inline struct chipfile *chip_edited(const char *name, const char *from, const char *to, struct err *err)
{
    char folder[] = "/tmp/volley-chip-XXXXXX", path[80];
    *err = (struct err){ERR_NONE, ""};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.yaml", folder);
    int bad = chip_write(path, name, from, to);
    if (bad)
        printf("\n    %s.yaml has no '%s'\n", name, from ? from : "");
    CU_ASSERT_EQUAL(bad, 0);
    struct chipfile *f = chipfile_read(path, NULL, 0, err);
    unlink(path);
    rmdir(folder);
    return f;
}

static inline int says(const struct err *err, const char *part)
{
    if (strstr(err->text, part))
        return 1;
    printf("\n    message: %s\n    lacks:   %s\n", err->text, part);
    return 0;
}

static inline const struct chip_figure *figure_of(const struct chipfile *f, const char *key)
{
    for (uint32_t i = 0; i < f->n_figures; i++)
        if (!strcmp(f->figure[i].key, key))
            return &f->figure[i];
    return NULL;
}

/* How many notes are on a node whose name begins so. */
static inline int notes_on(const struct chipfile *f, const char *begin)
{
    int n = 0;
    for (size_t i = 0; i < f->notes.count; i++)
        n += !strncmp(f->notes.line[i].node, begin, strlen(begin));
    return n;
}

static inline int notes_say(const struct chipfile *f, const char *part)
{
    for (size_t i = 0; i < f->notes.count; i++)
        if (strstr(f->notes.line[i].text, part))
            return 1;
    return 0;
}

#endif
