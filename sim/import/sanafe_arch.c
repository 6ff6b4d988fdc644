/* SANA-FE's architecture file: tiles on a grid, cores in tiles, units in cores. A name with a range stands for so many copies; copies are
 * not written out here, a tile or core points to the entry that it is a copy of, so that thousands of cores cost nothing to read. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/fields.h"
#include "import/sanafe_parts.h"

static const char *const hop_prices[SANAFE_DIRECTIONS][2] = {{"energy_north_hop", "latency_north_hop"}, {"energy_east_hop", "latency_east_hop"},
                                                             {"energy_south_hop", "latency_south_hop"}, {"energy_west_hop", "latency_west_hop"}};
/* In the order of enum sanafe_buffer, by name and buffer_inside_unit. */
static const char buffers[] = "dendrite|soma|axon_out";

/* ---- cores ---- */

/* One attribute; position and inside are told apart by name and make one place together. */
static int core_attribute(struct sanafe_core_kind *core, const struct doc_node *key, const struct doc_node *value, int *position, int *inside,
                          struct err *err)
{
    static const char *const names[] = {"buffer_position", "buffer_inside_unit", "max_neurons_supported", "log_energy"};
    if (!strcmp(key->text, "buffer_position"))
        return sanafe_word(value, key->text, buffers, position, err);
    if (!strcmp(key->text, "buffer_inside_unit"))
        return sanafe_flag(value, key->text, inside, err);
    if (!strcmp(key->text, "max_neurons_supported"))
        return sanafe_whole(value, key->text, 0, SANAFE_NEURONS_MAX, &core->max_neurons, err);
    if (!strcmp(key->text, "log_energy"))
        return sanafe_flag(value, key->text, &core->log_energy, err);
    return fields_unknown(key, "core.attributes", names, sizeof names / sizeof *names, err);
}

/* Where the buffer lies decides what every unit of the core does when: it is never guessed. */
static int core_attributes(struct sanafe_core_kind *core, struct err *err)
{
    const struct doc_node *key, *value, *attributes = doc_get(core->at, "attributes");
    struct sanafe_pairs p = {.at = attributes};
    int more, position = -1, inside = 0;
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0)
        if (core_attribute(core, key, value, &position, &inside, err))
            return -1;
    if (more < 0)
        return -1;
    if (position < 0 || !sanafe_find(attributes, "max_neurons_supported"))
        return doc_error(attributes ? attributes : core->at, err, "core '%s' has no %s; write attributes: {buffer_position: soma, max_neurons_supported: 1024}",
                         core->name, position < 0 ? "buffer_position" : "max_neurons_supported");
    if (position == 2 && inside)
        return doc_error(attributes, err, "core '%s': buffer_inside_unit goes with buffer_position dendrite or soma, not axon_out", core->name);
    core->buffer = position == 2 ? SANAFE_BEFORE_AXON_OUT : (enum sanafe_buffer)(2 * position + inside);
    return 0;
}

/* Keys of a map that are none of these are refused; the text of `known` is one list for the message. */
static int check_keys(const struct doc_node *map, const char *section, const char *const *known, size_t n, struct err *err)
{
    if (map->kind != DOC_MAP)
        return doc_error(map, err, "an entry of %s is a map that begins with name: NAME", section);
    for (uint32_t i = 0; i < map->count; i++) {
        int found = 0;
        for (size_t k = 0; k < n; k++)
            found |= !strcmp(known[k], map->key[i]->text);
        if (!found)
            return fields_unknown(map->key[i], section, known, n, err);
    }
    return 0;
}

/* The name of an entry without its range, in a text of its own that the document keeps. */
static int entry_name(struct sanafe_arch *arch, const struct doc_node *at, const char **name, uint32_t *first, uint32_t *copies, int *range, struct err *err)
{
    /* An entry without a name is complained of as a whole, being a map. */
    const struct doc_node *given = doc_get(at, "name"), *node = given ? given : at;
    size_t length;
    if (sanafe_name_range(node, &length, first, copies, range, err))
        return -1;
    /* The name is cut off before its range; many copies point to one text. */
    char *text = mem_format("%.*s", (int)length, node->text);
    arch->owned = mem_room(arch->owned, arch->n_owned, &arch->owned_capacity, sizeof *arch->owned);
    arch->owned[arch->n_owned++] = text;
    *name = text;
    return 0;
}

