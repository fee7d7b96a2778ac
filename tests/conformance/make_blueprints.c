/* The blueprints that test_blueprints.py and the browser's test compare and show, by the public interface.
 *
 *     make_blueprints CASE rbl PATH                the blueprint alone
 *     make_blueprints CASE rrd PATH [FLAGS]        within a recording with something to show; FLAGS: a (make it active), d (default), f (before the file is opened), s (seeded ids)
 *     make_blueprints CASE rotated PATH            sent first, then rows until the file was rotated
 *     make_blueprints CASE late PATH               sent before the file is added
 *     make_blueprints CASE memory PATH             drained from memory, after it was drained before: from there on it is kept state
 *     make_blueprints CASE captured PATH           captured while logging goes on
 *     make_blueprints CASE callback PATH           the bytes that a callback gets
 *     make_blueprints set rbl PATH                 the fields of stdin: lines of entity, field and JSON, parted by tabs
 *
 * The cases are named after the functions of blueprint_cases.py. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void check(reel_status status, const char *what) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "make_blueprints: %s: %s: %s\n", what, reel_status_text(status), reel_error_message());
    exit(1);
}

/* ---- something to show */

static void log_frame(reel_recording *rec, int frame) {
    double a = sin(frame * 0.2), b = cos(frame * 0.1);
    const char *texts[] = {"idle", "running", "waiting"};
    check(reel_set_time_sequence(rec, "frame", frame), "time");
    reel_log_scalars(rec, "motor/a", &(reel_scalars){.scalars = &a, .n_scalars = 1});
    reel_log_scalars(rec, "motor/b", &(reel_scalars){.scalars = &b, .n_scalars = 1});
    reel_log_text_log(rec, "log", &(reel_text_log){.text = texts[frame % 3], .level = frame % 3 ? "INFO" : "WARN"});
    if (frame % 10 == 0)
        reel_log_state_change(rec, "state", &(reel_state_change){.state = &texts[frame / 10 % 3], .n_state = 1});
}

static void log_things(reel_recording *rec) {
    static const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}, halves[] = {1, 1, 2, 1}, centers[] = {2, 2, 6, 4};
    static const uint32_t white = 0xffffffff, red = 0xff0000ff;
    static const double track[] = {47.6, 19.1, 47.61, 19.12};
    static const char *const nodes[] = {"first", "second", "third"};
    static const reel_graph_edge edges[] = {{"first", "second"}, {"second", "third"}};
    static const double bars[] = {1, 4, 2, 8, 5, 7};
    static const uint64_t n_bars = COUNT(bars), shape[] = {4, 4, 4};
    uint8_t cells[64];
    for (int i = 0; i < 64; i++)
        cells[i] = (uint8_t)(4 * i);
    check(reel_log_static_points3d(rec, "world/points", &(reel_points3d){.positions = points, .n_positions = 4, .colors = &white, .n_colors = 1}), "points");
    check(reel_log_static_boxes2d(rec, "image/boxes", &(reel_boxes2d){.half_sizes = halves, .n_half_sizes = 2, .centers = centers, .n_centers = 2, .colors = &red, .n_colors = 1}), "boxes");
    check(reel_log_static_text_document(rec, "document", &(reel_text_document){.text = "# A title\n\nand a text", .media_type = "text/markdown"}), "document");
    check(reel_log_static_tensor(rec, "tensor", &(reel_tensor){.data = {REEL_TENSOR_U8, cells, shape, 3, NULL}}), "tensor");
    check(reel_log_static_bar_chart(rec, "bars", &(reel_bar_chart){.values = {REEL_TENSOR_F64, bars, &n_bars, 1, NULL}}), "bars");
    check(reel_log_static_geo_points(rec, "map/track", &(reel_geo_points){.positions = track, .n_positions = 2}), "track");
    check(reel_log_static_graph_nodes(rec, "graph", &(reel_graph_nodes){.node_ids = nodes, .n_node_ids = 3, .labels = nodes, .n_labels = 3}), "nodes");
    check(reel_log_static_graph_edges(rec, "graph", &(reel_graph_edges){.edges = edges, .n_edges = 2}), "edges");
    for (int frame = 0; frame < 60; frame++)
        log_frame(rec, frame);
}

