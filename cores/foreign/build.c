/* The build, in order: a hash of all that goes in; nothing more where its object is there; else a folder of its own beside it, Verilator, the
 * adapter, the C reference, the verilated code, Verilator's runtime (kept too, by its own hash), the link, and the rename. */
#include "cores/foreign/build.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "cores/foreign/command.h"
#include "cores/foreign/generate.h"
#include "cores/foreign/tools.h"

enum { OBJECTS = 8, ERROR_TEXT = 400 };
enum { RECIPE = 1 };            /* to be raised with any change of what the compilers are told, here or in tools.c: it is part of the hash */

struct build {
    const struct manifest *m;
    const struct tools *tools;
    int instrumented;
    char *stem;                 /* CACHE/NAME-HASH: .so, .log */
    char *folder;               /* of this build alone; gone at its end */
    char *log;
    char *object[OBJECTS];
    uint32_t n_objects;
    struct err *err;
};

/* ---- the hash ---- */

static char *append(char *text, const char *line)
{
    char *longer = mem_format("%s%s\n", text, line);
    free(text);
    return longer;
}

/* A file by its name and sum; names alone would not see a change, sums alone not an order. */
static int append_file(char **text, const char *path, struct err *err)
{
    char hex[65];
    if (sha256_file(path, hex, err))
        return -1;
    char *line = mem_format("%s %s", strrchr(path, '/') ? strrchr(path, '/') + 1 : path, hex);
    *text = append(*text, line);
    free(line);
    return 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Headers that files may include without the manifest's saying so: those beside it and those beside the sources. */
static int is_included(const struct dirent *entry)
{
    static const char *const ending[] = {".h", ".hpp", ".vh", ".svh", ".v", ".sv", ".vlt", ".c", ".cpp"};
    const char *dot = strrchr(entry->d_name, '.');
    for (size_t i = 0; dot && i < sizeof ending / sizeof *ending; i++)
        if (!strcmp(dot, ending[i]))
            return 1;
    return 0;
}

static int append_folder(char **text, const char *folder, struct err *err)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, is_included, compare_names), bad = 0;
    for (int i = 0; i < n; i++) {
        char *path = mem_format("%s/%s", folder, entry[i]->d_name);
        bad = bad || append_file(text, path, err);
        free(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return bad ? -1 : 0;
}

static char *appendf(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static char *appendf(char *text, const char *format, ...)
{
    char *line = NULL;
    va_list list;
    va_start(list, format);
    int n = vasprintf(&line, format, list);
    va_end(list);
    if (n < 0)
        abort();
    text = append(text, line);
    free(line);
    return text;
}

/* What of the manifest becomes code or is held against the verilated core. Formulae, quirks and texts do not: they are read anew each time. */
static char *append_manifest(char *text, const struct manifest *m)
{
    text = appendf(text, "%s %s start %d clock %s %d reset %s %d %u %u ratio %u observe %d %s", m->name, m->top, m->random_start, m->clock_pin, m->edge,
                   m->reset_pin, m->reset_high, m->reset_cycles, m->reset_settle, m->clock_ratio, m->observed, m->observed_spike ? m->observed_spike : "");
    for (uint32_t i = 0; i < m->n_args; i++)
        text = appendf(text, "arg %s", m->arg[i]);
    for (uint32_t i = 0; i < m->n_waivers; i++)
        for (uint32_t k = 0; k < m->waiver[i].n; k++)
            text = appendf(text, "waive %s %s %u", m->waiver[i].rule, m->waiver[i].file, m->waiver[i].line[k]);
    for (uint32_t i = 0; i < m->n_events; i++)
        text = appendf(text, "event %s", m->event[i].name);
    for (uint32_t i = 0; i < m->n_memories; i++) {
        const struct manifest_memory *e = &m->memory[i];
        text = appendf(text, "memory %s %u %u %s\n%s\n%s\n%s\n%s", e->name, e->words, e->bits, e->path, e->read, e->write, e->address, e->data);
    }
    const struct manifest_handshake *h[] = {&m->in, &m->out};
    for (int i = 0; i < 2; i++)
        if (h[i]->data)
            text = appendf(text, "pins %s %s %s", h[i]->data, h[i]->request, h[i]->acknowledge);
    for (uint32_t i = 0; m->pins_node && m->pins_node->kind == DOC_LIST && i < m->pins_node->count; i++)
        text = appendf(text, "pin %s", m->pins_node->item[i]->text);
    return text;
}

/* Everything that could change what comes out. */
static int hash_of(const struct manifest *m, const struct tools *tools, int instrumented, char hex[65], struct err *err)
{
    static const char *const header[] = {"foreign.h", "adapter.h", "verilated.h", "aer4.h", "spi.h"};
    char *text = mem_format("volley %s recipe %d contract %u\n%s\n%s\n%s\n", VOLLEY_VERSION, RECIPE, FOREIGN_CONTRACT, tools->verilator, tools->cxx_version,
                            tools->cc_version);
    text = append_manifest(text, m);
    text = appendf(text, "instrumented %d", instrumented);
    int bad = append_file(&text, m->adapter, err) || (m->model && append_file(&text, m->model, err)) ||
              (m->control && append_file(&text, m->control, err));
    for (uint32_t i = 0; i < m->n_files && !bad; i++)
        bad = append_file(&text, m->file[i], err);
    bad = bad || append_folder(&text, m->folder, err) || append_folder(&text, m->root, err);
    for (size_t i = 0; i < sizeof header / sizeof *header && !bad; i++) {
        char *path = mem_format("%s/cores/rtl/%s", tools->include, header[i]);
        bad = append_file(&text, path, err);
        free(path);
    }
    if (!bad)
        sha256_bytes(text, strlen(text), hex);
    free(text);
    return bad ? -1 : 0;
}

/* ---- steps ---- */

/* Runs it; where it fails, one line that says what did not work, why, and where more is. */
static int step(struct build *b, struct command *c, const char *install, const char *what)
{
    int status = command_run(c, b->log, install, b->err);
    command_clear(c);
    if (status < 0)
        return -1;
    if (!status)
        return 0;
    char first[ERROR_TEXT], *log = mem_format("%s.log", b->stem);
    command_first_error(b->log, first, sizeof first);
    const char *kept = rename(b->log, log) ? b->log : log;
    err_input(b->err, "%s: %s: %s; the whole log is in %s", b->m->name, what, first, kept);
    free(log);
    return -1;
}

/* Verilator replaces variables in names of files. */
static int check_paths(const struct manifest *m, struct err *err)
{
    for (uint32_t i = 0; i < m->n_files; i++)
        if (strchr(m->file[i], '$'))
            return doc_error(m->file_node[i], err, "%s: Verilator takes what follows a $ in a path for a variable; a folder without one is needed", m->file[i]);
    return m->control && strchr(m->control, '$') ? err_input(err, "%s: Verilator takes what follows a $ in a path for a variable", m->control) : 0;
}

static int verilate(struct build *b)
{
    const struct manifest *m = b->m;
    struct command c = {.n = 0};
    char *waivers = mem_format("%s/waivers.vlt", b->folder);
    int bad = generate_waivers(m, waivers, b->err) || check_paths(m, b->err);
    /* Not the script of that name: it hands its words to a shell. */
    command_add(&c, "verilator_bin");
    const char *const fixed[] = {"--cc", "-O3", "--x-assign", "unique", "--x-initial", "unique", "--assert", "-Mdir"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        command_add(&c, "%s", fixed[i]);
    command_add(&c, "%s", b->folder);
    command_add(&c, "--prefix");
    command_add(&c, "V%s", m->name);
    command_add(&c, "--top-module");
    command_add(&c, "%s", m->top);
    command_add(&c, "-I%s", m->root);
    for (uint32_t i = 0; i < m->n_args; i++)
        command_add(&c, "%s", m->arg[i]);
    if (b->instrumented) {
        command_add(&c, "--trace-fst");
        command_add(&c, "--coverage");
    }
    command_add(&c, "%s", waivers);
    if (m->control)
        command_add(&c, "%s", m->control);
    for (uint32_t i = 0; i < m->n_files; i++)
        command_add(&c, "%s", m->file[i]);
    free(waivers);
    bad = bad || step(b, &c, "verilator", "Verilator does not take the source");
    command_clear(&c);
    return bad ? -1 : 0;
}

enum made_by { PEOPLE, VERILATED, VERILATED_ONCE };

/* One C++ file into an object of this build. What people wrote has its warnings in the log. */
static int compile(struct build *b, const char *source, const char *object, enum made_by by, const char *what)
{
    struct command c = {.n = 0};
    char *to = mem_format("%s/%s", b->folder, object);
    tools_cxx(b->tools, b->instrumented, &c);
    command_add(&c, by == PEOPLE ? "-Wall" : "-w");
    /* An instrumented core runs one window, or not for speed. */
    command_add(&c, by == VERILATED_ONCE ? "-O0" : b->instrumented ? "-O1" : "-O2");
    command_add(&c, "-DVOLLEY_CORE_NAME=\"%s\"", b->m->name);
    command_add(&c, "-I%s", b->folder);
    command_add(&c, "-I%s", b->tools->include);
    command_add(&c, "-I%s", b->m->folder);
    command_add(&c, "-c");
    command_add(&c, "%s", source);
    command_add(&c, "-o");
    command_add(&c, "%s", to);
    b->object[b->n_objects++] = to;
    return step(b, &c, "g++", what);
}

static int compile_model(struct build *b)
{
    struct command c = {.n = 0};
    char *to = mem_format("%s/model.o", b->folder);
    tools_cc(b->tools, &c);
    command_add(&c, "-I%s", b->tools->include);
    command_add(&c, "-I%s", b->m->folder);
    command_add(&c, "-c");
    command_add(&c, "%s", b->m->model);
    command_add(&c, "-o");
    command_add(&c, "%s", to);
    b->object[b->n_objects++] = to;
    return step(b, &c, "gcc", "the reference does not compile");
}

/* Every .cpp that Verilator wrote, in order of name. */
static int is_cpp(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && !strcmp(dot, ".cpp");
}

/* All of them in two files that include the others: most of the time of each is Verilator's own header. What runs once is not optimised. */
static int write_unit(struct build *b, struct dirent **entry, int n, int slow, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return err_input(b->err, "%s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = entry[i]->d_name;
        int once = strstr(name, "__Slow") || strstr(name, "__Syms") || strstr(name, "__Dpi") || strstr(name, "__ConstPool");
        if (once == slow)
            fprintf(out, "#include \"%s\"\n", name);
    }
    return fclose(out) ? err_input(b->err, "%s: cannot be written", path) : 0;
}

static int compile_verilated(struct build *b)
{
    static const char *const unit[] = {"fast", "slow"};
    struct dirent **entry;
    int n = scandir(b->folder, &entry, is_cpp, compare_names), bad = n <= 0;
    for (int slow = 0; slow < 2 && !bad; slow++) {
        char *source = mem_format("%s/%s.cc", b->folder, unit[slow]), *object = mem_format("%s.o", unit[slow]);
        bad = write_unit(b, entry, n, slow, source) || compile(b, source, object, slow ? VERILATED_ONCE : VERILATED, "the verilated core does not compile");
        free(source);
        free(object);
    }
    for (int i = 0; i < n; i++)
        free(entry[i]);
    if (n >= 0)
        free(entry);
    if (n <= 0)
        return err_input(b->err, "%s: Verilator wrote nothing that could be compiled", b->m->name);
    return bad ? -1 : 0;
}

static int link_all(struct build *b)
{
    struct command c = {.n = 0};
    tools_cxx(b->tools, b->instrumented, &c);
    for (const char *const *option = (const char *const[]){"-shared", "-Wl,-Bsymbolic", "-Wl,--no-undefined", "-pthread", NULL}; *option; option++)
        command_add(&c, "%s", *option);
    for (uint32_t i = 0; i < b->n_objects; i++)
        command_add(&c, "%s", b->object[i]);
    for (uint32_t i = 0; i < TOOLS_RUNTIME && b->tools->runtime[i]; i++)
        command_add(&c, "%s", b->tools->runtime[i]);
    if (b->instrumented)
        command_add(&c, "-lz");
    command_add(&c, "-o");
    command_add(&c, "%s/core.so", b->folder);
    return step(b, &c, "g++", "does not link");
}

static int build_in_folder(struct build *b)
{
    struct tools *tools = (struct tools *)(uintptr_t)b->tools;
    if (verilate(b) || generate_header(b->m, b->folder, b->err) || compile(b, b->m->adapter, "adapter.o", PEOPLE, "the adapter does not compile") ||
        (b->m->model && compile_model(b)) || compile_verilated(b) || tools_runtime(tools, b->instrumented, b->log, b->err) || link_all(b))
        return -1;
    char *made = mem_format("%s/core.so", b->folder), *kept = mem_format("%s.so", b->stem);
    int bad = rename(made, kept) ? err_input(b->err, "%s: %s", kept, strerror(errno)) : 0;
    free(made);
    free(kept);
    return bad;
}

/* A flat folder of our own making. */
static void remove_folder(const char *folder)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, NULL);
    for (int i = 0; i < n; i++) {
        char *path = mem_format("%s/%s", folder, entry[i]->d_name);
        if (strcmp(entry[i]->d_name, ".") && strcmp(entry[i]->d_name, ".."))
            unlink(path);
        free(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    rmdir(folder);
}

static int build(const struct manifest *m, struct tools *tools, int instrumented, const char *stem, struct err *err)
{
    struct build b = {.m = m, .tools = tools, .instrumented = instrumented, .stem = mem_text(stem), .folder = mem_format("%s-XXXXXX", stem), .err = err};
    int bad = mkdtemp(b.folder) ? 0 : err_input(err, "%s: %s; VOLLEY_CACHE names another folder", b.folder, strerror(errno));
    b.log = mem_format("%s/log", b.folder);
    *err->text = 0;
    if (!bad) {
        bad = build_in_folder(&b);
        remove_folder(b.folder);
    }
    for (uint32_t i = 0; i < b.n_objects; i++)
        free(b.object[i]);
    free(b.log);
    free(b.folder);
    free(b.stem);
    return bad;
}

char *foreign_build(const struct manifest *m, int instrumented, struct err *err)
{
    struct tools tools;
    char hex[65], *object = NULL;
    if (!tools_open(&tools, err) && !hash_of(m, &tools, instrumented, hex, err)) {
        char *stem = mem_format("%s/%s-%.16s", tools.cache, m->name, hex);
        object = mem_format("%s.so", stem);
        if (access(object, R_OK) && build(m, &tools, instrumented, stem, err)) {
            free(object);
            object = NULL;
        }
        free(stem);
    }
    tools_close(&tools);
    return object;
}
