/* Sections size, memories and observe: formats, and where each value of a neuron or synapse lies in which word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/foreign/manifest_parts.h"
#include "cores/image.h"

struct memory_text { uint32_t words, bits; const char *ports, *path; const struct doc_node *strobes, *fields; int table; };
#define OF(member) offsetof(struct memory_text, member)
static const struct field memory_fields[] = {
    {"words", FIELD_NUMBER, OF(words), 0, 1, 1 << 24, NULL, NULL, "256", "how many"},
    {"width", FIELD_NUMBER, OF(bits), UNIT_BITS, 1, 64, NULL, NULL, "32 bit", "of a word"},
    {"ports", FIELD_TEXT, OF(ports), 0, 0, 0, NULL, "", "1RW", "for people"},
    {"table", FIELD_WORD, OF(table), 0, 0, 0, "axon|rows|state|accumulator|parameter", "", "state", "as what a chip file's memories count its accesses; where "
     "absent, state if it holds the membrane, rows if it holds the weight"},
    {"path", FIELD_TEXT, OF(path), 0, 0, 0, NULL, NULL, "neuron_0.SRAM", "instance and array, below the top module; opened by the .vlt"},
    {"strobes", FIELD_NODE, OF(strobes), 0, 0, 0, NULL, "", "{read: \"CS & !WE\", write: \"CS & WE\"}",
     "when an access happens, in signals of the memory's instance"},
    {"fields", FIELD_NODE, OF(fields), 0, 0, 0, NULL, "", "{membrane: \"11:0\"}", "what lies where: \"high:low\", \"bit\", or \"FORMULA +: BITS of word "
     "FORMULA\""},
};
#undef OF
static const struct field_table memory_table = {"memories.NAME", "One memory. The fields membrane, threshold and weight must lie somewhere.", memory_fields,
                                                sizeof memory_fields / sizeof *memory_fields};

#define OF(member) offsetof(struct manifest_memory, member)
static const struct field strobe_fields[] = {
    {"module", FIELD_TEXT, OF(module), 0, 0, 0, NULL, "", "SRAM_256x32_wrapper", "of the memory's instance, for people; one of the sources declares it"},
    {"read", FIELD_TEXT, OF(read), 0, 0, 0, NULL, NULL, "\"CS & !WE\"", "true on a clock that reads"},
    {"write", FIELD_TEXT, OF(write), 0, 0, 0, NULL, NULL, "\"CS & WE\"", "true on a clock that writes"},
    {"address", FIELD_TEXT, OF(address), 0, 0, 0, NULL, "", "A", "the word, for the memory named in `observe`"},
    {"data", FIELD_TEXT, OF(data), 0, 0, 0, NULL, "", "D", "what is written, likewise"},
};
#undef OF
static const struct field_table strobe_table = {"memories.NAME.strobes", "Conditions over signals of the memory's instance: names, numbers, & | ! == < > ( "
                                                ").", strobe_fields, sizeof strobe_fields / sizeof *strobe_fields};

#define OF(member) offsetof(struct manifest, member)
static const struct field size_fields[] = {
    {"neurons", FIELD_NUMBER, OF(neurons), 0, 1, 1 << 20, NULL, NULL, "256", "of one core"},
    {"axons", FIELD_NUMBER, OF(axons), 0, 1, 1 << 20, NULL, NULL, "256", "input lines"},
};
#undef OF

struct observe_text { const char *retire, *spike; };
static const struct field observe_fields[] = {
    {"retire", FIELD_TEXT, offsetof(struct observe_text, retire), 0, 0, 0, NULL, NULL, "from_writes neuron", "the memory whose writes are the updates"},
    {"spike", FIELD_TEXT, offsetof(struct observe_text, spike), 0, 0, 0, NULL, "", "fires", "signal below the top module: the neuron being written fires"},
};
static const struct field_table observe_table = {"observe", "Without a retire port: what stands in for it.", observe_fields, 2};

/* "4 bit signed", "7 bit". */
static int read_format(const struct doc_node *node, const char *name, struct manifest_format *to, struct err *err)
{
    char *end = NULL;
    unsigned long bits = node->kind == DOC_SCALAR ? strtoul(node->text, &end, 10) : 0;
    const char *rest = end ? end : "";
    *to = (struct manifest_format){node->kind == DOC_SCALAR ? node->text : "", (uint32_t)bits, !strcmp(rest, " bit signed")};
    if (!bits || bits > 32 || (!to->is_signed && strcmp(rest, " bit") && strcmp(rest, " bit unsigned")))
        return doc_error(node, err, "size.%s: write for example %s: 8 bit signed, or %s: 8 bit; at most 32 bit", name, name, name);
    return 0;
}

