/* Recordings written from chunks and messages: where the bytes go, what stands in front of a store's first message, and what is left when something fails. */
#include "base/io.h"
#include "read_back.h"
#include "scarce_memory.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_ok(expression) read_back_must(expression)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

static const reel_store_id store = {REEL_STORE_RECORDING, "app", "rec"}, blueprint = {REEL_STORE_BLUEPRINT, "app", "bp"};
static char folder[64], path[96];

/* ---- helpers */

static int setup(void **state) {
    (void)state;
    strcpy(folder, "/tmp/reel-writer-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/run.rrd", folder);
    return 0;
}

static size_t files_in_folder(void) {
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int teardown(void **state) {
    (void)state;
    char name[400];
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        unlink(name);
    }
    closedir(d);
    rmdir(folder);
    read_back_free();
    return 0;
}

static uint64_t size_of(const char *name) {
    struct stat s;
    return stat(name, &s) == 0 ? (uint64_t)s.st_size : UINT64_MAX;
}

typedef struct sum {
    size_t infos, chunks, activations, rows;
    bool has_footer;
    char first_store[64]; /* of the first store info */
} sum;

static sum sum_of_reader(reel_reader *r) {
    sum s = {0};
    const reel_read_message *m;
    for (;;) {
        assert_ok(reel_next(r, &m));
        if (!m)
            break;
        s.infos += m->kind == REEL_MESSAGE_STORE_INFO;
        s.activations += m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION;
        if (m->kind == REEL_MESSAGE_STORE_INFO && !s.first_store[0])
            snprintf(s.first_store, sizeof s.first_store, "%s", m->recording_id);
        if (m->kind == REEL_MESSAGE_CHUNK) {
            reel_chunk *chunk;
            assert_ok(reel_read_chunk(r, m, &chunk));
            s.chunks++;
            s.rows += reel_chunk_rows(chunk);
            reel_chunk_unref(chunk);
        }
    }
    reel_read_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_read_stats(r, &stats));
    assert_int_equal(stats.damaged, 0);
    s.has_footer = stats.has_footer;
    reel_close_reader(r);
    return s;
}

static sum sum_of(const char *name) {
    reel_reader *r;
    assert_ok(reel_open(name, NULL, &r));
    return sum_of_reader(r);
}

typedef struct bytes {
    uint8_t data[4 << 20];
    size_t size, fail_at; /* the callback fails when it has this many; 0: never */
    size_t n_calls;
} bytes;

static reel_status take_bytes(void *user, const void *data, size_t size) {
    bytes *b = user;
    b->n_calls++;
    if (b->fail_at && b->size + size >= b->fail_at)
        return REEL_E_NO_SPACE;
    if (size > sizeof b->data - b->size)
        abort();
    memcpy(b->data + b->size, data, size);
    b->size += size;
    return REEL_OK;
}

/* ---- files */

static void a_file_is_there_when_it_is_closed_and_not_before(void **state) {
    (void)state;
    reel_chunk *chunk = read_back_numbers("a", 10, 0);
    reel_writer *w;
    assert_ok(reel_writer_open(path, NULL, &w));
    assert_ok(reel_writer_put_chunk(w, &store, chunk));
    assert_true(size_of(path) == UINT64_MAX);
    assert_int_equal(files_in_folder(), 1);
    assert_ok(reel_writer_close(w));
    assert_int_equal(files_in_folder(), 1);
    sum s = sum_of(path);
    assert_int_equal(s.infos, 1);
    assert_int_equal(s.chunks, 1);
    assert_int_equal(s.rows, 10);
    assert_true(s.has_footer);
    assert_ok(reel_writer_open(path, NULL, &w)); /* the old one stays until then */
    assert_int_equal(sum_of(path).rows, 10);
    reel_writer_abandon(w);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(sum_of(path).rows, 10);
    reel_chunk_unref(chunk);
}

static void the_options_leave_out_compression_and_footer(void **state) {
    (void)state;
    reel_chunk *chunk = read_back_numbers("a", 1000, 0);
    uint64_t sizes[2];
    for (int plain = 0; plain < 2; plain++) {
        reel_writer *w;
        reel_writer_options options = {.struct_size = sizeof options, .no_compression = plain, .no_footer = true, .durability = REEL_DURABILITY_SYNC};
        assert_ok(reel_writer_open(path, &options, &w));
        assert_ok(reel_writer_put_chunk(w, &store, chunk));
        assert_ok(reel_writer_close(w));
        assert_false(sum_of(path).has_footer);
        sizes[plain] = size_of(path);
    }
    assert_true(sizes[0] < sizes[1]);
    reel_writer *w;
    assert_int_equal(reel_writer_open(path, &(reel_writer_options){.struct_size = sizeof(reel_writer_options), .durability = 9}, &w), REEL_E_ARGUMENT);
    assert_null(w);
    reel_chunk_unref(chunk);
}

