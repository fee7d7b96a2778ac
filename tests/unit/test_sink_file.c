/* The file sink under everything that files do to it: full disks, short writes, locks, vanished files, rotation, captures. Contents are judged by the official reader in
 * tests/conformance; here a file is checked to be a stream of whole messages, the right ones. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "real_message.h"
#include "sink/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { N = 40 };
static const reel__timeline *const frame_only[] = {&real_frame};
static reel__message *messages[N]; /* the first is the store info; chunk i has chunk id counter i */
static reel__message *kept[3];     /* store info and two static chunks, counters 101 and 102 */
static char folder[64], path[96];

/* ---- system calls under control */

static struct {
    int64_t room;       /* bytes that may still be written; -1: no limit */
    size_t write_max;   /* of one call; 0: no limit */
    reel__io_op fail_op;
    int fail_with;      /* 0: nothing fails */
    size_t fail_after;  /* calls of that kind that still work */
    size_t n_syncs, n_folder_syncs;
} control;

static int hook(reel__io_call *call) {
    if (call->op == REEL__IO_SYNC)
        *(call->path ? &control.n_folder_syncs : &control.n_syncs) += 1;
    if (control.fail_with && call->op == control.fail_op) {
        if (!control.fail_after)
            return control.fail_with;
        control.fail_after--;
    }
    if (call->op != REEL__IO_WRITE)
        return 0;
    if (control.write_max && call->size > control.write_max)
        call->size = control.write_max;
    if (control.room < 0)
        return 0;
    if (!control.room)
        return ENOSPC;
    if ((int64_t)call->size > control.room)
        call->size = (size_t)control.room;
    control.room -= (int64_t)call->size;
    return 0;
}

