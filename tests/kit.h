/* kit.h: where the reference material is (VOLLEY_KIT, or ../shared/kit beside the repository), and how a CUnit program ends.
 * A test whose material is absent says SKIPPED and passes; the run's summary stays honest by that line. */
#ifndef VOLLEY_TESTS_KIT_H
#define VOLLEY_TESTS_KIT_H
#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>

static inline const char *kit_folder(void)
{
    const char *folder = getenv("VOLLEY_KIT");
    return folder && *folder ? folder : "../shared/kit";
}

/* Opens a file of the kit and leaves its path; NULL and a visible line where it is not there. */
static inline FILE *check_kit_open(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", kit_folder(), name);
    FILE *file = fopen(path, "r");
    if (!file)
        printf("SKIPPED: no reference file %s\n", name);
    return file;
}

static inline int check_run(void)
{
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}

#endif
