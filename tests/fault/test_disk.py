"""A disk that fails while a recording goes on: it is told once, with the file's name; the other sinks go on; the file stays a stream that the official reader reads; no row is lost uncounted."""
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))
from official import PROGRAMS, rows_of

ROWS = 2000
NO_SPACE, IO, NOT_FOUND = -7, -6, -17


class Told:
    """What the program was told: lines of (what, status, sink, text)."""

    def __init__(self, output):
        self.lines = []
        for line in output.splitlines():
            what, status, sink, text = line.split("\t", 3)
            self.lines.append((what, int(status), int(sink), text))

    def of(self, what):
        return [line for line in self.lines if line[0] == what]

    def one(self, what):
        lines = self.of(what)
        assert len(lines) == 1, lines
        return lines[0]


def run(tmp_path, **options):
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run([PROGRAMS / "fault_child", folder, *(f"{key}={value}" for key, value in options.items())], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}{done.stderr}"
    told = Told(done.stdout)
    assert not told.of("log"), told.of("log")
    assert numbers(tmp_path, tmp_path / "memory.rrd") == list(range(ROWS)), "the memory sink did not go on"
    return folder, told


def numbers(tmp_path, *files):
    rows = sorted(rows_of(files, tmp_path).get("fault", {}).get("/rows", []))
    assert all(row == value for row, value in rows)
    return [row for row, _ in rows]


@pytest.mark.parametrize("durability", ["os", "process", "sync"])
@pytest.mark.parametrize("error,status", [("ENOSPC", NO_SPACE), ("EIO", IO), ("EDQUOT", NO_SPACE)])
@pytest.mark.parametrize("nth", [2, 3, 7])
def test_one_write_that_fails_costs_at_most_what_it_held(tmp_path, durability, error, status, nth):
    folder, told = run(tmp_path, op="write", nth=nth, errno=error, durability=durability)
    events = told.of("event")
    assert len(events) == 1 and events[0][1] == status and "run.rrd" in events[0][3], events
    assert told.of("flush") and all(line[1] == status and "run.rrd" in line[3] for line in told.of("flush")), told.lines
    assert len(told.of("flush")) == 1, "told once"
    found = numbers(tmp_path, folder / "run.rrd")
    written, dropped = map(int, told.one("stats")[3].split())
    assert written + dropped == ROWS + 1, "a row is counted nowhere"  # the properties are one more
    assert ROWS - dropped <= len(found) < ROWS + 1
    assert told.one("last_error")[1] == status and "run.rrd" in told.one("last_error")[3]


@pytest.mark.parametrize("durability", ["os", "process", "sync"])
@pytest.mark.parametrize("room", [13, 500, 5000, 20011])
def test_a_full_disk_is_told_once_and_leaves_a_valid_prefix(tmp_path, durability, room):
    folder, told = run(tmp_path, room=room, durability=durability)
    events = [line for line in told.of("event") if line[1] == NO_SPACE]
    assert len(events) == 1 and "run.rrd" in events[0][3], told.of("event")
    assert told.of("flush") and {line[1] for line in told.of("flush")} == {NO_SPACE}
    assert told.one("remove")[1] == NO_SPACE
    assert (folder / "run.rrd").stat().st_size <= room
    found = numbers(tmp_path, folder / "run.rrd")
    assert found == list(range(len(found))), "not a prefix"
    written, dropped = map(int, told.one("stats")[3].split())
    assert written + dropped == ROWS + 1
    if durability != "process":  # there up to 1 MiB counts as written while it waits in the process
        assert dropped >= ROWS - len(found)


@pytest.mark.parametrize("durability", ["os", "process", "sync"])
def test_a_disk_with_room_again_goes_on_with_a_footer(tmp_path, durability):
    folder, told = run(tmp_path, room=9000, relief=1500, durability=durability)
    assert len([line for line in told.of("event") if line[1] == NO_SPACE]) == 1
    assert told.one("remove")[1] in (0, NO_SPACE)
    found = numbers(tmp_path, folder / "run.rrd")
    assert set(range(1550, ROWS)) <= set(found), "what came after the relief is there"
    written, dropped = map(int, told.one("stats")[3].split())
    assert written + dropped == ROWS + 1 and len(found) >= ROWS - dropped
    assert (folder / "run.rrd").read_bytes()[-20:].find(b"RRF2FOOT") >= 0


