"""Every archetype, of data and of blueprints, every field of it, every case of cases.py: recorded by Reel and by the official SDK, judged by the official tools."""
import re
from collections import Counter

import numpy as np
import pytest

import cases
import judge
from script import ARCHETYPES, BLUEPRINTS, EVERY, Log, New, Sink, record_both, record_officially, record_with_reel


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return record_both(tmp_path_factory.mktemp("cases"), New(), cases.all_operations())


@pytest.fixture(scope="module")
def read(recorded):
    return [judge.read(path) for path in recorded]


def of(columns, prefix):
    return {key: column for key, column in columns.items() if f"{key[0]}/".startswith(prefix)}


def test_no_archetype_is_missing():
    assert (len(ARCHETYPES), len(BLUEPRINTS), len(EVERY), sum(len(cases.members(name)) for name in EVERY)) == (54, 44, 98, 409)


@pytest.mark.parametrize("archetype", EVERY)
def test_archetype_is_equal(read, equal, archetype):
    ours, official = read
    found = {}
    for kind, folder, names in (("cases", "cases", cases.cases_of(archetype)), ("fields", "fields", cases.fields_of(archetype))):
        for name in names:
            path = f"/{folder}/{archetype}/{name}/"
            assert of(official, path), f"{path} is not in the official recording"
            differs = judge.differences(of(ours, path), of(official, path))
            equal(kind, f"{archetype}/{name}", not differs)
            found.update(differs)
    equal("archetypes", archetype, not found)
    assert not found, judge.tell(found)


def test_nothing_else_was_recorded(read):
    ours, official = read
    assert ours.keys() == official.keys()


@pytest.mark.parametrize("archetype", EVERY)
def test_every_field_of_every_case_is_there(read, archetype):
    """What the table asks for is what was compared."""
    ours, _ = read
    assert {key[1] for key in of(ours, f"/cases/{archetype}/one/")} == {f"{archetype}:{name}" for name in cases.members(archetype)}
    assert {key[1] for key in of(ours, f"/fields/{archetype}/")} == {f"{archetype}:{name}" for name in cases.members(archetype)}


def test_schema_in_the_file_is_equal(recorded, equal):
    """Type, nullability and metadata of every column, index and row id, as written and not as a reader tells them."""
    ours, official = map(judge.schema_on_disk, recorded)
    differing = {key: (ours.get(key), official.get(key)) for key in ours.keys() | official.keys() if ours.get(key) != official.get(key)}
    equal("cases", "schema in the file", not differing)
    assert len(official) > 1000 and not differing, "\n".join(f"{key}\n    Reel     {a}\n    official {b}" for key, (a, b) in list(differing.items())[:3])


def test_nan_is_kept(tmp_path, equal):
    ours, official = map(judge.read, record_both(tmp_path, New(), cases.nan_operations()))
    found = judge.differences(ours, official)
    for archetype in {key[0].split("/")[2] for key in official}:
        equal("cases", f"{archetype}/nan", not any(f"/{archetype}/" in key[0] for key in found))
    assert len(official) > 50 and not found, judge.tell(found)


def test_counts_that_do_not_fit_are_written_as_they_are(tmp_path, equal):
    """And told of, after the fact; a strict recording refuses them."""
    ops = [*cases.at(1), Log("lidar", "Points3D", {"positions": np.ones((5, 3)), "radii": [1.0], "colors": np.array([1, 2, 3, 4, 5, 6, 7], "u4")})]
    ours, official = tmp_path / "reel.rrd", tmp_path / "official.rrd"
    record_officially(official, New(), ops)
    record_with_reel([New(), Sink("file", ours), *ops], late_error="colors has 7 values for 5 instances")
    found = judge.differences(judge.read(ours), judge.read(official))
    equal("cases", "counts that do not fit", not found)
    assert not found, judge.tell(found)
    with pytest.raises(AssertionError, match="ended with 1.*/lidar: colors has 7 values for 5 instances"):
        record_with_reel([New(strict=True), Sink("file", ours), *ops])


def test_official_compare_finds_no_difference(recorded):
    judge.compare(*recorded)


def test_official_compare_would_find_one(tmp_path):
    """One number in one field of one archetype. (It takes floating-point numbers that are almost equal for equal; our own comparison of what the reader gives does not.)"""
    def points(x):
        return [*cases.at(1), Log("a", "Points3D", {"positions": [[1, 2, 3], [4, 5, x]]})]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours, _ = record_both(tmp_path / "a", New(), points(6))
    other, official = record_both(tmp_path / "b", New(), points(7))
    judge.compare(other, official)
    assert judge.differences(judge.read(ours), judge.read(official)).keys() == {("/a", "Points3D:positions")}
    with pytest.raises(AssertionError):
        judge.compare(ours, official)


def test_official_verify_is_silent(recorded):
    judge.verify(recorded[0])


def test_random_access_reads_the_same(recorded):
    path = recorded[0]
    found = judge.differences(judge.read(path, random_access=True), judge.read(path))
    assert not found, judge.tell(found)


def test_stats_are_those_of_the_official_recording(recorded):
    told = []
    for path in recorded:
        code, said = judge.rerun("rrd", "stats", path)
        assert code == 0
        told.append(dict(re.findall(r"^(num_(?:rows|static|entity_paths|chunks_without_components|components_max|indexes_max)) = ([\d\u2009 ]+)", said, re.M)))
    rows = sum(isinstance(op, Log) for op in cases.all_operations())
    assert told[0] == told[1] and int(re.sub(r"\D", "", told[0]["num_rows"])) == rows


def test_print_shows_every_row(recorded):
    code, said = judge.rerun("rrd", "print", recorded[0])
    assert code == 0 and "WARN" not in said and "ERROR" not in said
    shown = Counter()
    for n, entity in re.findall(r"^Chunk\(\w+\) with (\d+) rows .* - (/\S*) - ", said, re.M):
        shown[entity] += int(n)
    assert shown == Counter(f"/{op.path}" for op in cases.all_operations() if isinstance(op, Log))
