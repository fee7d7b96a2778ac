"""Chunks in Python: made, changed, shown, sent. The official SDK, imported beside Reel, says how they have to look."""

from __future__ import annotations

import gc
import itertools
import threading

import pyarrow as pa
import pytest
import reel as rr
import rerun
import rerun.chunk
from reel.chunk import Chunk, ChunkStore, DeriveLens, LazyChunkStream, MutateLens, OptimizationProfile, RrdReader, Selector


def scalars(entity: str = "/a", n: int = 3, first: int = 0) -> Chunk:
    return Chunk.from_columns(
        entity, indexes=[rr.TimeColumn("frame", sequence=range(first, first + n))], columns=rr.Scalars.columns(scalars=[float(i) for i in range(first, first + n)])
    )


def metadata(schema: pa.Schema) -> dict[bytes, bytes]:
    return {k: v for k, v in schema.metadata.items() if k != b"sorbet:version"}


# --- what a chunk is


def test_a_chunk_says_what_it_is():
    chunk = scalars("a/b/")
    assert (chunk.entity_path, chunk.num_rows, chunk.num_columns, len(chunk), chunk.is_static, chunk.is_empty) == ("/a/b", 3, 3, 3, False, False)
    assert chunk.timeline_names == ["frame"]
    assert chunk.id.startswith("chunk_") and len(chunk.id) == 38
    assert repr(chunk) == f"Chunk(id={chunk.id}, entity_path=/a/b, num_rows=3, num_columns=3)"
    with pytest.raises(TypeError):
        Chunk()


def test_its_record_batch_is_the_official_one():
    ours = rr.chunk.Chunk.from_columns(
        "/a",
        indexes=[rr.TimeColumn("t", timestamp=[1.5, 2, 3]), rr.TimeColumn("d", duration=[1.5, 2, 3]), rr.TimeColumn("frame", sequence=[3, 1, 2])],
        columns=[*rr.Points3D.columns(positions=[[1, 2, 3]] * 3, colors=[[1, 2, 3]] * 3), *rr.AnyValues.columns(x=[1, 2, 3])],
    ).to_record_batch()
    official = rerun.chunk.Chunk.from_columns(
        "/a",
        indexes=[rerun.TimeColumn("t", timestamp=[1.5, 2, 3]), rerun.TimeColumn("d", duration=[1.5, 2, 3]), rerun.TimeColumn("frame", sequence=[3, 1, 2])],
        columns=[*rerun.Points3D.columns(positions=[[1, 2, 3]] * 3, colors=[[1, 2, 3]] * 3), *rerun.AnyValues.columns(x=[1, 2, 3])],
    ).to_record_batch()
    assert [(f.name, f.type, f.nullable, f.metadata) for f in ours.schema] == [(f.name, f.type, f.nullable, f.metadata) for f in official.schema]
    assert ours.columns[1:] == official.columns[1:]
    assert set(metadata(ours.schema)) == set(metadata(official.schema))


def test_arrow_takes_it_without_a_copy():
    chunk = scalars()
    first, second = pa.record_batch(chunk), chunk.to_record_batch()
    assert pa.schema(chunk).equals(first.schema, check_metadata=True)
    assert first.column(1).buffers()[1].address == second.column(1).buffers()[1].address
    times = first.column(1)
    del chunk, first, second
    gc.collect()
    assert times.to_pylist() == [0, 1, 2]  # they keep alive what they stand in


# --- made of record batches


def test_an_edited_batch_is_a_chunk_again():
    batch = scalars().to_record_batch()
    [same] = Chunk.from_record_batch(batch)
    assert same.to_record_batch().equals(batch, check_metadata=True)
    shifted = batch.set_column(1, batch.schema.field(1), pa.array([10, 11, 12]))
    [chunk] = Chunk.from_record_batch(shifted)
    assert chunk.to_record_batch().column("frame").to_pylist() == [10, 11, 12] and chunk.id == same.id
    [static] = Chunk.from_record_batch(batch.remove_column(1))  # without its last timeline it is static
    assert static.is_static and static.num_rows == 3
    field = pa.field("step", pa.int64(), metadata={b"rerun:index_name": b"step", b"rerun:is_sorted": b"true", b"rerun:kind": b"index"})
    [timed] = Chunk.from_record_batch(batch.remove_column(1).add_column(1, field, pa.array([1, 2, 3])))
    assert timed.timeline_names == ["step"]


