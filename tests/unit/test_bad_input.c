/* Bad input: every call that is refused says what, where and which numbers, logs nothing of it, and leaves the recording as it was. */
#include "watched_recording.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const size_t TWO_31 = (size_t)1 << 31;
static const double one = 1;
static const float point[12] = {0};
static char folder[64];

/* ---- NULL */

static void a_recording_that_is_null_is_named(void **state) {
    (void)state;
    static const char *const says[] = {"no recording was given and none is active", NULL};
    reel_set_thread_recording(NULL);
    reel_set_global_recording(NULL);
    reel_scalars fields = {.scalars = &one, .n_scalars = 1};
    reel_sink_id id = 7;
    reel_stats stats = {.struct_size = sizeof stats};
    reel_bytes_owned bytes;
    uint64_t n;
    const reel_column column = {REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1};
#define NO_RECORDING(call)                              \
    do {                                                \
        log_number(NULL, NULL, 0);                      \
        assert_int_equal(call, REEL_E_ARGUMENT);        \
        says_at(reel_error_message(), says, __FILE__, __LINE__); \
    } while (0)
    NO_RECORDING(reel_log_scalars(NULL, "a", &fields));
    NO_RECORDING(reel_log_static_scalars(NULL, "a", &fields));
    NO_RECORDING(reel_send_columns(NULL, "a", NULL, 0, &column, 1));
    NO_RECORDING(reel_set_time_sequence(NULL, "frame", 1));
    NO_RECORDING(reel_disable_timeline(NULL, "frame"));
    NO_RECORDING(reel_reset_time(NULL));
    NO_RECORDING(reel_flush(NULL, -1));
    NO_RECORDING(reel_set_recording_name(NULL, "name"));
    NO_RECORDING(reel_set_start_time_ns(NULL, 1));
    NO_RECORDING(reel_capture(NULL, "x.rrd", REEL_CAPTURE_KEEP));
    NO_RECORDING(reel_get_stats(NULL, &stats));
    NO_RECORDING(reel_last_error(NULL, NULL, 0));
    NO_RECORDING(reel_set_enabled(NULL, true));
    NO_RECORDING(reel_save(NULL, "x.rrd"));
    NO_RECORDING(reel_add_memory(NULL, NULL, &id));
    NO_RECORDING(reel_add_buffer(NULL, NULL, &id));
    NO_RECORDING(reel_drain(NULL, 1, &bytes));
    NO_RECORDING(reel_num_msgs(NULL, 1, &n));
    NO_RECORDING(reel_flush_sink(NULL, 1, 0));
    NO_RECORDING(reel_remove_sink(NULL, 1, 0));
#undef NO_RECORDING
    assert_int_equal(id, 7);
    assert_null(reel_entity_of(NULL, "a"));
    assert_non_null(strstr(reel_error_message(), says[0]));
    assert_int_equal(reel_log_at_scalars(NULL, &fields), REEL_E_ARGUMENT);
    assert_int_equal(reel_close(NULL, 0), REEL_E_ARGUMENT);
    assert_null(reel_recording_id(NULL));
    assert_null(reel_application_id(NULL));
    assert_null(reel_active(NULL));
    assert_null(reel_ref(NULL));
    assert_false(reel_is_enabled(NULL));
    reel_unref(NULL);
    reel_free(NULL);
    reel_bytes_free(NULL);
}

static void null_data_with_a_count_names_path_field_and_count(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const uint32_t lengths[2] = {2, 3};
    const uint64_t shape[1] = {5};
    REFUSED(&w, reel_log_scalars(w.rec, "motor/current", &(reel_scalars){.n_scalars = 3}), REEL_E_ARGUMENT, "/motor/current", "scalars is NULL", "count of 3");
    REFUSED(&w, reel_log_points3d(w.rec, "lidar", &(reel_points3d){.n_positions = 4096}), REEL_E_ARGUMENT, "/lidar", "positions is NULL", "4096");
    REFUSED(&w, reel_log_points3d(w.rec, "lidar", &(reel_points3d){.positions = point, .n_positions = 2, .n_colors = 2}), REEL_E_ARGUMENT, "/lidar", "colors is NULL", "count of 2");
    REFUSED(&w, reel_update_points3d(w.rec, "lidar", &(reel_points3d){.n_labels = 7}), REEL_E_ARGUMENT, "/lidar", "labels is NULL", "count of 7");
    REFUSED(&w, reel_log_line_strips3d(w.rec, "way", &(reel_line_strips3d){.strips = {.points = point, .n_strips = 2}}), REEL_E_ARGUMENT, "/way", "strips", "2 strips and no lengths");
    REFUSED(&w, reel_log_line_strips3d(w.rec, "way", &(reel_line_strips3d){.strips = {.lengths = lengths, .n_strips = 2}}), REEL_E_ARGUMENT, "/way", "strips", "add up to 5");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {.type = REEL_TENSOR_F32, .data = point, .n_dims = 1}}), REEL_E_ARGUMENT, "/t", "1 dimensions and no shape");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {.type = REEL_TENSOR_F32, .shape = shape, .n_dims = 1}}), REEL_E_ARGUMENT, "/t", "5 elements", "no data");
    REFUSED(&w, reel_log_scalars(w.rec, "a", NULL), REEL_E_ARGUMENT, "/a", "struct");
    REFUSED(&w, reel_log_scalars(w.rec, NULL, &(reel_scalars){.scalars = &one, .n_scalars = 1}), REEL_E_ARGUMENT, "entity path is NULL");
    REFUSED(&w, reel_set_time_sequence(w.rec, NULL, 1), REEL_E_ARGUMENT, "timeline", "NULL");
    REFUSED(&w, reel_disable_timeline(w.rec, NULL), REEL_E_ARGUMENT, "timeline", "NULL");
    REFUSED(&w, reel_set_recording_name(w.rec, NULL), REEL_E_ARGUMENT, "name is NULL");
    REFUSED(&w, reel_save(w.rec, NULL), REEL_E_ARGUMENT, "path", "NULL");
    REFUSED(&w, reel_save(w.rec, ""), REEL_E_ARGUMENT, "path", "empty");
    REFUSED(&w, reel_capture(w.rec, NULL, REEL_CAPTURE_KEEP), REEL_E_ARGUMENT, "path", "NULL");
    REFUSED(&w, reel_add_callback(w.rec, NULL, NULL, NULL, NULL), REEL_E_ARGUMENT, "callback is NULL");
    REFUSED(&w, reel_add_sink(w.rec, NULL, NULL, NULL, NULL), REEL_E_ARGUMENT, "ops is NULL");
    REFUSED(&w, reel_get_stats(w.rec, NULL), REEL_E_ARGUMENT, "stats");
    REFUSED(&w, reel_get_sink_stats(w.rec, w.sink, NULL), REEL_E_ARGUMENT, "stats");
    REFUSED(&w, reel_drain(w.rec, w.sink, NULL), REEL_E_ARGUMENT, "NULL");
    REFUSED(&w, reel_num_msgs(w.rec, w.sink, NULL), REEL_E_ARGUMENT, "NULL");
    REFUSED(&w, (reel_entity_of(w.rec, NULL) ? REEL_OK : REEL_E_ARGUMENT), REEL_E_ARGUMENT, "entity path is NULL");
    watched_close(&w);
}

