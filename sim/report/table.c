/* The table of actions: what happened how often, what each costs, what that makes and on what it rests. Every line is count x price, so
 * that a reader can work it out again; the shares add up to 100 % of the dynamic energy. Below it the same energy by layer, and the
 * accesses to memories whether or not they are charged apart. A long table is folded: what is below half a percent stands in one line. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/form.h"
#include "report/text.h"

enum { ROWS_SHOWN = 14, LAYERS_SHOWN = 12, SOURCE_MAX_WIDTH = 20, RESTS_LEAST_WIDTH = 28 };

/* Counters as a reader calls them; a time counter has none, because it is never priced. */
static const char *const labels[N_COUNTERS] = {
    [COUNT_SPIKES] = "spikes", [COUNT_SOPS] = "synaptic operations", [COUNT_SOPS_LATE] = "synaptic operations, late", [COUNT_LEAVES] = "packets served",
    [COUNT_CORE_STEPS] = "update programs", [COUNT_UPDATE_ACTIVE] = "updates, active", [COUNT_UPDATE_IDLE] = "updates, idle",
    [COUNT_UPDATE_HELD] = "updates, held", [COUNT_BUSY_CYCLES] = "busy cycles",
    [COUNT_LEARN_STEPS] = "learning programs", [COUNT_LEARN_ROWS] = "rows swept to learn", [COUNT_LEARN_SOPS] = "plastic synapses adjusted",
    [COUNT_PACKETS] = "packets sent",
    [COUNT_PACKETS_TILE] = "packets, inside a tile", [COUNT_FLITS] = "flits", [COUNT_HOPS] = "hops", [COUNT_HOPS_X] = "hops, east-west",
    [COUNT_HOPS_Y] = "hops, north-south",
    [COUNT_HOPS_CHIP] = "hops, between chips", [COUNT_LINK_CHIP] = "flits over links between chips",
    [COUNT_BUFFER_WRITES] = "router buffer, written", [COUNT_BUFFER_READS] = "router buffer, read",
    [COUNT_ROUTES] = "routes looked up", [COUNT_ARBITRATIONS] = "arbitrations", [COUNT_CROSSBAR] = "switch crossings",
    [COUNT_LINK] = "link crossings", [COUNT_HOST_IN] = "host packets in", [COUNT_HOST_OUT] = "host packets out", [COUNT_BARRIERS] = "barriers",
    [COUNT_SAMPLE_RESETS] = "core resets", [COUNT_LAYER_STARTS] = "layer starts",
};

/* "" where the counter is of class time, or no counter at all. */
const char *table_label(int counter)
{
    return counter >= 0 && counter < N_COUNTERS && labels[counter] ? labels[counter] : "";
}

/* One line as text, so that columns can be set as wide as their widest entry; share: of the dynamic energy, below 0: none. */
struct row { char name[120], count[FORM_TEXT], whole[FORM_TEXT], part[FORM_TEXT], unit[8], energy[FORM_TEXT], rests[600]; double share; int percent; };
/* The table under construction; freed by table_actions. */
struct rows { struct row *row; uint32_t n; size_t capacity; };

/* A row that is not filled in shows "-": nothing is claimed. */
static struct row *add_row(struct rows *rows)
{
    rows->row = mem_room(rows->row, rows->n, &rows->capacity, sizeof *rows->row);
    struct row *row = &rows->row[rows->n++];
    memset(row, 0, sizeof *row);
    strcpy(row->energy, "-");
    row->share = -1;
    return row;
}

/* A price as digits before the point, the point and after, and its unit, so that a column of them lines up. */
static void write_each(struct row *row, const struct cost *each)
{
    char number[FORM_TEXT];
    if (each->free) {
        /* Where a price would stand. */
        strcpy(row->whole, "unknown");
        return;
    }
    struct form_scale scale = form_scale_of(each->value);
    snprintf(number, sizeof number, "%.4g", each->value / scale.factor);
    /* "23.6": "23" to the left of the point's column, ".6" to its right. */
    size_t point = strcspn(number, ".");
    snprintf(row->whole, sizeof row->whole, "%.*s", (int)point, number);
    snprintf(row->part, sizeof row->part, "%.20s", number + point);
    snprintf(row->unit, sizeof row->unit, "%sJ", scale.prefix);
}

