/* A finished network as native YAML: `layers` of type Neurons and `connections`, arrays in .npy files beside it, so that reading
 * it back gives the same network bit for bit. All files or none: they are written beside their places, moved there when all are
 * complete, and the YAML file comes last, so that no half-written network can be read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "base/whole.h"
#include "import/import.h"
#include "import/npy.h"

enum { STEM_MAX = 80 };

struct output {
    FILE *yaml;
    char *folder, *stem;        /* arrays are folder/stem_NAME_WHAT.npy */
    char **used;                /* names of arrays given so far; the first n_written of them are complete, at NAME.new */
    size_t n_used, n_written, capacity;
    const struct network *net;
    struct err *err;
    int failed;
};

/* ---- text ---- */

/* The code point at *text, which moves on; -1: not UTF-8. */
static int32_t code_point(const unsigned char **text)
{
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint32_t c = *(*text)++, more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0u) == 0xe0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 9;
    if (more == 9)
        return -1;
    int32_t value = (int32_t)(more ? c & 0x3fu >> more : c);
    for (uint32_t i = 0; i < more; i++) {
        if ((**text & 0xc0u) != 0x80u)
            return -1;
        value = value << 6 | (*(*text)++ & 0x3f);
    }
    return value < least[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? -1 : value;
}

static int is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at)
        if (code_point(&at) < 0)
            return 0;
    return 1;
}

/* Between double quotes, as YAML and JSON read it: what is not printable is escaped. */
static void put_text(FILE *f, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    fputc('"', f);
    while (*at) {
        const unsigned char *from = at;
        int32_t c = code_point(&at);
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", (int)c);
        else if (c < 32 || (c >= 127 && c < 160) || c == 0xfeff || c == 0xfffe || c == 0xffff)
            fprintf(f, "\\u%04x", (unsigned)c & 0xffffu);
        else
            fwrite(from, 1, (size_t)(at - from), f);
    }
    fputc('"', f);
}

static void put_shape(FILE *f, int rank, const uint32_t *dim)
{
    for (int i = 0; i < rank; i++)
        fprintf(f, "%s%u", i ? ", " : "[", dim[i]);
    fputc(']', f);
}

static void put_pair(FILE *f, const char *key, const uint32_t *pair)
{
    fprintf(f, "%s: [%u, %u]", key, pair[0], pair[1]);
}

/* The decimal is for people, the bits count. */
static void put_number(FILE *f, const char *key, double value)
{
    float single = (float)value;
    double back = (double)single;
    uint64_t wide;
    uint32_t narrow;
    memcpy(&wide, &value, sizeof wide);
    memcpy(&narrow, &single, sizeof narrow);
    if (!memcmp(&back, &value, sizeof back))
        fprintf(f, "    %s: %.9g\n    %s_hex: \"0x%08x\"\n", key, value, key, narrow);
    else
        fprintf(f, "    %s: %.17g\n    %s_hex: \"0x%016llx\"\n", key, value, key, (unsigned long long)wide);
}

/* ---- arrays ---- */

static int is_used(const struct output *o, const char *name)
{
    for (size_t i = 0; i < o->n_used; i++)
        if (!strcmp(o->used[i], name))
            return 1;
    return 0;
}

/* What every file system takes as part of a name. to: STEM_MAX + 1 bytes. */
static void clean_name(const char *text, char *to)
{
    size_t n = 0;
    for (; text[n] && n < STEM_MAX; n++)
        to[n] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", text[n]) ? text[n] : '_';
    to[n] = '\0';
}

/* A file name made of the network's, the node's name and what; no two are the same. */
static const char *array_name(struct output *o, const char *node, const char *what)
{
    char stem[STEM_MAX + 1], clean[STEM_MAX + 1];
    clean_name(o->stem, stem);
    clean_name(node, clean);
    char *name = mem_format("%s_%s_%s.npy", stem, clean, what);
    for (unsigned k = 2; is_used(o, name); k++) {
        free(name);
        name = mem_format("%s_%s_%s_%u.npy", stem, clean, what, k);
    }
    o->used = mem_room(o->used, o->n_used, &o->capacity, sizeof *o->used);
    return o->used[o->n_used++] = name;
}

static void put_file(struct output *o, const char *key, const char *name)
{
    fprintf(o->yaml, "    %s: ", key);
    put_text(o->yaml, name);
    fputc('\n', o->yaml);
}

