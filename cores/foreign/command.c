/* Child processes by posix_spawnp: words go to the program as they are, so that a blank or a quote in a path is a blank or a quote. */
#include "cores/foreign/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

void command_add(struct command *c, const char *format, ...)
{
    char *text = NULL;
    va_list list;
    va_start(list, format);
    int n = vasprintf(&text, format, list);
    va_end(list);
    if (n < 0 || c->n == COMMAND_WORDS)
        abort();                        /* no memory; or a list that no manifest can make so long */
    c->word[c->n++] = text;
}

void command_clear(struct command *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        free(c->word[i]);
    memset(c, 0, sizeof *c);
}

/* Starts it with stdin at its end and both outputs where files says. */
static int start(const struct command *c, posix_spawn_file_actions_t *files, pid_t *pid, const char *install, struct err *err)
{
    posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    int failed = posix_spawnp(pid, c->word[0], files, NULL, c->word, environ);
    if (failed == ENOENT)
        return err_input(err, "a core in Verilog is built with %s, which is not here; install the Debian package %s", c->word[0], install);
    return failed ? err_input(err, "%s cannot be started: %s", c->word[0], strerror(failed)) : 0;
}

/* A program that was killed has no exit status of its own. */
static int finish(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

int command_run(const struct command *c, const char *log, const char *install, struct err *err)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    int bad = start(c, &files, &pid, install, err);
    posix_spawn_file_actions_destroy(&files);
    return bad ? -1 : finish(pid);
}

int command_answer(const struct command *c, char *to, size_t size, const char *install, struct err *err)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    int end[2];
    size_t used = 0;
    ssize_t n;
    if (pipe2(end, O_CLOEXEC))
        return err_input(err, "no pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, end[1], 1);
    int bad = start(c, &files, &pid, install, err);
    posix_spawn_file_actions_destroy(&files);
    close(end[1]);
    /* What does not fit is read, too: a full pipe would hold the program for ever. */
    for (char spill[256]; !bad && (n = used + 1 < size ? read(end[0], to + used, size - 1 - used) : read(end[0], spill, sizeof spill)) > 0;)
        used += used + 1 < size ? (size_t)n : 0;
    close(end[0]);
    to[used] = 0;
    while (used && (to[used - 1] == '\n' || to[used - 1] == ' '))
        to[--used] = 0;
    if (bad)
        return -1;
    return finish(pid) ? err_input(err, "%s %s failed", c->word[0], c->n > 1 ? c->word[1] : "") : 0;
}

/* Where the error begins in a line, or NULL. */
static const char *error_of(const char *line)
{
    static const char error[] = "%Error: ", warning[] = "%Warning-";
    if (!strncmp(line, error, sizeof error - 1) && strncmp(line + sizeof error - 1, "Exiting", 7))
        return line + sizeof error - 1;
    if (!strncmp(line, "%Error-", 7) || !strncmp(line, warning, sizeof warning - 1))
        return line + 1;
    return strstr(line, ": error: ") || strstr(line, ": fatal error: ") || strstr(line, "undefined reference") ? line : NULL;
}

void command_first_error(const char *log, char *to, size_t size)
{
    char line[1000];
    FILE *file = fopen(log, "r");
    snprintf(to, size, "no output");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        const char *error = error_of(line);
        if (error || *line)
            snprintf(to, size, "%s", error ? error : line);
        if (error)
            break;
    }
    if (file)
        fclose(file);
}
