"""Logs the same cases with whichever SDK it is told: record_cases.py MODULE FOLDER. MODULE: `reel` or `rerun`.

FOLDER/cases.rrd      forms/<archetype>/<argument>, from_fields/<archetype>/...: a row for each case; special/<archetype>/<what>, cleared/<archetype>, columns/<archetype>/<what>, calls/<what>: an entity for each
FOLDER/<name>.rbl     blueprints
FOLDER/cases.json     names of the cases, each at its number on the timeline `case`
FOLDER/refused.json   {case: error} of the cases that the SDK refused"""

from __future__ import annotations

import datetime
import importlib
import inspect
import json
import os
import pathlib
import sys
import warnings
from typing import Any

import case_values
import numpy as np
from case_values import ARCHETYPES, DTYPES, EVERY, inputs, rows, strided

# Arguments that are a field under another name.
RENAMED = {("GeoPoints", "lat_lon"): "positions", ("GeoLineStrings", "lat_lon"): "line_strings", ("Clear", "recursive"): "is_recursive"}
PIXELS = np.arange(12, dtype="u1").reshape(3, 4)
RGB = np.arange(36, dtype="u1").reshape(3, 4, 3)
# What a constructor needs beside an argument under test and those that its signature requires.
NEEDED: dict[str, dict[str, Any]] = {
    "Asset3D": {"contents": b"glTF", "media_type": "model/gltf-binary"}, "AssetAudio": {"contents": b"RIFF", "media_type": "audio/wav"}, "AssetVideo": {"contents": b"ftyp", "media_type": "video/mp4"},
    "DepthImage": {"image": PIXELS}, "SegmentationImage": {"image": PIXELS}, "Image": {"image": RGB}, "EncodedImage": {"contents": b"\xff\xd8", "media_type": "image/jpeg"},
    "Pinhole": {"focal_length": 5, "width": 4, "height": 3}, "VideoFrameReference": {"timestamp": 5}, "Tensor": {"data": PIXELS}, "Boxes2D": {"half_sizes": [[1, 2]]}, "Boxes3D": {"half_sizes": [[1, 2, 3]]},
    "Ellipsoids3D": {"half_sizes": [[1, 2, 3]]}, "Capsules3D": {"lengths": [1, 2], "radii": [1, 2]}, "Cylinders3D": {"lengths": [1, 2], "radii": [1, 2]}, "Mesh3D": {"vertex_positions": np.eye(3)},
}
INSTEAD_OF = {("Pinhole", "image_from_camera"): {"width": 4, "height": 3}, ("Pinhole", "resolution"): {"focal_length": 5}}
ONLY_HERE = {("BarChart", "abscissa"): {"values": [1, 2, 3, 4, 5]}}


def field_of(archetype: str, argument: str) -> Any:
    name = RENAMED.get((archetype, argument), argument)
    return next((f for f in EVERY[archetype].fields if f.name == name), None)


def class_of(rr: Any, archetype: str) -> Any:
    return getattr(rr.archetypes if archetype in ARCHETYPES else rr.blueprint.archetypes, archetype)


def constructors(rr: Any) -> dict[str, Any]:
    """Every argument that is a field, in every form."""
    cases = {}
    for name in EVERY:
        cls = class_of(rr, name)
        parameters = inspect.signature(cls).parameters.values()
        needed = {p.name: next(iter(inputs(rr, name, field_of(name, p.name)).values())) for p in parameters if p.default is p.empty and field_of(name, p.name)}
        for p in parameters:
            field = field_of(name, p.name)
            if field is None or (name, p.name) in SEPARATE or field.component.key == "ChannelMessageCounts":
                continue
            more = INSTEAD_OF.get((name, p.name), {**needed, **NEEDED.get(name, {}), **ONLY_HERE.get((name, p.name), {})})
            for form, value in inputs(rr, name, field).items():
                cases[f"forms/{name}/{p.name}: {form}"] = lambda cls=cls, arguments={**more, p.name: value}: cls(**arguments)
                if p.kind is p.POSITIONAL_OR_KEYWORD and next(iter(parameters)) is p and form == next(iter(inputs(rr, name, field))):
                    cases[f"forms/{name}/{p.name} by position"] = lambda cls=cls, value=value, more={k: v for k, v in more.items() if k != p.name}: cls(value, **more)
    return cases


# Where the constructor's argument means more than the field of that name: it is among the special cases.
SEPARATE = {("Asset3D", "media_type"), ("AssetAudio", "media_type"), ("AssetVideo", "media_type"), ("EncodedImage", "media_type")}


