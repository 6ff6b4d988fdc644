/* volley info: what a file holds, told by its first bytes; what is wrong with it is an error as in a run. The readers are those of a run,
 * so nothing is shown that a run would refuse, and nothing is refused that it would take. Tables and arrays that are no input are told
 * what keeps them from being one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "import/npy.h"
#include "import/sanafe.h"
#include "report/form.h"

enum content { CONTENT_CHIP, CONTENT_NETWORK_YAML, CONTENT_MAP, CONTENT_SUMMARY, CONTENT_FOLDER, CONTENT_TABLE,
               CONTENT_HDF5, CONTENT_NPY, CONTENT_SPK, CONTENT_TEXT };

static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

/* ---- arrays, events, labels, tables ---- */

/* Any array: what it holds is the user's matter. The share of zeros tells spikes from values. */
static int info_npy(const char *path, struct err *err)
{
    struct npy a;
    char type[16], shape[200];
    if (npy_read(path, &a, err))
        return -1;
    /* NaN is neither, and is not told here. */
    double low = 0, high = 0;
    uint64_t zeros = 0;
    for (uint64_t i = 0; i < a.count; i++) {
        double x = npy_number(&a, i);
        low = !i || x < low ? x : low;
        high = !i || x > high ? x : high;
        /* Counted exactly: a value that is nearly 0 is one. */
        zeros += x == 0;
    }
    printf("%s: array %s of %s, from %.9g to %.9g, %.1f %% zeros\n", path, npy_shape_text(&a, shape), npy_type_text(&a, type), low, high,
           a.count ? 100.0 * (double)zeros / (double)a.count : 0.0);
    npy_free(&a);
    return 0;
}

/* As a run would read it, with what the reader had to assume. */
static int info_events(const char *path, const struct cli *cli, struct err *err)
{
    struct event_options o = {.steps = cli->steps, .time_first = time_first_of(cli), .dt = cli->dt};
    struct events *e = events_read(path, &o, err);
    if (!e)
        return -1;
    char n[4][FORM_TEXT];
    printf("%s: %s sample%s x %s step%s x %s neuron%s, read as %s, %s event%s", path, form_count(n[0], e->samples), form_plural(e->samples),
           form_count(n[1], e->steps), form_plural(e->steps), form_count(n[2], e->neurons), form_plural(e->neurons), e->how, form_count(n[3], (double)e->count),
           form_plural((double)e->count));
    if (e->value)
        printf(", values from %.9g to %.9g", e->value_min, e->value_max);
    /* One line per file, then what its reader noted. */
    putchar('\n');
    for (size_t i = 0; i < e->fidelity.count; i++)
        printf("    %s %s\n", fidelity_word(e->fidelity.line[i].kind), e->fidelity.line[i].text);
    events_free(e);
    return 0;
}

/* One number per line. */
static int info_labels(const char *path, struct err *err)
{
    uint32_t n;
    /* 0 samples, 0 classes: nothing to hold them against. */
    int64_t *label = labels_read(path, 0, 0, &n, err), low = 0, high = 0;
    if (!label)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        low = !i || label[i] < low ? label[i] : low;
        high = !i || label[i] > high ? label[i] : high;
    }
    free(label);
    printf("%s: %u label%s or prediction%s, one per line, from %lld to %lld\n", path, n, form_plural(n), form_plural(n), (long long)low, (long long)high);
    return 0;
}

/* Columns are named by words without blanks: a sentence with a comma in it is no header. */
static int is_header(const char *line)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return strchr(line, ',') && strchr(letters, *line) && !line[strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-[]()/%,")];
}

/* The names of the columns in the first line, which is not a comment; NULL: there are none. The caller frees. */
static char *header_of(const char *path, uint64_t *rows)
{
    FILE *file = fopen(path, "r");
    char *line = NULL, *header = NULL;
    size_t size = 0;
    *rows = 0;
    /* The first line that is neither empty nor a comment decides. */
    while (file && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!*line || *line == '#')
            continue;
        if (header)
            ++*rows;
        else if (is_header(line))
            header = mem_text(line);
        else
            break;
    }
    free(line);
    if (file)
        fclose(file);
    return header;
}

/* Events, else labels, else any table; what keeps it from being an input is said. */
static int info_text(const char *path, const struct cli *cli, struct err *err)
{
    struct err not_labels;
    uint64_t rows;
    /* err holds why it is no input until something else is known of it. */
    if (!info_events(path, cli, err))
        return 0;
    /* Any table is told by its columns, whoever wrote it. */
    char *header = header_of(path, &rows);
    if (header)
        printf("%s: a table of %llu row%s: %s\n    as --input: %s\n", path, (unsigned long long)rows, form_plural((double)rows), header, err->text);
    int known = header || !info_labels(path, &not_labels);
    free(header);
    if (known)
        return 0;
    if (ends_with(path, ".csv") || ends_with(path, ".txt"))
        return -1;
    return err_context(err, "%s is nothing that volley reads (a chip, network, array, event, label or map file, or a run folder); as events", path);
}

/* ---- YAML and folders ---- */

/* Which network on which chip; whether it fits a chip is seen by a run. */
static int info_map(const char *path, struct err *err)
{
    struct doc *doc = doc_read(path, err);
    if (!doc)
        return -1;
    const struct doc_node *root = doc_root(doc), *network = doc_get(root, "network"), *chip = doc_get(root, "chip"), *cores = doc_get(root, "cores");
    printf("%s: a map file: %s on %u core%s of %s; volley run CHIP NETWORK --map %s\n", path,
           network && network->kind == DOC_SCALAR ? network->text : "a network", cores->count, cores->count == 1 ? "" : "s",
           chip && chip->kind == DOC_SCALAR ? chip->text : "a chip", path);
    doc_free(doc);
    return 0;
}

