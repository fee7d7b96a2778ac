/* edit_recording IN OUT [option ...] step ...: reads a recording, changes each of its chunks by these steps in turn, and writes it again.
 *
 *     messages            every message as it stands; no steps
 *     pieces=N            slices of N rows, each of which is then changed on its own; joined: by `join`
 *     join                what was one chunk before
 *     reverse, sort, sort=TIMELINE, rename=PATH (in front), shift=TIMELINE:BY, with=TIMELINE:FIRST (and so on), same=TIMELINE:TIME, without=TIMELINE, static=TIMELINE,
 *     rename_timeline=OLD:NEW, keep=COMPONENT, drop=COMPONENT, new_row_ids, every=N (rows 0, N, 2N ...)
 * Options: plain (no compression), no_footer, application=NAME, recording=NAME. OUT "-" and IN "-" are the standard streams. */
#include <reel/reel.h>
#include <reel/read.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 1 << 16, TEXT_MAX = 4096 };

typedef struct list {
    reel_chunk *chunks[LIST_MAX];
    size_t n;
} list;

static list now, next;
static reel_writer *writer;

static void must(reel_status status, const char *what) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, reel_status_text(status), reel_error_message());
    reel_writer_abandon(writer);
    exit(1);
}

static void *room(size_t n, size_t size) {
    void *block = calloc(n + 1, size);
    if (!block)
        exit(3);
    return block;
}

static void add(reel_chunk *chunk) {
    if (!chunk)
        return;
    if (next.n == LIST_MAX)
        exit(3);
    next.chunks[next.n++] = chunk;
}

static reel_chunk *select_rows(const reel_chunk *chunk, size_t first, size_t step, bool backwards) {
    size_t n_rows = reel_chunk_rows(chunk), n = 0;
    uint64_t *rows = room(n_rows, sizeof *rows);
    for (size_t i = first; i < n_rows; i += step)
        rows[n++] = backwards ? n_rows - 1 - i : i;
    reel_chunk *out;
    must(reel_chunk_select(chunk, rows, n, &out), "select");
    free(rows);
    return out;
}

static reel_chunk *with_times(const reel_chunk *chunk, const char *timeline, int64_t first, bool is_same) {
    size_t n_rows = reel_chunk_rows(chunk);
    int64_t *times = room(n_rows, sizeof *times);
    for (size_t i = 0; i < n_rows; i++)
        times[i] = is_same ? first : first + (int64_t)i;
    reel_chunk *out;
    must(reel_chunk_with_timeline(chunk, timeline, REEL_TIME_SEQUENCE, times, is_same ? 1 : n_rows, &out), "with");
    free(times);
    return out;
}

/* One chunk, one step. */
static void change(reel_chunk *chunk, const char *step, const char *name, const char *value) {
    const char *names[1] = {name};
    char path[TEXT_MAX];
    reel_chunk *out = NULL;
    bool has_timeline = name && reel_chunk_timeline_of(chunk, name);
    if (!strcmp(step, "pieces")) {
        size_t size = strtoull(name, NULL, 10);
        for (size_t first = 0; first < reel_chunk_rows(chunk); first += size) {
            size_t left = reel_chunk_rows(chunk) - first;
            must(reel_chunk_slice(chunk, first, left < size ? left : size, &out), step);
            add(out);
        }
        return;
    }
    if (!strcmp(step, "reverse"))
        out = select_rows(chunk, 0, 1, true);
    else if (!strcmp(step, "every"))
        out = select_rows(chunk, 0, strtoull(name, NULL, 10), false);
    else if (!strcmp(step, "sort") && (!name || has_timeline))
        must(reel_chunk_sort(chunk, name, &out), step);
    else if (!strcmp(step, "rename")) {
        snprintf(path, sizeof path, "%s%s", name, reel_chunk_entity(chunk));
        must(reel_chunk_rename(chunk, path, &out), step);
    } else if (!strcmp(step, "shift") && has_timeline)
        must(reel_chunk_shift(chunk, name, strtoll(value, NULL, 10), &out), step);
    else if (!strcmp(step, "with"))
        out = with_times(chunk, name, strtoll(value, NULL, 10), false);
    else if (!strcmp(step, "same"))
        out = with_times(chunk, name, strtoll(value, NULL, 10), true);
    else if ((!strcmp(step, "without") || !strcmp(step, "static")) && has_timeline)
        must(reel_chunk_without_timeline(chunk, name, !strcmp(step, "static"), &out), step);
    else if (!strcmp(step, "rename_timeline") && has_timeline)
        must(reel_chunk_rename_timeline(chunk, name, value, &out), step);
    else if (!strcmp(step, "keep") || !strcmp(step, "drop")) {
        must(reel_chunk_keep(chunk, names, 1, !strcmp(step, "drop"), &out), step);
    } else if (!strcmp(step, "new_row_ids"))
        must(reel_chunk_with_new_row_ids(chunk, &out), step);
    else
        out = reel_chunk_ref(chunk); /* a timeline that it does not have */
    add(out);
}

