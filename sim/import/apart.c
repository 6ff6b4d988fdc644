/* The limits of the child. Time is processor time, so a busy machine is no reason to stop; it leaves deflate 1 MiB of file per second,
 * a fortieth of its usual speed. Memory is address space beyond what the process has at the fork, so that the terabytes of
 * AddressSanitizer's shadow do not count. */
#include "import/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    BLOCK = 1 << 16,            /* bytes gathered before they are sent, or read ahead */
    LONGEST = 1 << 30,          /* of a block that is sent as it lies */
    SECONDS = 2,                /* of processor time for any file ... */
    BYTES_PER_SECOND = 1 << 20, /* ... and one more for each of these */
    LIBRARY_MEMORY = 256 << 20, /* what libhdf5 may take beside the data: chunks, conversion buffers, its caches */
    GIVEN_UP = 70               /* status of a child that cannot go on; 0 is the only good one */
};

#if defined __SANITIZE_ADDRESS__        /* gcc */
#define SANITIZED 1
#elif defined __has_feature             /* clang */
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- the child's end ---- */

struct apart_out {
    int pipe;
    uint32_t used;              /* of the block */
    unsigned char block[BLOCK];
};

/* The parent closes its end when it has heard enough: nothing is left to do then. */
static void write_all(int pipe, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    while (bytes) {
        ssize_t done = write(pipe, at, bytes);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            _exit(GIVEN_UP);
        at += done;
        bytes -= (size_t)done;
    }
}

/* Native numbers: both ends are one program on one machine. */
static void send_block(struct apart_out *out, const void *data, uint32_t bytes)
{
    write_all(out->pipe, &bytes, sizeof bytes);
    write_all(out->pipe, data, bytes);
}

/* Also before a large piece, so that all arrives in order. */
static void flush(struct apart_out *out)
{
    if (out->used)
        send_block(out, out->block, out->used);
    out->used = 0;
}

/* Small things are gathered; large ones go from where they lie, without a copy. */
void apart_put(struct apart_out *out, const void *data, uint64_t bytes)
{
    const unsigned char *at = data;
    if (bytes > BLOCK - out->used)
        flush(out);
    while (bytes > BLOCK) {
        uint32_t now = bytes < LONGEST ? (uint32_t)bytes : LONGEST;
        send_block(out, at, now);
        at += now;
        bytes -= now;
    }
    if (bytes)
        memcpy(out->block + out->used, at, (size_t)bytes);
    out->used += (uint32_t)bytes;
}

void apart_put_number(struct apart_out *out, uint64_t number)
{
    apart_put(out, &number, sizeof number);
}

void apart_put_text(struct apart_out *out, const char *text)
{
    size_t n = strlen(text);
    apart_put_number(out, n);
    apart_put(out, text, n);
}

/* ---- the parent's end ---- */

struct apart_in {
    int pipe;
    enum { GOING, ENDED, CUT, NONSENSE } state;     /* CUT: the pipe closed without an end */
    uint64_t budget;            /* bytes that may still be taken */
    uint64_t left;              /* of the block in hand */
    struct err err;             /* the child's, once ENDED */
    size_t at, have;            /* of what was read ahead */
    unsigned char ahead[BLOCK];
};

/* The first reason counts. */
static int stop_at(struct apart_in *in, int state)
{
    if (in->state == GOING)
        in->state = state;
    return -1;
}

int apart_nonsense(struct apart_in *in)
{
    return stop_at(in, NONSENSE);
}

/* The next bytes of the pipe, large pieces straight to where they go. */
static int fetch(struct apart_in *in, void *to, size_t bytes)
{
    unsigned char *at = to;
    while (bytes) {
        size_t ready = in->have - in->at, now = ready < bytes ? ready : bytes;
        if (now) {
            memcpy(at, in->ahead + in->at, now);
            in->at += now;
            at += now;
            bytes -= now;
            continue;
        }
        int straight = bytes >= sizeof in->ahead;
        ssize_t done = read(in->pipe, straight ? at : in->ahead, straight ? bytes : sizeof in->ahead);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return stop_at(in, CUT);
        in->at = 0;
        in->have = straight ? 0 : (size_t)done;
        at += straight ? done : 0;
        bytes -= straight ? (size_t)done : 0;
    }
    return 0;
}

/* -1 at the end, too; the child's last word is then in err. */
static int next_block(struct apart_in *in)
{
    uint32_t bytes;
    if (fetch(in, &bytes, sizeof bytes))
        return -1;
    in->left = bytes;
    if (bytes)
        return 0;
    if (fetch(in, &in->err, sizeof in->err))
        return -1;
    in->err.text[sizeof in->err.text - 1] = '\0';
    enum err_kind kind = in->err.kind;
    return stop_at(in, kind == ERR_NONE || kind == ERR_ANSWER || kind == ERR_INPUT || kind == ERR_BUG ? ENDED : NONSENSE);
}

