/* A struct run made of a folder's summary.json and counters.csv: what energy.c and the report's tables read, and nothing else. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/price.h"

#define SECONDS_MOST 9e6        /* 104 days: what 64 bits of picoseconds hold, half of it */

/* Whole picoseconds of a time in seconds, which was printed with 15 digits. */
static uint64_t ps_of(double seconds)
{
    return seconds > 0 && seconds < SECONDS_MOST ? (uint64_t)llround(seconds * 1e12) : 0;
}

/* A count of summary.json; 0 where it is absent, or no count that we could have written. */
static uint64_t count_of(double value, double most)
{
    return value >= 0 && value <= most ? (uint64_t)value : 0;
}

static int lacks(const struct finished *f, const char *what, struct err *err)
{
    return err_input(err, "%s/summary.json: %s is missing or damaged; run again with --out to write the folder anew", f->folder, what);
}

/* ---- summary.json ---- */

static uint32_t type_by_name(const struct chipfile *chip, const char *name)
{
    for (uint32_t t = 0; t < chip->n_types; t++)
        if (!strcmp(chip->type[t].name, name))
            return t;
    return 0;                   /* price_fits decides whether another type may stand for it */
}

/* Names, sizes and compartments of the populations; [0] is the host's input. */
static int read_populations(struct counted_run *c, const struct finished *f, struct err *err)
{
    const struct doc_node *list = finished_node(f, "network.populations");
    double steps = finished_number(f, "steps"), chip_steps = finished_number(f, "chip_steps");
    if (!list || list->kind != DOC_LIST || !list->count)
        return lacks(f, "network.populations", err);
    uint32_t n = c->network.n_populations = list->count;
    c->network.population = mem_new(n, sizeof *c->network.population);
    c->quantised.population = mem_new(n, sizeof *c->quantised.population);
    c->network.depth_max = (uint32_t)count_of(chip_steps - steps, UINT32_MAX);
    for (uint32_t p = 0; p < n; p++) {
        const struct doc_node *name = doc_get(list->item[p], "name"), *type = doc_get(list->item[p], "core_type");
        double neurons = finished_value(doc_get(list->item[p], "neurons")), compartments = finished_value(doc_get(list->item[p], "compartments"));
        if (!name || name->kind != DOC_SCALAR || !(neurons >= 0 && neurons <= UINT32_MAX))
            return lacks(f, "network.populations", err);
        c->network.population[p].name = mem_text(name->text);
        c->network.population[p].neurons = (uint32_t)neurons;
        c->quantised.population[p].type = type && type->kind == DOC_SCALAR ? type_by_name(c->run.chip, type->text) : 0;
        c->quantised.population[p].compartments = compartments >= 1 ? (uint32_t)count_of(compartments, UINT32_MAX) : 1;
    }
    return 0;
}

/* Each stretch of the critical path, from which the range of the time follows. */
static int read_times(struct counted_run *c, const struct finished *f, struct err *err)
{
    static const char *const bound[N_BOUNDS] = {"compute", "memory", "noc", "queue", "barrier", "pace"};
    struct run *run = &c->run;
    char path[60];
    double total = finished_number(f, "time.total_s"), samples = finished_number(f, "samples");
    if (!(total >= 0 && total < SECONDS_MOST) || !(samples >= 0 && samples <= UINT32_MAX))
        return lacks(f, "time.total_s or samples", err);
    run->total_ps = ps_of(total);
    run->reset_ps = ps_of(finished_number(f, "time.reset_s"));
    run->barrier_ps = ps_of(finished_number(f, "time.barrier_s"));
    run->service_ps = ps_of(finished_number(f, "time.compute_s.synapses"));
    run->update_ps = ps_of(finished_number(f, "time.compute_s.updates"));
    for (int b = 0; b < N_BOUNDS; b++) {
        snprintf(path, sizeof path, "time.bound_s.%s", bound[b]);
        run->bound_ps[b] = ps_of(finished_number(f, path));
    }
    run->samples_done = (uint32_t)samples;
    run->steps = (uint32_t)count_of(finished_number(f, "steps"), UINT32_MAX);
    run->chip_steps = (uint32_t)count_of(finished_number(f, "chip_steps"), UINT32_MAX);
    return 0;
}

