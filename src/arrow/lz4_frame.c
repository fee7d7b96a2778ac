#include "lz4_frame.h"

#include "../base/buf.h"
#include "../base/error.h"

#include <lz4.h>
#include <string.h>
#include <xxhash.h>

/*  u32 magic | flags | block size | u64 content size? | u32 dictionary id? | header check | blocks: { u32 size, data, u32 check? } ... u32 0 | u32 content check?  */
enum { MAGIC = 0x184D2204, VERSION_MASK = 0xC0, VERSION = 0x40, INDEPENDENT = 0x20, BLOCK_CHECK = 0x10, CONTENT_SIZE = 8, CONTENT_CHECK = 4, DICTIONARY = 1, WINDOW = 65536 };
#define STORED UINT32_C(0x80000000)

typedef struct frame {
    const uint8_t *at, *end;
    uint8_t *out, *to, *out_end; /* out: the frame's first byte */
} frame;

static reel_status bad(const char *what) { return reel__fail(REEL_E_FORMAT, "an LZ4 frame %s", what); }

static bool take(frame *f, size_t n, const uint8_t **data) {
    if ((size_t)(f->end - f->at) < n)
        return false;
    *data = f->at;
    f->at += n;
    return true;
}

static reel_status read_header(frame *f, uint8_t *flags) {
    const uint8_t *head, *rest;
    if (!take(f, 6, &head) || reel__load_u32(head) != MAGIC)
        return bad("does not begin with its mark");
    *flags = head[4];
    if ((*flags & VERSION_MASK) != VERSION || (*flags & 2))
        return bad("is of a version that is not known");
    if (*flags & DICTIONARY)
        return bad("needs a dictionary");
    size_t size = *flags & CONTENT_SIZE ? 8 : 0;
    if (!take(f, size + 1, &rest))
        return bad("ends within its header");
    if (rest[size] != (uint8_t)(XXH32(head + 4, 2 + size, 0) >> 8))
        return bad("has a damaged header");
    return REEL_OK;
}

static reel_status read_block(frame *f, uint32_t word, uint8_t flags) {
    const uint8_t *data, *check;
    size_t size = word & ~STORED, room = (size_t)(f->out_end - f->to);
    if (!take(f, size, &data) || ((flags & BLOCK_CHECK) && !take(f, 4, &check)))
        return bad("ends within a block");
    if ((flags & BLOCK_CHECK) && XXH32(data, size, 0) != reel__load_u32(check))
        return bad("has a damaged block");
    if (word & STORED) {
        if (size > room)
            return bad("has more bytes than it should");
        memcpy(f->to, data, size);
        f->to += size;
        return REEL_OK;
    }
    size_t before = flags & INDEPENDENT ? 0 : (size_t)(f->to - f->out);
    before = before > WINDOW ? WINDOW : before;
    if (size > LZ4_MAX_INPUT_SIZE)
        return bad("has a block that is too large");
    int done = LZ4_decompress_safe_usingDict((const char *)data, (char *)f->to, (int)size, room > INT32_MAX ? INT32_MAX : (int)room, (const char *)f->to - before, (int)before);
    if (done < 0)
        return bad("has a block that cannot be unpacked");
    f->to += done;
    return REEL_OK;
}

static reel_status read_frame(frame *f) {
    uint8_t flags = 0;
    const uint8_t *word;
    REEL__TRY(read_header(f, &flags));
    f->out = f->to;
    for (;;) {
        if (!take(f, 4, &word))
            return bad("has no end");
        if (!reel__load_u32(word))
            break;
        REEL__TRY(read_block(f, reel__load_u32(word), flags));
    }
    if (!(flags & CONTENT_CHECK))
        return REEL_OK;
    if (!take(f, 4, &word) || XXH32(f->out, (size_t)(f->to - f->out), 0) != reel__load_u32(word))
        return bad("is damaged");
    return REEL_OK;
}

reel_status reel__lz4_frame_unpack(const uint8_t *data, size_t size, uint8_t *out, size_t out_size) {
    frame f = {data, data + size, out, out, out + out_size};
    while (f.at < f.end && f.to < f.out_end)
        REEL__TRY(read_frame(&f));
    return f.to == f.out_end ? REEL_OK : bad("has fewer bytes than it should");
}

/* A length of 15 goes on in the bytes behind, until one is not 255. */
static size_t pass_length(const uint8_t *data, size_t size, size_t at, size_t *length) {
    if (*length < 15)
        return at;
    for (; at < size && data[at] == 255; at++)
        *length += 255;
    if (at < size)
        *length += data[at++];
    return at;
}

/* token, lengths, literals, offset of two bytes: the last sequence ends with its literals. */
bool reel__lz4_has_good_matches(const uint8_t *data, size_t size) {
    for (size_t at = 0; at < size;) {
        uint8_t token = data[at++];
        size_t literals = token >> 4, match = token & 15;
        at = pass_length(data, size, at, &literals);
        if (literals >= size - at)
            return true;
        at += literals;
        if (size - at < 2)
            return true;
        if (!data[at] && !data[at + 1])
            return false;
        at = pass_length(data, size, at + 2, &match);
    }
    return true;
}
