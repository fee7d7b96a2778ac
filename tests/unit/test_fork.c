/* fork and exit: a child goes on under the same id with what is kept, and touches nothing of its parent's; an exit is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

/* In a child: says which line failed, and ends the child without the parent's tests. */
#define CHECK(condition) ((condition) ? (void)0 : give_up(__LINE__, #condition))
static void give_up(int line, const char *what) {
    fprintf(stderr, "in the child, line %d: %s (%s)\n", line, what, reel_error_message());
    _exit(1);
}

static bool is_child;
#if defined(__SANITIZE_ADDRESS__)
/* What the parent's other threads had in hand at the fork is nobody's in the child. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { return is_child; }
#endif

static pid_t fork_child(void) {
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        is_child = true;
        alarm(60); /* a child that hangs is a failure, not a test that never ends */
    }
    return pid;
}

static void assert_child_ok(pid_t pid) {
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the child ended with status 0x%x", (unsigned)status);
}

#if !defined(__SANITIZE_THREAD__) /* which cannot follow a process with threads through a fork */
static const char *temporary(char *path) {
    strcpy(path, "/tmp/reel-fork-XXXXXX");
    close(mkstemp(path));
    return path;
}

static size_t file_size(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    fclose(f);
    return (size_t)size;
}

/* Counts the messages of a complete .rrd; 0 when it is not complete. */
static size_t count_messages(const char *path, size_t *infos) {
    size_t size = file_size(path), n = 0, at = 12;
    uint8_t *data = malloc(size + 1);
    FILE *f = fopen(path, "rb");
    bool ok = f && fread(data, 1, size, f) == size && size > 12 && !memcmp(data, "RRF2", 4);
    if (f)
        fclose(f);
    *infos = 0;
    while (ok) {
        uint64_t kind, length;
        if (!(ok = at + 16 <= size))
            break;
        memcpy(&kind, data + at, 8);
        memcpy(&length, data + at + 8, 8);
        ok = length <= size - at - 16;
        at += 16 + length;
        if (kind == REEL__RRD_END)
            break;
        *infos += kind == REEL__RRD_SET_STORE_INFO;
        n++;
    }
    free(data);
    return ok && size - at == REEL__STREAM_FOOTER_SIZE ? n : 0;
}

/* ---- one child */

static void child_goes_on(reel_recording *rec, const char *id, const char *path) {
    static watcher w;
    watcher_init(&w);
    size_t infos;
    CHECK(!strcmp(reel_recording_id(rec), id));
    for (int i = 0; i < 10; i++) /* into a buffer */
        CHECK(log_number(rec, "child", i) == REEL_OK);
    CHECK(reel_flush(rec, -1) == REEL_OK);
    CHECK(reel_save(rec, path) == REEL_OK);
    CHECK(watcher_add(&w, rec, NULL, NULL) == REEL_OK);
    for (int i = 0; i < 5; i++)
        CHECK(log_number(rec, "child", i) == REEL_OK);
    CHECK(log_static_number(rec, "s", 2) == REEL_OK);
    CHECK(reel_close(rec, 30000) == REEL_OK);
    CHECK(w.rows == 5 && w.n_infos == 1 && w.static_rows == 2); /* the parent's, and its own */
    CHECK(count_messages(path, &infos) >= 5 && infos == 1);
}

static void a_child_keeps_id_and_state_and_leaves_the_parents_file_alone(void **state) {
    (void)state;
    char mine[64], childs[64];
    temporary(mine);
    temporary(childs);
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    char id[64];
    snprintf(id, sizeof id, "%s", reel_recording_id(rec));
    assert_ok(reel_save(rec, mine));
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    assert_ok(reel_set_time_sequence(rec, "frame", 5));
    assert_ok(log_static_number(rec, "s", 1));
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "parent", i));
    assert_ok(reel_flush(rec, -1));
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "parent", i)); /* not yet taken: the parent's, all the same */
    size_t size = file_size(mine);
    for (int by_exit = 0; by_exit < 2; by_exit++) {
        pid_t pid = fork_child();
        if (pid == 0) {
            if (!by_exit) {
                child_goes_on(rec, id, childs);
                reel_unref(rec);
                _exit(0);
            }
            CHECK(log_number(rec, "child", 1) == REEL_OK);
            exit(0); /* the end of the process finds the recording open */
        }
        assert_child_ok(pid);
        assert_true(file_size(mine) == size || by_exit); /* the tick may have written the parent's own rows */
    }
    assert_false(w.is_closed || w.is_released);
    assert_ok(log_number(rec, "parent", 1));
    assert_ok(reel_close(rec, 30000));
    assert_int_equal(w.rows, 201);
    assert_int_equal(w.static_rows, 1);
    size_t infos;
    assert_true(count_messages(mine, &infos) >= 4);
    assert_int_equal(infos, 1);
    reel_unref(rec);
    unlink(mine);
    unlink(childs);
    watcher_free(&w);
}

