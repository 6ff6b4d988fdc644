/* volley info of a chip file: what it was understood to say. Every figure stands with the key that --set takes, what was stated, what
 * is used where times are rounded to cycles, and what it rests on. */
#include <math.h>
#include <string.h>

#include "area.h"
#include "base/units.h"
#include "chip.h"
#include "cli/cli.h"
#include "counters.h"
#include "report/form.h"

/* ---- cores ---- */

/* A capacity as a reader knows it. */
static const char *limit(char to[FORM_TEXT], uint32_t n)
{
    return n == UINT32_MAX ? "unlimited" : form_count(to, n);
}

/* Derived figures stand here and not among the others: they follow the memory's shape, not a key of their own. */
static void say_memory(const struct chip_memory *m)
{
    char size[40], read[40], write[40], leak[40], access[40], refresh[40];
    printf("    memory %-12s %-9s words of %u bit, %s", m->name, unit_write(size, sizeof size, (double)m->size_bits, UNIT_BITS), m->width,
           m->ports ? m->ports : "-");
    if (m->read.stated)
        printf("  read %s", unit_write(read, sizeof read, m->read.value, UNIT_ENERGY));
    if (m->write.stated)
        printf("  write %s", unit_write(write, sizeof write, m->write.value, UNIT_ENERGY));
    if (m->leakage.stated)
        printf("  leaks %s", unit_write(leak, sizeof leak, m->leakage.value, UNIT_POWER));
    if (m->access_time.stated)
        printf("  access %s", unit_write(access, sizeof access, m->access_time.value, UNIT_TIME));
    if (m->refresh.stated)
        printf("  refresh %s", unit_write(refresh, sizeof refresh, m->refresh.value, UNIT_POWER));
    printf("%s%s%s\n", m->model ? "  (model: " : "", m->model ? m->model->name : "", m->model ? ")" : "");
}

/* Capacities, number formats, memories: what a network must fit. */
static void say_type(const struct core_type *t)
{
    char a[4][FORM_TEXT];
    printf("core type %s, kind %s: %s neurons, %s axons in, %s out, delay up to %s steps\n", t->name, t->kind, limit(a[0], t->neurons),
           limit(a[1], t->axons_in), limit(a[2], t->axons_out), limit(a[3], t->delay_max));
    for (uint32_t f = 0; f < t->n_formats; f++)
        printf("%s%s %u bit%s", f ? ", " : "    formats ", t->format[f].name, t->format[f].bits, t->format[f].is_signed ? " signed" : "");
    if (t->n_formats)
        putchar('\n');
    const struct image_learning *l = &t->learning;
    if (l->on)
        printf("    learns: w + (%u x pre trace >> %u) as its neuron fires, w - (%u x post trace >> %u) as its packet comes, within %d..%d; traces of %u bit, "
               "pre + %u a spike, x %u / 256 a step, post + %u, x %u / 256\n", l->potentiate, l->shift, l->depress, l->shift, l->weight_low, l->weight_high,
               l->trace_bits, l->pre_add, l->pre_keep, l->post_add, l->post_keep);
    for (uint32_t m = 0; m < t->n_memories; m++)
        say_memory(&t->memory[m]);
}

/* What is known of the silicon: in words where nothing is. */
static void say_area(const struct chipfile *chip)
{
    struct area a = area_of(chip);
    char total[40], low[40], high[40], memories[40], logic[40], routers[40];
    if (!a.known) {
        printf("area unknown: the file states none, and derives no memory\n");
        return;
    }
    printf("area %s (%s to %s)%s: memories %s, core logic %s, routers %s", unit_write(total, sizeof total, a.total_m2, UNIT_AREA),
           unit_write(low, sizeof low, a.low_m2, UNIT_AREA), unit_write(high, sizeof high, a.high_m2, UNIT_AREA), a.rest_m2 > 0 ? ", the die as published" : "",
           a.memories_m2 > 0 ? unit_write(memories, sizeof memories, a.memories_m2, UNIT_AREA) : "unknown",
           a.logic_m2 > 0 ? unit_write(logic, sizeof logic, a.logic_m2, UNIT_AREA) : "unknown",
           a.routers_m2 > 0 ? unit_write(routers, sizeof routers, a.routers_m2, UNIT_AREA) : "unknown");
    printf("%s%s; wiring, pads and ports are in none of it\n", *a.unknown ? "; no figure for " : "", a.unknown);
}

/* ---- figures ---- */

/* 1: a figure of the chip that no line above has shown: memories stand with their core type, and a type that no core has is no part
 * of the chip. */
static int is_shown(const struct chipfile *chip, const struct chip_figure *figure)
{
    /* Behind "core_types.". */
    const char *name = figure->key + 11;
    if (strncmp(figure->key, "core_types.", 11))
        return 1;
    for (uint32_t t = 0; t < chip->n_types; t++) {
        size_t n = strlen(chip->type[t].name);
        if (!strncmp(name, chip->type[t].name, n) && name[n] == '.')
            return strncmp(name + n, ".memories.", 10) != 0;
    }
    return 0;
}

