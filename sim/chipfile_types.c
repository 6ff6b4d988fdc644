/* Section `core_types`: what a kind of core can hold, compute and offer. Keys that describe neurons are those of the core kind
 * (chipfile_kind.c); here are the keys that any core has. Order within a type: capacity and formats first, because
 * tables name formats and delay slots follow from the longest delay; then memories; then service, which names memories. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"
#include "cores/core.h"
#include "cores/foreign/foreign.h"

/* DELAY_MAX: steps; a packet carries its delay in 16 bits. INTEGER_BITS_MAX: of state, so that int64 holds a state times a decay. */
enum { TYPES_MAX = 100, DELAY_MAX = 65000, INTEGER_BITS_MAX = 32, DECAY_BITS_MAX = 24 };

/* A core type as written: sections still as nodes, words as their numbers. */
struct type_text {
    const char *kind, *clock, *source;
    int basis, overlap, active_when, skip_idle;
    const struct doc_node *capacity, *formats, *offers, *layer, *learning, *memories, *service, *queue, *static_, *area;
};
#define OF(member) offsetof(struct type_text, member)
static const struct field type_fields[] = {
    {"kind", FIELD_TEXT, OF(kind), 0, 0, 0, NULL, NULL, "lif",
     "core kind that computes it: `volley kinds` lists them; \"both:lif,rtl:lif_core\": two in lockstep"},
    {"clock", FIELD_TEXT, OF(clock), 0, 0, 0, NULL, "", "core", "its clock domain, of time.clocks; the one named `core`, or the only one, where absent"},
    {"capacity", FIELD_NODE, OF(capacity), 0, 0, 0, NULL, NULL, "{neurons: 256, axons_in: 1024, axons_out: 1024, delay: 1..15 steps}",
     "what fits, memories apart"},
    {"formats", FIELD_NODE, OF(formats), 0, 0, 0, NULL, "", "{weight: 8 bit signed, membrane: 16 bit signed}",
     "number formats: the keys of its kind, see there"},
    {"offers", FIELD_NODE, OF(offers), 0, 0, 0, NULL, NULL, "{reset: [zero], reset_time: [now], compare: [greater], forms: [dense]}",
     "what the hardware does by itself"},
    {"layer", FIELD_NODE, OF(layer), 0, 0, 0, NULL, "",
     "{kernel: 16, stride: 8, padding: 7, pool: 4, channels: 1024, input: 128x128, output: 64x64, destinations: 2}",
     "the core holds one whole convolution layer, of these shapes; absent: neurons of any layers"},
    {"learning", FIELD_NODE, OF(learning), 0, 0, 0, NULL, "", "{potentiate: 16, depress: 18, pre_keep: 243, post_keep: 243}",
     "how weights change during a run: the keys of its kind, see there; absent: they do not"},
    {"memories", FIELD_NODE, OF(memories), 0, 0, 0, NULL, "", "{synapse: {size: 64 KiB, width: 64 bit, ports: 1R1W, model: sram, source: sram, holds: {...}}}",
     "NAME: memory; see below"},
    {"service", FIELD_NODE, OF(service), 0, 0, 0, NULL, NULL, "{accept: {packet: 3 cycles, source: rtl}, update: {step: 2 cycles, source: rtl}}",
     "how long accept, update and learning take"},
    {"queue", FIELD_NODE, OF(queue), 0, 0, 0, NULL, NULL, "{in: 16 packets, out: 16 packets}", "places for packets"},
    {"overlap", FIELD_WORD, OF(overlap), 0, 0, 0, "none|full", "none", "none", "may packets be served while the update runs"},
    {"active_when", FIELD_WORD, OF(active_when), 0, 0, 0, "always|input|nonzero|input_or_nonzero", "always", "input_or_nonzero",
     "which updates count as update_active: all; those with input; with state; either"},
    {"skip_idle", FIELD_FLAG, OF(skip_idle), 0, 0, 0, NULL, "false", "false", "true: idle and held neurons are not visited at all"},
    {"static", FIELD_NODE, OF(static_), 0, 0, 0, NULL, "", "{value: 0.05 mW, source: guess}", "static power of one core, memories apart: a cost or a list"},
    {"area", FIELD_COST, OF(area), UNIT_AREA, 0, 0, NULL, "", "{value: 0.01 mm2, source: guess}", "of one core without its memories, which have their own"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "rtl", "of the costs below that give none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", "", "estimated", "of the costs below that give none"}};
