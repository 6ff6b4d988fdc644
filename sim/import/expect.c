#include "import/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/doc.h"
#include "import/events_parts.h"

enum { NO_POPULATION = UINT32_MAX, SPARSE = 1 << 22 };    /* SPARSE: numbers that samples without a row may take */

struct reader {
    const char *path;
    const struct network *network;
    struct expect *e;
    size_t capacity;            /* of e->spike */
    struct err *err;
};

/* ---- which population ---- */

/* The only population connected to Output; NO_POPULATION where there are several or none. */
static uint32_t only_output(const struct network *net)
{
    uint32_t found = NO_POPULATION;
    for (uint32_t p = 1; p < net->n_populations; p++)
        if (net->population[p].output) {
            if (found != NO_POPULATION)
                return NO_POPULATION;
            found = p;
        }
    return found;
}

/* "mlp_rate_spk_lif1.csv" ends in lif1: the population whose name the file's name is, or ends in after '_'; the longest. */
static uint32_t named_by_file(const struct reader *r)
{
    const char *slash = strrchr(r->path, '/'), *stem = slash ? slash + 1 : r->path, *dot = strrchr(stem, '.');
    size_t length = dot ? (size_t)(dot - stem) : strlen(stem), longest = 0;
    uint32_t found = NO_POPULATION;
    for (uint32_t p = 1; p < r->network->n_populations; p++) {
        size_t n = strlen(r->network->population[p].name);
        if (n > length || n <= longest || strncmp(stem + length - n, r->network->population[p].name, n) || (n < length && stem[length - n - 1] != '_'))
            continue;
        longest = n;
        found = p;
    }
    return found;
}

/* NO_POPULATION where none or several have so many neurons. */
static uint32_t only_of_size(const struct network *net, uint32_t neurons)
{
    uint32_t found = NO_POPULATION;
    for (uint32_t p = 1; p < net->n_populations; p++)
        if (net->population[p].neurons == neurons)
            found = found == NO_POPULATION ? p : HOST_POPULATION;
    return found == HOST_POPULATION ? NO_POPULATION : found;
}

/* neurons: how many the file says its layer has; 0: it does not say. */
static uint32_t choose_population(const struct reader *r, uint32_t neurons)
{
    const uint32_t candidate[] = {named_by_file(r), only_output(r->network), neurons ? only_of_size(r->network, neurons) : NO_POPULATION};
    for (size_t i = 0; i < sizeof candidate / sizeof *candidate; i++)
        if (candidate[i] != NO_POPULATION && (!neurons || r->network->population[candidate[i]].neurons == neurons))
            return candidate[i];
    if (neurons)
        err_input(r->err, "%s: spikes of %u neurons, and no single population of the network has so many; a CSV can say which: sample,step,population,neuron",
                  r->path, neurons);
    else
        err_input(r->err, "%s: which population spikes here? Write a column population, or end the file's name in _NAME", r->path);
    return NO_POPULATION;
}

/* A name that the network does not have is an error, not an empty population: it would differ in every spike. */
static uint32_t population_of_cell(const struct reader *r, const struct table *t, const struct cell *cell)
{
    const struct network *net = r->network;
    char *name = mem_format("%.*s", (int)cell->length, cell->text);
    int found = network_population_by_name(net, name);
    if (found < 0) {
        const char **names = mem_new(net->n_populations, sizeof *names);
        for (uint32_t p = 0; p < net->n_populations; p++)
            names[p] = net->population[p].name ? net->population[p].name : "";
        const char *near = doc_nearest(name, names, net->n_populations);
        table_error(t, cell, r->err, "the network has no population '%.60s'%s%.60s%s", name, near ? "; is '" : "", near ? near : "", near ? "' meant?" : "");
        free(names);
    }
    free(name);
    return found < 0 ? NO_POPULATION : (uint32_t)found;
}

/* Output neurons whose counts are compared; 0 and err where the network has not one output population. */
static uint32_t output_neurons(const struct reader *r)
{
    uint32_t p = only_output(r->network);
    if (p == NO_POPULATION)
        err_input(r->err, "%s: counts of one output population are compared, and the network has none or several; give spikes with a column population",
                  r->path);
    return p == NO_POPULATION ? 0 : r->network->population[p].neurons;
}

