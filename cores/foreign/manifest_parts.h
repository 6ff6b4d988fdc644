/* manifest_parts.h: the sections of a manifest, each read by a file of its own. Private to cores/foreign/manifest*.c. */
#ifndef VOLLEY_CORES_FOREIGN_MANIFEST_PARTS_H
#define VOLLEY_CORES_FOREIGN_MANIFEST_PARTS_H
#include "cores/foreign/manifest.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The whole document, as nodes: each section is read once those that it refers to are known. */
struct manifest_sections {
    const struct doc_node *core, *sources, *verilator, *reference, *clock, *reset, *size, *time, *events, *handshakes, *program, *idle, *memories, *observe,
        *quirks, *stimulus;
    const char *adapter;
};

int manifest_sources(struct manifest *, const struct doc_node *, struct err *);        /* manifest_sources.c */
int manifest_build(struct manifest *, const struct manifest_sections *, const struct doc_node *root, struct err *);
int manifest_size(struct manifest *, const struct doc_node *, struct err *);           /* manifest_memories.c */
int manifest_memories(struct manifest *, const struct doc_node *, struct err *);
int manifest_observe(struct manifest *, const struct doc_node *, struct err *);
int manifest_registers(struct manifest *, const struct doc_node *, struct err *);      /* manifest_events.c: before memories and events */
int manifest_events(struct manifest *, const struct doc_node *, struct err *);
int manifest_time(struct manifest *, const struct doc_node *, struct err *);
int manifest_ports(struct manifest *, const struct manifest_sections *, const struct doc_node *root, struct err *);   /* manifest.c */
int manifest_quirks(struct manifest *, const struct doc_node *, struct err *);

/* Letters, digits and _, not a digit first: what becomes part of C++ names and file names. */
int manifest_is_name(const char *);
/* A list of words, or one word: at most `most` texts into to[]. */
int manifest_words(const struct doc_node *, const char *what, const char **to, uint32_t most, uint32_t *n, struct err *);
/* A formula at its place in the file. */
int manifest_formula(const struct manifest *, const struct doc_node *, struct expr *, struct err *);
/* Beside the manifest (from: its folder) or wherever else from is; the file must be there. NULL and err. Caller frees. */
char *manifest_file(const struct doc_node *, const char *from, const char *name, struct err *);

void manifest_keys_sources(FILE *);                     /* each file's part of manifest_keys */
void manifest_keys_memories(FILE *);
void manifest_keys_events(FILE *);

#ifdef __cplusplus
}
#endif
#endif
