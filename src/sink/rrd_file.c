#include "sink.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/replace.h"
#include "../rrd/footer.h"
#include "file_claim.h"

/* A whole recording at once: stream header, messages, footer. Where no reader would take the footer it is left out, and the rest is complete: REEL_E_TOO_LARGE. Blueprints come before the recording: a viewer that has opened a recording without one makes its own. */

typedef struct whole {
    reel__footer_write_fn write;
    void *user;
    reel__footer *footer;
} whole;

static reel_status write_whole(const whole *w, reel__message *const *messages, size_t n) {
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    reel__stream_header(header);
    REEL__TRY(w->write(w->user, header, sizeof header));
    uint64_t at = sizeof header;
    for (int recordings = 0; recordings < 2; recordings++)
        for (size_t i = 0; i < n; i++) {
            if ((messages[i]->store->kind != REEL_STORE_BLUEPRINT) != recordings)
                continue;
            REEL__TRY(reel__footer_add(w->footer, messages[i], at));
            REEL__TRY(w->write(w->user, messages[i]->data, messages[i]->size));
            at += messages[i]->size;
        }
    return reel__footer_write(w->footer, at, w->write, w->user, INT64_MAX);
}

/* ---- into memory */

static reel_status put_memory(void *user, const void *data, size_t size) {
    reel__buf *b = user;
    reel__buf_put(b, data, size);
    return b->failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for a recording of more than %zu bytes", b->size) : REEL_OK;
}

reel_status reel__rrd_to_memory(reel__message *const *messages, size_t n, reel_bytes_owned *out) {
    *out = (reel_bytes_owned){NULL, 0};
    reel__buf bytes = {0};
    whole w = {put_memory, &bytes, reel__footer_new(NULL)};
    size_t size = REEL__STREAM_HEADER_SIZE;
    for (size_t i = 0; i < n; i++)
        if (!reel__add_size(size, messages[i]->size, &size))
            bytes.failed = true;
    reel__buf_reserve(&bytes, size); /* the messages without growing; the footer may */
    reel_status status = w.footer && !bytes.failed ? write_whole(&w, messages, n) : reel__fail(REEL_E_NO_MEMORY, "no memory for a recording of %zu bytes", size);
    reel__footer_free(w.footer);
    if (status != REEL_OK && status != REEL_E_TOO_LARGE) {
        reel__buf_free(&bytes);
        return status;
    }
    *out = (reel_bytes_owned){bytes.data, bytes.size};
    return status;
}

void reel_bytes_free(reel_bytes_owned *bytes) {
    if (!bytes)
        return;
    reel__release(bytes->data);
    *bytes = (reel_bytes_owned){NULL, 0};
}

/* ---- into a file; small writes are gathered */

#define GATHER_BYTES ((size_t)256 << 10)

typedef struct gathered {
    reel__replace to;
    reel__buf bytes;
} gathered;

static reel_status gather_flush(gathered *g) {
    reel_status status = reel__replace_put(&g->to, g->bytes.data, g->bytes.size);
    g->bytes.size = 0;
    return status;
}

static reel_status put_gathered(void *user, const void *data, size_t size) {
    gathered *g = user;
    if (g->bytes.size + size > GATHER_BYTES)
        REEL__TRY(gather_flush(g));
    if (size > GATHER_BYTES)
        return reel__replace_put(&g->to, data, size);
    reel__buf_put(&g->bytes, data, size);
    return g->bytes.failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for %zu bytes", size) : REEL_OK;
}

reel_status reel__rrd_to_file(reel__message *const *messages, size_t n, const char *path) {
    reel__io_info info;
    if (reel__io_info_at(path, &info) == 0 && reel__claim_is_held(&info))
        return reel__fail(REEL_E_LOCKED, "%s is being recorded to: choose another path", path);
    gathered g = {0};
    REEL__TRY(reel__replace_begin(&g.to, path));
    whole w = {put_gathered, &g, reel__footer_new_beside(path)};
    reel_status status = w.footer ? write_whole(&w, messages, n) : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a footer", path);
    reel_status ended = status == REEL_E_TOO_LARGE ? REEL_OK : status;
    if (ended == REEL_OK)
        ended = gather_flush(&g);
    reel__footer_free(w.footer);
    reel__buf_free(&g.bytes);
    if (ended == REEL_OK)
        ended = reel__replace_commit(&g.to);
    else
        reel__replace_abort(&g.to);
    return ended == REEL_OK ? status : ended;
}
