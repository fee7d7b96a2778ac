"""Recordings in notebooks."""

from __future__ import annotations

from ._absent import absent_function
from ._legacy_notebook import DEFAULT_HEIGHT, DEFAULT_WIDTH, as_html, as_ipython
from .recording_stream import RecordingStream, get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .blueprint.api import BlueprintLike

HAS_NOTEBOOK = False
_size = [DEFAULT_WIDTH, DEFAULT_HEIGHT]


def set_default_size(*, width: int, height: int) -> None:
    """The size of viewers that are shown from now on, in pixels."""
    _size[:] = [int(width), int(height)]


class Viewer:
    """A viewer in a notebook, with what a recording holds when it is shown.

    width, height: pixels. url: a recording on the web instead. blueprint: how it is shown. recording: the current one unless given."""

    def __init__(
        self,
        *,
        width: int | None = None,
        height: int | None = None,
        url: str | None = None,
        blueprint: BlueprintLike | None = None,
        recording: RecordingStream | None = None,
        use_global_recording: bool | None = None,
        theme: str | None = None,
    ) -> None:
        self._width = width or _size[0]
        self._height = height or _size[1]
        self._url = url
        self._blueprint = blueprint
        self._recording = get_data_recording(recording)
        if self._recording is None and url is None:
            raise ValueError("Viewer: there is no recording: call init() first, or give recording= or url=")

    def _html(self) -> str:
        if self._url is not None:
            from html import escape
            from urllib.parse import quote

            from .web import start_web_viewer_server

            address = f"{start_web_viewer_server()}/?url={quote(self._url, safe='')}"
            return f'<iframe width="{self._width}" height="{self._height}" frameborder="0" src="{escape(address)}"></iframe>'
        return as_html(width=self._width, height=self._height, blueprint=self._blueprint, recording=self._recording)

    def _repr_html_(self) -> str:
        return self._html()

    def display(self, block_until_ready: bool = False) -> None:
        """Shows it in the notebook's cell."""
        shown = as_ipython(self._html())
        try:
            from IPython.display import display
        except ImportError:
            return
        display(shown)


_LIVE = "add_recording close_url on_event open_url send_table set_active_recording set_application_blueprint set_credentials set_time_ctrl update_panels"
for _name in _LIVE.split():
    setattr(Viewer, _name, absent_function(f"{__name__}.Viewer", _name, "it drives a running viewer; this one shows what the recording holds when it is displayed"))


def notebook_show(
    *, width: int | None = None, height: int | None = None, blueprint: BlueprintLike | None = None, recording: RecordingStream | None = None
) -> None:
    """Shows the recording in the notebook's cell."""
    Viewer(width=width, height=height, blueprint=blueprint, recording=recording).display()
