"""The index: what a footer tells is what a look at all chunks tells and what the official reader finds, for recordings of Reel and of official recorders; and what is asked of it."""
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from index_library import ANY, ARGUMENT, FOOTER, FORMAT, NOT_FOUND, SCAN, UNSUPPORTED, Index, verify
from read_library import Reader
from reel_library import Recording, ReelError, own
from rerun.chunk import RrdReader

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs"
CACHE = Path(os.environ.get("REEL_CACHE", ROOT / ".cache"))
VERSIONS = {"0.33.1": CACHE / "readers/0.33.1/bin/python", "0.36.2": CACHE / "readers/0.36.2/bin/python", "0.41.0": Path(sys.executable)}
OFFICIAL = [f"{version}-{kind}" for version in VERSIONS for kind in ("rows", "columns", "blueprint")]
OURS = ["mixed-file", "mixed-memory", "many-20", "many-9000", "sparse-300", "sparse-9000", "empty"]


@pytest.fixture(scope="session")
def recording(tmp_path_factory):
    """recording(name): a file, made once."""
    made, folder = {}, tmp_path_factory.mktemp("index")

    def make(name):
        if name not in made:
            path = made[name] = folder / f"{name}.rrd"
            first, _, rest = name.partition("-")
            if first in VERSIONS:
                command = [VERSIONS[first], ROOT / "tests/conformance/make_official.py", rest, path]
            else:
                command = [PROGRAMS / "write_footers", *((name, path) if first in ("mixed", "empty") else (first, path, rest))]
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr
        return made[name]
    return make


def entries_of(path, how):
    index = Index(Reader(path), how)
    return index.stores, list(index.entries())


# ---- the same from everywhere

@pytest.mark.parametrize("name", OFFICIAL + OURS)
def test_a_footer_tells_what_a_look_at_all_chunks_tells(recording, name):
    path = recording(name)
    assert entries_of(path, FOOTER) == entries_of(path, SCAN)
    assert verify(Reader(path)) == []
    reader = Reader(path)
    Index(reader, ANY)
    assert reader.events == []


def official_chunks(path):
    """{(store kind, chunk id): chunk}; the official reader shows the id as 'chunk_' and digits, or digits alone."""
    reader, found = RrdReader(str(path)), {}
    for kind, stores in ((1, reader.recordings()), (2, reader.blueprints())):
        for store in stores:
            for chunk in reader.stream(store=store).to_chunks():
                found[kind, bytes.fromhex(str(chunk.id).removeprefix("chunk_"))] = chunk
    return found


@pytest.mark.parametrize("name", OFFICIAL + OURS[:5])
def test_chunks_found_by_the_index_are_the_official_reader_s(recording, name):
    path = recording(name)
    index, official = Index(Reader(path), FOOTER), official_chunks(path)
    assert len(index) == len(official)
    for number, entry in enumerate(index.entries()):
        chunk, theirs = index.chunk(number), official[index.stores[entry["store"]][0], entry["id"]]
        batch = theirs.to_record_batch()
        assert (entry["entity"], entry["rows"], entry["static"]) == (chunk.entity, chunk.rows, chunk.is_static) == (str(theirs.entity_path), theirs.num_rows, theirs.is_static)
        times = {f.name: batch.column(f.name).cast(pa.int64()).to_numpy() for f in batch.schema if f.metadata[b"rerun:kind"] == b"index"}
        assert {n: (low, high) for n, (_, low, high) in entry["times"].items()} == {n: (t.min(), t.max()) for n, t in times.items()}
        ours = chunk.export()
        assert ours.schema.names == batch.schema.names and all(ours.column(n).equals(batch.column(n)) for n in batch.schema.names)


# ---- queries

def row_ids(chunks):
    return sorted(i for c in chunks for i in (c.row_ids[at:at + 16] for at in range(0, 16 * c.rows, 16)))


def official_row_ids(path, **wanted):
    chunks = RrdReader(str(path)).store().stream().filter(**wanted).to_chunks()
    return sorted(i for c in chunks for i in c.to_record_batch().column(0).to_pylist())


