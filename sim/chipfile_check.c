/* What no section can check alone: whether anything that a run needs is missing, counted twice, or out of reach of its address.
 * Missing: never a silent zero; `unknown: free` is the way to say that nobody knows. Twice: a hop and the router's parts of it, an
 * all-in price and what it contains, a memory's accesses inside and beside the prices. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

struct need { int counter; const char *key, *what; };

static int priced(const struct chipfile *f, int counter)
{
    return chipfile_price(f, counter) != NULL;
}

/* ---- prices that a run needs ---- */

static int need_price(const struct reading *r, const struct need *need, struct err *err)
{
    if (priced(r->file, need->counter))
        return 0;
    return doc_error(r->at.energy, err,
                     "%s is not stated: the energy of %s; write for example {value: 23.6 pJ, source: NAME}, or {unknown: free} where no figure exists",
                     need->key, need->what);
}

static int all_skip_idle(const struct chipfile *f)
{
    for (uint32_t t = 0; t < f->n_types; t++)
        if (!f->type[t].skip_idle)
            return 0;
    return 1;
}

/* Held neurons are priced as idle ones, so that price is needed unless no type ever visits them. */
static int need_core(const struct reading *r, struct err *err)
{
    static const struct need sop = {COUNT_SOPS, "energy.core.sop", "a synapse processed for a spike"};
    static const struct need active = {COUNT_UPDATE_ACTIVE, "energy.core.update_active", "an active neuron updated"};
    static const struct need idle = {COUNT_UPDATE_IDLE, "energy.core.update_idle", "an idle or held neuron visited"};
    static const struct need learn = {COUNT_LEARN_SOPS, "energy.core.learn_sop", "a plastic synapse adjusted"};
    if (need_price(r, &sop, err) || need_price(r, &active, err) || (chipfile_counts(r->file, COUNT_LEARN_SOPS) && need_price(r, &learn, err)))
        return -1;
    return all_skip_idle(r->file) ? 0 : need_price(r, &idle, err);
}

static const struct need router_needs[] = {{COUNT_BUFFER_WRITES, "energy.router.buffer_write", "a flit written to a buffer"},
                                           {COUNT_BUFFER_READS, "energy.router.buffer_read", "a flit read from a buffer"},
                                           {COUNT_CROSSBAR, "energy.router.crossbar", "a flit through a switch"},
                                           {COUNT_LINK, "energy.router.link", "a flit over a link"},
                                           {COUNT_ROUTES, "energy.router.route", "a route looked up"},
                                           {COUNT_ARBITRATIONS, "energy.router.arbitration", "a grant of an arbiter"}};
enum { N_ROUTER_NEEDS = sizeof router_needs / sizeof *router_needs };
static const struct need hop_x = {COUNT_HOPS_X, "energy.noc.hop_x", "a link crossed east or west"},
                         hop_y = {COUNT_HOPS_Y, "energy.noc.hop_y", "a link crossed north or south"};
static const struct need hop_chip = {COUNT_HOPS_CHIP, "energy.noc.hop_chip", "a link between chips crossed, beside a hop"},
                         link_chip = {COUNT_LINK_CHIP, "energy.router.link_chip", "a flit over a link between chips, beside a link"};
static const struct need tile = {COUNT_PACKETS_TILE, "energy.noc.tile", "a delivery that crosses no link"};

static int any_router(const struct chipfile *f)
{
    for (int i = 0; i < N_ROUTER_NEEDS; i++)
        if (priced(f, router_needs[i].counter))
            return 1;
    return 0;
}

