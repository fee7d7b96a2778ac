/* The recording so far as a file of its own, while logging goes on; and when that is refused, because no sink holds everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/reel-capture-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state) {
    (void)state;
    char path[512];
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
    return rmdir(folder);
}
static size_t files_in_folder(void) {
    size_t n = 0;
    DIR *d = opendir(folder);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static const char *at(const char *name) {
    static char path[4][128];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

/* What a file holds, read in one go; it must be a complete .rrd. */
typedef struct whole {
    uint8_t *data;
    size_t size;
    size_t infos, chunks;
} whole;
static whole read_whole(const char *path) {
    whole w = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    w.size = (size_t)ftell(f);
    rewind(f);
    w.data = malloc(w.size + 1);
    assert_int_equal(fread(w.data, 1, w.size, f), w.size);
    fclose(f);
    assert_true(w.size > 12);
    assert_memory_equal(w.data, "RRF2", 4);
    uint64_t kind = 1, size;
    size_t pos = 12;
    while (kind != REEL__RRD_END) {
        assert_true(pos + 16 <= w.size);
        memcpy(&kind, w.data + pos, 8);
        memcpy(&size, w.data + pos + 8, 8);
        assert_true(size <= w.size - pos - 16);
        pos += 16 + size;
        w.infos += kind == REEL__RRD_SET_STORE_INFO;
        w.chunks += kind == REEL__RRD_ARROW_MSG;
    }
    assert_int_equal(w.size - pos, REEL__STREAM_FOOTER_SIZE);
    assert_int_equal(w.infos, 1);
    return w;
}
static bool file_holds(const char *path, const char *text) {
    whole w = read_whole(path);
    bool holds = bytes_hold(w.data, w.size, text);
    free(w.data);
    return holds;
}

static reel_recording *new_plain(void) {
    reel_recording *rec = reel_new("app", NULL);
    assert_non_null(rec);
    store_plain(rec);
    return rec;
}
static reel_status log_text(reel_recording *rec, const char *text) { return reel_log_text_log(rec, "t", &(reel_text_log){.text = text}); }

static void a_recording_without_any_sink_can_be_captured(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_capture(rec, at("a.rrd"), REEL_CAPTURE_KEEP));
    assert_true(file_holds(at("a.rrd"), "text one"));
    assert_ok(log_text(rec, "text two"));
    assert_ok(reel_capture(rec, at("a.rrd"), REEL_CAPTURE_KEEP)); /* over the one before */
    assert_true(file_holds(at("a.rrd"), "text one") && file_holds(at("a.rrd"), "text two"));
    assert_int_equal(files_in_folder(), 1);
    reel_free(rec);
}

static void keep_keeps_and_drain_drains(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id id;
    uint64_t n;
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(reel_log_static_text_log(rec, "s", &(reel_text_log){.text = "what holds"}));
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_capture(rec, at("keep.rrd"), REEL_CAPTURE_KEEP));
    assert_ok(reel_num_msgs(rec, id, &n));
    assert_int_equal(n, 4);
    assert_ok(reel_capture(rec, at("drain.rrd"), REEL_CAPTURE_DRAIN));
    assert_true(file_holds(at("drain.rrd"), "text one"));
    assert_ok(reel_num_msgs(rec, id, &n));
    assert_int_equal(n, 0);
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_DRAIN), REEL_E_NOT_RETAINED); /* nothing new */
    assert_ok(log_text(rec, "text two"));
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_int_not_equal(access(at("no.rrd"), F_OK), 0);
    assert_ok(reel_capture(rec, at("drain.rrd"), REEL_CAPTURE_DRAIN));
    assert_true(file_holds(at("drain.rrd"), "text two") && file_holds(at("drain.rrd"), "what holds"));
    assert_false(file_holds(at("drain.rrd"), "text one"));
    reel_free(rec);
}

static void a_file_sink_is_captured_while_it_is_written(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_save(rec, at("sink.rrd")));
    assert_ok(log_text(rec, "text two"));
    assert_ok(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP));
    assert_true(file_holds(at("copy.rrd"), "text one") && file_holds(at("copy.rrd"), "text two"));
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_DRAIN), REEL_E_NOT_RETAINED); /* files are not drained */
    assert_ok(log_text(rec, "text three"));
    assert_ok(reel_close(rec, -1));
    assert_true(file_holds(at("sink.rrd"), "text three"));
    assert_false(file_holds(at("copy.rrd"), "text three"));
    reel_unref(rec);
}

/* Never a silently partial file. */
static void what_came_late_does_not_pass_for_the_whole(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id file, memory;
    assert_ok(reel_add_file(rec, at("first.rrd"), NULL, &file));
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(log_text(rec, "text two"));
    assert_ok(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP)); /* from the file */
    assert_true(file_holds(at("copy.rrd"), "text one") && file_holds(at("copy.rrd"), "text two"));
    assert_ok(reel_remove_sink(rec, file, -1));
    assert_int_equal(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_ok(reel_add_file(rec, at("second.rrd"), NULL, &file));
    assert_int_equal(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    reel_free(rec);
}

static void sinks_added_before_the_first_row_all_hold_the_whole(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id callback_like, memory;
    watcher w;
    watcher_init(&w);
    assert_ok(watcher_add(&w, rec, NULL, &callback_like));
    assert_ok(reel_log_static_text_log(rec, "s", &(reel_text_log){.text = "what holds"}));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP));
    assert_true(file_holds(at("copy.rrd"), "text one") && file_holds(at("copy.rrd"), "what holds"));
    reel_free(rec);
    watcher_free(&w);
}