def files() -> dict[str, pathlib.Path]:
    """Files for arguments that are paths, in the folder that is the current one: relative names are the same for both."""
    contents = {"mesh.glb": b"glTF\2\0\0\0", "mesh.obj": b"v 0 0 0\n", "mesh.stl": b"solid\n", "mesh.gltf": b"{}", "sound.wav": b"RIFF....WAVE", "sound.mp3": b"\xff\xfb", "sound.flac": b"fLaC", "sound.ogg": b"OggS",
                "video.mp4": b"\0\0\0\x18ftypmp42", "image.jpg": b"\xff\xd8\xff\xe0", "image.png": b"\x89PNG\r\n\x1a\n", "image.JPEG": b"\xff\xd8\xff\xe1", "image.webp": b"RIFF....WEBP"}  # fmt: skip
    made = {}
    for name, data in contents.items():
        made[name] = pathlib.Path(name)
        made[name].write_bytes(data)
    return made


def file_cases(rr: Any) -> dict[str, Any]:
    paths, cases = files(), {}
    kinds = {"mesh": rr.Asset3D, "sound": rr.AssetAudio, "video": rr.AssetVideo, "image": rr.EncodedImage}
    for name, path in paths.items():
        cls = kinds[path.stem]
        cases[f"{cls.__name__}/path: {name}"] = lambda cls=cls, path=path: cls(path=path)
    for kind, cls in kinds.items():
        name = cls.__name__
        first = next(path for path in paths.values() if path.stem == kind)
        cases[f"{name}/path: text"] = lambda cls=cls, first=first: cls(path=str(first))
        cases[f"{name}/path and media_type"] = lambda cls=cls, first=first: cls(path=first, media_type="application/x-own")
        cases[f"{name}/contents: bytes"] = lambda cls=cls: cls(contents=b"contents", media_type="application/x-own")
        cases[f"{name}/contents: array"] = lambda cls=cls: cls(contents=np.arange(20, dtype="u1"), media_type="application/x-own")
        cases[f"{name}/contents: open file"] = lambda cls=cls, first=first: cls(contents=open(first, "rb"), media_type="application/x-own")  # noqa: SIM115
    cases["Asset3D/contents without media_type"] = lambda: rr.Asset3D(contents=b"glTF")
    cases["Asset3D/media_type: constant"] = lambda: rr.Asset3D(contents=b"solid", media_type=rr.MediaType.STL)
    return cases


def image_cases(rr: Any) -> dict[str, Any]:
    cases = {}
    for dtype in DTYPES:
        cases[f"Image/image: grey {dtype}"] = lambda d=dtype: rr.Image(PIXELS.astype(d))
        cases[f"Image/image: rgb {dtype}"] = lambda d=dtype: rr.Image(RGB.astype(d))
        cases[f"DepthImage/image: {dtype}"] = lambda d=dtype: rr.DepthImage(PIXELS.astype(d), meter=1000.0)
        cases[f"SegmentationImage/image: {dtype}"] = lambda d=dtype: rr.SegmentationImage(PIXELS.astype(d))
        cases[f"Mesh3D/albedo_texture: {dtype}"] = lambda d=dtype: rr.Mesh3D(vertex_positions=np.eye(3), albedo_texture=RGB.astype(d))
    rgba = np.arange(48, dtype="u1").reshape(3, 4, 4)
    for model in rr.ColorModel:
        pixels = {1: PIXELS, 3: RGB, 4: rgba}[len(model.name)]
        cases[f"Image/color_model: {model.name}"] = lambda m=model, p=pixels: rr.Image(p, m)
        cases[f"Image/color_model: {model.name} by name"] = lambda m=model, p=pixels: rr.Image(p, color_model=m.name)
    for pixel_format in rr.PixelFormat:
        cases[f"Image/pixel_format: {pixel_format.name}"] = lambda f=pixel_format: rr.Image(bytes=bytes(96), width=8, height=4, pixel_format=f)
    for name in rr.ChannelDatatype:
        cases[f"Image/datatype: {name.name}"] = lambda n=name: rr.Image(bytes=bytes(96), width=4, height=3, color_model="L", datatype=n)
    return cases | {
        "Image/rgba": lambda: rr.Image(rgba), "Image/strided": lambda: rr.Image(strided(RGB)), "Image/flipped": lambda: rr.Image(RGB[::-1, :, ::-1]), "Image/transposed": lambda: rr.Image(np.asfortranarray(RGB)),
        "Image/one channel": lambda: rr.Image(PIXELS[:, :, None]), "Image/lead of one": lambda: rr.Image(RGB[None]), "Image/bytes, width and height": lambda: rr.Image(bytes=RGB.tobytes(), width=4, height=3, color_model="RGB", datatype="U8"),
        "Image/bytes of numpy type": lambda: rr.Image(bytes=RGB.tobytes(), width=4, height=3, color_model="rgb", datatype=np.uint8), "Image/nv12 text": lambda: rr.Image(bytes=bytes(12), width=4, height=2, pixel_format="NV12"),
        "DepthImage/strided": lambda: rr.DepthImage(strided(PIXELS)), "DepthImage/one channel": lambda: rr.DepthImage(PIXELS[:, :, None]),
        "DepthImage/all": lambda: rr.DepthImage(PIXELS.astype("u2"), meter=0.5, colormap="viridis", depth_range=[1, 5], point_fill_ratio=0.25, draw_order=3, magnification_filter="linear"),
        "DepthImage/list": lambda: rr.DepthImage(np.array([[1.5, 2.5], [0, 1]])), "SegmentationImage/one channel": lambda: rr.SegmentationImage(PIXELS[:, :, None]),
        "Mesh3D/albedo_texture: rgba": lambda: rr.Mesh3D(vertex_positions=np.eye(3), albedo_texture=rgba), "Mesh3D/albedo_texture: strided": lambda: rr.Mesh3D(vertex_positions=np.eye(3), albedo_texture=strided(RGB)),
        "EncodedDepthImage/array": lambda: rr.EncodedDepthImage(np.arange(9, dtype="u1"), media_type="image/png"), "Image/compress": lambda: rr.Image(PIXELS, opacity=0.5, draw_order=1.5),
    }  # fmt: skip


