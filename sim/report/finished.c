/* A finished run folder, read back. It may have been copied, edited or cut short by someone else, so nothing of it is trusted: what is
 * absent is NAN or "", what is damaged is an error that names file and line, and the cure is always the same, the folder of a run.
 * JSON is read by the YAML reader, whose subset it is. */
#include "report/finished.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

/* A folder is a run's if its summary.json says so in its first key: other programs write files of that name, too. */
int finished_open(struct finished *f, const char *folder, struct err *err)
{
    struct stat s;
    *f = (struct finished){.folder = folder};
    if (stat(folder, &s))
        return err_input(err, "%s: %s; name the folder that volley run --out wrote", folder, strerror(errno));
    if (!S_ISDIR(s.st_mode))
        return err_input(err, "%s: this is a file; name the folder that volley run --out wrote", folder);
    char *path = mem_format("%s/summary.json", folder);
    /* Said here and not by the reader of YAML, whose advice is for chip files. */
    if (stat(path, &s)) {
        free(path);
        return err_input(err, "%s: it holds no summary.json, so it is not the folder of a finished run; name the folder that volley run --out wrote", folder);
    }
    f->doc = doc_read(path, err);
    free(path);
    if (!f->doc)
        return err_context(err, "%s is not the folder of a finished run", folder);
    if (!strncmp(finished_text(f, "format"), "volley run", 10))
        return 0;
    finished_close(f);
    return err_input(err, "%s: its summary.json was not written by volley run; name the folder that volley run --out wrote", folder);
}

/* Also of one that was never opened. */
void finished_close(struct finished *f)
{
    doc_free(f->doc);
    f->doc = NULL;
}

/* Walks one key of the dotted path after the other. */
const struct doc_node *finished_node(const struct finished *f, const char *path)
{
    const struct doc_node *node = doc_root(f->doc);
    char key[100];
    /* A key that is not there ends it, as does one longer than any of ours. */
    while (node) {
        /* A name of a layer may contain dots: such keys are reached through their map, not by a path. */
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        node = doc_get(node, key);
        if (!path[n])
            return node;
        path += n + 1;
    }
    return NULL;
}

/* A quoted number is a text, and the word null is none. */
double finished_value(const struct doc_node *node)
{
    char *end;
    if (!node || node->kind != DOC_SCALAR || node->quoted || !*node->text)
        return (double)NAN;
    /* The C locale, set by whoever prints. */
    double value = strtod(node->text, &end);
    /* Anything behind the number makes it a text. */
    return *end || !isfinite(value) ? (double)NAN : value;
}

/* Absent and null are the same to a reader: not known. */
double finished_number(const struct finished *f, const char *path)
{
    return finished_value(finished_node(f, path));
}

/* Belongs to the document, which lives until finished_close. */
const char *finished_text(const struct finished *f, const char *path)
{
    const struct doc_node *node = finished_node(f, path);
    return node && node->kind == DOC_SCALAR && (node->quoted || strcmp(node->text, "null") != 0) ? node->text : "";
}

/* ---- tables ---- */

/* One number after the other, commas between, exactly as many as columns; an empty field is NAN. Text would be a damaged table. */
static int read_row(const char *line, size_t columns, double *value)
{
    for (size_t c = 0; c < columns; c++) {
        char *end;
        if (*line == ',' || *line == '\n' || !*line) {
            value[c] = (double)NAN;
            end = (char *)line;
        } else {
            value[c] = strtod(line, &end);
            if (end == line)
                return -1;
        }
        /* Too few or too many fields, or something behind the number. */
        if (*end != (c + 1 < columns ? ',' : '\n'))
            return -1;
        line = end + 1;
    }
    return 0;
}

/* Rows are kept in one array, row after row; it grows by doubling. The line's number in a message counts the header. */
static int read_rows(FILE *file, const char *path, size_t columns, double **value, size_t *rows, struct err *err)
{
    char line[1024];
    size_t capacity = 0;
    while (fgets(line, sizeof line, file)) {
        /* Doubling: a run of a million steps is read in a few calls. */
        if ((*rows + 1) * columns > capacity) {
            capacity = 2 * capacity + 64 * columns;
            *value = mem_grow(*value, capacity, sizeof **value);
        }
        if (read_row(line, columns, *value + *rows * columns))
            return err_input(err, "%s:%zu: not a row of %zu numbers; run again with --out to write the folder anew", path, *rows + 2, columns);
        ++*rows;
    }
    return ferror(file) ? err_input(err, "%s: cannot be read", path) : 0;
}

/* The header must be the expected one to the letter: a table of another version is not guessed at. */
int finished_table(const struct finished *f, const char *name, const char *header, double **value, size_t *rows, size_t *columns, struct err *err)
{
    char *path = mem_format("%s/%s", f->folder, name), line[1024];
    FILE *file = fopen(path, "r");
    *value = NULL;
    *rows = 0;
    *columns = 1;
    /* One column more than commas. */
    for (const char *p = header; *p; p++)
        *columns += *p == ',';
    int bad = 0;
    if (!file)
        bad = err_input(err, "%s: %s; run again with --out to write the folder anew", path, strerror(errno));
    else if (!fgets(line, sizeof line, file) || strncmp(line, header, strlen(header)) || line[strlen(header)] != '\n')
        bad = err_input(err, "%s:1: the header should be %s", path, header);
    else
        bad = read_rows(file, path, *columns, value, rows, err);
    if (file)
        fclose(file);
    free(path);
    /* Nothing half-read reaches the caller. */
    if (bad) {
        free(*value);
        *value = NULL;
    }
    return bad ? -1 : 0;
}
