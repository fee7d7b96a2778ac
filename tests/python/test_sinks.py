"""Where recordings go: files, memory, streams of bytes, standard output; and back."""

import os
import subprocess
import sys
import textwrap
import time
import warnings

import pytest
import reel as rr

from reel.any_batch_value import ANY_VALUE_TYPE_REGISTRY

HAS_FOOTER = b"RRF2FOOT"


def entities(path):
    import rerun

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files without a footer
        return sorted({c.entity_path for c in rerun.chunk.RrdReader(path).stream() if not c.entity_path.startswith("/__properties")})


def has_footer(path):
    with open(path, "rb") as file:
        return file.read()[-12:-4] == HAS_FOOTER


@pytest.fixture(autouse=True)
def fresh():
    rr.set_strict_mode(False)
    yield
    rr.set_global_data_recording(None)
    rr.set_strict_mode(False)


@pytest.fixture
def rec():
    return rr.RecordingStream("sinks")


# --- files --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write_footer", [True, False])
def test_save(rec, tmp_path, write_footer):
    path = tmp_path / "run.rrd"
    rec.log("before", rr.Scalars(1.0))
    rec.save(path, write_footer=write_footer)
    rec.log("after", rr.Scalars(1.0))
    rec.disconnect()
    assert has_footer(path) is write_footer
    assert entities(path) == ["/after", "/before"]


def test_a_file_ends_with_the_object(tmp_path):
    path = tmp_path / "run.rrd"

    def record():
        rec = rr.RecordingStream("gone")
        rec.save(path)
        rec.log("x", rr.Scalars(1.0))

    record()
    assert has_footer(path)


def test_a_file_ends_with_the_block_in_which_it_began(rec, tmp_path):
    with rec:
        rec.save(tmp_path / "run.rrd")
        rr.log("x", rr.Scalars(1.0))
    assert has_footer(tmp_path / "run.rrd")
    with pytest.warns(rr.RerunWarning, match="another save"):
        rec.log("y", rr.Scalars(1.0))


def test_a_file_lasts_over_blocks(rec, tmp_path):
    rec.save(tmp_path / "run.rrd")
    for name in "abc":
        with rec:
            rr.log(name, rr.Scalars(1.0))
        assert entities(tmp_path / "run.rrd")[-1] == f"/{name}"  # flushed
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/a", "/b", "/c"]


def test_init_ends_the_recording_before(tmp_path):
    path = tmp_path / "run.rrd"
    for i in range(3):
        rr.init("again")
        rr.save(path)
        rr.log(f"x{i}", rr.Scalars(1.0))
    rr.disconnect()
    assert entities(path) == ["/x2"]


def test_save_to_the_same_file_again(rec, tmp_path):
    rec.save(tmp_path / "run.rrd")
    rec.save(tmp_path / "run.rrd")
    rec.log("x", rr.Scalars(1.0))
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_a_save_that_fails_changes_nothing(rec, tmp_path):
    rec.save(tmp_path / "run.rrd")
    with pytest.raises(OSError, match="nowhere"):
        rec.save(tmp_path / "nowhere" / "run.rrd")
    rec.log("x", rr.Scalars(1.0))
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_saving_without_a_recording_is_told(caplog, tmp_path):
    rr.save(tmp_path / "run.rrd")
    assert "init()" in caplog.text and not (tmp_path / "run.rrd").exists()


def test_set_sinks_gives_everything_to_each(rec, tmp_path):
    rec.log("before", rr.Scalars(1.0))
    paths = [tmp_path / name for name in ("a.rrd", "b.rrd", "c.rrd")]
    rec.set_sinks(*map(rr.FileSink, paths))
    rec.log("after", rr.Scalars(1.0))
    rec.disconnect()
    for path in paths:
        assert entities(path) == ["/after", "/before"] and has_footer(path)


def test_set_sinks_keeps_a_stream(rec, tmp_path):
    stream = rec.binary_stream()
    rec.set_sinks(stream, rr.FileSink(tmp_path / "run.rrd"))
    rec.log("x", rr.Scalars(1.0))
    (tmp_path / "stream.rrd").write_bytes(stream.read())
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == entities(tmp_path / "stream.rrd") == ["/x"]


