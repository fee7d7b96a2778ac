/* Rows of any make-up: several archetypes, single components, components of one's own, and memory that is handed over. */
#include "watched_recording.h"

#include <reel/arrow.h>

#include <stdatomic.h>
#include <stdlib.h>

#define OK(call)                                                                        \
    do {                                                                                \
        reel_status ok_ = (call);                                                       \
        if (ok_ != REEL_OK)                                                             \
            print_error("%s gave %d: %s\n", #call, (int)ok_, reel_error_message());     \
        _assert_int_equal(ok_, REEL_OK, __FILE__, __LINE__);                            \
    } while (0)

static const float corners[6] = {1, 2, 3, 4, 5, 6};
static const uint32_t red = 0xff0000ff;

static uint64_t rows_of(watched *w) {
    OK(reel_flush(w->rec, -1));
    pthread_mutex_lock(&w->mutex);
    uint64_t rows = w->rows;
    pthread_mutex_unlock(&w->mutex);
    return rows;
}

static size_t events_of(watched *w) {
    OK(reel_flush(w->rec, -1));
    pthread_mutex_lock(&w->mutex);
    size_t n = w->n_events;
    pthread_mutex_unlock(&w->mutex);
    return n;
}

static void several_archetypes_are_one_row(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    reel_points3d points = {.positions = corners, .n_positions = 2};
    reel_transform3d transform = {.translation = corners};
    const reel_part parts[] = {REEL_PART(points3d, &points), REEL_PART(transform3d, &transform)};
    for (int i = 0; i < 100; i++)
        OK(reel_log_row(w.rec, "both", &(reel_row){.parts = parts, .n_parts = 2}));
    assert_int_equal(rows_of(&w), 100);
    reel_stats stats = {.struct_size = sizeof stats};
    OK(reel_get_stats(w.rec, &stats));
    assert_int_equal(stats.rows_dropped, 0);
    watched_close(&w);
}

static void components_of_archetypes_and_others_together_are_counted(void **state) {
    (void)state;
    enum { PARTS = 90, COLUMNS = 512 };
    watched w;
    watched_open(&w, (reel_options){0});
    const double number = 1;
    const float radius = 1;
    reel_points3d points = {.positions = corners, .n_positions = 2, .radii = &radius, .n_radii = 1, .colors = &red, .n_colors = 1};
    reel_part parts[PARTS];
    char names[COLUMNS][16];
    reel_column columns[COLUMNS];
    for (int i = 0; i < PARTS; i++)
        parts[i] = (reel_part)REEL_PART(points3d, &points);
    for (int i = 0; i < COLUMNS; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        columns[i] = (reel_column){.name = names[i], .type = REEL_VALUE_F64, .values = &number, .n_values = 1};
    }
    for (size_t n = 1; n <= PARTS; n += 89) { /* one above the limit, and as many as there can be */
        reel_row row = {.parts = parts, .n_parts = n, .columns = columns, .n_columns = COLUMNS};
        REFUSED(&w, reel_log_row(w.rec, "p", &row), REEL_E_TOO_LARGE, "/p", "512");
    }
    OK(reel_log_components(w.rec, "p", columns, COLUMNS, 0));
    watched_close(&w);
}

static void one_archetype_shares_its_lane_with_the_typed_call(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){.flush_tick_ns = -1});
    reel_stats stats = {.struct_size = sizeof stats};
    reel_points3d points = {.positions = corners, .n_positions = 2};
    const reel_part part = REEL_PART(points3d, &points);
    OK(reel_log_points3d(w.rec, "p", &points));
    OK(reel_get_stats(w.rec, &stats));
    uint64_t lanes = stats.lanes;
    OK(reel_log_row(w.rec, "p", &(reel_row){.parts = &part, .n_parts = 1}));
    OK(reel_get_stats(w.rec, &stats));
    assert_int_equal(stats.lanes, lanes);
    assert_int_equal(rows_of(&w), 2);
    watched_close(&w);
}

