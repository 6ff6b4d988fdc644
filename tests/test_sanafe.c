/* Parts of SANA-FE's model that its runs show only from afar: the table of barriers, where tiles lie, random numbers, copies by range, a clear
 * message for what is not YAML, and the two formulae of time on messages made by hand. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "sanafe/random.h"
#include "sanafe/run.h"

static const char grid[] = "tests/sanafe/grid.yaml";

static int near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

/* ---- the architecture ---- */

static void a_barrier_is_that_of_the_largest_number_not_above(void)
{
    struct sanafe_sync table[] = {{1, 0.6e-6}, {2, 1.0e-6}, {4, 1.4e-6}, {29, 1.8e-6}};
    struct sanafe_arch arch = {.sync = table, .n_sync = 4};
    const struct { uint32_t tiles; double seconds; } wanted[] = {{0, 0.6e-6},
                                                                 {1, 0.6e-6}, {2, 1.0e-6}, {3, 1.0e-6}, {4, 1.4e-6}, {28, 1.4e-6}, {29, 1.8e-6}, {32, 1.8e-6}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CU_ASSERT(near(sanafe_sync_time(&arch, wanted[i].tiles), wanted[i].seconds));
}

static void tiles_lie_column_by_column(void)
{
    struct err err = {ERR_NONE, ""};
    struct sanafe_arch *arch = sanafe_arch_read(grid, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arch);
    CU_ASSERT(arch->width == 3 && arch->height == 2 && arch->n_tiles == 6 && arch->n_cores == 12);
    for (uint32_t t = 0; t < arch->n_tiles; t++)
        CU_ASSERT(arch->tile[t].x == t / 2 && arch->tile[t].y == t % 2 && arch->tile[t].first_core == 2 * t);
    char *tile = sanafe_tile_name(arch, 5), *core = sanafe_core_name(arch, 11);
    CU_ASSERT_STRING_EQUAL(tile, "tile[5]");
    CU_ASSERT_STRING_EQUAL(core, "dendrite_core");
    const struct sanafe_core_kind *kind = arch->core[0].kind;
    CU_ASSERT_STRING_EQUAL(kind->unit[kind->section[SANAFE_SOMA] + 10].name, "source[8]");
    free(tile);
    free(core);
    sanafe_arch_free(arch);
}

/* ---- random numbers ---- */

static void random_numbers_are_those_that_were_published(void)
{
    struct sanafe_mt mt;
    struct sanafe_feedback r;
    uint32_t last = 0;
    /* The C++ standard gives the 10,000th of the default seed. */
    sanafe_mt_seed(&mt, 5489);
    for (int i = 0; i < 10000; i++)
        last = sanafe_mt_next(&mt);
    CU_ASSERT_EQUAL(last, 4123659995u);
    /* The first of a C program on GNU/Linux that never seeds. */
    sanafe_feedback_seed(&r, 0);
    CU_ASSERT_EQUAL(sanafe_feedback_next(&r), 1804289383u);
    CU_ASSERT_EQUAL(sanafe_feedback_next(&r), 846930886u);
    CU_ASSERT_EQUAL(sanafe_feedback_next(&r), 1681692777u);
}

/* ---- runs ---- */

static struct sanafe_run *run_text(const char *network, uint32_t steps, struct sanafe_arch **arch, struct sanafe_network **net, struct sanafe_chip **chip)
{
    struct err err = {ERR_NONE, ""};
    struct sanafe_options o = {.steps = steps, .timing = SANAFE_DETAILED, .messages = 1, .potentials = 1};
    *arch = sanafe_arch_read(grid, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(*arch);
    *net = sanafe_network_parse("test.net", network, strlen(network), *arch, &err);
    if (!*net)
        printf("%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(*net);
    *chip = sanafe_chip_make(*arch, *net, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(*chip);
    struct sanafe_run *run = sanafe_run_make(*chip, &o, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    return run;
}

static void free_all(struct sanafe_run *run, struct sanafe_arch *arch, struct sanafe_network *net, struct sanafe_chip *chip)
{
    sanafe_run_free(run);
    sanafe_chip_free(chip);
    sanafe_network_free(net);
    sanafe_arch_free(arch);
}

static void the_membrane_is_cut_towards_zero_before_the_input(void)
{
    struct sanafe_arch *arch;
    struct sanafe_network *net;
    struct sanafe_chip *chip;
    struct sanafe_run *run = run_text("g 2 soma_hw_name=lif threshold=100 leak_decay=0.5 reverse_threshold=-100\nn 0.0 bias=1.03125\nn 0.1 bias=-1.03125\n"
                                      "& 0.0@0.0\n& 0.1@0.0\n", 3, &arch, &net, &chip);
    /* 1.03125 = 66/64; half of it 33/64; with the bias 99/64; half of that 49.5/64, cut to 49/64. */
    const double wanted[3] = {66 / 64.0, 99 / 64.0, 115 / 64.0};
    for (int t = 0; t < 3; t++)
        CU_ASSERT(run->potential[2 * t] == wanted[t] && run->potential[2 * t + 1] == -wanted[t]);
    free_all(run, arch, net, chip);
}

/* One message over three hops: 2 east, 1 north, from tile 0 to tile 5. */
static void a_message_alone_takes_its_hops(void)
{
    struct sanafe_arch *arch;
    struct sanafe_network *net;
    struct sanafe_chip *chip;
    struct sanafe_run *run = run_text("g 2 soma_hw_name=lif threshold=1\nn 0.0 bias=2\ne 0.0->0.1 w=1\n& 0.0@0.0\n& 0.1@5.0\n", 1, &arch, &net, &chip);
    const struct sanafe_message *m = &run->message[0];
    double generation = 6e-9 + 4e-9 + 3e-8 + 5e-9, hops = 2 * 4e-9 + 2e-9, processing = 1.6e-8 + 4e-9 + 1e-10;
    CU_ASSERT(run->n_messages == 2 && m->axon->hops == 3 && !run->message[1].axon);
    CU_ASSERT(near(m->generation, generation) && near(m->processing, processing));
    CU_ASSERT(near(m->received, generation + hops) && near(m->processed, generation + hops + processing));
    CU_ASSERT(near(run->step[0].time, generation + hops + processing + 1e-7));
    CU_ASSERT(near(run->step[0].energy[SANAFE_E_NETWORK], 2 * 3e-12 + 1e-12 + 1.5e-12 + 1.1e-10));
    free_all(run, arch, net, chip);
}

/* ---- messages of the readers ---- */

static void refused(const char *text, const char *wanted)
{
    struct err err = {ERR_NONE, ""};
    struct sanafe_arch *arch = sanafe_arch_read(grid, &err);
    struct sanafe_network *net = sanafe_network_parse("x.net", text, strlen(text), arch, &err);
    CU_ASSERT_PTR_NULL(net);
    if (err.kind != ERR_INPUT || !strstr(err.text, wanted))
        printf("%s [%s]\n", err.text, wanted);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, wanted));
    sanafe_arch_free(arch);
}

static void a_line_names_its_place(void)
{
    refused("g 1\n\n# no\nn 0.3 bias=1\n", "x.net:4:3: '0.3': group '0' has 1 neuron, 0 to 0");
    refused("g 1\nn 0.0   {a: [1}\n", "x.net:2:9: a bracket that is not closed");
    refused("g 1\nn 0.0   {bias: {}}\n", "x.net:2:16: bias is one value, not a map");
    refused("g 1\ne 0.0->0.0 d=6\n& 0.0@0.0\n" "n 0.0 dendrite_hw_name=delays\n", "x.net:2:14: the edge from 0.0 to 0.0 has a delay of 6");
    refused("", "x.net: no group in it");
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("sanafe", NULL, NULL);
    CU_add_test(suite, "a barrier is that of the largest number of tiles not above", a_barrier_is_that_of_the_largest_number_not_above);
    CU_add_test(suite, "tiles lie column by column", tiles_lie_column_by_column);
    CU_add_test(suite, "random numbers are those that were published", random_numbers_are_those_that_were_published);
    CU_add_test(suite, "the membrane is cut towards zero before the input", the_membrane_is_cut_towards_zero_before_the_input);
    CU_add_test(suite, "a message alone takes its hops", a_message_alone_takes_its_hops);
    CU_add_test(suite, "a line names its place", a_line_names_its_place);
    return check_run();
}
