/* The word that was probably meant. */
#include <string.h>

#include "config/doc.h"

/* longer words are no typing slips; the bound keeps the rows on the stack */
enum { WORD_MAX = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) between two words of at most WORD_MAX bytes. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[3][WORD_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3], *second = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(least(before[j], now[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], second[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

/* One slip per three letters is forgiven, one in any case; among equally near words the first of the list wins. */
const char *doc_nearest(const char *word, const char *const *candidate, size_t n)
{
    size_t length = strlen(word), best = length / 3 > 1 ? length / 3 : 1;
    const char *nearest = NULL;
    if (length > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidate[i]);
        if (m > WORD_MAX)
            continue;
        size_t d = distance(word, length, candidate[i], m);
        if (d < length && (d < best || (d == best && !nearest))) {
            best = d;
            nearest = candidate[i];
        }
    }
    return nearest;
}
