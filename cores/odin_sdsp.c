/* One neuron's and one synapse's part of an event. The order within an event is the chip's: membrane, spike, calcium, flags. */
#include "cores/odin_sdsp.h"

uint32_t odin_weight(uint32_t weight, int up, int down)
{
    if (up && weight < ODIN_WEIGHT_MOST)
        return weight + 1;
    return down && !up && weight ? weight - 1 : weight;
}

uint32_t odin_bistable(uint32_t weight)
{
    int high = weight >= (ODIN_WEIGHT_MOST + 1) / 2;
    return odin_weight(weight, high, !high);
}

/* The leak's counter turns over whether or not calcium is left to leak. 1: it leaks now. */
static int calcium_leaks(struct odin_neuron *n, const struct image_sdsp *sdsp)
{
    if (!n->learns || !sdsp->ca_leak)
        return 0;
    if (n->references + 1u == sdsp->ca_leak) {
        n->references = 0;
        return 1;
    }
    n->references = (n->references + 1u) & 31u;     /* a register of 5 bits */
    return 0;
}

/* What every event ends with: the neuron fires at its threshold, and its flags follow its new state. */
static int settle(struct odin_neuron *n, const struct image_sdsp *sdsp, int leaks)
{
    int fires = n->membrane >= n->threshold;
    if (fires)
        n->membrane = 0;
    if (n->learns && fires && !leaks && n->calcium < ODIN_CALCIUM_MOST)
        n->calcium++;
    else if (n->learns && leaks && !fires && n->calcium)
        n->calcium--;
    int above = n->membrane >= sdsp->theta_mem, known = n->learns && n->calcium >= sdsp->theta1;
    n->up = known && above && n->calcium < sdsp->theta3;
    n->down = known && !above && n->calcium < sdsp->theta2;
    return fires;
}

int odin_stimulate(struct odin_neuron *n, const struct image_sdsp *sdsp, int32_t weight)
{
    int32_t sum = n->membrane + weight;
    n->membrane = (uint8_t)(sum < 0 ? 0 : sum > ODIN_MEMBRANE_MOST ? ODIN_MEMBRANE_MOST : sum);
    return settle(n, sdsp, 0);
}

int odin_reference(struct odin_neuron *n, const struct image_sdsp *sdsp, uint32_t leak)
{
    n->membrane = (uint8_t)(n->membrane > leak ? n->membrane - leak : 0);
    return settle(n, sdsp, calcium_leaks(n, sdsp));
}
