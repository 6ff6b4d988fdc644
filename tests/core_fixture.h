/* core_fixture.h: one core of a kind with one neuron and an axon per port, for tests of the kinds alone; and what a neuron does
 * for every kind and time of reset, worked out by hand in numbers that float32 and integers both hold. */
#ifndef VOLLEY_TESTS_CORE_FIXTURE_H
#define VOLLEY_TESTS_CORE_FIXTURE_H
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cores/accumulate.h"
#include "cores/core.h"
#include "cores/image.h"

struct core_fixture {
    const struct core_kind *kind;
    struct core *core;
    struct image image;
    struct image_group group;
    uint64_t rows[16];
    int32_t threshold, bias, reset_value, decay_v, decay_u;
    float alpha, beta, threshold_f, reset_f;
    uint64_t fan_in;
    uint64_t action[N_ACTIONS];
    struct memory_count memory[IMAGE_TABLES];
    struct core_counts counts;
    struct emission emission[4];
    struct emissions out;
    struct core_step at;
};

static inline const struct core_kind *kind_named(const char *name)
{
    for (int k = 0; core_kinds[k]; k++)
        if (!strcmp(core_kinds[k]->name, name))
            return core_kinds[k];
    return NULL;
}

enum { FIXTURE_ROW = 8 };        /* units of 8 bytes between the rows of the two ports */

/* A row with one synapse of weight 1: the payload is then the sum that arrives. */
static inline void fixture_row(struct core_fixture *f, uint8_t port)
{
    struct segment s = {.count = 1, .form = ROW_DENSE32, .port = port, .last = 1};
    int32_t w = 1;
    char *to = (char *)(f->rows + FIXTURE_ROW * port);
    memcpy(to, &s, sizeof s);
    memcpy(to + sizeof s, &w, sizeof w);
}

/* Fill group, image parameters first; then open. */
static inline int fixture_open(struct core_fixture *f, const char *kind, struct err *err)
{
    f->kind = kind_named(kind);
    f->group.count = 1;
    f->group.compartments = 1;
    f->group.ports = f->group.ports ? f->group.ports : 1;
    f->group.fires = 1;
    f->group.close = UINT64_MAX;
    f->fan_in = (uint64_t)1 << 40;
    f->image.neurons = f->image.groups = 1;
    f->image.group = &f->group;
    f->image.rows = f->rows;
    f->image.fan_in_sum = &f->fan_in;
    f->image.threshold = &f->threshold;
    f->image.bias = &f->bias;
    f->image.reset_value = &f->reset_value;
    f->image.decay_v = &f->decay_v;
    f->image.decay_u = &f->decay_u;
    f->image.alpha = &f->alpha;
    f->image.beta = &f->beta;
    f->image.threshold_f = &f->threshold_f;
    f->image.reset_f = &f->reset_f;
    f->out = (struct emissions){f->emission, 0, 4};
    f->counts = (struct core_counts){f->action, f->memory};
    fixture_row(f, 0);
    fixture_row(f, 1);
    f->core = f->kind->create(NULL, 0, err);
    if (f->kind->load(f->core, &f->image, err))
        return -1;
    f->kind->reset(f->core);
    return 0;
}

static inline void fixture_close(struct core_fixture *f)
{
    f->kind->destroy(f->core);
}

/* One step: update, then `sum` arrives for the next. Returns 1 if it fired. */
static inline int fixture_step(struct core_fixture *f, int32_t sum)
{
    struct err err;
    uint32_t cycles;
    f->kind->update(f->core, &f->at, &f->out, &cycles, &f->counts, &err);
    struct packet p = {.payload = sum};
    if (sum)
        f->kind->accept(f->core, &f->at, &p, 1, 0, NULL, NULL, &f->counts, &err);
    f->at.step++;
    return f->out.count != 0;
}

/* What the next update reads on a port. */
static inline void fixture_send(struct core_fixture *f, uint8_t port, int32_t sum)
{
    struct err err;
    struct packet p = {.row = (uint32_t)(FIXTURE_ROW * port), .payload = sum};
    f->kind->accept(f->core, &f->at, &p, 1, 0, NULL, NULL, &f->counts, &err);
}

static inline int64_t fixture_peek(const struct core_fixture *f, uint32_t variable)
{
    struct err err;
    int64_t value = 0;
    f->kind->peek(f->core, variable, 0, &value, &err);
    return value;
}

