/* Numbers and lines of the report: what is shown of a value, shares that add up, words that wrap under their label. */
#include <string.h>

#include "kit.h"
#include "report/form.h"

struct shown { double value; const char *text; };

static void counts_have_thousands_and_small_means_a_tenth(void)
{
    static const struct shown all[] = {{0, "0"}, {1, "1"}, {1.04, "1"}, {0.4, "0.4"}, {6.7, "6.7"}, {9.96, "10"}, {999.6, "1,000"}, {1023, "1,023"},
                                       {67370.4, "67,370"}, {1e9, "1,000,000,000"}, {1e30, "1e+30"}};
    char text[FORM_TEXT];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT_STRING_EQUAL(form_count(text, all[i].value), all[i].text);
}

static void values_have_three_digits_and_a_prefix(void)
{
    static const struct shown all[] = {{0, "0 J"}, {2.1788e-6, "2.18 uJ"}, {33.36e-6, "33.4 uJ"}, {300.2e-6, "300 uJ"}, {999.6e-9, "1.00 uJ"},
                                       {9.996e-6, "10.0 uJ"}, {99.96e-6, "100 uJ"}, {1, "1.00 J"}, {3e12, "3000 GJ"}, {2e-17, "0.02 fJ"}};
    char text[FORM_TEXT];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT_STRING_EQUAL(form_si(text, all[i].value, "J"), all[i].text);
    CU_ASSERT_STRING_EQUAL(form_bytes(text, 1023), "1,023 B");
    CU_ASSERT_STRING_EQUAL(form_bytes(text, 1023.7), "1.00 KiB");
    CU_ASSERT_STRING_EQUAL(form_bytes(text, 17.6e6), "16.8 MiB");
}

static void only_what_is_shown_as_one_is_singular(void)
{
    CU_ASSERT(!*form_plural(1) && !*form_plural(1.04) && !*form_plural(0.96));
    CU_ASSERT(*form_plural(0) && *form_plural(1.4) && *form_plural(0.6) && *form_plural(2) && *form_plural(11));
}

static void shares_are_shown_as_whole_percents_that_add_up(void)
{
    static const struct { double share[5]; int percent[5]; } all[] = {
        {{0.125, 0.125, 0.25, 0.245, 0.255}, {13, 13, 25, 24, 25}}, {{0.33333, 0.33333, 0.33334, 0, 0}, {33, 33, 34, 0, 0}},
        {{1, 0, 0, 0, 0}, {100, 0, 0, 0, 0}},
        {{0.9951, 0.0049, 0, 0, 0}, {100, 0, 0, 0, 0}}, {{0.29, 0.57, 0.14, 0, 0}, {29, 57, 14, 0, 0}}, {{0.994, 0.002, 0.002, 0.002, 0}, {100, 0, 0, 0, 0}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int percent[5], sum = 0;
        form_shares(all[i].share, 5, form_whole(all[i].share, 5), percent);
        for (int k = 0; k < 5; k++) {
            CU_ASSERT_EQUAL(percent[k], all[i].percent[k]);
            sum += percent[k];
        }
        CU_ASSERT_EQUAL(sum, 100);
    }
    int part[2];            /* of a whole that was rounded itself: 79 + 20 where 98.9 % is shown as 99 % */
    form_shares((double[]){0.787, 0.202}, 2, 99, part);
    CU_ASSERT(part[0] == 79 && part[1] == 20);
    form_shares((double[]){0}, 0, 0, part);
}

static char *item(size_t width, const char *label, const char *text)
{
    static char page[2000];
    memset(page, 0, sizeof page);
    FILE *to = fmemopen(page, sizeof page, "w");
    form_item(to, width, label, text);
    fclose(to);
    return page;
}

static void words_wrap_under_their_label_at_the_width_asked_for(void)
{
    CU_ASSERT_STRING_EQUAL(item(120, "time", "300 us\tmedian 297\nand more"), "time      300 us   median 297\n          and more\n");
    CU_ASSERT_STRING_EQUAL(item(30, "time", "300 us per item\tmedian 297"), "time      300 us per item\n          median 297\n");
    CU_ASSERT_STRING_EQUAL(item(30, "note", "a number and its unit: 300 us"), "note      a number and its\n          unit: 300 us\n");
    CU_ASSERT_STRING_EQUAL(item(24, "note", "it takes 300 us"), "note      it takes\n          300 us\n");     /* never "300" and then "us" */
    CU_ASSERT_STRING_EQUAL(item(120, "x", "a\033[31mb"), "x         a?[31mb\n");
}

static void what_is_no_terminal_has_the_full_width(void)
{
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(form_columns(file), FORM_WIDTH);
    fclose(file);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("form", NULL, NULL);
    CU_add_test(suite, "counts have thousands, and small means a tenth", counts_have_thousands_and_small_means_a_tenth);
    CU_add_test(suite, "values have three digits and a prefix", values_have_three_digits_and_a_prefix);
    CU_add_test(suite, "only what is shown as one is singular", only_what_is_shown_as_one_is_singular);
    CU_add_test(suite, "shares are shown as whole percents that add up", shares_are_shown_as_whole_percents_that_add_up);
    CU_add_test(suite, "words wrap under their label at the width asked for", words_wrap_under_their_label_at_the_width_asked_for);
    CU_add_test(suite, "what is no terminal has the full width", what_is_no_terminal_has_the_full_width);
    return check_run();
}