static void null_blobs_and_columns_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const int64_t times[3] = {0};
    const reel_time_column frame = {"frame", REEL_TIME_SEQUENCE, times, 3}, no_times = {"frame", REEL_TIME_SEQUENCE, NULL, 3}, no_name = {NULL, REEL_TIME_SEQUENCE, times, 3};
    const reel_column no_values = {REEL_COLUMN(scalars, scalars), .n_values = 3}, three = {REEL_COLUMN(scalars, scalars), .values = point, .n_values = 3};
    REFUSED(&w, reel_log_asset3d(w.rec, "model", &(reel_asset3d){.blob = {NULL, 99}}), REEL_E_ARGUMENT, "/model", "blob", "99");
    REFUSED(&w, reel_send_columns(w.rec, "cols", &frame, 1, NULL, 1), REEL_E_ARGUMENT, "cols", "1 columns");
    REFUSED(&w, reel_send_columns(w.rec, "cols", &frame, 1, &three, 0), REEL_E_ARGUMENT, "cols", "0 columns");
    REFUSED(&w, reel_send_columns(w.rec, "cols", NULL, 1, &three, 1), REEL_E_ARGUMENT, "cols", "1 times");
    REFUSED(&w, reel_send_columns(w.rec, "cols", &frame, 1, &no_values, 1), REEL_E_ARGUMENT, "/cols", "scalars is NULL", "3");
    REFUSED(&w, reel_send_columns(w.rec, "cols", &no_times, 1, &three, 1), REEL_E_LENGTHS, "/cols", "timeline frame has 0 values for 3 rows");
    REFUSED(&w, reel_send_columns(w.rec, "cols", &no_name, 1, &three, 1), REEL_E_ARGUMENT, "timeline");
    REFUSED(&w, reel_send_columns(w.rec, NULL, &frame, 1, &three, 1), REEL_E_ARGUMENT, "entity path is NULL");
    watched_close(&w);
}

/* ---- counts */

static void counts_that_disagree_are_logged_and_told_once(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const uint32_t colors[3] = {1, 2, 3};
    reel_points3d wrong = {.positions = point, .n_positions = 4, .colors = colors, .n_colors = 3};
    for (int i = 0; i < 3; i++)
        assert_int_equal(reel_log_points3d(w.rec, "lidar/front", &wrong), REEL_OK);
    assert_int_equal(w.n_events, 1);
    assert_int_equal(w.events[0].status, REEL_E_LENGTHS);
    assert_int_equal(w.events[0].sink, 0);
    assert_string_equal(w.events[0].text, "/lidar/front: colors has 3 values for 4 instances (1 or 4 expected)");
    char text[256] = "";
    assert_int_equal(reel_last_error(w.rec, text, sizeof text), REEL_E_LENGTHS);
    assert_string_equal(text, w.events[0].text);

    assert_int_equal(reel_log_points3d(w.rec, "lidar/back", &wrong), REEL_OK);
    assert_int_equal(w.n_events, 2);
    assert_non_null(strstr(w.events[1].text, "/lidar/back: colors"));

    wrong.radii = point; /* two fields of one row: each is told */
    wrong.n_radii = 2;
    assert_int_equal(reel_log_points3d(w.rec, "lidar/front", &wrong), REEL_OK);
    assert_int_equal(w.n_events, 3);
    assert_non_null(strstr(w.events[2].text, "/lidar/front: radii has 2 values for 4 instances"));
    assert_int_equal(reel_log_points3d(w.rec, "lidar/top", &wrong), REEL_OK);
    assert_int_equal(w.n_events, 5);

    assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
    assert_int_equal(w.rows, 6); /* all of them are logged, as they are */
    goes_on_at(&w, __FILE__, __LINE__);
    watched_close(&w);
}

static void splats_and_empty_lists_are_no_mismatch(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){.strict = true});
    const uint32_t colors[4] = {1, 2, 3, 4};
    assert_int_equal(reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 4, .colors = colors, .n_colors = 1}), REEL_OK);
    assert_int_equal(reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 4, .colors = colors, .n_colors = 0}), REEL_OK);
    assert_int_equal(reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 4, .colors = colors, .n_colors = 4}), REEL_OK);
    assert_int_equal(reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 0, .colors = colors, .n_colors = 1}), REEL_OK);
    assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
    assert_int_equal(w.rows, 4);
    assert_int_equal(w.n_events, 0);
    watched_close(&w);
}

static void strict_refuses_counts_that_disagree(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){.strict = true});
    const uint32_t colors[3] = {1, 2, 3};
    REFUSED(&w, reel_log_points3d(w.rec, "lidar", &(reel_points3d){.positions = point, .n_positions = 4, .colors = colors, .n_colors = 3}), REEL_E_LENGTHS, "/lidar", "colors has 3",
            "1 or 4 expected");
    REFUSED(&w, reel_log_points3d(w.rec, "lidar", &(reel_points3d){.positions = point, .n_positions = 0, .colors = colors, .n_colors = 3}), REEL_E_LENGTHS, "/lidar", "colors has 3",
            "0 instances");
    assert_int_equal(w.n_events, 0);
    watched_close(&w);
}