def test_tables_of_others_come_in():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"t": [3, 1, 2], "/a:x": [1.0, None, 2.0], "/a:kind": ["x", "y", None], "y": [[1, 2], [], [3]]})
    chunks = [c for c in Chunk.from_dataframe(frame, index="t", entity_path="/rest")]
    assert [c.entity_path for c in chunks] == ["/a", "/rest"]
    batch = chunks[0].to_record_batch()
    assert batch.column("t").to_pylist() == [3, 1, 2]
    assert batch.column("x").to_pylist() == [[1.0], None, [2.0]] and batch.column("kind").to_pylist() == [["x"], ["y"], None]
    coded = pa.record_batch([pa.array([1, 2]), pa.array(["a", "b"]).dictionary_encode()], names=["t", "c"])
    [chunk] = Chunk.from_record_batch(coded, index="t")
    assert chunk.to_record_batch().column("c").to_pylist() == [["a"], ["b"]]


def test_several_entities_with_one_id_are_refused():
    batch = scalars().to_record_batch()
    field = batch.schema.field(2).with_metadata({**batch.schema.field(2).metadata, b"rerun:entity_path": b"/other"})
    with pytest.raises(ValueError, match="entities"):
        Chunk.from_record_batch(batch.append_column(field, batch.column(2)))


# --- tables for people

VALUES = [
    pa.array([1.0, 2.5, 1e300, float("nan"), float("-inf"), -0.0, 1e-7, 1.25e-5, 1e15, 1e16, 0.1]),
    pa.array([1e30, 1e-45, 16777216.0, 0.1, 3.14159274], pa.float32()),
    pa.array([1, None, -(2**63)]),
    pa.array([True, False, None]),
    pa.array(["a", None, 'q"uote', "x\ty", "数据 wide", "line\nbreak", "w " * 80, "x" * 99, "x" * 98]),
    pa.array([b"a\x00\xff", None, b"", bytes(200)]),
    pa.array([0, 1, 1_500_000_000, 123_456_789_012, -1], pa.timestamp("ns")),
    pa.array([0, 1_000_000], pa.timestamp("us", "UTC")),
    pa.array([0, -1, 1_500_000_000, 86400 * 10**9, 1000], pa.duration("ns")),
    pa.array([[[1, 2], None, []], None, []], pa.list_(pa.list_(pa.int32()))),
    pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}]),
    pa.array([[list(range(60))]], pa.list_(pa.list_(pa.uint8()))),
    pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
    pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([5]), pa.array(["z"])], ["n", "s"]),
    pa.nulls(2),
    pa.array([[1, 2, 3]], pa.list_(pa.field("vals", pa.float32()), 3)),
]


@pytest.mark.parametrize("values", VALUES, ids=lambda v: str(v.type)[:30])
@pytest.mark.parametrize("width", [60, 100, 240])
def test_it_is_shown_as_officially(values, width):
    batch = pa.record_batch([pa.array(range(len(values))), values], schema=pa.schema([pa.field("f", pa.int64()), pa.field("x", values.type)]))
    [ours], [official] = Chunk.from_record_batch(batch, index="f"), rerun.chunk.Chunk.from_record_batch(batch, index="f")
    for keys in (True, False):
        assert ours.format(width=width, redact=True, trim_metadata_keys=keys) == official.format(width=width, redact=True, trim_metadata_keys=keys)


def test_ids_are_shown_unless_they_are_not_to_be():
    chunk = scalars(n=1)
    text = str(chunk)
    assert chunk.id in text and chunk.to_record_batch().column(0)[0].as_py().hex()[16:] in text
    assert chunk.format(redact=True).count("[**REDACTED**]") == 3


# --- changed


def test_changes_share_what_they_do_not_change():
    chunk = scalars()
    moved = chunk.with_entity_path("/b")
    assert moved.entity_path == "/b" and moved.id != chunk.id
    assert moved.to_record_batch().column(2).buffers() is not None
    assert [a == b for a, b in zip(moved.to_record_batch().columns, chunk.to_record_batch().columns)] == [True, True, True]
    with pytest.raises(TypeError):
        chunk.with_entity_path(5)


CASES = {
    "same entity": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".x"),
    "timeline": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".x").to_timeline("st", "sequence", ".t"),
    "other entity": lambda m, s: m.DeriveLens("Imu:accel", output_entity="/o").to_component(s, ".x"),
    "mutate": lambda m, s: m.MutateLens("Imu:accel", ".x"),
    "scatter": lambda m, s: m.DeriveLens("Imu:accel", scatter=True).to_component(s, ".l[]"),
    "lists": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".l[]"),
    "first": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".l[0]"),
    "no field": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".nope"),
    "over another": lambda m, s: m.DeriveLens("Imu:temp").to_component("Imu:accel", "."),
    "cast": lambda m, s: m.DeriveLens("Imu:accel").to_component(s, ".t", cast_to="auto"),
    "packed": lambda m, s: m.DeriveLens("Imu:accel").to_translation("x", "y", "x"),
    "turned": lambda m, s: m.DeriveLens("Imu:accel").to_rotation_axis_angle("x", "y", "x", "y"),
    "scalars": lambda m, s: m.DeriveLens("Imu:accel").to_scalars("x", "y"),
}


