/* A road through hills: a class per pixel. An annotation context would name the classes; without one the viewer picks colours. */
#include <reel/reel.h>

#include <math.h>

enum { WIDTH = 240, HEIGHT = 160 };
enum { SKY = 1, SUN, HILLS, MEADOW, ROAD };

static uint8_t class_at(int x, int y) {
    if (y > 100) return fabs(x - 120.0) < (y - 90) * 0.7 ? ROAD : MEADOW;
    if (y > 85 - 18 * sin(x / 28.0) - 8 * sin(x / 9.0)) return HILLS;
    return hypot(x - 185, y - 35) < 20 ? SUN : SKY;
}

int main(int argc, char **argv) {
    static uint8_t classes[HEIGHT][WIDTH];
    reel_recording *rec = reel_new("reel_segmentation_image", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "segmentation_image.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) classes[y][x] = class_at(x, y);
    }
    reel_segmentation_image landscape = reel_segmentation_image_of(classes, WIDTH, HEIGHT, REEL_CHANNEL_DATATYPE_U8);
    reel_log_segmentation_image(rec, "landscape", &landscape);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
