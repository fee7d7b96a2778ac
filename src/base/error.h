/* Errors are values that travel up unchanged. The text for a person is made where the fact is known, and kept per thread. */
#ifndef REEL_BASE_ERROR_H
#define REEL_BASE_ERROR_H

#include <reel/base.h>

/* Keeps the text as this thread's reel_error_message() and returns status. */
reel_status reel__fail(reel_status status, const char *format, ...) REEL_PRINTF(2, 3);
/* The same for an errno value: appends its text, and maps it to a status (ENOSPC, EDQUOT: REEL_E_NO_SPACE; ENOENT: REEL_E_NOT_FOUND; ENOMEM; else REEL_E_IO). */
reel_status reel__fail_errno(int error, const char *format, ...) REEL_PRINTF(2, 3);

/* Returns early with any status that is not REEL_OK. */
#define REEL__TRY(expression)                     \
    do {                                          \
        reel_status reel__status_ = (expression); \
        if (reel__status_ != REEL_OK)             \
            return reel__status_;                 \
    } while (0)

#endif
