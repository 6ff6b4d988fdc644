/* SANA-FE's two formulae. The detailed one, for the messages of one step:
 *   - each core sends its messages one after the other: sent = sent before + generation; of all cores the earliest goes next
 *   - at that time every message leaves the network that has been received by then
 *   - a message puts a density of 1 / (hops + 2) on each link of its path: its core's link into the network and its hops
 *   - D, the sum of densities along the path, is held against capacity = (hops + 1) * link_buffer_size: above it the sender waits for
 *     (D - capacity) * m, m being the running mean of the processing times of the messages in the network
 *   - its delay is the larger of its hops alone and D * m / (hops + 1); a core works on one message at a time
 * No link carries anything: the network is as fast as the receivers. docs/noc.md tells how volley's own planes differ. */
#include "sanafe/timing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

double sanafe_time_simple(const struct sanafe_chip *chip, const struct sanafe_message *message, size_t n)
{
    /* Cores work side by side: the slowest of them is the step. */
    double *sending = mem_new(chip->n_cores + 1ull, sizeof *sending), *working = mem_new(chip->n_cores + 1ull, sizeof *working), most = 0;
    for (size_t i = 0; i < n; i++) {
        sending[message[i].from] += message[i].generation;
        if (message[i].axon)
            working[message[i].axon->to] += message[i].processing;
    }
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        most = sending[c] > most ? sending[c] : most;
        most = working[c] > most ? working[c] : most;
    }
    free(sending);
    free(working);
    return most;
}

/* ---- two heaps: cores by the time of their next message, messages by the time they are received ---- */

/* Which of several cores that send at one time goes first decides what the others find on their way. SANA-FE leaves it to the heap of its C++
 * library; the same walk through a binary heap is made here, in both directions, because its figures are to be met to their last digit. */
struct entry { double time; uint32_t index; };
struct heap { struct entry *entry; size_t n, capacity; };

/* Up from a hole, past parents that are strictly later. */
static void rise(struct entry *e, size_t hole, struct entry value)
{
    for (; hole && e[(hole - 1) / 2].time > value.time; hole = (hole - 1) / 2)
        e[hole] = e[(hole - 1) / 2];
    e[hole] = value;
}

static void push(struct heap *h, double time, uint32_t index)
{
    h->entry = mem_room(h->entry, h->n, &h->capacity, sizeof *h->entry);
    rise(h->entry, h->n, (struct entry){time, index});
    h->n++;
}

/* The hole goes down to a leaf, to the right child of two that are equal; the last entry then rises from there. */
static struct entry pop(struct heap *h)
{
    struct entry *e = h->entry, top = e[0], last = e[--h->n];
    size_t hole = 0, right;
    while ((right = 2 * hole + 2) < h->n) {
        size_t earlier = e[right].time > e[right - 1].time ? right - 1 : right;
        e[hole] = e[earlier];
        hole = earlier;
    }
    if (right == h->n) {
        /* A left child alone. */
        e[hole] = e[right - 1];
        hole = right - 1;
    }
    rise(e, hole, last);
    return top;
}

/* ---- links ---- */

struct sanafe_noc {
    const struct sanafe_chip *chip;
    double *link;               /* [tiles of the grid][SANAFE_DIRECTIONS]: leaving a tile */
    size_t n_links;
    double *in;                 /* by used core: from it into the network */
    double *free_at;            /* by used core: when it has worked through what it was sent */
    size_t *first, *last;       /* by used core: its messages of the step that are still to be sent */
    struct heap senders, flying;
    double mean;                /* of the processing times of what is in the network */
    size_t n;                   /* messages in the network */
};

struct sanafe_noc *sanafe_noc_make(const struct sanafe_chip *chip)
{
    struct sanafe_noc *noc = mem_new(1, sizeof *noc);
    uint32_t columns = (chip->arch->n_tiles - 1) / chip->arch->height + 1;
    noc->chip = chip;
    /* Paths stay within the columns that have tiles. */
    noc->n_links = (size_t)columns * chip->arch->height * SANAFE_DIRECTIONS;
    noc->link = mem_new(noc->n_links, sizeof *noc->link);
    noc->in = mem_new(chip->n_cores + 1ull, sizeof *noc->in);
    noc->free_at = mem_new(chip->n_cores + 1ull, sizeof *noc->free_at);
    noc->first = mem_new(chip->n_cores + 1ull, sizeof *noc->first);
    noc->last = mem_new(chip->n_cores + 1ull, sizeof *noc->last);
    return noc;
}

void sanafe_noc_free(struct sanafe_noc *noc)
{
    if (!noc)
        return;
    free(noc->link);
    free(noc->in);
    free(noc->free_at);
    free(noc->first);
    free(noc->last);
    free(noc->senders.entry);
    free(noc->flying.entry);
    free(noc);
}

