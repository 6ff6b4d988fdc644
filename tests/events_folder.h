/* events_folder.h: event files in a folder that is gone when the suite ends, and what reading one gives or is refused with. */
#ifndef VOLLEY_TESTS_EVENTS_FOLDER_H
#define VOLLEY_TESTS_EVENTS_FOLDER_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/events.h"
#include "import/npy.h"
#include "kit.h"

static char folder[] = "/tmp/volley-events-XXXXXX";
static struct err err;

static inline const char *scratch(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline const char *put(const char *name, const void *data, size_t size)
{
    const char *path = scratch(name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT(fwrite(data, 1, size, file) == size);
    fclose(file);
    return path;
}

static inline const char *text(const char *content)
{
    return put("x.csv", content, strlen(content));
}

/* shape: "25,300,64" */
static inline const char *array(const char *shape, char kind, uint32_t size, const void *data)
{
    uint64_t dim[NPY_RANK_MAX];
    int rank = 0;
    for (const char *at = shape; *at; at += strcspn(at, ","), at += *at == ',')
        dim[rank++] = strtoull(at, NULL, 10);
    const char *path = scratch("x.npy");
    CU_ASSERT_FATAL(!npy_write(path, kind, size, rank, dim, data, &err));
    return path;
}

static inline struct events *read_or_fail(const char *path, const struct event_options *options)
{
    struct events *e = events_read(path, options, &err);
    if (!e)
        printf("\n    %s\n", err.text);
    CU_ASSERT_FATAL(e != NULL);
    return e;
}

/* The read fails as the user's fault and the message holds both words. */
static inline void refused(const char *path, const struct event_options *options, const char *word, const char *other)
{
    struct events *e = events_read(path, options, &err);
    CU_ASSERT(e == NULL);
    if (!e && (err.kind != ERR_INPUT || !strstr(err.text, word) || !strstr(err.text, other)))
        printf("\n    wanted '%s', '%s' in: %s\n", word, other, err.text);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, word) && strstr(err.text, other));
    events_free(e);
}

static inline int has_line(const struct events *e, enum fidelity_kind kind, const char *word)
{
    for (size_t i = 0; i < e->fidelity.count; i++)
        if (e->fidelity.line[i].kind == kind && strstr(e->fidelity.line[i].text, word))
            return 1;
    return 0;
}

/* The first `samples` samples of both are the same. */
static inline int same(const struct events *a, const struct events *b, uint32_t samples)
{
    uint64_t n = a->first[samples];
    if (a->samples < samples || b->samples < samples || memcmp(a->first, b->first, (samples + 1) * sizeof *a->first))
        return 0;
    if (memcmp(a->event, b->event, n * sizeof *a->event) || !a->value != !b->value)
        return 0;
    return !a->value || !memcmp(a->value, b->value, n * sizeof *a->value);
}

static inline int remove_folder(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0;
}

static inline int make_folder(void)
{
    return mkdtemp(folder) == NULL;
}

#endif
