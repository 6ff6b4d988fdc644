/* random.h: the two generators that SANA-FE's models draw from, so that a run draws the same numbers: MT19937 (Matsumoto and Nishimura 1998)
 * of poisson inputs, and the additive feedback generator behind rand() of glibc (x[i] = x[i-3] + x[i-31]) of truenorth neurons. */
#ifndef VOLLEY_SANAFE_RANDOM_H
#define VOLLEY_SANAFE_RANDOM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { MT_SIZE = 624, FEEDBACK_SIZE = 31 };
struct sanafe_mt { uint32_t x[MT_SIZE], at; };
struct sanafe_feedback { uint32_t x[FEEDBACK_SIZE], at; };

void sanafe_mt_seed(struct sanafe_mt *, uint32_t seed);
uint32_t sanafe_mt_next(struct sanafe_mt *);
double sanafe_mt_uniform(struct sanafe_mt *);           /* [0, 1), of two numbers, the first being the low half */
void sanafe_feedback_seed(struct sanafe_feedback *, uint32_t seed);     /* 0 counts as 1 */
uint32_t sanafe_feedback_next(struct sanafe_feedback *);                /* 31 bits */

#ifdef __cplusplus
}
#endif
#endif
