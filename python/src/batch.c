#include "batch.h"

#include "capsule.h"
#include "convert.h"

#include <stdlib.h>
#include <string.h>

/* ---- making */

batch *batch_new(kind *k, PyTypeObject *type) {
    if (!type && !(type = k ? batch_type_of(k) : py.batch_type))
        return NULL;
    batch *b = (batch *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (b) {
        b->kind = k;
        b->form = k ? k->form : FORM_ARROW;
    }
    return b;
}

void *batch_room(batch *b, size_t bytes) {
    if (bytes <= sizeof b->small)
        return b->small;
    if (!(b->memory = malloc(bytes)))
        PyErr_Format(PyExc_MemoryError, "reel: no memory for %zu bytes of %s", bytes, b->kind ? b->kind->name : "values");
    return b->memory;
}

bool batch_check(PyObject *object) { return PyObject_TypeCheck(object, py.batch_type); }

batch *batch_from(kind *k, PyObject *data) {
    if (batch_check(data) && ((batch *)data)->kind == k) {
        Py_INCREF(data);
        return (batch *)data;
    }
    batch *b = batch_new(k, NULL);
    if (b && convert(b, data) < 0)
        Py_CLEAR(b);
    return b;
}

static void batch_dealloc(PyObject *self) {
    batch *b = (batch *)self;
    PyTypeObject *type = Py_TYPE(self);
    free(b->memory);
    Py_XDECREF(b->owner);
    if (b->array.release)
        b->array.release(&b->array);
    if (b->schema.release)
        b->schema.release(&b->schema);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* ---- the classes of the kinds */

/* Which kind a class is for: its own, or that of the nearest base. */
static kind *kind_of_type(PyTypeObject *type) {
    static struct {
        PyTypeObject *type;
        kind *kind;
    } seen[64];
    size_t slot = ((uintptr_t)type >> 5) % 64;
    if (seen[slot].type == type)
        return seen[slot].kind;
    for (PyTypeObject *t = type; t; t = PyType_GetSlot(t, Py_tp_base))
        for (size_t i = 0; i < kinds_count(); i++)
            if (kind_at(i)->batch_type == t) {
                Py_INCREF((PyObject *)type);
                Py_XDECREF((PyObject *)seen[slot].type);
                seen[slot].type = type;
                seen[slot].kind = kind_at(i);
                return kind_at(i);
            }
    return NULL;
}

static PyObject *batch_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"data", "strict", NULL};
    PyObject *data = NULL, *strict = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:BaseBatch", names, &data, &strict))
        return NULL;
    kind *k = kind_of_type(type);
    if (!k && has_arrow(data))
        return (PyObject *)batch_import_object(NULL, data, type);
    if (!k)
        return PyErr_Format(PyExc_TypeError, "BaseBatch has no component of its own: use a subclass such as components.Position3DBatch, or give it an Arrow array");
    batch *b = batch_new(k, type);
    if (!b || data == Py_None || convert(b, data) == 0)
        return (PyObject *)b;
    Py_DECREF(b);
    b = NULL;
    if (py_soften(k->name, strict) == 0) /* a warning: an empty batch stands for what could not be converted */
        b = batch_new(k, type);
    return (PyObject *)b;
}

