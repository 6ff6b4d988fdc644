/* Speck's core: what one neuron does, by hand; and whole layers on the chip's file, with strides, paddings and pools, against a convolution
 * written out over the output maps. */
#include "core_fixture.h"
#include "engine_fixture.h"
#include "kit.h"

/* ---- one neuron ---- */

enum { THRESHOLD = 100 };

static void open_one(struct core_fixture *f, enum image_reset reset)
{
    struct err err;
    f->threshold = f->threshold ? f->threshold : THRESHOLD;
    f->reset_value = reset == IMAGE_RESET_SUBTRACT ? f->threshold : 0;
    f->group.reset = reset;
    f->group.at_least = 1;
    f->image.membrane_low = -32768;
    f->image.membrane_high = 32767;
    CU_ASSERT_EQUAL_FATAL(fixture_open(f, "speck", &err), 0);
}

/* An event of that weight; returns the spikes, or -1. */
static int event(struct core_fixture *f, int32_t weight)
{
    struct err err;
    struct packet p = {.payload = weight};
    return f->kind->accept(f->core, &f->at, &p, 1, 0, NULL, &f->out, &f->counts, &err) ? -1 : (int)f->out.count;
}

/* As an event chip's engine sends it; neuron NO_PACKET: to all. */
static int tick_of(struct core_fixture *f, uint32_t neuron)
{
    struct err err;
    struct packet p = {.kind = PACKET_TIME_REFERENCE, .payload = 1, .axon = neuron};
    return f->kind->accept(f->core, &f->at, &p, 1, 0, NULL, &f->out, &f->counts, &err) ? -1 : (int)f->out.count;
}

static int tick(struct core_fixture *f)
{
    return tick_of(f, NO_PACKET);
}

static void fires_at_its_threshold_in_the_event_that_reaches_it(void)
{
    struct core_fixture f = {0};
    open_one(&f, IMAGE_RESET_SUBTRACT);
    CU_ASSERT_EQUAL(event(&f, 99), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 99);
    CU_ASSERT_EQUAL(event(&f, 1), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 0);
    CU_ASSERT_EQUAL(event(&f, -30), 0);
    CU_ASSERT_EQUAL(event(&f, 29), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), -1);
    fixture_close(&f);
}

/* A membrane far above its threshold waits there for the next event. */
static void fires_once_per_synapse_however_high_it_stands(void)
{
    struct core_fixture f = {0};
    open_one(&f, IMAGE_RESET_SUBTRACT);
    CU_ASSERT_EQUAL(event(&f, 350), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 250);
    CU_ASSERT_EQUAL(event(&f, 0), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 150);
    CU_ASSERT_EQUAL(event(&f, -100), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 50);
    fixture_close(&f);
    struct core_fixture g = {0};
    open_one(&g, IMAGE_RESET_VALUE);
    CU_ASSERT_EQUAL(event(&g, 350), 1);
    CU_ASSERT_EQUAL(fixture_peek(&g, 0), 0);
    fixture_close(&g);
}

static void stops_at_both_ends_of_its_word(void)
{
    struct core_fixture f = {.threshold = 32767};
    open_one(&f, IMAGE_RESET_SUBTRACT);
    fixture_poke(&f, 0, 32000);
    CU_ASSERT_EQUAL(event(&f, 32000), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 0);
    fixture_poke(&f, 0, -32000);
    CU_ASSERT_EQUAL(event(&f, -32000), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), -32768);
    fixture_close(&f);
}

static void stops_at_its_layers_lower_bound(void)
{
    struct core_fixture f = {.image = {.floor_at_threshold = 1}};
    open_one(&f, IMAGE_RESET_SUBTRACT);
    event(&f, -99);
    event(&f, -99);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), -100);
    CU_ASSERT_EQUAL(event(&f, 127), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 27);
    fixture_close(&f);
}

