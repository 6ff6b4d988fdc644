/* Mode counts: what a call cost, held against what is declared. Accesses are compared over the whole core: hardware does not know populations. */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "verify/bench.h"

/* Before the calls: a target's own formulae may look at the state that the call finds. */
void counts_declare(struct bench *b, const struct packet *packet, struct verify_cost *declared, int *known)
{
    struct err err = {0};
    *known = b->target->declared && !b->target->declared(b->reference.core, &b->at, packet, declared, &err);
}

static int accesses(struct bench *b, const char *call, const struct verify_cost *declared, int known)
{
    const struct core_kind *kind = b->device.kind;
    for (uint32_t m = 0; m < kind->n_memories && m < DRIVE_MEMORIES; m++) {
        if (!known && b->same_memory[m] < 0)
            continue;
        struct memory_count found = side_memory(&b->device, b->s->groups, m);
        struct memory_count wanted = known ? declared->memory[m] : side_memory(&b->reference, b->s->groups, (uint32_t)b->same_memory[m]);
        if (found.reads != wanted.reads)
            return bench_find(b, VERIFY_COUNTS, "reads", "%s: %" PRIu64 " reads of memory %s, declared %" PRIu64, call, found.reads, kind->memories[m].name,
                              wanted.reads);
        if (found.writes != wanted.writes)
            return bench_find(b, VERIFY_COUNTS, "writes", "%s: %" PRIu64 " writes of memory %s, declared %" PRIu64, call, found.writes,
                              kind->memories[m].name, wanted.writes);
        if (!known && (found.row_reads != wanted.row_reads || found.row_writes != wanted.row_writes || found.column_reads != wanted.column_reads ||
                       found.column_writes != wanted.column_writes))
            return bench_find(b, VERIFY_COUNTS, "rows and columns", "%s: accesses of memory %s by row %" PRIu64 "/%" PRIu64 ", declared %" PRIu64 "/%" PRIu64,
                              call, kind->memories[m].name, found.row_reads, found.row_writes, wanted.row_reads, wanted.row_writes);
    }
    return 0;
}

static int actions(struct bench *b, const char *call)
{
    const struct core_kind *kind = b->device.kind;
    for (uint32_t a = 0; a < kind->n_actions && a < 64; a++) {
        if (b->same_action[a] < 0)
            continue;
        uint64_t found = side_action(&b->device, b->s->groups, a), wanted = side_action(&b->reference, b->s->groups, (uint32_t)b->same_action[a]);
        if (found != wanted)
            return bench_find(b, VERIFY_COUNTS, "actions", "%s: %" PRIu64 " %s, declared %" PRIu64, call, found, kind->actions[a].name, wanted);
    }
    return 0;
}

/* When each spike was offered, counted from the start of the call. */
static int offsets(struct bench *b, const char *call)
{
    const struct emissions *d = &b->device.out, *r = &b->reference.out;
    for (uint32_t i = 0; i < d->count && i < r->count; i++)
        if (d->at[i].offset != r->at[i].offset)
            return bench_find(b, VERIFY_COUNTS, "offset", "%s: spike of neuron %u in cycle %u, declared %u", call, d->at[i].neuron, d->at[i].offset,
                              r->at[i].offset);
    return 0;
}

int counts_compare(struct bench *b, const char *call, const struct packet *packet, const struct verify_cost *declared, int known)
{
    uint32_t wanted = known ? declared->cycles : b->reference.cycles;
    if (b->device.cycles != wanted)
        return bench_find(b, VERIFY_COUNTS, "cycles", "%s: %u cycles, declared %u", call, b->device.cycles, wanted);
    if (packet && b->device.kind->cost) {
        uint32_t cost;
        b->device.kind->cost(b->device.core, packet, 1, &cost);
        if (cost != b->device.cycles)
            return bench_find(b, VERIFY_COUNTS, "cost", "%s: %u cycles, its kind's formula says %u", call, b->device.cycles, cost);
    }
    if (!known && offsets(b, call))
        return 1;
    return accesses(b, call, declared, known) || actions(b, call) ? 1 : 0;
}
