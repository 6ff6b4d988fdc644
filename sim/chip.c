/* A chip is built in this order, each step on what the one before it made:
 *     network on chip -> cores -> images (neurons, words, times) -> rows and routes -> cores loaded -> price of each route's service
 * A packet's service depends on its row alone, so it is worked out once here and carried with the route: the timing planes need no
 * core. All times are in NoC cycles then; a core with another clock is seen from the next NoC edge on. */
#include "chip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cores/foreign/foreign.h"
#include "cores/params.h"

#define SERVICE_MOST (1u << 31)         /* NoC cycles: what a route has bits for */
enum { SUM_BITS = 62 };         /* of the largest sum that every core kind accumulates exactly */

uint64_t chip_noc_cycles(const struct chip *chip, const struct chip_core *core, uint64_t cycles)
{
    if (core->period_ps == chip->noc_period_ps)
        return cycles;
    return (cycles * core->period_ps + chip->noc_period_ps - 1) / chip->noc_period_ps;
}

/* A router as the flit-level network wants it. What forks must fit a channel whole, and spikes are all that forks. */
static struct mesh_config router_of(const struct chip_noc *n, uint32_t flits)
{
    return (struct mesh_config){
        .vcs = n->virtual_channels, .depth = n->buffer_flits, .route = n->stage[STAGE_ROUTE], .vc_alloc = n->stage[STAGE_VC],
        .sw_alloc = n->stage[STAGE_SWITCH],
        .final = n->stage[STAGE_TRAVERSAL], .credit = n->credit, .speculative = (uint32_t)n->speculative, .atomic = (uint32_t)n->atomic,
        .arbiter = n->matrix ? ARBITER_MATRIX : ARBITER_ROUND_ROBIN, .vc_allocator = n->input_first ? ALLOCATOR_INPUT_FIRST : ALLOCATOR_ISLIP,
        .sw_allocator = n->input_first ? ALLOCATOR_INPUT_FIRST : ALLOCATOR_ISLIP, .iterations = n->iterations,
        .longest_tree = n->multicast ? flits : 0, .watchdog = n->watchdog,
        .drops = (uint32_t)n->drops, .drop_wait = n->drop_wait,
    };
}

/* Only cores have queues; the host waits for nobody and takes at once what comes. */
static void set_queues(struct noc *noc, const struct chipfile *f)
{
    for (uint32_t c = 0; c < f->cores; c++) {
        if (f->core_type_of[c] == UINT32_MAX)
            continue;
        const struct core_type *type = &f->type[f->core_type_of[c]];
        noc->overlap_full[c] = type->overlap == OVERLAP_FULL;
        noc->queue_in[c] = type->queue_in == UINT32_MAX ? 0 : type->queue_in;
        noc->queue_out[c] = type->queue_out == UINT32_MAX ? 0 : type->queue_out;
    }
}

/* Whole links' widths that a packet fills; a link without a width carries a packet at once. */
uint32_t chip_flits(const struct chip_noc *n)
{
    uint32_t flits = n->link_bits ? (n->packet_bits + n->link_bits - 1) / n->link_bits : 1;
    return flits ? flits : 1;
}

struct noc *chip_make_noc(const struct chipfile *f, struct err *err)
{
    const struct chip_noc *n = &f->noc;
    struct noc_shape shape = {
        .columns = n->columns, .rows = n->rows, .cores_per_tile = n->cores_per_tile, .torus = n->topology == TOPOLOGY_TORUS, .yx = n->routing == ROUTING_YX,
        .router = n->router, .link_x = n->link_x, .link_y = n->link_y, .flit_x = n->flit_x, .flit_y = n->flit_y, .flit_local = n->flit_local,
        .inject = n->inject, .eject = n->eject, .host_in = {f->in.column, f->in.row}, .host_out = {f->out.column, f->out.row},
        .host_rate = f->in.flits_per_cycle, .host_out_rate = f->out.flits_per_cycle,
    };
    struct noc *noc = chip_needs_graph(n) ? noc_new_graph(&shape, chip_graph(f, &shape, err)) : noc_new(&shape);
    if (!noc)
        return NULL;
    noc->router = router_of(n, chip_flits(n));
    noc->router.names = &chip_mesh_names;
    noc->router.named = f;
    set_queues(noc, f);
    return noc;
}

static const struct core_kind *kind_of(const struct core_type *type, enum time_mode mode, struct err *err)
{
    if (type->pair)
        return type->pair;
    for (int k = 0; core_kinds[k]; k++)
        if (!strcmp(core_kinds[k]->name, type->kind))
            return core_kinds[k];
    return foreign_chip_kind(type->kind, mode == TIME_EVENT, err);
}

