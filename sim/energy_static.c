/* Static power x time: the chip's own list, each core type's, and what memories leak and need for refreshing, apart for what the run used and what it left
 * idle. A part in state gated pays what that state costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "energy_parts.h"

/* How many of a thing the chip has, and how many of them this run used. */
struct units { uint64_t used, all; };

/* Static power of a core type is paid by the cores of that type alone. */
static struct units cores_of_type(const struct run *run, uint32_t type)
{
    struct units u = {0, 0};
    for (uint32_t c = 0; c < run->chip->cores; c++)
        u.all += run->chip->core_type_of[c] == type;
    for (uint32_t c = 0; c < run->n_cores; c++)
        u.used += run->mapping->core[c].type == type;
    return u;
}

/* A router is used where one of its cores is. [routers], the caller frees. */
static uint8_t *used_routers(const struct run *run)
{
    const struct chip_noc *noc = &run->chip->noc;
    uint32_t per = noc->cores_per_tile ? noc->cores_per_tile : 1;
    uint8_t *used = mem_new((size_t)chipfile_routers(noc) + 1, 1);
    for (uint32_t c = 0; c < run->n_cores; c++)
        if (run->mapping->core[c].core / per < chipfile_tiles(noc))     /* a run that another chip's price list prices may have more */
            used[chipfile_tile_router(noc, run->mapping->core[c].core / per)] = 1;
    return used;
}

/* Links leave a router; those that leave a router of a used tile count as used. A torus closes each row and column, so no router lacks one. */
static struct units links(const struct run *run)
{
    uint32_t n;
    struct chip_link *link = chipfile_links(&run->chip->noc, &n);
    uint8_t *used = used_routers(run);
    struct units u = {0, n};
    for (uint32_t l = 0; l < n; l++)
        u.used += used[link[l].from];
    free(link);
    free(used);
    return u;
}

static struct units units_of(const struct run *run, const char *what)
{
    if (!strcmp(what, "link"))
        return links(run);
    if (!strcmp(what, "tile") || !strcmp(what, "router"))
        return (struct units){energy_tiles_used(run), !strcmp(what, "tile") ? chipfile_tiles(&run->chip->noc) : chipfile_routers(&run->chip->noc)};
    return (struct units){run->n_cores, run->chip->cores};      /* core, memory; a chip's power is shared among its cores */
}

/* Whether the list knows a thing in that state as well: gated parts do not pay what unused ones would. */
static int has_state(const struct chip_static *list, uint32_t n, const char *what, const char *state)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].what, what) && list[i].state && !strcmp(list[i].state, state))
            return 1;
    return 0;
}

/* energy = units x share x power x time of the whole run. share: the part of a chip's one power that its used cores answer for. */
static void add_static_line(struct book *b, const char *what, const struct cost *power, uint64_t units, double share, int unused)
{
    /* A part that the chip does not have, or whose power the file does not state, has no line. */
    if (!units || !(power->stated || power->free))
        return;
    struct energy_line line = {.name = mem_format("static %s %s", what, unused ? "unused" : "used"), .component = "static", .counter = NO_INDEX,
                               .memory = NO_INDEX, .count = units, .each = *power, .static_ = 1, .unused = unused};
    struct energy_line *l = energy_add_line(b, &line, &b->static_, b->seconds * share);
    b->e->static_w += (double)units * share * energy_charged(power);
    b->e->static_j += l->energy_j;
    b->e->static_used_j += unused ? 0 : l->energy_j;
}

/* state any: all units; used; unused: those that are not used, unless `gated` is stated, which then takes its place. */
static void add_static(struct book *b, const struct chip_static *list, uint32_t n, uint32_t i, struct units u)
{
    const char *state = list[i].state ? list[i].state : "any", *what = list[i].what;
    int used = !strcmp(state, "any") || !strcmp(state, "used");
    int unused = !strcmp(state, "any") || !strcmp(state, "gated") || (!strcmp(state, "unused") && !has_state(list, n, what, "gated"));
    if (!strcmp(what, "chip")) {
        /* A chip's one power is one unit; its used cores answer for their share of it, and so in a system of several. */
        double share = u.all ? (double)u.used / (double)u.all : 1;
        uint32_t chips = chipfile_chips(&b->run->chip->noc);
        if (!used)
            return;             /* a chip that runs is in use */
        add_static_line(b, what, &list[i].power, chips, share, 0);
        if (share < 1)
            add_static_line(b, what, &list[i].power, chips, 1 - share, 1);
        return;
    }
    if (used)
        add_static_line(b, what, &list[i].power, u.used, 1, 0);
    if (unused)
        add_static_line(b, what, &list[i].power, u.all - u.used, 1, 1);
}

/* The chip's own list, then each core type's, then leakage and refresh of memories that were derived or state them: one memory per core. */
void energy_add_static(struct book *b)
{
    const struct chipfile *f = b->run->chip;
    char name[200];
    for (uint32_t i = 0; i < f->n_static; i++)
        add_static(b, f->static_, f->n_static, i, units_of(b->run, f->static_[i].what));
    for (uint32_t t = 0; t < f->n_types; t++) {
        struct units u = cores_of_type(b->run, t);
        for (uint32_t i = 0; i < f->type[t].n_static; i++)
            add_static(b, f->type[t].static_, f->type[t].n_static, i, u);
    }
    for (uint32_t m = 0; m < b->run->n_memories; m++) {
        uint32_t t = b->run->memory_of[m].type;
        struct units u = cores_of_type(b->run, t);
        const struct chip_memory *memory = &f->type[t].memory[b->run->memory_of[m].memory];
        int gated = has_state(f->type[t].static_, f->type[t].n_static, "memory", "gated");
        energy_memory_name(b->run, m, name, sizeof name);
        add_static_line(b, name, &memory->leakage, u.used, 1, 0);
        if (!gated)
            add_static_line(b, name, &memory->leakage, u.all - u.used, 1, 1);
        /* A dynamic memory is refreshed whether it is read or not; what sleeps is not. */
        snprintf(name + strlen(name), sizeof name - strlen(name), " refresh");
        add_static_line(b, name, &memory->refresh, u.used, 1, 0);
        if (!gated)
            add_static_line(b, name, &memory->refresh, u.all - u.used, 1, 1);
    }
}