@pytest.mark.parametrize("how", [FOOTER, SCAN])
@pytest.mark.parametrize("name", ["0.41.0-rows", "0.36.2-rows", "0.33.1-columns", "0.41.0-columns", "mixed-file", "sparse-300"])
def test_a_query_selects_what_the_official_filter_keeps(recording, name, how):
    path = recording(name)
    index = Index(Reader(path), how)
    entities = sorted({e["entity"] for e in index.entries() if e["store"] == 0 and not e["entity"].startswith("/__")})
    wanted = entities + [f"{e}/**" for e in entities if e != "/"] + ["/**", "/a/**", "/nothing"]
    for entity in wanted:
        ours = [index.chunk(n) for n in index.select(store_kind=1, entity=entity)]
        assert row_ids(c for c in ours if not c.entity.startswith("/__")) == sorted(
            i for c in RrdReader(str(path)).store().stream().filter(content=entity).to_chunks() if not str(c.entity_path).startswith("/__") for i in c.to_record_batch().column(0).to_pylist())
    for timeline in ("frame", "took", "log_time", "back", "not_there"):
        ours = [index.chunk(n) for n in index.select(store_kind=1, timeline=timeline, min=-2**63, max=2**63 - 1)]
        assert row_ids(ours) == official_row_ids(path, has_timeline=timeline)
    components = {c.component.decode() for n in range(len(index)) for c in index.chunk(n).components}
    for component in sorted(components)[:20]:
        ours = [index.chunk(n) for n in index.select(store_kind=1, component=component)]
        assert row_ids(ours) == official_row_ids(path, components=component)


@pytest.mark.parametrize("how", [FOOTER, SCAN])
@pytest.mark.parametrize("name", ["0.41.0-rows", "0.33.1-rows", "0.41.0-columns", "mixed-file", "many-9000"])
def test_a_range_selects_the_chunks_that_have_rows_in_it(recording, name, how):
    """And of a component those in which its own rows are in the range, as pyarrow counts them."""
    index = Index(Reader(recording(name)), how)
    tables = [index.chunk(n).export() for n in range(len(index))]
    ranges = [(-5, 5), (0, 0), (3, 40), (59, 1000), (101, 101), (10_050, 10_069), (305, 306), (2**62, 2**63 - 1)]
    for low, high in ranges:
        for component in (None, "Scalars:scalars", "a b", "Points3D:radii", "TextLog:text"):
            expected, with_static = [], []
            for number, table in enumerate(tables):
                times = next((table.column(f.name).cast(pa.int64()).to_numpy() for f in table.schema if f.name == "frame"), None)
                is_static = not any(f.metadata[b"rerun:kind"] == b"index" for f in table.schema)
                names = {f.metadata.get(b"rerun:component", b"").decode(): i for i, f in enumerate(table.schema)}
                if component is not None and (component not in names or table.column(names[component]).null_count == table.num_rows):
                    continue
                if is_static:
                    with_static.append(number)
                if times is None:
                    continue
                if component is not None:
                    times = times[np.array(table.column(names[component]).is_valid())]
                if times.min() <= high and times.max() >= low:
                    expected.append(number)
            wanted = {"timeline": "frame", "min": low, "max": high} | ({"component": component} if component else {})
            assert index.select(**wanted) == expected
            assert index.select(with_static=True, **wanted) == sorted(expected + with_static)


def test_stores_are_told_apart(recording):
    index = Index(Reader(recording("0.41.0-blueprint")))
    kinds = {kind: n for kind, _, _, n in index.stores}
    assert set(kinds) == {1, 2}
    assert (len(index.select(store_kind=1)), len(index.select(store_kind=2))) == (kinds[1], kinds[2])
    assert len(index.select(recording_id="official_recording")) == kinds[1] and index.select(recording_id="another") == []
    assert len(index.select()) == len(index)


# ---- files that have no footer, or not one for all

def joined(path, *parts):
    path.write_bytes(b"".join(p if isinstance(p, bytes) else p.read_bytes() for p in parts))
    return path


def without_footer(path):
    data = path.read_bytes()
    return data[:struct.unpack_from("<Q", data, len(data) - 32)[0] - 16]


def test_files_one_behind_another_are_found_by_all_their_footers(recording, tmp_path):
    parts = [recording(n) for n in ("0.41.0-rows", "mixed-file", "empty", "0.33.1-columns", "0.41.0-rows")]
    path = joined(tmp_path / "joined.rrd", *parts)
    assert entries_of(path, FOOTER) == entries_of(path, SCAN)
    assert verify(Reader(path)) == []
    assert sum(len(entries_of(p, SCAN)[1]) for p in parts) == len(Index(Reader(path), FOOTER))


