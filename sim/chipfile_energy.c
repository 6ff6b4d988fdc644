/* Section `energy`: a price per counted action, and static power. Prices are kept by counter, in rising order; whether the
 * right ones are there is checked at the end (chipfile_check.c). Nothing is multiplied here: counts exist only after a run. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { PRICES_MAX = 16, STATICS_MAX = 100 };
#define BASIS_WORDS "measured|simulated|estimated|assumed"

struct energy_text {
    int includes_memory, scope, gating, basis;
    const char *source, *router_table;
    const struct doc_node *core, *router, *noc, *io, *barrier, *static_, *router_static;
};
#define OF(member) offsetof(struct energy_text, member)
static const struct field energy_fields[] = {
    {"includes_memory", FIELD_FLAG, OF(includes_memory), 0, 0, 0, NULL, NULL, "false",
     "true: prices were taken from outside; memory accesses are counted, not charged"},
    {"scope", FIELD_WORD, OF(scope), 0, 0, 0, "per_term|marginal|all_in", "per_term", "per_term", "of the prices below that give none"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "davies", "of the prices below that give none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "simulated", "of the prices below that give none"},
    {"core", FIELD_NODE, OF(core), 0, 0, 0, NULL, NULL, "{sop: {value: 0.03 pJ, source: logic}, ...}", "prices of a core"},
    {"router", FIELD_NODE, OF(router), 0, 0, 0, NULL, "", "{buffer_write: {value: 0.762 pJ, source: noxim}, ...}",
     "prices of a router, by flit; in place of hops"},
    {"router_table", FIELD_TEXT, OF(router_table), 0, 0, 0, NULL, "", "noxim-32x4",
     "a file of configs/energy, or its path: prices of a router and its static power where nothing here gives them"},
    {"noc", FIELD_NODE, OF(noc), 0, 0, 0, NULL, "", "{hop_x: 3.0 pJ, hop_y: 4.0 pJ, tile: 1.7 pJ}", "prices of the network, by packet; in place of routers"},
    {"barrier", FIELD_NODE, OF(barrier), 0, 0, 0, NULL, "", "{value: 0.5 pJ, per: core, source: guess}", "of one barrier"},
    {"io", FIELD_NODE, OF(io), 0, 0, 0, NULL, "", "{packet_in: {value: 64 pJ, source: guess}, packet_out: {value: 64 pJ, source: guess}}",
     "at the host's ports"},
    {"static", FIELD_NODE, OF(static_), 0, 0, 0, NULL, "", "[{what: chip, power: 104 mW, bound: at_most, range: [39 mW, 104 mW], source: frady}]",
     "static power of the chip and its parts"},
    {"router_static", FIELD_NODE, OF(router_static), 0, 0, 0, NULL, "", "{value: 0.3 mW, source: guess}",
     "static power of one router: short for an item of `static`"},
    {"gating", FIELD_WORD, OF(gating), 0, 0, 0, "none|unused", "none", "none",
     "unused: what a run does not use sleeps throughout, at the power of state: gated"}};
#undef OF
const struct field_table chipfile_table_energy = {"energy",
    "Prices by action. What a run needs and the file does not state is an error; {unknown: free} says that no figure exists.", energy_fields,
    sizeof energy_fields / sizeof *energy_fields};

/* Keys are the price keys of counter_list.h; fields are read into an array of nodes in table order. */
#define PRICE(i, key, example, help) {key, FIELD_COST, (i) * sizeof(const struct doc_node *), UNIT_ENERGY, 0, 0, NULL, "", example, help}
static const struct field core_prices[] = {
    PRICE(0, "sop", "23.6 pJ", "a synapse processed for a spike, late ones too"), PRICE(1, "update_active", "81 pJ", "an active compartment updated"),
    PRICE(2, "update_idle", "52 pJ", "an idle or held compartment visited"), PRICE(3, "spike", "1 pJ", "a spike"), PRICE(4, "packet", "1 pJ",
     "a packet served"),
    PRICE(5, "step", "1 pJ", "an update program of a used core"), PRICE(6, "busy_cycle", "1.0 pJ", "a cycle of update, service or learning"),
    PRICE(7, "learn_sop", "0.1 pJ", "a plastic synapse adjusted, changed or not; needed where a core type learns"),
    PRICE(8, "learn_row", "1 pJ", "a row swept for potentiation"), PRICE(9, "learn", "1 pJ", "a learning program"),
    PRICE(10, "reference", "1 pJ", "a time-reference packet served, beside what its updates cost")};
