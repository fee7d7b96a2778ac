/* reel/blueprint.h: how the viewer shows a recording: which views there are, how they are laid out, and how the panels stand.
 *
 *     reel_blueprint *bp = reel_blueprint_new();
 *     reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
 *     reel_node plot = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "currents", "/motor");
 *     reel_blueprint_set_numbers(bp, plot, "ScalarAxis:range", (double[]){0, 20}, 2);
 *     reel_blueprint_set_text(bp, plot, "PlotLegend:corner", "LeftTop");
 *     reel_blueprint_view(bp, row, REEL_VIEW_SPATIAL_3D, "scene", "/world");
 *     reel_status status = reel_send_blueprint(rec, bp, true, true);
 *     reel_blueprint_free(bp);
 *
 * Errors stick: the first call that fails says what is wrong with which node, every later one returns the same and does nothing, and so do send and save. A program that looks at the status of the
 * last call alone misses nothing. Everything is copied. A blueprint is for one thread at a time. */
#ifndef REEL_BLUEPRINT_H
#define REEL_BLUEPRINT_H

#include <reel/log.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct reel_blueprint reel_blueprint;

/* A part of one blueprint: a container, a view, a panel... 0 is what a call that failed returns. */
typedef uint32_t reel_node;
enum {
    REEL_ROOT = 1,            /* the viewport; views and containers below it. Fields of ViewportBlueprint */
    REEL_TOP_PANEL = 2,       /* panels: PanelBlueprint:state, "Hidden", "Collapsed" or "Expanded" */
    REEL_BLUEPRINT_PANEL = 3,
    REEL_SELECTION_PANEL = 4,
    REEL_TIME_PANEL = 5       /* fields of TimePanelBlueprint: state, timeline, playback_speed, fps, play_state, loop_mode, time_selection */
};

typedef enum reel_container_kind { REEL_TABS = 1, REEL_HORIZONTAL = 2, REEL_VERTICAL = 3, REEL_GRID = 4 } reel_container_kind;

typedef enum reel_view_kind {
    REEL_VIEW_SPATIAL_3D = 1, REEL_VIEW_SPATIAL_2D = 2, REEL_VIEW_TIME_SERIES = 3, REEL_VIEW_TEXT_LOG = 4, REEL_VIEW_TEXT_DOCUMENT = 5, REEL_VIEW_TENSOR = 6,
    REEL_VIEW_BAR_CHART = 7, REEL_VIEW_DATAFRAME = 8, REEL_VIEW_MAP = 9, REEL_VIEW_GRAPH = 10, REEL_VIEW_STATE_TIMELINE = 11, REEL_VIEW_AUDIO = 12
} reel_view_kind;

/* NULL when memory is out. Free it whether it was sent or not; NULL is allowed. */
REEL_API reel_blueprint *reel_blueprint_new(void);
REEL_API void reel_blueprint_free(reel_blueprint *bp);

/* The first error, said again as reel_error_message(); REEL_OK without one. */
REEL_API reel_status reel_blueprint_status(const reel_blueprint *bp);

/* ---- Layout. parent: REEL_ROOT or a container. Views and containers stand in their parent in the order in which they are made; several at the root make tabs. Without any view
 * the viewer chooses its own. name: the title, or NULL. origin: the entity that `$origin` stands for; NULL: "/". */
REEL_API reel_node reel_blueprint_container(reel_blueprint *bp, reel_node parent, reel_container_kind kind, const char *name);
REEL_API reel_node reel_blueprint_view(reel_blueprint *bp, reel_node parent, reel_view_kind kind, const char *name, const char *origin);

/* The tab in front: a view or container in it. */
REEL_API reel_status reel_blueprint_set_active_tab(reel_blueprint *bp, reel_node container, reel_node tab);
/* The view that fills the viewport. */
REEL_API reel_status reel_blueprint_set_maximized(reel_blueprint *bp, reel_node view);
/* Whether a view, a container or an overridden entity (below) is shown. */
REEL_API reel_status reel_blueprint_set_visible(reel_blueprint *bp, reel_node node, bool visible);
/* The simple form of the viewer: the blueprint, selection and time panels are collapsed, unless their state is set. */
REEL_API reel_status reel_blueprint_collapse_panels(reel_blueprint *bp);

/* ---- Fields of blueprint archetypes, by name: "ScalarAxis:range", "Background:color", "ContainerBlueprint:col_shares". What a field takes stands in docs/reference/blueprints.md; a wrong name, kind or count is
 * refused with a message that says what is right. A field set again is replaced; n 0 writes an empty list. Of a view: ViewBlueprint, ViewContents and the properties of its kind. */
