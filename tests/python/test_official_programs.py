"""What programs written for the official package rely on beyond names and parameters: the same calls with both, compared."""

from __future__ import annotations

import importlib
import io
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "conformance")]
official = pytest.importorskip("rerun")
if hasattr(official, "__reel__"):
    pytest.skip("the official SDK is not there to compare with", allow_module_level=True)

import blueprint_rows  # noqa: E402
import judge  # noqa: E402
import reel  # noqa: E402
import reel.blueprint  # noqa: E402
import rerun.blueprint  # noqa: E402

BALL = HERE.parents[1] / "docs/snippets/data/ball.mp4"
LAYOUTS = {
    "one view": lambda rrb: rrb.Spatial2DView(),
    "tabs without names": lambda rrb: rrb.Tabs(rrb.Spatial3DView(origin="/a"), rrb.Spatial3DView(origin="/b")),
    "tabs with some names": lambda rrb: rrb.Tabs(rrb.TextDocumentView(), rrb.TextDocumentView(name="notes"), rrb.Vertical(rrb.TextLogView(name="log"))),
    "a grid": lambda rrb: rrb.Grid(rrb.TimeSeriesView(), rrb.Spatial3DView(name="scene"), grid_columns=2),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_views_without_names(tmp_path: Any, layout: str) -> None:
    """Which tab is in front when the program does not say."""
    for module in (reel, official):
        module.blueprint.Blueprint(LAYOUTS[layout](module.blueprint), collapse_panels=True).save("a", tmp_path / f"{module.__name__}.rbl")
    theirs = blueprint_rows.normalised(tmp_path / "rerun.rbl")
    assert theirs and blueprint_rows.differences(blueprint_rows.normalised(tmp_path / "reel.rbl"), theirs) == {}


@pytest.mark.parametrize("shape", [(5, 24), (5, 2, 12), (5, 2, 4, 3), (1, 24)])
@pytest.mark.parametrize("archetype", ["Image", "DepthImage", "SegmentationImage"])
def test_images_as_columns(archetype: str, shape: tuple[int, ...]) -> None:
    """An array of images is as many rows, whatever their shape."""
    images = (np.arange(np.prod(shape)) % 251).astype(np.uint8).reshape(shape)
    ours = [column.as_arrow_array().to_pylist() for column in getattr(reel, archetype).columns(buffer=images)]
    flat = images.reshape(shape[0], -1)  # of more dimensions the official package keeps the first bytes
    assert ours == [column.as_arrow_array().to_pylist() for column in getattr(official, archetype).columns(buffer=flat)]
    assert ours == [[[row] for row in flat.tolist()]]


def test_times_of_the_frames_of_a_video() -> None:
    """Of a file, of bytes and of a stream of them."""
    wanted = official.AssetVideo(path=BALL).read_frame_timestamps_nanos()
    for video in (reel.AssetVideo(path=BALL), reel.AssetVideo(contents=BALL.read_bytes()), reel.AssetVideo(contents=io.BytesIO(BALL.read_bytes()))):
        found = video.read_frame_timestamps_nanos()
        assert found.dtype == wanted.dtype and list(found) == list(wanted) and len(found) > 1


def test_times_of_no_video() -> None:
    with pytest.raises(RuntimeError, match="the video"):
        reel.AssetVideo(contents=b"\0\0\0\x08moov").read_frame_timestamps_nanos()
    with pytest.raises(RuntimeError):
        reel.AssetVideo.from_fields(media_type="video/mp4").read_frame_timestamps_nanos()


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, list])
@pytest.mark.parametrize("form", ["XYWH", "XYXY", "XCYCWH", "XCYCW2H2"])
def test_rectangles_to_the_last_bit(form: str, kind: Any) -> None:
    """Centers and half sizes of arrays are reckoned in the precision that is given, and rounded once."""
    boxes = np.random.default_rng(7).uniform(0, 1000, (50, 4))
    given = boxes.tolist() if kind is list else boxes.astype(kind)
    ours, theirs = (module.Boxes2D(array=given, array_format=module.Box2DFormat[form]) for module in (reel, official))
    for field in ("centers", "half_sizes"):
        assert getattr(ours, field).as_arrow_array().equals(getattr(theirs, field).as_arrow_array()), field
    one, same = (module.Boxes2D(array=given[0], array_format=module.Box2DFormat[form]) for module in (reel, official))
    assert one.centers.as_arrow_array().equals(same.centers.as_arrow_array())


