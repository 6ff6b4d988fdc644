/* "Does not fit": which layer, which table or capacity, how much is needed and had, and what would help. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mapping_parts.h"

enum { DELAY_MAX = 65536 };     /* a segment's extra delay has 16 bits */

struct number { char text[32]; };

/* 1048576 as 1,048,576. */
static struct number grouped(uint64_t value)
{
    struct number n;
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, value), at = 0;
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0)
            n.text[at++] = ',';
        n.text[at++] = digits[i];
    }
    n.text[at] = '\0';
    return n;
}

static struct number plain(uint64_t value)
{
    struct number n;
    snprintf(n.text, sizeof n.text, "%" PRIu64, value);
    return n;
}

#define GROUPED(value) (grouped(value).text)

/* A size that holds so many bits, as --set takes it. */
static struct number size_for(uint64_t bits)
{
    struct number n;
    uint64_t bytes = (bits + 7) / 8;
    if (bytes < 10240)
        snprintf(n.text, sizeof n.text, "%" PRIu64 " B", bytes);
    else
        snprintf(n.text, sizeof n.text, "%" PRIu64 " KiB", (bytes + 1023) / 1024);
    return n;
}

static const char *table_word(enum table table)
{
    static const char *const word[N_TABLES] = {
        [TABLE_ROWS] = "synapse rows", [TABLE_AXON] = "axon table", [TABLE_STATE] = "neuron state", [TABLE_ACCUMULATOR] = "accumulators",
        [TABLE_PARAMETER] = "neuron parameters", [TABLE_ROUTING] = "routing table", [TABLE_PRE_TRACE] = "traces of axons",
        [TABLE_POST_TRACE] = "traces of neurons"};
    return word[table];
}

/* The tables of a memory with their bits: "synapse rows 73,728, axon table 1,024". */
static void tables_of(const struct load *l, int memory, char *to, size_t size)
{
    size_t used = 0;
    to[0] = '\0';
    for (int t = 0; t < N_TABLES; t++) {
        if (l->type->table[t].memory != memory || used >= size)
            continue;
        int n = snprintf(to + used, size - used, "%s%s %s", used ? ", " : "", table_word((enum table)t), GROUPED(load_table_bits(l, (enum table)t)));
        used += n > 0 ? (size_t)n : 0;
    }
}

/* Weight bits in use, for the cure that lowers them. */
static uint32_t widest(const struct fanin *f, uint32_t population)
{
    uint32_t bits = 0;
    for (uint32_t k = f->into_first[population]; k < f->into_first[population + 1]; k++) {
        uint32_t here = f->quantised->projection[f->into[k]].bits;
        bits = here > bits ? here : bits;
    }
    return bits;
}

/* A memory is shared: each table in it is said with its part. */
static int refuse_memory(const struct load *l, int memory, uint32_t population, const char *where, struct err *err)
{
    const struct core_type *type = l->type;
    char tables[400], bits[80] = "";
    uint64_t needed = 0;
    for (int t = 0; t < N_TABLES; t++)
        if (type->table[t].memory == memory)
            needed += load_table_bits(l, (enum table)t);
    tables_of(l, memory, tables, sizeof tables);
    if (type->table[TABLE_ROWS].memory == memory && widest(l->fanin, population) > 2)
        snprintf(bits, sizeof bits, ", fewer bits per weight (--bits, now %u)", widest(l->fanin, population));
    return err_answer(err, "does not fit: layer %s: %s needs %s bits of memory %s (%s), a core of type %s has %s; what would help: "
                      "--set 'core_types.%s.memories.%s.size=%s'%s", fanin_name(l->fanin, population), where, GROUPED(needed), type->memory[memory].name,
                      tables, type->name, GROUPED(type->memory[memory].size_bits), type->name, type->memory[memory].name, size_for(needed).text, bits);
}

