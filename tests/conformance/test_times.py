"""Timelines: kinds, extremes, names, and what of log_time and log_tick is in a recording."""
import time

import numpy as np

import judge
from script import Columns, Disable, Log, Name, New, Property, Reset, Sink, Threads, Time, record_both, record_with_reel

MAX, MIN = 2**63 - 1, -2**63 + 1  # INT64_MIN is not a time


def scalar(path, value, **more):
    return Log(path, "Scalars", {"scalars": [float(value)]}, **more)


def times_of(path, entity, component="Scalars:scalars"):
    """What each row of a recording says about when, log_time included."""
    return [when for _, when, _ in judge.read(path, with_log_time=True)[entity, component].rows]


def assert_equal(paths, equal, case):
    found = judge.differences(*map(judge.read, paths))
    equal("cases", case, not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    judge.compare(*paths)


def test_kinds_and_extremes(tmp_path, equal):
    ops = []
    for i, value in enumerate([0, 1, -1, MAX, MIN, 10**18, -10**18]):
        for name, kind in (("frame", "sequence"), ("took", "duration"), ("when", "timestamp")):
            ops += [Reset(), Time(name, kind, value), scalar(f"alone/{name}", i)]
        ops += [Reset(), Time("frame", "sequence", value), Time("took", "duration", -value), Time("when", "timestamp", value), scalar("all", i)]
    assert_equal(record_both(tmp_path, New(), ops), equal, "times/extreme")


def test_names(tmp_path, equal):
    names = ["frame nr", "größe", "时间", "\U0001f916", "a:b/c\\d", "rerun:x", "Z", "a", "_", "log_times", "quote\"'", "x" * 500]
    ops = [op for i, name in enumerate(names) for op in (Time(name, ["sequence", "duration", "timestamp"][i % 3], i), scalar("a", i))]
    assert_equal(record_both(tmp_path, New(), ops), equal, "times/names")


def test_disabled_and_reset(tmp_path, equal):
    ops = [Time("a", "sequence", 1), Time("b", "timestamp", 2), scalar("x", 1), Disable("a"), scalar("x", 2), Time("a", "sequence", 3), scalar("x", 3), Reset(), scalar("x", 4),
           Time("b", "timestamp", 5), scalar("x", 5), Disable("never set"), scalar("x", 6), scalar("x", 7, static=True)]
    ours, official = record_both(tmp_path, New(), ops)
    assert_equal((ours, official), equal, "times/disabled and reset")
    assert [sorted(when or ["static"]) for when in times_of(ours, "/x")] == [["a", "b", "log_time"], ["b", "log_time"], ["a", "b", "log_time"], ["log_time"], ["b", "log_time"], ["b", "log_time"], ["static"]]


def test_log_time_is_now_and_in_order(tmp_path):
    before = time.time_ns()
    record_with_reel([New(), Sink("file", tmp_path / "a.rrd"), *[scalar("x", i) for i in range(1000)]])
    after = time.time_ns()
    told = [when["log_time"] for when in times_of(tmp_path / "a.rrd", "/x")]
    assert {kind for kind, _ in told} == {"timestamp[ns]"}
    values = [value for _, value in told]
    assert values == sorted(values) and before <= values[0] and values[-1] <= after


def test_log_time_is_absent_by_option(tmp_path, equal):
    ops = [Time("frame", "sequence", 1), scalar("x", 1), scalar("y", 2), Reset(), scalar("z", 3)]
    paths = record_both(tmp_path, New(log_time=False), ops)
    assert_equal(paths, equal, "times/without log_time")
    for path in paths:
        assert not any("log_time" in batch.schema.names for _, _, batch in judge.chunks(path))
        assert times_of(path, "/z") == [None]  # a row without any time holds always


def test_log_time_is_absent_when_disabled(tmp_path):
    """Which the official SDK does not offer for one thread: judged by the reader alone."""
    record_with_reel([New(), Sink("file", tmp_path / "a.rrd"), Time("frame", "sequence", 1), scalar("x", 1), Disable("log_time"), scalar("x", 2), Threads([[scalar("x", 3)]]), Reset(), scalar("x", 4)])
    assert [sorted(when) for when in times_of(tmp_path / "a.rrd", "/x")] == [["frame", "log_time"], ["frame"], ["log_time"], ["log_time"]]
    judge.verify(tmp_path / "a.rrd")


def test_log_tick_is_the_official_one(tmp_path, equal):
    """Static rows and properties count, too; sent columns and the start time do not."""
    ops = [scalar("x", 1), scalar("y", 2), scalar("s", 3, static=True), scalar("x", 4), Time("frame", "sequence", 7), Property("p", "TextDocument", {"text": "about"}), scalar("y", 5), Name("named"),
           scalar("x", 6), Columns("c", {"frame": ("sequence", [1, 2])}, {("Scalars", "scalars"): (np.array([1.0, 2.0]), None)}), scalar("y", 7)]
    paths = record_both(tmp_path, New(log_tick=True, properties=True), ops)
    read = [{key: column for key, column in judge.read(path).items() if key[1] != "RecordingInfo:start_time"} for path in paths]
    found = judge.differences(*read)
    equal("cases", "times/log_tick", not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    judge.compare(*paths)


def test_log_tick_is_off_by_default(tmp_path):
    record_with_reel([New(), Sink("file", tmp_path / "a.rrd"), scalar("x", 1)])
    assert [sorted(when) for when in times_of(tmp_path / "a.rrd", "/x")] == [["log_time"]]


def test_each_thread_has_its_own_times(tmp_path):
    scripts = [[Time(f"only {i}", "sequence", i), Time("shared", "duration", 10 + i), scalar(f"thread/{i}", i)] for i in range(8)]
    record_with_reel([New(), Sink("file", tmp_path / "a.rrd"), Time("main", "sequence", 5), Threads(scripts), scalar("main", 0)])
    for i in range(8):
        [when] = times_of(tmp_path / "a.rrd", f"/thread/{i}")
        assert when.pop("log_time") and when == {f"only {i}": ("int64", i), "shared": ("duration[ns]", 10 + i)}
    [when] = times_of(tmp_path / "a.rrd", "/main")
    assert when.pop("log_time") and when == {"main": ("int64", 5)}
