/* host.json: what may differ between two computers, and so stands in no other file of a run folder: how it was called and when, on what,
 * with how many threads, how long it took here and how much memory. Nothing in it is part of the answer. */
#include <time.h>

#include "base/mem.h"
#include "report/files.h"
#include "report/json.h"

/* UTC, so that folders of several computers sort. */
static void write_date(struct json *j)
{
    char text[40];
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc))
        json_text(j, "date", text);
    else
        json_null(j, "date");
}

/* Paths as they were typed; the chip's as it was found. */
void host_json(FILE *to, const struct report_options *options, const struct host_facts *facts)
{
    struct json j;
    json_start(&j, to);
    json_text(&j, "command", options->command);
    json_object(&j, "versions");
    json_text(&j, "volley", VOLLEY_VERSION);
    /* A difference between two computers that should not be one is most likely found here. */
    json_text(&j, "compiler", __VERSION__);
    json_close(&j);
    /* Of the run alone, without loading and writing. */
    json_real(&j, "wall_s", facts->wall_s);
    /* Of the whole process, loading included. */
    json_count(&j, "peak_rss_bytes", mem_peak());
    json_count(&j, "threads", facts->threads);
    write_date(&j);
    json_object(&j, "paths");
    json_text(&j, "out", options->out);
    if (facts->has_chip)
        json_text(&j, "chip", facts->chip);
    for (uint32_t i = 0; i < options->n_inputs; i++)
        if (options->input[i].path && !(facts->chip && options->input[i].path == facts->chip))
            json_text(&j, options->input[i].name, options->input[i].path);
    json_close(&j);
    json_finish(&j);
}

void host_write(FILE *to, const struct report *r)
{
    const struct host_facts facts = {r->run->wall_s, r->run->options.threads, 1, r->run->chip->path};
    host_json(to, r->options, &facts);
}
