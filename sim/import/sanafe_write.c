/* An architecture of SANA-FE as a chip file, and its mapping as a map file, for the network that sanafe_native.c makes. A chip file has one price
 * per action where that format has one per unit: that of the units which the network uses most, with the others as its range. What a chip file
 * asks and that format does not say (flits, queues, static power) is written as assumed, unknown, or the least that changes nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "import/sanafe_native.h"

/* The uses of each unit of the one kind of core: synapses by their unit and dendrite, neurons by their soma. */
struct uses { const struct sanafe_core_kind *core; uint64_t *n; };

/* One price of several units: of the one used most, and the extremes of those used at all. */
struct chosen { double value, low, high; };

/* Prices first to last of a soma add up: an active update is an access and an update. Inputs cost nothing there and are the host's here. */
static struct chosen choose(const struct uses *u, enum sanafe_section s, enum sanafe_soma_price first, enum sanafe_soma_price last, int latency)
{
    struct chosen c = {0, 0, 0};
    uint64_t most = 0;
    int any = 0;
    for (uint32_t i = u->core->section[s]; i < u->core->section[s + 1]; i++) {
        const struct sanafe_unit *unit = &u->core->unit[i];
        double price = 0;
        if (!u->n[i] || unit->model == SANAFE_INPUT)
            continue;
        for (int p = (int)first; p <= (int)last; p++)
            price += latency ? unit->price[p].latency : unit->price[p].energy;
        c.low = !any || price < c.low ? price : c.low;
        c.high = !any || price > c.high ? price : c.high;
        any = 1;
        if (u->n[i] > most) {
            most = u->n[i];
            c.value = price;
        }
    }
    return c;
}

/* Extremes add up too: the units of both sections vary apart. */
static struct chosen sum(struct chosen a, struct chosen b)
{
    return (struct chosen){a.value + b.value, a.low + b.low, a.high + b.high};
}

/* "NAME: {value: 35.5 pJ, range: [...]}", in picojoules or nanoseconds. */
static void put_cost(FILE *to, const char *name, struct chosen c, int latency)
{
    double scale = latency ? 1e9 : 1e12;
    const char *unit = latency ? "ns" : "pJ";
    if (c.low == c.high)
        fprintf(to, "%s: %.12g %s", name, c.value * scale, unit);
    else
        fprintf(to, "%s: {value: %.12g %s, range: [%.12g %s, %.12g %s], why: \"units of several prices: the one used most\"}", name, c.value * scale, unit,
                c.low * scale, unit, c.high * scale, unit);
}

/* A chip file prices and times hops by axis, not by direction. */
static struct chosen hop(const struct sanafe_tile_kind *t, enum sanafe_direction a, enum sanafe_direction b, int latency)
{
    double x = latency ? t->hop[a].latency : t->hop[a].energy, y = latency ? t->hop[b].latency : t->hop[b].energy;
    return (struct chosen){(x + y) / 2, x < y ? x : y, x > y ? x : y};
}

/* ---- sections ---- */

/* Straight lines between the numbers of tiles, so each step of the table has both its ends. */
static void put_barrier(FILE *to, const struct sanafe_arch *arch)
{
    if (arch->n_sync == 1) {
        fprintf(to, "  barrier: {base: %.12g ns, per_hop: 0 ns}\n", arch->sync[0].seconds * 1e9);
        return;
    }
    fputs("  barrier: {at: {", to);
    for (uint32_t i = 0; i < arch->n_sync; i++) {
        const struct sanafe_sync *s = &arch->sync[i];
        uint32_t from = i ? s->tiles : s->tiles > 1 ? 1 : s->tiles;
        fprintf(to, "%s%u: %.12g ns", i ? ", " : "", from ? from : 1, s->seconds * 1e9);
        if (i + 1 < arch->n_sync && s[1].tiles > (from ? from : 1) + 1)
            fprintf(to, ", %u: %.12g ns", s[1].tiles - 1, s->seconds * 1e9);
    }
    fputs("}, over: tiles}\n", to);
}

/* That number so many things. */
static uint32_t bits(uint32_t n)
{
    uint32_t b = 1;
    while (b < 32 && n > 1u << b)
        b++;
    return b;
}

/* A packet is one flit: that tool's messages have no length. */
static void put_network(FILE *to, const struct sanafe_arch *arch)
{
    const struct sanafe_tile_kind *t = arch->tile_kind;
    uint32_t per_tile = arch->tile[0].n_cores;
    fprintf(to, "noc:\n  topology: mesh\n  size: %ux%u\n  cores_per_tile: %u\n  source: sanafe\n  link: {width: 128 bit, delay: {", arch->width, arch->height,
            per_tile);
    put_cost(to, "x", hop(t, SANAFE_EAST, SANAFE_WEST, 1), 1);
    fputs(", ", to);
    put_cost(to, "y", hop(t, SANAFE_NORTH, SANAFE_SOUTH, 1), 1);
    const struct sanafe_core_kind *core = t->core;
    fprintf(to, "}}\n  local: {inject: %.12g ns, eject: 0.01 ns}       # latency_message_out; the least that the resolution has\n",
            core->unit[core->section[SANAFE_AXON_OUT]].price[0].latency * 1e9);
    fprintf(to, "  routing: {kind: xy, multicast: none}\n  router: {virtual_channels: 1, buffer: %u flits, traversal: 0 ns}\n",
            arch->link_buffer ? (arch->link_buffer < 65535 ? arch->link_buffer : 65535) : 1);
    fprintf(to, "  packets: {spike: {x: %u bit, y: %u bit, core: %u bit, axon: 32 bit}}\n\n", bits(arch->width), bits(arch->height), bits(per_tile));
    fputs("io:\n  in: {router: [0, 0], values: none}\n  out: {router: [0, 0]}\n\n", to);
}

