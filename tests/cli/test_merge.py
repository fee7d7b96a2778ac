"""`reel merge`, judged by the official one."""
import subprocess

import pytest
from conftest import REEL, RERUN, run, verify
from reshaped import APPLICATION, assert_equal, assert_same_data, flip_bytes_of_a_chunk, official, one, recordings_of, rerun, rows_of, succeed, summary  # noqa: F401


def test_shards_of_one_recording_are_what_the_official_merge_makes_of_them(tmp_path):
    shards = [official(tmp_path / f"{i}.rrd", first=20 * i, seed=i) for i in range(4)]
    said = summary("merge", *shards, "-o", tmp_path / "out.rrd")
    assert said["inputs"] == 4 and said["chunks"] == said["chunks_written"] and said["stores"] == 1
    rerun("merge", *shards, "-o", tmp_path / "official.rrd")
    assert_same_data(tmp_path / "out.rrd", tmp_path / "official.rrd", tmp_path)


def test_one_file_stays_as_it_is_message_by_message(tmp_path, one):
    succeed("merge", one, "-o", tmp_path / "out.rrd")
    before, after = one.read_bytes(), (tmp_path / "out.rrd").read_bytes()
    messages = [set(), set()]
    for data, found in ((before, messages[0]), (after, messages[1])):
        at = 12
        while data[at:at + 8] != bytes(8):
            size = 16 + int.from_bytes(data[at + 8:at + 16], "little")
            if data[at] == 2:
                found.add(data[at:at + size])
            at += size
    assert messages[0] == messages[1] and len(messages[0]) > 5
    assert_equal(one, tmp_path / "out.rrd")


def test_each_store_is_announced_once_and_has_its_own_rows(tmp_path):
    files = [official(tmp_path / f"{name}.rrd", name, first=30 * i) for i, name in enumerate(("a", "b"))]
    succeed("merge", *files, files[0], "-o", tmp_path / "out.rrd")
    verify(tmp_path / "out.rrd")
    assert recordings_of(tmp_path / "out.rrd")[0] == [(APPLICATION, "a"), (APPLICATION, "b")]
    printed = rerun("print", tmp_path / "out.rrd").stdout
    assert printed.count("StoreInfo {") == 2
    for name, path in zip("ab", files):
        assert rows_of(tmp_path / "out.rrd", name) == rows_of(path)


def test_a_chunk_that_comes_twice_is_written_once_unless_both_are_wanted(tmp_path, one):
    said = summary("merge", one, one, "-o", tmp_path / "out.rrd")
    assert said["duplicates"] == said["chunks_written"] == said["chunks"] // 2
    assert_equal(one, tmp_path / "out.rrd")
    said = summary("merge", one, one, "--keep-duplicates", "-o", tmp_path / "twice.rrd")
    assert said["duplicates"] == 0 and said["chunks_written"] == said["chunks"]


def test_all_recordings_become_one_of_the_id_given(tmp_path):
    files = [official(tmp_path / f"{name}.rrd", name, first=30 * i, seed=i, blueprint=True) for i, name in enumerate(("a", "b"))]
    succeed("merge", *files, "--recording-id", "all", "--application-id", "fleet", "-o", tmp_path / "out.rrd")
    verify(tmp_path / "out.rrd")
    recordings, blueprints = recordings_of(tmp_path / "out.rrd")
    assert recordings == [("fleet", "all")] and [application for application, _ in blueprints] == ["fleet", "fleet"]
    rows = [rows_of(path) for path in files]
    assert rows_of(tmp_path / "out.rrd") == {entity: rows[0][entity] + rows[1][entity] for entity in rows[0]}


def test_a_blueprint_and_its_activation_come_along(tmp_path):
    path = official(tmp_path / "with.rrd", blueprint=True)
    succeed("merge", path, "-o", tmp_path / "out.rrd")
    assert len(recordings_of(tmp_path / "out.rrd")[1]) == 1
    assert "BlueprintActivationCommand" in rerun("print", tmp_path / "out.rrd").stdout
    assert_equal(path, tmp_path / "out.rrd")


