/* A core that is not volley's own as a target: what its manifest says, in the harness's words. A stimulus' numbers are the fields of its
 * memories and its registers, as they lie there; what they do is the C reference's business. One target per opened core, kept as long. */
#include "verify/target_foreign.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "config/fields.h"
#include "cores/foreign/foreign.h"
#include "verify/profile.h"
#include "verify/stim.h"

enum { FIELDS = MANIFEST_FIELDS + FOREIGN_REGISTERS + 4, TARGETS = 8, SUM_BITS = 31 /* of a sum, which a foreign core keeps exactly */ };

struct foreign_target {
    struct verify_target target;        /* first: a target is one of these */
    const struct foreign *foreign;
    struct verify_size size[2];
    struct verify_field field[FIELDS];  /* at most */
    struct verify_event event[FOREIGN_EVENTS + 1];
    const char **line;                  /* quirks and what else is printed first; NULL-ended */
};

/* What a build points at. */
struct own {
    struct foreign_params params;
    struct foreign_state words;
    struct image_group group;
    uint32_t *axon_row;
    uint64_t *rows;
    struct verify_build image;          /* of a reference of volley's own */
    int32_t *reset_value;
};

static int64_t value(const struct stim *s, const char *name, uint32_t index, int64_t absent)
{
    const int64_t *values = stim_values(s, name);
    return values ? values[index] : absent;
}

/* ---- a stimulus as words ---- */

/* A stimulus may give several synapses from one axon to one neuron; a matrix has one place for them, and the last stays. */
static int put_rows(const struct manifest *m, const struct stim *s, struct foreign_state *words, struct err *err)
{
    for (uint32_t a = 0; a < s->axons; a++)
        for (uint32_t i = 0; i < s->row[a].count; i++)
            if (foreign_put(m, words, "weight", s->row[a].synapse[i].neuron, a, s->row[a].synapse[i].weight, err))
                return -1;
    return 0;
}

/* Neurons beyond the stimulus' own get the highest threshold: with no weights, they never fire. */
static int put_neurons(const struct manifest *m, const struct stim *s, struct foreign_state *words, struct err *err)
{
    for (const struct verify_field *f = s->size->fields; f->name; f++) {
        uint32_t memory;
        if (f->scope != VERIFY_PER_NEURON || !manifest_field(m, f->name, &memory))
            continue;
        for (uint32_t n = 0; n < m->neurons; n++) {
            int64_t rest = f->role == ROLE_THRESHOLD ? f->high : 0;
            if (foreign_put(m, words, f->name, n, 0, n < s->neurons ? value(s, f->name, n, 0) : rest, err))
                return -1;
        }
    }
    return 0;
}

static int put_registers(const struct manifest *m, const struct stim *s, struct foreign_state *words, struct err *err)
{
    for (uint32_t r = 0; r < m->n_registers; r++) {
        int64_t index = value(s, m->reg[r].name, 0, 0);
        if (index < 0 || index >= m->reg[r].n)
            return err_input(err, "%s: register %s has the values 0 to %u of the manifest's list", m->name, m->reg[r].name, m->reg[r].n - 1);
        words->reg[r].value = m->reg[r].value[index];
    }
    return 0;
}

/* Rows of the image are empty: the core has its weights in its words, and the harness counts by events. */
static void make_image(const struct stim *s, struct own *own, struct image *image)
{
    own->group = (struct image_group){.first = 0, .count = s->neurons, .open = 0, .close = UINT64_MAX, .compartments = 1, .ports = 1, .fires = 1};
    own->rows = mem_new((sizeof(struct segment) + 7) / 8, 8);
    ((struct segment *)(void *)own->rows)->last = 1;
    own->axon_row = mem_new(s->axons, sizeof *own->axon_row);
    *image = (struct image){.neurons = s->neurons, .groups = 1, .group = &own->group, .rows = own->rows, .axons = s->axons, .axon_row = own->axon_row};
}

