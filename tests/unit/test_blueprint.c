/* Blueprints: what is refused and how it is said, values of every kind, and the second store in a recording's stream. That they equal the official ones is tests/conformance' business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blueprint/builder.h"
#include "held.h"
#include "recording/sinks.h"
#include "scarce_memory.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_says(const char *part) {
    if (!strstr(reel_error_message(), part))
        fail_msg("\"%s\" is not in \"%s\"", part, reel_error_message());
}

static reel_recording *new_recording(reel_sink_id *memory) {
    reel_recording *rec = reel_new("blueprints", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "rec", .no_properties = true});
    assert_non_null(rec);
    assert_ok(reel_add_memory(rec, NULL, memory));
    return rec;
}

static reel_blueprint *small_blueprint(void) {
    reel_blueprint *bp = reel_blueprint_new();
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, "row");
    reel_node plot = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "plot", "/motor");
    reel_blueprint_set_number(bp, plot, "PlotBackground:color", 0x11223344);
    reel_blueprint_view(bp, row, REEL_VIEW_SPATIAL_3D, "scene", NULL);
    assert_ok(reel_blueprint_status(bp));
    return bp;
}

/* ---- wrong use */

typedef reel_status (*wrong_fn)(reel_blueprint *bp, reel_node view, reel_node container);
#define WRONG(name, expression)                                                                  \
    static reel_status name(reel_blueprint *bp, reel_node view, reel_node container) {          \
        (void)bp, (void)view, (void)container;                                                   \
        return (expression);                                                                     \
    }
#define NODE(expression) ((expression) ? REEL_OK : reel_blueprint_status(bp))

static const double numbers[] = {1, 2, 3};
static const bool bools[] = {true, false};
static const char *const odd_texts[] = {"\xff"};
static const reel_scalars no_scalars;
static const reel_points3d no_points;
static const reel_column own = {.name = "own", .type = REEL_VALUE_F64, .values = numbers, .n_values = 1};
static const reel_column rows = {REEL_COLUMN(scalars, scalars), .values = numbers, .n_values = 1, .lengths = (const uint32_t[]){1}, .n_rows = 1};

