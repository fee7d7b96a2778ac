"""What the browser tests share: `reel view` as a server, a browser that looks at its page, and recordings to show."""
import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve()
REEL = BUILD / "bin/reel"
VIEWER_DIR = Path(os.environ.get("REEL_VIEWER_DIR", ROOT / ".cache/viewer")).resolve()
VIEWER_VERSION = "0.33.0"
PICTURES = BUILD / "pictures"


def run(*arguments, env=None, **options):
    options.setdefault("timeout", 120)
    return subprocess.run([str(REEL), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, "REEL_VIEWER_DIR": str(VIEWER_DIR), **(env or {})}, **options)


class View:
    """`reel view` on some files, as a context; url is what it prints first."""

    def __init__(self, *arguments, env=None):
        command = [str(REEL), "view", "--no-browser", *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "REEL_VIEWER_DIR": str(VIEWER_DIR), **(env or {})})

    def __enter__(self):
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), self.process.communicate(timeout=10)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.said = self.process.communicate(timeout=20)[1]


def browser(url, picture, *options):
    PICTURES.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(["node", str(ROOT / "tests/browser/see_page.mjs"), url, str(PICTURES / picture), *map(str, options)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def look(url, picture, *options):
    """What a browser sees at url: see_page.mjs says what is in it."""
    process = browser(url, picture, *options)
    try:
        out, said = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 0, said
    return json.loads(out)


def share_of(picture, color):
    """How much of a picture has this color, within a little."""
    import numpy
    from PIL import Image

    pixels = numpy.asarray(Image.open(PICTURES / picture).convert("RGB")).astype(int)
    return float((abs(pixels - numpy.array(color)).max(axis=2) <= 8).mean())


def write_image(path, color, recording_id):
    """A recording of one image in one color, by the official recorder: a person would see nothing else."""
    import numpy
    import rerun

    recording = rerun.RecordingStream("reel_view_test", recording_id=recording_id)
    recording.save(str(path))
    recording.log("image", rerun.Image(numpy.full((60, 80, 3), color, numpy.uint8)), static=True)
    recording.disconnect()


@pytest.fixture(scope="session", autouse=True)
def viewer_is_installed():
    assert (VIEWER_DIR / VIEWER_VERSION / "viewer.txt").is_file(), f"the viewer is not in {VIEWER_DIR}: reel viewer install --dir {VIEWER_DIR}"


@pytest.fixture(scope="session")
def real_recording(tmp_path_factory):
    """This machine for two seconds, and the example files, as `reel record` records them."""
    path = tmp_path_factory.mktemp("real") / "machine.rrd"
    done = run("record", "-o", path, "--system", "2", "--every-ms", "50", *sorted((ROOT / "examples/data").glob("*")))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="session")
def official_recording(tmp_path_factory):
    """A thousand rows on the timeline "frame", each a chunk of its own, by the official recorder."""
    import rerun

    path = tmp_path_factory.mktemp("official") / "official.rrd"
    recording = rerun.RecordingStream("reel_view_test", recording_id="official", batcher_config=rerun.ChunkBatcherConfig(flush_num_rows=1))
    recording.save(str(path))
    for i in range(1000):
        recording.set_time("frame", sequence=i)
        recording.log("wave", rerun.Scalars(i % 50))
    recording.disconnect()
    assert path.stat().st_size > 100_000
    return path
