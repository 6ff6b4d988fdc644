/* A foreign core behind the calls of a core kind. A packet becomes an event, which is handed to the port and followed clock by clock until the
 * core is idle again; or is served by the C reference at once, with clocks and accesses from the manifest's formulae. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/accumulate.h"
#include "cores/foreign/kind.h"
#include "cores/image.h"
#include "cores/sweep.h"

struct core *foreign_create(const struct foreign *f, enum foreign_use use, const struct params *params, uint32_t id, struct err *err)
{
    struct core *core = mem_new(1, sizeof *core);
    /* A chip says which kind it makes; without one these are words. */
    const struct foreign_params *given = params && !params->kind ? (const struct foreign_params *)(const void *)params : NULL;
    (void)id, (void)err;
    core->f = f;
    core->m = f->manifest;
    core->is_model = use == FOREIGN_MODEL || use == FOREIGN_STEP_MODEL;
    core->in_steps = use == FOREIGN_STEP_DEVICE || use == FOREIGN_STEP_MODEL;
    core->spike = mem_new(core->m->neurons, sizeof *core->spike);
    if (given) {
        core->longest_gap = given->longest_gap;
        core->seed = given->seed;
        core->has_words = given->words != NULL;
    }
    if (core->has_words)
        foreign_words_copy(given->words, &core->loaded);
    else
        foreign_words_new(core->m, &core->loaded);
    return core;
}

static void destroy(struct core *core)
{
    if (!core)
        return;
    if (core->port)
        core->f->adapter->destroy(core->port);
    foreign_shipped_free(core);
    foreign_words_free(&core->loaded);
    foreign_words_free(&core->state);
    free(core->spike);
    free(core->synapses);
    free(core->spot);
    free(core);
}

/* FNV-1a over the words: the same image starts with the same random registers, on any machine. */
static uint64_t hash_of(const struct foreign_state *s)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (uint32_t m = 0; m < s->n_memories; m++)
        for (uint32_t w = 0; w < s->memory[m].words; w++)
            hash = (hash ^ s->memory[m].word[w]) * 0x100000001b3;
    return hash ^ hash >> 32;
}

/* Reset, identity, memories and registers: through the pins where there is no other way, and in one core of so many where there is. */
static int start_port(struct core *core, struct err *err)
{
    const struct foreign_adapter *a = core->f->adapter;
    const struct manifest *m = core->m;
    uint64_t hash = hash_of(&core->loaded);
    core->port = a->create();
    a->reset(core->port, hash);
    uint64_t identity = m->identity_node ? a->identity(core->port) : m->identity;
    if (identity != m->identity)
        return doc_error(m->identity_node, err, "the core's identity word is 0x%llx, the manifest says 0x%x: another core, or another version of it",
                         (unsigned long long)identity, m->identity);
    if (a->program(core->port, &core->loaded, !m->back_door || hash % m->front_door_every == 0))
        return err_answer(err, "%s: programming failed: %s", m->name, a->refusal(core->port));
    a->gaps(core->port, core->seed, core->longest_gap);
    return 0;
}

/* Synapses by axon, for the counts: those of the chip's rows, zeros of a dense row too; else the weights that are not 0. */
static int count_synapses(struct core *core, struct err *err)
{
    core->synapses = mem_new(core->m->axons, sizeof *core->synapses);
    for (uint32_t a = 0; !core->has_words && a < core->image->axons; a++)
        for (const struct segment *s = (const struct segment *)(const void *)(core->image->rows + core->image->axon_row[a]);; s = segment_next(s)) {
            core->synapses[a] += s->count;
            if (s->last)
                break;
        }
    for (uint32_t a = 0; core->has_words && a < core->m->axons; a++)
        for (uint32_t n = 0; n < core->m->neurons; n++) {
            int64_t weight;
            if (foreign_get(core->m, &core->loaded, "weight", n, a, &weight, err))
                return -1;
            core->synapses[a] += weight != 0;
        }
    return 0;
}