static void a_tick_adds_the_bias_and_a_layer_without_one_is_not_visited(void)
{
    struct core_fixture f = {.bias = 60};
    open_one(&f, IMAGE_RESET_SUBTRACT);
    CU_ASSERT_EQUAL(tick(&f), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 60);
    CU_ASSERT_EQUAL(tick(&f), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 20);
    CU_ASSERT_EQUAL(tick_of(&f, 0), 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 80);
    CU_ASSERT_EQUAL(tick_of(&f, 0), 1);
    CU_ASSERT(f.action[ACT_UPDATE_ACTIVE] == 4 && f.action[ACT_LEAVES] == 4 && f.action[ACT_SPIKES] == 2 && f.action[ACT_SOPS] == 0);
    fixture_close(&f);
    struct core_fixture g = {0};
    open_one(&g, IMAGE_RESET_SUBTRACT);
    fixture_poke(&g, 0, 90);
    CU_ASSERT_EQUAL(tick(&g), 0);
    CU_ASSERT_EQUAL(fixture_peek(&g, 0), 90);
    CU_ASSERT_EQUAL(g.action[ACT_UPDATE_ACTIVE] + g.action[ACT_CORE_STEPS], 0);
    fixture_close(&g);
}

static void counts_a_kernel_word_and_a_state_word_each_way_per_synapse(void)
{
    struct core_fixture f = {.image = {.words = {.state_per = 1, .state_each = 1}, .time = {.packet = 5, .sop = 13}}};
    struct err err;
    open_one(&f, IMAGE_RESET_SUBTRACT);
    struct segment row;
    memcpy(&row, f.rows, sizeof row);
    row.words = 1;
    memcpy(f.rows, &row, sizeof row);
    struct packet p[2] = {{.payload = 60}, {.payload = 60}};
    uint32_t cycles[2], told[2];
    CU_ASSERT_EQUAL(f.kind->accept(f.core, &f.at, p, 2, 0, cycles, &f.out, &f.counts, &err), 0);
    f.kind->cost(f.core, p, 2, told);
    CU_ASSERT(cycles[0] == 18 && cycles[1] == 18 && told[0] == 18 && told[1] == 18);
    CU_ASSERT(f.out.count == 1 && f.emission[0].cause == 1 && f.emission[0].offset == 18 && f.emission[0].neuron == 0);
    CU_ASSERT(f.action[ACT_SOPS] == 2 && f.action[ACT_LEAVES] == 2 && f.action[ACT_SPIKES] == 1 && f.action[ACT_BUSY_CYCLES] == 36);
    CU_ASSERT(f.memory[IMAGE_ROWS].reads == 2 && f.memory[IMAGE_ROWS].row_reads == 2);
    CU_ASSERT(f.memory[IMAGE_STATE].reads == 2 && f.memory[IMAGE_STATE].writes == 2);
    fixture_close(&f);
}

static void spikes_without_room_leave_nothing_behind(void)
{
    struct core_fixture f = {0};
    struct err err;
    open_one(&f, IMAGE_RESET_SUBTRACT);
    struct packet p[3] = {{.payload = 100}, {.payload = 100}, {.payload = 50}};
    f.out.capacity = 1;
    CU_ASSERT_EQUAL(f.kind->accept(f.core, &f.at, p, 3, 0, NULL, &f.out, &f.counts, &err), -1);
    CU_ASSERT(f.out.count == 0 && fixture_peek(&f, 0) == 0 && f.action[ACT_SOPS] == 0);
    f.out.capacity = 2;         /* three synapses, but only two spikes */
    CU_ASSERT_EQUAL(f.kind->accept(f.core, &f.at, p, 3, 0, NULL, &f.out, &f.counts, &err), 0);
    CU_ASSERT(f.out.count == 2 && fixture_peek(&f, 0) == 50 && f.action[ACT_SOPS] == 3 && f.action[ACT_SPIKES] == 2);
    fixture_close(&f);
}

/* ---- whole layers ---- */

enum { LAYERS = 60, EVENTS = 300 };

struct layer {                  /* host (channels, side, side) -> pool -> convolution, or dense (kernel 0) */
    uint32_t channels, side, pool, kernel, stride, padding, outputs, pooled, out;
};