static int setup(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/reel-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/run.rrd", folder);
    memset(&control, 0, sizeof control);
    control.room = -1;
    reel__io_hook = hook;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    char command[128];
    reel__io_hook = NULL;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static int make_messages(void **state) {
    (void)state;
    reel__shape *temporal = real_shape(frame_only, 1, &real_scalars, 1), *fixed = real_shape(NULL, 0, &real_a, 1);
    messages[0] = reel__message_store_info(NULL, &real_recording, (reel__tuid){1, 1});
    for (uint32_t i = 1; i < N; i++)
        messages[i] = real_chunk(&real_recording, temporal, "/noise", i, 1 + i * 7 % 40, i, 0);
    kept[0] = reel__message_ref(messages[0]);
    kept[1] = real_chunk(&real_recording, fixed, "/kept", 101, 1, 0, 0);
    kept[2] = real_chunk(&real_recording, fixed, "/kept/too", 102, 1, 0, 0);
    return 0;
}

static int free_messages(void **state) {
    (void)state;
    for (int i = 0; i < N; i++)
        reel__message_unref(messages[i]);
    for (int i = 0; i < 3; i++)
        reel__message_unref(kept[i]);
    real_free();
    return 0;
}

/* ---- reading back */

typedef struct contents {
    uint8_t *data;
    size_t size;
    uint32_t ids[4 * N]; /* counters of the chunks in order; store infos are left out */
    size_t n, n_infos;
    bool has_footer;
} contents;

static bool contains(const uint8_t *data, size_t size, const uint8_t *part, size_t part_size) { return memmem(data, size, part, part_size) != NULL; }

/* Fails the test unless the bytes are a stream header, whole messages, and perhaps End and footer. */
static void parse(contents *c) {
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    reel__stream_header(header);
    assert_true(c->size >= sizeof header);
    assert_memory_equal(c->data, header, sizeof header);
    size_t at = sizeof header;
    while (at < c->size) {
        assert_true(c->size - at >= REEL__MESSAGE_HEADER_SIZE);
        uint64_t kind = reel__load_u64(c->data + at), size = reel__load_u64(c->data + at + 8);
        assert_true(size <= c->size - at - REEL__MESSAGE_HEADER_SIZE);
        const uint8_t *payload = c->data + at + REEL__MESSAGE_HEADER_SIZE;
        if (kind == REEL__RRD_END) {
            const uint8_t *tail = payload + size;
            assert_int_equal(c->data + c->size - tail, REEL__STREAM_FOOTER_SIZE);
            assert_int_equal(reel__load_u64(tail), payload - c->data);
            assert_int_equal(reel__load_u64(tail + 8), size);
            assert_memory_equal(tail + 20, "RRF2FOOT", 8);
            c->has_footer = true;
            return;
        }
        c->n_infos += kind == REEL__RRD_SET_STORE_INFO;
        if (kind == REEL__RRD_ARROW_MSG) {
            uint32_t id = 0; /* both halves of the chunk id are fixed64 fields */
            for (uint32_t i = 1; i < 103 && !id; i++) {
                uint8_t tuid[18] = {0x09, [9] = 0x11};
                reel__store_u64(tuid + 1, 1000 + i);
                reel__store_u64(tuid + 10, i);
                id = contains(payload, (size_t)size, tuid, sizeof tuid) ? i : 0;
            }
            assert_true(id && c->n < sizeof c->ids / sizeof *c->ids);
            c->ids[c->n++] = id;
        }
        at += REEL__MESSAGE_HEADER_SIZE + (size_t)size;
    }
}

static contents read_file(const char *name) {
    contents c = {0};
    struct stat s;
    FILE *f = fopen(name, "rb");
    if (!f || fstat(fileno(f), &s))
        fail_msg("%s: %s", name, strerror(errno));
    c.size = (size_t)s.st_size;
    c.data = malloc(c.size + 1);
    assert_int_equal(fread(c.data, 1, c.size, f), c.size);
    fclose(f);
    parse(&c);
    return c;
}

static void assert_ids(const char *name, const uint32_t *ids, size_t n, bool has_footer) {
    contents c = read_file(name);
    assert_int_equal(c.n, n);
    assert_memory_equal(c.ids, ids, n * sizeof *ids);
    assert_int_equal(c.has_footer, has_footer);
    free(c.data);
}

static size_t count_files(void) {
    char command[128];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *p = popen(command, "r");
    size_t n = 99;
    assert_int_equal(fscanf(p, "%zu", &n), 1);
    pclose(p);
    return n;
}

/* ---- the sink */

typedef struct file {
    const reel__io_ops *ops;
    void *io;
} file;

static reel_status begin_part(void *user, reel__message ***out, size_t *n) {
    (void)user;
    *out = reel__alloc(sizeof kept);
    *n = 3;
    for (int i = 0; i < 3; i++)
        (*out)[i] = reel__message_ref(kept[i]);
    return REEL_OK;
}

static reel_status open_sink(file *f, const char *name, const reel_file_options *options) { return reel__file_io_new(name, options, begin_part, NULL, NULL, NULL, &f->ops, &f->io); }

static file must_open(const reel_file_options *options) {
    file f;
    if (open_sink(&f, path, options) != REEL_OK)
        fail_msg("%s", reel_error_message());
    return f;
}

static reel_status put(file *f, uint32_t from, uint32_t to, size_t *n_done) { return f->ops->write(f->io, messages + from, to - from, n_done); }

static void must_put(file *f, uint32_t from, uint32_t to) {
    size_t n_done;
    if (put(f, from, to, &n_done) != REEL_OK)
        fail_msg("%s", reel_error_message());
    assert_int_equal(n_done, to - from);
}

static void end(file *f, reel_status expected) {
    assert_int_equal(f->ops->close(f->io, INT64_MAX), expected);
    f->ops->destroy(f->io);
}

static uint32_t *ids_upto(uint32_t to) {
    static uint32_t ids[N];
    for (uint32_t i = 1; i < to; i++)
        ids[i - 1] = i;
    return ids;
}

static const reel_durability durabilities[] = {REEL_DURABILITY_OS, REEL_DURABILITY_PROCESS, REEL_DURABILITY_SYNC};

/* ---- writing */

static void short_writes_change_nothing(void **state) {
    (void)state;
    contents reference = {0};
    for (size_t max = 0; max < 900; max += max < 20 ? 1 : 97) {
        for (int d = 0; d < 3; d++) {
            control.write_max = max;
            file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = durabilities[d]});
            must_put(&f, 0, N / 2);
            assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_OK);
            assert_ids(path, ids_upto(N / 2), N / 2 - 1, false);
            must_put(&f, N / 2, N);
            end(&f, REEL_OK);
            contents c = read_file(path);
            if (!reference.data) {
                assert_int_equal(c.n, N - 1);
                assert_true(c.has_footer);
                reference = c;
                continue;
            }
            assert_int_equal(c.size, reference.size);
            assert_memory_equal(c.data, reference.data, c.size);
            free(c.data);
        }
    }
    free(reference.data);
}

