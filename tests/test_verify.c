/* The harness of `volley verify`, held against a core with a planted bug and one without: it finds, shrinks, saves, replays; the same seed gives the
 * same bytes, whatever the number of threads. */
#include <sys/stat.h>
#include <unistd.h>

#include "kit.h"
#include "verify/profile.h"
#include "verify/shrink.h"
#include "verify_planted.h"

static char folder[] = "/tmp/volley-verify-XXXXXX";

static char *run_text(const struct verify_options *o, int *status)
{
    char *text = NULL;
    size_t size;
    struct err err = {0};
    FILE *file = open_memstream(&text, &size);
    *status = verify(o, file, &err);
    fclose(file);
    if (*status < 0)
        printf("%s ", err.text);
    return text;
}

static struct verify_options options(const struct verify_target *target, const char *out)
{
    return (struct verify_options){.target = target, .typed = target->name, .modes = target->modes, .seed = 1, .seeds = 1, .events = 6000, .jobs = 1,
                                   .out = out};
}

static void an_equal_core_has_no_difference_and_leaves_nothing_behind(void)
{
    struct core_kind kind;
    struct verify_target target = planted_target(&kind, 0);
    char none[64];
    snprintf(none, sizeof none, "%s/none", folder);
    struct verify_options o = options(&target, none);
    int status;
    char *text = run_text(&o, &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "0 differences"));
    CU_ASSERT_PTR_NULL(strstr(text, "DIFFERENCE"));
    CU_ASSERT_NOT_EQUAL(access(none, F_OK), 0);
    free(text);
}

/* The path behind "--stim " on its own line. */
static void saved_path(const char *text, char path[300])
{
    const char *at = strstr(text, "--stim ");
    snprintf(path, 300, "%.*s", at ? (int)strcspn(at + 7, "\n") : 0, at ? at + 7 : "");
}

static void a_planted_bug_is_found_shrunk_to_ten_events_saved_and_replayed(void)
{
    struct core_kind kind;
    struct verify_target target = planted_target(&kind, 1);
    struct verify_options o = options(&target, folder);
    char path[300];
    int status;
    struct err err = {0};
    char *text = run_text(&o, &status);
    CU_ASSERT_EQUAL(status, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "membrane of neuron"));
    saved_path(text, path);
    struct stim *s = stim_read(path, &target, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_TRUE(stim_events(s) + s->steps <= 10);
    CU_ASSERT_EQUAL(s->neurons, 1);
    stim_free(s);
    free(text);
    /* The next run meets it first, and looks no further. */
    text = run_text(&o, &status);
    CU_ASSERT_EQUAL(status, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "1 saved failure replayed"));
    free(text);
    /* A core without the bug passes it. */
    struct core_kind right;
    struct verify_target mended = planted_target(&right, 0);
    o.target = &mended;
    o.stim = path;
    text = run_text(&o, &status);
    CU_ASSERT_EQUAL(status, 0);
    free(text);
}

static void the_same_seed_gives_the_same_bytes_on_any_number_of_threads(void)
{
    struct core_kind kind;
    struct verify_target target = planted_target(&kind, 1);
    char out[2][64], *text[2];
    int status;
    for (int i = 0; i < 2; i++) {
        snprintf(out[i], sizeof out[i], "%s/%d", folder, i);
        mkdir(out[i], 0777);
        struct verify_options o = options(&target, out[i]);
        o.jobs = i ? 2 : 1;
        text[i] = run_text(&o, &status);
        CU_ASSERT_EQUAL(status, 1);
        /* All but the folder's own name. */
        for (char *at = text[i]; (at = strstr(at, out[i])); at++)
            memset(at, '-', strlen(out[i]));
    }
    CU_ASSERT_STRING_EQUAL(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* A core that hangs in its third step, as a driver of pins says it. */
static int hanging_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    if (at->step == 2)
        return err_bug(err, "an update is not done after 1048576 cycles: step_done=0 idle=0");
    return core_lif.update(core->inner, at, out, cycles, counts, err);
}

static int refusing_load(struct core *core, const struct image *image, struct err *err)
{
    (void)core, (void)image;
    return err_answer(err, "lif_core: identity words 00000000 00000001; this volley speaks contract 564c5901 with core 00000001");
}

static void a_core_that_never_answers_is_given_up_with_the_state_of_its_port(void)
{
    struct core_kind kind;
    struct verify_target target = planted_target(&kind, 1);
    char out[64];
    int status;
    snprintf(out, sizeof out, "%s/hangs", folder);
    kind.update = hanging_update;
    struct verify_options o = options(&target, out);
    o.profiles = "zero_weights";
    char *text = run_text(&o, &status);
    CU_ASSERT_EQUAL(status, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "step_done=0 idle=0"));
    free(text);
}

