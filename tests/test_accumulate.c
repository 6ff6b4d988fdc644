/* Rows into accumulators: every way a row is stored, sums of 32 and 64 bits, ports, delays and windows, against plain sums. */
#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/accumulate.h"
#include "kit.h"

enum { NEURONS = 700, SLOTS = 5, PORTS = 2, ROWS = 40, UNITS = 1 << 16, STEPS = 14, GROUPS = 2, SPLIT = 300, OPEN = 3, CLOSE = 10 };

struct synapse { uint32_t row, post, port, delay; int64_t weight; };

struct bench {
    uint64_t *rows;
    uint32_t used, at[ROWS], n, words[ROWS], spots[ROWS], synapses[ROWS], segments[ROWS];
    struct synapse *synapse;
    size_t capacity;
    uint64_t fan_in[NEURONS];
    struct image_group group[GROUPS];
    struct image image;
};

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static const struct { uint32_t id, weight; } bytes_of[] = {
    [ROW_DENSE8] = {0, 1}, [ROW_DENSE16] = {0, 2}, [ROW_DENSE32] = {0, 4}, [ROW_DENSE64] = {0, 8}, [ROW_ID8_W8] = {1, 1},
    [ROW_ID16_W8] = {2, 1}, [ROW_ID16_W16] = {2, 2}, [ROW_ID32_W32] = {4, 4}, [ROW_ID32_W64] = {4, 8}, [ROW_FEW8] = {1, 1}};

/* The low bytes of a number; the machine is little-endian, as the row's readers are. */
static void put(unsigned char *to, uint32_t bytes, uint32_t index, int64_t value)
{
    memcpy(to + (size_t)index * bytes, &value, bytes);
}

static int64_t random_weight(uint64_t *seed, uint32_t bytes)
{
    int64_t limit = bytes == 1 ? 128 : bytes == 2 ? 32768 : bytes == 4 ? 1 << 24 : (int64_t)1 << 40;
    return (int64_t)(next_random(seed) % (uint64_t)(2 * limit)) - limit;
}

/* A segment of a row: neurons base .. in one group, all of them or some. */
static void add_segment(struct bench *b, uint64_t *seed, uint32_t row, enum row_form form, int last)
{
    uint32_t g = (uint32_t)(next_random(seed) % GROUPS), first = g ? SPLIT : 0, id = bytes_of[form].id, w = bytes_of[form].weight;
    uint32_t count = 1 + (uint32_t)(next_random(seed) % (form == ROW_FEW8 ? FEW_SYNAPSES : 90)), room = form == ROW_FEW8 ? FEW_SYNAPSES : count;
    uint32_t base = first + (uint32_t)(next_random(seed) % 60);
    struct segment s = {.count = count,
                        .base = base,
                        .words = 1 + count / 8,
                        .spots = count,
                        .group = (uint16_t)g,
                        .last = (uint8_t)last,
                        .form = (uint8_t)form,
                        .delay = (uint16_t)(next_random(seed) % SLOTS),
                        .port = (uint8_t)(next_random(seed) % PORTS)};
    unsigned char *to = (unsigned char *)(b->rows + b->used);
    size_t weights_at = sizeof s + (((size_t)room * id + w - 1) & ~(size_t)(w - 1));
    memcpy(to, &s, sizeof s);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = id ? 2 * i : i;
        int64_t weight = random_weight(seed, w);
        if (id)
            put(to + sizeof s, id, i, at);
        put(to + weights_at, w, i, weight);
        b->synapse = mem_room(b->synapse, b->n, &b->capacity, sizeof *b->synapse);
        b->synapse[b->n++] = (struct synapse){row, base + at, s.port, s.delay, weight};
    }
    for (uint32_t i = count; i < room && form == ROW_FEW8; i++)     /* places without a synapse name other neurons */
        put(to + sizeof s, id, i, 2 * i);
    b->words[row] += s.words;
    b->spots[row] += s.spots;
    b->synapses[row] += count;
    b->used += (uint32_t)((weights_at + (size_t)room * w + 7) / 8);
}

