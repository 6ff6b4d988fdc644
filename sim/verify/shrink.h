/* shrink.h: a failing stimulus made small: delta debugging (A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE
 * Transactions on Software Engineering 28, 2002) over steps, packets, synapses, numbers, groups, neurons and axons. What is kept fails in the same
 * check as the first finding did. No clock decides anything: the same failure shrinks to the same bytes. */
#ifndef VOLLEY_VERIFY_SHRINK_H
#define VOLLEY_VERIFY_SHRINK_H
#include "verify/drive.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { SHRINK_TRIES = 6000 };

/* The smallest found, which the caller frees; finding becomes its own. tries: drives that it took. */
struct stim *shrink(const struct stim *, const struct drive *, struct finding *, uint32_t *tries);

#ifdef __cplusplus
}
#endif
#endif
