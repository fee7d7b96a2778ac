"""What the documents of releases 0.9 and 0.10 promise: a test for each of their functions."""

import base64
import logging
import multiprocessing
import re
import threading
import urllib.request
import warnings

import pytest
import reel as rr

RED = [255, 0, 0]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv("RERUN", raising=False)
    rr.set_strict_mode(False)
    rr.set_global_data_recording(None)
    rr.set_thread_local_data_recording(None)
    yield
    rr.set_strict_mode(False)
    rr.set_global_data_recording(None)
    rr.set_thread_local_data_recording(None)


def rows(contents):
    """{entity: {component: values of the newest row}} of recordings, without properties."""
    import rerun  # the official SDK reads what was written

    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".rrd") as file:
        file.write(contents)
        file.flush()
        found = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunks = list(rerun.chunk.RrdReader(file.name).stream())
        for chunk in chunks:
            batch = chunk.to_record_batch()
            if chunk.entity_path.startswith("/__properties"):
                continue
            for name in batch.schema.names:
                metadata = batch.schema.field(name).metadata or {}
                if metadata.get(b"rerun:kind") == b"data":
                    found.setdefault(chunk.entity_path, {})[metadata[b"rerun:component"].decode()] = batch.column(name).to_pylist()[-1]
        return found


def recorded(log):
    """What a function logs to the global recording."""
    rr.init("seed_api")
    memory = rr.memory_recording()
    log()
    return rows(memory.drain_as_bytes())


# --- RecordingStream ----------------------------------------------------------------------------------------------------------------


def test_recording_stream_is_current_in_its_block():
    outer, inner = rr.new_recording(application_id="a"), rr.new_recording(application_id="b")
    with outer:
        assert rr.get_data_recording() is outer
        with inner:
            assert rr.get_data_recording() is inner
        assert rr.get_data_recording() is outer
    assert rr.get_data_recording() is None


def test_recording_stream_is_shared_by_threads():
    rec = rr.RecordingStream("threads")
    memory = rec.memory_recording()

    def work(n):
        for i in range(100):
            rec.set_time("step", sequence=i)
            rec.log(f"thread_{n}", rr.Scalars(float(i)))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(rows(memory.drain_as_bytes())) == [f"/thread_{n}" for n in range(4)]


@pytest.mark.parametrize(
    "name",
    "log log_components flush save memory_recording disconnect spawn connect serve set_time set_time_seconds set_time_sequence set_time_nanos log_points log_mesh_file log_image "
    "log_rect log_text_entry is_enabled get_recording_id send_columns reset_time disable_timeline stdout binary_stream set_sinks send_blueprint log_file_from_path".split(),
)
def test_recording_stream_has_every_function_as_a_method(name):
    assert callable(getattr(rr.RecordingStream("methods"), name))


def test_recording_stream_reads_the_variables(monkeypatch):
    monkeypatch.setenv("RERUN_FLUSH_TICK_SECS", "42")
    monkeypatch.setenv("RERUN_FLUSH_NUM_BYTES", "1234")
    monkeypatch.setenv("RERUN_FLUSH_NUM_ROWS", "666")
    config = rr.ChunkBatcherConfig()
    assert (config.flush_tick.total_seconds(), config.flush_num_bytes, config.flush_num_rows) == (42, 1234, 666)
    monkeypatch.setenv("RERUN_FLUSH_NUM_ROWS", "0")  # each row a message of its own
    rec = rr.RecordingStream("rows")
    memory = rec.memory_recording()
    before = memory.num_msgs()
    for i in range(5):
        rec.log("x", rr.Scalars(float(i)))
    assert memory.num_msgs() == before + 5


# --- LoggingHandler -----------------------------------------------------------------------------------------------------------------


def log_a_line(level=logging.WARNING, prefix=None):
    handler = rr.LoggingHandler(prefix)
    handler.emit(logging.LogRecord("some.logger", level, "/there/module_name.py", 1, "%s %d", ("text", 7), None))


def test_logging_handler_records_text():
    assert recorded(log_a_line)["/module_name"] == {"TextLog:text": ["text 7"], "TextLog:level": ["WARN"]}


def test_logging_handler_has_a_prefix():
    assert list(recorded(lambda: log_a_line(prefix="logs/here"))) == ["/logs/here/module_name"]


