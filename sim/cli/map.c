/* volley map: places and routes without a run; writes a file that --map reads back, and says how full everything is. */
#include <stdio.h>

#include "base/units.h"
#include "cli/cli.h"

static void say_core(const struct map_core *core, const struct core_type *type)
{
    char used[40], had[40];
    printf("core %-6u %6u neurons", core->core, core->neurons);
    printf("  compartments %u", core->compartments);
    if (type->neurons != UINT32_MAX)
        printf(" of %u", type->neurons);
    printf("  axons in %u", core->axons_in);
    if (type->axons_in != UINT32_MAX)
        printf(" of %u", type->axons_in);
    printf("  out %u", core->axons_out);
    if (type->axons_out != UINT32_MAX)
        printf(" of %u", type->axons_out);
    for (uint32_t m = 0; m < type->n_memories; m++)
        printf("  %s %s of %s", type->memory[m].name, unit_write(used, sizeof used, (double)core->memory_bits[m], UNIT_BITS),
               unit_write(had, sizeof had, (double)type->memory[m].size_bits, UNIT_BITS));
    putchar('\n');
}

static void say(const struct job *p)
{
    const struct mapping *m = p->mapping;
    for (uint32_t c = 0; c < m->n_cores; c++)
        say_core(&m->core[c], &p->chip->type[m->core[c].type]);
    printf("%u of %u cores (%s)   %.3f packets and %.3f hops per spike, each source spiking once\n", m->n_cores, p->chip->cores, m->method,
           m->packets_per_spike, m->hops_per_spike);
    for (size_t i = 0; i < m->fidelity.count; i++)
        printf("%s %s%s%s\n", fidelity_word(m->fidelity.line[i].kind), m->fidelity.line[i].node, *m->fidelity.line[i].node ? ": " : "", m->fidelity.line[i].text);
}

int cli_map(const struct cli *cli, struct err *err)
{
    struct job p = {0};
    int bad = !cli->out;
    if (bad)
        err_input(err, "volley map: where to? -o FILE");
    bad = bad || job_chip(&p, cli, cli->file[0], err) || job_network(&p, cli, cli->file[1], err) || job_quantise(&p, cli, err) || job_map(&p, cli, err) ||
          mapping_write(p.mapping, p.network, p.chip, cli->out, err);
    if (!bad) {
        say(&p);
        printf("wrote %s: volley run %s %s --map %s ...\n", cli->out, cli->file[0], cli->file[1], cli->out);
    }
    job_free(&p);
    return bad ? -1 : 0;
}
