"""`reel export`: the same values as the official reader has them, in Arrow, CSV and JSON lines."""
import csv
import io
import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from conftest import REEL, run
from reshaped import chunks_of, flip_bytes_of_a_chunk, official, one, rows_of, succeed, summary  # noqa: F401


def read_arrow(path):
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    table.validate(full=True)
    return table


def official_rows(path, entity):
    """{row id: {column: scalar}} as the official reader has an entity."""
    from rerun.chunk import RrdReader

    found = {}
    for chunk in chunks_of(RrdReader(str(path))):
        if str(chunk.entity_path) == entity:
            batch = chunk.to_record_batch()
            for i in range(batch.num_rows):
                found[batch.column(0)[i].as_py()] = {f.name: batch.column(f.name)[i] for f in batch.schema if f.name != batch.schema.names[0] and batch.column(f.name)[i].is_valid}
    return found


def assert_same_rows(table, path, entity):
    wanted = official_rows(path, entity)
    ids = table.column("rerun.controls.RowId").to_pylist()
    assert sorted(ids) == sorted(wanted)
    for name in table.schema.names[1:]:
        if name == "entity_path":
            continue
        for row_id, value in zip(ids, table.column(name)):
            assert value.is_valid == (name in wanted[row_id]), (entity, name)
            assert not value.is_valid or value.equals(wanted[row_id][name].cast(value.type)), (entity, name, value, wanted[row_id][name])


@pytest.mark.parametrize("entity", ["/plot/a", "/world/points", "/world/a\\ b/image", "/log", "/world/mesh", "/__properties/site"])
def test_an_entity_as_an_arrow_file(tmp_path, one, entity):
    succeed("export", one, "--entity", entity, "-o", tmp_path / "out.arrow")
    table = read_arrow(tmp_path / "out.arrow")
    assert_same_rows(table, one, entity)
    assert table.schema.metadata == {b"rerun:entity_path": entity.encode()}
    kinds = [field.metadata[b"rerun:kind"] for field in table.schema]
    assert kinds[0] == b"control" and kinds == sorted(kinds, key=[b"control", b"index", b"data"].index)
    for field in table.schema:
        if field.metadata[b"rerun:kind"] == b"data":
            assert field.metadata[b"rerun:component"] == field.name.encode()


def test_all_entities_of_a_recording_with_their_paths(tmp_path, one):
    succeed("export", one, "-o", tmp_path / "out.arrow")
    table = read_arrow(tmp_path / "out.arrow")
    paths = table.column("entity_path").to_pylist()
    assert {path: paths.count(path) for path in paths} == rows_of(one)
    for entity in set(paths):
        part = table.filter(pa.compute.equal(table.column("entity_path"), entity))
        wanted = official_rows(one, entity)
        assert sorted(part.column(0).to_pylist()) == sorted(wanted)


def test_the_stream_and_the_file_hold_the_same(tmp_path, one):
    succeed("export", one, "-o", tmp_path / "out.arrow")
    done = subprocess.run([REEL, "export", one, "--format", "arrow-stream"], capture_output=True, timeout=60)
    assert done.returncode == 0
    stream = pa.ipc.open_stream(io.BytesIO(done.stdout))
    table = stream.read_all()
    assert table.equals(read_arrow(tmp_path / "out.arrow")) and table.schema.equals(read_arrow(tmp_path / "out.arrow").schema, check_metadata=True)


def test_types_of_all_kinds_come_through(tmp_path):
    """Structs, unions, texts, blobs, fixed lists, nulls within lists: what the official recorder can write."""
    rec = rr.RecordingStream("types", recording_id="types", send_properties=False)
    rec.save(str(tmp_path / "types.rrd"))
    for i in range(5):
        rec.set_time("frame", sequence=i)
        rec.log("tensor", rr.Tensor(np.arange(6.0).reshape(2, 3) + i, dim_names=["a", "b"]))
        rec.log("transform", rr.Transform3D(translation=[1, 2, i], rotation_axis_angle=rr.RotationAxisAngle([0, 0, 1], degrees=i)))
        rec.log("context", rr.AnnotationContext([(1, "one", (255, 0, 0)), (i, f"n {i}")]))
        rec.log("strips", rr.LineStrips3D([[[0, 0, 0], [1, 1, i]], [[2, 2, 2]] * (i + 1)][:1 + i % 2]))
        rec.log("asset", rr.Asset3D(contents=bytes(range(i, i + 9)), media_type="model/stl"))
        rec.log("range", rr.ValueRange([0, 1]) if hasattr(rr, "ValueRange") else rr.DepthImage(np.ones((2, 2), np.float32), depth_range=[0, 1]))
        rec.log("any", rr.AnyValues(flags=[True, False, i % 2 == 0], words=["ä", "", str(i)], whole=np.arange(i, dtype=np.uint16)))
    rec.flush()
    rec.disconnect()
    for entity in ("/tensor", "/transform", "/context", "/strips", "/asset", "/range", "/any"):
        succeed("export", tmp_path / "types.rrd", "--entity", entity, "-o", tmp_path / "out.arrow")
        assert_same_rows(read_arrow(tmp_path / "out.arrow"), tmp_path / "types.rrd", entity)
        succeed("export", tmp_path / "types.rrd", "--entity", entity, "-o", tmp_path / "out.jsonl")
        assert len([json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]) == 5


