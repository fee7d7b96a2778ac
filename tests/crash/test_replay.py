"""Durability `sync` under a loss of power: every prefix of what was done to the file, cut at each write and in the middle of writes, is a readable stream, and what a flush has confirmed
lies before the last fdatasync that came back."""
import os
import random
import struct
import subprocess

import pytest

from official import PROGRAMS, rows_of

RUNS = 10 if os.environ.get("REEL_SOAK") else 2
TORN = 2  # positions within each write
AT_ONCE = 100
ID = b"replay_0000"


def read_journal(data):
    at, events = 0, []

    def numbers(n):
        nonlocal at
        values = struct.unpack_from(f"<{n}Q", data, at)
        at += 8 * n
        return values

    while at < len(data):
        kind = chr(data[at])
        at += 1
        if kind == "W":
            offset, size = numbers(2)
            events.append((kind, offset, data[at:at + size]))
            at += size
        else:
            events.append((kind, *numbers(0 if kind == "S" else 1)))
    return events


def complete_messages(data):
    """How many chunks stand there in full."""
    at, chunks = 12, 0
    while at + 16 <= len(data):
        kind, size = struct.unpack_from("<QQ", data, at)
        at += 16 + size
        if at > len(data):
            break
        if kind == 0:
            break
        chunks += kind == 2
    return chunks


def states(events, chance):
    """The file after every event, and after every torn write: (bytes, rows that must be there)."""
    file, synced, confirmed = b"", b"", 0
    for kind, *event in events:
        if kind == "W":
            offset, data = event
            for cut in sorted(chance.sample(range(1, len(data)), min(TORN, len(data) - 1))) if len(data) > 1 else []:
                yield file[:offset] + data[:cut] + file[offset + cut:], confirmed
            file = file[:offset] + b"\0" * (offset - len(file)) + data + file[offset + len(data):]
        elif kind == "T":
            file = file[:event[0]]
        elif kind == "S":
            synced = file
        else:
            confirmed = event[0]
            yield synced, confirmed  # nothing that came after the sync has reached the disk
            continue
        yield file, confirmed


@pytest.mark.parametrize("seed", range(RUNS))
def test_every_prefix_is_readable_and_holds_what_was_confirmed(tmp_path, seed):
    path, journal = tmp_path / "run.rrd", tmp_path / "journal"
    done = subprocess.run([PROGRAMS / "record_writes", path, journal, str(seed + 1)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    events = read_journal(journal.read_bytes())
    all_states = list(states(events, random.Random(seed)))
    assert all_states[-1][0] == path.read_bytes(), "the journal is not what was done to the file"
    assert sum(kind == "C" for kind, *_ in events) > 20 and sum(kind == "W" for kind, *_ in events) > 60

    rows_by_chunks = {}
    for start in range(0, len(all_states), AT_ONCE):
        some = all_states[start:start + AT_ONCE]
        files = []
        for i, (data, _) in enumerate(some):
            file = tmp_path / f"{i}.rrd"
            file.write_bytes(data.replace(ID, b"replay_%04d" % i))  # a recording of its own for the judge
            files.append(file)
        found = rows_of(files, tmp_path)
        for i, (data, confirmed) in enumerate(some):
            rows = sorted(found.get(f"replay_{i:04d}", {}).get("/rows", []))
            assert [row for row, _ in rows] == list(range(len(rows))) and all(row == value for row, value in rows), f"state {start + i}"
            assert len(rows) >= confirmed, f"state {start + i}: {confirmed} rows were confirmed, {len(rows)} are there"
            chunks = complete_messages(data)
            assert rows_by_chunks.setdefault(chunks, len(rows)) == len(rows), f"state {start + i}: {chunks} complete chunks, but not all of them were read"
    counts = [rows for _, rows in sorted(rows_by_chunks.items())]
    assert counts == sorted(counts) and counts[-1] == 6000