WRONG(no_colon, reel_blueprint_set_number(bp, view, "range", 1))
WRONG(null_field, reel_blueprint_set_number(bp, view, NULL, 1))
WRONG(no_archetype, reel_blueprint_set_number(bp, view, "ScalarAxes:range", 1))
WRONG(no_field, reel_blueprint_set_number(bp, view, "ScalarAxis:rang", 1))
WRONG(not_of_this_view, reel_blueprint_set_bool(bp, view, "LineGrid3D:visible", true))
WRONG(not_of_a_container, reel_blueprint_set_bool(bp, container, "ViewBlueprint:visible", true))
WRONG(not_of_a_panel, reel_blueprint_set_text(bp, REEL_TOP_PANEL, "TimePanelBlueprint:timeline", "x"))
WRONG(follows_from_the_tree, reel_blueprint_set_texts(bp, container, "ContainerBlueprint:contents", (const char *[]){"view/x"}, 1))
WRONG(bools_for_numbers, reel_blueprint_set_bools(bp, view, "ScalarAxis:range", bools, 2))
WRONG(numbers_for_texts, reel_blueprint_set_numbers(bp, view, "ViewBlueprint:display_name", numbers, 1))
WRONG(numbers_for_bools, reel_blueprint_set_numbers(bp, view, "ScalarAxis:zoom_lock", numbers, 1))
WRONG(texts_for_numbers, reel_blueprint_set_text(bp, view, "PlotBackground:color", "red"))
WRONG(bools_for_an_enum, reel_blueprint_set_bools(bp, view, "PlotLegend:corner", bools, 1))
WRONG(half_a_range, reel_blueprint_set_numbers(bp, view, "ScalarAxis:range", numbers, 1))
WRONG(one_and_a_half_ranges, reel_blueprint_set_numbers(bp, view, "ScalarAxis:range", numbers, 3))
WRONG(two_values, reel_blueprint_set_bools(bp, view, "ScalarAxis:zoom_lock", bools, 2))
WRONG(null_values, reel_blueprint_set_numbers(bp, view, "ScalarAxis:range", NULL, 2))
WRONG(no_variant, reel_blueprint_set_text(bp, view, "PlotLegend:corner", "Middle"))
WRONG(null_variant, reel_blueprint_set_text(bp, view, "PlotLegend:corner", NULL))
WRONG(no_variant_number, reel_blueprint_set_number(bp, view, "PlotLegend:corner", 9))
WRONG(negative_color, reel_blueprint_set_number(bp, view, "PlotBackground:color", -1))
WRONG(half_a_color, reel_blueprint_set_number(bp, view, "PlotBackground:color", 0.5))
WRONG(large_color, reel_blueprint_set_number(bp, view, "PlotBackground:color", 4294967296.0))
WRONG(no_color, reel_blueprint_set_number(bp, view, "PlotBackground:color", (double)NAN))
WRONG(odd_text, reel_blueprint_set_texts(bp, view, "ViewContents:query", odd_texts, 1))
WRONG(numbers_for_a_union, reel_blueprint_set_numbers(bp, view, "TimeAxis:view_range", numbers, 2))
WRONG(null_json, reel_blueprint_set_json(bp, view, "ScalarAxis:range", NULL))
WRONG(empty_json, reel_blueprint_set_json(bp, view, "ScalarAxis:range", " "))
WRONG(short_json, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1"))
WRONG(one_json_number, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1]"))
WRONG(three_json_numbers, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1, 2, 3]"))
WRONG(more_json, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1, 2] 3"))
WRONG(json_comma, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1, ]"))
WRONG(json_point, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[., 1]"))
WRONG(json_exponent, reel_blueprint_set_json(bp, view, "ScalarAxis:range", "[1e, 1]"))
WRONG(json_word, reel_blueprint_set_json(bp, view, "ScalarAxis:zoom_lock", "yes"))
WRONG(json_text_end, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"abc"))
WRONG(json_line_end, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"a\nb\""))
WRONG(json_escape, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\x\""))
WRONG(json_escape_end, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\"))
WRONG(json_hex, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\u12g4\""))
WRONG(json_half_pair, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\ud83e\""))
WRONG(json_second_half, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\udd16\""))
WRONG(json_nul, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\u0000\""))
WRONG(json_utf8, reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\xff\""))
WRONG(json_not_a_list, reel_blueprint_set_json(bp, view, "ViewContents:query", "\"a\""))
WRONG(json_no_variant, reel_blueprint_set_json(bp, view, "PlotLegend:corner", "\"Middle\""))
WRONG(json_member, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"begin\": \"Infinite\"}"))
WRONG(json_twice, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": \"Infinite\", \"start\": \"Infinite\"}"))
WRONG(json_missing, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": \"Infinite\"}"))
WRONG(json_no_payload, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": \"Absolute\", \"end\": \"Infinite\"}"))
WRONG(json_payload, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": {\"Infinite\": 1}, \"end\": \"Infinite\"}"))
WRONG(json_union, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": \"_null_markers\", \"end\": \"Infinite\"}"))
WRONG(json_real_time, reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": {\"Absolute\": 1.5}, \"end\": \"Infinite\"}"))
WRONG(bad_node, reel_blueprint_set_number(bp, 99, "ScalarAxis:range", 1))
WRONG(none_node, reel_blueprint_set_number(bp, 0, "ScalarAxis:range", 1))
WRONG(inner_node, reel_blueprint_set_text(bp, REEL__BP_TABS, "ContainerBlueprint:container_kind", "Grid"))
WRONG(inner_parent, NODE(reel_blueprint_view(bp, REEL__BP_TABS, REEL_VIEW_MAP, NULL, NULL)))
WRONG(below_a_view, NODE(reel_blueprint_view(bp, view, REEL_VIEW_MAP, NULL, NULL)))
WRONG(below_a_panel, NODE(reel_blueprint_container(bp, REEL_TIME_PANEL, REEL_TABS, NULL)))
WRONG(no_container_kind, NODE(reel_blueprint_container(bp, container, (reel_container_kind)5, NULL)))
WRONG(no_view_kind, NODE(reel_blueprint_view(bp, container, (reel_view_kind)13, NULL, NULL)))
WRONG(odd_name, NODE(reel_blueprint_view(bp, container, REEL_VIEW_MAP, "\xc3(", NULL)))
WRONG(tab_elsewhere, reel_blueprint_set_active_tab(bp, REEL_ROOT, view))
WRONG(tab_of_a_view, reel_blueprint_set_active_tab(bp, view, view))
WRONG(panel_as_tab, reel_blueprint_set_active_tab(bp, container, REEL_TIME_PANEL))
WRONG(maximized_container, reel_blueprint_set_maximized(bp, container))
WRONG(defaults_of_a_container, NODE(reel_blueprint_defaults(bp, container)))
WRONG(override_without_path, NODE(reel_blueprint_override(bp, view, NULL)))
WRONG(override_odd_path, NODE(reel_blueprint_override(bp, view, "\xff")))
WRONG(entity_in_a_container, NODE(reel_blueprint_entity(bp, container, "x")))
WRONG(visualizer_without_name, NODE(reel_blueprint_visualizer(bp, view, "/x", NULL, NULL, 0)))
WRONG(scalars_have_none, NODE(reel_blueprint_visualizer(bp, view, "/x", NULL, &(reel_part)REEL_PART(scalars, &no_scalars), 1)))
WRONG(struct_on_a_view, reel_blueprint_put(bp, view, &(reel_part)REEL_PART(points3d, &no_points), 1, NULL, 0))
WRONG(struct_on_a_panel, reel_blueprint_put(bp, REEL_TOP_PANEL, &(reel_part)REEL_PART(points3d, &no_points), 1, NULL, 0))
WRONG(no_such_struct, reel_blueprint_put(bp, reel_blueprint_defaults(bp, view), &(reel_part){999, &no_points, sizeof no_points}, 1, NULL, 0))
WRONG(null_parts, reel_blueprint_put(bp, reel_blueprint_defaults(bp, view), NULL, 2, NULL, 0))
WRONG(own_component, reel_blueprint_put(bp, reel_blueprint_defaults(bp, view), NULL, 0, &own, 1))
WRONG(column_of_rows, reel_blueprint_put(bp, reel_blueprint_defaults(bp, view), NULL, 0, &rows, 1))
WRONG(bound_kind, reel_blueprint_set_time_ranges(bp, view, &(reel_visible_time_range){"frame", {REEL_BOUND_CURSOR, 0}, {(reel_time_bound_kind)0, 0}}, 1))
WRONG(ranges_of_a_container, reel_blueprint_set_time_ranges(bp, container, &(reel_visible_time_range){"frame", {REEL_BOUND_CURSOR, 0}, {REEL_BOUND_CURSOR, 0}}, 1))
WRONG(null_ranges, reel_blueprint_set_time_ranges(bp, view, NULL, 1))
WRONG(odd_timeline, reel_blueprint_set_time_ranges(bp, view, &(reel_visible_time_range){"\xff", {REEL_BOUND_CURSOR, 0}, {REEL_BOUND_CURSOR, 0}}, 1))

