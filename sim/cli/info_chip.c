/* volley info of a chip file: what was stated and what is used. */
#include <math.h>

#include "base/units.h"
#include "cli/cli.h"
#include "counters.h"

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
    double seconds = (double)d->cycles * (double)chip->clock[d->clock].period_ps * 1e-12, error = d->cost.value > 0 ? 100 * (seconds / d->cost.value - 1) : 0;
    printf("    %-34s stated %-12s used %-12s", name, unit_write(stated, sizeof stated, d->cost.value, UNIT_TIME),
           unit_write(used, sizeof used, seconds, UNIT_TIME));
    if (fabs(error) >= 0.005)
        printf(" error %+.2f %%", error);
    printf("   %s%s\n", d->cost.free ? "unknown, counted as none; " : "", basis_word(d->cost.basis));
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
    printf("    memory %-12s %-9s words of %u bit, %s", m->name, unit_write(size, sizeof size, (double)m->size_bits, UNIT_BITS), m->width,
           m->ports ? m->ports : "-");
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

static void say_energies(const struct chipfile *chip)
{
    char each[40];
    printf("energies\n");
    for (uint32_t e = 0; e < chip->n_energy; e++) {
        const struct energy_term *term = &chip->energy[e];
        if (term->counter == NO_INDEX || !term->cost.stated)
            continue;
        printf("    %-34s %-12s", counters[term->counter].key, term->cost.free ? "unknown" : unit_write(each, sizeof each, term->cost.value, UNIT_ENERGY));
        printf("   %s\n", term->cost.free ? "counted as free" : basis_word(term->cost.basis));
    }
}

int info_chip(const char *path, const struct cli *cli, struct err *err)
{
    struct chipfile *chip = chipfile_read(path, (const char *const *)cli->set, cli->n_sets, err);
    if (!chip)
        return -1;
    printf("%s: chip %s%s%s: %ux%u tiles of %u core%s, %s\n", path, chip->name, chip->about ? ", " : "", chip->about ? chip->about : "", chip->noc.columns,
           chip->noc.rows, chip->noc.cores_per_tile, chip->noc.cores_per_tile == 1 ? "" : "s",
           chip->mode == TIME_BARRIER ? "barrier"
           : chip->mode == TIME_TICK  ? "tick"
                                      : "event");
    for (uint32_t c = 0; c < chip->n_clocks; c++)
        printf("clock %s: %llu ps%s\n", chip->clock[c].name, (unsigned long long)chip->clock[c].period_ps,
               chip->clock[c].resolution ? " (resolution of an asynchronous part)" : "");
    for (uint32_t t = 0; t < chip->n_types; t++)
        say_type(chip, &chip->type[t]);
    printf("times\n");
    say_times(chip);
    say_energies(chip);
    for (size_t i = 0; i < chip->notes.count; i++)
        printf("note %s%s%s\n", chip->notes.line[i].node, *chip->notes.line[i].node ? ": " : "", chip->notes.line[i].text);
    chipfile_free(chip);
    return 0;
}