@pytest.mark.parametrize(("level", "name"), [(50, "CRITICAL"), (40, "ERROR"), (30, "WARN"), (20, "INFO"), (10, "DEBUG"), (15, "Level 15")])
def test_logging_handler_emits_levels(level, name):
    assert recorded(lambda: log_a_line(level))["/module_name"]["TextLog:level"] == [name]


def test_logging_handler_works_with_logging():
    def log():
        logger = logging.getLogger("reel-test")
        logger.propagate = False
        logger.addHandler(handler := rr.LoggingHandler("x"))
        logger.error("bad: %s", "thing")
        logger.removeHandler(handler)

    assert recorded(log)["/x/test_seed_api"]["TextLog:text"] == ["bad: thing"]


# --- MemoryRecording ----------------------------------------------------------------------------------------------------------------


def test_memory_recording_needs_a_recording():
    with pytest.raises(RuntimeError, match="No recording was provided or set as current"):
        rr.memory_recording()


def test_memory_recording_takes_what_came_before():
    rr.init("m")
    rr.log("before", rr.Scalars(1.0))
    memory = rr.memory_recording()
    rr.log("after", rr.Scalars(2.0))
    assert set(rows(memory.drain_as_bytes())) == {"/before", "/after"}


def test_memory_recording_gives_what_it_has_to_the_next():
    rr.init("m")
    first = rr.memory_recording()
    rr.log("x", rr.Scalars(1.0))
    second = rr.memory_recording()
    assert first.num_msgs() == 0 and first.drain_as_bytes() == b""
    assert set(rows(second.drain_as_bytes())) == {"/x"}


def test_as_html_is_whole_and_drains_nothing():
    rr.init("html")
    memory = rr.memory_recording()
    rr.log("x", rr.Scalars(1.0))
    n = memory.num_msgs()
    html = memory.as_html(width=600, height=400, app_url="http://viewer", timeout_ms=123)
    assert memory.num_msgs() == n
    assert 'width="600" height="400"' in html and 'src="http://viewer?url=web_event://' in html and "123" in html and "start_web_viewer_server" in html
    assert set(rows(base64.b64decode(re.search('data-rrd="([^"]+)"', html)[1]))) == {"/x"}


def test_as_html_shows_another_recording_too():
    memories = []
    for name in "ab":
        rec = rr.RecordingStream(name)
        memories.append(rec.memory_recording())
        rec.log(name, rr.Scalars(1.0))
    html = memories[0].as_html(app_url="http://viewer", other=memories[1])
    contents = base64.b64decode(re.search('data-rrd="([^"]+)"', html)[1])
    second = contents.index(b"RRF2", contents.index(b"FOOT"))
    assert contents.count(b"/a") and contents.count(b"/b") and second > 0


def test_as_html_takes_keywords_only():
    rr.init("html")
    with pytest.raises(TypeError):
        rr.memory_recording().as_html(600)


def test_as_html_needs_no_network_with_a_viewer_here(tmp_path, monkeypatch):
    folder = tmp_path / rr._reel.viewer_version
    folder.mkdir()
    monkeypatch.setenv("REEL_VIEWER_DIR", str(tmp_path))
    monkeypatch.setattr("reel.web._server", None)
    files = {"index.js": b"// i", "re_viewer.js": b"export default function() {}", "re_viewer_bg.wasm.gz": b"gzip", "importmap.json": b"{}"}
    for name, contents in files.items():
        (folder / name).write_bytes(contents)
    lines = [f"reel viewer {rr._reel.viewer_version}"] + [f"{name} {len(contents)} sha256-{'A' * 43}=" for name, contents in files.items()] + ["re_viewer_bg.wasm 9"]
    (folder / "viewer.txt").write_text("\n".join(lines) + "\n")
    rr.init("offline")
    html = rr.memory_recording().as_html()
    assert "srcdoc=" in html and "http" not in html
    assert base64.b64encode(b"gzip").decode() in html and "make_viewer" in html


def test_num_msgs_counts_after_a_flush():
    rr.init("n")
    memory = rr.memory_recording()
    n = memory.num_msgs()
    rr.log("x", rr.Scalars(1.0))
    assert memory.num_msgs() == n + 1
    memory.drain_as_bytes()
    assert memory.num_msgs() == 0


def test_reset_data_forgets_what_was_logged():
    rr.init("r")
    memory = rr.memory_recording()
    rr.log("x", rr.Scalars(1.0))
    memory.num_msgs()
    memory.reset_data()
    rr.log("y", rr.Scalars(1.0))
    assert set(rows(memory.drain_as_bytes())) == {"/y"}


