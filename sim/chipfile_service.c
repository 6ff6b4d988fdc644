/* Section `service` of a core type: the time of accept, update and learning as a sum of count x time, over the counts that energy uses. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { TERMS_MAX = 100 };

struct service_text { const struct doc_node *accept, *update, *learn; const char *source; int basis; };
#define OF(member) offsetof(struct service_text, member)
#define BASIS_WORDS "measured|simulated|estimated|assumed"
static const struct field service_fields[] = {
    {"accept", FIELD_NODE, OF(accept), 0, 0, 0, NULL, NULL, "{packet: 3 cycles, synapse.read_word: 1 cycle, source: rtl}", "of one packet"},
    {"update", FIELD_NODE, OF(update), 0, 0, 0, NULL, NULL, "{step: 2 cycles, state.read_word: 1 cycle, spike: 1 cycle, source: rtl}", "of one update program"},
    {"learn", FIELD_NODE, OF(learn), 0, 0, 0, NULL, "",
     "{learn: 2 cycles, pre.read_word: 1 cycle, learn_row: 3 cycles, synapse.read_word: 1 cycle, source: rtl}",
     "of learning at the end of a step; needed where the type learns"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "rtl", "of all, where they give none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, BASIS_WORDS, "", "estimated", "of all, where they give none"}};
#undef OF
const struct field_table chipfile_table_service = {"core_types.NAME.service", "How long a core works.", service_fields,
                                                   sizeof service_fields / sizeof *service_fields};

/* Counter terms carry their price key; the offsets of terms are not used: terms are read in file order. */
struct terms_text { const char *source; int basis; };
#define STANDING                                                                                                                                            \
    {"source", FIELD_TEXT, offsetof(struct terms_text, source), 0, 0, 0, NULL, "", "rtl", "of every term here that gives none"},                             \
    {"basis", FIELD_WORD, offsetof(struct terms_text, basis), 0, 0, 0, BASIS_WORDS, "", "estimated", "of every term here that gives none"}
#define TERM(key, example, help) {key, FIELD_COST, 0, UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", example, help}
static const struct field accept_fields[] = {
    TERM("packet", "3 cycles", "each packet"), TERM("sop", "3.5 ns", "each synapse"),
    TERM("MEMORY.read_word", "1 cycle", "each word read from the memory of that name, if it holds rows, axon_table or accumulators"),
    TERM("MEMORY.write_word", "1 cycle", "each word written to the memory that holds accumulators"), STANDING};
static const struct field update_fields[] = {
    TERM("step", "2 cycles", "each program"), TERM("update_active", "8.4 ns", "each compartment that is active"),
    TERM("update_idle", "5.3 ns", "each compartment that is idle or held"), TERM("spike", "1 cycle", "each spike"),
    TERM("MEMORY.read_word", "1 cycle", "each word read from the memory of that name, if it holds neuron_state, accumulators or neuron_parameters"),
    TERM("MEMORY.write_word", "1 cycle", "each word written to the memory that holds neuron_state or accumulators"), STANDING};
static const struct field learn_fields[] = {
    TERM("learn", "2 cycles", "each program"), TERM("learn_row", "3 cycles", "each row swept for potentiation"),
    TERM("MEMORY.read_word", "1 cycle", "each word read from the memory of that name, if it holds rows, axon_table or pre_traces"),
    TERM("MEMORY.write_word", "1 cycle", "each word written to the memory that holds rows or pre_traces"), STANDING};
const struct field_table chipfile_table_accept = {"core_types.NAME.service.accept",
                                                  "A sum of count x time; several words of a memory take at least its access time each, in whole cycles.",
                                                  accept_fields, sizeof accept_fields / sizeof *accept_fields};
const struct field_table chipfile_table_update = {"core_types.NAME.service.update", "A sum of count x time, as above.", update_fields,
                                                  sizeof update_fields / sizeof *update_fields};

const struct field_table chipfile_table_learn = {"core_types.NAME.service.learn", "A sum of count x time, as above.", learn_fields,
                                                 sizeof learn_fields / sizeof *learn_fields};

