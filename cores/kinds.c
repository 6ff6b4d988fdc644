/* The kinds there are. Adding one is a file beside this one, its name here, and its line in the list. */
#include "cores/core.h"

extern const struct core_kind core_reference, core_lif, core_cuba, core_stdp, core_if_binary, core_odin, core_speck, core_rtl_lif, core_rtl_stdp;

/* One line per kind. */
const struct core_kind *const core_kinds[] = {&core_reference, &core_lif,   &core_cuba,    &core_stdp,     &core_if_binary,
                                              &core_odin,      &core_speck, &core_rtl_lif, &core_rtl_stdp, 0};
