/* The list of everything that is counted, as a table, and its reference in Markdown. The list itself is counter_list.h: name, price key,
 * class, unit and meaning stand there once, and docs/counters.md is written from it. */
#include "counters.h"

#include <string.h>

const struct counter_info counters[N_COUNTERS] = {
#define X(id, name, key, class, unit, help) {name, key, COUNTER_##class, unit, help},
    COUNTER_LIST(X)
#undef X
};

/* A few dozen names, looked up while a file is read or a page is written: a plain walk. */
int counter_by_name(const char *name)
{
    for (int i = 0; i < N_COUNTERS; i++)
        if (!strcmp(counters[i].name, name))
            return i;
    return -1;
}

/* Counters without a key ("") are priced by another one or not at all, and are never found. */
int counter_by_key(const char *key)
{
    for (int i = 0; i < N_COUNTERS; i++)
        /* The first of that key: keys are unique. */
        if (*key && !strcmp(counters[i].key, key))
            return i;
    return -1;
}

/* One table row per counter, in the order of the list. */
static void write_class(FILE *to, enum counter_class class_)
{
    fputs("| counter | price key | unit | meaning |\n|---|---|---|---|\n", to);
    for (int i = 0; i < N_COUNTERS; i++)
        if (counters[i].class_ == class_)
            fprintf(to, "| `%s` | %s%s%s | %s | %s |\n", counters[i].name, *counters[i].key ? "`" : "", *counters[i].key ? counters[i].key : "-",
                    *counters[i].key ? "`" : "", counters[i].unit, counters[i].help);
}

/* A test holds the file against what this prints. */
void counters_write(FILE *to)
{
    fputs("# Counters\n\nWritten by `volley counters` from sim/counter_list.h; a test holds this file against it.\n\n"
          "Every count is a whole number, kept per core, per population and per step or sample. Names are those of `counts` in\n"
          "summary.json and of counters.csv; a price key is what a chip file writes under `energy` and `service`.\n\n"
          "## Work\n\nFixed by spikes, mapping and routes: the same in every timing plane, on every engine and with any number of threads. Only these\n"
          "are priced. Accesses to memories are counted apart, per memory, in words: `NAME.read_word` and `NAME.write_word`.\n\n", to);
    write_class(to, COUNTER_WORK);
    fputs("\n## Time\n\nThese depend on the timing plane and are never priced; time costs energy through static power alone.\n\n", to);
    write_class(to, COUNTER_TIME);
}
