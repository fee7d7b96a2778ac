#include "arrow_metadata.h"

#include <string.h>

reel__arrow_pairs reel__arrow_pairs_of(const char *metadata) {
    reel__arrow_pairs pairs = {.next = metadata};
    if (metadata) {
        memcpy(&pairs.left, metadata, 4);
        pairs.next += 4;
    }
    return pairs;
}

static const char *take_text(reel__arrow_pairs *pairs, size_t *size) {
    int32_t n;
    const char *text = pairs->next + 4;
    memcpy(&n, pairs->next, 4);
    *size = (size_t)n;
    pairs->next = text + n;
    return text;
}

bool reel__arrow_pairs_next(reel__arrow_pairs *pairs) {
    if (pairs->left <= 0)
        return false;
    pairs->left--;
    pairs->key = take_text(pairs, &pairs->key_size);
    pairs->value = take_text(pairs, &pairs->value_size);
    return true;
}

const char *reel__arrow_metadata_get(const char *metadata, const char *key, size_t *size) {
    size_t key_size = strlen(key);
    for (reel__arrow_pairs p = reel__arrow_pairs_of(metadata); reel__arrow_pairs_next(&p);)
        if (p.key_size == key_size && memcmp(p.key, key, key_size) == 0) {
            *size = p.value_size;
            return p.value;
        }
    *size = 0;
    return NULL;
}

size_t reel__arrow_metadata_size(const char *metadata) {
    reel__arrow_pairs p = reel__arrow_pairs_of(metadata);
    while (reel__arrow_pairs_next(&p)) {}
    return (size_t)(p.next - metadata);
}
