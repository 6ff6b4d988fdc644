/* The table of tools, and how it is looked up. What each tool does was read from its source and identified by replaying one LIF neuron
 * (NIR paper, J. E. Pedersen et al., Nature Communications, 2024) until spikes and membranes were those that it printed. */
#include "import/rules.h"

#include <strings.h>

#include "config/doc.h"

/* Rockpool and Sinabs take exp(-dt/tau) for the decay but dt/tau for the gain, so that their input is not normalised; Nengo holds its
 * input over the step and is. Lava and Spyx deliver a spike in the next step. */
/* Columns: name, shown, dt, usual dt, steps, exponential, normalised, reset, next, compare, arrival, unit, at leak, graded.
 * snnTorch writes no reset: the row has its classes' defaults (reset_mechanism="subtract", reset_delay=True). */
static const struct tool_rule rules[] = {
    {"snntorch", "snnTorch", 1e-4, 0, 0, 0, 0, RESET_SUBTRACT, 1, COMPARE_GREATER, 0, UNIT_INPUT, 0, 0},
    {"norse", "Norse", 1e-4, 1e-3, 0, 0, 0, RESET_ZERO, 0, COMPARE_GREATER, 0, UNIT_FILE, 1, 0},
    {"sinabs", "Sinabs", 1e-4, 0, 1, 1, 0, RESET_SUBTRACT, 0, COMPARE_AT_LEAST, 0, UNIT_FILE, 0, 1},
    {"lava", "Lava", 1e-4, 0, 0, 0, 0, RESET_ZERO, 0, COMPARE_GREATER, 1, UNIT_FILE, 0, 0},
    {"nengo", "Nengo", 1e-4, 1e-3, 0, 1, 1, RESET_ZERO, 0, COMPARE_GREATER, 0, UNIT_THRESHOLD, 0, 0},
    {"rockpool", "Rockpool", 1e-4, 1e-3, 0, 1, 0, RESET_SUBTRACT, 0, COMPARE_AT_LEAST, 0, UNIT_FILE, 0, 1},
    {"spyx", "Spyx", 1e-4, 0, 0, 0, 0, RESET_SUBTRACT, 1, COMPARE_GREATER, 1, UNIT_FILE, 0, 0},
};
/* No tool: what the file does not say stays unsaid, and a network that depends on it is not run. */
static const struct tool_rule plain = {"", "NIR", 0, 0, 0, 0, 0, NOT_SAID, NOT_SAID, COMPARE_GREATER, 0, UNIT_FILE, 0, 0};
enum { RULES = sizeof rules / sizeof *rules };

/* Case does not matter: people write snnTorch. */
const struct tool_rule *rule_of(const char *tool)
{
    if (!tool)
        return &plain;
    for (size_t i = 0; i < RULES; i++)
        if (!strcasecmp(rules[i].name, tool))
            return &rules[i];
    return NULL;
}

const char *rule_names(void)
{
    return "snntorch, norse, sinabs, lava, nengo, rockpool, spyx";
}

int rule_unknown(const char *tool, struct err *err)
{
    const char *name[RULES];
    for (size_t i = 0; i < RULES; i++)
        name[i] = rules[i].name;
    const char *near = doc_nearest(tool, name, RULES);
    return err_input(err, "--from %s: no such tool%s%s%s; the tools are %s", tool, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "", rule_names());
}

enum reset_point rule_point(enum reset_kind reset, int next, int current, int recurrent)
{
    if (!next)
        return RESET_NOW;
    return reset == RESET_SUBTRACT || current || recurrent ? RESET_NEXT_AFTER_INPUT : RESET_NEXT_BEFORE_DECAY;
}
