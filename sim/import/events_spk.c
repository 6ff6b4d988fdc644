/* .spk: an event file of the kit. Little-endian: "SNNSPK1\0", u32 samples, steps, neurons, flags (bit 0: values), u64 events, u64 first
 * event of each sample and their number again, then u16 step and u16 neuron of each event, then, if flagged, f32 values. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "import/events_parts.h"

enum { HEADER = 32, VALUES = 1, EVENT = 4, SHORT_MAX = 1 << 16 };
static const char MAGIC[8] = "SNNSPK1";

struct spk { uint32_t samples, steps, neurons, flags; uint64_t count; const unsigned char *first, *event, *value; };

static uint64_t number_at(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

/* Compares what the header says with the size of the file before anything else is believed. */
static int read_header(struct spk *k, const unsigned char *data, uint64_t size, const char *path, struct err *err)
{
    if (size < HEADER || memcmp(data, MAGIC, sizeof MAGIC))
        return err_input(err, "%s: does not begin like a .spk file (\"SNNSPK1\" and its header of %d bytes)", path, HEADER);
    k->samples = (uint32_t)number_at(data + 8, 4);
    k->steps = (uint32_t)number_at(data + 12, 4);
    k->neurons = (uint32_t)number_at(data + 16, 4);
    k->flags = (uint32_t)number_at(data + 20, 4);
    k->count = number_at(data + 24, 8);
    if (k->flags & ~(uint32_t)VALUES)
        return err_input(err, "%s: unknown flags %#x in the header; only bit 0 (values follow) is known", path, k->flags);
    uint64_t index = 8 * ((uint64_t)k->samples + 1), bytes = EVENT + (k->flags & VALUES ? 4u : 0u);
    if (index > size - HEADER || k->count > size / bytes || HEADER + index + bytes * k->count != size)
        return err_input(err, "%s: its header says %u samples and %llu events, which is not what %llu bytes hold; was it written completely?", path, k->samples,
                         (unsigned long long)k->count, (unsigned long long)size);
    if (!k->samples || !k->steps || !k->neurons)
        return err_input(err, "%s: its header says %u samples, %u steps, %u neurons: nothing to run", path, k->samples, k->steps, k->neurons);
    k->first = data + HEADER;
    k->event = k->first + index;
    k->value = k->event + EVENT * k->count;
    return 0;
}

/* The index must rise from 0 to the number of events, or a sample would reach into another or out of the file. */
static int check_index(const struct spk *k, const char *path, struct err *err)
{
    uint64_t last = 0;
    for (uint64_t s = 0; s <= k->samples; s++) {
        uint64_t first = number_at(k->first + 8 * s, 8);
        if (first < last || first > k->count || (!s && first) || (s == k->samples && first != k->count))
            return err_input(err, "%s: sample %llu begins at event %llu of %llu, out of order; the file is damaged", path, (unsigned long long)s,
                             (unsigned long long)first, (unsigned long long)k->count);
        last = first;
    }
    return 0;
}

static double value_at(const struct spk *k, uint64_t i)
{
    if (!(k->flags & VALUES))
        return 1;
    uint32_t bits = (uint32_t)number_at(k->value + 4 * i, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Every event goes through the same checks as one of a text file; order is not taken on trust. */
static int read_events(const struct spk *k, struct gather *g, const char *path, struct err *err)
{
    for (uint32_t s = 0; s < k->samples; s++) {
        uint64_t end = number_at(k->first + 8 * ((uint64_t)s + 1), 8);
        for (uint64_t i = number_at(k->first + 8 * (uint64_t)s, 8); i < end; i++) {
            const unsigned char *at = k->event + EVENT * i;
            if (gather_add(g, s, (int64_t)number_at(at, 2), (int64_t)number_at(at + 2, 2), value_at(k, i), err))
                return err_context(err, "%s: event %llu", path, (unsigned long long)i);
        }
    }
    return 0;
}

/* The whole file is in memory; its arrays are read where they lie, byte by byte, whatever the machine's byte order. */
static struct events *read_data(const unsigned char *data, uint64_t size, const char *path, const struct event_options *options, struct err *err)
{
    struct spk k = {.first = data, .event = data, .value = data};
    struct events *e = NULL;
    if (read_header(&k, data, size, path, err) || check_index(&k, path, err))
        return NULL;
    struct gather g = {.samples = k.samples, .proven = 1, .steps = k.steps, .neurons = k.neurons, .twice = k.flags & VALUES ? TWICE_ADD : TWICE_ERROR};
    if (gather_begin(&g, options, err)) {
        err_context(err, "%s", path);
        return NULL;
    }
    if (!read_events(&k, &g, path, err)) {
        enum gather_field bad = gather_finish(&g, &e, err);
        if (bad == GATHER_TWICE)
            err_input(err, "%s: sample %u, step %u, neuron %u is there twice, and the file has no values to add", path, g.again.sample, g.again.step,
                      g.again.neuron);
        else if (bad)
            err_context(err, "%s", path);
        else
            events_complete(e, "(sample, step, neuron)");
    }
    gather_drop(&g);
    return e;
}

struct events *events_read_spk(const char *path, const struct event_options *options, struct err *err)
{
    uint64_t size;
    struct events *e = NULL;
    FILE *file = events_open(path, &size, err);
    if (!file)
        return NULL;
    unsigned char *data = mem_grow(NULL, size, 1);
    if (fread(data, 1, size, file) != size)
        err_input(err, "%s: cannot be read to its end", path);
    else
        e = read_data(data, size, path, options, err);
    fclose(file);
    free(data);
    return e;
}

static void put(FILE *file, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        putc((int)(value & 255), file);
}

static void write_file(const struct events *e, FILE *file)
{
    fwrite(MAGIC, 1, sizeof MAGIC, file);
    put(file, e->samples, 4);
    put(file, e->steps, 4);
    put(file, e->neurons, 4);
    put(file, e->value ? VALUES : 0, 4);
    put(file, e->count, 8);
    for (uint64_t s = 0; s <= e->samples; s++)
        put(file, e->first[s], 8);
    for (uint64_t i = 0; i < e->count; i++)
        put(file, (uint64_t)e->event[i].neuron << 16 | e->event[i].step, 4);
    for (uint64_t i = 0; e->value && i < e->count; i++) {
        uint32_t bits;
        memcpy(&bits, &e->value[i], sizeof bits);
        put(file, bits, 4);
    }
}

int events_write_spk(const struct events *e, const char *path, struct err *err)
{
    struct whole whole;
    if (e->steps > SHORT_MAX || e->neurons > SHORT_MAX)
        return err_input(err, "%s: .spk holds steps and neurons below %d, and the events have %u steps of %u neurons; write .csv", path, SHORT_MAX, e->steps,
                         e->neurons);
    if (whole_open(&whole, path, err))
        return -1;
    write_file(e, whole.file);
    return whole_close(&whole, err);
}
