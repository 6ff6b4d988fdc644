/* The options of all commands: one table reads them, checks them and prints the help, so that no option can be taken and not described.
 * An option is --name VALUE or --name=VALUE, and flags take none; a command takes those that its own line in main.c names. What follows
 * -- is a file, whatever it looks like. Values are checked here for their form; what they mean to a network or chip is checked there.
 * Every message names the option as it is written, what was found and what is wanted; the nearest known name where one is near. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "import/values.h"

/* How the text of a value is read: COUNT a whole number within limits, RANGE samples A..B, TIME with a unit, SECONDS with or without one,
 * SET and CORE may be given several times, VALUES is --values, LOADS one load or a range of them. */
enum { VALUE_FLAG, VALUE_TEXT, VALUE_WORD, VALUE_COUNT, VALUE_SEED, VALUE_RANGE, VALUE_TIME, VALUE_SET, VALUE_CORE, VALUE_SECONDS, VALUE_VALUES,
       VALUE_LOADS };

/* One row: where its value goes in struct cli (offset) and what help says. A word's choices are its argument text, read as such. */
struct option {
    const char *name;
    int kind;
    const char *argument;       /* as help shows it; words of VALUE_WORD */
    size_t offset;
    uint32_t low, high;         /* VALUE_COUNT */
    const char *help;
};
#define AT(member) offsetof(struct cli, member)

