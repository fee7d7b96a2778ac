/* A progress bar on standard error: drawn on a terminal only, at most ten times a second. */
#ifndef REEL_CLI_PROGRESS_H
#define REEL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cli_progress {
    bool on;
    bool drawn; /* the line holds a bar now */
    int64_t drawn_at_ns;
    double total; /* in whatever unit `done` counts; 0 or infinite: unknown */
} cli_progress;

void cli_progress_start(cli_progress *progress, double total);
void cli_progress_show(cli_progress *progress, double done, const char *what);
/* Takes the bar off the line, before other text is printed. */
void cli_progress_clear(cli_progress *progress);

#endif
