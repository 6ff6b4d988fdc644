/* err.h: how a failure travels. A function that can fail takes a struct err * last, fills it once and returns -1 (or NULL);
 * main alone turns the kind into an exit status. The text is one message: place (file:line:column or node), what was found,
 * what to write instead. Owner of the struct: the caller; nothing to free. err may not be NULL. */
#ifndef VOLLEY_BASE_ERR_H
#define VOLLEY_BASE_ERR_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

enum err_kind {             /* the value is the exit status */
    ERR_NONE = 0,
    ERR_ANSWER = 1,         /* the run's own answer is no: does not fit, mismatch, refused, deadlock */
    ERR_INPUT = 2,          /* the user's fault: wrong use, unreadable input, unwritable output */
    ERR_BUG = 3,            /* ours */
    ERR_INTERRUPTED = 130
};
struct err {
    enum err_kind kind;
    char text[1500];
};

/* Each sets kind and text (printf style) and returns -1. A second call replaces the first. */
int err_answer(struct err *, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_input(struct err *, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_bug(struct err *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "format: " before the text already there; the kind stays. Returns -1. */
int err_context(struct err *, const char *format, ...) __attribute__((format(printf, 2, 3)));
#if defined __clang_analyzer__ && !defined VOLLEY_BASE_ERR_C   /* it sees no function of another file: it is told what they return */
#define err_answer(...) (err_answer(__VA_ARGS__), -1)
#define err_input(...) (err_input(__VA_ARGS__), -1)
#define err_bug(...) (err_bug(__VA_ARGS__), -1)
#define err_context(...) (err_context(__VA_ARGS__), -1)
#endif

#ifdef __cplusplus
}
#endif
#endif
