/* The cores that volley verifies by name. Adding one is a file beside this one and a line in the list. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "config/doc.h"
#include "verify/target_foreign.h"

enum { NAMES = 32 };

extern const struct verify_target verify_rtl_lif_core, verify_rtl_stdp_core;

const struct verify_target *const verify_targets[] = {&verify_rtl_lif_core, &verify_rtl_stdp_core, NULL};

const struct verify_target *verify_target_named(const char *name, struct err *err)
{
    const char *known[NAMES];
    size_t n = 0;
    for (; verify_targets[n] && n < NAMES; n++) {
        known[n] = verify_targets[n]->name;
        if (!strcmp(name, known[n]))
            return verify_targets[n];
    }
    const char *path = strncmp(name, "rtl:", 4) ? name : name + 4;
    /* A path has a slash or a dot; a folder of the current one may have neither. */
    if (strpbrk(path, "/.") || !access(path, F_OK))
        return verify_target_foreign(path, err);
    const char *nearest = doc_nearest(name, known, n);
    err_input(err, "no core '%.60s' to verify; %s'%s'%s, or a path to a core of your own", name,
              nearest ? "did you mean " : "there is ", nearest ? nearest : known[0], nearest ? "?" : "");
    return NULL;
}

const struct verify_size *verify_size_named(const struct verify_target *target, const char *name, struct err *err)
{
    char known[256] = "";
    size_t at = 0;
    for (const struct verify_size *size = target->sizes; size->name; size++) {
        if (!strcmp(name, size->name))
            return size;
        int n = snprintf(known + at, sizeof known - at, "%s%s", at ? ", " : "", size->name);
        at = at + (size_t)n < sizeof known ? at + (size_t)n : at;
    }
    err_input(err, "%s has no size '%.60s'; it was built as %s", target->name, name, known);
    return NULL;
}
