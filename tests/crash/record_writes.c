/* Records with durability "sync" and notes everything that is done to the file, in order: record_writes FILE JOURNAL SEED.
 *
 * The journal: 'W' offset size bytes, 'T' size, 'S' (fdatasync came back), 'C' rows (a flush confirmed so many rows). Numbers are 8 bytes. Some writes are cut short on the way, as a
 * system may do it. Row i has the time i (timeline "row") and the value i, at the entity "rows". */
#include "base/io.h"

#include <reel/reel.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static FILE *journal;
static const char *path;
static uint64_t random_state;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t random_below(uint64_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % n;
}

static void note(char what, const uint64_t *numbers, size_t n) {
    fputc(what, journal);
    fwrite(numbers, sizeof *numbers, n, journal);
}

static bool is_ours(int fd) {
    struct stat a, b;
    return fd >= 0 && fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Called before the call itself. Regular files take what they are given, so what is noted here is what happens; a sync only counts when it has come back, which the next call or the
 * confirmation after it shows: nothing is written between the two. */
static int on_io(reel__io_call *call) {
    if ((call->op != REEL__IO_WRITE && call->op != REEL__IO_TRUNCATE && call->op != REEL__IO_SYNC) || !is_ours(call->fd))
        return 0;
    pthread_mutex_lock(&mutex);
    if (call->op == REEL__IO_WRITE) {
        if (call->size > 100 && random_below(6) == 0)
            call->size = 1 + random_below(call->size - 1);
        note('W', (uint64_t[]){(uint64_t)call->offset, call->size}, 2);
        size_t left = call->size;
        for (size_t i = 0; left; i++) {
            size_t n = call->data[i].iov_len < left ? call->data[i].iov_len : left;
            fwrite(call->data[i].iov_base, 1, n, journal);
            left -= n;
        }
    } else if (call->op == REEL__IO_TRUNCATE) {
        note('T', (uint64_t[]){call->size}, 1);
    } else {
        note('S', NULL, 0);
    }
    pthread_mutex_unlock(&mutex);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 4 || !(journal = fopen(argv[2], "wb")))
        return 2;
    path = argv[1];
    random_state = strtoull(argv[3], NULL, 10) * 2 + 1;
    reel__io_hook = on_io;
    reel_recording *rec = reel_new("replay", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "replay_0000", .flush_tick_ns = 2000000});
    if (!rec || reel_add_file(rec, path, &(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_SYNC}, NULL) != REEL_OK)
        return 1;
    for (uint64_t row = 0; row < 6000; row++) {
        double value = (double)row;
        if (reel_set_time_sequence(rec, "row", (int64_t)row) != REEL_OK || reel_log_scalars(rec, "rows", &(reel_scalars){.scalars = &value, .n_scalars = 1}) != REEL_OK)
            return 1;
        if (random_below(100) == 0) {
            if (reel_flush(rec, row % 2 ? -1 : 60000) != REEL_OK)
                return 1;
            pthread_mutex_lock(&mutex);
            note('C', (uint64_t[]){row + 1}, 1);
            pthread_mutex_unlock(&mutex);
        }
    }
    reel_free(rec);
    reel__io_hook = NULL;
    return fclose(journal) ? 1 : 0;
}
