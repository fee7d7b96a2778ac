"""Recordings of Reel and of the official SDK, read by Reel, changed, and written again; judged by the official tools."""
import os
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
import rerun.blueprint as rrb

import cases
import judge
from arrow_arrays import Maker
from reel_library import Recording
from rrd_bytes import batches
from script import New, record_both
from test_arrow import KEPT
from test_arrow import columns as arrow_columns

EDIT = Path(os.environ["REEL_TEST_BUILD"]) / "tests/programs/edit_recording"
CACHE = Path(os.environ.get("REEL_CACHE", Path(__file__).resolve().parents[2] / ".cache"))
WRITERS = ["reel", "official"]


def edit(source, target, *steps):
    done = subprocess.run([EDIT, source, target, *steps], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, f"{steps}: {done.stderr}"
    return target


def same(found, expected):
    """Row ids, times, values, nulls and types; the first column that differs."""
    assert found.keys() == expected.keys()
    for key, column in found.items():
        assert column.types == expected[key].types, f"{key}: types"
        assert len(column.rows) == len(expected[key].rows), f"{key}: {len(column.rows)} rows of {len(expected[key].rows)}"
        for a, b in zip(column.rows, expected[key].rows):
            assert a == b, f"{key}:\n  {str(a)[:700]}\n  {str(b)[:700]}"


def read(path, random_access=False):
    return judge.read(path, with_log_time=True, random_access=random_access)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Every archetype, field and case, written by both."""
    return dict(zip(WRITERS, record_both(tmp_path_factory.mktemp("everything"), New(), cases.all_operations())))


@pytest.fixture(scope="module")
def everything_read(everything):
    return {name: read(path) for name, path in everything.items()}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("steps", [["messages"], [], ["plain"], ["pieces=1", "join"], ["reverse", "sort"]], ids=lambda s: " ".join(s) or "chunks")
def test_everything_survives(everything, everything_read, equal, tmp_path, writer, steps):
    out = edit(everything[writer], tmp_path / "out.rrd", *steps)
    judge.verify(out)
    same(read(out), everything_read[writer])
    same(read(out, random_access=True), everything_read[writer])
    assert not judge.sorted_claims_that_lie(out)
    if not steps: # the official comparison takes its time
        judge.compare(out, everything[writer])
    equal("cases", f"written again/{writer} {' '.join(steps)}", True)


def test_messages_are_the_same_bytes(everything, tmp_path):
    out = edit(everything["official"], tmp_path / "out.rrd", "messages", "no_footer")
    before, after = everything["official"].read_bytes(), out.read_bytes()
    assert before[12:len(after)] == after[12:]


# ---- what users bring, and what older releases wrote

def arrow_types(path):
    """A few rows of every Arrow type, and of types made at random; by Reel, since the official SDK cannot record all of these."""
    with Recording(path) as rec:
        for name, array in KEPT.items():
            for i in (2, 0, 1, 2):
                rec.set_time("frame", "sequence", i)
                rec.log_arrow(f"kept/{name}", "c", array.slice(i) if i and "union" not in name else array)
        for seed in range(150):
            maker = Maker(seed)
            for i in range(3):
                rec.set_time("frame", "sequence", -i)
                rec.log_arrow(f"random/{seed}", "c", Maker(seed).array(maker.random.integers(0, 9)))


@pytest.mark.parametrize("steps", [["messages"], [], ["reverse"], ["pieces=1", "join"], ["sort=frame", "pieces=2", "reverse", "join"]], ids=lambda s: " ".join(s) or "chunks")
def test_every_arrow_type_survives(tmp_path, steps):
    path = tmp_path / "arrow.rrd"
    arrow_types(path)
    out = edit(path, tmp_path / "out.rrd", *steps)
    judge.verify(out)
    (values, types), (expected, expected_types) = arrow_columns(out), arrow_columns(path)
    assert values.keys() == expected.keys() and len(values) >= 150 + len(KEPT)
    for entity in values:
        assert types[entity] == expected_types[entity] and values[entity] == expected[entity], entity


@pytest.mark.parametrize("kind", ["rows", "columns", "blueprint"])
@pytest.mark.parametrize("version", ["0.33.1", "0.36.2"])
def test_recordings_of_older_releases(tmp_path, version, kind):
    path = tmp_path / "old.rrd"
    subprocess.run([CACHE / f"readers/{version}/bin/python", Path(__file__).with_name("make_official.py"), kind, path], check=True, capture_output=True, timeout=120)
    for steps in (["messages"], [], ["reverse", "sort"]):
        out = edit(path, tmp_path / "out.rrd", *steps)
        judge.verify(out)
        same(read(out), read(path))
        same(read(out, random_access=True), read(path))


# ---- one small recording, changed in every way

N = 10


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.rrd"
    rec = rr.RecordingStream("small", recording_id="the_small_one")
    rec.save(str(path))
    rec.log("fixed", rr.TextDocument("stays"), static=True)
    frames = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    when = [np.datetime64(1_700_000_000_000_000_000 + i * 1000, "ns") for i in range(N)]
    times = [rr.TimeColumn("frame", sequence=frames), rr.TimeColumn("when", timestamp=when), rr.TimeColumn("took", duration=[0.5 * i for i in range(N)])]
    rec.send_columns("numbers", times, rr.Scalars.columns(scalars=np.arange(N, dtype="f8")))
    rec.send_columns("points", times, rr.Points3D.columns(positions=np.arange(30, dtype="f4").reshape(10, 3), colors=[0x11223344 * (i % 3) for i in range(10)]).partition([2, 0, 3, 1, 0, 0, 1, 1, 2, 0]))
    rec.send_columns("texts", times, rr.TextLog.columns(text=[f"é{i}" * i for i in range(N)], level=["INFO"] * N))
    blueprint = rrb.Blueprint(rrb.Horizontal(rrb.TimeSeriesView(origin="/numbers"), rrb.Spatial3DView()), collapse_panels=True)
    rr.send_blueprint(blueprint, recording=rec)
    rec.flush()
    rec.disconnect()
    return path


def rows(path):
    """{(entity, component): [(row id, times, value)]} of the recording itself."""
    return {key: column.rows for key, column in read(path).items()}


def times_of(path, entity, timeline):
    return [when[timeline][1] for key, found in rows(path).items() if key[0] == entity for _, when, _ in found]


def is_user(key):
    return not key[0].startswith("/__")


def test_rename(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "rename=/a b/c")
    judge.verify(out)
    assert rows(out) == {("/a\\ b/c" + entity, component): found for (entity, component), found in rows(small).items()}


def test_shift(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "shift=frame:-100", "shift=when:5", "shift=took:1")
    judge.verify(out)
    by = {"frame": -100, "when": 5, "took": 1}
    moved = lambda when: when and {t: (kind, at + by.get(t, 0)) for t, (kind, at) in when.items()}
    assert rows(out) == {key: [(i, moved(when), value) for i, when, value in found] for key, found in rows(small).items()}


def test_a_new_timeline(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "with=step:7", "same=epoch:42", "with=frame:0")
    judge.verify(out)
    before, after = rows(small), rows(out)
    assert after.keys() == before.keys()
    for key, found in after.items():
        assert [(i, v) for i, _, v in found] == [(i, v) for i, _, v in before[key]]
        for n, (_, when, _) in enumerate(found):
            old = before[key][n][1] or {}
            row = n if key[0] != "/points" else None
            assert when.keys() == old.keys() | {"step", "epoch", "frame"} and when["epoch"] == ("int64", 42)
            if row is not None and key[0] in ("/numbers", "/texts"):
                assert when["step"] == ("int64", 7 + row) and when["frame"] == ("int64", row)
            assert all(when[t] == old[t] for t in old if t != "frame")


def test_without_timelines(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "without=when", "rename_timeline=frame:image")
    judge.verify(out)
    renamed = lambda when: when and {{"frame": "image"}.get(t, t): at for t, at in when.items() if t != "when"}
    assert rows(out) == {key: [(i, renamed(when), value) for i, when, value in found] for key, found in rows(small).items()}


def test_made_static(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "without=when", "without=took", "without=log_time", "without=log_tick", "static=frame", "static=blueprint")
    judge.verify(out)
    assert rows(out) == {key: [(i, None, value) for i, when, value in found] for key, found in rows(small).items()}


def test_the_last_timeline_is_not_dropped_by_accident(small, tmp_path):
    done = subprocess.run([EDIT, small, tmp_path / "out.rrd", "without=when", "without=took", "without=frame"], capture_output=True, text=True)
    assert done.returncode == 1 and "/numbers: without its only timeline frame this chunk of 10 rows would be static" in done.stderr
    assert not (tmp_path / "out.rrd").exists() and not list(tmp_path.iterdir())


def test_components(small, tmp_path):
    dropped = edit(small, tmp_path / "dropped.rrd", "drop=Points3D:colors", "drop=TextLog:text")
    judge.verify(dropped)
    gone = {("/points", "Points3D:colors"), ("/texts", "TextLog:text")}
    assert rows(dropped) == {key: found for key, found in rows(small).items() if key not in gone}
    kept = edit(small, tmp_path / "kept.rrd", "keep=Points3D:colors")
    judge.verify(kept)
    assert rows(kept) == {("/points", "Points3D:colors"): rows(small)[("/points", "Points3D:colors")]}


def test_new_row_ids(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "new_row_ids")
    judge.verify(out)
    before, after = rows(small), rows(out)
    ids = lambda found: {i for row in found.values() for i, _, _ in row}
    assert not ids(before) & ids(after) and len(ids(before)) == len(ids(after))
    assert {k: [row[1:] for row in v] for k, v in after.items()} == {k: [row[1:] for row in v] for k, v in before.items()}


@pytest.mark.parametrize("timeline", ["frame", "when", "took"])
def test_sort(small, tmp_path, timeline):
    out = edit(small, tmp_path / "out.rrd", f"sort={timeline}")
    judge.verify(out)
    assert rows(out) == rows(small)
    for entity, _, batch in judge.chunks(out):
        if timeline in batch.schema.names:
            order = list(zip(batch.column(timeline).cast(pa.int64()).to_pylist(), batch.column(0).to_pylist()))
            assert order == sorted(order), entity
    for entity, batch in batches(out.read_bytes()):
        for i, column in enumerate(batch.schema):
            if column.metadata[b"rerun:kind"] != b"data":
                values = batch.column(i).to_pylist() if i == 0 else batch.column(i).cast(pa.int64()).to_pylist()
                assert (column.metadata.get(b"rerun:is_sorted") == b"true") == (values == sorted(values)), (entity, column.name)
    judge.compare(out, small)


def test_select(small, tmp_path):
    out = edit(small, tmp_path / "out.rrd", "every=3")
    judge.verify(out)
    before, after = rows(small), rows(out)
    assert after[("/numbers", "Scalars:scalars")] == before[("/numbers", "Scalars:scalars")][::3]
    assert after[("/texts", "TextLog:text")] == before[("/texts", "TextLog:text")][::3]
    assert after[("/points", "Points3D:positions")] == before[("/points", "Points3D:positions")][::3]


def test_another_application_and_recording(small, tmp_path):
    from rerun.chunk import RrdReader
    out = edit(small, tmp_path / "out.rrd", "application=other", "recording=elsewhere")
    judge.verify(out)
    [store] = RrdReader(str(out)).recordings()
    assert (store.application_id, store.recording_id) == ("other", "elsewhere")


def test_blueprints_come_along(small, tmp_path):
    from rerun.chunk import RrdReader
    for how in (["messages"], []):
        out = edit(small, tmp_path / "out.rrd", *how)
        assert len(RrdReader(str(out)).blueprints()) == len(RrdReader(str(small)).blueprints()) == 1
        code, said = judge.rerun("rrd", "print", out)
        assert code == 0 and "BlueprintActivationCommand" in said


def test_through_pipes(small, tmp_path):
    done = subprocess.run([EDIT, "-", "-"], input=small.read_bytes(), capture_output=True)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out.rrd"
    out.write_bytes(done.stdout)
    judge.verify(out)
    same(read(out, random_access=True), read(small))
