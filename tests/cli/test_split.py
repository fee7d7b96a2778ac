"""`reel split`: parts that stand alone, and together are what was split."""
import json
import subprocess

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import REEL, run, verify
from reshaped import APPLICATION, assert_equal, assert_same_data, chunks_of, flip_bytes_of_a_chunk, official, recordings_of, rerun, rows_of, succeed, summary

STATIC = {"/__properties", "/__properties/site", "/world/mesh"}


@pytest.fixture
def many(tmp_path):
    """Rows in chunks of several sizes, a blueprint, two recordings' worth of nothing else."""
    return official(tmp_path / "many.rrd", n=40, chunk_rows=7, blueprint=True)


def split(path, folder, *by, expect=0):
    done = succeed("split", path, "-o", folder, "--by", *by, expect=expect)
    parts = [folder / line.rsplit("/", 1)[1] for line in done.stdout.split("\n")[:-1]]
    assert sorted(parts) == sorted(folder.iterdir()) and parts
    for part in parts:
        verify(part)
    return parts


def frames(path):
    from rerun.chunk import RrdReader

    found = []
    for chunk in chunks_of(RrdReader(str(path))):
        batch = chunk.to_record_batch()
        if "frame" in batch.schema.names:
            found += pc.cast(batch.column("frame"), pa.int64()).to_pylist()
    return found


@pytest.mark.parametrize("by", [["time", "frame:8"], ["time", "took:1500ms"], ["time", "when:10s"], ["size", "12kB"], ["size", "1"], ["entity"], ["entity", "--depth", "2"], ["store"]])
def test_the_parts_together_are_the_whole(tmp_path, many, by):
    parts = split(many, tmp_path / "parts", *by)
    assert len(parts) > 1
    succeed("merge", *parts, "-o", tmp_path / "together.rrd")
    assert_equal(many, tmp_path / "together.rrd")
    succeed("filter", many, "-o", tmp_path / "plain.rrd", "--store", "one")
    succeed("filter", tmp_path / "together.rrd", "-o", tmp_path / "plain_together.rrd", "--store", "one")
    assert_same_data(tmp_path / "plain_together.rrd", tmp_path / "plain.rrd", tmp_path)


def test_each_part_by_time_has_its_rows_and_all_that_is_static(tmp_path, many):
    parts = split(many, tmp_path / "parts", "time", "frame:8")
    assert [part.name for part in parts] == [f"many-{i:04}.rrd" for i in range(1, 6)]
    for i, part in enumerate(parts):
        assert sorted(set(frames(part))) == list(range(8 * i, 8 * i + 8))
        rows = rows_of(part)
        assert STATIC <= set(rows) and rows["/world/mesh"] == 1
        recordings, blueprints = recordings_of(part)
        assert recordings == [(APPLICATION, "one")] and len(blueprints) == 1
        assert "BlueprintActivationCommand" in rerun("print", part).stdout


def test_steps_begin_at_multiples_below_zero_too(tmp_path):
    path = official(tmp_path / "cold.rrd", first=-10, n=20)
    parts = split(path, tmp_path / "parts", "time", "frame:6")
    assert [sorted(set(frames(part))) for part in parts] == [list(range(-10, -6)), list(range(-6, 0)), list(range(6)), list(range(6, 10))]


def test_steps_without_rows_make_no_part(tmp_path):
    files = [official(tmp_path / f"{i}.rrd", first=1000 * i, n=5) for i in range(2)]
    succeed("merge", *files, "-o", tmp_path / "gap.rrd")
    parts = split(tmp_path / "gap.rrd", tmp_path / "parts", "time", "frame:10")
    assert [part.name for part in parts] == ["gap-0001.rrd", "gap-0101.rrd"]


def test_what_is_not_on_the_timeline_has_a_part_of_its_own(tmp_path, many):
    parts = split(many, tmp_path / "parts", "time", "took:5s")
    assert parts[-1].name == "many-without-took.rrd"
    assert set(rows_of(parts[-1])) == STATIC | {"/many"}


def test_parts_by_size_keep_to_it(tmp_path, many):
    data = many.read_bytes()
    footer = int.from_bytes(data[-24:-16], "little")
    parts = split(many, tmp_path / "parts", "size", "20000")
    assert 2 <= len(parts) < 40
    for part in parts:
        data = part.read_bytes()
        footer = int.from_bytes(data[-24:-16], "little")
        assert len(data) - footer - 48 < 20000 + 3000 or sum(rows_of(part).values()) < 20  # store infos and activations are not counted
        assert STATIC <= set(rows_of(part))


