/* log_time and log_tick, switched while threads log. What the recording has now stands in bits of reel_recording.is_slow, so that a log call looks for it only in recordings that were ever
 * switched; what a thread's rows carry is found anew when it differs. */
#ifndef REEL_RECORDING_OWN_TIMES_H
#define REEL_RECORDING_OWN_TIMES_H

#include "core.h"

enum { REEL__SLOW_SWITCHED = 4, REEL__SWITCHED_LOG_TIME = 8, REEL__SWITCHED_LOG_TICK = 16 };

/* slow: is_slow, with REEL__SLOW_SWITCHED. */
void reel__local_look(reel__local *l, unsigned slow);

#endif