def solid_cases(rr: Any) -> dict[str, Any]:
    axis, quaternion = rr.RotationAxisAngle([0, 0, 1], degrees=90), rr.Quaternion(xyzw=[0, 0, 0, 1])
    two, three = np.array([[1, 2], [3, 5]]), np.array([[1, 2, 3], [3, 5, 8]])
    cases: dict[str, Any] = {
        "Boxes2D/sizes": lambda: rr.Boxes2D(sizes=two), "Boxes2D/mins and sizes": lambda: rr.Boxes2D(mins=two, sizes=two + 1), "Boxes2D/mins and half_sizes": lambda: rr.Boxes2D(mins=two.tolist(), half_sizes=two.tolist()),
        "Boxes2D/centers and sizes": lambda: rr.Boxes2D(centers=[(0, 1)], sizes=[(2, 3)]), "Boxes2D/one": lambda: rr.Boxes2D(sizes=[2, 3], centers=[1, 1]), "Boxes2D/array_format": lambda: rr.Boxes2D(array=[1, 2, 3, 4], array_format=rr.Box2DFormat.XYWH),
        "Boxes3D/sizes": lambda: rr.Boxes3D(sizes=three), "Boxes3D/mins and sizes": lambda: rr.Boxes3D(mins=three, sizes=three + 1), "Boxes3D/mins and half_sizes": lambda: rr.Boxes3D(mins=three.tolist(), half_sizes=three),
        "Boxes3D/rotations: axis": lambda: rr.Boxes3D(half_sizes=three, rotations=[axis, axis]), "Boxes3D/rotations: quaternions": lambda: rr.Boxes3D(half_sizes=three, rotations=[quaternion]),
        "Boxes3D/rotations: one": lambda: rr.Boxes3D(half_sizes=three, rotations=axis), "Boxes3D/one size": lambda: rr.Boxes3D(sizes=[1, 2, 3], mins=[0, 0, 0]), "Ellipsoids3D/radii": lambda: rr.Ellipsoids3D(radii=[1, 2, 3]),
        "Ellipsoids3D/radii and centers": lambda: rr.Ellipsoids3D(radii=np.array([0.5]), centers=three), "Capsules3D/one": lambda: rr.Capsules3D(lengths=2, radii=0.5, rotation_axis_angles=axis), "Cylinders3D/one": lambda: rr.Cylinders3D(lengths=2, radii=0.5, quaternions=quaternion),
        "Capsules3D/nothing": lambda: rr.Capsules3D(lengths=[], radii=[]),
    }  # fmt: skip
    for form in rr.Box2DFormat:
        cases[f"Boxes2D/array: {form.name}"] = lambda f=form: rr.Boxes2D(array=np.array([[1, 2, 5, 7]]), array_format=f)
    return cases


def space_cases(rr: Any) -> dict[str, Any]:
    axis, quaternion = rr.RotationAxisAngle([0, 0, 1], degrees=90), rr.Quaternion(xyzw=[0, 0, 0, 1])
    pinhole, transform = rr.Pinhole, rr.Transform3D
    cases = {
        "Pinhole/focal_length, width and height": lambda: pinhole(focal_length=3, width=4, height=3), "Pinhole/two focal lengths": lambda: pinhole(focal_length=(3, 4), resolution=[640, 480]),
        "Pinhole/principal_point": lambda: pinhole(focal_length=[3.0, 4], principal_point=(1, 2), width=4, height=3), "Pinhole/principal_point alone": lambda: pinhole(focal_length=3, principal_point=np.array([1, 2])),
        "Pinhole/resolution": lambda: pinhole(resolution=np.array([640, 480]), focal_length=np.array([5, 6])),
        "Pinhole/fov_y and aspect_ratio": lambda: pinhole(fov_y=0.8, aspect_ratio=1.5), "Pinhole/image_from_camera and camera_xyz": lambda: pinhole(image_from_camera=np.eye(3), camera_xyz=rr.ViewCoordinates.RDF, width=3, height=2),
        "Pinhole/all": lambda: pinhole(focal_length=3, width=4, height=3, child_frame="camera", parent_frame="world", image_plane_distance=2, color=[1, 2, 3], line_width=0.5),
        "Transform3D/nothing": lambda: transform(), "Transform3D/rotation: axis": lambda: transform(rotation=axis), "Transform3D/rotation: quaternion": lambda: transform(rotation=quaternion, translation=(1, 2, 3)),
        "Transform3D/from_parent": lambda: transform(translation=[1, 2, 3], from_parent=True), "Transform3D/not from_parent": lambda: transform(translation=[1, 2, 3], from_parent=False), "Transform3D/scale and mat3x3": lambda: transform(scale=2, mat3x3=np.eye(3)),
        "Transform3D/all": lambda: transform(translation=[1, 2, 3], quaternion=quaternion, scale=[1, 2, 3], relation="ChildFromParent", child_frame="a", parent_frame="b"),
        "Clear/flat": rr.Clear.flat, "Clear/recursive": rr.Clear.recursive, "Transform3D/rotation: list": lambda: transform(rotation_axis_angle=[axis]),
    }  # fmt: skip
    for name in sorted(n for n in dir(rr.ViewCoordinates) if n.isupper() and n != "NAME" and not n.startswith("_")):
        cases[f"ViewCoordinates/{name}"] = lambda n=name: getattr(rr.ViewCoordinates, n)
    return cases


