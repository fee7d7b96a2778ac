#include "clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t reel__realtime_ns(void) { return read_clock(CLOCK_REALTIME); }
int64_t reel__monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t reel__deadline_ms(int64_t timeout_ms) {
    if (timeout_ms < 0)
        return INT64_MAX;
    int64_t now = reel__monotonic_ns();
    return timeout_ms > (INT64_MAX - now) / 1000000 ? INT64_MAX : now + timeout_ms * 1000000;
}

int64_t reel__left_ms(int64_t deadline_ns) {
    if (deadline_ns == INT64_MAX)
        return -1;
    int64_t left = deadline_ns - reel__monotonic_ns();
    return left > 0 ? (left + 999999) / 1000000 : 0;
}

void reel__sleep_ms(int64_t ms) {
    struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    while (nanosleep(&t, &t) != 0) {}
}
