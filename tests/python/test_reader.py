"""Files read in Python: those of both SDKs, finished or not, by both readers."""

from __future__ import annotations

import pyarrow as pa
import pytest
import reel as rr
import reel.blueprint as rrb
import rerun
import rerun.blueprint
import rerun.chunk
from reel.chunk import IndexedReader, LazyStore, RrdReader, StoreEntry, StreamingReader


def record(sdk, path, recording_id: str = "rec") -> None:
    """The same program for both SDKs."""
    with sdk.RecordingStream("app", recording_id=recording_id) as rec:
        rec.save(path)
        for i in range(20):
            rec.set_time("frame", sequence=i)
            rec.set_time("when", timestamp=1_700_000_000 + i / 2)
            rec.set_time("since", duration=-i * 1.5)
            rec.log("world/points", sdk.Points3D([[i, 2, 3], [4, 5, 6]], colors=[1, 2, 3], labels=["a", "b"]))
            rec.log("world/10", sdk.Scalars(i))
            rec.log("world/9", sdk.Scalars(i / 7))
        rec.log("doc", sdk.TextDocument("hello"), static=True)
        rec.log("own", sdk.AnyValues(x=[1, 2], y="text", z=b"bytes"))
        rec.log("tensor", sdk.Tensor([[1.0, 2.0]], dim_names=("a", "b")))
        rec.log("old", sdk.Clear(recursive=True))
        bp = sdk.blueprint
        rec.send_blueprint(bp.Blueprint(bp.Spatial3DView(origin="/world"), bp.TimePanel(state="collapsed")))


@pytest.fixture(scope="module", params=["reel", "rerun"])
def path(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("read") / f"{request.param}.rrd"
    record(rr if request.param == "reel" else rerun, path)
    return path


def plain(schema: pa.Schema) -> list:
    return [{k: v for k, v in schema.metadata.items() if k != b"sorbet:version"}, *((f.name, f.type, f.nullable, f.metadata) for f in schema)]


def test_both_readers_read_the_same(path):
    ours, official = RrdReader(path), rerun.chunk.RrdReader(path)
    for kind in ("recordings", "blueprints"):
        assert [repr(e) for e in getattr(ours, kind)()] == [repr(e) for e in getattr(official, kind)()]
        for mine, theirs in zip(getattr(ours, kind)(), getattr(official, kind)()):
            a = {c.id: c for c in ours.stream(store=mine)}
            b = {c.id: c for c in official.stream(store=theirs)}
            assert a.keys() == b.keys()
            for chunk_id, chunk in a.items():
                batch, wanted = chunk.to_record_batch(), b[chunk_id].to_record_batch()
                assert batch.equals(wanted) and plain(batch.schema) == plain(wanted.schema)
                assert chunk.format(width=150).replace("0.1.3", "0.1.4") == b[chunk_id].format(width=150)


def test_a_store_says_the_same_without_reading(path):
    ours, official = RrdReader(path).store(), rerun.chunk.RrdReader(path).store()
    assert isinstance(ours, LazyStore) and len(ours) == len(official)
    assert ours.summary() == official.summary() and ours._chunks_loaded == 0
    assert repr(ours.schema()) == repr(official.schema())
    assert ours.schema().entity_paths() == official.schema().entity_paths()
    assert [c.component for c in ours.schema().columns_for(archetype="Points3D")] == ["Points3D:colors", "Points3D:labels", "Points3D:positions"]
    assert ours.schema().column_for_selector("/world/10:Scalars:scalars").component_type == "rerun.components.Scalar"
    with pytest.raises(LookupError):
        ours.schema().column_for_selector("/world/10:Scalars:nothing")


def test_filters_pass_over_what_is_not_asked_for(path):
    store = RrdReader(path).store()
    chunks = store.stream().filter(content="/world/**", components="Scalars:scalars").to_chunks()
    assert {c.entity_path for c in chunks} == {"/world/9", "/world/10"} and store._chunks_loaded == len(chunks)
    rest = store.stream().drop(content="/world/**").to_chunks()
    assert all(not c.entity_path.startswith("/world") for c in rest) and store._chunks_loaded == len(chunks) + len(rest)


def test_what_is_written_is_what_was_read(path, tmp_path):
    reader = RrdReader(path)
    reader.stream().write_rrd(tmp_path / "copy.rrd", application_id="app", recording_id="rec")
    copy = RrdReader(tmp_path / "copy.rrd")
    assert copy.recordings() == [StoreEntry("recording", "app", "rec")]
    assert {c.id for c in copy.stream()} == {c.id for c in reader.stream()}
    assert rerun.chunk.RrdReader(tmp_path / "copy.rrd").store().summary() == reader.store().summary()


def test_a_failing_stream_leaves_no_file(path, tmp_path):
    def fail(chunk):
        raise KeyError("no")

    target = tmp_path / "never.rrd"
    with pytest.raises(KeyError):
        RrdReader(path).stream().map(fail).write_rrd(target, application_id="a", recording_id="b")
    assert list(tmp_path.iterdir()) == []


def test_bencher_reads_its_blueprints():
    """holobench takes enumerations out of raw blueprint columns."""
    from reel.blueprint.components import ContainerKind

    rec = rr.RecordingStream("app")
    rec.log("a", rr.Scalars(1.0))
    rec.send_blueprint(rrb.Blueprint(rrb.Vertical(rrb.TimeSeriesView(origin="/a", name="A"), rrb.Spatial2DView(origin="/b"))))
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".rrd") as file:
        file.write(rec.memory_recording().drain_as_bytes())
        file.flush()
        reader = RrdReader(file.name)
        [entry] = reader.blueprints()
        found = {}
        for chunk in reader.stream(store=entry):
            batch = chunk.to_record_batch()
            for field, column in zip(batch.schema, batch.columns):
                if field.metadata.get(b"rerun:kind") == b"data":
                    found.setdefault(field.metadata[b"rerun:component"].decode(), []).append(column[0].as_py())
    assert [ContainerKind(v[0]).name for v in found["ContainerBlueprint:container_kind"]] == ["Vertical"]
    assert sorted(v[0] for v in found["ViewBlueprint:class_identifier"]) == ["2D", "TimeSeries"]
    assert sorted(v[0] for v in found["ViewBlueprint:space_origin"]) == ["/a", "/b"]


