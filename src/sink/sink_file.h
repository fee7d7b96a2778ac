/* The file sink's insides, shared by sink_file.c and file_capture.c. */
#ifndef REEL_SINK_FILE_H
#define REEL_SINK_FILE_H

#include "file_part.h"
#include "sink.h"

typedef struct reel__file_kept {
    uint64_t device, inode;
} reel__file_kept;

typedef struct reel__file_io {
    char *path; /* of the first part */
    reel_file_options options;
    reel__begin_part_fn begin_part;
    void *begin_user;

    reel__mutex mutex;      /* guards what capture reads: part, its contents, n_rotations */
    reel__file_part *part;  /* NULL after close */
    uint64_t n_rotations;

    /* the I/O side's alone */
    bool has_data;          /* the part holds more than what every part begins with */
    int64_t data_since_ns;  /* when that began */
    int64_t rotate_not_before_ns; /* after a rotation that failed */
    bool rotation_failed;   /* and was told */
    reel__tuid *begun;      /* sorted ids of the chunks that the part began with */
    size_t n_begun;
    reel__file_kept *kept;  /* files_max: the parts that are there, oldest first; a ring is not worth it for rotations */
    size_t n_kept;
    uint64_t first_kept;    /* number of the oldest */
} reel__file_io;

#endif
