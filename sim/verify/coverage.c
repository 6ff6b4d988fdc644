/* Verilator writes a line per point, "C 'key' count", and a key of fields: \1 name \2 value. What is used: f file, l line, o signal or branch, page
 * kind and module. The instance (h) is left out on purpose: a point counts as reached wherever its module stands, in whatever size. */
#include "verify/coverage.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum kind { LINES, BITS, POINTS, KINDS };
static const char *const kind_names[KINDS] = {"line", "toggle", "cover"};
enum { MODULE = 48, BITS_WANTED = 95, HOLES_SHOWN = 200 };

struct point {
    enum kind kind;
    char module[MODULE];
    char *file, *text;          /* text: of a line what the source says there, without blanks; else the signal's bit, or the cover's label */
    uint32_t line, column;
    uint64_t count;
    int waived;
};
struct coverage {
    struct point *at;
    size_t n, room;
    uint32_t *slot;             /* [slots] of a hash table: 1 + index, 0: free */
    size_t slots;
};

struct coverage *coverage_new(void)
{
    struct coverage *c = mem_new(1, sizeof *c);
    c->slots = 1 << 12;
    c->slot = mem_new(c->slots, sizeof *c->slot);
    return c;
}

void coverage_free(struct coverage *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        free(c->at[i].file);
        free(c->at[i].text);
    }
    free(c->at);
    free(c->slot);
    free(c);
}

/* ---- reading ---- */

/* The value of a field in a key, or ""; to is cut at its size. */
static void field(const char *key, const char *name, char *to, size_t size)
{
    size_t n = strlen(name);
    *to = 0;
    for (const char *at = key; (at = strchr(at, '\1')); at++)
        if (!strncmp(at + 1, name, n) && at[1 + n] == '\2') {
            size_t length = strcspn(at + 2 + n, "\1'");
            snprintf(to, size, "%.*s", (int)length, at + 2 + n);
            return;
        }
}

/* "v_toggle/lif_core__N400" is kind toggle of module lif_core. 0: of no kind that is asked for. */
static int kind_of(const char *page, struct point *p)
{
    const char *slash = strchr(page, '/');
    if (!slash)
        return 0;
    if (!strncmp(page, "v_toggle", 8))
        p->kind = BITS;
    else if (!strncmp(page, "v_user", 6))
        p->kind = POINTS;
    else if (!strncmp(page, "v_line", 6) || !strncmp(page, "v_branch", 8))
        p->kind = LINES;
    else
        return 0;
    const char *tail = strstr(slash + 1, "__");
    snprintf(p->module, sizeof p->module, "%.*s", tail ? (int)(tail - slash - 1) : (int)strlen(slash + 1), slash + 1);
    return 1;
}

static int same(const struct point *a, const struct point *b)
{
    return a->kind == b->kind && a->line == b->line && a->column == b->column && !strcmp(a->module, b->module) && !strcmp(a->text, b->text);
}

static size_t hash_of(const struct point *p)
{
    size_t hash = 0x811c9dc5u ^ p->line ^ (size_t)p->column << 16 ^ (size_t)p->kind << 28;
    for (const char *at = p->text; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x01000193u;
    for (const char *at = p->module; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x01000193u;
    return hash;
}

static size_t place_of(const struct coverage *c, const struct point *p)
{
    size_t i = hash_of(p) & (c->slots - 1);
    while (c->slot[i] && !same(&c->at[c->slot[i] - 1], p))
        i = (i + 1) & (c->slots - 1);
    return i;
}

/* Half full is full. */
static void grow(struct coverage *c)
{
    c->slots *= 2;
    free(c->slot);
    c->slot = mem_new(c->slots, sizeof *c->slot);
    for (size_t i = 0; i < c->n; i++)
        c->slot[place_of(c, &c->at[i])] = (uint32_t)i + 1;
}

static void add_point(struct coverage *c, const char *key, uint64_t count)
{
    char page[160], text[300], number[24], file[500];
    struct point p = {0};
    field(key, "page", page, sizeof page);
    if (!kind_of(page, &p))
        return;
    field(key, "o", text, sizeof text);
    field(key, "f", file, sizeof file);
    field(key, "l", number, sizeof number);
    p.line = (uint32_t)strtoul(number, NULL, 10);
    field(key, "n", number, sizeof number);
    p.column = p.kind == BITS ? 0 : (uint32_t)strtoul(number, NULL, 10);
    p.line = p.kind == BITS ? 0 : p.line;       /* a signal's name says where it is */
    p.text = text;
    size_t i = place_of(c, &p);
    if (!c->slot[i]) {
        c->at = mem_room(c->at, c->n, &c->room, sizeof *c->at);
        p.text = mem_text(text);
        p.file = mem_text(file);
        c->at[c->n++] = p;
        c->slot[i] = (uint32_t)c->n;
        if (2 * c->n > c->slots)
            grow(c);
        i = place_of(c, &p);
    }
    c->at[c->slot[i] - 1].count += count;
}

int coverage_add(struct coverage *c, const char *path, struct err *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    if (!file)
        return err_input(err, "%s: %s", path, strerror(errno));
    while (getline(&line, &room, file) > 0) {
        char *end = strrchr(line, '\'');
        if (line[0] == 'C' && end > line + 2)
            add_point(c, line, strtoull(end + 1, NULL, 10));
    }
    free(line);
    fclose(file);
    return 0;
}

/* ---- waivers ---- */

/* Line `number` of a source file without its blanks, so that a waiver is one word and survives another indentation; caller frees. */
static char *source_line(const char *path, uint32_t number)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    for (uint32_t i = 0; file && i < number; i++)
        if (getline(&line, &room, file) < 0)
            break;
    if (file)
        fclose(file);
    char *text = mem_text(line ? line : ""), *to = text;
    for (const char *at = text; *at; at++)
        if (!strchr(" \t\r\n", *at))
            *to++ = *at;
    *to = 0;
    free(line);
    return text;
}

static char *seen_text(const struct point *p)
{
    return p->kind == LINES ? source_line(p->file, p->line) : mem_text(p->text);
}

/* One waiver over all points that were not reached; how many it covers. */
static uint32_t waive(struct coverage *c, const char *module, const char *kind, const char *pattern)
{
    uint32_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct point *p = &c->at[i];
        if (p->count || strcmp(kind, kind_names[p->kind]) || fnmatch(module, p->module, 0))
            continue;
        char *text = seen_text(p);
        if (!fnmatch(pattern, text, 0)) {
            p->waived = 1;
            n++;
        }
        free(text);
    }
    return n;
}

