"""Inputs for fields, by what they hold: {label: value}, each a form that both SDKs take. `rr` is the SDK that will get them; what a field is called and how many values it has, the data model says."""

from __future__ import annotations

import array
import pathlib
import sys
from typing import Any

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schema"))
import model  # noqa: E402

MODEL = model.load(ROOT / "schema" / "types.txt")
ARCHETYPES = {a.name: a for a in MODEL.data()}
BLUEPRINTS = {a.name: a for a in MODEL.blueprint()}
EVERY = {**ARCHETYPES, **BLUEPRINTS}
DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")


def strided(a: Any) -> Any:
    """The same values, every second of a larger array in each dimension."""
    wide = np.zeros([2 * n for n in a.shape], a.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in a.shape)]
    view[...] = a
    return view


def one_number(step: float) -> dict[str, Any]:
    return {"int": 3, "float": 3 * step, "np.float32": np.float32(3 * step), "np.int64": np.int64(3), "list": [3 * step], "array": np.array([3 * step]), "zero-dim": np.array(3)}


def many_numbers(step: float) -> dict[str, Any]:
    a = np.array([1, 2, 3]) * step
    forms = {"list": a.tolist(), "tuple": tuple(a.tolist()), "ints": [1, 2, 3], "range": range(1, 4), "array.array": array.array("d", a.tolist()), "strided": strided(a), "reversed": a[::-1],
             "np scalars": [np.float32(x) for x in a], "empty": [], "splat": 2}
    return {**forms, **{dtype: np.array([1, 2, 3], dtype) for dtype in DTYPES}}


def one_vector(size: int, step: float) -> dict[str, Any]:
    a = np.arange(1, size + 1) * step
    return {"list": a.tolist(), "tuple": tuple(a.tolist()), "f4": a.astype("f4"), "f8": a, "i8": np.arange(1, size + 1), "strided": strided(a), "np scalars": list(a)}


def many_vectors(size: int, step: float) -> dict[str, Any]:
    whole = np.arange(1, 3 * size + 1).reshape(3, size)
    a = whole * step
    forms = {"lists": a.tolist(), "tuples": [tuple(row) for row in a.tolist()], "tuple of tuples": tuple(map(tuple, a.tolist())), "rows": list(a), "one": a[0].tolist(), "one tuple": tuple(a[0].tolist()),
             "one array": a[0], "flat": a.ravel().tolist(), "flat array": a.ravel(), "strided": strided(a), "reversed": a[::-1], "transposed": np.asfortranarray(a), "ints": whole.tolist(), "empty": [],
             "no rows": np.zeros((0, size))}
    return {**forms, **{dtype: whole.astype(dtype) for dtype in DTYPES}}


def texts(many: bool, first: str = "grün") -> dict[str, Any]:
    if not many:
        return {"text": first, "empty text": "", "np.str_": np.str_(first), "list of one": [first]}
    return {"list": [first, "", "b"], "tuple": (first, "b"), "one": first, "array": np.array([first, "b"]), "objects": np.array([first, "b"], object), "empty": []}


def bools(many: bool) -> dict[str, Any]:
    one = {"true": True, "false": False, "np.bool": np.bool_(True)}
    return {**one, "list": [True, False], "array": np.array([True, False, True]), "ints": np.array([0, 3]), "strided": np.array([True, False, True, True])[::2], "empty": []} if many else one


def integers(many: bool) -> dict[str, Any]:
    one = {"int": 3, "np.uint16": np.uint16(3), "np.int64": np.int64(3), "list of one": [3]}
    return {**one, "list": [1, 2, 300], "tuple": (1, 2), "empty": [], **{d: np.array([1, 2, 3], d) for d in DTYPES[:8]}, "strided": np.arange(8)[::3]} if many else one


def enums(many: bool, enum: Any, of: Any) -> dict[str, Any]:
    names = [name for name, _ in enum.variants]
    numbers = dict(enum.variants)
    one = {"member": getattr(of, names[-1]), "name": names[0], "lower": names[-1].lower(), "upper": names[-1].upper(), "number": numbers[names[0]]}
    every = {f"{name} by name": name for name in names}
    return {**one, **every, "list": [names[0], numbers[names[-1]], getattr(of, names[0])], "empty": []} if many else {**one, **every}


