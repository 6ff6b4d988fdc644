/* Reading in a process of its own: whatever the child does, the parent gets what was sent or one message, and no child is left. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "import/apart.h"
#include "kit.h"

enum { LARGE = 3000001 };       /* bytes; more than any buffer on the way */
#define MEMORY (UINT64_C(64) << 20)

typedef int reading(void *, struct apart_out *, struct err *);
typedef int taking(void *, struct apart_in *, struct err *);

static int run(reading *read, taking *take, void *data, struct err *err)
{
    *err = (struct err){ERR_NONE, ""};
    return apart_run(&(struct apart){"some.file", 1000, MEMORY, read, take}, data, err);
}

static int no_child_is_left(void)
{
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* Fails with this kind, both texts in the one message, and no child left. */
static void check_fails(reading *read, taking *take, enum err_kind kind, const char *first, const char *second)
{
    struct err err;
    int right = run(read, take, NULL, &err) && err.kind == kind && strstr(err.text, first) && strstr(err.text, second) && !strchr(err.text, '\n');
    if (!right)
        printf("\n    wanted '%s' and '%s': %s\n", first, second, err.text);
    CU_ASSERT(right);
    CU_ASSERT(no_child_is_left());
}

/* ---- what is sent ---- */

static int send_all(void *data, struct apart_out *out, struct err *err)
{
    unsigned char *large = malloc(LARGE);
    (void)data, (void)err;
    for (int i = 0; i < LARGE; i++)
        large[i] = (unsigned char)(i % 251);
    apart_put_number(out, UINT64_MAX);
    apart_put_text(out, "a text");
    apart_put(out, large, LARGE);
    apart_put_text(out, "");
    for (uint64_t i = 0; i < 100000; i++)
        apart_put_number(out, i);
    free(large);
    return 0;
}

static int take_all(void *data, struct apart_in *in, struct err *err)
{
    uint64_t number, wrong = 0;
    char *text, *nothing;
    void *large;
    (void)err;
    if (apart_get_number(in, UINT64_MAX, &number) || apart_get_text(in, &text) || apart_get_array(in, LARGE, 1, &large) || apart_get_text(in, &nothing))
        return -1;
    CU_ASSERT(number == UINT64_MAX && !strcmp(text, "a text") && !strcmp(nothing, ""));
    for (int i = 0; i < LARGE; i++)
        wrong += ((unsigned char *)large)[i] != i % 251;
    for (uint64_t i = 0; i < 100000; i++)
        wrong += apart_get_number(in, i, &number) || number != i;
    free(text);
    free(nothing);
    free(large);
    *(int *)data = wrong == 0;
    return 0;
}

static void what_the_child_sends_arrives(void)
{
    struct err err;
    int right = 0;
    CU_ASSERT_EQUAL(run(send_all, take_all, &right, &err), 0);
    CU_ASSERT(right && no_child_is_left());
}

static int take_number(void *data, struct apart_in *in, struct err *err)
{
    uint64_t number;
    (void)data, (void)err;
    return apart_get_number(in, 1000, &number);
}

static int take_text(void *data, struct apart_in *in, struct err *err)
{
    char *text;
    (void)data, (void)err;
    if (apart_get_text(in, &text))
        return -1;
    free(text);
    return 0;
}

static int fail_before(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)out;
    return err_answer(err, "some.file: says no");
}

static int fail_halfway(void *data, struct apart_out *out, struct err *err)
{
    (void)data;
    apart_put_number(out, 100);
    apart_put(out, "half", 4);
    return err_input(err, "some.file: the rest is gone");
}

static void the_childs_message_is_the_parents(void)
{
    check_fails(fail_before, take_number, ERR_ANSWER, "some.file: says no", "");
    check_fails(fail_halfway, take_text, ERR_INPUT, "some.file: the rest is gone", "");
}

/* ---- children that do not end well ---- */

static int crash(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)err;
    apart_put_number(out, 1);
    signal(SIGSEGV, SIG_DFL);           /* not the sanitizer's */
    return raise(SIGSEGV);
}

static int give_up(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)out, (void)err;
    _exit(0);
}

static int stop_short(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)out, (void)err;
    abort();
}

static int never_end(void *data, struct apart_out *out, struct err *err)
{
    volatile int go_on = 1;
    (void)data, (void)out, (void)err;
    while (go_on)
        ;
    return 0;
}