/* ---- predictions and counts ---- */

/* Makes room for sample; what was not there before says nothing. */
static int reach(struct reader *r, int64_t sample, uint64_t rows)
{
    struct expect *e = r->e;
    if (sample < 0 || sample >= UINT32_MAX || ((uint64_t)sample >= rows && (uint64_t)sample * (e->outputs + 1) >= SPARSE))
        return err_input(r->err, "sample %lld is not a sample number of a file with %llu rows; number the samples from 0", (long long)sample,
                         (unsigned long long)rows);
    if (sample < e->samples)
        return 0;
    size_t old = e->samples, now = (size_t)sample + 1, room = now + now / 2;
    if (now > r->capacity) {
        e->prediction = mem_grow(e->prediction, room, sizeof *e->prediction);
        e->count = e->outputs ? mem_grow(e->count, room * e->outputs, sizeof *e->count) : NULL;
        r->capacity = room;
    }
    for (size_t i = old; i < now; i++)
        e->prediction[i] = EXPECT_NOTHING;
    for (size_t i = old * e->outputs; i < now * e->outputs; i++)
        e->count[i] = EXPECT_NOTHING;
    e->samples = (uint32_t)now;
    return 0;
}

/* Columns count0 .. count<outputs-1>; NULL where there is no count0; err where some are missing. */
static int *count_columns(struct reader *r, const struct table *t)
{
    char name[40];
    if (table_column(t, "count0") < 0)
        return NULL;
    uint32_t n = output_neurons(r);
    int *column = n ? mem_new(n, sizeof *column) : NULL;
    for (uint32_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "count%u", i);
        column[i] = table_column(t, name);
        if (column[i] < 0) {
            err_input(r->err, "%s:%u: no column '%s'; the network's output has %u neurons", t->path, t->line, name, n);
            free(column);
            return NULL;
        }
    }
    snprintf(name, sizeof name, "count%u", n);
    if (n && table_column(t, name) >= 0) {
        err_input(r->err, "%s:%u: column '%s', and the network's output has %u neurons", t->path, t->line, name, n);
        free(column);
        return NULL;
    }
    r->e->outputs = n;
    return column;
}

/* column: of sample and prediction, -1 where absent; a file without samples counts them by row. */
static int take_row(struct reader *r, const struct table *t, const int column[2], const int *counts, uint64_t row)
{
    struct expect *e = r->e;
    int64_t sample = (int64_t)row, value = EXPECT_NOTHING;
    if ((column[0] >= 0 && table_integer(t, &t->cell[column[0]], "sample", &sample, r->err)) ||
        (column[1] >= 0 && table_integer(t, &t->cell[column[1]], "prediction", &value, r->err)))
        return -1;
    uint32_t before = e->samples;
    if (reach(r, sample, row + 1))
        return err_context(r->err, "%s:%u", t->path, t->line);
    if (sample < before && (e->prediction[sample] != EXPECT_NOTHING || (counts && e->count[(size_t)sample * e->outputs] != EXPECT_NOTHING)))
        return table_error(t, NULL, r->err, "sample %lld is there twice", (long long)sample);
    e->prediction[sample] = value;
    for (uint32_t i = 0; counts && i < e->outputs; i++)
        if (table_integer(t, &t->cell[counts[i]], "count", &e->count[(size_t)sample * e->outputs + i], r->err))
            return -1;
    return 0;
}

/* Predictions and counts may stand in one table (kit: NAME_ref.csv); both are kept. */
static int read_answers(struct reader *r, struct table *t)
{
    struct expect *e = r->e;
    const int column[2] = {t->columns == 1 ? -1 : table_column(t, "sample|samples"), t->columns == 1 ? 0 : table_column(t, "pred|prediction|predictions")};
    int more, bad = 0;
    r->err->kind = ERR_NONE;
    int *counts = count_columns(r, t);
    if (!counts && r->err->kind != ERR_NONE)
        return -1;
    e->kind = column[1] >= 0 ? EXPECT_PREDICTIONS : EXPECT_COUNTS;
    for (uint64_t row = 0; !bad && (more = table_row(t, r->err)) != 0; row++)
        bad = more < 0 || take_row(r, t, column, counts, row);
    free(counts);
    if (!bad && !e->samples)
        return err_input(r->err, "%s: holds no samples", r->path);
    if (column[1] < 0) {
        free(e->prediction);
        e->prediction = NULL;
    }
    return bad ? -1 : 0;
}

