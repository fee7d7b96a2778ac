/* What is in a recording, summed up store by store: from its footers if they are good, else from a look at every chunk. */
#ifndef REEL_CLI_SUMMARY_H
#define REEL_CLI_SUMMARY_H

#include "recording_input.h"
#include "text_buffer.h"
#include "text_map.h"

typedef struct cli_summary_range {
    uint32_t store;
    const char *timeline;
    reel_time_type type;
    int64_t min, max;
    uint64_t n_chunks;
} cli_summary_range;

typedef struct cli_summary_store {
    reel_store_kind kind;
    char *application_id, *recording_id;
    char *source; /* "Python SDK 3.11.7", "" if no store info came */
    uint8_t version[4];
    bool is_introduced, make_active, make_default;
    uint64_t n_chunks, n_static, n_compressed, n_rows, n_entities, n_components;
    uint64_t bytes, unpacked; /* of the chunks' messages, and of their Arrow streams */
    uint64_t largest;         /* message */
} cli_summary_store;

/* A value of an entity below /__properties. */
typedef struct cli_summary_property {
    uint32_t store;
    char *name; /* "name", "start_time"; "vehicle/driver:age" */
    char *text, *json;
} cli_summary_property;

typedef struct cli_summary {
    reel_read_stats stats;
    bool is_from_footer; /* chunks were not looked at */
    cli_summary_store *stores;
    size_t n_stores;
    cli_map store_keys, entities, cells; /* cells: store, entity, component; entities: store, entity */
    cli_summary_range *ranges;
    size_t n_ranges;
    cli_map range_keys;
    cli_summary_property *properties;
    size_t n_properties;
    cli_text key;
} cli_summary;

typedef enum cli_summary_how { CLI_SUMMARY_ANY, CLI_SUMMARY_SCAN } cli_summary_how;
/* False: it was said why. What was damaged was told as events of the recording. Free it either way. */
bool cli_summarise(cli_summary *summary, cli_recording *in, cli_summary_how how);
void cli_summary_free(cli_summary *summary);

/* The entity of a key of `entities` or `cells`, and the component of one of the latter. */
uint32_t cli_summary_key_store(const char *key);
const char *cli_summary_key_entity(const char *key);
const char *cli_summary_key_component(const char *key);

#endif
