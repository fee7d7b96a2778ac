/* Reads a script (record_cases.c): numbers, texts, and the structs that values are. */
#ifndef REEL_TEST_READ_STRUCTS_H
#define REEL_TEST_READ_STRUCTS_H

#include "types/schema.h"
#include "types/types_blueprint.h"

#include <reel/reel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 8192

typedef struct script {
    const uint8_t *at, *end;
    void *blocks[BLOCKS_MAX]; /* freed after each operation */
    size_t n_blocks, n_ops;
} script;

static void die(const char *what) {
    fprintf(stderr, "record_cases: %s\n", what);
    exit(2);
}

static uint64_t number(script *s) {
    uint64_t n;
    if (s->end - s->at < 8)
        die("the script ends within an operation");
    memcpy(&n, s->at, 8);
    s->at += 8;
    return n;
}

/* Stands in the script, with a zero behind. */
static const void *blob(script *s, size_t *size) {
    uint64_t n = number(s);
    const uint8_t *data = s->at;
    if (n >= (uint64_t)(s->end - s->at))
        die("the script ends within a blob");
    s->at += (n + 8) & ~UINT64_C(7);
    if (size)
        *size = (size_t)n;
    return data;
}

static const char *text(script *s) { return blob(s, NULL); }

/* "" is NULL. */
static const char *text_or_null(script *s) {
    const char *t = text(s);
    return *t ? t : NULL;
}

static void *block(script *s, size_t n, size_t size) {
    void *b = calloc(n + 1, size);
    if (!b || s->n_blocks == BLOCKS_MAX)
        die("no memory");
    return s->blocks[s->n_blocks++] = b;
}

/* ---- what structs are made of; a value that may be absent has a 1 or a 0 before it */

