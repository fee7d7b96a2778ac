/* The generated tables agree with the structs of this compiler and with the rules of schema.h and arrow_type.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <reel/types.h>
#include "types/types_blueprint.h"
#include "types/types_table.h"

#define BLUEPRINTS 44

static const reel__archetype *next_archetype(uint32_t *number) {
    const reel__archetype *a = reel__data_archetype(++*number);
    if (a)
        return a;
    if (*number < REEL__BLUEPRINT_FIRST)
        *number = REEL__BLUEPRINT_FIRST + 1;
    return reel__blueprint_archetype(*number);
}

static const char *short_name(const reel__archetype *a) { return strrchr(a->name, '.') + 1; }

/* One node and those below it; counts its streams as arrow_type.h says. */
static const reel__arrow_node *walk(const reel__arrow_node *n, const reel__arrow_node *end, bool is_root, unsigned *streams) {
    assert_true(n < end);
    assert_non_null(n->name);
    const reel__arrow_node *child = n + 1;
    *streams += n->nullable && !is_root && n->kind != REEL__ARROW_UNION && n->kind != REEL__ARROW_NULL;
    switch (n->kind) {
    case REEL__ARROW_STRUCT:
    case REEL__ARROW_UNION:
        *streams += n->kind == REEL__ARROW_UNION;
        assert_true(n->n > 0);
        for (unsigned i = 0; i < n->n; i++)
            child = walk(child, end, false, streams);
        return child;
    case REEL__ARROW_FIXED_LIST:
    case REEL__ARROW_LIST:
        *streams += n->kind == REEL__ARROW_LIST;
        assert_true(n->n > 0);
        assert_string_equal(child->name, "item");
        return walk(child, end, false, streams);
    case REEL__ARROW_UTF8: *streams += 2; break;
    default: *streams += 1; break;
    }
    assert_int_equal(n->n, 0);
    return child;
}

static void arrow_types_are_whole_trees(void **state) {
    (void)state;
    for (unsigned i = 0; i < REEL__N_TYPES; i++) {
        const reel__arrow_type *type = &reel__arrow_types[i];
        const reel__arrow_node *end = type->nodes + type->n_nodes;
        unsigned streams = 0;
        assert_string_equal(type->nodes->name, "item");
        assert_true(type->nodes->nullable);
        assert_ptr_equal(walk(type->nodes, end, true, &streams), end);
        assert_int_equal(type->n_streams, streams);
        assert_true(streams <= REEL__ARROW_STREAMS_MAX);
    }
}

static void known_types_are_as_the_viewer_has_them(void **state) {
    (void)state;
    const reel__arrow_type *tensor = reel__data_archetype(REEL_ARCHETYPE_TENSOR)->fields[0].descriptor.arrow;
    assert_int_equal(tensor->n_nodes, 29);
    assert_int_equal(tensor->n_streams, 30);
    const reel__arrow_type *strips = reel__data_archetype(REEL_ARCHETYPE_LINE_STRIPS3D)->fields[0].descriptor.arrow;
    assert_int_equal(strips->n_nodes, 3);
    assert_int_equal(strips->n_streams, 2);
    assert_int_equal(strips->nodes[1].n, 3);
    assert_false(strips->nodes[1].nullable);
    assert_false(strips->nodes[2].nullable);
}

static void every_archetype_is_in_a_table(void **state) {
    (void)state;
    unsigned n = 0, fields = 0;
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number), n++)
        fields += a->n_fields;
    assert_int_equal(n, 98);
    assert_int_equal(fields, 409);
    assert_int_equal(number, REEL__BLUEPRINT_FIRST + BLUEPRINTS + 1);
    assert_null(reel__data_archetype(0));
    assert_null(reel__data_archetype(UINT32_MAX));
    assert_null(reel__blueprint_archetype(0));
    assert_null(reel__blueprint_archetype(REEL__BLUEPRINT_FIRST));
    assert_null(reel__blueprint_archetype(UINT32_MAX));
}

static void names_follow_from_the_archetype(void **state) {
    (void)state;
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number)) {
        const char *name = short_name(a);
        size_t length = strlen(name);
        assert_true(a->n_fields > 0 && a->n_fields <= 62);
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__descriptor *d = &a->fields[i].descriptor;
            assert_memory_equal(d->component, name, length);
            assert_int_equal(d->component[length], ':');
            assert_string_equal(d->component + length + 1, a->fields[i].name);
            assert_string_equal(d->archetype, a->name);
            assert_true(strncmp(d->component_type, "rerun.components.", 17) == 0 || strncmp(d->component_type, "rerun.blueprint.components.", 27) == 0);
            assert_non_null(d->arrow);
        }
    }
}

