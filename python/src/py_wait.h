/* Waiting for sinks: so that signals are seen meanwhile, and so that waits in vain add up to no more than one. */
#ifndef REEL_PY_WAIT_H
#define REEL_PY_WAIT_H

#include "py_recording.h"

/* reel_flush, or with a sink reel_flush_sink, without Python's lock. -1: a signal's handler raised (KeyboardInterrupt), and the flush was left. */
int wait_flush(recording *r, reel_sink_id sink, int64_t timeout_ms, reel_status *status);
/* reel_close within timeout_ms, or less when there was a wait in vain just before. Python's lock is not held. */
reel_status wait_close(reel_recording *rec, int64_t timeout_ms);

/* Something waited until now, for so long, and nothing moved. On any thread, without Python's lock. */
void wait_was_vain(int64_t waited_ms);

int wait_init(PyObject *module);

#endif
