/* JPEG by libjpeg or libjpeg-turbo. Their errors leave by longjmp: what outlives it is reached through one struct. */
#include "codec_rows.h"

#ifdef REEL_HAS_JPEG

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

typedef struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf failed;
    reel__codec_rows rows;
    reel__codec_bytes out;
    uint8_t *line; /* one row as RGB, where the image is in another order */
    int quality;
    bool out_of_memory;
    char text[JMSG_LENGTH_MAX];
} writer;

enum { ROOM = 1 << 14 };

static void leave(j_common_ptr jpeg) {
    writer *w = jpeg->client_data;
    jpeg->err->format_message(jpeg, w->text);
    longjmp(w->failed, 1);
}

static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }

static void give_room(writer *w, size_t more) {
    if (!reel__codec_grow(&w->out, more)) {
        w->out_of_memory = true;
        longjmp(w->failed, 1);
    }
    w->destination.next_output_byte = w->out.data + w->out.size;
    w->destination.free_in_buffer = w->out.capacity - w->out.size;
}

static void begin(j_compress_ptr jpeg) { give_room(jpeg->client_data, ROOM); }

/* Called when all the room is used, whatever the counters say. */
static boolean go_on(j_compress_ptr jpeg) {
    writer *w = jpeg->client_data;
    w->out.size = w->out.capacity;
    give_room(w, ROOM);
    return TRUE;
}

static void end(j_compress_ptr jpeg) {
    writer *w = jpeg->client_data;
    w->out.size = w->out.capacity - w->destination.free_in_buffer;
}

static const uint8_t *rgb_line(const writer *w, const uint8_t *row) {
    const size_t channels = (size_t)w->rows.channels, red = w->rows.is_bgr ? 2 : 0;
    if (channels == 1 || (channels == 3 && !w->rows.is_bgr))
        return row;
    for (size_t x = 0; x < w->rows.width; x++) {
        w->line[3 * x] = row[channels * x + red];
        w->line[3 * x + 1] = row[channels * x + 1];
        w->line[3 * x + 2] = row[channels * x + 2 - red];
    }
    return w->line;
}

/* False when libjpeg gave up. */
static bool compress(writer *w) {
    if (setjmp(w->failed))
        return false;
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    jpeg_create_compress(jpeg);
    jpeg->client_data = w; /* creating cleared it */
    jpeg->dest = &w->destination;
    jpeg->image_width = w->rows.width;
    jpeg->image_height = w->rows.height;
    jpeg->input_components = w->rows.channels == 1 ? 1 : 3;
    jpeg->in_color_space = w->rows.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, w->quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW line = (JSAMPROW)rgb_line(w, reel__codec_row(&w->rows, jpeg->next_scanline));
        jpeg_write_scanlines(jpeg, &line, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

reel_status reel_compress_jpeg(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int quality, reel_bytes_owned *result) {
    writer w;
    memset(&w, 0, sizeof w);
    reel_status status = reel__codec_check("JPEG", format, rows, pitch_bytes, JPEG_MAX_DIMENSION, 1, &w.rows);
    if (status != REEL_OK)
        return status;
    if (quality < 0 || quality > 100)
        return reel_fail(REEL_E_ARGUMENT, "JPEG: a quality of %d is not between 1 and 100", quality);
    w.quality = quality ? quality : 90;
    w.line = reel_allocate(3 * (size_t)w.rows.width);
    if (!w.line)
        return reel_fail(REEL_E_NO_MEMORY, "JPEG: no memory for a row of %u pixels", (unsigned)w.rows.width);
    w.jpeg.err = jpeg_std_error(&w.errors);
    w.jpeg.client_data = &w; /* for errors while it is created */
    w.errors.error_exit = leave;
    w.errors.output_message = say_nothing;
    w.destination.init_destination = begin;
    w.destination.empty_output_buffer = go_on;
    w.destination.term_destination = end;
    const bool done = compress(&w);
    jpeg_destroy_compress(&w.jpeg);
    reel_release(w.line);
    if (done) {
        *result = (reel_bytes_owned){w.out.data, w.out.size};
        return REEL_OK;
    }
    reel_release(w.out.data);
    return w.out_of_memory ? reel_fail(REEL_E_NO_MEMORY, "JPEG of %u x %u: no memory beyond %zu bytes", (unsigned)format->width, (unsigned)format->height, w.out.size)
                           : reel_fail(REEL_E_FORMAT, "JPEG of %u x %u: %s", (unsigned)format->width, (unsigned)format->height, w.text);
}

#else

reel_status reel_compress_jpeg(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int quality, reel_bytes_owned *result) {
    (void)format, (void)rows, (void)pitch_bytes, (void)quality, (void)result;
    return reel_fail(REEL_E_UNSUPPORTED, "JPEG: libreel_image was built without libjpeg");
}

#endif
