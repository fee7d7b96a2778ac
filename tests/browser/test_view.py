"""The page of `reel view` in a real browser, with the official viewer and no network: what it shows, and what it says when it can't."""
import json
import shutil

import pytest
from conftest import PICTURES, VIEWER_DIR, VIEWER_VERSION, View, browser, look, run, share_of, write_image

MAGENTA, GREEN = (255, 0, 255), (0, 200, 0)
DARK_BLUE = (0, 0, 110)  # much of examples/data/two_sources.jpg, and nothing of the viewer's own


def assert_quiet(seen):
    assert seen["errors"] == []
    assert seen["outside"] == []


def times_of(path, timeline):
    """First and last time on a timeline, by the official reader."""
    import pyarrow
    from rerun.chunk import RrdReader

    times = []
    for chunk in RrdReader(str(path)).store().stream().to_chunks():
        batch = chunk.to_record_batch()
        if timeline in batch.schema.names:
            times += batch.column(timeline).cast(pyarrow.int64(), safe=False).to_pylist()
    return min(times), max(times)


def test_a_real_recording_is_shown_with_all_its_rows(real_recording):
    with View(real_recording) as view:
        seen = look(view.url, "real.png", "--settle", "3", "--timeline", "log_time", "--size", "1280x800", "--hide", "selection")
    assert (seen["state"], seen["why"], seen["text"]) == ("open", "", "")
    assert_quiet(seen)
    assert [text for text in seen["warnings"] if "version" in text.lower()] == []
    first, last = times_of(real_recording, "log_time")
    assert seen["range"] == pytest.approx([first, last], abs=2000, rel=0)  # nanoseconds, rounded to a JavaScript number
    assert share_of("real.png", (255, 255, 255)) < 0.95
    assert share_of("real.png", DARK_BLUE) > 0.001, "two_sources.jpg is not drawn"


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_compressed_image_file_is_drawn(tmp_path, format):
    """Each alone: the viewer hangs on compressed images that are static (docs/viewer-notes.md), and a static one could hide in a large recording."""
    from PIL import Image

    Image.new("RGB", (80, 60), MAGENTA).save(tmp_path / f"plain.{format.lower()}", format, quality=95)
    done = run("record", "-o", tmp_path / "plain.rrd", tmp_path / f"plain.{format.lower()}")
    assert done.returncode == 0, done.stderr
    with View(tmp_path / "plain.rrd") as view:
        seen = look(view.url, f"plain_{format.lower()}.png", "--timeline", "log_time", "--settle", "3")
    assert seen["state"] == "open"
    assert_quiet(seen)
    assert share_of(f"plain_{format.lower()}.png", MAGENTA) > 0.2


def test_an_official_recording_is_shown_with_all_its_rows(official_recording):
    with View(official_recording) as view:
        seen = look(view.url, "official.png", "--timeline", "frame")
    assert seen["state"] == "open"
    assert seen["range"] == [0, 999]
    assert_quiet(seen)


def test_what_is_drawn_is_what_was_recorded(tmp_path):
    write_image(tmp_path / "image.rrd", MAGENTA, "magenta")
    with View(tmp_path / "image.rrd") as view:
        seen = look(view.url, "magenta.png")
    assert seen["state"] == "open"
    assert share_of("magenta.png", MAGENTA) > 0.2
    assert share_of("magenta.png", GREEN) == 0


def test_several_recordings_open_at_once(tmp_path, official_recording):
    odd = tmp_path / "two words %20é#?.rrd"
    write_image(odd, MAGENTA, "magenta")
    with View(official_recording, odd) as view:
        seen = look(view.url, "several.png")
    assert seen["state"] == "open"
    assert_quiet(seen)
    whole = [path for status, path in seen["requests"] if status == 200 and path.startswith("/recording/")]
    assert sorted(whole) == ["/recording/0/official.rrd", "/recording/1/two%20words%20%2520%C3%A9%23%3F.rrd"]


def test_shards_of_one_recording_open_together(tmp_path):
    for i, color in enumerate([MAGENTA, MAGENTA]):
        write_image(tmp_path / f"shard{i}.rrd", color, "the same")
    with View(tmp_path / "shard0.rrd", tmp_path / "shard1.rrd") as view:
        seen = look(view.url, "shards.png")
    assert seen["state"] == "open"
    assert_quiet(seen)


