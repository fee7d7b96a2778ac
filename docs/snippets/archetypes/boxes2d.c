/* What a detector found in a picture: three discs, each in a box with a label. Boxes at an entity below the image's lie upon it. */
#include <reel/reel.h>

enum { WIDTH = 240, HEIGHT = 160, N = 3 };

int main(int argc, char **argv) {
    static uint8_t pixels[HEIGHT][WIDTH][3];
    static const float centers[N][2] = { { 60, 60 }, { 140, 95 }, { 200, 45 } }, half_sizes[N][2] = { { 40, 40 }, { 30, 30 }, { 22, 22 } };
    static const uint8_t paint[N][3] = { { 220, 70, 60 }, { 70, 160, 90 }, { 80, 120, 220 } };
    static const uint32_t colors[N] = { 0xFCA5A5FF, 0x86EFACFF, 0x93C5FDFF };
    static const char *labels[N] = { "apple 0.97", "lime 0.91", "plum 0.64" };
    reel_recording *rec = reel_new("reel_boxes2d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "boxes2d.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            for (int c = 0; c < 3; c++) pixels[y][x][c] = (uint8_t)(30 + y / 4);
            for (int i = 0; i < N; i++) {
                float dx = (float)x - centers[i][0], dy = (float)y - centers[i][1], radius = half_sizes[i][0] - 3;
                if (dx * dx + dy * dy > radius * radius) continue;
                for (int c = 0; c < 3; c++) pixels[y][x][c] = (uint8_t)((float)paint[i][c] * (0.8f - (dx + dy) / radius / 7));
            }
        }
    }
    reel_image picture = reel_image_of(pixels, WIDTH, HEIGHT, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8);
    reel_boxes2d found = { .half_sizes = half_sizes[0], .n_half_sizes = N, .centers = centers[0], .n_centers = N,
                           .colors = colors, .n_colors = N, .labels = labels, .n_labels = N };
    reel_log_image(rec, "camera", &picture);
    reel_log_boxes2d(rec, "camera/fruit", &found);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
