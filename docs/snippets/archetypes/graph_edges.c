/* Who must be ready before whom, when a dinner is cooked. The viewer lays the nodes out by itself. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const char *nodes[] = { "shop", "wash", "chop", "boil", "fry", "bake", "set table", "serve" };
    static const reel_graph_edge edges[] = {
        { "shop", "wash" }, { "wash", "chop" }, { "chop", "fry" }, { "shop", "boil" }, { "shop", "bake" },
        { "boil", "serve" }, { "fry", "serve" }, { "bake", "serve" }, { "set table", "serve" },
    };
    static const uint32_t colors[] = { 0xFBBF24FF, 0x38BDF8FF, 0x38BDF8FF, 0xF87171FF, 0xF87171FF, 0xF87171FF, 0xA3A3A3FF, 0x4ADE80FF };
    reel_recording *rec = reel_new("reel_graph_edges", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "graph_edges.rrd");

    reel_log_graph_nodes(rec, "dinner", &(reel_graph_nodes) { .node_ids = nodes, .n_node_ids = 8, .labels = nodes, .n_labels = 8,
                                                              .colors = colors, .n_colors = 8 });
    reel_log_graph_edges(rec, "dinner", &(reel_graph_edges) { .edges = edges, .n_edges = sizeof edges / sizeof edges[0],
                                                              .graph_type = REEL_GRAPH_TYPE_DIRECTED });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
