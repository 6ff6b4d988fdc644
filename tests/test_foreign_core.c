/* The foreign-style core of tests/foreign behind volley's calls: the verilated Verilog against its C reference, event by event, with random
 * images, waits and registers; and what is told when the core, its port or its manifest is not as it should be. Built once, beside the builds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cores/accumulate.h"
#include "cores/foreign/foreign.h"
#include "cores/image.h"
#include "foreign_fixture.h"
#include "kit.h"

enum { NEURONS = 64, AXONS = 64, IMAGES = 10, EVENTS = 40 };

static const struct foreign *aerlif;    /* NULL: there is no Verilator here */

static uint64_t dice_state;

static uint32_t dice(uint32_t n)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(dice_state >> 33) % n;
}

static int has(const struct err *err, const char *part)
{
    if (strstr(err->text, part) && !strchr(err->text, '\n'))
        return 1;
    printf("\n    message: %s\n    lacks:   %s\n", err->text, part);
    return 0;
}

/* One core of either kind, with room for what it counts. */
struct side {
    const struct core_kind *kind;
    struct core *core;
    uint64_t action[N_ACTIONS];
    struct memory_count memory[IMAGE_TABLES];
    struct core_counts counts;
    struct emission spike[NEURONS];
    struct emissions out;
};

static const struct image_group group = {.count = NEURONS, .close = UINT64_MAX, .compartments = 1, .ports = 1, .fires = 1};
static const struct image image = {.neurons = NEURONS, .groups = 1, .group = &group, .axons = AXONS};

static int open_side(struct side *s, const struct core_kind *kind, struct foreign_params *params, struct err *err)
{
    *s = (struct side){.kind = kind};
    s->counts = (struct core_counts){s->action, s->memory};
    s->out = (struct emissions){s->spike, 0, NEURONS};
    s->core = kind->create(&params->params, 0, err);
    return kind->load(s->core, &image, err);
}

static void clear(struct side *s)
{
    memset(s->action, 0, sizeof s->action);
    memset(s->memory, 0, sizeof s->memory);
    s->out.count = 0;
}

/* Thresholds where membranes come, weights of any size, leaks from none to long. */
static void random_words(const struct manifest *m, struct foreign_state *w)
{
    struct err err;
    uint32_t lean = dice(3);
    foreign_words_new(m, w);
    for (uint32_t n = 0; n < NEURONS; n++) {
        CU_ASSERT_EQUAL(foreign_put(m, w, "threshold", n, 0, lean == 2 ? dice(2048) : dice(20), &err), 0);
        CU_ASSERT_EQUAL(foreign_put(m, w, "leak", n, 0, dice(16), &err), 0);
        CU_ASSERT_EQUAL(foreign_put(m, w, "membrane", n, 0, (int64_t)dice(4096) - 2048, &err), 0);
        for (uint32_t a = 0; a < AXONS; a++)
            CU_ASSERT_EQUAL(foreign_put(m, w, "weight", n, a, lean == 1 ? -8 : (int64_t)dice(16) - 8, &err), 0);
    }
    for (uint32_t r = 0; r < m->n_registers; r++)
        w->reg[r].value = m->reg[r].value[dice(m->reg[r].n)];
}

static int equal_sides(const struct side *a, const struct side *b)
{
    struct err err;
    int equal = a->out.count == b->out.count && !memcmp(a->action, b->action, sizeof a->action) && !memcmp(a->memory, b->memory, sizeof a->memory);
    for (uint32_t i = 0; equal && i < a->out.count; i++)
        equal = !memcmp(&a->spike[i], &b->spike[i], sizeof a->spike[i]);
    for (uint32_t i = 0; equal && i < NEURONS; i++) {
        int64_t x = 0, y = 1;
        a->kind->peek(a->core, 0, i, &x, &err);
        b->kind->peek(b->core, 0, i, &y, &err);
        equal = x == y;
    }
    return equal;
}

