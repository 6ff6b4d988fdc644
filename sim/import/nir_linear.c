/* Linear nodes as sparse matrices that are never stored: each kind can say which outputs one input index reaches and with which weight. A
 * product of several is computed row by row (one input at a time), so memory is that of one row and of the result. All in double; the
 * result is rounded to float32 once, at its end. */
#include "import/nir_linear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void linear_free(struct linear *l)
{
    free(l->owned);
    free(l->bias);
    free(l->delay);
    *l = (struct linear){0};
}

double linear_single(double value)
{
    if (fabs(value) > FLT_MAX)
        return copysign(INFINITY, value);
    return (double)(float)value;
}

/* ---- one input index ---- */

static void add(struct linear_row *row, uint32_t post, uint32_t delay, double weight)
{
    row->entry = mem_room(row->entry, row->n, &row->capacity, sizeof *row->entry);
    row->entry[row->n++] = (struct linear_entry){post, delay, weight};
}

/* Output position that sees input position x through tap k along axis a; -1: none. */
static int64_t position(const struct conv *c, int a, uint32_t x, uint32_t k)
{
    int64_t at = (int64_t)x + c->padding[a] - (int64_t)k * c->dilation[a];
    if (at < 0 || at % c->stride[a] || at / c->stride[a] >= c->out[a])
        return -1;
    return at / c->stride[a];
}

/* One input channel and output channel of a convolution. taps: NULL, every tap weighs factor. */
static void add_window(const struct linear *l, uint32_t out_channel, const uint32_t at[2], const double *taps, double factor, uint32_t delay,
                       struct linear_row *row)
{
    const struct conv *c = &l->conv;
    for (uint32_t ky = 0; ky < c->kernel[0]; ky++) {
        int64_t y = position(c, 0, at[0], ky);
        for (uint32_t kx = 0; y >= 0 && kx < c->kernel[1]; kx++) {
            int64_t x = position(c, 1, at[1], kx);
            if (x >= 0)
                add(row, (uint32_t)(((int64_t)out_channel * c->out[0] + y) * c->out[1] + x), delay,
                    taps ? taps[(size_t)ky * c->kernel[1] + kx] * factor : factor);
        }
    }
}

/* Where one input value goes: y[o][oy][ox] += w[o][c][ky][kx] x[c][y][x] for every tap with oy stride + ky dilation - padding = y, and the same
 * for x. A pool is a convolution of each channel with itself, of equal taps. Taps that fall on the border are not there at all. */
static void conv_row(const struct linear *l, uint32_t i, double weight, uint32_t delay, struct linear_row *row)
{
    const struct conv *c = &l->conv;
    uint32_t area = c->in[0] * c->in[1], channel = i / area, at[2] = {i % area / c->in[1], i % c->in[1]};
    uint32_t ins = c->channels_in / c->groups, outs = c->channels_out / c->groups, group = channel / ins;
    size_t taps = (size_t)c->kernel[0] * c->kernel[1];
    for (uint32_t o = group * outs; o < (group + 1) * outs; o++) {
        const double *kernel = l->kind == LINEAR_POOL ? NULL : l->weight + ((size_t)o * ins + channel % ins) * taps;
        add_window(l, o, at, kernel, kernel ? weight : weight * l->factor, delay, row);
    }
}

/* Column i of the matrix: W is (outputs, inputs), as torch stores it. Zeros are kept: the form says what they cost. */
static void dense_row(const struct linear *l, uint32_t i, double weight, uint32_t delay, struct linear_row *row)
{
    uint64_t n_in = shape_size(&l->in), n_out = shape_size(&l->out);
    for (uint64_t o = 0; o < n_out; o++)
        add(row, (uint32_t)o, delay, l->weight[o * n_in + i] * weight);
}

void linear_row_add(const struct linear *l, uint32_t i, double weight, uint32_t delay, struct linear_row *row)
{
    switch (l->kind) {
    case LINEAR_PASS:
        add(row, i, delay, weight);
        break;
    case LINEAR_SCALE:
        add(row, i, delay, weight * l->weight[l->n_weights > 1 ? i : 0]);
        break;
    case LINEAR_DELAY:
        add(row, i, delay + l->delay[l->n_delays > 1 ? i : 0], weight);
        break;
    case LINEAR_DENSE:
        dense_row(l, i, weight, delay, row);
        break;
    case LINEAR_CONV:
    case LINEAR_POOL:
        conv_row(l, i, weight, delay, row);
        break;
    }
}