static void open_bench(struct bench *b, uint64_t seed, int wide)
{
    *b = (struct bench){.rows = mem_new(UNITS, sizeof *b->rows)};
    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t segments = 1 + (uint32_t)(next_random(&seed) % 4);
        b->at[r] = b->used;
        for (uint32_t s = 0; s < segments; s++) {
            enum row_form form = (enum row_form)(next_random(&seed) % ROW_FORMS);
            if (!wide && bytes_of[form].weight == 8)
                form = ROW_ID16_W16;
            add_segment(b, &seed, r, form, s + 1 == segments);
        }
    }
    for (uint32_t i = 0; i < NEURONS; i++)
        b->fan_in[i] = wide ? (uint64_t)1 << 50 : INT32_MAX;
    b->group[0] = (struct image_group){.first = 0, .count = SPLIT, .open = 0, .close = STEPS + SLOTS};
    b->group[1] = (struct image_group){.first = SPLIT, .count = NEURONS - SPLIT, .open = OPEN, .close = CLOSE};
    b->image = (struct image){.neurons = NEURONS, .groups = GROUPS, .group = b->group, .rows = b->rows, .delay_slots = SLOTS, .fan_in_sum = b->fan_in};
    b->image.words.axon = 1;
    b->image.time = (struct image_time){.packet = 3, .sop = 1, .row_word = 2, .axon_word = 5, .spot = 7};
}

static void close_bench(struct bench *b)
{
    free(b->rows);
    free(b->synapse);
}

/* The sums that the update of each step must read: [step][port][neuron]; synapses of a group's closed window are counted as late. */
static void add_plainly(const struct bench *b, int64_t *sum, const struct packet *p, uint32_t row, uint32_t step, uint64_t *sops, uint64_t *late)
{
    for (uint32_t i = 0; i < b->n; i++) {
        const struct synapse *s = &b->synapse[i];
        uint32_t reads = step + 1 + s->delay;
        if (s->row != row)
            continue;
        const struct image_group *g = &b->group[s->post >= SPLIT];
        int open = reads >= g->open && reads < g->close;
        ++*(open ? sops : late);
        if (open)
            sum[((size_t)reads * PORTS + s->port) * NEURONS + s->post] += s->weight * p->payload;
    }
}

struct counted { uint64_t action[GROUPS * N_ACTIONS], sops, late, busy, packets, cost, wrong; struct memory_count memory[GROUPS * IMAGE_TABLES]; };

static void take_step(struct accumulators *a, const int64_t *want, uint64_t *wrong)
{
    int64_t got[NEURONS];
    for (uint32_t port = 0; port < PORTS; port++) {
        accumulators_take(a, port, 0, SPLIT, got);
        accumulators_take(a, port, SPLIT, NEURONS - SPLIT, got + SPLIT);
        *wrong += memcmp(got, want + (size_t)port * NEURONS, sizeof got) != 0;
    }
    accumulators_turn(a);
}

static void run_bench(struct bench *b, uint64_t seed, struct counted *c)
{
    struct accumulators a;
    struct err err;
    int64_t *sum = mem_new((size_t)(STEPS + SLOTS + 1) * PORTS * NEURONS, sizeof *sum);
    struct core_counts counts = {c->action, c->memory};
    CU_ASSERT_EQUAL_FATAL(accumulators_open(&a, &b->image, PORTS, &err), 0);
    accumulators_reset(&a);
    for (uint32_t step = 0; step < STEPS; step++) {
        struct packet p[30];
        struct core_step at = {.step = step};
        uint32_t n = (uint32_t)(next_random(&seed) % 25), cycles[30];
        take_step(&a, sum + (size_t)step * PORTS * NEURONS, &c->wrong);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t row = (uint32_t)(next_random(&seed) % ROWS);
            p[i] = (struct packet){.row = b->at[row], .payload = next_random(&seed) % 4 ? 1 : (int32_t)(next_random(&seed) % 5) - 2};
            add_plainly(b, sum, &p[i], row, step, &c->sops, &c->late);
            c->cost += 3 + 5 + b->synapses[row] + 2 * (uint64_t)b->words[row] + 7 * (uint64_t)b->spots[row];
        }
        accumulators_accept(&a, &at, p, n, 0, cycles, &counts);
        for (uint32_t i = 0; i < n; i++) {
            c->busy += cycles[i];
            c->wrong += cycles[i] != accumulators_cost(&b->image, &p[i]);
        }
        c->packets += n;
    }
    accumulators_close(&a);
    free(sum);
}

