/* Memory that runs out: each scenario is run again and again, and the first, second, third ... request for memory in it fails, alone or with all that follow, until none does any more.
 * Each time: no crash, nothing leaked, no row lost without a status or a report, and when there is memory again, the recording goes on. */
#include "base/io.h"
#include "scarce_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { NTH_MAX = 20000, AT_ONCE = 16 };
#if defined(__SANITIZE_THREAD__)
enum { STEPS = 8, ROWS = 300 }; /* it is slow, and looks for other things: of the failures one in eight does */
#else
enum { STEPS = 1, ROWS = 1500 };
#endif

static char folder[64];

typedef struct trial {
    void (*body)(struct trial *);
    scarcity *scarcity;    /* of its thread, or of all */
    bool was_hit;
    char path[96], other_path[96];
    const char *name;
    long nth;
    bool and_later, anywhere;
    bool has_lost_buffer;  /* what its buffer refused is counted nowhere any more */
    reel_recording *rec;
    reel_sink_id memory;
    uint64_t accepted;     /* rows whose call said yes */
    atomic_uint n_events, n_refusals;
    char failure[512];     /* what the trial found wrong; cmocka's own checks only work in the test's thread */
} trial;

static void found(trial *t, int line, const char *what) {
    if (!t->failure[0])
        snprintf(t->failure, sizeof t->failure, "%s, request %ld%s fails: line %d: %s (%s)", t->name, t->nth, t->and_later ? " and all later" : "", line, what, reel_error_message());
}
#define EXPECT(t, condition) ((condition) ? (void)0 : found(t, __LINE__, #condition))

static void on_event(void *user, reel_recording *rec, const reel_event *event) {
    trial *t = user;
    (void)rec;
    atomic_fetch_add(&t->n_events, 1);
    if (event->status == REEL_OK || !event->message[0])
        found(t, __LINE__, "an event without a status or a text");
}

/* A call may succeed, or say that memory is out; nothing else. */
static bool said(trial *t, reel_status status, int line) {
    if (status == REEL_OK)
        return true;
    atomic_fetch_add(&t->n_refusals, 1);
    if (status != REEL_E_NO_MEMORY || !strstr(reel_error_message(), "memory")) {
        char text[400];
        snprintf(text, sizeof text, "status %d: %.300s", (int)status, reel_error_message());
        found(t, line, text);
    }
    return false;
}
#define SAID(t, call) said(t, call, __LINE__)

/* ---- rows */

static const float xyz[300];
static uint8_t pixels[3 * 32 * 32];

static void log_scalar(trial *t, const char *where, double v) { t->accepted += SAID(t, reel_log_scalars(t->rec, where, &(reel_scalars){.scalars = &v, .n_scalars = 1})); }

static void log_points(trial *t, size_t n) {
    const char *label = "a label";
    t->accepted += SAID(t, reel_log_points3d(t->rec, "lidar", &(reel_points3d){.positions = xyz, .n_positions = n, .radii = xyz, .n_radii = 1, .labels = &label, .n_labels = 1}));
}

static void log_mesh(trial *t, float v) {
    const float vertices[9] = {v};
    t->accepted += SAID(t, reel_log_static_mesh3d(t->rec, "mesh", &(reel_mesh3d){.vertex_positions = vertices, .n_vertex_positions = 3}));
}

static void log_several_archetypes(trial *t) {
    const uint32_t lengths[2] = {3, 2};
    const double bars[4] = {1, 2, 3, 4};
    const uint64_t shape[1] = {4};
    SAID(t, reel_set_time_sequence(t->rec, "frame", 7));
    SAID(t, reel_set_time_duration_ns(t->rec, "elapsed", 7));
    log_scalar(t, "motor/current", 3);
    log_points(t, 20);
    t->accepted += SAID(t, reel_log_text_log(t->rec, "log", &(reel_text_log){.text = "hello", .level = "INFO"}));
    t->accepted += SAID(t, reel_log_image(t->rec, "camera", &(reel_image){.buffer = {pixels, sizeof pixels}, .format = {32, 32, 0, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8}}));
    t->accepted += SAID(t, reel_log_transform3d(t->rec, "arm", &(reel_transform3d){.translation = xyz, .scale = xyz}));
    t->accepted += SAID(t, reel_log_line_strips3d(t->rec, "way", &(reel_line_strips3d){.strips = {xyz, lengths, 2}}));
    t->accepted += SAID(t, reel_log_bar_chart(t->rec, "bars", &(reel_bar_chart){.values = {REEL_TENSOR_F64, bars, shape, 1, NULL}}));
    log_mesh(t, 1);
    t->accepted += SAID(t, reel_log_clear(t->rec, "lidar", &(reel_clear){.is_recursive = {true, true}}));
    reel_entity *entity = reel_entity_of(t->rec, "by/handle");
    if (entity)
        t->accepted += SAID(t, reel_log_at_scalars(entity, &(reel_scalars){.scalars = bars, .n_scalars = 1}));
    else
        SAID(t, REEL_E_NO_MEMORY);
}

