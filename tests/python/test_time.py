"""Times: every input, to the nanosecond."""

import datetime
import tracemalloc
import warnings

import pytest
import reel as rr
from reel.time import to_nanos, to_nanos_since_epoch

UTC = datetime.timezone.utc
MAX = 2**63 - 1


@pytest.fixture
def rec():
    return rr.RecordingStream("times")


def times(rec_memory):
    """[{timeline: (type, value)}] of the rows, log_time left out."""
    import tempfile

    import rerun

    with tempfile.NamedTemporaryFile(suffix=".rrd") as file:
        file.write(rec_memory.drain_as_bytes())
        file.flush()
        found = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunks = list(rerun.chunk.RrdReader(file.name).stream())
        for chunk in chunks:
            if chunk.entity_path.startswith("/__properties"):
                continue
            batch = chunk.to_record_batch()
            for i in range(batch.num_rows):
                found.append({name: batch.column(name).cast("int64")[i].as_py() for name in chunk.timeline_names if name != "log_time"})
        return found


def after(rec, *calls):
    memory = rec.memory_recording()
    for call in calls:
        call()
    rec.log("x", rr.Scalars(1.0))
    return times(memory)[-1]


NANOS = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("sequence", 0, 0),
        ("sequence", -5, -5),
        ("sequence", MAX, MAX),
        ("duration", 2, 2_000_000_000),
        ("duration", 0.75, 750_000_000),
        ("duration", -1.5, -1_500_000_000),
        ("duration", 1e-9, 1),
        ("duration", datetime.timedelta(days=400, microseconds=1), 400 * 86400 * 10**9 + 1000),
        ("duration", datetime.timedelta(microseconds=-1), -1000),
        ("timestamp", 1_700_000_000, 1_700_000_000 * 10**9),
        ("timestamp", 1.5, 1_500_000_000),
        ("timestamp", datetime.datetime(2050, 1, 1, 0, 0, 0, 123457), 2524608000123457000),
        ("timestamp", datetime.datetime(2050, 1, 1, 0, 0, 0, 123457, UTC), 2524608000123457000),
        ("timestamp", datetime.datetime(2050, 1, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))), 2524608000000000000),
        ("timestamp", datetime.datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), -1_000_000_000),
    ],
)
def test_set_time(rec, kind, value, expected):
    assert after(rec, lambda: rec.set_time("t", **{kind: value})) == {"t": expected}


@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s", "m", "h", "D"])
def test_set_time_of_numpy(rec, unit):
    np = pytest.importorskip("numpy")
    value = 25 if unit != "ns" else NANOS
    expected = int(np.timedelta64(value, unit).astype("timedelta64[ns]").astype("int64"))
    assert after(rec, lambda: rec.set_time("t", duration=np.timedelta64(value, unit))) == {"t": expected}
    assert after(rec, lambda: rec.set_time("d", timestamp=np.datetime64(value, unit))) == {"t": expected, "d": expected}


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint64"])
def test_set_time_of_numpy_integers(rec, kind):
    np = pytest.importorskip("numpy")
    number = np.dtype(kind).type(7)
    assert after(rec, lambda: rec.set_time("s", sequence=number), lambda: rec.set_time("d", duration=number)) == {"s": 7, "d": 7 * 10**9}


def test_set_time_of_others(rec):
    pa = pytest.importorskip("pyarrow")
    assert after(rec, lambda: rec.set_time("t", timestamp=pa.scalar(NANOS, pa.timestamp("ns")))) == {"t": NANOS}
    assert after(rec, lambda: rec.set_time("t", timestamp=pa.scalar(5, pa.timestamp("ms")))) == {"t": 5_000_000}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"sequence": 1.0}, TypeError),
        ({"sequence": "1"}, TypeError),
        ({"sequence": 2**63}, OverflowError),
        ({"duration": "1"}, TypeError),
        ({"duration": [1]}, TypeError),
        ({"duration": 3 + 4j}, TypeError),
        ({"duration": float("nan")}, ValueError),
        ({"duration": float("inf")}, ValueError),
        ({"timestamp": 1e12}, ValueError),
        ({"timestamp": "2020-01-01"}, TypeError),
        ({"timestamp": datetime.date(2020, 1, 1)}, TypeError),
        ({"sequence": 1, "duration": 1}, ValueError),
        ({}, ValueError),
        ({"sequence": None}, ValueError),
        ({"seconds": 1}, TypeError),
    ],
)
def test_set_time_refuses(rec, arguments, error):
    with pytest.raises(error):
        rec.set_time("t", **arguments)


