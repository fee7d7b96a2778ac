/* A recording and its sinks: any number, each at its own pace; one that stands still holds up nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

static reel_recording *new_with(reel_options o) {
    o.struct_size = sizeof o;
    reel_recording *rec = reel_new("app", &o);
    assert_non_null(rec);
    return rec;
}

static size_t file_size(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    fclose(f);
    return size > 0 ? (size_t)size : 0;
}

/* Whether a file ends as a complete .rrd does. */
static bool has_footer(const char *path) {
    char tail[12] = "";
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool ok = fseek(f, -12, SEEK_END) == 0 && fread(tail, 1, 12, f) == 12;
    fclose(f);
    return ok && memmem(tail, 12, "FOOT", 4) != NULL;
}

static const char *temporary(char *path) {
    strcpy(path, "/tmp/reel-sinks-XXXXXX");
    close(mkstemp(path));
    return path;
}

/* ---- adding and removing */

static void the_first_sink_gets_what_was_logged_before_it(void **state) {
    (void)state;
    watcher first, second;
    watcher_init(&first);
    watcher_init(&second);
    reel_recording *rec = new_with((reel_options){0});
    for (int i = 0; i < 10000; i++)
        assert_ok(log_number(rec, "a", i));
    assert_ok(log_static_number(rec, "s", 1));
    assert_ok(watcher_add(&first, rec, NULL, NULL));
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "a", i));
    assert_ok(log_static_number(rec, "s", 2));
    assert_ok(watcher_add(&second, rec, NULL, NULL));
    assert_ok(log_number(rec, "a", 0));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(first.rows, 10101);
    assert_int_equal(first.static_rows, 2);
    assert_int_equal(first.n_infos, 1);
    assert_int_equal(second.rows, 1);
    assert_int_equal(second.static_rows, 1);
    assert_int_equal(second.n_infos, 1);
    assert_int_equal(second.first[0].message.kind, REEL_MESSAGE_STORE_INFO);
    assert_string_equal(second.first[1].path, "/__properties");
    assert_string_equal(second.first[2].path, "/s");
    assert_true(second.first[2].message.is_static);
    reel_unref(rec);
    watcher_free(&first);
    watcher_free(&second);
}

static void adding_a_sink_never_drops_another(void **state) {
    (void)state;
    enum { N = 20 }; /* more than a flush looks at in one go */
    watcher w[N];
    reel_recording *rec = new_with((reel_options){0});
    for (int i = 0; i < N; i++) {
        watcher_init(&w[i]);
        reel_queue_options o = {.struct_size = sizeof o, .batching = i % 2 ? REEL_BATCHING_BULK : REEL_BATCHING_PROMPT};
        assert_ok(watcher_add(&w[i], rec, &o, NULL));
        for (int k = 0; k < 10; k++)
            assert_ok(log_number(rec, "a", k));
    }
    assert_ok(reel_flush(rec, -1));
    for (int i = 0; i < N; i++)
        assert_int_equal(watcher_rows(&w[i]), 10 * (N - i));
    for (int k = 0; k < 10; k++)
        assert_ok(log_number(rec, "a", k));
    assert_ok(reel_flush(rec, 10000));
    for (int i = 0; i < N; i++)
        assert_int_equal(watcher_rows(&w[i]), 10 * (N - i) + 10);
    reel_free(rec);
    for (int i = 0; i < N; i++) {
        assert_true(w[i].is_closed && w[i].is_released);
        watcher_free(&w[i]);
    }
}

