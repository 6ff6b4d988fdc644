/* Whether the counts of a run on one chip mean the same on another, so that they may be multiplied with its prices. A packet on another mesh takes
 * other hops; a word of another width is read more often or less; a neuron that one chip calls idle another calls active. What the chip file
 * charges nothing for (0, or inside an all-in price) may differ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/price.h"

/* ---- what counts depend on ---- */

char *price_updates(const struct core_type *t)
{
    static const char *const when[] = {"always", "input", "nonzero", "input_or_nonzero"};
    return mem_format("active_when %s%s", when[t->active_when], t->skip_idle ? ", idle neurons skipped" : "");
}

/* "synapse 64 bit: rows 8/16/8; state 128 bit: neuron_state 32" */
char *price_tables(const struct core_type *t)
{
    static const char *const word[N_TABLES] = {"rows", "axon_table", "neuron_state", "accumulators", "neuron_parameters", "routing_table"};
    char *text = mem_text("");
    for (uint32_t m = 0; m < t->n_memories; m++) {
        char *more = mem_format("%s%s%s %u bit", text, *text ? "; " : "", t->memory[m].name, t->memory[m].width);
        free(text);
        text = more;
        for (int k = 0; k < N_TABLES; k++) {
            const struct chip_table *table = &t->table[k];
            if (table->memory != (int)m)
                continue;
            more = k == TABLE_ROWS ? mem_format("%s: rows %u/%u/%u", text, table->dense_bits, table->list_bits, table->conv_bits)
                                   : mem_format("%s: %s %u", text, word[k], table->entry_bits);
            free(text);
            text = more;
        }
    }
    return text;
}

/* "packet 3, synapse.read_word 1 | step 2, spike 1" */
char *price_service(const struct core_type *t)
{
    char *text = mem_text("");
    for (uint32_t i = 0; i < t->n_accept + t->n_update; i++) {
        const struct service_term *term = i < t->n_accept ? &t->accept[i] : &t->update[i - t->n_accept];
        const char *between = i == t->n_accept ? " | " : i ? ", " : "";
        char *what = term->counter != NO_INDEX ? mem_text(counters[term->counter].name)
                                               : mem_format("%s.%s_word", t->memory[term->memory].name, term->write ? "write" : "read");
        char *more = mem_format("%s%s%s %llu", text, between, what, (unsigned long long)term->time.cycles);
        free(what);
        free(text);
        text = more;
    }
    return text;
}

void price_network(struct json *j, const struct chipfile *f)
{
    char text[80];
    json_text(j, "network", chipfile_network_text(&f->noc, text, sizeof text));
    json_count(j, "cores_per_tile", f->noc.cores_per_tile);
    json_count(j, "flit_bits", f->noc.link_bits);
    json_count(j, "packet_bits", f->noc.packet_bits);
    json_flag(j, "multicast", f->noc.multicast);
}

/* ---- what is charged ---- */

static int charges(const struct cost *cost)
{
    return cost->stated && !cost->free && cost->value > 0;
}

/* 1: some count of the network, or of a part that only a network of this shape has, has a price. */
static int charges_network(const struct chipfile *f)
{
    static const enum counter of_network[] = {COUNT_PACKETS, COUNT_PACKETS_TILE, COUNT_FLITS, COUNT_HOPS, COUNT_HOPS_X, COUNT_HOPS_Y, COUNT_HOPS_CHIP,
                                              COUNT_BUFFER_WRITES, COUNT_BUFFER_READS, COUNT_ROUTES, COUNT_ARBITRATIONS, COUNT_CROSSBAR, COUNT_LINK,
                                              COUNT_LINK_CHIP};
    for (size_t i = 0; i < sizeof of_network / sizeof *of_network; i++) {
        const struct energy_term *term = chipfile_price(f, of_network[i]);
        if (term && charges(&term->cost))
            return 1;
    }
    for (uint32_t i = 0; i < f->n_static; i++)
        if (strcmp(f->static_[i].what, "chip") != 0 && charges(&f->static_[i].power))
            return 1;
    const struct energy_term *barrier = chipfile_price(f, COUNT_BARRIERS);
    return barrier && charges(&barrier->cost) && f->barrier_per && !strcmp(f->barrier_per, "tile");
}

/* An active and an idle update of one price need not be told apart. */
static int charges_updates_apart(const struct chipfile *f)
{
    const struct energy_term *active = chipfile_price(f, COUNT_UPDATE_ACTIVE), *idle = chipfile_price(f, COUNT_UPDATE_IDLE);
    double a = active && !active->cost.free ? active->cost.value : 0, b = idle && !idle->cost.free ? idle->cost.value : 0;
    return a < b || a > b;
}

static int charges_words(const struct chipfile *f, const struct core_type *t)
{
    int any = 0;
    for (uint32_t m = 0; m < t->n_memories; m++)
        any |= charges(&t->memory[m].read) || charges(&t->memory[m].write);
    return any && !f->includes_memory;
}

