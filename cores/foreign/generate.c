/* The text of volley_core.hpp: struct Shape for VerilatedCore. A name of the manifest is looked up in the verilated classes before it is
 * written: `aercore.neuron_0.SRAM` is the member aercore__DOT__neuron_0__DOT__SRAM of the root class, a pin is a member of the top class. */
#include "cores/foreign/generate.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cores/foreign/verilated.h"

int generate_waivers(const struct manifest *m, const char *path, struct err *err)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return err_input(err, "%s: %s", path, strerror(errno));
    fputs("`verilator_config\n", out);
    for (uint32_t i = 0; i < m->n_waivers; i++)
        for (uint32_t k = 0; k < m->waiver[i].n; k++)
            fprintf(out, "lint_off -rule %s -file \"*%s\" -lines %u\n", m->waiver[i].rule, m->waiver[i].file, m->waiver[i].line[k]);
    return fclose(out) ? err_input(err, "%s: cannot be written", path) : 0;
}

/* ---- pins ---- */

static int check_pin(const struct manifest *m, const struct verilated *v, const struct doc_node *node, const char *pin, struct err *err)
{
    if (verilated_pin(v, pin))
        return 0;
    const char *nearest = doc_nearest(pin, (const char *const *)v->pin, v->n_pins);
    return doc_error(node, err, "the top module %s has no pin '%s'%s%s%s", m->top, pin, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
}

static int check_handshake(const struct manifest *m, const struct verilated *v, const struct doc_node *node, const struct manifest_handshake *h,
                           struct err *err)
{
    if (!node)
        return 0;
    return check_pin(m, v, doc_get(node, "data"), h->data, err) || check_pin(m, v, doc_get(node, "request"), h->request, err) ||
                   check_pin(m, v, doc_get(node, "acknowledge"), h->acknowledge, err)
               ? -1
               : 0;
}

static int check_pins(const struct manifest *m, const struct verilated *v, struct err *err)
{
    if (check_pin(m, v, doc_get(m->clock_node, "pin"), m->clock_pin, err) || check_pin(m, v, doc_get(m->reset_node, "pin"), m->reset_pin, err) ||
        check_handshake(m, v, m->in_node, &m->in, err) || check_handshake(m, v, m->out_node, &m->out, err))
        return -1;
    for (uint32_t i = 0; m->pins_node && m->pins_node->kind == DOC_LIST && i < m->pins_node->count; i++)
        if (check_pin(m, v, m->pins_node->item[i], m->pins_node->item[i]->text, err))
            return -1;
    return 0;
}

/* ---- signals ---- */

/* Writes the member for instance path + name ("neuron_0." + "CS"); the signal must be there. */
static int write_signal(FILE *out, const struct manifest *m, const struct verilated *v, const struct doc_node *node, const char *path, struct err *err)
{
    const char *member = verilated_signal(v, path);
    if (!member) {
        const char *nearest = doc_nearest(path, (const char *const *)v->signal, v->n_signals);
        return doc_error(node, err, "the verilated core has no signal '%s.%s'%s%s%s; is it opened in %s (public_flat_rd, memories public_flat_rw)?", m->top,
                         path,
                         nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "", m->control ? m->control : "verilator.control");
    }
    fprintf(out, "root.%s", member);
    return 0;
}

/* A condition over signals of the instance: names, digits, & | ! ( ) ==, all of one bit or compared. Anything else is refused, because it
 * becomes C++. */
static int write_condition(FILE *out, const struct manifest *m, const struct verilated *v, const struct doc_node *node, const char *instance,
                           const char *text, struct err *err)
{
    if (text[strspn(text, " &|!()=<>0123456789_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")])
        return doc_error(node, err, "'%s': a condition has signals, numbers, & | ! == < > and ( ) only", text);
    fputc('(', out);
    for (const char *at = text; *at;) {
        size_t n = strspn(at, "0123456789_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (n && !isdigit((unsigned char)*at)) {
            char *path = mem_format("%s%.*s", instance, (int)n, at);
            int bad = write_signal(out, m, v, node, path, err);
            free(path);
            if (bad)
                return -1;
        } else
            fprintf(out, "%.*s", n ? (int)n : 1, at);
        at += n ? n : 1;
    }
    fputc(')', out);
    return 0;
}

/* "neuron_0.SRAM" -> "neuron_0."; the array's own module, whose signals the strobes are. Caller frees. */
static char *instance_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? mem_format("%.*s", (int)(dot - path) + 1, path) : mem_text("");
}

