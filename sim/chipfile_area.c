/* Areas that the file states: of the die, of a router, of a core without its memories. A memory's area is among its own figures. Read last, because a chip's
 * sections come before its sources are known. */
#include "chipfile_parts.h"

/* `source` and `basis` of the section stand for a figure that gives none. */
static int read_area(struct reading *r, const char *section, const struct doc_node *map, struct cost *cost, struct err *err)
{
    const struct doc_node *node = map ? doc_get(map, "area") : NULL, *source = node ? doc_get(map, "source") : NULL;
    struct standing none = {.source = NULL, .basis = NO_INDEX, .scope = NO_INDEX};
    struct standing from = chipfile_standing(&none, section, source && source->kind == DOC_SCALAR ? source->text : NULL, NO_INDEX);
    return chipfile_cost(r, &from, "area", node, UNIT_AREA, cost, err);
}

int chipfile_area(struct reading *r, struct err *err)
{
    struct chipfile *f = r->file;
    char section[KEY_MAX];
    if (read_area(r, "chip", r->at.chip, &f->die, err) || read_area(r, "noc.router", doc_get(r->at.noc, "router"), &f->noc.router_area, err))
        return -1;
    for (uint32_t t = 0; t < f->n_types; t++) {
        snprintf(section, sizeof section, "core_types.%s", f->type[t].name);
        if (read_area(r, section, doc_get(r->at.core_types, f->type[t].name), &f->type[t].area, err))
            return -1;
    }
    return 0;
}
