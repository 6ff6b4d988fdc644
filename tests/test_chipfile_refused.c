/* Chip files that are refused: one message each, with its place, what was found and what to write. */
#include <stdio.h>
#include <sys/stat.h>

#include "chipfile_fixture.h"
#include "kit.h"

struct refusal { const char *chip, *set, *part; };
struct edit { const char *chip, *from, *to, *part; };

static void refuse_sets(const struct refusal *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err err;
        struct chipfile *f = chip_with(row[i].chip, &err, row[i].set, NULL);
        if (f)
            printf("\n    accepted: %s\n", row[i].set);
        CU_ASSERT_PTR_NULL(f);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(f || says(&err, row[i].part));
        chipfile_free(f);
    }
}

static void refuse_edits(const struct edit *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err err;
        struct chipfile *f = chip_edited(row[i].chip, row[i].from, row[i].to, &err);
        if (f)
            printf("\n    accepted: %s\n", row[i].to);
        CU_ASSERT_PTR_NULL(f);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(f || says(&err, row[i].part));
        chipfile_free(f);
    }
}
#define SETS(row) refuse_sets(row, sizeof row / sizeof *row)
#define EDITS(row) refuse_edits(row, sizeof row / sizeof *row)

static void mistakes_of_writing_are_told_with_their_place(void)
{
    static const struct edit row[] = {{"mesh28", "  mode: barrier", "\tmode: barrier", "x.yaml:15:1: a tab in the indentation"},
                                      {"mesh28", "  mode: barrier", "  mode: barrier\n  mode: barrier", "x.yaml:16:3: key 'mode' was already given on line 15"},
                                      {"mesh28", "  topology: mesh", "  topolgy: mesh", "unknown key 'topolgy' in noc; did you mean 'topology'?"},
                                      {"mesh28", "  topology: mesh", "  topology: star", "'star' is not one of mesh|torus"},
                                      {"mesh28", "size: 64 KiB", "size: 64", "size: '64' has no unit; write for example size: 64 KiB"},
                                      {"mesh28", "size: 64 KiB", "size: 64 ns", "size: '64 ns' is a time; a size is wanted"},
                                      {"mesh28", "size: 64 KiB", "size: -64 KiB", "is negative"},
                                      {"mesh28", "size: 64 KiB", "size: 4 bit", "holds no whole word of 64 bit"},
                                      {"mesh28", "size: 64 KiB", "size: 1e300 GiB", "is too large"},
                                      {"mesh28", "size: 8x8", "size: 8000x8000", "is outside 1 to 1024"},
                                      {"mesh28", "  size: 8x8", "  size: 1024x1024\n  cores_per_tile: 1024", "more than 1048576 cores"},
                                      {"mesh28", NULL, "", "the file is empty"},
                                      {"mesh28", NULL, "just a word", "the file is a map of keys"},
                                      {"mesh28", NULL, "{chip: {name: x}}", "'time' is missing"},
                                      {"mesh28", "chip: {name: mesh28", "chip: {name: ", "chip.name is empty"},
                                      {"loihi", "core_types:\n  loihi:", "core_types: []\nloihi:", "unknown key 'loihi' in the file"},
                                      {"mesh28", "router: [0, 0], port: west, rate: 1 flits/cycle, values",
                                       "router: [8, 0], port: west, rate: 1 flits/cycle, values", "router [8, 0] is outside the 8x8 tiles"},
                                      {"mesh28", "values: none", "values: payload 8 bit", "does not fit a packet with 0 bit of payload"},
                                      {"mesh28", "values: none", "values: 8 bit", "write values: none, or values: payload 8 bit"}};
    EDITS(row);
}