static void columns_of_different_lengths_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const int64_t times[4] = {0};
    const uint32_t lengths[2] = {2, 1};
    const reel_time_column two = {"frame", REEL_TIME_SEQUENCE, times, 2}, four = {"frame", REEL_TIME_SEQUENCE, times, 4};
    const reel_column scalars = {REEL_COLUMN(scalars, scalars), .values = point, .n_values = 4};
    const reel_column mixed[2] = {{REEL_COLUMN(points3d, positions), .values = point, .n_values = 4}, {REEL_COLUMN(points3d, radii), .values = point, .n_values = 2}};
    const reel_column twice[2] = {scalars, scalars}, short_lengths = {REEL_COLUMN(scalars, scalars), .values = point, .n_values = 4, .lengths = lengths, .n_rows = 2};
    const reel_column rows = {REEL_COLUMN(scalars, scalars), .values = point, .n_values = 4, .n_rows = 3};
    REFUSED(&w, reel_send_columns(w.rec, "c", &two, 1, &scalars, 1), REEL_E_LENGTHS, "/c", "frame has 2 values for 4 rows");
    REFUSED(&w, reel_send_columns(w.rec, "c", &four, 1, mixed, 2), REEL_E_LENGTHS, "/c", "radii has 2 rows", "positions has 4");
    REFUSED(&w, reel_send_columns(w.rec, "c", &four, 1, twice, 2), REEL_E_ARGUMENT, "/c", "scalars was given twice");
    REFUSED(&w, reel_send_columns(w.rec, "c", &two, 1, &short_lengths, 1), REEL_E_LENGTHS, "/c", "scalars add up to 3 for 4 values");
    REFUSED(&w, reel_send_columns(w.rec, "c", &four, 1, &rows, 1), REEL_E_LENGTHS, "/c", "4 values for 3 rows");
    REFUSED(&w, reel_send_columns(w.rec, "c", (const reel_time_column[]){four, four}, 2, &scalars, 1), REEL_E_ARGUMENT, "/c", "frame was given twice");
    watched_close(&w);
}

/* ---- entity paths */

static void logs_as(watched *w, const char *path, const char *canonical) {
    assert_int_equal(log_number(w->rec, path, 1), REEL_OK);
    assert_int_equal(reel_flush(w->rec, -1), REEL_OK);
    assert_string_equal(w->last_path, canonical);
    reel_entity *entity = reel_entity_of(w->rec, path);
    assert_non_null(entity);
    w->last_path[0] = 0;
    assert_int_equal(reel_log_at_scalars(entity, &(reel_scalars){.scalars = &one, .n_scalars = 1}), REEL_OK);
    assert_int_equal(reel_flush(w->rec, -1), REEL_OK);
    assert_string_equal(w->last_path, canonical);
}

static void odd_entity_paths_are_taken_forgivingly(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    static const char *const paths[][2] = {
        {"", "/"}, {"/", "/"}, {"////", "/"}, {"//a///b//", "/a/b"}, {"a b", "/a\\ b"}, {"a\x01", "/a\\u{0001}"}, {"a\tb\nc\rd", "/a\\tb\\nc\\rd"}, {"\x7f", "/\\u{007F}"},
        {"a\\", "/a\\\\"}, {"\\", "/\\\\"}, {"\\/", "/\\/"}, {"a\\/b", "/a\\/b"}, {"C:\\Users", "/C\\:Users"}, {"x\\u{2713}", "/x\xE2\x9C\x93"}, {"x\\u{zz}", "/x\\\\u\\{zz\\}"},
        {"x\\u{D800}", "/x\\\\u\\{D800\\}"}, {"\\u{0000}", "/\\u{0000}"}, {"x\\u", "/x\\\\u"}, {"\xE2\x9C\x93/\xC3\xA9", "/\xE2\x9C\x93/\xC3\xA9"}, {"..", "/.."}, {".", "/."}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        logs_as(&w, paths[i][0], paths[i][1]);
    goes_on_at(&w, __FILE__, __LINE__);
    watched_close(&w);
}

static void the_longest_path_fits_and_one_more_does_not(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    char *path = malloc(16387);
    assert_non_null(path);
    memset(path, 'a', 16386);
    path[16386] = 0;
    REFUSED(&w, log_number(w.rec, path, 1), REEL_E_TOO_LARGE, "16386", "16384", "aaaa");
    path[16385] = 0;
    REFUSED(&w, log_number(w.rec, path, 1), REEL_E_TOO_LARGE, "16385", "16384", "aaaa");
    REFUSED(&w, (reel_entity_of(w.rec, path) ? REEL_OK : REEL_E_TOO_LARGE), REEL_E_TOO_LARGE, "16385");
    REFUSED(&w, reel_log_(w.rec, path, REEL_ARCHETYPE_SCALARS, &(reel_scalars){.scalars = &one, .n_scalars = 1}, sizeof(reel_scalars), REEL_LOG_PROPERTY), REEL_E_TOO_LARGE, "16385");
    path[16384] = 0;
    for (size_t part = 0; part < 2; part++) { /* one part, then as many parts as there can be */
        assert_int_equal(log_number(w.rec, path, 1), REEL_OK);
        assert_int_equal(reel_flush(w.rec, -1), REEL_OK);
        assert_memory_equal(w.last_path, part ? "/a/a/a/a" : "/aaaaaaa", 8);
        for (size_t i = 0; i < 16384; i += 2)
            path[i] = '/';
    }
    memset(path, 1, 16384); /* 16,384 characters that need an escape of 8 bytes each */
    assert_int_equal(log_number(w.rec, path, 1), REEL_OK);
    goes_on_at(&w, __FILE__, __LINE__);
    free(path);
    watched_close(&w);
}

/* ---- UTF-8 */

static void invalid_utf8_is_refused_wherever_text_goes(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    static const char *const bad[] = {"\xff", "a\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x9C", "fine text, then\xFE"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char size[32];
        snprintf(size, sizeof size, "%zu bytes", strlen(bad[i]));
        const char *const labels[2] = {"first", bad[i]};
        const char *const names[1] = {bad[i]};
        const uint64_t shape[1] = {1};
        REFUSED(&w, log_number(w.rec, bad[i], 1), REEL_E_UTF8, "entity path", size, "UTF-8");
        REFUSED(&w, reel_log_text_log(w.rec, "log", &(reel_text_log){.text = bad[i]}), REEL_E_UTF8, "/log", "text", size);
        REFUSED(&w, reel_log_text_log(w.rec, "log", &(reel_text_log){.text = "good", .level = bad[i]}), REEL_E_UTF8, "/log", "level", size);
        REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 2, .labels = labels, .n_labels = 2}), REEL_E_UTF8, "/p", "labels[1]", size);
        REFUSED(&w, reel_log_asset3d(w.rec, "m", &(reel_asset3d){.blob = {"x", 1}, .media_type = bad[i]}), REEL_E_UTF8, "/m", "media_type");
        REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_F32, point, shape, 1, names}}), REEL_E_UTF8, "/t", "data", "dimension 0");
        REFUSED(&w, reel_set_time_sequence(w.rec, bad[i], 1), REEL_E_UTF8, "timeline", size);
        REFUSED(&w, reel_set_recording_name(w.rec, bad[i]), REEL_E_UTF8, "name", size);
        const reel_column texts = {REEL_COLUMN(text_log, text), .values = labels, .n_values = 2};
        REFUSED(&w, reel_send_columns(w.rec, "log", NULL, 0, &texts, 1), REEL_E_UTF8, "/log", "text[1]", size);
    }
    watched_close(&w);
}

