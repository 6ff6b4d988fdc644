/* Expectations: every form of --expect is read, and a run that differs is caught at the first difference. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/expect.h"
#include "import/npy.h"
#include "kit.h"

static char folder[] = "/tmp/volley-expect-XXXXXX";
static struct err err;

static const char *scratch(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *text(const char *content)
{
    const char *path = scratch("x.csv");
    FILE *file = fopen(path, "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs(content, file);
    fclose(file);
    return path;
}

static const char *array(int rank, const uint64_t *dim, char kind, uint32_t size, const void *data)
{
    const char *path = scratch("x.npy");
    CU_ASSERT_FATAL(!npy_write(path, kind, size, rank, dim, data, &err));
    return path;
}

/* input, hidden neurons in first, outputs in last. */
static struct network *make_network(const char *first, uint32_t hidden, const char *last, uint32_t outputs)
{
    struct network *net = network_new();
    network_add_population(net, first, "LIF", (struct shape){1, {hidden}});
    uint32_t p = network_add_population(net, last, "LIF", (struct shape){1, {outputs}});
    net->population[p].output = 1;
    return net;
}

static struct expect *read_or_fail(const char *path, const struct network *net)
{
    struct expect *e = expect_read(path, net, &err);
    if (!e)
        printf("\n    %s\n", err.text);
    CU_ASSERT_FATAL(e != NULL);
    return e;
}

static void refused(const char *path, const char *word)
{
    struct network *net = make_network("lif1", 5, "lif2", 3);
    struct expect *e = expect_read(path, net, &err);
    if (!e && !strstr(err.text, word))
        printf("\n    wanted '%s' in: %s\n", word, err.text);
    CU_ASSERT(!e && err.kind == ERR_INPUT && strstr(err.text, word));
    expect_free(e);
    network_free(net);
}

static void predictions(void)
{
    struct network *net = make_network("lif1", 5, "lif2", 3);
    static const char *const form[] = {"2\n0\n1\n", "sample,label,pred\n0,9,2\n1,9,0\n2,9,1\n", "sample,prediction\n2,1\n0,2\n1,0\n", "prediction\n2\n0\n1\n"};
    for (int i = 0; i < 5; i++) {
        const uint64_t three = 3;
        struct expect *e = read_or_fail(i < 4 ? text(form[i]) : array(1, &three, 'i', 8, (int64_t[]){2, 0, 1}), net);
        CU_ASSERT(e->kind == EXPECT_PREDICTIONS && e->samples == 3);
        CU_ASSERT(expect_predictions(e, 0, 2) == EXPECT_SAME && expect_predictions(e, 1, 2) == EXPECT_DIFFERS && expect_predictions(e, 2, 1) == EXPECT_SAME);
        CU_ASSERT(expect_predictions(e, 3, 0) == EXPECT_ABSENT);
        expect_free(e);
    }
    struct expect *e = read_or_fail(text("sample,prediction\n12,1\n10,2\n"), net);
    CU_ASSERT(e->samples == 13 && expect_predictions(e, 11, 0) == EXPECT_ABSENT && expect_predictions(e, 0, 0) == EXPECT_ABSENT &&
              expect_predictions(e, 10, 2) == EXPECT_SAME);
    expect_free(e);
    network_free(net);
}

static void counts(void)
{
    struct network *net = make_network("lif1", 5, "lif2", 3);
    const uint64_t dim[2] = {2, 3}, good[3] = {4, 5, 6}, bad[3] = {4, 5, 7};
    for (int i = 0; i < 2; i++) {
        const char *path = i ? text("sample,count0,count1,count2\n1,4,5,6\n0,1,2,3\n") : array(2, dim, 'i', 4, (int32_t[]){1, 2, 3, 4, 5, 6});
        struct expect *e = read_or_fail(path, net);
        uint32_t neuron = 9;
        CU_ASSERT(e->kind == EXPECT_COUNTS && e->outputs == 3 && e->samples == 2 && !e->prediction);
        CU_ASSERT(expect_counts(e, 1, good, &neuron) == EXPECT_SAME && neuron == 9);
        CU_ASSERT(expect_counts(e, 1, bad, &neuron) == EXPECT_DIFFERS && neuron == 2);
        CU_ASSERT(expect_counts(e, 0, good, &neuron) == EXPECT_DIFFERS && neuron == 0);
        CU_ASSERT(expect_counts(e, 2, good, &neuron) == EXPECT_ABSENT && expect_predictions(e, 0, 1) == EXPECT_ABSENT);
        expect_free(e);
    }
    network_free(net);
}

