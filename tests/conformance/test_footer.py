"""The footer: what it says of every chunk is what the chunks themselves say, read sequentially and by the official reader's random access."""
import ctypes
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pytest

from judge import RERUN, verify
from rrd_bytes import fields, messages, plain
from viewers import REEL

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/write_footers"
FIXED = ["chunk_entity_path", "chunk_id", "chunk_is_static", "chunk_num_rows", "chunk_byte_offset", "chunk_byte_size", "chunk_byte_size_uncompressed"]


def write(scenario, path, *more, expect=0):
    done = subprocess.run([PROGRAM, scenario, path, *map(str, more)], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stderr


def chunks_of(data):
    """{chunk id: facts} of the store "recording" and "blueprint", read from the messages themselves."""
    stores = {1: {}, 2: {}}
    for kind, at, size in messages(data):
        if kind == 0:
            return stores, at - 16
        if kind == 2:
            message = fields(data[at:at + size])
            ipc = plain(message, 5, 2, 3)
            batch = next(iter(pa.ipc.open_stream(ipc)))
            metadata = batch.schema.metadata
            store = stores[fields(message[1][0])[1][0]]
            store[metadata[b"rerun:id"].decode()] = (metadata[b"rerun:entity_path"].decode(), batch, at, size, len(ipc))


def expected_rows(chunks):
    """Per chunk the manifest's cells by (component, timeline, what), made from the chunk's own columns."""
    rows = []
    for name, (path, batch, offset, size, ipc_size) in chunks.items():
        kinds = {f.name: (f.metadata or {}).get(b"rerun:kind") for f in batch.schema}
        times = {n: batch.column(n).cast(pa.int64()).to_pylist() for n, kind in kinds.items() if kind == b"index"}
        cells = {}
        for column in (n for n, kind in kinds.items() if kind == b"data"):
            set_rows = [i for i, v in enumerate(batch.column(column).to_pylist()) if v is not None]
            if not times and set_rows:
                cells[column, "rerun:static", "has_static_data"] = True
            for timeline, values in times.items():
                if set_rows:
                    some = [values[i] for i in set_rows]
                    cells.update({(column, timeline, "start"): min(some), (column, timeline, "end"): max(some), (column, timeline, "num_rows"): len(some)})
        for timeline, values in times.items():
            cells.update({(None, timeline, "start"): min(values), (None, timeline, "end"): max(values)})
        digits = name.removeprefix("chunk_")
        rows.append(((path, bytes.fromhex(digits), not times, batch.num_rows, offset, size, ipc_size), cells))
    return rows


def manifest_rows(table):
    for name, field in zip(FIXED, table.schema):
        assert field.name == name and not field.nullable
    columns = []
    for i, field in enumerate(table.schema):
        values = table.column(i)
        if pa.types.is_temporal(values.type):
            values = values.cast(pa.int64())
        columns.append((field, values.to_pylist()))
    rows = []
    for r in range(table.num_rows):
        cells = {}
        for field, values in columns[len(FIXED):]:
            metadata = {k.decode(): v.decode() for k, v in field.metadata.items()}
            what = field.name.rsplit(":", 1)[1]
            if values[r]:
                cells[metadata.get("rerun:component"), metadata["rerun:index"], what] = values[r]
            elif values[r] == 0 and what in ("start", "end"):
                cells[metadata.get("rerun:component"), metadata["rerun:index"], what] = 0
        rows.append((tuple(values[r] for _, values in columns[:len(FIXED)]), cells))
    return rows


def check_schema(schema, chunks):
    """The recording's schema has exactly the (entity, component) pairs that the chunks have."""
    seen = {}
    for path, batch, *_ in chunks.values():
        is_static = not any((f.metadata or {}).get(b"rerun:kind") == b"index" for f in batch.schema)
        for field in batch.schema:
            if field.metadata[b"rerun:kind"] == b"data" and batch.column(field.name).null_count < batch.num_rows:
                static = seen.get((path, field.name), (False,))[0] or is_static
                seen[path, field.name] = (static, field.type)
    told = {}
    for field in schema:
        metadata = field.metadata
        if metadata[b"rerun:kind"] == b"data":
            path, component = metadata[b"rerun:entity_path"].decode(), metadata[b"rerun:component"].decode()
            told[path, component] = (metadata.get(b"rerun:is_static") == b"true", field.type)
            name = f"{path}:{component}" if not path.startswith("/__properties") else "property" + path[len("/__properties"):].replace("/", ":", 1) + ":" + component
            assert field.name == name
    assert told == seen


def check_footer(path):
    data = path.read_bytes()
    stores, end = chunks_of(data)
    start, size, _, magic, n = struct.unpack("<QQI8sI", data[-32:])
    assert (start, magic, n) == (end + 16, b"RRF2FOOT", 1) and start + size + 32 == len(data)
    manifests = fields(data[start:start + size]).get(1, [])
    assert len(manifests) == sum(1 for chunks in stores.values() if chunks)
    for manifest in map(fields, manifests):
        chunks = stores[fields(manifest[1][0])[1][0]]
        assert len(manifest[3][0]) == 32
        check_schema(pa.ipc.read_schema(pa.py_buffer(fields(manifest[2][0])[1][0])), chunks)
        table = pa.ipc.open_stream(plain(fields(manifest[4][0]), 2, 3, 4)).read_all()
        table.validate(full=True)
        assert manifest_rows(table) == expected_rows(chunks)
    return stores[1]


def check_official(path, chunks):
    verify(path)
    from rerun.chunk import RrdReader

    read = {str(c.id): c for c in RrdReader(str(path)).store().stream().to_chunks()}
    assert len(read) == len(chunks)
    by_id = {name.removeprefix("chunk_").lower(): value for name, value in chunks.items()}
    for name, chunk in read.items():
        path_, batch, *_ = by_id[name.removeprefix("chunk_").lower()]
        assert str(chunk.entity_path) == path_ and chunk.num_rows == batch.num_rows


@pytest.mark.parametrize("way", ["file", "process", "sync", "memory", "whole"])
def test_footer_tells_what_the_chunks_hold(tmp_path, way):
    path = tmp_path / "mixed.rrd"
    write(f"mixed-{way}", path)
    check_official(path, check_footer(path))


@pytest.mark.parametrize("kind", ["many", "sparse"])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 2000, 9000, 20000])
def test_footer_of_many_chunks(tmp_path, kind, n):
    """From one block around a small table to columns of several slabs with Arrow's own compression, also where a slab is not full."""
    path = tmp_path / "many.rrd"
    write(kind, path, n)
    check_official(path, check_footer(path))