static void what_lost_or_forgot_something_is_not_the_whole(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id memory;
    watcher w;
    watcher_init(&w);
    assert_ok(watcher_add(&w, rec, NULL, NULL)); /* retains nothing */
    assert_ok(log_text(rec, "text one"));
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_DRAIN), REEL_E_NOT_RETAINED);
    reel_free(rec);

    rec = new_plain();
    assert_ok(reel_add_memory(rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = 8000, .drop_oldest = true}, &memory));
    for (int i = 0; i < 10; i++) {
        assert_ok(log_text(rec, "one of ten"));
        assert_ok(reel_flush(rec, -1));
    }
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_DRAIN), REEL_E_NOT_RETAINED);
    reel_free(rec);

    rec = new_plain();
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(log_text(rec, "text one"));
    assert_ok(reel_reset_data(rec, memory));
    assert_ok(log_text(rec, "text two"));
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    reel_free(rec);
    watcher_free(&w);
    assert_int_not_equal(access(at("no.rrd"), F_OK), 0);
}

static void a_rotated_file_holds_no_whole_once_parts_are_gone(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    assert_ok(reel_add_file(rec, at("part.rrd"), &(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 4000, .files_max = 2}, NULL));
    for (int i = 0; i < 50; i++) {
        assert_ok(log_text(rec, "some text that takes its room in a part of the file"));
        assert_ok(reel_flush(rec, -1));
    }
    assert_int_equal(reel_capture(rec, at("no.rrd"), REEL_CAPTURE_KEEP), REEL_E_NOT_RETAINED);
    assert_int_not_equal(access(at("no.rrd"), F_OK), 0);
    reel_free(rec);
}

static void bad_targets_are_refused(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id memory;
    uint64_t n;
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(log_text(rec, "text one"));
    assert_int_equal(reel_capture(rec, NULL, REEL_CAPTURE_KEEP), REEL_E_ARGUMENT);
    assert_int_equal(reel_capture(rec, "", REEL_CAPTURE_KEEP), REEL_E_ARGUMENT);
    assert_int_equal(reel_capture(rec, at("x.rrd"), (reel_capture_mode)7), REEL_E_ARGUMENT);
    assert_int_equal(reel_capture(rec, at("missing/x.rrd"), REEL_CAPTURE_DRAIN), REEL_E_NOT_FOUND);
    assert_ok(reel_num_msgs(rec, memory, &n));
    assert_int_equal(n, 3); /* still there */
    assert_int_equal(files_in_folder(), 0);
    reel_free(rec);
}

typedef struct logger {
    reel_recording *rec;
    atomic_bool stop;
    uint64_t n_ok, n_else;
} logger;
static void *log_on(void *given) {
    logger *l = given;
    while (!atomic_load(&l->stop)) {
        *(log_number(l->rec, "a", 1) == REEL_OK ? &l->n_ok : &l->n_else) += 1;
        usleep(20);
    }
    return NULL;
}

static void captures_are_complete_while_others_log(void **state) {
    (void)state;
    for (int with_file = 0; with_file < 2; with_file++) {
        reel_recording *rec = new_plain();
        if (with_file)
            assert_ok(reel_save(rec, at("sink.rrd")));
        else
            assert_ok(reel_add_memory(rec, NULL, NULL));
        logger l[2] = {{.rec = rec}, {.rec = rec}};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, log_on, &l[i]), 0);
        size_t last = 0;
        for (int i = 0; i < 20; i++) {
            char text[32];
            snprintf(text, sizeof text, "text number %d.", i);
            assert_ok(log_text(rec, text));
            assert_ok(reel_capture(rec, at("copy.rrd"), REEL_CAPTURE_KEEP));
            whole w = read_whole(at("copy.rrd"));
            for (int k = 0; k <= i; k++) {
                snprintf(text, sizeof text, "text number %d.", k);
                assert_true(bytes_hold(w.data, w.size, text));
            }
            assert_true(w.chunks >= last);
            last = w.chunks;
            free(w.data);
            usleep(1000);
        }
        for (int i = 0; i < 2; i++) {
            atomic_store(&l[i].stop, true);
            pthread_join(threads[i], NULL);
            assert_int_equal(l[i].n_else, 0);
        }
        reel_free(rec);
    }
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
int main(void) {
    const struct CMUnitTest tests[] = {
        in_a_folder(a_recording_without_any_sink_can_be_captured),
        in_a_folder(keep_keeps_and_drain_drains),
        in_a_folder(a_file_sink_is_captured_while_it_is_written),
        in_a_folder(what_came_late_does_not_pass_for_the_whole),
        in_a_folder(sinks_added_before_the_first_row_all_hold_the_whole),
        in_a_folder(what_lost_or_forgot_something_is_not_the_whole),
        in_a_folder(a_rotated_file_holds_no_whole_once_parts_are_gone),
        in_a_folder(bad_targets_are_refused),
        in_a_folder(captures_are_complete_while_others_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
