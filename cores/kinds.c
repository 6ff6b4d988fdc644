/* The kinds there are. Adding one is a file beside this one, its name here, and its line in the list. */
#include "cores/core.h"

extern const struct core_kind core_reference, core_lif, core_cuba, core_rtl_lif;

/* One line per kind. */
const struct core_kind *const core_kinds[] = {&core_reference, &core_lif, &core_cuba, &core_rtl_lif, 0};
