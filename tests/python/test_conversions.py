"""The same inputs to every batch of ours and of the official SDK give the same Arrow arrays, or are refused by both. What differs on purpose is listed in DIFFERENCES."""

from __future__ import annotations

import array
import decimal
import fractions
import pathlib
import warnings

import pytest
import reel
import reel.blueprint.components as our_blueprint_components
import reel.blueprint.encodings as our_blueprint_encodings
import reel.components as our_components
import reel.encodings as our_encodings

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    official = pytest.importorskip("rerun")
    if hasattr(official, "__reel__"):
        pytest.skip("the official SDK is not there to compare with", allow_module_level=True)
    import rerun.blueprint.components
    import rerun.blueprint.encodings
    import rerun.components
    import rerun.encodings

MODULES = {
    "encodings": (our_encodings, rerun.encodings),
    "components": (our_components, rerun.components),
    "blueprint.encodings": (our_blueprint_encodings, rerun.blueprint.encodings),
    "blueprint.components": (our_blueprint_components, rerun.blueprint.components),
}
BATCHES = [(where, name) for where, (ours, _) in MODULES.items() for name in sorted(ours.__all__) if name.endswith("Batch")]


class ArrayLike:
    """As tensors of other libraries: an object with __array__."""

    def __init__(self, data):
        self.data = data

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.data, dtype=dtype)


class Interface:
    def __init__(self, data):
        self.data = data
        self.__array_interface__ = data.__array_interface__


def strided(a):
    """The same array, every second element of a larger one."""
    wide = np.zeros([2 * n for n in a.shape], dtype=a.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in a.shape)]
    view[...] = a
    return view


def numbers_inputs(size):
    """Inputs for values of so many numbers, by label."""
    flat = list(range(1, 2 * size + 1))
    two = np.array(flat).reshape(2, size)
    inputs = {
        "empty list": [],
        "empty array": np.array([]),
        "empty rows": np.zeros((0, size)),
        "one list": flat[:size],
        "one tuple": tuple(flat[:size]),
        "flat list": flat,
        "floats": [float(x) for x in flat],
        "lists": two.tolist(),
        "tuples": [tuple(row) for row in two.tolist()],
        "tuple of tuples": tuple(tuple(row) for row in two.tolist()),
        "rows": list(two),
        "array": two,
        "flat array": two.ravel(),
        "deep array": two.reshape(2, size, 1, 1),
        "strided": strided(two),
        "transposed": np.ascontiguousarray(two.T).T,
        "reversed": two[::-1],
        "big endian": two.astype(">f8"),
        "array.array": array.array("f", flat),
        "memoryview": memoryview(two.astype("float32")),
        "__array__": ArrayLike(two),
        "interface": Interface(two),
        "objects": two.astype(object),
        "fractions": [fractions.Fraction(x) for x in flat],
        "decimals": [decimal.Decimal(x) for x in flat],
        "scalars": [np.float32(x) for x in flat],
        "zero-dimensional": [np.array(x) for x in flat],
        "too many": list(range(size + 1)) if size > 1 else [[1, 2], [3]],
        "ragged": [[1] * size, [1] * (size + 1)],
        "text": "abc",
        "object": object(),
        "mapping": {"a": 1},
        "range": range(1, size + 1),
    }
    for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"):
        inputs[dtype] = two.astype(dtype)
        inputs[f"flat {dtype}"] = two.ravel().astype(dtype)
    if size == 1:
        inputs |= {"int": 3, "float": 3.0, "np.int64": np.int64(3), "np.float32": np.float32(3), "np.uint8": np.uint8(3), "zero-dim array": np.array(3), "fraction": fractions.Fraction(3)}
    return inputs