#undef OF
const struct field_table chipfile_table_type = {"core_types.NAME", "A kind of core.", type_fields, sizeof type_fields / sizeof *type_fields};

/* ---- capacity and queue ---- */

/* UINT32_MAX stands for `unlimited`. */
struct capacity_text { uint32_t neurons, axons_in, axons_out; struct span delay; };
#define OF(member) offsetof(struct capacity_text, member)
static const struct field capacity_fields[] = {
    {"neurons", FIELD_CAPACITY, OF(neurons), 0, 1, UINT32_MAX, NULL, NULL, "256", "compartments: neurons, times those that emulate one"},
    {"axons_in", FIELD_CAPACITY, OF(axons_in), 0, 1, UINT32_MAX, NULL, NULL, "1024", "input lines: (source neuron, this core) pairs"},
    {"axons_out", FIELD_CAPACITY, OF(axons_out), 0, 1, UINT32_MAX, NULL, NULL, "1024", "(neuron of this core, destination core) pairs"},
    {"delay", FIELD_SPAN, OF(delay), UNIT_STEPS, 1, DELAY_MAX, NULL, NULL, "1..15 steps", "delays of a synapse"}};
#undef OF
const struct field_table chipfile_table_capacity = {"core_types.NAME.capacity", "Each a number or `unlimited`.", capacity_fields,
                                                    sizeof capacity_fields / sizeof *capacity_fields};

/* In packets. Only a plane with finite queues looks at them, but the chip has them whichever plane is asked for. */
struct queue_text { uint32_t in, out; };
static const struct field queue_fields[] = {
    {"in", FIELD_CAPACITY, offsetof(struct queue_text, in), UNIT_PACKETS, 1, UINT32_MAX, NULL, NULL, "16 packets",
     "packets that wait for service, or unlimited"},
    {"out", FIELD_CAPACITY, offsetof(struct queue_text, out), UNIT_PACKETS, 1, UINT32_MAX, NULL, NULL, "16 packets",
     "packets that wait for the network, or unlimited"}};
const struct field_table chipfile_table_queue = {"core_types.NAME.queue", "A full output queue stops the update; a full input queue holds the network.",
                                                 queue_fields, 2};

/* A chip delay of one step is the time of any layer to the next, so a span that leaves it out fits no network. */
static int read_capacity(struct core_type *type, const struct type_text *text, struct err *err)
{
    struct capacity_text c;
    struct queue_text q;
    if (fields_read(&chipfile_table_capacity, text->capacity, text->capacity, &c, err) || fields_read(&chipfile_table_queue, text->queue, text->queue, &q, err))
        return -1;
    if (c.delay.low != 1)
        return doc_error(doc_get(text->capacity, "delay"), err,
                         "core_types.%s.capacity.delay begins at %u; a chip delay of 1 step is always needed: write 1..%u steps", type->name, c.delay.low,
                         c.delay.high);
    type->neurons = c.neurons;
    type->axons_in = c.axons_in;
    type->axons_out = c.axons_out;
    type->delay_max = c.delay.high;
    type->queue_in = q.in;
    type->queue_out = q.out;
    return 0;
}

/* ---- formats ---- */

/* "8 bit", "8 bit signed", "8 bit unsigned". Two's complement; the integer kinds compute in 32 bits. */
static int read_format(struct format *format, const char *name, const struct doc_node *node, struct err *err)
{
    unsigned bits = 0;
    int end = 0, is_signed = 0;
    const char *text = node->text, *rest;
    if (node->kind == DOC_SCALAR && text[0] >= '0' && text[0] <= '9' && strlen(text) < 40 && sscanf(text, "%3u bit%n", &bits, &end) == 1 && end) {
        rest = text + end;
        is_signed = !strcmp(rest, " signed");
        end = is_signed || !strcmp(rest, " unsigned") || !*rest;
    }
    if (!end || !bits)
        return doc_error(node, err, "formats.%s: '%s' is no format; write for example %s: 8 bit signed, or %s: 8 bit", name, text, name, name);
    if (bits > INTEGER_BITS_MAX - !is_signed)
        return doc_error(node, err, "formats.%s: %s is wider than the %d bit signed that the integer kinds compute in", name, text, INTEGER_BITS_MAX);
    *format = (struct format){.name = mem_text(name), .bits = bits, .is_signed = is_signed};
    format->high = ((int64_t)1 << (bits - (unsigned)is_signed)) - 1;
    format->low = is_signed ? -format->high - 1 : 0;
    return 0;
}

