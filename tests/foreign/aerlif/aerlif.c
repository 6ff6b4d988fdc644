/* aerlif in C: what is right. The words are those of the core's memories; a neuron's bits are 11:0 membrane, 22:12 threshold, 26:23 leak shift. */
#include "cores/rtl/foreign.h"

enum { NEURON, SYNAPSE };           /* memories, and registers, in the manifest's order */
enum { DEFER, SUBTRACT };
enum { SPIKE, REFERENCE, VIRTUAL }; /* events */

static int32_t membrane(uint64_t word)
{
    int32_t v = (int32_t)(word & 0xfff);
    return v >= 2048 ? v - 4096 : v;
}

static int32_t weight(const struct foreign_state *s, uint32_t axon, uint32_t neuron)
{
    int32_t w = (int32_t)(s->memory[SYNAPSE].word[8 * axon + neuron / 8] >> (4 * (neuron % 8)) & 15);
    return w >= 8 ? w - 16 : w;
}

/* v (1 - 2^-shift) rounded down; shift 0: none. */
static int32_t leaked(int32_t v, uint32_t shift)
{
    int32_t one = (int32_t)1 << shift, part = v >= 0 ? (v + one - 1) / one : -(-v / one);
    return shift ? v - part : v;
}

static uint32_t event(struct foreign_state *s, const struct foreign_event *e, struct foreign_spike *out)
{
    int defer = s->reg[DEFER].value != 0, reference = e->kind == REFERENCE;
    uint32_t spikes = 0, from = e->kind == VIRTUAL ? e->neuron : 0, to = e->kind == VIRTUAL ? from + 1 : s->neurons;
    for (uint32_t n = from; n < to; n++) {
        uint64_t *word = &s->memory[NEURON].word[n];
        int32_t threshold = (int32_t)(*word >> 12 & 0x7ff), v = membrane(*word);
        uint32_t shift = (uint32_t)(*word >> 23 & 15);
        if (!defer)
            v = leaked(v, shift);
        if (!reference)
            v += e->kind == VIRTUAL ? e->weight : weight(s, e->axon, n);
        v = v > 2047 ? 2047 : v < -2048 ? -2048 : v;
        if ((reference || !defer) && v >= threshold) {
            out[spikes++] = (struct foreign_spike){.neuron = n, .payload = 1};
            v = s->reg[SUBTRACT].value ? v - threshold : 0;
        }
        if (defer && reference)
            v = leaked(v, shift);
        *word = (*word & ~(uint64_t)0xfff) | ((uint64_t)(int64_t)v & 0xfff);
    }
    return spikes;
}

VOLLEY_MODEL("aerlif", event);