static void a_removed_sink_ends_and_the_others_go_on(void **state) {
    (void)state;
    watcher a, b;
    watcher_init(&a);
    watcher_init(&b);
    reel_recording *rec = new_with((reel_options){0});
    reel_sink_id id_a, id_b;
    assert_ok(watcher_add(&a, rec, NULL, &id_a));
    assert_ok(watcher_add(&b, rec, NULL, &id_b));
    assert_int_not_equal(id_a, id_b);
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "a", i));
    assert_ok(reel_remove_sink(rec, id_a, -1));
    assert_true(a.is_closed && a.is_released);
    assert_int_equal(a.rows, 100);
    assert_int_equal(reel_remove_sink(rec, id_a, -1), REEL_E_CLOSED);
    assert_int_equal(reel_flush_sink(rec, id_a, -1), REEL_E_CLOSED);
    reel_sink_stats stats = {.struct_size = sizeof stats};
    assert_int_equal(reel_get_sink_stats(rec, id_a, &stats), REEL_E_CLOSED);
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_flush_sink(rec, id_b, -1));
    assert_int_equal(b.rows, 101);
    assert_ok(reel_get_sink_stats(rec, id_b, &stats));
    assert_int_equal(stats.rows_written, 102); /* and the start time */
    assert_int_equal(stats.messages_written, b.n_messages);
    assert_int_equal(stats.bytes_written, b.bytes);
    assert_int_equal(stats.rows_dropped + stats.messages_dropped + stats.bytes_queued, 0);
    assert_int_equal(reel_get_sink_stats(rec, id_b, &(reel_sink_stats){0}), REEL_E_ARGUMENT);
    reel_free(rec);
    watcher_free(&a);
    watcher_free(&b);
}

static void after_the_last_sink_rows_wait_for_the_next(void **state) {
    (void)state;
    for (int prompt = 0; prompt < 2; prompt++) {
        watcher a, b;
        watcher_init(&a);
        watcher_init(&b);
        reel_queue_options o = {.struct_size = sizeof o, .batching = prompt ? REEL_BATCHING_PROMPT : REEL_BATCHING_BULK};
        reel_recording *rec = new_with((reel_options){0});
        reel_sink_id id;
        assert_ok(watcher_add(&a, rec, &o, &id));
        assert_ok(log_number(rec, "a", 1));
        assert_ok(log_static_number(rec, "s", 1));
        assert_ok(reel_remove_sink(rec, id, -1));
        for (int i = 0; i < 5000; i++)
            assert_ok(log_number(rec, "a", i));
        assert_ok(reel_flush(rec, -1));
        o.batching = prompt ? REEL_BATCHING_BULK : REEL_BATCHING_PROMPT;
        assert_ok(watcher_add(&b, rec, &o, NULL));
        assert_ok(reel_close(rec, -1));
        assert_int_equal(a.rows, 1);
        assert_int_equal(b.rows, 5000);
        assert_int_equal(b.static_rows, 1);
        assert_int_equal(b.n_infos, 1);
        assert_int_equal(b.first[0].message.kind, REEL_MESSAGE_STORE_INFO);
        reel_unref(rec);
        watcher_free(&a);
        watcher_free(&b);
    }
}

typedef struct logger {
    reel_recording *rec;
    atomic_bool stop;
    uint64_t n_ok, n_else;
} logger;
static void *log_on(void *given) {
    logger *l = given;
    while (!atomic_load(&l->stop))
        *(log_number(l->rec, "a", 1) == REEL_OK ? &l->n_ok : &l->n_else) += 1;
    return NULL;
}