static void one_image(uint32_t longest_gap, uint64_t *spikes)
{
    const struct core_step at = {0, 0, 0};
    struct foreign_state words;
    struct side rtl, model;
    struct err err = {ERR_NONE, ""};
    random_words(aerlif->manifest, &words);
    struct foreign_params params = {.words = &words, .longest_gap = longest_gap, .seed = dice_state};
    CU_ASSERT_EQUAL_FATAL(open_side(&rtl, aerlif->kind[FOREIGN_DEVICE], &params, &err), 0);
    CU_ASSERT_EQUAL_FATAL(open_side(&model, aerlif->kind[FOREIGN_MODEL], &params, &err), 0);
    CU_ASSERT_EQUAL(foreign_readback(rtl.core, &err), 0);
    for (uint32_t e = 0; e < EVENTS; e++) {
        uint32_t took = 0, declared = 1, update = dice(6) == 0;
        struct packet p = {.axon = dice(AXONS), .payload = 1, .kind = dice(8) ? PACKET_SPIKE : PACKET_TIME_REFERENCE};
        clear(&rtl);
        clear(&model);
        if (e == EVENTS / 2) {
            rtl.kind->reset(rtl.core);
            model.kind->reset(model.core);
        }
        int bad = update ? rtl.kind->update(rtl.core, &at, &rtl.out, &took, &rtl.counts, &err)
                         : rtl.kind->accept(rtl.core, &at, &p, 1, 0, &took, &rtl.out, &rtl.counts, &err);
        bad = bad || (update ? model.kind->update(model.core, &at, &model.out, &declared, &model.counts, &err)
                             : model.kind->accept(model.core, &at, &p, 1, 0, &declared, &model.out, &model.counts, &err));
        CU_ASSERT_EQUAL_FATAL(bad, 0);
        CU_ASSERT_EQUAL(took, declared);
        CU_ASSERT_FATAL(equal_sides(&rtl, &model));
        *spikes += rtl.out.count;
    }
    foreign_words_free(&words);
    rtl.kind->destroy(rtl.core);
    model.kind->destroy(model.core);
}

static void the_verilog_equals_its_reference_event_by_event(void)
{
    uint64_t spikes = 0;
    if (!aerlif)
        return;
    dice_state = 1;
    for (uint32_t i = 0; i < IMAGES; i++)
        one_image(i % 2 ? 12 : 0, &spikes);
    printf("%d events, %llu spikes ", IMAGES * EVENTS, (unsigned long long)spikes);
    CU_ASSERT(spikes > 1000);
}

/* Every word by SPI: what is read back is what was meant. */
static void the_front_door_writes_what_the_back_door_does(void)
{
    struct foreign_state words;
    struct side rtl;
    struct err err = {ERR_NONE, ""};
    if (!aerlif)
        return;
    dice_state = 5;
    random_words(aerlif->manifest, &words);
    struct foreign_params params = {.words = &words};
    aerlif->manifest->back_door = 0;
    CU_ASSERT_EQUAL(open_side(&rtl, aerlif->kind[FOREIGN_DEVICE], &params, &err), 0);
    CU_ASSERT_EQUAL(foreign_readback(rtl.core, &err), 0);
    aerlif->manifest->back_door = 1;
    rtl.kind->poke(rtl.core, 0, 7, 99, &err);
    CU_ASSERT_EQUAL(foreign_readback(rtl.core, &err), -1);
    CU_ASSERT(has(&err, "word 7 of memory neuron was loaded with"));
    foreign_words_free(&words);
    rtl.kind->destroy(rtl.core);
}

struct told { uint32_t n; int64_t after[NEURONS]; uint8_t fired[NEURONS]; };

static void take(void *to, const struct retired *r)
{
    struct told *told = to;
    if (r->order == told->n && r->neuron == told->n && r->neuron < NEURONS) {
        told->after[r->neuron] = r->after;
        told->fired[r->neuron] = r->spike;
        told->n++;
    }
}