/* A way through the network is priced by hops or by what its routers do, and by one of them only. */
static int need_network(const struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    int by_hop = priced(f, COUNT_HOPS), by_direction = priced(f, COUNT_HOPS_X) || priced(f, COUNT_HOPS_Y), by_router = any_router(f);
    if (by_hop && by_direction)
        return doc_error(r->at.energy, err, "energy.noc: hop and hop_x, hop_y charge the same link twice; keep one");
    if ((by_hop || by_direction) && by_router)
        return doc_error(r->at.energy, err, "energy.noc charges hops and energy.router charges what a hop is made of: the same link twice; keep one section");
    if (by_direction && !chipfile_is_grid(&f->noc))
        return doc_error(r->at.energy, err, "energy.noc: hop_x and hop_y price links along rows and columns, and this network has none; write hop");
    if (f->all_in)
        return 0;
    if (!by_hop && !by_direction && !by_router)
        return doc_error(
            r->at.energy, err,
            "no price for the network is stated; write energy.router: {buffer_write: ...} or energy.noc: {hop: ..., tile: ...}, or {unknown: free} for them");
    if (by_direction && (need_price(r, &hop_x, err) || need_price(r, &hop_y, err)))
        return -1;
    if (chipfile_counts(f, COUNT_HOPS_CHIP) && need_price(r, by_router ? &link_chip : &hop_chip, err))
        return -1;
    if (!by_router)
        return need_price(r, &tile, err);
    for (int i = 0; i < N_ROUTER_NEEDS; i++)
        if (need_price(r, &router_needs[i], err))
            return -1;
    return 0;
}

/* An all-in price was taken with all of these running. */
static int need_rest(const struct reading *r, struct err *err)
{
    static const struct need barrier = {COUNT_BARRIERS, "energy.barrier", "a barrier"};
    static const struct need in = {COUNT_HOST_IN, "energy.io.packet_in", "an input packet"}, out = {COUNT_HOST_OUT, "energy.io.packet_out", "an output packet"};
    if (r->file->all_in)
        return 0;
    if (r->file->mode == TIME_BARRIER && need_price(r, &barrier, err))
        return -1;
    return need_price(r, &in, err) || need_price(r, &out, err) ? -1 : 0;
}

/* ---- memories ---- */

/* A memory with one read port is written at load only, which is reported once, apart. */
static int check_memory(const struct reading *r, const struct core_type *type, const struct chip_memory *m, struct err *err)
{
    const struct chipfile *f = r->file;
    const struct doc_node *node = doc_get(doc_get(doc_get(r->at.core_types, type->name), "memories"), m->name);
    int literal = doc_get(node, "read") || doc_get(node, "write");
    if (f->includes_memory && literal)
        return doc_error(node, err,
                         "core_types.%s.memories.%s states the energy of an access, but energy.includes_memory is true: it would be charged twice; remove one",
                         type->name, m->name);
    if (f->includes_memory)
        return 0;
    int written = strcmp(m->ports, "1R") != 0;
    if (!m->read.stated || (written && !m->write.stated))
        return doc_error(
            node, err,
            "core_types.%s.memories.%s.%s is not stated: the energy of an access; state it, derive it with model: sram, or say energy.includes_memory: true",
            type->name, m->name, m->read.stated ? "write" : "read");
    return 0;
}

static int check_memories(const struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    for (uint32_t t = 0; t < f->n_types; t++) {
        const struct core_type *type = &f->type[t];
        for (uint32_t m = 0; m < type->n_memories; m++)
            if (check_memory(r, type, &type->memory[m], err))
                return -1;
        if (!type->n_memories && !f->includes_memory)
            fidelity_add(&f->notes, FIDELITY_WARNING, "", "core type %s describes no memories: their accesses are neither counted nor charged", type->name);
    }
    return 0;
}

/* ---- static power and all-in prices ---- */

/* Where static power is stated first; NULL: nowhere. */
static const char *static_stated(const struct chipfile *f)
{
    if (f->n_static)
        return "energy.static";
    for (uint32_t t = 0; t < f->n_types; t++) {
        if (f->type[t].n_static)
            return "core_types.NAME.static";
        for (uint32_t m = 0; m < f->type[t].n_memories; m++)
            if (f->type[t].memory[m].leakage.stated)
                return "the leakage of a memory";
    }
    return NULL;
}