def test_files_that_are_none_are_told(tmp_path):
    with pytest.raises(ValueError, match="not found"):
        RrdReader(tmp_path / "nothing.rrd")
    (tmp_path / "text.rrd").write_text("hello")
    with pytest.raises(ValueError, match="no recording"):
        RrdReader(tmp_path / "text.rrd")


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(path, tmp_path):
    cut = tmp_path / "cut.rrd"
    data = path.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 3])
    reader = RrdReader(cut)
    with pytest.warns(rr.RerunWarning):
        chunks = reader.stream().to_chunks()
    assert 0 < len(chunks)
    with pytest.raises(ValueError, match="footer"):
        reader.store()


def test_several_recordings_have_to_be_told_apart(tmp_path):
    for name in ("b", "a"):
        record(rr, tmp_path / f"{name}.rrd", name)
    both = tmp_path / "both.rrd"
    both.write_bytes((tmp_path / "b.rrd").read_bytes() + (tmp_path / "a.rrd").read_bytes())
    reader = RrdReader(both)
    entries = reader.recordings()
    assert [e.recording_id for e in entries] == ["a", "b"] and len(set(entries)) == 2
    with pytest.warns(rr.RerunWarning, match="implicitly using"):
        assert len(reader.stream().to_chunks()) == len(reader.stream(store=entries[0]).to_chunks())
    with pytest.raises(ValueError, match="not found"):
        reader.stream(store=StoreEntry("recording", "app", "c"))


def test_protocols_know_the_reader():
    assert issubclass(RrdReader, IndexedReader) and issubclass(RrdReader, StreamingReader)