/* Keys first, so that a misspelt section is named as such and not as a missing one. */
static int read_core(struct sanafe_arch *arch, struct sanafe_core_kind *core, const struct doc_node *at, struct err *err)
{
    static const char *const keys[] = {"name", "attributes", "axon_in", "synapse", "dendrite", "soma", "axon_out"};
    core->at = at;
    if (check_keys(at, "core", keys, sizeof keys / sizeof *keys, err) || entry_name(arch, at, &core->name, &core->first, &core->copies, &core->range, err))
        return -1;
    return core_attributes(core, err) || sanafe_units_read(core, arch, err) ? -1 : 0;
}

/* ---- tiles ---- */

/* 1: a hop's price, read; 0: another name; -1: no number. */
static int hop_price(struct sanafe_tile_kind *tile, const struct doc_node *key, const struct doc_node *value, uint32_t *seen, struct err *err)
{
    for (int d = 0; d < SANAFE_DIRECTIONS; d++)
        for (int latency = 0; latency < 2; latency++) {
            if (strcmp(hop_prices[d][latency], key->text) != 0)
                continue;
            double *to = latency ? &tile->hop[d].latency : &tile->hop[d].energy;
            *seen |= 1u << (2 * d + latency);
            if (sanafe_real(value, key->text, to, err))
                return -1;
            return *to < 0 ? doc_error(value, err, "%s: %s is below 0", key->text, value->text) : 1;
        }
    return 0;
}

/* All eight prices of a hop; a tile prices the hops that lead to it, and times those that leave it. */
static int tile_attributes(struct sanafe_tile_kind *tile, struct err *err)
{
    const struct doc_node *key, *value, *attributes = doc_get(tile->at, "attributes");
    const char *names[2 * SANAFE_DIRECTIONS + 1] = {"log_energy"};
    struct sanafe_pairs p = {.at = attributes};
    uint32_t seen = 0;
    int more;
    for (int i = 0; i < 2 * SANAFE_DIRECTIONS; i++)
        names[i + 1] = hop_prices[i / 2][i % 2];
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0) {
        int priced = 1;
        if (!strcmp(key->text, "log_energy"))
            priced = sanafe_flag(value, key->text, &tile->log_energy, err) ? -1 : 1;
        else
            priced = hop_price(tile, key, value, &seen, err);
        if (priced <= 0)
            return priced ? -1 : fields_unknown(key, "tile.attributes", names, sizeof names / sizeof *names, err);
    }
    for (int i = 0; i < 2 * SANAFE_DIRECTIONS && !more; i++)
        if (!(seen >> i & 1))
            return doc_error(attributes ? attributes : tile->at, err, "tile '%s' has no %s; write it, 0.0 if a hop costs nothing", tile->name, names[i + 1]);
    return more;
}

/* n_cores goes up before each core is read, so that a half-read one is freed like the others. */
static int read_tile(struct sanafe_arch *arch, struct sanafe_tile_kind *tile, const struct doc_node *at, struct err *err)
{
    static const char *const keys[] = {"name", "attributes", "core"};
    tile->at = at;
    if (check_keys(at, "tile", keys, sizeof keys / sizeof *keys, err) || entry_name(arch, at, &tile->name, &tile->first, &tile->copies, &tile->range, err) ||
        tile_attributes(tile, err))
        return -1;
    const struct doc_node *cores = doc_get(at, "core");
    if (!cores || cores->kind != DOC_LIST || !cores->count)
        return doc_error(cores ? cores : at, err, "tile '%s' needs core: a list of one core or more", tile->name);
    tile->core = mem_new(cores->count, sizeof *tile->core);
    for (uint32_t i = 0; i < cores->count; i++) {
        tile->n_cores = i + 1;
        if (read_core(arch, &tile->core[i], cores->item[i], err))
            return -1;
    }
    return 0;
}

/* ---- the chip ---- */

/* The file may list its table in any order. */
static int by_tiles(const void *a, const void *b)
{
    const struct sanafe_sync *x = a, *y = b;
    return (x->tiles > y->tiles) - (x->tiles < y->tiles);
}