static void bad_ids_and_options_make_no_recording(void **state) {
    (void)state;
    char *long_id = malloc(4098);
    assert_non_null(long_id);
    memset(long_id, 'i', 4097);
    long_id[4097] = 0;
#define NONE(application, options, ...)                       \
    do {                                                      \
        assert_null(reel_new(application, options));          \
        SAYS(reel_error_message(), __VA_ARGS__);              \
    } while (0)
#define OPTIONS(...) (&(reel_options){.struct_size = sizeof(reel_options), __VA_ARGS__})
    NONE(NULL, NULL, "application id is NULL");
    NONE("", NULL, "application id", "0 bytes");
    NONE(long_id, NULL, "application id", "4097", "4096");
    NONE("\xff", NULL, "application id", "UTF-8");
    NONE("a", OPTIONS(.recording_id = ""), "recording id", "0 bytes");
    NONE("a", OPTIONS(.recording_id = long_id), "recording id", "4097");
    NONE("a", OPTIONS(.recording_id = "\xC0\xAF"), "recording id", "UTF-8");
    NONE("a", OPTIONS(.recording_name = "\xC0\xAF"), "name", "UTF-8");
    NONE("a", OPTIONS(.store_kind = (reel_store_kind)9), "store_kind is 9");
    NONE("a", (&(reel_options){.struct_size = 0}), "struct_size is 0");
    NONE("a", (&(reel_options){.struct_size = 3}), "struct_size is 3");
    NONE("a", (&(reel_options){.struct_size = 100000}), "struct_size is 100000");
    static const char *const variables[][2] = {{"RERUN_FLUSH_TICK_SECS", "soon"}, {"RERUN_FLUSH_TICK_SECS", "-1"}, {"RERUN_FLUSH_NUM_BYTES", "1 apple"}, {"RERUN_FLUSH_NUM_BYTES", "-5"},
                                               {"RERUN_FLUSH_NUM_ROWS", "many"}, {"RERUN_FLUSH_NUM_ROWS", "12x"}, {"RERUN", "perhaps"}};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        setenv(variables[i][0], variables[i][1], 1);
        NONE("a", NULL, variables[i][0], variables[i][1]);
        unsetenv(variables[i][0]);
    }
    long_id[4096] = 0;
    reel_recording *rec = reel_new(long_id, &(reel_options){.struct_size = offsetof(reel_options, recording_name), .recording_id = long_id});
    assert_non_null(rec);
    assert_string_equal(reel_recording_id(rec), long_id);
    reel_free(rec);
#undef NONE
    free(long_id);
}

/* ---- sizes: the memory behind the pointers is small, so that the sanitizers see who reads before he checks */

static void counts_beyond_two_to_the_31_are_refused_unread(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    static const size_t counts[] = {(size_t)1 << 31, (size_t)1 << 32, SIZE_MAX / 8 + 1, SIZE_MAX};
    double *small = malloc(sizeof *small); /* on the heap: nothing may be read behind it */
    assert_non_null(small);
    *small = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char n[32];
        snprintf(n, sizeof n, "%zu", counts[i]);
        REFUSED(&w, reel_log_scalars(w.rec, "s", &(reel_scalars){.scalars = small, .n_scalars = counts[i]}), REEL_E_TOO_LARGE, "/s", "scalars", n, "2147483647");
        REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 1, .labels = (void *)small, .n_labels = counts[i]}), REEL_E_TOO_LARGE, "/p", "labels", n);
        REFUSED(&w, reel_log_line_strips3d(w.rec, "l", &(reel_line_strips3d){.strips = {(void *)small, (void *)small, counts[i]}}), REEL_E_TOO_LARGE, "/l", "strips", n);
        REFUSED(&w, reel_log_asset3d(w.rec, "b", &(reel_asset3d){.blob = {small, counts[i]}}), REEL_E_TOO_LARGE, "/b", "blob", n);
        const reel_column rows = {REEL_COLUMN(scalars, scalars), .values = small, .n_values = counts[i]};
        REFUSED(&w, reel_send_columns(w.rec, "c", NULL, 0, &rows, 1), REEL_E_TOO_LARGE, "/c", "scalars", n);
        const reel_column lists = {REEL_COLUMN(scalars, scalars), .values = small, .n_values = 1, .lengths = (void *)small, .n_rows = counts[i]};
        REFUSED(&w, reel_send_columns(w.rec, "c", NULL, 0, &lists, 1), REEL_E_TOO_LARGE, "/c", "scalars", n);
    }
    free(small);
    watched_close(&w);
}

