/* libreel_image: what it refuses, and what stays when memory ends. That the pixels come back is judged by another decoder, in tests/conformance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <reel/image_codec.h>

#include "scarce_memory.h"
#include "watched_recording.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_refused(status, expression, text)                     \
    do {                                                             \
        assert_int_equal((expression), (status));                    \
        assert_non_null(strstr(reel_error_message(), text));         \
    } while (0)

typedef reel_status compress_function(const reel_image_format *, const void *, ptrdiff_t, int, reel_bytes_owned *);
static compress_function *const codecs[] = {reel_compress_jpeg, reel_compress_png};
static const char *const marks[] = {"\xff\xd8\xff", "\x89PNG"};

static uint8_t noise[64 * 64 * 4];

static reel_image_format format_of(uint32_t width, uint32_t height, reel_color_model model) { return reel_format_of(width, height, model, REEL_CHANNEL_DATATYPE_U8); }

static void every_order_of_channels_is_compressed(void **state) {
    (void)state;
    long alive = atomic_load(&scarce_alive);
    for (int c = 0; c < 2; c++)
        for (int model = REEL_COLOR_MODEL_UNSET; model <= REEL_COLOR_MODEL_BGRA; model++) {
            reel_bytes_owned bytes;
            const reel_image_format f = format_of(64, 64, (reel_color_model)model);
            assert_ok(codecs[c](&f, noise, 0, 0, &bytes));
            assert_memory_equal(bytes.data, marks[c], strlen(marks[c]));
            reel_bytes_free(&bytes);
        }
    assert_int_equal(atomic_load(&scarce_alive), alive);
}

static void quality_and_level_make_a_difference(void **state) {
    (void)state;
    const reel_image_format f = format_of(64, 64, REEL_COLOR_MODEL_RGB);
    reel_bytes_owned low, high;
    assert_ok(reel_compress_jpeg(&f, noise, 0, 10, &low));
    assert_ok(reel_compress_jpeg(&f, noise, 0, 100, &high));
    assert_true(2 * low.size < high.size);
    reel_bytes_free(&low);
    reel_bytes_free(&high);
    for (size_t i = 0; i < sizeof noise / 2; i++)
        noise[i] = (uint8_t)(i / 7);
    assert_ok(reel_compress_png(&f, noise, 0, 1, &low));
    assert_ok(reel_compress_png(&f, noise, 0, 9, &high));
    assert_true(high.size < low.size);
    reel_bytes_free(&low);
    reel_bytes_free(&high);
}

static void what_a_codec_does_not_have_is_refused(void **state) {
    (void)state;
    uint8_t byte = 0;
    reel_bytes_owned bytes = {&byte, 7};
    for (int c = 0; c < 2; c++) {
        const reel_image_format good = format_of(4, 3, REEL_COLOR_MODEL_RGB), nothing = format_of(0, 3, REEL_COLOR_MODEL_RGB);
        const reel_image_format nv12 = {.width = 4, .height = 2, .pixel_format = REEL_PIXEL_FORMAT_NV12}, f32 = reel_format_of(4, 3, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_F32);
        const reel_image_format unknown = format_of(4, 3, (reel_color_model)9), huge = format_of(UINT32_MAX, 3, REEL_COLOR_MODEL_RGB);
        assert_refused(REEL_E_ARGUMENT, codecs[c](&nothing, noise, 0, 0, &bytes), "of 0 x 3: each side must be 1 to");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&nv12, noise, 0, 0, &bytes), "of 4 x 2: it has no pixel_format 26");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&f32, noise, 0, 0, &bytes), "channel_datatype 34");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&unknown, noise, 0, 0, &bytes), "color_model 9");
        assert_refused(REEL_E_TOO_LARGE, codecs[c](&huge, noise, 0, 0, &bytes), "4294967295 x 3");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&good, noise, 11, 0, &bytes), "a pitch of 11 bytes is less than a row of 12");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&good, noise, -11, 0, &bytes), "a pitch of -11 bytes");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&good, NULL, 0, 0, &bytes), "the rows are NULL");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&good, noise, 0, -1, &bytes), "of -1 is not between 1 and");
        assert_refused(REEL_E_ARGUMENT, codecs[c](&good, noise, 0, c ? 10 : 101, &bytes), c ? "10 is not between 1 and 9" : "101 is not between 1 and 100");
    }
    const reel_image_format u16 = reel_format_of(4, 3, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U16), wide = format_of(65501, 1, REEL_COLOR_MODEL_L);
    assert_refused(REEL_E_ARGUMENT, reel_compress_jpeg(&u16, noise, 0, 0, &bytes), "JPEG of 4 x 3: it has no pixel_format 0, color_model 1 with channel_datatype 8");
    assert_refused(REEL_E_ARGUMENT, reel_compress_jpeg(&wide, noise, 0, 0, &bytes), "JPEG of 65501 x 1: each side must be 1 to 65500");
    assert_true(bytes.data == &byte && bytes.size == 7);
}

static void sides_up_to_the_limit_are_compressed(void **state) {
    (void)state;
    static uint8_t row[1200000];
    reel_bytes_owned bytes;
    const reel_image_format jpeg = format_of(65500, 1, REEL_COLOR_MODEL_L), png = format_of(1200000, 1, REEL_COLOR_MODEL_L);
    assert_ok(reel_compress_jpeg(&jpeg, row, 0, 0, &bytes));
    reel_bytes_free(&bytes);
    assert_ok(reel_compress_png(&png, row, 0, 0, &bytes)); /* libpng by itself stops at a million */
    reel_bytes_free(&bytes);
}