/* Every key that is there becomes a format; those of a kind that was overridden may be read by nobody. decay: integer kinds multiply a
 * 32-bit state by it, which leaves 24 bits for the fraction. */
static int read_formats(struct reading *r, struct core_type *type, const struct kind_keys *keys, const struct doc_node *map, const struct doc_node *place,
                        struct err *err)
{
    struct kind_params text;
    struct kind_place at = {map, place, 0};
    if (chipfile_kind_read(r, keys, "formats", NULL, &at, &text, err))
        return -1;
    type->format = mem_new(map ? map->count : 0, sizeof *type->format);
    for (uint32_t i = 0; map && i < map->count; i++) {
        if (read_format(&type->format[type->n_formats], map->key[i]->text, map->item[i], err))
            return -1;
        type->n_formats++;
    }
    const struct format *decay = core_type_format(type, "decay");
    if (decay && (decay->is_signed || decay->bits > DECAY_BITS_MAX))
        return doc_error(doc_get(map, "decay"), err, "formats.decay: %s; a decay is an unsigned fraction of at most %d bit", doc_get(map, "decay")->text,
                         DECAY_BITS_MAX);
    return 0;
}

int core_type_is(const struct core_type *type, const char *kind)
{
    const char *name = strncmp(type->kind, "both:", 5) ? type->kind : type->kind + 5;
    size_t n = strlen(kind);
    return !strncmp(name, kind, n) && (!name[n] || name[n] == ',');
}

const struct format *core_type_format(const struct core_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->n_formats; i++)
        if (!strcmp(type->format[i].name, name))
            return &type->format[i];
    return NULL;
}

/* ---- offers ---- */

/* What any core offers, and the words of its kind. */
struct offers_text {
    uint32_t forms, payload;
    const struct doc_node *emulate;
    struct kind_params kind;
};
#define OF(member) offsetof(struct offers_text, member)
static const struct field offers_fields[] = {
    {"payload", FIELD_NUMBER, OF(payload), UNIT_BITS, 0, 32, NULL, "0 bit", "8 bit", "of a graded spike; 0: spikes are binary"},
    {"forms", FIELD_WORDS, OF(forms), 0, 0, 0, "dense|list|conv", NULL, "[dense, list, conv]", "how synapses can be stored"},
    {"emulate", FIELD_NODE, OF(emulate), 0, 0, 0, NULL, "", "{subtract: {compartments: 2, source: guess}}", "what it does by more compartments per neuron"}};
#undef OF
const struct field_table chipfile_table_offers = {
    "core_types.NAME.offers",
    "What is asked beyond it is rewritten, emulated at a stated price, approximated with --approximate, or refused. A kind has further keys: see its section.",
    offers_fields, sizeof offers_fields / sizeof *offers_fields};

/* The price of an emulation is compartments: each is updated, stored and charged like a neuron. */
struct emulate_text { uint32_t compartments; const char *source, *why; int basis; };
#define OF(member) offsetof(struct emulate_text, member)
static const struct field emulate_fields[] = {
    {"compartments", FIELD_NUMBER, OF(compartments), 0, 2, 16, NULL, NULL, "2", "compartments that one such neuron takes; each is updated and priced"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "guess", "on what this rests"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", "", "assumed", "as of a cost"},
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, "", "a second compartment inhibits the first", "reasoning"}};
#undef OF
const struct field_table chipfile_table_emulate = {"core_types.NAME.offers.emulate.subtract", "Reset by subtraction where `reset` does not offer it.",
                                                   emulate_fields, sizeof emulate_fields / sizeof *emulate_fields};

