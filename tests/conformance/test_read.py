"""Recordings of the official SDK, old and new, and of Reel, read by Reel: every chunk, exported through the Arrow C data interface, is what pyarrow finds in the bytes and what the official
reader hands out: types, names, metadata, times, ids, values."""
import ctypes
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
import rrd_made as made
from read_library import ACTIVATION, CHUNK, STORE_INFO, Chunk, Reader, ReelError
from rrd_bytes import batches, fields, messages, plain
from script import New, record_both

CACHE = Path(os.environ.get("REEL_CACHE", Path(__file__).resolve().parents[2] / ".cache"))
OLD = [version for version in ("0.33.1", "0.36.2") if (CACHE / "readers" / version).exists()]
MIXED = '''
import sys
import numpy as np
import rerun as rr
rec = rr.RecordingStream("read_app", recording_id="mixed")
rec.save(sys.argv[1])
rec.send_recording_name("mixed") if hasattr(rec, "send_recording_name") else None
random = np.random.default_rng(7)
for i in range(300):
    rec.set_time("frame", sequence=i)
    rec.set_time("took", duration=0.25 * i)
    rec.log("scalars/a b", rr.Scalars(np.sin(i)))
    if i % 10 == 0:
        rec.log("points", rr.Points3D(random.random((i, 3)), colors=random.integers(0, 255, (i, 3)), labels=["x", "\\u00e9\\u2713"] if i % 20 else None))
        rec.log("image", rr.Image(random.integers(0, 255, (12, 16, 3)).astype(np.uint8)))
        rec.log("tensor", rr.Tensor(random.random((3, 4, 5)).astype(np.float32), dim_names=["a", "b", "c"]))
    if i % 50 == 7:
        rec.log("points", rr.Clear(recursive=False))
rec.log("text", rr.TextDocument("# hello", media_type="text/markdown"), static=True)
rec.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
rec.log("any", rr.AnyValues(temperature=[1.5, 2.5], name="battery"))
rec.send_columns("columns", [rr.TimeColumn("frame", sequence=range(1000))], rr.Scalars.columns(scalars=np.arange(2000.0)).partition([2] * 1000))
rec.flush()
rec.disconnect()
'''


def sdk(script, path, version=None):
    """A script run by the official SDK, today's or an old one."""
    python = CACHE / "readers" / version / "bin/python" if version else os.environ.get("REEL_PYTHON", CACHE / "venv/bin/python")
    done = subprocess.run([python, "-W", "ignore", "-c", script, path], capture_output=True, text=True, timeout=120, env={k: v for k, v in os.environ.items() if not k.startswith("RERUN")})
    assert done.returncode == 0, done.stderr
    return path


def in_words(column, array):
    values = judge.values_of(array)
    try:
        return judge.described(column), judge.plain(values)
    except TypeError:  # dates, decimals
        return judge.described(column), repr(values)


def as_found(batch):
    """A record batch as something that can be compared: ids, entity, and each column with all that is said of it. is_sorted is left to a test of its own."""
    columns = {}
    for column, array in zip(batch.schema, batch.columns):
        metadata = {k: v for k, v in (column.metadata or {}).items() if k != b"rerun:is_sorted"}
        kind = array.type
        if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
            array = array.cast(pa.int64())
        columns[column.name] = in_words(column.with_metadata(metadata), array)
    assert len(columns) == batch.num_columns
    return {**{k: v for k, v in batch.schema.metadata.items() if k in (b"rerun:id", b"rerun:entity_path")}, "columns": columns}


def read_with_reel(source, **options):
    reader = Reader(source, **options)
    found = []
    for message, chunk in reader.chunks():
        batch = chunk.export()
        batch.validate(full=True)
        assert message.has_chunk_id in (False, True) and (not message.has_chunk_id or bytes(message.chunk_id) == chunk.id)
        found.append(as_found(batch))
    return found, reader


def without_escapes(found):
    """The official reader escapes letters outside ASCII that Reel leaves as they are."""
    return [{**chunk, b"rerun:entity_path": judge_path(chunk[b"rerun:entity_path"])} for chunk in found]


def judge_path(path):
    text = path.decode()
    while (at := text.find("\\u{")) >= 0:
        end = text.index("}", at)
        text = text[:at] + chr(int(text[at + 3:end], 16)) + text[end + 1:]
    return text.encode()