@pytest.mark.parametrize("case", ["none", "first", "last", "cut", "garbage"])
def test_where_a_footer_is_missing_all_chunks_are_looked_at(recording, tmp_path, case):
    a, b = recording("0.41.0-rows"), recording("mixed-file")
    parts = {"none": [without_footer(a)], "first": [without_footer(a), b], "last": [a, without_footer(b)], "cut": [a.read_bytes()[:-40]], "garbage": [a, b"RRF2 and then nothing that is known"]}
    path = joined(tmp_path / "file.rrd", *parts[case])
    with pytest.raises(ReelError) as refused:
        Index(Reader(path), FOOTER)
    assert refused.value.args[0] == NOT_FOUND
    reader = Reader(path)
    index = Index(reader, ANY)
    assert "the footer is not used" in reader.events[0][3]
    assert list(index.entries()) == entries_of(path, SCAN)[1]
    assert len(index) == len(entries_of(a, SCAN)[1]) + (len(entries_of(b, SCAN)[1]) if case in ("first", "last") else 0)


def test_a_damaged_footer_is_not_used(recording, tmp_path):
    data = bytearray(recording("0.41.0-rows").read_bytes())
    data[-60] ^= 1
    path = joined(tmp_path / "damaged.rrd", bytes(data))
    with pytest.raises(ReelError) as refused:
        Index(Reader(path), FOOTER)
    assert refused.value.args[0] == FORMAT and "its sum is another" in refused.value.args[1]
    reader = Reader(path)
    assert list(Index(reader, ANY).entries()) == entries_of(recording("0.41.0-rows"), SCAN)[1]
    assert reader.events[0][0] == FORMAT


def test_what_comes_in_order_has_no_index(recording):
    file = recording("mixed-file").open("rb")
    with pytest.raises(ReelError) as refused:
        Index(Reader(file.read))
    assert refused.value.args[0] == UNSUPPORTED


# ---- footers that do not tell the truth

def test_a_chunk_that_is_another_than_the_index_says_is_refused(recording, tmp_path):
    """Two messages of one size change places under a footer that stays as it was."""
    path = recording("many-20")
    data, by_size = bytearray(path.read_bytes()), {}
    for e in Index(Reader(path)).entries():
        by_size.setdefault(e["size"], []).append(e)
    a, b = next(found for found in by_size.values() if len(found) > 1)[:2]
    first, second = data[a["offset"]:a["offset"] + a["size"]], data[b["offset"]:b["offset"] + b["size"]]
    data[a["offset"]:a["offset"] + a["size"]], data[b["offset"]:b["offset"] + b["size"]] = second, first
    swapped = joined(tmp_path / "swapped.rrd", bytes(data))
    index = Index(Reader(swapped), FOOTER)
    wrong = [n for n, e in enumerate(index.entries()) if e["offset"] in (a["offset"], b["offset"])]
    for number in range(len(index)):
        if number in wrong:
            with pytest.raises(ReelError) as refused:
                index.chunk(number)
            assert refused.value.args[0] == FORMAT and "than the index says" in refused.value.args[1]
        else:
            index.chunk(number)
    assert any("has another id than the chunk" in text for text in verify(Reader(swapped)))


# ---- as an Arrow C stream

def plain(column):
    return (column.cast(pa.int64()) if pa.types.is_temporal(column.type) else column).to_pylist()


def by_row_id(table):
    return sorted(zip(*(plain(table.column(n)) for n in table.schema.names)), key=lambda row: row[table.schema.names.index("rerun.controls.RowId")])


@pytest.mark.parametrize("name", ["0.41.0-rows", "0.33.1-rows", "0.41.0-columns", "mixed-file", "sparse-300"])
def test_the_stream_of_an_entity_is_the_official_table(recording, name):
    path = recording(name)
    index, official = Index(Reader(path)), RrdReader(str(path)).store().stream().to_chunks()
    for entity in sorted({e["entity"] for e in index.entries() if e["store"] == 0}):
        table = index.stream(store_kind=1, entity=entity).read_all()
        table.validate(full=True)
        theirs = [c.to_record_batch() for c in official if str(c.entity_path) == entity]
        theirs = pa.concat_tables([pa.Table.from_batches([b.replace_schema_metadata(None)]) for b in theirs], promote_options="default")
        theirs = theirs.select([n for n in theirs.schema.names if theirs.column(n).null_count < theirs.num_rows])
        assert set(table.schema.names) == set(theirs.schema.names)
        assert [table.schema.field(n).type for n in theirs.schema.names] == theirs.schema.types
        assert by_row_id(table.select(theirs.schema.names)) == by_row_id(theirs)


