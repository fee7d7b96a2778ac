/* The state keeper: what a late sink begins with, within its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/io.h"
#include "made_message.h"
#include "sink/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, PATHS_MAX = 512 };
static char paths[PATHS_MAX][24];

static void name_paths(void) {
    for (int i = 0; i < PATHS_MAX; i++)
        snprintf(paths[i], sizeof paths[i], "/mesh/%d", i);
}

static reel_status put_made(reel__keeper *k, made a) {
    reel__message *m = make_message(&a);
    reel_status status = reel__keeper_put(k, m);
    reel__message_unref(m);
    return status;
}

static bool are_all(reel__keeper *k, const uint32_t *ids, size_t n_ids) {
    reel__message **messages = NULL;
    size_t n = 0;
    if (reel__keeper_all(k, &messages, &n) != REEL_OK)
        return false;
    bool are = n == n_ids;
    for (size_t i = 0; i < n && are; i++)
        are = is_as_made(messages[i], ids[i]);
    release_messages(messages, n);
    return are;
}

static void blueprints_come_first_and_each_store_has_its_info_then_its_chunks(void **state) {
    (void)state;
    reel__keeper *k = reel__keeper_new(0);
    assert_true(are_all(k, NULL, 0));
    made all[] = {
        {.id = 0, .kind = REEL_MESSAGE_STORE_INFO},
        {.id = 1, .entity_path = paths[0], .is_static = true, .shape = &made_shapes[1]},
        {.id = 2, .entity_path = paths[0]}, /* temporal: passed over */
        {.id = 3, .entity_path = paths[0], .is_kept = true}, /* a Clear: passed over too */
        {.id = 4, .kind = REEL_MESSAGE_BLUEPRINT_ACTIVATION, .store = &made_blueprint},
        {.id = 5, .entity_path = paths[1], .store = &made_blueprint},
        {.id = 6, .kind = REEL_MESSAGE_STORE_INFO, .store = &made_blueprint},
        {.id = 7, .entity_path = paths[1], .is_static = true},
        {.id = 8, .entity_path = paths[0], .store = &made_blueprint},
        {.id = 9, .entity_path = paths[0], .is_static = true, .shape = &made_shapes[2]},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(put_made(k, all[i]), REEL_OK);
    assert_true(are_all(k, (uint32_t[]){6, 5, 8, 4, 0, 1, 7, 9}, 8));

    /* Newer ones take the place of older ones of the same entity and shape. */
    assert_int_equal(put_made(k, (made){.id = 11, .entity_path = paths[0], .is_static = true, .shape = &made_shapes[1]}), REEL_OK);
    assert_int_equal(put_made(k, (made){.id = 15, .entity_path = paths[1], .store = &made_blueprint}), REEL_OK);
    assert_int_equal(put_made(k, (made){.id = 14, .kind = REEL_MESSAGE_BLUEPRINT_ACTIVATION, .store = &made_blueprint}), REEL_OK);
    assert_int_equal(put_made(k, (made){.id = 10, .kind = REEL_MESSAGE_STORE_INFO}), REEL_OK);
    assert_true(are_all(k, (uint32_t[]){6, 15, 8, 14, 10, 11, 7, 9}, 8));
    reel__keeper_free(k);
    reel__keeper_free(NULL);
}

static void a_million_puts_to_one_entity_keep_one(void **state) {
    (void)state;
    counting c;
    count_allocations(&c);
    reel__keeper *k = reel__keeper_new(0);
    size_t bytes_one = 0;
    for (uint32_t id = 0; id < 1000000; id++) {
        assert_int_equal(put_made(k, (made){.id = id, .entity_path = paths[0], .is_static = true, .size = 64}), REEL_OK);
        if (id == 0)
            bytes_one = c.bytes;
    }
    assert_int_equal(c.bytes, bytes_one);
    assert_true(are_all(k, (uint32_t[]){999999}, 1));
    reel__keeper_free(k);
    assert_int_equal(c.bytes, 0);
    reel_set_allocator(NULL);
}