/* A number, a map {tiles: seconds}, or a list whose index is the number of tiles. */
static int read_sync(struct sanafe_arch *arch, const struct doc_node *latency, int table, struct err *err)
{
    uint32_t n = latency && table && latency->kind != DOC_SCALAR ? latency->count : 1;
    if (latency && !n)
        return doc_error(latency, err, "latency_sync is an empty table; write for example {1: 0.6e-6, 4: 1.4e-6}");
    /* Without latency_sync a barrier costs nothing. */
    if (latency && !table && latency->kind != DOC_SCALAR)
        return doc_error(latency, err, "latency_sync is a table; it goes with sync_model: table");
    arch->sync = mem_new(n, sizeof *arch->sync);
    arch->n_sync = n;
    for (uint32_t i = 0; latency && i < n; i++) {
        const struct doc_node *value = latency->kind == DOC_SCALAR ? latency : latency->item[i];
        /* Of a list the place is the number of tiles. */
        arch->sync[i].tiles = i;
        if (latency->kind == DOC_MAP && sanafe_whole(latency->key[i], "a number of tiles in latency_sync", 0, SANAFE_TILES_MAX, &arch->sync[i].tiles, err))
            return -1;
        if (sanafe_real(value, "latency_sync", &arch->sync[i].seconds, err))
            return -1;
        if (arch->sync[i].seconds < 0)
            return doc_error(value, err, "latency_sync: %s is below 0", value->text);
    }
    /* Looked up by walking up: keys rise. */
    qsort(arch->sync, n, sizeof *arch->sync, by_tiles);
    return 0;
}

/* What the chip is as a whole; its tiles come after. */
static int chip_attributes(struct sanafe_arch *arch, const struct doc_node *chip, struct err *err)
{
    static const char *const names[] = {"width", "height", "link_buffer_size", "sync_model", "latency_sync", "topology"};
    const struct doc_node *key, *value, *attributes = doc_get(chip, "attributes"), *latency = NULL;
    struct sanafe_pairs p = {.at = attributes};
    int more, table = 0, bad = 0;
    while (!bad && (more = sanafe_pair(&p, &key, &value, err)) > 0) {
        /* width and height alike. */
        uint32_t *size = !strcmp(key->text, names[0]) ? &arch->width : !strcmp(key->text, names[1]) ? &arch->height : NULL;
        if (size)
            bad = sanafe_whole(value, key->text, 1, SANAFE_TILES_MAX, size, err);
        else if (!strcmp(key->text, names[2]))
            bad = sanafe_whole(value, key->text, 0, 1u << 30, &arch->link_buffer, err);
        else if (!strcmp(key->text, names[3]))
            bad = sanafe_word(value, key->text, "fixed|table", &table, err);
        else if (!strcmp(key->text, names[4]))
            latency = value;
        else if (!strcmp(key->text, names[5])) {
            if (value->kind != DOC_SCALAR || strcmp(value->text, "mesh") != 0)
                bad = doc_error(value, err, "topology: SANA-FE has only mesh");
        } else
            bad = fields_unknown(key, "architecture.attributes", names, sizeof names / sizeof *names, err);
    }
    if (bad || more < 0)
        return -1;
    /* These three have no default in that tool either. */
    for (int i = 0; i < 3; i++)
        if (!sanafe_find(attributes, names[i]))
            return doc_error(attributes ? attributes : chip, err,
                             "architecture.attributes has no %s; write attributes: {width: 8, height: 4, link_buffer_size: 16}", names[i]);
    return read_sync(arch, latency, table, err);
}

/* Tiles and cores in the order of the file, copy by copy. */
static int place(struct sanafe_arch *arch, struct err *err)
{
    uint64_t tiles = 0, cores = 0;
    for (uint32_t k = 0; k < arch->n_tile_kinds; k++) {
        /* Counted before anything is allocated: ranges multiply. */
        uint64_t of_one = 0;
        for (uint32_t c = 0; c < arch->tile_kind[k].n_cores; c++)
            of_one += arch->tile_kind[k].core[c].copies;
        tiles += arch->tile_kind[k].copies;
        cores += of_one * arch->tile_kind[k].copies;
        if (tiles > (uint64_t)arch->width * arch->height)
            return doc_error(arch->tile_kind[k].at, err, "with tile '%s' there are %llu tiles; width x height has place for %u x %u", arch->tile_kind[k].name,
                             (unsigned long long)tiles, arch->width, arch->height);
        if (tiles > SANAFE_TILES_MAX || cores > SANAFE_CORES_MAX)
            return doc_error(arch->tile_kind[k].at, err, "more than %d tiles or %d cores", SANAFE_TILES_MAX, SANAFE_CORES_MAX);
    }
    arch->tile = mem_new(tiles, sizeof *arch->tile);
    arch->core = mem_new(cores, sizeof *arch->core);
    for (uint32_t k = 0; k < arch->n_tile_kinds; k++)
        for (uint32_t i = 0; i < arch->tile_kind[k].copies; i++) {
            const struct sanafe_tile_kind *kind = &arch->tile_kind[k];
            struct sanafe_tile *t = &arch->tile[arch->n_tiles];
            /* Column by column: y is the fast coordinate. */
            *t = (struct sanafe_tile){kind, i, arch->n_tiles / arch->height, arch->n_tiles % arch->height, arch->n_cores, 0};
            for (uint32_t c = 0; c < kind->n_cores; c++)
                for (uint32_t j = 0; j < kind->core[c].copies; j++)
                    arch->core[arch->n_cores++] = (struct sanafe_core){&kind->core[c], j, arch->n_tiles, t->n_cores++};
            arch->n_tiles++;
        }
    return 0;
}