struct program {                /* accept, update or learn, in the order of service_fields */
    const char *name;
    const struct field_table *table;
    int read[N_TABLES], write[N_TABLES];        /* tables whose words the program counts */
};
static const struct program programs[] = {
    {"accept", &chipfile_table_accept, {[TABLE_ROWS] = 1, [TABLE_AXON] = 1, [TABLE_ACCUMULATOR] = 1}, {[TABLE_ACCUMULATOR] = 1}},
    {"update", &chipfile_table_update, {[TABLE_STATE] = 1, [TABLE_ACCUMULATOR] = 1, [TABLE_PARAMETER] = 1}, {[TABLE_STATE] = 1, [TABLE_ACCUMULATOR] = 1}},
    {"learn", &chipfile_table_learn, {[TABLE_ROWS] = 1, [TABLE_AXON] = 1, [TABLE_PRE_TRACE] = 1}, {[TABLE_ROWS] = 1, [TABLE_PRE_TRACE] = 1}}};

/* "synapse.read_word" -> memory and direction; -1: not of this form; memory NO_INDEX: no such memory. */
static int split_access(const struct core_type *type, const char *key, int *memory, int *write)
{
    const char *dot = strrchr(key, '.');
    if (!dot || (strcmp(dot, ".read_word") && strcmp(dot, ".write_word")))
        return -1;
    *write = !strcmp(dot, ".write_word");
    *memory = NO_INDEX;
    for (uint32_t m = 0; m < type->n_memories; m++)
        if (strlen(type->memory[m].name) == (size_t)(dot - key) && !strncmp(type->memory[m].name, key, (size_t)(dot - key)))
            *memory = (int)m;
    return 0;
}

/* A term over a word that the program never counts would be a silent zero. */
static int counts_access(const struct core_type *type, const struct program *program, int memory, int write)
{
    for (int t = 0; t < N_TABLES; t++)
        if (type->table[t].memory == memory && (write ? program->write[t] : program->read[t]))
            return 1;
    return 0;
}

/* Unknown key: the counters of the program, then every access that it counts. */
static int unknown_term(const struct core_type *type, const struct program *program, const struct standing *from, const struct doc_node *key, struct err *err)
{
    const char *known[TERMS_MAX];
    char *access[TERMS_MAX];
    size_t n = 0, made = 0;
    for (size_t i = 0; i < program->table->n; i++)
        if (!strchr(program->table->field[i].key, '.'))
            known[n++] = program->table->field[i].key;
    for (uint32_t m = 0; m < type->n_memories; m++)
        for (int write = 0; write < 2; write++)
            if (n < TERMS_MAX && counts_access(type, program, (int)m, write)) {
                access[made] = mem_format("%s.%s", type->memory[m].name, write ? "write_word" : "read_word");
                known[n++] = access[made++];
            }
    fields_unknown(key, from->key, known, n, err);
    for (size_t i = 0; i < made; i++)
        free(access[i]);
    return -1;
}

/* A word takes whole cycles, at least as many as its memory's access. A time of 0 says that it hides behind something else. */
static void wait_for_access(struct reading *r, const struct core_type *type, const struct standing *from, const char *key, struct service_term *term)
{
    const struct chip_memory *m = &type->memory[term->memory];
    uint64_t period = r->file->clock[type->clock].period_ps, least;
    char access[40];
    if (!m->access_time.stated || m->access_time.free || !term->time.cycles)
        return;
    least = ((uint64_t)floor(m->access_time.value * 1e12 + 0.5) + period - 1) / period;
    if (least <= term->time.cycles)
        return;
    fidelity_add(&r->file->notes, FIDELITY_ROUNDED, "", "%s.%s: %llu cycles, not %llu: an access of %s takes %s, a cycle of clock %s %llu ps", from->key, key,
                 (unsigned long long)least, (unsigned long long)term->time.cycles, m->name, unit_write(access, sizeof access, m->access_time.value, UNIT_TIME),
                 r->file->clock[type->clock].name, (unsigned long long)period);
    term->time.cycles = least;
}

/* A term names a counter by its price key, or an access by "MEMORY.read_word". */
static int read_term(struct reading *r, const struct core_type *type, const struct program *program, const struct standing *from, const struct doc_node *key,
                     const struct doc_node *value, struct service_term *term, struct err *err)
{
    *term = (struct service_term){.counter = NO_INDEX, .memory = NO_INDEX};
    int access = !split_access(type, key->text, &term->memory, &term->write), known = 0;
    if (access && (term->memory == NO_INDEX || !counts_access(type, program, term->memory, term->write)))
        return unknown_term(type, program, from, key, err);
    for (size_t i = 0; !access && i < program->table->n; i++)
        known |= program->table->field[i].type == FIELD_COST && !strcmp(program->table->field[i].key, key->text);
    if (!access && !known)
        return unknown_term(type, program, from, key, err);
    if (!access)
        term->counter = counter_by_key(key->text);
    if (chipfile_duration(r, from, key->text, value, &term->time, err))
        return -1;
    if (access)
        wait_for_access(r, type, from, key->text, term);
    return 0;
}

