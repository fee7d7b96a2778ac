"""Where recordings go: files, memory, streams of bytes, standard output; and back."""

import gc
import os
import subprocess
import sys
import textwrap
import time
import warnings

import pytest
import reel as rr
import reel.blueprint as rrb
import reel.chunk

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


def blueprints_first(path):
    """Whether the stores of blueprints stand before the recording's, by the official command line."""
    out = subprocess.run([os.environ["REEL_RERUN"], "rrd", "print", path], capture_output=True, text=True, check=True, timeout=60).stdout
    kinds = [line.strip().rstrip(",") for line in out.splitlines() if line.strip() in ("Recording,", "Blueprint,")]
    return kinds == sorted(kinds)


@pytest.mark.parametrize("how", ["save", "set_sinks", "from memory"])
def test_a_default_blueprint_comes_first(rec, tmp_path, how):
    """A viewer that has opened a recording without one makes its own."""
    path, layout = tmp_path / "run.rrd", rrb.Blueprint(rrb.TextLogView())
    if how == "from memory":
        rec.memory_recording()
    rec.log("before", rr.Scalars(1.0))
    if how == "set_sinks":
        rec.set_sinks(rr.FileSink(path), default_blueprint=layout)
    else:
        rec.save(path, default_blueprint=layout)
    rec.log("after", rr.Scalars(1.0))
    rec.disconnect()
    assert len(reel.chunk.RrdReader(path).blueprints()) == 1 and blueprints_first(path)
    assert entities(path) == ["/after", "/before"]


def test_a_default_blueprint_is_of_its_sink(rec, tmp_path):
    rec.save(tmp_path / "first.rrd")
    rec.save(tmp_path / "second.rrd", default_blueprint=rrb.Blueprint(rrb.TextLogView()))
    rec.disconnect()
    assert [len(reel.chunk.RrdReader(tmp_path / f"{name}.rrd").blueprints()) for name in ("first", "second")] == [0, 1]


def test_what_is_no_blueprint_changes_nothing(rec, tmp_path):
    rec.save(tmp_path / "run.rrd")
    with pytest.raises(AttributeError):
        rec.save(tmp_path / "other.rrd", default_blueprint="wide")
    rec.log("x", rr.Scalars(1.0))
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"] and not (tmp_path / "other.rrd").exists()


def test_a_blueprint_in_memory(tmp_path):
    memory = rrb.api.create_in_memory_blueprint(application_id="app", blueprint=rrb.Blueprint(rrb.TextLogView()))
    assert memory.num_msgs() > 0
    (tmp_path / "layout.rbl").write_bytes(memory.drain_as_bytes())
    assert [b.application_id for b in reel.chunk.RrdReader(tmp_path / "layout.rbl").blueprints()] == ["app"]


@pytest.mark.parametrize("name", ["path", "text", "bytes", "odd"])
def test_names_of_files(rec, tmp_path, name):
    path = {"path": tmp_path / "run.rrd", "text": str(tmp_path / "run.rrd"), "bytes": os.fsencode(tmp_path / "run.rrd"), "odd": os.fsencode(tmp_path) + b"/\xff.rrd"}[name]
    for save in (rec.save, lambda path: rec.set_sinks(rr.FileSink(path))):
        save(path)
        rec.log("x", rr.Scalars(1.0))
        rec.disconnect()
        assert os.path.getsize(path) > 1000


def test_what_is_no_file(rec, tmp_path):
    for path, error, words in [(tmp_path, OSError, str(tmp_path)), ("", ValueError, "empty"), ("a\0b", ValueError, "null"), (3, TypeError, "int"), ("/dev/full", OSError, "/dev/full: No space|/dev/full at byte")]:
        with pytest.raises(error, match=words):
            rec.save(path)
    rec.log("x", rr.Scalars(1.0))
    rec.save(tmp_path / "run.rrd")
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_a_disk_that_gets_full(tmp_path):
    """The file is valid as far as it goes, and goes on when there is room again; the program hears of it and goes on."""
    program = f"""
        import os, resource, signal, warnings, reel as rr
        warnings.simplefilter("always")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        rec = rr.RecordingStream("full")
        rec.save({str(tmp_path / "run.rrd")!r})
        rec.log("first", rr.Scalars(1.0))
        rec.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        rec.log("large", rr.TextLog(os.urandom(100_000).hex()))
        try:
            rec.flush()
        except OSError as error:
            print("raised", error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        rec.log("last", rr.Scalars(1.0))
        rec.disconnect()
    """
    done = run_program(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert "run.rrd" in done.stdout and "too large" in done.stdout
    assert entities(tmp_path / "run.rrd") == ["/first", "/last"]


def test_a_file_by_two_names(rec, tmp_path):
    (tmp_path / "link.rrd").symlink_to(tmp_path / "run.rrd")
    with pytest.raises(ValueError, match="Duplicate.*link.rrd"):
        rec.set_sinks(rr.FileSink(tmp_path / "run.rrd"), rr.FileSink(tmp_path / "link.rrd"))
    rec.save(tmp_path / "run.rrd")
    rec.save(tmp_path / "link.rrd")
    rec.log("x", rr.Scalars(1.0))
    rec.disconnect()
    assert entities(tmp_path / "run.rrd") == ["/x"]


def test_what_was_written_is_not_written_again(rec, tmp_path):
    """disconnect and another save: only what came since, and what always holds."""
    rec.log("static", rr.TextDocument("always"), static=True)
    for name in ("first", "second"):
        rec.log(name, rr.Scalars(1.0))
        rec.save(tmp_path / f"{name}.rrd")
        rec.disconnect()
    assert entities(tmp_path / "first.rrd") == ["/first", "/static"]
    assert entities(tmp_path / "second.rrd") == ["/second", "/static"]


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("-inf")])
def test_a_time_that_flush_cannot_wait(rec, seconds):
    rec.memory_recording()
    with pytest.raises(ValueError, match="timeout_sec"):
        rec.flush(timeout_sec=seconds)
    for wrong in ("soon", None):
        with pytest.raises((TypeError, ValueError)):
            rec.flush(timeout_sec=wrong)
    for right in (0, 0.5, float("inf")):
        rec.flush(timeout_sec=right)
    with pytest.raises(ValueError, match="timeout_sec"):
        rec.binary_stream().read(flush_timeout_sec=seconds)


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


