"""The order of rows between threads and processes, as the official reader sees it: what was logged later has the larger row id, and no two rows have the same."""
import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

import judge

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/baton"
TURNS = 100_000


def write(scenario, path, count):
    done = subprocess.run([PROGRAM, scenario, path, str(count)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def rows(path):
    """(entity, row id, {column name: value}) of every row outside of the properties."""
    for entity, _, batch in judge.chunks(path):
        if entity.startswith("/__properties"):
            continue
        kinds = [(f.metadata or {})[b"rerun:kind"] for f in batch.schema]
        ids = batch.column(kinds.index(b"control")).to_pylist()
        columns = {}
        for i, kind in enumerate(kinds):
            if kind != b"control":
                column = batch.column(i)
                columns[batch.schema.names[i]] = (column.cast(pa.int64()) if kind == b"index" else column).to_pylist()
        for r, row_id in enumerate(ids):
            yield entity, bytes(row_id), {name: values[r] for name, values in columns.items()}


@pytest.mark.parametrize("scenario", ["static", "equal", "columns", "clear"])
def test_the_one_who_logs_last_wins(tmp_path, scenario):
    path = tmp_path / "baton.rrd"
    write(scenario, path, TURNS)
    judge.verify(path)
    by_turn = {}
    for _, row_id, values in rows(path):
        by_turn[values["turn"] if scenario == "clear" else int(values["Scalars:scalars"][0])] = row_id
    assert sorted(by_turn) == list(range(TURNS))
    late = [n for n in range(1, TURNS) if by_turn[n - 1] >= by_turn[n]]
    assert not late, f"{len(late)} of {TURNS} turns have an id that is not larger than that of the turn before; the first is {late[0]}"


def test_row_ids_of_forked_children_are_disjoint(tmp_path):
    path, count = tmp_path / "parent.rrd", 5000
    write("fork", path, count)
    seen, kept = {}, set()
    for file in [path, *(tmp_path / f"parent.rrd.{c}.rrd" for c in range(8))]:
        judge.verify(file)
        found = [(entity, row_id) for entity, row_id, _ in rows(file)]
        own = [row_id for entity, row_id in found if entity != "/kept"]
        kept.add(tuple(row_id for entity, row_id in found if entity == "/kept"))
        assert len(own) == count and len(set(own)) == count, file
        assert not seen.keys() & set(own), f"{file} has ids of {seen[min(seen.keys() & set(own))]}"
        seen.update(dict.fromkeys(own, file))
    assert len(seen) == 9 * count
    assert len(kept) == 1 and len(next(iter(kept))) == 1  # the same row everywhere: what is kept is the parent's
