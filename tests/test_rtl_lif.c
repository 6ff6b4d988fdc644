/* rtl:lif_core against kind lif (rtl_fixture.h says how). An argument is the number of seeds. */
#include "rtl_same_pins.h"

enum { SETS = 4 };
static const struct set sets[SETS] = {
    {256, 4, 8, 16, 24, 24, 16, 4, 8, 0, 0, 16}, {1024, 8, 8, 20, 16, 24, 20, 4, 12, 0, 0, 2}, {512, 2, 4, 12, 12, 16, 12, 4, 0, 0, 0, 4},
    {256, 1, 8, 16, 24, 24, 16, 8, 8, 0, 0, 2},
};
static const struct pair pair = {"lif", "rtl:lif_core", sets, SETS};
static uint64_t seeds = 6;

/* ---- the adapters of cores/clocked.c ---- */

/* The RTL through its pins, driven until it is done, against its own batch calls' reference. */
static const char *driven_step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct core_step now = {.step = number};
    struct packet p[PACKETS];
    uint32_t n = make_packets(b, p);
    if (c->kind->update(c->core, &now, &c->out, &c->update, &c->counts, err) || c->kind->accept(c->core, &now, p, n, 0, c->cycles, NULL, &c->counts, err) ||
        clocked_update(rtl->kind, rtl->core, &now, &rtl->out, &rtl->update, CYCLES_MOST, &rtl->counts, err) ||
        clocked_accept(rtl->kind, rtl->core, &now, p, n, rtl->cycles, CYCLES_MOST, &rtl->counts, err))
        return "an error";
    for (uint32_t i = 0; i < n; i++) {
        *at = p[i].axon;
        if (c->cycles[i] != rtl->cycles[i])
            return "cycles of a packet on axon";
    }
    const char *what = update_differs(b, c, rtl, at);
    return what ? what : counts_differ(b, c, rtl, at);
}

static void rtl_equals_the_c_kind_in_spikes_state_accesses_and_cycles(void)
{
    all_sets(&pair, step, seeds, 0);
}

static void packets_during_the_update_and_a_slow_sink_change_nothing(void)
{
    all_sets(&pair, overlapped_step, seeds, 0);
}

static void a_c_core_behind_pins_shows_what_the_rtl_shows(void)
{
    all_sets(&pair, same_pins_step, seeds, 0);
}

static void the_rtl_behind_whole_calls_equals_the_c_kind(void)
{
    all_sets(&pair, driven_step, seeds, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        seeds = (uint64_t)atoi(argv[1]);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("rtl lif", NULL, NULL);
    CU_add_test(suite, "the RTL equals the C kind in spikes, state, accesses and cycles", rtl_equals_the_c_kind_in_spikes_state_accesses_and_cycles);
    CU_add_test(suite, "packets that come during the update, pauses and a slow sink change nothing", packets_during_the_update_and_a_slow_sink_change_nothing);
    CU_add_test(suite, "a C core behind pins shows in every cycle what the RTL shows", a_c_core_behind_pins_shows_what_the_rtl_shows);
    CU_add_test(suite, "the RTL driven through its pins until it is done equals the C kind", the_rtl_behind_whole_calls_equals_the_c_kind);
    return check_run();
}