def test_reading_needs_no_pyarrow(path):
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['pyarrow'] = None; sys.modules['numpy'] = None\n"
        "from reel.chunk import RrdReader\n"
        f"r = RrdReader({str(path)!r}); s = r.store(); print(len(s), len(s.schema().entity_paths()), sum(c.num_rows for c in r.stream()))\n"
        "r.stream().filter(content='/world/**').map(lambda c: c.with_entity_path('/x' + c.entity_path)).write_rrd(sys.argv[1], application_id='a', recording_id='b')"
    )
    out = path.with_suffix(".copy.rrd")
    result = subprocess.run([sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert {c.entity_path for c in RrdReader(out).stream()} == {"/x/world/9", "/x/world/10", "/x/world/points"}


def test_parquet_is_read_as_officially(tmp_path):
    import reel.experimental
    import rerun.experimental

    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table({
        "i": pa.array([0, 1, 2]), "a_x": [1.0, 2, 3], "b_x": [1.0, 2, 3], "b_y": ["u", "v", None], "c": [[1], [2, 3], []], "s": ["k"] * 3, "ms": pa.array([1, 2, 3]), "f": [1.5, 2.5, 3.5],
    })  # fmt: skip
    parquet.write_table(table.replace_schema_metadata({"k": "v"}), tmp_path / "t.parquet")

    def run(sdk, **options):
        kinds = sdk.chunk.IndexColumn
        indexes = [kinds.sequence("i"), kinds.timestamp("ms", input_unit="ms"), kinds.duration("f", input_unit="s")] if options.pop("timed", False) else None
        chunks = sdk.experimental.ParquetReader(tmp_path / "t.parquet").stream(index_columns=indexes, **options).drop(content="/__properties/**").to_chunks()
        batches = [c.to_record_batch() for c in chunks]
        return sorted((c.entity_path, c.is_static, [(f.name, str(f.type), sorted(f.metadata)) for f in b.schema], b.columns[1:]) for c, b in zip(chunks, batches))

    for options in (
        {},
        {"timed": True, "use_structs": False, "entity_path_prefix": "/w"},
        {"timed": True, "column_grouping": "individual", "static_columns": ["s"]},
        {"column_grouping": "explicit_prefixes", "prefixes": ["b", "b_"], "static_columns": ["s"]},
    ):
        assert run(rr, **options) == run(rerun, **options), options


def test_key_frames_are_found_as_officially():
    import reel.experimental.video as ours
    import rerun.experimental.video as official

    start, idr = b"\x00\x00\x00\x01", bytes([0x65, 0x88, 0x84, 0x21, 0x43])
    sps = bytes([0x67, 0x64, 0, 0x0A, 0xAC, 0x72, 0x84, 0x44, 0x26, 0x84, 0, 0, 3, 0, 4, 0, 0, 3, 0, 0xCA, 0x3C, 0x48, 0x96, 0x11, 0x80])
    av1 = b"\x12\x00\x0a\x0b\x00\x00\x00\x24\xc6\xab\xdf\xff\xfe\x36\xbe\x32\x04"
    samples = {
        "H264": [start + sps + start + idr, start + idr, start + sps, start[1:] + sps + start[1:] + b"\x41\x88", b"", bytes(range(20))],
        "AV1": [av1 + b"\x10\x00\x00\x00", av1 + b"\x30\x00\x00\x00", av1[2:] + b"\x10\x00\x00\x00", av1[15:] + b"\x10\x00\x00\x00", b""],
    }
    for codec, several in samples.items():
        for sample in several:
            wanted = official.detect_gop_start(sample, getattr(rerun.components.VideoCodec, codec))
            assert ours.detect_gop_start(sample, getattr(rr.VideoCodec, codec)) == wanted, (codec, sample)
    prefixed = b"".join(len(unit).to_bytes(4, "big") + unit for unit in (sps, idr))
    assert ours.length_prefixed_to_annex_b(prefixed) == official.length_prefixed_to_annex_b(prefixed) == start + sps + start + idr
    with pytest.raises(ValueError, match="Failed reading SPS"):
        ours.detect_gop_start(start + sps[:4] + start + idr, rr.VideoCodec.H264)
    assert ours.is_annex_b(start) and not ours.is_annex_b(prefixed)