def test_slices_are_written_from_their_first_value_on(tmp_path, one):
    """Rows that were cut out of a chunk share its buffers: the export must not."""
    succeed("filter", one, "-o", tmp_path / "cut.rrd", "--timeline", "frame:5:8")
    for entity in ("/plot/a", "/log", "/world/points", "/world/a\\ b/image"):
        succeed("export", tmp_path / "cut.rrd", "--entity", entity, "-o", tmp_path / "out.arrow")
        assert_same_rows(read_arrow(tmp_path / "out.arrow"), tmp_path / "cut.rrd", entity)


def test_csv(tmp_path, one):
    succeed("export", one, "--entity", "/log", "-o", tmp_path / "out.csv")
    rows = list(csv.DictReader(open(tmp_path / "out.csv", newline="")))
    assert [row["TextLog:text"] for row in rows] == [f'row "{i}", of 12' for i in range(1, 12, 2)]
    assert [row["frame"] for row in rows] == [str(i) for i in range(1, 12, 2)]
    assert rows[0]["when"] == "2023-11-14T22:13:21Z" and rows[1]["took"] == "0.75" and rows[0]["TextLog:level"] == "INFO"
    assert set(rows[0]) == {"frame", "log_time", "took", "when", "TextLog:text", "TextLog:level"}


