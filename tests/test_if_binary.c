/* TrueNorth's neuron: its two thresholds, three resets and four leaks worked out by hand; how often chance comes true; what the crossbar refuses;
 * a state that is saved. Whole networks are held against a model of their own in test_truenorth.py. */
#include "base/random.h"
#include "core_fixture.h"
#include "kit.h"

enum { LOW = -(1 << 19), HIGH = (1 << 19) - 1, BITS = 8, DRAWS = 20000 };

static void open_binary(struct core_fixture *f)
{
    struct err err;
    f->image.membrane_low = LOW;
    f->image.membrane_high = HIGH;
    CU_ASSERT_EQUAL_FATAL(fixture_open(f, "if_binary", &err), 0);
}

/* Two steps: the sum arrives, then the membrane takes it. */
static int after(struct core_fixture *f, int64_t membrane, int32_t sum, int64_t *left)
{
    open_binary(f);
    fixture_poke(f, 0, membrane);
    fixture_send(f, 0, sum);
    int fired = fixture_step(f, 0);
    *left = fixture_peek(f, 0);
    fixture_close(f);
    return fired;
}

/* The table of the paper, each line worked out by hand: threshold 10, floor 5, reset value 2. */
static void equals_the_table_of_resets(void)
{
    static const struct { enum image_reset reset; int saturates; int32_t membrane, sum; int fires; int32_t left; } line[] = {
        {IMAGE_RESET_VALUE, 0, 7, 3, 1, 2}, {IMAGE_RESET_VALUE, 0, 7, 2, 0, 9}, {IMAGE_RESET_VALUE, 0, -3, -2, 0, -5},
        {IMAGE_RESET_VALUE, 0, -3, -3, 0, -2}, {IMAGE_RESET_VALUE, 1, 7, 3, 1, 2}, {IMAGE_RESET_VALUE, 1, -3, -40, 0, -5},
        {IMAGE_RESET_SUBTRACT, 0, 7, 5, 1, 2}, {IMAGE_RESET_SUBTRACT, 0, -3, -5, 0, -3}, {IMAGE_RESET_SUBTRACT, 1, 20, 15, 1, 25},
        {IMAGE_RESET_SUBTRACT, 1, -3, -5, 0, -5}, {IMAGE_RESET_NONE, 0, 7, 5, 1, 12}, {IMAGE_RESET_NONE, 0, -3, -5, 0, -8},
        {IMAGE_RESET_NONE, 1, -3, -5, 0, -5}};
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        struct core_fixture f = {.threshold = 10, .reset_value = 2, .group.reset = line[i].reset};
        f.group.binary = (struct image_binary){.floor = 5, .floor_saturates = line[i].saturates};
        int64_t left;
        CU_ASSERT_EQUAL(after(&f, line[i].membrane, line[i].sum, &left), line[i].fires);
        CU_ASSERT_EQUAL(left, line[i].left);
    }
}

/* Upward, downward, away from 0 and toward it; a membrane of 0 has no direction, and a leak may carry it past 0. */
static void leaks_in_four_ways(void)
{
    static const struct { int reversal; int32_t leak, membrane, left; } line[] = {{0, 3, -10, -7}, {0, -3, -10, -13}, {1, 3, -10, -13}, {1, -3, -10, -7},
                                                                                  {1, -3, 10, 7}, {1, -3, 0, 0}, {0, 3, 0, 3}, {1, -3, 2, -1}, {1, -3, -1, 2}};
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        struct core_fixture f = {.threshold = 100, .bias = line[i].leak};
        f.group.binary = (struct image_binary){.leak_reversal = line[i].reversal, .floor = 100, .floor_saturates = 1};
        int64_t left;
        CU_ASSERT_EQUAL(after(&f, line[i].membrane, 0, &left), 0);
        CU_ASSERT_EQUAL(left, line[i].left);
    }
}

/* At 20 bit: after the sum, and after the leak, each by itself. */
static void saturates_at_its_width(void)
{
    struct core_fixture f = {.threshold = 1 << 18, .bias = -7, .group.reset = IMAGE_RESET_NONE, .group.binary = {.floor = 1 << 19}};
    int64_t left;
    CU_ASSERT_EQUAL(after(&f, HIGH - 1, 100, &left), 1);
    CU_ASSERT_EQUAL(left, HIGH - 7);
    struct core_fixture low = {.threshold = 1 << 18, .bias = -7, .group.binary = {.floor = 1 << 19}};
    CU_ASSERT_EQUAL(after(&low, LOW + 3, -1, &left), 0);
    CU_ASSERT_EQUAL(left, LOW);
}

/* How often in so many steps, each from 0: 5 deviations of a fair draw are as good as never passed. */
static int near(uint32_t count, double p)
{
    double off = count - DRAWS * p;
    return off * off <= 25 * DRAWS * p * (1 - p);
}

/* What neurons did in DRAWS steps, from 0 each: how many fired, how many had 1 and -1. */
struct outcome { uint32_t fired, up, down; };

static struct outcome draw(struct core_fixture *f, int32_t send)
{
    struct outcome o = {0, 0, 0};
    open_binary(f);
    for (uint32_t i = 0; i < DRAWS; i++) {
        fixture_poke(f, 0, 0);
        if (send)
            fixture_send(f, 0, send);
        o.fired += (uint32_t)fixture_step(f, 0);
        o.up += fixture_peek(f, 0) == 1;
        o.down += fixture_peek(f, 0) == -1;
    }
    fixture_close(f);
    return o;
}