/* Room for any number of bytes: what was taken is in the file, whole; what was refused is not; and when there is room again it goes on. */
static void a_full_disk_loses_only_what_it_refused(void **state) {
    (void)state;
    for (int64_t room = 12; room < 6000; room += 61) {
        uint32_t taken[N];
        size_t n = 0, n_refused = 0;
        control.room = room;
        file f = must_open(NULL);
        for (uint32_t i = 0; i < 8; i++) {
            size_t n_done;
            reel_status status = put(&f, i, i + 1, &n_done);
            assert_int_equal(n_done, status == REEL_OK);
            assert_true(status == REEL_OK || status == REEL_E_NO_SPACE);
            n_refused += status != REEL_OK;
            if (status == REEL_OK && i)
                taken[n++] = i;
            contents c = read_file(path);
            assert_int_equal(c.n, n);
            free(c.data);
        }
        size_t n_done; /* several at once, of which some fit */
        control.room = 2000;
        assert_int_equal(put(&f, 8, 20, &n_done), REEL_E_NO_SPACE);
        assert_true(n_done < 12);
        for (uint32_t i = 0; i < n_done; i++)
            taken[n++] = 8 + i;
        control.room = -1;
        must_put(&f, 20, N);
        for (uint32_t i = 20; i < N; i++)
            taken[n++] = i;
        end(&f, REEL_OK);
        assert_ids(path, taken, n, true);
        assert_true(room > 5000 || n_refused > 0);
    }
}

static void bytes_that_wait_are_not_lost_when_the_disk_is_full(void **state) {
    (void)state;
    for (int64_t room = 12; room < 9000; room += 333) {
        file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_PROCESS});
        must_put(&f, 0, N / 2);
        control.room = room;
        assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_E_NO_SPACE);
        free(read_file(path).data);
        must_put(&f, N / 2, N);
        control.room = -1;
        assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_OK);
        assert_ids(path, ids_upto(N), N - 1, false);
        end(&f, REEL_OK);
        assert_ids(path, ids_upto(N), N - 1, true);
    }
}

static void a_file_that_cannot_be_cut_is_completed(void **state) {
    (void)state;
    for (int d = 0; d < 2; d++) {
        file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = durabilities[d]});
        control.room = 700;
        control.fail_op = REEL__IO_TRUNCATE;
        control.fail_with = EIO;
        size_t n_done, n_more;
        reel_status status = put(&f, 0, 10, &n_done);
        if (d == 0)
            assert_int_equal(status, REEL_E_NO_SPACE);
        else
            assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_E_NO_SPACE);
        control.room = -1;
        assert_int_equal(put(&f, (uint32_t)n_done, 10, &n_more), REEL_OK);
        control.fail_with = 0;
        end(&f, REEL_OK);
        assert_ids(path, ids_upto(10), 9, true);
    }
}

static void errors_of_the_disk_are_told(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_SYNC});
    assert_int_equal(control.n_folder_syncs, 1);
    must_put(&f, 0, 5);
    size_t before = control.n_syncs;
    assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_OK);
    assert_int_equal(control.n_syncs, before + 1);
    control.fail_op = REEL__IO_SYNC;
    control.fail_with = EIO;
    assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_E_IO);
    assert_non_null(strstr(reel_error_message(), path));
    control.fail_op = REEL__IO_WRITE;
    size_t n_done;
    assert_int_equal(put(&f, 5, 6, &n_done), REEL_E_IO);
    assert_int_equal(n_done, 0);
    control.fail_with = 0;
    must_put(&f, 5, 10);
    end(&f, REEL_OK);
    assert_ids(path, ids_upto(10), 9, true);
}

