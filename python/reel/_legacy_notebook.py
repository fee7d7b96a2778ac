"""Recordings as HTML: a viewer in a frame."""

from __future__ import annotations

import base64
import os

from . import _reel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .blueprint.api import BlueprintLike
    from .recording_stream import RecordingStream

DEFAULT_WIDTH = 950
DEFAULT_HEIGHT = 712
DEFAULT_TIMEOUT = 2000
_REMOTE = "https://app.rerun.io/version/{}/"

# A viewer elsewhere is shown in a frame. It posts a message when it is ready, and is posted the recording.
_FRAME = """<div id="{id}_rrd" style="display: none;" data-rrd="{data}"></div>
<div id="{id}_error" style="display: none;"><p>{url} has not loaded within {timeout} ms.</p><p>Consider using <code>rr.start_web_viewer_server()</code></p></div>
<iframe id="{id}_iframe" width="{width}" height="{height}" src="{url}?url=web_event://&persist=0&notebook=1" frameborder="0" style="display: none;" allowfullscreen=""></iframe>
<script>
(() => {{
  const part = (name) => document.getElementById("{id}_" + name);
  const late = setTimeout(() => {{ part("error").style.display = "block"; }}, {timeout});
  window.addEventListener("message", function ready(event) {{
    const frame = part("iframe");
    if (!frame || event.source !== frame.contentWindow) return;
    window.removeEventListener("message", ready);
    clearTimeout(late);
    part("error").style.display = "none";
    frame.style.display = "inline";
    frame.contentWindow.postMessage(Uint8Array.from(atob(part("rrd").dataset.rrd), (c) => c.charCodeAt(0)), "*");
  }});
}})();
</script>
"""

# A viewer within: the frame is a page that holds its program, compressed, and the recording. Nothing is fetched.
_WHOLE = """<!doctype html>
<html lang="en" data-reel="loading"><head><meta charset="utf-8"><title>Reel</title>
<style>html, body, canvas {{ margin: 0; width: 100%; height: 100%; overflow: hidden; background: #0d1011; color: #cad8de; font: 14px sans-serif }}</style></head>
<body><canvas id="c"></canvas>
<script type="application/octet-stream" id="wasm">{wasm}</script>
<script type="application/octet-stream" id="rrd">{data}</script>
<script type="module">
console.debug = () => {{}};
{js}
const tell = (state, why) => {{ document.documentElement.dataset.reel = state; document.documentElement.dataset.reelWhy = why; }};
const bytes = (id) => {{ const text = document.getElementById(id).textContent; return Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); }};
try {{
  const stream = new Blob([bytes("wasm")]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compileStreaming(new Response(stream, {{ headers: {{ "content-type": "application/wasm" }} }}));
  const viewer = make_viewer();
  await viewer({{ module_or_path: module }});
  const on_viewer_event = (text) => {{ if (String(text).includes("recording_open")) tell("open", ""); }};
  const handle = new viewer.WebHandle({{ hide_welcome_screen: true, persist: false, on_viewer_event }});
  await handle.start(document.getElementById("c"));
  handle.open_channel("page", "page");
  handle.send_rrd_to_channel("page", bytes("rrd"));
  handle.close_channel("page");
}} catch (error) {{
  tell("failed", String(error));
  document.body.textContent = String(error);
}}
</script></body></html>
"""


def _viewer_page(data: str) -> str | None:
    """A page that needs nothing else, with this recording; None when no viewer is installed."""
    try:
        folder = _reel.viewer_dir()
    except Exception:
        return None
    with open(os.path.join(folder, "re_viewer.js"), encoding="utf-8") as file:
        script = file.read()
    with open(os.path.join(folder, "re_viewer_bg.wasm.gz"), "rb") as file:
        wasm = base64.b64encode(file.read()).decode()
    script = script.replace("export default function", "const make_viewer = function", 1).replace("</script", "<\\/script")
    return _WHOLE.format(wasm=wasm, data=data, js=script)


def html_of(contents: bytes, *, width: int, height: int, app_url: str | None, timeout_ms: int) -> str:
    """HTML that shows these .rrd bytes. app_url: where the viewer is; else that of start_web_viewer_server, else it is put within, else app.rerun.io."""
    from html import escape

    from .web import _app_url

    data = base64.b64encode(contents).decode()
    app_url = app_url or _app_url()
    page = _viewer_page(data) if app_url is None else None
    if page is not None:
        return f'<iframe width="{int(width)}" height="{int(height)}" frameborder="0" allowfullscreen="" srcdoc="{escape(page)}"></iframe>\n'
    url = escape(app_url or _REMOTE.format(_reel.viewer_version))
    return _FRAME.format(id="_" + os.urandom(8).hex(), data=data, url=url, timeout=int(timeout_ms), width=int(width), height=int(height))


def as_ipython(html: str) -> Any:
    """What IPython shows; the text itself, with a warning, where there is none."""
    try:
        from IPython.core.display import HTML
    except ImportError:
        import logging

        logging.warning("Could not import IPython.core.display. Returning raw HTML string instead.")
        return html
    return HTML(html)


def as_html(
    *,
    width: int = DEFAULT_WIDTH,
    height: int = DEFAULT_HEIGHT,
    app_url: str | None = None,
    timeout_ms: int = DEFAULT_TIMEOUT,
    blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> str:
    """A piece of HTML that shows the recording, which is kept in memory from now on. See `MemoryRecording.as_html`."""
    from ._memory import memory_recording
    from .recording_stream import get_data_recording

    target = get_data_recording(recording)
    if target is None:
        raise ValueError("as_html: there is no recording: call init() first, or give recording=")
    if blueprint is not None:
        target.send_blueprint(blueprint, make_active=True)
    return memory_recording(target).as_html(width=width, height=height, app_url=app_url, timeout_ms=timeout_ms)


def legacy_notebook_show(
    *,
    width: int = DEFAULT_WIDTH,
    height: int = DEFAULT_HEIGHT,
    app_url: str | None = None,
    timeout_ms: int = DEFAULT_TIMEOUT,
    blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> Any:
    """Shows the recording in a notebook; returns the HTML as a text where IPython is not."""
    return as_ipython(as_html(width=width, height=height, app_url=app_url, timeout_ms=timeout_ms, blueprint=blueprint, recording=recording))
