#include "verify/target_rtl.h"

#include "verify/probe.h"
#include "verify/stim.h"

const struct verify_event verify_rtl_events[] = {{"spike", PACKET_SPIKE, 0, 1, 1, 0, 0, 0}, {.name = NULL}};

int verify_rtl_build(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *to, struct err *err)
{
    if (verify_image(target, size, s, to, err))
        return -1;
    to->image.words = (struct image_words){.axon = 1, .state_per = size->lanes, .accumulator_per = size->lanes, .parameter_per = size->lanes,
                                           .state_each = 1, .accumulator_each = 1, .parameter_each = 1};
    to->image.queue_in = size->queue_in;
    to->image.queue_out = size->queue_out;
    to->image.time = (struct image_time){.packet = 3, .spot = 1, .step = 2, .spike = 1, .state_word = 1};
    return 0;
}

const struct verify_target *verify_rtl_instrumented(const struct verify_target *target, struct err *err)
{
#ifdef VOLLEY_RTL_PROBE
    (void)err;
    return target;
#else
    return probe_target(target, err);
#endif
}