/* ---- the footer */

static void a_footer_that_does_not_fit_is_left_out(void **state) {
    (void)state;
    file f = must_open(NULL);
    must_put(&f, 0, N);
    control.room = 100;
    end(&f, REEL_E_NO_SPACE);
    assert_ids(path, ids_upto(N), N - 1, false);
}

static void a_footer_that_takes_too_long_is_left_out(void **state) {
    (void)state;
    file f = must_open(NULL);
    must_put(&f, 0, N);
    assert_int_equal(f.ops->close(f.io, reel__monotonic_ns() - 1), REEL_E_TIMEOUT);
    f.ops->destroy(f.io);
    assert_ids(path, ids_upto(N), N - 1, false);
}

static void no_footer_is_an_option(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .no_footer = true});
    must_put(&f, 0, N);
    end(&f, REEL_OK);
    assert_ids(path, ids_upto(N), N - 1, false);
}

static void destroy_without_close_writes_nothing(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_PROCESS});
    must_put(&f, 0, N);
    f.ops->destroy(f.io);
    assert_ids(path, ids_upto(0), 0, false);
}

/* ---- opening */

static void refuse(const char *name, const reel_file_options *options, reel_status status, const char *says) {
    file f;
    assert_int_equal(open_sink(&f, name, options), status);
    if (!strstr(reel_error_message(), says))
        fail_msg("\"%s\" does not say \"%s\"", reel_error_message(), says);
}

static void what_cannot_be_recorded_to_is_refused(void **state) {
    (void)state;
    char name[160];
    refuse(NULL, NULL, REEL_E_ARGUMENT, "path");
    refuse("", NULL, REEL_E_ARGUMENT, "path");
    refuse(folder, NULL, REEL_E_IO, "directory");
    snprintf(name, sizeof name, "%s/none/run.rrd", folder);
    refuse(name, NULL, REEL_E_NOT_FOUND, name);
    reel__io_hook = NULL;
    refuse("/dev/full", NULL, REEL_E_NO_SPACE, "/dev/full");
    snprintf(name, sizeof name, "%s/pipe", folder);
    assert_int_equal(mkfifo(name, 0600), 0);
    refuse(name, NULL, REEL_E_IO, "nobody reads");
    refuse("/dev/null", &(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 1}, REEL_E_ARGUMENT, "rotated");
    refuse(path, &(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = -5}, REEL_E_ARGUMENT, "-5");
    refuse(path, &(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = (reel_durability)9}, REEL_E_ARGUMENT, "9");
    assert_int_equal(count_files(), 1);
}

static void a_file_has_one_writer(void **state) {
    (void)state;
    char other[160];
    file f = must_open(NULL);
    must_put(&f, 0, 5);
    refuse(path, NULL, REEL_E_LOCKED, "another recorder");
    snprintf(other, sizeof other, "%s/link.rrd", folder);
    assert_int_equal(link(path, other), 0);
    refuse(other, NULL, REEL_E_LOCKED, "another recorder");
    pid_t child = fork();
    if (!child) {
        file g;
        _exit(open_sink(&g, path, NULL) == REEL_E_LOCKED ? 0 : 1);
    }
    int result;
    waitpid(child, &result, 0);
    assert_int_equal(result, 0);
    must_put(&f, 5, 10);
    end(&f, REEL_OK);
    assert_ids(path, ids_upto(10), 9, true);
    f = must_open(NULL); /* and then it is free again, and begins anew */
    end(&f, REEL_OK);
    assert_ids(path, NULL, 0, true);
}

static void a_forked_child_leaves_the_file_alone(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_PROCESS});
    must_put(&f, 0, 5);
    pid_t child = fork();
    if (!child) {
        f.ops->destroy(f.io);
        _exit(0);
    }
    int result;
    waitpid(child, &result, 0);
    assert_int_equal(result, 0);
    refuse(path, NULL, REEL_E_LOCKED, "another recorder"); /* still */
    must_put(&f, 5, 10);
    end(&f, REEL_OK);
    assert_ids(path, ids_upto(10), 9, true);
}

