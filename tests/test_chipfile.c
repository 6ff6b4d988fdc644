/* Chip files: the shipped chips hold what was published, and what a designer turns moves what hangs on it. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/units.h"
#include "chipfile_fixture.h"
#include "config/doc.h"
#include "cores/core.h"
#include "cores/params.h"
#include "counters.h"
#include "kit.h"
#include "memory/model.h"

static struct chipfile *must_read(const char *name, const char *set)
{
    struct err err;
    struct chipfile *f = chip_with(name, &err, set, NULL);
    if (!f)
        printf("\n    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    return f;
}

/* ---- every cost has a source and a basis ---- */

static void check_figure(const struct chipfile *f, const struct chip_figure *figure)
{
    const struct cost *c = &figure->cost;
    int stands = c->stated && (c->free ? c->why != NULL : c->source != NO_INDEX && *f->source[c->source].text);
    if (!stands)
        printf("\n    %s: %s has no source\n", f->path, figure->key);
    CU_ASSERT(stands);
    CU_ASSERT(c->low <= c->value && c->value <= c->high && c->basis < N_BASES);
}

/* 1 if a scalar is a cost as written: an energy, a power, a time, a number of cycles or `unknown: free`. */
static int is_cost(const struct doc_node *node)
{
    struct quantity q;
    struct err ignored;
    if (node->quoted)
        return 0;
    return !strcmp(node->text, "free") || !unit_read(node->text, UNIT_ENERGY | UNIT_POWER | UNIT_TIME | UNIT_CYCLES | UNIT_AREA, &q, &ignored);
}

/* Choices of whoever runs the chip, and words: no figures. */
static int not_a_cost(const char *key)
{
    static const char *const keys[] = {"range", "clocks", "resolution", "sources", "pace", "drain", "reference", "kind", "tick"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i]))
            return 1;
    return 0;
}

/* Every cost that stands in the file's text is a figure that the reader knows. Returns how many. */
static int walk(const struct chipfile *f, const struct doc_node *node, const char *path)
{
    int found = 0;
    if (node->kind == DOC_SCALAR && is_cost(node)) {
        if (!figure_of(f, path))
            printf("\n    %s: %s is no figure\n", f->path, path);
        CU_ASSERT_PTR_NOT_NULL(figure_of(f, path));
        return 1;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        char inner[300], number[12];
        snprintf(number, sizeof number, "%u", i);
        const char *key = node->key ? node->key[i]->text : number;
        int same = !strcmp(key, "value") || !strcmp(key, "power") || !strcmp(key, "unknown");
        snprintf(inner, sizeof inner, "%s%s%s", path, same || !*path ? "" : ".", same ? "" : key);
        found += not_a_cost(key) ? 0 : walk(f, node->item[i], inner);
    }
    return found;
}

static void every_cost_of_every_shipped_chip_has_a_source_and_a_basis(void)
{
    DIR *folder = opendir("configs/chips");
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    int chips = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[600];
        struct err err;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "configs/chips/%s", entry->d_name);
        struct chipfile *f = must_read(path, NULL);
        struct doc *doc = doc_read(path, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
        CU_ASSERT(walk(f, doc_root(doc), "") > 5);
        for (uint32_t i = 0; i < f->n_figures; i++)
            check_figure(f, &f->figure[i]);
        doc_free(doc);
        chipfile_free(f);
        chips++;
    }
    closedir(folder);
    CU_ASSERT(chips >= 12);
}

/* ---- loihi ---- */

static void check_value(const struct chipfile *f, const char *key, double value, double low, double high, enum basis basis)
{
    const struct chip_figure *figure = figure_of(f, key);
    CU_ASSERT_PTR_NOT_NULL_FATAL(figure);
    const struct cost *c = &figure->cost;
    if (c->value != value || c->low != low || c->high != high || c->basis != basis)
        printf("\n    %s: %g [%g, %g] %s\n", key, c->value, c->low, c->high, basis_word(c->basis));
    CU_ASSERT(c->value == value && c->low == low && c->high == high && c->basis == basis);
}

