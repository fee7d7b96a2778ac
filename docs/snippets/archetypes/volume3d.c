/* A ring of smoke: densities between 0 and 1 on a grid, as half floats. */
#include <reel/reel.h>

#include <math.h>
#include <string.h>

enum { SIDE = 48 };

/* For numbers from 2^-14 to 1; smaller ones become 0. */
static uint16_t half_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value < 0x1p-14f ? 0 : (uint16_t)((bits - (112u << 23)) >> 13);
}

int main(int argc, char **argv) {
    static uint16_t density[SIDE][SIDE][SIDE]; /* z, y, x */
    static const uint64_t shape[] = { SIDE, SIDE, SIDE };
    static const float cell[3] = { 0.02f, 0.02f, 0.02f };
    reel_recording *rec = reel_new("reel_volume3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "volume3d.rrd");

    for (int z = 0; z < SIDE; z++) {
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                float dx = (float)x - SIDE / 2.0f, dy = (float)y - SIDE / 2.0f, dz = (float)z - SIDE / 2.0f;
                float from_ring = hypotf(hypotf(dx, dy) - 15, dz);
                density[z][y][x] = half_of(expf(-from_ring * from_ring / 12));
            }
        }
    }
    reel_volume3d smoke = { .values = reel_tensor_of(REEL_TENSOR_F16, density, shape, 3, NULL), .voxel_size = cell,
                            .colormap = REEL_COLORMAP_INFERNO, .optical_density = { true, 8 } };
    reel_log_volume3d(rec, "smoke", &smoke);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
