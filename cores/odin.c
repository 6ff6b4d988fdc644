/* odin: the crossbar of ODIN, 256 neurons x 256 input lines of 4-bit synapses, which serves one event at a time and fires while it does.
 * Neurons are its leaky integrate-and-fire ones; the arithmetic of one is odin_sdsp.h's. What an event takes, in cycles and in words of memory:
 *     event                          cycles            synapse memory (32 b)      neuron memory (128 b)
 *     neuron spike                   1 + 2 x 256       32 read, 32 written        256 read, 256 written
 *     single synapse                 2                 1 and 1                    1 and 1
 *     virtual (no synapse)           1 + 2             -                          1 and 1
 *     time reference, all / one      2 x 256 / 2       -                          256 and 256 / 1 and 1
 *     bistability, all / one line    256 x 64 / 64     8192 and 8192 / 32 and 32  -
 * Every event visits all of its neurons, used or not, and writes what it has read; the first cycle of those that pass the scheduler is its own.
 * The documentation says 32k and 128 cycles for bistability; the public source takes a read and a write for each of 32 words, as here.
 * A source has one sign for all of its synapses, so weights of both signs take two lines (offers.signs), the excitatory served first.
 * C. Frenkel, M. Lefebvre, J.-D. Legat, D. Bol, IEEE Trans. Biomedical Circuits and Systems 13 (2019); documentation and source:
 * github.com/ChFrenkel/ODIN. Its Izhikevich neurons are not modelled. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/accumulate.h"
#include "cores/odin.h"
#include "cores/params.h"

enum variable { VARIABLE_MEMBRANE, VARIABLE_CALCIUM, VARIABLE_WEIGHT, N_VARIABLES };

/* The image says all that a core needs. */
static struct core *create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct core));
}

static void destroy(struct core *core)
{
    if (core)
        free(core->axon);
    free(core);
}

/* ---- events */

struct event {                  /* in hand */
    struct core *core;
    struct emissions *out;
    struct core_counts *counts;
    uint32_t cause;
    uint64_t cycles;            /* so far */
};

static uint64_t *action_of(const struct event *e, uint32_t neuron)
{
    return e->counts->action + (size_t)e->core->group[neuron] * N_ACTIONS;
}

/* Of what belongs to no population: the last group's. */
static uint64_t *action_of_core(const struct event *e)
{
    return e->counts->action + (size_t)(e->core->image->groups - 1) * N_ACTIONS;
}

static void count_words(const struct event *e, enum image_table table, uint64_t words)
{
    struct memory_count *to = e->counts->memory + (size_t)(e->core->image->groups - 1) * IMAGE_TABLES + table;
    to->reads += words;
    to->writes += words;
    to->row_reads += table == IMAGE_ROWS ? words : 0;
    to->row_writes += table == IMAGE_ROWS ? words : 0;
}

/* A neuron that fired at the end of its visit, which is in its second cycle. */
static void fire(const struct event *e, uint32_t neuron, uint64_t visited)
{
    action_of(e, neuron)[ACT_SPIKES]++;
    e->out->at[e->out->count++] = (struct emission){neuron, 1, (uint32_t)(visited + ODIN_VISIT - 1), e->cause};
}

static void visit_synapse(struct event *e, uint32_t line, uint32_t i)
{
    struct core *core = e->core;
    struct odin_neuron *n = &core->neuron[i];
    uint8_t *synapse = &core->synapse[line][i];
    int32_t weight = *synapse & ODIN_WEIGHT;
    if (*synapse & ODIN_MAPPED) {            /* before the neuron is: it learns by the flags as they were, and acts as it was */
        *synapse = (uint8_t)(ODIN_MAPPED | odin_weight((uint32_t)weight, n->up, n->down));
        action_of(e, i)[ACT_LEARN_SOPS]++;
    }
    if (odin_stimulate(n, &core->sdsp, core->inhibits[line] ? -weight : weight))
        fire(e, i, e->cycles);
    e->cycles += ODIN_VISIT;
    action_of(e, i)[ACT_SOPS]++;
}

/* Neurons that the network does not use are visited like the others, and nothing comes of it: their weights are 0. */
static void visit_unused(struct event *e, enum core_action action)
{
    uint32_t unused = ODIN_NEURONS - e->core->image->neurons;
    e->cycles += ODIN_VISIT * (uint64_t)unused;
    action_of_core(e)[action] += unused;
}

