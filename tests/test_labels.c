/* Labels: one class per sample, from arrays, text and tables, and what is refused. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/events.h"
#include "import/npy.h"
#include "kit.h"

static char folder[] = "/tmp/volley-labels-XXXXXX";
static struct err err;

static const char *scratch(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *text(const char *content)
{
    const char *path = scratch("x.txt");
    FILE *file = fopen(path, "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs(content, file);
    fclose(file);
    return path;
}

static const char *array(int rank, uint64_t first, uint64_t second, char kind, uint32_t size, const void *data)
{
    const uint64_t dim[2] = {first, second};
    const char *path = scratch("x.npy");
    CU_ASSERT_FATAL(!npy_write(path, kind, size, rank, dim, data, &err));
    return path;
}

static void accepted(const char *path)
{
    static const int64_t wanted[] = {3, 0, 9};
    uint32_t count = 0;
    int64_t *label = labels_read(path, 3, 10, &count, &err);
    if (!label)
        printf("\n    %s\n", err.text);
    CU_ASSERT_FATAL(label != NULL);
    CU_ASSERT(count == 3 && !memcmp(label, wanted, sizeof wanted));
    free(label);
}

static void refused(const char *path, uint32_t samples, const char *word)
{
    uint32_t count;
    int64_t *label = labels_read(path, samples, 10, &count, &err);
    CU_ASSERT(!label && err.kind == ERR_INPUT && strstr(err.text, word));
    if (!label && !strstr(err.text, word))
        printf("\n    wanted '%s' in: %s\n", word, err.text);
    free(label);
}

static void arrays(void)
{
    accepted(array(1, 3, 0, 'i', 8, (int64_t[]){3, 0, 9}));
    accepted(array(1, 3, 0, 'u', 1, (uint8_t[]){3, 0, 9}));
    accepted(array(2, 3, 1, 'i', 4, (int32_t[]){3, 0, 9}));
    accepted(array(1, 3, 0, 'f', 4, (float[]){3, 0, 9}));
}

static void texts(void)
{
    accepted(text("3\n0\n9\n"));
    accepted(text("\xEF\xBB\xBF# classes\r\nlabel\r\n3\r\n\r\n0\r\n9"));
    accepted(text("sample,label,pred\n0,3,1\n1,0,0\n2,9,4\n"));
    accepted(text("3.0\n0.0\n9.0\n"));
}

static void refusals(void)
{
    refused(text("3\n0\n"), 3, "x.txt: 2 labels for 3 samples");
    refused(text("3\n-1\n0\n"), 3, "x.txt:2:1: label -1 is negative");
    refused(text("3\n10\n0\n"), 3, "x.txt:2:1: label 10 is beyond the 10 classes of the network's output (0 to 9); do the labels begin at 1?");
    refused(text("3\n0.5\n0\n"), 3, "x.txt:2:1: label '0.5' is not a whole number");
    refused(text("3\ncat\n0\n"), 3, "x.txt:2:1: label 'cat' is not a number");
    refused(text("1,3\n2,4\n"), 2, "which of its 2 columns");
    refused(text("sample,label\n0,3\n2,4\n"), 2, "x.txt:3:1: sample 2 where sample 1 is due");
    refused(text("# nothing\n"), 1, "holds no labels");
    refused(text(""), 1, "is empty");
    refused(scratch("none"), 1, "No such file");
    refused(folder, 1, "is a folder");
    refused(array(1, 3, 0, 'i', 8, (int64_t[]){3, -4, 9}), 3, "x.npy: sample 1: label -4 is negative");
    refused(array(1, 3, 0, 'i', 8, (int64_t[]){3, 0, 12}), 3, "x.npy: sample 2: label 12 is beyond");
    refused(array(1, 3, 0, 'f', 4, (float[]){3, 0.5f, 9}), 3, "x.npy: sample 1: label 0.5 is not a whole number");
    refused(array(1, 2, 0, 'i', 8, (int64_t[]){3, 0}), 3, "2 labels for 3 samples");
    refused(array(2, 2, 2, 'i', 8, (int64_t[]){1, 0, 0, 1}), 2, "argmax");
    refused(array(1, 0, 0, 'i', 8, NULL), 1, "holds no labels");
}

static void kit_labels(void)
{
    char path[300];
    FILE *file = check_kit_open("snn/mlp_rate_labels.npy", path, sizeof path);
    if (!file)
        return;
    fclose(file);
    uint32_t count, rows;
    int64_t *label = labels_read(path, 300, 10, &count, &err);
    snprintf(path, sizeof path, "%s/snn/mlp_rate_ref.csv", kit_folder());
    int64_t *row = labels_read(path, 300, 10, &rows, &err);
    CU_ASSERT_FATAL(label && row && count == 300 && rows == 300);
    CU_ASSERT(!memcmp(label, row, 300 * sizeof *label));
    free(label);
    free(row);
}

static int make_folder(void)
{
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void)
{
    unlink(scratch("x.txt"));
    unlink(scratch("x.npy"));
    return rmdir(folder);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("labels", make_folder, remove_folder);
    CU_add_test(suite, "labels are an array of any integer type, or floats that are whole", arrays);
    CU_add_test(suite, "labels are one per line, or the column `label` of a table", texts);
    CU_add_test(suite, "too few, negative, fractional labels and those beyond the classes are refused with their place", refusals);
    CU_add_test(suite, "the kit's labels are the same from the array and from the table", kit_labels);
    return check_run();
}
