/* The area of a chip filled in by hand: eight cores of one type with two memories, on four routers, two cores at each. */
#include <math.h>
#include <string.h>

#include "area.h"
#include "kit.h"
#include "report_fixture.h"

#define NEAR(a, b) CU_ASSERT(fabs((a) - (b)) <= 1e-12 * fabs(b))

/* Sources sram and sram2 are of one group, `memory`; paper and guess are groups of their own. */
static struct fixture *with_areas(void)
{
    struct fixture *f = fixture_new();
    f->memory[0].area = fix_cost(4e-9, 2e-9, 8e-9, 1, BASIS_ESTIMATED);
    f->memory[1].area = fix_cost(1e-9, 0.5e-9, 2e-9, 2, BASIS_ESTIMATED);
    f->type[0].area = fix_cost(2e-9, 1e-9, 3e-9, 3, BASIS_ASSUMED);
    f->chip.noc.router_area = fix_cost(3e-9, 3e-9, 3e-9, 0, BASIS_SIMULATED);
    return f;
}

static void parts_add_up_to_the_chip(void)
{
    struct fixture *f = with_areas();
    struct area a = area_of(&f->chip);
    CU_ASSERT(a.known && !*a.unknown);
    NEAR(a.memories_m2, 8 * 5e-9);
    NEAR(a.logic_m2, 8 * 2e-9);
    NEAR(a.routers_m2, 4 * 3e-9);
    NEAR(a.total_m2, a.memories_m2 + a.logic_m2 + a.routers_m2);
    CU_ASSERT_EQUAL(a.rest_m2, 0);
    /* One core is used, so one router is. */
    NEAR(area_used(&f->run), 5e-9 + 2e-9 + 3e-9);
    NEAR(area_of_memories(&f->type[0]), 5e-9);
    fixture_free(f);
}

static void ranges_add_within_a_group_and_in_quadrature_across_groups(void)
{
    struct fixture *f = with_areas();
    struct area a = area_of(&f->chip);
    double memory_high = 8 * 4e-9 + 8 * 1e-9, memory_low = 8 * 2e-9 + 8 * 0.5e-9, logic = 8 * 1e-9;
    NEAR(a.high_m2, a.total_m2 + sqrt(memory_high * memory_high + logic * logic));
    NEAR(a.low_m2, a.total_m2 - sqrt(memory_low * memory_low + logic * logic));
    fixture_free(f);
}

static void a_part_without_an_area_is_named(void)
{
    struct fixture *f = with_areas();
    f->memory[1].area = (struct cost){.source = NO_INDEX};
    f->type[0].area = (struct cost){.stated = 1, .free = 1, .source = NO_INDEX};
    f->chip.noc.router_area = (struct cost){.source = NO_INDEX};
    struct area a = area_of(&f->chip);
    CU_ASSERT_STRING_EQUAL(a.unknown, "memory state, core logic of small, routers");
    NEAR(a.total_m2, 8 * 4e-9);
    f->memory[0].area = (struct cost){.source = NO_INDEX};
    CU_ASSERT_EQUAL(area_of(&f->chip).known, 0);
    fixture_free(f);
}

static void a_published_die_is_the_total_and_the_parts_say_what_of_it_they_explain(void)
{
    struct fixture *f = with_areas();
    f->chip.die = fix_cost(1e-7, 0.9e-7, 1.1e-7, 0, BASIS_MEASURED);
    struct area a = area_of(&f->chip);
    NEAR(a.total_m2, 1e-7);
    NEAR(a.low_m2, 0.9e-7);
    NEAR(a.high_m2, 1.1e-7);
    NEAR(a.rest_m2, 1e-7 - 68e-9);
    f->chip.noc.chips = 3;
    a = area_of(&f->chip);
    NEAR(a.total_m2, 3e-7);
    fixture_free(f);
}

static void a_type_that_is_placed_nowhere_has_no_area(void)
{
    struct fixture *f = with_areas();
    struct core_type two[2] = {f->type[0], f->type[0]};
    two[1].name = (char *)"idle";
    two[1].area = (struct cost){.source = NO_INDEX};
    f->chip.type = two;
    f->chip.n_types = 2;
    struct area a = area_of(&f->chip);
    CU_ASSERT(!*a.unknown);
    NEAR(a.logic_m2, 8 * 2e-9);
    fixture_free(f);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("area", NULL, NULL);
    CU_add_test(suite, "parts add up to the chip", parts_add_up_to_the_chip);
    CU_add_test(suite, "ranges add within a group, and in quadrature across groups", ranges_add_within_a_group_and_in_quadrature_across_groups);
    CU_add_test(suite, "a part without an area is named", a_part_without_an_area_is_named);
    CU_add_test(suite, "a published die is the total, and the parts say what of it they explain",
                a_published_die_is_the_total_and_the_parts_say_what_of_it_they_explain);
    CU_add_test(suite, "a type that is placed nowhere has no area", a_type_that_is_placed_nowhere_has_no_area);
    return check_run();
}
