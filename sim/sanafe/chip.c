/* Puts a network on an architecture. A neuron has one axon for each core on which it has synapses, in order of cores; that tool orders them by
 * the address of an object in memory, which in its own published runs is the same order. One axon carries one message per spike. */
#include "sanafe/chip.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "group.number", as files and messages name a neuron. The caller frees. */
char *sanafe_place_name(const struct sanafe_chip *chip, uint32_t place)
{
    uint32_t neuron = chip->place[place].neuron;
    return mem_format("%s.%u", chip->net->group[chip->net->neuron[neuron].group].name, sanafe_neuron_number(chip->net, neuron));
}

/* ---- places and parts ---- */

/* The part of a unit on the core in hand; parts of one core stand together, so that only these are looked through. */
static uint32_t part_of(struct sanafe_chip *chip, uint32_t *part_at, uint32_t core, uint32_t index, size_t *capacity)
{
    /* Most neurons of a core share their units. */
    if (part_at[index])
        return part_at[index] - 1;
    /* A unit that no neuron names has no part, and so no counts and no column. */
    const struct sanafe_core_kind *kind = chip->arch->core[chip->core[core].core].kind;
    chip->part = mem_room(chip->part, chip->n_parts, capacity, sizeof *chip->part);
    chip->part[chip->n_parts] = (struct sanafe_part){.unit = &kind->unit[index], .core = core, .index = index};
    part_at[index] = ++chip->n_parts;
    return chip->n_parts - 1;
}

/* net->mapped has all neurons by core; a part number is kept plus one, 0 for none yet. */
static void make_places(struct sanafe_chip *chip)
{
    const struct sanafe_network *net = chip->net;
    uint32_t *part_at = NULL, tile = SANAFE_NOWHERE;
    size_t cores = 0, parts = 0;
    chip->n_places = (uint32_t)net->n_mapped;
    chip->place = mem_new(net->n_mapped + 1, sizeof *chip->place);
    for (uint32_t p = 0; p < chip->n_places; p++) {
        const struct sanafe_neuron *n = &net->neuron[net->mapped[p]];
        /* Neurons come core by core: a new core begins here, and its parts with it. */
        if (!part_at || chip->core[chip->n_cores - 1].core != n->core) {
            chip->core = mem_room(chip->core, chip->n_cores, &cores, sizeof *chip->core);
            chip->core[chip->n_cores++] = (struct sanafe_used_core){n->core, p, 0};
            free(part_at);
            part_at = mem_new(chip->arch->core[n->core].kind->section[SANAFE_SECTIONS], sizeof *part_at);
            /* Cores of a tile stand together, too. The table of barriers goes by tiles in use. */
            chip->tiles_used += chip->arch->core[n->core].tile != tile;
            tile = chip->arch->core[n->core].tile;
        }
        /* Units of the three sections that a mapping can name; axons have no choice. */
        chip->core[chip->n_cores - 1].n++;
        chip->place[p].neuron = net->mapped[p];
        for (int s = SANAFE_SYNAPSE; s <= SANAFE_SOMA; s++)
            chip->place[p].part[s] = part_of(chip, part_at, chip->n_cores - 1, sanafe_unit_of(chip->arch, n, (enum sanafe_section)s), &parts);
    }
    free(part_at);
}

/* ---- axons ---- */

/* XY routing: first along x, then along y; energy is the destination's, time the source's (account.c has the energy). */
static struct sanafe_axon axon_between(const struct sanafe_chip *chip, uint32_t from, uint32_t to)
{
    const struct sanafe_tile *a = &chip->arch->tile[chip->arch->core[chip->core[from].core].tile],
                             *b = &chip->arch->tile[chip->arch->core[chip->core[to].core].tile];
    /* North is where y rises; equal coordinates make no hop, whatever direction stands there. */
    struct sanafe_axon axon = {
        .to = to,
        .x_hops = a->x < b->x ? b->x - a->x : a->x - b->x,
        .y_hops = a->y < b->y ? b->y - a->y : a->y - b->y,
        .x_direction = a->x < b->x ? SANAFE_EAST : SANAFE_WEST,
        .y_direction = a->y < b->y ? SANAFE_NORTH : SANAFE_SOUTH,
    };
    axon.hops = axon.x_hops + axon.y_hops;
    /* Seconds of the hops alone: what a packet takes on an empty network. */
    axon.min_delay = axon.x_hops * a->kind->hop[axon.x_direction].latency + axon.y_hops * a->kind->hop[axon.y_direction].latency;
    return axon;
}

