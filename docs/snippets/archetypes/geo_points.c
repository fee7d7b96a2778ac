/* Lighthouses of the North Sea: latitude, then longitude. A negative radius is in pixels of the screen, whatever the zoom. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const double places[][2] = {
        { 54.1817, 7.8828 },  /* Helgoland */
        { 53.8633, 8.1275 },  /* Roter Sand */
        { 54.3733, 8.6400 },  /* Westerheversand */
        { 53.7083, 7.2300 },  /* Norderney */
        { 55.5586, 8.0825 },  /* Blåvandshuk */
        { 56.0497, 8.1036 },  /* Nørre Lyngvig */
    };
    static const float radii[] = { -9, -6, -6, -6, -8, -6 };
    static const uint32_t colors[] = { 0xEF4444FF, 0xF97316FF, 0xF97316FF, 0xF97316FF, 0xEAB308FF, 0xF97316FF };
    reel_recording *rec = reel_new("reel_geo_points", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "geo_points.rrd");

    reel_geo_points lights = { .positions = places[0], .n_positions = 6, .radii = radii, .n_radii = 6, .colors = colors, .n_colors = 6 };
    reel_log_geo_points(rec, "lighthouses", &lights);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
