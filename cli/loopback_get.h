/* One HTTP request to a server on this machine, as a browser would make it: `reel view --once` proves with it that the server answers. */
#ifndef REEL_CLI_LOOPBACK_GET_H
#define REEL_CLI_LOOPBACK_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_answer {
    int status;
    char type[64], encoding[16]; /* "" when not sent */
    uint64_t total;              /* bytes of the whole thing, also when a range was asked for */
    unsigned char body[16384];   /* its beginning */
    size_t body_size;
} cli_answer;

/* Asks for url ("http://127.0.0.1:PORT/..."), with range ("bytes=0-3") or NULL. false: nothing that is HTTP came within 10 s; `why` tells. */
bool cli_loopback_get(const char *url, const char *range, cli_answer *answer, char *why, size_t why_size);

#endif
