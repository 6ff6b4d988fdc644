/* Sections sources, verilator, adapter and reference: the files that a build is made from, each looked for when the manifest is read, and the
 * checksums that were pinned. A checksum that changed is told and stops nothing: the core may have been mended on purpose. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "cores/core.h"
#include "cores/foreign/manifest_parts.h"

struct sources_text { const char *root, *top; const struct doc_node *files, *sha256; };
#define OF(member) offsetof(struct sources_text, member)
static const struct field sources_fields[] = {
    {"root", FIELD_TEXT, OF(root), 0, 0, 0, NULL, ".", "${AERCORE}", "folder of the files, from the manifest's; may begin with an environment variable"},
    {"files", FIELD_NODE, OF(files), 0, 0, 0, NULL, NULL, "[core.v, fifo.v]", "in the order in which Verilator reads them"},
    {"top", FIELD_TEXT, OF(top), 0, 0, 0, NULL, NULL, "core", "the top module"},
    {"sha256", FIELD_NODE, OF(sha256), 0, 0, 0, NULL, "", "{core.v: \"9f86d0...\"}", "of each file; `volley verify PATH --pin` fills them in"},
};
#undef OF
static const struct field_table sources_table = {"sources", "The core's Verilog. A file that is not the pinned one is a warning.", sources_fields,
                                                 sizeof sources_fields / sizeof *sources_fields};

struct verilator_text { const struct doc_node *args, *waive; const char *control; int x_initial; };
#define OF(member) offsetof(struct verilator_text, member)
static const struct field verilator_fields[] = {
    {"args", FIELD_NODE, OF(args), 0, 0, 0, NULL, "", "[--language, 1364-2005]", "more arguments, a word each"},
    {"control", FIELD_TEXT, OF(control), 0, 0, 0, NULL, "", "core.vlt", "opens memories and state to C++"},
    {"waive", FIELD_NODE, OF(waive), 0, 0, 0, NULL, "", "[{rule: WIDTH, file: fifo.v, lines: [55], why: \"zero either way\"}]",
     "warnings that are known and harmless"},
    {"x_initial", FIELD_WORD, OF(x_initial), 0, 0, 0, "zero|random", "random", "random", "what registers without a reset value start with"},
};
#undef OF
static const struct field_table verilator_table = {"verilator", "How it is verilated.", verilator_fields, sizeof verilator_fields / sizeof *verilator_fields};

struct waive_text { const char *rule, *file, *why; const struct doc_node *lines; };
#define OF(member) offsetof(struct waive_text, member)
static const struct field waive_fields[] = {
    {"rule", FIELD_TEXT, OF(rule), 0, 0, 0, NULL, NULL, "WIDTH", "Verilator's name of the warning"},
    {"file", FIELD_TEXT, OF(file), 0, 0, 0, NULL, NULL, "fifo.v", "one of sources.files"},
    {"lines", FIELD_NODE, OF(lines), 0, 0, 0, NULL, NULL, "[55, 64]", "where"},
    {"why", FIELD_TEXT, OF(why), 0, 0, 0, NULL, NULL, "\"zero either way\"", "why it is harmless"},
};
#undef OF
static const struct field_table waive_table = {"verilator.waive", "A list: warnings that are known and harmless; any other ends the build.", waive_fields,
                                               sizeof waive_fields / sizeof *waive_fields};

extern const struct core_kind core_lif;
struct reference_text { const char *kind, *file; };
static const struct field reference_fields[] = {
    {"kind", FIELD_TEXT, offsetof(struct reference_text, kind), 0, 0, 0, NULL, NULL, "aercore", "its name"},
    {"file", FIELD_TEXT, offsetof(struct reference_text, file), 0, 0, 0, NULL, "", "aercore.c", "C file that ends with VOLLEY_MODEL; without, kind is lif: "
     "volley's own, which does what time.step says"},
};
static const struct field_table reference_table = {"reference", "What is right.", reference_fields, 2};

/* "${NAME}/rest" with the variable's value; anything else as it is. NULL and err where the variable is not set. */
static char *expand(const struct doc_node *node, const char *text, struct err *err)
{
    char name[64];
    size_t n = strncmp(text, "${", 2) ? 0 : strcspn(text + 2, "}");
    if (!n)
        return mem_text(text);
    if (n >= sizeof name || text[2 + n] != '}') {
        doc_error(node, err, "sources.root: '%s': an environment variable is written ${NAME}", text);
        return NULL;
    }
    memcpy(name, text + 2, n);
    name[n] = 0;
    const char *value = getenv(name);
    if (!value || !*value) {
        doc_error(node, err, "sources.root: the environment variable %s is not set; point it to the folder of the core's sources", name);
        return NULL;
    }
    return mem_format("%s%s", value, text + 3 + n);
}

