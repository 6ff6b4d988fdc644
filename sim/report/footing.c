/* What the figures stand on. First what was changed on the way from the network's file to the chip, by kind: exact, rounded, rewritten
 * (equal arithmetic), emulated (at a price), approximated (another result). Then warnings, then the share of the energy that rests on
 * each basis. Lines that say the same of several layers are told once; summary.json has every one of them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "report/form.h"
#include "report/text.h"

enum { GROUPS_SHOWN = 6, NODES_SHOWN = 6, WARNINGS_SHOWN = 12 };

/* ---- fidelity: lines of one kind that say the same, together ---- */

/* What two lines of different nodes can share: the text up to a colon followed by a space. */
static size_t head_length(const char *text)
{
    const char *colon = strstr(text, ": ");
    return colon ? (size_t)(colon - text) : strlen(text);
}

/* Whether what stands before the colon is the same. */
static int same_head(const struct fidelity_line *a, const struct fidelity_line *b)
{
    /* Equal lengths and equal letters: the same head. */
    size_t n = head_length(a->text);
    return n == head_length(b->text) && !strncmp(a->text, b->text, n);
}

/* Length of the number that begins at text[at]; 0 where none does: digits inside a word (lif1) are no number. */
static size_t number_length(const char *text, size_t at)
{
    size_t n = strspn(text + at, "0123456789.");
    if (text[at] < '0' || text[at] > '9' || (at && isalnum((unsigned char)text[at - 1])))
        return 0;
    if (text[at + n] == 'e' && (text[at + n + 1] == '-' || text[at + n + 1] == '+'))
        n += 2 + strspn(text + at + n + 2, "0123456789");
    return n;
}

/* 1: the same sentence with other bounds: equal but for numbers, each of which is an "at most". */
static int same_words(const char *a, const char *b)
{
    size_t i = 0, k = 0;
    if (!strstr(a, "at most"))
        return 0;
    /* Number against number, else letter against letter. */
    while (a[i] && b[k]) {
        size_t n = number_length(a, i), m = number_length(b, k);
        if (!n != !m || (!n && a[i] != b[k]))
            return 0;
        i += n ? n : 1;
        k += m ? m : 1;
    }
    return a[i] == b[k];
}

/* Lines that are told together: of one kind, both of a node or both of none, with one head or the same bounded sentence. */
static int alike(const struct fidelity_line *a, const struct fidelity_line *b)
{
    return a->kind == b->kind && !*a->node == !*b->node && (same_head(a, b) || same_words(a->text, b->text));
}

/* The line under which line i is told; i itself where it is the first. */
static size_t first_alike(const struct fidelity *list, size_t i)
{
    size_t first = 0;
    while (!alike(&list->line[first], &list->line[i]))
        /* Ends at i at the latest, which is like itself. */
        first++;
    return first;
}

/* The one sentence that is true of all lines like the first: the largest of every bound. */
static void write_largest(FILE *to, const struct fidelity *list, size_t first)
{
    const char *text = list->line[first].text;
    char **rest = mem_new(list->count, sizeof *rest);   /* of each line what is still to be read */
    for (size_t i = first; i < list->count; i++)
        rest[i] = alike(&list->line[first], &list->line[i]) ? list->line[i].text : NULL;
    /* Letters are the same in all lines; at each number every line's own is read, and the largest written as it stands there. */
    for (size_t at = 0; text[at];) {
        size_t n = number_length(text, at), most = first;
        for (size_t i = first; i < list->count; i++)
            if (n && rest[i] && strtod(rest[i], NULL) > strtod(rest[most], NULL))
                most = i;
        fprintf(to, "%.*s", (int)(n ? number_length(list->line[most].text, (size_t)(rest[most] - list->line[most].text)) : 1), rest[most]);
        for (size_t i = first; i < list->count; i++)
            if (rest[i])
                rest[i] += n ? number_length(list->line[i].text, (size_t)(rest[i] - list->line[i].text)) : 1;
        at += n ? n : 1;
    }
    free(rest);
}

