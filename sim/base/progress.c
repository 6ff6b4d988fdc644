/* One line on a terminal that is written over in place and wiped at the end, so that the report starts on a clean line. A pipe or
 * a file gets nothing. Clock readings stay in here: no result depends on them. */
#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_S 1.0             /* a shorter run shows nothing */
/* between two showings: an eye needs no more, and a run of many short samples is not slowed down */
#define EVERY_S 0.2

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(struct progress *p, const char *what)
{
    *p = (struct progress){.what = what, .begin_s = now_s(), .on = isatty(STDERR_FILENO)};
}

/* Rounded to what a guess deserves. */
static void write_left(double seconds)
{
    if (seconds < 90)
        fprintf(stderr, "%.0f s left", seconds);
    else if (seconds < 5400)
        fprintf(stderr, "%.0f min left", seconds / 60);
    else
        fprintf(stderr, "%.1f h left", seconds / 3600);
}

/* The rate is that of the whole run so far: samples differ, and a mean over all of them is the calmest guess of those to come. */
void progress_show(struct progress *p, uint64_t done, uint64_t all)
{
    double now = p->on ? now_s() : 0, gone = now - p->begin_s;
    if (!p->on || gone < FIRST_S || now - p->shown_s < EVERY_S || !done)
        return;
    p->shown_s = now;
    p->wrote = 1;
    fprintf(stderr, "\r\033[K%llu of %llu %s, %.3g per second, ", (unsigned long long)done, (unsigned long long)all, p->what, (double)done / gone);
    write_left((double)(all - done) * gone / (double)done);
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->wrote)
        fputs("\r\033[K", stderr);
    p->wrote = 0;
}
