#include "report/json.h"

#include <inttypes.h>
#include <math.h>

/* Length of the UTF-8 sequence at p, 0 where there is none (overlong forms, surrogates and stray bytes are none). */
static int utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    int n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

void json_string(FILE *to, const char *text)
{
    fputc('"', to);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
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

static void begin_value(struct json *j, const char *key)
{
    fprintf(j->to, "%s\n%*s", j->first ? "" : ",", 2 * j->depth, "");
    j->first = 0;
    if (!key)
        return;
    json_string(j->to, key);
    fputs(": ", j->to);
}

static void open_with(struct json *j, char open, char close)
{
    fputc(open, j->to);
    if (j->depth < JSON_DEPTH)
        j->close[j->depth] = close;
    j->depth++;
    j->first = 1;
}

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

void json_close(struct json *j)
{
    j->depth--;
    if (!j->first)
        fprintf(j->to, "\n%*s", 2 * j->depth, "");
    fputc(j->depth < JSON_DEPTH ? j->close[j->depth] : '}', j->to);
    j->first = 0;
}

void json_finish(struct json *j)
{
    json_close(j);
    fputc('\n', j->to);
}

void json_text(struct json *j, const char *key, const char *text)
{
    if (!text) {
        json_null(j, key);
        return;
    }
    begin_value(j, key);
    json_string(j->to, text);
}

void json_real(struct json *j, const char *key, double value)
{
    if (!isfinite(value)) {
        json_null(j, key);
        return;
    }
    begin_value(j, key);
    fprintf(j->to, "%.15g", value);
}

void json_count(struct json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    fprintf(j->to, "%" PRIu64, value);
}

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
