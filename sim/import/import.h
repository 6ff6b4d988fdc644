/* import.h: the one door for network files: NIR (HDF5) or native YAML, told apart by content. Returns a finished network. */
#ifndef VOLLEY_IMPORT_IMPORT_H
#define VOLLEY_IMPORT_IMPORT_H
#include "base/err.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

struct import_options {
    const char *from;           /* --from TOOL; NULL: metadata only */
    double dt;                  /* --dt seconds; 0: metadata, else the tool's rule */
    int reset;                  /* -1 not given, or RESET_ZERO / RESET_SUBTRACT */
    int reset_time;             /* -1 not given, 0 now, 1 next */
    int allow_shift;
};
/* metadata of the file, then --from, then the single overrides; where none says what the result depends on: ERR_INPUT that
 * names the file and the option ("my.nir does not say how neurons reset; from snnTorch: --from snntorch"). */
struct network *import_network(const char *path, const struct import_options *, struct err *);
/* Native YAML (volley convert): path.yaml and its .npy files beside it. Reads back to the same network. */
int net_yaml_write(const struct network *, const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
