/* Values of fields: spread out in larger structs, structs themselves, and those that do not fit together. */
#include "watched_recording.h"

#include "base/error.h"
#include "types/bind_values.h"
#include "types/types_blueprint.h"
#include "types/types_table.h"

#include <stdlib.h>

static const float point[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const char *const bad_text = "\xff";

static const reel__archetype *next_archetype(uint32_t *number) {
    const reel__archetype *a = reel__archetype_of(++*number);
    if (!a && *number < REEL__BLUEPRINT_FIRST)
        a = reel__archetype_of(*number = REEL__BLUEPRINT_FIRST + 1);
    return a;
}

typedef struct bound {
    reel__cell cells[REEL__CELLS_MAX];
    reel__row row;
} bound;

static reel_status bind(bound *b, const reel__archetype *a, const void *fields) {
    b->row = (reel__row){.capacity = REEL__CELLS_MAX, .cells = b->cells};
    return reel__bind(&b->row, a, fields, a->struct_size, true, "/p");
}

/* What a cell writes: its streams one after another, in memory of their exact sizes. */
static uint8_t *written(const reel__cell *cell, size_t *size) {
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    uint16_t n = cell->field->descriptor.arrow->n_streams;
    assert_int_equal(reel__measure(cell, "/p", sizes), REEL_OK);
    *size = 0;
    for (uint16_t i = 0; i < n; i++) {
        streams[i] = malloc(sizes[i] + 1);
        assert_non_null(streams[i]);
        *size += sizes[i];
    }
    reel__write(cell, streams);
    uint8_t *all = malloc(*size + 1), *at = all;
    assert_non_null(all);
    for (uint16_t i = 0; i < n; i++) {
        memcpy(at, streams[i], sizes[i]);
        at += sizes[i];
        free(streams[i]);
    }
    return all;
}

/* ---- strides */

static void spread_values_are_written_as_packed_ones(void **state) {
    (void)state;
    enum { N = 7, GAP = 5 };
    uint8_t packed[N * 16], spread[N * (16 + GAP)];
    unsigned n = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof packed; i++)
        packed[i] = (uint8_t)(i * 7 + 1);
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number))
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__field *f = &a->fields[i];
            if (!f->offset_stride)
                continue;
            uint8_t fields[1024] = {0};
            const void *values[2] = {packed, spread};
            size_t count = N, stride = f->width + GAP, sizes[2];
            uint8_t *bytes[2];
            memset(spread, 0xee, sizeof spread);
            for (size_t k = 0; k < N; k++)
                memcpy(spread + k * stride, packed + k * f->width, f->width);
            for (int k = 0; k < 2; k++) {
                bound b;
                memcpy(fields + f->offset, &values[k], sizeof(void *));
                memcpy(fields + f->offset_2, &count, sizeof count);
                memcpy(fields + f->offset_stride, k ? &stride : &(size_t){f->width}, sizeof stride);
                assert_int_equal(bind(&b, a, fields), REEL_OK);
                assert_int_equal(b.row.n_cells, 1);
                assert_int_equal(b.cells[0].stride, k ? stride : 0);
                bytes[k] = written(&b.cells[0], &sizes[k]);
            }
            assert_int_equal(sizes[0], N * f->width);
            assert_int_equal(sizes[1], sizes[0]);
            assert_memory_equal(bytes[0], packed, sizes[0]);
            assert_memory_equal(bytes[1], packed, sizes[0]);
            free(bytes[0]);
            free(bytes[1]);
            n++;
        }
    assert_true(n > 30);
}

static int64_t ticking(void *user) { return *(int64_t *)user += 1000; }

typedef struct vertex {
    uint16_t id;
    float position[3];
    uint32_t color;
    double weight;
} vertex;

static reel_bytes_owned recorded(const reel_points3d *points, int n_rows) {
    int64_t now = 0;
    reel_bytes_owned bytes;
    reel_sink_id sink;
    reel_recording *rec = reel_new("spread", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "same", .deterministic = true, .id_seed = 7, .clock = {ticking, &now}});
    assert_non_null(rec);
    assert_int_equal(reel_add_memory(rec, NULL, &sink), REEL_OK);
    for (int i = 0; i < n_rows; i++) {
        assert_int_equal(reel_log_points3d(rec, "p", points), REEL_OK);
        assert_int_equal(reel_log_static_points3d(rec, "s", points), REEL_OK);
    }
    assert_int_equal(reel_drain(rec, sink, &bytes), REEL_OK);
    reel_free(rec);
    return bytes;
}