def test_reset_blueprint_leaves_the_data():
    rr.init("r")
    memory = rr.memory_recording()
    rr.log("x", rr.Scalars(1.0))
    n = memory.num_msgs()
    rr.send_blueprint(rr.blueprint.Blueprint(rr.blueprint.TextLogView()))
    assert memory.num_msgs() > n
    memory.reset_blueprint(add_to_app_default_blueprint=True)
    assert memory.num_msgs() > n
    memory.reset_blueprint()
    assert memory.num_msgs() == n
    assert set(rows(memory.drain_as_bytes())) == {"/x"}


def test_show_gives_the_text_without_ipython(monkeypatch, caplog):
    import sys

    monkeypatch.setitem(sys.modules, "IPython.core.display", None)
    monkeypatch.setitem(sys.modules, "IPython.core", None)
    monkeypatch.setitem(sys.modules, "IPython", None)
    rr.init("show")
    memory = rr.memory_recording()
    assert "<iframe" in memory.show(app_url="http://viewer")
    assert "IPython" in caplog.text
    monkeypatch.setenv("REEL_VIEWER_DIR", "/nonexistent")
    assert "<iframe" in memory._repr_html_()


# --- which recording ----------------------------------------------------------------------------------------------------------------


def test_get_data_recording_by_rank():
    assert rr.get_data_recording() is None
    rr.init("global")
    of_all, of_thread, given = rr.get_global_data_recording(), rr.new_recording(application_id="thread"), rr.new_recording(application_id="given")
    assert rr.get_data_recording() is of_all
    rr.set_thread_local_data_recording(of_thread)
    assert rr.get_data_recording() is of_thread
    assert rr.get_data_recording(given) is given
    assert rr.get_data_recording(recording=given) is given


def test_get_global_data_recording():
    assert rr.get_global_data_recording() is None
    rr.init("g")
    assert rr.get_global_data_recording() is rr.get_global_data_recording() is not None


def test_get_thread_local_data_recording():
    rec = rr.new_recording(application_id="t", make_thread_default=True)
    assert rr.get_thread_local_data_recording() is rec
    seen = []
    thread = threading.Thread(target=lambda: seen.append(rr.get_thread_local_data_recording()))
    thread.start()
    thread.join()
    assert seen == [None]


def test_set_global_data_recording_returns_the_one_before():
    a, b = rr.new_recording(application_id="a"), rr.new_recording(application_id="b")
    assert rr.set_global_data_recording(a) is None
    assert rr.set_global_data_recording(b) is a
    assert rr.get_global_data_recording() is b
    with pytest.raises(TypeError):
        rr.set_global_data_recording("b")


def test_set_thread_local_data_recording_returns_the_one_before():
    a = rr.new_recording(application_id="a")
    assert rr.set_thread_local_data_recording(a) is None
    assert rr.set_thread_local_data_recording(None) is a
    assert rr.get_thread_local_data_recording() is None


def test_get_recording_id():
    assert rr.get_recording_id() is None
    rr.init("one")
    first = rr.get_recording_id()
    assert re.fullmatch("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", first)
    rr.init("one")
    assert rr.get_recording_id() == first
    rr.init("other")
    assert rr.get_recording_id() != first
    rr.init("one", recording_id="hello")
    assert rr.get_recording_id() == "hello"
    rec = rr.new_recording(application_id="x", recording_id="there")
    assert rr.get_recording_id(rec) == rr.get_recording_id(recording=rec) == rec.get_recording_id() == "there"


def _ids(queue):
    rr.init("shared")
    queue.put(rr.get_recording_id())


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_get_recording_id_is_the_same_in_children(how):
    context = multiprocessing.get_context(how)
    rr.init("shared")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork with threads, of Python 3.12
        child = context.Process(target=_ids, args=(queue,))
        child.start()
    assert queue.get(timeout=60) == rr.get_recording_id()
    child.join()
    assert child.exitcode == 0


def test_is_enabled(monkeypatch):
    assert not rr.is_enabled()
    rr.init("e")
    assert rr.is_enabled()
    rr.init("e", default_enabled=False)
    assert not rr.is_enabled()
    monkeypatch.setenv("RERUN", "on")
    rr.init("e", default_enabled=False)
    assert rr.is_enabled()
    monkeypatch.setenv("RERUN", "off")
    rr.init("e")
    assert not rr.is_enabled()
    rr.log("x", object())  # ignored, whatever it is
    assert rr.is_enabled(rr.get_data_recording()) is False