static void products_beyond_two_to_the_31_bytes_are_refused_unread(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    uint8_t *small = malloc(16);
    assert_non_null(small);
    memset(small, 0, 16);
    const uint32_t lengths[4] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    const uint64_t flat[1] = {TWO_31}, square[2] = {1 << 20, 1 << 20}, huge[2] = {UINT64_MAX, UINT64_MAX}, eighth[1] = {(uint64_t)1 << 28};
    REFUSED(&w, reel_log_scalars(w.rec, "s", &(reel_scalars){.scalars = (void *)small, .n_scalars = (size_t)1 << 28}), REEL_E_TOO_LARGE, "/s", "scalars", "2147483648 bytes");
    REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = (void *)small, .n_positions = (size_t)1 << 30}), REEL_E_TOO_LARGE, "/p", "positions", "12884901888 bytes");
    REFUSED(&w, reel_log_line_strips3d(w.rec, "l", &(reel_line_strips3d){.strips = {(void *)small, lengths, 4}}), REEL_E_TOO_LARGE, "/l", "strips");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_U8, small, flat, 1, NULL}}), REEL_E_TOO_LARGE, "/t", "data", "2147483648");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_U8, small, square, 2, NULL}}), REEL_E_TOO_LARGE, "/t", "data", "1048576");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_U8, small, huge, 2, NULL}}), REEL_E_TOO_LARGE, "/t", "data");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_F64, small, eighth, 1, NULL}}), REEL_E_TOO_LARGE, "/t", "data", "2147483648 bytes");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {REEL_TENSOR_U8, small, square, 256, NULL}}), REEL_E_ARGUMENT, "/t", "data", "256 dimensions", "255");
    REFUSED(&w, reel_log_image(w.rec, "i", &(reel_image){.buffer = {small, TWO_31}, .format = {.width = 1, .height = 1}}), REEL_E_TOO_LARGE, "/i", "buffer", "2147483648");
    /* The largest run of bytes alone would fit into a count; with a header and a row's other columns it does not fit into a chunk. */
    REFUSED(&w, reel_log_asset3d(w.rec, "b", &(reel_asset3d){.blob = {small, TWO_31 - 1}}), REEL_E_TOO_LARGE, "/b", "2147483647");
    const reel_bytes runs[2] = {{small, TWO_31 - 1}, {small, 1}};
    const reel_column blobs = {REEL_COLUMN(asset3d, blob), .values = runs, .n_values = 2};
    REFUSED(&w, reel_send_columns(w.rec, "b", NULL, 0, &blobs, 1), REEL_E_TOO_LARGE, "/b", "blob");
    const reel_column wide = {REEL_COLUMN(scalars, scalars), .values = small, .n_values = UINT32_MAX, .lengths = lengths, .n_rows = 1};
    REFUSED(&w, reel_send_columns(w.rec, "c", NULL, 0, &wide, 1), REEL_E_TOO_LARGE, "/c", "scalars", "4294967295");
    free(small);
    watched_close(&w);
}

static void more_columns_and_timelines_than_fit_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    static reel_column columns[513];
    reel_time_column times[300];
    for (size_t i = 0; i < 513; i++)
        columns[i] = (reel_column){REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1};
    memset(times, 0, sizeof times);
    REFUSED(&w, reel_send_columns(w.rec, "c", NULL, 0, columns, 513), REEL_E_TOO_LARGE, "c", "513 columns");
    REFUSED(&w, reel_send_columns(w.rec, "c", times, 300, columns, 1), REEL_E_TOO_LARGE, "c", "300 times");
    char name[16];
    int n = 0;
    reel_status status = REEL_OK;
    for (; n < 1000 && status == REEL_OK; n++) {
        snprintf(name, sizeof name, "t%d", n);
        status = reel_set_time_sequence(w.rec, name, n);
    }
    assert_int_equal(status, REEL_E_TOO_LARGE);
    SAYS(reel_error_message(), name, "timelines");
    goes_on_at(&w, __FILE__, __LINE__);
    assert_int_equal(reel_reset_time(w.rec), REEL_OK);
    assert_int_equal(reel_set_time_sequence(w.rec, name, n), REEL_OK); /* there is room again */
    goes_on_at(&w, __FILE__, __LINE__);
    watched_close(&w);
}

/* ---- numbers that mean nothing */

