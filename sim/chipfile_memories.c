/* The memories of a core type: size and width, what each holds, and what an access costs: stated, or derived by the model that it
 * names (memory/model.h). A derived figure follows every override of size, width, ports, node and supply. A stated one belongs to the memory it was stated for,
 * so an override of that memory which leaves the figure behind is refused. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { MEMORIES_MAX = 100, WIDTH_MAX = 4096, ENTRY_MAX = 100000 };
#define MEMORY_MAX 8.8e12       /* bits: 1 TiB */

struct memory_text {
    double size, retention;
    uint32_t width;
    int ports, model, basis;
    const char *source, *leak_source;
    const struct doc_node *holds, *cost[N_MEMORY];
};
#define OF(member) offsetof(struct memory_text, member)
static const struct field memory_fields[] = {
    {"size", FIELD_QUANTITY, OF(size), UNIT_BITS, 1, MEMORY_MAX, NULL, NULL, "64 KiB", "capacity; the mapper fits every table into it"},
    {"width", FIELD_NUMBER, OF(width), UNIT_BITS, 1, WIDTH_MAX, NULL, NULL, "64 bit", "of a word: what one access moves"},
    {"ports", FIELD_WORD, OF(ports), 0, 0, 0, "1RW|1R1W|2RW|1R", NULL, "1R1W", "read and write ports; 1R: written at load only"},
    {"model", FIELD_WORD, OF(model), 0, 0, 0, MEMORY_MODEL_WORDS, "", "sram",
     "energy, leakage, access time, area and refresh follow from size, width, ports, chip.technology and chip.voltage"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "sram", "of the model, and of costs below that give none"},
    {"leak_source", FIELD_TEXT, OF(leak_source), 0, 0, 0, NULL, "", "leak", "of the model's leakage; `source` where absent"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", "", "estimated", "of the model, and of costs below that give none"},
    {"retention", FIELD_QUANTITY, OF(retention), UNIT_TIME, 1e-9, 1e6, NULL, "", "40 us", "of model: edram: every word is refreshed once in it"},
    {"read", FIELD_COST, OF(cost[MEMORY_READ]), UNIT_ENERGY, 0, 0, NULL, "", "{value: 1.9 pJ, source: sram}",
     "energy of reading a word; overrides the model, as do the next five"},
    {"write", FIELD_COST, OF(cost[MEMORY_WRITE]), UNIT_ENERGY, 0, 0, NULL, "", "{value: 2.4 pJ, source: sram}", "energy of writing a word"},
    {"leakage", FIELD_COST, OF(cost[MEMORY_LEAKAGE]), UNIT_POWER, 0, 0, NULL, "", "{value: 0.4 mW, source: leak}", "static power of the whole memory"},
    {"access_time", FIELD_COST, OF(cost[MEMORY_ACCESS]), UNIT_TIME, 0, 0, NULL, "", "{value: 1.5 ns, source: sram}",
     "of a word; longer than a cycle: a word takes several cycles of service"},
    {"area", FIELD_COST, OF(cost[MEMORY_AREA]), UNIT_AREA, 0, 0, NULL, "", "{value: 0.06 mm2, source: sram}", "shown, and added up in summary.json, chip.area"},
    {"refresh", FIELD_COST, OF(cost[MEMORY_REFRESH]), UNIT_POWER, 0, 0, NULL, "", "{value: 0.2 mW, source: edram}",
     "power that keeps what a dynamic memory holds; static power beside the leakage"},
    {"holds", FIELD_NODE, OF(holds), 0, 0, 0, NULL, NULL, "{rows: {dense: [weight]}}", "the tables kept in it"}};
#undef OF
const struct field_table chipfile_table_memory = {"core_types.NAME.memories.NAME",
    "A memory of a core. Its own figures (read to refresh) do not follow an override of size, width, ports, technology or voltage: such a run is refused.",
    memory_fields, sizeof memory_fields / sizeof *memory_fields};

struct holds_text { const struct doc_node *table[N_TABLES]; uint32_t delay_slots; };
#define TABLE(name, index, example, help) {name, FIELD_NODE, offsetof(struct holds_text, table[index]), 0, 0, 0, NULL, "", example, help}
static const struct field holds_fields[] = {
    TABLE("rows", TABLE_ROWS, "{dense: [weight], list: [weight, target], conv: [weight]}", "synapses, by form"),
    TABLE("axon_table", TABLE_AXON, "{address: 14 bit, length: 9 bit, form: 2 bit}", "one entry per axon in"),
    TABLE("neuron_state", TABLE_STATE, "[membrane, refractory, pad 12 bit]", "one entry per compartment"),
    TABLE("accumulators", TABLE_ACCUMULATOR, "[current]", "one entry per compartment and delay slot"),
    {"delay_slots", FIELD_NUMBER, offsetof(struct holds_text, delay_slots), 0, 1, 65536, NULL, "", "16",
     "accumulators per compartment; capacity.delay's longest + 1 where absent"},
    TABLE("neuron_parameters", TABLE_PARAMETER, "[threshold, bias, decay, pad 24 bit]", "one entry per compartment"),
    TABLE("routing_table", TABLE_ROUTING, "{entry: 32 bit}", "one entry per axon out"),
    TABLE("pre_traces", TABLE_PRE_TRACE, "[trace, arrived 1 bit]", "for learning: one entry per axon in"),
    TABLE("post_traces", TABLE_POST_TRACE, "[trace, fired 1 bit]", "for learning: two entries per compartment, after the last update and before it")};
#undef TABLE
const struct field_table chipfile_table_holds = {"core_types.NAME.memories.NAME.holds",
                                                 "Tables. An entry is a list of parts, each a name of `formats` or `NAME N bit`, or a map {NAME: N bit}. A "
                                                 "table that no memory holds is not counted and has no limit.",
                                                 holds_fields, sizeof holds_fields / sizeof *holds_fields};

struct rows_text { const struct doc_node *dense, *list, *conv; };
static const struct field rows_fields[] = {
    {"dense", FIELD_NODE, offsetof(struct rows_text, dense), 0, 0, 0, NULL, "", "[weight]", "a synapse of a row that reaches neighbouring neurons"},
    {"list", FIELD_NODE, offsetof(struct rows_text, list), 0, 0, 0, NULL, "", "[weight, target]", "a synapse that names its target"},
    {"conv", FIELD_NODE, offsetof(struct rows_text, conv), 0, 0, 0, NULL, "", "[weight]", "a weight of a kernel, stored once per core"}};
const struct field_table chipfile_table_rows = {"core_types.NAME.memories.NAME.holds.rows", "One entry per form in offers.forms.", rows_fields, 3};

/* ---- entries ---- */

/* One part of an entry: "weight", or "pad 12 bit". */
static int part_bits(const struct core_type *type, const struct doc_node *node, uint32_t *bits, struct err *err)
{
    const char *known[16], *text = node->text, *space = strchr(text, ' ');
    struct quantity q;
    struct err ignored;
    if (node->kind == DOC_SCALAR && space && !unit_read(space + 1, UNIT_BITS, &q, &ignored) && q.value >= 1 && q.value <= ENTRY_MAX &&
        q.value == (double)(uint32_t)q.value) {
        *bits = (uint32_t)q.value;
        return 0;
    }
    const struct format *format = node->kind == DOC_SCALAR ? core_type_format(type, text) : NULL;
    if (format) {
        *bits = format->bits;
        return 0;
    }
    for (uint32_t i = 0; i < type->n_formats && i < 16; i++)
        known[i] = type->format[i].name;
    const char *nearest = doc_nearest(text, known, type->n_formats);
    if (nearest)
        return doc_error(node, err, "an entry of '%s': no format of that name; did you mean '%s'?", text, nearest);
    return doc_error(node, err, "an entry of '%s': write a name of core_types.%s.formats, or a name and its bits, for example pad 12 bit", text, type->name);
}

/* Bits of one entry: a list of parts, or a map of names to bits whose names are the reader's only. */
static int entry_bits(const struct core_type *type, const struct doc_node *node, uint32_t *bits, struct err *err)
{
    *bits = 0;
    if (node->kind == DOC_SCALAR)
        return part_bits(type, node, bits, err);
    for (uint32_t i = 0; i < node->count; i++) {
        uint32_t part = 0;
        struct quantity q;
        if (node->kind == DOC_LIST && part_bits(type, node->item[i], &part, err))
            return -1;
        if (node->kind == DOC_MAP && fields_quantity(node->item[i], UNIT_BITS, &q, err))
            return -1;
        if (node->kind == DOC_MAP) {
            if (!(q.value <= ENTRY_MAX) || q.value != (double)(uint32_t)q.value)
                return doc_error(node->item[i], err, "%s: '%s' is not a whole number of bits up to %d", node->key[i]->text, node->item[i]->text, ENTRY_MAX);
            part = (uint32_t)q.value;
        }
        *bits += part;
        if (*bits > ENTRY_MAX)
            return doc_error(node, err, "an entry of more than %d bit", ENTRY_MAX);
    }
    if (!*bits)
        return doc_error(node, err, "an entry of no bits; write for example [membrane, refractory, pad 12 bit]");
    return 0;
}

struct row_entry { const char *name; int offered; const struct doc_node *entry; uint32_t *bits; };

/* What the hardware offers it must be able to store, and the other way round. */
static int read_rows(const struct core_type *type, const struct doc_node *node, struct chip_table *table, struct err *err)
{
    struct rows_text text = {0};
    if (fields_read(&chipfile_table_rows, node, node, &text, err))
        return -1;
    const struct row_entry form[] = {{"dense", type->form_dense, text.dense, &table->dense_bits},
                                     {"list", type->form_list, text.list, &table->list_bits},
                                     {"conv", type->form_conv, text.conv, &table->conv_bits}};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        if (form[i].offered && !form[i].entry)
            return doc_error(node, err, "core_types.%s offers form %s, but rows says not how such a synapse is stored; write for example %s: [weight]",
                             type->name, form[i].name, form[i].name);
        if (!form[i].offered && form[i].entry)
            return doc_error(form[i].entry, err, "rows.%s: core_types.%s.offers.forms has no %s; add it there, or remove it here", form[i].name, type->name,
                             form[i].name);
        if (form[i].entry && entry_bits(type, form[i].entry, form[i].bits, err))
            return -1;
    }
    return 0;
}

