/* A recording of more columns than official readers take in a footer (tests/conformance/test_footer.py): whoever makes a file of it makes a whole one without a footer, and says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <reel/read.h>
#include <reel/reel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

/* 29 flatbuffer tables each: eleven for positions, nine for colors and radii; three of them may be left out. */
enum { FEW = 38000, MANY = 39000 };

static int n_told;

static void on_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)user;
    (void)rec;
    assert_int_equal(event->status, REEL_E_TOO_LARGE);
    assert_non_null(strstr(event->message, "the footer is left out"));
    n_told++;
}

static reel_recording *recording_of(int n_entities, const char *path, reel_sink_id *memory) {
    static const float positions[3] = {1, 2, 3}, radius = 1;
    static const uint32_t color = 0xff0000ff;
    reel_recording *rec = reel_new("footer_limit", &(reel_options){.struct_size = sizeof(reel_options), .no_log_time = true, .no_properties = true, .on_event = on_event});
    assert_non_null(rec);
    if (path)
        assert_ok(reel_save(rec, path));
    else
        assert_ok(reel_add_memory(rec, NULL, memory));
    assert_ok(reel_set_time_sequence(rec, "step", 1));
    for (int i = 0; i < n_entities; i++) {
        char entity[16];
        snprintf(entity, sizeof entity, "e%d", i);
        assert_ok(reel_log_points3d(rec, entity, &(reel_points3d){.positions = positions, .n_positions = 1, .colors = &color, .n_colors = 1, .radii = &radius, .n_radii = 1}));
    }
    n_told = 0;
    return rec;
}

static void read_all(reel_reader *reader, reel_writer *writer, reel_read_stats *stats) {
    const reel_read_message *m;
    for (;;) {
        assert_ok(reel_next(reader, &m));
        if (!m)
            break;
        if (writer)
            assert_ok(reel_writer_put_message(writer, m));
    }
    stats->struct_size = sizeof *stats;
    assert_ok(reel_get_read_stats(reader, stats));
    reel_close_reader(reader);
}

static void check_file(const char *path, uint64_t n_chunks, bool has_footer) {
    reel_reader *reader;
    reel_read_stats stats;
    assert_ok(reel_open(path, NULL, &reader));
    read_all(reader, NULL, &stats);
    assert_int_equal(stats.chunks, n_chunks);
    assert_int_equal(stats.has_footer, has_footer);
    assert_int_equal(stats.damaged, 0);
    assert_false(stats.is_truncated);
}

static const char *temporary(char *path) {
    strcpy(path, "/tmp/reel-limit-XXXXXX");
    close(mkstemp(path));
    return path;
}

static void memory_and_writers_leave_it_out(void **state) {
    (void)state;
    static const int counts[] = {FEW, MANY};
    for (int i = 0; i < 2; i++) {
        bool fits = counts[i] == FEW;
        char path[32];
        reel_sink_id memory;
        reel_bytes_owned bytes;
        reel_recording *rec = recording_of(counts[i], NULL, &memory);
        assert_ok(reel_capture(rec, temporary(path), REEL_CAPTURE_KEEP));
        assert_int_equal(n_told, !fits);
        check_file(path, (uint64_t)counts[i], fits);
        assert_ok(reel_drain(rec, memory, &bytes));
        assert_ok(reel_close(rec, -1));
        reel_unref(rec);

        reel_reader *reader;
        reel_writer *writer;
        reel_read_stats stats;
        assert_ok(reel_open_memory(bytes.data, bytes.size, NULL, &reader));
        assert_ok(reel_writer_open(path, NULL, &writer));
        read_all(reader, writer, &stats);
        assert_int_equal(stats.chunks, counts[i]);
        assert_int_equal(stats.has_footer, fits);
        reel_bytes_free(&bytes);
        assert_int_equal(reel_writer_close(writer), fits ? REEL_OK : REEL_E_TOO_LARGE);
        assert_true(fits || strstr(reel_error_message(), "the footer is left out"));
        check_file(path, (uint64_t)counts[i], fits);
        unlink(path);
    }
}

static void a_file_and_its_capture_leave_it_out(void **state) {
    (void)state;
    char path[32], captured[32];
    reel_sink_id none;
    reel_recording *rec = recording_of(MANY, temporary(path), &none);
    assert_ok(reel_capture(rec, temporary(captured), REEL_CAPTURE_KEEP));
    assert_int_equal(n_told, 1);
    check_file(captured, MANY, false);
    assert_int_equal(reel_close(rec, 60000), REEL_E_TOO_LARGE);
    reel_unref(rec);
    check_file(path, MANY, false);
    unlink(path);
    unlink(captured);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_and_writers_leave_it_out),
        cmocka_unit_test(a_file_and_its_capture_leave_it_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