/* Edges by (source place, destination core, order of the file): two stable counting sorts, the last key first. */
static uint32_t *sorted_edges(const struct sanafe_network *net, const uint32_t *core_of, const uint32_t *place_of, uint32_t n_cores, uint32_t n_places)
{
    /* One table of counts serves both sorts. */
    uint64_t *first = mem_new((n_cores > n_places ? n_cores : n_places) + 1ull, sizeof *first);
    uint32_t *by_core = mem_new(net->n_edges + 1, sizeof *by_core), *order = mem_new(net->n_edges + 1, sizeof *order);
    for (size_t i = 0; i < net->n_edges; i++)
        first[core_of[net->edge[i].post] + 1]++;
    for (uint32_t c = 0; c < n_cores; c++)
        first[c + 1] += first[c];
    for (size_t i = 0; i < net->n_edges; i++)
        by_core[first[core_of[net->edge[i].post]]++] = (uint32_t)i;
    /* The second sort keeps the first one's order among edges of one source. */
    memset(first, 0, (n_places + 1ull) * sizeof *first);
    for (size_t i = 0; i < net->n_edges; i++)
        first[place_of[net->edge[i].pre] + 1]++;
    for (uint32_t p = 0; p < n_places; p++)
        first[p + 1] += first[p];
    for (size_t i = 0; i < net->n_edges; i++)
        order[first[place_of[net->edge[by_core[i]].pre]]++] = by_core[i];
    free(first);
    free(by_core);
    return order;
}

/* The core (among the used) of each place, and the place of each neuron, by neuron. */
static void make_axons(struct sanafe_chip *chip)
{
    const struct sanafe_network *net = chip->net;
    uint32_t *core_of = mem_new(net->n_neurons + 1, sizeof *core_of), *place_of = mem_new(net->n_neurons + 1, sizeof *place_of);
    for (uint32_t c = 0; c < chip->n_cores; c++)
        for (uint32_t p = chip->core[c].first; p < chip->core[c].first + chip->core[c].n; p++) {
            core_of[chip->place[p].neuron] = c;
            place_of[chip->place[p].neuron] = p;
        }
    uint32_t *order = sorted_edges(net, core_of, place_of, chip->n_cores, chip->n_places);
    size_t capacity = 0;
    chip->n_synapses = net->n_edges;
    chip->synapse = mem_new(net->n_edges + 1, sizeof *chip->synapse);
    chip->axon_first = mem_new(chip->n_places + 1ull, sizeof *chip->axon_first);
    /* A run of edges with one source and one core is an axon. */
    for (size_t i = 0; i < net->n_edges; i++) {
        const struct sanafe_edge *e = &net->edge[order[i]], *before = i ? &net->edge[order[i - 1]] : NULL;
        uint32_t from = place_of[e->pre], to = core_of[e->post];
        /* A new source or a new core begins one. */
        if (!before || before->pre != e->pre || core_of[before->post] != to) {
            chip->axon = mem_room(chip->axon, chip->n_axons, &capacity, sizeof *chip->axon);
            chip->axon[chip->n_axons] = axon_between(chip, core_of[e->pre], to);
            chip->axon[chip->n_axons++].first = (uint32_t)i;
            chip->axon_first[from + 1]++;
        }
        chip->axon[chip->n_axons - 1].n++;
        /* Synapses lie in the order in which messages read them. */
        chip->synapse[i] = (struct sanafe_synapse){e->weight, place_of[e->post], e->delay, e->tap};
    }
    /* Counts become beginnings. */
    for (uint32_t p = 0; p < chip->n_places; p++)
        chip->axon_first[p + 1] += chip->axon_first[p];
    free(order);
    free(core_of);
    free(place_of);
}

/* ---- what a user should know before the figures ---- */

