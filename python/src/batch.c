#include "batch.h"

#include "capsule.h"
#include "convert.h"
#include "py_pickle.h"

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

kind *batch_kind_of(PyTypeObject *type) {
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
                PyObject *old = (PyObject *)seen[slot].type;
                Py_INCREF((PyObject *)type);
                seen[slot].type = type;
                seen[slot].kind = kind_at(i);
                Py_XDECREF(old);
                return kind_at(i);
            }
    return NULL;
}

/* A class of Python's own: its _native_to_pa_array(data, type) gives an Arrow array. *f NULL: it has none. */
static int own_conversion(PyTypeObject *type, PyObject **f) {
    int result = py_find((PyObject *)type, "_native_to_pa_array", f);
    if (result > 0 && PyCFunction_Check(*f)) /* ours, of the base class */
        Py_CLEAR(*f);
    return result < 0 ? -1 : 0;
}

static batch *make_own(PyTypeObject *type, PyObject *f, PyObject *data) {
    PyObject *arrow_type = PyObject_GetAttrString((PyObject *)type, "_ARROW_DATATYPE"), *array = NULL;
    if (arrow_type && data == Py_None) {
        PyObject *empty = py_support("empty_array");
        array = empty ? PyObject_CallFunctionObjArgs(empty, arrow_type, NULL) : NULL;
        Py_XDECREF(empty);
    } else if (arrow_type) {
        array = PyObject_CallFunctionObjArgs(f, data, arrow_type, NULL);
    }
    batch *b = array ? batch_import_object(NULL, array, type) : NULL;
    Py_XDECREF(arrow_type);
    Py_XDECREF(array);
    return b;
}

static batch *make_from(PyTypeObject *type, kind *k, PyObject *own, PyObject *data) {
    if (own)
        return make_own(type, own, data);
    int is_arrow = !k && data != Py_None ? has_arrow(data) : 0;
    if (is_arrow)
        return is_arrow < 0 ? NULL : batch_import_object(NULL, data, type);
    if (!k) {
        PyErr_SetString(PyExc_NotImplementedError, "BaseBatch has no component of its own: use a subclass such as components.Position3DBatch, or give it an Arrow array");
        return NULL;
    }
    batch *b = batch_new(k, type);
    if (b && data != Py_None && convert(b, data) < 0)
        Py_CLEAR(b);
    return b;
}

static PyObject *batch_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"data", "strict", NULL};
    PyObject *data = NULL, *strict = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:BaseBatch", names, &data, &strict))
        return NULL;
    kind *k = batch_kind_of(type);
    PyObject *own = NULL;
    if (!k && own_conversion(type, &own) < 0)
        return NULL;
    batch *b = make_from(type, k, own, data);
    if (!b && (k || own) && PyErr_ExceptionMatches(PyExc_Exception)) {
        PyObject *name = PyType_GetName(type);
        const char *text = name ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
        if (text && py_soften(text, strict) == 0) /* a warning: an empty batch stands for what could not be converted */
            if ((b = make_from(type, k, own, Py_None)))
                b->is_failed = true;
        Py_XDECREF(name);
    }
    Py_XDECREF(own);
    return (PyObject *)b;
}

/* Everything is done when an object is made; subclasses may call it with their arguments. */
static int batch_init_slot(PyObject *self, PyObject *args, PyObject *kwargs) {
    (void)self, (void)args, (void)kwargs;
    return 0;
}

PyTypeObject *batch_type_of(kind *k) {
    if (k->batch_type)
        return k->batch_type;
    char *name = malloc(strlen(k->name) + 40); /* kept: the type points to it */
    if (!name)
        return (PyTypeObject *)PyErr_NoMemory();
    snprintf(name, strlen(k->name) + 40, "reel.%s%s.%sBatch", k->is_blueprint ? "blueprint." : "", k->is_encoding ? "encodings" : "components", k->name);
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {name, (int)sizeof(batch), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *type = PyType_FromSpecWithBases(&spec, (PyObject *)py.batch_type);
    PyObject *text = type ? PyUnicode_FromString(k->component_type) : NULL;
    if (!text || PyObject_SetAttrString(type, k->is_encoding ? "_ENCODING" : "_COMPONENT_TYPE", text) < 0)
        Py_CLEAR(type);
    Py_XDECREF(text);
    if (k->batch_type) /* another thread was faster: there is one class of each */
        Py_XDECREF(type);
    else
        k->batch_type = (PyTypeObject *)type;
    return k->batch_type;
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
    if (!a->kind || !b->kind || a->kind->arrow != b->kind->arrow || a->form != b->form || a->n != b->n)
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
        int truth = PyObject_IsTrue(result);
        Py_DECREF(result);
        if (truth < 0)
            return NULL;
        equal = truth;
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
    return PyObject_GetAttrString(self, "_COMPONENT_TYPE");
}

static PyObject *batch_described(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"descriptor", NULL};
    PyObject *descriptor;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:described", names, &descriptor))
        return NULL;
    PyObject *f = py_support("described"), *result = f ? PyObject_CallFunctionObjArgs(f, self, descriptor, NULL) : NULL;
    Py_XDECREF(f);
    return result;
}

