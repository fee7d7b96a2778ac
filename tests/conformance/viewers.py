"""Real viewers in headless Chromium: those that come with the versions of the rerun-sdk, and the npm one that `reel view` serves."""
import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from script import ROOT
from versions import CACHE

REEL = Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve() / "bin/reel"
NPM_VIEWER = "npm 0.33.0"
START_TIMEOUT_S = 30
# What a page says in this browser without a network, whatever the recording.
ALWAYS = re.compile("|".join((
    r"Failed to load resource: net::ERR_PROXY", r"TypeError: Failed to fetch", r"Software rasterizer detected", r"No available adapters", r"walkers::io",
    r"using deprecated parameters for the initialization function", r"found 0 values for \"\w+\" query", r"Unhandled egui viewport command",
    r"example_section: Failed to load examples", r"Canvas2D: Multiple readback", r"tile\.openstreetmap\.org", r"analytics", r"GL Driver Message", r"^\s*$")))


def free_ports(n):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def process(command, environment):
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **environment})
        try:
            yield running
        finally:
            running.terminate()
            running.communicate(timeout=20)


@contextlib.contextmanager
def official(version, path):
    """The viewer of a rerun-sdk. It keeps its settings in a folder that is new each time, so every session is its first and sends nothing."""
    web, grpc = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        command = [version.program, "--serve-web", "--bind", "127.0.0.1", "--web-viewer-port", web, "--port", grpc, "--hide-welcome-screen", path]
        with process(command, {"XDG_CONFIG_HOME": folder, "RUST_LOG": "error"}):
            page, start = f"http://127.0.0.1:{web}/", time.monotonic()
            while not answers(page):
                assert time.monotonic() - start < START_TIMEOUT_S, f"the viewer of {version} does not answer"
                time.sleep(0.1)
            yield f"{page}?url=rerun%2Bhttp://127.0.0.1:{grpc}/proxy"


@contextlib.contextmanager
def npm(path):
    environment = {"REEL_VIEWER_DIR": os.environ.get("REEL_VIEWER_DIR", str(CACHE / "viewer"))}
    with process([REEL, "view", "--no-browser", path], environment) as running:
        yield running.stdout.readline().strip()


def look(page, picture, color, timeout_s=90, settle_s=3):
    """What the page shows and says of the recording: (whether something of this color was drawn, [warnings and errors])."""
    command = ["node", ROOT / "tests/browser/see_page.mjs", page, picture, "--timeout", timeout_s, "--settle", settle_s, "--until-color", ",".join(map(str, color))]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=4 * timeout_s, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    return seen["state"] == "open", [said for said in seen["errors"] + seen["warnings"] if not ALWAYS.search(said)]
