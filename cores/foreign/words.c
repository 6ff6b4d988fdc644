/* Values of neurons and synapses in the words of memories, where the manifest says. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cores/foreign/foreign.h"

void foreign_words_new(const struct manifest *m, struct foreign_state *s)
{
    memset(s, 0, sizeof *s);
    s->neurons = m->neurons;
    s->axons = m->axons;
    s->n_memories = m->n_memories;
    s->n_registers = m->n_registers;
    for (uint32_t i = 0; i < m->n_memories; i++)
        s->memory[i] = (struct foreign_memory){m->memory[i].name, m->memory[i].words, m->memory[i].bits, mem_new(m->memory[i].words, sizeof(uint64_t))};
    for (uint32_t i = 0; i < m->n_registers; i++)
        s->reg[i] = (struct foreign_register){m->reg[i].name, m->reg[i].value[0]};
}

void foreign_words_copy(const struct foreign_state *from, struct foreign_state *to)
{
    *to = *from;
    for (uint32_t i = 0; i < from->n_memories; i++) {
        to->memory[i].word = mem_new(from->memory[i].words, sizeof(uint64_t));
        memcpy(to->memory[i].word, from->memory[i].word, from->memory[i].words * sizeof(uint64_t));
    }
}

void foreign_words_free(struct foreign_state *s)
{
    for (uint32_t i = 0; i < s->n_memories; i++)
        free(s->memory[i].word);
    s->n_memories = 0;
}

void foreign_range(const struct manifest_field *f, int64_t *low, int64_t *high)
{
    int64_t all = (int64_t)1 << f->bits;
    *low = f->format.is_signed ? -all / 2 : 0;
    *high = f->format.is_signed ? all / 2 - 1 : all - 1;
}

int foreign_place(const struct manifest *m, const struct manifest_field *f, uint32_t neuron, uint32_t axon, uint32_t *word, uint32_t *bit, struct err *err)
{
    int64_t value[MANIFEST_NAMES] = {[NAME_NEURONS] = m->neurons, [NAME_AXONS] = m->axons, [NAME_AXON] = axon, [NAME_NEURON] = neuron}, at, low;
    uint32_t memory;
    if (expr_value(&f->word, value, &at, err) || expr_value(&f->low, value, &low, err))
        return err_context(err, "field %s", f->name);
    manifest_field(m, f->name, &memory);
    if (at < 0 || at >= m->memory[memory].words || low < 0 || low + f->bits > m->memory[memory].bits)
        return err_answer(err, "field %s of neuron %u, axon %u: bits %lld to %lld of word %lld are not in memory %s", f->name, neuron, axon, (long long)low,
                          (long long)low + f->bits - 1, (long long)at, m->memory[memory].name);
    *word = (uint32_t)at;
    *bit = (uint32_t)low;
    return 0;
}

int64_t foreign_decode(const struct manifest_field *f, uint64_t word, uint32_t bit)
{
    uint64_t raw = word >> bit & (((uint64_t)1 << f->bits) - 1);
    return f->format.is_signed ? (int64_t)(raw << (64 - f->bits)) >> (64 - f->bits) : (int64_t)raw;
}

int foreign_put(const struct manifest *m, struct foreign_state *s, const char *field, uint32_t neuron, uint32_t axon, int64_t value, struct err *err)
{
    uint32_t memory, word, bit;
    int64_t low, high;
    const struct manifest_field *f = manifest_field(m, field, &memory);
    if (!f)
        return err_bug(err, "%s has no field %s", m->name, field);
    foreign_range(f, &low, &high);
    if (value < low || value > high)
        return err_answer(err, "%s: %s of neuron %u is %lld, the core holds %lld to %lld", m->name, field, neuron, (long long)value, (long long)low,
                          (long long)high);
    if (foreign_place(m, f, neuron, axon, &word, &bit, err))
        return -1;
    uint64_t mask = (((uint64_t)1 << f->bits) - 1) << bit, *at = &s->memory[memory].word[word];
    *at = (*at & ~mask) | ((uint64_t)value << bit & mask);
    return 0;
}

int foreign_get(const struct manifest *m, const struct foreign_state *s, const char *field, uint32_t neuron, uint32_t axon, int64_t *value, struct err *err)
{
    uint32_t memory, word, bit;
    const struct manifest_field *f = manifest_field(m, field, &memory);
    if (!f)
        return err_bug(err, "%s has no field %s", m->name, field);
    if (foreign_place(m, f, neuron, axon, &word, &bit, err))
        return -1;
    *value = foreign_decode(f, s->memory[memory].word[word], bit);
    return 0;
}
