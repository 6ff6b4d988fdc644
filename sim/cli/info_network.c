/* volley info of a network: its layers, rules, projections and delays, as a run would take them; then every line of what the reader took
 * over as it was, rewrote or assumed. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "import/nir_file.h"
#include "report/form.h"

/* In the order of their enums. */
static const char *const form_word[] = {"dense", "conv", "list", "one to one", "pool", "random"};
static const char *const reset_word[] = {"no reset", "reset to zero", "reset by subtraction", "reset to a value"};
static const char *const point_word[] = {"in the step of the spike", "in the next step, before the decay", "in the next step, after the input"};

/* One layer: when it starts (its depth: chip steps after the input) and how its neurons fire and reset. */
static void say_population(const struct population *p, int host)
{
    char shape[60] = "";
    int n = 0;
    for (int r = 0; r < p->shape.rank; r++)
        n += snprintf(shape + n, sizeof shape - (size_t)n, "%s%u", r ? "x" : "", p->shape.dim[r]);
    printf("    %-20s %-10s%-*s", p->name, p->type ? p->type : "", host ? 0 : 9, shape);
    /* A readout keeps its membrane and never fires. */
    if (!host && p->rule.fires)
        printf("  depth %u, %s%s%s, spike if %s threshold", p->depth, reset_word[p->rule.reset], p->rule.reset ? " " : "",
               p->rule.reset ? point_word[p->rule.point] : "", p->rule.compare == COMPARE_GREATER ? ">" : ">=");
    else if (!host)
        printf("  depth %u, never fires", p->depth);
    /* What the answer is read from. */
    printf("%s\n", p->output ? "  (output)" : "");
}

/* What a NIR file holds, where what it leaves open keeps it from being a network: its nodes with the shapes of their arrays. */
static void say_nodes(const struct nir_graph *graph, const char *outer)
{
    for (size_t i = 0; i < graph->n_nodes; i++) {
        const struct nir_node *node = &graph->node[i];
        char *name = mem_format("%s%s%s", outer, *outer ? "." : "", node->name);
        printf("    %-20s %-10s", name, node->type ? node->type : "");
        for (size_t d = 0; d < node->data.n; d++) {
            const struct nir_field *field = &node->data.field[d];
            if (field->text)                    /* the type, which has been said */
                continue;
            printf("  %s (", field->name);
            for (int r = 0; r < field->rank; r++)
                printf("%s%llu", r ? "x" : "", (unsigned long long)field->dim[r]);
            putchar(')');
        }
        putchar('\n');
        if (node->graph)
            say_nodes(node->graph, name);
        free(name);
    }
}

/* err, which says what is missing, stays as it is. */
static void say_nir(const char *path)
{
    struct err ignored = {ERR_NONE, ""};
    struct nir_file *nir = nir_file_is(path) ? nir_file_read(path, &ignored) : NULL;
    if (!nir)
        return;
    const struct nir_graph *graph = nir->root.graph;
    printf("%s: NIR%s%s, %zu node%s, %zu edge%s; not a network yet\n", path, *nir->version ? " version " : "", nir->version, graph->n_nodes,
           form_plural((double)graph->n_nodes), graph->n_edges, form_plural((double)graph->n_edges));
    say_nodes(graph, "");
    nir_file_free(nir);
}

/* Read with the options of a run (--from ...), so that what is shown is what would be run. */
int info_network(const char *path, const struct cli *cli, struct err *err)
{
    struct job job = {0};
    char a[FORM_TEXT], b[FORM_TEXT];
    if (job_network(&job, cli, path, err)) {
        say_nir(path);
        return -1;
    }
    const struct network *net = job.network;
    double neurons = (double)network_neurons(net), synapses = (double)network_synapses(net);
    printf("%s: network %s: %s neuron%s, %s synapse%s", path, net->name, form_count(a, neurons), form_plural(neurons), form_count(b, synapses),
           form_plural(synapses));
    printf(net->steps ? ", %u step%s\n" : "\n", net->steps, form_plural(net->steps));
    for (uint32_t p = 0; p < net->n_populations; p++)
        say_population(&net->population[p], p == HOST_POPULATION);
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *j = &net->projection[i];
        double n = (double)projection_synapses(j, net);
        printf("    %-20s %s -> %s, %s%s, %s synapse%s, delay %u (network) %u (chip)\n", j->name, net->population[j->from].name, net->population[j->to].name,
               form_word[j->form], j->pooled ? " after pooling" : "", form_count(a, n), form_plural(n), j->network_delay, j->chip_delay);
    }
    /* What the reader took over as it was, and what it had to assume. */
    for (size_t i = 0; i < net->fidelity.count; i++)
        printf("    %s %s%s%s\n", fidelity_word(net->fidelity.line[i].kind), net->fidelity.line[i].node, *net->fidelity.line[i].node ? ": " : "",
               net->fidelity.line[i].text);
    job_free(&job);
    return 0;
}