def value_cases(rr: Any) -> dict[str, Any]:
    data = np.arange(24).reshape(2, 3, 4)
    return {
        "Tensor/dim_names": lambda: rr.Tensor(data, dim_names=["a", "b", "c"]), "Tensor/shape and buffer": lambda: rr.Tensor(
            rr.TensorData(shape=[4, 6], buffer=rr.encodings.TensorBuffer(data.ravel()))), "Tensor/value_range": lambda: rr.Tensor(data, value_range=(1, 5)), "Tensor/one": lambda: rr.Tensor(np.array([1.5])),
        "Tensor/five dimensions": lambda: rr.Tensor(np.zeros((1, 2, 1, 3, 2), "f2")), "BarChart/column": lambda: rr.BarChart(np.array([[1], [2], [3]])), "BarChart/row": lambda: rr.BarChart(np.array([[1, 2, 3]])), "BarChart/tuple": lambda: rr.BarChart((1, 2.5)),
        "BarChart/all": lambda: rr.BarChart([1, 2, 3], color=(255, 0, 0), abscissa=[0.5, 1, 2], widths=[1, 2, 3]), "VideoFrameReference/seconds": lambda: rr.VideoFrameReference(seconds=1.5), "VideoFrameReference/nanoseconds": lambda: rr.VideoFrameReference(nanoseconds=3),
        "VideoFrameReference/object": lambda: rr.VideoFrameReference(rr.components.VideoTimestamp(seconds=0.25), video_reference="/video"), "SeriesPoints/nothing": rr.SeriesPoints, "SeriesLines/nothing": rr.SeriesLines,
        "Scalars/zero-dim": lambda: rr.Scalars(np.array(1.5)), "Scalars/object": lambda: rr.Scalars(rr.components.Scalar(2)), "Points3D/objects": lambda: rr.Points3D([rr.components.Position3D([1, 2, 3])], colors=[rr.components.Color((1, 2, 3))], radii=[rr.Radius(2)], labels=[rr.components.Text("a")]),
        "Points3D/keypoints": lambda: rr.Points3D(np.eye(3), keypoint_ids=[1, 2, 3]), "Points3D/keypoints and class": lambda: rr.Points3D(np.eye(3), keypoint_ids=[1, 2, 3], class_ids=5), "Points2D/keypoints": lambda: rr.Points2D([[1, 2]], keypoint_ids=1),
        "Points3D/one for all": lambda: rr.Points3D(np.eye(3), colors=[255, 0, 0], radii=0.5, labels="all", class_ids=3, show_labels=True), "Boxes2D/all": lambda: rr.Boxes2D(half_sizes=[[1, 2]], centers=[[0, 0]], radii=1, colors=0xFF0000FF, labels="box", draw_order=2, class_ids=[7]),
        "GraphNodes/all": lambda: rr.GraphNodes(["a", "b"], positions=[(0, 1), (2, 3)], colors=[(1, 2, 3)], labels=["A", "B"], radii=[1, 2], show_labels=True), "GraphEdges/text type": lambda: rr.GraphEdges([("a", "b")], graph_type="directed"),
        "TextLog/all": lambda: rr.TextLog("größe", level=rr.TextLogLevel.ERROR, color=(255, 0, 0)), "TextDocument/markdown": lambda: rr.TextDocument("# a", media_type=rr.MediaType.MARKDOWN), "McapStatistics/counts": lambda: rr.McapStatistics(
            message_count=3, schema_count=1, channel_count=1, attachment_count=0, metadata_count=0, chunk_count=1, message_start_time=0, message_end_time=2**40), "VideoStream/all": lambda: rr.VideoStream("H264", sample=b"\0\0\1", is_keyframe=True, opacity=0.5, draw_order=1),
        "LineStrips2D/component": lambda: rr.LineStrips2D([rr.components.LineStrip2D([[1, 2], [3, 4]])]), "GeoPoints/all": lambda: rr.GeoPoints(lat_lon=[[59.3, 18.1], [0, 0]], radii=rr.Radius.ui_points(5), colors=[[0, 0, 255]], class_ids=[1, 2]),
        "Points3D/splat of none": lambda: rr.Points3D([], colors=[]), "Measurements/all": lambda: rr.Measurements([1, 2.5], variances=[0.1, 0.2], units=["m", "s"], colors=[0xFF0000FF], widths=2, names=["a", "b"], visible_series=[True, False], aggregation_policy="min"),
    }  # fmt: skip