/* Numbers: as many per value as the field has, one value after another. Colours are 0xRRGGBBAA, times whole nanoseconds or sequence numbers. Exact up to 2^53. */
REEL_API reel_status reel_blueprint_set_numbers(reel_blueprint *bp, reel_node node, const char *field, const double *numbers, size_t n);
REEL_API reel_status reel_blueprint_set_integers(reel_blueprint *bp, reel_node node, const char *field, const int64_t *integers, size_t n);
/* Texts, and enums by their variant's name: "LeftTop". */
REEL_API reel_status reel_blueprint_set_texts(reel_blueprint *bp, reel_node node, const char *field, const char *const *texts, size_t n);
REEL_API reel_status reel_blueprint_set_bools(reel_blueprint *bp, reel_node node, const char *field, const bool *bools, size_t n);
/* Any field, as JSON (numbers may also be nan, inf and -inf): an array of values if the field may have several, else one value. Structs are objects, vectors arrays, what is absent is null, a variant is its
 * name, or an object of its name and what it holds:
 *     "VisualBounds2D:range"             {"x_range": [0, 640], "y_range": [0, 480]}
 *     "TextLogColumns:text_log_columns"  [{"kind": "Body", "visible": true}]
 *     "TimeAxis:view_range"              {"start": {"CursorRelative": -1000000000}, "end": "Infinite"} */
REEL_API reel_status reel_blueprint_set_json(reel_blueprint *bp, reel_node node, const char *field, const char *json);

static inline reel_status reel_blueprint_set_number(reel_blueprint *bp, reel_node node, const char *field, double number) { return reel_blueprint_set_numbers(bp, node, field, &number, 1); }
static inline reel_status reel_blueprint_set_text(reel_blueprint *bp, reel_node node, const char *field, const char *text) { return reel_blueprint_set_texts(bp, node, field, &text, 1); }
static inline reel_status reel_blueprint_set_bool(reel_blueprint *bp, reel_node node, const char *field, bool value) { return reel_blueprint_set_bools(bp, node, field, &value, 1); }
/* Which entities a view shows: rules such as "+ /other" and "- $origin/secret", each with a slash and two stars behind it if it is also about what lies below. Without rules: the origin and all below it. */
static inline reel_status reel_blueprint_set_contents(reel_blueprint *bp, reel_node view, const char *const *rules, size_t n) {
    return reel_blueprint_set_texts(bp, view, "ViewContents:query", rules, n);
}

/* Which span of time is shown at once, per timeline: of a view, or of an entity in a view (reel_blueprint_override). */
typedef enum reel_time_bound_kind { REEL_BOUND_CURSOR = 1, REEL_BOUND_ABSOLUTE = 2, REEL_BOUND_INFINITE = 3 } reel_time_bound_kind;
typedef struct reel_time_bound {
    reel_time_bound_kind kind;
    int64_t time;                /* nanoseconds or sequence numbers, from the time cursor or from zero */
} reel_time_bound;
typedef struct reel_visible_time_range {
    const char *timeline;
    reel_time_bound start, end;
} reel_visible_time_range;
REEL_API reel_status reel_blueprint_set_time_ranges(reel_blueprint *bp, reel_node node, const reel_visible_time_range *ranges, size_t n);

/* ---- Data archetypes within a view. What is set in their structs is written; the rest stays as it is. */

/* What any struct or column brings to a node made by one of the functions below. */
REEL_API reel_status reel_blueprint_put(reel_blueprint *bp, reel_node node, const reel_part *parts, size_t n_parts, const reel_column *columns, size_t n_columns);

/* Values for entities of the view that do not have their own. A view has one such node. */
REEL_API reel_node reel_blueprint_defaults(reel_blueprint *bp, reel_node view);
/* How one entity (a full path) behaves in the view: fields of EntityBehavior, and time ranges. One node per entity. */
REEL_API reel_node reel_blueprint_override(reel_blueprint *bp, reel_node view, const char *entity_path);
/* One more way to show an entity in the view; with the first, the viewer no longer chooses its own. visualizer: "SeriesLines", or NULL: that of the first part's archetype. What is put on the
 * node wins over what the entity has. Fields of VisualizerInstruction, and of data archetypes. */
REEL_API reel_node reel_blueprint_visualizer(reel_blueprint *bp, reel_node view, const char *entity_path, const char *visualizer, const reel_part *parts, size_t n_parts);
/* Any other entity of the blueprint, below a view, or below REEL_ROOT: there "table" is /table. Takes every field. */
REEL_API reel_node reel_blueprint_entity(reel_blueprint *bp, reel_node parent, const char *path);

/* ---- Where it goes */

/* Sends a copy to the recording's sinks, as a store of its own in the same stream. make_active: the viewer shows it at once; make_default: it is what a reset in the viewer leads back to, and what
 * it shows first if the file begins with it: send it before the first sink is added. Sinks that come later, new parts of a file, drains and captures begin with the newest
 * active and the newest default one; no policy drops them. May be sent often, and to several recordings. */
REEL_API reel_status reel_send_blueprint(reel_recording *rec, reel_blueprint *bp, bool make_active, bool make_default);

/* Writes the blueprint alone, a .rbl file, beside the target and renamed over it: the viewer applies it to recordings with this application id. */
REEL_API reel_status reel_save_blueprint(reel_blueprint *bp, const char *application_id, const char *path);

#ifdef __cplusplus
}
#endif
#endif