static void a_recording_of_spread_values_has_the_same_bytes(void **state) {
    (void)state;
    vertex vertices[100];
    float positions[300];
    uint32_t colors[100];
    memset(vertices, 0xee, sizeof vertices);
    for (uint32_t i = 0; i < 100; i++) {
        for (uint32_t k = 0; k < 3; k++)
            vertices[i].position[k] = positions[3 * i + k] = (float)(i * k) * 0.25f;
        vertices[i].color = colors[i] = i * 0x01020304u;
    }
    for (int n_rows = 1; n_rows < 100; n_rows += 98) {
        reel_bytes_owned packed = recorded(&(reel_points3d){.positions = positions, .n_positions = 100, .colors = colors, .n_colors = 100}, n_rows);
        reel_bytes_owned spread = recorded(&(reel_points3d){.positions = vertices[0].position, .n_positions = 100, .positions_stride = sizeof(vertex),
                                                            .colors = &vertices[0].color, .n_colors = 100, .colors_stride = sizeof(vertex)}, n_rows);
        assert_true(packed.size > 1200);
        assert_int_equal(packed.size, spread.size);
        assert_memory_equal(packed.data, spread.data, packed.size);
        reel_bytes_free(&packed);
        reel_bytes_free(&spread);
    }
}

static void strides_that_overlap_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 4, .positions_stride = 11}), REEL_E_ARGUMENT, "/p", "positions", "11", "12");
    REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 1, .colors = (const uint32_t *)(const void *)point, .n_colors = 1, .colors_stride = 3}), REEL_E_ARGUMENT, "/p",
            "colors", "3", "4");
    watched_close(&w);
}

/* ---- images */

static void pixels_that_do_not_fit_their_format_are_refused(void **state) {
    (void)state;
    static const uint8_t pixels[4096];
    static const struct {
        reel_image_format format;
        size_t size, other; /* what fits; where sides are odd, two sizes do */
    } images[] = {
        {{5, 3, 0, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8}, 45, 0},
        {{5, 3, 0, REEL_COLOR_MODEL_BGRA, REEL_CHANNEL_DATATYPE_F16}, 120, 0},
        {{5, 3, 0, 0, REEL_CHANNEL_DATATYPE_F64}, 120, 0},
        {{5, 3, 0, REEL_COLOR_MODEL_L, 0}, 15, 0},
        {{4, 2, REEL_PIXEL_FORMAT_NV12, 0, 0}, 12, 0},
        {{5, 3, REEL_PIXEL_FORMAT_NV12, 0, 0}, 27, 21},
        {{5, 3, REEL_PIXEL_FORMAT_YUY2, 0, 0}, 36, 30},
        {{5, 3, REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE, 0, 0}, 27, 21},
        {{5, 3, REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE, 0, 0}, 33, 30},
        {{5, 3, REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE, 0, 0}, 45, 0},
        {{5, 3, REEL_PIXEL_FORMAT_Y8_LIMITED_RANGE, 0, 0}, 15, 0},
        {{5, 3, REEL_PIXEL_FORMAT_BAYER_GBRG8, 0, 0}, 15, 0},
        {{UINT32_MAX, 0, 0, REEL_COLOR_MODEL_RGBA, REEL_CHANNEL_DATATYPE_F64}, 0, 0},
    };
    watched w;
    watched_open(&w, (reel_options){0});
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        reel_image image = {.buffer = {pixels, images[i].size}, .format = images[i].format};
        assert_int_equal(reel_log_image(w.rec, "fits", &image), REEL_OK);
        image.buffer.size = images[i].other;
        if (images[i].other)
            assert_int_equal(reel_log_image(w.rec, "fits", &image), REEL_OK);
        assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
        image.buffer.size = images[i].size + 1;
        char said[32];
        snprintf(said, sizeof said, "%zu bytes", image.buffer.size);
        REFUSED(&w, reel_log_image(w.rec, "i", &image), REEL_E_LENGTHS, "/i", "buffer", said, "x");
        if (images[i].size) {
            image.buffer.size = images[i].size - 1;
            REFUSED(&w, reel_log_image(w.rec, "i", &image), REEL_E_LENGTHS, "/i", "buffer");
        }
    }
    const reel_image_format gray = {4, 4, 0, 0, REEL_CHANNEL_DATATYPE_U16};
    REFUSED(&w, reel_log_image(w.rec, "i", &(reel_image){.buffer = {pixels, 4}, .format = {UINT32_MAX, UINT32_MAX, 0, REEL_COLOR_MODEL_RGBA, REEL_CHANNEL_DATATYPE_F64}}), REEL_E_LENGTHS, "/i",
            "4294967295 x 4294967295");
    REFUSED(&w, reel_log_depth_image(w.rec, "d", &(reel_depth_image){.buffer = {pixels, 16}, .format = gray}), REEL_E_LENGTHS, "/d", "16 bytes", "4 x 4", "32");
    REFUSED(&w, reel_log_segmentation_image(w.rec, "s", &(reel_segmentation_image){.buffer = {pixels, 16}, .format = gray}), REEL_E_LENGTHS, "/s", "16 bytes", "32");
    REFUSED(&w, reel_log_grid_map(w.rec, "g", &(reel_grid_map){.data = {pixels, 16}, .format = gray}), REEL_E_LENGTHS, "/g", "data", "16 bytes", "32");
    REFUSED(&w, reel_log_mesh3d(w.rec, "m", &(reel_mesh3d){.vertex_positions = point, .n_vertex_positions = 3, .albedo_texture_buffer = {pixels, 16}, .albedo_texture_format = gray}), REEL_E_LENGTHS,
            "/m", "albedo_texture_buffer", "16 bytes", "32");
    /* One of the two alone relies on what was logged before. */
    assert_int_equal(reel_update_image(w.rec, "i", &(reel_image){.buffer = {pixels, 17}}), REEL_OK);
    assert_int_equal(reel_update_image(w.rec, "i", &(reel_image){.format = gray}), REEL_OK);
    watched_close(&w);
}

