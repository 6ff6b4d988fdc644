/* neurobench.h: a run in the metrics of NeuroBench (Yik et al., arXiv 2304.04640), under its names. docs/neurobench.md says how each is counted
 * here and where that differs. They say nothing of memory traffic, network, barriers or static power: energy is another part of the report. */
#ifndef VOLLEY_REPORT_NEUROBENCH_H
#define VOLLEY_REPORT_NEUROBENCH_H
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

struct neurobench {
    double footprint;               /* bytes of stored weights, biases, neuron parameters and state, at the widths of the run */
    double connection_sparsity;     /* share of stored weights that are 0, 0..1 */
    double activation_sparsity;     /* 1 - spikes per neuron and step, 0..1 */
    double dense, effective_macs, effective_acs;        /* synaptic operations per sample, biases apart */
    double membrane_updates;        /* per sample: active updates inside the windows, as the chip file says what is active */
};
/* -1: the run kept no spikes per neuron, or finished no sample; nothing is filled then. */
int neurobench_make(const struct run *, struct neurobench *);

#ifdef __cplusplus
}
#endif
#endif
