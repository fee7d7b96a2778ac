/* Chunks of older releases, brought to today's names: what a column is called, and whether it is still one. */
#ifndef REEL_READ_MIGRATE_H
#define REEL_READ_MIGRATE_H

#include "../arrow/ipc_read.h"
#include "chunk_decode.h"

/* Versions of the chunk schema ("sorbet:version"), as one number: major, minor, patch in 21 bits each. */
#define REEL__SORBET(major, minor, patch) ((uint64_t)(major) << 42 | (uint64_t)(minor) << 21 | (uint64_t)(patch))
#define REEL__SORBET_NEWEST REEL__SORBET(0, 1, 4)

typedef enum reel__column_kind { REEL__COLUMN_ROW_ID, REEL__COLUMN_INDEX, REEL__COLUMN_COMPONENT, REEL__COLUMN_DROPPED } reel__column_kind;

typedef struct reel__column_names {
    reel__column_kind kind;
    const char *name;           /* of a component or timeline */
    const char *archetype, *component_type;
} reel__column_names;

/* The version that a chunk claims. Without one it is as old as its keys look. What cannot be read is told, and taken as the newest. */
uint64_t reel__sorbet_version(const struct ArrowSchema *schema, const reel__decode_notes *notes);
/* The value of "rerun:key", or in older chunks "rerun.key". */
const char *reel__sorbet_metadata(const char *metadata, const char *key, size_t *size);
/* Texts are copied into the tree. */
reel_status reel__sorbet_column(reel__ipc_tree *tree, const struct ArrowSchema *field, uint64_t version, reel__column_names *out);
/* The entity's path, as it would be called today; *path is not ended by NUL. false: the chunk does not say. */
bool reel__sorbet_entity(const struct ArrowSchema *schema, uint64_t version, const char **path, size_t *size);

#endif
