/* pool.h: a few threads that share the cores of a step. Items are cut into one block per thread, always the same way, and
 * every item is independent, so results do not depend on the number of threads. */
#ifndef VOLLEY_ENGINE_POOL_H
#define VOLLEY_ENGINE_POOL_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct pool;
typedef void pool_work(void *arg, uint32_t item);

struct pool *pool_open(uint32_t threads);       /* 1: no thread is made, the caller does all */
void pool_close(struct pool *);
void pool_run(struct pool *, pool_work *, void *arg, uint32_t items);  /* returns when every item is done */

#ifdef __cplusplus
}
#endif
#endif