/* One axis is predictions, two are counts; three are spikes and go through events_read. */
static int read_array(struct reader *r, const struct npy *a)
{
    struct expect *e = r->e;
    char text[180];
    int counts = a->rank == 2 && a->dim[1] > 1;
    if (counts && !(e->outputs = output_neurons(r)))
        return -1;
    if (!a->count || a->rank < 1 || (counts && a->dim[1] != e->outputs) || a->dim[0] >= UINT32_MAX)
        return err_input(r->err, "%s: shape %s; wanted are predictions (samples,), counts (samples, %u) or spikes (samples, steps, neurons)", r->path,
                         npy_shape_text(a, text), counts ? e->outputs : output_neurons(r));
    int64_t *value = mem_new(a->count, sizeof *value);
    e->kind = counts ? EXPECT_COUNTS : EXPECT_PREDICTIONS;
    e->samples = (uint32_t)a->dim[0];
    e->count = counts ? value : NULL;
    e->prediction = counts ? NULL : value;
    for (uint64_t i = 0; i < a->count; i++)
        if (npy_integer(a, i, &value[i]))
            return err_input(r->err, "%s: sample %llu: %g is not a whole number", r->path, (unsigned long long)(i / (counts ? e->outputs : 1)),
                             npy_number(a, i));
    return 0;
}

/* ---- spikes ---- */

static int by_place(const void *left, const void *right)
{
    const struct expect_spike *a = left, *b = right;
    if (a->sample != b->sample)
        return a->sample < b->sample ? -1 : 1;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    if (a->population != b->population)
        return a->population < b->population ? -1 : 1;
    return a->neuron == b->neuron ? 0 : a->neuron < b->neuron ? -1 : 1;
}

static void add_spike(struct reader *r, struct expect_spike spike)
{
    struct expect *e = r->e;
    e->spike = mem_room(e->spike, e->n_spikes, &r->capacity, sizeof *e->spike);
    e->spike[e->n_spikes++] = spike;
    e->samples = spike.sample >= e->samples ? spike.sample + 1 : e->samples;
    e->covered[spike.population] = 1;
}

/* population: of every row, where there is no column for it. */
static int take_spike(struct reader *r, const struct table *t, const int column[4], uint32_t population)
{
    static const char *const what[] = {"sample", "step", "neuron"};
    int64_t field[3] = {0};
    for (int i = 0; i < 3; i++) {
        if (column[i] >= 0 && table_integer(t, &t->cell[column[i]], what[i], &field[i], r->err))
            return -1;
        if (field[i] < 0 || field[i] >= UINT32_MAX)
            return table_error(t, column[i] >= 0 ? &t->cell[column[i]] : NULL, r->err, "%s %lld is out of range", what[i], (long long)field[i]);
    }
    if (column[3] >= 0 && (population = population_of_cell(r, t, &t->cell[column[3]])) == NO_POPULATION)
        return -1;
    const struct population *p = &r->network->population[population];
    if (population == HOST_POPULATION)
        return 0;               /* the input is given to the run, not found by it */
    if (field[2] >= p->neurons)
        return table_error(t, &t->cell[column[2]], r->err, "neuron %lld is outside %.60s, which has %u neurons%s", (long long)field[2], p->name, p->neurons,
                           column[3] < 0 ? "; for another population write a column population, or end the file's name in _NAME" : "");
    add_spike(r, (struct expect_spike){(uint32_t)field[0], (uint32_t)field[1], population, (uint32_t)field[2]});
    return 0;
}