static const struct option options[] = {
    {"input", VALUE_TEXT, "EVENTS", AT(input), 0, 0, "input spikes: .spk, .npy, .csv or .h5 (docs/events.md)"},
    {"labels", VALUE_TEXT, "FILE", AT(labels), 0, 0, "class of each sample: integer .npy or one number per line"},
    {"samples", VALUE_RANGE, "A..B", 0, 0, 0, "only samples A to B, counted from 0, both included"},
    {"steps", VALUE_COUNT, "T", AT(steps), 1, 1u << 30, "network steps per sample: cuts or lengthens what the file says"},
    {"from", VALUE_TEXT, "TOOL", AT(from), 0, 0, "rules of the tool that wrote the network: snntorch, norse, sinabs, lava, nengo, rockpool, spyx"},
    {"dt", VALUE_SECONDS, "S", AT(dt), 0, 0, "the step that tau is measured in (1e-4, or with a unit: 100us); never the chip's time"},
    {"reset", VALUE_WORD, "zero|subtract", AT(reset), 0, 0, "how a neuron resets"},
    {"reset-time", VALUE_WORD, "now|next", AT(reset_time), 0, 0, "in the step of the spike, or in the next"},
    {"layout", VALUE_WORD, "NT|TN", AT(layout), 0, 0, "arrays with samples first (default) or time first"},
    {"values", VALUE_VALUES, "payload|repeat[:K]|host", AT(values), 0, 0, "how input values other than 0 and 1 reach the chip"},
    {"bits", VALUE_COUNT, "N", AT(bits), 2, 16, "weight width, instead of the chip's"},
    {"quant", VALUE_WORD, "absmax|pow2", AT(quant), 0, 0, "scale of the weights: by the largest, or a power of two"},
    {"map", VALUE_TEXT, "METHOD|FILE", AT(map), 0, 0, "pack (default), fill, balance, or a file that volley map wrote"},
    {"cores", VALUE_COUNT, "N|all", AT(cores), 1, 1u << 30, "cores used at most (default all): what --map balance spreads over"},
    {"set", VALUE_SET, "KEY=VALUE", 0, 0, 0, "overrides a key of the chip file, e.g. noc.size=16x16; may be given several times"},
    {"core", VALUE_CORE, "NAME=KIND", 0, 0, 0, "runs core type NAME, or one core (tile3.core1), with another core kind"},
    {"timing", VALUE_WORD, "none|slots|cycle|sanafe-simple|sanafe-detailed", AT(timing), 0, 0, "model of time (default cycle; two of SANA-FE)"},
    {"engine", VALUE_WORD, "c|systemc", AT(engine), 0, 0, "what moves time: a loop in C, or the SystemC kernel"},
    {"threads", VALUE_COUNT, "N", AT(threads), 1, 256, "threads; the result does not depend on it (default 1)"},
    {"seed", VALUE_SEED, "N", AT(seed), 0, 0, "seed of every random number (default 0; of verify 1, or the word random)"},
    {"pace", VALUE_TIME, "TIME", AT(pace_ps), 0, 0, "a step lasts at least this long, e.g. 1ms; longer ones are overruns"},
    {"decode", VALUE_WORD, "rate|latency|population|membrane", AT(decode), 0, 0, "what the answer is read from (default: most spikes)"},
    {"classes", VALUE_COUNT, "N", AT(classes), 1, 1u << 30, "blocks of output neurons for --decode population"},
    {"against-float", VALUE_FLAG, "", AT(against_float), 0, 0, "also runs the network in float32 and compares the predictions"},
    {"expect", VALUE_TEXT, "FILE", AT(expect), 0, 0, "compares with your predictions, counts or spikes; exit 1 at the first difference"},
    {"approximate", VALUE_FLAG, "", AT(approximate), 0, 0, "takes what the chip offers where it cannot do what a neuron asks"},
    {"assume-native", VALUE_FLAG, "", AT(assume_native), 0, 0, "pretends that the chip can do what a neuron asks"},
    {"allow-shift", VALUE_FLAG, "", AT(allow_shift), 0, 0, "adds steps of delay where a cycle of layers needs them"},
    {"time", VALUE_WORD, "network|chip", AT(time), 0, 0, "steps in spikes.csv (default: the network's)"},
    {"trace", VALUE_TEXT, "LIST", AT(trace), 0, 0, "any of spikes,membrane,packets,timeline,weights, as files of the run folder"},
    {"traffic", VALUE_TEXT, "PATTERN|DIR|FILE", AT(traffic), 0, 0, "who sends to whom: a pattern (docs/command-line.md), or the packets of a run"},
    {"load", VALUE_LOADS, "L|A..B:STEP", 0, 0, 0, "flits that each core sends per cycle, e.g. 0.1; a curve: 0.05..0.5:0.05"},
    {"burst", VALUE_COUNT, "B", AT(burst), 1, 1u << 24, "packets that each core sends back to back: when has the last one arrived?"},
    {"flits", VALUE_COUNT, "N", AT(flits), 1, 4096, "length of a packet (default: of the chip's spike packet)"},
    {"hot", VALUE_TEXT, "CORE[:WEIGHT]", AT(hot), 0, 0, "of hotspot: this core is drawn WEIGHT times as often, e.g. 0.27.0:16"},
    {"warmup", VALUE_COUNT, "N", AT(warmup), 1, 1u << 30, "cycles before anything is measured (default: a quarter of the window)"},
    {"window", VALUE_COUNT, "N", AT(window), 10, 1u << 30, "cycles whose packets are measured (default: by load, 10,000 at least)"},
    {"links", VALUE_TEXT, "FILE", AT(links), 0, 0, "CSV with a row per link: flits, use, buffer, stalls by cause"},
    {"mode", VALUE_TEXT, "LIST", AT(mode), 0, 0, "any of transaction,lockstep,counts,overlap (default: all that the core allows)"},
    {"profile", VALUE_TEXT, "LIST", AT(profile), 0, 0, "profiles of the stimuli, with commas (default: all that fit; docs/verify.md)"},
    {"seeds", VALUE_COUNT, "N", AT(seeds), 1, 1u << 20, "seeds of each size and profile, from --seed on (default 12; of calibrate 2)"},
    {"events", VALUE_SEED, "N", AT(events), 0, 0, "packets of each size in all, about (default 500 per stimulus); of calibrate: per stimulus (300)"},
    {"budget", VALUE_TIME, "TIME", AT(budget_ps), 0, 0, "begins no new seed after this time, e.g. 60s"},
    {"stim", VALUE_TEXT, "FILE", AT(stim), 0, 0, "replays this stimulus and nothing else"},
    {"baseline", VALUE_TEXT, "FILE", AT(baseline), 0, 0, "holds cycles and accesses against FILE; with --stim its whole trace; exit 1 at a change"},
    {"update", VALUE_FLAG, "", AT(update), 0, 0, "writes the baseline instead"},
    {"coverage", VALUE_FLAG, "", AT(coverage), 0, 0, "counts which lines, bits and cover points of the RTL were reached, and lists those that were not"},
    {"pin", VALUE_FLAG, "", AT(pin), 0, 0, "of a core of your own: writes the checksums of its sources into its manifest, and ends"},
    {"jobs", VALUE_COUNT, "N", AT(jobs), 1, 64, "stimuli at a time; the result does not depend on it (default 1)"},
    {"junit", VALUE_TEXT, "FILE", AT(junit), 0, 0, "also writes the result as JUnit XML"},
    {"chip", VALUE_TEXT, "CHIP", AT(chip), 0, 0, "the chip file whose prices are taken"},
    {"explain", VALUE_FLAG, "", AT(explain), 0, 0, "of a chip's numbers, or of those that KEY means: value, basis, source, range, and how it was derived"},
    {"doc", VALUE_FLAG, "", AT(doc), 0, 0, "the chip's page of docs/chips (Markdown)"},
    {"out", VALUE_TEXT, "DIR|FILE", AT(out), 0, 0, "where to write (-o for short); a run's folder is out where nothing is said"},
    {"quiet", VALUE_FLAG, "", AT(quiet), 0, 0, "no report on the terminal"},
    {"help", VALUE_FLAG, "", AT(help), 0, 0, "this page (-h for short)"},
};
enum { N_OPTIONS = sizeof options / sizeof *options };
_Static_assert(N_OPTIONS <= 64, "cli.given has a bit for each");

