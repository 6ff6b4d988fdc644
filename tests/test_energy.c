/* Counts x prices on a run filled in by hand: conservation, ranges, standing, static power, time. */
#include <math.h>
#include <string.h>

#include "energy.h"
#include "kit.h"
#include "report_fixture.h"

#define NEAR(a, b) CU_ASSERT(fabs((a) - (b)) <= 1e-12 * fabs(b))

static struct energy *make(struct fixture *f)
{
    struct err err = {ERR_NONE, ""};
    struct energy *e = energy_make(&f->run, &err);
    if (!e)
        printf("%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    return e;
}

static const struct energy_line *line(const struct energy *e, const char *name)
{
    for (uint32_t i = 0; i < e->n_lines; i++)
        if (!strcmp(e->line[i].name, name))
            return &e->line[i];
    return NULL;
}

static double joule(const struct energy *e, const char *name)
{
    const struct energy_line *l = line(e, name);
    return l ? l->energy_j : -1;
}

/* ---- sums ---- */

static void a_table_of_ones_gives_the_counts_back(void)
{
    struct fixture *f = fixture_new();
    for (int i = 0; i < FIX_PRICES; i++)
        f->energy[i].cost = fix_cost(1, 1, 1, 0, BASIS_SIMULATED);
    for (int i = 0; i < FIX_MEMORIES; i++)
        f->memory[i].read = f->memory[i].write = fix_cost(1, 1, 1, 0, BASIS_SIMULATED);
    struct energy *e = make(f);
    double sum = 0;
    for (int c = 0; c < N_COUNTERS; c++) {
        uint64_t total = 0;
        for (int g = 0; g < FIX_GROUPS; g++)
            total += f->group[g].action[c];
        const struct energy_line *l = line(e, counters[c].name);
        if (l)
            CU_ASSERT(l->energy_j == (double)total && l->count == total);
        sum += l ? l->energy_j : 0;
    }
    for (int m = 0; m < FIX_MEMORIES; m++)
        sum += (double)(f->total_memory[m].reads + f->total_memory[m].writes);
    CU_ASSERT(e->dynamic_j == sum);
    CU_ASSERT(sum == 4080 + 400 + 808 + 1616 + 80 + 12 + 40 + 400 + 88 + 88);
    energy_free(e);
    fixture_free(f);
}

static void populations_samples_and_steps_each_add_up_to_the_total(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    double groups = 0, samples = 0, steps = 0, lines = 0;
    for (int g = 0; g < FIX_GROUPS; g++)
        groups += e->group_j[g];
    for (int i = 0; i < FIX_SAMPLES; i++)
        samples += f->sample[i].energy_j;
    for (int i = 0; i < FIX_STEPS; i++)
        steps += f->step[i].energy_j;
    for (uint32_t i = 0; i < e->n_lines; i++)
        lines += e->line[i].static_ ? 0 : e->line[i].energy_j;
    NEAR(groups, e->dynamic_j);
    NEAR(samples, e->dynamic_j);
    NEAR(steps, e->dynamic_j);
    NEAR(lines, e->dynamic_j);
    NEAR(e->dynamic_j, 4480 * 20e-12 + 808 * 80e-12 + 1616 * 50e-12 + 80 * 1.7e-12 + 40 * 64e-12 + 400 * 2e-12 + 88 * 1e-12 + 88 * 1e-12);
    NEAR(e->group_j[4], 40 * 64e-12 + 40 * 1.7e-12);
    CU_ASSERT_EQUAL(e->group_j[3], 0);
    energy_free(e);
    fixture_free(f);
}

static void a_lost_count_is_our_bug_and_is_said(void)
{
    struct fixture *f = fixture_new();
    struct err err = {ERR_NONE, ""};
    f->total_memory[0].reads++;
    CU_ASSERT_PTR_NULL(energy_make(&f->run, &err));
    CU_ASSERT_EQUAL(err.kind, ERR_BUG);
    fixture_free(f);
}

static void late_synapses_cost_as_sops_and_held_updates_as_idle_ones(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    NEAR(joule(e, "sops_late"), 400 * 20e-12);
    NEAR(joule(e, "update_held"), 1616 * 50e-12);
    CU_ASSERT_PTR_NULL(energy_price(&f->chip, COUNT_SPIKES));
    CU_ASSERT_PTR_NULL(energy_price(&f->chip, COUNT_LINK_BUSY));
    energy_free(e);
    fixture_free(f);
}

static void a_barrier_is_charged_per_core_tile_or_chip(void)
{
    static const struct { const char *per; uint32_t cores, times; } want[] = {{"chip", 3, 1}, {"tile", 3, 2}, {"core", 3, 3}};
    for (size_t i = 0; i < 3; i++) {
        struct fixture *f = fixture_new();
        struct map_core cores[3] = {{.core = 0}, {.core = 1}, {.core = 5}};
        f->mapping.core = cores;
        f->run.n_cores = f->mapping.n_cores = want[i].cores;
        struct run_counts counts[3] = {f->core[0]};
        f->run.core = counts;
        f->chip.barrier_per = (char *)want[i].per;
        f->energy[4].cost = fix_cost(1e-9, 1e-9, 1e-9, 0, BASIS_SIMULATED);
        struct energy *e = make(f);
        NEAR(joule(e, "barriers"), 12e-9 * want[i].times);
        NEAR(e->group_j[3], 12e-9 * want[i].times);
        energy_free(e);
        fixture_free(f);
    }
}

static void a_price_that_includes_memory_is_not_charged_twice(void)
{
    struct fixture *f = fixture_new();
    struct energy *with = make(f);
    f->chip.includes_memory = 1;
    struct energy *e = make(f);
    CU_ASSERT_PTR_NULL(line(e, "synapse.read_word"));
    NEAR(with->dynamic_j - e->dynamic_j, 400 * 2e-12 + 176 * 1e-12);
    energy_free(with);
    energy_free(e);
    fixture_free(f);
}

static void a_free_action_stays_a_line_and_costs_nothing(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    const struct energy_line *l = line(e, "barriers");
    CU_ASSERT_PTR_NOT_NULL_FATAL(l);
    CU_ASSERT(l->each.free && l->count == 12 && l->energy_j == 0 && l->high_j == 0);
    energy_free(e);
    fixture_free(f);
}

static void without_prices_nothing_is_priced(void)
{
    struct fixture *f = fixture_new();
    f->chip.n_energy = 0;
    f->chip.n_static = 0;
    f->type[0].n_static = 0;
    for (int i = 0; i < FIX_MEMORIES; i++)
        f->memory[i].read = f->memory[i].write = f->memory[i].leakage = (struct cost){.source = NO_INDEX};
    struct energy *e = make(f);
    CU_ASSERT(!e->priced && e->n_lines == 0 && e->total_j == 0 && e->lever == e->n_lines && e->by_basis[BASIS_SIMULATED] == 0);
    energy_free(e);
    fixture_free(f);
}

/* ---- standing ---- */

static void second_compartments_rest_on_what_the_emulation_rests_on(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    double second = 400 * 80e-12 + 800 * 50e-12;    /* half of lif1's updates; lif2 emulates nothing */
    CU_ASSERT_EQUAL(line(e, "update_active")->second, 400);
    CU_ASSERT_EQUAL(line(e, "update_held")->second, 800);
    NEAR(e->assumed_share, (second + 40 * 64e-12) / e->dynamic_j);
    NEAR(e->by_basis[BASIS_ESTIMATED], (400 * 2e-12 + 176e-12) / e->dynamic_j);
    double sum = 0;
    for (int b = 0; b < N_BASES; b++)
        sum += e->by_basis[b];
    NEAR(sum, 1.0);
    energy_free(e);
    fixture_free(f);
}

static void ranges_add_within_a_group_and_in_quadrature_across_groups(void)
{
    struct fixture *f = fixture_new();
    f->memory[1].read = fix_cost(1e-12, 0.5e-12, 2e-12, 2, BASIS_ESTIMATED);    /* another source, the same group as synapse.read */
    struct energy *e = make(f);
    double paper = 4480 * 10e-12, memory = 400 * 2e-12 + 88 * 1e-12, guess = 40 * 128e-12;
    NEAR(e->dynamic_high_j, e->dynamic_j + sqrt(paper * paper + memory * memory + guess * guess));
    double memory_low = 400 * 1e-12 + 88 * 0.5e-12, guess_low = 40 * 44.8e-12;
    NEAR(e->dynamic_low_j, e->dynamic_j - sqrt(memory_low * memory_low + guess_low * guess_low));
    CU_ASSERT_STRING_EQUAL(e->line[e->lever].name, "sops");
    energy_free(e);
    fixture_free(f);
}

/* ---- static power ---- */

static void static_power_is_of_the_whole_chip_and_of_the_used_cores(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    double seconds = 18e-6;
    NEAR(e->static_w, 8e-3 + 8 * 1e-4 + 8 * 1e-5);
    NEAR(e->static_j, (8e-3 + 8 * 1e-4 + 8 * 1e-5) * seconds);
    NEAR(e->static_used_j, (8e-3 / 8 + 1e-4 + 1e-5) * seconds);
    NEAR(e->total_j, e->dynamic_j + e->static_j);
    energy_free(e);
    fixture_free(f);
}

static void a_dynamic_memory_pays_for_its_refresh_in_every_core(void)
{
    struct fixture *f = fixture_new();
    f->memory[0].refresh = fix_cost(2e-5, 1e-5, 2e-5, 1, BASIS_ESTIMATED);
    struct energy *e = make(f);
    NEAR(e->static_w, 8e-3 + 8 * 1e-4 + 8 * 1e-5 + 8 * 2e-5);
    NEAR(e->static_used_j, (8e-3 / 8 + 1e-4 + 1e-5 + 2e-5) * 18e-6);
    NEAR(joule(e, "static synapse refresh used"), 2e-5 * 18e-6);
    NEAR(joule(e, "static synapse refresh unused"), 7 * 2e-5 * 18e-6);
    energy_free(e);
    fixture_free(f);
}

static void unused_parts_that_are_gated_pay_the_gated_power(void)
{
    struct fixture *f = fixture_new();
    struct chip_static core[3] = {{(char *)"core", (char *)"used", fix_cost(1e-3, 1e-3, 1e-3, 0, BASIS_SIMULATED)},
                                  {(char *)"core", (char *)"unused", fix_cost(5e-4, 5e-4, 5e-4, 0, BASIS_SIMULATED)},
                                  {(char *)"core", (char *)"gated", fix_cost(1e-6, 1e-6, 1e-6, 0, BASIS_SIMULATED)}};
    f->chip.n_static = 0;
    f->memory[0].leakage = (struct cost){.source = NO_INDEX};
    f->type[0].static_ = core;
    f->type[0].n_static = 3;
    struct energy *e = make(f);
    NEAR(e->static_w, 1e-3 + 7 * 1e-6);
    energy_free(e);
    f->type[0].n_static = 2;
    e = make(f);
    NEAR(e->static_w, 1e-3 + 7 * 5e-4);
    energy_free(e);
    fixture_free(f);
}

static void routers_and_links_pay_by_number(void)
{
    static const struct { enum chip_topology topology; double links; } want[] = {{TOPOLOGY_MESH, 8}, {TOPOLOGY_TORUS, 16}};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = fixture_new();
        struct chip_static parts[2] = {{(char *)"router", (char *)"any", fix_cost(1e-3, 1e-3, 1e-3, 0, BASIS_SIMULATED)},
                                       {(char *)"link", (char *)"any", fix_cost(1e-6, 1e-6, 1e-6, 0, BASIS_SIMULATED)}};
        f->chip.static_ = parts;
        f->chip.n_static = 2;
        f->chip.noc.topology = want[i].topology;
        f->type[0].n_static = 0;
        f->memory[0].leakage = (struct cost){.source = NO_INDEX};
        struct energy *e = make(f);
        NEAR(e->static_w, 4 * 1e-3 + want[i].links * 1e-6);
        NEAR(e->static_used_j, (1e-3 + want[i].links / 4 * 1e-6) * 18e-6);
        energy_free(e);
        fixture_free(f);
    }
}

