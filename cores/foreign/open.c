/* Opened cores, and a core kind for each use of each. A kind's create has no context, so there is a fixed number of places, each with a create
 * of its own; what was opened stays, because kinds are compared and kept by address. Opening is for one thread at a time: chip files are read
 * before anything runs. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/foreign/build.h"
#include "cores/foreign/foreign.h"

enum { OPENED = 8 };

static struct foreign opened[OPENED];
static struct core_kind kinds[OPENED][FOREIGN_USES];
static size_t n_opened;

/* The creates of one place, and their table. */
#define CREATE(place, use)                                                                                                                \
    static struct core *create_##place##_##use(const struct params *params, uint32_t id, struct err *err)                                 \
    {                                                                                                                                     \
        return foreign_create(&opened[place], (enum foreign_use)use, params, id, err);                                                    \
    }
#define CREATES(place) CREATE(place, 0) CREATE(place, 1) CREATE(place, 2) CREATE(place, 3)
#define NAMES(place) {create_##place##_0, create_##place##_1, create_##place##_2, create_##place##_3}
CREATES(0) CREATES(1) CREATES(2) CREATES(3) CREATES(4) CREATES(5) CREATES(6) CREATES(7)
static struct core *(*const creates[OPENED][FOREIGN_USES])(const struct params *, uint32_t, struct err *) = {NAMES(0), NAMES(1), NAMES(2), NAMES(3),
                                                                                                             NAMES(4), NAMES(5), NAMES(6), NAMES(7)};

/* What it was compiled for against what this volley is: a stale object in the cache, or one put there by hand. */
static int check_tables(struct foreign *f, struct err *err)
{
    f->adapter = dlsym(f->library, "volley_adapter");
    f->model = dlsym(f->library, "volley_model");
    int shipped = f->manifest->shipped != NULL;         /* then the object has no model */
    if (!f->adapter || (!f->model && !shipped))
        return err_input(err, "%s: %s exports no %s; its file ends with %s", f->manifest->name, f->object, f->adapter ? "volley_model" : "volley_adapter",
                         f->adapter ? "VOLLEY_MODEL(name, event)" : "VOLLEY_ADAPTER(Class)");
    if (f->adapter->contract != FOREIGN_CONTRACT || (!shipped && f->model->contract != FOREIGN_CONTRACT))
        return err_input(err, "%s: %s was built for version %u of the contract, this volley has %u; remove it to build it anew", f->manifest->name, f->object,
                         f->adapter->contract, FOREIGN_CONTRACT);
    const char *model = shipped ? f->manifest->model_kind : f->model->name;
    if (strcmp(f->adapter->name, f->manifest->name) || strcmp(model, f->manifest->model_kind))
        return err_input(err, "%s: the adapter is of '%s' and the reference of '%s'; the manifest names core %s and reference.kind %s", f->manifest->path,
                         f->adapter->name, model, f->manifest->name, f->manifest->model_kind);
    return 0;
}

static void make_kinds(size_t place)
{
    static const char *const form[FOREIGN_USES] = {"rtl:%s", "model:%s", "rtl:%s", "model:%s"};
    struct foreign *f = &opened[place];
    for (int use = 0; use < FOREIGN_USES; use++) {
        struct core_kind *kind = &kinds[place][use];
        int in_steps = use == FOREIGN_STEP_DEVICE || use == FOREIGN_STEP_MODEL;
        *kind = foreign_calls;
        kind->name = mem_format(form[use], f->typed);
        kind->about = f->manifest->about ? f->manifest->about : kind->about;
        kind->create = creates[place][use];
        if (!in_steps && f->manifest->mode == MANIFEST_EVENT)
            kind->flags = CORE_EMITS_ON_ACCEPT | (f->manifest->by_arrival ? CORE_ORDERED : 0);
        if (!in_steps)
            kind->cost = NULL;      /* hangs on what fires, which is not known before */
        /* A core that moves in steps has only that use, as has a reference of volley's own. */
        int itself = f->manifest->mode == MANIFEST_EVENT && !(use == FOREIGN_MODEL && f->manifest->shipped);
        f->kind[use] = (in_steps ? f->manifest->has_step : itself) ? kind : NULL;
    }
}

