/* A wheel: a hub and twelve nodes around it at given places, coloured in turn. Nodes without edges are a graph, too. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

enum { N = 13 };

int main(int argc, char **argv) {
    static char names[N][8];
    static const char *ids[N];
    static float places[N][2], radii[N];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_graph_nodes", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "graph_nodes.rrd");

    for (int i = 0; i < N; i++) {
        float angle = 6.2831853f * (float)i / (N - 1), distance = i == 0 ? 0 : 100;
        snprintf(names[i], sizeof names[i], i == 0 ? "hub" : "%d h", i);
        ids[i] = names[i];
        places[i][0] = distance * sinf(angle);
        places[i][1] = -distance * cosf(angle);
        radii[i] = i == 0 ? 16 : 8;
        colors[i] = reel_rgb((int)(155 + 100 * cosf(angle)), (int)(155 + 100 * cosf(angle - 2)), (int)(155 + 100 * cosf(angle - 4)));
    }
    reel_graph_nodes clock = { .node_ids = ids, .n_node_ids = N, .positions = places[0], .n_positions = N, .labels = ids, .n_labels = N,
                               .radii = radii, .n_radii = N, .colors = colors, .n_colors = N };
    reel_log_graph_nodes(rec, "clock", &clock);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
