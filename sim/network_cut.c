#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "network.h"

static void drop_projection(struct network *net, uint32_t i)
{
    struct projection *p = &net->projection[i];
    void *const owned[] = {p->name, p->weight, p->bias, p->list_first, p->list, p->pre_delay};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
    memmove(p, p + 1, (net->n_projections - i - 1) * sizeof *p);
    net->n_projections--;
}

static void drop_host(struct network *net)
{
    struct population *host = &net->population[HOST_POPULATION];
    free(host->name);
    free(host->type);
    memmove(host, host + 1, (net->n_populations - 1) * sizeof *host);
    net->n_populations--;
}

/* What a neuron has and an input line has not. */
static void plain_input(struct population *p)
{
    void *const owned[] = {p->alpha, p->beta, p->threshold, p->reset_value, p->membrane_unit, p->bias[0], p->bias[1]};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
    p->alpha = p->beta = p->threshold = p->reset_value = p->membrane_unit = p->bias[0] = p->bias[1] = NULL;
    p->rule = (struct neuron_rule){0};
    p->ports = 1;
}

int network_cut(struct network *net, uint32_t population, int allow_shift, struct err *err)
{
    for (uint32_t i = net->n_projections; i-- > 0;)
        if (net->projection[i].to == population)
            drop_projection(net, i);
    /* the population takes the host's place at index 0; those below it move up by one, then the old host goes */
    struct population first = net->population[population];
    memmove(net->population + 2, net->population + 1, (population - 1) * sizeof *net->population);
    net->population[1] = first;
    plain_input(&net->population[1]);
    drop_host(net);
    for (uint32_t i = 0; i < net->n_projections; i++) {
        struct projection *p = &net->projection[i];
        p->from = p->from == population ? HOST_POPULATION : p->from < population ? p->from : p->from - 1;
        p->to = p->to < population ? p->to : p->to - 1;
    }
    return network_finish(net, allow_shift, err);
}
