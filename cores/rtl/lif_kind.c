/* Kinds rtl:lif_core and rtl:stdp_core: kinds lif and stdp, computed by the verilated RTL of rtl/lif_core.sv and rtl/stdp_core.sv. Same image, same
 * spikes, same state; what is counted are the RTL's own strobes and clocks. They stand in the list of kinds in every build, so that the reference is
 * the same everywhere; one made without Verilator says what is missing when such a core is asked for. */
#include "cores/accumulate.h"
#include "cores/integer.h"
#include "cores/params.h"
#include "cores/rtl/lif_core.h"

#include "base/err.h"

static const struct field lif_fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, NULL, "24 bit signed", "sum of a step's weights, which saturates on its way into the membrane"),
    {.key = NULL},
};
static const struct field stdp_fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, NULL, "24 bit signed", "sum of a step's weights, which saturates on its way into the membrane"),
    PARAMS_LEARNING,
    {.key = NULL},
};

#ifdef VOLLEY_RTL
#define RTL(call) call
#define CREATE rtl_lif_create
#define CREATE_STDP rtl_stdp_create
#define DESTROY rtl_lif_destroy
#else
#define RTL(call) NULL
#define CREATE absent
#define CREATE_STDP absent
#define DESTROY nothing

/* Where there is no core, nothing else of the kind is called but destroy. */
static void nothing(struct core *core)
{
    (void)core;
}

static struct core *absent(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id;
    err_input(err, "core kind rtl:NAME: this volley was built without Verilator; install the Debian package verilator and build again");
    return NULL;
}
#endif

extern const struct core_kind core_rtl_lif, core_rtl_stdp;
const struct core_kind core_rtl_lif = {
    .name = "rtl:lif_core", .about = "kind lif in RTL: rtl/lif_core.sv, verilated; binary spikes, no delays, every neuron visited",
    .abi = CORE_ABI, .flags = CORE_CLOCKED, .fields = lif_fields, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 1,
    .create = CREATE, .load = RTL(rtl_lif_load), .destroy = DESTROY, .reset = RTL(rtl_lif_reset), .cost = RTL(rtl_lif_cost),
    .accept = RTL(rtl_lif_accept), .update = RTL(rtl_lif_update), .peek = RTL(rtl_lif_peek), .poke = RTL(rtl_lif_poke), .clock = RTL(rtl_lif_clock),
};

const struct core_kind core_rtl_stdp = {
    .name = "rtl:stdp_core", .about = "kind stdp in RTL: rtl/stdp_core.sv, verilated; binary spikes, no delays, every neuron visited",
    .abi = CORE_ABI, .flags = CORE_CLOCKED | CORE_LEARNS, .fields = stdp_fields, .memories = core_tables, .actions = core_actions,
    .variables = stdp_variables, .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 4,
    .create = CREATE_STDP, .load = RTL(rtl_lif_load), .destroy = DESTROY, .reset = RTL(rtl_lif_reset), .cost = RTL(rtl_lif_cost),
    .accept = RTL(rtl_lif_accept), .update = RTL(rtl_lif_update), .learn = RTL(rtl_stdp_learn), .peek = RTL(rtl_lif_peek), .poke = RTL(rtl_lif_poke),
    .clock = RTL(rtl_lif_clock),
};
