/* Memory that is there or ends the process: a simulator that runs out of memory has no answer to save, and a check after each
 * call would hide the code that matters. Sizes that come from a file are checked against a budget before they get here. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* x86-64 and most arm64 kernels; a machine with another size loses speed, nothing else */
enum { HUGE_PAGE = 2 << 20 };

/* abort, not exit: the place is seen in a debugger, and no half-written file is flushed as if it were whole. */
static void *there(void *p)
{
    if (!p) {
        fputs("volley: out of memory\n", stderr);
        abort();
    }
    return p;
}

/* Zeroed. A size of 0 gives a block of one byte, so that NULL never means "empty". */
void *mem_new(size_t count, size_t size)
{
    return there(calloc(count ? count : 1, size ? size : 1));
}

/* realloc knows no overflow of count * size: checked here. */
void *mem_grow(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return there(NULL);
    size_t bytes = count * size;
    return there(realloc(old, bytes ? bytes : 1));
}

/* A large array that is read at random for the rest of the run (rows of synapses) moves onto huge pages once, when its size is
 * final: a random read then misses the caches only, not the page tables as well. */
void *mem_settle(void *old, size_t bytes)
{
    if (bytes < HUGE_PAGE)
        return old;
    size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *settled = there(aligned_alloc(HUGE_PAGE, whole));
    madvise(settled, whole, MADV_DONTNEED);     /* pages that the heap had used before stay small: they are given back first */
    madvise(settled, whole, MADV_HUGEPAGE);     /* a wish: nothing depends on it */
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

/* Doubling: n pushes cost n copies in all. */
void *mem_room(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? 2 * *capacity : 16;
    return mem_grow(array, *capacity, size);
}

/* Linux counts ru_maxrss in KiB. */
uint64_t mem_peak(void)
{
    struct rusage use;
    return getrusage(RUSAGE_SELF, &use) ? 0 : (uint64_t)use.ru_maxrss * 1024u;
}
