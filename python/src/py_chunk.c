#include "py_chunk.h"

#include "capsule.h"
#include "py_recording.h"

#include "../../src/base/ids.h"

#include <string.h>

typedef struct chunk {
    PyObject_HEAD
    reel_chunk *chunk;
} chunk;

static PyTypeObject *chunk_type;
static PyTypeObject *public_type; /* reel.chunk.Chunk, once it is there: what callers get */

PyObject *chunk_object(reel_chunk *given) {
    PyTypeObject *type = public_type ? public_type : chunk_type;
    chunk *self = (chunk *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (self)
        self->chunk = given;
    else
        reel_chunk_unref(given);
    return (PyObject *)self;
}

reel_chunk *chunk_of(PyObject *object, const char *what) {
    if (!PyObject_TypeCheck(object, chunk_type)) {
        PyErr_Format(PyExc_TypeError, "%s: a %.100R was given, a Chunk expected", what, (PyObject *)Py_TYPE(object));
        return NULL;
    }
    return ((chunk *)object)->chunk;
}

static inline reel_chunk *self_of(PyObject *self) { return ((chunk *)self)->chunk; }

static void chunk_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    reel_chunk_unref(self_of(self));
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *chunk_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)type, (void)args, (void)kwargs;
    PyErr_SetString(PyExc_TypeError, "a Chunk is made by Chunk.from_columns(), Chunk.from_record_batch(), or by reading");
    return NULL;
}

/* A changed chunk; NULL: nothing is left of it. */
static PyObject *changed(reel_status status, reel_chunk *const *out) {
    if (status != REEL_OK)
        return py_raise(status);
    if (!*out)
        Py_RETURN_NONE;
    return chunk_object(*out);
}

/* ---- what it is */

static PyObject *get_id(PyObject *self, void *ignored) {
    (void)ignored;
    char text[6 + 32 + 1] = "chunk_";
    reel__tuid_hex(text + 6, reel__tuid_load(reel_chunk_id(self_of(self))));
    return PyUnicode_FromStringAndSize(text, 6 + 32);
}
static PyObject *get_entity(PyObject *self, void *ignored) {
    (void)ignored;
    return PyUnicode_FromString(reel_chunk_entity(self_of(self)));
}
static PyObject *get_rows(PyObject *self, void *ignored) {
    (void)ignored;
    return PyLong_FromSize_t(reel_chunk_rows(self_of(self)));
}
static size_t n_columns(const reel_chunk *c) { return 1 + reel_chunk_timelines(c) + reel_chunk_components(c); }
static PyObject *get_columns(PyObject *self, void *ignored) {
    (void)ignored;
    return PyLong_FromSize_t(n_columns(self_of(self)));
}
static Py_ssize_t chunk_length(PyObject *self) { return (Py_ssize_t)n_columns(self_of(self)); }
static PyObject *get_static(PyObject *self, void *ignored) {
    (void)ignored;
    return PyBool_FromLong(reel_chunk_is_static(self_of(self)));
}
static PyObject *get_empty(PyObject *self, void *ignored) {
    (void)ignored;
    return PyBool_FromLong(reel_chunk_rows(self_of(self)) == 0);
}
static PyObject *get_bytes(PyObject *self, void *ignored) {
    (void)ignored;
    return PyLong_FromSize_t(reel_chunk_bytes(self_of(self)));
}

static PyObject *append(PyObject *list, PyObject *item) {
    if (list && (!item || PyList_Append(list, item) < 0))
        Py_CLEAR(list);
    Py_XDECREF(item);
    return list;
}

static PyObject *get_timelines(PyObject *self, void *ignored) {
    (void)ignored;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < reel_chunk_timelines(self_of(self)); i++)
        list = append(list, PyUnicode_FromString(reel_chunk_timeline_at(self_of(self), i)->name));
    return list;
}

static PyObject *timelines(PyObject *self, PyObject *ignored) {
    (void)ignored;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < reel_chunk_timelines(self_of(self)); i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(self_of(self), i);
        list = append(list, Py_BuildValue("(siOLL)", t->name, (int)t->type, t->is_sorted ? Py_True : Py_False, (long long)t->min, (long long)t->max));
    }
    return list;
}

static PyObject *components(PyObject *self, PyObject *ignored) {
    (void)ignored;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < reel_chunk_components(self_of(self)); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(self_of(self), i);
        list = append(list, Py_BuildValue("(szzsnn)", c->component, c->archetype, c->component_type, c->arrow_type, (Py_ssize_t)c->n_rows,
                                          (Py_ssize_t)reel_chunk_component_bytes(self_of(self), i)));
    }
    return list;
}

/* ---- Arrow */

static int export(PyObject *self, struct ArrowSchema *schema, struct ArrowArray *array) {
    reel_status status = reel_chunk_export(self_of(self), schema, array);
    if (status == REEL_OK)
        return 0;
    py_raise(status);
    return -1;
}

