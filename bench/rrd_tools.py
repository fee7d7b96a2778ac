#!/usr/bin/env python3
"""`reel merge`, `filter`, `optimize`, `stats` and `verify` beside `rerun rrd` on the same inputs, and beside `cat`: medians of interleaved runs, and the largest memory.

    bench/rrd_tools.py [--runs N] [--scale PERCENT] [--work NAME...] [--command NAME...] [--folder DIR]
    bench/rrd_tools.py --memory [--scale PERCENT] [--folder DIR]

Uses build/bin/reel, build/bin/reel-bench (BUILD says another build folder) and .cache/venv. Inputs are made in DIR (build/bench_tools) once, 5 GB at scale 100, and are kept. Prints a table in
Markdown. Seconds are those of the clock and, behind a slash, of CPU, which a busy machine disturbs less. --memory shows what Reel alone takes for files of 4 GB, made and removed again. Memory is the largest resident set, in which pages of a mapped file count as long as they are mapped in; `anonymous` is what the process itself took. Both are looked at every 2 ms."""
import argparse
import os
import shutil
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
    """Seconds, CPU seconds, largest resident set and largest anonymous part of it, in MB."""
    os.sync()  # what the run before has written is not this one's to wait for
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=open(output, "wb") if command[0] == "cat" else subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest, done = [0, 0], threading.Event()

    def watch():
        while not done.wait(0.002):
            largest[:] = map(max, largest, memory_kb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    done.set()
    watcher.join()
    assert process.returncode == 0, f"{command[:4]} ended with {process.returncode}"
    Path(output).unlink(missing_ok=True)
    return seconds, usage.ru_utime + usage.ru_stime, largest[0] / 1024, largest[1] / 1024


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
    for name, ours, theirs in (("merge", [], []), ("filter", drop, drop), ("optimize", [], ["--profile", "live"]), ("stats", None, None), ("verify", None, None)):
        to = [] if ours is None else ["-o", out]
        yield name, {"reel": [REEL, name, *(ours or []), *files, *to], "rerun": [RERUN, "rrd", name, *(theirs or []), *files, *to], "cat": ["cat", *files]}, out


def compare(options, works):
    print("| work | command | seconds / CPU, rerun | Reel | faster | of CPU | cat | of cat | of its CPU | peak MB, rerun | Reel | of it | Reel, anonymous |\n| " + " | ".join(["---"] * 13) + " |")
    for work in options.work:
        for name, ways, out in commands_of(work, options.folder):
            if name not in options.command:
                continue
            taken = {way: [] for way in ways}
            for _ in range(options.runs):
                for way, command in ways.items():
                    taken[way].append(measure(command, out))
            wall, cpu = ({way: statistics.median(run[i] for run in runs) for way, runs in taken.items()} for i in (0, 1))
            peak = {way: max(run[2] for run in runs) for way, runs in taken.items()}
            anonymous = max(run[3] for run in taken["reel"])
            both = lambda way: f"{wall[way]:.2f} / {cpu[way]:.2f}"
            print(f"| {works[work]} | {name} | {both('rerun')} | {both('reel')} | {wall['rerun'] / wall['reel']:.1f}x | {cpu['rerun'] / cpu['reel']:.1f}x | {both('cat')} | "
                  f"{wall['reel'] / wall['cat']:.2f} | {cpu['reel'] / cpu['cat']:.2f} | {peak['rerun']:.0f} | {peak['reel']:.0f} | {peak['reel'] / peak['rerun']:.2f} | {anonymous:.0f} |", flush=True)


def show_memory(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    path, out = options.folder / "large.rrd", options.folder / "out.rrd"
    print("| 4 GB of | command | seconds | anonymous, peak MB | resident, peak MB |\n| " + " | ".join(["---"] * 5) + " |")
    for name, work, count in (("scalars", "w1", 172000000), ("scalars of 1,000 entities", "w2", 145000000), ("images of 6.2 MB", "w4", 665)):
        subprocess.run([BENCH, work, "file", path, str(max(1, count * options.scale // 100))], check=True, stdout=subprocess.DEVNULL)
        parts = options.folder / "parts"
        for command in (["stats", path], ["verify", path], ["filter", "--drop-timeline", "log_time", path, "-o", out], ["merge", path, "-o", out], ["split", path, "--by", "size", "1GiB", "-o", parts]):
            seconds, _, resident, anonymous = measure([REEL, *command], out)
            shutil.rmtree(parts, ignore_errors=True)
            print(f"| {name} | {command[0]} | {seconds:.1f} | {anonymous:.0f} | {resident:.0f} |", flush=True)
        path.unlink()


def main():
    works = {"w1": "1 million scalars", "w2": "1 million scalars, 1,000 entities", "shards": "1,000 files, 100,000 chunks", "chunks": "one file, 100,000 chunks", "w4": "2 GB of images"}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--work", nargs="*", choices=works, default=list(works))
    parser.add_argument("--command", nargs="*", default=["merge", "filter", "optimize", "stats", "verify"])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/bench_tools")
    options = parser.parse_args()
    if options.memory:
        return show_memory(options)
    make_inputs(options.folder, options.scale, options.work)
    compare(options, works)


if __name__ == "__main__":
    main()
