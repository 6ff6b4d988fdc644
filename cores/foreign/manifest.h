/* manifest.h: what manifest.yaml says of a core that is not volley's own: where its source lies, how it is built, driven and programmed, what
 * its events cost, where its memories are. Read through field tables, so that unknown keys, missing files and wrong formulae are errors with
 * file:line:column. docs/your-core.md explains every key. */
#ifndef VOLLEY_CORES_FOREIGN_MANIFEST_H
#define VOLLEY_CORES_FOREIGN_MANIFEST_H
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "config/doc.h"
#include "config/fields.h"
#include "cores/foreign/expr.h"
#include "cores/rtl/foreign.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { MANIFEST_FILES = 64, MANIFEST_FIELDS = 12, MANIFEST_ARGS = 32, MANIFEST_WAIVERS = 64, MANIFEST_NAMES = 5 + FOREIGN_REGISTERS };
enum { MANIFEST_REGISTER_VALUES = 8, MANIFEST_CODE_PARTS = 8, MANIFEST_LINES = 16, MANIFEST_QUIRKS = 32 };

/* Values that formulae may name; registers follow by their own names. */
enum manifest_name { NAME_NEURONS, NAME_AXONS, NAME_SPIKES, NAME_AXON, NAME_NEURON, NAME_REGISTERS };

struct manifest_format { const char *text; uint32_t bits; int is_signed; };      /* "4 bit signed"; text NULL: not given */

/* Where a value lies: `bits` bits from bit `low` on, of word `word`; both formulae over neuron and axon. */
struct manifest_field {
    const char *name;
    const struct doc_node *node;
    uint32_t bits;
    struct expr low, word;
    int per_synapse;            /* either formula names the axon */
    struct manifest_format format;      /* of `size`, or unsigned of its width */
};
struct manifest_memory {
    const char *name, *path;
    const struct doc_node *node, *path_node, *strobes_node;
    uint32_t words, bits;
    int table;                  /* enum image_table that its accesses are counted as */
    const char *read, *write, *address, *data;  /* strobes, in signals of the memory's own module; "" where not given */
    const char *module;         /* that module's name, for people; "": not said */
    uint32_t n_fields;
    struct manifest_field field[MANIFEST_FIELDS];
};
struct manifest_code_part { int what; uint32_t value, bits, shift; };    /* what: 0 literal, 'a'xon, 'n'euron, 'w'eight; bits of it from shift on */
enum manifest_operand { OPERAND_AXON, OPERAND_NEURON, OPERAND_WEIGHT, MANIFEST_OPERANDS };
struct manifest_range { int named, has_but; int32_t low, high, but; };  /* named: the code has it; but: the one value that is never sent */
struct manifest_event {
    const char *name;
    const struct doc_node *node;
    struct manifest_range range[MANIFEST_OPERANDS];     /* of what the code names; by `range`, else all that there is */
    uint32_t parts;
    struct manifest_code_part part[MANIFEST_CODE_PARTS];
    struct expr cycles, offset, reads[FOREIGN_MEMORIES], writes[FOREIGN_MEMORIES];
};
struct manifest_register {
    const char *name;
    uint32_t n;
    uint64_t value[MANIFEST_REGISTER_VALUES];   /* the first is the usual one */
};
struct manifest_setting { uint32_t reg; uint64_t value; };     /* of register[reg] */
struct manifest_settings { uint32_t n; struct manifest_setting at[FOREIGN_REGISTERS]; };
struct manifest_waiver { const char *rule, *file, *why; uint32_t n, line[MANIFEST_LINES]; };
struct manifest_handshake { int kind; const char *data, *request, *acknowledge; int stalls_core; };

struct core_kind;
enum manifest_mode { MANIFEST_BARRIER, MANIFEST_EVENT };
struct manifest {
    struct doc *doc;
    char *path, *folder, *root; /* of the file, of what lies beside it, of the sources */
    const struct doc_node *top_node, *clock_node, *reset_node, *in_node, *out_node, *pins_node, *identity_node, *contract_node, *sources_node,
        *observe_node, *profiles_node;
    const char *name, *about, *licence, *origin, *top;
    uint32_t contract, identity;
    uint32_t n_files, n_args, n_waivers, n_registers, n_memories, n_events, n_quirks;
    char *file[MANIFEST_FILES]; /* whole paths */
    const struct doc_node *file_node[MANIFEST_FILES];
    const char *arg[MANIFEST_ARGS];
    struct manifest_waiver waiver[MANIFEST_WAIVERS];
    char *control, *adapter, *model;    /* whole paths; control and model NULL: none */
    const char *model_kind;
    const struct core_kind *shipped;    /* the reference is this kind of volley's own, and model is NULL; NULL: it is a file */
    int random_start, edge, reset_high; /* edge: 0 rising, 1 falling */
    const char *clock_pin, *reset_pin, *why_no_step;
    uint32_t reset_cycles, reset_settle;
    uint32_t neurons, axons;
    struct manifest_format weight, membrane, threshold;
    enum manifest_mode mode;
    int by_arrival;
    int has_step, step_event, spike_event, reference_event;     /* events by number; -1: there is none */
    struct manifest_settings chip_registers;    /* in any chip; then, in one with steps: */
    struct manifest_settings step_registers, step_reset[3];     /* reset: none, zero, subtract; n UINT32_MAX: the core has no such reset */
    int step_at_least, step_shift;
    struct manifest_event event[FOREIGN_EVENTS];
    struct manifest_handshake in, out;
    uint32_t clock_ratio, front_door_every;
    int back_door;
    uint32_t idle_hold, timeout, longest_gap;
    struct manifest_memory memory[FOREIGN_MEMORIES];
    int observed;               /* memory whose writes stand in for a retire port; -1: none */
    const char *observed_spike;
    const char *quirk[MANIFEST_QUIRKS + 1];     /* lines, owned; NULL-ended */
    const char *profiles;       /* names, each followed by a blank; owned; NULL: all */
    struct manifest_register reg[FOREIGN_REGISTERS];
    const char *names[MANIFEST_NAMES];          /* of formulae */
    uint32_t n_names;
    char *warning;              /* one line, or NULL: sources that are not those that were pinned */
};

/* path: the manifest, or the folder that holds manifest.yaml. NULL and ERR_INPUT with the place. */
struct manifest *manifest_read(const char *path, struct err *);
void manifest_free(struct manifest *);          /* NULL is allowed */
/* Rewrites `sources.sha256` with the sums of the files as they are; every other line stays. */
int manifest_pin(const struct manifest *, struct err *);
uint64_t manifest_code(const struct manifest_event *, uint32_t axon, uint32_t neuron, int32_t weight);     /* the bits of an event's address */
/* An event that is neither spike nor reference travels as a packet of kind MANIFEST_PACKET + its number; the packet's axon is which of its axons and
 * neurons it is about, counted from 0, neurons fastest, and its payload is the weight. How many such places there are: */
enum { MANIFEST_PACKET = 16 };
uint32_t manifest_places(const struct manifest_event *);
void manifest_place(const struct manifest_event *, uint32_t place, uint32_t *axon, uint32_t *neuron);
/* NULL: no such field in any memory. *memory: where it is. */
const struct manifest_field *manifest_field(const struct manifest *, const char *name, uint32_t *memory);
void manifest_keys(FILE *);                     /* every key of a manifest (Markdown) */

#ifdef __cplusplus
}
#endif
#endif
