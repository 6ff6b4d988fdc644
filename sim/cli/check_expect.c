/* --expect: the run against the user's own predictions, counts or spikes. One line where all is equal; else the first difference, with the
 * membrane of the neuron and its threshold, from a second run of that sample: the numbers in which a wrong rule or a rounding shows itself.
 * A difference is the run's own answer (exit status 1), not an error of the file. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "import/expect.h"
#include "report/form.h"

/* A comparison of nothing finds no difference, and that must not look like an answer. */
static int nothing_compared(const struct cli *cli, uint32_t first, uint32_t last, struct err *err)
{
    return err_input(err, "--expect %s: covers none of samples %u to %u, so nothing could be compared; give a file of these samples, or --samples that it has",
                     cli->expect, first, last);
}

/* "; compared samples 0..19 (20 of 100)", where the file lacks some of them. */
static void say_cover(FILE *out, const struct expect *e, const struct run *run)
{
    if (!run->samples_done)
        return;
    struct expect_cover c = expect_covers(e, run->sample[0].sample, run->sample[run->samples_done - 1].sample);
    if (c.samples < run->samples_done)
        fprintf(out, "; compared samples %u..%u (%u of %u)", c.first, c.last, c.samples, run->samples_done);
}

/* How many differ, and the first of them with both answers. */
static int check_predictions(FILE *out, const struct cli *cli, const struct expect *e, const struct run *run, struct err *err)
{
    uint32_t differ = 0, compared = 0, first = 0;
    for (uint32_t i = 0; i < run->samples_done; i++) {
        enum expect_answer answer = expect_predictions(e, run->sample[i].sample, run->sample[i].prediction);
        compared += answer != EXPECT_ABSENT;
        if (answer == EXPECT_DIFFERS && !differ++)
            first = i;
    }
    if (!compared)
        return nothing_compared(cli, run->sample[0].sample, run->sample[run->samples_done - 1].sample, err);
    /* Said in both cases: how many were compared is part of the answer. */
    fprintf(out, "%u of %u predictions differ from %s", differ, compared, cli->expect);
    say_cover(out, e, run);
    if (differ)
        fprintf(out, "; the first: sample %u, expected %lld, found %lld", run->sample[first].sample, (long long)e->prediction[run->sample[first].sample],
                (long long)run->sample[first].prediction);
    return differ != 0;
}

/* The same of output counts, with the first neuron that differs: closer to a cause than a class. */
static int check_counts(FILE *out, const struct cli *cli, const struct expect *e, const struct run *run, struct err *err)
{
    /* compared: samples that the file says anything of. */
    uint32_t differ = 0, compared = 0, first = 0, first_neuron = 0, neuron;
    for (uint32_t i = 0; i < run->samples_done; i++) {
        enum expect_answer answer = expect_counts(e, run->sample[i].sample, run->output_counts + (size_t)i * run->outputs, &neuron);
        compared += answer != EXPECT_ABSENT;
        if (answer == EXPECT_DIFFERS && !differ++) {
            first = i;
            first_neuron = neuron;
        }
    }
    if (!compared)
        return nothing_compared(cli, run->sample[0].sample, run->sample[run->samples_done - 1].sample, err);
    fprintf(out, "the output counts of %u of %u samples differ from %s", differ, compared, cli->expect);
    say_cover(out, e, run);
    if (differ)
        fprintf(out, "; the first: sample %u, neuron %u, expected %lld, found %llu", run->sample[first].sample, first_neuron,
                (long long)e->count[(size_t)run->sample[first].sample * e->outputs + first_neuron],
                (unsigned long long)run->output_counts[(size_t)first * run->outputs + first_neuron]);
    return differ != 0;
}

/* The threshold in the membrane's own numbers, as the run compares it. */
static double threshold_of(const struct run *run, const struct expect_spike *s)
{
    const struct quant_population *q = &run->quantised->population[s->population];
    return q->integer ? (double)q->threshold[s->neuron] : (double)q->thr[s->neuron];
}

/* The sample is run again with its membranes recorded, which the first run did not pay for; the same seed gives the same bytes. */
static int say_membrane(FILE *out, const struct run *run, const struct expect_spike *s, struct err *err)
{
    /* One sample, no terminal, no interrupt: it takes milliseconds. */
    struct run_options o = run->options;
    o.first_sample = o.last_sample = s->sample;
    o.traces = TRACE_MEMBRANE;
    o.progress = NULL;
    o.stop = NULL;
    struct run *again = run_make(run->network, run->chip, run->quantised, run->mapping, run->input, NULL, &o, err);
    if (!again)
        return -1;
    for (uint64_t i = 0; i < again->n_membranes; i++) {
        const struct run_membrane *m = &again->membrane[i];
        /* The membrane as it stood at the end of that step, reset or not. */
        if (m->step == s->step && m->population == s->population && m->neuron == s->neuron) {
            int integer = run->quantised->population[s->population].integer;
            fprintf(out, ", membrane %.9g (network's units) at the end of the step", m->value);
            if (integer)
                fprintf(out, ", %lld in the chip's", (long long)m->raw);
            fprintf(out, ", threshold %.9g%s", threshold_of(run, s), integer ? " in the chip's" : "");
        }
    }
    run_free(again);
    return 0;
}

