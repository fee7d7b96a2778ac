/* Clocks. */
#ifndef REEL_BASE_CLOCK_H
#define REEL_BASE_CLOCK_H

#include <reel/base.h>

int64_t reel__realtime_ns(void);  /* since 1970-01-01 UTC */
int64_t reel__monotonic_ns(void); /* for deadlines */
/* Now + timeout_ms; INT64_MAX for a negative timeout. Never overflows. */
int64_t reel__deadline_ms(int64_t timeout_ms);
/* Milliseconds left until the deadline, at least 0; -1 for no limit. */
int64_t reel__left_ms(int64_t deadline_ns);
void reel__sleep_ms(int64_t ms);

#endif
