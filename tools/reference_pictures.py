#!/usr/bin/env python3
"""Makes the pictures of docs/reference with the real viewer, from the snippets of docs/snippets.

    .cache/venv/bin/python tools/reference_pictures.py [NAME...]      all that facts.txt does not except, or these

Needs the build (build/bin/reel, build/test/snippets), node, Chromium, and what tools/test_cache.sh and tools/viewer.sh put into .cache. REEL_BUILD and
REEL_TEST_BUILD name other folders. Takes about two seconds per picture. Look at the pictures before they are committed.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "schema"))
sys.dont_write_bytecode = True
import emit_reference  # noqa: E402

SNIPPETS = ROOT / "docs/snippets"
PICTURES = ROOT / "docs/reference/pictures"
BUILD = Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve()
PROGRAMS = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")).resolve() / "snippets"
SIZE = "480x320"
AT_ONCE = 18  # recordings in one page
BYTES_MAX = 30_000


def wanted(names):
    excepted = emit_reference.read_facts(SNIPPETS / "facts.txt").pictures
    known = sorted(path.stem for path in SNIPPETS.glob("*/*.c") if path.stem not in excepted)
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"no snippet with a picture: {', '.join(sorted(unknown))}")
    return names or known


def photograph(names, folder):
    """Records each snippet and has the viewer show them one after another; FOLDER/NAME.png."""
    recordings = []
    for name in names:
        recordings.append(folder / f"{name}.rrd")
        subprocess.run([PROGRAMS / name, recordings[-1]], cwd=ROOT, check=True)
    command = [BUILD / "bin/reel", "view", "--no-browser", *recordings]
    view = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"REEL_VIEWER_DIR": str(ROOT / ".cache/viewer"), **os.environ})
    try:
        url = view.stdout.readline().strip()
        subprocess.run(["node", ROOT / "tools/reference_pictures.mjs", url, folder, SIZE, *names], check=True)
    finally:
        view.terminate()
        view.wait()


def shrink(source, target):
    """A palette of as many colours as fit into BYTES_MAX bytes."""
    picture = Image.open(source).convert("RGB")
    for colors in (256, 128, 64, 32):
        picture.quantize(colors, method=Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= BYTES_MAX:
            break
    return target.stat().st_size


def main(names):
    names = wanted(names)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reel-pictures-") as scratch:
        for first in range(0, len(names), AT_ONCE):
            photograph(names[first:first + AT_ONCE], Path(scratch))
        for name in names:
            print(f"{name}.png: {shrink(Path(scratch) / f'{name}.png', PICTURES / f'{name}.png')} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
