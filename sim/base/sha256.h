/* sha256.h: the SHA-256 of a file's bytes, so that a report can say which inputs it rests on; and of bytes in memory, which name a build. */
#ifndef VOLLEY_BASE_SHA256_H
#define VOLLEY_BASE_SHA256_H
#include <stddef.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

/* 64 small hexadecimal digits and a 0 into hex. A missing file, a folder, a failed read: -1 and ERR_INPUT that names the path. */
int sha256_file(const char *path, char hex[65], struct err *);
void sha256_bytes(const void *bytes, size_t size, char hex[65]);       /* the same of bytes in memory */

#ifdef __cplusplus
}
#endif
#endif
