/* What NIR leaves open, settled in one order: the option, then the metadata of the node, then that of the graphs around it, then the tool's row of
 * rules.c, then a v_reset other than 0. What is still open is asked for. Each answer leaves a line that says where it came from. */
#include "import/nir_rules.h"

#include <math.h>
#include <string.h>

const struct nir_field *nir_metadata(const struct flat_node *node, const char *name)
{
    const struct nir_field *field = nir_field(&node->node->metadata, name);
    for (size_t i = 0; !field && node->graphs[i]; i++)
        field = nir_field(&node->graphs[i]->metadata, name);
    return field;
}

/* ---- the time step ---- */

/* Types whose equations hold a time constant: they need dt. */
static int has_tau(const struct flat_node *node)
{
    return node->kind == NIR_LI || node->kind == NIR_LIF || node->kind == NIR_CUBA_LI || node->kind == NIR_CUBA_LIF;
}

/* The dt of the metadata, 0 where there is none. Two that differ: an error. */
static int metadata_dt(const struct flat_graph *flat, double *dt, struct err *err)
{
    uint32_t last = flat->n;            /* the last node that said it; n: none has */
    *dt = 0;
    for (uint32_t i = 0; i < flat->n; i++) {
        const struct flat_node *node = &flat->node[i];
        const struct nir_field *field = nir_metadata(node, "dt");
        if (!field)
            continue;
        if (!field->value || !(field->value[0] > 0) || isinf(field->value[0]))
            return err_input(err, "node '%s': metadata dt is not a time above 0 s; give --dt", node->name);
        if (last < flat->n && fabs(field->value[0] - *dt) > 1e-6 * *dt)
            return err_input(err, "nodes '%s' and '%s' were made for time steps of %.9g s and %.9g s: give --dt", flat->node[last].name, node->name, *dt,
                             field->value[0]);
        if (last == flat->n)
            *dt = field->value[0];
        last = i;
    }
    return 0;
}

/* Some tools write time constants in steps: none of them below 1. */
static int in_steps(const struct flat_graph *flat)
{
    static const char *const name[] = {"tau", "tau_mem", "tau_syn"};
    int found = 0;
    for (uint32_t i = 0; i < flat->n; i++)
        for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
            const struct nir_field *tau = has_tau(&flat->node[i]) ? nir_field(&flat->node[i].node->data, name[k]) : NULL;
            for (uint64_t j = 0; tau && tau->value && j < tau->n; j++) {
                found = 1;
                if (!(tau->value[j] >= 1))
                    return 0;
            }
        }
    return found;
}

static int needs_dt(const struct flat_graph *flat)
{
    for (uint32_t i = 0; i < flat->n; i++)
        if (has_tau(&flat->node[i]) || flat->node[i].kind == NIR_DELAY)
            return 1;
    return 0;
}

/* The usual dt of a tool's files, with a warning where its own default is another: a wrong dt changes every decay. */
static void tool_dt(struct nir_rules *r, const struct flat_graph *flat)
{
    const struct tool_rule *tool = r->tool;
    int steps = tool->steps_from && in_steps(flat);
    r->dt = steps ? 1 : tool->dt;
    if (!r->dt)
        return;
    if (steps)
        fidelity_add(r->fidelity, FIDELITY_NOTE, "", "no time constant is below 1: %s wrote them in steps, dt = 1", tool->shown);
    else if (tool->usual_dt > 0)
        fidelity_add(r->fidelity, FIDELITY_WARNING, "", "the file gives no time step: %.9g s taken, as files from %s usually have; its own default "
                     "is %.9g s: if you trained with that, --dt %.9g", r->dt, tool->shown, tool->usual_dt, tool->usual_dt);
    else
        fidelity_add(r->fidelity, FIDELITY_NOTE, "", "time step %.9g s, as in files from %s", r->dt, tool->shown);
}

/* r->dt stays 0 where nothing says it; the first node that needs it complains by name (nir_no_dt). */
static int settle_dt(struct nir_rules *r, const struct flat_graph *flat, struct err *err)
{
    double stated;
    if (r->options->dt > 0) {
        r->dt = r->options->dt;
        fidelity_add(r->fidelity, FIDELITY_NOTE, "", "time step %.9g s, from --dt", r->dt);
        return 0;
    }
    if (metadata_dt(flat, &stated, err))
        return -1;
    if (stated > 0) {
        r->dt = stated;
        fidelity_add(r->fidelity, FIDELITY_NOTE, "", "time step %.9g s, from the file's metadata", r->dt);
    } else if (needs_dt(flat)) {
        tool_dt(r, flat);
    }
    return 0;
}

int nir_no_dt(const struct nir_rules *r, const struct flat_node *node, struct err *err)
{
    return err_input(err, "%s does not say the time step that the time constants of '%s' are for: --dt SECONDS (often 1e-4); from snnTorch: --from snntorch",
                     r->file, node->name);
}

/* ---- the tool ---- */