/* What a router's events cost, one price a line, and what that makes for a flit that passes a router and a link. */
static int info_table(const char *path, struct err *err)
{
    struct chipfile *f = chipfile_read_table(path, err);
    char value[40], low[40], high[40];
    double hop = 0;
    if (!f)
        return -1;
    printf("%s: an energy table, what the events of one router cost: %s; %s: %s\n", path, f->about, basis_word(f->source[0].basis), f->source[0].text);
    for (uint32_t i = 0; i <= f->n_energy; i++) {
        int power = i == f->n_energy;
        const struct cost *c = power ? &f->static_[0].power : &f->energy[i].cost;
        enum unit unit = power ? UNIT_POWER : UNIT_ENERGY;
        printf("    %-13s", power ? "static" : counters[f->energy[i].counter].key);
        if (c->free)
            printf("unknown, counted as free\n");
        else
            printf("%s (%s to %s), %s\n", unit_write(value, sizeof value, c->value, unit), unit_write(low, sizeof low, c->low, unit),
                   unit_write(high, sizeof high, c->high, unit), basis_word(c->basis));
        /* One write, one read, one passage, one link, and the look-up and a grant of a packet of one flit. */
        hop += power || c->free || f->energy[i].counter == COUNT_LINK_CHIP ? 0 : c->value;
    }
    printf("    a packet of one flit: %s per router and link; a chip file names it: energy: {router_table: %s}\n",
           unit_write(value, sizeof value, hop, UNIT_ENERGY), path);
    chipfile_free(f);
    return 0;
}

/* By the keys that only one kind of file has. */
static enum content content_of_yaml(const char *path)
{
    struct err ignored;
    struct doc *doc = doc_read(path, &ignored);
    /* What is no YAML is left to the readers of text. */
    const struct doc_node *root = doc ? doc_root(doc) : NULL;
    enum content content = CONTENT_TEXT;
    if (root && doc_get(root, "layers"))
        content = CONTENT_NETWORK_YAML;
    else if (root && doc_get(root, "cores") && doc_get(root, "cores")->kind == DOC_LIST && !doc_get(root, "core_types"))
        content = CONTENT_MAP;
    else if (root && doc_get(root, "format") && doc_get(root, "counts"))
        content = CONTENT_SUMMARY;
    else if (root && doc_get(root, "buffer_write"))
        content = CONTENT_TABLE;
    else if (root && doc_get(root, "chip"))
        content = CONTENT_CHIP;
    doc_free(doc);
    return content;
}

/* ---- which is it ---- */

/* HDF5, NumPy and .spk begin with their own bytes; text is told by its name's end, else by its keys. */
static enum content content_of(const char *path)
{
    unsigned char head[8] = {0};
    struct stat about;
    if (stat(path, &about))
        return CONTENT_CHIP; /* no such file: a chip's name, or its error */
    if (S_ISDIR(about.st_mode))
        return CONTENT_FOLDER;
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    /* The first eight bytes of every HDF5 file; the three formats cannot be taken for each other. */
    if (n == 8 && !memcmp(head, "\211HDF\r\n\032\n", 8))
        return CONTENT_HDF5;
    if (n >= 6 && !memcmp(head, "\223NUMPY", 6))
        return CONTENT_NPY;
    if (n == 8 && !memcmp(head, "SNNSPK1", 8))
        return CONTENT_SPK;
    return ends_with(path, ".csv") || ends_with(path, ".txt") ? CONTENT_TEXT : content_of_yaml(path);
}

/* An HDF5 file may be a network or events: the name's end tells them apart, as for --input. */
static int info_one(const char *path, const struct cli *cli, struct err *err)
{
    int hdf5_events = ends_with(path, ".h5") || ends_with(path, ".hdf5"), yaml = ends_with(path, ".yaml") || ends_with(path, ".yml");
    struct stat about;
    if (!yaml && strchr(path, '.') && stat(path, &about)) /* a name with another ending was not meant as a chip's */
        return err_input(err, "%s: %s; name a file, a run folder, or a chip that volley chips lists", path, strerror(errno));
    if (sanafe_file_kind(path) != SANAFE_FILE_NONE)
        return info_sanafe(path, err);
    switch (content_of(path)) {
    case CONTENT_CHIP: return info_chip(path, cli, err);
    case CONTENT_NETWORK_YAML: return info_network(path, cli, err);
    case CONTENT_MAP: return info_map(path, err);
    case CONTENT_TABLE: return info_table(path, err);
    /* Its figures without their units and words would mislead. */
    case CONTENT_SUMMARY: return err_input(err, "%s: the summary of a run; name its folder: volley report prints it", path);
    case CONTENT_FOLDER: return report_again(stdout, path, err);
    case CONTENT_NPY: return info_npy(path, err);
    case CONTENT_SPK: return info_events(path, cli, err);
    case CONTENT_HDF5: return hdf5_events ? info_events(path, cli, err) : info_network(path, cli, err);
    case CONTENT_TEXT: break;
    }
    /* YAML without keys of ours: a chip's reader says what a chip file needs. */
    return yaml ? info_chip(path, cli, err) : info_text(path, cli, err);
}

/* All files have their turn. Of several that cannot be read each has its message, in order: the last of them is the caller's to print. */
int cli_info(const struct cli *cli, struct err *err)
{
    int bad = 0;
    if (job_files(cli, err))
        return -1;
    for (uint32_t i = 0; i < cli->n_files; i++) {
        struct err here = {ERR_NONE, ""};
        if (!info_one(cli->file[i], cli, &here))
            continue;
        if (bad++)
            fprintf(stderr, "volley: %s\n", err->text);
        *err = here;
    }
    return bad ? -1 : 0;
}