static void unknown_enum_values_are_named(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const uint64_t shape[1] = {1};
    const reel_marker_shape markers[3] = {REEL_MARKER_SHAPE_CIRCLE, (reel_marker_shape)200, REEL_MARKER_SHAPE_PLUS};
    REFUSED(&w, reel_log_transform3d(w.rec, "t", &(reel_transform3d){.relation = (reel_transform_relation)99}), REEL_E_ARGUMENT, "/t", "relation", "99");
    REFUSED(&w, reel_log_transform3d(w.rec, "t", &(reel_transform3d){.relation = (reel_transform_relation)-1}), REEL_E_ARGUMENT, "/t", "relation", "-1");
    REFUSED(&w, reel_log_points3d(w.rec, "p", &(reel_points3d){.positions = point, .n_positions = 1, .point_shading = (reel_point_shading)256}), REEL_E_ARGUMENT, "/p", "point_shading", "256");
    REFUSED(&w, reel_log_series_points(w.rec, "m", &(reel_series_points){.markers = markers, .n_markers = 3}), REEL_E_ARGUMENT, "/m", "markers[1]", "200");
    REFUSED(&w, reel_log_image(w.rec, "i", &(reel_image){.buffer = {point, 3}, .format = {1, 1, (reel_pixel_format)1, 0, 0}}), REEL_E_ARGUMENT, "/i", "format", "1");
    REFUSED(&w, reel_log_image(w.rec, "i", &(reel_image){.buffer = {point, 3}, .format = {1, 1, 0, (reel_color_model)77, REEL_CHANNEL_DATATYPE_U8}}), REEL_E_ARGUMENT, "/i", "format", "77");
    REFUSED(&w, reel_log_image(w.rec, "i", &(reel_image){.buffer = {point, 3}, .format = {1, 1, 0, REEL_COLOR_MODEL_RGB, (reel_channel_datatype)5}}), REEL_E_ARGUMENT, "/i", "format", "5");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {(reel_tensor_type)12, point, shape, 1, NULL}}), REEL_E_ARGUMENT, "/t", "data", "12");
    REFUSED(&w, reel_log_tensor(w.rec, "t", &(reel_tensor){.data = {(reel_tensor_type)-4, point, shape, 1, NULL}}), REEL_E_ARGUMENT, "/t", "data", "-4");
    REFUSED(&w, reel_set_time(w.rec, "frame", (reel_time_type)9, 1), REEL_E_ARGUMENT, "frame", "9");
    REFUSED(&w, reel_set_time(w.rec, "frame", (reel_time_type)0, 1), REEL_E_ARGUMENT, "frame", "0");
    REFUSED(&w, reel_set_time_sequence(w.rec, "frame", INT64_MIN), REEL_E_ARGUMENT, "frame", "-9223372036854775808");
    REFUSED(&w, reel_set_time_sequence(w.rec, "", 1), REEL_E_ARGUMENT, "timeline", "0 bytes");
    REFUSED(&w, reel_set_time_sequence(w.rec, "log_time", 1), REEL_E_ARGUMENT, "log_time");
    REFUSED(&w, reel_capture(w.rec, "x.rrd", (reel_capture_mode)3), REEL_E_ARGUMENT, "x.rrd", "3");
    watched_close(&w);
}

static void unknown_archetypes_and_fields_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    uint64_t zeros[64] = {0};
    static const uint32_t numbers[] = {0, 60000, 1000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char n[16];
        snprintf(n, sizeof n, "%u", (unsigned)numbers[i]);
        REFUSED(&w, reel_log_(w.rec, "a", numbers[i], zeros, sizeof zeros, 0), REEL_E_ARGUMENT, "/a", n, "archetype");
        REFUSED(&w, reel_send_columns(w.rec, "a", NULL, 0, &(reel_column){.archetype = numbers[i], .values = zeros, .n_values = 1}, 1), REEL_E_ARGUMENT, "/a", "archetype", n);
    }
    REFUSED(&w, reel_send_columns(w.rec, "a", NULL, 0, &(reel_column){.archetype = REEL_ARCHETYPE_SCALARS, .field = 63, .values = zeros, .n_values = 1}, 1), REEL_E_ARGUMENT, "/a", "field 63");
    watched_close(&w);
}

static void short_structs_are_read_only_as_far_as_they_reach(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    for (size_t size = 0; size < 8; size++)
        REFUSED(&w, reel_log_(w.rec, "a", REEL_ARCHETYPE_SCALARS, &(reel_scalars){0}, size, 0), REEL_E_ARGUMENT, "/a", "8 bytes");
    /* Every length from the first member on: on the heap, so that a read behind it is seen. */
    for (size_t size = 8; size <= sizeof(reel_points3d); size++) {
        uint8_t *fields = malloc(size);
        assert_non_null(fields);
        reel_points3d all = {.positions = point, .n_positions = 4, .radii = point, .n_radii = 4};
        memcpy(fields, &all, size);
        assert_int_equal(reel_log_(w.rec, "p", REEL_ARCHETYPE_POINTS3D, fields, size, 0), REEL_OK);
        free(fields);
    }
    assert_int_equal(w.n_events, 0);
    goes_on_at(&w, __FILE__, __LINE__);
    watched_close(&w);
}

static void bad_options_of_sinks_are_refused(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    char path[128];
    snprintf(path, sizeof path, "%s/options.rrd", folder);
    reel_sink_ops ops = {.struct_size = sizeof ops, .name = "other", .write = watched_write};
#define FILE_OPTIONS(...) (&(reel_file_options){.struct_size = sizeof(reel_file_options), __VA_ARGS__})
#define QUEUE_OPTIONS(...) (&(reel_queue_options){.struct_size = sizeof(reel_queue_options), __VA_ARGS__})
    REFUSED(&w, reel_add_file(w.rec, path, &(reel_file_options){.struct_size = 0}, NULL), REEL_E_ARGUMENT, "reel_file_options", "struct_size is 0");
    REFUSED(&w, reel_add_file(w.rec, path, &(reel_file_options){.struct_size = 5000}, NULL), REEL_E_ARGUMENT, "struct_size is 5000");
    REFUSED(&w, reel_add_file(w.rec, path, FILE_OPTIONS(.durability = (reel_durability)3), NULL), REEL_E_ARGUMENT, path, "durability is 3");
    REFUSED(&w, reel_add_file(w.rec, path, FILE_OPTIONS(.policy = (reel_policy)5), NULL), REEL_E_ARGUMENT, "policy is 5");
    REFUSED(&w, reel_add_file(w.rec, path, FILE_OPTIONS(.policy = (reel_policy)-1), NULL), REEL_E_ARGUMENT, "policy is -1");
    REFUSED(&w, reel_add_file(w.rec, path, FILE_OPTIONS(.rotate_bytes = -1), NULL), REEL_E_ARGUMENT, path, "rotate_bytes is -1");
    REFUSED(&w, reel_add_file(w.rec, path, FILE_OPTIONS(.rotate_ns = -7), NULL), REEL_E_ARGUMENT, path, "rotate_ns -7");
    REFUSED(&w, reel_add_memory(w.rec, &(reel_memory_options){.struct_size = 1}, NULL), REEL_E_ARGUMENT, "reel_memory_options", "struct_size is 1");
    REFUSED(&w, reel_add_memory(w.rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = -3}, NULL), REEL_E_ARGUMENT, "bytes_max is -3");
    REFUSED(&w, reel_add_buffer(w.rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = -3}, NULL), REEL_E_ARGUMENT, "bytes_max is -3");
    REFUSED(&w, reel_add_sink(w.rec, &ops, &w, &(reel_queue_options){.struct_size = 0}, NULL), REEL_E_ARGUMENT, "reel_queue_options", "struct_size is 0");
    REFUSED(&w, reel_add_sink(w.rec, &ops, &w, QUEUE_OPTIONS(.policy = (reel_policy)17), NULL), REEL_E_ARGUMENT, "policy is 17");
    REFUSED(&w, reel_add_sink(w.rec, &ops, &w, QUEUE_OPTIONS(.batching = (reel_batching)3), NULL), REEL_E_ARGUMENT, "batching is 3");
    ops.struct_size = 0;
    REFUSED(&w, reel_add_sink(w.rec, &ops, &w, NULL, NULL), REEL_E_ARGUMENT, "write", "struct_size");
    REFUSED(&w, reel_get_stats(w.rec, &(reel_stats){.struct_size = 0}), REEL_E_ARGUMENT, "struct_size");
    REFUSED(&w, reel_get_sink_stats(w.rec, w.sink, &(reel_sink_stats){.struct_size = 0}), REEL_E_ARGUMENT, "struct_size");
    assert_int_equal(access(path, F_OK), -1); /* nothing was made on the way */
    assert_int_equal(reel_set_allocator(NULL), REEL_E_BUSY);
    SAYS(reel_error_message(), "before the first recording");
    watched_close(&w);
}