/* NULL: a structural 0, which needs none. */
static const char *source_name(const struct run *run, const struct cost *cost)
{
    return cost->source >= 0 && (uint32_t)cost->source < run->chip->n_sources ? run->chip->source[cost->source].name : NULL;
}

/* "simulated (davies), published as "at least"": basis, source, and what is known of how far it may be off. */
static void write_standing(FILE *to, const struct run *run, const struct cost *cost)
{
    const char *source = source_name(run, cost);
    if (cost->free) {
        fputs("no figure published: counted as free", to);
        return;
    }
    fputs(basis_word(cost->basis), to);
    if (source && strlen(source) <= SOURCE_MAX_WIDTH)
        fprintf(to, " (%s)", source);
    if (cost->bound)
        fprintf(to, ", published as \"%s\"", cost->bound > 0 ? "at least" : "at most");
    else if (cost->value > 0 && (cost->low < cost->value || cost->high > cost->value))
        fprintf(to, ", %.3g to %.3g times", cost->low / cost->value, cost->high / cost->value);
}

/* What a line stands on, in the order a reader asks: how the price was found, by whom, how far off it may be; then what is special
 * about the count (emulated resets, waiting layers, what a barrier is charged per). */
static void write_rests(struct row *row, const struct run *run, const struct energy_line *l)
{
    char percent[FORM_TEXT];
    /* A fixed buffer: a standing of 600 bytes is cut, which no chip file has needed yet. */
    FILE *to = fmemopen(row->rests, sizeof row->rests, "w");
    if (!to)
        return;
    write_standing(to, run, &l->each);
    /* Nearly always one of two compartments: that is said as "half". */
    double share = l->count ? (double)l->second / (double)l->count : 0;
    if (l->second)
        fprintf(to, "; %s: %s, %s", share > 0.495 && share < 0.505 ? "half" : form_percent(percent, share),
                share < 0.505 ? "second compartment" : "further compartments", basis_word(l->second_basis));
    if (l->counter == COUNT_UPDATE_HELD)
        fprintf(to, "; %u step%s in which a layer waits", run->network->depth_max, run->network->depth_max == 1 ? "" : "s");
    if (l->counter == COUNT_BARRIERS && run->chip->barrier_per && strcmp(run->chip->barrier_per, "chip"))
        fprintf(to, "; one per %s in use", run->chip->barrier_per);
    fclose(to);
}

/* One number of decimals for a whole column of energies, so that they can be added up by eye: thousandths of the prefix below 10. */
static int decimals_of(double value, struct form_scale scale)
{
    double shown = value / scale.factor;
    return shown < 9.9995 ? 3 : 2;
}

/* Words of a memory are an action of their own: "synapse, words read". */
static void line_name(char *to, size_t size, const struct run *run, const struct energy_line *l)
{
    char memory[200];
    if (l->memory == NO_INDEX)
        snprintf(to, size, "%s", table_label(l->counter));
    else
        snprintf(to, size, "%.80s, words %s", energy_memory_name(run, (uint32_t)l->memory, memory, sizeof memory), l->write ? "written" : "read");
}

/* Count and energy are per inference: the mean over the samples that were finished. */
static void add_line(struct rows *rows, const struct report *r, const struct energy_line *l, struct form_scale scale, int decimals)
{
    /* Filled from left to right. */
    struct row *row = add_row(rows);
    line_name(row->name, sizeof row->name, r->run, l);
    form_count(row->count, facts_per_sample(r, (double)l->count));
    write_each(row, &l->each);
    write_rests(row, r->run, l);
    /* What is unknown keeps "-" for energy and share. */
    if (l->each.free)
        return;
    snprintf(row->energy, sizeof row->energy, "%.*f %sJ", decimals, facts_per_sample(r, l->energy_j) / scale.factor, scale.prefix);
    /* As a number until all rows are known; then all shares are rounded together. */
    row->share = r->energy->dynamic_j > 0 ? l->energy_j / r->energy->dynamic_j : 0;
}

