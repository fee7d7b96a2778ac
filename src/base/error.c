#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_message[512];

static const struct {
    reel_status status;
    const char *text;
} status_texts[] = {
    {REEL_OK, "ok"},
    {REEL_E_NO_MEMORY, "out of memory, or the recording's memory ceiling is reached"},
    {REEL_E_ARGUMENT, "an argument makes no sense"},
    {REEL_E_CLOSED, "the recording or sink is closed"},
    {REEL_E_BUSY, "the row was dropped: no progress for block_ms"},
    {REEL_E_TIMEOUT, "the time given ran out"},
    {REEL_E_IO, "the operating system reported an input or output error"},
    {REEL_E_NO_SPACE, "no space left"},
    {REEL_E_UTF8, "a text is not valid UTF-8"},
    {REEL_E_TOO_LARGE, "a value, path or count is too large"},
    {REEL_E_TIMELINE_TYPE, "the timeline has another type"},
    {REEL_E_LENGTHS, "counts do not fit together"},
    {REEL_E_ENVIRONMENT, "an environment variable has a value that means nothing"},
    {REEL_E_NOT_RETAINED, "no sink holds the complete recording"},
    {REEL_E_LOCKED, "the file is written by another recorder"},
    {REEL_E_DROPPED, "rows were dropped"},
    {REEL_E_UNSUPPORTED, "not supported here"},
    {REEL_E_NOT_FOUND, "not found"},
    {REEL_E_FORMAT, "the bytes are not what they should be"},
};

const char *reel_status_text(reel_status status) {
    for (size_t i = 0; i < sizeof status_texts / sizeof *status_texts; i++)
        if (status_texts[i].status == status)
            return status_texts[i].text;
    return "unknown status";
}

const char *reel_error_message(void) { return last_message; }

const char *reel_version(void) { return REEL_VERSION; }

reel_status reel__fail(reel_status status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(last_message, sizeof last_message, format, args);
    va_end(args);
    return status;
}

reel_status reel__fail_errno(int error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int used = vsnprintf(last_message, sizeof last_message, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof last_message - 3) {
        char text[128];
        const char *said = strerror_r(error, text, sizeof text);
        snprintf(last_message + used, sizeof last_message - (size_t)used, ": %s", said);
    }
    switch (error) {
    case ENOSPC: case EDQUOT: case EFBIG: return REEL_E_NO_SPACE;
    case ENOENT: return REEL_E_NOT_FOUND;
    case ENOMEM: return REEL_E_NO_MEMORY;
    default: return REEL_E_IO;
    }
}
