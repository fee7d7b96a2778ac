"""Processes, threads, tasks, interpreters: what recordings do when programs divide and end."""

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import pytest
import reel as rr


@pytest.fixture(autouse=True)
def fresh():
    yield
    rr.set_global_data_recording(None)
    rr.set_thread_local_data_recording(None)


def run(program, *options, timeout=60, **keywords):
    return subprocess.run([sys.executable, *options, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=timeout, **keywords)


def entities(path):
    import rerun

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files without a footer, of streams
        return sorted({c.entity_path for c in rerun.chunk.RrdReader(path).stream() if not c.entity_path.startswith("/__properties")})


# --- importing and ending -----------------------------------------------------------------------------------------------------------


def test_dev_mode_is_clean(tmp_path):
    program = f"""
        import reel as rr
        rr.init("dev", strict=True)
        rr.save({str(tmp_path / "run.rrd")!r})
        rr.set_time("step", sequence=1)
        rr.log("x", rr.Points3D([[1, 2, 3]], colors=[255, 0, 0], labels=["a"]), rr.AnyValues(a=1))
        rr.send_columns("y", [rr.TimeColumn("step", sequence=[1, 2])], rr.Scalars.columns(scalars=[1.0, 2.0]))
        with rr.RecordingStream("other") as rec:
            memory = rr.memory_recording()
            rr.log("z", rr.TextLog("text"))
            assert memory.drain_as_bytes()
        rr.get_global_data_recording().flush(timeout_sec=10)
    """
    result = run(program, "-X", "dev", "-W", "error")
    assert (result.returncode, result.stderr) == (0, "")
    assert entities(tmp_path / "run.rrd") == ["/x", "/y"]


def test_import_brings_nothing_heavy():
    result = run("import sys; before = set(sys.modules); import reel; print(sorted(name for name in set(sys.modules) - before if not name.startswith('reel')))")
    assert not {"numpy", "pyarrow", "inspect", "logging", "multiprocessing"} & set(eval(result.stdout)), result.stdout


def test_the_end_writes_files(tmp_path):
    result = run(f"""
        import reel as rr
        rr.init("end")
        rr.save({str(tmp_path / "run.rrd")!r})
        for i in range(1000):
            rr.log("x", rr.Scalars(float(i)))
    """)
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "run.rrd").read_bytes()[-12:-4] == b"RRF2FOOT"


@pytest.mark.parametrize("n", [1, 5])
def test_the_end_does_not_wait_for_who_does_not_read(tmp_path, n):
    fifos = [tmp_path / f"fifo{i}" for i in range(n)]
    for fifo in fifos:
        os.mkfifo(fifo)
    readers = [os.open(fifo, os.O_RDONLY | os.O_NONBLOCK) for fifo in fifos]
    try:
        program = f"""
            import os, time
            import reel as rr
            keep = []
            for path in {[str(f) for f in fifos]!r}:
                keep.append(rr.RecordingStream("frozen"))
                keep[-1].save(path)
                keep[-1].log("x", rr.TextLog(os.urandom(500_000).hex()))
            print(time.time(), flush=True)
        """
        result = run(program)
        took = time.time() - float(result.stdout.split()[0])
    finally:
        for reader in readers:
            os.close(reader)
    assert result.returncode == 0
    assert took < 8.0  # 2 s are promised, which test_lifetime looks at; a wait for each of five would be longer than this even on a busy machine


def test_the_end_with_threads_that_log():
    result = run("""
        import threading
        import reel as rr
        rr.init("threads")
        memory = rr.memory_recording()
        def work():
            while True:
                rr.log("x", rr.Scalars(1.0))
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        import time
        time.sleep(0.2)
    """)
    assert (result.returncode, result.stderr) == (0, "")  # no warning of theirs either: who is stopped while it holds stderr takes the interpreter down


def test_sub_interpreters_are_refused():
    interpreters = pytest.importorskip("_xxsubinterpreters")
    import reel  # noqa: F401  the main one has it

    other = interpreters.create()
    try:
        with pytest.raises(interpreters.RunFailedError, match="sub-interpreters cannot import it"):
            interpreters.run_string(other, f"import sys; sys.path[:] = {sys.path!r}; import reel")
    finally:
        interpreters.destroy(other)


# --- many recordings ----------------------------------------------------------------------------------------------------------------


