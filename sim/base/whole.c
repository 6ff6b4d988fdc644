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

/* The part stands in the same folder, so that moving it is one step of the file system. */
int whole_open(struct whole *w, const char *path, struct err *err)
{
    struct stat about;
    int direct = !stat(path, &about) && !S_ISREG(about.st_mode);
    *w = (struct whole){.path = mem_text(path)};
    if (direct && S_ISDIR(about.st_mode)) {
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

/* The first failure counts: of a write long ago (ferror), of the last ones, of closing, of moving. */
int whole_close(struct whole *w, struct err *err)
{
    errno = 0;
    int bad = ferror(w->file) || fflush(w->file), why = errno;
    if (fclose(w->file) && !bad) {
        bad = 1;
        why = errno;
    }
    if (!bad && w->part && rename(w->part, w->path)) {
        bad = 1;
        why = errno;
    }
    if (bad) {
        err_input(err, "%s: cannot be written: %s", w->path, strerror(why ? why : EIO));
        if (w->part)
            unlink(w->part);
    }
    release(w);
    return bad ? -1 : 0;
}

void whole_drop(struct whole *w)
{
    if (!w->file)
        return;
    fclose(w->file);
    if (w->part)
        unlink(w->part);
    release(w);
}
