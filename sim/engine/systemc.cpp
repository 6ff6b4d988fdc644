/* The engine `systemc`: the chip's modules under the SystemC kernel, driven step by step by the run. The kernel's time is the chip's: it
 * stands at the sum of all steps and resets. A process has one kernel and can elaborate once, so one run per process. */
#include <cstdlib>

#include "engine/systemc_clocked.hpp"
#include "engine/systemc_event.hpp"
#include "engine/systemc_slot.hpp"

/* libsystemc wants one. A program with an sc_main of its own uses that. */
extern "C" __attribute__((weak)) int sc_main(int, char **)
{
    return 0;
}

namespace
{

using volley::parts::modules;

void pause_kernel(void *)
{
    sc_core::sc_pause();
}

int open_systemc(struct engine *e, struct err *err)
{
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);        /* a banner on stderr; standard output is the answer's */
    if (sc_core::sc_get_status() != sc_core::SC_ELABORATION)
        return err_answer(err, "--engine systemc: this process has run SystemC already, and a kernel elaborates once: run the next one in a process of its "
                               "own, or with --engine c");
    if (sc_core::sc_get_time_resolution() != sc_core::sc_time::from_value(1) || sc_core::sc_get_time_resolution().to_seconds() != 1e-12)
        return err_answer(err, "--engine systemc: the kernel's time resolution must be 1 ps");
    if (e->async) {
        e->own = new volley::parts::event_modules(e);
        return 0;
    }
    if (volley::parts::clocked_module::check(e, err))
        return -1;
    modules *m = new modules;
    e->own = m;
    m->open(e);
    m->b.alone = true;
    m->build(e, std::vector<volley::parts::slot_module *>(e->chip->n_cores, nullptr));
    m->barrier->on_end = pause_kernel;
    return 0;
}

/* The kernel also stops where nobody has anything to do any more: then something waits that nothing will wake. */
int step_systemc(struct engine *e, struct err *err)
{
    modules *m = static_cast<modules *>(e->own);
    m->barrier->begin(m->all);
    sc_core::sc_start();
    if (!m->barrier->over && !m->b.failed)
        return err_bug(err, "the step does not end: nothing moves in the network and no core has anything to do");
    if (m->b.failed) {
        *err = m->b.err;
        return -1;
    }
    if (sc_core::sc_time_stamp().value() != e->run->total_ps)
        return err_bug(err, "the kernel stands at %llu ps, the run at %llu ps", (unsigned long long)sc_core::sc_time_stamp().value(),
                       (unsigned long long)e->run->total_ps);
    return 0;
}

/* The modules run ahead of the kernel's time to the end of the sample; then the kernel follows. */
int sample_systemc(struct engine *e, struct err *err)
{
    uint64_t cycles;
    if (static_cast<volley::parts::event_modules *>(e->own)->run(err) || async_end(e, &cycles, err))
        return -1;
    sc_core::sc_start(sc_core::sc_time::from_value(cycles * e->chip->noc_period_ps));
    if (sc_core::sc_time_stamp().value() != e->run->total_ps)
        return err_bug(err, "the kernel stands at %llu ps, the run at %llu ps", (unsigned long long)sc_core::sc_time_stamp().value(),
                       (unsigned long long)e->run->total_ps);
    return 0;
}

void wait_systemc(struct engine *, uint64_t ps)
{
    if (ps)
        sc_core::sc_start(sc_core::sc_time::from_value(ps));
}

void close_systemc(struct engine *e)
{
    if (e->async)
        delete static_cast<volley::parts::event_modules *>(e->own);
    else
        delete static_cast<modules *>(e->own);
    e->own = nullptr;
}

} // namespace

extern "C" const struct engine_kind engine_systemc = {"systemc", "cycle", open_systemc, step_systemc, sample_systemc, wait_systemc, close_systemc};
