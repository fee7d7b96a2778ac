/* The severity that a line of a log file states. */
#ifndef REEL_CLI_LOG_LEVEL_H
#define REEL_CLI_LOG_LEVEL_H

/* "CRITICAL", "ERROR", "WARN", "INFO", "DEBUG" or "TRACE", the names the viewer colours; NULL if the line states none. */
const char *cli_log_level(const char *line);

#endif