/* Each row is in exactly one of the sinks that follow each other. */
static void changing_sinks_while_others_log_loses_nothing(void **state) {
    (void)state;
    enum { N = 30 };
    watcher w[N];
    reel_recording *rec = new_with((reel_options){0});
    logger l[2] = {{.rec = rec}, {.rec = rec}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_on, &l[i]), 0);
    for (int i = 0; i < N; i++) {
        watcher_init(&w[i]);
        reel_queue_options o = {.struct_size = sizeof o, .batching = i % 3 ? REEL_BATCHING_BULK : REEL_BATCHING_PROMPT, .block_ms = 60000};
        reel_sink_id id;
        assert_ok(watcher_add(&w[i], rec, &o, &id));
        usleep(1000);
        assert_ok(reel_remove_sink(rec, id, 60000));
    }
    for (int i = 0; i < 2; i++) {
        atomic_store(&l[i].stop, true);
        pthread_join(threads[i], NULL);
        assert_int_equal(l[i].n_else, 0);
    }
    watcher last;
    watcher_init(&last);
    assert_ok(watcher_add(&last, rec, NULL, NULL));
    assert_ok(reel_close(rec, 60000));
    uint64_t rows = last.rows;
    for (int i = 0; i < N; i++) {
        rows += w[i].rows;
        assert_int_equal(w[i].n_infos, 1);
        watcher_free(&w[i]);
    }
    assert_int_equal(rows, l[0].n_ok + l[1].n_ok);
    assert_int_equal(last.n_infos, 1);
    reel_unref(rec);
    watcher_free(&last);
}

static void bad_sinks_are_refused_with_words(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){0});
    assert_int_equal(reel_save(rec, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_save(rec, ""), REEL_E_ARGUMENT);
    assert_int_equal(reel_save(rec, "/"), REEL_E_IO);
    assert_int_equal(reel_save(rec, "/nowhere/at/all.rrd"), REEL_E_NOT_FOUND);
    assert_says("/nowhere/at/all.rrd");
    assert_int_equal(reel_add_callback(rec, NULL, NULL, NULL, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_add_sink(rec, NULL, NULL, NULL, NULL), REEL_E_ARGUMENT);
    assert_int_equal(watcher_add(&w, rec, &(reel_queue_options){0}, NULL), REEL_E_ARGUMENT);
    assert_says("struct_size");
    assert_int_equal(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .policy = (reel_policy)9}, NULL), REEL_E_ARGUMENT);
    assert_int_equal(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .batching = (reel_batching)9}, NULL), REEL_E_ARGUMENT);
    assert_int_equal(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = -2}, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_add_memory(rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = -1}, NULL), REEL_E_ARGUMENT);
    assert_ok(log_number(rec, "a", 1)); /* and what was logged waits for a good one */
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    reel_free(rec);
    assert_int_equal(w.rows, 1);
    watcher_free(&w);
}

/* ---- streams */

typedef struct stream {
    uint8_t *data;
    size_t size;
} stream;
static reel_status take_bytes(void *user, const void *data, size_t size) {
    stream *s = user;
    s->data = realloc(s->data, s->size + size);
    memcpy(s->data + s->size, data, size);
    s->size += size;
    return REEL_OK;
}

/* A stream is a header, then messages that say how long they are. Returns how many there are, -1 when the last one is not whole. */
static int count_messages(const stream *s) {
    int n = 0;
    if (s->size < 12 || memcmp(s->data, "RRF2", 4))
        return -1;
    size_t at = 12;
    while (at < s->size) {
        uint64_t length;
        if (at + 16 > s->size)
            return -1;
        memcpy(&length, s->data + at + 8, 8);
        if (length > s->size - at - 16)
            return -1;
        at += 16 + length;
        n++;
    }
    return n;
}

static void the_bytes_of_a_callback_are_a_stream(void **state) {
    (void)state;
    stream s = {0};
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){.flush_rows = 100});
    reel_queue_options o = {.struct_size = sizeof o, .batching = REEL_BATCHING_BULK};
    assert_ok(watcher_add(&w, rec, &o, NULL));
    assert_ok(reel_add_callback(rec, take_bytes, &s, &o, NULL));
    for (int i = 0; i < 5000; i++)
        assert_ok(log_number(rec, i % 3 ? "a" : "b", i));
    assert_ok(reel_flush(rec, -1));
    assert_true(count_messages(&s) >= 52);
    assert_ok(reel_close(rec, -1));
    size_t size_without_end = 12 + w.bytes;
    assert_true(s.size >= size_without_end);
    assert_int_equal(count_messages(&(stream){s.data, size_without_end}), w.n_messages);
    size_t at = 12;
    for (size_t i = 0; i < WATCHER_FIRST; i++) { /* the very bytes that a sink of one's own sees */
        assert_memory_equal(s.data + at, w.first[i].bytes, w.first[i].message.size);
        at += w.first[i].message.size;
    }
    reel_unref(rec);
    free(s.data);
    watcher_free(&w);
}

