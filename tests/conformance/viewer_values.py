"""A recording that a viewer can draw: every archetype once, with values that make sense together. What comes last is a color of the bar chart that nothing else has."""
import io
import wave

import numpy as np
import rerun as rr
from PIL import Image

import cases
from script import EVERY, ROOT, Flush, Log, Reset, Time
from struct_values import image_format

MARK, MARK_AS_DRAWN = 0xff00ffff, (255, 64, 255)  # the viewer draws bars a little lighter
DATA = ROOT / "docs/snippets/data"
RDF = [[3, 2, 5]]
TURNED = {"quaternion": np.array([[0, 0, 0, 1]], "f4"), "quaternions": np.array([[0, 0, 0, 1]] * 3, "f4")}


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def wav():
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes((8000 * np.sin(np.arange(800) / 3)).astype("<i2").tobytes())
    return file.getvalue()


def pixels(width, height, color_model, channel_datatype, data):
    return bytes(data), image_format(width, height, None, color_model, channel_datatype)


def sensible():
    """{archetype: {field: value}} where the values of cases.py are only right in form."""
    U8, F32 = rr.ChannelDatatype.U8, rr.ChannelDatatype.F32
    ramp = np.arange(64, dtype="u1").reshape(8, 8)
    picture, picture_format = pixels(8, 8, rr.ColorModel.RGB, U8, np.stack([ramp] * 3, -1).tobytes())
    depth, depth_format = pixels(8, 8, None, F32, ramp.astype("f4").tobytes())
    classes, classes_format = pixels(8, 8, None, U8, (ramp // 32).tobytes())
    cells, cells_format = pixels(8, 8, rr.ColorModel.L, U8, ramp.tobytes())
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "f4")
    return {
        "Image": {"buffer": picture, "format": picture_format, "opacity": [1.0], "magnification_filter": rr.components.MagnificationFilter.Nearest},
        "EncodedImage": {"blob": png(np.stack([ramp] * 3, -1)), "media_type": "image/png", "opacity": [1.0]},
        "DepthImage": {"buffer": depth, "format": depth_format, "meter": [1.0], "depth_range": [[0.0, 64.0]], "point_fill_ratio": [1.0]},
        "EncodedDepthImage": {"blob": (DATA / "stairs_depth.png").read_bytes(), "media_type": "image/png", "meter": [1000.0], "depth_range": [[1500.0, 4000.0]], "point_fill_ratio": [1.0]},
        "SegmentationImage": {"buffer": classes, "format": classes_format, "opacity": [1.0]},
        "GridMap": {"data": cells, "format": cells_format, "cell_size": [0.1], "opacity": [1.0]},
        "Mesh3D": {"vertex_positions": triangle, "triangle_indices": np.array([[0, 1, 2]], "u4"), "vertex_normals": np.array([[0, 0, 1]] * 3, "f4"),
                   "vertex_texcoords": triangle[:, :2], "albedo_texture_buffer": bytes(range(12)), "albedo_texture_format": image_format(2, 2, None, rr.ColorModel.RGB, U8)},
        "Asset3D": {"blob": (DATA / "gem.obj").read_bytes(), "media_type": "model/obj"},
        "AssetAudio": {"blob": wav(), "media_type": "audio/wav"},
        "AssetVideo": {"blob": (DATA / "ball.mp4").read_bytes(), "media_type": "video/mp4"},
        "VideoFrameReference": {"timestamp": np.array([[500_000_000]], "i8"), "video_reference": "/full/AssetVideo", "opacity": [1.0]},
        "Pinhole": {"image_from_camera": np.array([[[8, 0, 4], [0, 8, 4], [0, 0, 1]]], "f4"), "resolution": np.array([[8, 8]], "f4"), "camera_xyz": np.array(RDF, "u1"),
                    "child_frame": "lens", "parent_frame": "sensor", "image_plane_distance": [1.0], "line_width": [0.01]},
        "Transform3D": {"translation": np.array([[1, 2, 3]], "f4"), "scale": np.array([[1, 1, 1]], "f4"), "mat3x3": np.eye(3, dtype="f4")[None],
                        "child_frame": "sensor", "parent_frame": "tf#/"},
        "CoordinateFrame": {"frame": "sensor"},
        "ViewCoordinates": {"xyz": np.array(RDF, "u1")},
        "AnnotationContext": {"context": rr.components.AnnotationContext([(0, "floor"), (1, "person", (255, 0, 0))])},
        "TextLog": {"text": "a line", "level": "INFO"},
        "TextDocument": {"text": "# Title\n\nText.", "media_type": "text/markdown"},
        "GraphNodes": {"node_ids": ["a", "b", "c"]},
        "GraphEdges": {"edges": [rr.components.GraphEdge("a", "b"), rr.components.GraphEdge("b", "c")]},
        "VoxelGridMap": {"voxel_indices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "i4"), "voxel_size": np.ones((1, 3), "f4"), "opacity": [1.0]},
        "BarChart": {"values": np.array([3.0, 2.0, 4.0]), "abscissa": np.array([0.0, 1.0, 2.0]), "widths": np.ones(3, "f4")},
        "Clear": {"is_recursive": False},
    }


def video_frames():
    """The frames of a raw H.264 stream; each begins with a delimiter."""
    mark = b"\0\0\0\1\x09"
    return [mark + frame for frame in (DATA / "ball.h264").read_bytes().split(mark)[1:]]


def mark():
    """Rows of a flush come after those of the one before it."""
    return [Flush(), Time("frame", "sequence", 60), Log("full/BarChart", "BarChart", {"values": np.array([3.0, 2.0, 4.0]), "color": np.array([MARK], "u4")}, update=True)]


def operations(knows):
    """knows(archetype, field): whether that may be in it. One row of each archetype, at frame 1; the frames of the video from there on."""
    made, better = [Reset(), Time("frame", "sequence", 1)], sensible()
    for name, archetype in EVERY.items():
        fields = [f.name for f in archetype.fields if knows(name, f)]
        if archetype.blueprint or not fields or name == "VideoStream":
            continue
        values = {**cases.together(name, 3, names=fields), **TURNED, **better.get(name, {})}
        made.append(Log(f"full/{name}", name, {field: values[field] for field in fields}))
    for i, frame in enumerate(video_frames()):
        codec = {} if i else {"codec": rr.components.VideoCodec.H264}
        made += [Time("frame", "sequence", i + 1), Log("full/VideoStream", "VideoStream", {"sample": frame, **codec}, update=True)]
    return made + mark()
