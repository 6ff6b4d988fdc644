/* The one name that the shared object shows: the targets in it, whose devices record waveforms and count coverage. */
#include <stddef.h>
#include <string.h>

#include "verify/probe.h"

extern const struct verify_target verify_rtl_lif_core, verify_rtl_stdp_core;

static const struct verify_target *const targets[] = {
#ifndef VOLLEY_RTL_ONLY_stdp_core
    &verify_rtl_lif_core,
#endif
#ifndef VOLLEY_RTL_ONLY_lif_core
    &verify_rtl_stdp_core,
#endif
};

__attribute__((visibility("default"))) const struct verify_target *volley_verify_target(uint32_t contract, const char *name)
{
    if (contract != PROBE_CONTRACT)
        return NULL;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (!name || !strcmp(name, targets[i]->name))
            return targets[i];
    return NULL;
}