static void a_core_with_other_identity_words_is_one_line(void)
{
    struct core_kind kind;
    struct verify_target target = planted_target(&kind, 1);
    struct verify_options o = options(&target, folder);
    struct err err = {0};
    FILE *none = fopen("/dev/null", "w");
    kind.load = refusing_load;
    CU_ASSERT_EQUAL(verify(&o, none, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "identity words 00000000"));
    fclose(none);
}

static void a_stimulus_written_and_read_again_is_the_same(void)
{
    struct err err = {0};
    int differ = 0;
    for (const struct profile *p = profiles; p->name; p++)
        for (const struct verify_size *size = verify_rtl_lif_core.sizes; size->name; size++) {
            char *text[2] = {NULL, NULL};
            size_t n[2];
            struct stim *s = profile_make(&verify_rtl_lif_core, size, p, 5, 200);
            for (int i = 0; i < 2 && s; i++) {
                FILE *file = open_memstream(&text[i], &n[i]);
                stim_write(s, file);
                fclose(file);
                stim_free(s);
                s = i ? NULL : stim_parse("again", text[0], n[0], NULL, &err);
            }
            differ += !text[1] || strcmp(text[0], text[1]);
            free(text[0]);
            free(text[1]);
        }
    CU_ASSERT_EQUAL(differ, 0);
}

static const char head[] = "volley stimulus 1\ncore rtl:lif_core size lif_core_l2\nneurons 8 axons 2\n";

/* What is said of a text, behind the head; "" where it is taken. */
static void refused(const char *before, const char *lines, const char *message)
{
    struct err err = {0};
    char text[2000];
    snprintf(text, sizeof text, "%s%s", before, lines);
    struct stim *s = stim_parse("x.stim", text, strlen(text), &verify_rtl_lif_core, &err);
    if (s ? *message != 0 : strcmp(err.text, message) != 0)
        printf("\n    found  %s\n    wanted %s\n", s ? "taken" : err.text, message);
    CU_ASSERT_TRUE(s ? !*message : !strcmp(err.text, message));
    stim_free(s);
}

static void what_is_wrong_in_a_stimulus_is_named_with_its_place(void)
{
    refused(head, "step\nspike 1\nend\n", "");
    refused(head, "step\nspike 1\n", "x.stim:6:1: the text is cut short: its last line is 'end'");
    refused(head, "step\nspike 2\nend\n", "x.stim:5:7: axon 2: this size takes 0..1");
    refused(head, "row 0  0: 3 9\nend\n", "x.stim:4:13: weight 9: this size takes -8..7");
    refused(head, "neuron 0 treshold 3\nend\n", "x.stim:4:10: rtl:lif_core has no number 'treshold' here; did you mean 'threshold'?");
    refused(head, "group 0 4\nend\n", "x.stim:6:1: the groups end at neuron 4 of 8: a group line is missing");
    refused(head, "group 1 4\nend\n", "x.stim:4:7: the group begins at neuron 1; groups lie side by side and begin at multiples of 2: here at 0");
    refused(head, "step\nrow 0  0: 1\nend\n", "x.stim:5:1: row after the first step: what is loaded stands before it");
    refused("volley stimulus 1\ncore rtl:lif_core size lif_core_l4\n", "",
            "x.stim:2: rtl:lif_core has no size 'lif_core_l4'; it was built as lif_core, lif_core_l8, lif_core_l2, lif_core_l1");
    refused("volley stimulus 1\ncore rtl:lif_core size lif_core_l2\nneurons 1024 axons 2\n", "", "x.stim:3:9: neurons 1024: this size takes 1..512");
    refused("volley stimulus 1\ncore rtl:stdp_core size x\n", "", "x.stim:2:6: this stimulus is for core rtl:stdp_core, not for rtl:lif_core");
    refused("", "", "x.stim:1:1: no stimulus: its first line is 'volley stimulus 1'");
}

int main(void)
{
    CU_initialize_registry();
    if (!mkdtemp(folder))
        return 1;
    CU_pSuite suite = CU_add_suite("verify", NULL, NULL);
    CU_add_test(suite, "an equal core has no difference and leaves nothing behind", an_equal_core_has_no_difference_and_leaves_nothing_behind);
    CU_add_test(suite, "a planted bug is found, shrunk to ten events, saved and replayed", a_planted_bug_is_found_shrunk_to_ten_events_saved_and_replayed);
    CU_add_test(suite, "the same seed gives the same bytes on any number of threads", the_same_seed_gives_the_same_bytes_on_any_number_of_threads);
    CU_add_test(suite, "a core that never answers is given up with the state of its port", a_core_that_never_answers_is_given_up_with_the_state_of_its_port);
    CU_add_test(suite, "a core with other identity words is one line", a_core_with_other_identity_words_is_one_line);
    CU_add_test(suite, "a stimulus written and read again is the same", a_stimulus_written_and_read_again_is_the_same);
    CU_add_test(suite, "what is wrong in a stimulus is named with its place", what_is_wrong_in_a_stimulus_is_named_with_its_place);
    return check_run();
}