/* ---- cases */

/* A view that is one colour: pixels tell where it is. */
static reel_node color_view(reel_blueprint *bp, reel_node parent, const char *name, uint32_t color) {
    reel_node view = reel_blueprint_view(bp, parent, REEL_VIEW_SPATIAL_3D, name, "/nothing");
    reel_blueprint_set_text(bp, view, "Background:kind", "SolidColor");
    reel_blueprint_set_number(bp, view, "Background:color", color);
    reel_blueprint_set_bool(bp, view, "LineGrid3D:visible", false);
    return view;
}

#define RED 0xff0000ff
#define GREEN 0x00c800ff
#define BLUE 0x0000ffff
#define MAGENTA 0xff00ffff

static void all_views(reel_blueprint *bp) {
    static const struct {
        reel_view_kind kind;
        const char *name, *origin;
    } views[] = {
        {REEL_VIEW_SPATIAL_3D, "scene", "/world"}, {REEL_VIEW_SPATIAL_2D, "picture", "/image"}, {REEL_VIEW_TIME_SERIES, "plot", "/motor"}, {REEL_VIEW_TEXT_LOG, "lines", "/log"},
        {REEL_VIEW_TEXT_DOCUMENT, "document", "/document"}, {REEL_VIEW_TENSOR, "tensor", "/tensor"}, {REEL_VIEW_BAR_CHART, "bars", "/bars"}, {REEL_VIEW_DATAFRAME, "table", "/motor"},
        {REEL_VIEW_MAP, "map", "/map"}, {REEL_VIEW_GRAPH, "graph", "/graph"}, {REEL_VIEW_STATE_TIMELINE, "states", "/state"}, {REEL_VIEW_AUDIO, "sound", "/sound"},
    };
    reel_node grid = reel_blueprint_container(bp, REEL_ROOT, REEL_GRID, "everything");
    reel_blueprint_set_number(bp, grid, "ContainerBlueprint:grid_columns", 4);
    for (size_t i = 0; i < COUNT(views); i++)
        reel_blueprint_view(bp, grid, views[i].kind, views[i].name, views[i].origin);
    reel_blueprint_collapse_panels(bp);
}

static void lone_view(reel_blueprint *bp) { color_view(bp, REEL_ROOT, "alone", MAGENTA); }

static void deep(reel_blueprint *bp) {
    reel_node parent = REEL_ROOT;
    for (int i = 0; i < 50; i++) {
        char name[24];
        snprintf(name, sizeof name, "level %d", i);
        parent = reel_blueprint_container(bp, parent, i % 2 ? REEL_VERTICAL : REEL_HORIZONTAL, name);
    }
    color_view(bp, parent, "innermost", GREEN);
}

static void empty_container(reel_blueprint *bp) {
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
    reel_blueprint_container(bp, row, REEL_TABS, "nothing in it");
    reel_blueprint_container(bp, row, REEL_GRID, NULL);
    color_view(bp, row, "something", BLUE);
}

static void nothing(reel_blueprint *bp) { (void)bp; }

static void no_views(reel_blueprint *bp) {
    reel_blueprint_set_bool(bp, REEL_ROOT, "ViewportBlueprint:auto_views", false);
    reel_blueprint_set_bool(bp, REEL_ROOT, "ViewportBlueprint:auto_layout", false);
}

static void several_at_root(reel_blueprint *bp) {
    color_view(bp, REEL_ROOT, "first", RED);
    reel_node column = reel_blueprint_container(bp, REEL_ROOT, REEL_VERTICAL, "a column");
    color_view(bp, column, "second", GREEN);
    color_view(bp, column, "third", BLUE);
}

