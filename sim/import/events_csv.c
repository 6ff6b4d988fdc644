/* CSV events: sample,step,neuron[,value] in any order of lines; a header may name the columns in any order (t for step). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "import/events_parts.h"

enum { SAMPLE, STEP, NEURON, VALUE, N_FIELDS };
struct csv { struct table table; int column[N_FIELDS]; };       /* -1: not there */
static const char *const NAMES[N_FIELDS] = {"sample|samples", "step|t|time_step|timestep", "neuron|unit", "value"};
static const char FORM[] = "sample,step,neuron or sample,step,neuron,value";

/* A column that is not understood may change what the others mean (a population, a delay), so it is refused, not passed over. */
static int check_names(const struct csv *c, struct err *err)
{
    const struct table *t = &c->table;
    if (table_column(t, "population") >= 0)
        return err_input(err, "%s:%u: has a column 'population'; input is one layer: keep its lines and write %s", t->path, t->line, FORM);
    for (int i = 0; i < (int)t->columns; i++)
        if (*t->name[i] && i != c->column[SAMPLE] && i != c->column[STEP] && i != c->column[NEURON] && i != c->column[VALUE])
            return err_input(err, "%s:%u: unknown column '%.40s'; the columns are %s", t->path, t->line, t->name[i], FORM);
    if (c->column[STEP] < 0 || c->column[NEURON] < 0)
        return err_input(err, "%s:%u: no column '%s'; the columns are %s", t->path, t->line, c->column[STEP] < 0 ? "step" : "neuron", FORM);
    return 0;
}

/* With a header by name, without one by place. */
static int find_columns(struct csv *c, struct err *err)
{
    const struct table *t = &c->table;
    for (int i = 0; i < N_FIELDS; i++)
        c->column[i] = t->name ? table_column(t, NAMES[i]) : i < (int)t->columns ? i : -1;
    if (t->name)
        return check_names(c, err);
    if (t->columns && t->columns != 3 && t->columns != 4)
        return err_input(err, "%s:%u: %u column%s; the columns are %s", t->path, t->first_line + 1, t->columns, t->columns == 1 ? "" : "s", FORM);
    return 0;
}

/* The fields of the row in hand; a file without a column sample is one sample. */
static int take_fields(const struct csv *c, int64_t field[3], double *value, struct err *err)
{
    static const char *const what[] = {"sample", "step", "neuron"};
    const struct table *t = &c->table;
    for (int i = 0; i < VALUE; i++) {
        field[i] = 0;
        if (c->column[i] >= 0 && table_integer(t, &t->cell[c->column[i]], what[i], &field[i], err))
            return -1;
    }
    *value = 1;
    return c->column[VALUE] >= 0 ? table_number(t, &t->cell[c->column[VALUE]], "value", value, err) : 0;
}

/* One pass over the file; the error of an event gets the place of the field that is wrong. */
static int read_rows(struct csv *c, struct gather *g, struct err *err)
{
    struct table *t = &c->table;
    int64_t field[3];
    double value;
    int more;
    while ((more = table_row(t, err)) > 0) {
        if (take_fields(c, field, &value, err))
            return -1;
        enum gather_field bad = gather_add(g, field[SAMPLE], field[STEP], field[NEURON], value, err);
        if (bad) {
            int column = c->column[bad - GATHER_SAMPLE];
            ptrdiff_t place = column >= 0 ? t->cell[column].text - t->line_start + 1 : 1;
            return err_context(err, "%s:%u:%td", t->path, t->line, place);
        }
    }
    return more;
}

/* Finds the two lines that hold the same event. */
static int refuse_twice(struct csv *c, const struct raw_event *again, struct err *err)
{
    struct table *t = &c->table;
    uint32_t first = 0;
    int64_t field[3];
    double value;
    table_rewind(t);
    while (table_row(t, err) > 0 && !take_fields(c, field, &value, err)) {
        if (field[SAMPLE] != again->sample || field[STEP] != again->step || field[NEURON] != again->neuron)
            continue;
        if (first)
            return table_error(t, NULL, err, "sample %u, step %u, neuron %u is on line %u too, and there are no values to add; take one out, or write a column "
                               "'value'", again->sample, again->step, again->neuron, first);
        first = t->line;
    }
    return err_bug(err, "%s: an event was found twice, but not again", t->path);
}

/* Claims of the first comment line; one that no run can have counts as not made. */
static uint32_t stated(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : 0;
}

static struct events *read_csv(struct csv *c, const struct event_options *options, struct err *err)
{
    const uint64_t *says = c->table.stated;
    struct events *e = NULL;
    struct gather g = {.samples = stated(says[0]), .steps = stated(says[1]), .neurons = stated(says[2])};
    if (find_columns(c, err))
        return NULL;
    g.twice = c->column[VALUE] >= 0 ? TWICE_ADD : TWICE_ERROR;
    if (gather_begin(&g, options, err)) {
        err_context(err, "%s", c->table.path);
        return NULL;
    }
    if (!read_rows(c, &g, err)) {
        enum gather_field bad = gather_finish(&g, &e, err);
        if (bad == GATHER_TWICE)
            refuse_twice(c, &g.again, err);
        else if (bad)
            err_context(err, "%s", c->table.path);
        else
            events_complete(e, "(sample, step, neuron)");
    }
    gather_drop(&g);
    return e;
}

struct events *events_read_csv(const char *path, const struct event_options *options, struct err *err)
{
    struct csv c;
    struct events *e = table_open(&c.table, path, err) ? NULL : read_csv(&c, options, err);
    table_close(&c.table);
    return e;
}

/* Nine digits bring every float32 back to the same bits. */
int events_write_csv(const struct events *e, const char *path, struct err *err)
{
    struct whole whole;
    if (whole_open(&whole, path, err))
        return -1;
    fprintf(whole.file, "# samples %u, steps %u, neurons %u\nsample,step,neuron%s\n", e->samples, e->steps, e->neurons, e->value ? ",value" : "");
    for (uint32_t s = 0; s < e->samples; s++)
        for (uint64_t i = e->first[s]; i < e->first[s + 1]; i++) {
            fprintf(whole.file, "%u,%u,%u", s, e->event[i].step, e->event[i].neuron);
            if (e->value)
                fprintf(whole.file, ",%.9g", (double)e->value[i]);
            putc('\n', whole.file);
        }
    return whole_close(&whole, err);
}

/* The ending says what is wanted; the content is the same. */
int events_write(const struct events *e, const char *path, struct err *err)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strcmp(dot, ".spk"))
        return events_write_spk(e, path, err);
    if (dot && !strcmp(dot, ".csv"))
        return events_write_csv(e, path, err);
    return err_input(err, "%s: events are written as .spk or .csv; give the name one of these endings", path);
}
