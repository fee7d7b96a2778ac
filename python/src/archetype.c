#include "archetype.h"

#include "py_pickle.h"

#include <stdlib.h>
#include <string.h>

/* ---- which shape a class has */

typedef struct seen_class {
    PyTypeObject *type;
    shape *shape;
    bool is_plain;       /* no as_component_batches of its own */
} seen_class;

/* NULL: the class itself raised something when it was looked at. */
static const seen_class *class_of(PyTypeObject *type) {
    static seen_class seen[256];
    seen_class *slot = &seen[((uintptr_t)type >> 5) % 256];
    if (slot->type == type)
        return slot;
    shape *found = NULL;
    for (PyTypeObject *t = type; t && !found; t = PyType_GetSlot(t, Py_tp_base))
        for (size_t i = 0; i < shapes_count(); i++)
            if (shape_at(i)->type == t)
                found = shape_at(i);
    PyObject *own, *base = PyObject_GetAttrString((PyObject *)py.archetype_type, "as_component_batches");
    int has = base ? py_find((PyObject *)type, "as_component_batches", &own) : -1;
    bool is_plain = has > 0 && own == base;
    Py_XDECREF(base);
    if (has < 0)
        return NULL;
    Py_XDECREF(own);
    PyObject *old = (PyObject *)slot->type;
    Py_INCREF((PyObject *)type);
    *slot = (seen_class){type, found, is_plain};
    Py_XDECREF(old);
    return slot;
}

int archetype_is_plain(PyObject *object) {
    if (!PyObject_TypeCheck(object, py.archetype_type) || !((archetype *)object)->shape)
        return 0;
    const seen_class *c = class_of(Py_TYPE(object));
    return c ? c->is_plain : -1;
}

/* ---- making */

static PyObject *archetype_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    (void)args, (void)kwargs;
    const seen_class *c = class_of(type);
    shape *s = c ? c->shape : NULL;
    archetype *self = c ? (archetype *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0) : NULL;
    if (self)
        self->shape = s;
    return (PyObject *)self;
}

static uint32_t n_fields(const archetype *self) { return self->shape ? self->shape->table->n_fields : 0; }

static void archetype_dealloc(PyObject *object) {
    archetype *self = (archetype *)object;
    PyTypeObject *type = Py_TYPE(object);
    for (uint32_t i = 0; i < n_fields(self); i++)
        Py_XDECREF((PyObject *)self->fields[i]);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* The field of this name; -1: there is none. */
static int field_of(const shape *s, PyObject *name) {
    for (uint32_t i = 0; i < s->table->n_fields; i++)
        if (s->names[i] == name)
            return (int)i;
    for (uint32_t i = 0; i < s->table->n_fields; i++)
        if (PyUnicode_Compare(s->names[i], name) == 0)
            return (int)i;
    return -1;
}

/* With an exception set: says which field of what it was about; then raises or warns (_support.conversion_failed). 0: warned. */
static int soften(const shape *s, uint32_t field) {
    char context[160];
    snprintf(context, sizeof context, "%s, %s", s->name, s->table->fields[field].name);
    return py_soften(context, Py_None);
}

/* None leaves the field unset. What cannot be converted is told, and shows as an empty batch that is not logged: good data of an earlier row is never cleared by it. */
static int set_field(archetype *self, uint32_t field, PyObject *value) {
    kind *k = self->shape->kinds[field];
    batch *b = NULL;
    if (value && value != Py_None && !(b = batch_from(k, value))) {
        if (soften(self->shape, field) < 0 || !(b = batch_new(k, NULL)))
            return -1;
        b->is_failed = true;
    }
    batch *old = self->fields[field];
    self->fields[field] = b;
    Py_XDECREF((PyObject *)old); /* what it kept alive may look at the field as it goes */
    return 0;
}

static int put_keywords(archetype *self, PyObject *kwargs) {
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (kwargs && PyDict_Next(kwargs, &position, &key, &value)) {
        if (!PyUnicode_Check(key)) {
            PyErr_Format(PyExc_TypeError, "%s: %R is no field", self->shape->name, key);
            return -1;
        }
        int field = field_of(self->shape, key);
        if (field < 0) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", self->shape->name, key);
            return -1;
        }
        if (self->fields[field]) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", self->shape->name, key);
            return -1;
        }
        if (set_field(self, (uint32_t)field, value) < 0)
            return -1;
    }
    return 0;
}