# --- log_components -----------------------------------------------------------------------------------------------------------------


def batches(*names):
    made = {
        "two": rr.components.Position3DBatch([[1, 2, 3], [4, 5, 6]]),
        "three": rr.components.RadiusBatch([1, 2, 3]),
        "one": rr.components.ColorBatch([RED]),
        "none": rr.components.ColorBatch([]),
    }
    return [made[name] for name in names]


def test_log_components_splats():
    found = recorded(lambda: rr.log_components("p", batches("two", "one")))
    assert {name: len(values) for name, values in found["/p"].items()} == {"rerun.components.Position3D": 2, "rerun.components.Color": 1}


def test_log_components_clears():
    assert recorded(lambda: rr.log_components("p", batches("none"), num_instances=0))["/p"] == {"rerun.components.Color": []}


def test_log_components_with_num_instances():
    with pytest.warns(rr.RerunWarning, match="2 values for 5 instances"):
        assert recorded(lambda: rr.log_components("p", batches("two", "one"), num_instances=5)) == {}


def test_log_components_of_different_lengths():
    with pytest.warns(rr.RerunWarning, match="p: .* 2 values for 3 instances"):
        assert recorded(lambda: rr.log_components("p", batches("two", "three"))) == {}
    with pytest.raises(ValueError):
        rr.log_components("p", batches("two", "three"), strict=True)
    rr.set_strict_mode(True)
    with pytest.raises(ValueError):
        rr.log_components("p", batches("two", "three"))


@pytest.mark.parametrize("bad", [7, [7], []])
def test_log_components_of_no_components(bad):
    rr.init("bad")
    with pytest.raises((TypeError, ValueError, AttributeError)):
        rr.log_components("p", bad, strict=True)
    with pytest.warns(rr.RerunWarning):
        rr.log_components("p", bad, strict=False)


def test_log_components_timeless():
    import rerun

    rr.init("timeless")
    memory = rr.memory_recording()
    rr.set_time("step", sequence=1)
    rr.log_components("p", batches("two"), timeless=True)
    contents = memory.drain_as_bytes()
    assert list(rows(contents)) == ["/p"]
    assert b"step" not in contents.split(b"FOOT")[0]
    assert rerun.__version__


def test_log_components_to_a_given_recording():
    rec = rr.new_recording(application_id="given")
    memory = rec.memory_recording()
    rr.log_components("a", batches("two"), recording=rec)
    rec.log_components("b", batches("two"))
    rr.log("c", rr.Points3D([1, 2, 3]), recording=rec)
    assert set(rows(memory.drain_as_bytes())) == {"/a", "/b", "/c"}


# --- new_recording, start_web_viewer_server -----------------------------------------------------------------------------------------


def test_new_recording_is_not_current_unless_asked():
    rec = rr.new_recording(application_id="n")
    assert isinstance(rec, rr.RecordingStream) and rr.get_data_recording() is None
    assert rr.new_recording("n", make_default=True) is rr.get_global_data_recording()
    assert rr.new_recording("n", make_thread_default=True) is rr.get_thread_local_data_recording()
    assert not rr.new_recording("n", default_enabled=False).is_enabled()
    with pytest.raises(NotImplementedError, match="live protocol"):
        rr.new_recording("n", spawn=True)


def test_start_web_viewer_server_serves_the_viewer(monkeypatch, caplog):
    monkeypatch.setattr("reel.web._server", None)
    monkeypatch.setenv("REEL_VIEWER_DIR", "/nonexistent")
    url = rr.start_web_viewer_server(port=0)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert "reel viewer install" in caplog.text
    with urllib.request.urlopen(url + "/") as page:
        assert page.status == 200 and b"frame.js" in page.read()
    rr.init("served")
    assert f'src="{url}?url=web_event' in rr.memory_recording().as_html()


# --- what is only mentioned ---------------------------------------------------------------------------------------------------------


def test_init_takes_old_keywords():
    rr.init("old", exp_init_blueprint=True, exp_add_to_app_default_blueprint=False, init_logging=True)
    with pytest.raises(TypeError, match="colour"):
        rr.init("old", colour=1)


