/* Ctrl-C, SIGTERM and SIGHUP as a request to finish in order. A second signal of the same kind ends the process at once. */
#ifndef REEL_CLI_STOP_H
#define REEL_CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

bool cli_stop_install(void);
bool cli_stop_requested(void);
/* Sleeps until the monotonic time deadline_ns, or until a stop is requested; true if one is. */
bool cli_stop_wait_until(int64_t deadline_ns);
int64_t cli_monotonic_ns(void);

#endif
