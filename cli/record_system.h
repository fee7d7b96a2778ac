/* This machine as data: load, processors, memory, disks, networks and processes below /system, host facts as properties. */
#ifndef REEL_CLI_RECORD_SYSTEM_H
#define REEL_CLI_RECORD_SYSTEM_H

#include "record_job.h"

/* Samples every every_ms for `seconds` (infinite: until a stop is requested). A requested stop is no failure. */
bool cli_record_system(cli_job *job, double seconds, int64_t every_ms);

#endif
