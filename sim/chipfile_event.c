/* Section `time` of an event chip: how fast the input comes, when its cores are told that time has passed, and when a sample is over. These are
 * choices of whoever runs the chip, as a clock's frequency is, and no costs: they need no source. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chipfile_parts.h"

struct reference_text { double period; int each; };
#define OF(member) offsetof(struct reference_text, member)
static const struct field reference_fields[] = {
    {"period", FIELD_QUANTITY, OF(period), UNIT_TIME, 1e-9, 1e3, NULL, NULL, "1 ms", "the k-th reference of a sample reaches every used core at k x period"},
    {"target", FIELD_WORD, OF(each), 0, 0, 0, "all|neurons", NULL, "all",
     "one packet for all neurons of a core, or one for each of them, in order"}};
#undef OF
const struct field_table chipfile_table_reference = {
    "time.reference", "Packets that tell the cores of an event chip that time has passed; a neuron leaks by them.", reference_fields,
    sizeof reference_fields / sizeof *reference_fields};

static uint64_t whole_ps(double seconds)
{
    return (uint64_t)floor(seconds * 1e12 + 0.5);
}

/* `none` says that somebody has thought of it: without references no membrane would ever leak. */
static int read_reference(struct reading *r, const struct doc_node *node, struct err *err)
{
    struct reference_text text = {0};
    if (!node)
        return doc_error(r->at.time, err,
                         "time: mode event needs the time references of its cores; write for example reference: {period: 1 ms, target: all}, or reference: "
                         "none where the cores never leak");
    if (node->kind == DOC_SCALAR && !strcmp(node->text, "none"))
        return 0;
    if (fields_read(&chipfile_table_reference, node, node, &text, err))
        return -1;
    r->file->reference_ps = whole_ps(text.period);
    r->file->reference_each = text.each;
    return 0;
}

int chipfile_event(struct reading *r, double pace, double drain, const struct doc_node *reference, struct err *err)
{
    struct chipfile *f = r->file;
    static const char *const key[] = {"pace", "drain", "reference"};
    if (f->mode != TIME_EVENT) {
        for (size_t i = 0; i < sizeof key / sizeof *key; i++)
            if (doc_get(r->at.time, key[i]))
                return doc_error(doc_get(r->at.time, key[i]), err, "time.%s belongs to mode: event; remove it", key[i]);
        return 0;
    }
    if (pace <= 0)
        return doc_error(r->at.time, err, "time: mode event has no steps, so it needs the time between the input's; write for example pace: 1 ms");
    f->pace_ps = whole_ps(pace);
    f->drain_ps = whole_ps(drain);
    return read_reference(r, reference, err);
}

char *chipfile_time_text(const struct chipfile *f, char *to, size_t size)
{
    char pace[40], period[40], drain[40];
    unit_write(pace, sizeof pace, (double)f->pace_ps / 1e12, UNIT_TIME);
    unit_write(period, sizeof period, (double)f->reference_ps / 1e12, UNIT_TIME);
    unit_write(drain, sizeof drain, (double)f->drain_ps / 1e12, UNIT_TIME);
    if (f->mode == TIME_TICK)
        snprintf(to, size, "tick of %s", unit_write(pace, sizeof pace, (double)f->tick_ps / 1e12, UNIT_TIME));
    else if (f->mode == TIME_BARRIER)
        snprintf(to, size, "barrier");
    else
        snprintf(to, size, "event, an input step every %s, %s%s%s%s%s%s", pace, f->reference_ps ? "time references every " : "no time references",
                 f->reference_ps ? period : "", !f->reference_ps ? "" : f->reference_each ? " to each neuron" : " to all neurons",
                 f->drain_ps ? ", samples cut off " : "", f->drain_ps ? drain : "", f->drain_ps ? " after the last step" : "");
    return to;
}
