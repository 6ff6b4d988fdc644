/* lif_core.h: the calls of kinds rtl:lif_core and rtl:stdp_core, which cores/rtl/lif_core.cpp implements over verilated models of rtl/lif_core.sv and
 * rtl/stdp_core.sv. They mean what struct core_kind says of them. Only there where volley is built with Verilator. */
#ifndef VOLLEY_CORES_RTL_LIF_CORE_H
#define VOLLEY_CORES_RTL_LIF_CORE_H
#include "cores/core.h"
#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif

struct core *rtl_lif_create(const struct params *, uint32_t id, struct err *);
struct core *rtl_stdp_create(const struct params *, uint32_t id, struct err *);
int rtl_lif_load(struct core *, const struct image *, struct err *);
void rtl_lif_destroy(struct core *);
void rtl_lif_reset(struct core *);
void rtl_lif_cost(const struct core *, const struct packet *, uint32_t n, uint32_t *cycles);
int rtl_lif_accept(struct core *, const struct core_step *, const struct packet *, uint32_t n, uint32_t ahead, uint32_t *cycles, struct emissions *,
                   struct core_counts *, struct err *);
int rtl_lif_update(struct core *, const struct core_step *, struct emissions *, uint32_t *cycles, struct core_counts *, struct err *);
int rtl_stdp_learn(struct core *, const struct core_step *, enum learn_phase, int64_t third_factor, uint32_t *cycles, struct core_counts *, struct err *);
int rtl_lif_peek(const struct core *, uint32_t variable, uint64_t index, int64_t *value, struct err *);
void rtl_lif_clock(struct core *, struct core_ports *);
int rtl_lif_poke(struct core *, uint32_t variable, uint64_t index, int64_t value, struct err *);

#ifdef __cplusplus
}
#endif
#endif
