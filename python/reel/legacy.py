"""The functions of releases 0.9 and 0.10, each a few lines over today's, with a DeprecationWarning that names those.

Common arguments: `ext` are further components by name (today: AnyValues); `timeless` is today's `static`; `recording` the one to log to."""

from __future__ import annotations

import enum
import functools
import inspect

from ._box_format import Box2DFormat
from ._reel import log, set_time
from .recording_stream import get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeVar

    from .recording_stream import RecordingStream

    _F = TypeVar("_F", bound=Callable[..., Any])


def _instead(modern: str) -> Callable[[_F], _F]:
    """Warns, where it is called, that there is something newer. What cannot be logged is told as by `log`: a warning, an error in strict mode."""

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            from .error_utils import catch_and_log_exceptions, warn

            warn(f"`{function.__name__}` is of an old release: use `{modern}`", DeprecationWarning)
            if not function.__name__.startswith("log_"):
                return function(*args, **kwargs)
            arguments = inspect.signature(function).bind(*args, **kwargs)  # a call that is wrong itself is an error, as of any function
            with catch_and_log_exceptions(f"{function.__name__}, {args[0] if args else kwargs['entity_path']}"):
                return function(*arguments.args, **arguments.kwargs)

        wrapper.__doc__ = f"{function.__doc__ or ''} Today: `{modern}`.".strip()
        return wrapper  # type: ignore[return-value]

    return decorate


def _log(path: str, what: Any, ext: Mapping[str, Any] | None, timeless: bool, recording: RecordingStream | None) -> None:
    extra = []
    if ext:
        from .any_value import AnyValues

        extra = [AnyValues(**ext)]
    log(path, what, *extra, static=timeless, recording=recording)