def assert_reads(path, of_recordings=()):
    """of_recordings: ids of the chunks that the official reader hands out, if it leaves out others, which are a blueprint's."""
    ours, reader = read_with_reel(path)
    in_the_bytes = [as_found(batch) for _, batch in batches(path.read_bytes())]
    official = {chunk[b"rerun:id"]: chunk for chunk in without_escapes(as_found(batch) for _, _, batch in judge.chunks(path))}
    assert len(ours) > 0 and without_escapes(ours) == without_escapes(in_the_bytes)
    assert {chunk[b"rerun:id"]: chunk for chunk in without_escapes(ours) if not of_recordings or chunk[b"rerun:id"] in of_recordings} == official
    stats = reader.stats
    assert (stats.damaged, stats.bytes_lost, stats.is_truncated, stats.streams, stats.warnings, reader.events) == (0, 0, False, 1, 0, [])
    assert stats.bytes == path.stat().st_size and stats.chunks == len(ours)
    return ours, reader


def chunk_id(message):
    """As chunk metadata has it."""
    digits = bytes(message.chunk_id).hex()
    return (digits[:16].upper() + digits[16:]).encode()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return sdk(MIXED, tmp_path_factory.mktemp("mixed") / "mixed.rrd")


@pytest.fixture(scope="module")
def every_archetype(tmp_path_factory):
    return record_both(tmp_path_factory.mktemp("every"), New(), cases.all_operations())


@pytest.mark.parametrize("writer", ["reel", "official"])
def test_every_archetype(every_archetype, writer):
    ours, reader = assert_reads(every_archetype[writer == "official"])
    assert len(ours) > 500 and reader.stats.has_footer


def test_what_a_program_records(mixed):
    ours, reader = assert_reads(mixed)
    assert {c[b"rerun:entity_path"].decode() for c in ours} >= {"/scalars/a\\ b", "/points", "/image", "/tensor", "/text", "/world", "/any", "/columns", "/__properties"}
    assert tuple(reader.stats.version) == (0, 41, 0, 0)


@pytest.mark.parametrize("version", OLD)
def test_older_releases(tmp_path, version):
    ours, reader = assert_reads(sdk(MIXED, tmp_path / "old.rrd", version))
    assert len(ours) >= 8 and tuple(reader.stats.version)[:2] == tuple(map(int, version.split(".")[:2]))


def test_blueprints(tmp_path):
    path = tmp_path / "blueprint.rrd"
    with rr.RecordingStream("read_app", recording_id="with_blueprint") as rec:
        rec.save(path, default_blueprint=rrb.Blueprint(rrb.Horizontal(rrb.Spatial3DView(origin="/world", name="é"), rrb.TimeSeriesView()), collapse_panels=True))
        rec.log("world", rr.Points3D([[1, 2, 3]]))
    rec.disconnect()
    reader = Reader(path)
    kinds, stores = [], set()
    for message in reader.messages():
        kinds.append(message.kind)
        stores.add((message.store_kind, message.application_id))
        if message.kind == ACTIVATION:
            assert (message.store_kind, message.make_active, message.make_default) == (2, False, True)
    assert kinds.count(ACTIVATION) == 1 and stores == {(1, b"read_app"), (2, b"read_app")}
    assert_reads(path, {b"chunk_" + chunk_id(m) for m in Reader(path).messages() if m.kind == CHUNK and m.store_kind == 1})


def test_messages_tell_what_they_are(mixed):
    reader = Reader(mixed)
    found = [(m.kind, m.offset, m.size, m.store_kind, m.application_id, m.recording_id, bytes(ctypes.string_at(m.data, m.size))) for m in reader.messages()]
    data = mixed.read_bytes()
    assert [(k, at - 16, size + 16) for k, at, size in messages(data) if k] == [f[:3] for f in found]
    assert all(raw == data[at:at + size] for _, at, size, *_, raw in found)
    assert {f[3:6] for f in found} == {(1, b"read_app", b"mixed")}
    first = Reader(mixed).next()
    assert first.kind == STORE_INFO and first.store_source.startswith(b"Python SDK 3.") and tuple(first.store_version) == (0, 41, 0, 0)


# --- the same bytes, framed in other ways

def plain_messages(path):
    """The same recording with every chunk uncompressed."""
    data, out = path.read_bytes(), made.HEADER
    for kind, at, size in messages(data):
        if kind == CHUNK:
            f = fields(data[at:at + size])
            out += made.message(2, made.field(1, f[1][0]) + made.field(2, 1) + made.field(4, 1) + made.field(5, plain(f, 5, 2, 3)) + made.field(6, f[6][0]))
        elif kind:
            out += made.message(kind, data[at:at + size])
    return out


def test_uncompressed_chunks_are_read_where_they_stand(mixed, tmp_path):
    """Whatever their place in the file: a byte in front moves all that follows."""
    expected = without_escapes(read_with_reel(mixed)[0])
    data = plain_messages(mixed)
    for shift in range(8):
        path = tmp_path / f"plain{shift}.rrd"
        path.write_bytes(data[:12] + made.store_info(recording=b"x" * (1 + shift)) + data[12:])
        assert without_escapes(read_with_reel(path)[0]) == expected