static void loihi_holds_the_published_constants(void)
{
    struct chipfile *f = must_read("loihi", NULL);
    check_value(f, "energy.core.sop", 23.6e-12, 23.6e-12, 35.5e-12, BASIS_SIMULATED);
    check_value(f, "energy.core.update_active", 81e-12, 81e-12, 81e-12, BASIS_SIMULATED);
    check_value(f, "energy.core.update_idle", 52e-12, 52e-12, 52e-12, BASIS_SIMULATED);
    check_value(f, "energy.noc.hop_x", 3.0e-12, 3.0e-12, 3.0e-12, BASIS_SIMULATED);
    check_value(f, "energy.noc.hop_y", 4.0e-12, 4.0e-12, 4.0e-12, BASIS_SIMULATED);
    check_value(f, "energy.noc.tile", 1.7e-12, 1.7e-12, 1.7e-12, BASIS_SIMULATED);
    check_value(f, "energy.static.0", 0.104, 0.039, 0.104, BASIS_MEASURED);
    check_value(f, "core_types.loihi.service.accept.sop", 3.5e-9, 3.1e-9, 3.5e-9, BASIS_SIMULATED);
    CU_ASSERT(chipfile_price(f, COUNT_SOPS)->cost.bound == 1 && f->static_[0].power.bound == -1);
    CU_ASSERT(chipfile_price(f, COUNT_BARRIERS)->cost.free && chipfile_price(f, COUNT_BARRIERS)->cost.why);
    CU_ASSERT(f->includes_memory && !f->all_in && f->n_static == 1 && !strcmp(f->static_[0].what, "chip"));
    const struct core_type *t = &f->type[0];
    CU_ASSERT(f->cores == 128 && f->noc.columns * f->noc.rows == 32 && t->neurons == 1024 && t->axons_in == 4096 && t->axons_out == 4096 && t->delay_max == 62);
    CU_ASSERT(t->memory[0].size_bits == 128 * 8192 && t->memory[0].width == 64 && !t->memory[0].model);
    CU_ASSERT(core_type_format(t, "weight")->bits == 9 && core_type_format(t, "weight")->low == -256 && core_type_format(t, "weight")->high == 255);
    CU_ASSERT(core_type_format(t, "membrane")->high == (1 << 23) - 1 && core_type_format(t, "threshold")->high == 131071 &&
              core_type_format(t, "decay")->bits == 12);
    CU_ASSERT(t->weight_shift_max == 6 && t->weight_shift_fixed && t->bias_exponent_max == 7 && t->decay_rounding == ROUND_ZERO && t->has_current &&
              t->has_bias);
    CU_ASSERT(t->reset_zero && !t->reset_subtract && t->reset_now && !t->reset_next && t->compare_greater && !t->compare_at_least && t->payload_bits == 0);
    CU_ASSERT(t->emulate_subtract == 2 && t->emulate_standing.basis == BASIS_ASSUMED && t->emulate_standing.source != NO_INDEX);
    CU_ASSERT(f->in.payload_bits == 0 && core_type_format(t, "nothing") == NULL);
    CU_ASSERT(t->table[TABLE_ROWS].dense_bits == 9 && t->table[TABLE_ROWS].list_bits == 19 && t->table[TABLE_ROWS].conv_bits == 9);
    chipfile_free(f);
}

static void loihi_counts_time_in_steps_of_100_ps(void)
{
    struct chipfile *f = must_read("loihi", NULL);
    const struct core_type *t = &f->type[0];
    CU_ASSERT(f->n_clocks == 1 && f->clock[0].resolution && f->clock[0].period_ps == 100);
    CU_ASSERT(f->noc.link_x == 41 && f->noc.link_y == 65 && f->noc.eject == 21 && f->noc.inject == 0 && f->noc.router == 0 && f->noc.flit_x == 3);
    CU_ASSERT(t->n_accept == 1 && t->accept[0].counter == COUNT_SOPS && t->accept[0].time.cycles == 35);
    CU_ASSERT(t->n_update == 2 && t->update[0].time.cycles == 84 && t->update[1].time.cycles == 53);
    CU_ASSERT(notes_say(f, "290 ps stated, 300 ps used"));
    chipfile_free(f);
}

static void a_barrier_follows_the_tiles_in_use(void)
{
    struct chipfile *f = must_read("loihi", NULL);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 1), 1130);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 32), 4650);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 33), 4650);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 2), 1244);        /* 1130 + 3520 / 31 = 1243.5, half up */
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 16), 2833);
    chipfile_free(f);
    f = must_read("mesh28", NULL);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 5), 10 + 4 * 2 * 14);
    CU_ASSERT_DOUBLE_EQUAL(f->barrier_standing.value, 122 * 2.5e-9, 1e-15);
    CU_ASSERT(!strcmp(f->barrier_per, "core"));
    chipfile_free(f);
    struct err err;
    f = chip_with("mesh28", &err, "noc.topology=torus", "noc.size=16x16", NULL);
    CU_ASSERT_EQUAL(chipfile_barrier_cycles(f, 5), 10 + 4 * 2 * 16);
    chipfile_free(f);
}

/* ---- ideal ---- */