static const struct {
    wrong_fn call;
    reel_status status;
    const char *says[2];
} wrongs[] = {
    {no_colon, REEL_E_ARGUMENT, {"view \"plot\": range", "ScalarAxis:range"}},
    {null_field, REEL_E_ARGUMENT, {"view \"plot\"", "NULL"}},
    {no_archetype, REEL_E_ARGUMENT, {"ScalarAxes:range: there is no such archetype", "TimeAxis ScalarAxis PlotLegend"}},
    {no_field, REEL_E_ARGUMENT, {"view \"plot\": ScalarAxis:rang: there is no such field", "range, zoom_lock"}},
    {not_of_this_view, REEL_E_ARGUMENT, {"LineGrid3D cannot be set here", "ViewBlueprint ViewContents TimeAxis"}},
    {not_of_a_container, REEL_E_ARGUMENT, {"container \"row\"", "only ContainerBlueprint can"}},
    {not_of_a_panel, REEL_E_ARGUMENT, {"the top panel", "only PanelBlueprint can"}},
    {follows_from_the_tree, REEL_E_ARGUMENT, {"ContainerBlueprint:contents follows from", ""}},
    {bools_for_numbers, REEL_E_ARGUMENT, {"ScalarAxis:range takes numbers, not booleans", ""}},
    {numbers_for_texts, REEL_E_ARGUMENT, {"takes texts, not numbers", ""}},
    {numbers_for_bools, REEL_E_ARGUMENT, {"takes booleans, not numbers", ""}},
    {texts_for_numbers, REEL_E_ARGUMENT, {"takes numbers, not texts", ""}},
    {bools_for_an_enum, REEL_E_ARGUMENT, {"takes the name of a variant, not booleans", ""}},
    {half_a_range, REEL_E_LENGTHS, {"ScalarAxis:range: the 1 numbers end within a value", ""}},
    {one_and_a_half_ranges, REEL_E_LENGTHS, {"takes one value: 3 numbers are more", ""}},
    {two_values, REEL_E_LENGTHS, {"takes one value: 2 booleans", ""}},
    {null_values, REEL_E_ARGUMENT, {"is NULL with a count of 2", ""}},
    {no_variant, REEL_E_ARGUMENT, {"\"Middle\" is not a Corner2D", "LeftTop, RightTop, LeftBottom, RightBottom"}},
    {null_variant, REEL_E_ARGUMENT, {"\"NULL\" is not a Corner2D", ""}},
    {no_variant_number, REEL_E_ARGUMENT, {"9 is not a Corner2D", ""}},
    {negative_color, REEL_E_ARGUMENT, {"-1 is not a whole number from 0 to 4294967295", ""}},
    {half_a_color, REEL_E_ARGUMENT, {"0.5 is not a whole number", ""}},
    {large_color, REEL_E_ARGUMENT, {"4294967296 is not a whole number", ""}},
    {no_color, REEL_E_ARGUMENT, {"nan is not a whole number", ""}},
    {odd_text, REEL_E_UTF8, {"ViewContents:query: a text of 1 bytes", ""}},
    {numbers_for_a_union, REEL_E_ARGUMENT, {"TimeAxis:view_range has a type of several parts", "reel_blueprint_set_json"}},
    {null_json, REEL_E_ARGUMENT, {"NULL", ""}},
    {empty_json, REEL_E_ARGUMENT, {"the JSON ends where [ should stand", ""}},
    {short_json, REEL_E_ARGUMENT, {"the JSON ends where , should stand", ""}},
    {one_json_number, REEL_E_LENGTHS, {"has 2 numbers, 1 were given", ""}},
    {three_json_numbers, REEL_E_LENGTHS, {"has 2 numbers, more were given", ""}},
    {more_json, REEL_E_ARGUMENT, {"the end should stand at \"3\"", ""}},
    {json_comma, REEL_E_ARGUMENT, {"a number should stand at \"]\"", ""}},
    {json_point, REEL_E_ARGUMENT, {"a number should stand", ""}},
    {json_exponent, REEL_E_ARGUMENT, {"an exponent should stand", ""}},
    {json_word, REEL_E_ARGUMENT, {"true or false should stand at \"yes\"", ""}},
    {json_text_end, REEL_E_ARGUMENT, {"the JSON ends where the end of a text should stand", ""}},
    {json_line_end, REEL_E_ARGUMENT, {"the end of a text should stand", ""}},
    {json_escape, REEL_E_ARGUMENT, {"an escape should stand at \"x\"", ""}},
    {json_escape_end, REEL_E_ARGUMENT, {"the JSON ends where an escape", ""}},
    {json_hex, REEL_E_ARGUMENT, {"an escape should stand at \"u12g4", ""}},
    {json_half_pair, REEL_E_ARGUMENT, {"the other half of a pair", ""}},
    {json_second_half, REEL_E_ARGUMENT, {"a character should stand", ""}},
    {json_nul, REEL_E_ARGUMENT, {"a character should stand", ""}},
    {json_utf8, REEL_E_UTF8, {"not valid UTF-8", ""}},
    {json_not_a_list, REEL_E_ARGUMENT, {"[ should stand at \"\"a\"\"", ""}},
    {json_no_variant, REEL_E_ARGUMENT, {"\"Middle\" is not a Corner2D", ""}},
    {json_member, REEL_E_ARGUMENT, {"\"begin\" is not a member: there are start, end", ""}},
    {json_twice, REEL_E_ARGUMENT, {"\"start\" is given twice", ""}},
    {json_missing, REEL_E_ARGUMENT, {"the member \"end\" is missing", ""}},
    {json_no_payload, REEL_E_ARGUMENT, {"Absolute holds something", ""}},
    {json_payload, REEL_E_ARGUMENT, {"Infinite holds nothing", ""}},
    {json_union, REEL_E_ARGUMENT, {"\"_null_markers\" is not a variant: there are CursorRelative, Absolute, Infinite", ""}},
    {json_real_time, REEL_E_ARGUMENT, {"1.5 is not a whole number from -9223372036854775808", ""}},
    {bad_node, REEL_E_ARGUMENT, {"99 is not a node", ""}},
    {none_node, REEL_E_ARGUMENT, {"0 is not a node", ""}},
    {inner_node, REEL_E_ARGUMENT, {"6 is not a node", ""}},
    {inner_parent, REEL_E_ARGUMENT, {"6 is not a node", ""}},
    {below_a_view, REEL_E_ARGUMENT, {"view \"plot\" is not a container or REEL_ROOT", ""}},
    {below_a_panel, REEL_E_ARGUMENT, {"the time panel is not a container", ""}},
    {no_container_kind, REEL_E_ARGUMENT, {"5 is not a kind of container", ""}},
    {no_view_kind, REEL_E_ARGUMENT, {"13 is not a kind of view", ""}},
    {odd_name, REEL_E_UTF8, {"the name of a view, 2 bytes", ""}},
    {tab_elsewhere, REEL_E_ARGUMENT, {"view \"plot\" is not in the viewport", ""}},
    {tab_of_a_view, REEL_E_ARGUMENT, {"view \"plot\" is not a container", ""}},
    {panel_as_tab, REEL_E_ARGUMENT, {"the time panel is not a view or container", ""}},
    {maximized_container, REEL_E_ARGUMENT, {"container \"row\" is not a view", ""}},
    {defaults_of_a_container, REEL_E_ARGUMENT, {"container \"row\" is not a view", ""}},
    {override_without_path, REEL_E_ARGUMENT, {"an entity path is NULL", ""}},
    {override_odd_path, REEL_E_UTF8, {"", ""}},
    {entity_in_a_container, REEL_E_ARGUMENT, {"container \"row\" is not a view or REEL_ROOT", ""}},
    {visualizer_without_name, REEL_E_ARGUMENT, {"/x: a visualizer needs a name", ""}},
    {scalars_have_none, REEL_E_ARGUMENT, {"/x: Scalars has no visualizer", ""}},
    {struct_on_a_view, REEL_E_ARGUMENT, {"view \"plot\": structs and columns belong to", ""}},
    {struct_on_a_panel, REEL_E_ARGUMENT, {"the top panel: Points3D cannot be set here", ""}},
    {no_such_struct, REEL_E_ARGUMENT, {"the defaults", "999 is not an archetype"}},
    {null_parts, REEL_E_ARGUMENT, {"NULL with counts of 2 and 0", ""}},
    {own_component, REEL_E_ARGUMENT, {"a column is not a field of an archetype", ""}},
    {column_of_rows, REEL_E_ARGUMENT, {"values of one row", ""}},
    {bound_kind, REEL_E_ARGUMENT, {"VisibleTimeRanges:ranges: 0 is not a kind of bound", ""}},
    {ranges_of_a_container, REEL_E_ARGUMENT, {"VisibleTimeRanges cannot be set here", ""}},
    {null_ranges, REEL_E_ARGUMENT, {"is NULL with a count of 1", ""}},
    {odd_timeline, REEL_E_UTF8, {"VisibleTimeRanges:ranges", ""}},
};

