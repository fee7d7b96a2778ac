"""Blueprints in the viewer: what make_blueprints.c sends with a recording is what a person sees. Views of one colour tell by pixels where they are."""
import os
import subprocess
from pathlib import Path

import pytest
from conftest import PICTURES, ROOT, View, look, share_of

PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/make_blueprints"
WHITE, RED, GREEN, BLUE, MAGENTA, YELLOW, LIME = (255, 255, 255), (255, 0, 0), (0, 200, 0), (0, 0, 255), (255, 0, 255), (255, 255, 0), (0, 255, 0)
NAVY, BROWN, FOREST, BARS, STATE = (0x20, 0x40, 0x60), (0x60, 0x40, 0x20), (0x20, 0x60, 0x20), (147, 118, 203), (242, 120, 118)
VIEWPORT = 0.407  # share of the picture that a lone view has beside open panels

# Of the picture: at least and at most so much of each colour.
EXPECTED = {
    "all_views": {RED: (0.001, 0.01), BARS: (0.015, 0.04), STATE: (0.002, 0.01)},
    "lone_view": {MAGENTA: (0.39, 0.42)},
    "deep": {GREEN: (0.39, 0.42)},
    "empty_container": {BLUE: (0.12, 0.15), WHITE: (0.7, 0.8)},
    "nothing": {RED: (0.0005, 0.01), BARS: (0.003, 0.04), STATE: (0.001, 0.01)},
    "no_views": {WHITE: (0.85, 0.95), RED: (0, 0.0001), BARS: (0, 0.0001)},
    "several_at_root": {RED: (0.39, 0.42), GREEN: (0, 0.0001), BLUE: (0, 0.0001)},
    "shares": {RED: (0.25 * VIEWPORT - 0.01, 0.25 * VIEWPORT + 0.01), GREEN: (0.18, 0.22), BLUE: (0.08, 0.11), MAGENTA: (0, 0.0001)},
    "plot": {NAVY: (0.35, 0.41)},
    "defaults": {YELLOW: (0.008, 0.03)},
    "overrides": {LIME: (0.003, 0.02), MAGENTA: (0.004, 0.1)},
    "spatial": {MAGENTA: (0.18, 0.21), GREEN: (0.18, 0.21), RED: (0.001, 0.01)},
    "texts": {WHITE: (0.6, 0.85)},
    "charts": {BROWN: (0.04, 0.08), FOREST: (0.015, 0.04), STATE: (0.002, 0.01)},
    "panels": {GREEN: (0.91, 0.96)},
    "collapsed": {BLUE: (0.65, 0.7)},
}


def show(tmp_path, case, *flags):
    path = tmp_path / "shown.rrd"
    subprocess.run([PROGRAM, case, "rrd", path, *flags], check=True, timeout=120)
    picture = f"layout_{case}{''.join(flags)}.png"
    with View(path) as view:
        seen = look(view.url, picture, "--timeline", "frame", "--settle", "1.5")
    assert seen["state"] == "open" and seen["range"] == [0, 59] and seen["outside"] == []
    return picture, seen


def errors_of(seen):
    """But for the tiles of maps, which the page does not let the viewer fetch."""
    return [text for text in seen["errors"] if "openstreetmap" not in text and "Fetch API" not in text]


def cells(picture, columns, rows):
    """How much of each cell of a grid is not white, row by row, without the rows of titles."""
    import numpy
    from PIL import Image

    pixels = numpy.asarray(Image.open(PICTURES / picture).convert("RGB"))[28:-30]  # the viewer's bars above and below
    found = []
    for row in numpy.array_split(pixels, rows):
        found += [float((cell < 240).any(axis=2).mean()) for cell in numpy.array_split(row[26:], columns, axis=1)]
    return found


@pytest.mark.parametrize("case", EXPECTED)
def test_a_blueprint_is_shown(tmp_path, case):
    picture, seen = show(tmp_path, case)
    told = [text for text in errors_of(seen) if 'Unknown view class "Audio"' in text]  # the viewer of this version has none
    assert errors_of(seen) == told and bool(told) == (case in ("all_views", "charts"))
    shares = {color: share_of(picture, color) for color in EXPECTED[case]}
    assert all(low <= shares[color] <= high for color, (low, high) in EXPECTED[case].items()), shares
    if case == "all_views":
        filled = cells(picture, 4, 3)
        assert all(share > (0.001 if name == "map" else 0.008) for name, share in zip("scene picture plot lines document tensor bars table map graph states sound".split(), filled)), filled


@pytest.mark.parametrize("flags, is_shown", [("df", True), ("f", False)])
def test_what_an_activation_says_is_done(tmp_path, flags, is_shown):
    """A default blueprint that stands before its recording is shown; one that is neither default nor active is not."""
    picture, seen = show(tmp_path, "lone_view", flags)
    assert errors_of(seen) == []
    assert (share_of(picture, MAGENTA) > 0.3) == is_shown


@pytest.mark.parametrize("order", [1, -1])
def test_a_blueprint_alone_is_applied_to_a_recording(tmp_path, order):
    paths = [tmp_path / "run.rrd", tmp_path / "layout.rbl"]
    for path in paths:
        subprocess.run([PROGRAM, "lone_view", path.suffix[1:], path, "-"], check=True, timeout=120)
    with View(*paths[::order]) as view:
        seen = look(view.url, "layout_alone.png", "--timeline", "frame", "--settle", "1.5")
    assert seen["state"] == "open" and seen["range"] == [0, 59] and errors_of(seen) == []
    assert share_of("layout_alone.png", MAGENTA) > 0.3
