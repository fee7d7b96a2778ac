"""Many entities, many threads, times out of order, several sinks: nothing is lost, nothing is claimed that is not so."""
import random
import struct

import pytest

import cases
import judge
from rrd_bytes import batches
from script import Capture, Columns, Entities, Flush, Log, New, Sink, Threads, Time, record_both, record_with_reel


def scalar(path, value, **more):
    return Log(path, "Scalars", {"scalars": [float(value)]}, **more)


def scalars_of(path):
    """{entity path: its scalars in the order of their row ids}"""
    return {entity: [number(value) for _, _, [value] in column.rows] for (entity, component), column in judge.read(path).items() if component == "Scalars:scalars"}


def number(plain):
    return struct.unpack("<d", plain)[0]


def assert_equal(paths, equal, case, with_compare=True):
    found = judge.differences(*map(judge.read, paths))
    equal("cases", f"order/{case}", not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    if with_compare:
        judge.compare(*paths)


@pytest.mark.parametrize("flush_rows", [0, 1, 7])
def test_times_out_of_order(tmp_path, equal, flush_rows):
    """Readers trust the claim that a column is sorted."""
    order = random.Random(3)
    ops = []
    for i in range(3000):
        ops += [Time("frame", "sequence", order.randrange(1000)), Time("when", "timestamp", i // 2), Time("took", "duration", -i), scalar("a", i)]
        ops += [scalar("sometimes/sorted", i)] if i % 500 < 2 else []
    paths = record_both(tmp_path, New(flush_rows=flush_rows), ops)
    assert_equal(paths, equal, f"times out of order, flush_rows {flush_rows}")
    assert judge.sorted_claims_that_lie(paths[0]) == []
    claims = {(entity, f.name, f.metadata.get(b"rerun:is_sorted")) for entity, batch in batches(paths[0].read_bytes()) for f in batch.schema if batch.num_rows > 2}
    if flush_rows != 1:
        assert ("/a", "frame", None) in claims and ("/a", "when", b"true") in claims and ("/a", "took", None) in claims and ("/a", "frame", b"true") not in claims


def test_one_column_set_after_another(tmp_path, equal):
    """Rows of one entity whose columns and timelines change all the time keep their order. (`rrd optimize` joins chunks of unlike columns or not, depending on how they were cut,
    so that `rrd compare` cannot judge this.)"""
    order = random.Random(5)
    names = list(cases.members("Points3D"))
    ops = []
    for i in range(2000):
        some = order.sample(names, order.randrange(1, 4))
        ops += [Time("frame", "sequence", i)] + ([Time("when", "timestamp", i)] if i % 97 == 5 else [])
        ops += [Log("a", "Points3D", cases.together("Points3D", order.randrange(4), turn=i % 7, names=some), update=True)]
    paths = record_both(tmp_path, New(), ops)
    assert_equal(paths, equal, "changing columns", with_compare=False)


def test_100_000_entities(tmp_path):
    path = tmp_path / "a.rrd"
    record_with_reel([New(), Sink("file", path), Time("frame", "sequence", 1), Entities("e", 100_000, 7)])
    judge.verify(path)
    told = {entity: batch.column("Scalars:scalars").to_pylist() for entity, _, batch in judge.chunks(path)}
    assert told == {f"/e/{i}": [[7.0 + i]] for i in range(100_000)}


def test_eight_threads(tmp_path):
    """Each logs to entities of its own, to some that all share, and sends columns in between; some entities change hands while they are open."""
    n = 2000

    def script(t):
        ops = [Entities(f"own/{t}", 300, 0), Entities("shared", 300, t * 1000)]
        for i in range(n):
            ops += [Time("frame", "sequence", i), scalar("all", t * n + i), scalar(f"thread/{t}", i)]
            ops += [Columns("all", {"frame": ("sequence", [i])}, {("Scalars", "scalars"): ([t * n + i + 0.5], None)})] if i % 100 == 0 else []
            ops += [Flush()] if i % 777 == 776 else []
        return ops
    path = tmp_path / "a.rrd"
    record_with_reel([New(), Sink("file", path), Threads([script(t) for t in range(8)])])
    judge.verify(path)
    assert judge.sorted_claims_that_lie(path) == []
    read = scalars_of(path)
    told = read["/all"]
    for t in range(8):
        assert [v for v in told if t * n <= v < (t + 1) * n] == [t * n + i + half for i in range(n) for half in ((0, 0.5) if i % 100 == 0 else (0,))]
        assert read[f"/thread/{t}"] == list(range(n))
        assert all(read[f"/own/{t}/{i}"] == [i] for i in range(300))
    assert len(told) == 8 * (n + n // 100)
    assert all(sorted(read[f"/shared/{i}"]) == [t * 1000 + i for t in range(8)] for i in range(300))


def test_row_ids_are_unique_across_threads(tmp_path):
    path = tmp_path / "a.rrd"
    record_with_reel([New(), Sink("file", path), Threads([[op for i in range(500) for op in (scalar("x", i), scalar(f"y/{t}", i), scalar("s", i, static=True))] for t in range(8)])])
    ids = [bytes(row) for _, _, batch in judge.chunks(path) for row in batch.column(0).to_pylist()]
    assert len(ids) == len(set(ids)) and len(ids) >= 8 * 1000


def all_cases():
    return [op for archetype in ("Points3D", "TextLog", "Image", "Tensor", "Transform3D", "VideoStream") for ops in cases.cases_of(archetype).values() for op in ops]


def test_every_sink_gets_the_same(tmp_path, equal):
    """A file, memory, a callback, a sink of one's own: all rows, in the same order."""
    official, file = record_both(tmp_path, New(properties=False), all_cases())[::-1]
    sinks = {kind: tmp_path / f"{kind}.rrd" for kind in ("file", "memory", "callback", "custom")}
    record_with_reel([New(), *(Sink(kind, path) for kind, path in sinks.items()), *all_cases()])
    for kind, path in sinks.items():
        judge.verify(path, *([] if kind in ("file", "memory") else ["--check-footers=false"]))
        found = judge.differences(judge.read(path), judge.read(official))
        equal("cases", f"sinks/{kind}", not found)
        assert not found, f"{kind}: {judge.tell(found)}"
        judge.compare(path, official)


def test_the_first_sink_gets_what_was_logged_before_it(tmp_path):
    before = [Time("frame", "sequence", 1), scalar("a", 1), scalar("s", 1, static=True)]
    after = [Time("frame", "sequence", 2), scalar("a", 2)]
    record_with_reel([New(), Sink("file", tmp_path / "at_once.rrd"), *before, *after])
    record_with_reel([New(), *before, Sink("file", tmp_path / "late.rrd"), *after])
    record_with_reel([New(), Sink("buffer", ""), *before, Sink("file", tmp_path / "after_buffer.rrd"), *after])
    for name in ("late", "after_buffer"):
        found = judge.differences(judge.read(tmp_path / f"{name}.rrd"), judge.read(tmp_path / "at_once.rrd"))
        assert not found, f"{name}: {judge.tell(found)}"
        judge.compare(tmp_path / f"{name}.rrd", tmp_path / "at_once.rrd")


def test_a_later_sink_begins_with_the_static_data(tmp_path):
    """Of which only the newest counts."""
    ops = [Time("frame", "sequence", 1), *(scalar("s", i, static=True) for i in range(3)), scalar("a", 1), Sink("memory", tmp_path / "memory.rrd"), Time("frame", "sequence", 2), scalar("a", 2)]
    record_with_reel([New(name="both"), Sink("file", tmp_path / "file.rrd"), *ops])
    file, memory = scalars_of(tmp_path / "file.rrd"), scalars_of(tmp_path / "memory.rrd")
    assert file == {"/a": [1, 2], "/s": [0, 1, 2]}
    assert memory["/a"] == [2] and memory["/s"][-1] == 2
    for name in ("file", "memory"):
        judge.verify(tmp_path / f"{name}.rrd")
        assert judge.read(tmp_path / f"{name}.rrd")["/__properties", "RecordingInfo:name"].rows[0][2] == ("both",)


def test_a_capture_is_the_recording_so_far(tmp_path, equal):
    ops = all_cases()
    half = next(i for i in range(len(ops) // 2, len(ops)) if not isinstance(ops[i - 1], Time))
    for part, some in (("half", ops[:half]), ("whole", ops)):
        (tmp_path / part).mkdir()
        record_both(tmp_path / part, New(), some)
    record_with_reel([New(), Sink("file", tmp_path / "a.rrd"), *ops[:half], Capture(tmp_path / "captured.rrd"), *ops[half:]])
    for path, part in ((tmp_path / "captured.rrd", "half"), (tmp_path / "a.rrd", "whole")):
        judge.verify(path)
        found = judge.differences(judge.read(path), judge.read(tmp_path / part / "official.rrd"))
        equal("cases", f"capture/{part}", not found)
        assert not found, judge.tell(found)
        judge.compare(path, tmp_path / part / "official.rrd")
