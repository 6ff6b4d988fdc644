/* The state at step 0: each neuron at its initial potential, everything else empty. */
#include "sanafe/state.h"

#include <stdlib.h>

#include "base/mem.h"

/* Input units are numbered over the whole architecture in order of creation: the number seeds a unit's generator. */
static uint32_t instance(const struct sanafe_chip *chip, const struct sanafe_part *part)
{
    const struct sanafe_core_kind *kind = NULL;
    uint32_t n = 0, of_kind = 0, core = chip->core[part->core].core;
    for (uint32_t c = 0; c <= core; c++) {
        /* Copies of one core stand together and have as many. */
        if (!kind || chip->arch->core[c].kind != kind || c == core) {
            kind = chip->arch->core[c].kind;
            of_kind = 0;
            for (uint32_t u = kind->section[SANAFE_SOMA]; u < (c == core ? part->index : kind->section[SANAFE_SOMA + 1]); u++)
                of_kind += kind->unit[u].model == SANAFE_INPUT;
        }
        n += of_kind;
    }
    return n;
}

/* The lengths were checked against each other when the network was read. */
static struct sanafe_cable *make_cable(const struct sanafe_params *params)
{
    struct sanafe_cable *c = mem_new(1, sizeof *c);
    /* Two rows of potentials: a step reads one and writes the other. */
    uint32_t taps = sanafe_taps(params);
    c->params = params;
    c->v = mem_new(taps + 1ull, sizeof *c->v);
    c->next = mem_new(taps + 1ull, sizeof *c->next);
    return c;
}

/* Of what several neurons say of one input unit the last counts, attribute by attribute. */
static void make_source(struct sanafe_state *s, uint32_t part, const struct sanafe_params *params)
{
    if (!s->source[part])
        s->source[part] = mem_new(1, sizeof **s->source);
    struct sanafe_source *of = s->source[part];
    /* A generator of its own, so that inputs do not depend on each other. */
    if (params->poisson > 0 && of->poisson <= 0)
        sanafe_mt_seed(&of->random, instance(s->chip, &s->chip->part[part]));
    /* The list of the last neuron that gives one, whole. */
    if (params->spikes) {
        of->spikes = params->spikes;
        of->n_spikes = params->n_spikes;
    }
    of->poisson = params->poisson > 0 ? params->poisson : of->poisson;
    of->rate = params->rate > 0 ? params->rate : of->rate;
}

/* Cells by place, inputs and cables by part. seed: of the one generator that truenorth neurons draw from. */
struct sanafe_state *sanafe_state_make(struct sanafe_chip *chip, struct sanafe_group_sums *group, uint32_t seed)
{
    struct sanafe_state *s = mem_new(1, sizeof *s);
    int delays = 0;
    s->chip = chip;
    s->cell = mem_new(chip->n_places + 1ull, sizeof *s->cell);
    s->source = mem_new(chip->n_parts + 1ull, sizeof *s->source);
    s->cable = mem_new(chip->n_parts + 1ull, sizeof *s->cable);
    s->group = group;
    /* One generator for the whole chip, as rand() is one for a program. */
    sanafe_feedback_seed(&s->random, seed);
    for (uint32_t p = 0; p < chip->n_places; p++) {
        const struct sanafe_params *params = chip->net->neuron[chip->place[p].neuron].params;
        uint32_t soma = chip->place[p].part[SANAFE_SOMA], dendrite = chip->place[p].part[SANAFE_DENDRITE];
        if (chip->part[soma].unit->model == SANAFE_INPUT)
            make_source(s, soma, params);
        /* Only the neuron that synapses reach has a say in its cable. */
        if (chip->part[dendrite].user == p + 1)
            s->cable[dendrite] = make_cable(params);
        /* All else of a cell begins at 0: current, charge, refractory count. */
        s->cell[p].v = params->potential;
        delays |= chip->part[chip->place[p].part[SANAFE_DENDRITE]].unit->model == SANAFE_ACCUMULATOR_DELAY;
    }
    /* Six numbers a neuron, of which most networks need none. */
    s->slot = delays ? mem_new(chip->n_places, sizeof *s->slot) : NULL;
    return s;
}

void sanafe_state_free(struct sanafe_state *s)
{
    if (!s)
        return;
    /* Most parts have neither: they share NULL. */
    for (uint32_t i = 0; i < s->chip->n_parts; i++) {
        free(s->source[i]);
        if (s->cable[i]) {
            free(s->cable[i]->v);
            free(s->cable[i]->next);
        }
        free(s->cable[i]);
    }
    free(s->cell);
    free(s->slot);
    free(s->source);
    free(s->cable);
    free(s);
}

/* A group pays for what its neurons and the synapses that reach them do. */
double sanafe_count(struct sanafe_state *s, struct sanafe_part *part, uint32_t place, enum sanafe_soma_price action)
{
    const struct sanafe_price *price = &part->unit->price[action];
    /* For log_latency: the seconds of a unit in the step. */
    part->latency += price->latency;
    struct sanafe_group_sums *group = &s->group[s->chip->net->neuron[s->chip->place[place].neuron].group];
    group->energy += price->energy;
    /* A synapse has one action, a soma three, of which this one is an update. */
    group->sops += part->unit->section == SANAFE_SYNAPSE;
    group->updates += part->unit->section == SANAFE_SOMA && action == SANAFE_UPDATE;
    return price->latency;
}