def blueprint_cases(rr: Any) -> dict[str, Any]:
    rrb, boundary = rr.blueprint.archetypes, rr.TimeRangeBoundary
    start, end = boundary.cursor_relative(seq=-5), boundary.infinite()
    ranges = [rr.VisibleTimeRange("a", start=start, end=end), rr.VisibleTimeRange("b", start=end, end=boundary.absolute(seq=3))]
    return {
        "VisualBounds2D/x_range: tuple": lambda: rrb.VisualBounds2D(x_range=(0, 1), y_range=(2, 3)), "VisualBounds2D/y_range: Range1D": lambda: rrb.VisualBounds2D(x_range=np.array([0, 1]), y_range=rr.encodings.Range1D([2, 3])),
        "Background/color_or_kind: color": lambda: rrb.Background((1, 2, 3)), "Background/color_or_kind: kind": lambda: rrb.Background(rr.blueprint.components.BackgroundKind.GradientBright), "Background/both": lambda: rrb.Background(color=[1, 2, 3], kind="solidcolor"),
        "VisibleTimeRanges/timeline, start and end": lambda: rrb.VisibleTimeRanges(timeline="frame", start=start, end=end), "VisibleTimeRanges/timeline and range": lambda: rrb.VisibleTimeRanges(timeline="frame", range=rr.TimeRange(start, end)),
        "VisibleTimeRanges/ranges": lambda: rrb.VisibleTimeRanges(ranges), "EntityBehavior/both": lambda: rrb.EntityBehavior(interactive=False, visible=True), "DataframeQuery/nothing": rrb.DataframeQuery, "PlotLegend/by position": lambda: rrb.PlotLegend("lefttop", visible=False),
        "LineGrid3D/by position": lambda: rrb.LineGrid3D(True, spacing=2), "TensorSliceSelection/all": lambda: rrb.TensorSliceSelection(width=1, height=rr.TensorDimensionSelection(2, invert=True), indices=[rr.TensorDimensionIndexSelection(0, 5)], slider=[0]),
    }  # fmt: skip


def special_cases(rr: Any) -> dict[str, Any]:
    """What constructors do beyond taking fields."""
    made = file_cases(rr) | image_cases(rr) | solid_cases(rr) | space_cases(rr) | value_cases(rr) | blueprint_cases(rr)
    return {f"special/{name}": make for name, make in made.items()}


def can_be_absent(archetype: str) -> bool:
    """The official package cannot leave a tensor out (it takes None and [] for one without elements), and has no ChannelMessageCounts."""
    return not any(f.element == "TENSOR" or f.component.key == "ChannelMessageCounts" for f in EVERY[archetype].fields)


def can_be_cleared(archetype: str) -> bool:
    """It writes one empty value instead of none for these."""
    return not any(f.component.key in ("AnnotationContext", "b:ColumnOrder", "b:SelectedColumns") for f in EVERY[archetype].fields)


def update_cases(rr: Any) -> dict[str, Any]:
    cases = {}
    for name, a in EVERY.items():
        cls = class_of(rr, name)
        fields = {f.name: next(iter(inputs(rr, name, f).values())) for f in a.fields if f.component.key != "ChannelMessageCounts"}
        cases[f"from_fields/{name}/all"] = lambda cls=cls, fields=fields: cls.from_fields(**fields)
        if not can_be_absent(name):
            continue
        cases[f"from_fields/{name}/none"] = cls.from_fields
        if can_be_cleared(name):
            cases[f"cleared/{name}"] = cls.cleared
            cases[f"from_fields/{name}/clear_unset"] = lambda cls=cls: cls.from_fields(clear_unset=True)
        for field, value in fields.items():
            cases[f"from_fields/{name}/{field}"] = lambda cls=cls, field=field, value=value: cls.from_fields(**{field: value})
            if can_be_cleared(name):
                cases[f"from_fields/{name}/{field} and clear_unset"] = lambda cls=cls, field=field, value=value: cls.from_fields(clear_unset=True, **{field: value})
    return cases


# --- columns and calls --------------------------------------------------------------------------------------------------------------