static void log_until_segments_change(trial *t) {
    for (int i = 0; i < ROWS; i++) {
        SAID(t, reel_set_time_sequence(t->rec, "frame", i));
        log_scalar(t, "motor/current", i);
        if (i % 20 == 0)
            log_points(t, (size_t)(i % 100));
    }
}

/* ---- what must hold */

static void make(trial *t, const char *id) {
    t->rec = reel_new("scarce", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = id, .no_properties = true, .on_event = on_event, .on_event_user = t});
}

static reel_sink_stats stats_of(trial *t, reel_sink_id id) {
    reel_sink_stats stats = {.struct_size = sizeof stats};
    EXPECT(t, reel_get_sink_stats(t->rec, id, &stats) == REEL_OK);
    return stats;
}

/* The messages of a complete stream: header, store info, chunks, footer. */
static void check_stream(trial *t, const uint8_t *data, size_t size, size_t chunks_min) {
    size_t at = 12, n_infos = 0, n_chunks = 0;
    bool has_end = false;
    EXPECT(t, size > 12 && !memcmp(data, "RRF2", 4));
    while (!t->failure[0] && !has_end) {
        uint64_t kind, length;
        EXPECT(t, at + 16 <= size);
        if (t->failure[0])
            return;
        memcpy(&kind, data + at, 8);
        memcpy(&length, data + at + 8, 8);
        EXPECT(t, length <= size - at - 16);
        n_infos += kind == 1;
        n_chunks += kind == 2;
        has_end = kind == 0;
        at += 16 + (size_t)length;
    }
    EXPECT(t, n_infos == 1);
    EXPECT(t, n_chunks >= chunks_min);
    EXPECT(t, at + 32 == size);
}

static void check_drain(trial *t, reel_sink_id id, size_t chunks_min) {
    reel_bytes_owned bytes = {0};
    EXPECT(t, reel_drain(t->rec, id, &bytes) == REEL_OK);
    if (bytes.data)
        check_stream(t, bytes.data, bytes.size, chunks_min);
    else
        found(t, __LINE__, "a drain gave nothing");
    reel_bytes_free(&bytes);
}

static void check_file(trial *t, const char *name, size_t chunks_min) {
    FILE *file = fopen(name, "rb");
    if (!file) {
        found(t, __LINE__, "no file");
        return;
    }
    enum { SIZE_MAX_HERE = 1 << 20 };
    uint8_t *data = malloc(SIZE_MAX_HERE);
    size_t size = data ? fread(data, 1, SIZE_MAX_HERE, file) : 0;
    fclose(file);
    check_stream(t, data, size, chunks_min);
    free(data);
}

/* There is memory again: the next flush tells what was lost, if anything; then everything works, and all that was accepted is in the sink or was told to be lost. */
static void goes_on(trial *t) {
    reel_stats all = {.struct_size = sizeof all};
    reel_flush(t->rec, -1);
    EXPECT(t, reel_flush(t->rec, -1) == REEL_OK);
    reel_sink_stats before = stats_of(t, t->memory);
    uint64_t refusals = atomic_load(&t->n_refusals);
    log_scalar(t, "motor/current", 4711);
    log_points(t, 30);
    EXPECT(t, refusals == atomic_load(&t->n_refusals));
    EXPECT(t, reel_flush(t->rec, -1) == REEL_OK);
    reel_sink_stats after = stats_of(t, t->memory);
    EXPECT(t, after.rows_written == before.rows_written + 2);
    EXPECT(t, reel_get_stats(t->rec, &all) == REEL_OK);
    EXPECT(t, t->has_lost_buffer || after.rows_written + after.rows_dropped + all.rows_dropped >= t->accepted);
    EXPECT(t, after.rows_written >= t->accepted || atomic_load(&t->n_events) > 0);
    check_drain(t, t->memory, 1);
}

/* Runs the body in a thread of its own, so that what a thread keeps for itself is gone afterwards. */
static void *run_body(void *user) {
    trial *t = user;
    t->scarcity = t->anywhere ? &scarce_anywhere : &scarce_here;
    atomic_store(&t->scarcity->has_refused, false);
    t->body(t);
    scarcity_end(t->scarcity);
    t->was_hit = atomic_load(&t->scarcity->has_refused);
    return NULL;
}