/* All synapses of a line, those that the network does not use among them: the hardware does not know which those are. */
static void spike_event(struct event *e, uint32_t line)
{
    e->cycles += ODIN_SCHEDULED;
    for (uint32_t i = 0; i < e->core->image->neurons; i++)
        visit_synapse(e, line, i);
    visit_unused(e, ACT_SOPS);
    count_words(e, IMAGE_ROWS, ODIN_ROW_WORDS);
    count_words(e, IMAGE_STATE, ODIN_NEURONS);
}

static void synapse_event(struct event *e, uint32_t line, uint32_t neuron)
{
    visit_synapse(e, line, neuron);
    count_words(e, IMAGE_ROWS, 1);
    count_words(e, IMAGE_STATE, 1);
}

/* Single-synapse events leave out what no event could change: weights of 0 that do not learn. */
static void spike_line(struct event *e, int line)
{
    const struct core *core = e->core;
    if (line == ODIN_NO_LINE)
        return;
    if (!core->image->odin.by_synapse) {
        spike_event(e, (uint32_t)line);
        return;
    }
    for (uint32_t i = 0; i < core->image->neurons; i++)
        if (core->synapse[line][i])
            synapse_event(e, (uint32_t)line, i);
}

static void bistability_event(struct event *e, uint32_t line)
{
    struct core *core = e->core;
    for (uint32_t i = 0; i < ODIN_NEURONS; i++) {
        uint8_t *synapse = &core->synapse[line][i];
        if (!(*synapse & ODIN_MAPPED))
            continue;
        *synapse = (uint8_t)(ODIN_MAPPED | odin_bistable(*synapse & ODIN_WEIGHT));
        action_of(e, i)[ACT_LEARN_SOPS]++;
    }
    e->cycles += ODIN_VISIT * ODIN_ROW_WORDS;
    count_words(e, IMAGE_ROWS, ODIN_ROW_WORDS);
}

static void all_bistability(struct event *e)
{
    for (uint32_t line = 0; line < ODIN_LINES; line++)
        bistability_event(e, line);
}

static void reference_event(struct event *e, uint32_t first, uint32_t end)
{
    struct core *core = e->core;
    for (uint32_t i = first; i < end; i++) {
        if (odin_reference(&core->neuron[i], &core->sdsp, core->leak))
            fire(e, i, e->cycles);
        e->cycles += ODIN_VISIT;
        action_of(e, i)[ACT_UPDATE_ACTIVE]++;
    }
    count_words(e, IMAGE_STATE, end - first);
}

/* The host's bistability events keep step with its time references. */
static void reference_all(struct event *e)
{
    struct core *core = e->core;
    reference_event(e, 0, core->image->neurons);
    visit_unused(e, ACT_UPDATE_IDLE);
    count_words(e, IMAGE_STATE, ODIN_NEURONS - core->image->neurons);
    if (core->sdsp.bistability && ++core->references % core->sdsp.bistability == 0)
        all_bistability(e);
}

static void virtual_event(struct event *e, const struct packet *p)
{
    e->cycles += ODIN_SCHEDULED;
    if (odin_stimulate(&e->core->neuron[p->axon], &e->core->sdsp, p->payload))
        fire(e, p->axon, e->cycles);
    e->cycles += ODIN_VISIT;
    action_of(e, p->axon)[ACT_SOPS]++;
    count_words(e, IMAGE_STATE, 1);
}

/* 0: of a kind that it knows, with an address that is there. */
static int check_packet(const struct core *core, const struct packet *p, struct err *err)
{
    uint32_t neurons = core->image->neurons, axons = core->image->axons;
    int32_t most = ODIN_WEIGHT_MOST;
    int good = 0;
    switch ((enum packet_kind)p->kind) {
    case PACKET_SPIKE: good = p->axon < axons && p->payload == 1 && !p->delay; break;
    case PACKET_SYNAPSE: good = p->axon < axons && p->payload >= 0 && (uint32_t)p->payload < neurons; break;
    case PACKET_VIRTUAL: good = p->axon < neurons && p->payload >= -most && p->payload <= most; break;
    case PACKET_TIME_REFERENCE: good = p->axon < neurons || p->axon == NO_PACKET; break;
    case PACKET_BISTABILITY: good = p->axon < axons || p->axon == NO_PACKET; break;
    case PACKET_THIRD_FACTOR: break;
    }
    return good ? 0 : err_answer(err, "odin: a packet of kind %u, address %u, value %d and delay %u; it takes binary spikes without delay, and its own events",
                                 p->kind, p->axon, p->payload, p->delay);
}

