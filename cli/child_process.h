/* Other programs, run without a shell. */
#ifndef REEL_CLI_CHILD_PROCESS_H
#define REEL_CLI_CHILD_PROCESS_H

#include <stddef.h>

/* Runs argv[0], found through PATH, with argv (NULL at its end) in the folder cwd (NULL: this one), without input, and waits for it. What it prints
 * goes to out (NULL: nowhere) as text, at most out_size - 1 bytes of it; its errors go to ours.
 * 0: it ended well. Else its exit code, 128 + a signal's number, or -1 when it could not be started; said on standard error. */
int cli_run(const char *const *argv, const char *cwd, char *out, size_t out_size);

/* Starts it and does not wait, for programs with a window of their own. 0, or -1 when it could not be started (nothing is said). */
int cli_start(const char *const *argv);

#endif
