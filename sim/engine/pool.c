/* Threads that sleep between rounds. A step may be only some 100 us of work, so they are made once and woken twice per step, for the
 * updates and for the packets; with one thread none of this is touched. */
#include "engine/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct worker { struct pool *pool; uint32_t number; pthread_t thread; };

/* A round: the caller sets the work, raises `round` and does block 0 itself; workers see the new round, do theirs and count `waiting`
 * down to 0. Everything but the work itself happens under the lock. */
struct pool {
    uint32_t threads, waiting;  /* waiting: workers that have not finished the round in hand */
    struct worker *worker;      /* [threads]; 0 is the caller */
    pthread_mutex_t lock;
    pthread_cond_t begin, done; /* a round has begun, or the pool closes; the last worker has finished */
    uint64_t round;             /* rises by one per call of pool_run */
    int closing;
    pool_work *work;
    void *arg;
    uint32_t items;
};

/* Blocks are cut by number alone, never taken from a queue: a core is always served by the same thread, and its memory stays near. */
static void do_block(struct pool *pool, uint32_t number)
{
    uint32_t first = (uint32_t)((uint64_t)pool->items * number / pool->threads);
    uint32_t end = (uint32_t)((uint64_t)pool->items * (number + 1) / pool->threads);
    for (uint32_t i = first; i < end; i++)      /* in rising order within a block */
        pool->work(pool->arg, i);
}

/* Sleeps until the round moves on or the pool closes. */
static void *worker_main(void *arg)
{
    struct worker *w = arg;
    struct pool *pool = w->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->closing)
            pthread_cond_wait(&pool->begin, &pool->lock);
        if (pool->closing)
            break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        do_block(pool, w->number);
        pthread_mutex_lock(&pool->lock);
        if (!--pool->waiting)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* The caller is thread 0, so a pool of one makes no thread and takes no lock. */
struct pool *pool_open(uint32_t threads)
{
    struct pool *pool = mem_new(1, sizeof *pool);
    pool->threads = threads ? threads : 1;
    pool->worker = mem_new(pool->threads, sizeof *pool->worker);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (uint32_t t = 1; t < pool->threads; t++) {
        pool->worker[t] = (struct worker){.pool = pool, .number = t};
        if (pthread_create(&pool->worker[t].thread, NULL, worker_main, &pool->worker[t])) {
            pool->threads = t;  /* fewer threads, same result */
            break;
        }
    }
    return pool;
}

/* No round is running here: pool_run returns only when all are done. */
void pool_close(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = 1;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t t = 1; t < pool->threads; t++)        /* outside the lock: a worker needs it to leave */
        pthread_join(pool->worker[t].thread, NULL);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->begin);
    pthread_cond_destroy(&pool->done);
    free(pool->worker);
    free(pool);
}

/* The lock that ends a round also makes what the workers wrote visible to the caller. */
void pool_run(struct pool *pool, pool_work *work, void *arg, uint32_t items)
{
    pool->work = work;
    pool->arg = arg;
    pool->items = items;
    if (pool->threads == 1) {
        do_block(pool, 0);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->waiting = pool->threads - 1;
    pool->round++;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    do_block(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->waiting)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
