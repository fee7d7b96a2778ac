/* Rows of every make-up into the file argv[1]; test_rows.py has the official SDK log the same. */
#include <reel/reel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call)                                                                             \
    do {                                                                                     \
        if ((call) != REEL_OK) {                                                             \
            fprintf(stderr, "line %d: %s: %s\n", __LINE__, #call, reel_error_message());     \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

typedef struct vertex { /* as in a point cloud library: 32 bytes, of which some are nobody's business */
    float xyz[3], pad;
    uint32_t color;
    float intensity;
    double time;
} vertex;

static const float positions[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const uint32_t colors[4] = {0xff0000ff, 0x00ff00ff, 0x0000ffff, 0x11223344};
static const float radii[1] = {0.5f};
static const char *const labels[2] = {"größe", ""};

static void log_several_archetypes(reel_recording *rec) {
    const float translation[3] = {1, 2, 3};
    reel_points3d points = {.positions = positions, .n_positions = 4, .colors = colors, .n_colors = 4, .radii = radii, .n_radii = 1};
    reel_transform3d transform = {.translation = translation};
    reel_text_log text = {.text = "both", .level = "INFO"};
    double temperature = 36.6;
    const reel_part parts[] = {REEL_PART(points3d, &points), REEL_PART(transform3d, &transform), REEL_PART(text_log, &text)};
    const reel_column own = {.name = "temperature", .type = REEL_VALUE_F64, .values = &temperature, .n_values = 1};
    OK(reel_log_row(rec, "several", &(reel_row){.parts = parts, .n_parts = 3}));
    OK(reel_log_row(rec, "several", &(reel_row){.parts = parts, .n_parts = 3, .columns = &own, .n_columns = 1}));
    OK(reel_log_row(rec, "several/static", &(reel_row){.parts = parts, .n_parts = 2, .flags = REEL_LOG_STATIC}));
    points = (reel_points3d){.colors = colors, .n_colors = 1, .clear = REEL_POINTS3D_RADII};
    OK(reel_log_row(rec, "several", &(reel_row){.parts = parts, .n_parts = 1, .flags = REEL_LOG_UPDATE}));
    OK(reel_log_row(rec, "situation", &(reel_row){.parts = &parts[2], .n_parts = 1, .columns = &own, .n_columns = 1, .flags = REEL_LOG_PROPERTY}));
}

static void log_components(reel_recording *rec) {
    const uint32_t lengths[3] = {2, 0, 2};
    const reel_marker_shape marker = REEL_MARKER_SHAPE_CROSS;
    const reel_column points[] = {
        {REEL_COLUMN(points3d, positions), .values = positions, .n_values = 4},
        {REEL_COLUMN(points3d, colors), .values = colors, .n_values = 1}, /* a splat */
        {REEL_COLUMN(points3d, labels), .values = labels, .n_values = 2}, /* fewer than there are points */
        {REEL_COLUMN(points3d, radii)},                                   /* cleared */
    };
    const reel_column mixed[] = {
        {REEL_COLUMN(line_strips3d, strips), .values = positions, .n_values = 3, .strip_lengths = lengths},
        {REEL_COLUMN(series_points, markers), .values = &marker, .n_values = 1},
        {REEL_COLUMN(clear, is_recursive), .values = &(bool){true}, .n_values = 1},
    };
    OK(reel_log_components(rec, "components", points, 4, 0));
    OK(reel_log_components(rec, "components", points, 4, REEL_LOG_STATIC));
    OK(reel_log_components(rec, "mixed", mixed, 3, 0));
}

static void log_own(reel_recording *rec) {
    const int64_t counts[3] = {1, -2, INT64_MAX};
    const double numbers[2] = {1.5, -0.0};
    const char *const texts[2] = {"x", "größe"};
    const bool flags[3] = {true, false, true};
    const reel_bytes bytes = {"\0\1\377", 3};
    const uint8_t small = 255;
    const reel_column any[] = {
        {.name = "counts", .type = REEL_VALUE_I64, .values = counts, .n_values = 3},
        {.name = "numbers", .type = REEL_VALUE_F64, .values = numbers, .n_values = 2},
        {.name = "texts", .type = REEL_VALUE_TEXT, .values = texts, .n_values = 2},
        {.name = "flags", .type = REEL_VALUE_BOOL, .values = flags, .n_values = 3},
        {.name = "bytes", .type = REEL_VALUE_BYTES, .values = &bytes, .n_values = 1},
        {.name = "small", .type = REEL_VALUE_U8, .values = &small, .n_values = 1},
    };
    const reel_column battery[] = {
        {.name = "temperature", .archetype_name = "Battery", .type = REEL_VALUE_F32, .values = radii, .n_values = 1},
        {.name = "cells", .archetype_name = "Battery", .component_type = "user.Cell", .type = REEL_VALUE_F32, .size = 3, .values = positions, .n_values = 4},
        {.name = "state", .archetype_name = "Battery", .type = REEL_VALUE_TEXT},
    };
    for (int i = 0; i < 3; i++) {
        OK(reel_set_time_sequence(rec, "frame", i));
        OK(reel_log_components(rec, "any", any, 6, 0));
        OK(reel_log_components(rec, "battery", battery, 3, 0));
    }
    OK(reel_reset_time(rec));
    OK(reel_log_components(rec, "any/static", any, 6, REEL_LOG_STATIC));
}

static void log_strided(reel_recording *rec) {
    vertex cloud[4];
    memset(cloud, 0x7f, sizeof cloud);
    for (int i = 0; i < 4; i++) {
        memcpy(cloud[i].xyz, &positions[3 * i], sizeof cloud[i].xyz);
        cloud[i].color = colors[i];
    }
    OK(reel_log_points3d(rec, "strided", &(reel_points3d){.positions = cloud[0].xyz, .n_positions = 4, .positions_stride = sizeof *cloud,
                                                          .colors = &cloud[0].color, .n_colors = 4, .colors_stride = sizeof *cloud}));
    const reel_column columns[] = {
        {REEL_COLUMN(points3d, positions), .values = cloud[0].xyz, .n_values = 4, .stride = sizeof *cloud},
        {REEL_COLUMN(points3d, radii), .values = &cloud[0].xyz[1], .n_values = 4, .stride = sizeof *cloud},
    };
    OK(reel_log_components(rec, "strided/components", columns, 2, 0));
}

static void log_handed(reel_recording *rec) {
    enum { SIDE = 256, PIXELS = SIDE * SIDE, POINTS = 20000 };
    const uint64_t shape[2] = {SIDE, SIDE};
    const uint32_t halves[2] = {POINTS / 2, POINTS / 2};
    for (int i = 0; i < 3; i++) {
        uint8_t *pixels = malloc(PIXELS);
        float *cloud = malloc(POINTS * 3 * sizeof *cloud);
        if (!pixels || !cloud)
            exit(1);
        for (int k = 0; k < PIXELS; k++)
            pixels[k] = (uint8_t)(k * (i + 1));
        for (int k = 0; k < POINTS * 3; k++)
            cloud[k] = (float)(k + i);
        reel_image image = {.buffer = {pixels, PIXELS}, .format = {.width = SIDE, .height = SIDE, .color_model = REEL_COLOR_MODEL_L, .channel_datatype = REEL_CHANNEL_DATATYPE_U8}};
        reel_tensor tensor = {.data = {.type = REEL_TENSOR_U8, .data = pixels, .shape = shape, .n_dims = 2}};
        reel_points3d points = {.positions = cloud, .n_positions = POINTS, .colors = colors, .n_colors = 1};
        reel_line_strips3d strips = {.strips = {.points = cloud, .lengths = halves, .n_strips = 2}};
        const reel_part parts[] = {REEL_PART(image, &image), REEL_PART(tensor, &tensor)};
        OK(reel_set_time_sequence(rec, "frame", i));
        OK(reel_log_row(rec, "handed/image", &(reel_row){.parts = parts, .n_parts = 2, .release = free, .owner = pixels}));
        OK(reel_log_row(rec, "handed/strips", &(reel_row){.parts = (reel_part[]){REEL_PART(line_strips3d, &strips)}, .n_parts = 1}));
        OK(reel_log_row(rec, "handed/points", &(reel_row){.parts = (reel_part[]){REEL_PART(points3d, &points)}, .n_parts = 1, .release = free, .owner = cloud}));
        OK(reel_log_points3d(rec, "handed/points", &(reel_points3d){.positions = positions, .n_positions = 1, .colors = colors, .n_colors = 1})); /* after it in the same lane, copied */
    }
    OK(reel_reset_time(rec));
}

int main(int argc, char **argv) {
    reel_recording *rec = argc == 2 ? reel_new("rows", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "rows", .no_properties = true}) : NULL;
    if (!rec)
        return 2;
    OK(reel_save(rec, argv[1]));
    log_several_archetypes(rec);
    log_components(rec);
    log_own(rec);
    log_strided(rec);
    log_handed(rec);
    OK(reel_close(rec, -1));
    reel_unref(rec);
    return 0;
}
