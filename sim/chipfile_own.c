/* Single cores of another kind than their type's: `--core tile3.core1=rtl:lif_core`. The rest of the type stays as it is: the mapper knows types
 * only, so the network lies on the chip as it would without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile.h"

/* "tile3.core1", "chip0.tile3.core1", and "0.3.1" as reports name it. 1: it is one of these. */
static int read_place(const char *text, size_t length, uint32_t place[3])
{
    static const char *const form[] = {"tile%9u.core%9u%n", "chip%9u.tile%9u.core%9u%n", "%9u.%9u.%9u%n"};
    char name[64];
    if (length >= sizeof name)
        return 0;
    memcpy(name, text, length);
    name[length] = 0;
    for (int i = 0; i < 3; i++) {
        int used = 0;
        place[0] = 0;
        int found = i ? sscanf(name, form[i], &place[0], &place[1], &place[2], &used) : sscanf(name, form[i], &place[1], &place[2], &used);
        if (found == (i ? 3 : 2) && (size_t)used == length)
            return 1;
    }
    return 0;
}

int chipfile_is_place(const char *text)
{
    uint32_t place[3];
    return read_place(text, strcspn(text, "="), place);
}

/* The core of that name; UINT32_MAX: the chip has none. */
static uint32_t core_at(const struct chipfile *f, const uint32_t place[3])
{
    char wanted[40], name[40];
    snprintf(wanted, sizeof wanted, "%u.%u.%u", place[0], place[1], place[2]);
    for (uint32_t core = 0; core < f->cores; core++)
        if (!strcmp(chipfile_core_name(f, core, name, sizeof name), wanted))
            return core;
    return UINT32_MAX;
}

/* The chip once more, with the core's whole type of that kind: whatever the kind asks of a type is checked as if it were. */
int chipfile_own_kind(struct chipfile *f, const char *text, const char *const *set, uint32_t n_set, struct err *err)
{
    char name[40], last[40];
    uint32_t place[3], core = read_place(text, strcspn(text, "="), place) ? core_at(f, place) : UINT32_MAX;
    const char *kind = text + strcspn(text, "=") + 1;
    if (core == UINT32_MAX)
        return err_input(err, "--core %s: chip %s has no such core; they are 0.0.0 to %s, chip.tile.core", text, f->name,
                         chipfile_core_name(f, f->cores - 1, last, sizeof last));
    const char **all = mem_new(n_set + 1, sizeof *all);
    for (uint32_t i = 0; i < n_set; i++)
        all[i] = set[i];
    char *more = mem_format("core_types.%s.kind=%s", f->type[f->core_type_of[core]].name, kind);
    all[n_set] = more;
    struct chipfile *other = chipfile_read(f->path, all, n_set + 1, err);
    free(more);
    free(all);
    if (!other)
        return -1;
    f->own = mem_grow(f->own, f->n_own + 1, sizeof *f->own);
    f->own[f->n_own++] = (struct chip_own){core, other};
    fidelity_add(&f->notes, FIDELITY_NOTE, "", "core %s is of kind %s (--core)", chipfile_core_name(f, core, name, sizeof name), kind);
    return 0;
}

const struct core_type *chipfile_kind_type(const struct chipfile *f, uint32_t core)
{
    const struct chipfile *from = f;
    for (uint32_t i = 0; i < f->n_own; i++)     /* the last one said counts */
        if (f->own[i].core == core)
            from = f->own[i].file;
    return &from->type[f->core_type_of[core]];
}