@pytest.mark.parametrize("shortest", [1, 7, 100])
def test_writes_that_stop_short_are_taken_up_again(tmp_path, shortest):
    folder, told = run(tmp_path, short=shortest)
    assert not told.of("event") and not told.of("flush") and told.one("remove")[1] == 0
    assert numbers(tmp_path, folder / "run.rrd") == list(range(ROWS))


def test_a_sync_that_fails_is_no_confirmation(tmp_path):
    folder, told = run(tmp_path, op="sync", nth=5, times=2, durability="sync")
    assert [line[1] for line in told.of("flush")] and set(line[1] for line in told.of("flush")) == {IO}
    assert all("run.rrd" in line[3] for line in told.of("flush") + told.of("event"))
    assert 1 <= len(told.of("event")) <= 2
    assert numbers(tmp_path, folder / "run.rrd") == list(range(ROWS))


@pytest.mark.parametrize("op,error,status", [("open", "EACCES", IO), ("open", "EROFS", IO), ("truncate", "EIO", IO), ("write", "ENOSPC", NO_SPACE), ("sync", "EIO", IO)])
def test_a_file_that_cannot_be_begun_is_refused_at_once(tmp_path, op, error, status):
    _, told = run(tmp_path, op=op, nth=1, times=0, errno=error, durability="sync")
    assert told.one("add")[1] == status and "run.rrd" in told.one("add")[3], told.lines
    assert not told.of("event") and not told.of("flush")


@pytest.mark.parametrize("op,nth", [("open", 2), ("write", 30), ("truncate", 2)])
def test_a_rotation_that_fails_goes_on_in_the_old_part(tmp_path, op, nth):
    folder, told = run(tmp_path, op=op, nth=nth, times=0 if op != "write" else 2, rotate=6000)
    assert told.of("event") and all("run" in line[3] for line in told.of("event"))
    found = numbers(tmp_path, *sorted(folder.glob("run*.rrd")))
    written, dropped = map(int, told.one("stats")[3].split())
    assert written + dropped >= ROWS + 1 and len(found) >= ROWS - dropped
    if op != "write":
        assert found == list(range(ROWS))


@pytest.mark.parametrize("op", ["open", "write", "sync", "rename"])
def test_a_capture_that_fails_leaves_nothing_behind(tmp_path, op):
    """The memory sink is what it is taken from; the file of the recording goes on."""
    probe = run(tmp_path, op="none", capture=999)[0]
    names = {path.name for path in probe.iterdir()}
    assert names == {"run.rrd", "captured.rrd"}
    assert numbers(tmp_path, probe / "captured.rrd") == list(range(1000))
    again = tmp_path / "again"
    again.mkdir()
    folder, told = run(again, op=op, nth=1, only="captured", capture=999, errno="ENOSPC")
    assert told.one("capture")[1] == NO_SPACE and "captured.rrd" in told.one("capture")[3], told.lines
    assert {path.name for path in folder.iterdir()} == {"run.rrd"}
    assert numbers(again, folder / "run.rrd") == list(range(ROWS))


def test_a_folder_that_vanishes_is_told_once(tmp_path):
    _, told = run(tmp_path, vanish=1000)
    assert told.one("vanished")[1] == 0
    events = told.of("event")
    assert len(events) == 1 and "run.rrd" in events[0][3] and events[0][1] == IO, events
    assert told.of("flush") and all(line[1] == IO and "run.rrd" in line[3] for line in told.of("flush"))


@pytest.mark.parametrize("limit", [100, 4096, 20001])
def test_a_limit_on_file_sizes_is_a_full_disk(tmp_path, limit):
    """RLIMIT_FSIZE for real; its signal, which ends a program by default, must not come."""
    folder, told = run(tmp_path, limit=limit)
    assert len(told.of("event")) == 1 and told.of("event")[0][1] == NO_SPACE
    assert (folder / "run.rrd").stat().st_size <= limit
    found = numbers(tmp_path, folder / "run.rrd")
    assert found == list(range(len(found))) and len(found) < ROWS
