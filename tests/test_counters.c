/* The list of counters: names and keys that point at one entry each, and the document written from it. */
#include <string.h>

#include "counters.h"
#include "kit.h"

static void every_name_and_price_key_finds_its_own_counter(void)
{
    for (int i = 0; i < N_COUNTERS; i++) {
        CU_ASSERT_EQUAL(counter_by_name(counters[i].name), i);
        if (*counters[i].key)
            CU_ASSERT_EQUAL(counter_by_key(counters[i].key), i);
        CU_ASSERT(*counters[i].unit && *counters[i].help);
    }
    CU_ASSERT_EQUAL(counter_by_name("sop"), -1);
    CU_ASSERT_EQUAL(counter_by_key("sops"), -1);
    CU_ASSERT_EQUAL(counter_by_key(""), -1);
}

static void only_work_has_a_price_key(void)
{
    for (int i = 0; i < N_COUNTERS; i++)
        if (counters[i].class_ == COUNTER_TIME)
            CU_ASSERT_STRING_EQUAL(counters[i].key, "");
}

static void the_document_is_what_the_list_says(void)
{
    char *want = NULL, got[4096];
    size_t size = 0, at = 0, n;
    FILE *memory = open_memstream(&want, &size), *file = fopen("docs/counters.md", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
    counters_write(memory);
    fclose(memory);
    CU_ASSERT_PTR_NOT_NULL(file);
    while (file && (n = fread(got, 1, sizeof got, file)) > 0) {
        CU_ASSERT(at + n <= size && !memcmp(want + at, got, n));
        at += n;
    }
    CU_ASSERT_EQUAL(at, size);
    if (file)
        fclose(file);
    for (int i = 0; i < N_COUNTERS; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(want, counters[i].help));
    free(want);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("counters", NULL, NULL);
    CU_add_test(suite, "every name and price key finds its own counter", every_name_and_price_key_finds_its_own_counter);
    CU_add_test(suite, "only work has a price key", only_work_has_a_price_key);
    CU_add_test(suite, "docs/counters.md is what volley counters writes", the_document_is_what_the_list_says);
    return check_run();
}