@pytest.mark.parametrize(("kind", "value"), [("sequence", 2**63), ("sequence", "1"), ("duration", "1"), ("duration", float("nan")), ("duration", 2**60), ("timestamp", "2020-01-01")])
def test_errors_name_timeline_and_argument(rec, kind, value):
    with pytest.raises((TypeError, ValueError, OverflowError), match=f"^timeline 'lap', {kind}: "):
        rec.set_time("lap", **{kind: value})


def test_set_time_of_two_kinds(rec):
    rec.set_time("t", sequence=1)
    with pytest.raises(ValueError, match="t"):
        rec.set_time("t", duration=1)


def test_disable_and_reset(rec):
    both = (lambda: rec.set_time("a", sequence=1), lambda: rec.set_time("b", sequence=2))
    assert after(rec, *both) == {"a": 1, "b": 2}
    assert after(rec, lambda: rec.disable_timeline("a")) == {"b": 2}
    assert after(rec, lambda: rr.disable_timeline("b", recording=rec)) == {}
    assert after(rec, *both, lambda: rr.reset_time(recording=rec)) == {}
    assert after(rec, *both, rec.reset_time) == {}


def timelines_of(memory):
    """{path: the timelines of its newest chunk}"""
    import tempfile

    import rerun

    with tempfile.NamedTemporaryFile(suffix=".rrd") as file:
        file.write(memory.drain_as_bytes())
        file.flush()
        return {c.entity_path: sorted(c.timeline_names) for c in rerun.chunk.RrdReader(file.name).stream() if not c.entity_path.startswith("/__")}


def timelines(rec, *calls):
    memory = rec.memory_recording()
    for call in calls:
        call()
    rec.log("x", rr.Scalars(1.0))
    return timelines_of(memory)["/x"]


def test_own_timelines(rec):
    assert timelines(rec) == ["log_time"]
    assert timelines(rec, lambda: rec.set_log_tick_enabled(True)) == ["log_tick", "log_time"]
    assert timelines(rec, lambda: rec.set_log_time_enabled(False)) == ["log_tick"]
    assert timelines(rec, lambda: rr.set_log_tick_enabled(False, recording=rec), lambda: rr.set_log_time_enabled(True, recording=rec)) == ["log_time"]
    assert timelines(rec, lambda: rec.disable_timeline("log_time"), lambda: rec.set_time("a", sequence=1)) == ["a"]


def test_own_timelines_are_switched_for_threads_that_log_already(rec):
    import queue
    import threading

    memory = rec.memory_recording()
    paths, done = queue.Queue(), queue.Queue()

    def work():
        while path := paths.get():
            rec.log(path, rr.Scalars(1.0))
            rec.log(path + "/static", rr.Scalars(1.0), static=True)
            done.put(path)

    thread = threading.Thread(target=work)
    thread.start()

    def log(path):
        paths.put(path)
        done.get(timeout=60)

    log("as_made")
    rec.set_log_time_enabled(False)
    log("no_time")
    rec.set_log_tick_enabled(True)
    log("tick")
    rec.disable_timeline("log_tick")  # of this thread, as every timeline
    rec.log("here", rr.Scalars(1.0))
    log("there")
    rec.set_log_time_enabled(True)
    log("both")
    rec.set_log_tick_enabled(False)
    log("as_made_again")
    paths.put(None)
    thread.join()
    rec.reset_time()
    rec.log("after_reset", rr.Scalars(1.0))
    assert {path: names for path, names in timelines_of(memory).items() if "static" not in path} == {
        "/as_made": ["log_time"],
        "/no_time": [],
        "/tick": ["log_tick"],
        "/here": [],
        "/there": ["log_tick"],
        "/both": ["log_tick", "log_time"],
        "/as_made_again": ["log_time"],
        "/after_reset": ["log_time"],
    }