static const struct field router_prices[] = {
    PRICE(0, "buffer_write", "0.762 pJ", "a flit into an input buffer"), PRICE(1, "buffer_read", "0.534 pJ", "a flit out of it"), PRICE(2, "crossbar",
     "0.221 pJ", "a flit through the switch"),
    PRICE(3, "link", "1.56 pJ", "a flit over a link"), PRICE(4, "route", "0.060 pJ", "a route looked up"), PRICE(5, "arbitration", "0.050 pJ",
     "a grant of a channel or of the switch"),
    PRICE(6, "link_chip", "64 pJ", "a flit over a link between chips, beside `link`")};
static const struct field noc_prices[] = {
    PRICE(0, "hop", "3 pJ", "a link crossed by a packet, either direction"), PRICE(1, "hop_x", "3.0 pJ", "a link crossed east or west"), PRICE(2, "hop_y",
     "4.0 pJ", "a link crossed north or south"),
    PRICE(3, "tile", "1.7 pJ", "a delivery that crossed no link"), PRICE(4, "packet_sent", "1 pJ", "a packet that entered the network"),
    PRICE(5, "hop_chip", "64 pJ", "a link between chips crossed: what that costs beside `hop`; it counts in neither hop_x nor hop_y")};
static const struct field io_prices[] = {PRICE(0, "packet_in", "64 pJ", "an input packet from the host"),
                                         PRICE(1, "packet_out", "64 pJ", "an output packet to the host")};
#undef PRICE
#define TABLE(name, help, fields) {name, help, fields, sizeof fields / sizeof *fields}
const struct field_table chipfile_table_prices_core = TABLE("energy.core", "Memory accesses apart: they have the prices of their memories.", core_prices);
const struct field_table chipfile_table_prices_router =
    TABLE("energy.router", "The first six, or none; link_chip where links go between chips.", router_prices);
const struct field_table chipfile_table_prices_noc =
    TABLE("energy.noc", "hop, or hop_x and hop_y; with tile; hop_chip where links go between chips.", noc_prices);
const struct field_table chipfile_table_prices_io = TABLE("energy.io", "What a host packet costs beside its way through the network.", io_prices);
#undef TABLE

/* ---- prices ---- */

/* Takes over cost->why. */
void chipfile_add_price(struct reading *r, int counter, const struct cost *cost, enum scope scope, const char *component)
{
    struct chipfile *f = r->file;
    size_t n = f->n_energy;
    f->energy = mem_room(f->energy, n, &r->energy_capacity, sizeof *f->energy);
    f->energy[f->n_energy++] = (struct energy_term){.counter = counter, .cost = *cost, .scope = scope, .component = mem_text(component)};
}

/* A price belongs to its counter; its scope is its own or the section's. */
int chipfile_read_price(struct reading *r, const struct standing *from, const struct field_table *table, const char *key, const struct doc_node *node,
                        int counter, const char *component, struct cost_text *text, struct err *err)
{
    struct cost cost = {.source = NO_INDEX};
    if (chipfile_cost_words(table, node, text, err))
        return -1;
    if (chipfile_cost_of(r, from, key, text, UNIT_ENERGY, &cost, err)) {
        free(cost.why);
        return -1;
    }
    chipfile_figure(r, from, key, &cost, UNIT_ENERGY, NULL);
    chipfile_add_price(r, counter, &cost, (enum scope)(text->scope != NO_INDEX ? text->scope : from->scope), component);
    return 0;
}

static int read_prices(struct reading *r, const struct standing *outer, const char *component, const struct field_table *table, const struct doc_node *map,
                       struct err *err)
{
    const struct doc_node *price[PRICES_MAX] = {NULL};
    struct standing from = chipfile_standing(outer, component, NULL, NO_INDEX);
    struct cost_text text;
    if (!map)
        return 0;
    if (fields_read(table, map, map, price, err))
        return -1;
    for (size_t i = 0; i < table->n; i++)
        if (price[i] && chipfile_read_price(r, &from, &chipfile_table_cost, table->field[i].key, price[i], counter_by_key(table->field[i].key), component,
                                            &text, err))
            return -1;
    return 0;
}