def colors(many: bool) -> dict[str, Any]:
    one = {"packed": 0x12345678, "rgb": [1, 2, 3], "rgb tuple": (1, 2, 3), "rgba": [1, 2, 3, 4], "floats": [1.0, 0.0, 0.5], "float rgba": (1.0, 0.5, 0.25, 0.125), "uint8": np.array([1, 2, 3], "u1"),
           "uint8 rgba": np.array([1, 2, 3, 4], "u1"), "float32": np.array([0.5, 1, 0.25], "f4")}
    rows = np.array([[1, 2, 3], [4, 5, 255]])
    return one if not many else {
        **one, "packed list": [0x11000000, 0x00220000, 3], "packed array": np.array([0x11000000, 0x00220000, 3], "u4"), "rgb rows": rows.tolist(), "rgba rows": [[1, 2, 3, 4], [5, 6, 7, 8]],
        "mixed rows": [[255, 0, 0], [0, 255, 0, 128]], "tuples": [(1, 2, 3), (4, 5, 6)], "float rows": [[1.0, 0, 0], [0.25, 0.5, 0.75]], "u1 rows": rows.astype("u1"), "i8 rows": rows,
        "u1 rgba rows": np.array([[1, 2, 3, 4], [4, 5, 6, 7]], "u1"), "u1 flat": np.arange(8, dtype="u1"), "strided rows": strided(rows.astype("u1")), "f4 rows": np.array([[1, 0.5, 0.25], [0, 0.75, 1]], "f4"),
        "f8 rgba rows": np.array([[1, 0.5, 0.25, 1], [0, 0.75, 1, 0]]), "empty": [],
    }  # fmt: skip


def strips(size: int) -> dict[str, Any]:
    a = np.arange(4 * size, dtype=np.float64).reshape(4, size) / 4
    return {"lists": [a.tolist(), a[:2].tolist()], "arrays": [a, a[1:]], "tuples": [[tuple(p) for p in a.tolist()]], "one strip": a.tolist(), "one array": a, "one of arrays": list(a), "stack": np.stack([a, a]),
            "strided": [strided(a), a], "f4": [a.astype("f4")], "ints": [np.arange(2 * size).reshape(2, size)], "empty": [], "one is empty": [a, []], "transposed": [np.asfortranarray(a)]}


def matrices(side: int) -> dict[str, Any]:
    m = np.arange(1, side * side + 1).reshape(side, side) / 4
    return {"rows": m.tolist(), "flat": m.ravel().tolist(), "array": m, "flat array": m.ravel(), "transposed": np.asfortranarray(m), "strided": strided(m), "f4": m.astype("f4"), "i8": np.arange(side * side).reshape(side, side)}


def blobs(rr: Any) -> dict[str, Any]:
    return {"bytes": b"Hello\0there", "empty": b"", "array": np.array([1, 2, 255], "u1"), "strided": np.arange(8, dtype="u1")[::2]}


def tensors(rr: Any, sizes: tuple[int, ...], dim_names: list[str]) -> dict[str, Any]:
    a = np.arange(int(np.prod(sizes))).reshape(sizes)
    forms = {dtype: a.astype(dtype) for dtype in DTYPES}
    return {**forms, "list": (a / 2).tolist(), "ints": a.tolist(), "strided": strided(a), "transposed": np.asfortranarray(a), "TensorData": rr.TensorData(array=a, dim_names=dim_names)}


def rotations(rr: Any, many: bool) -> dict[str, Any]:
    one = {"degrees": rr.RotationAxisAngle(axis=[0, 1, 2], degrees=45), "radians": rr.RotationAxisAngle((0, 0, 1), radians=0.25), "angle": rr.RotationAxisAngle(np.array([1, 0, 0]), rr.Angle(deg=30)),
           "float": rr.RotationAxisAngle([1, 0, 0], 0.5)}
    return {**one, "list": [one["degrees"], one["radians"]], "empty": []} if many else one


def quaternions(rr: Any, many: bool) -> dict[str, Any]:
    one = {"Quaternion": rr.Quaternion(xyzw=[1, 2, 3, 4]), "Quaternion of an array": rr.Quaternion(xyzw=np.array([0, 0, 0, 1.0])), "list": [1, 2, 3, 4], "array": np.array([0.5, 0.5, 0.5, 0.5]), "f4": np.array([0, 0, 0, 1], "f4")}
    return {**one, "Quaternions": [one["Quaternion"], rr.Quaternion.identity()], "lists": [[1, 2, 3, 4], [5, 6, 7, 8]], "rows": np.eye(4)} if many else one