/* From the outside in; the first fault ends it, and what was read so far is freed by make. */
static int fill(struct sanafe_arch *arch, struct err *err)
{
    static const char *const keys[] = {"name", "attributes", "tile"};
    const struct doc_node *root = doc_root(arch->doc), *chip = doc_get(root, "architecture"), *name = doc_get(chip, "name"), *tiles = doc_get(chip, "tile");
    if (!chip || chip->kind != DOC_MAP)
        return doc_error(chip ? chip : root, err, "an architecture file of SANA-FE begins with architecture: and a map under it");
    if (check_keys(chip, "architecture", keys, sizeof keys / sizeof *keys, err))
        return -1;
    arch->name = name && name->kind == DOC_SCALAR ? name->text : "";
    if (chip_attributes(arch, chip, err))
        return -1;
    if (!tiles || tiles->kind != DOC_LIST || !tiles->count)
        return doc_error(tiles ? tiles : chip, err, "architecture needs tile: a list of one tile or more");
    arch->tile_kind = mem_new(tiles->count, sizeof *arch->tile_kind);
    /* Counted up one by one, as the cores of a tile. */
    for (uint32_t i = 0; i < tiles->count; i++) {
        arch->n_tile_kinds = i + 1;
        if (read_tile(arch, &arch->tile_kind[i], tiles->item[i], err))
            return -1;
    }
    return place(arch, err);
}

/* Takes the document over; NULL: it could not be read, and err says why. */
static struct sanafe_arch *make(struct doc *doc, struct err *err)
{
    if (!doc)
        return NULL;
    struct sanafe_arch *arch = mem_new(1, sizeof *arch);
    arch->doc = doc;
    if (!fill(arch, err))
        return arch;
    sanafe_arch_free(arch);
    return NULL;
}

struct sanafe_arch *sanafe_arch_read(const char *path, struct err *err)
{
    return make(doc_read(path, err), err);
}

struct sanafe_arch *sanafe_arch_parse(const char *name, const char *text, size_t size, struct err *err)
{
    return make(doc_parse(name, text, size, err), err);
}

void sanafe_arch_free(struct sanafe_arch *arch)
{
    if (!arch)
        return;
    /* Kinds own their units; copies point to kinds and own nothing. */
    for (uint32_t k = 0; k < arch->n_tile_kinds; k++) {
        for (uint32_t c = 0; c < arch->tile_kind[k].n_cores; c++)
            sanafe_units_free(&arch->tile_kind[k].core[c]);
        free(arch->tile_kind[k].core);
    }
    for (size_t i = 0; i < arch->n_owned; i++)
        free(arch->owned[i]);
    free(arch->owned);
    free(arch->tile_kind);
    free(arch->tile);
    free(arch->core);
    free(arch->sync);
    fidelity_clear(&arch->notes);
    doc_free(arch->doc);
    free(arch);
}

/* The value of the largest key that is not above the number of tiles; below all keys, the first. */
double sanafe_sync_time(const struct sanafe_arch *arch, uint32_t tiles)
{
    double seconds = arch->sync[0].seconds;
    for (uint32_t i = 0; i < arch->n_sync && arch->sync[i].tiles <= tiles; i++)
        seconds = arch->sync[i].seconds;
    return seconds;
}

char *sanafe_tile_name(const struct sanafe_arch *arch, uint32_t tile)
{
    const struct sanafe_tile *t = &arch->tile[tile];
    return t->kind->range ? mem_format("%s[%u]", t->kind->name, t->kind->first + t->copy) : mem_text(t->kind->name);
}

char *sanafe_core_name(const struct sanafe_arch *arch, uint32_t core)
{
    const struct sanafe_core *c = &arch->core[core];
    return c->kind->range ? mem_format("%s[%u]", c->kind->name, c->kind->first + c->copy) : mem_text(c->kind->name);
}
