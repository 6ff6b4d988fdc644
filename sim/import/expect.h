/* expect.h: what the user's own tool found for the same samples (`--expect FILE`): predictions, output counts or spikes, read here
 * and held against a run by pure functions. A file may cover fewer samples than the run: those it lacks are not compared.
 *   predictions  .npy (samples,), text with one per line, CSV with a column pred or prediction (and sample, where not from 0 on)
 *   counts       .npy (samples, output neurons), CSV with columns count0, count1, ...
 *   spikes       .spk, .npy (samples, steps, neurons), CSV sample,step,neuron: of the output population, or of the one the file's
 *                name ends in (mlp_spk_lif1.csv: lif1), or of the only one with so many neurons; CSV with a column population: of any
 * Columns beside a prediction or counts are passed over (samples.csv of another run is such a table). A table of spikes has no other
 * columns than these: one with a membrane or an offset in each row is another table, whose rows are not spikes.
 * Errors are ERR_INPUT with their place. */
#ifndef VOLLEY_IMPORT_EXPECT_H
#define VOLLEY_IMPORT_EXPECT_H
#include <stdint.h>

#include "base/err.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum expect_kind { EXPECT_PREDICTIONS, EXPECT_COUNTS, EXPECT_SPIKES };
enum expect_answer { EXPECT_ABSENT = -1, EXPECT_SAME = 0, EXPECT_DIFFERS = 1 };
#define EXPECT_NOTHING INT64_MIN        /* the file says nothing of this sample */

struct expect_spike { uint32_t sample, step, population, neuron; };     /* network step; index in the network */
struct expect {
    enum expect_kind kind;      /* predictions where the file has several: the others are there too */
    uint32_t samples;           /* largest sample of the file + 1 */
    int64_t *prediction;        /* [samples], EXPECT_NOTHING where absent; or NULL */
    uint32_t outputs;
    int64_t *count;             /* [samples * outputs], EXPECT_NOTHING in a row that is absent; or NULL */
    uint64_t n_spikes;          /* sorted by (sample, step, population, neuron), each once */
    struct expect_spike *spike;
    uint32_t n_populations;
    uint8_t *covered;           /* [n_populations] 1: the file holds the spikes of this population */
};
struct expect_difference {      /* the first: by sample, step, population, neuron */
    struct expect_spike spike;
    int in_run;                 /* 1: the run spiked and the file does not; 0: the other way round */
};

struct expect *expect_read(const char *path, const struct network *, struct err *);
void expect_free(struct expect *);      /* NULL is allowed */

/* Of samples first to last, those that the file says something of: how many, and the outermost two. Spikes of a sample that has no
 * row are none at all, up to the file's last sample. samples 0: nothing could be compared. */
struct expect_cover { uint32_t samples, first, last; };
struct expect_cover expect_covers(const struct expect *, uint32_t first, uint32_t last);
/* The earliest step of the file's spikes in these samples, UINT32_MAX where they have none. */
uint32_t expect_first_step(const struct expect *, uint32_t first, uint32_t last);

enum expect_answer expect_predictions(const struct expect *, uint32_t sample, int64_t prediction);
/* counts[outputs] of one sample of the run; *neuron is the first that differs. */
enum expect_answer expect_counts(const struct expect *, uint32_t sample, const uint64_t *counts, uint32_t *neuron);
/* The run's spikes of samples first to last, sorted as above, of all populations or more than the file covers. Returns how many
 * spikes are in one and not in the other; *difference is the first of them. *compared (may be NULL): spikes of the file in range. */
uint64_t expect_spikes(const struct expect *, const struct expect_spike *run, uint64_t n, uint32_t first, uint32_t last, struct expect_difference *difference,
                       uint64_t *compared);

#ifdef __cplusplus
}
#endif
#endif
