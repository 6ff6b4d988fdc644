/* json.h: writes JSON, one value after the other, indented by two spaces. Text that is not UTF-8 gets U+FFFD in place of what
 * cannot be read; a number that is not finite becomes null. Failures stay in the FILE, for its owner to find. */
#ifndef VOLLEY_REPORT_JSON_H
#define VOLLEY_REPORT_JSON_H
#include <stdint.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { JSON_DEPTH = 16 };
struct json { FILE *to; char close[JSON_DEPTH]; int depth, first; };

void json_start(struct json *, FILE *);                         /* opens the root object */
void json_finish(struct json *);                                /* closes it, and the line */
/* key: NULL inside a list */
void json_object(struct json *, const char *key);
void json_list(struct json *, const char *key);
void json_close(struct json *);                                 /* the object or list opened last */
void json_text(struct json *, const char *key, const char *text);       /* text NULL: null */
void json_real(struct json *, const char *key, double);
void json_count(struct json *, const char *key, uint64_t);
void json_flag(struct json *, const char *key, int);
void json_null(struct json *, const char *key);
void json_string(FILE *, const char *text);                     /* quoted and escaped, alone */

#ifdef __cplusplus
}
#endif
#endif