/* neurons and axons, and a format for whatever field a memory has: those are looked up when the fields are read. */
int manifest_size(struct manifest *m, const struct doc_node *size, struct err *err)
{
    struct manifest_format ignored;
    for (size_t i = 0; i < 2; i++) {
        const struct doc_node *node = doc_get(size, size_fields[i].key);
        if (!node)
            return doc_error(size, err, "size.%s is missing; write for example %s: %s", size_fields[i].key, size_fields[i].key, size_fields[i].example);
        if (fields_value(&size_fields[i], node, m, err))
            return -1;
    }
    for (uint32_t i = 0; i < size->count; i++)
        if (strcmp(size->key[i]->text, "neurons") && strcmp(size->key[i]->text, "axons") && read_format(size->item[i], size->key[i]->text, &ignored, err))
            return -1;
    return 0;
}

/* "high:low" and "bit": plain numbers. 1: it is of that form. */
static int plain_bits(const char *text, uint32_t *low, uint32_t *bits)
{
    char *end;
    unsigned long high = strtoul(text, &end, 10), from = high;
    if (end == text || high > 63)
        return 0;
    if (*end == ':') {
        const char *second = end + 1;
        from = strtoul(second, &end, 10);
        if (end == second)
            return 0;
    }
    if (*end || from > high)
        return 0;
    *low = (uint32_t)from;
    *bits = (uint32_t)(high - from) + 1;
    return 1;
}

/* "FORMULA +: BITS of word FORMULA": the two formulae and the number between them. */
static int split_field(const struct manifest *m, const struct doc_node *node, struct manifest_field *f, struct err *err)
{
    char part[200];
    const char *plus = strstr(node->text, "+:"), *of = strstr(node->text, " of word ");
    struct err what = {ERR_NONE, ""};
    char *end;
    if (!plus || !of || of < plus || (size_t)(plus - node->text) >= sizeof part)
        return doc_error(node, err, "'%s': write \"high:low\", \"bit\", or \"FORMULA +: BITS of word FORMULA\", for example \"4*(neuron %% 8) +: 4 of word "
                         "axon\"",
                         node->text);
    unsigned long bits = strtoul(plus + 2, &end, 10);
    if (end != of || !bits || bits > 32)
        return doc_error(node, err, "'%s': between +: and \"of word\" stands how many bits, 1 to 32", node->text);
    f->bits = (uint32_t)bits;
    memcpy(part, node->text, (size_t)(plus - node->text));
    part[plus - node->text] = 0;
    if (expr_read(&f->low, part, m->names, m->n_names, &what) || expr_read(&f->word, of + 9, m->names, m->n_names, &what))
        return doc_error(node, err, "%s", what.text);
    return 0;
}

static int names(const struct expr *e, int64_t name)
{
    for (uint32_t i = 0; i < e->n; i++)
        if (e->step[i].what == '$' && e->step[i].value == name)
            return 1;
    return 0;
}

/* The word and bit of one neuron or synapse must be there: the corners are tried. */
static int check_corners(const struct manifest *m, const struct manifest_memory *memory, const struct manifest_field *f, struct err *err)
{
    for (uint32_t corner = 0; corner < 4; corner++) {
        int64_t value[MANIFEST_NAMES] = {[NAME_NEURONS] = m->neurons, [NAME_AXONS] = m->axons}, low, word;
        struct err what = {ERR_NONE, ""};
        value[NAME_NEURON] = corner & 1 ? m->neurons - 1 : 0;
        value[NAME_AXON] = corner & 2 ? m->axons - 1 : 0;
        if (expr_value(&f->low, value, &low, &what) || expr_value(&f->word, value, &word, &what))
            return doc_error(f->node, err, "%s", what.text);
        if (low < 0 || low + f->bits > memory->bits || word < 0 || word >= memory->words)
            return doc_error(f->node, err, "%s of neuron %lld, axon %lld would lie at bits %lld to %lld of word %lld; memory %s has %u words of %u bit",
                             f->name,
                             (long long)value[NAME_NEURON], (long long)value[NAME_AXON], (long long)low, (long long)low + f->bits - 1, (long long)word,
                             memory->name, memory->words, memory->bits);
    }
    return 0;
}

