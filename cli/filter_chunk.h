/* What `reel filter` keeps of a chunk, and what it changes in it. */
#ifndef REEL_CLI_FILTER_CHUNK_H
#define REEL_CLI_FILTER_CHUNK_H

#include "name_list.h"
#include "time_argument.h"

#include <reel/read.h>

/* NAME:MIN:MAX, or, with min alone, NAME:BY. */
typedef struct cli_filter_time {
    char *name;
    cli_time min, max;
} cli_filter_time;

/* OLD=NEW: an entity and all below. */
typedef struct cli_filter_rename {
    char *from;
    const char *to;
} cli_filter_rename;

typedef struct cli_filter {
    cli_names entities, not_entities, components, stores, drop_timelines, keep_timelines;
    cli_filter_time *ranges, *shifts;
    size_t n_ranges, n_shifts;
    cli_filter_rename *renames;
    size_t n_renames;
    bool static_only;
} cli_filter;

/* Each false if the argument makes no sense. */
bool cli_filter_add_range(cli_filter *filter, const char *argument);
bool cli_filter_add_shift(cli_filter *filter, const char *argument);
bool cli_filter_add_rename(cli_filter *filter, const char *argument);
bool cli_filter_keeps_store(const cli_filter *filter, const reel_read_message *message);
/* What is left of a chunk of a recording, and is to be given back: NULL if nothing is; the chunk itself, with a reference more, if nothing was changed.
 * An error is one of the filter (a unit that the timeline does not have, a time that leaves its range) or of memory. */
reel_status cli_filter_apply(const cli_filter *filter, reel_chunk *chunk, reel_chunk **out, const char **why);
void cli_filter_free(cli_filter *filter);

#endif