def test_streams_one_behind_another(mixed, every_archetype, tmp_path):
    """With End and footer, without, and with an End alone, as old writers had it."""
    a, b = mixed.read_bytes(), every_archetype[0].read_bytes()
    [end] = [at - 16 for kind, at, _ in messages(a) if kind == 0]
    one, other = read_with_reel(mixed)[0], read_with_reel(every_archetype[0])[0]
    for name, first in {"footer": a, "cut": a[:end], "old end": a[:end] + made.message(0, b"")}.items():
        found, reader = read_with_reel(first + b)
        assert found == one + other, name
        assert (reader.stats.streams, reader.stats.damaged, reader.stats.bytes, reader.stats.has_footer) == (2, 0, len(first + b), True)
        assert [e[0] for e in reader.events] == ([0] if name == "old end" else [])
    found, reader = read_with_reel(a[:end])
    assert found == one and not reader.stats.has_footer and reader.events == []


def test_any_source_gives_the_same(mixed, tmp_path):
    data, expected = mixed.read_bytes(), read_with_reel(mixed)[0]
    assert read_with_reel(data)[0] == expected
    with open(mixed, "rb") as file:
        assert read_with_reel(file.fileno())[0] == expected
    for piece in (1, 7, 4096, len(data)):
        left = bytearray(data)

        def fill(size):
            taken = bytes(left[:min(size, piece)])
            del left[:len(taken)]
            return taken
        found, reader = read_with_reel(fill)
        assert found == expected and reader.stats.bytes == len(data)
    with subprocess.Popen(["cat", mixed], stdout=subprocess.PIPE) as cat:
        assert read_with_reel(cat.stdout.fileno())[0] == expected


def test_a_descriptor_is_read_from_where_it_stands(mixed, tmp_path):
    path = tmp_path / "behind.bin"
    path.write_bytes(b"something else" + mixed.read_bytes())
    with open(path, "rb") as file:
        os.lseek(file.fileno(), 14, os.SEEK_SET)
        assert read_with_reel(file.fileno())[0] == read_with_reel(mixed)[0]


def test_a_file_that_grows(mixed, tmp_path):
    """What came is read, the piece of a message at the end is told, and taken back when the rest of it comes."""
    data, expected = mixed.read_bytes(), read_with_reel(mixed)[0]
    path, found = tmp_path / "growing.rrd", []
    path.write_bytes(data[:5])
    reader = Reader(path)
    for end in [*range(5, len(data), 997), len(data)]:
        with open(path, "ab") as file:
            file.write(data[path.stat().st_size:end])
        found += [as_found(chunk.export()) for _, chunk in reader.chunks()]
    stats = reader.stats
    assert found == expected
    assert (stats.damaged, stats.bytes_lost, stats.is_truncated, stats.bytes) == (0, 0, False, len(data))


# --- versions and what is no recording

def with_version(data, *version):
    return data[:4] + bytes([*version, 0]) + data[8:]


@pytest.mark.parametrize("version", [(0, 22, 1), (0, 0, 0), (0, 2, 0)])
def test_recordings_before_0_23_are_refused(mixed, version):
    with pytest.raises(ReelError, match="before 0.23") as error:
        Reader(with_version(mixed.read_bytes(), *version))
    assert error.value.args[0] == -16


@pytest.mark.parametrize("version, warns", [((0, 23, 0), False), ((0, 41, 9), False), ((0, 99, 0), True), ((1, 0, 0), True)])
def test_newer_recordings_are_read_with_a_warning(mixed, version, warns):
    found, reader = read_with_reel(with_version(mixed.read_bytes(), *version) * 2)
    assert found == read_with_reel(mixed)[0] * 2
    assert reader.stats.warnings == warns and ("newer" in str(reader.events)) == warns


@pytest.mark.parametrize("data", [b"RRF0" + bytes(20), b"RRF1" + bytes(20), b"PK\3\4" + bytes(30), b"hello", made.HEADER[:8] + b"\x02\x02\0\0", made.HEADER[:8] + b"\x01\x03\0\0",
                                  made.HEADER[:8] + b"\x01\x01\0\0", made.HEADER[:8] + b"\x01\x02\1\0"])
def test_what_is_no_recording_is_refused(data):
    with pytest.raises(ReelError):
        Reader(data)


@pytest.mark.parametrize("size", range(13))
def test_the_beginning_of_a_header_is_a_recording_without_messages(mixed, size):
    found, reader = read_with_reel(mixed.read_bytes()[:size])
    assert found == [] and reader.stats.is_truncated == (0 < size < 12)