/* ---- time ---- */

static void the_range_of_the_time_follows_from_the_service_times(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    NEAR(e->time_high_s, 18e-6);
    NEAR(e->time_low_s, 18e-6 - 15e-6 / 4);        /* services may take 3 ns where 4 are charged */
    CU_ASSERT_EQUAL(e->time_bound, -1);
    f->accept[0].time.cost.bound = 0;
    struct energy *plain = make(f);
    CU_ASSERT_EQUAL(plain->time_bound, 0);
    energy_free(e);
    energy_free(plain);
    fixture_free(f);
}

static void the_total_ranges_with_the_time_that_static_power_lasts(void)
{
    struct fixture *f = fixture_new();
    struct energy *e = make(f);
    double paper = e->static_w * (15e-6 / 4), memory = 400 * 1e-12, guess = 40 * 44.8e-12;
    NEAR(e->low_j, e->total_j - sqrt(paper * paper + memory * memory + guess * guess));
    energy_free(e);
    fixture_free(f);
}

/* ---- what moves the total ---- */

/* Seven constants by hand: the price of a synapse, of a host packet and of an update, two memories' reads, one's leakage and the time of a synapse. */
enum { MOVE_SOP, MOVE_READ, MOVE_HOST, MOVE_LEAK, MOVE_TIME, MOVE_UPDATE, MOVE_STATE, N_MOVES };