def test_parts_by_entity(tmp_path, many):
    parts = split(many, tmp_path / "parts", "entity")
    assert {part.name: set(rows_of(part)) - {"/__properties", "/__properties/site"} for part in parts} == {
        "many-log.rrd": {"/log"}, "many-many.rrd": {"/many"}, "many-plot.rrd": {"/plot/a"}, "many-world.rrd": {"/world/mesh", "/world/points", "/world/a\\ b/image"}}
    deep = split(many, tmp_path / "deep", "entity", "--depth", "2")
    assert {part.name for part in deep} == {"many-log.rrd", "many-many.rrd", "many-plot_a.rrd", "many-world_mesh.rrd", "many-world_points.rrd", "many-world_a__b.rrd"}


def test_parts_by_store(tmp_path, many):
    other = official(tmp_path / "other.rrd", "two", first=100)
    succeed("merge", many, other, "-o", tmp_path / "both.rrd")
    parts = split(tmp_path / "both.rrd", tmp_path / "parts", "store")
    assert {part.suffix for part in parts} == {".rrd", ".rbl"} and len(parts) == 3
    by_id = {recordings_of(part)[0][0][1]: part for part in parts if part.suffix == ".rrd"}
    assert rows_of(by_id["two"]) == rows_of(other) and rows_of(by_id["one"]) == rows_of(many)


def test_names_that_would_be_the_same_are_told_apart(tmp_path):
    files = [official(tmp_path / f"{i}.rrd", name, first=20 * i, n=3) for i, name in enumerate(("a/b", "a b", "a_b"))]
    succeed("merge", *files, "-o", tmp_path / "all.rrd")
    parts = split(tmp_path / "all.rrd", tmp_path / "parts", "store")
    assert sorted(part.name for part in parts) == ["all-a_b-2.rrd", "all-a_b-3.rrd", "all-a_b.rrd"]


def test_a_pipe_is_split(tmp_path, many):
    with open(many, "rb") as source:
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        done = subprocess.run([REEL, "split", "-", "-o", tmp_path / "parts", "--by", "time", "frame:20", "--json"], stdin=cat.stdout, capture_output=True, timeout=60)
        cat.wait()
    said = json.loads(done.stdout)
    assert done.returncode == 0 and [part["path"].rsplit("/", 1)[1] for part in said["parts"]] == ["recording-0001.rrd", "recording-0002.rrd"]
    assert all(part["chunks"] > 0 for part in said["parts"])


def test_damage_is_told_and_the_rest_is_kept(tmp_path, many):
    flip_bytes_of_a_chunk(many, tmp_path / "damaged.rrd", b"/log")
    done = run("split", tmp_path / "damaged.rrd", "-o", tmp_path / "parts", "--by", "time", "frame:20")
    assert done.returncode == 3 and "damaged.rrd: at byte" in done.stderr
    for part in (tmp_path / "parts").iterdir():
        verify(part)
    data = many.read_bytes()
    (tmp_path / "cut.rrd").write_bytes(data[:len(data) // 2])
    assert summary("split", tmp_path / "cut.rrd", "-o", tmp_path / "half", "--by", "entity", expect=3)["damaged"] >= 1


@pytest.mark.parametrize("arguments, code, said", [
    ([], 2, "--by is missing"), (["--by", "colour"], 2, "not by colour"), (["--by", "time"], 2, "TIMELINE:STEP"), (["--by", "time", "frame"], 2, "TIMELINE:STEP"), (["--by", "time", "frame:0"], 2, "above 0"),
    (["--by", "size", "much"], 2, "number of bytes"), (["--by", "entity", "--depth", "0"], 2, "--depth"), (["--by", "time", "frame:1s"], 1, "plain numbers"), (["--by", "time", "nothing:5"], 1, "nothing"),
    (["--by", "time", "when:1us"], 1, "at most 10000"),
])
def test_arguments_that_make_no_sense(tmp_path, many, arguments, code, said):
    done = run("split", many, "-o", tmp_path / "parts", *arguments)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert not list(tmp_path.glob("parts/*"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path, many):
    done = run("split", many, "-o", tmp_path / "no" / "such", "--by", "entity")
    assert done.returncode == 1 and "such" in done.stderr
