/* libreel_image built without libjpeg and libpng: its sources once more, without what the build says when it has found them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#undef REEL_HAS_JPEG
#undef REEL_HAS_PNG
#include "image/jpeg.c"
#include "image/png.c"

static void the_missing_library_is_named(void **state) {
    (void)state;
    const uint8_t pixel = 0;
    reel_bytes_owned bytes = {0};
    const reel_image_format f = reel_format_of(1, 1, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8);
    assert_int_equal(reel_compress_jpeg(&f, &pixel, 0, 0, &bytes), REEL_E_UNSUPPORTED);
    assert_string_equal(reel_error_message(), "JPEG: libreel_image was built without libjpeg");
    assert_int_equal(reel_compress_png(&f, &pixel, 0, 0, &bytes), REEL_E_UNSUPPORTED);
    assert_string_equal(reel_error_message(), "PNG: libreel_image was built without libpng");
    assert_null(bytes.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_missing_library_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
