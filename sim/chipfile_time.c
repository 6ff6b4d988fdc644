/* Sections `chip` and `time.clocks`: what everything else is measured in. A period is kept in whole ps; the rounding of 300 MHz
 * to 3333 ps is told. An asynchronous chip has one domain, its resolution, which plays the cycle. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { CLOCKS_MAX = 100 };

struct chip_text { const char *name, *about, *status, *validated; const struct doc_node *technology, *area; double volts, kelvin; };
#define OF(member) offsetof(struct chip_text, member)
static const struct field chip_fields[] = {
    {"name", FIELD_TEXT, OF(name), 0, 0, 0, NULL, NULL, "mesh28", "the chip's name in reports"},
    {"about", FIELD_TEXT, OF(about), 0, 0, 0, NULL, "", "\"8x8 mesh of 256-neuron cores\"", "one line on what it is"},
    {"technology", FIELD_NODE, OF(technology), 0, 0, 0, NULL, "", "28 nm", "process node; memories that name a `model` follow it"},
    {"voltage", FIELD_QUANTITY, OF(volts), UNIT_VOLTAGE, 0, 0, NULL, "", "0.9 V",
     "supply at which the figures hold; memories that name a `model` follow it, at the node's usual one where absent"},
    {"temperature", FIELD_QUANTITY, OF(kelvin), UNIT_TEMPERATURE, 0, 0, NULL, "", "300 K", "temperature at which the figures hold"},
    {"area", FIELD_COST, OF(area), UNIT_AREA, 0, 0, NULL, "", "{value: 60 mm2, source: davies, basis: measured}",
     "of the whole die as published; absent: what memories, `core_types.NAME.area` and `noc.router.area` add up to"},
    {"status", FIELD_TEXT, OF(status), 0, 0, 0, NULL, "ESTIMATE, not a measurement", "\"ESTIMATE, not a measurement\"",
     "what stands behind the file; the first line of every report"},
    {"validated", FIELD_TEXT, OF(validated), 0, 0, 0, NULL, "", "\"by its authors against a board, 11.7 % in energy\"",
     "what its figures were held against, and with what result"}};
const struct field_table chipfile_table_chip = {"chip", "What is described.", chip_fields, sizeof chip_fields / sizeof *chip_fields};
#undef OF

static char *text_of(const struct doc_node *map, const char *key)
{
    const struct doc_node *node = doc_get(map, key);
    return mem_text(node && node->kind == DOC_SCALAR ? node->text : "");
}

int chipfile_chip(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    struct chip_text text = {0};
    struct quantity node;
    if (fields_read(&chipfile_table_chip, r->at.chip, doc_root(r->doc), &text, err))
        return -1;
    f->name = mem_text(text.name);
    f->about = mem_text(text.about ? text.about : "");
    f->status = mem_text(text.status);
    f->validated = mem_text(text.validated ? text.validated : "");
    f->technology = text_of(r->at.chip, "technology");
    f->voltage = text_of(r->at.chip, "voltage");
    f->volts = text.volts;
    r->technology = text.technology;
    r->voltage = doc_get(r->at.chip, "voltage");
    if (!*f->name)
        return doc_error(r->at.chip, err, "chip.name is empty; write for example name: mesh28");
    if (r->voltage && !(f->volts > 0))      /* 0 is a voltage that nobody gave */
        return doc_error(r->voltage, err, "chip.voltage: a supply of 0 is none; write for example 0.9 V");
    if (!text.technology)
        return 0;
    struct err what = {ERR_NONE, ""};
    if (unit_read(f->technology, UNIT_LENGTH, &node, &what) || node.value <= 0)
        return doc_error(text.technology, err, "chip.technology: %s", what.kind == ERR_NONE ? "a node of 0 is none; write for example 28 nm" : what.text);
    f->node_m = node.value;
    return 0;
}

/* ---- clocks ---- */