/* A price of 0 that is stated, such as a register write's, says nothing to a reader. */
static int is_shown(const struct energy_line *l)
{
    return !l->static_ && (l->each.free || l->each.value > 0);
}

/* Of a long list, lines that matter little are told in one. */
static int folds(const struct energy *e, const struct energy_line *l, uint32_t dynamic_lines)
{
    return dynamic_lines > ROWS_SHOWN && !l->each.free && l->energy_j < 0.005 * e->dynamic_j;
}

/* What the folded lines make together, so that the column still adds up to the dynamic energy. */
static void add_folded(struct rows *rows, const struct report *r, uint32_t n, double energy_j, struct form_scale scale, int decimals)
{
    struct row *row = add_row(rows);
    snprintf(row->name, sizeof row->name, "%u more, each small", n);
    snprintf(row->energy, sizeof row->energy, "%.*f %sJ", decimals, facts_per_sample(r, energy_j) / scale.factor, scale.prefix);
    row->share = r->energy->dynamic_j > 0 ? energy_j / r->energy->dynamic_j : 0;
    /* Nothing is lost by folding. */
    strcpy(row->rests, "all of them: summary.json, energy.lines");
}

/* Lines stand in the order of the counter list, then memories: the same for every run, so that two reports can be laid side by side. */
static void add_priced(struct rows *rows, const struct report *r)
{
    const struct energy *e = r->energy;
    uint32_t n = 0, folded = 0;
    double rest = 0, each = facts_per_sample(r, e->dynamic_j);
    struct form_scale scale = form_scale_of(each);
    int decimals = decimals_of(each, scale);
    for (uint32_t i = 0; i < e->n_lines; i++)
        n += (uint32_t)is_shown(&e->line[i]);
    for (uint32_t i = 0; i < e->n_lines; i++) {
        if (!is_shown(&e->line[i]))
            continue;
        if (folds(e, &e->line[i], n)) {
            folded++;
            rest += e->line[i].energy_j;
        } else
            add_line(rows, r, &e->line[i], scale, decimals);
    }
    if (folded)
        add_folded(rows, r, folded, rest, scale, decimals);
}

/* Shares as whole percents that add up to 100 over the lines that are shown. */
static void find_percents(struct rows *rows)
{
    double *share = mem_new(rows->n, sizeof *share);
    int *percent = mem_new(rows->n, sizeof *percent);
    for (uint32_t i = 0; i < rows->n; i++)
        share[i] = rows->row[i].share > 0 ? rows->row[i].share : 0;
    form_shares(share, rows->n, form_whole(share, rows->n), percent);
    for (uint32_t i = 0; i < rows->n; i++)
        rows->row[i].percent = percent[i];
    free(share);
    free(percent);
}

/* Without a price list: what a reader would want to multiply. */
static void add_counts(struct rows *rows, const struct report *r)
{
    static const enum counter shown[] = {COUNT_SOPS, COUNT_SOPS_LATE, COUNT_UPDATE_ACTIVE, COUNT_UPDATE_IDLE, COUNT_UPDATE_HELD, COUNT_SPIKES, COUNT_PACKETS,
                                         COUNT_HOPS, COUNT_BARRIERS};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (!r->facts.total[shown[i]])
            continue;
        struct row *row = add_row(rows);
        snprintf(row->name, sizeof row->name, "%s", labels[shown[i]]);
        form_count(row->count, facts_per_sample(r, (double)r->facts.total[shown[i]]));
        strcpy(row->whole, "-");
        snprintf(row->rests, sizeof row->rests, "counted; no price stated");
    }
}

/* Columns are as wide as their widest entry, and not narrower than their title. */
static size_t widest(const struct rows *rows, size_t offset, size_t least)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        size_t n = form_width((const char *)&rows->row[i] + offset);
        if (n > least)
            least = n;
    }
    return least;
}

#define WIDEST(field, least) (int)widest(rows, offsetof(struct row, field), least)

/* printf pads bytes; a layer's name may be UTF-8. */
static void print_padded(FILE *to, const char *text, int width)
{
    fprintf(to, "%s%*s", text, width - (int)form_width(text), "");
}