def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_a_thousand_recordings_leave_nothing(tmp_path):
    def one(i):
        rec = rr.RecordingStream("many", recording_id=f"run{i}")
        memory = rec.memory_recording()
        rec.log("x", rr.Points3D([[1, 2, 3]] * 100))
        assert memory.drain_as_bytes()
        if i % 10 == 0:
            rec.save(tmp_path / "run.rrd")
            rec.log("y", rr.Scalars(1.0))

    for i in range(200):
        one(i)
    gc.collect()
    threads, kilobytes, files = status("Threads"), status("VmRSS"), len(os.listdir("/proc/self/fd"))
    for i in range(1000):
        one(i)
    gc.collect()
    assert status("Threads") <= threads
    assert len(os.listdir("/proc/self/fd")) <= files
    assert status("VmRSS") - kilobytes < 4096


def test_a_recording_goes_without_the_collector():
    import weakref

    gc.disable()
    try:
        rec = rr.RecordingStream("gone")
        memory = rec.memory_recording()
        with rec:
            rr.log("x", rr.Scalars(1.0))
        seen = weakref.ref(rec)
        del rec, memory
        assert seen() is None
    finally:
        gc.enable()


# --- others run while something waits -----------------------------------------------------------------------------------------------


def test_other_threads_run_while_flush_waits(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    rec = rr.RecordingStream("slow")
    try:
        rec.save(fifo)
        rec.log("x", rr.TextLog(os.urandom(500_000).hex()))
        flushing = threading.Event()
        turns = []

        def wait():
            flushing.set()
            with pytest.raises(TimeoutError):
                rec.flush(timeout_sec=1.0)
            turns.append("done")

        thread = threading.Thread(target=wait)
        thread.start()
        flushing.wait()
        while "done" not in turns:
            turns.append(time.monotonic())
            time.sleep(0.01)
        thread.join()
    finally:
        os.close(reader)
    moments = turns[:-1]
    assert len(moments) > 20 and max(b - a for a, b in zip(moments, moments[1:])) < 0.5


def test_other_threads_run_while_logging_waits(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    rec = rr.RecordingStream("full")
    turns, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            turns.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.monotonic()
    try:
        rec.save(fifo)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = rr.TextLog(os.urandom(2_000_000).hex())
            for _ in range(200):
                rec.log("x", text)
                if time.monotonic() - began > 8:
                    break
    finally:
        stop.set()
        thread.join()
        os.close(reader)
    assert max(b - a for a, b in zip(turns, turns[1:])) < 1.5


def test_errors_of_other_threads_become_warnings(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    rec = rr.RecordingStream("broken")
    rec.save(fifo)
    os.close(reader)  # writing fails from here on
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(100):
            rec.log("x", rr.Scalars(1.0))
            time.sleep(0.02)
            if any(str(fifo) in str(w.message) for w in caught):
                break
    told = [w for w in caught if str(fifo) in str(w.message)]
    assert told and told[0].category is rr.RerunWarning


# --- fork ---------------------------------------------------------------------------------------------------------------------------


def in_child(work):
    """What a forked child prints; its exit must be clean."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            os.write(write, str(work()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_records_on_its_own(tmp_path):
    rr.init("fork")
    rr.save(tmp_path / "parent.rrd")
    rr.log("before", rr.Scalars(1.0))
    parent_id = rr.get_recording_id()

    def work():
        rr.init("fork")
        rr.save(tmp_path / "child.rrd")
        for i in range(100):
            rr.set_time("step", sequence=i)
            rr.log("child", rr.Scalars(float(i)))
        rr.disconnect()
        return rr.get_recording_id() == parent_id

    assert in_child(work) == "True"
    rr.log("after", rr.Scalars(1.0))
    rr.disconnect()
    assert entities(tmp_path / "child.rrd") == ["/child"]
    assert entities(tmp_path / "parent.rrd") == ["/after", "/before"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_recording_that_was_inherited_stays_with_the_parent(tmp_path):
    rec = rr.RecordingStream("fork")
    memory = rec.memory_recording()
    rec.log("before", rr.Scalars(1.0))

    def work():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            rec.log("child", rr.Scalars(1.0))
            rec.log("child", rr.Scalars(1.0))
        assert memory.drain_as_bytes() == b"" and memory.num_msgs() == 0
        rec.save(tmp_path / "child.rrd")
        rec.disconnect()
        return [str(w.message) for w in caught if "forked" in str(w.message)]

    assert in_child(work).count("is of the process that this one was forked off") == 1
    assert "/child" in entities(tmp_path / "child.rrd")
    (tmp_path / "parent.rrd").write_bytes(memory.drain_as_bytes())
    assert entities(tmp_path / "parent.rrd") == ["/before"]


def _child(path):
    rr.init("pool")
    rr.save(path)
    rr.log("x", rr.Scalars(1.0))
    rr.disconnect()
    return rr.get_recording_id()


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_pools(tmp_path, how):
    import multiprocessing

    rr.init("pool")
    stop = threading.Event()

    def log():  # while processes are forked off
        while not stop.is_set():
            rr.log("busy", rr.Scalars(1.0))

    thread = threading.Thread(target=log)
    thread.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            with multiprocessing.get_context(how).Pool(2) as pool:
                ids = pool.map_async(_child, [str(tmp_path / f"{i}.rrd") for i in range(4)]).get(timeout=90)
    finally:
        stop.set()
        thread.join()
    assert set(ids) == {rr.get_recording_id()}
    for i in range(4):
        assert entities(tmp_path / f"{i}.rrd") == ["/x"]


# --- tasks and generators -----------------------------------------------------------------------------------------------------------


def test_tasks_log():
    rec = rr.RecordingStream("tasks")
    memory = rec.memory_recording()

    async def work(n):
        for i in range(10):
            rec.log(f"task{n}", rr.Scalars(float(i)))
            await asyncio.sleep(0)

    async def main():
        with rec:
            await asyncio.gather(*(work(n) for n in range(5)))

    asyncio.run(main())
    assert memory.num_msgs() > 5


def test_blocks_of_tasks_that_mix_are_told():
    a, b = rr.RecordingStream("a"), rr.RecordingStream("b")
    entered = []

    async def one(rec, first):
        if not first:
            while not entered:
                await asyncio.sleep(0)
        with rec:
            entered.append(rec)
            for _ in range(3 if first else 10):
                await asyncio.sleep(0)

    async def main():
        return await asyncio.gather(one(a, True), one(b, False), return_exceptions=True)

    results = asyncio.run(main())
    assert any(isinstance(r, RuntimeError) and "mixed up" in str(r) for r in results)


def test_generators_that_mix_are_told():
    def generate():
        with rr.RecordingStream("inner"):
            yield rr.get_data_recording()

    with pytest.raises(RuntimeError, match="recording_stream_generator_ctx"):
        with rr.RecordingStream("outer"):
            generator = generate()
            next(generator)
    with pytest.raises(RuntimeError, match="recording_stream_generator_ctx"):
        generator.close()
    assert rr.get_data_recording() is None


def test_generators_that_are_decorated_do_not_mix():
    inner = rr.RecordingStream("inner")

    @rr.recording_stream_generator_ctx
    def generate():
        with inner:
            for i in range(3):
                assert rr.get_data_recording() is inner
                sent = yield i
                assert sent is None or sent == "sent"

    outer = rr.RecordingStream("outer")
    with outer:
        generator = generate()
        assert next(generator) == 0 and rr.get_data_recording() is outer
        assert generator.send("sent") == 1 and rr.get_data_recording() is outer
        assert list(generator) == [2]
        assert rr.get_data_recording() is outer
    with pytest.raises(ValueError):
        rr.recording_stream_generator_ctx(len)


def test_thread_local_stream(tmp_path):
    @rr.thread_local_stream("each")
    def generate(name):
        stream = rr.binary_stream()
        for i in range(3):
            rr.log(name, rr.Scalars(float(i)))
            yield stream.read()

    @rr.thread_local_stream("each")
    def call():
        return rr.get_data_recording()

    pieces = list(zip(generate("a"), generate("b")))
    assert all(a and b for a, b in pieces)
    for name, pieces_of_one in zip("ab", zip(*pieces)):
        for piece in pieces_of_one:
            (tmp_path / "run.rrd").write_bytes(piece)
            assert entities(tmp_path / "run.rrd") == [f"/{name}"]
    assert call() is not None and rr.get_data_recording() is None


# --- before there is a recording ----------------------------------------------------------------------------------------------------


def test_logging_before_init_warns_once():
    result = run("""
        import warnings
        warnings.simplefilter("always")
        import reel as rr
        for _ in range(3):
            rr.log("x", rr.Scalars(1.0))
            rr.set_time("t", sequence=1)
    """)
    assert result.returncode == 0
    assert result.stderr.count("RerunWarning") == 1 and "call init()" in result.stderr