int refuse_core(const struct load *l, int limit, uint32_t population, const char *where, struct err *err)
{
    const struct core_type *type = l->type;
    const char *layer = fanin_name(l->fanin, population);
    switch (limit) {
    case LIMIT_NEURONS:
        return err_answer(err, "does not fit: layer %s: %s needs %s compartments, a core of type %s has %s; what would help: "
                          "--set core_types.%s.capacity.neurons=%" PRIu64, layer, where, GROUPED(l->compartments), type->name, GROUPED(type->neurons),
                          type->name, l->compartments);
    case LIMIT_AXONS_IN:
        if (type->axon_types)           /* a source takes several */
            return err_answer(err, "does not fit: layer %s: %s needs %s axons in, a core of type %s has %s; what would help: fewer inputs per neuron, or fewer "
                              "bits of weight (--bits)", layer, where, GROUPED(l->axons_in), type->name, GROUPED(type->axons_in));
        return err_answer(err, "does not fit: layer %s: %s has %s sources, a core of type %s takes %s axons in; what would help: "
                          "--set core_types.%s.capacity.axons_in=%" PRIu64 ", or fewer inputs per neuron", layer, where, GROUPED(l->axons_in), type->name,
                          GROUPED(type->axons_in), type->name, l->axons_in);
    case LIMIT_AXONS_OUT:
        return err_answer(err, "does not fit: layer %s: %s sends to %s places (cores reached and the host), a core of type %s has %s axons out; "
                          "what would help: --set core_types.%s.capacity.axons_out=%" PRIu64 ", or larger cores, so that fewer are reached", layer, where,
                          GROUPED(l->axons_out), type->name, GROUPED(type->axons_out), type->name, l->axons_out);
    case LIMIT_NONE: case LIMIT_WORK:
        return err_bug(err, "mapping: layer %s is refused without a limit", layer);
    default:
        return refuse_memory(l, limit - LIMIT_MEMORY, population, where, err);
    }
}

/* The longest chip delay of a projection; more than one row may have it. */
static uint64_t longest_delay(const struct network *net, const struct chipfile *chip, const struct projection *p)
{
    uint64_t pre = 0, synapse = 0;
    for (uint32_t i = 0; p->pre_delay && i < net->population[p->from].neurons; i++)
        pre = p->pre_delay[i] > pre ? p->pre_delay[i] : pre;
    for (uint64_t i = 0; i < (p->form == FORM_LIST ? p->n_list : 0); i++)
        synapse = p->list[i].delay > synapse ? p->list[i].delay : synapse;
    return mapping_chip_delay(p, chip) + pre + synapse;
}

/* Delays belong to projections, not to cores: no mapping could help, so they are looked at first. */
int refuse_delays(const struct network *net, const struct quantised *quantised, const struct chipfile *chip, struct err *err)
{
    for (uint32_t p = 0; p < net->n_projections; p++) {
        const struct projection *projection = &net->projection[p];
        const struct core_type *type = &chip->type[quantised->population[projection->to].type];
        const struct chip_table *sums = &type->table[TABLE_ACCUMULATOR];
        uint32_t slots = sums->memory != NO_INDEX && sums->delay_slots ? sums->delay_slots : UINT32_MAX;
        uint64_t delay = longest_delay(net, chip, projection);
        const char *layer = net->population[projection->to].name;
        if (delay > slots)
            return err_answer(err, "does not fit: layer %s: projection %s needs a chip delay of %s steps, the accumulators of core type %s (memory %s) keep %s "
                              "delay slots; what would help: shorter delays, or --set core_types.%s.memories.%s.holds.delay_slots=%s", layer, projection->name,
                              GROUPED(delay), type->name, type->memory[sums->memory].name, GROUPED(slots), type->name, type->memory[sums->memory].name,
                              plain(delay).text);
        if (delay > type->delay_max)
            return err_answer(err, "does not fit: layer %s: projection %s needs a chip delay of %s steps, core type %s offers at most %s; what would help: "
                              "shorter delays, or --set 'core_types.%s.capacity.delay=1..%s steps'", layer, projection->name, GROUPED(delay), type->name,
                              GROUPED(type->delay_max), type->name, plain(delay).text);
        if (delay > DELAY_MAX)
            return err_answer(err, "layer %s: projection %s needs a chip delay of %s steps; one run is limited to %s: shorter delays would help", layer,
                              projection->name, GROUPED(delay), GROUPED(DELAY_MAX));
    }
    return 0;
}

/* One neuron of each unit stands for all: they have the same sources and the same needs. */
int refuse_misfits(const struct fanin *f, struct load *l, struct err *err)
{
    for (uint32_t u = 0; u < f->n_units; u++) {
        uint32_t neuron = f->unit_neuron[f->unit_first[u]], p = f->population[neuron];
        load_clear(l, fanin_type(f, p));
        load_force(l, neuron);
        int limit = load_limit(l);
        if (limit)
            return refuse_core(l, limit, p, "one neuron alone", err);
    }
    return 0;
}

/* ---- too few cores ---- */