static void sums_are_those_of_the_synapses(void)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct bench b;
        struct counted c = {0};
        open_bench(&b, seed, seed & 1);
        run_bench(&b, seed + 100, &c);
        uint64_t sops = 0, late = 0, leaves = 0, busy = 0, axons = 0;
        for (uint32_t g = 0; g < GROUPS; g++) {
            sops += c.action[g * N_ACTIONS + ACT_SOPS];
            late += c.action[g * N_ACTIONS + ACT_SOPS_LATE];
            leaves += c.action[g * N_ACTIONS + ACT_LEAVES];
            busy += c.action[g * N_ACTIONS + ACT_BUSY_CYCLES];
            axons += c.memory[g * IMAGE_TABLES + IMAGE_AXON].reads;
        }
        CU_ASSERT_EQUAL(c.wrong, 0);
        CU_ASSERT(sops == c.sops && late == c.late && c.late > 0);
        CU_ASSERT(leaves == c.packets && axons == c.packets);
        CU_ASSERT(busy == c.cost && c.busy == c.cost);
        close_bench(&b);
    }
}

static void a_reset_leaves_nothing_behind(void)
{
    struct bench b;
    struct accumulators a;
    struct err err;
    static uint64_t action[GROUPS * N_ACTIONS];
    static struct memory_count memory[GROUPS * IMAGE_TABLES];
    struct core_counts counts = {action, memory};
    static const int64_t zero[PORTS * NEURONS];
    uint64_t wrong = 0, filled = 0;
    open_bench(&b, 9, 0);
    CU_ASSERT_EQUAL_FATAL(accumulators_open(&a, &b.image, PORTS, &err), 0);
    for (uint32_t r = 0; r < ROWS; r++) {
        struct packet p = {.row = b.at[r], .payload = 1};
        struct core_step at = {.step = 4};
        accumulators_accept(&a, &at, &p, 1, 0, NULL, &counts);
    }
    take_step(&a, zero, &filled);       /* slots that are filled lie on both sides of the one that is read next */
    accumulators_reset(&a);
    for (uint32_t s = 0; s < SLOTS; s++)
        take_step(&a, zero, &wrong);
    CU_ASSERT(wrong == 0 && filled > 0);
    accumulators_close(&a);
    close_bench(&b);
}

static void a_sum_that_might_not_fit_is_refused(void)
{
    struct bench b;
    struct accumulators a;
    struct err err = {ERR_NONE, ""};
    open_bench(&b, 9, 0);
    CU_ASSERT_EQUAL_FATAL(accumulators_open(&a, &b.image, PORTS, &err), 0);
    CU_ASSERT_EQUAL(a.wide, 0);
    accumulators_close(&a);
    b.fan_in[17] = (uint64_t)INT32_MAX + 1;
    CU_ASSERT_EQUAL_FATAL(accumulators_open(&a, &b.image, PORTS, &err), 0);
    CU_ASSERT_EQUAL(a.wide, 1);
    accumulators_close(&a);
    b.fan_in[17] = (uint64_t)1 << 62;
    CU_ASSERT_EQUAL(accumulators_open(&a, &b.image, PORTS, &err), -1);
    CU_ASSERT(err.kind == ERR_ANSWER && strstr(err.text, "neuron 17"));
    accumulators_close(&a);
    close_bench(&b);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("accumulate", NULL, NULL);
    CU_add_test(suite, "sums, counts and cycles are those of the synapses, for every way a row is stored", sums_are_those_of_the_synapses);
    CU_add_test(suite, "a reset leaves nothing in any slot", a_reset_leaves_nothing_behind);
    CU_add_test(suite, "32 bits where the sums fit, 64 where not, refused beyond 62", a_sum_that_might_not_fit_is_refused);
    return check_run();
}
