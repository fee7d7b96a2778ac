/* What `reel verify` looks for in messages and chunks that can be read. */
#ifndef REEL_CLI_VERIFY_CHUNK_H
#define REEL_CLI_VERIFY_CHUNK_H

#include "hash_map.h"
#include "id_check.h"
#include "text_buffer.h"

typedef enum cli_severity { CLI_WARNING, CLI_ERROR } cli_severity;
typedef struct cli_finding {
    cli_severity severity;
    uint64_t offset;    /* UINT64_MAX: of the whole */
    const char *entity; /* or NULL */
    const char *message;
} cli_finding;

typedef struct cli_verifier {
    void (*tell)(void *user, const cli_finding *finding);
    void *user;
    bool is_newer; /* the recording says that it is of a later release: what is not known is no error */
    cli_id_check ids;
    cli_map stores;      /* kind, application, recording */
    uint8_t *introduced; /* per store: a store info came */
    size_t n_introduced;
    cli_map types;        /* components with their types that were held against the data model, and are right ... */
    cli_map coded;        /* ... and hold values of enumerations */
    cli_map timelines;    /* store and name; with the type behind it too */
    cli_hash_map columns; /* store, entity and component: the hash of the first type; those with another type behind it, too */
    cli_text key, text;
} cli_verifier;

bool cli_verifier_begin(cli_verifier *v, void (*tell)(void *user, const cli_finding *finding), void *user);
/* Both are false when memory is out, or the disk full: errno says why. chunk is NULL for messages that have none, or a damaged one. */
bool cli_verifier_look(cli_verifier *v, const reel_read_message *message, const reel_chunk *chunk);
bool cli_verifier_end(cli_verifier *v);
void cli_verifier_free(cli_verifier *v);

#endif
