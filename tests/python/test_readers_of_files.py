"""MP4, MCAP and HDF5 files as chunks: the same as those of the official readers, and errors that say what is wrong."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
import reel
import reel.utilities
import rerun
import rerun.chunk
import rerun.experimental
import rerun.utilities
from reel.chunk import IndexColumn, McapReader
from reel.experimental import Hdf5Reader, Mp4Reader, Mp4TranscodeOptions

BALL = Path(__file__).resolve().parents[2] / "docs/snippets/data/ball.mp4"


def plain(array: pa.Array) -> list:
    is_time = pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type)
    return array.cast(pa.int64()).to_pylist() if is_time else array.to_pylist()


def content(chunks) -> list:
    """What chunks say, in an order of its own: without ids."""
    found = []
    for chunk in chunks:
        batch = chunk.to_record_batch()
        columns = []
        for field in list(batch.schema)[1:]:
            metadata = {k: v for k, v in field.metadata.items() if k != b"rerun:is_sorted"}
            columns.append((field.name, str(field.type), sorted(metadata.items()), plain(batch.column(field.name))))
        found.append((chunk.entity_path, chunk.is_static, columns))
    return sorted(found, key=repr)


# --- MP4 ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"chunk_by_gop": False}, {"mode": "asset", "timeline_type": "timestamp"}, {"entity_path": "a b/c", "timeline_name": "t"}])
def test_mp4_as_the_official_reader(options) -> None:
    ours = Mp4Reader(BALL, **options).stream().to_chunks()
    assert content(ours) == content(rerun.experimental.Mp4Reader(BALL, **options).stream())
    assert len(ours) >= 2


def test_mp4_that_is_damaged(tmp_path) -> None:
    """It is read, or an error says what is wrong."""
    data = bytearray(BALL.read_bytes())
    damaged = tmp_path / "damaged.mp4"
    start = data.index(b"moov")
    source = random.Random(5)
    read = 0
    for _ in range(150):
        copy = bytearray(data)
        for _ in range(source.randint(1, 4)):
            copy[source.randrange(start, len(copy))] = source.choice((0, 1, 255, source.randrange(256)))
        damaged.write_bytes(copy)
        try:
            read += len(Mp4Reader(damaged).stream().to_chunks()) > 0
        except RuntimeError as error:
            assert "MP4 error" in str(error)
    assert read > 10
    for end in (0, 7, 40, start, len(data) - 5):
        damaged.write_bytes(data[:end])
        with pytest.raises(RuntimeError, match="MP4 error"):
            Mp4Reader(damaged).stream().to_chunks()


def test_mp4_with_other_wishes_needs_ffmpeg() -> None:
    nowhere = Mp4TranscodeOptions(gop_size=5, ffmpeg_override="/there/is/no/ffmpeg")
    with pytest.raises(RuntimeError, match="ffmpeg"):
        Mp4Reader(BALL, transcode=nowhere).stream().to_chunks()
    same = Mp4TranscodeOptions(output_codec=reel.components.VideoCodec.H264, ffmpeg_override="/there/is/no/ffmpeg")
    assert content(Mp4Reader(BALL, transcode=same).stream()) == content(Mp4Reader(BALL).stream())


# --- MCAP ---------------------------------------------------------------------------------------------------------------------------


def text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def texts(values: dict[str, str]) -> bytes:
    inner = b"".join(text(k) + text(v) for k, v in values.items())
    return struct.pack("<I", len(inner)) + inner


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<BQ", kind, len(data)) + data


MAGIC = b"\x89MCAP0\r\n"


def mcap(compression: str) -> tuple[bytes, int]:
    """(a file of two chunks, where its summary begins)"""
    schema = record(3, struct.pack("<H", 1) + text("my.Schema") + text("jsonschema") + struct.pack("<I", 2) + b"{}")
    channels = [record(4, struct.pack("<HH", 1, 1) + text("/a/json") + text("json") + texts({"k": "v"})), record(4, struct.pack("<HH", 2, 0) + text("raw topic") + text("octet") + texts({}))]
    out = MAGIC + record(1, text("profile") + text("library"))
    indexes = b""
    for i in range(2):
        inner = (schema + b"".join(channels)) if i == 0 else b""
        offsets: dict[int, list[tuple[int, int]]] = {}
        times = []
        for n in range(10):
            channel, time = 1 + n % 2, 1_000 * i + 10 * ((n * 7) % 10)
            offsets.setdefault(channel, []).append((time, len(inner)))
            times.append(time)
            inner += record(5, struct.pack("<HIQQ", channel, n, time, time + 5) + bytes([n]) * n)
        packed = pa.Codec(compression).compress(inner, asbytes=True) if compression else inner
        at = len(out)
        chunk = record(6, struct.pack("<QQQI", min(times), max(times), len(inner), zlib.crc32(inner)) + text(compression) + struct.pack("<Q", len(packed)) + packed)
        out += chunk
        places, begin = b"", len(out)
        for channel, entries in offsets.items():
            places += struct.pack("<HQ", channel, len(out))
            packed_entries = b"".join(struct.pack("<QQ", *entry) for entry in entries)
            out += record(7, struct.pack("<HI", channel, len(packed_entries)) + packed_entries)
        index = struct.pack("<QQQQI", min(times), max(times), at, len(chunk), len(places)) + places
        indexes += record(8, index + struct.pack("<Q", len(out) - begin) + text(compression) + struct.pack("<QQ", len(packed), len(inner)))
    at = len(out)
    meta = record(12, text("facts") + texts({"b": "2", "a": "1"}))
    out += meta
    indexes += record(13, struct.pack("<QQ", at, len(meta)) + text("facts"))
    out += record(15, struct.pack("<I", 0))
    start = len(out)
    counts = struct.pack("<I", 20) + struct.pack("<HQHQ", 1, 10, 2, 10)
    out += schema + b"".join(channels) + indexes + record(11, struct.pack("<QHIIIIQQ", 20, 1, 2, 0, 1, 2, 0, 1090) + counts)
    return out + record(2, struct.pack("<QQI", start, 0, 0)) + MAGIC, start


@pytest.mark.parametrize("compression", ["", "zstd", "lz4"])
def test_mcap_as_the_official_reader(tmp_path, compression) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(mcap(compression)[0])
    for options in (
        {},
        {"timeline_type": "duration"},
        {"timestamp_offset_ns": 7},
        {"start_time_ns": 50, "end_time_ns": 1040},
        {"include_topic_regex": ["^/"]},
        {"exclude_topic_regex": ["json"]},
        {"decoders": ["raw", "stats"]},
        {"decoders": []},
    ):
        ours, official = McapReader(path, **options), rerun.chunk.McapReader(path, **options)
        assert content(ours.stream()) == content(official.stream()), options
        assert str(ours.info()) == str(official.info())
        assert ours.time_bounds() == official.time_bounds() == (0, 1090)


def test_mcap_without_its_end(tmp_path) -> None:
    whole, cut = tmp_path / "whole.mcap", tmp_path / "cut.mcap"
    data, start = mcap("zstd")
    whole.write_bytes(data)
    cut.write_bytes(data[:start])
    for read in (McapReader(cut).stream, McapReader(cut).info, McapReader(cut).time_bounds):
        with pytest.raises(ValueError, match="try reopening it with recovery enabled"):
            read()
    assert content(McapReader(cut, recover=True).stream()) == content(McapReader(whole).stream())
    assert McapReader(cut, recover=True).info().summary_source == "reconstructed"
    for end in range(8, start, 31):
        cut.write_bytes(data[:end])
        reader = McapReader(cut, recover=True, decoders=["raw"])
        assert sum(chunk.num_rows for chunk in reader.stream()) in (0, 10, 20)


def test_mcap_that_is_damaged(tmp_path) -> None:
    path = tmp_path / "damaged.mcap"
    data, start = mcap("lz4")
    source = random.Random(6)
    for _ in range(150):
        copy = bytearray(data)
        copy[source.randrange(8, len(copy))] ^= 1 << source.randrange(8)
        path.write_bytes(copy)
        for recover in (False, True):
            try:
                McapReader(path, recover=recover).stream().to_chunks()
            except ValueError as error:
                assert "damaged.mcap" in str(error)
    path.write_bytes(b"no file of this kind")
    with pytest.raises(ValueError, match="missing start magic"):
        McapReader(path).info()


def test_mcap_decoders(tmp_path) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(mcap("")[0])
    assert set(McapReader.available_decoders()) <= set(rerun.chunk.McapReader.available_decoders())
    with pytest.raises(NotImplementedError, match="protobuf"):
        McapReader(path, decoders=["protobuf"])
    with pytest.raises(ValueError, match="bogus"):
        McapReader(path, decoders=["bogus"])


# --- HDF5 ---------------------------------------------------------------------------------------------------------------------------


def test_hdf5_as_the_official_reader(tmp_path) -> None:
    h5py = pytest.importorskip("h5py")
    numpy = pytest.importorskip("numpy")
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["time"] = numpy.arange(5) * 0.5
        file.create_dataset("labels", data=["a", "b", "c", "d", "e"], dtype=h5py.string_dtype())
        file["arm/qpos"] = numpy.arange(15).reshape(5, 3) * 0.1
        file["arm/qvel"] = numpy.arange(5, dtype=numpy.float32)
        file.create_dataset("arm/images/cam", data=numpy.arange(60, dtype=numpy.uint8).reshape(5, 2, 2, 3), compression="gzip")
        file["meta/count"] = numpy.int64(42)
        file.attrs["version"] = 1
        file["arm"].attrs["joints"] = numpy.array([1.0, 2.0, 3.0])
        file["arm/qpos"].attrs["unit"] = "rad"
    columns = (IndexColumn, rerun.chunk.IndexColumn)
    for options, index in (({}, None), ({"use_structs": False, "entity_path_prefix": "/w"}, None), ({}, ("timestamp", "/time", {"input_unit": "s"})), ({"root_group": "/arm", "ignore_datasets": ["images"]}, ("sequence", "qvel", {}))):
        both = []
        for reader, column in zip((Hdf5Reader(path), rerun.experimental.Hdf5Reader(path)), columns):
            by = {} if index is None else {"index_column": getattr(column, index[0])(index[1], **index[2])}
            both.append(content(reader.stream(**options, **by)))
        assert both[0] == both[1], options
    ours, official = Hdf5Reader(path), rerun.experimental.Hdf5Reader(path)
    assert ours.groups() == official.groups()
    assert str(ours.datasets()) == str(official.datasets())
    assert all(ours.attributes(at) == official.attributes(at) for at in ("/", "/arm", "/arm/qpos", "/meta"))
    with pytest.raises(ValueError, match="not row-aligned"):
        with h5py.File(path, "a") as file:
            file["other"] = numpy.arange(3)
        ours.stream()


def test_hdf5_without_h5py_says_so(tmp_path, monkeypatch) -> None:
    import sys

    path = tmp_path / "run.h5"
    path.write_bytes(b"")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match="h5py"):
        Hdf5Reader(path).stream()


# --- small things -------------------------------------------------------------------------------------------------------------------


def test_utilities_as_the_official_ones() -> None:
    numpy = pytest.importorskip("numpy")
    ours, official = reel.utilities, rerun.utilities
    grids = [module.build_color_grid(3, 4, 5, twist=1.5) for module in (ours, official)]
    assert numpy.allclose(grids[0].positions, grids[1].positions) and (grids[0].colors == grids[1].colors).all()
    spirals = [module.build_color_spiral(50, radius=3, angular_offset=0.5) for module in (ours, official)]
    assert numpy.allclose(spirals[0].positions, spirals[1].positions) and numpy.allclose(spirals[0].colors, spirals[1].colors, atol=0.01)
    assert all(ours.bounce_lerp(2, 8, t) == pytest.approx(official.bounce_lerp(2, 8, t)) for t in (0, 0.3, 1, 1.25, 2.5, 3.9))


def test_what_is_no_part_says_so() -> None:
    for use in (lambda: reel.catalog.CatalogClient("url"), lambda: reel.server.Server(), reel.login, reel.logout, lambda: reel.urdf.UrdfTree.from_file_path("robot.urdf")):
        with pytest.raises(NotImplementedError, match="Reel"):
            use()
