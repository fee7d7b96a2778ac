"""Archetypes that are files as they are: encoded images, videos, sounds, meshes."""

from __future__ import annotations

import pathlib
from typing import Any

from ..error_utils import taken
from ._base import base, written


def _contents(path: Any, contents: Any, media_type: Any) -> tuple[Any, Any]:
    """The bytes, and the media type by the path's extension unless it is given."""
    if (path is None) == (contents is None):
        raise ValueError("Must provide exactly one of 'path' or 'contents'")
    if path is None:
        return (contents.read() if hasattr(contents, "read") else contents), media_type
    path = taken("path", pathlib.Path, path)
    if media_type is None:
        from ..components import MediaType

        media_type = MediaType.guess_from_path(path)
    return path.read_bytes(), media_type


@written
class EncodedImage(base("EncodedImage")):  # type: ignore[misc]
    """path to a JPEG, PNG... file, or its contents (bytes, or an open file) with their media_type."""

    def __init__(self, *, path: Any = None, contents: Any = None, media_type: Any = None, opacity: Any = None, draw_order: Any = None, magnification_filter: Any = None) -> None:
        if contents is not None and path is None and media_type is None:
            raise ValueError("Must provide 'media_type' when 'contents' is provided")
        blob, media_type = _contents(path, contents, media_type)
        self.__attrs_init__(blob=blob, media_type=media_type, opacity=opacity, draw_order=draw_order, magnification_filter=magnification_filter)


@written
class Asset3D(base("Asset3D")):  # type: ignore[misc]
    """path to a .glb, .gltf, .obj, .stl... file, or its contents (bytes, or an open file)."""

    def __init__(self, *, path: Any = None, contents: Any = None, media_type: Any = None, albedo_factor: Any = None) -> None:
        blob, media_type = _contents(path, contents, media_type)
        self.__attrs_init__(blob=blob, media_type=media_type, albedo_factor=albedo_factor)


@written
class AssetAudio(base("AssetAudio")):  # type: ignore[misc]
    """path to a .wav, .flac, .ogg, .mp3... file, or its contents (bytes, or an open file)."""

    def __init__(self, *, path: Any = None, contents: Any = None, media_type: Any = None) -> None:
        blob, media_type = _contents(path, contents, media_type)
        self.__attrs_init__(blob=blob, media_type=media_type)


@written
class AssetVideo(base("AssetVideo")):  # type: ignore[misc]
    """path to an .mp4 file, or its contents (bytes, or an open file)."""

    def __init__(self, *, path: Any = None, contents: Any = None, media_type: Any = None) -> None:
        blob, media_type = _contents(path, contents, media_type)
        self.__attrs_init__(blob=blob, media_type=media_type)

    def read_frame_timestamps_nanos(self) -> Any:
        """When each frame of an MP4 is shown, in nanoseconds from the start, as a numpy array of int64. RuntimeError: the video cannot be read."""
        import io

        import numpy

        from ..experimental._mp4_format import track_of

        if self.blob is None:
            raise RuntimeError("Asset video has no video buffer")
        contents = self.blob.as_arrow_array().values.to_numpy()
        return numpy.array(sorted(track_of(io.BytesIO(contents), "the video").times()), dtype=numpy.int64)
