/* A sink of one's own beside a file: this one counts the encoded bytes of each entity and prints what each one costs.
 * The same four functions are how a recording would go to a radio link, a database or a message bus. */
#include <reel/reel.h>

#include <stdio.h>
#include <string.h>

enum { N_ENTITIES = 8 };

typedef struct ledger {
    struct {
        char path[64];
        uint64_t rows, bytes;
    } entities[N_ENTITIES];
    size_t n;
} ledger;

/* Called on a thread of the sink's own: it may be slow without anybody else waiting. The messages are borrowed for the call. */
static reel_status count(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    ledger *l = user;
    for (*n_done = 0; *n_done < n; ++*n_done) {
        const reel_message *message = &messages[*n_done];
        size_t i = 0;
        if (message->kind != REEL_MESSAGE_CHUNK) continue;
        while (i < l->n && strcmp(l->entities[i].path, message->entity_path) != 0) i++;
        if (i == N_ENTITIES) return REEL_E_NO_SPACE;
        if (i == l->n) snprintf(l->entities[l->n++].path, sizeof l->entities[i].path, "%s", message->entity_path);
        l->entities[i].rows += message->n_rows;
        l->entities[i].bytes += message->size;
    }
    return REEL_OK;
}

int main(int argc, char **argv) {
    ledger l = { .n = 0 };
    reel_sink_ops ops = { .struct_size = sizeof ops, .name = "ledger", .write = count };
    reel_sink_id id;
    reel_recording *rec = reel_new("reel_example_custom_sink", NULL);
    reel_status status = rec ? reel_save(rec, argc > 1 ? argv[1] : "custom_sink.rrd") : REEL_E_NO_MEMORY;
    if (status == REEL_OK) status = reel_add_sink(rec, &ops, &l, NULL, &id);
    for (int64_t i = 0; i < 10000 && status == REEL_OK; i++) {
        double value = (double)i * 0.5;
        status = reel_set_time_sequence(rec, "step", i);
        if (status == REEL_OK) status = reel_log_scalars(rec, "ramp", &(reel_scalars) { .scalars = &value, .n_scalars = 1 });
        if (status == REEL_OK && i % 1000 == 0) status = reel_log_text_log(rec, "log", &(reel_text_log) { .text = "another thousand", .level = "INFO" });
    }
    /* After a close that succeeded no thread of the library touches the ledger. */
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "custom_sink: %s\n", reel_error_message());
    reel_free(rec);
    for (size_t i = 0; i < l.n; i++) {
        printf("%-16s %6llu rows %8llu bytes\n", l.entities[i].path, (unsigned long long)l.entities[i].rows, (unsigned long long)l.entities[i].bytes);
    }
    return status == REEL_OK ? 0 : 1;
}