/* Whether a command's list of options has this name, as a whole word; every command has --help. */
static int takes(const struct cli_command *command, const char *name)
{
    char word[40];
    snprintf(word, sizeof word, "%s ", name);
    /* Found inside a longer name (set in reset) it does not count: a blank or the beginning must stand before it. */
    const char *at = strstr(command->options, word);
    while (at && at != command->options && at[-1] != ' ')
        at = strstr(at + 1, word);
    return at || !strcmp(name, "help");
}

/* Short forms exist for -o and -h alone; NULL: the command has no such option, though another may. */
static const struct option *find(const struct cli_command *command, const char *name, size_t length)
{
    /* -o and -h are --out and --help. */
    if (length == 1 && (*name == 'o' || *name == 'h'))
        return *name == 'o' ? find(command, "out", 3) : find(command, "help", 4);
    for (int i = 0; i < N_OPTIONS; i++)
        if (strlen(options[i].name) == length && !strncmp(options[i].name, name, length) && takes(command, options[i].name))
            return &options[i];
    return NULL;
}

/* The nearest among the command's own options: one of another command would be no help. */
static int unknown(const struct cli_command *command, const char *typed, struct err *err)
{
    /* What this command takes, in the table's order. */
    const char *known[N_OPTIONS];
    size_t n = 0, length = strcspn(typed, "=");
    char name[64];
    for (int i = 0; i < N_OPTIONS; i++)
        if (takes(command, options[i].name))
            known[n++] = options[i].name;
    /* Without the value that was typed behind it. */
    snprintf(name, sizeof name, "%.*s", (int)length, typed);
    const char *nearest = doc_nearest(name, known, n);
    return err_input(err, "volley %s has no option --%s%s%s; volley %s --help lists them", command->name, name, nearest ? "; did you mean --" : "",
                     nearest ? nearest : "", command->name);
}

/* A whole number without sign, up to 19 digits; -1 where the text is anything else. */
static int whole(const char *text, uint64_t *value)
{
    /* No sign, no blanks, no point: strtoull would take all three. */
    size_t n = strspn(text, "0123456789");
    if (!n || n > 19 || text[n])
        return -1;
    *value = strtoull(text, NULL, 10);
    return 0;
}

/* --cores all is the absence of a limit: 0. */
static int read_count(const struct option *o, const char *text, uint32_t *to, struct err *err)
{
    uint64_t value;
    /* The one count that has a word for "no limit". */
    if (!strcmp(o->name, "cores") && !strcmp(text, "all")) {
        *to = 0;
        return 0;
    }
    /* Beyond 32 bits is beyond every limit. */
    if (whole(text, &value) || value < o->low || value > o->high)
        return err_input(err, "--%s %s: a whole number from %u to %u is wanted", o->name, text, o->low, o->high);
    *to = (uint32_t)value;
    return 0;
}

