#include "spill.h"

#include "error.h"
#include "io.h"

#include <string.h>

void reel__spill_init(reel__spill *s, const char *folder, size_t memory_max) { *s = (reel__spill){.folder = folder, .fd = -1, .memory_max = memory_max}; }

void reel__spill_free(reel__spill *s) {
    reel__io_close(s->fd);
    reel__buf_free(&s->memory);
    reel__spill_init(s, s->folder, s->memory_max);
}

static reel_status put_in_file(reel__spill *s, const void *data, size_t size) {
    int error = s->fd < 0 ? reel__io_open_temporary(&s->fd, s->folder) : 0;
    if (error) {
        s->fd = -1;
        return reel__fail_errno(error, "no temporary file in %s", s->folder);
    }
    if ((error = reel__io_write_all(s->fd, s->in_file, data, size)))
        return reel__fail_errno(error, "writing %zu bytes to a temporary file in %s", size, s->folder);
    s->in_file += size;
    return REEL_OK;
}

static reel_status move_to_file(reel__spill *s) {
    if (s->memory.size)
        REEL__TRY(put_in_file(s, s->memory.data, s->memory.size));
    s->memory.size = 0;
    return REEL_OK;
}

reel_status reel__spill_extend(reel__spill *s, size_t size, uint8_t **at) {
    if (s->folder && (size > s->memory_max || s->memory.size > s->memory_max - size))
        REEL__TRY(move_to_file(s));
    *at = reel__buf_extend(&s->memory, size);
    if (*at || !size)
        return REEL_OK;
    s->memory.failed = false; /* nothing was changed */
    return reel__fail(REEL_E_NO_MEMORY, "no memory for %zu bytes beside %zu", size, s->memory.size);
}

reel_status reel__spill_put(reel__spill *s, const void *data, size_t size) {
    uint8_t *at;
    if (s->folder && size > s->memory_max) {
        REEL__TRY(move_to_file(s));
        return put_in_file(s, data, size);
    }
    REEL__TRY(reel__spill_extend(s, size, &at));
    if (size)
        memcpy(at, data, size);
    return REEL_OK;
}

reel_status reel__spill_get(const reel__spill *s, uint64_t position, void *out, size_t size) {
    if (position > reel__spill_size(s) || size > reel__spill_size(s) - position)
        return reel__fail(REEL_E_IO, "%zu bytes at %llu were asked for of %llu", size, (unsigned long long)position, (unsigned long long)reel__spill_size(s));
    size_t from_file = position >= s->in_file ? 0 : s->in_file - position < size ? (size_t)(s->in_file - position) : size, done;
    if (from_file) {
        int error = reel__io_read(s->fd, position, out, from_file, &done);
        if (error)
            return reel__fail_errno(error, "reading %zu bytes from a temporary file in %s", from_file, s->folder);
        if (done != from_file)
            return reel__fail(REEL_E_IO, "a temporary file in %s ended early", s->folder);
    }
    if (size > from_file)
        memcpy((uint8_t *)out + from_file, s->memory.data + (position + from_file - s->in_file), size - from_file);
    return REEL_OK;
}

reel_status reel__spill_copy(reel__spill *copy, const reel__spill *s, const char *folder) {
    reel__spill_init(copy, folder, s->memory_max);
    if (s->fd >= 0) {
        int error = reel__io_duplicate(&copy->fd, s->fd);
        if (error) {
            copy->fd = -1;
            return reel__fail_errno(error, "a second descriptor for a temporary file");
        }
        copy->in_file = s->in_file;
    }
    return reel__spill_put(copy, s->memory.data, s->memory.size);
}