def column_cases(rr: Any) -> dict[str, Any]:
    """{case: function of the recording and the path}"""
    cases: dict[str, Any] = {}
    times = lambda n: [rr.TimeColumn("step", sequence=range(n))]  # noqa: E731
    for name, a in ARCHETYPES.items():
        cls = getattr(rr.archetypes, name)
        if not can_be_absent(name) and name != "McapStatistics":
            continue  # tensors have no columns
        fields = {f.name: rows(rr, name, f) for f in a.fields if f.component.key not in ("AnnotationContext", "ChannelMessageCounts", "SphericalHarmonics3Rgb")}
        if not fields:
            continue
        for field, values in fields.items():
            cases[f"columns/{name}/{field}"] = lambda rec, path, cls=cls, field=field, values=values: rec.send_columns(path, times(3), cls.columns(**{field: values}))
        cases[f"columns/{name}/all"] = lambda rec, path, cls=cls, fields=fields: rec.send_columns(path, times(3), cls.columns(**fields))
        cases[f"columns/{name}/static"] = lambda rec, path, cls=cls, fields=fields: rec.send_columns(path, [], cls.columns(**fields))
        many = {f.name: fields[f.name] for f in a.fields if f.many and f.name in fields}
        if many:
            cases[f"columns/{name}/partition"] = lambda rec, path, cls=cls, many=many: rec.send_columns(path, times(4), cls.columns(**many).partition([2, 0, 1, 0]))
    now = datetime.datetime(2025, 6, 1, 12, 30, 15, tzinfo=datetime.timezone.utc)
    kinds = {
        "sequence array": {"sequence": np.array([3, 1, 2])}, "sequence list": {"sequence": [3, -1, 2**62]}, "duration seconds": {"duration": [0, 1.5, 1e-9]}, "duration timedeltas": {"duration": [datetime.timedelta(seconds=i / 8) for i in range(3)]},
        "duration numpy": {"duration": np.array([1, 2, 3], "timedelta64[ms]")}, "timestamp seconds": {"timestamp": [1.5, 2, 1_700_000_000]}, "timestamp datetimes": {"timestamp": [now, now, now + datetime.timedelta(hours=1)]},
        "timestamp numpy": {"timestamp": np.array([1, 2, 3], "datetime64[us]")}, "timestamp ns": {"timestamp": np.array([1_700_000_000_123_456_789] * 3, "datetime64[ns]")}, "sequence i4": {"sequence": np.array([1, 2, 3], "i4")}, "sequence u2": {"sequence": np.array([1, 2, 3], "u2")},
    }  # fmt: skip
    for label, arguments in kinds.items():
        cases[f"columns/times/{label}"] = lambda rec, path, a=arguments: rec.send_columns(path, [rr.TimeColumn("_".join(a), **a)], rr.Scalars.columns(scalars=[1, 2, 3]))
    points = np.arange(18.0).reshape(6, 3)
    return cases | {
        "columns/several timelines": lambda rec, path: rec.send_columns(path, [rr.TimeColumn("a", sequence=[1, 2]), rr.TimeColumn("b", duration=[1, 2]), rr.TimeColumn("c", timestamp=[1, 2])], rr.Scalars.columns(scalars=np.array([1, 2], "f4"))),
        "columns/two archetypes": lambda rec, path: rec.send_columns(path, times(2), [*rr.Points3D.columns(positions=points).partition([4, 2]), *rr.Scalars.columns(scalars=[1, 2])]),
        "columns/lengths apart": lambda rec, path: rec.send_columns(path, times(2), [*rr.Points3D.columns(positions=points).partition([4, 2]), *rr.Points3D.columns(radii=[1, 2]).partition([1, 1])]),
        "columns/rows of two": lambda rec, path: rec.send_columns(path, times(3), rr.Scalars.columns(scalars=np.arange(6).reshape(3, 2))), "columns/nested rows": lambda rec, path: rec.send_columns(path, times(3), rr.Points3D.columns(positions=np.arange(18).reshape(3, 2, 3))),
        "columns/offsets": lambda rec, path: rec.send_columns(path, times(2), [rr.ComponentColumn(rr.ComponentDescriptor("own:thing"), rr.components.ScalarBatch([1, 2, 3]), offsets=[0, 1, 3])]),
        "columns/AnyValues": lambda rec, path: rec.send_columns(path, times(3), rr.AnyValues.columns(count=[1, 2, 3], name=["a", "b", "c"], ratio=np.array([0.5, 1, 2], "f4"))),
        "columns/AnyValues partition": lambda rec, path: rec.send_columns(path, times(2), rr.AnyValues.columns(x=[1.0, 2, 3]).partition([1, 2])),
        "columns/DynamicArchetype": lambda rec, path: rec.send_columns(path, times(2), rr.DynamicArchetype.columns(archetype="Mine", components={"speed": [1.5, 2.5], "name": ["a", "b"]})),
        "columns/seconds of a video": lambda rec, path: rec.send_columns(path, times(2), rr.VideoFrameReference.columns_secs([5, 7])), "columns/milliseconds of a video": lambda rec, path: rec.send_columns(path, times(2), rr.VideoFrameReference.columns_millis([5, 7])),
        "columns/nanoseconds of a video": lambda rec, path: rec.send_columns(path, times(2), rr.VideoFrameReference.columns_nanos(np.array([5, 7]))), "columns/static of one": lambda rec, path: rec.send_columns(path, [], rr.Points3D.columns(positions=points).partition([6])),
    }  # fmt: skip


