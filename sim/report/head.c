/* What was run, where it was put, and what went in: the lines by which a reader sees whether it is the run he meant.
 *     volley    version, network on chip, and that it is an estimate
 *     network   layers from input to output, neurons, weights, steps of the network and of the chip
 *     placed    cores used, how full the fullest is in each capacity that has a limit, how far a spike travels
 *     input     samples, steps, shape, how the file was read, events per sample */
#include <string.h>

#include "report/form.h"
#include "report/text.h"

enum { SHOWN_FIRST = 5, SHOWN_LAST = 2 };       /* of a long list of populations */

/* The first line says what was modelled and that it is a model; what stands behind it ends the line, or has its own. */
void head_title(FILE *to, const struct report *r)
{
    const struct chipfile *f = r->run->chip;
    char line[600];
    const char *status = f->status && *f->status ? f->status : "ESTIMATE, not a measurement";
    snprintf(line, sizeof line, "volley %s   %s on %s%s%s%s", VOLLEY_VERSION, r->run->network->name ? r->run->network->name : "network", f->name,
             r->facts.assume_native ? " --assume-native" : "", f->about && *f->about ? ": " : "", f->about ? f->about : "");
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    size_t width = form_width(line), needed = form_width(status);
    if (width + 3 + needed <= r->width)
        fprintf(to, "%s%*s%s\n", line, (int)(r->width - width - needed), "", status);
    else {
        form_wrap(to, r->width, line, FORM_LABEL);
        fprintf(to, "%*s%s\n", FORM_LABEL, "", status);
    }
    if (r->facts.assume_native)
        fprintf(to, "%*sPRETENDS that %s does all that the network asks: no such chip is described\n", FORM_LABEL, "", f->name);
}

/* ---- network ---- */

/* A layer by its name and shape, the input by its size alone; a projection to itself is worth a word. */
static void write_population(FILE *to, const struct network *net, uint32_t p)
{
    const struct population *pop = &net->population[p];
    char count[FORM_TEXT];
    int recurrent = 0;
    for (uint32_t i = 0; i < net->n_projections; i++)
        /* A projection to itself; longer cycles are in the fidelity notes. */
        recurrent |= net->projection[i].from == p && net->projection[i].to == p;
    if (p != HOST_POPULATION)
        fprintf(to, "%s ", pop->name);
    if (pop->shape.rank > 1)
        for (int d = 0; d < pop->shape.rank; d++)
            fprintf(to, "%s%u", d ? "x" : "", pop->shape.dim[d]);
    else
        fputs(form_count(count, pop->neurons), to);
    fprintf(to, "%s%s%s", p == HOST_POPULATION ? " input" : "", p == HOST_POPULATION ? form_plural(pop->neurons) : "", recurrent ? " (recurrent)" : "");
}

/* 1: one population after the other, from the input to the last. */
static int is_chain(const struct network *net)
{
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (net->projection[i].to != net->projection[i].from && net->projection[i].to != net->projection[i].from + 1)
            return 0;
    return 1;
}

/* Of a deep network the first and the last layers, which tell it apart; summary.json has them all. */
static void write_populations(FILE *to, const struct network *net)
{
    const char *joint = is_chain(net) ? " -> " : ", ";
    uint32_t n = net->n_populations;
    for (uint32_t p = 0; p < n; p++) {
        /* Not for one hidden layer: its name is as short as the dots. */
        if (n > SHOWN_FIRST + SHOWN_LAST + 1 && p == SHOWN_FIRST) {
            fprintf(to, "%s... %u more ...", joint, n - SHOWN_FIRST - SHOWN_LAST);
            p = n - SHOWN_LAST;
        }
        fputs(p ? joint : "", to);
        write_population(to, net, p);
    }
}

/* Weights that are stored; a convolution's kernel is stored once for all its synapses. */
static double stored_weights(const struct network *net)
{
    double n = 0;
    for (uint32_t i = 0; i < net->n_projections; i++)
        n += (double)net->projection[i].n_weights;
    return n;
}