static void *log_in_thread(void *rec) {
    for (int i = 0; i < 1000; i++)
        if (log_number(rec, "thread", i) != REEL_OK)
            return (void *)1;
    return NULL;
}

static void a_child_may_have_threads_and_children_of_its_own(void **state) {
    (void)state;
    reel_recording *rec = reel_new("app", NULL);
    watcher outer;
    watcher_init(&outer);
    assert_ok(watcher_add(&outer, rec, NULL, NULL));
    assert_ok(log_static_number(rec, "s", 1));
    assert_ok(reel_flush(rec, -1));
    pid_t pid = fork_child();
    if (pid == 0) {
        pid_t grandchild = fork_child();
        CHECK(grandchild >= 0);
        static watcher w;
        watcher_init(&w);
        pthread_t threads[4];
        CHECK(watcher_add(&w, rec, NULL, NULL) == REEL_OK);
        for (int i = 0; i < 4; i++)
            CHECK(pthread_create(&threads[i], NULL, log_in_thread, rec) == 0);
        for (int i = 0; i < 4; i++) {
            void *wrong;
            pthread_join(threads[i], &wrong);
            CHECK(wrong == NULL);
        }
        CHECK(reel_close(rec, 30000) == REEL_OK);
        CHECK(w.rows == 4000 && w.static_rows == 1 && w.n_infos == 1);
        if (grandchild == 0)
            _exit(0);
        int status;
        CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
        _exit(0);
    }
    assert_child_ok(pid);
    reel_free(rec);
    assert_int_equal(outer.rows, 0);
    watcher_free(&outer);
}

#endif

/* ---- ids */

enum { CHILDREN = 8, ROWS = 200 };

static int compare_ids(const void *a, const void *b) { return memcmp(a, b, sizeof(reel__tuid)); }

static size_t collect_ids(reel_recording *rec, reel__tuid *ids) {
    reel_sink_id memory;
    size_t n = 0;
    CHECK(reel_add_memory(rec, NULL, &memory) == REEL_OK);
    for (int i = 0; i < ROWS; i++)
        CHECK(log_number(rec, "a", i) == REEL_OK);
    held h = held_of(rec, memory);
    for (size_t i = 0; i < h.n; i++)
        if (!h.messages[i]->is_static && n + 2 <= 2 * ROWS) {
            ids[n++] = h.messages[i]->newest_row;
            ids[n++] = h.messages[i]->chunk_id;
        }
    held_free(&h);
    return n;
}

static int64_t standing_still(void *user) { return *(int64_t *)user; }

