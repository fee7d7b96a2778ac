/* A ferry, its stops and its way, on a map of a chosen zoom. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const double stops[5][2] = { { 47.6560, 9.1770 }, { 47.6890, 9.1900 }, { 47.6530, 9.4780 }, { 47.5460, 9.6800 }, { 47.5080, 9.7480 } };
    static const uint32_t n_stops = 5, blue = 0x38BDF8FF, orange = 0xFB923CFF;
    static const float thin = -2, thick = -6; /* pixels of the screen */
    reel_recording *rec = reel_new("reel_map_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "map_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_MAP, "lake", "/ferry");
    reel_blueprint_set_number(bp, view, "MapZoom:zoom", 9.5);
    reel_blueprint_set_text(bp, view, "MapBackground:provider", "OpenStreetMap");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    reel_geo_line_strings way = { .line_strings = { .points = stops[0], .lengths = &n_stops, .n_strips = 1 },
                                  .colors = &blue, .n_colors = 1, .radii = &thin, .n_radii = 1 };
    reel_geo_points places = { .positions = stops[0], .n_positions = 5, .colors = &orange, .n_colors = 1, .radii = &thick, .n_radii = 1 };
    reel_log_static_geo_line_strings(rec, "ferry/way", &way);
    reel_log_static_geo_points(rec, "ferry/stops", &places);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
