/* Recordings as Python objects. */
#ifndef REEL_PY_RECORDING_H
#define REEL_PY_RECORDING_H

#include "py.h"

typedef struct recording {
    PyObject_HEAD
    reel_recording *rec;     /* NULL: closed for good, or never opened */
    PyObject *notice;        /* a text to be told by the next call that logs; or NULL */
    bool may_hang;           /* it goes, or once went, to a pipe or something else that others have to read */
} recording;

/* The recording that a call is for: the one given, else this thread's, else the global one (borrowed). NULL without an exception: there is none; it is told once. NULL with one: `given` is no
 * recording. */
recording *recording_for(PyObject *given);
/* The same for calls that cannot do without: an exception when there is none. */
recording *recording_needed(PyObject *given);

/* A log call from here on, on this thread: while it waits for room, other Python threads run. */
void recording_call_begin(void);
void recording_call_end(void);
/* Tells the recording's notice, once. -1: a warning was made an exception. */
int recording_notice(recording *r);
/* Tells in Python what recordings had to tell since the last time (warnings). -1: a warning was made an exception. */
int recording_tell(void);

int recording_init(PyObject *module);
int log_call_init(PyObject *module);

/* Methods of recordings that other files bring. */
PyObject *recording_log(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names);
PyObject *recording_send_columns(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names);
PyObject *recording_set_time(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names);

#endif