static void writes_of_the_neuron_memory_stand_in_for_a_retire_port(void)
{
    const struct core_step at = {0, 0, 0};
    struct foreign_state words;
    struct side rtl;
    struct told told = {0};
    struct err err = {ERR_NONE, ""};
    uint32_t cycles, fired = 0;
    if (!aerlif)
        return;
    dice_state = 3;
    random_words(aerlif->manifest, &words);
    words.reg[0].value = 0;
    struct foreign_params params = {.words = &words};
    CU_ASSERT_EQUAL_FATAL(open_side(&rtl, aerlif->kind[FOREIGN_DEVICE], &params, &err), 0);
    foreign_watch(rtl.core, take, &told);
    CU_ASSERT_EQUAL(rtl.kind->update(rtl.core, &at, &rtl.out, &cycles, &rtl.counts, &err), 0);
    CU_ASSERT_EQUAL(told.n, NEURONS);
    for (uint32_t i = 0; i < NEURONS; i++) {
        int64_t v = -1;
        rtl.kind->peek(rtl.core, 0, i, &v, &err);
        CU_ASSERT_EQUAL(told.after[i], v);
        fired += told.fired[i];
    }
    CU_ASSERT_EQUAL(fired, rtl.out.count);
    foreign_words_free(&words);
    rtl.kind->destroy(rtl.core);
}

/* ---- what goes wrong ---- */

