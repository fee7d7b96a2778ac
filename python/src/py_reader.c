/* Files that are read, by an index of their chunks, and files that are written from chunks. */
#include "py_chunk.h"

#include "../../src/base/ids.h"

#include <stdlib.h>
#include <string.h>

/* ---- the index of a file */

enum { TOLD_MAX = 16 };

typedef struct chunk_index {
    PyObject_HEAD
    reel_index *index;
    bool is_telling;      /* events are gathered while the index is made, and passed over later: what cannot be read then says so itself */
    size_t n_told, n_untold;
    char told[TOLD_MAX][320];
} chunk_index;

static inline chunk_index *self_of(PyObject *self) { return (chunk_index *)self; }

static void on_event(void *user, const reel_read_event *event) {
    chunk_index *self = user;
    if (!self->is_telling)
        return;
    if (self->n_told < TOLD_MAX)
        snprintf(self->told[self->n_told++], sizeof *self->told, "%s", event->message);
    else
        self->n_untold++;
}

/* Without Python's lock. */
static reel_status open_index(chunk_index *self, const char *path, int how) {
    reel_reader *reader;
    const reel_read_options options = {.struct_size = sizeof options, .on_event = on_event, .on_event_user = self};
    reel_status status = reel_open(path, &options, &reader);
    if (status != REEL_OK)
        return status;
    self->is_telling = true;
    status = reel_read_index(reader, (reel_index_how)how, &self->index);
    self->is_telling = false;
    reel_close_reader(reader);
    return status;
}

static int index_open(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"path", "how", NULL};
    chunk_index *self = self_of(object);
    PyObject *path;
    int how = REEL_INDEX_ANY;
    reel_status status;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|i:Index", names, PyUnicode_FSConverter, &path, &how))
        return -1;
    const char *text = PyBytes_AsString(path);
    Py_BEGIN_ALLOW_THREADS
    status = open_index(self, text, how);
    Py_END_ALLOW_THREADS
    Py_DECREF(path);
    if (status == REEL_OK)
        return 0;
    py_raise(status);
    return -1;
}

/* An object that could not be opened is none. */
static PyObject *opened(PyTypeObject *type, PyObject *args, PyObject *kwargs, int (*open)(PyObject *, PyObject *, PyObject *)) {
    PyObject *self = ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (self && open(self, args, kwargs) < 0)
        Py_CLEAR(self);
    return self;
}

static PyObject *index_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) { return opened(type, args, kwargs, index_open); }

static void index_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    reel_index_free(self_of(object)->index);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static PyObject *append(PyObject *list, PyObject *item) {
    if (list && (!item || PyList_Append(list, item) < 0))
        Py_CLEAR(list);
    Py_XDECREF(item);
    return list;
}

static Py_ssize_t index_length(PyObject *self) { return (Py_ssize_t)reel_index_size(self_of(self)->index); }

static PyObject *stores(PyObject *self, PyObject *ignored) {
    (void)ignored;
    const reel_index *index = self_of(self)->index;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < reel_index_stores(index); i++) {
        const reel_index_store_info *s = reel_index_store(index, i);
        list = append(list, Py_BuildValue("(szzK)", s->kind == REEL_STORE_BLUEPRINT ? "blueprint" : "recording", s->application_id, s->recording_id, (unsigned long long)s->n_chunks));
    }
    return list;
}

static PyObject *names_of(const reel_index *index, size_t at) {
    const char *names[512];
    size_t n = reel_index_components(index, at, names, sizeof names / sizeof *names);
    n = n < sizeof names / sizeof *names ? n : sizeof names / sizeof *names;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < n; i++)
        list = append(list, PyUnicode_FromString(names[i]));
    return list;
}

static PyObject *entry(PyObject *self, PyObject *number) {
    const reel_index *index = self_of(self)->index;
    size_t at = PyLong_AsSize_t(number);
    reel_index_entry e;
    if (at == (size_t)-1 && PyErr_Occurred())
        return NULL;
    reel_status status = reel_index_at(index, at, &e);
    if (status != REEL_OK)
        return py_raise(status);
    PyObject *times = PyList_New(0);
    for (size_t i = 0; times && i < e.n_ranges; i++)
        times = append(times, PyUnicode_FromString(e.ranges[i].timeline));
    PyObject *components = times ? names_of(index, at) : NULL;
    if (!components) {
        Py_XDECREF(times);
        return NULL;
    }
    return Py_BuildValue("(IsOKNNy#)", (unsigned)e.store, e.entity, e.is_static ? Py_True : Py_False, (unsigned long long)e.n_rows, times, components, e.chunk_id, (Py_ssize_t)16);
}

static PyObject *read_chunk(PyObject *self, PyObject *number) {
    const reel_index *index = self_of(self)->index;
    size_t at = PyLong_AsSize_t(number);
    reel_chunk *chunk = NULL;
    reel_status status;
    if (at == (size_t)-1 && PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    status = reel_index_chunk(index, at, &chunk);
    Py_END_ALLOW_THREADS
    return status == REEL_OK ? chunk_object(chunk) : py_raise(status);
}

static PyObject *events(PyObject *self, PyObject *ignored) {
    (void)ignored;
    chunk_index *index = self_of(self);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < index->n_told; i++)
        list = append(list, PyUnicode_DecodeUTF8(index->told[i], (Py_ssize_t)strlen(index->told[i]), "replace"));
    if (list && index->n_untold)
        list = append(list, PyUnicode_FromFormat("%zu more of this kind", index->n_untold));
    return list;
}

