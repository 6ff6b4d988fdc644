/* .npy files: every number type, byte order, index order and version; what is refused; what is written reads back. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/npy.h"
#include "kit.h"

static char folder[64], path[128];

static void put(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Version, header text and elements as a file. */
static void put_array(int version, const char *header, const void *data, size_t size)
{
    char bytes[1000] = "\x93NUMPY";
    size_t n = strlen(header), wide = version == 1 ? 2 : 4;
    bytes[6] = (char)version;
    for (size_t i = 0; i < wide; i++)
        bytes[8 + i] = (char)(n >> 8 * i & 255);
    memcpy(bytes + 8 + wide, header, n);
    memcpy(bytes + 8 + wide + n, data, size);
    put(bytes, 8 + wide + n + size);
}

static struct npy read_good(void)
{
    struct npy a;
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL_FATAL(npy_read(path, &a, &err), 0);
    return a;
}

static void refused(const char *part)
{
    struct npy a;
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL(npy_read(path, &a, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, path));
    if (!strstr(err.text, part))
        printf("\nwanted '%s' in: %s\n", part, err.text);
    npy_free(&a);
}

static void every_type_gives_its_numbers(void)
{
    static const struct { const char *header; const char *bytes; size_t size; double first, second; } cases[] = {
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\0\1", 2, 0, 1},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", "\xff\x7f", 2, -1, 127},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "\xff\x01", 2, 255, 1},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", "\xfe\xff\x00\x01", 4, -2, 256},
        {"{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", "\xff\xfe\x01\x00", 4, -2, 256},
        {"{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", "\xfe\xff\x00\x01", 4, 65534, 256},
        {"{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }", "\xff\xff\xff\xfe\x00\x00\x01\x00", 8, -2, 256},
        {"{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }", "\xff\xff\xff\xff\x00\x00\x01\x00", 8, 4294967295.0, 65536},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\1\0\0\0", 16, -1, 4294967296.0},
        {"{'descr': '>u8', 'fortran_order': False, 'shape': (2,), }", "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\7", 16, 18446744073709551616.0, 7},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", "\x00\x3c\x01\x80", 4, 1, -0x1p-24},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "\x3f\x80\x00\x00\xbf\x00\x00\x00", 8, 1, -.5},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", "\0\0\0\0\0\0\xf8\x3f\1\0\0\0\0\0\0\0", 16, 1.5, 0x1p-1074},
        {"{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"f4\"}", "\x00\x00\x80\x3f\x00\x00\x80\x7f", 8, 1, INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_array(1 + (int)(i % 3), cases[i].header, cases[i].bytes, cases[i].size);
        struct npy a = read_good();
        CU_ASSERT_EQUAL(a.count, 2);
        CU_ASSERT_EQUAL(npy_number(&a, 0), cases[i].first);
        CU_ASSERT_EQUAL(npy_number(&a, 1), cases[i].second);
        npy_free(&a);
    }
}

static void integers_are_exact_or_refused(void)
{
    int64_t v = 0;
    put_array(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", "\1\0\0\0\0\0\x20\0\xff\xff\xff\xff\xff\xff\xff\x7f", 16);
    struct npy a = read_good();
    CU_ASSERT_EQUAL(npy_integer(&a, 0, &v), 0);
    CU_ASSERT_EQUAL(v, 9007199254740993);               /* 2^53 + 1: no double */
    CU_ASSERT_EQUAL(npy_integer(&a, 1, &v), 0);
    CU_ASSERT_EQUAL(v, INT64_MAX);
    npy_free(&a);
    put_array(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (), }", "\0\0\0\0\0\0\0\x80", 8);
    a = read_good();
    CU_ASSERT_EQUAL(a.rank, 0);
    CU_ASSERT_EQUAL(npy_integer(&a, 0, &v), -1);
    npy_free(&a);
    put_array(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", "\x00\x42\x00\x3e\x00\x7e\x00\xfc", 8);
    a = read_good();
    CU_ASSERT_EQUAL(npy_integer(&a, 0, &v), 0);
    CU_ASSERT_EQUAL(v, 3);
    for (uint64_t i = 1; i < 4; i++)                    /* 1.5, NaN, -infinity */
        CU_ASSERT_EQUAL(npy_integer(&a, i, &v), -1);
    CU_ASSERT(isnan(npy_number(&a, 2)));
    npy_free(&a);
}

static void fortran_order_is_turned_into_c_order(void)
{
    /* shape (2, 3, 2): element (i, j, k) holds 6 i + 2 j + k and lies at i + 2 j + 6 k */
    char bytes[12], shape[180], type[8];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 2; k++)
                bytes[i + 2 * j + 6 * k] = (char)(6 * i + 2 * j + k);
    put_array(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }", bytes, sizeof bytes);
    struct npy a = read_good();
    double *all = npy_numbers(&a);
    for (uint64_t i = 0; i < 12; i++)
        CU_ASSERT_EQUAL(all[i], (double)i);
    CU_ASSERT_STRING_EQUAL(npy_shape_text(&a, shape), "(2, 3, 2)");
    CU_ASSERT_STRING_EQUAL(npy_type_text(&a, type), "uint8");
    free(all);
    npy_free(&a);
}

static void what_is_not_an_array_of_numbers_is_refused(void)
{
    static const struct { const char *header, *part; } cases[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "Python objects"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "complex"},
        {"{'descr': '<U4', 'fortran_order': False, 'shape': (2,), }", "texts"},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,), }", "times"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (2,), }", "floats of this width"},
        {"{'descr': '', 'fortran_order': False, 'shape': (2,), }", "this type"},
        {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", "records"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }", "whole number"},
        {"{'descr': '|u1', 'fortran_order': maybe, 'shape': (2,), }", "True or False"},
        {"{'descr': '|u1', 'fortran_order': False, }", "each once"},
        {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "each once"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "expected"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x", "expected"},
        {"{'descr", "quotes"},
        {"", "'{'"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999)}", "larger than any file"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999,)}", "larger than any file"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "dimensions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_array(1, cases[i].header, "\1\2", 2);
        refused(cases[i].part);
    }
}