def test_empty_recording_has_an_empty_footer(tmp_path):
    path = tmp_path / "empty.rrd"
    write("empty", path)
    assert check_footer(path) == {}
    verify(path)


@pytest.mark.parametrize("way", ["file", "process", "sync"])
def test_capture_is_the_first_half_with_a_footer(tmp_path, way):
    path = tmp_path / "run.rrd"
    write(f"many-capture-{way}", path, 999)
    captured = Path(f"{path}.capture.rrd")
    assert len(check_footer(captured)) == 499  # a store info and 499 chunks are half of 1,000 messages
    check_official(captured, check_footer(captured))
    assert captured.read_bytes()[:1000] == path.read_bytes()[:1000]
    assert not list(tmp_path.glob("*.tmp-*"))
    check_official(path, check_footer(path))


def test_no_footer(tmp_path):
    path = tmp_path / "bare.rrd"
    write("mixed-nofooter", path)
    data = path.read_bytes()
    at = 12
    while at < len(data):
        kind, size = struct.unpack_from("<QQ", data, at)
        assert kind in (1, 2)
        at += 16 + size
    assert at == len(data)
    done = subprocess.run([RERUN, "rrd", "verify", "--check-footers=false", path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


# --- what official readers take of a schema: 1,000,000 flatbuffer tables ---
# The schema of a "wide" recording has 11 for the message, itself, row id and timeline; then 9 for a column (field, list, item, its type, five entries of metadata), and one more for a static one.
# Beyond the limit, columns but the first of each of the 500 components go without "rerun:kind", as readers allow.

LIMIT = 1_000_000
ALL_NINE = (LIMIT - 11) // 9
EIGHT = (LIMIT - 11 - 500) // 8


def n_tables(path):
    """As a verifier visits them, counted in the first manifest's schema."""
    schema = schema_of(path)

    def of_field(field):
        children = [field.type.field(i) for i in range(field.type.num_fields)]
        return 2 + len(field.metadata or {}) + sum(map(of_field, children))

    return 2 + sum(map(of_field, schema))


def footer_of(data):
    at, size = [(at, size) for kind, at, size in messages(data) if kind == 0][0]
    return at, fields(data[at:at + size])[1]


def schema_of(path):
    _, [manifest] = footer_of(path.read_bytes())
    return pa.ipc.read_schema(pa.py_buffer(fields(fields(manifest)[2][0])[1][0]))


def random_access(path):
    from rerun.chunk import RrdReader

    return RrdReader(str(path)).store()


def varint(n):
    return bytes([n & 127 | 128]) + varint(n >> 7) if n > 127 else bytes([n])


def with_one_more_table(path, out):
    """The same recording, with one more entry in the metadata of its schema's last column."""
    data = path.read_bytes()
    at, [manifest] = footer_of(data)
    of = fields(manifest)
    schema = list(schema_of(path))
    schema[-1] = schema[-1].with_metadata({**schema[-1].metadata, b"more": b"1"})
    stream = pa.schema(schema).serialize().to_pybytes() + b"\xff\xff\xff\xff" + bytes(4)

    def field(number, value):
        return varint(number << 3 | 2) + varint(len(value)) + value

    footer = field(1, field(1, of[1][0]) + field(2, field(1, stream)) + field(3, of[3][0]) + field(4, of[4][0]))
    sum_of = ctypes.CDLL("libxxhash.so.0").XXH32
    sum_of.restype, sum_of.argtypes = ctypes.c_uint32, [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint32]
    end = struct.pack("<QQI8sI", at, len(footer), sum_of(footer, len(footer), 7850921), b"RRF2FOOT", 1)
    out.write_bytes(data[:at - 16] + struct.pack("<QQ", 0, len(footer)) + footer + end)


@pytest.mark.parametrize("n, static, tables", [(ALL_NINE + 1, 0, None), (EIGHT, 1, LIMIT)])
def test_the_official_reader_takes_a_footer_up_to_the_limit(tmp_path, n, static, tables):
    path = tmp_path / "wide.rrd"
    write("wide-file", path, n, static)
    assert tables is None or n_tables(path) == tables
    assert len(random_access(path).schema().component_columns()) == n
    verify(path)
    for command, expected in ((["verify", path], ": fine ("), (["stats", "--json", path], f'"components":{n},')):
        said, anonymous_mb = watched(REEL, *command)
        assert expected in said and anonymous_mb < 64


def watched(*command):
    """What a command prints, and the most memory of its own that it was seen with, in MB. (Pages of a mapped file are the system's.)"""
    with tempfile.TemporaryFile("w+") as said:
        process, most = subprocess.Popen(list(map(str, command)), stdout=said), 0
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            most = max(most, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")), 0)
            time.sleep(0.002)
        assert process.returncode == 0
        said.seek(0)
        return said.read(), most / 1024


@pytest.mark.filterwarnings("ignore:RRD file has no footer")
@pytest.mark.parametrize("way", ["file", "memory", "whole", "capture"])
def test_beyond_the_limit_the_footer_is_left_out(tmp_path, way):
    """A footer without a store's manifest hides the store from the official reader; one with a schema that is too large is an error; without one, readers go through the messages."""
    path = tmp_path / "wide.rrd"
    said = write(f"wide-{way}", path, EIGHT if way != "capture" else 2 * EIGHT, 2, expect=3)
    assert "the footer is left out" in said
    assert list(tmp_path.glob("*.tmp-*")) == []
    if way == "capture":
        path = Path(f"{path}.capture.rrd")
    for kind, at, size in messages(path.read_bytes()):
        assert kind in (1, 2)
    verify(path, "--check-footers=false")
    with pytest.raises(RuntimeError, match="without footer"):
        random_access(path)
    reel = subprocess.run([REEL, "verify", path], capture_output=True, text=True, timeout=60)
    assert reel.returncode == 0 and "warning: there is no footer: official readers take none of so many columns" in reel.stdout


def test_one_table_more_is_what_the_official_reader_refuses(tmp_path):
    """And reel verify says so."""
    path, more = tmp_path / "wide.rrd", tmp_path / "more.rrd"
    write("wide-file", path, EIGHT, 1)
    with_one_more_table(path, more)
    assert n_tables(more) == LIMIT + 1
    with pytest.raises(RuntimeError, match="TooManyTables"):
        random_access(more)
    done = subprocess.run([REEL, "verify", more], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and f"warning: official readers cannot use the footer: a schema in it has {LIMIT + 1} flatbuffer tables" in done.stdout
    merged = subprocess.run([REEL, "merge", more, "-o", tmp_path / "merged.rrd"], capture_output=True, text=True, timeout=60)
    assert merged.returncode == 0 and merged.stderr == ""  # its own footer fits
    verify(tmp_path / "merged.rrd")
