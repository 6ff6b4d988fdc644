/* volley chips NAME --doc: the page of a chip in docs/chips, in Markdown, from the chip file alone. Pages are generated and never edited; a
 * test says when one is not what this prints. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "report/form.h"

/* A cell of a table: a bar would end it. */
static void cell(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

/* "measured", or what stands there where nothing does. */
static void basis_cell(const struct chipfile *chip, const struct cost *c)
{
    if (c->free) {
        printf("no figure exists");
        return;
    }
    printf("%s", basis_word(c->basis));
    if (c->source >= 0 && (uint32_t)c->source < chip->n_sources)
        printf(" (%s)", chip->source[c->source].name);
    if (c->bound)
        printf(", published as %s", c->bound > 0 ? "at least" : "at most");
}

static void figure_row(const struct chipfile *chip, const struct chip_figure *f)
{
    char value[40], low[40], high[40];
    const struct cost *c = &f->cost;
    printf("| `%s` | %s | ", f->key, c->free ? "unknown: free" : unit_write(value, sizeof value, c->value, (enum unit)f->unit));
    if (!c->free && (c->low < c->value || c->high > c->value))
        printf("%s to %s", unit_write(low, sizeof low, c->low, (enum unit)f->unit), unit_write(high, sizeof high, c->high, (enum unit)f->unit));
    printf(" | ");
    basis_cell(chip, c);
    printf(" | ");
    cell(c->why ? c->why : "");
    printf(" |\n");
}

static void figures(const struct chipfile *chip, int times, const char *title)
{
    printf("\n## %s\n| key | value | range | basis (source) | why |\n|---|---|---|---|---|\n", title);
    for (uint32_t i = 0; i < chip->n_figures; i++)
        if (chip->figure[i].is_time == times && chips_placed(chip, &chip->figure[i]))
            figure_row(chip, &chip->figure[i]);
}

/* Cores, capacities and network: what the file describes, before what it costs. */
static void head(const struct chipfile *chip)
{
    char cores[FORM_TEXT], neurons[FORM_TEXT], synapses[40], network[80], time[200];
    double bits, n = chips_neurons(chip, &bits);
    struct chips_basis basis = chips_count(chip);
    printf("# %s\n\nGenerated from the chip file by `volley chips %s --doc`: %s.\n\n", chip->name, chip->name, *chip->about ? chip->about : "no description");
    printf("| | |\n|---|---|\n| what stands behind it | ");
    cell(chip->status);
    printf(" |\n| held against | ");
    cell(*chip->validated ? chip->validated : "nothing that the file names");
    printf(" |\n| technology | %s%s%s |\n", *chip->technology ? chip->technology : "none", *chip->voltage ? ", " : "", chip->voltage);
    printf("| time | mode %s |\n", chipfile_time_text(chip, time, sizeof time));
    printf("| network | %s, %u core%s per tile |\n", chipfile_network_text(&chip->noc, network, sizeof network), chip->noc.cores_per_tile,
           form_plural(chip->noc.cores_per_tile));
    printf("| cores | %s |\n| neurons | %s |\n", form_count(cores, chip->cores), isinf(n) ? "unlimited" : form_count(neurons, n));
    printf("| memory of synapses | %s |\n", bits > 0 ? unit_write(synapses, sizeof synapses, bits, UNIT_BITS) : "not described");
    printf("| constants | %u:", basis.stated);
    for (int b = 0; b < N_BASES; b++)
        printf("%s %u %s", b ? "," : "", basis.of[b], basis_word((enum basis)b));
    printf("; %u more unknown, counted as free |\n", basis.unknown);
}

static void core_types(const struct chipfile *chip)
{
    char size[40];
    printf("\n## Core types\n");
    for (uint32_t t = 0; t < chip->n_types; t++) {
        const struct core_type *type = &chip->type[t];
        printf("`%s`, kind %s.\n", type->name, type->kind);
        for (uint32_t f = 0; f < type->n_formats; f++)
            printf("%s%s %u bit%s", f ? ", " : "Formats: ", type->format[f].name, type->format[f].bits, type->format[f].is_signed ? " signed" : "");
        printf(type->n_formats ? ".\n" : "");
        printf(type->n_memories ? "\n| memory | size | word | ports | figures |\n|---|---|---|---|---|\n" : "No memory is described.\n");
        for (uint32_t m = 0; m < type->n_memories; m++)
            printf("| %s | %s | %u bit | %s | %s%s |\n", type->memory[m].name,
                   unit_write(size, sizeof size, (double)type->memory[m].size_bits, UNIT_BITS), type->memory[m].width, type->memory[m].ports,
                   type->memory[m].model ? "model: " : "",
                   type->memory[m].model ? type->memory[m].model->name : chip->includes_memory ? "inside the prices" : "stated");
        printf("\n");
    }
}

void chips_page(const struct chipfile *chip)
{
    head(chip);
    core_types(chip);
    printf("## Sources\n| name | basis | text |\n|---|---|---|\n");
    for (uint32_t i = 0; i < chip->n_sources; i++) {
        printf("| %s | %s | ", chip->source[i].name, basis_word(chip->source[i].basis));
        cell(chip->source[i].text);
        printf(" |\n");
    }
    figures(chip, 0, "Energies, powers and memories");
    figures(chip, 1, "Times");
}
