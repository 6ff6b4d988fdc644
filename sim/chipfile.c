/* Reading a chip file: find, parse, override, then section by section, then the checks across sections. Sections are read in the
 * order in which they need each other: costs need sources, times need clocks, memories need formats and the process node, the
 * barrier needs the mesh, a reset that follows from memories needs these. What is read is owned by the chip file alone: the document
 * is gone before the caller sees the result, so every text is a copy. */
#include "chipfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"
#include "cores/both.h"
#include "memory/sram.h"

/* How far the model of SRAMs is from the points it was fitted to, at the nodes next to the chip's. */
static void note_fit(struct chipfile *f)
{
    int derived = 0;
    double worst[N_SRAM];
    for (uint32_t t = 0; t < f->n_types; t++)
        for (uint32_t m = 0; m < f->type[t].n_memories; m++)
            derived |= f->type[t].memory[m].model == &memory_sram;
    if (!derived)
        return;
    for (int q = 0; q < N_SRAM; q++)
        worst[q] = sram_worst((enum memory_quantity)q, f->node_m);
    fidelity_add(&f->notes, FIDELITY_NOTE, "",
                 "memories: a fit to CACTI 7, whose worst ratio to a swept point is %.2f for read, %.2f write, %.2f leakage, %.2f access time, %.2f area",
                 worst[MEMORY_READ], worst[MEMORY_WRITE], worst[MEMORY_LEAKAGE], worst[MEMORY_ACCESS], worst[MEMORY_AREA]);
}

/* The first mistake ends the reading: one message, about the part that comes first. */
static int read_sections(struct reading *r, struct err *err)
{
    const struct doc_node *root = doc_root(r->doc), *theirs = doc_get(root, "architecture");
    if (theirs)
        return doc_error(theirs, err, "this is an architecture of SANA-FE, not a chip file: volley run %s NETWORK --steps N runs that tool's networks on it; "
                         "volley convert %s NETWORK -o FILE.yaml --steps N writes a network and, where one can say the same, a chip file of volley's own",
                         r->file->path, r->file->path);
    if (doc_get(root, "buffer_write"))
        return doc_error(root, err, "this is a table of router prices, not a chip file: a chip file names it, as energy: {router_table: %s}; volley info says "
                         "what it holds", r->file->path);
    if (fields_read(&chipfile_table_file, root, root, &r->at, err))
        return -1;
    if (chipfile_chip(r, err) || chipfile_sources(r, err) || chipfile_clocks(r, err) || chipfile_types(r, err) || chipfile_noc(r, err) ||
        chipfile_system(r, err) ||
        chipfile_io(r, err) || chipfile_placement(r, err) || chipfile_steps(r, err) || chipfile_energy(r, err) ||
        chipfile_area(r, err) || chipfile_check(r, err))
        return -1;
    note_fit(r->file);
    return 0;
}

struct chipfile *chipfile_read(const char *path, const char *const *set, uint32_t n_set, struct err *err)
{
    char *found = chipfile_find(path, err);
    struct reading r = {.doc = found ? doc_read(found, err) : NULL};
    if (!r.doc) {
        free(found);
        return NULL;
    }
    r.file = mem_new(1, sizeof *r.file);
    r.file->path = found;
    int bad = 0;
    for (uint32_t i = 0; i < n_set && !bad; i++)
        bad = doc_set(r.doc, set[i], err);
    if (bad || read_sections(&r, err)) {
        chipfile_free(r.file);
        r.file = NULL;
    }
    doc_free(r.doc);
    return r.file;
}

/* ---- freeing ---- */

/* Every list may be half filled: a file that was refused in the middle is freed the same way. */
static void free_statics(struct chip_static *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        free(list[i].what);
        free(list[i].state);
        free(list[i].power.why);
    }
    free(list);
}

static void free_terms(struct service_term *term, uint32_t n)
{
    for (uint32_t i = 0; term && i < n; i++)
        free(term[i].time.cost.why);
    free(term);
}

static void free_memory(struct chip_memory *m)
{
    free(m->name);
    free(m->ports);
    free(m->read.why);
    free(m->write.why);
    free(m->leakage.why);
    free(m->area.why);
    free(m->refresh.why);
    free(m->access_time.why);
}

void chipfile_free_type(struct core_type *type)
{
    for (uint32_t i = 0; i < type->n_formats; i++)
        free(type->format[i].name);
    for (uint32_t m = 0; m < type->n_memories; m++)
        free_memory(&type->memory[m]);
    free(type->format);
    free(type->memory);
    free_terms(type->accept, type->n_accept);
    free_terms(type->update, type->n_update);
    free_terms(type->learn, type->n_learn);
    for (uint32_t i = 0; i < type->n_plastic; i++)
        free(type->plastic[i]);
    free(type->plastic);
    free_statics(type->static_, type->n_static);
    free(type->emulate_standing.why);
    free(type->area.why);
    free(type->name);
    free(type->kind);
    both_free(type->pair);
}

static void free_noc(struct chip_noc *n)
{
    char *const why[] = {n->d_link_x.cost.why, n->d_link_y.cost.why, n->d_router.cost.why, n->d_inject.cost.why, n->d_eject.cost.why,
                         n->d_flit_x.cost.why, n->d_flit_y.cost.why, n->d_flit_local.cost.why, n->d_bridge.cost.why,
                         n->d_drop_wait.cost.why, n->router_area.why};
    for (size_t i = 0; i < sizeof why / sizeof *why; i++)
        free(why[i]);
    free(n->tile_router);
    free(n->link);
    free(n->bridge);
}

static void free_lists(struct chipfile *f)
{
    for (uint32_t i = 0; i < f->n_sources; i++) {
        free(f->source[i].name);
        free(f->source[i].group);
        free(f->source[i].text);
    }
    for (uint32_t i = 0; i < f->n_clocks; i++)
        free(f->clock[i].name);
    for (uint32_t i = 0; i < f->n_types; i++)
        chipfile_free_type(&f->type[i]);
    for (uint32_t i = 0; i < f->n_energy; i++) {
        free(f->energy[i].component);
        free(f->energy[i].cost.why);
    }
    for (uint32_t i = 0; i < f->n_figures; i++) {
        free(f->figure[i].key);
        free(f->figure[i].cost.why);
    }
    free_statics(f->static_, f->n_static);
}

void chipfile_free(struct chipfile *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->n_own; i++)
        chipfile_free(f->own[i].file);
    free(f->own);
    free_lists(f);
    free_noc(&f->noc);
    void *const owned[] = {f->name, f->about, f->path, f->technology, f->voltage, f->status, f->validated, f->source, f->clock, f->type, f->energy, f->figure,
                           f->barrier_at, f->barrier_standing.why, f->layer_start_time.cost.why, f->sample_reset_time.cost.why, f->die.why, f->in.port,
                           f->out.port, f->core_type_of, f->barrier_per, f->unplaced};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    fidelity_clear(&f->notes);
    free(f);
}

const char *basis_word(enum basis basis)
{
    static const char *const word[] = {"measured", "simulated", "estimated", "assumed"};
    return word[basis];
}