static int build(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *to, struct err *err)
{
    const struct manifest *m = ((const struct foreign_target *)target)->foreign->manifest;
    struct own *own = mem_new(1, sizeof *own);
    (void)size;
    to->own = own;
    foreign_words_new(m, &own->words);
    own->params = (struct foreign_params){.words = &own->words, .longest_gap = (uint32_t)value(s, "gaps", 0, 0), .seed = s->seed};
    to->params = &own->params.params;
    make_image(s, own, &to->image);
    return put_neurons(m, s, &own->words, err) || put_rows(m, s, &own->words, err) || put_registers(m, s, &own->words, err) ? -1 : 0;
}

/* Where a kind of volley's own is the reference, both are loaded from an image, as a chip would: what the manifest's time.step can say. */
static int build_image(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *to, struct err *err)
{
    struct own *own = mem_new(1, sizeof *own);
    to->own = own;
    if (verify_image(target, size, s, &own->image, err))
        return -1;
    own->params = (struct foreign_params){.longest_gap = (uint32_t)value(s, "gaps", 0, 0), .seed = s->seed};
    to->params = &own->params.params;
    to->image = own->image.image;
    to->image.words = (struct image_words){.axon = 1, .state_per = 1, .accumulator_per = 1, .parameter_per = 1, .state_each = 1, .accumulator_each = 1,
                                           .parameter_each = 1};
    to->image.rounding = IMAGE_ROUND_DOWN;
    /* A reset is to 0, or by the threshold. */
    own->reset_value = mem_new(s->neurons, sizeof *own->reset_value);
    for (uint32_t i = 0; i < s->neurons && to->image.group[0].reset == IMAGE_RESET_SUBTRACT; i++)
        own->reset_value[i] = to->image.threshold[i];
    to->image.reset_value = own->reset_value;
    return 0;
}

static void release(struct verify_build *build)
{
    struct own *own = build->own;
    if (!own)
        return;
    verify_image_free(&own->image);
    free(own->reset_value);
    foreign_words_free(&own->words);
    free(own->rows);
    free(own->axon_row);
    free(own);
}

/* Every event says when its spikes leave: the reference then has all that can be compared. */
static int says_offsets(const struct manifest *m)
{
    for (uint32_t i = 0; i < m->n_events; i++)
        if (!m->event[i].offset.n)
            return 0;
    return 1;
}

static int declared(const struct core *before, const struct core_step *at, const struct packet *packet, struct verify_cost *cost, struct err *err)
{
    (void)at;
    return foreign_declared(before, packet, &cost->cycles, cost->memory, err);
}

/* ---- a manifest as a target ---- */

static void add_field(struct foreign_target *t, uint32_t *n, struct verify_field field)
{
    t->field[(*n)++] = field;
}

/* What time.step says, in an image's words: the resets that there are, as far as they follow each other, and the comparison. */
static void add_step_fields(struct foreign_target *t, uint32_t *n)
{
    const struct manifest *m = t->foreign->manifest;
    int low = 0, high;
    while (low < IMAGE_RESET_SUBTRACT && m->step_reset[low].n == UINT32_MAX)
        low++;
    for (high = low; high < IMAGE_RESET_SUBTRACT && m->step_reset[high + 1].n != UINT32_MAX;)
        high++;
    add_field(t, n, (struct verify_field){"reset", VERIFY_PER_GROUP, ROLE_OTHER, low, high, low, "0 none, 1 to zero, 2 by the threshold"});
    add_field(t, n, (struct verify_field){"at_least", VERIFY_PER_GROUP, ROLE_OTHER, m->step_at_least, m->step_at_least, m->step_at_least,
                                          "1: fires at >= instead of >"});
}

