/* Energy tables: what one router's events cost, as somebody published it, in a file of its own (configs/energy) that any chip file can name. A
 * table is a source of the chip file: its figures stand on it, and a report says so. What the chip file states itself wins, price by price. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { TABLE_PRICES = 7 };      /* the last is of links between chips */

struct table_text {
    const char *text, *group;
    int basis;
    uint32_t flit, buffer;
    double length;
    const struct doc_node *range, *price[TABLE_PRICES], *power;
};
#define OF(member) offsetof(struct table_text, member)
#define PRICE(i, key, example, help) {key, FIELD_COST, OF(price[i]), UNIT_ENERGY, 0, 0, NULL, NULL, example, help}
#define MAY_PRICE(i, key, example, help) {key, FIELD_COST, OF(price[i]), UNIT_ENERGY, 0, 0, NULL, "", example, help}
static const struct field table_fields[] = {
    {"text", FIELD_TEXT, OF(text), 0, 0, 0, NULL, NULL, "\"Noxim, power.yaml\"", "where the figures are found, and what to know about them"},
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", NULL, "estimated", "what they are"},
    {"group", FIELD_TEXT, OF(group), 0, 0, 0, NULL, "", "noc", "as of a source"},
    {"range", FIELD_NODE, OF(range), 0, 0, 0, NULL, "", "[0.3, 3.9]", "as of a source: factors on each value"},
    {"flit", FIELD_NUMBER, OF(flit), UNIT_BITS, 1, 65536, NULL, NULL, "32 bit", "the flit that they are for; a chip with another is told"},
    {"buffer", FIELD_NUMBER, OF(buffer), UNIT_FLITS, 1, 65536, NULL, NULL, "4 flits", "the same: depth of a virtual channel"},
    {"length", FIELD_QUANTITY, OF(length), UNIT_LENGTH, 0, 0, NULL, NULL, "1 mm", "the same: of a link"},
    PRICE(0, "buffer_write", "0.762 pJ", "a flit into an input buffer"),
    PRICE(1, "buffer_read", "0.534 pJ", "a flit out of it"),
    PRICE(2, "crossbar", "0.221 pJ", "a flit through the switch"),
    PRICE(3, "link", "1.56 pJ", "a flit over a link"),
    PRICE(4, "route", "0.060 pJ", "a route looked up"),
    PRICE(5, "arbitration", "0.050 pJ", "a grant of a channel or of the switch"),
    MAY_PRICE(6, "link_chip", "{value: 64 pJ, source: \"Merolla 2014 S5\", basis: assumed}",
              "a flit over a link between chips, beside `link`; of chips that have such links alone"),
    {"static", FIELD_COST, OF(power), UNIT_POWER, 0, 0, NULL, NULL, "12.3 mW", "power of one router, or {unknown: free}"}};
#undef PRICE
#undef MAY_PRICE
#undef OF
const struct field_table chipfile_table_energy_table = {
    "energy table",
    "A file of configs/energy, named by `energy.router_table`: a published table of a router's events. Its first six prices are all needed.", table_fields,
    sizeof table_fields / sizeof *table_fields};

static const int priced[TABLE_PRICES] = {COUNT_BUFFER_WRITES, COUNT_BUFFER_READS, COUNT_CROSSBAR, COUNT_LINK, COUNT_ROUTES, COUNT_ARBITRATIONS,
                                         COUNT_LINK_CHIP};

/* f->energy is not sorted yet while the section is read. */
static int stated(const struct chipfile *f, int counter)
{
    return chipfile_price(f, counter) != NULL;
}

static int router_power_stated(const struct chipfile *f)
{
    for (uint32_t i = 0; i < f->n_static; i++)
        if (!strcmp(f->static_[i].what, "router"))
            return 1;
    return 0;
}