# --- chunks of every make-up, against the official reader

F = [[1.0], [2.0]]
T = made.index("t", [1, 2])
X = made.component("A:x", F)


def flat(values, name="A:x"):
    return pa.field(name, values.type, metadata={"rerun:kind": "data", "rerun:component": name}), values


def dotted(name, **metadata):
    array = pa.array(F, pa.list_(pa.float64()))
    return pa.field(name, array.type, metadata={"rerun." + k: v for k, v in metadata.items()}), array


IDS = pa.array([bytes(15) + bytes([i]) for i in range(2)], pa.binary(16))
OLD_NAMES = [
    T, made.component("rerun.components.Points3DIndicator", F, field_name="Points3DIndicator"), made.component("A:said", F, is_indicator="true"), made.component("A:denied", F, is_indicator="false"),
    made.component("Transform3D:axis_length", F, archetype="rerun.archetypes.Transform3D", component_type="rerun.components.AxisLength"),
    made.component("CoordinateFrame:frame_id", F, archetype="rerun.archetypes.CoordinateFrame", component_type="rerun.components.TransformFrameId"),
    *[made.component(f"P:{name}", F, component_type=f"rerun.components.Pose{name}") for name in ("Translation3D", "RotationAxisAngle", "RotationQuat", "Scale3D", "TransformMat3x3")],
    made.component("SeriesLines:visible_series", F, archetype="rerun.archetypes.SeriesLines", component_type="rerun.components.SeriesVisible")]
DOTTED = [
    (pa.field("rerun.controls.RowId", pa.binary(16), nullable=False, metadata={"rerun.kind": "control"}), IDS),
    (pa.field("t", pa.int64(), metadata={"rerun.kind": "index", "rerun.index_name": "t"}), pa.array([1, 2])),
    dotted("Points3DIndicator", kind="data", component="rerun.components.Points3DIndicator", archetype="rerun.archetypes.Points3D"),
    dotted("Position3D", kind="data", component="rerun.components.Position3D", archetype="rerun.archetypes.Points3D", archetype_field="positions"),
    dotted("any", kind="data", component="any"), dotted("Foo", kind="data", component="comp.Foo", archetype_field="foo"), dotted("Bar", kind="data", component="comp.Bar", archetype="my.Arch"),
    dotted("Scalar", kind="data", component="rerun.components.Scalar", archetype="rerun.archetypes.Scalar", archetype_field="scalar"),
    dotted("Name", kind="data", component="rerun.components.Name", archetype="rerun.archetypes.SeriesLine", archetype_field="name"),
    dotted("Size", kind="data", component="rerun.components.MarkerSize", archetype="rerun.archetypes.SeriesPoint", archetype_field="marker_size"),
    dotted("Start", kind="data", component="rerun.components.Timestamp", archetype="rerun.archetypes.RecordingProperties", archetype_field="start_time"),
    dotted("Blue", kind="data", component="rerun.blueprint.components.X", archetype="rerun.blueprint.archetypes.ViewBlueprint", archetype_field="y")]