static void a_large_block_is_not_held_for_a_small_message(void **state) {
    (void)state;
    reel__keeper *k = reel__keeper_new(0);
    reel__message *m = make_message(&(made){.id = 5, .is_static = true, .block_extra = 256 << 10, .shape = &made_shapes[1]});
    assert_int_equal(reel__keeper_put(k, m), REEL_OK);
    assert_int_equal(atomic_load(&m->refs), 1);
    reel__message_unref(m);
    assert_true(reel__keeper_memory(k) < 4096);
    assert_true(are_all(k, (uint32_t[]){5}, 1));

    m = make_message(&(made){.id = 6, .is_static = true, .size = 10000}); /* this one is held, not copied */
    assert_int_equal(reel__keeper_put(k, m), REEL_OK);
    assert_int_equal(atomic_load(&m->refs), 2);
    reel__message_unref(m);
    reel__keeper_free(k);
}

static void three_hundred_megabytes_of_meshes_stay_within_the_bound(void **state) {
    (void)state;
    counting c;
    count_allocations(&c);
    reel__keeper *k = reel__keeper_new(0);
    for (uint32_t id = 0; id < 300; id++)
        assert_int_equal(put_made(k, (made){.id = id, .entity_path = paths[id], .is_static = true, .size = MIB}), REEL_OK);
    assert_true(reel__keeper_memory(k) <= 64 * MIB);
    assert_true(c.bytes <= 65 * MIB);
    assert_true(c.peak <= 67 * MIB);
    /* Reading all of it back takes what it takes: that is the sink's. */
    reel__message **messages;
    size_t n;
    assert_int_equal(reel__keeper_all(k, &messages, &n), REEL_OK);
    assert_int_equal(n, 300);
    for (uint32_t id = 0; id < n; id++)
        assert_true(is_as_made(messages[id], id));
    release_messages(messages, n);
    reel__keeper_free(k);
    reel_set_allocator(NULL);
}

static void spilled_messages_come_back_whole(void **state) {
    (void)state;
    reel__keeper *k = reel__keeper_new(50000);
    uint32_t ids[PATHS_MAX];
    for (uint32_t id = 0; id < PATHS_MAX; id++) {
        assert_int_equal(put_made(k, (made){.id = id, .entity_path = paths[id], .is_static = true, .shape = &made_shapes[id % 4], .size = 1 + id * 7}), REEL_OK);
        ids[id] = id;
    }
    assert_true(are_all(k, ids, PATHS_MAX));
    /* Replaced, from memory to memory or file and back. */
    for (uint32_t id = 0; id < PATHS_MAX; id += 3) {
        ids[id] = 1000 + id;
        assert_int_equal(put_made(k, (made){.id = ids[id], .entity_path = paths[id], .is_static = true, .shape = &made_shapes[id % 4], .size = 3600 - id * 7}), REEL_OK);
    }
    assert_true(are_all(k, ids, PATHS_MAX));
    reel__keeper_free(k);
}

/* Bytes of the deleted files that this process holds open. */
static uint64_t temporary_bytes(void) {
    uint64_t bytes = 0;
    reel__io_info info;
    for (int fd = 3; fd < 256; fd++)
        if (reel__io_info_of(fd, &info) == 0 && info.is_regular && info.links == 0)
            bytes += info.size;
    return bytes;
}

static void replaced_bytes_leave_the_file(void **state) {
    (void)state;
    reel__keeper *k = reel__keeper_new(MIB);
    uint32_t ids[20], id = 0;
    uint64_t bytes_max = 0;
    for (int round = 0; round < 15; round++) {
        for (int i = 0; i < 20; i++) {
            ids[i] = ++id;
            assert_int_equal(put_made(k, (made){.id = id, .entity_path = paths[i], .is_static = true, .size = MIB}), REEL_OK);
        }
        uint64_t bytes = temporary_bytes();
        bytes_max = bytes > bytes_max ? bytes : bytes_max;
    }
    /* 300 MiB were put; 20 are alive, and at most 64 and one may be dead. */
    assert_true(bytes_max >= 20 * (uint64_t)MIB);
    assert_true(bytes_max <= (20 + 64 + 2) * (uint64_t)MIB);
    assert_true(are_all(k, ids, 20));
    reel__keeper_free(k);
    assert_int_equal(temporary_bytes(), 0);
}

