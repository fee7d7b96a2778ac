"""The viewer in a browser, served by this process from 127.0.0.1."""

from __future__ import annotations

import logging

from . import _reel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_server: Any = None

_PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reel</title><link rel="icon" href="data:,">
<style>html, body, main, #viewer { margin: 0; width: 100%; height: 100%; overflow: hidden; background: #0d1011; color: #cad8de; font: 14px sans-serif } #message { padding: 1em; white-space: pre-wrap }</style>
<script type="module" src="/frame.js"></script></head>
<body><main><div id="viewer"></div></main></body></html>
"""

# ?url=ADDRESS opens a recording; ?url=web_event:// tells the page around that it is ready, and opens the bytes that this one posts back.
_SCRIPT = b"""console.debug = () => {};
const root = document.documentElement, box = document.getElementById("viewer");
const tell = (state, text) => { root.dataset.reel = state; root.dataset.reelWhy = text; };
tell("loading", "");
const fail = (error) => { tell("failed", String(error)); const p = document.createElement("p"); p.id = "message"; p.textContent = String(error); box.replaceChildren(p); };
const wanted = new URLSearchParams(location.search).get("url");
async function main() {
  const { WebViewer } = await import("/viewer/VERSION/index.js").catch(() => { throw new Error("The viewer is not installed: run `reel viewer install`."); });
  const viewer = window.reelViewer = new WebViewer();
  viewer.on("recording_open", () => tell("open", ""));
  const isPosted = wanted !== null && wanted.startsWith("web_event:");
  await viewer.start(wanted && !isPosted ? wanted : null, box, { width: "100%", height: "100%", hide_welcome_screen: true });
  if (!wanted) tell("open", "");
  if (!isPosted || window.parent === window) return;
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !(event.data instanceof Uint8Array || event.data instanceof ArrayBuffer)) return;
    const channel = viewer.open_channel("page");
    channel.send_rrd(new Uint8Array(event.data));
    channel.close();
  });
  window.parent.postMessage("READY", "*");
}
main().catch(fail);
"""


def _app_url() -> str | None:
    """The address of the viewer that start_web_viewer_server serves; None if it does not."""
    return None if _server is None else _server.url


def start_web_viewer_server(port: int = 0) -> str:
    """Serves the viewer, and nothing else, on 127.0.0.1 as long as the program runs: what `MemoryRecording.as_html` shows recordings in from then on. Returns its address.

    port: 0 takes a free one. The viewer itself is put on this machine once by `reel viewer install`."""
    global _server
    if _server is None or (port and not _server.url.endswith(f":{port}")):
        try:
            _reel.viewer_dir()
        except Exception as error:
            logging.warning("start_web_viewer_server: %s", error)
        script = _SCRIPT.replace(b"VERSION", _reel.viewer_version.encode())
        _server = _reel.ViewerServer(port, _PAGE, script)
    return str(_server.url)


def serve_web_viewer(*, web_port: int | None = None, open_browser: bool = True, connect_to: str | None = None) -> None:
    """Serves the viewer and opens it in a browser.

    web_port: 0 or None takes a free one. connect_to: the address of a recording (http://.../run.rrd) to open. Servers of the live protocol come later."""
    if connect_to is not None and connect_to.startswith("rerun"):
        from .sinks import not_live

        raise not_live(f"serve_web_viewer(connect_to={connect_to!r})")
    url = start_web_viewer_server(web_port or 0)
    if connect_to is not None:
        from urllib.parse import quote

        url = f"{url}/?url={quote(connect_to, safe='')}"
    if open_browser:
        import webbrowser

        webbrowser.open(url)
    else:
        print(f"the viewer is at {url}")
