/* volley info: what a file holds. A chip file says what was stated and what is used; a network its layers, rules and delays. */
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "import/npy.h"

enum content { CONTENT_CHIP, CONTENT_NETWORK_YAML, CONTENT_HDF5, CONTENT_NPY, CONTENT_SPK, CONTENT_TEXT };

/* ---- chip ---- */

static const char *limit(char *to, size_t size, uint32_t n)
{
    if (n == UINT32_MAX)
        return "unlimited";
    snprintf(to, size, "%u", n);
    return to;
}

static void say_duration(const struct chipfile *chip, const char *name, const struct duration *d)
{
    char stated[40], used[40];
    if (!d->cost.stated)
        return;
    double seconds = (double)d->cycles * (double)chip->clock[d->clock].period_ps * 1e-12;
    printf("    %-34s stated %-12s used %-12s", name, unit_write(stated, sizeof stated, d->cost.value, UNIT_TIME), unit_write(used, sizeof used, seconds, UNIT_TIME));
    if (d->cost.value > 0)
        printf(" error %+.2f %%", 100 * (seconds / d->cost.value - 1));
    printf("   %s\n", basis_word(d->cost.basis));
}

static void say_times(const struct chipfile *chip)
{
    const struct chip_noc *n = &chip->noc;
    const struct { const char *name; const struct duration *d; } all[] = {
        {"router", &n->d_router}, {"link east-west", &n->d_link_x}, {"link north-south", &n->d_link_y}, {"flit east-west", &n->d_flit_x},
        {"flit north-south", &n->d_flit_y}, {"core to router", &n->d_inject}, {"router to core", &n->d_eject}, {"layer start", &chip->layer_start_time},
        {"sample reset", &chip->sample_reset_time}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        say_duration(chip, all[i].name, all[i].d);
}

static void say_service(const struct chipfile *chip, const struct core_type *t, const char *when, const struct service_term *term, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char name[120];
        if (term[i].counter == NO_INDEX)
            snprintf(name, sizeof name, "%s %s: %s.%s", t->name, when, t->memory[term[i].memory].name, term[i].write ? "write_word" : "read_word");
        else
            snprintf(name, sizeof name, "%s %s: %s", t->name, when, counters[term[i].counter].key);
        say_duration(chip, name, &term[i].time);
    }
}

static void say_memory(const struct chip_memory *m)
{
    char size[40], read[40], write[40], leak[40], access[40];
    printf("    memory %-12s %-9s words of %u bit, %s", m->name, unit_write(size, sizeof size, (double)m->size_bits, UNIT_BITS), m->width, m->ports ? m->ports : "-");
    if (m->read.stated)
        printf("  read %s", unit_write(read, sizeof read, m->read.value, UNIT_ENERGY));
    if (m->write.stated)
        printf("  write %s", unit_write(write, sizeof write, m->write.value, UNIT_ENERGY));
    if (m->leakage.stated)
        printf("  leaks %s", unit_write(leak, sizeof leak, m->leakage.value, UNIT_POWER));
    if (m->access_time.stated)
        printf("  access %s", unit_write(access, sizeof access, m->access_time.value, UNIT_TIME));
    printf("%s\n", m->derived ? "  (model: sram)" : "");
}

static void say_type(const struct chipfile *chip, const struct core_type *t)
{
    char a[4][16];
    printf("core type %s, kind %s: %s neurons, %s axons in, %s out, delay up to %s\n", t->name, t->kind, limit(a[0], sizeof *a, t->neurons),
           limit(a[1], sizeof *a, t->axons_in), limit(a[2], sizeof *a, t->axons_out), limit(a[3], sizeof *a, t->delay_max));
    for (uint32_t f = 0; f < t->n_formats; f++)
        printf("%s%s %u bit%s", f ? ", " : "    formats ", t->format[f].name, t->format[f].bits, t->format[f].is_signed ? " signed" : "");
    if (t->n_formats)
        putchar('\n');
    for (uint32_t m = 0; m < t->n_memories; m++)
        say_memory(&t->memory[m]);
    say_service(chip, t, "accept", t->accept, t->n_accept);
    say_service(chip, t, "update", t->update, t->n_update);
}

