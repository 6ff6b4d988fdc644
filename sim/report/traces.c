/* What --trace asks for, one line per spike, membrane, packet or plastic synapse. Populations are named as in the source file. Nothing is recorded that was
 * not asked for: a trace of membranes is neurons x steps x samples long. */
#include <inttypes.h>

#include "report/files.h"

/* In network time a layer's first step is 0 whatever its depth; --time chip adds the depth. */
void traces_spikes(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    fputs("sample,step,population,neuron\n", to);
    for (uint64_t i = 0; i < run->n_spikes; i++) {
        const struct run_spike *s = &run->spike[i];
        /* Named as in the source file, quoted where a name holds a comma. */
        const struct population *p = &run->network->population[s->population];
        fprintf(to, "%u,%u,", s->sample, s->step + (r->options->time_chip ? p->depth : 0));
        csv_text(to, p->name);
        fprintf(to, ",%u\n", s->neuron);
    }
}

/* bits: of a float32 kind the word as hexadecimal, of an integer kind the register. */
void traces_membranes(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    fputs("sample,step,population,neuron,membrane,bits\n", to);
    for (uint64_t i = 0; i < run->n_membranes; i++) {
        const struct run_membrane *m = &run->membrane[i];
        const struct population *p = &run->network->population[m->population];
        fprintf(to, "%u,%u,", m->sample, m->step + (r->options->time_chip ? p->depth : 0));
        csv_text(to, p->name);
        fprintf(to, ",%u,%.9g,", m->neuron, m->value);
        if (run->quantised->population[m->population].integer)
            fprintf(to, "%" PRId64 "\n", m->raw);
        else
            fprintf(to, "%08" PRIx32 "\n", (uint32_t)m->raw);
    }
}

/* Times in NoC cycles from the start of the chip step; addresses chip.tile.core; copies of one packet have one number. */
void traces_packets(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    /* "(host)" for the port, else chip.tile.core. */
    char from[64], at[64];
    fputs("sample,step,from,to,offset,arrive,start,end,packet\n", to);
    for (uint64_t i = 0; i < run->n_packets; i++) {
        const struct run_packet *p = &run->packet[i];
        fprintf(to, "%u,%u,%s,%s,%" PRIu64 ",%" PRIu64 ",", p->sample, p->step, facts_core_name(run, p->from, from, sizeof from),
                facts_core_name(run, p->to, at, sizeof at), p->offset, p->arrive);
        if (p->lost)            /* never served; arrive is when it was dropped */
            fprintf(to, ",,%" PRIu64 "\n", p->packet);
        else
            fprintf(to, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", p->start, p->end, p->packet);
    }
}

/* Whole numbers, as the chip holds them; first: as they were loaded. */
void traces_weights(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    fputs("source,source_neuron,population,neuron,first,last\n", to);
    for (uint64_t i = 0; i < run->n_weights; i++) {
        const struct run_weight *w = &run->weight[i];
        csv_text(to, run->network->population[w->source].name);
        fprintf(to, ",%u,", w->source_neuron);
        csv_text(to, run->network->population[w->population].name);
        fprintf(to, ",%u,%" PRId64 ",%" PRId64 "\n", w->neuron, w->first, w->last);
    }
}
