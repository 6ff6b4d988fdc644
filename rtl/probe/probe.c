/* The one name that the shared object shows: the targets in it, whose devices record waveforms and count coverage. */
#include <string.h>

#include "verify/probe.h"

extern const struct verify_target verify_rtl_lif_core, verify_rtl_stdp_core;

__attribute__((visibility("default"))) const struct verify_target *volley_verify_target(uint32_t contract, const char *name)
{
    if (contract != PROBE_CONTRACT)
        return NULL;
    if (!name || !strcmp(name, verify_rtl_lif_core.name))
        return &verify_rtl_lif_core;
    return strcmp(name, verify_rtl_stdp_core.name) ? NULL : &verify_rtl_stdp_core;
}