struct time_text {
    int mode, basis;
    const char *source;
    double resolution, pace, drain;
    const struct doc_node *tick, *clocks, *barrier, *reference, *layer_start, *sample_reset;
};
#define OF(member) offsetof(struct time_text, member)
static const struct field time_fields[] = {
    {"mode", FIELD_WORD, OF(mode), 0, 0, 0, "barrier|tick|event", NULL, "barrier",
     "when a step ends: all work done and a barrier paid; after a fixed time; there are no steps"},
    {"tick", FIELD_COST, OF(tick), UNIT_TIME | UNIT_CYCLES, 0, 0, NULL, "", "1 ms", "length of a step, in cycles of the noc; mode tick only"},
    {"clocks", FIELD_NODE, OF(clocks), 0, 0, 0, NULL, "", "{core: 400 MHz, noc: 400 MHz}", "clock domains: NAME: frequency or period, rounded to whole ps"},
    {"resolution", FIELD_QUANTITY, OF(resolution), UNIT_TIME, 1e-12, 1e-3, NULL, "", "100 ps",
     "of an asynchronous chip, in place of a clock: times are rounded to it"},
    {"barrier", FIELD_NODE, OF(barrier), 0, 0, 0, NULL, "", "{base: 10 cycles, per_hop: 4 cycles, source: guess}", "see time.barrier; mode barrier needs it"},
    {"pace", FIELD_QUANTITY, OF(pace), UNIT_TIME, 1e-9, 1e3, NULL, "", "1 ms",
     "mode event: the input of network step t is sent from t x pace on; --pace TIME is another one"},
    {"drain", FIELD_QUANTITY, OF(drain), UNIT_TIME, 1e-9, 1e3, NULL, "", "5 ms",
     "mode event: a sample whose packets still travel so long after its last step is cut off; without it, it lasts until the chip is at rest"},
    {"reference", FIELD_NODE, OF(reference), 0, 0, 0, NULL, "", "{period: 1 ms, target: all}",
     "see time.reference; mode event needs it, or none: cores get no time references"},
    {"layer_start", FIELD_NODE, OF(layer_start), 0, 0, 0, NULL, NULL, "{kind: gated, time: 0 cycles, energy: 0 pJ, source: guess}",
     "how a layer is held until its first step"},
    {"sample_reset", FIELD_NODE, OF(sample_reset), 0, 0, 0, NULL, NULL, "{time: 1026 cycles, clock: core, energy: from_memories, source: guess}",
     "the reset before each sample"},
    {"source", FIELD_TEXT, OF(source), 0, 0, 0, NULL, "", "guess", "of the times below that give none"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", "", "assumed", "of the times below that give none"}};
const struct field_table chipfile_table_time = {"time", "Steps, clocks, and what happens between steps and samples.", time_fields,
                                                sizeof time_fields / sizeof *time_fields};

/* The array holds CLOCKS_MAX + 1 domains: the named ones and the resolution. */
static int add_clock(struct chipfile *f, const char *name, double seconds, int resolution, const struct doc_node *place, struct err *err)
{
    struct clock_domain *clock = &f->clock[f->n_clocks];
    double ps = floor(seconds * 1e12 + 0.5);
    if (!(ps >= 1 && ps <= 1e12))
        return doc_error(place, err, "time: clock %s has a period of %.4g s; periods from 1 ps to 1 s can be simulated", name, seconds);
    *clock = (struct clock_domain){.name = mem_text(name), .period_ps = (uint64_t)ps, .stated_s = seconds, .resolution = resolution};
    f->n_clocks++;
    double error = ps * 1e-12 / seconds - 1;
    if (fabs(error) > 1e-9)
        fidelity_add(&f->notes, FIDELITY_ROUNDED, "", "time.clocks.%s: a period of %.6g ps stated, %.0f ps used (%+.2g %%)", name, seconds * 1e12, ps,
                     100 * error);
    return 0;
}

static int read_clocks(struct chipfile *f, const struct doc_node *map, struct err *err)
{
    if (map->kind != DOC_MAP || !map->count || map->count > CLOCKS_MAX)
        return doc_error(map, err, "time.clocks is a map of 1 to %d names, for example {core: 400 MHz, noc: 400 MHz}", CLOCKS_MAX);
    for (uint32_t i = 0; i < map->count; i++) {
        struct quantity q;
        if (fields_quantity(map->item[i], UNIT_FREQUENCY | UNIT_TIME, &q, err))
            return -1;
        if (q.value <= 0)
            return doc_error(map->item[i], err, "time.clocks.%s: '%s' is no clock; write for example 400 MHz", map->key[i]->text, map->item[i]->text);
        if (add_clock(f, map->key[i]->text, q.unit == UNIT_FREQUENCY ? 1 / q.value : q.value, 0, map->item[i], err))
            return -1;
    }
    return 0;
}

int chipfile_clocks(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    struct time_text text = {.basis = NO_INDEX};
    if (fields_read(&chipfile_table_time, r->at.time, doc_root(r->doc), &text, err))
        return -1;
    r->time_source = text.source;
    r->time_basis = text.basis;
    f->mode = (enum time_mode)text.mode;
    f->clock = mem_new(CLOCKS_MAX + 1, sizeof *f->clock);
    if ((f->mode == TIME_TICK) != (text.tick != NULL))
        return doc_error(text.tick ? text.tick : r->at.time, err,
                         f->mode == TIME_TICK ? "time: mode tick needs the length of a step; write for example tick: 1 ms"
                                              : "time.tick belongs to mode: tick; remove it");
    if (chipfile_event(r, text.pace, text.drain, text.reference, err))
        return -1;
    if (!text.clocks && text.resolution <= 0)
        return doc_error(r->at.time, err,
                         "time names no clock; write for example clocks: {core: 400 MHz, noc: 400 MHz}, or resolution: 100 ps for an asynchronous chip");
    if (text.clocks && read_clocks(f, text.clocks, err))
        return -1;
    if (text.resolution > 0)
        return add_clock(f, "resolution", text.resolution, 1, r->at.time, err);
    return 0;
}

/* A name that is given must exist; one that is not falls back to the usual name, then to the only clock. */
int chipfile_clock(const struct chipfile *f, const struct doc_node *place, const char *name, const char *usual, uint32_t *clock, struct err *err)
{
    const char *known[CLOCKS_MAX + 1] = {NULL}, *wanted = name ? name : usual;
    for (uint32_t i = 0; i < f->n_clocks; i++) {
        known[i] = f->clock[i].name;
        if (!strcmp(known[i], wanted)) {
            *clock = i;
            return 0;
        }
    }
    if (!name && f->n_clocks == 1) {
        *clock = 0;
        return 0;
    }
    const char *nearest = doc_nearest(wanted, known, f->n_clocks);
    if (name && nearest)
        return doc_error(place, err, "no clock '%s' in time.clocks; did you mean '%s'?", name, nearest);
    return doc_error(place, err,
                     name ? "no clock '%s' in time.clocks" : "the clock is not said; write clock: NAME with one of time.clocks (there is none named '%s')",
                     wanted);
}
