/* Where the tools are and what they are called with. volley's headers lie beside the program where it was installed (../include/volley), and in
 * the source tree where it runs from the folder it was built in. */
#include "cores/foreign/tools.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"

static const char *const runtime_source[TOOLS_RUNTIME] = {"verilated", "verilated_dpi", "verilated_threads", "verilated_fst_c", "verilated_cov"};

enum { PLAIN = 3 };     /* of them without waveforms and coverage */

/* Each folder on the way, as mkdir -p. */
static int make_folders(char *path, struct err *err)
{
    for (char *slash = path + 1; *slash; slash++)
        if (*slash == '/') {
            *slash = 0;
            int bad = mkdir(path, 0755) && errno != EEXIST;
            *slash = '/';
            if (bad)
                break;
        }
    struct stat about;
    if ((mkdir(path, 0755) && errno != EEXIST) || stat(path, &about) || !S_ISDIR(about.st_mode) || access(path, W_OK))
        return err_input(err, "%s: the folder for built cores cannot be made or written; VOLLEY_CACHE names another", path);
    return 0;
}

static char *cache_folder(void)
{
    const char *own = getenv("VOLLEY_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (own && *own)
        return mem_text(own);
    return xdg && *xdg == '/' ? mem_format("%s/volley", xdg) : mem_format("%s/.cache/volley", home && *home ? home : "/tmp");
}

/* NULL and err where they are neither beside the program nor in the tree it was built from. */
static char *include_folder(struct err *err)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = 0;
    for (int i = 0; i < 2; i++) {
        char *folder = i ? mem_text(VOLLEY_HEADERS) : mem_format("%s/../include/volley", self);
        char *header = mem_format("%s/cores/rtl/adapter.h", folder), *real = access(header, R_OK) ? NULL : realpath(folder, NULL);
        free(header);
        free(folder);
        if (real)
            return real;
    }
    err_input(err, "volley's headers are not here (%s/../include/volley/cores/rtl/adapter.h): install volley as a whole, with cmake --install", self);
    return NULL;
}

/* The first line that the tool says of itself. */
static int version_of(const char *tool, const char *option, char *to, size_t size, const char *install, struct err *err)
{
    struct command c = {.n = 0};
    command_add(&c, "%s", tool);
    command_add(&c, "%s", option);
    if (strcmp(option, "--version"))
        command_add(&c, "VERILATOR_ROOT");
    int bad = command_answer(&c, to, size, install, err);
    command_clear(&c);
    if (!bad)
        to[strcspn(to, "\n")] = 0;
    return bad;
}

/* What the environment names, or what is usual. */
static const char *chosen(const char *variable, const char *usual)
{
    const char *named = getenv(variable);
    return named && *named ? named : usual;
}

int tools_open(struct tools *t, struct err *err)
{
    memset(t, 0, sizeof *t);
    t->cxx = chosen("CXX", "g++");
    t->cc = chosen("CC", "gcc");
    t->cache = cache_folder();
    if (make_folders(t->cache, err) || !(t->include = include_folder(err)))
        return -1;
    return version_of("verilator_bin", "--version", t->verilator, sizeof t->verilator, "verilator", err) ||
                   version_of(t->cxx, "--version", t->cxx_version, sizeof t->cxx_version, "g++", err) ||
                   version_of(t->cc, "--version", t->cc_version, sizeof t->cc_version, "gcc", err) ||
                   version_of("verilator_bin", "--getenv", t->root, sizeof t->root, "verilator", err)
               ? -1
               : 0;
}

void tools_close(struct tools *t)
{
    for (uint32_t i = 0; i < TOOLS_RUNTIME; i++)
        free(t->runtime[i]);
    free(t->cache);
    free(t->include);
}

/* Hidden and not unique: a shared object shares nothing with volley, which has a Verilator runtime of its own. */
void tools_cxx(const struct tools *t, int instrumented, struct command *c)
{
    static const char *const option[] = {"-std=c++17", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", "-faligned-new", "-DVM_SC=0", "-DVM_TRACE_VCD=0",
                                         "-DVERILATOR=1"};
    static const char *const switched[] = {"COVERAGE", "TRACE", "TRACE_FST"};
    command_add(c, "%s", t->cxx);
    for (size_t i = 0; i < sizeof option / sizeof *option; i++)
        command_add(c, "%s", option[i]);
    for (size_t i = 0; i < sizeof switched / sizeof *switched; i++)
        command_add(c, "-DVM_%s=%d", switched[i], instrumented);
    command_add(c, "-isystem");
    command_add(c, "%s/include", t->root);
    command_add(c, "-isystem");
    command_add(c, "%s/include/vltstd", t->root);
}

void tools_cc(const struct tools *t, struct command *c)
{
    static const char *const option[] = {"-std=c11", "-fPIC", "-fvisibility=hidden", "-O2", "-Wall", "-ffp-contract=off"};
    command_add(c, "%s", t->cc);
    for (size_t i = 0; i < sizeof option / sizeof *option; i++)
        command_add(c, "%s", option[i]);
}

/* One file of the runtime, made beside its place and renamed. */
static int compile_runtime(const struct tools *t, int instrumented, const char *source, const char *object, const char *log, struct err *err)
{
    struct command c = {.n = 0};
    char *made = mem_format("%s.%ld", object, (long)getpid());
    tools_cxx(t, instrumented, &c);
    command_add(&c, "-w");
    command_add(&c, instrumented ? "-O0" : "-O1");
    command_add(&c, "-c");
    command_add(&c, "%s/include/%s.cpp", t->root, source);
    command_add(&c, "-o");
    command_add(&c, "%s", made);
    int status = command_run(&c, log, "g++", err);
    command_clear(&c);
    if (status > 0) {
        char first[300];
        command_first_error(log, first, sizeof first);
        status = err_input(err, "Verilator's runtime does not compile: %s", first);
    } else if (!status && rename(made, object))
        status = err_input(err, "%s: %s", object, strerror(errno));
    free(made);
    return status;
}

int tools_runtime(struct tools *t, int instrumented, const char *log, struct err *err)
{
    char hex[65], *text = mem_format("%s\n%s\n%d\n", t->verilator, t->cxx_version, instrumented);
    sha256_bytes(text, strlen(text), hex);
    free(text);
    for (uint32_t i = 0; i < (instrumented ? TOOLS_RUNTIME : PLAIN); i++) {
        t->runtime[i] = mem_format("%s/%s-%.16s.o", t->cache, runtime_source[i], hex);
        if (access(t->runtime[i], R_OK) && compile_runtime(t, instrumented, runtime_source[i], t->runtime[i], log, err))
            return -1;
    }
    return 0;
}
