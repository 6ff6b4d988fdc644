/* What people read for the places of a network: routers by their place on a grid, else by number, cores as chip.tile.core. */
#include <stdio.h>

#include "chip.h"

char *chip_router_name(const struct chipfile *f, const struct topology *t, uint32_t router, char *to, size_t size)
{
    uint32_t chips = chipfile_chips(&f->noc), per = t->routers / chips;
    char chip[24] = "";
    if (chips > 1)
        snprintf(chip, sizeof chip, "chip %u ", router / per);
    if (t->columns)
        snprintf(to, size, "%s[%u, %u]", chip, t->place[router].x, t->place[router].y);
    else
        snprintf(to, size, "%srouter %u", chip, router % per);
    return to;
}

/* After the cores come the host's input, its output, and further lanes of its input (noc/noc.h, noc/cycle.h). */
char *chip_endpoint_name(const struct chipfile *f, uint32_t endpoint, char *to, size_t size)
{
    char name[40];
    if (endpoint >= f->cores)
        snprintf(to, size, "host %s", endpoint == f->cores + 1 ? "output" : "input");
    else
        snprintf(to, size, "core %s", chipfile_core_name(f, endpoint, name, sizeof name));
    return to;
}

static void endpoint_name(const void *of, uint32_t endpoint, char *to, size_t size)
{
    chip_endpoint_name(of, endpoint, to, size);
}

static void router_name(const void *of, const struct topology *t, uint32_t router, char *to, size_t size)
{
    chip_router_name(of, t, router, to, size);
}

const struct mesh_names chip_mesh_names = {endpoint_name, router_name};
