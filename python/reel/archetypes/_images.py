"""Images from whatever holds pixels."""

from __future__ import annotations

from typing import Any

from .. import _reel
from ..error_utils import _send_warning_or_raise, catch_and_log_exceptions, taken
from ._base import base, written

# Codes of ChannelDatatype and ColorModel (schema/types.txt), by what people call them.
_DATATYPES = {"uint8": 6, "int8": 7, "uint16": 8, "int16": 9, "uint32": 10, "int32": 11, "uint64": 12, "int64": 13, "float16": 33, "float32": 34, "float64": 35}
_SHORT = {"u": "uint", "i": "int", "f": "float"}
_MODELS = {"l": 1, "rgb": 2, "rgba": 3, "bgr": 4, "bgra": 5}
_CHANNELS = {1: 1, 2: 3, 3: 4, 4: 3, 5: 4}


def pixels_of(image: Any, what: str) -> tuple[int, tuple[int, ...], bytes]:
    """The code of the number type, the shape without leading and trailing ones beyond two dimensions, and the bytes."""
    if hasattr(image, "buffer") and hasattr(image, "shape") and hasattr(image.buffer, "inner"):  # a TensorData
        kind, _, data = _reel.array_facts(image.buffer.inner)
        shape = tuple(int(length) for length in image.shape)
    else:
        kind, shape, data = _reel.array_facts(image)
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    while len(shape) > 2 and shape[-1] == 1:
        shape = shape[:-1]
    code = _DATATYPES.get(kind)
    if code is None:
        raise ValueError(f"Unsupported dtype {kind} for {what}")
    return code, shape, data


def datatype_code(datatype: Any) -> int | None:
    """Of a ChannelDatatype, a name ("U8", "uint8"), or a numpy type."""
    if datatype is None:
        return None
    if isinstance(datatype, int):
        return int(datatype)
    name = datatype if isinstance(datatype, str) else getattr(datatype, "__name__", None) or getattr(datatype, "name", None) or str(datatype)
    name = name.lower()
    if name[:1] in _SHORT and name[1:].isdigit():
        name = _SHORT[name[0]] + name[1:]
    if name not in _DATATYPES:
        raise ValueError(f"{datatype!r} is no number type of pixels: one of {', '.join(_DATATYPES)} expected")
    return _DATATYPES[name]


def model_code(model: Any) -> int | None:
    """Of a ColorModel or its name."""
    if model is None or isinstance(model, int):
        return None if model is None else int(model)
    code = _MODELS.get(str(getattr(model, "name", model)).lower())
    if code is None:
        _send_warning_or_raise(f"Unknown ColorModel: '{model}'")
    return code


def format_of(width: int, height: int, datatype: int | None, model: int | None = None, pixel_format: Any = None) -> dict[str, Any]:
    return {"width": width, "height": height, "pixel_format": pixel_format, "color_model": model, "channel_datatype": datatype}


def flat_image(image: Any, what: str) -> tuple[bytes, dict[str, Any]]:
    """The buffer and the format of an image with one channel."""
    code, shape, data = taken(f"{what}, image", pixels_of, image, what)
    if len(shape) != 2:
        raise ValueError(f"{what} must be 2D, got shape {shape}")
    return data, format_of(shape[1], shape[0], code)


def read_format(image: Any) -> Any:
    from ..encodings import ImageFormat

    if image.format is None:
        raise ValueError("the image has no format")
    facts = image.format.as_arrow_array()[0].as_py()
    return ImageFormat(width=facts["width"], height=facts["height"], pixel_format=facts["pixel_format"], channel_datatype=facts["channel_datatype"], color_model=facts["color_model"])


def read_pixels(image: Any, channels: int) -> Any:
    """The pixels as a numpy array."""
    facts = read_format(image)
    pixels = image.buffer.as_arrow_array().values.to_numpy().view(facts.channel_datatype.to_np_dtype())
    return pixels.reshape((facts.height, facts.width) if channels == 1 else (facts.height, facts.width, channels))


