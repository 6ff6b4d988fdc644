/* What a step cost: counts of actions times the prices of their units, part by part, so that the sum does not depend on the order of events.
 *   synapse  operations x energy_process_spike      dendrite  calls x energy_update
 *   soma     calls x access + updated x update + fired x spike_out: a neuron that is visited pays for it, idle or not
 *   network  hops by direction at the price of the tile they lead to; messages in and packets out at their axon units' price */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sanafe/step.h"

/* The counts of a step are small whole numbers, so a product is rounded once and a sum does not depend on how events were ordered. */
static double part_energy(const struct sanafe_part *p)
{
    return (double)p->calls * p->unit->price[SANAFE_ACCESS].energy + (double)p->updated * p->unit->price[SANAFE_UPDATE].energy +
           (double)p->fired * p->unit->price[SANAFE_SPIKE].energy;
}

/* Energies of one step by place of the chip, for the logs; NULL where nobody asked. */
struct places { double *tile, *core; };

/* By section, and for the whole run by part: the report's table and the summary's lines are made of the latter. */
static void account_parts(struct sanafe_work *w, struct sanafe_step *step, const struct places *at)
{
    /* Axon units are no parts: what they cost goes by messages, which account_network counts. */
    static const enum sanafe_part_of_energy of[SANAFE_SECTIONS] = {[SANAFE_SYNAPSE] = SANAFE_E_SYNAPSE, [SANAFE_DENDRITE] = SANAFE_E_DENDRITE,
                                                                   [SANAFE_SOMA] = SANAFE_E_SOMA};
    struct sanafe_run *run = w->run;
    for (uint32_t i = 0; i < run->chip->n_parts; i++) {
        const struct sanafe_part *p = &run->chip->part[i];
        /* A neuron that fired counts as updated, too: that tool's column says so. */
        double energy = part_energy(p);
        step->energy[of[p->unit->section]] += energy;
        step->updated += p->updated;
        step->fired += p->fired;
        /* The step's counts begin anew after it; the run keeps its own. */
        run->part_calls[i] += p->calls;
        run->part_updated[i] += p->updated;
        run->part_fired[i] += p->fired;
        run->part_energy[i] += energy;
        if (at->core)
            at->core[p->core] += energy;
    }
}

/* What one packet costs on its way, for the group that sent it: the same products as in the sums by tile and core, which the columns are made of, so that
 * both views add up to one energy. J. */
static double packet_energy(const struct sanafe_chip *chip, const struct sanafe_message *m)
{
    const struct sanafe_axon *a = m->axon;
    const struct sanafe_core *to = &chip->arch->core[chip->core[a->to].core], *from = &chip->arch->core[chip->core[m->from].core];
    const struct sanafe_price *hop = chip->arch->tile[to->tile].kind->hop;
    /* Hops have the prices of the tile that they lead to; a core's own axon units those of the two ends. */
    return a->x_hops * hop[a->x_direction].energy + a->y_hops * hop[a->y_direction].energy + to->kind->unit[to->kind->section[SANAFE_AXON_IN]].price[0].energy +
           from->kind->unit[from->kind->section[SANAFE_AXON_OUT]].price[0].energy;
}

/* Packets and their hops; in, out: messages per used core. */
static void count_messages(struct sanafe_work *w, struct sanafe_step *step, uint64_t *in, uint64_t *out)
{
    struct sanafe_run *run = w->run;
    const struct sanafe_chip *chip = run->chip;
    for (size_t i = 0; i < w->n_messages; i++) {
        const struct sanafe_message *m = &w->message[i];
        const struct sanafe_axon *a = m->axon;
        /* The work behind a core's last message travels nowhere: it has a time and no price. */
        if (!a)
            continue;
        /* Kept by the tile that they lead to, which sets the price. */
        uint64_t *hops = &w->tile_hops[(size_t)chip->arch->core[chip->core[a->to].core].tile * SANAFE_DIRECTIONS];
        hops[a->x_direction] += a->x_hops;
        hops[a->y_direction] += a->y_hops;
        /* A packet brings all its synapses: `spikes` is that tool's word for synaptic operations. */
        step->hops += a->hops;
        step->spikes += a->n;
        step->packets++;
        in[a->to]++;
        out[m->from]++;
        struct sanafe_group_sums *group = &run->group[chip->net->neuron[chip->place[m->place].neuron].group];
        group->packets++;
        group->energy += packet_energy(chip, m);
    }
}

/* Joules of all hops of the step; tile: each one's own share, or NULL. */
static double account_hops(struct sanafe_work *w, double *tile)
{
    struct sanafe_run *run = w->run;
    const struct sanafe_arch *arch = run->chip->arch;
    double sum = 0;
    for (uint32_t t = 0; t < arch->n_tiles; t++) {
        double of_tile = 0;
        for (int d = 0; d < SANAFE_DIRECTIONS; d++) {
            uint64_t *hops = &w->tile_hops[(size_t)t * SANAFE_DIRECTIONS + (size_t)d];
            double energy = (double)*hops * arch->tile[t].kind->hop[d].energy;
            of_tile += energy;
            run->hop_energy[d] += energy;
            run->hops[d] += *hops;
            /* The next step counts anew. */
            *hops = 0;
        }
        sum += of_tile;
        if (tile)
            tile[t] += of_tile;
    }
    return sum;
}

