"""`reel verify`: silent about everything the official SDK and Reel write, a line for each thing that is wrong, and never less strict than the official one."""
import json
import random
import struct
import subprocess

import pyarrow as pa
import pytest
from conftest import REEL, RERUN, run
from damaged import CHUNK, PYTHONS, damages, messages, written_by, written_by_reel
from reshaped import flip_bytes_of_a_chunk, official, one, rerun  # noqa: F401
from rrd_made import HEADER, arrow_message, chunk_batch, component, field, index, ipc, recording, store_info


def findings(path, *options, expect):
    done = run("verify", path, "--json", *options, timeout=60)
    assert done.returncode == expect, (done.returncode, done.stdout[-3000:], done.stderr)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["event"] == "verified" and lines[-1]["errors"] == sum(line["event"] == "error" for line in lines)
    assert lines[-1]["warnings"] == sum(line["event"] == "warning" for line in lines)
    return lines[:-1]


def official_code(path):
    return subprocess.run([RERUN, "rrd", "verify", "--check-footers=false", str(path)], capture_output=True, text=True, timeout=120).returncode


# --- what is right ---


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["rows", "columns", "blueprint"])
def test_what_official_releases_write_is_fine(tmp_path_factory, version, kind):
    path = written_by(version, kind, tmp_path_factory.getbasetemp())
    assert findings(path, expect=0) == []
    done = run("verify", path)
    assert done.stdout.startswith(f"{path}: fine (") and done.stderr == ""


def test_what_reel_and_the_official_tools_make_of_recordings_is_fine(tmp_path, one):
    paths = [written_by_reel(tmp_path / "reel.rrd"), official(tmp_path / "blueprint.rrd", blueprint=True)]
    rerun("optimize", one, "-o", tmp_path / "optimized.rrd")
    rerun("merge", one, paths[1], "-o", tmp_path / "merged.rrd")
    for path in [*paths, tmp_path / "optimized.rrd", tmp_path / "merged.rrd"]:
        assert findings(path, expect=0) == []
    done = run("verify", "--quiet", *paths, one)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- chunks: (name, messages behind the store info, the official exit code, severity, what is said) ---

TUID = b"\x09" + bytes(8) + b"\x11" + bytes(8)
SCALAR = dict(component_type="rerun.components.Scalar", archetype="rerun.archetypes.Scalars")


def chunk(columns, before=b"", **options):
    return arrow_message(ipc(chunk_batch(columns, **options)), before=before)


def id_of(i):
    return f"chunk_{i:016X}{i:016x}"


def bad_utf8():
    texts = pa.Array.from_buffers(pa.utf8(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, 4)), pa.py_buffer(b"ab\xff\xfe")])
    lists = pa.ListArray.from_arrays([0, 1], texts)
    return pa.field("T:t", lists.type, metadata={"rerun:kind": "data", "rerun:component": "T:t"}), lists


IMAGE_FORMAT = pa.struct([pa.field("width", pa.uint32(), False), pa.field("height", pa.uint32(), False), ("pixel_format", pa.uint8()), ("color_model", pa.uint8()), ("channel_datatype", pa.uint8())])
FORMAT = {"width": 2, "height": 1, "pixel_format": None, "color_model": 2, "channel_datatype": 6}


def no_rows():
    return chunk([component("a", [])], n=0)