/* {axon: {read_word: 1 cycle}} says the same as {axon.read_word: 1 cycle}; an override writes it so. */
static int read_nested(struct reading *r, const struct core_type *type, const struct program *program, const struct standing *from, const struct doc_node *key,
                       const struct doc_node *map, struct service_term *term, uint32_t *n, struct err *err)
{
    int bad = 0;
    for (uint32_t i = 0; i < map->count && !bad; i++) {
        char *name = mem_format("%s.%s", key->text, map->key[i]->text);
        struct doc_node joined = *map->key[i];
        joined.text = name;
        bad = read_term(r, type, program, from, &joined, map->item[i], &term[(*n)++], err);
        free(name);
    }
    return bad;
}

static int is_memory(const struct core_type *type, const char *name)
{
    for (uint32_t m = 0; m < type->n_memories; m++)
        if (!strcmp(type->memory[m].name, name))
            return 1;
    return 0;
}

static int is_standing(const char *key)
{
    return !strcmp(key, "source") || !strcmp(key, "basis");
}

/* Terms in file order. Keys are partly the user's (names of memories), so the table reads only source and basis. */
static int read_program(struct reading *r, const struct core_type *type, const struct program *program, const struct standing *outer,
                        const struct doc_node *map, struct service_term **term, uint32_t *n, struct err *err)
{
    struct terms_text text = {.basis = NO_INDEX};
    if (map->kind != DOC_MAP)
        return doc_error(map, err, "service.%s is a map of terms; write for example %s", program->name,
                         service_fields[program - programs].example);
    for (size_t i = 0; i < program->table->n; i++) {
        const struct field *f = &program->table->field[i];
        const struct doc_node *given = f->type != FIELD_COST ? doc_get(map, f->key) : NULL;
        if (given && fields_value(f, given, &text, err))
            return -1;
    }
    struct standing from = chipfile_standing(outer, program->name, text.source, text.basis);
    uint32_t room = map->count;
    for (uint32_t i = 0; i < map->count; i++)
        room += map->item[i]->count;
    *term = mem_new(room, sizeof **term);
    for (uint32_t i = 0; i < map->count; i++) {
        if (is_standing(map->key[i]->text))
            continue;
        if (map->item[i]->kind == DOC_MAP && is_memory(type, map->key[i]->text)) {
            if (read_nested(r, type, program, &from, map->key[i], map->item[i], *term, n, err))
                return -1;
            continue;
        }
        if (read_term(r, type, program, &from, map->key[i], map->item[i], &(*term)[(*n)++], err))
            return -1;
    }
    if (!*n)
        return doc_error(map, err, "%s states no time; write for example %s", from.key,
                         service_fields[program - programs].example);
    return 0;
}

int chipfile_service(struct reading *r, struct core_type *type, const struct standing *outer, const struct doc_node *map, struct err *err)
{
    struct service_text text = {.basis = NO_INDEX};
    if (fields_read(&chipfile_table_service, map, map, &text, err))
        return -1;
    struct standing from = chipfile_standing(outer, "service", text.source, text.basis);
    if (read_program(r, type, &programs[0], &from, text.accept, &type->accept, &type->n_accept, err))
        return -1;
    if (read_program(r, type, &programs[1], &from, text.update, &type->update, &type->n_update, err))
        return -1;
    if (text.learn)
        return read_program(r, type, &programs[2], &from, text.learn, &type->learn, &type->n_learn, err);
    if (type->learning.on && !type->learning.by_packet)
        return doc_error(map, err, "%s.learn is missing: the time of learning at the end of a step; write for example learn: %s", from.key,
                         service_fields[2].example);
    return 0;
}

/* ---- what a program takes ---- */

uint64_t service_count_time(const struct service_term *term, uint32_t n, enum counter counter)
{
    uint64_t cycles = 0;
    for (uint32_t i = 0; i < n; i++)
        if (term[i].counter == (int)counter)
            cycles += term[i].time.cycles;
    return cycles;
}

/* A table that no memory holds takes no time of its own: no term has that memory. */
uint64_t service_word_time(const struct core_type *type, const struct service_term *term, uint32_t n, enum table table, int writes)
{
    uint64_t cycles = 0;
    for (uint32_t i = 0; i < n; i++)
        if (term[i].counter == NO_INDEX && term[i].memory == type->table[table].memory && term[i].memory != NO_INDEX && (!term[i].write || writes))
            cycles += term[i].time.cycles;
    return cycles;
}
