#include "py_recording.h"

#include "call_args.h"
#include "py_sinks.h"
#include "py_wait.h"

#include "../../src/base/clock.h"
#include "../../src/recording/core.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- what recordings have to tell */

/* Events come on any thread, without Python's lock: they wait here until a Python call ends. */
static struct {
    pthread_mutex_t mutex;
    char texts[16][320];
    size_t n, n_lost;
} told = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static atomic_bool has_told;

/* The parent's I/O threads are gone, and may have held the lock. */
static void told_in_child(void) {
    pthread_mutex_init(&told.mutex, NULL);
    told.n = told.n_lost = 0;
    has_told = false;
}

static void on_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)user;
    /* Who deletes a file before its recording goes does not miss it. */
    if (atomic_load(&rec->is_closed) && event->status == REEL_E_IO && strstr(event->message, "is not there any more"))
        return;
    if (event->status == REEL_E_BUSY)
        wait_was_vain(rec->config.block_ms);
    pthread_mutex_lock(&told.mutex);
    if (told.n < sizeof told.texts / sizeof *told.texts)
        snprintf(told.texts[told.n++], sizeof *told.texts, "%s", event->message);
    else
        told.n_lost++;
    has_told = true;
    pthread_mutex_unlock(&told.mutex);
}

int recording_tell(void) {
    if (!has_told)
        return 0;
    PyObject *list = PyList_New(0);
    pthread_mutex_lock(&told.mutex);
    size_t n = told.n, n_lost = told.n_lost;
    for (size_t i = 0; list && i < n; i++) {
        PyObject *text = PyUnicode_DecodeUTF8(told.texts[i], (Py_ssize_t)strlen(told.texts[i]), "replace");
        if (!text || PyList_Append(list, text) < 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    told.n = told.n_lost = 0;
    has_told = false;
    pthread_mutex_unlock(&told.mutex);
    PyObject *f = list ? py_support("tell") : NULL, *result = f ? PyObject_CallFunction(f, "On", list, (Py_ssize_t)n_lost) : NULL;
    Py_XDECREF(list);
    Py_XDECREF(f);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int recording_notice(recording *r) {
    PyObject *text = r->notice;
    r->notice = NULL;
    PyObject *f = py_support("notice"), *result = f ? PyObject_CallFunctionObjArgs(f, text, NULL) : NULL;
    Py_DECREF(text);
    Py_XDECREF(f);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* ---- waiting without Python's lock */

static _Thread_local bool in_call;
static _Thread_local PyThreadState *waiting;

enum { LONG_MS = 900 }; /* about what a log call waits for an encoder that does not move */

void recording_call_begin(void) { in_call = true; }
void recording_call_end(void) { in_call = false; }

static _Thread_local int64_t waiting_since_ns;

static void wait_begin(void) {
    waiting_since_ns = reel__monotonic_ns();
    if (in_call)
        waiting = PyEval_SaveThread();
}
static void wait_end(void) {
    int64_t waited_ms = (reel__monotonic_ns() - waiting_since_ns) / 1000000;
    if (waited_ms >= LONG_MS)
        wait_was_vain(waited_ms);
    if (in_call && waiting) {
        PyThreadState *state = waiting;
        waiting = NULL;
        PyEval_RestoreThread(state);
    }
}

/* ---- the current recording */

static PyObject *global_recording;
static size_t n_thread_recordings; /* how often a thread chose one */
static bool was_missing;

static PyObject *thread_slot(void) {
    PyObject *dict = n_thread_recordings ? PyThreadState_GetDict() : NULL;
    PyObject *slot = dict ? PyDict_GetItemString(dict, "reel.recording") : NULL;
    return slot == Py_None ? NULL : slot;
}

static recording *current(void) {
    PyObject *slot = thread_slot();
    return (recording *)(slot ? slot : global_recording);
}

/* A Python object that has a recording within: `inner` of wrappers. */
static recording *given_recording(PyObject *given) {
    if (PyObject_TypeCheck(given, py.recording_type))
        return (recording *)given;
    PyErr_Format(PyExc_TypeError, "recording: a %.100R was given, a RecordingStream expected", (PyObject *)Py_TYPE(given));
    return NULL;
}

recording *recording_for(PyObject *given) {
    recording *r = given && given != Py_None && given != py.module ? given_recording(given) : current();
    if (r && !r->rec) {
        PyErr_SetString(PyExc_RuntimeError, "the recording has no data: it was not initialised");
        return NULL;
    }
    if (!r && !PyErr_Occurred() && !was_missing) {
        was_missing = true;
        PyObject *f = py_support("no_recording"), *result = f ? PyObject_CallFunctionObjArgs(f, NULL) : NULL;
        Py_XDECREF(f);
        Py_XDECREF(result);
    }
    return r;
}

recording *recording_needed(PyObject *given) {
    recording *r = given && given != Py_None && given != py.module ? given_recording(given) : current();
    if (!r && !PyErr_Occurred())
        PyErr_SetString(PyExc_RuntimeError, "No recording was provided or set as current.");
    if (r && !r->rec) {
        PyErr_SetString(PyExc_RuntimeError, "the recording has no data: it was not initialised");
        return NULL;
    }
    return r;
}

static PyObject *exchange(PyObject **slot, PyObject *given) {
    PyObject *old = *slot;
    if (given != Py_None && !given_recording(given))
        return NULL;
    Py_INCREF(given);
    *slot = given == Py_None ? (Py_DECREF(given), NULL) : given;
    if (old)
        return old;
    Py_RETURN_NONE;
}

static PyObject *set_global(PyObject *self, PyObject *given) {
    (void)self;
    PyObject *old = exchange(&global_recording, given);
    if (old)
        reel_set_global_recording(global_recording ? ((recording *)global_recording)->rec : NULL);
    return old;
}

static PyObject *set_thread(PyObject *self, PyObject *given) {
    (void)self;
    PyObject *dict = PyThreadState_GetDict(), *old = dict ? PyDict_GetItemString(dict, "reel.recording") : NULL;
    if (given != Py_None && !given_recording(given))
        return NULL;
    n_thread_recordings++;
    old = old ? old : Py_None;
    Py_INCREF(old);
    if (!dict || PyDict_SetItemString(dict, "reel.recording", given) < 0) {
        Py_DECREF(old);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    reel_set_thread_recording(given == Py_None ? NULL : ((recording *)given)->rec);
    return old;
}

static PyObject *or_none(PyObject *object) {
    object = object ? object : Py_None;
    Py_INCREF(object);
    return object;
}
static PyObject *get_global(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    return or_none(global_recording);
}
static PyObject *get_thread(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    return or_none(thread_slot());
}

/* ---- life */

static int recording_new(PyObject *object, PyObject *args, PyObject *kwargs) {
    recording *self = (recording *)object;
    static char *names[] = {"application_id", "recording_id", "enabled", "send_properties", "blueprint", "flush_tick_ns", "flush_bytes", "flush_rows", "strict", NULL};
    const char *application_id, *recording_id = NULL;
    int enabled = 1, properties = 1, blueprint = 0, strict = 0;
    long long tick = 0, bytes = 0, rows = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|zpppLLLp:Recording", names, &application_id, &recording_id, &enabled, &properties, &blueprint, &tick, &bytes, &rows, &strict))
        return -1;
    reel_options options = {.struct_size = sizeof options, .recording_id = recording_id, .disabled = !enabled, .no_properties = !properties, .strict = strict,
                            .store_kind = blueprint ? REEL_STORE_BLUEPRINT : REEL_STORE_RECORDING, .flush_tick_ns = tick, .flush_bytes = bytes, .flush_rows = rows, .on_event = on_event};
    reel_recording *rec = reel_new(application_id, &options);
    if (!rec) {
        PyErr_Format(PyExc_ValueError, "%s", reel_error_message());
        return -1;
    }
    reel_recording *old = self->rec;
    self->rec = rec;
    if (old) {
        Py_BEGIN_ALLOW_THREADS
        reel_free(old);
        Py_END_ALLOW_THREADS
    }
    return 0;
}

static void recording_dealloc(PyObject *object) {
    recording *self = (recording *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->rec) {
        PyObject *error_type, *value, *trace; /* an exception may be under way */
        PyErr_Fetch(&error_type, &value, &trace);
        Py_BEGIN_ALLOW_THREADS
        wait_close(self->rec, 1500);
        reel_unref(self->rec);
        Py_END_ALLOW_THREADS
        PyErr_Restore(error_type, value, trace);
    }
    Py_XDECREF(self->notice);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* ---- time */

static PyObject *finish(reel_status status) {
    if (status != REEL_OK)
        return py_raise(status);
    Py_RETURN_NONE;
}

/* Seconds as a number, to nanoseconds; everything else by _support. */
static int to_ns(PyObject *value, const char *helper, double seconds_max, int64_t *ns) {
    if (PyFloat_Check(value) || (PyLong_Check(value) && !PyBool_Check(value))) {
        double seconds = PyFloat_AsDouble(value);
        if (seconds == -1 && PyErr_Occurred())
            return -1;
        if (!seconds_max || fabs(seconds) <= seconds_max) {
            if (PyLong_Check(value) && fabs(seconds) < 9e9) {
                *ns = PyLong_AsLongLong(value) * 1000000000;
                return 0;
            }
            if (fabs(seconds) < 9.2e9) {
                *ns = (int64_t)nearbyint(seconds * 1e9);
                return 0;
            }
        }
    }
    PyObject *f = py_support(helper), *result = f ? PyObject_CallFunctionObjArgs(f, value, NULL) : NULL;
    Py_XDECREF(f);
    if (!result)
        return -1;
    *ns = PyLong_AsLongLong(result);
    Py_DECREF(result);
    return PyErr_Occurred() ? -1 : 0;
}

/* The error that is set, with the timeline and the argument in front. */
static PyObject *time_refused(PyObject *timeline, const char *argument) {
    PyObject *type, *error, *traceback;
    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError) && !PyErr_ExceptionMatches(PyExc_OverflowError))
        return NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    PyObject *kind = PyErr_GivenExceptionMatches(type, PyExc_TypeError) ? PyExc_TypeError : PyErr_GivenExceptionMatches(type, PyExc_OverflowError) ? PyExc_OverflowError : PyExc_ValueError;
    PyErr_Format(kind, "timeline '%S', %s: %S", timeline, argument, error);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    return NULL;
}

PyObject *recording_set_time(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names) {
    enum { SEQUENCE, DURATION, TIMESTAMP, RECORDING, TIMELINE, N };
    static const char *const texts[N] = {"sequence", "duration", "timestamp", "recording", "timeline"};
    static PyObject *known[N];
    PyObject *found[N] = {NULL};
    if (keywords("set_time", args, n, names, texts, known, found, N) < 0)
        return NULL;
    PyObject *sequence = found[SEQUENCE], *duration = found[DURATION], *timestamp = found[TIMESTAMP], *given = found[RECORDING], *name = n ? args[0] : found[TIMELINE];
    sequence = sequence == Py_None ? NULL : sequence;
    duration = duration == Py_None ? NULL : duration;
    timestamp = timestamp == Py_None ? NULL : timestamp;
    if (n > 1 || !name)
        return PyErr_Format(PyExc_TypeError, "set_time() takes a timeline, and one of sequence, duration and timestamp by name");
    if ((sequence != NULL) + (duration != NULL) + (timestamp != NULL) != 1)
        return PyErr_Format(PyExc_ValueError, "set_time: Exactly one of `sequence`, `duration`, and `timestamp` must be set (timeline='%S')", name);
    int64_t value;
    reel_time_type type = sequence ? REEL_TIME_SEQUENCE : duration ? REEL_TIME_DURATION_NS : REEL_TIME_TIMESTAMP_NS;
    if (sequence) {
        value = PyLong_Check(sequence) ? PyLong_AsLongLong(sequence) : -1;
        if (!PyLong_Check(sequence)) {
            PyObject *index = PyNumber_Index(sequence);
            value = index ? PyLong_AsLongLong(index) : -1;
            Py_XDECREF(index);
        }
        if (value == -1 && PyErr_Occurred())
            return time_refused(name, "sequence");
    } else if (duration ? to_ns(duration, "to_nanos", 0, &value) < 0 : to_ns(timestamp, "to_nanos_since_epoch", 1e11, &value) < 0) {
        return time_refused(name, duration ? "duration" : "timestamp");
    }
    recording *r = recording_for(given && given != Py_None ? given : self);
    if (!r) {
        if (PyErr_Occurred())
            return NULL;
        Py_RETURN_NONE;
    }
    const char *timeline = py_text(name, "timeline");
    if (timeline && strncmp(timeline, "log_", 4) == 0 && (strcmp(timeline + 4, "time") == 0 || strcmp(timeline + 4, "tick") == 0))
        Py_RETURN_NONE; /* the recorder's own: what a program says of them changes nothing, as with the official recorder */
    if (!timeline)
        return NULL;
    reel_status status = reel_set_time(r->rec, timeline, type, value);
    return finish(status == REEL_E_CLOSED ? REEL_OK : status); /* the end of the program has begun, and other threads go on: what they log is told, once is enough */
}

static PyObject *disable_timeline(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"timeline", NULL};
    PyObject *name;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:disable_timeline", names, &name))
        return NULL;
    recording *r = recording_for(self);
    const char *timeline = r ? py_text(name, "timeline") : NULL;
    if (timeline)
        return finish(reel_disable_timeline(r->rec, timeline));
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *reset_time(PyObject *self, PyObject *ignored) {
    (void)ignored;
    recording *r = recording_for(self);
    if (r)
        return finish(reel_reset_time(r->rec));
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* ---- sinks */

/* Calls that may wait: without Python's lock; then what was told. */
#define WAITING(status, expression) \
    reel_status status;             \
    Py_BEGIN_ALLOW_THREADS          \
    status = (expression);          \
    Py_END_ALLOW_THREADS

static PyObject *finish_told(reel_status status) {
    if (recording_tell() < 0)
        return NULL;
    return finish(status);
}

static int64_t as_ms(double seconds) { return seconds >= 0 && seconds <= 9e6 ? (int64_t)(seconds * 1000) : -1; }

static PyObject *flush(PyObject *self, PyObject *args) {
    double timeout = -1;
    recording *r = recording_needed(self);
    reel_status status;
    if (!r || !PyArg_ParseTuple(args, "|d", &timeout) || wait_flush(r, 0, as_ms(timeout), &status) < 0)
        return NULL;
    return finish_told(status);
}

static PyObject *close_recording(PyObject *self, PyObject *args) {
    double timeout = -1;
    recording *r = recording_needed(self);
    if (!r || !PyArg_ParseTuple(args, "|d", &timeout))
        return NULL;
    WAITING(status, timeout < 0 ? reel_close(r->rec, -1) : wait_close(r->rec, as_ms(timeout)))
    return finish_told(status);
}

static PyObject *sink_result(reel_status status, reel_sink_id id) { return status == REEL_OK ? PyLong_FromUnsignedLong(id) : py_raise(status); }

static PyObject *add_file(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    PyObject *path = NULL; /* bytes, as the system names files */
    int no_footer = 0;
    reel_sink_id id = 0;
    if (!r || !PyArg_ParseTuple(args, "O&|p", PyUnicode_FSConverter, &path, &no_footer))
        return NULL;
    const reel_file_options options = {.struct_size = sizeof options, .no_footer = no_footer};
    struct stat facts;
    r->may_hang |= stat(PyBytes_AsString(path), &facts) == 0 && !S_ISREG(facts.st_mode);
    WAITING(status, reel_add_file(r->rec, PyBytes_AsString(path), &options, &id))
    Py_DECREF(path);
    return sink_result(status, id);
}

static PyObject *add_memory(PyObject *self, PyObject *args) {
    long long bytes_max = 0;
    int drop_oldest = 0, is_buffer = 0;
    recording *r = recording_needed(self);
    reel_sink_id id = 0;
    if (!r || !PyArg_ParseTuple(args, "|Lpp", &bytes_max, &drop_oldest, &is_buffer))
        return NULL;
    const reel_memory_options options = {.struct_size = sizeof options, .bytes_max = bytes_max, .drop_oldest = drop_oldest};
    WAITING(status, is_buffer ? reel_add_buffer(r->rec, &options, &id) : reel_add_memory(r->rec, &options, &id))
    return sink_result(status, id);
}

static PyObject *remove_sink(PyObject *self, PyObject *args) {
    unsigned int id;
    double timeout = -1;
    recording *r = recording_needed(self);
    if (!r || !PyArg_ParseTuple(args, "I|d", &id, &timeout))
        return NULL;
    int64_t timeout_ms = as_ms(timeout);
    if (timeout_ms < 0 && r->may_hang) { /* the end itself cannot be interrupted: what may wait for long comes before */
        reel_status ignored;
        if (wait_flush(r, id, -1, &ignored) < 0)
            return NULL;
        timeout_ms = 5000;
    }
    WAITING(status, reel_remove_sink(r->rec, id, timeout_ms))
    return finish_told(status);
}

static PyObject *owned_bytes(reel_status status, reel_bytes_owned *bytes) {
    if (status != REEL_OK)
        return py_raise(status);
    PyObject *result = PyBytes_FromStringAndSize((const char *)bytes->data, (Py_ssize_t)bytes->size);
    reel_bytes_free(bytes);
    return result;
}

static PyObject *drain(PyObject *self, PyObject *args) {
    unsigned int id;
    int is_peek = 0;
    recording *r = recording_needed(self);
    reel_bytes_owned bytes = {0};
    if (!r || !PyArg_ParseTuple(args, "I|p", &id, &is_peek))
        return NULL;
    WAITING(status, is_peek ? reel_peek(r->rec, id, &bytes) : reel_drain(r->rec, id, &bytes))
    if (recording_tell() < 0) {
        reel_bytes_free(&bytes);
        return NULL;
    }
    return owned_bytes(status, &bytes);
}

static PyObject *num_msgs(PyObject *self, PyObject *args) {
    unsigned int id;
    uint64_t n = 0;
    recording *r = recording_needed(self);
    if (!r || !PyArg_ParseTuple(args, "I", &id))
        return NULL;
    WAITING(status, reel_num_msgs(r->rec, id, &n))
    return status == REEL_OK ? PyLong_FromUnsignedLongLong(n) : py_raise(status);
}

static PyObject *reset_sink(PyObject *self, PyObject *args) {
    unsigned int id;
    int blueprint = 0;
    recording *r = recording_needed(self);
    if (!r || !PyArg_ParseTuple(args, "I|p", &id, &blueprint))
        return NULL;
    WAITING(status, blueprint ? reel_reset_blueprint(r->rec, id) : reel_reset_data(r->rec, id))
    return finish(status);
}

/* ---- facts */

static PyObject *text_or_none(const char *text) {
    if (text)
        return PyUnicode_FromString(text);
    Py_RETURN_NONE;
}
static PyObject *recording_id(PyObject *self, void *ignored) {
    (void)ignored;
    return text_or_none(((recording *)self)->rec ? reel_recording_id(((recording *)self)->rec) : NULL);
}
static PyObject *application_id(PyObject *self, void *ignored) {
    (void)ignored;
    return text_or_none(((recording *)self)->rec ? reel_application_id(((recording *)self)->rec) : NULL);
}
static PyObject *get_enabled(PyObject *self, void *ignored) {
    (void)ignored;
    return PyBool_FromLong(((recording *)self)->rec && reel_is_enabled(((recording *)self)->rec));
}
static int set_enabled(PyObject *self, PyObject *value, void *ignored) {
    (void)ignored;
    int truth = value ? PyObject_IsTrue(value) : -1;
    if (truth < 0 || !((recording *)self)->rec)
        return truth < 0 ? -1 : 0;
    reel_set_enabled(((recording *)self)->rec, truth);
    return 0;
}

static PyObject *set_name(PyObject *self, PyObject *name) {
    recording *r = recording_needed(self);
    const char *text = r ? py_text(name, "name") : NULL;
    return text ? finish(reel_set_recording_name(r->rec, text)) : NULL;
}

static PyObject *set_start_time(PyObject *self, PyObject *nanos) {
    recording *r = recording_needed(self);
    long long value = r ? PyLong_AsLongLong(nanos) : -1;
    return !r || (value == -1 && PyErr_Occurred()) ? NULL : finish(reel_set_start_time_ns(r->rec, value));
}

/* log_time and log_tick, on or off. */
static PyObject *set_own_timeline(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    const char *name;
    int on;
    if (!r || !PyArg_ParseTuple(args, "sp", &name, &on))
        return NULL;
    return finish(reel__set_own_timeline(r->rec, name, on));
}

/* (timeline, nanoseconds, since 1970 instead of a duration). */
static PyObject *set_time_nanos(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    const char *timeline;
    long long nanos;
    int since_epoch = 0;
    if (!r || !PyArg_ParseTuple(args, "sL|p", &timeline, &nanos, &since_epoch))
        return NULL;
    return finish(reel_set_time(r->rec, timeline, since_epoch ? REEL_TIME_TIMESTAMP_NS : REEL_TIME_DURATION_NS, nanos));
}

static PyObject *set_notice(PyObject *self, PyObject *text) {
    recording *r = (recording *)self;
    Py_XDECREF(r->notice);
    r->notice = text == Py_None ? NULL : Py_NewRef(text);
    Py_RETURN_NONE;
}

#define FAST(function) (PyCFunction)(void (*)(void))(function)
static PyMethodDef methods[] = {
    {"log", FAST(recording_log), METH_FASTCALL | METH_KEYWORDS,
     "log($self, entity_path, entity, *extra, static=False, strict=None)\n--\n\nLogs one row: archetypes, described batches, or lists of them, at this thread's times.\n\n"
     "entity_path: text with parts joined by '/', or a list of parts. static: the row has no time and always holds. strict: True raises on what cannot be logged, False warns."},
    {"set_time", FAST(recording_set_time), METH_FASTCALL | METH_KEYWORDS,
     "set_time($self, timeline, *, sequence=None, duration=None, timestamp=None)\n--\n\nThis thread's time on a timeline, for what it logs from now on.\n\nsequence: an integer. duration: seconds, "
     "a timedelta or a timedelta64. timestamp: seconds since 1970 UTC, a datetime or a datetime64."},
    {"disable_timeline", (PyCFunction)(void (*)(void))disable_timeline, METH_VARARGS | METH_KEYWORDS, "disable_timeline($self, timeline)\n--\n\nThis thread's rows carry the timeline no more, log_time too, until it is set again."},
    {"reset_time", reset_time, METH_NOARGS, "reset_time($self, /)\n--\n\nThis thread's rows carry no timeline of the program's any more."},
    {"_send_columns", FAST(recording_send_columns), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_flush", flush, METH_VARARGS, NULL},
    {"_close", close_recording, METH_VARARGS, NULL},
    {"_add_file", add_file, METH_VARARGS, NULL},
    {"_add_stream", recording_add_stream, METH_O, NULL},
    {"_add_descriptor", recording_add_descriptor, METH_VARARGS, NULL},
    {"_hold_sinks", recording_hold_sinks, METH_O, NULL},
    {"_add_memory", add_memory, METH_VARARGS, NULL},
    {"_remove_sink", remove_sink, METH_VARARGS, NULL},
    {"_drain", drain, METH_VARARGS, NULL},
    {"_num_msgs", num_msgs, METH_VARARGS, NULL},
    {"_reset_sink", reset_sink, METH_VARARGS, NULL},
    {"_set_name", set_name, METH_O, NULL},
    {"_set_start_time", set_start_time, METH_O, NULL},
    {"_set_own_timeline", set_own_timeline, METH_VARARGS, NULL},
    {"_set_notice", set_notice, METH_O, NULL},
    {"_set_time_nanos", set_time_nanos, METH_VARARGS, NULL},
    {"_send_rrd", recording_send_rrd, METH_VARARGS, NULL},
    {"_import", recording_import, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyGetSetDef getset[] = {
    {"_recording_id", recording_id, NULL, NULL, NULL},
    {"_application_id", application_id, NULL, NULL, NULL},
    {"_enabled", get_enabled, set_enabled, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* The same on the current recording. */
static PyMethodDef functions[] = {
    {"log", FAST(recording_log), METH_FASTCALL | METH_KEYWORDS,
     "log($module, entity_path, entity, *extra, static=False, recording=None, strict=None)\n--\n\nLogs one row: archetypes, described batches, or lists of them, at this thread's times.\n\n"
     "entity_path: text with parts joined by '/', or a list of parts. static: the row has no time and always holds. recording: None is the thread's, else the global one. strict: True raises on "
     "what cannot be logged, False warns."},
    {"set_time", FAST(recording_set_time), METH_FASTCALL | METH_KEYWORDS,
     "set_time($module, timeline, *, recording=None, sequence=None, duration=None, timestamp=None)\n--\n\nThis thread's time on a timeline, for what it logs from now on.\n\nsequence: an integer. "
     "duration: seconds, a timedelta or a timedelta64. timestamp: seconds since 1970 UTC, a datetime or a datetime64."},
    {"get_global_recording", get_global, METH_NOARGS, NULL},
    {"get_thread_recording", get_thread, METH_NOARGS, NULL},
    {"set_global_recording", set_global, METH_O, NULL},
    {"set_thread_recording", set_thread, METH_O, NULL},
    {"media_type", file_media_type, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int recording_init(PyObject *module) {
    PyType_Slot slots[] = {{Py_tp_new, PyType_GenericNew}, {Py_tp_init, recording_new}, {Py_tp_dealloc, recording_dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, getset},
                           {Py_tp_doc, "A recording of the library; reel.RecordingStream is made of it."}, {0, NULL}};
    PyType_Spec spec = {"reel._reel.Recording", (int)sizeof(recording), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    pthread_atfork(NULL, NULL, told_in_child);
    reel__wait_begin = wait_begin;
    reel__wait_end = wait_end;
    py.recording_type = (PyTypeObject *)PyType_FromSpec(&spec);
    if (!py.recording_type || PyModule_AddFunctions(module, functions) < 0 || log_call_init(module) < 0 || sinks_init(module) < 0 || wait_init(module) < 0 || view_init(module) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "Recording", (PyObject *)py.recording_type);
}