static void serve(struct event *e, const struct packet *p)
{
    const struct core *core = e->core;
    const struct lines none = {ODIN_NO_LINE, ODIN_NO_LINE}, both = p->axon < core->image->axons ? core->axon[p->axon] : none;
    switch ((enum packet_kind)p->kind) {
    case PACKET_SPIKE:
        spike_line(e, both.excites);
        spike_line(e, both.inhibits);
        break;
    case PACKET_SYNAPSE: {
        uint32_t i = (uint32_t)p->payload;
        int plus = both.excites != ODIN_NO_LINE && (both.inhibits == ODIN_NO_LINE || !(core->synapse[both.inhibits][i] & ODIN_WEIGHT));
        synapse_event(e, (uint32_t)(plus ? both.excites : both.inhibits), i);
        break;
    }
    case PACKET_VIRTUAL: virtual_event(e, p); break;
    case PACKET_TIME_REFERENCE:
        if (p->axon == NO_PACKET)
            reference_all(e);
        else
            reference_event(e, p->axon, p->axon + 1);
        break;
    case PACKET_BISTABILITY:
        if (p->axon == NO_PACKET)
            all_bistability(e);
        else if (both.excites != ODIN_NO_LINE)
            bistability_event(e, (uint32_t)both.excites);
        if (p->axon != NO_PACKET && both.inhibits != ODIN_NO_LINE)
            bistability_event(e, (uint32_t)both.inhibits);
        break;
    case PACKET_THIRD_FACTOR: break;
    }
}

static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles, struct emissions *out,
                  struct core_counts *counts, struct err *err)
{
    (void)at, (void)ahead;
    if (!core->image->groups || !out || (uint64_t)out->capacity - out->count < (uint64_t)n * core->image->neurons)
        return err_bug(err, "odin: no neurons, or no room for what they may send");
    for (uint32_t i = 0; i < n; i++) {
        struct event e = {.core = core, .out = out, .counts = counts, .cause = i};
        if (check_packet(core, &p[i], err))
            return -1;
        serve(&e, &p[i]);
        if (cycles)
            cycles[i] = (uint32_t)e.cycles;
        action_of_core(&e)[ACT_LEAVES]++;
        action_of_core(&e)[ACT_BUSY_CYCLES] += e.cycles;
    }
    return 0;
}

/* Driven alone: a time reference to all. */
static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)at, (void)err;
    struct event e = {.core = core, .out = out, .counts = counts, .cause = NO_PACKET};
    out->count = 0;
    reference_all(&e);
    *cycles = (uint32_t)e.cycles;
    action_of_core(&e)[ACT_BUSY_CYCLES] += e.cycles;
    return 0;
}

/* ---- state */

/* Target of the k-th synapse of an axon's row; UINT32_MAX: it has not so many. */
static uint32_t target_of(const struct image *image, uint32_t axon, uint64_t k)
{
    const struct segment *s = (const struct segment *)(const void *)(image->rows + image->axon_row[axon]);
    for (; k >= s->count; s = segment_next(s)) {
        if (s->last)
            return UINT32_MAX;
        k -= s->count;
    }
    uint32_t target;
    int64_t weight;
    segment_synapse(s, (uint32_t)k, &target, &weight);
    return target;
}

/* The k-th synapse of an axon, with its sign: on the line where it has a weight. NULL: no such synapse. */
static uint8_t *synapse_at(struct core *core, uint64_t axon, uint64_t k, int *inhibits)
{
    uint32_t neuron = axon < core->image->axons ? target_of(core->image, (uint32_t)axon, k) : UINT32_MAX;
    if (neuron == UINT32_MAX)
        return NULL;
    struct lines l = core->axon[axon];
    *inhibits = l.excites == ODIN_NO_LINE || (l.inhibits != ODIN_NO_LINE && core->synapse[l.inhibits][neuron] & ODIN_WEIGHT);
    return &core->synapse[*inhibits ? l.inhibits : l.excites][neuron];
}

/* Membrane and calcium by neuron; a weight by axon << 32 | its number in the row. */
static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    int inhibits;
    uint8_t *synapse = variable == VARIABLE_WEIGHT ? synapse_at((struct core *)(uintptr_t)core, index >> 32, index & UINT32_MAX, &inhibits) : NULL;
    if (variable > VARIABLE_WEIGHT || (variable == VARIABLE_WEIGHT ? !synapse : index >= ODIN_NEURONS))
        return err_bug(err, "odin: no variable %u of index %llu", variable, (unsigned long long)index);
    if (synapse)
        *value = inhibits ? -(*synapse & ODIN_WEIGHT) : *synapse & ODIN_WEIGHT;
    else
        *value = variable == VARIABLE_MEMBRANE ? core->neuron[index].membrane : core->neuron[index].calcium;
    return 0;
}