/* Trials number nth, nth + 1 ... side by side. Returns whether all of them were refused something. */
static bool run_some(trial *trials, const trial *model, long nth, int n) {
    pthread_t threads[AT_ONCE];
    long alive = atomic_load(&scarce_alive);
    bool all_hit = true;
    for (int i = 0; i < n; i++) {
        trials[i] = *model;
        trials[i].nth = nth + i;
        snprintf(trials[i].path, sizeof trials[i].path, "%s/run-%d.rrd", folder, i);
        snprintf(trials[i].other_path, sizeof trials[i].other_path, "%s/other-%d.rrd", folder, i);
        assert_int_equal(pthread_create(&threads[i], NULL, run_body, &trials[i]), 0);
    }
    for (int i = 0; i < n; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < n; i++) {
        all_hit = all_hit && trials[i].was_hit;
        if (trials[i].failure[0])
            fail_msg("%s", trials[i].failure);
    }
    if (atomic_load(&scarce_alive) != alive)
        fail_msg("%s, requests %ld to %ld fail%s: %ld blocks leaked", model->name, nth, nth + n - 1, model->and_later ? " with all later" : "", atomic_load(&scarce_alive) - alive);
    return all_hit;
}

static void run_scenario(const char *name, void (*body)(trial *), bool anywhere) {
    static trial trials[AT_ONCE];
    const int at_once = anywhere ? 1 : AT_ONCE;
    for (int and_later = 0; and_later < 2; and_later++) {
        const trial model = {.body = body, .name = name, .and_later = and_later, .anywhere = anywhere};
        long nth = 1;
        while (run_some(trials, &model, nth, at_once)) {
            nth += STEPS * at_once;
            assert_true(nth < NTH_MAX);
        }
        for (int i = 0; i < at_once && trials[i].was_hit; i++)
            nth++;
        if (nth == 1)
            fail_msg("%s asked for no memory at all", name);
        print_message("%s: %ld requests%s\n", name, nth - 1, and_later ? " and all later" : "");
    }
}

/* ---- scenarios: whatever stands between scarce_begin and scarce_end */