def any_values(rr: Any) -> dict[str, Any]:
    values = {"int": 3, "float": 0.5, "text": "größe", "bool": True, "bytes": b"\0\1", "ints": [1, 2], "floats": [1.5, 2], "texts": ["a", ""], "bools": [True, False], "blobs": [b"a", b""], "lists": [[1, 2], [3]], "np scalar": np.float32(2), "np bool": np.bool_(True),
              "strided": strided(np.arange(4)), "mappings": [{"a": 1}, {"a": 2}], "batch": rr.components.ColorBatch([[1, 2, 3]]), "object": rr.components.Color([1, 2, 3]), "date": np.datetime64("2025-01-01T00:00:00", "ns"),
              "tuple": (1, 2.5), "np text": np.array(["a", "b"]), **{f"array {d}": np.array([1, 2, 3], d) for d in (*DTYPES, "?")}}  # fmt: skip
    values["arrow"] = __import__("pyarrow").array([1, None, 3])
    values["arrow lists"] = __import__("pyarrow").array([[1], [], [2, 3]])
    return values


def call_cases(rr: Any) -> dict[str, Any]:
    points, lines = rr.Points3D([[1, 2, 3]], radii=2), rr.LineStrips3D([[[1, 2, 3], [4, 5, 6]]])
    cases: dict[str, Any] = {
        "several archetypes": lambda rec, path: rec.log(path, points, rr.AnyValues(answer=42), rr.Scalars(1)), "iterable of batches": lambda rec, path: rec.log(path, points.as_component_batches()),
        "tuple of batches": lambda rec, path: rec.log(path, tuple(lines.as_component_batches())), "batches of two": lambda rec, path: rec.log(path, [*points.as_component_batches(), *rr.Scalars(2).as_component_batches()]),
        "iterable and more": lambda rec, path: rec.log(path, points.as_component_batches(), rr.Scalars(3)), "generator": lambda rec, path: rec.log(path, (b for b in points.as_component_batches())), "described": lambda rec, path: rec.log(
            path, [rr.DescribedComponentBatch(rr.components.ScalarBatch([1, 2]), rr.ComponentDescriptor("own:thing", archetype="Own", component_type="rerun.components.Scalar"))]), "batch of ours described": lambda rec, path: rec.log(path, [rr.components.ColorBatch([1, 2]).described(rr.ComponentDescriptor("tint"))]),
        "static": lambda rec, path: rec.log(path, points, static=True), "nested lists of a path": lambda rec, path: rec.log([*path.split("/"), "a b", "ü", 7], points), "path with spaces": lambda rec, path: rec.log(f"{path}/a\\ b/größe/\\!", points),
        "function of the module": lambda rec, path: rr.log(path, points, recording=rec), "AnyValues with None": lambda rec, path: rec.log(path, rr.AnyValues(a=1, b=None)), "AnyValues several": lambda rec, path: rec.log(path, rr.AnyValues(homepage="https://a", size=[1, 2], on=False)),
        "AnyValues and component": lambda rec, path: rec.log(path, rr.AnyValues(tint=rr.components.ColorBatch([1, 2])).with_component_override("more", "rerun.components.Color", np.array([5], "u4"))), "AnyValues from data": lambda rec, path: rec.log(path, rr.AnyValues().with_component_from_data("x", [1.5])), "AnyBatchValue": lambda rec, path: rec.log(path, [rr.AnyBatchValue("thing", [1, 2, 3])]),
        "DynamicArchetype": lambda rec, path: rec.log(path, rr.DynamicArchetype("Mine", components={"speed": 2.5, "names": ["a", "b"], "tint": rr.components.Color([1, 2, 3])})), "DynamicArchetype with more": lambda rec, path: rec.log(
            path, rr.DynamicArchetype("Mine").with_component_from_data("a", [1, 2]).with_component_override("b", "rerun.components.Color", np.array([255], "u4"))), "an object": lambda rec, path: rec.log(path, Own(rr)), "visualizer": lambda rec, path: rec.log(path, rr.SeriesLines(widths=2)),
    }  # fmt: skip
    for label, value in any_values(rr).items():  # a name of its own for each: what a name's first value is decides its type
        cases[f"AnyValues/{label}"] = lambda rec, path, label=label, value=value: rec.log(path, rr.AnyValues(**{f"value of {label}": value}))
    return cases | time_cases(rr)


class Own:
    """An object of a program's own that can be logged."""

    def __init__(self, rr: Any) -> None:
        self.rr = rr

    def as_component_batches(self) -> Any:
        return [*self.rr.Points2D([[1, 2]]).as_component_batches(), self.rr.DescribedComponentBatch(self.rr.components.TextBatch("of one's own"), self.rr.ComponentDescriptor("note"))]


