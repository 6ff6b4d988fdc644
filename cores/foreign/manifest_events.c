/* Sections stimulus, events, time and quirks: what a core can be sent and what that costs, what a step of a chip is made of, what is set, and
 * what nobody expects. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cores/foreign/manifest_parts.h"

struct event_text { const struct doc_node *code, *cycles, *offset, *reads, *writes, *range; };
#define OF(member) offsetof(struct event_text, member)
static const struct field event_fields[] = {
    {"code", FIELD_NODE, OF(code), 0, 0, 0, NULL, "", "\"{00, axon[7:0]}\"", "the bits of its address, highest first: digits 0 and 1, axon, neuron or "
     "weight with a range"},
    {"cycles", FIELD_NODE, OF(cycles), 0, 0, 0, NULL, NULL, "2*neurons + spikes", "clocks of work"},
    {"offset", FIELD_NODE, OF(offset), 0, 0, 0, NULL, "", "2*neuron + spikes + 3",
     "clocks of work before the spike of `neuron` is offered, `spikes` others having left before it; where absent, those of the reference leave at "
     "the event's end"},
    {"reads", FIELD_NODE, OF(reads), 0, 0, 0, NULL, "", "{neuron: neurons}", "words read, by memory"},
    {"writes", FIELD_NODE, OF(writes), 0, 0, 0, NULL, "", "{neuron: neurons}", "words written, by memory"},
    {"range", FIELD_NODE, OF(range), 0, 0, 0, NULL, "", "{neuron: 0..15, weight: -8..7 but 0}", "values of what the code names that may be sent; one "
     "range where it names one thing; without, all axons, all neurons, all weights"},
};
#undef OF
static const struct field_table event_table = {"events.NAME", "One event that the core can be sent. Formulae: + - * / % ( ) ceil(a, b) min(a, b) max(a, b) "
                                               "over neurons, axons, "
                                               "spikes (that the event fires), axon, neuron and the registers.", event_fields,
                                                   sizeof event_fields / sizeof *event_fields};

struct time_text { const struct doc_node *step, *registers; int mode, order; };
#define OF(member) offsetof(struct time_text, member)
static const struct field time_fields[] = {
    {"mode", FIELD_WORD, OF(mode), 0, 0, 0, "barrier|event", NULL, "event", "barrier: spikes wait for a step's end; event: it may fire at each event"},
    {"order", FIELD_WORD, OF(order), 0, 0, 0, "any|arrival", "any", "arrival", "arrival: the order of events changes the result"},
    {"registers", FIELD_NODE, OF(registers), 0, 0, 0, NULL, "", "{max_neuron: 255}", "values in a chip, with steps or without; else the first of those "
     "listed in `stimulus`"},
    {"step", FIELD_NODE, OF(step), 0, 0, 0, NULL, "", "{event: reference, registers: {defer: 1}}", "how a chip with steps uses it; without, only as a core "
     "of its own"},
};
#undef OF
static const struct field_table time_table = {"time", "What moves the core.", time_fields, sizeof time_fields / sizeof *time_fields};

struct step_text { const char *event; const struct doc_node *registers, *reset; int compare, leak; };
#define OF(member) offsetof(struct step_text, member)
static const struct field step_fields[] = {
    {"event", FIELD_TEXT, OF(event), 0, 0, 0, NULL, NULL, "reference", "the event that ends a step"},
    {"registers", FIELD_NODE, OF(registers), 0, 0, 0, NULL, "", "{defer: 1}", "values in a chip with steps, beside those of time.registers"},
    {"reset", FIELD_NODE, OF(reset), 0, 0, 0, NULL, NULL, "{zero: {subtract: 0}}", "registers of each reset that it has: none, zero, subtract"},
    {"compare", FIELD_WORD, OF(compare), 0, 0, 0, "greater|at_least", NULL, "at_least", "when it fires"},
    {"leak", FIELD_WORD, OF(leak), 0, 0, 0, "none|shift", "none", "shift", "shift: field leak is s of v (1 - 2^-s) rounded down, 0: none; after compare and "
     "reset"},
};
#undef OF
static const struct field_table step_table = {"time.step", "What a chip with steps makes of it.", step_fields, sizeof step_fields / sizeof *step_fields};

struct stimulus_text { const struct doc_node *profiles, *registers; uint32_t gaps; };
#define OF(member) offsetof(struct stimulus_text, member)
static const struct field stimulus_fields[] = {
    {"profiles", FIELD_NODE, OF(profiles), 0, 0, 0, NULL, "", "[dense, sparse]", "of `volley verify`; all where absent"},
    {"registers", FIELD_NODE, OF(registers), 0, 0, 0, NULL, "", "{gate: 0, subtract: [0, 1]}", "values that each may have, the usual one first"},
    {"gaps", FIELD_NUMBER, OF(gaps), UNIT_CYCLES, 0, 1000, NULL, "0 cycles", "12 cycles",
     "longest random wait of a test in either handshake; clocks that it stops the core for are then not busy()"},
};
#undef OF
static const struct field_table stimulus_table = {"stimulus", "What a test of the core may set.", stimulus_fields,
                                                  sizeof stimulus_fields / sizeof *stimulus_fields};

struct quirk_text { const char *id, *text; int what; };
#define OF(member) offsetof(struct quirk_text, member)
static const struct field quirk_fields[] = {
    {"id", FIELD_TEXT, OF(id), 0, 0, 0, NULL, NULL, "fifo", "a word"},
    {"do", FIELD_WORD, OF(what), 0, 0, 0, "exclude|model", NULL, "exclude", "kept out of the stimulus, or done by the reference, too"},
    {"text", FIELD_TEXT, OF(text), 0, 0, 0, NULL, NULL, "\"drops without a flag\"", "what it is"},
};
#undef OF
static const struct field_table quirk_table = {"quirks", "A list: what the core does that nobody expects; printed before a test.", quirk_fields,
                                               sizeof quirk_fields / sizeof *quirk_fields};

static int read_value(const struct doc_node *node, uint64_t *value, struct err *err)
{
    char *end;
    if (node->kind != DOC_SCALAR || !*node->text || *node->text == '-')
        return doc_error(node, err, "a whole number from 0 up is wanted here");
    *value = strtoull(node->text, &end, 0);
    return *end || *value > UINT32_MAX ? doc_error(node, err, "'%s' is not a whole number of up to 32 bits", node->text) : 0;
}

/* A formula would read the other value of that name. */
static int check_register(const struct manifest *m, const struct doc_node *key, struct err *err)
{
    for (uint32_t i = 0; i < NAME_REGISTERS; i++)
        if (!strcmp(m->names[i], key->text))
            return doc_error(key, err, "stimulus.registers.%s: in formulae %s is the core's own number already; the register needs another name here, which "
                             "the adapter asks for", key->text, key->text);
    return 0;
}