COLORS = {
    "empty list": [],
    "packed": 0x12345678,
    "packed list": [0x12345678],
    "packed pair": [0x11000000, 0x00220000],
    "packed five": [0x11000000, 0x00220000, 3, 4, 5],
    "packed array": np.array([0x11000000, 0x00220000, 3], dtype=np.uint32),
    "packed column": np.array([[0x11000000], [0x00220000]], dtype=np.uint32),
    "rgb": [1, 2, 3],
    "rgb tuple": (1, 2, 3),
    "rgba": [1, 2, 3, 4],
    "rgb rows": [[1, 2, 3], [4, 5, 6]],
    "rgba rows": [[1, 2, 3, 4], [5, 6, 7, 8]],
    "mixed rows": [[255, 0, 0], [0, 255, 0, 128]],
    "mixed packed": [[255, 0, 0], 0x00FF00FF],
    "tuples": [(1, 2, 3), (4, 5, 6)],
    "float": [1.0, 0.0, 0.5],
    "float rows": [[1.0, 0, 0], [0.25, 0.5, 0.75]],
    "float rgba": [1.0, 0.5, 0.25, 0.125],
    "uint8": np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8),
    "uint8 rgba": np.array([[1, 2, 3, 4], [4, 5, 6, 7]], dtype=np.uint8),
    "uint8 flat": np.array([1, 2, 3, 4, 5, 6, 7, 8], dtype=np.uint8),
    "uint8 three": np.array([1, 2, 3], dtype=np.uint8),
    "uint8 strided": strided(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)),
    "int64 rows": np.array([[1, 2, 3], [4, 5, 6]]),
    "int64 three": np.array([1, 2, 3]),
    "float32 rows": np.array([[1, 0.5, 0.25], [0, 0.75, 1]], dtype=np.float32),
    "float64 rows": np.array([[1, 0.5, 0.25, 1], [0, 0.75, 1, 0]]),
    "float64 flat": np.array([1, 0.5, 0.25, 1, 0, 0.75, 1, 0]),
    "ints": [1, 2, 3, 4, 5, 6, 7, 8],
    "__array__": ArrayLike(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)),
    "text": "red",
    "wrong": [[1, 2], [3, 4]],
    "none": [None],
}
TEXTS = {
    "text": "hello",
    "list": ["hell", "worlds"],
    "tuple": ("a", "b"),
    "empty": [],
    "empty text": "",
    "unicode": ["äöü", "日本", "🙂"],
    "array": np.array(["hello", "x"]),
    "array of objects": np.array(["hello", "x"], dtype=object),
    "numbers": [1, 2.5],
    "number": 3,
    "path": pathlib.PurePosixPath("/a/b"),
    "nul": ["a\0b"],
    "mapping": {"a": 1},
    "surrogate": ["\ud800"],
    "np.str_": np.str_("abc"),
}
BOOLS = {
    "true": True,
    "list": [True, False],
    "numbers": [0, 1, 2],
    "array": np.array([True, False, True]),
    "int array": np.array([0, 3]),
    "strided": np.array([True, False, True, True])[::2],
    "empty": [],
    "np.bool": np.bool_(True),
    "nested": [[True], [False]],
}
BLOBS = {
    "bytes": b"Hello",
    "empty bytes": b"",
    "bytes list": [b"a", b"bc", b""],
    "array": np.array([1, 2, 3], dtype=np.uint8),
    "rows": np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8),
    "arrays": [np.array([1, 2], dtype=np.uint8), np.array([3], dtype=np.uint8)],
    "empty": [],
    "int64": np.array([1, 2, 3]),
    "strided": np.arange(8, dtype=np.uint8)[::2],
    "text": "abc",
}
SQUARE = {3: np.arange(9).reshape(3, 3), 4: np.arange(16).reshape(4, 4)}


def matrix_inputs(side):
    m = SQUARE[side]
    return {
        "rows": m.tolist(),
        "flat": m.ravel().tolist(),
        "array": m,
        "flat array": m.ravel(),
        "fortran": np.asfortranarray(m),
        "strided": strided(m),
        "list of arrays": [m, m + 1],
        "list of flats": [m.ravel().tolist(), m.ravel().tolist()],
        "stack": np.stack([m, m + 1]),
        "empty": [],
        "wrong": [1, 2, 3, 4, 5],
        "__array__": ArrayLike(m),
        "float32": m.astype(np.float32),
    }


def strip_inputs(dims):
    one = np.arange(3 * dims, dtype=np.float64).reshape(3, dims)
    return {
        "strip": one.tolist(),
        "strip array": one,
        "strip of tuples": [tuple(p) for p in one.tolist()],
        "strip of arrays": list(one),
        "strips": [one.tolist(), one.tolist()],
        "strips array": np.stack([one, one]),
        "ragged": [one.tolist(), one[:2].tolist()],
        "ragged arrays": [one, one[:1]],
        "empty": [],
        "empty array": np.array([]),
        "empty strip among": [one.tolist(), []],
        "strided": strided(one),
        "float32": one.astype(np.float32),
        "ints": np.arange(3 * dims).reshape(3, dims),
        "wrong": [[1, 2, 3, 4, 5]],
        "text": "abc",
    }


