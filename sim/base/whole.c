/* A file in the making lies at PATH.part and is moved when it is complete: rename within a folder is one step for every reader, so
 * that a full disk, a stop or a second reader never meets half a file. */
#include "base/whole.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static void release(struct whole *w)
{
    free(w->path);
    free(w->part);
    *w = (struct whole){0};
}

/* /dev/stdout is a link to whatever the shell opened: moving a file there would replace the link for everybody. */
static int is_link(const char *path)
{
    struct stat about;
    return !lstat(path, &about) && S_ISLNK(about.st_mode);
}

/* The part stands in the same folder, so that moving it is one step of the file system. */
int whole_open(struct whole *w, const char *path, struct err *err)
{
    struct stat about;
    int there = !stat(path, &about), direct = is_link(path) || (there && !S_ISREG(about.st_mode));
    *w = (struct whole){.path = mem_text(path)};
    if (there && S_ISDIR(about.st_mode)) {
        release(w);
        return err_input(err, "%s: is a folder; give the name of a file to write", path);
    }
    w->part = direct ? NULL : mem_format("%s.part", path);
    w->file = fopen(w->part ? w->part : path, "wb");
    if (w->file)
        return 0;
    int why = errno;
    release(w);
    return err_input(err, "%s: cannot be written: %s", path, strerror(why));
}

/* The text says whose file and why; errno may be unknown after a failure that stdio kept to itself. */
static int refuse(struct whole *w, int why, struct err *err)
{
    err_input(err, "%s: cannot be written: %s", w->path, why ? strerror(why) : "a write failed; is the disk full?");
    if (w->part)
        unlink(w->part);
    release(w);
    return -1;
}

/* Of a write that failed long ago only the fact is known; one more byte, of a file that is given up anyway, brings the reason. */
int whole_settle(struct whole *w, struct err *err)
{
    int failed = ferror(w->file) != 0, why = 0;
    if (failed && w->part && write(fileno(w->file), "", 1) != 1)
        why = errno;
    errno = 0;
    if (fclose(w->file)) {
        failed = 1;
        why = why ? why : errno;
    }
    w->file = NULL;
    return failed ? refuse(w, why, err) : 0;
}

int whole_close(struct whole *w, struct err *err)
{
    if (w->file && whole_settle(w, err))
        return -1;
    if (w->part && rename(w->part, w->path))
        return refuse(w, errno, err);
    release(w);
    return 0;
}

/* Also after whole_close or an error: then there is nothing left to do. */
void whole_drop(struct whole *w)
{
    if (w->file)
        fclose(w->file);
    if (w->part)
        unlink(w->part);
    release(w);
}
