/* When the frames of an MP4 video are due, from its sample tables. Enough to show the video on a timeline; nothing is decoded. */
#ifndef REEL_CLI_MP4_FRAMES_H
#define REEL_CLI_MP4_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/* The times of the first video track's frames, in nanoseconds from its start; the caller frees them. NULL with *n 0 where the file has no such table
 * (a fragmented or damaged file, or one without video). */
int64_t *cli_mp4_frame_times(const void *data, size_t size, size_t *n);

#endif