static void a_cost_must_say_where_it_comes_from(void)
{
    static const struct edit row[] = {
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ}", "energy.router.buffer_write says not where it comes from"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "0.762 pJ", "energy.router.buffer_write says not where it comes from"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ, source: noxin}", "no source 'noxin'; did you mean 'noxim'?"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ, source: nowhere}", "no source 'nowhere'; add it to sources"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ, basis: assumed}", "says not where it comes from"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{source: noxim}", "energy.router.buffer_write has no value"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ, source: noxim, unknown: free}", "both a value and unknown: free"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 pJ, source: noxim, rnge: [1 pJ, 2 pJ]}", "did you mean 'range'?"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762, source: noxim}", "'0.762' has no unit; write for example '0.762 pJ'"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "{value: 0.762 ns, source: noxim}", "is a time; an energy is wanted"},
        {"mesh28", "{value: 0.762 pJ, source: noxim}", "[0.762 pJ]", "COST is a map"},
        {"mesh28", "{basis: estimated, group: noc,   range: [0.3, 3.9]", "{basis: estimated, group: noc,   range: [1.3, 3.9]", "does not contain 1"},
        {"mesh28", "{basis: estimated, group: noc,   range: [0.3, 3.9]", "{basis: estimated, group: noc,   range: [0.3 pJ, 3.9]", "two factors"},
        {"mesh28", "{basis: estimated, group: noc, ", "{group: noc, ", "'basis' is missing"}};
    EDITS(row);
}

static void ranges_and_bounds_must_agree_with_the_value(void)
{
    static const struct edit row[] = {
        {"loihi", "range: [23.6 pJ, 35.5 pJ], ", "", "bound: at_least says only one end"},
        {"loihi", "range: [23.6 pJ, 35.5 pJ]", "range: [20 pJ, 35.5 pJ]", "the range goes below 23.6 pJ"},
        {"loihi", "range: [39 mW, 104 mW]", "range: [39 mW, 105 mW]", "the range goes above 104 mW"},
        {"loihi", "bound: at_least, range: [23.6 pJ, 35.5 pJ]", "range: [24 pJ, 35.5 pJ]", "the range does not contain the value 23.6 pJ"},
        {"loihi", "bound: at_least, range: [23.6 pJ, 35.5 pJ]", "range: [23.6 pJ]", "range is a list of two quantities"},
        {"loihi", "bound: at_least, range: [23.6 pJ, 35.5 pJ]", "range: [1, 2]", "'1' has no unit"}};
    EDITS(row);
}

static void a_cost_that_a_run_needs_is_named_when_missing(void)
{
    static const struct edit row[] = {{"mesh28", "    sop:           {", "    spike:         {", "energy.core.sop is not stated"},
                                      {"mesh28", "    update_active: {", "    spike: {", "energy.core.update_active is not stated"},
                                      {"mesh28", "    update_idle:   {", "    spike: {", "energy.core.update_idle is not stated"},
                                      {"mesh28", "    crossbar:      {value: 0.221 pJ, source: noxim}\n", "", "energy.router.crossbar is not stated"},
                                      {"mesh28", "    packet_out:    {value: 64 pJ, source: guess,", "    #", "energy.io.packet_out is not stated"},
                                      {"mesh28", "  barrier: {value: 0.5 pJ,", "  #", "energy.barrier is not stated"},
                                      {"mesh28", "  barrier: {base: 10 cycles,", "  #", "time.barrier is missing"},
                                      {"mesh28", "layer_start: {kind: gated, time: 0 cycles, energy: 0 pJ,", "layer_start: {kind: gated, energy: 0 pJ,",
                                       "time.layer_start.time is not stated"},
                                      {"loihi", "hop_y: 4.0 pJ, tile: 1.7 pJ", "tile: 1.7 pJ", "energy.noc.hop_y is not stated"},
                                      {"loihi", "hop_y: 4.0 pJ, tile: 1.7 pJ", "hop_y: 4.0 pJ", "energy.noc.tile is not stated"},
                                      {"loihi", "  noc: {hop_x: 3.0 pJ, hop_y: 4.0 pJ, tile: 1.7 pJ}\n", "", "no price for the network is stated"},
                                      {"loihi", "  static:\n    - {what: chip,", "  # {what: chip,", "static power is not stated"},
                                      {"mesh28", "  includes_memory: false", "  #", "'includes_memory' is missing"},
                                      {"mesh28", "model: sram, source: sram, leak_source: leak, holds: {axon_table",
                                       "read: {value: 1 pJ, source: sram}, holds: {axon_table", "memories.axon.write is not stated"},
                                      {"mesh28", "      update: {step", "      #", "'update' is missing"},
                                      {"mesh28", "accept: {packet: 3 cycles, synapse.read_word: 1 cycle, accumulator.write_word: 1 cycle, source: rtl}",
                                       "accept: {source: rtl}", "accept states no time"}};
    EDITS(row);
}