/* ---- counts */

static void counts_that_contradict_each_other_are_refused(void **state) {
    (void)state;
    static const uint32_t lengths[3] = {2, 0, 2};
    static const uint64_t shape[2] = {2, 3};
    watched w;
    watched_open(&w, (reel_options){0});
    REFUSED(&w, reel_log_line_strips3d(w.rec, "l", &(reel_line_strips3d){.strips = {point, lengths, 3, 5}}), REEL_E_LENGTHS, "/l", "strips", "4", "5");
    REFUSED(&w, reel_log_line_strips2d(w.rec, "l", &(reel_line_strips2d){.strips = {point, lengths, 3, 3}}), REEL_E_LENGTHS, "/l", "strips", "4", "3");
    REFUSED(&w, reel_log_geo_line_strings(w.rec, "l", &(reel_geo_line_strings){.line_strings = {(const double *)(const void *)point, lengths, 3, 1}}), REEL_E_LENGTHS, "/l", "line_strings", "4", "1");
    assert_int_equal(reel_log_line_strips3d(w.rec, "l", &(reel_line_strips3d){.strips = {point, lengths, 3, 4}}), REEL_OK);
    assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
    for (size_t size = 23; size <= 25; size += 2)
        REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {.type = REEL_TENSOR_F32, .data = point, .shape = shape, .n_dims = 2, .size = size}}), REEL_E_LENGTHS, "/t", "data", "24", "6");
    assert_int_equal(reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {.type = REEL_TENSOR_F32, .data = point, .shape = shape, .n_dims = 2, .size = 24}}), REEL_OK);
    assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
    watched_close(&w);
}

/* ---- structs */