/* "conv1, conv2 and 3 more: " before what holds of them; nothing where the lines name no node. */
static void write_nodes(FILE *to, const struct fidelity *list, size_t first, size_t *count, int *same_text)
{
    *count = 0;
    *same_text = 1;
    for (size_t i = first; i < list->count; i++) {
        if (!alike(&list->line[first], &list->line[i]))
            continue;
        *same_text &= !strcmp(list->line[first].text, list->line[i].text);
        if (*list->line[i].node && *count < NODES_SHOWN)
            fprintf(to, "%s%s", *count ? ", " : "", list->line[i].node);
        ++*count;
    }
    /* A deep network has dozens of layers that are alike. */
    if (*list->line[first].node && *count > NODES_SHOWN)
        fprintf(to, " and %zu more", *count - NODES_SHOWN);
    if (*list->line[first].node)
        fputs(": ", to);
}

/* The worst of all projections by its root mean square, which is what accuracy follows. */
static void write_largest_error(FILE *to, const struct report *r)
{
    const struct network *net = r->run->network;
    uint32_t worst = 0;
    char a[FORM_TEXT];
    for (uint32_t i = 1; i < net->n_projections; i++)
        if (r->run->quantised->projection[i].error_rms > r->run->quantised->projection[worst].error_rms)
            worst = i;
    if (net->n_projections)
        fprintf(to, " (largest layer error %s %% rms, %s)", form_digits(a, 100 * r->run->quantised->projection[worst].error_rms), net->projection[worst].name);
}

/* Whether all lines told together are the same sentence, so that its largest bounds are true of all. */
static int same_text_but_bounds(const struct fidelity *list, size_t first)
{
    for (size_t i = first; i < list->count; i++)
        if (alike(&list->line[first], &list->line[i]) && !same_words(list->line[first].text, list->line[i].text))
            return 0;
    return 1;
}

/* "fc1, fc2: weights to 9 bit (...)": the nodes, then what holds of all of them. */
static void write_group(FILE *to, const struct report *r, size_t first)
{
    const struct fidelity *list = &r->facts.fidelity;
    const char *text = list->line[first].text;
    size_t count;
    int same_text;
    write_nodes(to, list, first, &count, &same_text);
    if (same_text) {
        fputs(text, to);
        return;
    }
    /* Weights have a figure of their own, exact and not read back from a text. */
    int weights = !strncmp(text, "weights to ", 11);
    if (!weights && same_text_but_bounds(list, first)) {
        write_largest(to, list, first);
        return;
    }
    /* What the lines share; the rest of each is in summary.json. */
    fprintf(to, "%.*s", (int)head_length(text), text);
    if (weights)
        write_largest_error(to, r);
    else
        fputs(" (each in summary.json)", to);
}

/* One line of the report per kind; beyond a handful of groups it says how many more there are. */
static void write_kind(FILE *to, const struct report *r, enum fidelity_kind kind, int *lines)
{
    const struct fidelity *list = &r->facts.fidelity;
    size_t groups = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->line[i].kind != kind || first_alike(list, i) != i)
            continue;
        /* The kind's word begins its line. */
        if (!groups)
            fprintf(to, "%s%s: ", (*lines)++ ? "\n" : "", fidelity_word(kind));
        else if (groups < GROUPS_SHOWN)
            fputs("; ", to);
        /* Beyond a handful of kinds of change the rest is only counted. */
        if (groups++ < GROUPS_SHOWN)
            write_group(to, r, i);
    }
    if (groups > GROUPS_SHOWN)
        fprintf(to, "; and %zu more in summary.json", groups - GROUPS_SHOWN);
}

/* Kinds from the harmless to the grave; notes, which change nothing, come last. */
void footing_fidelity(FILE *to, const struct report *r)
{
    static const enum fidelity_kind order[] = {FIDELITY_EXACT, FIDELITY_ROUNDED, FIDELITY_REWRITTEN, FIDELITY_EMULATED, FIDELITY_APPROXIMATED, FIDELITY_NOTE};
    struct form_sheet s;
    int lines = 0;
    form_begin(&s, to, r->width, "fidelity");
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        write_kind(s.line, r, order[k], &lines);
    form_end(&s);
}

/* One line each; of very many the first, because the first say most. */
void footing_warnings(FILE *to, const struct report *r)
{
    const struct fidelity *list = &r->facts.warnings;
    for (size_t i = 0; i < list->count; i++) {
        struct form_sheet s;
        form_begin(&s, to, r->width, "warning");
        /* The last line that is shown says how many are not. */
        if (i + 1 == WARNINGS_SHOWN && list->count > WARNINGS_SHOWN)
            fprintf(s.line, "%zu more warnings in summary.json", list->count - i);
        else
            fprintf(s.line, "%s%s%s", list->line[i].node, *list->line[i].node ? ": " : "", list->line[i].text);
        form_end(&s);
        if (i + 1 == WARNINGS_SHOWN)
            break;
    }
}

