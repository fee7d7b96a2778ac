/* Many threads and one recording: nothing that was logged is lost, whoever logs, ends, flushes or closes meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

enum { THREADS = 8 };

typedef struct worker {
    pthread_t thread;
    reel_recording *rec, *others[2];
    int number, n_rows, n_entities;
    uint64_t n_ok, n_closed, n_else;
    atomic_bool *stop;
    pthread_barrier_t *barrier;
} worker;

static void start(worker *w, void *(*run)(void *)) { assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0); }

static void count(worker *w, reel_status status) {
    if (status == REEL_OK)
        w->n_ok++;
    else if (status == REEL_E_CLOSED)
        w->n_closed++;
    else if (!w->n_else++)
        fprintf(stderr, "%s: %s\n", reel_status_text(status), reel_error_message());
}

static void *log_rows(void *given) {
    worker *w = given;
    char path[32];
    for (int i = 0; i < w->n_rows; i++) {
        snprintf(path, sizeof path, "t%d/e%d", i % 5 ? w->number : 0, i % 7); /* some entities are everybody's */
        count(w, log_number(w->rec, path, i));
    }
    return NULL;
}

/* ---- a thread's end */

static void a_thread_that_ends_loses_nothing(void **state) {
    (void)state;
    watcher seen;
    watcher_init(&seen);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&seen, rec, NULL, NULL));
    uint64_t expected = 0;
    for (int round = 0; round < 50; round++) {
        worker w[THREADS];
        for (int i = 0; i < THREADS; i++) {
            w[i] = (worker){.rec = rec, .number = i, .n_rows = 1 + 37 * ((round + i) % 11)};
            start(&w[i], log_rows);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(w[i].thread, NULL);
            assert_int_equal(w[i].n_ok, w[i].n_rows);
            expected += w[i].n_ok;
        }
    }
    assert_ok(reel_flush(rec, -1));
    assert_int_equal(watcher_rows(&seen), expected);
    /* Their lanes are gone as soon as somebody has looked twice. */
    reel_stats stats = {.struct_size = sizeof stats};
    for (int i = 0; i < 4; i++)
        assert_ok(reel_flush(rec, -1));
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.lanes, 1); /* this thread's own: the start time */
    reel_free(rec);
    watcher_free(&seen);
}

static void *log_and_outlive(void *given) {
    worker *w = given;
    log_rows(w);
    pthread_barrier_wait(w->barrier);
    pthread_barrier_wait(w->barrier); /* the recording is gone now */
    reel_recording *next = reel_new("next", NULL);
    count(w, log_number(next, "a", 1));
    reel_free(next);
    return NULL;
}

static void a_recording_may_go_before_the_threads_that_logged_to_it(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        reel_recording *rec = reel_new("app", NULL);
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, THREADS + 1);
        worker w[THREADS];
        for (int i = 0; i < THREADS; i++) {
            w[i] = (worker){.rec = rec, .number = i, .n_rows = 100, .barrier = &barrier};
            start(&w[i], log_and_outlive);
        }
        pthread_barrier_wait(&barrier);
        reel_free(rec);
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < THREADS; i++) {
            pthread_join(w[i].thread, NULL);
            assert_int_equal(w[i].n_ok, 101);
        }
        pthread_barrier_destroy(&barrier);
    }
}

/* Two recordings in turn: each time the thread looks through all that it knows, and frees what is gone. */
static void *log_and_sweep(void *given) {
    worker *w = given;
    log_rows(w);
    pthread_barrier_wait(w->barrier);
    for (int i = 0; i < 200; i++)
        count(w, log_number(w->others[i % 2], "a", 1));
    return NULL;
}

