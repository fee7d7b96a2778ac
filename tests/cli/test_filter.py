"""`reel filter`: which rows are left, judged by the official filter where it can do the same, and by the official reader's rows where it cannot."""
import subprocess

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import REEL, run, verify
from reshaped import assert_equal, assert_same_data, chunks_of, flip_bytes_of_a_chunk, official, one, recordings_of, rerun, rows_of, succeed, summary  # noqa: F401


def rows(path, entity, timeline="frame"):
    """[(row id, time, {component: value})] of an entity, in the order of row ids."""
    from rerun.chunk import RrdReader

    found = []
    for chunk in chunks_of(RrdReader(str(path))):
        if str(chunk.entity_path) != entity:
            continue
        batch = chunk.to_record_batch()
        names = batch.schema.names
        times = pc.cast(batch.column(timeline), pa.int64()).to_pylist() if timeline in names else [None] * batch.num_rows
        components = [f.name for f in batch.schema if f.metadata[b"rerun:kind"] == b"data"]
        for i, (row_id, time) in enumerate(zip(batch.column(0).to_pylist(), times)):
            found.append((row_id, time, {name: batch.column(name)[i].as_py() for name in components if batch.column(name)[i].is_valid}))
    return sorted(found, key=lambda row: row[0])


def timelines(path, entity):
    from rerun.chunk import RrdReader

    return {f.name for chunk in chunks_of(RrdReader(str(path))) if str(chunk.entity_path) == entity for f in chunk.to_record_batch().schema if f.metadata[b"rerun:kind"] == b"index"}


@pytest.fixture
def filtered(tmp_path, one):
    def filter_(*options, source=one, expect=0):
        succeed("filter", source, "-o", tmp_path / "out.rrd", *options, expect=expect)
        verify(tmp_path / "out.rrd")
        return tmp_path / "out.rrd"

    return filter_


@pytest.mark.parametrize("ours, theirs", [
    (["--drop-timeline", "log_time"], ["--drop-timeline", "log_time"]),
    (["--drop-timeline", "took", "--drop-timeline", "when"], ["--drop-timeline", "took", "--drop-timeline", "when"]),
    (["--not-entity", "/plot/a"], ["--drop-entity", "/plot/a"]),
    (["--keep-timeline", "frame"], ["--drop-timeline", "took", "--drop-timeline", "when", "--drop-timeline", "log_time"]),
])
def test_what_the_official_filter_does_too(tmp_path, one, filtered, ours, theirs):
    rerun("filter", *theirs, one, "-o", tmp_path / "official.rrd")
    assert_same_data(filtered(*ours), tmp_path / "official.rrd", tmp_path)


def test_nothing_asked_for_changes_nothing(one, filtered):
    assert_equal(one, filtered())


@pytest.mark.parametrize("options, kept", [
    (["--entity", "/world/**"], ["/world/a\\ b/image", "/world/mesh", "/world/points"]),
    (["--entity", "/world/*"], ["/world/mesh", "/world/points"]),
    (["--entity", "/world/p*", "--entity", "/log"], ["/log", "/world/points"]),
    (["--entity", "/**/image"], ["/world/a\\ b/image"]),
    (["--entity", "/world/a\\ b/**"], ["/world/a\\ b/image"]),
    (["--entity", "/world/**", "--not-entity", "/world/m?sh"], ["/world/a\\ b/image", "/world/points"]),
    (["--static-only"], ["/world/mesh"]),
    (["--component", "Scalars:scalars"], ["/plot/a"]),
    (["--component", "Points3D:*"], ["/world/mesh", "/world/points"]),
])
def test_entities_and_components(one, filtered, options, kept):
    left = rows_of(filtered(*options))
    properties = {"/__properties", "/__properties/site"}
    assert set(left) == set(kept) | properties
    before = rows_of(one)
    for entity in left:
        assert left[entity] == before[entity] or (options[0] == "--component" and entity == "/plot/a")


def test_properties_go_when_they_are_named(filtered):
    assert "/__properties/site" not in rows_of(filtered("--not-entity", "/__properties/site"))


def test_other_components_of_a_row_go_and_its_id_stays(one, filtered):
    before, after = rows(one, "/world/points"), rows(filtered("--component", "Points3D:colors"), "/world/points")
    assert [(i, t, {"Points3D:colors": c["Points3D:colors"]}) for i, t, c in before] == after


@pytest.mark.parametrize("text, least, most", [("frame:3:7", 3, 7), ("frame:9:", 9, 99), ("frame::2", 0, 2), ("frame:5:5", 5, 5), ("took:1s:2500ms", 4, 10), ("took:500000000:0.5s", 2, 2),
                                               ("when:2023-11-14T22:13:23:2023-11-14T22:13:25.5", 3, 5)])
def test_a_range_of_time_cuts_chunks_by_rows(one, filtered, text, least, most):
    out = filtered("--timeline", text)
    for entity in ("/world/points", "/plot/a", "/log", "/world/a\\ b/image"):
        assert rows(out, entity) == [row for row in rows(one, entity) if least <= row[1] <= most]
    assert rows(out, "/world/mesh", None) == rows(one, "/world/mesh", None)


def test_ranges_on_several_timelines_have_to_fit_together(one, filtered):
    out = filtered("--timeline", "frame:2:9", "--timeline", "took:1s:")
    assert [row[1] for row in rows(out, "/plot/a")] == [row[1] for row in rows(one, "/plot/a") if 4 <= row[1] <= 9]


