/* volley report: the text of a finished run, as it stood on the terminal, with what host.json adds: how long it took, when, and the
 * command that repeats it. The text is copied, not made again: the folder alone is enough, whatever became of chip file and network since,
 * and a newer version of volley does not put its own words under an older answer. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report.h"
#include "report/finished.h"
#include "report/form.h"

/* Byte for byte: what was said of a run stays what was said, whatever this version would say today. */
static int copy(FILE *to, const char *path, struct err *err)
{
    char buffer[4096];
    FILE *from = fopen(path, "r");
    if (!from)
        return err_input(err, "%s: %s; run again with --out to write the folder anew", path, strerror(errno));
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, from)) > 0;)
        /* Errors of the output stay in it and are looked at once, at the end. */
        fwrite(buffer, 1, n, to);
    int bad = ferror(from);
    fclose(from);
    return bad ? err_input(err, "%s: cannot be read", path) : 0;
}

/* Best effort: a folder may have been copied without it. */
static void write_host(FILE *to, const char *folder)
{
    struct err ignored;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT], *path = mem_format("%s/host.json", folder);
    /* host.json is read like a summary; what it lacks is not said. */
    struct finished host = {.folder = folder, .doc = doc_read(path, &ignored)};
    free(path);
    if (!host.doc)
        return;
    /* "its computer": not the one that prints this. */
    double wall = finished_number(&host, "wall_s"), peak = finished_number(&host, "peak_rss_bytes");
    form_begin(&s, to, form_columns(to), "ran");
    if (isfinite(wall) && isfinite(peak))
        fprintf(s.line, "%s on its computer, %s of memory at most", form_si(a, wall, "s"), form_bytes(b, peak));
    if (*finished_text(&host, "date"))
        fprintf(s.line, "\t%s", finished_text(&host, "date"));
    if (*finished_text(&host, "command"))
        fprintf(s.line, "\n%s", finished_text(&host, "command"));
    form_end(&s);
    finished_close(&host);
}

/* The summary is looked at first: a folder with a report.txt and nothing else is not a run's. */
int report_again(FILE *to, const char *folder, struct err *err)
{
    struct finished f;
    if (finished_open(&f, folder, err))
        return -1;
    finished_close(&f);
    struct form_locale locale = form_neutral();
    char *path = mem_format("%s/report.txt", folder);
    int bad = copy(to, path, err);
    free(path);
    /* The lines of report.txt keep their own width. */
    if (!bad)
        write_host(to, folder);
    form_restore(locale);
    if (bad)
        return -1;
    return fflush(to) || ferror(to) ? err_input(err, "cannot write the report; is the disk full or the reader gone?") : 0;
}