DOTTED_ABOUT = {"rerun.id": "00000000000000010000000000000001", "rerun.entity_path": "/made"}
NORMAL = made.chunk_batch([T, X])
CHUNKS = {
    **{f"version {v}": made.chunk_batch(OLD_NAMES, version=v) for v in ["0.0.1", "0.0.2", "0.1.0", "0.1.1", "0.1.2-alpha.1", "0.1.2", "0.1.3+more", "0.1.3", "0.1.4", "0.1.5", "0.2.0", "nonsense", None]},
    "0.23": made.chunk_batch(DOTTED, version=None, metadata=DOTTED_ABOUT, row_ids=False),
    "0.23, properties": made.chunk_batch(DOTTED, version=None, metadata={**DOTTED_ABOUT, "rerun.entity_path": "/__properties/recording"}, row_ids=False),
    "0.22, in any order": made.chunk_batch([DOTTED[3], DOTTED[1], DOTTED[0]], version=None, metadata=DOTTED_ABOUT, row_ids=False),
    "times behind components": made.chunk_batch([X, T]),
    "row ids last": made.chunk_batch([X, T, (made.ROW_ID, IDS)], row_ids=False),
    "no row ids": made.chunk_batch([T, X], row_ids=False),
    "row ids twice": made.chunk_batch([(made.ROW_ID, IDS), X]),
    "plain column": made.chunk_batch([T, flat(pa.array([1.0, None]))]),
    "plain vectors": made.chunk_batch([flat(pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)))]),
    "large list": made.chunk_batch([flat(pa.array([[1.0, 2.0], None], pa.large_list(pa.float32())))]),
    "nothing but nulls": made.chunk_batch([flat(pa.nulls(2))]),
    "items of another name": made.chunk_batch([flat(pa.array(F, pa.list_(pa.field("element", pa.float64(), False))))]),
    "component twice": made.chunk_batch([made.component("A:x", F, archetype="a"), made.component("A:x", F, archetype="b")]),
    "timeline twice": made.chunk_batch([T, T, X]),
    "without metadata": made.chunk_batch([(pa.field("A:x", pa.list_(pa.float64())), pa.array(F))]),
    "a field's other name": made.chunk_batch([made.component("A:x", F, field_name="other")]),
    "kinds by their other names": made.chunk_batch([(pa.field("t", pa.int64(), metadata={"rerun:kind": "time"}), pa.array([1, 2])), (pa.field("A:x", pa.list_(pa.float64()), metadata={"rerun:kind": "component"}), pa.array(F))]),
    "an unknown kind": made.chunk_batch([(pa.field("A:x", pa.list_(pa.float64()), metadata={"rerun:kind": "other"}), pa.array(F))]),
    "null times": made.chunk_batch([made.index("t", [1, None]), X]),
    "microseconds": made.chunk_batch([made.index("t", pa.array([1, 2], pa.timestamp("us"))), X]),
    "a time zone": made.chunk_batch([made.index("t", pa.array([1, 2], pa.timestamp("ns", "Europe/Paris"))), X]),
    "durations": made.chunk_batch([made.index("t", pa.array([1, 2], pa.duration("ns"))), X]),
    "int32 times": made.chunk_batch([made.index("t", pa.array([1, 2], pa.int32())), X]),
    "a timeline without a name": made.chunk_batch([made.index("", [1, 2]), X]),
    "the least time": made.chunk_batch([made.index("t", [-2**63, 2**63 - 1]), X]),
    "no rows": made.chunk_batch([made.index("t", []), made.component("A:x", [])], n=0),
    "no components": made.chunk_batch([T]),
    "row ids alone": made.chunk_batch([]),
    "only nulls": made.chunk_batch([T, made.component("A:x", [None, None])]),
    "id without chunk_": made.chunk_batch([X], chunk_id="ABCDEF0000000001abcdef0000000001"),
    "id of a row": made.chunk_batch([X], chunk_id="row_00000000000000010000000000000001"),
    "id too short": made.chunk_batch([X], chunk_id="1234"),
    "no id": made.chunk_batch([X], chunk_id=None),
    "no entity": made.chunk_batch([X], entity=None),
    "an odd path": made.chunk_batch([X], entity="a//b\\ c/✓\\n/"),
    "types": made.chunk_batch([made.component("A:bool", [[True], [False, None]], pa.bool_()), made.component("A:map", [[[("a", 1)]], []], pa.map_(pa.string(), pa.int32())),
                               made.component("A:decimal", [[1], [2]], pa.decimal128(5, 1)), made.component("A:fixed", [[b"abc"], None], pa.binary(3)), made.component("A:large", [["x"], ["y"]], pa.large_string()),
                               made.component("A:date", [[1], [2]], pa.date32()), made.component("A:half", [[1], [2]], pa.float16()), made.component("A:bytes", [[b"a\0", None], None], pa.binary()),
                               made.component("A:when", [[1], [2]], pa.timestamp("ms", "UTC")), made.component("A:deep", [[[[1, None], None]], [[]]], pa.list_(pa.list_(pa.uint8()))),
                               made.component("A:struct", [[{"a": 1, "b": "x"}, None], []], pa.struct([("a", pa.int8()), ("b", pa.string())]))]),
}
STREAMS = {
    **{name: made.ipc(batch) for name, batch in CHUNKS.items()},
    "two batches": made.ipc(NORMAL, n_batches=2), "no end of the Arrow stream": made.ipc(NORMAL, end=False), "no batch": made.ipc(NORMAL, n_batches=0), "no Arrow stream": b"",
    "something behind": made.ipc(NORMAL) + b"xyzw123", "metadata version 4": made.ipc(NORMAL, metadata_version=pa.ipc.MetadataVersion.V4), "before Arrow 0.15": made.ipc(NORMAL, use_legacy_format=True),
    "LZ4 frames": made.ipc(made.chunk_batch([made.index("t", range(5000)), made.component("A:x", [[float(i % 7)] for i in range(5000)])], n=5000), compression="lz4"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_chunk_as_the_official_reader_takes_it(tmp_path, name):
    path = tmp_path / "made.rrd"
    path.write_bytes(made.recording(STREAMS[name]))
    try:
        official = without_escapes([as_found(batch) for _, _, batch in judge.chunks(path)])
    except Exception as error:  # noqa: BLE001 (it raises several kinds)
        official = str(error)
    if isinstance(official, str):
        with pytest.raises(ReelError):
            read_with_reel(path)
    else:
        assert without_escapes(read_with_reel(path)[0]) == official


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int32(), pa.string()), pa.string_view()], ids=str)
def test_encoded_storage_is_decoded(kind):
    def read(kind):
        return read_with_reel(made.recording(made.chunk_batch([made.component("A:x", [["a"], ["b"]], kind)])))[0]

    assert read(kind) == read(pa.string())


