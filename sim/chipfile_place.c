/* Sections `io` and `placement`: where the host joins the network, and which core is of which type. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

struct port_text { uint32_t chip, rate; int port; const char *values; const struct doc_node *router; };
#define OF(member) offsetof(struct port_text, member)
static const struct field port_fields[] = {
    {"router", FIELD_NODE, OF(router), 0, 0, 0, NULL, NULL, "[0, 0]",
     "where the host joins: [column, row], or the router's number (on a grid row x columns + column)"},
    {"chip", FIELD_NUMBER, OF(chip), 0, 0, 0, NULL, "0", "0", "of a system: on which chip"},
    {"port", FIELD_WORD, OF(port), 0, 0, 0, "west|east|north|south|local", "west", "west", "which side of its router"},
    {"rate", FIELD_NUMBER, OF(rate), UNIT_FLITS_PER_CYCLE, 1, 1024, NULL, "1 flits/cycle", "1 flits/cycle", "that the port takes"},
    {"values", FIELD_TEXT, OF(values), 0, 0, 0, NULL, "none", "payload 8 bit", "`in` only: what an input packet carries: none, or payload N bit"}};
#undef OF
const struct field_table chipfile_table_port = {"io.in, io.out", "The host's ports. Host packets travel on the network and are counted apart.", port_fields,
                                                sizeof port_fields / sizeof *port_fields};

struct io_text { const struct doc_node *in, *out; };
static const struct field io_fields[] = {
    {"in", FIELD_NODE, offsetof(struct io_text, in), 0, 0, 0, NULL, NULL, "{router: [0, 0], port: west, values: none}", "input events enter here"},
    {"out", FIELD_NODE, offsetof(struct io_text, out), 0, 0, 0, NULL, NULL, "{router: [0, 0], port: west}", "spikes of output layers leave here"}};
const struct field_table chipfile_table_io = {"io", "The host's ports.", io_fields, 2};

/* "none", or "payload 8 bit" */
static int read_values(const struct doc_node *node, const char *text, uint32_t *bits, struct err *err)
{
    struct quantity q;
    struct err ignored;
    *bits = 0;
    if (!strcmp(text, "none"))
        return 0;
    if (!strncmp(text, "payload ", 8) && !unit_read(text + 8, UNIT_BITS, &q, &ignored) && q.value >= 1 && q.value <= 32 &&
        q.value == (double)(uint32_t)q.value) {
        *bits = (uint32_t)q.value;
        return 0;
    }
    return doc_error(node, err, "values: '%s'; write values: none, or values: payload 8 bit (1 to 32 bit)", text);
}

/* [column, row] on a grid, or a number on any network. */
static int read_router(const struct chip_noc *n, const struct doc_node *node, struct chip_io *io, struct err *err)
{
    static const struct field pair = {"router", FIELD_PAIR, 0, 0, 0, 0, NULL, NULL, "[0, 0]", ""},
                              number = {"router", FIELD_NUMBER, 0, 0, 0, 0, NULL, NULL, "0", ""};
    uint32_t at[2] = {0, 0}, routers = chipfile_routers(n) / chipfile_chips(n);
    int plain = node->kind == DOC_SCALAR && !strchr(node->text, 'x');
    if (!plain && !chipfile_is_grid(n))
        return doc_error(node, err, "router: there are no columns and rows; write the number of a router, 0 to %u", routers - 1);
    if (plain ? fields_value(&number, node, at, err) : fields_value(&pair, node, at, err))
        return -1;
    if (plain && at[0] >= routers)
        return doc_error(node, err, "router %u of %u; routers are numbered from 0", at[0], routers);
    if (!plain && (at[0] >= n->columns || at[1] >= n->rows))
        return doc_error(node, err, "router [%u, %u] is outside the %ux%u tiles, which are numbered from [0, 0]", at[0], at[1], n->columns, n->rows);
    io->router = plain ? at[0] : at[1] * n->columns + at[0];
    io->column = chipfile_is_grid(n) ? io->router % n->columns : 0;
    io->row = chipfile_is_grid(n) ? io->router / n->columns : 0;
    return 0;
}

/* The port is an endpoint at that router. */
static int read_port(const struct reading *r, const struct doc_node *node, struct chip_io *io, struct err *err)
{
    static const char *const side[] = {"west", "east", "north", "south", "local"};
    const struct chip_noc *n = &r->file->noc;
    struct port_text text = {0};
    if (fields_read(&chipfile_table_port, node, node, &text, err))
        return -1;
    if (read_router(n, text.router, io, err))
        return -1;
    if (text.chip >= chipfile_chips(n))
        return doc_error(doc_get(node, "chip"), err, "chip %u of %u; chips are numbered from 0", text.chip, chipfile_chips(n));
    io->chip = text.chip;
    io->port = mem_text(side[text.port]);
    io->flits_per_cycle = text.rate;
    return read_values(doc_get(node, "values"), text.values, &io->payload_bits, err);
}

int chipfile_io(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    struct io_text text;
    if (fields_read(&chipfile_table_io, r->at.io, doc_root(r->doc), &text, err) || read_port(r, text.in, &f->in, err) || read_port(r, text.out, &f->out, err))
        return -1;
    if (doc_get(text.out, "values") && f->out.payload_bits)
        return doc_error(doc_get(text.out, "values"), err, "io.out: output spikes carry no value; remove values");
    if (f->in.payload_bits > f->noc.payload_bits)
        return doc_error(doc_get(text.in, "values"), err,
                         "io.in: a payload of %u bit does not fit a packet with %u bit of payload; widen noc.packets.spike.payload", f->in.payload_bits,
                         f->noc.payload_bits);
    return 0;
}

/* ---- placement ---- */

