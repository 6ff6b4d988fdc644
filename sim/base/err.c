#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

int err_context(struct err *err, const char *format, ...)
{
    char old[sizeof err->text], place[400];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    vsnprintf(place, sizeof place, format, args);
    va_end(args);
    snprintf(err->text, sizeof err->text, "%s: %.1000s", place, old);
    return -1;
}
