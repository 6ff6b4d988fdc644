/* volley: the program. Finds the command, reads its options, runs it; the kind of an error becomes the exit status. A command prints its
 * answer and returns 0, a positive status where its answer is no, or -1 and an err; only main writes the message and only main exits.
 * A message is one line on stderr that begins with "volley: ": the place, what was found, what to write instead. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "config/doc.h"

/* Name, arguments, help, the options it takes (each followed by a blank), its default folder, how many files, and what runs it. */
const struct cli_command cli_commands[] = {
    {"run", "CHIP NETWORK", "runs a trained network on a chip and says energy, time and accuracy",
     "input labels samples steps from dt reset reset-time layout values bits quant map cores set core timing engine threads seed pace decode "
     "classes against-float expect approximate assume-native allow-shift time trace out quiet ", "out", 2, 2, cli_run},
    {"info", "FILE...", "what a chip, network, event, array, label or run file holds, and what is wrong with it",
     "from dt reset reset-time layout steps set core allow-shift ", NULL, 1, CLI_FILES, cli_info},
    {"map", "CHIP NETWORK -o FILE", "places and routes only: use of every capacity, predicted hops; FILE is read back by --map",
     "out from dt reset reset-time values bits quant map cores set core approximate assume-native allow-shift ", NULL, 2, 2, cli_map},
    {"noc", "CHIP", "the chip's network alone under a traffic pattern or a run's packets: latency, load, links, buffers",
     "traffic load burst flits hot warmup window seed set out links quiet ", NULL, 1, 1, cli_noc},
    {"verify", "CORE|PATH", "holds a core in RTL against its C kind: random stimuli, or saved ones, in several modes",
     "mode profile seed seeds events budget stim baseline update coverage pin jobs junit out quiet ", "verify", 1, 1, cli_verify},
    {"calibrate", "CORE|PATH", "measures a core in RTL: cycles and accesses of packets and updates, as the service section of a chip file",
     "seed seeds events out ", NULL, 1, 1, cli_calibrate},
    {"convert", "FILE -o FILE", "a network to native YAML (of SANA-FE: ARCH NETWORK); an event file to .spk or .csv",
     "out from dt reset reset-time layout steps allow-shift ", NULL, 1, 2, cli_convert},
    {"compare", "DIR DIR...", "the main figures of several run folders side by side", "", NULL, 2, CLI_FILES, cli_compare},
    {"report", "DIR", "prints a run's report again and writes DIR/report.html", "", NULL, 1, 1, cli_report},
    {"sweep", "FILE", "runs every combination of the options and chip keys that a YAML file lists: a table, and the points that no other beats",
     "threads out quiet ", "sweep", 1, 1, cli_sweep},
    {"price", "DIR", "the counts of a finished run with the prices of another chip file, without running it again", "chip set out ", NULL, 1, 1, cli_price},
    {"chips", "[NAME [KEY]]", "the chips that are found by name, or one of them; with --explain what each of its numbers rests on", "set core explain doc ",
     NULL, 0, 2, cli_chips},
    {"keys", "", "every key of a chip file (Markdown)", "", NULL, 0, 0, cli_keys},
    {"counters", "", "every action that is counted (Markdown)", "", NULL, 0, 0, cli_counters},
    {"kinds", "", "the core kinds, their memories, actions and variables", "", NULL, 0, 0, cli_kinds},
    {0},
};

/* NULL: no such command. */
const struct cli_command *cli_command_by_name(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}

/* Offers the nearest one where a name is near. */
static int unknown_command(const char *name, struct err *err)
{
    const char *known[32];
    /* All commands, for the nearest of them. */
    size_t n = 0;
    for (const struct cli_command *c = cli_commands; c->name && n < 32; c++)
        known[n++] = c->name;
    const char *nearest = doc_nearest(name, known, n);
    return err_input(err, "volley has no command '%s'%s%s%s; volley --help lists them", name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'" : "");
}

/* volley help, volley --help, and with a command's name that command's page. */
static int help(const char *about, struct err *err)
{
    const struct cli_command *command = about ? cli_command_by_name(about) : NULL;
    if (about && !command)
        return unknown_command(about, err);
    if (command)
        cli_help(stdout, command);
    else
        cli_overview(stdout);
    return 0;
}

/* A command is the first word; without one the overview goes to stderr, because it was not asked for. */
static int dispatch(int argc, char **argv, struct err *err)
{
    if (argc < 2) {
        cli_overview(stderr);
        return err_input(err, "a command is missing");
    }
    /* As people try it: --help, -h, help. */
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return help(argc > 2 ? argv[2] : NULL, err);
    if (!strcmp(argv[1], "--version")) {
        printf("volley %s\n", VOLLEY_VERSION);
        return 0;
    }
    const struct cli_command *command = cli_command_by_name(argv[1]);
    if (!command)
        return unknown_command(argv[1], err);
    struct cli cli;
    int status = cli_read(&cli, command, argc, argv, err);
    if (!status && cli.help)
        cli_help(stdout, command);
    else if (!status)
        status = command->run(&cli, err);
    cli_free(&cli);
    return status;
}

/* The C locale: numbers have a point, whatever the user's language. Standard output is looked at once more at the end, so that a full disk
 * under any command is a message and status 2, never a silent half of an answer. */
int main(int argc, char **argv)
{
    struct err err = {ERR_NONE, ""};
    /* Before anything is read or printed. */
    setlocale(LC_ALL, "C");
    int status = dispatch(argc, argv, &err);
    errno = 0;
    /* Only where nothing else went wrong: the first error is the one to mend. */
    if ((fflush(stdout) || ferror(stdout)) && !status)
        status = err_input(&err, "standard output: %s; is the disk full or the reader gone?", errno ? strerror(errno) : "cannot be written");
    if (status < 0) {
        if (*err.text)
            fprintf(stderr, "volley: %s\n", err.text);
        /* The user has done nothing wrong and can do nothing but tell us. */
        if (err.kind == ERR_BUG)
            fprintf(stderr, "volley: this is a defect of volley itself: please report it with the command line above\n");
        /* ERR_ANSWER 1, ERR_INPUT 2, ERR_BUG 3, ERR_INTERRUPTED 130: the kinds are the exit statuses. */
        status = err.kind;
    }
    return status;
}
