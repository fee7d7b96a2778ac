"""Properties of recordings: static data below /__properties."""

from __future__ import annotations

from . import _reel
from ._support import escape_entity_path_part
from .recording_stream import get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ._baseclasses import AsComponents, DescribedComponentBatch
    from .recording_stream import RecordingStream


def send_property(name: str, values: AsComponents | Iterable[DescribedComponentBatch], recording: RecordingStream | None = None) -> None:
    """A property of the recording: an archetype, AnyValues, or described batches, under a name."""
    _reel.log(f"/__properties/{escape_entity_path_part(name)}", values, static=True, recording=recording)


def send_recording_name(name: str, recording: RecordingStream | None = None) -> None:
    """What the recording is called in viewers."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording._set_name(name)


def send_recording_start_time_nanos(nanos: int, recording: RecordingStream | None = None) -> None:
    """When it began: nanoseconds since 1970-01-01 UTC."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording._set_start_time(nanos)


def build_property_args(values: Any) -> dict[Any, Any]:
    """Batches by their descriptors, as pyarrow arrays."""
    batches = values.as_component_batches() if hasattr(values, "as_component_batches") else values
    if not hasattr(batches, "__iter__"):
        raise TypeError(f"Expected AsComponents or an iterable of DescribedComponentBatch, got {type(values).__name__}")
    return {batch.component_descriptor(): batch.as_arrow_array() for batch in batches}