/* A barrier is charged once per chip unless the file says per core or per tile. */
static int read_barrier_price(struct reading *r, const struct standing *from, const struct doc_node *node, struct err *err)
{
    static const char *const per[] = {"core", "tile", "chip"};
    struct cost_text text = {.per = NO_INDEX};
    if (node && chipfile_read_price(r, from, &chipfile_table_barrier_cost, "barrier", node, COUNT_BARRIERS, "barrier", &text, err))
        return -1;
    r->file->barrier_per = mem_text(per[text.per == NO_INDEX ? 2 : text.per]);
    return 0;
}

static int by_counter(const void *a, const void *b)
{
    const struct energy_term *x = a, *y = b;
    return (x->counter > y->counter) - (x->counter < y->counter);
}

/* ---- static power ---- */

static const char *const what_words[] = {"chip", "tile", "core", "router", "link", "memory"};
static const char *const state_words[] = {"any", "used", "unused", "gated"};

static int allowed_what(const char *what, const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (!strcmp(*allowed, what))
            return 1;
    return 0;
}

/* One item: {what, state, power}, where power may be a cost of its own, or a plain cost where `usual` says whose it is. */
static int read_static(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, const char *const *allowed,
                       const char *usual, struct chip_static *s, struct err *err)
{
    struct cost_text text;
    if (chipfile_cost_words(&chipfile_table_static, node, &text, err))
        return -1;
    if (text.value && text.power)
        return doc_error(node, err, "%s.%s has both value and power; keep one", from->key, key);
    if (text.power && text.power->kind == DOC_MAP) {
        int what = text.what, state = text.state;
        if (chipfile_cost_words(&chipfile_table_cost, text.power, &text, err))
            return -1;
        text.what = what;
        text.state = state;
    } else if (text.power) {
        text.value = text.power;
    }
    if (text.what == NO_INDEX && !usual)
        return doc_error(node, err, "%s.%s says not whose power it is; add what: chip, or tile, router, link", from->key, key);
    const char *what = text.what == NO_INDEX ? usual : what_words[text.what];
    if (!allowed_what(what, allowed))
        return doc_error(node, err, "%s.%s: the power of a %s does not belong here; %s", from->key, key, what,
                         !strcmp(what, "core") || !strcmp(what, "memory") ? "write it into its core type" : "write it into energy.static");
    s->what = mem_text(what);
    s->state = mem_text(state_words[text.state == NO_INDEX ? 0 : text.state]);
    if (chipfile_cost_of(r, from, key, &text, UNIT_POWER, &s->power, err))
        return -1;
    chipfile_figure(r, from, key, &s->power, UNIT_POWER, NULL);
    return 0;
}

/* A list, or one cost alone. allowed: whose power may stand in this section; the first is the usual one of a core type. */
int chipfile_statics(struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, const char *const *allowed,
                     struct chip_static **list, uint32_t *n, size_t *capacity, struct err *err)
{
    uint32_t items = node->kind == DOC_LIST ? node->count : 1;
    if (items > STATICS_MAX)
        return doc_error(node, err, "%s.%s has %u items; at most %d are read", from->key, key, items, STATICS_MAX);
    for (uint32_t i = 0; i < items; i++) {
        char name[40];
        snprintf(name, sizeof name, node->kind == DOC_LIST ? "%s.%u" : "%s", key, i);
        *list = mem_room(*list, *n, capacity, sizeof **list);
        struct chip_static *s = &(*list)[(*n)++];
        *s = (struct chip_static){.power = {.source = NO_INDEX}};
        if (read_static(r, from, name, node->kind == DOC_LIST ? node->item[i] : node, allowed, strcmp(allowed[0], "core") ? NULL : "core", s, err))
            return -1;
    }
    return 0;
}

