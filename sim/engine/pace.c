/* When the next step begins once this one is done: at once; no earlier than --pace allows; or, on a chip of mode tick, at the next multiple
 * of its tick, which nothing moves. A step that needs longer is an overrun. It is finished all the same: what it sent is delivered and
 * served, so spikes are those of a chip that waits for its slowest core. */
#include "engine/engine.h"

static int ticks(const struct engine *e)
{
    return e->run->chip->mode == TIME_TICK;
}

/* From here on options.pace_ps is what a step lasts at least, and report and energy know no difference. */
int pace_open(struct engine *e, struct err *err)
{
    const struct chipfile *f = e->run->chip;
    if (!ticks(e))
        return 0;
    if (e->run->options.pace_ps)
        return err_input(err, "--pace: the steps of chip %s last time.tick, %.6g s; for another length write --set time.tick=TIME", f->name,
                         (double)f->tick_ps / 1e12);
    e->run->options.pace_ps = f->tick_ps;
    return 0;
}

/* Ticks go on while the cores are reset, so the sample's first step begins at the next of them. */
uint64_t pace_reset(const struct engine *e, uint64_t ps)
{
    uint64_t pace = e->run->options.pace_ps;
    return ticks(e) ? (ps + pace - 1) / pace * pace : ps;
}

uint64_t pace_wait(struct engine *e, uint64_t ps)
{
    struct run *run = e->run;
    uint64_t pace = run->options.pace_ps, wait;
    if (!pace)                  /* as fast as it can */
        return 0;
    run->work_ps_max = ps > run->work_ps_max ? ps : run->work_ps_max;
    if (ps > pace) {
        run->overruns++;
        run->overrun_ps_sum += ps - pace;
        run->overrun_ps_max = ps - pace > run->overrun_ps_max ? ps - pace : run->overrun_ps_max;
    }
    wait = run_step_ps(run, ps) - ps;
    run->bound_ps[BOUND_PACE] += wait;
    return wait;
}