/* Registers become names of formulae, behind those that are always there. */
int manifest_registers(struct manifest *m, const struct doc_node *stimulus, struct err *err)
{
    static const char *const always[] = {"neurons", "axons", "spikes", "axon", "neuron"};
    struct stimulus_text t = {NULL, NULL, 0};
    for (m->n_names = 0; m->n_names < NAME_REGISTERS; m->n_names++)
        m->names[m->n_names] = always[m->n_names];
    if (stimulus && fields_read(&stimulus_table, stimulus, stimulus, &t, err))
        return -1;
    const char *word[32];
    uint32_t n;
    m->longest_gap = t.gaps;
    m->profiles_node = t.profiles;
    if (manifest_words(t.profiles, "stimulus.profiles", word, 32, &n, err))
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        char *longer = mem_format("%s%s ", m->profiles ? m->profiles : "", word[i]);
        free((char *)(uintptr_t)m->profiles);
        m->profiles = longer;
    }
    if (t.registers && (t.registers->kind != DOC_MAP || t.registers->count > FOREIGN_REGISTERS))
        return doc_error(t.registers, err, "stimulus.registers is a map of at most %d registers, for example {gate: 0, subtract: [0, 1]}", FOREIGN_REGISTERS);
    for (uint32_t i = 0; t.registers && i < t.registers->count; i++) {
        struct manifest_register *r = &m->reg[m->n_registers++];
        const struct doc_node *values = t.registers->item[i];
        uint32_t count = values->kind == DOC_LIST ? values->count : 1;
        if (!count || count > MANIFEST_REGISTER_VALUES)
            return doc_error(values, err, "stimulus.registers.%s: one value, or a list of at most %d", t.registers->key[i]->text, MANIFEST_REGISTER_VALUES);
        if (check_register(m, t.registers->key[i], err))
            return -1;
        r->name = m->names[m->n_names++] = t.registers->key[i]->text;
        for (r->n = 0; r->n < count; r->n++)
            if (read_value(values->kind == DOC_LIST ? values->item[r->n] : values, &r->value[r->n], err))
                return -1;
    }
    return 0;
}

