#define _POSIX_C_SOURCE 200809L
#include "progress.h"
#include "stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_progress_start(cli_progress *progress, double total) {
    const char *terminal = getenv("TERM");
    *progress = (cli_progress) { .on = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0), .total = total };
}

void cli_progress_show(cli_progress *progress, double done, const char *what) {
    enum { WIDTH = 30 };
    if (!progress->on) return;
    int64_t now_ns = cli_monotonic_ns();
    if (progress->drawn && now_ns - progress->drawn_at_ns < 100000000) return;
    progress->drawn_at_ns = now_ns;
    progress->drawn = true;
    if (!(progress->total > 0) || isinf(progress->total)) {
        fprintf(stderr, "\r\033[K%.40s  (Ctrl-C ends it)", what);
    } else {
        double part = done / progress->total;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        int filled = (int)(part * WIDTH);
        char bar[WIDTH + 1];
        memset(bar, '#', (size_t)filled);
        memset(bar + filled, '.', (size_t)(WIDTH - filled));
        bar[WIDTH] = 0;
        fprintf(stderr, "\r\033[K[%s] %3d %%  %.36s", bar, (int)(part * 100), what);
    }
    fflush(stderr);
}

void cli_progress_clear(cli_progress *progress) {
    if (!progress->drawn) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