static void shares(reel_blueprint *bp) {
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, "row");
    reel_blueprint_set_numbers(bp, row, "ContainerBlueprint:col_shares", (double[]){1, 3}, 2);
    color_view(bp, row, "narrow", RED);
    reel_node column = reel_blueprint_container(bp, row, REEL_VERTICAL, "column");
    reel_blueprint_set_numbers(bp, column, "ContainerBlueprint:row_shares", (double[]){2, 1, 0.5}, 3);
    color_view(bp, column, "tall", GREEN);
    reel_node tabs = reel_blueprint_container(bp, column, REEL_TABS, "tabs");
    color_view(bp, tabs, "behind", MAGENTA);
    reel_blueprint_set_active_tab(bp, tabs, color_view(bp, tabs, "in front", BLUE));
    reel_node grid = reel_blueprint_container(bp, column, REEL_GRID, "hidden");
    reel_blueprint_set_numbers(bp, grid, "ContainerBlueprint:col_shares", (double[]){1, 2}, 2);
    reel_blueprint_set_numbers(bp, grid, "ContainerBlueprint:row_shares", (double[]){1}, 1);
    reel_blueprint_set_number(bp, grid, "ContainerBlueprint:grid_columns", 2);
    reel_blueprint_set_visible(bp, grid, false);
    reel_node hidden = color_view(bp, grid, "unseen", MAGENTA);
    reel_blueprint_set_visible(bp, hidden, false);
    reel_blueprint_set_bool(bp, hidden, "ViewBlueprint:titlebar", false);
}

static void plot(reel_blueprint *bp) {
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_TIME_SERIES, "motors", "/motor");
    reel_blueprint_set_contents(bp, view, (const char *[]){"+ $origin/**", "- $origin/b", "+ /other/**"}, 3);
    reel_blueprint_set_numbers(bp, view, "ScalarAxis:range", (double[]){-1.5, 1.5}, 2);
    reel_blueprint_set_bool(bp, view, "ScalarAxis:zoom_lock", true);
    reel_blueprint_set_text(bp, view, "TimeAxis:link", "Independent");
    reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": {\"CursorRelative\": -30}, \"end\": {\"Absolute\": 59}}");
    reel_blueprint_set_bool(bp, view, "TimeAxis:zoom_lock", false);
    reel_blueprint_set_text(bp, view, "PlotLegend:corner", "RightTop");
    reel_blueprint_set_bool(bp, view, "PlotLegend:visible", true);
    reel_blueprint_set_number(bp, view, "PlotBackground:color", 0x204060ff);
    reel_blueprint_set_bool(bp, view, "PlotBackground:show_grid", false);
    reel_blueprint_set_text(bp, view, "PlotInteraction:tooltip_mode", "All");
    reel_blueprint_set_text(bp, view, "PlotInteraction:points_display", "Always");
    reel_blueprint_set_time_ranges(bp, view, (reel_visible_time_range[]){{"frame", {REEL_BOUND_CURSOR, -40}, {REEL_BOUND_INFINITE, 0}}, {"log_time", {REEL_BOUND_ABSOLUTE, 1500000000}, {REEL_BOUND_CURSOR, 2000000000}}}, 2);
}

static void defaults(reel_blueprint *bp) {
    static const uint32_t yellow = 0xffff00ff, blue = 0x0000ffff;
    static const float width = 6, radii[] = {0.25f};
    static const reel_marker_shape marker = REEL_MARKER_SHAPE_CIRCLE;
    static const char *const names[] = {"größe"};
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
    reel_node view = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "motors", "/motor");
    reel_series_lines lines = {.colors = &yellow, .n_colors = 1, .widths = &width, .n_widths = 1, .names = names, .n_names = 1};
    reel_series_points points = {.markers = &marker, .n_markers = 1};
    reel_blueprint_put(bp, reel_blueprint_defaults(bp, view), (reel_part[]){REEL_PART(series_lines, &lines), REEL_PART(series_points, &points)}, 2, NULL, 0);
    reel_node scene = reel_blueprint_view(bp, row, REEL_VIEW_SPATIAL_3D, "scene", "/world");
    reel_column columns[] = {{REEL_COLUMN(points3d, radii), .values = radii, .n_values = 1}, {REEL_COLUMN(points3d, colors), .values = &blue, .n_values = 1}};
    reel_blueprint_put(bp, reel_blueprint_defaults(bp, scene), NULL, 0, columns, 2);
}