static int killed(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)out, (void)err;
    return raise(SIGKILL);
}

static int interrupted(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)out, (void)err;
    return raise(SIGINT);
}

/* A GiB, which is more than it may have: the system says so. */
static int take_memory(void *data, struct apart_out *out, struct err *err)
{
    size_t bytes = (size_t)1 << 30;
    (void)data, (void)out;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return err_input(err, "some.file: %s", strerror(errno));
    memset(memory, 1, bytes);
    return 0;
}

static void a_child_that_dies_is_one_message(void)
{
    check_fails(crash, take_number, ERR_INPUT, "some.file: the HDF5 library cannot read this file: it is damaged (", "Segmentation fault); export it again");
    check_fails(stop_short, take_number, ERR_INPUT, "it is damaged (", "Aborted");
    check_fails(give_up, take_number, ERR_INPUT, "it is damaged (the library stopped half-way)", "");
    check_fails(killed, take_number, ERR_INPUT, "some.file: the system stopped", "memory");
    check_fails(interrupted, take_number, ERR_INTERRUPTED, "some.file: interrupted", "");
}

static void a_child_without_end_is_stopped(void)
{
    check_fails(never_end, take_number, ERR_INPUT, "it is damaged (no end after 2 s", "");
}

static void a_child_gets_no_more_memory_than_its_file_explains(void)
{
    check_fails(take_memory, take_number, ERR_INPUT, "some.file: Cannot allocate memory", "");
}

/* A fault of ours in the child must not pass for a damaged file where a sanitizer sees it. */
static int write_outside(void *data, struct apart_out *out, struct err *err)
{
    char *memory = malloc(8);
    volatile size_t at = 8;
    (void)data, (void)out, (void)err;
    memory[at] = 1;
    free(memory);
    return 0;
}

static void a_fault_of_ours_is_not_the_files(void)
{
#ifdef __SANITIZE_ADDRESS__
    int shown = dup(STDERR_FILENO), nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDERR_FILENO);       /* the sanitizer's report */
    check_fails(write_outside, take_number, ERR_BUG, "some.file: a sanitizer stopped", "");
    dup2(shown, STDERR_FILENO);
    close(shown);
    close(nothing);
#else
    (void)write_outside;
    printf("SKIPPED: built without AddressSanitizer ");
#endif
}

/* ---- nonsense ---- */

static int send_large_number(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)err;
    apart_put_number(out, MEMORY << 20);
    return 0;
}

static int send_twice(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)err;
    apart_put_number(out, 1);
    apart_put_number(out, 1);
    return 0;
}

static int send_little(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)err;
    apart_put_number(out, 100);
    apart_put(out, "few", 3);
    return 0;
}

static void nonsense_is_not_believed(void)
{
    check_fails(send_large_number, take_number, ERR_INPUT, "it is damaged (the library returned nonsense)", "");
    check_fails(send_large_number, take_text, ERR_INPUT, "it is damaged (the library returned nonsense)", "");
    check_fails(send_twice, take_number, ERR_INPUT, "it is damaged (the library returned nonsense)", "");
    check_fails(send_little, take_text, ERR_INPUT, "it is damaged (less came than was announced)", "");
}

static int send_for_ever(void *data, struct apart_out *out, struct err *err)
{
    (void)data, (void)err;
    while (getppid())
        apart_put_number(out, 1);
    return 0;
}

static int refuse(void *data, struct apart_in *in, struct err *err)
{
    uint64_t number;
    (void)data;
    return apart_get_number(in, 1, &number) ? -1 : err_input(err, "some.file: 1 is too much");
}

static void a_parent_that_has_heard_enough_ends_the_child(void)
{
    check_fails(send_for_ever, refuse, ERR_INPUT, "some.file: 1 is too much", "");
}

/* ---- what the child holds ---- */

static int send_open_files(void *data, struct apart_out *out, struct err *err)
{
    uint64_t open_files = 0;
    (void)data, (void)err;
    for (int i = 0; i < 100; i++)
        open_files += fcntl(i, F_GETFD) >= 0;
    printf("lost with the child");
    apart_put_number(out, open_files);
    return 0;
}