static double real(script *s) {
    uint64_t bits = number(s);
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static float real32(script *s) {
    uint32_t bits = (uint32_t)number(s);
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static const char *maybe_text(script *s) { return number(s) ? text(s) : NULL; }
static int maybe_enum(script *s) { return number(s) ? (int)number(s) : 0; }

static reel_opt_u32 maybe_u32(script *s) {
    reel_opt_u32 v = {.has = number(s) != 0};
    if (v.has)
        v.v = (uint32_t)number(s);
    return v;
}

static const reel_tensor_data *read_tensors(script *s, size_t n) {
    reel_tensor_data *tensors = block(s, n, sizeof *tensors);
    for (size_t i = 0; i < n; i++) {
        reel_tensor_data *t = &tensors[i];
        size_t bytes;
        t->type = (reel_tensor_type)number(s);
        t->shape = blob(s, &bytes);
        t->n_dims = bytes / sizeof *t->shape;
        if (number(s)) {
            const char **names = block(s, t->n_dims, sizeof *names);
            for (size_t k = 0; k < t->n_dims; k++)
                names[k] = text(s);
            t->names = names;
        }
        t->data = blob(s, &t->size);
    }
    return tensors;
}

/* ---- public structs */

static void image_format(script *s, void *to) {
    reel_image_format *f = to;
    f->width = (uint32_t)number(s);
    f->height = (uint32_t)number(s);
    f->pixel_format = (reel_pixel_format)maybe_enum(s);
    f->color_model = (reel_color_model)maybe_enum(s);
    f->channel_datatype = (reel_channel_datatype)maybe_enum(s);
}

static void axis_angle(script *s, void *to) {
    reel_axis_angle *a = to;
    for (int i = 0; i < 3; i++)
        a->axis[i] = real32(s);
    a->angle = real32(s);
}

static void graph_edge(script *s, void *to) {
    reel_graph_edge *e = to;
    e->first = text(s);
    e->second = text(s);
}

static reel_annotation_info annotation_info(script *s) {
    reel_annotation_info info = {.id = (uint16_t)number(s)};
    info.label = maybe_text(s);
    info.color = maybe_u32(s);
    return info;
}

static void annotation_classes(script *s, void *to) {
    reel_annotation_classes *all = to;
    all->n_classes = number(s);
    reel_annotation_class *classes = block(s, all->n_classes, sizeof *classes);
    all->classes = classes;
    for (size_t i = 0; i < all->n_classes; i++) {
        reel_annotation_class *c = &classes[i];
        uint64_t class_id = number(s);
        c->info = annotation_info(s);
        if (c->info.id != class_id)
            die("a class whose key is not its id");
        c->n_keypoints = number(s);
        reel_annotation_info *keypoints = block(s, c->n_keypoints, sizeof *keypoints);
        for (size_t k = 0; k < c->n_keypoints; k++)
            keypoints[k] = annotation_info(s);
        c->keypoints = keypoints;
        c->n_connections = number(s);
        reel_keypoint_pair *connections = block(s, c->n_connections, sizeof *connections);
        for (size_t k = 0; k < c->n_connections; k++) {
            connections[k].keypoint0 = (uint16_t)number(s);
            connections[k].keypoint1 = (uint16_t)number(s);
        }
        c->connections = connections;
    }
}

static void key_value_pairs(script *s, void *to) {
    reel_key_value_pairs *all = to;
    all->n_pairs = number(s);
    reel_key_value *pairs = block(s, all->n_pairs, sizeof *pairs);
    for (size_t i = 0; i < all->n_pairs; i++) {
        pairs[i].key = text(s);
        pairs[i].value = text(s);
    }
    all->pairs = pairs;
}

static void channel_message_counts(script *s, void *to) {
    reel_channel_message_counts *all = to;
    all->n_counts = number(s);
    reel_channel_message_count *counts = block(s, all->n_counts, sizeof *counts);
    for (size_t i = 0; i < all->n_counts; i++) {
        counts[i].channel_id = (uint16_t)number(s);
        counts[i].message_count = number(s);
    }
    all->counts = counts;
}

/* ---- structs of blueprints */

static void component_mapping(script *s, void *to) {
    reel__bp_component_mapping *m = to;
    m->target = text(s);
    m->source_kind = (reel__bp_component_source_kind)number(s);
    m->source_component = maybe_text(s);
    m->selector = maybe_text(s);
}

static reel__bp_time_bound time_bound(script *s) {
    reel__bp_time_bound b = {.kind = (reel__bp_time_bound_kind)number(s)};
    if (b.kind != REEL__BP_TIME_BOUND_KIND_INFINITE)
        b.time = (int64_t)number(s);
    return b;
}

static void time_range(script *s, void *to) {
    reel__bp_time_range *r = to;
    r->start = time_bound(s);
    r->end = time_bound(s);
}

static void visible_time_range(script *s, void *to) {
    reel__bp_visible_time_range *r = to;
    r->timeline = text(s);
    time_range(s, &r->range);
}

static void absolute_time_range(script *s, void *to) {
    reel__bp_absolute_time_range *r = to;
    r->min = (int64_t)number(s);
    r->max = (int64_t)number(s);
}

static void bounds2d(script *s, void *to) {
    reel__bp_bounds2d *b = to;
    b->x_range[0] = real(s);
    b->x_range[1] = real(s);
    b->y_range[0] = real(s);
    b->y_range[1] = real(s);
}

static void timeline_column(script *s, void *to) {
    reel__bp_timeline_column *c = to;
    c->visible = number(s) != 0;
    c->timeline = text(s);
}

static void text_log_column(script *s, void *to) {
    reel__bp_text_log_column *c = to;
    c->visible = number(s) != 0;
    c->kind = (reel__bp_text_log_column_kind)number(s);
}

static void tensor_dimension(script *s, void *to) {
    reel__bp_tensor_dimension *d = to;
    d->dimension = (uint32_t)number(s);
    d->invert = number(s) != 0;
}

static void tensor_index(script *s, void *to) {
    reel__bp_tensor_index *i = to;
    i->dimension = (uint32_t)number(s);
    i->index = number(s);
}

static void tensor_slider(script *s, void *to) { ((reel__bp_tensor_slider *)to)->dimension = (uint32_t)number(s); }

static void filter_range(script *s, void *to) {
    reel__bp_filter_range *f = to;
    f->start = (int64_t)number(s);
    f->end = (int64_t)number(s);
}

static void filter_not_null(script *s, void *to) {
    reel__bp_filter_not_null *f = to;
    f->active = number(s) != 0;
    f->column.entity_path = text(s);
    f->column.component = text(s);
}

static const char *const *texts(script *s, size_t *n) {
    *n = number(s);
    const char **made = block(s, *n, sizeof *made);
    for (size_t i = 0; i < *n; i++)
        made[i] = text(s);
    return made;
}

static void column_selection(script *s, void *to) {
    reel__bp_column_selection *c = to;
    c->time_columns = texts(s, &c->n_time_columns);
    c->n_component_columns = number(s);
    reel__bp_component_column *columns = block(s, c->n_component_columns, sizeof *columns);
    for (size_t i = 0; i < c->n_component_columns; i++) {
        columns[i].entity_path = text(s);
        columns[i].component = text(s);
    }
    c->component_columns = columns;
}

static void column_names(script *s, void *to) {
    reel__bp_column_names *c = to;
    c->names = texts(s, &c->n_names);
}

static void sort_order(script *s, void *to) {
    reel__bp_sort_order *o = to;
    o->column = text(s);
    o->direction = (reel__bp_sort_direction)maybe_enum(s);
}

static void column_kind(script *s, void *to) {
    reel__bp_column_kind *k = to;
    k->component = maybe_text(s);
    k->component_type_name = maybe_text(s);
}

static const struct {
    const reel__layout *layout;
    void (*read)(script *s, void *to);
    size_t size;
} readers[] = {
    {&reel__layout_image_format, image_format, sizeof(reel_image_format)},
    {&reel__layout_axis_angle, axis_angle, sizeof(reel_axis_angle)},
    {&reel__layout_graph_edge, graph_edge, sizeof(reel_graph_edge)},
    {&reel__layout_annotation_classes, annotation_classes, sizeof(reel_annotation_classes)},
    {&reel__layout_key_value_pairs, key_value_pairs, sizeof(reel_key_value_pairs)},
    {&reel__layout_channel_message_counts, channel_message_counts, sizeof(reel_channel_message_counts)},
    {&reel__layout_bp_component_mapping, component_mapping, sizeof(reel__bp_component_mapping)},
    {&reel__layout_bp_time_range, time_range, sizeof(reel__bp_time_range)},
    {&reel__layout_bp_visible_time_range, visible_time_range, sizeof(reel__bp_visible_time_range)},
    {&reel__layout_bp_absolute_time_range, absolute_time_range, sizeof(reel__bp_absolute_time_range)},
    {&reel__layout_bp_bounds2d, bounds2d, sizeof(reel__bp_bounds2d)},
    {&reel__layout_bp_timeline_column, timeline_column, sizeof(reel__bp_timeline_column)},
    {&reel__layout_bp_text_log_column, text_log_column, sizeof(reel__bp_text_log_column)},
    {&reel__layout_bp_tensor_dimension, tensor_dimension, sizeof(reel__bp_tensor_dimension)},
    {&reel__layout_bp_tensor_index, tensor_index, sizeof(reel__bp_tensor_index)},
    {&reel__layout_bp_tensor_slider, tensor_slider, sizeof(reel__bp_tensor_slider)},
    {&reel__layout_bp_filter_range, filter_range, sizeof(reel__bp_filter_range)},
    {&reel__layout_bp_filter_not_null, filter_not_null, sizeof(reel__bp_filter_not_null)},
    {&reel__layout_bp_column_selection, column_selection, sizeof(reel__bp_column_selection)},
    {&reel__layout_bp_column_names, column_names, sizeof(reel__bp_column_names)},
    {&reel__layout_bp_sort_order, sort_order, sizeof(reel__bp_sort_order)},
    {&reel__layout_bp_column_kind, column_kind, sizeof(reel__bp_column_kind)},
};

/* n structs of this layout. Their members are set by hand: that the places of the library are right is to be shown. */
static const void *read_structs(script *s, const reel__layout *layout, size_t n) {
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i].layout == layout) {
            char *structs = block(s, n, readers[i].size);
            for (size_t k = 0; k < n; k++)
                readers[i].read(s, structs + k * readers[i].size);
            return structs;
        }
    die("no reader for a struct");
    return NULL;
}

#endif
