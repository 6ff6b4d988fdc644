/* What a run did to the network, line by line: each imported node, each rounding, each emulation says so here, and the report
 * prints the lines by kind. Lines keep the order in which they were added: the same run gives the same list. */
#include "base/fidelity.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

/* The list owns copies of both texts; an empty node is a line about the whole run. */
void fidelity_add(struct fidelity *list, enum fidelity_kind kind, const char *node, const char *format, ...)
{
    char text[800];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    list->line = mem_room(list->line, list->count, &list->capacity, sizeof *list->line);
    list->line[list->count++] = (struct fidelity_line){kind, mem_text(node), mem_text(text)};
}

void fidelity_clear(struct fidelity *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->line[i].node);
        free(list->line[i].text);
    }
    free(list->line);
    *list = (struct fidelity){0};
}

const char *fidelity_word(enum fidelity_kind kind)
{
    /* in the order of enum fidelity_kind */
    static const char *const word[] = {"exact", "rounded", "rewritten", "emulated", "approximated", "note", "warning"};
    return word[kind];
}
