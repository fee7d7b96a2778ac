/* Waves from two stones that meet, as an RGB picture: three bytes a pixel, row after row. */
#include <reel/reel.h>

#include <math.h>

enum { WIDTH = 240, HEIGHT = 160 };

int main(int argc, char **argv) {
    static uint8_t pixels[HEIGHT][WIDTH][3];
    reel_recording *rec = reel_new("reel_image", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "image.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double left = sin(hypot(x - 70, y - 80) / 4), right = sin(hypot(x - 170, y - 80) / 4);
            double height = (left + right + 2) / 4; /* 0 to 1 */
            pixels[y][x][0] = (uint8_t)(255 * height * height);
            pixels[y][x][1] = (uint8_t)(200 * height);
            pixels[y][x][2] = (uint8_t)(90 + 120 * height);
        }
    }
    reel_image picture = reel_image_of(pixels, WIDTH, HEIGHT, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8);
    reel_log_image(rec, "waves", &picture);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