static void spikes(void)
{
    struct network *net = make_network("lif1", 5, "lif2", 3);
    struct expect_spike run[] = {{0, 0, 1, 4}, {0, 0, 2, 1}, {0, 2, 1, 0}, {1, 1, 2, 0}, {2, 0, 1, 1}};
    struct expect_difference d;
    uint64_t compared;
    struct expect *e = read_or_fail(text("sample,step,population,neuron\n1,1,lif2,0\n0,0,lif1,4\n0,0,lif2,1\n0,2,lif1,0\n"), net);
    CU_ASSERT(e->kind == EXPECT_SPIKES && e->samples == 2 && e->n_spikes == 4);
    CU_ASSERT(expect_spikes(e, run, 5, 0, 299, &d, &compared) == 0 && compared == 4);
    CU_ASSERT(expect_spikes(e, run, 5, 1, 1, &d, &compared) == 0 && compared == 1);
    run[2].neuron = 1;
    CU_ASSERT(expect_spikes(e, run, 5, 0, 299, &d, NULL) == 2 && !d.in_run && d.spike.sample == 0 && d.spike.step == 2 && d.spike.population == 1 &&
              d.spike.neuron == 0);
    run[2].neuron = 0;
    CU_ASSERT(expect_spikes(e, run, 3, 0, 299, &d, NULL) == 1 && !d.in_run && d.spike.sample == 1);
    CU_ASSERT(expect_spikes(e, run + 1, 4, 0, 299, &d, NULL) == 1 && !d.in_run && d.spike.neuron == 4);
    expect_free(e);
    e = read_or_fail(text("sample,step,neuron\n0,0,1\n"), net);     /* the output population */
    CU_ASSERT(expect_spikes(e, run, 5, 0, 299, &d, &compared) == 0 && compared == 1);
    run[1].step = 1;
    CU_ASSERT(expect_spikes(e, run, 5, 0, 299, &d, NULL) == 2 && !d.in_run && d.spike.step == 0);
    run[1].step = 0;
    expect_free(e);
    const uint64_t dim[3] = {1, 3, 5};
    e = read_or_fail(array(3, dim, 'b', 1, "\0\0\0\0\1\0\0\0\0\0\1\0\0\0\0"), net);      /* 5 neurons: lif1 */
    CU_ASSERT(e->covered[1] && !e->covered[2] && expect_spikes(e, run, 5, 0, 299, &d, &compared) == 0 && compared == 2);
    expect_free(e);
    network_free(net);
}

/* What a file says nothing of is no agreement. */
static void covers(void)
{
    struct network *net = make_network("lif1", 5, "lif2", 3);
    struct expect *e = read_or_fail(text("sample,prediction\n12,1\n10,2\n"), net);
    struct expect_cover c = expect_covers(e, 5, 20), none = expect_covers(e, 0, 9), hole = expect_covers(e, 11, 11);
    CU_ASSERT(c.samples == 2 && c.first == 10 && c.last == 12 && !none.samples && !hole.samples && !expect_covers(e, 13, 20).samples);
    expect_free(e);
    e = read_or_fail(text("sample,step,population,neuron\n1,7,lif2,0\n3,4,lif1,4\n"), net);
    c = expect_covers(e, 0, 9);
    CU_ASSERT(c.samples == 4 && c.first == 0 && c.last == 3 && !expect_covers(e, 4, 9).samples);
    CU_ASSERT(expect_first_step(e, 0, 9) == 4 && expect_first_step(e, 0, 2) == 7 && expect_first_step(e, 2, 2) == UINT32_MAX);
    expect_free(e);
    network_free(net);
}

static void refusals(void)
{
    const uint64_t four[2] = {1, 4}, odd[3] = {1, 1, 7};
    refused(text("sample,step,population,neuron\n0,0,lif3,0\n"), "x.csv:2:5: the network has no population 'lif3'; is 'lif");
    refused(text("sample,step,neuron\n0,0,1\n0,0,3\n"), "x.csv:3:5: neuron 3 is outside lif2, which has 3 neurons; for another population");
    refused(text("sample,step,neuron\n0,0,1\n0,0,1\n"), "sample 0, step 0, lif2, neuron 1 spikes twice");
    refused(text("sample,step,neuron\n0,-1,1\n"), "x.csv:2:3: step -1");
    refused(text("sample,pred\n0,1\n0,1\n"), "x.csv:3:1: sample 0 is there twice");
    refused(text("sample,pred\n5000000,1\n"), "x.csv:2: sample 5000000 is not a sample number");
    refused(text("sample,pred\n0,cat\n"), "x.csv:2:3: prediction 'cat'");
    refused(text("sample,count0,count1\n0,1,1\n"), "no column 'count2'");
    refused(text("sample,count0,count1,count2,count3\n0,1,1,1,1\n"), "column 'count3'");
    refused(text("this,and,that\n0,1,1\n"), "not predictions");
    refused(text("sample,step,population,neuron,membrane,bits\n0,0,lif1,0,0.5,1\n"), "x.csv:1: column 'membrane': no part of a spike");
    refused(text("sample,step,neuron,value\n0,0,1,0.5\n"), "x.csv:1: column 'value': no part of a spike");
    refused(text("prediction\n"), "holds no samples");
    refused(array(2, four, 'i', 4, (int32_t[]){1, 2, 3, 4}), "shape (1, 4)");
    refused(array(3, odd, 'b', 1, "\1\0\0\0\0\0\0"), "spikes of 7 neurons");
    refused(array(2, (uint64_t[]){1, 3}, 'f', 4, (float[]){1, 2, .5f}), "0.5 is not a whole number");
    refused(scratch("none"), "No such file");
    refused(folder, "is a folder");
}