static int read_field(const struct manifest *m, struct manifest_memory *memory, const struct doc_node *key, const struct doc_node *node, struct err *err)
{
    struct manifest_field *f = &memory->field[memory->n_fields];
    const struct doc_node *size = doc_get(doc_get(doc_root(m->doc), "size"), key->text);
    uint32_t low;
    *f = (struct manifest_field){.name = key->text, .node = node};
    if (node->kind != DOC_SCALAR)
        return doc_error(node, err, "memories.%s.fields.%s is one text, for example \"11:0\"", memory->name, key->text);
    if (manifest_field(m, key->text, &low))
        return doc_error(key, err, "memories.%s.fields.%s: another memory has a field of that name", memory->name, key->text);
    if (plain_bits(node->text, &low, &f->bits)) {
        f->low = (struct expr){1, {{'#', low}}};
        f->word = (struct expr){1, {{'$', NAME_NEURON}}};
    } else if (split_field(m, node, f, err))
        return -1;
    if (f->bits > 32)
        return doc_error(node, err, "memories.%s.fields.%s: a field has at most 32 bits", memory->name, key->text);
    f->per_synapse = names(&f->low, NAME_AXON) || names(&f->word, NAME_AXON);
    f->format = (struct manifest_format){NULL, f->bits, 0};
    if (size && (read_format(size, key->text, &f->format, err)))
        return -1;
    if (f->format.bits != f->bits)
        return doc_error(node, err, "memories.%s.fields.%s is %u bit wide, size.%s says %s", memory->name, key->text, f->bits, key->text, f->format.text);
    memory->n_fields++;
    return check_corners(m, memory, f, err);
}

/* A file that includes others may declare in them what it does not itself. 1: declared, or it cannot be told. */
static int declares(const char *path, const char *module)
{
    FILE *file = fopen(path, "r");
    char line[1000], word[200];
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file))
        found = strstr(line, "`include") || (sscanf(line, " module %199[A-Za-z0-9_$]", word) == 1 && !strcmp(word, module));
    if (file)
        fclose(file);
    return found;
}

/* The module that strobes name is read by people alone; a wrong one would lead them astray. */
static int check_module(const struct manifest *m, const struct manifest_memory *memory, struct err *err)
{
    uint32_t i = 0;
    while (*memory->module && i < m->n_files && !declares(m->file[i], memory->module))
        i++;
    if (!*memory->module || i < m->n_files)
        return 0;
    return doc_error(doc_get(memory->strobes_node, "module"), err, "memories.%s.strobes: no file of sources.files declares a module '%s'", memory->name,
                     memory->module);
}

/* What holds membranes is state, what holds weights is rows; of any other memory only the manifest can tell. */
static int table_from_fields(struct manifest_memory *memory, struct err *err)
{
    for (uint32_t i = 0; i < memory->n_fields && memory->table < 0; i++)
        memory->table = !strcmp(memory->field[i].name, "membrane") ? IMAGE_STATE : !strcmp(memory->field[i].name, "weight") ? IMAGE_ROWS : -1;
    if (memory->table >= 0)
        return 0;
    return doc_error(memory->node, err, "memories.%s: 'table' is missing; write for example table: parameter (as what a chip file's memories count its "
                     "accesses)", memory->name);
}

