"""reel_send_columns with what the archetype structs do not have: offsets, strides, components of one's own, Arrow arrays for an archetype's fields."""
import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from rerun._baseclasses import ComponentColumn

import judge
from reel_library import VALUE_TYPES, Recording, ReelError, arrow, builtin, own
from script import ARCHETYPES

FRAMES = {"sorted": [1, 2, 3, 4], "unsorted": [7, 1, 9, 3]}
LENGTHS = [2, 0, 3, 1]
VECTOR = pa.list_(pa.field("item", pa.float32(), False), 3)


def field(archetype, name):
    a = ARCHETYPES[archetype]
    return a.number, [f.name for f in a.fields].index(name)


def column(name, array, lengths=None, archetype=None, component_type=None):
    class Batch:
        def component_descriptor(self):
            return rr.ComponentDescriptor(name, archetype=archetype, component_type=component_type)

        def as_arrow_array(self):
            return array

    return ComponentColumn(Batch().component_descriptor(), Batch(), lengths=lengths)


def assert_equal(tmp_path, equal, case, ours, official):
    """ours(recording), official(recording)."""
    paths = tmp_path / "reel.rrd", tmp_path / "official.rrd"
    with Recording(paths[0]) as rec:
        ours(rec)
    rec = rr.RecordingStream("conformance", recording_id="the_recording", send_properties=False)
    rec.reset_time()
    rec.save(str(paths[1]))
    official(rec)
    rec.flush()
    rec.disconnect()
    found = judge.differences(*map(judge.read, paths))
    equal("cases", f"own columns/{case}", not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    judge.compare(*paths)


@pytest.mark.parametrize("order", FRAMES)
def test_offsets(tmp_path, equal, order):
    """From any first one; values that no row has are left out."""
    values = np.arange(30, dtype="f4").reshape(10, 3)
    offsets = 3 + np.concatenate([[0], np.cumsum(LENGTHS)])
    times = {"frame": ("sequence", FRAMES[order])}
    def ours(rec):
        rec.send_columns("points", times, builtin(*field("Points3D", "positions"), values, 10, offsets=offsets))
        rec.send_columns("points/static", {}, builtin(*field("Points3D", "positions"), values, 10, offsets=offsets))
        rec.send_columns("texts", times, own("t", [f"t{i}" for i in range(10)], "text", offsets=offsets))
        rec.send_columns("arrow", times, arrow("c", pa.array([f"t{i}" if i % 3 else None for i in range(10)]), offsets=offsets))
    def official(rec):
        indexes = [rr.TimeColumn("frame", sequence=FRAMES[order])]
        points = rr.Points3D.columns(positions=values[3:9]).partition(LENGTHS)
        rec.send_columns("points", indexes, points)
        rec.send_columns("points/static", [], points)
        rec.send_columns("texts", indexes, [column("t", pa.array([f"t{i}" for i in range(3, 9)]), LENGTHS)])
        rec.send_columns("arrow", indexes, [column("c", pa.array([f"t{i}" if i % 3 else None for i in range(3, 9)]), LENGTHS)])
    assert_equal(tmp_path, equal, f"offsets {order}", ours, official)


@pytest.mark.parametrize("order", FRAMES)
@pytest.mark.parametrize("lengths", [None, LENGTHS, [0, 0, 0, 0]])
def test_components_of_ones_own(tmp_path, equal, order, lengths):
    n = sum(lengths) if lengths else 4
    numbers = {kind: np.arange(n).astype(kind) for kind in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "?")}
    texts, blobs, vectors = [f"ö{i}" * i for i in range(n)], [bytes([i]) * i for i in range(n)], np.arange(3 * n, dtype="f4").reshape(n, 3)
    def ours(rec):
        made = [own(kind, values, kind, lengths=lengths) for kind, values in numbers.items()]
        made += [own("text", texts, "text", lengths=lengths), own("blob", blobs, "bytes", lengths=lengths),
                 own("v", vectors, "f4", lengths=lengths, size=3, archetype="Mine", component_type="my.Vector")]
        rec.send_columns("a", {"frame": ("sequence", FRAMES[order])}, *made)
        rec.send_columns("static", {}, *made)
    def official(rec):
        made = [column(kind, pa.array(values), lengths) for kind, values in numbers.items()]
        made += [column("text", pa.array(texts, pa.utf8()), lengths), column("blob", pa.array(blobs, pa.binary()), lengths),
                 column("Mine:v", pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), type=VECTOR), lengths, "Mine", "my.Vector")]
        rec.send_columns("a", [rr.TimeColumn("frame", sequence=FRAMES[order])], made)
        rec.send_columns("static", [], made)
    assert_equal(tmp_path, equal, f"own {order} {lengths}", ours, official)


