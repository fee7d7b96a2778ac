/* Linked into each snippet in the tests: a program that had a call refused ends with 3 and says what was wrong, though it looked at no status itself. */
#include <reel/reel.h>

#include <stdio.h>
#include <unistd.h>

__attribute__((destructor)) static void tell(void) {
    if (reel_error_message()[0] == '\0') return;
    fprintf(stderr, "a call was refused: %s\n", reel_error_message());
    _exit(3);
}