def test_rectangles_that_are_none() -> None:
    for array in ([1, 2, 3], np.arange(6), np.zeros((2, 3))):
        with pytest.raises(ValueError, match="a multiple of 4 expected"), reel.error_utils.catch_and_log_exceptions(strict=True):
            reel.Boxes2D(array=array, array_format=reel.Box2DFormat.XYWH)


def test_points_of_a_spiral_to_the_last_bit() -> None:
    import reel.utilities
    import rerun.utilities

    for options in ({}, {"angular_offset": 0.3}, {"num_points": 7, "radius": 3, "angular_step": 0.1, "z_step": 1.5}):
        ours, theirs = (module.utilities.build_color_spiral(**options) for module in (reel, official))
        assert np.array_equal(ours.positions, theirs.positions) and np.abs(ours.colors - theirs.colors).max() < 2 / 255


def names_of(package: str) -> list[str]:
    theirs = importlib.import_module(f"rerun.{package}")
    return sorted(getattr(theirs, "__all__", None) or {n for n, value in vars(theirs).items() if not n.startswith("_") and str(getattr(value, "__module__", "")).startswith("rerun")})


@pytest.mark.parametrize("package", ["experimental", "blueprint.table", "blueprint.experimental", "catalog"])
def test_every_name_can_be_imported(package: str) -> None:
    ours = importlib.import_module(f"reel.{package}")
    assert [name for name in names_of(package) if not hasattr(ours, name)] == []


def test_what_is_not_there_says_so_when_it_is_used() -> None:
    import reel.chunk
    from reel.blueprint import table
    from reel.experimental import LeRobotReader, ViewerClient, query_metrics

    uses = {
        "live protocol": [lambda: ViewerClient("rerun+http://127.0.0.1:9876/proxy"), lambda: ViewerClient.spawn()],
        "catalog": [query_metrics, lambda: table.TableBlueprint(), lambda: table.col("a"), lambda: reel.chunk.ChunkStore([]).reader(index="frame")],
        "LeRobot": [lambda: LeRobotReader("folder")],
        "running viewer": [lambda: reel.notebook.Viewer.on_event(None, print), lambda: reel.notebook.Viewer.open_url(None, "url")],
    }
    for why, calls in uses.items():
        for call in calls:
            with pytest.raises(NotImplementedError, match=why):
                call()
    assert not hasattr(ViewerClient, "spawn") and ViewerClient.__name__ == "ViewerClient"


def test_archetypes_of_one_row_have_their_own_counts(tmp_path: Any, recwarn: Any) -> None:
    """In strict mode, too: three nodes and two edges are a graph. Values of one's own have any."""
    recording = reel.RecordingStream("graph")
    recording.save(tmp_path / "graph.rrd")
    nodes, edges = reel.GraphNodes(["a", "b", "c"], positions=[[0, 0], [1, 0], [2, 0]]), reel.GraphEdges([("a", "b"), ("b", "c")], graph_type="directed")
    recording.log("graph", nodes, edges, reel.AnyValues(weights=[0.5, 0.25, 1.0, 2.0], names=["x", "y"]), strict=True)
    recording.flush()
    recording.disconnect()
    assert [str(told.message) for told in recwarn] == []


PROGRAM = """
import sys
import rerun_or_reel as rr

@rr.shutdown_at_exit
def work():
    rr.init("work", recording_id="work")
    rr.save("first.rrd")
    rr.log("a", rr.Scalars(1.0))

work()
rr.disconnect()
rr.save("second.rrd")
rr.log("b", rr.Scalars(2.0))
work()
rr.disconnect()
"""


@pytest.mark.parametrize("module", ["reel", "rerun"])
def test_what_goes_on_after_a_shutdown(tmp_path: Any, module: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RERUN")}
    done = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM.replace("rerun_or_reel", module)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Error" not in done.stderr, done.stderr
    entities = {name: {path for path, _, _ in judge.chunks(tmp_path / f"{name}.rrd")} - {"/__properties"} for name in ("first", "second")}
    assert entities == {"first": {"/a"}, "second": {"/b"}}