@pytest.mark.parametrize(("name", "args"), [("connect", ["127.0.0.1:9876"]), ("spawn", []), ("serve", []), ("serve_grpc", []), ("connect_grpc", [])])
def test_what_is_live_says_that_it_comes_later(name, args):
    rr.init("live")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(NotImplementedError, match="live protocol"):
            getattr(rr, name)(*args)
        with pytest.raises(NotImplementedError, match="live protocol"):
            getattr(rr.get_global_data_recording(), name)(*args)


def times_of(contents):
    import rerun
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".rrd") as file:
        file.write(contents)
        file.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunks = [c for c in rerun.chunk.RrdReader(file.name).stream() if not c.entity_path.startswith("/__properties")]
        batch = chunks[0].to_record_batch()
        return {name: batch.column(name).cast("int64").to_pylist()[0] for name in chunks[0].timeline_names if name != "log_time"}


def test_old_times():
    rr.init("times")
    memory = rr.memory_recording()
    for call in (
        lambda: rr.set_time_seconds("seconds", 1.5),
        lambda: rr.set_time_seconds("date", 1.5, timestamp=True),
        lambda: rr.set_time_sequence("sequence", 7),
        lambda: rr.set_time_nanos("nanos", 1_234_567_890_123_456_789),
        lambda: rr.set_time_sequence("gone", 1),
        lambda: rr.set_time_sequence("gone", None),
    ):
        with pytest.warns(DeprecationWarning, match="set_time"):
            call()
    rr.log("x", rr.Scalars(1.0))
    assert times_of(memory.drain_as_bytes()) == {"seconds": 1_500_000_000, "date": 1_500_000_000, "sequence": 7, "nanos": 1_234_567_890_123_456_789}


def test_strict_mode_is_exported():
    assert rr.strict_mode() is False
    rr.set_strict_mode(True)
    assert rr.strict_mode() is True
    with pytest.raises(ValueError):
        rr.Points3D([1, 2, 3, 4])


