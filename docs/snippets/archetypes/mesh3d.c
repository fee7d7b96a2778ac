/* Waves on a pond: a square net of vertices with a colour each, joined by two triangles per cell. */
#include <reel/reel.h>

#include <math.h>
#include <string.h>

enum { SIDE = 60, N_VERTICES = SIDE * SIDE, N_TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1) };

int main(int argc, char **argv) {
    static float vertices[N_VERTICES][3];
    static uint32_t colors[N_VERTICES], triangles[N_TRIANGLES][3];
    reel_recording *rec = reel_new("reel_mesh3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mesh3d.rrd");

    uint32_t(*next)[3] = triangles;
    for (uint32_t v = 0; v < N_VERTICES; v++) {
        float x = (float)(v % SIDE) / 6 - 5, y = (float)(v / SIDE) / 6 - 5;
        float distance = sqrtf(x * x + y * y);
        float height = cosf(3 * distance) / (1 + distance);
        vertices[v][0] = x;
        vertices[v][1] = y;
        vertices[v][2] = height;
        colors[v] = reel_rgb((int)(60 + 60 * height), (int)(120 + 120 * height), 224);
        if (v % SIDE + 1 == SIDE || v / SIDE + 1 == SIDE) continue;
        memcpy(*next++, (uint32_t[3]) { v, v + 1, v + SIDE + 1 }, sizeof *next);
        memcpy(*next++, (uint32_t[3]) { v, v + SIDE + 1, v + SIDE }, sizeof *next);
    }
    reel_mesh3d pond = { .vertex_positions = vertices[0], .n_vertex_positions = N_VERTICES, .vertex_colors = colors, .n_vertex_colors = N_VERTICES,
                         .triangle_indices = triangles[0], .n_triangle_indices = N_TRIANGLES };
    reel_log_mesh3d(rec, "pond", &pond);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