def _given(**fields: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _dimensions(positions: Any) -> int:
    """How many numbers the last dimension has."""
    for _ in range(8):  # no deeper than arrays go: a list may contain itself, and a text's first letter is a text
        if hasattr(positions, "shape"):
            return positions.shape[-1] if len(positions.shape) else 0
        if not hasattr(positions, "__len__") or not len(positions):
            return 0
        if not hasattr(positions[0], "__len__"):
            return len(positions)
        positions = positions[0]
    return 0


def _coordinates(name: str) -> Any:
    """The view coordinates of that name: RDF, RIGHT_HAND_Z_UP..."""
    from .archetypes import ViewCoordinates

    found = getattr(ViewCoordinates, name, None) if isinstance(name, str) else None
    if not isinstance(found, type(ViewCoordinates.RDF)):
        raise ValueError(f"{name!r:.100} was given, the name of view coordinates expected, such as RDF or RIGHT_HAND_Z_UP")
    return found


def _of_dimensions(positions: Any, two: str, three: str) -> Any:
    from . import archetypes

    n = _dimensions(positions)
    if n not in (0, 2, 3):
        raise ValueError(f"points of 2 or 3 numbers expected, {n} were given")
    return getattr(archetypes, two if n == 2 else three)


# --- times, and where recordings go -------------------------------------------------------------------------------------------------


@_instead("set_time(timeline, sequence=...)")
def set_time_sequence(timeline: str, sequence: int | None, recording: RecordingStream | None = None) -> None:
    """This thread's time on a timeline of integers; None takes it off."""
    _set(timeline, recording, sequence=sequence)


@_instead("set_time(timeline, duration=...) or set_time(timeline, timestamp=...)")
def set_time_seconds(timeline: str, seconds: float | None, recording: RecordingStream | None = None, *, timestamp: bool = False) -> None:
    """This thread's time on a timeline in seconds; None takes it off. timestamp: since 1970 UTC, else a duration: that is never guessed."""
    _set(timeline, recording, **{"timestamp" if timestamp else "duration": seconds})


@_instead("set_time(timeline, duration=numpy.timedelta64(nanos, 'ns'))")
def set_time_nanos(timeline: str, nanos: int | None, recording: RecordingStream | None = None, *, timestamp: bool = False) -> None:
    """The same in nanoseconds, exactly."""
    target = get_data_recording(recording)
    if nanos is None or target is None:
        _set(timeline, recording, sequence=None)
    else:
        target._set_time_nanos(timeline, nanos, timestamp)


def _set(timeline: str, recording: RecordingStream | None, **time: Any) -> None:
    target = get_data_recording(recording)
    if target is not None and next(iter(time.values())) is None:
        target.disable_timeline(timeline)
    elif target is not None:
        set_time(timeline, recording=target, **time)


@_instead("connect_grpc(url)")
def connect(addr: str | None = None, *, flush_timeout_sec: float | None = 2.0, recording: RecordingStream | None = None) -> None:
    """Sends the recording to a viewer. The live protocol comes later: NotImplementedError."""
    from .sinks import connect_grpc

    connect_grpc(None if addr is None else f"rerun+http://{addr}/proxy", recording=recording)


@_instead("serve_grpc() and serve_web_viewer()")
def serve(*, open_browser: bool = True, web_port: int | None = None, ws_port: int | None = None, recording: RecordingStream | None = None) -> None:
    """Serves the recording and a viewer. The live protocol comes later: NotImplementedError."""
    from .sinks import serve_grpc

    serve_grpc(grpc_port=ws_port, recording=recording)


# --- points, lines, arrows ----------------------------------------------------------------------------------------------------------


@_instead("log(path, Points2D(...)) or log(path, Points3D(...))")
def log_points(
    entity_path: str,
    positions: Any = None,
    *,
    identifiers: Sequence[int] | None = None,
    colors: Any = None,
    radii: Any = None,
    labels: Sequence[str] | None = None,
    class_ids: Any = None,
    keypoint_ids: Any = None,
    draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None,
    timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:
    """Points of 2 or 3 dimensions; identifiers are not kept."""
    positions = [] if positions is None else positions
    cls = _of_dimensions(positions, "Points2D", "Points3D")
    order = _given(draw_order=draw_order) if cls.__name__ == "Points2D" else {}
    points = cls(positions, **_given(colors=colors, radii=radii, labels=labels, class_ids=class_ids, keypoint_ids=keypoint_ids), **order)
    _log(entity_path, points, ext, timeless, recording)


@_instead("log(path, Points2D([position])) or log(path, Points3D([position]))")
def log_point(
    entity_path: str,
    position: Any = None,
    *,
    radius: float | None = None,
    color: Sequence[int] | None = None,
    label: str | None = None,
    class_id: int | None = None,
    keypoint_id: int | None = None,
    draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None,
    timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:
    """One point."""
    positions = [] if position is None else [position]
    cls = _of_dimensions(positions, "Points2D", "Points3D")
    order = _given(draw_order=draw_order) if cls.__name__ == "Points2D" else {}
    point = cls(positions, **_given(radii=radius, colors=color, labels=label, class_ids=class_id, keypoint_ids=keypoint_id), **order)
    _log(entity_path, point, ext, timeless, recording)


def _log_strips(path: str, strips: Any, radii: Any, colors: Any, order: float | None, ext: Any, timeless: bool, recording: Any) -> None:
    cls = _of_dimensions(strips, "LineStrips2D", "LineStrips3D")
    orders = _given(draw_order=order) if cls.__name__ == "LineStrips2D" else {}
    _log(path, cls(strips, **_given(radii=radii, colors=colors), **orders), ext, timeless, recording)


@_instead("log(path, LineStrips2D([positions])) or log(path, LineStrips3D([positions]))")
def log_line_strip(
    entity_path: str, positions: Any, *, stroke_width: float | None = None, color: Sequence[int] | None = None, draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """One line through points. stroke_width: twice the radius."""
    _log_strips(entity_path, [positions], None if stroke_width is None else stroke_width / 2, color, draw_order, ext, timeless, recording)


log_path = log_line_strip


@_instead("log(path, LineStrips2D(strips))")
def log_line_strips_2d(
    entity_path: str, line_strips: Iterable[Any], *, identifiers: Any = None, stroke_widths: Any = None, colors: Any = None, draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Lines in two dimensions."""
    _log_strips(entity_path, list(line_strips), _halves(stroke_widths), colors, draw_order, ext, timeless, recording)


@_instead("log(path, LineStrips3D(strips))")
def log_line_strips_3d(
    entity_path: str, line_strips: Iterable[Any], *, identifiers: Any = None, stroke_widths: Any = None, colors: Any = None, draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Lines in three dimensions."""
    _log_strips(entity_path, list(line_strips), _halves(stroke_widths), colors, None, ext, timeless, recording)


def _halves(widths: Any) -> Any:
    if widths is None or isinstance(widths, (int, float)):
        return None if widths is None else widths / 2
    return [width / 2 for width in widths]


@_instead("log(path, LineStrips2D(pairs)) or log(path, LineStrips3D(pairs))")
def log_line_segments(
    entity_path: str, positions: Any, *, stroke_width: float | None = None, color: Sequence[int] | None = None, draw_order: float | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A line between each two points: the first and the second, the third and the fourth..."""
    points = [list(map(float, point)) for point in positions]
    pairs = [points[i : i + 2] for i in range(0, len(points) - 1, 2)]
    _log_strips(entity_path, pairs, None if stroke_width is None else stroke_width / 2, color, draw_order, ext, timeless, recording)


@_instead("log(path, Arrows3D(vectors=..., origins=...))")
def log_arrow(
    entity_path: str, origin: Any, vector: Any = None, *, color: Sequence[int] | None = None, label: str | None = None, width_scale: float | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """An arrow in three dimensions. width_scale: twice the radius."""
    from .archetypes import Arrows3D

    vectors = [] if vector is None else [vector]
    fields = _given(origins=[origin] if vectors else None, colors=color, labels=label, radii=None if width_scale is None else width_scale / 2)
    _log(entity_path, Arrows3D(vectors=vectors, **fields), ext, timeless, recording)


# --- boxes --------------------------------------------------------------------------------------------------------------------------


RectFormat = Box2DFormat


def _rects(rects: Any, rect_format: RectFormat, **fields: Any) -> Any:
    from . import archetypes

    return archetypes.Boxes2D(array=rects, array_format=rect_format, **_given(**fields))


@_instead("log(path, Boxes2D(array=..., array_format=...))")
def log_rect(
    entity_path: str, rect: Any, *, rect_format: RectFormat = RectFormat.XYWH, color: Sequence[int] | None = None, label: str | None = None, class_id: int | None = None,
    draw_order: float | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """One rectangle; None clears."""
    rects = [[float(v) for v in rect]] if rect is not None else []
    _log(entity_path, _rects(rects, rect_format, colors=color, labels=label, class_ids=class_id, draw_order=draw_order), ext, timeless, recording)


@_instead("log(path, Boxes2D(array=..., array_format=...))")
def log_rects(
    entity_path: str, rects: Any, *, rect_format: RectFormat = RectFormat.XYWH, identifiers: Any = None, colors: Any = None, labels: Sequence[str] | None = None, class_ids: Any = None,
    draw_order: float | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Rectangles."""
    rects = [] if rects is None else rects
    _log(entity_path, _rects(rects, rect_format, colors=colors, labels=labels, class_ids=class_ids, draw_order=draw_order), ext, timeless, recording)


def _as_list(value: Any) -> Any:
    return None if value is None else [value]


@_instead("log(path, Boxes3D(half_sizes=..., centers=..., quaternions=...))")
def log_obb(
    entity_path: str, *, half_size: Any, position: Any = None, rotation_q: Any = None, color: Sequence[int] | None = None, stroke_width: float | None = None, label: str | None = None,
    class_id: int | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A box in three dimensions. rotation_q: x, y, z, w."""
    from .archetypes import Boxes3D

    fields = _given(centers=_as_list(position), colors=color, radii=_halves(stroke_width), labels=label, class_ids=class_id)
    _log(entity_path, Boxes3D(half_sizes=[half_size], **fields, **_quaternions(_as_list(rotation_q))), ext, timeless, recording)


@_instead("log(path, Boxes3D(half_sizes=..., centers=..., quaternions=...))")
def log_obbs(
    entity_path: str, *, half_sizes: Any, positions: Any = None, rotations_q: Any = None, colors: Any = None, stroke_widths: Any = None, labels: Sequence[str] | None = None,
    class_ids: Any = None, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Boxes in three dimensions."""
    from .archetypes import Boxes3D

    fields = _given(centers=positions, colors=colors, radii=_halves(stroke_widths), labels=labels, class_ids=class_ids)
    _log(entity_path, Boxes3D(half_sizes=half_sizes, **fields, **_quaternions(rotations_q)), ext, timeless, recording)


def _quaternions(values: Any) -> dict[str, Any]:
    if values is None:
        return {}
    from .encodings import Quaternion

    return {"quaternions": [Quaternion(xyzw=list(value)) for value in values]}


# --- images and tensors -------------------------------------------------------------------------------------------------------------


class ImageFormat(enum.Enum):
    """Of encoded images."""

    BMP = "image/bmp"
    GIF = "image/gif"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    WEBP = "image/webp"


@_instead("log(path, Image(...))")
def log_image(
    entity_path: str, image: Any, *, draw_order: float | None = None, jpeg_quality: int | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """An image: H x W, H x W x 3 or H x W x 4 values."""
    from .archetypes import Image

    picture = Image(image, **_given(draw_order=draw_order))
    _log(entity_path, picture if jpeg_quality is None else picture.compress(jpeg_quality=jpeg_quality), ext, timeless, recording)


@_instead("log(path, DepthImage(..., meter=...))")
def log_depth_image(
    entity_path: str, image: Any, *, draw_order: float | None = None, meter: float | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Depths: H x W values. meter: how many of their units a meter has."""
    from .archetypes import DepthImage

    _log(entity_path, DepthImage(image, **_given(draw_order=draw_order, meter=meter)), ext, timeless, recording)


@_instead("log(path, SegmentationImage(...))")
def log_segmentation_image(
    entity_path: str, image: Any, *, draw_order: float | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None
) -> None:
    """Class ids: H x W integers."""
    from .archetypes import SegmentationImage

    _log(entity_path, SegmentationImage(image, **_given(draw_order=draw_order)), ext, timeless, recording)


@_instead("log(path, EncodedImage(path=...)) or log(path, EncodedImage(contents=...))")
def log_image_file(
    entity_path: str, *, img_bytes: bytes | None = None, img_path: Any = None, img_format: ImageFormat | None = None, draw_order: float | None = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """An image as it is in a file."""
    from ._reel import media_type
    from .archetypes import EncodedImage

    kind = img_format.value if img_format else media_type(img_bytes[:4096], len(img_bytes), "") if img_bytes is not None else None
    _log(entity_path, EncodedImage(**_given(path=img_path, contents=img_bytes, media_type=kind, draw_order=draw_order)), None, timeless, recording)


@_instead("log(path, Tensor(...))")
def log_tensor(
    entity_path: str, tensor: Any, *, names: Iterable[str | None] | None = None, meter: float | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """An array of any number of dimensions."""
    from .archetypes import Tensor

    _log(entity_path, Tensor(tensor, **_given(dim_names=None if names is None else [name or "" for name in names])), ext, timeless, recording)


# --- meshes -------------------------------------------------------------------------------------------------------------------------


class MeshFormat(enum.Enum):
    """Of files with meshes."""

    GLB = "model/gltf-binary"
    GLTF = "model/gltf+json"
    OBJ = "model/obj"
    STL = "model/stl"


def _mesh(positions: Any, indices: Any, normals: Any, albedo_factor: Any, vertex_colors: Any) -> Any:
    from .archetypes import Mesh3D

    def triples(values: Any) -> Any:
        values = values.tolist() if hasattr(values, "tolist") else list(values)
        return values if not values or hasattr(values[0], "__len__") else [values[i : i + 3] for i in range(0, len(values), 3)]

    return Mesh3D(
        vertex_positions=triples(positions),
        **_given(
            triangle_indices=None if indices is None else triples(indices),
            vertex_normals=None if normals is None else triples(normals),
            albedo_factor=albedo_factor,
            vertex_colors=vertex_colors,
        ),
    )


@_instead("log(path, Mesh3D(...))")
def log_mesh(
    entity_path: str, positions: Any, *, indices: Any = None, normals: Any = None, albedo_factor: Any = None, vertex_colors: Any = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Triangles. positions, normals: three numbers for each vertex, nested or not; indices: three for each triangle."""
    _log(entity_path, _mesh(positions, indices, normals, albedo_factor, vertex_colors), None, timeless, recording)


@_instead("log(path, Mesh3D(...)), once for each")
def log_meshes(
    entity_path: str, position_buffers: Sequence[Any], *, vertex_color_buffers: Sequence[Any] | None = None, index_buffers: Sequence[Any] | None = None,
    normal_buffers: Sequence[Any] | None = None, albedo_factors: Sequence[Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """Several meshes: one entity each, below this one, numbered from 0."""

    def at(buffers: Any, i: int) -> Any:
        return None if buffers is None else buffers[i]

    for i, positions in enumerate(position_buffers):
        mesh = _mesh(positions, at(index_buffers, i), at(normal_buffers, i), at(albedo_factors, i), at(vertex_color_buffers, i))
        _log(f"{entity_path}/{i}", mesh, None, timeless, recording)


@_instead("log(path, Asset3D(path=...)) and log(path, Transform3D(...))")
def log_mesh_file(
    entity_path: str, mesh_format: MeshFormat | str, *, mesh_bytes: bytes | None = None, mesh_path: Any = None, transform: Any = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A mesh as it is in a file. transform: a 3 x 4 matrix."""
    from .archetypes import Asset3D, Transform3D

    kind = MeshFormat[mesh_format.upper()] if isinstance(mesh_format, str) and mesh_format.upper() in MeshFormat.__members__ else mesh_format
    media_type = kind.value if isinstance(kind, MeshFormat) else str(kind)
    asset = Asset3D(**_given(path=mesh_path, contents=mesh_bytes), media_type=media_type)
    _log(entity_path, asset, None, timeless, recording)
    if transform is not None:
        rows = [[float(v) for v in row] for row in transform]
        log(entity_path, Transform3D(mat3x3=[row[:3] for row in rows[:3]], translation=[row[3] for row in rows[:3]]), static=timeless, recording=recording)


# --- spaces -------------------------------------------------------------------------------------------------------------------------


@_instead("log(path, Pinhole(image_from_camera=..., resolution=...))")
def log_pinhole(
    entity_path: str, *, width: int, height: int, focal_length_px: Any = None, principal_point_px: Any = None, child_from_parent: Any = None, camera_xyz: str | None = None,
    timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A camera. child_from_parent: its 3 x 3 matrix, instead of the focal length and principal point, in pixels."""
    from .archetypes import Pinhole

    if child_from_parent is None and focal_length_px is None:
        focal_length_px = (width * height) ** 0.5
    fields = _given(
        image_from_camera=child_from_parent,
        focal_length=focal_length_px,
        principal_point=principal_point_px,
        camera_xyz=None if camera_xyz is None else _coordinates(camera_xyz),
    )
    _log(entity_path, Pinhole(width=width, height=height, **fields), None, timeless, recording)


@_instead("log(path, Transform3D(...))")
def log_transform3d(
    entity_path: str, transform: Any, *, from_parent: bool = False, ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None
) -> None:
    """Where a space is: a Transform3D. from_parent: it leads the other way."""
    from .archetypes import Transform3D

    if not isinstance(transform, Transform3D):
        raise TypeError(f"log_transform3d: a {type(transform).__name__} was given, a Transform3D expected")
    if from_parent:
        from .components import TransformRelation

        transform.relation = TransformRelation.ChildFromParent
    _log(entity_path, transform, ext, timeless, recording)


@_instead("log(path, Transform3D(translation=..., rotation=...))")
def log_rigid3(
    entity_path: str, *, parent_from_child: Any = None, child_from_parent: Any = None, xyz: str = "", timeless: bool = False, recording: RecordingStream | None = None
) -> None:
    """Where a space is: (translation, quaternion x y z w), one way or the other. xyz: which way its axes point, such as "RDF"."""
    from .archetypes import Transform3D
    from .components import TransformRelation
    from .encodings import Quaternion

    if (parent_from_child is None) == (child_from_parent is None):
        raise TypeError("log_rigid3: one of parent_from_child and child_from_parent expected")
    translation, rotation = parent_from_child if parent_from_child is not None else child_from_parent
    relation = {} if child_from_parent is None else {"relation": TransformRelation.ChildFromParent}
    _log(entity_path, Transform3D(translation=translation, rotation=Quaternion(xyzw=list(rotation)), **relation), None, timeless, recording)
    if xyz:
        log(entity_path, _coordinates(xyz), static=True, recording=recording)


@_instead("log(path, ViewCoordinates.RDF, static=True)")
def log_view_coordinates(
    entity_path: str, *, xyz: str = "", up: str = "", right_handed: bool | None = None, timeless: bool = False, recording: RecordingStream | None = None
) -> None:
    """Which way axes point. xyz: three letters such as "RDF"; or up: "+Z", "-Y"..., right_handed unless told."""
    if not isinstance(xyz, str) or not isinstance(up, str) or bool(xyz) == bool(up):
        raise ValueError(f"one of xyz and up expected, as a text; xyz={xyz!r:.100} and up={up!r:.100} were given")
    if up:
        sign = {"+": "UP", "-": "DOWN"}.get(up[0] if up[0] in "+-" else "+")
        hand = "LEFT" if right_handed is False else "RIGHT"
        xyz = f"{hand}_HAND_{up[-1].upper()}_{sign}"
    _log(entity_path, _coordinates(xyz), None, timeless, recording)


@_instead("log(path, Transform3D(...)), or a path that is not below another space's")
def log_disconnected_space(entity_path: str, *, timeless: bool = False, recording: RecordingStream | None = None) -> None:
    """A space that has nothing to do with its parent's: a camera's matrix of zeros, which no viewer looks through."""
    from .archetypes import Pinhole

    log(entity_path, Pinhole(image_from_camera=[[0, 0, 0], [0, 0, 0], [0, 0, 0]], resolution=[0, 0]), static=timeless, recording=recording)


log_unknown_transform = log_disconnected_space


# --- everything else ----------------------------------------------------------------------------------------------------------------


@_instead("log(path, Scalars(...))")
def log_scalar(
    entity_path: str, scalar: float, *, label: str | None = None, color: Sequence[int] | None = None, radius: float | None = None, scattered: bool | None = None,
    ext: Mapping[str, Any] | None = None, timeless: bool = False, recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A number that is plotted over time. label, color, radius, scattered: how, from then on."""
    from .archetypes import Scalars, SeriesLines, SeriesPoints

    _log(entity_path, Scalars(scalar), ext, timeless, recording)
    if scattered:
        log(entity_path, SeriesPoints(**_given(names=label, colors=color, marker_sizes=radius)), static=True, recording=recording)
    elif label is not None or color is not None or radius is not None:
        log(entity_path, SeriesLines(**_given(names=label, colors=color, widths=None if radius is None else 2 * radius)), static=True, recording=recording)


@_instead("log(path, TextLog(...))")
def log_text_entry(
    entity_path: str, text: str, *, level: str | None = "INFO", color: Sequence[int] | None = None, ext: Mapping[str, Any] | None = None, timeless: bool = False,
    recording: RecordingStream | None = None,
) -> None:  # fmt: skip
    """A line of text."""
    from .archetypes import TextLog

    _log(entity_path, TextLog(text, **_given(level=level, color=color)), ext, timeless, recording)


@_instead("log(path, AnnotationContext(...), static=True)")
def log_annotation_context(entity_path: str, class_descriptions: Any, *, timeless: bool = True, recording: RecordingStream | None = None) -> None:
    """What class ids mean."""
    from .archetypes import AnnotationContext

    _log(entity_path, AnnotationContext(class_descriptions), None, timeless, recording)


@_instead("log(path, Clear(recursive=...))")
def log_cleared(entity_path: str, *, recursive: bool = False, recording: RecordingStream | None = None) -> None:
    """Clears an entity; recursive: all below it, too."""
    from .archetypes import Clear

    log(entity_path, Clear(recursive=recursive), recording=recording)


@_instead("log(path, AnyValues(...))")
def log_extension_components(
    entity_path: str, ext: Mapping[str, Any], *, identifiers: Any = None, timeless: bool = False, recording: RecordingStream | None = None
) -> None:
    """Components of any name and type."""
    from .any_value import AnyValues

    log(entity_path, AnyValues(**ext), static=timeless, recording=recording)


__all__ = [name for name, value in list(globals().items()) if name.startswith(("log_", "set_time_")) and inspect.isfunction(value)] + [
    "ImageFormat", "MeshFormat", "RectFormat", "connect", "serve",
]  # fmt: skip