/* A table lives in one memory. Accumulators: one slot is read while the others fill, hence delay_max + 1 of them. */
static int read_holds(struct core_type *type, int memory, const struct doc_node *node, struct err *err)
{
    struct holds_text text = {0};
    if (fields_read(&chipfile_table_holds, node, node, &text, err))
        return -1;
    for (int t = 0; t < N_TABLES; t++) {
        struct chip_table *table = &type->table[t];
        if (!text.table[t])
            continue;
        if (table->memory != NO_INDEX)
            return doc_error(text.table[t], err, "this table is in memory %s already; a table has one place", type->memory[table->memory].name);
        table->memory = memory;
        struct quantity address;
        struct err ignored;
        const struct doc_node *bits = t == TABLE_AXON ? doc_get(text.table[t], "address") : NULL;
        if (bits && !fields_quantity(bits, UNIT_BITS, &address, &ignored) && address.value <= 64)
            table->address_bits = (uint32_t)address.value;
        if (t == TABLE_ROWS ? read_rows(type, text.table[t], table, err) : entry_bits(type, text.table[t], &table->entry_bits, err))
            return -1;
    }
    struct chip_table *sums = &type->table[TABLE_ACCUMULATOR];
    if (text.delay_slots && !text.table[TABLE_ACCUMULATOR])
        return doc_error(doc_get(node, "delay_slots"), err, "delay_slots belongs beside accumulators; this memory holds none");
    if (!text.table[TABLE_ACCUMULATOR])
        return 0;
    sums->delay_slots = text.delay_slots ? text.delay_slots : type->delay_max + 1;
    if (sums->delay_slots < type->delay_max + 1)
        return doc_error(
            doc_get(node, "delay_slots"), err,
            "%u delay slots hold delays up to %u steps (one slot is read while the others fill), but capacity.delay goes to %u; write delay_slots: %u",
            sums->delay_slots, sums->delay_slots - 1, type->delay_max, type->delay_max + 1);
    return 0;
}

