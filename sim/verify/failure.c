/* A failure becomes a file: shrunk, saved beside those before it, and recorded as a waveform. From then on every run replays it first. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "verify/run.h"
#include "verify/shrink.h"

/* Names the file: a digest of the text, so that equal failures are one file. */
static uint32_t digest(const struct stim *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    uint32_t hash = 0x811c9dc5;
    if (!file)
        return 0;
    stim_write(s, file);
    fclose(file);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x01000193u;
    free(text);
    return hash;
}

static char *file_name(const char *folder, const struct stim *s, const struct finding *f)
{
    char *path = mem_format("%s/%s_%08x.stim", folder, f->check, digest(s));
    for (char *at = path + strlen(folder) + 1; *at; at++)
        if (*at == ' ')
            *at = '_';
    return path;
}

/* The step before the one that failed is recorded too: what the core had in hand. */
static void record(struct verify_run *run, const struct stim *s, const struct drive *drive_it, const char *saved)
{
    struct err err = {0};
    struct finding finding;
    const struct verify_target *target = run->options->target;
    if (!target->instrumented)
        return;
    struct drive again = *drive_it;
    again.target = target->instrumented(target, &err);
    again.totals = NULL;
    char *wave = mem_format("%.*s.fst", (int)(strlen(saved) - 5), saved);
    again.wave = wave;
    again.wave_from = run->at[run->done - 1].finding.step ? run->at[run->done - 1].finding.step - 1 : 0;
    if (again.target && drive(s, &again, &finding, &err) >= 0)
        run->wave = wave;
    else {
        run->wave = mem_format("none: %s", err.text);
        free(wave);
    }
}

static int save(struct verify_run *run, const struct stim *s, const struct verify_case *c, struct err *err)
{
    char *folder = verify_folder(run->options);
    int failed = (mkdir(run->options->out, 0777) && errno != EEXIST) || (mkdir(folder, 0777) && errno != EEXIST);
    if (failed)
        err_input(err, "%s: %s", folder, strerror(errno));
    else {
        run->saved = file_name(folder, s, &c->finding);
        char *comment = mem_format("%s, step %u: %s", verify_mode_names[c->finding.mode], c->finding.step, c->finding.text);
        failed = stim_save(s, run->saved, comment, err);
        free(comment);
    }
    free(folder);
    return failed ? -1 : 0;
}

/* What is seen on the pins is most often seen without the calls before; then it is looked at alone. */
static void narrow(struct drive *drive_it, const struct stim *s, const struct finding *found)
{
    struct finding finding;
    struct err err = {0};
    struct drive alone = {.target = drive_it->target, .modes = 1u << VERIFY_OVERLAP};
    if (found->mode == VERIFY_OVERLAP && drive(s, &alone, &finding, &err) == 1 && !strcmp(finding.check, found->check))
        *drive_it = alone;
}

int failure(struct verify_run *run, struct verify_case *c, struct err *err)
{
    struct stim *s = case_stim(run, c, err), *small;
    struct drive drive_it = {.target = run->options->target, .modes = run->options->modes};
    uint32_t tries = 0;
    if (!s)
        return -1;
    narrow(&drive_it, s, &c->finding);
    if (c->regression) {        /* small already, and saved */
        run->saved = mem_text(c->path);
        record(run, s, &drive_it, c->path);
        stim_free(s);
        return 0;
    }
    small = shrink(s, &drive_it, &c->finding, &tries);
    run->shrunk = mem_format("%u tries shrank %u steps, %" PRIu64 " packets, %" PRIu64 " synapses, %u neurons to %u, %" PRIu64 ", %" PRIu64 ", %u", tries,
                             s->steps, stim_events(s), stim_synapses(s), s->neurons, small->steps, stim_events(small), stim_synapses(small), small->neurons);
    int failed = save(run, small, c, err);
    if (!failed)
        record(run, small, &drive_it, run->saved);
    stim_free(small);
    stim_free(s);
    return failed;
}