static int check_leakage_twice(const struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    for (uint32_t t = 0; t < f->n_types; t++)
        for (uint32_t s = 0; s < f->type[t].n_static; s++)
            for (uint32_t m = 0; m < f->type[t].n_memories && !strcmp(f->type[t].static_[s].what, "memory"); m++)
                if (f->type[t].memory[m].leakage.stated)
                    return doc_error(doc_get(r->at.core_types, f->type[t].name), err,
                                     "core_types.%s.static gives the power of its memories, and memory %s its leakage: twice; keep one", f->type[t].name,
                                     f->type[t].memory[m].name);
    return 0;
}

/* An all-in price is the energy of a whole running chip divided by a count. It can be divided once: a chip file has one such
 * formula, a x synapses + b x updates, whose terms were set together and are therefore of one source. `sop` is its first term; the
 * updates may be its others (all_in, of the same source), or be charged by themselves (per_term), because a synapse's price says
 * nothing of neurons that get no spike. All else that happens on the way of a spike (its packets and hops, cycles, barriers, the host's
 * ports) is inside already. A price of 0 or {unknown: free} adds nothing; a marginal one is the slope of something else and may stay.
 * Section `time` is outside: layers are started and samples reset between the steps at which such a price was taken. */

static const struct doc_node *price_node(const struct reading *r, const struct energy_term *term)
{
    if (!strcmp(term->component, "barrier"))
        return doc_get(r->at.energy, "barrier");
    const struct doc_node *node = doc_get(doc_get(r->at.energy, term->component), counters[term->counter].key);
    return node ? node : doc_get(r->at.energy, "router_table");
}

/* "energy.noc.hop"; caller frees. */
static char *price_name(const struct energy_term *term)
{
    int whole = !strcmp(term->component, "barrier");
    return mem_format("energy.%s%s%s", term->component, whole ? "" : ".", whole ? "" : counters[term->counter].key);
}

static int charges(const struct energy_term *term)
{
    return !term->cost.free && term->cost.value > 0 && strcmp(term->component, "time") != 0;
}

static int is_update(const struct energy_term *term)
{
    return term->counter == COUNT_UPDATE_ACTIVE || term->counter == COUNT_UPDATE_IDLE;
}

/* A figure that --set replaced is a "what if" of the same formula, unless it names a source of its own. */
static int one_formula(const struct reading *r, const struct energy_term *a, const struct energy_term *b)
{
    const struct energy_term *const term[] = {a, b};
    const struct chip_source *source = r->file->source;
    for (int i = 0; i < 2; i++) {
        const struct doc_node *node = price_node(r, term[i]), *said = doc_get(node, "source");
        if (term[i]->cost.source == NO_INDEX || (chipfile_is_set(node) && !(said && said->set)))
            return 1;
    }
    return !strcmp(source[a->cost.source].group, source[b->cost.source].group);
}

static int refuse_beside(const struct reading *r, const struct energy_term *term, struct err *err)
{
    const struct energy_term *sop = chipfile_price(r->file, COUNT_SOPS);
    static const char *const scopes[] = {"per_term", "marginal", "all_in"};
    char *name = price_name(term);
    if (is_update(term))
        doc_error(price_node(r, term), err,
                  "energy.core.sop and %s are both all_in, of sources %s and %s: each claims the whole chip's energy; terms of one formula have one source; "
                  "else remove one, or make it {unknown: free}",
                  name, r->file->source[sop->cost.source].name, r->file->source[term->cost.source].name);
    else
        doc_error(price_node(r, term), err,
                  "energy.core.sop is all_in: it contains all that a spike sets off on its way; %s, %s, would charge it twice; remove one", name,
                  scopes[term->scope]);
    free(name);
    return -1;
}

/* The synapse's price makes a formula all-in; an all-in price of anything else has the synapses inside it. */
static int check_scopes(const struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    const struct energy_term *sop = chipfile_price(f, COUNT_SOPS);
    for (uint32_t i = 0; i < f->n_energy; i++) {
        const struct energy_term *term = &f->energy[i];
        if (term == sop || !charges(term))
            continue;
        if (f->all_in && (is_update(term) ? term->scope == SCOPE_ALL_IN && !one_formula(r, sop, term) : term->scope != SCOPE_MARGINAL))
            return refuse_beside(r, term, err);
        if (f->all_in || term->scope != SCOPE_ALL_IN)
            continue;
        char *name = price_name(term);
        doc_error(price_node(r, term), err,
                  "%s is all_in and energy.core.sop is not: an all-in price contains the synapses; write scope: per_term, or give sop the all-in price", name);
        free(name);
        return -1;
    }
    return 0;
}