@pytest.mark.parametrize("mode", ["drop_unmatched", "forward_unmatched", "forward_all"])
@pytest.mark.parametrize("case", CASES)
def test_lenses_do_what_the_official_ones_do(case, mode):
    accel = pa.StructArray.from_arrays(
        [pa.array([1.0, 2.0, 3.0]), pa.array([3.0, 4.0, 5.0]), pa.array([30, 20, 10]), pa.array([[1.0, 2.0], [3.0], []])], names=["x", "y", "t", "l"]
    )

    def run(sdk):
        columns = sdk.DynamicArchetype.columns(archetype="Imu", components={"accel": accel, "temp": pa.array([1.0, 2.0, 3.0])})
        chunk = sdk.chunk.Chunk.from_columns("/s", indexes=[sdk.TimeColumn("frame", sequence=[0, 1, 2])], columns=columns)
        lens = CASES[case](sdk.chunk, sdk.Scalars.descriptor_scalars())
        results = sdk.chunk.LazyChunkStream.from_iter([chunk]).lenses(lens, output_mode=mode).to_chunks()
        batches = [r.to_record_batch() for r in results]
        same = [b.column(0).equals(chunk.to_record_batch().column(0)) for b in batches]
        return [(c.entity_path, [(f.name, str(f.type), f.metadata) for f in b.schema], b.columns[1:], s) for c, b, s in zip(results, batches, same)]

    assert run(rr) == run(rerun)


@pytest.mark.parametrize("query", [".", ".x", ".x!", ".l", ".l[]", ".l[1]", ".nope", '"c"', "pack(.x!, .y!)", '.s | string_prefix("p/")', ".l | map(.)", ".x?", ".s.s", "foo()", "", "..", ".a b", "[", "pack()"])
@pytest.mark.parametrize("per_row", [False, True])
def test_selectors_do_what_the_official_ones_do(query, per_row):
    values = pa.array([{"x": 1, "y": 2, "l": [1, 2], "s": "a"}, {"x": None, "y": 3, "l": [], "s": None}, {"x": 3, "y": 3, "l": None, "s": "c"}, None])
    if per_row:
        values = pa.ListArray.from_arrays(pa.array([0, 1, 1, 3, 4], pa.int32()), values)

    def run(cls):
        try:
            selector = cls(query)
        except ValueError as error:
            assert "Failed to parse selector" in str(error)
            return "not parsed"
        try:
            result = selector.execute_per_row(values) if per_row else selector.execute(values)
        except RuntimeError:
            return "fails"
        return None if result is None else (str(result.type), result.to_pylist(), str(selector), repr(selector))

    assert run(Selector) == run(rerun.chunk.Selector)


def test_collisions_and_lenses_without_output_are_refused():
    chunk = scalars()
    with pytest.raises(ValueError, match="collision"):
        chunk.apply_lenses([MutateLens("Scalars:scalars", "."), MutateLens("Scalars:scalars", ".")])
    with pytest.raises(ValueError, match="makes no component"):
        chunk.apply_lenses(DeriveLens("Scalars:scalars").to_timeline("t", "sequence", "."))
    with pytest.raises(ValueError, match="needs int64"):
        chunk.apply_lenses(DeriveLens("Scalars:scalars").to_component("x", ".").to_timeline("t", "sequence", "."))


# --- streams


def test_streams_are_lazy_and_hold_one_chunk_at_a_time():
    alive = []

    def source():
        for i in range(100):
            yield scalars(f"/{i}")

    stream = LazyChunkStream.from_iter(source()).map(lambda c: alive.append(c.entity_path) or c.with_entity_path("/x")).filter(is_static=False)
    assert alive == []
    taken = list(itertools.islice(stream, 3))
    assert len(taken) == 3 and len(alive) == 3


def test_both_sides_of_a_split_share_one_run():
    runs = []

    def source():
        runs.append(1)
        yield from (scalars(f"/{name}{i}") for i in range(5) for name in "ab")

    class Again:
        def __iter__(self):
            return source()

    left, right = LazyChunkStream.from_iter(Again()).split(content=[f"/a{i}" for i in range(5)])
    merged = LazyChunkStream.merge(left.filter(is_static=False), right.map(lambda c: c))
    assert sorted(c.entity_path for c in merged) == [f"/{name}{i}" for name in "ab" for i in range(5)]
    assert len(runs) == 1
    assert len(merged.to_chunks()) == 10 and len(runs) == 2