/* Sorted once here, so that the comparison is one walk along both lists. */
static int check_spikes(const struct reader *r)
{
    struct expect *e = r->e;
    if (e->n_spikes)
        qsort(e->spike, e->n_spikes, sizeof *e->spike, by_place);
    for (uint64_t i = 1; i < e->n_spikes; i++)
        if (!by_place(&e->spike[i - 1], &e->spike[i]))
            return err_input(r->err, "%s: sample %u, step %u, %.60s, neuron %u spikes twice", r->path, e->spike[i].sample, e->spike[i].step,
                             r->network->population[e->spike[i].population].name, e->spike[i].neuron);
    return 0;
}

/* A row of another table is no spike, however much its first columns look like one: membranes.csv has a row per neuron and step. */
static int only_spikes(const struct reader *r, const struct table *t, const int column[4])
{
    for (uint32_t i = 0; i < t->columns; i++)
        if ((int)i != column[0] && (int)i != column[1] && (int)i != column[2] && (int)i != column[3])
            return err_input(r->err, "%s:%u: column '%.40s': no part of a spike; a table of spikes has sample,step,neuron and population, and nothing else",
                             r->path, t->line, t->name[i]);
    return 0;
}

static int read_spike_rows(struct reader *r, struct table *t)
{
    int column[4] = {0, 1, 2, -1}, more, bad = 0;
    uint32_t population = HOST_POPULATION;
    if (t->name) {
        column[0] = table_column(t, "sample|samples");
        column[1] = table_column(t, "step|t|time_step|timestep");
        column[2] = table_column(t, "neuron|unit");
        column[3] = table_column(t, "population|layer");
        if (only_spikes(r, t, column))
            return -1;
    }
    if (column[3] < 0) {
        population = choose_population(r, 0);
        if (population == NO_POPULATION)
            return -1;
        r->e->covered[population] = 1;
    }
    r->e->kind = EXPECT_SPIKES;
    while (!bad && (more = table_row(t, r->err)) != 0)
        bad = more < 0 || take_spike(r, t, column, population);
    if (t->stated[0] > r->e->samples && t->stated[0] < UINT32_MAX)
        r->e->samples = (uint32_t)t->stated[0];
    return bad ? -1 : check_spikes(r);
}

static int read_table(struct reader *r)
{
    struct table t;
    int bad = table_open(&t, r->path, r->err);
    if (!bad && (t.columns == 1 || table_column(&t, "pred|prediction|predictions") >= 0 || table_column(&t, "count0") >= 0))
        bad = read_answers(r, &t);
    else if (!bad && ((!t.name && t.columns == 3) || (table_column(&t, "step|t|time_step|timestep") >= 0 && table_column(&t, "neuron|unit") >= 0)))
        bad = read_spike_rows(r, &t);
    else if (!bad)
        bad = err_input(r->err, "%s: not predictions (one per line, or a column prediction), counts (count0, count1, ...) or spikes (sample,step,neuron)",
                        r->path);
    table_close(&t);
    return bad;
}

static int take_events(struct reader *r, const struct events *events)
{
    uint32_t population = choose_population(r, events->neurons);
    if (population == NO_POPULATION)
        return -1;
    if (events->value)
        return err_input(r->err, "%s: holds values, not spikes (0 and 1)", r->path);
    r->e->kind = EXPECT_SPIKES;
    r->e->covered[population] = 1;
    for (uint32_t s = 0; s < events->samples; s++)
        for (uint64_t i = events->first[s]; i < events->first[s + 1]; i++)
            add_spike(r, (struct expect_spike){s, events->event[i].step, population, events->event[i].neuron});
    r->e->samples = events->samples;
    return check_spikes(r);
}

static int read_events(struct reader *r)
{
    const struct event_options options = {.dt = r->network->dt};
    struct events *events = events_read(r->path, &options, r->err);
    int bad = !events || take_events(r, events);
    events_free(events);
    return bad ? -1 : 0;
}

static int read_npy(struct reader *r)
{
    struct npy array;
    if (npy_read(r->path, &array, r->err))
        return -1;
    int spikes = array.rank >= 3, bad = spikes ? 0 : read_array(r, &array);
    npy_free(&array);
    return spikes ? read_events(r) : bad;
}