def test_a_truncated_recording_is_shown_as_far_as_it_goes(tmp_path, official_recording):
    cut = tmp_path / "cut.rrd"
    data = official_recording.read_bytes()
    cut.write_bytes(data[: len(data) // 3])
    with View(cut) as view:
        seen = look(view.url, "cut.png", "--timeline", "frame")
    assert seen["state"] == "open"
    assert_quiet(seen)
    assert seen["range"][0] == 0 and 100 < seen["range"][1] < 999


def test_a_blueprint_before_the_recording_is_stepped_over(tmp_path):
    import rerun
    import rerun.blueprint as rrb

    path = tmp_path / "layout_first.rrd"
    recording = rerun.RecordingStream("reel_view_test", recording_id="after a blueprint")
    recording.save(str(path), default_blueprint=rrb.Blueprint(rrb.TextDocumentView(origin="text"), collapse_panels=True))
    recording.log("text", rerun.TextDocument("below a blueprint"), static=True)
    recording.disconnect()
    with View(path) as view:
        seen = look(view.url, "blueprint.png")
    assert seen["state"] == "open"
    assert_quiet(seen)


def test_files_that_cannot_be_shown_are_named_and_the_others_are_shown(tmp_path, official_recording):
    (tmp_path / "notes.rrd").write_text("These are notes, no recording.")
    (tmp_path / "empty.rrd").write_bytes(b"")
    (tmp_path / "old.rrd").write_bytes(b"RRF1" + official_recording.read_bytes()[4:])
    (tmp_path / "begun.rrd").write_bytes(official_recording.read_bytes()[:12])
    (tmp_path / "folder.rrd").mkdir()
    write_image(tmp_path / "good.rrd", MAGENTA, "magenta")
    with View(*(tmp_path / f"{name}.rrd" for name in ("notes", "empty", "old", "begun", "folder", "missing", "good"))) as view:
        seen = look(view.url, "failed.png")
    assert seen["state"] == "failed"
    assert sorted(seen["why"].splitlines()) == [
        "begun.rrd: holds no recording (yet)",
        "empty.rrd: the file is empty",
        "folder.rrd: is a folder, not a file",
        "missing.rrd: No such file or directory",
        "notes.rrd: is not a recording: it does not begin with RRF2",
        "old.rrd: is a recording of an old version that this viewer can't read",
    ]
    assert seen["text"] == seen["why"], "a person reads what a program reads"
    assert seen["outside"] == []
    assert share_of("failed.png", MAGENTA) > 0.2
    assert "missing.rrd" in view.said and "notes.rrd" not in view.said


@pytest.mark.parametrize("kind", ["not a recording", "missing"])
def test_a_single_bad_file_fails_with_its_reason(tmp_path, kind):
    path = tmp_path / "bad.rrd"
    if kind == "not a recording":
        path.write_bytes(b"PK\x03\x04" + bytes(1000))
    with View(path) as view:
        seen = look(view.url, "bad.png")
    assert seen["state"] == "failed"
    assert seen["text"].startswith("bad.rrd: ") and seen["seconds"] < 20


def test_a_missing_viewer_says_how_to_get_it(tmp_path, official_recording):
    with View(official_recording, env={"REEL_VIEWER_DIR": str(tmp_path)}) as view:
        seen = look(view.url, "no_viewer.png")
    assert seen["state"] == "failed"
    assert "reel viewer install" in seen["text"] and str(tmp_path) in seen["text"]
    assert_quiet(seen)
    assert "reel viewer install" in view.said


def test_a_changed_viewer_script_is_not_run(tmp_path, official_recording):
    shutil.copytree(VIEWER_DIR / VIEWER_VERSION, tmp_path / VIEWER_VERSION)
    script = tmp_path / VIEWER_VERSION / "re_viewer.js"
    script.write_bytes(script.read_bytes()[:-1] + b" ")
    with View(official_recording, env={"REEL_VIEWER_DIR": str(tmp_path)}) as view:
        seen = look(view.url, "changed_viewer.png")
    assert seen["state"] == "failed"
    assert any("integrity" in text for text in seen["errors"])


def test_a_reload_shows_the_new_capture(tmp_path):
    path, go_on = tmp_path / "capture.rrd", tmp_path / "go_on"
    write_image(path, MAGENTA, "first")
    with View(path) as view:
        process = browser(view.url, "reload.png", "--reload-after", go_on)
        try:
            assert process.stderr.readline() == "ready for the reload\n"
            write_image(tmp_path / "next.rrd", GREEN, "second")
            (tmp_path / "next.rrd").rename(path)
            go_on.touch()
            out, said = process.communicate(timeout=240)
        finally:
            process.kill()
    assert process.returncode == 0, said
    seen = json.loads(out)
    assert (seen["state"], seen["again"]["state"]) == ("open", "open")
    assert_quiet(seen)
    assert share_of("reload.png", GREEN) > 0.2 and share_of("reload.png", MAGENTA) == 0
    assert [200, "/recording/0/capture.rrd"] in seen["requests"]