static int check_all_in(const struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    const char *power = static_stated(f);
    if (power)
        return doc_error(r->at.energy, err, "energy.core.sop is all_in: it contains static power; %s would charge it twice; remove one", power);
    for (uint32_t t = 0; t < f->n_types; t++)
        if (f->type[t].n_memories && !f->includes_memory)
            return doc_error(r->at.energy, err, "energy.core.sop is all_in: it contains the accesses to memories; write includes_memory: true");
    return 0;
}

static int check_static(const struct reading *r, struct err *err)
{
    if (check_scopes(r, err))
        return -1;
    if (r->file->all_in)
        return check_all_in(r, err);
    if (!static_stated(r->file))
        return doc_error(
            r->at.energy, err,
            "static power is not stated; write for example static: [{what: chip, power: 104 mW, source: NAME}], or static: [{what: chip, unknown: free}]");
    return check_leakage_twice(r, err);
}

/* ---- reach of addresses ---- */

/* A field of so many bits must number n things. 0 bits: the file does not say what that field means. */
static int numbers(const struct reading *r, uint32_t bits, uint64_t n, const char *key, const char *what, struct err *err)
{
    if (!bits || bits >= 64 || n <= (uint64_t)1 << bits)
        return 0;
    uint32_t enough = bits;
    while (enough < 63 && (uint64_t)1 << enough < n)
        enough++;
    return doc_error(doc_get(doc_get(r->at.noc, "packets"), "spike"), err, "noc.packets.spike.%s: %u bit number %llu %s, the chip has %llu; write %s: %u bit",
                     key, bits, (unsigned long long)1 << bits, what, (unsigned long long)n, key, enough);
}

/* Columns and rows of a grid, or tiles; and in a system the chip, wherever a packet says any of them. */
static int check_reach(const struct reading *r, struct err *err)
{
    const struct chip_noc *n = &r->file->noc;
    uint32_t chips = chipfile_chips(n), tiles = chipfile_tiles(n) / chips, address = n->x_bits + n->y_bits + n->tile_bits;
    if (chips > 1 && address && !n->chip_bits)
        return doc_error(doc_get(doc_get(r->at.noc, "packets"), "spike"), err, "noc.packets.spike says which tile and not which of %u chips; add chip: %u bit",
                         chips, chips > 2 ? 2 : 1);
    if (numbers(r, n->chip_bits, chips, "chip", "chips", err))
        return -1;
    if (!chipfile_is_grid(n))
        return numbers(r, address, tiles, "tile", "tiles", err);
    return numbers(r, n->x_bits, n->columns, "x", "columns", err) || numbers(r, n->y_bits, n->rows, "y", "rows", err) ||
           numbers(r, n->tile_bits, tiles, "tile", "tiles", err) ? -1 : 0;
}

/* Without a limit on axons there is nothing to number. */
static int check_packet(const struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    const struct chip_noc *n = &f->noc;
    if (check_reach(r, err) || numbers(r, n->core_bits, n->cores_per_tile, "core", "cores of a tile", err))
        return -1;
    for (uint32_t t = 0; t < f->n_types; t++) {
        const struct core_type *type = &f->type[t];
        if (type->axons_in != UINT32_MAX && numbers(r, n->axon_bits, type->axons_in, "axon", "axons of a core", err))
            return -1;
        if (numbers(r, n->slot_bits, (uint64_t)type->delay_max + 1, "slot", "delay slots", err))
            return -1;
        if (type->payload_bits > n->payload_bits)
            return doc_error(doc_get(r->at.noc, "packets"), err,
                             "core type %s offers a payload of %u bit, noc.packets.spike.payload is %u bit; make them equal", type->name, type->payload_bits,
                             n->payload_bits);
    }
    return 0;
}

