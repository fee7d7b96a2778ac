#include "py_sinks.h"

#include "../../src/recording/sinks.h"

#include <errno.h>
#include <pthread.h>
#include <reel/make.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the bytes of a .rrd stream go. Both the recording, which writes, and the Python object, which takes, hold it. */
struct byte_stream {
    byte_stream *next;        /* of the recording's list */
    int refs;                 /* under Python's lock */
    int fd;                   /* -1: bytes are kept for the program */
    pthread_mutex_t mutex;
    uint8_t *data;
    size_t size, capacity;
};

static reel_status keep_bytes(byte_stream *s, const void *data, size_t size) {
    reel_status status = REEL_OK;
    pthread_mutex_lock(&s->mutex);
    if (size > s->capacity - s->size) {
        size_t wanted = s->capacity * 2 > s->size + size ? s->capacity * 2 : s->size + size;
        uint8_t *more = realloc(s->data, wanted);
        if (more) {
            s->data = more;
            s->capacity = wanted;
        } else {
            status = reel_fail(REEL_E_NO_MEMORY, "no memory for %zu bytes of a stream", size);
        }
    }
    if (status == REEL_OK) {
        memcpy(s->data + s->size, data, size);
        s->size += size;
    }
    pthread_mutex_unlock(&s->mutex);
    return status;
}

static reel_status write_bytes(int fd, const uint8_t *data, size_t size) {
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EINTR)
            return reel_fail(REEL_E_IO, "standard output: %s", strerror(errno));
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return REEL_OK;
}

static reel_status on_bytes(void *user, const void *data, size_t size) {
    byte_stream *s = user;
    return s->fd < 0 ? keep_bytes(s, data, size) : write_bytes(s->fd, data, size);
}

static byte_stream *stream_new(int fd) {
    byte_stream *s = calloc(1, sizeof *s);
    if (!s)
        return (void)PyErr_NoMemory(), NULL;
    s->refs = 1;
    s->fd = fd;
    pthread_mutex_init(&s->mutex, NULL);
    return s;
}

static void stream_unref(byte_stream *s) {
    /* A descriptor that nobody reads may hold a thread in write for ever: what that thread looks at stays. */
    if (--s->refs || s->fd >= 0)
        return;
    pthread_mutex_destroy(&s->mutex);
    free(s->data);
    free(s);
}

void byte_streams_free(byte_stream *streams) {
    for (byte_stream *next; streams; streams = next) {
        next = streams->next;
        stream_unref(streams);
    }
}

static int add(recording *r, byte_stream *s, reel_sink_id *id) {
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = reel_add_callback(r->rec, on_bytes, s, NULL, id);
    Py_END_ALLOW_THREADS
    if (status != REEL_OK) {
        py_raise(status);
        stream_unref(s);
        return -1;
    }
    s->next = r->streams;
    r->streams = s;
    return 0;
}

/* ---- bytes for the program */

typedef struct taker {
    PyObject_HEAD
    byte_stream *stream;
} taker;

static PyTypeObject *taker_type;

static PyObject *take(PyObject *self, PyObject *ignored) {
    (void)ignored;
    byte_stream *s = ((taker *)self)->stream;
    PyObject *bytes;
    pthread_mutex_lock(&s->mutex);
    uint8_t *data = s->data;
    size_t size = s->size;
    s->data = NULL;
    s->size = s->capacity = 0;
    pthread_mutex_unlock(&s->mutex);
    bytes = PyBytes_FromStringAndSize((const char *)data, (Py_ssize_t)size);
    free(data);
    return bytes;
}

static void taker_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    stream_unref(((taker *)self)->stream);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

PyObject *recording_add_stream(PyObject *self, PyObject *ignored) {
    (void)ignored;
    recording *r = recording_needed(self);
    byte_stream *s = r ? stream_new(-1) : NULL;
    reel_sink_id id = 0;
    if (!s || add(r, s, &id) < 0)
        return NULL;
    taker *t = (taker *)PyType_GenericAlloc(taker_type, 0);
    if (!t)
        return NULL;
    t->stream = s;
    s->refs++;
    return Py_BuildValue("(IN)", (unsigned)id, t);
}

PyObject *recording_add_descriptor(PyObject *self, PyObject *fd) {
    recording *r = recording_needed(self);
    int number = r ? (int)PyLong_AsLong(fd) : -1;
    reel_sink_id id = 0;
    if (!r || (number == -1 && PyErr_Occurred()))
        return NULL;
    int own = dup(number);
    if (own < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    byte_stream *s = stream_new(own);
    if (!s || add(r, s, &id) < 0)
        return NULL;
    return PyLong_FromUnsignedLong(id);
}

/* ---- exchanging sinks */

PyObject *recording_hold_sinks(PyObject *self, PyObject *hold) {
    recording *r = recording_needed(self);
    int on = r ? PyObject_IsTrue(hold) : -1;
    if (on < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    reel__sinks_hold(atomic_load(&r->rec->core), on);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"take", take, METH_NOARGS, "take($self, /)\n--\n\nThe bytes that have come since the last time."},
    {NULL, NULL, 0, NULL},
};

int sinks_init(PyObject *module) {
    PyType_Slot slots[] = {{Py_tp_dealloc, taker_dealloc}, {Py_tp_methods, methods}, {Py_tp_doc, "Bytes of a .rrd stream, as a recording writes them."}, {0, NULL}};
    PyType_Spec spec = {"reel._reel.ByteStream", (int)sizeof(taker), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    taker_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return taker_type ? PyModule_AddObjectRef(module, "ByteStream", (PyObject *)taker_type) : -1;
}
