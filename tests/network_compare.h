/* network_compare.h: the first difference of two finished networks, every field and every bit, as text; "" where there is none. */
#ifndef VOLLEY_TESTS_NETWORK_COMPARE_H
#define VOLLEY_TESTS_NETWORK_COMPARE_H
#include <stdio.h>
#include <string.h>

#include "network.h"

#define DIFFER(condition, what) \
    do { \
        if (condition) { \
            snprintf(text, size, "%s: %s", name, what); \
            return text; \
        } \
    } while (0)

/* NULL equals only NULL. */
static inline int network_arrays_differ(const void *a, const void *b, size_t count, size_t size)
{
    return (a == NULL) != (b == NULL) || (a && count && memcmp(a, b, count * size) != 0);
}

/* types: populations must have the same type text. */
static inline const char *population_difference(const struct population *a, const struct population *b, int types, char *text, size_t size)
{
    const char *name = a->name;
    size_t n = a->neurons;
    DIFFER(a->neurons != b->neurons || memcmp(&a->shape, &b->shape, sizeof a->shape) != 0, "shape");
    DIFFER(types && strcmp(a->type, b->type), "type");
    DIFFER(memcmp(&a->rule, &b->rule, sizeof a->rule) != 0, "rule");
    DIFFER(network_arrays_differ(a->alpha, b->alpha, n, sizeof(double)), "alpha");
    DIFFER(network_arrays_differ(a->beta, b->beta, n, sizeof(double)), "beta");
    DIFFER(network_arrays_differ(a->threshold, b->threshold, n, sizeof(double)), "threshold");
    DIFFER(network_arrays_differ(a->reset_value, b->reset_value, n, sizeof(double)), "reset_value");
    DIFFER(network_arrays_differ(a->membrane_unit, b->membrane_unit, n, sizeof(double)), "membrane_unit");
    for (int port = 0; port < PORTS_MAX; port++)
        DIFFER(network_arrays_differ(a->bias[port], b->bias[port], n, sizeof(double)), port ? "bias of port 1" : "bias of port 0");
    DIFFER(a->ports != b->ports || a->output != b->output || a->depth != b->depth, "ports, output or depth");
    return "";
}

static inline const char *projection_difference(const struct projection *a, const struct projection *b, uint32_t from_neurons, char *text, size_t size)
{
    const char *name = a->name;
    DIFFER(a->from != b->from || a->to != b->to || a->form != b->form || a->port != b->port, "ends, form or port");
    DIFFER(a->pooled != b->pooled || memcmp(&a->pool, &b->pool, sizeof a->pool) || memcmp(a->pool_in, b->pool_in, sizeof a->pool_in) ||
           memcmp(a->pool_out, b->pool_out, sizeof a->pool_out), "pool");
    DIFFER(memcmp(&a->scale, &b->scale, sizeof a->scale) != 0, "scale");
    DIFFER(a->n_weights != b->n_weights || network_arrays_differ(a->weight, b->weight, a->n_weights, sizeof(double)), "weights");
    DIFFER(memcmp(&a->conv, &b->conv, sizeof a->conv) != 0, "conv");
    DIFFER(a->n_list != b->n_list || network_arrays_differ(a->list, b->list, a->n_list, sizeof(struct synapse)), "list");
    DIFFER(network_arrays_differ(a->list_first, b->list_first, (size_t)from_neurons + 1, sizeof(uint64_t)), "list_first");
    DIFFER(network_arrays_differ(a->pre_delay, b->pre_delay, from_neurons, sizeof(uint32_t)), "pre_delay");
    DIFFER(a->network_delay != b->network_delay || a->back != b->back || a->chip_delay != b->chip_delay || a->bias || b->bias, "delays, back or bias");
    return "";
}

/* names: populations and projections must have the same names; types: populations the same types. Else only their order counts. */
static inline const char *network_difference(const struct network *a, const struct network *b, int names, int types, char *text, size_t size)
{
    const char *name = "network", *found = "";
    DIFFER(a->n_populations != b->n_populations || a->n_projections != b->n_projections, "number of populations or projections");
    DIFFER(a->steps != b->steps || memcmp(&a->dt, &b->dt, sizeof a->dt) || a->depth_max != b->depth_max, "steps, dt or depth");
    for (uint32_t i = 0; i < a->n_populations && !*found; i++) {
        name = a->population[i].name;
        DIFFER(names && strcmp(name, b->population[i].name), "name");
        found = population_difference(&a->population[i], &b->population[i], types, text, size);
    }
    for (uint32_t i = 0; i < a->n_projections && !*found; i++) {
        name = a->projection[i].name;
        DIFFER(names && strcmp(name, b->projection[i].name), "name");
        found = projection_difference(&a->projection[i], &b->projection[i], a->population[a->projection[i].from].neurons, text, size);
    }
    return found;
}

#endif