/* Every field of a neuron that is loaded, every register that has a choice, and the waits. */
static void make_fields(struct foreign_target *t)
{
    const struct manifest *m = t->foreign->manifest;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_memories; i++)
        for (uint32_t k = 0; k < m->memory[i].n_fields && n < MANIFEST_FIELDS; k++) {
            const struct manifest_field *f = &m->memory[i].field[k];
            int64_t low, high;
            foreign_range(f, &low, &high);
            int threshold = !strcmp(f->name, "threshold");
            if (!f->per_synapse && strcmp(f->name, "membrane") && (!m->shipped || threshold || (m->step_shift && !strcmp(f->name, "leak"))))
                add_field(t, &n, (struct verify_field){f->name, VERIFY_PER_NEURON, threshold ? ROLE_THRESHOLD : ROLE_OTHER, low, high, threshold ? high : 0,
                                                       "as it lies in the memory"});
        }
    if (m->shipped)
        add_step_fields(t, &n);
    for (uint32_t r = 0; r < m->n_registers && !m->shipped; r++)
        if (m->reg[r].n > 1)
            add_field(t, &n, (struct verify_field){m->reg[r].name, VERIFY_PER_CORE, ROLE_OTHER, 0, m->reg[r].n - 1, 0,
                                                   "place in the manifest's list of values"});
    if (m->longest_gap)
        add_field(t, &n, (struct verify_field){"gaps", VERIFY_PER_CORE, ROLE_OTHER, 0, m->longest_gap, 0, "longest random wait in a handshake, clocks"});
}

static void make_size(struct foreign_target *t)
{
    const struct manifest *m = t->foreign->manifest;
    int64_t all = (int64_t)1 << m->weight.bits;
    t->size[0] = (struct verify_size){
        .name = "only", .neurons = m->neurons, .axons = m->axons, .groups = 1, .lanes = 1, .synapse_words = m->neurons * m->axons,
        .weight_low = m->weight.is_signed ? (int32_t)(-all / 2) : 0, .weight_high = (int32_t)(m->weight.is_signed ? all / 2 - 1 : all - 1),
        .sum_high = UINT64_MAX, .queue_in = 1, .queue_out = 1, .membrane_bits = m->membrane.bits, .current_bits = m->shipped ? SUM_BITS : m->membrane.bits,
        .fields = t->field,
        .events = t->event,
    };
}

/* Spikes first, as profiles expect; then all that the manifest lists, but for what ends a step: the update sends that. One of volley's own kinds as the
 * reference knows spikes alone. */
static void make_events(struct foreign_target *t)
{
    const struct manifest *m = t->foreign->manifest;
    struct verify_event *event = t->event;
    *event++ = (struct verify_event){"spike", PACKET_SPIKE, 0, 1, 1, 0, 0, 0};
    if (m->shipped)
        return;
    if (m->mode == MANIFEST_EVENT)
        *event++ = (struct verify_event){"reference", PACKET_TIME_REFERENCE, 1, 1, 1, 0, 0, 0};
    for (int i = 0; i < (int)m->n_events; i++) {
        const struct manifest_event *from = &m->event[i];
        const struct manifest_range *weight = &from->range[OPERAND_WEIGHT];
        if (i == m->spike_event || (m->mode == MANIFEST_EVENT ? i == m->reference_event : i == m->step_event))
            continue;
        *event++ = (struct verify_event){from->name, (uint16_t)(MANIFEST_PACKET + i), manifest_places(from), weight->named ? weight->low : 1,
                                         weight->named ? weight->high : 1, weight->named && weight->has_but, weight->but, from->range[OPERAND_NEURON].named};
    }
}

/* The warning about changed sources first, then the quirks. */
static void make_lines(struct foreign_target *t)
{
    const struct manifest *m = t->foreign->manifest;
    uint32_t n = 0;
    t->line = mem_new(m->n_quirks + 2, sizeof *t->line);
    if (m->warning)
        t->line[n++] = mem_format("warning: %s", m->warning);
    for (uint32_t i = 0; i < m->n_quirks; i++)
        t->line[n++] = m->quirk[i];
}

