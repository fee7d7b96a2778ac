/* Large data without a copy: a point cloud in the layout of its driver, and pictures whose memory is handed over and given back by a callback. */
#include <reel/reel.h>

#include <stdio.h>
#include <stdlib.h>

enum { N_FRAMES = 20, N_POINTS = 30000, WIDTH = 640, HEIGHT = 480 };

typedef struct point { /* as the scanner's driver lays it out */
    float x, y, z;
    float intensity;
    uint32_t rgba;
    uint32_t ring;
} point;

static point cloud[N_POINTS];

static void scan(int frame) {
    for (int i = 0; i < N_POINTS; i++) {
        int ring = i % 30, step = i / 30;
        float reach = 1 + (float)((step * 7 + frame * 3) % 50) / 50;
        cloud[i] = (point) { .x = reach * (float)(step - 500) / 250, .y = reach * (float)(ring - 15) / 15, .z = reach, .rgba = (uint32_t)ring * 0x08040000u | 0xffu, .ring = (uint32_t)ring };
    }
}

static uint8_t *grab(int frame) {
    uint8_t *pixels = malloc((size_t)WIDTH * HEIGHT * 3);
    for (int i = 0; pixels && i < WIDTH * HEIGHT * 3; i++)
        pixels[i] = (uint8_t)(i / 3 % WIDTH + frame * 8);
    return pixels;
}

/* From here on the pixels are the recording's: it calls free when it is done with them, also when it refuses the row. */
static reel_status log_picture(reel_recording *rec, uint8_t *pixels) {
    reel_image image = { .buffer = { pixels, (size_t)WIDTH * HEIGHT * 3 },
                         .format = { .width = WIDTH, .height = HEIGHT, .color_model = REEL_COLOR_MODEL_RGB, .channel_datatype = REEL_CHANNEL_DATATYPE_U8 } };
    const reel_part part = REEL_PART(image, &image);
    return reel_log_row(rec, "camera", &(reel_row) { .parts = &part, .n_parts = 1, .release = free, .owner = pixels });
}

static reel_status log_frame(reel_recording *rec, int frame) {
    uint8_t *pixels = grab(frame);
    scan(frame);
    reel_status status = reel_set_time_sequence(rec, "frame", frame);
    if (status == REEL_OK)
        status = reel_log_points3d(rec, "scanner", &(reel_points3d) { .positions = &cloud->x, .n_positions = N_POINTS, .positions_stride = sizeof(point),
                                                                      .colors = &cloud->rgba, .n_colors = N_POINTS, .colors_stride = sizeof(point) });
    if (status == REEL_OK && pixels)
        return log_picture(rec, pixels);
    free(pixels);
    return status != REEL_OK ? status : REEL_E_NO_MEMORY;
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_example_handed_over", NULL);
    reel_status status = rec ? reel_save(rec, argc > 1 ? argv[1] : "handed_over.rrd") : REEL_E_NO_MEMORY;
    for (int frame = 0; frame < N_FRAMES && status == REEL_OK; frame++) status = log_frame(rec, frame);
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "handed_over: %s\n", reel_error_message());
    reel_free(rec);
    return status == REEL_OK ? 0 : 1;
}
