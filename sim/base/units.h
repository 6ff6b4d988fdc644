/* units.h: quantities as people write them ("4.1 ns", "23.6 pJ", "64 KiB", "3 cycles") to SI numbers and back. Decimal
 * prefixes are read as one decimal number, so "23.6 pJ" is the double nearest to 23.6e-12. A missing or wrong unit is an
 * error that shows the right form. */
#ifndef VOLLEY_BASE_UNITS_H
#define VOLLEY_BASE_UNITS_H
#include <stddef.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum unit {                     /* bits: a place may allow several */
    UNIT_TIME = 1, UNIT_ENERGY = 2, UNIT_POWER = 4, UNIT_BITS = 8, UNIT_LENGTH = 16, UNIT_FREQUENCY = 32, UNIT_VOLTAGE = 64,
    UNIT_TEMPERATURE = 128, UNIT_AREA = 256, UNIT_CYCLES = 512, UNIT_STEPS = 1024, UNIT_PACKETS = 2048, UNIT_FLITS = 4096,
    UNIT_FLITS_PER_CYCLE = 8192
};
struct quantity { double value; enum unit unit; };      /* s, J, W, bit, m, Hz, V, K, m2, or a plain count */

/* text: number, space or none, unit; one of the kinds in units. Negative, infinite or unreadable: -1, err says the right
 * form (without a place: the caller puts it before). */
int unit_read(const char *text, unsigned units, struct quantity *, struct err *);
/* value of one kind as "23.6 pJ", "128 KiB", "3 cycles"; up to four digits; returns to. */
char *unit_write(char *to, size_t size, double value, enum unit);
const char *unit_example(unsigned units);               /* "4.1 ns" or the like, of the first kind allowed */

#ifdef __cplusplus
}
#endif
#endif