static void limit_word(const struct core_type *type, int limit, char *to, size_t size)
{
    if (limit == LIMIT_NEURONS)
        snprintf(to, size, "neurons (%s)", GROUPED(type->neurons));
    else if (limit == LIMIT_AXONS_IN)
        snprintf(to, size, "axons in (%s)", GROUPED(type->axons_in));
    else if (limit == LIMIT_AXONS_OUT)
        snprintf(to, size, "axons out (%s)", GROUPED(type->axons_out));
    else if (limit >= LIMIT_MEMORY)
        snprintf(to, size, "memory %s (%s bits)", type->memory[limit - LIMIT_MEMORY].name, GROUPED(type->memory[limit - LIMIT_MEMORY].size_bits));
    else
        snprintf(to, size, "nothing");
}

/* The key to raise against the limit that closed most cores. */
static void cure_for(const struct core_type *type, int limit, char *to, size_t size)
{
    static const char *const key[] = {[LIMIT_NEURONS] = "neurons", [LIMIT_AXONS_IN] = "axons_in", [LIMIT_AXONS_OUT] = "axons_out"};
    if (limit >= LIMIT_MEMORY)
        snprintf(to, size, "a larger memory (--set core_types.%s.memories.%s.size=...)%s", type->name, type->memory[limit - LIMIT_MEMORY].name,
                 type->table[TABLE_ROWS].memory == limit - LIMIT_MEMORY ? ", fewer bits per weight (--bits)" : "");
    else if (limit >= LIMIT_NEURONS && limit <= LIMIT_AXONS_OUT)
        snprintf(to, size, "larger cores (--set core_types.%s.capacity.%s=...)", type->name, key[limit]);
    else
        snprintf(to, size, "larger cores");
}

/* More cores: those that --cores left out, else a larger mesh. On a chip of one core type the number is said. */
static void more_cores(const struct chipfile *chip, uint32_t type, uint32_t needed, char *to, size_t size)
{
    const struct chip_noc *noc = &chip->noc;
    uint32_t there = 0, columns = noc->columns, rows = noc->rows, per_tile = noc->cores_per_tile ? noc->cores_per_tile : 1;
    for (uint32_t c = 0; c < chip->cores; c++)
        there += chip->core_type_of[c] == type;
    while ((uint64_t)columns * rows * per_tile < needed)        /* near to square */
        *(columns < rows ? &columns : &rows) += 1;
    if (chip->n_types > 1)
        snprintf(to, size, needed <= there ? "a larger --cores" : "more cores of that type (placement, or --set noc.size=...)");
    else if (needed <= there)
        snprintf(to, size, "--cores %u", needed);
    else if (!chipfile_is_grid(noc) || chipfile_chips(noc) > 1)
        snprintf(to, size, "more cores (noc.cores_per_tile, a larger %s)", chipfile_chips(noc) > 1 ? "system.chips" : noc->levels ? "noc.tree" : "noc.routers");
    else
        snprintf(to, size, "more cores (--set noc.size=%ux%u)", columns, rows);
}

int refuse_cores(const struct fanin *f, uint32_t type_index, const struct plan *plan, uint32_t available, struct err *err)
{
    const struct core_type *type = &f->chip->type[type_index];
    const char *layer = fanin_name(f, f->population[plan->neuron[plan->first[available < plan->n_cores ? available : 0]]]);
    if (type->layer.on)         /* the chip has a core for each (quantise_layers.c), so --cores is what leaves one out */
        return err_answer(err, "does not fit: layer %s: a layer takes a core, and of the %u cores of type %s needed --cores leaves %u; what would help: "
                          "a larger --cores", layer, plan->n_cores, type->name, available);
    char why[400] = "", word[200], cure[300], cores[100];
    size_t used = 0;
    int most = 0;
    for (int limit = LIMIT_NEURONS; limit < LIMITS_MAX; limit++) {
        if (limit == LIMIT_WORK || !plan->stopped[limit] || used >= sizeof why)
            continue;
        limit_word(type, limit, word, sizeof word);
        int n = snprintf(why + used, sizeof why - used, "%s%s of them full by %s", used ? ", " : "; ", GROUPED(plan->stopped[limit]), word);
        used += n > 0 ? (size_t)n : 0;
        most = !most || plan->stopped[limit] > plan->stopped[most] ? limit : most;
    }
    cure_for(type, most, cure, sizeof cure);
    more_cores(f->chip, type_index, plan->n_cores, cores, sizeof cores);
    return err_answer(err, "does not fit: layer %s: %s cores of type %s are needed, there are %s%s; what would help: %s, %s", layer,
                      GROUPED(plan->n_cores), type->name, GROUPED(available), why, cure, cores);
}