def image_formats(rr: Any) -> dict[str, Any]:
    made = {f"{model} {number}": rr.components.ImageFormat(width=4, height=3, color_model=model, channel_datatype=number) for model, number in (("RGB", "U8"), ("bgra", "f16"), (rr.ColorModel.L, rr.ChannelDatatype.F64))}
    return {**made, "pixel format": rr.components.ImageFormat(4, 2, pixel_format=rr.PixelFormat.NV12)}


def annotations(rr: Any) -> dict[str, Any]:
    info, description = rr.AnnotationInfo, rr.ClassDescription
    return {
        "tuples": [(1, "person", [1, 2, 3]), (2, "car")], "ids": [1, 2], "infos": [info(1, "a", (1, 2, 3)), info(id=2, label="b", color=0x11223344), info(3)], "one description": description(info=(1, "a")),
        "descriptions": [description(info=info(1, "hand", [255, 0, 0]), keypoint_annotations=[(0, "palm"), info(1, "thumb"), 2], keypoint_connections=[(0, 1), [1, 2]]), description(info=5)],
        "mixed": [info(1, "a"), (2, "b"), 3, description(info=4)], "component": rr.components.AnnotationContext([(1, "a")]), "none": [],
    }  # fmt: skip


def special(rr: Any, component: str, many: bool) -> dict[str, Any] | None:
    """Inputs for components that are not plain numbers and texts."""
    c = rr.components
    coordinates = rr.ViewCoordinates
    table: dict[str, Any] = {
        "Color": lambda: colors(many), "AlbedoFactor": lambda: colors(False), "RotationAxisAngle": lambda: rotations(rr, many), "RotationQuat": lambda: quaternions(rr, many),
        "TransformMat3x3": lambda: matrices(3) if not many else {**matrices(3), "list": [np.eye(3), np.arange(9).reshape(3, 3)], "stack": np.arange(18).reshape(2, 3, 3)}, "PinholeProjection": lambda: matrices(3),
        "ImageFormat": lambda: image_formats(rr), "AnnotationContext": lambda: annotations(rr), "ImageBuffer": lambda: blobs(rr), "Blob": lambda: blobs(rr), "VideoSample": lambda: blobs(rr),
        "GraphEdge": lambda: {"tuples": [("a", "b"), ("b", "ü")], "lists": [["a", "b"]], "objects": [rr.GraphEdge("a", "b"), rr.GraphEdge("b", "")], "one": rr.GraphEdge("a", "b"), "array": np.array([["a", "b"], ["c", "d"]]), "empty": []},
        "KeyValuePairs": lambda: {"dict": {"a": "b", "": "c"}, "component": c.KeyValuePairs({"a": "b"}), "no pairs": {}},
        "ViewCoordinates": lambda: {"names": ["Right", "down", "FORWARD"], "numbers": [3, 2, 5], "array": np.array([3, 1, 6]), "RDF": coordinates.RDF, "up": coordinates.RIGHT_HAND_Z_UP, "BUR": coordinates.BUR},
        "SphericalHarmonics3Rgb": lambda: {"flat": np.arange(90) / 64, "rows": np.arange(90).reshape(2, 45) / 64, "deep": np.arange(90).reshape(2, 15, 3), "f2": np.arange(45, dtype="f2").reshape(1, 15, 3)},
        "Scale3D": lambda: {**(many_vectors(3, 0.5) if many else {**one_vector(3, 0.5), "uniform": 2, "uniform float": 0.25}), "Scale3D": rr.Scale3D(2), "Scale3D of a list": rr.Scale3D([1, 2, 3])},
        "MediaType": lambda: {**texts(False, "text/markdown"), "constant": rr.MediaType.MARKDOWN, "glb": rr.MediaType.GLB},
        "TextLogLevel": lambda: {**texts(many, "TRACE"), "constant": rr.TextLogLevel.WARN}, "Radius": lambda: {**many_numbers(0.25), "points": rr.Radius.ui_points([1, 2.5]), "one in points": rr.Radius.ui_points(3), "negative": -2.0},
        "VideoTimestamp": lambda: {"int": 7, "list": [7], "object": c.VideoTimestamp(seconds=1.5), "nanoseconds": c.VideoTimestamp(nanoseconds=3), "array": np.array([2**40])},
        "Timestamp": lambda: {"int": 7, "np.int64": np.int64(1_700_000_000_123_456_789), "object": c.Timestamp(nanos=5), "negative": -1},
        "Count": lambda: {"int": 3, "large": 2**64 - 1, "np.uint64": np.uint64(2**63), "array": np.array([5], "u8"), "zero": 0},
        "TriangleIndices": lambda: {label: value for label, value in many_vectors(3, 1).items() if not label.startswith("f") or label.startswith("flat")},
        "VoxelIndex": lambda: {**many_vectors(3, 1), "negative": [[-1, -2, -3]]},
    }  # fmt: skip
    return table[component]() if component in table else None


