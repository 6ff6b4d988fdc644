/* volley run: loads, runs, prices, reports; then compares with what the user expects. The order is chosen so that what can fail fails
 * early: files and options, then the fit on the chip, then the folder, and only then the run itself. From the first sample on Ctrl-C keeps
 * what was finished; the energy is made after the run, from its counts, and the answer goes to the folder before it goes to the terminal. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "report.h"

/* The two things that a signal handler may touch. No other state of the program is global. */
static volatile sig_atomic_t interrupts;
static volatile int stop;

/* The first asks the engine to stop after the sample in hand; a second one means it. Only calls that are safe in a handler. */
static void on_interrupt(int signal_number)
{
    static const char text[] = "\nvolley: finishing the sample in hand; once more stops at once and keeps nothing\n";
    /* _exit: no buffer is flushed, no half-written file is finished. */
    if (interrupts++)
        _exit(128 + signal_number);
    stop = 1;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
}

/* From the first sample on: before it there is nothing to keep. A SIGINT that is ignored (a run in the background) stays ignored. */
static void catch_interrupts(void)
{
    /* SA_RESTART: a write to the terminal in hand is finished, not failed. */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    if (!sigaction(SIGINT, NULL, &before) && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

const volatile int *cli_stop(void)
{
    catch_interrupts();
    return &stop;
}

/* ---- what the options say ---- */

/* The engine knows no terminal; it calls this after each sample. */
void cli_show(void *progress, uint32_t done, uint32_t all)
{
    progress_show(progress, done, all);
}

/* A set of bits: the order of the words does not matter, and the same one twice is harmless. */
int cli_traces(const char *list, uint32_t *bits, struct err *err)
{
    static const char *const word[] = {"spikes", "membrane", "packets", "timeline", "weights"};
    enum { WORDS = sizeof word / sizeof *word };
    const char *typed = list;
    /* An empty word between two commas is none of them. */
    for (*bits = 0; list && *list;) {
        size_t n = strcspn(list, ","), k = 0;
        while (k < WORDS && (strlen(word[k]) != n || strncmp(word[k], list, n)))
            k++;
        if (k == WORDS)
            return err_input(err, "--trace %s: it is a list of spikes, membrane, packets, timeline, weights", typed);
        *bits |= 1u << k;
        list += n + (list[n] == ',');
    }
    return 0;
}

/* The word was checked with the options; rate is the default. */
static enum decode decode_of(const char *word)
{
    static const char *const words[] = {"rate", "latency", "population", "membrane"};
    for (int i = 1; word && i < 4; i++)
        if (!strcmp(words[i], word))
            return (enum decode)i;
    return DECODE_RATE;
}

/* A network whose output never spikes is read by its membrane unless the user says otherwise. */
static enum decode default_decode(const struct network *net)
{
    for (uint32_t i = 1; i < net->n_populations; i++)
        if (net->population[i].output)
            return net->population[i].rule.fires ? DECODE_RATE : DECODE_MEMBRANE;
    return DECODE_RATE;
}

/* --classes N blocks of equal size. */
static int check_classes(const struct cli *cli, const struct job *p, struct err *err)
{
    uint32_t outputs = job_outputs(p->network);
    if (cli->classes && (cli->classes > outputs || outputs % cli->classes))
        return err_input(err, "--classes %u: the output has %u neurons; blocks of equal size need a divisor of that", cli->classes, outputs);
    return 0;
}

/* Membranes are held in memory until the run folder is written, and how many there will be is known before: each neuron's in each
 * step. More than half of this machine's memory is refused, instead of being found out after hours. */
static int check_membranes(const struct job *p, const struct run_options *o, struct err *err)
{
    const struct events *in = p->input;
    uint32_t last = o->last_sample < in->samples ? o->last_sample : in->samples - 1;
    if (!(o->traces & TRACE_MEMBRANE) || !in->samples || o->first_sample > last)
        return 0;
    uint64_t neurons = network_neurons(p->network), samples = last - o->first_sample + 1;
    double bytes = (double)samples * in->steps * (double)neurons * sizeof(struct run_membrane);
    double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (there <= 0 || bytes <= there / 2)
        return 0;
    return err_input(err, "--trace membrane: %u samples x %u steps x %llu neurons take %.3g GB of memory, this machine has %.3g GB; fewer samples "
                     "(--samples A..B, one range after another into folders of their own) or fewer steps (--steps T)", (uint32_t)samples, in->steps,
                     (unsigned long long)neurons, bytes / 1e9, there / 1e9);
}

/* A trace of weights that cannot change is a mistake. */
static int check_weights(const struct job *p, const struct run_options *o, struct err *err)
{
    for (uint32_t t = 0; t < p->chip->n_types; t++)
        if (p->chip->type[t].learning.on)
            return 0;
    if (!(o->traces & TRACE_WEIGHTS))
        return 0;
    return err_input(err, "--trace weights: no core type of %s learns; a core type of kind stdp or odin with a section `learning` does (docs/chip-file.md)",
                     p->chip->path);
}

static int run_options_of(const struct cli *cli, const struct job *p, struct run_options *o, struct err *err)
{
    /* hold: layers are held outside their windows unless the chip cannot. */
    *o = (struct run_options){
        .first_sample = cli->first_sample, .last_sample = cli->last_sample, .timing = cli->timing, .engine = cli->engine, .threads = cli->threads,
        .seed = cli->seed,
        .decode = cli->decode ? decode_of(cli->decode) : default_decode(p->network), .hold = p->chip->layer_start != LAYER_FREE, .classes = cli->classes,
        .pace_ps = cli->pace_ps, .stop = &stop, .progress = cli_show,
    };
    if (cli_traces(cli->trace, &o->traces, err) || check_classes(cli, p, err) || check_membranes(p, o, err) || check_weights(p, o, err))
        return -1;
    if (p->expect && p->expect->kind == EXPECT_SPIKES)
        o->traces |= TRACE_SPIKES;
    return 0;
}

/* ---- --against-float ---- */

/* Sample by sample: two runs of one accuracy may differ in every answer. */
static void compare_float(struct run *run, const struct run *ideal)
{
    run->has_float = 1;
    for (uint32_t i = 0; i < run->samples_done; i++) {
        run->float_correct += run->sample[i].label >= 0 && ideal->sample[i].prediction == run->sample[i].label;
        run->float_differ += ideal->sample[i].prediction != run->sample[i].prediction;
    }
}

/* The same network and input in float32: as it was trained, on the chip `ideal`. NULL and err, or a run. */
static struct run *run_ideal(const struct job *p, const struct run_options *o, struct err *err)
{
    /* No overrides: the comparison is with the network as it was trained. */
    struct cli plain = {.command = "run", .reset = -1, .reset_time = -1};
    struct job f = {.network = p->network, .input = p->input, .valued = p->valued};
    struct run *ideal = NULL;
    if (!job_ideal(&f, err) && !job_quantise(&f, &plain, err) && !job_map(&f, &plain, err))
        ideal = run_make(f.network, f.chip, f.quantised, f.mapping, f.input, NULL, o, err);
    f.network = NULL;
    f.input = NULL;
    job_free(&f);
    return ideal;
}

/* An interrupted run is not compared: what was asked for is to stop. */
static int run_float(struct job *p, const struct run_options *options, struct run *run, struct err *err)
{
    struct run_options o = *options;
    struct progress progress;
    /* The same samples; a trace or a pace would cost time and say nothing. */
    o.last_sample = o.first_sample + run->samples_asked - 1;
    o.traces = 0;
    o.pace_ps = 0;
    o.hold = 1;         /* as it was trained, even where the chip lets layers run free */
    o.timing = "none";
    o.engine = "c";     /* one elaboration of SystemC per process */
    o.progress_arg = &progress;
    progress_begin(&progress, "samples in float32");
    /* A partial run is compared with nothing. */
    struct run *ideal = run->partial ? NULL : run_ideal(p, &o, err);
    progress_end(&progress);
    if (!run->partial && !ideal)
        return err_context(err, "--against-float");
    if (ideal && !ideal->partial)
        compare_float(run, ideal);
    else
        fidelity_add(&p->extra, FIDELITY_WARNING, "", "interrupted before the comparison with float32 (--against-float) was made");
    run_free(ideal);
    return 0;
}

/* Float32 has no steps to make up for, but the delays that were added are part of the network that both runs are given. */
static void note_shift(struct job *p)
{
    for (size_t i = 0; i < p->network->fidelity.count; i++)
        if (strstr(p->network->fidelity.line[i].text, "(--allow-shift)")) {
            fidelity_add(&p->extra, FIDELITY_NOTE, "",
                         "--against-float: float32 runs the network with the steps that --allow-shift added, not as it was trained");
            return;
        }
}

/* ---- the run ---- */

/* From here on an interrupt keeps what was finished. */
struct run *job_run(struct job *p, const struct cli *cli, struct err *err)
{
    struct progress progress;
    struct run_options o;
    if (run_options_of(cli, p, &o, err))
        return NULL;
    o.progress_arg = &progress;
    cli_stop();
    progress_begin(&progress, "samples");
    struct run *run = run_make(p->network, p->chip, p->quantised, p->mapping, p->input, p->labels, &o, err);
    progress_end(&progress);
    if (cli->against_float)
        note_shift(p);
    if (run && cli->against_float && run_float(p, &o, run, err)) {
        run_free(run);
        run = NULL;
    }
    return run;
}

/* Energy is made after the run, from its counts. The folder is written before the terminal: a closed pipe must not lose an answer. */
static int report(const struct cli *cli, const struct job *p, struct run *run, struct err *err)
{
    struct report_balance balance = report_balance(run);
    struct report_options o = {.balance = run->partial ? NULL : &balance,
                               .command = cli->typed,
                               .input = p->read,
                               .n_inputs = p->n_read,
                               .out = cli->out,
                               .time_chip = cli->time && !strcmp(cli->time, "chip") && p->chip->mode != TIME_EVENT,
                               .extra = &p->extra,
                               .assume_native = cli->assume_native,
                               .set = (const char *const *)cli->set,
                               .n_set = cli->n_sets};
    struct energy *energy = energy_make(run, err);
    int bad = !energy || report_folder(run, energy, &o, err) || (!cli->quiet && report_text(stdout, run, energy, &o, err));
    energy_free(energy);
    return bad ? -1 : 0;
}

/* Its two formulae know messages of SANA-FE's cores alone. */
static int check_timing(const struct cli *cli, struct err *err)
{
    if (!strncmp(cli->timing, "sanafe", 6))
        return err_input(err, "--timing %s is a formula of SANA-FE, for its own files: volley run ARCH.yaml NETWORK.yaml --steps N (docs/sanafe.md); for other "
                         "chips write none, slots or cycle", cli->timing);
    return 0;
}

/* In the order in which a message is of most use; --trace is looked at first, because a run may take minutes and it is one word. */
int job_load(struct job *p, const struct cli *cli, struct err *err)
{
    uint32_t ignored;
    cli_notes(cli, &p->extra);
    return cli_traces(cli->trace, &ignored, err) || check_timing(cli, err) || job_files(cli, err) || job_chip(p, cli, cli->file[0], err) ||
           job_network(p, cli, cli->file[1], err) || job_input(p, cli, err) || job_host_layer(p, cli, err) || job_expect(p, cli, err) ||
           job_quantise(p, cli, err) || job_map(p, cli, err);
}

/* Not a failure of ours nor of the input, but a script must see that the answer is not whole: status 130. */
static int interrupted(const struct run *run, struct err *err)
{
    if (!run->samples_done)
        err_input(err, "interrupted before a sample was finished: nothing is kept");
    else if (run->partial)
        err_input(err, "interrupted after %u of %u samples: what was finished is kept and marked partial", run->samples_done, run->samples_asked);
    else
        err_input(err, "interrupted before the comparison with float32 was made: the run itself is whole and kept");
    err->kind = ERR_INTERRUPTED;
    return -1;
}

/* The folder is checked before the run: to find it unwritable afterwards would lose the run's minutes. */
int cli_run(const struct cli *cli, struct err *err)
{
    int sanafe = cli_is_sanafe(cli, err);
    if (sanafe)
        return sanafe < 0 ? -1 : cli_sanafe_run(cli, err);
    struct job p = {0};
    struct run *run = NULL;
    /* Whether the folder stood there before: what this run made and did not fill goes again. */
    int status = -1, is_new = access(cli->out, F_OK) != 0;
    if (job_load(&p, cli, err) || job_sums(&p, cli, err) || report_check_folder(cli->out, err) || !(run = job_run(&p, cli, err)))
        goto out;
    /* Interrupted before the first sample: no folder, no report. */
    int nothing = run->partial && !run->samples_done;
    if (!nothing && report(cli, &p, run, err))
        goto out;
    status = cli->expect && !nothing ? cli_expect(cli, &p, run, err) : 0;
    if (run->partial || (cli->against_float && !run->has_float))
        status = interrupted(run, err);
out:
    if (status && is_new)
        rmdir(cli->out);        /* made by the check above and still empty; a folder with files stays */
    run_free(run);
    job_free(&p);
    return status;
}
