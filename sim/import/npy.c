#include "import/npy.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/whole.h"

static const char MAGIC[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
enum {
    HEADER_MAX = 1 << 16,       /* bytes of the header's text; numpy's own limit when reading is 10000 */
    FIRST_CHUNK = 1 << 20       /* what is taken at first where the file's size is not known (a pipe) */
};
enum { HAS_DESCR = 1, HAS_ORDER = 2, HAS_SHAPE = 4 };

struct header {
    const char *path, *at;      /* at: what is left of the text */
    struct npy *array;
    int big, fortran;           /* byte order is big-endian; index order is Fortran's */
    unsigned has;
    struct err *err;
};

/* ---- the header: a Python dictionary with descr, fortran_order and shape ---- */

/* What stands at the place where wanted should. */
static int broken(const struct header *h, const char *wanted)
{
    return err_input(h->err, "%s: the header of the .npy file is not numpy's: %s expected at '%.20s'; write it with numpy.save", h->path, wanted, h->at);
}

static void skip(struct header *h)
{
    h->at += strspn(h->at, " \t\r\n");
}

/* 1: c was next, and is consumed. */
static int take(struct header *h, char c)
{
    skip(h);
    if (*h->at != c)
        return 0;
    h->at++;
    return 1;
}

/* A text in single or double quotes, without escapes. */
static int take_text(struct header *h, char *to, size_t size)
{
    skip(h);
    char quote = *h->at;
    if (quote != '\'' && quote != '"')
        return broken(h, "a text in quotes");
    const char *end = strchr(h->at + 1, quote);
    size_t length = end ? (size_t)(end - h->at) - 1 : size;
    if (length >= size)
        return broken(h, "a short text in quotes");
    memcpy(to, h->at + 1, length);
    to[length] = '\0';
    h->at = end + 1;
    return 0;
}

static int refuse_type(const struct header *h, const char *descr, const char *what)
{
    return err_input(h->err, "%s: an array of %s ('%s') is not read; save numbers: numpy.save(name, array.astype('float32'))", h->path, what, descr);
}

static const char *kind_text(char kind)
{
    switch (kind) {
    case 'O': return "Python objects";
    case 'c': return "complex numbers";
    case 'S': case 'U': case 'a': return "texts";
    case 'm': case 'M': return "times";
    case 'V': return "raw bytes";
    case 'f': return "floats of this width";
    default: return "this type";
    }
}

/* "<f4": byte order, kind, bytes; order may be absent. */
static int set_type(struct header *h)
{
    char descr[32], *kind = descr;
    if (take_text(h, descr, sizeof descr))
        return -1;
    if (strchr("<>|=", *kind) && *kind)
        h->big = *kind++ == '>';
    char *end;
    unsigned long size = *kind ? strtoul(kind + 1, &end, 10) : 0;
    int whole = *kind && kind[1] >= '0' && kind[1] <= '9' && !*end && (size == 1 || size == 2 || size == 4 || size == 8);
    if (!whole || !strchr("biuf", *kind) || (*kind == 'b' && size != 1) || (*kind == 'f' && size == 1))
        return refuse_type(h, descr, kind_text(*kind));
    h->array->kind = *kind;
    h->array->size = (uint32_t)size;
    return 0;
}

static int set_order(struct header *h)
{
    skip(h);
    int fortran = !strncmp(h->at, "True", 4);
    if (!fortran && strncmp(h->at, "False", 5))
        return broken(h, "True or False");
    h->fortran = fortran;
    h->at += fortran ? 4 : 5;
    return 0;
}

/* One size; Python 2 wrote 3L. */
static int set_dim(struct header *h)
{
    struct npy *a = h->array;
    uint64_t value = 0;
    skip(h);
    if (*h->at < '0' || *h->at > '9')
        return broken(h, "a whole number in the shape");
    for (; *h->at >= '0' && *h->at <= '9'; h->at++) {
        if (value > (UINT64_MAX >> 8) / 10)
            return err_input(h->err, "%s: its shape is larger than any file", h->path);
        value = 10 * value + (uint64_t)(*h->at - '0');
    }
    h->at += *h->at == 'L';
    if (a->rank == NPY_RANK_MAX)
        return err_input(h->err, "%s: more than %d dimensions; reshape the array", h->path, NPY_RANK_MAX);
    a->dim[a->rank++] = value;
    return 0;
}

/* "(2, 3)", "(2,)", "()". */
static int set_shape(struct header *h)
{
    if (!take(h, '('))
        return broken(h, "'('");
    while (!take(h, ')')) {
        if (set_dim(h))
            return -1;
        if (!take(h, ',') && (skip(h), *h->at != ')'))
            return broken(h, "',' or ')'");
    }
    return 0;
}

/* One "key: value"; the three keys come in any order. */
static int header_pair(struct header *h)
{
    char key[32];
    if (take_text(h, key, sizeof key))
        return -1;
    if (!take(h, ':'))
        return broken(h, "':'");
    unsigned which = !strcmp(key, "descr") ? HAS_DESCR : !strcmp(key, "fortran_order") ? HAS_ORDER : !strcmp(key, "shape") ? HAS_SHAPE : 0;
    if (!which || (h->has & which))
        return broken(h, "descr, fortran_order and shape, each once,");
    h->has |= which;
    skip(h);
    if (which == HAS_DESCR && (*h->at == '[' || *h->at == '('))
        return refuse_type(h, "structured", "records");
    return which == HAS_DESCR ? set_type(h) : which == HAS_ORDER ? set_order(h) : set_shape(h);
}

static int parse(struct header *h)
{
    if (!take(h, '{'))
        return broken(h, "'{'");
    while (!take(h, '}')) {
        if (header_pair(h))
            return -1;
        if (!take(h, ',') && (skip(h), *h->at != '}'))
            return broken(h, "',' or '}'");
    }
    skip(h);
    if (*h->at || h->has != (HAS_DESCR | HAS_ORDER | HAS_SHAPE))
        return broken(h, "descr, fortran_order and shape, each once,");
    return 0;
}

/* Sets count; *bytes is what the elements take in the file. */
static int measure(const struct header *h, uint64_t *bytes)
{
    struct npy *a = h->array;
    a->count = 1;
    for (int i = 0; i < a->rank; i++) {
        if (a->dim[i] && a->count > (UINT64_MAX >> 8) / a->dim[i])
            return err_input(h->err, "%s: its shape is larger than any file", h->path);
        a->count *= a->dim[i];
    }
    *bytes = a->count * a->size;
    return 0;
}

/* ---- the file ---- */

/* Names what the file is instead, where its first bytes tell. */
static int not_npy(const char *path, const char *magic, struct err *err)
{
    if (!memcmp(magic, "PK", 2))
        return err_input(err, "%s: is an archive of several arrays (.npz); save one with numpy.save", path);
    if (!memcmp(magic, "\x89HDF", 4))
        return err_input(err, "%s: is an HDF5 file, not a .npy array; give it its own ending (.h5, .nir)", path);
    return err_input(err, "%s: does not begin like a .npy file; write it with numpy.save", path);
}

/* The header's text, ended by 0, or NULL. *taken: bytes of the file up to the first element. */
static char *header_text(FILE *file, const char *path, uint64_t *taken, struct err *err)
{
    unsigned char start[8], length[4] = {0};
    if (fread(start, 1, sizeof start, file) != sizeof start) {
        err_input(err, "%s: too short for a .npy file; was it written completely?", path);
        return NULL;
    }
    if (memcmp(start, MAGIC, sizeof MAGIC)) {
        not_npy(path, (const char *)start, err);
        return NULL;
    }
    size_t wide = start[6] == 1 ? 2 : 4;
    if (start[6] < 1 || start[6] > 3) {
        err_input(err, "%s: .npy version %u.%u; versions 1 to 3 are read", path, start[6], start[7]);
        return NULL;
    }
    size_t got = fread(length, 1, wide, file), n = length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 | (size_t)length[3] << 24;
    if (got == wide && n > HEADER_MAX) {
        err_input(err, "%s: the header of the .npy file claims %zu bytes; is the file damaged?", path, n);
        return NULL;
    }
    char *text = mem_new(n + 1, 1);
    if (got != wide || fread(text, 1, n, file) != n || strlen(text) != n) {
        err_input(err, "%s: the header of the .npy file is cut off or damaged", path);
        free(text);
        return NULL;
    }
    *taken = sizeof start + wide + n;
    return text;
}

/* A regular file must hold the elements and nothing more; returns -1 and err otherwise. *known: its size was there to check. */
static int check_size(FILE *file, const struct header *h, uint64_t taken, uint64_t bytes, int *known)
{
    struct stat about;
    char shape[180], type[8];
    *known = !fstat(fileno(file), &about) && S_ISREG(about.st_mode);
    if (!*known || (uint64_t)about.st_size == taken + bytes)
        return 0;
    uint64_t there = (uint64_t)about.st_size > taken ? (uint64_t)about.st_size - taken : 0;
    return err_input(h->err, "%s: its header says %s of %s, %llu bytes, but %llu follow; was it written completely?", h->path, npy_shape_text(h->array, shape),
                     npy_type_text(h->array, type), (unsigned long long)bytes, (unsigned long long)there);
}

/* At once where the file's size was checked; from a pipe in growing pieces, so that a false header costs nothing. */
static int read_elements(FILE *file, const struct header *h, uint64_t bytes, int known)
{
    struct npy *a = h->array;
    uint64_t have = 0, room = known || bytes < FIRST_CHUNK ? bytes : FIRST_CHUNK;
    a->data = mem_grow(NULL, room, 1);
    while (have < bytes) {
        size_t got = fread((char *)a->data + have, 1, room - have, file);
        have += got;
        if (!got)
            return err_input(h->err, "%s: ends after %llu of its %llu bytes; was it written completely?", h->path, (unsigned long long)have,
                             (unsigned long long)bytes);
        if (have == room && room < bytes) {
            room = bytes - room < room ? bytes : 2 * room;
            a->data = mem_grow(a->data, room, 1);
        }
    }
    return 0;
}

static int machine_is_big(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return !first;
}

static void swap_bytes(void *data, uint64_t count, uint32_t size)
{
    unsigned char *at = data;
    for (uint64_t i = 0; i < count; i++, at += size)
        for (uint32_t k = 0; k < size / 2; k++) {
            unsigned char byte = at[k];
            at[k] = at[size - 1 - k];
            at[size - 1 - k] = byte;
        }
}

/* From Fortran's order (first index fastest) to C's. */
static void transpose(struct npy *a)
{
    uint64_t index[NPY_RANK_MAX] = {0}, stride[NPY_RANK_MAX], from = 0, step = 1;
    char *to = mem_grow(NULL, a->count, a->size);
    for (int i = 0; i < a->rank; step *= a->dim[i++])
        stride[i] = step;
    for (uint64_t k = 0; k < a->count; k++) {
        memcpy(to + k * a->size, (const char *)a->data + from * a->size, a->size);
        for (int i = a->rank; i-- > 0;) {
            from += stride[i];
            if (++index[i] < a->dim[i])
                break;
            from -= stride[i] * a->dim[i];
            index[i] = 0;
        }
    }
    free(a->data);
    a->data = to;
}

static int read_open(FILE *file, const char *path, struct npy *a, struct err *err)
{
    uint64_t taken, bytes = 0;
    int known;
    char *text = header_text(file, path, &taken, err);
    if (!text)
        return -1;
    struct header h = {.path = path, .at = text, .array = a, .err = err};
    int bad = parse(&h) || measure(&h, &bytes);
    free(text);
    if (bad || check_size(file, &h, taken, bytes, &known) || read_elements(file, &h, bytes, known))
        return -1;
    if (h.big != machine_is_big() && a->size > 1)
        swap_bytes(a->data, a->count, a->size);
    if (h.fortran && a->rank > 1)
        transpose(a);
    return 0;
}

int npy_read(const char *path, struct npy *a, struct err *err)
{
    struct stat about;
    *a = (struct npy){.kind = 'u', .size = 1};
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_input(err, "%s: %s; give the path of a .npy file", path, strerror(errno));
    int bad = !fstat(fileno(file), &about) && S_ISDIR(about.st_mode) ? err_input(err, "%s: is a folder; give the path of a .npy file", path)
                                                                    : read_open(file, path, a, err);
    fclose(file);
    if (bad)
        npy_free(a);
    return bad;
}

void npy_free(struct npy *a)
{
    free(a->data);
    *a = (struct npy){.kind = 'u', .size = 1};
}

/* ---- elements ---- */

/* An IEEE half: 1 sign, 5 exponent, 10 fraction bits. */
static double half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double m = exponent == 31 ? (fraction ? NAN : INFINITY) : exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -m : m;
}

