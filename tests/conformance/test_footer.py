"""The footer: what it says of every chunk is what the chunks themselves say, read sequentially and by the official reader's random access."""
import os
import struct
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from judge import RERUN, verify
from rrd_bytes import fields, messages, plain

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/write_footers"
FIXED = ["chunk_entity_path", "chunk_id", "chunk_is_static", "chunk_num_rows", "chunk_byte_offset", "chunk_byte_size", "chunk_byte_size_uncompressed"]


def write(scenario, path, *more):
    done = subprocess.run([PROGRAM, scenario, path, *map(str, more)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


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
