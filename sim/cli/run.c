/* volley run: loads, runs, prices, reports; then compares with what the user expects. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "report.h"

static volatile sig_atomic_t interrupts;
static volatile int stop;

static void on_interrupt(int signal_number)
{
    static const char text[] = "\nvolley: finishing the sample in hand; once more stops at once and keeps nothing\n";
    if (interrupts++)
        _exit(128 + signal_number);
    stop = 1;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
}

static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void show(void *progress, uint32_t done, uint32_t all)
{
    progress_show(progress, done, all);
}

static int trace_bits(const char *list, uint32_t *bits, struct err *err)
{
    static const char *const word[] = {"spikes", "membrane", "packets", "timeline"};
    for (*bits = 0; list && *list;) {
        size_t n = strcspn(list, ","), k = 0;
        while (k < 4 && (strlen(word[k]) != n || strncmp(word[k], list, n)))
            k++;
        if (k == 4)
            return err_input(err, "--trace %.*s: it is a list of spikes, membrane, packets, timeline", (int)n, list);
        *bits |= 1u << k;
        list += n + (list[n] == ',');
    }
    return 0;
}

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

static int run_options_of(const struct cli *cli, const struct job *p, struct run_options *o, struct err *err)
{
    *o = (struct run_options){
        .first_sample = cli->first_sample, .last_sample = cli->last_sample, .timing = cli->timing, .threads = cli->threads, .seed = cli->seed,
        .decode = cli->decode ? decode_of(cli->decode) : default_decode(p->network), .hold = p->chip->layer_start != LAYER_FREE, .classes = cli->classes,
        .pace_ps = cli->pace_ps, .stop = &stop,
    };
    if (o->decode == DECODE_POPULATION && !cli->classes)
        return err_input(err, "--decode population needs --classes N: the number of blocks of output neurons");
    return trace_bits(cli->trace, &o->traces, err);
}

/* The same network and input in float32: as it was trained, on the chip `ideal`. */
static int run_float(const struct cli *cli, const struct job *p, const struct run_options *options, struct run *run, struct err *err)
{
    struct cli plain = {.command = "run", .reset = -1, .reset_time = -1};
    struct job f = {.network = p->network, .input = p->input, .valued = p->valued};
    struct run_options o = *options;
    struct run *ideal = NULL;
    o.last_sample = run->samples_done ? o.first_sample + run->samples_done - 1 : o.first_sample;
    o.traces = 0;
    o.pace_ps = 0;
    o.timing = "none";
    int bad = job_chip(&f, &plain, "ideal", err) || job_quantise(&f, &plain, err) || job_map(&f, &plain, err);
    if (!bad)
        ideal = run_make(f.network, f.chip, f.quantised, f.mapping, f.input, p->labels, &o, err);
    if (ideal) {
        run->has_float = 1;
        for (uint32_t i = 0; i < run->samples_done && i < ideal->samples_done; i++) {
            run->float_correct += p->labels && ideal->sample[i].prediction == ideal->sample[i].label;
            run->float_differ += ideal->sample[i].prediction != run->sample[i].prediction;
        }
    }
    run_free(ideal);
    f.network = NULL;
    f.input = NULL;
    job_free(&f);
    (void)cli;
    return ideal ? 0 : err_context(err, "--against-float");
}

static uint32_t inputs_of(const struct cli *cli, const struct job *p, struct report_input *in, struct err *err)
{
    const struct report_input all[] = {{"chip", p->chip->path, ""}, {"network", cli->file[1], ""}, {"input", cli->input, ""}, {"labels", cli->labels, ""},
                                       {"map", cli->map && access(cli->map, R_OK) == 0 ? cli->map : NULL, ""}};
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].path) {
            in[n] = all[i];
            if (sha256_file(in[n].path, in[n].sha256, err))
                return 0;
            n++;
        }
    return n;
}

static int report(const struct cli *cli, const struct job *p, struct run *run, struct err *err)
{
    struct report_input in[5];
    struct report_options o = {.command = cli->typed, .input = in, .out = cli->out, .time_chip = cli->time && !strcmp(cli->time, "chip"), .extra = &p->extra,
                               .assume_native = cli->assume_native, .set = (const char *const *)cli->set, .n_set = cli->n_sets};
    struct energy *energy = energy_make(run, err);
    int bad = !energy || !(o.n_inputs = inputs_of(cli, p, in, err));
    if (!bad && cli->out)
        bad = report_folder(run, energy, &o, err);
    if (!bad && !cli->quiet)
        bad = report_text(stdout, run, energy, &o, err);
    energy_free(energy);
    return bad ? -1 : 0;
}

static int load(struct job *p, const struct cli *cli, struct err *err)
{
    return job_chip(p, cli, cli->file[0], err) || job_network(p, cli, cli->file[1], err) || job_input(p, cli, err) || job_host_layer(p, cli, err) ||
           job_quantise(p, cli, err) || job_map(p, cli, err);
}

static struct run *run_all(struct job *p, const struct cli *cli, struct err *err)
{
    struct progress progress;
    struct run_options o;
    if (run_options_of(cli, p, &o, err))
        return NULL;
    if (cli->expect)
        o.traces |= TRACE_SPIKES;
    o.progress = show;
    o.progress_arg = &progress;
    progress_begin(&progress, "samples");
    struct run *run = run_make(p->network, p->chip, p->quantised, p->mapping, p->input, p->labels, &o, err);
    progress_end(&progress);
    if (run && cli->against_float && run_float(cli, p, &o, run, err)) {
        run_free(run);
        run = NULL;
    }
    return run;
}

int cli_run(const struct cli *cli, struct err *err)
{
    struct job p = {0};
    struct run *run = NULL;
    int status = -1;
    catch_interrupts();
    if ((cli->out && report_check_folder(cli->out, err)) || load(&p, cli, err) || !(run = run_all(&p, cli, err)) || report(cli, &p, run, err))
        goto out;
    status = cli->expect ? cli_expect(cli->quiet ? stderr : stdout, cli, &p, run, err) : 0;
    if (!status && run->partial) {
        err_input(err, "interrupted after %u of %u samples; what was finished is kept and marked partial", run->samples_done, run->samples_asked);
        err->kind = ERR_INTERRUPTED;
        status = -1;
    }
out:
    run_free(run);
    job_free(&p);
    return status;
}