/* reset and reset-time are kept as the number of their word, because import knows them so; the others as their text. */
static int read_word(const struct option *o, const char *text, struct cli *cli, struct err *err)
{
    const char *words = o->argument;
    for (int i = 0;; i++) {
        size_t n = strcspn(words, "|");
        /* The whole word: an abbreviation that is clear today may not be tomorrow. */
        if (strlen(text) == n && !strncmp(words, text, n)) {
            /* Two options whose words are kept as numbers, in the order of their enums. */
            if (o->offset == AT(reset))
                cli->reset = i ? RESET_SUBTRACT : RESET_ZERO;
            else if (o->offset == AT(reset_time))
                cli->reset_time = i;
            else
                *(const char **)(void *)((char *)cli + o->offset) = text;
            return 0;
        }
        if (!words[n])
            return err_input(err, "--%s %s: it is one of %s", o->name, text, o->argument);
        words += n + 1;
    }
}

/* A alone is A..A. Whether the input has so many samples is seen when it has been read. */
static int read_range(const char *text, struct cli *cli, struct err *err)
{
    char first[24] = "";
    uint64_t a, b;
    size_t n = strcspn(text, ".");
    const char *rest = text + n;
    if (n < sizeof first)
        memcpy(first, text, n);
    int bad = whole(first, &a);
    if (!bad && !*rest)
        b = a;
    else
        bad = bad || strncmp(rest, "..", 2) || whole(rest + 2, &b);
    /* UINT32_MAX stands for "all". */
    if (bad || a > b || b >= UINT32_MAX)
        return err_input(err, "--samples %s: write A..B, for example 0..19 (both included, counted from 0)", text);
    cli->first_sample = (uint32_t)a;
    cli->last_sample = (uint32_t)b;
    return 0;
}

/* A plain number is taken as seconds only where people write it so (--dt 1e-4); a pace without its unit would be a guess. */
static int read_time(const struct option *o, const char *text, double *seconds, struct err *err)
{
    struct quantity q;
    char *end;
    /* The C locale: a comma is no point. */
    double plain = strtod(text, &end);
    if (o->kind == VALUE_SECONDS && end != text && !*end && plain > 0 && plain < 1e9) {
        *seconds = plain;
        return 0;
    }
    if (o->kind == VALUE_SECONDS && end != text && !*end)
        return err_input(err, "--%s %s: a time above 0 is wanted, for example 1e-4 (seconds) or 100us", o->name, text);
    if (unit_read(text, UNIT_TIME, &q, err))
        return err_context(err, "--%s", o->name);
    /* Whole picoseconds must fit into 64 bits. */
    if (!(q.value > 0) || q.value > 1e6)
        return err_input(err, "--%s %s: a time above 0 is wanted, for example 1 ms", o->name, text);
    *seconds = q.value;
    return 0;
}

/* payload, host, repeat or repeat:K. */
static int read_values(const char *text, struct cli *cli, struct err *err)
{
    static const struct { const char *word; enum values_mode mode; } modes[] = {{"payload", VALUES_PAYLOAD}, {"host", VALUES_HOST}, {"repeat", VALUES_REPEAT}};
    size_t n = strcspn(text, ":");
    uint64_t k = 0;
    /* The last --values counts, so the mode of an earlier one is not kept. */
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].word) == n && !strncmp(text, modes[i].word, n))
            cli->values = modes[i].mode;
    if (!cli->values || (text[n] && cli->values != VALUES_REPEAT))
        return err_input(err, "--values %s: it is one of payload, repeat, repeat:K, host", text);
    if (text[n] && (whole(text + n + 1, &k) || !k || k > VALUES_REPEAT_MAX))
        return err_input(err, "--values %s: K is a whole number from 1 to %d", text, VALUES_REPEAT_MAX);
    cli->repeat = (uint32_t)k;
    return 0;
}

/* Above 0 and at most 1; moves *text on past it. A point belongs to a number only before a digit: "0.05..0.5" are two. */
static int read_load(const char **text, double *load)
{
    static const char ten[] = "0123456789";
    char copy[32];
    size_t n = strspn(*text, ten), m = (*text)[n] == '.' ? strspn(*text + n + 1, ten) : 0;
    n += m ? m + 1 : 0;
    if (n && (*text)[n] == 'e') {
        n += (*text)[n + 1] == '-' ? 2 : 1;
        n += strspn(*text + n, ten);
    }
    if (!n || n >= sizeof copy)
        return -1;
    snprintf(copy, sizeof copy, "%.*s", (int)n, *text);
    *text += n;
    *load = strtod(copy, NULL);
    return *load > 0 && *load <= 1 ? 0 : -1;
}