/* A dendrite of taps and an input have one state, whoever uses them. */
static int check_shared(struct sanafe_chip *chip, struct err *err)
{
    uint32_t *inputs = mem_new(chip->n_parts + 1ull, sizeof *inputs);
    uint8_t *reached = mem_new(chip->n_places + 1ull, 1);
    int bad = 0;
    /* A neuron that no synapse reaches never uses its dendrite's state. */
    for (uint64_t i = 0; i < chip->n_synapses; i++)
        reached[chip->synapse[i].post] = 1;
    for (uint32_t p = 0; p < chip->n_places && !bad; p++) {
        uint32_t dendrite = chip->place[p].part[SANAFE_DENDRITE], soma = chip->place[p].part[SANAFE_SOMA];
        if (chip->part[soma].unit->model == SANAFE_INPUT && inputs[soma]++ == 1)
            fidelity_add(&chip->notes, FIDELITY_WARNING, chip->part[soma].unit->name,
                         "several neurons of a core use this one input: they have the spikes of the last of them, as in SANA-FE; a unit for each: NAME[0..9]");
        if (chip->part[dendrite].unit->model != SANAFE_TAPS || !reached[p])
            continue;
        if (chip->part[dendrite].user) {
            char *name = sanafe_place_name(chip, p), *other = sanafe_place_name(chip, chip->part[dendrite].user - 1);
            bad = doc_error(chip->net->neuron[chip->place[p].neuron].at, err,
                            "neuron %s: the dendrite '%s' is that of %s already; one of the model taps has place "
                            "for one neuron: name a unit for each (NAME[0..9], dendrite: NAME[1])",
                            name, chip->part[dendrite].unit->name, other);
            free(name);
            free(other);
        }
        chip->part[dendrite].user = p + 1;
    }
    free(reached);
    free(inputs);
    return bad;
}

/* Once for each kind of core in use: what that tool does with it in silence. */
static void note_cores(struct sanafe_chip *chip)
{
    const struct sanafe_core_kind *before = NULL;
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct sanafe_core_kind *kind = chip->arch->core[chip->core[c].core].kind;
        /* Copies of one core stand together: each kind is told once, unless others lie between. */
        if (kind == before)
            continue;
        before = kind;
        if (kind->section[SANAFE_AXON_IN + 1] - kind->section[SANAFE_AXON_IN] > 1 || kind->section[SANAFE_AXON_OUT + 1] - kind->section[SANAFE_AXON_OUT] > 1)
            fidelity_add(&chip->notes, FIDELITY_WARNING, kind->name, "has several units of axon_in or axon_out: the first of each does all the work");
        if (kind->buffer == SANAFE_BEFORE_DENDRITE)
            fidelity_add(&chip->notes, FIDELITY_NOTE, kind->name,
                         "keeps one current per neuron before the dendrite: of several in a step the last counts, as in "
                         "SANA-FE");
        if (kind->buffer == SANAFE_IN_DENDRITE)
            fidelity_add(&chip->notes, FIDELITY_NOTE, kind->name,
                         "keeps its buffer inside the dendrite: an accumulator there hands on what the step before brought "
                         "(SANA-FE 2.2.1 loses it)");
    }
}

struct sanafe_chip *sanafe_chip_make(const struct sanafe_arch *arch, const struct sanafe_network *net, struct err *err)
{
    struct sanafe_chip *chip = mem_new(1, sizeof *chip);
    chip->arch = arch;
    chip->net = net;
    /* Axons go by places, and the barrier by the tiles that the places lie on. */
    make_places(chip);
    make_axons(chip);
    /* One barrier time for the whole run: tiles are in use or not by the mapping. s. */
    chip->sync = sanafe_sync_time(arch, chip->tiles_used);
    note_cores(chip);
    /* Last, because it needs to know which neurons synapses reach. */
    if (!check_shared(chip, err))
        return chip;
    sanafe_chip_free(chip);
    return NULL;
}

void sanafe_chip_free(struct sanafe_chip *chip)
{
    if (!chip)
        return;
    free(chip->part);
    free(chip->place);
    free(chip->core);
    free(chip->axon);
    free(chip->synapse);
    free(chip->axon_first);
    fidelity_clear(&chip->notes);
    free(chip);
}
