/* The subcommands of `reel`. Each takes the arguments after its own name (argv[0] is the name) and returns the exit code:
 * 0 done, 1 failed or a difference found, 2 the command line makes no sense, 3 something of a recording was lost. `reel help CMD` calls a subcommand with
 * --help. */
#ifndef REEL_CLI_COMMANDS_H
#define REEL_CLI_COMMANDS_H

int reel_cli_record(int argc, char **argv);
int reel_cli_view(int argc, char **argv);
int reel_cli_viewer(int argc, char **argv);
int reel_cli_info(int argc, char **argv);
int reel_cli_stats(int argc, char **argv);
int reel_cli_print(int argc, char **argv);
int reel_cli_verify(int argc, char **argv);
int reel_cli_recover(int argc, char **argv);
int reel_cli_merge(int argc, char **argv);
int reel_cli_filter(int argc, char **argv);
int reel_cli_split(int argc, char **argv);
int reel_cli_optimize(int argc, char **argv);
int reel_cli_compare(int argc, char **argv);
int reel_cli_export(int argc, char **argv);

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_LOST = 3 };

#endif
