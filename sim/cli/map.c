/* volley map: places and routes without a run; writes a file that --map reads back, and says how full everything is. What a core holds is
 * said in the capacities of its type: neurons (compartments, where a reset is emulated by several), axons in and out, bits of each memory. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/cli.h"

enum { CORES_SHOWN = 32 };

/* Names come from files: what a terminal would take as a command is shown as '?'. The caller frees. */
static char *shown(const char *name)
{
    char *text = mem_text(name);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    return text;
}

/* Without a limit there is nothing to be full of. */
static void say_use(const char *what, uint32_t used, uint32_t had)
{
    printf("  %s %u", what, used);
    if (had != UINT32_MAX)
        printf(" of %u", had);
}

/* Its address is chip.tile.core, as everywhere. */
static void say_core(const struct map_core *core, const struct chipfile *chip)
{
    const struct core_type *type = &chip->type[core->type];
    char used[40], had[40], name[40];
    printf("core %-8s %6u neurons", chipfile_core_name(chip, core->core, name, sizeof name), core->neurons);
    say_use("compartments", core->compartments, type->neurons);
    say_use("axons in", core->axons_in, type->axons_in);
    say_use("out", core->axons_out, type->axons_out);
    /* In bits as bytes: what the tables of this core need, of what the memory has. */
    for (uint32_t m = 0; m < type->n_memories; m++) {
        char *memory = shown(type->memory[m].name);
        printf("  %s %s", memory, unit_write(used, sizeof used, (double)core->memory_bits[m], UNIT_BITS));
        free(memory);
        if (type->memory[m].size_bits != UINT64_MAX)
            printf(" of %s", unit_write(had, sizeof had, (double)type->memory[m].size_bits, UNIT_BITS));
    }
    putchar('\n');
}

static uint64_t work_ps(const struct map_core *core, const struct chipfile *chip)
{
    const struct core_type *type = &chip->type[core->type];
    return type->n_accept + type->n_update && type->clock < chip->n_clocks ? core->work * chip->clock[type->clock].period_ps : 0;
}

/* What --map balance lowers; nothing where the chip file states no times. */
static void say_busiest(const struct mapping *m, const struct chipfile *chip)
{
    uint32_t most = 0;
    double all = 0;
    char time[40], name[40];
    for (uint32_t c = 0; c < m->n_cores; c++) {
        all += (double)work_ps(&m->core[c], chip);
        most = work_ps(&m->core[c], chip) > work_ps(&m->core[most], chip) ? c : most;
    }
    if (all <= 0)
        return;
    double busiest = (double)work_ps(&m->core[most], chip);
    printf("busiest core %s: %s of work in a step in which one source in %d spikes, %.2f times the mean core's\n",
           chipfile_core_name(chip, m->core[most].core, name, sizeof name),
           unit_write(time, sizeof time, busiest / 1e12, UNIT_TIME), MAP_RARITY, busiest * m->n_cores / all);
}

/* Every core up to a screenful, then the whole: cores, packets and hops if each source spiked once, and what the loader had to change. */
static void say(const struct job *p)
{
    const struct mapping *m = p->mapping;
    for (uint32_t c = 0; c < m->n_cores && c < CORES_SHOWN; c++)
        say_core(&m->core[c], p->chip);
    /* The file has all of them. */
    if (m->n_cores > CORES_SHOWN)
        printf("and %u more cores\n", m->n_cores - CORES_SHOWN);
    printf("%u of %u cores (%s)   %.3f packets and %.3f hops per spike, each source spiking once\n", m->n_cores, p->chip->cores, m->method,
           m->packets_per_spike, m->hops_per_spike);
    say_busiest(m, p->chip);
    /* What the quantiser, the mapper and the options had to change. */
    const struct fidelity *const from[] = {&p->quantised->fidelity, &m->fidelity, &p->extra};
    for (size_t k = 0; k < sizeof from / sizeof *from; k++)
        for (size_t i = 0; i < from[k]->count; i++) {
            char *node = shown(from[k]->line[i].node), *text = shown(from[k]->line[i].text);
            printf("%s %s%s%s\n", fidelity_word(from[k]->line[i].kind), node, *node ? ": " : "", text);
            free(node);
            free(text);
        }
}

/* The command that uses the file, ready to be copied, with names quoted as a shell needs them. */
static void say_next(const struct cli *cli)
{
    /* As typed: a name that was found by name is found again. */
    char *chip = cli_quoted(cli->file[0]), *network = cli_quoted(cli->file[1]), *file = cli_quoted(cli->out);
    printf("wrote %s: volley run %s %s --map %s ...\n", cli->out, chip, network, file);
    free(chip);
    free(network);
    free(file);
}

/* The chip, network and numbers of a run, without an input: placement does not know what will spike. */
int cli_map(const struct cli *cli, struct err *err)
{
    struct job p = {0};
    cli_notes(cli, &p.extra);
    int bad = cli_refuse_sanafe(cli, "map", err) ? -1 : !cli->out ? err_input(err, "volley map: where to? -o FILE") : 0;
    /* The steps of a run up to the mapping. */
    bad = bad || job_files(cli, err) || job_chip(&p, cli, cli->file[0], err) || job_network(&p, cli, cli->file[1], err) || job_quantise(&p, cli, err) ||
          job_map(&p, cli, err) || mapping_write(p.mapping, p.network, p.chip, cli->out, err);
    if (!bad) {
        say(&p);
        say_next(cli);
    }
    job_free(&p);
    return bad ? -1 : 0;
}
