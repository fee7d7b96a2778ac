/* reel/base.h: status codes, export macros and what every other header of Reel needs.
 *
 * Part of <reel/reel.h>; include that one. All headers compile from C99 and C++11 up. */
#ifndef REEL_BASE_H
#define REEL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REEL_VERSION_MAJOR 0
#define REEL_VERSION_MINOR 1
#define REEL_VERSION_PATCH 0
#define REEL_VERSION "0.1.0"

#if defined(_WIN32)
#  if defined(REEL_BUILD)
#    define REEL_API __declspec(dllexport)
#  elif !defined(REEL_STATIC)
#    define REEL_API __declspec(dllimport)
#  else
#    define REEL_API
#  endif
#elif defined(__GNUC__)
#  define REEL_API __attribute__((visibility("default")))
#else
#  define REEL_API
#endif

#if defined(__GNUC__)
#  define REEL_PRINTF(format_arg, first_arg) __attribute__((format(printf, format_arg, first_arg)))
#else
#  define REEL_PRINTF(format_arg, first_arg)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a fallible function returns. 0 is success; the numbers are stable and never reused. */
typedef enum reel_status {
    REEL_OK = 0,
    REEL_E_NO_MEMORY = -1,      /* an allocation failed, or the recording's memory ceiling is reached */
    REEL_E_ARGUMENT = -2,       /* a NULL, a count without data, an unknown enum value, a bad option */
    REEL_E_CLOSED = -3,         /* the recording is closed, or has no such sink any more */
    REEL_E_BUSY = -4,           /* the row was dropped: the encoder or a blocking sink made no progress for block_ms */
    REEL_E_TIMEOUT = -5,        /* the time given ran out; what was asked for goes on or was left undone */
    REEL_E_IO = -6,             /* the operating system refused a read, write, open, sync or rename */
    REEL_E_NO_SPACE = -7,       /* disk full, quota reached, or a sink's byte bound reached */
    REEL_E_UTF8 = -8,           /* a text is not valid UTF-8 */
    REEL_E_TOO_LARGE = -9,      /* a value, path or count beyond what the format or a bound allows */
    REEL_E_TIMELINE_TYPE = -10, /* a timeline was used before with another type */
    REEL_E_LENGTHS = -11,       /* counts that do not fit together */
    REEL_E_ENVIRONMENT = -12,   /* an environment variable has a value that means nothing */
    REEL_E_NOT_RETAINED = -13,  /* no sink of this recording holds everything that was logged */
    REEL_E_LOCKED = -14,        /* another process or sink writes this file */
    REEL_E_DROPPED = -15,       /* rows were dropped by a sink's policy since the last time it was asked */
    REEL_E_UNSUPPORTED = -16,   /* not available in this build or on this system */
    REEL_E_NOT_FOUND = -17,     /* no such file, sink or asset */
    REEL_E_FORMAT = -18         /* the bytes are not what they should be */
} reel_status;

/* A short sentence for a status, static storage, never NULL. Thread-safe, never waits. */
REEL_API const char *reel_status_text(reel_status status);

/* What the last failing call on this thread said: names the path, the field and the numbers. Valid until the next
 * failing call on the same thread; "" when none failed. Never NULL. */
REEL_API const char *reel_error_message(void);

/* "0.1.0". */
REEL_API const char *reel_version(void);

/* The functions every allocation of the library goes through. size is never 0. realloc gets the old size.
 * Set before the first recording is made; REEL_E_BUSY afterwards. NULL restores malloc and free. */
typedef struct reel_allocator {
    size_t struct_size;
    void *(*allocate)(void *user, size_t size);
    void *(*reallocate)(void *user, void *block, size_t size_old, size_t size);
    void (*release)(void *user, void *block);
    void *user;
} reel_allocator;
REEL_API reel_status reel_set_allocator(const reel_allocator *allocator);

#ifdef __cplusplus
}
#endif
#endif
