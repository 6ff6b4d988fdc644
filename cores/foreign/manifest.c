/* A manifest as a whole: the sections in the order in which they refer to each other, and the small ones themselves. */
#include "cores/foreign/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cores/foreign/manifest_parts.h"

#define OF(member) offsetof(struct manifest_sections, member)
static const struct field root_fields[] = {
    {"core", FIELD_NODE, OF(core), 0, 0, 0, NULL, NULL, "{name: aercore, contract: 1}", "what it is and where it came from"},
    {"sources", FIELD_NODE, OF(sources), 0, 0, 0, NULL, NULL, "{files: [core.v], top: core}", "its Verilog, which is not edited"},
    {"verilator", FIELD_NODE, OF(verilator), 0, 0, 0, NULL, "", "{control: core.vlt}", "how it is verilated"},
    {"adapter", FIELD_TEXT, OF(adapter), 0, 0, 0, NULL, NULL, "core.cpp", "the C++ file that knows its pins"},
    {"reference", FIELD_NODE, OF(reference), 0, 0, 0, NULL, NULL, "{kind: core, file: core.c}", "the C file that says what is right, or lif"},
    {"clock", FIELD_NODE, OF(clock), 0, 0, 0, NULL, NULL, "{pin: CLK, edge: rising}", "its clock"},
    {"reset", FIELD_NODE, OF(reset), 0, 0, 0, NULL, NULL, "{pin: RST, active: high, cycles: 10}", "its reset"},
    {"size", FIELD_NODE, OF(size), 0, 0, 0, NULL, NULL, "{neurons: 256, axons: 256, weight: 4 bit signed}", "how many neurons and axons, and formats"},
    {"time", FIELD_NODE, OF(time), 0, 0, 0, NULL, NULL, "{mode: event, order: arrival}", "what moves it: steps, or each event"},
    {"events", FIELD_NODE, OF(events), 0, 0, 0, NULL, NULL, "{spike: {cycles: 2*neurons}}", "what it can be sent, and what each costs"},
    {"handshakes", FIELD_NODE, OF(handshakes), 0, 0, 0, NULL, "", "{in: {kind: aer4, data: A, request: R, acknowledge: K}}", "pins of events and spikes"},
    {"program", FIELD_NODE, OF(program), 0, 0, 0, NULL, "", "{path: spi, pins: [SCK, MOSI, MISO]}", "how memories and registers are written"},
    {"idle", FIELD_NODE, OF(idle), 0, 0, 0, NULL, "", "{hold: 4 cycles, timeout: 20000 cycles}", "how its rest is known"},
    {"memories", FIELD_NODE, OF(memories), 0, 0, 0, NULL, NULL, "{neuron: {words: 256, width: 32 bit, path: n_0.SRAM}}", "where its state and weights are"},
    {"observe", FIELD_NODE, OF(observe), 0, 0, 0, NULL, "", "{retire: from_writes neuron}", "what names the first wrong update"},
    {"quirks", FIELD_NODE, OF(quirks), 0, 0, 0, NULL, "", "[{id: fifo, do: exclude, text: \"drops without a flag\"}]", "what it does that nobody expects"},
    {"stimulus", FIELD_NODE, OF(stimulus), 0, 0, 0, NULL, "", "{registers: {gate: 0}}", "what a test may set"},
};
#undef OF

