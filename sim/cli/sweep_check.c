/* What a sweep's file says of other files, looked at before the first run: a name mistyped in the last value of a list must not show itself after
 * hours. A value that a chip file does not take is an error of the sweep's file only where no chip takes it and no other value makes up for it
 * (a width that goes with a number of rows); else the points that have it are refused, one by one. */
#include <string.h>
#include <unistd.h>

#include "cli/sweep_plan.h"

/* A network, input or label file. */
static int check_there(const char *key, const struct doc_node *path, struct err *err)
{
    if (!path || path->kind != DOC_SCALAR || !access(path->text, F_OK))
        return 0;
    return doc_error(path, err, "%s: %s: no such file in the current folder or at that path", key, path->text);
}

static int check_files(const struct sweep_plan *p, struct err *err)
{
    static const char *const key[] = {"network", "input", "labels"};
    for (int i = 0; i < 3; i++) {
        const struct doc_node *list = doc_get(p->vary, key[i]);
        if (check_there(key[i], doc_get(doc_root(p->doc), key[i]), err))
            return -1;
        for (uint32_t k = 0; list && k < list->count; k++)
            if (check_there(key[i], list->item[k], err))
                return -1;
    }
    return 0;
}

/* 0: the chip file of a point can be read; said: what it says else. with_sets 0: without any override. */
static int try_point(const struct sweep_plan *p, uint32_t point, int with_sets, struct err *said)
{
    struct cli cli;
    struct chipfile *chip = NULL;
    *said = (struct err){ERR_NONE, ""};
    /* A point that is no command line is a refused row, and nothing is known of its chip file. */
    int bad = sweep_plan_point(p, point, &cli, said);
    if (!bad)
        chip = chipfile_read(cli.file[0], (const char *const *)cli.set, with_sets ? cli.n_sets : 0, said);
    cli_free(&cli);
    chipfile_free(chip);
    return bad || chip ? 0 : -1;
}

/* How many points one step of an axis is. */
static uint32_t stride_of(const struct sweep_plan *p, uint32_t axis)
{
    uint32_t stride = 1;
    for (uint32_t a = axis + 1; a < p->n_axes; a++)
        stride *= p->axis[a].values->count;
    return stride;
}

/* The chip files themselves: each is read once, as it is. */
static int check_chips(const struct sweep_plan *p, struct err *err)
{
    struct err said;
    if (p->chip)
        return try_point(p, 0, 0, &said) ? doc_error(doc_get(doc_root(p->doc), "chip"), err, "%s", said.text) : 0;
    for (uint32_t a = 0; a < p->n_axes; a++)
        for (uint32_t v = 0; p->axis[a].kind == SWEEP_CHIP && v < p->axis[a].values->count; v++)
            if (try_point(p, v * stride_of(p, a), 0, &said))
                return doc_error(p->axis[a].values->item[v], err, "%s", said.text);
    return 0;
}

/* 0: one of the points with this value has a chip file that can be read; the first is most often one. */
static int try_value(const struct sweep_plan *p, uint32_t axis, uint32_t value, struct err *first)
{
    struct err said;
    uint32_t stride = stride_of(p, axis), n = p->axis[axis].values->count, found = 0;
    for (uint32_t i = 0; i < p->n_points; i++) {
        if (i / stride % n != value)
            continue;
        if (!try_point(p, i, 1, &said))
            return 0;
        if (!found++)
            *first = said;
    }
    return -1;
}

/* Where all values of all lists fail, the first that fails with its own name in the message is to blame; a message names its override. */
static int check_sets(const struct sweep_plan *p, struct err *err)
{
    struct err said;
    for (uint32_t a = 0; a < p->n_axes; a++) {
        const struct sweep_axis *axis = &p->axis[a];
        size_t n = strlen(axis->key->text);
        for (uint32_t v = 0; axis->kind == SWEEP_SET && v < axis->values->count; v++) {
            if (!try_value(p, a, v, &said))
                continue;
            const char *named = strstr(said.text, axis->key->text);
            if (named && named[n] == '=')
                return doc_error(axis->values->item[v], err, "%s", said.text);
        }
    }
    return 0;
}

int sweep_check(const struct sweep_plan *p, struct err *err)
{
    return check_files(p, err) || check_chips(p, err) || check_sets(p, err) ? -1 : 0;
}