static void what_is_wrong_is_named_and_sticks(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        reel_blueprint *bp = reel_blueprint_new();
        reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, "row"), plot = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "plot", NULL);
        assert_ok(reel_blueprint_status(bp));
        reel_status status = wrongs[i].call(bp, plot, row);
        if (status != wrongs[i].status)
            fail_msg("case %zu (%s): status %d: %s", i, wrongs[i].says[0], status, reel_error_message());
        for (int k = 0; k < 2; k++)
            assert_says(wrongs[i].says[k]);
        reel_blueprint_set_number(bp, 77, "x:y", 1); /* does nothing any more */
        assert_int_equal(reel_blueprint_view(bp, row, REEL_VIEW_MAP, NULL, NULL), 0);
        assert_int_equal(reel_send_blueprint(rec, bp, true, true), wrongs[i].status);
        assert_says(wrongs[i].says[0]);
        assert_int_equal(reel_save_blueprint(bp, "app", "/nowhere/x.rbl"), wrongs[i].status);
        assert_says(wrongs[i].says[0]);
        reel_blueprint_free(bp);
    }
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 0);
    held_free(&h);
    reel_free(rec);
}

static void without_a_blueprint_every_call_fails(void **state) {
    (void)state;
    assert_int_equal(reel_blueprint_container(NULL, REEL_ROOT, REEL_TABS, NULL), 0);
    assert_int_equal(reel_blueprint_view(NULL, REEL_ROOT, REEL_VIEW_MAP, NULL, NULL), 0);
    assert_int_equal(reel_blueprint_status(NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_blueprint_set_number(NULL, REEL_ROOT, "x:y", 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_blueprint_set_visible(NULL, REEL_ROOT, true), REEL_E_ARGUMENT);
    assert_int_equal(reel_blueprint_collapse_panels(NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_blueprint_put(NULL, REEL_ROOT, NULL, 0, NULL, 0), REEL_E_ARGUMENT);
    assert_int_equal(reel_send_blueprint(NULL, NULL, true, true), REEL_E_ARGUMENT);
    assert_int_equal(reel_save_blueprint(NULL, "app", "x.rbl"), REEL_E_ARGUMENT);
    reel_blueprint_free(NULL);
    reel_blueprint *bp = small_blueprint();
    assert_int_equal(reel_send_blueprint(NULL, bp, true, true), REEL_E_ARGUMENT);
    assert_says("no recording");
    assert_int_equal(reel_save_blueprint(bp, NULL, "x.rbl"), REEL_E_ARGUMENT);
    assert_int_equal(reel_save_blueprint(bp, "", "x.rbl"), REEL_E_ARGUMENT);
    assert_int_equal(reel_save_blueprint(bp, "app", NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_save_blueprint(bp, "app", "/nowhere/at/all.rbl"), REEL_E_NOT_FOUND);
    assert_ok(reel_blueprint_status(bp)); /* none of that is the blueprint's fault */
    reel_blueprint_free(bp);
}

/* ---- values */

static const reel__bp_column *column_of(reel_blueprint *bp, reel_node node, const char *field) {
    const reel__bp_node *n = reel__bp_at(bp, node);
    for (uint32_t i = 0; i < n->n_columns; i++)
        if (!strcmp(n->columns[i].field->descriptor.component, field))
            return &n->columns[i];
    return NULL;
}

static void json_numbers_are_what_they_say(void **state) {
    (void)state;
    static const struct {
        const char *json;
        double value;
    } reals[] = {{"0.1", 0.1}, {"-0.25", -0.25}, {"1e22", 1e22}, {"1E-22", 1e-22}, {"123456789.125", 123456789.125}, {"-0", -0.0}, {"9007199254740993", 9007199254740992.0}, {"0e999", 0},
                {"1e400", (double)INFINITY}, {"1e-400", 0}, {"inf", (double)INFINITY}, {"-inf", -(double)INFINITY}, {"00012.5", 12.5}, {"100000000000000000000000", 1e23}};
    reel_blueprint *bp = reel_blueprint_new();
    reel_node node = reel_blueprint_entity(bp, REEL_ROOT, "numbers");
    for (size_t i = 0; i < COUNT(reals); i++) {
        assert_ok(reel_blueprint_set_json(bp, node, "MapZoom:zoom", reals[i].json));
        double value;
        memcpy(&value, column_of(bp, node, "MapZoom:zoom")->streams[0].data, sizeof value);
        if (memcmp(&value, &reals[i].value, sizeof value) != 0)
            fail_msg("%s is %.17g", reals[i].json, value);
    }
    double value;
    assert_ok(reel_blueprint_set_json(bp, node, "MapZoom:zoom", " nan "));
    memcpy(&value, column_of(bp, node, "MapZoom:zoom")->streams[0].data, sizeof value);
    assert_true(isnan(value));

    assert_ok(reel_blueprint_set_json(bp, node, "ViewportBlueprint:past_viewer_recommendations", "[18446744073709551615, 0, 9007199254740993]"));
    const reel__bp_column *c = column_of(bp, node, "ViewportBlueprint:past_viewer_recommendations");
    assert_int_equal(c->n, 3);
    assert_true(reel__load_u64(c->streams[0].data) == UINT64_MAX && reel__load_u64(c->streams[0].data + 16) == UINT64_C(9007199254740993));
    assert_ok(reel_blueprint_set_json(bp, node, "TimePanelBlueprint:time_selection", "{\"max\": 9223372036854775807, \"min\": -9223372036854775808}"));
    c = column_of(bp, node, "TimePanelBlueprint:time_selection");
    assert_true((int64_t)reel__load_u64(c->streams[0].data) == INT64_MIN && (int64_t)reel__load_u64(c->streams[1].data) == INT64_MAX);
    assert_ok(reel_blueprint_set_integers(bp, node, "TimePanelBlueprint:time_selection", (int64_t[]){INT64_MIN, INT64_MAX}, 2));
    assert_true((int64_t)reel__load_u64(c->streams[0].data) == INT64_MIN && (int64_t)reel__load_u64(c->streams[1].data) == INT64_MAX);
    assert_int_equal(reel_blueprint_set_json(bp, node, "ViewportBlueprint:past_viewer_recommendations", "[18446744073709551616]"), REEL_E_ARGUMENT);
    reel_blueprint_free(bp);
}

static void a_field_set_again_is_replaced(void **state) {
    (void)state;
    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_TEXT_LOG, "lines", NULL);
    assert_ok(reel_blueprint_set_texts(bp, view, "TextLogRows:filter_by_log_level", (const char *[]){"WARN", "ERROR"}, 2));
    assert_ok(reel_blueprint_set_texts(bp, view, "TextLogRows:filter_by_log_level", NULL, 0));
    reel_node rows_of_view = 0;
    for (reel_node at = reel__bp_at(bp, view)->first; at; at = reel__bp_at(bp, at)->next)
        if (!strcmp(reel__bp_at(bp, at)->text, "TextLogRows"))
            rows_of_view = at;
    const reel__bp_column *c = column_of(bp, rows_of_view, "TextLogRows:filter_by_log_level");
    assert_int_equal(c->n, 0);
    assert_int_equal(c->streams[0].size, 0);
    assert_ok(reel_blueprint_set_json(bp, view, "ViewBlueprint:display_name", "\"\\u00e9\\ud83e\\udd16\\\"\""));
    c = column_of(bp, view, "ViewBlueprint:display_name");
    assert_int_equal(c->streams[1].size, 7);
    assert_memory_equal(c->streams[1].data, "\xc3\xa9\xf0\x9f\xa4\x96\"", 7);
    reel_blueprint_free(bp);
}

static void overrides_of_an_entity_are_one_node(void **state) {
    (void)state;
    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_TIME_SERIES, "plot", NULL);
    assert_int_equal(reel_blueprint_override(bp, view, "/a b//c/"), reel_blueprint_override(bp, view, "a\\ b/c"));
    assert_int_equal(reel_blueprint_defaults(bp, view), reel_blueprint_defaults(bp, view));
    assert_true(reel_blueprint_visualizer(bp, view, "a", "SeriesLines", NULL, 0) != reel_blueprint_visualizer(bp, view, "a", "SeriesLines", NULL, 0));
    reel_blueprint_free(bp);
}

/* The bytes of a view's id, as they stand in its path. */
static void the_maximized_view_and_the_tab_in_front_are_named_by_their_ids(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = reel_blueprint_new();
    reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_MAP, "behind", NULL);
    reel_node front = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_MAP, "in front", NULL);
    reel_blueprint_set_active_tab(bp, REEL_ROOT, front);
    reel_blueprint_set_maximized(bp, front);
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    const reel__bp_column *maximized = column_of(bp, REEL_ROOT, "ViewportBlueprint:maximized"), *contents = column_of(bp, REEL__BP_TABS, "ContainerBlueprint:contents"),
                          *tab = column_of(bp, REEL__BP_TABS, "ContainerBlueprint:active_tab");
    char path[42] = "view/";
    for (int i = 0; i < 16; i++)
        snprintf(path + strlen(path), sizeof path - strlen(path), "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", maximized->streams[0].data[i]);
    assert_int_equal(maximized->streams[0].size, 16);
    assert_int_equal(contents->n, 2);
    assert_int_equal(contents->streams[1].size, 82);
    assert_memory_equal(contents->streams[1].data + 41, path, 41);
    assert_int_equal(tab->streams[1].size, 41);
    assert_memory_equal(tab->streams[1].data, path, 41);
    reel_blueprint_free(bp);
    reel_free(rec);
}

