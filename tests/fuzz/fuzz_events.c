/* Fuzzer of the event, label and expectation readers: the bytes become a file, which is read in every way. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/events.h"
#include "import/expect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_events(const char *path, const struct event_options *options)
{
    struct err err;
    events_free(events_read(path, options, &err));
}

static void read_answers(const char *path)
{
    struct err err;
    uint32_t count;
    struct network *net = network_new();
    network_add_population(net, "lif1", "LIF", (struct shape){1, {5}});
    uint32_t output = network_add_population(net, "lif2", "LIF", (struct shape){1, {4}});
    net->population[output].output = 1;
    net->dt = 0.001;
    expect_free(expect_read(path, net, &err));
    network_free(net);
    free(labels_read(path, 2, 10, &count, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct event_options options[] = {
        {.shape = {1, {4}}, .network_steps = 3, .dt = 0.001},
        {.shape = {3, {1, 2, 2}}, .steps = 5, .time_first = 1, .dt = 0.001},
        {.dt = 0.5},
    };
    char path[] = "/tmp/volley-fuzz-events-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        read_events(path, &options[i]);
    read_answers(path);
    unlink(path);
    return 0;
}
