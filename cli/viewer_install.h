/* Puts the official viewer's npm package where `reel view` looks for it. */
#ifndef REEL_CLI_VIEWER_INSTALL_H
#define REEL_CLI_VIEWER_INSTALL_H

#include <stdbool.h>

/* dir: the viewers' folder, made when missing. tarball: the package as a file; NULL: npm fetches it. Says on standard output what it does and
 * on standard error what went wrong; a failed installation leaves an earlier one as it was. */
bool cli_viewer_install(const char *dir, const char *tarball);

/* Compares the installed files' hashes with those noted at installation; says on standard error what differs. */
bool cli_viewer_verify(const char *dir);

#endif
