"""Arrow arrays, handed over by pyarrow through the C data interface, against the official SDK and against pyarrow itself."""
import decimal

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from rerun._baseclasses import ComponentColumn, DescribedComponentBatch

import judge
from arrow_arrays import Maker, plain, told
from reel_library import STATIC, Recording, ReelError, arrow

DECIMAL = decimal.Decimal("-1.23")
KEPT = {  # what is written with its type
    "null": pa.nulls(2), "bool": pa.array([True, None, False]), "i64": pa.array([1, None, 3]), "all null": pa.array([None, None], pa.int32()), "f16": pa.array([1.5, None], pa.float16()),
    "none": pa.array([], pa.int64()), "texts": pa.array(["a", None, "größe"]), "large texts": pa.array(["a", None], pa.large_utf8()), "binary": pa.array([b"a", None, b""]),
    "large binary": pa.array([b"a", None], pa.large_binary()), "fixed binary": pa.array([b"abc", None], pa.binary(3)),
    "lists": pa.array([[1], None, []], pa.list_(pa.int8())), "large lists": pa.array([[1], None], pa.large_list(pa.int8())), "lists of all": pa.array([[1], []], pa.list_(pa.field("element", pa.int8(), False))),
    "vectors": pa.array([[1, 2], None], pa.list_(pa.int8(), 2)), "no vectors": pa.array([[], []], pa.list_(pa.int8(), 0)), "a map": pa.array([[("a", 1)], None], pa.map_(pa.utf8(), pa.int32())),
    "seconds": pa.array([1, None], pa.timestamp("s")), "ms with zone": pa.array([1, None], pa.timestamp("ms", tz="UTC")), "us with zone": pa.array([1, None], pa.timestamp("us", tz="Europe/Berlin")),
    "ns": pa.array([1, None], pa.timestamp("ns")), "date32": pa.array([1, None], pa.date32()), "date64": pa.array([86_400_000, None], pa.date64()),
    "time s": pa.array([1, None], pa.time32("s")), "time ms": pa.array([1, None], pa.time32("ms")), "time us": pa.array([1, None], pa.time64("us")), "time ns": pa.array([1, None], pa.time64("ns")),
    "duration s": pa.array([1, None], pa.duration("s")), "duration ms": pa.array([1, None], pa.duration("ms")), "duration us": pa.array([1], pa.duration("us")), "duration ns": pa.array([1, None], pa.duration("ns")),
    "interval": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "decimal32": pa.array([DECIMAL, None], pa.decimal32(7, 2)), "decimal64": pa.array([DECIMAL, None], pa.decimal64(10, 2)), "decimal128": pa.array([DECIMAL, None], pa.decimal128(10, 2)), "decimal256": pa.array([DECIMAL, None], pa.decimal256(50, 2)),
    "structs": pa.array([{"a": 1, "b": "x"}, None]), "structs of nothing": pa.array([{}, {}], pa.struct([])),
    "notes": pa.StructArray.from_arrays([pa.array([1])], fields=[pa.field("f", pa.int64(), metadata={"unit": "m", "": "é"})]),
    "dense union": pa.UnionArray.from_dense(pa.array([0, 1, 0], pa.int8()), pa.array([2, 0, 1], pa.int32()), [pa.array([1, 2, 3]), pa.array(["x", "unused"])]),
    "union codes": pa.UnionArray.from_dense(pa.array([5, 7, 5], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([1, 2]), pa.array(["x"])], ["a", "b"], [5, 7]),
    "sparse union": pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["x", "y", "z"])]),
    "extension": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0123456789abcdef"], pa.binary(16))),
}
DECODED = {  # what is written as the plain values that it stands for
    "dictionary": pa.array(["a", "b", "a", None]).dictionary_encode(), "dictionary of numbers": pa.array([10, 20, 10]).dictionary_encode(),
    "dictionary within": pa.StructArray.from_arrays([pa.array(["a", "b", "a"]).dictionary_encode()], names=["d"]),
    "dictionary with a null": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.uint8()), pa.array(["x", None])),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([1, None])),
    "text views": pa.array(["abc", None, "x" * 30], pa.string_view()), "binary views": pa.array([b"abc", None], pa.binary_view()), "list views": pa.array([[1], None], pa.list_view(pa.int8())),
}


def batch(component, array):
    class Batch:
        def component_descriptor(self):
            return rr.ComponentDescriptor(component)

        def as_arrow_array(self):
            return array

    return Batch()


def official(path, log):
    rec = rr.RecordingStream("conformance", recording_id="the_recording", send_properties=False)
    rec.reset_time()
    rec.save(str(path))
    rec.set_log_time_enabled(False)
    log(rec)
    rec.flush()
    rec.disconnect()


