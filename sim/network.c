#include "network.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "network_parts.h"

/* The host input is there from the start: importers only give it a shape. */
struct network *network_new(void)
{
    struct network *net = mem_new(1, sizeof *net);
    net->name = mem_text("");
    net->source = mem_text("");
    network_add_population(net, "(input)", "Input", (struct shape){0});
    return net;
}

/* Names and arrays; the struct itself lies in the network's array. */
static void free_population(struct population *p)
{
    free(p->name);
    free(p->type);
    free(p->alpha);
    free(p->beta);
    free(p->threshold);
    free(p->reset_value);
    free(p->membrane_unit);
    free(p->binary);
    for (int port = 0; port < PORTS_MAX; port++)
        free(p->bias[port]);
}

static void free_projection(struct projection *p)
{
    free(p->name);
    free(p->weight);
    free(p->bias);
    free(p->list_first);
    free(p->list);
    free(p->pre_delay);
}

void network_free(struct network *net)
{
    if (!net)
        return;
    for (uint32_t i = 0; i < net->n_populations; i++)
        free_population(&net->population[i]);
    for (uint32_t i = 0; i < net->n_projections; i++)
        free_projection(&net->projection[i]);
    free(net->population);
    free(net->projection);
    free(net->name);
    free(net->source);
    fidelity_clear(&net->fidelity);
    free(net);
}

/* Arrays double at powers of two, so that no capacity need be kept. */
static void *room(void *array, uint32_t count, size_t size)
{
    return count & (count - 1) ? array : mem_grow(array, count ? 2 * (size_t)count : 1, size);
}

uint32_t network_add_population(struct network *net, const char *name, const char *type, struct shape shape)
{
    uint64_t neurons = shape_size(&shape);
    net->population = room(net->population, net->n_populations, sizeof *net->population);
    net->population[net->n_populations] = (struct population){
        .name = mem_text(name), .type = mem_text(type), .shape = shape, .ports = 1,
        .neurons = net->n_populations == HOST_POPULATION ? 0 : neurons < UINT32_MAX ? (uint32_t)neurons : UINT32_MAX,
    };
    return net->n_populations++;
}

struct projection *network_add_projection(struct network *net, const char *name, uint32_t from, uint32_t to, enum projection_form form)
{
    net->projection = room(net->projection, net->n_projections, sizeof *net->projection);
    struct projection *p = &net->projection[net->n_projections++];
    *p = (struct projection){.name = mem_text(name), .from = from, .to = to, .form = form, .scale = 1};
    return p;
}

int network_population_by_name(const struct network *net, const char *name)
{
    for (uint32_t i = 0; i < net->n_populations; i++)
        if (!strcmp(net->population[i].name, name))
            return (int)i;
    return -1;
}

/* Product of the dimensions; UINT64_MAX where it would not fit, so that no check is fooled by a wrap. */
uint64_t shape_size(const struct shape *shape)
{
    uint64_t size = 1;
    for (int i = 0; i < shape->rank; i++)
        size = shape->dim[i] && size > UINT64_MAX / shape->dim[i] ? UINT64_MAX : size * shape->dim[i];
    return size;
}

uint64_t network_neurons(const struct network *net)
{
    uint64_t sum = 0;
    for (uint32_t i = HOST_POPULATION + 1; i < net->n_populations; i++)
        sum += net->population[i].neurons;
    return sum;
}

uint64_t network_synapses(const struct network *net)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < net->n_projections; i++)
        sum += projection_synapses(&net->projection[i], net);
    return sum;
}

/* ---- network_finish ---- */

/* An importer may give the host's shape alone. */
static void size_host(struct population *host)
{
    uint64_t size = shape_size(&host->shape);
    if (!host->neurons && host->shape.rank && size < UINT32_MAX)
        host->neurons = (uint32_t)size;
}

/* What nothing depends on has one value, so that equal networks are equal in all fields. */
static void fill_in(struct network *net)
{
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (net->projection[i].form == FORM_POOL)
            net->projection[i].conv.dilation[0] = net->projection[i].conv.dilation[1] = 1;
    for (uint32_t i = HOST_POPULATION + 1; i < net->n_populations; i++)
        if (!net->population[i].threshold)
            net->population[i].threshold = mem_new(net->population[i].neurons, sizeof *net->population[i].threshold);
}

/* The bias that came with p's weights joins its port's. */
static void add_bias(struct population *to, struct projection *p)
{
    double **sum = &to->bias[p->port];
    if (!p->bias)
        return;
    if (!*sum) {
        *sum = p->bias;
    } else {
        for (uint32_t i = 0; i < to->neurons; i++)
            (*sum)[i] += p->bias[i];
        free(p->bias);
    }
    p->bias = NULL;
}

/* In the order of the projections, so that sums of biases do not depend on the order in a file. */
static void set_ports(struct network *net)
{
    for (uint32_t i = 0; i < net->n_projections; i++) {
        struct projection *p = &net->projection[i];
        struct population *to = &net->population[p->to];
        if (p->back)
            p->port = 1;
        add_bias(to, p);
        if (p->port)
            to->ports = 2;
    }
    for (uint32_t i = 0; i < net->n_populations; i++)
        if (net->population[i].bias[1])
            net->population[i].ports = 2;
}

/* Order matters: back edges want the order of populations, ports want back edges, depths want the delay that a back edge brings. */
int network_finish(struct network *net, int allow_shift, struct err *err)
{
    size_host(&net->population[HOST_POPULATION]);
    if (network_check(net, err))
        return -1;
    fill_in(net);
    network_order(net);
    network_back_edges(net);
    set_ports(net);
    return network_depths(net, allow_shift, err);
}