static void a_deleted_file_is_told_and_stays_an_error(void **state) {
    (void)state;
    size_t n_done;
    file f = must_open(NULL);
    must_put(&f, 0, 5);
    assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_OK);
    unlink(path);
    must_put(&f, 5, 6);
    assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_E_IO);
    assert_non_null(strstr(reel_error_message(), "not there any more"));
    assert_int_equal(put(&f, 6, 7, &n_done), REEL_E_IO);
    assert_int_equal(n_done, 0);
    end(&f, REEL_E_IO);
    assert_int_equal(count_files(), 0);

    f = must_open(NULL);
    must_put(&f, 0, 5);
    assert_int_equal(truncate(path, 20), 0);
    assert_int_equal(f.ops->flush(f.io, INT64_MAX), REEL_E_IO);
    end(&f, REEL_E_IO);
}

/* ---- pipes */

static void *read_pipe(void *user) {
    contents *c = user;
    int fd = open(path, O_RDONLY);
    c->data = malloc(1 << 20);
    for (ssize_t got; fd >= 0 && (got = read(fd, c->data + c->size, 3000)) > 0;)
        c->size += (size_t)got;
    close(fd);
    return NULL;
}

static void a_pipe_gets_the_whole_stream(void **state) {
    (void)state;
    contents c = {0};
    pthread_t reader;
    file f;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_pipe, &c), 0);
    reel_status status = REEL_E_IO;
    for (int i = 0; i < 2000 && (status = open_sink(&f, path, NULL)) != REEL_OK; i++) /* until the reader is there */
        usleep(1000);
    assert_int_equal(status, REEL_OK);
    control.write_max = 777;
    must_put(&f, 0, N);
    assert_int_equal(reel__file_io_capture(f.io, "never.rrd", INT64_MAX), REEL_E_NOT_RETAINED);
    end(&f, REEL_OK);
    pthread_join(reader, NULL);
    parse(&c);
    assert_int_equal(c.n, N - 1);
    assert_true(c.has_footer);
    free(c.data);
}

static void a_pipe_whose_reader_leaves_is_an_error_and_no_signal(void **state) {
    (void)state;
    file f;
    size_t n_done;
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(open_sink(&f, path, NULL), REEL_OK);
    must_put(&f, 0, 3);
    close(reader);
    assert_int_equal(put(&f, 3, 4, &n_done), REEL_E_IO);
    assert_non_null(strstr(reel_error_message(), "Broken pipe"));
    end(&f, REEL_E_IO);
}

/* ---- rotation */

static char *part(uint32_t number) {
    static char name[128];
    if (number)
        snprintf(name, sizeof name, "%s/run.%u.rrd", folder, number);
    else
        snprintf(name, sizeof name, "%s", path);
    return name;
}

static void parts_stand_alone(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 8000});
    must_put(&f, 0, N);
    size_t n_done;
    assert_int_equal(f.ops->write(f.io, kept + 1, 2, &n_done), REEL_OK); /* they are in this part already */
    assert_int_equal(n_done, 2);
    end(&f, REEL_OK);
    uint32_t next = 1, n_parts = 0;
    for (; next < N; n_parts++) {
        contents c = read_file(part(n_parts));
        assert_true(c.has_footer);
        assert_int_equal(c.n_infos, 1);
        size_t at = 0;
        if (n_parts) {
            assert_true(c.n > 2 && c.ids[0] == 101 && c.ids[1] == 102);
            at = 2;
        }
        for (; at < c.n; at++)
            assert_int_equal(c.ids[at], next++);
        free(c.data);
    }
    assert_true(n_parts > 3);
    assert_int_equal(count_files(), n_parts);
}