static PyObject *batch_partition(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"lengths", NULL};
    PyObject *lengths = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:partition", names, &lengths))
        return NULL;
    PyObject *f = py_support("partitioned"), *result = f ? PyObject_CallFunctionObjArgs(f, self, lengths, NULL) : NULL;
    Py_XDECREF(f);
    return result;
}

/* _native_to_pa_array(data, type): what a class makes of data, as a pyarrow.Array; raises whatever the mode is. */
static PyObject *batch_native(PyObject *type, PyObject *args) {
    PyObject *data, *ignored = NULL;
    if (!PyArg_ParseTuple(args, "O|O:_native_to_pa_array", &data, &ignored))
        return NULL;
    PyObject *b = (PyObject *)make_from((PyTypeObject *)type, batch_kind_of((PyTypeObject *)type), NULL, data), *array = b ? through("arrow_array", b) : NULL;
    Py_XDECREF(b);
    return array;
}

static PyObject *batch_of(PyObject *type, PyObject *parameter) { return Py_GenericAlias(type, parameter); }

/* ---- _ARROW_DATATYPE of a class: made when looked up, as pyarrow is imported then */

static PyObject *arrow_type_get(PyObject *self, PyObject *object, PyObject *type) {
    (void)self;
    PyObject *cls = type ? type : (PyObject *)Py_TYPE(object);
    kind *k = PyType_Check(cls) ? batch_kind_of((PyTypeObject *)cls) : NULL;
    if (!k)
        Py_RETURN_NONE;
    PyObject *empty = (PyObject *)batch_new(k, NULL), *f = empty ? py_support("arrow_type") : NULL, *result = f ? PyObject_CallFunctionObjArgs(f, empty, NULL) : NULL;
    Py_XDECREF(empty);
    Py_XDECREF(f);
    return result;
}

