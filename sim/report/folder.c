/* The run folder: which files it holds, and how they get there whole or not at all. Files are written to OUT/.writing-PID, each
 * checked to its last byte, and moved when all are whole; summary.json moves last, so a folder that has one is a whole run's. Only names
 * of our list are ever replaced or removed, and only in a folder that is ours: a file of such a name in another folder is somebody's work.
 * A folder that cannot be written is found before the run, by writing there: what a run took hours for is not lost at its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "report/files.h"
#include "report/form.h"
#include "report/text.h"

enum { WRITE_BUFFER = 1 << 18 };
static const char mark[] = "volley run";        /* begins the format entry of every summary.json of ours */
static const char mark_sweep[] = "\"command\": \"volley sweep ";  /* the first entry of host.json beside a sweep.csv, which has no summary */

/* Every name that a run folder may hold of ours. report.html is made later by volley report, and is removed by the next run, whose page it
 * would not be. */
const struct file_kind file_kinds[] = {
    {"report.txt", text_body, 0, 0, 0},
    {"samples.csv", csv_samples, 0, 1, 0},
    {"layers.csv", csv_layers, 0, 1, 0},
    {"steps.csv", csv_steps, 0, 1, 0},
    {"counters.csv", csv_counters, 0, 1, 0},
    {"noc.csv", csv_noc, 0, 1, 1},
    {"spikes.csv", traces_spikes, TRACE_SPIKES, 1, 0},
    {"membranes.csv", traces_membranes, TRACE_MEMBRANE, 1, 0},
    {"packets.csv", traces_packets, TRACE_PACKETS, 1, 0},
    {"weights.csv", traces_weights, TRACE_WEIGHTS, 1, 0},
    {"timeline.json", timeline_write, TRACE_TIMELINE, 1, 0},
    {"host.json", host_write, 0, 0, 0},
    {"perf.csv", NULL, 0, 0, 0},                /* these five: of a run of SANA-FE's files (sanafe.c), in that tool's own form */
    {"sanafe_spikes.csv", NULL, 0, 0, 0},
    {"potentials.csv", NULL, 0, 0, 0},
    {"neurons.csv", NULL, 0, 0, 0},
    {"messages.csv", NULL, 0, 0, 0},
    {"sweep.csv", NULL, 0, 0, 0},               /* of volley sweep, with a host.json */
    {"report.html", NULL, 0, 0, 0},
    {"summary.json", summary_write, 0, 1, 0},
    {NULL, NULL, 0, 0, 0},
};

/* The caller frees. */
static char *inside(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    return mem_format("%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
}

/* ---- checks before a run ---- */

/* 1: the file is there and has the text within its first bytes. Not parsed: it may be half a file, and still ours. */
static int begins_with(const char *folder, const char *name, const char *text)
{
    char *path = inside(folder, name), head[200];
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(head, 1, sizeof head - 1, file) : 0;
    head[n] = '\0';
    if (file)
        fclose(file);
    free(path);
    return strstr(head, text) != NULL;
}

/* 1: a run or a sweep of ours made the folder, 0: nobody or someone else did. */
static int is_ours(const char *folder)
{
    return begins_with(folder, "summary.json", mark) || begins_with(folder, "host.json", mark_sweep);
}

/* The first of our names that stands in a folder; NULL: none. */
static const char *known_file(const char *folder)
{
    for (int i = 0; file_kinds[i].name; i++) {
        char *path = inside(folder, file_kinds[i].name);
        /* Of any kind: a folder of that name is in the way, too. */
        int there = access(path, F_OK) == 0;
        free(path);
        if (there)
            return file_kinds[i].name;
    }
    return NULL;
}

/* mkdir -p: each part of the path in turn; one that is there already is no error, and a file in its place is named by the next mkdir. */
static int make_folder(const char *out, struct err *err)
{
    char *path = mem_text(out);
    int bad = 0;
    for (char *p = path + 1; !bad; p++) {
        if (*p && *p != '/')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(path, 0777) && errno != EEXIST)
            bad = err_input(err, "--out %s: cannot make the folder %s: %s; name a place where you may write", out, path, strerror(errno));
        if (!kept)
            break;
        *p = kept;
    }
    free(path);
    return bad;
}

/* Permissions, read-only disks and quotas show themselves only when something is written. */
static int try_writing(const char *out, struct err *err)
{
    char *path = mem_format("%s/.writing-%ld", out, (long)getpid());
    /* O_EXCL: never someone else's file, not even one of that odd name. */
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666), bad = 0;
    if (file < 0)
        bad = err_input(err, "--out %s: cannot write there: %s; name another folder or change its permissions", out, strerror(errno));
    else {
        close(file);
        /* An empty file, there only to see whether it can be. */
        unlink(path);
    }
    free(path);
    return bad;
}