static void number_figures(struct fixture *f, struct chip_figure figure[N_MOVES])
{
    struct cost *const cost[N_MOVES] = {&f->energy[0].cost, &f->memory[0].read, &f->energy[5].cost, &f->memory[0].leakage, &f->accept[0].time.cost,
                                        &f->energy[1].cost, &f->memory[1].read};
    f->memory[1].read = fix_cost(1e-12, 0.5e-12, 2e-12, 2, BASIS_ESTIMATED);
    for (uint32_t i = 0; i < N_MOVES; i++)
        cost[i]->figure = i + 1;
    f->chip.figure = figure;
    f->chip.n_figures = N_MOVES;
}

static void the_five_constants_that_move_the_total_most_are_those_of_a_hand_made_chip(void)
{
    struct fixture *f = fixture_new();
    struct chip_figure figure[N_MOVES] = {{.key = NULL}};
    number_figures(f, figure);
    struct energy *e = make(f);
    /* J down and up: 4,480 synapses of 20 (20 to 30) pJ; a quarter of 15 us of static power; 40 host packets of 64 (19.2 to 192) pJ; 8 memories of 10 (10 to
     * 20) uW for 18 us; 400 words of 2 (1 to 4) pJ. The update has no range; the 88 words of state come sixth. */
    const struct { uint32_t figure; double low, high; } want[] = {{MOVE_SOP, 0, 4480 * 10e-12}, {MOVE_TIME, e->static_w * 15e-6 / 4, 0},
        {MOVE_HOST, 40 * 44.8e-12, 40 * 128e-12}, {MOVE_LEAK, 0, 8 * 1e-5 * 18e-6}, {MOVE_READ, 400 * 1e-12, 400 * 2e-12}};
    CU_ASSERT_EQUAL_FATAL(e->n_moves, 5);
    for (uint32_t i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(e->move[i].figure, want[i].figure);
        CU_ASSERT(fabs(e->move[i].low_j - want[i].low) <= 1e-12 * want[i].low);
        CU_ASSERT(fabs(e->move[i].high_j - want[i].high) <= 1e-12 * want[i].high);
    }
    energy_free(e);
    fixture_free(f);
}

