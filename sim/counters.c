#include "counters.h"

#include <string.h>

const struct counter_info counters[N_COUNTERS] = {
#define X(id, name, key, class, unit, help) {name, key, COUNTER_##class, unit, help},
    COUNTER_LIST(X)
#undef X
};

int counter_by_name(const char *name)
{
    for (int i = 0; i < N_COUNTERS; i++)
        if (!strcmp(counters[i].name, name))
            return i;
    return -1;
}

int counter_by_key(const char *key)
{
    for (int i = 0; i < N_COUNTERS; i++)
        if (*key && !strcmp(counters[i].key, key))
            return i;
    return -1;
}
