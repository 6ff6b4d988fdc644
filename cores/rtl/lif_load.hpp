/* lif_load.hpp: a core's image as the words of the memories of lif_core and stdp_core, written through its configuration port. Refuses, in one line, what a
 * model of this shape cannot hold or compute exactly as kinds lif and stdp do. */
#ifndef VOLLEY_CORES_RTL_LIF_LOAD_HPP
#define VOLLEY_CORES_RTL_LIF_LOAD_HPP
#include <cstdint>
#include <vector>

#include "cores/rtl/lif_model.hpp"

namespace rtl
{

/* What a packet of an axon does, beside the sums: for cost and counts. */
struct LifShare {
    uint32_t group, synapses, plastic;
};
struct LifSynapse {                     /* where its weight lies */
    uint32_t word, lane;
};
struct LifRow {
    uint32_t words;                     /* synapse words, each an accumulator word read and written */
    std::vector<LifShare> share;        /* a segment each, in order */
    bool plastic;                       /* a synapse of it learns: the row is written back as it is served */
    std::vector<LifSynapse> synapse;    /* in order of the row; only where the core learns */
};

/* 0: fits; -1 with err where not: another model may. Looks at the image alone. */
int lif_fits(const LifShape &, const image *, err *);
int lif_port_fits(const LifShape &, const image *, err *);      /* the same of its queues, and of when it serves packets */
/* Writes registers, parameters and rows; fills rows by axon. After reset; state, accumulators and traces are left alone. */
int lif_load(LifModel &, const image *, std::vector<LifRow> &rows, err *);

/* lif_core.cpp: what a core of the kind is made of, for lif_verify.cpp. */
LifModel &lif_model_of(const struct core *);
const image *lif_image_of(const struct core *);

} // namespace rtl
#endif