static struct layer random_layer(uint64_t *seed)
{
    struct layer l = {.channels = 1 + next_random(seed, 3), .side = 8 + next_random(seed, 9), .pool = 1u << next_random(seed, 3),
                      .kernel = next_random(seed, 6), .stride = 1u << next_random(seed, 3), .padding = next_random(seed, 3),
                      .outputs = 1 + next_random(seed, 12)};
    l.pooled = l.side / l.pool;
    if (l.kernel > l.pooled + 2 * l.padding)
        l.kernel = l.pooled;
    l.out = l.kernel ? window_positions(l.pooled, l.kernel, l.stride, l.padding, 1) : 1;
    return l;
}

static struct network *network_of(const struct layer *l, uint64_t *seed)
{
    struct network *net = network_new();
    struct population *host = &net->population[HOST_POPULATION];
    host->shape = (struct shape){3, {l->channels, l->side, l->side}};
    host->neurons = l->channels * l->side * l->side;
    uint32_t to = network_add_population(net, "layer", "IF", l->kernel ? (struct shape){3, {l->outputs, l->out, l->out}} : (struct shape){1, {l->outputs}});
    struct projection *p = network_add_projection(net, "weights", HOST_POPULATION, to, l->kernel ? FORM_CONV : FORM_DENSE);
    struct population *layer = &net->population[to];
    p->scale = 1;
    p->pooled = l->pool > 1;
    p->pool = (struct pool){{l->pool, l->pool}, {l->pool, l->pool}, {0, 0}};
    memcpy(p->pool_in, (uint32_t[3]){l->channels, l->side, l->side}, sizeof p->pool_in);
    memcpy(p->pool_out, (uint32_t[2]){l->pooled, l->pooled}, sizeof p->pool_out);
    p->conv = (struct conv){l->channels, l->outputs, 1, {l->kernel, l->kernel}, {l->stride, l->stride}, {l->padding, l->padding}, {1, 1},
                            {l->pooled, l->pooled}, {l->out, l->out}};
    p->n_weights = (uint64_t)l->outputs * l->channels * (l->kernel ? l->kernel * l->kernel : l->pooled * l->pooled);
    p->weight = mem_new(p->n_weights, sizeof *p->weight);
    for (uint64_t w = 0; w < p->n_weights; w++)
        p->weight[w] = ((double)next_random(seed, 256) - 96) / 128;
    layer->beta = mem_new(layer->neurons, sizeof *layer->beta);
    layer->threshold = mem_new(layer->neurons, sizeof *layer->threshold);
    for (uint32_t i = 0; i < layer->neurons; i++) {
        layer->beta[i] = 1;
        layer->threshold[i] = 2;
    }
    layer->rule = (struct neuron_rule){.fires = 1, .reset = RESET_SUBTRACT, .point = RESET_NOW, .compare = COMPARE_AT_LEAST};
    layer->output = 1;
    return net;
}

/* One event, written out over the output maps; appends who fires. */
static void convolve(const struct layer *l, const struct quantised *q, uint32_t neuron, int32_t *v, uint32_t *fired, uint32_t *n)
{
    const int64_t *weight = q->projection[0].weight;
    const int32_t threshold = q->population[1].threshold[0];
    uint32_t c = neuron / (l->side * l->side), y = neuron / l->side % l->side / l->pool, x = neuron % l->side / l->pool;
    uint32_t kernel = l->kernel ? l->kernel : l->pooled, padding = l->kernel ? l->padding : 0;
    if (y >= l->pooled || x >= l->pooled)       /* a pool leaves the map's rest out */
        return;
    for (uint32_t o = 0; o < l->outputs; o++)
        for (uint32_t oy = 0; oy < l->out; oy++)
            for (uint32_t ox = 0; ox < l->out; ox++) {
                int64_t ky = (int64_t)y + padding - (int64_t)oy * l->stride, kx = (int64_t)x + padding - (int64_t)ox * l->stride;
                uint32_t i = (o * l->out + oy) * l->out + ox;
                if (ky < 0 || kx < 0 || ky >= kernel || kx >= kernel)
                    continue;
                int64_t sum = v[i] + weight[((o * l->channels + c) * kernel + (uint64_t)ky) * kernel + (uint64_t)kx];
                sum = sum < -32768 ? -32768 : sum > 32767 ? 32767 : sum;
                if (sum >= threshold) {
                    sum -= threshold;
                    fired[(*n)++] = i;
                }
                v[i] = (int32_t)sum;
            }
}

