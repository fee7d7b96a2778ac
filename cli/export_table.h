/* Tables of an Arrow C stream as CSV and JSON lines. */
#ifndef REEL_CLI_EXPORT_TABLE_H
#define REEL_CLI_EXPORT_TABLE_H

#include "output_file.h"

#include <reel/arrow.h>
#include <stdint.h>

/* What a column of reel_index_export, or of a long table, is. */
typedef enum cli_column_kind { CLI_COLUMN_CONTROL, CLI_COLUMN_TEXT, CLI_COLUMN_TIME, CLI_COLUMN_COMPONENT, CLI_COLUMN_JSON } cli_column_kind;
cli_column_kind cli_column_kind_of(const struct ArrowSchema *field);
/* The value of a key in a field's metadata; *size is its length. NULL: it has none. */
const char *cli_field_metadata(const struct ArrowSchema *field, const char *key, size_t *size);

/* All rows of a stream, which is released. Row ids are left out. False: *why says why, in memory of its own. */
bool cli_export_table(struct ArrowArrayStream *stream, bool is_json, cli_output *output, uint64_t *n_rows, char why[400]);

/* The long form of a stream, which is taken over: a row per row and component, with the columns entity, component, time (of the timeline; NULL: the first one,
 * log_time and log_tick last) and value, as JSON. The entity is that of the column entity_path, else `entity`. False: memory is out, and the stream was
 * released. */
bool cli_export_long(struct ArrowArrayStream *stream, const char *entity, const char *timeline, struct ArrowArrayStream *out);

#endif