def time_cases(rr: Any) -> dict[str, Any]:
    utc, zone = datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=2))
    kinds = {
        "sequence": {"sequence": 7}, "sequence numpy": {"sequence": np.int32(-7)}, "duration": {"duration": 1.25}, "duration int": {"duration": 3}, "duration timedelta": {"duration": datetime.timedelta(days=3, microseconds=1)},
        "duration numpy": {"duration": np.timedelta64(1_234_567_891, "ns")}, "duration numpy ms": {"duration": np.timedelta64(5, "ms")}, "timestamp": {"timestamp": 1_700_000_000}, "timestamp float": {"timestamp": 1.5}, "timestamp UTC": {"timestamp": datetime.datetime(2025, 6, 1, 12, 30, 15, tzinfo=utc)},
        "timestamp of a zone": {"timestamp": datetime.datetime(2025, 6, 1, 12, tzinfo=zone)}, "timestamp naive": {"timestamp": datetime.datetime(1969, 12, 31)}, "timestamp numpy": {"timestamp": np.datetime64(1_700_000_000_123_456_789, "ns")}, "timestamp numpy day": {"timestamp": np.datetime64("2030-01-02")},
        "np.float32": {"duration": np.float32(0.5)}, "negative": {"duration": -0.25},
    }  # fmt: skip
    cases: dict[str, Any] = {}
    for label, arguments in kinds.items():
        def one(rec: Any, path: str, arguments: Any = arguments) -> None:
            clock = "clock_" + "".join(arguments)
            rec.set_time(clock, **arguments)
            rec.log(path, rr.Scalars(1))
            rec.disable_timeline(clock)

        cases[f"times/{label}"] = one

    def several(rec: Any, path: str) -> None:
        rec.set_time("a", sequence=1)
        rec.set_time("b", duration=2)
        rec.set_time("c", timestamp=3)
        rec.log(path, rr.Scalars(1))
        rec.disable_timeline("b")
        rec.log(path, rr.Scalars(2))
        rec.reset_time()
        rec.log(path, rr.Scalars(3))
        rec.set_time("a", sequence=1)
        rec.log(path, rr.Scalars(4))
        rec.reset_time()

    cases["times/several, disabled and reset"] = several
    return cases


# --- the recording and the blueprints -----------------------------------------------------------------------------------------------


def all_cases(rr: Any) -> dict[str, Any]:
    """{case: function of the recording and the path}"""
    made = constructors(rr) | special_cases(rr) | update_cases(rr)
    # Not strict: many a case has fewer colours than values, which a row of ours that is strict refuses. What is made is strict all the same.
    logged = {name: (lambda rec, path, make=make: rec.log(path, make(), strict=False)) for name, make in made.items()}
    return logged | column_cases(rr) | {f"calls/{name}": call for name, call in call_cases(rr).items()}


def entity(case: str) -> list[str]:
    """One for all cases that have the same components: the official comparison of two recordings takes long for many."""
    parts = case.split("/")
    if parts[0] == "forms":
        return [*parts[:2], parts[2].split(":")[0].removesuffix(" by position")]
    return [*parts[:2], "clear_unset"] if parts[0] == "from_fields" and parts[2].endswith("clear_unset") else parts


def record(rr: Any, folder: pathlib.Path) -> None:
    refused, cases = {}, all_cases(rr)
    rec = rr.RecordingStream("equal", recording_id="equal", send_properties=False)
    rec.save(folder / "cases.rrd")
    rec.set_log_time_enabled(False)
    rr.set_strict_mode(True)
    for i, (case, call) in enumerate(cases.items()):
        rec.set_time("case", sequence=i)
        try:
            call(rec, rr.new_entity_path(entity(case)).lstrip("/"))
        except Exception as error:
            refused[case] = f"{type(error).__name__}: {error}"[:300]
        rec.disable_timeline("case")
    rr.send_property("mine", rr.AnyValues(answer=42, name="größe"), recording=rec)
    rr.send_property("points", rr.Points2D([[1, 2]]), recording=rec)
    rr.send_recording_name("a name", recording=rec)
    rr.send_recording_start_time_nanos(1_700_000_000_123_456_789, recording=rec)
    rec.flush()
    rec.disconnect()
    (folder / "cases.json").write_text(json.dumps(list(cases)))
    (folder / "refused.json").write_text(json.dumps(refused, indent=1))


def save_blueprints() -> None:
    """Those of tests/conformance."""
    for case in importlib.import_module("blueprint_cases").CASES:
        case().save("equal", f"{case.__name__}.rbl")


def main(module: str, folder: str) -> None:
    warnings.simplefilter("ignore")
    if module == "reel":  # blueprint_cases says `import rerun`, as any program does
        sys.path.insert(0, str(case_values.ROOT / "python/rerun/standin"))
    sys.path.insert(0, str(case_values.ROOT / "tests/conformance"))
    rr = importlib.import_module(module)
    importlib.import_module(f"{module}.blueprint.archetypes")
    os.chdir(folder)
    record(rr, pathlib.Path())
    save_blueprints()


if __name__ == "__main__":
    main(*sys.argv[1:])