static void what_cannot_be_written_to_is_told_at_once(void **state) {
    (void)state;
    reel_writer *w;
    char name[200];
    assert_int_equal(reel_writer_open(folder, NULL, &w), REEL_E_IO);
    assert_says(folder);
    snprintf(name, sizeof name, "%s/no/such/folder.rrd", folder);
    assert_int_equal(reel_writer_open(name, NULL, &w), REEL_E_NOT_FOUND);
    assert_null(w);
    assert_int_equal(reel_writer_open(NULL, NULL, &w), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_open("", NULL, &w), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_open(path, NULL, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_callback(NULL, NULL, NULL, &w), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_close(NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(NULL, &store, NULL), REEL_E_ARGUMENT);
    reel_writer_abandon(NULL);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(reel_save(rec, path));
    assert_int_equal(reel_writer_open(path, NULL, &w), REEL_E_LOCKED);
    assert_says("is being recorded to");
    reel_free(rec);
}

static int fail_with;
static reel__io_op fail_op;
static size_t fail_after;

static int hook(reel__io_call *call) {
    if (call->op != fail_op || fail_after-- > 0)
        return 0;
    fail_after = 0;
    return fail_with;
}

static void a_failure_of_the_system_leaves_the_old_file_and_nothing_else(void **state) {
    (void)state;
    static const struct {
        reel__io_op op;
        int error;
        reel_status status;
    } failures[] = {{REEL__IO_WRITE, ENOSPC, REEL_E_NO_SPACE}, {REEL__IO_WRITE, EIO, REEL_E_IO}, {REEL__IO_SYNC, EIO, REEL_E_IO}, {REEL__IO_RENAME, EACCES, REEL_E_IO}};
    reel_chunk *chunk = read_back_numbers("a", 20000, 0), *few = read_back_numbers("a", 3, 0);
    reel_writer *w;
    reel_writer_options options = {.struct_size = sizeof options, .durability = REEL_DURABILITY_SYNC, .no_compression = true};
    assert_ok(reel_writer_open(path, NULL, &w));
    assert_ok(reel_writer_put_chunk(w, &store, few));
    assert_ok(reel_writer_close(w));
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        assert_ok(reel_writer_open(path, &options, &w));
        fail_with = failures[i].error;
        fail_op = failures[i].op;
        fail_after = 0;
        reel__io_hook = hook;
        reel_status put = reel_writer_put_chunk(w, &store, chunk); /* more than is gathered: written at once */
        if (fail_op == REEL__IO_WRITE) {
            assert_int_equal(put, failures[i].status);
            reel__io_hook = NULL;
            assert_int_equal(reel_writer_put_chunk(w, &store, few), failures[i].status); /* there is room again: too late */
            assert_says("nothing more is written");
        } else {
            assert_int_equal(put, REEL_OK);
        }
        assert_int_equal(reel_writer_close(w), failures[i].status);
        reel__io_hook = NULL;
        assert_says("run.rrd");
        assert_int_equal(files_in_folder(), 1);
        assert_int_equal(sum_of(path).rows, 3);
    }
    reel_chunk_unref(chunk);
    reel_chunk_unref(few);
}

/* ---- stores and messages */

static void store_info_stands_before_a_stores_first_message_once(void **state) {
    (void)state;
    static bytes b;
    b = (bytes){.size = 0};
    reel_chunk *chunk = read_back_numbers("a", 10, 0);
    reel_store_id other = {0, "app", "other"}; /* a kind of 0 is a recording */
    reel_writer *w;
    reel_reader *r;
    assert_ok(reel_writer_callback(take_bytes, &b, NULL, &w));
    assert_ok(reel_writer_put_chunk(w, &store, chunk));
    assert_ok(reel_writer_put_chunk(w, &other, chunk));
    assert_ok(reel_writer_put_chunk(w, &store, chunk));
    assert_ok(reel_writer_put_activation(w, &blueprint, true, false));
    assert_ok(reel_writer_close(w));
    assert_ok(reel_open_memory(b.data, b.size, NULL, &r));
    sum s = sum_of_reader(r);
    assert_int_equal(s.infos, 3);
    assert_int_equal(s.chunks, 3);
    assert_int_equal(s.activations, 1);
    assert_string_equal(s.first_store, "rec");
    reel_chunk_unref(chunk);
}

static void messages_go_out_as_they_came(void **state) {
    (void)state;
    static bytes b;
    reel_chunk *chunk = read_back_numbers("a", 10, 0); /* and its recording's bytes */
    const reel_bytes_owned *from = &read_back_bytes[read_back_n - 1];
    for (int no_footer = 0; no_footer < 2; no_footer++) {
        b = (bytes){.size = 0};
        reel_writer_options options = {.struct_size = sizeof options, .no_footer = no_footer};
        reel_writer *w;
        reel_reader *r, *again;
        const reel_read_message *m;
        assert_ok(reel_open_memory(from->data, from->size, NULL, &r));
        assert_ok(reel_writer_callback(take_bytes, &b, &options, &w));
        while (reel_next(r, &m) == REEL_OK && m)
            assert_ok(reel_writer_put_message(w, m));
        assert_ok(reel_writer_close(w));
        reel_close_reader(r);
        assert_memory_equal(b.data, from->data, no_footer ? b.size : from->size - 32); /* even the footer is the same, as far as it does not tell its own place */
        assert_ok(reel_open_memory(b.data, b.size, NULL, &again));
        sum s = sum_of_reader(again);
        assert_int_equal(s.infos, 1);
        assert_int_equal(s.rows, 10);
        assert_int_equal(s.has_footer, !no_footer);
    }
    reel_chunk_unref(chunk);
}

static void what_is_not_a_message_or_a_store_is_refused(void **state) {
    (void)state;
    static bytes b;
    b = (bytes){.size = 0};
    static const uint8_t unknown[16] = {9};
    uint8_t damaged[64] = {2, 0, 0, 0, 0, 0, 0, 0, 48};
    reel_chunk *chunk = read_back_numbers("a", 10, 0), *empty;
    reel_writer *w;
    assert_ok(reel_writer_callback(take_bytes, &b, NULL, &w));
    assert_int_equal(reel_writer_put_message(w, &(reel_read_message){.struct_size = sizeof(reel_read_message), .data = unknown, .size = 16}), REEL_E_UNSUPPORTED);
    assert_says("of the kind 9");
    assert_int_equal(reel_writer_put_message(w, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_message(w, &(reel_read_message){.struct_size = sizeof(reel_read_message), .kind = REEL_MESSAGE_CHUNK, .data = damaged, .size = 15}), REEL_E_ARGUMENT);
    reel_read_message m = {.struct_size = sizeof m, .kind = REEL_MESSAGE_CHUNK, .data = damaged, .size = sizeof damaged, .store_kind = REEL_STORE_RECORDING, .recording_id = "rec"};
    assert_int_equal(reel_writer_put_message(w, &m), REEL_E_FORMAT);
    assert_int_equal(reel_writer_put_chunk(w, &store, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(w, NULL, chunk), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(w, &(reel_store_id){3, "a", "b"}, chunk), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(w, &(reel_store_id){1, "", "b"}, chunk), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(w, &(reel_store_id){1, "a", NULL}, chunk), REEL_E_ARGUMENT);
    assert_int_equal(reel_writer_put_chunk(w, &(reel_store_id){1, "a", "\xff"}, chunk), REEL_E_UTF8);
    assert_int_equal(reel_writer_put_activation(w, &store, true, true), REEL_E_ARGUMENT);
    assert_ok(reel_chunk_slice(chunk, 4, 0, &empty));
    assert_ok(reel_writer_put_chunk(w, &store, empty)); /* nothing to write */
    reel_chunk_unref(empty);
    assert_ok(reel_writer_put_chunk(w, &store, chunk)); /* none of it did any harm */
    assert_ok(reel_writer_close(w));
    reel_reader *r;
    assert_ok(reel_open_memory(b.data, b.size, NULL, &r));
    sum s = sum_of_reader(r);
    assert_int_equal(s.chunks, 1);
    assert_int_equal(s.infos, 1);
    reel_chunk_unref(chunk);
}

static void a_callback_that_fails_is_not_called_again(void **state) {
    (void)state;
    static bytes b;
    b = (bytes){.fail_at = 1};
    reel_chunk *chunk = read_back_numbers("a", 20000, 0);
    reel_writer_options options = {.struct_size = sizeof options, .no_compression = true};
    reel_writer *w;
    assert_ok(reel_writer_callback(take_bytes, &b, &options, &w));
    assert_int_equal(reel_writer_put_chunk(w, &store, chunk), REEL_E_NO_SPACE);
    assert_says("callback");
    size_t n = b.n_calls;
    assert_int_equal(reel_writer_put_chunk(w, &store, chunk), REEL_E_NO_SPACE);
    assert_int_equal(reel_writer_close(w), REEL_E_NO_SPACE);
    assert_int_equal(b.n_calls, n);
    reel_chunk_unref(chunk);
}

/* ---- the footer */

static void the_footer_tells_of_chunks_and_messages_alike(void **state) {
    (void)state;
    reel_chunk *chunk = read_back_numbers("b", 20, 5);
    const reel_bytes_owned *from = &read_back_bytes[read_back_n - 1];
    reel_writer *w;
    reel_reader *r;
    const reel_read_message *m;
    reel_index *index;
    reel_index_entry entries[2];
    assert_ok(reel_writer_open(path, NULL, &w));
    assert_ok(reel_writer_put_chunk(w, &store, chunk));
    assert_ok(reel_open_memory(from->data, from->size, NULL, &r));
    while (reel_next(r, &m) == REEL_OK && m)
        if (m->kind == REEL_MESSAGE_CHUNK)
            assert_ok(reel_writer_put_message(w, m));
    reel_close_reader(r);
    assert_ok(reel_writer_close(w));
    assert_ok(reel_open(path, NULL, &r));
    assert_ok(reel_read_index(r, REEL_INDEX_FOOTER, &index));
    assert_int_equal(reel_index_size(index), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(reel_index_at(index, i, &entries[i]));
        assert_string_equal(entries[i].entity, "/b");
        assert_memory_equal(entries[i].chunk_id, reel_chunk_id(chunk), 16);
        assert_int_equal(entries[i].n_rows, 20);
        assert_int_equal(entries[i].n_ranges, 1);
        assert_string_equal(entries[i].ranges[0].timeline, "frame");
        assert_int_equal(entries[i].ranges[0].min, 5);
        assert_int_equal(entries[i].ranges[0].max, 24);
    }
    assert_int_equal(entries[0].unpacked_size, entries[1].unpacked_size);
    reel_index_free(index);
    reel_close_reader(r);
    reel_chunk_unref(chunk);
}

/* As reel_writer_put_message notes it: the index of a file with one message. */
static void note_message(const reel_bytes_owned *from, reel_index **index, reel_reader **reader) {
    reel_writer *w;
    reel_reader *r;
    const reel_read_message *m;
    assert_ok(reel_writer_open(path, NULL, &w));
    assert_ok(reel_open_memory(from->data, from->size, NULL, &r));
    while (reel_next(r, &m) == REEL_OK && m)
        assert_ok(reel_writer_put_message(w, m));
    reel_close_reader(r);
    assert_ok(reel_writer_close(w));
    assert_ok(reel_open(path, NULL, reader));
    assert_ok(reel_read_index(*reader, REEL_INDEX_FOOTER, index));
    assert_int_equal(reel_index_size(*index), 1);
}

/* A recording of one chunk of n rows, with texts that make it large, in some rows only if with_nulls. */
static reel_bytes_owned large(bool plain, bool with_nulls) {
    enum { MANY = 400 };
    static char text[4000];
    static bytes b;
    int64_t frames[MANY], other[MANY];
    const char *texts[MANY];
    for (int i = 0; i < MANY; i++) {
        frames[i] = 100 + i;
        other[i] = (i * 7919) % MANY - 50;
        texts[i] = text;
    }
    memset(text, 'x', sizeof text - 1);
    reel_time_column times[] = {{"frame", REEL_TIME_SEQUENCE, frames, MANY}, {"other", REEL_TIME_DURATION_NS, other, MANY}};
    reel_column column = {REEL_COLUMN(text_log, text), .values = texts, .n_values = 200}, number = {.name = "n", .type = REEL_VALUE_I64, .values = frames, .n_values = 1};
    for (int i = 0; i < 2; i++)
        times[i].n = 200;
    reel_chunk *chunk = read_back("big", times, 2, &column, 1), *one = NULL, *both[2], *joined;
    assert_int_equal(reel_chunk_rows(chunk), 200);
    times[0].n = times[1].n = 1;
    one = read_back("big", times, 2, &number, 1);
    both[0] = chunk;
    both[1] = with_nulls ? one : chunk;
    assert_ok(reel_chunk_join(both, 2, &joined));
    b = (bytes){.size = 0};
    reel_writer *w;
    assert_ok(reel_writer_callback(take_bytes, &b, &(reel_writer_options){.struct_size = sizeof(reel_writer_options), .no_compression = plain}, &w));
    assert_ok(reel_writer_put_chunk(w, &store, joined));
    assert_ok(reel_writer_close(w));
    reel_chunk_unref(joined);
    reel_chunk_unref(one);
    reel_chunk_unref(chunk);
    return (reel_bytes_owned){b.data, b.size};
}

static void large_messages_are_noted_without_a_look_at_their_values(void **state) {
    (void)state;
    for (int way = 0; way < 4; way++) {
        bool plain = way & 1, with_nulls = way & 2;
        reel_bytes_owned from = large(plain, with_nulls);
        reel_index *index;
        reel_reader *r;
        reel_index_entry e;
        if (plain && !with_nulls) /* texts that are not UTF-8 go along */
            from.data[from.size / 2] = 0xff;
        note_message(&from, &index, &r);
        assert_ok(reel_index_at(index, 0, &e));
        assert_int_equal(e.n_rows, with_nulls ? 201 : 400);
        assert_true(e.unpacked_size > 800000);
        assert_true(plain ? e.size > 800000 : e.size < 50000);
        assert_int_equal(e.n_ranges, 2);
        assert_string_equal(e.ranges[0].timeline, "frame");
        assert_int_equal(e.ranges[0].min, 100);
        assert_int_equal(e.ranges[0].max, 299);
        assert_string_equal(e.ranges[1].timeline, "other");
        assert_int_equal(e.ranges[1].type, REEL_TIME_DURATION_NS);
        assert_int_equal(e.ranges[1].min, -50);
        assert_int_equal(e.ranges[1].max, 347);
        uint64_t *found;
        size_t n;
        reel_query query = {.struct_size = sizeof query, .component = "n", .timeline = "frame", .min = 101, .max = 400}; /* "n" is only at 100 */
        assert_ok(reel_index_select(index, &query, &found, &n));
        assert_int_equal(n, 0);
        reel_release(found);
        query.min = 100;
        assert_ok(reel_index_select(index, &query, &found, &n));
        assert_int_equal(n, with_nulls);
        reel_release(found);
        reel_index_free(index);
        reel_close_reader(r);
    }
}

/* ---- limits: what was read may be larger than what can be written */

static reel_chunk *with_timelines(size_t n) {
    reel_chunk *chunk = read_back_numbers("t", 2, 0), *more;
    for (size_t i = 1; i < n; i++) {
        char name[16];
        int64_t time = (int64_t)i;
        snprintf(name, sizeof name, "t%u", (unsigned)i);
        assert_ok(reel_chunk_with_timeline(chunk, name, REEL_TIME_SEQUENCE, &time, 1, &more));
        reel_chunk_unref(chunk);
        chunk = more;
    }
    return chunk;
}

/* A row of n components, c0 to c(n - 1), or from `first` on. */
static reel_chunk *with_components(size_t first, size_t n) {
    static reel_column columns[512];
    static char names[512][16];
    static const double value = 1.5;
    int64_t frame = 1;
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "c%u", (unsigned)(first + i));
        columns[i] = (reel_column){.name = names[i], .type = REEL_VALUE_F64, .values = &value, .n_values = 1};
    }
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, &frame, 1};
    return read_back("wide", &time, 1, columns, n);
}

