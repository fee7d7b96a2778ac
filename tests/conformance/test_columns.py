"""reel_send_columns against the official send_columns."""
import numpy as np
import pytest

import cases
import judge
from script import EVERY, Columns, Log, New, Time, record_both

SENDABLE = {name: list(cases.members(name).values()) for name in EVERY}


def assert_equal(paths, equal, case):
    found = judge.differences(*map(judge.read, paths))
    equal("cases", f"columns/{case}", not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    judge.compare(*paths)


def one_each(archetype, f, n):
    """A value for each of n rows."""
    if cases.is_list(f):
        return cases.value(archetype, f, n)
    values = [cases.value(archetype, f, 1, turn=turn) for turn in range(n)]
    return np.concatenate(values) if n and f.element == "FLAT" else values


def columns_of(archetype, lengths):
    return {(archetype, f.name): (one_each(archetype, f, sum(lengths) if lengths else 3), lengths) for f in SENDABLE[archetype]}


def scalars(path, times, values, lengths=None, field=("Scalars", "scalars")):
    return Columns(path, times, {field: (np.array(values, "f8"), lengths)})


@pytest.mark.parametrize("case, lengths", [("one", None), ("uneven", [2, 0, 3]), ("none", [0, 0, 0])])
def test_every_field(tmp_path, equal, case, lengths):
    times = {"frame": ("sequence", [1, 2, 3]), "when": ("timestamp", [10, 20, 30]), "took": ("duration", [-1, 0, 1])}
    ops = [Columns(f"{archetype}/{is_static}", {} if is_static else times, columns_of(archetype, lengths)) for archetype in EVERY for is_static in (False, True)]
    assert len(ops) == 2 * 98
    assert_equal(record_both(tmp_path, New(), ops), equal, case)


def test_unsorted_times_are_sorted(tmp_path, equal):
    """Equal times keep the order in which they were given."""
    ops = [scalars("one", {"frame": ("sequence", [5, 1, 3, 1, 5, -2])}, [0, 1, 2, 3, 4, 5]),
           scalars("uneven", {"frame": ("sequence", [3, 1, 2])}, [0, 1, 2, 3, 4], [2, 0, 3]),
           Columns("texts", {"when": ("timestamp", [3, 2, 1])}, {("TextLog", "text"): (["c", "b", "a"], None), ("TextLog", "level"): (["INFO", "", "WARN"], None)})]
    assert_equal(record_both(tmp_path, New(), ops), equal, "unsorted")


def test_unsorted_files_do_not_claim_otherwise(tmp_path, equal):
    """Of two timelines only one can be sorted."""
    ops = [scalars("a", {"frame": ("sequence", [1, 2, 3, 4]), "back": ("duration", [4, 3, 2, 1])}, [0, 1, 2, 3]),
           scalars("b", {"z": ("sequence", [1, 2, 3, 4]), "a": ("duration", [4, 1, 2, 3])}, [0, 1, 2, 3])]
    paths = record_both(tmp_path, New(), ops)
    ours, official = (sorted_rows(path) for path in paths)
    assert ours == official
    judge.verify(paths[0])
    judge.compare(*paths)
    assert judge.sorted_claims_that_lie(paths[0]) == []


def sorted_rows(path):
    return {key: sorted((sorted(when.items()), value) for _, when, value in column.rows) for key, column in judge.read(path).items()}


def test_no_rows(tmp_path):
    """Nothing is sent, and nothing is wrong with that."""
    ours, _ = record_both(tmp_path, New(), [scalars("a", {"frame": ("sequence", [])}, []), scalars("b", {"frame": ("sequence", [1])}, [1])])
    assert {entity for entity, _ in judge.read(ours)} == {"/b"}
    judge.verify(ours)


def test_many_rows(tmp_path, equal):
    """More than one slice; points that are not of one size, and texts."""
    random = np.random.default_rng(1)
    n = 60_000
    lengths = random.integers(0, 5, n)
    frames = {"frame": ("sequence", np.arange(n) * 3)}
    ops = [scalars("scalars", frames, random.uniform(-1, 1, n)),
           Columns("points", frames, {("Points3D", "positions"): (random.uniform(-1, 1, (lengths.sum(), 3)).astype("f4"), lengths), ("Points3D", "radii"): (random.uniform(0, 1, n).astype("f4"), None)}),
           Columns("texts", frames, {("TextLog", "text"): ([f"line {i} {'é' * (i % 50)}" for i in range(n)], None)})]
    paths = record_both(tmp_path, New(), ops)
    assert_equal(paths, equal, "many")
    rows = [batch.num_rows for entity, _, batch in judge.chunks(paths[0]) if entity == "/points"]
    assert sum(rows) == n and len(rows) > 1


def test_between_logged_rows(tmp_path, equal):
    """What comes later has the larger row id, whichever way it came; log_time is not added to columns."""
    ops = []
    for i in range(50):
        ops += [Time("frame", "sequence", 10 * i), Log("a", "Scalars", {"scalars": [i]}), scalars("a", {"frame": ("sequence", [10 * i, 10 * i])}, [i + 0.25, i + 0.5])]
    paths = record_both(tmp_path, New(), ops)
    assert_equal(paths, equal, "between logged rows")
    values = [when.keys() for _, when, _ in judge.read(paths[0], with_log_time=True)["/a", "Scalars:scalars"].rows]
    assert values == [{"frame", "log_time"}, {"frame"}, {"frame"}] * 50