/* Where an array waits until all are written; caller frees. */
static char *new_path(const struct output *o, const char *name)
{
    return mem_format("%s%s.new", o->folder, name);
}

/* Found before anything is moved: a folder cannot be replaced. */
static int check_place(const struct output *o, const char *name)
{
    struct stat about;
    char *path = mem_format("%s%s", o->folder, name);
    int bad = !stat(path, &about) && S_ISDIR(about.st_mode);
    if (bad)
        err_input(o->err, "%s: is a folder where an array of the network belongs; remove it, or give another name with -o", path);
    free(path);
    return bad ? -1 : 0;
}

static void put_array(struct output *o, const char *node, const char *key, int rank, const uint64_t *dim, const double *value)
{
    const char *name = array_name(o, node, key);
    char *path = new_path(o, name);
    if (!o->failed && !(o->failed = check_place(o, name) || npy_write_numbers(path, rank, dim, value, o->err)))
        o->n_written = o->n_used;
    free(path);
    put_file(o, key, name);
}

static void put_whole(struct output *o, const char *node, const char *key, uint64_t n, const uint32_t *value)
{
    const char *name = array_name(o, node, key);
    char *path = new_path(o, name);
    if (!o->failed && !(o->failed = check_place(o, name) || npy_write(path, 'u', sizeof *value, 1, &n, value, o->err)))
        o->n_written = o->n_used;
    free(path);
    put_file(o, key, name);
}

static int all_same(const double *value, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++)
        if (memcmp(&value[i], &value[0], sizeof *value))
            return 0;
    return 1;
}

/* One number where all are the same, else a file. NULL: nothing. */
static void put_each(struct output *o, const struct population *p, const char *key, const double *value)
{
    uint64_t dim[RANK_MAX];
    if (!value)
        return;
    if (all_same(value, p->neurons)) {
        put_number(o->yaml, key, value[0]);
        return;
    }
    for (int i = 0; i < p->shape.rank; i++)
        dim[i] = p->shape.dim[i];
    put_array(o, p->name, key, p->shape.rank, dim, value);
}

/* ---- populations ---- */

/* The one kind that Neurons does not describe. */
static void put_truenorth(struct output *o, const struct population *p)
{
    static const char *const reset[] = {"none", "zero", "subtract", "value"};
    const struct binary_rule *b = p->binary;
    FILE *f = o->yaml;
    fputs("  - name: ", f);
    put_text(f, p->name);
    fputs("\n    type: TrueNorth\n    shape: ", f);
    put_shape(f, p->shape.rank, p->shape.dim);
    fprintf(f, "\n    threshold_bits: %u\n    leak_reversal: %s\n    leak_stochastic: %s\n", b->threshold_bits,
            b->leak_reversal ? "true" : "false", b->leak_stochastic ? "true" : "false");
    fprintf(f, "    synapse_stochastic: %s\n    floor: %lld\n    floor_saturates: %s\n", b->synapse_stochastic ? "true" : "false",
            (long long)b->floor, b->floor_saturates ? "true" : "false");
    fprintf(f, "    reset: %s\n    output: %s\n", reset[p->rule.reset], p->output ? "true" : "false");
    put_each(o, p, "threshold", p->threshold);
    put_each(o, p, "leak", p->bias[0]);
    put_each(o, p, "reset_value", p->reset_value);
}

static void put_population(struct output *o, const struct population *p)
{
    static const char *const reset[] = {"none", "zero", "subtract", "value"}, *const point[] = {"now", "next_before_decay", "next_after_input"};
    FILE *f = o->yaml;
    if (p->binary) {
        put_truenorth(o, p);
        return;
    }
    fputs("  - name: ", f);
    put_text(f, p->name);
    fputs("\n    type: Neurons\n    kind: ", f);
    put_text(f, p->type);
    fputs("\n    shape: ", f);
    put_shape(f, p->shape.rank, p->shape.dim);
    fprintf(f, "\n    current: %s\n    fires: %s\n    reset: %s\n    reset_point: %s\n    threshold_compare: %s\n    refractory: %u\n    output: %s\n",
            p->rule.current ? "true" : "false", p->rule.fires ? "true" : "false", reset[p->rule.reset], point[p->rule.point],
            p->rule.compare == COMPARE_AT_LEAST ? "at_least" : "greater", p->rule.refractory, p->output ? "true" : "false");
    put_each(o, p, "alpha", p->alpha);
    put_each(o, p, "beta", p->beta);
    put_each(o, p, "threshold", p->threshold);
    put_each(o, p, "reset_value", p->reset_value);
    put_each(o, p, "bias", p->bias[0]);
    put_each(o, p, "bias_port1", p->bias[1]);
    put_each(o, p, "membrane_unit", p->membrane_unit);
}