static void ideal_has_no_limits_and_the_plain_prices(void)
{
    struct chipfile *f = must_read("ideal", NULL);
    const struct core_type *t = &f->type[0];
    CU_ASSERT(!strcmp(t->kind, "reference") && t->neurons == UINT32_MAX && t->axons_in == UINT32_MAX && t->axons_out == UINT32_MAX && !t->n_formats &&
              !t->n_memories);
    CU_ASSERT(t->reset_zero && t->reset_subtract && t->reset_value && t->reset_now && t->reset_next && t->compare_greater && t->compare_at_least &&
              t->has_current && t->has_bias);
    CU_ASSERT(!t->skip_idle && t->active_when == ACTIVE_ALWAYS && t->queue_in == UINT32_MAX && f->in.payload_bits == 32 && t->payload_bits == 32);
    CU_ASSERT(chipfile_price(f, COUNT_SOPS)->cost.value == 27.1e-12 && chipfile_price(f, COUNT_UPDATE_ACTIVE)->cost.value == 81e-12 &&
              chipfile_price(f, COUNT_UPDATE_IDLE)->cost.value == 81e-12);
    CU_ASSERT(f->all_in && f->includes_memory && !f->n_static && chipfile_price(f, COUNT_SOPS)->scope == SCOPE_ALL_IN && !chipfile_price(f, COUNT_HOPS));
    chipfile_free(f);
    f = must_read("ideal", "core_types.ideal.capacity.neurons=64");
    CU_ASSERT(f->type[0].neurons == 64 && f->cores >= 256);
    chipfile_free(f);
}

/* ---- keys of the kinds ---- */

static void every_kind_declares_its_keys(void)
{
    for (int k = 0; core_kinds[k]; k++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(core_kinds[k]->fields);
        for (const struct field *f = core_kinds[k]->fields; f->key; f++) {
            CU_ASSERT(!strncmp(f->key, "formats.", 8) || !strncmp(f->key, "offers.", 7) || !strncmp(f->key, "learning.", 9));
            CU_ASSERT(*f->example && *f->help && f->offset < sizeof(struct params));
        }
    }
}

static int noted(const struct chipfile *f, const char *part)
{
    for (size_t i = 0; i < f->notes.count; i++)
        if (strstr(f->notes.line[i].text, part))
            return 1;
    return 0;
}

/* --core lends a file written for one kind to another: what only the first knows is passed over, and said. */
static void keys_of_another_kind_are_noted_where_the_kind_was_given(void)
{
    struct chipfile *f = must_read("loihi", "core_types.loihi.kind=reference");
    CU_ASSERT(!strcmp(f->type[0].kind, "reference") && f->type[0].n_formats == 8 && f->type[0].has_current && !f->type[0].weight_shift_max);
    CU_ASSERT(noted(f, "core_types.loihi.offers.weight_shift is not used: kind reference") && noted(f, "offers.decay_rounding is not used"));
    CU_ASSERT(!noted(f, "formats."));
    chipfile_free(f);
    f = must_read("loihi", "core_types.loihi.kind=lif");
    CU_ASSERT(!f->type[0].has_current && f->type[0].weight_shift_max == 6 && noted(f, "core_types.loihi.offers.current is not used: kind lif"));
    chipfile_free(f);
    f = must_read("loihi", "core_types.loihi.kind=cuba");
    CU_ASSERT(!noted(f, "is not used"));
    chipfile_free(f);
}

/* ---- mesh28 ---- */

static const struct chip_memory *memory_of(const struct chipfile *f, const char *name)
{
    for (uint32_t m = 0; m < f->type[0].n_memories; m++)
        if (!strcmp(f->type[0].memory[m].name, name))
            return &f->type[0].memory[m];
    return NULL;
}

