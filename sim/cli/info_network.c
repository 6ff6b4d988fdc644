/* volley info of a network: its layers, rules, projections and delays. */
#include "cli/cli.h"

static const char *const form_word[] = {"dense", "conv", "list", "one to one", "pool"};
static const char *const reset_word[] = {"no reset", "reset to zero", "reset by subtraction", "reset to a value"};
static const char *const point_word[] = {"in the step of the spike", "in the next step, before the decay", "in the next step, after the input"};

static void say_population(const struct population *p, int host)
{
    printf("    %-20s %-10s", p->name, p->type ? p->type : "");
    for (int r = 0; r < p->shape.rank; r++)
        printf("%s%u", r ? "x" : "", p->shape.dim[r]);
    if (!host && p->rule.fires)
        printf("  depth %u, %s%s%s, spike if %s threshold", p->depth, reset_word[p->rule.reset], p->rule.reset ? " " : "",
               p->rule.reset ? point_word[p->rule.point] : "", p->rule.compare == COMPARE_GREATER ? ">" : ">=");
    else if (!host)
        printf("  depth %u, never fires", p->depth);
    printf("%s\n", p->output ? "  (output)" : "");
}

int info_network(const char *path, const struct cli *cli, struct err *err)
{
    struct job job = {0};
    if (job_network(&job, cli, path, err))
        return -1;
    const struct network *net = job.network;
    printf("%s: network %s: %llu neurons, %llu synapses", path, net->name, (unsigned long long)network_neurons(net), (unsigned long long)network_synapses(net));
    printf(net->steps ? ", %u steps\n" : "\n", net->steps);
    for (uint32_t p = 0; p < net->n_populations; p++)
        say_population(&net->population[p], p == HOST_POPULATION);
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *j = &net->projection[i];
        printf("    %-20s %s -> %s, %s%s, %llu synapses, delay %u (network) %u (chip)\n", j->name, net->population[j->from].name, net->population[j->to].name,
               form_word[j->form], j->pooled ? " after pooling" : "", (unsigned long long)projection_synapses(j, net), j->network_delay, j->chip_delay);
    }
    for (size_t i = 0; i < net->fidelity.count; i++)
        printf("    %s %s%s%s\n", fidelity_word(net->fidelity.line[i].kind), net->fidelity.line[i].node, *net->fidelity.line[i].node ? ": " : "",
               net->fidelity.line[i].text);
    job_free(&job);
    return 0;
}