/* ---- speeds */

/* Three sinks: one fast, one slow, one that stands still. Frozen ones are never freed: a thread of the library may be in them for ever. */
static void a_frozen_sink_holds_up_nobody(void **state) {
    (void)state;
    static watcher frozen, fast, slow;
    char path[64];
    temporary(path);
    watcher_init(&frozen);
    watcher_init(&fast);
    watcher_init(&slow);
    slow.sleep_us = 2000;
    reel_recording *rec = new_with((reel_options){0});
    reel_queue_options small = {.struct_size = sizeof small, .queue_max_bytes = 1 << 20, .block_ms = 50};
    reel_sink_id id_frozen, id_slow;
    assert_ok(watcher_add(&frozen, rec, &small, &id_frozen));
    assert_ok(reel_save(rec, path));
    assert_ok(watcher_add(&fast, rec, NULL, NULL));
    assert_ok(watcher_add(&slow, rec, NULL, &id_slow));
    watcher_freeze(&frozen, true);
    assert_ok(log_number(rec, "a", 0));
    assert_int_equal(reel_flush(rec, 100), REEL_E_TIMEOUT);
    assert_says("watcher");
    assert_true(watcher_await_inside(&frozen));
    assert_int_equal(watcher_rows(&fast), 1);

    double values[1000];
    for (int i = 0; i < 1000; i++)
        values[i] = i * 0.37 * (i % 13);
    for (int i = 0; i < 2000; i++) { /* 16 MB */
        values[i % 1000] += 1.1;
        assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = values, .n_scalars = 1000}));
    }
    int64_t before = now_ms();
    assert_int_equal(reel_flush(rec, 1500), REEL_E_TIMEOUT);
    assert_true(now_ms() - before < 15000);
    assert_int_equal(watcher_rows(&fast), 2001);
    assert_int_equal(watcher_rows(&slow), 2001);
    assert_ok(reel_flush_sink(rec, id_slow, 5000));
    assert_true(file_size(path) > 1000000);

    reel_sink_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_sink_stats(rec, id_frozen, &stats));
    assert_true(stats.rows_dropped > 0 && stats.bytes_dropped > 0);
    assert_true(stats.bytes_queued <= (1 << 20) + (512 << 10)); /* the bound, and a chunk */
    assert_int_equal(stats.last_error, REEL_E_BUSY);
    assert_ok(reel_get_sink_stats(rec, id_slow, &stats));
    assert_int_equal(stats.rows_dropped, 0);

    watcher_freeze(&frozen, false); /* it moves again: all is well again */
    reel_flush(rec, 30000);
    assert_ok(log_number(rec, "b", 1));
    assert_ok(reel_flush(rec, 30000));
    assert_ok(reel_get_sink_stats(rec, id_frozen, &stats));
    assert_int_equal(stats.rows_dropped + frozen.rows, 2002);
    assert_ok(reel_close(rec, 30000));
    assert_int_equal(fast.rows, 2002);
    assert_int_equal(slow.rows, 2002);
    assert_true(has_footer(path));
    reel_unref(rec);
    unlink(path);
    watcher_free(&frozen);
    watcher_free(&fast);
    watcher_free(&slow);
}

static void *flush_for_ever(void *rec) {
    reel_flush(rec, -1);
    return NULL;
}