static inline void fixture_poke(struct core_fixture *f, uint32_t variable, int64_t value)
{
    struct err err;
    f->kind->poke(f->core, variable, 0, value, &err);
}

/* ---- resets by hand: beta = alpha = 1/2, threshold 1, reset value 1/4, the same input in every step ---- */

struct reset_case {
    enum image_reset reset;
    enum image_point point;
    int at_least, current;
    uint32_t refractory;
    double input, membrane[5];
    int spike[5];
};
enum { RESET_SCALE = 64 };      /* integers: all of these times 64 are whole */

static const struct reset_case reset_cases[] = {
    {IMAGE_RESET_NONE, IMAGE_NOW, 0, 0, 0, .75, {.75, 1.125, 1.3125, 1.40625, 1.453125}, {0, 1, 1, 1, 1}},
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_AFTER_INPUT, 0, 0, 0, .75, {.75, 1.125, .3125, .90625, 1.203125}, {0, 1, 0, 0, 1}},
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_BEFORE_DECAY, 0, 0, 0, .75, {.75, 1.125, .8125, 1.15625, .828125}, {0, 1, 0, 1, 0}},
    {IMAGE_RESET_SUBTRACT, IMAGE_NOW, 0, 0, 0, .75, {.75, .125, .8125, .15625, .828125}, {0, 1, 0, 1, 0}},
    {IMAGE_RESET_VALUE, IMAGE_NEXT_AFTER_INPUT, 0, 0, 0, .75, {.75, 1.125, .25, .875, 1.1875}, {0, 1, 0, 0, 1}},
    {IMAGE_RESET_VALUE, IMAGE_NEXT_BEFORE_DECAY, 0, 0, 0, .75, {.75, 1.125, .875, 1.1875, .875}, {0, 1, 0, 1, 0}},
    {IMAGE_RESET_VALUE, IMAGE_NOW, 0, 0, 0, .75, {.75, .25, .875, .25, .875}, {0, 1, 0, 1, 0}},
    /* a refractory neuron rests at its membrane after the reset, whenever the reset is due */
    {IMAGE_RESET_SUBTRACT, IMAGE_NOW, 0, 0, 2, .75, {.75, .125, .125, .125, .8125}, {0, 1, 0, 0, 0}},
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_AFTER_INPUT, 0, 0, 2, .75, {.75, 1.125, .125, .125, .8125}, {0, 1, 0, 0, 0}},
    {IMAGE_RESET_VALUE, IMAGE_NEXT_BEFORE_DECAY, 0, 0, 1, .75, {.75, 1.125, .25, .875, 1.1875}, {0, 1, 0, 0, 1}},
    {IMAGE_RESET_VALUE, IMAGE_NOW, 0, 0, 1, .75, {.75, .25, .25, .875, .25}, {0, 1, 0, 0, 1}},
    /* ... and one spike is one reset, even where the membrane stays over the threshold */
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_AFTER_INPUT, 0, 0, 1, 3, {3, 2, 4, 3, 4.5}, {1, 0, 1, 0, 1}},
    {IMAGE_RESET_NONE, IMAGE_NOW, 0, 0, 1, .75, {.75, 1.125, 1.125, 1.3125, 1.3125}, {0, 1, 0, 1, 0}},
    /* with a current: its value goes on whatever the membrane does; step 1 meets the threshold exactly */
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_AFTER_INPUT, 0, 1, 0, .5, {.5, 1, 1.375, .625, 1.28125}, {0, 0, 1, 0, 1}},
    {IMAGE_RESET_SUBTRACT, IMAGE_NEXT_AFTER_INPUT, 1, 1, 0, .5, {.5, 1, .375, 1.125, .53125}, {0, 1, 0, 1, 0}},
    {IMAGE_RESET_VALUE, IMAGE_NOW, 0, 1, 1, .5, {.5, 1, .25, .25, .25}, {0, 0, 1, 0, 1}},
};
enum { RESET_CASES = sizeof reset_cases / sizeof *reset_cases };

static inline void fixture_case(struct core_fixture *f, const struct reset_case *c)
{
    memset(f, 0, sizeof *f);
    f->group = (struct image_group){.reset = c->reset, .point = c->point, .at_least = c->at_least, .current = c->current, .refractory = c->refractory};
}

#endif