/* ---- events ---- */

/* One part of "{00, axon[7:0]}", without blanks: digits, or a name with its range. */
static int read_part(struct manifest_event *e, const struct doc_node *node, const char *text, size_t n, struct err *err)
{
    struct manifest_code_part *part = &e->part[e->parts];
    unsigned high, low;
    int used = 0;
    char name[16];
    if (e->parts == MANIFEST_CODE_PARTS)
        return doc_error(node, err, "events.%s.code: at most %d parts", e->name, MANIFEST_CODE_PARTS);
    if (n && strspn(text, "01_") >= n) {
        for (size_t i = 0; i < n; i++)
            if (text[i] != '_') {
                part->value = part->value << 1 | (uint32_t)(text[i] - '0');
                part->bits++;
            }
    } else if (n && strspn(text, "01_xXzZ") >= n) {
        return doc_error(node, err, "events.%s.code: '%.*s' has an X or Z: every bit of an address is driven; write 0 or 1", e->name, (int)n, text);
    } else if (sscanf(text, "%15[a-z][%u:%u]%n", name, &high, &low, &used) == 3 && (size_t)used == n && high >= low && high < 32 &&
               (!strcmp(name, "axon") || !strcmp(name, "neuron") || !strcmp(name, "weight"))) {
        *part = (struct manifest_code_part){*name, 0, high - low + 1, low};
    } else
        return doc_error(node, err, "events.%s.code: '%.*s' is neither binary digits nor axon, neuron or weight with a range, for example axon[7:0]",
                         e->name, (int)n,
                         text);
    e->parts++;
    return part->bits > 32 ? doc_error(node, err, "events.%s.code: '%.*s' has more than 32 bits", e->name, (int)n, text) : 0;
}

static int read_code(struct manifest_event *e, const struct doc_node *node, struct err *err)
{
    if (node->kind != DOC_SCALAR || *node->text != '{' || node->text[strlen(node->text) - 1] != '}')
        return doc_error(node, err, "events.%s.code stands in braces, for example \"{00, axon[7:0]}\"", e->name);
    for (const char *at = node->text + 1; *at; at++) {
        at += strspn(at, " ");
        size_t n = strcspn(at, ",}"), bare = n;
        while (bare && at[bare - 1] == ' ')
            bare--;
        if (read_part(e, node, at, bare, err))
            return -1;
        at += n;
        if (*at == '}')
            break;
    }
    return 0;
}

/* ---- what an event is about ---- */

static const char *const operands[MANIFEST_OPERANDS] = {"axon", "neuron", "weight"};

/* As sizes have it, for what the code names. */
static void all_values(const struct manifest *m, struct manifest_event *e)
{
    int64_t weights = (int64_t)1 << m->weight.bits;
    e->range[OPERAND_AXON].high = (int32_t)m->axons - 1;
    e->range[OPERAND_NEURON].high = (int32_t)m->neurons - 1;
    e->range[OPERAND_WEIGHT].low = m->weight.is_signed ? (int32_t)(-weights / 2) : 0;
    e->range[OPERAND_WEIGHT].high = (int32_t)(m->weight.is_signed ? weights / 2 - 1 : weights - 1);
    for (uint32_t i = 0; i < e->parts; i++)
        for (int k = 0; k < MANIFEST_OPERANDS; k++)
            e->range[k].named |= e->part[i].what == *operands[k];
}

