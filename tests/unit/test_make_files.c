/* What a file is, files in memory, and rows made of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "scarce_memory.h"
#include "watched_recording.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_refused(status, expression, text)                     \
    do {                                                             \
        assert_int_equal((expression), (status));                    \
        assert_non_null(strstr(reel_error_message(), text));         \
    } while (0)

static char folder[] = "/tmp/reel-make-XXXXXX";

/* Of the file `name` in the folder of this run; the text is overwritten by the next call but three. */
static const char *path_of(const char *name) {
    static char paths[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static const char *write_file(const char *name, const void *data, size_t size) {
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* A text literal with its zero bytes, and its size. */
#define LITERAL(text) (text), sizeof(text) - 1

static const struct {
    const char *data;
    size_t size;
    const char *name, *type;
} contents[] = {
    {LITERAL("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), NULL, "image/png"},
    {LITERAL("\xff\xd8\xff\xe0\0\x10JFIF"), NULL, "image/jpeg"},
    {LITERAL("\xff\xd8\xff\xe1zzz"), "a.txt", "image/jpeg"}, /* no text begins so */
    {LITERAL("GIF89a\1\0\1\0"), "a.png", "image/gif"},
    {LITERAL("GIF87a\1\0\1\0"), NULL, "image/gif"},
    {LITERAL("RIFF\4\0\0\0WEBPVP8 "), NULL, "image/webp"},
    {LITERAL("RIFF\4\0\0\0WAVEfmt "), NULL, "audio/wav"},
    {LITERAL("RIFF\4\0\0\0AVI LIST"), "a.wav", NULL},
    {LITERAL("BM\x1a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0"), NULL, "image/bmp"},
    {LITERAL("BM\x1b\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0"), "a.bmp", NULL}, /* says another size */
    {LITERAL("BMW and other cars, in a list"), "a.txt", "text/plain"},
    {LITERAL("II*\0\x08\0\0\0"), NULL, "image/tiff"},
    {LITERAL("MM\0*\0\0\0\x08"), NULL, "image/tiff"},
    {LITERAL("\0\0\0\x1c" "ftypavif\0\0\0\0"), NULL, "image/avif"},
    {LITERAL("\0\0\0\x1c" "ftypheic\0\0\0\0"), NULL, "image/heic"},
    {LITERAL("\0\0\0\x1c" "ftypisom\0\0\0\0"), NULL, "video/mp4"},
    {LITERAL("\0\0\0\x1c" "ftypisom\0\0\0\0"), "song.M4A", "audio/mp4"},
    {LITERAL("\0\0\0\x1c" "ftypM4A \0\0\0\0"), "clip.mp4", "audio/mp4"},
    {LITERAL("glTF\2\0\0\0\x14\0\0\0"), NULL, "model/gltf-binary"},
    {LITERAL("ply\nformat ascii 1.0\n"), NULL, "application/x-ply"},
    {LITERAL("ply\r\nformat ascii 1.0\r\n"), NULL, "application/x-ply"},
    {LITERAL("plywood"), NULL, NULL},
    {LITERAL("solid x\n facet normal 0 0 1\n"), NULL, "model/stl"},
    {LITERAL("solid x\nendsolid x\n"), "a.stl", "model/stl"},
    {LITERAL("solid advice\n"), NULL, NULL},
    {LITERAL("solid facets of advice\n"), "a.md", "text/markdown"},
    {LITERAL("fLaC\0\0\0\x22"), NULL, "audio/flac"},
    {LITERAL("OggS\0\2\0\0"), "a.opus", "audio/ogg"},
    {LITERAL("ID3\4\0\0\0\0\0\0"), NULL, "audio/mpeg"},
    {LITERAL("\xff\xfb\x90\x64"), NULL, "audio/mpeg"},
    {LITERAL("\xff\xf3\x40\xc0"), NULL, "audio/mpeg"},
    {LITERAL("\xff\xfb\xf0\x64"), NULL, NULL}, /* no bit rate */
    {LITERAL("\xff\xfb\x9c\x64"), NULL, NULL}, /* no sampling frequency */
    {LITERAL("\xff\xf1\x50\x80"), NULL, "audio/aac"},
    {LITERAL("\xff\xf9\x4c\x80"), NULL, "audio/aac"},
    {LITERAL("\xff\xfe" "a\0b\0"), NULL, NULL}, /* UTF-16 */
    {LITERAL("v 0 0 0\nf 1 1 1\n"), "MESH.OBJ", "model/obj"},
    {LITERAL("v 0 0 0\nf 1 1 1\n"), NULL, NULL},
    {LITERAL("v 0 0\0 0\n"), "mesh.obj", NULL},
    {LITERAL("{\"asset\": {}}"), "x/scene.gltf", "model/gltf+json"},
    {LITERAL("{\"asset\": {}}"), "x.gltf/scene", NULL},
    {LITERAL("glTF\2\0\0\0"), "scene.gltf", "model/gltf-binary"},
    {LITERAL("\4\0\0\0\4\0\0\0"), "depth.rvl", "application/rvl"},
    {LITERAL("hello"), "hello.txt", "text/plain"},
    {LITERAL("hello"), "hello.markdown", "text/markdown"},
    {LITERAL(""), "hello.txt", "text/plain"},
    {LITERAL(""), "hello.rvl", NULL},
    {LITERAL(""), "hello.png", NULL},
    {LITERAL("hello"), "hello.png", NULL},
    {LITERAL("hello"), ".txt", NULL},
    {LITERAL("hello"), "txt", NULL},
    {LITERAL("hello"), "a.txt.gz", NULL},
    {LITERAL("hello"), "", NULL},
};

static void content_decides_and_names_help_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        const char *type = reel_media_type(contents[i].data, contents[i].size, contents[i].size, contents[i].name);
        if ((type == NULL) != (contents[i].type == NULL) || (type && strcmp(type, contents[i].type)))
            fail_msg("content %zu, %s: %s instead of %s", i, contents[i].name ? contents[i].name : "NULL", type ? type : "NULL", contents[i].type ? contents[i].type : "NULL");
    }
    assert_null(reel_media_type(NULL, 0, 0, NULL));
}

/* Every beginning of every content, from memory that ends there: what is read beyond shows under the sanitizer. */
static void short_files_are_not_read_beyond(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        for (size_t n = 0; n <= contents[i].size; n++) {
            char *head = malloc(n ? n : 1);
            assert_non_null(head);
            memcpy(head, contents[i].data, n);
            const char *type = reel_media_type(head, n, n, contents[i].name);
            if (n == contents[i].size)
                assert_int_equal(type != NULL, contents[i].type != NULL);
            free(head);
        }
}

static void a_binary_stl_is_known_by_its_size(void **state) {
    (void)state;
    uint8_t head[84 + 100] = "solid, as some exporters write here, too";
    head[80] = 2;
    assert_string_equal(reel_media_type(head, sizeof head, 184, NULL), "model/stl");
    assert_null(reel_media_type(head, sizeof head, 185, "part.stl"));
    head[80] = 0; /* without triangles only when the name says so: 84 zero bytes may be anything */
    assert_null(reel_media_type(head, 84, 84, NULL));
    assert_string_equal(reel_media_type(head, 84, 84, "part.STL"), "model/stl");
    memset(head + 80, 0xff, 4);
    assert_string_equal(reel_media_type(head, sizeof head, 84 + UINT64_C(50) * UINT32_MAX, "part.stl"), "model/stl");
}

static void names_alone_say_something_too(void **state) {
    (void)state;
    assert_string_equal(reel_media_type_of_name("a/b.PnG"), "image/png");
    assert_string_equal(reel_media_type_of_name("b.jpeg"), "image/jpeg");
    assert_string_equal(reel_media_type_of_name("b.oga"), "audio/ogg");
    assert_null(reel_media_type_of_name("png"));
    assert_null(reel_media_type_of_name("a.png/b"));
    assert_null(reel_media_type_of_name("b.pngx"));
    assert_null(reel_media_type_of_name("b."));
    assert_null(reel_media_type_of_name(NULL));
}

static void a_file_is_read_with_its_type(void **state) {
    (void)state;
    long alive = atomic_load(&scarce_alive);
    reel_bytes_owned bytes;
    const char *type = "x";
    const char *path = write_file("a.obj", "v 0 0 0\n", 8);
    assert_ok(reel_read_file(path, REEL_FILE_MODEL, &bytes, &type));
    assert_string_equal(type, "model/obj");
    assert_int_equal(bytes.size, 8);
    assert_memory_equal(bytes.data, "v 0 0 0\n", 8);
    reel_bytes_free(&bytes);
    assert_ok(reel_read_file(path, REEL_FILE_ANY, &bytes, NULL));
    reel_bytes_free(&bytes);
    assert_ok(reel_read_file(write_file("empty", "", 0), REEL_FILE_ANY, &bytes, &type));
    assert_null(type);
    assert_int_equal(bytes.size, 0);
    reel_bytes_free(&bytes);
    assert_int_equal(atomic_load(&scarce_alive), alive);
}

static void a_file_that_says_it_is_empty_is_read_to_its_end(void **state) {
    (void)state;
    const char *path = "/proc/self/maps"; /* longer than one page of it */
    if (access(path, R_OK) != 0)
        skip();
    reel_bytes_owned bytes;
    assert_ok(reel_read_file(path, REEL_FILE_ANY, &bytes, NULL));
    assert_true(bytes.size > 4096);
    assert_non_null(memchr(bytes.data, '\n', bytes.size));
    reel_bytes_free(&bytes);
}

static void what_is_no_such_file_is_refused(void **state) {
    (void)state;
    uint8_t byte;
    reel_bytes_owned bytes = {&byte, 7};
    const char *type = "x", *text = write_file("notes.txt", "hello", 5), *png = write_file("a.dat", "\x89PNG\r\n\x1a\n", 8), *fifo = path_of("pipe.png");
    assert_refused(REEL_E_NOT_FOUND, reel_read_file(path_of("none.png"), REEL_FILE_IMAGE, &bytes, &type), "none.png: No such file");
    assert_refused(REEL_E_ARGUMENT, reel_read_file(NULL, REEL_FILE_IMAGE, &bytes, &type), "NULL");
    assert_refused(REEL_E_ARGUMENT, reel_read_file(folder, REEL_FILE_IMAGE, &bytes, &type), "is a folder");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_refused(REEL_E_ARGUMENT, reel_read_file(fifo, REEL_FILE_IMAGE, &bytes, &type), "pipe.png is a pipe or device");
    assert_refused(REEL_E_ARGUMENT, reel_read_file("/dev/null", REEL_FILE_ANY, &bytes, &type), "/dev/null is a pipe or device");
    assert_refused(REEL_E_ARGUMENT, reel_read_file(text, (reel_file_kind)6, &bytes, &type), "6 is not a kind of file");
    assert_refused(REEL_E_FORMAT, reel_read_file(text, REEL_FILE_IMAGE, &bytes, &type), "notes.txt is text/plain, not an image");
    assert_refused(REEL_E_FORMAT, reel_read_file(png, REEL_FILE_MODEL, &bytes, &type), "a.dat is image/png, not a 3D model");
    assert_refused(REEL_E_FORMAT, reel_read_file(png, REEL_FILE_AUDIO, &bytes, &type), "not a sound");
    assert_refused(REEL_E_FORMAT, reel_read_file(write_file("b.png", "hello", 5), REEL_FILE_IMAGE, &bytes, &type), "b.png (5 bytes): its bytes are not known as an image");
    assert_refused(REEL_E_FORMAT, reel_read_file(write_file("c.png", "", 0), REEL_FILE_IMAGE, &bytes, &type), "c.png (0 bytes)");
    const char *large = write_file("large.glb", "glTF", 4);
    assert_int_equal(truncate(large, INT64_C(1) << 31), 0);
    assert_refused(REEL_E_TOO_LARGE, reel_read_file(large, REEL_FILE_MODEL, &bytes, &type), "2147483648 bytes are more than a value may have (2147483647)");
    assert_int_equal(unlink(large), 0);
    assert_true(bytes.data == &byte && bytes.size == 7 && !strcmp(type, "x"));
}

static reel__io_op refused_op;
static int refuse(reel__io_call *call) { return call->op == refused_op ? 5 /* EIO */ : 0; }

static void what_the_system_refuses_is_told_and_nothing_stays(void **state) {
    (void)state;
    const char *path = write_file("a.png", "\x89PNG\r\n\x1a\n", 8);
    long alive = atomic_load(&scarce_alive);
    reel_bytes_owned bytes;
    reel__io_hook = refuse;
    refused_op = REEL__IO_OPEN;
    assert_refused(REEL_E_IO, reel_read_file(path, REEL_FILE_IMAGE, &bytes, NULL), "a.png: ");
    refused_op = REEL__IO_PREAD;
    assert_refused(REEL_E_IO, reel_read_file(path, REEL_FILE_IMAGE, &bytes, NULL), "a.png, after 0 bytes: ");
    reel__io_hook = NULL;
    scarcity_begin(&scarce_here, 1, false);
    assert_refused(REEL_E_NO_MEMORY, reel_read_file(path, REEL_FILE_IMAGE, &bytes, NULL), "a.png: no memory for 9 bytes");
    scarcity_end(&scarce_here);
    assert_int_equal(atomic_load(&scarce_alive), alive);
}

static void files_are_rows(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    reel_recording *rec = w.rec;
    const char *png = write_file("a.png", "\x89PNG\r\n\x1a\n", 8), *wav = write_file("a.wav", "RIFF\4\0\0\0WAVE", 12), *mp4 = write_file("a.mp4", "\0\0\0\x1c" "ftypisom", 12);
    assert_ok(reel_log_encoded_image_file(rec, "image", png, 0));
    assert_ok(reel_log_encoded_depth_image_file(rec, "depth", png, 1000, 0));
    assert_ok(reel_log_asset3d_file(rec, "model", write_file("a.obj", "v 0 0 0\n", 8), REEL_LOG_STATIC));
    assert_ok(reel_log_asset_video_file(rec, "video", mp4, REEL_LOG_STATIC));
    assert_ok(reel_log_asset_audio_file(rec, "audio", wav, 0));
    assert_refused(REEL_E_FORMAT, reel_log_asset3d_file(rec, "model", png, 0), "a.png is image/png, not a 3D model");
    assert_refused(REEL_E_FORMAT, reel_log_encoded_depth_image_file(rec, "depth", wav, 1, 0), "a.wav is audio/wav, not a depth image");
    assert_refused(REEL_E_FORMAT, reel_log_asset_video_file(rec, "video", wav, 0), "not a video");
    assert_refused(REEL_E_FORMAT, reel_log_asset_audio_file(rec, "audio", mp4, 0), "a.mp4 is video/mp4, not a sound");
    assert_refused(REEL_E_ARGUMENT, reel_log_encoded_image_file(rec, "image", png, REEL_LOG_UPDATE), "a.png: the flags 0x2");
    assert_refused(REEL_E_ARGUMENT, reel_log_encoded_image_file(rec, NULL, png, 0), "path");
    assert_ok(reel_flush(rec, -1));
    assert_int_equal(w.rows, 5);
    watched_close(&w);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"a.obj", "empty", "notes.txt", "a.dat", "pipe.png", "b.png", "c.png", "a.png", "a.wav", "a.mp4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void) {
    if (scarce_install() != REEL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_decides_and_names_help_out),
        cmocka_unit_test(short_files_are_not_read_beyond),
        cmocka_unit_test(a_binary_stl_is_known_by_its_size),
        cmocka_unit_test(names_alone_say_something_too),
        cmocka_unit_test(a_file_is_read_with_its_type),
        cmocka_unit_test(a_file_that_says_it_is_empty_is_read_to_its_end),
        cmocka_unit_test(what_is_no_such_file_is_refused),
        cmocka_unit_test(what_the_system_refuses_is_told_and_nothing_stays),
        cmocka_unit_test(files_are_rows),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
