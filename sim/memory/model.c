/* The list of memory models, what a shape must keep to, and the steps that all models have in common: from a published node to the chip's, and from the
 * node's nominal supply to the chip's. Each step is one line, written by the function that takes it. */
#include "memory/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "memory/scaling.h"

/* A new family is a file, a line here and a word in MEMORY_MODEL_WORDS. */
static const struct memory_model *const models[] = {&memory_sram, &memory_register_file, &memory_edram, &memory_rram};
const enum unit memory_unit[N_MEMORY] = {UNIT_ENERGY, UNIT_ENERGY, UNIT_POWER, UNIT_TIME, UNIT_AREA, UNIT_POWER};
const char *const memory_key[N_MEMORY] = {"read", "write", "leakage", "access_time", "area", "refresh"};

const struct memory_model *memory_model_at(int index)
{
    return models[index];
}

/* ---- what a model covers ---- */

static int has_ports(const struct memory_model *model, const char *ports)
{
    size_t n = strlen(ports);
    for (const char *at = strstr(model->ports, ports); at; at = strstr(at + 1, ports))
        if ((at == model->ports || at[-1] == '|') && (!at[n] || at[n] == '|'))
            return 1;
    return 0;
}

/* A billionth is the noise of a double. */
int memory_check(const struct memory_model *model, const struct memory_shape *shape, struct err *err)
{
    if (shape->node_m < model->finest_m * (1 - 1e-9) || shape->node_m > model->coarsest_m * (1 + 1e-9))
        return err_input(err, "model: %s covers %g nm to %g nm, not %g nm; give read, write and leakage of the memory instead of the model", model->name,
                         model->finest_m * 1e9, model->coarsest_m * 1e9, shape->node_m * 1e9);
    if (!has_ports(model, shape->ports))
        return err_input(err, "model: %s has ports %s, not %s; write one of these, or give the memory's own figures instead of the model", model->name,
                         model->ports, shape->ports);
    if (shape->volts > 0 && (shape->volts < SCALING_LEAST_VOLTS || shape->volts > SCALING_MOST_VOLTS))
        return err_input(err, "model: %s covers supplies of %g V to %g V, not %g V; give the memory's own figures instead of the model", model->name,
                         SCALING_LEAST_VOLTS, SCALING_MOST_VOLTS, shape->volts);
    return 0;
}

/* ---- steps ---- */

void steps_add(struct memory_steps *steps, const char *format, ...)
{
    char text[400];
    va_list list;
    if (!steps)
        return;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    steps->line = mem_room(steps->line, steps->n, &steps->capacity, sizeof *steps->line);
    steps->line[steps->n++] = mem_text(text);
}

void steps_free(struct memory_steps *steps)
{
    for (size_t i = 0; i < steps->n; i++)
        free(steps->line[i]);
    free(steps->line);
    *steps = (struct memory_steps){NULL, 0, 0};
}

double memory_volts(const struct memory_shape *shape)
{
    return shape->volts > 0 ? shape->volts : scaling_nominal(shape->node_m);
}

/* Area does not move with the supply. Refreshing is reading, so it goes as an energy. */
double memory_supply(const struct memory_shape *shape, enum memory_quantity quantity, double value, struct memory_steps *steps)
{
    double from = scaling_nominal(shape->node_m), to = memory_volts(shape), factor = 1;
    const char *law = "Stillmaker & Baas 2017";
    if (quantity == MEMORY_AREA || fabs(to / from - 1) < 1e-9)
        return value;
    if (quantity == MEMORY_LEAKAGE) {
        factor = scaling_supply_leakage(from, to);
        law = "power = current x supply; no published factor";
    } else if (quantity == MEMORY_ACCESS) {
        factor = scaling_supply_delay(from, to);
        law = "alpha-power law of Sakurai & Newton 1990, alpha 1.3, threshold 0.3 V assumed";
    } else {
        factor = scaling_supply_energy(shape->node_m, from, to);
        if (to < scaling_volts[0] || to > scaling_volts[SCALING_SUPPLIES - 1])
            law = "Stillmaker & Baas 2017 from 0.7 V to 1.0 V, the square of the supply beyond";
    }
    steps_add(steps, "x %.3f from %g V, the usual supply at %g nm, to %g V (%s)", factor, from, shape->node_m * 1e9, to, law);
    return value * factor;
}

double memory_node_energy(const struct memory_shape *shape, double from_m, double from_volts, double value, struct memory_steps *steps)
{
    double volts = scaling_nominal(shape->node_m), factor = scaling_energy(shape->node_m, volts) / scaling_energy(from_m, from_volts);
    if (fabs(factor - 1) > 1e-9)
        steps_add(steps, "x %.3f from %g nm, %g V to %g nm, %g V (Stillmaker & Baas 2017)", factor, from_m * 1e9, from_volts, shape->node_m * 1e9, volts);
    return value * factor;
}

double memory_node_area(const struct memory_shape *shape, double from_m, double value, struct memory_steps *steps)
{
    double factor = scaling_area(shape->node_m) / scaling_area(from_m);
    if (fabs(factor - 1) > 1e-9)
        steps_add(steps, "x %.3f from %g nm to %g nm (area, Stillmaker & Baas 2017)", factor, from_m * 1e9, shape->node_m * 1e9);
    return value * factor;
}