#define OF(member) offsetof(struct manifest, member)
static const struct field core_fields[] = {
    {"name", FIELD_TEXT, OF(name), 0, 0, 0, NULL, NULL, "aercore", "letters, digits and _: names the verilated class and the cache's files"},
    {"contract", FIELD_NUMBER, OF(contract), 0, 0, 0, NULL, NULL, "1", "version of cores/rtl/foreign.h that the adapter was written for"},
    {"about", FIELD_TEXT, OF(about), 0, 0, 0, NULL, "", "\"256 LIF neurons\"", "one line for people"},
    {"licence", FIELD_TEXT, OF(licence), 0, 0, 0, NULL, "", "Apache-2.0", "of the source"},
    {"origin", FIELD_TEXT, OF(origin), 0, 0, 0, NULL, "", "\"where it came from, at which commit\"", "of the source"},
    {"identity", FIELD_NODE, OF(identity_node), 0, 0, 0, NULL, "", "0x41455231", "what the adapter's identity() must find in the hardware"},
};
static const struct field clock_fields[] = {
    {"pin", FIELD_TEXT, OF(clock_pin), 0, 0, 0, NULL, NULL, "CLK", "of the top module"},
    {"edge", FIELD_WORD, OF(edge), 0, 0, 0, "rising|falling", "rising", "falling", "the one on which the core works"},
};
static const struct field reset_fields[] = {
    {"pin", FIELD_TEXT, OF(reset_pin), 0, 0, 0, NULL, NULL, "RST", "of the top module"},
    {"active", FIELD_WORD, OF(reset_high), 0, 0, 0, "low|high", "low", "high", "level that resets"},
    {"cycles", FIELD_NUMBER, OF(reset_cycles), 0, 1, 1e6, NULL, "10", "10", "clocks with reset active"},
    {"settle", FIELD_NUMBER, OF(reset_settle), UNIT_CYCLES, 0, 1e6, NULL, "0 cycles", "10 cycles", "clocks after it"},
};
static const struct field program_fields[] = {
    {"path", FIELD_TEXT, OF(licence), 0, 0, 0, NULL, "", "spi", "for people: the adapter knows how"},
    {"pins", FIELD_NODE, OF(pins_node), 0, 0, 0, NULL, "", "[SCK, MOSI, MISO]", "of the top module; they must exist"},
    {"clock_ratio", FIELD_NUMBER, OF(clock_ratio), 0, 2, 1024, NULL, "8", "8", "clocks of the core per bit"},
    {"back_door", FIELD_FLAG, OF(back_door), 0, 0, 0, NULL, "true", "true", "memories may be written past the pins"},
    {"front_door_every", FIELD_NUMBER, OF(front_door_every), 0, 1, 1e6, NULL, "1", "50", "one core in so many is programmed through its pins all the same"},
};
static const struct field idle_fields[] = {
    {"by", FIELD_TEXT, OF(licence), 0, 0, 0, NULL, "", "state", "for people: what the adapter looks at"},
    {"all", FIELD_NODE, OF(pins_node), 0, 0, 0, NULL, "", "[\"state == 0\"]", "for people: its conditions"},
    {"hold", FIELD_NUMBER, OF(idle_hold), UNIT_CYCLES, 1, 1e6, NULL, "1 cycle", "4 cycles", "idle for so many clocks before it is believed"},
    {"timeout", FIELD_NUMBER, OF(timeout), UNIT_CYCLES, 1, 4e9, NULL, "100000 cycles", "20000 cycles", "a core that is not idle after so many hangs"},
};
#undef OF
#define OF(member) offsetof(struct manifest_handshake, member)
static const struct field handshake_fields[] = {
    {"kind", FIELD_WORD, OF(kind), 0, 0, 0, "aer4|valid_ready|other", NULL, "aer4", "four phases, two pins, or what the adapter says"},
    {"data", FIELD_TEXT, OF(data), 0, 0, 0, NULL, NULL, "AERIN_ADDR", "pin of the top module"},
    {"request", FIELD_TEXT, OF(request), 0, 0, 0, NULL, NULL, "AERIN_REQ", "pin of the top module (valid_ready: valid)"},
    {"acknowledge", FIELD_TEXT, OF(acknowledge), 0, 0, 0, NULL, NULL, "AERIN_ACK", "pin of the top module (valid_ready: ready)"},
    {"stalls_core", FIELD_FLAG, OF(stalls_core), 0, 0, 0, NULL, "false", "true", "out: a spike that is not taken stops the sweep"},
};
#undef OF
static const struct field both_fields[] = {
    {"in", FIELD_NODE, 0, 0, 0, 0, NULL, NULL, "{kind: aer4, data: A, request: R, acknowledge: K}", "events"},
    {"out", FIELD_NODE, sizeof(void *), 0, 0, 0, NULL, NULL, "{kind: aer4, data: A, request: R, acknowledge: K}", "spikes"},
};