@pytest.mark.parametrize("order", FRAMES)
def test_strides(tmp_path, equal, order):
    """Positions and temperatures within the structs of a program."""
    structs = np.zeros(6, np.dtype([("id", "u4"), ("at", "f4", 3), ("celsius", "f8"), ("rest", "u1", 4)]))
    structs["at"], structs["celsius"] = np.arange(18).reshape(6, 3), np.linspace(0, 1, 6)
    raw, stride = structs.view("u1"), structs.itemsize
    times = {"frame": ("sequence", FRAMES[order])}
    celsius = own("celsius", raw[16:], "u1", lengths=LENGTHS, stride=stride)
    celsius.type, celsius.n_values = VALUE_TYPES["f8"], 6
    def ours(rec):
        rec.send_columns("a", times, builtin(*field("Points3D", "positions"), raw[4:], 6, lengths=LENGTHS, stride=stride), celsius)
    def official(rec):
        rec.send_columns("a", [rr.TimeColumn("frame", sequence=FRAMES[order])], [*rr.Points3D.columns(positions=np.ascontiguousarray(structs["at"])).partition(LENGTHS), column("celsius", pa.array(structs["celsius"]), LENGTHS)])
    assert_equal(tmp_path, equal, f"strides {order}", ours, official)


@pytest.mark.parametrize("order", FRAMES)
def test_arrow_arrays_for_the_fields_of_archetypes(tmp_path, equal, order):
    """Beside plain columns of the same call. pyarrow's own vector type has items that may be null: it is taken, and written as the component's."""
    xyz = np.arange(18, dtype="f4").reshape(6, 3)
    positions = pa.FixedSizeListArray.from_arrays(pa.array(xyz.ravel()), 3)
    labels = pa.array([f"label {i % 2}" for i in range(6)]).dictionary_encode()
    times = {"frame": ("sequence", FRAMES[order])}
    def of(name, array):
        made = arrow(None, array, lengths=LENGTHS)
        made.archetype, made.field = field("Points3D", name)
        return made
    def ours(rec):
        radii = np.linspace(0, 1, 4, dtype="f4")
        rec.send_columns("a", times, of("positions", positions), builtin(*field("Points3D", "radii"), radii, 4), of("labels", labels))
    def official(rec):
        rec.send_columns("a", [rr.TimeColumn("frame", sequence=FRAMES[order])],
                         [*rr.Points3D.columns(positions=xyz, labels=[f"label {i % 2}" for i in range(6)]).partition(LENGTHS), *rr.Points3D.columns(radii=np.linspace(0, 1, 4, dtype="f4"))])
    assert_equal(tmp_path, equal, f"arrow for fields {order}", ours, official)


def test_many_columns(tmp_path, equal):
    """More than an archetype could have."""
    values = np.arange(3.0)
    def ours(rec):
        rec.send_columns("a", {"frame": ("sequence", [1, 2, 3])}, *[own(f"c{i:03}", values + i, "f8") for i in range(512)])
    def official(rec):
        rec.send_columns("a", [rr.TimeColumn("frame", sequence=[1, 2, 3])], [column(f"c{i:03}", pa.array(values + i)) for i in range(512)])
    assert_equal(tmp_path, equal, "many", ours, official)


def test_what_does_not_fit_is_refused_with_its_numbers(tmp_path):
    path = tmp_path / "reel.rrd"
    values = np.arange(4.0)
    with Recording(path) as rec:
        for columns, said in (([own("a", values, "f8", lengths=[1, 2])], "lengths of a add up to 3 for 4 values"), ([own("a", values, "f8", offsets=[0, 3, 2])], "offset 1 of a is 3, behind it comes 2"),
                              ([own("a", values, "f8", offsets=[2, 5])], "end at 5 for 4 values"), ([own("a", values, "f8", offsets=[0, 4], lengths=[4])], "both lengths and offsets"),
                              ([own("a", values, "f8"), own("b", values, "f8", lengths=[4])], "b has 1 rows, a has 4"), ([own("a", values, "f8"), own("a", values, "f8")], "a was given twice"),
                              ([own("a", values, "f8", stride=4)], "stride of 4 bytes"), ([arrow("a", pa.array([1, 2])), own("b", values, "f8")], "b has 4 rows, a has 2")):
            with pytest.raises(ReelError, match=said):
                rec.send_columns("bad", {}, *columns)
        with pytest.raises(ReelError, match="frame has 3 values for 4 rows"):
            rec.send_columns("bad", {"frame": ("sequence", [1, 2, 3])}, own("a", values, "f8"))
        with pytest.raises(ReelError, match="is not that of Points3D:positions"):
            wrong = arrow(None, pa.array([1.0]))
            wrong.archetype, wrong.field = field("Points3D", "positions")
            rec.send_columns("bad", {}, wrong)
        rec.send_columns("good", {}, own("a", values, "f8"))
    judge.verify(path)
    assert {entity for entity, _ in judge.read(path)} == {"/good"}


@pytest.mark.parametrize("archetype", ["Own", "a.b.Own", "rerun.archetypes.Own", "rerun.x.Own", "thing"])
def test_a_name_with_a_colon_under_any_archetype(tmp_path, equal, archetype):
    """The footer's column names are made of both, and readers refuse a footer without those they expect."""
    times, values = {"frame": ("sequence", [1, 2])}, np.array([1.5, 2.5])
    def ours(rec):
        rec.send_columns("a", times, own("thing:x", values, "f8", archetype=archetype))
        rec.send_columns("static", {}, own("thing:x", values, "f8", archetype=archetype, lengths=[2]))
    def official(rec):
        rec.send_columns("a", [rr.TimeColumn("frame", sequence=[1, 2])], [column("thing:x", pa.array(values), archetype=archetype)])
        rec.send_columns("static", [], [column("thing:x", pa.array(values), [2], archetype)])
    assert_equal(tmp_path, equal, f"a name with a colon under {archetype}", ours, official)
