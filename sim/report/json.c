/* A JSON writer of one pass: values go out as they come, and only the nesting is kept. What RFC 8259 does not allow cannot be written:
 * text is UTF-8 or replaced, numbers are finite or null. The FILE keeps errors for whoever closes it, so no call here can fail. */
#include "report/json.h"

#include <inttypes.h>
#include <math.h>

/* Length of the UTF-8 sequence at p, 0 where there is none. The second byte's limits exclude overlong forms (e0, f0), surrogates (ed) and
 * what lies beyond U+10FFFF (f4), as RFC 3629 lists them. */
static int utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    int n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    /* c0 and c1 could only begin overlong forms of ASCII. */
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

/* Names come from other people's files and may hold anything: quotes, control characters, half a character. */
void json_string(FILE *to, const char *text)
{
    fputc('"', to);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        /* 0: one byte is replaced, and the next is looked at anew. */
        int n = utf8_length(p);
        if (*p == '"' || *p == '\\')
            fprintf(to, "\\%c", *p);
        else if (*p < 0x20 || *p == 0x7f)
            fprintf(to, "\\u%04x", *p);
        else if (!n)
            fputs("\\ufffd", to);
        else
            fwrite(p, 1, (size_t)n, to);
        p += n ? n : 1;
    }
    fputc('"', to);
}

/* A comma before every value but the first of its object or list; two blanks of indent per level. */
static void begin_value(struct json *j, const char *key)
{
    /* Every value has a line of its own, so that two summaries can be compared by diff. */
    fprintf(j->to, "%s\n%*s", j->first ? "" : ",", 2 * j->depth, "");
    j->first = 0;
    if (!key)
        return;
    json_string(j->to, key);
    fputs(": ", j->to);
}

/* Remembers the bracket that will close it; deeper than JSON_DEPTH is ours to avoid, and still closes with a brace. */
static void open_with(struct json *j, char open, char close)
{
    fputc(open, j->to);
    if (j->depth < JSON_DEPTH)
        j->close[j->depth] = close;
    j->depth++;
    j->first = 1;
}

/* The root is always an object. */
void json_start(struct json *j, FILE *to)
{
    *j = (struct json){.to = to};
    open_with(j, '{', '}');
}

void json_object(struct json *j, const char *key)
{
    begin_value(j, key);
    open_with(j, '{', '}');
}

void json_list(struct json *j, const char *key)
{
    begin_value(j, key);
    open_with(j, '[', ']');
}

/* Nothing between the brackets: they stand together. */
void json_close(struct json *j)
{
    /* One level out, on a line of its own. */
    j->depth--;
    if (!j->first)
        fprintf(j->to, "\n%*s", 2 * j->depth, "");
    fputc(j->depth < JSON_DEPTH ? j->close[j->depth] : '}', j->to);
    j->first = 0;
}

/* The line's end makes it a text file. */
void json_finish(struct json *j)
{
    json_close(j);
    fputc('\n', j->to);
}

/* Unknown text is null, which is another thing than an empty one. */
void json_text(struct json *j, const char *key, const char *text)
{
    if (!text) {
        json_null(j, key);
        return;
    }
    begin_value(j, key);
    json_string(j->to, text);
}

/* 15 digits: what a double holds whatever its last bits are, so that equal sums print equal. */
void json_real(struct json *j, const char *key, double value)
{
    /* JSON has no word for them. */
    if (!isfinite(value)) {
        json_null(j, key);
        return;
    }
    begin_value(j, key);
    fprintf(j->to, "%.15g", value);
}

/* As an integer, exact to 64 bits; readers that know only doubles keep 53 of them. */
void json_count(struct json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    fprintf(j->to, "%" PRIu64, value);
}

/* true or false, never 0 or 1: a script's test is plain. */
void json_flag(struct json *j, const char *key, int value)
{
    begin_value(j, key);
    fputs(value ? "true" : "false", j->to);
}

void json_null(struct json *j, const char *key)
{
    begin_value(j, key);
    fputs("null", j->to);
}