static char *below(const char *folder, const char *name)
{
    return *name == '/' ? mem_text(name) : mem_format("%s/%s", folder, name);
}

char *manifest_file(const struct doc_node *node, const char *from, const char *name, struct err *err)
{
    struct stat about;
    char *path = below(from, name);
    if (!stat(path, &about) && S_ISREG(about.st_mode))
        return path;
    doc_error(node, err, "there is no file %s", path);
    free(path);
    return NULL;
}

/* Each pinned file's sum against the file as it is. The first that differs is named, and how many do. */
static int check_sums(struct manifest *m, const struct doc_node *sums, struct err *err)
{
    uint32_t changed = 0;
    if (sums && sums->kind != DOC_MAP)
        return doc_error(sums, err, "sources.sha256 is a map of files; `volley verify %s --pin` fills it in", m->path);
    for (uint32_t i = 0; sums && i < sums->count; i++) {
        char hex[65];
        uint32_t f = 0;
        while (f < m->n_files && strcmp(m->file_node[f]->text, sums->key[i]->text))
            f++;
        if (f == m->n_files)
            return doc_error(sums->key[i], err, "sources.sha256: %s is none of sources.files", sums->key[i]->text);
        if (sha256_file(m->file[f], hex, err))
            return -1;
        if (sums->item[i]->kind == DOC_SCALAR && !strcmp(sums->item[i]->text, hex))
            continue;
        const char *pinned = sums->item[i]->kind == DOC_SCALAR ? sums->item[i]->text : "?";
        if (!changed++ && pinned[strspn(pinned, "0123456789abcdefABCDEF")])
            m->warning = mem_format("%s:%u:%u: %s is not pinned: '%s' is no sha256; `volley verify %s --pin` fills it in", m->path, sums->item[i]->line,
                                    sums->item[i]->column, sums->key[i]->text, pinned, m->path);
        else if (changed == 1)
            m->warning = mem_format("%s:%u:%u: %s is not the file that was pinned (sha256 %.12s..., now %.12s...)", m->path, sums->item[i]->line,
                                    sums->item[i]->column, sums->key[i]->text, pinned, hex);
    }
    if (changed > 1) {
        char *first = m->warning;
        m->warning = mem_format("%s; %u more differ, too", first, changed - 1);
        free(first);
    }
    return 0;
}

int manifest_sources(struct manifest *m, const struct doc_node *node, struct err *err)
{
    struct sources_text t = {0};
    const char *name[MANIFEST_FILES];
    uint32_t n;
    if (fields_read(&sources_table, node, node, &t, err) || manifest_words(t.files, "sources.files", name, MANIFEST_FILES, &n, err))
        return -1;
    char *root = expand(doc_get(node, "root"), t.root, err);
    if (!root)
        return -1;
    m->root = below(m->folder, root);
    free(root);
    m->sources_node = node;
    m->top = t.top;
    m->top_node = doc_get(node, "top");
    if (!n)
        return doc_error(node, err, "sources.files is empty; list the core's Verilog files, the top module's among them");
    for (uint32_t i = 0; i < n; i++) {
        m->file_node[i] = t.files->kind == DOC_LIST ? t.files->item[i] : t.files;
        if (!(m->file[i] = manifest_file(m->file_node[i], m->root, name[i], err)))
            return -1;
        m->n_files++;
    }
    return check_sums(m, t.sha256, err);
}

