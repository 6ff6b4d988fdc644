/* Building and loading cores as shared objects. The build runs CMake in a folder beside volley's own, so only what changed is made again. */
#include "verify/probe.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

const struct verify_target *probe_load(const char *path, const char *name, struct err *err)
{
    /* A name without a slash would be searched for among the system's libraries. */
    char *where = mem_format("%s%s", strchr(path, '/') ? "" : "./", path);
    void *object = dlopen(where, RTLD_NOW | RTLD_LOCAL);
    free(where);
    if (!object) {
        err_input(err, "%s: cannot be loaded: %s", path, dlerror());
        return NULL;
    }
    void *symbol = dlsym(object, PROBE_ENTRY);
    probe_entry *entry;
    memcpy(&entry, &symbol, sizeof entry);      /* ISO C has no cast from an object's address to a function's */
    const struct verify_target *target = symbol ? entry(PROBE_CONTRACT, name) : NULL;
    if (!target)
        err_input(err, symbol ? "%s: made for another volley than this one, or without core %s" : "%s: no core under test: it exports no " PROBE_ENTRY "%.0s",
                  path, name ? name : "");
    return target;
}

#ifdef VOLLEY_RTL_PROBE_SOURCES

/* Runs a program with its output in a file, without a shell. 0, or what went wrong. */
static int run(const char *const argv[], const char *log)
{
    pid_t child = fork();
    int status;
    if (!child) {
        if (freopen(log, "a", stdout) && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0)
            execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status);
}

const struct verify_target *probe_target(const struct verify_target *target, struct err *err)
{
    const char *folder = getenv("VOLLEY_PROBE");
    folder = folder && *folder ? folder : VOLLEY_RTL_PROBE_FOLDER;
    char *object = mem_format("%s/volley_probe.so", folder), *log = mem_format("%s.log", folder), *one = mem_format("%s.lock", folder);
    const char *const configure[] = {"cmake", "-S", VOLLEY_RTL_PROBE_SOURCES, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", NULL};
    const char *const build[] = {"cmake", "--build", folder, "-j2", NULL};
    const struct verify_target *made = NULL;
    fflush(NULL);               /* or the child's copy of what is not yet written is written twice */
    /* Two runs at a time do not build into one folder; where no lock can be made, no build can either. */
    int lock = open(one, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (lock >= 0)
        flock(lock, LOCK_EX);
    unlink(log);
    if (run(configure, log) || run(build, log))
        err_answer(err, "the core with waveforms and coverage does not build (rtl/probe): see %s", log);
    else
        made = probe_load(object, target->name, err);
    if (lock >= 0)
        close(lock);
    free(one);
    free(object);
    free(log);
    return made;
}

#else

/* Inside the object itself, and in a volley without Verilator. */
const struct verify_target *probe_target(const struct verify_target *target, struct err *err)
{
    err_answer(err, "%s: this volley was built without its RTL", target->name);
    return NULL;
}

#endif