/* ---- the second store */

typedef struct told {
    size_t n, infos, chunks, activations;
    bool in_order; /* per store: info, chunks, activation */
    bool makes_active, makes_default;
    const reel__store *store;
} told;

/* Of the blueprints in a run of messages: the last one, and how many there are. */
static told told_by(reel__message *const *messages, size_t n) {
    told t = {.in_order = true};
    bool is_over = true;
    for (size_t i = 0; i < n; i++) {
        const reel__message *m = messages[i];
        if (m->store->kind != REEL_STORE_BLUEPRINT)
            continue;
        if (m->kind == REEL_MESSAGE_STORE_INFO) {
            t.in_order &= is_over;
            is_over = false;
            t.n++;
            t.store = m->store;
            t.chunks = t.activations = 0;
            t.infos++;
        }
        t.in_order &= m->store == t.store && !is_over;
        t.chunks += m->kind == REEL_MESSAGE_CHUNK;
        if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION) {
            is_over = true;
            t.activations++;
            t.makes_active = m->makes_active;
            t.makes_default = m->makes_default;
        }
    }
    t.in_order &= is_over;
    return t;
}

static told told_by_keeper(reel_recording *rec) {
    reel__message **messages;
    size_t n;
    reel__state_lock();
    assert_ok(reel__keeper_all(core_of(rec)->keeper, &messages, &n));
    reel__state_unlock();
    told t = told_by(messages, n);
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
    return t;
}