static void a_constant_at_an_end_of_its_range_gives_the_total_that_the_table_says(void)
{
    static const uint32_t prices[] = {MOVE_SOP, MOVE_HOST, MOVE_LEAK, MOVE_READ};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        for (int high = 0; high < 2; high++) {
            struct fixture *f = fixture_new();
            struct chip_figure figure[N_MOVES] = {{.key = NULL}};
            number_figures(f, figure);
            struct cost *const cost[N_MOVES] = {&f->energy[0].cost, &f->memory[0].read, &f->energy[5].cost, &f->memory[0].leakage};
            struct energy *as_stated = make(f);
            double said = as_stated->total_j;
            for (uint32_t m = 0; m < as_stated->n_moves; m++)
                if (as_stated->move[m].figure == prices[i])
                    said += high ? as_stated->move[m].high_j : -as_stated->move[m].low_j;
            cost[prices[i]]->value = high ? cost[prices[i]]->high : cost[prices[i]]->low;
            struct energy *at_end = make(f);
            NEAR(at_end->total_j, said);
            energy_free(as_stated);
            energy_free(at_end);
            fixture_free(f);
        }
}

static void a_constant_that_is_known_better_leaves_the_table(void)
{
    struct fixture *f = fixture_new();
    struct chip_figure figure[N_MOVES] = {{.key = NULL}};
    number_figures(f, figure);
    f->energy[0].cost.high = f->energy[0].cost.value;
    struct energy *e = make(f);
    CU_ASSERT_EQUAL_FATAL(e->n_moves, 5);
    CU_ASSERT(e->move[0].figure == MOVE_TIME && e->move[4].figure == MOVE_STATE);
    energy_free(e);
    fixture_free(f);
}