static void as_much_is_written_as_the_limits_say(void **state) {
    (void)state;
    static bytes b;
    b = (bytes){.size = 0};
    reel_writer *w;
    reel_reader *r;
    reel_chunk *chunk, *out, *pair[2] = {with_components(0, 511), with_components(511, 1)};
    assert_ok(reel_writer_callback(take_bytes, &b, NULL, &w));
    for (size_t n = 63; n <= 65; n++) {
        chunk = with_timelines(n);
        assert_int_equal(reel_writer_put_chunk(w, &store, chunk), n <= 64 ? REEL_OK : REEL_E_TOO_LARGE);
        if (n > 64)
            assert_says("/t: a chunk of 65 timelines and 1 components: at most 64 and 512 can be written");
        assert_int_equal(reel_chunk_select(chunk, (const uint64_t[]){1, 0}, 2, &out), n <= 64 ? REEL_OK : REEL_E_TOO_LARGE);
        reel_chunk_unref(out);
        assert_ok(reel_chunk_slice(chunk, 1, 1, &out)); /* what shares has no such limit */
        reel_chunk_unref(out);
        reel_chunk_unref(chunk);
    }
    assert_ok(reel_writer_put_chunk(w, &store, pair[0]));
    assert_ok(reel_chunk_join(pair, 2, &out));
    assert_int_equal(reel_chunk_components(out), 512);
    assert_ok(reel_writer_put_chunk(w, &store, out));
    reel_chunk_unref(pair[1]);
    pair[0] = (reel_chunk_unref(pair[0]), out);
    pair[1] = with_components(512, 1);
    assert_int_equal(reel_chunk_join(pair, 2, &out), REEL_E_TOO_LARGE);
    assert_says("/wide: a chunk of 1 timelines and 513 components");
    assert_null(out);
    reel_chunk_unref(pair[0]);
    reel_chunk_unref(pair[1]);
    assert_ok(reel_writer_close(w));
    assert_ok(reel_open_memory(b.data, b.size, NULL, &r));
    assert_int_equal(sum_of_reader(r).rows, 2 + 2 + 1 + 2);
}

