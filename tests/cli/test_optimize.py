"""`reel optimize`: equal data, in chunks as asked for."""
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import rerun as rr
from conftest import REEL, run, verify
from reshaped import assert_equal, assert_same_data, chunks_of, flip_bytes_of_a_chunk, official, one, recordings_of, rows_of, succeed, summary  # noqa: F401


def chunks(path, entity, timeline="frame"):
    """[(first time, last time, rows, whether row ids ascend)] of an entity's chunks, by first time."""
    from rerun.chunk import RrdReader

    found = []
    for chunk in chunks_of(RrdReader(str(path))):
        if str(chunk.entity_path) == entity:
            batch = chunk.to_record_batch()
            times = pc.cast(batch.column(timeline), pa.int64()).to_pylist()
            ids = batch.column(0).to_pylist()
            found.append((min(times), max(times), batch.num_rows, ids == sorted(ids)))
    return sorted(found)


def assert_in_order(found):
    assert all(ids for *_, ids in found)
    assert all(a[1] < b[0] for a, b in zip(found, found[1:])), found


def small_chunks(path, n, rows, first=0, step=1, entity="many", width=1):
    rec = rr.RecordingStream("reshaped", recording_id="one")
    rec.save(str(path))
    for i in range(n):
        times = (first + np.arange(i * rows, (i + 1) * rows)) * step
        rec.send_columns(entity, [rr.TimeColumn("frame", sequence=times)], rr.Scalars.columns(scalars=np.repeat(times * 0.25, width)).partition([width] * rows))
    rec.flush()
    rec.disconnect()
    return path


def test_a_recording_of_many_things(tmp_path):
    path = official(tmp_path / "many.rrd", n=200, chunk_rows=3, blueprint=True)
    said = summary("optimize", path, "-o", tmp_path / "out.rrd")
    assert said["chunks_written"] < said["chunks"] / 2
    assert_equal(path, tmp_path / "out.rrd")
    assert_same_data(tmp_path / "out.rrd", path, tmp_path)
    assert len(recordings_of(tmp_path / "out.rrd")[1]) == 1


def test_small_chunks_become_few_that_do_not_overlap(tmp_path):
    path = small_chunks(tmp_path / "small.rrd", 300, 10)
    succeed("optimize", path, "-o", tmp_path / "out.rrd", "--max-rows", "500")
    verify(tmp_path / "out.rrd")
    found = chunks(tmp_path / "out.rrd", "/many")
    assert_in_order(found)
    assert sum(n for _, _, n, _ in found) == 3000 and 6 <= len(found) <= 12 and all(n <= 500 for _, _, n, _ in found)
    assert_equal(path, tmp_path / "out.rrd")


def test_shards_of_the_same_time_are_brought_in_order(tmp_path):
    shards = [small_chunks(tmp_path / f"{i}.rrd", 20, 25, first=i / 8, step=8) for i in range(8)]
    succeed("optimize", *shards, "-o", tmp_path / "out.rrd", "--max-rows", "400")
    verify(tmp_path / "out.rrd")
    found = chunks(tmp_path / "out.rrd", "/many")
    assert sum(n for _, _, n, _ in found) == 4000 and all(n <= 400 for _, _, n, _ in found)
    assert_in_order(found)
    succeed("merge", *shards, "-o", tmp_path / "merged.rrd")
    assert_equal(tmp_path / "merged.rrd", tmp_path / "out.rrd")


def test_large_chunks_are_cut(tmp_path):
    path = small_chunks(tmp_path / "large.rrd", 2, 30000)
    succeed("optimize", path, "-o", tmp_path / "out.rrd")
    found = chunks(tmp_path / "out.rrd", "/many")
    assert_in_order(found)
    assert len(found) >= 15 and all(n <= 4096 for _, _, n, _ in found)
    assert_equal(path, tmp_path / "out.rrd")


@pytest.mark.parametrize("options, rows", [([], 4096), (["--profile", "viewer"], 4096), (["--profile", "object-store"], 65536), (["--profile", "object-store", "--max-rows", "100"], 100),
                                           (["--max-rows", "100", "--profile", "object-store"], 100)])