def test_set_sinks_refuses(rec, tmp_path):
    sink = rr.FileSink(tmp_path / "run.rrd")
    with pytest.raises(ValueError, match="Duplicate"):
        rec.set_sinks(sink, rr.FileSink(tmp_path / "run.rrd"))
    with pytest.raises(TypeError):
        rec.set_sinks("run.rrd")
    for live in (rr.GrpcSink(), rr.GrpcServerSink()):
        with pytest.raises(NotImplementedError, match="live protocol"):
            rec.set_sinks(live)


def test_sinks_are_values():
    assert rr.FileSink("x") == rr.FileSink("x") != rr.FileSink("x", write_footer=False)
    assert len({rr.GrpcSink(), rr.GrpcSink(), rr.GrpcServerSink(), rr.GrpcServerSink(port=9877)}) == 3
    assert rr.GrpcServerSink(bind_ip="0.0.0.0", port=9877).uri == "rerun+http://127.0.0.1:9877/proxy"
    with pytest.raises(AttributeError):
        rr.GrpcServerSink().port = 1


def test_memory_moves_to_a_file(rec, tmp_path):
    memory = rec.memory_recording()
    rec.log("x", rr.Scalars(1.0))
    rec.save(tmp_path / "run.rrd")
    assert memory.num_msgs() == 0
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_memory_lasts_over_a_disconnect(rec, tmp_path):
    memory = rec.memory_recording()
    rec.log("x", rr.Scalars(1.0))
    rec.disconnect()
    (tmp_path / "run.rrd").write_bytes(memory.drain_as_bytes())
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_memory_outlives_the_global_recording(tmp_path):
    rr.init("a")
    memory = rr.memory_recording()
    rr.log("x", rr.Scalars(1.0))
    rr.init("b")
    (tmp_path / "run.rrd").write_bytes(memory.drain_as_bytes())
    assert entities(tmp_path / "run.rrd") == ["/x"]


# --- streams ------------------------------------------------------------------------------------------------------------------------


def test_binary_stream(rec, tmp_path):
    rec.log("before", rr.Scalars(1.0))
    stream = rec.binary_stream()
    with open(tmp_path / "run.rrd", "wb") as file:
        for name in "abc":
            rec.log(name, rr.Scalars(1.0))
            file.write(stream.read())
        assert stream.read() is None
    assert entities(tmp_path / "run.rrd") == ["/a", "/b", "/before", "/c"]


def test_stdout_is_a_recording(tmp_path):
    program = """
        import reel as rr
        rr.init("out")
        rr.log("before", rr.Scalars(1.0))
        rr.stdout()
        rr.log("x", rr.Scalars(1.0))
    """
    with open(tmp_path / "run.rrd", "wb") as out:
        subprocess.run([sys.executable, "-c", textwrap.dedent(program)], stdout=out, check=True, timeout=60)
    assert entities(tmp_path / "run.rrd") == ["/before", "/x"]


# --- batching -----------------------------------------------------------------------------------------------------------------------


def test_batcher_config_reads_and_writes():
    config = rr.ChunkBatcherConfig(flush_tick=0.12, flush_num_bytes=123, flush_num_rows=456, chunk_max_rows_if_unsorted=789)
    assert (config.flush_tick.total_seconds(), config.flush_num_bytes, config.flush_num_rows, config.chunk_max_rows_if_unsorted) == (0.12, 123, 456, 789)
    config.flush_tick, config.flush_num_rows = 2, 5
    assert config.flush_tick.total_seconds() == 2 and config.flush_num_rows == 5
    for name in ("flush_num_bytes", "flush_num_rows", "chunk_max_rows_if_unsorted"):
        with pytest.raises(OverflowError):
            setattr(config, name, -1)
    with pytest.raises(ValueError):
        config.flush_tick = -1


