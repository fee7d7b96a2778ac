/* Messages of an MCAP file that nobody decoded yet: their bytes, at the times at which they were recorded. No view draws them, but a table
 * lists them. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_mcap_message", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_message.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_DATAFRAME, "messages", "/");
    reel_blueprint_set_text(bp, view, "DataframeQuery:timeline", "message_log_time");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    const int64_t start_ns = INT64_C(1718452800) * 1000000000; /* 2024-06-15 12:00 UTC */
    for (int64_t i = 0; i < 25; i++) {
        char text[64];
        int size = snprintf(text, sizeof text, "{\"latitude\":%.5f,\"longitude\":%.*f}", 47.99 + 1e-5 * (double)i, 3 + (int)i % 3, 7.85);
        reel_set_time_timestamp_ns(rec, "message_log_time", start_ns + i * 200000000);
        reel_log_mcap_message(rec, "gps/fix", &(reel_mcap_message) { .data = { text, (size_t)size } });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
