/* volley run ARCH.yaml NETWORK.yaml --steps N on SANA-FE's own files. They say where every neuron stands and what it does, so few of a run's
 * options mean anything to them; one that does not is refused, not ignored. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "import/sanafe.h"
#include "import/sanafe_native.h"
#include "report/form.h"
#include "report/sanafe.h"
#include "sanafe/run.h"

/* Both files, and what comes of them. */
struct sanafe_job {
    struct sanafe_arch *arch;
    struct sanafe_network *net;
    struct sanafe_chip *chip;
    struct sanafe_run *run;
    struct report_input read[2];
    struct fidelity extra;
};

/* In the reverse order: later parts point into earlier ones. */
static void free_job(struct sanafe_job *j)
{
    sanafe_run_free(j->run);
    sanafe_chip_free(j->chip);
    sanafe_network_free(j->net);
    sanafe_arch_free(j->arch);
    fidelity_clear(&j->extra);
}

/* ---- which files these are ---- */

/* Told by what the files hold; one of them without the other is a slip worth its own words. */
int cli_is_sanafe(const struct cli *cli, struct err *err)
{
    enum sanafe_file arch = sanafe_file_kind(cli->file[0]), net = sanafe_file_kind(cli->file[1]);
    if (arch == SANAFE_FILE_ARCH && net == SANAFE_FILE_NETWORK)
        return 1;
    if (arch == SANAFE_FILE_NETWORK && net == SANAFE_FILE_ARCH)
        return err_input(err, "%s is a network and %s an architecture of SANA-FE: write the architecture first", cli->file[0], cli->file[1]);
    if (arch == SANAFE_FILE_ARCH && access(cli->file[1], R_OK))
        return err_input(err, "%s: %s; name a network of SANA-FE, YAML or .net", cli->file[1], strerror(errno));
    if (arch == SANAFE_FILE_ARCH)
        return err_input(err, "%s is an architecture of SANA-FE, which runs that tool's networks (YAML with network and mappings, or .net); %s is none",
                         cli->file[0], cli->file[1]);
    /* A path, not a chip's name. */
    if (net == SANAFE_FILE_NETWORK && strchr(cli->file[0], '.') && access(cli->file[0], R_OK))
        return err_input(err, "%s: %s; name an architecture of SANA-FE", cli->file[0], strerror(errno));
    if (net == SANAFE_FILE_NETWORK)
        return err_input(err, "%s is a network of SANA-FE, mapped to that tool's cores; %s is no architecture of it. volley convert ARCH.yaml %s -o FILE.yaml "
                         "--steps N writes the network for volley's own chips", cli->file[1], cli->file[0], cli->file[1]);
    return 0;
}

/* ---- the run ---- */

/* Before anything is read: a wrong option costs nothing to find. */
static int check_options(const struct cli *cli, uint32_t *traces, struct err *err)
{
    const char *other = cli_gave_beyond(cli, "steps timing engine threads seed trace out quiet ");
    if (other)
        return err_input(err, "--%s means nothing to SANA-FE's files, which hold their own mapping, numbers and input; they take --steps, --timing, --seed, "
                         "--trace, --out and --quiet", other);
    if (!cli->steps)
        return err_input(err, "--steps is missing: SANA-FE's files do not say how long to run; write --steps 100");
    if (cli_gave(cli, "timing") && strncmp(cli->timing, "sanafe", 6) != 0)
        return err_input(err, "--timing %s is a plane of volley's own chips: SANA-FE's files are timed by that tool's formulae, sanafe-simple or "
                         "sanafe-detailed (the default)", cli->timing);
    if (strcmp(cli->engine, "c") != 0)
        return err_input(err, "--engine %s: SANA-FE's files run in an engine of their own, in C; leave the option out", cli->engine);
    if (cli_traces(cli->trace, traces, err))
        return -1;
    if (*traces & TRACE_TIMELINE)
        return err_input(err, "--trace timeline is not made for SANA-FE's files; they have spikes, membrane and packets");
    return 0;
}

/* Both files, then the one on the other; hashes last, when all is known to be right. */
static int load(struct sanafe_job *j, const struct cli *cli, struct err *err)
{
    static const char *const names[] = {"chip", "network"};
    if (!(j->arch = sanafe_arch_read(cli->file[0], err)) || !(j->net = sanafe_network_read(cli->file[1], j->arch, err)) ||
        !(j->chip = sanafe_chip_make(j->arch, j->net, err)))
        return -1;
    for (int i = 0; i < 2; i++) {
        j->read[i] = (struct report_input){names[i], cli->file[i], ""};
        if (sha256_file(cli->file[i], j->read[i].sha256, err))
            return -1;
    }
    return 0;
}

