"""The life of recordings: how they go, what they leave, what interrupts them, and how a program ends with them."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import reel as rr

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


def run(program, *options, timeout=90, **keywords):
    return subprocess.run([sys.executable, *options, "-c", textwrap.dedent(program)], stderr=subprocess.PIPE, text=True, timeout=timeout, **{"stdout": subprocess.PIPE, **keywords})


@pytest.fixture
def frozen(tmp_path):
    """A pipe that is open at its other end, and never read."""
    os.mkfifo(tmp_path / "fifo")
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    yield str(tmp_path / "fifo")
    os.close(reader)


# --- many, each to its sink ---------------------------------------------------------------------------------------------------------

MANY = """
    import gc, os, sys
    import reel as rr

    def status(name):
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name))

    def counts():
        gc.collect()
        return status("Threads"), len(os.listdir("/proc/self/fd")), status("VmRSS")

    def one(i):
        rec = rr.RecordingStream("many", recording_id=f"run{i}")
        rec.set_time("step", sequence=i)
        kind, folder = sys.argv[1:]
        if kind == "file":
            rec.save(f"{folder}/run.rrd")
        elif kind == "memory":
            memory = rec.memory_recording()
        elif kind == "binary_stream":
            stream = rec.binary_stream()
        elif kind == "stdout":
            rec.stdout()
        elif kind == "two":
            rec.set_sinks(rr.FileSink(f"{folder}/a.rrd"), rr.FileSink(f"{folder}/b.rrd"))
        elif kind == "block":
            with rec:
                rr.save(f"{folder}/run.rrd")
                rr.log("y", rr.TextLog("text"))
        elif kind == "in_turn":
            rec.save(f"{folder}/run.rrd")
            rec.log("y", rr.TextLog("text"))
            memory = rec.memory_recording()
        rec.log("x", rr.Points3D([[1, 2, 3]] * 100, labels=["a"] * 100))
        if kind == "memory":
            assert memory.drain_as_bytes()
        elif kind == "binary_stream":
            assert stream.read()
        elif i % 2:
            rec.flush()

    for i in range(150):
        one(i)
    before = counts()
    for i in range(1000):
        one(i)
    after = counts()
    assert after[0] <= before[0], f"threads: {before[0]}, then {after[0]}"
    assert after[1] <= before[1], f"files: {before[1]}, then {after[1]}"
    assert after[2] - before[2] < 3072, f"kilobytes: {before[2]}, then {after[2]}"
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize("kind", ["none", "file", "memory", "binary_stream", "stdout", "two", "block", "in_turn"])
def test_a_thousand_recordings_of_each_kind_leave_nothing(tmp_path, kind):
    program = f"import sys; sys.argv[1:] = [{kind!r}, {str(tmp_path)!r}]\n" + textwrap.dedent(MANY)
    result = run(program, "-W", "ignore", stdout=subprocess.DEVNULL)
    assert (result.returncode, result.stderr) == (0, "")


# --- the end ------------------------------------------------------------------------------------------------------------------------


@needs_pipes
def test_waits_in_vain_are_taken_off_the_next(frozen):
    from reel import _reel

    for _ in range(5):  # a machine that others use may be away for long between the two calls
        rec = rr.RecordingStream("frozen")
        rec.save(frozen)
        rec.log("x", rr.TextLog(os.urandom(500_000).hex()))
        with pytest.raises(TimeoutError):
            rec._close(0.4)
        left = _reel.patience(1.6)
        if left < 1.6:
            break
    assert 0.3 <= left <= 1.2
    time.sleep(0.6)
    assert _reel.patience(1.6) == 1.6


@needs_pipes
def test_the_end_takes_one_time_for_threads_and_recordings(frozen):
    """Threads that the interpreter waits for have waited for the sink already: what is left for the end is less by that."""
    program = f"""
        import sys, threading, time
        import reel as rr
        recordings = [rr.RecordingStream("frozen") for _ in range(3)]
        for rec in recordings:
            rec.save({frozen!r}) if rec is recordings[0] else rec.memory_recording()
        stop = threading.Event()
        image = rr.Image(bytes(640 * 480 * 3), width=640, height=480, color_model="rgb", datatype="u8")
        def work(i):
            while not stop.is_set():
                recordings[0].log(f"image{{i}}", image)
        for i in range(6):
            threading.Thread(target=work, args=(i,)).start()
        close, given = rr.RecordingStream._close, []
        def told(self, seconds):
            given.append(seconds)
            waited = time.monotonic() - began
            try:
                close(self, seconds)
            finally:
                print(round(waited, 3), round(seconds, 3), flush=True)
        rr.RecordingStream._close = told
        time.sleep(0.1)
        stop.set()
        began = time.monotonic()
    """
    seen = []
    for _ in range(3):
        result = run(program)
        assert result.returncode == 0, result.stderr
        rows = [tuple(map(float, line.split())) for line in result.stdout.splitlines()]
        waited = rows[0][0]
        # Each gets its share of what is left: the last one's moment and share are the end of them all.
        seen.append(max(at + seconds for at, seconds in rows) - max(0.0, waited - 1.2))
        if seen[-1] <= 1.9:
            break
    assert min(seen) <= 1.9, seen