U8 = [[[0, 1, 2], [3, 4, 5]]]
OLD = {
    "log_points": (lambda: rr.log_points("e", [[1, 2], [3, 4]], colors=RED, draw_order=2, ext={"seed_more": 1}), "Points2D:positions", [[1, 2], [3, 4]]),
    "log_points 3D": (lambda: rr.log_points("e", [[1, 2, 3]], labels=["a"]), "Points3D:positions", [[1, 2, 3]]),
    "log_point": (lambda: rr.log_point("e", [1, 2, 3], radius=0.5), "Points3D:radii", [0.5]),
    "log_line_strip": (lambda: rr.log_line_strip("e", [[1, 2], [3, 4]], stroke_width=2), "LineStrips2D:radii", [1]),
    "log_path": (lambda: rr.log_path("e", [[1, 2], [3, 4]]), "LineStrips2D:strips", [[[1, 2], [3, 4]]]),
    "log_line_strips_2d": (lambda: rr.log_line_strips_2d("e", [[[1, 2], [3, 4]]]), "LineStrips2D:strips", [[[1, 2], [3, 4]]]),
    "log_line_strips_3d": (lambda: rr.log_line_strips_3d("e", [[[1, 2, 3], [3, 4, 5]]], stroke_widths=[4]), "LineStrips3D:radii", [2]),
    "log_line_segments": (lambda: rr.log_line_segments("e", [[0, 0], [1, 1], [2, 2], [3, 3]]), "LineStrips2D:strips", [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]),
    "log_arrow": (lambda: rr.log_arrow("e", [0, 0, 0], [1, 2, 3], width_scale=1), "Arrows3D:vectors", [[1, 2, 3]]),
    "log_rect": (lambda: rr.log_rect("e", [0, 0, 2, 4], label="a"), "Boxes2D:half_sizes", [[1, 2]]),
    "log_rects": (lambda: rr.log_rects("e", [[0, 0, 2, 4]], rect_format=rr.RectFormat.XYXY), "Boxes2D:half_sizes", [[1, 2]]),
    "log_obb": (lambda: rr.log_obb("e", half_size=[1, 2, 3], position=[1, 1, 1], rotation_q=[0, 0, 0, 1]), "Boxes3D:quaternions", [[0, 0, 0, 1]]),
    "log_obbs": (lambda: rr.log_obbs("e", half_sizes=[[1, 2, 3]], stroke_widths=[1]), "Boxes3D:half_sizes", [[1, 2, 3]]),
    "log_tensor": (lambda: rr.log_tensor("e", U8, names=["a", None, "c"]), "Tensor:data", None),
    "log_mesh": (lambda: rr.log_mesh("e", [0, 0, 0, 1, 0, 0, 0, 1, 0], indices=[0, 1, 2]), "Mesh3D:triangle_indices", [[0, 1, 2]]),
    "log_pinhole": (lambda: rr.log_pinhole("e", width=64, height=36, focal_length_px=50), "Pinhole:resolution", [[64, 36]]),
    "log_transform3d": (lambda: rr.log_transform3d("e", rr.Transform3D(translation=[1, 2, 3]), from_parent=True), "Transform3D:relation", [2]),
    "log_rigid3": (lambda: rr.log_rigid3("e", parent_from_child=([1, 2, 3], [0, 0, 0, 1])), "Transform3D:translation", [[1, 2, 3]]),
    "log_view_coordinates": (lambda: rr.log_view_coordinates("e", up="+Z"), "ViewCoordinates:xyz", [[3, 5, 1]]),
    "log_disconnected_space": (lambda: rr.log_disconnected_space("e"), "Pinhole:resolution", [[0, 0]]),
    "log_unknown_transform": (lambda: rr.log_unknown_transform("e"), "Pinhole:resolution", [[0, 0]]),
    "log_scalar": (lambda: rr.log_scalar("e", 1.5, label="a"), "Scalars:scalars", [1.5]),
    "log_scalar scattered": (lambda: rr.log_scalar("e", 1.5, scattered=True, label="a"), "SeriesPoints:names", ["a"]),
    "log_text_entry": (lambda: rr.log_text_entry("e", "hi", level="WARN"), "TextLog:level", ["WARN"]),
    "log_annotation_context": (lambda: rr.log_annotation_context("e", [(1, "one", RED)]), "AnnotationContext:context", None),
    "log_cleared": (lambda: rr.log_cleared("e", recursive=True), "Clear:is_recursive", [True]),
    "log_extension_components": (lambda: rr.log_extension_components("e", {"seed_more": [1, 2]}), "seed_more", [1, 2]),
    "log_image_file": (lambda: rr.log_image_file("e", img_bytes=b"\x89PNG\r\n\x1a\n" + bytes(9)), "EncodedImage:media_type", ["image/png"]),
    "log_mesh_file": (lambda: rr.log_mesh_file("e", rr.MeshFormat.GLB, mesh_bytes=b"glTF"), "Asset3D:media_type", ["model/gltf-binary"]),
    "log_mesh_file moved": (
        lambda: rr.log_mesh_file("e", "OBJ", mesh_bytes=b"v 0 0 0", transform=[[1, 0, 0, 4], [0, 1, 0, 5], [0, 0, 1, 6]]), "Transform3D:translation", [[4, 5, 6]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD)
def test_old_log(name):
    call, component, expected = OLD[name]
    with pytest.warns(DeprecationWarning, match="use `log"):
        found = recorded(call)["/e"]
    assert component in found
    assert expected is None or found[component] == expected


@pytest.mark.parametrize("name", ["log_image", "log_depth_image", "log_segmentation_image"])
def test_old_images(name):
    numpy = pytest.importorskip("numpy")
    with pytest.warns(DeprecationWarning, match="use `log"):
        found = recorded(lambda: getattr(rr, name)("e", numpy.zeros((2, 3), dtype=numpy.uint8)))["/e"]
    archetype = {"log_image": "Image", "log_depth_image": "DepthImage", "log_segmentation_image": "SegmentationImage"}[name]
    assert len(found[f"{archetype}:buffer"][0]) == 6


def test_old_meshes():
    with pytest.warns(DeprecationWarning):
        found = recorded(lambda: rr.log_meshes("e", [[0, 0, 0, 1, 0, 0, 0, 1, 0]] * 2))
    assert set(found) == {"/e/0", "/e/1"}


def test_old_logs_are_methods_and_take_a_recording():
    rec = rr.new_recording(application_id="given")
    memory = rec.memory_recording()
    with pytest.warns(DeprecationWarning):
        rec.log_points("a", [[1, 2, 3]])
        rr.log_points("b", [[1, 2, 3]], recording=rec, timeless=True)
    assert set(rows(memory.drain_as_bytes())) == {"/a", "/b"}
