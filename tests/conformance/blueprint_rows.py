"""What a blueprint holds, read by the official reader, with ids named after where their nodes stand: two that say the same are equal."""
import re
import uuid

import pyarrow as pa
from rerun.chunk import RrdReader

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def value_of(scalar):
    """A value with the codes of its unions, which to_pylist() leaves out."""
    if isinstance(scalar, pa.UnionScalar):
        return (scalar.type_code, value_of(scalar.value))
    if scalar is None or not scalar.is_valid:
        return None
    if isinstance(scalar, pa.StructScalar):
        return {name: value_of(scalar[name]) for name in scalar.type.names} if hasattr(scalar.type, "names") else {f.name: value_of(scalar[f.name]) for f in scalar.type}
    if isinstance(scalar, (pa.ListScalar, pa.FixedSizeListScalar)):
        values = [value_of(item) for item in scalar.values]
        return bytes(values) if scalar.type.value_type == pa.uint8() and isinstance(scalar, pa.FixedSizeListScalar) else values
    return scalar.as_py()


def rows_of(path, store):
    """{(entity, component): [(times without log_time, type, value)]} in the order of row ids."""
    rows = {}
    for chunk in RrdReader(str(path)).stream(store=store).to_chunks():
        batch = chunk.to_record_batch()
        metadata = [{k.decode(): v.decode() for k, v in (f.metadata or {}).items()} for f in batch.schema]
        kinds = [m["rerun:kind"] for m in metadata]
        ids = batch.column(kinds.index("control")).to_pylist()
        times = {batch.schema.names[i]: batch.column(i).cast(pa.int64()).to_pylist() for i, kind in enumerate(kinds) if kind == "index"}
        assert times.keys() == (set() if chunk.is_static else {"blueprint", "log_time"})
        for i in (i for i, kind in enumerate(kinds) if kind == "data"):
            what = (str(batch.schema.field(i).type), metadata[i].get("rerun:archetype"), metadata[i].get("rerun:component_type"))
            for row, cell in enumerate(batch.column(i)):
                if cell.is_valid:
                    when = None if chunk.is_static else times["blueprint"][row]
                    rows.setdefault((str(chunk.entity_path), metadata[i]["rerun:component"]), []).append((bytes(ids[row]), when, what, value_of(cell)))
    return {key: [row[1:] for row in sorted(found)] for key, found in rows.items()}


def names_of_ids(rows):
    """{uuid: where it stands}: root, root/0, root/0/2 for containers and views, #0 of an entity for visualizers."""
    names = {}

    def walk(path, name):
        names[path.rpartition("/")[2]] = name
        for i, child in enumerate(rows.get((path, "ContainerBlueprint:contents"), [(0, 0, [])])[-1][-1]):
            walk(f"/{child}", f"{name}/{i}")

    for root in rows.get(("/viewport", "ViewportBlueprint:root_container"), [(0, 0, [])])[-1][-1]:
        walk(f"/container/{uuid.UUID(bytes=root)}", "root")
    for (_, component), found in rows.items():
        if component == "ActiveVisualizers:instruction_ids":
            names.update({str(uuid.UUID(bytes=id)): f"#{i}" for i, id in enumerate(found[-1][-1])})
    return names


def normalised(path, store=None):
    store = store or RrdReader(str(path)).blueprints()[0]
    rows = rows_of(path, store)
    names = names_of_ids(rows)

    def named(value):
        if isinstance(value, str):
            return UUID.sub(lambda found: names[found[0]], value)
        if isinstance(value, bytes):
            return names.get(str(uuid.UUID(bytes=value)), value) if len(value) == 16 else value
        if isinstance(value, (list, tuple)):
            return type(value)(named(item) for item in value)
        if isinstance(value, dict):
            return {k: named(item) for k, item in value.items()}
        return value

    return {(named(entity), component): [(when, what, named(value)) for when, what, value in found] for (entity, component), found in rows.items()}


def differences(ours, official):
    return {key: f"\n  Reel     {ours.get(key)}\n  official {official.get(key)}" for key in ours.keys() | official.keys() if ours.get(key) != official.get(key)}