/* Tables by step are held until the end; what does not fit into half of this machine is refused before it is tried. */
static int check_memory(const struct sanafe_job *j, const struct cli *cli, uint32_t traces, struct err *err)
{
    double logged = 0;
    for (size_t i = 0; i < j->net->n_neurons; i++)
        logged += (traces & TRACE_MEMBRANE || j->net->neuron[i].log_potential) + (j->net->neuron[i].params->log_u != 0);
    double bytes = (double)cli->steps * (sizeof(struct sanafe_step) + 8 * logged);
    double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (there <= 0 || bytes <= there / 2)
        return 0;
    return err_input(err,
                     "--steps %u: the steps and the potentials that are logged take %.3g GB of memory, this machine has %.3g GB; run fewer steps or log fewer "
                     "neurons",
                     cli->steps, bytes / 1e9, there / 1e9);
}

/* Interrupts are caught from here on: what is finished is kept. */
static int run_steps(struct sanafe_job *j, const struct cli *cli, uint32_t traces, struct err *err)
{
    struct progress progress;
    struct sanafe_options o = {.steps = cli->steps,
                               .seed = (uint32_t)cli->seed,
                               .timing = !strcmp(cli->timing, "sanafe-simple") ? SANAFE_SIMPLE : SANAFE_DETAILED,
                               .messages = (traces & TRACE_PACKETS) != 0,
                               .potentials = (traces & TRACE_MEMBRANE) != 0,
                               .stop = cli_stop(),
                               .progress = cli_show,
                               .progress_arg = &progress};
    progress_begin(&progress, "steps");
    j->run = sanafe_run_make(j->chip, &o, err);
    progress_end(&progress);
    return j->run ? 0 : -1;
}

/* The folder first: a closed pipe must not lose an answer. */
static int report(struct sanafe_job *j, const struct cli *cli, uint32_t traces, struct err *err)
{
    const struct report_options o = {.command = cli->typed, .input = j->read, .n_inputs = 2, .out = cli->out, .extra = &j->extra};
    const struct sanafe_report r = {.run = j->run, .options = &o, .traces = traces, .partial = j->run->steps < cli->steps};
    return sanafe_report_folder(&r, err) || (!cli->quiet && sanafe_report_text(stdout, &r, err)) ? -1 : 0;
}

/* As cli_run: what can fail early fails early, and a folder that was made for nothing goes again. */
int cli_sanafe_run(const struct cli *cli, struct err *err)
{
    struct sanafe_job j = {0};
    uint32_t traces;
    int status = -1, is_new = access(cli->out, F_OK) != 0;
    cli_notes(cli, &j.extra);
    if (check_options(cli, &traces, err) || job_files(cli, err) || load(&j, cli, err) || check_memory(&j, cli, traces, err) ||
        report_check_folder(cli->out, err) || run_steps(&j, cli, traces, err))
        goto out;
    if (j.run->steps && report(&j, cli, traces, err))
        goto out;
    status = 0;
    if (j.run->steps < cli->steps) {
        status = err_input(err, j.run->steps ? "interrupted after %u of %u steps: what was finished is kept and marked partial"
                                             : "interrupted: %u of %u steps were finished, nothing is kept", j.run->steps, cli->steps);
        err->kind = ERR_INTERRUPTED;
    }
out:
    if (status && is_new)
        rmdir(cli->out);        /* made by the check above and still empty */
    free_job(&j);
    return status;
}

/* ---- convert ---- */

/* Beside the network: FILE.yaml gets FILE_input.csv. The caller frees. */
static char *beside(const char *out, const char *what)
{
    const char *dot = strrchr(out, '.');
    return mem_format("%.*s_%s", (int)(dot - out), out, what);
}

static void add_event(struct events *e, size_t *capacity, uint32_t step, uint32_t neuron)
{
    e->event = mem_room(e->event, e->count, capacity, sizeof *e->event);
    e->event[e->count++] = (struct event){step, neuron};
}

/* What the inputs fire in such a run, by step and number; the spike that sets initial potentials is the last of the first step. */
static struct events *inputs_of(const struct sanafe_job *j, const uint32_t *input, uint32_t n, uint32_t steps)
{
    struct events *e = mem_new(1, sizeof *e);
    uint32_t *number = mem_new(j->net->n_neurons + 1, sizeof *number);
    size_t capacity = 0;
    int start = input[n - 1] == SANAFE_NOWHERE;
    *e = (struct events){.samples = 1, .steps = steps, .neurons = n, .value_min = 1, .value_max = 1, .how = mem_text("")};
    e->first = mem_new(2, sizeof *e->first);
    for (uint32_t i = 0; i + (start ? 1 : 0) < n; i++)
        number[input[i]] = i + 1;
    for (size_t i = 0; i < j->run->n_fires; i++) {
        const struct sanafe_fire *f = &j->run->fire[i];
        if (start && f->step > 1) {
            add_event(e, &capacity, 0, n - 1);
            start = 0;
        }
        if (number[f->neuron])
            add_event(e, &capacity, f->step - 1, number[f->neuron] - 1);
    }
    if (start)
        add_event(e, &capacity, 0, n - 1);
    e->first[1] = e->count;
    free(number);
    return e;
}

