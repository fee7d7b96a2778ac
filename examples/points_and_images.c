/* A robot's view: a spiral of coloured points, a camera that goes round it, and the camera's picture. Shows static data, lists beside
 * single values, transforms and raw images. */
#include <reel/reel.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { N_POINTS = 500, N_FRAMES = 60, WIDTH = 96, HEIGHT = 64 };

static float positions[N_POINTS][3];
static uint32_t colors[N_POINTS];
static uint8_t pixels[HEIGHT][WIDTH][3];

static void make_spiral(int frame) {
    for (int i = 0; i < N_POINTS; i++) {
        float turn = (float)i / 20 + (float)frame / 10;
        float radius = 1 + (float)i / N_POINTS;
        positions[i][0] = radius * cosf(turn);
        positions[i][1] = radius * sinf(turn);
        positions[i][2] = 2 * (float)i / N_POINTS;
        colors[i] = (uint32_t)(i * 255 / N_POINTS) << 24 | UINT32_C(0x0080FFFF); /* 0xRRGGBBAA */
    }
}

static void make_picture(int frame) {
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            pixels[y][x][0] = (uint8_t)(x * 2 + frame * 4);
            pixels[y][x][1] = (uint8_t)(y * 4);
            pixels[y][x][2] = (uint8_t)(frame * 4);
        }
    }
}

static reel_status log_scene(reel_recording *rec) {
    static const float intrinsics[9] = { 80, 0, 0, 0, 80, 0, WIDTH / 2.0f, HEIGHT / 2.0f, 1 }; /* column by column */
    static const float resolution[2] = { WIDTH, HEIGHT };
    reel_status status = reel_log_static_view_coordinates(rec, "world", &(reel_view_coordinates) { .xyz = REEL_VIEW_RFU });
    if (status != REEL_OK) return status;
    return reel_log_static_pinhole(rec, "world/camera", &(reel_pinhole) { .image_from_camera = intrinsics, .resolution = resolution });
}

static reel_status log_frame(reel_recording *rec, int frame) {
    static const float radius = 0.03f; /* one value holds for all points */
    float angle = (float)frame * 6.2831853f / N_FRAMES;
    float place[3] = { 5 * cosf(angle), 5 * sinf(angle), 1 };
    make_spiral(frame);
    make_picture(frame);
    reel_points3d points = { .positions = &positions[0][0], .n_positions = N_POINTS, .colors = colors, .n_colors = N_POINTS, .radii = &radius, .n_radii = 1 };
    reel_image image = { .buffer = { pixels, sizeof pixels },
                         .format = { .width = WIDTH, .height = HEIGHT, .color_model = REEL_COLOR_MODEL_RGB, .channel_datatype = REEL_CHANNEL_DATATYPE_U8 } };
    reel_status status = reel_set_time_duration_ns(rec, "time", (int64_t)frame * 50000000);
    if (status == REEL_OK) status = reel_log_points3d(rec, "world/spiral", &points);
    if (status == REEL_OK) status = reel_log_transform3d(rec, "world/camera", &(reel_transform3d) { .translation = place });
    if (status == REEL_OK) status = reel_log_image(rec, "world/camera", &image);
    return status;
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_example_points_and_images", NULL);
    reel_status status = rec ? reel_save(rec, argc > 1 ? argv[1] : "points_and_images.rrd") : REEL_E_NO_MEMORY;
    if (status == REEL_OK) status = log_scene(rec);
    for (int frame = 0; frame < N_FRAMES && status == REEL_OK; frame++) status = log_frame(rec, frame);
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "points_and_images: %s\n", reel_error_message());
    reel_free(rec);
    return status == REEL_OK ? 0 : 1;
}
