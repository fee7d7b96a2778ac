"""AnyValues and its like without pyarrow: the same types and values as with it."""

import datetime
import os
import subprocess
import sys

import pytest
import reel as rr
from reel import _plain_values

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
utc = datetime.timezone.utc

VALUES = {
    "int": 1, "float": 1.5, "bool": True, "text": "größe\0", "bytes": b"a\0b", "bytearray": bytearray(b"x"), "ints": [1, -2], "int and float": [1, 2.5], "texts": ["a", ""], "several bytes": [b"a", b""], "lists": [[1, 2], [3]], "empty list": [[1], []],
    "nulls": [1, None], "nulls in lists": [[1.5, None], None, [2]], "dict": {"a": 1, "b": "x"}, "dicts": [{"a": 1}, {"b": [1.5]}, None], "deep": {"x": {"y": [{"z": None}, {"z": 1}]}}, "datetime": datetime.datetime(2025, 1, 2, 3, 4, 5, 6),
    "UTC": datetime.datetime(2025, 1, 2, tzinfo=utc), "long ago": datetime.datetime(1900, 1, 1), "timedelta": datetime.timedelta(days=-1, microseconds=3), "dates": [datetime.date(2025, 1, 1), datetime.date(1960, 1, 1)], "set": {3}, "tuple": (1, 2),
    "array": np.arange(3, dtype=np.float32), "matrix": np.arange(6, dtype=np.int16).reshape(2, 3), "scalar": np.float32(1), "bools": np.array([True]), "array of texts": np.array(["a", "b"]), "scalars": [np.float32(1), np.float32(2)],
    "large": np.array([1 << 63], np.uint64), "bytes of numbers": np.arange(3, dtype=np.uint8), "halves": np.arange(3, dtype=np.float16),
}  # fmt: skip
COLUMNS = VALUES.keys() - {"bytearray", "dict", "deep"}  # of which pyarrow makes columns of numbers and of the keys


@pytest.mark.parametrize("name", VALUES)
def test_the_same_as_pyarrow(name):
    wanted = rr.AnyBatchValue(f"with pyarrow {name}", VALUES[name]).as_arrow_array()
    batch = _plain_values.batch_of(f"plain {name}", VALUES[name])
    found = batch.as_arrow_array()
    found.validate(full=True)
    assert found.type == wanted.type and found.equals(wanted) and len(batch) == len(wanted)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_columns_are_the_same(name):
    wanted = rr.AnyBatchValue.column(f"column with pyarrow {name}", VALUES[name]).as_arrow_array()
    batch, lengths = _plain_values.column_of(f"plain column {name}", VALUES[name])
    found = rr.AnyBatchValue.column("x", [1]).__class__("x", batch, lengths=lengths).as_arrow_array()
    assert found.type == wanted.type and [row or [] for row in found.to_pylist()] == [row or [] for row in wanted.to_pylist()]


def test_what_is_refused():
    for value, error, words in (
        ([1, "a"], TypeError, "int and str stand side by side"), ([[1], 2], TypeError, "list and int"), ([{"a": 1}, {"a": "x"}], TypeError, "int and str"), (object(), TypeError, "need pyarrow"), ({1: 2}, TypeError, "names of a struct's fields"),
        (1 << 70, OverflowError, "too big"), (None, ValueError, "nothing in"), ([None], ValueError, "nothing in"), (np.array(1, "M8[ns]"), TypeError, "needs pyarrow"), ("\ud800", ValueError, "surrogates"),
        ({f"field {i}": i for i in range(100)}, ValueError, "parts"),
    ):  # fmt: skip
        with pytest.raises(error, match=words):
            _plain_values.batch_of(f"refused {value!r:.20}", value)
    _plain_values.batch_of("one type", 1.5)
    assert _plain_values.batch_of("one type", 2).as_arrow_array().to_pylist() == [2.0]
    with pytest.raises(ValueError, match="was of type float and is now of another one, str"):
        _plain_values.batch_of("one type", "a")


def test_types_that_are_none():
    from reel import _reel

    for nodes in (
        (), (1,), (("item", "l"),), (("item", "l", 0), ("item", "l", 0)), (("item", "+l", 1),), (("item", "+l", 2), ("a", "l", 0), ("b", "l", 0)), (("item", "+s", 5), ("a", "l", 0)), (("item", "?", 0),), (("a\0", "l", 0),),
        (("item", "+s", 300), *((str(i), "n", 0) for i in range(300))), (("item", "+l", 1), ("item", "+l", 0)), (("item", "+s", 1 << 31), ("a", "l", 0)), [("item", "l", 0)],
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError)):
            _reel.batch_of_any(nodes, [1], False)
    with pytest.raises(TypeError):
        _reel.batch_of_any((("item", "l", 0),), [None], False)


PROGRAM = """
import sys
sys.modules["numpy"] = sys.modules["pyarrow"] = None
import datetime
import reel as rr

rr.init("plain")
rr.save(sys.argv[1])
rr.set_strict_mode(True)
rr.log("a", rr.AnyValues(text="a", blob=b"ab", lists=[[1, 2], []], fields={"x": 1.5, "names": ["a"]}, when=datetime.datetime(2025, 1, 2), color=rr.components.Color([255, 0, 0]), nothing=None), static=True)
rr.log("b", rr.DynamicArchetype("Mine", components={"days": [datetime.date(2025, 1, 1)], "took": datetime.timedelta(seconds=1)}), static=True)
rr.send_columns("c", [rr.TimeColumn("t", sequence=[1, 2])], rr.AnyValues.columns(one=[1.5, 2.5], many=[["a"], ["b", "c"]], structs=[{"x": 1}, {"x": 2}]))
rr.log("d", rr.AnyValues(text=None), static=True)
try:
    rr.AnyValues(odd=object())
except TypeError as error:
    print("pyarrow" in str(error))
rr.disconnect()
"""


def test_a_program_without_pyarrow(tmp_path):
    path = tmp_path / "plain.rrd"
    done = subprocess.run([sys.executable, "-c", PROGRAM, path], env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.strip() == "True", done.stderr
    rerun = pytest.importorskip("rerun")  # the official reader
    chunks = {c.entity_path: c.to_record_batch().to_pydict() for c in rerun.chunk.RrdReader(path).stream()}
    a, b, c, d = (chunks[path] for path in ("/a", "/b", "/c", "/d"))
    assert (a["text"], a["blob"], a["lists"], a["fields"]) == ([["a"]], [[b"ab"]], [[[1, 2], []]], [[{"x": 1.5, "names": ["a"]}]])
    assert a["when"] == [[datetime.datetime(2025, 1, 2)]] and a["color"] == [[0xFF0000FF]]
    assert b["Mine:days"] == [[datetime.date(2025, 1, 1)]] and b["Mine:took"] == [[datetime.timedelta(seconds=1)]]
    assert (c["one"], c["many"], c["structs"]) == ([[1.5], [2.5]], [["a"], ["b", "c"]], [[{"x": 1}], [{"x": 2}]])
    assert d["text"] == [[]]
