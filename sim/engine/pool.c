#include "engine/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct worker { struct pool *pool; uint32_t number; pthread_t thread; };

struct pool {
    uint32_t threads, waiting;
    struct worker *worker;      /* [threads]; 0 is the caller */
    pthread_mutex_t lock;
    pthread_cond_t begin, done;
    uint64_t round;
    int closing;
    pool_work *work;
    void *arg;
    uint32_t items;
};

static void do_block(struct pool *pool, uint32_t number)
{
    uint32_t first = (uint32_t)((uint64_t)pool->items * number / pool->threads);
    uint32_t end = (uint32_t)((uint64_t)pool->items * (number + 1) / pool->threads);
    for (uint32_t i = first; i < end; i++)
        pool->work(pool->arg, i);
}

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

void pool_close(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = 1;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t t = 1; t < pool->threads; t++)
        pthread_join(pool->worker[t].thread, NULL);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->begin);
    pthread_cond_destroy(&pool->done);
    free(pool->worker);
    free(pool);
}

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
