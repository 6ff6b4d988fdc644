/* A network of SANA-FE under construction: groups of neurons, named "group.number"; and which of its two readers a file needs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "import/sanafe_parts.h"

enum { BYTES_MAX = 1 << 30 };

/* ---- groups ---- */

/* Linear: a network has tens of groups. */
int64_t sanafe_group_by_name(const struct sanafe_network *net, const char *name, size_t length)
{
    for (size_t g = 0; g < net->n_groups; g++)
        if (strlen(net->group[g].name) == length && !strncmp(net->group[g].name, name, length))
            return (int64_t)g;
    return -1;
}

/* Its neurons begin as copies of defaults. */
int sanafe_group_add(struct sanafe_network *net, const char *name, const struct doc_node *at, uint32_t n, const struct sanafe_neuron *defaults, struct err *err)
{
    if (sanafe_group_by_name(net, name, strlen(name)) >= 0)
        return doc_error(at, err, "a second group '%s'; names of groups are unique", name);
    if (n > SANAFE_NEURONS_MAX - net->n_neurons)
        return doc_error(at, err, "more than %d neurons", SANAFE_NEURONS_MAX);
    net->group = mem_room(net->group, net->n_groups, &net->group_capacity, sizeof *net->group);
    net->group[net->n_groups] = (struct sanafe_group){at, name, (uint32_t)net->n_neurons, n};
    net->neuron = mem_grow(net->neuron, net->n_neurons + n + 1, sizeof *net->neuron);
    for (uint32_t i = 0; i < n; i++) {
        net->neuron[net->n_neurons] = *defaults;
        net->neuron[net->n_neurons].group = (uint32_t)net->n_groups;
        net->neuron[net->n_neurons++].core = SANAFE_NOWHERE;
    }
    net->n_groups++;
    return 0;
}

/* Neurons of a group stand together. */
uint32_t sanafe_neuron_number(const struct sanafe_network *net, uint32_t neuron)
{
    return neuron - net->group[net->neuron[neuron].group].first;
}

/* The number stands behind the last point: a group's name may have points of its own. */
int sanafe_neuron_by_name(const struct sanafe_network *net, const char *text, size_t length, const struct doc_node *at, uint32_t *to, struct err *err)
{
    size_t point = length;
    while (point && text[point - 1] != '.')
        point--;
    uint32_t number;
    if (!point || sanafe_digits(text + point, length - point, &number))
        return doc_error(at, err, "'%.*s' names no neuron; write GROUP.NUMBER, for example in.0", (int)length, text);
    int64_t g = sanafe_group_by_name(net, text, point - 1);
    if (g < 0)
        return doc_error(at, err, "'%.*s': there is no group '%.*s'", (int)length, text, (int)(point - 1), text);
    if (number >= net->group[g].n)
        return doc_error(at, err, "'%.*s': group '%s' has %u neuron%s, 0 to %d", (int)length, text, net->group[g].name, net->group[g].n,
                         net->group[g].n == 1 ? "" : "s", (int)net->group[g].n - 1);
    *to = net->group[g].first + number;
    return 0;
}

/* ---- reading ---- */

static int ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && !strcmp(name + n - m, end);
}

/* The name's end decides, as with that tool's option. */
static int is_net(const char *name)
{
    return ends_with(name, ".net");
}

/* Both readers fill the same network, and the same is asked of it then. */
static struct sanafe_network *make(const char *name, const char *text, size_t size, struct doc *doc, const struct sanafe_arch *arch, struct err *err)
{
    struct sanafe_network *net = mem_new(1, sizeof *net);
    net->doc = doc;
    /* Groups, edges and mapping; then what holds of all of them together. */
    int bad = doc ? sanafe_snn_fill(net, arch, err) : sanafe_net_fill(net, name, text, size, arch, err);
    if (!bad && !sanafe_map_check(net, arch, err))
        return net;
    sanafe_network_free(net);
    return NULL;
}

struct sanafe_network *sanafe_network_parse(const char *name, const char *text, size_t size, const struct sanafe_arch *arch, struct err *err)
{
    struct doc *doc = is_net(name) ? NULL : doc_parse(name, text, size, err);
    return doc || is_net(name) ? make(name, text, size, doc, arch, err) : NULL;
}

/* The whole of a .net file, which the caller frees; NULL and err. */
static char *read_lines(const char *path, size_t *size, struct err *err)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &about) || !S_ISREG(about.st_mode) || about.st_size > BYTES_MAX) {
        err_input(err, "%s: %s", path, file ? "is no file of lines, or larger than 1 GiB" : strerror(errno));
        if (file)
            fclose(file);
        return NULL;
    }
    char *text = mem_new((size_t)about.st_size + 1, 1);
    *size = fread(text, 1, (size_t)about.st_size, file);
    fclose(file);
    return text;
}

struct sanafe_network *sanafe_network_read(const char *path, const struct sanafe_arch *arch, struct err *err)
{
    size_t size = 0;
    if (!is_net(path)) {
        struct doc *doc = doc_read(path, err);
        return doc ? make(path, NULL, 0, doc, arch, err) : NULL;
    }
    char *text = read_lines(path, &size, err);
    struct sanafe_network *net = text ? make(path, text, size, NULL, arch, err) : NULL;
    free(text);
    return net;
}

void sanafe_network_free(struct sanafe_network *net)
{
    if (!net)
        return;
    /* Nodes, parameters, texts: all in one list, whoever points to them. */
    for (size_t i = 0; i < net->n_owned; i++)
        free(net->owned[i]);
    free(net->owned);
    free(net->group);
    free(net->neuron);
    free(net->edge);
    free(net->mapped);
    fidelity_clear(&net->notes);
    doc_free(net->doc);
    free(net);
}

/* ---- what a file is ---- */

/* A key in the first column: the files' own style, and what every YAML writer does at the top level. */
static int has_key(const char *text, const char *key)
{
    size_t n = strlen(key);
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, key, n) && (at[n] == ':' || at[n] == '"'))
            return 1;
        if (!strncmp(at, "{", 1) && strstr(at, key))
            return 1;
    }
    return 0;
}

enum sanafe_file sanafe_file_kind(const char *path)
{
    struct stat about;
    if (is_net(path))
        return stat(path, &about) ? SANAFE_FILE_NONE : SANAFE_FILE_NETWORK;
    /* Other files may be large, and are none of that tool's. */
    if (!ends_with(path, ".yaml") && !ends_with(path, ".yml"))
        return SANAFE_FILE_NONE;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &about) || !S_ISREG(about.st_mode) || about.st_size > BYTES_MAX) {
        if (file)
            fclose(file);
        return SANAFE_FILE_NONE;
    }
    /* `mappings` may stand at the very end. */
    char *text = mem_new((size_t)about.st_size + 1, 1);
    size_t n = fread(text, 1, (size_t)about.st_size, file);
    fclose(file);
    text[n] = '\0';
    /* An architecture cannot be taken for a network: that key stands in no other file. */
    enum sanafe_file kind = has_key(text, "architecture") ? SANAFE_FILE_ARCH : SANAFE_FILE_NONE;
    if (!kind && has_key(text, "mappings"))
        kind = SANAFE_FILE_NETWORK;
    /* A network whose mapping was forgotten is one all the same: groups stand nowhere else. */
    if (!kind && has_key(text, "network") && strstr(text, "groups:"))
        kind = SANAFE_FILE_NETWORK;
    free(text);
    return kind;
}
