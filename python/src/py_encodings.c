#include "py_encodings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INFO "struct{id:u16,label:utf8?,color:u32?}"
#define DESCRIPTION "struct{info:" INFO ",keypoint_annotations:list<" INFO ">,keypoint_connections:list<struct{keypoint0:u16,keypoint1:u16}>}"
#define BOUNDARY "dense_union{0=_null_markers:null?,1=CursorRelative:i64,2=Absolute:i64,3=Infinite:null?}"
#define BUFFER "dense_union{0=_null_markers:null?,1=U8:list<u8>,2=U16:list<u16>,3=U32:list<u32>,4=U64:list<u64>,5=I8:list<i8>,6=I16:list<i16>,7=I32:list<i32>,8=I64:list<i64>,9=F16:list<f16>," \
               "10=F32:list<f32>,11=F64:list<f64>}"

static const encoding encodings[] = {
    {"rerun.encodings.AbsoluteTimeRange", "=rerun.blueprint.components.AbsoluteTimeRange", NULL},
    {"rerun.encodings.Angle", "f32", NULL},
    {"rerun.encodings.AnnotationInfo", INFO, NULL},
    {"rerun.encodings.Blob", "list<u8>", NULL},
    {"rerun.encodings.Bool", "bool", NULL},
    {"rerun.encodings.ChannelCountPair", "struct{channel_id:u16,message_count:u64}", NULL},
    {"rerun.encodings.ChannelDatatype", "u8", "ChannelDatatype"},
    {"rerun.encodings.ClassDescription", DESCRIPTION, NULL},
    {"rerun.encodings.ClassDescriptionMapElem", "struct{class_id:u16,class_description:" DESCRIPTION "}", NULL},
    {"rerun.encodings.ClassId", "u16", NULL},
    {"rerun.encodings.ColorModel", "u8", "ColorModel"},
    {"rerun.encodings.DVec2D", "fixed_size_list<f64,2>", NULL},
    {"rerun.encodings.EntityPath", "utf8", NULL},
    {"rerun.encodings.Float32", "f32", NULL},
    {"rerun.encodings.Float64", "f64", NULL},
    {"rerun.encodings.IVec3D", "fixed_size_list<i32,3>", NULL},
    {"rerun.encodings.ImageFormat", "=rerun.components.ImageFormat", NULL},
    {"rerun.encodings.KeypointId", "u16", NULL},
    {"rerun.encodings.KeypointPair", "struct{keypoint0:u16,keypoint1:u16}", NULL},
    {"rerun.encodings.Mat3x3", "fixed_size_list<f32,9>", NULL},
    {"rerun.encodings.Mat4x4", "fixed_size_list<f32,16>", NULL},
    {"rerun.encodings.PixelFormat", "u8", "PixelFormat"},
    {"rerun.encodings.Plane3D", "fixed_size_list<f32,4>", NULL},
    {"rerun.encodings.Quaternion", "fixed_size_list<f32,4>", NULL},
    {"rerun.encodings.Range1D", "fixed_size_list<f64,2>", NULL},
    {"rerun.encodings.Range2D", "=rerun.blueprint.components.VisualBounds2D", NULL},
    {"rerun.encodings.Rgba32", "u32", NULL},
    {"rerun.encodings.RotationAxisAngle", "=rerun.components.RotationAxisAngle", NULL},
    {"rerun.encodings.SphericalHarmonics3Rgb", "=rerun.components.SphericalHarmonics3Rgb", NULL},
    {"rerun.encodings.TensorBuffer", BUFFER, NULL},
    {"rerun.encodings.TensorData", "=rerun.components.TensorData", NULL},
    {"rerun.encodings.TensorDimensionIndexSelection", "=rerun.components.TensorDimensionIndexSelection", NULL},
    {"rerun.encodings.TensorDimensionSelection", "=rerun.components.TensorWidthDimension", NULL},
    {"rerun.encodings.TimeInt", "i64", NULL},
    {"rerun.encodings.TimeRange", "=rerun.blueprint.components.TimeRange", NULL},
    {"rerun.encodings.TimeRangeBoundary", BOUNDARY, NULL},
    {"rerun.encodings.UInt16", "u16", NULL},
    {"rerun.encodings.UInt32", "u32", NULL},
    {"rerun.encodings.UInt64", "u64", NULL},
    {"rerun.encodings.UVec2D", "fixed_size_list<u32,2>", NULL},
    {"rerun.encodings.UVec3D", "fixed_size_list<u32,3>", NULL},
    {"rerun.encodings.UVec4D", "fixed_size_list<u32,4>", NULL},
    {"rerun.encodings.Utf8", "utf8", NULL},
    {"rerun.encodings.Utf8Pair", "=rerun.components.GraphEdge", NULL},
    {"rerun.encodings.Uuid", "fixed_size_list<u8,16>", NULL},
    {"rerun.encodings.Vec2D", "fixed_size_list<f32,2>", NULL},
    {"rerun.encodings.Vec3D", "fixed_size_list<f32,3>", NULL},
    {"rerun.encodings.Vec4D", "fixed_size_list<f32,4>", NULL},
    {"rerun.encodings.VideoTimestamp", "i64", NULL},
    {"rerun.encodings.ViewCoordinates", "=rerun.components.ViewCoordinates", NULL},
    {"rerun.encodings.ViewDir", "u8", "ViewDir"},
    {"rerun.encodings.VisibleTimeRange", "=rerun.blueprint.components.VisibleTimeRange", NULL},
    {"rerun.blueprint.encodings.ColumnType", "=rerun.blueprint.components.ColumnType", NULL},
    {"rerun.blueprint.encodings.ComponentColumnSelector", "struct{entity_path:utf8,component:utf8}", NULL},
    {"rerun.blueprint.encodings.ComponentSourceKind", "u8", "ComponentSourceKind"},
    {"rerun.blueprint.encodings.FilterByRange", "=rerun.blueprint.components.FilterByRange", NULL},
    {"rerun.blueprint.encodings.FilterIsNotNull", "=rerun.blueprint.components.FilterIsNotNull", NULL},
    {"rerun.blueprint.encodings.SelectedColumns", "=rerun.blueprint.components.SelectedColumns", NULL},
    {"rerun.blueprint.encodings.SortBy", "=rerun.blueprint.components.SortBy", NULL},
    {"rerun.blueprint.encodings.SortDirection", "u8", "SortDirection"},
    {"rerun.blueprint.encodings.TensorDimensionIndexSlider", "=rerun.blueprint.components.TensorDimensionIndexSlider", NULL},
    {"rerun.blueprint.encodings.TextLogColumn", "=rerun.blueprint.components.TextLogColumn", NULL},
    {"rerun.blueprint.encodings.TextLogColumnKind", "u8", "TextLogColumnKind"},
    {"rerun.blueprint.encodings.TimelineColumn", "=rerun.blueprint.components.TimelineColumn", NULL},
    {"rerun.blueprint.encodings.VisualizerComponentMapping", "=rerun.blueprint.components.VisualizerComponentMapping", NULL},
    /* components without an archetype */
    {"rerun.blueprint.components.ComponentColumnSelector", "=rerun.blueprint.encodings.ComponentColumnSelector", NULL},
    {"rerun.blueprint.components.TimeInt", "i64", NULL},
    {"rerun.components.Bool", "bool", NULL},
    {"rerun.components.EntryKind", "u8", "EntryKind"},
    {"rerun.components.Flag", "bool", NULL},
    {"rerun.components.Thumbnail", "list<u8>", NULL},
    {"rerun.components.Url", "utf8", NULL},
};

