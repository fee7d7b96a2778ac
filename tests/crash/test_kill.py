"""SIGKILL at any moment: what a flush has confirmed is in the file, and the file is readable, according to the official reader. REEL_KILLS says how many times."""
import os
import random
import select
import signal
import struct
import subprocess
import time

import pytest

from official import PROGRAMS, rows_of

KILLS = int(os.environ.get("REEL_KILLS", "200"))
THREADS = 3
AT_ONCE = 20  # files per run of the judge
MODES = ["os", "process", "sync", "rotate"]


def kill_one(path, mode, seed, is_early, after_s):
    """Runs a child and kills it so long after its start, or after its first confirmation; how many rows of each thread its last flush confirmed."""
    child = subprocess.Popen([PROGRAMS / "crash_child", path, mode, str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if not is_early:
        select.select([child.stdout], [], [], 30)
    time.sleep(after_s)
    early = child.poll()
    child.send_signal(signal.SIGKILL)
    confirmed, said = child.communicate(timeout=60)
    assert early is None, f"the child ended by itself with {early}: {said.decode()}"
    whole = len(confirmed) // (8 * THREADS) * 8 * THREADS
    return struct.unpack(f"<{THREADS}Q", confirmed[whole - 8 * THREADS:whole]) if whole else (0,) * THREADS


def check(confirmed, paths, name):
    for thread in range(THREADS):
        rows = sorted(paths.get(f"/thread/{thread}", []))
        numbers = [row for row, _ in rows]
        assert all(row == value for row, value in rows), f"{name}: a value is not that of its row"
        assert len(set(numbers)) == len(numbers), f"{name}: a row of thread {thread} stands there twice"
        missing = set(range(confirmed[thread])) - set(numbers)
        assert not missing, f"{name}: {len(missing)} of {confirmed[thread]} confirmed rows of thread {thread} are missing, the first is {min(missing)}"


@pytest.mark.parametrize("mode", MODES)
def test_confirmed_rows_survive_sigkill(tmp_path, mode):
    chance = random.Random(MODES.index(mode))
    kills = KILLS // len(MODES)
    n_confirmed = n_late = 0
    for start in range(0, kills, AT_ONCE):
        folder = tmp_path / str(start)
        folder.mkdir()
        confirmed = {}
        for seed in range(start, min(start + AT_ONCE, kills)):
            is_early = seed % 8 == 0  # mostly while it logs; now and then while it starts
            confirmed[seed] = kill_one(folder / f"{seed}.rrd", mode, seed, is_early, chance.uniform(0, 0.01 if is_early else 0.08))
        files = sorted(folder.glob("*.rrd"))
        found = rows_of(files, folder) if files else {}
        for seed, counts in confirmed.items():
            check(counts, found.get(f"crash_{seed}", {}), f"{mode}, kill {seed}")
            n_confirmed += sum(counts)
            n_late += any(counts)
        for file in files:
            file.unlink()
    assert n_late > kills / 2, f"only {n_late} of {kills} children had confirmed anything: this shows nothing"
    print(f"{mode}: {n_confirmed} confirmed rows, {kills} kills")
