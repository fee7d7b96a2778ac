/* Files without a name, for what memory is too dear for: in the folder that TMPDIR names, else /var/tmp. */
#ifndef REEL_CLI_TEMPORARY_FILE_H
#define REEL_CLI_TEMPORARY_FILE_H

/* A descriptor, or -1 (errno says why). The file is gone when it is closed. */
int cli_temporary_file(void);
/* All of `from` in such a file, at whose beginning the descriptor then stands; -1: errno says why. */
int cli_temporary_copy(int from);

#endif