/* A core that is not idle in time, one that answers with another identity: one line each, and no hang. */
static void a_core_that_does_not_answer_is_told_with_the_state_of_its_port(void)
{
    const struct core_step at = {0, 0, 0};
    const struct packet p = {.axon = 3, .payload = 1};
    struct foreign_state words;
    struct side rtl;
    struct err err = {ERR_NONE, ""};
    if (!aerlif)
        return;
    struct manifest *m = aerlif->manifest;
    foreign_words_new(m, &words);
    struct foreign_params params = {.words = &words};
    uint32_t timeout = m->timeout, identity = m->identity;
    CU_ASSERT_EQUAL_FATAL(open_side(&rtl, aerlif->kind[FOREIGN_DEVICE], &params, &err), 0);
    m->timeout = 50;
    CU_ASSERT_EQUAL(rtl.kind->accept(rtl.core, &at, &p, 1, 0, NULL, &rtl.out, &rtl.counts, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT(has(&err, "aerlif: not idle after 50 clocks (idle.timeout) of event spike, axon 3: state "));
    CU_ASSERT(has(&err, ", neuron ") && has(&err, "AERIN_REQ 0, AERIN_ACK 0, AEROUT_REQ "));
    m->timeout = timeout;
    rtl.kind->destroy(rtl.core);
    m->identity++;
    CU_ASSERT_EQUAL(open_side(&rtl, aerlif->kind[FOREIGN_DEVICE], &params, &err), -1);
    CU_ASSERT(has(&err, "manifest.yaml:2:"));
    CU_ASSERT(has(&err, "the core's identity word is 0x41455231, the manifest says 0x41455232"));
    m->identity = identity;
    rtl.kind->destroy(rtl.core);
    foreign_words_free(&words);
}

/* A copy of the folder with one text replaced in one file. Only the names that Verilator checks: none of these is compiled to the end. */
struct broken { const char *file, *from, *to, *part; };

static void write_broken(const char *folder, const struct broken *row)
{
    static const char *const file[] = {"manifest.yaml", "aerlif.v", "aerlif_sram.v", "aerlif_spi.v", "aerlif.vlt", "aerlif.cpp", "aerlif.c"};
    char from[1000], to[1000];
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        int changed = !strcmp(file[i], row->file);
        snprintf(from, sizeof from, "%s/%s", AERLIF, file[i]);
        snprintf(to, sizeof to, "%s/%s", folder, file[i]);
        char *text = foreign_edited(from, changed ? row->from : "", changed ? row->to : "");
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        FILE *out = fopen(to, "w");
        fputs(text, out);
        fclose(out);
        free(text);
    }
}

static void what_does_not_build_says_why_in_one_line(void)
{
    static const struct broken row[] = {
        {"aerlif.cpp", "in_.send(event.code)", "in_.sent(event.code)", "aerlif: the adapter does not compile: "},
        {"aerlif.c", "spikes++", "spike++", "aerlif: the reference does not compile: "},
        {"aerlif.v", "state <= COMPUTE;", "state <= COMPUTED;", "aerlif: Verilator does not take the source: "},
        {"manifest.yaml", "lines: [39]", "lines: [38]", "Warning-UNUSEDSIGNAL"},
        {"manifest.yaml", "path: neuron_0.SRAM", "path: neuron_0.SRAMS", "memory neuron: the verilated core has no array 'aerlif.neuron_0.SRAMS'; did you "
         "mean 'neuron_0.SRAM'"},
        {"manifest.yaml", "{words: 512,", "{words: 513,", "memory synapse: 513 words of 32 bit here, 512 words of 32 bit in the core"},
        {"manifest.yaml", "request: AERIN_REQ", "request: AERIN_RQ", "the top module aerlif has no pin 'AERIN_RQ'; did you mean 'AERIN_REQ'?"},
        {"manifest.yaml", "pins: [SCK, ", "pins: [SCLK, ", "has no pin 'SCLK'"},
        {"manifest.yaml", "write: \"CS & WE\", address: A", "write: \"CS & WR\", address: A", "has no signal 'aerlif.neuron_0.WR'"},
        {"manifest.yaml", "write: \"CS & WE\", address: A", "write: \"CS; exit(1)\", address: A", "a condition has signals, numbers"},
        {"manifest.yaml", "top: aerlif", "top: aerlif_top", "Verilator does not take the source: "}};
    char folder[] = "/tmp/volley-foreign-XXXXXX", command[100];
    if (!aerlif)
        return;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct err err = {ERR_NONE, ""};
        write_broken(folder, &row[i]);
        CU_ASSERT_PTR_NULL(foreign_open(folder, &err));
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(has(&err, row[i].part));
        if (!strcmp(row[i].file, "aerlif.cpp"))
            CU_ASSERT(has(&err, "/aerlif.cpp:38:") && has(&err, "error: ") && has(&err, "the whole log is in "));
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void a_path_is_opened_once(void)
{
    struct err err = {ERR_NONE, ""};
    if (!aerlif)
        return;
    CU_ASSERT_PTR_EQUAL(foreign_open("./tests/../" AERLIF, &err), aerlif);
    CU_ASSERT_PTR_EQUAL(foreign_chip_kind("rtl:" AERLIF, 0, &err), aerlif->kind[FOREIGN_STEP_DEVICE]);
    CU_ASSERT_PTR_EQUAL(foreign_chip_kind("model:" AERLIF, 0, &err), aerlif->kind[FOREIGN_STEP_MODEL]);
    CU_ASSERT_PTR_NULL(foreign_chip_kind("rtl:lif_cor", 0, &err));
    CU_ASSERT_EQUAL(err.kind, ERR_NONE);
}

int main(void)
{
    struct err err = {ERR_NONE, ""};
    foreign_cache();
    aerlif = foreign_open(AERLIF, &err);
    if (!aerlif)
        printf("%s: %s\n", strstr(err.text, "Debian package verilator") ? "SKIPPED" : "FAILED", err.text);
    if (!aerlif && !strstr(err.text, "Debian package verilator"))
        return 1;
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("foreign_core", NULL, NULL);
    CU_add_test(suite, "the Verilog equals its reference, event by event", the_verilog_equals_its_reference_event_by_event);
    CU_add_test(suite, "the front door writes what the back door does", the_front_door_writes_what_the_back_door_does);
    CU_add_test(suite, "writes of the neuron memory stand in for a retire port", writes_of_the_neuron_memory_stand_in_for_a_retire_port);
    CU_add_test(suite, "a core that does not answer is told with the state of its port", a_core_that_does_not_answer_is_told_with_the_state_of_its_port);
    CU_add_test(suite, "what does not build says why in one line", what_does_not_build_says_why_in_one_line);
    CU_add_test(suite, "a path is opened once", a_path_is_opened_once);
    return check_run();
}