static void take_step(const char *text) {
    char step[TEXT_MAX], *name, *value = NULL;
    snprintf(step, sizeof step, "%s", text);
    if ((name = strchr(step, '=')))
        *name++ = 0;
    if (name && (value = strchr(name, ':')) && strcmp(step, "keep") && strcmp(step, "drop"))
        *value++ = 0;
    next.n = 0;
    if (!strcmp(step, "join") && now.n) {
        reel_chunk *out;
        must(reel_chunk_join(now.chunks, now.n, &out), step);
        add(out);
    } else {
        for (size_t i = 0; i < now.n; i++)
            change(now.chunks[i], step, name, value);
    }
    for (size_t i = 0; i < now.n; i++)
        reel_chunk_unref(now.chunks[i]);
    memcpy(now.chunks, next.chunks, next.n * sizeof *next.chunks);
    now.n = next.n;
}

typedef struct job {
    reel_reader *reader;
    bool as_messages;
    const char *application, *recording;
    char **steps;
    int n_steps;
} job;

static void put_chunk(job *j, const reel_read_message *m) {
    reel_store_id store = {m->store_kind, j->application ? j->application : m->application_id, j->recording ? j->recording : m->recording_id};
    must(reel_read_chunk(j->reader, m, &now.chunks[0]), "read");
    now.n = 1;
    for (int i = 0; i < j->n_steps; i++)
        take_step(j->steps[i]);
    for (size_t i = 0; i < now.n; i++) {
        must(reel_writer_put_chunk(writer, &store, now.chunks[i]), "put");
        reel_chunk_unref(now.chunks[i]);
    }
}

static void on_event(void *user, const reel_read_event *event) {
    (void)user;
    fprintf(stderr, "at byte %llu: %s\n", (unsigned long long)event->offset, event->message);
}

int main(int argc, char **argv) {
    reel_writer_options options = {.struct_size = sizeof options};
    reel_read_options read_options = {.struct_size = sizeof read_options, .on_event = on_event};
    job j = {0};
    int at = 3;
    if (argc < 3)
        return 2;
    for (; at < argc; at++) {
        if (!strcmp(argv[at], "messages"))
            j.as_messages = true;
        else if (!strcmp(argv[at], "plain"))
            options.no_compression = true;
        else if (!strcmp(argv[at], "no_footer"))
            options.no_footer = true;
        else if (!strncmp(argv[at], "application=", 12))
            j.application = argv[at] + 12;
        else if (!strncmp(argv[at], "recording=", 10))
            j.recording = argv[at] + 10;
        else
            break;
    }
    j.steps = argv + at;
    j.n_steps = argc - at;
    must(reel_open(argv[1], &read_options, &j.reader), argv[1]);
    must(reel_writer_open(argv[2], &options, &writer), argv[2]);
    for (;;) {
        const reel_read_message *m;
        must(reel_next(j.reader, &m), "next");
        if (!m)
            break;
        if (m->kind == REEL_MESSAGE_CHUNK && !j.as_messages)
            put_chunk(&j, m);
        else if (j.as_messages || (!j.application && !j.recording))
            must(reel_writer_put_message(writer, m), "message");
    }
    reel_close_reader(j.reader);
    reel_status status = reel_writer_close(writer);
    writer = NULL;
    must(status, "close");
    return 0;
}