/* The array must have the words and width that the manifest says: everything else rests on them. */
static int check_memory(const struct manifest *m, const struct verilated *v, const struct manifest_memory *memory, struct err *err)
{
    uint32_t words, bits;
    if (!verilated_array(v, memory->path, &words, &bits)) {
        const char *nearest = doc_nearest(memory->path, (const char *const *)v->array, v->n_arrays);
        return doc_error(memory->path_node, err, "memory %s: the verilated core has no array '%s.%s'%s%s%s; is it opened in %s (public_flat_rw)?", memory->name,
                         m->top, memory->path, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "",
                         m->control ? m->control : "verilator.control");
    }
    if (words != memory->words || bits != memory->bits)
        return doc_error(memory->node, err, "memory %s: %u words of %u bit here, %u words of %u bit in the core (%s.%s)", memory->name, memory->words,
                         memory->bits, words, bits, m->top, memory->path);
    return 0;
}

static int write_memories(FILE *out, const struct manifest *m, const struct verilated *v, struct err *err)
{
    for (uint32_t i = 0; i < m->n_memories; i++)
        if (check_memory(m, v, &m->memory[i], err))
            return -1;
    fputs("    static uint64_t peek(const Root &root, uint32_t memory, uint32_t word)\n    {\n        switch (memory) {\n", out);
    for (uint32_t i = 0; i < m->n_memories; i++)
        fprintf(out, "        case %u: return root.%s[word];\n", i, verilated_signal(v, m->memory[i].path));
    fputs("        default: return 0;\n        }\n    }\n", out);
    fputs("    static void poke(Root &root, uint32_t memory, uint32_t word, uint64_t value)\n    {\n        switch (memory) {\n", out);
    for (uint32_t i = 0; i < m->n_memories; i++)
        fprintf(out, "        case %u: root.%s[word] = (%s)value; break;\n", i, verilated_signal(v, m->memory[i].path),
                m->memory[i].bits > 32 ? "QData" : m->memory[i].bits > 16 ? "IData" : m->memory[i].bits > 8 ? "SData" : "CData");
    fputs("        default: break;\n        }\n    }\n", out);
    return 0;
}

/* Inputs start at random like everything else; a tester holds them at 0. */
static void write_rest(FILE *out, const struct verilated *v)
{
    fputs("    static void rest(Top &top)\n    {\n        (void)top;\n", out);
    for (uint32_t i = 0; i < v->n_pins; i++)
        if (v->input[i])
            fprintf(out, "        top.%s = 0;\n", v->pin[i]);
    fputs("    }\n", out);
}