/* `emulate` has one entry today. That a type both offers and emulates subtraction is a contradiction in the file, not a choice. */
static int read_emulate(struct reading *r, struct core_type *type, const struct standing *outer, const struct doc_node *node, struct err *err)
{
    static const char *const known[] = {"subtract"};
    struct emulate_text text = {.basis = NO_INDEX};
    const struct doc_node *subtract = doc_get(node, "subtract");
    struct standing from = chipfile_standing(outer, "offers.emulate", NULL, NO_INDEX);
    if (node->kind != DOC_MAP)
        return doc_error(node, err, "%s is a map, for example {subtract: {compartments: 2, source: guess}}", from.key);
    for (uint32_t i = 0; i < node->count; i++)
        if (strcmp(node->key[i]->text, known[0]))
            return fields_unknown(node->key[i], from.key, known, 1, err);
    if (!subtract)
        return 0;
    if (type->reset_subtract)
        return doc_error(subtract, err, "%s.subtract: offers.reset has subtract already; remove one of the two", from.key);
    if (fields_read(&chipfile_table_emulate, subtract, subtract, &text, err))
        return -1;
    struct cost_text words = {.node = subtract, .source = text.source, .why = text.why, .basis = text.basis};
    struct cost *cost = &type->emulate_standing;
    double n = text.compartments;
    *cost = (struct cost){.stated = 1, .value = n, .low = n, .high = n, .source = NO_INDEX, .why = text.why ? mem_text(text.why) : NULL};
    type->emulate_subtract = text.compartments;
    return chipfile_stand(r, &from, "subtract", &words, cost, err);
}

/* An empty list would offer nothing, and no network could run; [none] is how a list of words says empty. */
static int any_of(const struct doc_node *map, const char *key, uint32_t bits, struct err *err)
{
    if (bits)
        return 0;
    return doc_error(doc_get(map, key), err, "offers.%s is empty; name at least one", key);
}

/* Bits of a list of words, in the order of the words in the table. */
static void take_offers(struct core_type *type, const struct offers_text *text)
{
    const struct params *own = &text->kind.own;
    type->reset_zero = own->resets & 1;
    type->reset_subtract = own->resets >> 1 & 1;
    type->reset_value = own->resets >> 2 & 1;
    type->reset_now = own->reset_times & 1;
    type->reset_next = own->reset_times >> 1 & 1;
    type->compare_greater = own->compares & 1;
    type->compare_at_least = own->compares >> 1 & 1;
    type->decay_multiply = own->decays & 1;
    type->decay_shift = own->decays >> 1 & 1;
    type->decay_rounding = (enum rounding)own->decay_rounding;
    type->weight_shift_max = own->weight_shift.high;
    type->weight_shift_fixed = own->weight_shift.low == own->weight_shift.high;
    type->bias_exponent_max = own->bias_exponent;
    type->has_current = own->has_current;
    type->current_saturates = own->current_saturates;
    type->odin = own->odin;
    type->axon_types = own->axon_types;
    type->has_bias = own->has_bias;
    type->floor_at_threshold = own->lower_bound;
    type->payload_bits = text->payload;
    type->form_dense = text->forms & 1;
    type->form_list = text->forms >> 1 & 1;
    type->form_conv = text->forms >> 2 & 1;
    const struct format *rest = core_type_format(type, "refractory");
    type->refractory_max = own->rest != UINT32_MAX ? own->rest : rest ? (uint32_t)rest->high : 0;
}

/* A kind that computes in integers needs a format for whatever the type offers. Threshold and bias are shifted before they meet the
 * membrane, and must still fit its 32 bits. */
static int read_offers(struct reading *r, struct core_type *type, const struct kind_keys *keys, const struct standing *from, const struct doc_node *map,
                       struct err *err)
{
    struct offers_text text = {.kind.own.rest = UINT32_MAX};
    struct kind_place at = {map, map, offsetof(struct offers_text, kind)};
    const struct params *own = &text.kind.own;
    int integer = chipfile_kind_needs(keys->kind, "formats.membrane");
    if (chipfile_kind_read(r, keys, "offers", &chipfile_table_offers, &at, &text, err))
        return -1;
    if (any_of(map, "reset", own->resets, err) || any_of(map, "reset_time", own->reset_times, err) || any_of(map, "compare", own->compares, err) ||
        any_of(map, "forms", text.forms, err))
        return -1;
    take_offers(type, &text);
    const struct format *threshold = core_type_format(type, "threshold"), *bias = core_type_format(type, "bias");
    if (threshold && threshold->high << type->weight_shift_max > INT32_MAX)
        return doc_error(map, err, "core_types.%s: a threshold of %u bit, shifted left by %u, leaves 32 bit; make one smaller", type->name, threshold->bits,
                         type->weight_shift_max);
    if (type->has_bias && !bias && integer)
        return doc_error(map, err, "core_types.%s offers a bias; its format is missing: formats.bias, for example bias: 16 bit signed", type->name);
    if (bias && bias->high << type->bias_exponent_max > INT32_MAX)
        return doc_error(map, err, "core_types.%s: a bias of %u bit, shifted left by %u, leaves 32 bit; make one smaller", type->name, bias->bits,
                         type->bias_exponent_max);
    if (type->decay_multiply && !core_type_format(type, "decay") && integer)
        return doc_error(map, err, "core_types.%s offers a decay by a factor; its format is missing: formats.decay, for example decay: 12 bit", type->name);
    return text.emulate ? read_emulate(r, type, from, text.emulate, err) : 0;
}