@written
class Image(base("Image")):  # type: ignore[misc]
    """image (height, width), (height, width, 3) or (height, width, 4) of any numbers: grey, RGB or RGBA, or as color_model says; or bytes with width, height, and pixel_format or datatype and color_model."""

    def __init__(self, image: Any = None, color_model: Any = None, *, pixel_format: Any = None, datatype: Any = None, bytes: Any = None, width: int | None = None, height: int | None = None,
                 opacity: Any = None, draw_order: Any = None, magnification_filter: Any = None) -> None:
        rest = {"opacity": opacity, "draw_order": draw_order, "magnification_filter": magnification_filter}
        if image is None and bytes is None:
            raise ValueError("Must specify either 'image' or 'bytes'")
        if image is not None and bytes is not None:
            raise ValueError("Can only specify either 'image' or 'bytes', not both")
        if bytes is not None:
            self.__attrs_init__(buffer=bytes, format=self._format_of_bytes(color_model, pixel_format, datatype, width, height), **rest)
            return
        if pixel_format is not None:
            raise ValueError("Cannot specify both 'image' and 'pixel_format'")
        code, shape, data = taken("image", pixels_of, image, "Image")
        if len(shape) == 2:
            shape = (*shape, 1)
        if len(shape) != 3:
            raise ValueError(f"Expected a 2D or 3D tensor, got {shape}")
        for name, given, found in (("width", width, shape[1]), ("height", height, shape[0])):
            if given is not None and given != found:
                raise ValueError(f"Provided {name} {given} does not match image {name} {found}")
        model = model_code(color_model)
        if color_model is None:
            model = {1: 1, 3: 2, 4: 3}.get(shape[2])
            if model is None:
                _send_warning_or_raise(f"Expected 1, 3, or 4 channels; got {shape[2]}")
        elif model is not None and _CHANNELS.get(model) != shape[2]:
            _send_warning_or_raise(f"Expected {_CHANNELS.get(model)} channels for {color_model}; got {shape[2]} channels")
        self.__attrs_init__(buffer=data, format=format_of(shape[1], shape[0], code, model), **rest)

    @staticmethod
    def _format_of_bytes(color_model: Any, pixel_format: Any, datatype: Any, width: int | None, height: int | None) -> dict[str, Any]:
        if width is None or height is None:
            raise ValueError("Specifying 'width' and 'height' is required when specifying 'bytes'")
        if pixel_format is not None:
            if datatype is not None or color_model is not None:
                raise ValueError("Specifying 'datatype' or 'color_model' with 'pixel_format' is not supported")
            from ..encodings import PixelFormat

            return format_of(width, height, None, None, int(PixelFormat.auto(pixel_format).value) if not isinstance(pixel_format, int) else int(pixel_format))
        if datatype is None or color_model is None:
            raise ValueError("Specifying 'datatype' and 'color_model' (or 'pixel_format') is required when specifying 'bytes'")
        return format_of(width, height, datatype_code(datatype), model_code(color_model))

    def image_format(self) -> Any:
        """Width, height and pixels (ImageFormat)."""
        return read_format(self)

    def as_pil_image(self) -> Any:
        """As a PIL image (needs pillow and numpy)."""
        from PIL import Image as PILImage

        facts = self.image_format()
        if facts.pixel_format is not None:
            raise ValueError(f"an image with the pixel format {facts.pixel_format} cannot become a PIL image")
        model = int(facts.color_model)
        pixels = read_pixels(self, _CHANNELS[model])
        if model == _MODELS["bgr"]:
            pixels = pixels[:, :, ::-1]
        elif model == _MODELS["bgra"]:
            pixels = pixels[:, :, [2, 1, 0, 3]]
        return PILImage.fromarray(pixels)

    def compress(self, jpeg_quality: int = 95) -> Any:
        """As an EncodedImage with JPEG (needs pillow and numpy): 8-bit grey, RGB or BGR only. An image that cannot be is told, and given back as it is."""
        from io import BytesIO

        from . import EncodedImage

        with catch_and_log_exceptions(context="Image compression"):
            if self.buffer is None or self.format is None:
                raise ValueError("Cannot JPEG compress an image without pixels or format")
            facts = self.image_format()
            if facts.color_model is None or int(facts.color_model) not in (1, 2, 4):
                raise ValueError(f"Cannot JPEG compress an image of type {facts.color_model}. Only L (monochrome), RGB and BGR are supported.")
            if int(facts.channel_datatype) != _DATATYPES["uint8"]:
                raise ValueError(f"Cannot JPEG compress an image of datatype {facts.channel_datatype}. Only U8 is supported.")
            output = BytesIO()
            self.as_pil_image().save(output, format="JPEG", quality=jpeg_quality)
            return EncodedImage(contents=output.getvalue(), media_type="image/jpeg")
        return self


@written(raises=True)
class DepthImage(base("DepthImage")):  # type: ignore[misc]
    """image (height, width) of any numbers; meter: how many of its units are a metre."""

    def __init__(self, image: Any, *, meter: Any = None, colormap: Any = None, depth_range: Any = None, point_fill_ratio: Any = None, draw_order: Any = None,
                 magnification_filter: Any = None) -> None:
        buffer, facts = flat_image(image, "DepthImage")
        self.__attrs_init__(buffer=buffer, format=facts, meter=meter, colormap=colormap, depth_range=depth_range, point_fill_ratio=point_fill_ratio, draw_order=draw_order,
                            magnification_filter=magnification_filter)

    def image_format(self) -> Any:
        """Width, height and pixels (ImageFormat)."""
        return read_format(self)

    def as_pil_image(self) -> Any:
        """As a PIL image (needs pillow and numpy)."""
        from PIL import Image as PILImage

        return PILImage.fromarray(read_pixels(self, 1))

    def compress(self, compress_level: int = 6) -> Any:
        """As an EncodedDepthImage with PNG, without loss (needs pillow and numpy): 8 and 16 bits only. One that cannot be is told, and given back as it is."""
        from io import BytesIO

        from . import EncodedDepthImage

        with catch_and_log_exceptions(context="DepthImage compression"):
            if self.buffer is None or self.format is None:
                raise ValueError("Cannot PNG compress a depth image without pixels or format")
            facts = self.image_format()
            if int(facts.channel_datatype) not in (_DATATYPES["uint8"], _DATATYPES["uint16"]):
                raise ValueError(f"Cannot PNG compress a depth image of datatype {facts.channel_datatype}. Only U8 and U16 are supported.")
            output = BytesIO()
            self.as_pil_image().save(output, format="PNG", compress_level=compress_level)
            return EncodedDepthImage.from_fields(blob=output.getvalue(), media_type="image/png", meter=self.meter, colormap=self.colormap, depth_range=self.depth_range,
                                                 point_fill_ratio=self.point_fill_ratio, draw_order=self.draw_order, magnification_filter=self.magnification_filter)
        return self


@written(raises=True)
class SegmentationImage(base("SegmentationImage")):  # type: ignore[misc]
    """image (height, width) of class ids."""

    def __init__(self, image: Any, *, opacity: Any = None, draw_order: Any = None) -> None:
        buffer, facts = flat_image(image, "SegmentationImage")
        self.__attrs_init__(buffer=buffer, format=facts, opacity=opacity, draw_order=draw_order)