static int check_type(const struct reading *r, const struct core_type *type, struct err *err)
{
    const struct doc_node *node = doc_get(r->at.core_types, type->name);
    const struct chip_table *rows = &type->table[TABLE_ROWS], *axons = &type->table[TABLE_AXON];
    const struct format *target = core_type_format(type, "target");
    if (rows->memory != NO_INDEX && rows->list_bits && target && type->neurons != UINT32_MAX && target->bits < 32 && type->neurons > 1u << target->bits)
        return doc_error(node, err, "core_types.%s: a target of %u bit numbers %u neurons of a list row, capacity.neurons is %u; widen formats.target",
                         type->name, target->bits, 1u << target->bits, type->neurons);
    if (rows->memory == NO_INDEX || !axons->address_bits || axons->address_bits >= 64)
        return 0;
    const struct chip_memory *m = &type->memory[rows->memory];
    if (m->size_bits / m->width > (uint64_t)1 << axons->address_bits)
        return doc_error(node, err,
                         "core_types.%s: an address of %u bit reaches %llu words, memory %s has %llu; widen core_types.%s.memories.%s.holds.axon_table.address",
                         type->name, axons->address_bits, (unsigned long long)1 << axons->address_bits, m->name, (unsigned long long)(m->size_bits / m->width),
                         type->name, type->memory[axons->memory].name);
    return 0;
}

/* ---- overrides that change less than they seem to ---- */

static int shape_is_set(const struct doc_node *memory)
{
    static const char *const key[] = {"size", "width", "ports"};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        const struct doc_node *node = doc_get(memory, key[i]);
        if (node && node->set)
            return 1;
    }
    return 0;
}

/* Prices taken from outside cannot follow an override; capacity can. */
static void warn_overrides(const struct reading *r)
{
    struct chipfile *f = r->file;
    int derived = 0;
    for (uint32_t t = 0; t < f->n_types; t++)
        for (uint32_t m = 0; m < f->type[t].n_memories; m++) {
            const struct core_type *type = &f->type[t];
            const struct doc_node *node = doc_get(doc_get(doc_get(r->at.core_types, type->name), "memories"), type->memory[m].name);
            derived |= type->memory[m].model != NULL;
            if (f->includes_memory && shape_is_set(node))
                fidelity_add(&f->notes, FIDELITY_WARNING, "",
                             "memory %s.%s was overridden: its capacity follows, energy does not (prices include memory as published)", type->name,
                             type->memory[m].name);
        }
    for (uint32_t t = 0; t < f->n_types; t++) {
        const struct doc_node *queue = doc_get(doc_get(r->at.core_types, f->type[t].name), "queue");
        const struct doc_node *in = doc_get(queue, "in"), *out = doc_get(queue, "out");
        if ((in && in->set) || (out && out->set))
            fidelity_add(&f->notes, FIDELITY_NOTE, "",
                         "core_types.%s.queue was overridden: only the plane cycle has queues that end, so no time changes in the others", f->type[t].name);
    }
    const struct { const char *key; const struct doc_node *given; } held[] = {{"technology", r->technology}, {"voltage", r->voltage}};
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        if (!held[i].given || !held[i].given->set)
            continue;
        if (derived)
            fidelity_add(&f->notes, FIDELITY_WARNING, "",
                         "chip.%s was overridden: only memories with model: sram (or another model) follow it; prices, powers and times of logic, routers and "
                         "links stay as stated, and their areas", held[i].key);
        else
            fidelity_add(&f->notes, FIDELITY_WARNING, "", "chip.%s was overridden, but every price of this chip is a published figure: none follows",
                         held[i].key);
    }
}

