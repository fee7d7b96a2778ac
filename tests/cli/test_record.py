"""`reel record`, from outside: real files in, the recording judged by the official command line and read by the official reader."""
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import time
import zlib

import pytest
from conftest import REEL, ROOT, run


def png(width=4, height=3):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(range(3 * width)) for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def box(kind, *contents):
    data = b"".join(contents)
    return struct.pack(">I", 8 + len(data)) + kind + data


def mp4(runs, timescale):
    """The sample tables of a video without its pictures: (frames, ticks each) per run. A track of sound stands before it."""
    def track(handler, table):
        header = box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, timescale, 0, 0))
        stts = box(b"stts", struct.pack(">II", 0, len(table)), *(struct.pack(">II", *run_) for run_ in table))
        return box(b"trak", box(b"mdia", header, box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", box(b"stbl", stts))))

    return box(b"ftyp", b"isom", bytes(4), b"isom") + box(b"mdat", bytes(10)) + box(b"moov", track(b"soun", [(7, 11)]), track(b"vide", runs))


GLB = b"glTF" + struct.pack("<II", 2, 20) + struct.pack("<I", 0) + b"JSON"
STL = bytes(80) + struct.pack("<I", 1) + bytes(50)
PLY = b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n0 0 0\n"
WHOLE_FILES = [
    ("photo.png", png(), "EncodedImage", "image/png"),
    ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9", "EncodedImage", "image/jpeg"),
    ("scene.glb", GLB, "Asset3D", "model/gltf-binary"),
    ("scene.gltf", b'{"asset": {"version": "2.0"}}', "Asset3D", "model/gltf+json"),
    ("mesh.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "Asset3D", "model/obj"),
    ("part.stl", STL, "Asset3D", "model/stl"),
    ("words.stl", b"solid x\nendsolid x\n", "Asset3D", "model/stl"),
    ("cloud.ply", PLY, "Asset3D", "application/x-ply"),
    ("clip.mp4", mp4([(2, 500)], 1000), "AssetVideo", "video/mp4"),
]


def record(out, *arguments, expect=0, **options):
    done = run("record", "-o", out, *arguments, **options)
    assert done.returncode == expect, done.stderr
    return done


@pytest.mark.parametrize("name, data, archetype, media_type", WHOLE_FILES, ids=[row[0] for row in WHOLE_FILES])
def test_a_file_that_is_recorded_whole_comes_back_byte_for_byte(tmp_path, recording, name, data, archetype, media_type):
    (tmp_path / name).write_bytes(data)
    done = record(tmp_path / "out.rrd", tmp_path / name)
    assert done.stderr == "" and done.stdout == ""
    got = recording(tmp_path / "out.rrd")
    [[blob]] = got.column(f"/{name}", f"{archetype}:blob")
    assert bytes(blob) == data
    assert got.column(f"/{name}", f"{archetype}:media_type") == [[media_type]]
    if archetype not in ("AssetVideo", "EncodedImage"):
        assert got.is_static(f"/{name}")


@pytest.mark.parametrize("name, data, archetype", [("really_a_png.txt", png(), "EncodedImage"), ("really_a_jpg.png", b"\xff\xd8\xff\xe0abc", "EncodedImage"), ("clip", mp4([(1, 1)], 1), "AssetVideo")])
def test_content_decides_before_the_name(tmp_path, recording, name, data, archetype):
    (tmp_path / name).write_bytes(data)
    record(tmp_path / "out.rrd", tmp_path / name)
    [[blob]] = recording(tmp_path / "out.rrd").column(f"/{name}", f"{archetype}:blob")
    assert bytes(blob) == data


def test_a_video_has_a_reference_at_each_frame(tmp_path, recording):
    (tmp_path / "clip.mp4").write_bytes(mp4([(2, 1000), (3, 500)], 30000))
    record(tmp_path / "out.rrd", tmp_path / "clip.mp4")
    got = recording(tmp_path / "out.rrd").column("/clip.mp4", "VideoFrameReference:timestamp", "video_time")
    expected = [round(ticks / 30000 * 1e9) for ticks in (0, 1000, 2000, 2500, 3000)]
    assert [value for _, [value] in got] == expected
    assert [round(when.total_seconds() * 1e6) for when, _ in got] == [ns // 1000 for ns in expected]


@pytest.mark.parametrize("cut", [0, 4, 20, 60, 100, 150, 200])
def test_a_damaged_video_is_recorded_with_one_reference_at_its_start(tmp_path, recording, cut):
    data = mp4([(2, 1000)], 30000)
    (tmp_path / "clip.mp4").write_bytes(data[: 12 + cut])
    record(tmp_path / "out.rrd", tmp_path / "clip.mp4")
    assert recording(tmp_path / "out.rrd").column("/clip.mp4", "VideoFrameReference:timestamp") == [[0]]


@pytest.mark.parametrize("name, media_type", [("notes.txt", "text/plain"), ("notes.md", "text/markdown")])
def test_documents_keep_their_text_and_lose_what_is_no_text(tmp_path, recording, name, media_type):
    (tmp_path / name).write_bytes("\ufeff# Grüße ✓\n".encode() + b"bad \xff\xc3 end")
    record(tmp_path / "out.rrd", tmp_path / name)
    got = recording(tmp_path / "out.rrd")
    assert got.column(f"/{name}", "TextDocument:text") == [["# Grüße ✓\nbad \ufffd\ufffd end"]]
    assert got.column(f"/{name}", "TextDocument:media_type") == [[media_type]]


def test_a_log_is_recorded_line_by_line_with_its_levels_and_times(tmp_path, recording):
    lines = ["2024-05-01 10:00:00,250 INFO started", "  at some.error.trace", "2024-05-01T10:00:01+02:00 [warn] late", "Error: no disk", "DEBUG x=1", "level=fatal msg=x",
             "TRACE deep", "no errors were found", ""]
    (tmp_path / "app.log").write_bytes("\r\n".join(lines).encode() + b"\ncut \xe2\x82\n")
    record(tmp_path / "out.rrd", tmp_path / "app.log")
    got = recording(tmp_path / "out.rrd")
    assert [value for [value] in got.column("/app.log", "TextLog:text")] == [*lines, "cut \ufffd\ufffd"]
    by_line = {line: level for line, [level] in got.column("/app.log", "TextLog:level", "line") if level}
    assert by_line == {0: "INFO", 2: "WARN", 3: "ERROR", 4: "DEBUG", 5: "CRITICAL", 6: "TRACE"}
    times = dict(zip((line for line, _ in got.column("/app.log", "TextLog:text", "line")), (when for when, _ in got.column("/app.log", "TextLog:text", "time"))))
    assert str(times[0]) == "2024-05-01 10:00:00.250000" and times[1] == times[0]
    assert str(times[2]) == "2024-05-01 08:00:01" and times[4] == times[2]
    assert got.timelines("/app.log") == {"line", "time", "log_time"}


def test_a_table_becomes_a_scalar_per_numeric_column(tmp_path, recording):
    (tmp_path / "run.csv").write_text('t,"speed (m/s)",motor/current,note\n0,1.5,,"a ""quoted"", cell"\n1,NaN,-2e3,x\n2,2.5,7,"two\nlines"\n3,oops,8,y\n')
    done = record(tmp_path / "out.rrd", "--verbose", tmp_path / "run.csv")
    got = recording(tmp_path / "out.rrd")
    assert got.entities() - {"/__properties"} == {"/t", r"/speed\ \(m\/s\)", "/motor/current"}
    assert got.column(r"/speed\ \(m\/s\)", "Scalars:scalars", "row") == [(0, [1.5]), (2, [2.5])]
    assert got.column("/motor/current", "Scalars:scalars", "row") == [(1, [-2000.0]), (2, [7.0]), (3, [8.0])]
    assert got.timelines("/t") == {"row", "log_time"}
    assert "note" in done.stderr and re.search(r"speed.*1 cells", done.stderr)


@pytest.mark.parametrize("header, cells, timeline, times", [
    ("when,x", ["2024-05-01T00:00:00Z,1", "2024-05-02T12:30:00.5,2"], "when", ["2024-05-01 00:00:00", "2024-05-02 12:30:00.500000"]),
    ("timestamp,x", ["1714521600,1", "1714521601.5,2"], "timestamp", ["2024-05-01 00:00:00", "2024-05-01 00:00:01.500000"]),
    ("Timestamp,x", ["1714521600000,1", "1714521601500,2"], "Timestamp", ["2024-05-01 00:00:00", "2024-05-01 00:00:01.500000"]),
    ("x,time", ["1,1714521600000000", "2,1714521601500000"], "time", ["2024-05-01 00:00:00", "2024-05-01 00:00:01.500000"]),
    ("time,x", ["1714521600000000000,1", "1714521601500000000,2"], "time", ["2024-05-01 00:00:00", "2024-05-01 00:00:01.500000"]),
    ("time,x", ["0.25,1", "1.5,2"], "time", ["0:00:00.250000", "0:00:01.500000"]),
], ids=["iso", "seconds", "milli", "micro", "nano", "elapsed"])
def test_a_column_of_times_becomes_a_timeline(tmp_path, recording, header, cells, timeline, times):
    (tmp_path / "run.csv").write_text("\n".join([header, *cells]) + "\n")
    record(tmp_path / "out.rrd", tmp_path / "run.csv")
    got = recording(tmp_path / "out.rrd")
    rows = got.column("/x", "Scalars:scalars", timeline)
    assert [str(when) for when, _ in rows] == times
    assert got.entities() - {"/__properties"} == {"/x"}


def test_a_row_without_a_time_does_not_wear_the_one_before(tmp_path, recording):
    (tmp_path / "run.csv").write_text("time,x\n1714521600,1\n,2\n1714521602,3\n")
    record(tmp_path / "out.rrd", tmp_path / "run.csv")
    got = recording(tmp_path / "out.rrd")
    assert got.column("/x", "Scalars:scalars", "row") == [(0, [1.0]), (1, [2.0]), (2, [3.0])]
    assert [(str(when), value) for when, value in got.column("/x", "Scalars:scalars", "time")] == [("2024-05-01 00:00:00", [1.0]), ("None", [2.0]), ("2024-05-01 00:00:02", [3.0])]


@pytest.mark.parametrize("text, entity, values", [
    ("a;b\n1,5;2\n2,5;3\n", "/a", [[1.5], [2.5]]),
    ("a\tb\n1.5\t2\n", "/b", [[2.0]]),
    ("1,2\n3,4\n", "/column_2", [[2.0], [4.0]]),
    ("\ufeffa,a\n1,2\n", "/a_2", [[2.0]]),
    ("a,b\r\n1,2\r\n\r\n3", "/a", [[1.0], [3.0]]),
], ids=["semicolons", "tabs", "no header", "same name twice", "windows lines"])
def test_tables_of_other_habits(tmp_path, recording, text, entity, values):
    (tmp_path / "run.csv").write_bytes(text.encode())
    record(tmp_path / "out.rrd", tmp_path / "run.csv")
    assert recording(tmp_path / "out.rrd").column(entity, "Scalars:scalars") == values


def test_several_tables_do_not_share_columns(tmp_path, recording):
    (tmp_path / "one.csv").write_text("x\n3\n")
    (tmp_path / "two.csv").write_text("x\n4\n")
    record(tmp_path / "out.rrd", tmp_path / "one.csv", tmp_path / "two.csv")
    got = recording(tmp_path / "out.rrd")
    assert got.column("/one.csv/x", "Scalars:scalars") == [[3.0]] and got.column("/two.csv/x", "Scalars:scalars") == [[4.0]]


@pytest.mark.parametrize("text, said", [("a,b\n1,\"2\n", "never closed"), ("name\nx\ny\n", "no column of numbers"), ("", "no column of numbers")])
def test_a_table_that_is_none_is_named(tmp_path, text, said):
    (tmp_path / "run.csv").write_text(text)
    done = record(tmp_path / "out.rrd", tmp_path / "run.csv", expect=1)
    assert "run.csv" in done.stderr and said in done.stderr


def test_what_cannot_be_recorded_is_named_and_the_others_go_on(tmp_path, recording):
    (tmp_path / "strange.xyz").write_bytes(b"\1\2\3")
    (tmp_path / "fake.png").write_bytes(b"nothing of the kind")
    (tmp_path / "binary.txt").write_bytes(b"a\0b")
    (tmp_path / "good.md").write_text("# good\n")
    files = [tmp_path / name for name in ("strange.xyz", "missing.png", "fake.png", "binary.txt", "good.md")]
    done = record(tmp_path / "out.rrd", *files, expect=1)
    for name in ("strange.xyz", "missing.png", "fake.png", "binary.txt"):
        assert len(re.findall(re.escape(name), done.stderr)) == 1, done.stderr
    assert "good.md" not in done.stderr
    assert recording(tmp_path / "out.rrd").column("/good.md", "TextDocument:text") == [["# good\n"]]


def test_a_folder_stands_for_its_files_but_not_for_the_output(tmp_path, recording):
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.md").write_text("b")
    (folder / "deep/a.md").write_text("a")
    (folder / ".hidden.md").write_text("hidden")
    (folder / "loop").symlink_to(folder)
    for _ in range(2):
        record(folder / "out.rrd", str(folder) + "/")
        assert recording(folder / "out.rrd").entities() - {"/__properties"} == {"/data/b.md", "/data/deep/a.md"}


def test_an_input_is_not_overwritten_by_being_the_output(tmp_path):
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    done = record(tmp_path / "b.md", tmp_path / "a.md", expect=2)
    assert "a.md" in done.stderr and (tmp_path / "a.md").read_text() == "text"


def test_files_of_one_name_are_kept_apart(tmp_path, recording):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same name.md").write_text(folder)
    record(tmp_path / "out.rrd", tmp_path / "x/same name.md", tmp_path / "y/same name.md")
    got = recording(tmp_path / "out.rrd")
    assert got.column(r"/same\ name.md", "TextDocument:text") == [["x"]]
    assert got.column(r"/same\ name.md_2", "TextDocument:text") == [["y"]]


def test_the_ids_are_those_that_were_asked_for(tmp_path, recording):
    (tmp_path / "a.md").write_text("a")
    record(tmp_path / "out.rrd", "--app", "my app", "--id=run 7", tmp_path / "a.md")
    got = recording(tmp_path / "out.rrd")
    assert (got.entry.application_id, got.entry.recording_id) == ("my app", "run 7")


def test_this_machine_is_recorded_with_units_names_and_facts(tmp_path, recording):
    (tmp_path / "a.csv").write_text("x\n1\n")
    start = time.monotonic()
    record(tmp_path / "out.rrd", "--system", 1.3, "--every-ms", 100, tmp_path / "a.csv")
    assert 1.2 <= time.monotonic() - start < 15
    got = recording(tmp_path / "out.rrd")
    cores = [e for e in got.entities() if re.fullmatch(r"/system/cpu/core\d+_percent", e)]
    assert len(cores) == len([line for line in open("/proc/stat") if re.match(r"cpu\d", line)])
    for entity in [*cores, "/system/cpu/total_percent"]:
        values = [value for [value] in got.column(entity, "Scalars:scalars")]
        assert values and all(0 <= value <= 100 for value in values), (entity, values)
        assert got.column(entity, "SeriesLines:names")[0][0].endswith("(%)")
        assert "log_time" in got.timelines(entity) and "row" not in got.timelines(entity)
    assert 8 <= len(got.column("/system/memory/used_bytes", "Scalars:scalars")) <= 14
    assert got.column("/system/memory/used_bytes", "Scalars:scalars")[0][0] > 1e6
    assert got.column("/system/load/average_1min_tasks", "Scalars:scalars")
    networks = [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
    for name in (n for n in networks if re.fullmatch(r"\w+", n)):
        assert all(value >= 0 for [value] in got.column(f"/system/net/{name}/received_bytes_per_s", "Scalars:scalars"))
    tables = got.column("/system/processes", "TextDocument:text")
    assert len(tables) == 2 and tables[0][0].startswith("| PID | Name |")
    assert got.column("/system/processes", "TextDocument:media_type")[0] == ["text/markdown"]
    assert got.column("/__properties/kernel", "TextDocument:text")[0][0].startswith(os.uname().sysname)
    assert got.column("/__properties/host_name", "TextDocument:text") == [[os.uname().nodename]]


def test_a_busy_process_tops_the_table(tmp_path, recording):
    busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        record(tmp_path / "out.rrd", "--system", "1.5", "--every-ms", "500")
    finally:
        busy.kill()
        busy.wait()
    table = recording(tmp_path / "out.rrd").column("/system/processes", "TextDocument:text")[-1][0]
    [row] = [line for line in table.splitlines() if line.startswith(f"| {busy.pid} |")]
    assert float(row.split("|")[4]) > 0, table  # how much depends on who else is on the machine
    shares = [float(line.split("|")[4]) for line in table.splitlines()[2:] if line.startswith("| ")]
    assert shares == sorted(shares, reverse=True), table


@pytest.fixture
def interruptible():
    """A signal that the tests themselves were started to ignore, as in a background job, would stay ignored in the child."""
    restore = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, restore)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_complete_file(tmp_path, recording, interruptible, stop):
    process = subprocess.Popen([REEL, "record", "-o", tmp_path / "out.rrd", "--system", "inf", "--every-ms", "50"], stderr=subprocess.PIPE, text=True)
    time.sleep(1.0)
    process.send_signal(stop)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    got = recording(tmp_path / "out.rrd")
    assert len(got.column("/system/memory/used_bytes", "Scalars:scalars")) >= 10


def test_a_signal_within_a_large_table_keeps_what_was_read(tmp_path, recording, interruptible):
    with open(tmp_path / "big.csv", "w") as file:
        file.write("x\n")
        for _ in range(200):
            file.write("1.25\n" * 100_000)
    process = subprocess.Popen([REEL, "record", "-o", tmp_path / "out.rrd", tmp_path / "big.csv"], stderr=subprocess.PIPE, text=True)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "big.csv: stopped after" in said
    rows = int(re.search(r"stopped after (\d+) rows", said)[1])
    assert len(recording(tmp_path / "out.rrd").column("/x", "Scalars:scalars")) == rows > 0


def test_a_large_table_takes_little_memory(tmp_path):
    """Streamed: the peak hardly grows with the table."""
    def peak_kb(rows):
        with open(tmp_path / "big.csv", "w") as file:
            file.write("x,y\n" + "1.25,some text that is left out\n" * rows)
        process = subprocess.Popen([REEL, "record", "-o", tmp_path / "out.rrd", tmp_path / "big.csv"])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0
        return usage.ru_maxrss

    assert peak_kb(2_000_000) < peak_kb(20_000) + 100_000


def test_a_full_disk_is_told(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.fail("this system has no /dev/full")
    (tmp_path / "a.md").write_text("a")
    done = run("record", "-o", "/dev/full", tmp_path / "a.md")
    assert done.returncode == 1 and "/dev/full" in done.stderr


def test_an_output_that_cannot_be_is_told(tmp_path):
    (tmp_path / "a.md").write_text("a")
    for out in (tmp_path, tmp_path / "none/out.rrd"):
        done = run("record", "-o", out, tmp_path / "a.md")
        assert done.returncode == 1 and str(out) in done.stderr


@pytest.mark.parametrize("arguments", [
    [], ["-o"], ["-o", "x.rrd"], ["-o", "x.rrd", "--system", "0"], ["-o", "x.rrd", "--system", "soon"], ["-o", "x.rrd", "--system", "-1"], ["-o", "x.rrd", "--system", "nan"],
    ["-o", "x.rrd", "--every-ms", "0", "--system", "1"], ["-o", "x.rrd", "--bogus", "a.md"], ["-o", "x.rrd", "-z", "a.md"], ["-o", "x.rrd", "--verbose=1", "a.md"],
    ["-o", "x.rrd", "-o", "y.rrd", "a.md"], ["a.md"]], ids=lambda a: " ".join(a) or "nothing")
def test_a_command_line_without_sense_ends_with_2(tmp_path, arguments):
    (tmp_path / "a.md").write_text("a")
    done = run("record", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and done.stderr and done.stdout == ""
    assert sorted(os.listdir(tmp_path)) == ["a.md"]


def test_options_may_be_written_in_every_usual_way(tmp_path, recording):
    (tmp_path / "-a.md").write_text("a")
    for arguments in (["--output=out.rrd"], ["--output", "out.rrd"], ["-oout.rrd"], ["-o", "out.rrd"]):
        assert run("record", *arguments, "--", "-a.md", cwd=tmp_path).returncode == 0
        assert recording(tmp_path / "out.rrd").entities() - {"/__properties"} == {"/-a.md"}
        (tmp_path / "out.rrd").unlink()


def test_a_progress_bar_is_drawn_on_a_terminal_alone(tmp_path):
    leader, follower = pty.openpty()
    process = subprocess.Popen([REEL, "record", "-o", tmp_path / "out.rrd", "--system", "0.5"], stderr=follower, env={**os.environ, "TERM": "xterm"})
    os.close(follower)
    seen = b""
    while process.poll() is None or select.select([leader], [], [], 0)[0]:
        try:
            seen += os.read(leader, 4096) if select.select([leader], [], [], 0.1)[0] else b""
        except OSError:
            break
    os.close(leader)
    assert process.wait(10) == 0
    assert b"#" in seen and b"recording this machine" in seen and seen.endswith(b"\x1b[K")
    assert record(tmp_path / "out.rrd", "--system", "0.3").stderr == ""


def help_options(*command):
    done = run(*command)
    assert done.returncode == 0 and done.stderr == ""
    return done.stdout, set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout))


def test_help_and_version():
    text, options = help_options("--help")
    assert all(name in text for name in ("record", "viewer", "view", "Exit codes")) and {"--help", "--version"} <= options
    assert re.fullmatch(r"reel \d+\.\d+\.\d+\n", run("--version").stdout)
    for command in ("record", "view", "viewer", "info", "stats", "print", "verify", "recover", "merge", "split", "filter", "optimize", "compare", "export"):
        assert run("help", command).stdout == run(command, "--help").stdout != ""
    assert help_options("record", "--help")[1] == {"--output", "--system", "--every-ms", "--app", "--id", "--verbose", "--help"}
    assert run().returncode == 2 and run("nonsense").returncode == 2 and run("help", "nonsense").returncode == 2


def test_the_manual_page_names_every_option():
    page = (ROOT / "docs/reel.1").read_text().replace("\\-", "-")
    for command in ([], ["record"], ["view"], ["viewer"], ["info"], ["stats"], ["print"], ["verify"], ["recover"], ["merge"], ["split"], ["filter"], ["optimize"], ["compare"], ["export"]):
        text, options = help_options(*command, "--help")
        options |= {f"-{letter}" for letter in re.findall(r"^  -(\w),", text, re.M)}
        assert options
        assert {option for option in options if option not in page} == set(), command
    assert "EXIT STATUS" in page


def test_the_manual_page_is_well_formed():
    known = {"TH", "SH", "SS", "B", "I", "BR", "RB", "RI", "IR", "PP", "TP", "nf", "fi"}
    requests = [line[1:].split()[0] for line in (ROOT / "docs/reel.1").read_text().splitlines() if line.startswith(".")]
    assert set(requests) <= known and requests[0] == "TH" and requests.count("nf") == requests.count("fi")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", ROOT / "docs/reel.1"], capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == ""
