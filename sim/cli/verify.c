/* volley verify: a core under test against its reference. What is looked at and how is verify/run.h's subject; here are the options. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cli/cli.h"
#include "cores/foreign/manifest.h"
#include "verify/probe.h"
#include "verify/run.h"

/* A seed that nobody has tried: printed with everything else, so that it can be. Short enough to be typed. */
static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    /* Where the system has no random numbers, seed 0 is as good as any. */
    if (getrandom(&seed, sizeof seed, 0) < 0)
        seed = 0;
    return seed % UINT64_C(1000000000000);
}

/* A core by name, or one that somebody brings as a shared object. */
static const struct verify_target *target_of(const char *core, struct err *err)
{
    size_t n = strlen(core);
    return n > 3 && !strcmp(core + n - 3, ".so") ? probe_load(core, NULL, err) : verify_target_named(core, err);
}

/* What one option asks and another forbids. */
static int check(const struct cli *cli, struct err *err)
{
    if (cli->update && !cli->baseline)
        return err_input(err, "--update writes the file of --baseline FILE, which is missing");
    if (cli->stim && (cli->profile || cli->seeds || cli->events || cli->budget_ps))
        return err_input(err, "--stim replays one file: --profile, --seeds, --events and --budget have no meaning with it");
    return 0;
}

/* --pin: the core is not built for that. */
static int pin(const struct cli *cli, struct err *err)
{
    struct manifest *m = manifest_read(cli->file[0], err);
    int bad = !m || manifest_pin(m, err);
    if (!bad && !cli->quiet)
        printf("%s: checksums of %u files written\n", m->path, m->n_files);
    manifest_free(m);
    return bad ? -1 : 0;
}

int cli_verify(const struct cli *cli, struct err *err)
{
    if (cli->pin)
        return pin(cli, err);
    uint64_t seed = cli->seed_random ? random_seed() : cli->seed;
    struct verify_options o = {
        .target = target_of(cli->file[0], err), .typed = cli->file[0], .profiles = cli->profile, .seed = seed, .seeds = cli->seeds ? cli->seeds : SEEDS_USUAL,
        .events = cli->events, .budget_ps = cli->budget_ps, .jobs = cli->jobs ? cli->jobs : 1, .stim = cli->stim, .baseline = cli->baseline,
        .update = cli->update, .coverage = cli->coverage, .junit = cli->junit, .out = cli->out, .quiet = cli->quiet,
    };
    if (!o.target || check(cli, err) || !(o.modes = verify_modes_of(o.target, cli->mode, err)))
        return -1;
    return verify(&o, stdout, err);
}
