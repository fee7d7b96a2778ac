#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_message[512];

/* One behind another, from 0 down: pointers to them would cost more than they do (types/packed.h). */
static const char status_texts[] =
    "ok\0" /* REEL_OK */
    "out of memory, or the recording's memory ceiling is reached\0" /* REEL_E_NO_MEMORY */
    "an argument makes no sense\0" /* REEL_E_ARGUMENT */
    "the recording or sink is closed\0" /* REEL_E_CLOSED */
    "the row was dropped: no progress for block_ms\0" /* REEL_E_BUSY */
    "the time given ran out\0" /* REEL_E_TIMEOUT */
    "the operating system reported an input or output error\0" /* REEL_E_IO */
    "no space left\0" /* REEL_E_NO_SPACE */
    "a text is not valid UTF-8\0" /* REEL_E_UTF8 */
    "a value, path or count is too large\0" /* REEL_E_TOO_LARGE */
    "the timeline has another type\0" /* REEL_E_TIMELINE_TYPE */
    "counts do not fit together\0" /* REEL_E_LENGTHS */
    "an environment variable has a value that means nothing\0" /* REEL_E_ENVIRONMENT */
    "no sink holds the complete recording\0" /* REEL_E_NOT_RETAINED */
    "the file is written by another recorder\0" /* REEL_E_LOCKED */
    "rows were dropped\0" /* REEL_E_DROPPED */
    "not supported here\0" /* REEL_E_UNSUPPORTED */
    "not found\0" /* REEL_E_NOT_FOUND */
    "the bytes are not what they should be\0" /* REEL_E_FORMAT */;

const char *reel_status_text(reel_status status) {
    const char *text = status_texts;
    if (status > REEL_OK || status < REEL_E_FORMAT)
        return "unknown status";
    for (int i = 0; i > status; i--)
        text += strlen(text) + 1;
    return text;
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