static PyObject *arrow_array(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"requested_schema", NULL};
    PyObject *ignored = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:__arrow_c_array__", names, &ignored) || export(self, &schema, &array) < 0)
        return NULL;
    return capsule_array(&schema, &array);
}

static PyObject *arrow_schema(PyObject *self, PyObject *ignored) {
    (void)ignored;
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (export(self, &schema, &array) < 0)
        return NULL;
    array.release(&array);
    return capsule_schema(&schema);
}

static PyObject *import(PyObject *module, PyObject *object) {
    (void)module;
    struct ArrowSchema schema;
    struct ArrowArray array;
    reel_chunk *out;
    if (capsule_take_array(object, &schema, &array) < 0)
        return NULL;
    return changed(reel_chunk_import(&schema, &array, &out), &out);
}

/* ---- changing it */

static PyObject *with_entity_path(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"entity_path", NULL};
    PyObject *path;
    reel_chunk *out;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:with_entity_path", names, &path))
        return NULL;
    const char *text = py_text(path, "entity_path");
    return text ? changed(reel_chunk_rename(self_of(self), text, &out), &out) : NULL;
}

static PyObject *keep(PyObject *self, PyObject *args) {
    PyObject *list;
    int all_but;
    const char *names[512];
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "O!p", &PyList_Type, &list, &all_but))
        return NULL;
    Py_ssize_t n = PyList_Size(list);
    if (n > (Py_ssize_t)(sizeof names / sizeof *names))
        return PyErr_Format(PyExc_ValueError, "%zd components were named, at most %d are allowed", n, (int)(sizeof names / sizeof *names));
    for (Py_ssize_t i = 0; i < n; i++)
        if (!(names[i] = py_text(PyList_GetItem(list, i), "components")))
            return NULL;
    return changed(reel_chunk_keep(self_of(self), names, (size_t)n, all_but, &out), &out);
}

static PyObject *slice(PyObject *self, PyObject *args) {
    Py_ssize_t first, n;
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "nn", &first, &n))
        return NULL;
    if (first < 0 || n < 0)
        return PyErr_Format(PyExc_ValueError, "%zd rows from %zd on are none", n, first);
    return changed(reel_chunk_slice(self_of(self), (size_t)first, (size_t)n, &out), &out);
}

static PyObject *with_timeline(PyObject *self, PyObject *args) {
    const char *name;
    int type;
    Py_buffer times;
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "siy*", &name, &type, &times))
        return NULL;
    reel_status status = reel_chunk_with_timeline(self_of(self), name, (reel_time_type)type, times.buf, (size_t)times.len / 8, &out);
    PyBuffer_Release(&times);
    return changed(status, &out);
}

static PyObject *without_timeline(PyObject *self, PyObject *args) {
    const char *name;
    int make_static = 0;
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "s|p", &name, &make_static))
        return NULL;
    return changed(reel_chunk_without_timeline(self_of(self), name, make_static, &out), &out);
}

static PyObject *rename_timeline(PyObject *self, PyObject *args) {
    const char *name, *new_name;
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "ss", &name, &new_name))
        return NULL;
    return changed(reel_chunk_rename_timeline(self_of(self), name, new_name, &out), &out);
}

static PyObject *shift(PyObject *self, PyObject *args) {
    const char *name;
    long long by;
    reel_chunk *out;
    if (!PyArg_ParseTuple(args, "sL", &name, &by))
        return NULL;
    return changed(reel_chunk_shift(self_of(self), name, by, &out), &out);
}

static PyObject *sort(PyObject *self, PyObject *args) {
    const char *name;
    reel_chunk *out;
    reel_status status;
    if (!PyArg_ParseTuple(args, "z", &name))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    status = reel_chunk_sort(self_of(self), name, &out);
    Py_END_ALLOW_THREADS
    return changed(status, &out);
}

static PyObject *with_new_row_ids(PyObject *self, PyObject *ignored) {
    (void)ignored;
    reel_chunk *out;
    return changed(reel_chunk_with_new_row_ids(self_of(self), &out), &out);
}

static PyObject *join(PyObject *module, PyObject *list) {
    (void)module;
    if (!PyList_Check(list) || !PyList_Size(list))
        return PyErr_Format(PyExc_TypeError, "a list of chunks expected");
    size_t n = (size_t)PyList_Size(list);
    reel_chunk **chunks = PyMem_Malloc(n * sizeof *chunks), *out = NULL;
    bool ok = chunks != NULL;
    if (!ok)
        PyErr_NoMemory();
    for (size_t i = 0; ok && i < n; i++)
        ok = (chunks[i] = chunk_of(PyList_GetItem(list, (Py_ssize_t)i), "chunks")) != NULL;
    PyObject *held = ok ? PyList_GetSlice(list, 0, (Py_ssize_t)n) : NULL; /* the list may be changed while others run */
    reel_status status = REEL_OK;
    if (held) {
        Py_BEGIN_ALLOW_THREADS
        status = reel_chunk_join(chunks, n, &out);
        Py_END_ALLOW_THREADS
        Py_DECREF(held);
    }
    PyMem_Free(chunks);
    return held ? changed(status, &out) : NULL;
}

