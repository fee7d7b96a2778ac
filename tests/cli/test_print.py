"""`reel print`: what it shows is what the official reader reads, and what --stable shows depends on nothing but the data."""
import json
import math
import subprocess

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from conftest import REEL, run
from damaged import PYTHONS, messages, written_by, written_by_reel
from reshaped import chunks_of, flip_bytes_of_a_chunk, official, one, rerun, succeed  # noqa: F401
from rrd_made import HEADER, arrow_message, chunk_batch, component, index, ipc, recording, store_info


def printed(*arguments, expect=0):
    return succeed("print", *arguments, expect=expect).stdout


def objects(*arguments, expect=0):
    return [json.loads(line) for line in printed("--json", *arguments, expect=expect).splitlines()]


def test_a_line_for_each_message_in_the_order_of_the_file(one):
    lines = printed(one).splitlines()
    assert [int(line.split(":")[0].removeprefix("byte ")) for line in lines] == [at for at, _, _ in messages(one.read_bytes())]
    assert lines[0].startswith("byte 12: store info: recording one of reshaped, Python SDK 3.")
    [plot] = [line for line in lines if ": /plot/a:" in line and "Scalars:scalars" in line][:1]
    assert "frame 0 to 11" in plot and "took 0s to 2.75s" in plot and "when 2023-11-14T22:13:20Z to 2023-11-14T22:13:31Z" in plot


