/* A circuit board under a camera, and the part of the picture that matters: the bounds of the view say which. */
#include <reel/reel.h>

enum { WIDTH = 320, HEIGHT = 240 };

int main(int argc, char **argv) {
    static uint8_t pixels[HEIGHT][WIDTH];
    static const float pads[][2] = { { 150, 100 }, { 166, 100 }, { 182, 100 }, { 198, 100 } };
    static const float half_sizes[][2] = { { 5, 8 }, { 5, 8 }, { 5, 8 }, { 5, 8 } };
    static const char *labels[] = { "ok", "ok", "bridge?", "ok" };
    static const uint32_t colors[] = { 0x4ADE80FF, 0x4ADE80FF, 0xF87171FF, 0x4ADE80FF };
    reel_recording *rec = reel_new("reel_spatial2d_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "spatial2d_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_SPATIAL_2D, "pads", "/board");
    reel_blueprint_set_json(bp, view, "VisualBounds2D:range", "{ \"x_range\": [135, 213], \"y_range\": [74, 126] }");
    reel_blueprint_set_text(bp, view, "Background:kind", "SolidColor");
    reel_blueprint_set_number(bp, view, "Background:color", 0x0F172AFF);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            bool pad = x % 16 > 2 && x % 16 < 10 && y > 93 && y < 107 && x > 144 && x < 204;
            bool bridge = x > 184 && x < 196 && y > 97 && y < 102;
            pixels[y][x] = (uint8_t)(pad || bridge ? 200 + x % 7 * 5 : 50 + (x * y) % 11 * 2);
        }
    }
    reel_image picture = reel_image_of(pixels, WIDTH, HEIGHT, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8);
    reel_boxes2d checks = { .centers = pads[0], .n_centers = 4, .half_sizes = half_sizes[0], .n_half_sizes = 4,
                            .labels = labels, .n_labels = 4, .colors = colors, .n_colors = 4 };
    reel_log_static_image(rec, "board", &picture);
    reel_log_static_boxes2d(rec, "board/pads", &checks);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