/* Bytes of one value of an element in the caller's memory. */
static size_t element_size(const reel__field *f) {
    switch (f->element) {
    case REEL__ELEMENT_FLAT: case REEL__ELEMENT_CODES: return f->width;
    case REEL__ELEMENT_BOOL: return sizeof(bool);
    case REEL__ELEMENT_ENUM: return sizeof(reel_marker_shape);
    case REEL__ELEMENT_TEXT: return sizeof(const char *);
    case REEL__ELEMENT_BYTES: return sizeof(reel_bytes);
    case REEL__ELEMENT_TENSOR: return sizeof(reel_tensor_data);
    default:
        assert_int_equal(f->element, REEL__ELEMENT_STRUCT);
        return f->layout->size;
    }
}

static void check_place(const reel__field *f, size_t *behind) {
    assert_true(f->offset >= *behind);
    switch (f->form) {
    case REEL__FORM_LIST:
        assert_int_equal(f->offset_2, f->offset + sizeof(void *));
        assert_true(f->offset_stride == 0 || f->offset_stride == f->offset_2 + sizeof(size_t));
        assert_int_equal(f->end, (f->offset_stride ? f->offset_stride : f->offset_2) + sizeof(size_t));
        break;
    case REEL__FORM_OPTIONAL:
        assert_true(f->offset_2 > f->offset && f->offset_2 < f->offset + 16);
        assert_int_equal(f->end, f->offset_2 + element_size(f));
        break;
    case REEL__FORM_VALUE: assert_int_equal(f->end, f->offset + element_size(f)); break;
    case REEL__FORM_POINTER: assert_int_equal(f->end, f->offset + sizeof(void *)); break;
    default:
        assert_int_equal(f->form, REEL__FORM_STRIPS);
        assert_int_equal(f->end, f->offset + sizeof(reel_strips));
    }
    *behind = f->end;
}

static void members_lie_within_the_struct_in_order(void **state) {
    (void)state;
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number)) {
        size_t behind = sizeof(uint64_t); /* clear */
        uint64_t required = 0;
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__field *f = &a->fields[i];
            required |= (uint64_t)(f->level == REEL__REQUIRED) << i;
            assert_true((f->element == REEL__ELEMENT_ENUM || f->element == REEL__ELEMENT_CODES) == (f->enumeration != NULL));
            check_place(f, &behind);
            assert_true((f->element == REEL__ELEMENT_STRUCT) == (f->layout != NULL));
            assert_true(f->offset_stride == 0 || f->element == REEL__ELEMENT_FLAT);
            if (f->form == REEL__FORM_LIST || f->form == REEL__FORM_STRIPS)
                assert_true(f->many);
        }
        assert_int_equal(a->required, required);
        assert_true(behind <= a->struct_size && a->struct_size - behind < sizeof(uint64_t));
    }
}

/* A place for every node, none of them outside of its struct: the value itself, or an item of the list above. Returns the node behind. */
static unsigned check_places(const reel__field *f, unsigned at, size_t struct_size) {
    const reel__arrow_node *node = &f->descriptor.arrow->nodes[at];
    const reel__place *place = &f->layout->places[at];
    assert_true(at < f->layout->n_places);
    assert_true(place->offset < struct_size && place->offset_2 < struct_size);
    assert_true(!place->enumeration || node->kind == REEL__ARROW_UNION || node->kind == REEL__ARROW_U8);
    assert_true(node->kind != REEL__ARROW_UNION || place->enumeration);
    switch (node->kind) {
    case REEL__ARROW_LIST:
        assert_int_equal(place->offset_2, place->offset + sizeof(void *));
        assert_true(place[1].size > 0);
        return check_places(f, at + 1, place[1].size);
    case REEL__ARROW_FIXED_LIST: return at + 2;
    case REEL__ARROW_STRUCT: case REEL__ARROW_UNION: {
        unsigned child = at + 1;
        for (unsigned i = 0; i < node->n; i++)
            child = check_places(f, child, struct_size);
        return child;
    }
    default:
        assert_true(!node->nullable || place->enumeration || node->kind == REEL__ARROW_UTF8 || node->kind == REEL__ARROW_NULL || place->offset_2 > place->offset);
        return at + 1;
    }
}

static void structs_have_a_place_for_every_node(void **state) {
    (void)state;
    unsigned n = 0;
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number))
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__field *f = &a->fields[i];
            if (!f->layout)
                continue;
            n++;
            assert_int_equal(f->layout->n_places, f->descriptor.arrow->n_nodes);
            assert_int_equal(check_places(f, 0, f->layout->size), f->layout->n_places);
        }
    assert_int_equal(n, 34);
}

