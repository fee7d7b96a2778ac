/* Compresses one picture in every order of channels, to files of a folder and to rows of a recording: record_image_codec OUT FOLDER. The pixels are those of test_image_codec.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <reel/image_codec.h>
#include <reel/reel.h>

enum { WIDTH = 101, HEIGHT = 67, PITCH = WIDTH * 8 + 24 };

static uint8_t rows[HEIGHT * PITCH];

static void check_at(reel_status status, int line) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "record_image_codec.c:%d: %s: %s\n", line, reel_status_text(status), reel_error_message());
    exit(1);
}
#define check(expression) check_at((expression), __LINE__)

/* A smooth picture, so that JPEG comes close to it: red to the right, green down, blue along the diagonal, alpha against it. */
static unsigned value(unsigned x, unsigned y, unsigned channel, unsigned bytes) {
    const unsigned v[4] = {2 * x, 3 * y, x + y, 255 - x - y};
    return bytes == 1 ? v[channel] : v[channel] * 257 - x;
}

static reel_image_format draw(reel_color_model model, unsigned bytes) {
    static const struct {
        unsigned n, at[4];
    } orders[] = {[REEL_COLOR_MODEL_UNSET] = {1, {0}}, [REEL_COLOR_MODEL_L] = {1, {0}}, [REEL_COLOR_MODEL_RGB] = {3, {0, 1, 2}}, [REEL_COLOR_MODEL_RGBA] = {4, {0, 1, 2, 3}},
                  [REEL_COLOR_MODEL_BGR] = {3, {2, 1, 0}}, [REEL_COLOR_MODEL_BGRA] = {4, {2, 1, 0, 3}}};
    memset(rows, 0xa5, sizeof rows);
    for (unsigned y = 0; y < HEIGHT; y++)
        for (unsigned x = 0; x < WIDTH; x++)
            for (unsigned c = 0; c < orders[model].n; c++) {
                uint16_t v = (uint16_t)value(x, y, orders[model].at[c], bytes);
                uint8_t *at = rows + y * PITCH + (x * orders[model].n + c) * bytes;
                if (bytes == 1)
                    *at = (uint8_t)v;
                else
                    memcpy(at, &v, 2);
            }
    return reel_format_of(WIDTH, HEIGHT, model, bytes == 1 ? REEL_CHANNEL_DATATYPE_U8 : REEL_CHANNEL_DATATYPE_U16);
}

static void save(const char *folder, const char *name, const char *ending, reel_bytes_owned *bytes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file) != 0)
        exit(1);
    reel_bytes_free(bytes);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        reel_color_model model;
        unsigned bytes;
    } pictures[] = {{"L8", REEL_COLOR_MODEL_L, 1}, {"RGB8", REEL_COLOR_MODEL_RGB, 1}, {"RGBA8", REEL_COLOR_MODEL_RGBA, 1}, {"BGR8", REEL_COLOR_MODEL_BGR, 1},
                    {"BGRA8", REEL_COLOR_MODEL_BGRA, 1}, {"L16", REEL_COLOR_MODEL_L, 2}, {"RGB16", REEL_COLOR_MODEL_RGB, 2}, {"RGBA16", REEL_COLOR_MODEL_RGBA, 2},
                    {"BGR16", REEL_COLOR_MODEL_BGR, 2}, {"BGRA16", REEL_COLOR_MODEL_BGRA, 2}};
    if (argc != 3)
        return 2;
    reel_recording *rec = reel_new("image_codec", NULL);
    check(rec ? reel_save(rec, argv[1]) : REEL_E_NO_MEMORY);
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        reel_bytes_owned bytes;
        char name[64];
        const reel_image_format f = draw(pictures[i].model, pictures[i].bytes);
        check(reel_compress_png(&f, rows, PITCH, 0, &bytes));
        save(argv[2], pictures[i].name, "png", &bytes);
        snprintf(name, sizeof name, "png/%s", pictures[i].name);
        check(reel_log_png(rec, name, &f, rows, PITCH, 9, 0));
        if (pictures[i].bytes > 1)
            continue;
        check(reel_compress_jpeg(&f, rows, PITCH, 95, &bytes));
        save(argv[2], pictures[i].name, "jpg", &bytes);
        check(reel_compress_jpeg(&f, rows + (HEIGHT - 1) * PITCH, -PITCH, 95, &bytes));
        snprintf(name, sizeof name, "%s_bottom_up", pictures[i].name);
        save(argv[2], name, "jpg", &bytes);
        check(reel_compress_png(&f, rows + (HEIGHT - 1) * PITCH, -PITCH, 1, &bytes));
        save(argv[2], name, "png", &bytes);
        snprintf(name, sizeof name, "jpeg/%s", pictures[i].name);
        check(reel_log_jpeg(rec, name, &f, rows, PITCH, 95, REEL_LOG_STATIC));
    }
    const reel_image_format depth = draw(REEL_COLOR_MODEL_UNSET, 2);
    check(reel_log_depth_png(rec, "depth", &depth, rows, PITCH, 0, 1000, 0));
    check(reel_close(rec, -1));
    reel_free(rec);
    return 0;
}