struct layer_room { int32_t *v; uint32_t *fired; struct emissions out; struct core_counts counts; };

static uint64_t same_event(const struct layer *l, const struct chip *chip, uint32_t neuron, struct layer_room *room)
{
    const struct spike_source *source = &chip->source[neuron];
    struct core_step at = {0};
    struct err err;
    uint32_t n = 0, cycles = 0, told = 0;
    uint64_t wrong = 0;
    convolve(l, chip->quantised, neuron, room->v, room->fired, &n);
    room->out.count = 0;
    if (source->routes) {
        struct packet p = {.row = chip->route[source->first_route].row, .payload = 1};
        const struct chip_core *core = &chip->core[chip->route[source->first_route].core];
        wrong += core->kind->accept(core->core, &at, &p, 1, 0, &cycles, &room->out, &room->counts, &err) != 0;
        core->kind->cost(core->core, &p, 1, &told);
    }
    wrong += room->out.count != n || cycles != told;
    for (uint32_t i = 0; i < n && i < room->out.count; i++)
        wrong += room->out.at[i].neuron != room->fired[i] || room->out.at[i].offset > cycles || (i && room->out.at[i].offset < room->out.at[i - 1].offset);
    return wrong;
}

static uint64_t differing_states(const struct chip *chip, const int32_t *v)
{
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < chip->core[0].image.neurons; i++) {
        struct err err;
        int64_t value = 0;
        wrong += chip->core[0].kind->peek(chip->core[0].core, 0, i, &value, &err) || value != v[i];
    }
    return wrong;
}

static uint64_t check_layer(struct loaded *loaded, const struct layer *l, uint64_t *seed, uint64_t *spikes)
{
    struct chip_options options = {.steps = 1, .host_payload_max = 1};
    struct chip *chip = chip_new(loaded->chip, loaded->net, loaded->quantised, loaded->mapping, &options, &loaded->err);
    uint32_t neurons = loaded->net->population[1].neurons, hosts = loaded->net->population[HOST_POPULATION].neurons;
    uint64_t wrong = 0, action[N_ACTIONS] = {0};
    struct memory_count memory[IMAGE_TABLES] = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
    struct layer_room room = {mem_new(neurons, sizeof *room.v), mem_new(neurons, sizeof *room.fired),
                              {mem_new(neurons, sizeof *room.out.at), 0, neurons}, {action, memory}};
    for (int e = 0; e < EVENTS; e++)
        wrong += same_event(l, chip, next_random(seed, hosts), &room);
    wrong += differing_states(chip, room.v);
    wrong += memory[IMAGE_ROWS].reads != action[ACT_SOPS] || memory[IMAGE_STATE].writes != action[ACT_SOPS];
    *spikes += action[ACT_SPIKES];
    free(room.v);
    free(room.fired);
    free(room.out.at);
    chip_free(chip);
    return wrong;
}

static void equals_a_convolution_written_out_over_the_output_maps(void)
{
    uint64_t seed = 20, spikes = 0;
    for (int k = 0; k < LAYERS; k++) {
        struct layer l = random_layer(&seed);
        struct network *net = network_of(&l, &seed);
        struct loaded loaded;
        struct err err;
        CU_ASSERT_EQUAL_FATAL(network_finish(net, 0, &err), 0);
        CU_ASSERT_EQUAL_FATAL(load(&loaded, net, "speck", NULL, 0, NULL), 0);
        uint64_t wrong = check_layer(&loaded, &l, &seed, &spikes);
        if (wrong)
            printf("\n    %ux%ux%u pool %u kernel %u stride %u padding %u to %u: %llu differ", l.channels, l.side, l.side, l.pool, l.kernel, l.stride,
                   l.padding, l.outputs, (unsigned long long)wrong);
        CU_ASSERT_EQUAL(wrong, 0);
        unload(&loaded);
        network_free(net);
    }
    printf(" %llu spikes", (unsigned long long)spikes);
    CU_ASSERT(spikes > 10000);
}

