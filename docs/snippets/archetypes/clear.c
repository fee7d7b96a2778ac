/* A radar that loses sight of ships: the entity of each is cleared then, and what is below it, too. Nothing else takes back what was
 * logged: the last row of an entity holds until the next. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

enum { N_SHIPS = 8 };

static void log_ship(reel_recording *rec, const char *path, int number, float angle) {
    char below[48];
    float distance = 20 + 9 * (float)number, radius = 3;
    float place[2] = { distance * cosf(angle), distance * sinf(angle) }, heading[2] = { -12 * sinf(angle), 12 * cosf(angle) };
    uint32_t color = reel_rgb(30 * number, 255 - 20 * number, 140);
    reel_log_points2d(rec, path, &(reel_points2d) { .positions = place, .n_positions = 1, .radii = &radius, .n_radii = 1,
                                                    .colors = &color, .n_colors = 1 });
    snprintf(below, sizeof below, "%s/heading", path);
    reel_log_arrows2d(rec, below, &(reel_arrows2d) { .vectors = heading, .n_vectors = 1, .origins = place, .n_origins = 1,
                                                     .colors = &color, .n_colors = 1 });
}

int main(int argc, char **argv) {
    static const float rings[][2] = { { 30, 30 }, { 60, 60 }, { 90, 90 } };
    static const uint32_t green = 0x14532DFF;
    reel_recording *rec = reel_new("reel_clear", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "clear.rrd");

    reel_log_static_ellipses2d(rec, "radar", &(reel_ellipses2d) { .half_sizes = rings[0], .n_half_sizes = 3, .colors = &green, .n_colors = 1 });
    for (int64_t turn = 0; turn < 60; turn++) {
        reel_set_time_sequence(rec, "turn", turn);
        for (int i = 0; i < N_SHIPS; i++) {
            char path[32];
            const int64_t lost = 15 + 20 * (i % 4);
            snprintf(path, sizeof path, "radar/ship_%d", i);
            if (turn < lost) log_ship(rec, path, i, 0.8f * (float)i + 0.03f * (float)turn);
            if (turn == lost) reel_log_clear(rec, path, &(reel_clear) { .is_recursive = { true, true } });
        }
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