/* ---- costs ---- */

/* In the order of enum memory_quantity. */
static struct cost *cost_at(struct chip_memory *m, int quantity)
{
    struct cost *const at[N_MEMORY] = {&m->read, &m->write, &m->leakage, &m->access_time, &m->area, &m->refresh};
    return at[quantity];
}

/* A stated figure belongs to the size, width, ports and node it was stated for. */
static int refuse_stale(const struct reading *r, const struct standing *from, const struct doc_node *node, const struct memory_text *text, struct err *err)
{
    const struct { const char *word; const struct doc_node *given; } held[] = {{"size", doc_get(node, "size")}, {"width", doc_get(node, "width")},
        {"ports", doc_get(node, "ports")}, {"technology", r->technology}, {"voltage", r->voltage}};
    for (int q = 0; q < N_MEMORY; q++) {
        if (!text->cost[q] || chipfile_is_set(text->cost[q]) || doc_get(text->cost[q], "unknown"))
            continue;
        for (size_t k = 0; k < sizeof held / sizeof *held; k++)
            if (held[k].given && held[k].given->set)
                return doc_error(held[k].given, err, "%s.%s was stated for another %s and does not follow; override it too, or use model: sram", from->key,
                                 memory_key[q], held[k].word);
    }
    return 0;
}