static void every_field_of_mesh28_is_filled(void)
{
    struct chipfile *f = must_read("mesh28", NULL);
    const struct core_type *t = &f->type[0];
    CU_ASSERT(!strcmp(f->name, "mesh28") && !strcmp(f->technology, "28 nm") && !strcmp(f->voltage, "0.9 V") && f->node_m == 28e-9 && *f->about);
    CU_ASSERT(!strcmp(f->status, "ESTIMATE, not a measurement") && !strcmp(f->path, "configs/chips/mesh28.yaml"));
    CU_ASSERT(f->mode == TIME_BARRIER && f->layer_start == LAYER_GATED && f->n_clocks == 2 && f->clock[0].period_ps == 2500);
    CU_ASSERT(f->noc.router == 3 && f->noc.link_x == 1 && f->noc.link_y == 1 && f->noc.inject == 1 && f->noc.eject == 2 && f->noc.flit_x == 1 &&
              f->noc.flit_local == 1);
    CU_ASSERT(f->noc.multicast && f->noc.routing == ROUTING_XY && f->noc.packet_bits == 26 && f->noc.link_bits == 32 && f->noc.virtual_channels == 2 &&
              f->noc.buffer_flits == 4);
    CU_ASSERT(f->cores == 64 && f->core_type_of[63] == 0 && !strcmp(f->in.port, "west") && f->in.flits_per_cycle == 1);
    CU_ASSERT(!strcmp(t->kind, "lif") && t->queue_in == 16 && t->queue_out == 16 && t->overlap == OVERLAP_NONE && t->refractory_max == 15 &&
              t->delay_max == 15);
    CU_ASSERT(t->form_dense && t->form_list && t->form_conv && t->decay_multiply && !t->decay_shift && t->decay_rounding == ROUND_DOWN);
    CU_ASSERT(t->table[TABLE_ROWS].list_bits == 16 && t->table[TABLE_AXON].entry_bits == 28 && t->table[TABLE_STATE].entry_bits == 32);
    CU_ASSERT(t->table[TABLE_ACCUMULATOR].entry_bits == 24 && t->table[TABLE_ACCUMULATOR].delay_slots == 16 && t->table[TABLE_PARAMETER].entry_bits == 64 &&
              t->table[TABLE_ROUTING].entry_bits == 32 && t->table[TABLE_ROUTING].memory == 5);
    CU_ASSERT(t->n_static == 1 && !strcmp(t->static_[0].what, "core") && f->n_static == 1 && !strcmp(f->static_[0].what, "router") &&
              f->static_[0].power.high == 12.3e-3);
    CU_ASSERT(notes_say(f, "a fit to CACTI 7, whose worst ratio to a swept point is 1.44 for read, 1.71 write"));
    CU_ASSERT(notes_say(f, "1 KiB of 128 bit") && notes_say(f, "extrapolated"));
    CU_ASSERT(notes_on(f, "lif28.") == 6 && notes_on(f, "cuba28.") == 0);
    chipfile_free(f);
}

static void what_is_noted_is_of_the_core_types_that_are_placed(void)
{
    struct err err;
    struct chipfile *f = chip_with("mesh28", &err, "placement={cuba28: all}", "core_types.lif28.memories.synapse.size=1 MiB", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT(notes_on(f, "lif28.") == 0 && notes_on(f, "cuba28.") == 6);
    CU_ASSERT(!notes_say(f, "an access of synapse takes"));     /* 1 MiB needs more than a cycle: of lif28, which no core is */
    chipfile_free(f);
}

static void the_pattern_of_a_chip_file_loads_unchanged(void)
{
    char path[4096];
    FILE *file = check_kit_open("../examples/mesh28.yaml", path, sizeof path);
    if (!file)
        return;
    fclose(file);
    struct chipfile *f = must_read(path, NULL);
    CU_ASSERT(f->cores == 64 && f->sample_reset_time.cycles == 1026 && !f->includes_memory);
    chipfile_free(f);
}

static void a_derived_memory_is_what_the_model_says(void)
{
    struct chipfile *f = must_read("mesh28", NULL);
    const struct chip_memory *m = memory_of(f, "synapse");
    const struct memory_shape shape = {.bytes = 65536, .width_bits = 64, .ports = "1R1W", .node_m = 28e-9, .volts = 0.9};
    const struct cost *const cost[] = {&m->read, &m->write, &m->leakage, &m->access_time, &m->area};
    CU_ASSERT(m->model == &memory_sram && m->size_bits == 524288 && !m->refresh.stated);
    for (int q = 0; q < (int)(sizeof cost / sizeof *cost); q++)
        CU_ASSERT_EQUAL(cost[q]->value, memory_sram.derive(&shape, (enum memory_quantity)q, NULL));
    CU_ASSERT(!strcmp(f->source[m->read.source].name, "sram") && !strcmp(f->source[m->leakage.source].name, "leak"));
    CU_ASSERT(m->read.high == m->read.value * 3.5 && m->leakage.high == m->leakage.value * 6.6);
    chipfile_free(f);
}

static void turning_a_memory_moves_everything_that_hangs_on_it(void)
{
    static const char *const set[] = {"core_types.lif28.memories.synapse.size=128 KiB", "core_types.lif28.memories.synapse.width=128 bit",
                                      "chip.technology=45 nm", "core_types.lif28.memories.synapse.ports=2RW"};
    struct chipfile *old = must_read("mesh28", NULL);
    const struct chip_memory *a = memory_of(old, "synapse");
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        struct chipfile *f = must_read("mesh28", set[i]);
        const struct chip_memory *b = memory_of(f, "synapse");
        CU_ASSERT(b->read.value > 1.1 * a->read.value && b->write.value > 1.1 * a->write.value);
        CU_ASSERT(b->access_time.value != a->access_time.value && b->area.value != a->area.value && b->leakage.value != a->leakage.value);
        CU_ASSERT_EQUAL(b->size_bits, i ? a->size_bits : 2 * a->size_bits);
        chipfile_free(f);
    }
    chipfile_free(old);
}

