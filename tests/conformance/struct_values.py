"""Values of the components that are structs, made of the official classes."""
import itertools

import numpy as np
import rerun as rr
from rerun.blueprint import components as bc
from rerun.blueprint import encodings as be
from rerun.encodings import AnnotationInfo, ClassDescription, TimeInt, TimeRange, TimeRangeBoundary

TEXTS = ["plain", "", "naïve – 数据 – \U0001f916", "line\nbreak\ttab \"quoted\" \\backslash", "x" * 300, "a/b c:d", "\u0301combining first"]
I64 = [0, -1, 2**63 - 1, -2**63]


# --- images -----------------------------------------------------------------------------------------------------------------------

def image_format(width, height, pixel_format=None, color_model=None, channel_datatype=None):
    return rr.components.ImageFormat(width=width, height=height, pixel_format=pixel_format, color_model=color_model, channel_datatype=channel_datatype)


# What the viewer can show first; then every pixel format, and every color model (or none) with every number type (or none).
FORMATS = [
    image_format(2, 2, color_model=rr.ColorModel.RGB, channel_datatype=rr.ChannelDatatype.U8),
    image_format(64, 48, rr.PixelFormat.NV12),
    image_format(2**32 - 1, 0, channel_datatype=rr.ChannelDatatype.F64),
    image_format(0, 2**32 - 1),
    image_format(7, 5, color_model=rr.ColorModel.BGRA, channel_datatype=rr.ChannelDatatype.F16),
    *[image_format(4, 2, pixel_format) for pixel_format in rr.PixelFormat],
    *[image_format(3, 2, None, *both) for both in itertools.product([None, *rr.ColorModel], [None, *rr.ChannelDatatype])],
]


