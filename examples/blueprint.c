/* A recording that opens as its author wants it seen: a plot beside a scene, one series drawn thick, panels out of the way. Beside it the same layout alone, as blueprint.rbl, for other
 * recordings of the same application.
 *
 *     cc blueprint.c $(pkg-config --cflags --libs reel) -lm && ./a.out && reel view blueprint.rrd */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define APPLICATION "reel_example_blueprint"

static int fail(void) {
    fprintf(stderr, "blueprint: %s\n", reel_error_message());
    return 1;
}

static reel_blueprint *make_layout(void) {
    static const uint32_t orange = 0xff8000ff;
    static const float thick = 4, radius = 0.2f;
    reel_blueprint *bp = reel_blueprint_new();
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
    reel_blueprint_set_numbers(bp, row, "ContainerBlueprint:col_shares", (double[]) { 2, 3 }, 2);

    reel_node plot = reel_blueprint_view(bp, row, REEL_VIEW_TIME_SERIES, "height and speed", "/ball");
    reel_blueprint_set_numbers(bp, plot, "ScalarAxis:range", (double[]) { -12, 12 }, 2);
    reel_blueprint_set_text(bp, plot, "PlotLegend:corner", "LeftBottom");
    reel_blueprint_set_time_ranges(bp, plot, &(reel_visible_time_range) { "time", { REEL_BOUND_CURSOR, -2000000000 }, { REEL_BOUND_CURSOR, 0 } }, 1);
    reel_series_lines line = { .colors = &orange, .n_colors = 1, .widths = &thick, .n_widths = 1 };
    reel_blueprint_visualizer(bp, plot, "/ball/height", NULL, &(reel_part)REEL_PART(series_lines, &line), 1);

    reel_node scene = reel_blueprint_view(bp, row, REEL_VIEW_SPATIAL_3D, "ball", "/");
    reel_blueprint_set_contents(bp, scene, (const char *[]) { "+ /ball/position" }, 1);
    reel_blueprint_set_text(bp, scene, "Background:kind", "GradientDark");
    reel_points3d ball = { .radii = &radius, .n_radii = 1, .colors = &orange, .n_colors = 1 };
    reel_blueprint_put(bp, reel_blueprint_defaults(bp, scene), &(reel_part)REEL_PART(points3d, &ball), 1, NULL, 0);

    reel_blueprint_collapse_panels(bp);
    reel_blueprint_set_text(bp, REEL_TIME_PANEL, "TimePanelBlueprint:timeline", "time");
    return bp;
}

static reel_status drop_ball(reel_recording *rec) {
    double height = 5, speed = 0;
    for (int step = 0; step < 1000; step++) {
        float position[3] = { 0, 0, (float)height };
        reel_status status = reel_set_time_duration_ns(rec, "time", (int64_t)step * 10000000);
        if (status == REEL_OK) status = reel_log_scalars(rec, "ball/height", &(reel_scalars) { .scalars = &height, .n_scalars = 1 });
        if (status == REEL_OK) status = reel_log_scalars(rec, "ball/speed", &(reel_scalars) { .scalars = &speed, .n_scalars = 1 });
        if (status == REEL_OK) status = reel_log_points3d(rec, "ball/position", &(reel_points3d) { .positions = position, .n_positions = 1 });
        if (status != REEL_OK) return status;
        speed -= 9.81 * 0.01;
        height += speed * 0.01;
        if (height < 0) {
            height = -height;
            speed = -0.9 * speed;
        }
    }
    return REEL_OK;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "blueprint.rrd";
    char alone[4096];
    const char *dot = strrchr(path, '.');
    snprintf(alone, sizeof alone, "%.*s.rbl", dot ? (int)(dot - path) : (int)strlen(path), path);
    reel_recording *rec = reel_new(APPLICATION, NULL);
    if (!rec || reel_save(rec, path) != REEL_OK) return fail();

    /* One look at an error is enough: what a call of the builder objected to is what send says. */
    reel_blueprint *bp = make_layout();
    if (!bp || reel_send_blueprint(rec, bp, true, true) != REEL_OK) return fail();
    if (reel_save_blueprint(bp, APPLICATION, alone) != REEL_OK) return fail();
    reel_blueprint_free(bp);

    if (drop_ball(rec) != REEL_OK || reel_close(rec, -1) != REEL_OK) return fail();
    reel_unref(rec);
    return 0;
}