/* ---- a core type ---- */

/* `static` is optional: a chip file may state the power of the whole chip alone. */
static int read_static(struct reading *r, struct core_type *type, const struct standing *from, const struct doc_node *node, struct err *err)
{
    static const char *const allowed[] = {"core", "memory", NULL};
    size_t capacity = 0;
    return node ? chipfile_statics(r, from, "static", node, allowed, &type->static_, &type->n_static, &capacity, err) : 0;
}

/* One core type. Whatever it owns hangs on `type` at once, so that an error on the way leaves nothing behind. */
static int read_type(struct reading *r, struct core_type *type, const struct doc_node *node, struct err *err)
{
    struct type_text text = {.basis = NO_INDEX};
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX}, types = chipfile_standing(&none, "core_types", NULL, NO_INDEX);
    if (fields_read(&chipfile_table_type, node, node, &text, err))
        return -1;
    const struct doc_node *kind = doc_get(node, "kind");
    /* --core and --set change `kind` alone; a whole type given by --set was written for its kind */
    struct kind_keys keys = {type->name, chipfile_kind(kind, text.kind, r->file->mode, &type->pair, err), kind->set && !node->set};
    if (!keys.kind)
        return -1;
    if (foreign_warning(keys.kind))
        fidelity_add(&r->file->notes, FIDELITY_WARNING, "", "%s", foreign_warning(keys.kind));
    const struct doc_node *clock = doc_get(node, "clock");
    if (chipfile_clock(r->file, clock ? clock : node, text.clock, "core", &type->clock, err))
        return -1;
    struct standing from = chipfile_standing(&types, type->name, text.source, text.basis);
    from.clock = type->clock;
    type->kind = mem_text(text.kind);
    type->overlap = (enum overlap)text.overlap;
    type->active_when = (enum active_when)text.active_when;
    type->skip_idle = text.skip_idle;
    if (read_capacity(type, &text, err) || read_formats(r, type, &keys, text.formats, node, err) || read_offers(r, type, &keys, &from, text.offers, err))
        return -1;
    if (chipfile_layer(type, text.layer, err) || chipfile_learning(r, type, &keys, text.learning, err))
        return -1;
    if (chipfile_memories(r, type, &from, text.memories, err) || chipfile_service(r, type, &from, text.service, err))
        return -1;
    if (chipfile_cost(r, &from, "area", text.area, UNIT_AREA, &type->area, err))
        return -1;
    return read_static(r, type, &from, text.static_, err);
}

/* In file order: a population goes to the first type that can run it. */
int chipfile_types(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    const struct doc_node *map = r->at.core_types;
    if (map->kind != DOC_MAP || !map->count || map->count > TYPES_MAX)
        return doc_error(map, err, "core_types is a map of 1 to %d names, for example {lif28: {kind: lif, ...}}", TYPES_MAX);
    f->type = mem_new(map->count, sizeof *f->type);
    for (uint32_t i = 0; i < map->count; i++) {
        struct core_type *type = &f->type[f->n_types++];
        type->name = mem_text(map->key[i]->text);
        for (int t = 0; t < N_TABLES; t++)      /* 0 would be the first memory */
            type->table[t].memory = NO_INDEX;
        if (read_type(r, type, map->item[i], err))
            return -1;
    }
    return chipfile_layers_agree(f, map, err);
}