/* Neurons, weights, steps; on the chip a sample takes longer, because a layer starts when the one before it has fired. */
void head_network(FILE *to, const struct report *r)
{
    const struct network *net = r->run->network;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    double synapses = (double)network_synapses(net), weights = stored_weights(net);
    form_begin(&s, to, r->width, "network");
    write_populations(s.line, net);
    fprintf(s.line, ": %s neuron%s, ", form_count(a, (double)network_neurons(net)), form_plural((double)network_neurons(net)));
    /* A dense layer stores each weight once; a convolution's kernel serves many synapses. */
    if (synapses == weights)
        fprintf(s.line, "%s weight%s, ", form_count(b, weights), form_plural(weights));
    else
        fprintf(s.line, "%s synapse%s of %s weight%s, ", form_count(a, synapses), form_plural(synapses), form_count(b, weights), form_plural(weights));
    fprintf(s.line, "%s step%s", form_count(a, r->run->steps), form_plural(r->run->steps));
    if (r->run->chip_steps != r->run->steps)
        fprintf(s.line, " (%s on the chip: %s)", form_count(a, r->run->chip_steps),
                is_chain(net) ? "one more per layer" : "the deepest layer starts later by the rest");
    form_end(&s);
}

/* ---- placed ---- */

/* "276 of 1,024 compartments": one capacity and how far it is used. */
static void write_use(FILE *to, const char **joint, double used, double limit, const char *unit)
{
    char a[FORM_TEXT], b[FORM_TEXT];
    fprintf(to, "%s%s of %s %s", *joint, form_count(a, used), form_count(b, limit), unit);
    *joint = ", ";
}

/* The fullest core's use of one capacity, of the cores of one type. */
enum use { USE_COMPARTMENTS, USE_AXONS_IN, USE_AXONS_OUT };

/* Over the cores of one type; another type has other limits. */
static double most_used(const struct run *run, uint32_t type, enum use use)
{
    uint32_t most = 0;
    for (uint32_t c = 0; c < run->n_cores; c++) {
        const struct map_core *core = &run->mapping->core[c];
        uint32_t n = use == USE_COMPARTMENTS ? core->compartments : use == USE_AXONS_IN ? core->axons_in : core->axons_out;
        if (core->type == type && n > most)
            most = n;
    }
    return most;
}

/* Synapse words of the fullest core, with its share of the memory: what a memory of another size would have to hold. */
static void write_rows_use(FILE *to, const char **joint, const struct run *run, uint32_t t)
{
    const struct core_type *type = &run->chip->type[t];
    int m = type->table[TABLE_ROWS].memory;
    uint64_t most = 0;
    char name[FORM_TEXT * 2], share[FORM_TEXT];
    for (uint32_t c = 0; c < run->n_cores && m != NO_INDEX; c++)
        if (run->mapping->core[c].type == t && run->mapping->core[c].memory_bits && run->mapping->core[c].memory_bits[m] > most)
            most = run->mapping->core[c].memory_bits[m];
    /* A chip without a synapse memory, or one without limits. */
    if (m == NO_INDEX || !type->memory[m].width || type->memory[m].size_bits == UINT64_MAX || !type->memory[m].size_bits)
        return;
    /* Words, because a row begins at a word: bits alone would hide what is lost at a row's end. */
    uint32_t width = type->memory[m].width;
    snprintf(name, sizeof name, "%.80s words (%s)", type->memory[m].name, form_percent(share, (double)most / (double)type->memory[m].size_bits));
    write_use(to, joint, (double)((most + width - 1) / width), (double)(type->memory[m].size_bits / width), name);
}

/* Capacities without a limit say nothing and are left out; chips of several core types have a line for each. */
static void write_type(FILE *to, const struct run *run, uint32_t t)
{
    const struct core_type *type = &run->chip->type[t];
    const char *joint = "";
    int emulated = 0;
    for (uint32_t p = 1; p < run->network->n_populations; p++)
        /* Several compartments make one neuron: then the capacity is counted in compartments, and called so. */
        emulated |= run->quantised->population[p].type == t && run->quantised->population[p].compartments > 1;
    if (type->neurons != UINT32_MAX)
        write_use(to, &joint, most_used(run, t, USE_COMPARTMENTS), type->neurons, emulated ? "compartments" : "neurons");
    if (type->axons_in != UINT32_MAX)
        write_use(to, &joint, most_used(run, t, USE_AXONS_IN), type->axons_in, "axons in");
    if (type->axons_out != UINT32_MAX && 2 * most_used(run, t, USE_AXONS_OUT) > type->axons_out)   /* seldom the limit */
        write_use(to, &joint, most_used(run, t, USE_AXONS_OUT), type->axons_out, "axons out");
    write_rows_use(to, &joint, run, t);
    /* Nothing has a limit, as on `ideal`. */
    if (!*joint)
        fputs("no limits", to);
}