static void ids_of_forked_children_are_disjoint(void **state) {
    (void)state;
    for (int seeded = 0; seeded < 2; seeded++) {
        static int64_t clock = 1700000000000000000;
        static reel__tuid ids[(CHILDREN + 1) * 2 * ROWS];
        reel_options o = {.struct_size = sizeof o, .flush_rows = 1};
        if (seeded) { /* the worst case: the same seed and the same time everywhere */
            o.deterministic = true;
            o.id_seed = 77;
            o.clock = (reel_clock){standing_still, &clock};
        }
        reel_recording *rec = reel_new("app", &o);
        assert_ok(log_number(rec, "b", 1));
        int pipes[CHILDREN][2];
        pid_t pids[CHILDREN];
        for (int c = 0; c < CHILDREN; c++) {
            assert_int_equal(pipe(pipes[c]), 0);
            pids[c] = fork_child();
            if (pids[c] == 0) {
                static reel__tuid own[2 * ROWS];
                size_t n = collect_ids(rec, own);
                CHECK(n == 2 * ROWS);
                for (size_t at = 0; at < sizeof own;) {
                    ssize_t done = write(pipes[c][1], (uint8_t *)own + at, sizeof own - at);
                    CHECK(done > 0);
                    at += (size_t)done;
                }
                _exit(0);
            }
        }
        size_t n = collect_ids(rec, ids);
        assert_int_equal(n, 2 * ROWS);
        for (int c = 0; c < CHILDREN; c++) {
            for (size_t at = 0; at < 2 * ROWS * sizeof *ids;) {
                ssize_t done = read(pipes[c][0], (uint8_t *)&ids[n] + at, 2 * ROWS * sizeof *ids - at);
                assert_true(done > 0);
                at += (size_t)done;
            }
            n += 2 * ROWS;
            assert_child_ok(pids[c]);
            close(pipes[c][0]);
            close(pipes[c][1]);
        }
        qsort(ids, n, sizeof *ids, compare_ids);
        for (size_t i = 1; i < n; i++)
            assert_int_not_equal(compare_ids(&ids[i - 1], &ids[i]), 0);
        reel_free(rec);
    }
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
/* ---- while others log */

typedef struct logger {
    reel_recording *rec;
    int number;
    atomic_bool stop;
    uint64_t n_ok, n_else;
} logger;

static void *log_on(void *given) {
    logger *l = given;
    char path[32];
    for (int i = 0; !atomic_load(&l->stop); i++) {
        snprintf(path, sizeof path, "t%d/e%d", l->number, i % 3000); /* new names and segments all the time */
        reel_status status = i % 50 ? log_number(l->rec, path, i) : log_static_number(l->rec, path, i);
        if (i % 50)
            *(status == REEL_OK ? &l->n_ok : &l->n_else) += 1;
        if (i % 1000 == 0 && l->number == 0)
            reel_flush(l->rec, 100);
        if (i % 16 == 0)
            usleep(300);
    }
    return NULL;
}

static void children_of_a_busy_parent_never_hang(void **state) {
    (void)state;
    char mine[64], childs[64];
    temporary(mine);
    temporary(childs);
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(reel_save(rec, mine));
    assert_ok(reel_add_memory(rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = 1 << 20, .drop_oldest = true}, NULL));
    assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = 60000}, NULL));
    logger l[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        l[i] = (logger){.rec = rec, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, log_on, &l[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
        pid_t pid = fork_child();
        if (pid == 0) {
            reel_sink_id memory;
            reel_bytes_owned bytes;
            CHECK(log_number(rec, "child", i) == REEL_OK);
            CHECK(log_static_number(rec, "t0/e1", i) == REEL_OK);
            CHECK(reel_flush(rec, 30000) == REEL_OK);
            if (i % 4 == 0)
                CHECK(reel_save(rec, childs) == REEL_OK);
            CHECK(reel_add_memory(rec, NULL, &memory) == REEL_OK);
            CHECK(log_number(rec, "child", i) == REEL_OK);
            CHECK(reel_drain(rec, memory, &bytes) == REEL_OK && bytes.size > 100);
            reel_bytes_free(&bytes);
            if (i % 2)
                _exit(0);
            exit(0);
        }
        assert_child_ok(pid);
        if (i % 4 == 0) {
            size_t infos;
            assert_true(count_messages(childs, &infos) > 0);
            assert_int_equal(infos, 1);
        }
    }
    uint64_t rows = 0;
    for (int i = 0; i < 3; i++) {
        atomic_store(&l[i].stop, true);
        pthread_join(threads[i], NULL);
        assert_int_equal(l[i].n_else, 0);
        rows += l[i].n_ok;
    }
    assert_ok(reel_close(rec, 60000));
    assert_int_equal(w.rows, rows);
    size_t infos;
    assert_true(count_messages(mine, &infos) > 0);
    assert_int_equal(infos, 1);
    reel_unref(rec);
    unlink(mine);
    unlink(childs);
    watcher_free(&w);
}

#endif

#if !defined(__SANITIZE_THREAD__)
/* ---- exit */

static void end_with_frozen_sinks(const char *const *paths) {
    static watcher frozen[3];
    reel_queue_options small = {.struct_size = sizeof small, .queue_max_bytes = 100000, .block_ms = 600000};
    static uint8_t bytes[50000];
    uint32_t noise = 1;
    for (int r = 0; r < 2; r++) {
        reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .block_ms = 100});
        for (int i = 0; i < 2 - r; i++) {
            watcher *w = &frozen[2 * r + i];
            watcher_init(w);
            CHECK(watcher_add(w, rec, &small, NULL) == REEL_OK);
            watcher_freeze(w, true);
        }
        CHECK(reel_save(rec, paths[r]) == REEL_OK);
        for (int i = 0; i < 100; i++) {
            for (size_t k = 0; k < sizeof bytes; k++) /* so that the size of the file says how many rows are in it */
                bytes[k] = (uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
            CHECK(reel_log_encoded_image(rec, "image", &(reel_encoded_image){.blob = {bytes, sizeof bytes}}) == REEL_OK);
        }
        usleep(50000); /* the encoder stands before a full queue by now */
    }
    exit(0);
}

static void an_exit_is_bounded_and_ends_the_files(void **state) {
    (void)state;
    char first[64], second[64];
    temporary(first);
    temporary(second);
    int64_t before = now_ms();
    pid_t pid = fork_child();
    if (pid == 0)
        end_with_frozen_sinks((const char *[]){first, second});
    assert_child_ok(pid);
    assert_true(now_ms() - before < (WATCHER_LESS ? 20000 : 4000)); /* 2 s, and what came before */
    size_t infos;
    assert_true(count_messages(first, &infos) > 1);
    assert_true(file_size(first) > 100 * 50000);
    assert_true(count_messages(second, &infos) > 1);
    assert_true(file_size(second) > 100 * 50000);
    unlink(first);
    unlink(second);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#if !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(a_child_keeps_id_and_state_and_leaves_the_parents_file_alone),
        cmocka_unit_test(a_child_may_have_threads_and_children_of_its_own),
#  if !defined(__SANITIZE_ADDRESS__) /* whose allocator another thread may have locked for ever */
        cmocka_unit_test(children_of_a_busy_parent_never_hang),
#  endif
        cmocka_unit_test(an_exit_is_bounded_and_ends_the_files),
#endif
        cmocka_unit_test(ids_of_forked_children_are_disjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