def blueprint_special(rr: Any, component: str, many: bool) -> dict[str, Any] | None:
    """The same for components that only blueprints have."""
    bc, be, seq = rr.blueprint.components, rr.blueprint.encodings, rr.TimeInt
    boundary = rr.TimeRangeBoundary
    bounds = [boundary.infinite(), boundary.cursor_relative(seq=-5), boundary.cursor_relative(seconds=1.5), boundary.absolute(seq=7), boundary.absolute(seconds=2), boundary.absolute(nanos=-3)]
    ranges = [rr.TimeRange(start, end) for start, end in zip(bounds, bounds[1:], strict=False)]
    column = bc.ComponentColumnSelector(entity_path="/points", component="Points3D:positions")
    mapping = be.VisualizerComponentMapping
    ids = [bytes(range(i, i + 16)) for i in (0, 100)]
    table: dict[str, Any] = {
        "b:TimeRange": lambda: {str(i): r for i, r in enumerate(ranges)},
        "b:VisibleTimeRange": lambda: {"one": rr.VisibleTimeRange("frame", range=ranges[0]), "list": [rr.VisibleTimeRange(f"t{i}", start=r.start, end=r.end) for i, r in enumerate(ranges)]},
        "b:AbsoluteTimeRange": lambda: {"numbers": bc.AbsoluteTimeRange(3, 7), "times": bc.AbsoluteTimeRange(seq(seq=-3), seq(seconds=1.5)), "encoding": rr.encodings.AbsoluteTimeRange(1, 2)},
        "b:FilterByRange": lambda: {"component": bc.FilterByRange(seq(seq=3), seq(seq=7)), "tuple": (seq(seq=3), seq(seq=7))},
        "b:FilterIsNotNull": lambda: {"selector": column, "text": "/points:positions"},
        "b:SelectedColumns": lambda: {"mixed": ["frame", column, "/a:b"], "none": [], "component": bc.SelectedColumns(["frame"])},
        "b:ColumnOrder": lambda: {"texts": ["/b", "/a"], "component": bc.ColumnOrder(["/a"])},
        "b:SortBy": lambda: {"component": bc.SortBy("name", direction=be.SortDirection.Descending), "by name": bc.SortBy("name")},
        "b:ColumnType": lambda: {"component": bc.ColumnType(component="a:b"), "type": bc.ColumnType(component_type_name="rerun.components.Text")},
        "b:TimelineColumn": lambda: {"objects": [be.TimelineColumn("frame", visible=False), be.TimelineColumn("log_time")], "texts": ["frame", "log_time"]},
        "b:TextLogColumn": lambda: {"objects": [be.TextLogColumn("Body"), be.TextLogColumn(be.TextLogColumnKind.LogLevel, visible=False)], "texts": ["EntityPath", "Body"]},
        "b:VisualizerComponentMapping": lambda: {"one": mapping("a", be.ComponentSourceKind.Override), "list": [mapping("a", "SourceComponent", source_component="b", selector=".x"), mapping(target="c", source_kind=be.ComponentSourceKind.Default)]},
        "TensorWidthDimension": lambda: {"object": rr.TensorDimensionSelection(1, invert=True), "component": rr.components.TensorWidthDimension(2), "number": 3},
        "TensorHeightDimension": lambda: {"object": rr.TensorDimensionSelection(dimension=1), "component": rr.components.TensorHeightDimension(2, invert=True), "number": 3},
        "TensorDimensionIndexSelection": lambda: {"objects": [rr.TensorDimensionIndexSelection(1, 2), rr.TensorDimensionIndexSelection(dimension=0, index=2**40)]},
        "b:TensorDimensionIndexSlider": lambda: {"numbers": [0, 2], "objects": [be.TensorDimensionIndexSlider(1)]},
        "Plane3D": lambda: {"object": rr.components.Plane3D([0, 0, 1], 2), "constant": rr.components.Plane3D.XY, "list": [1, 2, 3, 4]},
        "Range1D": lambda: {"tuple": (1, 2.5), "list": [-1, 1], "array": np.array([1, 2], "f4"), "encoding": rr.encodings.Range1D([3, 4])},
        "b:VisualBounds2D": lambda: {"component": bc.VisualBounds2D(x_range=(0, 1), y_range=[2, 3.5])},
        "b:RootContainer": lambda: {"bytes": ids[0], "array": np.arange(16, dtype="u1"), "list": list(range(16))},
        "b:VisualizerInstructionId": lambda: {"bytes": ids[0], "list": ids, "arrays": np.arange(32, dtype="u1").reshape(2, 16)},
    }
    table["b:ViewMaximized"] = table["b:RootContainer"]
    return table[component]() if component in table else None