def columns(path):
    """{entity: [(row id, times, values as pyarrow has them)]}, rows in the order of their ids, and {entity: types}."""
    rows, types = {}, {}
    for entity, _, batch in judge.chunks(path):
        kinds = [f.metadata[b"rerun:kind"] for f in batch.schema]
        ids = batch.column(kinds.index(b"control")).to_pylist()
        times = {batch.schema.names[i]: batch.column(i).cast(pa.int64()).to_pylist() for i, kind in enumerate(kinds) if kind == b"index"}
        for i in (i for i, kind in enumerate(kinds) if kind == b"data"):
            f, column = batch.schema.field(i), batch.column(i)
            types.setdefault(entity, set()).add((told_type(f.type), f.name, f.type.value_field.nullable, notes(f.type)))
            for k, value in enumerate(column):
                if value.is_valid:
                    rows.setdefault(entity, []).append((bytes(ids[k]), {t: v[k] for t, v in times.items()}, [told(v) for v in value.values]))
    return {entity: [row[1:] for row in sorted(found, key=lambda row: row[0])] for entity, found in rows.items()}, types


def told_type(data_type):
    """The official reader does not say that a map's keys are sorted."""
    return str(data_type).replace(", keys_sorted", "")


def notes(data_type):
    """Names, nullability and metadata of all fields below."""
    fields = [data_type.field(i) for i in range(data_type.num_fields)] if data_type.num_fields else []
    return tuple((f.name, f.nullable, tuple(sorted((f.metadata or {}).items())), notes(f.type)) for f in fields)


def test_every_type_is_kept(tmp_path, equal):
    """And slices of them; of a slice of a sparse union the official SDK writes the wrong values."""
    slices = {name: array if name == "sparse union" else array.slice(1) for name, array in KEPT.items()}
    ours, theirs = tmp_path / "reel.rrd", tmp_path / "official.rrd"
    with Recording(ours) as rec:
        for i, (name, array) in enumerate(KEPT.items()):
            rec.log_arrow(f"a/{i}", "c", array)
            rec.log_arrow(f"b/{i}", "c", slices[name], flags=STATIC)
    def log(rec):
        for i, (name, array) in enumerate(KEPT.items()):
            rec.log(f"a/{i}", [DescribedComponentBatch(batch("c", array), rr.ComponentDescriptor("c"))])
            rec.log(f"b/{i}", [DescribedComponentBatch(batch("c", slices[name]), rr.ComponentDescriptor("c"))], static=True)
    official(theirs, log)
    judge.verify(ours)
    (values, types), (official_values, official_types) = columns(ours), columns(theirs)
    assert len(values) == 2 * len(KEPT)
    wrong = {}
    for i, name in enumerate(KEPT):
        is_equal = all(values[e] == official_values[e] and types[e] == official_types[e] for e in (f"/a/{i}", f"/b/{i}"))
        equal("cases", f"arrow/{name}", is_equal)
        if not is_equal:
            wrong[name] = [(e, types[e], official_types[e], values[e], official_values[e]) for e in (f"/a/{i}", f"/b/{i}")]
    assert not wrong
    judge.compare(ours, theirs)


def test_what_stands_for_other_values_is_decoded(tmp_path):
    path = tmp_path / "reel.rrd"
    with Recording(path) as rec:
        for i, array in enumerate(DECODED.values()):
            rec.log_arrow(f"a/{i}", "c", array)
    judge.verify(path)
    values, types = columns(path)
    for i, array in enumerate(DECODED.values()):
        assert values[f"/a/{i}"] == [({}, [told(v) for v in array])]
        assert [t[0] for t in types[f"/a/{i}"]] == [told_type(pa.list_(plain(array.type)))]


@pytest.mark.parametrize("for_official, seeds", [(False, 400), (True, 200)])
def test_random_arrays(tmp_path, equal, for_official, seeds):
    """Nested, sliced, with nulls."""
    ours, theirs = tmp_path / "reel.rrd", tmp_path / "official.rrd"
    made = {}
    for seed in range(seeds):
        maker = Maker(seed, for_official, left_out=("dense", "sparse") if for_official else ())  # within others the official SDK mixes their values up
        made[seed] = maker.array(maker.random.integers(0, 9))
    with Recording(ours) as rec:
        for seed, array in made.items():
            rec.log_arrow(f"a/{seed}", "c", array)
    judge.verify(ours)
    values, types = columns(ours)
    for seed, array in made.items():
        wanted = pa.list_(plain(array.type))
        assert values[f"/a/{seed}"] == [({}, [told(v) for v in array])], f"seed {seed}: {array.type}"
        assert types[f"/a/{seed}"] == {(told_type(wanted), "c", True, notes(wanted))}, f"seed {seed}"
    if for_official:
        def log(rec):
            for seed, array in made.items():
                rec.log(f"a/{seed}", [DescribedComponentBatch(batch("c", array), rr.ComponentDescriptor("c"))])
        official(theirs, log)
        official_values, official_types = columns(theirs)
        wrong = {seed: (str(made[seed].type), values[e], official_values[e], types[e], official_types[e]) for seed in made for e in (f"/a/{seed}",)
                 if values[e] != official_values[e] or types[e] != official_types[e]}
        equal("cases", "arrow/random", not wrong)
        assert not wrong