@pytest.mark.parametrize("name", ["0.41.0-rows", "0.41.0-columns", "mixed-file"])
def test_the_stream_of_several_entities_names_them_and_fills_with_nulls(recording, name):
    index = Index(Reader(recording(name)))
    table = index.stream(store_kind=1).read_all()
    table.validate(full=True)
    entries = [e for e in index.entries() if e["store"] == 0]
    assert table.num_rows == sum(e["rows"] for e in entries)
    assert table.schema.names[:2] == ["rerun.controls.RowId", "entity_path"]
    at = 0
    for number in index.select(store_kind=1):
        batch = index.chunk(number).export()
        part = table.slice(at, batch.num_rows)
        at += batch.num_rows
        assert set(part.column("entity_path").to_pylist()) == {batch.schema.metadata[b"rerun:entity_path"].decode()}
        for column in part.schema.names:
            if column == "entity_path":
                continue
            assert plain(part.column(column)) == (plain(batch.column(column)) if column in batch.schema.names else [None] * batch.num_rows)


def test_batches_come_one_by_one_and_outlive_their_stream(recording):
    index = Index(Reader(recording("0.41.0-rows")))
    stream = index.stream(store_kind=1, entity="/a/**")
    first, second = stream.read_next_batch(), stream.read_next_batch()
    column = second.column(3)
    del stream, second
    first.validate(full=True)
    column.validate(full=True)


def test_a_stream_of_nothing_has_a_schema(recording):
    table = Index(Reader(recording("mixed-file"))).stream(entity="/not/there").read_all()
    assert table.num_rows == 0 and table.schema.names == ["rerun.controls.RowId"]


def test_several_stores_are_no_table(recording):
    with pytest.raises(ReelError) as refused:
        Index(Reader(recording("0.41.0-blueprint"))).stream()
    assert refused.value.args[0] == ARGUMENT and "official_recording" in refused.value.args[1]


def test_a_component_of_two_types_is_refused_with_both(tmp_path):
    path = tmp_path / "types.rrd"
    with Recording(path) as rec:
        rec.send_columns("a", {"frame": ("sequence", [1, 2])}, own("c", np.array([1.0, 2.0]), "f8"), own("other", np.array([1, 2]), "i4"))
        rec.send_columns("b", {"frame": ("sequence", [1, 2])}, own("c", np.array([1, 2]), "i4"))
    index = Index(Reader(path))
    with pytest.raises(ReelError) as refused:
        index.stream()
    assert refused.value.args[0] == ARGUMENT and "double" in refused.value.args[1] and "int32" in refused.value.args[1] and "/b" in refused.value.args[1]
    assert index.stream(entity="/a").read_all().num_rows == 2
    later = tmp_path / "later.rrd"
    with Recording(later) as rec:
        rec.send_columns("a", {"frame": ("sequence", [1, 2])}, own("c", np.array([1.0, 2.0]), "f8"))
        rec.send_columns("b", {"frame": ("sequence", [1, 2])}, own("c", np.array([1, 2]), "i4"))
    stream = Index(Reader(later)).stream()
    assert stream.read_next_batch().num_rows == 2
    for _ in range(2):
        with pytest.raises(pa.ArrowInvalid, match="c is double in other chunks, and int32 in a chunk of /b"):
            stream.read_next_batch()


def test_a_timeline_of_two_types_is_refused_with_both(tmp_path):
    paths = [tmp_path / "one.rrd", tmp_path / "two.rrd"]
    for path, kind in zip(paths, ("sequence", "duration")):
        with Recording(path) as rec:
            rec.send_columns("a", {"frame": (kind, [1, 2])}, own("c", np.array([1.0, 2.0]), "f8"))
    index = Index(Reader(joined(tmp_path / "both.rrd", *paths)))
    with pytest.raises(ReelError) as refused:
        index.stream()
    assert refused.value.args[0] == ARGUMENT and "sequence" in refused.value.args[1] and "duration" in refused.value.args[1]
