/* Where a chip file or an energy table is: a path, or a name looked up in folders. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "chipfile_parts.h"

#ifndef VOLLEY_CHIPS_INSTALLED
#define VOLLEY_CHIPS_INSTALLED "/usr/local/share/volley/chips"
#endif
enum { FOLDERS_MAX = 64, NAMES_SHOWN = 900 };

struct sort { const char *what, *file, *environment, *folder, *installed; };
static const struct sort chips = {"chip", "a chip file", "VOLLEY_CHIPS", "chips", VOLLEY_CHIPS_INSTALLED},
                         tables = {"energy table", "one", "VOLLEY_ENERGY", "energy", VOLLEY_CHIPS_INSTALLED "/../energy"};

struct folders { char *path[FOLDERS_MAX]; size_t n; };

static void add_folder(struct folders *f, char *path)
{
    if (f->n < FOLDERS_MAX)
        f->path[f->n++] = path;
    else
        free(path);
}

/* $VOLLEY_CHIPS: folders with colons between them. */
static void add_from_environment(struct folders *f, const char *variable)
{
    const char *list = getenv(variable);
    while (list && *list) {
        size_t n = strcspn(list, ":");
        if (n)
            add_folder(f, mem_format("%.*s", (int)n, list));
        list += n + (list[n] == ':');
    }
}

/* What belongs to the program itself: PREFIX/share for PREFIX/bin/volley, wherever it was installed or moved to, and the source tree's
 * configs for a program that runs from build/release. */
static void add_beside_program(struct folders *f, const char *const *above, size_t n, const char *folder)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return;
    *slash = '\0';
    for (size_t i = 0; i < n; i++)
        add_folder(f, mem_format("%s/%s/%s", program, above[i], folder));
}

/* The order is the order of precedence. */
static void folders_open(struct folders *f, const struct sort *sort)
{
    static const char *const beside[] = {"../share/volley", "../../configs"}, *const deeper[] = {"../../../configs"};
    f->n = 0;
    add_folder(f, mem_text("."));
    add_from_environment(f, sort->environment);
    add_beside_program(f, beside, 2, sort->folder);
    add_folder(f, mem_text(sort->installed));
    add_folder(f, mem_format("configs/%s", sort->folder));
    add_beside_program(f, deeper, 1, sort->folder);           /* build/release/bench, from another folder than the project's */
}

static void folders_close(struct folders *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->path[i]);
}

static int is_file(const char *path)
{
    struct stat about;
    return !stat(path, &about) && !S_ISDIR(about.st_mode);
}

static int ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && !strcmp(name + n - m, end);
}

/* FOLDER/NAME or FOLDER/NAME.yaml, whichever is a file; NULL: neither. */
static char *in_folder(const char *folder, const char *name)
{
    static const char *const ends[] = {"", ".yaml"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *path = strcmp(folder, ".") ? mem_format("%s/%s%s", folder, name, ends[i]) : mem_format("%s%s", name, ends[i]);
        if (is_file(path))
            return path;
        free(path);
    }
    return NULL;
}

/* ---- what there is ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct chip_place *)a)->name, ((const struct chip_place *)b)->name);
}

static int is_known(const struct chip_place *place, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(place[i].name, name))
            return 1;
    return 0;
}

/* A name seen before in an earlier folder hides this one, as it does when a chip is looked up. */
static struct chip_place *list_folder(const char *folder, struct chip_place *place, uint32_t *n, size_t *capacity)
{
    DIR *open = opendir(folder);
    struct dirent *entry;
    while (open && (entry = readdir(open))) {
        if (!ends_in(entry->d_name, ".yaml"))
            continue;
        char *name = mem_format("%.*s", (int)(strlen(entry->d_name) - 5), entry->d_name);
        if (is_known(place, *n, name)) {
            free(name);
            continue;
        }
        place = mem_room(place, *n, capacity, sizeof *place);
        place[*n].path = mem_format("%s/%s", folder, entry->d_name);
        place[(*n)++].name = name;
    }
    if (open)
        closedir(open);
    return place;
}

/* The current folder is left out: its YAML files need not be chips. */
static struct chip_place *places_of(const struct sort *sort, uint32_t *n)
{
    struct folders folders;
    struct chip_place *place = NULL;
    size_t capacity = 0;
    *n = 0;
    folders_open(&folders, sort);
    for (size_t i = 1; i < folders.n; i++)
        place = list_folder(folders.path[i], place, n, &capacity);
    folders_close(&folders);
    if (*n)
        qsort(place, *n, sizeof *place, by_name);
    return place;
}

struct chip_place *chipfile_places(uint32_t *n)
{
    return places_of(&chips, n);
}

void chipfile_places_free(struct chip_place *place, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        free(place[i].name);
        free(place[i].path);
    }
    free(place);
}

static void no_such(const struct sort *sort, const char *name, struct err *err)
{
    char list[NAMES_SHOWN] = "";
    uint32_t n;
    size_t used = 0;
    struct chip_place *place = places_of(sort, &n);
    const char **known = mem_new(n + 1, sizeof *known);
    for (uint32_t i = 0; i < n; i++) {
        known[i] = place[i].name;
        if (used + strlen(known[i]) + 3 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    }
    const char *nearest = doc_nearest(name, known, n);
    if (nearest)
        err_input(err, "no %s '%.200s'; did you mean '%s'? There are: %s", sort->what, name, nearest, list);
    else if (n)
        err_input(err, "no %s '%.200s'; give the path of %s, or one of: %s", sort->what, name, sort->file, list);
    else
        err_input(err, "no %s '%.200s'; give the path of %s; none is found by name: set %s to their folder", sort->what, name, sort->file,
                  sort->environment);
    free(known);
    chipfile_places_free(place, n);
}

/* A text with a slash is a path and is never looked up elsewhere. */
static char *find(const struct sort *sort, const char *name, struct err *err)
{
    struct folders folders;
    char *path = NULL;
    if (strchr(name, '/') && (path = in_folder(".", name)))
        return path;
    if (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
        return mem_text(name);          /* the reader says what is wrong with it */
    folders_open(&folders, sort);
    for (size_t i = 0; i < folders.n && !path && *name; i++)
        path = in_folder(folders.path[i], name);
    folders_close(&folders);
    if (!path)
        no_such(sort, name, err);
    return path;
}

char *chipfile_find(const char *name, struct err *err)
{
    return find(&chips, name, err);
}

char *chipfile_find_table(const char *name, struct err *err)
{
    return find(&tables, name, err);
}