def test_rows_share_chunks(tmp_path):
    """Rows with nulls and rows without are of two kinds; each kind's rows stand together, whatever the batches looked like."""
    path = tmp_path / "reel.rrd"
    rows = [pa.array([f"{i}", None, "x" * i][:1 + i % 3]) for i in range(600)]
    with Recording(path) as rec:
        for i, array in enumerate(rows):
            rec.set_time("frame", "sequence", i)
            rec.log_arrow("a", "c", array)
    judge.verify(path)
    values, types = columns(path)
    assert values["/a"] == [({"frame": i}, [told(v) for v in array]) for i, array in enumerate(rows)]
    assert len(types["/a"]) == 1
    assert len(judge.chunks(path)) == 2


@pytest.mark.parametrize("case, lengths", [("one", None), ("uneven", [2, 0, 1, 3]), ("none", [0, 0, 0, 0])])
@pytest.mark.parametrize("frames", [[1, 2, 3, 4], [3, 1, 4, 2]])
def test_columns(tmp_path, equal, case, lengths, frames):
    """send_columns, sorted and unsorted, against the official one, which cannot do it with maps and unions."""
    ours, theirs = tmp_path / "reel.rrd", tmp_path / "official.rrd"
    made = {}
    for seed in range(60):
        array = Maker(seed, for_official=True, left_out=("map", "dense", "sparse")).array(sum(lengths) if lengths else 4)
        if not (pa.types.is_null(array.type) and lengths):  # the official SDK cannot cut these
            made[seed] = array
    with Recording(ours) as rec:
        for seed, array in made.items():
            rec.send_columns(f"a/{seed}", {"frame": ("sequence", frames)}, arrow("c", array, lengths=lengths), arrow("Mine:d", array, offsets=[0, *np.cumsum(lengths)] if lengths else None, archetype="Mine"))
    def log(rec):
        for seed, array in made.items():
            cut = [ComponentColumn(rr.ComponentDescriptor(c, archetype=a), batch(c, array), lengths=lengths) for c, a in (("c", None), ("Mine:d", "Mine"))]
            rec.send_columns(f"a/{seed}", [rr.TimeColumn("frame", sequence=frames)], cut, strict=True)
    official(theirs, log)
    judge.verify(ours)
    is_equal = columns(ours) == columns(theirs)
    equal("cases", f"arrow columns/{case} {frames}", is_equal)
    for a, b in zip(columns(ours), columns(theirs)):
        assert a == b


def test_many_rows_in_slices(tmp_path):
    """More than a mebibyte, with rows of very different sizes."""
    path = tmp_path / "reel.rrd"
    random = np.random.default_rng(3)
    lengths = random.integers(0, 4, 20_000)
    lengths[[50, 15_000]] = 60_000
    texts = pa.array([("é" * (i % 40)) if i % 7 else None for i in range(lengths.sum())]).dictionary_encode()
    frames = random.permutation(len(lengths))
    with Recording(path) as rec:
        rec.send_columns("a", {"frame": ("sequence", frames)}, arrow("c", texts, lengths=lengths))
    judge.verify(path)
    values, _ = columns(path)
    assert [when["frame"] for when, _ in values["/a"]] == list(range(len(lengths)))
    starts, flat = np.concatenate([[0], np.cumsum(lengths)]), texts.to_pylist()
    order = np.argsort(frames)
    assert all(value == flat[starts[row]:starts[row + 1]] for row, (_, value) in zip(order, values["/a"]))
    assert 3 < len(judge.chunks(path)) < 100


def test_what_cannot_be_recorded_is_refused(tmp_path):
    """By name, with nothing logged, and the recording goes on."""
    deep = pa.array([1])
    for _ in range(40):
        deep = pa.StructArray.from_arrays([deep], names=["x"])
    wide = pa.StructArray.from_arrays([pa.array([1])] * 70, names=[f"f{i}" for i in range(70)])
    bad_text = pa.Array.from_buffers(pa.utf8(), 1, [None, pa.py_buffer(np.array([0, 2], "i4").tobytes()), pa.py_buffer(b"\xff\xfe")])
    not_null = pa.Array.from_buffers(pa.struct([pa.field("f", pa.int8(), False)]), 2, [None], children=[pa.array([1, None], pa.int8())])
    path = tmp_path / "reel.rrd"
    with Recording(path) as rec:
        for array, said in ((deep, "nested more than 32 deep"), (wide, "at most 64 are allowed"), (bad_text, "not valid UTF-8"), (not_null, '"f" is null')):
            with pytest.raises(ReelError, match=said):
                rec.log_arrow("a", "bad", array)
            with pytest.raises(ReelError, match=said):
                rec.send_columns("a", {}, arrow("bad", array))
        with pytest.raises(ReelError, match="add up to 3 for 2"):
            rec.send_columns("a", {}, arrow("bad", pa.array([1, 2]), lengths=[1, 2]))
        rec.log_arrow("a", "good", pa.array([1]))
    judge.verify(path)
    assert columns(path)[0] == {"/a": [({}, ["1"])]}