static uint64_t row_word_cycles(const char *size)
{
    char set[100];
    snprintf(set, sizeof set, "core_types.lif28.memories.synapse.size=%s", size);
    struct chipfile *f = must_read("mesh28", set);
    uint64_t cycles = 0;
    for (uint32_t i = 0; i < f->type[0].n_accept; i++)
        if (f->type[0].accept[i].memory == 0)
            cycles = f->type[0].accept[i].time.cycles;
    CU_ASSERT_EQUAL(cycles > 1, notes_say(f, "an access of synapse takes"));
    chipfile_free(f);
    return cycles;
}

static void a_memory_slower_than_its_clock_takes_more_cycles(void)
{
    CU_ASSERT_EQUAL(row_word_cycles("64 KiB"), 1);
    CU_ASSERT_EQUAL(row_word_cycles("256 KiB"), 2);
    CU_ASSERT_EQUAL(row_word_cycles("1 MiB"), 2);
    struct chipfile *f = must_read("mesh28", "time.clocks.core=1 GHz");
    CU_ASSERT(f->type[0].accept[1].time.cycles == 2 && f->type[0].accept[0].time.cycles == 3);
    chipfile_free(f);
    struct err err;
    f = chip_with("mesh28", &err, "time.clocks.core=1 GHz", "core_types.lif28.service.accept.synapse.read_word={value: 0 cycles, source: rtl}", NULL);
    CU_ASSERT(f && f->type[0].accept[1].time.cycles == 0);
    chipfile_free(f);
}

static void a_sample_reset_follows_the_memories(void)
{
    struct chipfile *f = must_read("mesh28", NULL);
    const struct chip_memory *sums = memory_of(f, "accumulator"), *state = memory_of(f, "state");
    const struct energy_term *reset = chipfile_price(f, COUNT_SAMPLE_RESETS);
    CU_ASSERT_EQUAL(f->sample_reset_time.cycles, 1024);
    CU_ASSERT_DOUBLE_EQUAL(reset->cost.value / (1024 * sums->write.value + 64 * state->write.value), 1, 1e-12);
    chipfile_free(f);
    f = must_read("mesh28", "core_types.lif28.memories.accumulator.size=24 KiB");
    CU_ASSERT_EQUAL(f->sample_reset_time.cycles, 2048);
    chipfile_free(f);
}

/* ---- standing ---- */

static void an_overridden_figure_rests_on_who_overrode_it(void)
{
    static const char *const set[] = {"energy.core.sop=40 pJ", "energy.core.sop.value=40 pJ"};
    for (size_t i = 0; i < 2; i++) {
        struct chipfile *f = must_read("loihi", set[i]);
        const struct cost *c = &chipfile_price(f, COUNT_SOPS)->cost;
        CU_ASSERT(c->value == 40e-12 && c->low == 40e-12 && c->high == 40e-12 && c->basis == BASIS_ASSUMED && c->bound == 0);
        CU_ASSERT(strstr(f->source[c->source].text, "--set energy.core.sop") != NULL);
        chipfile_free(f);
    }
    struct chipfile *f = must_read("loihi", "energy.core.sop={value: 35.5 pJ, source: Boyle et al. 2025, basis: measured, range: [30 pJ, 40 pJ]}");
    const struct cost *c = &chipfile_price(f, COUNT_SOPS)->cost;
    CU_ASSERT(c->basis == BASIS_MEASURED && !strcmp(f->source[c->source].text, "Boyle et al. 2025") && c->low == 30e-12 && c->high == 40e-12);
    chipfile_free(f);
}