/* The same kind, or hardware, alone or in lockstep: what is called rtl: or model: is some kind once more. */
static int is_another_form(const char *kind, const char *of)
{
    return strstr(kind, "rtl:") || strstr(kind, "model:") || (!strncmp(kind, "both:", 5) ? strstr(kind + 5, of) != NULL : !strcmp(kind, of));
}

/* The network was quantised for the kind of the type, and is counted as that counts: the other must be the same core in another form. */
static int check_own_kind(const struct chip *chip, const struct chip_core *core, struct err *err)
{
    const struct core_kind *own = core->kind, *usual = kind_of(core->type, chip->file->mode, err);
    char name[40];
    int same = usual && (is_another_form(own->name, usual->name) || is_another_form(usual->name, own->name)) && own->n_actions == usual->n_actions &&
               own->n_memories == usual->n_memories;
    for (uint32_t a = 0; same && a < own->n_actions; a++)
        same = !strcmp(own->actions[a].name, usual->actions[a].name);
    for (uint32_t m = 0; same && m < own->n_memories; m++)
        same = !strcmp(own->memories[m].name, usual->memories[m].name);
    if (same || !usual)
        return usual ? 0 : -1;
    return err_input(err, "--core: core %s cannot be of kind %s alone: kind %s, of which its core type is, is no other form of it; --core %s=%s makes all "
                     "of the type so", chipfile_core_name(chip->file, core->endpoint, name, sizeof name), own->name, usual->name, core->type->name, own->name);
}

/* A core that nothing was mapped to would be named in vain. */
static int check_own_cores(const struct chip *chip, struct err *err)
{
    const struct chipfile *f = chip->file;
    char name[40], used[40];
    for (uint32_t i = 0; i < f->n_own; i++) {
        uint32_t c = 0;
        while (c < chip->n_cores && chip->core[c].endpoint != f->own[i].core)
            c++;
        if (c == chip->n_cores)
            return err_input(err, "--core: no neuron of the network is on core %s; %u core%s in use, the first is %s (volley map lists them)",
                             chipfile_core_name(f, f->own[i].core, name, sizeof name), c, c == 1 ? " is" : "s are",
                             chipfile_core_name(f, chip->core[0].endpoint, used, sizeof used));
        if (check_own_kind(chip, &chip->core[c], err))
            return -1;
    }
    return 0;
}

/* Cores are counted by tiles in use too, because a barrier's time hangs on them. */
static int create_cores(struct chip *chip, struct err *err)
{
    uint32_t last_tile = UINT32_MAX;
    chip->n_cores = chip->mapping->n_cores;
    chip->core = mem_new(chip->n_cores, sizeof *chip->core);
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        struct chip_core *core = &chip->core[c];
        const struct map_core *m = &chip->mapping->core[c];
        core->type = &chip->file->type[m->type];
        core->endpoint = m->core;
        core->tile = chip->noc->router_of[m->core];
        core->period_ps = chip->file->clock[core->type->clock].period_ps;
        chip->tiles_used += core->tile != last_tile;    /* cores are in rising order, a tile's cores side by side */
        last_tile = core->tile;
        struct err why = {ERR_NONE, ""};
        if (!(core->kind = kind_of(chipfile_kind_type(chip->file, m->core), chip->file->mode, &why)) && why.kind) {
            *err = why;
            return -1;
        }
        if (!core->kind)
            return err_input(err, "%s: core type %s: no core kind \"%s\"; `volley kinds` lists them", chip->file->path, core->type->name, core->type->kind);
        struct params params = {.kind = core->kind};
        if (!(core->core = core->kind->create(&params, m->core, err)))
            return -1;
    }
    return check_own_cores(chip, err);
}

/* A core proves that no sum leaves its word, but knows neither layers nor addresses: what it would refuse is found here first. */
static int check_sums(const struct chip *chip, uint32_t c, struct err *err)
{
    const struct chip_core *core = &chip->core[c];
    const struct map_core *m = &chip->mapping->core[c];
    char name[40];
    for (uint32_t g = 0; g < core->image.groups; g++)
        for (uint32_t i = core->group[g].first; i < core->group[g].first + core->group[g].count; i++)
            if (core->fan_in_sum[i] >> SUM_BITS)
                return err_answer(err,
                                  "%s, neuron %u, on core %s: the sum of its synapses may not fit in %d bits, if all of them are used in one step with the "
                                  "largest value: fewer weight bits (--bits), or input values of a smaller range, would help",
                                  chip->network->population[core->population[g]].name,
                                  (uint32_t)(m->neuron[i] - chip->mapping->first[core->population[g]]),
                                  chipfile_core_name(chip->file, core->endpoint, name, sizeof name), SUM_BITS);
    return 0;
}