static void running_out_of_memory_leaves_nothing(void **state) {
    (void)state;
    const reel_image_format f = format_of(64, 64, REEL_COLOR_MODEL_BGRA);
    for (int c = 0; c < 2; c++) {
        long alive = atomic_load(&scarce_alive);
        bool has_refused = true;
        for (long nth = 1; has_refused; nth++) {
            uint8_t byte = 0;
            reel_bytes_owned bytes = {&byte, 7};
            scarcity_begin(&scarce_here, nth, false);
            reel_status status = codecs[c](&f, noise, 0, 100 - 91 * c, &bytes);
            has_refused = atomic_load(&scarce_here.has_refused);
            scarcity_end(&scarce_here);
            if (has_refused) {
                assert_refused(REEL_E_NO_MEMORY, status, "no memory");
                assert_true(bytes.data == &byte && bytes.size == 7);
            } else {
                assert_ok(status);
                assert_true(nth > 2); /* something was refused before */
                reel_bytes_free(&bytes);
            }
        }
        assert_int_equal(atomic_load(&scarce_alive), alive);
    }
}

static void compressed_images_are_rows(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const reel_image_format rgb = format_of(8, 8, REEL_COLOR_MODEL_RGB), depth = reel_format_of(8, 8, REEL_COLOR_MODEL_UNSET, REEL_CHANNEL_DATATYPE_U16);
    assert_ok(reel_log_jpeg(w.rec, "a", &rgb, noise, 0, 0, 0));
    assert_ok(reel_log_png(w.rec, "b", &rgb, noise, 0, 0, REEL_LOG_STATIC));
    assert_ok(reel_log_depth_png(w.rec, "c", &depth, noise, 0, 0, 1000, 0));
    assert_refused(REEL_E_ARGUMENT, reel_log_depth_png(w.rec, "c", &rgb, noise, 0, 0, 1000, 0), "8 x 8 has one channel, not color_model 2");
    assert_refused(REEL_E_ARGUMENT, reel_log_jpeg(w.rec, "c", &depth, noise, 0, 0, 0), "JPEG of 8 x 8");
    assert_refused(REEL_E_ARGUMENT, reel_log_png(w.rec, NULL, &rgb, noise, 0, 0, 0), "path");
    assert_ok(reel_flush(w.rec, -1));
    assert_int_equal(w.rows, 3);
    watched_close(&w);
}

int main(void) {
    if (scarce_install() != REEL_OK)
        return 1;
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_of_channels_is_compressed),
        cmocka_unit_test(what_a_codec_does_not_have_is_refused),
        cmocka_unit_test(sides_up_to_the_limit_are_compressed),
        cmocka_unit_test(running_out_of_memory_leaves_nothing),
        cmocka_unit_test(compressed_images_are_rows),
        cmocka_unit_test(quality_and_level_make_a_difference), /* last: it smooths the noise */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
