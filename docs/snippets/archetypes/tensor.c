/* The heat in a block of metal that is warmed at one corner: temperatures over depth, height and width. The viewer shows a slice, and its
 * sliders move through the rest. */
#include <reel/reel.h>

#include <math.h>

enum { DEPTH = 16, HEIGHT = 48, WIDTH = 64 };

int main(int argc, char **argv) {
    static float celsius[DEPTH][HEIGHT][WIDTH];
    static const uint64_t shape[] = { DEPTH, HEIGHT, WIDTH };
    static const char *names[] = { "depth", "height", "width" };
    static const double range[2] = { 20, 180 };
    reel_recording *rec = reel_new("reel_tensor", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "tensor.rrd");

    for (int z = 0; z < DEPTH; z++) {
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                float distance = sqrtf((float)(x * x + y * y + 4 * z * z));
                celsius[z][y][x] = 20 + 160 * expf(-distance / 24) + 6 * cosf(distance / 3) * expf(-distance / 60);
            }
        }
    }
    reel_tensor block = { .data = reel_tensor_of(REEL_TENSOR_F32, celsius, shape, 3, names), .value_range = range };
    reel_log_tensor(rec, "block", &block);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