static int add_arrow_type(void) {
    PyType_Slot slots[] = {{Py_tp_descr_get, arrow_type_get}, {0, NULL}};
    PyType_Spec spec = {"reel._ArrowType", (int)sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *type = PyType_FromSpec(&spec), *descriptor = type ? PyObject_CallNoArgs(type) : NULL;
    int result = descriptor ? PyObject_SetAttrString((PyObject *)py.batch_type, "_ARROW_DATATYPE", descriptor) : -1;
    Py_XDECREF(descriptor);
    Py_XDECREF(type);
    return result;
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
    {"described", (PyCFunction)(void (*)(void))batch_described, METH_VARARGS | METH_KEYWORDS, "described($self, descriptor)\n--\n\nThe batch with a descriptor: what log() takes."},
    {"partition", (PyCFunction)(void (*)(void))batch_partition, METH_VARARGS | METH_KEYWORDS, "partition($self, lengths=None)\n--\n\nA column for send_columns: rows of so many values; without lengths one each."},
    {"_native_to_pa_array", batch_native, METH_VARARGS | METH_CLASS, "_native_to_pa_array($type, data, data_type=None, /)\n--\n\nThe data as a pyarrow.Array; raises what is wrong with it."},
    {"__class_getitem__", batch_of, METH_O | METH_CLASS, "__class_getitem__($type, parameter, /)\n--\n\n`BaseBatch[T]`."},
    {"_packed", batch_packed, METH_NOARGS, "_packed($self, /)\n--\n\nNumbers as bytes, one value after another; None for texts, bools, bytes and structs."},
    {"_converter", batch_converter, METH_O | METH_CLASS, "_converter($type, data, /)\n--\n\nNone for None, else a batch of the data."},
    {"__arrow_c_array__", (PyCFunction)(void (*)(void))batch_c_array, METH_VARARGS | METH_KEYWORDS, "__arrow_c_array__($self, requested_schema=None)\n--\n\nThe Arrow PyCapsule interface; no copy."},
    {"__reduce__", batch_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\nFor pickle and copy: the values as bytes."},
    {"__arrow_c_schema__", batch_c_schema, METH_NOARGS, "__arrow_c_schema__($self, /)\n--\n\nThe Arrow PyCapsule interface: the type."},
    {NULL, NULL, 0, NULL},
};
static PyObject *batch_numbers(PyObject *self, void *ignored) {
    (void)ignored;
    batch *b = (batch *)self;
    return PyLong_FromLong(b->form == FORM_PACKED ? b->kind->size : 0);
}

static PyGetSetDef batch_getset[] = {
    {"_numbers_per_value", batch_numbers, NULL, "Of numbers, vectors and matrices; 0 for texts, bools, bytes, strips and structs.", NULL},
    {"pa_array", batch_pa_array, NULL, "The values as a pyarrow.Array.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* _flat(data, format): numbers of any object as (bytearray, shape, format), for classes in Python. format: of the struct module, one letter; None: as they are. */
static PyObject *flat(PyObject *self, PyObject *args) {
    (void)self;
    static const char letters[] = "?BbHhIiQqefd";
    static const uint8_t types[] = {REEL__ARROW_BOOL, REEL__ARROW_U8, REEL__ARROW_I8, REEL__ARROW_U16, REEL__ARROW_I16, REEL__ARROW_U32, REEL__ARROW_I32, REEL__ARROW_U64, REEL__ARROW_I64,
                                    REEL__ARROW_F16, REEL__ARROW_F32, REEL__ARROW_F64};
    PyObject *data;
    const char *format = NULL, *letter;
    numbers from;
    if (!PyArg_ParseTuple(args, "O|z:_flat", &data, &format))
        return NULL;
    letter = format && *format ? strchr(letters, *format) : NULL;
    if (format && !letter)
        return PyErr_Format(PyExc_ValueError, "'%s' is no format of numbers", format);
    if (numbers_from(data, letter ? types[letter - letters] : REEL__ARROW_NULL, &from) < 0)
        return NULL;
    uint8_t to = letter ? types[letter - letters] : from.type;
    PyObject *dims = PyTuple_New(from.n_dims), *bytes = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(from.n * number_bytes(to)));
    for (int i = 0; dims && i < from.n_dims; i++)
        if (PyTuple_SetItem(dims, i, PyLong_FromUnsignedLongLong(from.shape[i])) < 0)
            Py_CLEAR(dims);
    char name[2] = {0};
    for (size_t i = 0; i < sizeof types; i++)
        if (types[i] == to)
            name[0] = letters[i];
    PyObject *result = dims && bytes && numbers_cast(from.data, from.type, from.n, PyByteArray_AsString(bytes), to, "numbers") == 0 ? Py_BuildValue("(OOs)", bytes, dims, name) : NULL;
    numbers_free(&from);
    Py_XDECREF(dims);
    Py_XDECREF(bytes);
    return result;
}

static PyMethodDef batch_functions[] = {
    {"batch_of_any", batch_of_any, METH_VARARGS, "batch_of_any(nodes, values, has_nulls, /)\n--\n\nValues of a type told in (name, Arrow format, children) as a batch of no component."},
    {"_flat", flat, METH_VARARGS, "_flat(data, format=None, /)\n--\n\nNumbers of any object that holds some, as (bytearray, shape, format)."},
    {NULL, NULL, 0, NULL},
};

int batch_init(PyObject *module) {
    PyType_Slot slots[] = {
        {Py_tp_new, batch_make}, {Py_tp_init, batch_init_slot}, {Py_tp_dealloc, batch_dealloc}, {Py_tp_methods, batch_methods}, {Py_tp_getset, batch_getset}, {Py_sq_length, batch_length},
        {Py_tp_richcompare, batch_compare}, {Py_tp_hash, PyObject_HashNotImplemented}, {Py_tp_repr, batch_repr},
        {Py_tp_doc, "BaseBatch(data, strict=None)\n--\n\nValues of one component. Immutable.\n\ndata: what the component takes (numbers, lists, arrays, objects of its class), an Arrow array of its type, or "
                    "None for an empty batch.\nstrict: True raises when data cannot be converted, False warns and gives an empty batch; None: as `strict_mode()` says."},
        {0, NULL},
    };
    PyType_Spec spec = {"reel.BaseBatch", (int)sizeof(batch), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    py.batch_type = (PyTypeObject *)PyType_FromSpec(&spec);
    if (!py.batch_type || add_arrow_type() < 0 || PyModule_AddFunctions(module, batch_functions) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "BaseBatch", (PyObject *)py.batch_type);
}