static int info_chip(const char *path, const struct cli *cli, struct err *err)
{
    struct chipfile *chip = chipfile_read(path, (const char *const *)cli->set, cli->n_sets, err);
    if (!chip)
        return -1;
    printf("%s: chip %s%s%s: %ux%u tiles of %u core%s, %s\n", path, chip->name, chip->about ? ", " : "", chip->about ? chip->about : "", chip->noc.columns, chip->noc.rows,
           chip->noc.cores_per_tile, chip->noc.cores_per_tile == 1 ? "" : "s", chip->mode == TIME_BARRIER ? "barrier" : chip->mode == TIME_TICK ? "tick" : "event");
    for (uint32_t c = 0; c < chip->n_clocks; c++)
        printf("clock %s: %llu ps%s\n", chip->clock[c].name, (unsigned long long)chip->clock[c].period_ps, chip->clock[c].resolution ? " (resolution of an asynchronous part)" : "");
    for (uint32_t t = 0; t < chip->n_types; t++)
        say_type(chip, &chip->type[t]);
    printf("times\n");
    say_times(chip);
    for (uint32_t e = 0; e < chip->n_energy; e++) {
        char each[40];
        const struct energy_term *term = &chip->energy[e];
        if (term->counter != NO_INDEX && term->cost.stated)
            printf("    energy of %-24s %-12s %s%s\n", counters[term->counter].key, term->cost.free ? "unknown" : unit_write(each, sizeof each, term->cost.value, UNIT_ENERGY),
                   basis_word(term->cost.basis), term->cost.free ? ", counted as free" : "");
    }
    for (size_t i = 0; i < chip->notes.count; i++)
        printf("note %s%s%s\n", chip->notes.line[i].node, *chip->notes.line[i].node ? ": " : "", chip->notes.line[i].text);
    chipfile_free(chip);
    return 0;
}

/* ---- network ---- */

static const char *const form_word[] = {"dense", "conv", "list", "one to one", "pool"};
static const char *const reset_word[] = {"no reset", "reset to zero", "reset by subtraction", "reset to a value"};
static const char *const point_word[] = {"in the step of the spike", "in the next step, before the decay", "in the next step, after the input"};

static void say_population(const struct population *p, int host)
{
    printf("    %-20s %-10s", p->name, p->type ? p->type : "");
    for (int r = 0; r < p->shape.rank; r++)
        printf("%s%u", r ? "x" : "", p->shape.dim[r]);
    if (!host && p->rule.fires)
        printf("  depth %u, %s%s%s, spike if %s threshold", p->depth, reset_word[p->rule.reset], p->rule.reset ? " " : "", p->rule.reset ? point_word[p->rule.point] : "",
               p->rule.compare == COMPARE_GREATER ? ">" : ">=");
    else if (!host)
        printf("  depth %u, never fires", p->depth);
    printf("%s\n", p->output ? "  (output)" : "");
}

static int info_network(const char *path, const struct cli *cli, struct err *err)
{
    struct job job = {0};
    if (job_network(&job, cli, path, err))
        return -1;
    const struct network *net = job.network;
    printf("%s: network %s: %llu neurons, %llu synapses", path, net->name, (unsigned long long)network_neurons(net), (unsigned long long)network_synapses(net));
    printf(net->steps ? ", %u steps\n" : "\n", net->steps);
    for (uint32_t p = 0; p < net->n_populations; p++)
        say_population(&net->population[p], p == HOST_POPULATION);
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *j = &net->projection[i];
        printf("    %-20s %s -> %s, %s%s, %llu synapses, delay %u (network) %u (chip)\n", j->name, net->population[j->from].name, net->population[j->to].name,
               form_word[j->form], j->pooled ? " after pooling" : "", (unsigned long long)projection_synapses(j, net), j->network_delay, j->chip_delay);
    }
    for (size_t i = 0; i < net->fidelity.count; i++)
        printf("    %s %s%s%s\n", fidelity_word(net->fidelity.line[i].kind), net->fidelity.line[i].node, *net->fidelity.line[i].node ? ": " : "", net->fidelity.line[i].text);
    job_free(&job);
    return 0;
}

