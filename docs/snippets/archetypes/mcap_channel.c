/* What an importer of MCAP files notes about a channel: static facts, at the entity that gets the channel's messages. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const reel_key_value facts[] = { { "frame", "gps_antenna" }, { "rate_hz", "5" } };
    reel_recording *rec = reel_new("reel_mcap_channel", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_channel.rrd");

    reel_mcap_channel channel = { .id = { true, 7 }, .topic = "/gps/fix", .message_encoding = "json", .metadata = { facts, 2 } };
    reel_log_static_mcap_channel(rec, "gps/fix", &channel);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