/* Worked out once: they are read after every event. */
static int place_membranes(struct core *core, struct err *err)
{
    const struct manifest_field *f = manifest_field(core->m, "membrane", &core->membranes);
    core->spot = mem_new(core->m->neurons, sizeof *core->spot);
    for (uint32_t n = 0; n < core->m->neurons; n++)
        if (foreign_place(core->m, f, n, 0, &core->spot[n].word, &core->spot[n].bit, err))
            return -1;
    return 0;
}

static int load(struct core *core, const struct image *image, struct err *err)
{
    core->image = image;
    if (image->axons && !image->axon_row && !core->has_words)
        return err_bug(err, "%s: the image lists no rows by axon", core->m->name);
    if ((!core->has_words && foreign_load_chip(core->m, image, core->in_steps, &core->loaded, err)) || count_synapses(core, err) || place_membranes(core, err))
        return -1;
    foreign_words_copy(&core->loaded, &core->state);
    if (core->is_model)
        return core->m->shipped ? foreign_shipped_load(core, image, err) : 0;
    return start_port(core, err);
}

/* Whether a memory holds weights, which outlast a sample. */
static int holds_weights(const struct manifest_memory *memory)
{
    for (uint32_t k = 0; k < memory->n_fields; k++)
        if (memory->field[k].per_synapse)
            return 1;
    return 0;
}

/* Membranes, sums, and whatever shares their words, as they were loaded; registers and synapses stay. */
static void reset(struct core *core)
{
    for (uint32_t m = 0; m < core->m->n_memories; m++) {
        const struct foreign_memory *from = &core->loaded.memory[m];
        if (holds_weights(&core->m->memory[m]))
            continue;
        memcpy(core->state.memory[m].word, from->word, from->words * sizeof(uint64_t));
        for (uint32_t w = 0; !core->is_model && w < from->words; w++)
            core->f->adapter->poke(core->port, m, w, from->word[w]);
    }
    if (core->inner)
        core->m->shipped->reset(core->inner);
}

/* ---- events ---- */

static void set_values(const struct core *core, const struct foreign_event *e, uint32_t spikes, int64_t *value)
{
    value[NAME_NEURONS] = core->m->neurons;
    value[NAME_AXONS] = core->m->axons;
    value[NAME_SPIKES] = spikes;
    value[NAME_AXON] = e->axon;
    value[NAME_NEURON] = e->neuron;
    for (uint32_t i = 0; i < core->m->n_registers; i++)
        value[NAME_REGISTERS + i] = (int64_t)core->loaded.reg[i].value;
}

/* What the manifest declares. -1: a formula has no result, or one below 0. */
static int declare(const struct core *core, const struct foreign_event *e, struct served *s, struct err *err)
{
    const struct manifest_event *event = &core->m->event[e->kind];
    int64_t value[MANIFEST_NAMES], result;
    set_values(core, e, s->spikes, value);
    if (expr_value(&event->cycles, value, &result, err))
        return err_context(err, "%s: events.%s.cycles", core->m->name, event->name);
    if (result < 0 || result > UINT32_MAX)
        return err_answer(err, "%s: events.%s.cycles is %lld with %u spikes", core->m->name, event->name, (long long)result, s->spikes);
    s->cycles = (uint32_t)result;
    for (uint32_t m = 0; m < core->m->n_memories; m++) {
        int64_t reads, writes;
        if (expr_value(&event->reads[m], value, &reads, err) || expr_value(&event->writes[m], value, &writes, err))
            return err_context(err, "%s: events.%s, accesses of %s", core->m->name, event->name, core->m->memory[m].name);
        if (reads < 0 || writes < 0)
            return err_answer(err, "%s: events.%s: accesses of %s are below 0", core->m->name, event->name, core->m->memory[m].name);
        s->reads[m] = (uint64_t)reads;
        s->writes[m] = (uint64_t)writes;
    }
    return 0;
}

/* One event, served to its end; its spikes are in core->spike. */
static int serve(struct core *core, const struct foreign_event *e, struct served *s, struct err *err)
{
    memset(s, 0, sizeof *s);
    if (!core->is_model)
        return foreign_drive(core, e, s, err);
    if (core->inner && foreign_shipped_serve(core, e, s, err))
        return -1;
    if (!core->inner)
        s->spikes = core->f->model->event(&core->state, e, core->spike);
    return declare(core, e, s, err);
}