static void the_shape_must_agree_with_the_size_of_the_file(void)
{
    put_array(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "\0\0\0\0\0\0\0\0", 8);
    refused("(3,) of float32, 12 bytes, but 8 follow");
    put_array(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "\0\0\0\0\0\0\0\0", 8);
    refused("4 bytes, but 8 follow");
    put_array(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", "\0\0\0\0\0\0\0\0", 8);
    refused("but 8 follow");
    put("\x93NUMPY\1\0\xff\x7f{}", 12);
    refused("cut off");
    put("\x93NUMPY\2\0\xff\xff\xff\x7f{}", 14);
    refused("claims");
    put("\x93NUMPY\4\0\2\0{}", 12);
    refused("version 4.0");
    put("\x93NUM", 4);
    refused("too short");
    put("PK\3\4............", 16);
    refused(".npz");
    put("\x89HDF\r\n\x1a\n........", 16);
    refused("HDF5");
    put("sample,step,neuron", 18);
    refused("numpy.save");
    put_array(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }", "", 0);
    struct npy a = read_good();
    CU_ASSERT_EQUAL(a.count, 0);
    npy_free(&a);
}

static void missing_files_and_folders_are_refused(void)
{
    unlink(path);
    refused("No such file");
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    refused("is a folder");
    CU_ASSERT_EQUAL(rmdir(path), 0);
}

static void numbers_read_back_as_they_were_written(void)
{
    const double exact[6] = {0, -0.0, 1.5, -0x1p-149, 0x1.fffffep127, 3}, wide[2] = {0.1, 1e300};
    const uint64_t shape[2] = {2, 3}, two = 2;
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL_FATAL(npy_write_numbers(path, 2, shape, exact, &err), 0);
    struct npy a = read_good();
    CU_ASSERT_EQUAL(a.size, 4);
    CU_ASSERT_EQUAL(a.dim[0], 2);
    double *back = npy_numbers(&a);
    CU_ASSERT_EQUAL(memcmp(back, exact, sizeof exact), 0);
    free(back);
    npy_free(&a);
    CU_ASSERT_EQUAL_FATAL(npy_write_numbers(path, 1, &two, wide, &err), 0);
    a = read_good();
    CU_ASSERT_EQUAL(a.size, 8);
    CU_ASSERT_EQUAL(memcmp(a.data, wide, sizeof wide), 0);
    npy_free(&a);
    const uint32_t ids[2] = {UINT32_MAX, 1};
    CU_ASSERT_EQUAL_FATAL(npy_write(path, 'u', 4, 1, &two, ids, &err), 0);
    a = read_good();
    CU_ASSERT_EQUAL(memcmp(a.data, ids, sizeof ids), 0);
    npy_free(&a);
    struct stat about;
    CU_ASSERT_EQUAL(stat(path, &about), 0);
    CU_ASSERT_EQUAL(about.st_size % 64, sizeof ids);    /* numpy wants the elements at a multiple of 64 */
}

static void unwritable_places_are_the_users_error(void)
{
    const uint64_t two = 2;
    const double v[2] = {1, 2};
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL(npy_write_numbers("/nowhere/at/all.npy", 1, &two, v, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_EQUAL(npy_write_numbers("/dev/full", 1, &two, v, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/dev/full"));
    CU_ASSERT_EQUAL(npy_write_numbers(folder, 1, &two, v, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is a folder"));
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/volley_npy_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/a.npy", folder);
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("npy", NULL, NULL);
    CU_add_test(s, "every number type in either byte order and all three versions gives its numbers", every_type_gives_its_numbers);
    CU_add_test(s, "integers beyond 2^53 are exact, and fractions are no integers", integers_are_exact_or_refused);
    CU_add_test(s, "an array in Fortran order is turned into C order", fortran_order_is_turned_into_c_order);
    CU_add_test(s, "objects, records, texts and broken headers are refused with the cure", what_is_not_an_array_of_numbers_is_refused);
    CU_add_test(s, "the shape must agree with the size of the file", the_shape_must_agree_with_the_size_of_the_file);
    CU_add_test(s, "missing files and folders are refused", missing_files_and_folders_are_refused);
    CU_add_test(s, "numbers read back as they were written, in float32 where that is exact", numbers_read_back_as_they_were_written);
    CU_add_test(s, "an unwritable place is the user's error and leaves nothing", unwritable_places_are_the_users_error);
    int bad = check_run();
    unlink(path);
    rmdir(folder);
    return bad;
}