#define SMALL_CHUNKS 7 /* viewport, container, two views with contents each, one property */

static void one_is_kept_for_late_sinks_and_the_older_ones_are_not(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    told first = told_by_keeper(rec);
    assert_true(first.n == 1 && first.in_order && first.makes_active && first.makes_default);
    assert_int_equal(first.chunks, SMALL_CHUNKS);
    size_t memory_then = reel__keeper_memory(core_of(rec)->keeper);
    for (int i = 0; i < 20; i++)
        assert_ok(reel_send_blueprint(rec, bp, true, true));
    told last = told_by_keeper(rec);
    assert_true(last.n == 1 && last.in_order && last.chunks == first.chunks);
    assert_ptr_not_equal(last.store, first.store);
    assert_true(reel__keeper_memory(core_of(rec)->keeper) <= memory_then + 64);
    /* The active one and the default one are two; the next active one takes the place of the first alone. */
    assert_ok(reel_send_blueprint(rec, bp, true, false));
    assert_int_equal(told_by_keeper(rec).n, 2);
    assert_ok(reel_send_blueprint(rec, bp, true, false));
    assert_int_equal(told_by_keeper(rec).n, 2);
    assert_ok(reel_send_blueprint(rec, bp, false, true));
    assert_int_equal(told_by_keeper(rec).n, 2);
    assert_ok(reel_send_blueprint(rec, bp, false, false));
    assert_int_equal(told_by_keeper(rec).n, 3);
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    assert_int_equal(told_by_keeper(rec).n, 1);
    reel_blueprint_free(bp);
    reel_free(rec);
}