@pytest.mark.parametrize("how", ["always", "never", "three"])
def test_batcher_config_is_followed(tmp_path, how):
    path = tmp_path / "run.rrd"
    config = rr.ChunkBatcherConfig.ALWAYS_TEST_ONLY() if how == "always" else rr.ChunkBatcherConfig.NEVER()
    if how == "three":
        config.flush_num_rows = 3
    rec = rr.RecordingStream("batches", batcher_config=config)
    rec.save(path)
    sizes = []
    for _ in range(3):
        rec.log("x", rr.Scalars(1.0))
        for _ in range(50):  # others use this machine, too
            time.sleep(0.01)
            if how == "always" and sizes and os.path.getsize(path) > sizes[-1]:
                break
        sizes.append(os.path.getsize(path))
    rec.flush()
    grown = [b > a for a, b in zip(sizes, [*sizes[1:], os.path.getsize(path)])]
    assert grown == {"always": [True, True, False], "never": [False, False, True], "three": [False, True, False]}[how]


def test_flush_has_a_limit(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # there, and never reads
    try:
        rec = rr.RecordingStream("slow")
        rec.save(fifo)
        rec.log("x", rr.TextLog(os.urandom(500_000).hex()))
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            rec.flush(timeout_sec=0.2)
        assert time.monotonic() - began < 5
    finally:
        os.close(reader)


# --- columns ------------------------------------------------------------------------------------------------------------------------


def written(rec, memory, tmp_path):
    import rerun

    path = tmp_path / "columns.rrd"
    path.write_bytes(memory.drain_as_bytes())
    return {c.entity_path: c.to_record_batch() for c in rerun.chunk.RrdReader(path).stream() if not c.entity_path.startswith("/__properties")}


def test_send_columns(rec, tmp_path):
    memory = rec.memory_recording()
    indexes = [rr.TimeColumn("step", sequence=[1, 2, 3]), rr.TimeColumn("time", duration=[0.1, 0.2, 0.3])]
    rr.send_columns("a", indexes, [*rr.Scalars.columns(scalars=[1.0, 2.0, 3.0]), *rr.AnyValues.columns(more=["x", "y", "z"])], recording=rec)
    rec.send_columns("b", indexes[:1], rr.Points3D.columns(positions=[[0, 0, i] for i in range(6)]).partition([1, 0, 5]))
    found = written(rec, memory, tmp_path)
    assert found["/a"].column("step").to_pylist() == [1, 2, 3]
    assert found["/a"].column("time").cast("int64").to_pylist() == [100_000_000, 200_000_000, 300_000_000]
    assert found["/a"].column("Scalars:scalars").to_pylist() == [[1], [2], [3]]
    assert found["/a"].column("more").to_pylist() == [["x"], ["y"], ["z"]]
    assert [len(row) for row in found["/b"].column("Points3D:positions").to_pylist()] == [1, 0, 5]
    assert "log_time" not in found["/a"].schema.names


def test_send_columns_static(rec, tmp_path):
    memory = rec.memory_recording()
    rec.send_columns("a", [], rr.Scalars.columns(scalars=[1.0]))
    found = written(rec, memory, tmp_path)["/a"]
    assert found.column("Scalars:scalars").to_pylist() == [[1]] and "log_time" not in found.schema.names


def test_send_columns_names_the_lengths(rec):
    with pytest.warns(rr.RerunWarning, match="Expected 2 but component 'Scalars:scalars' has 3"):
        rec.send_columns("a", [rr.TimeColumn("step", sequence=[1, 2])], rr.Scalars.columns(scalars=[1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="Expected 2 but timeline 'b' has 1"):
        rec.send_columns("a", [rr.TimeColumn("a", sequence=[1, 2]), rr.TimeColumn("b", sequence=[1])], [], strict=True)
    with pytest.raises(ValueError, match="3 values.*add up to 2"):
        rec.send_columns("a", [rr.TimeColumn("a", sequence=[1, 2])], rr.Scalars.columns(scalars=[1.0, 2.0, 3.0]).partition([1, 1]), strict=True)


# --- any values ---------------------------------------------------------------------------------------------------------------------


def test_any_values_go_with_archetypes(rec, tmp_path):
    memory = rec.memory_recording()
    rec.log("a", rr.Points3D([1, 2, 3]), rr.AnyValues(sinks_int=1, sinks_text="x", sinks_list=[1.5, 2.5], sinks_bytes=b"b", sinks_bool=True))
    rec.log("b", [rr.Points3D([1, 2, 3]), rr.DynamicArchetype("Mine", components={"field": [1, 2]})])
    found = written(rec, memory, tmp_path)
    values = {name: found["/a"].column(name).to_pylist()[0] for name in found["/a"].schema.names if name.startswith("sinks")}
    assert values == {"sinks_int": [1], "sinks_text": ["x"], "sinks_list": [1.5, 2.5], "sinks_bytes": [b"b"], "sinks_bool": [True]}
    assert found["/b"].column("Mine:field").to_pylist() == [[1, 2]]


def test_any_values_keep_their_type():
    rr.AnyValues(sinks_kept=1)
    with pytest.warns(rr.RerunWarning, match="Converting data for 'sinks_kept'.*Inconsistent with previous type"):
        rr.AnyValues(sinks_kept="one")
    with pytest.raises(ValueError):
        rr.set_strict_mode(True)
        rr.AnyValues(sinks_kept="one")
    assert str(ANY_VALUE_TYPE_REGISTRY.get(rr.ComponentDescriptor("sinks_kept")).pa_type) == "int64"


def test_any_values_without_pyarrow():
    program = """
        import sys
        for name in ("pyarrow", "numpy"):
            sys.modules[name] = None
        import reel as rr
        rr.set_strict_mode(True)
        rec = rr.RecordingStream("plain")
        memory = rec.memory_recording()
        rec.log("x", rr.AnyValues(a=1, b=[1.5, 2], c="x", d=[True, False], e=["y", "z"]))
        rec.send_columns("y", [rr.TimeColumn("t", sequence=[1, 2])], [*rr.AnyValues.columns(f=[1, 2]), *rr.Scalars.columns(scalars=[1.0, 2.0])])
        rec.send_columns("z", [rr.TimeColumn("t", sequence=[1, 2])], rr.Points3D.columns(positions=[[1, 2, 3], [4, 5, 6]]))
        sys.stdout.buffer.write(memory.drain_as_bytes())
    """
    contents = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, check=True, timeout=60).stdout
    for name in (b"/x", b"/y", b"/z"):
        assert name in contents


# --- files into recordings ----------------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("name", "contents", "component"),
    [
        ("i.png", PNG, "EncodedImage:blob"),
        ("t.txt", b"text", "TextDocument:text"),
        ("t.md", b"# text", "TextDocument:media_type"),
        ("l.log", b"one\ntwo\n", "TextLog:text"),
        ("m.obj", b"v 0 0 0\n", "Asset3D:blob"),
        ("m.glb", b"glTF" + bytes(20), "Asset3D:media_type"),
    ],
)
def test_log_file(rec, tmp_path, name, contents, component):
    memory = rec.memory_recording()
    (tmp_path / name).write_bytes(contents)
    rr.set_strict_mode(True)
    rec.log_file_from_path(tmp_path / name, entity_path_prefix="pre/fix")
    rec.log_file_from_contents(f"some/{name}", contents, static=True)
    found = written(rec, memory, tmp_path)
    assert component in found[f"/some/{name}"].schema.names
    assert component in found[f"/pre/fix{tmp_path}/{name}".replace("[", "\\[").replace("]", "\\]")].schema.names


def test_log_csv(rec, tmp_path):
    memory = rec.memory_recording()
    rec.log_file_from_contents("t.csv", b"a,b c\n1,x\n2,3\n")
    found = written(rec, memory, tmp_path)
    assert found["/t.csv/a"].column("Scalars:scalars").to_pylist() == [[1], [2]]
    assert found["/t.csv/b\\ c"].column("row").to_pylist() == [1]


def test_log_recording(rec, tmp_path):
    other = rr.RecordingStream("other")
    source = other.memory_recording()
    other.set_time("step", sequence=7)
    other.log("x/y", rr.Scalars(1.0))
    other.log("s", rr.Scalars(2.0), static=True)
    contents = source.drain_as_bytes()
    memory = rec.memory_recording()
    rec.log_file_from_contents("run.rrd", contents)
    rec.log_file_from_contents("run.rrd", contents, entity_path_prefix="pre")
    found = written(rec, memory, tmp_path)
    assert sorted(found) == ["/pre/s", "/pre/x/y", "/s", "/x/y"]
    assert found["/x/y"].column("step").to_pylist() == [7]


def test_log_blueprint(rec, tmp_path):
    import rerun
    import reel.blueprint as rrb

    rrb.Blueprint(rrb.TextLogView(name="logs")).save("sinks", tmp_path / "view.rbl")
    other = rr.RecordingStream("sinks")
    source = other.memory_recording()
    other.log("x", rr.Scalars(1.0))
    other.send_blueprint(rrb.Blueprint(rrb.TextLogView(name="logs")))
    for name, contents in (("view.rbl", (tmp_path / "view.rbl").read_bytes()), ("both.rrd", source.drain_as_bytes())):
        memory = rec.memory_recording()
        rec.log_file_from_contents(name, contents)
        path = tmp_path / "run.rrd"
        path.write_bytes(memory.drain_as_bytes())
        assert {(b.application_id, b.kind) for b in rerun.chunk.RrdReader(path).blueprints()} == {("sinks", "blueprint")}
    assert entities(path) == ["/x"]


def test_log_file_refuses(rec, tmp_path):
    with pytest.warns(rr.RerunWarning, match="log_file_from_contents: x.xyz: .*no kind"):
        rec.log_file_from_contents("x.xyz", b"?")
    with pytest.warns(rr.RerunWarning, match="nothing.png"):
        rec.log_file_from_path(tmp_path / "nothing.png")


# --- properties, paths, scripts -----------------------------------------------------------------------------------------------------


def test_properties(rec, tmp_path):
    import rerun

    memory = rec.memory_recording()
    rr.send_property("my prop", rr.AnyValues(sinks_property=1), recording=rec)
    rec.send_recording_name("the name")
    rec.send_recording_start_time_nanos(123)
    path = tmp_path / "run.rrd"
    path.write_bytes(memory.drain_as_bytes())
    found = {}
    for chunk in rerun.chunk.RrdReader(path).stream():
        batch = chunk.to_record_batch()
        found.setdefault(chunk.entity_path, {}).update({name: batch.column(name).to_pylist()[-1] for name in batch.schema.names if not name.startswith("rerun")})
    assert found["/__properties/my\\ prop"]["sinks_property"] == [1]
    assert found["/__properties"]["RecordingInfo:name"] == ["the name"]
    assert found["/__properties"]["RecordingInfo:start_time"] == [123]


def test_paths():
    import rerun

    for part in ("a", "a b", "a/b", "ü", "a.b-c_d", "(x)", "tab\there", "new\nline", "", "{}!"):
        assert rr.escape_entity_path_part(part) == rerun.escape_entity_path_part(part)
    assert rr.new_entity_path(["a b", 1]) == rerun.new_entity_path(["a b", 1]) == "/a\\ b/1"


def test_scripts(tmp_path):
    import argparse

    parser = argparse.ArgumentParser()
    rr.script_add_args(parser)
    args = parser.parse_args(["--save", str(tmp_path / "run.rrd")])
    rec = rr.script_setup(args, "script")
    assert rr.strict_mode() and rec is rr.get_global_data_recording()
    rr.log("x", rr.Scalars(1.0))
    rr.disconnect()
    rr.script_teardown(args)
    assert entities(tmp_path / "run.rrd") == ["/x"]
    rr.script_setup(parser.parse_args(["--headless"]), "script")
    with pytest.raises(NotImplementedError):
        rr.script_setup(parser.parse_args([]), "script")