static int take_open_files(void *data, struct apart_in *in, struct err *err)
{
    (void)err;
    return apart_get_number(in, 1000, data);
}

/* Three standard files that lead nowhere, and the pipe; what the parent had not yet written is written once. */
static void the_child_holds_nothing_of_the_parents(void)
{
    struct err err;
    uint64_t open_files = 0;
    char text[100] = "";
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "once");
    CU_ASSERT_EQUAL(run(send_open_files, take_open_files, &open_files, &err), 0);
    CU_ASSERT_EQUAL(open_files, 4);
    rewind(file);
    CU_ASSERT(fread(text, 1, sizeof text - 1, file) == 4 && !strcmp(text, "once"));
    fclose(file);
}

/* As a program is that was started with its standard files closed. */
static void closed_standard_files_are_no_trouble(void)
{
    pid_t process = fork();
    if (!process) {
        struct err err;
        int right = 0;
        for (int i = 0; i < 3; i++)
            close(i);
        _exit(run(send_all, take_all, &right, &err) || !right);
    }
    int status;
    CU_ASSERT(waitpid(process, &status, 0) == process && WIFEXITED(status) && !WEXITSTATUS(status));
}

static void a_process_that_cannot_be_started_is_said(void)
{
    struct rlimit old, none;
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    struct err err;
    int bad = run(send_all, take_all, NULL, &err);
    setrlimit(RLIMIT_NOFILE, &old);
    CU_ASSERT(bad && err.kind == ERR_INPUT && strstr(err.text, "some.file: the process that reads HDF5 files cannot be started: Too many open files"));
}

/* ---- ends with its parent ---- */

static int tell_and_sleep(void *data, struct apart_out *out, struct err *err)
{
    (void)out, (void)err;
    *(volatile pid_t *)data = getpid();
    while (getppid())
        pause();
    return 0;
}

/* A process of its own group that reads; its child's number comes through shared memory. */
static pid_t start_reader(volatile pid_t *child)
{
    pid_t reader = fork();
    if (!reader) {
        struct err err;
        setpgid(0, 0);
        run(tell_and_sleep, take_number, (void *)(uintptr_t)child, &err);
        _exit(0);
    }
    while (!*child)
        usleep(1000);
    return reader;
}

static void check_end(int group, int sign)
{
    volatile pid_t *child = mmap(NULL, sizeof *child, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *child = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);   /* the orphan becomes ours, so that its end is seen */
    pid_t reader = start_reader(child);
    int status;
    kill(group ? -reader : reader, sign);
    CU_ASSERT(waitpid(reader, &status, 0) == reader && WIFSIGNALED(status) && WTERMSIG(status) == sign);
    CU_ASSERT(waitpid(*child, &status, 0) == *child && WIFSIGNALED(status));
    munmap((void *)(uintptr_t)child, sizeof *child);
}

static void the_child_ends_with_its_parent(void)
{
    check_end(0, SIGKILL);
    check_end(0, SIGTERM);
    check_end(1, SIGINT);               /* Ctrl-C goes to both */
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("apart", NULL, NULL);
    CU_add_test(suite, "what the child sends arrives", what_the_child_sends_arrives);
    CU_add_test(suite, "the child's message is the parent's", the_childs_message_is_the_parents);
    CU_add_test(suite, "a child that dies is one message", a_child_that_dies_is_one_message);
    CU_add_test(suite, "a child without end is stopped", a_child_without_end_is_stopped);
    CU_add_test(suite, "a child gets no more memory than its file explains", a_child_gets_no_more_memory_than_its_file_explains);
    CU_add_test(suite, "a fault of ours is not the file's", a_fault_of_ours_is_not_the_files);
    CU_add_test(suite, "nonsense is not believed", nonsense_is_not_believed);
    CU_add_test(suite, "a parent that has heard enough ends the child", a_parent_that_has_heard_enough_ends_the_child);
    CU_add_test(suite, "the child holds nothing of the parent's", the_child_holds_nothing_of_the_parents);
    CU_add_test(suite, "closed standard files are no trouble", closed_standard_files_are_no_trouble);
    CU_add_test(suite, "a process that cannot be started is said", a_process_that_cannot_be_started_is_said);
    CU_add_test(suite, "the child ends with its parent", the_child_ends_with_its_parent);
    return check_run();
}
