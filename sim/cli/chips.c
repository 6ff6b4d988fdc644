/* volley chips: the chip files that a name finds, what each is and what its numbers rest on; --explain takes one number apart, --doc writes
 * the chip's page. Every chip that is listed was checked like a run's chip: a chip that is listed can be used. */
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "report/form.h"

/* 0: of a core type that the file describes and no core has; such a figure is no part of the chip. */
int chips_placed(const struct chipfile *chip, const struct chip_figure *figure)
{
    /* Behind "core_types.". */
    const char *name = figure->key + 11;
    if (strncmp(figure->key, "core_types.", 11))
        return 1;
    for (uint32_t t = 0; t < chip->n_types; t++) {
        size_t n = strlen(chip->type[t].name);
        if (!strncmp(name, chip->type[t].name, n) && name[n] == '.')
            return 1;
    }
    return 0;
}

/* Prices, times and powers alike: every figure that the file states, once each, derived ones too. */
struct chips_basis chips_count(const struct chipfile *chip)
{
    struct chips_basis n = {{0}, 0, 0};
    for (uint32_t i = 0; i < chip->n_figures; i++) {
        const struct cost *cost = &chip->figure[i].cost;
        if (!chips_placed(chip, &chip->figure[i]))
            continue;
        n.unknown += cost->free != 0;
        n.stated += cost->stated && !cost->free;
        n.of[cost->basis] += cost->stated && !cost->free;
    }
    return n;
}

/* Synapses' bits are those of the memory that holds their rows; a core that describes none has no limit and adds nothing. */
double chips_neurons(const struct chipfile *chip, double *synapse_bits)
{
    double neurons = 0;
    *synapse_bits = 0;
    for (uint32_t c = 0; c < chip->cores; c++) {
        const struct core_type *type = &chip->type[chip->core_type_of[c]];
        int memory = type->table[TABLE_ROWS].memory;
        neurons += type->neurons == UINT32_MAX ? (double)INFINITY : type->neurons;
        *synapse_bits += memory == NO_INDEX ? 0 : (double)type->memory[memory].size_bits;
    }
    return neurons;
}

/* "131,072 neurons, 128 Mbit of synapses" */
static void say_capacity(const struct chipfile *chip)
{
    char neurons[FORM_TEXT], synapses[40];
    double bits, n = chips_neurons(chip, &bits);
    printf("%-13s %s neurons, ", "", isinf(n) ? "unlimited" : form_count(neurons, n));
    if (bits > 0)
        printf("%s of synapses\n", unit_write(synapses, sizeof synapses, bits, UNIT_BITS));
    else
        printf("memory of synapses not described\n");
}

/* How many prices rest on each basis; unknown ones rest on none. Then the share of all constants, times and powers included. */
static void say_standing(const struct chipfile *chip)
{
    uint32_t basis[N_BASES] = {0}, stated = 0, unknown = 0, n = 0;
    for (uint32_t i = 0; i < chip->n_energy; i++) {
        const struct cost *cost = &chip->energy[i].cost;
        unknown += cost->free != 0;
        /* A price of 0 that is stated is a price. */
        stated += cost->stated && !cost->free;
        basis[cost->basis] += cost->stated && !cost->free;
    }
    printf("%-13s %u price%s", "", stated, form_plural(stated));
    for (int b = 0; b < N_BASES; b++)
        if (basis[b])
            printf("%s%u %s", n++ ? ", " : ": ", basis[b], basis_word((enum basis)b));
    if (unknown)
        printf("; %u unknown, counted as free", unknown);
    struct chips_basis all = chips_count(chip);
    char share[FORM_TEXT];
    printf("; %s of %u constants assumed\n", form_percent(share, all.stated ? (double)all.of[BASIS_ASSUMED] / all.stated : 0), all.stated);
}

static void say_chip(const struct chipfile *chip)
{
    char cores[FORM_TEXT];
    printf("%-13s %6s core%-2s %-8s %s\n", chip->name, form_count(cores, chip->cores), form_plural(chip->cores), *chip->technology ? chip->technology : "-",
           chip->about);
    say_capacity(chip);
    say_standing(chip);
    printf("%-13s held against %s\n", "", *chip->validated ? chip->validated : "nothing that the file names");
}

static int show_chip(const struct cli *cli, const char *name, struct err *err)
{
    struct chipfile *chip = chipfile_read(name, (const char *const *)cli->set, cli->n_sets, err);
    if (!chip)
        return -1;
    int status = 0;
    if (cli->explain)
        status = chips_explain(chip, cli->n_files > 1 ? cli->file[1] : NULL, err);
    else if (cli->doc)
        chips_page(chip);
    else
        say_chip(chip);
    chipfile_free(chip);
    return status;
}

/* What belongs to one chip needs its name. */
static int check_asked(const struct cli *cli, struct err *err)
{
    if (cli->explain && cli->doc)
        return err_input(err, "--explain and --doc are two answers; ask for one of them");
    if ((cli->explain || cli->doc) && !cli->n_files)
        return err_input(err, "--%s is of one chip; write for example volley chips loihi --explain", cli->explain ? "explain" : "doc");
    if (!cli->explain && cli->n_files > 1)
        return err_input(err, "%s: a key belongs to --explain; write volley chips %s --explain %s", cli->file[1], cli->file[0], cli->file[1]);
    return 0;
}

/* Every chip there is; one that cannot be read hides none of the others, and the first such is what the command ends with. */
int cli_chips(const struct cli *cli, struct err *err)
{
    struct cli files = *cli;
    /* The second word is a key, no file. */
    files.n_files = cli->n_files > 1 ? 1 : cli->n_files;
    if (check_asked(cli, err) || job_files(&files, err))
        return -1;
    if (cli->n_files)
        return show_chip(cli, cli->file[0], err);
    uint32_t n, bad = 0;
    struct chip_place *place = chipfile_places(&n);
    struct err first = {ERR_NONE, ""};
    for (uint32_t i = 0; i < n; i++)
        bad += show_chip(cli, place[i].path, bad ? err : &first) != 0;
    chipfile_places_free(place, n);
    *err = first;
    /* An installation without its chips. */
    if (!n)
        return err_input(err, "no chip file in $VOLLEY_CHIPS or the installed configs/chips");
    return bad == 0 ? 0 : bad == 1 ? -1 : err_context(err, "%u chip files cannot be read; the first", bad);
}
