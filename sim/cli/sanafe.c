/* volley run ARCH.yaml NETWORK.yaml --steps N on SANA-FE's own files. They say where every neuron stands and what it does, so few of a run's
 * options mean anything to them; one that does not is refused, not ignored. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "import/sanafe.h"
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

static void free_job(struct sanafe_job *j)
{
    sanafe_run_free(j->run);
    sanafe_chip_free(j->chip);
    sanafe_network_free(j->net);
    sanafe_arch_free(j->arch);
    fidelity_clear(&j->extra);
}

/* ---- which files these are ---- */

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
    if (net == SANAFE_FILE_NETWORK)
        return err_input(err, "%s is a network of SANA-FE, mapped to that tool's cores; %s is no architecture of it. volley convert %s -o FILE.yaml writes the "
                         "network for volley's own chips", cli->file[1], cli->file[0], cli->file[1]);
    return 0;
}

/* ---- the run ---- */

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

static int report(struct sanafe_job *j, const struct cli *cli, uint32_t traces, struct err *err)
{
    const struct report_options o = {.command = cli->typed, .input = j->read, .n_inputs = 2, .out = cli->out, .extra = &j->extra};
    const struct sanafe_report r = {.run = j->run, .options = &o, .traces = traces, .partial = j->run->steps < cli->steps};
    return sanafe_report_folder(&r, err) || (!cli->quiet && sanafe_report_text(stdout, &r, err)) ? -1 : 0;
}

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