/* Goes by columns and leaves out zeros: biases pushed through a chain are mostly constant or sparse. */
double *linear_apply(const struct linear *l, const double *x)
{
    uint64_t n_in = shape_size(&l->in);
    double *y = mem_new(shape_size(&l->out), sizeof *y);
    struct linear_row row = {0};
    for (uint64_t i = 0; i < n_in; i++) {
        row.n = 0;
        if (x[i] != 0)
            linear_row_add(l, (uint32_t)i, x[i], 0, &row);
        for (size_t k = 0; k < row.n; k++)
            y[row.entry[k].post] += row.entry[k].weight;
    }
    free(row.entry);
    return y;
}

/* ---- chains multiplied out ---- */

/* Synapses of one product, and multiplications on the way to it. Two convolutions on large images can ask for more than any chip holds; the
 * limit makes that a message within seconds. */
enum { PRODUCT_MAX = 1 << 25, WORK_MAX = 1 << 30 };

static int by_post(const void *a, const void *b)
{
    const struct linear_entry *p = a, *q = b;
    if (p->post != q->post)
        return p->post < q->post ? -1 : 1;
    if (p->delay != q->delay)
        return p->delay < q->delay ? -1 : 1;
    return p->weight < q->weight ? -1 : p->weight > q->weight;     /* equal weights may change places: their sum does not */
}

/* Weights of one (post, delay) are added, the smallest first, so that no order of nodes or taps shows. */
static void merge(struct linear_row *row)
{
    size_t n = 0;
    if (row->n > 1)
        qsort(row->entry, row->n, sizeof *row->entry, by_post);
    for (size_t i = 0; i < row->n; i++) {
        struct linear_entry *last = n ? &row->entry[n - 1] : NULL;
        if (last && last->post == row->entry[i].post && last->delay == row->entry[i].delay)
            last->weight += row->entry[i].weight;
        else
            row->entry[n++] = row->entry[i];
    }
    row->n = n;
}

/* One input through all nodes, from one row into the other and back; *which holds the last. Merged after each node, or overlapping windows
 * would multiply the number of entries with every layer. */
static int row_of(const struct linear *const *chain, size_t n, uint32_t pre, struct linear_row rows[2], int *which, uint64_t *work)
{
    *which = 0;
    rows[0].n = 0;
    add(&rows[0], pre, 0, 1);
    for (size_t k = 0; k < n; k++) {
        struct linear_row *from = &rows[*which], *to = &rows[1 - *which];
        to->n = 0;
        for (size_t i = 0; i < from->n; i++) {
            linear_row_add(chain[k], from->entry[i].post, from->entry[i].weight, from->entry[i].delay, to);
            if (to->n > PRODUCT_MAX || *work + to->n > WORK_MAX)
                return -1;
        }
        *work += to->n;
        merge(to);
        *which = 1 - *which;
    }
    return 0;
}

static int too_many(const struct linear *const *chain, size_t n, struct err *err)
{
    return err_input(err, "node '%s': multiplying '%s' to '%s' out gives too many synapses (more than %d): put neurons between them",
                     chain[n - 1]->name, chain[0]->name, chain[n - 1]->name, PRODUCT_MAX);
}

int linear_multiply(const struct linear *const *chain, size_t n, struct linear_product *product, struct err *err)
{
    struct linear_row rows[2] = {{0}, {0}};
    uint64_t work = 0;
    size_t capacity = 0;
    int which, bad = 0;
    *product = (struct linear_product){.n_in = (uint32_t)shape_size(&chain[0]->in), .n_out = (uint32_t)shape_size(&chain[n - 1]->out)};
    product->first = mem_new((size_t)product->n_in + 1, sizeof *product->first);
    for (uint32_t pre = 0; pre < product->n_in && !bad; pre++) {
        bad = row_of(chain, n, pre, rows, &which, &work) || product->n + rows[which].n > PRODUCT_MAX;
        for (size_t i = 0; i < rows[which].n && !bad; i++) {
            product->entry = mem_room(product->entry, product->n, &capacity, sizeof *product->entry);
            product->entry[product->n++] = rows[which].entry[i];
        }
        product->first[pre + 1] = product->n;
    }
    free(rows[0].entry);
    free(rows[1].entry);
    if (!bad)
        return 0;
    linear_product_free(product);
    return too_many(chain, n, err);
}

void linear_product_free(struct linear_product *product)
{
    free(product->first);
    free(product->entry);
    *product = (struct linear_product){0};
}
