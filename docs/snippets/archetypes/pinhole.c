/* A camera that looks at two posts, and the picture it takes: the pinhole is how the one becomes the other, and places the picture in the
 * 3D scene. */
#include <reel/reel.h>

#include <math.h>

enum { WIDTH = 160, HEIGHT = 120, FOCAL_LENGTH = 130, N_POSTS = 2 };

int main(int argc, char **argv) {
    static uint8_t pixels[HEIGHT][WIDTH][3];
    static const float posts[N_POSTS][3] = { { -0.7f, 0, 3 }, { 0.8f, 0, 4 } };
    static const float half_sizes[N_POSTS][3] = { { 0.2f, 0.9f, 0.2f }, { 0.2f, 0.9f, 0.2f } };
    static const uint8_t paint[N_POSTS][3] = { { 244, 63, 94 }, { 34, 197, 94 } };
    uint32_t colors[N_POSTS];
    reel_pinhole_numbers lens;
    reel_recording *rec = reel_new("reel_pinhole", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "pinhole.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            float right = (float)(x - WIDTH / 2) / FOCAL_LENGTH, down = (float)(y - HEIGHT / 2) / FOCAL_LENGTH;
            for (int c = 0; c < 3; c++) pixels[y][x][c] = (uint8_t)(down < 0 ? 120 + 40 * c : 110 - 20 * c);
            for (int i = 0; i < N_POSTS; i++) {
                float near_face = posts[i][2] - half_sizes[i][2];
                if (fabsf(right * near_face - posts[i][0]) > half_sizes[i][0] || fabsf(down * near_face) > half_sizes[i][1]) continue;
                for (int c = 0; c < 3; c++) pixels[y][x][c] = paint[i][c];
            }
        }
    }
    reel_pinhole_from_focal_length(FOCAL_LENGTH, FOCAL_LENGTH, WIDTH, HEIGHT, NULL, &lens);
    reel_pinhole camera = reel_pinhole_of(&lens);
    camera.image_plane_distance = (reel_opt_f32) { true, 1.2f };
    reel_image picture = reel_image_of(pixels, WIDTH, HEIGHT, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8);
    reel_colors_from_bytes(paint[0], N_POSTS, REEL_COLOR_MODEL_RGB, 0, colors);
    reel_log_static_view_coordinates(rec, "world", &(reel_view_coordinates) { .xyz = REEL_VIEW_RDF });
    reel_log_pinhole(rec, "world/camera", &camera);
    reel_log_image(rec, "world/camera", &picture);
    reel_log_boxes3d(rec, "world/posts", &(reel_boxes3d) { .half_sizes = half_sizes[0], .n_half_sizes = N_POSTS,
                                                           .centers = posts[0], .n_centers = N_POSTS,
                                                           .colors = colors, .n_colors = N_POSTS, .fill_mode = REEL_FILL_MODE_SOLID });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
