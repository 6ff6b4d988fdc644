/* Map files: which neurons lie on which core, as YAML that people can read and edit.
 *     network: digits
 *     chip: loihi
 *     cores:
 *       - core: 3                         (tile.core where a tile has several: 0.3)
 *         neurons: {"lif1": [0..127, 130], "lif2": [4]}
 * Within a core the order of neurons is always that of their numbers, layer after layer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/whole.h"
#include "config/doc.h"
#include "config/fields.h"
#include "mapping_parts.h"

enum { LINE = 120 };

/* ---- writing ---- */

static void write_name(FILE *to, const char *name)
{
    fputc('"', to);
    for (const char *c = name; *c; c++)
        if (*c == '"' || *c == '\\')
            fprintf(to, "\\%c", *c);
        else if ((unsigned char)*c < 32 || *c == 127)
            fprintf(to, "\\x%02x", (unsigned)*c);
        else
            fputc(*c, to);
    fputc('"', to);
}

/* Neurons of one population, n of them by rising number, as ranges. */
static void write_ranges(FILE *to, const uint32_t *neuron, uint32_t n, uint64_t first)
{
    int column = 0;
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && neuron[end] == neuron[end - 1] + 1;)
            end++;
        if (i)
            fputs(column > LINE ? ",\n      " : ", ", to);
        if (column > LINE)
            column = 0;
        uint32_t low = (uint32_t)(neuron[i] - first), high = (uint32_t)(neuron[end - 1] - first);
        int wrote = low == high ? fprintf(to, "%u", low) : fprintf(to, "%u..%u", low, high);
        column += wrote + 2;
    }
}

/* Populations rise with the numbers of their neurons, so one pass over the core finds each one's part. */
static void write_core(FILE *to, const struct mapping *map, const struct network *net, const struct chipfile *chip, const struct map_core *core)
{
    uint32_t per_tile = chip->noc.cores_per_tile ? chip->noc.cores_per_tile : 1, p = 0;
    char name[40];
    if (chipfile_chips(&chip->noc) > 1)
        fprintf(to, "  - core: %s\n", chipfile_core_name(chip, core->core, name, sizeof name));
    else if (per_tile > 1)
        fprintf(to, "  - core: %u.%u\n", core->core / per_tile, core->core % per_tile);
    else
        fprintf(to, "  - core: %u\n", core->core);
    fputs("    neurons: {", to);
    for (uint32_t i = 0, end; i < core->neurons; i = end) {
        while (map->first[p + 1] <= core->neuron[i])
            p++;
        for (end = i + 1; end < core->neurons && core->neuron[end] < map->first[p + 1];)
            end++;
        if (i)
            fputs(",\n      ", to);
        write_name(to, net->population[p].name);
        fputs(": [", to);
        write_ranges(to, core->neuron + i, end - i, map->first[p]);
        fputs("]", to);
    }
    fputs("}\n", to);
}

int mapping_write(const struct mapping *map, const struct network *net, const struct chipfile *chip, const char *path, struct err *err)
{
    struct whole whole;
    if (whole_open(&whole, path, err))
        return -1;
    FILE *to = whole.file;
    fprintf(to, "# %u cores; a spike reaches %.3f cores over %.3f hops on average, every source spiking once\nnetwork: ", map->n_cores,
            map->packets_per_spike, map->hops_per_spike);
    write_name(to, net->name ? net->name : "");
    fputs("\nchip: ", to);
    write_name(to, chip->name ? chip->name : "");
    fputs(map->n_cores ? "\ncores:\n" : "\ncores: []\n", to);
    for (uint32_t c = 0; c < map->n_cores; c++)
        write_core(to, map, net, chip, &map->core[c]);
    return whole_close(&whole, err);
}

/* ---- reading ---- */

struct file_top { const char *network, *chip; const struct doc_node *cores; };
struct file_core { const char *core; const struct doc_node *neurons; };

static const struct field top_fields[] = {
    {.key = "network", .type = FIELD_TEXT, .offset = offsetof(struct file_top, network), .fallback = "", .example = "digits", .help = "what was mapped"},
    {.key = "chip", .type = FIELD_TEXT, .offset = offsetof(struct file_top, chip), .fallback = "", .example = "loihi", .help = "chip that it was mapped to"},
    {.key = "cores", .type = FIELD_NODE, .offset = offsetof(struct file_top, cores), .example = "[{core: 3, neurons: {lif1: [0..127]}}]",
     .help = "cores in use"},
};
static const struct field_table top_table = {"", "A map file", top_fields, 3};
static const struct field core_fields[] = {
    {.key = "core", .type = FIELD_TEXT, .offset = offsetof(struct file_core, core), .example = "3", .help = "number of the core, or tile.core"},
    {.key = "neurons", .type = FIELD_NODE, .offset = offsetof(struct file_core, neurons), .example = "{lif1: [0..127]}", .help = "layers and their neurons"},
};
static const struct field_table core_table = {"cores", "A core", core_fields, 2};