ODD = {
    "values of another type than the component's": (lambda: chunk([component("Scalars:scalars", [[1], [2]], pa.int32(), **SCALAR)]), 1, "error", "are int32, which rerun.components.Scalar is not"),
    "an archetype that there is not": (lambda: chunk([component("Nonsense:x", [[1.0], [2.0]], component_type="rerun.components.Scalar", archetype="rerun.archetypes.Nonsense")]), 1, "error", "not known"),
    "a field that the archetype does not have": (lambda: chunk([component("Scalars:nonsense", [[1.0], [2.0]], **SCALAR)]), 1, "error", "has no field Scalars:nonsense"),
    "a component type that there is not": (lambda: chunk([component("a", [[1.0], [2.0]], component_type="rerun.components.Nonsense")]), 1, "error", "rerun.components.Nonsense"),
    "a component of another type than the field's": (lambda: chunk([component("Scalars:scalars", [[1.0], [2.0]], pa.float32(), component_type="rerun.components.Radius", archetype="rerun.archetypes.Scalars")]), 1, "error", "should be of rerun.components.Scalar"),
    "a code that the enumeration does not have": (lambda: chunk([component("Mesh3D:face_rendering", [[1], [77]], pa.uint8(), component_type="rerun.components.MeshFaceRendering", archetype="rerun.archetypes.Mesh3D")]), 1, "error", "the value 77, which the enumeration MeshFaceRendering does not have"),
    "a code within a struct": (lambda: chunk([component("Image:format", [[{**FORMAT, "color_model": 99}], [FORMAT]], IMAGE_FORMAT, component_type="rerun.components.ImageFormat", archetype="rerun.archetypes.Image")]), 1, "error", "the value 99"),
    "texts that are not UTF-8": (lambda: chunk([bad_utf8()], n=1), None, "error", "UTF-8"),
    "a false claim that times are sorted": (lambda: chunk([index("t", [2, 1], is_sorted="true"), component("a", [[1.0], [2.0]])]), 0, "error", "says that its times on t are sorted"),
    "a message that names another chunk": (lambda: chunk([component("a", [[1.0], [2.0]])], before=field(6, TUID)), 0, "error", "and it is 00000000000000010000000000000001"),
    "a message that calls its chunk static": (lambda: chunk([index("t", [1, 2]), component("a", [[1.0], [2.0]])], before=field(6, b"\x09\1" + bytes(7) + b"\x11\1" + bytes(7)) + field(7, 1)), 0, "error", "static"),
    "a chunk id that stands twice": (lambda: chunk([component("a", [[1.0], [2.0]])]) * 2, 0, "error", "the chunk id 00000000000000010000000000000001 is also that"),
    "row ids of two entities that are the same": (lambda: chunk([component("a", [[1.0], [2.0]])]) + chunk([component("a", [[1.0], [2.0]])], entity="/other", chunk_id=id_of(2)), 0, "error", "2 row ids stand also in a chunk of /made"),
    "row ids that stand twice, with a component in common": (lambda: chunk([component("a", [[1.0], [2.0]]), component("b", [[1.0], [2.0]])]) + chunk([component("b", [[1.0], [2.0]])], chunk_id=id_of(2)), 0, "error", "2 row ids"),
    "a timeline that changes its type": (lambda: chunk([index("t", [1, 2]), component("a", [[1.0], [2.0]])]) + chunk([index("t", [1, 2], pa.timestamp("ns")), component("a", [[1.0], [2.0]])], entity="/other", chunk_id=id_of(2), n=2), None, "error", "was of another before"),
    "a chunk without rows": (no_rows, 0, "warning", "has no rows"),
    "a chunk without components": (lambda: chunk([index("t", [1, 2])]), 0, "warning", "has no components"),
    "a component that no row has": (lambda: chunk([component("a", [None, None])]), 0, "warning", "no row has the component a"),
    "the time that means static": (lambda: chunk([index("t", [-2**63, 2]), component("a", [[1.0], [2.0]])]), 0, "warning", "readers take for static"),
    "values that change their type": (lambda: chunk([component("a", [[1.0], [2.0]])]) + chunk([component("a", [[1], [2]], pa.int32())], entity="/made", chunk_id=id_of(2)), None, None, "were of another type before"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_chunks_are_told_and_none_that_the_official_one_finds_is_missed(tmp_path, name):
    make, theirs, severity, said = ODD[name]
    (tmp_path / "odd.rrd").write_bytes(HEADER + store_info() + make())
    done = run("verify", "--no-footers", "--json", tmp_path / "odd.rrd")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = [line for line in lines[:-1] if said in line["message"]]
    assert found and "offset" in found[0], done.stdout
    if severity:
        assert {line["event"] for line in found} == {severity}, done.stdout
        assert done.returncode == (severity == "error")
    code = official_code(tmp_path / "odd.rrd")
    if theirs is not None:
        assert code == theirs
    assert done.returncode >= code, done.stdout  # never less strict


def test_the_pieces_of_a_row_that_was_split_by_component_are_no_duplicates(tmp_path):
    data = HEADER + store_info() + chunk([component("a", [[1.0], [2.0]])]) + chunk([component("b", [[1.0], [2.0]])], chunk_id=id_of(2))
    (tmp_path / "split.rrd").write_bytes(data)
    assert findings(tmp_path / "split.rrd", "--no-footers", expect=0) == []


def test_a_place_is_told_with_file_offset_entity_and_message(tmp_path):
    first = chunk([component("a", [[1.0], [2.0]])])
    (tmp_path / "odd.rrd").write_bytes(HEADER + store_info() + first * 2)
    at = len(HEADER + store_info() + first)
    done = run("verify", "--no-footers", tmp_path / "odd.rrd")
    assert f"{tmp_path / 'odd.rrd'}: byte {at}: error: /made: the chunk id " in done.stdout
    assert done.stdout.splitlines()[-1].endswith("1 errors, 0 warnings (" + f"{2 * at - len(HEADER + store_info())} B, 2 chunks, 4 rows)") or "2 chunks, 4 rows" in done.stdout


def test_duplicates_are_found_when_ids_do_not_fit_into_memory(tmp_path):
    """More runs of ids than are sorted in memory, in an order that is far from sorted, and three pairs of chunks that have ids in common."""
    rng = random.Random(3)
    n = 1 << 17
    order = list(range(40))
    rng.shuffle(order)
    stream = []
    for number, i in enumerate(order + [5, 6, 7]):
        ids = pa.array([struct.pack(">QQ", 1000 + i * n + k, 7 * k) for k in range(n if number < 40 else 10)], pa.binary(16))
        batch = chunk_batch([component("a", [[0.0]] * len(ids))], n=len(ids), chunk_id=id_of(number + 1))
        batch = pa.RecordBatch.from_arrays([ids, batch.column(1)], schema=batch.schema)
        stream.append(arrow_message(ipc(batch)))
    (tmp_path / "many.rrd").write_bytes(HEADER + store_info() + b"".join(stream))
    found = findings(tmp_path / "many.rrd", "--no-footers", expect=1)
    assert len(found) == 3 and all("10 row ids stand also" in line["message"] for line in found)


# --- framing and footers ---


def test_damage_and_cuts_are_told_with_their_place(tmp_path, one):
    data = one.read_bytes()
    size = flip_bytes_of_a_chunk(one, tmp_path / "flip.rrd")
    [error] = findings(tmp_path / "flip.rrd", expect=1)
    assert (error["offset"], size) in [(at, s) for at, s, _ in messages(data)]
    at, size, _ = messages(data)[-1]
    (tmp_path / "cut.rrd").write_bytes(data[:at + 100])
    [error] = findings(tmp_path / "cut.rrd", expect=1)
    assert error["offset"] == at and "after 100 bytes" in error["message"]


def test_a_recording_that_was_not_finished_is_fine_without_footers(tmp_path, one):
    data = one.read_bytes()
    at, size, _ = messages(data)[-1]
    (tmp_path / "open.rrd").write_bytes(data[:at + size])
    [error] = findings(tmp_path / "open.rrd", expect=1)
    assert "no footer" in error["message"]
    assert findings(tmp_path / "open.rrd", "--no-footers", expect=0) == []


def test_a_footer_whose_sum_is_wrong_is_found(tmp_path, one):
    data = bytearray(one.read_bytes())
    data[-16] ^= 1
    (tmp_path / "sum.rrd").write_bytes(data)
    [error] = findings(tmp_path / "sum.rrd", expect=1)
    assert "footer" in error["message"] and official_code(tmp_path / "sum.rrd") == 0


def test_recordings_one_behind_another_are_told(tmp_path, one):
    (tmp_path / "both.rrd").write_bytes(one.read_bytes() + official(tmp_path / "two.rrd", "two", first=50).read_bytes())
    [error] = findings(tmp_path / "both.rrd", expect=1)
    assert "one behind another" in error["message"]


def test_changed_values_that_the_official_verify_lets_pass_are_found_by_the_footer(tmp_path, one):
    """A bit in the times of a chunk that still unpacks: the footer says otherwise."""
    data = one.read_bytes()
    found = []
    for at, size, kind in messages(data):
        for i in range(at + size // 2, at + size, 29) if kind == CHUNK else ():
            (tmp_path / "bad.rrd").write_bytes(data[:i] + bytes([data[i] ^ 4]) + data[i + 1:])
            done = run("verify", "--json", tmp_path / "bad.rrd")
            said = [json.loads(line).get("message", "") for line in done.stdout.splitlines()]
            found += [i for message in said if message.startswith("the footer's entry") and "it goes from" in message][:1]
    assert found
    codes = []
    for i in found[:6]:
        (tmp_path / "bad.rrd").write_bytes(data[:i] + bytes([data[i] ^ 4]) + data[i + 1:])
        codes.append(subprocess.run([RERUN, "rrd", "verify", str(tmp_path / "bad.rrd")], capture_output=True, timeout=60).returncode)
    assert 0 in codes


def test_random_damage_never_ends_it_early_and_is_found_where_the_official_one_finds_it(tmp_path):
    data = official(tmp_path / "whole.rrd", n=6, blueprint=True).read_bytes()
    judged = 0
    for number, (what, new, _) in enumerate(damages(data, 200, seed=11)):
        (tmp_path / "bad.rrd").write_bytes(new)
        done = run("verify", tmp_path / "bad.rrd", timeout=60)
        assert done.returncode in (0, 1), (what, done.returncode, done.stderr)
        if done.returncode == 0 and judged < 15:
            judged += 1
            theirs = subprocess.run([RERUN, "rrd", "verify", str(tmp_path / "bad.rrd")], capture_output=True, text=True, timeout=60)
            assert theirs.returncode == 0, (what, theirs.stderr)
        assert done.returncode == 0 or done.stdout or done.stderr


# --- the command line ---


def test_standard_input(tmp_path, one):
    from_file = subprocess.run([REEL, "verify", "-"], stdin=one.open("rb"), capture_output=True, text=True, timeout=60)
    assert from_file.returncode == 0 and "standard input: fine" in from_file.stdout
    piped = subprocess.run([REEL, "verify", "-"], input=one.read_bytes(), capture_output=True, timeout=60)
    assert piped.returncode == 0 and b"comes through a pipe" in piped.stdout


def test_what_is_no_recording(tmp_path, one):
    (tmp_path / "text").write_text("hello\n" * 10)
    (tmp_path / "empty").write_bytes(b"")
    done = run("verify", tmp_path / "text", tmp_path / "empty", tmp_path / "none", one)
    assert done.returncode == 1 and "does not begin as a recording does" in done.stderr and "cannot be opened" in done.stderr
    assert "empty: error: it is empty" in done.stdout and f"{one}: fine" in done.stdout
    assert run("verify").returncode == 2 and run("verify", "--nonsense", one).returncode == 2 and run("verify", "-", "-").returncode == 2
