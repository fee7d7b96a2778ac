"""Times: which ones rows carry."""

from __future__ import annotations

from ._reel import set_time
from ._support import to_nanos, to_nanos_since_epoch
from .recording_stream import get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .recording_stream import RecordingStream

__all__ = ["disable_timeline", "reset_time", "set_log_tick_enabled", "set_log_time_enabled", "set_time", "to_nanos", "to_nanos_since_epoch"]


def disable_timeline(timeline: str, recording: RecordingStream | None = None) -> None:
    """This thread's rows carry the timeline no more, until it is set again; `log_time`, too, until `reset_time`."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording.disable_timeline(timeline)


def reset_time(recording: RecordingStream | None = None) -> None:
    """This thread's rows carry none of the timelines that were set."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording.reset_time()


def set_log_tick_enabled(enabled: bool, recording: RecordingStream | None = None) -> None:
    """Whether rows carry `log_tick`, a count of them: those of all threads, from now on."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording._set_own_timeline("log_tick", enabled)


def set_log_time_enabled(enabled: bool, recording: RecordingStream | None = None) -> None:
    """Whether rows carry `log_time`, the time at which they were logged: those of all threads, from now on."""
    recording = get_data_recording(recording)
    if recording is not None:
        recording._set_own_timeline("log_time", enabled)