def test_atexit_and_finalizers_log(tmp_path):
    result = run(
        f"""
        import atexit
        import reel as rr

        def late(text):
            try:
                rr.log("late", rr.TextLog(text))
            except Exception as error:
                print(type(error).__name__, error)

        atexit.register(late, "before the import of what closes")
        rec = rr.RecordingStream("end", make_default=True)
        rec.save({str(tmp_path / "run.rrd")!r})
        atexit.register(late, "while it is open")

        class Last:
            def __del__(self):
                late("finalizer")

        last = Last()
        last.self = last
        import sys
        sys.last_of_all = Last()
        rr.log("x", rr.Scalars(1.0))
    """,
        "-X",
        "dev",
    )
    assert result.returncode == 0 and "Traceback" not in result.stderr and "Fatal" not in result.stderr, result.stderr
    import rerun

    assert "/late" in {c.entity_path for c in rerun.chunk.RrdReader(tmp_path / "run.rrd").stream()}


@needs_pipes
@pytest.mark.parametrize("options", [(), ("-X", "dev")], ids=["plain", "dev"])
def test_daemon_threads_that_log_at_the_end(frozen, options):
    program = f"""
        import os, threading, time
        import reel as rr
        rec = rr.RecordingStream("frozen")
        rec.save({frozen!r})
        texts = [rr.TextLog(os.urandom(15_000).hex()), rr.TextLog(os.urandom(1_500_000).hex())]
        def work(i):
            while True:
                rec.set_time("step", sequence=i)
                rec.log(f"text{{i}}", texts[i % 2])
        for i in range(6):
            threading.Thread(target=work, args=(i,), daemon=True).start()
        time.sleep(0.3)
    """
    result = run(program, "-W", "ignore", *options)
    assert result.returncode == 0, result.stderr
    assert "Fatal" not in result.stderr and "Traceback" not in result.stderr, result.stderr


# --- signals ------------------------------------------------------------------------------------------------------------------------

WAITS = {
    "flush": "rec.flush()",
    "flush_in_time": "rec.flush(timeout_sec=60)",
    "disconnect": "rec.disconnect()",
    "save": "rec.save(path + '.rrd')",
    "memory": "rec.memory_recording()",
    "block": "\nwith rec:\n    rec.save(path)",
    "log": "\nwhile True:\n    rec.log('x', text)",
}


@needs_pipes
@pytest.mark.parametrize("what", WAITS)
def test_keyboard_interrupt_reaches_what_waits(frozen, what):
    program = f"""
        import os, signal, sys, threading
        import reel as rr
        path = {frozen!r}
        rec = rr.RecordingStream("frozen")
        text = rr.TextLog(os.urandom(2_500_000).hex())
        rec.save(path)
        rec.log("x", text)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            exec({WAITS[what]!r})
        except KeyboardInterrupt:
            print("interrupted")
    """
    result = run(program, "-W", "ignore", timeout=30)
    assert result.stdout == "interrupted\n", result.stderr