static void pixels_know_their_format(void **state) {
    (void)state;
    const reel__archetype *image = reel__data_archetype(REEL_ARCHETYPE_IMAGE);
    assert_string_equal(image->fields[image->image_buffer - 1].name, "buffer");
    assert_string_equal(image->fields[image->image_format - 1].name, "format");
    uint32_t number = 0;
    unsigned n = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number)) {
        assert_true((a->image_buffer != 0) == (a->image_format != 0));
        n += a->image_format != 0;
    }
    assert_int_equal(n, 5);
}

/* What one value takes in its main stream follows from the Arrow type. */
static void widths_fit_the_arrow_types(void **state) {
    (void)state;
    static const uint8_t widths[] = { [REEL__ARROW_U8] = 1, [REEL__ARROW_I8] = 1, [REEL__ARROW_U16] = 2, [REEL__ARROW_I16] = 2, [REEL__ARROW_U32] = 4, [REEL__ARROW_I32] = 4,
                                      [REEL__ARROW_U64] = 8, [REEL__ARROW_I64] = 8, [REEL__ARROW_F16] = 2, [REEL__ARROW_F32] = 4, [REEL__ARROW_F64] = 8 };
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number))
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__field *f = &a->fields[i];
            const reel__arrow_node *node = f->descriptor.arrow->nodes;
            size_t width = 1;
            if (f->element != REEL__ELEMENT_FLAT && f->element != REEL__ELEMENT_CODES && f->element != REEL__ELEMENT_ENUM && f->element != REEL__ELEMENT_STRIP)
                continue;
            if (f->element == REEL__ELEMENT_STRIP)
                assert_int_equal(node++->kind, REEL__ARROW_LIST);
            for (; node->kind == REEL__ARROW_FIXED_LIST; node++)
                width *= node->n;
            assert_in_range(node->kind, REEL__ARROW_U8, REEL__ARROW_F64);
            assert_int_equal(f->width, width * widths[node->kind]);
        }
}

static void enums_leave_zero_for_unset(void **state) {
    (void)state;
    for (unsigned i = 0; i < REEL__N_ENUMS; i++) {
        const reel__enum *e = &reel__enums[i];
        assert_true(e->n > 0);
        for (unsigned k = 0; k < e->n; k++) {
            assert_true(e->values[k] > 0);
            assert_true(e->names[k][0] != 0);
        }
    }
    const reel__enum *codec = reel__data_archetype(REEL_ARCHETYPE_VIDEO_STREAM)->fields[0].enumeration;
    assert_string_equal(codec->name, "VideoCodec");
    assert_int_equal(codec->values[1], REEL_VIDEO_CODEC_H264);
}

static void public_numbers_lead_to_the_right_rows(void **state) {
    (void)state;
    reel_column column = { REEL_COLUMN(points3d, radii), .values = NULL, .n_values = 12 };
    const reel__archetype *points = reel__data_archetype(column.archetype);
    assert_int_equal(column.archetype, REEL_ARCHETYPE_POINTS3D);
    assert_string_equal(points->fields[column.field].name, "radii");
    assert_int_equal(column.n_values, 12);
    assert_true(REEL_POINTS3D_RADII == UINT64_C(1) << column.field);
    assert_int_equal(points->struct_size, sizeof(reel_points3d));
    assert_string_equal(reel__blueprint_archetype(REEL__BP_PANEL_BLUEPRINT)->name, "rerun.blueprint.archetypes.PanelBlueprint");
    assert_int_equal(reel__blueprint_archetype(REEL__BP_PANEL_BLUEPRINT)->struct_size, sizeof(reel__bp_panel_blueprint));
    assert_true(reel__data_archetype(REEL_ARCHETYPE_VIDEO_STREAM)->fields[2].own_chunk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrow_types_are_whole_trees),
        cmocka_unit_test(known_types_are_as_the_viewer_has_them),
        cmocka_unit_test(every_archetype_is_in_a_table),
        cmocka_unit_test(names_follow_from_the_archetype),
        cmocka_unit_test(members_lie_within_the_struct_in_order),
        cmocka_unit_test(structs_have_a_place_for_every_node),
        cmocka_unit_test(pixels_know_their_format),
        cmocka_unit_test(widths_fit_the_arrow_types),
        cmocka_unit_test(enums_leave_zero_for_unset),
        cmocka_unit_test(public_numbers_lead_to_the_right_rows),
    };
    if (!reel__data_archetype(1)) /* types and enums are made with the archetypes */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
