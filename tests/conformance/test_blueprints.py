"""Blueprints, made by the official SDK and by Reel: compared through the official reader, with ids named after where their nodes stand."""
import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pyarrow as pa
import pytest
import rerun as rr
import rerun.blueprint as rrb
from rerun.chunk import RrdReader

import blueprint_cases
import judge
from blueprint_rows import UUID, differences, normalised, rows_of
from rrd_bytes import fields, messages

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schema"))
import model  # noqa: E402

MODEL = model.load(ROOT / "schema" / "types.txt")
PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/make_blueprints"
BLUEPRINT_ARCHETYPES = {a.name: a for a in MODEL.blueprint()}


def make(case, kind, path, *flags, lines=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RERUN")}
    done = subprocess.run([PROGRAM, case, kind, path, *flags], input=lines, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return path


def stores_of(path):
    """What the bytes say: [(recording id, kind, chunks, (make_active, make_default) after how many of its chunks)]."""
    data, stores = Path(path).read_bytes(), {}
    for kind, at, size in messages(data):
        if kind not in (1, 2, 3):
            continue
        message = fields(data[at:at + size])
        id = fields(fields(message[2][0])[2][0] if kind == 1 else message[1][0])
        store = stores.setdefault(id[2][0].decode(), {"kind": id[1][0], "infos": 0, "chunks": 0, "activations": []})
        if kind == 1:
            assert not store["chunks"] and not store["activations"]
        store["infos"] += kind == 1
        store["chunks"] += kind == 2
        if kind == 3:
            store["activations"].append((message.get(2, [0])[0], message.get(3, [0])[0], store["chunks"]))
    return stores


@pytest.mark.parametrize("case", [case.__name__ for case in blueprint_cases.CASES])
def test_a_blueprint_is_equal(tmp_path, equal, case):
    official = tmp_path / "official.rbl"
    getattr(blueprint_cases, case)().save("blueprints", str(official))
    ours = make(case, "rbl", tmp_path / "reel.rbl")
    within = make(case, "rrd", tmp_path / "reel.rrd")
    wanted = normalised(official)
    for path in (ours, within):
        found = differences(normalised(path), wanted)
        equal("blueprints", case, not found)
        assert not found, "\n".join(f"{key}: {what}" for key, what in found.items())
        judge.verify(path)
    [store] = stores_of(official).values()
    [mine] = stores_of(ours).values()
    assert mine["activations"] == [(1, 1, mine["chunks"])] and store["activations"][0][:2] == (1, 1)
    reader = RrdReader(str(within))
    assert [(s.application_id, s.recording_id) for s in reader.recordings()] == [("blueprints", "shown")]
    assert [s.application_id for s in reader.blueprints()] == ["blueprints"]
    assert len(judge.read(within)) > 10


@pytest.mark.parametrize("way, flags", [("rrd", ["adf"]), ("late", []), ("memory", []), ("captured", [])])
def test_a_file_begins_with_the_blueprint_where_that_can_be(tmp_path, way, flags):
    """A viewer that has opened a recording without one makes a layout of its own, and then a default one does not count."""
    assert [s["kind"] for s in stores_of(make("lone_view", way, tmp_path / "reel.rrd", *flags)).values()] == [2, 1]


@pytest.mark.parametrize("way", ["memory", "captured", "callback"])
def test_other_ways_than_a_file_have_both_stores(tmp_path, way):
    path, wanted = make("spatial", way, tmp_path / "reel.rrd"), normalised(make("spatial", "rbl", tmp_path / "reel.rbl"))
    judge.verify(path, *(["--check-footers=false"] if way == "callback" else []))
    stores = stores_of(path)
    [blueprint] = [s for s in stores.values() if s["kind"] == 2]
    assert blueprint["activations"] == [(1, 1, blueprint["chunks"])] and blueprint["infos"] == stores["shown"]["infos"] == 1
    if way == "callback":  # has no footer, without which the official reader finds one store alone; merged it has one
        merged = path.with_suffix(".merged.rrd")
        code, said = judge.rerun("rrd", "merge", path, "-o", merged)
        assert code == 0, said
        path = merged
    assert normalised(path) == wanted and len(wanted) > 20 and len(judge.read(path)) > 10


@pytest.mark.parametrize("flags, wanted", [("ad", (1, 1)), ("a", (1, 0)), ("d", (0, 1)), ("-", (0, 0))])
def test_the_flags_of_an_activation(tmp_path, flags, wanted):
    path = make("lone_view", "rrd", tmp_path / "reel.rrd", flags)
    stores = stores_of(path)
    [blueprint] = [s for s in stores.values() if s["kind"] == 2]
    assert blueprint["activations"] == [(*wanted, blueprint["chunks"])] and blueprint["infos"] == 1 and stores["shown"]["activations"] == []
    judge.verify(path)


def test_a_seed_makes_the_ids(tmp_path):
    def ids(path):
        [store] = RrdReader(str(path)).blueprints()
        return store.recording_id, sorted(rows_of(path, store))

    first, again = (ids(make("overrides", "rrd", tmp_path / f"{i}.rrd", "ads")) for i in range(2))
    assert first == again and ids(make("overrides", "rrd", tmp_path / "random.rrd")) != first
    for entity, _ in first[1]:
        assert all(uuid.UUID(text).version == 4 for text in UUID.findall(entity))


def test_each_part_of_a_rotated_file_and_a_late_one_has_it(tmp_path):
    make("spatial", "rotated", tmp_path / "run.rrd")
    parts = sorted(tmp_path.glob("run*.rrd"))
    assert len(parts) > 3
    late = make("spatial", "late", tmp_path / "late.rrd")
    wanted = normalised(parts[0])
    assert len(wanted) > 20
    for path in (*parts, late):
        assert normalised(path) == wanted, path
        [blueprint] = [s for s in stores_of(path).values() if s["kind"] == 2]
        assert blueprint["activations"] == [(1, 1, blueprint["chunks"])], path
        judge.verify(path)


# --- every field of every blueprint archetype, by name ------------------------------------------------------------------------------

def sample(node, salt):
    """A value of an Arrow type: as JSON, and as what array_of() takes."""
    if node.nullable and node.kind != "union" and salt % 3 == 2:
        return None, None
    if node.kind == "utf8":
        text = f"text {salt} \"\\/\n größe \N{ROBOT FACE}"
        return text, text
    if node.kind == "bool":
        return salt % 2 == 0, salt % 2 == 0
    if node.kind in ("f32", "f64"):
        return salt - 0.75, salt - 0.75
    if node.kind in model.PRIMITIVES:
        value = 1 + salt % 2 if node.kind == "u8" else -salt * 10**15 if node.kind == "i64" else 2**64 - 1 - salt if node.kind == "u64" else salt
        return value, value
    if node.kind in ("list", "fixed_list"):
        items = [sample(node.children[0], salt + i) for i in range(node.size if node.kind == "fixed_list" else salt % 3)]
        return [i[0] for i in items], [i[1] for i in items]
    if node.kind == "struct":
        members = {child.name: sample(child, salt + i) for i, child in enumerate(node.children)}
        return {k: v[0] for k, v in members.items()}, {k: v[1] for k, v in members.items()}
    code = 1 + salt % (len(node.children) - 1)
    child = node.children[code]
    as_json, value = (None, None) if child.kind == "null" else sample(child, salt)
    return child.name if child.kind == "null" else {child.name: as_json}, (code, value)


def array_of(node, values):
    """A pyarrow array of this type, by what the official SDK writes: nothing that is absent has a value."""
    if node.kind == "null":
        return pa.nulls(len(values))
    if node.kind == "union":
        offsets, counts, children = [], [0] * len(node.children), [[] for _ in node.children]
        for code, value in values:
            offsets.append(counts[code])
            counts[code] += 1
            children[code].append(value)
        arrays = [array_of(child, own) for child, own in zip(node.children, children)]
        type = pa.dense_union([pa.field(child.name, array.type, child.nullable) for child, array in zip(node.children, arrays)])
        codes, starts = pa.array([code for code, _ in values], pa.int8()), pa.array(offsets, pa.int32())
        return pa.Array.from_buffers(type, len(values), [None, codes.buffers()[1], starts.buffers()[1]], children=arrays)
    if node.kind == "struct":
        names = [child.name for child in node.children]
        arrays = [array_of(child, [value[child.name] for value in values]) for child in node.children]
        return pa.StructArray.from_arrays(arrays, fields=[pa.field(name, array.type, child.nullable) for name, array, child in zip(names, arrays, node.children)])
    if node.kind in ("list", "fixed_list"):
        items = array_of(node.children[0], [item for value in values for item in value])
        item = pa.field("item", items.type, node.children[0].nullable)
        if node.kind == "fixed_list":
            return pa.FixedSizeListArray.from_arrays(items, type=pa.list_(item, node.size))
        return pa.ListArray.from_arrays(pa.array([sum(len(v) for v in values[:i]) for i in range(len(values) + 1)], pa.int32()), items, type=pa.list_(item))
    plain = {"f32": pa.float32(), "f64": pa.float64(), "bool": pa.bool_(), "utf8": pa.utf8()}
    kind = plain[node.kind] if node.kind in plain else getattr(pa, {"u": "uint", "i": "int"}[node.kind[0]] + node.kind[1:])()
    return pa.array(values, kind)


class Batch:
    def __init__(self, array):
        self.array = array

    def as_arrow_array(self):
        return self.array


def every_field():
    """(archetype, field, JSON, described official batch)"""
    for a in BLUEPRINT_ARCHETYPES.values():
        for n, f in enumerate(a.fields):
            node = model.parse_arrow(f.component.arrow)
            node.nullable = False
            samples = [sample(node, n + salt) for salt in range(3 if f.many else 1)]
            if f.enum:
                samples = [f.enum.variants[n % len(f.enum.variants)]]
            values = [value for _, value in samples]
            as_json = [value for value, _ in samples]
            descriptor = rr.ComponentDescriptor(f"{a.name}:{f.name}", archetype=a.full_name, component_type=f.component.full_name)
            yield a.name, f.name, json.dumps(as_json if f.many else as_json[0]), rr.DescribedComponentBatch(Batch(array_of(node, values)), descriptor)


class EveryField(rrb.Blueprint):
    def _log_to_stream(self, stream):
        for archetype, _, _, batch in every_field():
            stream.log(f"all/{archetype}", [batch])


def test_every_field_can_be_set_by_its_name(tmp_path, equal):
    official = tmp_path / "official.rbl"
    EveryField().save("blueprints", str(official))
    ours = make("set", "rbl", tmp_path / "reel.rbl", lines="".join(f"all/{archetype}\t{archetype}:{field}\t{text}\n" for archetype, field, text, _ in every_field()))
    judge.verify(ours)
    wanted = {key: rows for key, rows in normalised(official).items() if key[0].startswith("/all/")}
    found = differences({key: rows for key, rows in normalised(ours).items() if key[0].startswith("/all/")}, wanted)
    for archetype in BLUEPRINT_ARCHETYPES.values():
        equal("blueprint archetypes", archetype.name, not any(key[0] == f"/all/{archetype.name}" for key in found))
        for field in archetype.fields:
            equal("blueprint fields", f"{archetype.name}:{field.name}", (f"/all/{archetype.name}", f"{archetype.name}:{field.name}") in wanted.keys() - found.keys())
    assert not found, "\n".join(f"{key}: {what}" for key, what in found.items())
    assert len(BLUEPRINT_ARCHETYPES) == 44 and len(wanted) == sum(len(a.fields) for a in BLUEPRINT_ARCHETYPES.values())


def test_names_of_views_and_visualizers_are_those_of_the_schema():
    source = (ROOT / "src/blueprint/view_kinds.c").read_text()

    def pairs_of(table):
        return dict(re.findall(r'"(\w+)\\0" "([\w ]*)\\0"', source.partition(f" {table}[] =")[2].partition(";")[0]))

    views, renamed = pairs_of("views"), pairs_of("visualizers")
    facts = {}
    for line in (ROOT / "schema/types.txt").read_text().splitlines():
        if line.startswith("view "):
            _, _, identifier, *arguments = line.partition(" | ")[0].split()
            facts[identifier] = {argument.partition("=")[2] for argument in arguments}
    assert {identifier: set(names.split()) for identifier, names in views.items()} == facts and len(facts) == 12
    without = re.search(r'without\[\] = "([\w ]+)"', source)[1].split()
    assert {a.name: "" if a.name in without else renamed.get(a.name, a.name) for a in MODEL.data()} == {a.name: a.visualizer for a in MODEL.data()}
