/* PNG by libpng. Its errors leave by longjmp: what outlives it is reached through one struct. */
#include "codec_rows.h"

#ifdef REEL_HAS_PNG

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

typedef struct picture {
    png_structp png;
    png_infop info;
    reel__codec_rows rows;
    reel__codec_bytes out;
    int level;
    bool out_of_memory;
    char text[128];
} picture;

static void leave(png_structp png, png_const_charp message) {
    picture *p = png_get_error_ptr(png);
    snprintf(p->text, sizeof p->text, "%s", message);
    png_longjmp(png, 1);
}

static void say_nothing(png_structp png, png_const_charp message) { (void)png, (void)message; }

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
    void *block = reel_allocate(size);
    if (!block)
        ((picture *)png_get_mem_ptr(png))->out_of_memory = true;
    return block;
}

static void release(png_structp png, png_voidp block) {
    (void)png;
    reel_release(block);
}

static void put(png_structp png, png_bytep data, size_t size) {
    picture *p = png_get_io_ptr(png);
    if (!reel__codec_grow(&p->out, size)) {
        p->out_of_memory = true;
        png_error(png, "out of memory");
    }
    memcpy(p->out.data + p->out.size, data, size);
    p->out.size += size;
}

static void flush_nothing(png_structp png) { (void)png; }

/* False when libpng gave up. */
static bool compress(picture *p) {
    static const int types[] = {[1] = PNG_COLOR_TYPE_GRAY, [3] = PNG_COLOR_TYPE_RGB, [4] = PNG_COLOR_TYPE_RGB_ALPHA};
    const uint16_t one = 1;
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    p->info = png_create_info_struct(p->png);
    if (!p->info)
        return false;
    png_set_write_fn(p->png, p, put, flush_nothing);
    png_set_user_limits(p->png, 0x7fffffff, 0x7fffffff);
    png_set_compression_level(p->png, p->level);
    png_set_IHDR(p->png, p->info, p->rows.width, p->rows.height, 8 * p->rows.bytes, types[p->rows.channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(p->png, p->info);
    if (p->rows.is_bgr)
        png_set_bgr(p->png);
    if (p->rows.bytes == 2 && *(const uint8_t *)&one)
        png_set_swap(p->png); /* PNG has the high byte first */
    for (size_t y = 0; y < p->rows.height; y++)
        png_write_row(p->png, (png_const_bytep)reel__codec_row(&p->rows, y));
    png_write_end(p->png, NULL);
    return true;
}

reel_status reel_compress_png(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, reel_bytes_owned *result) {
    picture p;
    memset(&p, 0, sizeof p);
    reel_status status = reel__codec_check("PNG", format, rows, pitch_bytes, INT32_MAX, 2, &p.rows);
    if (status != REEL_OK)
        return status;
    if (level < 0 || level > 9)
        return reel_fail(REEL_E_ARGUMENT, "PNG: a level of %d is not between 1 and 9", level);
    p.level = level ? level : 3;
    p.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &p, leave, say_nothing, &p, allocate, release);
    const bool done = p.png && compress(&p);
    png_destroy_write_struct(&p.png, &p.info);
    if (done) {
        *result = (reel_bytes_owned){p.out.data, p.out.size};
        return REEL_OK;
    }
    reel_release(p.out.data);
    return p.out_of_memory ? reel_fail(REEL_E_NO_MEMORY, "PNG of %u x %u: no memory beyond %zu bytes", (unsigned)format->width, (unsigned)format->height, p.out.size)
                           : reel_fail(REEL_E_FORMAT, "PNG of %u x %u: %s", (unsigned)format->width, (unsigned)format->height, p.text);
}

#else

reel_status reel_compress_png(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, reel_bytes_owned *result) {
    (void)format, (void)rows, (void)pitch_bytes, (void)level, (void)result;
    return reel_fail(REEL_E_UNSUPPORTED, "PNG: libreel_image was built without libpng");
}

#endif