/* "-8..7" or "-8..7 but 0", within what there is. */
static int read_range(struct manifest_event *e, int which, const struct doc_node *node, struct err *err)
{
    struct manifest_range *range = &e->range[which];
    long low, high, but = 0;
    int two = 0, three = 0;
    if (!range->named)
        return doc_error(node, err, "events.%s.range: its code names no %s", e->name, operands[which]);
    int found = node->kind == DOC_SCALAR ? sscanf(node->text, "%ld..%ld%n but %ld%n", &low, &high, &two, &but, &three) : 0;
    size_t length = found > 0 ? strlen(node->text) : 0;
    if (!((found == 2 && (size_t)two == length) || (found == 3 && (size_t)three == length)))
        return doc_error(node, err, "events.%s.range: a range is written 0..254, or -8..7 but 0", e->name);
    if (low > high || low < range->low || high > range->high)
        return doc_error(node, err, "events.%s.range: %s is %d..%d here, and %ld..%ld is not within it", e->name, operands[which], range->low, range->high, low,
                         high);
    if (found == 3 && (but < low || but > high || low == high))
        return doc_error(node, err, "events.%s.range: %ld is not one of several values from %ld to %ld", e->name, but, low, high);
    *range = (struct manifest_range){1, found == 3, (int32_t)low, (int32_t)high, (int32_t)but};
    return 0;
}

/* {neuron: 0..15, weight: -8..7 but 0}; one range alone is that of the only thing that the code names. */
static int read_ranges(struct manifest_event *e, const struct doc_node *node, struct err *err)
{
    int only = -1, n = 0;
    for (int k = 0; k < MANIFEST_OPERANDS; k++)
        if (e->range[k].named)
            only = k, n++;
    if (node->kind != DOC_MAP)
        return n == 1 ? read_range(e, only, node, err)
                      : doc_error(node, err, "events.%s.range: its code names %d things; write for example {neuron: 0..15, weight: -8..7}", e->name, n);
    for (uint32_t i = 0; i < node->count; i++) {
        int k = 0;
        while (k < MANIFEST_OPERANDS && strcmp(operands[k], node->key[i]->text))
            k++;
        if (k == MANIFEST_OPERANDS)
            return fields_unknown(node->key[i], "what an event is about", operands, MANIFEST_OPERANDS, err);
        if (read_range(e, k, node->item[i], err))
            return -1;
    }
    return 0;
}

/* What a time-reference packet sends: event `reference`, or `reference_all` of a core that can also be told of a single neuron. */
static int is_reference(const struct manifest *m, const char *name)
{
    return !strcmp(name, "reference") || (m->reference_event < 0 && !strcmp(name, "reference_all"));
}

/* {MEMORY: formula}. */
static int read_accesses(const struct manifest *m, const struct doc_node *node, struct expr *to, struct err *err)
{
    const char *known[FOREIGN_MEMORIES];
    for (uint32_t i = 0; i < m->n_memories; i++)
        known[i] = m->memory[i].name;
    if (node && node->kind != DOC_MAP)
        return doc_error(node, err, "accesses are a map of memories, for example {neuron: neurons}");
    for (uint32_t i = 0; node && i < node->count; i++) {
        uint32_t k = 0;
        while (k < m->n_memories && strcmp(known[k], node->key[i]->text))
            k++;
        if (k == m->n_memories)
            return fields_unknown(node->key[i], "accesses (they are by memory)", known, m->n_memories, err);
        if (manifest_formula(m, node->item[i], &to[k], err))
            return -1;
    }
    return 0;
}

