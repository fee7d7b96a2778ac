"""Wrong arguments of every kind: an exception that says what is wrong, and neither a crash nor a SystemError. Reads and writes out of bounds show under the address sanitizer."""

import itertools
import os
import pathlib
import subprocess
import sys

import pytest
import reel as rr
from reel import _reel

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
components = rr.components


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everything_is_called_with_anything(seed, tmp_path):
    script = pathlib.Path(__file__).with_name("call_everything.py")
    path = os.pathsep.join(str(pathlib.Path(p).absolute()) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)
    done = subprocess.run([sys.executable, script, str(seed), "4000"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == ""
    assert int(next(line for line in done.stderr.splitlines() if line.endswith("calls went through")).split()[0]) > 100


# --- what that found, and what it does not reach -------------------------------------------------------------------------------------


class LyingList(list):
    """Its length overflows when it is multiplied."""

    def __len__(self):
        return 1 << 62

    def __getitem__(self, index):
        return 1


class NegativeList(list):
    def __len__(self):
        return -1


@pytest.mark.parametrize("kind", [LyingList, NegativeList])
@pytest.mark.parametrize("batch", [components.ColorBatch, components.PinholeProjectionBatch, components.BlobBatch, components.TextBatch, components.Position3DBatch, components.LineStrip3DBatch, components.FillModeBatch])
def test_lists_that_lie_about_their_length(batch, kind):
    try:
        assert len(batch(kind([[1, 2, 3], 5]), strict=True)) <= 3
    except (ValueError, TypeError, MemoryError):
        pass


def test_many_values_of_nothing():
    for n in (1 << 60, (1 << 31) + 5):
        with pytest.raises(ValueError, match="at most 2147483647"):
            components.BlobBatch(np.empty((n, 0), np.uint8), strict=True)


def test_bools_of_other_programs():
    batch = components.VisibleBatch(np.array([2, 255, 0], np.uint8).view(bool), strict=True)
    assert batch == components.VisibleBatch([True, True, False]) and batch.as_arrow_array().to_pylist() == [True, True, False]


def test_sums_with_nothing():
    assert bytes(_reel.combine([], 1.0, [1, 2, 3], 1.0, 3, "x")) == bytes(_reel.combine([1, 2, 3], 1.0, [], 1.0, 3, "x")) == b""
    assert len(rr.Boxes3D(mins=[], sizes=[[1, 2, 3]]).centers) == 0
    with pytest.raises(ValueError, match="no column 7 of 3"):
        _reel.pick([1, 2, 3], 3, (0, 7), "x")


def test_array_interfaces_that_leave_their_bytes():
    def array(**interface):
        return type("Array", (), {"__array_interface__": {"version": 3, "typestr": "<f4", **interface}})()

    for wrong in (
        {"shape": (4,), "data": bytes(16), "strides": (-4,)}, {"shape": (2,), "data": bytes(8), "strides": (1 << 40,)}, {"shape": (2,), "data": bytes(8), "strides": (5,)}, {"shape": (2,), "data": bytes(8), "offset": 4},
        {"shape": (2,), "data": bytes(8), "strides": (-4,), "offset": 2}, {"shape": (-1,), "data": bytes(8)}, {"shape": (1 << 62, 4), "data": bytes(8)}, {"shape": (3,), "typestr": "", "data": bytes(8)},
    ):  # fmt: skip
        with pytest.raises((ValueError, TypeError)):
            components.ScalarBatch(array(**wrong), strict=True)
    numbers = np.arange(4, dtype=np.float32).tobytes()
    assert components.ScalarBatch(array(shape=(4,), data=numbers, strides=(-4,), offset=12), strict=True) == components.ScalarBatch([3, 2, 1, 0])
    assert components.ScalarBatch(array(shape=(2, 2), data=numbers, strides=(4, 8)), strict=True) == components.ScalarBatch([0, 2, 1, 3])


def test_columns_that_are_none():
    recording = rr.RecordingStream("abuse")
    described = rr.ComponentDescriptor("a")
    time, batch = ("t", 1, bytes(8)), components.ScalarBatch([1.0])
    for times, columns in (
        ([1], []), ([], [1]), ([(1, 2)], []), ([("t", 1, b"12")], []), ([("t", 1, memoryview(bytes(17))[1:])], []), ([("t\0", 1, bytes(8))], []), ([("t", 99, bytes(8))], [(described, batch, None)]), ([time], [(1, 2, 3)]),
        ([time], [(described, batch, b"123")]), ([time], [(described, batch, b"\xff\xff\xff\xff")]), ([time], [(described, 1, None)]), ([time, 5], []), ([None], [None]), (5, []), ((), ()),
    ):  # fmt: skip
        with pytest.raises((ValueError, TypeError, AttributeError)):
            recording._send_columns("a", times, columns)


class Self:
    def __iter__(self):
        return iter([self])


def loops():
    own, mapping, pair, objects, tuples = [1], {"a": 1}, [], np.empty(2, object), ([],)
    own.append(own)
    mapping["b"] = mapping
    pair.append({"a": [pair]})
    objects[:] = [[1], objects]
    tuples[0].append(tuples)
    deep = 1
    for _ in range(40):
        deep = [deep]
    return {"list": own, "dict": mapping, "both": pair, "objects": objects, "objects in a list": [objects], "tuple": tuples, "dict in a list": [1, [mapping]], "deep": deep, "iterable": Self(), "iterable in a list": [Self()]}


@pytest.mark.parametrize("name", loops())
def test_what_contains_itself_has_no_type(name):
    value = loops()[name]
    rr.set_strict_mode(True)
    try:
        for make in (lambda: rr.AnyValues(**{f"loop {name}": value}), lambda: rr.DynamicArchetype("Loop", components={name: value}), lambda: components.Position3DBatch(value), lambda: components.LineStrip3DBatch(value)):
            with pytest.raises((ValueError, TypeError, RecursionError)):
                make()
        if name != "dict":  # columns of a dict are those of its keys
            with pytest.raises((ValueError, TypeError, RecursionError)):
                rr.AnyValues.columns(**{f"loops {name}": value})
    finally:
        rr.set_strict_mode(False)


def test_nested_values_may_be_as_deep_as_arrow_types():
    deep = 1
    for _ in range(30):
        deep = [deep]
    assert rr.AnyValues(deep=deep).as_component_batches()[0].as_arrow_array().to_pylist() == deep


def test_a_path_must_end():
    recording = rr.RecordingStream("abuse")
    with pytest.raises(ValueError, match="more than 1000 parts"):
        recording.log(itertools.repeat("a"), rr.Scalars(1.0), strict=True)


def test_iterables_must_end_together():
    """One by one they do, and all together they would go on for years."""
    recording = rr.RecordingStream("abuse")
    inner = [[[]] * 4000] * 4000
    with pytest.raises(ValueError, match="more than 4096 things"):
        recording.log("a", inner, strict=True)


def test_a_server_is_started_once(tmp_path):
    server = _reel.ViewerServer.__new__(_reel.ViewerServer)
    try:
        server.__init__(0, b"page", b"script")
    except (OSError, ValueError, RuntimeError):
        pytest.fail("the viewer is there")
    url = server.url
    with pytest.raises(ValueError, match="started before"):
        server.__init__(0, b"page", b"script")
    assert server.url == url
    server.stop()


def test_points_of_texts_and_of_themselves():
    loop = []
    loop.append(loop)
    recording = rr.RecordingStream("abuse")
    for points in ("abc", loop):
        with pytest.warns(Warning):
            rr.log_points("a", points, recording=recording)


def test_classes_that_cannot_be_made():
    """Not the first time, that is."""
    program = """
import threading
import reel._support
from reel import _reel

right = reel._support.archetype_doc
def wrong(name):
    raise KeyboardInterrupt
reel._support.archetype_doc = wrong
try:
    _reel.archetype_class("rerun.archetypes.Points2D")
except KeyboardInterrupt:
    print("raised")
inner = []
def slow(name):  # as if another thread ran meanwhile
    reel._support.archetype_doc = right
    inner.append(_reel.archetype_class(name))
    return right(name)
reel._support.archetype_doc = slow
print(_reel.archetype_class("rerun.archetypes.Points2D") is inner[0])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["raised", "True"], (done.returncode, done.stderr)


def test_times_that_are_none_wait_as_long_as_it_takes():
    recording = rr.RecordingStream("abuse")
    memory = recording.memory_recording()
    recording.log("a", rr.Scalars(1.0))
    for seconds in (float("nan"), float("inf"), -1.0, 1e300, 60.0):
        recording._flush(seconds)
    assert memory.num_msgs() > 0