/* Where the row of each of a core's input lines begins, from the routes that lead to it. Each line has one route. */
static void list_axons(struct chip *chip)
{
    for (uint64_t r = 0; r < chip->n_routes; r++)
        if (chip->route[r].core != CHIP_HOST)
            chip->core[chip->route[r].core].image.axons++;
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        struct chip_core *core = &chip->core[c];
        core->image.axon_type = core->axon_type;
        core->image.axon_row = core->axon_row = mem_new(core->image.axons, sizeof *core->axon_row);
    }
    for (uint64_t r = 0; r < chip->n_routes; r++)
        if (chip->route[r].core != CHIP_HOST)
            chip->core[chip->route[r].core].axon_row[chip->route[r].axon] = chip->route[r].row;
}

/* A kind proves at load that no accumulator can overflow; its refusal gets the core's number. */
static int load_cores(struct chip *chip, struct err *err)
{
    char name[40];
    list_axons(chip);
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        struct chip_core *core = &chip->core[c];
        core->image.rows = chip->rows;
        core->image.delay_slots = core->delay_slots;
        if (check_sums(chip, c, err))
            return -1;
        if (core->kind->load(core->core, &core->image, err))
            return err_context(err, "core %s", chipfile_core_name(chip->file, core->endpoint, name, sizeof name));
    }
    return 0;
}

uint32_t chip_memory_bound(const struct chip *chip, const struct chip_core *core, uint32_t row, uint64_t cycles)
{
    const struct segment *s = (const struct segment *)(chip->rows + row);
    const struct image_time *t = &core->image.time;
    uint64_t memory = t->axon_word * core->image.words.axon;
    for (;; s = segment_next(s)) {
        memory += t->row_word * s->words + t->spot * s->spots;
        if (s->last)
            return 2 * memory > cycles ? 1 : 0;
    }
}

/* Cycles of each route's service, known from packet and image alone. A kind without cost says so when it has served the packet. */
static int price_routes(struct chip *chip, struct err *err)
{
    for (uint64_t r = 0; r < chip->n_routes; r++) {
        struct spike_route *route = &chip->route[r];
        if (route->core == CHIP_HOST || !chip->core[route->core].kind->cost)
            continue;
        const struct chip_core *core = &chip->core[route->core];
        struct packet p = {.row = route->row, .axon = route->axon, .payload = 1};
        uint32_t cycles;
        core->kind->cost(core->core, &p, 1, &cycles);
        uint64_t service = chip_noc_cycles(chip, core, cycles);
        if (cycles == UINT32_MAX || service >= SERVICE_MOST)
            return err_answer(err, "%s: core %u: one packet's service takes more than 2^31 cycles; shorter times in core_types.%s.service would help",
                              chip->file->path, core->endpoint, core->type->name);
        route->service = (uint32_t)service & (SERVICE_MOST - 1);
        route->memory = chip_memory_bound(chip, core, route->row, cycles) & 1u;
    }
    return 0;
}

struct chip *chip_new(const struct chipfile *file, const struct network *network, const struct quantised *quantised, const struct mapping *mapping,
                      const struct chip_options *options, struct err *err)
{
    struct chip *chip = mem_new(1, sizeof *chip);
    chip->file = file;
    chip->network = network;
    chip->quantised = quantised;
    chip->mapping = mapping;
    chip->noc = chip_make_noc(chip->file, err);
    chip->noc_period_ps = chip->file->clock[chip->file->noc.clock].period_ps;
    chip->flits = chip_flits(&chip->file->noc);
    if (!chip->noc || create_cores(chip, err) || chip_images(chip, options, err) || chip_rows(chip, options, err) || load_cores(chip, err) ||
        price_routes(chip, err)) {
        chip_free(chip);
        return NULL;
    }
    return chip;
}

static void free_core(struct chip_core *core)
{
    void *const owned[] = {core->group, core->population, core->threshold, core->bias, core->reset_value, core->decay_v, core->decay_u,
                           core->alpha, core->beta, core->threshold_f, core->reset_f, core->bias_acc[0], core->bias_acc[1], core->fan_in_sum,
                           core->axon_row, core->axon_type};
    if (core->kind)
        core->kind->destroy(core->core);
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void chip_free(struct chip *chip)
{
    if (!chip)
        return;
    for (uint32_t c = 0; chip->core && c < chip->n_cores; c++)
        free_core(&chip->core[c]);
    free(chip->core);
    free(chip->rows);
    free(chip->source);
    free(chip->route);
    free(chip->bias_source);
    noc_free(chip->noc);
    free(chip);
}