def test_pipes_in_and_out(tmp_path, one):
    other = official(tmp_path / "other.rrd", first=50)
    succeed("merge", one, other, "-o", tmp_path / "files.rrd")
    with open(one, "rb") as source, open(tmp_path / "pipes.rrd", "wb") as out:
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        assert subprocess.run([REEL, "merge", "-", other, "-o", "-"], stdin=cat.stdout, stdout=out, timeout=60).returncode == 0
        assert cat.wait() == 0
    assert (tmp_path / "pipes.rrd").read_bytes() == (tmp_path / "files.rrd").read_bytes()


def test_concatenated_files_and_files_without_a_footer_are_read_whole(tmp_path):
    files = [official(tmp_path / f"{i}.rrd", first=20 * i, seed=i) for i in range(2)]
    (tmp_path / "both.rrd").write_bytes(files[0].read_bytes() + files[1].read_bytes())
    data = files[1].read_bytes()
    (tmp_path / "cut.rrd").write_bytes(data[:data.rindex(bytes(8) + len(data[int.from_bytes(data[-32:-24], "little"):-32]).to_bytes(8, "little"))])
    for name, inputs in (("cat", [tmp_path / "both.rrd"]), ("no_footer", [files[0], tmp_path / "cut.rrd"]), ("plain", files)):
        succeed("merge", *inputs, "-o", tmp_path / f"{name}.out.rrd")
    assert_equal(tmp_path / "cat.out.rrd", tmp_path / "plain.out.rrd")
    assert_equal(tmp_path / "no_footer.out.rrd", tmp_path / "plain.out.rrd")


def test_damage_is_told_and_the_rest_is_kept(tmp_path, one):
    other = official(tmp_path / "other.rrd", first=50)
    size = flip_bytes_of_a_chunk(one, tmp_path / "damaged.rrd", b"")
    done = run("merge", tmp_path / "damaged.rrd", other, "-o", tmp_path / "out.rrd")
    assert done.returncode == 3 and "damaged.rrd: at byte" in done.stderr and "the rest was kept" in done.stderr
    verify(tmp_path / "out.rrd")
    said = summary("merge", tmp_path / "damaged.rrd", "-o", tmp_path / "out.rrd", expect=3)
    assert said["damaged"] == 1 and said["bytes_lost"] == size and said["exit_code"] == 3


@pytest.mark.parametrize("arguments, said", [
    ([], "FILE is missing"),
    (["{one}"], "-o OUT is missing"),
    (["-", "-", "-o", "x"], "only once"),
    (["{one}", "-o", "{out}", "--recording-id", ""], "--recording-id is empty"),
    (["{one}", "--nothing"], "unknown option"),
])
def test_a_command_line_that_makes_no_sense(tmp_path, one, arguments, said):
    done = run("merge", *[a.format(one=one, out=tmp_path / "out.rrd") for a in arguments])
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "out.rrd").exists()


def test_what_cannot_be_read_or_written_leaves_nothing_behind(tmp_path, one):
    (tmp_path / "text.rrd").write_text("this is no recording, but a text")
    for inputs, out, name in (([one, tmp_path / "missing.rrd"], tmp_path / "out.rrd", "missing.rrd"), ([tmp_path / "text.rrd"], tmp_path / "out.rrd", "text.rrd"),
                              ([one], tmp_path / "no" / "folder.rrd", "folder.rrd")):
        done = run("merge", *inputs, "-o", out)
        assert done.returncode == 1 and name in done.stderr, done.stderr
        assert sorted(p.name for p in tmp_path.iterdir()) == ["one.rrd", "text.rrd"]


def test_the_official_merge_accepts_the_output_as_input(tmp_path, one):
    succeed("merge", one, "-o", tmp_path / "out.rrd")
    done = subprocess.run([RERUN, "rrd", "merge", str(tmp_path / "out.rrd"), "-o", str(tmp_path / "again.rrd")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "WARN" not in done.stderr, done.stderr
