/* The log of a night, of which the view shows only what somebody should read: warnings and errors, without the entity that they came from. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_text_log_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "text_log_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_TEXT_LOG, "to be read", "/");
    reel_blueprint_set_texts(bp, view, "TextLogRows:filter_by_log_level", (const char *[]) { "WARN", "ERROR" }, 2);
    reel_blueprint_set_json(bp, view, "TextLogColumns:timeline_columns", "[{ \"timeline\": \"minute\", \"visible\": true }]");
    reel_blueprint_set_json(bp, view, "TextLogColumns:text_log_columns",
                            "[{ \"kind\": \"LogLevel\", \"visible\": true }, { \"kind\": \"Body\", \"visible\": true }]");
    reel_blueprint_set_bool(bp, view, "TextLogFormat:monospace_body", true);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int64_t minute = 0; minute < 240; minute++) {
        char text[64];
        int pressure = 1010 - (int)(minute * 7 % 40);
        const char *level = pressure < 974 ? "ERROR" : pressure < 980 ? "WARN" : "INFO";
        snprintf(text, sizeof text, "pressure %d hPa", pressure);
        reel_set_time_sequence(rec, "minute", minute);
        reel_log_text_log(rec, "station/barometer", &(reel_text_log) { .text = text, .level = level });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