/* ---- projections ---- */

/* Its output size follows from these when it is read. */
static void put_conv(struct output *o, const struct projection *p)
{
    const struct conv *c = &p->conv;
    FILE *f = o->yaml;
    if (!p->pooled) {
        fputs("    input: ", f);
        put_shape(f, 3, (const uint32_t[]){c->channels_in, c->in[0], c->in[1]});
        fputc('\n', f);
    }
    put_pair(f, "    kernel", c->kernel);
    put_pair(f, "\n    stride", c->stride);
    put_pair(f, "\n    padding", c->padding);
    if (p->form == FORM_CONV) {
        put_pair(f, "\n    dilation", c->dilation);
        fprintf(f, "\n    groups: %u", c->groups);
    }
    fputc('\n', f);
}

/* In the shape that the form is read with. */
static void put_weights(struct output *o, const struct projection *p)
{
    const struct conv *c = &p->conv;
    uint64_t posts = o->net->population[p->to].neurons;
    if (p->form == FORM_DENSE)
        put_array(o, p->name, "weight", 2, (const uint64_t[]){posts, p->n_weights / posts}, p->weight);
    else if (p->form == FORM_CONV)
        put_array(o, p->name, "weight", 4, (const uint64_t[]){c->channels_out, c->channels_in / c->groups, c->kernel[0], c->kernel[1]}, p->weight);
    else if (p->n_weights == 1)
        put_number(o->yaml, "weight", p->weight[0]);
    else
        put_array(o, p->name, "weight", 1, &p->n_weights, p->weight);
}

/* Columns, as short as they can be: what reading supplies by itself is left out. */
static void put_list(struct output *o, const struct projection *p)
{
    uint32_t *column = mem_new(p->n_list, sizeof *column);
    int own = p->n_weights == p->n_list || p->n_weights == 1, delayed = 0;
    for (uint32_t pre = 0; pre < o->net->population[p->from].neurons; pre++)
        for (uint64_t i = p->list_first[pre]; i < p->list_first[pre + 1]; i++) {
            column[i] = pre;
            own &= p->list[i].weight == (p->n_weights == 1 ? 0 : i);
            delayed |= p->list[i].delay != 0;
        }
    put_whole(o, p->name, "pre", p->n_list, column);
    for (uint64_t i = 0; i < p->n_list; i++)
        column[i] = p->list[i].post;
    put_whole(o, p->name, "post", p->n_list, column);
    for (uint64_t i = 0; i < p->n_list; i++)
        column[i] = p->list[i].weight;
    if (!own)
        put_whole(o, p->name, "weight_index", p->n_list, column);
    for (uint64_t i = 0; i < p->n_list; i++)
        column[i] = p->list[i].delay;
    if (delayed)
        put_whole(o, p->name, "synapse_delay", p->n_list, column);
    free(column);
}

static void put_pool(FILE *f, const struct projection *p)
{
    fputs("    pool: {shape: ", f);
    put_shape(f, 3, p->pool_in);
    put_pair(f, ", kernel", p->pool.kernel);
    put_pair(f, ", stride", p->pool.stride);
    put_pair(f, ", padding", p->pool.padding);
    fputs("}\n", f);
}

/* The step that closing a cycle gives is not written: reading adds it again. */
static void put_projection(struct output *o, const struct projection *p)
{
    static const char *const form[] = {"dense", "conv", "list", "one_to_one", "pool", "random"};
    FILE *f = o->yaml;
    fputs("  - from: ", f);
    put_text(f, o->net->population[p->from].name);
    fputs("\n    to: ", f);
    put_text(f, o->net->population[p->to].name);
    fputs("\n    name: ", f);
    put_text(f, p->name);
    fprintf(f, "\n    form: %s\n    port: %u\n    delay: %u\n", form[p->form], p->port, p->network_delay - (p->back ? 1 : 0));
    if (p->pooled)
        put_pool(f, p);
    if (p->form == FORM_CONV || p->form == FORM_POOL)
        put_conv(o, p);
    put_weights(o, p);
    if (p->scale != 1)
        put_number(f, "scale", p->scale);
    if (p->form == FORM_LIST)
        put_list(o, p);
    if (p->form == FORM_RANDOM)
        fprintf(f, "    fan_out: %u\n    block: %u\n    seed: %llu\n", p->random.fan_out, p->random.block, (unsigned long long)p->random.seed);
    if (p->pre_delay)
        put_whole(o, p->name, "pre_delay", o->net->population[p->from].neurons, p->pre_delay);
}

