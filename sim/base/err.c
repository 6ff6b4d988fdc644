/* Errors as values: who finds one says its kind and its text, who is above adds the place, and main alone turns it into a
 * message and an exit status. Every call returns -1, so that "return err_input(...)" both reports and fails. */
#define VOLLEY_BASE_ERR_C
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text too long for its place is cut; the last error said is the one that counts. */
static int set(struct err *err, enum err_kind kind, const char *format, va_list args)
{
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, args);
    return -1;
}

int err_answer(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, ERR_ANSWER, format, args);
    va_end(args);
    return -1;
}

int err_input(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, ERR_INPUT, format, args);
    va_end(args);
    return -1;
}

int err_bug(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, ERR_BUG, format, args);
    va_end(args);
    return -1;
}

/* The place is put before what was already said, so that a message reads from the outside in: file, node, field, cause. Copied
 * first, because the new text is written over the old one; both are cut rather than overrun. */
int err_context(struct err *err, const char *format, ...)
{
    char old[sizeof err->text], place[400];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    vsnprintf(place, sizeof place, format, args);
    va_end(args);
    snprintf(err->text, sizeof err->text, "%s: %.*s", place, (int)(sizeof err->text - strlen(place) - 3), old);
    return -1;
}