def test_own_timelines_are_switched_while_threads_log(rec):
    import threading

    memory = rec.memory_recording()
    stop = threading.Event()

    def work(path):
        while not stop.is_set():
            rec.log(path, rr.Scalars(1.0))

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for i in range(200):
        rec.set_log_time_enabled(i % 2 == 0)
        rec.set_log_tick_enabled(i % 3 == 0)
        rec.log("main", rr.Scalars(1.0))
    stop.set()
    for thread in threads:
        thread.join()
    rows = times(memory)
    ticks = [row["log_tick"] for row in rows if "log_tick" in row]
    assert len(ticks) == len(set(ticks)) > 0


def test_times_are_of_a_thread(rec):
    import threading

    memory = rec.memory_recording()
    rec.set_time("here", sequence=1)
    thread = threading.Thread(target=lambda: rec.log("y", rr.Scalars(1.0)))
    thread.start()
    thread.join()
    assert times(memory) == [{}]


@pytest.mark.parametrize("value", ["invalid", None, [1, 2], 3 + 4j])
def test_to_nanos_refuses(value):
    with pytest.raises(TypeError):
        to_nanos(value)
    with pytest.raises(TypeError):
        to_nanos_since_epoch(value)


def test_to_nanos_since_epoch_refuses_small_floats():
    np = pytest.importorskip("numpy")
    for kind in (np.float16, np.float32):
        with pytest.raises(TypeError):
            to_nanos_since_epoch(kind(14.25))
    with pytest.raises(ValueError):
        to_nanos_since_epoch(np.datetime64("NaT"))


# --- columns ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("sequence", range(3), [0, 1, 2]),
        ("sequence", [5, -5], [5, -5]),
        ("duration", [1, 0.5, datetime.timedelta(seconds=2)], [10**9, 5 * 10**8, 2 * 10**9]),
        ("timestamp", [0, 1.5, datetime.datetime(1970, 1, 1, 0, 0, 2)], [0, 15 * 10**8, 2 * 10**9]),
    ],
)
def test_time_column(kind, values, expected):
    column = rr.TimeColumn("t", **{kind: values})
    assert column.timeline_name() == "t" and len(column) == len(expected)
    assert list(memoryview(column._values).cast("B").cast("q")) == expected


@pytest.mark.parametrize("kind", ["int8", "uint32", "int64"])
def test_time_column_of_numpy(kind):
    np, pa = pytest.importorskip("numpy"), pytest.importorskip("pyarrow")
    values = np.array([1, 2, 3], dtype=kind)
    assert rr.TimeColumn("t", sequence=values).as_arrow_array() == pa.array([1, 2, 3], pa.int64())
    assert rr.TimeColumn("t", duration=values).as_arrow_array() == pa.array([10**9, 2 * 10**9, 3 * 10**9], pa.duration("ns"))
    for unit in ("ns", "ms", "D"):
        moments = np.array([1, 2, 3], dtype=f"datetime64[{unit}]")
        assert rr.TimeColumn("t", timestamp=moments).as_arrow_array() == pa.array(moments.astype("datetime64[ns]"), pa.timestamp("ns"))
        lengths = np.array([1, 2, 3], dtype=f"timedelta64[{unit}]")
        assert rr.TimeColumn("t", duration=lengths).as_arrow_array() == pa.array(lengths.astype("timedelta64[ns]"), pa.duration("ns"))
    assert rr.TimeColumn("t", duration=np.array([0.5, 1.5])).as_arrow_array() == pa.array([5 * 10**8, 15 * 10**8], pa.duration("ns"))


def test_large_columns_are_not_copied():
    """Nor is what stands in the right form looked at one by one: ten million rows cost nothing before they are sent."""
    np = pytest.importorskip("numpy")
    pytest.importorskip("pyarrow")
    frames, values = np.arange(1 << 20), np.linspace(0, 1, 1 << 20)
    assert np.shares_memory(rr.TimeColumn("frame", sequence=frames)._values, frames)
    tracemalloc.start()
    try:
        (column,) = rr.Scalars.columns(scalars=values)
        assert tracemalloc.get_traced_memory()[1] < values.nbytes // 8
    finally:
        tracemalloc.stop()
    assert column.component_batch.as_arrow_array().buffers()[1].address == values.ctypes.data


