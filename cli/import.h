/* Files into a recording, by kind. Each returns false when the file could not be recorded to its end, having said why; a
 * requested stop is a reason. */
#ifndef REEL_CLI_IMPORT_H
#define REEL_CLI_IMPORT_H

#include "input_list.h"
#include "record_job.h"

#include <stdio.h>

bool cli_import_blob(cli_job *job, const cli_input *input, FILE *file); /* images, 3D assets, videos, documents */
bool cli_import_log(cli_job *job, const cli_input *input, FILE *file);
bool cli_import_csv(cli_job *job, const cli_input *input, FILE *file);

#endif
