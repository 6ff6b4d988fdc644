/* accumulate.h: synapse rows into accumulators: the part of a core that the batch kinds share. Sums are exact, so the order of
 * packets does not matter. One ring of delay slots: slot `now` is read and cleared by the next update. */
#ifndef VOLLEY_CORES_ACCUMULATE_H
#define VOLLEY_CORES_ACCUMULATE_H
#include "cores/core.h"
#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The actions and memories that the batch kinds count; core_kind.actions and .memories point at these lists. */
enum core_action {
    ACT_SPIKES, ACT_SOPS, ACT_SOPS_LATE, ACT_LEAVES, ACT_CORE_STEPS, ACT_UPDATE_ACTIVE, ACT_UPDATE_IDLE, ACT_UPDATE_HELD, ACT_BUSY_CYCLES,
    ACT_LEARN_STEPS, ACT_LEARN_ROWS, ACT_LEARN_SOPS, N_ACTIONS
};
extern const struct named core_actions[N_ACTIONS], core_tables[IMAGE_TABLES];

struct accumulators {
    const struct image *image;
    uint32_t ports, slots, now;
    int wide;                   /* 1: int64 sums */
    void *sum;                  /* [slot][port][neuron], int32 or int64 */
    uint8_t *filled;            /* [slot] 1: sums may differ from 0 */
};

/* Chooses int32 or int64 from the image's fan-in sums; ERR_ANSWER names the neuron whose sum might not fit in 62 bits, or says how
 * much memory the delay slots would take where there is none. Close it after an error too. */
int accumulators_open(struct accumulators *, const struct image *, uint32_t ports, struct err *);
void accumulators_close(struct accumulators *);
void accumulators_reset(struct accumulators *);
void accumulators_accept(struct accumulators *, const struct core_step *, const struct packet *, uint32_t n, uint32_t ahead,
                         uint32_t *cycles, struct core_counts *);
/* The sums of port p that this update reads, widened to int64; then cleared. accumulators_turn ends the update. */
void accumulators_take(struct accumulators *, uint32_t port, uint32_t first, uint32_t count, int64_t *sum);
void accumulators_turn(struct accumulators *);
void accumulators_add(struct accumulators *, uint32_t delay, uint32_t neuron, int64_t amount);     /* port 0; nothing is counted */
size_t accumulators_bytes(const struct accumulators *);                     /* of sum: all slots, ports and neurons */
uint32_t accumulators_cost(const struct image *, const struct packet *);    /* cycles of one packet's service; UINT32_MAX: that or more */

#ifdef __cplusplus
}
#endif
#endif
