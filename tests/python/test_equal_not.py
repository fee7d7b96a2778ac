"""Where Reel differs from the official SDK on purpose: what it does instead."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import reel as rr
from reel.chunk import RrdReader
from reel.error_utils import RerunWarning

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")


def values(batch: Any) -> Any:
    return batch.as_arrow_array().to_pylist()


def logged(tmp_path: Any, call: Any) -> dict[str, Any]:
    """{component: the values of its rows} of what a call logs."""
    with rr.RecordingStream("not_equal", send_properties=False) as rec:
        rec.save(tmp_path / "a.rrd")
        rec.set_log_time_enabled(False)
        call(rec)
        rec.flush()
        rec.disconnect()
    found: dict[str, Any] = {}
    for chunk in RrdReader(tmp_path / "a.rrd").stream():
        batch = chunk.to_record_batch()
        for i, name in enumerate(batch.schema.names):
            found.setdefault(name, []).extend(batch.column(i).to_pylist())
    return found


def test_colors_are_clamped() -> None:
    """The official SDK lets them wrap round, or refuses."""
    assert values(rr.components.ColorBatch([[300, -5, 10]])) == values(rr.components.ColorBatch(np.array([[300, -5, 10]]))) == [0xFF000AFF]
    assert values(rr.components.ColorBatch([1.5, -0.5, 0])) == [0xFF0000FF]


def test_what_cannot_be_converted_is_left_out(tmp_path: Any) -> None:
    """The official SDK logs no values, which clears what was there."""
    with pytest.warns(RerunWarning):
        points = rr.Points3D([[1, 2, 3]], radii="wide")
    assert [name for name in logged(tmp_path, lambda rec: rec.log("a", points)) if ":" in name] == ["Points3D:positions"]


@pytest.mark.parametrize("cleared", [lambda: rr.AnnotationContext.cleared().context, lambda: rr.blueprint.archetypes.DataframeQuery.cleared().select])
def test_cleared_has_no_value(cleared: Any) -> None:
    """The official SDK writes one empty value for contexts, orders and selections of columns."""
    assert values(cleared()) == []


@pytest.mark.parametrize("form, row", [("YXHW", [2, 1, 4, 2]), ("YXYX", [2, 1, 6, 3])])
def test_boxes_keep_their_order(form: str, row: list[int]) -> None:
    """The official SDK turns the order of several boxes round for these two, and that of their labels not."""
    other = [10 * x for x in row]
    boxes = rr.Boxes2D(array=[row, other], array_format=rr.Box2DFormat[form])
    assert values(boxes.half_sizes) == [[1, 2], [10, 20]] and values(boxes.centers) == [[2, 4], [20, 40]]


def test_fractions_of_a_second_of_a_video() -> None:
    """The official SDK cuts them off before it makes nanoseconds of them."""
    [column] = rr.VideoFrameReference.columns_secs([0.5, 1.25])
    assert values(column) == [[500_000_000], [1_250_000_000]]


def test_microseconds_are_exact(tmp_path: Any) -> None:
    """The official SDK goes through a float: 112 ns later."""
    def call(rec: Any) -> None:
        rec.set_time("when", timestamp=datetime.datetime(2025, 6, 1, 12, 30, 15, 250, tzinfo=datetime.timezone.utc))
        rec.log("a", rr.Scalars(1))

    [when] = logged(tmp_path, call)["when"]
    assert when == datetime.datetime(2025, 6, 1, 12, 30, 15, 250) and getattr(when, "nanosecond", 0) == 0


def test_a_mapping_is_a_struct(tmp_path: Any) -> None:
    """The official SDK logs its keys."""
    assert logged(tmp_path, lambda rec: rec.log("a", rr.AnyValues(facts={"a": 1, "b": "c"})))["facts"] == [[{"a": 1, "b": "c"}]]


def test_a_list_of_archetypes_is_a_row(tmp_path: Any) -> None:
    found = logged(tmp_path, lambda rec: rec.log("a", [rr.Points3D([[1, 2, 3]]), rr.Scalars(2)]))
    assert found["Points3D:positions"] == [[[1, 2, 3]]] and found["Scalars:scalars"] == [[2]]


def test_one_scale_for_each_of_many() -> None:
    """The official SDK takes a number for one scale only."""
    assert values(rr.InstancePoses3D(scales=2).scales) == [[2, 2, 2]]


def test_a_timeline_keeps_its_kind() -> None:
    """The official SDK writes both kinds under one name, which readers then refuse or mix up."""
    rec = rr.RecordingStream("not_equal")
    rec.memory_recording()
    rr.set_strict_mode(True)
    try:
        rec.set_time("clock", sequence=1)
        rec.log("a", rr.Scalars(1))
        with pytest.raises(ValueError, match="clock is a sequence"):
            rec.set_time("clock", duration=1)
            rec.log("a", rr.Scalars(1))
    finally:
        rr.set_strict_mode(False)


@pytest.mark.parametrize("values", [["up", None, "down", None], [None, "up"], ["up"], [None, None]])
def test_rows_that_are_null_have_no_value(tmp_path: Any, values: Any) -> None:
    """The official SDK writes a null value, which its own check of files refuses, or NaN."""
    pa = pytest.importorskip("pyarrow")
    states = pa.array(values, pa.string())
    wanted = [[] if value is None else [value] for value in values]
    assert [column.as_arrow_array().to_pylist() for column in rr.StateChange.columns(state=states)] == [wanted]
    times = [rr.TimeColumn("t", sequence=range(len(values)))]
    found = logged(tmp_path, lambda rec: rec.send_columns("door", times, rr.StateChange.columns(state=pa.chunked_array([states]))))
    assert found["StateChange:state"] == wanted
    numbers = pa.array([None if value is None else len(value) for value in values], pa.int16())
    (column,) = rr.Scalars.columns(scalars=numbers)
    assert column.as_arrow_array().to_pylist() == [[float(n) for n in row] for row in ([] if n is None else [n] for n in numbers.to_pylist())]


def test_rows_of_polars_that_are_null() -> None:
    pl = pytest.importorskip("polars")
    (column,) = rr.Scalars.columns(scalars=pl.Series([1.5, None, 2.5]))
    assert column.as_arrow_array().to_pylist() == [[1.5], [], [2.5]]
    (column,) = rr.Points3D.columns(positions=pl.Series([[1.0, 2.0, 3.0], None], dtype=pl.Array(pl.Float32, 3)))
    assert column.as_arrow_array().to_pylist() == [[[1.0, 2.0, 3.0]], []]