/* What stands at the end of a cycle, before the active edge. */
static int write_strobes(FILE *out, const struct manifest *m, const struct verilated *v, struct err *err)
{
    fputs("    static void sample(const Root &root, Strobes &strobes)\n    {\n        (void)root, (void)strobes;\n", out);
    for (uint32_t i = 0; i < m->n_memories; i++) {
        const struct manifest_memory *memory = &m->memory[i];
        char *instance = instance_of(memory->path);
        int bad = 0;
        if (*memory->read) {
            fputs("        strobes.reads |= (uint32_t)", out);
            bad = write_condition(out, m, v, doc_get(memory->strobes_node, "read"), instance, memory->read, err);
            fprintf(out, " << %u;\n        strobes.writes |= (uint32_t)", i);
            bad = bad || write_condition(out, m, v, doc_get(memory->strobes_node, "write"), instance, memory->write, err);
            fprintf(out, " << %u;\n", i);
        }
        if (!bad && m->observed == (int)i) {
            fprintf(out, "        if (strobes.writes >> %u & 1) {\n            strobes.wrote = 1;\n            strobes.word = ", i);
            bad = write_condition(out, m, v, doc_get(memory->strobes_node, "address"), instance, memory->address, err);
            fprintf(out, ";\n            strobes.before = peek(root, %u, strobes.word);\n            strobes.after = ", i);
            bad = bad || write_condition(out, m, v, doc_get(memory->strobes_node, "data"), instance, memory->data, err);
            fputs(";\n            strobes.spike = ", out);
            if (*m->observed_spike)
                bad = bad || write_condition(out, m, v, m->observe_node, "", m->observed_spike, err);
            else
                fputs("-1", out);
            fputs(";\n        }\n", out);
        }
        free(instance);
        if (bad)
            return -1;
    }
    fputs("    }\n", out);
    return 0;
}

/* ---- the header ---- */

static void write_head(FILE *out, const struct manifest *m)
{
    fprintf(out, "// Made by volley from %s: the core's own names for cores/rtl/verilated.h.\n#ifndef VOLLEY_CORE_HPP\n#define VOLLEY_CORE_HPP\n", m->path);
    fprintf(out, "#include \"V%s.h\"\n#include \"V%s___024root.h\"\n#include \"cores/rtl/verilated.h\"\n\nnamespace volley\n{\n\n", m->name, m->name);
    fputs("enum Memory : uint32_t {", out);
    for (uint32_t i = 0; i < m->n_memories; i++)
        fprintf(out, " MEMORY_%s,", m->memory[i].name);
    fputs(" MEMORIES };\nenum Kind : uint32_t {", out);
    for (uint32_t i = 0; i < m->n_events; i++)
        fprintf(out, " EVENT_%s,", m->event[i].name);
    fputs(" EVENTS };\n", out);
}

/* active: the level behind the edge on which the core works. */
static void write_clock(FILE *out, const struct manifest *m)
{
    fprintf(out, "\nstruct Shape {\n    using Top = V%s;\n    using Root = V%s___024root;\n    using Context = VerilatedContext;\n", m->name,
            m->name);
    fprintf(out, "    static constexpr int startAt = %d;\n    static constexpr uint32_t resetClocks = %u, settleClocks = %u, clockRatio = %u;\n",
            m->random_start ? 2 : 0, m->reset_cycles, m->reset_settle, m->clock_ratio);
    fprintf(out, "    static void clock(Top &top, bool active) { top.%s = %sactive; }\n", m->clock_pin, m->edge ? "!" : "");
    fprintf(out, "    static void reset(Top &top, bool on) { top.%s = %son; }\n", m->reset_pin, m->reset_high ? "" : "!");
}

static const char tail[] = "};\nusing Core = VerilatedCore<Shape>;\n\n} // namespace volley\n#endif\n";

int generate_header(const struct manifest *m, const char *folder, struct err *err)
{
    struct verilated v;
    char *path = mem_format("%s/volley_core.hpp", folder);
    FILE *out = NULL;
    int bad = verilated_read(&v, m->name, m->top, folder, err) || check_pins(m, &v, err);
    if (!bad && !(out = fopen(path, "w")))
        bad = err_input(err, "%s: %s", path, strerror(errno));
    if (out) {
        write_head(out, m);
        write_clock(out, m);
        write_rest(out, &v);
        bad = write_memories(out, m, &v, err) || write_strobes(out, m, &v, err);
        fputs(tail, out);
        if (fclose(out) && !bad)
            bad = err_input(err, "%s: cannot be written", path);
    }
    verilated_free(&v);
    free(path);
    return bad ? -1 : 0;
}
