/* What a core type of a chip file says of a foreign core: the keys of kind lif, so that a chip file changes its `kind` and what the core lacks.
 * Whether the core can do it is seen when it is loaded. (Apart from the kind, because the integer kinds have a struct core of their own.) */
#include "cores/integer.h"

extern const struct field foreign_fields[];
const struct field foreign_fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, "", "24 bit signed", "not used: weights go into the membrane as they come"), {.key = NULL}};
