/* A foreign core's port, clock by clock: an event goes in, spikes come out, and after so many idle clocks in a row it is over. Whatever does
 * not come ends after `idle.timeout` clocks with what the adapter says of its port: nothing here can hang. */
#include <string.h>

#include "base/err.h"
#include "cores/foreign/kind.h"

static int timed_out(const struct core *core, const struct foreign_event *e, const char *what, struct err *err)
{
    return err_answer(err, "%s: %s after %u clocks (idle.timeout) of event %s, axon %u: %s", core->m->name, what, core->m->timeout,
                      core->m->event[e->kind].name, e->axon, core->f->adapter->where(core->port));
}

/* A word of the observed memory was written: each neuron in it is told. Neurons of a word follow each other. */
static void retire(struct core *core, const struct foreign_event *e, const struct foreign_strobes *strobes)
{
    uint32_t memory;
    const struct manifest_field *f = manifest_field(core->m, "membrane", &memory);
    if ((int)memory != core->m->observed)
        return;
    for (uint32_t n = 0; n < core->m->neurons; n++) {
        uint32_t bit = core->spot[n].bit;
        if (core->spot[n].word != strobes->word)
            continue;
        struct retired r = {.order = core->retired, .neuron = n, .axon = e->axon, .before = foreign_decode(f, strobes->before, bit),
                            .after = foreign_decode(f, strobes->after, bit), .what = RETIRED_STATE, .spike = strobes->spike > 0, .unknown = RETIRED_NO_INPUT};
        core->watch(core->watcher, &r);
    }
    core->retired++;
}

/* One clock: its accesses, and whether it was work. */
static void clock_once(struct core *core, const struct foreign_event *e, struct served *s)
{
    const struct foreign_adapter *a = core->f->adapter;
    struct foreign_strobes strobes = {0};
    a->clock(core->port);
    a->strobes(core->port, &strobes);
    for (uint32_t m = 0; m < core->m->n_memories; m++) {
        s->reads[m] += strobes.reads >> m & 1;
        s->writes[m] += strobes.writes >> m & 1;
    }
    if (strobes.wrote && core->watch)
        retire(core, e, &strobes);
    s->cycles += a->busy(core->port) != 0;
    core->now = strobes.clock;
    core->done[core->now % FOREIGN_HISTORY] = s->cycles;
}

/* Work that was done before a clock: stalls are no work, so this is what the clock would be if nothing stalled. */
static uint32_t done_before(const struct core *core, uint64_t clock)
{
    return clock && clock <= core->now && core->now - clock + 1 < FOREIGN_HISTORY ? core->done[(clock - 1) % FOREIGN_HISTORY] : 0;
}

/* Spikes that have left. More than one per neuron is none of this event's. */
static int collect(struct core *core, struct served *s, struct err *err)
{
    struct foreign_spike spike;
    while (core->f->adapter->receive(core->port, &spike)) {
        if (spike.neuron >= core->m->neurons)
            return err_answer(err, "%s: a spike of neuron %u, the core has %u", core->m->name, spike.neuron, core->m->neurons);
        if (s->spikes == core->m->neurons)
            return err_answer(err, "%s: more than %u spikes at one event", core->m->name, core->m->neurons);
        spike.clock = done_before(core, spike.clock);
        core->spike[s->spikes++] = spike;
    }
    return 0;
}

int foreign_drive(struct core *core, const struct foreign_event *e, struct served *s, struct err *err)
{
    const struct foreign_adapter *a = core->f->adapter;
    uint32_t clocks = 0, quiet = 0;
    memset(core->done, 0, sizeof core->done);
    while (!a->send(core->port, e)) {
        if (clocks++ == core->m->timeout)
            return timed_out(core, e, "its input takes no event", err);
        clock_once(core, e, s);
    }
    while (quiet < core->m->idle_hold) {
        if (clocks++ >= core->m->timeout)
            return timed_out(core, e, "not idle", err);
        clock_once(core, e, s);
        if (collect(core, s, err))
            return -1;
        quiet = a->idle(core->port) ? quiet + 1 : 0;
    }
    return 0;
}

void foreign_watch(struct core *device, retire_watch *watch, void *to)
{
    device->watch = watch;
    device->watcher = to;
}

int foreign_readback(struct core *device, struct err *err)
{
    for (uint32_t m = 0; m < device->loaded.n_memories; m++)
        for (uint32_t w = 0; w < device->loaded.memory[m].words; w++) {
            uint64_t found = foreign_word(device, m, w), wanted = device->loaded.memory[m].word[w];
            if (found != wanted)
                return err_answer(err, "%s: word %u of memory %s was loaded with 0x%llx and reads back as 0x%llx", device->m->name, w,
                                  device->loaded.memory[m].name,
                                  (unsigned long long)wanted, (unsigned long long)found);
        }
    return 0;
}

int foreign_wave(struct core *device, const char *path, struct err *err)
{
    return device->f->adapter->wave(device->port, path) ? err_input(err, "%s: waveform %s cannot be written", device->m->name, path ? path : "") : 0;
}

int foreign_coverage(struct core *device, const char *path, struct err *err)
{
    return device->f->adapter->coverage(device->port, path) ? err_input(err, "%s: coverage %s cannot be written", device->m->name, path) : 0;
}

void foreign_where(const struct core *device, char *to, size_t size)
{
    if (size)
        *to = 0;
    if (device->port) {
        strncpy(to, device->f->adapter->where(device->port), size - 1);
        to[size - 1] = 0;
    }
}