#define TABLE(section, help, fields) {section, help, fields, sizeof fields / sizeof *fields}
static const struct field_table root_table = TABLE("", "A core that is not volley's own.", root_fields);
static const struct field_table core_table = TABLE("core", "What it is and where it came from.", core_fields);
static const struct field_table clock_table = TABLE("clock", "Its clock.", clock_fields);
static const struct field_table reset_table = TABLE("reset", "Its reset, as volley::Core does it.", reset_fields);
static const struct field_table program_table = TABLE("program", "How memories and registers are written.", program_fields);
static const struct field_table idle_table = TABLE("idle", "How its rest is known, and when to give up waiting.", idle_fields);
static const struct field_table handshake_table = TABLE("handshakes.in and handshakes.out", "The pins of one handshake.", handshake_fields);
static const struct field_table both_table = TABLE("handshakes", "Pins of events and spikes; looked for in the verilated core.", both_fields);

int manifest_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return *name && strspn(name, letters) == strlen(name) && strlen(name) <= 40 && !strchr("0123456789", *name);
}

static int check_name(const struct doc_node *core, const char *name, struct err *err)
{
    if (manifest_is_name(name))
        return 0;
    return doc_error(doc_get(core, "name"), err, "core.name: '%s' becomes part of C++ names; letters, digits and _ only, at most 40, a letter first", name);
}

static int read_core(struct manifest *m, const struct doc_node *core, struct err *err)
{
    if (fields_read(&core_table, core, core, m, err) || check_name(core, m->name, err))
        return -1;
    m->contract_node = doc_get(core, "contract");
    if (m->contract != FOREIGN_CONTRACT)
        return doc_error(m->contract_node, err, "core.contract: written for version %u of the contract, this volley has version %u; docs/your-core.md says "
                         "what changed",
                         m->contract, FOREIGN_CONTRACT);
    if (m->identity_node) {
        char *end;
        unsigned long long value = strtoull(m->identity_node->kind == DOC_SCALAR ? m->identity_node->text : "-", &end, 0);
        if (*end || m->identity_node->kind != DOC_SCALAR || !*m->identity_node->text || value > UINT32_MAX)
            return doc_error(m->identity_node, err, "core.identity is a number of up to 32 bits, for example 0x41455231");
        m->identity = (uint32_t)value;
    }
    return 0;
}

/* The pins are held against the verilated core when it is built. */
static int read_handshakes(struct manifest *m, const struct doc_node *node, struct err *err)
{
    const struct doc_node *side[2];
    if (!node)
        return 0;
    if (fields_read(&both_table, node, node, side, err) || fields_read(&handshake_table, side[0], node, &m->in, err) ||
        fields_read(&handshake_table, side[1], node, &m->out, err))
        return -1;
    m->in_node = side[0];
    m->out_node = side[1];
    return 0;
}

int manifest_ports(struct manifest *m, const struct manifest_sections *s, const struct doc_node *root, struct err *err)
{
    struct manifest ignored = *m;       /* texts for people, which nobody asks for again */
    if (fields_read(&clock_table, s->clock, root, m, err) || fields_read(&reset_table, s->reset, root, m, err) || read_handshakes(m, s->handshakes, err) ||
        fields_read(&program_table, s->program, root, &ignored, err))
        return -1;
    m->clock_node = s->clock;
    m->reset_node = s->reset;
    m->pins_node = ignored.pins_node;
    m->clock_ratio = ignored.clock_ratio;
    m->back_door = ignored.back_door;
    m->front_door_every = ignored.front_door_every;
    if (fields_read(&idle_table, s->idle, root, &ignored, err))
        return -1;
    m->idle_hold = ignored.idle_hold;
    m->timeout = ignored.timeout;
    return 0;
}