/* Bits that weights and tables take in the used cores, by memory: what loading them costs. */
static void read_memories(struct counted_run *c, const struct finished *f)
{
    struct run *run = &c->run;
    char name[200];
    for (uint32_t m = 0; m < run->n_memories; m++) {
        const struct doc_node *node = doc_get(finished_node(f, "memories"), energy_memory_name(run, m, name, sizeof name));
        double used = finished_value(doc_get(node, "used_bits")), capacity = finished_value(doc_get(node, "capacity_bits"));
        run->memory_used_bits[m] = count_of(used, 1e18);
        run->memory_capacity_bits[m] = count_of(capacity, 1e18);
    }
}

/* ---- counters.csv ---- */

enum { FIELDS = 4, LINE = 4096 };

/* Splits a line in place at its commas; quotes are taken off (RFC 4180). The number of fields, at most FIELDS + 1. */
static int split(char *line, char *field[FIELDS + 1])
{
    int n = 0;
    char *from = line, *to = line;
    while (n <= FIELDS) {
        field[n++] = to;
        int quoted = *from == '"';
        from += quoted;
        while (*from && (quoted ? *from != '"' || from[1] == '"' : *from != ',' && *from != '\n' && *from != '\r')) {
            from += quoted && *from == '"';
            *to++ = *from++;
        }
        from += quoted && *from == '"';
        int more = *from == ',';
        from += more;
        *to++ = '\0';
        if (!more)
            break;
    }
    return n;
}

/* The counts that a word access of a memory belongs to; NULL: the chip has no such memory (price_fits decides whether it must). */
static uint64_t *word_of(const struct run *run, struct run_memory *memory, const char *counter)
{
    char name[200], full[240];
    for (uint32_t m = 0; m < run->n_memories; m++)
        for (int write = 0; write < 2; write++) {
            snprintf(full, sizeof full, "%s.%s_word", energy_memory_name(run, m, name, sizeof name), write ? "write" : "read");
            if (!strcmp(full, counter))
                return write ? &memory[m].writes : &memory[m].reads;
        }
    return NULL;
}

/* A population's name, "(chip)" or "(host)"; n_groups: no such group. */
static uint32_t group_by_name(const struct run *run, const char *name)
{
    uint32_t g = 1;
    while (g < run->n_groups && strcmp(facts_group_name(run, g), name))
        g++;
    return g;
}

/* "chip.tile.core" of another line than the last begins a new core; lines of a core stand together. */
static struct run_counts *core_of(struct counted_run *c, const char *name, char *last, size_t size)
{
    struct run *run = &c->run;
    unsigned chip, tile, core;
    if (strcmp(last, name) != 0) {
        const struct chip_noc *noc = &run->chip->noc;
        snprintf(last, size, "%s", name);
        if (sscanf(name, "%u.%u.%u", &chip, &tile, &core) != 3)
            return NULL;
        run->core = mem_grow(run->core, run->n_cores + 1, sizeof *run->core);
        c->mapping.core = mem_grow(c->mapping.core, run->n_cores + 1, sizeof *c->mapping.core);
        run->core[run->n_cores] = (struct run_counts){{0}};
        uint32_t number = (chip * chipfile_tiles(noc) / chipfile_chips(noc) + tile) * noc->cores_per_tile + core;
        c->mapping.core[run->n_cores] = (struct map_core){.core = number, .type = number < run->chip->cores ? run->chip->core_type_of[number] : 0};
        c->mapping.n_cores = ++run->n_cores;
    }
    return &run->core[run->n_cores - 1];
}

/* One line into its place; -1: it makes no sense. */
static int take(struct counted_run *c, char *const field[FIELDS], char *last, size_t size)
{
    struct run *run = &c->run;
    char *end;
    int counter = counter_by_name(field[2]);
    if (!isdigit((unsigned char)field[3][0]))
        return -1;              /* strtoull would take blanks and a sign */
    errno = 0;
    uint64_t value = strtoull(field[3], &end, 10), *to = NULL;
    if (*end || errno)
        return -1;
    if (!strcmp(field[0], "total")) {
        to = counter < 0 ? word_of(run, run->memory, field[2]) : &c->total[counter];
    } else if (!strcmp(field[0], "population")) {
        uint32_t g = group_by_name(run, field[1]);
        if (g == run->n_groups)
            return -1;
        to = counter < 0 ? word_of(run, run->group_memory + (size_t)g * run->n_memories, field[2]) : &run->group[g].action[counter];
    } else if (!strcmp(field[0], "core")) {
        struct run_counts *core = core_of(c, field[1], last, size);
        if (!core || counter < 0)
            return -1;
        to = &core->action[counter];
    } else if (!strcmp(field[0], "network") && counter >= 0) {
        to = &run->network_counts.action[counter];
    }
    if (to)
        *to = value;
    return 0;
}