static void overrides(reel_blueprint *bp) {
    static const uint32_t green = 0x00ff00ff, magenta = 0xff00ffff;
    static const float width = 4, radius = 0.4f;
    static const reel_marker_shape marker = REEL_MARKER_SHAPE_SQUARE;
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
    reel_node view = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "motors", "/motor");
    reel_series_lines lines = {.colors = &green, .n_colors = 1, .widths = &width, .n_widths = 1};
    reel_series_points points = {.markers = &marker, .n_markers = 1};
    reel_blueprint_visualizer(bp, view, "/motor/a", NULL, &(reel_part)REEL_PART(series_lines, &lines), 1);
    reel_blueprint_visualizer(bp, view, "motor/a", NULL, &(reel_part)REEL_PART(series_points, &points), 1);
    reel_node hidden = reel_blueprint_override(bp, view, "/motor/b");
    reel_blueprint_set_visible(bp, hidden, false);
    reel_blueprint_set_bool(bp, hidden, "EntityBehavior:interactive", false);
    reel_blueprint_set_time_ranges(bp, hidden, &(reel_visible_time_range){"frame", {REEL_BOUND_INFINITE, 0}, {REEL_BOUND_CURSOR, 0}}, 1);
    reel_node mapped = reel_blueprint_visualizer(bp, view, "/a\\ b/c", "SeriesLines", NULL, 0);
    reel_blueprint_set_json(bp, mapped, "VisualizerInstruction:component_map",
                            "[{\"target\": \"Scalars:scalars\", \"source_kind\": \"SourceComponent\", \"source_component\": \"my:thing\", \"selector\": \".x\"},"
                            " {\"target\": \"SeriesLines:widths\", \"source_kind\": \"Default\"}]");
    reel_node scene = reel_blueprint_view(bp, row, REEL_VIEW_SPATIAL_3D, "scene", "/world");
    reel_points3d spheres = {.radii = &radius, .n_radii = 1, .colors = &magenta, .n_colors = 1};
    reel_blueprint_visualizer(bp, scene, "/world/points", NULL, &(reel_part)REEL_PART(points3d, &spheres), 1);
}

static void spatial(reel_blueprint *bp) {
    reel_node column = reel_blueprint_container(bp, REEL_ROOT, REEL_VERTICAL, NULL);
    reel_node scene = color_view(bp, column, "scene", MAGENTA);
    reel_blueprint_set_text(bp, scene, "ViewBlueprint:space_origin", "/world");
    reel_blueprint_set_numbers(bp, scene, "LineGrid3D:plane", (double[]){0, 0, 1, 2}, 4);
    reel_blueprint_set_number(bp, scene, "LineGrid3D:spacing", 0.5);
    reel_blueprint_set_number(bp, scene, "LineGrid3D:stroke_width", 2);
    reel_blueprint_set_number(bp, scene, "LineGrid3D:color", 0x11223344);
    reel_blueprint_set_text(bp, scene, "EyeControls3D:kind", "Orbital");
    reel_blueprint_set_numbers(bp, scene, "EyeControls3D:position", (double[]){4, 5, 3}, 3);
    reel_blueprint_set_numbers(bp, scene, "EyeControls3D:look_target", (double[]){0, 0, 0}, 3);
    reel_blueprint_set_numbers(bp, scene, "EyeControls3D:eye_up", (double[]){0, 0, 1}, 3);
    reel_blueprint_set_number(bp, scene, "EyeControls3D:speed", 2.5);
    reel_blueprint_set_number(bp, scene, "EyeControls3D:spin_speed", 0.25);
    reel_blueprint_set_text(bp, scene, "SpatialInformation:target_frame", "tf#/world");
    reel_blueprint_set_bool(bp, scene, "SpatialInformation:show_axes", true);
    reel_blueprint_set_bool(bp, scene, "SpatialInformation:show_bounding_box", true);
    reel_blueprint_set_time_ranges(bp, scene, &(reel_visible_time_range){"frame", {REEL_BOUND_CURSOR, -5}, {REEL_BOUND_CURSOR, 5}}, 1);
    reel_node picture = reel_blueprint_view(bp, column, REEL_VIEW_SPATIAL_2D, "picture", "/image");
    reel_blueprint_set_numbers(bp, picture, "VisualBounds2D:range", (double[]){0, 8, -0.5, 5.5}, 4);
    reel_blueprint_set_text(bp, picture, "Background:kind", "SolidColor");
    reel_blueprint_set_number(bp, picture, "Background:color", GREEN);
}