/* What a chip file says about a layer's lower bound, and what it must not say about its reset. */
static void the_lower_bound_and_the_reset_are_the_files(void)
{
    static const char *const bound[] = {"core_types.k16n64.offers.lower_bound=threshold"}, *const next[] = {"core_types.k16n64.offers.reset_time=[next]"};
    uint64_t seed = 4;
    struct layer l = {.channels = 1, .side = 4, .pool = 1, .pooled = 4, .outputs = 3, .out = 1};
    struct network *net = network_of(&l, &seed);
    struct err err = {ERR_NONE, ""};
    struct chip_options options = {.steps = 1, .host_payload_max = 1};
    CU_ASSERT_EQUAL_FATAL(network_finish(net, 0, &err), 0);
    for (uint32_t n_set = 0; n_set < 2; n_set++) {
        struct loaded loaded;
        CU_ASSERT_EQUAL_FATAL(load(&loaded, net, "speck", bound, n_set, NULL), 0);
        struct chip *chip = chip_new(loaded.chip, loaded.net, loaded.quantised, loaded.mapping, &options, &loaded.err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
        CU_ASSERT_EQUAL(chip->core[0].image.floor_at_threshold, (int)n_set);
        chip_free(chip);
        unload(&loaded);
    }
    struct loaded loaded;
    CU_ASSERT_EQUAL_FATAL(load(&loaded, net, "speck", next, 1, NULL), 0);
    CU_ASSERT_PTR_NULL(chip_new(loaded.chip, loaded.net, loaded.quantised, loaded.mapping, &options, &err));
    CU_ASSERT(err.kind == ERR_ANSWER && strstr(err.text, "kind speck resets in the event of the spike"));
    unload(&loaded);
    network_free(net);
}

/* Kind cuba's current wraps as Loihi's does, unless the file says otherwise: what reaches the core's image. */
static void a_current_saturates_where_the_chip_file_says_so(void)
{
    static const char *const wraps[] = {"core_types.snn.offers.current_overflow=wraps"};
    for (uint32_t n_set = 0; n_set < 2; n_set++) {
        uint64_t seed = 3;
        struct layer l = {.channels = 1, .side = 4, .pool = 1, .pooled = 4, .outputs = 3, .out = 1};
        struct network *net = network_of(&l, &seed);
        struct loaded loaded;
        struct err err;
        struct chip_options options = {.steps = 1, .hold = 1, .host_payload_max = 1};
        CU_ASSERT_EQUAL_FATAL(network_finish(net, 0, &err), 0);
        CU_ASSERT_EQUAL_FATAL(load(&loaded, net, "xylo", wraps, n_set, NULL), 0);
        struct chip *chip = chip_new(loaded.chip, loaded.net, loaded.quantised, loaded.mapping, &options, &loaded.err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
        CU_ASSERT_EQUAL(chip->core[0].image.current_wraps, (int)n_set);
        CU_ASSERT(chip->core[0].image.current_high == 32767 && chip->core[0].image.membrane_high == 32767);
        chip_free(chip);
        unload(&loaded);
        network_free(net);
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("Speck's core", NULL, NULL);
    CU_ADD_TEST(suite, fires_at_its_threshold_in_the_event_that_reaches_it);
    CU_ADD_TEST(suite, fires_once_per_synapse_however_high_it_stands);
    CU_ADD_TEST(suite, stops_at_both_ends_of_its_word);
    CU_ADD_TEST(suite, stops_at_its_layers_lower_bound);
    CU_ADD_TEST(suite, a_tick_adds_the_bias_and_a_layer_without_one_is_not_visited);
    CU_ADD_TEST(suite, counts_a_kernel_word_and_a_state_word_each_way_per_synapse);
    CU_ADD_TEST(suite, spikes_without_room_leave_nothing_behind);
    CU_ADD_TEST(suite, equals_a_convolution_written_out_over_the_output_maps);
    CU_ADD_TEST(suite, the_lower_bound_and_the_reset_are_the_files);
    CU_ADD_TEST(suite, a_current_saturates_where_the_chip_file_says_so);
    return check_run();
}
