/* A flock of paper planes: one mesh of four triangles, drawn once for each pose. */
#include <reel/reel.h>

#include <math.h>

enum { N = 60 };

int main(int argc, char **argv) {
    static const float vertices[][3] = {
        { 1, 0, 0 }, { -0.6f, 0.7f, 0.1f }, { -0.6f, 0.08f, 0 }, { -0.6f, 0, -0.3f }, { -0.6f, -0.08f, 0 }, { -0.6f, -0.7f, 0.1f },
    };
    static const uint32_t triangles[][3] = { { 0, 1, 2 }, { 0, 2, 3 }, { 0, 3, 4 }, { 0, 4, 5 } };
    static const uint32_t colors[] = { 0xF8FAFCFF, 0xBFDBFEFF, 0x93C5FDFF, 0x3B82F6FF, 0x93C5FDFF, 0xBFDBFEFF };
    static float places[N][3];
    static reel_axis_angle headings[N];
    reel_recording *rec = reel_new("reel_instance_poses3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "instance_poses3d.rrd");

    for (int i = 0; i < N; i++) {
        float angle = 0.28f * (float)i, distance = 3 + 0.05f * (float)i;
        places[i][0] = distance * cosf(angle);
        places[i][1] = distance * sinf(angle);
        places[i][2] = 0.15f * (float)i;
        headings[i] = (reel_axis_angle) { { 0, 0, 1 }, angle + 1.5707963f };
    }
    reel_mesh3d plane = { .vertex_positions = vertices[0], .n_vertex_positions = 6,
                          .triangle_indices = triangles[0], .n_triangle_indices = 4,
                          .vertex_colors = colors, .n_vertex_colors = 6 };
    reel_log_static_mesh3d(rec, "plane", &plane);
    reel_log_instance_poses3d(rec, "plane", &(reel_instance_poses3d) { .translations = places[0], .n_translations = N,
                                                                       .rotation_axis_angles = headings, .n_rotation_axis_angles = N });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