static void a_range_comes_from_the_value_the_bound_or_the_source(void)
{
    struct err err;
    struct chipfile *f =
        chip_edited("mesh28", "packet_in:     {value: 64 pJ, source: guess,", "packet_in:     {value: 64 pJ, source: guess, bound: at_least,", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    const struct cost *in = &chipfile_price(f, COUNT_HOST_IN)->cost, *out = &chipfile_price(f, COUNT_HOST_OUT)->cost;
    CU_ASSERT(in->low == 64e-12 && in->high == 64e-12 * 3 && in->bound == 1);
    CU_ASSERT(out->low == 64e-12 * 0.3 && out->high == 64e-12 * 3 && out->bound == 0);
    chipfile_free(f);
    f = chip_edited("mesh28", "packet_in:     {value: 64 pJ, source: guess,", "packet_in:     {value: 64 pJ, basis: estimated, range: [60 pJ, 70 pJ],", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    in = &chipfile_price(f, COUNT_HOST_IN)->cost;
    CU_ASSERT(in->low == 60e-12 && in->high == 70e-12 && in->basis == BASIS_ESTIMATED && strstr(f->source[in->source].text, "2 pJ/bit"));
    chipfile_free(f);
}

/* ---- time ---- */

static void times_become_whole_cycles_once_half_up(void)
{
    static const struct { const char *time; uint64_t cycles;
    } row[] = {{"0 ns", 0},      {"0 cycles", 0}, {"1 ps", 1},     {"2.5 ns", 1},     {"3.749 ns", 1},  {"3.75 ns", 2},
               {"6.249 ns", 2}, {"6.25 ns", 3},  {"7 cycles", 7}, {"0.1 cycles", 1}, {"1.5 cycles", 2}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char set[200];
        snprintf(set, sizeof set, "core_types.lif28.service.accept.packet={value: %s, source: rtl}", row[i].time);
        struct chipfile *f = must_read("mesh28", set);
        if (f->type[0].accept[0].time.cycles != row[i].cycles)
            printf("\n    %s: %llu cycles\n", row[i].time, (unsigned long long)f->type[0].accept[0].time.cycles);
        CU_ASSERT_EQUAL(f->type[0].accept[0].time.cycles, row[i].cycles);
        chipfile_free(f);
    }
    struct chipfile *f = must_read("mesh28", "time.clocks.core=300 MHz");
    CU_ASSERT(f->clock[0].period_ps == 3333 && notes_say(f, "time.clocks.core"));
    chipfile_free(f);
}

static void other_modes_and_starts_are_read(void)
{
    struct err err;
    struct chipfile *f = chip_edited("mesh28", "  mode: barrier\n", "  mode: tick\n  tick: 1 ms\n", &err);
    CU_ASSERT(!f && says(&err, "time.barrier belongs to mode: barrier"));
    f = chip_with("ideal", &err, "time.layer_start={kind: bias_input}", NULL);
    CU_ASSERT(f && f->layer_start == LAYER_BIAS_INPUT && !chipfile_price(f, COUNT_LAYER_STARTS));
    chipfile_free(f);
    f = chip_with("ideal", &err, "time.layer_start={kind: free}", NULL);
    CU_ASSERT(f && f->layer_start == LAYER_FREE);
    chipfile_free(f);
}

/* ---- names ---- */

static void a_name_is_looked_up_in_folders(void)
{
    char folder[] = "/tmp/volley-chip-XXXXXX", path[80];
    struct err err;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/mine.yaml", folder);
    CU_ASSERT_EQUAL(chip_write(path, "mesh28", "name: mesh28", "name: mine"), 0);
    struct chipfile *f = chip_with("mine", &err, NULL);
    CU_ASSERT(!f && err.kind == ERR_INPUT && says(&err, "no chip 'mine'") && says(&err, "ideal, learn28, loihi, loihi-silicon"));
    char folders[120];
    snprintf(folders, sizeof folders, "/nowhere:%s", folder);
    setenv("VOLLEY_CHIPS", folders, 1);
    static const char *const names[] = {"mine", "mine.yaml"};
    for (size_t i = 0; i < 2; i++) {
        f = chip_with(names[i], &err, NULL);
        CU_ASSERT(f && !strcmp(f->name, "mine") && !strcmp(f->path, path));
        chipfile_free(f);
    }
    uint32_t n;
    struct chip_place *place = chipfile_places(&n);
    uint32_t mine = 0;
    while (mine < n && strcmp(place[mine].name, "mine"))
        mine++;
    /* Sorted: it stands between mesh7 and reckon. */
    CU_ASSERT(n >= 4 && mine + 1 < n && !strcmp(place[mine - 1].name, "mesh7") && !strcmp(place[mine + 1].name, "odin"));
    chipfile_places_free(place, n);
    unsetenv("VOLLEY_CHIPS");
    f = chip_with(path, &err, NULL);
    CU_ASSERT_PTR_NOT_NULL(f);
    chipfile_free(f);
    unlink(path);
    rmdir(folder);
}

/* ---- parts of a chip ---- */

static void cores_are_placed_by_name_list_and_rest(void)
{
    struct err err;
    struct chipfile *f = chip_edited("ideal", "placement: {ideal: all}", "placement: {ideal: [5, 0..1, 7..1023], }", &err);
    CU_ASSERT(!f && says(&err, "placement gives core 2 no type"));
    f = chip_with("ideal", &err, "placement={ideal: '[0..5, 7]'}", NULL);
    CU_ASSERT(!f && says(&err, "placement.ideal: '[0..5, 7]' is a text in quotes, not a list; write it without them: placement: {ideal: [0..5, 7]}"));
    f = chip_edited("ideal", "placement: {ideal: all}", "placement: {ideal: [5, 0..5]}", &err);
    CU_ASSERT(!f && says(&err, "core 5 is of type ideal already"));
    f = chip_edited("ideal", "placement: {ideal: all}", "placement: {ideal: [0..1024]}", &err);
    CU_ASSERT(!f && says(&err, "core 1024 of 1024"));
    f = chip_edited("ideal", "placement: {ideal: all}", "placement: {ideel: all}", &err);
    CU_ASSERT(!f && says(&err, "did you mean 'ideal'?"));
    f = chip_edited("ideal", "placement: {ideal: all}", "placement: {ideal: rest}", &err);
    CU_ASSERT_PTR_NOT_NULL(f);
    chipfile_free(f);
}

static void what_sleeps_pays_the_power_of_its_gated_state(void)
{
    struct err err;
    const char *list = "energy.static=[{what: tile, power: 2 mW, source: guess}, {what: tile, state: gated, power: 1 uW, source: guess}]";
    struct chipfile *f = chip_with("mesh28", &err, list, "energy.gating=unused", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT(!strcmp(f->static_[0].state, "used") && f->static_[0].power.value == 2e-3 && !strcmp(f->static_[1].state, "unused") &&
              f->static_[1].power.value == 1e-6);
    CU_ASSERT(!strcmp(f->static_[2].what, "router") && !strcmp(f->static_[2].state, "any"));
    chipfile_free(f);
    f = chip_with("mesh28", &err, list, NULL);
    CU_ASSERT(!f && says(&err, "nothing is gated"));
    f = chip_with("mesh28", &err, "energy.gating=unused", NULL);
    CU_ASSERT(!f && says(&err, "no static power is given in state gated"));
}

static void overrides_that_change_less_than_they_seem_to_are_warned_of(void)
{
    struct chipfile *f = must_read("loihi", "core_types.loihi.memories.synapse.size=256 KiB");
    CU_ASSERT(notes_say(f, "its capacity follows, energy does not"));
    chipfile_free(f);
    f = must_read("loihi", "chip.technology=7 nm");
    CU_ASSERT(notes_say(f, "none follows"));
    chipfile_free(f);
}

/* ---- the reference of keys ---- */

static void the_reference_is_generated_and_names_every_price(void)
{
    static char text[200000], kept[200000];
    FILE *out = tmpfile(), *file = fopen("docs/keys.md", "r");
    CU_ASSERT_FATAL(out && file);
    CU_ASSERT_EQUAL(chipfile_write_keys(out), 0);
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    kept[fread(kept, 1, sizeof kept - 1, file)] = '\0';
    fclose(out);
    fclose(file);
    CU_ASSERT(strstr(kept, text) != NULL);
    for (int c = 0; c < N_COUNTERS; c++) {
        char row[60];
        snprintf(row, sizeof row, "| `%s` |", counters[c].key);
        CU_ASSERT(!*counters[c].key || strstr(text, row) != NULL);
    }
}

static void a_chip_is_not_described_as_it_was_before_overrides(void)
{
    static const struct { const char *chip, *set, *about; } row[] = {
        {"mesh28", "noc.size=5x3", "5x3 mesh of 15 cores, overridden (as shipped: 8x8 mesh, one 256-neuron core per router)"},
        {"mesh28", "core_types.lif28.capacity.neurons=64", "8x8 mesh of 64 cores, overridden (as shipped: 8x8 mesh, one 256-neuron core per router)"},
        {"mesh28", "chip.technology=45 nm", "8x8 mesh of 64 cores, overridden (as shipped: 8x8 mesh, one 256-neuron core per router)"},
        {"mesh28", "chip.about=mine", "mine"}, {"mesh28", "energy.core.sop=1 pJ", "8x8 mesh, one 256-neuron core per router"}};
    struct err err;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct chipfile *f = chip_with(row[i].chip, &err, row[i].set, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        CU_ASSERT_STRING_EQUAL(f->about, row[i].about);
        CU_ASSERT_EQUAL(notes_say(f, "only memories with model: sram (or another model) follow it; prices, powers and times of logic"), i == 2);
        chipfile_free(f);
    }
}

static void queues_that_no_plane_has_are_told(void)
{
    struct err err;
    struct chipfile *f = chip_with("mesh28", &err, "core_types.lif28.queue.in=4 packets", NULL), *g = chip_with("mesh28", &err, "noc.size=4x4", NULL);
    CU_ASSERT_FATAL(f && g);
    CU_ASSERT(notes_say(f, "core_types.lif28.queue was overridden: only the plane cycle has queues that end"));
    CU_ASSERT(!notes_say(g, ".queue was overridden"));
    chipfile_free(f);
    chipfile_free(g);
}

/* The shortest service of lif28 is 6 cycles; 777 MHz is 1287 ps. */
static void clocks_that_do_not_meet_are_told(void)
{
    static const struct { const char *core, *noc, *says; } row[] = {
        {"time.clocks.core=777 MHz", "time.clocks.noc=1 GHz", "(1000 ps), rounded up: +11 % at worst, where 7 cycles of clock core, 9.009 ns, take 10 ns"},
        {"time.clocks.core=777 MHz", "time.clocks.noc=250 MHz", "(4000 ps), rounded up: +"},
        {"time.clocks.core=800 MHz", "time.clocks.noc=400 MHz", "(2500 ps), rounded up: +"},
        {"time.clocks.core=400 MHz", "time.clocks.noc=800 MHz", NULL},
        {"time.clocks.core=400 MHz", "time.clocks.noc=400 MHz", NULL}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct err err;
        struct chipfile *f = chip_with("mesh28", &err, row[i].core, row[i].noc, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        CU_ASSERT_EQUAL(notes_say(f, row[i].says ? row[i].says : "rounded up: +"), row[i].says != NULL);
        chipfile_free(f);
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("chipfile", NULL, NULL);
    CU_add_test(suite, "every cost of every shipped chip has a source and a basis", every_cost_of_every_shipped_chip_has_a_source_and_a_basis);
    CU_add_test(suite, "loihi holds the published constants", loihi_holds_the_published_constants);
    CU_add_test(suite, "loihi counts time in steps of 100 ps", loihi_counts_time_in_steps_of_100_ps);
    CU_add_test(suite, "a barrier follows the tiles in use", a_barrier_follows_the_tiles_in_use);
    CU_add_test(suite, "ideal has no limits and the plain prices", ideal_has_no_limits_and_the_plain_prices);
    CU_add_test(suite, "every core kind declares its keys", every_kind_declares_its_keys);
    CU_add_test(suite, "keys of another kind are noted where --core gave the kind", keys_of_another_kind_are_noted_where_the_kind_was_given);
    CU_add_test(suite, "every field of mesh28 is filled", every_field_of_mesh28_is_filled);
    CU_add_test(suite, "what is noted is of the core types that are placed", what_is_noted_is_of_the_core_types_that_are_placed);
    CU_add_test(suite, "the pattern of a chip file loads unchanged", the_pattern_of_a_chip_file_loads_unchanged);
    CU_add_test(suite, "a derived memory is what the model says", a_derived_memory_is_what_the_model_says);
    CU_add_test(suite, "turning a memory moves everything that hangs on it", turning_a_memory_moves_everything_that_hangs_on_it);
    CU_add_test(suite, "a memory slower than its clock takes more cycles", a_memory_slower_than_its_clock_takes_more_cycles);
    CU_add_test(suite, "a sample reset follows the memories", a_sample_reset_follows_the_memories);
    CU_add_test(suite, "an overridden figure rests on who overrode it", an_overridden_figure_rests_on_who_overrode_it);
    CU_add_test(suite, "a range comes from the value, the bound or the source", a_range_comes_from_the_value_the_bound_or_the_source);
    CU_add_test(suite, "times become whole cycles once, half up", times_become_whole_cycles_once_half_up);
    CU_add_test(suite, "other modes and starts are read", other_modes_and_starts_are_read);
    CU_add_test(suite, "a name is looked up in folders", a_name_is_looked_up_in_folders);
    CU_add_test(suite, "cores are placed by name, list and rest", cores_are_placed_by_name_list_and_rest);
    CU_add_test(suite, "what sleeps pays the power of its gated state", what_sleeps_pays_the_power_of_its_gated_state);
    CU_add_test(suite, "overrides that change less than they seem to are warned of", overrides_that_change_less_than_they_seem_to_are_warned_of);
    CU_add_test(suite, "a chip is not described as it was before overrides", a_chip_is_not_described_as_it_was_before_overrides);
    CU_add_test(suite, "queues that no plane has are told", queues_that_no_plane_has_are_told);
    CU_add_test(suite, "what clocks that do not meet cost is told", clocks_that_do_not_meet_are_told);
    CU_add_test(suite, "the reference is generated and names every price", the_reference_is_generated_and_names_every_price);
    return check_run();
}