/* Elements lie in memory as the machine has them; malloc's alignment serves every type. */
static double float_at(const struct npy *a, uint64_t i)
{
    switch (a->size) {
    case 8: return ((const double *)a->data)[i];
    case 4: return ((const float *)a->data)[i];
    default: return half(((const uint16_t *)a->data)[i]);
    }
}

static int64_t signed_at(const struct npy *a, uint64_t i)
{
    switch (a->size) {
    case 8: return ((const int64_t *)a->data)[i];
    case 4: return ((const int32_t *)a->data)[i];
    case 2: return ((const int16_t *)a->data)[i];
    default: return ((const int8_t *)a->data)[i];
    }
}

static uint64_t unsigned_at(const struct npy *a, uint64_t i)
{
    switch (a->size) {
    case 8: return ((const uint64_t *)a->data)[i];
    case 4: return ((const uint32_t *)a->data)[i];
    case 2: return ((const uint16_t *)a->data)[i];
    default: return a->kind == 'b' ? ((const uint8_t *)a->data)[i] != 0 : ((const uint8_t *)a->data)[i];
    }
}

double npy_number(const struct npy *a, uint64_t i)
{
    return a->kind == 'f' ? float_at(a, i) : a->kind == 'i' ? (double)signed_at(a, i) : (double)unsigned_at(a, i);
}

