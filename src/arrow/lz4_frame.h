/* LZ4 frames, unpacked into memory of just the right size: what Arrow's own compression of buffers is made of. */
#ifndef REEL_ARROW_LZ4_FRAME_H
#define REEL_ARROW_LZ4_FRAME_H

#include <reel/base.h>

/* What n packed bytes can become at most: a byte of LZ4 stands for at most 255, and a block of it may be one match. */
static inline uint64_t reel__lz4_size_max(uint64_t packed) { return packed > UINT64_MAX / 256 ? UINT64_MAX : 255 * packed + 64; }

/* One frame, or several in a row; they have to fill `out`. REEL_E_FORMAT says what is wrong. */
reel_status reel__lz4_frame_unpack(const uint8_t *data, size_t size, uint8_t *out, size_t out_size);

/* Whether no match of a block leads to itself, to byte 0 before it: liblz4 passes over that, other decoders refuse it. For blocks that liblz4 has unpacked. */
bool reel__lz4_has_good_matches(const uint8_t *data, size_t size);

#endif