/* Leakage may rest on another source than the energies: the same tool can be right about one and wrong about the other. The range is the source's,
 * which knows how far the whole method may be off; where it gives none, the model's own. */
static int derive_cost(struct reading *r, const struct standing *from, struct chip_memory *m, int quantity, const struct memory_text *text,
                       const struct doc_node *place, struct cost *cost, struct err *err)
{
    struct memory_shape shape = chip_memory_shape(r->file, m);
    double value = m->model->derive(&shape, (enum memory_quantity)quantity, NULL);
    /* A model that was overridden is not what the file's source speaks of: the command line vouches for it. */
    struct cost_text words = {.node = place, .basis = NO_INDEX, .source = quantity == MEMORY_LEAKAGE ? text->leak_source : NULL, .set = place->set};
    if (value <= 0)
        return 0;               /* the family has no such figure: nothing to refresh */
    *cost = (struct cost){.stated = 1, .value = value, .source = NO_INDEX};
    if (chipfile_stand(r, from, memory_key[quantity], &words, cost, err))
        return -1;
    struct memory_span span = m->model->span(&shape, (enum memory_quantity)quantity);
    const struct chip_source *source = &r->file->source[cost->source];
    if (source->low < 1 || source->high > 1)
        span = (struct memory_span){source->low, source->high};
    cost->low = value * span.low;
    cost->high = value * span.high;
    m->derived |= 1U << quantity;
    chipfile_figure(r, from, memory_key[quantity], cost, memory_unit[quantity], NULL);
    return 0;
}

static void note_derivation(struct reading *r, const struct core_type *type, struct chip_memory *m)
{
    char size[40], value[N_MEMORY][40];
    for (int q = 0; q < N_MEMORY; q++)
        unit_write(value[q], sizeof value[q], cost_at(m, q)->value, memory_unit[q]);
    char *name = mem_format("%s.%s", type->name, m->name);
    fidelity_add(&r->file->notes, FIDELITY_NOTE, name,
                 "memory derived from its shape (model %s): %s of %u bit, %s, %s: read %s, write %s, leakage %s, access %s, %s%s%s%s%s%s", m->model->name,
                 unit_write(size, sizeof size, (double)m->size_bits, UNIT_BITS), m->width, m->ports, r->file->technology, value[MEMORY_READ],
                 value[MEMORY_WRITE], value[MEMORY_LEAKAGE], value[MEMORY_ACCESS], value[MEMORY_AREA], m->refresh.stated ? ", refresh " : "",
                 m->refresh.stated ? value[MEMORY_REFRESH] : "", m->extrapolated ? " (outside the fitted sizes: extrapolated)" : "",
                 strcmp(m->ports, "1RW") && strcmp(m->ports, "1R") ? " (factor for its ports assumed)" : "",
                 m->model == &memory_sram && r->file->node_m < 22e-9 * (1 - 1e-9) ? " (22 nm scaled by published factors)" : "");
    free(name);
}

