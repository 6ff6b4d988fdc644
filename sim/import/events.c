#include "import/events.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "import/events_parts.h"

#define IMAGE_MAX 255.0         /* largest value of an 8-bit image */
#define SMALL_IMAGE_MAX 16.0    /* of a 4-bit one (the UCI digits) */

struct format {
    const char *name, *magic;
    size_t length;              /* of the magic */
    const char *ending;         /* "|.a|.b|": believed where the content says nothing */
    struct events *(*read)(const char *, const struct event_options *, struct err *);
};

/* The last one is what is neither. .npz archives go to the npy reader, which says what to do with them. */
static const struct format FORMATS[] = {
    {"npy", "\x93NUMPY", 6, "|.npy|.npz|", events_read_npy},
    {"npy", "PK\x03\x04", 4, "||", events_read_npy},
    {"spk", "SNNSPK", 6, "|.spk|", events_read_spk},
    {"h5", "\x89HDF\r\n\x1a\n", 8, "|.h5|.hdf5|.hdf|.nir|", events_read_h5},
    {"csv", "", 0, "||", events_read_csv},
};
enum { N_FORMATS = sizeof FORMATS / sizeof *FORMATS, HEAD = 512 };

/* A device or a pipe has no size to hold claims against, so only regular files are read. */
FILE *events_open(const char *path, uint64_t *size, struct err *err)
{
    struct stat about;
    const char *why = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) {
        err_input(err, "%s: %s; give the path of a file", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(file), &about))
        why = "cannot be read";
    else if (S_ISDIR(about.st_mode))
        why = "is a folder; give the path of a file";
    else if (!S_ISREG(about.st_mode))
        why = "is not a regular file; write it to disk first";
    else if (!about.st_size)
        why = "is empty";
    if (!why) {
        *size = (uint64_t)about.st_size;
        return file;
    }
    fclose(file);
    err_input(err, "%s: %s", path, why);
    return NULL;
}

/* Text has no control characters but the usual white space. */
static int is_text(const char *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)head[i] < ' ' && !memchr("\t\n\v\f\r", head[i], 5))
            return 0;
    return 1;
}

/* What the name says, asked only where the content is neither text nor a known format. */
static const struct format *by_ending(const char *path)
{
    const char *dot = strrchr(path, '.');
    char word[16];
    if (dot && strlen(dot) < sizeof word - 2) {
        sprintf(word, "|%s|", dot);
        for (int i = 0; i < N_FORMATS; i++)
            if (strstr(FORMATS[i].ending, word))
                return &FORMATS[i];
    }
    return &FORMATS[N_FORMATS - 1];
}

/* Content first: a wrong ending is common, and a wrong reader would only say that the file is damaged. */
static const struct format *find_format(const char *path, struct err *err)
{
    uint64_t size;
    char head[HEAD];
    FILE *file = events_open(path, &size, err);
    if (!file)
        return NULL;
    size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    for (int i = 0; i < N_FORMATS - 1; i++)
        if (n >= FORMATS[i].length && !memcmp(head, FORMATS[i].magic, FORMATS[i].length))
            return &FORMATS[i];
    if (n >= 2 && !memcmp(head, "\x1f\x8b", 2)) {
        err_input(err, "%s: is compressed; unpack it first (gunzip)", path);
        return NULL;
    }
    return is_text(head, n) ? &FORMATS[N_FORMATS - 1] : by_ending(path);
}

const char *events_format(const char *path, struct err *err)
{
    const struct format *format = find_format(path, err);
    return format ? format->name : NULL;
}

struct events *events_read(const char *path, const struct event_options *options, struct err *err)
{
    if (options->steps > EVENTS_STEPS_MAX) {
        err_input(err, "--steps %u: at most %d steps are run", options->steps, EVENTS_STEPS_MAX);
        return NULL;
    }
    const struct format *format = find_format(path, err);
    return format ? format->read(path, options, err) : NULL;
}

/* value is always there while events are made; events_complete drops it where all are 1. */
struct events *events_new(uint32_t samples, uint32_t steps, uint32_t neurons, uint64_t count)
{
    struct events *e = mem_new(1, sizeof *e);
    e->samples = samples;
    e->steps = steps;
    e->neurons = neurons;
    e->count = count;
    e->first = mem_new((size_t)samples + 1, sizeof *e->first);
    e->event = mem_grow(NULL, count, sizeof *e->event);
    e->value = mem_grow(NULL, count, sizeof *e->value);
    return e;
}

void events_free(struct events *e)
{
    if (!e)
        return;
    free(e->first);
    free(e->event);
    free(e->value);
    free(e->how);
    fidelity_clear(&e->fidelity);
    free(e);
}

uint32_t events_steps(const struct event_options *options, uint32_t stated, struct fidelity *notes)
{
    if (!options->steps) {
        if (options->network_steps && stated != options->network_steps)
            fidelity_add(notes, FIDELITY_NOTE, "", "the input has %u steps, the network file states %u: %u are run", stated, options->network_steps, stated);
        return stated;
    }
    if (stated > options->steps)
        fidelity_add(notes, FIDELITY_NOTE, "", "the input has %u steps, the first %u are run (--steps)", stated, options->steps);
    if (stated && stated < options->steps)
        fidelity_add(notes, FIDELITY_NOTE, "", "the input has %u steps, %u are run (--steps): no input in the last %u", stated, options->steps,
                     options->steps - stated);
    return options->steps;
}

/* An image whose values were never divided by their largest: positive, and far above 1. */
static void warn_image(struct events *e, int whole)
{
    if (e->value_min < 0 || e->value_max > IMAGE_MAX || e->value_max < (whole ? SMALL_IMAGE_MAX - 1 : SMALL_IMAGE_MAX + 1))
        return;
    double full = e->value_max > SMALL_IMAGE_MAX ? IMAGE_MAX : e->value_max;
    fidelity_add(&e->fidelity, FIDELITY_WARNING, "", "input values reach %g: is the input 0..%g where 0..1 was trained? divide by %g", e->value_max, full,
                 full);
}

void events_complete(struct events *e, const char *axes)
{
    int whole = 1;
    e->value_min = e->value_max = e->count ? (double)e->value[0] : 1;
    for (uint64_t i = 0; i < e->count; i++) {
        double v = (double)e->value[i];
        e->value_min = v < e->value_min ? v : e->value_min;
        e->value_max = v > e->value_max ? v : e->value_max;
        whole &= v == floor(v);
    }
    if (e->value_min == 1 && e->value_max == 1) {
        free(e->value);
        e->value = NULL;
        e->how = mem_format("%s, 0/1", axes);
    } else {
        e->how = mem_format("%s, values %.6g to %.6g", axes, e->value_min, e->value_max);
        warn_image(e, whole);
    }
    if (!e->count)
        fidelity_add(&e->fidelity, FIDELITY_WARNING, "", "the input holds no event in any sample");
}