static void what_is_wrong_in_a_struct_is_named(void **state) {
    (void)state;
    const reel_annotation_info labels[3] = {{.id = 1, .label = "fine"}, {.id = 2, .label = bad_text}, {.id = 3}};
    const reel_graph_edge edges[2] = {{"a", "b"}, {"c", bad_text}};
    watched w;
    watched_open(&w, (reel_options){0});
    REFUSED(&w, reel_log_graph_edges(w.rec, "g", &(reel_graph_edges){.edges = edges, .n_edges = 2}), REEL_E_UTF8, "/g", "edges", "second[1]");
    const reel_annotation_class classes[2] = {{.info = labels[0]}, {.info = labels[2], .keypoints = labels, .n_keypoints = 3}};
    REFUSED(&w, reel_log_annotation_context(w.rec, "a", &(reel_annotation_context){.context = {classes, 2}}), REEL_E_UTF8, "/a", "context", "label[1]");
    const reel_annotation_class headless = {.info = labels[0], .n_connections = 4};
    REFUSED(&w, reel_log_annotation_context(w.rec, "a", &(reel_annotation_context){.context = {&headless, 1}}), REEL_E_ARGUMENT, "/a", "keypoint_connections", "NULL", "4");
    const reel_annotation_class endless = {.info = labels[0], .keypoints = labels, .n_keypoints = SIZE_MAX};
    REFUSED(&w, reel_log_annotation_context(w.rec, "a", &(reel_annotation_context){.context = {&endless, 1}}), REEL_E_TOO_LARGE, "/a", "keypoint_annotations", "2147483647");
    REFUSED(&w, reel_log_annotation_context(w.rec, "a", &(reel_annotation_context){.context = {NULL, 3}}), REEL_E_ARGUMENT, "/a", "context", "NULL", "3");
    REFUSED(&w, reel_log_mcap_channel(w.rec, "m", &(reel_mcap_channel){.metadata = {&(reel_key_value){bad_text, "v"}, 1}}), REEL_E_UTF8, "/m", "metadata", "first[0]");
    watched_close(&w);
}

static void unknown_enums_in_structs_are_named(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
#define LOG(number, type, ...) reel_log_(w.rec, "b", number, &(type){__VA_ARGS__}, sizeof(type), 0)
    for (int kind = 0; kind < 5; kind += 4) {
        char said[32];
        const reel__bp_time_range range = {{REEL__BP_TIME_BOUND_KIND_INFINITE, 0}, {(reel__bp_time_bound_kind)kind, 5}};
        const reel__bp_component_mapping mapping = {"target", (reel__bp_component_source_kind)(kind * 2), NULL, NULL};
        snprintf(said, sizeof said, "end[0] is %d", kind);
        REFUSED(&w, LOG(REEL__BP_TIME_AXIS, reel__bp_time_axis, .view_range = &range), REEL_E_ARGUMENT, "/b", "view_range", said, "TimeRangeBoundary");
        REFUSED(&w, LOG(REEL__BP_VISUALIZER_INSTRUCTION, reel__bp_visualizer_instruction, .component_map = &mapping, .n_component_map = 1), REEL_E_ARGUMENT, "/b", "source_kind", "ComponentSourceKind");
    }
    const reel__bp_sort_order order = {"name", (reel__bp_sort_direction)3};
    REFUSED(&w, LOG(REEL__BP_TABLE_BLUEPRINT, reel__bp_table_blueprint, .sort_by = &order), REEL_E_ARGUMENT, "/b", "direction[0] is 3", "SortDirection");
    watched_close(&w);
}

static void unknown_directions_are_named(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    assert_int_equal(reel_log_view_coordinates(w.rec, "v", &(reel_view_coordinates){.xyz = REEL_VIEW_RDF}), REEL_OK);
    assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
    REFUSED(&w, reel_log_view_coordinates(w.rec, "v", &(reel_view_coordinates){.xyz = (const uint8_t[]){3, 7, 5}}), REEL_E_ARGUMENT, "/v", "xyz[1] is 7", "ViewDir");
    REFUSED(&w, reel_log_pinhole(w.rec, "p", &(reel_pinhole){.image_from_camera = point, .camera_xyz = (const uint8_t[]){0, 2, 5}}), REEL_E_ARGUMENT, "/p", "camera_xyz[0] is 0", "ViewDir");
    watched_close(&w);
}