static void old_parts_go_but_never_foreign_files(void **state) {
    (void)state;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 1, .files_max = 3});
    must_put(&f, 0, 4); /* parts 0 to 3: each message fills one */
    assert_int_equal(access(part(0), F_OK), -1);
    assert_int_equal(access(part(1), F_OK), 0);
    unlink(part(1));
    FILE *foreign = fopen(part(1), "w");
    fclose(foreign);
    must_put(&f, 4, 6);
    assert_int_equal(access(part(1), F_OK), 0);
    assert_int_equal(access(part(2), F_OK), -1);
    end(&f, REEL_OK);
    assert_int_equal(count_files(), 4);
}

static void time_rotates_only_parts_with_data(void **state) {
    (void)state;
    size_t n_done;
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_ns = 20 * 1000 * 1000});
    assert_true(f.ops->due(f.io) == INT64_MAX);
    must_put(&f, 0, 3);
    int64_t due = f.ops->due(f.io);
    assert_true(due < INT64_MAX);
    while (reel__monotonic_ns() <= due)
        usleep(1000);
    assert_int_equal(f.ops->write(f.io, NULL, 0, &n_done), REEL_OK);
    assert_ids(part(0), ids_upto(3), 2, true);
    assert_true(f.ops->due(f.io) == INT64_MAX);
    assert_int_equal(f.ops->write(f.io, NULL, 0, &n_done), REEL_OK);
    must_put(&f, 3, 5);
    end(&f, REEL_OK);
    assert_int_equal(count_files(), 2);
    assert_ids(part(1), (uint32_t[]){101, 102, 3, 4}, 4, true);
}

static void a_rotation_that_fails_changes_nothing_and_is_told_once(void **state) {
    (void)state;
    size_t n_done;
    assert_int_equal(mkdir(part(1), 0700), 0); /* in the way */
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 2000});
    assert_int_equal(put(&f, 0, 10, &n_done), REEL_E_IO);
    assert_int_equal(n_done, 10);
    assert_non_null(strstr(reel_error_message(), part(1)));
    must_put(&f, 10, 20);
    assert_ids(path, ids_upto(20), 19, false);
    assert_int_equal(rmdir(part(1)), 0);
    for (int i = 0; i < 300 && access(part(1), F_OK); i++) { /* it is tried again a second later */
        usleep(10000);
        assert_int_equal(f.ops->write(f.io, NULL, 0, &n_done), REEL_OK);
    }
    must_put(&f, 20, 21);
    end(&f, REEL_OK);
    assert_ids(part(0), ids_upto(20), 19, true);
    assert_ids(part(1), (uint32_t[]){101, 102, 20}, 3, true);
}

/* ---- captures */

static _Atomic bool is_writing;

static void *write_slowly(void *user) {
    size_t n_done;
    for (uint32_t i = 0; i < N; i++) {
        if (((file *)user)->ops->write(((file *)user)->io, messages + i, 1, &n_done) != REEL_OK)
            break;
        usleep(300);
    }
    is_writing = false;
    return NULL;
}

static void captures_while_recording_are_whole(void **state) {
    (void)state;
    char target[160];
    snprintf(target, sizeof target, "%s/so far.rrd", folder);
    for (int d = 0; d < 2; d++) {
        file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = durabilities[d]});
        pthread_t writer;
        size_t newest = 0;
        is_writing = true;
        assert_int_equal(pthread_create(&writer, NULL, write_slowly, &f), 0);
        while (is_writing) {
            assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_OK);
            contents c = read_file(target);
            assert_true(c.has_footer && c.n >= newest);
            assert_memory_equal(c.ids, ids_upto(N), c.n * sizeof *c.ids);
            newest = c.n;
            free(c.data);
        }
        pthread_join(writer, NULL);
        assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_OK);
        assert_ids(target, ids_upto(N), N - 1, true);
        end(&f, REEL_OK);
    }
    assert_int_equal(count_files(), 2);
}

