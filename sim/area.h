/* area.h: what is known of a chip's silicon: memories (derived or stated), core logic, routers, or a die as published; with the range that follows from
 * each figure's (energy_ranges.h), and in words what has no figure. Wiring above the logic, pads and the host's port are in no part. m2. */
#ifndef VOLLEY_AREA_H
#define VOLLEY_AREA_H
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct area {
    int known;                  /* 0: the chip file has no area of anything that is placed; all else is 0 then */
    double memories_m2, logic_m2, routers_m2;   /* of all placed cores and all routers of all chips */
    double rest_m2;             /* of a published die, what the parts above do not explain; 0 where none is published, or they exceed it */
    double total_m2, low_m2, high_m2;           /* the die where one is published, else the sum of the parts */
    char unknown[400];          /* "routers, core logic of lif28": parts without an area; "" */
};
struct area area_of(const struct chipfile *);
/* Of one core: its memories, and its logic; 0 where unknown. */
double area_of_memories(const struct core_type *);
double area_of_logic(const struct core_type *);
double area_used(const struct run *);           /* cores that hold neurons, and the routers of their tiles */

#ifdef __cplusplus
}
#endif
#endif
