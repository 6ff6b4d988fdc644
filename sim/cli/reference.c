/* volley keys, counters, kinds: the reference, written from the tables in the code. What a chip file may say, what is counted and
 * what a core kind offers is nowhere written twice: docs/keys.md and docs/counters.md are what these commands print, and a test says when
 * they are not. */
#include "cli/cli.h"
#include "cli/sweep_plan.h"
#include "config/fields.h"
#include "cores/core.h"
#include "cores/foreign/manifest.h"
#include "counters.h"

int cli_keys(const struct cli *cli, struct err *err)
{
    (void)cli, (void)err;
    chipfile_write_keys(stdout); /* main looks at stdout and says what went wrong */
    manifest_keys(stdout);
    printf("\n# The file of volley sweep\n\nWhat it means: [sweep.md](sweep.md).\n\n");
    fields_write(&sweep_table_file, stdout);
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
