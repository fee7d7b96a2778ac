"""Recordings as HTML, from Python: a page that holds one of these pieces shows the recording in the real viewer, with no network."""
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import ROOT, VIEWER_DIR, look, share_of

PACKAGE = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "python"
MAGENTA, GREEN, ORANGE, CYAN = (255, 0, 255), (0, 200, 0), (255, 140, 0), (0, 220, 220)
PAGE_PIXELS = 1200 * 800

PROGRAM = """
import sys
import reel as rr
import reel.blueprint as rrb

rr.set_strict_mode(True)

def image(name, color, recording_id="shown", views=("image",)):
    rec = rr.RecordingStream("reel_html_test", recording_id=recording_id)
    memory = rec.memory_recording()
    rec.send_blueprint(rrb.Blueprint(rrb.Horizontal(*[rrb.Spatial2DView(origin=view) for view in views]), collapse_panels=True))
    rec.log(name, rr.Image(bytes=bytes(color) * (60 * 80), width=80, height=60, color_model="RGB", datatype="U8"), static=True)
    return memory

def page(html):
    # An orange page. What a frame says when it has not come is what the page says.
    watch = '''<script>setInterval(() => {
      const told = [...document.querySelectorAll('div[id$=_error]')].find((div) => div.style.display === "block");
      document.getElementById("message").textContent = told ? told.innerText : "";
      if (told) document.documentElement.dataset.reel = "failed";
    }, 50)</script>'''
    with open("page.html", "w", encoding="utf-8") as file:
        file.write(f"<!doctype html><html><meta charset=utf-8><title>Report</title><body style='background: rgb(255,140,0)'><p id=message></p>{html}{watch}</body></html>")
"""


class Program:
    """Runs a program that writes page.html, and goes on until it is looked at."""

    def __init__(self, folder, program):
        self.folder, self.program = folder, PROGRAM + textwrap.dedent(program) + "\nprint('written', flush=True)\nsys.stdin.read()\n"

    def __enter__(self):
        env = {**os.environ, "PYTHONPATH": str(PACKAGE), "REEL_VIEWER_DIR": str(VIEWER_DIR)}
        self.process = subprocess.Popen([sys.executable, "-c", self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.folder, env=env)
        said = self.process.stdout.readline()
        while said and said != "written\n":
            said = self.process.stdout.readline()
        assert said, self.process.wait(20)
        return (self.folder / "page.html").as_uri()

    def __exit__(self, *_):
        self.process.communicate("", timeout=30)
        assert self.process.returncode == 0


def assert_quiet(seen):
    """But for a frame of elsewhere not taking the keyboard, which Chromium tells of."""
    assert (seen["state"], seen["text"], seen["outside"]) == ("open", "", [])
    assert [text for text in seen["errors"] if "autofocusing" not in text] == []


@pytest.mark.parametrize("how", ["within", "_repr_html_", "show", "as_html", "served", "app_url"])
def test_a_piece_of_html_shows_the_recording(tmp_path, how):
    """The viewer is in the text, or comes from this machine's server. Nothing is taken away by it."""
    program = {
        "within": "html = memory.as_html(width=800, height=500)",
        "_repr_html_": "html = memory._repr_html_()",
        "show": "html = memory.show(width=800, height=500)",
        "as_html": "from reel._legacy_notebook import as_html\nhtml = as_html(width=800, height=500, recording=memory._recording)",
        "served": "url = rr.start_web_viewer_server()\nhtml = memory.as_html(width=800, height=500, timeout_ms=60000)\nassert url in html",
        "app_url": "from reel import _reel, web\nserver = _reel.ViewerServer(0, web._PAGE, web._SCRIPT.replace(b'VERSION', _reel.viewer_version.encode()))\n"
                   "html = memory.as_html(width=800, height=500, app_url=server.url, timeout_ms=60000)\nassert server.url in html",
    }[how]
    picture = f"html_{how}.png"
    with Program(tmp_path, f"memory = image('image', {MAGENTA})\nn = memory.num_msgs()\n{program}\nassert n > 2 and (memory.num_msgs() == n or {how == 'as_html'})  # that one makes a memory of its own\npage(html)\nif hasattr(html, 'data'): html = html.data") as url:
        seen = look(url, picture, "--until-color", ",".join(map(str, MAGENTA)))
    assert_quiet(seen)
    assert share_of(picture, MAGENTA) > 0.05 and share_of(picture, GREEN) == 0
    width, height = (950, 712) if how == "_repr_html_" else (800, 500)
    assert abs(1 - share_of(picture, ORANGE) - width * height / PAGE_PIXELS) < 0.01  # the frame, and the page around it


@pytest.mark.parametrize("how", ["within", "served"])
def test_another_recording_is_shown_with_it(tmp_path, how):
    """Of the same id: one recording, of which each has a part."""
    with Program(tmp_path, f"""
        first = image("a", {MAGENTA}, views=("a", "b"))
        second = image("b", {CYAN}, views=("a", "b"))
        if {how == "served"}:
            rr.start_web_viewer_server()
        page(first.as_html(width=1000, height=600, other=second, timeout_ms=60000))
    """) as url:
        seen = look(url, f"html_other_{how}.png", "--until-color", ",".join(map(str, CYAN)), "--settle", "3")
    assert_quiet(seen)
    assert share_of(f"html_other_{how}.png", CYAN) > 0.05 and share_of(f"html_other_{how}.png", MAGENTA) > 0.05


def test_a_viewer_that_does_not_come_is_told(tmp_path):
    with Program(tmp_path, f"page(image('image', {MAGENTA}).as_html(app_url='http://127.0.0.1:9', timeout_ms=700))") as url:
        seen = look(url, "html_late.png")
    assert seen["state"] == "failed" and "http://127.0.0.1:9 has not loaded within 700 ms" in seen["text"] and "start_web_viewer_server" in seen["text"]


def test_the_server_shows_the_viewer_alone(tmp_path):
    with Program(tmp_path, "open('page.html', 'w').write(rr.start_web_viewer_server(port=0))"):
        seen = look((tmp_path / "page.html").read_text(), "html_server.png", "--settle", "3")
    assert_quiet(seen)
    assert share_of("html_server.png", (255, 255, 255)) < 0.95
