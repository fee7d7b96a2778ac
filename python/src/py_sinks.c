#include "py_sinks.h"

#include "../../src/recording/sinks.h"
#include "../../src/rrd/footer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the bytes of a .rrd stream go: to the program, which takes them, or to a descriptor. What is taken at once is a recording of its own, with header and footer, so that
 * whoever gets only this part can read it. Both the recording, which writes, and the Python object, which takes, hold it. */
typedef struct part {
    struct part *next;
    uint8_t *data;
    size_t size;
} part;

typedef struct byte_stream {
    atomic_int refs;
    int fd;                   /* -1: bytes are kept for the program */
    pthread_mutex_t mutex;
    uint8_t *data;            /* that wait for the program; of a descriptor: the rest of what it took a part of */
    size_t size, capacity;
    uint64_t at;              /* of the next byte in the part; 0: the header is not there yet */
    reel__footer *footer;     /* NULL: none wanted */
    part *ended;              /* parts that ended with their recording before the program took them */
} byte_stream;

static reel_status keep_bytes(byte_stream *s, const void *data, size_t size) {
    if (size > s->capacity - s->size) {
        size_t wanted = s->capacity * 2 > s->size + size ? s->capacity * 2 : s->size + size;
        uint8_t *more = realloc(s->data, wanted);
        if (!more)
            return reel_fail(REEL_E_NO_MEMORY, "no memory for %zu bytes of a stream", size);
        s->data = more;
        s->capacity = wanted;
    }
    memcpy(s->data + s->size, data, size);
    s->size += size;
    return REEL_OK;
}

/* How much of it the descriptor took; less with an error. */
static size_t write_bytes(int fd, const uint8_t *data, size_t size, reel_status *status) {
    size_t done = 0;
    while (done < size) {
        ssize_t n = write(fd, data + done, size - done);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno == EAGAIN) {
            (void)poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            *status = reel_fail(REEL_E_IO, "standard output: %s", strerror(errno));
            break;
        }
    }
    return done;
}

/* What a descriptor took a part of counts as taken: its rest goes first when writing goes on. */
static reel_status write_or_keep(byte_stream *s, const uint8_t *data, size_t size) {
    reel_status status = REEL_OK;
    size_t done = write_bytes(s->fd, s->data, s->size, &status);
    s->size -= done;
    if (s->size)
        memmove(s->data, s->data + done, s->size);
    if (status != REEL_OK)
        return status;
    done = write_bytes(s->fd, data, size, &status);
    return done && done < size ? keep_bytes(s, data + done, size - done) : status;
}

static reel_status put(void *user, const void *data, size_t size) {
    byte_stream *s = user;
    reel_status status = s->fd < 0 ? keep_bytes(s, data, size) : write_or_keep(s, data, size);
    s->at += status == REEL_OK ? size : 0;
    return status;
}

static reel_status put_message(byte_stream *s, const reel__message *m) {
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    reel__stream_header(header);
    reel_status status = s->at ? REEL_OK : put(s, header, sizeof header);
    uint64_t at = s->at;
    if (status == REEL_OK)
        status = put(s, m->data, m->size);
    if (status == REEL_OK && s->footer)
        (void)reel__footer_add(s->footer, m, at); /* a footer that gave up says so at the end */
    return status;
}

/* Ends a part. A footer that cannot be is left out. */
static reel_status end_part(byte_stream *s, int64_t deadline_ns) {
    size_t size = s->size;
    reel_status status = s->at && s->footer ? reel__footer_write(s->footer, s->at, put, s, deadline_ns) : REEL_OK;
    if (status != REEL_OK && s->fd < 0)
        s->size = size;
    if (s->footer)
        reel__footer_reset(s->footer);
    s->at = 0;
    return status;
}

/* ---- as the I/O side of a sink */

static reel_status on_messages(void *self, reel__message *const *messages, size_t n, size_t *n_done) {
    byte_stream *s = self;
    reel_status status = REEL_OK;
    pthread_mutex_lock(&s->mutex);
    for (*n_done = 0; *n_done < n && (status = put_message(s, messages[*n_done])) == REEL_OK;)
        ++*n_done;
    pthread_mutex_unlock(&s->mutex);
    return status;
}

/* Takes the bytes that wait. */
static part *part_of(byte_stream *s) {
    part *p = s->size ? malloc(sizeof *p) : NULL;
    if (p) {
        *p = (part){NULL, s->data, s->size};
        s->data = NULL;
        s->size = s->capacity = 0;
    }
    return p;
}

