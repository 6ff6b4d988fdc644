/* report_folder.h: the report of a run filled in by hand (report_fixture.h), as text and as a folder that is gone afterwards; and whether a text is JSON. */
#ifndef VOLLEY_TESTS_REPORT_FOLDER_H
#define VOLLEY_TESTS_REPORT_FOLDER_H
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/doc.h"
#include "kit.h"
#include "report.h"
#include "report_fixture.h"

struct place { char folder[64], out[96], path[200]; };

static inline void place_new(struct place *p)
{
    strcpy(p->folder, "/tmp/volley_report_XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p->folder));
    snprintf(p->out, sizeof p->out, "%s/out", p->folder);
}

static inline void place_free(const struct place *p)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", p->folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static inline const char *in(struct place *p, const char *name)
{
    snprintf(p->path, sizeof p->path, "%s/%s", p->out, name);
    return p->path;
}

static inline char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL, buffer[4096];
    size_t size = 0, n;
    if (!file)
        return NULL;
    FILE *memory = open_memstream(&text, &size);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, n, memory);
    fclose(file);
    fclose(memory);
    return text;
}

static inline int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static const struct report_input inputs[] = {{"network", "somewhere/small.nir", "00ff"}, {"input", "somewhere/in.npy", "0102"}};

static inline struct report_options options_for(const char *out)
{
    return (struct report_options){.command = "volley run demo small.nir", .input = inputs, .n_inputs = 2, .out = out};
}

/* Prices the run and writes its folder; 0 or the error's kind. */
static inline int write_with(struct fixture *f, const struct report_options *o, struct err *err)
{
    *err = (struct err){ERR_NONE, ""};
    struct energy *e = energy_make(&f->run, err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    int bad = report_folder(&f->run, e, o, err);
    energy_free(e);
    return bad ? (int)err->kind : 0;
}

static inline int write_folder(struct fixture *f, const char *out, struct err *err)
{
    struct report_options o = options_for(out);
    int kind = write_with(f, &o, err);
    if (kind)
        printf("    %s\n", err->text);
    return kind;
}

static inline char *text_of(struct fixture *f, struct report_options o)
{
    struct err err = {ERR_NONE, ""};
    struct energy *e = energy_make(&f->run, &err);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_EQUAL(report_text(memory, &f->run, e, &o, &err), 0);
    fclose(memory);
    energy_free(e);
    return text;
}

/* ---- JSON, strictly: RFC 8259 and UTF-8 ---- */

struct scan { const unsigned char *at; int depth; };

static inline void space(struct scan *s)
{
    while (*s->at && strchr(" \t\r\n", *s->at))
        s->at++;
}

static inline int string_ok(struct scan *s)
{
    if (*s->at++ != '"')
        return 0;
    for (; *s->at && *s->at != '"'; s->at++) {
        int more = *s->at >= 0xf0 ? 3 : *s->at >= 0xe0 ? 2 : *s->at >= 0xc0 ? 1 : 0;
        if (*s->at < 0x20 || (*s->at >= 0x80 && !more) || *s->at == 0xff)
            return 0;
        for (; more; more--)
            if ((*++s->at & 0xc0) != 0x80)
                return 0;
        if (*s->at != '\\')
            continue;
        s->at++;
        if (*s->at == 'u') {
            for (int i = 0; i < 4; i++)
                if (!isxdigit(*++s->at))
                    return 0;
        } else if (!*s->at || !strchr("\"\\/bfnrt", *s->at))
            return 0;
    }
    return *s->at++ == '"';
}

static inline int number_ok(struct scan *s)
{
    size_t n = strspn((const char *)s->at, "+-.0123456789eE");
    char *end, text[64];
    if (!n || n >= sizeof text || *s->at == '+' || *s->at == '.')
        return 0;
    memcpy(text, s->at, n);
    text[n] = '\0';
    strtod(text, &end);
    s->at += n;
    return !*end;
}

static inline int value_ok(struct scan *s);

static inline int members_ok(struct scan *s, unsigned char close, int keyed)
{
    s->at++;
    space(s);
    if (*s->at == close)
        return s->at++, 1;
    for (;; s->at++) {
        space(s);
        if (keyed) {
            if (!string_ok(s))
                return 0;
            space(s);
            if (*s->at++ != ':')
                return 0;
        }
        if (!value_ok(s))
            return 0;
        space(s);
        if (*s->at == close)
            return s->at++, 1;
        if (*s->at != ',')
            return 0;
    }
}

static inline int value_ok(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    space(s);
    if (++s->depth > 50)
        return 0;
    int ok = 0;
    if (*s->at == '{' || *s->at == '[')
        ok = members_ok(s, *s->at == '{' ? '}' : ']', *s->at == '{');
    else if (*s->at == '"')
        ok = string_ok(s);
    else {
        for (int i = 0; i < 3 && !ok; i++)
            if (!strncmp((const char *)s->at, words[i], strlen(words[i]))) {
                s->at += strlen(words[i]);
                ok = 1;
            }
        ok = ok || number_ok(s);
    }
    s->depth--;
    return ok;
}

static inline int is_json(const char *text)
{
    struct scan s = {(const unsigned char *)text, 0};
    int ok = text && value_ok(&s);
    space(&s);
    return ok && !*s.at;
}

static inline double number_at(const struct doc *doc, const char *section, const char *key)
{
    const struct doc_node *node = doc_get(section ? doc_get(doc_root(doc), section) : doc_root(doc), key);
    return node ? strtod(node->text, NULL) : -1;
}

#endif
