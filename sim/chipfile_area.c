/* Areas of the whole: of the die and of a router. A core's is read with its type, a memory's among its own figures. Read last, because section `chip` comes
 * before its sources are known. */
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
    if (read_area(r, "chip", r->at.chip, &f->die, err))
        return -1;
    return read_area(r, "noc.router", doc_get(r->at.noc, "router"), &f->noc.router_area, err);
}