static int init_from(archetype *self, PyObject *args, PyObject *kwargs, uint32_t most, uint32_t least) {
    Py_ssize_t n = args ? PyTuple_Size(args) : 0;
    if (!self->shape) {
        if (n == 0 && !kwargs)
            return 0;
        PyErr_Format(PyExc_TypeError, "%R takes no arguments: it is no archetype of the data model", Py_TYPE((PyObject *)self));
        return -1;
    }
    if (n > (Py_ssize_t)most) {
        PyErr_Format(PyExc_TypeError, "%s() takes %u positional arguments but %zd were given", self->shape->name, (unsigned)most, n);
        return -1;
    }
    for (uint32_t i = 0; i < self->shape->table->n_fields; i++)
        Py_CLEAR(self->fields[i]);
    for (Py_ssize_t i = 0; i < n; i++)
        if (set_field(self, (uint32_t)i, PyTuple_GetItem(args, i)) < 0)
            return -1;
    for (uint32_t i = (uint32_t)n; i < least; i++)
        if (!kwargs || !PyDict_GetItemWithError(kwargs, self->shape->names[i])) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "%s() missing required argument: '%U'", self->shape->name, self->shape->names[i]);
            return -1;
        }
    return put_keywords(self, kwargs);
}

static int put_default_class(archetype *self) {
    int classes = self->shape->class_ids;
    if (classes < 0 || self->fields[classes] || !self->fields[self->shape->keypoint_ids])
        return 0;
    PyObject *zero = PyLong_FromLong(0);
    int result = zero ? set_field(self, (uint32_t)classes, zero) : -1;
    Py_XDECREF(zero);
    return result;
}

/* Transform3D takes `rotation` and `from_parent`, too, which are no fields. */
static PyObject *fields_of_transform(PyObject *kwargs) {
    PY_NAME(rotation, "rotation");
    PY_NAME(from_parent, "from_parent");
    if (!kwargs || (!PyDict_GetItemWithError(kwargs, rotation) && !PyDict_GetItemWithError(kwargs, from_parent)))
        return kwargs ? Py_NewRef(kwargs) : PyDict_New();
    PyObject *f = py_support("transform3d_fields"), *fields = f ? PyObject_CallFunctionObjArgs(f, kwargs, NULL) : NULL;
    Py_XDECREF(f);
    return fields;
}

static int init_transform(archetype *self, PyObject *args, PyObject *kwargs) {
    PyObject *fields = fields_of_transform(kwargs);
    if (!fields) /* they do not go together: nothing is set */
        return py_soften(self->shape->name, Py_None);
    int result = init_from(self, args, fields, 0, 0);
    Py_DECREF(fields);
    return result;
}

static int archetype_init_slot(PyObject *self, PyObject *args, PyObject *kwargs) {
    archetype *a = (archetype *)self;
    if (a->shape && a->shape->is_transform)
        return init_transform(a, args, kwargs);
    if (init_from(a, args, kwargs, a->shape ? a->shape->n_positional : 0, a->shape ? a->shape->n_required : 0) < 0)
        return -1;
    return a->shape && a->shape->keypoint_ids >= 0 ? put_default_class(a) : 0;
}

