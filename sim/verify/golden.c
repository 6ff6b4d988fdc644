#include "verify/golden.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"

int golden_write(const char *text, const char *path, struct err *err)
{
    struct whole out;
    if (whole_open(&out, path, err))
        return -1;
    fputs(text, out.file);
    return whole_close(&out, err);
}

static char *read_all(const char *path, struct err *err)
{
    FILE *file = fopen(path, "rb");
    size_t n = 0, capacity = 0;
    char *text = NULL;
    if (!file) {
        err_input(err, "%s: %s; --update writes it", path, strerror(errno));
        return NULL;
    }
    for (int c; (c = getc(file)) != EOF;) {
        text = mem_room(text, n, &capacity, 1);
        text[n++] = (char)c;
    }
    text = mem_room(text, n, &capacity, 1);
    text[n] = 0;
    fclose(file);
    return text;
}

/* The last line is "end". lines: how many there are. */
static int is_whole(const char *text, uint32_t *lines)
{
    size_t n = strlen(text);
    *lines = 0;
    for (const char *at = text; *at; at++)
        *lines += *at == '\n';
    return n >= 5 && !strcmp(text + n - 5, "\nend\n");
}

/* Both texts up to the first line that is not the same in both. */
static int say_first(const char *was, const char *is, const char *path, FILE *to)
{
    for (uint32_t line = 1;; line++) {
        size_t n = strcspn(was, "\n"), m = strcspn(is, "\n");
        if (n != m || strncmp(was, is, n)) {
            fprintf(to, "DIFFERENCE from %s, line %u:\n  was %.*s\n  is  %.*s\n", path, line, (int)n, was, (int)m, is);
            return 1;
        }
        if (!was[n] || !is[m])
            return 0;
        was += n + 1;
        is += m + 1;
    }
}

int golden_compare(const char *text, const char *path, FILE *to, struct err *err)
{
    uint32_t lines;
    char *was = read_all(path, err);
    int status = 0;
    if (!was)
        return -1;
    if (strncmp(was, text, strcspn(text, "\n")))
        status = err_input(err, "%s:1: its first line is not '%.*s': another kind of file", path, (int)strcspn(text, "\n"), text);
    else if (!is_whole(was, &lines))
        status = err_input(err, "%s:%u: cut short: its last line is 'end'; --update writes it anew", path, lines + 1);
    else if (strcmp(was, text))
        status = say_first(was, text, path, to);
    free(was);
    return status;
}