struct reader {
    const struct fanin *fanin;
    struct map_file *file;
    uint8_t *placed;            /* [neurons] */
    uint8_t *used;              /* [chip cores] */
};

/* A whole number up to 9 digits; -1 where there is none. */
static int number(const char **text, uint32_t *value)
{
    size_t n = strspn(*text, "0123456789");
    if (!n || n > 9)
        return -1;
    *value = (uint32_t)strtoul(*text, NULL, 10);
    *text += n;
    return 0;
}

/* "3", "tile.core" or "chip.tile.core". */
static int read_address(const struct reader *r, const struct doc_node *node, uint32_t *core, struct err *err)
{
    const struct chipfile *chip = r->fanin->chip;
    uint32_t part[3], n = 0, per_tile = chip->noc.cores_per_tile ? chip->noc.cores_per_tile : 1, chips = chipfile_chips(&chip->noc);
    uint32_t per_chip = chip->cores / chips;
    const char *at = node->kind == DOC_SCALAR ? node->text : "";
    int bad = 0;
    for (int more = 1; more && !bad && n < 3; n++) {
        bad = number(&at, &part[n]);
        more = *at == '.';
        at += more;
    }
    if (bad || *at || at[-1] == '.')
        return doc_error(node, err, "core: '%s' is not a core; write its number (3) or tile.core (0.3)", node->text);
    uint64_t number_of = n == 1 ? part[0] : (uint64_t)part[n - 2] * per_tile + part[n - 1];
    if (n == 3 && part[0] < chips && number_of < per_chip)
        number_of += (uint64_t)part[0] * per_chip;
    else if (n == 3)
        number_of = UINT64_MAX;
    if ((n > 1 && part[n - 1] >= per_tile) || number_of >= chip->cores)
        return doc_error(node, err, "core %s is not on chip %s: it has %u tiles of %u cores, cores 0 to %u", node->text, chip->name ? chip->name : "",
                         chip->cores / per_tile, per_tile, chip->cores ? chip->cores - 1 : 0);
    *core = (uint32_t)number_of;
    if (r->used[*core])
        return doc_error(node, err, "core %s is listed twice; write all its neurons in one place", node->text);
    r->used[*core] = 1;
    return 0;
}

/* "5" or "0..127" of a population. */
static int read_range(struct reader *r, const struct doc_node *node, uint32_t population, struct err *err)
{
    const struct fanin *f = r->fanin;
    uint32_t low, high, size = f->network->population[population].neurons;
    const char *at = node->kind == DOC_SCALAR ? node->text : "", *name = fanin_name(f, population);
    int bad = number(&at, &low);
    high = low;
    if (!bad && !strncmp(at, "..", 2)) {
        at += 2;
        bad = number(&at, &high);
    }
    if (bad || *at || low > high)
        return doc_error(node, err, "layer '%s': '%s' is not a neuron or a range; write 5 or 0..127", name, node->kind == DOC_SCALAR ? node->text : "...");
    if (high >= size)
        return doc_error(node, err, "layer '%s' has neurons 0 to %u; %u is none of them", name, size ? size - 1 : 0, high);
    struct plan *plan = &r->file->plan;
    for (uint32_t i = low; i <= high; i++) {
        uint32_t neuron = (uint32_t)f->first[population] + i;
        if (r->placed[neuron])
            return doc_error(node, err, "neuron %u of layer '%s' is mapped twice", i, name);
        r->placed[neuron] = 1;
        plan->neuron[plan->n++] = neuron;
    }
    return 0;
}