/* Without a time limit the caller waits for the frozen one; the others have their rows long before. */
static void a_flush_without_a_limit_still_serves_the_others(void **state) {
    (void)state;
    watcher frozen, fast;
    char path[64];
    temporary(path);
    watcher_init(&frozen);
    watcher_init(&fast);
    reel_recording *rec = new_with((reel_options){.flush_tick_ns = -1});
    assert_ok(watcher_add(&frozen, rec, NULL, NULL));
    assert_ok(watcher_add(&fast, rec, NULL, NULL));
    assert_ok(reel_save(rec, path));
    assert_ok(reel_flush(rec, -1));
    watcher_freeze(&frozen, true);
    size_t size = file_size(path);
    for (int i = 0; i < 10; i++)
        assert_ok(log_number(rec, "a", i));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, flush_for_ever, rec), 0);
    assert_int_equal(watcher_await(&fast, 10, 5000), 10);
    for (int64_t until = now_ms() + 5000; file_size(path) == size && now_ms() < until;)
        usleep(1000);
    assert_true(file_size(path) > size);
    watcher_freeze(&frozen, false);
    pthread_join(thread, NULL);
    assert_int_equal(frozen.rows, 10);
    reel_free(rec);
    unlink(path);
    watcher_free(&frozen);
    watcher_free(&fast);
}

/* The close's time is shared: who stands still costs the others neither rows nor the footer. */
static void a_close_ends_the_others_though_one_is_frozen(void **state) {
    (void)state;
    static watcher frozen[2], fast;
    char path[64];
    temporary(path);
    reel_recording *rec = new_with((reel_options){0});
    reel_queue_options small = {.struct_size = sizeof small, .queue_max_bytes = 100000, .block_ms = 60000};
    for (int i = 0; i < 2; i++) {
        watcher_init(&frozen[i]);
        assert_ok(watcher_add(&frozen[i], rec, &small, NULL));
        watcher_freeze(&frozen[i], true);
    }
    watcher_init(&fast);
    assert_ok(reel_save(rec, path));
    assert_ok(watcher_add(&fast, rec, NULL, NULL));
    double values[1000];
    for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 1000; k++)
            values[k] = (i + 1) * 0.77 * k;
        assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = values, .n_scalars = 1000}));
    }
    int64_t before = now_ms();
    assert_int_equal(reel_close(rec, 2000), REEL_E_TIMEOUT);
    assert_true(now_ms() - before < 2000 + (WATCHER_LESS ? 8000 : 1500));
    assert_int_equal(watcher_rows(&fast), 300);
    assert_true(fast.is_closed);
    assert_true(has_footer(path));
    before = now_ms();
    reel_unref(rec);
    assert_true(now_ms() - before < 1000);
    for (int i = 0; i < 2; i++) {
        watcher_freeze(&frozen[i], false); /* what comes back late touches nothing */
        assert_false(frozen[i].is_released);
    }
    usleep(100000);
    unlink(path);
    watcher_free(&fast);
}