def image_size(format):
    """Bytes of an image of this format."""
    pixels = format.width * format.height
    if format.pixel_format:
        name = format.pixel_format.name
        return pixels * (12 if "12" in name else 16 if "16" in name or name == "YUY2" else 24 if "24" in name else 8) // 8
    channels = len(format.color_model.name) if format.color_model else 1
    return pixels * channels * (int(format.channel_datatype.name[1:]) // 8 if format.channel_datatype else 1)


def pixels(turn):
    """Those of FORMATS[turn]."""
    return (bytes(range(1, 256)) * 20)[:image_size(FORMATS[turn % len(FORMATS)])]


# --- annotations, pairs, graphs ---------------------------------------------------------------------------------------------------

ANNOTATIONS = [
    rr.components.AnnotationContext([
        ClassDescription(info=AnnotationInfo(1, "person", 0x11223344), keypoint_annotations=[AnnotationInfo(0, "head", 0xff), AnnotationInfo(65535, None, None), AnnotationInfo(2, "", 0)],
                         keypoint_connections=[(0, 65535), (65535, 2), (0, 0)]),
        ClassDescription(info=AnnotationInfo(65535)),
        ClassDescription(info=AnnotationInfo(0, TEXTS[2], 0xffffffff), keypoint_annotations=[AnnotationInfo(7)]),
    ]),
    rr.components.AnnotationContext([]),
    rr.components.AnnotationContext([ClassDescription(info=AnnotationInfo(i, text, i)) for i, text in enumerate(TEXTS)]),
    rr.components.AnnotationContext([ClassDescription(info=AnnotationInfo(3, None, 0), keypoint_connections=[(1, 2)])]),
]
EDGES = [rr.components.GraphEdge(first, second) for first, second in zip(TEXTS, TEXTS[3:] + TEXTS[:3])]
PAIRS = [rr.components.KeyValuePairs({"compression": "lz4", "": "empty key"}), rr.components.KeyValuePairs({}), rr.components.KeyValuePairs(dict.fromkeys(TEXTS, TEXTS[2]))]
COUNTS = [({"channel_id": 1, "message_count": 12},), (), ({"channel_id": 65535, "message_count": 2**64 - 1}, {"channel_id": 0, "message_count": 0}, {"channel_id": 0, "message_count": 2**63})]


# --- blueprints -------------------------------------------------------------------------------------------------------------------

BOUNDS = [TimeRangeBoundary.infinite(), *[TimeRangeBoundary.cursor_relative(seq=i) for i in I64], *[TimeRangeBoundary.absolute(seq=i) for i in I64]]
RANGES = [TimeRange(start, end) for start, end in zip(BOUNDS, BOUNDS[4:] + BOUNDS[:4])]
X = {"plain": (-1.5, 2.5), "extreme": (np.finfo("f8").max, -5e-324), "nan": (np.nan, np.inf)}
COLUMNS = [bc.ComponentColumnSelector(entity_path=path, component=name) for path, name in (("/points", "Points3D:positions"), ("a/b", TEXTS[2]), ("/", ""))]
MAPPINGS = [
    bc.VisualizerComponentMapping(target, kind, source_component=component, selector=selector)
    for target, kind, component, selector in zip(TEXTS, itertools.cycle(be.ComponentSourceKind), [None, "", "Points3D:colors", TEXTS[2]] * 2, [".x", None, "", TEXTS[2], None] * 2)
]
STRUCTS = {
    "ImageFormat": FORMATS, "AnnotationContext": ANNOTATIONS, "GraphEdge": EDGES, "KeyValuePairs": PAIRS, "ChannelMessageCounts": COUNTS,
    "TensorWidthDimension": [rr.components.TensorWidthDimension(1), rr.components.TensorWidthDimension(2**32 - 1, invert=True), rr.components.TensorWidthDimension(0)],
    "TensorHeightDimension": [rr.components.TensorHeightDimension(0), rr.components.TensorHeightDimension(2**32 - 1), rr.components.TensorHeightDimension(3, invert=True)],
    "TensorDimensionIndexSelection": [rr.components.TensorDimensionIndexSelection(2, 5), rr.components.TensorDimensionIndexSelection(0, 0), rr.components.TensorDimensionIndexSelection(2**32 - 1, 2**64 - 1)],
    "b:TensorDimensionIndexSlider": [bc.TensorDimensionIndexSlider(i) for i in (1, 0, 2**32 - 1)],
    "b:AbsoluteTimeRange": [bc.AbsoluteTimeRange(TimeInt(seq=a), TimeInt(seq=b)) for a, b in ((-5, 5), (0, 0), (-2**63, 2**63 - 1))],
    "b:ColumnOrder": [bc.ColumnOrder(["/a", "/b"]), bc.ColumnOrder([]), bc.ColumnOrder(TEXTS)],
    "b:ColumnType": [bc.ColumnType(component="Points3D:positions", component_type_name="rerun.components.Position3D"), bc.ColumnType(), bc.ColumnType(component=""), bc.ColumnType(component_type_name=TEXTS[2])],
    "b:FilterByRange": [bc.FilterByRange(TimeInt(seq=a), TimeInt(seq=b)) for a, b in ((-5, 5), (0, 0), (-2**63, 2**63 - 1))],
    "b:FilterIsNotNull": [bc.FilterIsNotNull(active, column) for active, column in zip((True, False, True), COLUMNS)],
    "b:SelectedColumns": [bc.SelectedColumns(["frame", COLUMNS[0], "log_time", COLUMNS[1]]), bc.SelectedColumns([]), bc.SelectedColumns([COLUMNS[2]]), bc.SelectedColumns([TEXTS[2], ""])],
    "b:SortBy": [bc.SortBy("name", direction=be.SortDirection.Descending), bc.SortBy("", direction=None), bc.SortBy(TEXTS[2], direction=be.SortDirection.Ascending)],
    "b:TextLogColumn": [bc.TextLogColumn(kind, visible=visible) for kind in be.TextLogColumnKind for visible in (True, False)],
    "b:TimelineColumn": [bc.TimelineColumn(text, visible=i % 2 == 0) for i, text in enumerate(TEXTS)],
    "b:TimeRange": [bc.TimeRange(r.start, r.end) for r in RANGES],
    "b:VisibleTimeRange": [bc.VisibleTimeRange(text, range=r) for r, text in zip(RANGES, itertools.cycle(TEXTS))],
    "b:VisualBounds2D": [bc.VisualBounds2D(x_range=(0, 0), y_range=(0, 0)), bc.VisualBounds2D(x_range=(-1, 1), y_range=(2, 1))],
    "b:VisualizerComponentMapping": MAPPINGS,
}


def structs(component, n, turn, kind):
    if component == "b:VisualBounds2D" and kind != "plain":
        return [bc.VisualBounds2D(x_range=X[kind], y_range=X[kind][::-1])] * n
    return [STRUCTS[component][(i + turn) % len(STRUCTS[component])] for i in range(n)]