/* ---- timelines */

static void *set_as_duration(void *user) {
    static char said[256];
    watched *w = user;
    assert_int_equal(reel_set_time_duration_ns(w->rec, "frame", 5), REEL_E_TIMELINE_TYPE);
    snprintf(said, sizeof said, "%s", reel_error_message());
    return said;
}

static void a_timeline_keeps_its_type(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const int64_t time = 1;
    const reel_column column = {REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1};
    assert_int_equal(reel_set_time_sequence(w.rec, "frame", 1), REEL_OK);
    REFUSED(&w, reel_set_time_duration_ns(w.rec, "frame", 5), REEL_E_TIMELINE_TYPE, "frame", "is a sequence", "duration");
    REFUSED(&w, reel_set_time_timestamp_ns(w.rec, "frame", 5), REEL_E_TIMELINE_TYPE, "frame", "is a sequence", "timestamp");
    REFUSED(&w, reel_send_columns(w.rec, "c", &(reel_time_column){"frame", REEL_TIME_TIMESTAMP_NS, &time, 1}, 1, &column, 1), REEL_E_TIMELINE_TYPE, "frame", "timestamp");
    assert_int_equal(reel_reset_time(w.rec), REEL_OK); /* the type belongs to the recording, not to the thread's times */
    REFUSED(&w, reel_set_time_timestamp_ns(w.rec, "frame", 5), REEL_E_TIMELINE_TYPE, "frame");
    pthread_t thread;
    void *said;
    assert_int_equal(pthread_create(&thread, NULL, set_as_duration, &w), 0);
    assert_int_equal(pthread_join(thread, &said), 0);
    SAYS(said, "frame", "is a sequence", "duration");
    assert_int_equal(reel_set_time_sequence(w.rec, "frame", 2), REEL_OK);
    goes_on_at(&w, __FILE__, __LINE__);
    watched_close(&w);
}

/* ---- after the end */

static void nothing_is_logged_after_close(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){.recording_id = "the_closed_one"});
    reel_entity *entity = reel_entity_of(w.rec, "a");
    const reel_column column = {REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1};
    char path[128];
    snprintf(path, sizeof path, "%s/precious", folder);
    FILE *precious = fopen(path, "w");
    assert_non_null(precious);
    fputs("precious", precious);
    fclose(precious);
    assert_int_equal(log_number(w.rec, "a", 1), REEL_OK);
    assert_int_equal(reel_close(w.rec, -1), REEL_OK);
    assert_int_equal(w.rows, 1);
#define CLOSED(call)                                              \
    do {                                                          \
        assert_int_equal(call, REEL_E_CLOSED);                    \
        SAYS(reel_error_message(), "the_closed_one", "closed");   \
    } while (0)
    CLOSED(reel_close(w.rec, -1));
    CLOSED(reel_close(w.rec, 0));
    CLOSED(log_number(w.rec, "a", 2));
    CLOSED(log_number(w.rec, "b", 2));
    CLOSED(reel_log_at_scalars(entity, &(reel_scalars){.scalars = &one, .n_scalars = 1}));
    CLOSED(reel_send_columns(w.rec, "a", NULL, 0, &column, 1));
    CLOSED(reel_set_time_sequence(w.rec, "frame", 1));
    CLOSED(reel_reset_time(w.rec));
    CLOSED(reel_set_recording_name(w.rec, "late"));
    CLOSED(reel_flush(w.rec, -1));
    CLOSED(reel_save(w.rec, path));
    CLOSED(reel_add_memory(w.rec, NULL, NULL));
    CLOSED(reel_add_buffer(w.rec, NULL, NULL));
#undef CLOSED
    assert_null(reel_entity_of(w.rec, "a"));
    struct stat s;
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_size, 8); /* not emptied on the way */
    assert_int_equal(w.rows, 1);
    watched_close(&w);
}