def test_profiles(tmp_path, options, rows):
    path = small_chunks(tmp_path / "small.rrd", 100, 100)
    succeed("optimize", path, "-o", tmp_path / "out.rrd", *options)
    found = chunks(tmp_path / "out.rrd", "/many")
    assert len(found) == -(-10000 // rows)


def test_chunks_keep_to_the_bytes_asked_for(tmp_path):
    path = small_chunks(tmp_path / "wide.rrd", 60, 10, width=200)
    succeed("optimize", path, "-o", tmp_path / "out.rrd", "--max-bytes", "100kB")
    found = chunks(tmp_path / "out.rrd", "/many")
    assert_in_order(found)
    assert all(n * 200 * 8 < 100000 for _, _, n, _ in found) and len(found) <= 20


def test_times_that_go_back_and_forth_keep_their_rows(tmp_path):
    rec = rr.RecordingStream("reshaped", recording_id="one")
    rec.save(str(tmp_path / "mixed.rrd"))
    rng = np.random.default_rng(5)
    for part in np.array_split(rng.permutation(2000), 40):
        rec.send_columns("many", [rr.TimeColumn("frame", sequence=part)], rr.Scalars.columns(scalars=part * 2.0))
    rec.flush()
    rec.disconnect()
    succeed("optimize", tmp_path / "mixed.rrd", "-o", tmp_path / "out.rrd", "--max-rows", "256")
    verify(tmp_path / "out.rrd")
    found = chunks(tmp_path / "out.rrd", "/many")
    assert_in_order(found)
    assert len(found) == 8
    assert_equal(tmp_path / "mixed.rrd", tmp_path / "out.rrd")
    assert_same_data(tmp_path / "out.rrd", tmp_path / "mixed.rrd", tmp_path)


def test_rows_of_other_columns_and_timelines_stay_apart(tmp_path):
    rec = rr.RecordingStream("reshaped", recording_id="one")
    rec.save(str(tmp_path / "mixed.rrd"))
    for i in range(60):
        rec.reset_time()
        rec.set_time("frame", sequence=i)
        if i % 2:
            rec.set_time("other", sequence=-i)
        rec.log("x", rr.Scalars([i]) if i % 3 else rr.TextLog(str(i)))
        rec.flush()
    rec.disconnect()
    succeed("optimize", tmp_path / "mixed.rrd", "-o", tmp_path / "out.rrd")
    verify(tmp_path / "out.rrd")
    assert len(chunks(tmp_path / "out.rrd", "/x")) == 4
    assert_equal(tmp_path / "mixed.rrd", tmp_path / "out.rrd")


def test_what_is_good_already_is_copied(tmp_path):
    path = small_chunks(tmp_path / "good.rrd", 5, 4000)
    said = summary("optimize", path, "-o", tmp_path / "out.rrd")
    assert said["copied"] == 5 and said["joined"] == 0
    again = summary("optimize", tmp_path / "out.rrd", "-o", tmp_path / "again.rrd")
    assert again["copied"] == 5
    assert_equal(path, tmp_path / "again.rrd")


def test_what_comes_twice_is_written_once(tmp_path, one):
    said = summary("optimize", one, one, "-o", tmp_path / "out.rrd")
    assert said["duplicates"] == said["chunks"] // 2
    assert_equal(one, tmp_path / "out.rrd")


def test_a_file_may_be_replaced_by_what_is_made_of_it(tmp_path, one):
    before = one.read_bytes()
    (tmp_path / "copy.rrd").write_bytes(before)
    succeed("optimize", one, "-o", one)
    assert one.read_bytes() != before
    assert_equal(one, tmp_path / "copy.rrd")


def test_pipes(tmp_path, one):
    succeed("optimize", one, "-o", tmp_path / "file.rrd")
    with open(one, "rb") as source, open(tmp_path / "pipe.rrd", "wb") as out:
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        assert subprocess.run([REEL, "optimize", "-", "-o", "-"], stdin=cat.stdout, stdout=out, timeout=60).returncode == 0
        cat.wait()
    verify(tmp_path / "pipe.rrd")
    assert_equal(tmp_path / "file.rrd", tmp_path / "pipe.rrd")


def test_a_footer_that_leaves_chunks_out_is_not_believed(tmp_path, one):
    other = official(tmp_path / "other.rrd", first=100)
    first, second = one.read_bytes(), other.read_bytes()
    (tmp_path / "both.rrd").write_bytes(first + second)  # the last footer knows the second half only, at the wrong place
    succeed("optimize", tmp_path / "both.rrd", "-o", tmp_path / "out.rrd")
    succeed("merge", one, other, "-o", tmp_path / "merged.rrd")
    assert_equal(tmp_path / "out.rrd", tmp_path / "merged.rrd")


def test_damage_is_told_and_the_rest_is_kept(tmp_path):
    path = official(tmp_path / "many.rrd", n=60, chunk_rows=3)
    flip_bytes_of_a_chunk(path, tmp_path / "damaged.rrd", b"/many")
    done = run("optimize", tmp_path / "damaged.rrd", "-o", tmp_path / "out.rrd")
    assert done.returncode == 3 and "lost: 1 places" in done.stderr
    verify(tmp_path / "out.rrd")
    before, after = rows_of(path), rows_of(tmp_path / "out.rrd")
    assert after == {**before, "/many": before["/many"] - 3}


@pytest.mark.parametrize("arguments, said", [([], "FILE is missing"), (["{one}"], "-o OUT is missing"), (["{one}", "-o", "{out}", "--profile", "small"], "not small"),
                                             (["{one}", "-o", "{out}", "--max-rows", "0"], "--max-rows"), (["{one}", "-o", "{out}", "--max-bytes", "lots"], "--max-bytes")])
def test_a_command_line_that_makes_no_sense(tmp_path, one, arguments, said):
    done = run("optimize", *[a.format(one=one, out=tmp_path / "out.rrd") for a in arguments])
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "out.rrd").exists()
