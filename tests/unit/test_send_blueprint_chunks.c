/* Blueprints that were read are sent as those that were built are: a store of their own, before what comes later, whole or not at all. */
#include <reel/read.h>
#include <reel/reel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
enum { CHUNKS_MAX = 16 };

typedef struct contents {
    reel_bytes_owned bytes;
    reel_chunk *blueprint[CHUNKS_MAX];
    size_t n_blueprint, n_data, n_active, n_default;
} contents;

/* What a .rrd holds: its blueprint's chunks, and how often it is made active and default. */
static void look(contents *c) {
    reel_reader *reader;
    const reel_read_message *m;
    assert_ok(reel_open_memory(c->bytes.data, c->bytes.size, NULL, &reader));
    while (reel_next(reader, &m) == REEL_OK && m) {
        c->n_active += m->kind == (int)REEL_MESSAGE_BLUEPRINT_ACTIVATION && m->make_active;
        c->n_default += m->kind == (int)REEL_MESSAGE_BLUEPRINT_ACTIVATION && m->make_default;
        if (m->kind != (int)REEL_MESSAGE_CHUNK)
            continue;
        reel_chunk *chunk;
        assert_ok(reel_read_chunk(reader, m, &chunk));
        if (m->store_kind == REEL_STORE_BLUEPRINT && c->n_blueprint < CHUNKS_MAX)
            c->blueprint[c->n_blueprint++] = chunk;
        else {
            c->n_data++;
            reel_chunk_unref(chunk);
        }
    }
    reel_close_reader(reader);
}

static void forget(contents *c) {
    for (size_t i = 0; i < c->n_blueprint; i++)
        reel_chunk_unref(c->blueprint[i]);
    reel_bytes_free(&c->bytes);
}

static reel_recording *new_recording(reel_store_kind kind, reel_sink_id *sink) {
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .store_kind = kind, .no_properties = true, .no_log_time = true});
    assert_non_null(rec);
    assert_ok(reel_add_memory(rec, NULL, sink));
    return rec;
}

/* A blueprint of two entities, logged by hand. */
static void make(contents *c) {
    reel_sink_id sink;
    reel_recording *rec = new_recording(REEL_STORE_BLUEPRINT, &sink);
    assert_ok(reel_set_time_sequence(rec, "blueprint", 0));
    assert_ok(reel_log_text_document(rec, "viewport", &(reel_text_document){.text = "one"}));
    assert_ok(reel_log_text_document(rec, "view/x", &(reel_text_document){.text = "two"}));
    assert_ok(reel_drain(rec, sink, &c->bytes));
    reel_free(rec);
    look(c);
    assert_int_equal(c->n_blueprint, 2);
}

static void a_read_blueprint_is_a_store_of_its_own(void **state) {
    (void)state;
    contents made = {0}, sent = {0}, late = {0};
    reel_sink_id sink, second;
    make(&made);
    reel_recording *rec = new_recording(REEL_STORE_RECORDING, &sink);
    assert_ok(reel_send_blueprint_chunks(rec, made.blueprint, made.n_blueprint, true, false));
    assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = (double[]){1}, .n_scalars = 1}));
    assert_ok(reel_add_memory(rec, NULL, &second));
    assert_ok(reel_drain(rec, sink, &sent.bytes));
    assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = (double[]){2}, .n_scalars = 1}));
    assert_ok(reel_drain(rec, second, &late.bytes));
    look(&sent);
    look(&late);
    for (int i = 0; i < 2; i++) {
        const contents *c = i ? &late : &sent; /* a sink that is added later begins with it */
        assert_int_equal(c->n_blueprint, 2);
        assert_int_equal(c->n_active, 1);
        assert_int_equal(c->n_default, 0);
        assert_true(c->n_data > 0);
    }
    assert_memory_equal(reel_chunk_id(sent.blueprint[0]), reel_chunk_id(made.blueprint[0]), 16);
    assert_string_equal(reel_chunk_entity(sent.blueprint[1]), reel_chunk_entity(made.blueprint[1]));
    reel_free(rec);
    forget(&made);
    forget(&sent);
    forget(&late);
}

static void a_blueprint_takes_them_as_its_own(void **state) {
    (void)state;
    contents made = {0}, copy = {0};
    reel_sink_id sink;
    make(&made);
    reel_recording *rec = new_recording(REEL_STORE_BLUEPRINT, &sink);
    assert_ok(reel_send_blueprint_chunks(rec, made.blueprint, made.n_blueprint, true, true));
    assert_ok(reel_drain(rec, sink, &copy.bytes));
    look(&copy);
    assert_int_equal(copy.n_blueprint, 2);
    assert_int_equal(copy.n_active, 1);
    assert_int_equal(copy.n_default, 1);
    reel_free(rec);
    forget(&made);
    forget(&copy);
}

static void what_is_wrong_is_refused(void **state) {
    (void)state;
    contents made = {0};
    reel_sink_id sink;
    make(&made);
    reel_recording *rec = new_recording(REEL_STORE_RECORDING, &sink);
    assert_int_equal(reel_send_blueprint_chunks(rec, NULL, 2, true, true), REEL_E_ARGUMENT);
    assert_ok(reel_close(rec, -1));
    assert_int_equal(reel_send_blueprint_chunks(rec, made.blueprint, made.n_blueprint, true, true), REEL_E_CLOSED);
    assert_non_null(strstr(reel_error_message(), "is closed"));
    reel_unref(rec);
    forget(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_blueprint_is_a_store_of_its_own),
        cmocka_unit_test(a_blueprint_takes_them_as_its_own),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
