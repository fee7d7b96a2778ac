/* A recording with a file and a memory sink while the file's disk fails in a chosen way; says on standard output what the program was told.
 *
 *     fault_child FOLDER [KEY=VALUE...]
 *     op=open|write|truncate|sync|rename|unlink|copy  nth=N  times=N (0: from then on)  errno=NAME   which calls on FOLDER's files fail
 *     only=TEXT   of these, those on files with this text in their names
 *     short=N     no write takes more than N bytes
 *     room=N      the disk holds N bytes, then it is full (ENOSPC) until row `relief`
 *     relief=ROW  from this row on nothing fails
 *     durability=os|process|sync   rotate=BYTES   capture=ROW   vanish=ROW (the folder goes)   limit=BYTES (RLIMIT_FSIZE)
 *
 * 2,000 rows at "rows", timeline "row", value as time; a flush after every 50. At the end what the memory sink held is in FOLDER/../memory.rrd. */
#include "base/io.h"

#include <reel/reel.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 2000, FLUSH_EVERY = 50 };

static struct {
    const char *op, *error, *durability, *only;
    long nth, times, shortest, room, relief, rotate, capture, vanish, limit;
} wanted = {.op = "", .only = "", .error = "EIO", .durability = "os", .times = 1, .room = -1, .relief = -1, .capture = -1, .vanish = -1, .limit = -1};

static const char *folder;
static atomic_long n_calls, room_left;
static atomic_bool is_relieved;

static bool is_looked_at(const char *path) { return !strncmp(path, folder, strlen(folder)) && strstr(path + strlen(folder), wanted.only); }

static bool is_of_folder(const reel__io_call *call) {
    char link[64], target[4096];
    if (call->path)
        return is_looked_at(call->path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", call->fd);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n < 0)
        return false;
    target[n] = 0;
    /* Not the temporary files of the footer and the kept state, which have no name. */
    return is_looked_at(target) && !strstr(target, "(deleted)") && !strstr(target, "/#");
}

static int error_of(const char *name) {
    static const struct {
        const char *name;
        int error;
    } known[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EACCES", EACCES}, {"EROFS", EROFS}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i].name))
            return known[i].error;
    return EIO;
}

static int on_io(reel__io_call *call) {
    static const char *const names[] = {"open", "write", "pread", "copy", "truncate", "sync", "rename", "unlink"};
    if (atomic_load(&is_relieved) || !is_of_folder(call))
        return 0;
    if (call->op == REEL__IO_WRITE) {
        if (wanted.shortest && call->size > (size_t)wanted.shortest)
            call->size = (size_t)wanted.shortest;
        if (wanted.room >= 0) {
            long left = atomic_load(&room_left);
            if (left <= 0)
                return ENOSPC;
            if (call->size > (size_t)left)
                call->size = (size_t)left;
            atomic_fetch_sub(&room_left, (long)call->size);
        }
    }
    if (strcmp(names[call->op], wanted.op))
        return 0;
    long n = atomic_fetch_add(&n_calls, 1) + 1;
    return n >= wanted.nth && (!wanted.times || n < wanted.nth + wanted.times) ? error_of(wanted.error) : 0;
}

static pthread_mutex_t out = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *what, reel_status status, unsigned sink, const char *text) {
    pthread_mutex_lock(&out);
    printf("%s\t%d\t%u\t%s\n", what, (int)status, sink, text);
    fflush(stdout);
    pthread_mutex_unlock(&out);
}

static void on_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)user;
    (void)rec;
    say("event", event->status, event->sink, event->message);
}

static void read_options(int n, char **options) {
    for (int i = 0; i < n; i++) {
        char *value = strchr(options[i], '=');
        if (!value)
            exit(2);
        *value++ = 0;
        const struct {
            const char *name;
            long *number;
            const char **text;
        } all[] = {{"op", NULL, &wanted.op}, {"errno", NULL, &wanted.error}, {"durability", NULL, &wanted.durability}, {"only", NULL, &wanted.only}, {"nth", &wanted.nth, NULL}, {"times", &wanted.times, NULL},
                   {"short", &wanted.shortest, NULL}, {"room", &wanted.room, NULL}, {"relief", &wanted.relief, NULL}, {"rotate", &wanted.rotate, NULL}, {"capture", &wanted.capture, NULL},
                   {"vanish", &wanted.vanish, NULL}, {"limit", &wanted.limit, NULL}};
        size_t k = 0;
        while (k < sizeof all / sizeof *all && strcmp(all[k].name, options[i]))
            k++;
        if (k == sizeof all / sizeof *all)
            exit(2);
        if (all[k].text)
            *all[k].text = value;
        else
            *all[k].number = strtol(value, NULL, 10);
    }
}