/* L alone is one load; a range has its step, so that nobody has to guess how many runs it means. */
static int read_loads(const char *text, struct cli *cli, struct err *err)
{
    const char *at = text;
    struct cli_loads l = {0, 0, 0, 1};
    int bad = read_load(&at, &l.first);
    l.last = l.step = l.first;
    if (!bad && *at)
        bad = strncmp(at, "..", 2) || (at += 2, read_load(&at, &l.last)) || *at++ != ':' || read_load(&at, &l.step);
    if (bad || *at || l.last < l.first)
        return err_input(err, "--load %s: flits per core and cycle, above 0 and at most 1, for example 0.1; several as A..B:STEP, for example 0.05..0.5:0.05",
                         text);
    /* The end belongs to the range, also where binary fractions miss it by a hair. */
    double n = (l.last - l.first) / l.step + 1 + 1e-6;
    if (n > CLI_LOADS)
        return err_input(err, "--load %s: %.0f loads; at most %d", text, n, CLI_LOADS);
    l.n = (uint32_t)n;
    cli->load = l;
    return 0;
}

/* --core NAME=KIND is a shorter way to set one key of the chip file, and is kept as that, unless NAME is that of a single core. */
static int add_set(struct cli *cli, const struct option *o, const char *text, struct err *err)
{
    /* KEY= would set a key to nothing: refused like KEY alone. */
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return err_input(err, "--%s %s: write --%s %s, for example --%s %s", o->name, text, o->name, o->argument, o->name,
                         o->kind == VALUE_CORE ? "lif28=reference" : "noc.size=16x16");
    if (cli->n_sets == CLI_SETS)
        return err_input(err, "--%s: more than %d overrides; a chip file of your own would be clearer", o->name, CLI_SETS);
    if (o->kind == VALUE_CORE)
        cli->core[cli->n_cores_named++] = text;
    if (o->kind == VALUE_CORE && chipfile_is_place(text))
        return 0;
    cli->set[cli->n_sets++] = o->kind == VALUE_CORE ? mem_format("core_types.%.*s.kind=%s", (int)(equals - text), text, equals + 1) : mem_text(text);
    return 0;
}

/* Where the value of one option is written; the last one given counts. */
static int read_value(struct cli *cli, const struct option *o, const char *text, struct err *err)
{
    double seconds;
    uint64_t value;
    void *to = (char *)cli + o->offset;
    switch (o->kind) {
    case VALUE_WORD: return read_word(o, text, cli, err);
    case VALUE_COUNT: return read_count(o, text, to, err);
    case VALUE_RANGE: return read_range(text, cli, err);
    case VALUE_SET: case VALUE_CORE: return add_set(cli, o, text, err);
    case VALUE_LOADS: return read_loads(text, cli, err);
    case VALUE_VALUES: cli->values = VALUES_DEFAULT; return read_values(text, cli, err);
    case VALUE_SEED:
        /* Only verify looks for what nobody has tried; a run is to be repeated. */
        if (!strcmp(o->name, "seed") && !strcmp(cli->command, "verify")) {
            cli->seed_random = !strcmp(text, "random");
            if (cli->seed_random)
                return 0;
        }
        if (whole(text, &value))
            return err_input(err, "--%s %s: a whole number of up to 19 digits is wanted", o->name, text);
        *(uint64_t *)to = value;
        return 0;
    case VALUE_SECONDS: return read_time(o, text, to, err);
    case VALUE_TIME:
        if (read_time(o, text, &seconds, err))
            return -1;
        *(uint64_t *)to = (uint64_t)(seconds * 1e12 + 0.5);
        return 0;
    default: break;
    }
    *(const char **)to = text;
    return 0;
}

/* --set and --core add up; of anything else the last one counts, and cli_notes says so. */
static void note_again(struct cli *cli, const struct option *o)
{
    uint64_t bit = UINT64_C(1) << (o - options);
    if (o->kind != VALUE_SET && o->kind != VALUE_CORE)
        cli->twice |= cli->given & bit;
    cli->given |= bit;
}

int cli_gave(const struct cli *cli, const char *name)
{
    for (int i = 0; i < N_OPTIONS; i++)
        if (!strcmp(options[i].name, name))
            return (int)(cli->given >> i & 1);
    return 0;
}