static void a_recording_may_go_while_threads_look_through_theirs(void **state) {
    (void)state;
    reel_recording *others[2] = {reel_new("a", NULL), reel_new("b", NULL)};
    for (int round = 0; round < 100; round++) {
        reel_recording *rec = reel_new("app", NULL);
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, THREADS + 1);
        worker w[THREADS];
        for (int i = 0; i < THREADS; i++) {
            w[i] = (worker){.rec = rec, .number = i, .n_rows = 10, .barrier = &barrier, .others = {others[0], others[1]}};
            start(&w[i], log_and_sweep);
        }
        pthread_barrier_wait(&barrier);
        reel_free(rec);
        for (int i = 0; i < THREADS; i++) {
            pthread_join(w[i].thread, NULL);
            assert_int_equal(w[i].n_ok, 210);
        }
        pthread_barrier_destroy(&barrier);
    }
    reel_free(others[0]);
    reel_free(others[1]);
}

/* ---- flush */

static void *log_once(void *given) {
    worker *w = given;
    for (int i = 0; i < w->n_rows; i++) {
        count(w, log_number(w->rec, "other/thread", i));
        pthread_barrier_wait(w->barrier); /* logged: somebody else flushes */
        pthread_barrier_wait(w->barrier); /* and has looked */
    }
    return NULL;
}

static void a_flush_covers_what_any_thread_logged_before_it(void **state) {
    (void)state;
    watcher seen;
    watcher_init(&seen);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .flush_tick_ns = -1});
    reel_sink_id memory;
    assert_ok(watcher_add(&seen, rec, NULL, NULL));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    worker w = {.rec = rec, .n_rows = 1000, .barrier = &barrier};
    start(&w, log_once);
    for (int i = 1; i <= w.n_rows; i++) {
        pthread_barrier_wait(&barrier);
        assert_ok(reel_flush(rec, i % 2 ? -1 : 10000));
        assert_int_equal(watcher_rows(&seen), i);
        pthread_barrier_wait(&barrier);
    }
    pthread_join(w.thread, NULL);
    held h = held_of(rec, memory);
    assert_int_equal(held_rows(&h), w.n_rows);
    held_free(&h);
    pthread_barrier_destroy(&barrier);
    reel_free(rec);
    watcher_free(&seen);
}

static void *flush_and_look(void *given) {
    worker *w = given;
    while (!atomic_load(w->stop))
        count(w, reel_flush(w->rec, w->number ? -1 : 5000));
    return NULL;
}

static void flushing_while_others_log_loses_and_doubles_nothing(void **state) {
    (void)state;
    watcher seen;
    watcher_init(&seen);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&seen, rec, NULL, NULL));
    atomic_bool stop = false;
    worker w[4], f[2];
    for (int i = 0; i < 2; i++) {
        f[i] = (worker){.rec = rec, .number = i, .stop = &stop};
        start(&f[i], flush_and_look);
    }
    for (int i = 0; i < 4; i++) {
        w[i] = (worker){.rec = rec, .number = i, .n_rows = WATCHER_LESS ? 20000 : 200000};
        start(&w[i], log_rows);
    }
    uint64_t expected = 0;
    for (int i = 0; i < 4; i++) {
        pthread_join(w[i].thread, NULL);
        expected += w[i].n_ok;
        assert_int_equal(w[i].n_ok, w[i].n_rows);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(f[i].thread, NULL);
        assert_int_equal(f[i].n_closed + f[i].n_else, 0);
    }
    reel_free(rec);
    assert_int_equal(seen.rows, expected);
    watcher_free(&seen);
}

/* ---- close */

static void *log_until_closed(void *given) {
    worker *w = given;
    char path[32];
    pthread_barrier_wait(w->barrier);
    for (int i = 0; !w->n_closed && !w->n_else; i++) {
        snprintf(path, sizeof path, "t%d/e%d", i % 3 ? w->number : 0, i % 50);
        count(w, log_number(w->rec, path, i));
        if (i % 100 == 0)
            count(w, log_static_number(w->rec, path, i)), w->n_ok -= w->n_closed == 0 && w->n_else == 0;
    }
    return NULL;
}