static void print_share(FILE *to, const struct row *r)
{
    if (r->share < 0)
        fprintf(to, "  %5s", "-");
    else
        fprintf(to, "  %3d %%", r->percent);
}

/* What a line rests on stands beside it, or, where too little of the line is left, below it. */
static void print_rests(FILE *to, const struct row *r, size_t at, size_t width)
{
    if (at + RESTS_LEAST_WIDTH > width) {
        fprintf(to, "\n%*s", FORM_LABEL, "");
        at = FORM_LABEL;
    } else
        fputs("  ", to);
    form_wrap(to, width, r->rests, at);
}

/* Names to the left, numbers to the right; prices line up at their points and units, so that a column of them is read at a glance. */
static void print_rows(FILE *to, const struct rows *rows, size_t width)
{
    /* Least widths keep short tables apart from their titles. */
    int name = WIDEST(name, 22), count = WIDEST(count, 7), whole = WIDEST(whole, 2), part = WIDEST(part, 0), unit = WIDEST(unit, 0), energy = WIDEST(energy, 6);
    /* The price's column is made of three: before the point, behind it, the unit. */
    int each = whole + part + (unit ? 1 + unit : 0);
    if (each < 4) {
        whole += 4 - each;
        /* As wide as its title "each". */
        each = 4;
    }
    print_padded(to, "per inference", name);
    /* Two blanks between columns, five for a share. */
    size_t rests = (size_t)(name + count + each + energy + 15);
    fprintf(to, "  %*s  %*s  %*s  share%s\n", count, "count", each, "each", energy, "energy", rests + RESTS_LEAST_WIDTH > width ? "" : "  rests on");
    for (uint32_t i = 0; i < rows->n; i++) {
        const struct row *r = &rows->row[i];
        print_padded(to, r->name, name);
        if (*r->unit)
            fprintf(to, "  %*s  %*s%-*s %-*s  %*s", count, r->count, whole, r->whole, part, r->part, unit, r->unit, energy, r->energy);
        else
            fprintf(to, "  %*s  %*s  %*s", count, r->count, each, r->whole, energy, r->energy);
        print_share(to, r);
        print_rests(to, r, rests, width);
    }
}

/* Only the dynamic energy: static power is no action and stands in the headline. */
void table_actions(FILE *to, const struct report *r)
{
    struct rows rows = {0};
    /* Nothing was finished: a mean of nothing is not a line. */
    if (!r->run->samples_done)
        return;
    if (r->energy->priced)
        add_priced(&rows, r);
    else
        add_counts(&rows, r);
    fputc('\n', to);
    find_percents(&rows);
    print_rows(to, &rows, r->width);
    free(rows.row);
}

/* ---- layers ---- */

/* Groups with at least so much energy; those without any are never shown. */
static uint32_t shown_groups(const struct energy *e, uint32_t n, double least)
{
    uint32_t shown = 0;
    for (uint32_t g = 0; g < n; g++)
        shown += e->group_j[g] > 0 && e->group_j[g] >= least;
    return shown;
}

