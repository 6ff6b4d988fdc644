#include "energy_moves.h"

#include <stdlib.h>

#include "base/mem.h"

struct moves moves_new(const struct chipfile *f)
{
    uint32_t n = f->n_figures;
    return (struct moves){n, mem_new(n, sizeof(double)), mem_new(n, sizeof(double)), mem_new(n, sizeof(double)), mem_new(n, sizeof(double))};
}

void moves_free(struct moves *m)
{
    free(m->low);
    free(m->high);
    free(m->low_s);
    free(m->high_s);
}

/* One constant may price several counts (a synapse in time and one that is late), so widths add up. */
static void widen(const struct moves *m, const struct cost *cost, double *to_low, double *to_high, double low, double high)
{
    if (!cost || !cost->figure || cost->figure > m->n)
        return;
    to_low[cost->figure - 1] += low;
    to_high[cost->figure - 1] += high;
}

void moves_energy(struct moves *m, const struct cost *cost, double low, double high)
{
    widen(m, cost, m->low, m->high, low, high);
}

void moves_time(struct moves *m, const struct cost *cost, double low_s, double high_s)
{
    widen(m, cost, m->low_s, m->high_s, low_s, high_s);
}

void moves_rescale(struct moves *m, double low, double high)
{
    for (uint32_t i = 0; i < m->n; i++) {
        m->low_s[i] *= low;
        m->high_s[i] *= high;
    }
}

/* Put where it belongs among those so far; of equal ones the earlier stays in front. */
static uint32_t insert(struct energy_move *table, uint32_t n, const struct energy_move *move)
{
    uint32_t at = n;
    while (at && table[at - 1].low_j + table[at - 1].high_j < move->low_j + move->high_j)
        at--;
    if (at == ENERGY_MOVES)
        return n;
    n += n < ENERGY_MOVES;
    for (uint32_t i = n - 1; i > at; i--)
        table[i] = table[i - 1];
    table[at] = *move;
    return n;
}

uint32_t moves_rank(const struct moves *m, double static_w, struct energy_move table[ENERGY_MOVES])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        /* Static power is paid for as long as the run lasts, so a constant of time moves energy, too. */
        struct energy_move move = {i, m->low[i] + static_w * m->low_s[i], m->high[i] + static_w * m->high_s[i]};
        if (move.low_j + move.high_j > 0)
            n = insert(table, n, &move);
    }
    return n;
}