static void every_row_that_was_taken_before_a_close_arrives(void **state) {
    (void)state;
    for (int round = 0; round < 30; round++) {
        watcher seen;
        watcher_init(&seen);
        reel_recording *rec = reel_new("app", NULL);
        reel_sink_id memory;
        assert_ok(watcher_add(&seen, rec, NULL, NULL));
        assert_ok(reel_add_memory(rec, NULL, &memory));
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, THREADS + 1);
        worker w[THREADS];
        for (int i = 0; i < THREADS; i++) {
            w[i] = (worker){.rec = rec, .number = i, .barrier = &barrier};
            start(&w[i], log_until_closed);
        }
        pthread_barrier_wait(&barrier);
        usleep((useconds_t)(round * 500));
        assert_ok(reel_close(rec, 30000));
        uint64_t ok = 0;
        for (int i = 0; i < THREADS; i++) {
            pthread_join(w[i].thread, NULL);
            assert_int_equal(w[i].n_else, 0);
            ok += w[i].n_ok;
        }
        /* A call that was under way may have got its row in and say "closed" all the same. */
        assert_in_range(seen.rows, ok, ok + THREADS);
        held h = held_of(rec, memory);
        uint64_t held_static = 0;
        for (size_t i = 0; i < h.n; i++)
            held_static += h.messages[i]->is_static ? h.messages[i]->info.n_rows : 0;
        assert_in_range(held_rows(&h) - held_static, ok, ok + THREADS);
        held_free(&h);
        pthread_barrier_destroy(&barrier);
        reel_unref(rec);
        watcher_free(&seen);
    }
}

static void *enable_and_disable(void *given) {
    worker *w = given;
    while (!atomic_load(w->stop))
        reel_set_enabled(w->rec, true);
    return NULL;
}

static void enabling_does_not_open_what_is_closed(void **state) {
    (void)state;
    for (int round = 0; round < 50; round++) {
        watcher seen;
        watcher_init(&seen);
        reel_recording *rec = reel_new("app", NULL);
        assert_ok(watcher_add(&seen, rec, NULL, NULL));
        atomic_bool stop = false;
        worker w = {.rec = rec, .stop = &stop};
        start(&w, enable_and_disable);
        usleep((useconds_t)(round % 7 * 30));
        assert_ok(reel_close(rec, 30000));
        assert_int_equal(log_number(rec, "a", 1), REEL_E_CLOSED);
        atomic_store(&stop, true);
        pthread_join(w.thread, NULL);
        assert_int_equal(log_number(rec, "a", 1), REEL_E_CLOSED);
        reel_unref(rec);
        watcher_free(&seen);
    }
}

/* ---- one entity of two threads */

typedef struct static_turn {
    reel_recording *rec;
    pthread_barrier_t *barrier;
    int first;
} static_turn;

static void *log_static_in_turn(void *given) {
    static_turn *t = given;
    char text[32];
    for (int i = 0; i < 10; i++) {
        if (i % 2 == t->first) {
            snprintf(text, sizeof text, "the text number %d.", i);
            reel_log_static_text_log(t->rec, "a", &(reel_text_log){.text = text});
        }
        pthread_barrier_wait(t->barrier);
    }
    pthread_barrier_wait(t->barrier); /* both lanes are still there when they are taken */
    return NULL;
}

