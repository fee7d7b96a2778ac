/* A hill of blocks: the occupied cells of a sparse grid, coloured by height. */
#include <reel/reel.h>

#include <math.h>

enum { SIDE = 24, MAX_HEIGHT = 12 };

int main(int argc, char **argv) {
    static int32_t cells[SIDE * SIDE * MAX_HEIGHT][3];
    static float heights[SIDE * SIDE * MAX_HEIGHT];
    static const float cell_size[3] = { 0.5f, 0.5f, 0.25f };
    static const double range[2] = { 0, MAX_HEIGHT };
    size_t n = 0;
    reel_recording *rec = reel_new("reel_voxel_grid_map", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "voxel_grid_map.rrd");

    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            float dx = (float)x - 11.5f, dy = (float)y - 11.5f;
            int top = (int)(MAX_HEIGHT * expf(-(dx * dx + dy * dy) / 60));
            for (int z = 0; z < top; z++, n++) {
                cells[n][0] = x;
                cells[n][1] = y;
                cells[n][2] = z;
                heights[n] = (float)z;
            }
        }
    }
    reel_voxel_grid_map hill = { .voxel_indices = cells[0], .n_voxel_indices = n, .voxel_size = cell_size,
                                 .values = heights, .n_values = n, .value_range = range, .colormap = REEL_COLORMAP_VIRIDIS };
    reel_log_voxel_grid_map(rec, "hill", &hill);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