/* Blocks do not show: a piece may begin in one and end in another. */
int apart_get(struct apart_in *in, void *to, uint64_t bytes)
{
    unsigned char *at = to;
    while (bytes) {
        if (in->state != GOING || (!in->left && next_block(in)))
            return -1;
        size_t now = (size_t)(bytes < in->left ? bytes : in->left);
        if (fetch(in, at, now))
            return -1;
        at += now;
        in->left -= now;
        bytes -= now;
    }
    return 0;
}

int apart_get_number(struct apart_in *in, uint64_t most, uint64_t *number)
{
    *number = 0;
    if (apart_get(in, number, sizeof *number))
        return -1;
    if (*number <= most)
        return 0;
    *number = 0;
    return stop_at(in, NONSENSE);
}

int apart_spend(struct apart_in *in, uint64_t bytes)
{
    if (bytes > in->budget)
        return stop_at(in, NONSENSE);
    in->budget -= bytes;
    return 0;
}

/* calloc's pages cost nothing until they are filled, so a child that claims much and sends little has not taken it. */
int apart_get_array(struct apart_in *in, uint64_t count, size_t size, void **array)
{
    *array = NULL;
    if (count > UINT64_MAX / size)
        return stop_at(in, NONSENSE);
    if (in->state != GOING || apart_spend(in, count * size))
        return -1;
    *array = mem_new((size_t)count, size);
    if (!apart_get(in, *array, count * size))
        return 0;
    free(*array);
    *array = NULL;
    return -1;
}

/* Always ends in a 0, whatever was sent. */
int apart_get_text(struct apart_in *in, char **text)
{
    uint64_t n;
    *text = NULL;
    if (apart_get_number(in, UINT64_MAX - 1, &n) || apart_spend(in, n + 1))
        return -1;
    *text = mem_new((size_t)n + 1, 1);
    if (!apart_get(in, *text, n))
        return 0;
    free(*text);
    *text = NULL;
    return -1;
}

/* ---- becoming the child ---- */

/* Processor time that reading may take. */
static int seconds_of(const struct apart *task)
{
    uint64_t more = task->file_size / BYTES_PER_SECOND;
    return SECONDS + (more < INT_MAX - SECONDS ? (int)more : INT_MAX - SECONDS);
}

/* Never above what the process has been given; a limit that cannot be set is done without. The hard one stays: at that of processor
 * time the system kills without saying why. */
static void limit(int what, rlim_t most)
{
    struct rlimit old;
    if (getrlimit(what, &old))
        return;
    if (old.rlim_cur == RLIM_INFINITY || old.rlim_cur > most)
        old.rlim_cur = most;
    setrlimit(what, &old);
}

/* Bytes of address space in use, and those of them that are private and can be written. -1: not known. */
static int memory_used(uint64_t *all, uint64_t *data)
{
    char text[160] = "";
    unsigned long long pages, data_pages;
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t n = read(file, text, sizeof text - 1);
    close(file);
    if (n <= 0 || sscanf(text, "%llu %*u %*u %*u %*u %llu", &pages, &data_pages) != 2)
        return -1;
    *all = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    *data = data_pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return 0;
}

/* Without /proc the limit of memory is done without; that of time stays. RLIMIT_DATA for AddressSanitizer, whose allocator has reserved its
 * addresses long before and only makes them writable. */
static void set_limits(const struct apart *task)
{
    uint64_t all, data;
    if (!memory_used(&all, &data)) {
        limit(RLIMIT_AS, all + task->memory + LIBRARY_MEMORY);
        limit(RLIMIT_DATA, data + task->memory + LIBRARY_MEMORY);
    }
    limit(RLIMIT_CPU, (rlim_t)seconds_of(task));
    limit(RLIMIT_CORE, 0);
    prctl(PR_SET_DUMPABLE, 0);          /* a core that goes to a program ignores RLIMIT_CORE */
}

/* The handlers are the parent's; what it ignores (a run in the background) stays ignored. */
static void set_signals(void)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction now;
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        if (!sigaction(caught[i], NULL, &now) && now.sa_handler != SIG_IGN)
            signal(caught[i], SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXCPU, SIG_DFL);
}

/* Keeps the pipe (made 3) and nothing else of the parent's: no file of a run, no end of another's pipe. */
static int set_files(int pipe, int report)
{
    pipe = fcntl(pipe, F_DUPFD, STDERR_FILENO + 1);     /* a parent without standard files got numbers below that */
    report = report >= 0 ? fcntl(report, F_DUPFD, STDERR_FILENO + 1) : -1;
    int nothing = open("/dev/null", O_RDWR), kept = STDERR_FILENO + 1;
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 || dup2(report >= 0 ? report : nothing, STDERR_FILENO) < 0)
        _exit(GIVEN_UP);
    if (pipe != kept && dup2(pipe, kept) < 0)
        _exit(GIVEN_UP);
    close_range((unsigned)kept + 1, UINT_MAX, 0);
    return kept;
}

