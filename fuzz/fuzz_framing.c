/* Framing on its own: headers, messages' lengths, ends, footers' places, several streams, and damage to all of them. What is found in memory, up to the first
 * damage, has to be found in the same places when the bytes come in pieces. The first byte chooses how: bit 0 looks for what is intact behind damage, bit 1 reads
 * strictly, bit 2 stops at each damage; the bits above it say how large the pieces are. */
#include <reel/read.h>

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 1 << 16 };

static void require(bool is_true) {
    if (!is_true) abort();
}

typedef struct piece {
    const uint8_t *data;
    size_t left, step;
} piece;

static reel_status fill(void *user, void *data, size_t size, size_t *n) {
    piece *p = user;
    *n = p->left < size ? p->left : size;
    *n = *n > p->step ? p->step : *n;
    if (*n) memcpy(data, p->data, *n);
    p->data += *n;
    p->left -= *n;
    return REEL_OK;
}

/* Places in a reader's way where something was wrong: each is told once. */
typedef struct way {
    size_t size;
    uint64_t told;
} way;

static void on_event(void *user, const reel_read_event *event) {
    way *w = user;
    require(event->struct_size == sizeof *event && event->message && *event->message);
    require(event->offset <= w->size && (event->status == REEL_OK || event->size <= w->size - event->offset));
    w->told += event->status != REEL_OK;
}

/* The next message, or NULL; *steps counts. */
static const reel_read_message *next(reel_reader *reader, bool goes_on, size_t size, size_t *steps, reel_status *status) {
    const reel_read_message *m;
    do {
        *status = reel_next(reader, &m);
        require(++*steps <= size + 2); /* it comes forward */
    } while (*status != REEL_OK && goes_on);
    return *status == REEL_OK ? m : NULL;
}

static bool is_same(const reel_read_message *a, const reel_read_message *b) {
    return a->kind == b->kind && a->offset == b->offset && a->size == b->size && !memcmp(a->data, b->data, a->size) && !strcmp(a->application_id, b->application_id) &&
           !strcmp(a->recording_id, b->recording_id) && a->store_kind == b->store_kind;
}

/* To the end of both. Of damage the one knows more, since it sees what is left: from there on each goes its own way. */
static void read_both(const uint8_t *data, size_t size, reel_reader *const readers[2], bool goes_on, const way ways[2]) {
    size_t steps[2] = {0, 0};
    uint64_t end = 0;
    reel_status status[2];
    const reel_read_message *a, *b;
    do {
        a = next(readers[0], goes_on, size, &steps[0], &status[0]);
        b = next(readers[1], goes_on, size, &steps[1], &status[1]);
        if (!ways[0].told) require(!a == !b && status[0] == status[1] && !ways[1].told && (!a || is_same(a, b)));
        if (!a) break;
        require(a->data == data + a->offset && a->offset >= end && a->size >= 16 && a->size <= size - a->offset);
        end = a->offset + a->size;
    } while (b);
    while (a) a = next(readers[0], goes_on, size, &steps[0], &status[0]);
    while (b) b = next(readers[1], goes_on, size, &steps[1], &status[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size) return 0;
    way ways[2] = {{.size = size - 1}, {.size = size - 1}};
    reel_reader *readers[2];
    reel_read_options options = {.struct_size = sizeof options, .message_bytes_max = MESSAGE_MAX, .on_event = on_event, .on_event_user = &ways[0]};
    options.resynchronise = data[0] & 1;
    options.is_strict = data[0] & 2;
    options.stop_at_damage = data[0] & 4;
    piece p = {data + 1, size - 1, 1 + (data[0] >> 3) * 7u};
    if (reel_open_memory(data + 1, size - 1, &options, &readers[0]) != REEL_OK) return 0;
    options.on_event_user = &ways[1];
    require(reel_open_callback(fill, &p, &options, &readers[1]) == REEL_OK);
    read_both(data + 1, size - 1, readers, options.stop_at_damage, ways);
    reel_read_stats stats[2] = {{.struct_size = sizeof stats[0]}, {.struct_size = sizeof stats[1]}};
    for (int i = 0; i < 2; i++) {
        require(reel_get_read_stats(readers[i], &stats[i]) == REEL_OK && stats[i].bytes <= size - 1 && stats[i].bytes_lost <= size - 1);
        require(stats[i].damaged == ways[i].told);
        reel_close_reader(readers[i]);
    }
    require(ways[0].told || !memcmp(&stats[0], &stats[1], sizeof stats[0]));
    return 0;
}
