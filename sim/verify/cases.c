/* The stimuli of a run: first the failures that were saved, then seeds 1, 2, 3 ... of every profile and size, so that a short run has seen
 * everything a little. Threads take them in order; the first that fails is the same whatever their number. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "verify/profile.h"
#include "verify/run.h"

/* OUT/CORE, the core's name as a file's: rtl:lif_core is rtl_lif_core. */
char *verify_folder(const struct verify_options *o)
{
    char *path = mem_format("%s/%s", o->out, o->target->name);
    for (char *at = path + strlen(o->out) + 1; *at; at++)
        if (*at == ':' || *at == '/')
            *at = '_';
    return path;
}

static struct verify_case *add_case(struct verify_run *run, size_t *room)
{
    run->at = mem_room(run->at, run->n, room, sizeof *run->at);
    struct verify_case *c = &run->at[run->n++];
    *c = (struct verify_case){0};
    return c;
}

static int is_stimulus(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && !strcmp(entry->d_name + n - 5, ".stim");
}

/* A folder that is not there holds no failures. */
static void add_saved(struct verify_run *run, size_t *room)
{
    char *folder = verify_folder(run->options);
    struct dirent **entry;
    int n = scandir(folder, &entry, is_stimulus, alphasort);
    for (int i = 0; i < n; i++) {
        struct verify_case *c = add_case(run, room);
        c->path = mem_format("%s/%s", folder, entry[i]->d_name);
        c->regression = 1;
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    free(folder);
}

/* Whether a profile is among those asked for. */
static int wanted(const struct verify_options *o, const struct profile *p)
{
    size_t n = strlen(p->name);
    if (!profile_fits(p, o->target))
        return 0;
    for (const char *at = o->profiles; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strcspn(at, ",") == n && !strncmp(at, p->name, n))
            return 1;
    return !o->profiles;
}

static int check_profiles(const struct verify_options *o, struct err *err)
{
    for (const char *at = o->profiles; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char *name = mem_format("%.*s", (int)strcspn(at, ","), at), known[400] = "";
        const struct profile *p = profile_named(name);
        int fits = p && profile_fits(p, o->target);
        for (const struct profile *q = profiles; q->name; q++)
            if (profile_fits(q, o->target))
                snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", *known ? ", " : "", q->name);
        if (!p)
            err_input(err, "--profile %s: %s has %s", name, o->target->name, known);
        else if (!fits)
            err_input(err, "--profile %s: %s does not allow it; it has %s", name, o->target->name, known);
        free(name);
        if (!fits)
            return -1;
    }
    return 0;
}

/* A target whose own list leaves it no profile would pass for want of stimuli. */
static int check_any(const struct verify_options *o, struct err *err)
{
    char known[400] = "";
    for (const struct profile *p = profiles; p->name; p++) {
        if (profile_fits(p, o->target))
            return 0;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", *known ? ", " : "", p->name);
    }
    return err_input(err, "%s: no profile that it allows fits it, so nothing would be tested; there are %s", o->target->name, known);
}

int cases_make(struct verify_run *run, struct err *err)
{
    const struct verify_options *o = run->options;
    size_t room = 0;
    if (check_profiles(o, err))
        return -1;
    if (o->stim) {
        add_case(run, &room)->path = mem_text(o->stim);
        return 0;
    }
    if (check_any(o, err))
        return -1;
    add_saved(run, &room);
    for (uint64_t seed = o->seed; seed < o->seed + o->seeds; seed++)
        for (const struct profile *p = profiles; p->name; p++)
            for (const struct verify_size *size = o->target->sizes; size->name && wanted(o, p); size++) {
                struct verify_case *c = add_case(run, &room);
                c->size = size;
                c->profile = p->name;
                c->seed = seed;
            }
    return 0;
}

void cases_free(struct verify_run *run)
{
    for (uint32_t i = 0; i < run->n; i++)
        free(run->at[i].path);
    free(run->at);
    coverage_free(run->coverage);
    free(run->saved);
    free(run->wave);
    free(run->shrunk);
}

/* The budget of a size, spread over its stimuli. */
uint32_t events_each(const struct verify_options *o)
{
    uint64_t n = 0;
    for (const struct profile *p = profiles; p->name; p++)
        n += (uint64_t)wanted(o, p);
    n *= o->seeds;
    uint64_t each = o->events && n ? (o->events + n - 1) / n : EVENTS_USUAL;
    return each > STIM_EVENTS / 2 ? STIM_EVENTS / 2 : (uint32_t)each;
}

struct stim *case_stim(const struct verify_run *run, const struct verify_case *c, struct err *err)
{
    const struct verify_options *o = run->options;
    return c->path ? stim_read(c->path, o->target, err) : profile_make(o->target, c->size, profile_named(c->profile), c->seed, events_each(o));
}

/* What an instrumented device counted goes through a file, which is Verilator's way, and is added up. Sums do not depend on the order of cases. */
static int add_coverage(struct verify_run *run, const char *path, struct err *err)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&one_at_a_time);
    int status = coverage_add(run->coverage, path, err);
    pthread_mutex_unlock(&one_at_a_time);
    unlink(path);
    return status;
}