int npy_integer(const struct npy *a, uint64_t i, int64_t *value)
{
    if (a->kind == 'f') {
        double v = float_at(a, i);
        if (!(v >= -0x1p63 && v < 0x1p63) || v != floor(v))
            return -1;
        *value = (int64_t)v;
        return 0;
    }
    uint64_t u = a->kind == 'i' ? 0 : unsigned_at(a, i);
    if (u > INT64_MAX)
        return -1;
    *value = a->kind == 'i' ? signed_at(a, i) : (int64_t)u;
    return 0;
}

double *npy_numbers(const struct npy *a)
{
    double *value = mem_grow(NULL, a->count, sizeof *value);
    for (uint64_t i = 0; i < a->count; i++)
        value[i] = npy_number(a, i);
    return value;
}

char *npy_type_text(const struct npy *a, char *to)
{
    const char *kind = a->kind == 'b' ? "bool" : a->kind == 'i' ? "int" : a->kind == 'u' ? "uint" : "float";
    if (a->kind == 'b')
        snprintf(to, 8, "%s", kind);
    else
        snprintf(to, 8, "%s%u", kind, (8 * a->size) % 100);
    return to;
}

char *npy_shape_text(const struct npy *a, char *to)
{
    size_t used = (size_t)sprintf(to, "(");
    for (int i = 0; i < a->rank; i++)
        used += (size_t)sprintf(to + used, "%s%llu", i ? ", " : "", (unsigned long long)a->dim[i]);
    sprintf(to + used, a->rank == 1 ? ",)" : ")");
    return to;
}

