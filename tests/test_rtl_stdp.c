/* rtl:stdp_core against kind stdp, and against kind lif where the register is off (rtl_fixture.h says how). An argument is the number of seeds; from 100 on
 * there must have been a million packets in each test. */
#include "rtl_same_pins.h"

enum { SETS = 2, MANY_SEEDS = 100, MANY_EVENTS = 1000000 };
static const struct set sets[SETS] = {{256, 4, 8, 16, 24, 24, 16, 4, 8, 8, 8, 16}, {128, 2, 6, 12, 12, 18, 12, 4, 0, 5, 6, 2}};
static const struct pair pair = {"stdp", "rtl:stdp_core", sets, SETS};
static uint64_t seeds = 8;

static uint64_t least(void)
{
    return seeds >= MANY_SEEDS ? MANY_EVENTS : 0;
}

static void rtl_equals_the_c_kind_in_spikes_weights_traces_accesses_and_cycles(void)
{
    all_sets(&pair, step, seeds, least());
}

static void packets_during_the_update_and_a_slow_sink_change_no_weight(void)
{
    all_sets(&pair, overlapped_step, seeds, least());
}

static void a_c_core_behind_pins_shows_what_the_rtl_shows_learning_included(void)
{
    all_sets(&pair, same_pins_step, seeds, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        seeds = (uint64_t)atoi(argv[1]);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("rtl stdp", NULL, NULL);
    CU_add_test(suite, "the RTL equals the C kind in spikes, weights, traces, accesses and cycles",
                rtl_equals_the_c_kind_in_spikes_weights_traces_accesses_and_cycles);
    CU_add_test(suite, "packets that come during the update, pauses and a slow sink change no weight",
                packets_during_the_update_and_a_slow_sink_change_no_weight);
    CU_add_test(suite, "a C core behind pins shows in every cycle what the RTL shows, learning included",
                a_c_core_behind_pins_shows_what_the_rtl_shows_learning_included);
    return check_run();
}