/* _exit, not exit: stdio and exit handlers are the parent's. libhdf5's own clean-up is left out with them, which may hang after a damaged file. */
static _Noreturn void be_child(const struct apart *task, void *data, int pipe, int report, pid_t parent)
{
    struct err err = {ERR_NONE, ""};
    uint32_t end = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)            /* which died before the line above */
        _exit(GIVEN_UP);
    set_signals();
    struct apart_out *out = mem_new(1, sizeof *out);
    out->pipe = set_files(pipe, report);
    set_limits(task);
    if (!task->read(data, out, &err))
        err.kind = ERR_NONE;
    flush(out);
    write_all(out->pipe, &end, sizeof end);
    write_all(out->pipe, &err, sizeof err);
    _exit(0);
}

/* ---- what became of it ---- */

static int damaged(const struct apart *task, const char *how, struct err *err)
{
    return err_input(err, "%s: the HDF5 library cannot read this file: it is damaged (%s); export it again", task->path, how);
}

/* Ctrl-C reaches the child as well: then it is no fault of the file. */
static int died(const struct apart *task, int status, struct err *err)
{
    char how[100];
    int sign = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (sign == SIGINT || sign == SIGTERM || sign == SIGHUP || sign == SIGQUIT) {
        err_input(err, "%s: interrupted while it was read", task->path);
        err->kind = ERR_INTERRUPTED;
        return -1;
    }
    if (sign == SIGKILL)
        return err_input(err, "%s: the system stopped the process that read it: is memory short?", task->path);
    if (sign == SIGXCPU)
        snprintf(how, sizeof how, "no end after %d s of computing", seconds_of(task));
    else if (sign)
        snprintf(how, sizeof how, "the library crashed: %s", strsignal(sign));
    else
        snprintf(how, sizeof how, "the library stopped half-way");
    return damaged(task, how, err);
}

/* A sanitizer's report from the child. libhdf5 on its stack: the crash that the child is there for. Else the fault is ours and must not
 * pass for a damaged file. */
static int ours(const struct apart *task, FILE *report, struct err *err)
{
    enum { SIZE = 1 << 16 };
    if (!SANITIZED || !report)
        return 0;
    char *text = mem_new(SIZE, 1);
    rewind(report);
    size_t n = fread(text, 1, SIZE - 1, report);
    int is = (strstr(text, "Sanitizer") || strstr(text, "runtime error")) && !strstr(text, "libhdf5");
    if (is) {
        fwrite(text, 1, n, stderr);
        err_bug(err, "%s: a sanitizer stopped the process that read it, outside libhdf5", task->path);
    }
    free(text);
    return is;
}

/* The child's word counts before take()'s, which may only have failed because nothing more came; an error of take()'s own is one that it found
 * while the child was still sending. */
static int outcome(const struct apart *task, const struct apart_in *in, int taken, int status, FILE *report, struct err *err)
{
    if (in->state == GOING && taken)
        return -1;                      /* take() has said why */
    if (in->state == ENDED) {
        if (in->err.kind != ERR_NONE)
            *err = in->err;
        return in->err.kind != ERR_NONE ? -1 : taken ? damaged(task, "less came than was announced", err) : 0;
    }
    if (in->state == CUT)
        return ours(task, report, err) ? -1 : died(task, status, err);
    return damaged(task, "the library returned nonsense", err);
}

/* -1: the system does not know of it any more (SIGCHLD is ignored). */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/* A child that is still sending is of no use any more, and it would wait for ever for room in the pipe. */
static int listen_to(const struct apart *task, void *data, pid_t child, int pipe, FILE *report, struct err *err)
{
    struct apart_in *in = mem_new(1, sizeof *in);
    unsigned char more;
    in->pipe = pipe;
    in->budget = task->memory + LIBRARY_MEMORY;     /* names and the like beside the data */
    int taken = task->take(data, in, err);
    if (!taken && !apart_get(in, &more, 1))
        in->state = NONSENSE;           /* it goes on after its end */
    if (in->state == GOING || in->state == NONSENSE)
        kill(child, SIGKILL);
    int status = wait_for(child);
    int bad = outcome(task, in, taken, status, report, err);
    free(in);
    return bad;
}

static int cannot_start(const struct apart *task, struct err *err)
{
    return err_input(err, "%s: the process that reads HDF5 files cannot be started: %s; end other programs, or raise the limit (ulimit -u, -n, -v)",
                     task->path, strerror(errno));
}

int apart_run(const struct apart *task, void *data, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return cannot_start(task, err);
    FILE *report = SANITIZED ? tmpfile() : NULL;
    pid_t parent = getpid(), child = fork();
    if (!child)
        be_child(task, data, ends[1], report ? fileno(report) : -1, parent);
    int bad = child < 0 ? cannot_start(task, err) : 0;
    close(ends[1]);
    bad = bad ? bad : listen_to(task, data, child, ends[0], report, err);
    close(ends[0]);
    if (report)
        fclose(report);
    return bad;
}