/* 1: an override makes the chip another than the one that the file's own words are about: its shape, cores or process. */
static int is_reshaped(const struct reading *r)
{
    static const char *const key[] = {"size", "cores_per_tile", "topology", "tree", "routers", "links"};
    int reshaped = (r->technology && r->technology->set) || (r->voltage && r->voltage->set) || (r->at.system && r->at.system->set);
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        const struct doc_node *node = doc_get(r->at.noc, key[i]);
        reshaped |= node && node->set;
    }
    for (uint32_t t = 0; t < r->file->n_types; t++) {
        const struct doc_node *type = doc_get(r->at.core_types, r->file->type[t].name), *neurons = doc_get(doc_get(type, "capacity"), "neurons");
        reshaped |= neurons && neurons->set;
    }
    return reshaped;
}

/* `about` is the first thing that a report says of the chip, so it must not go on describing the chip as it was. */
static void describe_again(const struct reading *r)
{
    struct chipfile *f = r->file;
    const struct doc_node *said = doc_get(r->at.chip, "about");
    if (!is_reshaped(r) || !*f->about || (said && said->set))
        return;
    char *before = f->about;
    char network[80];
    f->about = mem_format("%s of %u core%s, overridden (as shipped: %s)", chipfile_network_text(&f->noc, network, sizeof network),
                          f->cores / chipfile_chips(&f->noc), f->cores / chipfile_chips(&f->noc) == 1 ? "" : "s", before);
    free(before);
}

/* ---- clocks that do not meet ---- */

/* Core cycles of the shortest service: a packet that finds one synapse. */
static uint64_t shortest_service(const struct core_type *type)
{
    uint64_t cycles = 0;
    for (uint32_t i = 0; i < type->n_accept; i++)
        cycles += type->accept[i].time.cycles;
    return cycles;
}

/* The number of core cycles, `least` or more, that loses most when it is rounded up to whole network cycles; *share of its own time. A
 * number twice as large loses at most half of that share, so that the search ends there. */
static uint64_t worst_rounded(uint64_t least, uint64_t core_ps, uint64_t noc_ps, double *share)
{
    enum { SEARCHED = 4096 };
    uint64_t worst = least;
    *share = 0;
    for (uint64_t c = least; c <= 2 * least + noc_ps / core_ps && c < least + SEARCHED; c++) {
        uint64_t lost = (noc_ps - c * core_ps % noc_ps) % noc_ps;
        double here = (double)lost / (double)(c * core_ps);
        if (here > *share) {
            *share = here;
            worst = c;
        }
    }
    return worst;
}

/* Packets meet cores at edges of the network's clock only. Where a core's cycle is no multiple of it, each service is longer than the
 * file says, back to back too; the reader is told by how much at worst. */
static void note_clock_edges(const struct reading *r)
{
    struct chipfile *f = r->file;
    const struct clock_domain *noc = &f->clock[f->noc.clock];
    for (uint32_t t = 0; t < f->n_types; t++) {
        const struct core_type *type = &f->type[t];
        const struct clock_domain *core = &f->clock[type->clock];
        uint64_t least = shortest_service(type);
        double share;
        if (!least || core->period_ps % noc->period_ps == 0)
            continue;
        uint64_t worst = worst_rounded(least, core->period_ps, noc->period_ps, &share), ps = worst * core->period_ps;
        if (share > 0)
            fidelity_add(&f->notes, FIDELITY_ROUNDED, "",
                         "core_types.%s.service: each packet's service and each update lasts whole cycles of the network's clock (%llu ps), rounded up: "
                         "+%.2g %% at worst, where %llu cycle%s of clock %s, %.6g ns, take %.6g ns",
                         type->name, (unsigned long long)noc->period_ps, 100 * share, (unsigned long long)worst, worst == 1 ? "" : "s", core->name,
                         1e-3 * (double)ps, 1e-3 * (double)((ps + noc->period_ps - 1) / noc->period_ps * noc->period_ps));
    }
}

int chipfile_check(struct reading *r, struct err *err)
{
    const struct chipfile *f = r->file;
    if (need_core(r, err) || need_network(r, err) || need_rest(r, err) || check_static(r, err) || check_memories(r, err) || check_packet(r, err))
        return -1;
    for (uint32_t t = 0; t < f->n_types; t++)
        if (check_type(r, &f->type[t], err))
            return -1;
    warn_overrides(r);
    describe_again(r);
    note_clock_edges(r);
    return 0;
}