/* All forms of one layer of the kit hold the same spikes, and one spike less is seen. */
static void kit_layer(const struct network *net, const char *name, uint32_t population)
{
    char path[300];
    struct expect *e[3];
    struct expect_difference d;
    static const char *const ending[] = {"spk", "csv", "npy"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/snn/%s_spk_%s.%s", kit_folder(), name, net->population[population].name, ending[i]);
        e[i] = read_or_fail(path, net);
        CU_ASSERT(e[i]->kind == EXPECT_SPIKES && e[i]->samples == 20 && e[i]->covered[population] && e[i]->n_spikes == e[0]->n_spikes);
        CU_ASSERT(expect_spikes(e[i], e[0]->spike, e[0]->n_spikes, 0, UINT32_MAX, &d, NULL) == 0);
        CU_ASSERT(expect_spikes(e[i], e[0]->spike, e[0]->n_spikes - 1, 0, UINT32_MAX, &d, NULL) == 1);
    }
    for (int i = 0; i < 3; i++)
        expect_free(e[i]);
}

static void kit_network(const char *name, const char *hidden, uint32_t neurons, const char *last, uint32_t samples)
{
    char path[300];
    struct network *net = make_network(hidden, neurons, last, 10);
    kit_layer(net, name, 1);
    kit_layer(net, name, 2);
    snprintf(path, sizeof path, "%s/snn/%s_ref.csv", kit_folder(), name);
    struct expect *ref = read_or_fail(path, net);
    snprintf(path, sizeof path, "%s/snn/%s_counts.npy", kit_folder(), name);
    struct expect *count = read_or_fail(path, net);
    CU_ASSERT(ref->kind == EXPECT_PREDICTIONS && ref->count && count->kind == EXPECT_COUNTS && ref->samples == samples && count->samples == samples);
    CU_ASSERT(!memcmp(ref->count, count->count, (size_t)samples * 10 * sizeof *count->count));
    for (uint32_t s = 0; s < samples; s++) {
        int64_t most = 0;
        for (int64_t k = 1; k < 10; k++)
            most = count->count[10 * s + (uint32_t)k] > count->count[10 * s + (uint32_t)most] ? k : most;
        CU_ASSERT(expect_predictions(ref, s, most) == EXPECT_SAME);
    }
    expect_free(ref);
    expect_free(count);
    network_free(net);
}

static void kit_files(void)
{
    char path[300];
    FILE *file = check_kit_open("snn/mlp_rate_ref.csv", path, sizeof path);
    if (!file)
        return;
    fclose(file);
    kit_network("mlp_rate", "lif1", 128, "lif2", 300);
    kit_network("conv_rate", "lif1", 512, "lif3", 300);
    kit_network("conv_rate", "lif2", 256, "lif3", 300);
    kit_network("rnn_rows", "rlif1", 96, "lif2", 300);
    kit_network("cuba_latency", "syn1", 100, "syn2", 300);
    kit_network("cuba_direct", "syn1", 80, "syn2", 200);
}

static int make_folder(void)
{
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void)
{
    unlink(scratch("x.csv"));
    unlink(scratch("x.npy"));
    return rmdir(folder);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("expect", make_folder, remove_folder);
    CU_add_test(suite, "predictions are read from text, tables and arrays", predictions);
    CU_add_test(suite, "output counts are read from tables and arrays, and the first that differs is named", counts);
    CU_add_test(suite, "spikes are compared by population, and the first difference is found", spikes);
    CU_add_test(suite, "what a file covers is told from what it lacks", covers);
    CU_add_test(suite, "an expectation that cannot be read is refused with its place", refusals);
    CU_add_test(suite, "the kit's reference files agree with each other in every form", kit_files);
    return check_run();
}
