/* nir_rules.h: what a NIR file leaves open, settled once for a graph and then per node: the time step, how and when neurons
 * reset. Order of precedence: the option for it, the file's metadata (of the node, then of the graphs around it), the tool
 * named by --from. Every choice leaves a line in the fidelity list. Nothing to free. */
#ifndef VOLLEY_IMPORT_NIR_RULES_H
#define VOLLEY_IMPORT_NIR_RULES_H
#include "base/err.h"
#include "base/fidelity.h"
#include "import/import.h"
#include "import/nir_graph.h"
#include "import/rules.h"
#ifdef __cplusplus
extern "C" {
#endif

struct nir_rules {
    const char *file;                       /* name without folder, for messages */
    const struct import_options *options;
    const struct tool_rule *tool;           /* the row of --from, or NIR's own equations */
    double dt;                              /* seconds; 0: nothing says it */
    struct fidelity *fidelity;
};
struct nir_reset {
    enum reset_kind kind;
    int next;                               /* acts in the next step */
    int to_v_reset;                         /* "zero" means v_reset */
};

int nir_rules_of(const char *file, const struct import_options *, const struct flat_graph *, struct fidelity *, struct nir_rules *, struct err *);
/* NULL: neither the node's metadata nor that of the graphs around it has it. */
const struct nir_field *nir_metadata(const struct flat_node *, const char *name);
/* Of a node with a reset (IF, LIF, CubaLIF). */
int nir_reset_of(const struct nir_rules *, const struct flat_node *, struct nir_reset *, struct err *);
/* ERR_INPUT: the node's time constants need a time step and nothing says it. Returns -1. */
int nir_no_dt(const struct nir_rules *, const struct flat_node *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