const char *cli_gave_beyond(const struct cli *cli, const char *allowed)
{
    const struct cli_command those = {.options = allowed};
    for (int i = 0; i < N_OPTIONS; i++)
        if (cli->given >> i & 1 && !takes(&those, options[i].name))
            return options[i].name;
    return NULL;
}

void cli_notes(const struct cli *cli, struct fidelity *to)
{
    for (int i = 0; i < N_OPTIONS; i++)
        if (cli->twice >> i & 1)
            fidelity_add(to, FIDELITY_NOTE, "", "--%s was given more than once: the last one counts", options[i].name);
    if (cli->time && !strcmp(cli->time, "chip") && !(cli->trace && strstr(cli->trace, "spikes")))
        fidelity_add(to, FIDELITY_NOTE, "", "--time chip is about spikes.csv, which only --trace spikes writes: it changes nothing");
}

/* One argument that begins with a dash; *i moves on where its value stands apart. */
static int read_option(struct cli *cli, const struct cli_command *command, int argc, char **argv, int *i, struct err *err)
{
    /* -input is taken for --input: one dash too few is no reason to stop. */
    const char *typed = argv[*i] + (argv[*i][1] == '-' ? 2 : 1), *equals = strchr(typed, '=');
    const struct option *o = find(command, typed, equals ? (size_t)(equals - typed) : strlen(typed));
    if (!o)
        return unknown(command, typed, err);
    if (o->kind == VALUE_FLAG) {
        if (equals)
            return err_input(err, "--%s takes no value", o->name);
        *(int *)(void *)((char *)cli + o->offset) = 1;
        cli->given |= UINT64_C(1) << (o - options);
        return 0;
    }
    /* A value that begins with two dashes is most likely the next option; written --name=--value it is taken. */
    if (!equals && (*i + 1 >= argc || !strncmp(argv[*i + 1], "--", 2)))
        return err_input(err, "--%s needs a value: --%s %s", o->name, o->name, o->argument);
    const char *value = equals ? equals + 1 : argv[++*i];
    if (!*value)
        return err_input(err, "--%s has an empty value: --%s %s", o->name, o->name, o->argument);
    note_again(cli, o);
    return read_value(cli, o, value, err);
}

/* Single quotes keep every character but themselves. */
char *cli_quoted(const char *word)
{
    if (*word && !strpbrk(word, " \t\r\n\"'$*?[]{}~#!;&|<>()`\\"))
        return mem_text(word);
    /* At worst every character is a quote of three, and two quotes around all of it. */
    char *to = mem_new(4 * strlen(word) + 3, 1), *at = to;
    *at++ = '\'';
    for (; *word; word++) {
        if (*word == '\'')
            at = stpcpy(at, "'\\'");         /* ends the quotes, a quote of its own, begins them again with the next */
        *at++ = *word;
    }
    *at = '\'';
    return to;
}

/* The command as a shell would take it again, for host.json: who finds a folder can repeat its run. */
static char *typed_line(int argc, char **argv)
{
    char *line = mem_text("volley");
    for (int i = 1; i < argc; i++) {
        /* Quadratic in the length of a command line, which is short. */
        char *word = cli_quoted(argv[i]), *longer = mem_format("%s %s", line, word);
        free(word);
        free(line);
        line = longer;
    }
    return line;
}

/* What two options say of each other. */
static int check_pairs(const struct cli *cli, struct err *err)
{
    /* Blocks are asked for by both or by neither. */
    int population = cli->decode && !strcmp(cli->decode, "population");
    if (population && !cli->classes)
        return err_input(err, "--decode population needs --classes N: the number of blocks of output neurons");
    if (cli->classes && !population)
        return err_input(err, "--classes %u belongs to --decode population: the number of blocks of output neurons", cli->classes);
    if (cli->approximate && cli->assume_native)
        return err_input(err, "--approximate and --assume-native are two answers to what a chip cannot do: give one");
    return 0;
}

