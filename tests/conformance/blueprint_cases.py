"""The blueprints of make_blueprints.c, by the official SDK: same names, same parts. Also the official blueprint of one entity with fields of any archetype."""
import rerun as rr
import rerun.blueprint as rrb
from rerun.blueprint.encodings import VisualizerComponentMapping

RED, GREEN, BLUE, MAGENTA = 0xFF0000FF, 0x00C800FF, 0x0000FFFF, 0xFF00FFFF
boundary = rr.TimeRangeBoundary


def color_view(name, color, **more):
    return rrb.Spatial3DView(name=name, origin="/nothing", background=rrb.Background(kind="SolidColor", color=color), line_grid=rrb.LineGrid3D(visible=False), **more)


def all_views():
    return rrb.Blueprint(
        rrb.Grid(
            rrb.Spatial3DView(name="scene", origin="/world"), rrb.Spatial2DView(name="picture", origin="/image"), rrb.TimeSeriesView(name="plot", origin="/motor"),
            rrb.TextLogView(name="lines", origin="/log"), rrb.TextDocumentView(name="document", origin="/document"), rrb.TensorView(name="tensor", origin="/tensor"),
            rrb.BarChartView(name="bars", origin="/bars"), rrb.DataframeView(name="table", origin="/motor"), rrb.MapView(name="map", origin="/map"),
            rrb.GraphView(name="graph", origin="/graph"), rrb.StateTimelineView(name="states", origin="/state"), rrb.AudioView(name="sound", origin="/sound"),
            grid_columns=4, name="everything"),
        collapse_panels=True)


def lone_view():
    return rrb.Blueprint(color_view("alone", MAGENTA))


def deep():
    part = color_view("innermost", GREEN)
    for i in reversed(range(50)):
        part = (rrb.Vertical if i % 2 else rrb.Horizontal)(part, name=f"level {i}")
    return rrb.Blueprint(part)


def empty_container():
    return rrb.Blueprint(rrb.Horizontal(rrb.Tabs(name="nothing in it"), rrb.Grid(), color_view("something", BLUE)))


def nothing():
    return rrb.Blueprint()


def no_views():
    return rrb.Blueprint(auto_views=False, auto_layout=False)


def several_at_root():
    return rrb.Blueprint(color_view("first", RED), rrb.Vertical(color_view("second", GREEN), color_view("third", BLUE), name="a column"))


def shares():
    return rrb.Blueprint(rrb.Horizontal(
        color_view("narrow", RED),
        rrb.Vertical(
            color_view("tall", GREEN),
            rrb.Tabs(color_view("behind", MAGENTA), color_view("in front", BLUE), active_tab="in front", name="tabs"),
            rrb.Grid(color_view("unseen", MAGENTA, visible=False, titlebar=False), column_shares=[1, 2], row_shares=[1], grid_columns=2, visible=False, name="hidden"),
            row_shares=[2, 1, 0.5], name="column"),
        column_shares=[1, 3], name="row"))


def plot():
    return rrb.Blueprint(rrb.TimeSeriesView(
        name="motors", origin="/motor", contents=["+ $origin/**", "- $origin/b", "+ /other/**"],
        axis_y=rrb.ScalarAxis(range=(-1.5, 1.5), zoom_lock=True),
        axis_x=rrb.TimeAxis(link="Independent", view_range=rr.TimeRange(start=boundary.cursor_relative(seq=-30), end=boundary.absolute(seq=59)), zoom_lock=False),
        plot_legend=rrb.PlotLegend(corner="RightTop", visible=True), background=rrb.archetypes.PlotBackground(color=0x204060FF, show_grid=False),
        interaction=rrb.PlotInteraction(tooltip_mode="All", points_display="Always"),
        time_ranges=[rrb.VisibleTimeRange("frame", start=boundary.cursor_relative(seq=-40), end=boundary.infinite()),
                     rrb.VisibleTimeRange("log_time", start=boundary.absolute(seconds=1.5), end=boundary.cursor_relative(seconds=2))]))


def defaults():
    return rrb.Blueprint(rrb.Horizontal(
        rrb.TimeSeriesView(name="motors", origin="/motor", defaults=[rr.SeriesLines(colors=0xFFFF00FF, widths=6, names="größe"), rr.SeriesPoints(markers="circle")]),
        rrb.Spatial3DView(name="scene", origin="/world", defaults=[rr.Points3D.from_fields(radii=0.25, colors=0x0000FFFF)])))


def overrides():
    lines = rr.SeriesLines().visualizer(mappings=[
        VisualizerComponentMapping("Scalars:scalars", "SourceComponent", source_component="my:thing", selector=".x"),
        VisualizerComponentMapping("SeriesLines:widths", "Default")])
    return rrb.Blueprint(rrb.Horizontal(
        rrb.TimeSeriesView(name="motors", origin="/motor", overrides={
            "/motor/a": [rr.SeriesLines(colors=0x00FF00FF, widths=4), rr.SeriesPoints(markers="square")],
            "/motor/b": [rrb.EntityBehavior(visible=False, interactive=False), rrb.VisibleTimeRanges([rrb.VisibleTimeRange("frame", start=boundary.infinite(), end=boundary.cursor_relative(seq=0))])],
            "/a\\ b/c": lines}),
        rrb.Spatial3DView(name="scene", origin="/world", overrides={"/world/points": rr.Points3D.from_fields(radii=0.4, colors=0xFF00FFFF)})))