static void captures_that_cannot_be_whole_are_refused(void **state) {
    (void)state;
    char target[160];
    snprintf(target, sizeof target, "%s/copy.rrd", folder);
    file f = must_open(&(reel_file_options){.struct_size = sizeof(reel_file_options), .rotate_bytes = 4000});
    must_put(&f, 0, 3);
    assert_int_equal(reel__file_io_capture(f.io, path, INT64_MAX), REEL_E_LOCKED);
    assert_int_equal(reel__file_io_capture(f.io, folder, INT64_MAX), REEL_E_IO);
    assert_int_equal(reel__file_io_capture(f.io, target, reel__monotonic_ns() - 1), REEL_E_TIMEOUT);
    assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_OK);
    assert_ids(target, ids_upto(3), 2, true);
    static const reel__io_op ops[] = {REEL__IO_COPY, REEL__IO_WRITE, REEL__IO_SYNC, REEL__IO_RENAME, REEL__IO_OPEN};
    must_put(&f, 3, 4);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) { /* the one before stays */
        control.fail_op = ops[i];
        control.fail_with = ENOSPC;
        assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_E_NO_SPACE);
        control.fail_with = 0;
        assert_ids(target, ids_upto(3), 2, true);
        assert_int_equal(count_files(), 2);
    }
    must_put(&f, 4, 30);
    assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_E_NOT_RETAINED);
    assert_int_equal(f.ops->close(f.io, INT64_MAX), REEL_OK);
    assert_int_equal(reel__file_io_capture(f.io, target, INT64_MAX), REEL_E_CLOSED);
    f.ops->destroy(f.io);
}

/* ---- whole recordings */

static void a_whole_recording_appears_or_does_not(void **state) {
    (void)state;
    assert_int_equal(reel__rrd_to_file(messages, 5, path), REEL_OK);
    assert_ids(path, ids_upto(5), 4, true);
    for (size_t at = 0;; at++) {
        static const reel__io_op ops[] = {REEL__IO_WRITE, REEL__IO_SYNC, REEL__IO_RENAME, REEL__IO_OPEN};
        if (at == sizeof ops / sizeof *ops)
            break;
        control.fail_op = ops[at];
        control.fail_with = EIO;
        assert_int_equal(reel__rrd_to_file(messages, N, path), REEL_E_IO);
        control.fail_with = 0;
        assert_ids(path, ids_upto(5), 4, true);
        assert_int_equal(count_files(), 1);
    }
    assert_int_equal(reel__rrd_to_file(messages, N, path), REEL_OK);
    reel_bytes_owned bytes;
    assert_int_equal(reel__rrd_to_memory(messages, N, &bytes), REEL_OK);
    contents c = read_file(path);
    assert_int_equal(c.n, N - 1);
    assert_int_equal(c.size, bytes.size);
    assert_memory_equal(c.data, bytes.data, c.size);
    free(c.data);
    reel_bytes_free(&bytes);
    assert_null(bytes.data);
    file f = must_open(NULL);
    assert_int_equal(reel__rrd_to_file(messages, N, path), REEL_E_LOCKED);
    end(&f, REEL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(short_writes_change_nothing),
        TEST(a_full_disk_loses_only_what_it_refused),
        TEST(bytes_that_wait_are_not_lost_when_the_disk_is_full),
        TEST(a_file_that_cannot_be_cut_is_completed),
        TEST(errors_of_the_disk_are_told),
        TEST(a_footer_that_does_not_fit_is_left_out),
        TEST(a_footer_that_takes_too_long_is_left_out),
        TEST(no_footer_is_an_option),
        TEST(destroy_without_close_writes_nothing),
        TEST(what_cannot_be_recorded_to_is_refused),
        TEST(a_file_has_one_writer),
        TEST(a_forked_child_leaves_the_file_alone),
        TEST(a_deleted_file_is_told_and_stays_an_error),
        TEST(a_pipe_gets_the_whole_stream),
        TEST(a_pipe_whose_reader_leaves_is_an_error_and_no_signal),
        TEST(parts_stand_alone),
        TEST(old_parts_go_but_never_foreign_files),
        TEST(time_rotates_only_parts_with_data),
        TEST(a_rotation_that_fails_changes_nothing_and_is_told_once),
        TEST(captures_while_recording_are_whole),
        TEST(captures_that_cannot_be_whole_are_refused),
        TEST(a_whole_recording_appears_or_does_not),
    };
    return cmocka_run_group_tests(tests, make_messages, free_messages);
}