/* Into place n_opened; what was taken is given back where it fails. */
static int open_at(struct foreign *f, const char *path, int instrumented, struct err *err)
{
    memset(f, 0, sizeof *f);
    f->instrumented = instrumented;
    if (!(f->manifest = manifest_read(path, err)))
        return -1;
    f->object = foreign_build(f->manifest, instrumented, err);
    if (f->object && !(f->library = dlopen(f->object, RTLD_NOW | RTLD_LOCAL)))
        err_input(err, "%s: %s", f->manifest->name, dlerror());
    if (f->library && !check_tables(f, err))
        return 0;
    if (f->library)
        dlclose(f->library);
    free(f->object);
    manifest_free(f->manifest);
    return -1;
}

static const struct foreign *open_as(const char *path, int instrumented, struct err *err)
{
    char *real = realpath(path, NULL);
    if (!real) {
        err_input(err, "%s: %s; a folder with a manifest.yaml is wanted, or the manifest itself", path, strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < n_opened; i++)
        if (!strcmp(opened[i].path, real) && opened[i].instrumented == instrumented) {
            free(real);
            return &opened[i];
        }
    if (n_opened == OPENED || open_at(&opened[n_opened], path, instrumented, err)) {
        if (n_opened == OPENED)
            err_input(err, "%s: more than %d cores of others' in one run", path, OPENED);
        free(real);
        return NULL;
    }
    opened[n_opened].path = real;
    opened[n_opened].typed = mem_text(path);
    make_kinds(n_opened);
    return &opened[n_opened++];
}

const struct foreign *foreign_open(const char *path, struct err *err)
{
    return open_as(path, 0, err);
}

const struct foreign *foreign_instrumented(const struct foreign *f, struct err *err)
{
    return open_as(f->typed, 1, err);
}

/* "rtl:lif_cor" is a misspelt kind of volley's own; a path says that it is one, or is there. */
int foreign_named(const char *name)
{
    name += strncmp(name, "both:", 5) ? 0 : 5;      /* a pair is known by its first half */
    const char *colon = strchr(name, ':');
    return (!strncmp(name, "rtl:", 4) || !strncmp(name, "model:", 6)) && (strpbrk(colon, "/.") || !access(colon + 1, F_OK));
}

const struct core_kind *foreign_chip_kind(const char *name, int by_event, struct err *err)
{
    int is_model = !strncmp(name, "model:", 6);
    if (!foreign_named(name))
        return NULL;
    const struct foreign *f = foreign_open(strchr(name, ':') + 1, err);
    if (!f)
        return NULL;
    enum foreign_use model = by_event ? FOREIGN_MODEL : FOREIGN_STEP_MODEL, device = by_event ? FOREIGN_DEVICE : FOREIGN_STEP_DEVICE;
    const struct core_kind *kind = f->kind[is_model ? model : device];
    if (!kind && by_event)
        err_answer(err, "%s: core %s works in steps (time.mode of its manifest), and a chip of mode event has none", f->manifest->path, f->manifest->name);
    else if (!kind)
        err_answer(err, "%s: core %s fires as its events arrive (time.mode: event), and a chip with steps cannot run it so; where one of its events can "
                   "stand for "
                   "the step, time.step of the manifest says which", f->manifest->path, f->manifest->name);
    return kind;
}

const char *foreign_warning(const struct core_kind *kind)
{
    for (size_t i = 0; i < n_opened; i++)
        for (int use = 0; use < FOREIGN_USES; use++)
            if (kind == &kinds[i][use])
                return opened[i].manifest->warning;
    return NULL;
}
