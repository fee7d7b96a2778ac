"""Recordings kept in memory."""

from __future__ import annotations

from .recording_stream import RecordingStream, _process, get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def memory_recording(recording: RecordingStream | None = None) -> MemoryRecording:
    """Keeps the recording in memory from now on, instead of where it went before; what was kept before is in it."""
    recording = get_data_recording(recording)
    if recording is None:
        raise RuntimeError("No recording was provided or set as current.")
    from .sinks import _replace_sinks

    return MemoryRecording(recording, _replace_sinks(recording, ["memory"])[0].id)


class MemoryRecording:
    """What a recording has kept in memory since `memory_recording` was called. The next sink that the recording gets takes it all over, and leaves this empty."""

    def __init__(self, recording: RecordingStream, sink: int) -> None:
        self._recording = recording
        self._sink = sink
        self._forks = _process.forks

    @property
    def storage(self) -> MemoryRecording:
        """Itself."""
        return self

    def _is_there(self) -> bool:
        sinks = getattr(self._recording, "_sinks", None)  # None: a blueprint's own recording, which has this one sink
        return self._forks == _process.forks and (sinks is None or any(sink.id == self._sink for sink in sinks))

    def num_msgs(self) -> int:
        """How many messages are waiting, everything logged before included: store info, and one for each chunk of rows. Not rows: they are put together."""
        return self._recording._num_msgs(self._sink) if self._is_there() else 0

    def drain_as_bytes(self) -> bytes:
        """Everything, as a complete .rrd; empty afterwards. With nothing new, no bytes."""
        return self._recording._drain(self._sink) if self._is_there() else b""

    def _peek(self) -> bytes:
        return self._recording._drain(self._sink, True) if self._is_there() else b""

    def concat_as_bytes(self, concat: MemoryRecording | None = None) -> bytes:
        """Everything, followed by what another one has; nothing is taken away."""
        return self._peek() + (concat._peek() if concat is not None else b"")

    def reset_data(self) -> None:
        """Forgets what was logged; the recording goes on."""
        if self._is_there():
            self._recording._reset_sink(self._sink, False)

    def reset_blueprint(self, *, add_to_app_default_blueprint: bool = False) -> None:
        """Forgets the blueprints that were sent. add_to_app_default_blueprint: keep them, as additions to the application's default."""
        if self._is_there() and not add_to_app_default_blueprint:
            self._recording._reset_sink(self._sink, True)

    def as_html(
        self, *, width: int = 950, height: int = 712, app_url: str | None = None, timeout_ms: int = 2000, other: MemoryRecording | None = None
    ) -> str:
        """A piece of HTML that shows the recording in a frame. Nothing is taken away.

        width, height: pixels. app_url: where the viewer is; else `start_web_viewer_server`'s, else the viewer itself is put into the text (20 MB, needs no network),
        else, where no viewer is installed, https://app.rerun.io. timeout_ms: after how long a frame that shows nothing is told. other: shown with it."""
        from ._legacy_notebook import html_of

        return html_of(self.concat_as_bytes(other), width=width, height=height, app_url=app_url, timeout_ms=timeout_ms)

    def show(
        self, *, other: MemoryRecording | None = None, width: int = 950, height: int = 712, app_url: str | None = None, timeout_ms: int = 2000
    ) -> Any:
        """`as_html`, as IPython shows it; the text itself without IPython."""
        from ._legacy_notebook import as_ipython

        return as_ipython(self.as_html(width=width, height=height, app_url=app_url, timeout_ms=timeout_ms, other=other))

    def _repr_html_(self) -> str:
        return self.as_html()
