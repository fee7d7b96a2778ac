"""`reel stats`, held against the official one and against the bytes themselves."""
import json
import re
import struct
import subprocess

import pytest
from conftest import REEL, run
from damaged import CHUNK, PYTHONS, messages, written_by
from reshaped import flip_bytes_of_a_chunk, official, one, rerun, rows_of, succeed  # noqa: F401


def stats(path, expect=0):
    return json.loads(succeed("stats", "--json", path, expect=expect).stdout)


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["rows", "columns"])
def test_the_numbers_are_the_official_ones(tmp_path_factory, version, kind):
    path = written_by(version, kind, tmp_path_factory.getbasetemp())
    said = stats(path)
    theirs = rerun("stats", path).stdout
    number = lambda name: int(re.sub(r"\D", "", re.search(rf"^{name} = (.+)$", theirs, re.M)[1]))  # noqa: E731
    assert (said["chunks"], said["entities"], said["rows"]) == (number("num_chunks"), number("num_entity_paths"), number("num_rows"))
    assert (said["chunk_rows"]["min"], said["chunk_rows"]["max"]) == (number("num_rows_min"), number("num_rows_max"))
    assert sum(store["static_chunks"] for store in said["stores"]) == number("num_static")
    per_entity = dict(re.findall(r"^(/\S.*): (\d+)$", theirs.split("Num chunks per entity")[1].split("Num chunks per index")[0], re.M))
    [store] = said["stores"]
    assert {e["entity"]: e["chunks"] for e in store["entities"]} == {path: int(n) for path, n in per_entity.items()}
    per_index = dict(re.findall(r"^(\w+): (\d+)$", theirs.split("Num chunks per index")[1].split("Num chunks per component")[0], re.M))
    assert {t["timeline"]: t["chunks"] for t in store["timelines"]} == {name: int(n) for name, n in per_index.items()}
    assert {e["entity"]: e["rows"] for e in store["entities"]} == rows_of(path)


def test_sizes_are_those_of_the_messages(tmp_path, one):
    data = one.read_bytes()
    sizes = sorted(size for _, size, kind in messages(data) if kind == CHUNK)
    said = stats(one)
    assert said["bytes"] == len(data) and said["messages"] == len(messages(data))
    assert (said["chunk_bytes"]["sum"], said["chunk_bytes"]["min"], said["chunk_bytes"]["max"]) == (sum(sizes), sizes[0], sizes[-1])
    for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        assert abs(said["chunk_bytes"][name] / sizes[int(len(sizes) * share)] - 1) < 0.035
    [store] = said["stores"]
    assert store["bytes"] == sum(sizes) == sum(e["bytes"] for e in store["entities"])
    assert store["unpacked_bytes"] == said["chunk_unpacked_bytes"]["sum"] == sum(e["unpacked_bytes"] for e in store["entities"])
    assert store["ratio"] == pytest.approx(store["unpacked_bytes"] / store["bytes"])


def test_components_count_their_own_rows_values_and_bytes(tmp_path, one):
    [store] = stats(one)["stores"]
    points = next(e for e in store["entities"] if e["entity"] == "/world/points")
    positions = next(c for c in points["components"] if c["component"] == "Points3D:positions")
    n = sum(i % 4 for i in range(12))
    assert (positions["rows"], positions["values"], positions["type"]) == (12, n, "fixed_size_list<float>[3]")
    offsets = 4 * (12 + positions["chunks"])
    assert offsets + 12 * n <= positions["unpacked_bytes"] <= offsets + 12 * n + 64
    assert sum(c["bytes"] for c in points["components"]) < points["bytes"]


def test_unsorted_timelines_show(tmp_path):
    import numpy as np
    import rerun as rr

    rec = rr.RecordingStream("reshaped", recording_id="x")
    rec.save(str(tmp_path / "x.rrd"))
    up = np.arange(50)
    rec.send_columns("both", [rr.TimeColumn("t", sequence=up), rr.TimeColumn("u", sequence=up[::-1])], rr.Scalars.columns(scalars=up * 1.0))
    rec.send_columns("one", [rr.TimeColumn("u", sequence=up)], rr.Scalars.columns(scalars=up * 1.0))
    rec.disconnect()
    [store] = stats(tmp_path / "x.rrd")["stores"]
    assert [(t["timeline"], t["chunks"], t["sorted_chunks"], t["rows"]) for t in store["timelines"]] == [("t", 1, 1, 50), ("u", 2, 1, 100)]
    assert "sorted in 50.0 % of its chunks" in succeed("stats", tmp_path / "x.rrd").stdout


def test_the_largest_entities_come_first_and_the_rest_is_counted(tmp_path):
    path = official(tmp_path / "x.rrd", n=6)
    entities = [e["entity"] for e in stats(path)["stores"][0]["entities"]]
    text = succeed("stats", "--top", 2, path).stdout
    assert f"and {len(entities) - 2} more entities" in text and entities[0] in text and entities[1] in text and entities[-1] not in text
    assert all(entity in succeed("stats", "--top", 0, path).stdout for entity in entities)
    sizes = [e["bytes"] for e in stats(path)["stores"][0]["entities"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_long_answer_is_printed_in_pieces(tmp_path):
    names = [f"signal {i}" for i in range(600)]
    (tmp_path / "wide.csv").write_text("\n".join([",".join(["time", *names]), *(",".join(["1"] * 601) for _ in range(2))]) + "\n")
    succeed("record", "-o", tmp_path / "wide.rrd", tmp_path / "wide.csv")
    said = succeed("stats", "--json", tmp_path / "wide.rrd").stdout
    assert len(said) > 2 * 65536 and len(said.splitlines()) == 1
    [store] = json.loads(said)["stores"]
    assert len(store["entities"]) == json.loads(said)["entities"] > 600
    text = succeed("stats", "--top", 0, tmp_path / "wide.rrd").stdout
    assert len(text) > 65536 and sum(line.startswith("  /") for line in text.splitlines()) == len(store["entities"])


def test_damage_is_told_and_the_rest_is_counted(tmp_path, one):
    size = flip_bytes_of_a_chunk(one, tmp_path / "flip.rrd")
    whole, said = stats(one), stats(tmp_path / "flip.rrd", expect=1)
    assert said["damaged"] == 1 and said["bytes_lost"] == size and said["chunks"] == whole["chunks"] - 1
    assert said["chunk_bytes"]["sum"] == whole["chunk_bytes"]["sum"] - size


def test_pipes_and_command_lines(tmp_path, one):
    piped = subprocess.run([REEL, "stats", "--json", "-"], input=one.read_bytes(), capture_output=True, check=True).stdout
    assert {**json.loads(piped), "file": ""} == {**stats(one), "file": ""}
    assert run("stats").returncode == 2 and run("stats", "--top", "-1", one).returncode == 2
    (tmp_path / "empty").write_bytes(b"")
    assert run("stats", tmp_path / "empty").returncode == 1
    (tmp_path / "header").write_bytes(one.read_bytes()[:12])
    assert run("stats", tmp_path / "header").returncode == 0
    assert struct.unpack("<4s", one.read_bytes()[:4]) == (b"RRF2",)