/* What the footer notes belongs to the recording, which may go before the stream does; and another recording may go on with the stream. */
static reel_status on_close(void *self, int64_t deadline_ns) {
    byte_stream *s = self;
    pthread_mutex_lock(&s->mutex);
    reel_status status = end_part(s, deadline_ns);
    part **last = &s->ended;
    while (*last)
        last = &(*last)->next;
    *last = s->fd < 0 ? part_of(s) : NULL;
    pthread_mutex_unlock(&s->mutex);
    return status;
}

static void stream_unref(void *self) {
    byte_stream *s = self;
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->mutex);
    reel__footer_free(s->footer);
    for (part *next; s->ended; s->ended = next) {
        next = s->ended->next;
        free(s->ended->data);
        free(s->ended);
    }
    free(s->data);
    free(s);
}

static const reel__io_ops stream_ops = {.name = "stream of bytes", .write = on_messages, .close = on_close, .destroy = stream_unref};

static byte_stream *stream_new(int fd, bool no_footer) {
    byte_stream *s = calloc(1, sizeof *s);
    if (!s)
        return (void)PyErr_NoMemory(), NULL;
    atomic_init(&s->refs, 1);
    s->fd = fd;
    pthread_mutex_init(&s->mutex, NULL);
    if (!no_footer && !(s->footer = reel__footer_new(fd < 0 ? NULL : ""))) {
        stream_unref(s);
        return (void)PyErr_NoMemory(), NULL;
    }
    return s;
}

/* Takes over a reference. */
static reel_status attach(reel_recording *rec, byte_stream *s, reel_sink_id *id) {
    reel__core *core = NULL;
    reel__sink *sink = NULL;
    reel_status status = reel__find_recording(&rec, &core);
    if (status == REEL_OK) {
        const reel__queue_config config = {.policy = REEL_POLICY_BLOCK, .is_prompt = true, .bytes_max = (int64_t)32 << 20, .block_ms = 1000, .account = &core->account,
                                           .report = reel__report, .report_user = core};
        status = reel__queue_sink_new(&stream_ops, s, &config, &sink);
    }
    if (status != REEL_OK) {
        stream_unref(s);
        return status;
    }
    return reel__attach(core, sink, REEL__KIND_QUEUED, id);
}

static int add(recording *r, byte_stream *s, reel_sink_id *id) {
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = attach(r->rec, s, id);
    Py_END_ALLOW_THREADS
    return status == REEL_OK ? 0 : ((void)py_raise(status), -1);
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
    part *p;
    bool has_some;
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&s->mutex);
    if ((p = s->ended)) {
        s->ended = p->next;
    } else {
        (void)end_part(s, INT64_MAX);
        p = part_of(s);
    }
    has_some = p || s->size;
    pthread_mutex_unlock(&s->mutex);
    Py_END_ALLOW_THREADS
    if (!p && has_some)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(p ? (const char *)p->data : NULL, p ? (Py_ssize_t)p->size : 0);
    if (p)
        free(p->data);
    free(p);
    return bytes;
}

static void taker_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (((taker *)self)->stream)
        stream_unref(((taker *)self)->stream);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* (ByteStream or None: a new one): (sink id, ByteStream). */
PyObject *recording_add_stream(PyObject *self, PyObject *given) {
    recording *r = recording_needed(self);
    reel_sink_id id = 0;
    if (!r || (given != Py_None && !PyObject_TypeCheck(given, taker_type)))
        return r ? PyErr_Format(PyExc_TypeError, "a ByteStream expected") : NULL;
    taker *t = (taker *)(given == Py_None ? PyType_GenericAlloc(taker_type, 0) : Py_NewRef(given));
    if (!t || (!t->stream && !(t->stream = stream_new(-1, false)))) {
        Py_XDECREF((PyObject *)t);
        return NULL;
    }
    atomic_fetch_add(&t->stream->refs, 1);
    if (add(r, t->stream, &id) < 0) {
        Py_DECREF((PyObject *)t);
        return NULL;
    }
    return Py_BuildValue("(IN)", (unsigned)id, t);
}

/* (descriptor, without a footer): sink id. */
PyObject *recording_add_descriptor(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    int fd, no_footer;
    reel_sink_id id = 0;
    if (!r || !PyArg_ParseTuple(args, "ip", &fd, &no_footer))
        return NULL;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    byte_stream *s = stream_new(own, no_footer);
    r->may_hang = true;
    return s && add(r, s, &id) == 0 ? PyLong_FromUnsignedLong(id) : NULL;
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
