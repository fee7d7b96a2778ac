"""`reel compare`: what is equal, what is not, and what it says of it."""
import json

import numpy as np
import pytest
import rerun as rr
from conftest import run
from reshaped import flip_bytes_of_a_chunk, official, one, rerun, succeed  # noqa: F401


def write(path, rows, recording_id="one"):
    """rows: (entity, frame or None for static, archetype), each flushed, so that each is a chunk."""
    rec = rr.RecordingStream("compared", recording_id=recording_id, send_properties=False)
    rec.save(str(path))
    for entity, frame, archetype in rows:
        rec.reset_time()
        if frame is not None:
            rec.set_time("frame", sequence=frame)
        rec.log(entity, archetype, static=frame is None)
    rec.flush()
    rec.disconnect()
    return path


def compare(a, b, *options):
    """log_time is the official recorder's own: two recordings never agree in it."""
    done = run("compare", a, b, "--ignore-log-time", *options)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0, done.stdout


BASE = [("a", 0, rr.Scalars([1.0])), ("a", 1, rr.Scalars([2.0, np.nan])), ("b", 0, rr.TextLog("x", level="INFO")), ("s", None, rr.Points3D([[1, 2, 3]]))]


@pytest.fixture
def base(tmp_path):
    return write(tmp_path / "base.rrd", BASE)


def test_the_same_rows_logged_again_are_equal(tmp_path, base):
    assert compare(base, write(tmp_path / "again.rrd", BASE, "another"))[0]


def test_nan_equals_nan_and_nothing_else_does(tmp_path, base):
    assert not compare(base, write(tmp_path / "other.rrd", [BASE[0], ("a", 1, rr.Scalars([2.0, 0.0])), *BASE[2:]]))[0]


@pytest.mark.parametrize("rows, said", [
    ([("a", 0, rr.Scalars([1.5])), *BASE[1:]], "): Scalars:scalars: [1.0] and [1.5]"),
    ([BASE[0], ("a", 2, rr.Scalars([2.0, np.nan])), *BASE[2:]], "frame: 1 and 2"),
    ([*BASE[:2], ("b", 0, rr.TextLog("x")), BASE[3]], "TextLog:level: only in the first"),
    ([*BASE[:2], ("b", 0, rr.TextDocument("x")), BASE[3]], "TextDocument:text: only in the second"),
    (BASE[:3], "/s: 1 rows, in the recording"),
    ([*BASE, ("a", 2, rr.Scalars([3.0]))], "/a: 2 rows and 3 rows"),
    ([*BASE[:3], ("s", None, rr.Points3D([[1, 2, 3]], radii=[1]))], "Points3D:radii: only in the second"),
    ([*BASE[:3], ("s", 5, rr.Points3D([[1, 2, 3]]))], "/s"),
    ([("a", 0, rr.DynamicArchetype("Scalars", components={"scalars": np.array([1], np.int32)})), *BASE[1:]], "Scalars:scalars: "),
], ids=["value", "time", "component missing", "component more", "entity missing", "row more", "static", "static and not", "type"])
def test_differences(tmp_path, base, rows, said):
    is_equal, text = compare(base, write(tmp_path / "other.rrd", rows))
    assert not is_equal and said in text, text


def test_order_counts_unless_it_is_not_to(tmp_path, base):
    other = write(tmp_path / "other.rrd", [BASE[1], BASE[0], *BASE[2:]])
    assert not compare(base, other)[0] and compare(base, other, "--unordered")[0]


def test_a_row_that_is_there_twice_is_not_a_row_that_is_there_once(tmp_path, base):
    twice = write(tmp_path / "twice.rrd", [BASE[0], *BASE])
    assert not compare(base, twice, "--unordered")[0]
    thrice = write(tmp_path / "other.rrd", [BASE[0], BASE[0], BASE[1], BASE[1], *BASE[2:]])
    assert not compare(twice, thrice, "--unordered")[0]


def test_log_time_counts_unless_it_is_not_to(tmp_path, base):
    later = write(tmp_path / "later.rrd", BASE)
    done = run("compare", base, later)
    assert done.returncode == 1 and "log_time" in done.stdout
    assert run("compare", base, later, "--ignore-log-time").returncode == 0
    assert run("compare", base, later, "--ignore-timeline", "log_time").returncode == 0


def test_how_rows_are_cut_makes_no_difference(tmp_path):
    path = official(tmp_path / "many.rrd", n=100, chunk_rows=7)
    for rows in ("1", "13", "100000"):
        succeed("optimize", path, "-o", tmp_path / f"{rows}.rrd", "--max-rows", rows)
        succeed("compare", path, tmp_path / f"{rows}.rrd")


def test_what_the_official_tool_finds_equal_is_equal_and_else_not(tmp_path):
    a, b, c = (official(tmp_path / f"{i}.rrd", n=9, seed=seed, properties=False) for i, seed in enumerate((1, 1, 2)))
    assert compare(a, b)[0] and not compare(a, c)[0]
    rerun("compare", "--unordered", a, b)
    with pytest.raises(AssertionError):
        rerun("compare", "--unordered", a, c)


def test_pairs_of_stores(tmp_path):
    files = [official(tmp_path / f"{name}.rrd", name, first=20 * i) for i, name in enumerate("abc")]
    for name, names in (("ab", "ab"), ("ba", "ba"), ("ac", "ac")):
        succeed("merge", *[tmp_path / f"{n}.rrd" for n in names], "-o", tmp_path / f"{name}_.rrd")
    succeed("compare", tmp_path / "ab_.rrd", tmp_path / "ba_.rrd")
    done = run("compare", tmp_path / "ab_.rrd", tmp_path / "ac_.rrd", "--max", "3")
    assert done.returncode == 1 and "the recording b of reshaped" in done.stdout and "differences in all" in done.stdout
    assert files[0].exists()


def test_the_result_as_json(tmp_path, base):
    said = json.loads(run("compare", base, base, "--json").stdout)
    assert said["is_equal"] and said["rows"] == 4 and said["entities"] == 3 and said["differences"] == []
    other = write(tmp_path / "other.rrd", [("a", 0, rr.Scalars([1.5])), *BASE[1:]])
    said = json.loads(run("compare", base, other, "--json", "--ignore-log-time").stdout)
    assert not said["is_equal"] and said["n_differences"] == 1 and said["differences"][0]["entity"] == "/a" and said["exit_code"] == 1


def test_damage_without_a_difference_is_told_apart(tmp_path):
    path = official(tmp_path / "many.rrd", n=20, chunk_rows=3)
    flip_bytes_of_a_chunk(path, tmp_path / "damaged.rrd", b"/many")
    done = run("compare", path, tmp_path / "damaged.rrd")
    assert done.returncode == 1 and "/many" in done.stdout and "could not be read" in done.stderr
    assert run("compare", tmp_path / "damaged.rrd", tmp_path / "damaged.rrd").returncode == 3


@pytest.mark.parametrize("arguments, code, said", [([], 2, "0 were given"), (["{one}"], 2, "1 were given"), (["{one}"] * 3, 2, "3 were given"), (["-", "-"], 2, "only once"),
                                                   (["{one}", "{one}.missing"], 1, "missing")])
def test_arguments_that_make_no_sense(one, arguments, code, said):
    done = run("compare", *[a.format(one=one) for a in arguments])
    assert done.returncode == code and said in done.stderr