/* float32 cores without limits but their number of neurons: that tool has no formats and no memories. */
static void put_core(FILE *to, const struct uses *u)
{
    fprintf(to, "core_types:\n  core:\n    kind: reference\n    capacity: {neurons: %u, axons_in: unlimited, axons_out: unlimited, delay: 1..65000 steps}\n",
            u->core->max_neurons ? u->core->max_neurons : 1);
    fputs("    offers: {reset: [zero, subtract, value], reset_time: [now, next], compare: [greater, at_least], decay: [multiply], current: true, bias: "
          "per_neuron,\n"
          "             refractory: 65000 steps, forms: [dense, list, conv]}\n    service:\n      accept: {",
          to);
    fprintf(to, "packet: %.12g ns, ", u->core->unit[u->core->section[SANAFE_AXON_IN]].price[0].latency * 1e9);
    put_cost(to, "sop", sum(choose(u, SANAFE_SYNAPSE, SANAFE_ACCESS, SANAFE_ACCESS, 1), choose(u, SANAFE_DENDRITE, SANAFE_ACCESS, SANAFE_ACCESS, 1)), 1);
    fputs(", source: sanafe}\n      update: {", to);
    put_cost(to, "update_active", choose(u, SANAFE_SOMA, SANAFE_ACCESS, SANAFE_UPDATE, 1), 1);
    fputs(", ", to);
    put_cost(to, "update_idle", choose(u, SANAFE_SOMA, SANAFE_ACCESS, SANAFE_ACCESS, 1), 1);
    fputs(", ", to);
    put_cost(to, "spike", choose(u, SANAFE_SOMA, SANAFE_SPIKE, SANAFE_SPIKE, 1), 1);
    fputs(", source: sanafe}\n    queue: {in: unlimited, out: unlimited}\n    overlap: none\n    active_when: input_or_nonzero\n    skip_idle: false\n\n"
          "placement: {core: all}\n\n", to);
}

/* What is not there is said to be unknown; nothing is made up. */
static void put_energy(FILE *to, const struct sanafe_arch *arch, const struct uses *u)
{
    const struct sanafe_tile_kind *t = arch->tile_kind;
    fputs("energy:\n  includes_memory: true\n  source: sanafe\n  core: {", to);
    put_cost(to, "sop", sum(choose(u, SANAFE_SYNAPSE, SANAFE_ACCESS, SANAFE_ACCESS, 0), choose(u, SANAFE_DENDRITE, SANAFE_ACCESS, SANAFE_ACCESS, 0)), 0);
    fputs(", ", to);
    put_cost(to, "update_active", choose(u, SANAFE_SOMA, SANAFE_ACCESS, SANAFE_UPDATE, 0), 0);
    fputs(", ", to);
    put_cost(to, "update_idle", choose(u, SANAFE_SOMA, SANAFE_ACCESS, SANAFE_ACCESS, 0), 0);
    fputs(", ", to);
    put_cost(to, "spike", choose(u, SANAFE_SOMA, SANAFE_SPIKE, SANAFE_SPIKE, 0), 0);
    fprintf(to, ", packet: %.12g pJ}\n  noc: {", u->core->unit[u->core->section[SANAFE_AXON_IN]].price[0].energy * 1e12);
    put_cost(to, "hop_x", hop(t, SANAFE_EAST, SANAFE_WEST, 0), 0);
    fputs(", ", to);
    put_cost(to, "hop_y", hop(t, SANAFE_NORTH, SANAFE_SOUTH, 0), 0);
    fprintf(to, ", tile: 0 pJ, packet_sent: %.12g pJ}\n", u->core->unit[u->core->section[SANAFE_AXON_OUT]].price[0].energy * 1e12);
    fputs("  barrier: {unknown: free, why: \"SANA-FE has no energy of a barrier\"}\n"
          "  io: {packet_in: {unknown: free, why: \"SANA-FE has no host\"}, packet_out: {unknown: free, why: \"SANA-FE has no host\"}}\n"
          "  static:\n    - {what: chip, unknown: free, why: \"SANA-FE's files have no static power\"}\n", to);
}

/* ---- files ---- */

