"""Recordings taken apart into messages, and damaged in all kinds of ways, for the tests of the commands that read them."""
import functools
import os
import random
import struct
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, run

CONFORMANCE = ROOT / "tests/conformance"
CACHE = Path(os.environ.get("REEL_CACHE", ROOT / ".cache")).resolve()
if str(CONFORMANCE) not in sys.path:
    sys.path.append(str(CONFORMANCE))  # behind this folder, whose conftest is meant

HEADER_SIZE, FOOTER_SIZE = 12, 32
END, STORE_INFO, CHUNK, ACTIVATION = range(4)
PYTHONS = {"0.33.1": CACHE / "readers/0.33.1/bin/python", "0.36.2": CACHE / "readers/0.36.2/bin/python", "0.41.0": Path(sys.executable)}


def messages(data):
    """(offset, size, kind) of each message but the End, as far as they stand one behind another."""
    found, at = [], HEADER_SIZE
    while at + 16 <= len(data):
        kind, size = struct.unpack_from("<QQ", data, at)
        if kind not in (STORE_INFO, CHUNK, ACTIVATION) or at + 16 + size > len(data):
            break
        found.append((at, 16 + size, kind))
        at += 16 + size
    return found


def bodies(data):
    return [bytes(data[at:at + size]) for at, size, _ in messages(data)]


@functools.cache
def written_by(version, kind, folder):
    """What tests/conformance/make_official.py makes with a release of the official SDK: rows, columns, blueprint."""
    path = Path(folder) / f"{version}_{kind}.rrd"
    subprocess.run([PYTHONS[version], "-B", CONFORMANCE / "make_official.py", kind, path], check=True, capture_output=True, timeout=120)
    return path


def written_by_reel(path):
    """A table, a log and a document, by `reel record`."""
    folder = path.parent
    (folder / "t.csv").write_text("time,a,b\n" + "".join(f"{1700000000 + i},{i},{-i / 3}\n" for i in range(300)))
    (folder / "l.log").write_text("".join(f"2024-01-01 00:00:{i:02} INFO line {i}\n" for i in range(50)))
    (folder / "d.md").write_text("# title\n")
    done = run("record", "-o", path, folder / "t.csv", folder / "l.log", folder / "d.md")
    assert done.returncode == 0, done.stderr
    return path


def damages(data, n, seed):
    """n times: (what was done, the damaged bytes, the messages of which no byte was touched)."""
    rng = random.Random(seed)
    places = messages(data)
    for _ in range(n):
        kind = rng.choice(["flip", "flip", "cut", "zero", "insert", "remove", "double", "length"])
        at, size = rng.randrange(len(data)), rng.choice([1, 3, 16, 100, 1000])
        end = min(at + size, len(data))
        if kind == "flip":
            new = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
            end = at + 1
        elif kind == "cut":
            new, end = data[:at], len(data)
        elif kind == "zero":
            new = data[:at] + bytes(end - at) + data[end:]
        elif kind == "insert":
            new, end = data[:at] + rng.randbytes(size) + data[at:], at
        elif kind == "remove":
            new = data[:at] + data[end:]
        elif kind == "double":
            new, end = data[:end] + data[at:], end
        else:
            at, _, _ = rng.choice(places)
            at, end = at + 8, at + 16
            new = data[:at] + struct.pack("<Q", rng.choice([0, 1, 5000, 2**32, 2**63, 2**64 - 1, rng.randrange(10**6)])) + data[end:]
        if kind == "double":  # everything is still there, once or twice, but for the message that the second copy stands in
            intact = [data[a:a + s] for a, s, _ in places if a + s <= end or a >= end]
        else:
            intact = [data[a:a + s] for a, s, _ in places if a + s <= at or a >= end]
        yield f"{kind} at {at}, {end - at} bytes", new, intact
