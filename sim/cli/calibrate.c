/* volley calibrate: a core's cycles and accesses, measured and fitted, and what of it belongs into a chip file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "verify/calibrate.h"
#include "verify/probe.h"

enum { SEEDS_USUAL = 2, EVENTS_USUAL = 300 };   /* of each size and profile; packets of each stimulus */

/* A core by name, or one that somebody brings as a shared object. */
static const struct verify_target *target_of(const char *core, struct err *err)
{
    size_t n = strlen(core);
    return n > 3 && !strcmp(core + n - 3, ".so") ? probe_load(core, NULL, err) : verify_target_named(core, err);
}

/* What would make this section again. */
static char *command_of(const struct cli *cli, const struct calibrate_options *o)
{
    char *core = cli_quoted(cli->file[0]);
    char *text = mem_format("volley calibrate %s --seed %" PRIu64 " --seeds %u --events %u", core, o->seed, o->seeds, o->events);
    free(core);
    return text;
}

/* The section goes to --out, what people read to the terminal; without --out both do. */
int cli_calibrate(const struct cli *cli, struct err *err)
{
    struct calibrate_options o = {.target = target_of(cli->file[0], err), .seed = cli->seed,
                                  .seeds = cli->seeds ? cli->seeds : SEEDS_USUAL, .events = cli->events ? (uint32_t)cli->events : EVENTS_USUAL};
    if (!o.target)
        return -1;
    FILE *section = cli->out ? fopen(cli->out, "w") : stdout;
    if (!section)
        return err_input(err, "%s: cannot be written: %s", cli->out, strerror(errno));
    char *typed = command_of(cli, &o);
    o.typed = typed;
    int failed = calibrate(&o, stdout, section, err);
    free(typed);
    if (cli->out && fclose(section) && !failed)
        return err_input(err, "%s: cannot be written: %s", cli->out, strerror(errno));
    return failed;
}