def test_what_is_not_on_the_timeline_goes_with_a_range(tmp_path, filtered):
    path = official(tmp_path / "many.rrd", chunk_rows=4)
    out = filtered("--timeline", "took:0s:100s", source=path)
    assert "/many" in rows_of(path) and "/many" not in rows_of(out)


def test_a_timeline_that_is_not_among_the_kept_takes_its_chunks_along(tmp_path, filtered):
    path = official(tmp_path / "many.rrd", chunk_rows=4)
    left = rows_of(filtered("--keep-timeline", "took", source=path))
    assert "/many" not in left and left["/plot/a"] == rows_of(path)["/plot/a"]


def test_the_last_timeline_leaves_static_data_as_with_the_official_tool(tmp_path, filtered):
    path = official(tmp_path / "many.rrd", chunk_rows=4)
    out = filtered("--drop-timeline", "frame", "--entity", "/many", source=path)
    assert timelines(out, "/many") == set() and rows_of(out)["/many"] == 12


def test_times_are_shifted_and_entities_are_moved(one, filtered):
    out = filtered("--shift", "frame:1000", "--shift", "took:-1.5s", "--rename-entity", "/world=/robot 1/world", "--rename-entity", "plot/a=/curve")
    assert rows(out, "/curve", "took") == [(i, t - 1_500_000_000, c) for i, t, c in rows(one, "/plot/a", "took")]
    moved = {entity for entity in rows_of(out) if entity.startswith("/robot")}
    assert moved == {"/robot\\ 1/world/mesh", "/robot\\ 1/world/points", "/robot\\ 1/world/a\\ b/image"}
    assert rows(out, "/robot\\ 1/world/points") == [(i, t + 1000, c) for i, t, c in rows(one, "/world/points")]


def test_a_shift_and_back_again_is_the_same(tmp_path, one, filtered):
    out = filtered("--shift", "frame:77", "--shift", "when:1h")
    succeed("filter", out, "-o", tmp_path / "back.rrd", "--shift", "frame:-77", "--shift", "when:-1h")
    assert_equal(one, tmp_path / "back.rrd")


def test_one_store_of_several(tmp_path, filtered):
    files = [official(tmp_path / f"{name}.rrd", name, first=20 * i, blueprint=True) for i, name in enumerate("ab")]
    succeed("merge", *files, "-o", tmp_path / "both.rrd")
    out = filtered("--store", "b", source=tmp_path / "both.rrd")
    recordings, blueprints = recordings_of(out)
    assert [name for _, name in recordings] == ["b"] and blueprints == []
    assert rows_of(out) == rows_of(files[1])


def test_blueprints_stay_as_they_are(tmp_path, filtered):
    path = official(tmp_path / "with.rrd", blueprint=True)
    out = filtered("--entity", "/log", "--timeline", "frame:1000:", "--drop-timeline", "log_time", source=path)
    succeed("split", path, "-o", tmp_path / "a", "--by", "store")
    succeed("split", out, "-o", tmp_path / "b", "--by", "store")
    [[before], [after]] = [list((tmp_path / name).glob("*.rbl")) for name in "ab"]
    assert_equal(before, after)


def test_pipes_and_the_summary(tmp_path, one, filtered):
    out = filtered("--timeline", "frame:3:5")
    with open(one, "rb") as source:
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        done = subprocess.run([REEL, "filter", "-", "--timeline", "frame:3:5", "-o", "-", "--json"], stdin=cat.stdout, capture_output=True, timeout=60)
        cat.wait()
    (tmp_path / "piped.rrd").write_bytes(done.stdout)
    assert_equal(out, tmp_path / "piped.rrd")
    said = summary("filter", one, "-o", tmp_path / "x.rrd", "--timeline", "frame:3:5")
    assert said["rows_written"] == sum(rows_of(out).values()) and said["rows"] == sum(rows_of(one).values()) and said["chunks_changed"] > 0
    assert b'"rows_written"' in done.stderr


def test_damage_is_told_and_the_rest_is_kept(tmp_path, one):
    flip_bytes_of_a_chunk(one, tmp_path / "damaged.rrd", b"")
    done = run("filter", tmp_path / "damaged.rrd", "-o", tmp_path / "out.rrd", "--drop-timeline", "log_time")
    assert done.returncode == 3 and "lost: 1 places" in done.stderr
    verify(tmp_path / "out.rrd")


@pytest.mark.parametrize("arguments, said", [
    (["--timeline", "frame"], "NAME:MIN:MAX"), (["--timeline", "frame:7:3"], "NAME:MIN:MAX"), (["--timeline", "frame:a:b"], "NAME:MIN:MAX"), (["--shift", "frame"], "TIMELINE:BY"),
    (["--shift", "frame:2024-01-01"], "TIMELINE:BY"), (["--rename-entity", "/world"], "OLD=NEW"), (["--rename-entity", "=x"], "OLD=NEW"), (["--entity"], "needs a value"),
])
def test_a_command_line_that_makes_no_sense(tmp_path, one, arguments, said):
    done = run("filter", one, "-o", tmp_path / "out.rrd", *arguments)
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "out.rrd").exists()


@pytest.mark.parametrize("arguments, said", [(["--timeline", "frame:1s:2s"], "another type"), (["--shift", "frame:1s"], "another type"), (["--timeline", "took:2024-01-01:"], "another type"),
                                             (["--shift", "when:9000000000s"], "cannot be shifted")])
def test_times_that_a_timeline_cannot_have(tmp_path, one, arguments, said):
    done = run("filter", one, "-o", tmp_path / "out.rrd", *arguments)
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert not (tmp_path / "out.rrd").exists()
