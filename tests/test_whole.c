/* A file appears whole or not at all: a failed write leaves what was there, and nothing beside it. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/whole.h"
#include "kit.h"

static char folder[64], path[128], part[140];

static void holds(const char *text)
{
    char there[100] = "";
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fread(there, 1, sizeof there - 1, file), strlen(text));
    fclose(file);
    CU_ASSERT_STRING_EQUAL(there, text);
    CU_ASSERT_NOT_EQUAL(access(part, F_OK), 0);
}

static void write_text(const char *text)
{
    struct whole w;
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, path, &err), 0);
    fputs(text, w.file);
    CU_ASSERT_EQUAL(whole_close(&w, &err), 0);
}

static void a_closed_file_replaces_the_old_one(void)
{
    write_text("old");
    holds("old");
    write_text("new one");
    holds("new one");
}

static void a_dropped_file_leaves_the_old_one(void)
{
    struct whole w;
    struct err err = {ERR_NONE, ""};
    write_text("old");
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, path, &err), 0);
    fputs("half", w.file);
    fflush(w.file);
    whole_drop(&w);
    whole_drop(&w);
    holds("old");
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_the_old_file(void)
{
    static char block[100000];
    struct whole w;
    struct err err = {ERR_NONE, ""};
    struct rlimit before, small;
    write_text("old");
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    for (int at_once = 0; at_once < 2; at_once++) {     /* byte by byte; a block that passes the buffer */
        err = (struct err){ERR_NONE, ""};
        CU_ASSERT_EQUAL_FATAL(whole_open(&w, path, &err), 0);
        for (int i = 0; i < 100000 && !at_once; i++)
            fputc('x', w.file);
        if (at_once)
            CU_ASSERT_NOT_EQUAL(fwrite(block, 1, sizeof block, w.file), sizeof block);
        CU_ASSERT_EQUAL(whole_close(&w, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, path));
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "File too large"));     /* though the write that failed is long past */
    }
    setrlimit(RLIMIT_FSIZE, &before);
    holds("old");
}

/* Of two files that belong together neither replaces the old one while the other may fail. */
static void a_settled_file_is_complete_and_not_yet_in_its_place(void)
{
    struct whole w;
    struct err err = {ERR_NONE, ""};
    write_text("old");
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, path, &err), 0);
    fputs("new one", w.file);
    CU_ASSERT_EQUAL_FATAL(whole_settle(&w, &err), 0);
    CU_ASSERT_EQUAL(access(part, F_OK), 0);
    whole_drop(&w);
    holds("old");
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, path, &err), 0);
    fputs("new one", w.file);
    CU_ASSERT_EQUAL_FATAL(whole_settle(&w, &err), 0);
    CU_ASSERT_EQUAL(whole_close(&w, &err), 0);
    holds("new one");
}

static void what_is_no_file_is_written_directly(void)
{
    struct whole w;
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, "/dev/null", &err), 0);
    CU_ASSERT_PTR_NULL(w.part);
    fputs("away", w.file);
    CU_ASSERT_EQUAL(whole_close(&w, &err), 0);
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, "/dev/full", &err), 0);
    fputs("away", w.file);
    CU_ASSERT_EQUAL(whole_close(&w, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "No space left"));
    CU_ASSERT_EQUAL(access("/dev/full", F_OK), 0);
    CU_ASSERT_EQUAL(whole_open(&w, folder, &err), -1);
    CU_ASSERT_EQUAL(whole_open(&w, "/nowhere/file", &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
}

/* As /dev/stdout is where the output goes to a file. */
static void a_link_stays_a_link(void)
{
    char link[150];
    struct whole w;
    struct err err = {ERR_NONE, ""};
    snprintf(link, sizeof link, "%s.link", path);
    write_text("old");
    CU_ASSERT_EQUAL_FATAL(symlink(path, link), 0);
    CU_ASSERT_EQUAL_FATAL(whole_open(&w, link, &err), 0);
    fputs("through the link", w.file);
    CU_ASSERT_EQUAL(whole_close(&w, &err), 0);
    holds("through the link");
    CU_ASSERT_EQUAL(unlink(link), 0);
    CU_ASSERT_NOT_EQUAL(access(link, F_OK), 0);
    holds("through the link");
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/volley_whole_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(part, sizeof part, "%s.part", path);
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("whole", NULL, NULL);
    CU_add_test(s, "a closed file replaces the old one", a_closed_file_replaces_the_old_one);
    CU_add_test(s, "a dropped file leaves the old one", a_dropped_file_leaves_the_old_one);
    CU_add_test(s, "a full disk leaves the old file and names the place", a_full_disk_leaves_the_old_file);
    CU_add_test(s, "a settled file is complete and not yet in its place", a_settled_file_is_complete_and_not_yet_in_its_place);
    CU_add_test(s, "a link stays a link", a_link_stays_a_link);
    CU_add_test(s, "devices and folders are not replaced", what_is_no_file_is_written_directly);
    int bad = check_run();
    unlink(path);
    rmdir(folder);
    return bad;
}