static void body_new(trial *t) {
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    make(t, NULL);
    if (!t->rec)
        SAID(t, REEL_E_NO_MEMORY);
    scarcity_end(t->scarcity);
    if (!t->rec)
        make(t, NULL);
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

static void body_new_with_properties(trial *t) {
    const reel_options options = {.struct_size = sizeof options, .recording_name = "a name", .on_event = on_event, .on_event_user = t};
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    t->rec = reel_new("scarce", &options);
    if (!t->rec)
        SAID(t, REEL_E_NO_MEMORY);
    scarcity_end(t->scarcity);
    reel_free(t->rec);
}

static void with_memory_sink(trial *t, void (*act)(trial *)) {
    make(t, NULL);
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    act(t);
    scarcity_end(t->scarcity);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

static void act_first_logs(trial *t) {
    log_several_archetypes(t);
    reel_status status = reel_flush(t->rec, -1);
    bool is_safe = SAID(t, status);
    scarcity_end(t->scarcity);
    /* A flush that says yes has handed over every row that was accepted. */
    EXPECT(t, !is_safe || stats_of(t, t->memory).rows_written + stats_of(t, t->memory).rows_dropped >= t->accepted);
}
static void body_first_logs(trial *t) { with_memory_sink(t, act_first_logs); }
static void body_segments(trial *t) { with_memory_sink(t, log_until_segments_change); }

static void act_static(trial *t) {
    for (int i = 0; i < 5; i++) {
        log_mesh(t, (float)i);
        if (i % 2)
            SAID(t, reel_flush(t->rec, -1));
    }
    SAID(t, reel_set_recording_name(t->rec, "a name")); /* a row, but not one of the counted paths */
    SAID(t, reel_set_start_time_ns(t->rec, 5));
}
static void body_static_data(trial *t) { with_memory_sink(t, act_static); }

static void act_take(trial *t) {
    reel_bytes_owned bytes;
    uint64_t n;
    SAID(t, reel_num_msgs(t->rec, t->memory, &n));
    if (SAID(t, reel_peek(t->rec, t->memory, &bytes)))
        check_stream(t, bytes.data, bytes.size, 1);
    reel_bytes_free(&bytes);
    bool is_drained = SAID(t, reel_drain(t->rec, t->memory, &bytes));
    if (is_drained)
        check_stream(t, bytes.data, bytes.size, 9);
    scarcity_end(t->scarcity);
    reel_bytes_free(&bytes);
    if (!is_drained && !t->failure[0])
        check_drain(t, t->memory, 9); /* nothing was drained away by the one that failed */
}
static void body_take(trial *t) {
    make(t, NULL);
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    log_several_archetypes(t);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    act_take(t);
    scarcity_end(t->scarcity);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

/* A sink that had no memory for a message does not hold everything: that is said, too. */
static bool captured(trial *t, reel_status status, int line) {
    if (status != REEL_E_NOT_RETAINED)
        return said(t, status, line);
    EXPECT(t, stats_of(t, t->memory).messages_dropped > 0 && atomic_load(&t->n_events) > 0);
    return false;
}

static void act_capture(trial *t) {
    struct stat s;
    unlink(t->path);
    bool kept = captured(t, reel_capture(t->rec, t->path, REEL_CAPTURE_KEEP), __LINE__);
    bool drained = captured(t, reel_capture(t->rec, t->other_path, REEL_CAPTURE_DRAIN), __LINE__);
    size_t chunks = 9 - (size_t)stats_of(t, t->memory).messages_dropped;
    scarcity_end(t->scarcity);
    if (kept)
        check_file(t, t->path, 9); /* a sink that had to drop a message does not hold everything */
    else
        EXPECT(t, stat(t->path, &s) != 0 || (check_file(t, t->path, 9), true)); /* never a half of one */
    if (drained)
        check_file(t, t->other_path, 9);
    else if (!t->failure[0])
        check_drain(t, t->memory, chunks);
}
static void body_capture(trial *t) {
    make(t, NULL);
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    log_several_archetypes(t);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    act_capture(t);
    scarcity_end(t->scarcity);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

/* Without threads, so that each run asks in the same order. */
static void body_file(trial *t) {
    t->rec = reel_new("scarce", &(reel_options){.struct_size = sizeof(reel_options), .deterministic = true, .no_properties = true, .on_event = on_event, .on_event_user = t});
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    reel_sink_id file = 0;
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    bool has_file = SAID(t, reel_add_file(t->rec, t->path, &(reel_file_options){.struct_size = sizeof(reel_file_options), .durability = REEL_DURABILITY_SYNC}, &file));
    log_several_archetypes(t);
    bool is_safe = SAID(t, reel_flush(t->rec, -1));
    uint64_t accepted = t->accepted;
    if (has_file)
        captured(t, reel_capture(t->rec, t->other_path, REEL_CAPTURE_KEEP), __LINE__);
    scarcity_end(t->scarcity);
    if (has_file && is_safe)
        EXPECT(t, stats_of(t, file).rows_written >= accepted);
    goes_on(t);
    if (has_file)
        EXPECT(t, stats_of(t, file).rows_written + stats_of(t, file).rows_dropped >= 2);
    bool has_footer = reel_close(t->rec, -1) == REEL_OK; /* one that had no memory for its notes is left out, and that is said */
    EXPECT(t, has_footer || !has_file || atomic_load(&t->n_events) > 0);
    reel_free(t->rec);
    if (has_file && has_footer)
        check_file(t, t->path, 1);
}

static void body_buffered_file(trial *t) {
    t->rec = reel_new("scarce", &(reel_options){.struct_size = sizeof(reel_options), .deterministic = true, .no_properties = true, .on_event = on_event, .on_event_user = t});
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    const reel_file_options options = {.struct_size = sizeof options, .durability = REEL_DURABILITY_PROCESS, .rotate_bytes = 8000};
    EXPECT(t, reel_add_file(t->rec, t->path, &options, NULL) == REEL_OK);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    for (int i = 0; i < 3; i++) {
        log_until_segments_change(t);
        SAID(t, reel_flush(t->rec, -1));
    }
    scarcity_end(t->scarcity);
    goes_on(t);
    reel_free(t->rec);
}

static void body_closing(trial *t) {
    reel_sink_id file = 0;
    make(t, NULL);
    EXPECT(t, t->rec && reel_add_file(t->rec, t->path, NULL, &file) == REEL_OK);
    log_several_archetypes(t);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    bool is_complete = SAID(t, reel_close(t->rec, -1));
    scarcity_end(t->scarcity);
    reel_sink_stats stats = stats_of(t, file);
    EXPECT(t, !is_complete || stats.rows_written >= t->accepted); /* without a status nothing was lost */
    if (is_complete)
        check_file(t, t->path, 9);
    EXPECT(t, reel_close(t->rec, -1) == REEL_E_CLOSED);
    reel_free(t->rec);
}

static reel_status take_all(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    (void)messages;
    atomic_fetch_add((atomic_ulong *)user, n);
    *n_done = n;
    return REEL_OK;
}
static reel_status take_bytes(void *user, const void *data, size_t size) {
    (void)data;
    atomic_fetch_add((atomic_ulong *)user, size);
    return REEL_OK;
}
static void act_add_sinks(trial *t) {
    static atomic_ulong counts[2];
    const reel_sink_ops ops = {.struct_size = sizeof ops, .name = "counting", .write = take_all};
    reel_sink_id id = 0;
    if (SAID(t, reel_add_sink(t->rec, &ops, &counts[0], NULL, &id)))
        SAID(t, reel_remove_sink(t->rec, id, -1));
    SAID(t, reel_add_callback(t->rec, take_bytes, &counts[1], NULL, &id));
    SAID(t, reel_add_memory(t->rec, NULL, &id));
    log_scalar(t, "motor/current", 1);
    SAID(t, reel_flush(t->rec, -1));
}
static void body_add_sinks(trial *t) { with_memory_sink(t, act_add_sinks); }

/* What the buffer held goes to the first sink, or stays. */
static void body_first_sink(trial *t) {
    make(t, NULL);
    EXPECT(t, t->rec != NULL);
    log_several_archetypes(t);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    bool is_added = SAID(t, reel_add_memory(t->rec, NULL, &t->memory));
    scarcity_end(t->scarcity);
    t->has_lost_buffer = true;
    if (!is_added)
        EXPECT(t, reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

static void act_columns(trial *t) {
    enum { N_ROWS = 3000 };
    int64_t times[N_ROWS];
    double values[N_ROWS];
    const char *texts[N_ROWS];
    for (int i = 0; i < N_ROWS; i++) {
        times[i] = i % 2 ? -i : i; /* to be sorted */
        values[i] = i;
        texts[i] = i % 3 ? "one" : "three";
    }
    const reel_time_column frame = {"frame", REEL_TIME_SEQUENCE, times, N_ROWS};
    const reel_column numbers = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = N_ROWS}, words = {REEL_COLUMN(text_log, text), .values = texts, .n_values = N_ROWS};
    if (SAID(t, reel_send_columns(t->rec, "columns", &frame, 1, &numbers, 1)))
        t->accepted += N_ROWS;
    if (SAID(t, reel_send_columns(t->rec, "words", &frame, 1, &words, 1)))
        t->accepted += N_ROWS;
}
static void body_columns(trial *t) { with_memory_sink(t, act_columns); }

/* With the writer's thread and a sink's: which of the three asks at which moment differs from run to run. */
static void body_threads(trial *t) {
    static atomic_ulong count;
    const reel_sink_ops ops = {.struct_size = sizeof ops, .name = "counting", .write = take_all};
    make(t, NULL);
    EXPECT(t, t->rec && reel_add_memory(t->rec, NULL, &t->memory) == REEL_OK && reel_add_sink(t->rec, &ops, &count, NULL, NULL) == REEL_OK);
    scarcity_begin(t->scarcity, t->nth, t->and_later);
    log_several_archetypes(t);
    for (int i = 0; i < 500; i++)
        log_scalar(t, "motor/current", i);
    SAID(t, reel_flush(t->rec, -1));
    scarcity_end(t->scarcity);
    if (!t->failure[0])
        goes_on(t);
    reel_free(t->rec);
}

#define SCENARIO(name) \
    static void name(void **state) { (void)state; run_scenario(#name, body_##name, false); }
#define SCENARIO_OF_THREADS(name) \
    static void name(void **state) { (void)state; run_scenario(#name, body_##name, true); }
SCENARIO(new)
SCENARIO(new_with_properties)
SCENARIO(first_logs)
SCENARIO(segments)
SCENARIO(static_data)
SCENARIO(take)
SCENARIO(capture)
SCENARIO(file)
SCENARIO(buffered_file)

SCENARIO(add_sinks)
SCENARIO(first_sink)
SCENARIO(columns)
SCENARIO_OF_THREADS(closing)
SCENARIO_OF_THREADS(threads)

static int setup(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/scarce-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) && scarce_install() == REEL_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(d), entry->d_name, 0);
    if (d)
        closedir(d);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new),        cmocka_unit_test(new_with_properties), cmocka_unit_test(first_logs), cmocka_unit_test(segments),  cmocka_unit_test(static_data),
        cmocka_unit_test(take),       cmocka_unit_test(capture),             cmocka_unit_test(file),       cmocka_unit_test(buffered_file), cmocka_unit_test(closing),
        cmocka_unit_test(add_sinks),  cmocka_unit_test(first_sink),          cmocka_unit_test(columns),    cmocka_unit_test(threads),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