def test_zstd_is_named():
    with pytest.raises(ReelError, match="ZSTD"):
        read_with_reel(made.recording(made.ipc(NORMAL, compression="zstd")))


# --- messages of every make-up

def chunk_count(data, **options):
    reader = Reader(data, **options)
    return sum(1 for _ in reader.chunks()), reader


def test_the_application_is_found_in_the_store_info():
    stream = made.ipc(NORMAL)
    named = made.HEADER + made.store_info() + made.arrow_message(stream, application=None)
    [info, chunk] = [(m.kind, m.application_id) for m in Reader(named).messages()]
    assert (info, chunk) == ((STORE_INFO, b"made_app"), (CHUNK, b"made_app"))
    for data in (made.HEADER + made.arrow_message(stream, application=None), made.HEADER + made.store_info(recording=b"other") + made.arrow_message(stream, application=None)):
        count, reader = chunk_count(data)
        assert count == 0 and reader.stats.damaged == 1 and "application" in reader.events[0][3]


@pytest.mark.parametrize("name, message, is_read", [
    ("encoding 0", made.arrow_message(made.ipc(NORMAL), encoding=0), False),
    ("encoding 2", made.arrow_message(made.ipc(NORMAL), encoding=2), False),
    ("no compression named", made.arrow_message(made.ipc(NORMAL), compression=0), True),
    ("compression 3", made.arrow_message(made.ipc(NORMAL), compression=3), False),
    ("empty application", made.arrow_message(made.ipc(NORMAL), application=b""), False),
    ("empty recording", made.arrow_message(made.ipc(NORMAL), recording=b""), True),
    ("kind 0", made.arrow_message(made.ipc(NORMAL), kind=0), True),
    ("kind 3", made.arrow_message(made.ipc(NORMAL), kind=3), True),
    ("unknown fields", made.arrow_message(made.ipc(NORMAL), before=made.field(90, 7) + made.field(91, b"more")), True),
    ("a group", made.arrow_message(made.ipc(NORMAL), before=b"\x53" + made.field(3, 1) + b"\x54"), True),
    ("size a byte too large", made.arrow_message(made.ipc(NORMAL), uncompressed_size=len(made.ipc(NORMAL)) + 1), True),
    ("size a byte too small", made.arrow_message(made.ipc(NORMAL), uncompressed_size=len(made.ipc(NORMAL)) - 1), False),
    ("a bomb", made.arrow_message(made.ipc(NORMAL), uncompressed_size=1 << 33), False),
    ("no store", made.message(2, made.field(4, 1) + made.field(5, made.ipc(NORMAL))), False),
    ("not protobuf", made.message(2, b"\xff" * 40), False),
    ("nothing", made.message(2, b""), False),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_message_as_the_official_reader_takes_it(tmp_path, name, message, is_read):
    """The one behind it is read in any case."""
    path = tmp_path / "made.rrd"
    behind = made.arrow_message(made.ipc(made.chunk_batch([T, X], entity="/behind")))
    path.write_bytes(made.HEADER + made.store_info() + message + behind)
    found, reader = [], Reader(path)
    while True:
        try:
            found += [chunk.entity for _, chunk in reader.chunks()]
            break
        except ReelError:
            continue
    assert found == ["/made", "/behind"][not is_read:]
    assert reader.stats.damaged == (not is_read) and (is_read or reader.stats.bytes_lost == len(message))
    code, said = judge.rerun("rrd", "print", "--continue-on-error=true", path)
    assert (" /made " in said) == is_read and " /behind " in said, said


def test_an_unknown_kind_of_message_is_passed_over_if_all_around_it_fits():
    data = made.recording(NORMAL) + made.message(9, b"what is this") + made.arrow_message(made.ipc(NORMAL))
    reader = Reader(data)
    assert [m.kind for m in reader.messages()] == [STORE_INFO, CHUNK, 0, CHUNK]
    assert reader.stats.warnings == 1 and reader.stats.damaged == 0


@pytest.mark.parametrize("piece", [3, 100, 10**6])
def test_an_unknown_kind_is_looked_at_without_going_back(piece):
    """Also when the bytes come in order: what does not fit is told where it begins."""
    good = made.recording(NORMAL)
    left = bytearray(good + made.message(9, b"what is this" * 20000) + b"no message follows it" * 10)

    def fill(size):
        taken = bytes(left[:min(size, piece)])
        del left[:len(taken)]
        return taken
    reader = Reader(fill)
    assert [m.kind for m in reader.messages()] == [STORE_INFO, CHUNK]
    assert [(status, offset) for status, offset, *_ in reader.events] == [(-18, len(good))]


def test_trailing_bytes_are_told(mixed):
    data = mixed.read_bytes()
    found, reader = read_with_reel(data + b"some bytes that are nothing at all")
    assert found == read_with_reel(data)[0]
    [(status, offset, size, text)] = reader.events
    assert (status, offset, size) == (-18, len(data), 34)


def test_a_message_that_is_too_large_is_damage(mixed):
    count, reader = chunk_count(mixed.read_bytes(), message_bytes_max=2000)
    assert reader.stats.damaged == 1 and "at most 2000" in reader.events[0][3]
    data = made.recording(NORMAL) + (2).to_bytes(8, "little") + (1 << 60).to_bytes(8, "little") + b"behind"
    count, reader = chunk_count(data)
    assert count == 1 and reader.stats.bytes_lost == 22


def test_damage_stops_the_reader_if_it_shall():
    data = made.recording(NORMAL) + made.message(2, b"\xff" * 40) + made.arrow_message(made.ipc(NORMAL))
    reader = Reader(data, stop_at_damage=True)
    with pytest.raises(ReelError, match="40 bytes"):
        list(reader.messages())


# --- looking for what is intact

def test_recovery_finds_what_is_behind_damage(mixed):
    data, expected = mixed.read_bytes(), read_with_reel(mixed)[0]
    places = [(at - 16, size + 16) for kind, at, size in messages(data) if kind]
    for number in (0, 1, len(places) // 2, len(places) - 1):
        at, size = places[number]
        for damaged in (data[:at] + b"\xa5" * 16 + data[at + 16:], data[:at] + data[at + size // 2:], data[:at] + b"inserted" + data[at:], data[:at + 8] + (10**7).to_bytes(8, "little") + data[at + 16:]):
            found, reader = read_with_reel(damaged, resynchronise=True)
            lost = [c for c in expected if c not in found]
            assert len(lost) <= 1 and [c for c in expected if c in found] == found
            assert reader.stats.damaged == 1 and reader.stats.has_footer
            assert reader.stats.bytes_lost <= size + 8


def test_recovery_needs_no_header(mixed):
    data = mixed.read_bytes()
    for junk in (b"", b"junk" * 1000, bytes(5000)):
        found, reader = read_with_reel(junk + data[12:], resynchronise=True)
        assert found == read_with_reel(mixed)[0] and (reader.stats.damaged, reader.stats.bytes_lost) == (1, len(junk))


def test_recovery_of_a_pipe(mixed):
    data = mixed.read_bytes()
    at = [at for kind, at, _ in messages(data) if kind == CHUNK][2]
    left = bytearray(data[:at] + b"\0" * 5 + data[at:])

    def fill(size):
        taken = bytes(left[:min(size, 5000)])
        del left[:len(taken)]
        return taken
    found, reader = read_with_reel(fill, resynchronise=True)
    assert len(found) == len(read_with_reel(mixed)[0]) - 1 and reader.stats.damaged == 1


# --- looking at chunks

def test_values_where_they_stand():
    batch = made.chunk_batch([T, made.component("A:n", [[1.5, 2.5], None], pa.float32()), made.component("A:v", [[[1, 2, 3]], [[4, 5, 6], [7, 8, 9]]], pa.list_(pa.float32(), 3)),
                              made.component("A:text", [["é", None], [""]], pa.string()), made.component("A:blob", [[b"ab", b""], [b"c"]], pa.binary()),
                              made.component("A:u8s", [[[1, 2, 255]], [[]]], pa.list_(pa.uint8())), made.component("A:null", [[1, None], []], pa.int16())])
    [(_, chunk)] = Reader(made.recording(batch)).chunks()
    at = {c.component.decode(): i for i, c in enumerate(chunk.components)}
    assert chunk.values(at["A:n"], 10, 0, ctypes.c_float) == [1.5, 2.5] == chunk.values(at["A:n"], 10, 1, ctypes.c_float)
    assert chunk.values(at["A:v"], 10, 3, ctypes.c_float) == list(range(1, 10))
    assert [chunk.text(at["A:text"], i) for i in range(3)] == ["é", None, ""]
    assert [chunk.bytes_at(at["A:blob"], i) for i in range(3)] == [b"ab", b"", b"c"]
    assert [chunk.bytes_at(at["A:u8s"], i) for i in range(2)] == [b"\1\2\xff", b""]
    cells = {name: [(c.is_set, c.first, c.n) for c in (chunk.cell(i, row) for row in range(2))] for name, i in at.items()}
    assert cells["A:n"] == [(True, 0, 2), (False, 2, 0)] and cells["A:v"] == [(True, 0, 1), (True, 1, 2)] and cells["A:null"] == [(True, 0, 2), (True, 2, 0)]
    assert [(c.n_values, c.n_rows) for c in chunk.components if c.component == b"A:n"] == [(2, 1)]
    for wrong in [("A:n", 11, 0), ("A:n", 10, 3), ("A:v", 10, 0), ("A:v", 10, 2), ("A:text", 13, 0)]:
        with pytest.raises(ReelError) as error:
            chunk.values(at[wrong[0]], *wrong[1:], ctypes.c_float)
        assert error.value.args[0] == -2
    with pytest.raises(ReelError, match="null") as error:
        chunk.values(at["A:null"], 6, 0, ctypes.c_int16)
    assert error.value.args[0] == -16
    assert chunk.timelines == {"t": (1, [1, 2], True, 1, 2)}


def test_sortedness_is_looked_at():
    batch = made.chunk_batch([made.index("up", [1, 2], is_sorted="true"), made.index("claims", [2, 1], is_sorted="true"), X])
    [(_, chunk)] = Reader(made.recording(batch)).chunks()
    assert {k: v[2:] for k, v in chunk.timelines.items()} == {"up": (True, 1, 2), "claims": (False, 1, 2)}
    exported = chunk.export()
    assert {f.name for f in exported.schema if (f.metadata or {}).get(b"rerun:is_sorted") == b"true"} == {"rerun.controls.RowId", "up"}


def test_exported_batches_outlive_reader_and_chunk(mixed):
    reader = Reader(mixed)
    exported = [chunk.export() for _, chunk in reader.chunks()]
    columns = [batch.column(batch.num_columns - 1) for batch in exported]
    del reader, exported
    assert [judge.plain(judge.values_of(c)) for c in columns] == [judge.plain(judge.values_of(b.column(b.num_columns - 1))) for _, b in batches(mixed.read_bytes())]


def test_what_was_exported_can_be_imported(every_archetype):
    n = 0
    for _, chunk in Reader(every_archetype[1]).chunks():
        again = Chunk.of(chunk.export())
        assert (again.entity, again.id, again.rows, again.row_ids, again.timelines) == (chunk.entity, chunk.id, chunk.rows, chunk.row_ids, chunk.timelines)
        assert as_found(again.export()) == as_found(chunk.export())
        n += 1
    assert n > 500


def test_a_slice_of_a_record_batch_is_imported():
    batch = made.chunk_batch([made.index("t", range(20)), made.component("A:x", [[float(i)] * (i % 3) if i % 5 else None for i in range(20)]), flat(pa.array([None if i % 4 == 0 else i for i in range(20)]), "A:plain")], n=20)
    for first, n in ((0, 20), (3, 9), (13, 7), (20, 0)):
        part = batch.slice(first, n)
        exported = Chunk.of(part).export()
        exported.validate(full=True)
        assert exported.column("A:x").to_pylist() == part.column("A:x").to_pylist() and exported.column("t").to_pylist() == part.column("t").to_pylist()
        assert exported.column("A:plain").to_pylist() == [v if v is None else [v] for v in part.column("A:plain").to_pylist()]


@pytest.mark.parametrize("batch", [made.chunk_batch([X], row_ids=False), made.chunk_batch([X], chunk_id=None), made.chunk_batch([made.index("t", [1, None]), X]),
                                   made.chunk_batch([flat(pa.array(["a", "b"]).dictionary_encode())]), made.chunk_batch([flat(pa.array(["a", None], pa.string_view()))])])
def test_what_is_no_chunk_is_not_imported(batch):
    with pytest.raises(ReelError):
        Chunk.of(batch)


def test_numpy_sees_the_values(mixed):
    """As a check on the values themselves, apart from pyarrow's idea of equality."""
    [columns] = [batch for _, _, batch in judge.chunks(mixed) if batch.schema.metadata[b"rerun:entity_path"] == b"/columns"]
    [ours] = [chunk.export() for _, chunk in Reader(mixed).chunks() if chunk.entity == "/columns"]
    values = ours.column("Scalars:scalars").flatten().to_numpy()
    assert np.array_equal(values, np.arange(2000.0)) and ours.column("frame").to_pylist() == columns.column("frame").to_pylist() == list(range(1000))