/* ---- rests on ---- */

/* "measured" is said in full: it is the one word that a reader must not take for another. */
static const char *basis_phrase(enum basis b)
{
    return b == BASIS_MEASURED ? "measured on silicon" : basis_word(b);
}

struct basis_share { enum basis basis; double share; int percent; };

/* Largest first, equal ones in the order of the enum. */
static int by_share(const void *a, const void *b)
{
    const struct basis_share *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return (int)x->basis - (int)y->basis;
}

/* Every basis that carries something, largest first; "measured" always, for its absence is the point. */
static void write_shares(FILE *to, const struct energy *e)
{
    /* Percents first, in the order of the enum, then sorted: so they are the same whatever the order of the line. */
    struct basis_share share[N_BASES];
    int percent[N_BASES], n = 0;
    form_shares(e->by_basis, N_BASES, form_whole(e->by_basis, N_BASES), percent);
    for (int b = 0; b < N_BASES; b++)
        share[b] = (struct basis_share){(enum basis)b, e->by_basis[b], percent[b]};
    qsort(share, N_BASES, sizeof *share, by_share);
    for (int i = 0; i < N_BASES; i++)
        if (share[i].percent && share[i].basis != BASIS_MEASURED)
            fprintf(to, "%s%d %% %s", n++ ? ", " : "", share[i].percent, basis_phrase(share[i].basis));
    fprintf(to, "%s%d %% %s", n ? ", " : "", percent[BASIS_MEASURED], basis_phrase(BASIS_MEASURED));
}

/* The price whose range moves the dynamic energy most, and how far: what to measure or look up first. */
static void write_lever(FILE *to, const struct report *r)
{
    const struct energy *e = r->energy;
    char each[FORM_TEXT], share[FORM_TEXT], memory[200];
    /* No price has a range, or nothing was charged. */
    if (e->lever >= e->n_lines || e->dynamic_j <= 0)
        return;
    const struct energy_line *l = &e->line[e->lever];
    /* A range may reach further down than up; the wider side is the lever. */
    double up = l->high_j - l->energy_j, down = l->energy_j - l->low_j, widest = up > down ? up : down;
    const char *name = l->memory == NO_INDEX ? table_label(l->counter) : energy_memory_name(r->run, (uint32_t)l->memory, memory, sizeof memory);
    fprintf(to, "; largest lever: %s%s (%s%s at %s)", name, l->memory == NO_INDEX ? "" : l->write ? ", words written" : ", words read", up >= down ? "+" : "-",
            form_percent(share, widest / e->dynamic_j), form_si(each, up >= down ? l->each.high : l->each.low, "J"));
}

/* Shares of the dynamic energy; static power has a standing of its own, in summary.json. */
void footing_rests(FILE *to, const struct report *r)
{
    struct form_sheet s;
    if (!r->energy->priced || !r->run->samples_done)
        return;
    form_begin(&s, to, r->width, "rests on");
    write_shares(s.line, r->energy);
    write_lever(s.line, r);
    form_end(&s);
}

/* The five constants that move the total most, each alone at the ends of its range: the total holds static power and the time that it lasts. */
void footing_moves(FILE *to, const struct report *r)
{
    const struct energy *e = r->energy;
    struct form_sheet s;
    if (!e->priced || !e->n_moves || !r->run->samples_done || e->total_j <= 0)
        return;
    form_begin(&s, to, r->width, "moves it");
    for (uint32_t i = 0; i < e->n_moves; i++) {
        const struct chip_figure *f = &r->run->chip->figure[e->move[i].figure];
        double down = e->move[i].low_j / e->total_j, up = e->move[i].high_j / e->total_j;
        char value[40], low[40], high[40];
        fprintf(s.line, "%s%s %s (%s to %s): total", i ? "\n" : "", f->key, unit_write(value, sizeof value, f->cost.value, (enum unit)f->unit),
                unit_write(low, sizeof low, f->cost.low, (enum unit)f->unit), unit_write(high, sizeof high, f->cost.high, (enum unit)f->unit));
        /* A published bound moves it one way only. */
        if (down > 0)
            fprintf(s.line, " -%.1f %%", 100 * down);
        if (up > 0)
            fprintf(s.line, "%s +%.1f %%", down > 0 ? "," : "", 100 * up);
    }
    form_end(&s);
}