static void components_by_themselves(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const char *label = "corner";
    const reel_column columns[] = {
        {REEL_COLUMN(points3d, positions), .values = corners, .n_values = 2},
        {REEL_COLUMN(points3d, colors), .values = &red, .n_values = 1},
        {REEL_COLUMN(points3d, labels), .values = &label, .n_values = 1},
        {REEL_COLUMN(points3d, radii)}, /* cleared */
    };
    OK(reel_log_components(w.rec, "p", columns, 4, 0));
    OK(reel_log_components(w.rec, "p", columns, 4, REEL_LOG_STATIC));
    OK(reel_log_components(w.rec, "prop", columns, 1, REEL_LOG_PROPERTY));
    assert_string_equal((rows_of(&w), w.last_path), "/__properties/prop");
    assert_int_equal(w.rows, 3);
    OK(reel_log_components(w.rec, "p", NULL, 0, 0));
    assert_int_equal(rows_of(&w), 3);
    watched_close(&w);
}

static void components_of_ones_own(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    double celsius[3] = {20, 21, 22};
    const char *name = "größe";
    bool on = true;
    reel_bytes blob = {"abc", 3};
    float matrix[9] = {0};
    const reel_column columns[] = {
        {.name = "temperature", .archetype_name = "Battery", .type = REEL_VALUE_F64, .values = celsius, .n_values = 3},
        {.name = "name", .type = REEL_VALUE_TEXT, .values = &name, .n_values = 1},
        {.name = "on", .type = REEL_VALUE_BOOL, .values = &on, .n_values = 1},
        {.name = "blob", .type = REEL_VALUE_BYTES, .values = &blob, .n_values = 1},
        {.name = "matrix", .component_type = "user.Matrix", .type = REEL_VALUE_F32, .size = 9, .values = matrix, .n_values = 1},
    };
    for (int i = 0; i < 10; i++)
        OK(reel_log_components(w.rec, "own", columns, 5, 0));
    assert_int_equal(rows_of(&w), 10);
    watched_close(&w);
}

static void wrong_components_are_refused_by_name(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){.strict = true});
    double one = 1;
    float xyz[9] = {0};
    uint32_t lengths[2] = {1, 1};
    char long_name[2000];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