static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    int inhibits;
    uint8_t *synapse = variable == VARIABLE_WEIGHT ? synapse_at(core, index >> 32, index & UINT32_MAX, &inhibits) : NULL;
    if (variable > VARIABLE_WEIGHT || (variable == VARIABLE_WEIGHT ? !synapse : index >= ODIN_NEURONS))
        return err_bug(err, "odin: no variable %u of index %llu", variable, (unsigned long long)index);
    if (synapse)
        *synapse = (uint8_t)((*synapse & ODIN_MAPPED) | ((uint32_t)(value < 0 ? -value : value) & ODIN_WEIGHT));
    else if (variable == VARIABLE_MEMBRANE)
        core->neuron[index].membrane = (uint8_t)value;
    else
        core->neuron[index].calcium = (uint8_t)value & ODIN_CALCIUM_MOST;
    return 0;
}

static const struct named variables[N_VARIABLES] = {
    {"membrane", "", "0 to 255, by neuron"}, {"calcium", "", "0 to 7, by neuron"}, {"weight", "", "with its sign, by axon << 32 | number in its row"}};

#define LEARNS(key, member, high, fallback, example, help)                                                                                            \
    {"learning." key, FIELD_NUMBER, PARAMS_OF(learning.sdsp.member), 0, 0, high, NULL, fallback, example, help}
static const struct field fields[] = {
    PARAMS_FORMAT("weight", weight, NULL, "4 bit signed", "a synapse: 3 bits, and the sign of its source; needed"),
    PARAMS_FORMAT("membrane", membrane, NULL, "8 bit", "a neuron's state; needed"),
    PARAMS_FORMAT("threshold", threshold, NULL, "8 bit", "from it on it fires; needed"), PARAMS_SPIKE, PARAMS_LEAK,
    {"offers.neurons", FIELD_WORD, PARAMS_OF(odin.izhikevich), 0, 0, 0, "lif|izhikevich", "lif", "lif",
     "which of ODIN's neurons; izhikevich is refused: they are not modelled"},
    {"offers.leak", FIELD_NUMBER, PARAMS_OF(odin.leak), 0, 0, 127, NULL, "0", "1", "what each time reference takes from every membrane, not below 0"},
    {"offers.signs", FIELD_WORD, PARAMS_OF(odin.two_rows), 0, 0, 0, "one|two_rows", "one", "two_rows",
     "a source's weights have one sign; two_rows: one with both takes two input lines, and its spike two events"},
    {"offers.events", FIELD_WORD, PARAMS_OF(odin.by_synapse), 0, 0, 0, "rows|synapses", "rows", "synapses",
     "what the host makes of a spike: one event for its whole row, or one for each of its synapses"},
    {"learning.on", FIELD_FLAG, PARAMS_OF(learning.on), 0, 0, 0, NULL, "true", "true", "false: weights rest"},
    LEARNS("theta_mem", theta_mem, 255, "128", "128", "weights grow where the membrane is at least this, and shrink where it is not"),
    LEARNS("ca_theta1", theta1, 7, "1", "1", "... while calcium is at least this"),
    LEARNS("ca_theta2", theta2, 7, "5", "5", "... and to shrink below this"), LEARNS("ca_theta3", theta3, 7, "7", "7", "... to grow below this"),
    LEARNS("ca_leak", ca_leak, 31, "8", "8", "time references until calcium falls by one; 0: it does not"),
    LEARNS("bistability", bistability, 4294967295, "0", "100", "time references to all neurons until a bistability event of all synapses; 0: none"),
    {"learning.populations", FIELD_NODE, PARAMS_OF(learning.populations), 0, 0, 0, NULL, "", "[out]",
     "populations whose input synapses are plastic; all that run on such cores where absent"},
    {.key = NULL},
};

extern const struct core_kind core_odin;
const struct core_kind core_odin = {
    .name = "odin", .about = "ODIN's crossbar: 256 leaky neurons of 8 bits that fire as each packet is served, and learn by SDSP",
    .abi = CORE_ABI, .flags = CORE_EMITS_ON_ACCEPT | CORE_ORDERED, .fields = fields, .memories = core_tables, .actions = core_actions,
    .variables = variables, .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = N_VARIABLES, .create = create, .load = odin_load,
    .destroy = destroy, .reset = odin_reset, .accept = accept, .update = update, .peek = peek, .poke = poke,
};
