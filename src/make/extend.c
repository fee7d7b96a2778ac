/* Errors and memory for code that stands on Reel. */
#include <reel/make.h>

#include "../base/alloc.h"
#include "../base/error.h"

#include <stdarg.h>
#include <stdio.h>

reel_status reel_fail(reel_status status, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return reel__fail(status, "%s", text);
}

void *reel_allocate(size_t size) { return reel__alloc(size); }

void reel_release(void *block) { reel__release(block); }
