/* Section `layer` of a core type: a core that holds one whole convolution layer, and the shapes that it takes. Without the section a core holds
 * neurons of any layers. */
#include "chipfile_parts.h"

struct layer_text { uint32_t kernel, stride, padding, pool, channels, destinations, input[2], output[2]; int addresses; };
#define OF(member) offsetof(struct layer_text, member)
static const struct field layer_fields[] = {
    {"kernel", FIELD_NUMBER, OF(kernel), 0, 1, 1024, NULL, NULL, "16", "largest side of a kernel; kernels are square"},
    {"stride", FIELD_NUMBER, OF(stride), 0, 1, 1024, NULL, NULL, "8", "largest stride; strides are powers of two"},
    {"padding", FIELD_NUMBER, OF(padding), 0, 0, 1024, NULL, NULL, "7", "largest padding"},
    {"pool", FIELD_NUMBER, OF(pool), 0, 1, 1024, NULL, NULL, "4", "largest side of a sum pooling on the way to the next layer; sides are powers of two"},
    {"channels", FIELD_NUMBER, OF(channels), 0, 1, 1 << 20, NULL, NULL, "1024", "of input and output, each at most"},
    {"input", FIELD_PAIR, OF(input), 0, 1, 65536, NULL, NULL, "128x128", "largest input map"},
    {"output", FIELD_PAIR, OF(output), 0, 1, 65536, NULL, NULL, "64x64", "largest output map"},
    {"destinations", FIELD_NUMBER, OF(destinations), 0, 1, 1 << 20, NULL, NULL, "2", "layers that a layer, or the host, can send to"},
    {"addresses", FIELD_WORD, OF(addresses), 0, 0, 0, "plain|power_of_two", "plain", "power_of_two",
     "power_of_two: kernel positions, output channels and sides of the output map each count as the next power of two"}};
#undef OF
const struct field_table chipfile_table_layer = {
    "core_types.NAME.layer",
    "Such a core holds one whole layer: one convolution, or a dense layer as one, with one threshold. All core types of a chip have the section, or none.",
    layer_fields, sizeof layer_fields / sizeof *layer_fields};

int chipfile_layer(struct core_type *type, const struct doc_node *map, struct err *err)
{
    struct layer_text t;
    if (!map)
        return 0;
    if (fields_read(&chipfile_table_layer, map, map, &t, err))
        return -1;
    if (t.stride & (t.stride - 1) || t.pool & (t.pool - 1))
        return doc_error(doc_get(map, t.stride & (t.stride - 1) ? "stride" : "pool"), err,
                         "core_types.%s.layer: %u is no power of two; strides and pools are: write for example 4", type->name,
                         t.stride & (t.stride - 1) ? t.stride : t.pool);
    type->layer = (struct chip_layer){.on = 1, .kernel = t.kernel, .stride = t.stride, .padding = t.padding, .pool = t.pool, .channels = t.channels,
                                      .input = {t.input[0], t.input[1]}, .output = {t.output[0], t.output[1]}, .destinations = t.destinations,
                                      .powers = t.addresses};
    return 0;
}

/* A layer that takes a core and one that is spread over many would need two mappers. */
int chipfile_layers_agree(const struct chipfile *f, const struct doc_node *types, struct err *err)
{
    for (uint32_t t = 1; t < f->n_types; t++)
        if (f->type[t].layer.on != f->type[0].layer.on)
            return doc_error(doc_get(types, f->type[t].name), err,
                             "core_types.%s has %s `layer`, core_types.%s %s: all types of a chip have the section, or none", f->type[t].name,
                             f->type[t].layer.on ? "a section" : "no section", f->type[0].name, f->type[t].layer.on ? "none" : "one");
    return 0;
}