/* How far the mapping sends a spike. Unicast: as the mapper counts it, every source spiking once. A tree's copies share links, which
 * only the run has counted: then it is what the run's packets did, one packet per spike. */
static void write_reach(FILE *to, const struct report *r)
{
    const struct mapping *map = r->run->mapping;
    const uint64_t *n = r->facts.total;
    char a[FORM_TEXT], b[FORM_TEXT];
    double packets = r->run->chip->noc.multicast ? (double)n[COUNT_PACKETS] : 0;
    double cores = packets > 0 ? (double)(n[COUNT_LEAVES] + n[COUNT_HOST_OUT]) / packets : map->packets_per_spike;
    double links = packets > 0 ? (double)n[COUNT_HOPS] / packets : map->hops_per_spike;
    fprintf(to, "\tby %s: a spike reaches %s cores and crosses %s links", map->method ? map->method : "pack", form_digits(a, cores), form_digits(b, links));
}

/* How full the fullest core is in each capacity: what stops a larger network, or what the chip has too much of. */
void head_placed(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    int types = 0;
    form_begin(&s, to, r->width, "placed");
    fprintf(s.line, "%s of %s core%s", form_count(a, run->n_cores), form_count(b, run->chip->cores), form_plural(run->chip->cores));
    for (uint32_t t = 0; t < run->chip->n_types; t++) {
        if (most_used(run, t, USE_COMPARTMENTS) <= 0)
            continue;
        fprintf(s.line, "%s%s%s", types++ ? "\t" : ": ", run->n_cores > 1 ? "fullest " : "", run->chip->n_types > 1 ? run->chip->type[t].name : "");
        fputs(run->chip->n_types > 1 ? " " : "", s.line);
        write_type(s.line, run, t);
    }
    /* On one core no spike travels. */
    if (run->n_cores > 1)
        write_reach(s.line, r);
    form_end(&s);
}

/* ---- input ---- */

/* "1x8x8", as the network has it. */
static const char *shape_of(const struct population *pop, char *to, size_t size)
{
    size_t at = 0;
    to[0] = '\0';
    for (int d = 0; d < pop->shape.rank && at < size; d++)
        at += (size_t)snprintf(to + at, size - at, "%s%u", d ? "x" : "", pop->shape.dim[d]);
    if (!pop->shape.rank)
        snprintf(to, size, "%u", pop->neurons);
    return to;
}

/* How the file was read is told with it: a wrong layout shows itself here first. */
void head_input(FILE *to, const struct report *r)
{
    const struct events *in = r->run->input;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT], shape[FORM_TEXT];
    if (!in)
        return;
    double each = in->samples ? (double)in->count / in->samples : 0;
    uint32_t first = r->run->options.first_sample, asked = r->run->samples_asked;
    form_begin(&s, to, r->width, "input");
    fprintf(s.line, "%s sample%s x %s step%s x %s", form_count(a, in->samples), form_plural(in->samples), form_count(b, in->steps), form_plural(in->steps),
            shape_of(&r->run->network->population[HOST_POPULATION], shape, sizeof shape));
    /* "": there was no file. */
    if (in->how && *in->how)
        fprintf(s.line, ", read as %s", in->how);
    fprintf(s.line, ", %s %s%s per sample", form_count(a, each), in->value ? "event" : "spike", form_plural(each));
    if (asked == 1 && in->samples != 1)
        fprintf(s.line, "\tof these, sample %u", first);
    else if (asked != in->samples)
        fprintf(s.line, "\tof these, samples %u to %u", first, first + asked - 1);
    form_end(&s);
}