/* Every core has one type: taking it twice is a mistake of the file. */
static int take_core(struct chipfile *f, const struct doc_node *node, uint32_t core, uint32_t type, struct err *err)
{
    if (core >= f->cores / chipfile_chips(&f->noc))
        return doc_error(node, err, "placement: core %u of %u; cores are numbered from 0", core, f->cores / chipfile_chips(&f->noc));
    if (f->core_type_of[core] != UINT32_MAX)
        return doc_error(node, err, "placement: core %u is of type %s already", core, f->type[f->core_type_of[core]].name);
    f->core_type_of[core] = type;
    return 0;
}

/* "3", or "0..31" */
static int take_span(struct chipfile *f, const struct doc_node *node, uint32_t type, struct err *err)
{
    static const struct field span = {"placement", FIELD_SPAN, 0, 0, 0, 0, NULL, NULL, "[0..31, 40]", ""};
    struct span s;
    if (fields_value(&span, node, &s, err))
        return -1;
    for (uint32_t core = s.low; core <= s.high; core++)
        if (take_core(f, node, core, type, err))
            return -1;
    return 0;
}

static int find_type(const struct chipfile *f, const struct doc_node *key, uint32_t *type, struct err *err)
{
    const char *known[100];
    for (*type = 0; *type < f->n_types; ++*type) {
        known[*type] = f->type[*type].name;
        if (!strcmp(f->type[*type].name, key->text))
            return 0;
    }
    return fields_unknown(key, "placement", known, f->n_types, err);
}

/* Lists are placed before `rest`, in whatever order they stand: rest = 1 is the second pass. */
static int place_type(struct chipfile *f, const struct doc_node *key, const struct doc_node *value, int rest, struct err *err)
{
    uint32_t type;
    int is_rest = value->kind == DOC_SCALAR && (!strcmp(value->text, "all") || !strcmp(value->text, "rest"));
    if (find_type(f, key, &type, err))
        return -1;
    if (is_rest != rest)
        return 0;
    if (value->kind == DOC_SCALAR && *value->text == '[')
        return doc_error(value, err, "placement.%s: '%.60s' is a text in quotes, not a list; write it without them: placement: {%s: %.60s}", key->text,
                         value->text, key->text, value->text);
    if (value->kind == DOC_MAP)
        return doc_error(value, err, "placement.%s: write all, rest, or a list of cores as in [0..31, 40]", key->text);
    for (uint32_t core = 0; rest && core < f->cores / chipfile_chips(&f->noc); core++)
        if (f->core_type_of[core] == UINT32_MAX || !strcmp(value->text, "all"))
            if (take_core(f, value, core, type, err))
                return -1;
    for (uint32_t i = 0; !rest && i < (value->kind == DOC_LIST ? value->count : 1); i++)
        if (take_span(f, value->kind == DOC_LIST ? value->item[i] : value, type, err))
            return -1;
    return 0;
}

static int is_placed(const struct chipfile *f, uint32_t type)
{
    for (uint32_t core = 0; core < f->cores; core++)
        if (f->core_type_of[core] == type)
            return 1;
    return 0;
}

/* What was noted of a core type while it was read: of its memories by node, of its times by key. */
static void drop_notes(struct fidelity *notes, const char *type)
{
    size_t kept = 0, n = strlen(type);
    for (size_t i = 0; i < notes->count; i++) {
        struct fidelity_line line = notes->line[i];
        const char *key = strncmp(line.text, "core_types.", 11) ? "" : line.text + 11;
        if ((!strncmp(line.node, type, n) && line.node[n] == '.') || (!strncmp(key, type, n) && key[n] == '.')) {
            free(line.node);
            free(line.text);
        } else
            notes->line[kept++] = line;
    }
    notes->count = kept;
}

/* A type that no core has is an offer of the file, no part of the chip: it is checked and then left out. */
static void drop_unplaced(struct chipfile *f)
{
    uint32_t kept = 0;
    for (uint32_t t = 0; t < f->n_types; t++) {
        if (is_placed(f, t)) {
            for (uint32_t core = 0; core < f->cores && kept != t; core++)
                f->core_type_of[core] = f->core_type_of[core] == t ? kept : f->core_type_of[core];
            f->type[kept++] = f->type[t];
            continue;
        }
        char *names = f->unplaced ? mem_format("%s, %s", f->unplaced, f->type[t].name) : mem_text(f->type[t].name);
        free(f->unplaced);
        f->unplaced = names;
        drop_notes(&f->notes, f->type[t].name);
        chipfile_free_type(&f->type[t]);
    }
    f->n_types = kept;
}

int chipfile_placement(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    const struct doc_node *map = r->at.placement;
    if (map->kind != DOC_MAP)
        return doc_error(map, err, "placement says which cores are of which type, for example {%s: all}", f->type[0].name);
    f->core_type_of = mem_new(f->cores, sizeof *f->core_type_of);
    memset(f->core_type_of, 0xff, f->cores * sizeof *f->core_type_of);
    for (int rest = 0; rest < 2; rest++)
        for (uint32_t i = 0; i < map->count; i++)
            if (place_type(f, map->key[i], map->item[i], rest, err))
                return -1;
    uint32_t per_chip = f->cores / chipfile_chips(&f->noc);
    for (uint32_t core = per_chip; core < f->cores; core++)     /* the other chips of a system are as the first */
        f->core_type_of[core] = f->core_type_of[core - per_chip];
    for (uint32_t core = 0; core < f->cores; core++)
        if (f->core_type_of[core] == UINT32_MAX)
            return doc_error(map, err, "placement gives core %u no type; write for example {%s: rest}", core, f->type[0].name);
    drop_unplaced(f);
    return 0;
}
