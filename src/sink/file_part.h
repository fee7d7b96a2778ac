/* One file of a recording while it is written: stream header, whole messages, at the end the footer.
 *
 *     0            offset            offset + waiting
 *     | in the file | in `waiting`    | next message goes here
 *
 * A message that did not fit any more (disk full) is cut off again, so that the file is a valid stream at every moment. What cannot be cut (a pipe) is completed first when
 * writing goes on. */
#ifndef REEL_SINK_FILE_PART_H
#define REEL_SINK_FILE_PART_H

#include "../base/sync.h"
#include "../rrd/footer.h"
#include "file_claim.h"

#define REEL__FILE_BLOCK ((size_t)1 << 20) /* durability process: bytes that may wait */

typedef struct reel__file_part {
    char *path;
    int fd;               /* -1: not open */
    reel__io_info info;   /* when it was opened */
    reel__claim claim;
    bool is_durable;      /* durability sync */
    bool is_buffered;     /* durability process */
    bool is_gone;         /* deleted, or cut by somebody else */
    uint64_t offset;
    reel__buf waiting;
    size_t waiting_at;    /* bytes of `waiting` that are in the file already */
    reel__footer *footer; /* NULL: none wanted */
    reel__mutex *mutex;   /* held while anything here changes that capture looks at from other threads; NULL: nobody else looks */
} reel__file_part;

static inline uint64_t reel__file_part_size(const reel__file_part *p) { return p->offset + p->waiting.size - p->waiting_at; }

/* Opens, locks, empties, and writes the stream header. path is copied. On an error the part is as if closed. */
reel_status reel__file_part_open(reel__file_part *p, const char *path, reel_durability durability, bool no_footer, reel__mutex *mutex);
/* *n_done of the messages are taken: all, or fewer with an error. */
reel_status reel__file_part_write(reel__file_part *p, reel__message *const *messages, size_t n, size_t *n_done);
/* What waits goes to the file; durability sync: to the disk. Notices when the file is not there any more. */
reel_status reel__file_part_flush(reel__file_part *p);
/* Flush, footer, close. When the footer cannot be made the file ends without one. */
reel_status reel__file_part_end(reel__file_part *p, int64_t deadline_ns);
/* Closes without another byte. */
void reel__file_part_drop(reel__file_part *p);

#endif