static void sinks_that_are_not_there_are_named(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    reel_sink_id memory;
    reel_bytes_owned bytes;
    uint64_t n;
    reel_sink_stats stats = {.struct_size = sizeof stats};
    REFUSED(&w, reel_drain(w.rec, w.sink, &bytes), REEL_E_ARGUMENT, "not a memory sink");
    REFUSED(&w, reel_drain(w.rec, 4242, &bytes), REEL_E_CLOSED, "no sink 4242");
    REFUSED(&w, reel_peek(w.rec, 0, &bytes), REEL_E_CLOSED, "no sink 0");
    REFUSED(&w, reel_num_msgs(w.rec, 4242, &n), REEL_E_CLOSED, "4242");
    REFUSED(&w, reel_reset_data(w.rec, w.sink), REEL_E_ARGUMENT, "not a memory sink");
    REFUSED(&w, reel_get_sink_stats(w.rec, 4242, &stats), REEL_E_CLOSED, "4242");
    REFUSED(&w, reel_sink_error(w.rec, 4242, NULL, 0), REEL_E_CLOSED, "4242");
    REFUSED(&w, reel_flush_sink(w.rec, 4242, -1), REEL_E_CLOSED, "4242");
    assert_int_equal(reel_add_memory(w.rec, NULL, &memory), REEL_OK);
    assert_int_equal(reel_remove_sink(w.rec, memory, -1), REEL_OK);
    REFUSED(&w, reel_remove_sink(w.rec, memory, -1), REEL_E_CLOSED, "no sink");
    REFUSED(&w, reel_drain(w.rec, memory, &bytes), REEL_E_CLOSED, "no sink");
    watched_close(&w);
}

/* ---- files that cannot be */

static void files_that_cannot_be_written_are_named(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    reel_sink_id memory; /* before anything is logged: captures need a sink that holds everything */
    assert_int_equal(reel_add_memory(w.rec, NULL, &memory), REEL_OK);
    char missing[128], below[128], *long_name = malloc(600);
    assert_non_null(long_name);
    int fd;
    snprintf(missing, sizeof missing, "%s/no/such/run.rrd", folder);
    snprintf(below, sizeof below, "%s/plain", folder);
    assert_true((fd = open(below, O_CREAT | O_WRONLY, 0600)) >= 0);
    close(fd);
    snprintf(below, sizeof below, "%s/plain/run.rrd", folder);
    int at = snprintf(long_name, 600, "%s/", folder);
    memset(long_name + at, 'n', 400);
    long_name[at + 400] = 0;
    REFUSED(&w, reel_save(w.rec, folder), REEL_E_IO, folder, "directory");
    REFUSED(&w, reel_save(w.rec, "/dev/full"), REEL_E_NO_SPACE, "/dev/full");
    REFUSED(&w, reel_save(w.rec, missing), REEL_E_NOT_FOUND, missing);
    REFUSED(&w, reel_save(w.rec, below), REEL_E_IO, below);
    REFUSED(&w, reel_save(w.rec, long_name), REEL_E_IO, "nnnn");
    REFUSED(&w, reel_capture(w.rec, folder, REEL_CAPTURE_KEEP), REEL_E_IO, folder);
    REFUSED(&w, reel_capture(w.rec, missing, REEL_CAPTURE_KEEP), REEL_E_NOT_FOUND, missing);
    REFUSED(&w, reel_capture(w.rec, below, REEL_CAPTURE_DRAIN), REEL_E_IO, below);
    reel_bytes_owned bytes; /* the capture that failed has drained nothing away */
    uint64_t n;
    assert_int_equal(reel_num_msgs(w.rec, memory, &n), REEL_OK);
    assert_true(n > 0);
    assert_int_equal(reel_drain(w.rec, memory, &bytes), REEL_OK);
    assert_true(bytes.size > 0);
    reel_bytes_free(&bytes);
    free(long_name);
    watched_close(&w);
}

static void a_file_that_somebody_writes_is_left_alone(void **state) {
    (void)state;
    char path[128], byte;
    snprintf(path, sizeof path, "%s/held.rrd", folder);
    int ready[2], done[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork(); /* holds the file as a recorder does, until told to go */
    if (child == 0) {
        int fd = open(path, O_CREAT | O_RDWR, 0600);
        bool held = fd >= 0 && flock(fd, LOCK_EX) == 0 && write(fd, "theirs", 6) == 6 && write(ready[1], "x", 1) == 1;
        close(done[1]);
        _exit(held && read(done[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    watched w;
    watched_open(&w, (reel_options){0});
    REFUSED(&w, reel_save(w.rec, path), REEL_E_LOCKED, path, "another recorder");
    struct stat s;
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_size, 6);
    close(done[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(reel_save(w.rec, path), REEL_OK); /* and now it may */
    REFUSED(&w, reel_save(w.rec, path), REEL_E_LOCKED, path); /* but only once */
    watched_close(&w);
    close(ready[0]);
    close(ready[1]);
    close(done[0]);
}

static int setup(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/bad-input-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    static const char *const names[] = {"precious", "plain", "held.rrd"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_somebody_writes_is_left_alone), /* first: it forks */
        cmocka_unit_test(a_recording_that_is_null_is_named),
        cmocka_unit_test(null_data_with_a_count_names_path_field_and_count),
        cmocka_unit_test(null_blobs_and_columns_are_refused),
        cmocka_unit_test(counts_that_disagree_are_logged_and_told_once),
        cmocka_unit_test(splats_and_empty_lists_are_no_mismatch),
        cmocka_unit_test(strict_refuses_counts_that_disagree),
        cmocka_unit_test(columns_of_different_lengths_are_refused),
        cmocka_unit_test(odd_entity_paths_are_taken_forgivingly),
        cmocka_unit_test(the_longest_path_fits_and_one_more_does_not),
        cmocka_unit_test(invalid_utf8_is_refused_wherever_text_goes),
        cmocka_unit_test(bad_ids_and_options_make_no_recording),
        cmocka_unit_test(counts_beyond_two_to_the_31_are_refused_unread),
        cmocka_unit_test(products_beyond_two_to_the_31_bytes_are_refused_unread),
        cmocka_unit_test(more_columns_and_timelines_than_fit_are_refused),
        cmocka_unit_test(unknown_enum_values_are_named),
        cmocka_unit_test(unknown_archetypes_and_fields_are_refused),
        cmocka_unit_test(short_structs_are_read_only_as_far_as_they_reach),
        cmocka_unit_test(bad_options_of_sinks_are_refused),
        cmocka_unit_test(a_timeline_keeps_its_type),
        cmocka_unit_test(nothing_is_logged_after_close),
        cmocka_unit_test(sinks_that_are_not_there_are_named),
        cmocka_unit_test(files_that_cannot_be_written_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
