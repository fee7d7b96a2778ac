/* Ctrl-C, SIGTERM and SIGHUP as a request to finish in order. A second signal of the same kind ends the process at once. */
#ifndef REEL_CLI_STOP_H
#define REEL_CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

bool cli_stop_install(void);
/* From here on a file that is cut off while it is read (the library maps files) stops the command, too, instead of ending it by a signal. */
void cli_stop_watch_files(void);
/* Whether that happened: it was said, and whatever the command did is a failure. */
bool cli_stop_was_cut(void);
bool cli_stop_requested(void);
/* Sleeps until the monotonic time deadline_ns, or until a stop is requested; true if one is. */
bool cli_stop_wait_until(int64_t deadline_ns);
int64_t cli_monotonic_ns(void);

#endif
