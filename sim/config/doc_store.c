/* Where a document's nodes and texts lie: in blocks that are filled from the front and freed together. A network file has a node for every number in it,
 * some ten million of them; one allocation each cost more time and memory than everything else about reading it. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/doc_parts.h"

/* Bytes: a chip file fits the first few blocks, a large network has those of the last size. Asking for huge pages was tried: it cost more than the page
 * faults that it saved. */
enum { BLOCK_FIRST = 1 << 12, BLOCK_MOST = 1 << 25 };

struct doc_block { struct doc_block *before; size_t used, size; alignas(max_align_t) unsigned char byte[]; };

/* Blocks double up to their largest size. What is longer than a block gets one of its own size. */
static struct doc_block *block_for(struct doc *doc, size_t size)
{
    struct doc_block *now = doc->block;
    if (now && now->size - now->used >= size)
        return now;
    size_t before = now ? now->size + sizeof *now : 0, wanted = !now ? BLOCK_FIRST : before < BLOCK_MOST ? 2 * before : BLOCK_MOST;
    wanted = wanted < size + sizeof *now ? size + sizeof *now : wanted;
    struct doc_block *block = mem_new(1, wanted);      /* zeroed by the system, page by page as it is filled */
    block->before = now;
    block->size = wanted - sizeof *block;
    return doc->block = block;
}

void *doc_take(struct doc *doc, size_t size)
{
    size_t aligned = (size + alignof(void *) - 1) / alignof(void *) * alignof(void *);
    struct doc_block *block = block_for(doc, aligned);
    /* A text may have ended anywhere. */
    block->used = (block->used + alignof(void *) - 1) / alignof(void *) * alignof(void *);
    if (block->used + aligned > block->size) {
        block->used = block->size;
        block = block_for(doc, aligned);
    }
    void *taken = block->byte + block->used;
    block->used += aligned;
    return taken;
}

const char *doc_text(struct doc *doc, const char *text, size_t length)
{
    struct doc_block *block = block_for(doc, length + 1);
    char *copy = (char *)block->byte + block->used;
    memcpy(copy, text, length);
    block->used += length + 1;
    return copy;
}

void doc_store_free(struct doc *doc)
{
    for (struct doc_block *block = doc->block, *before; block; block = before) {
        before = block->before;
        free(block);
    }
}

/* ---- nodes ---- */

/* Begins as an empty text, so that no kind of node has a NULL to stumble over. */
struct doc_node *doc_node_new(struct doc *doc, enum doc_kind kind, const char *file, size_t line, size_t column)
{
    struct doc_node *node = doc_take(doc, sizeof *node);
    node->kind = (uint8_t)kind;
    node->file = file;
    node->line = (uint32_t)line;
    node->column = (uint32_t)column;
    node->set = doc->set != 0;
    node->text = "";
    return node;
}

void doc_parts_push(struct doc_parts *parts, struct doc_node *key, struct doc_node *item)
{
    parts->key = mem_room(parts->key, parts->count, &parts->key_capacity, sizeof *parts->key);
    parts->item = mem_room(parts->item, parts->count, &parts->item_capacity, sizeof *parts->item);
    parts->key[parts->count] = key;
    parts->item[parts->count++] = item;
}

/* The arrays are exactly as long as the map or list. */
void doc_parts_into(struct doc_parts *parts, size_t from, struct doc *doc, struct doc_node *node)
{
    size_t n = parts->count - from, bytes = n * sizeof *node->item;
    node->count = (uint32_t)n;
    parts->count = from;
    if (!n)
        return;
    node->item = doc_take(doc, bytes);
    memcpy(node->item, parts->item + from, bytes);
    if (node->kind != DOC_MAP)
        return;
    node->key = doc_take(doc, bytes);
    memcpy(node->key, parts->key + from, bytes);
}

void doc_parts_free(struct doc_parts *parts)
{
    free(parts->key);
    free(parts->item);
}
