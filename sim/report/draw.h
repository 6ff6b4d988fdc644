/* draw.h: small drawings for report.html: inline SVG without scripts, fonts or files from elsewhere. */
#ifndef VOLLEY_REPORT_DRAW_H
#define VOLLEY_REPORT_DRAW_H
#include <stddef.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

void draw_text(FILE *, const char *text);               /* escaped for HTML */
void draw_bar(FILE *, double share, const char *title); /* one horizontal bar, share of its full width 0..1 */
struct draw_part { const char *name; double share; };
void draw_stack(FILE *, const struct draw_part *, size_t n);            /* parts of a whole, with a legend; six at most */
/* How many of value[0 .. n) fall where; unit "J" or "s". Values that are not finite are left out. */
void draw_histogram(FILE *, const double *value, size_t n, const char *unit);
void draw_line(FILE *, const double *value, size_t n, const char *unit, const char *below);     /* value over 0 .. n-1 */

#ifdef __cplusplus
}
#endif
#endif
