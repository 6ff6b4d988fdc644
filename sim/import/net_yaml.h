/* net_yaml.h: a network in native YAML (docs/network-yaml.md): layers in order, or layers and `connections`; numbers in the file,
 * arrays in .npy files beside it. Returns a finished network; errors name file, line and column. net_yaml_write (import.h)
 * writes the general form, which reads back to the same network bit for bit. */
#ifndef VOLLEY_IMPORT_NET_YAML_H
#define VOLLEY_IMPORT_NET_YAML_H
#include <stdio.h>

#include "base/err.h"
#include "import/import.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

/* options.from and the single overrides as for NIR: what the file says, --from where it is silent, reset, reset_time and dt over both. */
struct network *net_yaml_read(const char *path, const struct import_options *, struct err *);
void net_yaml_write_keys(FILE *);       /* the reference of all keys, Markdown */

#ifdef __cplusplus
}
#endif
#endif