/* An empty file in $TMPDIR for one stimulus's coverage; NULL and err where there can be none. The caller removes and frees. */
static char *coverage_file(struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = mem_format("%s/volley-coverage-XXXXXX", folder && *folder ? folder : "/tmp");
    int file = mkstemp(path);
    if (file >= 0) {
        close(file);
        return path;
    }
    err_input(err, "%s: %s; TMPDIR names another folder for temporary files", path, strerror(errno));
    free(path);
    return NULL;
}

static void run_case(struct verify_run *run, struct verify_case *c)
{
    char *path = run->coverage ? coverage_file(&c->err) : NULL;
    struct drive drive_it = {.target = run->device, .modes = run->options->modes, .totals = &c->totals};
    struct stim *s = case_stim(run, c, &c->err);
    drive_it.coverage = path;
    c->ran = 1;
    c->status = s && (path || !run->coverage) ? drive(s, &drive_it, &c->finding, &c->err) : -1;
    if (path && c->status >= 0 && add_coverage(run, path, &c->err))
        c->status = -1;
    else if (path && c->status < 0)
        unlink(path);
    free(path);
    if (s)
        c->size = s->size;
    stim_free(s);
}

/* ---- threads ---- */

struct pool {
    struct verify_run *run;
    atomic_uint next, stop;     /* stop: lowest case that failed, or where the time was up */
    struct timespec began;
};

static int late(const struct pool *pool)
{
    struct timespec now;
    uint64_t budget = pool->run->options->budget_ps;
    if (!budget)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double s = (double)(now.tv_sec - pool->began.tv_sec) + 1e-9 * (double)(now.tv_nsec - pool->began.tv_nsec);
    return s * 1e12 > (double)budget;
}

static void lower(atomic_uint *to, unsigned value)
{
    unsigned old = atomic_load(to);
    while (value < old && !atomic_compare_exchange_weak(to, &old, value))
        ;
}

static void *work(void *to)
{
    struct pool *pool = to;
    struct verify_run *run = pool->run;
    for (;;) {
        unsigned i = atomic_fetch_add(&pool->next, 1);
        if (i >= run->n || i >= atomic_load(&pool->stop))
            return NULL;
        /* The time is looked at where a seed begins, so that every seed that counts is whole. */
        if (i && run->at[i].profile && (!run->at[i - 1].profile || run->at[i].seed != run->at[i - 1].seed) && late(pool)) {
            lower(&pool->stop, i);
            return NULL;
        }
        run_case(run, &run->at[i]);
        if (run->at[i].status)
            lower(&pool->stop, i + 1);
    }
}

void cases_run(struct verify_run *run)
{
    enum { JOBS = 64 };
    struct pool pool = {.run = run};
    pthread_t thread[JOBS];
    uint32_t jobs = run->options->jobs < 1 ? 1 : run->options->jobs > JOBS ? JOBS : run->options->jobs, begun = 0;
    atomic_init(&pool.next, 0);
    atomic_init(&pool.stop, run->n);
    clock_gettime(CLOCK_MONOTONIC, &pool.began);
    while (begun + 1 < jobs && !pthread_create(&thread[begun], NULL, work, &pool))
        begun++;
    work(&pool);
    for (uint32_t i = 0; i < begun; i++)
        pthread_join(thread[i], NULL);
    run->done = atomic_load(&pool.stop);
    run->timed_out = run->done < run->n && !run->at[run->done ? run->done - 1 : 0].status;
    for (uint32_t i = 0; i < run->done; i++)
        if (run->at[i].profile)
            run->seeds = (uint32_t)(run->at[i].seed - run->options->seed) + 1;
}