/* ---- memory runs out */

static reel_status write_all(const reel_chunk *chunk, const reel_bytes_owned *from, bytes *b) {
    reel_writer *w;
    reel_reader *r;
    const reel_read_message *m = NULL;
    reel_status status = reel_writer_callback(take_bytes, b, NULL, &w);
    if (status != REEL_OK)
        return status;
    status = reel_writer_put_chunk(w, &store, chunk);
    if (status == REEL_OK)
        status = reel_open_memory(from->data, from->size, NULL, &r);
    if (status != REEL_OK) {
        reel_writer_abandon(w);
        return status;
    }
    do {
        status = reel_next(r, &m);
        if (status == REEL_OK && m)
            status = reel_writer_put_message(w, m);
    } while (status == REEL_OK && m);
    reel_close_reader(r);
    if (status == REEL_OK)
        return reel_writer_close(w);
    reel_writer_abandon(w);
    return status;
}

static void nothing_leaks_when_memory_runs_out(void **state) {
    (void)state;
    static bytes b;
    bool was_refused = true;
    for (long nth = 1; was_refused; nth++) {
        reel_chunk *chunk = read_back_numbers("a", 10, 0);
        b = (bytes){.size = 0};
        long alive = atomic_load(&scarce_alive);
        scarcity_begin(&scarce_here, nth, false);
        reel_status status = write_all(chunk, &read_back_bytes[read_back_n - 1], &b);
        scarcity_end(&scarce_here);
        was_refused = atomic_load(&scarce_here.has_refused);
        if (status == REEL_OK && was_refused) { /* done without: a larger message, no compression */
            reel_reader *r;
            assert_ok(reel_open_memory(b.data, b.size, NULL, &r));
            assert_int_equal(sum_of_reader(r).rows, 20);
        } else if (status != (was_refused ? REEL_E_NO_MEMORY : REEL_OK)) {
            fail_msg("request %ld: %s: %s", nth, reel_status_text(status), reel_error_message());
        }
        long kept = atomic_load(&scarce_alive) - alive;
        assert_in_range(kept, 0, 1); /* the chunk's type */
        assert_true(nth < 2000);
        reel_chunk_unref(chunk);
        read_back_free();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_there_when_it_is_closed_and_not_before, setup, teardown),
        cmocka_unit_test_setup_teardown(the_options_leave_out_compression_and_footer, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_to_is_told_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failure_of_the_system_leaves_the_old_file_and_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(store_info_stands_before_a_stores_first_message_once, setup, teardown),
        cmocka_unit_test_setup_teardown(messages_go_out_as_they_came, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_a_message_or_a_store_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_callback_that_fails_is_not_called_again, setup, teardown),
        cmocka_unit_test_setup_teardown(the_footer_tells_of_chunks_and_messages_alike, setup, teardown),
        cmocka_unit_test_setup_teardown(large_messages_are_noted_without_a_look_at_their_values, setup, teardown),
        cmocka_unit_test_setup_teardown(as_much_is_written_as_the_limits_say, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_leaks_when_memory_runs_out, setup, teardown),
    };
    return scarce_install() == REEL_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