int coverage_waive(struct coverage *c, const char *path, struct err *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    int status = 0;
    if (!file)
        return err_input(err, "%s: %s", path, strerror(errno));
    for (uint32_t number = 1; !status && getline(&line, &room, file) > 0; number++) {
        char module[MODULE], kind[16], pattern[200];
        const char *reason = strstr(line, " # ");
        if (*line == '#' || *line == '\n')
            continue;
        if (!reason || strlen(reason) < 6 || sscanf(line, "%47s %15s %199s", module, kind, pattern) != 3)
            status = err_input(err, "%s:%u: a waiver is 'MODULE line|toggle|cover PATTERN # reason'", path, number);
        else
            waive(c, module, kind, pattern);
    }
    free(line);
    fclose(file);
    return status;
}

/* ---- the report ---- */

struct share { uint32_t all, reached, waived; };

static int by_place(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    int order = strcmp(x->module, y->module);
    order = order ? order : (int)x->kind - (int)y->kind;
    order = order ? order : (x->line > y->line) - (x->line < y->line);
    order = order ? order : (x->column > y->column) - (x->column < y->column);
    return order ? order : strcmp(x->text, y->text);
}

static struct share share_of(const struct coverage *c, size_t first, enum kind kind)
{
    struct share s = {0, 0, 0};
    for (size_t i = first; i < c->n && !strcmp(c->at[i].module, c->at[first].module); i++)
        if (c->at[i].kind == kind) {
            s.all++;
            s.reached += c->at[i].count != 0;
            s.waived += c->at[i].waived != 0;
        }
    return s;
}

/* 1: less than is wanted. */
static int say_share(const char *module, enum kind kind, struct share s, FILE *to)
{
    uint32_t asked = s.all - s.waived, wanted = kind == BITS ? BITS_WANTED : 100;
    int low = (uint64_t)s.reached * 100 < (uint64_t)asked * wanted;
    fprintf(to, "  %-20s %-7s %5u of %5u reached, %u waived: %.1f %%%s\n", module, kind_names[kind], s.reached, s.all, s.waived,
            asked ? 100.0 * s.reached / asked : 100.0, low ? "  below what is wanted" : "");
    return low;
}

static void say_holes(const struct coverage *c, FILE *to)
{
    uint32_t said = 0, left = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct point *p = &c->at[i];
        if (p->count || p->waived)
            continue;
        if (said++ >= HOLES_SHOWN) {
            left++;
            continue;
        }
        char *text = seen_text(p);
        const char *name = strrchr(p->file, '/') ? strrchr(p->file, '/') + 1 : p->file;
        if (p->line)
            fprintf(to, "  never: %s:%u %s %s (%s)\n", name, p->line, kind_names[p->kind], text, p->text);
        else
            fprintf(to, "  never: %s %s %s\n", p->module, kind_names[p->kind], text);
        free(text);
    }
    if (left)
        fprintf(to, "  and %u more\n", left);
}

int coverage_report(const struct coverage *c, FILE *to)
{
    int low = 0;
    qsort(c->at, c->n, sizeof *c->at, by_place);
    fputs("coverage, of all instances and sizes together:\n", to);
    for (size_t i = 0; i < c->n; i++)
        for (int k = 0; k < KINDS && (!i || strcmp(c->at[i].module, c->at[i - 1].module)); k++) {
            struct share s = share_of(c, i, (enum kind)k);
            if (s.all)
                low |= say_share(c->at[i].module, (enum kind)k, s, to);
        }
    say_holes(c, to);
    return low;
}