/* ---- writing ---- */

/* Version 1: the header's length in two bytes, its text filled up with blanks and ended by a new line. */
static void write_header(FILE *file, char kind, uint32_t size, int rank, const uint64_t *dim)
{
    struct npy shape = {.rank = rank};
    char text[180], header[400];
    if (rank)
        memcpy(shape.dim, dim, (size_t)rank * sizeof *dim);
    int n = snprintf(header, sizeof header, "{'descr': '%c%c%u', 'fortran_order': False, 'shape': %s, }", size > 1 ? '<' : '|', kind, size,
                     npy_shape_text(&shape, text));
    size_t padded = ((size_t)n + 1 + 10 + 63) / 64 * 64 - 10;       /* the elements begin at a multiple of 64 */
    fwrite(MAGIC, 1, sizeof MAGIC, file);
    fwrite((unsigned char[]){1, 0, (unsigned char)(padded & 255), (unsigned char)(padded >> 8)}, 1, 4, file);
    fprintf(file, "%s%*s\n", header, (int)padded - n - 1, "");
}

int npy_write(const char *path, char kind, uint32_t size, int rank, const uint64_t *dim, const void *data, struct err *err)
{
    struct whole whole;
    unsigned char part[4096];
    uint64_t bytes = size;
    if (whole_open(&whole, path, err))
        return -1;
    for (int i = 0; i < rank; i++)
        bytes *= dim[i];
    write_header(whole.file, kind, size, rank, dim);
    for (uint64_t at = 0; at < bytes; at += sizeof part) {
        size_t n = bytes - at < sizeof part ? (size_t)(bytes - at) : sizeof part;
        memcpy(part, (const char *)data + at, n);
        if (machine_is_big() && size > 1)
            swap_bytes(part, n / size, size);
        fwrite(part, 1, n, whole.file);
    }
    return whole_close(&whole, err);
}

int npy_write_numbers(const char *path, int rank, const uint64_t *dim, const double *value, struct err *err)
{
    uint64_t count = 1;
    int narrow = 1;
    for (int i = 0; i < rank; i++)
        count *= dim[i];
    for (uint64_t i = 0; i < count && narrow; i++) {
        double back = (double)(float)value[i];
        narrow = !memcmp(&back, &value[i], sizeof back);
    }
    if (!narrow)
        return npy_write(path, 'f', sizeof(double), rank, dim, value, err);
    float *single = mem_grow(NULL, count, sizeof *single);
    for (uint64_t i = 0; i < count; i++)
        single[i] = (float)value[i];
    int bad = npy_write(path, 'f', sizeof(float), rank, dim, single, err);
    free(single);
    return bad;
}