size_t encodings_count(void) { return sizeof encodings / sizeof *encodings; }
const encoding *encoding_at(size_t index) { return &encodings[index]; }

/* ---- types from their texts, which stand above: nothing in them is checked */

typedef struct parse {
    const char *at;
    reel__arrow_node nodes[40];
    uint16_t n_nodes, n_streams;
} parse;

static bool skip(parse *p, const char *text) {
    size_t size = strlen(text);
    bool is_there = strncmp(p->at, text, size) == 0;
    p->at += is_there ? size : 0;
    return is_there;
}

static uint32_t number(parse *p) {
    char *end;
    uint32_t n = (uint32_t)strtoul(p->at, &end, 10);
    p->at = end;
    return n;
}

static uint8_t plain_kind(parse *p) {
    static const struct {
        const char *name;
        uint8_t kind;
    } plain[] = {{"u8", REEL__ARROW_U8},   {"i8", REEL__ARROW_I8},   {"u16", REEL__ARROW_U16}, {"i16", REEL__ARROW_I16}, {"u32", REEL__ARROW_U32},   {"i32", REEL__ARROW_I32},   {"u64", REEL__ARROW_U64},
                 {"i64", REEL__ARROW_I64}, {"f16", REEL__ARROW_F16}, {"f32", REEL__ARROW_F32}, {"f64", REEL__ARROW_F64}, {"bool", REEL__ARROW_BOOL}, {"utf8", REEL__ARROW_UTF8}, {"null", REEL__ARROW_NULL}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (skip(p, plain[i].name))
            return plain[i].kind;
    return REEL__ARROW_NULL;
}

static void parse_type(parse *p, const char *name);

/* The name in front of a child's type, kept: a copy that ends with it. */
static const char *child_name(parse *p) {
    const char *end = strchr(p->at, ':');
    char *name = calloc((size_t)(end - p->at) + 1, 1);
    if (name)
        memcpy(name, p->at, (size_t)(end - p->at));
    p->at = end + 1;
    return name;
}

static uint32_t parse_children(parse *p) {
    uint32_t n = 0;
    do {
        while (isdigit((unsigned char)*p->at) || *p->at == '=')
            p->at++;
        parse_type(p, child_name(p));
        n++;
    } while (skip(p, ","));
    skip(p, "}");
    return n;
}

static void parse_type(parse *p, const char *name) {
    reel__arrow_node *node = &p->nodes[p->n_nodes++];
    *node = (reel__arrow_node){.name = name};
    if (skip(p, "fixed_size_list<")) {
        node->kind = REEL__ARROW_FIXED_LIST;
        parse_type(p, "item");
        skip(p, ",");
        node->n = number(p);
        skip(p, ">");
    } else if (skip(p, "list<")) {
        node->kind = REEL__ARROW_LIST;
        node->n = 1;
        parse_type(p, "item");
        skip(p, ">");
    } else if (skip(p, "struct{")) {
        node->kind = REEL__ARROW_STRUCT;
        node->n = parse_children(p);
    } else if (skip(p, "dense_union{")) {
        node->kind = REEL__ARROW_UNION;
        node->n = parse_children(p);
    } else {
        node->kind = plain_kind(p);
    }
    node->nullable = skip(p, "?");
    p->n_streams = (uint16_t)(p->n_streams + reel__arrow_own_streams(node) + (node == p->nodes ? 0 : reel__arrow_has_validity(node)));
}

static bool is_same_type(const reel__arrow_type *a, const parse *b) {
    bool same = a->n_nodes == b->n_nodes;
    for (uint16_t i = 1; same && i < b->n_nodes; i++)
        same = a->nodes[i].kind == b->nodes[i].kind && a->nodes[i].n == b->nodes[i].n && strcmp(a->nodes[i].name, b->nodes[i].name) == 0;
    return same && a->nodes->kind == b->nodes->kind && a->nodes->n == b->nodes->n && !a->root_nulls;
}

const reel__arrow_type *encoding_type(const encoding *e) {
    if (*e->arrow == '=')
        return kind_named(e->arrow + 1)->arrow;
    parse p = {.at = e->arrow};
    parse_type(&p, "item");
    p.nodes->nullable = true;
    for (size_t i = 0; i < kinds_count(); i++) /* the type of a component, if one has it: batches of the same type share values */
        if (is_same_type(kind_at(i)->arrow, &p))
            return kind_at(i)->arrow;
    reel__arrow_type *type = malloc(sizeof *type + p.n_nodes * sizeof *p.nodes);
    if (!type)
        return PyErr_NoMemory(), NULL;
    reel__arrow_node *nodes = (reel__arrow_node *)(type + 1);
    memcpy(nodes, p.nodes, p.n_nodes * sizeof *p.nodes);
    *type = (reel__arrow_type){nodes, p.n_nodes, p.n_streams, false};
    return type;
}
