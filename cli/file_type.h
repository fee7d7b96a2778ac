/* What a file is: by its first bytes where they tell, by its name's ending otherwise. */
#ifndef REEL_CLI_FILE_TYPE_H
#define REEL_CLI_FILE_TYPE_H

#include <stddef.h>
#include <stdint.h>

typedef enum cli_file_kind {
    CLI_FILE_UNKNOWN,
    CLI_FILE_IMAGE,    /* EncodedImage */
    CLI_FILE_ASSET,    /* Asset3D */
    CLI_FILE_VIDEO,    /* AssetVideo */
    CLI_FILE_DOCUMENT, /* TextDocument */
    CLI_FILE_LOG,      /* TextLog */
    CLI_FILE_CSV       /* Scalars */
} cli_file_kind;

typedef struct cli_file_type {
    cli_file_kind kind;
    const char *media_type; /* NULL for logs and CSV */
    const char *problem;    /* why the kind is unknown */
} cli_file_type;

enum { CLI_FILE_HEAD = 4096 }; /* as much as reel_media_type looks at */

/* head: the file's first n_head bytes, CLI_FILE_HEAD of them if there are as many; size: of the whole file. */
cli_file_type cli_file_type_of(const char *path, const unsigned char *head, size_t n_head, uint64_t size);

/* Which kinds cli_file_type_of knows, for people. */
#define CLI_FILE_TYPES "png, jpg, glb, gltf, obj, stl, ply, mp4, txt, md, log, csv"

#endif
