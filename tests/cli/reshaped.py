"""Recordings of the official SDK for the tests of the commands that make recordings of others, and the official tools as judges of what came of them."""
import json
import subprocess

import numpy as np
import pytest
import rerun as rr
import rerun.blueprint as rrb
from conftest import RERUN, run, verify

APPLICATION = "reshaped"


def official(path, recording_id="one", first=0, n=12, rows=True, blueprint=False, properties=True, chunk_rows=None, seed=0):
    """Rows of several entities on several timelines, static data, properties. With chunk_rows the rows come as columns, so many to a chunk."""
    rng = np.random.default_rng(seed)
    rec = rr.RecordingStream(APPLICATION, recording_id=recording_id, send_properties=properties)
    layout = rrb.Blueprint(rrb.Horizontal(rrb.Spatial3DView(origin="/world"), rrb.TimeSeriesView(origin="/plot"))) if blueprint else None
    rec.save(str(path), default_blueprint=layout)
    rec.reset_time()  # times belong to the id: another test may have left some
    if properties:
        rec.send_recording_name(f"name of {recording_id}")
        rec.send_property("site", rr.AnyValues(height=4.5))
    rec.log("world/mesh", rr.Points3D(rng.random((6, 3), np.float32), labels=["p"]), static=True)
    for i in range(first, first + n if rows else first):
        rec.set_time("frame", sequence=i)
        rec.set_time("took", duration=i * 0.25)
        rec.set_time("when", timestamp=np.datetime64(1_700_000_000_000_000_000 + i * 1_000_000_000, "ns"))
        rec.log("world/points", rr.Points3D(rng.random((i % 4, 3), np.float32), colors=[255, 2, i % 256]))
        rec.log("plot/a", rr.Scalars([float(i), -0.5]))
        if i % 3 == 0:
            rec.log("plot/a", rr.SeriesLines(names=[f"line {i}"]))
            rec.log("world/a b/image", rr.Image(np.full((6, 5, 3), i % 256, np.uint8)))
        if i % 2:
            rec.log("log", rr.TextLog(f'row "{i}", of {n}', level="INFO"))
    if chunk_rows:
        for at in range(first, first + n, chunk_rows):
            times = np.arange(at, min(at + chunk_rows, first + n))
            rec.send_columns("many", [rr.TimeColumn("frame", sequence=times)], rr.Scalars.columns(scalars=times * 0.5))
    rec.flush()
    rec.disconnect()
    return path


def succeed(*arguments, expect=0, **options):
    done = run(*arguments, **options)
    assert done.returncode == expect, done.stdout[-2000:] + done.stderr[-2000:]
    return done


def summary(*arguments, expect=0):
    return json.loads(succeed(*arguments, "--json", expect=expect).stdout)


def rerun(*arguments):
    done = subprocess.run([RERUN, "rrd", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done


def assert_same_data(ours, theirs, folder):
    """Both brought into one form by the official tool, and compared by it. (It compares one recording with one, and leaves log_time out.)"""
    verify(ours)
    for name, path in (("ours", ours), ("theirs", theirs)):
        rerun("optimize", "--no-rebatch-videos", path, "-o", folder / f"judged_{name}.rrd")
    rerun("compare", "--unordered", folder / "judged_ours.rrd", folder / "judged_theirs.rrd")


def assert_equal(a, b, *options):
    """Our own judge: log_time, and static rows that are overwritten, count as well."""
    succeed("compare", a, b, *options)


def rows_of(path, recording_id=None):
    """{entity: number of rows} as the official reader has it."""
    from rerun.chunk import RrdReader

    rows = {}
    for chunk in chunks_of(RrdReader(str(path)), recording_id):
        rows[str(chunk.entity_path)] = rows.get(str(chunk.entity_path), 0) + chunk.to_record_batch().num_rows
    return rows


def chunks_of(reader, recording_id=None):
    for entry in reader.recordings():
        if recording_id is None or entry.recording_id == recording_id:
            yield from reader.stream(store=entry)


def recordings_of(path):
    from rerun.chunk import RrdReader

    reader = RrdReader(str(path))
    return [(entry.application_id, entry.recording_id) for entry in reader.recordings()], [(entry.application_id, entry.recording_id) for entry in reader.blueprints()]


def flip_bytes_of_a_chunk(path, damaged, entity=b"/plot/a"):
    """Damages one chunk's packed payload, well behind its head. Returns the bytes of its message."""
    data = bytearray(path.read_bytes())
    at, found = 12, None
    while at + 16 <= len(data):
        kind, size = (int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little") for i in range(2))
        if kind == 2 and entity in data[at:at + 16 + size]:
            found = at, 16 + size
        if kind not in (1, 2, 3):
            break
        at += 16 + size
    assert found, f"no chunk of {entity} stands readable in {path}"
    start, size = found
    for i in range(start + size // 2, start + size // 2 + 64):
        data[i] ^= 0xA5
    damaged.write_bytes(data)
    return size


@pytest.fixture
def one(tmp_path):
    return official(tmp_path / "one.rrd")