/* ---- the file ---- */

/* The shortest decimal number of microseconds or seconds that reads back as dt. */
static void put_dt(FILE *f, double dt)
{
    static const struct { const char *unit; double factor; } unit[] = {{"us", 1e6}, {"s", 1}};
    char text[60];
    struct quantity q;
    struct err ignored;
    for (int digits = 6; digits <= 17; digits++)
        for (size_t u = 0; u < 2; u++) {
            snprintf(text, sizeof text, "%.*g %s", digits, dt * unit[u].factor, unit[u].unit);
            if (!unit_read(text, UNIT_TIME, &q, &ignored) && !memcmp(&q.value, &dt, sizeof dt)) {
                fprintf(f, "dt: %s\n", text);
                return;
            }
        }
    fprintf(f, "dt_export: %.17g\n", dt);
}

static void put_network(struct output *o)
{
    const struct network *net = o->net;
    const struct population *host = &net->population[HOST_POPULATION];
    FILE *f = o->yaml;
    fputs("# Native network file; its keys are described in docs/network-yaml.md.\n", f);
    if (is_utf8(net->name)) {
        fputs("name: ", f);
        put_text(f, net->name);
        fputc('\n', f);
    }
    if (net->steps)
        fprintf(f, "time_steps: %u\n", net->steps);
    if (net->dt > 0)
        put_dt(f, net->dt);
    fputs("input: ", f);
    put_text(f, host->name);
    fputc('\n', f);
    if (host->neurons) {
        fputs("input_shape: ", f);
        put_shape(f, host->shape.rank, host->shape.dim);
        fputc('\n', f);
    }
    fputs("layers:\n", f);
    for (uint32_t i = HOST_POPULATION + 1; i < net->n_populations; i++)
        put_population(o, &net->population[i]);
    fputs(net->n_projections ? "connections:\n" : "connections: []\n", f);
    for (uint32_t i = 0; i < net->n_projections; i++)
        put_projection(o, &net->projection[i]);
}

static void set_names(struct output *o, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    o->folder = mem_format("%.*s", (int)(name - path), path);
    o->stem = mem_format("%.*s", dot && dot != name ? (int)(dot - name) : (int)strlen(name), name);
}

/* YAML is UTF-8; names from an HDF5 file may be any bytes. */
static int check_names(const struct network *net, const char *path, struct err *err)
{
    for (uint32_t i = 0; i < net->n_populations; i++)
        if (!is_utf8(net->population[i].name) || !is_utf8(net->population[i].type))
            return err_input(err, "%s: the name of population %u is not UTF-8 text, so YAML cannot hold it; rename it in %s", path, i, net->source);
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (!is_utf8(net->projection[i].name))
            return err_input(err, "%s: the name of a node that feeds '%s' is not UTF-8 text, so YAML cannot hold it; rename it in %s", path,
                             net->population[net->projection[i].to].name, net->source);
    return 0;
}

/* Moves the arrays to their places; those that failed to be written or moved, and all after them, are removed. */
static int move_arrays(struct output *o)
{
    for (size_t i = 0; i < o->n_written; i++) {
        char *from = new_path(o, o->used[i]), *to = mem_format("%s%s", o->folder, o->used[i]);
        if (!o->failed && rename(from, to))
            o->failed = err_input(o->err, "%s: cannot be written: %s", to, strerror(errno));
        if (o->failed)
            unlink(from);
        free(from);
        free(to);
    }
    return o->failed;
}

int net_yaml_write(const struct network *net, const char *path, struct err *err)
{
    struct whole whole;
    struct output o = {.net = net, .err = err};
    if (check_names(net, path, err) || whole_open(&whole, path, err))
        return -1;
    o.yaml = whole.file;
    set_names(&o, path);
    put_network(&o);
    if (!o.failed)
        o.failed = whole_settle(&whole, err);
    if (move_arrays(&o))
        whole_drop(&whole);
    else
        o.failed = whole_close(&whole, err);
    for (size_t i = 0; i < o.n_used; i++)
        free(o.used[i]);
    free(o.used);
    free(o.folder);
    free(o.stem);
    return o.failed ? -1 : 0;
}