static const struct verify_variable variables_event[] = {{"membrane", VERIFY_PER_NEURON, VERIFY_AFTER_EVENT}, {.name = NULL}};
static const struct verify_variable variables_step[] = {{"membrane", VERIFY_PER_NEURON, VERIFY_AFTER_STEP}, {.name = NULL}};

static const struct verify_target *instrumented(const struct verify_target *, struct err *);

static void make_target(struct foreign_target *t, const struct foreign *foreign)
{
    const struct manifest *m = foreign->manifest;
    int event = m->mode == MANIFEST_EVENT && !m->shipped;       /* else it is looked at as a chip uses it */
    *t = (struct foreign_target){.foreign = foreign};
    make_fields(t);
    make_size(t);
    make_events(t);
    make_lines(t);
    t->target = (struct verify_target){
        .name = m->name, .device = foreign->kind[event ? FOREIGN_DEVICE : FOREIGN_STEP_DEVICE],
        .reference = foreign->kind[event ? FOREIGN_MODEL : FOREIGN_STEP_MODEL], .sizes = t->size, .variables = event ? variables_event : variables_step,
        .modes = 1u << VERIFY_TRANSACTION | 1u << VERIFY_COUNTS, .profiles = m->profiles, .quirks = t->line, .release = release,
        .build = m->shipped ? build_image : build, .one_place = m->shipped != NULL,
        .instrumented = instrumented, .wave = foreign_wave, .coverage = foreign_coverage, .declared = says_offsets(m) || m->shipped ? NULL : declared,
        .readback = foreign_readback, .where = foreign_where,
    };
    t->target.why_not[VERIFY_OVERLAP] = "its handshakes belong to its adapter, which sends one event at a time; stimulus.gaps makes both sides of them wait "
        "at random";
    /* Where membranes change in updates alone, the writes of their memory tell of these; an event core looked at in steps adds into them. */
    if (m->observed >= 0 && (event || m->mode == MANIFEST_BARRIER)) {
        t->target.modes |= 1u << VERIFY_LOCKSTEP;
        t->target.watch = foreign_watch;
        t->target.updates_alone = !event;
    } else
        t->target.why_not[VERIFY_LOCKSTEP] = m->observed < 0 ? "it has no retire port, and `observe` names no memory whose writes stand in for one"
                                                             : "its sums are in its membranes: there is no update whose inputs could be followed";
}

/* A profile that there is not would silently test nothing. */
static int check_profiles(const struct manifest *m, struct err *err)
{
    const struct doc_node *list = m->profiles_node;
    const char *known[40];
    size_t n = 0;
    while (profiles[n].name && n < 40)
        known[n] = profiles[n].name, n++;
    for (uint32_t i = 0; list && i < (list->kind == DOC_LIST ? list->count : 1); i++) {
        const struct doc_node *word = list->kind == DOC_LIST ? list->item[i] : list;
        if (!profile_named(word->text))
            return fields_unknown(word, "stimulus.profiles", known, n, err);
    }
    return 0;
}

/* The one of this opened core, made when it is first asked for. */
static const struct verify_target *target_of(const struct foreign *foreign, struct err *err)
{
    static struct foreign_target target[TARGETS];
    uint32_t i = 0;
    if (!foreign || check_profiles(foreign->manifest, err))
        return NULL;
    while (i < TARGETS && target[i].foreign && target[i].foreign != foreign)
        i++;
    if (i == TARGETS) {
        err_input(err, "%s: more than %d cores of others' in one run", foreign->typed, TARGETS);
        return NULL;
    }
    if (!target[i].foreign)
        make_target(&target[i], foreign);
    return &target[i].target;
}

static const struct verify_target *instrumented(const struct verify_target *target, struct err *err)
{
    return target_of(foreign_instrumented(((const struct foreign_target *)target)->foreign, err), err);
}

const struct verify_target *verify_target_foreign(const char *path, struct err *err)
{
    return target_of(foreign_open(path, err), err);
}
