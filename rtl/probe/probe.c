/* The one name that the shared object shows: the targets in it, whose devices record waveforms and count coverage. */
#include <string.h>

#include "verify/probe.h"

extern const struct verify_target verify_rtl_lif_core;

__attribute__((visibility("default"))) const struct verify_target *volley_verify_target(uint32_t contract, const char *name)
{
    if (contract != PROBE_CONTRACT || (name && strcmp(name, verify_rtl_lif_core.name)))
        return NULL;
    return &verify_rtl_lif_core;
}