def width_of(field: Any) -> int:
    """How many numbers one value is."""
    return field.width // dict(model.PRIMITIVES.values())[field.c_type]


def inputs(rr: Any, archetype: str, field: Any) -> dict[str, Any]:
    """Every form of a field of an archetype."""
    component, many = field.component.key, field.many
    found = special(rr, component, many) or blueprint_special(rr, component, many)
    if found is not None:
        return found
    if field.element == "TENSOR":
        sizes = {"BarChart": (5,), "Volume3D": (2, 3, 4)}.get(archetype, (2, 3))
        return tensors(rr, sizes, ["x", "y", "z"][: len(sizes)])
    if field.enum:
        return enums(many, field.enum, getattr(rr.blueprint.components if "b" in field.enum.scope else rr.components, field.enum.name))
    if field.element == "TEXT":
        return texts(many)
    if field.element == "BOOL":
        return bools(many)
    if field.element == "STRIP":
        return strips(3 if component == "LineStrip3D" else 2)
    size = width_of(field)
    if size > 1:
        return many_vectors(size, 0.25) if many else one_vector(size, 0.25)
    if field.c_type not in ("float", "double"):
        return integers(many)
    return many_numbers(0.25) if many else one_number(0.25)


def rows(rr: Any, archetype: str, field: Any) -> list[Any]:
    """Three values of a field, one a row."""
    kind = field.component.key
    if kind == "ViewCoordinates":
        return [[3, 2, 5], [1, 3, 6], [4, 5, 1]]
    if kind in ("VideoTimestamp", "Timestamp", "Count"):
        return [1, 2**40, 0]
    if kind in ("TransformMat3x3", "PinholeProjection"):
        return [np.eye(3), np.arange(9).reshape(3, 3), np.ones((3, 3))]
    forms = inputs(rr, archetype, field)
    if field.element == "TENSOR":
        return [rr.TensorData(array=forms[d]) for d in ("u1", "f4", "i8")]
    if field.enum:
        return [forms["number"], forms["name"], forms["member"]]
    if field.element == "BOOL":
        return [True, False, True]
    if field.element == "TEXT":
        return ["a", "", "größe"]
    if field.element == "BYTES":
        return [b"a", b"", b"bcd"]
    if field.element == "STRIP":
        return (forms["lists"] * 2)[:3]
    if field.element == "STRUCT":
        one = [value for value in forms.values() if not isinstance(value, (list, dict, np.ndarray))]
        return (one * 3)[:3]
    if kind in ("Color", "AlbedoFactor"):
        return [0x11000000, 0x00220000, 3]
    if kind == "SphericalHarmonics3Rgb":
        return np.arange(135).reshape(3, 45) / 64
    size = width_of(field)
    step = 0.25 if field.c_type in ("float", "double") else 1
    return (np.arange(1, 3 * size + 1).reshape(3, size) * step if size > 1 else np.array([1, 2, 3])).tolist()
