/* volley verify PATH --pin: the checksums of the sources written into the manifest, where they stand or behind the last line of section
 * `sources`. All other lines stay as they are, because a manifest is written by a person. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "cores/foreign/manifest_parts.h"

enum { LINE = 4000 };

static uint32_t indent_of(const char *line)
{
    return (uint32_t)strspn(line, " ");
}

/* 1: blank or a comment, which belongs to no section. */
static int is_empty(const char *line)
{
    const char *text = line + strspn(line, " ");
    return *text == '\n' || *text == '#' || !*text;
}

static int write_sums(const struct manifest *m, uint32_t indent, FILE *out, struct err *err)
{
    fprintf(out, "%*ssha256:\n", (int)indent, "");
    for (uint32_t i = 0; i < m->n_files; i++) {
        char hex[65];
        if (sha256_file(m->file[i], hex, err))
            return -1;
        fprintf(out, "%*s  %s: %s\n", (int)indent, "", m->file_node[i]->text, hex);
    }
    return 0;
}

/* Lines of `sources` are those below its key that are indented more. Its sha256, of one line or many, is left out and written last. */
static int copy(const struct manifest *m, FILE *in, FILE *out, struct err *err)
{
    char line[LINE];
    uint32_t number = 0, first = 0, keys = m->sources_node->key[0]->column - 1, skip = UINT32_MAX;
    int inside = 0, done = 0;
    for (uint32_t i = 0; i < m->sources_node->count; i++)
        first = i == 0 || m->sources_node->key[i]->line < first ? m->sources_node->key[i]->line : first;
    while (fgets(line, sizeof line, in)) {
        number++;
        if (inside && !done && !is_empty(line) && indent_of(line) < keys) {
            done = 1;
            if (write_sums(m, keys, out, err))
                return -1;
        }
        inside |= number == first;
        if (inside && !done && indent_of(line) == keys && !strncmp(line + keys, "sha256:", 7)) {
            skip = keys;
            continue;
        }
        if (skip != UINT32_MAX && !is_empty(line) && indent_of(line) > skip)
            continue;
        skip = UINT32_MAX;
        fputs(line, out);
    }
    return done ? 0 : write_sums(m, keys, out, err);
}

int manifest_pin(const struct manifest *m, struct err *err)
{
    const struct doc_node *sources = m->sources_node, *root = doc_root(m->doc);
    uint32_t line = 0;
    for (uint32_t i = 0; i < root->count; i++)
        if (root->item[i] == sources)
            line = root->key[i]->line;
    if (sources->key[0]->line == line)
        return doc_error(sources, err, "sources stands on one line; checksums can be filled in where each of its keys has a line of its own");
    char *path = mem_format("%s.%ld", m->path, (long)getpid());
    FILE *in = fopen(m->path, "r"), *out = fopen(path, "w");
    int bad = !in || !out ? err_input(err, "%s: %s", out ? m->path : path, strerror(errno)) : copy(m, in, out, err);
    if (in)
        fclose(in);
    if (out && fclose(out) && !bad)
        bad = err_input(err, "%s: %s", path, strerror(errno));
    if (!bad && rename(path, m->path))
        bad = err_input(err, "%s: %s", m->path, strerror(errno));
    if (bad)
        unlink(path);
    free(path);
    return bad;
}
