/* said.h: where Verilator's own messages go: the texts of assertions that fail belong into the message of the call in which they did, not between
 * the lines of a report. Verilated code is compiled with this file in front (rtl/models.cmake), so that VL_PRINTF is ours. */
#ifndef VOLLEY_CORES_RTL_SAID_H
#define VOLLEY_CORES_RTL_SAID_H
#ifdef __cplusplus
extern "C" {
#endif

void volley_rtl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The first message of this thread since the last call, on one line; "" where there is none. Valid until the next message. */
const char *volley_rtl_said(void);

#ifdef __cplusplus
}
#endif
#ifndef VL_PRINTF       /* where Verilator's own headers come first it is nobody's business any more */
#define VL_PRINTF volley_rtl_say
#endif
#endif