/* Largest first. */
static int by_energy(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* The energy a group must reach to be among those shown. */
static double threshold_of(const struct energy *e, uint32_t n)
{
    double *sorted = mem_new(n, sizeof *sorted), least = 0;
    memcpy(sorted, e->group_j, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_energy);
    /* The energy of the last one that is still named. */
    if (n > LAYERS_SHOWN)
        least = sorted[LAYERS_SHOWN - 1];
    free(sorted);
    return least;
}

/* Whose energy it is: populations by name, then (chip) for barriers and resets, (host) for input packets. In the run's order, not by
 * size, so that a layer is where it was in the network; beyond a dozen only the largest are named. */
void table_layers(FILE *to, const struct report *r)
{
    const struct energy *e = r->energy;
    /* all: how many have any energy, to say how many are not named. */
    uint32_t n = r->run->n_groups, all = shown_groups(e, n, 0);
    double each = facts_per_sample(r, e->dynamic_j), least = threshold_of(e, n), rest = 0;
    struct form_scale scale = form_scale_of(each);
    int decimals = decimals_of(each, scale);
    struct form_sheet s;
    if (!e->priced || !all)
        return;
    form_begin(&s, to, r->width, "by layer");
    for (uint32_t g = 0; g < n; g++) {
        double j = facts_per_sample(r, e->group_j[g]) / scale.factor;
        if (e->group_j[g] <= 0)
            continue;
        /* Too small to be named: added up, with the number of them. */
        if (e->group_j[g] < least)
            rest += j;
        else
            fprintf(s.line, "%s %.*f %sJ\t", facts_group_name(r->run, g), decimals, j, scale.prefix);
    }
    if (rest > 0)
        fprintf(s.line, "%u more %.*f %sJ (layers.csv)", all - shown_groups(e, n, least), decimals, rest, scale.prefix);
    form_end(&s);
}

/* ---- memories ---- */

/* Accesses by memory, in words and in bits: what a memory designer multiplies with his own price. */
static void write_memory(FILE *to, const struct report *r, uint32_t m, int width, int digits)
{
    const struct run *run = r->run;
    const struct chip_memory *memory = &run->chip->type[run->memory_of[m].type].memory[run->memory_of[m].memory];
    const struct run_memory *n = &run->memory[m];
    char name[200], a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT];
    /* 0 where the accesses are not charged: then no energy is shown. */
    double joule = 0;
    /* Reads and writes of this memory together; its leakage is static and stands elsewhere. */
    for (uint32_t i = 0; i < r->energy->n_lines; i++)
        joule += r->energy->line[i].memory == (int)m && !r->energy->line[i].static_ ? r->energy->line[i].energy_j : 0;
    /* As in the prices and in counters.csv. */
    energy_memory_name(run, m, name, sizeof name);
    fprintf(to, "%s%*s %*s words of %u bit read", name, width - (int)form_width(name), "", digits,
            form_count(a, facts_per_sample(r, (double)n->reads)), memory->width);
    if (n->writes)
        fprintf(to, ", %s written", form_count(b, facts_per_sample(r, (double)n->writes)));
    fprintf(to, " (%s)", form_si(c, facts_per_sample(r, (double)(n->reads + n->writes) * memory->width), "bit"));
    if (joule > 0)
        fprintf(to, ": %s", form_si(a, facts_per_sample(r, joule), "J"));
}

/* Widths of the two columns, names and words, over all memories that were used. */
static int memory_columns(const struct report *r, int *digits)
{
    char name[200], count[FORM_TEXT];
    size_t width = 0, d = 0;
    for (uint32_t m = 0; m < r->run->n_memories; m++) {
        if (!r->run->memory[m].reads && !r->run->memory[m].writes)
            continue;
        size_t w = form_width(energy_memory_name(r->run, m, name, sizeof name));
        width = w > width ? w : width;
        w = strlen(form_count(count, facts_per_sample(r, (double)r->run->memory[m].reads)));
        d = w > d ? w : d;
    }
    *digits = (int)d;
    return (int)width;
}

/* Memories that were not touched are left out. Where the actions' prices contain the accesses, that is said: they are counted, not charged. */
void table_memories(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct form_sheet s;
    int digits, width = memory_columns(r, &digits), lines = 0;
    char a[FORM_TEXT], b[FORM_TEXT];
    form_begin(&s, to, r->width, "memory");
    for (uint32_t m = 0; m < run->n_memories; m++) {
        if (!run->memory[m].reads && !run->memory[m].writes)
            continue;
        fputs(lines++ ? "\n" : "", s.line);
        write_memory(s.line, r, m, width, digits);
    }
    /* One memory: on its line; several: on a line of its own for all of them. */
    if (lines && run->chip->includes_memory && r->energy->priced)
        fputs(lines > 1 ? "\ncounted; their energy is inside the actions above" : ": counted, its energy is inside the actions above", s.line);
    /* Once per programming of the chip, not per inference. */
    if (r->energy->load_bits) {
        fprintf(s.line, "%sloading weights and tables: %s, once, in no figure above", lines ? "\n" : "", form_si(a, (double)r->energy->load_bits, "bit"));
        if (r->energy->load_j > 0)
            fprintf(s.line, " (%s)", form_si(b, r->energy->load_j, "J"));
    }
    form_end(&s);
}