static int read_counters(struct counted_run *c, const struct finished *f, struct err *err)
{
    char *path = mem_format("%s/counters.csv", f->folder), line[LINE], last[64] = "", *field[FIELDS + 1];
    FILE *file = fopen(path, "r");
    unsigned number = 1;
    int bad = !file || !fgets(line, sizeof line, file) || strcmp(line, "scope,name,counter,value\n") != 0;
    while (!bad && fgets(line, sizeof line, file)) {
        number++;
        bad = split(line, field) != FIELDS || take(c, field, last, sizeof last);
    }
    bad |= file && ferror(file);
    if (file)
        fclose(file);
    int status = bad ? err_input(err, "%s:%u: no row of counts of this run; run again with --out to write the folder anew", path, number) : 0;
    free(path);
    return status;
}

/* Populations, (chip) and (host) make the total, of actions and of words: a file in which they do not was edited or cut short. */
static int check_sums(const struct counted_run *c, const struct finished *f, struct err *err)
{
    const struct run *run = &c->run;
    int bad = 0;
    for (int k = 0; k < N_COUNTERS; k++) {
        uint64_t sum = 0;
        for (uint32_t g = 0; g < run->n_groups; g++)
            sum += run->group[g].action[k];
        bad |= counters[k].class_ == COUNTER_WORK && sum != c->total[k];
    }
    for (uint32_t m = 0; m < run->n_memories; m++) {
        uint64_t reads = 0, writes = 0;
        for (uint32_t g = 0; g < run->n_groups; g++) {
            reads += run->group_memory[(size_t)g * run->n_memories + m].reads;
            writes += run->group_memory[(size_t)g * run->n_memories + m].writes;
        }
        bad |= reads != run->memory[m].reads || writes != run->memory[m].writes;
    }
    return bad ? err_input(err, "%s/counters.csv: its populations do not add up to its total; run again with --out to write the folder anew", f->folder) : 0;
}

/* ---- all of it ---- */

/* Arrays as the engine makes them, with the memories of the chip that prices. */
static void make_arrays(struct run *run)
{
    for (uint32_t t = 0; t < run->chip->n_types; t++)
        run->n_memories += run->chip->type[t].n_memories;
    run->memory_of = mem_new(run->n_memories, sizeof *run->memory_of);
    for (uint32_t t = 0, i = 0; t < run->chip->n_types; t++)
        for (uint32_t m = 0; m < run->chip->type[t].n_memories; m++, i++) {
            run->memory_of[i].type = t;
            run->memory_of[i].memory = m;
        }
    run->memory = mem_new(run->n_memories, sizeof *run->memory);
    run->memory_used_bits = mem_new(run->n_memories, sizeof *run->memory_used_bits);
    run->memory_capacity_bits = mem_new(run->n_memories, sizeof *run->memory_capacity_bits);
    run->n_groups = run->network->n_populations + 2;
    run->group = mem_new(run->n_groups, sizeof *run->group);
    run->group_memory = mem_new((size_t)run->n_groups * run->n_memories, sizeof *run->group_memory);
    /* The folder has no counts of one sample, so there are no samples here. */
}

int counted_read(struct counted_run *c, const struct finished *f, const struct chipfile *chip, struct err *err)
{
    *c = (struct counted_run){.run = {.chip = chip}};
    c->run.network = &c->network;
    c->run.quantised = &c->quantised;
    c->run.mapping = &c->mapping;
    if (read_populations(c, f, err) || read_times(c, f, err))
        return -1;
    make_arrays(&c->run);
    read_memories(c, f);
    return read_counters(c, f, err) || check_sums(c, f, err) ? -1 : 0;
}

void counted_free(struct counted_run *c)
{
    struct run *run = &c->run;
    for (uint32_t p = 0; p < c->network.n_populations && c->network.population; p++)
        free(c->network.population[p].name);
    void *const owned[] = {c->network.population, c->quantised.population, c->mapping.core, run->core, run->memory_of, run->memory, run->memory_used_bits,
                           run->memory_capacity_bits, run->group, run->group_memory};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}