/* "simulated (davies), at least, 23.6 pJ to 35.5 pJ: why" */
static void say_standing(const struct chipfile *chip, const struct chip_figure *figure)
{
    const struct cost *c = &figure->cost;
    char low[40], high[40];
    if (c->free)
        printf("counted as none");
    else {
        printf("%s", basis_word(c->basis));
        if (c->source >= 0 && (uint32_t)c->source < chip->n_sources)
            printf(" (%s)", chip->source[c->source].name);
        if (c->bound)
            printf(", %s", c->bound > 0 ? "at least" : "at most");
        /* A figure without a range says nothing of how far it may be off. */
        if (c->low < c->value || c->high > c->value)
            printf(", %s to %s", unit_write(low, sizeof low, c->low, (enum unit)figure->unit), unit_write(high, sizeof high, c->high, (enum unit)figure->unit));
    }
    printf(c->why ? ": %s\n" : "\n", c->why);
}

/* What a time became: whole picoseconds, then whole cycles of its clock. */
static void say_used(const struct chipfile *chip, const struct chip_figure *figure)
{
    char used[40], error[40] = "";
    double seconds = (double)figure->cycles * (double)chip->clock[figure->clock].period_ps * 1e-12;
    /* In percent of what was stated; a stated 0 stays 0. */
    double off = figure->cost.value > 0 ? 100 * (seconds / figure->cost.value - 1) : 0;
    /* Less is not to be seen in two decimals. */
    if (fabs(off) >= 0.005)
        snprintf(error, sizeof error, "error %+.2f %%", off);
    printf(" used %-9s %-13s", figure->cost.free ? "0 ps" : unit_write(used, sizeof used, seconds, UNIT_TIME), error);
}

/* Times and prices apart, each list with one width of key. */
static void say_figures(const struct chipfile *chip, int times)
{
    char stated[40];
    int width = 0;
    for (uint32_t i = 0; i < chip->n_figures; i++)
        if (chip->figure[i].is_time == times && is_shown(chip, &chip->figure[i]) && (int)strlen(chip->figure[i].key) > width)
            width = (int)strlen(chip->figure[i].key);
    for (uint32_t i = 0; i < chip->n_figures; i++) {
        const struct chip_figure *figure = &chip->figure[i];
        if (figure->is_time != times || !is_shown(chip, figure))
            continue;
        printf("    %-*s stated %-9s", width, figure->key,
               figure->cost.free ? "unknown" : unit_write(stated, sizeof stated, figure->cost.value, (enum unit)figure->unit));
        if (times)
            say_used(chip, figure);
        putchar(' ');
        say_standing(chip, figure);
    }
}

/* The words behind the names in brackets. */
static void say_sources(const struct chipfile *chip)
{
    for (uint32_t i = 0; i < chip->n_sources; i++)
        printf("source %s, %s: %s\n", chip->source[i].name, basis_word(chip->source[i].basis), chip->source[i].text);
}

/* ---- the chip ---- */

/* With --set applied: what is shown is the chip that a run with the same overrides would have. */
int info_chip(const char *path, const struct cli *cli, struct err *err)
{
    struct chipfile *chip = chipfile_read(path, (const char *const *)cli->set, cli->n_sets, err);
    char cores[FORM_TEXT], network[80], time[200];
    /* What only shows once routers are joined: that one cannot reach another, or that packets could lock up. */
    struct noc *noc = chip ? chip_make_noc(chip, err) : NULL;
    if (!noc) {
        chipfile_free(chip);
        return -1;
    }
    noc_free(noc);
    if (chip_needs_graph(&chip->noc))
        snprintf(network, sizeof network, "%s, %u tiles", chipfile_network_text(&chip->noc, (char[60]){0}, 60), chipfile_tiles(&chip->noc));
    else
        snprintf(network, sizeof network, "%ux%u tiles", chip->noc.columns, chip->noc.rows);
    printf("%s: chip %s%s%s: %s of %u core%s, %s core%s, %s\n", path, chip->name, *chip->about ? ", " : "", chip->about, network,
           chip->noc.cores_per_tile, form_plural(chip->noc.cores_per_tile), form_count(cores, chip->cores), form_plural(chip->cores),
           chipfile_time_text(chip, time, sizeof time));
    for (uint32_t c = 0; c < chip->n_clocks; c++)
        printf("clock %s: %llu ps%s\n", chip->clock[c].name, (unsigned long long)chip->clock[c].period_ps,
               chip->clock[c].resolution ? " (resolution of an asynchronous part)" : "");
    for (uint32_t t = 0; t < chip->n_types; t++)
        say_type(&chip->type[t]);
    /* Named, because placing it is one --set away. */
    if (chip->unplaced)
        printf("described but not placed, and no part of this chip: %s\n", chip->unplaced);
    say_area(chip);
    printf("times\n");
    say_figures(chip, 1);
    printf("energies, powers and areas\n");
    say_figures(chip, 0);
    say_sources(chip);
    for (size_t i = 0; i < chip->notes.count; i++)
        printf("%s %s%s%s\n", fidelity_word(chip->notes.line[i].kind), chip->notes.line[i].node, *chip->notes.line[i].node ? ": " : "",
               chip->notes.line[i].text);
    /* Figures, notes and names are the chip's. */
    chipfile_free(chip);
    return 0;
}