/* The newest static row of an entity is the one that was logged last, in whatever order the lanes of two threads are taken. */
static void a_late_sink_gets_the_static_row_that_was_logged_last(void **state) {
    (void)state;
    for (int first = 0; first < 2; first++) {
        watcher seen;
        watcher_init(&seen);
        reel_recording *rec = reel_new("app", NULL);
        store_plain(rec);
        assert_ok(reel_add_memory(rec, NULL, NULL));
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, 2);
        static_turn mine = {rec, &barrier, first}, other = {rec, &barrier, 1 - first};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, log_static_in_turn, &other), 0);
        for (int i = 0; i < 10; i++) {
            char text[32];
            if (i % 2 == mine.first) {
                snprintf(text, sizeof text, "the text number %d.", i);
                assert_ok(reel_log_static_text_log(rec, "a", &(reel_text_log){.text = text}));
            }
            pthread_barrier_wait(&barrier);
        }
        assert_ok(watcher_add(&seen, rec, NULL, NULL)); /* begins with what is kept */
        pthread_barrier_wait(&barrier);
        pthread_join(thread, NULL);
        assert_ok(reel_close(rec, -1));
        assert_int_equal(seen.static_rows, 1);
        bool found = false;
        for (size_t i = 0; i < seen.n_messages; i++)
            found |= bytes_hold(seen.first[i].bytes, seen.first[i].message.size, "the text number 9.");
        assert_true(found);
        pthread_barrier_destroy(&barrier);
        reel_unref(rec);
        watcher_free(&seen);
    }
}

/* ---- lanes */

static void *log_many_entities(void *given) {
    worker *w = given;
    char path[32];
    for (int i = 0; i < w->n_entities; i++) {
        snprintf(path, sizeof path, "e/%d", i);
        count(w, log_number(w->rec, path, i));
    }
    return NULL;
}

static void many_entities_and_threads_stay_inside_the_account(void **state) {
    (void)state;
    watcher seen;
    watcher_init(&seen);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&seen, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .batching = REEL_BATCHING_BULK, .block_ms = 60000}, NULL));
    worker w[THREADS];
    int n_entities = WATCHER_LESS ? 5000 : 100000;
    for (int i = 0; i < THREADS; i++) {
        w[i] = (worker){.rec = rec, .n_entities = n_entities};
        start(&w[i], log_many_entities);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(w[i].thread, NULL);
        assert_int_equal(w[i].n_ok, n_entities);
    }
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_flush(rec, -1));
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.entities, n_entities + 1);
    assert_true(stats.memory_peak_bytes <= (uint64_t)272 << 20);
    assert_int_equal(watcher_rows(&seen), (uint64_t)THREADS * (uint64_t)n_entities);
    reel_free(rec);
    watcher_free(&seen);
}

static size_t n_listed(reel_recording *rec) {
    reel__core *core = core_of(rec);
    reel__drain_lock(core, INT64_MAX);
    size_t n = core->n_listed;
    reel__drain_unlock(core);
    return n;
}

static void idle_lanes_are_not_looked_at(void **state) {
    (void)state;
    watcher seen;
    watcher_init(&seen);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .flush_tick_ns = 5000000});
    assert_ok(watcher_add(&seen, rec, NULL, NULL));
    char path[32];
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(path, sizeof path, "e/%d", i);
            assert_ok(log_number(rec, path, i));
        }
        assert_int_equal(watcher_await(&seen, 1000 * (uint64_t)round, 10000), 1000 * round);
        int64_t until = now_ms() + 10000;
        while (n_listed(rec) && now_ms() < until && reel__heavy_fence())
            usleep(2000);
        if (reel__heavy_fence()) /* without it lanes stay listed */
            assert_int_equal(n_listed(rec), 0);
    }
    reel_free(rec);
    watcher_free(&seen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_ends_loses_nothing),
        cmocka_unit_test(a_recording_may_go_before_the_threads_that_logged_to_it),
        cmocka_unit_test(a_recording_may_go_while_threads_look_through_theirs),
        cmocka_unit_test(a_flush_covers_what_any_thread_logged_before_it),
        cmocka_unit_test(flushing_while_others_log_loses_and_doubles_nothing),
        cmocka_unit_test(every_row_that_was_taken_before_a_close_arrives),
        cmocka_unit_test(enabling_does_not_open_what_is_closed),
        cmocka_unit_test(a_late_sink_gets_the_static_row_that_was_logged_last),
        cmocka_unit_test(many_entities_and_threads_stay_inside_the_account),
        cmocka_unit_test(idle_lanes_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