static void chance_comes_true_as_often_as_it_says(void)
{
    for (int32_t leak = -256; leak <= 255; leak += 73) {
        struct core_fixture f = {.threshold = 100, .bias = leak, .group.binary = {.leak_stochastic = 1, .floor = 100}};
        struct outcome o = draw(&f, 0);
        CU_ASSERT(near(leak > 0 ? o.up : o.down, (leak > 0 ? leak : -leak) / 256.0));
        CU_ASSERT_EQUAL(leak > 0 ? o.down : o.up, 0);
    }
    for (uint32_t bits = 1; bits <= 17; bits += 4) {
        struct core_fixture f = {.bias = 1 << (bits - 1), .threshold = 1, .group.reset = IMAGE_RESET_VALUE};
        f.group.binary = (struct image_binary){.threshold_bits = bits, .floor = 100};
        CU_ASSERT(near(draw(&f, 0).fired, 0.5));       /* 2^(bits-1) >= 1 + eta, eta below 2^bits */
    }
}

/* The fixture's weight is 1: a spike counts with probability 1 / 256, and its payload says how much. */
static void a_synapse_draws_for_itself(void)
{
    struct core_fixture f = {.threshold = 100, .group.binary = {.synapse_stochastic = 1, .floor = 100}};
    struct outcome o = draw(&f, 1);
    CU_ASSERT(near(o.up, 1 / 256.0) && o.up > 30);
    CU_ASSERT_EQUAL(o.down, 0);
    CU_ASSERT_EQUAL(f.action[ACT_SOPS], DRAWS);
}

/* The first draws of the leak of core 0, sample 0, steps 0 .. 7 with seed 5, from the definition: at least one comes true, at least one does not. */
static void a_random_number_is_a_function_of_its_place(void)
{
    struct core_fixture f = {.threshold = 100, .bias = 128, .group.binary = {.leak_stochastic = 1, .floor = 100}, .at.seed = 5};
    uint32_t moved = 0;
    open_binary(&f);
    for (uint64_t step = 0; step < 8; step++) {
        uint64_t key = random_key(random_key(random_key(random_key(5, 0), 0), step), 1);
        fixture_poke(&f, 0, 0);
        fixture_step(&f, 0);
        CU_ASSERT_EQUAL(fixture_peek(&f, 0), random_at(key, 0) >> (64 - BITS) < 128);
        moved += fixture_peek(&f, 0) == 1;
    }
    CU_ASSERT(moved > 0 && moved < 8);
    fixture_close(&f);
}

/* Both axons lead to the neuron with weight 1: whatever their types. One that adds another weight on the same type is refused. */
static void one_weight_per_type_of_axon(void)
{
    static const uint8_t same[] = {2, 2}, apart[] = {0, 3}, beyond[] = {0, 4};
    static const uint32_t row[] = {0, FIXTURE_ROW};
    const struct { const uint8_t *type; int32_t second; const char *says; } line[] = {
        {same, 1, NULL}, {apart, 7, NULL}, {same, 7, "weights 1 and 7 from axons of type 2"}, {beyond, 1, "type 4"}, {apart, 256, "9 bit"}};
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        struct core_fixture f = {.threshold = 1};
        struct err err = {ERR_NONE, ""};
        open_binary(&f);
        memcpy((char *)(f.rows + FIXTURE_ROW) + sizeof(struct segment), &line[i].second, sizeof line[i].second);
        f.image.axons = 2;
        f.image.axon_row = row;
        f.image.axon_type = line[i].type;
        struct core *again = f.kind->create(NULL, 0, &err);
        CU_ASSERT_EQUAL(f.kind->load(again, &f.image, &err), line[i].says ? -1 : 0);
        CU_ASSERT(!line[i].says || strstr(err.text, line[i].says));
        f.kind->destroy(again);
        fixture_close(&f);
    }
}

static void a_saved_state_goes_on_as_it_would_have(void)
{
    struct core_fixture f = {.threshold = 1000, .bias = 40, .group.binary = {.leak_stochastic = 1, .floor = 100}};
    struct err err;
    char state[200];
    open_binary(&f);
    fixture_poke(&f, 0, 17);
    fixture_send(&f, 0, 5);
    size_t size = f.kind->save(f.core, NULL, 0);
    CU_ASSERT_FATAL(size <= sizeof state && f.kind->save(f.core, state, sizeof state) == size);
    struct core_step at = f.at;
    fixture_step(&f, 0);
    int64_t left = fixture_peek(&f, 0);
    CU_ASSERT(left == 22 || left == 23);
    f.kind->reset(f.core);
    f.at = at;
    CU_ASSERT_EQUAL(f.kind->restore(f.core, state, size, &err), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 17);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), left);
    CU_ASSERT_EQUAL(f.kind->restore(f.core, state, size - 1, &err), -1);
    state[0] ^= 1;
    CU_ASSERT(f.kind->restore(f.core, state, size, &err) == -1 && strstr(err.text, "not one of a core of kind if_binary"));
    fixture_close(&f);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("if_binary", NULL, NULL);
    CU_add_test(suite, "equals the table of resets, above the threshold and below the floor", equals_the_table_of_resets);
    CU_add_test(suite, "leaks in four ways", leaks_in_four_ways);
    CU_add_test(suite, "saturates at 20 bit, after the sum and after the leak", saturates_at_its_width);
    CU_add_test(suite, "chance comes true as often as it says", chance_comes_true_as_often_as_it_says);
    CU_add_test(suite, "a synapse draws for itself, and is counted whatever it drew", a_synapse_draws_for_itself);
    CU_add_test(suite, "a random number is a function of its place", a_random_number_is_a_function_of_its_place);
    CU_add_test(suite, "a neuron has one weight per type of axon", one_weight_per_type_of_axon);
    CU_add_test(suite, "a saved state goes on as it would have", a_saved_state_goes_on_as_it_would_have);
    return check_run();
}