/* ---- checks ---- */

static int differs(const struct finished *f, const char *path, double ours)
{
    double theirs = finished_number(f, path);
    return !isfinite(theirs) || theirs < ours || theirs > ours;
}

static int check_network(const struct chipfile *chip, const struct finished *f, struct err *err)
{
    char ours[80];
    chipfile_network_text(&chip->noc, ours, sizeof ours);
    const char *theirs = finished_text(f, "chip.network");
    if (!charges_network(chip))
        return 0;
    if (strcmp(ours, theirs) != 0 || differs(f, "chip.cores_per_tile", chip->noc.cores_per_tile))
        return err_answer(err, "%s: its hops are those of a %s of %.0f cores per tile, chip %s is a %s of %u and charges for them; run the network on %s",
                          f->folder, *theirs ? theirs : "network that it does not name", finished_number(f, "chip.cores_per_tile"), chip->name, ours,
                          chip->noc.cores_per_tile, chip->name);
    if (differs(f, "chip.flit_bits", chip->noc.link_bits) || differs(f, "chip.packet_bits", chip->noc.packet_bits))
        return err_answer(err, "%s: its packets of %.0f bit went in flits of %.0f bit, those of chip %s have %u and %u bit; run the network on %s", f->folder,
                          finished_number(f, "chip.packet_bits"), finished_number(f, "chip.flit_bits"), chip->name, chip->noc.packet_bits, chip->noc.link_bits,
                          chip->name);
    const char *multicast = finished_text(f, "chip.multicast");
    if (strcmp(multicast, chip->noc.multicast ? "true" : "false") != 0)
        return err_answer(err, "%s: its packets %s, those of chip %s %s; run the network on %s", f->folder, chip->noc.multicast ? "do not fork" : "fork",
                          chip->name, chip->noc.multicast ? "do" : "do not", chip->name);
    return 0;
}

/* The type that stands for one of the run's: of that name, or the only one there is. */
static const struct core_type *type_for(const struct chipfile *chip, const char *name)
{
    for (uint32_t t = 0; t < chip->n_types; t++)
        if (!strcmp(chip->type[t].name, name))
            return &chip->type[t];
    return chip->n_types == 1 ? &chip->type[0] : NULL;
}

static const char *text_of(const struct doc_node *map, const char *key)
{
    const struct doc_node *node = doc_get(map, key);
    return node && node->kind == DOC_SCALAR ? node->text : "";
}

static int check_type(const struct chipfile *chip, const struct finished *f, const struct doc_node *node, struct err *err)
{
    const char *name = text_of(node, "name");
    const struct core_type *type = type_for(chip, name);
    if (!type)
        return err_answer(err, "%s: it ran on cores of type %s, chip %s has none of that name; run the network on %s", f->folder, name, chip->name, chip->name);
    char *updates = price_updates(type), *tables = price_tables(type), *service = price_service(type);
    const struct energy_term *busy = chipfile_price(chip, COUNT_BUSY_CYCLES);
    int bad = 0;
    if (charges_updates_apart(chip) && strcmp(updates, text_of(node, "updates")) != 0)
        bad = err_answer(err, "%s: it tells active from idle updates by '%s', chip %s by '%s' and charges them apart; run the network on %s", f->folder,
                         text_of(node, "updates"), chip->name, updates, chip->name);
    else if (charges_words(chip, type) && strcmp(tables, text_of(node, "tables")) != 0)
        bad = err_answer(err, "%s: its memories are '%s', those of chip %s '%s', so other words are counted; run the network on %s", f->folder,
                         text_of(node, "tables"), chip->name, tables, chip->name);
    else if (busy && charges(&busy->cost) && strcmp(service, text_of(node, "service")) != 0)
        bad = err_answer(err, "%s: its cores' cycles are '%s', those of chip %s '%s', and busy cycles are charged for; run the network on %s", f->folder,
                         text_of(node, "service"), chip->name, service, chip->name);
    free(service);
    free(updates);
    free(tables);
    return bad;
}

int price_fits(const struct counted_run *c, const struct finished *f, struct err *err)
{
    const struct chipfile *chip = c->run.chip;
    const struct doc_node *types = finished_node(f, "chip.core_types");
    if (!types || types->kind != DOC_LIST)
        return err_input(err, "%s: its summary.json lacks chip.core_types, which says what its counts depend on; run again to write the folder anew",
                         f->folder);
    if (c->run.n_cores > chip->cores)
        return err_answer(err, "%s: it used %u cores, chip %s has %u", f->folder, c->run.n_cores, chip->name, chip->cores);
    for (uint32_t i = 0; i < types->count; i++)
        if (check_type(chip, f, types->item[i], err))
            return -1;
    return check_network(chip, f, err);
}