static size_t count_of(const reel_bytes_owned *bytes, const char *text) {
    size_t n = 0, size = strlen(text);
    for (size_t i = 0; i + size <= bytes->size; i++)
        n += memcmp(bytes->data + i, text, size) == 0;
    return n;
}

static void every_drain_begins_with_it(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    store_plain(rec);
    reel_blueprint *bp = small_blueprint();
    double v = 1;
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    for (int i = 0; i < 3; i++) {
        reel_bytes_owned bytes;
        assert_ok(reel_log_scalars(rec, "x", &(reel_scalars){.scalars = &v, .n_scalars = 1}));
        assert_ok(reel_drain(rec, memory, &bytes));
        assert_true(count_of(&bytes, "ViewBlueprint:class_identifier") >= 2);
        assert_true(count_of(&bytes, "Scalars:scalars") >= 1);
        reel_bytes_free(&bytes);
        assert_ok(reel_drain(rec, memory, &bytes)); /* nothing new */
        assert_int_equal(bytes.size, 0);
    }
    reel_blueprint_free(bp);
    reel_free(rec);
}

static void forgetting_blueprints_leaves_the_data(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    double v = 1;
    assert_ok(reel_log_scalars(rec, "x", &(reel_scalars){.scalars = &v, .n_scalars = 1}));
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    assert_ok(reel_reset_blueprint(rec, memory));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    assert_string_equal(h.messages[0]->entity_path, "/x");
    held_free(&h);
    reel_blueprint_free(bp);
    reel_free(rec);
}

static void no_policy_drops_it(void **state) {
    (void)state;
    static watcher w;
    reel_recording *rec = reel_new("blueprints", &(reel_options){.struct_size = sizeof(reel_options), .no_properties = true});
    reel_blueprint *bp = small_blueprint();
    double v = 1;
    reel_sink_id id;
    watcher_init(&w);
    reel_queue_options options = {.struct_size = sizeof options, .policy = REEL_POLICY_DROP_OLDEST, .queue_max_bytes = 1};
    assert_ok(watcher_add(&w, rec, &options, &id));
    watcher_freeze(&w, true);
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    for (int i = 0; i < 20; i++) {
        assert_ok(reel_log_scalars(rec, "x", &(reel_scalars){.scalars = &v, .n_scalars = 1}));
        reel_flush(rec, 1);
    }
    watcher_freeze(&w, false);
    reel_flush(rec, -1);
    pthread_mutex_lock(&w.mutex);
    size_t blueprints = 0, activations = 0;
    for (size_t i = 0; i < w.n_messages && i < WATCHER_FIRST; i++) {
        blueprints += w.first[i].message.store_kind == REEL_STORE_BLUEPRINT;
        activations += w.first[i].message.kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION;
    }
    pthread_mutex_unlock(&w.mutex);
    assert_int_equal(blueprints, 1 + SMALL_CHUNKS + 1);
    assert_int_equal(activations, 1);
    reel_blueprint_free(bp);
    reel_free(rec);
    watcher_free(&w);
}

static void what_is_closed_or_off_gets_none(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    assert_ok(reel_set_enabled(rec, false));
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 0);
    held_free(&h);
    assert_ok(reel_set_enabled(rec, true));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(reel_send_blueprint(rec, bp, true, true), REEL_E_CLOSED);
    reel_unref(rec);
    rec = reel_new("blueprints", &(reel_options){.struct_size = sizeof(reel_options), .store_kind = REEL_STORE_BLUEPRINT});
    assert_int_equal(reel_send_blueprint(rec, bp, true, true), REEL_E_ARGUMENT);
    assert_says("is a blueprint itself");
    reel_free(rec);
    reel_blueprint_free(bp);
}

/* What a newer one has replaced is forgotten, but for the name of its store. */
static void sending_often_costs_little(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    long after[2];
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 500; k++) /* as often again: pools keep what the first ones needed */
            assert_ok(reel_send_blueprint(rec, bp, true, true));
        reel_bytes_owned bytes;
        assert_ok(reel_drain(rec, memory, &bytes)); /* the sink's own messages go */
        reel_bytes_free(&bytes);
        after[i] = atomic_load(&scarce_alive);
    }
    assert_in_range(after[1] - after[0], 0, 500 + 20); /* blocks: a store each */
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 0);
    held_free(&h);
    reel_blueprint_free(bp);
    reel_free(rec);
}

/* Each drain holds whole blueprints, whatever moment it comes at. */
static atomic_bool sends_go_on;
static void *send_often(void *rec) {
    reel_blueprint *bp = small_blueprint();
    for (int i = 0; i < (WATCHER_LESS ? 60 : 300); i++)
        if (reel_send_blueprint(rec, bp, true, true) != REEL_OK)
            abort();
    reel_blueprint_free(bp);
    atomic_store(&sends_go_on, false);
    return NULL;
}