static bool is_refused;
static int refuse_temporary(reel__io_call *call) { return is_refused && (call->op == REEL__IO_WRITE || call->op == REEL__IO_OPEN) ? ENOSPC : 0; }

static void without_room_for_a_file_nothing_is_given_up(void **state) {
    (void)state;
    is_refused = true;
    reel__io_hook = refuse_temporary;
    reel__keeper *k = reel__keeper_new(3000);
    uint32_t ids[10];
    size_t n_failed = 0;
    for (uint32_t id = 0; id < 10; id++) {
        reel_status status = put_made(k, (made){.id = id, .entity_path = paths[id], .is_static = true, .size = 1000});
        assert_true(status == REEL_OK || status == REEL_E_NO_SPACE);
        n_failed += status != REEL_OK;
        ids[id] = id;
    }
    assert_int_equal(n_failed, 8);
    assert_true(are_all(k, ids, 10));
    is_refused = false; /* room again: the next ones go to a file */
    size_t memory = reel__keeper_memory(k);
    for (uint32_t id = 0; id < 10; id++) {
        ids[id] = 20 + id;
        assert_int_equal(put_made(k, (made){.id = ids[id], .entity_path = paths[id], .is_static = true, .size = 1000}), REEL_OK);
    }
    reel__io_hook = NULL;
    assert_true(reel__keeper_memory(k) < memory / 2);
    assert_true(are_all(k, ids, 10));
    reel__keeper_free(k);
}

static void a_forked_child_goes_on_beside_its_parent(void **state) {
    (void)state;
    reel__keeper *k = reel__keeper_new(20000);
    uint32_t ids[60];
    for (uint32_t i = 0; i < 40; i++) {
        ids[i] = i;
        assert_int_equal(put_made(k, (made){.id = i, .entity_path = paths[i], .is_static = true, .size = 1000}), REEL_OK);
    }
    int go[2];
    assert_int_equal(pipe(go), 0);
    reel__keeper_fork_lock(k);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        reel__keeper_fork_child(k);
        char byte;
        bool is_right = read(go[0], &byte, 1) == 1; /* the parent has written on */
        is_right = is_right && are_all(k, ids, 40);
        for (uint32_t i = 20; i < 60 && is_right; i++) {
            ids[i] = 200 + i;
            is_right = put_made(k, (made){.id = ids[i], .entity_path = paths[i], .is_static = true, .size = 1500}) == REEL_OK;
        }
        is_right = is_right && are_all(k, ids, 60);
        reel__keeper_free(k);
        _exit(is_right ? 0 : 1);
    }
    reel__keeper_fork_unlock(k);
    for (uint32_t i = 0; i < 60; i++) {
        ids[i] = 100 + i;
        assert_int_equal(put_made(k, (made){.id = ids[i], .entity_path = paths[i], .is_static = true, .size = 900}), REEL_OK);
    }
    assert_int_equal(write(go[1], "x", 1), 1);
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
    assert_true(are_all(k, ids, 60)); /* what the child wrote is not in the parent's file */
    close(go[0]);
    close(go[1]);
    reel__keeper_free(k);
}