/* ---- where it goes */

static PyObject *send(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *object, *given = Py_None;
    if (!PyArg_ParseTuple(args, "O|O", &object, &given))
        return NULL;
    reel_chunk *c = chunk_of(object, "send_chunks");
    recording *r = c ? recording_for(given) : NULL;
    if (!r) {
        if (PyErr_Occurred())
            return NULL;
        Py_RETURN_NONE;
    }
    reel_status status;
    Py_INCREF((PyObject *)r); /* another thread may make another one the current one */
    Py_BEGIN_ALLOW_THREADS
    status = reel_send_chunk(r->rec, c);
    Py_END_ALLOW_THREADS
    Py_DECREF((PyObject *)r);
    if (recording_tell() < 0)
        return NULL;
    if (status != REEL_OK)
        return py_raise(status);
    Py_RETURN_NONE;
}

static PyObject *set_class(PyObject *module, PyObject *type) {
    (void)module;
    if (!PyType_Check(type) || !PyType_IsSubtype((PyTypeObject *)type, chunk_type))
        return PyErr_Format(PyExc_TypeError, "a class derived from Chunk expected");
    Py_XDECREF((PyObject *)public_type);
    public_type = (PyTypeObject *)Py_NewRef(type);
    Py_RETURN_NONE;
}

static PyGetSetDef attributes[] = {
    {"id", get_id, NULL, "The chunk's own id, as text.", NULL},
    {"entity_path", get_entity, NULL, "The entity whose rows these are: \"/a/b\".", NULL},
    {"num_rows", get_rows, NULL, "How many rows it has.", NULL},
    {"num_columns", get_columns, NULL, "How many columns it has: row ids, timelines and components.", NULL},
    {"is_static", get_static, NULL, "Whether it has no timeline.", NULL},
    {"is_empty", get_empty, NULL, "Whether it has no rows.", NULL},
    {"timeline_names", get_timelines, NULL, "The names of its timelines, sorted.", NULL},
    {"nbytes", get_bytes, NULL, "Bytes in memory.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define KEYWORDS(function) (PyCFunction)(void (*)(void))(function)
static PyMethodDef methods[] = {
    {"__arrow_c_array__", KEYWORDS(arrow_array), METH_VARARGS | METH_KEYWORDS, "__arrow_c_array__($self, requested_schema=None)\n--\n\nThe chunk as a record batch; nothing is copied."},
    {"__arrow_c_schema__", arrow_schema, METH_NOARGS, "__arrow_c_schema__($self, /)\n--\n\nThe schema of the record batch."},
    {"with_entity_path", KEYWORDS(with_entity_path), METH_VARARGS | METH_KEYWORDS,
     "with_entity_path($self, entity_path)\n--\n\nThe same rows as those of another entity: a new chunk id, the same row ids. Nothing is copied."},
    {"_timelines", timelines, METH_NOARGS, NULL},
    {"_components", components, METH_NOARGS, NULL},
    {"_keep", keep, METH_VARARGS, NULL},
    {"_slice", slice, METH_VARARGS, NULL},
    {"_with_timeline", with_timeline, METH_VARARGS, NULL},
    {"_without_timeline", without_timeline, METH_VARARGS, NULL},
    {"_rename_timeline", rename_timeline, METH_VARARGS, NULL},
    {"_shift", shift, METH_VARARGS, NULL},
    {"_sort", sort, METH_VARARGS, NULL},
    {"_with_new_row_ids", with_new_row_ids, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Rows of one entity."}, {Py_tp_new, chunk_new}, {Py_tp_dealloc, chunk_dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, attributes}, {Py_mp_length, chunk_length}, {0, NULL},
};
static PyType_Spec spec = {.name = "reel._reel.Chunk", .basicsize = sizeof(chunk), .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .slots = slots};

static PyMethodDef functions[] = {
    {"import_chunk", import, METH_O, "import_chunk(batch, /)\n--\n\nThe chunk in a record batch that has its columns and metadata."},
    {"join_chunks", join, METH_O, "join_chunks(chunks, /)\n--\n\nChunks of one entity, one behind the other."},
    {"send_chunk", send, METH_VARARGS, "send_chunk(chunk, recording=None, /)\n--\n\nGives a chunk to a recording's sinks as it is."},
    {"set_chunk_class", set_class, METH_O, "set_chunk_class(cls, /)\n--\n\nThe class of the chunks that are made from now on."},
    {NULL, NULL, 0, NULL},
};

int chunk_init(PyObject *module) {
    chunk_type = (PyTypeObject *)PyType_FromSpec(&spec);
    if (!chunk_type || PyModule_AddObjectRef(module, "Chunk", (PyObject *)chunk_type) < 0 || PyModule_AddFunctions(module, functions) < 0)
        return -1;
    return reader_init(module);
}