def test_csv_of_lists_and_of_what_was_not_logged(tmp_path, one):
    done = succeed("export", one, "--entity", "/world/points", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [len(json.loads(row["Points3D:positions"])) for row in rows] == [i % 4 for i in range(12)]
    done = succeed("export", one, "--entity", "/plot/a", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["SeriesLines:names"] for row in rows} == {"", "line 0", "line 3", "line 6", "line 9"}
    assert sorted(json.loads(row["Scalars:scalars"])[0] for row in rows if row["Scalars:scalars"]) == list(range(12))


def test_json_lines(tmp_path):
    rec = rr.RecordingStream("json", recording_id="json", send_properties=False)
    rec.save(str(tmp_path / "in.rrd"))
    values = [1.5, float("nan"), 1e300, -0.0, 3, 0.1]
    for i, value in enumerate(values):
        rec.set_time("frame", sequence=i)
        rec.set_time("took", duration=np.timedelta64(i * 1_000_000_001, "ns"))
        rec.log("x", rr.Scalars([value] if i < 4 else [value, value]))
    rec.flush()
    rec.disconnect()
    done = succeed("export", tmp_path / "in.rrd", "--entity", "/x", "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["Scalars:scalars"] for row in rows] == [1.5, None, 1e300, -0.0, [3.0, 3.0], [0.1, 0.1]]
    assert [row["took"] for row in rows] == [0, 1.000000001, 2.000000002, 3.000000003, 4.000000004, 5.000000005]


@pytest.mark.parametrize("form", ["csv", "jsonl", "arrow"])
def test_the_long_form(tmp_path, one, form):
    out = tmp_path / f"out.{form}"
    succeed("export", one, "--entity", "/plot/**", "--long", "-o", out)
    if form == "csv":
        rows = list(csv.DictReader(open(out, newline="")))
        rows = [{**row, "time": int(row["time"]), "value": json.loads(row["value"])} for row in rows]
    elif form == "jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    else:
        rows = [{**row, "value": json.loads(row["value"])} for row in read_arrow(out).to_pylist()]
    assert {tuple(sorted(row)) for row in rows} == {("component", "entity", "time", "value")} and {row["entity"] for row in rows} == {"/plot/a"}
    scalars = sorted((row["time"], row["value"]) for row in rows if row["component"] == "Scalars:scalars")
    assert scalars == [(i, [float(i), -0.5]) for i in range(12)]
    assert sorted((row["time"], row["value"]) for row in rows if row["component"] == "SeriesLines:names") == [(i, f"line {i}") for i in range(0, 12, 3)]


def test_the_long_form_on_another_timeline(tmp_path, one):
    succeed("export", one, "--long", "--timeline", "when", "-o", tmp_path / "out.arrow")
    table = read_arrow(tmp_path / "out.arrow")
    assert table.schema.field("time").type == pa.timestamp("ns")
    static = [row for row in table.select(["entity", "component"]).append_column("is_null", table.column("time").is_null()).to_pylist() if row["is_null"]]
    assert {row["entity"] for row in static} == {"/__properties", "/__properties/site", "/world/mesh"}


def test_one_of_several_recordings(tmp_path):
    files = [official(tmp_path / f"{name}.rrd", name, first=20 * i, blueprint=True) for i, name in enumerate("ab")]
    succeed("merge", *files, "-o", tmp_path / "both.rrd")
    done = run("export", tmp_path / "both.rrd", "--format", "csv")
    assert done.returncode == 1 and "--store a" in done.stderr and "--store b" in done.stderr and done.stdout == ""
    done = succeed("export", tmp_path / "both.rrd", "--store", "b", "--entity", "/plot/a", "--format", "jsonl")
    assert sorted({json.loads(line)["frame"] for line in done.stdout.splitlines()}) == list(range(20, 32))


def test_a_pipe_and_the_summary(tmp_path, one):
    with open(one, "rb") as source:
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        done = subprocess.run([REEL, "export", "-", "--format", "csv", "--entity", "/log"], stdin=cat.stdout, capture_output=True, text=True, timeout=60)
        cat.wait()
    assert done.stdout == succeed("export", one, "--format", "csv", "--entity", "/log").stdout != ""
    said = summary("export", one, "--entity", "/log", "-o", tmp_path / "out.csv")
    assert said["rows"] == 6 and said["exit_code"] == 0


def test_damage_is_told_and_the_rest_is_kept(tmp_path):
    path = official(tmp_path / "many.rrd", n=30, chunk_rows=3)
    flip_bytes_of_a_chunk(path, tmp_path / "damaged.rrd", b"/many")
    for form in ("csv", "arrow"):
        said = summary("export", tmp_path / "damaged.rrd", "--entity", "/many", "-o", tmp_path / f"out.{form}", expect=3)
        assert said["rows"] == 27 and said["damaged"] == 1


@pytest.mark.parametrize("arguments, code, said", [
    ([], 2, "FILE is missing"), (["{one}"], 2, "--format is missing"), (["{one}", "--format", "xml"], 2, "not xml"), (["{one}", "{one}", "--format", "csv"], 2, "one recording"),
    (["{one}", "--format", "csv", "--timeline", "frame"], 2, "--long"), (["{one}", "--format", "csv", "--entity", "/nothing"], 1, "/nothing"),
    (["{one}", "--format", "csv", "--store", "x"], 1, "the id x"), (["{one}", "-o", "{folder}/no/x.csv"], 1, "x.csv"),
])
def test_arguments_that_make_no_sense(tmp_path, one, arguments, code, said):
    done = run("export", *[a.format(one=one, folder=tmp_path) for a in arguments])
    assert done.returncode == code and said in done.stderr and done.stdout == "", done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["one.rrd"]


WRITE_ANY = """
import sys, rerun as rr
rec = rr.RecordingStream("types", recording_id="types", send_properties=False)
rec.save(sys.argv[1])
rec.log(sys.argv[2], rr.AnyValues(v=eval(sys.argv[3])))
rec.flush()
rec.disconnect()
"""


def test_a_component_of_two_types_is_said_to_be_so(tmp_path):
    """(The official recorder keeps to the first type of a name within a process.)"""
    for entity, value in (("x", "1.5"), ("y", "'text'")):
        subprocess.run([sys.executable, "-c", WRITE_ANY, str(tmp_path / f"{entity}.rrd"), entity, value], check=True, timeout=60)
    succeed("merge", tmp_path / "x.rrd", tmp_path / "y.rrd", "-o", tmp_path / "two.rrd")
    done = run("export", tmp_path / "two.rrd", "-o", tmp_path / "out.csv")
    assert done.returncode == 1 and "cannot have both" in done.stderr and not list(tmp_path.glob("out*"))
    for form in ("csv", "jsonl", "arrow-stream"):  # what was written to a pipe cannot be taken back
        done = run("export", tmp_path / "two.rrd", "--format", form)
        assert done.returncode == 1 and "cannot have both" in done.stderr and not done.stdout, form
    assert succeed("export", tmp_path / "two.rrd", "--format", "csv", "--entity", "/y").stdout.endswith(",text\n")
