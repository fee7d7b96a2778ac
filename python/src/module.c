/* The extension module reel._reel. */
#include "archetype.h"
#include "py_arith.h"
#include "py_blueprint.h"
#include "py_chunk.h"
#include "py_recording.h"

#include <string.h>

py_state py;

PyObject *py_support(const char *name) {
    if (!py.support && !(py.support = PyImport_ImportModule("reel._support")))
        return NULL;
    return PyObject_GetAttrString(py.support, name);
}

PyObject *py_raise(reel_status status) {
    PyObject *type = py.reel_error;
    switch (status) {
    case REEL_E_NO_MEMORY: type = PyExc_MemoryError; break;
    case REEL_E_ARGUMENT: case REEL_E_UTF8: case REEL_E_TOO_LARGE: case REEL_E_TIMELINE_TYPE: case REEL_E_LENGTHS: case REEL_E_FORMAT: case REEL_E_ENVIRONMENT: type = PyExc_ValueError; break;
    case REEL_E_TIMEOUT: type = PyExc_TimeoutError; break;
    case REEL_E_IO: case REEL_E_NO_SPACE: case REEL_E_LOCKED: type = PyExc_OSError; break;
    case REEL_E_NOT_FOUND: type = PyExc_FileNotFoundError; break;
    case REEL_E_UNSUPPORTED: type = PyExc_NotImplementedError; break;
    default: break;
    }
    const char *message = reel_error_message();
    return PyErr_Format(type, "%s", *message ? message : reel_status_text(status)); /* which may have been cut within a character */
}

int py_soften(const char *context, PyObject *strict) {
    PyObject *type, *value, *trace;
    if (!PyErr_ExceptionMatches(PyExc_Exception)) /* KeyboardInterrupt, SystemExit */
        return -1;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *f = py_support("conversion_failed"), *told = f && value ? PyObject_CallFunction(f, "sOO", context, value, strict ? strict : Py_None) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    Py_XDECREF(told);
    return told ? 0 : -1;
}

const char *py_text(PyObject *object, const char *what) {
    Py_ssize_t size;
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: a %.100R was given, a text expected", what, (PyObject *)Py_TYPE(object));
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8AndSize(object, &size);
    if (text && strlen(text) != (size_t)size) {
        PyErr_Format(PyExc_ValueError, "%s: a text must not hold NUL characters", what);
        return NULL;
    }
    return text;
}

/* ---- the data model, by name */

static PyObject *archetype_class(PyObject *self, PyObject *name) {
    (void)self;
    const char *text = py_text(name, "name");
    shape *s = text ? shape_named(text) : NULL;
    PyObject *type = s ? (PyObject *)archetype_type_of(s) : NULL;
    if (s)
        return Py_XNewRef(type);
    return text ? PyErr_Format(PyExc_KeyError, "%U", name) : NULL;
}

static PyObject *batch_class(PyObject *self, PyObject *name) {
    (void)self;
    const char *text = py_text(name, "name");
    kind *k = text ? kind_named(text) : NULL;
    PyTypeObject *type = k ? batch_type_of(k) : NULL;
    if (type)
        return Py_NewRef((PyObject *)type);
    return !text || PyErr_Occurred() ? NULL : PyErr_Format(PyExc_KeyError, "%U", name);
}

static PyObject *archetype_names(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < shapes_count(); i++) {
        PyObject *name = PyUnicode_FromString(shape_at(i)->table->name);
        if (!name || PyList_Append(list, name) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
    }
    return list;
}

/* (component type, {variant: code} or None, numbers per value) of each component. */
static PyObject *component_facts(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < kinds_count(); i++) {
        const kind *k = kind_at(i);
        PyObject *variants = k->enumeration ? PyDict_New() : Py_NewRef(Py_None);
        if (k->enumeration) {
            for (uint16_t v = 0; variants && v < k->enumeration->n; v++) {
                PyObject *code = PyLong_FromUnsignedLong(k->enumeration->values[v]);
                if (!code || PyDict_SetItemString(variants, k->enumeration->names[v], code) < 0)
                    Py_CLEAR(variants);
                Py_XDECREF(code);
            }
        }
        PyObject *item = variants ? Py_BuildValue("(sNi)", k->component_type, variants, (int)k->size) : NULL;
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyMethodDef functions[] = {
    {"archetype_class", archetype_class, METH_O, "archetype_class(name, /)\n--\n\nThe class of `rerun.archetypes.Points3D`."},
    {"batch_class", batch_class, METH_O, "batch_class(name, /)\n--\n\nThe batch class of `rerun.components.Position3D`."},
    {"archetype_names", archetype_names, METH_NOARGS, "archetype_names()\n--\n\nThe full names of all archetypes."},
    {"component_facts", component_facts, METH_NOARGS, "component_facts()\n--\n\n[(component type, variants of its enum or None, numbers per value)]"},
    {NULL, NULL, 0, NULL},
};

/* Runs for every interpreter that imports the module, and again when a program imports it anew. */
static int module_exec(PyObject *module) {
    static int64_t interpreter;
    int64_t here = PyInterpreterState_GetID(PyInterpreterState_Get());
    if (py.module && here != interpreter) {
        PyErr_SetString(PyExc_ImportError, "reel serves one interpreter of a process: sub-interpreters cannot import it");
        return -1;
    }
    if (py.module)
        return PyDict_Update(PyModule_GetDict(module), PyModule_GetDict(py.module));
    interpreter = here;
    py.module = module;
    py.reel_error = PyErr_NewExceptionWithDoc("reel.ReelError", "What the recorder could not do, where no exception of Python's says it.", PyExc_RuntimeError, NULL);
    if (!py.reel_error || PyModule_AddObjectRef(module, "ReelError", py.reel_error) < 0 || kinds_init() < 0 || batch_init(module) < 0 || archetype_init(module) < 0 ||
        recording_init(module) < 0 || chunk_init(module) < 0 || arith_init(module) < 0 || blueprint_init(module) < 0 || PyModule_AddStringConstant(module, "version", reel_version()) < 0) {
        py.module = NULL;
        return -1;
    }
    Py_INCREF(module); /* the types and recordings of this process need it to the end */
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "reel._reel", .m_doc = "The recorder, and what Python objects become before they are logged.", .m_methods = functions, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__reel(void) { return PyModuleDef_Init(&definition); }