/* The first reason why the architecture is no chip file; NULL: it is one. */
static const char *no_chip(const struct sanafe_arch *arch)
{
    const struct sanafe_tile_kind *t = arch->tile_kind;
    if (arch->n_tile_kinds > 1 || t->n_cores > 1)
        return "its tiles or cores are of several kinds, which a chip file prices as one";
    if ((uint64_t)arch->width * arch->height != arch->n_tiles)
        return "its tiles do not fill the grid";
    if (t->core->buffer != SANAFE_BEFORE_SOMA)
        return "its cores do not keep their buffer before the soma: units would work at other counts";
    return arch->width > 1024 || arch->height > 1024 ? "its grid is larger than 1024 x 1024" : NULL;
}

/* Work, not units: a unit that no synapse leads to has no say in the price. */
static struct uses count_uses(const struct sanafe_arch *arch, const struct sanafe_network *net)
{
    struct uses u = {arch->tile_kind->core, NULL};
    u.n = mem_new(u.core->section[SANAFE_SECTIONS], sizeof *u.n);
    for (size_t i = 0; i < net->n_edges; i++)
        for (int s = SANAFE_SYNAPSE; s <= SANAFE_DENDRITE; s++)
            u.n[sanafe_unit_of(arch, &net->neuron[net->edge[i].post], (enum sanafe_section)s)]++;
    for (size_t i = 0; i < net->n_neurons; i++)
        u.n[sanafe_unit_of(arch, &net->neuron[i], SANAFE_SOMA)]++;
    return u;
}

/* Text, in the order of docs/chip-file.md. */
int sanafe_write_chip(const struct sanafe_arch *arch, const struct sanafe_network *net, const char *path, const char **why_not, struct err *err)
{
    struct whole file;
    *why_not = no_chip(arch);
    if (*why_not)
        return 0;
    if (whole_open(&file, path, err))
        return -1;
    struct uses u = count_uses(arch, net);
    fprintf(file.file, "# Made by volley convert from an architecture of SANA-FE. Every figure is that file's, which has no place for sources.\n"
                       "chip: {name: sanafe, about: \"made from an architecture file of SANA-FE\"}\n\n"
                       "sources:\n  sanafe: {basis: assumed, text: \"an architecture file of SANA-FE, whose format has no sources\"}\n\n"
                       "time:\n  mode: barrier\n  resolution: 10 ps\n  source: sanafe\n");
    put_barrier(file.file, arch);
    fputs("  layer_start: {kind: gated, time: 0 ns, energy: 0 pJ}\n  sample_reset: {time: 0 ns, energy: 0 pJ}\n\n", file.file);
    put_network(file.file, arch);
    put_core(file.file, &u);
    put_energy(file.file, arch, &u);
    free(u.n);
    return whole_close(&file, err);
}

static void put_name(FILE *to, const char *name)
{
    fputc('"', to);
    for (const char *c = name; *c; c++)
        fprintf(to, *c == '"' || *c == '\\' ? "\\%c" : (unsigned char)*c < 32 ? "\\x%02x" : "%c", (unsigned char)*c);
    fputc('"', to);
}

/* One group's neurons of the core in hand, which are from, to of the mapped ones; 0: none. Inputs are the host's. */
static int put_group(FILE *to, const struct sanafe_arch *arch, const struct sanafe_network *net, size_t g, size_t from, size_t end, const char *before)
{
    int wrote = 0;
    for (size_t k = from; k < end; k++) {
        const struct sanafe_neuron *n = &net->neuron[net->mapped[k]];
        if (n->group != g || arch->core[n->core].kind->unit[sanafe_unit_of(arch, n, SANAFE_SOMA)].model == SANAFE_INPUT)
            continue;
        if (!wrote++) {
            fputs(before, to);
            put_name(to, net->group[g].name);
            fputs(": [", to);
        }
        fprintf(to, wrote > 1 ? ", %u" : "%u", sanafe_neuron_number(net, net->mapped[k]));
    }
    fputs(wrote ? "]" : "", to);
    return wrote;
}

/* Neurons by core, which a map file takes by their numbers, whatever their order of work. Tiles of a chip file are counted row by row. */
int sanafe_write_map(const struct sanafe_arch *arch, const struct sanafe_network *net, const char *path, const char *network, struct err *err)
{
    struct whole file;
    if (whole_open(&file, path, err))
        return -1;
    fputs("network: ", file.file);
    put_name(file.file, network);
    fputs("\nchip: sanafe\ncores:\n", file.file);
    for (size_t i = 0, end; i < net->n_mapped; i = end) {
        uint32_t core = net->neuron[net->mapped[i]].core;
        const struct sanafe_tile *t = &arch->tile[arch->core[core].tile];
        char *place = t->n_cores > 1 ? mem_format("%u.%u", t->y * arch->width + t->x, arch->core[core].offset) : mem_format("%u", t->y * arch->width + t->x);
        char *head = mem_format("  - core: %s\n    neurons: {", place);
        int wrote = 0;
        for (end = i; end < net->n_mapped && net->neuron[net->mapped[end]].core == core;)
            end++;
        for (size_t g = 0; g < net->n_groups; g++)
            wrote += put_group(file.file, arch, net, g, i, end, wrote ? ", " : head);
        fputs(wrote ? "}\n" : "", file.file);
        free(head);
        free(place);
    }
    return whole_close(&file, err);
}