/* In the order in which they refer to each other: formulae name registers, events name memories, time names events. */
static int read_all(struct manifest *m, struct err *err)
{
    struct manifest_sections s = {0};
    const struct doc_node *root = doc_root(m->doc);
    if (fields_read(&root_table, root, root, &s, err) || read_core(m, s.core, err) || manifest_sources(m, s.sources, err) ||
        manifest_build(m, &s, root, err) || manifest_ports(m, &s, root, err) || manifest_registers(m, s.stimulus, err) || manifest_size(m, s.size, err) ||
        manifest_memories(m, s.memories, err) || manifest_events(m, s.events, err) || manifest_time(m, s.time, err) || manifest_observe(m, s.observe, err) ||
        manifest_quirks(m, s.quirks, err))
        return -1;
    return 0;
}

/* A folder stands for the manifest.yaml in it. */
static char *manifest_path(const char *path)
{
    struct stat about;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return !stat(path, &about) && S_ISDIR(about.st_mode) ? mem_format("%.*s/manifest.yaml", (int)n, path) : mem_text(path);
}

struct manifest *manifest_read(const char *path, struct err *err)
{
    struct manifest *m = mem_new(1, sizeof *m);
    m->path = manifest_path(path);
    const char *slash = strrchr(m->path, '/');
    m->folder = slash ? mem_format("%.*s", (int)(slash - m->path), m->path) : mem_text(".");
    if (slash == m->path)
        m->folder[0] = '/', m->folder[1] = 0;
    m->observed = m->spike_event = m->reference_event = -1;
    m->doc = doc_read(m->path, err);
    if (m->doc && !read_all(m, err))
        return m;
    manifest_free(m);
    return NULL;
}

void manifest_free(struct manifest *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->n_files; i++)
        free(m->file[i]);
    for (uint32_t i = 0; m->quirk[i]; i++)
        free((char *)(uintptr_t)m->quirk[i]);
    free((char *)(uintptr_t)m->profiles);
    free(m->warning);
    free(m->control);
    free(m->adapter);
    free(m->model);
    free(m->root);
    free(m->folder);
    free(m->path);
    doc_free(m->doc);
    free(m);
}

int manifest_words(const struct doc_node *node, const char *what, const char **to, uint32_t most, uint32_t *n, struct err *err)
{
    uint32_t count = !node ? 0 : node->kind == DOC_LIST ? node->count : 1;
    *n = 0;
    if (node && node->kind == DOC_MAP)
        return doc_error(node, err, "%s is a list, for example [a, b]", what);
    if (count > most)
        return doc_error(node, err, "%s: %u entries; at most %u", what, count, most);
    for (uint32_t i = 0; i < count; i++) {
        const struct doc_node *item = node->kind == DOC_LIST ? node->item[i] : node;
        if (item->kind != DOC_SCALAR || !*item->text)
            return doc_error(item, err, "%s: each entry is one word", what);
        to[(*n)++] = item->text;
    }
    return 0;
}

int manifest_formula(const struct manifest *m, const struct doc_node *node, struct expr *to, struct err *err)
{
    struct err what = {ERR_NONE, ""};
    if (node->kind != DOC_SCALAR)
        return doc_error(node, err, "one formula is wanted here, for example 2*neurons + spikes");
    return expr_read(to, node->text, m->names, m->n_names, &what) ? doc_error(node, err, "%s", what.text) : 0;
}

void manifest_keys(FILE *out)
{
    const struct field_table *const own[] = {&core_table, &clock_table, &reset_table, &both_table, &handshake_table, &program_table, &idle_table};
    fputs("# Keys of a manifest\n\nOf a core that is not volley's own: how it is brought along stands in your-core.md.\n\n", out);
    fields_write(&root_table, out);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        fields_write(own[i], out);
    manifest_keys_sources(out);
    manifest_keys_memories(out);
    manifest_keys_events(out);
}