struct expect *expect_read(const char *path, const struct network *network, struct err *err)
{
    struct expect *e = mem_new(1, sizeof *e);
    struct reader r = {.path = path, .network = network, .e = e, .err = err};
    e->n_populations = network->n_populations;
    e->covered = mem_new(e->n_populations, sizeof *e->covered);
    const char *format = events_format(path, err);
    int bad = !format || (!strcmp(format, "csv") ? read_table(&r) : !strcmp(format, "npy") ? read_npy(&r) : read_events(&r));
    if (!bad)
        return e;
    expect_free(e);
    return NULL;
}

void expect_free(struct expect *e)
{
    if (!e)
        return;
    free(e->prediction);
    free(e->count);
    free(e->spike);
    free(e->covered);
    free(e);
}

/* ---- comparing ---- */

/* Whether there is an expectation of this sample, of any kind. */
static int covers_sample(const struct expect *e, uint32_t sample)
{
    if (sample >= e->samples)
        return 0;
    if (e->kind == EXPECT_SPIKES)
        return memchr(e->covered, 1, e->n_populations) != NULL;
    return (e->prediction && e->prediction[sample] != EXPECT_NOTHING) || (e->count && e->count[(size_t)sample * e->outputs] != EXPECT_NOTHING);
}

struct expect_cover expect_covers(const struct expect *e, uint32_t first, uint32_t last)
{
    struct expect_cover c = {0, 0, 0};
    for (uint32_t s = first; s <= last && s < e->samples; s++)
        if (covers_sample(e, s)) {
            c.first = c.samples++ ? c.first : s;
            c.last = s;
        }
    return c;
}

uint32_t expect_first_step(const struct expect *e, uint32_t first, uint32_t last)
{
    uint32_t step = UINT32_MAX;
    for (uint64_t i = 0; i < e->n_spikes; i++)
        if (e->spike[i].sample >= first && e->spike[i].sample <= last && e->spike[i].step < step)
            step = e->spike[i].step;
    return step;
}

enum expect_answer expect_predictions(const struct expect *e, uint32_t sample, int64_t prediction)
{
    if (!e->prediction || sample >= e->samples || e->prediction[sample] == EXPECT_NOTHING)
        return EXPECT_ABSENT;
    return e->prediction[sample] == prediction ? EXPECT_SAME : EXPECT_DIFFERS;
}

enum expect_answer expect_counts(const struct expect *e, uint32_t sample, const uint64_t *counts, uint32_t *neuron)
{
    if (!e->count || sample >= e->samples || e->count[(size_t)sample * e->outputs] == EXPECT_NOTHING)
        return EXPECT_ABSENT;
    for (uint32_t i = 0; i < e->outputs; i++) {
        int64_t wanted = e->count[(size_t)sample * e->outputs + i];
        if (wanted < 0 || (uint64_t)wanted != counts[i]) {
            *neuron = i;
            return EXPECT_DIFFERS;
        }
    }
    return EXPECT_SAME;
}

/* The next spike from i on that takes part in the comparison, or n. */
static uint64_t next(const struct expect *e, const struct expect_spike *spike, uint64_t i, uint64_t n, uint32_t first, uint32_t last)
{
    while (i < n && (spike[i].sample < first || spike[i].sample > last || spike[i].sample >= e->samples || spike[i].population >= e->n_populations ||
                     !e->covered[spike[i].population]))
        i++;
    return i;
}

/* A merge of two sorted lists: what is in only one of them differs. */
uint64_t expect_spikes(const struct expect *e, const struct expect_spike *run, uint64_t n, uint32_t first, uint32_t last, struct expect_difference *difference,
                       uint64_t *compared)
{
    uint64_t differ = 0, seen = 0;
    uint64_t i = next(e, run, 0, n, first, last), k = next(e, e->spike, 0, e->n_spikes, first, last);
    while (i < n || k < e->n_spikes) {
        int order = i == n ? 1 : k == e->n_spikes ? -1 : by_place(&run[i], &e->spike[k]);
        if (order && !differ++)
            *difference = (struct expect_difference){order < 0 ? run[i] : e->spike[k], order < 0};
        seen += order >= 0;
        i = order <= 0 ? next(e, run, i + 1, n, first, last) : i;
        k = order >= 0 ? next(e, e->spike, k + 1, e->n_spikes, first, last) : k;
    }
    if (compared)
        *compared = seen;
    return differ;
}
