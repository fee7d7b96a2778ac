/* What a file is, asked of anything: a name, a zero byte, and the file's beginning. The answer is a media type in static storage, the same each time, whatever the size is said to be. */
#include <reel/make.h>

#include <stdlib.h>
#include <string.h>

static void require(bool is_true) {
    if (!is_true) abort();
}

static void check(const uint8_t *head, size_t head_size, uint64_t size, const char *name) {
    const char *type = reel_media_type(head, head_size, size, name);
    require(type == reel_media_type(head, head_size, size, name));
    if (!type) return;
    const char *slash = strchr(type, '/');
    require(slash && slash > type && slash[1] && strlen(type) < 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    check(data, size, size, NULL);
    if (!end) return 0;
    const uint8_t *head = end + 1;
    const size_t head_size = size - (size_t)(head - data);
    check(head, head_size, head_size, (const char *)data);
    check(head, head_size, UINT64_MAX, (const char *)data);
    const char *named = reel_media_type_of_name((const char *)data);
    require(!named || strchr(named, '/'));
    return 0;
}