@pytest.mark.parametrize(("arguments", "error"), [({}, ValueError), ({"sequence": [1], "duration": [1]}, ValueError), ({"sequence": ["a"]}, TypeError), ({"duration": ["a"]}, TypeError)])
def test_time_column_refuses(arguments, error):
    with pytest.raises(error):
        rr.TimeColumn("t", **arguments)


FACTORS = {"W": 604800 * 10**9, "D": 86400 * 10**9, "h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}


@pytest.mark.parametrize("unit", FACTORS)
def test_units_of_numpy_reach_as_far_as_nanoseconds(rec, unit):
    """The last number of a unit that fits, before 1970 and after it, and the first that does not."""
    np = pytest.importorskip("numpy")
    most = MAX // FACTORS[unit]
    for n in (most, -most, -1):
        assert to_nanos(np.timedelta64(n, unit)) == to_nanos_since_epoch(np.datetime64(n, unit)) == n * FACTORS[unit]
        assert list(rr.TimeColumn("t", timestamp=np.array([0, n], f"datetime64[{unit}]"))._values) == [0, n * FACTORS[unit]]
    if unit == "ns":
        return
    for n in (most + 1, -most - 1, 2**62):
        for kind, value in (("duration", np.timedelta64(n, unit)), ("timestamp", np.datetime64(n, unit))):
            with pytest.raises(OverflowError, match="292 years"):
                rec.set_time("t", **{kind: value})
            with pytest.raises(OverflowError, match="timeline 't'.*292 years"):
                rr.TimeColumn("t", **{kind: np.array([0, value], value.dtype)})


@pytest.mark.parametrize(
    ("kind", "values", "error"),
    [
        ("duration", ([2**40], "int64"), OverflowError),
        ("duration", ([1e12], "float64"), OverflowError),
        ("duration", ([0, float("nan")], "float64"), ValueError),
        ("duration", ([float("inf")], "float32"), ValueError),
        ("duration", (["NaT"], "timedelta64[s]"), ValueError),
        ("timestamp", (["2000-01-01", "NaT"], "datetime64[ns]"), ValueError),
        ("timestamp", ([1_700_000_000_000], "int64"), ValueError),
        ("sequence", ([2**63], "uint64"), OverflowError),
        ("sequence", ([1.5], "float64"), TypeError),
        ("sequence", ([1e300], "float64"), OverflowError),
        ("sequence", ([float("nan")], "float64"), TypeError),
        ("sequence", ([[1]], "int64"), ValueError),
    ],
)
def test_time_column_of_numpy_refuses(kind, values, error):
    """As it does of a list: what does not fit is told, and does not wrap around."""
    np = pytest.importorskip("numpy")
    with pytest.raises(error, match="timeline 't'"):
        rr.TimeColumn("t", **{kind: np.array(*values)})


def test_whole_numbers_are_a_sequence():
    np = pytest.importorskip("numpy")
    for values in ([1.0, -2.0], np.array([1.0, -2.0]), np.array([1.0, -2.0], "float32")):
        assert list(rr.TimeColumn("t", sequence=values)._values) == [1, -2]


class Stamp:
    """As of pandas: a datetime that knows nanoseconds."""

    def __init__(self, value):
        self.value = value

    def to_datetime64(self):
        return self.value

    def to_timedelta64(self):
        return self.value


def test_times_of_pandas(rec):
    np = pytest.importorskip("numpy")
    assert to_nanos_since_epoch(Stamp(np.datetime64(NANOS, "ns"))) == NANOS
    assert to_nanos(Stamp(np.timedelta64(-NANOS, "ns"))) == -NANOS
    for value in (np.datetime64("NaT"), np.datetime64("NaT", "s")):
        with pytest.raises(ValueError, match="not a time"):
            to_nanos_since_epoch(Stamp(value))


@pytest.mark.parametrize("value", [datetime.datetime(1600, 1, 1), datetime.datetime.max, datetime.datetime.min.replace(tzinfo=UTC), 9.3e9, -9.3e9, 10**11])
def test_times_out_of_reach(rec, value):
    with pytest.raises(OverflowError, match="292 years"):
        rec.set_time("t", timestamp=value)


@pytest.mark.parametrize("value", [datetime.timedelta.max, 1e300, 2**60])
def test_durations_out_of_reach(rec, value):
    with pytest.raises(OverflowError, match="292 years"):
        rec.set_time("t", duration=value)
