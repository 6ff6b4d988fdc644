/* loss.h: how far a packet came of which a delivery was lost: the network's work for it, as noc_path_counts gives it for one that arrived. */
#ifndef VOLLEY_NOC_LOSS_H
#define VOLLEY_NOC_LOSS_H
#include <stdint.h>

#include "noc/noc.h"
#include "noc/timing.h"
#ifdef __cplusplus
extern "C" {
#endif

/* leaf: the send's deliveries, as the plane left them. *done: links crossed, routers entered, deliveries made. Returns how many of the lost
 * copies had a virtual channel of the next buffer when they were given up. */
uint32_t noc_path_done(const struct noc *, const struct send *, const struct leaf *leaf, struct path_counts *done);

#ifdef __cplusplus
}
#endif
#endif
