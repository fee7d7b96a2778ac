/* The `reel` command: which subcommand, and what is said about all of them. */
#include "commands.h"
#include "stop.h"

#include <reel/base.h>

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} subcommands[] = {
    { "record", reel_cli_record, "record this machine, and files by type, into a .rrd" },
    { "view", reel_cli_view, "show recordings in the browser, from 127.0.0.1" },
    { "info", reel_cli_info, "say what recordings hold" },
    { "stats", reel_cli_stats, "count chunks, rows and bytes, and show how chunks are cut" },
    { "print", reel_cli_print, "print messages, chunks and values" },
    { "verify", reel_cli_verify, "say what is wrong with recordings" },
    { "recover", reel_cli_recover, "everything intact in damaged recordings, with a new footer" },
    { "merge", reel_cli_merge, "several recordings into one" },
    { "filter", reel_cli_filter, "a part of recordings, by entity, component, time; or renamed, shifted" },
    { "split", reel_cli_split, "a recording in parts: by time, size, entity or store" },
    { "optimize", reel_cli_optimize, "chunks sorted and joined for fast viewing" },
    { "compare", reel_cli_compare, "whether two recordings hold the same data" },
    { "export", reel_cli_export, "rows of entities as Arrow, CSV or JSON lines" },
    { "viewer", reel_cli_viewer, "install or look up the viewer's files" },
};
enum { N_SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static void print_general_help(FILE *to) {
    fprintf(to, "usage: reel COMMAND [OPTIONS] [ARGUMENTS]\n\nRecords data for the Rerun viewer, shows it, and works on recordings.\n\nCommands:\n");
    for (size_t i = 0; i < N_SUBCOMMANDS; i++) fprintf(to, "  %-9s %s\n", subcommands[i].name, subcommands[i].summary);
    fprintf(to,
            "  %-9s what a command does and takes, as `reel COMMAND --help`\n\n"
            "Options:\n"
            "  -h, --help     print this and end\n"
            "  -V, --version  print the version and end\n\n"
            "Exit codes: 0 done, 1 something failed (standard error says what), damage or a\n"
            "difference was found, 2 the command line makes no sense, 3 something was lost.\n",
            "help");
}

static int run_subcommand(const char *name, int argc, char **argv) {
    for (size_t i = 0; i < N_SUBCOMMANDS; i++) {
        if (strcmp(subcommands[i].name, name) == 0) return subcommands[i].run(argc, argv);
    }
    fprintf(stderr, "reel: no such command: %s\n", name);
    print_general_help(stderr);
    return CLI_USAGE;
}

static int help(int argc, char **argv) {
    if (argc < 2) {
        print_general_help(stdout);
        return CLI_OK;
    }
    char option[] = "--help";
    char *arguments[] = { argv[1], option, NULL };
    return run_subcommand(argv[1], 2, arguments);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_general_help(stderr);
        return CLI_USAGE;
    }
    const char *first = argv[1];
    int code;
    cli_stop_watch_files();
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_general_help(stdout);
        code = CLI_OK;
    } else if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        printf("reel %s\n", reel_version());
        code = CLI_OK;
    } else if (strcmp(first, "help") == 0) {
        code = help(argc - 1, argv + 1);
    } else {
        code = run_subcommand(first, argc - 1, argv + 1);
    }
    if (cli_stop_was_cut()) code = CLI_FAILED;
    /* Output that did not reach its reader (a full disk behind `>`) is a failure too. */
    if (fflush(stdout) != 0 && code == CLI_OK) {
        fputs("reel: cannot write to standard output\n", stderr);
        code = CLI_FAILED;
    }
    return code;
}
