#!/usr/bin/env python3
"""`reel merge`, `filter` and `optimize` beside `rerun rrd` on the same inputs, and beside `cat`: medians of interleaved runs, and the largest memory.

    bench/rrd_tools.py [--runs N] [--scale PERCENT] [--work NAME...] [--folder DIR]

Uses build/bin/reel, build/bin/reel-bench (BUILD says another build folder) and .cache/venv. Inputs are made in DIR (build/bench_tools) once, 5 GB at scale 100, and are kept. Prints a table in
Markdown. Memory is the largest resident set, in which pages of a mapped file count as long as they are mapped in; `anonymous` is what the process itself took. Both are looked at every 2 ms."""
import argparse
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
REEL, BENCH = BUILD / "bin/reel", BUILD / "bin/reel-bench"
VENV = ROOT / ".cache/venv/bin"
RERUN = next((ROOT / ".cache/venv/lib").glob("python*/site-packages/rerun_cli/rerun"), VENV / "rerun")  # without the Python that starts it

MAKE_SHARDS = """
import sys
import numpy as np
import rerun as rr
folder, shards, chunks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for s in range(shards):
    rec = rr.RecordingStream("bench", recording_id="shards")
    rec.save(f"{folder}/{s:04}.rrd")
    for c in range(chunks):
        first = (s * chunks + c) * 10
        rec.send_columns(f"/robot{c % 20}/joint{s % 5}", [rr.TimeColumn("step", sequence=np.arange(first, first + 10))], rr.Scalars.columns(scalars=np.random.rand(10)))
    rec.flush()
    rec.disconnect()
"""


def memory_kb(pid):
    """The largest resident set so far, and what of it is anonymous now. (What wait4 says of a child counts its parent's memory at the fork, too.)"""
    try:
        lines = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
        return int(lines["VmHWM"].split()[0]), int(lines["RssAnon"].split()[0])
    except (OSError, KeyError):
        return 0, 0


def measure(command, output):
    """Seconds, largest resident set and largest anonymous part of it, in MB."""
    os.sync()  # what the run before has written is not this one's to wait for
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=open(output, "wb") if command[0] == "cat" else subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest, done = [0, 0], threading.Event()

    def watch():
        while not done.wait(0.002):
            largest[:] = map(max, largest, memory_kb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    seconds = time.monotonic() - start
    done.set()
    watcher.join()
    assert process.returncode == 0, f"{command[:4]} ended with {process.returncode}"
    Path(output).unlink(missing_ok=True)
    return seconds, largest[0] / 1024, largest[1] / 1024


def make_inputs(folder, scale, wanted):
    folder.mkdir(parents=True, exist_ok=True)
    n = lambda count: max(1, count * scale // 100)
    for work, count in (("w1", n(1000000)), ("w2", n(1000000)), ("w4", n(340))):
        path = folder / f"{work}.rrd"
        if work in wanted and not path.exists():
            subprocess.run([BENCH, work, "file", path, str(count)], check=True, stdout=subprocess.DEVNULL)
    if {"shards", "chunks"} & set(wanted) and not (folder / "shards").exists():
        (folder / "shards").mkdir()
        subprocess.run([VENV / "python", "-c", MAKE_SHARDS, folder / "shards", str(n(1000)), "100"], check=True, stderr=subprocess.DEVNULL)
    if "chunks" in wanted and not (folder / "chunks.rrd").exists():
        subprocess.run([REEL, "merge", *sorted((folder / "shards").glob("*.rrd")), "-o", folder / "chunks.rrd"], check=True)


def commands_of(work, folder):
    """What is run: a name, Reel's way, the official way, and cat where it is asked to be near."""
    files = sorted((folder / "shards").glob("*.rrd")) if work == "shards" else [folder / f"{work}.rrd"]
    out = folder / "out.rrd"
    drop = ["--drop-timeline", "log_time"]
    for name, ours, theirs in (("merge", [REEL, "merge"], [RERUN, "rrd", "merge"]), ("filter", [REEL, "filter", *drop], [RERUN, "rrd", "filter", *drop]),
                               ("optimize", [REEL, "optimize"], [RERUN, "rrd", "optimize", "--profile", "live"])):
        yield name, {"reel": [*ours, *files, "-o", out], "rerun": [*theirs, *files, "-o", out], "cat": ["cat", *files]}, out


def main():
    works = {"w1": "1 million scalars", "w2": "1 million scalars, 1,000 entities", "shards": "1,000 files, 100,000 chunks", "chunks": "one file, 100,000 chunks", "w4": "2 GB of images"}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--work", nargs="*", choices=works, default=list(works))
    parser.add_argument("--folder", type=Path, default=ROOT / "build/bench_tools")
    options = parser.parse_args()
    make_inputs(options.folder, options.scale, options.work)
    print("| work | command | seconds, rerun | Reel | faster | cat | of cat | peak MB, rerun | Reel | of it | Reel, anonymous |\n| " + " | ".join(["---"] * 11) + " |")
    for work in options.work:
        for name, ways, out in commands_of(work, options.folder):
            taken = {way: [] for way in ways}
            for _ in range(options.runs):
                for way, command in ways.items():
                    taken[way].append(measure(command, out))
            seconds = {way: statistics.median(run[0] for run in runs) for way, runs in taken.items()}
            peak = {way: max(run[1] for run in runs) for way, runs in taken.items()}
            anonymous = max(run[2] for run in taken["reel"])
            print(f"| {works[work]} | {name} | {seconds['rerun']:.2f} | {seconds['reel']:.2f} | {seconds['rerun'] / seconds['reel']:.1f}x | {seconds['cat']:.2f} | {seconds['reel'] / seconds['cat']:.2f} | "
                  f"{peak['rerun']:.0f} | {peak['reel']:.0f} | {peak['reel'] / peak['rerun']:.2f} | {anonymous:.0f} |", flush=True)


if __name__ == "__main__":
    main()