/* Spikes are compared as sets, in network time: the order in a file means nothing. */
static int check_spikes(FILE *out, const struct cli *cli, const struct expect *e, const struct run *run, struct err *err)
{
    /* The run's spikes in the form of the file's. */
    struct expect_spike *mine = mem_new(run->n_spikes, sizeof *mine);
    struct expect_difference d;
    uint64_t compared;
    /* Only samples that were run: an interrupted run is compared as far as it got. */
    uint32_t last = run->samples_done ? run->sample[run->samples_done - 1].sample : 0;
    for (uint64_t i = 0; i < run->n_spikes; i++)
        mine[i] = (struct expect_spike){run->spike[i].sample, run->spike[i].step, run->spike[i].population, run->spike[i].neuron};
    uint64_t differ = expect_spikes(e, mine, run->n_spikes, run->options.first_sample, last, &d, &compared);
    /* The difference found is a copy. */
    free(mine);
    fprintf(out, "%llu spikes differ from the %llu of %s", (unsigned long long)differ, (unsigned long long)compared, cli->expect);
    say_cover(out, e, run);
    int bad = 0;
    if (differ) {
        fprintf(out, "; the first: sample %u, step %u, population %s, neuron %u: %s", d.spike.sample, d.spike.step,
                run->network->population[d.spike.population].name, d.spike.neuron, d.in_run ? "found, not expected" : "expected, not found");
        bad = say_membrane(out, run, &d.spike, err);
    }
    return bad ? -1 : differ != 0;
}

/* Before the run, so that a file of other samples or steps costs no time and leaves no folder. */
static int check_cover(const struct job *p, const struct cli *cli, struct err *err)
{
    const struct expect *e = p->expect;
    uint32_t first = cli->first_sample, last = cli->last_sample < p->input->samples ? cli->last_sample : p->input->samples - 1;
    if (first > last)
        return 0;               /* the run itself says what is wrong with --samples */
    if (!expect_covers(e, first, last).samples)
        return nothing_compared(cli, first, last, err);
    uint32_t step = e->kind == EXPECT_SPIKES ? expect_first_step(e, first, last) : UINT32_MAX;
    if (step != UINT32_MAX && step >= p->input->steps)
        return err_input(err, "--expect %s: its first spike is in step %u, and the run has steps 0 to %u: none in common; steps are counted from 0, in the "
                         "network's time", cli->expect, step, p->input->steps - 1);
    return 0;
}

/* Read before the run: a file that cannot be read must not cost minutes first. */
int job_expect(struct job *p, const struct cli *cli, struct err *err)
{
    if (!cli->expect)
        return 0;
    p->expect = expect_read(cli->expect, p->network, err);
    if (!p->expect)
        return -1;
    /* Counts of another number of neurons are of another network. */
    if (p->expect->kind == EXPECT_COUNTS && p->expect->outputs != job_outputs(p->network))
        return err_input(err, "--expect %s: counts of %u neurons; the output has %u", cli->expect, p->expect->outputs, job_outputs(p->network));
    return check_cover(p, cli, err);
}

/* By what the file holds, which its reader found out. */
static int check(FILE *out, const struct cli *cli, const struct expect *e, const struct run *run, struct err *err)
{
    /* Predictions are what most people have. */
    switch (e->kind) {
    case EXPECT_COUNTS: return check_counts(out, cli, e, run, err);
    case EXPECT_SPIKES: return check_spikes(out, cli, e, run, err);
    default: return check_predictions(out, cli, e, run, err);
    }
}

/* With --quiet a difference still says itself, on stderr: the answer that was asked for is no. */
int cli_expect(const struct cli *cli, const struct job *job, const struct run *run, struct err *err)
{
    /* Built in memory: the line is wrapped as a whole, or goes to stderr. */
    char *text = NULL;
    size_t size;
    FILE *line = open_memstream(&text, &size);
    if (!line)
        return err_input(err, "--expect %s: no memory for the answer", cli->expect);
    int status = check(line, cli, job->expect, run, err);
    fclose(line);
    FILE *to = cli->quiet ? stderr : stdout;
    if (status > 0 || (!status && !cli->quiet))
        form_item(to, form_columns(to), "expected", text);
    free(text);
    return status;
}
