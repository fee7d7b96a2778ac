/* What a depth camera sees of a ball before a leaning wall, in millimetres. The pinhole at the same entity lets the viewer also draw it in
 * 3D, as points. */
#include <reel/reel.h>

#include <math.h>

enum { WIDTH = 160, HEIGHT = 120, FOCAL_LENGTH = 120 };

int main(int argc, char **argv) {
    static uint16_t depth_mm[HEIGHT][WIDTH];
    reel_pinhole_numbers lens;
    reel_recording *rec = reel_new("reel_depth_image", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "depth_image.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            float right = (float)(x - WIDTH / 2) / FOCAL_LENGTH, down = (float)(y - HEIGHT / 2) / FOCAL_LENGTH;
            float wall = 3 / (1 + 0.5f * down); /* metres; its top leans away */
            float ball = 0.16f - right * right - down * down;
            depth_mm[y][x] = (uint16_t)(1000 * (ball > 0 ? fminf(wall, 1.8f - sqrtf(ball)) : wall));
        }
    }
    reel_depth_image depth = reel_depth_image_of(depth_mm, WIDTH, HEIGHT, REEL_CHANNEL_DATATYPE_U16, 1000);
    depth.colormap = REEL_COLORMAP_TURBO;
    reel_pinhole_from_focal_length(FOCAL_LENGTH, FOCAL_LENGTH, WIDTH, HEIGHT, NULL, &lens);
    reel_pinhole pinhole = reel_pinhole_of(&lens);
    reel_log_static_view_coordinates(rec, "world", &(reel_view_coordinates) { .xyz = REEL_VIEW_RDF });
    reel_log_pinhole(rec, "world/camera", &pinhole);
    reel_log_depth_image(rec, "world/camera/depth", &depth);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
