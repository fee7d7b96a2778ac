/* The map that a cleaning robot made of two rooms: free, occupied and unknown cells, lying on the floor of a 3D scene. */
#include <reel/reel.h>

#include <string.h>

enum { WIDTH = 120, HEIGHT = 80, FREE = 0, OCCUPIED = 100, UNKNOWN = 255 };

static uint8_t map[HEIGHT][WIDTH];

static void fill(int x, int y, int width, int height, uint8_t value) {
    for (int row = y; row < y + height; row++) memset(&map[row][x], value, (size_t)width);
}

int main(int argc, char **argv) {
    static const float corner[3] = { -3, -2, 0 }, robot[3] = { 1.2f, 0.3f, 0.1f }, size[3] = { 0.17f, 0.17f, 0.1f };
    reel_recording *rec = reel_new("reel_grid_map", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "grid_map.rrd");

    fill(0, 0, WIDTH, HEIGHT, UNKNOWN);
    fill(10, 10, 100, 60, OCCUPIED);
    fill(12, 12, 45, 56, FREE);     /* one room */
    fill(59, 12, 49, 56, FREE);     /* the other */
    fill(57, 32, 2, 14, FREE);      /* a door */
    fill(20, 20, 14, 8, OCCUPIED);  /* a bed */
    fill(80, 44, 12, 12, OCCUPIED); /* a table */
    reel_grid_map rooms = { .data = { map, sizeof map },
                            .format = reel_format_of(WIDTH, HEIGHT, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8),
                            .cell_size = { true, 0.05f }, .translation = corner, .colormap = REEL_COLORMAP_RVIZ_MAP };
    reel_log_grid_map(rec, "world/map", &rooms);
    reel_log_ellipsoids3d(rec, "world/robot", &(reel_ellipsoids3d) { .half_sizes = size, .n_half_sizes = 1, .centers = robot, .n_centers = 1 });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