/* What a model is asked for, once size, width, ports, node and supply are known. */
static int find_model(struct reading *r, struct chip_memory *m, const struct standing *from, const struct doc_node *node, const struct memory_text *text,
                      struct err *err)
{
    struct err what = {ERR_NONE, ""};
    const struct doc_node *model = doc_get(node, "model"), *retention = doc_get(node, "retention");
    m->model = text->model == NO_INDEX ? NULL : memory_model_at(text->model);
    m->retention_s = text->retention;
    if (retention && !(m->model && m->model->keeps_charge))
        return doc_error(retention, err, "%s.retention belongs to a memory that has to be refreshed: write model: edram beside it, or remove it", from->key);
    if (!m->model)
        return 0;
    if (r->file->node_m <= 0)
        return doc_error(model, err, "%s: model: %s needs the process node; write for example chip: {technology: 28 nm}", from->key, m->model->name);
    struct memory_shape shape = chip_memory_shape(r->file, m);
    if (memory_check(m->model, &shape, &what))
        return doc_error(strstr(what.text, "ports") ? doc_get(node, "ports") : strstr(what.text, "supplies") ? r->voltage : r->technology, err, "%s: %s",
                         from->key, what.text);
    m->extrapolated = !m->model->fitted(&shape);
    return 0;
}

/* A stated figure wins over the model. Outside what a model was fitted to it is extrapolated, and said to be. */
static int read_costs(struct reading *r, struct core_type *type, struct chip_memory *m, const struct standing *from, const struct doc_node *node,
                      const struct memory_text *text, struct err *err)
{
    if (refuse_stale(r, from, node, text, err) || find_model(r, m, from, node, text, err))
        return -1;
    for (int q = 0; q < N_MEMORY; q++) {
        struct cost *cost = cost_at(m, q);
        if (text->cost[q] ? chipfile_cost(r, from, memory_key[q], text->cost[q], memory_unit[q], cost, err)
                          : m->model && derive_cost(r, from, m, q, text, doc_get(node, "model"), cost, err))
            return -1;
    }
    if (m->model)
        note_derivation(r, type, m);
    return 0;
}

struct memory_shape chip_memory_shape(const struct chipfile *f, const struct chip_memory *m)
{
    return (struct memory_shape){.bytes = (double)m->size_bits / 8, .width_bits = m->width, .ports = m->ports, .node_m = f->node_m, .volts = f->volts,
                                 .retention_s = m->retention_s};
}

/* ---- memories ---- */

static int read_memory(struct reading *r, struct core_type *type, struct chip_memory *m, const struct standing *outer, const struct doc_node *node,
                       struct err *err)
{
    static const char *const ports[] = {"1RW", "1R1W", "2RW", "1R"};
    struct memory_text text = {.model = NO_INDEX, .basis = NO_INDEX};
    if (fields_read(&chipfile_table_memory, node, node, &text, err))
        return -1;
    m->size_bits = (uint64_t)text.size;
    m->width = text.width;
    m->ports = mem_text(ports[text.ports]);
    struct standing from = chipfile_standing(outer, m->name, text.source, text.basis);
    if ((double)m->size_bits != text.size || m->size_bits < m->width)
        return doc_error(doc_get(node, "size"), err, "%s: a size of %s holds no whole word of %u bit", from.key, doc_get(node, "size")->text, m->width);
    if (read_holds(type, (int)(m - type->memory), text.holds, err))
        return -1;
    return read_costs(r, type, m, &from, node, &text, err);
}

int chipfile_memories(struct reading *r, struct core_type *type, const struct standing *outer, const struct doc_node *map, struct err *err)
{
    if (!map)
        return 0;
    if (map->kind != DOC_MAP || !map->count || map->count > MEMORIES_MAX)
        return doc_error(map, err, "core_types.%s.memories is a map of 1 to %d names, for example {synapse: {size: 64 KiB, ...}}", type->name, MEMORIES_MAX);
    struct standing from = chipfile_standing(outer, "memories", NULL, NO_INDEX);
    type->memory = mem_new(map->count, sizeof *type->memory);
    for (uint32_t i = 0; i < map->count; i++) {
        struct chip_memory *m = &type->memory[type->n_memories++];
        m->name = mem_text(map->key[i]->text);
        if (read_memory(r, type, m, &from, map->item[i], err))
            return -1;
    }
    return 0;
}
