#include "py_wait.h"

#include "../../src/base/clock.h"

#include <pthread.h>

/* ---- waits in vain
 *
 * A peer that is frozen makes whoever needs it wait: a log call for a second, then the close of the recording that the call's thread held up. What the end of a program may take is one time
 * for all of them, so each wait takes off what was waited in vain right before. */

enum { PATIENCE_LEAST_MS = 300, APART_MS = 500 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int64_t vain_since_ns, vain_until_ns; /* waits that follow each other, or overlap, as one */

static void in_child(void) {
    pthread_mutex_init(&mutex, NULL);
    vain_since_ns = vain_until_ns = 0;
}

void wait_was_vain(int64_t waited_ms) {
    int64_t now = reel__monotonic_ns(), began = now - waited_ms * 1000000;
    pthread_mutex_lock(&mutex);
    if (began - vain_until_ns > APART_MS * INT64_C(1000000) || began < vain_since_ns)
        vain_since_ns = began;
    vain_until_ns = now;
    pthread_mutex_unlock(&mutex);
}

static int64_t patience_ms(int64_t ms) {
    int64_t now = reel__monotonic_ns();
    pthread_mutex_lock(&mutex);
    if (vain_until_ns && now - vain_until_ns <= APART_MS * INT64_C(1000000)) {
        int64_t left = ms - (now - vain_since_ns) / 1000000, least = ms < PATIENCE_LEAST_MS ? ms : PATIENCE_LEAST_MS;
        ms = left > least ? left : least;
    }
    pthread_mutex_unlock(&mutex);
    return ms;
}

reel_status wait_close(reel_recording *rec, int64_t timeout_ms) {
    int64_t began = reel__monotonic_ns();
    reel_status status = reel_close(rec, patience_ms(timeout_ms));
    if (status == REEL_E_TIMEOUT)
        wait_was_vain((reel__monotonic_ns() - began) / 1000000);
    return status;
}

static PyObject *patience(PyObject *self, PyObject *seconds) {
    (void)self;
    double given = PyFloat_AsDouble(seconds);
    if (given == -1 && PyErr_Occurred())
        return NULL;
    return PyFloat_FromDouble((double)patience_ms((int64_t)(given * 1000)) / 1000);
}

/* ---- signals
 *
 * Python's handlers run between two waits of the main thread. A file that is no pipe is flushed at once: the caller writes it himself, and a disk cannot be interrupted anyway. */

enum { SLICE_MS = 100 };

static reel_status flush_once(recording *r, reel_sink_id sink, int64_t timeout_ms) {
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = sink ? reel_flush_sink(r->rec, sink, timeout_ms) : reel_flush(r->rec, timeout_ms);
    Py_END_ALLOW_THREADS
    return status;
}

int wait_flush(recording *r, reel_sink_id sink, int64_t timeout_ms, reel_status *status) {
    if (timeout_ms < 0 && !r->may_hang) {
        *status = flush_once(r, sink, -1);
        return 0;
    }
    int64_t deadline = reel__deadline_ms(timeout_ms);
    for (;;) {
        int64_t left = reel__left_ms(deadline);
        bool is_last = left >= 0 && left <= SLICE_MS;
        *status = flush_once(r, sink, is_last ? left : SLICE_MS);
        if (is_last || *status != REEL_E_TIMEOUT)
            return 0;
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
}

static PyMethodDef functions[] = {
    {"patience", patience, METH_O, "patience(seconds, /)\n--\n\nHow many of these seconds are left for a close, when there was a wait in vain just before."},
    {NULL, NULL, 0, NULL},
};

int wait_init(PyObject *module) {
    pthread_atfork(NULL, NULL, in_child);
    return PyModule_AddFunctions(module, functions);
}