static void log_rows(reel_recording *rec, const char *path) {
    char captured[4096];
    snprintf(captured, sizeof captured, "%s/captured.rrd", folder);
    for (int row = 0; row < ROWS; row++) {
        double value = row;
        if (row == wanted.relief)
            atomic_store(&is_relieved, true);
        if (row == wanted.vanish)
            say("vanished", unlink(path) == 0 && rmdir(folder) == 0 ? REEL_OK : REEL_E_IO, 0, "");
        reel_status status = reel_set_time_sequence(rec, "row", row);
        if (status == REEL_OK)
            status = reel_log_scalars(rec, "rows", &(reel_scalars){.scalars = &value, .n_scalars = 1});
        if (status != REEL_OK)
            say("log", status, 0, reel_error_message());
        if (row % FLUSH_EVERY == FLUSH_EVERY - 1 && (status = reel_flush(rec, row % (2 * FLUSH_EVERY) < FLUSH_EVERY ? -1 : 60000)) != REEL_OK)
            say("flush", status, 0, reel_error_message());
        if (row == wanted.capture) {
            status = reel_capture(rec, captured, REEL_CAPTURE_KEEP);
            say("capture", status, 0, status == REEL_OK ? "" : reel_error_message());
        }
    }
}

static void say_stats(reel_recording *rec, reel_sink_id file) {
    char text[512], error[256] = "";
    reel_sink_stats stats = {.struct_size = sizeof stats};
    reel_get_sink_stats(rec, file, &stats);
    reel_sink_error(rec, file, error, sizeof error);
    snprintf(text, sizeof text, "%llu %llu", (unsigned long long)stats.rows_written, (unsigned long long)stats.rows_dropped);
    say("stats", stats.last_error, file, text);
    say("sink_error", stats.last_error, file, error);
    reel_status status = reel_last_error(rec, error, sizeof error);
    say("last_error", status, 0, error);
}

static int save_memory(reel_recording *rec, reel_sink_id memory) {
    char path[4096];
    reel_bytes_owned bytes;
    snprintf(path, sizeof path, "%s/../memory.rrd", folder);
    if (wanted.vanish >= 0)
        mkdir(folder, 0777); /* so that the path leads somewhere */
    if (reel_drain(rec, memory, &bytes) != REEL_OK)
        return 1;
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes.data, 1, bytes.size, f) == bytes.size;
    reel_bytes_free(&bytes);
    return !f || fclose(f) || !ok;
}

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    folder = argv[1];
    read_options(argc - 2, argv + 2);
    atomic_store(&room_left, wanted.room);
    if (wanted.limit >= 0 && setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)wanted.limit, RLIM_INFINITY}))
        return 2;
    reel__io_hook = on_io;
    char path[4096];
    snprintf(path, sizeof path, "%s/run.rrd", folder);
    reel_sink_id memory = 0, file = 0;
    reel_recording *rec = reel_new("fault", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "fault", .on_event = on_event});
    if (!rec || reel_add_memory(rec, NULL, &memory) != REEL_OK)
        return 1;
    const reel_file_options options = {.struct_size = sizeof options, .rotate_bytes = wanted.rotate,
                                       .durability = !strcmp(wanted.durability, "sync") ? REEL_DURABILITY_SYNC : !strcmp(wanted.durability, "process") ? REEL_DURABILITY_PROCESS : REEL_DURABILITY_OS};
    reel_status status = reel_add_file(rec, path, &options, &file);
    say("add", status, file, status == REEL_OK ? "" : reel_error_message());
    log_rows(rec, path);
    if (file)
        say_stats(rec, file);
    if (file)
        status = reel_remove_sink(rec, file, -1);
    say("remove", status, file, status == REEL_OK ? "" : reel_error_message());
    if (wanted.limit >= 0)
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    if (save_memory(rec, memory))
        return 1;
    reel_free(rec);
    return 0;
}