def test_filters_choose_as_officially():
    entities = ["/", "/a", "/a/b", "/a/b/c", "/ab", "/__properties", "/__properties/x"]
    filters = ["/a", "/a/**", "/**", "- /a", ["/**", "- /a/b/**"], ["/**", "-/a/**", "+ /a/b/c"], "a/**", [], "/__properties/**", "/**\n- /ab", "/a/b/c/d/**"]
    ours = [scalars(e) for e in entities]
    official = [
        rerun.chunk.Chunk.from_columns(e, indexes=[rerun.TimeColumn("f", sequence=[1])], columns=rerun.Scalars.columns(scalars=[1.0])) for e in entities
    ]
    for content in filters:
        kept = [c.entity_path for c in LazyChunkStream.from_iter(ours).filter(content=content)]
        assert kept == [c.entity_path for c in rerun.chunk.LazyChunkStream.from_iter(official).filter(content=content)], content


def test_collecting_joins_and_cuts():
    small = [scalars("/a", 1, i) for i in range(1000)]
    store = LazyChunkStream.from_iter(small).collect()
    assert len(store) == 1 and store.summary() == "/a rows=1000 static=False timelines=['frame'] cols=['Scalars:scalars', 'frame']"
    [joined] = store.stream()
    assert joined.to_record_batch().column("frame").to_pylist() == list(range(1000))
    cut = LazyChunkStream.from_iter([joined]).collect(optimize=OptimizationProfile(max_rows=300))
    assert [c.num_rows for c in cut.stream()] == [250] * 4
    mixed = [*small[:2], scalars("/b", 2), scalars("/a", 2, 7)._rename_timeline("frame", "step")]
    assert sorted((c.entity_path, c.num_rows) for c in LazyChunkStream.from_iter(mixed).collect().stream()) == [("/a", 2), ("/a", 2), ("/b", 2)]
    assert repr(ChunkStore.from_chunks(small)) == "ChunkStore(1000 chunks)"


# --- sent


def sent_and_read(tmp_path, send) -> list[Chunk]:
    with rr.RecordingStream("app", recording_id="sent", send_properties=False) as rec:
        rec.save(tmp_path / "sent.rrd")
        send(rec)
    return RrdReader(tmp_path / "sent.rrd").stream().to_chunks()


def test_sent_chunks_are_the_same_chunks(tmp_path):
    chunks = [scalars("/a"), scalars("/b", 5, 7), Chunk.from_property("p/q", rr.AnyValues(x=1))]
    back = sent_and_read(tmp_path, lambda rec: rec.send_chunks(chunks))
    assert {c.id: metadata(c.to_record_batch().schema) for c in back} == {c.id: metadata(c.to_record_batch().schema) for c in chunks}
    for c in chunks:
        [same] = [b for b in back if b.id == c.id]
        assert same.to_record_batch().equals(c.to_record_batch())


def test_every_sink_has_what_is_sent(tmp_path):
    rec = rr.RecordingStream("app", send_properties=False)
    early = scalars("/early")
    rec.send_chunks(early)  # before there is a sink: kept for the first one
    memory = rec.memory_recording()
    rec.send_chunks([scalars("/late")])
    rec.log("/late", rr.Scalars(9.0))
    (tmp_path / "m.rrd").write_bytes(memory.drain_as_bytes())
    chunks = RrdReader(tmp_path / "m.rrd").stream().to_chunks()
    assert sorted(c.entity_path for c in chunks) == ["/early", "/late", "/late"]
    assert early.id in {c.id for c in chunks}
    stream = rec.binary_stream()
    rec.send_chunks(scalars("/bytes"))
    assert b"RRF2" in stream.read()


def test_what_is_no_chunk_is_refused(tmp_path):
    with rr.RecordingStream("app") as rec:
        rec.save(tmp_path / "x.rrd")
        with pytest.raises(TypeError, match="Chunk"):
            rec.send_chunks([scalars(), 5])
        rec.set_time("step", duration=1)
        with pytest.raises(ValueError, match="timeline step"):
            rec.send_chunks(scalars()._rename_timeline("frame", "step"))


def test_threads_share_chunks():
    chunk, errors = scalars(n=1000), []

    def work():
        try:
            for i in range(50):
                assert chunk.with_entity_path(f"/t{i}").to_record_batch().num_rows == 1000
                assert str(chunk._slice(i, 2).to_record_batch().column(1).to_pylist()) == f"[{i}, {i + 1}]"
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_older_place_warns():
    import reel.experimental

    with pytest.warns(DeprecationWarning, match="`rerun.experimental.Chunk` moved to `rerun.chunk.Chunk`"):
        assert reel.experimental.Chunk is Chunk
    with pytest.warns(DeprecationWarning, match="send_chunks"):
        assert reel.experimental.send_chunks is rr.send_chunks
    with pytest.raises(AttributeError):
        reel.experimental.Nothing  # noqa: B018