/* The encoder waits for a blocking sink at most block_ms; so does, at the end, the log call: then the row is dropped, counted, and later calls do not wait. */
static void a_log_call_waits_at_most_block_ms_and_only_once(void **state) {
    (void)state;
    watcher frozen;
    watcher_init(&frozen);
    reel_recording *rec = new_with((reel_options){.block_ms = 300});
    reel_sink_id id;
    assert_ok(watcher_add(&frozen, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .queue_max_bytes = 100000, .block_ms = 600000}, &id));
    watcher_freeze(&frozen, true);
    static uint8_t bytes[100000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i * 2654435761u >> 13);
    uint64_t n_ok = 0, n_busy = 0;
    int64_t longest = 0, total = 0;
    for (int i = 0; i < 1500; i++) { /* 150 MB into a budget of 32 */
        int64_t before = now_ms();
        reel_status status = reel_log_encoded_image(rec, "image", &(reel_encoded_image){.blob = {bytes, sizeof bytes}});
        int64_t took = now_ms() - before;
        total += took;
        longest = took > longest ? took : longest;
        assert_true(status == REEL_OK || status == REEL_E_BUSY);
        n_ok += status == REEL_OK;
        n_busy += status == REEL_E_BUSY;
        if (status == REEL_E_BUSY && n_busy == 1)
            assert_says("/image");
    }
    assert_true(n_busy > 100 && n_ok > 100);
    assert_true(longest >= 250 && longest < (WATCHER_LESS ? 10000 : 3000));
    assert_true(total < (WATCHER_LESS ? 30000 : 5000));
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.rows_dropped, n_busy);
    assert_true(stats.bytes_dropped >= n_busy * sizeof bytes);
    assert_true(stats.memory_peak_bytes < (uint64_t)128 << 20);

    watcher_freeze(&frozen, false);
    assert_ok(reel_flush(rec, 60000));
    assert_int_equal(watcher_rows(&frozen), n_ok);
    assert_ok(reel_log_encoded_image(rec, "image", &(reel_encoded_image){.blob = {bytes, sizeof bytes}}));
    assert_ok(reel_close(rec, 60000));
    assert_int_equal(frozen.rows, n_ok + 1);
    reel_unref(rec);
    watcher_free(&frozen);
}

static void a_recording_that_may_not_wait_does_not(void **state) {
    (void)state;
    watcher frozen;
    watcher_init(&frozen);
    reel_recording *rec = new_with((reel_options){.block_ms = -1});
    assert_ok(watcher_add(&frozen, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .queue_max_bytes = 100000, .block_ms = 600000}, NULL));
    watcher_freeze(&frozen, true);
    static uint8_t bytes[1000000];
    int64_t longest = 0;
    int n_busy = 0;
    for (int i = 0; i < 200; i++) {
        int64_t before = now_ms();
        n_busy += reel_log_encoded_image(rec, "image", &(reel_encoded_image){.blob = {bytes, sizeof bytes}}) == REEL_E_BUSY;
        int64_t took = now_ms() - before;
        longest = took > longest ? took : longest;
    }
    assert_true(n_busy > 50);
    assert_true(longest < (WATCHER_LESS ? 5000 : 1000));
    watcher_freeze(&frozen, false);
    reel_free(rec);
    watcher_free(&frozen);
}

/* ---- results */

static reel_status refuse(void *user, const void *data, size_t size) {
    (void)data;
    (void)size;
    return atomic_load((atomic_int *)user) ? REEL_E_NO_SPACE : REEL_OK;
}

typedef struct told {
    atomic_int n, status, sink;
    reel_recording *rec;
} told;
static void note_event(void *user, reel_recording *rec, const reel_event *event) {
    told *t = user;
    atomic_fetch_add(&t->n, 1);
    atomic_store(&t->status, (int)event->status);
    atomic_store(&t->sink, (int)event->sink);
    log_number(rec, "events", 1); /* allowed */
}

static void a_flush_tells_of_the_sink_that_failed(void **state) {
    (void)state;
    atomic_int refuses = 0;
    told t = {0};
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){.on_event = note_event, .on_event_user = &t});
    reel_sink_id good, bad;
    assert_ok(watcher_add(&w, rec, NULL, &good));
    assert_ok(reel_add_callback(rec, refuse, &refuses, NULL, &bad));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_flush(rec, 10000));
    assert_ok(reel_last_error(rec, NULL, 0));
    atomic_store(&refuses, 1);
    assert_ok(log_number(rec, "a", 2));
    assert_int_equal(reel_flush(rec, 10000), REEL_E_NO_SPACE);
    assert_int_equal(watcher_rows(&w), 2);
    assert_ok(reel_flush_sink(rec, good, 10000));
    char text[256];
    assert_int_equal(reel_last_error(rec, text, sizeof text), REEL_E_NO_SPACE);
    assert_true(strlen(text) > 0);
    assert_int_equal(reel_sink_error(rec, bad, text, sizeof text), REEL_E_NO_SPACE);
    assert_ok(reel_sink_error(rec, good, text, sizeof text));
    assert_string_equal(text, "");
    assert_int_equal(atomic_load(&t.n), 1); /* once, however many messages are refused */
    assert_int_equal(atomic_load(&t.status), REEL_E_NO_SPACE);
    assert_int_equal(atomic_load(&t.sink), bad);
    assert_int_equal(reel_flush(rec, 10000), REEL_E_NO_SPACE); /* the row that the callback logged */
    assert_ok(reel_flush(rec, 10000));
    atomic_store(&refuses, 0);
    assert_ok(log_number(rec, "a", 3));
    assert_ok(reel_flush(rec, 10000));
    assert_ok(reel_close(rec, 10000));
    assert_int_equal(w.rows, 4); /* with the one that the callback logged */
    reel_unref(rec);
    watcher_free(&w);
}