/* The event that a packet asks for, by number; -1: the manifest has none for it. */
static int event_asked(const struct manifest *m, const struct packet *p)
{
    if (p->kind == PACKET_SPIKE)
        return m->spike_event;
    if (p->kind == PACKET_TIME_REFERENCE)
        return m->reference_event;
    return p->kind >= MANIFEST_PACKET && p->kind - MANIFEST_PACKET < (int)m->n_events ? p->kind - MANIFEST_PACKET : -1;
}

/* packet NULL: the event of an update, which is about nothing. */
static struct foreign_event event_of(const struct manifest *m, int kind, const struct packet *p)
{
    struct foreign_event e = {.kind = (uint32_t)kind, .axon = p && p->kind == PACKET_SPIKE ? p->axon : 0};
    if (p && p->kind >= MANIFEST_PACKET) {
        manifest_place(&m->event[kind], p->axon, &e.axon, &e.neuron);
        e.weight = p->payload;
    }
    e.code = manifest_code(&m->event[kind], e.axon, e.neuron, e.weight);
    return e;
}

static void add_accesses(const struct core *core, const struct served *s, struct core_counts *counts)
{
    struct memory_count *to = counts->memory + (size_t)(core->image->groups - 1) * IMAGE_TABLES;
    for (uint32_t m = 0; m < core->m->n_memories; m++) {
        int table = core->m->memory[m].table;
        to[table].reads += s->reads[m];
        to[table].writes += s->writes[m];
        to[table].row_reads += table == IMAGE_ROWS ? s->reads[m] : 0;
    }
}

/* The clocks of a device are counted; a model's are declared, or the end of the event where the manifest does not say them. */
static int emit(const struct core *core, const struct foreign_event *e, const struct served *s, uint32_t cause, struct emissions *out, struct err *err)
{
    int64_t value[MANIFEST_NAMES], offset;
    for (uint32_t i = 0; i < s->spikes; i++) {
        const struct foreign_spike *spike = &core->spike[i];
        if (spike->neuron >= core->image->neurons || out->count == out->capacity)
            return err_answer(err, "%s: neuron %u fired, and the image has %u neurons", core->m->name, spike->neuron, core->image->neurons);
        set_values(core, e, i, value);
        value[NAME_NEURON] = spike->neuron;
        offset = (int64_t)spike->clock;
        if (core->is_model && !core->m->event[e->kind].offset.n)
            offset = s->cycles;
        else if (core->is_model && expr_value(&core->m->event[e->kind].offset, value, &offset, err))
            return err_context(err, "%s: events.%s.offset", core->m->name, core->m->event[e->kind].name);
        if (offset < 0 || offset > UINT32_MAX)
            return err_answer(err, "%s: the spike of neuron %u would leave at clock %lld of its event (events.%s.offset)", core->m->name, spike->neuron,
                              (long long)offset, core->m->event[e->kind].name);
        out->at[out->count++] = (struct emission){spike->neuron, spike->payload, (uint32_t)offset, cause};
    }
    return 0;
}

/* In a chip with steps the order of packets must not matter, and it does from the moment a membrane reaches an end of its range. */
static int check_ends(const struct core *core, uint64_t step, struct err *err)
{
    uint32_t memory;
    int64_t low, high;
    const struct manifest_field *f = manifest_field(core->m, "membrane", &memory);
    foreign_range(f, &low, &high);
    for (uint32_t i = 0; core->m->by_arrival && i < core->image->neurons; i++) {
        int64_t v = foreign_decode(f, foreign_word(core, memory, core->spot[i].word), core->spot[i].bit);
        if (v == low || v == high)
            return err_answer(err, "%s: neuron %u's membrane reached %lld, an end of its range, in step %llu: from there on its sum depends on the order of "
                              "packets (time.order: arrival), which a chip with steps does not fix; smaller weights (--bits) would help", core->m->name, i,
                              (long long)v,
                              (unsigned long long)step);
    }
    return 0;
}