#define LOG(...) reel_log_components(w.rec, "c", (const reel_column[]){__VA_ARGS__}, sizeof((const reel_column[]){__VA_ARGS__}) / sizeof(reel_column), 0)
    REFUSED(&w, LOG({.archetype = 99, .field = 1}), REEL_E_ARGUMENT, "/c", "99");
    REFUSED(&w, LOG({REEL_COLUMN(points3d, positions), .n_values = 3}), REEL_E_ARGUMENT, "/c", "positions", "3");
    REFUSED(&w, LOG({.type = REEL_VALUE_F64, .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "/c", "no name");
    REFUSED(&w, LOG({.name = "", .type = REEL_VALUE_F64, .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "name", "0 bytes");
    REFUSED(&w, LOG({.name = long_name, .type = REEL_VALUE_F64, .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "1999", "1024");
    REFUSED(&w, LOG({.name = "\xff", .type = REEL_VALUE_F64, .values = &one, .n_values = 1}), REEL_E_UTF8, "/c");
    REFUSED(&w, LOG({.name = "x", .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "x", "0");
    REFUSED(&w, LOG({.name = "x", .type = (reel_value_type)15, .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "x", "15");
    REFUSED(&w, LOG({.name = "x", .type = REEL_VALUE_TEXT, .size = 2, .n_values = 0}), REEL_E_ARGUMENT, "x", "2");
    REFUSED(&w, LOG({.name = "x", .type = REEL_VALUE_F64, .size = 5000, .n_values = 0}), REEL_E_TOO_LARGE, "x", "5000", "4096");
    REFUSED(&w, LOG({.name = "x", .type = REEL_VALUE_F64, .values = &one, .n_values = (size_t)1 << 31}), REEL_E_TOO_LARGE, "x", "2147483648");
    REFUSED(&w, LOG({REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 2, .stride = 8}), REEL_E_ARGUMENT, "positions", "8", "12");
    REFUSED(&w, LOG({REEL_COLUMN(points3d, labels), .values = &long_name, .n_values = 1, .stride = 24}), REEL_E_ARGUMENT, "labels", "24");
    REFUSED(&w, LOG({REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 2, .lengths = lengths, .n_rows = 2}), REEL_E_ARGUMENT, "lengths");
    REFUSED(&w, LOG({REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 2, .strip_lengths = lengths}), REEL_E_ARGUMENT, "positions");
    REFUSED(&w, LOG({REEL_COLUMN(line_strips3d, strips), .values = xyz, .n_values = 2}), REEL_E_ARGUMENT, "strips", "2");
    REFUSED(&w, LOG({REEL_COLUMN(line_strips3d, strips), .n_values = 2, .strip_lengths = lengths}), REEL_E_ARGUMENT, "strips", "2");
    REFUSED(&w, LOG({REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1}, {REEL_COLUMN(scalars, scalars), .values = &one, .n_values = 1}), REEL_E_ARGUMENT, "Scalars:scalars", "twice");
    const reel_image_format format = {.width = 4, .height = 4, .color_model = REEL_COLOR_MODEL_L, .channel_datatype = REEL_CHANNEL_DATATYPE_U8};
    const reel_bytes pixels = {long_name, 15};
    REFUSED(&w, LOG({REEL_COLUMN(image, format), .values = &format, .n_values = 1}, {REEL_COLUMN(image, buffer), .values = &pixels, .n_values = 1}), REEL_E_LENGTHS, "buffer has 15 bytes", "4 x 4");
    REFUSED(&w, reel_log_components(w.rec, "c", NULL, 2, 0), REEL_E_ARGUMENT, "2 components");
    REFUSED(&w, reel_log_components(w.rec, NULL, NULL, 0, 0), REEL_E_ARGUMENT, "path");
    REFUSED(&w, reel_log_row(w.rec, "c", NULL), REEL_E_ARGUMENT, "row");
    REFUSED(&w, reel_log_row(w.rec, "c", &(reel_row){.parts = &(reel_part){77, xyz, 8}, .n_parts = 1}), REEL_E_ARGUMENT, "77");
    REFUSED(&w, reel_log_row(w.rec, "c", &(reel_row){.n_parts = 1}), REEL_E_ARGUMENT, "1 archetypes");
    REFUSED(&w, reel_log_arrow(w.rec, "c", NULL, NULL, NULL, 0), REEL_E_ARGUMENT, "descriptor");
    REFUSED(&w, reel_log_arrow(w.rec, "c", &(reel_descriptor){.component = "x"}, NULL, NULL, 0), REEL_E_ARGUMENT, "x", "NULL");
    watched_close(&w);
}

static void counts_are_held_against_the_instances(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    const double three[3] = {1, 2, 3};
#define PAIR(n, m) (const reel_column[]){{.name = "a", .type = REEL_VALUE_F64, .values = three, .n_values = (n)}, {.name = "b", .type = REEL_VALUE_F64, .values = three, .n_values = (m)}}
    OK(reel_log_components(w.rec, "c", PAIR(3, 1), 2, REEL_LOG_STRICT));
    OK(reel_log_components(w.rec, "c", PAIR(3, 0), 2, REEL_LOG_STRICT));
    OK(reel_log_components(w.rec, "c", PAIR(3, 3), 2, REEL_LOG_STRICT));
    assert_int_equal(events_of(&w), 0);
    REFUSED(&w, reel_log_components(w.rec, "c", PAIR(3, 2), 2, REEL_LOG_STRICT), REEL_E_LENGTHS, "/c", "b has 2 values for 3 instances");
    REFUSED(&w, reel_log_row(w.rec, "c", &(reel_row){.columns = PAIR(3, 3), .n_columns = 2, .flags = REEL_LOG_STRICT, .num_instances = {true, 4}}), REEL_E_LENGTHS, "a has 3 values for 4 instances");
    OK(reel_log_row(w.rec, "c", &(reel_row){.columns = PAIR(1, 1), .n_columns = 2, .flags = REEL_LOG_STRICT, .num_instances = {true, 4}}));
    static const float floats[9];
    static const uint32_t colors[3];
    const reel_column of_two_archetypes[3] = {{REEL_COLUMN(points3d, positions), .values = floats, .n_values = 3},
                                              {REEL_COLUMN(boxes3d, half_sizes), .values = floats, .n_values = 2},
                                              {REEL_COLUMN(boxes3d, colors), .values = colors, .n_values = 3}};
    OK(reel_log_components(w.rec, "c", of_two_archetypes, 2, REEL_LOG_STRICT)); /* each archetype has a number of instances of its own */
    assert_int_equal(events_of(&w), 0);
    REFUSED(&w, reel_log_components(w.rec, "c", of_two_archetypes, 3, REEL_LOG_STRICT), REEL_E_LENGTHS, "half_sizes has 2 values for 3 instances");
    REFUSED(&w, reel_log_row(w.rec, "c", &(reel_row){.columns = of_two_archetypes, .n_columns = 2, .flags = REEL_LOG_STRICT, .num_instances = {true, 3}}), REEL_E_LENGTHS,
            "half_sizes has 2 values for 3 instances");
    uint64_t rows = rows_of(&w);
    OK(reel_log_components(w.rec, "c", PAIR(3, 2), 2, 0)); /* written as given, and told once */
    OK(reel_log_components(w.rec, "c", PAIR(3, 2), 2, 0));
    assert_int_equal(rows_of(&w), rows + 2);
    assert_int_equal(events_of(&w), 1);
    SAYS(w.events[0].text, "/c", "b has 2 values for 3 instances");
    watched_close(&w);

    watched_open(&w, (reel_options){.strict = true});
    REFUSED(&w, reel_log_components(w.rec, "c", PAIR(3, 2), 2, 0), REEL_E_LENGTHS, "b");
    OK(reel_log_components(w.rec, "c", PAIR(3, 2), 2, REEL_LOG_LENIENT));
    assert_int_equal(events_of(&w), 1);
    watched_close(&w);
}

static void of_a_component_given_twice_the_first_counts(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    reel_points3d points = {.positions = corners, .n_positions = 2, .colors = &red, .n_colors = 1};
    const reel_part part = REEL_PART(points3d, &points);
    const uint32_t blue = 0x0000ffff;
    const reel_column column = {REEL_COLUMN(points3d, colors), .values = &blue, .n_values = 1};
    OK(reel_log_row(w.rec, "p", &(reel_row){.parts = &part, .n_parts = 1, .columns = &column, .n_columns = 1}));
    assert_int_equal(rows_of(&w), 1);
    assert_int_equal(events_of(&w), 1);
    SAYS(w.events[0].text, "/p", "Points3D:colors", "twice");
    watched_close(&w);
}

static void as_many_components_as_a_row_can_have(void **state) {
    (void)state;
    enum { MOST = 512 };
    static reel_column columns[MOST + 1];
    static char names[MOST + 1][16];
    static const char *text = "text";
    watched w;
    watched_open(&w, (reel_options){0});
    for (int i = 0; i <= MOST; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        columns[i] = (reel_column){.name = names[i], .type = REEL_VALUE_TEXT, .values = &text, .n_values = 1};
    }
    OK(reel_log_components(w.rec, "wide", columns, MOST, 0));
    OK(reel_log_components(w.rec, "wide", columns, MOST, 0));
    assert_int_equal(rows_of(&w), 2);
    REFUSED(&w, reel_log_components(w.rec, "wide", columns, MOST + 1, 0), REEL_E_TOO_LARGE, "513", "512");
    watched_close(&w);
}

/* ---- memory handed over */

typedef struct lent {
    atomic_int released;
    void *memory;
} lent;

static void give_back(void *owner) {
    lent *l = owner;
    atomic_fetch_add(&l->released, 1);
    free(l->memory);
    l->memory = NULL;
}

static lent *lend(size_t size) {
    lent *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->memory = malloc(size);
    assert_non_null(l->memory);
    memset(l->memory, 0x5a, size);
    return l;
}

static void released_once(lent *l) {
    assert_int_equal(atomic_load(&l->released), 1);
    free(l);
}

static void large_values_are_written_from_where_they_stand(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    watched w;
    watched_open(&w, (reel_options){.flush_tick_ns = -1, .flush_bytes = -1});
    lent *l = lend(SIZE);
    reel_encoded_image image = {.blob = {l->memory, SIZE}, .media_type = "image/png"};
    const reel_part part = REEL_PART(encoded_image, &image);
    OK(reel_log_row(w.rec, "camera", &(reel_row){.parts = &part, .n_parts = 1, .release = give_back, .owner = l}));
    reel_stats stats = {.struct_size = sizeof stats};
    OK(reel_get_stats(w.rec, &stats));
    assert_true(stats.memory_bytes < SIZE); /* no copy of it */
    OK(reel_flush(w.rec, -1));
    released_once(l); /* as soon as it is encoded, though no other row came */
    OK(reel_log_row(w.rec, "camera", &(reel_row){.parts = (reel_part[]){REEL_PART(encoded_image, (&(reel_encoded_image){.blob = {"x", 1}}))}, .n_parts = 1}));
    assert_int_equal(rows_of(&w), 2);
    watched_close(&w);
}

static void small_values_are_copied_and_given_back_at_once(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    lent *l = lend(24);
    reel_points3d points = {.positions = l->memory, .n_positions = 2};
    const reel_part part = REEL_PART(points3d, &points);
    OK(reel_log_row(w.rec, "p", &(reel_row){.parts = &part, .n_parts = 1, .release = give_back, .owner = l}));
    released_once(l);
    assert_int_equal(rows_of(&w), 1);
    watched_close(&w);
}

static void every_kind_of_large_value_may_be_handed_over(void **state) {
    (void)state;
    enum { FLOATS = 60000, BYTES = FLOATS * 4 };
    watched w;
    watched_open(&w, (reel_options){0});
    const uint64_t shape[2] = {200, 300};
    const uint32_t strip = FLOATS / 3;
    lent *l[4];
    for (int i = 0; i < 4; i++)
        l[i] = lend(BYTES);
    reel_points3d points = {.positions = l[0]->memory, .n_positions = FLOATS / 3, .colors = &red, .n_colors = 1};
    reel_tensor tensor = {.data = {.type = REEL_TENSOR_F32, .data = l[1]->memory, .shape = shape, .n_dims = 2}};
    reel_line_strips3d strips = {.strips = {.points = l[2]->memory, .lengths = &strip, .n_strips = 1}};
    reel_image image = {.buffer = {l[3]->memory, BYTES}, .format = {.width = 400, .height = 150, .color_model = REEL_COLOR_MODEL_RGBA, .channel_datatype = REEL_CHANNEL_DATATYPE_U8}};
    const reel_part parts[4] = {REEL_PART(points3d, &points), REEL_PART(tensor, &tensor), REEL_PART(line_strips3d, &strips), REEL_PART(image, &image)};
    for (int i = 0; i < 4; i++)
        OK(reel_log_row(w.rec, "big", &(reel_row){.parts = &parts[i], .n_parts = 1, .release = give_back, .owner = l[i]}));
    assert_int_equal(rows_of(&w), 4);
    for (int i = 0; i < 4; i++)
        released_once(l[i]);
    watched_close(&w);
}

static void what_was_refused_is_given_back(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    watched w;
    watched_open(&w, (reel_options){0});
    lent *l = lend(SIZE);
    reel_encoded_image image = {.blob = {l->memory, SIZE}, .media_type = "\xff"};
    const reel_part part = REEL_PART(encoded_image, &image);
    reel_row row = {.parts = &part, .n_parts = 1, .release = give_back, .owner = l};
    REFUSED(&w, reel_log_row(w.rec, "camera", &row), REEL_E_UTF8, "media_type");
    released_once(l);
    image.media_type = NULL;
    row.owner = l = lend(SIZE);
    REFUSED(&w, reel_log_row(w.rec, NULL, &row), REEL_E_ARGUMENT, "path");
    released_once(l);
    OK(reel_set_enabled(w.rec, false));
    row.owner = l = lend(SIZE);
    OK(reel_log_row(w.rec, "camera", &row));
    released_once(l);
    OK(reel_set_enabled(w.rec, true));
    OK(reel_close(w.rec, -1));
    row.owner = l = lend(SIZE);
    assert_int_equal(reel_log_row(w.rec, "camera", &row), REEL_E_CLOSED);
    released_once(l);
    watched_close(&w);
    row.owner = l = lend(SIZE);
    assert_int_equal(reel_log_row(NULL, "camera", &row), REEL_E_ARGUMENT);
    released_once(l);
}

static void what_was_never_flushed_is_given_back_with_the_recording(void **state) {
    (void)state;
    enum { SIZE = 1 << 17, N = 20 };
    lent *l[N];
    reel_options options = {.struct_size = sizeof options, .flush_tick_ns = -1, .flush_bytes = -1};
    reel_recording *rec = reel_new("app", &options);
    reel_sink_id memory;
    OK(reel_add_memory(rec, NULL, &memory)); /* no writer thread */
    for (int i = 0; i < N; i++) {
        l[i] = lend(SIZE);
        reel_encoded_image image = {.blob = {l[i]->memory, SIZE}};
        const reel_part part = REEL_PART(encoded_image, &image);
        OK(reel_log_row(rec, "camera", &(reel_row){.parts = &part, .n_parts = 1, .release = give_back, .owner = l[i], .flags = i % 2 ? REEL_LOG_STATIC : 0}));
    }
    reel_free(rec);
    for (int i = 0; i < N; i++)
        released_once(l[i]);
}

/* The caller waits, or is refused, as with memory that was copied: what is handed over counts in the budget. */
static void handed_memory_counts_as_what_waits(void **state) {
    (void)state;
    enum { SIZE = 8 << 20, N = 12 };
    atomic_int given_back = 0;
    reel_options options = {.struct_size = sizeof options, .block_ms = 2000};
    reel_recording *rec = reel_new("app", &options);
    OK(reel_add_memory(rec, NULL, NULL));
    int refused = 0;
    lent *l[N];
    for (int i = 0; i < N; i++) {
        l[i] = lend(SIZE);
        reel_encoded_image image = {.blob = {l[i]->memory, SIZE}};
        const reel_part part = REEL_PART(encoded_image, &image);
        refused += reel_log_row(rec, "camera", &(reel_row){.parts = &part, .n_parts = 1, .release = give_back, .owner = l[i]}) != REEL_OK;
    }
    for (int i = 0; i < N - 5; i++) /* 32 MiB may wait, and the newest row */
        given_back += atomic_load(&l[i]->released);
    assert_int_equal(refused, 0);
    assert_int_equal(atomic_load(&given_back), N - 5);
    reel_free(rec);
    for (int i = 0; i < N; i++)
        released_once(l[i]);
}

/* What calls the program back while a row is being logged: it may log in turn, to other entities and to the same, also rows that need more scratch memory. */
typedef struct echo {
    reel_recording *rec;
    int depth;
    uint64_t n, rows, refused;
} echo;

static void log_many(echo *e, const char *prefix) {
    enum { N = 60 };
    static const double values[3] = {1, 2, 3};
    char names[N][32];
    reel_column columns[N];
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "%s%d", prefix, i);
        columns[i] = (reel_column){.name = names[i], .type = REEL_VALUE_F64, .values = values, .n_values = 3};
    }
    e->refused += reel_log_components(e->rec, "wide", columns, N, 0) != REEL_OK;
    e->rows++;
}

static void log_back(echo *e) {
    static const float many[3 * 2000];
    char prefix[16];
    e->n++;
    if (e->depth)
        return;
    e->depth++;
    snprintf(prefix, sizeof prefix, "w%u_", (unsigned)e->n);
    log_many(e, prefix);
    e->refused += reel_log_points3d(e->rec, "points", &(reel_points3d){.positions = many, .n_positions = 2000}) != REEL_OK;
    e->rows++;
    e->depth--;
}

static void release_and_log(void *owner) { log_back(owner); }

static void expect_rows(echo *e) {
    reel_stats stats = {.struct_size = sizeof stats};
    OK(reel_flush(e->rec, -1));
    OK(reel_flush(e->rec, -1)); /* what the first one's callbacks logged */
    OK(reel_get_stats(e->rec, &stats));
    assert_int_equal(stats.rows_logged, e->rows);
    assert_int_equal(stats.rows_dropped, 0);
    assert_int_equal(e->refused, 0);
}

static void a_release_may_log(void **state) {
    (void)state;
    enum { SIZE = 300000, ROWS = 100 };
    static uint8_t bytes[SIZE];
    static const float many[3 * 2000];
    static const char *const labels[] = {"a", "bc"};
    reel_options options = {.struct_size = sizeof options, .no_properties = true};
    echo e = {.rec = reel_new("app", &options)};
    OK(reel_add_memory(e.rec, NULL, NULL)); /* no writer thread: whoever logs encodes */
    reel_encoded_image image = {.blob = {bytes, SIZE}};
    const reel_part part = REEL_PART(encoded_image, &image);
    for (int i = 0; i < ROWS; i++, e.rows += 3) {
        OK(reel_log_row(e.rec, "camera", &(reel_row){.parts = &part, .n_parts = 1, .release = release_and_log, .owner = &e}));
        OK(reel_log_points3d(e.rec, "points", &(reel_points3d){.positions = many, .n_positions = 20 * (size_t)i, .labels = labels, .n_labels = 2}));
        OK(reel_log_points3d(e.rec, "points", &(reel_points3d){.positions = many, .n_positions = 20 * (size_t)i}));
    }
    expect_rows(&e);
    reel_free(e.rec);
    assert_int_equal(e.n, ROWS);
}

static void echo_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)rec, (void)event;
    log_back(user);
}

static void an_event_about_a_row_may_log(void **state) {
    (void)state;
    echo e = {.depth = 0};
    const double two[3] = {1, 2, 3};
    reel_options options = {.struct_size = sizeof options, .no_properties = true, .on_event = echo_event, .on_event_user = &e};
    e.rec = reel_new("app", &options);
    const reel_column columns[] = {{.name = "a", .type = REEL_VALUE_F64, .values = two, .n_values = 3}, {.name = "b", .type = REEL_VALUE_F64, .values = two, .n_values = 2},
                                   {.name = "b", .type = REEL_VALUE_F64, .values = two, .n_values = 1}};
    OK(reel_log_components(e.rec, "odd", columns, 3, 0)); /* counts that do not fit, and a name given twice */
    e.rows++;
    assert_true(e.n >= 1);
    expect_rows(&e);
    reel_free(e.rec);
}

/* ---- Arrow arrays */

/* n vectors of three floats, whose child may be null by its schema, as others write them. */
typedef struct vectors {
    struct ArrowSchema schema, child_schema, *child_schemas;
    struct ArrowArray array, child, *children;
    const void *none, *buffers[2];
    int released;
} vectors;

static void release_schema(struct ArrowSchema *s) {
    ((vectors *)s->private_data)->released++;
    s->release = NULL;
}

static void release_array(struct ArrowArray *a) {
    ((vectors *)a->private_data)->released++;
    a->release = NULL;
}

static reel_arrow export_vectors(vectors *v, const char *child_format, const float *xyz, const uint8_t *valid, int64_t n) {
    *v = (vectors){.buffers = {valid, xyz}};
    v->child_schema = (struct ArrowSchema){.format = child_format, .name = "element", .flags = ARROW_FLAG_NULLABLE, .release = release_schema, .private_data = v};
    v->child_schemas = &v->child_schema;
    v->schema = (struct ArrowSchema){.format = "+w:3", .name = "", .flags = ARROW_FLAG_NULLABLE, .n_children = 1, .children = &v->child_schemas, .release = release_schema, .private_data = v};
    v->child = (struct ArrowArray){.length = 3 * n, .null_count = valid ? -1 : 0, .n_buffers = 2, .buffers = v->buffers, .release = release_array, .private_data = v};
    v->children = &v->child;
    v->array = (struct ArrowArray){.length = n, .n_buffers = 1, .buffers = &v->none, .n_children = 1, .children = &v->children, .release = release_array, .private_data = v};
    return (reel_arrow){&v->array, &v->schema};
}

static void a_field_takes_arrow_values_of_its_type(void **state) {
    (void)state;
    watched w;
    watched_open(&w, (reel_options){0});
    vectors v;
    const uint8_t all_valid = 0x3f, one_null = 0x2f;
    const reel_descriptor own = {.component = "cells", .archetype = "Battery"};
    reel_arrow arrow = export_vectors(&v, "f", corners, &all_valid, 2);
    const reel_column column = {REEL_COLUMN(points3d, positions), .arrow = &arrow};
#define SENT(call)                                     \
    do {                                               \
        OK(call);                                      \
        assert_int_equal(v.released, 2);               \
    } while (0)
    SENT(reel_log_components(w.rec, "p", &column, 1, 0));
    arrow = export_vectors(&v, "f", corners, NULL, 2);
    SENT(reel_log_components(w.rec, "p", &column, 1, 0));
    arrow = export_vectors(&v, "f", corners, NULL, 0);
    SENT(reel_log_components(w.rec, "p", &column, 1, 0));
    export_vectors(&v, "f", corners, &one_null, 2);
    SENT(reel_log_arrow(w.rec, "own", &own, &v.array, &v.schema, 0));
    assert_int_equal(rows_of(&w), 4);
    arrow = export_vectors(&v, "f", corners, &one_null, 2);
    REFUSED(&w, reel_log_components(w.rec, "p", &column, 1, 0), REEL_E_ARGUMENT, "/p", "Points3D:positions", "null");
    assert_int_equal(v.released, 2);
    arrow = export_vectors(&v, "i", corners, NULL, 2);
    REFUSED(&w, reel_log_components(w.rec, "p", &column, 1, 0), REEL_E_ARGUMENT, "Points3D:positions", "type");
    assert_int_equal(v.released, 2);
    REFUSED(&w, reel_log_components(w.rec, "p", &column, 1, 0), REEL_E_ARGUMENT, "released"); /* again */
    export_vectors(&v, "no such format", corners, NULL, 2);
    REFUSED(&w, reel_log_arrow(w.rec, "own", &own, &v.array, &v.schema, 0), REEL_E_UNSUPPORTED, "no such format");
    assert_int_equal(v.released, 2);
    export_vectors(&v, "f", corners, NULL, 2);
    REFUSED(&w, reel_log_arrow(w.rec, NULL, &own, &v.array, &v.schema, 0), REEL_E_ARGUMENT, "path");
    assert_int_equal(v.released, 2);
    watched_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_archetypes_are_one_row),
        cmocka_unit_test(one_archetype_shares_its_lane_with_the_typed_call),
        cmocka_unit_test(components_by_themselves),
        cmocka_unit_test(components_of_ones_own),
        cmocka_unit_test(wrong_components_are_refused_by_name),
        cmocka_unit_test(counts_are_held_against_the_instances),
        cmocka_unit_test(of_a_component_given_twice_the_first_counts),
        cmocka_unit_test(as_many_components_as_a_row_can_have),
        cmocka_unit_test(large_values_are_written_from_where_they_stand),
        cmocka_unit_test(small_values_are_copied_and_given_back_at_once),
        cmocka_unit_test(every_kind_of_large_value_may_be_handed_over),
        cmocka_unit_test(what_was_refused_is_given_back),
        cmocka_unit_test(what_was_never_flushed_is_given_back_with_the_recording),
        cmocka_unit_test(handed_memory_counts_as_what_waits),
        cmocka_unit_test(a_release_may_log),
        cmocka_unit_test(an_event_about_a_row_may_log),
        cmocka_unit_test(components_of_archetypes_and_others_together_are_counted),
        cmocka_unit_test(a_field_takes_arrow_values_of_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