UUID_BYTES = list(range(16))
DIRECTIONS = {"names": ["Right", "down", "Forward"], "numbers": [3, 2, 5], "array": np.array([3, 2, 5]), "two": [[3, 2, 5], [1, 3, 6]], "wrong": [3, 2], "bad": [0, 0, 0], "text": "abc"}
UUIDS = {
    "bytes": bytes(UUID_BYTES),
    "list": UUID_BYTES,
    "lists": [UUID_BYTES, UUID_BYTES],
    "bytes list": [bytes(UUID_BYTES)] * 2,
    "uint8": np.array(UUID_BYTES, dtype=np.uint8),
    "uint32": np.array([UUID_BYTES, UUID_BYTES], dtype=np.uint32),
    "empty": [],
    "wrong": b"abc",
}


# Structs: functions of (encodings, components, blueprint encodings, blueprint components) of either package.
STRUCTS = {
    "AnnotationInfo": [lambda e, *_: e.AnnotationInfo(1, "a", [1, 2, 3]), lambda e, *_: [(1, "a"), (2, "b", [1, 2, 3]), 3], lambda e, *_: [e.AnnotationInfo(1), e.AnnotationInfo(2, color=7)], lambda *_: []],
    "KeypointPair": [lambda e, *_: e.KeypointPair(1, 2), lambda *_: [(1, 2), [3, 4]], lambda *_: []],
    "ClassDescription": [
        lambda e, *_: e.ClassDescription(info=(1, "a")),
        lambda e, *_: [e.ClassDescription(info=1, keypoint_annotations=[(1, "k"), 2], keypoint_connections=[(1, 2)]), (2, "b")],
        lambda *_: [],
    ],
    "ClassDescriptionMapElem": [lambda e, *_: e.ClassDescriptionMapElem(1, e.ClassDescription(info=(1, "a"))), lambda *_: [(1, "a"), (2, "b", [1, 2, 3])]],
    "AnnotationContext": [
        lambda *_: [(1, "a", [1, 2, 3]), (2, "b")],
        lambda e, *_: e.ClassDescription(info=(1, "a")),
        lambda e, *_: [e.ClassDescription(info=(1, "a"), keypoint_annotations=[(3, "k")], keypoint_connections=[(1, 2)])],
        lambda e, *_: [e.AnnotationInfo(1, "a"), e.AnnotationInfo(2, color=[4, 5, 6])],
        lambda e, c, *_: c.AnnotationContext([(1, "a")]),
        lambda *_: [],
        lambda *_: [1, 2],
    ],
    "RotationAxisAngle": [
        lambda e, *_: e.RotationAxisAngle([1, 2, 3], e.Angle(deg=90)),
        lambda e, *_: e.RotationAxisAngle(axis=(1, 2, 3), degrees=45),
        lambda e, *_: [e.RotationAxisAngle([1, 2, 3], radians=1), e.RotationAxisAngle([1, 2, 3], 2)],
        lambda *_: [],
    ],
    "ImageFormat": [
        lambda e, *_: e.ImageFormat(4, 3, color_model="rgb", channel_datatype="u8"),
        lambda e, *_: [e.ImageFormat(4, 3, pixel_format="NV12"), e.ImageFormat(width=4, height=3, channel_datatype=e.ChannelDatatype.F32)],
    ],
    "TensorData": [
        lambda *_: np.arange(6).reshape(2, 3),
        lambda *_: np.arange(6, dtype=np.uint8).reshape(2, 3)[:, ::2],
        lambda *_: [[1.0, 2.0], [3.0, 4.0]],
        lambda e, *_: e.TensorData(array=np.ones((2, 2), dtype=np.float16), dim_names=["a", "b"]),
        lambda e, *_: e.TensorData(shape=[2, 1], buffer=e.TensorBuffer([1, 2])),
        lambda e, *_: [e.TensorData(array=np.ones((2, 2)))],
        lambda *_: 5,
        lambda *_: np.array(["a"]),
        *[lambda *_, t=t: np.arange(4).astype(t) for t in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", ">f4", "bool")],
    ],
    "TensorDimensionIndexSelection": [lambda e, *_: e.TensorDimensionIndexSelection(1, 2), lambda e, *_: [e.TensorDimensionIndexSelection(dimension=1, index=2)], lambda *_: []],
    "TensorDimensionSelection": [lambda e, *_: e.TensorDimensionSelection(1), lambda *_: 3, lambda e, *_: [e.TensorDimensionSelection(1, invert=True)], lambda *_: []],
    "Range2D": [lambda e, *_: e.Range2D([1, 2], (3, 4)), lambda e, *_: [e.Range2D(x_range=e.Range1D([1, 2]), y_range=(3, 4))]],
    "AbsoluteTimeRange": [lambda e, *_: e.AbsoluteTimeRange(1, e.TimeInt(seq=2)), lambda e, *_: [e.AbsoluteTimeRange(1, 2)]],
    "TimeRange": [
        lambda e, *_: e.TimeRange(e.TimeRangeBoundary.absolute(seq=1), e.TimeRangeBoundary.infinite()),
        lambda e, *_: [e.TimeRange(start=e.TimeRangeBoundary.cursor_relative(seconds=-1.5), end=e.TimeRangeBoundary.cursor_relative())],
    ],
    "TimeRangeBoundary": [lambda e, *_: e.TimeRangeBoundary.absolute(seq=1), lambda e, *_: [e.TimeRangeBoundary.infinite(), e.TimeRangeBoundary.cursor_relative(seq=3)]],
    "VisibleTimeRange": [
        lambda e, *_: e.VisibleTimeRange("frame", start=e.TimeRangeBoundary.absolute(seq=1), end=e.TimeRangeBoundary.infinite()),
        lambda e, *_: [e.VisibleTimeRange("a", e.TimeRange(e.TimeRangeBoundary.infinite(), e.TimeRangeBoundary.infinite()))],
    ],
    "Utf8Pair": [lambda e, *_: e.Utf8Pair("a", "b"), lambda e, *_: [("a", "b"), (e.Utf8("c"), "d")], lambda *_: np.array([["a", "b"], ["c", "d"]]), lambda *_: [], lambda *_: ["abc"]],
    "ChannelCountPair": [lambda e, *_: e.ChannelCountPair(1, 2), lambda *_: [(1, 2), (3, 4)]],
    "KeyValuePairs": [lambda *_: {"a": "b", "c": "d"}, lambda e, c, *_: c.KeyValuePairs({"a": "b"}), lambda *_: [{"a": "b"}, {}], lambda e, c, *_: [c.KeyValuePairs({"a": "b"})], lambda *_: [[("a", "b")]], lambda *_: 3],
    "ComponentColumnSelector": [lambda *_: ["/a:b", "/c:d"], lambda e, c, be, bc: bc.ComponentColumnSelector("/a:b"), lambda e, c, be, bc: [bc.ComponentColumnSelector(entity_path="/a", component="b")]],
    "FilterByRange": [lambda e, c, be, bc: be.FilterByRange(1, e.TimeInt(seq=2)), lambda e, c, be, bc: [be.FilterByRange(1, 2)]],
    "FilterIsNotNull": [lambda *_: "/a:b", lambda e, c, be, bc: bc.ComponentColumnSelector("/a:b"), lambda e, c, be, bc: [be.FilterIsNotNull(False, bc.ComponentColumnSelector("/a:b"))], lambda *_: 3],
    "SelectedColumns": [lambda *_: ["t", "/a:b"], lambda *_: [["t"], ["/a:b", "u"]], lambda e, c, be, bc: be.SelectedColumns(["t", e.Utf8("u"), bc.ComponentColumnSelector("/a:b")])],
    "SortBy": [lambda e, c, be, bc: be.SortBy("a", direction=be.SortDirection.Descending), lambda e, c, be, bc: [be.SortBy("a")]],
    "TensorDimensionIndexSlider": [lambda e, c, be, bc: be.TensorDimensionIndexSlider(1), lambda *_: [1, 2]],
    "TextLogColumn": [lambda e, c, be, bc: be.TextLogColumn("Body"), lambda e, c, be, bc: ["EntityPath", be.TextLogColumn(be.TextLogColumnKind.LogLevel, visible=False)]],
    "TimelineColumn": [lambda e, c, be, bc: be.TimelineColumn("a"), lambda e, c, be, bc: ["a", be.TimelineColumn("b", visible=False)]],
    "ColumnType": [lambda e, c, be, bc: be.ColumnType(component="a"), lambda e, c, be, bc: [be.ColumnType(component_type_name="b"), be.ColumnType()]],
    "VisualizerComponentMapping": [lambda e, c, be, bc: be.VisualizerComponentMapping("a", be.ComponentSourceKind.Override, selector=".x")],
    "ColumnOrder": [lambda *_: ["/a", "/b"], lambda *_: [["/a"], ["/b", "/c"]], lambda e, c, be, bc: bc.ColumnOrder(["/a"])],
}
ALIASES = {"GraphEdge": "Utf8Pair", "VisualBounds2D": "Range2D", "TensorWidthDimension": "TensorDimensionSelection", "TensorHeightDimension": "TensorDimensionSelection"}
OWN_OBJECTS = {
    "Position3D": lambda c: [c.Position3D([1, 2, 3]), c.Position3D([4, 5, 6])],
    "LineStrip3D": lambda c: [c.LineStrip3D([[1, 2, 3], [4, 5, 6]]), c.LineStrip3D([[1, 2, 3]])],
    "LineStrip2D": lambda c: c.LineStrip2D([[1, 2], [3, 4]]),
    "GeoLineString": lambda c: [c.GeoLineString(lat_lon=[[1, 2], [3, 4]])],
    "Color": lambda c: [c.Color([255, 0, 0]), c.Color(0x01020304)],
    "TransformMat3x3": lambda c: [c.TransformMat3x3(np.arange(9)), c.TransformMat3x3(columns=np.arange(9))],
    "RotationQuat": lambda c: c.RotationQuat(xyzw=[1, 2, 3, 4]),
    "ViewCoordinates": lambda c: [c.ViewCoordinates.RDF, c.ViewCoordinates.RIGHT_HAND_Z_UP],
    "MediaType": lambda c: c.MediaType.GLB,
    "TextLogLevel": lambda c: [c.TextLogLevel.INFO, "OTHER"],
    "Radius": lambda c: c.Radius.ui_points([1, 2]),
    "VideoTimestamp": lambda c: [c.VideoTimestamp(seconds=1), c.VideoTimestamp(nanoseconds=2)],
    "Scale3D": lambda c: [c.Scale3D(2), c.Scale3D([1, 2, 3])],
    "ClearIsRecursive": lambda c: c.ClearIsRecursive(),
    "Blob": lambda c: [c.Blob(b"abc"), c.Blob(np.array([1], dtype=np.uint8))],
    "Scalar": lambda c: [c.Scalar(1), c.Scalar(2.5)],
    "ClassId": lambda c: [c.ClassId(1), 2],
    "Text": lambda c: [c.Text("a"), "b"],
    "Plane3D": lambda c: [c.Plane3D([1, 2, 3], 4), c.Plane3D.XY],
    "ValueRange": lambda c: c.ValueRange([1, 2]),
    "ImageFormat": lambda c: c.ImageFormat(1, 2, color_model="L", channel_datatype="F32"),
    "KeyValuePairs": lambda c: [c.KeyValuePairs({"a": "b"}), {"c": "d"}],
}

# (batch or group, label of the input): what differs, and why. "ours": taken by us, refused by them; "theirs": the other way round; "values": both take it, to other values.
DIFFERENCES = {
    ("matrix 3", "__array__"): "ours: tensors of other libraries are matrices too",
    ("matrix 4", "__array__"): "ours: tensors of other libraries are matrices too",
    ("color", "wrong"): "theirs: two channels are no colour",
    ("TensorData", "19"): "ours: numbers of another byte order are turned round",
    ("ChannelMessageCounts", "empty bytes"): "ours: they cannot write this component",
    ("ChannelMessageCounts", "empty"): "ours: they cannot write this component",
    ("ImageBuffer", "rows"): "values: an array is the pixels of one image",
    ("ImageBuffer", "int64"): "values: pixels keep their bytes, they are not cast to uint8",
    ("ColumnOrder", "1"): "values: a list of lists is several orders, not an order of texts that look like lists",
}


def group_of(name, batch):
    """Which inputs a batch gets."""
    short = ALIASES.get(name[:-5], name[:-5])
    if short in STRUCTS:
        return short
    if hasattr(getattr(MODULES["components"][1], short, None), "__members__") or any(hasattr(getattr(m[1], short, None), "__members__") for m in MODULES.values()):
        return "enum"
    t = batch._ARROW_DATATYPE
    if short in ("Color", "AlbedoFactor", "Rgba32"):
        return "color"
    if pa.types.is_string(t):
        return "text"
    if pa.types.is_boolean(t):
        return "bool"
    if short in ("Mat3x3", "TransformMat3x3", "PinholeProjection"):
        return "matrix 3"
    if short == "Mat4x4":
        return "matrix 4"
    if short == "ViewCoordinates":
        return "directions"
    if pa.types.is_fixed_size_list(t):
        return "uuid" if t.list_size == 16 else "harmonics" if t.list_size == 15 else f"{t.value_type} {t.list_size}"
    if pa.types.is_list(t) and pa.types.is_fixed_size_list(t.value_type):
        return f"strip {t.value_type.list_size}"
    return "blob" if pa.types.is_list(t) else "struct" if pa.types.is_nested(t) else f"{t} 1"


def inputs_of(group, name):
    kind, _, size = group.rpartition(" ")
    if group in STRUCTS:
        return {str(i): make for i, make in enumerate(STRUCTS[group])}
    if kind == "matrix":
        return matrix_inputs(int(size))
    if kind == "strip":
        return strip_inputs(int(size))
    if kind:
        return numbers_inputs(int(size))
    if group == "enum":
        members = next(getattr(m[1], name[:-5]) for m in MODULES.values() if hasattr(getattr(m[1], name[:-5], None), "__members__")).__members__
        first, last = list(members)[0], list(members)[-1]
        return {
            "name": first, "lower": last.lower(), "upper": last.upper(), "number": int(members[first].value), "list": [first, int(members[last].value)], "empty": [], "wrong": "nothing", "zero": 0, "float": 1.5,
            "far": 2**40, "tuple": (first, last),
        }  # fmt: skip
    half = np.arange(90)
    if group == "struct":  # they cannot convert to it
        return {}
    harmonics = {"flat": half[:45], "two": half, "rows": half.reshape(2, 45), "deep": half.reshape(2, 15, 3), "one": half[:45].reshape(15, 3), "wrong": np.zeros((3, 15)), "eight": np.zeros((45, 8, 3))}
    return {"color": COLORS, "text": TEXTS, "bool": BOOLS, "blob": BLOBS, "directions": DIRECTIONS, "uuid": UUIDS, "harmonics": harmonics}[group]


def made(batch, data):
    """The Arrow array, or the exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return batch(data, strict=True).as_arrow_array()
        except Exception as error:
            return error


def alike(a, b):
    """The same type and the same values, NaN included."""
    return a.type == b.type and (a.equals(b) or repr(a.to_pylist()) == repr(b.to_pylist()))


def difference(ours, theirs):
    """What differs between two results of made: None, "ours", "theirs" or "values"."""
    if isinstance(ours, Exception) or isinstance(theirs, Exception):
        both = isinstance(ours, Exception) and isinstance(theirs, Exception)
        return None if both else "theirs" if isinstance(ours, Exception) else "ours"
    return None if alike(ours, theirs) else "values"


@pytest.mark.parametrize(("where", "name"), BATCHES)
def test_type(where, name):
    ours, theirs = (getattr(module, name) for module in MODULES[where])
    assert ours._ARROW_DATATYPE == theirs._ARROW_DATATYPE
    assert getattr(ours, "_COMPONENT_TYPE", None) == getattr(theirs, "_COMPONENT_TYPE", None)
    assert len(ours(None)) == 0
    assert ours._converter(None) is None


def found_differences(where, name):
    ours, theirs = (getattr(module, name) for module in MODULES[where])
    group = group_of(name, theirs)
    our_modules, their_modules = ([m[i] for m in MODULES.values()] for i in (0, 1))
    our_modules[1:3], their_modules[1:3] = [MODULES["components"][0], MODULES["blueprint.encodings"][0]], [MODULES["components"][1], MODULES["blueprint.encodings"][1]]
    found = {}
    for label, data in inputs_of(group, name).items():
        if group in STRUCTS:
            mine, other = made(ours, data(*our_modules)), made(theirs, data(*their_modules))
        else:
            mine, other = made(ours, data), made(theirs, data)
        what = difference(mine, other)
        if what:
            found[group, label] = (what, mine, other)
    return found


@pytest.mark.parametrize(("where", "name"), BATCHES)
def test_same_inputs(where, name):
    unexpected = {}
    for (group, label), (what, mine, other) in found_differences(where, name).items():
        expected = DIFFERENCES.get((name[:-5], label)) or DIFFERENCES.get((group, label))
        if expected is None or not expected.startswith(what):
            unexpected[group, label] = (what, mine, other)
    assert not unexpected


@pytest.mark.parametrize("name", OWN_OBJECTS)
def test_objects_of_the_classes(name):
    ours, theirs = (made(getattr(module, name + "Batch"), OWN_OBJECTS[name](module)) for module in MODULES["components"])
    assert difference(ours, theirs) is None, (ours, theirs)