static void a_flush_tells_of_a_memory_sink_that_is_full(void **state) {
    (void)state;
    reel_recording *rec = new_with((reel_options){0});
    reel_sink_id id;
    assert_ok(reel_add_memory(rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = 10000}, &id));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_flush(rec, -1));
    double values[5000];
    for (int i = 0; i < 5000; i++)
        values[i] = i * 0.77;
    assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = values, .n_scalars = 5000}));
    assert_int_equal(reel_flush(rec, -1), REEL_E_NO_SPACE);
    assert_says("memory sink");
    assert_ok(reel_flush(rec, -1));
    reel_sink_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_sink_stats(rec, id, &stats));
    assert_int_equal(stats.rows_dropped, 1);
    reel_free(rec);
}

static void a_mismatch_is_told_once_and_logged_all_the_same(void **state) {
    (void)state;
    told t = {0};
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){.on_event = note_event, .on_event_user = &t});
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    float xyz[12] = {0};
    uint32_t colors[3] = {0};
    for (int i = 0; i < 5; i++)
        assert_ok(reel_log_points3d(rec, "points", &(reel_points3d){.positions = xyz, .n_positions = 4, .colors = colors, .n_colors = 3}));
    assert_int_equal(atomic_load(&t.n), 1);
    assert_int_equal(atomic_load(&t.status), REEL_E_LENGTHS);
    assert_ok(reel_close(rec, -1));
    assert_int_equal(w.rows, 6);
    reel_unref(rec);
    reel_recording *strict = new_with((reel_options){.strict = true});
    assert_int_equal(reel_log_points3d(strict, "points", &(reel_points3d){.positions = xyz, .n_positions = 4, .colors = colors, .n_colors = 3}), REEL_E_LENGTHS);
    assert_says("/points: colors has 3 values for 4 instances");
    reel_free(strict);
    watcher_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_sink_gets_what_was_logged_before_it),
        cmocka_unit_test(adding_a_sink_never_drops_another),
        cmocka_unit_test(a_removed_sink_ends_and_the_others_go_on),
        cmocka_unit_test(after_the_last_sink_rows_wait_for_the_next),
        cmocka_unit_test(changing_sinks_while_others_log_loses_nothing),
        cmocka_unit_test(bad_sinks_are_refused_with_words),
        cmocka_unit_test(the_bytes_of_a_callback_are_a_stream),
        cmocka_unit_test(a_frozen_sink_holds_up_nobody),
        cmocka_unit_test(a_flush_without_a_limit_still_serves_the_others),
        cmocka_unit_test(a_close_ends_the_others_though_one_is_frozen),
        cmocka_unit_test(a_log_call_waits_at_most_block_ms_and_only_once),
        cmocka_unit_test(a_recording_that_may_not_wait_does_not),
        cmocka_unit_test(a_flush_tells_of_the_sink_that_failed),
        cmocka_unit_test(a_flush_tells_of_a_memory_sink_that_is_full),
        cmocka_unit_test(a_mismatch_is_told_once_and_logged_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
