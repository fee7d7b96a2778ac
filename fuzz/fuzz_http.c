/* The parser of request heads, fed with anything. Its answers must keep what http_parse.h promises about them. */
#include "http/http_parse.h"

#include <stdlib.h>
#include <string.h>

static void require(bool is_true) {
    if (!is_true) abort();
}

static void require_inside(reel__http_text text, const uint8_t *head, size_t size) {
    if (!text.data) return;
    require((const uint8_t *)text.data >= head && (const uint8_t *)text.data + text.size <= head + size);
    for (size_t i = 0; i < text.size; i++) require(text.data[i] != '\r' && text.data[i] != '\n' && text.data[i]);
}

static void check_path(const reel__http_request *request) {
    require(request->path_size >= 1 && request->path_size <= sizeof request->path && request->path[0] == '/');
    require(!memchr(request->path, 0, request->path_size));
    for (size_t i = 0; i + 3 <= request->path_size; i++)
        require(memcmp(request->path + i, "/..", 3) != 0 || (i + 3 < request->path_size && request->path[i + 3] != '/'));
}

static void check_range(reel__http_text range, uint64_t size) {
    uint64_t first = 0, last = 0;
    if (reel__http_range(range, size, &first, &last) == REEL__HTTP_RANGE_PART) require(first <= last && last < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static reel__http_request request;
    size_t head_size = reel__http_head_size(data, size, 0);
    require(head_size <= size);
    for (size_t seen = head_size ? head_size - 1 : size, step = seen / 4 + 1;; seen -= step) { /* what an earlier call found nothing in */
        require(reel__http_head_size(data, size, seen) == head_size);
        if (seen < step) break;
    }
    int refusal = reel__http_parse(&request, data, size);
    if (refusal) {
        require(refusal == 400 || refusal == 413 || refusal == 414 || refusal == 501 || refusal == 505);
        return 0;
    }
    check_path(&request);
    require_inside(request.host, data, size);
    require_inside(request.range, data, size);
    require_inside(request.if_range, data, size);
    require_inside(request.if_none_match, data, size);
    require_inside(request.accept_encoding, data, size);
    static const uint64_t sizes[] = { 0, 1, 10, 1000, UINT64_MAX };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check_range(request.range, sizes[i]);
    reel__http_tag_listed(request.if_none_match, "\"a-b-c\"");
    reel__http_accepts(request.accept_encoding, "gzip");
    return 0;
}
