/* A day at a weather station as a table: a row per hour, and only the hours at which rain was logged. */
#include <reel/reel.h>

#include <math.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_dataframe_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "dataframe_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_DATAFRAME, "rainy hours", "/station");
    reel_blueprint_set_text(bp, view, "DataframeQuery:timeline", "hour");
    reel_blueprint_set_bool(bp, view, "DataframeQuery:apply_latest_at", true);
    reel_blueprint_set_json(bp, view, "DataframeQuery:filter_is_not_null",
                            "{ \"active\": true, \"column\": { \"entity_path\": \"/station/rain_mm\", \"component\": \"Scalars:scalars\" } }");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int64_t hour = 0; hour < 24; hour++) {
        double celsius = round(14 - 6 * cos((double)(hour - 3) / 24 * 6.2831853)), rain_mm = 0.4 * (double)(hour % 5);
        reel_set_time_sequence(rec, "hour", hour);
        reel_log_scalars(rec, "station/celsius", &(reel_scalars) { .scalars = &celsius, .n_scalars = 1 });
        if (hour % 3 == 0) reel_log_scalars(rec, "station/rain_mm", &(reel_scalars) { .scalars = &rain_mm, .n_scalars = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