/* The chip and the mapping, or the reason why there are none. */
static int write_chip(const struct sanafe_job *j, const struct cli *cli, struct err *err)
{
    const char *slash = strrchr(cli->out, '/'), *name = slash ? slash + 1 : cli->out;
    char *chip = beside(cli->out, "chip.yaml"), *map = beside(cli->out, "map.yaml");
    const char *why_not;
    int bad = sanafe_write_chip(j->arch, j->net, chip, &why_not, err) || (!why_not && sanafe_write_map(j->arch, j->net, map, name, err));
    if (!bad && why_not)
        printf("no chip file: %s\n", why_not);
    else if (!bad)
        printf("wrote %s and %s: volley run %s %s --map %s --input ...\n", chip, map, chip, cli->out, map);
    free(chip);
    free(map);
    return bad ? -1 : 0;
}

static int write_native(struct sanafe_job *j, const struct cli *cli, struct network *net, const uint32_t *input, uint32_t n, struct err *err)
{
    const struct sanafe_options o = {.steps = cli->steps, .timing = SANAFE_SIMPLE};
    char *path = beside(cli->out, "input.csv");
    struct events *e = NULL;
    if ((j->run = sanafe_run_make(j->chip, &o, err)))
        e = inputs_of(j, input, n, cli->steps);
    net->steps = cli->steps;
    int bad = !e || net_yaml_write(net, cli->out, err) || events_write_csv(e, path, err);
    if (!bad) {
        printf("wrote %s and its arrays beside it, and %s: %u step%s of %u input%s, %llu spike%s\n", cli->out, path, cli->steps, form_plural(cli->steps), n,
               form_plural(n), (unsigned long long)e->count, form_plural((double)e->count));
        for (size_t i = 0; i < net->fidelity.count; i++)
            printf("    %s: %s%s%s\n", fidelity_word(net->fidelity.line[i].kind), net->fidelity.line[i].node, *net->fidelity.line[i].node ? ": " : "",
                   net->fidelity.line[i].text);
        bad = write_chip(j, cli, err);
    }
    events_free(e);
    free(path);
    return bad ? -1 : 0;
}

/* The inputs are run, so that what they fire is exactly what they would fire there. */
int cli_sanafe_convert(const struct cli *cli, struct err *err)
{
    struct sanafe_job j = {0};
    uint32_t *input = NULL, n;
    struct network *net = NULL;
    int bad = -1;
    if (!cli->steps)
        return err_input(err, "--steps is missing: the inputs of a network of SANA-FE are written out for so many steps; write --steps 100");
    if (!load(&j, cli, err) && (net = sanafe_to_network(j.arch, j.net, cli->file[1], &input, &n, err)))
        bad = write_native(&j, cli, net, input, n, err);
    free(input);
    network_free(net);
    free_job(&j);
    return bad;
}

/* Each has what that command would add already: neurons are placed by the network's own mapping, and links have the tool's formula. */
int cli_refuse_sanafe(const struct cli *cli, const char *command, struct err *err)
{
    static const char *const why[2][2] = {
        {"an architecture of SANA-FE, whose networks carry their own mapping", "a network of SANA-FE, which carries its own mapping"},
        {"an architecture of SANA-FE, whose links have a formula instead of routers", "a network of SANA-FE, no network on chip"}};
    for (uint32_t i = 0; i < cli->n_files; i++) {
        enum sanafe_file kind = sanafe_file_kind(cli->file[i]);
        if (kind == SANAFE_FILE_NONE)
            continue;
        return err_input(err, "%s is %s: volley run ARCH NETWORK --steps N runs such files, and volley convert ARCH NETWORK -o FILE.yaml --steps N "
                         "writes a network, a mapping and, where one can say the same, a chip file that volley %s takes", cli->file[i],
                         why[strcmp(command, "map") != 0][kind == SANAFE_FILE_NETWORK], command);
    }
    return 0;
}

/* ---- info ---- */

/* A network alone cannot be read whole: whether it fits is a question of its architecture. */
int info_sanafe(const char *path, struct err *err)
{
    if (sanafe_file_kind(path) == SANAFE_FILE_NETWORK) {
        printf("%s: a network of SANA-FE, mapped to cores of its architecture; volley run ARCH.yaml %s --steps N\n", path, path);
        return 0;
    }
    struct sanafe_arch *arch = sanafe_arch_read(path, err);
    if (!arch)
        return -1;
    printf("%s: an architecture of SANA-FE, '%s': %u tile%s of a grid of %u x %u, %u core%s; volley run %s NETWORK.yaml --steps N\n", path, arch->name,
           arch->n_tiles, form_plural(arch->n_tiles), arch->width, arch->height, arch->n_cores, form_plural(arch->n_cores), path);
    for (size_t i = 0; i < arch->notes.count; i++)
        printf("    %s %s: %s\n", fidelity_word(arch->notes.line[i].kind), arch->notes.line[i].node, arch->notes.line[i].text);
    sanafe_arch_free(arch);
    return 0;
}