/* The sum of densities along a path; each of its links gets `more` on the way. */
static double walk(struct sanafe_noc *noc, const struct sanafe_message *m, double more)
{
    const struct sanafe_arch *arch = noc->chip->arch;
    const struct sanafe_axon *a = m->axon;
    const struct sanafe_tile *from = &arch->tile[arch->core[noc->chip->core[m->from].core].tile];
    uint32_t x = from->x, y = from->y;
    double sum = (noc->in[m->from] += more);
    for (uint32_t i = 0; i < a->x_hops; i++) {
        sum += (noc->link[((size_t)x * arch->height + y) * SANAFE_DIRECTIONS + a->x_direction] += more);
        x += a->x_direction == SANAFE_EAST ? 1u : UINT32_MAX;
    }
    for (uint32_t i = 0; i < a->y_hops; i++) {
        sum += (noc->link[((size_t)x * arch->height + y) * SANAFE_DIRECTIONS + a->y_direction] += more);
        y += a->y_direction == SANAFE_NORTH ? 1u : UINT32_MAX;
    }
    return sum;
}

/* The mean over what is in the network, kept up as messages come and go. */
static void enter(struct sanafe_noc *noc, const struct sanafe_message *m)
{
    walk(noc, m, 1.0 / (m->axon->hops + 2.0));
    noc->mean += (m->processing - noc->mean) / ((double)noc->n + 1.0);
    noc->n++;
}

/* Undoes what enter did, but for rounding: every step begins on clean links. */
static void leave(struct sanafe_noc *noc, const struct sanafe_message *m)
{
    walk(noc, m, -1.0 / (m->axon->hops + 2.0));
    if (noc->n > 1)
        noc->mean += (noc->mean - m->processing) / ((double)noc->n - 1.0);
    else
        noc->mean = 0;
    noc->n--;
}

/* ---- the step ---- */

/* A message that goes out now, at m->sent. */
static void send(struct sanafe_noc *noc, struct sanafe_message *m)
{
    double hops = m->axon->hops, capacity = (hops + 1) * noc->chip->arch->link_buffer;
    /* Itself not counted: what is already there is in its way. */
    m->density = walk(noc, m, 0);
    m->blocked = m->density > capacity ? (m->density - capacity) * noc->mean : 0;
    m->sent += m->blocked;
    /* The receivers' pace is the network's: as many processing times as messages stand before it, shared by its links. */
    double crowded = m->density * noc->mean / (hops + 1);
    m->network = crowded > m->axon->min_delay ? crowded : m->axon->min_delay;
    double *free_at = &noc->free_at[m->axon->to], arrives = m->sent + m->network;
    m->received = arrives > *free_at ? arrives : *free_at;
    m->processed = *free_at = m->received + m->processing;
    enter(noc, m);
}

/* An empty network; every core's first message waits to be sent. */
static void begin(struct sanafe_noc *noc, struct sanafe_message *message, size_t n)
{
    memset(noc->free_at, 0, noc->chip->n_cores * sizeof *noc->free_at);
    memset(noc->in, 0, noc->chip->n_cores * sizeof *noc->in);
    memset(noc->link, 0, noc->n_links * sizeof *noc->link);
    noc->senders.n = noc->flying.n = noc->n = 0;
    noc->mean = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = message[i].from;
        /* Messages come core by core. */
        if (!i || message[i - 1].from != c) {
            message[i].sent = message[i].generation;
            noc->first[c] = i;
            push(&noc->senders, message[i].sent, c);
        }
        noc->last[c] = i;
    }
}

double sanafe_time_detailed(struct sanafe_noc *noc, struct sanafe_message *message, size_t n)
{
    double end = 0;
    begin(noc, message, n);
    while (noc->senders.n) {
        struct entry next = pop(&noc->senders);
        /* The earliest of all cores; its messages keep their order. */
        size_t i = noc->first[next.index]++;
        struct sanafe_message *m = &message[i];
        while (noc->flying.n && noc->flying.entry[0].time <= next.time)
            leave(noc, &message[pop(&noc->flying).index]);
        if (m->axon) {
            send(noc, m);
            push(&noc->flying, m->received, (uint32_t)i);
            end = m->processed > end ? m->processed : end;
        }
        /* A message without an axon (a neuron that was processed and sent nothing) ends when it would have been sent. */
        end = m->sent > end ? m->sent : end;
        if (i < noc->last[next.index]) {
            /* A sender that was held up is late with all that follows. */
            message[i + 1].sent = m->sent + message[i + 1].generation;
            push(&noc->senders, message[i + 1].sent, next.index);
        }
    }
    return end;
}