/* Whether an axon may be served, and room for all that it may send. */
static int check_packet(const struct core *core, const struct packet *p, const struct emissions *out, struct err *err)
{
    int event = event_asked(core->m, p);
    if ((p->payload != 1 && p->kind < MANIFEST_PACKET) || p->delay)
        return err_answer(err, "%s: a packet of value %d and delay %u; it takes binary spikes without delay", core->m->name, p->payload, p->delay);
    if (event < 0)
        return err_answer(err, "%s: a packet of kind %u, for which its manifest has no event", core->m->name, p->kind);
    if (p->kind != PACKET_TIME_REFERENCE && p->axon >= (p->kind == PACKET_SPIKE ? core->m->axons : manifest_places(&core->m->event[event])))
        return err_bug(err, "%s: axon %u of event %s", core->m->name, p->axon, core->m->event[event].name);
    if (!core->image->groups)
        return err_bug(err, "%s: a packet for a core without neurons", core->m->name);
    return !core->in_steps && (!out || out->capacity - out->count < core->image->neurons) ? err_bug(err, "%s: no room for its spikes", core->m->name) : 0;
}

static int accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles, struct emissions *out,
                  struct core_counts *counts, struct err *err)
{
    (void)ahead;
    uint64_t *action = counts->action;
    core->at = *at;
    for (uint32_t i = 0; i < n; i++) {
        struct served s;
        if (check_packet(core, &p[i], out, err))
            return -1;
        struct foreign_event e = event_of(core->m, event_asked(core->m, &p[i]), &p[i]);
        if (serve(core, &e, &s, err))
            return -1;
        if (core->in_steps && s.spikes)
            return err_answer(err, "%s: neuron %u fired at an event `%s`; in a chip with steps only `%s` may fire (time.step of its manifest)", core->m->name,
                              core->spike[0].neuron, core->m->event[e.kind].name, core->m->event[core->m->step_event].name);
        if (core->in_steps ? check_ends(core, at->step, err) : 0)
            return -1;
        if (cycles)
            cycles[i] = s.cycles;
        if (!core->in_steps && emit(core, &e, &s, i, out, err))
            return -1;
        add_accesses(core, &s, counts);
        action[ACT_LEAVES]++;
        action[ACT_BUSY_CYCLES] += s.cycles;
        action[ACT_SPIKES] += s.spikes;
        if (p[i].kind == PACKET_SPIKE)
            action[core->in_steps && at->step + 1 >= core->image->group[0].close ? ACT_SOPS_LATE : ACT_SOPS] += core->synapses[p[i].axon];
    }
    return 0;
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    struct served s;
    struct foreign_event e = event_of(core->m, core->in_steps ? core->m->step_event : core->m->reference_event, NULL);
    core->at = *at;
    out->count = 0;
    if (serve(core, &e, &s, err) || emit(core, &e, &s, NO_PACKET, out, err))
        return -1;
    *cycles = s.cycles;
    add_accesses(core, &s, counts);
    counts->action[ACT_CORE_STEPS]++;
    counts->action[ACT_BUSY_CYCLES] += s.cycles;
    for (uint32_t g = 0; g < core->image->groups; g++)
        counts->action[(size_t)g * N_ACTIONS + ACT_UPDATE_ACTIVE] += core->image->group[g].count;
    for (uint32_t i = 0; i < s.spikes; i++) {
        uint32_t g = core->image->groups - 1;
        while (g && core->image->group[g].first > core->spike[i].neuron)
            g--;
        counts->action[(size_t)g * N_ACTIONS + ACT_SPIKES]++;
    }
    return 0;
}

/* The event that ends a step goes to the whole core: outside the window of its populations it is not sent. */
static int idle(const struct core *core, const struct core_step *at)
{
    return core->in_steps && core->image->groups && !sweep_open(&core->image->group[0], at->step);
}

static void skip(struct core *core, const struct core_step *at, uint32_t *cycles, struct core_counts *counts)
{
    struct err unheard;
    *cycles = 0;
    if (core->inner)
        foreign_shipped_skip(core, at, &unheard);
    for (uint32_t g = 0; g < core->image->groups; g++)
        counts->action[(size_t)g * N_ACTIONS + ACT_UPDATE_HELD] += core->image->group[g].count;
}