static void texts(reel_blueprint *bp) {
    reel_node grid = reel_blueprint_container(bp, REEL_ROOT, REEL_GRID, NULL);
    reel_node lines = reel_blueprint_view(bp, grid, REEL_VIEW_TEXT_LOG, "lines", "/log");
    reel_blueprint_set_json(bp, lines, "TextLogColumns:timeline_columns", "[{\"visible\": true, \"timeline\": \"frame\"}, {\"timeline\": \"log_time\", \"visible\": false}]");
    reel_blueprint_set_json(bp, lines, "TextLogColumns:text_log_columns", "[{\"visible\": true, \"kind\": \"LogLevel\"}, {\"kind\": \"Body\", \"visible\": true}]");
    reel_blueprint_set_texts(bp, lines, "TextLogRows:filter_by_log_level", (const char *[]){"WARN", "ERROR"}, 2);
    reel_blueprint_set_bool(bp, lines, "TextLogFormat:monospace_body", true);
    reel_node document = reel_blueprint_view(bp, grid, REEL_VIEW_TEXT_DOCUMENT, "document", "/document");
    reel_blueprint_set_bool(bp, document, "TextDocumentFormat:monospace", true);
    reel_blueprint_set_bool(bp, document, "TextDocumentFormat:word_wrap", false);
    reel_node tensor = reel_blueprint_view(bp, grid, REEL_VIEW_TENSOR, "tensor", "/tensor");
    reel_blueprint_set_json(bp, tensor, "TensorSliceSelection:width", "{\"dimension\": 2, \"invert\": true}");
    reel_blueprint_set_json(bp, tensor, "TensorSliceSelection:height", "{\"dimension\": 1, \"invert\": false}");
    reel_blueprint_set_json(bp, tensor, "TensorSliceSelection:indices", "[{\"dimension\": 0, \"index\": 3}]");
    reel_blueprint_set_numbers(bp, tensor, "TensorSliceSelection:slider", (double[]){0}, 1);
    reel_blueprint_set_text(bp, tensor, "TensorScalarMapping:colormap", "Turbo");
    reel_blueprint_set_text(bp, tensor, "TensorScalarMapping:mag_filter", "Linear");
    reel_blueprint_set_number(bp, tensor, "TensorScalarMapping:gamma", 1.5);
    reel_blueprint_set_text(bp, tensor, "TensorViewFit:scaling", "FillKeepAspectRatio");
    reel_node table = reel_blueprint_view(bp, grid, REEL_VIEW_DATAFRAME, "table", "/motor");
    reel_blueprint_set_text(bp, table, "DataframeQuery:timeline", "frame");
    reel_blueprint_set_integers(bp, table, "DataframeQuery:filter_by_range", (int64_t[]){5, 20}, 2);
    reel_blueprint_set_json(bp, table, "DataframeQuery:filter_is_not_null", "{\"active\": true, \"column\": {\"entity_path\": \"/motor/a\", \"component\": \"Scalars:scalars\"}}");
    reel_blueprint_set_bool(bp, table, "DataframeQuery:apply_latest_at", true);
    reel_blueprint_set_bool(bp, table, "DataframeQuery:auto_scroll", false); /* which the official constructor writes, too */
    reel_blueprint_set_json(bp, table, "DataframeQuery:select",
                            "{\"time_columns\": [\"frame\"], \"component_columns\": [{\"entity_path\": \"/motor/a\", \"component\": \"Scalars:scalars\"}]}");
}

