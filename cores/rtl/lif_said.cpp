#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "cores/rtl/said.h"

namespace
{

thread_local char said[400], given[sizeof said];

} // namespace

/* What follows the first message follows from it. */
void volley_rtl_say(const char *format, ...)
{
    va_list list;
    if (*said)
        return;
    va_start(list, format);
    vsnprintf(said, sizeof said, format, list);
    va_end(list);
}

/* Verilator's texts end with a line break, and name the file as it was compiled. */
const char *volley_rtl_said(void)
{
    size_t n = 0;
    for (const char *at = said; *at; at++)
        if (*at != '\n')
            given[n++] = *at;
    given[n] = 0;
    *said = 0;
    return given;
}
