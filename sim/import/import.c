#include "import/import.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "import/net_yaml.h"
#include "import/nir.h"
#include "import/nir_file.h"

struct network *import_network(const char *path, const struct import_options *options, struct err *err)
{
    struct stat st;
    if (stat(path, &st)) {
        err_input(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        err_input(err, "%s: a directory, not a network file; name a .nir or .yaml file", path);
        return NULL;
    }
    return nir_file_is(path) ? nir_read(path, options, err) : net_yaml_read(path, options, err);
}