/* Hops, then both ends of every packet. The first axon unit of a core does all of its work. */
static void account_network(struct sanafe_work *w, struct sanafe_step *step, const struct places *at)
{
    struct sanafe_run *run = w->run;
    const struct sanafe_chip *chip = run->chip;
    /* Messages that entered and left each used core; a packet within a core is both. */
    uint64_t *in = mem_new(chip->n_cores + 1ull, sizeof *in), *out = mem_new(chip->n_cores + 1ull, sizeof *out);
    count_messages(w, step, in, out);
    double sum = account_hops(w, at->tile);
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct sanafe_core_kind *kind = chip->arch->core[chip->core[c].core].kind;
        double e_in = (double)in[c] * kind->unit[kind->section[SANAFE_AXON_IN]].price[0].energy;
        double e_out = (double)out[c] * kind->unit[kind->section[SANAFE_AXON_OUT]].price[0].energy;
        run->axon_in_energy += e_in;
        run->axon_out_energy += e_out;
        sum += e_in + e_out;
        if (at->core)
            at->core[c] += e_in + e_out;
    }
    step->energy[SANAFE_E_NETWORK] = sum;
    free(in);
    free(out);
}

/* ---- logs: in order of tiles, cores, units, as far as something of them is in use ---- */

/* Calls visit for every column: part NULL for a core, core SANAFE_NOWHERE for a tile. latency: the column is of seconds. */
struct column { uint32_t tile, core; const struct sanafe_part *part; int latency; };

/* to NULL: they are counted only. */
static void add_column(struct column *to, uint32_t *n, struct column c)
{
    if (to)
        to[*n] = c;
    ++*n;
}

/* A tile, core or unit of which no neuron makes use has no column, whatever its log_energy says. */
static uint32_t list_columns(const struct sanafe_chip *chip, struct column *to)
{
    uint32_t n = 0, part = 0, tile = SANAFE_NOWHERE;
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct sanafe_core *core = &chip->arch->core[chip->core[c].core];
        /* Used cores stand in order, so a tile's come together: its column before theirs. */
        if (core->tile != tile && chip->arch->tile[core->tile].kind->log_energy)
            add_column(to, &n, (struct column){core->tile, SANAFE_NOWHERE, NULL, 0});
        tile = core->tile;
        if (core->kind->log_energy)
            add_column(to, &n, (struct column){tile, c, NULL, 0});
        /* Parts are in order of cores, too. */
        for (; part < chip->n_parts && chip->part[part].core == c; part++) {
            const struct sanafe_part *p = &chip->part[part];
            if (p->unit->log_energy)
                add_column(to, &n, (struct column){tile, c, p, 0});
            if (p->unit->log_latency)
                add_column(to, &n, (struct column){tile, c, p, 1});
        }
    }
    return n;
}

/* How many columns a run has to keep room for. */
uint32_t sanafe_log_columns(const struct sanafe_chip *chip)
{
    return list_columns(chip, NULL);
}

/* Names as that tool writes them: TILE.energy, TILE.CORE.energy, TILE.CORE.UNIT.energy or .latency. The caller frees. */
char *sanafe_log_name(const struct sanafe_chip *chip, uint32_t column)
{
    uint32_t n = list_columns(chip, NULL);
    if (column >= n)
        return NULL;
    struct column *c = mem_new(n, sizeof *c);
    /* Made again for each name: it is asked for once per column, when the header is written. */
    list_columns(chip, c);
    struct column here = c[column];
    free(c);
    char *tile = sanafe_tile_name(chip->arch, here.tile), *core = here.core != SANAFE_NOWHERE ? sanafe_core_name(chip->arch, chip->core[here.core].core) : NULL;
    char *name = here.part ? mem_format("%s.%s.%s.%s", tile, core, here.part->unit->name, here.latency ? "latency" : "energy")
                 : core    ? mem_format("%s.%s.energy", tile, core)
                           : mem_format("%s.energy", tile);
    free(tile);
    free(core);
    return name;
}

/* Of the step in hand, whose counts are still there. */
static double column_value(const struct column *c, const struct places *at)
{
    if (c->part)
        return c->latency ? c->part->latency : part_energy(c->part);
    return c->core != SANAFE_NOWHERE ? at->core[c->core] : at->tile[c->tile];
}

/* One row: a value for each column, in their order. */
static void write_log(const struct sanafe_run *run, const struct places *at, double *log)
{
    struct column *c = mem_new(run->n_logs, sizeof *c);
    list_columns(run->chip, c);
    for (uint32_t i = 0; i < run->n_logs; i++)
        log[i] = column_value(&c[i], at);
    free(c);
}

/* ---- the step ---- */

/* Energies first, then the logs of the same counts, then the counts are cleared for the next step. log: one value per column. */
void sanafe_account(struct sanafe_work *w, struct sanafe_step *step, double *log)
{
    struct sanafe_run *run = w->run;
    const struct sanafe_chip *chip = run->chip;
    struct places at = {NULL, NULL};
    /* Sums by place cost a pass over all parts: only where somebody asked for a log. */
    if (run->n_logs) {
        at.tile = mem_new(chip->arch->n_tiles, sizeof *at.tile);
        at.core = mem_new(chip->n_cores + 1ull, sizeof *at.core);
    }
    account_parts(w, step, &at);
    account_network(w, step, &at);
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        step->total += step->energy[e];
    /* A tile's energy has its cores' in it. */
    for (uint32_t c = 0; c < chip->n_cores && run->n_logs; c++)
        at.tile[chip->arch->core[chip->core[c].core].tile] += at.core[c];
    if (run->n_logs)
        write_log(run, &at, log);
    free(at.tile);
    free(at.core);
    for (uint32_t i = 0; i < chip->n_parts; i++) {
        struct sanafe_part *p = &run->chip->part[i];
        /* Latencies are of a step, too. */
        p->calls = p->updated = p->fired = 0;
        p->latency = 0;
    }
}
