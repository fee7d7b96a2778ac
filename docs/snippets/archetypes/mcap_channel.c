/* The channels of an MCAP file, as an importer notes them. No view draws them, but a table lists them: a row per channel. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const reel_key_value facts[] = { { "frame", "mast" }, { "rate_hz", "5" } };
    static const char *topics[] = { "/gps/fix", "/imu", "/camera/front" }, *encodings[] = { "json", "cdr", "protobuf" };
    reel_recording *rec = reel_new("reel_mcap_channel", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_channel.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_DATAFRAME, "channels", "/");
    reel_blueprint_set_text(bp, view, "DataframeQuery:timeline", "channel");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (uint16_t id = 0; id < 3; id++) {
        reel_mcap_channel channel = { .id = { true, id }, .topic = topics[id], .message_encoding = encodings[id], .metadata = { facts, 2 } };
        reel_set_time_sequence(rec, "channel", id);
        reel_log_mcap_channel(rec, "drive.mcap/channels", &channel);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