int manifest_events(struct manifest *m, const struct doc_node *node, struct err *err)
{
    if (node->kind != DOC_MAP || !node->count || node->count > FOREIGN_EVENTS)
        return doc_error(node, err, "events is a map of 1 to %d events, `spike` among them", FOREIGN_EVENTS);
    for (uint32_t i = 0; i < node->count; i++) {
        struct event_text t = {0};
        struct manifest_event *e = &m->event[m->n_events];
        e->name = node->key[i]->text;
        e->node = node->key[i];
        if (!manifest_is_name(e->name))
            return doc_error(e->node, err, "event '%s': its name becomes part of C++ names; letters, digits and _ only, at most 40, a letter first", e->name);
        if (fields_read(&event_table, node->item[i], node->item[i], &t, err) || (t.code && read_code(e, t.code, err)))
            return -1;
        all_values(m, e);
        if ((t.range && read_ranges(e, t.range, err)) || manifest_formula(m, t.cycles, &e->cycles, err) ||
            (t.offset && manifest_formula(m, t.offset, &e->offset, err)) || read_accesses(m, t.reads, e->reads, err) ||
            read_accesses(m, t.writes, e->writes, err))
            return -1;
        if (!strcmp(e->name, "spike"))
            m->spike_event = (int)m->n_events;
        else if (is_reference(m, e->name))
            m->reference_event = (int)m->n_events;
        m->n_events++;
    }
    if (m->spike_event < 0)
        return doc_error(node, err, "events: there is no event `spike`, what an axon sends");
    return 0;
}

uint64_t manifest_code(const struct manifest_event *e, uint32_t axon, uint32_t neuron, int32_t weight)
{
    uint64_t code = 0;
    for (uint32_t i = 0; i < e->parts; i++) {
        const struct manifest_code_part *p = &e->part[i];
        uint32_t from = p->what == 'a' ? axon : p->what == 'n' ? neuron : p->what == 'w' ? (uint32_t)weight : p->value;
        uint64_t mask = ((uint64_t)1 << p->bits) - 1;
        code = code << p->bits | ((from >> p->shift) & mask);
    }
    return code;
}

static uint32_t values_of(const struct manifest_event *e, enum manifest_operand which)
{
    return e->range[which].named ? (uint32_t)(e->range[which].high - e->range[which].low) + 1 - (uint32_t)e->range[which].has_but : 1;
}

uint32_t manifest_places(const struct manifest_event *e)
{
    return values_of(e, OPERAND_AXON) * values_of(e, OPERAND_NEURON);
}

/* The value in a place of a range, over the one that is left out. */
static uint32_t value_at(const struct manifest_event *e, enum manifest_operand which, uint32_t place)
{
    const struct manifest_range *range = &e->range[which];
    int32_t value = range->low + (int32_t)place;
    return range->named ? (uint32_t)(value + (range->has_but && value >= range->but)) : 0;
}

void manifest_place(const struct manifest_event *e, uint32_t place, uint32_t *axon, uint32_t *neuron)
{
    uint32_t neurons = values_of(e, OPERAND_NEURON);
    *axon = value_at(e, OPERAND_AXON, place / neurons);
    *neuron = value_at(e, OPERAND_NEURON, place % neurons);
}

/* ---- time ---- */

/* {REGISTER: value}. */
static int read_settings(const struct manifest *m, const struct doc_node *node, struct manifest_settings *to, struct err *err)
{
    to->n = 0;
    if (node && node->kind != DOC_MAP)
        return doc_error(node, err, "registers are a map, for example {defer: 1}");
    for (uint32_t i = 0; node && i < node->count; i++) {
        uint32_t r = 0;
        while (r < m->n_registers && strcmp(m->reg[r].name, node->key[i]->text))
            r++;
        if (r == m->n_registers)
            return m->n_registers ? fields_unknown(node->key[i], "registers (those of stimulus.registers)", m->names + NAME_REGISTERS, m->n_registers, err)
                                  : doc_error(node->key[i], err, "there is no register '%s'; stimulus.registers lists none", node->key[i]->text);
        if (to->n == FOREIGN_REGISTERS || read_value(node->item[i], &to->at[to->n].value, err))
            return -1;
        to->at[to->n++].reg = r;
    }
    return 0;
}

