/* Section `learning` of a core type: the keys are its kind's (cores/params.h), what they must agree with is checked here: formats of trace and weight. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"
#include "cores/core.h"

enum { TRACE_BITS_MAX = 16 };

struct learning_text { struct kind_params kind; };

/* A whole number within the weight's format; text NULL: the end of the format. */
static int read_limit(const struct core_type *type, const struct doc_node *map, const char *key, const char *text, int64_t otherwise, int32_t *value,
                      struct err *err)
{
    const struct format *weight = core_type_format(type, "weight");
    char *end;
    long long n = text ? strtoll(text, &end, 10) : otherwise;
    if (text && (end == text || *end || n < weight->low || n > weight->high))
        return doc_error(doc_get(map, key), err, "learning.%s: '%s' is not a whole number within formats.weight, %lld to %lld; write for example %s: %lld", key,
                         text, (long long)weight->low, (long long)weight->high, key, (long long)otherwise);
    *value = (int32_t)n;
    return 0;
}

static int read_names(struct core_type *type, const struct doc_node *list, struct err *err)
{
    if (!list)
        return 0;
    if (list->kind != DOC_LIST)
        return doc_error(list, err, "learning.populations is a list of names, for example [hidden]");
    type->plastic = mem_new((size_t)list->count + 1, sizeof *type->plastic);
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->item[i]->kind != DOC_SCALAR)
            return doc_error(list->item[i], err, "learning.populations: a name of a population is one word, for example [hidden]");
        type->plastic[type->n_plastic++] = mem_text(list->item[i]->text);
    }
    return 0;
}

/* What is said of traces must fit their format. */
static int check_traces(const struct core_type *type, const struct doc_node *map, const struct format *trace, struct err *err)
{
    static const char *const key[] = {"pre_add", "post_add"};
    const uint32_t add[] = {type->learning.pre_add, type->learning.post_add};
    if (!trace)
        return doc_error(map, err, "core_types.%s learns; the format of its traces is missing: formats.trace, for example trace: 8 bit", type->name);
    if (trace->is_signed || trace->bits > TRACE_BITS_MAX)
        return doc_error(map, err, "formats.trace: a trace is an unsigned number of at most %d bit; write for example trace: 8 bit", TRACE_BITS_MAX);
    for (int i = 0; i < 2; i++) {
        const struct doc_node *node = doc_get(map, key[i]);
        if (add[i] > trace->high)
            return doc_error(node ? node : map, err, "learning.%s: %u does not fit formats.trace, %u bit: at most %lld", key[i], add[i], trace->bits,
                             (long long)trace->high);
    }
    return 0;
}

/* 1: keys of this section are among the kind's. */
static int has_section(const struct core_kind *kind)
{
    for (const struct field *f = kind->fields; f && f->key; f++)
        if (!strncmp(f->key, "learning.", 9))
            return 1;
    return 0;
}

/* A rule that acts as packets are served needs no trace: the weights' format is its only limit. */
static int read_by_packet(struct core_type *type, const struct params *own, struct err *err)
{
    const struct format *weight = core_type_format(type, "weight");
    type->learning = (struct image_learning){.on = 1, .by_packet = 1, .sdsp = own->learning.sdsp, .weight_low = (int32_t)-weight->high,
                                             .weight_high = (int32_t)weight->high};
    return read_names(type, own->learning.populations, err);
}

int chipfile_learning(struct reading *r, struct core_type *type, const struct kind_keys *keys, const struct doc_node *map, struct err *err)
{
    struct learning_text text = {0};
    struct kind_place at = {map, map, offsetof(struct learning_text, kind)};
    const struct format *weight = core_type_format(type, "weight"), *trace = core_type_format(type, "trace");
    if (!map)
        return 0;
    if (!has_section(keys->kind) && !keys->other)
        return doc_error(map, err, "core_types.%s.learning: kind %s does not learn; kinds stdp and odin do", type->name, keys->kind->name);
    if (chipfile_kind_read(r, keys, "learning", NULL, &at, &text, err))
        return -1;
    const struct params *own = &text.kind.own;
    if (!has_section(keys->kind) || !own->learning.on)
        return 0;
    if (!(keys->kind->flags & CORE_LEARNS))
        return read_by_packet(type, own, err);
    type->learning = (struct image_learning){
        .on = 1, .trace_bits = trace ? trace->bits : 0, .pre_add = own->learning.pre_add, .post_add = own->learning.post_add,
        .pre_keep = own->learning.pre_keep, .post_keep = own->learning.post_keep, .potentiate = own->learning.potentiate,
        .depress = own->learning.depress, .shift = own->learning.shift,
    };
    if (check_traces(type, map, trace, err) ||
        read_limit(type, map, "weight_min", own->learning.weight_min, weight->low, &type->learning.weight_low, err) ||
        read_limit(type, map, "weight_max", own->learning.weight_max, weight->high, &type->learning.weight_high, err))
        return -1;
    if (type->learning.weight_low > type->learning.weight_high)
        return doc_error(map, err, "learning: weight_min %d is above weight_max %d", type->learning.weight_low, type->learning.weight_high);
    return read_names(type, own->learning.populations, err);
}
