/* The order of the parts is forced: open questions before shapes (a Delay needs dt), shapes before populations (a convolution needs its grid),
 * the network before its cycles (depth and delays are computed over all projections). The file outlives the rest: weights are borrowed from it. */
#include "import/nir.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_build.h"
#include "import/nir_file.h"
#include "import/nir_graph.h"
#include "import/nir_rules.h"
#include "import/nir_shapes.h"

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where every spike takes a step to arrive anyway, the edge that closes a cycle has no further one. All other projections have at
 * least one step then, so that no chip delay becomes 0. */
static void shorten_cycles(struct network *net, uint32_t arrival)
{
    for (uint32_t i = 0; i < net->n_projections; i++) {
        struct projection *p = &net->projection[i];
        if (arrival && p->back && p->from != p->to && p->network_delay > arrival && p->chip_delay > 1) {
            p->network_delay--;
            p->chip_delay--;
        }
    }
}

/* net->dt is the network's step in seconds, 0 where nothing needed one. */
static int build(const struct nir_file *nir, const struct flat_graph *flat, struct network *net, const struct import_options *options, struct err *err)
{
    struct nir_rules rules;
    if (nir_rules_of(net->name, options, flat, &net->fidelity, &rules, err))
        return -1;
    if (*nir->version)
        fidelity_add(&net->fidelity, FIDELITY_NOTE, "", "NIR version %.40s, %u nodes", nir->version, flat->n);
    struct nir_layers *layers = nir_layers_of(flat, rules.dt, &net->fidelity, err);
    if (!layers)
        return -1;
    int bad = nir_build(net, flat, layers, &rules, err);
    nir_layers_free(layers);
    if (bad || network_finish(net, options->allow_shift, err))
        return -1;
    net->dt = rules.dt;
    shorten_cycles(net, rules.tool->arrival);
    return 0;
}

static int begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Messages about a node do not know the file; some others name it, or an option. */
static void put_path(const char *path, struct err *err)
{
    if (!begins(err->text, path) && !begins(err->text, file_name(path)) && !begins(err->text, "--from"))
        err_context(err, "%s", path);
}

/* A network that failed half-way is freed whole; err then names the file once. */
struct network *nir_read(const char *path, const struct import_options *options, struct err *err)
{
    struct nir_file *nir = nir_file_read(path, err);
    if (!nir)
        return NULL;
    struct network *net = network_new();
    free(net->name);
    free(net->source);
    net->name = mem_text(file_name(path));
    net->source = mem_text(path);
    struct flat_graph *flat = flat_graph_of(nir, &net->fidelity, err);
    int bad = !flat || build(nir, flat, net, options, err);
    if (bad)
        put_path(path, err);
    flat_graph_free(flat);
    nir_file_free(nir);
    if (!bad)
        return net;
    network_free(net);
    return NULL;
}