def test_what_a_stream_gives_is_a_recording(rec, tmp_path):
    """Each time: a viewer that gets one part after another reads each from its start."""
    rec.log("before", rr.Scalars(1.0))
    stream = rec.binary_stream()
    whole = b""
    for name in "abc":
        rec.log(name, rr.Scalars(1.0))
        part = stream.read()
        whole += part
        (tmp_path / f"{name}.rrd").write_bytes(part)
        assert has_footer(tmp_path / f"{name}.rrd")
    assert stream.read() is None
    rec.log("d", rr.Scalars(1.0))
    rec.disconnect()
    (tmp_path / "d.rrd").write_bytes(stream.read())
    assert stream.read() is None
    assert [entities(tmp_path / f"{name}.rrd") for name in "abcd"] == [["/a", "/before"], ["/b"], ["/c"], ["/d"]]
    (tmp_path / "run.rrd").write_bytes(whole)
    assert {c.entity_path for c in reel.chunk.RrdReader(tmp_path / "run.rrd").stream()} >= {"/before", "/a", "/b", "/c"}


def test_a_stream_comes_back(rec, tmp_path):
    """What another sink has replaced is a sink again when set_sinks names it; so is a stream of another recording."""
    first, second = rec.binary_stream(), rec.binary_stream()
    rec.log("x", rr.Scalars(1.0))
    assert b"/x" not in (first.read() or b"") and b"/x" in second.read()
    other = rr.RecordingStream("other").binary_stream()
    gc.collect()
    rec.set_sinks(first, second, other)
    rec.log("y", rr.Scalars(1.0))
    for name, stream in (("first", first), ("second", second), ("other", other)):
        parts = []
        while part := stream.read():
            (tmp_path / name).write_bytes(part)
            parts.append(entities(tmp_path / name))
        assert parts[-1] == ["/y"], name


def test_a_stream_outlives_its_recording(tmp_path):
    recordings = [rr.RecordingStream("gone") for _ in range(2)]
    stream = recordings[0].binary_stream()
    for i in range(2):
        recordings[i].set_sinks(stream)
        recordings[i].log(f"x{i}", rr.Scalars(1.0))
    stream._recording = None
    del recordings
    gc.collect()
    found = b""
    while part := stream.read():
        (tmp_path / "run.rrd").write_bytes(part)
        assert has_footer(tmp_path / "run.rrd")
        subprocess.run([os.environ["REEL_RERUN"], "rrd", "verify", tmp_path / "run.rrd"], check=True, timeout=60)
        found += part
    assert b"/x0" in found and b"/x1" in found


def run_program(program, **options):
    return subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=60, **options)


@pytest.mark.parametrize("write_footer", [True, False])
@pytest.mark.parametrize("where", ["file", "pipe"])
def test_stdout_is_a_recording(tmp_path, where, write_footer):
    program = f"""
        import reel as rr
        rr.init("out")
        rr.log("before", rr.Scalars(1.0))
        rr.stdout(write_footer={write_footer})
        rr.log("x", rr.Scalars(1.0))
    """
    path = tmp_path / "run.rrd"
    if where == "pipe":
        path.write_bytes(run_program(program, stdout=subprocess.PIPE).stdout)
    else:
        with open(path, "wb") as out:
            run_program(program, stdout=out)
    assert entities(path) == ["/before", "/x"] and has_footer(path) is write_footer


def test_stdout_waits_for_a_pipe_that_is_full(tmp_path):
    """A pipe that does not block: its other end reads late, and in small pieces."""
    program = """
        import os, reel as rr
        os.set_blocking(1, False)
        rec = rr.RecordingStream("out", recording_id="r")
        rec.stdout()
        for i in range(10):
            rec.log(f"x{i}", rr.TextLog(os.urandom(100_000).hex()))
        rec.disconnect()
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, bufsize=0)
    time.sleep(0.3)
    contents = b""
    while piece := process.stdout.read(10_000):
        contents += piece
    assert process.wait(60) == 0
    (tmp_path / "run.rrd").write_bytes(contents)
    assert len(entities(tmp_path / "run.rrd")) == 10 and has_footer(tmp_path / "run.rrd")


def test_nobody_reads_standard_output():
    program = """
        import os, sys, warnings, reel as rr
        warnings.simplefilter("always")
        read, write = os.pipe()
        os.dup2(write, 1)
        rec = rr.RecordingStream("out")
        rec.stdout()
        os.close(read)
        rec.log("x", rr.Scalars(1.0))
        try:
            rec.flush(timeout_sec=10)
        except OSError as error:
            print("raised", error, file=sys.stderr)
        rec.log("x", rr.Scalars(1.0))
    """
    done = run_program(program, stderr=subprocess.PIPE, text=True)
    assert "raised" in done.stderr and "standard output: Broken pipe" in done.stderr


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