static void many_tensors_are_one_after_another(void **state) {
    (void)state;
    static const uint64_t shape[3] = {2, 1, 3}, none[1] = {0};
    static const char *const names[3] = {"a", NULL, "räum"};
    static const double data[6] = {1, 2, 3, 4, 5, 6};
    const reel_tensor_data tensors[4] = {
        {.type = REEL_TENSOR_F32, .data = point, .shape = shape, .n_dims = 3, .names = names},
        {.type = REEL_TENSOR_U8, .data = NULL, .shape = none, .n_dims = 1},
        {.type = REEL_TENSOR_F64, .data = data, .shape = shape, .n_dims = 3},
        {.type = REEL_TENSOR_F32, .data = point + 6, .shape = NULL, .n_dims = 0},
    };
    const reel__field *f = &reel__archetype_of(REEL_ARCHETYPE_TENSOR)->fields[0];
    size_t sizes[REEL__ARROW_STREAMS_MAX], sum[REEL__ARROW_STREAMS_MAX] = {0}, all_size = 0;
    uint8_t *all[REEL__ARROW_STREAMS_MAX], *each[REEL__ARROW_STREAMS_MAX];
    uint16_t n = f->descriptor.arrow->n_streams;
    assert_int_equal(reel__measure(&(reel__cell){.field = f, .values = tensors, .n = 4}, "/t", sizes), REEL_OK);
    for (uint16_t s = 0; s < n; s++) {
        all[s] = malloc(sizes[s] + 1);
        each[s] = malloc(sizes[s] + 1);
        assert_true(all[s] && each[s]);
        all_size += sizes[s];
    }
    reel__write(&(reel__cell){.field = f, .values = tensors, .n = 4}, all);
    for (int i = 0; i < 4; i++) {
        size_t one[REEL__ARROW_STREAMS_MAX];
        uint8_t *at[REEL__ARROW_STREAMS_MAX];
        const reel__cell cell = {.field = f, .values = &tensors[i], .n = 1};
        assert_int_equal(reel__measure(&cell, "/t", one), REEL_OK);
        for (uint16_t s = 0; s < n; s++) {
            at[s] = each[s] + sum[s];
            sum[s] += one[s];
            assert_true(sum[s] <= sizes[s]);
        }
        reel__write(&cell, at);
    }
    for (uint16_t s = 0; s < n; s++) {
        assert_int_equal(sum[s], sizes[s]);
        assert_memory_equal(all[s], each[s], sizes[s]);
        free(all[s]);
        free(each[s]);
    }
    assert_int_equal(all_size, 16 + 8 * 7 + 4 + 16 + 12 + 6 + 4 + 8 + 28 + 4 + 4 + 48);
}

/* ---- every field of its kind */

/* A value of a field that is neither list nor struct, in the caller's struct; the rest of it is empty. */
static reel_status measured(const reel__archetype *a, const reel__field *f, const void *value, size_t size) {
    uint8_t fields[1024] = {0};
    size_t sizes[REEL__ARROW_STREAMS_MAX], one = 1;
    bound b;
    if (f->form == REEL__FORM_LIST) {
        memcpy(fields + f->offset, &value, sizeof value);
        memcpy(fields + f->offset_2, &one, sizeof one);
    } else {
        memcpy(fields + f->offset, value, size);
    }
    REEL__TRY(bind(&b, a, fields));
    assert_int_equal(b.row.n_cells, 1);
    return reel__measure(&b.cells[0], "/p", sizes);
}

static void every_enum_and_blob_is_checked(void **state) {
    (void)state;
    unsigned enums = 0, blobs = 0;
    uint32_t number = 0;
    for (const reel__archetype *a = next_archetype(&number); a; a = next_archetype(&number))
        for (unsigned i = 0; i < a->n_fields; i++) {
            const reel__field *f = &a->fields[i];
            if (f->element == REEL__ELEMENT_ENUM) {
                const int unknown = 99, known = (int)f->enumeration->values[f->enumeration->n - 1];
                assert_int_equal(measured(a, f, &unknown, sizeof unknown), REEL_E_ARGUMENT);
                SAYS(reel_error_message(), "/p", f->name, "99", f->enumeration->name);
                assert_int_equal(measured(a, f, &known, sizeof known), REEL_OK);
                enums++;
            }
            if (f->element == REEL__ELEMENT_BYTES) {
                const reel_bytes huge = {point, (size_t)1 << 31}, largest = {point, ((size_t)1 << 31) - 1};
                assert_int_equal(measured(a, f, &huge, sizeof huge), REEL_E_TOO_LARGE);
                SAYS(reel_error_message(), "/p", f->name, "2147483648");
                assert_int_equal(measured(a, f, &largest, sizeof largest), REEL_OK);
                blobs++;
            }
        }
    assert_true(enums > 35);
    assert_true(blobs > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_values_are_written_as_packed_ones),
        cmocka_unit_test(a_recording_of_spread_values_has_the_same_bytes),
        cmocka_unit_test(strides_that_overlap_are_refused),
        cmocka_unit_test(pixels_that_do_not_fit_their_format_are_refused),
        cmocka_unit_test(counts_that_contradict_each_other_are_refused),
        cmocka_unit_test(what_is_wrong_in_a_struct_is_named),
        cmocka_unit_test(unknown_enums_in_structs_are_named),
        cmocka_unit_test(unknown_directions_are_named),
        cmocka_unit_test(many_tensors_are_one_after_another),
        cmocka_unit_test(every_enum_and_blob_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