static int read_step(struct manifest *m, const struct doc_node *node, struct err *err)
{
    static const char *const resets[] = {"none", "zero", "subtract"};
    struct step_text t = {0};
    const char *known[FOREIGN_EVENTS];
    if (fields_read(&step_table, node, node, &t, err) || read_settings(m, t.registers, &m->step_registers, err))
        return -1;
    m->step_event = -1;
    for (uint32_t i = 0; i < m->n_events; i++) {
        known[i] = m->event[i].name;
        if (!strcmp(known[i], t.event))
            m->step_event = (int)i;
    }
    if (m->step_event < 0)
        return fields_unknown(doc_get(node, "event"), "events", known, m->n_events, err);
    for (int i = 0; i < 3; i++)
        m->step_reset[i].n = UINT32_MAX;
    if (t.reset->kind != DOC_MAP)
        return doc_error(t.reset, err, "time.step.reset is a map, for example {zero: {subtract: 0}}");
    for (uint32_t i = 0; i < t.reset->count; i++) {
        size_t k = 0;
        while (k < 3 && strcmp(resets[k], t.reset->key[i]->text))
            k++;
        if (k == 3)
            return fields_unknown(t.reset->key[i], "time.step.reset", resets, 3, err);
        if (read_settings(m, t.reset->item[i], &m->step_reset[k], err))
            return -1;
    }
    m->step_at_least = t.compare;
    m->step_shift = t.leak;
    m->has_step = 1;
    return 0;
}

/* What kind lif needs to stand for the core: a step to move in, sums that may come in any order, and when each spike leaves, as it has no pins. */
static int check_shipped(const struct manifest *m, const struct doc_node *node, struct err *err)
{
    if (!m->has_step)
        return doc_error(node, err, "reference lif moves in steps: time.step says which event ends one; a core without needs a reference of its own");
    if (m->by_arrival)
        return doc_error(doc_get(node, "order"), err, "reference lif adds up a step's weights before anything saturates; a core whose result depends on the "
                         "order of events (order: arrival) needs a reference of its own");
    if (!m->event[m->step_event].offset.n)
        return doc_error(m->event[m->step_event].node, err, "reference lif: events.%s needs `offset`, when each of its spikes leaves",
                         m->event[m->step_event].name);
    return 0;
}

int manifest_time(struct manifest *m, const struct doc_node *node, struct err *err)
{
    struct time_text t = {0};
    if (fields_read(&time_table, node, node, &t, err))
        return -1;
    m->mode = t.mode ? MANIFEST_EVENT : MANIFEST_BARRIER;
    m->by_arrival = t.order;
    if (read_settings(m, t.registers, &m->chip_registers, err) || (t.step && read_step(m, t.step, err)))
        return -1;
    if (m->mode == MANIFEST_BARRIER && !m->has_step)
        return doc_error(node, err, "time.mode barrier: time.step says which event ends a step; write for example step: {event: tick, ...}");
    if (m->mode == MANIFEST_EVENT && m->reference_event < 0)
        return doc_error(node, err, "time.mode event: events has no `reference` (or `reference_all`), what a time-reference packet sends");
    return m->shipped ? check_shipped(m, node, err) : 0;
}

int manifest_quirks(struct manifest *m, const struct doc_node *node, struct err *err)
{
    if (node && (node->kind != DOC_LIST || node->count > MANIFEST_QUIRKS))
        return doc_error(node, err, "quirks is a list of at most %d, each {id, do, text}", MANIFEST_QUIRKS);
    for (uint32_t i = 0; node && i < node->count; i++) {
        struct quirk_text t = {0};
        if (fields_read(&quirk_table, node->item[i], node->item[i], &t, err))
            return -1;
        m->quirk[m->n_quirks++] = mem_format("quirk %s: %s (%s)", t.id, t.text, t.what ? "the reference does the same" : "kept out of the stimulus");
    }
    return 0;
}

void manifest_keys_events(FILE *out)
{
    const struct field_table *const table[] = {&time_table, &step_table, &event_table, &stimulus_table, &quirk_table};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fields_write(table[i], out);
}
