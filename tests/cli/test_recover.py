"""`reel recover`: nothing intact is lost, what is lost is told, and the official command line accepts what was written."""
import json
import struct
import subprocess

import pyarrow as pa
import pytest
from conftest import REEL, run, verify
from damaged import CHUNK, FOOTER_SIZE, HEADER_SIZE, PYTHONS, bodies, damages, messages, written_by, written_by_reel
from odd_chunks import BEGIN, batch, chunk_message, field, ipc, message, rows, store_id
from reshaped import assert_same_data, flip_bytes_of_a_chunk, official, one  # noqa: F401


def recover(*arguments, expect=0):
    done = run("recover", *arguments, timeout=60)
    assert done.returncode == expect, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def reports(*arguments, expect=0):
    return [json.loads(line) for line in recover(*arguments, "--json", expect=expect).stdout.splitlines()]


def test_of_a_whole_recording_nothing_is_lost(tmp_path, one):
    [said] = reports(one, "-o", tmp_path / "out.rrd")
    assert said["event"] == "recovered" and said["lost"] == said["bytes_lost"] == 0 and said["had_footer"] and not said["is_truncated"]
    assert bodies((tmp_path / "out.rrd").read_bytes()) == bodies(one.read_bytes())
    assert said["messages"] == len(bodies(one.read_bytes()))
    assert_same_data(tmp_path / "out.rrd", one, tmp_path)


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["rows", "blueprint"])
def test_recordings_of_official_releases_cut_short_get_a_footer(tmp_path, tmp_path_factory, version, kind):
    data = written_by(version, kind, tmp_path_factory.getbasetemp()).read_bytes()
    whole = messages(data)
    at, size, _ = whole[-1]
    (tmp_path / "cut.rrd").write_bytes(data[:at + size // 2])
    done = recover(tmp_path / "cut.rrd", "-o", tmp_path / "out.rrd", expect=3)
    assert f"lost at byte {at}, {size // 2} bytes" in done.stdout
    assert bodies((tmp_path / "out.rrd").read_bytes()) == bodies(data)[:-1]
    verify(tmp_path / "out.rrd")


def test_cut_anywhere_all_messages_before_the_cut_are_kept(tmp_path):
    data = written_by_reel(tmp_path / "whole.rrd").read_bytes()
    whole = messages(data)
    ends = [at + size for at, size, _ in whole]
    cuts = {0, 1, 4, 11, 12, 13, 20, 28, len(data) - 1, len(data) - 31, len(data) - FOOTER_SIZE}
    cuts |= {end + d for end in ends for d in (-1, 0, 1, 8, 15, 16, 17)} | set(range(0, len(data), len(data) // 60))
    judged = 0
    for cut in sorted(c for c in cuts if c < len(data)):
        (tmp_path / "cut.rrd").write_bytes(data[:cut])
        n = sum(end <= cut for end in ends)
        is_clean = cut in ends or cut >= ends[-1] + 16  # what is cut of a footer is no loss, if its header tells that it is one
        done = recover(tmp_path / "cut.rrd", "-o", tmp_path / "out.rrd", expect=1 if not n else 0 if is_clean else 3)
        assert (tmp_path / "out.rrd").exists() == (n > 0)
        if not n:
            assert "nothing to recover" in done.stderr
            continue
        assert bodies((tmp_path / "out.rrd").read_bytes()) == bodies(data)[:n], cut
        if not is_clean:
            start = ([HEADER_SIZE] + ends)[n]
            assert f"lost at byte {start}, {cut - start} bytes" in done.stdout
        if n != judged and any(kind == CHUNK for _, _, kind in whole[:n]):  # of a recording without chunks the official one says that it has no footer
            verify(tmp_path / "out.rrd")
            judged = n
        (tmp_path / "out.rrd").unlink()


def test_a_chunk_that_cannot_be_unpacked_is_told_with_its_place_and_size(tmp_path, one):
    size = flip_bytes_of_a_chunk(one, tmp_path / "flip.rrd")
    before = bodies(one.read_bytes())
    lost, said = reports(tmp_path / "flip.rrd", "-o", tmp_path / "out.rrd", expect=3)
    assert lost["event"] == "lost" and lost["bytes"] == size == said["bytes_lost"] and said["lost"] == 1
    kept = bodies((tmp_path / "out.rrd").read_bytes())
    [missing] = [at for (at, _, _), body in zip(messages(one.read_bytes()), before) if body not in kept]
    assert missing == lost["offset"] and len(kept) == len(before) - 1
    verify(tmp_path / "out.rrd")


@pytest.mark.parametrize("what", ["length too large", "length too small", "kind", "header of the stream", "garbage in front", "garbage within", "a piece is missing"])
def test_behind_damage_of_the_framing_the_next_message_is_found(tmp_path, one, what):
    data = one.read_bytes()
    whole = messages(data)
    number = next(i for i, (_, _, kind) in enumerate(whole) if kind == CHUNK and i > 3)
    at, size, _ = whole[number]
    lost = {number}
    if what == "length too large":
        new = data[:at + 8] + struct.pack("<Q", 2**40) + data[at + 16:]
    elif what == "length too small":
        new = data[:at + 8] + struct.pack("<Q", 40) + data[at + 16:]
    elif what == "kind":
        new = data[:at] + struct.pack("<Q", 2**63 + 77) + data[at + 8:]
    elif what == "header of the stream":
        new, lost = bytes(HEADER_SIZE) + data[HEADER_SIZE:], set()
    elif what == "garbage in front":
        new, lost = b"\0\1\2\3" * 999 + data, set()
    elif what == "garbage within":
        new, lost = data[:at] + b"RRF2 no, it is not" * 50 + data[at:], set()
    else:
        new = data[:at + size // 3] + data[at + 2 * size // 3:]
    (tmp_path / "bad.rrd").write_bytes(new)
    recover(tmp_path / "bad.rrd", "-o", tmp_path / "out.rrd", expect=3)
    before = bodies(data)
    assert bodies((tmp_path / "out.rrd").read_bytes()) == [body for i, body in enumerate(before) if i not in lost]
    verify(tmp_path / "out.rrd")


@pytest.mark.parametrize("maker", ["official", "reel"])
def test_of_random_damage_everything_intact_comes_back(tmp_path, maker):
    path = tmp_path / "whole.rrd"
    data = (official(path, n=6, blueprint=True) if maker == "official" else written_by_reel(path)).read_bytes()
    judged = 0
    for what, new, intact in damages(data, 150, seed=5):
        (tmp_path / "bad.rrd").write_bytes(new)
        done = run("recover", tmp_path / "bad.rrd", "-o", tmp_path / "out.rrd", timeout=60)
        assert done.returncode in ((0, 3) if intact else (0, 1, 3)), (what, done.returncode, done.stderr)
        if done.returncode == 1:
            continue
        kept = set(bodies((tmp_path / "out.rrd").read_bytes()))
        assert [len(body) for body in intact if body not in kept] == [], what
        if done.returncode == 0:  # nothing was lost: every message is there, or one that was changed within its values
            assert len(bodies((tmp_path / "out.rrd").read_bytes())) >= len(bodies(data)) or "cut" in what or "remove" in what, what
        judged += 1
        if judged % 12 == 0:  # a path or a version may have become another one: no sum tells, and the official tool only warns
            verify(tmp_path / "out.rrd", may_warn=True)
    assert judged > 100


def test_several_inputs_become_one_recording_and_each_is_reported(tmp_path):
    files = [official(tmp_path / f"{i}.rrd", first=20 * i, n=5, seed=i) for i in range(3)]
    flip_bytes_of_a_chunk(files[1], tmp_path / "1b.rrd")
    said = [line for line in reports(files[0], tmp_path / "1b.rrd", files[2], "-o", tmp_path / "out.rrd", expect=3) if line["event"] == "recovered"]
    assert [line["lost"] for line in said] == [0, 1, 0] and [line["file"] for line in said] == [str(files[0]), str(tmp_path / "1b.rrd"), str(files[2])]
    verify(tmp_path / "out.rrd")
    assert len(bodies((tmp_path / "out.rrd").read_bytes())) == sum(len(bodies(f.read_bytes())) for f in files) - 1


def test_recordings_one_behind_another_become_one(tmp_path, one):
    other = official(tmp_path / "two.rrd", "two", first=40)
    (tmp_path / "both.rrd").write_bytes(one.read_bytes() + other.read_bytes())
    recover(tmp_path / "both.rrd", "-o", tmp_path / "out.rrd")
    assert bodies((tmp_path / "out.rrd").read_bytes()) == bodies(one.read_bytes()) + bodies(other.read_bytes())
    verify(tmp_path / "out.rrd")


def test_pipes_on_both_sides(tmp_path, one):
    done = subprocess.run([REEL, "recover", "-", "-o", "-"], input=one.read_bytes()[:-700], capture_output=True, timeout=60)
    assert done.returncode == 0 and b"standard input" in done.stderr
    (tmp_path / "out.rrd").write_bytes(done.stdout)
    verify(tmp_path / "out.rrd")
    assert bodies(done.stdout) == bodies(one.read_bytes())


def test_a_message_of_a_kind_that_is_not_known_is_left_out_and_told(tmp_path, one):
    data = one.read_bytes()
    at = messages(data)[2][0]
    (tmp_path / "odd.rrd").write_bytes(data[:at] + struct.pack("<QQ", 9, 5) + b"hello" + data[at:])
    done = recover(tmp_path / "odd.rrd", "-o", tmp_path / "out.rrd", expect=3)
    assert f"lost at byte {at}, 21 bytes" in done.stdout and "kind that is not known" in done.stdout
    assert bodies((tmp_path / "out.rrd").read_bytes()) == bodies(data)
    verify(tmp_path / "out.rrd")


def test_what_is_no_recording_leaves_nothing(tmp_path, one):
    (tmp_path / "text").write_text("hello " * 500)
    for data in (b"", b"hello " * 500, bytes(5000)):
        (tmp_path / "text").write_bytes(data)
        assert "nothing to recover" in recover(tmp_path / "text", "-o", tmp_path / "out.rrd", expect=1).stderr
        assert not (tmp_path / "out.rrd").exists()
    assert "cannot be opened" in recover(tmp_path / "none.rrd", "-o", tmp_path / "out.rrd", expect=1).stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.rrd", "text"]


def test_command_lines_that_make_no_sense(tmp_path, one):
    before = one.read_bytes()
    for arguments in ([], [one], ["-o", tmp_path / "x"], [one, "-o", one], ["-", "-", "-o", "x"], [one, "--nonsense"]):
        assert recover(*arguments, expect=2).stderr
    assert one.read_bytes() == before

def test_recover_does_not_go_round_in_circles(tmp_path):
    """Behind a chunk that cannot be read stands a message that is none: so the chunk is looked through. A stream's header at its very end leads back to that message."""
    path = tmp_path / "circle.rrd"
    good = chunk_message(ipc(batch({"x": rows(pa.array([1.0]))})))
    header = BEGIN[:12]
    unreadable = message(2, field(1, store_id()) + field(2, 1) + field(4, 1) + field(5, b"no Arrow stream" + header))
    path.write_bytes(BEGIN + unreadable + message(1, b"\xff" * 53) + good)
    done = run("recover", path, "-o", tmp_path / "out.rrd", timeout=20)
    assert done.returncode == 3, done.stderr
    assert "1 chunk" in run("info", tmp_path / "out.rrd").stdout