static void static_power_must_be_stated(void)
{
    struct err err;
    struct chipfile *f = chip_edited("loihi", "    - {what: chip, power: 104 mW,", "    - {what: chip, unknown: free} #", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT(f->static_[0].power.free);
    chipfile_free(f);
    static const struct refusal row[] = {
        {"loihi", "energy.static=[]", "static power is not stated"}, {"loihi", "energy.static=[{power: 1 mW, source: frady}]", "says not whose power it is"},
        {"loihi", "energy.static=[{what: core, power: 1 mW, source: frady}]", "write it into its core type"},
        {"loihi", "energy.static=[{what: chip, power: 1 mW, value: 1 mW, source: frady}]", "has both value and power"},
        {"mesh28", "core_types.lif28.static=[{what: chip, power: 1 mW, source: guess}]", "write it into energy.static"},
        {"mesh28", "core_types.lif28.static=[{what: memory, power: 1 mW, source: guess}]", "its leakage: twice"},
        {"loihi", "energy.static=[{what: chip, power: 1 pJ, source: frady}]", "is an energy; a power is wanted"}};
    SETS(row);
}

static void nothing_is_charged_twice(void)
{
    static const struct refusal row[] = {
        {"loihi", "energy.noc.hop={value: 3 pJ, source: davies}", "charge the same link twice"},
        {"loihi", "energy.router={link: {value: 3 pJ, source: davies}}", "the same link twice"},
        {"loihi", "core_types.loihi.memories.synapse.read={value: 1 pJ, source: davies}", "includes_memory is true: it would be charged twice"},
        {"loihi", "energy.core.sop.scope=all_in", "energy.noc.tile, per_term, would charge it twice"},
        {"ideal", "energy.noc={hop: {value: 1 pJ, scope: per_term}, tile: {value: 1 pJ, scope: per_term}}", "energy.core.sop is all_in"},
        {"ideal", "energy.static=[{what: chip, power: 1 mW}]", "is all_in: it contains static power"},
        {"ideal", "core_types.ideal.static=1 mW", "core_types.NAME.static would charge it twice"},
        {"ideal", "energy.noc={hop: 1 pJ}", "energy.noc.hop, all_in, would charge it twice"},
        {"ideal", "energy.router={link: 1 pJ}", "energy.router.link, all_in, would charge it twice"},
        {"ideal", "energy.core.busy_cycle=1 pJ", "energy.core.busy_cycle, all_in, would charge it twice"},
        {"ideal", "energy.core.packet={value: 1 pJ, scope: per_term}", "energy.core.packet, per_term, would charge it twice"},
        {"ideal", "energy.core.spike=1 pJ", "energy.core.spike, all_in, would charge it twice"},
        {"ideal", "energy.barrier=1 pJ", "energy.barrier, all_in, would charge it twice"},
        {"ideal", "energy.io={packet_in: 1 pJ}", "energy.io.packet_in, all_in, would charge it twice"},
        {"ideal", "energy.core.update_active={value: 81 pJ, source: yardstick}",
         "both all_in, of sources plain and yardstick: each claims the whole chip's energy"},
        {"mesh28", "energy.core.busy_cycle={value: 1 pJ, source: guess, scope: all_in}", "busy_cycle is all_in and energy.core.sop is not"},
        {"mesh28", "energy.core.update_active.scope=all_in", "update_active is all_in and energy.core.sop is not"}};
    SETS(row);
    struct err err;
    static const char *const fine[] = {
        "energy.noc={hop: {value: 1 pJ, scope: marginal}}", "energy.barrier=0 pJ", "energy.core.busy_cycle={unknown: free}", "energy.core.sop=25 pJ",
        "energy.core.update_active=50 pJ", "energy.core.update_active={value: 50 pJ, source: yardstick, scope: per_term}", "chip.name=as shipped"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct chipfile *f = chip_with("ideal", &err, fine[i], NULL);
        if (!f)
            printf("\n    refused: %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL(f);
        chipfile_free(f);
    }
}

static void a_stated_cost_does_not_follow_an_override(void)
{
    static const char *const cost = "core_types.lif28.memories.synapse.read={value: 1 pJ, source: sram}", *const size =
                                                                                                              "core_types.lif28.memories.synapse.size=32 KiB";
    struct err err;
    static const char *const stale[] = {"size=32 KiB", "width=32 bit", "ports=1RW"};
    struct chipfile *f = chip_with("mesh28", &err, size, cost, NULL);
    CU_ASSERT_PTR_NOT_NULL(f);
    chipfile_free(f);
    char folder[] = "/tmp/volley-chip-XXXXXX", path[80], set[100];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.yaml", folder);
    CU_ASSERT_EQUAL(
        chip_write(path, "mesh28", "size: 64 KiB, width: 64 bit, ports: 1R1W,", "size: 64 KiB, width: 64 bit, ports: 1R1W, read: {value: 1 pJ, source: sram},"),
        0);
    for (size_t i = 0; i < sizeof stale / sizeof *stale; i++) {
        snprintf(set, sizeof set, "core_types.lif28.memories.synapse.%s", stale[i]);
        f = chip_with(path, &err, set, NULL);
        CU_ASSERT(!f && says(&err, "synapse.read was stated for another") && says(&err, set));
    }
    f = chip_with(path, &err, "chip.technology=45 nm", NULL);
    CU_ASSERT(!f && says(&err, "was stated for another technology"));
    f = chip_with(path, &err, size, "core_types.lif28.memories.synapse.read.value=1 pJ", NULL);
    CU_ASSERT_PTR_NOT_NULL(f);
    chipfile_free(f);
    unlink(path);
    rmdir(folder);
}

/* Of every family alike: what the file states of a memory holds for the memory that it was stated of. */
static void a_stated_cost_beside_any_model_does_not_follow_either(void)
{
    static const char *const model[] = {"sram", "register_file", "edram", "rram"};
    static const char *const stale[] = {"core_types.lif28.memories.synapse.size=32 KiB", "core_types.lif28.memories.synapse.width=32 bit",
                                        "core_types.lif28.memories.synapse.ports=1R", "chip.technology=45 nm", "chip.voltage=0.7 V"};
    char folder[] = "/tmp/volley-chip-XXXXXX", path[80], with[200];
    struct err err;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.yaml", folder);
    for (size_t m = 0; m < sizeof model / sizeof *model; m++) {
        snprintf(with, sizeof with, "size: 64 KiB, width: 64 bit, ports: 1RW, write: {value: 2 pJ, source: sram}, model: %s, source: sram", model[m]);
        CU_ASSERT_EQUAL(chip_write(path, "mesh28", "size: 64 KiB, width: 64 bit, ports: 1R1W, model: sram, source: sram", with), 0);
        struct chipfile *f = chip_with(path, &err, NULL);
        CU_ASSERT_PTR_NOT_NULL(f);
        chipfile_free(f);
        for (size_t i = 0; i < sizeof stale / sizeof *stale; i++) {
            f = chip_with(path, &err, stale[i], NULL);
            CU_ASSERT(!f && says(&err, "synapse.write was stated for another") && says(&err, stale[i]));
        }
    }
    unlink(path);
    rmdir(folder);
}

static void what_cannot_be_reached_is_refused(void)
{
    static const struct refusal row[] = {{"mesh28", "noc.size=32x8", "noc.packets.spike.x: 4 bit number 16 columns, the chip has 32; write x: 5 bit"},
                                         {"mesh28", "noc.size=8x17", "spike.y: 4 bit number 16 rows"},
                                         {"mesh28", "core_types.lif28.capacity.axons_in=5000", "spike.axon: 12 bit"},
                                         {"loihi", "noc.cores_per_tile=8", "spike.core: 2 bit"},
                                         {"mesh28", "core_types.lif28.capacity.neurons=512", "a target of 8 bit numbers 256 neurons"},
                                         {"mesh28", "core_types.lif28.memories.synapse.size=2 MiB", "an address of 17 bit reaches 131072 words"},
                                         {"mesh28", "core_types.lif28.capacity.delay=1..31 steps", "write delay_slots: 32"},
                                         {"mesh28", "core_types.lif28.capacity.delay=2..15 steps", "write 1..15 steps"},
                                         {"mesh28", "core_types.lif28.capacity.delay=15", "is not a range"},
                                         {"mesh28", "noc.router.inputs=6", "a router has four links and 1 core"},
                                         {"mesh28", "noc.link.flit_time=0 cycles", "at least 1 cycle"},
                                         {"mesh28", "noc.link.delay={x: 1 cycle}", "gives x only; add y"},
                                         {"mesh28", "noc.link.delay=10 s", "is longer than 1000000000 cycles"},
                                         {"mesh28", "chip.technology=5 nm", "covers 7 nm to 90 nm, not 5 nm"},
                                         {"odin", "time.tick=1 ms", "--set time.tick=1 ms: time.tick belongs to mode: tick; remove it"},
                                         {"mesh28", "chip.voltage=0 V", "chip.voltage: a supply of 0 is none; write for example 0.9 V"},
                                         {"mesh28", "time.clocks.core=0 MHz", "is no clock"},
                                         {"mesh28", "time.clocks.core=1e-9 Hz", "periods from 1 ps to 1 s"},
                                         {"mesh28", "core_types.lif28.clock=cor", "no clock 'cor' in time.clocks; did you mean 'core'?"},
                                         {"loihi", "time.barrier.at={32: 465 ns, 1: 113 ns}", "'1' is no rising number of tiles"},
                                         {"loihi", "time.barrier.at={x: 465 ns}", "is no rising number"},
                                         {"loihi", "time.barrier.base=3 ns", "both base and at"},
                                         {"loihi", "time.sample_reset.energy=from_memories", "core type loihi describes none"}};
    SETS(row);
}

static void a_core_of_one_layer_is_described_whole(void)
{
    static const struct edit row[] = {{"speck", "stride: 8", "stride: 6", "core_types.k16n64.layer: 6 is no power of two"},
                                      {"speck", "pool: 4", "pool: 3", "core_types.k16n64.layer: 3 is no power of two"},
                                      {"speck", "channels: 1024, ", "", "'channels' is missing; write for example channels: 1024"},
                                      {"speck", "    layer: *layer\n", "", "core_types.k32n32 has no section `layer`, core_types.k16n64 one: all types"},
                                      {"speck", "addresses: power_of_two", "addresses: powers", "'powers' is not one of plain|power_of_two"}};
    EDITS(row);
}

static void a_core_type_must_agree_with_itself(void)
{
    static const struct refusal row[] = {
        {"mesh28", "core_types.lif28.kind=liff", "no core kind 'liff'; did you mean 'lif'?"},
        {"mesh28", "core_types.lif28.formats.weight=8", "formats.weight: '8' is no format"},
        {"mesh28", "core_types.lif28.formats.weight=8 bit sined", "is no format"},
        {"mesh28", "core_types.lif28.formats.membrane=40 bit signed", "is wider than the 32 bit signed"},
        {"mesh28", "core_types.lif28.formats.decay=25 bit", "at most 24 bit"},
        {"mesh28", "core_types.lif28.formats.treshold=8 bit", "did you mean 'threshold'?"},
        {"mesh28", "core_types.lif28.formats={weight: 8 bit signed}", "formats (kind lif): 'membrane' is missing; write for example membrane: 16 bit signed"},
        {"mesh28", "core_types.lif28.offers.current=true", "unknown key 'current' in core_types.lif28.offers (kind lif)"},
        {"ideal", "core_types.ideal.offers.weight_shift=6", "unknown key 'weight_shift' in core_types.ideal.offers (kind reference)"},
        {"mesh28", "core_types.cuba28.offers.decay_roundin=zero", "in core_types.cuba28.offers (kind cuba); did you mean 'decay_rounding'?"},
        {"ideal", "core_types.ideal.kind=lif", "core_types.ideal.formats (kind lif): 'weight' is missing"},
        {"loihi", "core_types.loihi.formats.bias=none", "formats.bias: 'none' is no format"},
        {"mesh28", "core_types.lif28.offers.weight_shift=20", "leaves 32 bit"},
        {"mesh28", "core_types.lif28.offers.reset=none", "offers.reset is empty"},
        {"mesh28", "core_types.lif28.offers.forms=[dense]", "offers.forms has no list"},
        {"mesh28", "core_types.lif28.memories.synapse.holds.rows={dense: [weight]}", "rows says not how such a synapse is stored"},
        {"mesh28", "core_types.lif28.memories.synapse.holds.rows.list=[weight, targt]", "did you mean 'target'?"},
        {"mesh28", "core_types.lif28.memories.state.holds.neuron_state=[]", "an entry of no bits"},
        {"mesh28", "core_types.lif28.memories.routing.holds={axon_table: {address: 14 bit}}", "in memory axon already"},
        {"mesh28", "core_types.lif28.memories.axon.holds.delay_slots=3", "this memory holds none"},
        {"mesh28", "core_types.lif28.memories.axon.ports=3RW", "is not one of 1RW|1R1W|2RW|1R"},
        {"mesh28", "core_types.lif28.service.accept.synapse.read_wrd=1 cycle", "did you mean 'synapse.read_word'?"},
        {"mesh28", "core_types.lif28.service.accept.routing.read_word=1 cycle", "unknown key 'routing.read_word'"},
        {"mesh28", "core_types.lif28.service.update.synapse.read_word=1 cycle", "unknown key 'synapse.read_word'"},
        {"mesh28", "core_types.lif28.service.update.hop=1 cycle", "unknown key 'hop'"},
        {"mesh28", "core_types.lif28.offers.emulate={subtract: {compartments: 2, source: guess}}", "offers.reset has subtract already"},
        {"loihi", "core_types.loihi.offers.emulate={multiply: 2}", "unknown key 'multiply'"},
        {"loihi", "core_types.loihi.offers.emulate.subtract.compartments=1", "is outside 2 to 16"},
        {"loihi", "core_types.loihi.offers.payload=8 bit", "noc.packets.spike.payload is 0 bit"},
        {"mesh28", "core_types.lif28.queue.in=0 packets", "is outside"}};
    SETS(row);
}

static void paths_that_are_no_chips_are_told_apart(void)
{
    static const struct refusal row[] = {{"lohi", NULL, "no chip 'lohi'; did you mean 'loihi'? There are: akida, darwin3, ideal, learn28, loihi"},
                                         {"configs/chips", NULL, "configs/chips: is a folder"},
                                         {".", NULL, "is a folder"},
                                         {"./nothing.yaml", NULL, "./nothing.yaml: No such file"},
                                         {"", NULL, "no chip ''"},
                                         {"README.md", NULL, "README.md"}};
    SETS(row);
}

static void a_wrong_override_is_named(void)
{
    static const struct refusal row[] = {
        {"mesh28", "noc.size", "--set noc.size: write KEY=VALUE"},
        {"mesh28", "noc.sise=8x8", "--set noc.sise=8x8: unknown key 'sise' in noc; did you mean 'size'?"},
        {"mesh28", "core_type.lif28.kind=lif", "--set core_type.lif28.kind=lif: unknown key 'core_type' in the file; did you mean 'core_types'?"},
        {"mesh28", "core_types.lif82.kind=lif", "--set core_types.lif82.kind=lif: core_types.NAME: 'capacity' is missing"},
        {"mesh28", "noc.size=8", "--set noc.size=8: size: '8' is not a pair"},
        {"mesh28", "core_types.lif28.memories.synapse.size=64 pJ", "--set core_types.lif28.memories.synapse.size=64 pJ: size"}};
    SETS(row);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("chipfile, refused", NULL, NULL);
    CU_add_test(suite, "mistakes of writing are told with their place", mistakes_of_writing_are_told_with_their_place);
    CU_add_test(suite, "a cost must say where it comes from", a_cost_must_say_where_it_comes_from);
    CU_add_test(suite, "ranges and bounds must agree with the value", ranges_and_bounds_must_agree_with_the_value);
    CU_add_test(suite, "a cost that a run needs is named when missing", a_cost_that_a_run_needs_is_named_when_missing);
    CU_add_test(suite, "static power must be stated", static_power_must_be_stated);
    CU_add_test(suite, "nothing is charged twice", nothing_is_charged_twice);
    CU_add_test(suite, "a stated cost does not follow an override", a_stated_cost_does_not_follow_an_override);
    CU_add_test(suite, "a stated cost beside any model does not follow either", a_stated_cost_beside_any_model_does_not_follow_either);
    CU_add_test(suite, "what cannot be reached is refused", what_cannot_be_reached_is_refused);
    CU_add_test(suite, "a core of one layer is described whole", a_core_of_one_layer_is_described_whole);
    CU_add_test(suite, "a core type must agree with itself", a_core_type_must_agree_with_itself);
    CU_add_test(suite, "paths that are no chips are told apart", paths_that_are_no_chips_are_told_apart);
    CU_add_test(suite, "a wrong override is named", a_wrong_override_is_named);
    return check_run();
}