static void charts(reel_blueprint *bp) {
    reel_node grid = reel_blueprint_container(bp, REEL_ROOT, REEL_GRID, NULL);
    reel_node graph = reel_blueprint_view(bp, grid, REEL_VIEW_GRAPH, "graph", "/graph");
    reel_blueprint_set_number(bp, graph, "GraphBackground:color", 0x604020ff);
    reel_blueprint_set_json(bp, graph, "VisualBounds2D:range", "{\"y_range\": [-100, 100], \"x_range\": [-200.5, 2e2]}");
    reel_blueprint_set_bool(bp, graph, "ForceLink:enabled", true);
    reel_blueprint_set_number(bp, graph, "ForceLink:distance", 60);
    reel_blueprint_set_number(bp, graph, "ForceLink:iterations", 3);
    reel_blueprint_set_number(bp, graph, "ForceManyBody:strength", -60);
    reel_blueprint_set_numbers(bp, graph, "ForcePosition:position", (double[]){1, 2}, 2);
    reel_blueprint_set_bool(bp, graph, "ForceCollisionRadius:enabled", true);
    reel_blueprint_set_number(bp, graph, "ForceCenter:strength", 1);
    reel_node map = reel_blueprint_view(bp, grid, REEL_VIEW_MAP, "map", "/map");
    reel_blueprint_set_number(bp, map, "MapZoom:zoom", 12.5);
    reel_blueprint_set_text(bp, map, "MapBackground:provider", "OpenStreetMap");
    reel_node bars = reel_blueprint_view(bp, grid, REEL_VIEW_BAR_CHART, "bars", "/bars");
    reel_blueprint_set_bool(bp, bars, "PlotLegend:visible", false);
    reel_blueprint_set_number(bp, bars, "PlotBackground:color", 0x206020ff);
    reel_node states = reel_blueprint_view(bp, grid, REEL_VIEW_STATE_TIMELINE, "states", "/state");
    reel_blueprint_set_text(bp, states, "TimeAxis:link", "LinkToGlobal");
    reel_node sound = reel_blueprint_view(bp, grid, REEL_VIEW_AUDIO, "sound", "/sound");
    reel_blueprint_set_number(bp, sound, "AudioPlayback:volume", 0.5);
}

static void panels(reel_blueprint *bp) {
    reel_blueprint_set_text(bp, REEL_TOP_PANEL, "PanelBlueprint:state", "Hidden");
    reel_blueprint_set_text(bp, REEL_BLUEPRINT_PANEL, "PanelBlueprint:state", "Hidden");
    reel_blueprint_set_text(bp, REEL_SELECTION_PANEL, "PanelBlueprint:state", "Hidden");
    reel_blueprint_set_text(bp, REEL_TIME_PANEL, "TimePanelBlueprint:state", "Collapsed");
    reel_blueprint_set_text(bp, REEL_TIME_PANEL, "TimePanelBlueprint:timeline", "frame");
    reel_blueprint_set_number(bp, REEL_TIME_PANEL, "TimePanelBlueprint:playback_speed", 0.5);
    reel_blueprint_set_number(bp, REEL_TIME_PANEL, "TimePanelBlueprint:fps", 12);
    reel_blueprint_set_text(bp, REEL_TIME_PANEL, "TimePanelBlueprint:play_state", "Paused");
    reel_blueprint_set_text(bp, REEL_TIME_PANEL, "TimePanelBlueprint:loop_mode", "Selection");
    reel_blueprint_set_integers(bp, REEL_TIME_PANEL, "TimePanelBlueprint:time_selection", (int64_t[]){10, 20}, 2);
    color_view(bp, REEL_ROOT, "alone", GREEN);
}

static void collapsed(reel_blueprint *bp) {
    reel_blueprint_collapse_panels(bp);
    reel_blueprint_set_text(bp, REEL_SELECTION_PANEL, "PanelBlueprint:state", "Expanded");
    color_view(bp, REEL_ROOT, "alone", BLUE);
}

static const struct {
    const char *name;
    void (*make)(reel_blueprint *bp);
} cases[] = {
    {"all_views", all_views}, {"lone_view", lone_view}, {"deep", deep}, {"empty_container", empty_container}, {"nothing", nothing}, {"no_views", no_views}, {"several_at_root", several_at_root},
    {"shares", shares}, {"plot", plot}, {"defaults", defaults}, {"overrides", overrides}, {"spatial", spatial}, {"texts", texts}, {"charts", charts}, {"panels", panels}, {"collapsed", collapsed},
};

/* ---- fields by the line */