static void tool_lines(const struct nir_rules *r)
{
    const struct tool_rule *t = r->tool;
    if (!*t->name)
        return;
    fidelity_add(r->fidelity, FIDELITY_NOTE, "", "stepped as %s does: %s decay, input %s, a spike at %s threshold%s", t->shown,
                 t->exponential ? "exponential" : "Euler", t->normalised ? "times r (1 - exp(-dt/tau))" : "times r dt/tau",
                 t->compare == COMPARE_GREATER ? "more than the" : "the", t->arrival ? ", which arrives one step later" : "");
    if (t->graded)
        fidelity_add(r->fidelity, FIDELITY_WARNING, "", "%s may send several spikes of one neuron in one step; here it is one", t->shown);
}

/* Known differences of single node types that no row of the table can hold. */
static void node_lines(const struct nir_rules *r, const struct flat_graph *flat)
{
    for (uint32_t i = 0; i < flat->n; i++) {
        const struct flat_node *node = &flat->node[i];
        if (node->kind == NIR_IF && !strcmp(r->tool->name, "sinabs"))
            fidelity_add(r->fidelity, FIDELITY_WARNING, node->name, "Sinabs keeps the membrane of an IF above minus its threshold; here it has no lower end");
        if (node->kind == NIR_CUBA_LIF && !strcmp(r->tool->name, "spyx"))
            fidelity_add(r->fidelity, FIDELITY_WARNING, node->name, "Spyx subtracts the threshold of a CubaLIF twice, decayed and not; here once");
    }
}

int nir_rules_of(const char *file, const struct import_options *options, const struct flat_graph *flat, struct fidelity *fidelity,
                 struct nir_rules *r, struct err *err)
{
    *r = (struct nir_rules){.file = file, .options = options, .tool = rule_of(options->from), .fidelity = fidelity};
    if (!r->tool)
        return rule_unknown(options->from, err);
    if (settle_dt(r, flat, err))
        return -1;
    tool_lines(r);
    node_lines(r, flat);
    return 0;
}

/* ---- reset ---- */

/* -1: a word that means nothing here. *kind NOT_SAID: no word. */
static int metadata_reset(const struct flat_node *node, int *kind, struct err *err)
{
    static const struct { const char *word; int kind; } words[] = {{"subtract", RESET_SUBTRACT}, {"zero", RESET_ZERO}, {"none", RESET_NONE}};
    const struct nir_field *field = nir_metadata(node, "reset_mechanism");
    *kind = NOT_SAID;
    for (size_t i = 0; field && field->text && i < sizeof words / sizeof *words; i++)
        if (!strcmp(field->text, words[i].word))
            *kind = words[i].kind;
    if (!field || *kind != NOT_SAID)
        return 0;
    return err_input(err, "node '%s': metadata reset_mechanism '%.60s' is not subtract, zero or none; give --reset", node->name,
                     field->text ? field->text : "(a number)");
}

/* Tools write zeros whatever the reset is, so 0 says nothing. */
static int has_v_reset(const struct flat_node *node)
{
    const struct nir_field *field = nir_field(&node->node->data, "v_reset");
    for (uint64_t i = 0; field && field->value && i < field->n; i++)
        if (field->value[i] != 0)
            return 1;
    return 0;
}

static int not_said(const struct nir_rules *r, const struct flat_node *node, struct err *err)
{
    return err_input(err, "%s does not say how neurons reset; from snnTorch: --from snntorch (node '%s'; other tools: %s; or --reset zero|subtract)",
                     r->file, node->name, rule_names());
}

/* A v_reset that an option or the metadata overrules gets a warning: the user may not have meant that. */
static int settle_kind(const struct nir_rules *r, const struct flat_node *node, struct nir_reset *reset, struct err *err)
{
    int kind = r->options->reset, stated = has_v_reset(node);
    if (kind == NOT_SAID && metadata_reset(node, &kind, err))
        return -1;
    if (kind == NOT_SAID) {
        kind = r->tool->reset;
        reset->to_v_reset = kind == RESET_ZERO && stated;
    }
    if (kind == NOT_SAID && stated) {
        kind = RESET_VALUE;
        reset->to_v_reset = 1;
    }
    if (kind == NOT_SAID)
        return not_said(r, node, err);
    if (stated && !reset->to_v_reset)
        fidelity_add(r->fidelity, FIDELITY_WARNING, node->name, "its v_reset is not used: the reset is %s", kind == RESET_SUBTRACT ? "by subtraction" :
                     kind == RESET_ZERO ? "to zero" : "none");
    reset->kind = reset->to_v_reset ? RESET_VALUE : (enum reset_kind)kind;
    return 0;
}

/* The time of the reset is asked for in the same order as its kind: option, metadata, tool. */
int nir_reset_of(const struct nir_rules *r, const struct flat_node *node, struct nir_reset *reset, struct err *err)
{
    const struct nir_field *delay = nir_metadata(node, "reset_delay");
    *reset = (struct nir_reset){0};
    if (settle_kind(r, node, reset, err))
        return -1;
    if (r->options->reset_time != NOT_SAID)
        reset->next = r->options->reset_time;
    else if (delay && delay->value)
        reset->next = delay->value[0] != 0;
    else
        reset->next = r->tool->reset_next == 1;
    return 0;
}