def spatial():
    return rrb.Blueprint(rrb.Vertical(
        rrb.Spatial3DView(
            name="scene", origin="/world", background=rrb.Background(kind="SolidColor", color=MAGENTA),
            line_grid=rrb.LineGrid3D(visible=False, plane=rr.components.Plane3D([0, 0, 1], 2), spacing=0.5, stroke_width=2, color=0x11223344),
            eye_controls=rrb.EyeControls3D(kind="Orbital", position=(4, 5, 3), look_target=(0, 0, 0), eye_up=(0, 0, 1), speed=2.5, spin_speed=0.25),
            spatial_information=rrb.SpatialInformation(target_frame="tf#/world", show_axes=True, show_bounding_box=True),
            time_ranges=rrb.VisibleTimeRange("frame", start=boundary.cursor_relative(seq=-5), end=boundary.cursor_relative(seq=5))),
        rrb.Spatial2DView(name="picture", origin="/image", visual_bounds=rrb.VisualBounds2D(x_range=[0, 8], y_range=[-0.5, 5.5]), background=rrb.Background(kind="SolidColor", color=GREEN))))


def texts():
    column = rrb.encodings
    scalars = rrb.components.ComponentColumnSelector(entity_path="/motor/a", component="Scalars:scalars")
    return rrb.Blueprint(rrb.Grid(
        rrb.TextLogView(
            name="lines", origin="/log", format_options=rrb.TextLogFormat(monospace_body=True), rows=rrb.TextLogRows(filter_by_log_level=["WARN", "ERROR"]),
            columns=rrb.TextLogColumns(timeline_columns=[column.TimelineColumn("frame", visible=True), column.TimelineColumn("log_time", visible=False)],
                                       text_log_columns=[column.TextLogColumn("LogLevel", visible=True), column.TextLogColumn("Body", visible=True)])),
        rrb.TextDocumentView(name="document", origin="/document", format_options=rrb.archetypes.TextDocumentFormat(monospace=True, word_wrap=False)),
        rrb.TensorView(
            name="tensor", origin="/tensor", scalar_mapping=rrb.TensorScalarMapping(colormap="Turbo", mag_filter="Linear", gamma=1.5), view_fit=rrb.archetypes.TensorViewFit(scaling="FillKeepAspectRatio"),
            slice_selection=rrb.TensorSliceSelection(
                width=rr.encodings.TensorDimensionSelection(dimension=2, invert=True), height=rr.encodings.TensorDimensionSelection(dimension=1, invert=False),
                indices=[rr.encodings.TensorDimensionIndexSelection(dimension=0, index=3)], slider=[0])),
        rrb.DataframeView(
            name="table", origin="/motor",
            query=rrb.archetypes.DataframeQuery(timeline="frame", filter_by_range=(rr.encodings.TimeInt(seq=5), rr.encodings.TimeInt(seq=20)), filter_is_not_null=scalars,
                                                apply_latest_at=True, select=["frame", scalars]))))


def charts():
    return rrb.Blueprint(rrb.Grid(
        rrb.GraphView(
            name="graph", origin="/graph", background=rrb.archetypes.GraphBackground(color=0x604020FF), visual_bounds=rrb.VisualBounds2D(x_range=[-200.5, 200], y_range=[-100, 100]),
            force_link=rrb.archetypes.ForceLink(enabled=True, distance=60, iterations=3), force_many_body=rrb.archetypes.ForceManyBody(strength=-60), force_position=rrb.archetypes.ForcePosition(position=[1, 2]),
            force_collision_radius=rrb.archetypes.ForceCollisionRadius(enabled=True), force_center=rrb.archetypes.ForceCenter(strength=1)),
        rrb.MapView(name="map", origin="/map", zoom=12.5, background="OpenStreetMap"),
        rrb.BarChartView(name="bars", origin="/bars", plot_legend=rrb.PlotLegend(visible=False), background=rrb.archetypes.PlotBackground(color=0x206020FF)),
        rrb.StateTimelineView(name="states", origin="/state", time_view=rrb.TimeAxis(link="LinkToGlobal")),
        rrb.AudioView(name="sound", origin="/sound", playback=rrb.AudioPlayback(volume=0.5))))


def panels():
    return rrb.Blueprint(
        rrb.TopPanel(state="hidden"), rrb.BlueprintPanel(state="hidden"), rrb.SelectionPanel(state="hidden"),
        rrb.TimePanel(state="collapsed", timeline="frame", playback_speed=0.5, fps=12, play_state="Paused", loop_mode="Selection", time_selection=rrb.components.AbsoluteTimeRange(10, 20)),
        color_view("alone", GREEN))


def collapsed():
    return rrb.Blueprint(color_view("alone", BLUE), rrb.SelectionPanel(state="expanded"), collapse_panels=True)


CASES = [all_views, lone_view, deep, empty_container, nothing, no_views, several_at_root, shares, plot, defaults, overrides, spatial, texts, charts, panels, collapsed]