@needs_pipes
def test_a_flush_that_was_interrupted_can_be_made_again(tmp_path):
    """Nothing is lost by it."""
    os.mkfifo(tmp_path / "fifo")
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    program = f"""
        import os, signal, sys, threading
        import reel as rr
        rec = rr.RecordingStream("slow")
        rec.save({str(tmp_path / "fifo")!r})
        rec.log("x", rr.TextLog(os.urandom(500_000).hex()))
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            rec.flush()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        rec.log("y", rr.TextLog("more"))
        rec.flush()
        rec.disconnect()
        print("flushed", flush=True)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "interrupted\n"
    os.set_blocking(reader, True)
    pieces = []
    while piece := os.read(reader, 1 << 20):
        pieces.append(piece)
    os.close(reader)
    assert process.communicate(timeout=30)[0] == "flushed\n" and process.returncode == 0
    (tmp_path / "run.rrd").write_bytes(b"".join(pieces))
    import rerun

    found = {c.entity_path: c.num_rows for c in rerun.chunk.RrdReader(tmp_path / "run.rrd").stream()}
    assert found["/x"] == found["/y"] == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_signal_handlers_log():
    rec = rr.RecordingStream("signals")
    memory = rec.memory_recording()
    times = []

    def handler(number, frame):
        rec.set_time("signal", sequence=len(times))
        rec.log("signal", rr.Points3D([[1, 2, 3]], labels=["a"]))
        times.append(number)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        n = 0
        while len(times) < 50:
            rec.log("main", rr.Points3D([[1, 2, 3]] * 10, labels=["b"] * 10))
            n += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    import rerun

    path = f"/proc/self/fd/{os.memfd_create('run')}"
    with open(path, "wb") as file:
        file.write(memory.drain_as_bytes())
    rows = {}
    for chunk in rerun.chunk.RrdReader(path).stream():
        rows[chunk.entity_path] = rows.get(chunk.entity_path, 0) + chunk.num_rows
    os.close(int(path.rpartition("/")[2]))
    assert (rows["/main"], rows["/signal"]) == (n, len(times))


# --- fork while something is imported -----------------------------------------------------------------------------------------------

FORK = """
    import os, signal, sys, threading, time, warnings
    warnings.simplefilter("ignore")
    import reel as rr

    name = sys.argv[1]
    is_late = sys.argv[2] == "late"
    found, may_go = threading.Event(), threading.Event()

    class Slow:
        @staticmethod
        def find_spec(fullname, path, target=None):
            if fullname == name and threading.current_thread() is not threading.main_thread():
                found.set()
                may_go.wait(0.5)

    def import_it():
        import importlib
        importlib.import_module(name)

    thread = threading.Thread(target=import_it)

    def begin():
        sys.meta_path.insert(0, Slow)
        thread.start()
        found.wait(60)

    if is_late:
        os.register_at_fork(before=begin)  # handlers run in the order that is the reverse of theirs
    rec = rr.RecordingStream("fork")
    if is_late:
        sys.modules.pop(name, None)
    else:
        begin()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        sys.meta_path.remove(Slow)
        import_it()
        own = rr.RecordingStream("child")
        memory = own.memory_recording()
        own.log("x", rr.Points3D([[1, 2, 3]], colors=[255, 0, 0]), rr.AnyValues(a=1))
        own.set_time("t", timestamp=1.5)
        os._exit(0 if memory.drain_as_bytes() else 3)
    may_go.set()
    thread.join()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@needs_fork
@pytest.mark.parametrize("name", ["reel._support", "reel.archetypes", "reel.components", "reel.any_value", "reel.chunk", "reel.legacy"])
def test_fork_while_a_thread_imports(name):
    result = run(f"import sys; sys.argv[1:] = [{name!r}, 'early']\n" + textwrap.dedent(FORK))
    assert result.returncode == 0, result.stderr


@needs_fork
@pytest.mark.parametrize("name", ["reel.chunk", "reel.legacy", "reel.notebook"])
def test_fork_while_a_thread_begins_to_import(name):
    """After the handler of this package has run, and before the fork."""
    result = run(f"import sys; sys.argv[1:] = [{name!r}, 'late']\n" + textwrap.dedent(FORK))
    assert result.returncode == 0, result.stderr


@needs_fork
def test_fork_brings_no_words():
    """Of handlers that come with what is imported just before it."""
    result = run("""
        import os
        import reel as rr
        rec = rr.RecordingStream("fork")
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    """)
    assert (result.returncode, result.stderr) == (0, "")


# --- tasks --------------------------------------------------------------------------------------------------------------------------


def test_warnings_as_errors_while_everything_ends(tmp_path):
    result = run(
        f"""
        import asyncio, threading
        import reel as rr
        rr.init("strict", strict=True)
        rr.save({str(tmp_path / "run.rrd")!r})

        async def work(n):
            own = rr.RecordingStream(f"task{{n}}")
            own.save({str(tmp_path)!r} + f"/task{{n}}.rrd")
            for i in range(5):
                own.log("x", rr.Scalars(float(i)))
                await asyncio.sleep(0)
            own.disconnect()

        async def main():
            await asyncio.gather(*(work(n) for n in range(4)))

        asyncio.run(main())
        threads = [threading.Thread(target=rr.log, args=(f"t{{i}}", rr.Scalars(1.0))) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    """,
        "-X",
        "dev",
        "-W",
        "error",
    )
    assert (result.returncode, result.stderr) == (0, "")