/* One thread puts, others read all: each reading is a whole state. */
typedef struct readers {
    reel__keeper *keeper;
    atomic_bool is_over;
    atomic_int n_wrong, n_read;
} readers;
static void *read_all(void *user) {
    readers *r = user;
    while (!atomic_load(&r->is_over)) {
        reel__message **messages;
        size_t n;
        if (reel__keeper_all(r->keeper, &messages, &n) != REEL_OK) {
            atomic_fetch_add(&r->n_wrong, 1);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            if (messages[i]->chunk_id.inc % 8 != i || !is_as_made(messages[i], (uint32_t)messages[i]->chunk_id.inc))
                atomic_fetch_add(&r->n_wrong, 1);
        for (size_t i = 1; i < n; i++) /* they were put in turn */
            if (messages[i]->chunk_id.inc > messages[0]->chunk_id.inc + i)
                atomic_fetch_add(&r->n_wrong, 1);
        atomic_fetch_add(&r->n_read, 1);
        release_messages(messages, n);
    }
    return NULL;
}

static void reading_while_putting_sees_whole_states(void **state) {
    (void)state;
    readers r = {.keeper = reel__keeper_new(MIB)};
    reel__thread threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(reel__thread_start(&threads[i], "reader", read_all, &r), REEL_OK);
    /* 8 entities of 256 KiB: three fit, the others are replaced in the file until it is rewritten, more than once. */
    for (uint32_t id = 0; id < 1200 || atomic_load(&r.n_read) < 4; id++)
        assert_int_equal(put_made(r.keeper, (made){.id = id, .entity_path = paths[id % 8], .is_static = true, .size = 256 << 10}), REEL_OK);
    atomic_store(&r.is_over, true);
    for (int i = 0; i < 2; i++)
        reel__thread_join(threads[i]);
    assert_int_equal(atomic_load(&r.n_wrong), 0);
    reel__keeper_free(r.keeper);
}

static void no_memory_leaves_what_was_kept(void **state) {
    (void)state;
    counting c;
    for (size_t fail_at = 1;; fail_at++) {
        reel__message *m[4];
        for (uint32_t id = 0; id < 4; id++)
            m[id] = make_message(&(made){.id = id, .entity_path = paths[id / 2], .is_static = true, .size = 4000, .block_extra = id == 1 ? 8000 : 0});
        count_allocations(&c);
        c.fail_at = fail_at;
        reel__keeper *k = reel__keeper_new(6000); /* the second entity is spilled */
        bool has_failed = !k;
        int newest[2] = {-1, -1}; /* of each entity, the last that was confirmed; one that failed may be kept all the same, where only its spill could not be done */
        for (uint32_t id = 0; id < 4 && k; id++) {
            if (reel__keeper_put(k, m[id]) == REEL_OK)
                newest[id / 2] = (int)id;
            else
                has_failed = true;
        }
        reel__message **all = NULL;
        size_t n = 0;
        if (k && reel__keeper_all(k, &all, &n) != REEL_OK) {
            has_failed = true;
            assert_int_equal(reel__keeper_all(k, &all, &n), REEL_OK);
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t id = (uint32_t)all[i]->chunk_id.inc;
            assert_true((int)id >= newest[id / 2]);
            assert_true(is_as_made(all[i], id));
            newest[id / 2] = -1;
        }
        assert_true(newest[0] < 0 && newest[1] < 0); /* each one found */
        size_t n_kept = n;
        release_messages(all, n);
        reel__keeper_free(k);
        assert_int_equal(c.bytes, 0);
        reel_set_allocator(NULL);
        for (int id = 0; id < 4; id++) {
            assert_int_equal(atomic_load(&m[id]->refs), 1);
            reel__message_unref(m[id]);
        }
        if (c.n < fail_at) {
            assert_false(has_failed);
            assert_int_equal(n_kept, 2);
            break;
        }
        assert_true(has_failed);
    }
}

int main(void) {
    name_paths();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blueprints_come_first_and_each_store_has_its_info_then_its_chunks),
        cmocka_unit_test(a_million_puts_to_one_entity_keep_one),
        cmocka_unit_test(a_large_block_is_not_held_for_a_small_message),
        cmocka_unit_test(three_hundred_megabytes_of_meshes_stay_within_the_bound),
        cmocka_unit_test(spilled_messages_come_back_whole),
        cmocka_unit_test(replaced_bytes_leave_the_file),
        cmocka_unit_test(without_room_for_a_file_nothing_is_given_up),
        cmocka_unit_test(a_forked_child_goes_on_beside_its_parent),
        cmocka_unit_test(reading_while_putting_sees_whole_states),
        cmocka_unit_test(no_memory_leaves_what_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