static void set_lines(reel_blueprint *bp) {
    static char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        char *entity = strtok(line, "\t"), *field = strtok(NULL, "\t"), *json = strtok(NULL, "\n");
        if (!json)
            exit(2);
        reel_blueprint_set_json(bp, reel_blueprint_entity(bp, REEL_ROOT, entity), field, json);
    }
}

/* ---- where it goes */

static void send_rotated(reel_recording *rec, reel_blueprint *bp, const char *path) {
    reel_file_options options = {.struct_size = sizeof options, .rotate_bytes = 64 << 10};
    check(reel_add_file(rec, path, &options, NULL), "file");
    check(reel_send_blueprint(rec, bp, true, true), "send");
    for (int frame = 0; frame < 4000; frame++) {
        log_frame(rec, frame);
        if (frame % 100 == 0)
            check(reel_flush(rec, -1), "flush");
    }
}

static void write_bytes(const char *path, const void *data, size_t size, const char *mode) {
    FILE *f = fopen(path, mode);
    if (!f || fwrite(data, 1, size, f) != size || fclose(f))
        exit(2);
}

static reel_status append(void *path, const void *data, size_t size) {
    write_bytes(path, data, size, "ab");
    return REEL_OK;
}

static void send_to_memory(reel_recording *rec, reel_blueprint *bp, const char *path, bool is_captured) {
    reel_sink_id memory;
    reel_bytes_owned bytes;
    check(reel_add_memory(rec, NULL, &memory), "memory");
    check(reel_send_blueprint(rec, bp, true, true), "send");
    if (!is_captured)
        check(reel_drain(rec, memory, &bytes), "drain");
    log_things(rec);
    if (is_captured) {
        check(reel_capture(rec, path, REEL_CAPTURE_KEEP), "capture");
        return;
    }
    reel_bytes_free(&bytes);
    check(reel_drain(rec, memory, &bytes), "drain");
    write_bytes(path, bytes.data, bytes.size, "wb");
    reel_bytes_free(&bytes);
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    reel_blueprint *bp = reel_blueprint_new();
    const char *flags = argc > 4 ? argv[4] : "ad";
    size_t i = 0;
    if (!strcmp(argv[1], "set")) {
        set_lines(bp);
    } else {
        while (i < COUNT(cases) && strcmp(cases[i].name, argv[1]) != 0)
            i++;
        if (i == COUNT(cases))
            return 2;
        cases[i].make(bp);
    }
    if (!strcmp(argv[2], "rbl")) {
        check(reel_save_blueprint(bp, "blueprints", argv[3]), "save");
    } else {
        reel_options options = {.struct_size = sizeof options, .recording_id = "shown", .id_seed = strchr(flags, 's') ? 7 : 0};
        reel_recording *rec = reel_new("blueprints", &options);
        if (!strcmp(argv[2], "rotated")) {
            send_rotated(rec, bp, argv[3]);
        } else if (!strcmp(argv[2], "memory") || !strcmp(argv[2], "captured")) {
            send_to_memory(rec, bp, argv[3], argv[2][0] == 'c');
        } else if (!strcmp(argv[2], "callback")) {
            check(reel_add_callback(rec, append, argv[3], NULL, NULL), "callback");
            log_things(rec);
            check(reel_send_blueprint(rec, bp, true, true), "send");
        } else if (!strcmp(argv[2], "late")) {
            check(reel_add_memory(rec, NULL, NULL), "memory"); /* takes the buffer's place: the file begins with the kept state */
            check(reel_send_blueprint(rec, bp, true, true), "send");
            log_things(rec);
            check(reel_save(rec, argv[3]), "file");
        } else {
            bool is_first = strchr(flags, 'f') != NULL;
            if (!is_first) {
                check(reel_save(rec, argv[3]), "file");
                log_things(rec);
            }
            check(reel_send_blueprint(rec, bp, strchr(flags, 'a') != NULL, strchr(flags, 'd') != NULL), "send");
            if (is_first) {
                check(reel_save(rec, argv[3]), "file");
                log_things(rec);
            }
        }
        check(reel_close(rec, -1), "close");
        reel_unref(rec);
    }
    reel_blueprint_free(bp);
    return 0;
}
