/* Which chunks of a recording go to which part. */
#ifndef REEL_CLI_SPLIT_PLAN_H
#define REEL_CLI_SPLIT_PLAN_H

#include "text_buffer.h"
#include "text_map.h"
#include "time_argument.h"
#include "whole_input.h"

#define CLI_PARTS_MAX  10000
#define CLI_EVERY_PART UINT32_MAX

typedef enum cli_split_by { CLI_BY_TIME = 1, CLI_BY_SIZE, CLI_BY_ENTITY, CLI_BY_STORE } cli_split_by;

typedef struct cli_split_plan {
    cli_split_by by;
    char *timeline;
    cli_time step;
    uint64_t bytes;
    int64_t depth;
    /* What was found: */
    uint32_t *first, *last; /* of the parts that each chunk goes to; first CLI_EVERY_PART: to all that there are */
    uint32_t n_parts;       /* by time: one more, the last, for what is not on the timeline */
    int64_t first_step;     /* by time: of part 0, in steps */
    cli_map names;          /* by entity and store: what a part is of */
} cli_split_plan;

/* "time", "size", "entity", "store", and what the first two are told by. */
bool cli_split_by_parse(cli_split_plan *plan, const char *by);
bool cli_split_time_parse(cli_split_plan *plan, const char *argument);

/* False: it was said, and the job has failed. */
bool cli_split_make(cli_split_plan *plan, const cli_whole *whole, cli_reshape *job);
/* By time: which part a time is in. */
uint32_t cli_split_part_of(const cli_split_plan *plan, int64_t time);
/* What stands behind the file's name: "-0001", "-world_camera", "-without-frame". */
bool cli_split_part_name(const cli_split_plan *plan, uint32_t part, cli_text *out);
void cli_split_free(cli_split_plan *plan);

#endif
