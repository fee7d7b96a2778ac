/* The summary of an MCAP file: how many messages, chunks and channels it has, and what time it spans. No view draws it, but a table lists
 * it: a row for each file. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const reel_channel_message_count counts[] = { { .channel_id = 7, .message_count = 3000 }, { .channel_id = 8, .message_count = 120000 } };
    reel_recording *rec = reel_new("reel_mcap_statistics", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_statistics.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_DATAFRAME, "files", "/");
    reel_blueprint_set_text(bp, view, "DataframeQuery:timeline", "file");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    const int64_t start_ns = INT64_C(1718452800) * 1000000000; /* 2024-06-15 12:00 UTC */
    reel_mcap_statistics summary = {
        .message_count = { true, 123000 }, .schema_count = { true, 2 }, .channel_count = { true, 2 }, .attachment_count = { true, 0 },
        .metadata_count = { true, 1 }, .chunk_count = { true, 41 }, .message_start_time = { true, start_ns },
        .message_end_time = { true, start_ns + INT64_C(600) * 1000000000 }, .channel_message_counts = { counts, 2 },
    };
    reel_set_time_sequence(rec, "file", 0);
    reel_log_mcap_statistics(rec, "drive.mcap", &summary);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
