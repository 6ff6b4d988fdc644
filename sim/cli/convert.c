/* volley convert: a network (NIR or YAML) to native YAML, an event file of any format to .spk or .csv. What is written reads back to the
 * same network or events, bit for bit; a file that cannot be written whole is not left behind. */
#include <string.h>

#include "cli/cli.h"
#include "import/sanafe.h"
#include "report/form.h"

/* Compared as written: .YAML is not .yaml. */
static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

/* The rules of --from are written out: the new file says by itself what the old one left open. */
static int convert_network(const struct cli *cli, struct err *err)
{
    struct job job = {0};
    int bad = job_network(&job, cli, cli->file[0], err) || net_yaml_write(job.network, cli->out, err);
    if (!bad)
        printf("wrote %s and its arrays beside it\n", cli->out);
    job_free(&job);
    return bad ? -1 : 0;
}

/* Read as a run would read them, so that a wrong layout is seen here, too. */
static int convert_events(const struct cli *cli, struct err *err)
{
    char n[4][FORM_TEXT];
    struct event_options o = {.steps = cli->steps, .time_first = time_first_of(cli), .dt = cli->dt};
    struct events *e = events_read(cli->file[0], &o, err);
    int bad = !e || events_write(e, cli->out, err);
    if (!bad)
        printf("wrote %s: %s sample%s x %s step%s x %s neuron%s, %s event%s, read as %s\n", cli->out, form_count(n[0], e->samples), form_plural(e->samples),
               form_count(n[1], e->steps), form_plural(e->steps), form_count(n[2], e->neurons), form_plural(e->neurons), form_count(n[3], (double)e->count),
               form_plural((double)e->count), e->how);
    events_free(e);
    return bad ? -1 : 0;
}

/* A network of SANA-FE says with its architecture alone what its neurons are. */
static int convert_sanafe(const struct cli *cli, enum sanafe_file first, struct err *err)
{
    if (cli->n_files == 1)
        return err_input(err, "%s is %s of SANA-FE: a network is converted with its architecture: volley convert ARCH.yaml NETWORK.yaml -o FILE.yaml --steps N",
                         cli->file[0], first == SANAFE_FILE_ARCH ? "an architecture" : "a network");
    int is = cli_is_sanafe(cli, err);
    if (!is)
        return err_input(err, "volley convert takes one FILE, or an architecture and a network of SANA-FE: what is '%s'?", cli->file[1]);
    if (is > 0 && !ends_with(cli->out, ".yaml") && !ends_with(cli->out, ".yml"))
        return err_input(err, "%s: a network is written as .yaml", cli->out);
    return is < 0 ? -1 : cli_sanafe_convert(cli, err);
}

/* The name's end decides, as everywhere. */
int cli_convert(const struct cli *cli, struct err *err)
{
    /* Said before anything is read. */
    if (!cli->out)
        return err_input(err, "volley convert: where to? -o FILE.yaml for a network, -o FILE.spk or FILE.csv for events");
    if (job_files(cli, err))
        return -1;
    enum sanafe_file first = sanafe_file_kind(cli->file[0]);
    if (cli->n_files == 2 || first != SANAFE_FILE_NONE)
        return convert_sanafe(cli, first, err);
    if (ends_with(cli->out, ".spk") || ends_with(cli->out, ".csv"))
        return convert_events(cli, err);
    if (ends_with(cli->out, ".yaml") || ends_with(cli->out, ".yml"))
        return convert_network(cli, err);
    return err_input(err, "%s: the name's end says what to write: .yaml (a network), .spk or .csv (events)", cli->out);
}