PyTypeObject *batch_type_of(kind *k) {
    if (k->batch_type)
        return k->batch_type;
    char *name = malloc(strlen(k->name) + 40); /* kept: the type points to it */
    if (!name)
        return (PyTypeObject *)PyErr_NoMemory();
    snprintf(name, strlen(k->name) + 40, "reel.%scomponents.%sBatch", k->is_blueprint ? "blueprint." : "", k->name);
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {name, (int)sizeof(batch), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *type = PyType_FromSpecWithBases(&spec, (PyObject *)py.batch_type);
    PyObject *text = type ? PyUnicode_FromString(k->component_type) : NULL;
    if (!text || PyObject_SetAttrString(type, "_COMPONENT_TYPE", text) < 0)
        Py_CLEAR(type);
    Py_XDECREF(text);
    return k->batch_type = (PyTypeObject *)type;
}

/* ---- what a batch answers */

static Py_ssize_t batch_length(PyObject *self) { return ((batch *)self)->n; }

static PyObject *batch_c_array(PyObject *self, PyObject *args, PyObject *kwargs) {
    (void)args, (void)kwargs; /* requested_schema: as it is is allowed */
    struct ArrowSchema schema;
    struct ArrowArray array;
    return batch_export((batch *)self, &schema, &array) < 0 ? NULL : capsule_array(&schema, &array);
}

static PyObject *batch_c_schema(PyObject *self, PyObject *ignored) {
    (void)ignored;
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (batch_export((batch *)self, &schema, &array) < 0)
        return NULL;
    array.release(&array);
    return capsule_schema(&schema);
}

/* What Python code does with batches goes through _support, where pyarrow is known: as_arrow_array, pa_array, ==, repr. */
static PyObject *through(const char *function, PyObject *self) {
    PyObject *f = py_support(function), *result = f ? PyObject_CallFunctionObjArgs(f, self, NULL) : NULL;
    Py_XDECREF(f);
    return result;
}
static PyObject *batch_as_arrow(PyObject *self, PyObject *ignored) {
    (void)ignored;
    return through("arrow_array", self);
}
static PyObject *batch_pa_array(PyObject *self, void *ignored) {
    (void)ignored;
    return through("arrow_array", self);
}
static PyObject *batch_repr(PyObject *self) { return through("batch_repr", self); }

static bool same_bytes(const batch *a, const batch *b) {
    if (a->kind != b->kind || a->form != b->form || a->n != b->n)
        return false;
    switch (a->form) {
    case FORM_PACKED: return a->n == 0 || memcmp(a->values, b->values, (size_t)a->n * a->kind->width) == 0;
    case FORM_BOOL: return a->n == 0 || memcmp(a->values, b->values, a->n) == 0;
    case FORM_TEXT:
        for (uint32_t i = 0; i < a->n; i++)
            if (strcmp(((const char *const *)a->values)[i], ((const char *const *)b->values)[i]) != 0)
                return false;
        return true;
    default: return false;
    }
}

static PyObject *batch_compare(PyObject *self, PyObject *other, int op) {
    if ((op != Py_EQ && op != Py_NE) || !batch_check(other))
        Py_RETURN_NOTIMPLEMENTED;
    bool equal = same_bytes((batch *)self, (batch *)other);
    if (!equal) { /* different forms, or numbers such as 0.0 and -0.0: by their Arrow arrays */
        PyObject *f = py_support("batches_equal"), *result = f ? PyObject_CallFunctionObjArgs(f, self, other, NULL) : NULL;
        Py_XDECREF(f);
        if (!result)
            return NULL;
        equal = PyObject_IsTrue(result) == 1;
        Py_DECREF(result);
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *batch_converter(PyObject *type, PyObject *data) {
    if (data == Py_None)
        Py_RETURN_NONE;
    return PyObject_CallFunctionObjArgs(type, data, NULL);
}

static PyObject *batch_component_type(PyObject *self, PyObject *ignored) {
    (void)ignored;
    kind *k = ((batch *)self)->kind;
    if (!k)
        Py_RETURN_NONE;
    return PyUnicode_FromString(k->component_type);
}

/* Which kind a batch is of, and its values as bytes: for tests and for Python code that knows no numpy. */
static PyObject *batch_packed(PyObject *self, PyObject *ignored) {
    (void)ignored;
    batch *b = (batch *)self;
    if (b->form != FORM_PACKED)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(b->values, (Py_ssize_t)((size_t)b->n * b->kind->width));
}

static PyMethodDef batch_methods[] = {
    {"as_arrow_array", batch_as_arrow, METH_NOARGS, "as_arrow_array($self, /)\n--\n\nThe values as a pyarrow.Array (needs pyarrow; `__arrow_c_array__` does not)."},
    {"component_type", batch_component_type, METH_NOARGS, "component_type($self, /)\n--\n\nThe component's name, such as `rerun.components.Position3D`."},
    {"_packed", batch_packed, METH_NOARGS, "_packed($self, /)\n--\n\nNumbers as bytes, one value after another; None for texts, bools, bytes and structs."},
    {"_converter", batch_converter, METH_O | METH_CLASS, "_converter($type, data, /)\n--\n\nNone for None, else a batch of the data."},
    {"__arrow_c_array__", (PyCFunction)(void (*)(void))batch_c_array, METH_VARARGS | METH_KEYWORDS, "__arrow_c_array__($self, requested_schema=None)\n--\n\nThe Arrow PyCapsule interface; no copy."},
    {"__arrow_c_schema__", batch_c_schema, METH_NOARGS, "__arrow_c_schema__($self, /)\n--\n\nThe Arrow PyCapsule interface: the type."},
    {NULL, NULL, 0, NULL},
};
static PyGetSetDef batch_getset[] = {
    {"pa_array", batch_pa_array, NULL, "The values as a pyarrow.Array.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

int batch_init(PyObject *module) {
    PyType_Slot slots[] = {
        {Py_tp_new, batch_make}, {Py_tp_dealloc, batch_dealloc}, {Py_tp_methods, batch_methods}, {Py_tp_getset, batch_getset}, {Py_sq_length, batch_length},
        {Py_tp_richcompare, batch_compare}, {Py_tp_hash, PyObject_HashNotImplemented}, {Py_tp_repr, batch_repr},
        {Py_tp_doc, "BaseBatch(data, strict=None)\n--\n\nValues of one component. Immutable.\n\ndata: what the component takes (numbers, lists, arrays, objects of its class), an Arrow array of its type, or "
                    "None for an empty batch.\nstrict: True raises when data cannot be converted, False warns and gives an empty batch; None: as `strict_mode()` says."},
        {0, NULL},
    };
    PyType_Spec spec = {"reel.BaseBatch", (int)sizeof(batch), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    py.batch_type = (PyTypeObject *)PyType_FromSpec(&spec);
    if (!py.batch_type)
        return -1;
    return PyModule_AddObjectRef(module, "BaseBatch", (PyObject *)py.batch_type);
}
