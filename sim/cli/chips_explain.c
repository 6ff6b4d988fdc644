/* volley chips NAME --explain [KEY]: a number of a chip file taken apart: its value, what it rests on, how far it may be off, what a time was
 * rounded to, and of a memory's derived figure the formula with its inputs. */
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "memory/model.h"
#include "report/form.h"

/* KEY means a whole key, or any run of its dotted parts: synapse.read is core_types.lif28.memories.synapse.read, energy all prices. */
static int means(const char *key, const char *asked)
{
    size_t n = strlen(asked);
    for (const char *at = strstr(key, asked); at; at = strstr(at + 1, asked))
        if ((at == key || at[-1] == '.') && (!at[n] || at[n] == '.'))
            return 1;
    return 0;
}

/* ---- derived figures ---- */

/* The memory whose figure this is, and which of its six; NULL where the figure is no memory's or was stated and not derived. */
static const struct chip_memory *derived_of(const struct chipfile *chip, const struct chip_figure *figure, enum memory_quantity *quantity)
{
    char key[400];
    for (uint32_t t = 0; t < chip->n_types; t++)
        for (uint32_t m = 0; m < chip->type[t].n_memories; m++)
            for (int q = 0; q < N_MEMORY; q++) {
                const struct chip_memory *memory = &chip->type[t].memory[m];
                snprintf(key, sizeof key, "core_types.%s.memories.%s.%s", chip->type[t].name, memory->name, memory_key[q]);
                *quantity = (enum memory_quantity)q;
                if (!strcmp(key, figure->key))
                    return memory->derived >> q & 1 ? memory : NULL;
            }
    return NULL;
}

/* The steps that made the figure, as the model wrote them down while it made it. */
static void say_model(const struct chipfile *chip, const struct chip_memory *m, enum memory_quantity q)
{
    char made[40], size[40];
    struct memory_steps steps = {NULL, 0, 0};
    struct memory_shape shape = chip_memory_shape(chip, m);
    double value = m->model->derive(&shape, q, &steps);
    struct memory_span span = m->model->span(&shape, q);
    printf("  derived from the memory's shape by model: %s: %s, words of %u bit, ports %s, %s, %g V%s; %s%s\n", m->model->name,
           unit_write(size, sizeof size, (double)m->size_bits, UNIT_BITS), m->width, m->ports, chip->technology, memory_volts(&shape),
           chip->volts > 0 ? "" : " (the node's usual supply)", m->model->rests_on,
           m->extrapolated ? ", which is extrapolated here" : "");
    for (size_t i = 0; i < steps.n; i++)
        printf("    %s\n", steps.line[i]);
    printf("    = %s; the model by itself may be off by x %.2g to x %.2g\n", unit_write(made, sizeof made, value, memory_unit[q]), span.low, span.high);
    steps_free(&steps);
}

/* ---- one figure ---- */

static void say_range(const struct chip_figure *figure)
{
    const struct cost *c = &figure->cost;
    char low[40], high[40];
    if (c->bound)
        printf(", published as %s", c->bound > 0 ? "at least" : "at most");
    if (c->low < c->value || c->high > c->value)
        printf(", range %s to %s", unit_write(low, sizeof low, c->low, (enum unit)figure->unit),
               unit_write(high, sizeof high, c->high, (enum unit)figure->unit));
    else
        printf(", no range given");
}

/* Whole picoseconds, then whole cycles of the clock that it is counted in. */
static void say_cycles(const struct chipfile *chip, const struct chip_figure *figure)
{
    char used[40];
    uint64_t period = chip->clock[figure->clock].period_ps;
    unit_write(used, sizeof used, (double)figure->cycles * (double)period * 1e-12, UNIT_TIME);
    printf("  used: %llu cycle%s of %llu ps (clock %s) = %s\n", (unsigned long long)figure->cycles, form_plural((double)figure->cycles),
           (unsigned long long)period, chip->clock[figure->clock].name, used);
}

static void say_figure(const struct chipfile *chip, const struct chip_figure *figure)
{
    const struct cost *c = &figure->cost;
    char value[40];
    printf("%s\n", figure->key);
    if (c->free) {
        printf("  unknown: no figure exists; the action is counted and charged as 0%s%s\n", c->why ? ": " : "", c->why ? c->why : "");
        return;
    }
    printf("  %s", unit_write(value, sizeof value, c->value, (enum unit)figure->unit));
    say_range(figure);
    printf("\n  %s", basis_word(c->basis));
    if (c->source >= 0 && (uint32_t)c->source < chip->n_sources) {
        const struct chip_source *s = &chip->source[c->source];
        printf(" (source %s): %s", s->name, s->text);
    }
    printf(c->why ? "\n  why: %s\n" : "\n", c->why);
    if (figure->is_time)
        say_cycles(chip, figure);
    enum memory_quantity quantity;
    const struct chip_memory *memory = derived_of(chip, figure, &quantity);
    if (memory)
        say_model(chip, memory, quantity);
}

/* ---- what is not stated ---- */

static const char *why_unpriced(const struct chipfile *chip, enum memory_quantity q)
{
    if (q == MEMORY_AREA || q == MEMORY_ACCESS)
        return "no figure is given and none is derived (model: sram would); energy and time of a run do not need it";
    if (!chip->includes_memory)
        return "nothing of a run needs it";
    if (q != MEMORY_READ && q != MEMORY_WRITE)
        return "prices and powers were taken from outside and contain it (energy.includes_memory)";
    return "the prices of the actions were taken from outside and contain the accesses (energy.includes_memory), which are counted and not charged";
}

/* An access that has no price of its own is explained, too: 1 where the key means one. */
static int say_unpriced(const struct chipfile *chip, const char *asked)
{
    char key[400];
    int said = 0;
    for (uint32_t t = 0; t < chip->n_types; t++)
        for (uint32_t m = 0; m < chip->type[t].n_memories; m++)
            for (int q = 0; q < N_MEMORY; q++) {
                snprintf(key, sizeof key, "core_types.%s.memories.%s.%s", chip->type[t].name, chip->type[t].memory[m].name, memory_key[q]);
                if (!means(key, asked) || said++)
                    continue;
                printf("%s\n  not stated: %s\n", key, why_unpriced(chip, (enum memory_quantity)q));
            }
    return said;
}

/* The nearest key as a whole, else by its last part: what people mistype is a name more often than a path. */
static int unknown_key(const struct chipfile *chip, const char *asked, struct err *err)
{
    const char *known[400], *last[400], *dot = strrchr(asked, '.');
    size_t n = 0;
    for (uint32_t i = 0; i < chip->n_figures && n < 400; i++) {
        known[n] = last[n] = chip->figure[i].key;
        if (strrchr(known[n], '.'))
            last[n] = strrchr(known[n], '.') + 1;
        n++;
    }
    const char *nearest = doc_nearest(asked, known, n);
    if (!nearest)
        nearest = doc_nearest(dot ? dot + 1 : asked, last, n);
    return err_input(err, "chip %s states no constant '%s'%s%s%s; volley chips %s --explain shows all", chip->name, asked,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "", chip->name);
}

int chips_explain(const struct chipfile *chip, const char *key, struct err *err)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < chip->n_figures; i++)
        if (chips_placed(chip, &chip->figure[i]) && (!key || means(chip->figure[i].key, key))) {
            say_figure(chip, &chip->figure[i]);
            shown++;
        }
    if (shown || !key || say_unpriced(chip, key))
        return 0;
    return unknown_key(chip, key, err);
}
