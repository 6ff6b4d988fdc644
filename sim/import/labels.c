/* Labels: the class of each sample, from an integer array, a text file or the dataset `labels` of an SHD file. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/events.h"
#include "import/events_parts.h"

struct labels { int64_t *label; size_t count, capacity; uint32_t classes; };

static int refuse_label(int64_t label, uint32_t classes, struct err *err)
{
    if (label < 0)
        return err_input(err, "label %lld is negative; classes begin at 0", (long long)label);
    return err_input(err, "label %lld is beyond the %u classes of the network's output (0 to %u)%s", (long long)label, classes, classes - 1,
                     label == classes ? "; do the labels begin at 1? subtract 1" : "");
}

/* Every label is checked as it comes, so that the message can say where it stands. */
static int add(struct labels *l, int64_t label, struct err *err)
{
    if (label < 0 || (l->classes && label >= l->classes))
        return refuse_label(label, l->classes, err);
    l->label = mem_room(l->label, l->count, &l->capacity, sizeof *l->label);
    l->label[l->count++] = label;
    return 0;
}

/* ---- arrays ---- */

/* (samples,), or any shape with one dimension above 1: column and row vectors are common. */
static int read_array(const struct npy *a, const char *path, struct labels *l, struct err *err)
{
    char text[180];
    npy_shape_text(a, text);
    uint64_t longest = 1;
    for (int i = 0; i < a->rank; i++)
        longest = a->dim[i] > longest ? a->dim[i] : longest;
    if (!a->count)
        return err_input(err, "%s: shape %s: holds no labels", path, text);
    if (longest != a->count || !a->rank)
        return err_input(err, "%s: shape %s; labels are one number per sample, (samples,)%s", path, text,
                         a->rank == 2 && a->dim[1] > 1 ? ": from one column per class, array.argmax(axis=1)" : "");
    for (uint64_t i = 0; i < a->count; i++) {
        int64_t label;
        if (npy_integer(a, i, &label))
            return err_input(err, "%s: sample %llu: label %g is not a whole number", path, (unsigned long long)i, npy_number(a, i));
        if (add(l, label, err))
            return err_context(err, "%s: sample %llu", path, (unsigned long long)i);
    }
    return 0;
}

/* ---- text ---- */

/* A single column needs no name. */
static int find_column(const struct table *t, int *label, int *sample, struct err *err)
{
    *sample = table_column(t, "sample|samples");
    *label = t->columns == 1 ? 0 : table_column(t, "label|labels|class|target");
    if (!t->columns)
        return err_input(err, "%s: holds no labels", t->path);
    if (*label >= 0 && *label != *sample)
        return 0;
    return err_input(err, "%s:%u: which of its %u columns are the labels? Write one label per line, or a header with a column 'label'", t->path,
                     t->name ? t->line : t->line + 1, t->columns);
}

/* A column sample must count up from 0: labels in another order would silently belong to other samples. */
static int add_row(const struct table *t, int label, int sample, struct labels *l, struct err *err)
{
    int64_t value, number = (int64_t)l->count;
    if (table_integer(t, &t->cell[label], "label", &value, err))
        return -1;
    if (sample >= 0 && table_integer(t, &t->cell[sample], "sample", &number, err))
        return -1;
    if (number != (int64_t)l->count)
        return table_error(t, &t->cell[sample], err, "sample %lld where sample %zu is due; labels stand in the order of the samples", (long long)number,
                           l->count);
    if (add(l, value, err))
        return err_context(err, "%s:%u:%td", t->path, t->line, t->cell[label].text - t->line_start + 1);
    return 0;
}

static int read_text(const char *path, struct labels *l, struct err *err)
{
    struct table t;
    int label, sample, more = 0, bad = table_open(&t, path, err) || find_column(&t, &label, &sample, err);
    while (!bad && (more = table_row(&t, err)) > 0)
        bad = add_row(&t, label, sample, l, err);
    table_close(&t);
    return bad || more < 0 ? -1 : 0;
}

/* ---- any ---- */

static int read_any(const char *path, struct labels *l, struct err *err)
{
    struct npy array;
    const char *format = events_format(path, err);
    if (!format)
        return -1;
    if (!strcmp(format, "csv"))
        return read_text(path, l, err);
    if (!strcmp(format, "spk"))
        return err_input(err, "%s: holds events, not labels; give a .npy of integers or a text file with one label per line", path);
    if (strcmp(format, "h5") ? npy_read(path, &array, err) : h5_labels(path, &array, err))
        return -1;
    int bad = read_array(&array, path, l, err);
    npy_free(&array);
    return bad;
}

int64_t *labels_read(const char *path, uint32_t samples, uint32_t classes, uint32_t *count, struct err *err)
{
    struct labels l = {.classes = classes};
    int bad = read_any(path, &l, err);
    if (!bad && !l.count)
        bad = err_input(err, "%s: holds no labels", path);
    if (!bad && l.count < samples)
        bad = err_input(err, "%s: %zu label%s for %u samples; give one per sample, or fewer samples (--samples 0..%zu)", path, l.count,
                        l.count == 1 ? "" : "s", samples, l.count - 1);
    if (!bad && l.count >= UINT32_MAX)
        bad = err_input(err, "%s: more labels than samples can be numbered", path);
    if (bad) {
        free(l.label);
        return NULL;
    }
    *count = (uint32_t)l.count;
    return l.label;
}