def plain(value):
    """As JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.hex()
    return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else [plain(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["rows", "columns"])
def test_rows_in_json_are_those_of_the_official_reader(tmp_path_factory, version, kind):
    from rerun.chunk import RrdReader

    path = written_by(version, kind, tmp_path_factory.getbasetemp())
    ours = {row["row_id"]: row for row in objects("-vv", path) if row["kind"] == "row"}
    n = 0
    for chunk in chunks_of(RrdReader(str(path))):
        batch = chunk.to_record_batch()
        kinds = [f.metadata.get(b"rerun:kind") for f in batch.schema]
        columns = [c.cast("int64").to_pylist() if k == b"index" else c.to_pylist() for k, c in zip(kinds, batch.columns)]
        for values in zip(*columns):
            row = ours[values[0].hex()]
            assert row["entity"] == str(chunk.entity_path)
            assert row["times"] == {f.name: v for f, k, v in zip(batch.schema, kinds, values) if k == b"index"}
            theirs = {f.name: v for f, k, v in zip(batch.schema, kinds, values) if k == b"data" and v is not None}
            if "Tensor:data" not in theirs:  # pyarrow shows a union's other fields differently
                assert row["components"] == plain(theirs)
            n += 1
    assert n == len(ours) > 50


def test_values_of_all_kinds(tmp_path):
    kinds = [
        ("bools", pa.bool_(), [True, None], "[true, null]", [True, None]),
        ("i8", pa.int8(), [-128, 127], "[-128, 127]", [-128, 127]),
        ("u64", pa.uint64(), [2**64 - 1], "[18446744073709551615]", [2**64 - 1]),
        ("f16", pa.float16(), [np.float16(0.1), np.float16(6e-8), np.float16(65504)], "[0.1, 6e-08, 6.55e+04]", None),
        ("f32", pa.float32(), [0.1, 3.0, float("nan"), float("-inf")], "[0.1, 3.0, NaN, -inf]", [0.1, 3.0, None, None]),
        ("f64", pa.float64(), [0.1, 1e300, 5e-324, -0.0], "[0.1, 1e+300, 5e-324, -0.0]", [0.1, 1e300, 5e-324, -0.0]),
        ("text", pa.utf8(), ['a "b"\n\\', "ü✓", ""], '["a \\"b\\"\\n\\\\", "ü✓", ""]', ['a "b"\n\\', "ü✓", ""]),
        ("large_text", pa.large_utf8(), ["x"], '["x"]', ["x"]),
        ("bytes", pa.binary(), [b"\x00\xff", b""], "[<2 bytes 00ff>, <0 bytes>]", ["00ff", ""]),
        ("fixed", pa.binary(3), [b"abc"], "[<3 bytes 616263>]", ["616263"]),
        ("lists", pa.list_(pa.int32()), [[1, None], [], None], "[[1, null], [], null]", [[1, None], [], None]),
        ("vectors", pa.list_(pa.float32(), 2), [[1.0, 2.5]], "[[1.0, 2.5]]", [[1.0, 2.5]]),
        ("structs", pa.struct([("a", pa.int8()), ("b", pa.list_(pa.utf8()))]), [{"a": 1, "b": ["x"]}, None], '[{a: 1, b: ["x"]}, null]', [{"a": 1, "b": ["x"]}, None]),
        ("maps", pa.map_(pa.utf8(), pa.int8()), [[("k", 1)]], '[[{key: "k", value: 1}]]', [[{"key": "k", "value": 1}]]),
        ("stamps", pa.timestamp("us"), [1_700_000_000_500_000, -1], "[2023-11-14T22:13:20.5Z, 1969-12-31T23:59:59.999999Z]", ["2023-11-14T22:13:20.5Z", "1969-12-31T23:59:59.999999Z"]),
        ("spans", pa.duration("ms"), [1500, -1], "[1.5s, -0.001s]", ["1.5s", "-0.001s"]),
        ("days", pa.date32(), [0, 19675], "[1970-01-01T00:00:00Z, 2023-11-14T00:00:00Z]", ["1970-01-01T00:00:00Z", "2023-11-14T00:00:00Z"]),
        ("nothing", pa.null(), [None, None], "[null, null]", [None, None]),
    ]
    columns = [component(name, [values, None, []], kind) for name, kind, values, _, _ in kinds]
    (tmp_path / "kinds.rrd").write_bytes(recording(chunk_batch([index("t", [-5, 0, 2**62]), *columns], n=3)))
    table = printed("-vv", "--width", 0, tmp_path / "kinds.rrd").splitlines()
    head, first, second, third = table[-4:]
    for name, _, _, text, _ in kinds:
        assert text in first, (name, first)
    assert second.split()[1:] == ["0"] + ["-"] * len(kinds)
    assert third.split()[1:] == [str(2**62)] + ["[]"] * len(kinds)
    rows = [row for row in objects("-vv", tmp_path / "kinds.rrd") if row["kind"] == "row"]
    for name, _, _, _, value in kinds:
        if value is not None:
            assert rows[0]["components"][name] == value, name
    assert rows[1]["components"] == {} and all(v == [] for v in rows[2]["components"].values())


def test_numbers_read_back_as_the_same_numbers(tmp_path):
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.integers(0, 2**64, 4000, np.uint64).view(np.float64), rng.random(500), [1 / 3, 1e22, 1e23, 123456789.0, 2.0**-1074]])
    values = values[np.isfinite(values)]
    floats = rng.integers(0, 2**32, 4000, np.uint32).view(np.float32)
    floats = floats[np.isfinite(floats)]
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    columns = [component("f64", [values.tolist()]), component("f32", [floats], pa.float32()), component("f16", [halves], pa.float16())]
    (tmp_path / "numbers.rrd").write_bytes(recording(chunk_batch(columns, n=1)))
    [row] = [row for row in objects("-vv", tmp_path / "numbers.rrd") if row["kind"] == "row"]
    assert np.array_equal(np.array(row["components"]["f64"]).view(np.uint64), values.view(np.uint64))
    assert np.array_equal(np.array(row["components"]["f32"]).astype(np.float32), floats)
    assert np.array_equal(np.array(row["components"]["f16"]).astype(np.float16), halves)
    short = json.loads(json.dumps(row["components"]["f16"]))
    assert max(len(repr(x)) for x in short) < 12


def test_long_values_are_cut_and_counted(tmp_path, one):
    [row] = [line for line in printed("-vv", "--items", 3, "--width", 0, "-e", "/world/mesh", one).splitlines() if "Points3D" not in line and "[[" in line]
    assert "... 6 in all]" in row
    row = next(line for line in printed("-vv", "-e", "/world/a\\ b/image", one).splitlines() if "[[0, 0" in line)
    assert "..." in row
    [first, *_] = [o for o in objects("-vv", "--items", 2, "-e", "/world/mesh", one) if o["kind"] == "row"]
    assert first["components"]["Points3D:positions"]["length"] == 6 and len(first["components"]["Points3D:positions"]["items"]) == 2


def test_entities_and_stores_are_chosen(tmp_path):
    path = official(tmp_path / "b.rrd", blueprint=True)
    entities = lambda *options: {o["entity"] for o in objects(*options, path) if o["kind"] == "chunk"}  # noqa: E731
    assert entities("-e", "/world/**") == {"/world/mesh", "/world/points", "/world/a\\ b/image"}
    assert entities("-e", "/world/m*", "--entity=/log") == {"/world/mesh", "/log"}
    everything = objects(path)
    blueprint = [o for o in everything if o.get("store_kind") == "blueprint"]
    assert blueprint and [o["offset"] for o in objects("--store", "blueprint", path)] == [o["offset"] for o in blueprint]
    assert any(o["kind"] == "activation" and o["make_default"] for o in blueprint)
    assert [o["offset"] for o in objects("--store", "one", path)] == [o["offset"] for o in everything if o["store_kind"] == "recording"]
    assert objects("--store", "none such", path) == []


def test_letters_of_options_stand_together(one):
    assert printed("-vv", one) == printed("-v", "-v", one) == printed("--verbose", "--verbose", one) != printed("-v", one)
    assert printed("-ve/log", one) == printed("-v", "-e", "/log", one)
    assert run("print", "-vx", one).returncode == 2


# --- --stable ---


def write(path, seed, chunked):
    """The same data each time, in other chunks, with other ids, log times and recording ids, and another order of entities."""
    rec = rr.RecordingStream("stable_app", recording_id=f"id{seed}")
    rec.save(str(path))
    names = ["a", "b c"] if seed else ["b c", "a"]
    for i in range(40):
        for name in names:
            rec.set_time("frame", sequence=i)
            rec.log(name, rr.Scalars([i / 3, float("nan")]))
            if i % 7 == 0:
                rec.log(name, rr.TextLog(f"row {i}", level="INFO"))
        if chunked and i % 5 == 0:
            rec.flush()
    rec.log("still", rr.Points3D([[1, 2, 3]] * 50), static=True)
    rec.disconnect()
    return path


def test_stable_does_not_depend_on_chunks_ids_and_log_times(tmp_path):
    a, b = write(tmp_path / "a.rrd", 0, False), write(tmp_path / "b.rrd", 1, True)
    rerun("optimize", b, "-o", tmp_path / "o.rrd")
    text = printed("--stable", a)
    assert text == printed("--stable", b) == printed("--stable", tmp_path / "o.rrd")
    lines = text.splitlines()
    assert "recording stable_app /a Scalars:scalars frame=3: [1.0, NaN]" in lines
    assert "recording stable_app /a Scalars:scalars is double, rerun.components.Scalar of rerun.archetypes.Scalars" in lines
    assert not any(word in text for word in ("log_time", "id0", "start_time", "byte"))
    frames = [int(line.split("frame=")[1].split(":")[0]) for line in lines if "/a Scalars:scalars frame=" in line]
    assert frames == list(range(40))
    assert len([line for line in lines if "/still Points3D:positions static: " in line and "50 in all, hash " in line]) == 1
    assert printed("--stable", "--json", a) == printed("--stable", "--json", b)
    assert all(json.loads(line) for line in printed("--stable", "--json", a).splitlines())


def test_stable_shows_one_changed_value_as_one_line(tmp_path):
    a = tmp_path / "a.rrd"
    b = tmp_path / "b.rrd"
    for path, last in ((a, 5.0), (b, 6.0)):
        rec = rr.RecordingStream("stable_app", recording_id="x")
        rec.save(str(path))
        values = np.zeros((1000, 3), np.float32)
        values[-1, 2] = last  # behind what is shown: only the hash tells
        rec.log("p", rr.Points3D(values), static=True)
        rec.log("q", rr.Points3D([[0, 0, 0]]), static=True)
        rec.disconnect()
    first, second = printed("--stable", a).splitlines(), printed("--stable", b).splitlines()
    assert len(first) == len(second) and sum(x != y for x, y in zip(first, second)) == 1


def test_stable_needs_no_memory_for_all_rows(tmp_path):
    n = 400_000
    rec = rr.RecordingStream("stable_app", recording_id="x")
    rec.save(str(tmp_path / "big.rrd"))
    times = np.random.default_rng(2).permutation(n)
    rec.send_columns("s", [rr.TimeColumn("t", sequence=times)], rr.Scalars.columns(scalars=times * 1.0))
    rec.disconnect()
    reader = subprocess.Popen(f"ulimit -d 70000; exec {REEL} print --stable {tmp_path / 'big.rrd'}", shell=True, stdout=subprocess.PIPE, text=True)
    values = [line.split(" t=")[1] for line in reader.stdout if " t=" in line]
    assert reader.wait(60) == 0
    assert [(int(t), float(v.strip("[] \n"))) for t, _, v in (value.partition(":") for value in values)] == [(i, float(i)) for i in range(n)]


def test_damage_is_said_and_the_rest_printed(tmp_path, one):
    flip_bytes_of_a_chunk(one, tmp_path / "flip.rrd")
    done = run("print", tmp_path / "flip.rrd")
    assert done.returncode == 1 and "cannot be" in done.stderr and "a damaged chunk" in done.stdout and len(done.stdout.splitlines()) == len(messages(one.read_bytes()))


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    batch = chunk_batch([index("t\x1b[31m", [1, 2]), component("c\x07\x9b", [["x\x1b"], ["y"]], pa.utf8())], n=2)
    (tmp_path / "bad.rrd").write_bytes(HEADER + store_info(recording=b"r\x1b]0;x\x07") + arrow_message(ipc(batch), recording=b"r\x1b]0;x\x07"))
    for command in (["print"], ["print", "-vv"], ["print", "--stable"], ["info", "--entities"], ["stats"], ["verify"], ["print", "-vv", "--json"], ["info", "--json"]):
        done = run(*command, tmp_path / "bad.rrd")
        assert "t" in done.stdout and not set(done.stdout) & {"\x1b", "\x07", "\x9b"}, command


def test_pipes_and_command_lines(tmp_path, one):
    piped = subprocess.run([REEL, "print", "-vv", "-"], input=one.read_bytes(), capture_output=True, check=True).stdout.decode()
    assert piped == printed("-vv", one)
    assert printed(written_by_reel(tmp_path / "reel.rrd")).count("byte ") > 4
    assert run("print").returncode == 2 and run("print", "--items", "-1", one).returncode == 2
    head = subprocess.run(f"{REEL} print -vv {one} | head -n 1", shell=True, capture_output=True, text=True)
    assert head.stdout.startswith("byte 12: ") and head.returncode == 0
