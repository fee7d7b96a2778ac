/* What recordings are written to, beyond files and memory: bytes for the program to take, and file descriptors. */
#ifndef REEL_PY_SINKS_H
#define REEL_PY_SINKS_H

#include "py_recording.h"

PyObject *recording_add_stream(PyObject *self, PyObject *given);
PyObject *recording_add_descriptor(PyObject *self, PyObject *args);
PyObject *recording_hold_sinks(PyObject *self, PyObject *hold);

PyObject *recording_send_rrd(PyObject *self, PyObject *args); /* py_file.c */
PyObject *recording_import(PyObject *self, PyObject *args);   /* py_import.c */
PyObject *file_media_type(PyObject *self, PyObject *args);

int sinks_init(PyObject *module);
int view_init(PyObject *module); /* py_view.c */

#endif