static int unknown_layer(const struct reader *r, const struct doc_node *key, struct err *err)
{
    const struct network *net = r->fanin->network;
    const char **name = mem_new(net->n_populations, sizeof *name);
    for (uint32_t p = 1; p < net->n_populations; p++)
        name[p - 1] = fanin_name(r->fanin, p);
    const char *nearest = doc_nearest(key->text, name, net->n_populations - 1);
    free(name);
    return doc_error(key, err, "the network has no layer '%s'%s%s%s", key->text,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* A layer sits on cores of the type that it was quantised for: another type has other numbers. */
static int read_layer(struct reader *r, const struct doc_node *key, const struct doc_node *value, uint32_t core, struct err *err)
{
    const struct fanin *f = r->fanin;
    int population = network_population_by_name(f->network, key->text);
    if (population <= HOST_POPULATION)
        return unknown_layer(r, key, err);
    uint32_t type = f->quantised->population[population].type;
    if (f->chip->core_type_of[core] != type)
        return doc_error(key, err, "layer '%s' needs a core of type %s; this core is of type %s", key->text, f->chip->type[type].name,
                         f->chip->type[f->chip->core_type_of[core]].name);
    if (value->kind == DOC_MAP)
        return doc_error(value, err, "layer '%s': a list of neurons is wanted here; write [0..127, 130]", key->text);
    if (value->kind == DOC_SCALAR)
        return read_range(r, value, (uint32_t)population, err);
    for (uint32_t i = 0; i < value->count; i++)
        if (read_range(r, value->item[i], (uint32_t)population, err))
            return -1;
    return 0;
}

static int read_core(struct reader *r, const struct doc_node *node, struct err *err)
{
    struct file_core core;
    struct plan *plan = &r->file->plan;
    uint32_t number_of = 0;
    if (fields_read(&core_table, node, node, &core, err) || read_address(r, doc_get(node, "core"), &number_of, err))
        return -1;
    if (core.neurons->kind != DOC_MAP)
        return doc_error(core.neurons, err, "neurons is a map of layers; write {lif1: [0..127]}");
    uint32_t before = plan->n;
    for (uint32_t i = 0; i < core.neurons->count; i++)
        if (read_layer(r, core.neurons->key[i], core.neurons->item[i], number_of, err))
            return -1;
    if (plan->n == before)
        return 0;               /* an empty core is not in use */
    r->file->chip_core[plan->n_cores] = number_of;
    r->file->place[plan->n_cores] = node;
    plan->first[++plan->n_cores] = plan->n;
    return 0;
}

/* The first neuron that is nowhere is named, and how many there are. */
static int all_placed(const struct reader *r, const struct doc_node *cores, struct err *err)
{
    const struct fanin *f = r->fanin;
    uint64_t missing = f->neurons - r->file->plan.n;
    if (!missing)
        return 0;
    uint32_t first = 0;
    while (r->placed[first])
        first++;
    uint32_t p = f->population[first];
    return doc_error(cores, err, "neuron %u of layer '%s' is on no core (%llu neuron%s of the network in all); each neuron belongs to exactly one core",
                     (uint32_t)(first - f->first[p]), fanin_name(f, p), (unsigned long long)missing, missing > 1 ? "s" : "");
}

static void note_names(const struct fanin *f, const struct file_top *top, const char *path, struct fidelity *notes)
{
    const char *network = f->network->name ? f->network->name : "", *chip = f->chip->name ? f->chip->name : "";
    if (top->network && *top->network && strcmp(top->network, network))
        fidelity_add(notes, FIDELITY_WARNING, "", "the map file %s was made for network %s, not %s; its neurons match", path, top->network, network);
    if (top->chip && *top->chip && strcmp(top->chip, chip))
        fidelity_add(notes, FIDELITY_WARNING, "", "the map file %s was made for chip %s, not %s; it fits", path, top->chip, chip);
}

static int read_cores(struct reader *r, const struct doc_node *root, const char *path, struct fidelity *notes, struct err *err)
{
    struct file_top top = {NULL, NULL, NULL};
    if (root->kind != DOC_MAP)
        return doc_error(root, err, "a map file is a map with the keys network, chip, cores");
    if (fields_read(&top_table, root, root, &top, err))
        return -1;
    if (top.cores->kind != DOC_LIST)
        return doc_error(top.cores, err, "cores is a list; write for example cores: [{core: 3, neurons: {lif1: [0..127]}}]");
    for (uint32_t i = 0; i < top.cores->count; i++)
        if (read_core(r, top.cores->item[i], err))
            return -1;
    if (all_placed(r, top.cores, err))
        return -1;
    note_names(r->fanin, &top, path, notes);
    return 0;
}

int map_file_read(const char *path, const struct fanin *f, struct map_file *file, struct fidelity *notes, struct err *err)
{
    static const char *const method[] = {"pack", "fill", "balance"};
    *file = (struct map_file){0};
    if (access(path, F_OK)) {
        const char *nearest = doc_nearest(path, method, 3);
        return err_input(err, "--map %s: neither a method (pack, fill, balance) nor a file that is there%s%s%s", path, nearest ? "; did you mean '" : "",
                         nearest ? nearest : "", nearest ? "'?" : "");
    }
    if (!(file->doc = doc_read(path, err)))
        return -1;
    struct reader r = {.fanin = f, .file = file};
    plan_new(&file->plan, (uint32_t)f->neurons);
    file->chip_core = mem_new(f->neurons + 1, sizeof *file->chip_core);
    file->place = mem_new(f->neurons + 1, sizeof *file->place);
    r.placed = mem_new(f->neurons, 1);
    r.used = mem_new(f->chip->cores, 1);
    int bad = read_cores(&r, doc_root(file->doc), path, notes, err);
    free(r.placed);
    free(r.used);
    return bad;
}

void map_file_free(struct map_file *file)
{
    plan_free(&file->plan);
    free(file->chip_core);
    free((void *)file->place);
    doc_free(file->doc);
    *file = (struct map_file){0};
}