/* For constructors written in Python: any field, none required. */
static PyObject *attrs_init(PyObject *self, PyObject *args, PyObject *kwargs) {
    archetype *a = (archetype *)self;
    if (init_from(a, args, kwargs, n_fields(a), 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *attrs_clear(PyObject *self, PyObject *ignored) {
    (void)ignored;
    for (uint32_t i = 0; i < n_fields((archetype *)self); i++)
        Py_CLEAR(((archetype *)self)->fields[i]);
    Py_RETURN_NONE;
}

/* An empty object of the class, whose own __init__ is passed over. */
static archetype *empty_of(PyObject *type) {
    archetype *self = (archetype *)archetype_make((PyTypeObject *)type, NULL, NULL);
    if (self && !self->shape) {
        PyErr_Format(PyExc_TypeError, "%R is no archetype of the data model", type);
        Py_CLEAR(self);
    }
    return self;
}

static int clear_field(archetype *self, uint32_t i) {
    batch *old = self->fields[i];
    self->fields[i] = batch_new(self->shape->kinds[i], NULL);
    Py_XDECREF((PyObject *)old);
    return self->fields[i] ? 0 : -1;
}

static PyObject *from_fields(PyObject *type, PyObject *args, PyObject *kwargs) {
    archetype *self = empty_of(type);
    if (!self)
        return NULL;
    if (PyTuple_Size(args)) {
        PyErr_Format(PyExc_TypeError, "%s.from_fields() takes keyword arguments only", self->shape->name);
        Py_DECREF(self);
        return NULL;
    }
    PyObject *rest = kwargs ? PyDict_Copy(kwargs) : PyDict_New(), *flag = rest ? PyDict_GetItemString(rest, "clear_unset") : NULL;
    int clear_unset = flag ? PyObject_IsTrue(flag) : 0;
    if (!rest || clear_unset < 0 || (flag && PyDict_DelItemString(rest, "clear_unset") < 0) || put_keywords(self, rest) < 0)
        Py_CLEAR(self);
    for (uint32_t i = 0; self && clear_unset && i < n_fields(self); i++)
        if (!self->fields[i] && clear_field(self, i) < 0)
            Py_CLEAR(self);
    Py_XDECREF(rest);
    return (PyObject *)self;
}

PyObject *archetype_restored(PyTypeObject *type, PyObject *fields) {
    archetype *self = (archetype *)archetype_make(type, NULL, NULL);
    PyObject *own = self ? PyDict_Copy(fields) : NULL;
    if (self && (!own || (self->shape && put_keywords(self, own) < 0)))
        Py_CLEAR(self);
    Py_XDECREF(own);
    return (PyObject *)self;
}

static PyObject *cleared(PyObject *type, PyObject *ignored) {
    (void)ignored;
    archetype *self = empty_of(type);
    for (uint32_t i = 0; self && i < n_fields(self); i++)
        if (clear_field(self, i) < 0)
            Py_CLEAR(self);
    return (PyObject *)self;
}

/* ---- what it answers */

static PyObject *get_field(PyObject *self, void *closure) {
    uint32_t i = (uint32_t)(uintptr_t)closure;
    PyObject *value = i < n_fields((archetype *)self) && ((archetype *)self)->fields[i] ? (PyObject *)((archetype *)self)->fields[i] : Py_None;
    Py_INCREF(value);
    return value;
}

static int put_field(PyObject *self, PyObject *value, void *closure) { return set_field((archetype *)self, (uint32_t)(uintptr_t)closure, value); }

/* [(component, archetype, component type, batch)] of what is set; _baseclasses makes described batches of them. */
static PyObject *described(PyObject *self, PyObject *ignored) {
    (void)ignored;
    archetype *a = (archetype *)self;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < n_fields(a); i++) {
        const reel__field *f = &a->shape->table->fields[i];
        PyObject *item = a->fields[i] ? Py_BuildValue("(sssO)", f->descriptor.component, a->shape->table->name, f->descriptor.component_type, a->fields[i]) : NULL;
        if (a->fields[i] && (!item || PyList_Append(list, item) < 0))
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *call_support(const char *name, PyObject *self) {
    PyObject *f = py_support(name), *result = f ? PyObject_CallFunctionObjArgs(f, self, NULL) : NULL;
    Py_XDECREF(f);
    return result;
}
static PyObject *component_batches(PyObject *self, PyObject *ignored) {
    (void)ignored;
    return call_support("component_batches", self);
}
static PyObject *archetype_repr(PyObject *self) { return call_support("archetype_repr", self); }

static PyObject *archetype_name(PyObject *type, PyObject *ignored) {
    (void)ignored;
    const seen_class *c = class_of((PyTypeObject *)type);
    if (!c)
        return NULL;
    return c->shape ? PyUnicode_FromString(c->shape->table->name) : call_support("archetype_name", type);
}
static PyObject *archetype_short_name(PyObject *type, PyObject *ignored) {
    (void)ignored;
    const seen_class *c = class_of((PyTypeObject *)type);
    if (!c)
        return NULL;
    return c->shape ? PyUnicode_FromString(c->shape->name) : PyType_GetName((PyTypeObject *)type);
}

/* (field, component, component type, level, many) of each field: what Python code knows of the data model. */
static PyObject *archetype_fields(PyObject *type, PyObject *ignored) {
    (void)ignored;
    const seen_class *c = class_of((PyTypeObject *)type);
    const shape *s = c ? c->shape : NULL;
    PyObject *list = c ? PyList_New(0) : NULL;
    for (uint32_t i = 0; list && s && i < s->table->n_fields; i++) {
        const reel__field *f = &s->table->fields[i];
        PyObject *item = Py_BuildValue("(sssiO)", f->name, f->descriptor.component, f->descriptor.component_type, (int)f->level, f->many ? Py_True : Py_False);
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *archetype_compare(PyObject *self, PyObject *other, int op) {
    if ((op != Py_EQ && op != Py_NE) || !PyObject_TypeCheck(other, py.archetype_type) || ((archetype *)other)->shape != ((archetype *)self)->shape ||
        (!((archetype *)self)->shape && Py_TYPE(other) != Py_TYPE(self)))
        Py_RETURN_NOTIMPLEMENTED;
    bool equal = true;
    for (uint32_t i = 0; equal && i < n_fields((archetype *)self); i++) {
        PyObject *a = (PyObject *)((archetype *)self)->fields[i], *b = (PyObject *)((archetype *)other)->fields[i];
        Py_XINCREF(a); /* another thread may set the field meanwhile */
        Py_XINCREF(b);
        int same = a && b ? PyObject_RichCompareBool(a, b, Py_EQ) : a == b;
        Py_XDECREF(a);
        Py_XDECREF(b);
        if (same < 0)
            return NULL;
        equal = same;
    }
    return PyBool_FromLong(equal == (op == Py_EQ));
}

/* ---- the classes */

static PyObject *call_with(const char *name, PyObject *first, PyObject *kwargs) {
    PyObject *f = py_support(name), *fields = kwargs ? Py_NewRef(kwargs) : PyDict_New(), *result = f && fields ? PyObject_CallFunctionObjArgs(f, first, fields, NULL) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(fields);
    return result;
}
static PyObject *archetype_columns(PyObject *type, PyObject *args, PyObject *kwargs) {
    return PyTuple_Size(args) ? PyErr_Format(PyExc_TypeError, "columns() takes keyword arguments only") : call_with("columns_of", type, kwargs);
}
static PyObject *archetype_visualizer(PyObject *self, PyObject *args, PyObject *kwargs) {
    return PyTuple_Size(args) ? PyErr_Format(PyExc_TypeError, "visualizer() takes keyword arguments only") : call_with("visualizer_of", self, kwargs);
}

static PyMethodDef base_methods[] = {
    {"visualizer", (PyCFunction)(void (*)(void))archetype_visualizer, METH_VARARGS | METH_KEYWORDS,
     "visualizer($self, *, mappings=None)\n--\n\nA visualizer with these values as overrides, for the visualizers of a view in a blueprint."},
    {"as_component_batches", component_batches, METH_NOARGS, "as_component_batches($self, /)\n--\n\nThe batches that are set, each with its descriptor."},
    {"_described", described, METH_NOARGS, "_described($self, /)\n--\n\n[(component, archetype, component type, batch)] of what is set."},
    {"archetype", archetype_name, METH_NOARGS | METH_CLASS, "archetype($type, /)\n--\n\nThe full name, such as `rerun.archetypes.Points3D`."},
    {"archetype_short_name", archetype_short_name, METH_NOARGS | METH_CLASS, "archetype_short_name($type, /)\n--\n\nThe name alone, such as `Points3D`."},
    {"_fields", archetype_fields, METH_NOARGS | METH_CLASS, "_fields($type, /)\n--\n\n[(field, component, component type, level, whether it may have many values)]"},
    {"__attrs_init__", (PyCFunction)(void (*)(void))attrs_init, METH_VARARGS | METH_KEYWORDS, "__attrs_init__($self, **fields)\n--\n\nSets the fields given and unsets all others."},
    {"__reduce__", archetype_reduce, METH_NOARGS, "__reduce__($self, /)\n--\n\nFor pickle and copy: the batches."},
    {"__attrs_clear__", attrs_clear, METH_NOARGS, "__attrs_clear__($self, /)\n--\n\nUnsets all fields."},
    {NULL, NULL, 0, NULL},
};

/* The texts and tables of a class; they live as long as the process, as the class does. */
typedef struct class_texts {
    PyMethodDef methods[4];
    PyGetSetDef *getset;
    char *doc, *from_fields_doc, *columns_doc;
    char name[80];
} class_texts;

static size_t put_fields(char *to, size_t size, const shape *s, uint32_t first) {
    size_t at = 0;
    for (uint32_t i = first; i < s->table->n_fields && at < size; i++)
        at += (size_t)snprintf(to + at, size - at, ", %s=None", s->table->fields[i].name);
    return at;
}

/* "Points3D(positions, *, radii=None, ...)\n--\n\n" and what the class is for: what inspect.signature and help() show. */
static char *signature_of(const shape *s, const char *what) {
    size_t size = 512 + strlen(what) + 64 * (size_t)s->table->n_fields, at;
    char *doc = malloc(size);
    uint32_t required = s->n_required;
    if (!doc)
        return NULL;
    if (s->is_transform) {
        snprintf(doc, size, "%s(*, translation=None, rotation=None, rotation_axis_angle=None, quaternion=None, scale=None, mat3x3=None, from_parent=None, relation=None, child_frame=None, "
                 "parent_frame=None)\n--\n\n%s", s->name, what);
        return doc;
    }
    at = (size_t)snprintf(doc, size, "%s(", s->name);
    if (!s->n_positional)
        at += (size_t)snprintf(doc + at, size - at, "*");
    for (uint32_t i = 0; i < required; i++)
        at += (size_t)snprintf(doc + at, size - at, "%s%s", i || !s->n_positional ? ", " : "", s->table->fields[i].name);
    if (s->n_positional && required < s->table->n_fields)
        at += (size_t)snprintf(doc + at, size - at, ", *");
    at += put_fields(doc + at, size - at, s, required);
    snprintf(doc + at, size - at, ")\n--\n\n%s", what);
    return doc;
}

static char *fields_signature(const shape *s, const char *start, const char *what) {
    size_t size = 512 + 64 * (size_t)s->table->n_fields, at;
    char *doc = malloc(size);
    if (!doc)
        return NULL;
    at = (size_t)snprintf(doc, size, "%s", start);
    at += put_fields(doc + at, size - at, s, 0);
    snprintf(doc + at, size - at, ")\n--\n\n%s", what);
    return doc;
}

static class_texts *texts_of(const shape *s, const char *what) {
    class_texts *t = calloc(1, sizeof *t);
    if (!t || !(t->getset = calloc(s->table->n_fields + 1u, sizeof *t->getset)) || !(t->doc = signature_of(s, what)) || 
        !(t->from_fields_doc = fields_signature(s, "from_fields($type, /, *, clear_unset=False", "Only the fields given are logged; with clear_unset the others are cleared.")) ||
        !(t->columns_doc = fields_signature(s, "columns($type, /, *", "Columns of many rows for send_columns: one value per row, or as many as the innermost lists have.")))
        return NULL;
    snprintf(t->name, sizeof t->name, "reel.%sarchetypes.%s", s->number > 1000 ? "blueprint." : "", s->name);
    t->methods[0] = (PyMethodDef){"from_fields", (PyCFunction)(void (*)(void))from_fields, METH_VARARGS | METH_KEYWORDS | METH_CLASS, t->from_fields_doc};
    t->methods[2] = (PyMethodDef){"columns", (PyCFunction)(void (*)(void))archetype_columns, METH_VARARGS | METH_KEYWORDS | METH_CLASS, t->columns_doc};
    t->methods[1] = (PyMethodDef){"cleared", cleared, METH_NOARGS | METH_CLASS, "cleared($type, /)\n--\n\nClears every field."};
    for (uint32_t i = 0; i < s->table->n_fields; i++)
        t->getset[i] = (PyGetSetDef){s->table->fields[i].name, get_field, put_field, NULL, (void *)(uintptr_t)i};
    return t;
}

/* descriptor_positions() and so on: what is bound to them is (component, archetype, component type). */
static PyObject *give_descriptor(PyObject *bound, PyObject *ignored) {
    (void)ignored;
    PyObject *f = py_support("descriptor"), *result = f ? PyObject_CallObject(f, bound) : NULL;
    Py_XDECREF(f);
    return result;
}

static int put_descriptors(PyObject *type, const shape *s) {
    static PyMethodDef method = {"descriptor", give_descriptor, METH_NOARGS, "descriptor()\n--\n\nThe descriptor of the field."};
    for (uint32_t i = 0; i < s->table->n_fields; i++) {
        const reel__field *f = &s->table->fields[i];
        char name[80];
        snprintf(name, sizeof name, "descriptor_%s", f->name);
        PyObject *bound = Py_BuildValue("(sss)", f->descriptor.component, s->table->name, f->descriptor.component_type), *function = bound ? PyCFunction_New(&method, bound) : NULL;
        int result = function ? PyObject_SetAttrString(type, name, function) : -1;
        Py_XDECREF(bound);
        Py_XDECREF(function);
        if (result < 0)
            return -1;
    }
    return 0;
}

PyTypeObject *archetype_type_of(shape *s) {
    if (s->type)
        return s->type;
    PyObject *f = py_support("archetype_doc"), *doc = f ? PyObject_CallFunction(f, "s", s->table->name) : NULL;
    Py_XDECREF(f);
    const char *what = doc ? py_text(doc, "documentation") : NULL;
    class_texts *t = what ? texts_of(s, what) : NULL;
    Py_XDECREF(doc);
    if (!t)
        return PyErr_Occurred() ? NULL : (PyTypeObject *)PyErr_NoMemory();
    PyType_Slot slots[] = {{Py_tp_methods, t->methods}, {Py_tp_getset, t->getset}, {Py_tp_doc, t->doc}, {0, NULL}};
    PyType_Spec spec = {t->name, (int)(sizeof(archetype) + s->table->n_fields * sizeof(batch *)), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *type = PyType_FromSpecWithBases(&spec, (PyObject *)py.archetype_type);
    PyObject *name = PyUnicode_FromString(s->table->name);
    int result = type && name ? PyObject_SetAttrString(type, "NAME", name) : -1;
    Py_XDECREF(name);
    if (result < 0 || put_descriptors(type, s) < 0) {
        Py_XDECREF(type);
        return NULL;
    }
    if (s->type) /* another thread was faster: there is one class of each */
        Py_DECREF(type);
    else
        s->type = (PyTypeObject *)type;
    return s->type;
}

int archetype_init(PyObject *module) {
    PyType_Slot slots[] = {
        {Py_tp_new, archetype_make}, {Py_tp_init, archetype_init_slot}, {Py_tp_dealloc, archetype_dealloc}, {Py_tp_methods, base_methods}, {Py_tp_richcompare, archetype_compare},
        {Py_tp_hash, PyObject_HashNotImplemented}, {Py_tp_repr, archetype_repr}, {Py_tp_doc, "Base class of all archetypes."}, {0, NULL},
    };
    PyType_Spec spec = {"reel.Archetype", (int)sizeof(archetype), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    py.archetype_type = (PyTypeObject *)PyType_FromSpec(&spec);
    if (!py.archetype_type)
        return -1;
    return PyModule_AddObjectRef(module, "Archetype", (PyObject *)py.archetype_type) < 0 ? -1 : pickle_init(module);
}