static void drains_while_it_is_sent_are_in_order(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel__attached *a = core_of(rec)->sinks;
    pthread_t thread;
    atomic_store(&sends_go_on, true);
    assert_int_equal(pthread_create(&thread, NULL, send_often, rec), 0);
    size_t n_seen = 0;
    while (atomic_load(&sends_go_on)) {
        reel__message **messages;
        size_t n;
        assert_ok(reel__held_messages(core_of(rec), a->sink, false, &messages, &n));
        for (size_t i = 0; i < n; i++) /* an activation comes behind all chunks of its store */
            if (messages[i]->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION)
                for (size_t k = i + 1; k < n; k++)
                    if (messages[k]->store == messages[i]->store)
                        fail_msg("message %zu of %zu is behind its activation", k, n);
        reel__memory_sink_forget(a->sink, messages, n);
        for (size_t i = 0; i < n; i++) {
            n_seen += messages[i]->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION;
            reel__message_unref(messages[i]);
        }
        reel__release(messages);
    }
    pthread_join(thread, NULL);
    assert_true(n_seen > 0);
    reel_free(rec);
}

#if !defined(__SANITIZE_THREAD__)
static void a_forked_child_begins_with_it(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    pid_t pid = fork();
    if (pid == 0) {
        told t = told_by_keeper(rec);
        bool good = t.n == 1 && t.in_order && reel_send_blueprint(rec, bp, true, true) == REEL_OK;
        t = told_by_keeper(rec);
        _exit(good && t.n == 1 && t.in_order ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    reel_blueprint_free(bp);
    reel_free(rec);
}
#endif

/* ---- without memory */

static void memory_that_runs_out_sends_nothing_and_can_be_tried_again(void **state) {
    (void)state;
    reel_sink_id memory;
    reel_recording *rec = new_recording(&memory);
    reel_blueprint *bp = small_blueprint();
    bool failed = true;
    size_t n_failed = 0;
    for (long nth = 1; failed; nth++) {
        scarcity_begin(&scarce_here, nth, false);
        reel_status status = reel_send_blueprint(rec, bp, true, true);
        scarcity_end(&scarce_here);
        failed = atomic_load(&scarce_here.has_refused);
        held h = held_of(rec, memory);
        if (status == REEL_E_NO_MEMORY)
            assert_int_equal(h.n, 0);
        else
            assert_ok(status); /* it did without, or the event of a sink says so */
        n_failed += status == REEL_E_NO_MEMORY;
        held_free(&h);
        assert_ok(reel_reset_blueprint(rec, memory));
    }
    assert_true(n_failed > 10);
    assert_ok(reel_send_blueprint(rec, bp, true, true));
    reel_blueprint_free(bp);
    reel_free(rec);
}

static void a_builder_without_memory_says_so(void **state) {
    (void)state;
    bool failed = true;
    size_t n_failed = 0;
    long alive = atomic_load(&scarce_alive);
    for (long nth = 1; failed; nth++) {
        scarcity_begin(&scarce_here, nth, false);
        reel_blueprint *bp = reel_blueprint_new();
        if (bp) {
            reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, "row");
            reel_node view = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "plot", "/motor");
            reel_blueprint_set_json(bp, view, "TimeAxis:view_range", "{\"start\": {\"Absolute\": 1}, \"end\": \"Infinite\"}");
            reel_blueprint_set_time_ranges(bp, view, &(reel_visible_time_range){"frame", {REEL_BOUND_CURSOR, -1}, {REEL_BOUND_CURSOR, 1}}, 1);
            float width = 2;
            reel_series_lines lines = {.widths = &width, .n_widths = 1};
            reel_blueprint_visualizer(bp, view, "/motor/a", NULL, &(reel_part)REEL_PART(series_lines, &lines), 1);
        }
        scarcity_end(&scarce_here);
        failed = atomic_load(&scarce_here.has_refused);
        reel_status status = bp ? reel_blueprint_status(bp) : REEL_E_NO_MEMORY;
        assert_int_equal(status, failed ? REEL_E_NO_MEMORY : REEL_OK);
        n_failed += failed;
        reel_blueprint_free(bp);
        assert_int_equal(atomic_load(&scarce_alive), alive);
    }
    assert_true(n_failed > 20);
}

int main(void) {
    if (scarce_install() != REEL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named_and_sticks),
        cmocka_unit_test(without_a_blueprint_every_call_fails),
        cmocka_unit_test(json_numbers_are_what_they_say),
        cmocka_unit_test(a_field_set_again_is_replaced),
        cmocka_unit_test(overrides_of_an_entity_are_one_node),
        cmocka_unit_test(the_maximized_view_and_the_tab_in_front_are_named_by_their_ids),
        cmocka_unit_test(one_is_kept_for_late_sinks_and_the_older_ones_are_not),
        cmocka_unit_test(every_drain_begins_with_it),
        cmocka_unit_test(forgetting_blueprints_leaves_the_data),
        cmocka_unit_test(no_policy_drops_it),
        cmocka_unit_test(what_is_closed_or_off_gets_none),
        cmocka_unit_test(sending_often_costs_little),
        cmocka_unit_test(drains_while_it_is_sent_are_in_order),
#if !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(a_forked_child_begins_with_it),
#endif
        cmocka_unit_test(memory_that_runs_out_sends_nothing_and_can_be_tried_again),
        cmocka_unit_test(a_builder_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