static PyMethodDef index_methods[] = {
    {"stores", stores, METH_NOARGS, "stores($self, /)\n--\n\n[(kind, application id, recording id, chunks)]"},
    {"entry", entry, METH_O, "entry($self, number, /)\n--\n\n(store, entity, is static, rows, timelines, components, id) of a chunk."},
    {"chunk", read_chunk, METH_O, "chunk($self, number, /)\n--\n\nReads a chunk."},
    {"events", events, METH_NOARGS, "events($self, /)\n--\n\nWhat was wrong with the file, in words."},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot index_slots[] = {
    {Py_tp_doc, "Index(path, how=0)\n--\n\nWhere the chunks of a file are. how: 0 by its footer if it has one, else by a look at all of them; 1 only by the footer; 2 only by a look."},
    {Py_tp_new, index_new}, {Py_tp_dealloc, index_dealloc}, {Py_tp_methods, index_methods}, {Py_mp_length, index_length}, {0, NULL},
};
static PyType_Spec index_spec = {.name = "reel._reel.Index", .basicsize = sizeof(chunk_index), .flags = Py_TPFLAGS_DEFAULT, .slots = index_slots};

/* ---- a file that is written */

typedef struct file_writer {
    PyObject_HEAD
    reel_writer *writer;
    PyObject *application_id, *recording_id;
    bool is_busy;         /* a thread is within it, without Python's lock */
} file_writer;

static inline file_writer *writer_of(PyObject *self) { return (file_writer *)self; }

static int writer_open(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"path", "application_id", "recording_id", NULL};
    file_writer *self = writer_of(object);
    PyObject *path, *application_id, *recording_id;
    reel_status status;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&UU:Writer", names, PyUnicode_FSConverter, &path, &application_id, &recording_id))
        return -1;
    if (!py_text(application_id, "application_id") || !py_text(recording_id, "recording_id")) {
        Py_DECREF(path);
        return -1;
    }
    self->application_id = Py_NewRef(application_id);
    self->recording_id = Py_NewRef(recording_id);
    status = reel_writer_open(PyBytes_AsString(path), NULL, &self->writer);
    Py_DECREF(path);
    if (status == REEL_OK)
        return 0;
    py_raise(status);
    return -1;
}

static PyObject *writer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) { return opened(type, args, kwargs, writer_open); }

static void writer_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    file_writer *self = writer_of(object);
    if (self->writer)
        reel_writer_abandon(self->writer);
    Py_XDECREF(self->application_id);
    Py_XDECREF(self->recording_id);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static int enter(file_writer *self) {
    if (self->writer && !self->is_busy)
        return self->is_busy = true, 0;
    PyErr_SetString(PyExc_ValueError, self->writer ? "another thread writes to this file" : "the file is closed");
    return -1;
}

static PyObject *put(PyObject *object, PyObject *given) {
    file_writer *self = writer_of(object);
    reel_chunk *chunk = chunk_of(given, "chunk");
    if (!chunk || enter(self) < 0)
        return NULL;
    const reel_store_id store = {REEL_STORE_RECORDING, py_text(self->application_id, "application_id"), py_text(self->recording_id, "recording_id")};
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = reel_writer_put_chunk(self->writer, &store, chunk);
    Py_END_ALLOW_THREADS
    self->is_busy = false;
    if (status != REEL_OK)
        return py_raise(status);
    Py_RETURN_NONE;
}

static PyObject *close_writer(PyObject *object, PyObject *ignored) {
    (void)ignored;
    file_writer *self = writer_of(object);
    reel_status status;
    if (enter(self) < 0)
        return NULL;
    reel_writer *writer = self->writer;
    self->writer = NULL;
    Py_BEGIN_ALLOW_THREADS
    status = reel_writer_close(writer);
    Py_END_ALLOW_THREADS
    self->is_busy = false;
    if (status != REEL_OK)
        return py_raise(status);
    Py_RETURN_NONE;
}

static PyMethodDef writer_methods[] = {
    {"put", put, METH_O, "put($self, chunk, /)\n--\n\nWrites a chunk."},
    {"close", close_writer, METH_NOARGS, "close($self, /)\n--\n\nWrites the footer. Without it nothing is left of the file."},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot writer_slots[] = {
    {Py_tp_doc, "Writer(path, application_id, recording_id)\n--\n\nA file of one recording. It is there once it is closed."},
    {Py_tp_new, writer_new}, {Py_tp_dealloc, writer_dealloc}, {Py_tp_methods, writer_methods}, {0, NULL},
};
static PyType_Spec writer_spec = {.name = "reel._reel.Writer", .basicsize = sizeof(file_writer), .flags = Py_TPFLAGS_DEFAULT, .slots = writer_slots};

int reader_init(PyObject *module) {
    PyType_Spec *specs[] = {&index_spec, &writer_spec};
    const char *const names[] = {"Index", "Writer"};
    for (size_t i = 0; i < 2; i++) {
        PyObject *type = PyType_FromSpec(specs[i]);
        int result = type ? PyModule_AddObjectRef(module, names[i], type) : -1;
        Py_XDECREF(type);
        if (result < 0)
            return -1;
    }
    return 0;
}