/* The declared formula, as if nothing fired: what fires is not known before. */
static void cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++) {
        struct served s = {0};
        struct err ignored;
        int kind = event_asked(core->m, &p[i]);
        struct foreign_event e = event_of(core->m, kind < 0 ? core->m->spike_event : kind, &p[i]);
        cycles[i] = declare(core, &e, &s, &ignored) ? UINT32_MAX : s.cycles;
    }
}

int foreign_declared(const struct core *model, const struct packet *p, uint32_t *cycles, struct memory_count *memory, struct err *err)
{
    int update = model->in_steps ? model->m->step_event : model->m->reference_event;
    struct foreign_event e = event_of(model->m, p ? event_asked(model->m, p) : update, p);
    struct foreign_state copy;
    struct served s = {0};
    foreign_words_copy(&model->state, &copy);
    s.spikes = model->f->model->event(&copy, &e, model->spike);
    foreign_words_free(&copy);
    if (declare(model, &e, &s, err))
        return -1;
    *cycles = s.cycles;
    for (uint32_t m = 0; m < model->m->n_memories; m++) {
        memory[model->m->memory[m].table].reads += s.reads[m];
        memory[model->m->memory[m].table].writes += s.writes[m];
    }
    return 0;
}

/* ---- state ---- */

uint64_t foreign_word(const struct core *core, uint32_t memory, uint32_t word)
{
    return core->is_model ? core->state.memory[memory].word[word] : core->f->adapter->peek(core->port, memory, word);
}

/* Variable 0: membrane by neuron; 1: weight by axon * neurons + neuron, with the image's neurons. */
static int find(const struct core *core, uint32_t variable, uint64_t index, const struct manifest_field **f, uint32_t *memory, uint32_t *word, uint32_t *bit,
                struct err *err)
{
    uint64_t wide = core->image->neurons, axon = variable ? index / wide : 0, neuron = variable ? index % wide : index;
    if (variable > 1 || axon >= core->m->axons || neuron >= core->m->neurons)
        return err_bug(err, "%s: no variable %u of index %llu", core->m->name, variable, (unsigned long long)index);
    *f = manifest_field(core->m, variable ? "weight" : "membrane", memory);
    if (!variable) {
        *word = core->spot[neuron].word;
        *bit = core->spot[neuron].bit;
        return 0;
    }
    return foreign_place(core->m, *f, (uint32_t)neuron, (uint32_t)axon, word, bit, err);
}

static int peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    const struct manifest_field *f;
    uint32_t memory, word, bit;
    if (find(core, variable, index, &f, &memory, &word, &bit, err))
        return -1;
    if (core->inner && !variable)
        return core->m->shipped->peek(core->inner, 0, index, value, err);
    *value = foreign_decode(f, foreign_word(core, memory, word), bit);
    return 0;
}

static int poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    const struct manifest_field *f;
    uint32_t memory, word, bit;
    if (find(core, variable, index, &f, &memory, &word, &bit, err))
        return -1;
    if (core->inner && !variable)
        return core->m->shipped->poke(core->inner, 0, index, value, err);
    uint64_t mask = (((uint64_t)1 << f->bits) - 1) << bit, all = (foreign_word(core, memory, word) & ~mask) | ((uint64_t)value << bit & mask);
    core->state.memory[memory].word[word] = all;
    if (!core->is_model)
        core->f->adapter->poke(core->port, memory, word, all);
    return 0;
}

static const struct named variables[] = {{"membrane", "", "as the core holds it"}, {"weight", "", "of axon * neurons + neuron"}};

const struct core_kind foreign_calls = {
    .about = "a core that is not volley's own, verilated", .abi = CORE_ABI, .fields = foreign_fields, .memories = core_tables, .actions = core_actions,
    .variables = variables, .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 2, .load = load, .destroy = destroy, .reset = reset,
        .cost = cost,
    .accept = accept, .update = update, .idle = idle, .skip = skip, .peek = peek, .poke = poke,
};
