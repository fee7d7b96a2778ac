/* Values of types that no component has, without pyarrow: numbers, texts, bytes, times, and lists and structs of them. */
#include "convert.h"

#include "../../src/arrow/arrow_import.h"

#include <string.h>

typedef struct made_type {
    reel__arrow_node nodes[REEL__ARROW_NODES_MAX];
    reel__arrow_type type;
} made_type;

static const struct {
    const char *format;
    uint8_t kind;
    uint8_t bytes; /* of what is told by its format */
} known[] = {
    {"n", REEL__ARROW_NULL, 0}, {"b", REEL__ARROW_BOOL, 0}, {"c", REEL__ARROW_I8, 0}, {"C", REEL__ARROW_U8, 0}, {"s", REEL__ARROW_I16, 0}, {"S", REEL__ARROW_U16, 0},
    {"i", REEL__ARROW_I32, 0}, {"I", REEL__ARROW_U32, 0}, {"l", REEL__ARROW_I64, 0}, {"L", REEL__ARROW_U64, 0}, {"e", REEL__ARROW_F16, 0}, {"f", REEL__ARROW_F32, 0}, {"g", REEL__ARROW_F64, 0}, {"u", REEL__ARROW_UTF8, 0},
    {"z", REEL__ARROW_BINARY, 0}, {"+l", REEL__ARROW_LIST, 0}, {"+s", REEL__ARROW_STRUCT, 0}, {"tsu:", REEL__ARROW_FIXED, 8}, {"tsu:UTC", REEL__ARROW_FIXED, 8}, {"tDu", REEL__ARROW_FIXED, 8}, {"tdD", REEL__ARROW_FIXED, 4},
};

/* One of [(name, format, children)] in pre-order; what it points to lives in the tuple. */
static int put_node(made_type *t, PyObject *item) {
    PyObject *name, *format;
    unsigned int n = 0;
    if (!PyTuple_Check(item) || !PyArg_ParseTuple(item, "UUI", &name, &format, &n))
        return PyErr_Occurred() ? -1 : (PyErr_SetString(PyExc_TypeError, "a type is a list of (name, format, children)"), -1);
    const char *name_text = py_text(name, "the name of a field"), *format_text = name_text ? py_text(format, "format") : NULL;
    if (!format_text)
        return -1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].format, format_text) == 0) {
            bool is_fixed = known[i].kind == REEL__ARROW_FIXED;
            reel__arrow_node *node = &t->nodes[t->type.n_nodes++];
            *node = (reel__arrow_node){.name = name_text, .kind = known[i].kind, .nullable = true, .n = is_fixed ? known[i].bytes : n, .format = is_fixed ? known[i].format : NULL};
            t->type.n_streams = (uint16_t)(t->type.n_streams + reel__arrow_own_streams(node) + (t->type.n_nodes == 1 ? 0 : reel__arrow_has_validity(node)));
            return 0;
        }
    PyErr_Format(PyExc_ValueError, "'%s' is no format of a type", format_text);
    return -1;
}

/* Whether the nodes are one tree. */
static bool is_tree(const made_type *t) {
    int64_t missing = 1;
    for (uint16_t i = 0; i < t->type.n_nodes; i++) {
        if (missing <= 0 || (t->nodes[i].kind == REEL__ARROW_LIST && t->nodes[i].n != 1))
            return false;
        missing += (int64_t)reel__arrow_children(&t->nodes[i]) - 1;
    }
    return missing == 0;
}

static int make_type(made_type *t, PyObject *nodes, bool root_nulls) {
    Py_ssize_t n = PyTuple_Size(nodes);
    t->type = (reel__arrow_type){.nodes = t->nodes, .n_streams = root_nulls, .root_nulls = root_nulls};
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i == REEL__ARROW_NODES_MAX || t->type.n_streams + 3 > REEL__ARROW_STREAMS_MAX) {
            PyErr_Format(PyExc_ValueError, "values of a type of more than %d parts were given", (int)i);
            return -1;
        }
        if (put_node(t, PyTuple_GetItem(nodes, i)) < 0)
            return -1;
    }
    if (is_tree(t))
        return 0;
    PyErr_SetString(PyExc_ValueError, "the nodes of a type do not fit together");
    return -1;
}

PyObject *batch_of_any(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *nodes, *values;
    int has_nulls;
    made_type t;
    if (!PyArg_ParseTuple(args, "O!O!p:batch_of_any", &PyTuple_Type, &nodes, &PyList_Type, &values, &has_nulls) || make_type(&t, nodes, has_nulls) < 0)
        return NULL;
    kind k = {.name = "values", .arrow = &t.type, .form = FORM_ARROW};
    batch *b = batch_new(NULL, NULL);
    if (!b)
        return NULL;
    b->kind = &k; /* for as long as it is filled */
    int result = convert_struct(b, values);
    b->kind = NULL;
    if (result < 0)
        Py_CLEAR(b);
    return (PyObject *)b;
}
