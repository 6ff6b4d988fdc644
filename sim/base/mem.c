#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { HUGE_PAGE = 2 << 20 };

static void *there(void *p)
{
    if (!p) {
        fputs("volley: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *mem_new(size_t count, size_t size)
{
    return there(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return there(NULL);
    size_t bytes = count * size;
    return there(realloc(old, bytes ? bytes : 1));
}

void *mem_settle(void *old, size_t bytes)
{
    if (bytes < HUGE_PAGE)
        return old;
    void *settled = there(aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE));
    madvise(settled, bytes, MADV_HUGEPAGE);     /* a wish: nothing depends on it */
    memcpy(settled, old, bytes);
    free(old);
    return settled;
}

char *mem_text(const char *s)
{
    return there(strdup(s));
}

char *mem_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    return there(n < 0 ? NULL : text);
}

void *mem_room(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? 2 * *capacity : 16;
    return mem_grow(array, *capacity, size);
}

uint64_t mem_peak(void)
{
    struct rusage use;
    return getrusage(RUSAGE_SELF, &use) ? 0 : (uint64_t)use.ru_maxrss * 1024u;
}
