/* rules.h: the one table of what each training tool does between two steps, for --from: a NIR file holds time constants, not how
 * they are stepped, nor how a neuron resets. Times in seconds. kit/lif is the table's test; docs/import.md gives its sources.
 *
 *     Euler:        beta = 1 - dt/tau      exponential:  beta = exp(-dt/tau)
 *     input gain:   r dt/tau, or r (1 - exp(-dt/tau)) where the tool normalises its input
 * Everything here is constant; nothing to free. */
#ifndef VOLLEY_IMPORT_RULES_H
#define VOLLEY_IMPORT_RULES_H
#include <stddef.h>

#include "import/import.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NOT_SAID = -1 };
enum rule_unit {                /* how the tool shows a membrane */
    UNIT_FILE,                  /* in the file's volts */
    UNIT_INPUT,                 /* divided by the input gain: the tool scales the threshold instead of the input */
    UNIT_THRESHOLD              /* divided by the threshold */
};
struct tool_rule {
    const char *name;           /* as --from takes it; "" for the equations of NIR itself, stepped by Euler */
    const char *shown;          /* as people write it: "snnTorch" */
    double dt;                  /* 0: not said */
    double usual_dt;            /* where the tool's own default is another: a warning names it; 0: none */
    int steps_from;             /* the tool writes tau in steps: if every tau is 1 or more, dt is 1 */
    int exponential;            /* decay */
    int normalised;             /* input gain r (1 - exp(-dt/tau)) */
    int reset;                  /* enum reset_kind, or NOT_SAID */
    int reset_next;             /* 1: the reset acts in the next step; 0: in the step of the spike; NOT_SAID */
    enum compare_kind compare;
    uint32_t arrival;           /* steps a spike takes to the next population; a cycle has no further one */
    enum rule_unit unit;
    int starts_at_leak;         /* the membrane starts at v_leak; else at 0 */
    int graded;                 /* the tool may send several spikes in one step; volley sends one */
};

/* NULL: no tool of that name (case does not matter). rule_of(NULL): the equations of NIR. */
const struct tool_rule *rule_of(const char *tool);
/* ERR_INPUT that lists the tools and names the nearest. Returns -1. */
int rule_unknown(const char *tool, struct err *);
const char *rule_names(void);   /* "snntorch, norse, ..." */

/* When a reset that acts in the next step does so: snnTorch's Leaky sets to zero before the decay (the input of that step is
 * kept), its RLeaky, Synaptic and RSynaptic after the input (it is lost); subtraction comes after the input in all of them. */
enum reset_point rule_point(enum reset_kind, int next, int current, int recurrent);

#ifdef __cplusplus
}
#endif
#endif