/* Lines are numbers; the file is one of the sources, because a waiver for another one would never speak. */
static int read_waiver(struct manifest *m, const struct doc_node *node, struct err *err)
{
    struct waive_text t = {0};
    struct manifest_waiver *w = &m->waiver[m->n_waivers];
    const char *line[MANIFEST_LINES];
    uint32_t f = 0;
    if (fields_read(&waive_table, node, node, &t, err) || manifest_words(t.lines, "verilator.waive.lines", line, MANIFEST_LINES, &w->n, err))
        return -1;
    while (f < m->n_files && strcmp(m->file_node[f]->text, t.file))
        f++;
    if (f == m->n_files)
        return doc_error(doc_get(node, "file"), err, "verilator.waive: %s is none of sources.files", t.file);
    if (strspn(t.rule, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(t.rule))
        return doc_error(doc_get(node, "rule"), err, "verilator.waive: '%s' is no name of a warning; Verilator writes it behind %%Warning-, for example "
                         "WIDTH", t.rule);
    for (uint32_t i = 0; i < w->n; i++) {
        char *end;
        unsigned long value = strtoul(line[i], &end, 10);
        if (*end || !value || value > UINT32_MAX)
            return doc_error(t.lines, err, "verilator.waive: '%s' is no line number", line[i]);
        w->line[i] = (uint32_t)value;
    }
    w->rule = t.rule;
    w->file = t.file;
    w->why = t.why;
    m->n_waivers++;
    return 0;
}

static int read_verilator(struct manifest *m, const struct doc_node *node, const struct doc_node *root, struct err *err)
{
    struct verilator_text t = {0};
    if (fields_read(&verilator_table, node, root, &t, err) || manifest_words(t.args, "verilator.args", m->arg, MANIFEST_ARGS, &m->n_args, err))
        return -1;
    m->random_start = t.x_initial;
    if (t.control && !(m->control = manifest_file(doc_get(node, "control"), m->folder, t.control, err)))
        return -1;
    if (t.waive && (t.waive->kind != DOC_LIST || t.waive->count > MANIFEST_WAIVERS))
        return doc_error(t.waive, err, "verilator.waive is a list of at most %d waivers, each {rule, file, lines, why}", MANIFEST_WAIVERS);
    for (uint32_t i = 0; t.waive && i < t.waive->count; i++)
        if (read_waiver(m, t.waive->item[i], err))
            return -1;
    return 0;
}

/* A kind that is no file is volley's own: lif, because the numbers of a manifest are those that it has. */
static int read_shipped(struct manifest *m, const struct doc_node *node, const char *kind, struct err *err)
{
    if (strcmp(kind, core_lif.name))
        return doc_error(node, err, "reference '%s': a kind without a file is volley's own lif; write reference: lif, or reference: {kind: %s, file: %s.c}",
                         kind, kind, kind);
    m->shipped = &core_lif;
    return 0;
}

/* reference: lif, or a map. */
int manifest_build(struct manifest *m, const struct manifest_sections *s, const struct doc_node *root, struct err *err)
{
    struct reference_text r = {.file = ""};
    const struct doc_node *reference = s->reference;
    if (read_verilator(m, s->verilator, root, err) || (reference->kind != DOC_SCALAR && fields_read(&reference_table, reference, root, &r, err)))
        return -1;
    m->model_kind = reference->kind == DOC_SCALAR ? reference->text : r.kind;
    if (!(m->adapter = manifest_file(doc_get(root, "adapter"), m->folder, s->adapter, err)))
        return -1;
    if (!*r.file)
        return read_shipped(m, reference, m->model_kind, err);
    m->model = manifest_file(doc_get(reference, "file"), m->folder, r.file, err);
    return m->model ? 0 : -1;
}

void manifest_keys_sources(FILE *out)
{
    const struct field_table *const table[] = {&sources_table, &verilator_table, &waive_table, &reference_table};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fields_write(table[i], out);
}