/* Too many are named, not counted: the surplus word is what the user mistyped, most often a value after a flag. */
static int count_files(const struct cli *cli, const struct cli_command *command, struct err *err)
{
    const char *wanted = *command->arguments ? command->arguments : "no files";
    if (cli->n_files < command->files_min)
        return err_input(err, "volley %s takes %s, not %u file%s; volley %s --help says more", command->name, wanted, cli->n_files,
                         cli->n_files == 1 ? "" : "s", command->name);
    /* An empty word comes from an unset variable in a script. */
    for (uint32_t i = 0; i < cli->n_files; i++)
        if (!*cli->file[i])
            return err_input(err, "argument %u is empty; volley %s takes %s", i + 1, command->name, wanted);
    if (cli->n_files > command->files_max)
        return err_input(err, "volley %s takes %s: what is '%s'? volley %s --help says more", command->name, wanted, cli->file[command->files_max],
                         command->name);
    return 0;
}

void cli_begin(struct cli *cli, const struct cli_command *command)
{
    *cli = (struct cli){.command = command->name, .out = command->out, .last_sample = UINT32_MAX, .reset = -1, .reset_time = -1, .timing = "cycle",
                        .engine = "c", .threads = 1, .seed = !strcmp(command->name, "verify")};
}

int cli_give(struct cli *cli, const struct cli_command *command, const char *name, const char *value, struct err *err)
{
    const struct option *o = find(command, name, strlen(name));
    if (!o)
        return unknown(command, name, err);
    if (o->kind != VALUE_FLAG) {
        if (!*value)
            return err_input(err, "--%s has an empty value: --%s %s", o->name, o->name, o->argument);
        note_again(cli, o);
        return read_value(cli, o, value, err);
    }
    /* In a file a flag is true or false; false is as if it were not there. */
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return err_input(err, "%s: %s: it is true or false", o->name, value);
    *(int *)(void *)((char *)cli + o->offset) = *value == 't';
    if (*value == 't')
        cli->given |= UINT64_C(1) << (o - options);
    return 0;
}

int cli_complete(const struct cli *cli, const struct cli_command *command, struct err *err)
{
    return count_files(cli, command, err) || check_pairs(cli, err) ? -1 : 0;
}

/* Defaults first; argv[0] is the program, argv[1] the command. */
int cli_read(struct cli *cli, const struct cli_command *command, int argc, char **argv, struct err *err)
{
    /* Texts are those of argv and live as long as the program. */
    cli_begin(cli, command);
    cli->typed = typed_line(argc, argv);
    int options_end = 0;
    for (int i = 2; i < argc; i++) {
        if (!options_end && !strcmp(argv[i], "--"))
            options_end = 1;
        /* A dash alone is a file's name, as everywhere. */
        else if (!options_end && argv[i][0] == '-' && argv[i][1]) {
            if (read_option(cli, command, argc, argv, &i, err))
                return -1;
        } else if (cli->n_files <= CLI_FILES)
            cli->file[cli->n_files++] = argv[i];
    }
    /* --help asks for nothing else to be right. */
    return cli->help ? 0 : cli_complete(cli, command, err);
}

/* Only what was made here; texts belong to argv. */
void cli_free(struct cli *cli)
{
    for (uint32_t i = 0; i < cli->n_sets; i++)
        free(cli->set[i]);
    free(cli->typed);
}

/* In the table's order, which goes from what every run needs to what few do. */
void cli_help(FILE *out, const struct cli_command *command)
{
    fprintf(out, "volley %s %s\n    %s\n", command->name, command->arguments, command->help);
    for (int i = 0; i < N_OPTIONS; i++) {
        /* Name and argument, as they are typed. */
        char left[64];
        if (!takes(command, options[i].name))
            continue;
        snprintf(left, sizeof left, "--%s %s", options[i].name, options[i].argument);
        /* One line each, in one column. */
        fprintf(out, "    %-42s %s\n", left, options[i].help);
    }
}

/* One line per command, and the exit statuses that scripts depend on. */
void cli_overview(FILE *out)
{
    fprintf(out, "volley %s: runs a trained spiking network on a described neuromorphic chip: energy, time, accuracy\n\n", VOLLEY_VERSION);
    for (const struct cli_command *c = cli_commands; c->name; c++) {
        char left[64];
        snprintf(left, sizeof left, "volley %s %s", c->name, c->arguments);
        fprintf(out, "    %-34s %s\n", left, c->help);
    }
    fprintf(out, "\nvolley COMMAND --help lists a command's options. Exit status: 0 done; 1 the answer is no (does not fit, mismatch, refused);\n"
                 "2 wrong use, unreadable input or unwritable output; 3 a defect of volley; 130 interrupted.\n");
}
