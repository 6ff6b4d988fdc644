/* The lines looked for are of three forms, the second and third with the width in a comment of their own:
 *     VL_IN8(&CLK,0,0);     CData top__DOT__state;     VlUnpacked<IData, 64> top__DOT__neuron_0__DOT__SRAM; */
#include "cores/foreign/verilated.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "(&NAME," of a line with VL_IN, VL_OUT or VL_INOUT. */
static void pin_of(struct verilated *v, const char *line)
{
    const char *from = strstr(line, "(&");
    size_t n = from ? strcspn(from + 2, ",;)") : 0;
    if (!n || v->n_pins == VERILATED_NAMES || !strstr(line, "VL_"))
        return;
    v->input[v->n_pins] = strstr(line, "VL_IN") && !strstr(line, "VL_INOUT") && !strstr(line, "VL_INW");
    v->pin[v->n_pins++] = mem_format("%.*s", (int)n, from + 2);
}

/* top__DOT__a__DOT__b -> a.b; "___05F" is an underscore that Verilog had twice. NULL: not below top, or Verilator's own. */
static char *path_of(const char *member, const char *top)
{
    char *head = mem_format("%s__DOT__", top), *path = NULL;
    size_t n = strlen(head), used = 0;
    if (!strncmp(member, head, n) && strncmp(member + n, "__V", 3)) {
        path = mem_text(member + n);
        for (const char *at = member + n; *at; used++)
            if (!strncmp(at, "__DOT__", 7)) {
                path[used] = '.';
                at += 7;
            } else if (!strncmp(at, "___05F", 6)) {
                path[used++] = '_';
                path[used] = '_';
                at += 6;
            } else
                path[used] = *at++;
        path[used] = 0;
    }
    free(head);
    return path;
}

/* A member's declaration: its type, then the name before the semicolon. */
static void signal_of(struct verilated *v, const char *line, const char *top)
{
    static const char array[] = "VlUnpacked<";
    const char *semicolon = strchr(line, ';'), *from = semicolon;
    uint32_t high = 0, words = 0;
    while (from && from > line && from[-1] != ' ')
        from--;
    if (!from || from == line || v->n_signals == VERILATED_NAMES)
        return;
    char *member = mem_format("%.*s", (int)(semicolon - from), from), *path = path_of(member, top);
    if (!path) {
        free(member);
        return;
    }
    const char *type = strstr(line, array), *width = strstr(line, "/*");
    v->member[v->n_signals] = member;
    v->signal[v->n_signals++] = path;
    if (type && width && sscanf(width, "/*%u:0*/, %u>", &high, &words) == 2) {
        v->words[v->n_arrays] = words;
        v->bits[v->n_arrays] = high + 1;
        v->array[v->n_arrays++] = mem_text(path);
    }
}

static int read_lines(struct verilated *v, const char *path, const char *top, struct err *err)
{
    char line[2000];
    FILE *file = fopen(path, "r");
    if (!file)
        return err_input(err, "%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        if (top)
            signal_of(v, line, top);
        else
            pin_of(v, line);
    }
    fclose(file);
    return 0;
}

int verilated_read(struct verilated *v, const char *name, const char *top, const char *folder, struct err *err)
{
    char *pins = mem_format("%s/V%s.h", folder, name), *root = mem_format("%s/V%s___024root.h", folder, name);
    memset(v, 0, sizeof *v);
    int bad = read_lines(v, pins, NULL, err) || read_lines(v, root, top, err);
    free(pins);
    free(root);
    return bad ? -1 : 0;
}

void verilated_free(struct verilated *v)
{
    for (uint32_t i = 0; i < v->n_pins; i++)
        free(v->pin[i]);
    for (uint32_t i = 0; i < v->n_signals; i++) {
        free(v->signal[i]);
        free(v->member[i]);
    }
    for (uint32_t i = 0; i < v->n_arrays; i++)
        free(v->array[i]);
}

int verilated_pin(const struct verilated *v, const char *pin)
{
    for (uint32_t i = 0; i < v->n_pins; i++)
        if (!strcmp(v->pin[i], pin))
            return 1;
    return 0;
}

const char *verilated_signal(const struct verilated *v, const char *path)
{

    for (uint32_t i = 0; i < v->n_signals; i++)
        if (!strcmp(v->signal[i], path))
            return v->member[i];
    return NULL;
}

int verilated_array(const struct verilated *v, const char *path, uint32_t *words, uint32_t *bits)
{

    for (uint32_t i = 0; i < v->n_arrays; i++)
        if (!strcmp(v->array[i], path)) {
            *words = v->words[i];
            *bits = v->bits[i];
            return 1;
        }
    return 0;
}
