/* A tree of three generations. The viewer places its nodes: forces of the blueprint push them apart and hold the branches short. */
#include <reel/reel.h>

#include <stdio.h>

enum { N_CHILDREN = 4, N = 1 + N_CHILDREN + N_CHILDREN * N_CHILDREN };

int main(int argc, char **argv) {
    static char names[N][16];
    static const char *ids[N];
    static uint32_t colors[N];
    static float radii[N];
    reel_graph_edge edges[N - 1];
    reel_recording *rec = reel_new("reel_graph_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "graph_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_GRAPH, "family", "/");
    reel_blueprint_set_number(bp, view, "ForceManyBody:strength", -90);
    reel_blueprint_set_number(bp, view, "ForceLink:distance", 40);
    reel_blueprint_set_number(bp, view, "GraphBackground:color", 0x0F172AFF);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int i = 0; i < N; i++) {
        int generation = i == 0 ? 0 : i <= N_CHILDREN ? 1 : 2;
        snprintf(names[i], sizeof names[i], "%d", i);
        ids[i] = names[i];
        colors[i] = generation == 0 ? 0xFACC15FF : generation == 1 ? 0xFB7185FF : 0x38BDF8FF;
        radii[i] = 12 - 4 * (float)generation;
        if (i > 0) edges[i - 1] = (reel_graph_edge) { names[(i - 1) / N_CHILDREN], names[i] };
    }
    reel_log_static_graph_nodes(rec, "family", &(reel_graph_nodes) { .node_ids = ids, .n_node_ids = N, .colors = colors, .n_colors = N,
                                                                     .radii = radii, .n_radii = N });
    reel_log_static_graph_edges(rec, "family", &(reel_graph_edges) { .edges = edges, .n_edges = N - 1 });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