static void memories_of_two_types_that_share_a_name_are_told_apart(void)
{
    struct fixture *f = fixture_new();
    char name[100];
    CU_ASSERT_STRING_EQUAL(energy_memory_name(&f->run, 0, name, sizeof name), "synapse");
    f->memory[1].name = (char *)"synapse";
    CU_ASSERT_STRING_EQUAL(energy_memory_name(&f->run, 1, name, sizeof name), "small.synapse");
    fixture_free(f);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("energy", NULL, NULL);
    CU_add_test(suite, "a table of ones gives the counts back", a_table_of_ones_gives_the_counts_back);
    CU_add_test(suite, "populations, samples and steps each add up to the total", populations_samples_and_steps_each_add_up_to_the_total);
    CU_add_test(suite, "a lost count is our bug and is said", a_lost_count_is_our_bug_and_is_said);
    CU_add_test(suite, "late synapses cost as sops and held updates as idle ones", late_synapses_cost_as_sops_and_held_updates_as_idle_ones);
    CU_add_test(suite, "a barrier is charged per core, tile or chip", a_barrier_is_charged_per_core_tile_or_chip);
    CU_add_test(suite, "a price that includes memory is not charged twice", a_price_that_includes_memory_is_not_charged_twice);
    CU_add_test(suite, "a free action stays a line and costs nothing", a_free_action_stays_a_line_and_costs_nothing);
    CU_add_test(suite, "without prices nothing is priced", without_prices_nothing_is_priced);
    CU_add_test(suite, "second compartments rest on what the emulation rests on", second_compartments_rest_on_what_the_emulation_rests_on);
    CU_add_test(suite, "ranges add within a group and in quadrature across groups", ranges_add_within_a_group_and_in_quadrature_across_groups);
    CU_add_test(suite, "static power is of the whole chip and of the used cores", static_power_is_of_the_whole_chip_and_of_the_used_cores);
    CU_add_test(suite, "a dynamic memory pays for its refresh in every core", a_dynamic_memory_pays_for_its_refresh_in_every_core);
    CU_add_test(suite, "unused parts that are gated pay the gated power", unused_parts_that_are_gated_pay_the_gated_power);
    CU_add_test(suite, "routers and links pay by number", routers_and_links_pay_by_number);
    CU_add_test(suite, "the range of the time follows from the service times", the_range_of_the_time_follows_from_the_service_times);
    CU_add_test(suite, "the total ranges with the time that static power lasts", the_total_ranges_with_the_time_that_static_power_lasts);
    CU_add_test(suite, "the five constants that move the total most are those of a hand-made chip",
                the_five_constants_that_move_the_total_most_are_those_of_a_hand_made_chip);
    CU_add_test(suite, "a constant at an end of its range gives the total that the table says",
                a_constant_at_an_end_of_its_range_gives_the_total_that_the_table_says);
    CU_add_test(suite, "a constant that is known better leaves the table", a_constant_that_is_known_better_leaves_the_table);
    CU_add_test(suite, "memories of two types that share a name are told apart", memories_of_two_types_that_share_a_name_are_told_apart);
    return check_run();
}