static int read_memory(struct manifest *m, const struct doc_node *key, const struct doc_node *node, struct err *err)
{
    struct memory_text t = {.table = -1};
    struct manifest_memory *memory = &m->memory[m->n_memories];
    if (!manifest_is_name(key->text))
        return doc_error(key, err, "memory '%s': its name becomes part of C++ names; letters, digits and _ only, at most 40, a letter first", key->text);
    if (fields_read(&memory_table, node, node, &t, err))
        return -1;
    *memory = (struct manifest_memory){.name = key->text, .node = key, .path = t.path, .path_node = doc_get(node, "path"), .strobes_node = t.strobes,
                                       .words = t.words, .bits = t.bits, .table = t.table, .read = "", .write = "", .address = "", .data = "", .module = ""};
    if (t.strobes && (fields_read(&strobe_table, t.strobes, t.strobes, memory, err) || check_module(m, memory, err)))
        return -1;
    if (t.fields && (t.fields->kind != DOC_MAP || t.fields->count > MANIFEST_FIELDS))
        return doc_error(t.fields, err, "memories.%s.fields is a map of at most %d fields, for example {membrane: \"11:0\"}", key->text, MANIFEST_FIELDS);
    m->n_memories++;
    for (uint32_t i = 0; t.fields && i < t.fields->count; i++)
        if (read_field(m, memory, t.fields->key[i], t.fields->item[i], err))
            return -1;
    return memory->table < 0 ? table_from_fields(memory, err) : 0;
}

const struct manifest_field *manifest_field(const struct manifest *m, const char *name, uint32_t *memory)
{
    for (*memory = 0; *memory < m->n_memories; ++*memory)
        for (uint32_t i = 0; i < m->memory[*memory].n_fields; i++)
            if (!strcmp(m->memory[*memory].field[i].name, name))
                return &m->memory[*memory].field[i];
    return NULL;
}

int manifest_memories(struct manifest *m, const struct doc_node *node, struct err *err)
{
    static const char *const needed[] = {"membrane", "threshold", "weight"};
    uint32_t memory;
    if (node->kind != DOC_MAP || !node->count || node->count > FOREIGN_MEMORIES)
        return doc_error(node, err, "memories is a map of 1 to %d memories, for example {neuron: {words: 256, width: 32 bit, path: n_0.SRAM}}",
                         FOREIGN_MEMORIES);
    for (uint32_t i = 0; i < node->count; i++)
        if (read_memory(m, node->key[i], node->item[i], err))
            return -1;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const struct manifest_field *f = manifest_field(m, needed[i], &memory);
        if (!f)
            return doc_error(node, err, "no memory has the field %s; a neuron core keeps membrane, threshold and weight somewhere", needed[i]);
        *(i == 0 ? &m->membrane : i == 1 ? &m->threshold : &m->weight) = f->format;
    }
    return 0;
}

/* "from_writes NAME": a memory with address and data strobes. */
int manifest_observe(struct manifest *m, const struct doc_node *node, struct err *err)
{
    struct observe_text t = {NULL, ""};
    const char *known[FOREIGN_MEMORIES];
    static const char from[] = "from_writes ";
    if (!node)
        return 0;
    if (fields_read(&observe_table, node, node, &t, err))
        return -1;
    const struct doc_node *place = doc_get(node, "retire");
    if (strncmp(t.retire, from, sizeof from - 1))
        return doc_error(place, err, "observe.retire: '%s': write from_writes and the name of a memory", t.retire);
    for (uint32_t i = 0; i < m->n_memories; i++) {
        known[i] = m->memory[i].name;
        if (!strcmp(t.retire + sizeof from - 1, known[i]))
            m->observed = (int)i;
    }
    const char *nearest = doc_nearest(t.retire + sizeof from - 1, known, m->n_memories);
    if (m->observed < 0)
        return doc_error(place, err, "observe.retire: there is no memory '%s'; %s '%s'", t.retire + sizeof from - 1,
                         nearest ? "did you mean" : "one that there is is",
                         nearest ? nearest : known[0]);
    if (!*m->memory[m->observed].address || !*m->memory[m->observed].data)
        return doc_error(place, err, "observe.retire: memories.%s.strobes need address and data, to know what was written where; write for "
                         "example address: A, data: D", m->memory[m->observed].name);
    m->observed_spike = t.spike;
    m->observe_node = node;
    return 0;
}

void manifest_keys_memories(FILE *out)
{
    static const struct field_table size_table = {"size", "Beside these two, a format (`4 bit signed`, `7 bit`) for any field of a memory; a field without "
                                                  "one is unsigned.",
                                                  size_fields, sizeof size_fields / sizeof *size_fields};
    const struct field_table *const table[] = {&size_table, &memory_table, &strobe_table, &observe_table};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fields_write(table[i], out);
}