/* Figures for another router than the chip's are an estimate of an estimate: said, not corrected, since nothing is known of how they scale. */
static void note_difference(struct reading *r, const char *name, const struct table_text *t)
{
    const struct chip_noc *n = &r->file->noc;
    char theirs[40], ours[40];
    if (t->flit != n->link_bits)
        fidelity_add(&r->file->notes, FIDELITY_NOTE, "", "energy table %s is for flits of %u bit, this chip's have %u", name, t->flit, n->link_bits);
    if (t->buffer != n->buffer_flits)
        fidelity_add(&r->file->notes, FIDELITY_NOTE, "", "energy table %s is for buffers of %u flits, this chip's have %u", name, t->buffer, n->buffer_flits);
    if (n->link_length > 0 && fabs(t->length / n->link_length - 1) > 1e-9)
        fidelity_add(&r->file->notes, FIDELITY_NOTE, "", "energy table %s is for links of %s, this chip's have %s", name,
                     unit_write(theirs, sizeof theirs, t->length, UNIT_LENGTH), unit_write(ours, sizeof ours, n->link_length, UNIT_LENGTH));
}

static int add_power(struct reading *r, const struct standing *from, const struct doc_node *power, struct err *err)
{
    struct chipfile *f = r->file;
    struct cost cost = {.source = NO_INDEX};
    if (router_power_stated(f))
        return 0;
    if (chipfile_cost(r, from, "router_static", power, UNIT_POWER, &cost, err)) {
        free(cost.why);
        return -1;
    }
    f->static_ = mem_room(f->static_, f->n_static, &r->static_capacity, sizeof *f->static_);
    f->static_[f->n_static++] = (struct chip_static){.what = mem_text("router"), .state = mem_text("any"), .power = cost};
    return 0;
}

/* all: what the chip has no use for, too. */
static int read_table(struct reading *r, const char *name, const struct doc_node *root, int all, struct err *err)
{
    struct table_text t = {0};
    struct cost_text words;
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX};
    if (fields_read(&chipfile_table_energy_table, root, root, &t, err) ||
        chipfile_add_source(r, name, t.group ? t.group : name, t.text, (enum basis)t.basis, t.range, err))
        return -1;
    struct standing section = chipfile_standing(&none, "energy", name, NO_INDEX), router = chipfile_standing(&section, "router", NULL, NO_INDEX);
    router.scope = SCOPE_PER_TERM;
    uint32_t before = r->file->n_energy;
    for (int i = 0; i < TABLE_PRICES; i++) {
        /* A price of links that the chip does not have would be a price of nothing. */
        if (!t.price[i] || stated(r->file, priced[i]) || !(all || chipfile_counts(r->file, priced[i])))
            continue;
        if (chipfile_read_price(r, &router, &chipfile_table_cost, counters[priced[i]].key, t.price[i], priced[i], "router", &words, err))
            return -1;
    }
    if (r->file->n_energy > before)
        note_difference(r, name, &t);
    return add_power(r, &section, t.power, err);
}

struct chipfile *chipfile_read_table(const char *path, struct err *err)
{
    struct reading r = {.doc = doc_read(path, err)};
    if (!r.doc)
        return NULL;
    struct chipfile *f = r.file = mem_new(1, sizeof *f);
    const struct doc_node *root = doc_root(r.doc);
    int bad = read_table(&r, "table", root, 1, err);
    if (!bad) {
        const struct doc_node *flit = doc_get(root, "flit"), *buffer = doc_get(root, "buffer"), *length = doc_get(root, "length");
        f->path = mem_text(path);
        f->about = mem_format("flits of %s, buffers of %s, links of %s", flit->text, buffer->text, length->text);
    }
    doc_free(r.doc);
    if (!bad)
        return f;
    chipfile_free(f);
    return NULL;
}

int chipfile_router_table(struct reading *r, const char *name, struct err *err)
{
    const struct doc_node *place = doc_get(r->at.energy, "router_table");
    struct err why = {ERR_NONE, ""};
    if (!name)
        return 0;
    char *path = chipfile_find_table(name, &why);
    if (!path)
        return doc_error(place, err, "energy.router_table: %s", why.text);
    struct doc *doc = doc_read(path, err);
    const char *file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *end = strstr(file, ".yaml");
    char *source = mem_format("%.*s", (int)(end ? (size_t)(end - file) : strlen(file)), file);
    int bad = !doc || read_table(r, source, doc_root(doc), 0, err);
    free(source);
    doc_free(doc);
    free(path);
    return bad ? -1 : 0;
}