/* ---- arrays and events ---- */

static int info_npy(const char *path, struct err *err)
{
    struct npy a;
    char type[16], shape[200];
    if (npy_read(path, &a, err))
        return -1;
    double low = 0, high = 0;
    uint64_t zeros = 0;
    for (uint64_t i = 0; i < a.count; i++) {
        double x = npy_number(&a, i);
        low = !i || x < low ? x : low;
        high = !i || x > high ? x : high;
        zeros += x == 0;
    }
    printf("%s: array %s of %s, from %.9g to %.9g, %.1f %% zeros\n", path, npy_shape_text(&a, shape), npy_type_text(&a, type), low, high,
           a.count ? 100.0 * (double)zeros / (double)a.count : 0.0);
    npy_free(&a);
    return 0;
}

static int info_events(const char *path, const struct cli *cli, struct err *err)
{
    struct event_options o = {.steps = cli->steps, .time_first = time_first_of(cli), .dt = cli->dt};
    struct events *e = events_read(path, &o, err);
    if (!e)
        return -1;
    printf("%s: %u samples x %u steps x %u neurons, read as %s, %llu events", path, e->samples, e->steps, e->neurons, e->how, (unsigned long long)e->count);
    if (e->value)
        printf(", values from %.9g to %.9g", e->value_min, e->value_max);
    putchar('\n');
    for (size_t i = 0; i < e->fidelity.count; i++)
        printf("    %s %s\n", fidelity_word(e->fidelity.line[i].kind), e->fidelity.line[i].text);
    events_free(e);
    return 0;
}

/* ---- which is it ---- */

static enum content content_of(const char *path)
{
    unsigned char head[8] = {0};
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    if (n == 8 && !memcmp(head, "\211HDF\r\n\032\n", 8))
        return CONTENT_HDF5;
    if (n >= 6 && !memcmp(head, "\223NUMPY", 6))
        return CONTENT_NPY;
    if (n == 8 && !memcmp(head, "SNNSPK1", 8))
        return CONTENT_SPK;
    struct err ignored;
    struct doc *doc = file ? doc_read(path, &ignored) : NULL;
    enum content content = CONTENT_TEXT;
    if (doc && doc_get(doc_root(doc), "layers"))
        content = CONTENT_NETWORK_YAML;
    else if (doc && doc_get(doc_root(doc), "chip"))
        content = CONTENT_CHIP;
    doc_free(doc);
    return file ? content : CONTENT_CHIP;       /* no such file: a chip's name, or its error */
}

static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

static int info_one(const char *path, const struct cli *cli, struct err *err)
{
    switch (content_of(path)) {
    case CONTENT_CHIP: return info_chip(path, cli, err);
    case CONTENT_NETWORK_YAML: return info_network(path, cli, err);
    case CONTENT_NPY: return info_npy(path, err);
    case CONTENT_SPK: return info_events(path, cli, err);
    case CONTENT_HDF5: return ends_with(path, ".h5") || ends_with(path, ".hdf5") ? info_events(path, cli, err) : info_network(path, cli, err);
    case CONTENT_TEXT: break;
    }
    if (!ends_with(path, ".yaml") && !ends_with(path, ".yml"))
        return info_events(path, cli, err);
    return info_chip(path, cli, err);
}

int cli_info(const struct cli *cli, struct err *err)
{
    for (uint32_t i = 0; i < cli->n_files; i++)
        if (info_one(cli->file[i], cli, err))
            return -1;
    return 0;
}
