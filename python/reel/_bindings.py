"""What programs import from the official SDK's extension, `rerun_bindings`: the names that they lean on, made of what is here."""

from __future__ import annotations

import contextvars
from typing import Any

from . import _reel
from ._baseclasses import ComponentDescriptor  # noqa: F401
from .recording_stream import (  # noqa: F401
    ChunkBatcherConfig,
    RecordingStream,
    get_application_id,
    get_data_recording,
    get_global_data_recording,
    get_recording_id,
    get_thread_local_data_recording,
    is_enabled,
    set_global_data_recording,
    set_thread_local_data_recording,
)

PyRecordingStream = RecordingStream

def _optimization_profile_values(name: str) -> dict[str, Any]:
    """The numbers of a profile of optimization."""
    from .chunk import OptimizationProfile

    if name not in ("LIVE", "OBJECT_STORE"):
        raise ValueError(f"{name!r} is no optimization profile: one of LIVE, OBJECT_STORE expected")
    profile = getattr(OptimizationProfile, name)
    return {
        "chunk_max_bytes": profile.max_bytes,
        "chunk_max_rows": profile.max_rows,
        "chunk_max_rows_if_unsorted": profile.max_rows_if_unsorted,
        "num_extra_passes": profile.extra_passes,
        "gop_batching": profile.gop_batching,
        "split_size_ratio": profile.split_size_ratio,
    }


def version() -> str:
    """What writes recordings, in words."""
    return f"reel {_reel.version}"


def check_for_rrd_footer(path: Any) -> bool:
    """Whether a recording ends with a footer: its last 32 bytes, as the format has them, name the mark of a footer."""
    import os

    with open(path, "rb") as file:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 32))
        return b"FOOT" in file.read()


_tracing_session = contextvars.ContextVar("tracing_session", default=None)
_trace_context = contextvars.ContextVar("trace_context", default=None)


def _get_tracing_session_var() -> contextvars.ContextVar[Any]:
    return _tracing_session


def _get_trace_context_var() -> contextvars.ContextVar[Any]:
    return _trace_context


def _is_telemetry_active() -> bool:
    """Reel measures nobody."""
    return False


def _log_tracing_session_started(sid: str) -> None:
    """Nothing is told: there is no telemetry."""


def _log_tracing_session_finished(sid: str, *measured: Any) -> None:
    """Nothing is told: there is no telemetry."""


class _IndexValuesLikeInternal:
    """Times in any array: integers, or times and durations of any unit, as int64 nanoseconds of numpy."""

    def __init__(self, values: Any) -> None:
        self._values = values

    def to_index_values(self) -> Any:
        import numpy

        values = self._values
        if hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
            import pyarrow

            kind = values.type
            if pyarrow.types.is_timestamp(kind) or pyarrow.types.is_duration(kind):
                values = values.cast(pyarrow.timestamp("ns", kind.tz) if pyarrow.types.is_timestamp(kind) else pyarrow.duration("ns")).cast(pyarrow.int64())
            elif not pyarrow.types.is_int64(kind):
                raise TypeError(f"IndexValuesLike must be an array of int64, timestamps or durations, not of {kind}")
            return values.to_numpy(zero_copy_only=False)
        values = numpy.asarray(values)
        if values.dtype.kind in "mM":
            return values.astype("datetime64[ns]" if values.dtype.kind == "M" else "timedelta64[ns]").astype(numpy.int64)
        if values.dtype != numpy.int64:
            raise TypeError(f"IndexValuesLike must be an array of int64, datetime64 or timedelta64, not of {values.dtype}")
        return values