static int read_statics(struct reading *r, const struct standing *from, const struct energy_text *text, struct err *err)
{
    static const char *const parts[] = {"chip", "tile", "router", "link", NULL}, *const router[] = {"router", NULL};
    struct chipfile *f = r->file;
    if (text->static_ && chipfile_statics(r, from, "static", text->static_, parts, &f->static_, &f->n_static, &r->static_capacity, err))
        return -1;
    if (!text->router_static)
        return 0;
    f->static_ = mem_room(f->static_, f->n_static, &r->static_capacity, sizeof *f->static_);
    struct chip_static *s = &f->static_[f->n_static++];
    *s = (struct chip_static){.power = {.source = NO_INDEX}};
    return read_static(r, from, "router_static", text->router_static, router, "router", s, err);
}

static void rename_state(struct chip_static *s, const char *state)
{
    free(s->state);
    s->state = mem_text(state);
}

/* With gating, what is not used sleeps: its power is that of state gated, whatever else is said of the same part. */
static int apply_gating(struct chip_static *list, uint32_t n, int gating, const struct doc_node *place, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        int sleeps = 0;
        if (!gating && !strcmp(list[i].state, "gated"))
            return doc_error(place, err, "static power of a %s in state gated, but nothing is gated; write gating: unused, or remove it", list[i].what);
        for (uint32_t k = 0; gating && k < n; k++)
            sleeps |= !strcmp(list[k].what, list[i].what) && !strcmp(list[k].state, "gated");
        if (!sleeps || !strcmp(list[i].state, "gated"))
            continue;
        if (!strcmp(list[i].state, "unused"))
            return doc_error(place, err, "static power of an unused %s is given, and gating: unused gives its power in state gated; remove one", list[i].what);
        rename_state(&list[i], "used");
    }
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].state, "gated"))
            rename_state(&list[i], "unused");
    return 0;
}

static int any_gated(const struct chip_static *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].state, "gated"))
            return 1;
    return 0;
}

/* The report knows used and unused parts only, so gating is resolved here. */
static int gate(const struct reading *r, int gating, struct err *err)
{
    struct chipfile *f = r->file;
    int found = any_gated(f->static_, f->n_static);
    for (uint32_t t = 0; t < f->n_types; t++)
        found |= any_gated(f->type[t].static_, f->type[t].n_static);
    if (gating && !found)
        return doc_error(doc_get(r->at.energy, "gating"), err,
                         "gating: unused, but no static power is given in state gated; write for example static: [{what: router, state: gated, power: 1 uW}]");
    if (apply_gating(f->static_, f->n_static, gating, r->at.energy, err))
        return -1;
    for (uint32_t t = 0; t < f->n_types; t++)
        if (apply_gating(f->type[t].static_, f->type[t].n_static, gating, r->at.energy, err))
            return -1;
    return 0;
}

/* ---- the section ---- */

/* The synapse's price decides: it is the one that others would be added to. */
static int all_in(const struct chipfile *f)
{
    const struct energy_term *sop = chipfile_price(f, COUNT_SOPS);
    return sop && sop->scope == SCOPE_ALL_IN;
}

int chipfile_energy(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    struct energy_text text = {.basis = NO_INDEX};
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX};
    if (fields_read(&chipfile_table_energy, r->at.energy, doc_root(r->doc), &text, err))
        return -1;
    struct standing from = chipfile_standing(&none, "energy", text.source, text.basis);
    from.scope = text.scope;
    f->includes_memory = text.includes_memory;
    if (read_prices(r, &from, "core", &chipfile_table_prices_core, text.core, err) ||
        read_prices(r, &from, "router", &chipfile_table_prices_router, text.router, err) ||
        read_prices(r, &from, "noc", &chipfile_table_prices_noc, text.noc, err) || read_prices(r, &from, "io", &chipfile_table_prices_io, text.io, err) ||
        read_barrier_price(r, &from, text.barrier, err) || read_statics(r, &from, &text, err) || chipfile_router_table(r, text.router_table, err))
        return -1;
    if (gate(r, text.gating, err))
        return -1;
    if (f->n_energy)
        qsort(f->energy, f->n_energy, sizeof *f->energy, by_counter);
    f->all_in = all_in(f);
    return 0;
}

const struct energy_term *chipfile_price(const struct chipfile *f, int counter)
{
    for (uint32_t i = 0; i < f->n_energy; i++)
        if (f->energy[i].counter == counter)
            return &f->energy[i];
    return NULL;
}
