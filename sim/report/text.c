/* The report a person reads: the order of its parts, and its last lines. The order is that of the questions: what was run and where, is it
 * right, what does it cost and why, what happened how often, and on what all of it stands. A part that has nothing to say has no line.
 *     head.c      network, placed, input
 *     cost.c      accuracy, energy, time, bound by
 *     table.c     actions, layers, memories
 *     footing.c   fidelity, warnings, what the prices rest on */
#include "report/text.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "report/files.h"
#include "report/form.h"

/* The same text on a terminal and in report.txt, but for its width; nothing in it depends on the computer. */
void text_body(FILE *to, const struct report *r)
{
    head_title(to, r);
    head_network(to, r);
    head_placed(to, r);
    head_input(to, r);
    fputc('\n', to);
    cost_accuracy(to, r);
    cost_energy(to, r);
    cost_time(to, r);
    cost_bound(to, r);
    cost_area(to, r);
    table_actions(to, r);
    table_layers(to, r);
    table_memories(to, r);
    fputc('\n', to);
    footing_fidelity(to, r);
    footing_warnings(to, r);
    footing_rests(to, r);
    footing_moves(to, r);
}

/* What differs between computers: on the terminal, never in report.txt. */
static void write_last(FILE *to, const struct report *r)
{
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    /* Without a folder there is nothing to come back to. */
    const char *out = r->options->out;
    form_begin(&s, to, r->width, "ran");
    fprintf(s.line, "%s on this computer, %s of memory at most", form_si(a, r->run->wall_s, "s"), form_bytes(b, (double)mem_peak()));
    form_end(&s);
    if (!out)
        return;
    form_begin(&s, to, r->width, "wrote");
    fprintf(s.line, "%s%s:", out, *out && out[strlen(out) - 1] == '/' ? "" : "/");
    for (int i = 0; file_kinds[i].name; i++)
        /* Those that a reader opens; report.txt is what he has just read. */
        if (file_kinds[i].shown && file_wanted(&file_kinds[i], r))
            fprintf(s.line, " %s", file_kinds[i].name);
    fprintf(s.line, "\tnext: volley report %s", out);
    form_end(&s);
}

/* Written to a stream that may be a closed pipe or a full disk: looked at once, at the end. */
int report_text(FILE *to, const struct run *run, const struct energy *energy, const struct report_options *options, struct err *err)
{
    struct report r = {.run = run, .energy = energy, .options = options, .width = form_columns(to)};
    struct form_locale locale = form_neutral();
    facts_make(&r);
    text_body(to, &r);
    write_last(to, &r);
    facts_free(&r);
    form_restore(locale);
    /* Streams do not always say why; then a plain word stands in. */
    errno = 0;
    if (fflush(to) || ferror(to))
        return err_input(err, "cannot write the report: %s; is the disk full or the reader gone?", errno ? strerror(errno) : "output error");
    return 0;
}
