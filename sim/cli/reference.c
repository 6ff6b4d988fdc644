/* volley keys, counters, kinds, chips: the reference, written from the tables in the code. What a chip file may say, what is counted and
 * what a core kind offers is nowhere written twice: docs/keys.md and docs/counters.md are what these commands print, and a test says when
 * they are not. */
#include <stdlib.h>

#include "cli/cli.h"
#include "config/fields.h"
#include "cores/core.h"
#include "counters.h"
#include "report/form.h"

int cli_keys(const struct cli *cli, struct err *err)
{
    (void)cli, (void)err;
    chipfile_write_keys(stdout); /* main looks at stdout and says what went wrong */
    return 0;
}

int cli_counters(const struct cli *cli, struct err *err)
{
    (void)cli, (void)err;
    counters_write(stdout);
    return 0;
}

/* "name (unit), ..." or none. */
static void list(const char *what, const struct named *named, uint32_t n)
{
    printf("    %-10s", what);
    for (uint32_t i = 0; i < n; i++)
        printf("%s%s (%s)", i ? ", " : " ", named[i].name, named[i].unit);
    /* A kind without memories, such as one that keeps none of its own. */
    printf(n ? "\n" : " none\n");
}

/* Keys of a chip file that core types of the kind have, as in docs/keys.md. */
static void list_keys(const struct core_kind *kind)
{
    printf("    %-10s", "keys");
    for (const struct field *f = kind->fields; f && f->key; f++)
        printf("%s%s%s", f == kind->fields ? " " : ", ", f->key, f->fallback ? "" : " (required)");
    printf("\n");
}

/* What a chip file may name as `kind`, and what each kind counts and lets a trace read. */
int cli_kinds(const struct cli *cli, struct err *err)
{
    (void)cli, (void)err;
    /* In the order of the one list that names them. */
    for (int k = 0; core_kinds[k]; k++) {
        const struct core_kind *kind = core_kinds[k];
        printf("%s: %s\n", kind->name, kind->about);
        list_keys(kind);
        list("memories", kind->memories, kind->n_memories);
        list("actions", kind->actions, kind->n_actions);
        list("variables", kind->variables, kind->n_variables);
    }
    return 0;
}

/* Two lines: what it is, and how many of its prices rest on what. */
static int show_chip(const char *name, const char *const *set, uint32_t n_set, struct err *err)
{
    /* Checked like a run's chip: a chip that is listed can be used. */
    struct chipfile *chip = chipfile_read(name, set, n_set, err);
    if (!chip)
        return -1;
    /* How many prices rest on each basis; unknown ones rest on none. */
    uint32_t basis[N_BASES] = {0}, stated = 0, unknown = 0, n = 0;
    char cores[FORM_TEXT];
    for (uint32_t i = 0; i < chip->n_energy; i++) {
        const struct cost *cost = &chip->energy[i].cost;
        unknown += cost->free != 0;
        /* A price of 0 that is stated is a price. */
        stated += cost->stated && !cost->free;
        basis[cost->basis] += cost->stated && !cost->free;
    }
    printf("%-12s %6s core%-2s %-8s %s\n", chip->name, form_count(cores, chip->cores), form_plural(chip->cores), chip->technology ? chip->technology : "-",
           chip->about ? chip->about : "");
    printf("%-12s %6u price%s", "", stated, form_plural(stated));
    for (int b = 0; b < N_BASES; b++)
        if (basis[b])
            printf("%s%u %s", n++ ? ", " : ": ", basis[b], basis_word((enum basis)b));
    printf(unknown ? "; %u unknown, counted as free\n" : "\n", unknown);
    chipfile_free(chip);
    return 0;
}

/* Every chip there is; one that cannot be read hides none of the others, and the first such is what the command ends with. */
int cli_chips(const struct cli *cli, struct err *err)
{
    if (job_files(cli, err))
        return -1;
    if (cli->n_files)
        return show_chip(cli->file[0], (const char *const *)cli->set, cli->n_sets, err);
    uint32_t n;
    struct chip_place *place = chipfile_places(&n);
    uint32_t bad = 0;
    struct err first = {ERR_NONE, ""};
    for (uint32_t i = 0; i < n; i++)
        bad += show_chip(place[i].path, (const char *const *)cli->set, cli->n_sets, bad ? err : &first) != 0;
    chipfile_places_free(place, n);
    *err = first;
    /* An installation without its chips. */
    if (!n)
        return err_input(err, "no chip file in $VOLLEY_CHIPS or the installed configs/chips");
    return bad == 0 ? 0 : bad == 1 ? -1 : err_context(err, "%u chip files cannot be read; the first", bad);
}
