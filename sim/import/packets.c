/* A row is one delivery. Rows of a step stand together and packets within a step in order of their numbers, as a run writes them; times are
 * whole cycles. Whatever else is in the table is passed over. */
#include "import/packets.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/events_parts.h"

#define PACKETS_CYCLES_MOST (INT64_C(1) << 40)  /* of one step: a longer one is no cycle count but something else */

enum column { COLUMN_SAMPLE, COLUMN_STEP, COLUMN_FROM, COLUMN_TO, COLUMN_OFFSET, COLUMN_ARRIVE, COLUMN_PACKET, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {"sample", "step", "from", "to", "offset", "arrive", "packet"};

struct reader {
    struct table table;
    const struct packet_cores *cores;
    int at[N_COLUMNS];                  /* -1: the file has no such column */
    struct packet_trace *trace;
    size_t row_room, step_room;
};

static int find_columns(struct reader *r, struct err *err)
{
    for (int c = 0; c < N_COLUMNS; c++)
        r->at[c] = table_column(&r->table, column_names[c]);
    for (int c = COLUMN_FROM; c <= COLUMN_OFFSET; c++)
        if (r->at[c] < 0)
            return err_input(err, "%s: no column '%s': not a trace of packets; volley run --trace packets writes one with the columns "
                                  "sample,step,from,to,offset,arrive,start,end,packet", r->table.path, column_names[c]);
    return 0;
}

/* A whole number of a column; `missing` where the file has no such column. */
static int number(const struct reader *r, enum column c, int64_t most, int64_t missing, int64_t *value, struct err *err)
{
    *value = missing;
    if (r->at[c] < 0)
        return 0;
    const struct cell *cell = &r->table.cell[r->at[c]];
    if (table_integer(&r->table, cell, column_names[c], value, err))
        return -1;
    if (*value < 0 || *value > most)
        return table_error(&r->table, cell, err, "%s %lld: from 0 to %lld is possible", column_names[c], (long long)*value, (long long)most);
    return 0;
}

/* Digits up to a point or the end, below a limit; moves *text on past the point. */
static int part(const char **text, const char *end, uint64_t below, uint32_t *value)
{
    uint64_t sum = 0;
    const char *start = *text;
    for (; *text < end && **text >= '0' && **text <= '9' && *text - start < 10; (*text)++)
        sum = 10 * sum + (uint64_t)(**text - '0');
    if (*text == start || sum >= below || (*text < end && **text != '.'))
        return -1;
    *text += *text < end;
    *value = (uint32_t)sum;
    return 0;
}

/* "(host)", or chip.tile.core. */
static int address(const struct reader *r, enum column c, uint32_t *core, struct err *err)
{
    const struct cell *cell = &r->table.cell[r->at[c]];
    const char *at = cell->text, *end = at + cell->length;
    uint32_t chip, tile, number_in_tile;
    *core = PACKETS_HOST;
    if (cell->length == 6 && !strncmp(cell->text, "(host)", 6))
        return 0;
    if (part(&at, end, r->cores->chips, &chip) || part(&at, end, r->cores->tiles, &tile) || part(&at, end, r->cores->per_tile, &number_in_tile) || at != end)
        return table_error(&r->table, cell, err, "%s '%.*s': an address of this chip is wanted, (host) or CHIP.TILE.CORE with chips 0 to %u, tiles 0 to %u "
                           "and cores 0 to %u; is it the chip of the run?", column_names[c], cell->length < 24 ? (int)cell->length : 24, cell->text,
                           r->cores->chips - 1, r->cores->tiles - 1, r->cores->per_tile - 1);
    *core = (chip * r->cores->tiles + tile) * r->cores->per_tile + number_in_tile;
    return 0;
}

/* A later step begins where sample or step changes; going back to an earlier one would tear a step apart. */
static int open_step(struct reader *r, uint32_t sample, uint32_t step, struct err *err)
{
    struct packet_trace *t = r->trace;
    struct packet_step *last = t->steps ? &t->step[t->steps - 1] : NULL;
    if (last && last->sample == sample && last->step == step)
        return 0;
    if (last && (sample < last->sample || (sample == last->sample && step < last->step)))
        return table_error(&r->table, NULL, err, "sample %u, step %u after sample %u, step %u: rows are in order of samples and steps, as a run writes them",
                           sample, step, last->sample, last->step);
    t->step = mem_room(t->step, t->steps, &r->step_room, sizeof *t->step);
    t->step[t->steps++] = (struct packet_step){.sample = sample, .step = step, .first = t->rows, .arrive = UINT64_MAX};
    return 0;
}

static int add_row(struct reader *r, struct err *err)
{
    struct packet_trace *t = r->trace;
    int64_t sample, step, offset, arrive, packet;
    struct packet_row row = {.line = r->table.line};
    if (number(r, COLUMN_SAMPLE, UINT32_MAX, 0, &sample, err) || number(r, COLUMN_STEP, UINT32_MAX, 0, &step, err) ||
        address(r, COLUMN_FROM, &row.from, err) || address(r, COLUMN_TO, &row.to, err) ||
        number(r, COLUMN_OFFSET, PACKETS_CYCLES_MOST, 0, &offset, err) || number(r, COLUMN_ARRIVE, PACKETS_CYCLES_MOST, -1, &arrive, err) ||
        open_step(r, (uint32_t)sample, (uint32_t)step, err))
        return -1;
    struct packet_step *s = &t->step[t->steps - 1];
    if (number(r, COLUMN_PACKET, UINT32_MAX, (int64_t)s->rows, &packet, err))
        return -1;
    if (s->rows && packet < t->row[t->rows - 1].packet)
        return table_error(&r->table, &r->table.cell[r->at[COLUMN_PACKET]], err, "packet %lld after packet %u: packets of a step are in order",
                           (long long)packet, t->row[t->rows - 1].packet);
    row.packet = (uint32_t)packet;
    row.offset = (uint64_t)offset;
    if (arrive >= 0 && (s->arrive == UINT64_MAX || (uint64_t)arrive > s->arrive))
        s->arrive = (uint64_t)arrive;
    t->row = mem_room(t->row, t->rows, &r->row_room, sizeof *t->row);
    t->row[t->rows++] = row;
    s->rows++;
    return 0;
}

struct packet_trace *packets_read(const char *path, const struct packet_cores *cores, struct err *err)
{
    struct reader r = {.cores = cores, .trace = mem_new(1, sizeof *r.trace)};
    int status = table_open(&r.table, path, err);
    r.trace->path = mem_text(path);
    if (!status)
        status = find_columns(&r, err);
    while (!status && (status = table_row(&r.table, err)) > 0)
        status = add_row(&r, err);
    table_close(&r.table);
    if (!status && !r.trace->rows)
        status = err_input(err, "%s: holds no packets", path);
    if (!status)
        return r.trace;
    packets_free(r.trace);
    return NULL;
}

void packets_free(struct packet_trace *t)
{
    if (!t)
        return;
    free(t->path);
    free(t->row);
    free(t->step);
    free(t);
}
