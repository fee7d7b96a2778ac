/* The view from the inside: arguments, the viewer's folder and its list of files, and memory that runs out. tests/browser looks at the pages. */
#include "view/viewer_files.h"

#include <reel/view.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HASH "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static char folder[] = "/tmp/reel-view-XXXXXX";
static const char *const names[] = { "index.js", "re_viewer.js", "re_viewer_bg.wasm.gz", "importmap.json", "viewer.txt" };
enum { N_NAMES = 5 };

static void put(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", folder, reel_viewer_version(), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static const char good_list[] =
    "reel viewer 0.33.0\nindex.js 1 " HASH "\nre_viewer.js 2 " HASH "\nre_viewer_bg.wasm.gz 3 " HASH "\nimportmap.json 2 " HASH "\nre_viewer_bg.wasm 47\n";

static void put_all(void) {
    put("index.js", "a");
    put("re_viewer.js", "bb");
    put("re_viewer_bg.wasm.gz", "ccc");
    put("importmap.json", "{}");
    put("viewer.txt", good_list);
}

static int set_up(void **state) {
    (void)state;
    char path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, reel_viewer_version());
    return mkdir(path, 0700);
}

static int tear_down(void **state) {
    (void)state;
    char path[256];
    for (int i = 0; i < N_NAMES; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, reel_viewer_version(), names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/%s", folder, reel_viewer_version());
    return rmdir(path) || rmdir(folder);
}

static void assert_dir(const char *expected) {
    char dir[256];
    assert_int_equal(reel_viewer_dir(dir, sizeof dir), REEL_OK);
    assert_string_equal(dir, expected);
}

static void the_folder_follows_the_environment(void **state) {
    (void)state;
    setenv("REEL_VIEWER_DIR", "here", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    setenv("HOME", "/people/ann", 1);
    assert_dir("here");
    setenv("REEL_VIEWER_DIR", "", 1);
    assert_dir("/data/reel/viewer");
    setenv("XDG_DATA_HOME", "relative", 1); /* the specification says to ignore it */
    assert_dir("/people/ann/.local/share/reel/viewer");

    char exact[sizeof "/people/ann/.local/share/reel/viewer"];
    assert_int_equal(reel_viewer_dir(exact, sizeof exact), REEL_OK);
    assert_int_equal(reel_viewer_dir(exact, sizeof exact - 1), REEL_E_TOO_LARGE);
    assert_int_equal(reel_viewer_dir(NULL, 10), REEL_E_ARGUMENT);
    unsetenv("HOME");
    unsetenv("XDG_DATA_HOME");
    unsetenv("REEL_VIEWER_DIR");
    assert_int_equal(reel_viewer_dir(exact, sizeof exact), REEL_E_ENVIRONMENT);
    assert_int_equal(reel_viewer_check(NULL), REEL_E_ENVIRONMENT);
}

static void a_complete_viewer_is_found(void **state) {
    (void)state;
    put_all();
    assert_int_equal(reel_viewer_check(folder), REEL_OK);
    reel__viewer_files files;
    assert_int_equal(reel__viewer_files_read(&files, folder), REEL_OK);
    assert_string_equal(files.map_hash, HASH);
    assert_int_equal(files.wasm_bytes, 47);
}

static void an_incomplete_viewer_is_told_from_a_missing_one(void **state) {
    (void)state;
    put_all();
    put("re_viewer.js", "b");
    assert_int_equal(reel_viewer_check(folder), REEL_E_FORMAT);
    assert_non_null(strstr(reel_error_message(), "re_viewer.js has 1 bytes, 2 are expected"));
    assert_non_null(strstr(reel_error_message(), "reel viewer install"));
    assert_int_equal(reel_viewer_check("/nowhere"), REEL_E_NOT_FOUND);
    assert_non_null(strstr(reel_error_message(), "/nowhere"));
    assert_non_null(strstr(reel_error_message(), "reel viewer install"));
    static char far_away[5000];
    memset(far_away, 'a', sizeof far_away - 1);
    assert_int_equal(reel_viewer_check(far_away), REEL_E_TOO_LARGE);
}

static void a_list_that_is_none_is_refused(void **state) {
    (void)state;
    put_all();
    static char long_list[5000];
    memcpy(long_list, good_list, sizeof good_list);
    memset(long_list + sizeof good_list - 1, '\n', sizeof long_list - sizeof good_list);
    const char *const lists[] = {
        "",
        "\n",
        "reel viewer 0.32.0\nindex.js 1 " HASH "\n",
        "reel viewer 0.33.0\n",
        "reel viewer 0.33.0\nindex.js\n",
        /* a hash that would end the header and begin another one's */
        "reel viewer 0.33.0\nindex.js 1 sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;'=\n",
        "reel viewer 0.33.0\nindex.js 1 sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "reel viewer 0.33.0\nindex.js 1 " HASH "A\n",
        long_list,
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        put("viewer.txt", lists[i]);
        assert_int_equal(reel_viewer_check(folder), REEL_E_FORMAT);
    }
    put("viewer.txt", good_list);
    assert_int_equal(reel_viewer_check(folder), REEL_OK);
}

static void recordings_have_addresses_of_their_own(void **state) {
    (void)state;
    const char *paths[] = { "run.rrd", "/some/where/run.rrd", "a b%2f\xC3\xA9?.rrd", "layout.rbl", "\xFF.rrd" };
    reel_view_options options = { .struct_size = sizeof options, .viewer_dir = folder };
    reel_view *view = reel_view_start(paths, 5, &options);
    assert_non_null(view);
    const char *url = reel_view_url(view);
    assert_memory_equal(url, "http://127.0.0.1:", 17);
    static const char *const expected[] = { "recording/0/run.rrd", "recording/1/run.rrd", "recording/2/a%20b%252f%C3%A9%3F.rrd", "recording/3/layout.rbl.rrd",
                                            "recording/4/%FF.rrd" };
    for (size_t i = 0; i < 5; i++) {
        assert_memory_equal(reel_view_recording_url(view, i), url, strlen(url));
        assert_string_equal(reel_view_recording_url(view, i) + strlen(url), expected[i]);
    }
    assert_null(reel_view_recording_url(view, 5));
    reel_view_stop(view);
}

static void senseless_arguments_are_named(void **state) {
    (void)state;
    const char *paths[] = { "run.rrd", NULL, "" };
    char name[1000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    const char *long_path[] = { name };
    reel_view_options options = { .struct_size = sizeof options, .viewer_dir = folder };
    assert_null(reel_view_start(NULL, 1, &options));
    assert_non_null(strstr(reel_error_message(), "paths is NULL"));
    assert_null(reel_view_start(paths, 0, &options));
    assert_non_null(strstr(reel_error_message(), "n is 0"));
    assert_null(reel_view_start(paths, 2, &options));
    assert_non_null(strstr(reel_error_message(), "paths[1] is NULL"));
    assert_null(reel_view_start(paths + 2, 1, &options));
    assert_non_null(strstr(reel_error_message(), "paths[0] is empty"));
    assert_null(reel_view_start(long_path, 1, &options));
    assert_non_null(strstr(reel_error_message(), "999 bytes"));
    assert_null(reel_view_url(NULL));
    assert_null(reel_view_recording_url(NULL, 0));
    reel_view_stop(NULL);
    /* A program compiled against a shorter struct: what it does not know is unset. */
    reel_view_options shorter = { .struct_size = offsetof(reel_view_options, viewer_dir), .viewer_dir = (const char *)1 };
    setenv("REEL_VIEWER_DIR", folder, 1);
    reel_view *view = reel_view_start(paths, 1, &shorter);
    assert_non_null(view);
    reel_view_stop(view);
}

/* ---- memory that runs out ---- */

static int allocations_left;

static void *limited_allocate(void *user, size_t size) {
    (void)user;
    return allocations_left-- > 0 ? malloc(size) : NULL;
}
static void *limited_reallocate(void *user, void *block, size_t size_old, size_t size) {
    (void)user, (void)size_old;
    return allocations_left-- > 0 ? realloc(block, size) : NULL;
}
static void release(void *user, void *block) {
    (void)user;
    free(block);
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    const reel_allocator limited = { sizeof limited, limited_allocate, limited_reallocate, release, NULL };
    const char *paths[] = { "run.rrd", "other.rrd" };
    reel_view_options options = { .struct_size = sizeof options, .viewer_dir = folder };
    reel_view *view = NULL;
    int n = 0;
    assert_int_equal(reel_set_allocator(&limited), REEL_OK);
    for (; !view && n < 1000; n++) {
        allocations_left = n;
        view = reel_view_start(paths, 2, &options);
        if (!view) assert_non_null(strstr(reel_error_message(), "memory"));
    }
    assert_in_range(n, 10, 999);
    reel_view_stop(view);
    assert_int_equal(reel_set_allocator(NULL), REEL_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_folder_follows_the_environment),
        cmocka_unit_test(a_complete_viewer_is_found),
        cmocka_unit_test(an_incomplete_viewer_is_told_from_a_missing_one),
        cmocka_unit_test(a_list_that_is_none_is_refused),
        cmocka_unit_test(recordings_have_addresses_of_their_own),
        cmocka_unit_test(senseless_arguments_are_named),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