/* Empty name, a file in its place, files of somebody else: each has its own message, before the run has cost anything. */
int report_check_folder(const char *out, struct err *err)
{
    struct stat s;
    if (!*out)
        return err_input(err, "--out: the folder has no name; write for example --out results");
    /* Made now, so that nobody else's file can take its place during the run. */
    if (stat(out, &s) && make_folder(out, err))
        return -1;
    if (stat(out, &s))
        return err_input(err, "--out %s: %s; name another folder", out, strerror(errno));
    if (!S_ISDIR(s.st_mode))
        return err_input(err, "--out %s: this is not a folder; name a new folder, or one that holds an earlier run", out);
    /* Ours may be replaced; another's file of such a name may not. */
    const char *known = is_ours(out) ? NULL : known_file(out);
    if (known)
        return err_input(err, "--out %s: it holds a file %s that is not of a volley run and would be replaced; name another folder", out, known);
    return try_writing(out, err);
}

/* ---- writing ---- */

int file_wanted(const struct file_kind *kind, const struct report *r)
{
    return kind->write && (!kind->traces || kind->traces & r->run->options.traces) && (!kind->of_ports || r->run->n_ports);
}

/* Looked at after the last byte: a disk may be full only then. The message names the file as the user would see it, not the part. */
static int write_file(const char *path, const char *shown, const struct file_kind *kind, const struct folder_writer *w, struct err *err)
{
    /* A stream's error does not always say why. */
    errno = 0;
    FILE *file = fopen(path, "w");
    if (!file)
        return err_input(err, "%s: cannot write: %s", shown, strerror(errno));
    /* Tables of many samples are many short lines. */
    setvbuf(file, NULL, _IOFBF, WRITE_BUFFER);
    w->write(file, kind, w->run);
    int bad = fflush(file) || ferror(file);
    /* Before fclose, which may set another. */
    int reason = errno;
    if (fclose(file) && !bad) {
        bad = 1;
        reason = errno;
    }
    if (bad)
        return err_input(err, "%s: cannot write: %s; make room or name another folder with --out. Nothing of this run was kept there", shown,
                         reason ? strerror(reason) : "output error");
    return 0;
}

/* Nothing has been moved yet: what fails here leaves the folder as it was. */
static int write_all(const char *part, const struct folder_writer *w, struct err *err)
{
    for (int i = 0; file_kinds[i].name; i++) {
        if (!w->wanted(&file_kinds[i], w->run))
            continue;
        char *path = inside(part, file_kinds[i].name), *shown = inside(w->out, file_kinds[i].name);
        int bad = write_file(path, shown, &file_kinds[i], w, err);
        free(path);
        free(shown);
        if (bad)
            return -1;
    }
    return 0;
}

/* Whole files take their places; what an earlier run left and this one does not write goes, so that no two runs mix. */
static int move_all(const char *part, const struct folder_writer *w, struct err *err)
{
    for (int i = 0; file_kinds[i].name; i++) {
        char *from = inside(part, file_kinds[i].name), *to = inside(w->out, file_kinds[i].name);
        /* rename replaces in one step: a reader sees the old file or the new one. */
        int bad = w->wanted(&file_kinds[i], w->run) ? rename(from, to) : unlink(to) && errno != ENOENT;
        if (bad)
            err_input(err, "%s: cannot be replaced: %s", to, strerror(errno));
        free(from);
        free(to);
        if (bad)
            return -1;
    }
    return 0;
}

/* Also after all went well, when it is empty but for what was not moved. */
static void remove_part(const char *part)
{
    for (int i = 0; file_kinds[i].name; i++) {
        char *path = inside(part, file_kinds[i].name);
        unlink(path);
        free(path);
    }
    rmdir(part);
}

/* The process id in the name keeps two runs into one folder apart; which of them is kept is the one that ends last. */
int folder_write(const struct folder_writer *w, struct err *err)
{
    if (report_check_folder(w->out, err))
        return -1;
    char *part = mem_format("%s/.writing-%ld", w->out, (long)getpid());
    if (mkdir(part, 0777)) {
        err_input(err, "--out %s: cannot write there: %s; name another folder", w->out, strerror(errno));
        free(part);
        return -1;
    }
    struct form_locale locale = form_neutral();
    int bad = write_all(part, w, err) || move_all(part, w, err);
    form_restore(locale);
    remove_part(part);
    free(part);
    return bad ? -1 : 0;
}

static int wanted_of_run(const struct file_kind *kind, const void *report)
{
    return file_wanted(kind, report);
}

static void write_of_run(FILE *file, const struct file_kind *kind, const void *report)
{
    kind->write(file, report);
}

int report_folder(const struct run *run, const struct energy *energy, const struct report_options *options, struct err *err)
{
    struct report r = {.run = run, .energy = energy, .options = options, .width = FORM_WIDTH};
    struct folder_writer w = {options->out, &r, wanted_of_run, write_of_run};
    struct form_locale locale = form_neutral();
    /* One set of facts for all files, so that they agree. */
    facts_make(&r);
    form_restore(locale);
    int bad = folder_write(&w, err);
    facts_free(&r);
    return bad;
}
