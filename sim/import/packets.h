/* packets.h: recorded packets, read from a CSV of deliveries as `volley run --trace packets` writes it: who sent to whom, and when in which
 * step. A packet to several cores is several rows with one number in column `packet`; without that column each row is a packet. */
#ifndef VOLLEY_IMPORT_PACKETS_H
#define VOLLEY_IMPORT_PACKETS_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { PACKETS_HOST = UINT32_MAX };             /* from or to: a port of the host */
struct packet_row {
    uint32_t from, to;                          /* core = (chip * tiles + tile) * per_tile + number in the tile, or PACKETS_HOST */
    uint32_t packet;                            /* rows of one packet have one number; in order within a step */
    uint32_t line;                              /* of the file, for messages */
    uint64_t offset;                            /* cycle of the step at which it was sent */
};
struct packet_step {                            /* one chip step of one sample */
    uint32_t sample, step;
    uint64_t first, rows;                       /* row[first ..) */
    uint64_t arrive;                            /* last arrival that the file has; UINT64_MAX: the file does not say */
};
struct packet_trace {
    char *path;
    struct packet_row *row;
    uint64_t rows;
    struct packet_step *step;                   /* steps without packets are not in it */
    uint64_t steps;
};
struct packet_cores { uint32_t chips, tiles, per_tile; };       /* addresses: CHIP.TILE.CORE; tiles: of each chip */

/* Columns are found by name: from, to and offset must be there; sample, step, packet and arrive may be missing. A step's rows stand together.
 * NULL and err (ERR_INPUT, with the place). The caller frees with packets_free. */
struct packet_trace *packets_read(const char *path, const struct packet_cores *, struct err *);
void packets_free(struct packet_trace *);       /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
